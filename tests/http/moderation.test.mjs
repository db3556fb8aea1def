// Flags and decisions, as people, moderators and those who want to make an entry vanish would use them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { agora, importEntries, letterTo, signIn, start, visitor } from './harness.mjs';

let server;
let moderator;
const entries = new Map(); // title → number
const user = (...words) => assert.equal(agora('user', '--data', server.folder, ...words).status, 0);
const isShown = async (title) => (await fetch(`${server.url}/api/v1/entries/${entries.get(title)}`)).status === 200;
const flagPath = (title) => `/entries/${entries.get(title)}/flag`;
const casePath = (title) => `/moderation/entries/${entries.get(title)}`;
const decide = (title, act, reason = 'Parce que.') => moderator.send(casePath(title), { act, reason });

before(async () => {
  server = await start();
  const titles = ['Jardin', 'Verger', 'Rucher', 'Lavoir', 'Atelier'];
  importEntries(server.folder, 'fixture', titles.map((title, at) => ({ id: `e${at}`, kind: 'place', title, place: { territory: at < 4 ? 'com-73065' : 'com-38185' } })));
  const { items } = await (await fetch(`${server.url}/api/v1/entries?limit=10`)).json();
  for (const { id, title } of items) entries.set(title, id);
  assert.equal(entries.size, titles.length);
  moderator = await signIn(server, 'moderator@example.org');
  user('grant', 'moderator@example.org', 'moderator', '--territory', 'dep-73');
});
after(() => server.stop());

test('anybody reports from the page of the entry, without an account; RULE MOD-1: nothing of it is seen', async () => {
  const who = visitor(server);
  const page = (await who.look(`/entries/${entries.get('Jardin')}-jardin`)).text;
  assert.ok(page.includes(`href="${flagPath('Jardin')}"`));
  assert.match((await who.look(flagPath('Jardin'))).text, /name="reason" value="personal-data"/);
  const sent = await who.send(flagPath('Jardin'), { reason: 'gone', words: '<b>Fermé</b> & vendu', address: ' who@Example.org ' });
  assert.equal(sent.status, 303);
  const thanks = (await who.look(sent.location)).text;
  assert.match(thanks, /Votre message est arrivé/);
  assert.match(thanks, /<p class="lead"><a href="\/entries\/\d+[^"]*">Jardin<\/a>/);
  assert.equal(await isShown('Jardin'), true);
  const log = (await who.look('/moderation/log')).text;
  assert.ok(!log.includes('Jardin'));
  const queue = (await moderator.look('/moderation')).text;
  assert.ok(queue.includes(casePath('Jardin')));
  assert.match((await moderator.look(casePath('Jardin'))).text, /&lt;b&gt;Fermé&lt;\/b&gt; &amp; vendu/);
});

test('RULE MOD-2: a decision wants a reason, and who reported it reads it', async () => {
  const none = await decide('Jardin', 'remove', ' ');
  assert.equal(none.status, 422);
  assert.match(none.text, /Écrivez la raison/);
  assert.equal(await isShown('Jardin'), true);
  assert.equal((await decide('Jardin', 'nothing', 'Le jardin est là, nous y étions hier.')).status, 303);
  const letter = await letterTo(server, 'who@example.org');
  assert.match(letter, /Le jardin est là, nous y étions hier\./);
  assert.match(letter, /\/decisions\/[\w-]{32}/);
  assert.ok(!(await moderator.look('/moderation')).text.includes(casePath('Jardin')));
  const again = await decide('Jardin', 'nothing');
  assert.equal(again.status, 422);
  assert.match(again.text, /Quelqu’un a déjà décidé/);
});

test('RULE MOD-3: what was removed is gone for the public, can be shown again, and both stand in the public log without a name', async () => {
  assert.equal((await decide('Verger', 'remove', 'Le nom de Paul Durand y figure.')).status, 303);
  assert.equal(await isShown('Verger'), false);
  assert.ok(!(await visitor(server).look(`${flagPath('Verger')}?sent`)).text.includes('<p class="lead"><a'));
  let log = (await visitor(server).look('/moderation/log')).text;
  assert.ok(!log.includes('Verger') && !log.includes('Durand') && !log.includes('moderator@'));
  assert.match(log, /Une fiche qui n’est plus montrée/);
  assert.equal((await decide('Verger', 'publish')).status, 303);
  assert.equal(await isShown('Verger'), true);
  log = (await visitor(server).look('/moderation/log')).text;
  assert.match(log, /Verger<\/a><\/span><span class="state">Publiée/);
  assert.match(log, /puis remise/);
});

