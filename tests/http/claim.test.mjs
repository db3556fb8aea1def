// "C'est notre collectif": an entry without a team is claimed by proof, and what was given wrongly is taken back.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { agora, importEntries, letterTo, signIn, start, temporaryFolder, teamOf, visitor } from './harness.mjs';

let server;
let folder;
const place = { territory: 'com-73065', precision: 'commune' };
const entries = ['Moulin', 'Four', 'Lavoir', 'Verger', 'Halle', 'Puits', 'Pont'].map((title) => ({
  id: title, kind: 'actor', language: 'fr', title, place,
  contacts: [{ kind: 'website', value: `https://www.${title.toLowerCase()}.example/` },
    { kind: 'email', value: `${title.toLowerCase()}@gmail.com`, visibility: 'team' }] }));
before(async () => {
  folder = temporaryFolder();
  importEntries(folder, 'claims', entries);
  server = await start({ folder });
});
after(() => server.stop());

async function entry(title) {
  const { items } = await (await fetch(`${server.url}/api/v1/entries?source=claims&limit=20`)).json();
  const item = items.find((one) => one.title === title);
  return { id: item.id, path: new URL(item.url).pathname, claim: `/entries/${item.id}/claim` };
}
const moderator = async (address, territory = 'dep-73') => {
  const who = await signIn(server, address);
  assert.equal(agora('user', '--data', folder, 'grant', address, 'moderator', '--territory', territory).status, 0);
  return who;
};
const linkIn = (letter) => /\/claims\/link\/\S+/.exec(letter)[0];
const fields = (more) => ({ who: 'Léa, trésorière', words: 'Nous l’avons fondé.', ...more });

test('RULE TEAM-4: whose account has an address at the entry\'s own site runs it at once; the address known before is told', async () => {
  const { path, claim, id } = await entry('Moulin');
  assert.match((await visitor(server).look(path)).text, new RegExp(`href="${claim}"`));
  assert.equal((await visitor(server).look(claim)).location, `/sign-in?next=${encodeURIComponent(claim)}`);
  const lea = await signIn(server, 'lea@moulin.example');
  const page = await lea.look(claim);
  assert.ok(page.text.includes('…@moulin.example') && !page.text.includes('gmail.com'), 'the contact is not shown');
  assert.equal((await lea.send(claim, fields({ way: 'contact' }))).location, `/entries/${id}/team?done`);
  assert.match(await letterTo(server, 'moulin@gmail.com'), new RegExp(`tient maintenant[^]*/entries/${id}/flag`));
  assert.ok(!(await visitor(server).look(path)).text.includes(claim), 'nothing is left to claim');
  const max = await signIn(server, 'max@elsewhere.example');
  assert.match((await max.look(claim)).text, /Une équipe tient déjà cette fiche/);
  assert.equal((await max.send(claim, fields({ way: 'word' }))).location, claim);
  await max.send(`/entries/${id}/edit`);
  assert.match((await lea.look(`/entries/${id}/team`)).text, /Vous gardez cette fiche/);
});

test('RULE TEAM-4: whoever reads the address known before says yes, without an account; a look uses nothing up', async () => {
  const { claim, id } = await entry('Four');
  const nils = await signIn(server, 'nils@elsewhere.example');
  const sent = await nils.send(claim, fields({ way: 'contact' }));
  assert.equal(sent.location, `${claim}?contact`);
  const told = (await nils.look(sent.location)).text;
  assert.match(told, /Une lettre est partie/);
  assert.doesNotMatch(told, /name="who"/, 'it is asked once');
  assert.match((await nils.look(`${claim}?lang_ui=en`)).text, /This is our group[^]*name="who"/, 'the other language has the form too');
  const letter = await letterTo(server, 'four@gmail.com');
  assert.match(letter, /Léa, trésorière[^]*> Nous l’avons fondé\./);
  assert.ok(!letter.includes('nils@'), 'no address of who asks');
  const link = linkIn(letter);
  const guest = visitor(server);
  for (let i = 0; i < 2; i++) assert.match((await guest.look(link)).text, /Oui, elle est des nôtres/);
  assert.equal((await nils.look(`/entries/${id}/team`)).status, 404, 'a look gives nothing');
  assert.equal((await guest.send(link, { is: 'maybe' })).status, 400);
  assert.equal((await guest.send(link, { is: 'yes' }, { Origin: 'https://evil.example' })).status, 403);
  assert.match((await guest.send(link, { is: 'yes' })).text, /tient maintenant la fiche/);
  assert.equal((await guest.send(link, { is: 'yes' })).status, 404);
  assert.match(await letterTo(server, 'nils@elsewhere.example', 1), new RegExp(`vous tenez maintenant[^]*/entries/${id}/team`));
  assert.equal((await nils.look(`/entries/${id}/team`)).status, 200);
});

