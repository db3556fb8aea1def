// Themes are changed on pages: added, taken by an entry, merged, and parted again, while the program runs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { agora, signIn, start, temporaryFolder, visitor } from './harness.mjs';

let server;
let admin;
const anybody = () => visitor(server);
before(async () => {
  server = await start();
  admin = await signIn(server, 'admin-themes@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'admin-themes@example.org', 'admin').status, 0);
});
after(() => server.stop());

const store = (sql) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(server.folder, 'agora.db'), sql], { encoding: 'utf8' }).trim();
const api = async (path) => {
  const answer = await fetch(`${server.url}/api/v1/${path}`);
  return { status: answer.status, json: await answer.json() };
};
const total = async (theme) => (await api(`entries?theme=${theme}`)).json.total ?? (await api(`entries?theme=${theme}`)).status;
// The page says when what was changed is in place.
async function inPlace() {
  const until = Date.now() + 30000;
  while (/id="soon"/.test((await admin.look('/administration/themes')).text)) {
    assert.ok(Date.now() < until, 'changed themes are in place');
    await new Promise((on) => setTimeout(on, 50));
  }
}
async function act(path, sent, wanted) {
  const answer = await admin.send(path, sent);
  assert.equal(answer.status, 303, answer.text);
  assert.equal(answer.location, wanted);
  await inPlace();
}
function bring(entries) {
  const file = join(temporaryFolder(), 'in.json');
  writeFileSync(file, JSON.stringify(entries));
  const done = agora('import', '--data', server.folder, '--source', 'themes', file);
  assert.equal(done.status, 0, done.stderr);
}
const entry = (id, title, ...themes) => ({ id, kind: 'place', title, themes, place: { territory: 'com-73065' } });
const THEMES = '/administration/themes';

test('a theme that was added is offered, named in both languages, and counted', async () => {
  const bare = await admin.send(THEMES, { 'label-fr': ' ', rank: 'x' });
  assert.equal(bare.status, 422);
  assert.match(bare.text, /id="label-fr-fault"[\s\S]*id="rank-fault"/);
  assert.equal((await admin.send(THEMES, { 'label-fr': 'Eau', broader: 'no-such-theme' })).status, 404);
  await act(THEMES, { 'label-fr': 'Rivières et zones humides', 'label-en': 'Rivers and wetlands', broader: '', rank: '1' }, `${THEMES}?add`);
  const page = await anybody().look('/themes/rivers-and-wetlands');
  assert.equal(page.status, 200);
  assert.match(page.text, /Rivières et zones humides/);
  assert.match((await anybody().look('/themes/rivers-and-wetlands?lang_ui=en')).text, /Rivers and wetlands/);
  const themes = (await api('themes')).json;
  assert.ok(JSON.stringify(themes).includes('rivers-and-wetlands'));

  const draft = (await admin.send('/add', { kind: 'place' })).location;
  assert.ok((await admin.look(draft.replace('/what', '/more'))).text.includes('value="rivers-and-wetlands"'), 'the form of an entry has a box for it');
  bring([entry('a', 'Mare du bourg', 'rivers-and-wetlands'), entry('b', 'Lavoir', 'rivers-and-wetlands', 'water'), entry('c', 'Fontaine', 'water')]);
  const until = Date.now() + 20000;
  while ((await total('rivers-and-wetlands')) !== 2 && Date.now() < until) await new Promise((on) => setTimeout(on, 50));
  assert.equal(await total('rivers-and-wetlands'), 2);
  assert.match(store("SELECT reason FROM audit WHERE act = 'theme added'"), /→ Rivières et zones humides \/ Rivers and wetlands/);
});

