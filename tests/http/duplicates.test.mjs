// Entries that may be one and the same: told while one adds, listed for the host.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agora, importEntries, start, visitor } from './harness.mjs';

let server;
const chambery = { territory: 'com-73065' };
const list = (...words) => agora('duplicates', '--data', server.folder, ...words).stdout.trim().split('\r\n').slice(1);

// A draft with this title in Chambéry: its path.
async function draft(who, title, where = { where: 'Chambéry (73)', precision: 'commune' }) {
  const begun = await who.send('/add', { kind: 'place' });
  const path = begun.location.replace(/\/what$/, '');
  assert.equal((await who.send(`${path}/what`, { title, kind: 'place' })).status, 303);
  if (where) assert.equal((await who.send(`${path}/where`, where)).status, 303);
  return path;
}

before(async () => {
  server = await start();
  importEntries(server.folder, 'maps', [
    { id: '1', kind: 'place', title: 'La Bobine', place: chambery, contacts: [{ kind: 'website', value: 'https://bobine.example/' }] },
    { id: '2', kind: 'place', title: 'Le Fil', place: chambery },
  ]);
  importEntries(server.folder, 'others', [
    { id: '1', kind: 'actor', title: 'Bobinne (Chambéry)', place: chambery, contacts: [{ kind: 'website', value: 'http://www.bobine.example' }] },
    { id: '2', kind: 'place', title: 'Le Fil', place: { territory: 'com-38185' } },
  ]);
});
after(() => server.stop());

test('RULE DOUBLE-1: what two sources have both is listed with the reasons, and nothing is merged by itself', async () => {
  const [pair, ...more] = list();
  assert.deepEqual(more, []);
  const [score, reasons, , , one, title, , other] = pair.split(',');
  assert.ok(Number(score) > 80, score);
  assert.equal(reasons, 'name commune site');
  assert.deepEqual([one, title, other], ['maps', 'La Bobine', 'others']);
  assert.equal(list('--source', 'maps').length, 1);
  const { total } = await (await fetch(`${server.url}/api/v1/entries`)).json();
  assert.equal(total, 4);
});

test('who adds is told what is here already, on the pages and while typing', async () => {
  const who = visitor(server);
  const path = await draft(who, 'Bobine');
  const check = (await who.look(`${path}/check`)).text;
  assert.match(check, /C’est peut-être déjà là/);
  assert.match(check, /La Bobine<\/a><span class="state">Lieu · Chambéry \(73\)<\/span><small>même nom · même commune/);
  assert.ok(!check.includes('Le Fil'));
  const part = await who.look(`${path}/what?title=le+fil`, { 'X-Agora-Part': 'similar' });
  assert.equal(part.status, 200);
  assert.ok(part.text.startsWith('<h2>'), part.text);
  assert.match(part.text, /Le Fil<\/a>/);
  assert.ok(!part.text.includes('Bobine'));
  const none = await who.look(`${path}/what?title=%3Cb%3Equelque+chose`, { 'X-Agora-Part': 'similar' });
  assert.equal(none.text, '');
});

test('what somebody hides of an entry tells nothing to who types it', async () => {
  importEntries(server.folder, 'hidden', [
    { id: '1', kind: 'place', title: 'Le Refuge', place: { ...chambery, latitude: 45.5667, longitude: 5.9167, precision: 'commune' }, contacts: [{ kind: 'telephone', value: '0479001122', visibility: 'team' }] },
  ]);
  list();
  const who = visitor(server);
  const path = await draft(who, 'Refuge');
  const { text } = await who.look(`${path}/check`);
  assert.match(text, /Le Refuge<\/a>.*<small>même nom · même commune<\/small>/);
  assert.ok(!text.includes('même téléphone') && !/ à \d/.test(text.split('Le Refuge')[1].split('</li>')[0]));
});
