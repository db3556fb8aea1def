// Every page, in every dress, once: what axe finds, valid HTML, no third party, no sideways scrolling, order of focus,
// print, budgets. The list of pages is site.mjs's `addresses`: a route of src/face/web without a row there fails.
//
// The dresses share the work, so that the whole takes about a minute: axe runs whole on the wide page in French; on a
// phone without script, and in the dark in English, it runs the rules that these dresses can break.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import AxeBuilder from '@axe-core/playwright';
import { HtmlValidate } from 'html-validate';

import { PHONE, WIDE, addresses, isOwn, open } from './site.mjs';

const AT_ONCE = 2;
const LAYOUT = ['color-contrast', 'target-size', 'scrollable-region-focusable', 'meta-viewport'];
const STRUCTURE = ['region', 'landmark-one-main', 'page-has-heading-one', 'heading-order', 'label', 'link-name', 'button-name',
  'skip-link', 'duplicate-id-aria', 'aria-valid-attr-value', 'aria-hidden-focus', 'bypass'];
const LANGUAGE = ['html-has-lang', 'html-lang-valid', 'valid-lang', 'html-xml-lang-mismatch', 'document-title', 'link-name',
  'button-name', 'image-alt', 'svg-img-alt', 'label'];
const HTML_BYTES = 25 * 1024;
const SHEET_BYTES = 8 * 1024;
const SCRIPT_BYTES = 10 * 1024;

let site;
let pages;
before(async () => {
  site = await open();
  pages = await addresses(site);
});
after(() => site.close());

const isExplorer = (path) => /^\/explore(\?|$)/.test(path);

// Visits all pages in one dress, a few at once, and gathers what `look` says is wrong: a list, empty when all is well.
async function visit(options, look, only = () => true) {
  const queue = Object.entries(pages).filter(only);
  const faults = [];
  const worker = async () => {
    const page = await site.page(options);
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [name, path] = next;
      page.said.length = 0;
      await page.context()[isOwn(path) ? 'addCookies' : 'clearCookies'](...(isOwn(path) ? [site.cookies] : []));
      await page.goto(site.url + path, { waitUntil: 'load' });
      if (isExplorer(path) && options.javaScriptEnabled !== false && !options.still) {
        await page.waitForFunction(() => !document.querySelector('#map-view > .drawn-map') || matchMedia('(max-width: 50em)').matches);
      }
      faults.push(...(await look(page, name, path)).map((fault) => `${name}: ${fault}`));
    }
    await page.context().close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  assert.deepEqual(faults, []);
}

async function axe(page, rules) {
  // What is framed is a page of its own; without frames axe needs no second window to sum up.
  const builder = new AxeBuilder({ page }).setLegacyMode().exclude('iframe');
  const { violations } = await (rules ? builder.withRules(rules)
    : builder.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])).analyze();
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).slice(0, 3).join(' | ')}`);
}

// Nothing jumps the order of the source, what takes the focus is seen, the first stop leads to the content.
const focusFaults = (page) => page.evaluate(() => {
  const found = [];
  document.querySelectorAll('[tabindex]').forEach((one) => one.tabIndex > 0 && found.push(`tabindex ${one.tabIndex}`));
  const stops = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary, iframe')].filter((one) => one.tabIndex >= 0);
  if (document.querySelector('.header') && !stops[0]?.matches('.skip')) found.push('the first stop is not the link to the content');
  for (const one of stops) {
    const shown = one.checkVisibility?.({ visibilityProperty: true }) ?? true;
    if (shown && one.closest('[aria-hidden=true]')) found.push(`hidden from some, yet a stop: ${one.outerHTML.slice(0, 60)}`);
  }
  return found;
});

// On paper: no bar over the text, no menu, nothing wider than the sheet.
async function printFaults(page) {
  await page.emulateMedia({ media: 'print' });
  const found = await page.evaluate(() => {
    const faults = [];
    const shown = (one) => one && getComputedStyle(one).display !== 'none';
    for (const one of document.querySelectorAll('body *')) {
      if (getComputedStyle(one).position === 'fixed' && shown(one) && one.getClientRects().length) faults.push(`fixed on paper: ${one.className}`);
    }
    if (shown(document.querySelector('.header .menu'))) faults.push('the menu is printed');
    if (!shown(document.querySelector('main'))) faults.push('the content is not printed');
    return faults;
  });
  await page.emulateMedia({ media: 'screen' });
  return found;
}

test('every page of the routes is in the list', () => {
  const rows = readFileSync(new URL('../../src/face/web/routes.c', import.meta.url), 'utf8');
  const paths = [...rows.matchAll(/\b(?:PAGE|FORM_PAGE|OWN)\(\s*"([^"]+)"/g)].map((found) => found[1]);
  assert.ok(paths.length > 15, 'the routes are read');
  const listed = Object.values(pages).map((address) => address.replace(/\?.*/, ''));
  for (const path of paths) {
    const pattern = new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`);
    assert.ok(listed.some((address) => pattern.test(address)), `${path} has no row in addresses() of site.mjs`);
  }
});

