// Adding and editing, with and without an account, as people and those who mean harm would.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { importEntries, letterTo, signIn, start, visitor } from './harness.mjs';

let server;
before(async () => {
  server = await start({ demo: true });
});
after(() => server.stop());

const WHAT = { title: 'Le verger de la fruitière', summary: 'On plante des pommiers.', kind: 'initiative', state: 'begun' };
const WHERE = { where: 'Chambéry (73)', precision: 'exact' };

// Goes through the first pages; gives the draft's address.
async function begin(who, { what = {}, where = {}, more = {} } = {}) {
  const { location } = await who.send('/add', { kind: what.kind ?? 'initiative' });
  const draft = location.replace(/\/what$/, '');
  await fill(who, draft, { what, where, more });
  return draft;
}

async function fill(who, draft, { what = {}, where = {}, more = {} } = {}) {
  for (const [step, fields] of [['what', { ...WHAT, ...what }], ['where', { ...WHERE, ...where }], ['more', more]]) {
    const { status, text } = await who.send(`${draft}/${step}`, fields);
    assert.equal(status, 303, `${step}: ${/form-fault[^>]*>([^<]*)/.exec(text)?.[1]}`);
  }
}

const linkOf = (letter) => new URL(/http:\S+\/contributions\/\S+/.exec(letter)[0]).pathname;
const idOf = (path) => /\/entries\/(\d+)/.exec(path)[1];
const read = async (id) => fetch(`${server.url}/api/v1/entries/${id}`);
const fault = (text) => [...text.matchAll(/id="(\w[\w-]*)-fault">([^<]*)/g)].map(([, field]) => field);

test('RULE CONTRIBUTE-1: without an account an entry is shown once the link of the letter was used', async () => {
  const lea = visitor(server);
  const draft = await begin(lea, { what: { title: 'Four à pain du hameau' }, more: { description: 'On **cuit** le samedi.', theme: 'food', email: 'four@example.org', 'need-time': 'Fendre du bois' } });
  const check = await lea.look(`${draft}/check`);
  for (const word of ['Four à pain du hameau', '<strong>cuit</strong>', 'Chambéry (73)', 'four@example.org', 'Fendre du bois', 'CC BY-SA 4.0']) {
    assert.ok(check.text.includes(word), word);
  }
  const sent = await lea.send(`${draft}/check`, { charter: 1, address: ' Lea@Example.org ' });
  assert.equal(sent.location, '/contributions/sent?confirm');
  const english = await visitor(server).look(`${sent.location}&lang_ui=en`);
  assert.equal(english.status, 200, 'in the other language, too');
  assert.match(english.text, /<html lang="en"/);
  assert.equal((await lea.look(`${draft}/check`)).status, 404, 'the draft became the entry');
  const path = linkOf(await letterTo(server, 'lea@example.org'));
  const search = async () => (await (await fetch(`${server.url}/api/v1/entries?q=hameau+four`)).json()).items.filter((item) => item.title === 'Four à pain du hameau');
  assert.match((await lea.look(path)).text, /Rien n’est montré/);
  assert.deepEqual(await search(), []);
  assert.equal((await lea.send(path, { do: 'confirm' })).status, 303);
  const { text } = await visitor(server).look(path); // another device
  const id = idOf(/href="(\/entries\/[^"]+)"/.exec(text)[1]);
  const entry = await (await read(id)).json();
  assert.equal(entry.title, 'Four à pain du hameau');
  assert.equal(entry.place.territory, 'com-73065');
  assert.equal(entry.licence, 'CC-BY-SA-4.0');
  assert.deepEqual(entry.themes, ['food']);
  assert.equal(entry.needs[0].text, 'Fendre du bois');
});

test('what was written is found by the very next request', async () => {
  const lea = await signIn(server, 'next@example.org');
  const total = async () => (await (await fetch(`${server.url}/api/v1/entries?q=prochaine+requ%C3%AAte`)).json()).total;
  for (let i = 0; i < 5; i++) {
    assert.equal(await total(), i);
    const draft = await begin(lea, { what: { title: `La prochaine requête ${i}` } });
    const { status } = await lea.send(`${draft}/check`, { charter: 1 });
    assert.equal(status, 303);
  }
  assert.equal(await total(), 5);
});

