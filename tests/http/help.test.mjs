// People without e-mail: a helper adds in their name with their consent, they come back with the code of a paper.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { agora, importEntries, letterTo, signIn, start, teamOf, visitor } from './harness.mjs';

let server;
let helper;
let odette; // "/help/people/12"
let entry; // "/entries/12-…", in Odette's name
let brought; // "/account/contributions/12", hers
let code;
const CONSENT = { consent: 'in-person', agreed: '1', house: 'Maison de Cognin' };
const ODETTE = { name: 'Odette M.', where: 'Cognin', telephone: '04 79 00 00 00', ...CONSENT };
const ask = (sql) => teamOf.sql(server.folder, sql);
const accounts = () => Number(ask('SELECT count(*) FROM person'));

// The four pages, as fast as a form can be sent; gives where the last one leads.
async function add(who, title, fields = {}) {
  const draft = (await who.send('/add', { kind: 'initiative' })).location.replace(/\/what$/, '');
  await who.send(`${draft}/what`, { title, kind: 'initiative', state: 'running', ...fields });
  await who.send(`${draft}/where`, { where: '73160 Cognin', precision: 'exact' });
  await who.send(`${draft}/more`, {});
  return who.send(`${draft}/check`, { charter: '1' });
}

const paperOf = async (who = helper, path = odette) => /class="hand-letters">([A-Z2-9-]+)</.exec((await who.send(`${path}/paper`)).text)?.[1];

before(async () => {
  server = await start();
  importEntries(server.folder, 'fixture', [{ id: 'lavoir', kind: 'place', title: 'Le lavoir', place: { territory: 'com-73065' } }]);
  helper = await signIn(server, 'helper@example.org');
  await helper.send('/account/profile', { name: 'Inès' });
  assert.equal(agora('user', '--data', server.folder, 'grant', 'helper@example.org', 'helper', '--territory', 'dep-73').status, 0);
});
after(() => server.stop());

test('only who has the role helps; a member and a visitor do not', async () => {
  const member = await signIn(server, 'member@example.org');
  for (const path of ['/help', '/help/begin', '/help/people/1']) {
    assert.equal((await member.look(path)).status, 403);
    assert.equal((await visitor(server).look(path)).status, 303);
  }
  for (const path of ['/help/begin', '/help/end', '/help/people/1', '/help/people/1/paper']) assert.equal((await member.send(path, ODETTE)).status, 403);
  assert.ok(!(await member.look('/account')).text.includes('href="/help"'));
  assert.ok((await helper.look('/account')).text.includes('href="/help"'));
});

test('RULE HELP-1: without consent nothing is written, and what was typed stays', async () => {
  const count = accounts();
  assert.match((await helper.look('/help/begin')).text, /Lisez ces phrases à haute voix/);
  const refused = await helper.send('/help/begin', { ...ODETTE, agreed: '', consent: '' }, { Origin: server.url });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /href="#consent"/);
  assert.match(refused.text, /value="Odette M\."/);
  assert.match(refused.text, /value="04 79 00 00 00"/);
  const { agreed, ...silent } = ODETTE;
  assert.equal((await helper.send('/help/begin', silent)).status, 422);
  assert.equal((await helper.send('/help/begin', { ...ODETTE, name: ' ' })).status, 422);
  assert.equal((await helper.send('/help/begin', { ...ODETTE, where: 'Nulle part' })).status, 422);
  assert.equal((await helper.send('/help/begin', ODETTE, { Origin: 'https://elsewhere.example' })).status, 403);
  assert.equal(accounts(), count);
});

test('RULE HELP-1: the role holds in its territory only', async () => {
  const refused = await helper.send('/help/begin', { ...ODETTE, where: 'Grenoble' });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /Votre rôle ne vaut pas dans cette commune/);
});

