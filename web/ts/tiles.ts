// Clusters from the server, tile by tile, as /tiles/{z}/{x}/{y}.json gives them.

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

export const CELLS = 4; // a tile is cut in 4 × 4 cells
const KEPT = 300; // tiles remembered

const lonOf = (x: number, n: number) => (x / n) * 360 - 180;
const latOf = (y: number, n: number) =>
  (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / n))) * 180) / Math.PI;
const xOf = (lon: number, n: number) => (lon / 360 + 0.5) * n;
const yOf = (lat: number, n: number) =>
  (0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * n;

/** The tiles that cover a box. */
export function tilesOf(box: Box, z: number): { x: number; y: number }[] {
  const n = 2 ** z;
  const clamp = (v: number) => Math.min(n - 1, Math.max(0, Math.floor(v)));
  const tiles: { x: number; y: number }[] = [];
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
  private cache = new Map<string, Promise<Placed[]>>();

  constructor(
    private template: string,
    private query: string,
  ) {}

  /** True when the query is another one: what was fetched is forgotten. */
  setQuery(query: string): boolean {
    const changed = query !== this.query;
    if (changed) {
      this.query = query;
      this.cache.clear();
    }
    return changed;
  }

  /** All features of the tiles that cover a box. One that fails is empty, asked again later. */
  async load(box: Box, z: number): Promise<Placed[]> {
    const wanted = tilesOf(box, z).map(({ x, y }) => this.tile(z, x, y));
    return (await Promise.all(wanted)).flat();
  }

  private tile(z: number, x: number, y: number): Promise<Placed[]> {
    const path = this.template
      .replace('{z}', String(z))
      .replace('{x}', String(x))
      .replace('{y}', String(y));
    const url = this.query ? `${path}?${this.query}` : path;
    let tile = this.cache.get(url);
    if (!tile) {
      tile = this.fetch(url, z);
      this.cache.set(url, tile);
      tile.catch(() => this.cache.delete(url));
      const oldest = this.cache.keys().next();
      if (this.cache.size > KEPT && !oldest.done) {
        this.cache.delete(oldest.value);
      }
    }
    return tile.catch(() => []);
  }

  private async fetch(url: string, z: number): Promise<Placed[]> {
    const response = await fetch(url);
    if (!response.ok) {
      throw new Error(`${url}: ${response.status}`);
    }
    const { features } = (await response.json()) as { features: Feature[] };
    return features.map((feature) => ({
      ...feature,
      key:
        feature.id === undefined
          ? `${z}/${feature.lon}/${feature.lat}/${feature.count}`
          : `entry ${feature.id}`,
      cell: cellOf(feature, z),
    }));
  }
}
