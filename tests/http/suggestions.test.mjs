// Changes that wait: suggested by people, decided by the team of the entry or by moderators, as they would do it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { agora, importEntries, letterTo, signIn, start, teamOf, visitor } from './harness.mjs';

let server;
let anna; // leads the team of what it keeps
let ben; // suggests
const entries = new Map(); // title → number
const TITLES = ['Jardin', 'Verger', 'Rucher', 'Lavoir', 'Atelier', 'Fournil'];
const history = async (title) => (await visitor(server).look(`/entries/${entries.get(title)}/history`)).text;
// As the store has it: what readers are shown follows within a tenth of a second.
const STATES = { 1: 'idea', 3: 'running', 5: 'paused' };
const entry = async (title) => {
  const sql = (statement) => JSON.parse(execFileSync('sqlite3', ['-json', '-cmd', '.timeout 20000', join(server.folder, 'agora.db'), statement], { encoding: 'utf8' }) || '[]');
  const [row] = sql(`SELECT title, summary, state FROM entry WHERE id = ${entries.get(title)}`);
  const contacts = sql(`SELECT value FROM entry_contact WHERE entry_id = ${entries.get(title)}`);
  return { title: row.title, summary: row.summary || undefined, state: STATES[row.state], contacts };
};

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
  const [told] = JSON.parse((await ben.look('/account/data')).text).suggestions;
  assert.deepEqual([told.state, told.answer], ['declined', 'Il est ouvert, venez voir.']);
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

// A draft of somebody's change of an entry, with these texts on its first page: its address.
async function begun(who, title, fields) {
  const draft = (await who.send(`/entries/${entries.get(title)}/edit`)).location.replace(/\/what$/, '');
  assert.equal((await who.send(`${draft}/what`, { title, kind: 'place', state: '', summary: '', ...fields })).status, 303);
  return draft;
}

