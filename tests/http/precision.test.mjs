// What others see of a place is what its author chose, in whatever form they ask for it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { signIn, start } from './harness.mjs';

let server;
let lea; // of the team of what she adds
let noor; // edits, as anybody signed in may
before(async () => {
  server = await start();
  lea = await signIn(server, 'lea@example.org');
  noor = await signIn(server, 'noor@example.org');
});
after(() => server.stop());

const POINT = '45.5678912, 5.9234567';
const HIDDEN = /45[.,]5678|5[.,]9234|4556789|592345|Glycines|45°34′04|5°55′24/;

async function add(title, precision) {
  const { location } = await lea.send('/add', { kind: 'place' });
  const draft = location.replace(/\/what$/, '');
  const steps = {
    what: { title, summary: 'Un lieu à soi.', kind: 'place', state: '' },
    where: { where: 'Chambéry (73)', name: '', address: '8 rue des Glycines', point: POINT, precision },
    more: {},
  };
  for (const [step, fields] of Object.entries(steps)) assert.equal((await lea.send(`${draft}/${step}`, fields)).status, 303, step);
  return Number(/entries\/(\d+)/.exec((await lea.send(`${draft}/check`, { charter: 1, ours: '1' })).location)[1]);
}

// The same entry once more, by somebody to whom the place is hidden: it stays.
async function rename(id, title) {
  const draft = (await noor.send(`/entries/${id}/edit`)).location.replace(/\/what$/, '');
  await noor.send(`${draft}/what`, { title, summary: 'Un lieu à soi.', kind: 'place', state: '' });
  assert.equal((await noor.send(`${draft}/check`, { reason: 'Un autre nom.' })).status, 303);
}

// Moves the hidden point by some hundred metres.
async function move(id) {
  const draft = (await lea.send(`/entries/${id}/edit`)).location.replace(/\/what$/, '');
  const { text } = await lea.look(`${draft}/where`);
  const precision = /name="precision" value="(\w+)" checked/.exec(text)[1];
  await lea.send(`${draft}/where`, { where: 'Chambéry (73)', name: '', address: '10 rue des Glycines', point: '45.5678999, 5.9234999', precision });
  assert.equal((await lea.send(`${draft}/check`, { reason: 'Un peu plus loin.' })).status, 303);
}

// The vector tile, as JSON, around the hidden point.
function tile(z) {
  const [lat, lon] = POINT.split(', ').map(Number);
  const n = 2 ** z;
  const y = 0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI);
  return `/tiles/${z}/${Math.floor((lon / 360 + 0.5) * n)}/${Math.floor(y * n)}.json`;
}

// Everything that anybody may ask for about it.
async function answers(id) {
  const history = await (await fetch(`${server.url}/entries/${id}/history`)).text();
  const versions = [...new Set([...history.matchAll(/\/entries\/\d+\/history\/\d+/g)].map(([path]) => path))];
  const exports = ['csv', 'geojson', 'jsonl', 'kml', 'gpx', 'rss', 'atom', 'feed.json', 'gogocarto'].map((form) => `/api/v1/entries.${form}`);
  const paths = [
    `/entries/${id}`, `/entries/${id}/history`, ...versions, `/entries/${id}/poster`, `/api/v1/entries/${id}`, '/api/v1/entries', ...exports,
    '/api/elements.json', `/api/elements/${id}`, '/api/v1/changes', '/changes', '/changes.atom', '/explore', '/explore/print', '/embed',
    '/territories/com-73065', '/ogc/collections/entries/items?f=json', `/ogc/collections/entries/items/${id}?f=json`,
    tile(14), tile(18), `/entries/${id}/again`,
  ];
  const found = [];
  for (const path of paths) {
    const response = await fetch(server.url + path, { redirect: 'follow' });
    assert.equal(response.status, 200, path);
    found.push([path, await response.text()]);
  }
  return { found, versions };
}

for (const [precision, near] of [['100m', [45.568, 5.923]], ['commune', null]]) {
  test(`RULE PLACE-1: what is shown as ${precision} is nowhere more exact`, async () => {
    const id = await add(`Chez Noor ${precision}`, precision);
    await rename(id, `Chez Noor et Léa ${precision}`);
    await move(id);
    const { found, versions } = await answers(id);
    assert.ok(versions.length > 0 && found.length > 20, `${found.length} answers, ${versions.length} versions`);
    for (const [path, text] of found) assert.doesNotMatch(text, HIDDEN, `${path}: ${HIDDEN.exec(text)?.[0]}`);
    const { place } = await (await fetch(`${server.url}/api/v1/entries/${id}`)).json();
    assert.equal(place.precision, precision);
    if (near) assert.deepEqual([place.latitude, place.longitude], near);
    const edited = async (who) => (await who.look((await who.send(`/entries/${id}/edit`)).location.replace(/what$/, 'where'))).text;
    assert.match(await edited(lea), /10 rue des Glycines[^]*45\.5679/, 'the team still has it');
    assert.doesNotMatch(await edited(noor), HIDDEN, 'who edits without being of the team has not');
  });
}

test('what is shown exactly is, in the same answers', async () => {
  const { found } = await answers(await add('La salle', 'exact'));
  const exact = found.filter(([, text]) => /45[.,]5678/.test(text)).map(([path]) => path);
  assert.ok(exact.length > 5, exact.join(' '));
});
