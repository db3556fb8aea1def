// Equality before speed: what an engine answers against the plain SQL answer.
import Pbf from 'pbf';
import { VectorTile } from '@mapbox/vector-tile';

// Of the best twenty, on average over all questions with an order. 97 % are wanted; many derived entries are
// copies of one record whose exact scores differ by less than the impacts' rounding, so they swap places.
export const BEST_WANTED = 0.97;
export const BEST_LEAST = { synthetic: 0.97, derived: 0.9 };

const sorted = (counts) => JSON.stringify(Object.entries(counts).sort());

// The counts of a tile's features; decoded by the library that maps use.
export function tileSum(hex) {
  if (hex === '') return 0;
  const tile = new VectorTile(new Pbf(Buffer.from(hex, 'hex')));
  const layer = tile.layers[Object.keys(tile.layers)[0]];
  let sum = 0;
  for (let i = 0; i < layer.length; i++) {
    const { properties } = layer.feature(i);
    sum += properties.count ?? properties.point_count ?? 1;
  }
  return sum;
}

// What is wrong with an answer, as sentences; none: it agrees.
export function faults(plain, answer, { whole = true } = {}) {
  const found = [];
  if (answer.total !== plain.total) found.push(`total ${answer.total}, not ${plain.total}`);
  if (answer.tile !== undefined) {
    try {
      const sum = tileSum(answer.tile);
      if (sum !== plain.total) found.push(`the tile's counts add up to ${sum}, not ${plain.total}`);
    } catch (error) {
      found.push(`the tile cannot be decoded: ${error.message}`);
    }
  }
  if (plain.facets && whole) {
    if (!answer.facets) found.push('no facets');
    for (const [facet, counts] of Object.entries(answer.facets ?? {})) {
      if (sorted(counts) !== sorted(plain.facets[facet])) found.push(`the counts of ${facet} differ`);
    }
  }
  return found;
}

// The share of the plain answer's best twenty that an engine found too; undefined when there is no order.
export function shared(plain, answer) {
  if (!plain.best?.length) return undefined;
  const found = new Set(answer.best);
  return plain.best.filter((document) => found.has(document)).length / plain.best.length;
}
