// Who is let in where, swept over all routes of the program: each row of `agora routes`, as each sort of person, with
// what is theirs, what is somebody else's, and what is not there. What is expected comes from the row's own capability
// and, where an address stands for something that is not everybody's, from whose it is (WHOSE); a row that asks for more
// than nothing and names something is refused here until it says whose that is.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { PNG } from 'pngjs';
import { agora, importEntries, letterTo, signIn, start, teamOf, visitor } from './harness.mjs';

let server;
let routes;
const people = new Map(); // name → {look, send, id}
const store = (statement) => teamOf.sql(server.folder, statement);

// ---- the world: two of everything, A in Savoie, B in Isère ----

const NOBODY = { name: 'nobody', grants: [] };
const PEOPLE = [
  NOBODY,
  { name: 'author', grants: [] }, // brought both, is of no team
  { name: 'lead-a', team: 'A', leads: true, grants: [] },
  { name: 'mate-a', team: 'A', grants: [] },
  { name: 'lead-b', team: 'B', leads: true, grants: [] },
  { name: 'steward-a', grants: [['steward', 'A']] },
  { name: 'steward-b', grants: [['steward', 'B']] },
  { name: 'moderator-a', grants: [['moderator', 'A']] },
  { name: 'moderator-b', grants: [['moderator', 'B']] },
  { name: 'helper-a', grants: [['helper', 'A']] },
  { name: 'admin', grants: [['admin', null]] },
];
const DEPARTMENTS = { A: 'dep-73', B: 'dep-38' };
const OBJECTS = ['A', 'B', 'none'];
const things = { A: {}, B: {} }; // name → number, secret or name: what stands for {…} in an address
const NOT_THERE = { id: '999999999', revision: '999999999', person: '999999999', pair: '999999998-999999999', featureId: '999999999',
  draft: 'x'.repeat(32), token: 'x'.repeat(32), name: `${'0'.repeat(32)}-9x9`, file: '480.jpg', code: 'com-00000', slug: 'not-there', number: '999999' };

const isIn = (who, object) => who.team === object;
const holds = (...roles) => (who, object) => who.grants.some(([role, at]) => (role === 'admin' || roles.includes(role)) && (at === null || at === object));
const anybody = () => true;
const signedIn = (who) => who !== NOBODY;
const either = (...rules) => (who, object) => rules.some((rule) => rule(who, object));
const leads = (who, object) => isIn(who, object) && who.leads === true;
const hasRole = (who) => who.grants.some(([role]) => role !== 'helper'); // a helper has no power over what others wrote
const helped = (who, object) => who.name === 'helper-a' && object === 'A';

const ANY_ROLE = holds('steward', 'moderator');
const MODERATES = holds('moderator');
const REASON = { reason: 'Parce que.' };

