// Who runs an entry: inviting, joining, handing over, leaving, and those who try without being asked.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { importEntries, letterTo, signIn, sourceTo, start, teamOf, temporaryFolder, visitor } from './harness.mjs';

const ENTRIES = 20;
let server;
let number = 0;
before(async () => {
  const folder = temporaryFolder();
  importEntries(folder, 'teams', Array.from({ length: ENTRIES }, (_, i) => ({ id: `t${i + 1}`, kind: 'actor', language: 'fr', title: `Atelier ${i + 1}` })));
  server = await start({ folder });
});
after(() => server.stop());

const invitationIn = (letter) => new URL(/http:\S+\/invitations\/\S+/.exec(letter)[0]).pathname;

// A published entry and its team: the first address leads. {path, team, people, ids}.
async function founded(...addresses) {
  const title = `Atelier ${++number}`;
  const { items } = await (await fetch(`${server.url}/api/v1/entries?source=teams&limit=${ENTRIES}`)).json();
  const item = items.find((one) => one.title === title);
  const people = [];
  const ids = [];
  for (const address of addresses) {
    people.push(await signIn(server, address));
    ids.push(JSON.parse((await people.at(-1).look('/account/data')).text).id);
    await people.at(-1).send('/account/profile', { name: address.split('@')[0] });
  }
  const entry = item.id;
  teamOf(server.folder, entry, ids);
  return { entry, title, path: new URL(item.url).pathname, team: `/entries/${entry}/team`, people, ids };
}

