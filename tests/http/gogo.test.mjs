// GoGoCarto's dialect: what its maps ask, what its importer reads, and our own importer reading it back.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { agora, importEntries, start, temporaryFolder } from './harness.mjs';

const at = (latitude, longitude) => ({ latitude, longitude, precision: 'exact' });
const entries = [
  { id: 'a', kind: 'place', title: 'Épicerie "du coin"', summary: 'Vrac & local', themes: ['food'], tags: ['vrac'],
    place: { ...at(45.57, 5.92), address: '1 rue du Puits', postal_code: '73000', city: 'Chambéry', territory: 'com-73065' },
    opening_hours: 'Mo-Fr 09:00-12:00,14:00-18:00; Sa 10:00-12:00', price: 'Prix libre',
    contacts: [{ kind: 'website', value: 'https://vrac.example' }, { kind: 'telephone', value: '+33400000000' },
      { kind: 'email', value: 'secret@vrac.example', visibility: 'team' }],
    media: [{ kind: 'image', url: 'https://vrac.example/a.jpg' }] },
  { id: 'b', kind: 'event', title: 'Bal', themes: ['mobility'], place: at(45.6, 5.95), dates: [{ role: 'happens', start: '2026-12-05' }],
    opening_hours: 'selon la météo' },
  { id: 'c', kind: 'place', title: 'Loin', themes: ['food'], place: at(48.85, 2.35) },
  { id: 'd', kind: 'actor', title: 'Sans lieu' },
];

// As gogocarto-js reads an answer: element-json-loader.module.ts, by its behaviour.
const load = (answer) => answer.data.map((json) => (Array.isArray(json) && json.length >= 5
  ? { id: json[0], name: json[1][answer.mapping[1].indexOf('name')], lat: json[2], lng: json[3], options: json[4], status: json[5] ?? 1 }
  : { id: json.id, name: json.name, lat: json.geo.latitude, lng: json.geo.longitude,
    options: json.categoriesFull.map(({ id }) => id), status: json.status }));

