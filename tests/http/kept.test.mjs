// What is kept in memory is what would be made now: answers beside their own new ones while entries change.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { importEntries, start, teamOf } from './harness.mjs';

const COUNT = 60;
const ROUNDS = 5;
const TOWNS = [[5.92, 45.57], [4.83, 45.76], [-1.55, 47.22], [2.35, 48.86]];
const ADDRESSES = ['/tiles/0/0/0.json', '/tiles/5/16/11.json?kind=place', '/tiles/4/7/4/4x4.json', '/api/v1/entries?facets=kind,source',
  '/api/v1/entries?q=jardin&bbox=4,45,7,47', '/tiles/12/2115/1462.json?source=many',
  ...TOWNS.flatMap(([lon, lat]) => [
    `/api/v1/entries?bbox=${lon - 0.2},${lat - 0.2},${lon + 0.2},${lat + 0.2}&facets=kind,theme,territory,source`,
    `/api/v1/entries?bbox=${lon - 1},${lat - 1},${lon + 1},${lat + 1}&limit=3&sort=recent`,
    ...[7, 10, 13].map((z) => `/tiles/${z}/${tile(lon, lat, z)}.mvt`),
    `/tiles/9/${tile(lon, lat, 9)}.json?kind=place,initiative`]),
];

function tile(lon, lat, z) {
  const rad = (lat * Math.PI) / 180;
  return `${Math.floor(((lon + 180) / 360) * 2 ** z)}/${Math.floor(((1 - Math.asinh(Math.tan(rad)) / Math.PI) / 2) * 2 ** z)}`;
}

const at = (lon, lat) => ({ latitude: lat, longitude: lon });
const place = (i, moves) => {
  const [lon, lat] = TOWNS[(i + moves) % TOWNS.length];
  return at(lon + (i % 6) / 50, lat + (i % 5) / 50);
};
// The first of each town tells of one in another town.
const entry = (i) => ({ id: `e${i}`, title: `Jardin ${i}`, kind: i % 2 ? 'place' : 'initiative', place: place(i, 0),
  ...(i < TOWNS.length ? { links: [{ relation: 'see-also', target: `e${i + 5}` }] } : {}) });

// The address of the next page holds the moment of the first one.
const told = (bytes) => Buffer.from(bytes).toString('latin1').replace(/cursor=[\w-]+/, 'cursor=');

describe('kept answers', () => {
  let server;
  let fresh = 0;
  const get = async (path, headers = {}) => {
    const answer = await fetch(server.url + path, { headers });
    return { status: answer.status, etag: answer.headers.get('etag'), body: told(await answer.arrayBuffer()) };
  };
  // Nobody has asked for this form before, so it is made now.
  const made = (path) => get(path, { Accept: `*/*, application/x-${fresh++}` });
  const figures = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)[1]);
  };
  const caughtUp = async () => {
    for (;;) {
      const of = await figures();
      if (of('agora_atlas_change_sequence') === of('agora_store_change_sequence')) return;
    }
  };
  // Entries change as if somebody edited them: nothing is said of their source.
  const edit = (changes) => teamOf.sql(server.folder, `BEGIN IMMEDIATE; ${changes.map(([key, what]) => `UPDATE entry SET ${what} WHERE source_key = '${key}';
    INSERT INTO change SELECT (SELECT max(sequence) FROM change) + 1, 1, id, 0 FROM entry WHERE source_key = '${key}';`).join('\n')} COMMIT;`);
  before(async () => {
    server = await start();
    importEntries(server.folder, 'many', Array.from({ length: COUNT }, (_, i) => entry(i)));
    await caughtUp();
  });
  after(() => server.stop());

  test('a kept answer never differs from one that is made, and a tag that stays stands for the same bytes', async () => {
    const last = new Map();
    let stayed = 0;
    let changed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      if (round > 0) {
        edit([...Array(5).keys()].map((k) => {
          const i = (7 * round + 11 * k) % COUNT;
          const { latitude, longitude } = place(i, k === 0 ? round : 0);
          return [`e${i}`, `title = 'Jardin ${i} (${round})', latitude_e7 = ${Math.round(latitude * 1e7)}, longitude_e7 = ${Math.round(longitude * 1e7)}`];
        }));
      }
      await caughtUp();
      for (const path of ADDRESSES) {
        const now = await made(path);
        assert.equal(now.status, 200, `${path}: ${now.body}`);
        for (let i = 0; i < 3; i++) assert.deepEqual(await get(path), now, path);
        const before = last.get(path);
        if (before) {
          const again = await get(path, { 'If-None-Match': before.etag });
          assert.equal(again.status, before.etag === now.etag ? 304 : 200, path);
          if (before.etag === now.etag) assert.equal(before.body, now.body, path);
          stayed += before.etag === now.etag;
          changed += before.body !== now.body;
        }
        last.set(path, now);
      }
    }
    assert.ok(changed > ADDRESSES.length, `${changed} changed`);
    assert.ok(stayed > 0, `${stayed} stayed`);
  });

  test('a change in one town leaves the tags of the others as they are', async () => {
    const [first, ...others] = TOWNS.map(([lon, lat]) => `/tiles/11/${tile(lon, lat, 11)}.json`);
    const was = new Map(await Promise.all([first, ...others].map(async (path) => [path, await get(path)])));
    const [lon, lat] = TOWNS[0];
    edit([['e8', `title = 'Le fournil', latitude_e7 = ${lat * 1e7}, longitude_e7 = ${lon * 1e7}`]]);
    await caughtUp();
    assert.notEqual((await get(first)).etag, was.get(first).etag);
    for (const path of others) assert.deepEqual(await get(path), was.get(path), path);
  });

  test('a list tells at once what an entry elsewhere says of one of its own, and is told of it', async () => {
    const [lon, lat] = TOWNS[1];
    const of = (west, south) => `/api/v1/entries?bbox=${west - 0.2},${south - 0.2},${west + 0.2},${south + 0.2}&limit=100`;
    const [near, far] = [of(lon, lat), of(9.4, 42.1)];
    const key = `e${TOWNS.length + 1}`;
    importEntries(server.folder, 'many', [{ id: 'teller', title: 'Un récit', kind: 'story', place: at(9.4, 42.1),
      links: [{ relation: 'presents', target: key }] }]);
    const texts = ({ body }) => Buffer.from(body, 'latin1').toString();
    let last = new Map();
    for (const [title, other] of [['Un récit', 'Jardin'], ['Un autre récit', 'Jardin'], ['Un autre récit', 'Un verger']]) {
      if (last.size > 0) edit(other === 'Jardin' ? [['teller', `title = '${title}'`]] : [[key, `title = '${other}'`]]);
      await caughtUp();
      const now = new Map();
      for (const path of [near, far]) {
        now.set(path, await get(path));
        assert.ok(texts(now.get(path)).includes(title) && texts(now.get(path)).includes(other), `${title}, ${other}: ${path}`);
        assert.notEqual(now.get(path).etag, last.get(path)?.etag);
        for (let i = 0; i < 3; i++) assert.deepEqual(await get(path), now.get(path));
        assert.deepEqual(await made(path), now.get(path));
      }
      last = now;
    }
  });
});
