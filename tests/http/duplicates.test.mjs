// Entries that may be one and the same: told while one adds, listed for the host, merged and parted.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agora, importEntries, signIn, start, teamOf, visitor } from './harness.mjs';

let server;
let steward;
const grant = (address, territory) => assert.equal(agora('user', '--data', server.folder, 'grant', address, 'steward', '--territory', territory).status, 0);
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

// ---- /duplicates ----

const numberOf = async (title) => (await (await fetch(`${server.url}/api/v1/entries?q=${encodeURIComponent(title)}`)).json()).items.find((one) => one.title === title)?.id;
const fieldOf = (page, legend) => /name="([^"]+)"/.exec(page.slice(page.indexOf(`<legend>${legend}</legend>`)))[1];

// All that is shown, from the store itself.
const whole = () => agora('export', '--data', server.folder, '--format', 'jsonl').stdout.trim().split('\n').map((line) => ({ ...JSON.parse(line), updated: '' }));

test('a pair waits for who has a role where both stand, and for nobody else', async () => {
  const [bobine, bobinne] = [await numberOf('La Bobine'), await numberOf('Bobinne (Chambéry)')];
  const [first, second] = [bobine, bobinne].sort((a, b) => a - b);
  const pair = `/duplicates/${first}-${second}`;
  const member = await signIn(server, 'member@example.org');
  assert.equal((await visitor(server).look('/duplicates')).status, 303);
  for (const path of ['/duplicates', '/duplicates/merged', pair]) assert.equal((await member.look(path)).status, 403, path);
  assert.equal((await member.send(pair, { reason: 'x' })).status, 403);
  const elsewhere = await signIn(server, 'elsewhere@example.org');
  grant('elsewhere@example.org', 'dep-38');
  assert.ok(!(await elsewhere.look('/duplicates')).text.includes(pair));
  assert.equal((await elsewhere.look(pair)).status, 403);
  assert.equal((await elsewhere.send(pair, { reason: 'x' })).status, 403);
  steward = await signIn(server, 'steward@example.org');
  grant('steward@example.org', 'dep-73');
  const queue = (await steward.look('/duplicates')).text;
  assert.ok(queue.includes(`href="${pair}"`));
  assert.match(queue, /même nom · même commune · même site/);
  assert.match((await steward.look('/account')).text, /href="\/duplicates"/);
  assert.equal((await steward.look('/duplicates/1-2')).status, 404);
  assert.equal((await steward.look(`/duplicates/${first}-${first}`)).status, 404);
  assert.equal((await steward.send(pair, { reason: 'x' }, { Origin: 'https://evil.example' })).status, 403);
});

test('RULE DOUBLE-3: merged field by field, the old address leads on, and both are as they were when parted', async () => {
  const [kept, merged] = [await numberOf('La Bobine'), await numberOf('Bobinne (Chambéry)')];
  const [first, second] = [kept, merged].sort((a, b) => a - b);
  const pair = `/duplicates/${first}-${second}`;
  const stays = kept === first ? 'first' : 'second';
  const page = (await steward.look(pair)).text;
  const before = whole();
  const none = await steward.send(pair, { kept: stays, reason: ' ' });
  assert.equal(none.status, 422);
  assert.match(none.text, /Écrivez la raison/);
  const done = await steward.send(pair, { kept: stays, reason: 'Le même lieu.', [fieldOf(page, 'Titre')]: stays === 'first' ? 'second' : 'first' });
  assert.equal(done.status, 303, done.text);
  const old = await visitor(server).look(`/entries/${merged}-bobinne-chambery`);
  assert.equal(old.status, 301);
  assert.equal(old.location, `/entries/${kept}-bobinne-chambery`);
  const json = await fetch(`${server.url}/api/v1/entries/${merged}`, { redirect: 'manual' });
  assert.equal(json.status, 301);
  assert.match(json.headers.get('location'), new RegExp(`/api/v1/entries/${kept}$`));
  const stayed = (await visitor(server).look(old.location)).text;
  assert.match(stayed, /<h1>Bobinne/);
  assert.equal(whole().length, before.length - 1);
  assert.equal((await visitor(server).look(`/entries/${kept}/history`)).text.includes('Le même lieu.'), true);
  assert.match((await visitor(server).look('/moderation/log')).text, /Réunie avec une autre/);
  const status = (shown) => teamOf.sql(server.folder, `UPDATE entry SET status = ${shown} WHERE id = ${kept}`);
  status(2);
  for (const path of [`/api/v1/entries/${merged}`, `/entries/${merged}`, `/entries/${merged}/history`]) {
    assert.equal((await visitor(server).look(path)).status, 404, `${path} tells nothing of what is hidden`);
  }
  status(1);
  // While they are one, the history of the other is read from the one that stayed.
  assert.match((await visitor(server).look(`/entries/${kept}/history`)).text, new RegExp(`<a href="/entries/${merged}/history">[^<]+</a>`));
  const history = (await visitor(server).look(`/entries/${merged}/history`)).text;
  assert.match(history, /Une fiche réunie depuis avec «/);
  const [, version] = new RegExp(`<a href="(/entries/${merged}/history/\\d+)"><time`).exec(history);
  const told = (await steward.look(version)).text;
  assert.match(told, /<ins>[^]*Bobinne \(Chambéry\)<\/ins>/);
  assert.ok(!told.includes('/restore'));
  assert.equal((await steward.look(`${version}/restore`)).status, 404);
  const list = (await steward.look('/duplicates/merged')).text;
  const [, undo] = /href="(\/duplicates\/merged\/\d+)"/.exec(list);
  assert.equal((await steward.look(undo)).status, 200);
  assert.ok(!(await steward.look('/duplicates/merged?before=1')).text.includes(undo));
  assert.equal((await steward.send(undo, { reason: '' })).status, 422);
  assert.equal((await steward.send(undo, { reason: 'Deux lieux.' })).status, 303);
  const after = whole();
  assert.deepEqual(after, before);
  assert.equal((await steward.look(undo)).status, 404);
  assert.match((await visitor(server).look('/moderation/log')).text, /Séparée de nouveau/);
});

