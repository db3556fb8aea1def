// What comes after a decision: a second look by somebody else, questions, warnings and blocks.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agora, letterTo, signIn, start, teamOf, visitor } from './harness.mjs';

let server;
let first;
let second;
let lea;
const store = (statement) => teamOf.sql(server.folder, statement);
const isShown = async (id) => (await fetch(`${server.url}/api/v1/entries/${id}`)).status === 200;
const pathIn = (letter) => new URL(/http:\S+\/decisions\/\S+/.exec(letter)[0]).pathname;
const letters = new Map(); // address → how many were read
async function next(address) {
  const letter = await letterTo(server, address, letters.get(address) ?? 0);
  letters.set(address, (letters.get(address) ?? 0) + 1);
  return letter;
}

before(async () => {
  server = await start();
  [first, second, lea] = [];
  for (const name of ['first', 'second', 'lea']) {
    const who = await signIn(server, `${name}@example.org`);
    letters.set(`${name}@example.org`, 1);
    if (name === 'lea') lea = who;
    else {
      assert.equal(agora('user', '--data', server.folder, 'grant', `${name}@example.org`, 'moderator').status, 0);
      if (name === 'first') first = who;
      else second = who;
    }
  }
});
after(() => server.stop());

async function add(title, who = lea) {
  const { location } = await who.send('/add', { kind: 'idea' });
  await who.send(location, { title, summary: 'En deux mots.', kind: 'idea' });
  return /\d+/.exec((await who.send(location.replace('what', 'check'), { charter: 1 })).location)[0];
}
const decide = (who, id, act, reason = 'Parce que.') => who.send(`/moderation/entries/${id}`, { act, reason });
const appealOf = async (who, title) => new RegExp(`href="(/moderation/appeals/\\d+)">${title}<`).exec((await who.look('/moderation')).text)?.[1];

test('RULE MOD-5: its author asks once, without signing in, and somebody else shows the entry again', async () => {
  const id = await add('Échelle à prêter');
  assert.equal((await decide(first, id, 'remove', 'Ce n’est pas une <b>solution</b>.')).status, 303);
  assert.equal(await isShown(id), false);
  const path = pathIn(await next('lea@example.org'));
  const anybody = visitor(server);
  const page = (await anybody.look(path)).text;
  assert.match(page, /pas une &lt;b&gt;solution/);
  assert.match(page, /une personne, sans outil automatique/);
  assert.match(page, /arcom\.fr/);
  assert.equal((await anybody.send(path, { words: ' ' })).status, 422);
  assert.equal((await anybody.send(path, { words: 'x', address: 'nope' })).status, 422);
  assert.equal((await anybody.send(path, { words: 'Elle sert à tout le village.' })).status, 303);
  assert.match((await anybody.look(path)).text, /Un nouvel avis est demandé/);
  await anybody.send(path, { words: 'encore' }); // once
  assert.ok(!(await anybody.look(path)).text.includes('encore'));
  const appeal = await appealOf(second, 'Échelle à prêter');
  assert.match((await first.look('/moderation')).text, /pour quelqu’un d’autre que vous/);
  assert.equal((await first.send(appeal, { act: 'publish', reason: 'x' })).status, 403);
  assert.equal((await lea.send(appeal, { act: 'publish', reason: 'x' })).status, 403);
  assert.match((await second.look(appeal)).text, /Elle sert à tout le village/);
  assert.equal((await second.send(appeal, { act: 'hold', reason: 'x' })).status, 422); // not in the place of a removal
  assert.equal((await second.send(appeal, { act: 'publish', reason: '' })).status, 422);
  assert.equal((await second.send(appeal, { act: 'publish', reason: 'Elle sert, en effet.' })).status, 303);
  assert.equal(await isShown(id), true);
  const letter = await next('lea@example.org');
  assert.match(letter.replace(/\s+/g, ' '), /elle est changée.*Elle sert, en effet\./);
  assert.match((await anybody.look(path)).text, /la décision est changée/);
  const log = (await anybody.look('/moderation/log')).text;
  assert.match(log, /1 nouvel avis demandé.{1,3}: 0 décision maintenue, 1 changée/);
  assert.match(log, /changée par un autre avis/);
  assert.ok(!log.includes('sert'));
});

