#!/usr/bin/env node
// The whole bench: see bench/README.md.
//
//   run.mjs [--entries 100000] [--corpus synthetic|derived] [--only CLASS,…] [--engines sqlite,…] [--floors]
//
// --floors writes what was measured, with its margin, as the floors of this size and corpus.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { start } from './lib/engine.mjs';
import { BEST_LEAST, BEST_WANTED, faults, shared } from './lib/equal.mjs';
import { geometric, measure, median } from './lib/measure.mjs';
import { prepare, prepareEngine } from './lib/prepare.mjs';
import { floorFaults, floorsWrite, judge, table } from './lib/report.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({ options: { entries: { type: 'string', default: '100000' },
  corpus: { type: 'string', default: 'synthetic' }, only: { type: 'string' }, engines: { type: 'string' }, floors: { type: 'boolean', default: false } } });
const count = Number(options.entries);
const kind = options.corpus;
const folder = process.env.AGORA_BENCH_WORK ?? join(root, 'build-bench/work');
const built = (name) => join(root, 'build-bench/bench/engines', name);

const ENGINES = [
  { name: 'ours', command: [built('ours')] },
  { name: 'sqlite', command: [built('sqlite')], sources: ['sqlite.c', 'engine.h'], indexes: ['sqlite.db'] },
  { name: 'xapian', command: [built('xapian')], sources: ['xapian.cc', 'engine.h'], indexes: ['xapian'] },
  { name: 'groonga', command: [built('groonga')], sources: ['groonga.c', 'engine.h'], indexes: ['groonga'] },
  { name: 'supercluster', command: ['node', join(root, 'bench/engines/supercluster.mjs'), 'same'] },
  { name: 'supercluster-own', command: ['node', join(root, 'bench/engines/supercluster.mjs'), 'own'] },
].filter(({ name }) => name === 'ours' || !options.engines || options.engines.split(',').includes(name));

function fail(text) {
  console.error(`bench: ${text}`);
  process.exit(1);
}

// ---- equality ----

const classesOf = (queries) => [...new Set(readFileSync(queries, 'utf8').trim().split('\n').map((line) => line.split('\t')[0]))]
  .filter((name) => !options.only || options.only.split(',').includes(name));

async function plainAnswers(work, queries, classes) {
  const kept = join(work, 'plain.json');
  const known = existsSync(kept) ? JSON.parse(readFileSync(kept)) : {};
  if (classes.every((name) => known[name])) return known;
  console.error('bench: the plain SQL answers (kept for the next run)');
  const plain = await start('plain', [built('plain')], work, queries);
  for (const name of classes) known[name] ??= await plain.answers(name);
  await plain.stop();
  writeFileSync(kept, JSON.stringify(known));
  return known;
}

// Which classes an engine answers. What it answers it must answer as the plain SQL does.
async function agree(engine, plain, classes) {
  const overlaps = [];
  const can = [];
  for (const name of classes) {
    const answers = await engine.answers(name);
    if (answers.length === 0) continue;
    can.push(name);
    if (engine.name.startsWith('supercluster') || plain[name].length === 0) continue; // see bench/README.md
    answers.forEach((answer, i) => {
      const wrong = faults(plain[name][i], answer);
      if (wrong.length > 0) fail(`${engine.name}, class ${name}, question ${i + 1}: ${wrong.join('; ')}`);
      const overlap = shared(plain[name][i], answer);
      if (overlap !== undefined) overlaps.push(overlap);
    });
  }
  const mean = overlaps.reduce((all, one) => all + one, 0) / overlaps.length;
  if (engine.name === 'ours' && mean < BEST_LEAST[kind]) {
    fail(`the best twenty share ${(100 * mean).toFixed(1)} % with exact BM25, at least ${100 * BEST_LEAST[kind]} % must be`);
  }
  return { can, overlap: mean };
}

// A fast wrong answer fails: told on purpose, it must be noticed.
async function prove(engine, plain, classes) {
  const words = classes.find((name) => name.startsWith('word'));
  const tiles = classes.find((name) => name.startsWith('tile-08')) ?? classes.find((name) => name.startsWith('tile'));
  for (const [what, name] of [['total', words], ['facet', words], ['best', words], ['tile', tiles]]) {
    if (!name) continue;
    engine.break(what);
    const answers = await engine.answers(name);
    const noticed = what === 'best'
      ? answers.some((answer, i) => (shared(plain[name][i], answer) ?? 1) < BEST_WANTED)
      : answers.some((answer, i) => faults(plain[name][i], answer).length > 0);
    if (!noticed) fail(`an answer whose ${what} was made wrong on purpose went through: the comparison is broken`);
  }
  engine.break('');
}

// ---- the run ----

function commandOutput(command, ...args) {
  return execFileSync(command, args, { cwd: root }).toString().trim();
}

async function main() {
  const program = join(root, 'build/agora');
  const { work, queries, plain: stamp } = prepare({ root, program, folder, kind, count });
  const classes = classesOf(queries);
  const plain = await plainAnswers(work, queries, classes);
  for (const engine of ENGINES.filter((one) => one.indexes)) prepareEngine({ root, work, plain: stamp, ...engine });
  const running = [];
  const equality = {};
  for (const engine of ENGINES) {
    console.error(`bench: ${engine.name}: opening, and comparing with plain SQL`);
    const one = await start(engine.name, engine.command, work, queries);
    equality[engine.name] = await agree(one, plain, classes);
    running.push(one);
  }
  await prove(running[0], plain, classes);
  const results = {};
  for (const name of classes) {
    const able = running.filter((engine) => equality[engine.name].can.includes(name));
    results[name] = await measure(able, name, { rounds: 15, milliseconds: count > 200000 ? 20000 : 1200 });
  }
  const figures = {};
  for (const engine of running) {
    figures[engine.name] = await engine.figures();
    await engine.stop();
  }
  const parts = [];
  for (const part of existsSync(join(root, 'bench/parts')) ? readdirSync(join(root, 'bench/parts')).sort() : []) {
    if (options.only || options.engines || !part.endsWith('.mjs')) continue;
    console.error(`bench: ${part}`);
    parts.push(JSON.parse(commandOutput('node', join(root, 'bench/parts', part), work, program, String(count))));
  }
  const report = {
    date: new Date().toISOString(), commit: commandOutput('git', 'rev-parse', '--short', 'HEAD'), corpus: kind, entries: count,
    machine: { processor: cpus()[0].model, cores: cpus().length, kernel: release() },
    overlap: equality.ours.overlap, classes: results, figures, parts,
  };
  report.ratios = judge(report, { geometric, median });
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${kind}-${count}.json`);
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
  console.log(table(report));
  console.log(`\nAll of it: ${file}`);
  if (options.floors) floorsWrite(root, report);
  const below = options.only || options.engines ? [] : floorFaults(root, report);
  for (const text of below) console.error(`bench: ${text}`);
  process.exit(below.length > 0 ? 1 : 0);
}

main().catch((error) => fail(error.stack));