test('RULE CONTRIBUTE-5: a lost link is found again by the address, edits and withdraws; the answer tells nothing', async () => {
  const who = visitor(server);
  await who.send(`${await begin(who, { what: { title: 'Prêt de vélos cargos' } })}/check`, { charter: 1, address: 'lost@example.org' });
  await who.send(linkOf(await letterTo(server, 'lost@example.org')), { do: 'confirm' });
  const again = visitor(server);
  const known = await again.send('/contributions/find', { address: 'LOST@example.org' });
  const unknown = await again.send('/contributions/find', { address: 'nobody@example.org' });
  assert.deepEqual([known.status, known.location], [unknown.status, unknown.location]);
  const path = linkOf(await letterTo(server, 'lost@example.org', 1));
  const edit = await again.send(path, { do: 'edit' });
  const draft = edit.location.replace(/\/what$/, '');
  assert.match((await again.look(`${draft}/what`)).text, /value="Prêt de vélos cargos"/);
  await fill(again, draft, { what: { title: 'Prêt de vélos et de remorques' } });
  const came = await again.send(`${draft}/check`, { reason: 'des remorques aussi' });
  assert.equal(came.status, 303);
  const id = idOf(came.location);
  assert.equal((await (await read(id)).json()).title, 'Prêt de vélos et de remorques');
  assert.equal((await again.send(path, { do: 'withdraw' })).status, 303);
  assert.match((await again.look(path)).text, /Retirée/);
  assert.equal((await again.look(`/entries/${id}`)).status, 404);
  assert.equal((await again.send(path, { do: 'anything' })).status, 400);
});

test('signed in it is shown at once; RULE CONTRIBUTE-3: anybody signed in edits, nobody without', async () => {
  const lea = await signIn(server, 'member@example.org');
  const came = await lea.send(`${await begin(lea, { what: { title: 'Soupe du jeudi' } })}/check`, { charter: 1 });
  const id = idOf(came.location);
  const noor = await signIn(server, 'noor@example.org');
  const { location } = await noor.send(`/entries/${id}/edit`);
  const draft = location.replace(/\/what$/, '');
  await fill(noor, draft, { what: { title: 'Soupe du vendredi' } });
  assert.equal((await noor.send(`${draft}/check`, { reason: 'le jour a changé' })).location, `/entries/${id}-soupe-du-vendredi`);
  assert.equal((await (await read(id)).json()).title, 'Soupe du vendredi');
  assert.equal((await visitor(server).look(`/entries/${id}/edit`)).location, `/sign-in?next=%2Fentries%2F${id}%2Fedit`);
  assert.equal((await visitor(server).send(`/entries/${id}/edit`)).status, 303);
});

test('of two who edit at once the second is told, and loses nothing', async () => {
  const lea = await signIn(server, 'first@example.org');
  const id = idOf((await lea.send(`${await begin(lea, { what: { title: 'Atelier couture' } })}/check`, { charter: 1 })).location);
  const noor = await signIn(server, 'second@example.org');
  const drafts = [];
  for (const who of [lea, noor]) drafts.push((await who.send(`/entries/${id}/edit`)).location.replace(/\/what$/, ''));
  await fill(lea, drafts[0], { what: { title: 'Atelier couture et tricot' } });
  await fill(noor, drafts[1], { what: { title: 'Atelier couture du soir' } });
  assert.equal((await lea.send(`${drafts[0]}/check`)).status, 303);
  const late = await noor.send(`${drafts[1]}/check`);
  assert.equal(late.status, 422);
  assert.match(late.text, new RegExp(`action="${drafts[1]}/merge"`));
  assert.match((await noor.look(`${drafts[1]}/what`)).text, /value="Atelier couture du soir"/);
  assert.equal((await (await read(id)).json()).title, 'Atelier couture et tricot');
});

test('RULE CONTRIBUTE-2: what holds a link waits for a moderator, and the author is told so', async () => {
  const who = await signIn(server, 'linker@example.org');
  const draft = await begin(who, { what: { title: 'Mon site' }, more: { website: 'example.org' } });
  assert.equal((await who.send(`${draft}/check`, { charter: 1 })).location, '/contributions/sent?held');
  const { items } = await (await fetch(`${server.url}/api/v1/entries?q=mon+site`)).json();
  assert.ok(!items.some((item) => item.title === 'Mon site'));
});

test('RULE CONTRIBUTE-6: what was added with an address belongs to who signs in with it', async () => {
  const guest = visitor(server);
  await guest.send(`${await begin(guest, { what: { title: 'Compost de l’immeuble' } })}/check`, { charter: 1, address: 'claim@example.org', ours: '1' });
  const path = linkOf(await letterTo(server, 'claim@example.org'));
  const lea = await signIn(server, 'claim@example.org', visitor(server), 1);
  assert.match((await lea.look('/account')).text, /Compost de l’immeuble/);
  assert.match((await guest.look(path)).text, /liée à votre compte/);
  assert.equal((await guest.send(path, { do: 'withdraw' })).status, 403);
});

