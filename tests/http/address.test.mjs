// Places by their address: a service on this machine that answers as it should, and one that does not.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { agora, signIn, start, teamOf, temporaryFolder, visitor } from './harness.mjs';

const feature = (label, [lon, lat], properties) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [lon, lat] },
  properties: { label, score: 0.9, ...properties },
});
const BOIGNE = feature('8 Rue de Boigne 73000 Chambéry', [5.9217, 45.5659], { type: 'housenumber', housenumber: '8', street: 'Rue de Boigne', name: '8 Rue de Boigne', postcode: '73000', city: 'Chambéry', citycode: '73065' });
const ELSEWHERE = feature('Rue de Boigne 74000 Annecy', [6.1294, 45.8992], { type: 'street', name: 'Rue de Boigne', street: 'Rue de Boigne', postcode: '74000', city: 'Annecy', citycode: '74010' });
const UNKNOWN = feature('8 Rue de Nulle Part', [5, 45], { type: 'housenumber', housenumber: '8', street: 'Rue de Nulle Part', postcode: '99999', citycode: '99999' });
const collection = (...features) => JSON.stringify({ type: 'FeatureCollection', features });

const asked = []; // addresses of requests, in their order
let redirected = 0;
let answer; // what the service does with the next ones
const good = (request, response) => response.end(collection(BOIGNE, ELSEWHERE, UNKNOWN));
const trap = createServer((request, response) => {
  redirected++;
  response.end(collection(BOIGNE));
});
const service = createServer((request, response) => {
  asked.push({ url: new URL(request.url, 'http://x'), headers: request.headers });
  answer(request, response);
});

let server;
before(async () => {
  for (const each of [service, trap]) await new Promise((done) => each.listen(0, '127.0.0.1', done));
  answer = good;
  server = await start({ settings: `geocoder_url = http://127.0.0.1:${service.address().port}/base\n` });
});
after(async () => {
  for (const each of [service, trap]) {
    each.closeAllConnections();
    each.close();
  }
  await server.stop();
});

async function draftOf(who = visitor(server)) {
  const { location } = await who.send('/add', { kind: 'initiative' });
  const draft = location.replace(/\/what$/, '');
  assert.equal((await who.send(`${draft}/what`, { title: 'Un four à pain', summary: 'On cuit.', kind: 'initiative', state: '' })).status, 303);
  return { who, draft, where: (fields) => who.send(`${draft}/where`, { where: '', name: '', address: '', point: '', precision: 'exact', ...fields }) };
}
const choices = (text) => [...text.matchAll(/name="answer" value="([^"]*)"( checked)?><span>([^<]*)/g)].map(([, value, checked, label]) => ({ value, checked: checked !== undefined, label }));

test('an address is looked for by the site, and what is chosen becomes the place', async () => {
  const { who, draft, where } = await draftOf(await signIn(server, 'lea@example.org'));
  const page = await where({ do: 'address', q: '8 rue de Boigne & co', name: 'Le four' });
  assert.equal(page.status, 200);
  assert.deepEqual(choices(page.text).map(({ label, checked }) => [label, checked]), [
    ['8 Rue de Boigne, 73000 Chambéry (73)', true],
    ['Rue de Boigne, 74000 Annecy (74)', false],
    ['Aucune de celles-ci', false],
  ]);
  const { url, headers } = asked.at(-1);
  assert.deepEqual([url.pathname, url.searchParams.get('q'), url.searchParams.get('limit')], ['/base/search', '8 rue de Boigne & co', '5']);
  assert.deepEqual(Object.keys(headers).sort(), ['accept', 'host', 'user-agent'], 'nothing of who asks');
  assert.match(page.text, /value="Le four"/, 'nothing typed is lost');
  const [{ value }] = choices(page.text);
  const next = await where({ q: '8 rue de Boigne & co', asked: '8 rue de Boigne & co', answer: value, name: 'Le four' });
  assert.equal(next.status, 303);
  const again = (await who.look(`${draft}/where`)).text;
  for (const kept of ['value="Chambéry (73)"', 'value="8 Rue de Boigne"', 'value="45.5659, 5.9217"']) assert.ok(again.includes(kept), kept);
  const sent = await who.send(`${draft}/check`, { charter: 1 });
  const entry = await (await fetch(`${server.url}/api/v1/entries/${/entries\/(\d+)/.exec(sent.location)[1]}`)).json();
  assert.deepEqual(
    [entry.place.territory, entry.place.postal_code, entry.place.address, entry.place.latitude, entry.place.precision],
    ['com-73065', '73000', '8 Rue de Boigne', 45.5659, 'exact'],
  );
});

