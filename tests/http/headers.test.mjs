// What every answer carries, whatever the page.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { raw, start } from './harness.mjs';

const PAGES = ['/', '/explore', '/explore?q=jardin', '/themes', '/about', '/not-there'];
const MACHINES = ['/api/v1/entries', '/api/v1/themes', '/api/v1/entries.geojson', '/tiles/5/16/11.json', '/tiles.json',
  '/healthz', '/api/v1/nothing', '/api/v1/entries?x=1'];

describe('headers', () => {
  let server;
  before(async () => {
    server = await start({ demo: true });
  });
  after(() => server.stop());

  test('pages allow no script but ours, no frame, no sniffing', async () => {
    for (const page of PAGES) {
      const { headers } = await fetch(server.url + page, { headers: { Accept: 'text/html' } });
      const policy = headers.get('content-security-policy');
      assert.match(headers.get('content-type'), /^text\/html; charset=utf-8$/, page);
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/, page);
      assert.match(policy, /base-uri 'none'/, page);
      assert.match(policy, /frame-ancestors 'none'/, page);
      assert.doesNotMatch(policy, /unsafe/, page);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', page);
      assert.equal(headers.get('referrer-policy'), 'same-origin', page);
      assert.equal(headers.get('permissions-policy'), 'geolocation=(self)', page);
      assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', page);
      assert.equal(headers.get('access-control-allow-origin'), null, page);
    }
  });

  test('pages hold no inline script and no inline style', async () => {
    for (const page of PAGES) {
      const html = await (await fetch(server.url + page, { headers: { Accept: 'text/html' } })).text();
      assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)(?![^>]*application\/(?:ld\+)?json)/, page);
      assert.doesNotMatch(html, /<[^>]+\s(?:style|on[a-z]+)=/, page);
    }
  });

  test('answers for machines are open to every origin, errors too', async () => {
    for (const path of MACHINES) {
      const { headers } = await fetch(server.url + path);
      assert.equal(headers.get('access-control-allow-origin'), path === '/api/v1/nothing' ? null : '*', path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
      assert.match(headers.get('content-security-policy'), /^default-src 'none'/, path);
    }
    const preflight = await fetch(`${server.url}/api/v1/entries`, { method: 'OPTIONS' });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-methods'), 'GET, HEAD, OPTIONS');
  });

  test('large answers are packed in the form the client prefers, and are the same', async () => {
    const ask = (coding) =>
      raw(server.port, `GET /api/v1/themes HTTP/1.0\r\nHost: a\r\nAccept-Encoding: ${coding}\r\n\r\n`);
    const plain = await ask('identity');
    const packed = { br: brotliDecompressSync, gzip: gunzipSync };
    assert.equal(plain.headers['content-encoding'], undefined);
    for (const [coding, unpack] of Object.entries(packed)) {
      const answer = await ask(coding);
      assert.equal(answer.headers['content-encoding'], coding);
      assert.ok(answer.body.length < plain.body.length / 2);
      assert.equal(unpack(Buffer.from(answer.body, 'latin1')).toString('latin1'), plain.body);
      assert.match(answer.headers.vary, /Accept-Encoding/);
    }
  });

  test('whoever has it already gets 304 and no body', async () => {
    for (const path of ['/explore', '/api/v1/entries', '/api/v1/themes', '/tiles/5/16/11.json', '/api/v1/openapi.json']) {
      const first = await fetch(server.url + path);
      const etag = first.headers.get('etag');
      await first.arrayBuffer();
      assert.ok(etag, path);
      const again = await fetch(server.url + path, { headers: { 'If-None-Match': etag } });
      assert.equal(again.status, 304, path);
      assert.equal(await again.text(), '');
      const other = await fetch(server.url + path, { headers: { 'If-None-Match': '"other"' } });
      assert.equal(other.status, 200, path);
      await other.arrayBuffer();
    }
  });

  test('HEAD says what GET says, without a body', async () => {
    for (const path of ['/', '/explore', '/api/v1/entries', '/healthz', '/api/v1/entries.csv']) {
      const answer = await raw(server.port, `HEAD ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      const full = await fetch(server.url + path);
      await full.arrayBuffer();
      assert.equal(answer.status, 200, path);
      assert.equal(answer.body, '', path);
      assert.equal(answer.headers['content-type'], full.headers.get('content-type'), path);
    }
  });

  test('files of the page are kept for ever, under the names the page gives', async () => {
    const html = await (await fetch(server.url)).text();
    const files = [...new Set(html.match(/\/assets\/[\w.-]+\.(?:css|js|woff2)/g))];
    assert.ok(files.length >= 2);
    for (const file of files) {
      const answer = await fetch(server.url + file);
      assert.equal(answer.status, 200, file);
      assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable', file);
      assert.ok((await answer.arrayBuffer()).byteLength > 0);
    }
    assert.equal((await fetch(`${server.url}/assets/app-00000000.css`)).status, 404);
  });

  test('the language of a page is the one asked for, and is remembered', async () => {
    const ask = (path, headers) => fetch(server.url + path, { headers });
    const french = await ask('/', { 'Accept-Language': 'de' });
    assert.match(await french.text(), /<html[^>]* lang="fr"/);
    const english = await ask('/', { 'Accept-Language': 'en-GB,fr;q=0.5' });
    assert.match(await english.text(), /<html[^>]* lang="en"/);
    const chosen = await ask('/?lang_ui=en', { 'Accept-Language': 'fr' });
    assert.equal(chosen.headers.get('content-language'), 'en');
    assert.match(chosen.headers.get('set-cookie'), /^lang_ui=en; Path=\/; Max-Age=\d+; SameSite=Lax/);
    const next = await ask('/', { 'Accept-Language': 'fr', Cookie: 'lang_ui=en' });
    assert.match(await next.text(), /<html[^>]* lang="en"/);
  });
});
