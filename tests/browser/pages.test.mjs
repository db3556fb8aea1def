// Every page in every dress: nothing that axe finds, valid HTML, no third party, no sideways scrolling, within its budget.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import AxeBuilder from '@axe-core/playwright';
import { HtmlValidate } from 'html-validate';

import { PHONE, WIDE, addresses, open } from './site.mjs';

let site;
let pages;
before(async () => {
  site = await open();
  pages = await addresses(site.url);
});
after(() => site.close());

const DRESSES = {
  wide: WIDE,
  phone: PHONE,
  dark: { ...WIDE, colorScheme: 'dark' },
  'without script': { ...PHONE, javaScriptEnabled: false },
  english: { ...WIDE, locale: 'en-GB', extraHTTPHeaders: { 'Accept-Language': 'en' } },
};

for (const [dress, options] of Object.entries(DRESSES)) {
  test(`no page has anything that axe finds: ${dress}`, async () => {
    // axe is itself a script: where the page runs none, it is looked at in a context that lets only axe in.
    const page = await site.page({ ...options, javaScriptEnabled: true });
    if (options.javaScriptEnabled === false) await page.route('**/*.js', (route) => route.abort());
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(site.url + path, { waitUntil: 'networkidle' });
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).slice(0, 3).join(' | ')}`), [], name);
    }
    await page.context().close();
  });
}

test('pages ask nobody else for anything and the console stays quiet', async () => {
  const page = await site.page();
  for (const path of Object.values(pages).filter((p) => p !== pages['not there'])) {
    await page.goto(site.url + path, { waitUntil: 'networkidle' });
  }
  assert.deepEqual(page.said, []);
  await page.context().close();
});

test('no page scrolls sideways at 320 px', async () => {
  const page = await site.page({ viewport: { width: 320, height: 640 } });
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(site.url + path, { waitUntil: 'networkidle' });
    const extra = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(extra <= 0, `${name} is ${extra} px too wide`);
  }
  await page.context().close();
});

test('every page is valid HTML', async () => {
  const validator = new HtmlValidate({
    extends: ['html-validate:standard'],
    rules: { 'no-trailing-whitespace': 'off', 'void-style': 'off', 'long-title': 'off', 'require-sri': 'off', 'svg-focusable': 'off', 'no-inline-style': 'error' },
  });
  for (const [name, path] of Object.entries(pages)) {
    const report = await validator.validateString(await (await fetch(site.url + path)).text());
    const faults = report.results.flatMap((r) => r.messages.map((m) => `${m.line}:${m.column} ${m.ruleId} ${m.message}`));
    assert.deepEqual(faults, [], name);
  }
});

test('pages, style and script keep within their budgets', async () => {
  for (const [name, path] of Object.entries(pages)) {
    const html = await (await fetch(site.url + path)).text();
    const size = brotliCompressSync(Buffer.from(html)).length;
    assert.ok(size <= 25 * 1024, `${name}: ${size} bytes of HTML`);
    for (const asset of html.match(/\/assets\/(?:app|site)-[^"]+\.(css|js)/g) ?? []) {
      const body = Buffer.from(await (await fetch(site.url + asset)).arrayBuffer());
      const limit = asset.endsWith('.css') ? 8 : 10;
      assert.ok(brotliCompressSync(body).length <= limit * 1024, `${asset}: more than ${limit} KB`);
    }
  }
});
