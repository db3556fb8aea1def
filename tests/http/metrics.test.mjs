// /metrics, read by Prometheus' own Python client; who may read it; the dashboard, the alerts and the
// documentation name what is there.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { importEntries, raw, start } from './harness.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
const READER = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families as read
print(json.dumps([{"name": f.name, "type": f.type, "help": f.documentation,
  "samples": [[s.name, s.labels, s.value] for s in f.samples]} for f in read(sys.stdin.read())]))`;
function parse(text) {
  const done = spawnSync('/usr/bin/python3', ['-c', READER], { input: text, encoding: 'utf8', maxBuffer: 1 << 26 });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout);
}
const sample = (families, name, labels = {}) =>
  families.flatMap((family) => family.samples).find(([own, has]) => own === name && Object.entries(labels).every(([key, value]) => has[key] === value))?.[2];

describe('metrics', () => {
  let server, families;
  const read = async () => parse(await (await fetch(`${server.url}/metrics`)).text());
  before(async () => {
    server = await start({ demo: true });
    for (let i = 0; i < 3; i++) await (await fetch(`${server.url}/themes/food?q=geheim-${i}`)).arrayBuffer();
    await (await fetch(`${server.url}/api/v1/entries.geojson`)).arrayBuffer();
    await (await fetch(server.url, { method: 'HEAD' })).arrayBuffer();
    await raw(server.port, 'BREW / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await raw(server.port, 'GET /no/such/place HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    families = await read();
  });
  after(() => server.stop());

  test('a reader that we did not write reads it all, each family once with its type and help', () => {
    assert.ok(families.length > 20);
    assert.equal(new Set(families.map((family) => family.name)).size, families.length);
    for (const { name, type, help, samples } of families) {
      assert.match(name, /^(agora|process)_[a-z_]+$/);
      assert.ok(['counter', 'gauge', 'histogram'].includes(type), name);
      assert.ok(help.length > 5, name);
      assert.ok(samples.length > 0 || name === 'agora_http_requests', name);
    }
  });

  test('requests are counted by pattern, method and class', () => {
    const count = (labels) => sample(families, 'agora_http_requests_total', labels);
    assert.equal(count({ route: '/themes/{slug}', method: 'GET', status: '2xx' }), 3);
    assert.equal(count({ route: '/api/v1/entries.geojson', status: '2xx' }), 1);
    assert.equal(count({ route: '/', method: 'HEAD', status: '2xx' }), 1);
    assert.equal(count({ route: '/', method: 'other', status: '4xx' }), 1);
    assert.equal(count({ route: 'none', method: 'GET', status: '4xx' }), 1);
    assert.ok(sample(families, 'agora_http_response_bytes_total', { route: '/api/v1/entries.geojson' }) > 10000);
  });

  test('the buckets of a histogram grow up to its count', () => {
    const buckets = families
      .find((family) => family.name === 'agora_http_request_duration_seconds')
      .samples.filter(([name, labels]) => name.endsWith('_bucket') && labels.route === '/themes/{slug}')
      .map(([, labels, value]) => [labels.le === '+Inf' ? Infinity : Number(labels.le), value]);
    assert.equal(buckets.length, 15);
    for (let i = 1; i < buckets.length; i++) assert.ok(buckets[i][0] > buckets[i - 1][0] && buckets[i][1] >= buckets[i - 1][1]);
    assert.equal(buckets.at(-1)[1], 3);
    assert.equal(sample(families, 'agora_http_request_duration_seconds_count', { route: '/themes/{slug}' }), 3);
  });

  test('the index, the store and the process are there', () => {
    assert.equal(sample(families, 'agora_atlas_entries'), 95);
    assert.ok(sample(families, 'agora_atlas_bytes') > 10000);
    const parts = families.find((family) => family.name === 'agora_atlas_part_bytes').samples;
    assert.ok(parts.some(([, labels]) => labels.part === 'postings'));
    assert.equal(parts.reduce((sum, [, , bytes]) => sum + bytes, 0), sample(families, 'agora_atlas_bytes'));
    assert.ok(sample(families, 'agora_store_bytes') > 100000);
    assert.ok(sample(families, 'process_resident_memory_bytes') > 1e6);
    assert.ok(sample(families, 'process_open_fds') > 5);
    assert.ok(sample(families, 'process_cpu_seconds_total') > 0);
    assert.ok(Math.abs(sample(families, 'process_start_time_seconds') * 1000 - Date.now()) < 3600_000);
  });

  test('what is written beside the server moves the figures', async () => {
    const before = sample(families, 'agora_store_change_sequence');
    importEntries(server.folder, 'more', [{ id: 'x', kind: 'idea', title: 'One more' }]);
    const until = Date.now() + 5000;
    let now = await read();
    while (sample(now, 'agora_atlas_entries') !== 96 && Date.now() < until) now = await read();
    assert.equal(sample(now, 'agora_atlas_entries'), 96);
    assert.ok(sample(now, 'agora_store_change_sequence') > before);
    assert.equal(sample(now, 'agora_atlas_delta_documents'), 1);
  });

  // RULE HOST-1
  test('nothing in it says who asked, or for what', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    assert.doesNotMatch(text, /geheim|127\.0\.0\.1|\/no\/such|themes\/food/);
  });

  test('the dashboard, the alerts and the documentation name families that are there, and all of them', () => {
    const there = new Set(families.flatMap((family) => [family.name, ...family.samples.map(([name]) => name)]));
    const named = (text) => new Set(text.match(/\b(?:agora|process)_[a-z_]+[a-z]\b/g));
    const dashboard = JSON.parse(readFileSync(`${ROOT}/deploy/grafana-dashboard.json`, 'utf8'));
    const shown = named(dashboard.panels.flatMap((panel) => panel.targets.map((target) => target.expr)).join('\n'));
    const alerts = named(readFileSync(`${ROOT}/deploy/agora-rules.yml`, 'utf8'));
    const documented = readFileSync(`${ROOT}/docs/monitoring.md`, 'utf8');
    for (const name of [...shown, ...alerts]) assert.ok(there.has(name), name);
    assert.ok(shown.size >= 20, String(shown.size));
    for (const { name, type } of families) {
      assert.ok(documented.includes(`\`${name}${type === 'counter' ? '_total' : ''}\``), `docs/monitoring.md lacks ${name}`);
    }
    for (const name of named(documented)) assert.ok(there.has(name) || there.has(`${name}_bucket`), `docs/monitoring.md: ${name}`);
  });

  test('other origins may not read it in a browser', async () => {
    const answer = await fetch(`${server.url}/metrics`, { headers: { Origin: 'http://other.example' } });
    await answer.arrayBuffer();
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-origin');
    assert.match(answer.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  });
});