test('RULE THEME-2: a merge leads all that names the theme to the other, and is taken back whole', async () => {
  const before = store('SELECT count(*) FROM revision');
  assert.equal((await admin.send(`${THEMES}/rivers-and-wetlands/merge`, { do: 'merge' })).status, 422);
  assert.equal((await admin.send(`${THEMES}/rivers-and-wetlands/merge`, { do: 'merge', into: 'water' })).status, 422, 'asked twice');
  assert.match((await admin.look(`${THEMES}/rivers-and-wetlands/merge`)).text, /2 fiches/);
  await act(`${THEMES}/rivers-and-wetlands/merge`, { do: 'merge', into: 'water', sure: 1 }, `${THEMES}?merge`);
  const old = await anybody().look('/themes/rivers-and-wetlands');
  assert.equal(old.status, 301);
  assert.equal(old.location, '/themes/water');
  for (const asked of ['water', 'rivers-and-wetlands', 'water&theme=rivers-and-wetlands']) assert.equal(await total(asked), 3, asked);
  const entries = (await api('entries?theme=rivers-and-wetlands')).json;
  for (const item of entries.items ?? entries.entries) assert.deepEqual(item.themes, ['water'], item.title);
  const explored = await anybody().look('/explore?theme=rivers-and-wetlands');
  assert.match(explored.text, /Fontaine/);
  assert.match(explored.text, /value="water"[^>]*checked/, 'the facet of the other is chosen');
  assert.ok(!JSON.stringify((await api('themes')).json).includes('rivers-and-wetlands'));
  const csv = await (await fetch(`${server.url}/api/v1/entries.csv?theme=water`)).text();
  assert.ok(!csv.includes('rivers-and-wetlands'));
  assert.equal(store('SELECT count(*) FROM revision'), before, 'no entry was written');
  bring([entry('d', 'Étang', 'rivers-and-wetlands')]); // its source does not know
  const until = Date.now() + 20000;
  while ((await total('water')) !== 4 && Date.now() < until) await new Promise((on) => setTimeout(on, 50));
  assert.equal(await total('water'), 4);

  assert.equal((await admin.look(`${THEMES}/rivers-and-wetlands`)).location, `${THEMES}/rivers-and-wetlands/merge`);
  await act(`${THEMES}/rivers-and-wetlands/merge`, { do: 'back' }, `${THEMES}?back`);
  assert.equal(await total('rivers-and-wetlands'), 3);
  assert.equal(await total('water'), 2);
  assert.equal((await anybody().look('/themes/rivers-and-wetlands')).status, 200);
  assert.equal((await admin.send(`${THEMES}/rivers-and-wetlands/merge`, { do: 'back' })).status, 409);
});

test('a theme gets another name and place, and leaves the choice, while entries keep it', async () => {
  const one = `${THEMES}/rivers-and-wetlands`;
  await act(one, { do: 'name', 'label-fr': 'Mares', 'label-en': 'Ponds' }, `${one}?name`);
  assert.match((await anybody().look('/themes/rivers-and-wetlands')).text, /<h1[^>]*>[^<]*Mares/);
  await act(one, { do: 'move', broader: 'water', rank: '' }, `${one}?move`);
  assert.equal(await total('water'), 4, 'what is below it counts');
  const circle = await admin.send(`${THEMES}/water`, { do: 'move', broader: 'rivers-and-wetlands', rank: '' });
  assert.equal(circle.status, 422);
  assert.match(circle.text, /id="broader-fault"/);
  assert.equal((await admin.send(`${THEMES}/water/merge`, { do: 'merge', into: 'rivers-and-wetlands', sure: 1 })).status, 422);
  await act(one, { do: 'hide' }, `${one}?hide`);
  const draft = (await admin.send('/add', { kind: 'place' })).location;
  assert.doesNotMatch((await admin.look(draft.replace('/what', '/more'))).text, /value="rivers-and-wetlands"/);
  assert.equal(await total('rivers-and-wetlands'), 3);
  await act(one, { do: 'show' }, `${one}?show`);
  const audit = (await admin.look('/administration/audit')).text;
  for (const said of ['Thème renommé', 'Thème déplacé', 'Thèmes fusionnés', 'Fusion de thèmes reprise']) assert.ok(audit.includes(said), said);
});

test('RULE THEME-4: whoever asks while themes change gets one state of them, whole', async () => {
  const one = `${THEMES}/rivers-and-wetlands/merge`;
  let asks = true;
  let asked = 0;
  const seen = new Set();
  // The facet and the total of one answer, and pages that number themes: never of two states.
  const reader = async () => {
    while (asks) {
      const { status, json } = await api('entries?theme=rivers-and-wetlands&limit=50');
      assert.equal(status, 200);
      const items = json.items ?? json.entries;
      assert.equal(items.length, json.total);
      const merged = items.every((item) => !item.themes.includes('rivers-and-wetlands'));
      assert.equal(json.total, merged ? 4 : 3);
      seen.add(merged);
      for (const path of ['/themes', '/explore?q=mare', '/api/v1/themes', '/tiles/8/131/91.mvt']) assert.ok((await fetch(server.url + path)).ok, path);
      asked++;
    }
  };
  const readers = [reader(), reader(), reader()];
  for (let round = 0; round < 4; round++) {
    await act(one, { do: 'merge', into: 'water', sure: 1 }, `${THEMES}?merge`);
    await act(one, { do: 'back' }, `${THEMES}?back`);
  }
  asks = false;
  await Promise.all(readers);
  assert.ok(asked > 8);
  assert.equal(seen.size, 2, 'both states were seen');
});

test('RULE THEME-1: what was changed here outlives a restart', async () => {
  const { folder } = server;
  await server.stop();
  server = await start({ folder });
  assert.equal(await total('water'), 4);
  assert.match((await anybody().look('/themes/rivers-and-wetlands')).text, /Mares/);
});