// Whose something is: by the address, `may` who is let in; `acts` what a hostile hand may send there, each with who may do
// that, where not all who may look; `harmless` what those who may send without changing the world for the next. `take`: what
// stands for the captures.
const WHOSE = {
  '/entries/{id}/edit': { may: signedIn },
  '/entries/{id}/history/{revision}/restore': { may: signedIn, harmless: { revision: 'x' }, acts: [REASON] },
  '/entries/{id}/team': { may: isIn, harmless: { do: 'nothing' }, acts: [[{ leave: 1 }, isIn],
    ...[{ do: 'invite', address: 'evil@example.org', role: 'lead' }, { do: 'name', name: 'À nous' }, { keep: '0' }, { keep: '1' }, { lead: '2' }, { member: '2' }, { out: '2' }, { out: '3' }, { 'take-back': 'invited@example.org' }]
      .map((act) => [act, leads])] },
  '/entries/{id}/confirm': { may: signedIn },
  '/entries/{id}/news/new': { may: isIn, harmless: {}, acts: [{ sort: 'step', happened: '2025', title: 'À nous', text: '' }] },
  '/entries/{id}/news/{news}/edit': { may: isIn, harmless: { version: 'x' }, acts: [{ do: 'take-back' }, { do: 'show' }, { sort: 'step', happened: '2025', title: 'À nous', text: '', version: '1' }] },
  '/entries/{id}/news/{news}/photos': { may: isIn, harmless: { do: 'keep' }, acts: [{ do: 'keep' }] },
  '/entries/{id}/news/{news}/documents': { may: isIn, harmless: { do: 'keep' }, acts: [{ do: 'keep' }] },
  '/entries/{id}/news/{news}/media/{name}/{file}': { may: either(isIn, MODERATES), take: { name: 'newsPhoto' } },
  '/entries/{id}/news/{news}/media/{name}': { may: either(isIn, MODERATES), take: { name: 'newsDocument' } },
  '/suggestions/{id}': { may: either(isIn, ANY_ROLE), take: { id: 'suggestion' }, harmless: { do: 'change' }, acts: [{}, { do: 'accept' }, { do: 'decline', answer: 'Non.' }, { do: 'change' }] },
  'POST /invitations/{token}': { may: signedIn, take: { token: 'invitation' }, once: 'author' },
  '/administration': { may: hasRole },
  '/duplicates': { may: hasRole },
  '/duplicates/merged': { may: hasRole },
  '/duplicates/{pair}': { may: ANY_ROLE, harmless: {}, acts: [REASON, { ...REASON, do: 'part' }, { ...REASON, kept: 'second' }] },
  '/duplicates/merged/{id}': { may: ANY_ROLE, take: { id: 'merged' }, harmless: {}, acts: [REASON] },
  '/moderation/entries/{id}': { may: MODERATES, acts: ['nothing', 'correct', 'hold', 'remove', 'publish', 'ask'].map((act) => ({ act, ...REASON })) },
  '/moderation/entries/{id}/media/{name}/{file}': { may: MODERATES },
  '/moderation/entries/{id}/network': { may: MODERATES, acts: [{ days: '7', ...REASON }] },
  '/moderation/entries/{id}/people/{person}': { may: MODERATES, acts: ['warn', 'block', 'unblock'].map((act) => ({ act, days: '7', ...REASON })) },
  '/moderation/entries/{id}/people/{person}/undo': { may: MODERATES, acts: [{ from: '2020-01-01', to: '2099-12-31', ...REASON }, { of: '1', ...REASON }] },
  '/entries/{id}/claim': { may: signedIn },
  '/claims': { may: hasRole },
  '/claims/{id}': { may: ANY_ROLE, take: { id: 'claim' }, acts: [{ do: 'give', ...REASON }, { do: 'refuse', ...REASON }, { do: 'end', ...REASON }] },
  '/moderation/entries/{id}/media/{name}': { may: MODERATES, take: { name: 'document' } },
  '/moderation/appeals/{id}': { may: MODERATES, take: { id: 'appeal' }, acts: [{ act: 'keep', ...REASON }, { act: 'publish', ...REASON }, { act: 'unblock', ...REASON }] },
  '/account/contributions/{id}': { may: () => false, take: { id: 'brought' } },
  '/help/people/{id}': { may: helped, take: { id: 'helped' }, harmless: {}, acts: [{ consent: 'in-person', agreed: '1' }] },
  '/help/people/{id}/paper': { may: helped, take: { id: 'helped' } },
  // Secrets: whoever holds one is who it was made for, except what an account began, which is that account's alone.
  '/add/{draft}': { may: (who, object) => who.name === things[object].owner, acts: [{}, { do: 'drop' }], once: 'owner' },
  '/add/{draft}/photos': { may: (who, object) => who.name === things[object].owner, harmless: { do: 'keep' }, acts: [{ do: 'keep' }] },
  '/add/{draft}/documents': { may: (who, object) => who.name === things[object].owner, harmless: { do: 'keep' }, acts: [{ do: 'keep' }] },
  '/add/{draft}/media/{name}': { may: (who, object) => who.name === things[object].owner, take: { name: 'draftDocument' } },
  '/add/{draft}/media/{name}/{file}': { may: (who, object) => who.name === things[object].owner, take: { name: 'draftPhoto' } },
  '/add/{draft}/merge': { may: (who, object) => who.name === things[object].owner, take: { draft: 'change' }, harmless: { revision: 'x' }, acts: [{ revision: '1', title: 'mine' }] },
  '/add/{draft}/{step}': { may: (who, object) => who.name === things[object].owner, harmless: { title: '' }, acts: [{ title: 'À nous', kind: 'place', summary: 'Volé.' }] },
};
const whoseOf = ({ method, path }) => WHOSE[`${method} ${path}`] ?? WHOSE[path] ?? {};

