// The site on a home screen, and its pages when the network fails.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import AxeBuilder from '@axe-core/playwright';

import { start } from '../http/harness.mjs';
import { WIDE, addresses, open } from './site.mjs';

let site;
let pages;
before(async () => {
  site = await open();
  pages = await addresses(site);
});
after(() => site.close());

// A page whose worker is in charge of it.
async function kept(options = WIDE, url = site.url) {
  const page = await site.page({ ...options, serviceWorkers: 'allow' });
  await page.goto(`${url}/about`);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  return page;
}

// Waits in the page: a predicate that is a promise is not waited for by the driver.
const inCache = (page, path) =>
  page.evaluate(async (name) => {
    const pages = await caches.open('agora-pages');
    while (!(await pages.match(name))) await new Promise((done) => setTimeout(done, 50));
  }, path);

const see = async (page, path) => {
  await page.goto(site.url + path, { waitUntil: 'load' });
  await inCache(page, path);
};

test('the last view stays when the network fails, and says of when it is', async () => {
  const page = await kept();
  await see(page, pages.entry);
  await see(page, pages['explorer with filters']);
  const titles = await page.locator('.card h3').allTextContents();
  await page.context().setOffline(true);
  await page.reload();
  assert.match(await page.locator('aside.alert').textContent(), /^Hors ligne : vue du \d+ \S+.* \d\d:\d\d\. Pages gardées$/);
  assert.deepEqual(await page.locator('.card h3').allTextContents(), titles);
  assert.ok(await page.locator('svg.drawn-map a').count(), 'the drawn map stands in for the live one');
  const isDrawn = (image) => image.decode().then(() => image.naturalWidth > 0, () => false);
  assert.ok(await page.locator('img.map-ground').evaluate(isDrawn), 'with its ground');
  assert.equal(await page.locator('.leaflet-container').count(), 0);
  const font = await page.evaluate(() => getComputedStyle(document.querySelector('.card')).borderRadius);
  assert.equal(font, '14px', 'with its style');
  await page.goto(site.url + pages.entry);
  assert.match(await page.title(), /Partons du bon pied/);
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' | ')}`), []);
  await page.context().close();
});

test('a page never seen answers with those that are kept, newest first, and they can be erased', async () => {
  const page = await kept();
  await see(page, '/themes');
  await see(page, pages.entry);
  await page.context().setOffline(true);
  await page.goto(`${site.url}/themes/energy`);
  assert.equal(await page.locator('h1').textContent(), 'Pas de réseau');
  const links = await page.locator('#kept a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  assert.deepEqual(links.slice(0, 2), [pages.entry, '/themes']);
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map((v) => v.id), []);
  await page.locator('#kept a').first().click();
  assert.match(await page.title(), /Partons du bon pied/);
  await page.goto(`${site.url}/offline`);
  await page.getByRole('link', { name: 'Effacer les pages gardées' }).click();
  assert.match(await page.locator('#kept').textContent(), /Aucune page/);
  assert.deepEqual(await page.evaluate(async () => (await (await caches.open('agora-pages')).keys()).length), 0);
  await page.context().close();
});

test('results fetched without their page are kept as a page once the reader rests', async () => {
  const page = await kept();
  await see(page, '/explore');
  await page.locator('#kind-event').click();
  await page.waitForURL(/kind=event/);
  await inCache(page, '/explore?kind=event');
  await page.context().setOffline(true);
  await page.reload();
  assert.ok((await page.locator('.card.k-event').count()) > 0);
  await page.context().close();
});

test('errors, exports, frames and pictures are never kept, and never more than thirty pages', async () => {
  const page = await kept();
  for (const path of [pages['not there'], '/embed', '/api/v1/entries?limit=1', '/embed/code']) {
    await page.goto(site.url + path, { waitUntil: 'load' });
  }
  for (let i = 0; i < 33; i++) await see(page, `/explore?limit=${i + 1}`);
  const names = await page.evaluate(async () => (await (await caches.open('agora-pages')).keys()).map((r) => new URL(r.url).pathname + new URL(r.url).search));
  assert.equal(names.length, 30);
  assert.ok(names.every((name) => name.startsWith('/explore?limit=')), names.join(' '));
  assert.equal(names.at(-1), '/explore?limit=33');
  await page.context().close();
});

test('in English the note is in English', async () => {
  const page = await kept({ ...WIDE, locale: 'en-GB' });
  await see(page, '/themes');
  await page.context().setOffline(true);
  await page.reload();
  assert.match(await page.locator('aside.alert').textContent(), /^Offline: as seen on .* Kept pages$/);
  await page.goto(`${site.url}/themes/energy`);
  assert.equal(await page.locator('h1').textContent(), 'No network');
  await page.context().close();
});

test('a site that wants nothing kept registers nothing, and takes away what was kept', async () => {
  const off = await start({ settings: 'offline = off\n' });
  const page = await site.page({ ...WIDE, serviceWorkers: 'allow' });
  await page.goto(`${off.url}/about`, { waitUntil: 'load' });
  assert.equal(await page.locator('[data-worker]').count(), 0);
  await page.evaluate(async () => (await caches.open('agora-pages')).put('/about', new Response('x')));
  // What a browser does that has the worker of an earlier day.
  await page.evaluate(() => navigator.serviceWorker.register('/sw.js').then(() => undefined));
  await page.evaluate(async () => {
    const left = async () => (await caches.keys()).length + (await navigator.serviceWorker.getRegistrations()).length;
    while ((await left()) > 0) await new Promise((done) => setTimeout(done, 50));
  });
  await page.context().close();
  await off.stop();
});

test('the site can be put on a home screen: what the manifest names is there', async () => {
  for (const [language, explore] of [['fr', 'Explorer'], ['en', 'Explore']]) {
    const answer = await fetch(`${site.url}/site.webmanifest`, { headers: { 'Accept-Language': language } });
    assert.match(answer.headers.get('content-type'), /^application\/manifest\+json/);
    const manifest = await answer.json();
    for (const key of ['id', 'name', 'short_name', 'description', 'start_url', 'scope', 'theme_color', 'background_color']) {
      assert.ok(manifest[key], key);
    }
    assert.equal(manifest.display, 'standalone');
    assert.equal(manifest.lang, language);
    assert.equal(manifest.shortcuts[0].name, explore);
    for (const { url } of manifest.shortcuts) assert.equal((await fetch(site.url + url)).status, 200, url);
  }
});
