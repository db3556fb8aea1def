// How many letters go in a second, by connections, to a mail server that takes 20 ms for each: one connection and
// several in turn, on the same store, so that what else the machine does meets all of them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { agora, start, temporaryFolder } from '../http/harness.mjs';

const LETTERS = 200;
const ROUNDS = 3;
const SERVER_MS = 20;
const lines = (child, seen) => {
  let rest = '';
  child.stdout.on('data', (bytes) => {
    const whole = (rest + bytes).split('\n');
    rest = whole.pop();
    whole.forEach((line) => seen(JSON.parse(line)));
  });
};

test('letters go faster over several connections, each once', async () => {
  const smtp = spawn('/usr/bin/python3', ['-W', 'ignore', join(dirname(fileURLToPath(import.meta.url)), '../http/smtp_server.py'), '--ms', String(SERVER_MS)],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  process.on('exit', () => smtp.kill('SIGKILL'));
  const folder = temporaryFolder();
  await (await start({ folder })).stop();
  let listening, all, from, seen;
  lines(smtp, (event) => {
    if (event.port) return listening(event.port);
    from ??= process.hrtime.bigint();
    seen.push(event.to);
    if (seen.length === LETTERS) all(Number(process.hrtime.bigint() - from) / 1e9);
  });
  const port = await new Promise((done) => (listening = done));
  const rates = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    for (const connections of [1, 4, 8]) {
      const to = Array.from({ length: LETTERS }, (_, i) => `r${round}-${connections}-${i}@example.org`);
      for (let at = 0; at < to.length; at += 50) {
        assert.equal(agora('mail', '--data', folder, '--test', to.slice(at, at + 50).join()).status, 0);
      }
      [from, seen] = [undefined, []];
      const taken = new Promise((done) => (all = done));
      const server = await start({ folder, settings: `smtp_url = smtp://127.0.0.1:${port}\nmail_from = a@agora.example\nsmtp_tls = off\nsmtp_connections = ${connections}\n` });
      const seconds = await taken;
      await server.stop();
      assert.deepEqual([...new Set(seen)].length, LETTERS);
      rates.set(connections, [...(rates.get(connections) ?? []), Math.round((LETTERS - 1) / seconds)]);
    }
  }
  for (const [connections, each] of rates) console.log(`connections ${connections}: letters a second ${each.join(', ')}`);
  const best = (connections) => Math.max(...rates.get(connections));
  assert.ok(best(4) > 2 * best(1), JSON.stringify([...rates]));
  smtp.kill();
});
