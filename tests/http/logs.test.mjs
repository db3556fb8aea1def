// What stands in the log, and what never does (RULE HOST-1); the number of a request.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { raw, start } from './harness.mjs';

const get = (target, headers = '') =>
  `GET ${target} HTTP/1.1\r\nHost: agora.test\r\nConnection: close\r\n${headers}\r\n`;

// The lines of the log once the server has ended: nothing is still on its way then.
const linesOf = (server) => server.said().split('\n').filter((line) => line && !line.startsWith('Agora answers'));
const logfmt = (line) => {
  const found = {};
  const rest = line.replace(/([a-z_]+)=("(?:[^"\\]|\\.)*"|[^ "]*)(?: |$)/g, (_, key, value) => {
    found[key] = value.startsWith('"') ? value.slice(1, -1) : value;
    return '';
  });
  assert.equal(rest, '', line);
  return found;
};

const NASTY = [
  get('/entries/1%0Alevel=error%20msg=%22forged%22'),
  get('/explore?q=%0D%0A%22%5C&secret=geheim'),
  get('/api/v1/entries?q=geheim%00'),
  get('/entries/%22%20status=200%20x=%22'),
  get('/healthz', 'X-Request-Id: "evil"\r\nX-Forwarded-For: 203.0.113.77\r\nUser-Agent: geheim\r\nReferer: http://geheim/\r\n'),
  get('/entries/%E2%80%A8%C2%85%E2%80%AE'),
  'BREW /geheim HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  '\x16\x03\x01\r\n\r\n',
];

describe('logs', () => {
  for (const format of ['logfmt', 'json']) {
    test(`every line of ${format} is one event, whatever is asked`, async () => {
      const server = await start({ settings: `log_requests = all\nlog_format = ${format}\nlog_level = debug\n` });
      for (const bytes of NASTY) await raw(server.port, bytes);
      await raw(server.port, get('/themes/x?q=geheim'));
      await server.stop();
      const lines = linesOf(server).map(format === 'json' ? JSON.parse : logfmt);
      const requests = lines.filter((line) => line.msg === 'request');
      assert.ok(requests.length >= 7, server.said());
      for (const line of lines) {
        assert.match(line.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
        assert.match(line.level, /^(debug|info|warn|error)$/);
        assert.notEqual(line.msg, 'forged');
      }
      for (const line of requests) {
        assert.match(line.request, /^[0-9a-f]{16}$/);
        assert.match(line.method, /^(GET|HEAD|POST|OPTIONS|other)$/);
        assert.ok(Number(line.duration_us) >= 0);
        assert.ok(line.route === '' || line.route.startsWith('/'));
      }
      assert.equal(requests.at(-1).route, '/themes/{slug}');
      assert.equal(Number(requests.at(-1).status), 404);
      assert.ok(Number(requests.at(-1).bytes) > 100);
      // RULE HOST-1
      assert.doesNotMatch(server.said(), /geheim|203\.0\.113|127\.0\.0\.1(?!:)/);
    });
  }

  test('requests that went well leave no line unless all are asked for', async () => {
    const server = await start();
    await raw(server.port, get('/healthz'));
    await raw(server.port, get('/nothing'));
    await server.stop();
    assert.doesNotMatch(server.said(), /msg="request"/);
  });

  test('an answer and an error page carry the number that stands in the log', async () => {
    const server = await start({ settings: 'log_requests = all\n' });
    const answer = await raw(server.port, get('/nothing', 'Accept: text/html\r\n'));
    const id = answer.headers['x-request-id'];
    assert.match(id, /^[0-9a-f]{16}$/);
    assert.ok(answer.body.includes(id));
    const other = await raw(server.port, get('/api/v1/nothing'));
    assert.equal(JSON.parse(other.body).request, other.headers['x-request-id']);
    assert.notEqual(other.headers['x-request-id'], id);
    await server.stop();
    assert.ok(server.said().includes(`request="${id}"`));
  });

  test('a number given by a trusted proxy is kept when it is plain, by anyone else never', async () => {
    const own = /^[0-9a-f]{16}$/;
    const ask = async (server, id) => (await raw(server.port, get('/healthz', `X-Request-Id: ${id}\r\n`))).headers['x-request-id'];
    const alone = await start();
    assert.match(await ask(alone, 'edge-0123456789'), own);
    await alone.stop();
    const behind = await start({ settings: 'trusted_proxies = 127.0.0.1\n' });
    assert.equal(await ask(behind, 'edge-0123456789'), 'edge-0123456789');
    for (const wrong of ['short', 'a b c d e f g h', 'x'.repeat(65), '"quoted-value"', '<script>alert(1)']) {
      assert.match(await ask(behind, wrong), own, wrong);
    }
    await behind.stop();
  });

  test('a proxy that is not named is said once', async () => {
    const server = await start();
    for (let i = 0; i < 3; i++) await raw(server.port, get('/healthz', 'X-Forwarded-For: 203.0.113.9\r\n'));
    await server.stop();
    assert.equal(server.said().match(/name the proxy in the setting trusted_proxies/g).length, 1);
  });
});