// Rows whose captures are of no person: what to put there so that it is something, for everybody the same.
const EVERYBODYS = { code: 'dep-73', slug: 'democracy', number: '1', z: '5', x: '16', y: '11', size: '1', person: '1', step: 'what' };
const ELSEWHERE = {
  '/icons/{name}.png': { name: '192' },
  '/assets/{file}': { file: 'asset' },
  '/tiles/{z}/{x}/{y}/{size}.json': { size: '256' },
  '/ogc/collections/{id}': { id: 'entries' },
  '/ogc/collections/{id}/schema': { id: 'entries' },
  '/ogc/collections/{id}/items': { id: 'entries' },
  '/ogc/collections/{id}/items/{featureId}': { id: 'entries', featureId: 'id' },
  '/administration/sources/{slug}': { slug: 'source' },
  '/administration/sources/{slug}/state': { slug: 'source' },
  '/administration/people/{id}': { id: 'person' },
  '/administration/people/{id}/power': { id: 'person' },
  '/people/{id}': { id: 'person' },
  '/invitations/{token}': { token: 'invitation' },
  '/media/{name}': { name: 'document' },
  '/claims/link/{token}': { token: 'claimLink' },
  '/contributions/{token}': { token: 'contribution' },
  '/decisions/{token}': { token: 'decision' },
  '/still/{token}': { token: 'still' },
  '/still/{token}/stop': { token: 'still' },
  '/sign-in/link/{token}': { token: 'link' },
};

const capturesOf = (path) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
// The address of a row for one of the objects; null when nothing of the kind is known here.
function addressOf(route, object) {
  const { path } = route;
  let known = true;
  const address = path.replace(/\{(\w+)\}/g, (_, name) => {
    const word = whoseOf(route).take?.[name] ?? ELSEWHERE[path]?.[name] ?? name;
    if (object === 'none') return NOT_THERE[name] ?? '999';
    const value = things[object][word] ?? (word === name ? EVERYBODYS[name] : word);
    known &&= value !== undefined;
    return value;
  });
  return known ? address : null;
}

const photo = () => {
  const picture = new PNG({ width: 60, height: 40, colorType: 2 });
  for (let i = 0; i < 60 * 40; i++) picture.data.set([i & 255, (i >> 4) & 255, 90, 255], 4 * i);
  return PNG.sync.write(picture, { colorType: 2 });
};
async function takePhoto(who, draft) {
  const form = new FormData();
  form.append('photo', new Blob([photo()], { type: 'image/png' }), 'x.png');
  assert.equal((await who.send(`${draft}/photos`, form)).status, 303);
  return /\/media\/([0-9a-f]{32}-\d+x\d+)\//.exec((await who.look(`${draft}/photos`)).text)[1];
}
async function takeDocument(who, draft, words) {
  const form = new FormData();
  form.append('document', new Blob([`%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n% ${words}\ntrailer<</Root 1 0 R>>\n%%EOF\n`], { type: 'application/pdf' }), 'x.pdf');
  assert.equal((await who.send(`${draft}/documents`, form)).status, 303);
  return /\/media\/([0-9a-f]{32}-\d+\.[a-z]+)"/.exec((await who.look(`${draft}/documents`)).text)[1];
}
const begun = (answer) => answer.location.match(/\/add\/([^/]+)/)[1];

