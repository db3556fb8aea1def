#!/usr/bin/env node
// Writes N entries; the same kind, N, seed and format give the same bytes, whose SHA-256 stands in sums.json.
//
//   generate.mjs synthetic|derived N [--seed 1] [--format json|csv] [--record] FILE
//
// json is docs/entry-format.md, one entry a line in an array; csv has one column a field, without dates,
// media, needs and offers. A sum that differs from the recorded one is an error; --record writes it down.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { generator } from './random.mjs';
import { derived } from './derived.mjs';
import { synthetic } from './synthetic.mjs';

const SUMS = new URL('sums.json', import.meta.url);
const COLUMNS = ['id', 'kind', 'state', 'language', 'title', 'summary', 'description', 'type', 'themes', 'tags', 'territory',
  'latitude', 'longitude', 'updated'];
const BLOCK = 1 << 20;

const { values, positionals: [kind, countText, file] } = parseArgs({ allowPositionals: true, options: {
  seed: { type: 'string', default: '1' }, format: { type: 'string', default: 'json' }, record: { type: 'boolean', default: false } } });
const count = Number(countText);
if (!['synthetic', 'derived'].includes(kind) || !Number.isInteger(count) || count < 1 || !file || !['json', 'csv'].includes(values.format)) {
  console.error('usage: generate.mjs synthetic|derived N [--seed 1] [--format json|csv] [--record] FILE');
  process.exit(2);
}

const draw = generator(Number(values.seed));
const entry = kind === 'synthetic' ? synthetic(draw) : derived(draw, process.env.AGORA_SHARED ?? '../shared');
const quoted = (value) => `"${String(value ?? '').replaceAll('"', '""')}"`;
const row = (e) => [e.id, e.kind, e.state, e.language, e.title, e.summary, e.description, e.type, (e.themes ?? []).join(';'),
  (e.tags ?? []).join(';'), e.place.territory, e.place.latitude, e.place.longitude, e.updated].map(quoted).join(',');

const sum = createHash('sha256');
const out = openSync(file, 'w');
let waiting = values.format === 'csv' ? `${COLUMNS.join(',')}\n` : '[\n';
let bytes = 0;
const flush = () => {
  const block = Buffer.from(waiting);
  sum.update(block);
  for (let from = 0; from < block.length; from += writeSync(out, block, from));
  bytes += block.length;
  waiting = '';
};
for (let number = 0; number < count; number++) {
  waiting += values.format === 'csv' ? `${row(entry(number))}\n` : `${JSON.stringify(entry(number))}${number + 1 < count ? ',\n' : '\n]\n'}`;
  if (waiting.length > BLOCK) flush();
}
flush();
closeSync(out);

const name = `${kind} ${count} seed ${values.seed} ${values.format}`;
const digest = sum.digest('hex');
const sums = JSON.parse(readFileSync(SUMS));
if (values.record) {
  sums[name] = digest;
  writeFileSync(SUMS, `${JSON.stringify(Object.fromEntries(Object.entries(sums).sort()), null, 2)}\n`);
} else if (sums[name] !== undefined && sums[name] !== digest) {
  console.error(`generate: ${name}: these are other bytes than those recorded in bench/generate/sums.json ` +
    `(${digest.slice(0, 16)}, not ${sums[name].slice(0, 16)}); change the generator on purpose with --record, or find out why`);
  process.exit(1);
}
console.log(`${name}: ${bytes} bytes, sha256 ${digest}${sums[name] ? '' : ' (not recorded)'}`);
