// The serving process, seen from outside: what it has given up. With the ordinary build, because the one
// that checks itself keeps ptrace and /proc for its leak check.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PLAIN = resolve(fileURLToPath(import.meta.url), '../../../build/agora');
if (existsSync(PLAIN)) process.env.AGORA = PLAIN;
const { importEntries, start } = await import('./harness.mjs');

// The lines of /proc/PID/status of every thread.
const threadsOf = (pid) =>
  readdirSync(`/proc/${pid}/task`).map((thread) =>
    Object.fromEntries(readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8').trim().split('\n').map((line) => line.split(/:\s*/))),
  );
const field = (server, name) => new RegExp(`${name}=(\\S+)`).exec(server.said())?.[1];

describe('sandbox', { skip: existsSync(PLAIN) ? false : 'build/agora is not there' }, () => {
  test('every thread has given up privileges, capabilities and calls', async () => {
    const server = await start({ demo: true });
    await (await fetch(server.url)).text();
    if (field(server, 'system_calls') === 'limited') {
      const threads = threadsOf(server.pid);
      assert.ok(threads.length >= 3, String(threads.length));
      for (const status of threads) {
        assert.equal(status.Seccomp, '2', status.Name);
        assert.equal(status.NoNewPrivs, '1', status.Name);
        assert.match(status.CapEff, /^0+$/, status.Name);
        assert.match(status.CapPrm, /^0+$/, status.Name);
        assert.match(status.CapBnd, /^0+$/, status.Name);
      }
    }
    assert.equal(field(server, 'capabilities'), 'given_up');
    await server.stop();
  });

  test('inside it the server does all it does: pages, exports, what is imported beside it', async () => {
    const server = await start({ demo: true });
    const paths = ['/', '/explore', '/explore?q=v%C3%A9lo', '/about', '/api/v1/openapi.json', '/api/v1/entries.geojson', '/api/v1/entries.csv',
      '/tiles/5/16/11.mvt', '/basemap/5/16/11.svg', '/api/v1/suggest?q=cha', '/territories/dep-73', '/healthz', '/metrics'];
    for (const path of paths) {
      const answer = await fetch(server.url + path);
      await answer.arrayBuffer();
      assert.equal(answer.status, 200, path);
    }
    importEntries(server.folder, 'beside', [{ id: 'a', kind: 'idea', title: 'Written beside the sandbox' }]);
    const until = Date.now() + 5000;
    let total = 0;
    while (total === 0 && Date.now() < until) {
      total = (await (await fetch(`${server.url}/api/v1/entries?q=sandbox&limit=1`)).json()).total;
    }
    assert.equal(total, 1);
    await server.stop(); // fails when the log tells of a refusal
  });

  test('sandbox = off is a warning in the log, and keeps everything', async () => {
    const server = await start({ settings: 'sandbox = off\n' });
    assert.match(server.said(), /level=warn .*the sandbox is off/);
    assert.equal(threadsOf(server.pid)[0].Seccomp, readFileSync('/proc/self/status', 'utf8').match(/Seccomp:\s*(\d)/)[1]);
    await server.stop();
  });
});
