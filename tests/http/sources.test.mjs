// A source is paused or removed, and taken back: what comes in, what leaves, what returns.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { agora, signIn, start, temporaryFolder, visitor } from './harness.mjs';

let server;
let admin;
before(async () => {
  server = await start();
  admin = await signIn(server, 'admin-source@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'admin-source@example.org', 'admin').status, 0);
});
after(() => server.stop());

const store = (sql) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(server.folder, 'agora.db'), sql], { encoding: 'utf8' }).trim();
function bring(entries, ...more) {
  const file = join(temporaryFolder(), 'in.json');
  writeFileSync(file, JSON.stringify(entries));
  return agora('import', '--data', server.folder, ...more, file);
}
const entry = (id, title) => ({ id, kind: 'place', title, place: { territory: 'com-73065' } });
const total = async (slug) => (await (await fetch(`${server.url}/api/v1/entries?source=${slug}`)).json()).total;
async function totalIs(slug, wanted) {
  const until = Date.now() + 20000;
  let found;
  do found = await total(slug);
  while (found !== wanted && Date.now() < until && (await new Promise((on) => setTimeout(on, 50)), true));
  assert.equal(found, wanted);
}
const decide = (slug, act, more = {}) => admin.send(`/administration/sources/${slug}/state`, { do: act, reason: `Décidé : ${act}.`, sure: 1, ...more });

test('RULE SOURCE-1: nothing comes in from a source that is paused, until it is opened again', async () => {
  assert.equal(bring([entry('a', 'Lavoir')], '--source', 'pause').status, 0);
  await totalIs('pause', 1);
  assert.equal((await decide('pause', 'pause')).location, '/administration/sources?pause');
  assert.match((await admin.look('/administration/sources?pause')).text, /La source est en pause[\s\S]*en pause · /);
  const refused = bring([entry('a', 'Lavoir'), entry('b', 'Four')], '--source', 'pause');
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /the source pause was paused by an administrator: \/administration\/sources\/pause opens it again/);
  assert.equal(await total('pause'), 1, 'what is there stays');
  const others = bring([{ ...entry('c', 'Four'), source: { slug: 'free' } }, { ...entry('d', 'Puits'), source: { slug: 'pause' } }]);
  assert.match(others.stdout + others.stderr, /rejected 1/);
  await totalIs('free', 1);
  assert.equal((await decide('pause', 'resume')).status, 303);
  assert.equal(bring([entry('a', 'Lavoir'), entry('b', 'Four')], '--source', 'pause').status, 0);
  await totalIs('pause', 2);
});

test('RULE SOURCE-2: what is the source’s alone leaves with it and returns with it; what people did since stands', async () => {
  const many = Array.from({ length: 430 }, (_, i) => entry(`k${i}`, `Banc numéro ${i}`));
  assert.equal(bring(many, '--source', 'bancs').status, 0);
  await totalIs('bancs', 430);
  const id = (key) => store(`SELECT id FROM entry WHERE source_key = '${key}'`);
  const change = (await admin.send(`/entries/${id('k7')}/edit`)).location.replace(/\/what$/, '');
  await admin.send(`${change}/what`, { title: 'Le banc des amoureux', summary: 'Ici.', kind: 'place', state: 'running' });
  assert.equal((await admin.send(`${change}/check`, { charter: 1, reason: 'Il a un nom.' })).status, 303);
  store(`INSERT INTO team VALUES (1, 'Les bancs', 1); INSERT INTO team_entry VALUES (${id('k8')}, 1, 0)`);

  const asked = await admin.look('/administration/sources/bancs/state?do=remove');
  assert.match(asked.text, /428 fiches quittent le site\.[\s\S]*2 restent/);
  assert.equal((await decide('bancs', 'remove', { reason: ' ' })).status, 422);
  const unsure = await admin.send('/administration/sources/bancs/state', { do: 'remove', reason: 'Elle le demande.' });
  assert.equal(unsure.status, 422);
  assert.match(unsure.text, /id="sure-fault"/);
  assert.equal(await total('bancs'), 430);
  assert.equal((await decide('bancs', 'remove')).status, 303);
  await totalIs('bancs', 2);
  assert.equal((await visitor(server).look(`/entries/${id('k3')}`)).status, 404);
  assert.equal(bring(many, '--source', 'bancs').status, 1, 'nothing comes in');
  assert.equal(await total('bancs'), 2);

  // The last word about one of them is somebody else's by now.
  store(`UPDATE entry_withdrawn SET revision = revision - 1 WHERE entry_id = ${id('k5')}`);
  assert.match((await admin.look('/administration/sources/bancs/state?do=restore')).text, /428 fiches sont parties/);
  assert.equal((await decide('bancs', 'restore')).status, 303);
  await totalIs('bancs', 429);
  assert.equal((await visitor(server).look(`/entries/${id('k5')}`)).status, 404);
  assert.equal(store('SELECT count(*) FROM entry_withdrawn'), '0');
  assert.match((await admin.look(`/entries/${id('k3')}/history`)).text, /Décidé : restore/);
  assert.match((await admin.look('/administration/sources/bancs/state?do=remove')).text, /427 fiches quittent le site\.[\s\S]*2 restent/, 'they are the source’s again');
  assert.equal(bring([{ ...many[3], title: 'Banc repeint' }], '--source', 'bancs').status, 0);
  assert.equal(store("SELECT count(*) FROM entry WHERE source_key = 'k3' AND title = 'Banc repeint'"), '1', 'and its imports change them');
  assert.equal(bring([entry('held', 'Halle')], '--source', 'halles').status, 0);
  store(`INSERT INTO team_entry VALUES (${id('held')}, 1, 0)`);
  const none = (await admin.look('/administration/sources/halles/state?do=remove')).text;
  assert.match(none, /Aucune fiche ne quitte le site\.[\s\S]*1 reste/);
  const audit = (await admin.look('/administration/audit.csv')).text;
  for (const act of ['source paused', 'source removed', 'source back']) assert.match(audit, new RegExp(act));
  assert.match(agora('check', '--data', server.folder).stdout, /sound/);
});

test('a source is removed by who administers, has just proved it, and by nobody else', async () => {
  assert.equal(bring([entry('z', 'Kiosque')], '--source', 'kiosques').status, 0);
  await totalIs('kiosques', 1);
  const other = await signIn(server, 'other-source@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'other-source@example.org', 'moderator').status, 0);
  assert.equal((await other.send('/administration/sources/kiosques/state', { do: 'remove', reason: 'x', sure: 1 })).status, 403);
  store('UPDATE person_session SET proved_ms = proved_ms - 900000');
  assert.match((await decide('kiosques', 'remove')).location, /^\/sign-in/);
  assert.match((await admin.look('/administration/sources/kiosques/state?do=remove')).location ?? '', /^\/sign-in/);
  store('UPDATE person_session SET proved_ms = proved_ms + 900000');
  assert.equal((await decide('kiosques', 'restore')).status, 409, 'it was not removed');
  assert.equal((await decide('kiosques', 'explode')).status, 400);
  assert.equal((await decide('none', 'remove')).status, 404);
  assert.equal(await total('kiosques'), 1);
});