test('RULE TEAM-5: who was refused with one click writes no second letter, and is told', async () => {
  const { claim } = await entry('Lavoir');
  const eve = await signIn(server, 'eve@evil.example');
  await eve.send(claim, fields({ way: 'contact' }));
  assert.match((await visitor(server).send(linkIn(await letterTo(server, 'lavoir@gmail.com')), { is: 'no' })).text, /C’est noté/);
  assert.match(await letterTo(server, 'eve@evil.example', 1), /n’est pas acceptée/);
  const again = await eve.send(claim, fields({ way: 'contact' }));
  assert.equal(again.status, 422);
  assert.match(again.text, /id="way-fault">Il a été répondu non/);
});

test('RULE TEAM-4: a contact that somebody wrote into the entry here proves nothing', async () => {
  const { claim, id } = await entry('Verger');
  const eve = await signIn(server, 'eve@evil2.example');
  const steward = await moderator('m0@elsewhere.example');
  const draft = (await steward.send(`/entries/${id}/edit`)).location.replace(/\/what$/, '');
  await steward.send(`${draft}/more`, { website: 'https://evil2.example/', email: 'eve@evil2.example' });
  assert.equal((await steward.send(`${draft}/check`, { reason: 'Nouveau site' })).status, 303);
  assert.match((await visitor(server).look((await entry('Verger')).path)).text, /evil2\.example/);
  assert.ok(!(await eve.look(claim)).text.includes('value="site"'), 'the new site is not offered');
  const refused = await eve.send(claim, fields({ way: 'site', address: 'eve@evil2.example' }));
  assert.equal(refused.status, 422);
  assert.match(refused.text, /Ce moyen ne va pas/);
  assert.ok(refused.text.includes('Nous l’avons fondé.'), 'what was typed stays');
  await eve.send(claim, fields({ way: 'contact' }));
  assert.match(await letterTo(server, 'verger@gmail.com'), /Léa, trésorière/, 'the address of the source is asked');
});

test('what is wrong with a claim is told beside its field, and no header can be slipped in', async () => {
  const { claim } = await entry('Pont');
  const who = await signIn(server, 'wrong@elsewhere.example');
  for (const [wrong, field] of [[{ who: '' }, 'who'], [{ who: 'x'.repeat(201) }, 'who'], [{ words: '' }, 'words'], [{ words: 'x'.repeat(2001) }, 'words'],
    [{ way: 'site', address: '' }, 'address'], [{ way: 'site', address: 'a@other.example' }, 'address'],
    [{ way: 'site', address: 'a@pont.example\r\nBcc: all@example.org' }, 'address'], [{ way: 'site', address: 'a b@pont.example' }, 'address']]) {
    const refused = await who.send(claim, fields({ way: 'word', ...wrong }));
    assert.equal(refused.status, 422, JSON.stringify(wrong));
    assert.match(refused.text, new RegExp(`id="${field}-fault"`));
  }
  assert.equal((await who.send(claim, fields({ way: 'mine' }))).status, 400);
  assert.equal((await who.send('/entries/12/claim', fields({ way: 'word' }))).status, 404);
});

