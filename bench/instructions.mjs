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
const PAGES = 6; // of each class, of those whose writing is counted
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const recorded = join(root, 'bench/instructions.json');

function skip(why) {
  console.log(`ok 1 - instructions of the atlas # SKIP ${why}\n1..1`);
}

// Runs a program under callgrind; what it printed, and of each dump { name, instructions } in their order.
function counted(work, name, options, ...command) {
  const done = spawnSync('valgrind', ['--tool=callgrind', '--collect-atstart=no', `--callgrind-out-file=${join(work, name)}`, ...options, ...command],
    { env: { ...process.env, AGORA_VECTORS: 'plain' }, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`the counted program failed: ${done.stderr}`);
  const number = (file) => Number(file.slice(name.length + 1));
  const dumps = readdirSync(work).filter((file) => file.startsWith(`${name}.`)).sort((a, b) => number(a) - number(b)).map((file) => {
    const text = readFileSync(join(work, file), 'utf8');
    return { name: /^desc: Trigger: Client Request: (.*)$/m.exec(text)?.[1], instructions: Number(/^(?:totals|summary): (\d+)/m.exec(text)[1]) };
  });
  return { printed: done.stdout, dumps };
}

// The questions by family, and what writing pages takes beyond them.
function count(work) {
  const entries = join(work, 'entries.json');
  const store = join(work, 'data/agora.db');
  const questions = join(root, 'bench/queries/synthetic.tsv');
  execFileSync('node', [join(root, 'bench/generate/generate.mjs'), 'synthetic', String(ENTRIES), entries], { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync(join(root, 'build/agora'), ['import', '--data', join(work, 'data'), entries], { stdio: 'ignore' });
  const asked = counted(work, 'asked', ['--toggle-collect=measured', '--dump-after=family_end'],
    join(root, 'build/bench/bench_instructions'), store, questions);
  const [compiler, ...families] = asked.printed.trim().split('\n');
  const counts = {};
  families.forEach((family, i) => {
    counts[family] = (counts[family] ?? 0) + asked.dumps[i].instructions;
  });
  const written = counted(work, 'written', ['--instr-atstart=no'],
    join(root, 'build/bench/render/bench_render'), store, questions, '--pages', String(PAGES), '--rounds', '1');
  for (const { name, instructions } of written.dumps) {
    if (name) counts[`writing: ${name}`] = instructions;
  }
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
