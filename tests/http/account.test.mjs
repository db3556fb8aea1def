// Signing in and the account, as people and those who try to be somebody else would use them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agora, letterTo, signIn, start, visitor } from './harness.mjs';

let server;
before(async () => {
  server = await start();
});
after(() => server.stop());

const codeOf = (letter) => /^ {4}([A-Z2-9]{8})\r?$/m.exec(letter)[1];
const linkOf = (letter) => new URL(/http:\S+\/sign-in\/link\/\S+/.exec(letter)[0]).pathname;

test('a code that a letter brings signs in, and the page that was wanted comes back', async () => {
  const lea = visitor(server);
  const refused = await lea.look('/account/sessions');
  assert.equal(refused.status, 303);
  assert.equal(refused.location, '/sign-in?next=%2Faccount%2Fsessions');
  const page = await lea.look(refused.location);
  assert.match(page.text, /name="next" value="\/account\/sessions"/);
  const asked = await lea.send('/sign-in', { address: ' Lea@Example.org ', next: '/account/sessions' });
  assert.equal(asked.location, '/sign-in/code');
  const code = codeOf(await letterTo(server, 'lea@example.org'));
  const came = await lea.send('/sign-in/code', { code: code.toLowerCase().replace(/^..../, '$& ') });
  assert.equal(came.location, '/account/sessions');
  const cookie = came.headers.getSetCookie().find((line) => line.startsWith('session='));
  for (const word of ['HttpOnly', 'SameSite=Lax', 'Path=/']) assert.ok(cookie.includes(word), word);
  const sessions = await lea.look('/account/sessions');
  assert.equal(sessions.status, 200);
  assert.match(sessions.headers.get('cache-control'), /no-store/);
});

test('RULE PERSON-2: a link works once, and a look at it (as mail programs do) uses nothing up', async () => {
  const who = visitor(server);
  await who.send('/sign-in', { address: 'link@example.org' });
  const path = linkOf(await letterTo(server, 'link@example.org'));
  const scanner = visitor(server);
  assert.equal((await scanner.look(path)).status, 200);
  const elsewhere = visitor(server); // another device: the link needs no cookie
  assert.equal((await elsewhere.look(path)).status, 200);
  assert.equal((await elsewhere.send(path)).status, 303);
  assert.equal((await elsewhere.look('/account')).status, 200);
  assert.equal((await scanner.send(path)).status, 422);
  assert.equal((await scanner.look('/account')).status, 303);
});

test('RULE PERSON-2: a code is of one browser, and five wrong ones end it', async () => {
  const who = visitor(server);
  await who.send('/sign-in', { address: 'five@example.org' });
  const code = codeOf(await letterTo(server, 'five@example.org'));
  const thief = visitor(server);
  await thief.send('/sign-in', { address: 'thief@example.org' });
  assert.equal((await thief.send('/sign-in/code', { code })).status, 422);
  for (let i = 0; i < 5; i++) assert.equal((await who.send('/sign-in/code', { code: '22222222' })).status, 422);
  assert.equal((await who.send('/sign-in/code', { code })).status, 422);
  assert.equal((await who.look('/account')).status, 303);
});

test('the answer does not tell whether an address has an account', async () => {
  await signIn(server, 'known@example.org');
  const strip = ({ status, location, headers }) => [status, location, [...headers.keys()].sort().join()];
  const known = strip(await visitor(server).send('/sign-in', { address: 'known@example.org' }));
  const unknown = strip(await visitor(server).send('/sign-in', { address: 'unknown@example.org' }));
  assert.deepEqual(known, unknown);
  const wrong = async (address) => (await visitor(server).send('/sign-in', { address, password: 'not the password' })).text
    .replaceAll(address, '').replace(/[0-9a-f]{16}/g, '');
  assert.equal(await wrong('known@example.org'), await wrong('nobody-at-all@example.org'));
});

test('RULE PERSON-1: letters to one address are few; the page says when to come back', async () => {
  let last;
  for (let i = 0; i < 7; i++) last = await visitor(server).send('/sign-in', { address: 'often@example.org' });
  assert.equal(last.status, 422);
  assert.match(last.text, /Attendez une heure/);
});

