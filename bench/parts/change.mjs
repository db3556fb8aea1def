#!/usr/bin/env node
// Changes without a pause: 2,000 entries a second change through the store, beside a server that is asked at a
// steady rate. What its readers feel of it, and how soon a change is in its answers.
//
//   change.mjs WORK PROGRAM N      WORK/data holds the store; it is copied, the copy is changed
//
// Prints one part of the bench's report (bench/README.md).
import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from '../lib/measure.mjs';

const CHANGES = 2000; // entries changed a second
const READS = 500; // requests a second of the mixed load: far from all that the server can answer
const TARGETS = 10000;
const QUIET_S = 5; // before and after
const CHANGING_S = 15;
const LOOKS = 40; // at how soon a change is in
const LOST_MS = 30000;

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const [work, program, countText] = process.argv.slice(2);
if (!countText) {
  console.error('usage: change.mjs WORK PROGRAM N');
  process.exit(2);
}
const run = promisify(execFile);
const built = (name) => join(root, 'build/bench/http', name);
const folder = mkdtempSync(join(tmpdir(), 'agora-bench-change-'));
const file = (name) => join(folder, name);
const running = [];

async function serve() {
  const child = spawn(program, ['serve', '--data', file('data'), '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const ended = once(child, 'exit').then(() => { throw new Error('the server ended before it was ready'); });
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  ended.catch(() => {}); // later it is stopped on purpose
  return { base: /http:\/\/[^/\s]+/.exec(line)[0], pid: String(child.pid) };
}

async function load(server, seconds) {
  const args = ['--base', server.base, '--pid', server.pid, '--targets', file('mixed'), '--rate', String(READS),
    '--seconds', String(seconds), '--warm', '1'];
  const { stdout } = await run(built('bench_load'), args).catch((error) => error);
  const result = JSON.parse(stdout);
  if (result.wrong > 0) throw new Error(`${result.wrong} answers were wrong; the first: ${result.first_wrong}`);
  return result;
}

async function figures(server) {
  const text = await (await fetch(`${server.base}/metrics`)).text();
  const of = (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)[1]);
  return { store: of('agora_store_change_sequence'), atlas: of('agora_atlas_change_sequence'),
    generations: of('agora_atlas_generations_total') };
}

// From a change that is in the store until the index has it, again and again; milliseconds.
async function delays(server) {
  const found = [];
  for (let i = 0; i < LOOKS; i++) {
    const { store } = await figures(server);
    const began = performance.now();
    while ((await figures(server)).atlas < store) {
      if (performance.now() - began > LOST_MS) throw new Error(`change ${store} is not in the index after ${LOST_MS} ms`);
      await sleep(2);
    }
    found.push(performance.now() - began);
    await sleep(100);
  }
  return found.sort((a, b) => a - b);
}

async function whileChanging(server, job) {
  const { store } = await figures(server);
  const changer = spawn(built('bench_change'), [file('data/agora.db'), String(CHANGES), String(CHANGING_S + 2)], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(changer);
  const said = once(createInterface({ input: changer.stdout }), 'line');
  const ended = once(changer, 'exit');
  while ((await figures(server)).store === store) { // it reads all entries before it begins
    if (changer.exitCode !== null) throw new Error('nothing was changed');
    await sleep(20);
  }
  const result = await job();
  const [line] = await said;
  await ended;
  return { ...result, made: JSON.parse(line) };
}

const ms = (value) => value.toFixed(value < 10 ? 2 : 0);

async function measure() {
  execFileSync('ninja', ['-C', join(root, 'build'), '--quiet', 'bench/http/bench_load', 'bench/http/bench_change'], { stdio: ['ignore', 2, 2] });
  cpSync(join(work, 'data'), file('data'), { recursive: true, dereference: true });
  const server = await serve();
  writeFileSync(file('mixed'), execFileSync('node', [join(root, 'bench/http/targets.mjs'), server.base, String(TARGETS), '1', 'mixed'],
    { maxBuffer: 1 << 28 }));
  const before = await load(server, QUIET_S);
  const busy = await whileChanging(server, async () => {
    const [reads, waits] = await Promise.all([load(server, CHANGING_S), delays(server)]);
    return { reads, waits };
  });
  const last = await figures(server);
  const after = await load(server, QUIET_S);
  const p99 = (one) => one.classes.all.p99_us / 1000;
  const quiet = median([p99(before), p99(after)]);
  const rate = busy.made.changes / busy.made.seconds;
  const row = (name, one) => [name, ms(one.classes.all.p50_us / 1000), ms(p99(one)), one.server_cpu_us_per_request.toFixed(0)];
  return {
    title: `${CHANGES.toLocaleString('en')} of ${Number(countText).toLocaleString('en')} entries changed a second, ${READS} requests a second of the mixed load; all on the same cores`,
    head: ['what', 'p50 ms', 'p99 ms', 'server CPU µs a request, changes included'],
    rows: [row('quiet, before', before), row('while entries change', busy.reads), row('quiet, after', after),
      ['until a change is in', ms(median(busy.waits)), ms(busy.waits.at(-1)), ''],
      [`generations made by then: ${last.generations}`, '', '', '']],
    ratios: [
      { name: `entries changed, asked for ${CHANGES}`, value: rate, wanted: CHANGES * 0.98, unit: 'a second', better: 'more' },
      { name: 'p99 of readers while entries change / quiet', value: p99(busy.reads) / quiet, wanted: 1.5, unit: 'times', better: 'less' },
      { name: 'a change is in for all after (longest)', value: busy.waits.at(-1), wanted: 100, unit: 'ms', better: 'less' },
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
