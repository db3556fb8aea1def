// The history of an entry: who changed what, and nothing that is not public today.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importEntries, start, teamOf, temporaryFolder } from './harness.mjs';

const ENTRY = {
  id: 'atelier', kind: 'place', title: 'Atelier vélo', summary: 'Ouvert le lundi & le <jeudi>',
  contacts: [{ kind: 'telephone', value: '0479000000' }, { kind: 'website', value: 'https://atelier.example' }],
};
const text = async (url) => {
  const answer = await fetch(url);
  return { status: answer.status, body: await answer.text(), cache: answer.headers.get('cache-control') };
};

test('history names who and when, each version says what changed, and yesterday tells no more than today', async () => {
  const folder = temporaryFolder();
  importEntries(folder, 'carte', [ENTRY]);
  importEntries(folder, 'carte', [{ ...ENTRY, summary: 'Ouvert le mardi & le <jeudi>', contacts: ENTRY.contacts.slice(1) }]);
  const server = await start({ folder });
  const { items } = await (await fetch(`${server.url}/api/v1/entries?q=atelier`)).json();
  const id = items[0].id;

  const page = await text(new URL(items[0].url, server.url));
  assert.match(page.body, new RegExp(`<a href="/entries/${id}/history">2 versions</a>`));
  const list = await text(`${server.url}/entries/${id}/history`);
  assert.equal(list.status, 200);
  assert.equal(list.cache, 'no-cache');
  const versions = [...list.body.matchAll(/<li><a href="(\/entries\/\d+\/history\/\d+)"><time/g)].map(([, address]) => address);
  assert.equal(versions.length, 2);
  assert.match(list.body, /import de carte/);

  const latest = await text(server.url + versions[0]);
  assert.match(latest.body, /Ouvert le <del>.*lundi<\/del>\s*<ins>.*mardi<\/ins> &amp; le &lt;jeudi&gt;/);
  assert.doesNotMatch(latest.body, /<h2>Titre/);
  const first = await text(server.url + versions[1]);
  assert.match(first.body, /première version/);
  assert.match(first.body, /<ins>.*Atelier vélo<\/ins>/);
  for (const { body } of [list, latest, first]) assert.doesNotMatch(body, /0479000000/);

  for (const path of [`/entries/${id}/history/1`, `/entries/${id}/history/x`, '/entries/1/history', `/entries/${id + 1}/history/${versions[0].split('/')[4]}`]) {
    assert.equal((await text(server.url + path)).status, 404, path);
  }
  await server.stop();
});

test('an entry that was edited a thousand times is told in twenty pages, small ones, and each version has its own', async () => {
  const folder = temporaryFolder();
  importEntries(folder, 'carte', [ENTRY]);
  importEntries(folder, 'carte', [{ ...ENTRY, summary: 'Ouvert le mardi' }]);
  // Each edit is the one before it or the one after: the bodies of the two that there are, in turn.
  teamOf.sql(folder, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 998), two AS (SELECT min(id) a, max(id) b FROM revision)
    INSERT INTO revision SELECT two.b + n.i, entry_id, status, 'person:1', 'edit ' || n.i, at_ms + n.i, format, body FROM n, two, revision
    WHERE revision.id = CASE n.i % 2 WHEN 1 THEN two.a ELSE two.b END;`);
  const server = await start({ folder });
  const { items } = await (await fetch(`${server.url}/api/v1/entries?q=atelier`)).json();
  let address = `/entries/${items[0].id}/history`;
  const seen = [];
  let pages = 0;
  for (; address && pages < 30; pages++) {
    const { body } = await text(server.url + address);
    assert.ok(body.length < 60_000, `${body.length} bytes`);
    for (const [, path] of body.matchAll(/href="(\/entries\/\d+\/history\/\d+)"><time/g)) seen.push(path);
    address = /href="(\/entries\/\d+\/history\?before=\d+)"/.exec(body)?.[1];
  }
  assert.equal(pages, 20);
  assert.equal(new Set(seen).size, 1000);
  for (const path of [seen[0], seen[500], seen[997]]) assert.match((await text(server.url + path)).body, /<del>[^]*(lundi|mardi)/);
  await server.stop();
});