// How it stands, as a member sees it: ['anna Responsable', …].
const members = async (who, team) => {
  const { text } = await who.look(team);
  const list = /id="members"[^]*?<\/ul>/.exec(text)[0];
  return [...list.matchAll(/<a href="\/people\/[^"]*">([^<]*)<\/a>(?: \(vous\))? <span class="state">([^<]*)</g)].map(([, name, role]) => `${name} ${role}`);
};

test('a lead invites by mail; the link brings in who signs in, works once, and a look uses nothing up', async () => {
  const { team, title, people: [anna] } = await founded('anna@example.org');
  assert.equal((await anna.send(team, { do: 'invite', address: ' Ben@Example.org ', role: 'member' })).status, 303);
  assert.match((await anna.look(team)).text, /Ben@example\.org/);
  const letter = await letterTo(server, 'Ben@example.org');
  assert.ok(letter.includes('anna vous invite'), letter);
  assert.ok(letter.includes(title));
  const invitation = invitationIn(letter);
  const ben = visitor(server);
  const page = await ben.look(invitation);
  assert.equal(page.status, 200);
  assert.ok(page.text.includes(`/sign-in?next=${invitation}`));
  assert.equal((await ben.send(invitation)).status, 303, 'asked to sign in');
  await signIn(server, 'ben@example.org', ben);
  assert.match((await ben.look(invitation)).text, /Rejoindre l’équipe/);
  const joined = await ben.send(invitation);
  assert.equal(joined.location, `${team}?done`);
  await ben.send('/account/profile', { name: 'ben' });
  assert.deepEqual(await members(ben, team), ['anna Responsable', 'ben Membre']);
  assert.match((await ben.look('/account')).text, new RegExp(`href="${team}"`));
  const eve = await signIn(server, 'eve@example.org');
  assert.equal((await eve.look(invitation)).status, 404);
  assert.equal((await eve.send(invitation)).status, 404);
  assert.equal((await eve.look(team)).status, 403);
  assert.equal((await eve.look(`/invitations/${'A'.repeat(32)}`)).status, 404);
});

test('RULE TEAM-1: an invitation that a lead takes back brings nobody in, and nobody else can take it back', async () => {
  const { team, people: [lead] } = await founded('back@example.org');
  await lead.send(team, { do: 'invite', address: 'back-guest@example.org' });
  const invitation = invitationIn(await letterTo(server, 'back-guest@example.org'));
  const guest = await signIn(server, 'back-guest@example.org', visitor(server), 1);
  assert.equal((await guest.send(team, { 'take-back': 'back-guest@example.org' })).status, 403);
  assert.match((await lead.look(team)).text, /name="take-back"[^>]* value="back-guest@example.org"/);
  assert.equal((await lead.send(team, { 'take-back': 'back-guest@example.org' })).location, `${team}?done`);
  assert.equal((await guest.send(invitation)).status, 404);
  assert.match((await lead.send(team, { 'take-back': 'back-guest@example.org' })).text, /Cette invitation n’attend plus/);
});

test('RULE TEAM-1: an invitation that is too old brings nobody in', async () => {
  const { team, people: [lead] } = await founded('late@example.org');
  await lead.send(team, { do: 'invite', address: 'late-guest@example.org' });
  const invitation = invitationIn(await letterTo(server, 'late-guest@example.org'));
  teamOf.sql(server.folder, "UPDATE team_invitation SET at_ms = at_ms - 1209600000 WHERE address = 'late-guest@example.org'");
  const guest = await signIn(server, 'late-guest@example.org', visitor(server), 1);
  assert.equal((await guest.look(invitation)).status, 404);
  assert.equal((await guest.send(invitation)).status, 404);
  assert.equal((await guest.look(team)).status, 403);
  assert.ok(!(await lead.look(team)).text.includes('late-guest'), 'it waits no longer');
});

test('the entry\'s page tells who runs it, to everybody the same, and changes with the team', async () => {
  const { path, team, people: [carl], ids } = await founded('carl@example.org', 'cleo@example.org');
  const look = async (headers) => fetch(server.url + path, { headers });
  const first = await look({});
  const text = await first.text();
  assert.match(text, new RegExp(`href="/people/${ids[0]}-carl">carl</a>`));
  assert.ok(!text.includes('Gérer l’équipe') && !text.includes('example.org'));
  assert.equal((await look({ 'If-None-Match': first.headers.get('etag') })).status, 304);
  const own = await carl.look(path);
  assert.match(own.text, new RegExp(`href="${team}"`));
  assert.match(own.headers.get('cache-control'), /no-store/);
  await carl.send(team, { do: 'name', name: 'Les <i>Amis</i>' });
  const renamed = await look({ 'If-None-Match': first.headers.get('etag') });
  assert.equal(renamed.status, 200);
  assert.ok((await renamed.text()).includes('<h2 id="team-title">Les &lt;i&gt;Amis&lt;/i&gt;</h2>'));
  await carl.send(team, { out: ids[1] });
  assert.ok(!(await (await look({})).text()).includes('cleo'));
});

test('RULE TEAM-3: the last lead hands over before leaving, and then the other one leads', async () => {
  const { team, path, people: [dora, dirk], ids } = await founded('dora@example.org', 'dirk@example.org');
  for (const fields of [{ leave: '1' }, { member: ids[0] }, { out: ids[0] }]) {
    const refused = await dora.send(team, fields);
    assert.equal(refused.status, 422, JSON.stringify(fields));
    assert.match(refused.text, /Il n’y aurait plus de responsable/);
  }
  assert.equal((await dora.send(team, { lead: ids[1] })).status, 303);
  assert.equal((await dora.send(team, { leave: '1' })).location, '/account');
  assert.equal((await dora.look(team)).status, 403);
  assert.deepEqual(await members(dirk, team), ['dirk Responsable']);
  assert.equal((await dirk.send(team, { leave: '1' })).location, '/account');
  assert.ok(!(await visitor(server).look(path)).text.includes('team-title'), 'the team is gone, the entry is open again');
  assert.equal((await dirk.look(team)).status, 404);
});

test('RULE TEAM-2: a team keeps its entry, and opens it again', async () => {
  const { team, people: [lead] } = await founded('keeper@example.org');
  await lead.send(team, { keep: '1' });
  assert.match((await lead.look(team)).text, /Vous gardez cette fiche/);
  await lead.send(team, { keep: '0' });
  assert.match((await lead.look(team)).text, /Toute personne connectée/);
});

test('a member who is no lead changes nothing by hand-made posts, and the lead of another team nothing at all', async () => {
  const { team, people: [finn, fred], ids } = await founded('finn@example.org', 'fred@example.org');
  const acts = [{ do: 'invite', address: 'x@example.org', role: 'lead' }, { do: 'name', name: 'Nous' }, { keep: '1' },
    { lead: ids[1] }, { member: ids[0] }, { out: ids[0] }];
  for (const fields of acts) {
    const refused = await fred.send(team, fields);
    assert.equal(refused.status, 422, JSON.stringify(fields));
    assert.match(refused.text, /href="#members">Seule une personne responsable/);
    assert.match(refused.text, /id="members"[^]*id="members-fault">Seule une personne/);
  }
  const { people: [other] } = await founded('other@example.org');
  const nobody = visitor(server);
  for (const fields of [...acts, { leave: '1' }]) {
    assert.equal((await other.send(team, fields)).status, 403, JSON.stringify(fields));
    assert.match((await nobody.send(team, fields)).location, /^\/sign-in/);
    assert.equal((await finn.send(team, fields, { Origin: 'https://evil.example' })).status, 403);
  }
  assert.deepEqual(await members(finn, team), ['finn Responsable', 'fred Membre']);
  const { text } = await finn.look(team);
  assert.ok(!text.includes('x@example.org') && /Toute personne connectée/.test(text));
  for (const fields of [{}, { do: 'leave' }, { do: 'all' }, { lead: 'x' }, { lead: '' }]) {
    assert.equal((await finn.send(team, fields)).status, 400, JSON.stringify(fields));
  }
  assert.match((await finn.send(team, { out: '12' })).text, /n’est plus dans l’équipe/);
});

test('what is no address, a name that is too long, header tricks: told, and no letter goes', async () => {
  const { team, people: [gita] } = await founded('gita@example.org');
  for (const address of ['', 'nope', 'a@b', 'gina@example.org\r\nBcc: all@example.org', 'gina@example.org, all@example.org']) {
    const refused = await gita.send(team, { do: 'invite', address });
    assert.equal(refused.status, 422, address);
    assert.match(refused.text, /id="address-fault"/);
  }
  for (const name of ['Agora', 'L’équipe de modération', '\u202eАg0ra']) {
    const refused = await gita.send(team, { do: 'name', name });
    assert.match(refused.text, /id="name-fault">Ce nom ressemble/, name);
  }
  const long = await gita.send(team, { do: 'name', name: 'x'.repeat(121) });
  assert.equal(long.status, 422);
  assert.ok(long.text.includes(`value="${'x'.repeat(121)}"`), 'what was typed stays');
  assert.ok(!(await gita.look(team)).text.includes('gina@'));
});

test('RULE PERSON-1: one account invites forty a day', async () => {
  const { team, people: [lead] } = await founded('flood@example.org');
  for (let i = 0; i < 40; i++) assert.equal((await lead.send(team, { do: 'invite', address: `flood-${i}@example.org` })).status, 303);
  const refused = await lead.send(team, { do: 'invite', address: 'flood-40@example.org' });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /Trop d’invitations/);
  assert.ok(!(await lead.look(team)).text.includes('flood-40@example.org</span>'), 'nothing of it stands');
});

