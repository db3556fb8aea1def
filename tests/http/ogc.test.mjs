// OGC API Features: what the standard asks (OGC 17-069r3), and GDAL's own client over a thousand rows.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { importEntries, start, temporaryFolder } from './harness.mjs';

const run = promisify(execFile);
const PLACES = 1200;

const entries = [
  ...Array.from({ length: PLACES }, (_, i) => ({
    id: `place-${i}`, kind: 'place', title: `Lieu ${i}`, themes: [i % 3 ? 'mobility' : 'food'],
    place: { latitude: 45 + (i % 40) / 50, longitude: 5 + Math.floor(i / 40) / 30, precision: 'exact' },
  })),
  { id: 'fete', kind: 'event', title: 'Fête', place: { latitude: 48.85, longitude: 2.35, precision: 'exact' },
    dates: [{ role: 'happens', start: '2026-05-03T14:00', end: '2026-05-03T18:00', zone: 'Europe/Paris' }] },
  { id: 'printemps', kind: 'event', title: 'Semaines du printemps', dates: [{ role: 'happens', start: '2022-21' }] },
  { id: 'groupe', kind: 'actor', title: 'Groupe sans lieu', summary: 'Nulle part', tags: ['sans lieu'], siret: '73282932000074', rna: 'W731000001' },
];

