// All that somebody changed in a time goes back as one act, and comes again as one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agora, importEntries, letterTo, signIn, start, teamOf, visitor } from './harness.mjs';

let server;
let vandal;
let other;
let moderator;
let vandalId;
const entries = new Map(); // title at first → number
const store = (statement) => teamOf.sql(server.folder, statement);
const entryOf = async (title) => (await fetch(`${server.url}/api/v1/entries/${entries.get(title)}`)).json();
const isShown = async (id) => (await fetch(`${server.url}/api/v1/entries/${id}`)).status === 200;
const today = new Date().toISOString().slice(0, 10);
const DAYS = { from: `${Number(today.slice(0, 4)) - 1}${today.slice(4, 8)}01`, to: `${Number(today.slice(0, 4)) + 1}${today.slice(4, 8)}01` };
const undoPath = (title = 'Atelier') => `/moderation/entries/${entries.get(title)}/people/${vandalId}/undo`;
const preview = async (who = moderator, path = undoPath()) => (await who.look(`${path}?${new URLSearchParams(DAYS)}`)).text;
const seenIn = (page) => /name="seen" value="(\d+)"/.exec(page)?.[1];
const rows = (page) => new Map([...page.matchAll(/<li><span><a href="\/entries\/(\d+)\/history">[^<]*<\/a><\/span><span class="state">([^<]*)<\/span><small>([^<]*)/g)].map(([, id, state, what]) => [id, `${state} | ${what}`]));
const rowOf = (page, title) => rows(page).get(String(entries.get(title)));

async function edit(who, title, fields) {
  const draft = (await who.send(`/entries/${entries.get(title)}/edit`)).location.replace(/\/what$/, '');
  const now = await entryOf(title);
  assert.equal((await who.send(`${draft}/what`, { title: now.title, summary: now.summary ?? '', kind: 'place', ...fields })).status, 303);
  const sent = await who.send(`${draft}/check`, { reason: 'Pour voir.' });
  assert.equal(sent.status, 303, sent.text);
}
async function add(who, title) {
  const { location } = await who.send('/add', { kind: 'idea' });
  await who.send(location, { title, summary: 'En deux mots.', kind: 'idea' });
  await who.send(location.replace('/what', '/where'), { where: 'Chambéry (73)', precision: 'commune' });
  const sent = await who.send(location.replace(/what$/, 'check'), { charter: 1 });
  entries.set(title, Number(/\d+/.exec(sent.location)[0]));
}

before(async () => {
  server = await start();
  importEntries(server.folder, 'fixture', ['Atelier', 'Bois', 'Cave', 'Dune'].map((title) => (
    { id: title, kind: 'place', title, summary: `${title} d’abord`, place: { territory: title === 'Dune' ? 'com-38185' : 'com-73065' } })));
  for (const { id, title } of (await (await fetch(`${server.url}/api/v1/entries`)).json()).items) entries.set(title, id);
  [vandal, other, moderator] = await Promise.all(['vandal', 'other', 'moderator'].map((name) => signIn(server, `${name}@example.org`)));
  vandalId = JSON.parse((await vandal.look('/account/data')).text).id;
  assert.equal(agora('user', '--data', server.folder, 'grant', 'moderator@example.org', 'moderator', '--territory', 'dep-73').status, 0);
  // Atelier: twice, and then nobody. Bois: title and summary, and somebody mends the title since. Cave: the summary, and somebody writes
  // another one since. Dune: elsewhere. An idea of theirs alone, and one that somebody completed.
  await edit(vandal, 'Atelier', { summary: 'ACHETEZ' });
  await edit(vandal, 'Atelier', { summary: 'ACHETEZ ICI', title: 'Promo' });
  await edit(vandal, 'Bois', { title: 'Promo du bois', summary: 'PROMO' });
  await edit(other, 'Bois', { title: 'Le bois' });
  await edit(vandal, 'Cave', { summary: 'PROMO' });
  await edit(other, 'Cave', { summary: 'La cave, ouverte' });
  await edit(vandal, 'Dune', { summary: 'PROMO' });
  await add(vandal, 'Une réclame');
  await add(vandal, 'Une vraie idée');
  const draft = (await other.send(`/entries/${entries.get('Une vraie idée')}/edit`)).location;
  await other.send(draft, { title: 'Une vraie idée', summary: 'Complétée.', kind: 'idea' });
  assert.equal((await other.send(draft.replace(/what$/, 'check'), { reason: 'Complété.' })).status, 303);
});
after(() => server.stop());

