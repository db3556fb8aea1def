// What people changed lately: page and feed, by territory and theme.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parseAtomFeed } from 'feedsmith';
import { agora, importEntries, signIn, start, teamOf, visitor } from './harness.mjs';

const LOOKED_AT_MAX = 4000; // HISTORY_LOOKED_AT_MAX
const ENTRIES = [
  { id: 'a', kind: 'place', title: 'Atelier', themes: ['water'], place: { territory: 'com-73065', address: '12 rue Basse', precision: 'commune' },
    contacts: [{ kind: 'telephone', value: '0479000000', visibility: 'team' }] },
  { id: 'b', kind: 'place', title: 'Bois & <haies>', themes: ['education'], place: { territory: 'com-38185' } },
];
let server;
let lea;
const entries = new Map();
const look = async (path) => (await visitor(server).look(path)).text;
const listed = async (path) => [...(await look(path)).matchAll(/<li><span><a href="\/entries\/\d+[^"]*">([^<]*)</g)].map(([, title]) => title);

// One edit, as a person makes it.
async function edit(who, title, fields, reason) {
  const { location } = await who.send(`/entries/${entries.get(title)}/edit`);
  assert.equal((await who.send(location, { title, kind: 'place', ...fields })).status, 303);
  assert.equal((await who.send(location.replace(/what$/, 'check'), { reason })).status, 303);
}

before(async () => {
  server = await start();
  importEntries(server.folder, 'fixture', ENTRIES);
  const { items } = await (await fetch(`${server.url}/api/v1/entries`)).json();
  for (const { id, title } of items) entries.set(title, id);
  lea = await signIn(server, 'lea@example.org');
  await lea.send('/account/profile', { name: 'Léa', 'name-seen': 'public' });
});
after(() => server.stop());

test('who changed which entry, when, why and which parts, the latest first; imports are not in it', async () => {
  assert.match(await look('/changes'), /Personne n’a encore rien changé ici/);
  await edit(lea, 'Atelier', { summary: 'Ouvert le mardi' }, 'Le lundi est fini.');
  await edit(lea, 'Bois & <haies>', { summary: 'Des haies' }, 'Un <résumé>.');
  const page = await look('/changes');
  assert.deepEqual(await listed('/changes'), ['Bois &amp; &lt;haies&gt;', 'Atelier']);
  assert.match(page, /<span class="state">Léa<\/span><small><a href="\/entries\/\d+\/history\/\d+"><time[^>]*>[^<]*<\/time><\/a> · Résumé · Un &lt;résumé&gt;\./);
  assert.match(page, /<link rel="alternate" type="application\/atom\+xml" href="\/changes\.atom">/);
});

test('by territory, however wide, by its name, and by theme; what is neither is not found', async () => {
  for (const query of ['territory=com-73065', 'territory=dep-73', 'territory=reg-84&theme=water', 'place=Savoie', 'theme=water']) {
    assert.deepEqual(await listed(`/changes?${query}`), ['Atelier'], query);
  }
  assert.equal((await listed('/changes?territory=reg-84')).length, 2);
  assert.deepEqual(await listed('/changes?territory=dep-73&theme=education'), []);
  for (const path of ['/changes?territory=com-1', '/changes?theme=nothing', '/changes?place=zzzzqqq', '/changes.atom?theme=nothing']) {
    assert.equal((await visitor(server).look(path)).status, 404, path);
  }
  assert.match(await look('/territories/dep-73-savoie'), /href="\/changes\?territory=dep-73"/);
  assert.match(await look('/themes/water'), /href="\/changes\?theme=water"/);
});

test('the feed is Atom, names author, parts and why, and leads to the version', async () => {
  const answer = await visitor(server).look('/changes.atom?territory=dep-73');
  assert.equal(answer.headers.get('content-type'), 'application/atom+xml; charset=utf-8');
  const feed = parseAtomFeed(answer.text);
  assert.equal(feed.title.value, 'Ce qui a changé · Savoie (73) · Agora');
  assert.equal(feed.links.find(({ rel }) => rel === 'self').href, `${server.url}/changes.atom?territory=dep-73`);
  assert.equal(feed.entries.length, 1);
  const [entry] = feed.entries;
  assert.equal(entry.title.value, 'Atelier · Résumé');
  assert.equal(entry.summary.value, 'Le lundi est fini.');
  assert.equal(entry.authors[0].name, 'Léa');
  assert.equal(feed.updated, entry.updated);
  assert.equal((await fetch(entry.links.find(({ rel }) => rel === 'alternate').href)).status, 200);
  const english = parseAtomFeed(await look('/changes.atom?territory=dep-73&lang_ui=en'));
  assert.match(english.entries[0].title.value, /^Atelier · Summary$/);
});

test('the same as JSON: by territory and theme, page by page, not sent twice, and what is malformed is named', async () => {
  const json = async (query) => (await fetch(`${server.url}/api/v1/changes${query}`)).json();
  const all = await json('');
  assert.deepEqual(all.items.map(({ title }) => title), ['Bois & <haies>', 'Atelier']);
  assert.equal(all.next, null);
  const [, atelier] = all.items;
  assert.equal(atelier.entry, entries.get('Atelier'));
  assert.deepEqual([atelier.author, atelier.reason, atelier.is_new, atelier.fields], [{ sort: 'person', name: 'Léa' }, 'Le lundi est fini.', false, ['summary']]);
  for (const url of [atelier.url, atelier.entry_url]) assert.equal((await fetch(url)).status, 200, url);
  for (const query of ['?territory=com-73065', '?territory=dep-73', '?territory=reg-84&theme=water', '?theme=water']) {
    assert.deepEqual((await json(query)).items, [atelier], query);
  }
  assert.deepEqual((await json('?territory=dep-73&theme=education')).items, []);
  const first = await json('?territory=reg-84&limit=1');
  assert.deepEqual(first.items.map(({ id }) => id), [all.items[0].id]);
  assert.match(first.next, /territory=reg-84&limit=1&cursor=\d+$/);
  assert.deepEqual((await (await fetch(first.next)).json()).items, [atelier]);
  for (const [query, field] of [['?territory=com-1', 'territory'], ['?theme=nothing', 'theme'], ['?limit=0', 'limit'], ['?limit=101', 'limit'], ['?cursor=x', 'cursor'], ['?cursor=-1', 'cursor'], ['?before=1', 'before']]) {
    const refused = await fetch(`${server.url}/api/v1/changes${query}`);
    assert.equal(refused.status, 400, query);
    assert.match(await refused.text(), new RegExp(field), query);
  }
  const answer = await fetch(`${server.url}/api/v1/changes`);
  assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  const again = await fetch(`${server.url}/api/v1/changes`, { headers: { 'If-None-Match': answer.headers.get('etag') } });
  assert.equal(again.status, 304);
});

test('RULE HISTORY-2: an entry that is not shown any more leaves page and feed with all its versions', async () => {
  const moderator = await signIn(server, 'moderator@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'moderator@example.org', 'moderator').status, 0);
  const decide = (act) => moderator.send(`/moderation/entries/${entries.get('Atelier')}`, { act, reason: 'Parce que.' });
  assert.equal((await decide('hold')).status, 303);
  assert.deepEqual(await listed('/changes?territory=dep-73'), []);
  assert.equal(parseAtomFeed(await look('/changes.atom?territory=dep-73')).entries?.length ?? 0, 0);
  assert.deepEqual(JSON.parse(await look('/api/v1/changes?territory=dep-73')).items, []);
  assert.equal((await decide('publish')).status, 303);
  assert.ok((await listed('/changes?territory=dep-73')).length >= 1);
  assert.doesNotMatch(await look('/changes') + await look('/changes.atom') + await look('/api/v1/changes'), /0479000000|rue Basse/);
});

test('RULE HISTORY-2: however many others changed, so many are looked at, it says up to when, and goes on from there', async () => {
  const last = teamOf.sql(server.folder, 'SELECT max(id) FROM revision');
  teamOf.sql(server.folder, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${LOOKED_AT_MAX})
    INSERT INTO revision SELECT ${last} + n.i, entry_id, status, 'person:1', '', at_ms + n.i, format, body FROM n, revision
    WHERE revision.id = (SELECT max(id) FROM revision WHERE entry_id = ${entries.get('Bois & <haies>')} AND status = 1)`);
  const first = await look('/changes?territory=dep-73');
  assert.deepEqual(await listed('/changes?territory=dep-73'), []);
  assert.match(first, /Regardé jusqu’au <time/);
  const older = /href="(\/changes\?territory=dep-73&amp;before=\d+)"/.exec(first)[1].replace('&amp;', '&');
  assert.ok((await listed(older)).includes('Atelier'));
  const feed = parseAtomFeed(await look('/changes.atom?territory=dep-73'));
  const next = feed.links.find(({ rel }) => rel === 'next').href;
  assert.ok(parseAtomFeed(await (await fetch(next)).text()).entries.some(({ title }) => title.value.startsWith('Atelier')));
  const seen = new Set();
  let path = '/changes';
  let pages = 0;
  for (; path && pages < 5; pages++) {
    const page = await look(path);
    for (const [, one] of page.matchAll(/<a href="(\/entries\/\d+\/history\/\d+)"/g)) assert.ok(!seen.has(one) && seen.add(one));
    path = /href="(\/changes\?before=\d+)"/.exec(page)?.[1];
  }
  assert.equal(seen.size, 5 * 30);
});
