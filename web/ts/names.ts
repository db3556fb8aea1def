// Names of towns on the live map: few, beside the rings and pins, never under one. The server does
// the same on the maps that it draws (src/face/map/names.c).

/** Longitude, latitude, rank (the lower is named first), 1 when abroad, name. */
export type Town = [number, number, number, number, string];
export interface Rect {
  west: number;
  north: number;
  east: number;
  south: number;
}
interface PlacedName {
  name: string;
  isAbroad: boolean;
  lon: number;
  lat: number;
  /** Middle of the name, from the place of the town. */
  dx: number;
  dy: number;
}

const LINE = 13; // px, height of a name
const LETTER = 3.5; // px, half of a letter's width
const APART = 8; // px kept free between two names
const CLEAR = 1; // px kept free between a name and a mark
const EDGE = 4;
const ASIDE = 26; // a name stands this far from its town at most
const PX_PER_NAME = 20_000; // a calm map: a name for so many square pixels

const meet = (a: Rect, b: Rect, apart: number) =>
  a.west < b.east + apart &&
  b.west < a.east + apart &&
  a.north < b.south + apart &&
  b.north < a.south + apart;

const rectAt = (x: number, y: number, half: number): Rect => ({
  west: x - half,
  north: y - LINE / 2,
  east: x + half,
  south: y + LINE / 2,
});

/** From a point to the nearest one of a rectangle. */
const distance = ({ west, north, east, south }: Rect, x: number, y: number) =>
  Math.hypot(
    x - Math.min(Math.max(x, west), east),
    y - Math.min(Math.max(y, north), south),
  );

/** On its place, or beside the mark that stands there. */
function roomFor(x: number, y: number, half: number, marks: Rect[], isFree: (r: Rect) => boolean) {
  const own = rectAt(x, y, half);
  const choices = [own];
  const [mark] = marks
    .filter((m) => meet(own, m, CLEAR))
    .sort((a, b) => distance(a, x, y) - distance(b, x, y));
  if (mark) {
    const [midX, midY] = [(mark.west + mark.east) / 2, (mark.north + mark.south) / 2];
    const [below, above] = [mark.south + LINE / 2 + CLEAR, mark.north - LINE / 2 - CLEAR];
    const aside = half + CLEAR + 2;
    choices.push(
      rectAt(midX, below, half),
      rectAt(midX, above, half),
      rectAt(mark.east + aside, midY, half),
      rectAt(mark.west - aside, midY, half),
      rectAt(midX - half, below, half),
      rectAt(midX + half, below, half),
      rectAt(midX - half, above, half),
      rectAt(midX + half, above, half),
    );
  }
  return choices.find((rect) => distance(rect, x, y) <= ASIDE && isFree(rect));
}

export function placeNames(
  towns: Town[],
  marks: Rect[],
  panels: Rect[],
  size: { x: number; y: number },
  pointOf: (lat: number, lon: number) => { x: number; y: number },
): PlacedName[] {
  const most = Math.floor((size.x * size.y) / PX_PER_NAME) + 2;
  const taken: Rect[] = [];
  const placed: PlacedName[] = [];
  const isFree = (r: Rect) =>
    r.west >= EDGE &&
    r.north >= EDGE &&
    r.east <= size.x - EDGE &&
    r.south <= size.y - EDGE &&
    ![...marks, ...panels].some((other) => meet(r, other, CLEAR)) &&
    !taken.some((other) => meet(r, other, APART));
  for (const [lon, lat, , abroad, name] of towns) {
    if (placed.length >= most) {
      break;
    }
    const { x, y } = pointOf(lat, lon);
    const rect = roomFor(x, y, LETTER * name.length, marks, isFree);
    if (rect) {
      taken.push(rect);
      const dx = Math.round((rect.west + rect.east) / 2 - x);
      const dy = Math.round((rect.north + rect.south) / 2 - y);
      placed.push({ name, isAbroad: abroad === 1, lon, lat, dx, dy });
    }
  }
  return placed;
}
