#!/usr/bin/env node
// Counts the instructions of a fixed few questions on the plain C code path, and compares with
// bench/instructions.json: they do not depend on the machine's mood. More than 5 % above is a failure.
//
//   bench/instructions.mjs            compares (TAP, for tools/check)
//   bench/instructions.mjs --record   writes down what is counted now
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ENTRIES = 4000;
const MOST = 1.05;
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const recorded = join(root, 'bench/instructions.json');

function skip(why) {
  console.log(`ok 1 - instructions of the atlas # SKIP ${why}\n1..1`);
}

function count(work) {
  const entries = join(work, 'entries.json');
  execFileSync('node', [join(root, 'bench/generate/generate.mjs'), 'synthetic', String(ENTRIES), entries], { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync(join(root, 'build/agora'), ['import', '--data', join(work, 'data'), entries], { stdio: 'ignore' });
  const done = spawnSync('valgrind', ['--tool=callgrind', '--collect-atstart=no', '--toggle-collect=measured', '--dump-after=family_end',
    `--callgrind-out-file=${join(work, 'out')}`, join(root, 'build/bench/bench_instructions'), join(work, 'data/agora.db'),
    join(root, 'bench/queries/synthetic.tsv')], { env: { ...process.env, AGORA_VECTORS: 'plain' }, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`the counted program failed: ${done.stderr}`);
  const [compiler, ...families] = done.stdout.trim().split('\n');
  const dumps = readdirSync(work).filter((name) => /^out\.\d+$/.test(name)).sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)));
  const counts = {};
  families.forEach((family, i) => {
    const [, total] = /^(?:totals|summary): (\d+)/m.exec(readFileSync(join(work, dumps[i]), 'utf8'));
    counts[family] = (counts[family] ?? 0) + Number(total);
  });
  return { compiler, counts };
}

function compare(then, now) {
  if (then.compiler !== now.compiler) return skip(`recorded with gcc ${then.compiler}, built with ${now.compiler}`);
  const names = [...new Set([...Object.keys(then.counts), ...Object.keys(now.counts)])];
  names.forEach((name, i) => {
    const share = now.counts[name] / then.counts[name];
    const good = share <= MOST; // one that is counted on one side only is not good
    console.log(`${good ? 'ok' : 'not ok'} ${i + 1} - ${name}: ${now.counts[name]} instructions, ${((share - 1) * 100).toFixed(1)} % beside the recorded ones`);
    if (!good) console.log('# node bench/instructions.mjs --record, when it is worth it and the commit says why');
  });
  console.log(`1..${names.length}`);
  process.exitCode = names.every((name) => now.counts[name] <= then.counts[name] * MOST) ? 0 : 1;
}

if (spawnSync('valgrind', ['--version']).status !== 0) {
  skip('valgrind is not installed (tools/packages/check.txt)');
  process.exit();
}
const work = mkdtempSync(join(tmpdir(), 'agora-instructions-'));
try {
  const now = count(work);
  if (process.argv.includes('--record')) writeFileSync(recorded, `${JSON.stringify(now, null, 2)}\n`);
  else compare(JSON.parse(readFileSync(recorded)), now);
} finally {
  rmSync(work, { recursive: true, force: true });
}