async function makePeople() {
  await Promise.all(PEOPLE.slice(1).map(async ({ name }) => {
    const who = await signIn(server, `${name}@example.org`);
    people.set(name, { ...who, id: JSON.parse((await who.look('/account/data')).text).id });
    await who.send('/account/profile', { name });
  }));
  for (const { name, grants } of PEOPLE) {
    for (const [role, at] of grants) {
      assert.equal(agora('user', '--data', server.folder, 'grant', `${name}@example.org`, role, ...(at ? ['--territory', DEPARTMENTS[at]] : [])).status, 0);
    }
  }
  people.set('nobody', visitor(server));
}

// One department's worth of everything.
async function makeThings(object, entries, asset) {
  const thing = things[object];
  const at = `-${object.toLowerCase()}@example.org`;
  const [id, second, mergedInto, merged, decided] = ['one', 'two', 'three', 'four', 'five'].map((name) => entries.get(`${name} ${object}`));
  const admin = people.get('admin');
  const author = people.get('author');
  const lead = people.get(`lead-${object.toLowerCase()}`);
  Object.assign(thing, { id: String(id), person: String(author.id), source: 'fixture', asset, pair: `${Math.min(id, second)}-${Math.max(id, second)}`, file: '480.jpg' });
  store(`INSERT INTO contribution VALUES (${id}, ${id}, ${author.id}, '', 'fr', 1, 1, 0, 0, 1)`);
  store(`INSERT INTO contribution_network VALUES (${id}, x'${(object === 'A' ? 'aa' : 'bb').repeat(16)}', ${Date.now()})`);
  teamOf(server.folder, id, object === 'A' ? [lead.id, people.get('mate-a').id] : [lead.id]);
  // a photo, in the entry and in a draft
  const shown = begun(await lead.send(`/entries/${id}/edit`));
  thing.name = await takePhoto(lead, `/add/${shown}`);
  thing.document = await takeDocument(lead, `/add/${shown}`, `shown ${object}`);
  assert.equal((await lead.send(`/add/${shown}/check`, { reason: 'Une photo.' })).status, 303);
  thing.owner = `lead-${object.toLowerCase()}`;
  thing.draft = begun(await lead.send('/add', { kind: 'place' }));
  await lead.send(`/add/${thing.draft}/what`, { title: `Brouillon ${object}`, kind: 'place' });
  thing.draftPhoto = await takePhoto(lead, `/add/${thing.draft}`);
  thing.draftDocument = await takeDocument(lead, `/add/${thing.draft}`, `kept ${object}`);
  thing.revision = /history\/(\d+)"/.exec((await lead.look(`/entries/${id}/history`)).text)[1];
  // a change that somebody else overtook
  thing.change = begun(await lead.send(`/entries/${id}/edit`));
  await lead.send(`/add/${thing.change}/what`, { title: `one ${object}`, summary: 'Le mien.', kind: 'place' });
  const other = begun(await admin.send(`/entries/${id}/edit`));
  await admin.send(`/add/${other}/what`, { title: `one ${object}`, summary: 'Le leur.', kind: 'place' });
  await admin.send(`/add/${other}/check`, REASON);
  // what waits for the team, who keeps the entry
  assert.equal((await lead.send(`/entries/${id}/team`, { keep: '1' })).status, 303);
  assert.equal((await lead.send(`/entries/${id}/team`, { do: 'invite', address: `invited${at}`, role: 'member' })).status, 303);
  thing.invitation = /\/invitations\/([\w-]+)/.exec(await letterTo(server, `invited${at}`))[1];
  thing.news = /\d+$/.exec((await lead.send(`/entries/${id}/news/new`, { sort: 'step', happened: '2025', title: `Fait ${object}`, text: '' })).location)[0];
  thing.newsPhoto = await takePhoto(lead, `/entries/${id}/news/${thing.news}`);
  thing.newsDocument = await takeDocument(lead, `/entries/${id}/news/${thing.news}`, `told ${object}`);
  thing.still = `still-so-${object}`.padEnd(32, 'x');
  const [digest] = spawnSync('b2sum', ['-l', '128'], { input: thing.still, encoding: 'utf8' }).stdout.split(' ');
  store(`INSERT INTO freshness_ask VALUES (x'${digest}', ${id}, x'${digest}', 'person:${lead.id}', 2, ${Date.now()}, 0)`);
  const suggested = begun(await author.send(`/entries/${id}/edit`));
  await author.send(`/add/${suggested}/what`, { title: `one ${object}, mieux`, summary: 'Le leur.', kind: 'place' });
  await author.send(`/add/${suggested}/check`, REASON);
  thing.suggestion = store(`SELECT max(id) FROM suggestion WHERE entry_id = ${id}`);
  // what was merged, and a decision with its appeal
  assert.equal((await admin.send(`/duplicates/${Math.min(mergedInto, merged)}-${Math.max(mergedInto, merged)}`, REASON)).status, 303);
  thing.merged = store(`SELECT id FROM duplicate_merge WHERE merged_id IN (${mergedInto}, ${merged})`);
  const guest = visitor(server);
  await guest.send(`/entries/${decided}/flag`, { reason: 'wrong', address: `report${at}` });
  assert.equal((await admin.send(`/moderation/entries/${decided}`, { act: 'nothing', ...REASON })).status, 303);
  thing.decision = /\/decisions\/([\w-]+)/.exec(await letterTo(server, `report${at}`))[1];
  await guest.send(`/decisions/${thing.decision}`, { words: 'Si.' });
  thing.appeal = store(`SELECT decision_id FROM decision_reply WHERE entry_id = ${decided}`);
  // a claim that waits for a word, and one whose address is asked
  const claim = (which, way) => author.send(`/entries/${entries.get(`${which} ${object}`)}/claim`, { who: 'Léa', words: 'C’est nous.', way });
  assert.equal((await claim('six', 'word')).status, 303);
  thing.claim = store(`SELECT id FROM claim WHERE entry_id = ${entries.get(`six ${object}`)}`);
  assert.equal((await claim('seven', 'contact')).status, 303);
  thing.claimLink = /\/claims\/link\/([\w-]+)/.exec(await letterTo(server, `seven-${object.toLowerCase()}@example.net`))[1];
  // a guest's entry and its link; a link to sign in
  const { location } = await guest.send('/add', { kind: 'event' });
  await guest.send(location, { title: `Chantier ${object}`, summary: 'On plante.', kind: 'event', state: '' });
  await guest.send(location.replace(/what$/, 'check'), { address: `guest${at}`, charter: 1 });
  thing.contribution = /\/contributions\/([\w-]+)/.exec(await letterTo(server, `guest${at}`))[1];
  await guest.send('/sign-in', { address: `link${at}` });
  thing.link = /\/sign-in\/link\/([\w-]+)/.exec(await letterTo(server, `link${at}`))[1];
}