test('RULE CONTRIBUTE-4: a draft is its own: not another\'s, not an invented one', async () => {
  const lea = await signIn(server, 'owner@example.org');
  const draft = await begin(lea);
  const thief = await signIn(server, 'draft-thief@example.org');
  for (const who of [thief, visitor(server)]) {
    for (const path of ['', '/what', '/check']) assert.equal((await who.look(draft + path)).status, 404);
    assert.equal((await who.send(`${draft}/what`, WHAT)).status, 404);
    assert.equal((await who.send(`${draft}/check`, { charter: 1, address: 'x@example.org' })).status, 404);
    assert.equal((await who.send(draft)).status, 404);
  }
  assert.equal((await lea.look(`/add/${'A'.repeat(32)}/what`)).status, 404);
  assert.equal((await lea.look(`${draft}/nowhere`)).status, 404);
  assert.equal((await lea.send(`${draft}/where`, { ...WHERE, do: 'later' })).location, draft);
  assert.match((await lea.look(draft)).text, /30 jours/);
  assert.equal((await lea.send(draft)).location, '/add');
  assert.equal((await lea.look(draft)).status, 404);
});

test('RULE CONTRIBUTE-4: what was begun signed in goes on from any browser, of that account only', async () => {
  const desk = await signIn(server, 'begun@example.org');
  await begin(desk, { what: { title: 'Cantine du marché' } });
  const phone = await signIn(server, 'begun@example.org', visitor(server), 1);
  const [, path] = /href="(\/add\/mine-[0-9a-f]{32}\/what)">Cantine du marché</.exec((await phone.look('/account')).text);
  assert.match((await phone.look(path)).text, /value="Cantine du marché"/);
  const stranger = await signIn(server, 'stranger@example.org');
  for (const who of [stranger, visitor(server)]) {
    assert.equal((await who.look(path)).status, 404);
    assert.equal((await who.send(path.replace('what', 'check'))).status, 404);
  }
  const came = await phone.send(path.replace('what', 'check'), { charter: 1 });
  assert.match(came.location, /^\/entries\/\d+-cantine-du-marche$/);
  assert.ok(!(await phone.look('/account')).text.includes('/add/mine-'));
});

test('what is wrong is told beside its field, and what was typed stays', async () => {
  const who = visitor(server);
  const draft = await begin(who, { what: { kind: 'event' } });
  const wrong = [
    ['what', { ...WHAT, kind: 'event', title: ' ' }, 'title'],
    ['what', { ...WHAT, title: 'é'.repeat(500) }, 'title'],
    ['what', { ...WHAT, kind: 'spaceship' }, 'kind'],
    ['what', { ...WHAT, summary: 'x'.repeat(2001) }, 'summary'],
    ['where', { ...WHERE, where: 'Xyzzyville-sur-Rien' }, 'where'],
    ['where', { ...WHERE, point: 'par là' }, 'point'],
    ['where', { ...WHERE, point: '145, 5' }, 'point'],
    ['where', { ...WHERE, address: '2 rue du Four', precision: 'commune' }, 'precision'],
    ['where', { ...WHERE, precision: '100m' }, 'point'],
    ['where', { ...WHERE, precision: 'atom' }, 'precision'],
    ['more', { email: 'pas une adresse' }, 'email'],
    ['more', { website: 'javascript:alert(1)' }, 'website'],
    ['more', { telephone: 'non' }, 'telephone'],
    ['more', { day: '2026-12-05', from: '18:30', last: '2026-12-04' }, 'day'],
    ['more', { day: '2026-02-31' }, 'day'],
  ];
  for (const [step, fields, field] of wrong) {
    const { status, text } = await who.send(`${draft}/${step}`, fields);
    assert.equal(status, 422, `${step} ${JSON.stringify(fields).slice(0, 80)}`);
    assert.deepEqual(fault(text), [field]);
  }
  const { text } = await who.send(`${draft}/where`, { ...WHERE, where: 'Xyzzyville', address: '12 rue Haute' });
  assert.match(text, /value="Xyzzyville"/);
  assert.match(text, /value="12 rue Haute"/);
  const none = await who.send(`${draft}/check`, { charter: 1, address: 'nope' });
  assert.equal(none.status, 422);
  assert.deepEqual(fault(none.text), ['address']);
});

test('a page that was left out is asked for in the end', async () => {
  const who = visitor(server);
  const { location } = await who.send('/add', { kind: 'idea' });
  const { status, text } = await who.send(location.replace(/what$/, 'check'), { address: 'a@example.org' });
  assert.equal(status, 422);
  assert.deepEqual(fault(text), ['title']);
});

