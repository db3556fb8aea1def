// With the real outlines loaded, each point's commune, EPCI, département and région are those that GDAL
// (GEOS) finds in the same files. Needs ../shared, ogr2ogr and zstdcat; skipped when one is not there.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
const AGORA = resolve(process.env.AGORA ?? join(ROOT, 'build/agora'));
const SHARED = resolve(process.env.AGORA_SHARED ?? join(ROOT, '../shared'), 'data');
const OUTLINES = {
  communes: 'communes-light.geojson.zst', epci: 'epci.geojson.zst',
  departements: 'departements-avec-outre-mer.geojson.zst', regions: 'regions-avec-outre-mer.geojson.zst',
};
const RANDOM_POINTS = 4000;
/** Large outlines take GEOS a millisecond a point: there each so-manieth point is compared. */
const EACH = { departements: 6, regions: 20 };
/** The départements' outlines are finer than the communes': so near a border the two may differ. */
const BORDER_DEGREES = 0.003;

const has = (program) => spawnSync(program, ['--version']).error === undefined;
const missing = !existsSync(join(SHARED, 'territoires-fr')) ? 'no ../shared'
  : !has('ogr2ogr') || !has('zstdcat') ? 'no ogr2ogr or zstdcat' : false;

function run(program, args) {
  const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(done.status, 0, `${program} ${args.join(' ')}: ${done.stderr}`);
  return done.stdout;
}

/** Points all over France and around it, La Réunion and Guyane too; the same every time. */
function randomPoints() {
  const boxes = [[-5, 42, 8.5, 51.2], [-5, 42, 8.5, 51.2], [-5, 42, 8.5, 51.2], [55.2, -21.4, 55.9, -20.8],
    [-54.5, 2.2, -51.6, 5.6], [8.5, 41.3, 9.6, 43.1]];
  let state = 2026;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const rows = Array.from({ length: RANDOM_POINTS }, (_, i) => {
    const [west, south, east, north] = boxes[i % boxes.length];
    return `p${i},Point ${i},${(west + (east - west) * next()).toFixed(6)},${(south + (north - south) * next()).toFixed(6)}`;
  });
  return `id,nom,longitude,latitude\n${rows.join('\n')}\n`;
}

/** Rows of a CSV file without line ends in its cells, as objects. */
function csv(text) {
  const [head, ...rows] = text.replace(/^\ufeff/, '').trimEnd().split(/\r?\n/)
    .map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) => cell.replace(/^"|"$/g, '')));
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
}