before(async () => {
  const [head, ...rows] = agora('routes').stdout.trimEnd().split('\n').map((line) => line.split('\t'));
  routes = rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at]])));
  server = await start();
  importEntries(server.folder, 'fixture', ['A', 'B'].flatMap((object) => ['one', 'two', 'three', 'four', 'five', 'six', 'seven'].map((name) => (
    { id: `${name}-${object}`, kind: 'place', title: `${name} ${object}`,
      place: { territory: object === 'A' ? 'com-73065' : 'com-38185', address: '12 rue Basse', precision: 'commune', ...(object === 'A' ? { latitude: 45.5661, longitude: 5.9171 } : { latitude: 45.1885, longitude: 5.7245 }) },
      contacts: [{ kind: 'email', value: `${name}-${object.toLowerCase()}@example.net` }] }))));
  const { items } = await (await fetch(`${server.url}/api/v1/entries?limit=50`)).json();
  await makePeople();
  const entries = new Map(items.map(({ id, title }) => [title, id]));
  const [, asset] = /"\/assets\/([^"]+\.css)"/.exec((await people.get('nobody').look('/')).text);
  await Promise.all(['A', 'B'].map((object) => makeThings(object, entries, asset)));
  const helper = people.get('helper-a');
  const begun = await helper.send('/help/begin', { name: 'Odette', where: 'Cognin', consent: 'in-person', agreed: '1' });
  [things.A.helped] = /\d+/.exec(begun.location);
  await helper.send('/help/end');
});
after(() => server.stop());

