// Changes that wait: suggested by people, decided by the team of the entry or by moderators, as they would do it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agora, importEntries, letterTo, signIn, start, teamOf, visitor } from './harness.mjs';

let server;
let anna; // leads the team of what it keeps
let ben; // suggests
const entries = new Map(); // title → number
const TITLES = ['Jardin', 'Verger', 'Rucher', 'Lavoir', 'Atelier', 'Fournil'];
const history = async (title) => (await visitor(server).look(`/entries/${entries.get(title)}/history`)).text;
const entry = async (title) => (await fetch(`${server.url}/api/v1/entries/${entries.get(title)}`)).json();

// Begins a change of an entry and sends it: {status, location}.
async function change(who, title, fields, reason = 'Pour de bon.') {
  const begun = await who.send(`/entries/${entries.get(title)}/edit`);
  assert.equal(begun.status, 303, begun.text);
  const draft = begun.location.replace(/\/what$/, '');
  return finish(who, draft, title, fields, reason);
}
async function finish(who, draft, title, fields, reason) {
  const { website, ...what } = fields;
  assert.equal((await who.send(`${draft}/what`, { title, kind: 'place', state: '', summary: '', ...what })).status, 303);
  if (website) assert.equal((await who.send(`${draft}/more`, { website })).status, 303);
  return who.send(`${draft}/check`, reason === undefined ? {} : { reason });
}
// The address of the newest suggestion that waits for somebody.
const waiting = async (who) => [...(await who.look('/suggestions')).text.matchAll(/href="(\/suggestions\/\d+)"/g)].map(([, path]) => path).at(-1);

before(async () => {
  server = await start();
  importEntries(server.folder, 'fixture', TITLES.map((title, i) => ({ id: `e${i}`, kind: 'place', language: 'fr', title, place: { territory: 'com-73065' } })));
  const { items } = await (await fetch(`${server.url}/api/v1/entries?limit=20`)).json();
  for (const { id, title } of items) entries.set(title, id);
  anna = await signIn(server, 'anna@example.org');
  ben = await signIn(server, 'ben@example.org');
  await ben.send('/account/profile', { name: 'Ben' });
  const { id } = JSON.parse((await anna.look('/account/data')).text);
  for (const title of TITLES.slice(0, 4)) {
    teamOf(server.folder, entries.get(title), [id]);
    assert.equal((await anna.send(`/entries/${entries.get(title)}/team`, { do: 'keep', keep: '1', keeps: '1' })).status, 303);
  }
});
after(() => server.stop());

test('RULE CONTRIBUTE-7: what is suggested waits, the team is told, sees it word by word and accepts it as its author’s', async () => {
  const sent = await change(ben, 'Jardin', { title: 'Jardin ouvert', summary: 'Tous les <samedis>' });
  assert.equal(sent.location, '/contributions/sent?suggested');
  assert.equal((await entry('Jardin')).title, 'Jardin');
  const letter = await letterTo(server, 'anna@example.org', 1);
  assert.match(letter, /quelqu’un propose un changement de «\u00a0Jardin\u00a0»/);
  assert.match(letter, /\/suggestions\s/);
  assert.match((await anna.look('/account')).text, /href="\/suggestions">1 proposition à décider/);
  assert.match((await ben.look('/suggestions')).text, /Attend une réponse/);
  const path = await waiting(anna);
  const page = (await anna.look(path)).text;
  assert.match(page, /<ins>.*Tous les &lt;samedis&gt;<\/ins>/);
  assert.match(page, /Jardin.*<ins>.*ouvert<\/ins>/);
  assert.match(page, /Ben/);
  const done = await anna.send(path, { answer: 'Merci Ben.' });
  assert.equal(done.status, 303);
  assert.equal((await entry('Jardin')).title, 'Jardin ouvert');
  assert.match(await history('Jardin'), /Ben · Pour de bon\./);
  const answer = await letterTo(server, 'ben@example.org', 1);
  assert.match(answer, /est acceptée/);
  assert.match(answer, /> Merci Ben\./);
  assert.match((await ben.look('/suggestions')).text, /Merci Ben\.<\/span><span class="state">Acceptée/);
  assert.equal((await anna.look(path)).status, 404);
  assert.equal((await anna.send(path, {})).status, 404);
});