test('what is no address is told beside the field, and what was typed stays', async () => {
  for (const address of ['nope', 'a@b', 'a b@example.org', 'a@example.org\r\nBcc: b@example.org', '"><script>@example.org']) {
    const { status, text } = await visitor(server).send('/sign-in', { address });
    assert.equal(status, 422, address);
    assert.match(text, /aria-invalid="true"/);
    assert.ok(!text.includes('<script>@'), 'escaped');
  }
  const { text } = await visitor(server).send('/sign-in', { address: 'presque@' });
  assert.match(text, /value="presque@"/);
});

test('no link of ours leads elsewhere', async () => {
  for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/../x', '%2f%2fevil.example']) {
    const who = visitor(server);
    const page = await who.look(`/sign-in?next=${encodeURIComponent(next)}`);
    assert.match(page.text, /name="next" value=""/, next);
  }
  const who = visitor(server);
  await who.send('/sign-in', { address: 'next@example.org', next: '//evil.example' });
  const came = await who.send('/sign-in/code', { code: codeOf(await letterTo(server, 'next@example.org')) });
  assert.equal(came.location, '/account/profile');
});

test('a form of another site does nothing', async () => {
  const lea = await signIn(server, 'cross@example.org');
  for (const headers of [{ Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'null' }, {}]) {
    assert.equal((await lea.send('/sign-out', {}, headers)).status, 403, JSON.stringify(headers));
  }
  assert.equal((await lea.look('/account')).status, 200);
});

test('a session is nobody\'s after signing out, from another device too; a made-up one never was', async () => {
  const telephone = await signIn(server, 'two@example.org');
  const desk = await signIn(server, 'two@example.org', visitor(server), 1);
  const list = (await desk.look('/account/sessions')).text;
  const [, other] = /name="end" value="([0-9a-f]{32})"/.exec(list);
  assert.equal((await desk.send('/account/sessions', { end: other })).status, 303);
  assert.equal((await telephone.look('/account')).status, 303);
  const stolen = visitor(server);
  stolen.cookies.set('session', desk.cookies.get('session'));
  assert.equal((await stolen.look('/account')).status, 200);
  await desk.send('/sign-out');
  assert.equal((await stolen.look('/account')).status, 303);
  assert.ok(!desk.cookies.has('session'));
  for (const session of ['', 'x', 'A'.repeat(32), 'A'.repeat(5000)]) {
    const nobody = visitor(server);
    nobody.cookies.set('session', session);
    assert.equal((await nobody.look('/account')).status, 303);
  }
});

test('signing in always begins a new session: one that was planted is of no use', async () => {
  const planted = 'A'.repeat(32);
  const who = visitor(server);
  who.cookies.set('session', planted);
  await signIn(server, 'fixed@example.org', who);
  assert.notEqual(who.cookies.get('session'), planted);
});

test('the profile is shown to whom its owner chose, and what is wrong with it is told', async () => {
  const lea = await signIn(server, 'profile@example.org');
  const name = '<b>Léa</b> & "co"';
  assert.equal((await lea.send('/account/profile', { name, about: 'Je répare.\r\nDes vélos.', 'about-seen': 'members' })).status, 303);
  const { text } = await lea.look('/account/profile');
  assert.ok(text.includes('value="&lt;b&gt;Léa&lt;/b&gt; &amp; &quot;co&quot;"'), text.match(/id="name".*/)?.[0]);
  assert.match(text, /Je répare\.\nDes vélos\./);
  const long = await lea.send('/account/profile', { name: 'x'.repeat(81) });
  assert.equal(long.status, 422);
  assert.match(long.text, /id="name-fault"/);
});

test('RULE PERSON-7: whose account it is learns by letter that the password was set or taken away', async () => {
  const noe = await signIn(server, 'noe@example.org');
  await noe.send('/account/password', { password: 'une rivière propre' });
  const letter = await letterTo(server, 'noe@example.org', 1);
  assert.match(letter, /Un nouveau mot de passe est en place\./);
  assert.match(letter, /http:\S+\/account\/sessions/);
  assert.doesNotMatch(letter, /une rivière propre/);
  await noe.send('/account/password', { do: 'none' });
  assert.match(await letterTo(server, 'noe@example.org', 2), /Il n’y a plus de mot de passe\./);
});