test('RULE MOD-5: who reported asks too; what is kept is final, and too late is too late', async () => {
  const id = await add('Brouette à prêter');
  await visitor(server).send(`/entries/${id}/flag`, { reason: 'wrong', address: 'who@example.org' });
  await decide(first, id, 'nothing', 'C’est exact.');
  const path = pathIn(await next('who@example.org'));
  const mine = pathIn(await next('lea@example.org')); // the author is told, and has nothing to appeal
  assert.ok(!(await visitor(server).look(mine)).text.includes('name="words"'));
  await visitor(server).send(mine, { words: 'Moi aussi.' });
  assert.equal(await appealOf(second, 'Brouette à prêter'), undefined);
  await visitor(server).send(path, { words: 'Elle est cassée.', address: 'who@example.org' });
  const appeal = await appealOf(second, 'Brouette à prêter');
  assert.equal((await second.send(appeal, { act: 'kept', reason: 'Nous y étions.' })).status, 303);
  assert.match((await next('who@example.org')).replace(/\s+/g, ' '), /elle est maintenue.*Nous y étions\./);
  assert.ok(!(await visitor(server).look(path)).text.includes('name="words"'));
  assert.match((await second.send(appeal, { act: 'remove', reason: 'x' })).location, /appeals/);
  assert.equal(await isShown(id), true);

  await visitor(server).send(`/entries/${id}/flag`, { reason: 'wrong', address: 'other@example.org' });
  await decide(first, id, 'nothing');
  await visitor(server).send(pathIn(await next('other@example.org')), { words: 'Elle n’est plus là.' });
  assert.equal((await second.send(await appealOf(second, 'Brouette à prêter'), { act: 'hold', reason: 'Plus là.' })).status, 303);
  assert.match((await visitor(server).look('/moderation/log')).text, /Laissée comme elle est · changée ensuite · changée par un autre avis/);
  await decide(second, id, 'publish');
  for (let i = 0; i < 3; i++) await next('lea@example.org');

  await decide(first, id, 'remove');
  const late = pathIn(await next('lea@example.org'));
  assert.match((await visitor(server).look(late)).text, /name="words"/);
  store(`UPDATE decision SET at_ms = at_ms - 15897600000 WHERE entry_id = ${id} AND act = 4`);
  assert.ok(!(await visitor(server).look(late)).text.includes('name="words"'));
  await visitor(server).send(late, { words: 'Tard.' });
  assert.equal(await appealOf(second, 'Brouette à prêter'), undefined);
  assert.equal((await visitor(server).look('/decisions/none-of-ours')).status, 404);
});

test('RULE MOD-5: who decided changes it before anybody looked again: it is told, and not as a second look', async () => {
  const id = await add('Enclume à prêter', second);
  await decide(first, id, 'remove', 'Hors sujet.');
  letters.set('second@example.org', 1);
  const path = pathIn(await next('second@example.org'));
  await visitor(server).send(path, { words: 'Elle sert au four.' });
  assert.equal((await decide(first, id, 'publish', 'Je me trompais.')).status, 303);
  assert.match((await next('second@example.org')).replace(/\s+/g, ' '), /est revenue sur sa décision.*Je me trompais/);
  const page = (await visitor(server).look(path)).text;
  assert.match(page, /La décision a été changée\./);
  assert.ok(!page.includes('Une autre personne a regardé'));
  assert.match((await visitor(server).look('/moderation/log')).text, /Enclume[^\n]*Retirée · puis remise · nouvel avis demandé, changée avant/);
});