// ---- what is expected ----

const CAPABILITIES = {
  anyone: anybody,
  member: signedIn,
  moderator: (who) => who.grants.some(([role]) => role === 'moderator' || role === 'admin'),
  steward: (who) => who.grants.some(([role]) => role === 'steward' || role === 'admin'),
  admin: (who) => who.grants.some(([role]) => role === 'admin'),
  helper: (who) => who.grants.some(([role]) => role === 'helper'),
};
// How an answer treats who asked: 'in', 'refused', 'not there', 'sign in'; or 'told', on the page that they may see, what is wrong.
const treats = ({ status, location }) => (status === 303 && /^\/sign-in(\?next=|$)/.test(location) ? 'sign in'
  : status === 401 || status === 403 ? 'refused' : status === 404 ? 'not there' : status >= 400 && status < 500 ? 'told' : status < 400 ? 'in' : `${status}`);
// What may be answered to somebody for an object; `may` is the rule of the act, who may not do it may still see the page.
function expected(route, who, object, may) {
  if (route.path === '/sign-in/code') return ['sign in']; // until a code was asked for
  if (!CAPABILITIES[route.may](who)) return who === NOBODY ? (route.audience === 'people' ? ['sign in'] : ['refused']) : ['refused'];
  if (object === 'none') return ['not there', 'told', 'refused'];
  return may(who, object) ? ['in', 'told'] : mayOf(route)(who, object) ? ['refused', 'not there', 'told'] : ['refused', 'not there'];
}
const mayOf = (route) => whoseOf(route).may ?? anybody;
const objectsOf = (route) => (capturesOf(route.path).length > 0 ? OBJECTS : ['A']);

// All that is stored but what counts tries and what the server notes for itself, as a digest for each table.
function stored() {
  const tables = store("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'territory%' AND name NOT LIKE 'theme%' AND name NOT IN ('person_try', 'person_session', 'job', 'concept', 'concept_label', 'scheme', 'scheme_title', 'duplicate_progress', 'duplicate_hint', 'duplicate_pair', 'instance_note')").split('\n');
  const lines = store(tables.map((name) => `SELECT '${name}', * FROM "${name}";`).join('\n')).split('\n');
  return new Map(tables.map((name) => [name, createHash('sha256').update(lines.filter((line) => line.startsWith(`${name}|`)).join('\n')).digest('hex')]));
}

// ---- the sweep ----

test('what names something that is not everybody’s says whose it is', () => {
  assert.ok(routes.length > 150, String(routes.length));
  for (const route of routes) {
    if (route.may === 'anyone' || route.may === 'admin' || capturesOf(route.path).length === 0) continue;
    assert.ok(whoseOf(route).may, `${route.path}: whose is it? (WHOSE)`);
  }
  for (const key of Object.keys(WHOSE)) assert.ok(routes.some(({ method, path }) => key === path || key === `${method} ${path}`), `no route ${key} any more`);
});

test('each page lets in who may, and nobody else: own, other, none', async () => {
  let asked = 0;
  for (const route of routes.filter(({ method }) => method === 'GET')) {
    for (const object of objectsOf(route)) {
      const address = addressOf(route, object);
      if (address === null) continue;
      const isOpen = route.may === 'anyone' && !whoseOf(route).may;
      for (const who of isOpen && route.audience !== 'people' ? PEOPLE.filter(({ name }) => ['nobody', 'author', 'admin'].includes(name)) : PEOPLE) {
        const found = treats(await people.get(who.name).look(address));
        const wanted = expected(route, who, object, mayOf(route));
        assert.ok(wanted.includes(found), `GET ${address} (${object}) as ${who.name}: ${found}, not ${wanted.join(' or ')}`);
        asked++;
      }
    }
  }
  assert.ok(asked > 1000, String(asked));
});

