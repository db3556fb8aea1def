// `agora backup` and `agora restore`: beside a running server, there and back, against damaged and hostile files.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdPack } from './tar.mjs';

import { AGORA, agora, importEntries, start, temporaryFolder } from './harness.mjs';

const PHOTO = 'media/2026/été à l’eau.jpg';

function instance() {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  assert.equal(agora('import', '--data', data, '--demo').status, 0);
  mkdirSync(join(data, 'media/2026'), { recursive: true });
  writeFileSync(join(data, PHOTO), 'a photo');
  writeFileSync(join(data, 'agora.conf'), 'site_name = Essai\n');
  return { folder, data, file: join(folder, 'b.tar.zst') };
}

const backup = (...words) => agora('backup', ...words);
const restore = (...words) => agora('restore', ...words);
const everything = (data) => agora('export', '--data', data, '--format', 'csv').stdout;
function good(done) {
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}
// What `agora check` says, with the photo aside: no book of the folder knows it.
function checked(data) {
  renameSync(join(data, PHOTO), `${data}.photo`);
  const said = good(agora('check', '--data', data));
  renameSync(`${data}.photo`, join(data, PHOTO));
  return said;
}
function refused(done, why, status = undefined) {
  assert.notEqual(done.status, 0);
  assert.ok(done.status !== null, 'ended by a signal');
  if (status !== undefined) assert.equal(done.status, status);
  assert.match(done.stderr, why);
  assert.equal(done.stderr.trim().split('\n').length, 1);
}

test('a backup opens with tar and sha256sum and holds the whole folder', () => {
  const { folder, data, file } = instance();
  assert.match(good(backup('--data', data, file)), /95 entries, 2 other files/);
  assert.equal(statSync(file).mode & 0o077, 0, 'others could read it');
  const out = join(folder, 'out');
  mkdirSync(out);
  assert.equal(spawnSync('tar', ['--zstd', '-xf', file, '-C', out]).status, 0);
  assert.equal(spawnSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: out }).status, 0);
  assert.equal(readFileSync(join(out, PHOTO), 'utf8'), 'a photo');
  const said = JSON.parse(readFileSync(join(out, 'backup.json'), 'utf8'));
  assert.equal(said.entries, 95);
  assert.deepEqual(readdirSync(folder).sort(), ['b.tar.zst', 'data', 'out'], 'nothing is left over');
});

test('restored elsewhere it is the same instance in a new epoch', () => {
  const { folder, data, file } = instance();
  const other = join(folder, 'other');
  good(backup('--data', data, file));
  good(restore('--data', other, file));
  assert.equal(everything(other), everything(data));
  assert.equal(readFileSync(join(other, PHOTO), 'utf8'), 'a photo');
  assert.match(readFileSync(join(other, 'agora.conf'), 'utf8'), /Essai/);
  assert.match(checked(other), /sound/);
  const identity = (path) =>
    spawnSync('sqlite3', [join(path, 'agora.db'), 'SELECT store, epoch FROM store_identity'], { encoding: 'utf8' })
      .stdout.trim().split('|');
  assert.equal(identity(other)[0], identity(data)[0]);
  assert.notEqual(identity(other)[1], identity(data)[1]);
});

test('a backup made while it is served and written to is one moment of it', async () => {
  const { folder, data, file } = instance();
  const server = await start({ folder: data });
  const rows = Array.from({ length: 6000 }, (_, i) => ({ id: `n${i}`, kind: 'idea', title: `Idée ${i}` }));
  const source = join(folder, 'rows.json');
  writeFileSync(source, JSON.stringify(rows));
  const writing = spawn(AGORA, ['import', '--data', data, '--source', 'rows', source], { stdio: 'ignore' });
  const written = new Promise((done) => writing.once('exit', done));
  const before = [];
  do {
    good(backup('--data', data, file));
    const copy = join(folder, `copy${before.length}`);
    assert.match(good(restore('--data', copy, file)), /entries/);
    const [, all, published, indexed] = /entries: (\d+), published: (\d+), in the index: (\d+)/.exec(
      checked(copy)).map(Number);
    assert.ok(all === published && all === indexed);
    before.push(all);
  } while (writing.exitCode === null && before.length < 4);
  assert.equal(await written, 0, 'the import waited too long for the backup');
  assert.ok(before.every((count, i) => i === 0 || count >= before[i - 1]), `${before}`);
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  await server.stop();
});