test('who flagged the same entry is a stranger: the words of an appeal are read by who wrote them alone', async () => {
  const nils = await signIn(server, 'nils@example.org');
  letters.set('nils@example.org', 1);
  const id = await add('Hache à prêter', second);
  await nils.send(`/entries/${id}/flag`, { reason: 'wrong' });
  for (const name of ['one', 'two']) await visitor(server).send(`/entries/${id}/flag`, { reason: 'wrong', address: `${name}@example.org` });
  await decide(first, id, 'nothing', 'C’est exact.');
  const paths = [];
  for (const name of ['nils', 'one', 'two']) paths.push(pathIn(await next(`${name}@example.org`)));
  await nils.send(paths[0], { words: 'Mon voisin l’a cassée.' });
  const pages = [];
  for (const path of paths) pages.push((await visitor(server).look(path)).text);
  for (const page of pages) assert.match(page, /Un nouvel avis est demandé/);
  assert.deepEqual(pages.map((page) => page.includes('Mon voisin')), [true, false, false]);

  const { flags, replies } = JSON.parse((await nils.look('/account/data')).text);
  assert.deepEqual(flags.map(({ entry, reason, answered }) => [entry, reason, answered !== null]), [[Number(id), 'wrong', true]]);
  assert.deepEqual(replies.map(({ entry, to, words, answered }) => [entry, to, words, answered]), [[Number(id), 'decision', 'Mon voisin l’a cassée.', null]]);
});

test('RULE MOD-6: a question goes to the author, its answer comes into the case, and only then is decided', async () => {
  const id = await add('Scie à prêter');
  assert.equal((await decide(first, id, 'ask', 'Où la trouve-t-on ?')).status, 303);
  assert.match((await first.look('/moderation')).text, /Scie à prêter<\/a>[^\n]*Question posée/);
  const letter = await next('lea@example.org');
  assert.match(letter, /Où la trouve-t-on/);
  const path = pathIn(letter);
  assert.equal((await visitor(server).send(path, { words: 'Au lavoir, le samedi.' })).status, 303);
  assert.match((await first.look('/moderation')).text, /Scie à prêter<\/a>[^\n]*Réponse arrivée/);
  assert.match((await second.look(`/moderation/entries/${id}`)).text, /Au lavoir, le samedi\./);
  assert.equal((await decide(second, id, 'nothing', 'Merci.')).status, 303);
  assert.ok(!(await first.look('/moderation')).text.includes('Scie à prêter'));
});

test('nobody says "corrected" of what nobody changed; the case leads to the change', async () => {
  const id = await add('Tondeuse à prêter');
  await visitor(server).send(`/entries/${id}/flag`, { reason: 'wrong' });
  store(`UPDATE flag SET at_ms = at_ms + 1 WHERE entry_id = ${id}`);
  const refused = await decide(first, id, 'correct');
  assert.equal(refused.status, 422);
  assert.match(refused.text, /Rien n’a été changé depuis le signalement/);
  const { location } = await first.send(`/entries/${id}/edit`, { do: 'edit' });
  await first.send(location, { title: 'Tondeuse à main', summary: 'En deux mots.', kind: 'idea' });
  assert.equal((await first.send(location.replace('what', 'check'), { reason: 'signalé' })).status, 303);
  assert.equal((await decide(first, id, 'correct')).status, 303);
});

