#!/usr/bin/env node
// What answering over HTTP costs, and what comes of the mixed load while entries change.
//
//   http.mjs WORK PROGRAM N        WORK/data holds the store; it is copied, the copy is changed
//
// Prints one part of the bench's report (bench/README.md).
import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from '../lib/measure.mjs';

const RATE = 20000; // requests a second of the mixed load
const CHANGES = 200; // entries changed a second meanwhile
const TARGETS = 40000;
const CACHE_MB = 512; // of the server; the default is for small machines
const PAIRS = 5; // rounds of floor and server in turn
const CLASSES = ['tile', 'tile-filtered', 'box-facets', 'text-facets'];

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const [work, program, countText] = process.argv.slice(2);
if (!countText) {
  console.error('usage: http.mjs WORK PROGRAM N');
  process.exit(2);
}
const run = promisify(execFile);
const built = (name) => join(root, 'build/bench/http', name);
const folder = mkdtempSync(join(tmpdir(), 'agora-bench-http-'));
const file = (name) => join(folder, name);
const running = [];

// A program that prints its address when it is ready.
async function serve(command, ...args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const ended = once(child, 'exit').then(() => { throw new Error(`${command} ended before it was ready`); });
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  ended.catch(() => {}); // later it is stopped on purpose
  return { child, base: /http:\/\/[^/\s]+/.exec(line)[0], pid: String(child.pid) };
}

// Exit status 1 with a JSON object says that some answers were wrong.
async function load(server, targets, rate, seconds, more = []) {
  const args = ['--base', server.base, '--pid', server.pid, '--targets', targets, '--rate', String(rate),
    '--seconds', String(seconds), '--warm', '1', ...more];
  const { stdout } = await run(built('bench_load'), args).catch((error) => error);
  const result = JSON.parse(stdout);
  if (result.wrong > 0) throw new Error(`${result.wrong} answers of ${targets} were wrong; the first: ${result.first_wrong}`);
  return result;
}

// The server's fixed bytes against the floor that sends the same, in turn.
async function againstFloor(server) {
  writeFileSync(file('fixed.tsv'), 'fixed\t/robots.txt\n');
  writeFileSync(file('answer'), execFileSync('curl', ['-s', '-i', `${server.base}/robots.txt`]));
  const floor = await serve(built('bench_floor'), '2', file('answer'));
  const rounds = [];
  for (let i = 0; i < PAIRS; i++) {
    const least = await load(floor, file('fixed.tsv'), 0, 1);
    const ours = await load(server, file('fixed.tsv'), 0, 1);
    rounds.push({ least, ours, ratio: ours.server_cpu_us_per_request / least.server_cpu_us_per_request });
  }
  floor.child.kill('SIGTERM');
  return {
    floor: median(rounds.map((one) => one.least.server_cpu_us_per_request)),
    ours: median(rounds.map((one) => one.ours.server_cpu_us_per_request)),
    ratio: median(rounds.map((one) => one.ratio)),
    perSecond: median(rounds.map((one) => one.ours.answered_per_s)),
  };
}

// While `job` runs entries change, until it is done.
async function whileChanging(job) {
  const changer = spawn(built('bench_change'), [file('data/agora.db'), String(CHANGES), '3600'], { stdio: ['ignore', 'ignore', 'inherit'] });
  running.push(changer);
  try {
    return await job();
  } finally {
    changer.kill('SIGTERM');
  }
}

const us = (value) => value.toFixed(value < 100 ? 1 : 0);

async function measure() {
  execFileSync('ninja', ['-C', join(root, 'build'), '--quiet', 'bench/http/bench_floor', 'bench/http/bench_load', 'bench/http/bench_change'],
    { stdio: ['ignore', 2, 2] });
  cpSync(join(work, 'data'), file('data'), { recursive: true, dereference: true });
  writeFileSync(file('agora.conf'), `cache_mb = ${CACHE_MB}\n`);
  const server = await serve(program, 'serve', '--config', file('agora.conf'), '--data', file('data'), '--listen', '127.0.0.1:0');
  const fixed = await againstFloor(server);
  for (const name of [...CLASSES, 'mixed']) {
    writeFileSync(file(name), execFileSync('node', [join(root, 'bench/http/targets.mjs'), server.base, String(name === 'mixed' ? TARGETS : TARGETS / 4), '1', name],
      { maxBuffer: 1 << 28 }));
  }
  const rows = [['bytes that stand ready: the floor', us(fixed.floor), '', '', ''],
    ['the same bytes, this server', us(fixed.ours), '', '', `${fixed.perSecond.toFixed(0)} a second at most`]];
  const row = (name, one, all) => rows.push([name, us(one.server_cpu_us_per_request), us(all.p50_us / 1000), us(all.p99_us / 1000),
    `${one.answered_per_s.toFixed(0)} of ${one.rate > 0 ? one.rate : 'any'} a second`]);
  const mixed = await whileChanging(async () => {
    for (const name of CLASSES) {
      const one = await load(server, file(name), 0, 3, ['--connections', '2']);
      row(`${name}, two at a time`, one, one.classes.all);
    }
    const one = await load(server, file('mixed'), RATE, 10);
    row('mixed, at a fixed rate', one, one.classes.all);
    return one;
  });
  return {
    title: `Over HTTP, ${Number(countText).toLocaleString('en')} entries, ${CHANGES} changed a second, cache_mb = ${CACHE_MB}; client and server share the cores`,
    head: ['what', 'server CPU µs a request', 'p50 ms', 'p99 ms', 'answered'],
    rows,
    ratios: [
      { name: 'HTTP: CPU of a request / the floor', value: fixed.ratio, wanted: 1.25, unit: 'times', better: 'less' },
      { name: `mixed load at ${RATE} a second: answered`, value: mixed.answered_per_s, wanted: RATE * 0.99, unit: 'a second', better: 'more' },
      { name: `mixed load at ${RATE} a second: p99`, value: mixed.classes.all.p99_us / 1000, wanted: 3, unit: 'ms', better: 'less' },
    ],
  };
}

try {
  console.log(JSON.stringify(await measure()));
} finally {
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(running.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  rmSync(folder, { recursive: true, force: true });
}