test('RULE UNDO-1: it is shown before, entry by entry, with what stays because somebody wrote since; a look changes nothing', async () => {
  const before = store('SELECT count(*) FROM revision');
  assert.match((await moderator.look(undoPath().replace('/undo', ''))).text, new RegExp(`href="${undoPath()}"`));
  const page = await preview();
  assert.match(page, /<h2>Une personne inscrite<\/h2>/);
  assert.equal(rowOf(page, 'Atelier'), 'Revient en arrière | Titre, Résumé');
  assert.match(rowOf(page, 'Bois'), /^Revient en arrière \| Résumé · changé depuis, reste comme aujourd’hui.: Titre$/);
  assert.match(rowOf(page, 'Cave'), /^Reste.: tout a été changé depuis \| changé depuis, .*Résumé$/);
  assert.match(rowOf(page, 'Une réclame'), /retirée/);
  assert.match(rowOf(page, 'Une vraie idée'), /^Reste.: d’autres l’ont complétée depuis/);
  assert.equal(rowOf(page, 'Dune'), undefined);
  assert.match(page, /1 fiche d’ailleurs reste comme elle est/);
  assert.equal(store('SELECT count(*) FROM revision'), before);
  const none = (await moderator.look(`${undoPath()}?from=2001-01-01&to=2001-01-02`)).text;
  assert.match(none, /Il n’y a rien à changer ici/);
  assert.equal(seenIn(none), undefined);
});

test('RULE UNDO-1: not without a reason, not by a member, not by who moderates elsewhere, and not what was not looked at', async () => {
  const seen = seenIn(await preview());
  const fields = { ...DAYS, seen, reason: 'Réclame.' };
  const elsewhere = await signIn(server, 'elsewhere@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'elsewhere@example.org', 'moderator', '--territory', 'dep-38').status, 0);
  assert.equal((await other.send(undoPath(), fields)).status, 403);
  assert.equal((await elsewhere.send(undoPath(), fields)).status, 403);
  assert.equal((await moderator.send(undoPath(), { ...fields, reason: ' ' })).status, 422);
  assert.equal((await moderator.send(undoPath(), { ...DAYS, reason: 'Réclame.' })).status, 422);
  const late = await moderator.send(undoPath(), { ...fields, seen: String(BigInt(seen) ^ 2n) });
  assert.equal(late.status, 422);
  assert.match(late.text, /regardez de nouveau/);
  assert.equal((await entryOf('Atelier')).title, 'Promo');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'vandal@example.org', 'steward', '--territory', 'dep-73').status, 0);
  assert.equal((await moderator.send(undoPath(), fields)).status, 403); // of who has a role: an admin's
  assert.equal(agora('user', '--data', server.folder, 'revoke', 'vandal@example.org', 'steward', '--territory', 'dep-73').status, 0);
  assert.equal((await entryOf('Atelier')).title, 'Promo');
});

test('RULE UNDO-2: what goes back goes as one act, what others wrote stays, nothing is erased, and they are told why', async () => {
  const versions = Number(store('SELECT count(*) FROM revision'));
  const { location, status } = await moderator.send(undoPath(), { ...DAYS, seen: seenIn(await preview()), reason: 'De la réclame partout.' });
  assert.equal(status, 303);
  assert.match((await moderator.look(location)).text, /C’est fait/);
  const atelier = await entryOf('Atelier');
  assert.deepEqual([atelier.title, atelier.summary], ['Atelier', 'Atelier d’abord']);
  const bois = await entryOf('Bois');
  assert.deepEqual([bois.title, bois.summary], ['Le bois', 'Bois d’abord']);
  assert.equal((await entryOf('Cave')).summary, 'La cave, ouverte');
  assert.equal((await entryOf('Dune')).summary, 'PROMO');
  assert.equal(await isShown(entries.get('Une réclame')), false);
  assert.equal(await isShown(entries.get('Une vraie idée')), true);
  assert.equal(Number(store('SELECT count(*) FROM revision')), versions + 3);
  assert.match((await visitor(server).look(`/entries/${entries.get('Atelier')}/history`)).text, /Changements annulés par la modération/);
  const letter = (await letterTo(server, 'vandal@example.org', 1)).replace(/\s+/g, ' ');
  assert.match(letter, /a annulé des changements que vous aviez faits/);
  assert.match(letter, /De la réclame partout\./);
  assert.match((await visitor(server).look('/moderation/log')).text, /Changements annulés/);
  assert.equal(store("SELECT count(*) FROM audit WHERE act = 'undo'"), '1');
  assert.match(await preview(), /Il n’y a rien à changer ici/);
});