test('RULE MOD-7: who wrote an entry is warned, blocked for a time and let in again; what they wrote stays', async () => {
  const id = await add('Pelle à prêter');
  const [, person] = /\/people\/(\d+)"/.exec((await first.look(`/moderation/entries/${id}`)).text);
  const path = `/moderation/entries/${id}/people/${person}`;
  assert.match((await first.look(path)).text, /fiches apportées · 4 montrées/);
  const sent = async (fields, who = first) => (await who.send(path, { days: 7, reason: 'Des insultes.', ...fields })).status;
  assert.equal(await sent({ act: 'warn' }, lea), 403);
  assert.equal(await sent({ act: 'remove' }), 422);
  assert.equal(await sent({ act: 'block', days: 8 }), 422);
  assert.equal(await sent({ act: 'block', reason: '' }), 422);
  assert.equal(await sent({ act: 'unblock' }), 422);
  assert.equal(await sent({ act: 'warn' }), 303);
  assert.equal(await sent({ act: 'block' }), 303);
  assert.equal((await lea.look('/account')).status, 303); // signed out everywhere
  assert.equal(await isShown(id), true);
  const log = (await visitor(server).look('/moderation/log')).text;
  assert.match(log, /Au sujet d’une personne<\/span><span class="state">Compte bloqué/);
  assert.ok(!log.includes('Pelle'));
  let blocked;
  for (;;) {
    blocked = await next('lea@example.org');
    if (/fermé votre compte/.test(blocked)) break;
  }
  assert.match(blocked.replace(/\s+/g, ' '), /jusqu’au \d+.*vous ne pouvez pas vous connecter.*Des insultes\./);
  await visitor(server).send(pathIn(blocked), { words: 'Ce n’était pas moi.' });
  assert.equal((await second.send(await appealOf(second, 'Pelle à prêter'), { act: 'unblock', reason: 'Le compte avait été volé.' })).status, 303);
  const again = await signIn(server, 'lea@example.org', visitor(server), await all('lea@example.org'));
  const { decisions, replies } = JSON.parse((await again.look('/account/data')).text);
  assert.deepEqual(decisions.map(({ act, reason }) => [act, reason]), [
    ['warn', 'Des insultes.'],
    ['block', 'Des insultes.'],
    ['unblock', 'Le compte avait été volé.'],
  ]);
  assert.equal(replies.find(({ words }) => words === 'Ce n’était pas moi.').answer, 'Le compte avait été volé.');
});

test('RULE MOD-7: what an admin or the host blocked no moderator lets in again, and no time of an earlier block ends it', async () => {
  const noor = await signIn(server, 'noor@example.org');
  const admin = await signIn(server, 'admin@example.org');
  const user = (...words) => assert.equal(agora('user', '--data', server.folder, ...words).status, 0);
  user('grant', 'admin@example.org', 'admin');
  const id = await add('Râteau à prêter', noor);
  const [, person] = /\/people\/(\d+)"/.exec((await first.look(`/moderation/entries/${id}`)).text);
  const judge = async (act) => (await first.send(`/moderation/entries/${id}/people/${person}`, { act, days: 7, reason: 'x' })).status;
  const power = async (act) => (await admin.send(`/administration/people/${person}/power`, { do: act, reason: 'Publicité.', sure: 1 })).status;
  const ends = () => store(`SELECT count(*) FROM decision WHERE subject_id = ${person} AND act = 8 AND reversed_ms = 0 AND ended_ms = 0`);
  assert.equal(await judge('block'), 303);
  assert.equal(ends(), '1');
  assert.equal(await power('unblock'), 303);
  assert.equal(ends(), '0');
  assert.equal(await power('block'), 303);
  assert.equal(await judge('unblock'), 403);
  assert.equal(await power('unblock'), 303);
  assert.equal(await judge('block'), 303);
  user('block', 'noor@example.org', '--reason', 'Publicité.');
  assert.equal(ends(), '0');
  assert.equal(await judge('unblock'), 403);
  user('unblock', 'noor@example.org', '--reason', 'Une erreur.');
  assert.equal(await judge('block'), 303);
  assert.equal(await judge('unblock'), 303);
});

test('the log of what was done with power says each act in words', async () => {
  const admin = await signIn(server, 'audit@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'audit@example.org', 'admin').status, 0);
  const page = (await admin.look('/administration/audit')).text;
  for (const act of ['ask', 'warn', 'appeal-kept', 'appeal-reversed']) {
    assert.match(page, new RegExp(`<option value="${act}">(?!${act})`));
    assert.ok(!page.includes(`<td>${act}</td>`), act);
  }
});

// How many letters have arrived: the one that tells the end of an appeal is the last.
async function all(address) {
  for (;;) {
    const letter = await next(address);
    if (/elle est changée/.test(letter.replace(/\s+/g, ' ')) && /volé/.test(letter)) return letters.get(address);
  }
}