test('wide: axe finds nothing, nobody else is asked, the focus goes in order, paper holds what matters', () =>
  visit(WIDE, async (page, name) => [
    ...(await axe(page)),
    ...(name === 'not there' ? [] : page.said),
    ...(await focusFaults(page)),
    ...(await printFaults(page)),
  ]));

test('on a phone with script the layout holds for axe where script changes it', () =>
  visit(PHONE, (page) => axe(page, LAYOUT), ([, path]) => path === '/' || isExplorer(path)));

// axe is itself a script: the page's own are kept away.
test('on a phone without script layout and structure are whole', () =>
  visit({ ...PHONE, still: true, withoutScript: true }, (page) => axe(page, [...LAYOUT, ...STRUCTURE])));

test('in the dark and in English everything can be read, and leads to its French self with its query', () =>
  visit({ ...WIDE, still: true, colorScheme: 'dark', locale: 'en-GB', extraHTTPHeaders: { 'Accept-Language': 'en' } }, async (page, name, path) => {
    const faults = await axe(page, [...LANGUAGE, 'color-contrast']);
    const [lang, other] = await page.evaluate(() => [document.documentElement.lang, document.querySelector('.menu-end a')?.getAttribute('href')]);
    if (lang !== 'en') faults.push(`lang is ${lang}`);
    if (other) {
      const there = new URL(other, site.url);
      const here = new URL(path, site.url);
      const lost = [...here.searchParams].filter(([key, value]) => !there.searchParams.has(key) && !(key === 'radius' && value === '15'));
      if (there.searchParams.get('lang_ui') !== 'fr') faults.push('the switch does not ask for French');
      if (name !== 'not there' && there.pathname !== here.pathname) faults.push(`the switch leads to ${there.pathname}`);
      if (lost.length > 0) faults.push(`the switch loses ${lost}`);
    }
    return faults;
  }));

// 320 px wide, and 1280 x 1024 at 400 %, are the same to the layout: 320 x 256.
test('no page scrolls sideways at 320 px, at 400 %', () => visit({ viewport: { width: 320, height: 256 }, still: true }, (page) => page.evaluate(() => {
  const extra = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return extra > 0 ? [`${extra} px too wide`] : [];
})));

test('every page is valid HTML', async () => {
  const validator = new HtmlValidate({
    extends: ['html-validate:standard'],
    rules: { 'no-trailing-whitespace': 'off', 'void-style': 'off', 'long-title': 'off', 'require-sri': 'off', 'svg-focusable': 'off', 'no-inline-style': 'error' },
  });
  for (const [name, path] of Object.entries(pages)) {
    const report = await validator.validateString(await site.text(path));
    const faults = report.results.flatMap((r) => r.messages.map((m) => `${m.line}:${m.column} ${m.ruleId} ${m.message}`));
    assert.deepEqual(faults, [], name);
  }
});

