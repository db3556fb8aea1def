// What breaks under the program: the disk, the store, the descriptors, files made to break readers. Each ends in a
// clear error or a wait, never in a wrong answer, a crash, or a loss.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { AGORA, agora, importEntries, raw, start, temporaryFolder } from './harness.mjs';

const PAGE = 4096;
const get = (target) => `GET ${target} HTTP/1.1\r\nHost: agora.test\r\nConnection: close\r\n\r\n`;

function demo() {
  const data = join(temporaryFolder(), 'data');
  assert.equal(agora('import', '--data', data, '--demo').status, 0);
  return data;
}
function refused(done, why) {
  assert.ok(done.status === 1 || done.status === 2, `status ${done.status}, signal ${done.signal}: ${done.stderr}`);
  assert.match(done.stderr, why);
}
// One run of a command with bash's limits in front of it.
function limited(limits, ...words) {
  return spawnSync('bash', ['-c', `trap '' XFSZ; ${limits}; exec "$0" "$@"`, AGORA, ...words], { encoding: 'utf8' });
}
// As somebody who may not write what root owns: the tests themselves may run as root.
function unprivileged(...words) {
  return process.getuid() === 0
    ? spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', AGORA, ...words], { encoding: 'utf8' })
    : agora(...words);
}
// The same numbers each time (mulberry32).
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('a full disk ends an import with its cause; what was there is whole, and the same import goes on later', () => {
  const data = demo();
  const file = join(data, '..', 'many.json');
  const words = 'une rivière nettoyée avec tout le quartier '.repeat(40);
  writeFileSync(file, JSON.stringify(Array.from({ length: 3000 }, (_, i) => ({ id: `n${i}`, kind: 'idea', title: `Idée ${i}`, description: words }))));
  const blocks = Math.ceil(statSync(join(data, 'agora.db')).size / 1024) + 600;
  refused(limited(`ulimit -f ${blocks}`, 'import', '--data', data, '--source', 'many', file), /disk|full|I\/O|room/i);
  const check = agora('check', '--data', data);
  assert.equal(check.status, 0, check.stderr);
  assert.match(agora('import', '--data', data, '--source', 'many', file).stdout, /rejected 0/);
  assert.match(agora('check', '--data', data).stdout, /entries: 3095,/);
});

test('a snapshot of the index is used while it is whole, and made anew when it is damaged', async () => {
  const folder = demo();
  const file = join(folder, 'atlas.snapshot');
  const total = async (server) => (await (await fetch(`${server.url}/api/v1/entries?limit=1`)).json()).total;
  const written = async (server) => /agora_atlas_snapshots_total 1/.test(await (await fetch(`${server.url}/metrics`)).text());
  const serveUntilWritten = async () => {
    const server = await start({ folder });
    const until = Date.now() + 20_000;
    while (!(await written(server)) && Date.now() < until);
    assert.ok(await written(server), server.said());
    assert.equal(statSync(file).mode & 0o777, 0o600);
    return server;
  };
  const first = await serveUntilWritten();
  const all = await total(first);
  await first.stop();
  const kept = statSync(file).mtimeMs;
  const second = await start({ folder });
  assert.equal(await total(second), all);
  assert.doesNotMatch(second.said(), /snapshot of the index is not used/);
  await second.stop();
  assert.equal(statSync(file).mtimeMs, kept);

  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(file, bytes);
  const third = await serveUntilWritten();
  assert.match(third.said(), /snapshot of the index is not used.*path="\S*atlas\.snapshot" cause="a part is damaged"/);
  assert.equal(await total(third), all);
  await third.stop();
  assert.ok(!agora('backup', '--data', folder, join(folder, '..', 'b.tar.zst')).status);
  const list = spawnSync('tar', ['--zstd', '-tf', join(folder, '..', 'b.tar.zst')], { encoding: 'utf8' });
  assert.equal(list.status, 0, list.stderr);
  assert.match(list.stdout, /agora\.db/);
  assert.doesNotMatch(list.stdout, /snapshot/);
});

test('a folder that cannot be written is told, and nothing in it changes', () => {
  const data = demo();
  const before = readFileSync(join(data, 'agora.db'));
  for (const name of readdirSync(data)) chmodSync(join(data, name), 0o444);
  chmodSync(join(data, '..'), 0o755);
  chmodSync(data, 0o555);
  if (process.getuid() === 0) for (const name of readdirSync(data)) chownSync(join(data, name), 0, 0);
  for (const command of [['serve', '--listen', '127.0.0.1:0'], ['import', '--demo'], ['check']]) {
    refused(unprivileged(command[0], '--data', data, ...command.slice(1)), /cannot (be written|open|read)|readonly|Permission/i);
  }
  assert.deepEqual(readFileSync(join(data, 'agora.db')), before);
  chmodSync(data, 0o755);
});

