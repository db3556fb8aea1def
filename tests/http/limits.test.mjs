// How often one address may ask (RULE HOST-3), and whose address it is (RULE HOST-2).
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';

import { importEntries, start, temporaryFolder } from './harness.mjs';

const SETTINGS = `trusted_proxies = 127.0.0.0/8
rate_reads_per_minute = 5
rate_exports_per_minute = 3
exports_max = 3
exports_per_address = 2
`;
const as = (server, path, client, headers = {}) =>
  fetch(server.url + path, { headers: { 'X-Forwarded-For': client, ...headers } });
const statuses = async (server, path, client, n) => {
  const got = [];
  for (let i = 0; i < n; i++) {
    const answer = await as(server, path, client);
    await answer.arrayBuffer();
    got.push(answer.status);
  }
  return got;
};

describe('limits', () => {
  let server;
  before(async () => {
    server = await start({ settings: SETTINGS });
  });
  after(() => server.stop());

  test('beyond the rate the answer is 429 and says when to come back', async () => {
    assert.deepEqual(await statuses(server, '/api/v1/themes', '198.51.100.1', 5), [200, 200, 200, 200, 200]);
    const refused = await as(server, '/api/v1/themes', '198.51.100.1');
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('cache-control'), 'no-store');
    const wait = Number(refused.headers.get('retry-after'));
    assert.ok(wait >= 1 && wait <= 12, String(wait));
    const problem = await refused.json();
    assert.equal(problem.title, 'Too Many Requests');
    assert.match(problem.detail, /more than 5 requests a minute came from this address; try again in \d+ s/);
  });

  test('people read it as a page in their language', async () => {
    await statuses(server, '/', '198.51.100.2', 5);
    const page = await as(server, '/', '198.51.100.2', { Accept: 'text/html', 'Accept-Language': 'fr' });
    assert.equal(page.status, 429);
    assert.match(await page.text(), /Trop de demandes à la fois/);
  });

  test('another address is not concerned', async () => {
    assert.deepEqual(await statuses(server, '/', '198.51.100.3', 1), [200]);
  });

  test('what a visitor writes into X-Forwarded-For does not make him another one', async () => {
    const got = [];
    for (let i = 0; i < 6; i++) {
      got.push((await as(server, '/api/v1/themes', `203.0.113.${i}, 198.51.100.4`)).status);
    }
    assert.deepEqual(got, [200, 200, 200, 200, 200, 429]);
  });

  test('the address is found behind several proxies that are trusted', async () => {
    const got = [];
    for (let i = 0; i < 6; i++) {
      got.push((await as(server, '/api/v1/themes', `6.6.6.${i}, 198.51.100.5, 127.0.0.${i + 2}`)).status);
    }
    assert.deepEqual(got, [200, 200, 200, 200, 200, 429]);
  });

  test('Forwarded is not read: who writes it stays who he is', async () => {
    const got = [];
    for (let i = 0; i < 6; i++) {
      got.push((await as(server, '/api/v1/themes', '198.51.100.6', { Forwarded: `for=203.0.113.${i}` })).status);
    }
    assert.equal(got.at(-1), 429);
  });

  test('an IPv6 visitor is his /64', async () => {
    const got = [];
    for (let i = 0; i < 6; i++) got.push((await as(server, '/api/v1/themes', `2001:db8::${i}`)).status);
    assert.equal(got.at(-1), 429);
    assert.deepEqual(await statuses(server, '/api/v1/themes', '2001:db8:0:1::1', 1), [200]);
  });

  test('this very machine, fixed files and the state are never limited', async () => {
    for (let i = 0; i < 12; i++) {
      assert.equal((await fetch(`${server.url}/api/v1/themes`)).status, 200);
      assert.equal((await as(server, '/healthz', '198.51.100.7')).status, 200);
      assert.equal((await as(server, '/favicon.svg', '198.51.100.7')).status, 200);
    }
  });

  test('exports have a rate of their own', async () => {
    const path = '/api/v1/entries.geojson';
    assert.deepEqual(await statuses(server, path, '198.51.100.8', 4), [200, 200, 200, 429]);
    assert.deepEqual(await statuses(server, '/api/v1/themes', '198.51.100.8', 1), [200]);
  });

  test('/metrics tells how many were refused', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    assert.ok(Number(/agora_http_limited_total\{limit="reads"\} (\d+)/.exec(text)[1]) >= 6);
    assert.ok(Number(/agora_http_limited_total\{limit="exports"\} (\d+)/.exec(text)[1]) >= 1);
  });
});

describe('exports at the same time', () => {
  let server;
  before(async () => {
    const folder = temporaryFolder();
    const text = 'A river is cleaned. '.repeat(400);
    importEntries(folder, 'many', Array.from({ length: 3000 }, (_, i) => ({ id: `e${i}`, kind: 'idea', title: `Idea ${i}`, description: `${i} ${text}` })));
    server = await start({ folder, settings: SETTINGS.replace('exports_per_minute = 3', 'exports_per_minute = 0') });
  });
  after(() => server.stop());

  // Asks and reads the head only: the rest waits in the server as long as nobody reads.
  const hold = (client) =>
    new Promise((done, fail) => {
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write(`GET /api/v1/entries.geojson HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${client}\r\n\r\n`),
      );
      socket.on('error', fail);
      socket.once('data', (bytes) => {
        socket.pause();
        done({ status: Number(bytes.toString('latin1').slice(9, 12)), head: bytes.toString('latin1'), socket });
      });
    });

  test('an address and all together have a number of them, and one that ends makes room', async () => {
    const held = [await hold('198.51.100.1'), await hold('198.51.100.1')];
    assert.deepEqual(held.map((each) => each.status), [200, 200]);
    const third = await hold('198.51.100.1');
    assert.equal(third.status, 429);
    assert.match(third.head, /Retry-After: \d+/);
    third.socket.destroy();
    held.push(await hold('198.51.100.2'));
    assert.equal(held[2].status, 200);
    const full = await hold('198.51.100.3');
    assert.equal(full.status, 503);
    full.socket.destroy();
    held.forEach(({ socket }) => socket.destroy());
    let status = 0;
    for (let i = 0; i < 200 && status !== 200; i++) {
      const again = await hold('198.51.100.3');
      status = again.status;
      again.socket.destroy();
    }
    assert.equal(status, 200);
  });
});
