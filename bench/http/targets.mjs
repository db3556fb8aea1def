#!/usr/bin/env node
// Draws requests from what a server holds, so that they ask for what is there: tiles by walking from the
// whole world into cells in proportion to what they hold, words from the titles found on the way. The same
// data, count and seed give the same requests.
//
//   targets.mjs BASE COUNT [SEED] [MIX] > targets.txt       MIX: mixed, or the name of one class
//
// mixed: 60 % tiles, 15 % tiles with a filter, 10 % a box with facets, 15 % words with facets.
import http from 'node:http';
import { generator } from '../generate/random.mjs';

const SHARES = { tile: 60, 'tile-filtered': 15, 'box-facets': 10, 'text-facets': 15 };
const KINDS = ['initiative', 'place', 'actor', 'event'];
const WALKS = 400;
const DEEPEST = 14;

const [base, countText, seedText = '1', mix = 'mixed'] = process.argv.slice(2);
const count = Number(countText);
if (!base || !Number.isInteger(count) || count < 1 || (mix !== 'mixed' && !SHARES[mix])) {
  console.error('usage: targets.mjs BASE COUNT [SEED] [mixed|tile|tile-filtered|box-facets|text-facets]');
  process.exit(2);
}

const { random, pick } = generator(Number(seedText));

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
function get(path) {
  return new Promise((resolve, reject) => {
    http.get(base + path, { agent }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        if (answer.statusCode !== 200) reject(new Error(`${path}: ${answer.statusCode}`));
        else resolve(JSON.parse(Buffer.concat(parts)));
      });
    }).on('error', reject);
  });
}

function tileOf(lon, lat, z) {
  const n = 2 ** z;
  const rad = (lat * Math.PI) / 180;
  const at = (value) => Math.min(n - 1, Math.max(0, Math.floor(value * n)));
  return { z, x: at((lon + 180) / 360), y: at((1 - Math.asinh(Math.tan(rad)) / Math.PI) / 2) };
}
const lonOf = (x, z) => (x / 2 ** z) * 360 - 180;
const latOf = (y, z) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 2 ** z))) * 180) / Math.PI;

const seen = new Map();
async function features({ z, x, y }) {
  const name = `/tiles/${z}/${x}/${y}.json`;
  if (!seen.has(name)) seen.set(name, (await get(name)).features);
  return seen.get(name);
}

// One walk from the world to a doorstep: its tiles, and the titles of single entries it passed.
const tiles = [];
const titles = [];
async function walk() {
  let tile = { z: 0, x: 0, y: 0 };
  while (tile.z <= DEEPEST) {
    const cells = await features(tile);
    if (cells.length === 0) return;
    if (tile.z >= 3) tiles.push(tile);
    for (const cell of cells) if (cell.title) titles.push(cell.title);
    let left = random() * cells.reduce((sum, cell) => sum + cell.count, 0);
    const next = cells.find((cell) => (left -= cell.count) < 0) ?? cells[0];
    tile = tileOf(next.lon, next.lat, tile.z + 1);
  }
}
for (let i = 0; i < WALKS; i++) await walk();
if (tiles.length === 0 || titles.length === 0) throw new Error(`${base} holds nothing that can be drawn`);
const themes = (await get('/api/v1/entries?facets=theme&limit=1')).facets.theme.slice(0, 16).map((theme) => theme.value);
agent.destroy();

const words = (title) => title.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
function box({ z, x, y }) {
  const edges = [lonOf(x, z), latOf(y + 1, z), lonOf(x + 1, z), latOf(y, z)];
  return edges.map((edge) => edge.toFixed(5)).join(',');
}
function text() {
  for (;;) {
    const found = words(pick(titles));
    if (found.length === 0) continue;
    const first = pick(found);
    const second = pick(found);
    return random() < 0.6 || first === second ? first : `${first} ${second}`;
  }
}
const MAKE = {
  tile: () => { const { z, x, y } = pick(tiles); return `/tiles/${z}/${x}/${y}.json`; },
  'tile-filtered': () => { const { z, x, y } = pick(tiles); return `/tiles/${z}/${x}/${y}.json?kind=${pick(KINDS)}&theme=${pick(themes)},${pick(themes)}`; },
  'box-facets': () => `/api/v1/entries?bbox=${box(pick(tiles))}&facets=kind,theme,territory`,
  'text-facets': () => `/api/v1/entries?q=${encodeURIComponent(text())}&facets=kind,theme,territory`,
};
const NAMES = Object.keys(SHARES);
function draw() {
  let left = random() * 100;
  return NAMES.find((name) => (left -= SHARES[name]) < 0) ?? NAMES[0];
}
const lines = [];
for (let i = 0; i < count; i++) {
  const name = mix === 'mixed' ? draw() : mix;
  lines.push(`${name}\t${MAKE[name]()}`);
}
process.stdout.write(`${lines.join('\n')}\n`);