test('the key Enter looks for what was typed, and goes on once it was looked for', async () => {
  const { where } = await draftOf();
  const before = asked.length;
  assert.ok(choices((await where({ q: 'rue de Boigne' })).text).length > 0);
  assert.equal(asked.length, before + 1);
  const none = await where({ q: 'rue de Boigne', asked: 'rue de Boigne', answer: 'none', where: 'Annecy (74)' });
  assert.equal(none.status, 303);
  assert.equal(asked.length, before + 1);
});

test('RULE PLACE-2: a position far from its commune is told with the distance, and may be confirmed', async () => {
  const { who, draft, where } = await draftOf();
  const far = { where: 'Chambéry (73)', point: '48.8566, 2.3522' };
  const page = await where(far);
  assert.equal(page.status, 422);
  assert.match(page.text, /id="point-fault">Cette position est loin de la commune/);
  assert.match(page.text, /Elle en est à \d{3}\skm\u00a0: Chambéry \(73\)/);
  assert.match(page.text, /<details class="form-aside" open>/);
  assert.equal((await where({ ...far, far: '1' })).status, 303);
  assert.match((await who.look(`${draft}/where`)).text, /value="48.8566, 2.3522"/);
  const near = await draftOf();
  assert.equal((await near.where({ ...far, point: '45.62, 5.95' })).status, 303, 'a hamlet some kilometres away');
});

test('a pin that was moved after the address was chosen says more than the address', async () => {
  const { who, draft, where } = await draftOf();
  const [{ value }] = choices((await where({ do: 'address', q: 'une épingle' })).text);
  assert.equal((await where({ q: 'une épingle', asked: 'une épingle', answer: value, point: '45.566, 5.922' })).status, 303);
  const { text } = await who.look(`${draft}/where`);
  assert.match(text, /value="45.566, 5.922"/);
  assert.match(text, /value="8 Rue de Boigne"/);
});

test('what was asked a moment ago is not asked again', async () => {
  const { where } = await draftOf();
  await where({ do: 'address', q: 'une seule fois' });
  const before = asked.length;
  assert.ok(choices((await where({ do: 'address', q: 'une seule fois' })).text).length > 0);
  assert.equal(asked.length, before);
});

test('a page that comes back for another reason still has the address that was chosen', async () => {
  const { where } = await draftOf();
  const [{ value }] = choices((await where({ do: 'address', q: 'une autre' })).text);
  const page = await where({ q: 'une autre', asked: 'une autre', answer: value, precision: 'no such' });
  assert.equal(page.status, 422);
  assert.deepEqual(choices(page.text).map(({ value, checked }) => [value, checked]), [[value, true], ['none', false]]);
});

for (const [name, bad] of [
  ['a service that answers with status 500 costs nothing that was typed', (request, response) => response.writeHead(500).end('no')],
  ['a service that answers with a page costs nothing that was typed', (request, response) => response.end('<html>')],
  ['a service that answers with bytes costs nothing that was typed', (request, response) => response.end(Buffer.from([0xff, 0, 0x80, 0x7b]))],
  ['a service that leads to another address of this machine costs nothing that was typed', (request, response) => response.writeHead(302, { location: `http://127.0.0.1:${trap.address().port}/search` }).end()],
  ['a service that sends ten megabytes costs nothing that was typed', (request, response) => response.end(collection(feature('x'.repeat(10 << 20), [5, 45], { type: 'street' })))],
  ['a service that sends ten megabytes and never says how many costs nothing that was typed', (request, response) => {
    response.write('{"type":"FeatureCollection","features":[],"more":"');
    for (let i = 0; i < 160 && !response.destroyed; i++) response.write('x'.repeat(65536));
    response.end('"}');
  }],
  ['a service that hangs up costs nothing that was typed', (request, response) => response.destroy()],
  ['a service that never answers costs nothing that was typed', () => {}],
]) {
  test(name, async () => {
    const { where } = await draftOf();
    answer = bad;
    const page = await where({ do: 'address', q: `adresse ${name}`, name: 'Le four', where: 'Chambéry (73)' });
    answer = good;
    assert.equal(page.status, 200);
    assert.match(page.text, /role="status">Le service d’adresses ne répond pas/);
    assert.deepEqual(choices(page.text), []);
    assert.match(page.text, /value="Le four"/);
    const next = await where({ q: `adresse ${name}`, asked: `adresse ${name}`, name: 'Le four', where: 'Chambéry (73)' });
    assert.equal(next.status, 303);
    assert.equal(redirected, 0);
  });
}

