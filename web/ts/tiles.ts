// Clusters and the towns to name from the server: blocks of tiles in one answer each, as
// /tiles/{z}/{x}/{y}/{size}.json gives them, remembered tile by tile.
import { fill } from './dom.js';
import type { Town } from './names.js';

export interface Feature {
  lon: number;
  lat: number;
  count: number;
  kinds: number[];
  approximate?: boolean;
  /** Several on one and the same point. */
  stack?: boolean;
  /** The rest for a single entry only. */
  id?: string | number;
  kind?: string;
  title?: string;
  slug?: string;
  place?: string;
}
export interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}
export interface Placed extends Feature {
  key: string;
  /** The cell that the feature stands for. */
  cell: Box;
}

const CELLS = 4; // a tile is cut in 4 × 4 cells
const KEPT = 600; // tiles remembered
const BLOCK_TILES = 64; // of one answer, at most (src/atlas/atlas.h)

const lonOf = (x: number, n: number) => (x / n) * 360 - 180;
const latOf = (y: number, n: number) =>
  (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / n))) * 180) / Math.PI;
const xOf = (lon: number, n: number) => (lon / 360 + 0.5) * n;
const yOf = (lat: number, n: number) =>
  (0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * n;

interface Place {
  x: number;
  y: number;
}
/** What is shown of a tile, or of several. */
interface Shown {
  features: Placed[];
  towns: Town[];
}
interface Answer {
  tiles: (Place & { features: Feature[] })[];
  towns: Town[];
}

const NOTHING: Shown = { features: [], towns: [] };
const nameOf = (z: number, { x, y }: Place) => `${z}/${x}/${y}`;

/** The tiles that cover a box. */
function tilesOf(box: Box, z: number): Place[] {
  const n = 2 ** z;
  const clamp = (v: number) => Math.min(n - 1, Math.max(0, Math.floor(v)));
  const tiles: Place[] = [];
  for (let x = clamp(xOf(box.west, n)); x <= clamp(xOf(box.east, n)); x++) {
    for (let y = clamp(yOf(box.north, n)); y <= clamp(yOf(box.south, n)); y++) {
      tiles.push({ x, y });
    }
  }
  return tiles;
}

function cellOf({ lon, lat }: Feature, z: number): Box {
  const n = 2 ** z * CELLS;
  const x = Math.floor(xOf(lon, n));
  const y = Math.floor(yOf(lat, n));
  return { west: lonOf(x, n), east: lonOf(x + 1, n), north: latOf(y, n), south: latOf(y + 1, n) };
}

export class TileSource {
  private cache = new Map<string, Promise<Shown>>();

  constructor(
    private template: string,
    private query: string,
  ) {}

  /** True when the query is another one: what was fetched is forgotten. */
  setQuery(query: string): boolean {
    const changed = query !== this.query;
    if (changed) {
      this.query = query;
      this.cache = new Map();
    }
    return changed;
  }

  /** True when nothing needs to be asked for to show a box. */
  has(box: Box, z: number): boolean {
    return tilesOf(box, z).every((at) => this.cache.has(nameOf(z, at)));
  }

  /** All that the tiles that cover a box show. One that fails is empty, asked again later. */
  async load(box: Box, z: number): Promise<Shown> {
    const wanted = tilesOf(box, z);
    const missing = wanted.filter((at) => !this.cache.has(nameOf(z, at)));
    if (missing.length > 0) {
      this.ask(z, missing);
    }
    const tiles = await Promise.all(wanted.map((at) => this.cache.get(nameOf(z, at)) ?? NOTHING));
    return {
      features: tiles.flatMap(({ features }) => features),
      towns: tiles.flatMap(({ towns }) => towns),
    };
  }

  /** One block holds all that is missing, unless that is more than one answer takes. */
  private ask(z: number, missing: Place[]): void {
    const xs = missing.map(({ x }) => x);
    const ys = missing.map(({ y }) => y);
    const x = Math.min(...xs);
    const columns = Math.max(...xs) - x + 1;
    const end = Math.max(...ys) + 1;
    const most = Math.max(1, Math.floor(BLOCK_TILES / columns));
    for (let y = Math.min(...ys); y < end; y += most) {
      this.askBlock(z, { x, y }, columns, Math.min(most, end - y));
    }
  }

  private askBlock(z: number, first: Place, columns: number, rows: number): void {
    const { cache } = this; // of this query
    const values = { z, x: first.x, y: first.y, size: `${columns}x${rows}` };
    const path = fill(this.template, values);
    const answer = fetchBlock(this.query ? `${path}?${this.query}` : path, z);
    for (let i = 0; i < columns * rows; i++) {
      const name = nameOf(z, { x: first.x + (i % columns), y: first.y + Math.floor(i / columns) });
      if (!cache.has(name)) {
        const tile = answer.then((tiles) => tiles.get(name) ?? NOTHING);
        cache.set(
          name,
          tile.catch(() => {
            cache.delete(name);
            return NOTHING;
          }),
        );
      }
    }
    for (const oldest of cache.keys()) {
      if (cache.size <= KEPT) {
        break;
      }
      cache.delete(oldest);
    }
  }
}

async function fetchBlock(url: string, z: number): Promise<Map<string, Shown>> {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`${url}: ${response.status}`);
  }
  const { tiles, towns } = (await response.json()) as Answer;
  const shown = new Map<string, Shown>();
  const at = (place: Place) => {
    const name = nameOf(z, place);
    const tile = shown.get(name) ?? { features: [], towns: [] };
    shown.set(name, tile);
    return tile;
  };
  for (const tile of tiles) {
    at(tile).features = tile.features.map((feature) => ({
      ...feature,
      key:
        feature.id === undefined
          ? `${z}/${feature.lon}/${feature.lat}/${feature.count}`
          : `entry ${feature.id}`,
      cell: cellOf(feature, z),
    }));
  }
  const n = 2 ** z;
  for (const town of towns) {
    at({ x: Math.floor(xOf(town[0], n)), y: Math.floor(yOf(town[1], n)) }).towns.push(town);
  }
  return shown;
}