describe('the dialect of GoGoCarto', () => {
  let server;
  const get = async (path, status = 200) => {
    const answer = await fetch(server.url + path);
    assert.equal(answer.status, status, path);
    return answer.json();
  };
  const names = async (path) => load(await get(path)).map(({ name }) => name).sort();
  // Every option of the tree by its number: {id: name with its parents}.
  const options = (groups, above = [], found = {}) => {
    for (const group of groups) {
      assert.ok(Number.isSafeInteger(group.id) && group.options.length > 0);
      for (const option of group.options) {
        assert.equal(found[option.id], undefined, 'numbers are used once');
        found[option.id] = [...above, option.name];
        if (option.subcategories) options(option.subcategories, found[option.id], found);
      }
    }
    return found;
  };
  before(async () => {
    const folder = temporaryFolder();
    importEntries(folder, 'essai', entries);
    server = await start({ folder });
  });
  after(() => server.stop());

  test('a map of GoGoCarto reads whole and compact elements alike', async () => {
    const whole = await get('/api/elements.json');
    assert.equal(whole.ontology, 'gogofull');
    assert.equal(whole.left_out, 1);
    assert.equal(whole.mapping, undefined);
    const compact = await get('/api/elements.json?ontology=gogocompact');
    assert.deepEqual(compact.mapping, ['id', ['name'], 'latitude', 'longitude', 'status', 'moderationState']);
    assert.deepEqual(load(compact), load(whole));
    assert.equal(load(whole).length, 3);
    const [shop] = whole.data;
    assert.deepEqual(shop.address, { streetAddress: '1 rue du Puits', addressLocality: 'Chambéry', postalCode: '73000', addressCountry: 'FR' });
    assert.deepEqual(shop.categories, ['Lieu', 'Alimentation']);
    assert.deepEqual(shop.openHours, { Mo: '09:00-12:00,14:00-18:00', Tu: '09:00-12:00,14:00-18:00', We: '09:00-12:00,14:00-18:00',
      Th: '09:00-12:00,14:00-18:00', Fr: '09:00-12:00,14:00-18:00', Sa: '10:00-12:00' });
    assert.deepEqual(shop.images, ['https://vrac.example/a.jpg']);
    assert.match(shop.createdAt, /^\d\d\/\d\d\/\d{4}$/);
    assert.ok(!JSON.stringify(whole).includes('secret@'));
    assert.equal(whole.data[1].openHoursMoreInfos, 'selon la météo');
  });

  test('the taxonomy names every number, the same in both languages', async () => {
    const french = options(await get('/api/taxonomy.json'));
    const english = options(await get('/api/taxonomy.json?lang_ui=en'));
    assert.deepEqual(Object.keys(french), Object.keys(english));
    for (const element of load(await get('/api/elements.json'))) {
      for (const id of element.options) assert.ok(french[id], `${id}`);
    }
    const food = Object.keys(french).find((id) => french[id].join() === 'Alimentation');
    const event = Object.keys(french).find((id) => french[id].join() === 'Rendez-vous');
    // Written down: they must stay the same for ever.
    assert.deepEqual([Number(food), Number(event)], [185496378630058, 198565066227086]);
    assert.deepEqual(await names(`/api/elements.json?categories=${food}`), ['Loin', 'Épicerie "du coin"']);
    assert.deepEqual(await names(`/api/elements.json?categories[]=${event}`), ['Bal']);
    assert.deepEqual(await names(`/api/elements.json?categories[]=${food}&bounds=5,45,6,46`), ['Épicerie "du coin"']);
    assert.deepEqual(await names('/api/elements.json?categories='), ['Bal', 'Loin', 'Épicerie "du coin"']);
    assert.equal((await get('/api/elements.json?categories=12', 400)).key, 'categories');
  });

  test('boxes add up, each element once, as a moving map asks', async () => {
    assert.deepEqual(await names('/api/elements.json?bounds=5,45,6,46;'), ['Bal', 'Épicerie "du coin"']);
    assert.deepEqual(await names('/api/elements.json?bounds=5.9,45.5,5.93,45.7;5.91,45.5,6,45.7;'), ['Bal', 'Épicerie "du coin"']);
    assert.deepEqual(await names('/api/elements.json?bounds=5,45,6,46;2,48,3,49&limit=2'), ['Bal', 'Épicerie "du coin"']);
    // All that gogocarto-js sends along.
    assert.deepEqual(await names('/api/elements.json?bounds=2%2C48%2C3%2C49%3B&boundsJson=%5B%5D&categories=&fullRepresentation=false' +
      '&ontology=gogocompact&stampsIds='), ['Loin']);
    for (const bad of ['1,2,3', '5,46,6,45', 'x', '200,0,201,1']) assert.equal((await get(`/api/elements.json?bounds=${bad}`, 400)).key, 'bounds');
    for (const bad of ['limit=0', 'limit=x', 'ontology=x', 'nonsense=1']) await get(`/api/elements.json?${bad}`, 400);
    assert.deepEqual(await names('/api/elements.json?kind=place&q=loin'), ['Loin']);
  });

  test('one element is told where a map looks for it', async () => {
    const [{ id }] = (await get('/api/elements.json?q=bal')).data;
    for (const path of [`/api/elements/${id}`, `/api/elements/${id}.json`, `/api/elements.json/${id}`]) {
      assert.equal((await get(path)).data[0].name, 'Bal');
    }
    await get('/api/elements/12', 404);
    await get('/api/elements/x', 404);
  });

  test('an unchanged answer is not sent again, another question is answered', async () => {
    const ask = (query, tag) => fetch(`${server.url}/api/elements.json?${query}`, tag ? { headers: { 'If-None-Match': tag } } : {});
    const first = await ask('bounds=5,45,6,46');
    await first.arrayBuffer();
    assert.equal((await ask('bounds=5,45,6,46', first.headers.get('etag'))).status, 304);
    assert.equal((await ask('bounds=2,48,3,49', first.headers.get('etag'))).status, 200);
  });

  test('exported and imported again, nothing that GoGoCarto can hold is lost', async () => {
    const out = agora('export', '--data', server.folder, '--format', 'gogocarto');
    assert.equal(out.status, 0, out.stderr);
    assert.equal(JSON.parse(out.stdout).data.length, 3);
    const folder = temporaryFolder();
    const file = join(folder, 'elements.json');
    writeFileSync(file, out.stdout);
    const done = agora('import', '--data', folder, '--source', 'retour', file);
    assert.match(done.stdout, /added 3,.* rejected 0/, done.stderr);
    const lines = agora('export', '--data', folder, '--format', 'jsonl').stdout.trim().split('\n').map((line) => JSON.parse(line));
    const shop = lines.find(({ title }) => title.startsWith('Épicerie'));
    assert.equal(shop.title, 'Épicerie "du coin"');
    assert.equal(shop.kind, 'place');
    assert.ok(shop.themes.includes('food'), JSON.stringify(shop));
    assert.deepEqual([shop.place.latitude, shop.place.longitude, shop.place.postal_code], [45.57, 5.92, '73000']);
    assert.equal(shop.place.address, '1 rue du Puits');
    assert.ok(shop.contacts.some(({ value }) => value === 'https://vrac.example'));
    assert.equal(shop.opening_hours, 'Mo-Fr 09:00-12:00,14:00-18:00; Sa 10:00-12:00');
    assert.equal(lines.find(({ title }) => title === 'Bal').kind, 'event');
    assert.equal(lines.find(({ title }) => title === 'Bal').dates[0].start, '2026-12-05');
  });
});
