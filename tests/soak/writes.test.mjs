// Many people contribute at once: what is durable a second, what readers notice, and that nothing of it is lost when the
// process is killed. `make soak`.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { start, temporaryFolder } from '../http/harness.mjs';
import { Crowd, SETTINGS, members } from './crowd.mjs';
import { kills } from './kills.mjs';

const STORE = process.env.SOAK_STORE; // a folder with the store to begin with; without it, the one of the demonstration
const KILLS = Number(process.env.SOAK_KILLS ?? 200);
const PEOPLE = 32; // with accounts
const AT_ONCE = 192; // people who contribute, with and without
const WARM_MS = 3000;
const WHILE_S = 20;
const WRITES = Number(process.env.SOAK_WRITES ?? 2000); // a second
const READS = 200; // a second
const PATHS = 5000;
const TICKS = 100; // of /proc, a second

const inRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

test(`nothing that was acknowledged is lost in ${KILLS} kills under full writing`, async () => {
  const book = await kills({ kills: KILLS, size: 24, accounts: 8 });
  console.log(`# ${book.acknowledged} acknowledged: ${[...book.counts].map(([sort, count]) => `${count} ${sort}`).join(', ')}`);
});

// What readers ask for, in a file: tiles, tiles by kind and themes, boxes and words with facets, drawn from what the server holds.
function drawn(server, folder) {
  const file = join(folder, 'targets');
  writeFileSync(file, execFileSync('node', [inRoot('bench/http/targets.mjs'), server.url, String(PATHS)], { maxBuffer: 1 << 26 }));
  return file;
}

// Times of readers who ask at a steady rate, from when each request was due: {p50_us, p99_us}. A program of its own asks:
// threads of this one wait for each other.
async function readers(server, targets, seconds) {
  const { stdout } = await promisify(execFile)(inRoot('build/bench/http/bench_load'),
    ['--base', server.url, '--targets', targets, '--rate', String(READS), '--seconds', String(seconds), '--warm', String(WARM_MS / 1000)]);
  const result = JSON.parse(stdout);
  assert.equal(result.wrong, 0, result.first_wrong);
  return result.classes.all;
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
  const targets = drawn(server, folder);
  const quiet = await readers(server, targets, WHILE_S);
  const crowd = new Crowd(server, people, undefined, WRITES);
  const running = crowd.run(AT_ONCE);
  await sleep(WARM_MS);
  const before = { count: crowd.book.acknowledged, at: performance.now(), server: spent(server), client: process.cpuUsage() };
  const busy = await readers(server, targets, WHILE_S);
  const count = crowd.book.acknowledged - before.count;
  const seconds = (performance.now() - before.at) / 1000;
  const server_us = ((spent(server) - before.server) * 1e6) / count;
  const client = process.cpuUsage(before.client);
  crowd.stop();
  await running;
  console.log(`# ${(count / seconds).toFixed(0)} writes a second durable of ${WRITES}, ${server_us.toFixed(0)} µs of the server's CPU each (${READS} reads a second in it), ${
    ((client.user + client.system) / count).toFixed(0)} of who asks`);
  console.log(`# readers: p50 ${quiet.p50_us} µs and p99 ${quiet.p99_us} quiet, ${busy.p50_us} and ${busy.p99_us} beside them`);
  console.log(`# ${[...crowd.book.counts].map(([sort, one]) => `${one} ${sort}`).join(', ')}`);
  assert.deepEqual(crowd.book.refused, []);
  assert.ok(count > 0);
  await server.stop();
});
