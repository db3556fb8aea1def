#!/usr/bin/env node
// Import of a CSV file beside the sqlite3 shell's .import of the same file into one bare table.
//   import.mjs WORK PROGRAM N
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [work, program, countText] = process.argv.slice(2);
const generate = join(dirname(fileURLToPath(import.meta.url)), '../generate/generate.mjs');
const folder = mkdtempSync(join(work, 'import-'));
const file = join(folder, 'entries.csv');

// Seconds of the clock, of CPU, and the most memory in KB.
function timed(...command) {
  const script = 'TIMEFORMAT="%R %U %S"; { time "$@" >/dev/null 2>"$0"; } 2>&1';
  const [clock, user, system] = execFileSync('bash', ['-c', script, join(folder, 'log'), ...command]).toString().trim().split(' ').map(Number);
  return { clock, cpu: user + system };
}

try {
  execFileSync('node', [generate, 'synthetic', countText, '--format', 'csv', file], { stdio: 'ignore' });
  const ours = timed(program, 'import', '--data', join(folder, 'data'), '--source', 'bench', '--licence', 'ODbL-1.0', file);
  const shell = timed('sqlite3', join(folder, 'bare.db'), '.mode csv', `.import ${file} bare`);
  const rate = (one) => Math.round(Number(countText) / one.clock);
  const row = (name, one) => [name, one.clock.toFixed(1), one.cpu.toFixed(1), rate(one).toLocaleString('en')];
  console.log(JSON.stringify({
    title: `Import of ${Number(countText).toLocaleString('en')} synthetic records (CSV), process start to end`,
    head: ['what', 's', 's of CPU', 'records/s'],
    rows: [row('agora import, with revisions, themes, territories', ours), row('sqlite3 .import into one bare table', shell),
      ['ratio of CPU', '', (ours.cpu / shell.cpu).toFixed(1), '']],
    ratios: [{ name: 'import from CSV', value: rate(ours), wanted: 50000, unit: 'records/s', better: 'more' }],
  }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