test('RULE UNDO-3: it comes again as one act, and what was written between stays', async () => {
  await edit(other, 'Bois', { summary: 'Écrit entre-temps' });
  const of = /\?of=(\d+)"/.exec((await moderator.look(undoPath())).text)[1];
  const page = (await moderator.look(`${undoPath()}?of=${of}`)).text;
  assert.equal(rowOf(page, 'Atelier'), 'Revient en arrière | Titre, Résumé');
  assert.match(rowOf(page, 'Bois'), /^Reste/);
  assert.match(rowOf(page, 'Une réclame'), /^Montrée de nouveau/);
  assert.equal((await moderator.send(undoPath(), { of, seen: seenIn(page), reason: 'Une erreur de ma part.' })).status, 303);
  assert.equal((await entryOf('Atelier')).title, 'Promo');
  assert.equal((await entryOf('Bois')).summary, 'Écrit entre-temps');
  assert.equal(await isShown(entries.get('Une réclame')), true);
  assert.match((await letterTo(server, 'vandal@example.org', 2)).replace(/\s+/g, ' '), /a remis les changements/);
  const done = (await moderator.look(undoPath())).text;
  assert.ok(!done.includes('?of=') && /· remise/.test(done));
  assert.equal((await moderator.send(undoPath(), { of, seen: seenIn(page), reason: 'Encore.' })).status, 422);
  // and goes back once more
  assert.equal((await moderator.send(undoPath(), { ...DAYS, seen: seenIn(await preview()), reason: 'Si, de la réclame.' })).status, 303);
  assert.equal((await entryOf('Atelier')).title, 'Atelier');
  assert.equal(await isShown(entries.get('Une réclame')), false);
});

test('RULE MOD-5: who made the changes asks for a second look, and somebody else puts them back', async () => {
  const letter = await letterTo(server, 'vandal@example.org', 3);
  const link = new URL(/http:\S+\/decisions\/\S+/.exec(letter)[0]).pathname;
  assert.equal((await visitor(server).send(link, { words: 'C’était une vraie fête.' })).status, 303);
  const second = await signIn(server, 'second@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'second@example.org', 'moderator').status, 0);
  const [, appeal] = /href="(\/moderation\/appeals\/\d+)"/.exec((await second.look('/moderation')).text);
  assert.match((await second.look(appeal)).text, /value="redo"/);
  assert.equal((await moderator.send(appeal, { act: 'redo', reason: 'x' })).status, 403);
  assert.equal((await second.send(appeal, { act: 'redo', reason: 'C’était une fête.' })).status, 303);
  assert.equal((await entryOf('Atelier')).title, 'Promo');
  assert.equal(await isShown(entries.get('Une réclame')), true);
});

test('RULE UNDO-3: who moderates for a part of it only is shown who can, and is refused, after an appeal too', async () => {
  const all = await signIn(server, 'all@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'all@example.org', 'moderator').status, 0);
  const whole = await preview(all);
  assert.ok(rowOf(whole, 'Dune'));
  assert.equal((await all.send(undoPath(), { ...DAYS, seen: seenIn(whole), reason: 'De la réclame.' })).status, 303);
  assert.equal((await entryOf('Dune')).summary, 'Dune d’abord');
  const of = /\?of=(\d+)"/.exec((await moderator.look(undoPath())).text)[1];
  const part = (await moderator.look(`${undoPath()}?of=${of}`)).text;
  assert.match(part, /qui modère pour toutes ces fiches/);
  assert.equal(seenIn(part), undefined);
  assert.equal((await moderator.send(undoPath(), { of, seen: '1', reason: 'Quand même.' })).status, 403);
  const link = new URL(/http:\S+\/decisions\/\S+/.exec(await letterTo(server, 'vandal@example.org', 5))[0]).pathname;
  assert.equal((await visitor(server).send(link, { words: 'C’était une fête.' })).status, 303);
  const [, appeal] = /href="(\/moderation\/appeals\/\d+)"/.exec((await moderator.look('/moderation')).text);
  const second = (await moderator.look(appeal)).text;
  assert.match(second, /qui modère pour toutes ces fiches/);
  assert.match(second, /value="kept"/);
  assert.doesNotMatch(second, /value="redo"/);
  assert.equal((await moderator.send(appeal, { act: 'redo', reason: 'Quand même.' })).status, 403);
  assert.equal((await entryOf('Dune')).summary, 'Dune d’abord');
  assert.equal((await moderator.send(appeal, { act: 'kept', reason: 'C’est de la réclame.' })).status, 303);
});