describe('OGC API Features', () => {
  let server;
  let where;
  const get = async (path, status = 200) => {
    const answer = await fetch(path.startsWith('http') ? path : server.url + path);
    assert.equal(answer.status, status, path);
    return { body: await answer.json(), type: answer.headers.get('content-type') };
  };
  const items = async (query = '', collection = 'entries') => (await get(`/ogc/collections/${collection}/items${query}`)).body;
  const all = async (query, collection) => {
    const features = [];
    let page = await items(query, collection);
    for (;;) {
      features.push(...page.features);
      const next = page.links.find(({ rel }) => rel === 'next');
      if (!next) return features;
      page = (await get(next.href)).body;
    }
  };
  before(async () => {
    const folder = temporaryFolder();
    importEntries(folder, 'essai', entries);
    server = await start({ folder });
    where = `OAPIF:${server.url}/ogc`;
  });
  after(() => server.stop());

  test('the landing page leads everywhere with the types of the standard', async () => {
    const { body } = await get('/ogc');
    const links = Object.fromEntries(body.links.map((link) => [link.rel, link]));
    for (const rel of ['self', 'service-desc', 'conformance', 'data']) {
      const { type } = await get(links[rel].href);
      assert.equal(type, links[rel].type, rel);
    }
    const { conformsTo } = (await get(links.conformance.href)).body;
    for (const part of ['core', 'oas30', 'geojson']) {
      assert.ok(conformsTo.includes(`http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/${part}`), part);
    }
    const { collections } = (await get(links.data.href)).body;
    assert.equal(collections.length, 8);
    for (const collection of collections) {
      assert.deepEqual((await get(collection.links.find(({ rel }) => rel === 'self').href)).body, collection);
      const { type } = await get(collection.links.find(({ rel }) => rel === 'items').href);
      assert.equal(type, 'application/geo+json');
    }
    const [west, south, east, north] = collections[0].extent.spatial.bbox[0];
    assert.ok(west < 5 && east > 5.9 && south <= 45 && north >= 48.85);
    await get('/ogc/collections/none', 404);
    await get('/ogc/collections/none/items', 404);
  });

  test('next leads through every feature once, and every feature has the same properties', async () => {
    const features = await all('?limit=100');
    assert.equal(features.length, entries.length);
    assert.equal(new Set(features.map(({ id }) => id)).size, entries.length);
    const keys = Object.keys(features[0].properties).join();
    for (const feature of features) assert.equal(Object.keys(feature.properties).join(), keys);
    const { properties } = (await get('/ogc/collections/entries/schema')).body.properties;
    assert.equal(Object.keys(properties.properties).join(), keys);
    const page = await items('?limit=100');
    assert.equal(page.numberMatched, entries.length);
    assert.equal(page.numberReturned, 100);
    assert.ok(Date.parse(page.timeStamp) > 0);
    assert.equal((await items('?limit=999999')).numberReturned, entries.length, 'more than the most is the most');
    assert.equal((await items('')).numberReturned, 100);
  });

  test('a feature is told alone, in its collection only', async () => {
    const [feature] = (await items('', 'actors')).features;
    assert.equal(feature.geometry, null);
    const alone = (await get(`/ogc/collections/actors/items/${feature.id}`)).body;
    assert.deepEqual(alone.properties, feature.properties);
    assert.deepEqual([alone.properties.siret, alone.properties.rna, alone.properties.maturity], ['73282932000074', 'W731000001', null]);
    assert.deepEqual(alone.links.map(({ rel }) => rel), ['self', 'alternate', 'collection']);
    await get(`/ogc/collections/places/items/${feature.id}`, 404);
    await get('/ogc/collections/entries/items/abc', 404);
    await get('/ogc/collections/entries/items/1', 404);
  });

  test('a box has four numbers or six, and lets only points through', async () => {
    const inside = entries.filter(({ place }) => place && place.longitude >= 5.05 && place.longitude <= 5.2 &&
      place.latitude >= 45.1 && place.latitude <= 45.3).length;
    assert.ok(inside > 10);
    assert.equal((await items('?bbox=5.05,45.1,5.2,45.3')).numberMatched, inside);
    assert.equal((await items('?bbox=5.05,45.1,-100,5.2,45.3,4000')).numberMatched, inside);
    assert.equal((await items('?bbox=-180,-90,180,90')).numberMatched, PLACES + 1);
    for (const bad of ['1,2,3', '1,2,3,4,5', '5,46,6,45', 'a,b,c,d', '-181,0,0,1', '1,2,3,4,5,6,7', 'nan,0,1,1']) {
      assert.equal((await get(`/ogc/collections/entries/items?bbox=${bad}`, 400)).body.key, 'bbox', bad);
    }
  });

  test('a datetime is an instant or an interval, open or not', async () => {
    const counts = {
      '2026-05-03': 1, '2026-05-03T12:30:00Z': 1, '2026-05-03T11:00:00Z': 0, '2026-05-03T18:30:00%2B04:00': 1,
      '2026-05-01T00:00:00Z/..': 1, '../2022-04-01T00:00:00Z': 1, '/2030-01-01': 2, '2020-01-01/': 2,
      '../9999-12-31T23:59:59Z': 2, '0000-01-01T00:00:00%2B04:00/..': 2,
      '2022-04-01/2022-04-02': 1, '2023-01-01/2024-01-01': 0,
    };
    for (const [datetime, count] of Object.entries(counts)) {
      assert.equal((await items(`?datetime=${datetime}`)).numberMatched, count, datetime);
    }
    for (const bad of ['yesterday', '2026', '..', '2026-05-03/2026-05-01', '2026-13-01', '2026-05-03/x', 'a/b/c']) {
      assert.equal((await get(`/ogc/collections/entries/items?datetime=${bad}`, 400)).body.key, 'datetime', bad);
    }
  });

  test('properties filter as the query does, and together', async () => {
    assert.equal((await items('?theme=food')).numberMatched, PLACES / 3);
    assert.equal((await items('?kind=event,actor')).numberMatched, 3);
    assert.equal((await items('?theme=food&bbox=5,45,5.001,45.9')).numberMatched,
      entries.filter(({ themes, place }) => themes?.includes('food') && place.longitude < 5.001).length);
    assert.equal((await items('?q=printemps')).numberMatched, 1);
    assert.equal((await items('', 'events')).numberMatched, 2);
    const page = await items('?theme=food&limit=7');
    const next = page.links.find(({ rel }) => rel === 'next');
    assert.match(next.href, /theme=food&limit=7&cursor=/);
  });

  test('a parameter that is not described is a 400 that names it', async () => {
    for (const query of ['nonsense=1', 'bbox-crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84', 'offset=3', 'from=2026', 'sort=title']) {
      const { body } = await get(`/ogc/collections/entries/items?${query}`, 400);
      assert.equal(body.key, query.split('=')[0]);
    }
    assert.equal((await get('/ogc/collections/places/items?kind=actor', 400)).body.key, 'kind');
    for (const query of ['limit=0', 'limit=x', 'limit=-1', 'f=html', 'kind=need', 'state=x']) {
      await get(`/ogc/collections/entries/items?${query}`, 400);
    }
    for (const path of ['/ogc', '/ogc/api', '/ogc/conformance', '/ogc/collections', '/ogc/collections/entries']) {
      await get(`${path}?nonsense=1`, 400);
      await get(`${path}?f=json`);
    }
  });

  test('an unchanged page is not sent again', async () => {
    const url = `${server.url}/ogc/collections/entries/items?limit=3`;
    const first = await fetch(url);
    await first.arrayBuffer();
    const again = await fetch(url, { headers: { 'If-None-Match': first.headers.get('etag') } });
    assert.equal(again.status, 304);
  });

  test('GDAL lists the layers, counts, filters at the server and keeps every row', async () => {
    const info = async (...words) => (await run('ogrinfo', ['-so', ...words])).stdout;
    const layers = await info(where);
    for (const name of ['entries', 'places', 'events', 'actors', 'stories']) assert.match(layers, new RegExp(`: ${name} `));
    const count = (text) => Number(/Feature Count: (\d+)/.exec(text)?.[1]);
    assert.equal(count(await info(where, 'entries')), entries.length);
    assert.equal(count(await info(where, 'places', '-spat', '5.05', '45.1', '5.2', '45.3')),
      (await items('?bbox=5.05,45.1,5.2,45.3', 'places')).numberMatched);
    assert.equal(count(await info(where, 'entries', '-where', "kind = 'event'")), 2);
    const file = join(temporaryFolder(), 'out.gpkg');
    await run('ogr2ogr', ['-f', 'GPKG', file, where, 'entries', '-oo', 'PAGE_SIZE=250']);
    assert.equal(count(await info(file, 'entries')), entries.length);
    const rows = (await run('ogr2ogr', ['-f', 'CSV', '/vsistdout/', file, 'entries', '-select', 'title,start'])).stdout;
    assert.equal(rows.trim().split('\n').length, entries.length + 1);
    assert.match(rows, /Groupe sans lieu/);
    assert.match(rows, /Fête,2026[/-]05[/-]03/);
  });
});