test('who writes to a team reaches each of its members, sees no address, and gets the answer', async () => {
  const { team, path, entry, people: [ivan], ids } = await founded('ivan@example.org', 'ines@example.org');
  const words = 'Bonjour,\r\nje voudrais <b>aider</b>.';
  const page = await visitor(server).look(path);
  assert.match(page.text, new RegExp(`href="/entries/${entry}/write"`));
  const sent = await visitor(server).send(`/entries/${entry}/write`, { words, who: 'Jeanne', address: 'jeanne@example.org' });
  assert.equal(sent.location, `/entries/${entry}/write?sent`);
  assert.match((await visitor(server).look(sent.location)).text, /C’est parti/);
  for (const address of ['ivan@example.org', 'ines@example.org']) {
    const letter = await letterTo(server, address, 1);
    assert.match(letter, /Jeanne écrit à l’équipe/);
    assert.match(letter, /> je voudrais <b>aider<\/b>\./);
    const source = await sourceTo(server, address);
    assert.match(source, /^Reply-To: Jeanne\s+<jeanne@example\.org>\r?$/m);
    const other = address.startsWith('ivan') ? 'ines@' : 'ivan@';
    assert.ok(!source.includes(other), 'nobody else\'s address');
  }
  await ivan.send(team, { out: ids[1] });
  const kim = await signIn(server, 'kim@example.org');
  await kim.send('/account/profile', { name: 'Kim' });
  assert.match((await kim.look(`/entries/${entry}/write`)).text, /Vous écrivez en tant que Kim\. L’équipe voit votre adresse, kim@example\.org/);
  assert.equal((await kim.send(`/entries/${entry}/write`, { words: 'Oui', who: 'Le maire', address: 'maire@example.org' })).status, 303);
  assert.match(await letterTo(server, 'ivan@example.org', 2), /Kim écrit/);
  assert.match(await sourceTo(server, 'ivan@example.org'), /^Reply-To: Kim\s+<kim@example\.org>\r?$/m);
});

