// The proxy files of deploy/, as they are but for ports, names and certificates, in front of the real program.
// A proxy that is not installed is skipped: neither is needed to build or to run Agora.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { start, temporaryFolder } from './harness.mjs';

const HOST = 'agora.example';
const deployed = (name) => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');
const installed = (name) => spawnSync('sh', ['-c', `command -v ${name}`], { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } }).status === 0;

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

function get(port, path, headers = {}, method = 'GET') {
  return new Promise((done, fail) => {
    const asked = request({ host: '127.0.0.1', port, path, method, servername: HOST, rejectUnauthorized: false,
      headers: { host: HOST, ...headers } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => done({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    asked.on('error', fail).end();
  });
}

// Runs a proxy until the test ends; each try takes its own time, so nothing waits blindly.
async function running(context, command, words, env, port) {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said += bytes));
  const ended = new Promise((done) => child.once('exit', done));
  context.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${command} left with ${child.exitCode}: ${said}`);
    try {
      await get(port, '/healthz');
      return;
    } catch (error) {
      if (!['ECONNREFUSED', 'EPROTO', 'ECONNRESET'].includes(error.code)) throw error;
    }
  }
}

async function holds(port) {
  const home = await get(port, '/', { 'accept-encoding': 'br' });
  assert.equal(home.status, 200);
  assert.equal(home.headers['content-encoding'], 'br', 'compressed by Agora, not again');
  assert.match(home.headers['strict-transport-security'], /max-age=\d{7,}/);
  assert.match(home.headers['content-security-policy'], /default-src/);
  const page = await get(port, '/');
  assert.match(page.body.toString(), new RegExp(`https://${HOST}/`));
  const again = await get(port, '/', { 'if-none-match': page.headers.etag });
  assert.equal(again.status, 304);
  const whole = await get(port, '/api/v1/entries.geojson');
  assert.equal(JSON.parse(whole.body).features.length, 95);
  assert.equal((await get(port, '/api/v1/entries.geojson', {}, 'HEAD')).status, 200);
  assert.equal((await get(port, '/metrics')).status, 404);
  assert.equal((await get(port, '/nowhere')).status, 404);
}

const served = () => start({ demo: true, settings: `base_url = https://${HOST}\ntrusted_proxies = 127.0.0.1\n` });

test('Caddy in front', { skip: !installed('caddy') && 'caddy is not installed' }, async (context) => {
  const server = await served();
  const folder = temporaryFolder();
  const [port, plain] = [await freePort(), await freePort()];
  const file = join(folder, 'Caddyfile');
  const text = deployed('Caddyfile').replaceAll('127.0.0.1:8080', `127.0.0.1:${server.port}`);
  writeFileSync(file, `{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\thttps_port ${port}\n\thttp_port ${plain}\n}\n${text}`);
  await running(context, 'caddy', ['run', '--config', file, '--adapter', 'caddyfile'], { HOME: folder, XDG_DATA_HOME: folder }, port);
  await holds(port);
  await server.stop();
});

test('nginx in front', { skip: !installed('nginx') && 'nginx is not installed' }, async (context) => {
  const server = await served();
  const folder = temporaryFolder();
  const [port, plain] = [await freePort(), await freePort()];
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${HOST}`,
    '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]);
  assert.equal(made.status, 0, String(made.stderr));
  mkdirSync(join(folder, 'temporary'));
  const text = deployed('nginx.conf')
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${server.port}`)
    .replace(/listen \[::\].*\n/g, '')
    .replace('listen 443', `listen 127.0.0.1:${port}`)
    .replace('listen 80;', `listen 127.0.0.1:${plain};`)
    .replace(/ssl_certificate .*/, `ssl_certificate ${folder}/cert.pem;`)
    .replace(/ssl_certificate_key .*/, `ssl_certificate_key ${folder}/key.pem;`)
    .replace('/var/log/nginx/agora.log', join(folder, 'access.log'));
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/temporary/${name};`);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, `daemon off; pid ${folder}/pid; error_log stderr; events {}\nhttp { ${paths.join(' ')}\n${text}\n}\n`);
  await running(context, 'nginx', ['-p', folder, '-c', file], {}, port);
  await holds(port);
  assert.doesNotMatch(readFileSync(join(folder, 'access.log'), 'utf8'), /127\.0\.0\.1/, 'an address of a visitor is in the log');
  await server.stop();
});
