// The corpus on the disk: entries, the store they were imported into, the plain tables. Each is made again
// only when what it is made from has changed.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

function* files(path) {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) yield* files(join(path, name));
  } else {
    yield path;
  }
}

export function stampOf(...paths) {
  const sum = createHash('sha256');
  for (const path of paths) for (const file of files(path)) sum.update(basename(file)).update(readFileSync(file));
  return sum.digest('hex');
}

function unlessThere(mark, stamp, make) {
  if (existsSync(mark) && readFileSync(mark, 'utf8') === stamp) return false;
  make();
  writeFileSync(mark, stamp);
  return true;
}

// What a store depends on: its tables, the generator, the themes.
export const storeStamp = (root) => stampOf(join(root, 'migrations'), join(root, 'data/taxonomies'),
  ...readdirSync(join(root, 'bench/generate')).filter((name) => name.endsWith('.mjs')).sort().map((name) => join(root, 'bench/generate', name)));

const seconds = (since) => Number(process.hrtime.bigint() - since) / 1e9;

// { work, figures }: the folder that the engines are given, and what making it cost.
export function prepare({ root, program, folder, kind, count }) {
  const work = join(folder, `${kind}-${count}`);
  const queries = join(root, `bench/queries/${kind}.tsv`);
  const entries = join(work, 'entries.json');
  mkdirSync(work, { recursive: true });
  const store = storeStamp(root);
  unlessThere(join(work, 'store.stamp'), store, () => {
    console.error(`bench: making ${count} ${kind} entries and importing them (kept for the next run)`);
    rmSync(join(work, 'data'), { recursive: true, force: true });
    execFileSync('node', [join(root, 'bench/generate/generate.mjs'), kind, String(count), entries], { stdio: ['ignore', 2, 2] });
    const begun = process.hrtime.bigint();
    execFileSync(program, ['import', '--data', join(work, 'data'), entries], { stdio: ['ignore', 2, 2] });
    writeFileSync(join(work, 'import.json'), JSON.stringify({ records: count, seconds: seconds(begun) }));
    rmSync(entries);
  });
  const plain = stampOf(join(work, 'store.stamp'), queries, ...['clauses.c', 'clauses.h', 'documents.c', 'documents.h', 'engine.h', 'make.c',
    'questions.c', 'vocabulary.c', 'plain.c'].map((name) => join(root, 'bench/engines', name)));
  unlessThere(join(work, 'plain.stamp'), plain, () => {
    console.error('bench: writing the plain tables');
    for (const name of ['plain.db', 'plain.json']) rmSync(join(work, name), { recursive: true, force: true });
    execFileSync(join(root, 'build-bench/bench/engines/make'), [join(work, 'data/agora.db'), queries, join(work, 'plain.db')]);
  });
  return { work, queries, plain };
}

// An engine's own index is made anew with the plain tables, or when the engine has changed.
export function prepareEngine({ root, work, plain, name, sources, indexes }) {
  const stamp = plain + stampOf(...sources.map((source) => join(root, 'bench/engines', source)));
  unlessThere(join(work, `${name}.stamp`), stamp, () => {
    for (const index of indexes) rmSync(join(work, index), { recursive: true, force: true });
  });
}
