// The administration, as who holds the role would use it, and as who does not would try to.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { agora, letterTo, signIn, start, teamOf, temporaryFolder, visitor } from './harness.mjs';

let server;
let admin;
let moderator;
let member;
const user = (...words) => assert.equal(agora('user', '--data', server.folder, ...words).status, 0);
const store = (sql) => teamOf.sql(server.folder, sql);
// The part of the page about one check: its state and what it says.
const checkOf = (page, name) => {
  const [, state, text] = new RegExp(`<li class="(check[^"]*)" id="${name}">([\\s\\S]*?)</li>`).exec(page) ?? assert.fail(`no check ${name}`);
  return { state: state.replace(/^check ?(check--)?/, '') || 'ok', text };
};

before(async () => {
  server = await start({ settings: 'contact_email = contact@example.org\nmetrics = open\n' });
  admin = await signIn(server, 'admin@example.org');
  moderator = await signIn(server, 'moderator@example.org');
  member = await signIn(server, 'member@example.org');
  user('grant', 'admin@example.org', 'admin');
  user('grant', 'moderator@example.org', 'moderator', '--territory', 'dep-73');
});
after(() => server.stop());

test('the administration is for who has a role, and each sees what is theirs', async () => {
  assert.equal((await visitor(server).look('/administration')).status, 303);
  assert.equal((await member.look('/administration')).status, 403);
  const theirs = await moderator.look('/administration');
  assert.match(theirs.text, /href="\/moderation"/);
  assert.ok(!theirs.text.includes('/administration/instance'));
  for (const path of ['/administration/instance', '/administration/queue']) {
    assert.equal((await moderator.look(path)).status, 403, path);
    assert.equal((await admin.look(path)).status, 200, path);
  }
  assert.match((await admin.look('/account')).text, /href="\/administration"/);
  assert.ok(!(await moderator.look('/account')).text.includes('href="/administration"'));
});

test('the instance tells what is wrong, why it matters and what mends it', async () => {
  const page = (await admin.look('/administration/instance')).text;
  const legal = checkOf(page, 'legal');
  assert.equal(legal.state, 'wrong');
  assert.match(legal.text, /publisher_name/);
  assert.ok(!legal.text.includes('contact_email'));
  assert.equal(checkOf(page, 'mail').state, 'wrong');
  assert.match(checkOf(page, 'mail').text, /<code>smtp_url = /);
  assert.match(checkOf(page, 'weak').text, /metrics = open/);
  assert.equal(checkOf(page, 'admins').state, 'warn');
  assert.equal(checkOf(page, 'index').state, 'ok');
  assert.match(checkOf(page, 'disk').text, /Il reste \d/);
  // What is wrong stands on the first page, what is well does not.
  const first = (await admin.look('/administration')).text;
  assert.ok(first.includes('id="legal"') && !first.includes('id="index"'));
});

test('a proxy that nobody named, and a page asked of another host, are found', async () => {
  const relayed = (await admin.look('/administration/instance', { 'X-Forwarded-For': '192.0.2.7' })).text;
  assert.equal(checkOf(relayed, 'tls').state, 'wrong');
  assert.match(checkOf(relayed, 'tls').text, /trusted_proxies/);
  assert.equal(checkOf((await admin.look('/administration/instance')).text, 'tls').state, 'ok');
});

test('a backup that was written is known, and an old one is called old', async () => {
  const look = async () => checkOf((await admin.look('/administration/instance')).text, 'backup');
  assert.equal((await look()).state, 'wrong');
  const made = agora('backup', '--data', server.folder, join(temporaryFolder(), 'a.tar.zst'));
  assert.equal(made.status, 0, made.stderr);
  assert.equal(made.stderr, '');
  assert.equal((await look()).state, 'ok');
  assert.match((await look()).text, /il y a 0 minute/);
  store('UPDATE instance_note SET at_ms = at_ms - 3 * 86400000;');
  assert.equal((await look()).state, 'warn');
  assert.match((await look()).text, /il y a 3 jours/);
  store('UPDATE instance_note SET at_ms = at_ms - 6 * 86400000;');
  assert.equal((await look()).state, 'wrong');
});

test('a letter to try with goes to who asks, and the act stands in the audit', async () => {
  assert.equal((await admin.send('/administration/queue', { do: 'test:0' })).location, '/administration/queue?sent');
  assert.match(await letterTo(server, 'admin@example.org', 1), /cette lettre est arrivée/);
  assert.equal((await moderator.send('/administration/queue', { do: 'test:0' })).status, 403);
  assert.equal((await admin.send('/administration/queue', { do: 'nothing:0' })).status, 400);
  assert.equal((await admin.send('/administration/queue', { do: 'test' })).status, 400);
});

test('RULE MAIL-3: of letters the page shows neither whom they go to nor what they say', async () => {
  store(`INSERT INTO mail_message (id, letter, language, address, name, title, who, code, path, leave_path, words, items, decision, until_ms,
    created_ms, state, ended_ms, tries, said) VALUES (9007199254740000, 'sign-in', 'fr', 'secret.person@example.org', '', '', '', 'ABCD2345', '/sign-in/link/geheim',
    '', '', '', 0, 0, 1, 0, 0, 3, '450 <secret.person@example.org> try later');`);
  const page = (await admin.look('/administration/queue')).text;
  assert.ok(page.includes('s…@example.org') && page.includes('450 &lt;s…@example.org&gt; try later'));
  for (const hidden of ['secret.person', 'ABCD2345', 'geheim']) assert.ok(!page.includes(hidden), hidden);
  assert.equal((await admin.send('/administration/queue', { do: 'take-back:9007199254740000' })).location, '/administration/queue?done');
  assert.match((await admin.look('/administration/queue')).text, /Abandonnée/);
  assert.equal((await admin.send('/administration/queue', { do: 'take-back:9007199254740000' })).location, '/administration/queue?gone');
});

test('a job that failed for good says why, and is begun anew or forgotten', async () => {
  store(`INSERT INTO job (id, kind, body, state, due_ms, tries, created_ms, ended_ms, said) VALUES
    (900001, 'unknown-kind', '', 2, 0, 5, 1, 2, 'for a reason'), (900002, 'unknown-kind', '', 2, 0, 5, 1, 2, '<b>other</b>');`);
  const page = (await admin.look('/administration/queue')).text;
  assert.match(page, /for a reason/);
  assert.match(page, /&lt;b&gt;other/);
  assert.equal(checkOf((await admin.look('/administration')).text, 'jobs').state, 'warn');
  assert.equal((await admin.send('/administration/queue', { do: 'again:900001' })).location, '/administration/queue?done');
  assert.equal((await admin.send('/administration/queue', { do: 'forget:900001' })).location, '/administration/queue?gone');
  assert.equal((await admin.send('/administration/queue', { do: 'forget:900002' })).location, '/administration/queue?done');
  assert.equal((await admin.send('/administration/queue', { do: 'forget:900002' })).location, '/administration/queue?gone');
});
