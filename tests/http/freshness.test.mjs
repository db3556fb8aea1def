// Whether an entry is still so: one click, the yearly letter and its three answers, what its page and the API tell.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { importEntries, letterTo, signIn, sourceTo, start, teamOf, temporaryFolder, visitor } from './harness.mjs';

const DAY_MS = 86_400_000;
let server;
let anna;
let eve;
let guest; // the link of what was brought without an account
let own; // of the letter that asks about it
const paths = new Map(); // title → path
const idOf = (title) => paths.get(title).match(/\d+/)[0];
const old = (days) => new Date(Date.now() - days * DAY_MS).toISOString().replace(/\.\d+Z$/, 'Z');
before(async () => {
  const folder = temporaryFolder();
  importEntries(folder, 'fresh', [
    { id: 'old', kind: 'place', language: 'fr', title: 'Atelier ancien', updated: old(1000) },
    { id: 'said', kind: 'place', language: 'fr', title: 'Atelier confirmé', confirmed: old(20) },
    { id: 'four', kind: 'initiative', language: 'fr', title: 'Four à pain', summary: 'On cuit le samedi.' },
    { id: 'fini', kind: 'initiative', language: 'fr', title: 'Jardin fini', state: 'ended', end_reason: 'Le terrain est vendu.', updated: old(1500) },
  ]);
  server = await start({ folder });
  anna = await signIn(server, 'anna@example.org');
  eve = await signIn(server, 'eve@example.org');
  await eve.send('/account/profile', { name: 'Ève', 'name-seen': 'public' });
  const somebody = visitor(server);
  const { location } = await somebody.send('/add', { kind: 'place' });
  await somebody.send(location, { title: 'Lavoir', kind: 'place', state: '' });
  await somebody.send(location.replace(/what$/, 'check'), { address: 'guest@example.org', charter: 1 });
  [, guest] = /(\/contributions\/\S+)/.exec(await letterTo(server, 'guest@example.org'));
  await somebody.send(guest, { do: 'confirm' });
  const { items } = await (await fetch(`${server.url}/api/v1/entries?limit=50`)).json();
  items.forEach((one) => paths.set(one.title, new URL(one.url).pathname));
  teamOf(folder, idOf('Four à pain'), [JSON.parse((await anna.look('/account/data')).text).id]);
});
after(() => server.stop());

const look = async (title, who = visitor(server)) => (await who.look(paths.get(title))).text;
const api = async (title) => (await fetch(`${server.url}/api/v1/entries/${idOf(title)}`)).json();

test('RULE FRESH-2: what nobody confirmed for two years says since when, what has ended says that, the rest neither', async () => {
  const stale = await look('Atelier ancien');
  assert.match(stale, /id="stale"[^]*Non confirmée depuis le <time/);
  assert.ok(!stale.includes('Confirmée le'));
  const said = await look('Atelier confirmé');
  assert.match(said, /Confirmée le <time[^]*?, par sa source/);
  assert.ok(!said.includes('id="stale"'));
  const ended = await look('Jardin fini');
  assert.match(ended, /id="ended"[^]*C’est terminé\.[^]*Le terrain est vendu\./);
  assert.ok(!ended.includes('id="stale"') && !ended.includes('/confirm"'));
});

test('RULE FRESH-1: one click of who is signed in confirms, is told with a name that is public, and is no revision', async () => {
  const confirm = `/entries/${idOf('Atelier ancien')}/confirm`;
  const stranger = visitor(server);
  assert.match(await look('Atelier ancien', stranger), new RegExp(`<a rel="nofollow" href="${confirm}">C’est toujours vrai`));
  assert.match((await stranger.send(confirm)).location, /^\/sign-in/);
  assert.match(await look('Atelier ancien', eve), new RegExp(`<form method="post" action="${confirm}">`));
  const before = await fetch(server.url + paths.get('Atelier ancien'));
  assert.equal((await eve.send(confirm, { still: '1' })).location, paths.get('Atelier ancien'));
  const now = await fetch(server.url + paths.get('Atelier ancien'), { headers: { 'If-None-Match': before.headers.get('etag') } });
  assert.equal(now.status, 200);
  const text = await now.text();
  assert.match(text, /Confirmée le <time[^]*?, par Ève/);
  assert.ok(!text.includes('id="stale"'));
  assert.match(text, />1 version</);
  assert.ok(Date.now() - Date.parse((await api('Atelier ancien')).confirmed) < DAY_MS);
  await eve.send(confirm, { still: '1' });
  assert.equal(teamOf.sql(server.folder, `SELECT count(*) FROM entry_confirmation WHERE entry_id = ${idOf('Atelier ancien')}`), '1');
  assert.equal((await eve.look('/entries/999/confirm')).status, 404);
  assert.equal((await eve.send('/entries/999/confirm')).status, 404);
});

