// What a server in front and ours might read in two ways, what is too large, and what tries to climb out:
// each is refused with a clear answer, and the server goes on.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';

import { raw, start } from './harness.mjs';

const HEAD = 'GET /healthz HTTP/1.1\r\nHost: agora.test\r\n';
const get = (target, headers = '') =>
  `GET ${target} HTTP/1.1\r\nHost: agora.test\r\nConnection: close\r\n${headers}\r\n`;

describe('walls', () => {
  let server;
  before(async () => {
    server = await start();
  });
  after(() => server.stop());

  const refused = {
    'no Host': [400, 'GET /healthz HTTP/1.1\r\n\r\n'],
    'two Hosts': [400, `${HEAD}Host: other.test\r\n\r\n`],
    'a Host that is an address': [400, 'GET /healthz HTTP/1.1\r\nHost: http://a/b\r\n\r\n'],
    'a Host with a user': [400, 'GET /healthz HTTP/1.1\r\nHost: me@a\r\n\r\n'],
    'two Content-Lengths': [400, 'POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    'two equal Content-Lengths': [400, 'POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na'],
    'Content-Length with Transfer-Encoding': [400, 'POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    'Content-Length with a sign': [400, 'POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na'],
    'Content-Length as a list': [400, 'POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\na'],
    'Transfer-Encoding gzip': [501, 'POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n'],
    'Transfer-Encoding twice coded': [501, 'POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n'],
    'Transfer-Encoding with a tab in it': [501, 'POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n', 400],
    'Transfer-Encoding on a GET': [400, `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    'a body on a GET': [400, `${HEAD}Content-Length: 4\r\n\r\nabcd`],
    'a body on a HEAD': [400, 'HEAD /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd'],
    'a header name with a space': [400, `${HEAD}Content Length: 4\r\n\r\n`],
    'a space before the colon': [400, `${HEAD}Content-Length : 4\r\n\r\nabcd`],
    'a header name that is no ASCII': [400, `${HEAD}N\xe9: x\r\n\r\n`],
    'a folded header': [400, `${HEAD}X-One: a\r\n b\r\n\r\n`],
    'a folded header before another': [400, `${HEAD}X-One: a\r\n\tb\r\nX-Two: c\r\n\r\n`],
    'a folded Host': [400, 'GET /healthz HTTP/1.1\r\nHost:\r\n agora.test\r\n\r\n'],
    'a lone CR between headers': [400, `${HEAD}X-One: a\rX-Two: b\r\n\r\n`],
    'a lone LF between headers': [400, `${HEAD}X-One: a\nX-Two: b\r\n\r\n`],
    'a control byte in a value': [400, `${HEAD}X-One: a\x07b\r\n\r\n`],
    'an empty header name': [400, `${HEAD}: x\r\n\r\n`],
    'a NUL in the target': [400, 'GET /he\0llo HTTP/1.1\r\nHost: a\r\n\r\n'],
    '%00 in the path': [400, get('/entries/1%00')],
    '.. in the path': [400, get('/assets/../agora.db')],
    '.. encoded': [400, get('/assets/%2e%2e/agora.db')],
    '.. half encoded': [400, get('/assets/.%2E/agora.db')],
    'a slash encoded': [400, get('/assets%2Fx')],
    'a backslash': [400, get('/assets/..\\agora.db')],
    'two slashes': [400, get('//evil.test/')],
    'two slashes inside': [400, get('/entries//1')],
    'UTF-8 that is none': [400, get('/entries/%ff%fe')],
    'UTF-8 too long': [400, get('/entries/%c0%ae%c0%ae')],
    'a broken escape': [400, get('/entries/%zz')],
    'a fragment': [400, get('/explore#x')],
    'a target that is no path': [400, get('explore')],
    'a target beyond its limit': [414, get(`/explore?q=${'a'.repeat(5000)}`)],
    'a query beyond its limit': [414, get(`/api/v1/entries?q=${'a'.repeat(3000)}`)],
    'too many headers': [431, `${HEAD}${Array.from({ length: 100 }, (_, i) => `X-${i}: y\r\n`).join('')}\r\n`],
    'a header too large': [431, `${HEAD}X: ${'a'.repeat(20000)}\r\n\r\n`],
    'a head beyond all memory': [431, `${HEAD}X: ${'a'.repeat(100000)}\r\n\r\n`],
  };
  for (const [name, [status, bytes, other]] of Object.entries(refused)) {
    test(`${name} is refused with ${status}`, async () => {
      const answer = await raw(server.port, bytes);
      assert.ok(answer.status === status || answer.status === other, `${answer.status}: ${answer.text.slice(0, 300)}`);
      assert.equal(answer.headers.connection, 'close');
    });
  }

  const broken = {
    'a TLS greeting': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
    'HTTP/0.9': 'GET /\r\n\r\n',
    'HTTP/3.7': 'GET / HTTP/3.7\r\nHost: a\r\n\r\n',
    'a line without a colon': `${HEAD}no colon\r\n\r\n`,
    'noise': '\xff\xfe\xfd\r\n\r\n\r\n',
  };
  for (const [name, bytes] of Object.entries(broken)) {
    test(`${name} gets an error or a closed connection`, async () => {
      const { status } = await raw(server.port, bytes);
      assert.ok(status === 0 || status >= 400, String(status));
    });
  }

  test('a method that an address does not take is told which it does', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE', 'BREW']) {
      const answer = await raw(server.port, get('/explore').replace('GET', method));
      assert.equal(answer.status, 405, method);
      assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS');
    }
  });

  test('what follows a refused request on its connection is not answered', async () => {
    const { text } = await raw(server.port, `${HEAD}Content-Length: 35\r\n\r\n${get('/healthz')}`);
    assert.equal(text.match(/HTTP\/1\.1/g).length, 1);
  });

  test('an error leaks nothing of the request into the page', async () => {
    const answer = await raw(server.port, get('/%3Cscript%3Ealert(1)%3C/script%3E', 'Accept: text/html\r\n'));
    assert.equal(answer.status, 404);
    assert.ok(!answer.body.includes('<script>alert'));
  });

  test('a client that leaves in the middle of its head does no harm', async () => {
    for (let i = 0; i < 50; i++) {
      await new Promise((done, fail) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(HEAD, () => socket.destroy()));
        socket.on('error', fail);
        socket.on('close', done);
      });
    }
    assert.equal((await raw(server.port, get('/healthz'))).status, 200);
  });

  test('after all of it the server answers as before', async () => {
    const answer = await raw(server.port, get('/healthz'));
    assert.equal(answer.status, 200);
    assert.equal(JSON.parse(answer.body).status, 'ok');
  });
});
