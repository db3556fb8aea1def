// Many connections and slow ones, for minutes: `make soak`. Each source address is one of 127.0.0.0/8.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';

import { importEntries, raw, start, temporaryFolder } from '../http/harness.mjs';

const ALL = 10_000;
const ADDRESSES = 20;
const get = (target) => `GET ${target} HTTP/1.1\r\nHost: agora.test\r\nConnection: close\r\n\r\n`;
const from = (i) => `127.0.1.${1 + (i % ADDRESSES)}`;
const resident = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

function hold(port, localAddress, bytes) {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress }, () => {
      if (bytes) socket.write(bytes);
      done(socket);
    });
    socket.isOpen = true;
    socket.on('close', () => (socket.isOpen = false));
    socket.on('error', () => done(socket));
  });
}
const healthy = async (port) => assert.equal((await raw(port, get('/healthz'))).status, 200);

test(`${ALL} idle connections from ${ADDRESSES} addresses leave room for the others and little memory behind`, async () => {
  const server = await start();
  const before = resident(server.pid);
  const sockets = [];
  for (let i = 0; i < ALL; i += 500) {
    sockets.push(...(await Promise.all(Array.from({ length: 500 }, (_, k) => hold(server.port, from(i + k))))));
  }
  const grown = resident(server.pid) - before;
  console.log(`# ${sockets.filter((socket) => socket.isOpen).length} of ${ALL} held, ${grown} KB more`);
  assert.ok(grown < 400_000, `${grown} KB`);
  // All places are taken: a newcomer is turned away until the silent ones have been closed.
  let answered = false;
  for (const until = Date.now() + 40_000; !answered && Date.now() < until;) {
    answered = await raw(server.port, get('/healthz')).then(({ status }) => status === 200, () => false);
  }
  assert.ok(answered, 'nobody else is answered any more');
  sockets.forEach((socket) => socket.destroy());
  await server.stop();
});

test('one address that holds all it may does not keep another from being answered', async () => {
  const server = await start();
  const sockets = await Promise.all(Array.from({ length: 3000 }, () => hold(server.port, '127.0.9.9')));
  await healthy(server.port);
  sockets.forEach((socket) => socket.destroy());
  await server.stop();
});

test('heads that trickle in, bodies that never come and exports that nobody reads are ended', async () => {
  const folder = temporaryFolder();
  const text = 'Une description longue, mais permise. '.repeat(500);
  importEntries(folder, 'long', Array.from({ length: 3000 }, (_, i) => ({ id: `n${i}`, kind: 'idea', title: `Idée ${i}`, description: text })));
  const server = await start({ folder });
  const head = await Promise.all(Array.from({ length: 200 }, (_, i) => hold(server.port, from(i), 'GET / HTTP/1.1\r\nHost: a')));
  const drip = setInterval(() => head.forEach((socket) => socket.isOpen && socket.write('a')), 2000);
  const unread = await Promise.all(Array.from({ length: 8 }, (_, i) => hold(server.port, from(i), get('/api/v1/entries.jsonl'))));
  unread.forEach((socket) => socket.pause());
  const until = Date.now() + 90_000;
  while (head.some((socket) => socket.isOpen) && Date.now() < until) {
    await healthy(server.port);
  }
  clearInterval(drip);
  assert.ok(head.every((socket) => !socket.isOpen), 'a head trickles in for ever');
  await healthy(server.port);
  unread.forEach((socket) => socket.destroy());
  await server.stop();
});
