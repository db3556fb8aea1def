// A page of another site frames ours: list and map work there, and leave nothing behind (RULE FRAME-1).
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import AxeBuilder from '@axe-core/playwright';

import { PHONE, WIDE, open } from './site.mjs';

let site;
let other; // its pages stand under another host name: another site for the browser
let hosted; // what the other site's only page holds
before(async () => {
  site = await open();
  other = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!DOCTYPE html><html lang="fr"><title>Ailleurs</title><h1>Ailleurs</h1>${hosted}</html>`);
  });
  await new Promise((done) => other.listen(0, '127.0.0.1', done));
});
after(async () => {
  other.close();
  await site.close();
});

const elsewhere = () => `http://localhost:${other.address().port}/`;
const frame = (path) => `<iframe src="${site.url}${path}" title="Carte" width="100%" height="640" style="border:0"></iframe>`;

// The framed page, once it has loaded, and all that was asked for meanwhile.
async function framed(path, options = WIDE) {
  hosted = frame(path);
  const page = await site.page(options);
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(elsewhere(), { waitUntil: 'networkidle' });
  const inside = page.frames().find((one) => one.url().startsWith(site.url));
  return { page, inside, asked };
}

test('list and map work inside another site, and nothing is kept or asked elsewhere', async () => {
  const { page, inside, asked } = await framed('/embed?lang_ui=fr');
  await inside.waitForSelector('.leaflet-marker-pane .mark');
  assert.ok((await inside.locator('.card h3 a').count()) > 5);
  assert.ok((await inside.locator('.mark.ring').count()) > 0);
  await Promise.all([page.waitForRequest(/\/tiles\//), inside.locator('[data-zoom="1"]').click()]);
  const strangers = asked.filter((url) => !url.startsWith(site.url) && url !== elsewhere());
  assert.deepEqual(strangers.filter((url) => !url.endsWith('/favicon.ico')), []);
  assert.equal(await inside.evaluate(() => document.cookie), '');
  assert.deepEqual(await page.context().cookies(), []);
  await page.context().close();
});

test('RULE FRAME-1: the page of a frame keeps nothing where it could', async () => {
  // Opened by itself it has storage of its own; inside another site the browser may not even lend it any.
  const page = await site.page();
  await page.goto(`${site.url}/embed?lang_ui=en`, { waitUntil: 'networkidle' });
  await page.waitForSelector('.leaflet-marker-pane .mark');
  const kept = await page.evaluate(async () => ({
    cookie: document.cookie,
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
  assert.deepEqual(kept, { cookie: '', local: 0, session: 0, databases: 0, caches: 0, workers: 0 });
  assert.deepEqual(await page.context().cookies(), []);
  await page.context().close();
});

test('a kind chosen in the frame stays in the frame and keeps its dress; a title opens beside the page', async () => {
  const { page, inside } = await framed('/embed?view=list&title=0&lock=q');
  await Promise.all([inside.waitForURL(/kind=tool/), inside.locator('#kind-tool').click()]);
  const url = new URL(inside.url());
  assert.equal(url.pathname, '/embed');
  assert.equal(url.searchParams.get('view'), 'list');
  assert.equal(url.searchParams.get('lock'), 'q');
  assert.ok((await inside.locator('.card').count()) > 0);
  assert.equal(await inside.locator('.card:not(.k-tool)').count(), 0);
  const [opened] = await Promise.all([page.waitForEvent('popup'), inside.locator('.card h3 a').first().click()]);
  await opened.waitForLoadState();
  assert.match(new URL(opened.url()).pathname, /^\/entries\/\d+/);
  assert.equal(page.url(), elsewhere());
  await page.context().close();
});

test('a pin of the live map opens its entry beside the page', async () => {
  const { page, inside } = await framed('/embed?view=map&q=ferme');
  const pin = inside.locator('.mark.pin').first();
  await pin.waitFor();
  await pin.focus();
  const [opened] = await Promise.all([page.waitForEvent('popup'), pin.press('Enter')]);
  await opened.waitForLoadState();
  assert.match(new URL(opened.url()).pathname, /^\/entries\/\d+/);
  await page.context().close();
});

test('without script the frame searches, and its map is drawn with links that stay in it', async () => {
  const { page, inside } = await framed('/embed', { ...PHONE, javaScriptEnabled: false });
  assert.ok((await inside.locator('.drawn-map a.ring').count()) > 0);
  await inside.locator('#q').fill('eau');
  await Promise.all([inside.waitForURL(/q=eau/), inside.locator('#q').press('Enter')]);
  assert.ok((await inside.locator('.card').count()) > 0);
  const ring = inside.locator('.drawn-map a.ring').first();
  if ((await ring.count()) > 0) {
    await Promise.all([inside.waitForURL(/bbox=/), ring.click()]);
    assert.equal(new URL(inside.url()).searchParams.get('q'), 'eau');
  }
  await page.context().close();
});

test('no other page of the site lets itself be framed', async () => {
  for (const path of ['/', '/explore', '/embed/code']) {
    const { page } = await framed(path);
    const shown = await Promise.all(page.frames().slice(1).map((one) => one.evaluate(() => document.body?.innerText ?? '').catch(() => '')));
    assert.doesNotMatch(shown.join(), /Agora/, path);
    assert.match(page.said.join('\n'), /frame-ancestors|X-Frame-Options/i, path);
    await page.context().close();
  }
});

test('the look asked for is the look, whatever the system says', async () => {
  for (const [look, system, dark] of [['dark', 'light', true], ['light', 'dark', false], ['auto', 'dark', true]]) {
    const { page, inside } = await framed(`/embed?look=${look}`, { ...WIDE, colorScheme: system });
    const ground = await inside.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(ground, dark ? 'rgb(16, 25, 27)' : 'rgb(250, 248, 243)', look);
    await page.context().close();
  }
});

test('frames and the page of the code have nothing that axe finds, and do not scroll sideways', async () => {
  const paths = ['/embed', '/embed?view=map', '/embed?view=list&lang_ui=en&look=dark', '/embed/code?theme=food', '/embed?q=zzzzqqqq'];
  const page = await site.page({ viewport: { width: 320, height: 640 } });
  for (const path of paths) {
    await page.goto(site.url + path, { waitUntil: 'networkidle' });
    const extra = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(extra <= 0, `${path} is ${extra} px too wide`);
    // The preview is a page of its own, looked at above.
    const { violations } = await new AxeBuilder({ page }).exclude('iframe').analyze();
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).slice(0, 3).join(' | ')}`), [], path);
  }
  assert.deepEqual(page.said, []);
  await page.context().close();
});