test('RULE FRESH-3: the team and who brought it are asked by letter; each answer does what it says; one click ends the letters', async () => {
  const ago = Date.now() - 400 * DAY_MS;
  teamOf.sql(server.folder, `UPDATE entry SET updated_ms = ${ago}, checked_ms = 0 WHERE id IN (${idOf('Four à pain')}, ${idOf('Lavoir')});
    UPDATE job SET due_ms = 0 WHERE kind = 'sweep'`);
  const letter = await letterTo(server, 'anna@example.org', 1);
  assert.match(letter, /Four à pain/);
  const [, still] = /(\/still\/[\w-]+)\s/.exec(letter);
  const headers = await sourceTo(server, 'anna@example.org', 1);
  assert.match(headers, new RegExp(`List-Unsubscribe: <${server.url}${still}/stop>`));
  const nobody = visitor(server);
  const page = await nobody.look(still);
  assert.match(page.text, /On cuit le samedi/);
  assert.match(page.headers.get('cache-control'), /no-store/);
  assert.match(await look('Four à pain'), /Modifier cette fiche/);
  assert.equal((await nobody.send(still, { answer: 'perhaps' })).status, 400);
  assert.equal((await nobody.send(still, { do: 'changes' })).location, `/entries/${idOf('Four à pain')}/edit`);
  assert.equal((await nobody.send(still, { answer: 'still' })).location, `${still}?done`);
  assert.match((await nobody.look(`${still}?done`)).text, /confirmée aujourd’hui/);
  assert.match(await look('Four à pain'), /Confirmée le <time[^]*?, par l’équipe/);
  const long = await nobody.send(still, { do: 'ended', reason: 'é'.repeat(2000) });
  assert.equal(long.status, 422);
  assert.match(long.text, /C’est trop long/);
  assert.equal((await nobody.send(still, { do: 'ended', reason: 'Le four est <b>fendu</b>.' })).location, `${still}?done`);
  assert.match(await look('Four à pain'), /id="ended"[^]*Le four est &lt;b&gt;fendu&lt;\/b&gt;\./);
  // A mail program's click: no cookie, no origin.
  const click = await nobody.send(`${still}/stop`, { 'List-Unsubscribe': 'One-Click' }, {});
  assert.equal(click.status, 303);
  assert.match((await nobody.look(`${still}/stop?done`)).text, /C’est fait/);
  assert.equal(teamOf.sql(server.folder, 'SELECT count(*) FROM freshness_silent'), '1');
  // Who brought it without an account goes on by a link of their own.
  [, own] = /(\/still\/[\w-]+)\s/.exec(await letterTo(server, 'guest@example.org', 1));
  const on = await nobody.send(own, { do: 'changes' });
  assert.match(on.location, /^\/contributions\/[\w-]+$/);
  assert.notEqual(on.location, guest);
  assert.equal((await nobody.look(on.location)).status, 200);
  await nobody.send(own, { answer: 'still' });
  assert.match(await look('Lavoir'), /Confirmée le <time[^]*?, par qui l’a ajoutée/);
  for (const wrong of [`/still/${'x'.repeat(32)}`, '/still/x']) {
    assert.equal((await nobody.look(wrong)).status, 404);
    assert.equal((await nobody.look(`${wrong}/stop`)).status, 404);
    assert.equal((await nobody.send(wrong, { answer: 'still' })).status, 404);
    assert.equal((await nobody.send(`${wrong}/stop`)).status, 404);
  }
});

test('RULE FRESH-3: what was merged is ended by no letter about it, nor is where it stands now', async () => {
  const kept = idOf('Atelier confirmé');
  const nobody = visitor(server);
  const ended = { do: 'ended', reason: 'Le lavoir est comblé.' };
  assert.equal((await nobody.look(own)).status, 200);
  teamOf.sql(server.folder, `UPDATE entry SET status = 3, merged_into = ${kept} WHERE id = ${idOf('Lavoir')}`);
  assert.equal((await nobody.look(own)).status, 404);
  assert.equal((await nobody.send(own, ended)).status, 404);
  assert.equal((await nobody.send(own, { answer: 'still' })).status, 404);
  assert.ok(!(await look('Atelier confirmé')).includes('id="ended"'));
  teamOf.sql(server.folder, `UPDATE entry SET status = 1, merged_into = NULL WHERE id = ${idOf('Lavoir')}`);
  assert.equal((await nobody.send(own, ended)).location, `${own}?done`, 'parted again it is asked about');
});

test('RULE PERSON-5: what an account was asked goes with it', async () => {
  const { id } = JSON.parse((await anna.look('/account/data')).text);
  const asked = `SELECT count(*) FROM freshness_ask WHERE author = 'person:${id}'`;
  assert.equal(teamOf.sql(server.folder, asked), '1');
  assert.equal((await anna.send('/account/delete', { sure: '1' })).status, 303);
  assert.equal(teamOf.sql(server.folder, asked), '0');
});
