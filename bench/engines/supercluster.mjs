// Map tiles as they are usually made: supercluster clusters once, vt-pbf writes the bytes. "same": with our
// radius (64 px of a 256 px tile), "own": with its own (20 px, so that it draws more clusters). It cannot
// filter, so it is asked for plain tiles only; a cluster may stand beside the tile that its points lie in,
// so the counts of one tile need not add up: those of the whole world must.
//
//   supercluster.mjs same|own WORK QUERIES.tsv
import Supercluster from 'supercluster';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import vtpbf from 'vt-pbf';

const AGAIN = 5; // process.cpuUsage counts whole microseconds
const EXTENT = 4096; // with its own: 512, and a radius of 40
const [radius, work, queries] = process.argv.slice(2);
const KINDS = ['initiative', 'idea', 'tool', 'place', 'event', 'actor', 'story', 'need', 'offer'];

function points() {
  const rows = execFileSync('sqlite3', ['-readonly', '-separator', ' ', join(work, 'plain.db'),
    'SELECT entry, kind, lon, lat FROM doc WHERE lon IS NOT NULL'], { maxBuffer: 1 << 30 }).toString().trim().split('\n');
  return rows.map((row) => {
    const [id, kind, lon, lat] = row.split(' ').map(Number);
    return { type: 'Feature', properties: { id, kind: KINDS[kind] }, geometry: { type: 'Point', coordinates: [lon / 1e7, lat / 1e7] } };
  });
}

const all = points();
const begun = process.cpuUsage();
const index = new Supercluster(radius === 'own' ? { maxZoom: 16 } : { radius: EXTENT / 4, extent: EXTENT, maxZoom: 16 }).load(all);
const building = process.cpuUsage(begun);

function tile({ z, x, y }) {
  const found = index.getTile(z, x, y);
  return found ? vtpbf.fromGeojsonVt({ entries: found }, { version: 2, extent: radius === 'own' ? 512 : EXTENT }) : new Uint8Array(0);
}

const world = index.getTile(0, 0, 0).features.reduce((sum, { tags }) => sum + (tags.point_count ?? 1), 0);
if (world < all.length) throw new Error(`supercluster has ${world} of ${all.length} points`);

const questions = readFileSync(queries, 'utf8').trim().split('\n').map((line) => line.split('\t'))
  .filter(([name, text]) => name.startsWith('tile-') && !text.includes('?'))
  .map(([name, text]) => {
    const [z, x, y] = text.split('/').map(Number);
    return { name, z, x, y };
  });

const ANSWERS = {
  answer: (name) => {
    for (const question of questions.filter((one) => one.name === name)) {
      console.log(JSON.stringify({ bytes: tile(question).length }));
    }
    console.log('end');
  },
  time: (name) => console.log(questions.filter((one) => one.name === name).map((question) => {
    const from = process.cpuUsage();
    for (let again = 0; again < AGAIN; again++) tile(question);
    const { user, system } = process.cpuUsage(from);
    return Math.round((user + system) * 1000 / AGAIN);
  }).join(' ')),
  figures: () => console.log(JSON.stringify({ peak_kb: process.resourceUsage().maxRSS, build_cpu_s: (building.user + building.system) / 1e6 })),
};
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [command, name] = line.split(' ');
  ANSWERS[command](name);
}