describe('who may read /metrics', () => {
  const status = async (server, headers = {}) => {
    const answer = await fetch(`${server.url}/metrics`, { headers });
    await answer.arrayBuffer();
    return answer.status;
  };

  test('behind a proxy that is not named nobody can be told apart, so nobody may', async () => {
    const server = await start();
    assert.equal(await status(server), 200);
    for (const name of ['X-Forwarded-For', 'Forwarded', 'Via']) {
      assert.equal(await status(server, { [name]: name === 'Via' ? '1.1 caddy' : '127.0.0.1' }), 403, name);
    }
    await server.stop();
  });

  test('behind a trusted proxy visitors may not, the machines of metrics_from may', async () => {
    const server = await start({ settings: 'trusted_proxies = 127.0.0.1\nmetrics_from = 10.1.0.0/16\n' });
    assert.equal(await status(server, { 'X-Forwarded-For': '198.51.100.1' }), 403);
    assert.equal(await status(server, { 'X-Forwarded-For': '127.0.0.2, 198.51.100.1' }), 403);
    assert.equal(await status(server, { 'X-Forwarded-For': '10.1.2.3' }), 200);
    assert.equal(await status(server), 200);
    await server.stop();
  });

  test('metrics = off is as if there were none, metrics = open is for everybody', async () => {
    const off = await start({ settings: 'metrics = off\n' });
    assert.equal(await status(off), 404);
    await off.stop();
    const open = await start({ settings: 'metrics = open\ntrusted_proxies = 127.0.0.1\n' });
    assert.equal(await status(open, { 'X-Forwarded-For': '198.51.100.1' }), 200);
    await open.stop();
  });
});