test('a store of a newer program is refused by every command with the mend', () => {
  const data = demo();
  spawnSync('sqlite3', [join(data, 'agora.db'), "INSERT INTO migration VALUES (9999, 'future', 'x')"]);
  for (const command of [['serve', '--listen', '127.0.0.1:0'], ['import', '--demo'], ['check'], ['export']]) {
    refused(agora(command[0], '--data', data, ...command.slice(1)), /use a newer program/);
  }
});

test('a file of another program in the place of the store is refused and left as it is', () => {
  const data = join(temporaryFolder(), 'data');
  mkdirSync(data);
  spawnSync('sqlite3', [join(data, 'agora.db'), 'CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)']);
  const before = readFileSync(join(data, 'agora.db'));
  refused(agora('serve', '--data', data, '--listen', '127.0.0.1:0'), /another program/);
  writeFileSync(join(data, 'agora.db'), 'this is no database at all, and long enough to be looked at '.repeat(20));
  refused(agora('check', '--data', data), /damaged or no store/);
  writeFileSync(join(data, 'agora.db'), before);
  refused(agora('import', '--data', data, '--demo'), /another program/);
  assert.deepEqual(readFileSync(join(data, 'agora.db')), before);
});

test('a page of the store that is garbage is found, and never becomes another answer', () => {
  const data = demo();
  const source = join(data, 'agora.db');
  const truth = agora('export', '--data', data, '--format', 'csv').stdout;
  const pages = statSync(source).size / PAGE;
  const next = numbers(2026);
  const hurt = join(temporaryFolder(), 'data');
  mkdirSync(hurt);
  const found = { refused: 0, unharmed: 0 };
  for (let round = 0; round < 30; round++) {
    copyFileSync(source, join(hurt, 'agora.db'));
    const bytes = readFileSync(source);
    const page = 1 + Math.floor(next() * (pages - 1));
    const zeros = round % 3 === 0;
    for (let i = page * PAGE; i < (page + 1) * PAGE; i++) bytes[i] = zeros ? 0 : Math.floor(next() * 256);
    writeFileSync(join(hurt, 'agora.db'), bytes);
    const check = agora('check', '--data', hurt);
    assert.notEqual(check.status, null, `check was killed by ${check.signal} at page ${page}`);
    const given = agora('export', '--data', hurt, '--format', 'csv');
    assert.notEqual(given.status, null, `export was killed by ${given.signal} at page ${page}`);
    if (given.status === 0) assert.equal(given.stdout, truth, `another answer at page ${page}`);
    if (check.status === 0) found.unharmed++;
    else {
      found.refused++;
      assert.match(check.stderr, /^agora check: .{20,}\n$/m, `page ${page}`);
    }
  }
  assert.ok(found.refused > found.unharmed, JSON.stringify(found));
});

test('a byte that turned over inside an entry is found by the check', () => {
  const data = demo();
  const file = join(data, 'agora.db');
  const bytes = readFileSync(file);
  const at = bytes.indexOf('Partons du bon pied');
  assert.ok(at > 0);
  bytes[at] ^= 0x20;
  writeFileSync(file, bytes);
  refused(agora('check', '--data', data), /is not what was written|malformed|corrupt/);
});

test('files made to break readers end in one clear line', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'file');
  const data = join(folder, 'data');
  const bombs = {
    'a JSON a million levels deep': ['['.repeat(1_000_000), /deep|line|ends/],
    'a million levels of objects': ['{"a":'.repeat(1_000_000), /deep|line|ends/],
    'a million levels of XML': [`<kml>${'<Folder>'.repeat(1_000_000)}`, /deep|line|ends|elements/],
    'ten million laughs': [`<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "ha">${Array.from({ length: 8 }, (_, i) =>
      `<!ENTITY ${'bcdefghi'[i]} "${`&${'abcdefgh'[i]};`.repeat(10)}">`).join('')}]><kml><Placemark><name>&i;</name></Placemark></kml>`, /entit|DOCTYPE|document type/i],
    'an entity that reads a file': ['<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]><kml><Placemark><name>&a;</name></Placemark></kml>', /entit|DOCTYPE|document type/i],
    'a quote that never ends': [`titre;ville\n"${'x'.repeat(30_000_000)}`, /line|ends|quot/],
    'a gzip file cut in the middle': [gzipSync(JSON.stringify([{ title: 'x'.repeat(100_000) }])).subarray(0, 90), /ends|cut|damaged/],
  };
  for (const [name, [bytes, why]] of Object.entries(bombs)) {
    writeFileSync(file, bytes);
    const rejects = join(folder, 'rejects.csv');
    rmSync(rejects, { force: true });
    const done = agora('import', '--data', data, '--source', 'bomb', '--rejects', rejects, file);
    assert.ok([0, 1, 2].includes(done.status), `${name}: ${done.signal}`);
    const said = done.stderr + (existsSync(rejects) ? readFileSync(rejects, 'utf8') : '');
    assert.match(said, why, name);
    assert.ok(!/root:x:0/.test(done.stdout + said), name);
  }
  assert.match(agora('check', '--data', data).stdout, /entries: 0,/);
});