test('RULE PERSON-3, PERSON-4: a password is set by who just proved to be there, and ends the other sessions', async () => {
  const here = await signIn(server, 'pass@example.org');
  const there = await signIn(server, 'pass@example.org', visitor(server), 1);
  assert.equal((await here.send('/account/password', { password: 'trop court' })).status, 422);
  assert.equal((await here.send('/account/password', { password: 'une rivière propre' })).status, 303);
  assert.equal((await there.look('/account')).status, 303);
  assert.equal((await here.look('/account')).status, 200);
  const again = visitor(server);
  assert.equal((await again.send('/sign-in', { address: 'pass@example.org', password: 'une rivière sale' })).status, 422);
  assert.equal((await again.send('/sign-in', { address: 'Pass@example.org', password: 'une rivière propre', next: '/account' })).location, '/account');
  assert.equal((await again.look('/account')).status, 200);
  assert.equal((await here.send('/account/password', { do: 'none' })).status, 303);
  assert.equal((await visitor(server).send('/sign-in', { address: 'pass@example.org', password: 'une rivière propre' })).status, 422);
});

test('RULE PERSON-1: after eight wrong passwords not even the right one is tried', async () => {
  const lea = await signIn(server, 'guess@example.org');
  await lea.send('/account/password', { password: 'une rivière propre' });
  for (let i = 0; i < 8; i++) await visitor(server).send('/sign-in', { address: 'guess@example.org', password: `essai ${i}` });
  const right = await visitor(server).send('/sign-in', { address: 'guess@example.org', password: 'une rivière propre' });
  assert.equal(right.status, 422);
  assert.match(right.text, /Trop d’essais/);
});

test('all that is kept can be downloaded; RULE PERSON-5: a deleted account is gone', async () => {
  const lea = await signIn(server, 'leave@example.org');
  await lea.send('/account/profile', { name: 'Léa' });
  const data = await lea.look('/account/data');
  assert.match(data.headers.get('content-disposition'), /attachment/);
  const told = JSON.parse(data.text);
  assert.equal(told.addresses[0].address, 'leave@example.org');
  assert.equal(told.profile.name.text, 'Léa');
  assert.equal((await lea.send('/account/delete', {})).status, 422);
  assert.equal((await lea.send('/account/delete', { sure: '1' })).status, 303);
  assert.equal((await lea.look('/account')).status, 303);
  const again = await signIn(server, 'leave@example.org', visitor(server), 1);
  assert.notEqual(JSON.parse((await again.look('/account/data')).text).id, told.id);
});

test('who signs in elsewhere in the world reads it in English', async () => {
  const { text } = await visitor(server).look('/sign-in', { 'Accept-Language': 'en' });
  assert.match(text, /<h1>Sign in<\/h1>/);
});

test('RULE PERSON-8: a name that looks like that of the site or of a moderator is told beside its field', async () => {
  const boss = await signIn(server, 'boss@example.org');
  await boss.send('/account/profile', { name: 'Camille Martin' });
  assert.equal(agora('user', '--data', server.folder, 'grant', 'boss@example.org', 'moderator').status, 0);
  const eve = await signIn(server, 'lookalike@example.org');
  for (const name of ['Camille Martin', 'Cаmille Мartin', '\u202eCamille\u200b Martin', 'Ag0ra', 'Modération']) {
    const refused = await eve.send('/account/profile', { name, about: 'Je répare.' });
    assert.equal(refused.status, 422, name);
    assert.match(refused.text, /id="name-fault">Ce nom ressemble/);
    assert.ok(refused.text.includes('Je répare.'), 'what was typed stays');
  }
  assert.equal((await eve.send('/account/profile', { name: 'Camille M.' })).status, 303);
});

test('a password that is guessed among the first is refused beside its field', async () => {
  const weak = await signIn(server, 'weak@example.org');
  for (const password of ['azertyuiopqs', 'motdepasse123', 'weak@example.org', 'aaaaaaaaaaaaaaa']) {
    const refused = await weak.send('/account/password', { password });
    assert.equal(refused.status, 422, password);
    assert.match(refused.text, /id="password-fault">Il se devine trop vite/);
  }
});

test('RULE PERSON-1: two hundred entries a day are begun from one network without an account', async () => {
  const guest = visitor(server);
  for (let i = 0; i < 200; i++) assert.equal((await guest.send('/add', { kind: 'idea' })).status, 303);
  const refused = await guest.send('/add', { kind: 'idea' });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /Trop de fiches ont été commencées/);
  assert.equal((await (await signIn(server, 'begins@example.org')).send('/add', { kind: 'idea' })).status, 303, 'an account begins');
});
