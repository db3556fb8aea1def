// The charter: accepted by who adds, written by admins, every version kept, cited by decisions.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { agora, importEntries, letterTo, signIn, start, visitor } from './harness.mjs';

let server;
let admin;
const FR = '## Ici\n- Des solutions.\n- Du respect.\n## Pas ici\n- La publicité.';
const EN = '## Here\n- Solutions.\n- Respect.\n## Not here\n- Advertising.';
before(async () => {
  server = await start();
  admin = await signIn(server, 'admin@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'admin@example.org', 'admin').status, 0);
});
after(() => server.stop());

async function begin(who, title) {
  const { location } = await who.send('/add', { kind: 'idea' });
  assert.equal((await who.send(location, { title, summary: 'En deux mots.', kind: 'idea' })).status, 303);
  return `${location.replace(/\/what$/, '')}/check`;
}

test('RULE CHARTER-1: nothing is added before its charter is accepted, and an account is asked again only when it changed', async () => {
  const lea = await signIn(server, 'lea@example.org');
  const first = await begin(lea, 'Prêter une échelle');
  assert.match((await lea.look(first)).text, /name="charter" value="1"/);
  for (const charter of ['', '2', 'x']) {
    const refused = await lea.send(first, { charter });
    assert.equal(refused.status, 422);
    assert.match(refused.text, /id="charter-fault"/);
  }
  assert.match((await lea.send(first, { charter: 1 })).location, /^\/entries\//);
  const second = await begin(lea, 'Prêter une brouette');
  assert.ok(!(await lea.look(second)).text.includes('name="charter"'));
  assert.match((await lea.send(second)).location, /^\/entries\//);
  const third = await begin(lea, 'Prêter une scie');
  assert.equal((await admin.send('/charter/edit', { was: 1, fr: FR, en: EN, note: 'Plus court.' })).status, 303);
  const again = await lea.look(third);
  assert.match(again.text, /La charte a changé/);
  assert.equal((await lea.send(third, { charter: 1 })).status, 422); // that version was another one
  assert.match((await lea.send(third, { charter: 2 })).location, /^\/entries\//);
});

test('every version stays, with its day and what it changed, in both languages', async () => {
  const who = visitor(server);
  const now = (await who.look('/charter')).text;
  assert.match(now, /<li id="point-3">La publicité\.<\/li>/);
  assert.match((await who.look('/charter', { 'Accept-Language': 'en' })).text, /<li id="point-3">Advertising\.<\/li>/);
  assert.match((await who.look('/charter/versions')).text, /Version 2<\/a> · .* · Plus court\./);
  assert.match((await who.look('/charter/versions/1')).text, /<li id="point-6">/);
  const second = (await who.look('/charter/versions/2')).text;
  assert.match(second, /<del>.*portent/s);
  assert.match(second, /<ins>/);
  for (const number of ['3', '0', 'x', '99999999999999999999']) assert.equal((await who.look(`/charter/versions/${number}`)).status, 404);
});

test('only admins write it, and what is wrong or overtaken is told on the page', async () => {
  const member = await signIn(server, 'member@example.org');
  assert.equal((await member.look('/charter/edit')).status, 403);
  assert.equal((await member.send('/charter/edit', { was: 2, fr: FR, en: EN })).status, 403);
  const wrong = [[{ fr: FR, en: '- One.' }, 'en'], [{ fr: 'rien', en: 'nothing' }, 'fr'], [{ fr: `- ${'é'.repeat(200)}`, en: '- x' }, 'fr'],
    [{ fr: FR, en: EN, note: 'x'.repeat(401) }, 'note'], [{ fr: FR, en: EN, was: 1 }, 'fr']];
  for (const [fields, field] of wrong) {
    const { status, text } = await admin.send('/charter/edit', { was: 2, ...fields });
    assert.equal(status, 422, field);
    assert.match(text, new RegExp(`id="${field}-fault"`));
  }
  const marked = await admin.send('/charter/edit', { was: 2, fr: '- <script>x</script>', en: '- <b>' });
  assert.equal(marked.status, 303);
  assert.match((await visitor(server).look('/charter')).text, /&lt;script&gt;x/);
});

test('a decision cites a point of the charter: in the letter, and in the public log by its version', async () => {
  assert.equal((await admin.send('/charter/edit', { was: 3, fr: FR, en: EN })).status, 303);
  importEntries(server.folder, 'fixture', [{ id: 'p', kind: 'place', title: 'Panneau' }]);
  const id = execFileSync('sqlite3', [join(server.folder, 'agora.db'), "SELECT id FROM entry WHERE title = 'Panneau'"], { encoding: 'utf8' }).trim();
  await visitor(server).send(`/entries/${id}/flag`, { reason: 'charter', address: 'who@example.org' });
  const path = `/moderation/entries/${id}`;
  assert.match((await admin.look(path)).text, /<option value="3">3\. La publicité\.<\/option>/);
  assert.equal((await admin.send(path, { act: 'remove', reason: 'Un panneau.', point: 4 })).status, 400);
  assert.equal((await admin.send(path, { act: 'remove', reason: 'Un panneau.', point: 3 })).status, 303);
  assert.match((await letterTo(server, 'who@example.org')).replace(/\s+/g, ' '), /repose sur la charte, point 3 : « La publicité\. »/);
  assert.match((await visitor(server).look('/moderation/log')).text, /href="\/charter\/versions\/4#point-3">Charte, point 3</);
});

test('two whole texts fit, however many bytes they take on their way', async () => {
  const points = (word) => Array.from({ length: 60 }, (_, at) => `- ${word} ${'é'.repeat(140)} ${at}`).join('\n');
  const fields = { was: 4, fr: points('Là'), en: points('There') };
  assert.ok(new URLSearchParams(fields).toString().length > 100_000);
  assert.equal((await admin.send('/charter/edit', fields)).status, 303);
  assert.match((await visitor(server).look('/charter')).text, /id="point-60">Là éé/);
});