// What a first visit asks for: the page, its sheet, its script, two fonts, one picture of the ground, and the icon.
test('pages, sheets, scripts and requests keep within their budgets', async () => {
  const sizes = new Map();
  const size = async (path) => {
    if (!sizes.has(path)) sizes.set(path, brotliCompressSync(Buffer.from(await (await fetch(site.url + path)).arrayBuffer())).length);
    return sizes.get(path);
  };
  for (const [name, path] of Object.entries(pages)) {
    const html = await site.text(path);
    const bytes = brotliCompressSync(Buffer.from(html)).length;
    assert.ok(bytes <= HTML_BYTES, `${name}: ${bytes} bytes of HTML`);
    const asked = new Set([...html.matchAll(/(?:rel="stylesheet" href|<script type="module" src|<image href|<link rel="preload" href)="([^"]+)"/g)].map((found) => found[1]));
    const sheets = [...asked].filter((one) => one.endsWith('.css'));
    const scripts = [...asked].filter((one) => one.endsWith('.js'));
    assert.ok(sheets.length > 0, `${name}: no sheet`);
    let style = 0;
    for (const sheet of sheets) style += await size(sheet);
    assert.ok(style <= SHEET_BYTES, `${name}: ${style} bytes of style`);
    for (const script of scripts) assert.ok((await size(script)) <= SCRIPT_BYTES, `${script}: ${await size(script)} bytes`);
    const limit = isExplorer(path) ? 12 : 7;
    assert.ok(asked.size + 2 <= limit, `${name}: ${asked.size + 2} requests`); // the page and its icon
  }
});

// What the budgets of the look name, over the wire: all that the page asks for but the icon and the manifest, which a
// browser takes when it likes. Bodies as they were sent, and their headers.
test('a first visit weighs and asks no more than its budget, a second one little', async () => {
  const budgets = [
    ['home', WIDE, 90, 7], ['entry', PHONE, 90, 7], ['territory', PHONE, 90, 7],
    ['explorer', PHONE, 75, 5],
    ['explorer', WIDE, 150, 12],
  ];
  for (const [name, device, kilobytes, requests] of budgets) {
    const page = await site.page(device);
    const visit = async () => {
      const asked = [];
      const note = (request) => asked.push(request);
      page.on('requestfinished', note);
      await page.goto(site.url + pages[name], { waitUntil: 'networkidle' });
      if (name === 'explorer' && device === WIDE) { // its map comes after the page, on a busy machine well after
        await page.waitForSelector('#map-view .leaflet-container .mark');
        await page.waitForLoadState('networkidle');
      }
      page.off('requestfinished', note);
      const own = asked.filter((request) => !/favicon|webmanifest|\/icons\//.test(request.url()));
      const sizes = await Promise.all(own.map((request) => request.sizes()));
      const bytes = sizes.reduce((sum, one) => sum + one.responseBodySize + one.responseHeadersSize, 0);
      const said = `${name} at ${device.viewport.width}: ${bytes} bytes, ${own.length} requests\n${own.map((one) => one.url()).join('\n')}`;
      return { count: own.length, bytes, said };
    };
    const first = await visit();
    assert.ok(first.count > 3 && first.bytes > 20_000, first.said);
    assert.ok(first.bytes <= kilobytes * 1000 && first.count <= requests, first.said);
    const again = await visit();
    assert.ok(again.bytes <= 30_000, `again: ${again.said}`);
    await page.context().close();
  }
});

test('a video is a link until someone clicks, then plays in its place, and its chapters lead into it', async () => {
  const page = await site.page();
  await page.route('https://tube.example/**', (route) => route.fulfill({ contentType: 'text/html', body: '<p>player</p>' }));
  await page.goto(site.url + pages.portrait, { waitUntil: 'networkidle' });
  assert.deepEqual(page.said, []);
  assert.equal(await page.locator('iframe').count(), 0);
  await page.locator('[data-play]').first().click();
  const source = await page.locator('#video-1 iframe').getAttribute('src');
  assert.match(source, /^https:\/\/tube\.example\/videos\/embed\/[\w-]+\?autoplay=1&p2p=0/);
  await page.locator('.transcript summary').click();
  await page.locator('.transcript a[data-frame="video-1"]').first().click();
  assert.match(await page.locator('#video-1 iframe').getAttribute('src'), /&start=70$/);
  await page.context().close();
  const plain = await site.page({ ...WIDE, javaScriptEnabled: false });
  await plain.goto(site.url + pages.portrait);
  assert.equal(await plain.locator('#video-1 a.button').getAttribute('href'), 'https://tube.example/w/9c9de5e8-0a1e-484a-b099-e80766180a6d');
  await plain.context().close();
});