test('a bomb of compressed nothing is read in flat memory to its end', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'bomb.csv.gz');
  writeFileSync(file, gzipSync(Buffer.concat([Buffer.from('titre;ville\n'), Buffer.alloc(400_000_000, 'x')])));
  assert.ok(statSync(file).size < 1_000_000);
  const measured = spawnSync('python3', ['-c', `
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)`, AGORA, 'import', '--data', join(folder, 'data'), '--source', 'bomb', file],
    // A sanitizer keeps freed memory aside, which is not what is measured here.
    { encoding: 'utf8', env: { ...process.env, ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:quarantine_size_mb=4` } });
  assert.ok([0, 1, 2].includes(measured.status), measured.stderr);
  assert.ok(Number(measured.stdout) < 250_000, `${measured.stdout} KB at its largest`);
});

test('ten megabytes in one cell cost that row and nothing else', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'cell.csv');
  writeFileSync(file, `titre;ville;note\nPremier;Agde;a\nGrand;Agde;"${'mot '.repeat(2_600_000)}"\nDernier;Agde;b\n`);
  const done = agora('import', '--data', join(folder, 'data'), '--source', 'cell', '--rejects', join(folder, 'rejects.csv'), file);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /added 2, .*rejected 1/);
});

test('a body of a gigabyte is refused before it is sent, an endless one soon after', async () => {
  const server = await start();
  const announced = await raw(server.port, `POST /explore HTTP/1.1\r\nHost: a\r\nContent-Length: ${2 ** 30}\r\n\r\n`);
  assert.ok([400, 405, 413].includes(announced.status), String(announced.status));
  const sent = await new Promise((done, fail) => {
    let bytes = 0;
    const chunk = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write('POST /explore HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
      const more = () => {
        while (!socket.destroyed && bytes < 64 << 20) {
          bytes += chunk.length;
          if (!socket.write(chunk)) return socket.once('drain', more);
        }
        return undefined;
      };
      more();
    });
    socket.on('error', (error) => (['ECONNRESET', 'EPIPE'].includes(error.code) ? undefined : fail(error)));
    socket.on('close', () => done(bytes));
    socket.resume();
  });
  assert.ok(sent < 64 << 20, `${sent} bytes were taken`);
  assert.equal((await raw(server.port, get('/healthz'))).status, 200);
  await server.stop();
});

test('a body with a coding is refused: nothing is unpacked for strangers', async () => {
  const server = await start();
  const bomb = gzipSync(Buffer.alloc(1 << 20)).toString('latin1');
  const answer = await raw(server.port, `POST /explore HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n${bomb}`);
  assert.ok([400, 405, 415].includes(answer.status), String(answer.status));
  await server.stop();
});

test('a page of results too large for one answer fails alone, with the mend, and the server lives', async () => {
  const folder = temporaryFolder();
  const text = 'Une description longue, mais permise. '.repeat(2400);
  importEntries(folder, 'long', Array.from({ length: 800 }, (_, i) => ({ id: `n${i}`, kind: 'idea', title: `Idée ${i}`, description: text })));
  const server = await start({ folder });
  const heavy = await fetch(`${server.url}/api/v1/entries?limit=1000`);
  assert.ok(heavy.status >= 400 && heavy.status < 600, String(heavy.status));
  assert.match((await heavy.json()).detail, /limit/);
  assert.equal((await (await fetch(`${server.url}/api/v1/entries?limit=50`)).json()).items.length, 50);
  const whole = (await (await fetch(`${server.url}/api/v1/entries.jsonl`)).text()).trim().split('\n');
  assert.equal(whole.length, 800);
  await server.stop();
});

test('descriptors that are used up make newcomers wait; when some are free again they are answered', async (t) => {
  const folder = temporaryFolder();
  const child = spawn('bash', ['-c', 'ulimit -n 64; exec "$0" "$@"', AGORA, 'serve', '--data', folder, '--listen', '127.0.0.1:0'],
    { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill('SIGKILL')); // a failed test leaves nothing running
  const ended = new Promise((done) => child.once('exit', (status) => done(status)));
  const port = await new Promise((done) => {
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
      const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said);
      if (found) done(Number(found[1]));
    });
  });
  const idle = await Promise.all(Array.from({ length: 150 }, () => new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => done(socket));
    socket.on('error', () => done(socket));
  })));
  const waiting = raw(port, get('/healthz'));
  idle.forEach((socket) => socket.destroy());
  // A newcomer may be turned away while the others are still being taken leave of, and comes again.
  let { status } = await waiting;
  for (let again = 0; status === 0 && again < 1000; again++) ({ status } = await raw(port, get('/healthz')));
  assert.equal(status, 200);
  for (let i = 0; i < 100; i++) assert.equal((await raw(port, get('/healthz'))).status, 200);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
});
