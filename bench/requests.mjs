#!/usr/bin/env node
// Serves a data folder and times classes of requests in turn, one at a time over one connection.
import http from 'node:http';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const ROUNDS = 120;
const CLASSES = {
  'explorer, whole country': ['/explore'],
  'explorer, near Chambéry': ['/explore?near=45.5646,5.9178&radius=15'],
  'explorer, words': ['/explore?q=covoiturage', '/explore?q=atelier+numérique', '/explore?q=mairie'],
  'explorer, kind and themes': ['/explore?kind=initiative&theme=food,water'],
  'tile, no filter': ['/tiles/5/16/11.json', '/tiles/8/132/91.json', '/tiles/11/1056/731.json'],
  'tile, kind and two themes': ['/tiles/5/16/11.json?kind=place&theme=mobility,food', '/tiles/8/132/91.json?kind=place&theme=mobility,food'],
  'tile, words': ['/tiles/6/32/22.json?q=covoiturage'],
  'API, words and facets': ['/api/v1/entries?q=mairie&facets=kind,theme,territory'],
  'suggest': ['/api/v1/suggest?q=cham'],
};

const [program, data] = process.argv.slice(2);
const server = spawn(program, ['serve', '--data', data, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const [line] = await once(createInterface({ input: server.stdout }), 'line');
const base = new URL(/http:\S+/.exec(line)[0]);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function get(path) {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    http.get({ host: base.hostname, port: base.port, path: encodeURI(path), agent }, (answer) => {
      let bytes = 0;
      answer.on('data', (part) => { bytes += part.length; });
      answer.on('end', () => {
        if (answer.statusCode !== 200) reject(new Error(`${path}: ${answer.statusCode}`));
        else resolve({ ms: Number(process.hrtime.bigint() - start) / 1e6, bytes });
      });
    }).on('error', reject);
  });
}

const times = Object.fromEntries(Object.keys(CLASSES).map((name) => [name, []]));
try {
  for (let round = -3; round < ROUNDS; round++) {
    for (const [name, paths] of Object.entries(CLASSES)) {
      const { ms, bytes } = await get(paths[Math.abs(round) % paths.length]);
      if (round >= 0) times[name].push({ ms, bytes });
    }
  }
} finally {
  server.kill('SIGTERM');
}
const at = (list, share) => list[Math.min(list.length - 1, Math.floor(list.length * share))];
console.log('| request | median ms | p99 ms | bytes |\n|---|---|---|---|');
for (const [name, samples] of Object.entries(times)) {
  const sorted = samples.map((sample) => sample.ms).sort((a, b) => a - b);
  console.log(`| ${name} | ${at(sorted, 0.5).toFixed(2)} | ${at(sorted, 0.99).toFixed(2)} | ${samples[0].bytes} |`);
}
