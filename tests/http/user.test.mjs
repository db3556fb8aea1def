// Accounts and roles from the command line, beside a running server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agora, signIn, start, visitor } from './harness.mjs';

let server;
const user = (...words) => agora('user', '--data', server.folder, ...words);
const refused = (words, status, said) => {
  const done = user(...words);
  assert.equal(done.status, status, done.stderr);
  assert.match(done.stderr, said);
  assert.equal(done.stdout, '');
};
before(async () => {
  server = await start();
});
after(() => server.stop());

test('an account is made, given a role for a territory, listed, and the role is taken back', () => {
  assert.match(user('add', ' Lea@Example.org ').stdout, /^lea@example\.org has an account now\n$/);
  assert.match(user('add', 'lea@example.org').stdout, /had an account already/);
  assert.equal(user('grant', 'lea@example.org', 'moderator', '--territory', 'dep-73').status, 0);
  assert.equal(user('grant', 'lea@example.org', 'moderator').status, 0);
  const row = () => user('list').stdout.split('\n').find((line) => line.includes('lea@example.org'));
  assert.match(row(), /^\d{4}-\S+Z  active   lea@example\.org  moderator  moderator=dep-73$/);
  assert.equal(user('revoke', 'lea@example.org', 'moderator').status, 0);
  assert.match(row(), /lea@example\.org  moderator=dep-73$/);
});

test('a link signs in once, without mail', async () => {
  const [, path] = /^http:\/\/[^/]+(\/sign-in\/link\/\S+)\n$/.exec(user('link', 'host@example.org').stdout);
  const host = visitor(server);
  assert.equal((await host.send(path)).status, 303);
  assert.equal((await host.look('/account')).status, 200);
  assert.equal((await visitor(server).send(path)).status, 422);
});

test('links for the host are not counted: nobody can lock it out by asking for letters', () => {
  for (let i = 0; i < 8; i++) assert.equal(user('link', 'often@example.org').status, 0);
});

test('who is blocked is out at once and does not come back in until unblocked', async () => {
  const max = await signIn(server, 'max@example.org');
  refused(['block', 'max@example.org'], 2, /a reason is missing/);
  assert.equal((await max.look('/account')).status, 200);
  assert.equal(user('block', 'max@example.org', '--reason', 'publicité').status, 0);
  assert.equal((await max.look('/account')).status, 303);
  const link = () => new URL(user('link', 'max@example.org').stdout.trim()).pathname;
  assert.equal((await visitor(server).send(link())).status, 422);
  assert.match(user('list').stdout, /blocked  max@example\.org/);
  assert.equal(user('unblock', 'max@example.org', '--reason', 'erreur').status, 0);
  assert.equal((await visitor(server).send(link())).status, 303);
});

test('the last admin stays', () => {
  assert.equal(user('add', 'one@example.org').status, 0);
  assert.equal(user('grant', 'one@example.org', 'admin').status, 0);
  refused(['revoke', 'one@example.org', 'admin'], 1, /is the last admin; grant the role to somebody else first/);
  refused(['block', 'one@example.org', '--reason', 'x'], 1, /last admin/);
  assert.equal(user('grant', 'lea@example.org', 'admin').status, 0);
  assert.equal(user('revoke', 'one@example.org', 'admin').status, 0);
});

test('what is wrong is told with its mend', () => {
  refused([], 2, /is missing; see 'agora user --help'/);
  refused(['promote', 'lea@example.org'], 2, /there is no 'promote'/);
  refused(['grant', 'lea@example.org'], 2, /it is 'agora user grant ADDRESS ROLE'/);
  refused(['grant', 'lea@example.org', 'king'], 2, /'king' is no role; there are steward, moderator, helper and admin/);
  refused(['grant', 'lea@example.org', 'steward', '--territory', 'nowhere'], 2, /no territory has the code 'nowhere'/);
  refused(['grant', 'ghost@example.org', 'steward'], 1, /no account has the address ghost@example\.org; 'agora user add' makes one/);
  refused(['add', 'no address'], 2, /agora user/);
});
