// RULE MOD-9: a network that is blocked for a time, seen by who comes from it, by others and by moderators.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agora, letterTo, signIn, start, teamOf, visitor } from './harness.mjs';

let server, moderator;
before(async () => {
  server = await start({ settings: 'trusted_proxies = 127.0.0.1\n', demo: true });
  moderator = await signIn(server, 'moderator@example.org', at('192.0.2.9'));
  assert.equal(agora('user', '--data', server.folder, 'grant', 'moderator@example.org', 'moderator').status, 0);
});
after(() => server.stop());

// A visitor whose requests come from an address, through the proxy in front.
function at(address) {
  const who = visitor(server);
  const headers = (more = {}) => ({ 'X-Forwarded-For': address, ...more });
  return { ...who, look: (path, more) => who.look(path, headers(more)), send: (path, fields, more = { Origin: server.url }) => who.send(path, fields, headers(more)) };
}
async function write(who, title) {
  const draft = (await who.send('/add', { kind: 'initiative' })).location.replace(/\/what$/, '');
  await who.send(`${draft}/what`, { title, summary: 'On y est.', kind: 'initiative', state: 'begun' });
  await who.send(`${draft}/where`, { where: 'Chambéry (73)', precision: 'exact' });
  await who.send(`${draft}/more`, {});
  return draft;
}
const add = async (who, title, address) => {
  const sent = await who.send(`${await write(who, title)}/check`, { charter: 1, address });
  assert.equal(sent.location, '/contributions/sent?confirm');
  const path = new URL(/http:\S+\/contributions\/\S+/.exec(await letterTo(server, address))[0]).pathname;
  await who.send(path, { do: 'confirm' });
  return Number(/\/entries\/(\d+)/.exec((await who.look(path)).text)[1]);
};

test('RULE MOD-9: from a blocked network nothing comes without an account; reading, reporting and accounts go on', async () => {
  const spammer = at('203.0.113.7');
  const neighbour = await signIn(server, 'neighbour@example.org', at('203.0.113.200'));
  const entry = await add(spammer, 'Montres pas chères', 'spam@example.org');
  const begun = await write(spammer, 'Encore des montres');
  const page = `/moderation/entries/${entry}/network`;
  assert.ok((await moderator.look(`/moderation/entries/${entry}`)).text.includes(`href="${page}"`));
  assert.match((await moderator.look(page)).text, /1 fiche récente vient du même réseau/);
  assert.match((await moderator.send(page, { days: 7, reason: ' ' })).text, /Écrivez la raison/);
  assert.match((await moderator.send(page, { days: 90, reason: 'Trop.' })).text, /Choisissez une durée/);
  assert.equal((await moderator.send(page, { days: 7, reason: 'Vingt annonces <b>en une heure</b>.' })).location, '/moderation/networks');

  const elsewhere = at('198.51.100.7');
  const same = at('203.0.113.99'); // the same /24
  assert.match((await same.send('/add', { kind: 'idea' })).text, /rien ne peut être apporté sans compte pour un temps/);
  assert.match((await spammer.send(`${begun}/check`, { charter: 1, address: 'spam2@example.org' })).text, /rien ne peut être apporté sans compte pour un temps/);
  await same.send('/sign-in', { address: 'new@example.org' });
  const [, code] = /^ {4}([A-Z2-9]{8})\r?$/m.exec(await letterTo(server, 'new@example.org'));
  assert.match((await same.send('/sign-in/code', { code })).text, /aucun compte ne peut être créé pour un temps/);
  assert.equal((await elsewhere.send('/add', { kind: 'idea' })).status, 303);
  assert.equal((await same.look('/')).status, 200);
  assert.equal((await same.send(`/entries/${entry}/flag`, { reason: 'wrong', words: 'De la réclame.' })).status, 303);
  assert.equal((await neighbour.send('/add', { kind: 'idea' })).status, 303);
  await signIn(server, 'neighbour@example.org', at('203.0.113.8'), 1); // who has an account comes in

  const list = (await moderator.look('/moderation/networks')).text;
  assert.ok(list.includes('Montres pas chères') && list.includes('&lt;b&gt;en une heure&lt;/b&gt;'));
  assert.ok(!list.includes('203.0.113'));
  assert.match((await moderator.send(page, { days: 1, reason: 'Encore.' })).text, /déjà bloqué/);
  const [, block] = /name="block" value="(\d+)"/.exec(list);
  assert.match((await moderator.send('/moderation/networks', { block, reason: '' })).text, /Écrivez la raison/);
  assert.equal((await same.send('/add', { kind: 'idea' })).status, 422);
  assert.equal((await moderator.send('/moderation/networks', { block, reason: 'C’était une école.' })).status, 303);
  assert.match((await moderator.look('/moderation/networks')).text, /Aucun réseau n’est bloqué/);
  assert.equal((await same.send('/add', { kind: 'idea' })).status, 303);
  const acts = teamOf.sql(server.folder, "SELECT act || ' ' || reason FROM audit WHERE act LIKE '%network' ORDER BY id");
  assert.equal(acts, 'block-network Vingt annonces <b>en une heure</b>.\nunblock-network C’était une école.');
});

test('blocks by hand-made posts: nobody, a member, from another site, of an entry that came from nowhere', async () => {
  const entry = await add(at('198.51.100.20'), 'Une fiche honnête', 'honest@example.org');
  const page = `/moderation/entries/${entry}/network`;
  const member = await signIn(server, 'member@example.org', at('198.51.100.21'));
  const blocked = () => teamOf.sql(server.folder, 'SELECT count(*) FROM network_block');
  assert.equal((await at('198.51.100.22').send(page, { days: 7, reason: 'x' })).status, 303); // to sign in
  assert.equal((await member.send(page, { days: 7, reason: 'x' })).status, 403);
  assert.equal((await member.send('/moderation/networks', { block: 1, reason: 'x' })).status, 403);
  assert.equal((await moderator.send(page, { days: 7, reason: 'x' }, { Origin: 'https://evil.example' })).status, 403);
  const { items: [imported] } = await (await fetch(`${server.url}/api/v1/entries?limit=1&q=Partons`)).json();
  assert.equal((await moderator.send(`/moderation/entries/${imported.id}/network`, { days: 7, reason: 'x' })).status, 404);
  assert.equal(blocked(), '0');
});