test('a place is understood by name, postal code or both; of several of one name one chooses', async () => {
  const who = visitor(server);
  const draft = await begin(who);
  for (const where of ['73000 Chambéry', 'chambery 73000', 'Chambéry (73)']) {
    assert.equal((await who.send(`${draft}/where`, { ...WHERE, where })).status, 303, where);
    assert.match((await who.look(`${draft}/where`)).text, /value="Chambéry \(73\)"/);
  }
  const several = await who.send(`${draft}/where`, { ...WHERE, where: 'Saint-Denis' });
  assert.equal(several.status, 422);
  const codes = [...several.text.matchAll(/name="place" value="(com-\d\w+)"/g)].map(([, code]) => code);
  assert.ok(codes.length > 1, 'a choice');
  assert.equal((await who.send(`${draft}/where`, { ...WHERE, where: 'Saint-Denis', place: 'com-73065' })).status, 422, 'one of them');
  assert.equal((await who.send(`${draft}/where`, { ...WHERE, where: 'Saint-Denis', place: codes[1] })).status, 303);
});

test('an address that is not to be seen is not kept beside it, and an event keeps its hours', async () => {
  const who = await signIn(server, 'event@example.org');
  const draft = await begin(who, {
    what: { title: 'Fête du four', kind: 'event' },
    where: { point: '45.56461, 5.91781', precision: 'commune', address: '3 chemin secret' },
    more: { day: '2031-12-05', from: '18:30', to: '21:00' },
  });
  for (const [name, value] of [['day', '2031-12-05'], ['from', '18:30'], ['to', '21:00'], ['last', '']]) {
    assert.match((await who.look(`${draft}/more`)).text, new RegExp(`value="${value}" id="${name}"`), name);
  }
  const check = (await who.look(`${draft}/check`)).text;
  assert.ok(!check.includes('chemin secret'));
  const id = idOf((await who.send(`${draft}/check`, { charter: 1 })).location);
  const entry = await (await read(id)).text();
  assert.ok(!entry.includes('chemin secret'));
  assert.match(entry, /2031-12-05T18:30/);
  assert.match(entry, /2031-12-05T21:00/);
});

test('script in any field is text', async () => {
  const who = visitor(server);
  const evil = '"><script>alert(1)</script>';
  const draft = await begin(who, {
    what: { title: evil, summary: evil }, where: { name: evil, address: evil },
    more: { description: `${evil} [x](javascript:alert(1))`, 'need-thing': evil },
  });
  const { location } = await who.send('/add', { kind: 'idea' });
  for (const path of ['what', 'where', 'more', 'check'].map((step) => `${draft}/${step}`)) {
    const { text } = await who.look(path);
    assert.ok(!text.includes('<script>alert'), path);
    assert.ok(!/href="javascript:/.test(text), path);
  }
  const wrong = await who.send(location.replace(/what$/, 'where'), { where: evil, place: evil, precision: evil, point: evil });
  assert.ok(!wrong.text.includes('<script>alert'));
  assert.ok(!(await who.send('/contributions/find', { address: evil })).text.includes('<script>alert'));
});

test('a form of another site adds and changes nothing', async () => {
  const who = await signIn(server, 'crossed@example.org');
  const draft = await begin(who);
  for (const headers of [{ Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }, {}]) {
    for (const path of ['/add', draft, `${draft}/what`, `${draft}/check`, '/contributions/find']) {
      assert.equal((await who.send(path, WHAT, headers)).status, 403, path);
    }
  }
  assert.match((await who.look(`${draft}/what`)).text, /value="Le verger de la fruitière"/);
});

test('what an import brought and the form has no field for stays through an edit', async () => {
  importEntries(server.folder, 'rich', [{
    id: 'rich', kind: 'initiative', title: 'Épicerie riche', themes: ['local-food'], tags: ['épicerie'],
    contacts: [{ kind: 'social', value: 'https://social.example/@epicerie' }, { kind: 'email', value: 'e@example.org' }],
    needs: [{ sort: 'time', text: 'Tenir la caisse' }, { sort: 'time', text: 'Livrer' }], figures: [{ value: '12', label: 'familles' }],
    place: { city: 'Chambéry', territory: 'com-73065', precision: 'commune' },
  }]);
  const who = await signIn(server, 'rich@example.org');
  const { items } = await (await fetch(`${server.url}/api/v1/entries?source=rich`)).json();
  const { id } = items[0];
  const draft = (await who.send(`/entries/${id}/edit`)).location.replace(/\/what$/, '');
  await fill(who, draft, { what: { title: 'Épicerie très riche' }, where: { precision: 'commune' }, more: { email: 'e@example.org', 'need-time': 'Tenir la caisse' } });
  assert.equal((await who.send(`${draft}/check`, {})).status, 303);
  const entry = await (await read(id)).json();
  assert.equal(entry.title, 'Épicerie très riche');
  assert.deepEqual(entry.themes, ['local-food']);
  assert.deepEqual(entry.tags, ['épicerie']);
  assert.deepEqual(entry.needs.map((need) => need.text), ['Tenir la caisse', 'Livrer']);
  assert.equal(entry.figures.length, 1);
  assert.ok(entry.contacts.some((contact) => contact.value === 'https://social.example/@epicerie'));
});
