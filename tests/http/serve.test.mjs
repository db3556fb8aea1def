// The life of a server: start, work beside it, stop.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';

import { agora, importEntries, start, temporaryFolder } from './harness.mjs';

const entry = (id, title) => ({ id, kind: 'idea', title });
const total = async (url, query) => (await (await fetch(`${url}/api/v1/entries?${query}&limit=1`)).json()).total;

test('a folder that is not there is made, served, and left cleanly', async () => {
  const server = await start({ folder: `${temporaryFolder()}/new` });
  const health = await (await fetch(`${server.url}/healthz`)).json();
  assert.equal(health.status, 'ok');
  assert.equal(health.documents, 0);
  assert.match(health.version, /^\d+\.\d+\.\d+/);
  assert.equal((await fetch(server.url)).status, 200);
  await server.stop();
});

test('a second server on the same folder is refused and named', async () => {
  const folder = temporaryFolder();
  const server = await start({ folder });
  await assert.rejects(start({ folder }), /ended before it served \(1\)[^]*(another|already)/);
  await server.stop();
});

test('a port that is taken is told in one line', async () => {
  const server = await start();
  await assert.rejects(start({ listen: `127.0.0.1:${server.port}` }), /cannot listen on/);
  await server.stop();
});

test('what a command imports beside the server is there within a moment', async () => {
  const folder = temporaryFolder();
  const server = await start({ folder });
  assert.equal(await total(server.url, 'q=beside'), 0);
  importEntries(folder, 'test', [entry('a', 'Beside the server'), entry('b', 'Beside as well')]);
  const until = Date.now() + 5000;
  let seen = 0;
  while (seen !== 2 && Date.now() < until) {
    seen = await total(server.url, 'q=beside'); // each question takes its own time: no sleep is needed
  }
  assert.equal(seen, 2);
  await server.stop();
});

test('a stop lets a request end and does not wait for idle connections', async () => {
  const server = await start({ demo: true });
  const idle = connect(server.port, '127.0.0.1');
  await new Promise((done) => idle.once('connect', done));
  const answer = fetch(`${server.url}/api/v1/entries.geojson`).then((response) => response.json());
  const { features } = await answer;
  assert.equal(features.length, 95);
  const began = Date.now();
  await server.stop();
  assert.ok(Date.now() - began < 5000);
  idle.destroy();
});

test('what was served before a kill is served after it', async () => {
  const folder = temporaryFolder();
  const first = await start({ folder });
  importEntries(folder, 'test', [entry('a', 'Survives')]);
  await first.kill();
  const second = await start({ folder });
  assert.equal(await total(second.url, 'q=survives'), 1);
  await second.stop();
});

test('wrong words on the command line are status 2 and one line', () => {
  const done = agora('serve', '--nonsense');
  assert.equal(done.status, 2);
  assert.equal(done.stderr.trim().split('\n').length, 1);
  assert.equal(agora('serve', '--listen', 'nonsense', '--data', temporaryFolder()).status, 2);
  const slug = agora('import', '--source', '../Slug', '--data', temporaryFolder(), '-');
  assert.equal(slug.status, 2);
  assert.match(slug.stderr, /no slug: 1 to 60 of a-z/);
});