test('RULE CONTRIBUTE-8: two people at once: what each changed is there, without a question', async () => {
  const one = await begun(anna, 'Atelier', { summary: 'Ouvert à tous' });
  const other = await begun(ben, 'Atelier', { state: 'running' });
  assert.match((await anna.send(`${one}/check`, { reason: '' })).location, /^\/entries\//);
  assert.match((await ben.send(`${other}/check`, { reason: '' })).location, /^\/entries\//);
  const both = await entry('Atelier');
  assert.equal(both.summary, 'Ouvert à tous');
  assert.equal(both.state, 'running');
});

test('RULE CONTRIBUTE-8: of what both changed, the second sees both and chooses or writes; nothing typed is lost', async () => {
  const one = await begun(anna, 'Atelier', { title: 'Atelier du port', summary: 'Le lundi', state: 'running' });
  const other = await begun(ben, 'Atelier', { title: 'Atelier vélo', summary: 'Le mardi', state: 'paused' });
  await anna.send(`${one}/check`, { reason: '' });
  const told = await ben.send(`${other}/check`, { reason: 'Vu & <vérifié>' });
  assert.equal(told.status, 422);
  assert.match(told.text, /<del>[^]*?<\/del> *<ins>[^]*?lundi<\/ins>/);
  assert.match(told.text, /<ins>[^]*?mardi<\/ins>/);
  assert.match(told.text, /name="reason" value="Vu &amp; &lt;vérifié&gt;"/);
  assert.match(told.text, /sans rien choisir\u00a0: État/);
  const revision = /name="revision" value="(\d+)"/.exec(told.text)[1];
  const [title, summary] = ['Titre', 'Résumé'].map((name) => new RegExp(`<h2>${name}</h2>[^]*?name="(field-\\d+)"`).exec(told.text)[1]);
  const merge = `${other}/merge`;
  const half = await ben.send(merge, { revision, reason: 'r', [title]: 'mine' });
  assert.equal(half.status, 422);
  assert.match(half.text, /Choisissez ce qui reste/);
  assert.match(half.text, new RegExp(`name="${title}" value="mine" checked`));
  assert.equal((await entry('Atelier')).title, 'Atelier du port');
  // Anna changes it once more before Ben has chosen.
  await anna.send(`${await begun(anna, 'Atelier', { title: 'Atelier du quai', summary: 'Le lundi', state: 'running' })}/check`, { reason: '' });
  const fields = { reason: 'Vu & <vérifié>', [title]: 'mine', [summary]: 'own', [summary.replace('field', 'text')]: 'Le lundi et le mardi' };
  const again = await ben.send(merge, { revision, ...fields });
  assert.equal(again.status, 422);
  assert.match(again.text, /vient de changer encore/);
  assert.match(again.text, />\nLe lundi et le mardi<\/textarea>/);
  const settled = await ben.send(merge, { ...fields, revision: /name="revision" value="(\d+)"/.exec(again.text)[1] });
  assert.equal(settled.status, 200);
  assert.match(settled.text, /<input[^>]*value="Vu &amp; &lt;vérifié&gt;"[^>]*>/);
  assert.match((await ben.send(`${other}/check`, { reason: 'Vu' })).location, /^\/entries\//);
  const now = await entry('Atelier');
  assert.deepEqual([now.title, now.summary, now.state], ['Atelier vélo', 'Le lundi et le mardi', 'paused']);
  assert.equal((await ben.look(merge)).status, 404);
  assert.equal((await anna.look(merge)).status, 404);
});

test('RULE CONTRIBUTE-8: a suggestion of before a change is merged with it, and where it cannot be, taken over field by field', async () => {
  const keep = (value) => anna.send(`/entries/${entries.get('Verger')}/team`, { keep: value });
  await change(ben, 'Verger', { summary: 'Cent pommiers' });
  await change(ben, 'Verger', { title: 'Verger commun' });
  const path = await waiting(anna);
  assert.match((await change(anna, 'Verger', { title: 'Grand verger' })).location, /^\/entries\//);
  const [first] = [...(await anna.look('/suggestions')).text.matchAll(/href="(\/suggestions\/\d+)"/g)].map(([, one]) => one);
  assert.match((await anna.look(first)).text, /La fiche a changé depuis/);
  assert.equal((await anna.send(first, {})).status, 303);
  const merged = await entry('Verger');
  assert.deepEqual([merged.title, merged.summary], ['Grand verger', 'Cent pommiers']);
  const refused = await anna.send(path, {});
  assert.equal(refused.status, 422);
  assert.match(refused.text, /Retouchez la proposition/);
  const { location } = await anna.send(path, { do: 'change' });
  assert.match(location, /\/merge$/);
  const page = (await anna.look(location)).text;
  const field = /name="(field-\d+)"/.exec(page)[1];
  const settled = await anna.send(location, { revision: /name="revision" value="(\d+)"/.exec(page)[1], [field]: 'mine', reason: '' });
  assert.equal(settled.status, 200);
  assert.match((await anna.send(location.replace('merge', 'check'), { reason: 'oui' })).location, /^\/entries\//);
  assert.equal((await entry('Verger')).title, 'Verger commun');
  assert.equal((await anna.look(path)).status, 404);
  assert.equal((await keep('0')).status, 303);
});

// The versions of an entry, the newest first: paths.
const versions = async (title) => [...(await history(title)).matchAll(/href="(\/entries\/\d+\/history\/\d+)"/g)].map(([, path]) => path);

test('RULE CONTRIBUTE-9: who may edit goes back to a version, sees before what would change, and it is a version of its own', async () => {
  const before = await entry('Atelier');
  const path = `${(await versions('Atelier')).at(-1)}/restore`;
  const page = await ben.look(path);
  assert.equal(page.status, 200);
  assert.match(page.text, /<del>[^]*?vélo[^]*?<\/del>/);
  assert.match(page.text, /value="Version du [^"]*\d+ [^"]+ 20\d\d"/);
  const revision = /name="revision" value="(\d+)"/.exec(page.text)[1];
  assert.equal((await entry('Atelier')).title, before.title);
  const late = await ben.send(path, { revision: '1', reason: 'Version d’avant' });
  assert.equal(late.status, 422);
  assert.match(late.text, /value="Version d’avant"/);
  assert.equal((await ben.send(path, { revision, reason: 'x'.repeat(2001) })).status, 422);
  assert.match((await ben.send(path, { revision, reason: 'Version d’avant' })).location, /^\/entries\//);
  const now = await entry('Atelier');
  assert.deepEqual([now.title, now.summary, now.state], ['Atelier', undefined, undefined]);
  assert.match(await history('Atelier'), /Ben · Version d’avant/);
  // Its own undo is another one.
  const back = `${(await versions('Atelier'))[1]}/restore`;
  const again = /name="revision" value="(\d+)"/.exec((await ben.look(back)).text)[1];
  await ben.send(back, { revision: again, reason: '' });
  assert.equal((await entry('Atelier')).title, before.title);
});

test('RULE HISTORY-1: going back shows a stranger no contact that is not public, and no place finer than it is shown', async () => {
  const [hidden, before, after] = [{ kind: 'telephone', value: '+33611223344', visibility: 'team' }, { kind: 'email', value: 'zoe@example.org' }, { kind: 'email', value: 'tom@example.org' }];
  const place = { address: '12 rue Croix-d’Or', city: 'Chambéry', territory: 'com-73065', latitude: 45.5661234, longitude: 5.9171234, precision: 'commune' };
  const one = { id: 'zoe', kind: 'place', language: 'fr', title: 'Chez Zoé', place, contacts: [hidden, before] };
  importEntries(server.folder, 'secretive', [one]);
  importEntries(server.folder, 'secretive', [{ ...one, place: { ...place, address: '14 rue Croix-d’Or' }, contacts: [after, hidden] }]);
  const [{ id }] = JSON.parse(execFileSync('sqlite3', ['-json', join(server.folder, 'agora.db'), "SELECT id FROM entry WHERE title = 'Chez Zoé'"], { encoding: 'utf8' }));
  entries.set('Chez Zoé', id);
  const { status, text } = await ben.look(`${(await versions('Chez Zoé')).at(-1)}/restore`);
  assert.equal(status, 200);
  assert.match(text, /<del>[^]*?tom@example\.org<\/del>/);
  assert.doesNotMatch(text, /611223344|zoe@|Croix|45[.,]56|5[.,]917/);
});

test('RULE CONTRIBUTE-9: of what a team keeps it is a suggestion; who is not signed in, and other addresses, get nothing', async () => {
  const path = `${(await versions('Jardin')).at(-1)}/restore`;
  const page = (await ben.look(path)).text;
  const revision = /name="revision" value="(\d+)"/.exec(page)[1];
  assert.equal((await ben.send(path, { revision, reason: 'Comme avant' })).location, '/contributions/sent?suggested');
  assert.equal((await entry('Jardin')).title, 'Jardin ouvert');
  assert.match((await anna.look('/suggestions')).text, /Comme avant/);
  const nobody = visitor(server);
  assert.match((await nobody.look(path)).location, /^\/sign-in/);
  assert.match((await nobody.send(path, { revision })).location, /^\/sign-in/);
  assert.ok(!(await nobody.look(path.replace('/restore', ''))).text.includes('Revenir'));
  assert.match((await ben.look(path.replace('/restore', ''))).text, /Revenir à cette version/);
  for (const wrong of ['1', 'x']) assert.equal((await ben.look(`/entries/${entries.get('Jardin')}/history/${wrong}/restore`)).status, 404);
  assert.equal((await ben.look(path.replace(/entries\/\d+/, `entries/${entries.get('Atelier')}`))).status, 404);
});