// The same of what was imported a moment ago, as soon as the server has read it.
const numberSoon = async (title) => (await numberOf(title)) ?? numberSoon(title);

test('what cannot stand in one entry is told as that, and not as a missing reason', async () => {
  importEntries(server.folder, 'circle', [
    { id: '1', kind: 'place', title: 'Moulin', place: chambery },
    { id: '2', kind: 'place', title: 'Ronde', place: chambery, links: [{ relation: 'inspired-by', target: '1' }] },
  ]);
  const first = await numberSoon('Moulin');
  importEntries(server.folder, 'other-circle', [{ id: '1', kind: 'place', title: 'Manège', place: chambery, links: [{ relation: 'inspired-by', target: `entry:${await numberSoon('Ronde')}` }] }]);
  const pair = `/duplicates/${first}-${await numberSoon('Manège')}`;
  const refused = await steward.send(pair, { kept: 'first', reason: 'Le même lieu.' });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /id="kept-fault">Ce qui est choisi ne va pas ensemble/);
  assert.ok(!refused.text.includes('Écrivez la raison'));
});

test('who chooses between what has changed meanwhile is shown what stands now', async () => {
  importEntries(server.folder, 'one-side', [{ id: '1', kind: 'place', title: 'Halle', place: chambery, description: '**Le marché** du [samedi](https://halle.example/)' }]);
  importEntries(server.folder, 'other-side', [{ id: '1', kind: 'place', title: 'La Halle', place: chambery, description: 'Le marché du dimanche' }]);
  const first = await numberSoon('Halle');
  const pair = `/duplicates/${first}-${await numberSoon('La Halle')}`;
  const page = (await steward.look(pair)).text;
  assert.match(page, /<span>Le marché du samedi<\/span>/);
  const [, revisions] = /name="revisions" value="(\d+-\d+)"/.exec(page);
  const { location } = await steward.send(`/entries/${first}/edit`, { do: 'edit' });
  await steward.send(location, { title: 'Halle couverte', kind: 'place' });
  assert.equal((await steward.send(location.replace('what', 'check'), { reason: 'son nom' })).status, 303);
  const choice = { kept: 'first', reason: 'Le même lieu.', [fieldOf(page, 'Titre')]: 'first' };
  const late = await steward.send(pair, { ...choice, revisions });
  assert.equal(late.status, 422);
  assert.match(late.text, /id="kept-fault">Quelqu’un a déjà décidé, ou une fiche a changé/);
  assert.match(late.text, /<span>Halle couverte<\/span>/);
  assert.match(late.text, /Le même lieu\./);
  const [, now] = /name="revisions" value="(\d+-\d+)"/.exec(late.text);
  assert.equal((await steward.send(pair, { ...choice, revisions: now })).status, 303);
});

test('RULE DOUBLE-2: what is not the same is proposed no more', async () => {
  list();
  const [, pair] = /href="(\/duplicates\/\d+-\d+)"/.exec((await steward.look('/duplicates')).text);
  assert.equal((await steward.send(pair, { do: 'part', reason: 'Deux rues.' })).status, 303);
  assert.ok(!(await steward.look('/duplicates')).text.includes(pair));
  assert.equal(list().length, 0);
  assert.equal((await steward.send(pair, { do: 'part', reason: 'Encore.' })).status, 422);
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
