// Both descriptions of the API, by the linters of others with their own rules, and against the program.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { start, temporaryFolder } from './harness.mjs';

const run = promisify(execFile);
const BIN = resolve(fileURLToPath(import.meta.url), '../../../node_modules/.bin');
const DOCUMENTS = { 'openapi.json': '/api/v1/openapi.json', 'ogc.json': '/ogc/api' };

describe('OpenAPI', () => {
  let server;
  const folder = temporaryFolder();
  const documents = {};
  before(async () => {
    server = await start({ demo: true });
    for (const [name, path] of Object.entries(DOCUMENTS)) {
      documents[name] = await (await fetch(server.url + path)).json();
      writeFileSync(join(folder, name), JSON.stringify(documents[name], null, 1));
    }
    // The built-in rules, all of them.
    writeFileSync(join(folder, 'redocly.yaml'), 'extends: [recommended]\n');
    writeFileSync(join(folder, 'spectral.yaml'), 'extends: ["spectral:oas"]\n');
  });
  after(() => server.stop());

  test('redocly finds nothing to say', async () => {
    for (const name of Object.keys(DOCUMENTS)) {
      const { stdout } = await run(join(BIN, 'redocly'), ['lint', '--config', join(folder, 'redocly.yaml'), '--format', 'json', join(folder, name)],
        { env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } }).catch((failed) => failed);
      const { totals, problems } = JSON.parse(stdout);
      assert.deepEqual(problems, [], name);
      assert.deepEqual([totals.errors, totals.warnings], [0, 0]);
    }
  });

  test('spectral finds nothing to say', async () => {
    const { stdout } = await run(join(BIN, 'spectral'),
      ['lint', '--fail-severity', 'hint', '--ruleset', join(folder, 'spectral.yaml'), '--format', 'json', ...Object.keys(DOCUMENTS).map((name) => join(folder, name))])
      .catch((failed) => failed);
    assert.deepEqual(JSON.parse(stdout.slice(stdout.indexOf('['), stdout.lastIndexOf(']') + 1)), []);
  });

  test('every answer has a type and a schema of its own', () => {
    for (const [name, { paths }] of Object.entries(documents)) {
      for (const [path, { get }] of Object.entries(paths)) {
        const [[type, { schema }]] = Object.entries(get.responses[200].content);
        assert.notEqual(type, '*/*', `${name} ${path}: add it to the table of openapi.c`);
        assert.ok(schema.$ref, `${name} ${path}`);
      }
    }
  });

  test('what has no parameter in its path answers as it says', async () => {
    for (const [path, { get }] of Object.entries(documents['openapi.json'].paths)) {
      if (path.includes('{') || get.parameters.some(({ $ref }) => $ref?.endsWith('/page_url'))) continue;
      const answer = await fetch(server.url + path);
      await answer.arrayBuffer();
      if (answer.status === 400 || path === '/metrics') continue; // asks for a parameter; may be closed to this address
      assert.equal(answer.status, 200, path);
      const [type] = Object.keys(get.responses[200].content);
      assert.equal(answer.headers.get('content-type').split(';')[0], type.split(';')[0], path);
    }
    const { servers, paths } = documents['ogc.json'];
    for (const path of Object.keys(paths).filter((one) => !one.includes('{'))) {
      assert.equal((await fetch(servers[0].url + (path === '/' ? '' : path))).status, 200, path);
    }
  });
});
