// Passing a page on: short address, message, mail, poster whose code is read by someone else's reader, printed guide.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';

import { importEntries } from '../http/harness.mjs';
import { PHONE, WIDE, addresses, open } from './site.mjs';

let site;
let pages;
let id;
before(async () => {
  site = await open();
  pages = await addresses(site);
  id = /\d+/.exec(pages.event)[0];
});
after(() => site.close());

const read = (bytes) => {
  const { data, width, height } = PNG.sync.read(bytes);
  return jsqr(new Uint8ClampedArray(data), width, height)?.data;
};
const pdfPages = (pdf) => pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g).length;
const pdfSizes = (pdf) => [...new Set(pdf.toString('latin1').match(/\/MediaBox\s*\[[^\]]*\]/g))].map((box) =>
  box.match(/[\d.]+(?=[\s\]])/g).slice(-2).map((points) => Math.round((Number(points) / 72) * 25.4)));

test('the short address leads to the page, and stays', async () => {
  const answer = await fetch(`${site.url}/e/${id}`, { redirect: 'manual' });
  assert.equal(answer.status, 301);
  assert.equal(answer.headers.get('location'), pages.event);
  assert.equal((await fetch(`${site.url}/e/12`)).status, 404);
});

test('entry, results and territory are passed on in one tap', async () => {
  const page = await site.page({ ...PHONE });
  await page.addInitScript(() => {
    navigator.share = (data) => {
      window.shared = data;
      return Promise.resolve();
    };
  });
  for (const [path, title] of [[pages.event, ''], ['/explore?kind=tool', 'Agora'], [pages.territory, 'Savoie']]) {
    await page.goto(site.url + path, { waitUntil: 'load' });
    const folded = page.locator('#share > summary');
    if (await folded.count()) await folded.click();
    const sms = await page.locator('a[href^="sms:"]').getAttribute('href');
    const said = decodeURIComponent(sms.slice('sms:?&body='.length));
    assert.ok(said.endsWith(site.url + new URL(path, site.url).pathname + new URL(path, site.url).search), said);
    const mail = new URL(await page.locator('a[href^="mailto:?subject"]').first().getAttribute('href'));
    assert.equal(mail.searchParams.get('body'), said);
    assert.ok(mail.searchParams.get('subject').length > 3 && said.startsWith(mail.searchParams.get('subject')));
    assert.ok(said.includes(title) || title === 'Agora');
    await page.locator('[data-share]').click();
    assert.equal((await page.evaluate(() => window.shared)).url, site.url + path);
  }
  await page.context().close();
});

test('the poster is one sheet, A4 or A5, and a telephone reads its code', async () => {
  const page = await site.page({ ...WIDE, deviceScaleFactor: 2 });
  for (const [size, paper] of [['', [210, 297]], ['?size=a5', [148, 210]]]) {
    await page.goto(`${site.url}/entries/${id}/poster${size}`, { waitUntil: 'networkidle' });
    assert.equal(read(await page.locator('.qr').screenshot()), `${site.url}/e/${id}`);
    assert.match(await page.locator('.poster').textContent(), /\d{4}/, 'when');
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    assert.equal(pdfPages(pdf), 1);
    assert.deepEqual(pdfSizes(pdf), [paper]);
  }
  assert.deepEqual(page.said, []);
  await page.context().close();
});

