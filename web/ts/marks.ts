// Rings and pins: real links that stand on the map, the same drawing as the server's.
import { fill, formatNumber } from './dom.js';
import type { Rect } from './names.js';
import type { Box, Feature, Placed } from './tiles.js';

const SVG = 'http://www.w3.org/2000/svg';
const PIN = 'M0 0C-4-7-13-13-13-23a13 13 0 0 1 26 0C13-13 4-7 0 0Z';

export interface Words {
  /** Slug, singular, plural, in the order of a tile's numbers. */
  kinds: { slug: string; one: string; many: string }[];
  cluster: string;
  approximate: string;
}

export function readWords(panel: HTMLElement): Words {
  const kinds = (panel.dataset.kinds ?? '').split(',').map((row) => {
    const [slug = '', one = slug, many = one] = row.split(':');
    return { slug, one, many };
  });
  return {
    kinds,
    cluster: panel.dataset.cluster ?? '{n} : {kinds}',
    approximate: panel.dataset.approximate ?? '',
  };
}

export const boxText = ({ west, south, east, north }: Box) =>
  [west, south, east, north].map((v) => Number(v.toFixed(4))).join(',');

function node(
  name: string,
  attributes: Record<string, string | number>,
  parent?: Element,
): Element {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, String(value));
  }
  parent?.append(element);
  return element;
}

function picture(width: number, height: number, x: number, y: number): Element {
  const viewBox = `${x} ${y} ${width} ${height}`;
  return node('svg', { width, height, viewBox, 'aria-hidden': 'true' });
}

/** Radius of a ring by its count, as the atlas counts on it: so no two neighbours overlap. */
const radiusOf = (count: number) =>
  count < 10 ? 13 : count < 100 ? 15 : count < 1000 ? 17 : count < 10_000 ? 20 : 24;

function drawRing(feature: Feature, words: Words): { svg: Element; size: number } {
  const r = radiusOf(feature.count);
  const size = 2 * r + 2;
  const svg = picture(size, size, -size / 2, -size / 2);
  node('circle', { class: 'ring-disc', r }, svg);
  let before = 0;
  feature.kinds.forEach((n, i) => {
    const share = (100 * n) / feature.count;
    if (n > 0) {
      node(
        'circle',
        {
          class: `ring-arc k-${words.kinds[i]?.slug ?? 'story'}`,
          r: r - 3,
          pathLength: 100,
          'stroke-dasharray': `${share.toFixed(2)} 100`,
          'stroke-dashoffset': (-before).toFixed(2),
        },
        svg,
      );
    }
    before += share;
  });
  const text = node('text', {}, svg);
  text.textContent =
    feature.count < 10_000 ? formatNumber(feature.count) : `${Math.floor(feature.count / 1000)}k`;
  return { svg, size };
}

function drawPin(kind: string): Element {
  const svg = picture(34, 40, -17, -38);
  node('path', { class: 'pin-shape', d: PIN }, svg);
  node('use', { class: 'pin-icon', href: `#i-${kind}`, x: -8, y: -31, width: 16, height: 16 }, svg);
  return svg;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const kindName = (words: Words, kind: string) =>
  capital(words.kinds.find(({ slug }) => slug === kind)?.one ?? kind);

function clusterName(feature: Feature, words: Words): string {
  const parts = words.kinds.flatMap(({ one, many }, i) => {
    const n = feature.kinds[i] ?? 0;
    return n > 0 ? [`${formatNumber(n)} ${n === 1 ? one : many}`] : [];
  });
  return fill(words.cluster, { n: formatNumber(feature.count), kinds: parts.join(', ') });
}

/** A link for a feature, placed by its top left corner: the margins move it onto its point. */
export function makeMark(
  feature: Placed,
  words: Words,
  exploreUrl: string,
  query: string,
): HTMLAnchorElement {
  const link = document.createElement('a');
  if (feature.id !== undefined) {
    const kind = feature.kind ?? 'story';
    const name = [feature.title, feature.place].filter(Boolean).join(', ');
    link.className = `mark pin k-${kind}${feature.approximate ? ' pin--approximate' : ''}`;
    link.href = `/entries/${feature.id}${feature.slug ? `-${feature.slug}` : ''}`;
    link.title = feature.title ?? '';
    link.dataset.id = String(feature.id);
    link.setAttribute(
      'aria-label',
      `${kindName(words, kind)} : ${name}${feature.approximate ? `, ${words.approximate}` : ''}`,
    );
    link.append(drawPin(kind));
    link.style.margin = '-38px 0 0 -17px';
  } else {
    const { svg, size } = drawRing(feature, words);
    link.className = `mark ring${feature.approximate ? ' ring--approximate' : ''}`;
    link.href = `${exploreUrl}?${query ? `${query}&` : ''}bbox=${boxText(feature.cell)}`;
    link.setAttribute('aria-label', clusterName(feature, words));
    link.append(svg);
    link.style.margin = `${-size / 2}px 0 0 ${-size / 2}px`;
  }
  return link;
}

/** What a mark covers when it stands on this point. */
export function markRect({ id, count }: Feature, x: number, y: number): Rect {
  if (id !== undefined) {
    return { west: x - 13, north: y - 38, east: x + 13, south: y };
  }
  const r = radiusOf(count) + 1;
  return { west: x - r, north: y - r, east: x + r, south: y + r };
}