test('RULE CONTRIBUTE-7: a refusal has a reason, and its author reads it', async () => {
  await change(ben, 'Verger', { summary: 'Fermé' });
  const path = await waiting(anna);
  const none = await anna.send(path, { do: 'decline', answer: ' ' });
  assert.equal(none.status, 422);
  assert.match(none.text, /Écrivez la raison/);
  assert.equal((await anna.send(path, { do: 'decline', answer: 'x'.repeat(2001) })).status, 422);
  assert.equal((await anna.send(path, { do: 'decline', answer: 'Il est ouvert, venez voir.' })).status, 303);
  assert.equal((await entry('Verger')).summary, undefined);
  const answer = await letterTo(server, 'ben@example.org', 2);
  assert.match(answer, /n’est pas reprise/);
  assert.match(answer, /> Il est ouvert, venez voir\./);
});

test('who decides may change it first: the revision is theirs, says whose idea it was, and the author is told', async () => {
  await change(ben, 'Rucher', { summary: 'Des abeile noires' });
  const path = await waiting(anna);
  const taken = await anna.send(path, { do: 'change' });
  assert.equal(taken.status, 303);
  const draft = taken.location.replace(/\/what$/, '');
  assert.match((await anna.look(`${draft}/what`)).text, /Des abeile noires/);
  assert.match((await anna.look(`${draft}/check`)).text, /value="D’après une proposition de Ben"/);
  const sent = await finish(anna, draft, 'Rucher', { summary: 'Des abeilles noires' }, 'D’après une proposition de Ben');
  assert.match(sent.location, /^\/entries\//);
  assert.equal((await entry('Rucher')).summary, 'Des abeilles noires');
  assert.match(await history('Rucher'), /D’après une proposition de Ben/);
  assert.match(await letterTo(server, 'ben@example.org', 3), /est reprise .*avec des retouches/s);
  assert.equal((await anna.look(path)).status, 404);
  assert.match((await ben.look('/suggestions')).text, /Acceptée/);
});

test('nobody else decides: not its author, not a member, not a moderator of elsewhere; one of its territory does', async () => {
  await change(ben, 'Lavoir', { summary: 'Restauré' });
  const path = await waiting(anna);
  const elsewhere = await signIn(server, 'elsewhere@example.org');
  const here = await signIn(server, 'here@example.org');
  agora('user', '--data', server.folder, 'grant', 'elsewhere@example.org', 'moderator', '--territory', 'dep-38');
  agora('user', '--data', server.folder, 'grant', 'here@example.org', 'steward', '--territory', 'dep-73');
  for (const who of [ben, elsewhere]) {
    assert.equal((await who.look(path)).status, 403);
    for (const act of ['', 'change', 'decline']) assert.equal((await who.send(path, { do: act, answer: 'x' })).status, 403);
    assert.ok(!(await who.look('/suggestions')).text.includes(`href="${path}"`));
  }
  const nobody = visitor(server);
  assert.match((await nobody.send(path, {})).location, /^\/sign-in/);
  assert.equal((await anna.send(path, {}, { Origin: 'https://evil.example' })).status, 403);
  assert.equal((await here.send(path, {})).status, 303);
  assert.equal((await entry('Lavoir')).summary, 'Restauré');
});

test('RULE CONTRIBUTE-2: a newcomer’s first link is not let in by a newcomer of the team either; a moderator lets it in', async () => {
  const zoe = await signIn(server, 'zoe@example.org');
  const { id } = JSON.parse((await zoe.look('/account/data')).text);
  teamOf(server.folder, entries.get('Fournil'), [id]);
  const sent = await change(zoe, 'Fournil', { website: 'https://pain.example' });
  assert.equal(sent.location, '/contributions/sent?suggested');
  const path = await waiting(zoe);
  const refused = await zoe.send(path, {});
  assert.equal(refused.status, 422);
  assert.match(refused.text, /premier lien/);
  const moderator = await signIn(server, 'moderator@example.org');
  agora('user', '--data', server.folder, 'grant', 'moderator@example.org', 'moderator');
  assert.match((await moderator.look('/moderation')).text, /href="\/suggestions">1 proposition à décider/);
  assert.equal((await moderator.send(path, {})).status, 303);
  assert.equal((await entry('Fournil')).contacts[0].value, 'https://pain.example');
});