// What a hand may send to a row: each act with its rule.
function actsOf(route) {
  const { acts = [{}], may = anybody } = whoseOf(route);
  return acts.map((act) => (Array.isArray(act) ? act : [act, may]));
}

test('what somebody may not send is refused, and changes nothing that is stored', async () => {
  let sent = 0;
  let before = stored();
  for (const route of routes.filter(({ method }) => method === 'POST')) {
    for (const object of objectsOf(route)) {
      const address = addressOf(route, object);
      if (address === null) continue;
      for (const who of PEOPLE) {
        for (const [fields, may] of actsOf(route)) {
          const wanted = expected(route, who, object, may);
          if (wanted.includes('in') || (route.may === 'anyone' && !whoseOf(route).may)) continue;
          const found = treats(await people.get(who.name).send(address, fields));
          assert.ok(wanted.includes(found), `POST ${address} (${object}) ${JSON.stringify(fields)} as ${who.name}: ${found}, not ${wanted.join(' or ')}`);
          sent++;
        }
      }
    }
    const now = stored();
    for (const [table, digest] of now) assert.equal(digest, before.get(table), `${table} is not what it was, after POST ${route.path}`);
    before = now;
  }
  assert.ok(sent > 600, String(sent));
});

test('no form is taken from another site, whoever is signed in, and nothing is stored', async () => {
  const before = stored();
  for (const route of routes.filter(({ method, audience }) => method === 'POST' && audience === 'people')) {
    const { status } = await people.get('admin').send(addressOf(route, 'A') ?? addressOf(route, 'none'), {}, { Origin: 'https://evil.example' });
    assert.equal(status, 403, route.path);
  }
  assert.deepEqual(stored(), before);
});

test('RULE CONTRIBUTE-3: a role for one territory sees and does elsewhere what anybody signed in does', async () => {
  for (const object of ['A', 'B']) {
    for (const who of PEOPLE.slice(1)) {
      const hand = people.get(who.name);
      const whole = isIn(who, object) || ANY_ROLE(who, object);
      const path = `/entries/${things[object].id}/edit`;
      assert.equal(/lui est proposé/.test((await hand.look(path)).text), !whole, `${who.name} changes what the team of ${object} keeps`);
      const draft = `/add/${begun(await hand.send(path))}`;
      assert.equal(/12 rue Basse/.test((await hand.look(`${draft}/where`)).text), whole, `${who.name} sees the address of ${object}`);
      assert.equal((await hand.send(draft, { do: 'drop' })).status, 303);
    }
  }
});

test('what somebody may send is let in', async () => {
  const last = ['/sign-out', '/account/delete']; // these end a session
  const posts = routes.filter(({ method, path }) => method === 'POST' && !last.includes(path));
  // what is consumed by one comes behind what needs it
  posts.sort((a, b) => (whoseOf(a).once ? 1 : 0) - (whoseOf(b).once ? 1 : 0));
  for (const route of posts) {
    const { harmless = {}, once, may = anybody } = whoseOf(route);
    for (const object of objectsOf(route).filter((one) => one !== 'none')) {
      const address = addressOf(route, object);
      if (address === null) continue;
      const first = once === 'owner' ? things[object].owner : once;
      for (const who of PEOPLE.filter(({ name }) => !first || name === first)) {
        if (!expected(route, who, object, may).includes('in')) continue;
        const found = treats(await people.get(who.name).send(address, harmless));
        assert.ok(found === 'in' || found === 'told', `POST ${address} as ${who.name}: ${found}`);
      }
    }
  }
});