describe('territories of real points', { skip: missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'agora-real-'));
  const path = (name) => join(folder, name);
  const data = ['--data', path('data')];
  const parents = new Map();
  let inside = []; // the points that lie in a commune, with what both say

  /** For each point of ours the codes of the outlines of a layer that hold it; or, of the points named, the
   * codes of those that lie within BORDER_DEGREES. */
  function outlinesAt(layer, keys) {
    const [reach, where] = keys === undefined
      ? ['0', `p.fid % ${EACH[layer] ?? 1} = 0 AND ST_Intersects(o.geom, p.geom)`]
      : [String(BORDER_DEGREES), `p.key IN (${keys.map((key) => `'${key}'`)}) AND ST_Distance(o.geom, p.geom) < REACH`];
    const sql = 'SELECT p.key AS key, o.code AS code FROM p JOIN rtree_LAYER_geom r'
      + ' ON r.minx <= ST_X(p.geom) + REACH AND r.maxx >= ST_X(p.geom) - REACH'
      + ' AND r.miny <= ST_Y(p.geom) + REACH AND r.maxy >= ST_Y(p.geom) - REACH'
      + ` JOIN LAYER o ON o.fid = r.id AND ${where}`;
    const out = path(`${layer}${keys === undefined ? '' : '-near'}.csv`);
    run('ogr2ogr', ['-f', 'CSV', out, path('all.gpkg'), '-sql',
      sql.replaceAll('LAYER', layer).replaceAll('REACH', reach)]);
    const found = new Map();
    for (const { key, code } of csv(readFileSync(out, 'utf8'))) {
      found.set(key, [...(found.get(key) ?? []), code]);
    }
    return found;
  }

  before(() => {
    for (const [layer, file] of Object.entries(OUTLINES)) {
      const printed = run(AGORA, ['territories', 'import', ...data, join(SHARED, 'territoires-fr', file)]);
      assert.match(printed, /unknown 0, rejected 0/, layer);
      writeFileSync(path(`${layer}.geojson`), spawnSync('zstdcat', [join(SHARED, 'territoires-fr', file)],
        { maxBuffer: 1 << 28 }).stdout);
      run('ogr2ogr', ['-update', '-append', '-f', 'GPKG', path('all.gpkg'), path(`${layer}.geojson`), '-nln', layer]);
    }
    writeFileSync(path('points.csv'), randomPoints());
    run(AGORA, ['import', ...data, '--source', 'points', path('points.csv')]);
    run(AGORA, ['import', ...data, '--source', 'bnlc', join(SHARED, 'bnlc-covoiturage/bnlc-2023-12-05.csv.zst')]);
    const geojson = JSON.parse(run(AGORA, ['export', ...data, '--format', 'geojson', '']));
    const entries = geojson.features.filter((feature) => feature.geometry)
      .map(({ properties, geometry }) => ({
        key: `e${properties.id}`, territory: properties.territory ?? properties.place?.territory ?? '',
        lon: geometry.coordinates[0], lat: geometry.coordinates[1] }));
    writeFileSync(path('p.csv'), `key,lon,lat\n${entries.map((e) => `${e.key},${e.lon},${e.lat}`).join('\n')}\n`);
    run('ogr2ogr', ['-update', '-append', '-f', 'GPKG', path('all.gpkg'), path('p.csv'), '-nln', 'p', '-a_srs', 'EPSG:4326',
      '-oo', 'X_POSSIBLE_NAMES=lon', '-oo', 'Y_POSSIBLE_NAMES=lat']);
    const gazetteer = run('zstdcat', [join(SHARED, 'territoires-fr/gazetteer-communes.tsv.zst')]);
    for (const line of gazetteer.split('\n').slice(1)) {
      const [code, , , departement, , region, , epci] = line.split('\t');
      parents.set(`com-${code}`, { departement, region, epci });
    }
    const communes = outlinesAt('communes');
    inside = entries.filter(({ key }) => communes.has(key)).map((e) => ({ ...e, communes: communes.get(e.key) }));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('the commune is the one whose polygon holds the point', () => {
    for (const { lon, lat, territory, communes } of inside) { // a point on a border belongs to one of the two
      assert.ok(communes.some((code) => `com-${code}` === territory), `${lon} ${lat}: ${territory}, ${communes}`);
    }
    assert.ok(inside.length > 17_000, `only ${inside.length} points lie in a commune`);
  });

  test('the EPCI follows from the commune as its own polygon says', () => {
    const theirs = outlinesAt('epci');
    let compared = 0;
    for (const { key, lon, lat, territory } of inside.filter((entry) => theirs.has(entry.key))) {
      const { epci } = parents.get(territory);
      assert.ok(theirs.get(key).includes(epci), `${lon} ${lat}: ${epci}, ${theirs.get(key)}`);
      compared++;
    }
    assert.ok(compared > 17_000, `only ${compared} compared`);
  });

  for (const [layer, level] of [['departements', 'departement'], ['regions', 'region']]) {
    test(`the ${level} follows too, but for a few points on the very border`, () => {
      const theirs = outlinesAt(layer);
      const ours = ({ territory }) => parents.get(territory)[level];
      const compared = inside.filter(({ key }) => theirs.has(key));
      const differ = compared.filter((entry) => !theirs.get(entry.key).includes(ours(entry)));
      const near = outlinesAt(layer, differ.map(({ key }) => key));
      for (const entry of differ) {
        assert.ok(near.get(entry.key)?.includes(ours(entry)), `${entry.lon} ${entry.lat}: ${ours(entry)}`);
      }
      assert.ok(compared.length > 800, `only ${compared.length} compared`);
      assert.ok(differ.length < compared.length / 250, `${differ.length} of ${compared.length} differ`);
    });
  }

  test('points of La Réunion are in its territories', () => {
    const there = inside.filter(({ lon, lat }) => lon > 55.2 && lon < 55.85 && lat > -21.4 && lat < -20.85);
    assert.ok(there.length > 100);
    for (const { territory } of there) {
      assert.match(territory, /^com-974/);
    }
  });
});
