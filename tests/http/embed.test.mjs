// Frames: only /embed may be framed, and nothing is kept there (RULE FRAME-1).
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { start } from './harness.mjs';

const SRC = resolve(fileURLToPath(import.meta.url), '../../../src');

// The path of every route row of the program, read from its tables.
function routePaths() {
  const files = readdirSync(SRC, { recursive: true }).filter((name) => name.endsWith('.c'));
  const paths = files.flatMap((name) => {
    const text = readFileSync(join(SRC, name), 'utf8');
    if (!text.includes('const struct http_route ')) return [];
    return [...text.matchAll(/(?:\.path =|^ {4}[A-Z_]+\()\s*"(\/[^"]*)"/gm)].map(([, path]) => path);
  });
  return [...new Set(paths)];
}

const VALUES = { z: '5', x: '16', y: '11', code: 'dep-73', slug: 'food', id: '1', file: 'none' };
const fill = (path) => path.replace(/\{(\w+)…?\}/g, (_, name) => VALUES[name] ?? 'x');

describe('frames', () => {
  let server;
  before(async () => {
    server = await start({ demo: true });
  });
  after(() => server.stop());
  const get = async (path, headers) => {
    const answer = await fetch(server.url + path, { headers: { Accept: 'text/html', ...headers }, redirect: 'manual' });
    return { answer, html: await answer.text(), policy: answer.headers.get('content-security-policy') ?? '' };
  };

  test('RULE FRAME-1: no other answer than /embed may be framed', async () => {
    const paths = routePaths();
    assert.ok(paths.length > 25 && paths.includes('/embed') && paths.includes('/'), `${paths.length} routes found`);
    for (const path of [...paths, '/not-there', '/embed/', '/embed/x']) {
      const { answer, policy } = await get(fill(path));
      const framed = path === '/embed';
      assert.match(policy, framed ? /frame-ancestors \*/ : /frame-ancestors 'none'/, path);
      assert.equal(answer.headers.get('x-frame-options'), framed ? null : 'DENY', path);
    }
  });

  test('an address too long to be one is an error that cannot be framed either', async () => {
    const { answer, policy } = await get(`/embed?q=${'x'.repeat(3000)}`);
    assert.equal(answer.status, 414);
    assert.match(policy, /frame-ancestors 'none'/);
  });

  test('RULE FRAME-1: a frame sets no cookie, whatever its language', async () => {
    for (const language of ['fr', 'en']) {
      const { answer, html } = await get(`/embed?lang_ui=${language}`);
      assert.equal(answer.headers.get('set-cookie'), null);
      assert.match(html, new RegExp(`<html lang="${language}"`));
    }
  });

  test('a frame shows what its address says: list, map or both, with the same total', async () => {
    const total = (await (await fetch(`${server.url}/api/v1/entries?kind=tool,initiative,idea,place,event,actor,story`)).json()).total;
    for (const [view, list, map] of [['both', true, true], ['list', true, false], ['map', false, true]]) {
      const { html } = await get(`/embed?view=${view}`);
      assert.equal(html.includes('<article class="card'), list, view);
      assert.equal(html.includes('<svg class="drawn-map"'), map, view);
      assert.match(html, new RegExp(`data-total="${total}"`), view);
      assert.equal(/<script[^>]*src="\/assets\/embed-/.test(html), map, `${view}: script only where there is a map`);
    }
  });

  test('what is locked has no control, what is not has one', async () => {
    const open = (await get('/embed?q=eau&theme=water&territory=country-fr')).html;
    assert.match(open, /<input id="q"/);
    assert.match(open, /<nav id="kinds"/);
    assert.match(open, /id="drop-water"/);
    assert.match(open, /id="drop-country-fr"/);
    const locked = (await get('/embed?q=eau&theme=water&territory=country-fr&lock=q,kind,theme')).html;
    assert.doesNotMatch(locked, /<input id="q"/);
    assert.doesNotMatch(locked, /<nav id="kinds"/);
    assert.doesNotMatch(locked, /id="drop-water"/);
    assert.match(locked, /id="drop-country-fr"/);
  });

  test('links to a query stay in the frame with its dress, all others open beside the page', async () => {
    const { html } = await get('/embed?kind=tool,actor&view=both&look=dark&lock=q&title=0');
    assert.match(html, /<html lang="fr" data-look="dark">/);
    const links = [...html.matchAll(/<a [^>]*href="([^"]*)"[^>]*>/g)];
    assert.ok(links.length > 20);
    for (const [tag, href] of links) {
      if (href.startsWith('/embed')) {
        assert.match(href, /look=dark/, tag);
        assert.match(href, /lock=q/, tag);
        assert.doesNotMatch(tag, /target=/, tag);
      } else {
        assert.match(tag, /target="_blank"/, tag);
        assert.match(tag, /rel="noopener"/, tag);
      }
    }
    assert.ok(links.some(([, href]) => href.startsWith('/entries/')));
  });

  test('the search of a frame keeps its query and its dress', async () => {
    const { html } = await get('/embed?theme=food&kind=tool&view=list&look=light');
    const form = /<form id="query"[^]*?<\/form>/.exec(html)[0];
    for (const [name, value] of [['theme', 'food'], ['kind', 'tool'], ['view', 'list'], ['look', 'light']]) {
      assert.match(form, new RegExp(`<input type="hidden" name="${name}" value="${value}">`));
    }
  });

  test('what is not understood is told, and the rest is kept', async () => {
    const { answer, html } = await get('/embed?kind=tool&view=globe&lock=weather&space=none&utm_source=x&bbox=1,2');
    assert.equal(answer.status, 200);
    assert.equal(html.match(/class="alert alert--warn"/g).length, 4);
    assert.match(html, /<article class="card k-tool/);
  });

  test('the printed guide and the portraits tell it too', async () => {
    for (const path of ['/explore/print?kind=nope', '/stories?bbox=1,2&theme=food']) {
      const { answer, html } = await get(path);
      assert.equal(answer.status, 200, path);
      assert.equal(html.match(/class="alert alert--warn"/g)?.length, 1, path);
      assert.doesNotMatch((await get(path.split('?')[0])).html, /alert--warn/);
    }
  });

  test('a frame weighs less than the explorer', async () => {
    const weigh = async (path) => (await get(path)).html.length;
    assert.ok((await weigh('/embed?kind=tool')) < (await weigh('/explore?kind=tool')) * 0.8);
  });

  test('the page of the code gives one line that frames the query, and shows it', async () => {
    const { answer, html, policy } = await get('/embed/code?kind=tool&q=%22%3Cb%3E%22&shown=1&view=map&lock=q&lock=kind&height=500');
    assert.equal(answer.status, 200);
    assert.match(policy, /frame-src 'self'/);
    const unescape = (text) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&');
    const code = unescape(/<textarea[^>]*>([^]*?)<\/textarea>/.exec(html)[1]);
    const [, src] = /^<iframe src="([^"]*)" title="[^"]+" width="100%" height="500" loading="lazy" style="border:0"><\/iframe>$/.exec(code);
    const url = new URL(unescape(src));
    assert.equal(url.origin, server.url);
    assert.equal(url.pathname, '/embed');
    assert.deepEqual(Object.fromEntries(url.searchParams),
      { q: '"<b>"', kind: 'tool', lang_ui: 'fr', view: 'map', lock: 'q,kind', title: '0' });
    assert.match(html, new RegExp(`<iframe class="code-preview" loading="lazy" src="/embed\\?`));
  });
});
