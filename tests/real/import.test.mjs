// The four public sets go in whole: every record accounted for, nothing changed the second time, the counts
// by commune and département those of the file itself. Needs ../shared and zstdcat; skipped when not there.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
const AGORA = resolve(process.env.AGORA ?? join(ROOT, 'build/agora'));
const DATA = resolve(process.env.AGORA_SHARED ?? join(ROOT, '../shared'), 'data');
const CARSHARING = join(DATA, 'bnlc-covoiturage/bnlc-2023-12-05.csv.zst');
const SETS = [
  ['mediation', join(DATA, 'mediation-numerique/hinaura-aura.json'), 687],
  ['covoiturage', CARSHARING, 15756],
  ['france-services', join(DATA, 'france-services/france_services.geojson'), 908],
  ['engagement', join(DATA, 'engagement-citoyen/engagement_citoyen.csv'), 230],
];
const missing = !existsSync(CARSHARING) ? 'no ../shared'
  : spawnSync('zstdcat', ['--version']).error ? 'no zstdcat' : false;

describe('the public sets', { skip: missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'agora-import-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const agora = (...args) => spawnSync(AGORA, args, { encoding: 'utf8', maxBuffer: 1 << 28, cwd: folder });
  const take = (source, file, ...more) => {
    const done = agora('import', '--data', join(folder, 'data'), '--source', source, ...more, file);
    assert.equal(done.status, 0, done.stderr);
    const counts = Object.fromEntries([...done.stdout.matchAll(/(\w+) (\d+)/g)].map(([, word, n]) => [word, Number(n)]));
    return { ...counts, said: done.stderr + done.stdout };
  };
  const exported = (query) => {
    const done = agora('export', '--data', join(folder, 'data'), '--format', 'geojson', query);
    assert.equal(done.status, 0, done.stderr);
    return JSON.parse(done.stdout).features.length;
  };

  for (const [source, file, records] of SETS) {
    test(`${source}: ${records} records, all added, none rejected`, () => {
      const { added, rejected, updated, unchanged, held } = take(source, file);
      assert.deepEqual({ added, rejected, updated, unchanged, held },
        { added: records, rejected: 0, updated: 0, unchanged: 0, held: 0 });
    });
    test(`${source}: the second time nothing changes`, () => {
      const { added, rejected, updated, unchanged, held } = take(source, file);
      assert.deepEqual({ added, rejected, updated, unchanged, held },
        { added: 0, rejected: 0, updated: 0, unchanged: records, held: 0 });
    });
  }

  test('car-sharing places by commune, département and box are as many as in the file', () => {
    const lines = spawnSync('zstdcat', [CARSHARING], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout.trimEnd().split('\r\n');
    const rows = lines.slice(1).map((line) => [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, cell]) => cell));
    assert.equal(rows.length, 15756);
    const [INSEE, LON, LAT] = [5, 10, 11];
    const communes = new Map();
    for (const row of rows) communes.set(row[INSEE], (communes.get(row[INSEE]) ?? 0) + 1);
    const [most, count] = [...communes].sort((a, b) => b[1] - a[1])[0];
    assert.equal(exported(`source=covoiturage&territory=com-${most}`), count);
    for (const code of ['73', '974', '2A']) {
      const inside = rows.filter((row) => row[INSEE].startsWith(code)).length;
      assert.ok(inside > 0);
      assert.equal(exported(`source=covoiturage&territory=dep-${code}`), inside, `département ${code}`);
    }
    const [west, south, east, north] = [5.6, 45.4, 6.6, 46.0];
    const boxed = rows.filter((row) => row[LON] >= west && row[LON] <= east && row[LAT] >= south && row[LAT] <= north).length;
    assert.equal(exported(`source=covoiturage&bbox=${west},${south},${east},${north}`), boxed);
  });

  test('what is wrong in the sets is told, not hidden', () => {
    const { said } = take('covoiturage', CARSHARING, '--dry-run');
    assert.match(said, /more than 30 km from its commune/);
    assert.match(said, /a date in the future/);
    assert.match(said, /nom_lieu +title/);
  });

  test('of a cut file nothing is written, and --partial takes what is before the cut', () => {
    const text = spawnSync('zstdcat', [CARSHARING], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
    const cut = join(folder, 'cut.csv');
    writeFileSync(cut, text.slice(0, 100_000));
    const data = ['--data', join(folder, 'cut-data'), '--source', 'cut'];
    const refused = agora('import', ...data, cut);
    assert.notEqual(refused.status, 0);
    assert.match(refused.stderr, /line \d+/);
    const before = Number(/takes the (\d+) records before it/.exec(refused.stderr)[1]);
    assert.ok(before > 100);
    const taken = agora('import', ...data, '--partial', cut);
    assert.equal(taken.status, 0, taken.stderr);
    assert.equal(Number(/added (\d+)/.exec(taken.stdout)[1]), before);
  });
});
