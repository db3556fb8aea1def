#!/usr/bin/env node
// What writing a page costs beyond its queries.
//   render.mjs WORK PROGRAM N
import { execFileSync } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const [work, , countText] = process.argv.slice(2);
const corpus = basename(work).split('-')[0];

execFileSync('ninja', ['-C', join(root, 'build'), '--quiet', 'bench/render/bench_render'], { stdio: ['ignore', 2, 2] });
const classes = JSON.parse(execFileSync(join(root, 'build/bench/render/bench_render'),
  [join(work, 'data/agora.db'), join(root, `bench/queries/${corpus}.tsv`)], { maxBuffer: 1 << 24 }));
const isEntry = ({ class: name }) => name === 'entry';
const worst = (list) => Math.max(...list.map((one) => one.rest_us));
const us = (value) => value.toFixed(value < 100 ? 1 : 0);
console.log(JSON.stringify({
  title: `Writing pages, ${Number(countText).toLocaleString('en')} entries: CPU time of the thread in µs, means over the pages, without compression`,
  head: ['page', 'pages', 'bytes', 'all', 'atlas', 'store', 'beyond both', 'p50', 'p99'],
  rows: classes.map((one) => [one.class, one.pages, one.bytes, ...['whole_us', 'atlas_us', 'store_us', 'rest_us', 'rest_p50_us', 'rest_p99_us'].map((key) => us(one[key]))]),
  ratios: [
    { name: 'an entry page beyond its queries', value: worst(classes.filter(isEntry)), wanted: 60, unit: 'µs', better: 'less' },
    { name: 'an explorer page beyond its queries, the dearest class', value: worst(classes.filter((one) => !isEntry(one))), wanted: 400, unit: 'µs', better: 'less' },
  ],
}));
