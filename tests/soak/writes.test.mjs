// Many people contribute at once: what is durable a second, what readers notice, and that nothing of it is lost when the
// process is killed. `make soak`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { start, temporaryFolder } from '../http/harness.mjs';
import { Crowd, SETTINGS, members } from './crowd.mjs';
import { kills } from './kills.mjs';

const STORE = process.env.SOAK_STORE; // a folder with the store to begin with; without it, the one of the demonstration
const KILLS = Number(process.env.SOAK_KILLS ?? 200);
const PEOPLE = 32; // with accounts
const AT_ONCE = 192; // people who contribute, with and without
const WARM_MS = 3000;
const WHILE_MS = 20_000;
const WRITES = Number(process.env.SOAK_WRITES ?? 2000); // a second
const READS = 200; // a second
const PATHS = 5000;
const TICKS = 100; // of /proc, a second

test(`nothing that was acknowledged is lost in ${KILLS} kills under full writing`, async () => {
  const book = await kills({ kills: KILLS, size: 24, accounts: 8 });
  console.log(`# ${book.acknowledged} acknowledged: ${[...book.counts].map(([sort, count]) => `${count} ${sort}`).join(', ')}`);
});

// What readers ask for: tiles, tiles by kind and themes, boxes and words with facets, drawn from what the server holds.
function drawn(server) {
  const text = execFileSync('node', [fileURLToPath(new URL('../../bench/http/targets.mjs', import.meta.url)), server.url, String(PATHS)], { encoding: 'utf8', maxBuffer: 1 << 26 });
  return text.trim().split('\n').map((line) => line.split('\t')[1]);
}

// Times of readers who ask at a steady rate, in a thread of their own: {p50, p99} in ms.
function readers(server, paths, milliseconds) {
  return new Promise((done, fail) => {
    const worker = new Worker(new URL('reader.mjs', import.meta.url), { workerData: { port: server.port, paths, perSecond: READS, milliseconds } });
    worker.once('message', done);
    worker.once('error', fail);
  });
}

// CPU time of the process, all its threads, in seconds.
function spent(server) {
  const text = readFileSync(`/proc/${server.pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

test('contributing for a while: how many a second are durable, and what readers notice', async () => {
  const folder = temporaryFolder();
  if (STORE) cpSync(join(STORE, 'agora.db'), join(folder, 'agora.db'));
  const server = await start({ folder, demo: !STORE, settings: SETTINGS });
  const people = await members(server, PEOPLE);
  const paths = drawn(server);
  await readers(server, paths, WARM_MS);
  const quiet = await readers(server, paths, WHILE_MS / 2);
  const crowd = new Crowd(server, people, undefined, WRITES);
  const running = crowd.run(AT_ONCE);
  await sleep(WARM_MS);
  const before = { count: crowd.book.acknowledged, at: performance.now(), server: spent(server), client: process.cpuUsage() };
  const busy = await readers(server, paths, WHILE_MS);
  const count = crowd.book.acknowledged - before.count;
  const seconds = (performance.now() - before.at) / 1000;
  const server_us = ((spent(server) - before.server) * 1e6) / count;
  const client = process.cpuUsage(before.client);
  crowd.stop();
  await running;
  console.log(`# ${(count / seconds).toFixed(0)} writes a second durable of ${WRITES}, ${server_us.toFixed(0)} µs of the server's CPU each (${READS} reads a second in it), ${
    ((client.user + client.system) / count).toFixed(0)} of who asks`);
  console.log(`# readers: p50 ${quiet.p50.toFixed(2)} ms and p99 ${quiet.p99.toFixed(2)} quiet, ${busy.p50.toFixed(2)} and ${busy.p99.toFixed(2)} beside them`);
  console.log(`# ${[...crowd.book.counts].map(([sort, one]) => `${one} ${sort}`).join(', ')}`);
  assert.deepEqual(crowd.book.refused, []);
  assert.ok(count > 0);
  await server.stop();
});
