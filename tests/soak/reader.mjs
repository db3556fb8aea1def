// Readers at a steady rate, as a thread of a test: each request is due at its time, and waits for its turn when those before it
// were late, which counts as its own time.
import { parentPort, workerData } from 'node:worker_threads';

import { Line } from './line.mjs';

const LINES = 8;

const { port, paths, perSecond, milliseconds } = workerData;
const times = [];
const begun = performance.now();
let next = 0;

async function read(line) {
  for (;;) {
    const number = next++;
    const due = begun + (number * 1000) / perSecond;
    if (due > begun + milliseconds) return;
    const early = due - performance.now();
    if (early > 0) await new Promise((done) => setTimeout(done, early));
    const asked = Math.max(due, early > 0 ? performance.now() : due); // a timer that is late is no wait for the server
    const { status } = await line.ask('GET', paths[number % paths.length], { from: `198.18.${(number >> 8) & 255}.${number & 255}` });
    if (status !== 200) throw new Error(`${paths[number % paths.length]}: ${status}`);
    times.push(performance.now() - asked);
  }
}
await Promise.all(Array.from({ length: LINES }, async () => {
  const line = new Line(port);
  await read(line);
  line.close();
}));
times.sort((a, b) => a - b);
parentPort.postMessage({ p50: times[times.length >> 1], p99: times[Math.floor(times.length * 0.99)] });