test('a folder of backups keeps the newest ones and no other file is touched', () => {
  const { folder, data } = instance();
  const store = join(folder, 'backups');
  mkdirSync(store);
  const old = ['agora-20200101T000000Z.tar.zst', 'agora-20210101T000000Z.tar.zst', 'agora-notes.txt'];
  old.forEach((name) => writeFileSync(join(store, name), ''));
  assert.match(good(backup('--data', data, store, '--keep', '2')), /removed 1 older backup\n/);
  const names = readdirSync(store).sort();
  assert.equal(names.length, 3);
  assert.ok(names.includes('agora-20210101T000000Z.tar.zst') && names.includes('agora-notes.txt'));
  refused(backup('--data', data, join(folder, 'one.tar.zst'), '--keep', '2'), /--keep needs a folder/, 2);
  refused(backup('--data', data, store, '--keep', '0'), /--keep takes a number/, 2);
});

test('a restore is refused beside a server, and over a store unless --replace sets that aside', async () => {
  const { folder, data, file } = instance();
  good(backup('--data', data, file));
  const server = await start({ folder: data });
  refused(restore('--data', data, '--replace', file), /already serves|stop it first/);
  await server.stop();
  refused(restore('--data', data, file), /--replace/);
  importEntries(data, 'later', [{ id: 'x', kind: 'idea', title: 'Later' }]);
  assert.match(good(restore('--data', data, '--replace', file)), /what was there is in /);
  assert.match(checked(data), /entries: 95,/);
  const [kept] = readdirSync(data).filter((name) => name.startsWith('before-restore-'));
  assert.match(checked(join(data, kept)), /entries: 96,/);
  assert.ok(existsSync(join(data, kept, PHOTO)) && existsSync(join(data, PHOTO)));
});

test('a restore that was cut off is told by serve and made whole by running it again', async () => {
  const { folder, data, file } = instance();
  good(backup('--data', data, file));
  const other = join(folder, 'other');
  mkdirSync(join(other, 'restoring/media'), { recursive: true });
  writeFileSync(join(other, 'restoring/media/x'), 'half');
  writeFileSync(join(other, 'restore.unfinished'), '');
  await assert.rejects(start({ folder: other }), /cut off; run 'agora restore' again/);
  assert.ok(!existsSync(join(other, 'agora.db')), 'an empty store was made');
  good(restore('--data', other, file));
  assert.deepEqual(readdirSync(other).sort(), ['agora.conf', 'agora.db', 'media', 'serve.lock']);
  assert.equal(everything(other), everything(data));
});

test('a file that is cut or has one wrong byte anywhere is refused and changes nothing', () => {
  const { folder, data, file } = instance();
  good(backup('--data', data, file));
  const bytes = readFileSync(file);
  const bad = join(folder, 'bad');
  const target = join(folder, 'target');
  const tried = [];
  for (let i = 0; i < 12; i++) {
    const at = Math.floor((bytes.length * i) / 12);
    tried.push(bytes.subarray(0, at));
    const flipped = Buffer.from(bytes);
    flipped[Math.min(at + 9, bytes.length - 1)] ^= 0x10;
    tried.push(flipped);
  }
  for (const attempt of tried) {
    writeFileSync(bad, attempt);
    refused(restore('--data', target, bad), /nothing was changed/);
    assert.deepEqual(readdirSync(target), ['serve.lock']);
  }
  writeFileSync(bad, 'not a backup at all');
  refused(restore('--data', target, bad), /no whole backup/, 2);
});