test('RULE MOD-1: three independent accounts hold an entry, RULE MOD-4: three of one network do not', async () => {
  const people = [];
  for (const host of ['one.example', 'two.example', 'three.example']) people.push(await signIn(server, `who@${host}`));
  const store = (sql) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(server.folder, 'agora.db'), sql], { encoding: 'utf8' });
  store("UPDATE person SET created_ms = created_ms - 604800000");
  for (const who of people) assert.equal((await who.send(flagPath('Rucher'), { reason: 'wrong' })).status, 303);
  assert.equal(await isShown('Rucher'), true); // all of them come from here
  store("UPDATE flag SET network = randomblob(16)");
  assert.equal((await people[0].send(flagPath('Rucher'), { reason: 'gone' })).status, 303);
  assert.equal(await isShown('Rucher'), false);
  assert.match((await visitor(server).look('/moderation/log')).text, /Mise en attente · par trois signalements/);
  assert.match((await moderator.look('/moderation')).text, /3 signalements · En attente/);
  assert.equal((await decide('Rucher', 'publish')).status, 303);
  assert.equal(await isShown('Rucher'), true);
  assert.match(await letterTo(server, 'who@one.example', 1), /de nouveau/);
});

test('nobody else decides: not a visitor, not a member, not a moderator of elsewhere', async () => {
  const member = await signIn(server, 'member@example.org');
  const fields = { act: 'remove', reason: 'x' };
  assert.equal((await visitor(server).send(casePath('Lavoir'), fields)).status, 303);
  assert.equal((await member.send(casePath('Lavoir'), fields)).status, 403);
  assert.equal((await member.look('/moderation')).status, 403);
  assert.equal((await moderator.send(casePath('Atelier'), fields)).status, 403);
  assert.equal((await moderator.look(casePath('Atelier'))).status, 403);
  assert.equal(await isShown('Lavoir'), true);
  assert.equal(await isShown('Atelier'), true);
  assert.equal((await moderator.send(casePath('Lavoir'), fields, { Origin: 'https://evil.example' })).status, 403);
});

test('what is wrong with a report is told beside the field', async () => {
  const who = visitor(server);
  const none = await who.send(flagPath('Lavoir'), { words: 'gardé', address: 'no address' });
  assert.equal(none.status, 422);
  assert.match(none.text, /id="reason-fault"/);
  assert.match(none.text, /id="address-fault"/);
  assert.match(none.text, />\ngardé<\/textarea>/);
  assert.equal((await who.send('/entries/12/flag', { reason: 'gone' })).status, 404);
  assert.equal((await who.look('/entries/12/flag')).status, 404);
});

test('RULE MOD-8: illegal content is told of with all that the law asks, the receipt comes at once, and the public sees no change', async () => {
  const who = visitor(server);
  const path = flagPath('Lavoir');
  const form = await who.send(path, { reason: 'illegal', words: 'Vente d’armes.' });
  assert.equal(form.status, 200);
  for (const part of ['name="place"', 'name="name"', 'name="children"', 'name="faith"', '>\nVente d’armes.</textarea>']) assert.ok(form.text.includes(part), part);
  const notice = { reason: 'illegal', notice: 1, words: 'Vente d’armes.', place: 'La dernière phrase.', name: 'Noor <b>', address: 'noor@example.org', faith: 1 };
  for (const left of ['words', 'name', 'address', 'faith']) {
    const { [left]: _, ...rest } = notice;
    const refused = await who.send(path, rest);
    assert.equal(refused.status, 422, left);
    assert.ok(refused.text.includes(`id="${left}-fault"`), left);
  }
  assert.equal((await who.send(path, notice)).status, 303);
  const receipt = (await letterTo(server, 'noor@example.org')).replace(/\s+/g, ' ');
  assert.match(receipt, /votre signalement d’un contenu illégal au sujet de « Lavoir » est arrivé/);
  for (const sent of ['armes', 'dernière phrase', '<b>']) assert.ok(!receipt.includes(sent), sent);
  assert.equal(await isShown('Lavoir'), true);
  assert.match((await moderator.look(casePath('Lavoir'))).text, /La dernière phrase\. · Noor &lt;b&gt;/);
  assert.equal((await who.send(path, { reason: 'illegal', notice: 1, words: 'Des enfants.', children: 1, faith: 1 })).status, 303);
  assert.equal((await decide('Lavoir', 'nothing', 'Le texte parle d’un musée.')).status, 303);
  assert.match(await letterTo(server, 'noor@example.org', 1), /\/decisions\//);
  const kept = execFileSync('sqlite3', [join(server.folder, 'agora.db'), "SELECT count(*) FROM flag WHERE name <> '' OR address <> ''"], { encoding: 'utf8' });
  assert.equal(kept.trim(), '0');
});

test('the charter is for everybody, the way to what waits for moderators alone', async () => {
  assert.match((await visitor(server).look('/charter')).text, /Un signalement seul ne change rien/);
  assert.match((await moderator.look('/account')).text, /href="\/moderation"/);
  const member = await signIn(server, 'other@example.org');
  assert.ok(!(await member.look('/account')).text.includes('href="/moderation"'));
});