test('the fullest entry still fits its sheet, code and all', async () => {
  const words = (n) => 'solidarité et partage '.repeat(n).trim();
  importEntries(site.folder, 'full', [{
    id: 'full', kind: 'event', language: 'fr', title: words(13), summary: words(60), opening_hours: 'Mo-Fr 09:00-12:00,14:00-18:00; Sa 10:00-12:00',
    place: { name: words(3), address: words(4), city: 'Chambéry', territory: 'com-73065', precision: 'commune' },
    dates: Array.from({ length: 6 }, (_, i) => ({ role: 'happens', start: `2031-0${i + 1}-05T14:00`, end: `2031-0${i + 1}-05T17:00` })),
    contacts: Array.from({ length: 8 }, (_, i) => ({ kind: 'telephone', value: `+33 4 79 00 00 0${i}`, label: words(2) })),
  }]);
  let items = [];
  for (const until = Date.now() + 10_000; items.length === 0 && Date.now() < until;) { // the server follows within a moment
    ({ items = [] } = await (await fetch(`${site.url}/api/v1/entries?source=full`)).json());
  }
  const page = await site.page();
  for (const size of ['', '?size=a5']) {
    await page.goto(`${site.url}/entries/${items[0].id}/poster${size}`, { waitUntil: 'networkidle' });
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    assert.equal(pdfPages(pdf), 1, size);
    await page.emulateMedia({ media: 'print' });
    const [foot, sheet] = await page.evaluate(() => ['.poster-foot', '.poster'].map((one) => document.querySelector(one).getBoundingClientRect().bottom));
    assert.ok(foot <= sheet, `${size}: the foot ends at ${foot}, the sheet at ${sheet}`);
    await page.emulateMedia({ media: 'screen' });
  }
  await page.context().close();
});

test('the printed guide names every entry with its code, grouped, and says when it does not hold all', async () => {
  const page = await site.page({ ...WIDE, deviceScaleFactor: 2 });
  await page.goto(`${site.url}/explore/print?kind=event`, { waitUntil: 'networkidle' });
  const { total, items } = await (await fetch(`${site.url}/api/v1/entries?kind=event&limit=50`)).json();
  const titles = await page.locator('.guide-item h3').allTextContents();
  assert.deepEqual(titles.sort(), items.map(({ title }) => title).sort());
  const first = page.locator('.guide-item').first();
  const number = /\d+/.exec(await first.locator('h3 a').getAttribute('href'))[0];
  assert.equal(read(await first.locator('.qr').screenshot()), `${site.url}/e/${number}`);
  const groups = await page.locator('.guide-group > h2').allTextContents();
  assert.ok(groups.length > 1 && groups.some((name) => /\(\d+\)$/.test(name)), groups.join());
  assert.match(await page.locator('.guide-head').textContent(), new RegExp(`${total} résultats`));
  assert.doesNotMatch(await page.locator('.guide-head').textContent(), /en imprime/);
  await page.goto(`${site.url}/explore/print?group=kind`, { waitUntil: 'networkidle' });
  assert.match(await page.locator('.guide-head').textContent(), /Cette liste en imprime 60/);
  assert.equal(await page.locator('.guide-item').count(), 60);
  const kinds = await page.locator('.guide-group > h2').allTextContents();
  assert.ok(kinds.includes('Initiatives') && kinds.includes('Collectifs'), kinds.join());
  const seen = await page.locator('.guide-item h3 a').evaluateAll((all) => all.map((link) => link.href));
  await page.locator('a[rel=next]').click();
  const rest = await page.locator('.guide-item h3 a').evaluateAll((all) => all.map((link) => link.href));
  assert.equal(new Set([...seen, ...rest]).size, seen.length + rest.length, 'no entry twice');
  await page.context().close();
});

test('no card of the guide is cut by the end of a page, and navigation stays off the paper', async () => {
  const page = await site.page({ viewport: { width: 703, height: 1000 } });
  await page.goto(`${site.url}/explore/print`, { waitUntil: 'networkidle' });
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.paper-bar').isVisible(), false);
  const breaks = await page.locator('.guide-item').evaluateAll((all) => [...new Set(all.map((one) => getComputedStyle(one).breakInside))]);
  assert.deepEqual(breaks, ['avoid']);
  const heads = await page.locator('.guide-group > h2').evaluateAll((all) => [...new Set(all.map((one) => getComputedStyle(one).breakAfter))]);
  assert.deepEqual(heads, ['avoid']);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  assert.deepEqual(pdfSizes(pdf), [[210, 297]]);
  assert.ok(pdfPages(pdf) >= 4 && pdfPages(pdf) <= 14, `${pdfPages(pdf)} pages for 60 entries`);
  await page.context().close();
});
