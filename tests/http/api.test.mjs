// The API over the demo: one query, every form, the same numbers everywhere.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { start } from './harness.mjs';

const QUERIES = ['', 'kind=actor', 'kind=actor,tool', 'theme=food', 'territory=dep-34', 'q=eau', 'has=video',
  'bbox=-5,42,8,51', 'near=45.5646,5.9178&radius=50', 'when=past', 'has=place', 'kind=need', 'lang=fr', 'q=zzzzqqqq'];

describe('api', () => {
  let server;
  const json = async (path, status = 200) => {
    const answer = await fetch(server.url + path);
    assert.equal(answer.status, status, path);
    return answer.json();
  };
  before(async () => {
    server = await start({ demo: true });
  });
  after(() => server.stop());

  test('list, map, GeoJSON, CSV and page agree on every query', async () => {
    for (const query of QUERIES) {
      const list = await json(`/api/v1/entries?${query}&limit=1000`);
      const tile = await json(`/tiles/0/0/0.json?${query}`);
      const collection = await json(`/api/v1/entries.geojson?${query}`);
      const csv = await (await fetch(`${server.url}/api/v1/entries.csv?${query}`)).text();
      const ids = list.items.map(({ id }) => id).sort((a, b) => a - b);
      assert.equal(list.items.length, list.total, query);
      assert.equal(tile.features.reduce((sum, { count }) => sum + count, 0), list.total - list.unplaced, query);
      assert.deepEqual(collection.features.map(({ id }) => id).sort((a, b) => a - b), ids, query);
      assert.equal(collection.features.filter(({ geometry }) => !geometry).length, list.unplaced, query);
      assert.equal(records(csv).length - 1, list.total, query);
      const html = await (await fetch(`${server.url}/explore?${query}`, { headers: { 'X-Agora-Part': 'results' } })).text();
      if (list.total > 0) assert.match(html, new RegExp(`data-total="${list.total}"`), query);
    }
  });

  test('a facet counts what its choice gives', async () => {
    for (const query of ['', 'theme=food', 'q=eau', 'kind=actor&territory=reg-84']) {
      const { facets } = await json(`/api/v1/entries?${query}&facets=kind,state,theme,territory,has,lang,source,skill`);
      for (const [key, values] of Object.entries(facets)) {
        for (const { value, count } of values) {
          const chosen = new URLSearchParams(query);
          if (key === 'theme' || key === 'has') continue; // they narrow together: checked without a query below
          chosen.set(key, value);
          assert.equal((await json(`/api/v1/entries?${chosen}&limit=1`)).total, count, `${query} ${key}=${value}`);
        }
      }
    }
    const { facets } = await json('/api/v1/entries?facets=theme,has');
    for (const [key, values] of Object.entries(facets)) {
      assert.ok(values.length > 0, key);
      for (const { value, count } of values) {
        assert.equal((await json(`/api/v1/entries?${key}=${value}&limit=1`)).total, count, `${key}=${value}`);
      }
    }
  });

  test('tiles of every zoom hold all that can be drawn', async () => {
    const { total, unplaced, bbox } = await json('/api/v1/entries');
    const [west, south, east, north] = bbox;
    for (const z of [1, 3, 5, 7]) {
      const n = 2 ** z;
      const x = (lon) => Math.floor((lon / 360 + 0.5) * n);
      const y = (lat) => Math.floor((0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * n);
      let sum = 0;
      for (let tx = x(west); tx <= x(east); tx++) {
        for (let ty = y(north); ty <= y(south); ty++) {
          const { features } = await json(`/tiles/${z}/${tx}/${ty}.json`);
          sum += features.reduce((all, { count }) => all + count, 0);
        }
      }
      assert.equal(sum, total - unplaced, `zoom ${z}`);
    }
  });

  test('next leads through everything, each entry once', async () => {
    const seen = new Set();
    let path = '/api/v1/entries?limit=13';
    let total;
    while (path) {
      const list = await json(path);
      total = list.total;
      for (const { id } of list.items) {
        assert.ok(!seen.has(id), String(id));
        seen.add(id);
      }
      path = list.next && list.next.slice(new URL(list.next).origin.length);
    }
    assert.equal(seen.size, total);
  });

  test('an unknown key or a malformed value is a 400 that names it', async () => {
    const cases = { 'colour=red': 'colour', 'kind=rocket': 'kind', 'bbox=1,2': 'bbox', 'near=95,1': 'near', 'limit=0': 'limit',
      'theme=no-such-theme': 'theme', 'territory=com-00000': 'territory', 'source=nobody': 'source', 'cursor=zzz': 'cursor',
      'from=soon': 'from', 'q=%ff': 'q', 'utm_source=x': 'utm_source' };
    for (const [query, key] of Object.entries(cases)) {
      for (const path of ['/api/v1/entries', '/api/v1/entries.geojson', '/api/v1/entries.csv', '/tiles/0/0/0.json']) {
        const answer = await fetch(`${server.url}${path}?${query}`);
        // Exports and tiles have no pages: they do not look at a cursor, so it cannot be wrong.
        if (key === 'cursor' && path !== '/api/v1/entries') continue;
        const problem = await answer.json();
        assert.equal(answer.status, 400, `${path}?${query}`);
        assert.equal(answer.headers.get('content-type'), 'application/problem+json');
        assert.equal(problem.key, key);
      }
    }
  });

  test('one entry is the item of the list', async () => {
    const { items } = await json('/api/v1/entries?limit=5');
    for (const item of items) {
      assert.deepEqual(await json(`/api/v1/entries/${item.id}`), item);
      const page = await fetch(server.url + new URL(item.url).pathname);
      assert.equal(page.status, 200);
    }
    await json('/api/v1/entries/1', 404);
  });

  test('suggestions lead to pages that stand', async () => {
    for (const typed of ['chamb', '73000', 'savoie', 'covoit', 'jard', 'éner']) {
      const { items } = await json(`/api/v1/suggest?q=${encodeURIComponent(typed)}`);
      assert.ok(items.length > 0, typed);
      for (const { url, label, type } of items) {
        assert.ok(label && ['territory', 'theme', 'entry'].includes(type));
        const page = await fetch(server.url + url, { redirect: 'manual' });
        assert.equal(page.status, 200, url);
      }
    }
  });

  test('territories and themes are told with their counts', async () => {
    const { items } = await json('/api/v1/territories?q=montpellier');
    assert.equal(items[0].code, 'com-34172');
    const herault = await json('/api/v1/territories/dep-34');
    assert.equal(herault.entries, (await json('/api/v1/entries?territory=dep-34')).total);
    assert.equal((await json('/api/v1/territories?level=region')).items.length, 18);
    const { schemes } = await json('/api/v1/themes');
    const food = schemes[0].themes.find(({ slug }) => slug === 'food');
    assert.equal(food.count, (await json('/api/v1/entries?theme=food')).total);
  });

  test('OpenAPI names routes that answer, and schemas that stand', async () => {
    const api = await json('/api/v1/openapi.json');
    const { items } = await json('/api/v1/entries?limit=1');
    const values = { id: items[0].id, code: 'dep-34', z: 5, x: 16, y: 11, size: '2x1', featureId: items[0].id, number: 1 };
    const ofMaps = { ...values, id: 'entries' }; // OGC's {id} is a collection
    assert.equal(api.openapi, '3.1.0');
    for (const [path, { get }] of Object.entries(api.paths)) {
      const names = get.parameters.filter((p) => p.in === 'path').map(({ name }) => name);
      assert.deepEqual(names, [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name), path);
      const needed = { '/api/v1/territories': '?q=a', '/basemap/view.svg': null, '/oembed': `?url=${encodeURIComponent(`${server.url}/explore`)}` }[path];
      if (needed === null) continue;
      const answer = await fetch(server.url + path.replace(/\{(\w+)\}/g, (_, name) => (path.startsWith('/ogc/') ? ofMaps : values)[name]) + (needed ?? ''));
      assert.equal(answer.status, 200, path);
      await answer.arrayBuffer();
    }
    for (const [, name] of JSON.stringify(api).matchAll(/#\/components\/schemas\/(\w+)/g)) {
      assert.ok(api.components.schemas[name], name);
    }
  });
});

// The records of an RFC 4180 text.
function records(csv) {
  const rows = csv.match(/(?:"(?:[^"]|"")*"|[^"\r\n])*\r\n/g) ?? [];
  const width = rows[0].split(',').length;
  for (const row of rows) {
    assert.equal(row.match(/(?:"(?:[^"]|"")*"|[^",\r\n])*(?:,|\r\n)/g).length, width);
  }
  assert.equal(rows.join('').length, csv.length);
  return rows;
}