test('what is wrong with a message to a team is told beside the field, and no header can be slipped in', async () => {
  const { entry } = await founded('lola@example.org');
  const good = { words: 'Bonjour', who: 'Max', address: 'max@example.org' };
  const write = (fields, headers) => visitor(server).send(`/entries/${entry}/write`, { ...good, ...fields }, headers);
  for (const [fields, field] of [[{ words: ' ' }, 'words'], [{ words: 'x'.repeat(4001) }, 'words'], [{ who: '' }, 'who'], [{ who: 'Max\r\nBcc: all@example.org' }, 'who'],
    [{ who: 'x'.repeat(81) }, 'who'], [{ who: 'Mоdération' }, 'who'], [{ address: 'max' }, 'address'], [{ address: 'max@example.org\r\nBcc: all@example.org' }, 'address']]) {
    const refused = await write(fields);
    assert.equal(refused.status, 422, JSON.stringify(fields));
    assert.match(refused.text, new RegExp(`id="${field}-fault"`));
  }
  assert.match((await write({ address: 'max' })).text, />\nBonjour<\/textarea>/);
  assert.equal((await write({}, { Origin: 'https://evil.example' })).status, 403);
  assert.equal((await visitor(server).look('/entries/12/write')).status, 404);
});

test('RULE PERSON-1: one account writes forty messages to teams a day', async () => {
  const { entry } = await founded('mona@example.org');
  const nils = await signIn(server, 'nils@example.org');
  for (let i = 0; i < 40; i++) assert.equal((await nils.send(`/entries/${entry}/write`, { words: `${i}` })).status, 303);
  const refused = await nils.send(`/entries/${entry}/write`, { words: 'encore' });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /Trop de messages/);
});

test('somebody\'s page shows what its owner chose, to whom; of who is blocked or gone there is none', async () => {
  const { people: [hana], ids: [id] } = await founded('hana@example.org');
  await hana.send('/account/profile', { name: '<b>Hana</b>', about: 'Je répare.', 'about-seen': 'public', skills: 'Vélo\nBois',
    'skills-seen': 'members', languages: 'arabe', 'languages-seen': 'private' });
  const path = `/people/${id}`;
  const outside = (await visitor(server).look(path)).text;
  assert.ok(outside.includes('<h1>&lt;b&gt;Hana&lt;/b&gt;</h1>'));
  assert.ok(outside.includes('Je répare.') && !outside.includes('Vélo') && !outside.includes('arabe') && !outside.includes('hana@'));
  const inside = (await (await signIn(server, 'hugo@example.org')).look(path)).text;
  assert.ok(inside.includes('Vélo<br>Bois') && !inside.includes('arabe'));
  assert.ok((await hana.look(path)).text.includes('arabe'));
  teamOf.sql(server.folder, `UPDATE person SET status = 2 WHERE id = ${id}`);
  assert.equal((await visitor(server).look(path)).status, 404);
  for (const none of ['/people/12', '/people/x', '/people/-1', '/people/99999999999999999999']) {
    assert.equal((await visitor(server).look(none)).status, 404, none);
  }
});