// A backup made by hand: members in order, with right sums unless told otherwise.
function forged(members, { version = 1, bytes, sums, behind } = {}) {
  const total = members.reduce((sum, member) => sum + (member.data?.length ?? 0), 0);
  const description = Buffer.from(JSON.stringify({
    format: 'agora-backup', format_version: version, program: '9.9.9', made: '2026-11-22T00:00:00Z', entries: 0, published: 0,
    schema: 1, files: 0, bytes: bytes ?? total }));
  const all = [{ name: 'backup.json', data: description }, ...members];
  const lines = all.map(({ name, data }) => `${createHash('sha256').update(data ?? '').digest('hex')}  ${name}\n`).join('');
  return zstdPack([...all, { name: 'SHA256SUMS', data: Buffer.from(sums ?? lines) }, ...(behind ?? [])]);
}

test('hostile archives are refused by name, kind, size and order', () => {
  const { folder, data, file } = instance();
  good(backup('--data', data, file));
  const db = readFileSync(join(data, 'agora.db'));
  const whole = { name: 'agora.db', data: db };
  const attempts = {
    'a name that climbs': [forged([whole, { name: 'media/../../evil', data: Buffer.from('x') }]), /belongs nowhere/],
    'an absolute name': [forged([whole, { name: '/tmp/agora-evil', data: Buffer.from('x') }]), /belongs nowhere/],
    'a name of ours elsewhere': [forged([whole, { name: 'serve.lock', data: Buffer.from('x') }]), /belongs nowhere/],
    'a hidden name': [forged([whole, { name: 'media/.ssh/keys', data: Buffer.from('x') }]), /belongs nowhere/],
    'a symbolic link': [forged([{ name: 'media', type: '2', link: '/etc' }, whole]), /no plain file/],
    'a hard link': [forged([whole, { name: 'media/x', type: '1', link: 'agora.db' }]), /no plain file/],
    'a folder': [forged([{ name: 'media/', type: '5' }, whole]), /no plain file/],
    'one file twice': [forged([whole, whole]), /twice/],
    'more than it says': [forged([whole], { bytes: 10 }), /more than it says/],
    'more than the disk holds': [forged([whole], { bytes: 2 ** 52 }), /has room for/],
    'wrong sums': [forged([whole], { sums: '0\n' }), /SHA256SUMS/],
    'something behind the end': [forged([whole], { behind: [{ name: 'media/x', data: Buffer.from('x') }] }), /behind its end/],
    'a newer form': [forged([whole], { version: 2 }), /newer form/],
    'no store': [forged([{ name: 'agora.conf', data: Buffer.from('') }]), /no agora\.db/],
    'another database': [forged([{ name: 'agora.db', data: Buffer.from('SQLite format 3\0junk') }]), /store|database/],
  };
  const target = join(folder, 'target');
  for (const [what, [bytes, why]] of Object.entries(attempts)) {
    const bad = join(folder, 'bad.tar.zst');
    writeFileSync(bad, bytes);
    refused(restore('--data', target, bad), why);
    assert.deepEqual(readdirSync(target), ['serve.lock'], what);
  }
  assert.ok(!existsSync('/tmp/agora-evil') && !existsSync(join(folder, 'evil')));
});

test('a store from a newer program is refused with the mend', () => {
  const { folder, data } = instance();
  spawnSync('sqlite3', [join(data, 'agora.db'), "INSERT INTO migration VALUES (9999, 'future', 'x')"]);
  const file = join(folder, 'new.tar.zst');
  good(backup('--data', data, file));
  refused(restore('--data', join(folder, 'target'), file), /newer program/);
});

test('a full disk leaves no file that looks like a backup', () => {
  const { folder, data, file } = instance();
  for (const blocks of [100, 1000, 4000]) {
    const done = spawnSync('bash', ['-c', `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`, AGORA, 'backup', '--data', data, file],
      { encoding: 'utf8' });
    refused(done, /cannot be copied|cannot be written|cannot finish/, 1);
    assert.deepEqual(readdirSync(folder), ['data']);
  }
});