test('several communes of one name are chosen from', async () => {
  const asked = await helper.send('/help/begin', { ...ODETTE, where: 'Saint-Pierre' });
  assert.equal(asked.status, 422);
  assert.match(asked.text, /name="place" value="com-/);
});

test('RULE HELP-2: a helper adds in the name of who consented, and entry and history say with whose help', async () => {
  const begun = await helper.send('/help/begin', ODETTE);
  assert.equal(begun.status, 303);
  odette = /^\/help\/people\/\d+/.exec(begun.location)[0];
  assert.match((await helper.look('/')).text, /Vous aidez Odette M\./);
  const sent = await add(helper, 'Le café des voisins');
  assert.equal(sent.status, 303);
  entry = sent.location;
  const page = (await visitor(server).look(entry)).text;
  assert.match(page, /avec l’aide de Maison de Cognin/);
  assert.ok(!page.includes('04 79 00 00 00') && !page.includes('Vous aidez'));
  const history = await visitor(server).look(`${entry.match(/\/entries\/\d+/)[0]}/history`);
  assert.match(history.text, /Odette M\. · avec l’aide de Maison de Cognin/);
  assert.ok(!history.text.includes('Inès'));
  const shown = (await visitor(server).look(odette.replace('/help', ''))).text;
  assert.match(shown, /Le café des voisins/);
  assert.ok(!shown.includes('Cognin (73)') && !shown.includes('04 79'));
});

test('RULE HELP-1: who helps edits in that name too, and reaches the account of nobody but themselves', async () => {
  const edit = `${entry.match(/\/entries\/\d+/)[0]}/edit`;
  const draft = (await helper.send(edit)).location.replace(/\/what$/, '');
  await helper.send(`${draft}/what`, { title: 'Le café des voisines', kind: 'initiative', state: 'running' });
  assert.equal((await helper.send(`${draft}/check`, { reason: 'Le nom' })).status, 303);
  assert.match((await visitor(server).look(entry.replace('voisins', 'voisines'))).text, /Le café des voisines/);
  assert.match((await helper.look('/account/profile')).text, /value="Inès"/);
  const data = (await helper.look('/account/data')).text;
  assert.ok(data.includes('helper@example.org') && !data.includes('Odette') && !data.includes('voisin'));
  assert.ok(!(await helper.look('/account')).text.includes('voisin'));
  brought = /href="(\/account\/contributions\/\d+)">Retirer/.exec((await helper.look(odette)).text)[1];
  assert.match((await helper.look(brought)).text, /Le café des voisines/, 'what was added is taken away in that name too');
  await helper.send('/account/profile', { name: 'Inès B.' });
  assert.equal(ask("SELECT count(*) FROM person_field WHERE field = 0 AND value = 'Odette M.'"), '1');
});

test('RULE HELP-1: nobody sees whom others helped', async () => {
  const other = await signIn(server, 'other@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'other@example.org', 'helper').status, 0);
  assert.match((await other.look('/help')).text, /Personne pour le moment/);
  assert.equal((await other.look(odette)).status, 404);
  assert.equal((await other.send(odette, CONSENT)).status, 404);
  assert.equal((await other.send(`${odette}/paper`)).status, 404);
  const mine = (await helper.look(odette)).text;
  assert.ok(mine.includes('04 79 00 00 00') && mine.includes('Le café des voisines'));
});

test('RULE HELP-3: the paper shows the code once; the store has a hash of it', async () => {
  const printed = await helper.send(`${odette}/paper`);
  assert.equal(printed.status, 200);
  assert.match(printed.headers.get('cache-control'), /no-store/);
  [, code] = /class="hand-letters">([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4})</.exec(printed.text);
  assert.match(printed.text, /<h1>Le papier d’Odette M\.<\/h1>/);
  assert.match(printed.text, /Le café des voisines/);
  assert.match(printed.text, /<svg class="qr"/);
  assert.ok(!(await helper.look(odette)).text.includes(code));
  const secret = code.slice(5).replace('-', '');
  for (const name of readdirSync(server.folder).filter((one) => one.startsWith('agora.db'))) {
    const bytes = readFileSync(join(server.folder, name), 'latin1');
    assert.ok(!bytes.includes(secret) && !bytes.includes(code.slice(5)), name);
  }
  assert.match(ask('SELECT hash FROM paper'), /^\$argon2id\$/);
});

test('who has the paper comes back, sees what they brought and corrects it alone', async () => {
  const who = visitor(server);
  assert.equal((await who.send('/paper', { code: 'AAAA-BBBB' })).status, 422);
  assert.equal((await who.send('/paper', { code })).location, '/account');
  const account = (await who.look('/account')).text;
  assert.match(account, /Le café des voisines/);
  assert.ok(!account.includes('Vous aidez'));
  const draft = (await who.send(`${entry.match(/\/entries\/\d+/)[0]}/edit`)).location.replace(/\/what$/, '');
  await who.send(`${draft}/what`, { title: 'Le café du coin', kind: 'initiative', state: 'running' });
  const sent = await who.send(`${draft}/check`, { reason: '' });
  assert.equal(sent.status, 303);
  const history = (await visitor(server).look(`${entry.match(/\/entries\/\d+/)[0]}/history`)).text;
  assert.equal(history.match(/Odette M\./g).length, 3);
  assert.equal(history.match(/avec l’aide de/g).length, 2);
});

test('RULE HELP-3: a new paper ends the one before, and whoever came in by it is out', async () => {
  const finder = visitor(server);
  await finder.send('/paper', { code });
  assert.equal((await finder.look('/account')).status, 200);
  const next = await paperOf();
  assert.equal((await finder.look('/account')).location, '/sign-in?next=%2Faccount');
  assert.notEqual(next, code);
  const refused = await visitor(server).send('/paper', { code });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /Ce n’est pas un code qui sert/);
  assert.equal((await visitor(server).send('/paper', { code: next.toLowerCase().replaceAll('-', ' ') })).status, 303);
  code = next;
  assert.equal(ask("SELECT count(*) FROM audit WHERE act = 'paper'"), '2');
  assert.equal(ask("SELECT reason FROM audit WHERE act = 'help'"), 'in-person');
});

test('RULE HELP-3, RULE PERSON-1: eight wrong codes of a paper, then not even the right one, for an hour', async () => {
  const paper = await paperOf();
  const wrong = `${paper.slice(0, 5)}${paper.endsWith('2222') ? '3333' : '2222'}-2222`;
  for (let tries = 0; tries < 8; tries++) assert.equal((await visitor(server).send('/paper', { code: wrong })).status, 422);
  const late = await visitor(server).send('/paper', { code: paper });
  assert.equal(late.status, 422);
  assert.match(late.text, /Trop d’essais/);
});

test('ended, the helper adds in their own name again; to begin again wants consent again', async () => {
  assert.equal((await helper.send('/help/end')).location, '/help');
  assert.equal((await helper.look(brought)).status, 404);
  assert.ok(!(await helper.look('/')).text.includes('Vous aidez'));
  const own = await add(helper, 'Une idée d’Inès');
  const page = (await visitor(server).look(own.location)).text;
  assert.ok(!page.includes('avec l’aide de'));
  const silent = await helper.send(odette, { consent: 'telephone' });
  assert.equal(silent.status, 422);
  assert.match(silent.text, /Sans l’accord de la personne/);
  assert.ok(!(await helper.look('/')).text.includes('Vous aidez'));
  assert.equal((await helper.send(odette, { ...CONSENT, consent: 'telephone' })).location, odette);
  assert.match((await helper.look('/')).text, /Vous aidez Odette M\./);
});

test('RULE CONTRIBUTE-10: what somebody brought they take away by their paper alone; nobody else takes it', async () => {
  ask("DELETE FROM person_try"); // an hour later
  code = await paperOf();
  const who = visitor(server);
  await who.send('/paper', { code });
  const [, path] = /href="(\/account\/contributions\/\d+)"/.exec((await who.look('/account')).text);
  const thief = await signIn(server, 'thief@example.org');
  assert.equal((await thief.look(path)).status, 404);
  assert.equal((await thief.send(path, { sure: '1' })).status, 404);
  assert.equal((await who.send(path)).status, 422);
  const shown = await visitor(server).look(`${entry.match(/\/entries\/\d+/)[0]}/history`);
  assert.equal(shown.status, 200);
  assert.equal((await who.send(path, { sure: '1' })).location, path);
  assert.match((await who.look(path)).text, /C’est retiré/);
  assert.equal((await visitor(server).look(`${entry.match(/\/entries\/\d+/)[0]}/history`)).status, 404);
});

test('RULE HELP-3: who gives an address of mail signs in by it; their paper and the help end', async () => {
  const [who, finder] = [visitor(server), visitor(server)];
  for (const one of [who, finder]) {
    await one.send('/paper', { code });
    assert.equal((await one.look('/account')).status, 200);
  }
  assert.equal((await who.send('/account/address', { address: 'not one' })).status, 422);
  assert.equal((await who.send('/account/address', { address: 'Odette@example.org' })).location, '/account/address/code');
  const letter = await letterTo(server, 'odette@example.org');
  assert.match(letter, /ajoute cette adresse à votre\s+compte/);
  const [, mailed] = /^ {4}([A-Z2-9]{8})\r?$/m.exec(letter);
  // the code of the letter is of this account's browser only, and signs nobody in
  assert.notEqual((await helper.send('/account/address/code', { code: mailed })).status, 303);
  assert.notEqual((await who.send('/account/address/code', { code: '2222-2222' })).status, 303);
  assert.equal((await who.send('/account/address/code', { code: mailed })).location, '/account/address');
  assert.match((await who.look('/account/address')).text, /<li>odette@example\.org/);
  assert.equal((await finder.look('/account')).location, '/sign-in?next=%2Faccount', 'who found the paper is out');
  assert.equal((await visitor(server).send('/paper', { code })).status, 422);
  assert.ok(!(await helper.look('/')).text.includes('Vous aidez'));
  assert.match((await helper.look(odette)).text, /se connecte par elle-même/);
  assert.equal((await helper.send(`${odette}/paper`)).status, 404);
  const again = await signIn(server, 'odette@example.org', visitor(server), 1);
  assert.match((await again.look('/account')).text, /Le café du coin/);
  const { help } = JSON.parse((await again.look('/account/data')).text);
  assert.deepEqual(help.map(({ consent, house }) => [consent, house]), [['in-person', 'Maison de Cognin'], ['telephone', 'Maison de Cognin']]);
  const other = await signIn(server, 'thief@example.org', visitor(server), 1);
  await other.send('/account/address', { address: 'odette@example.org' });
  const [, theirs] = /^ {4}([A-Z2-9]{8})\r?$/m.exec(await letterTo(server, 'odette@example.org', 2));
  const taken = await other.send('/account/address/code', { code: theirs });
  assert.equal(taken.status, 422);
  assert.match(taken.text, /a déjà son compte ici/);
});

test('RULE HELP-4: who came by a paper and has an account already makes one of both, by both codes; each alone does nothing', async () => {
  const codeOf = async (count) => /^ {4}([A-Z2-9]{8})\r?$/m.exec(await letterTo(server, 'fernande@example.org', count))[1];
  const known = await signIn(server, 'fernande@example.org');
  await add(known, 'Mes noix'); // hers, by herself
  await helper.send('/help/begin', { ...ODETTE, name: 'Fernande' });
  await add(helper, 'Le four à pain');
  const path = (await helper.look('/help')).text.match(/\/help\/people\/\d+/)[0];
  const paper = await paperOf(helper, path);
  const who = visitor(server);
  await who.send('/paper', { code: paper });
  await who.send('/account/address', { address: 'fernande@example.org' });
  const page = (await who.look('/account/address/code')).text;
  assert.match(page, /name="join"/);
  const first = await codeOf(1);
  assert.match((await who.send('/account/address/code', { code: first })).text, /a déjà son compte ici/); // the box was not ticked
  assert.equal((await known.send('/account/address/code', { code: first, join: 'on' })).status, 422);
  await who.send('/account/address', { address: 'fernande@example.org' });
  const second = await codeOf(2);
  assert.equal((await visitor(server).send('/account/address/code', { code: second, join: 'on' })).status, 303); // without the paper: to sign in
  assert.equal((await known.send('/account/address/code', { code: second, join: 'on' })).status, 422); // nor in another browser
  assert.equal((await who.send('/account/address/code', { code: '2222-2222', join: 'on' })).status, 422);
  assert.equal((await who.look('/account')).status, 200);
  assert.equal((await who.send('/account/address/code', { code: second, join: 'on' }, { Origin: 'https://evil.example' })).status, 403);
  const joined = await who.send('/account/address/code', { code: second, join: 'on' });
  assert.match(joined.text, /Vos deux comptes n’en font plus qu’un/);
  assert.equal((await who.look('/account')).status, 303, 'nobody is signed in by it');
  assert.equal((await visitor(server).send('/paper', { code: paper })).status, 422);
  const mine = (await known.look('/account')).text;
  assert.ok(mine.includes('Mes noix') && mine.includes('Le four à pain'));
  assert.match(await letterTo(server, 'fernande@example.org', 3), /a\s+été\s+réuni\s+avec\s+le\s+vôtre/);
  const entries = (await (await fetch(`${server.url}/api/v1/entries?q=four`)).json()).items;
  const shown = await (await fetch(`${server.url}/entries/${entries[0].id}/history`)).text();
  assert.match(shown, /Maison de Cognin/);
  assert.ok(!(await helper.look('/')).text.includes('Vous aidez'));
  assert.equal(ask("SELECT count(*) FROM audit WHERE act = 'join'"), '1');
});

test('RULE PERSON-8: whom a helper helps and the house are not called as the site or who moderates it', async () => {
  const count = accounts();
  const refused = await helper.send('/help/begin', { ...ODETTE, name: 'La Mоdération' }); // a Cyrillic о
  assert.equal(refused.status, 422);
  assert.match(refused.text, /id="name-fault">Ce nom ressemble/);
  const house = await helper.send('/help/begin', { ...ODETTE, house: 'L’équipe d’Аgora' }); // a Cyrillic А
  assert.equal(house.status, 422);
  assert.match(house.text, /id="house-fault">Ce nom ressemble/);
  assert.equal(accounts(), count);
});

test('RULE HELP-1: after forty new people in a day the page says to come back, and keeps what was typed', async () => {
  assert.equal((await helper.send('/help/begin', { ...ODETTE, name: 'Marcel' })).status, 303);
  const count = accounts();
  ask('UPDATE person_try SET count = 40 WHERE what = 14');
  const refused = await helper.send('/help/begin', { ...ODETTE, name: 'Lucie' });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /Vous avez commencé avec beaucoup de personnes aujourd’hui/);
  assert.match(refused.text, /value="Lucie"/);
  assert.equal(accounts(), count);
});

test('a form to fill in by hand has the questions of each kind', async () => {
  for (const kind of ['initiative', 'idea', 'tool', 'place', 'event', 'actor', 'story']) {
    const form = await visitor(server).look(`/help/form?kind=${kind}`);
    assert.equal(form.status, 200);
    assert.equal(form.text.match(/class="hand-part"/g).length, 4);
    assert.equal(/Le jour et l’heure/.test(form.text), kind === 'event');
  }
});