test('RULE TEAM-4: by the word of who has a role where it stands, with a reason; and back, with a reason', async () => {
  const { claim, id, path } = await entry('Halle');
  const uma = await signIn(server, 'uma@elsewhere.example');
  assert.equal((await uma.send(claim, fields({ way: 'word' }))).location, `${claim}?word`);
  const [near, far] = [await moderator('near@elsewhere.example'), await moderator('far@elsewhere.example', 'com-73096')];
  assert.equal((await uma.look('/claims')).status, 403);
  assert.ok(!(await far.look('/claims')).text.includes('Halle'));
  const [, one] = /href="(\/claims\/\d+)">Halle/.exec((await near.look('/claims')).text);
  assert.equal((await far.look(one)).status, 403);
  assert.equal((await far.send(one, { do: 'give', reason: 'Oui.' })).status, 403);
  assert.equal((await uma.send(one, { do: 'give', reason: 'Oui.' })).status, 403);
  assert.match((await near.look(one)).text, /Léa, trésorière/);
  const silent = await near.send(one, { do: 'give', reason: ' ' });
  assert.equal(silent.status, 422);
  assert.equal((await near.send(one, { do: 'end', reason: 'Non.' })).status, 400, 'nothing to take back yet');
  assert.equal((await near.send(one, { do: 'give', reason: 'Vue à l’assemblée.' })).location, '/claims');
  assert.match(await letterTo(server, 'uma@elsewhere.example', 1), /vous tenez maintenant[^]*> Vue à l’assemblée\./);
  assert.equal((await uma.look(`/entries/${id}/team`)).status, 200);
  assert.equal((await near.send(one, { do: 'end', reason: 'Elle a quitté le collectif.' })).location, '/claims');
  assert.match(await letterTo(server, 'uma@elsewhere.example', 2), /a mis fin à l’équipe[^]*> Elle a quitté/);
  assert.match(await letterTo(server, 'halle@gmail.com', 1), /a mis fin à l’équipe/);
  assert.equal((await uma.look(`/entries/${id}/team`)).status, 404);
  assert.ok((await visitor(server).look(path)).text.includes(claim), 'it can be claimed again');
  const acts = teamOf.sql(folder, `SELECT act FROM audit WHERE object LIKE 'entry:${id} %' ORDER BY id`);
  assert.equal(acts, 'claim\nclaim ended');
});

test('what the team edits is not overwritten when its source is imported again', async () => {
  const { claim, id, path } = await entry('Puits');
  const pia = await signIn(server, 'pia@puits.example');
  await pia.send(claim, fields({ way: 'site' }));
  const draft = (await pia.send(`/entries/${id}/edit`)).location.replace(/\/what$/, '');
  await pia.send(`${draft}/what`, { title: 'Le puits du bas', summary: 'Ouvert.', kind: 'actor' });
  assert.equal((await pia.send(`${draft}/check`, { reason: 'Notre nom' })).status, 303);
  const file = join(folder, 'again.json');
  writeFileSync(file, JSON.stringify(entries.map((one) => (one.title === 'Puits' ? { ...one, title: 'Puits (ancien)' } : one))));
  assert.equal(agora('import', '--data', folder, '--source', 'claims', '--held', join(folder, 'held.csv'), file).status, 0);
  assert.match((await visitor(server).look((await visitor(server).look(path)).location ?? path)).text, /<h1[^>]*>Le puits du bas/);
});

test('RULE PERSON-5: what was said in a claim is in the download of one\'s data, and goes with the account', async () => {
  const { claim } = await entry('Pont');
  const zoe = await signIn(server, 'zoe@elsewhere.example');
  await zoe.send(claim, fields({ way: 'word', who: 'Zoé du pont' }));
  assert.deepEqual(JSON.parse((await zoe.look('/account/data')).text).claims.map((one) => one.who), ['Zoé du pont']);
  await zoe.send('/account/delete', { sure: '1' });
  assert.equal(teamOf.sql(folder, "SELECT count(*) FROM claim WHERE who = 'Zoé du pont'"), '0');
});