test('after all that it still answers, and the page of checks says so', async () => {
  const admin = await signIn(server, 'admin@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'admin@example.org', 'admin').status, 0);
  const check = async () => /id="addresses">([\s\S]*?)<\/li>/.exec((await admin.look('/administration/instance')).text)[1];
  assert.match(await check(), /127\.0\.0\.1 n’a pas répondu/);
  const { where } = await draftOf();
  assert.ok(choices((await where({ do: 'address', q: 'enfin' })).text).length > 0);
  assert.match(await check(), /127\.0\.0\.1 a répondu/);
});

test('nothing found is said; an empty search and one that is too long are refused', async () => {
  const { where } = await draftOf();
  answer = (request, response) => response.end(collection());
  const page = await where({ do: 'address', q: 'zzz' });
  answer = good;
  assert.equal(page.status, 200);
  assert.match(page.text, /Aucune adresse ne ressemble à cela/);
  assert.match((await where({ do: 'address', q: ' ' })).text, /id="q-fault">Écrivez une adresse/);
  assert.equal((await where({ do: 'address', q: 'x'.repeat(201) })).status, 422);
});

test('a choice that nobody was offered is refused, or worth what a typed position is', async () => {
  const { where } = await draftOf();
  for (const value of ['x', '91 5 73065 - Rue', '45 5 99999 73000 Rue', '45 181 73065 73000 Rue', 'nan 5 73065 73000 Rue']) {
    const page = await where({ q: 'a', asked: 'a', answer: value });
    assert.equal(page.status, 422, value);
    assert.match(page.text, /id="answer-fault"|#answer/, value);
  }
});

test('RULE PERSON-1: who looks for very many addresses is asked to come back', async () => {
  const { where } = await draftOf();
  teamOf.sql(server.folder, 'UPDATE person_try SET count = 400 WHERE what = 15');
  const before = asked.length;
  const page = await where({ do: 'address', q: 'encore une' });
  assert.match(page.text, /Vous avez cherché beaucoup d’adresses/);
  assert.equal(asked.length, before);
});

test('no line of the log holds what was asked', () => {
  assert.doesNotMatch(server.said(), /Boigne|boigne|une%20seule|adresse\+/);
  assert.match(server.said(), /the service of addresses does not answer/);
});

test('without a service nothing of it is seen, and its fields do nothing', async () => {
  const plain = await start();
  const who = visitor(plain);
  const { location } = await who.send('/add', { kind: 'initiative' });
  const path = location.replace(/what$/, 'where');
  await who.send(location, { title: 'Un four', summary: '', kind: 'initiative', state: '' });
  assert.doesNotMatch((await who.look(path)).text, /name="q"|Chercher cette adresse/);
  assert.equal((await who.send(path, { where: 'Chambéry (73)', precision: 'exact', do: 'address', q: 'x', answer: '45 5 73065 - Rue' })).status, 303);
  assert.doesNotMatch((await who.look(path)).text, /value="Rue"/);
  await plain.stop();
});

test('the address of a service is checked before a server starts with it', () => {
  const folder = temporaryFolder();
  for (const url of ['data.geopf.fr', 'ftp://data.geopf.fr', 'https://data.geopf.fr/', 'https://user@data.geopf.fr', 'https://x:0', 'https://x?q=']) {
    writeFileSync(join(folder, 'agora.conf'), `geocoder_url = ${url}\n`);
    const { status, stdout, stderr } = agora('config', '--check', '--data', folder);
    assert.notEqual(status, 0, url);
    assert.match(stdout + stderr, /geocoder_url must be like https:/, url);
  }
});
