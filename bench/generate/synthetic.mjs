// (a) Synthetic entries: words by a Zipf law, kinds and themes of skewed size, 36,000 territories, points
// gathered around 3,000 centres drawn by a Pareto law and one in ten anywhere.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { drawn, zipf } from './random.mjs';
import { language } from './words.mjs';

const CENTRES = 3000;
const CODES_OF_A_CENTRE = 12;
const THEMES = 60;
const FRANCE = { west: -4.6, east: 7.9, south: 42.6, north: 50.9 };
const KINDS = [['initiative', 38], ['place', 24], ['actor', 15], ['event', 10], ['tool', 6], ['idea', 4], ['story', 3]];
const STATES = [['running', 50], ['begun', 15], ['seeking', 12], ['idea', 9], ['ended', 9], ['paused', 5]];
const LANGUAGES = [['fr', 93], ['en', 4], ['br', 1], ['oc', 1], ['de', 1]];
const SKILLS = ['jardiner', 'reparer', 'coudre', 'cuisiner', 'conduire', 'ecrire', 'traduire', 'filmer', 'compter', 'coder',
  'menuiser', 'animer', 'soigner', 'enseigner', 'dessiner', 'chanter', 'porter', 'accueillir', 'organiser', 'peindre'];
const SORTS = ['time', 'skill', 'thing', 'place', 'work', 'money'];

function themes() {
  const file = new URL('../../data/taxonomies/themes.json', import.meta.url);
  return JSON.parse(readFileSync(file)).concepts.map((concept) => concept.slug).slice(0, THEMES);
}

function codes() {
  const communes = createRequire(import.meta.url)('@etalab/decoupage-administratif/data/communes.json');
  return communes.filter((c) => c.type === 'commune-actuelle').map((c) => c.code).sort();
}

const somewhere = (draw) => ({
  lon: FRANCE.west + draw.random() * (FRANCE.east - FRANCE.west),
  lat: FRANCE.south + draw.random() * (FRANCE.north - FRANCE.south),
});

// Centres side by side share a département: they take their codes in rows from west to east.
function centres(draw, all) {
  const list = Array.from({ length: CENTRES }, () => ({ ...somewhere(draw), spread: 0.01 + 0.1 * draw.random() * draw.random() }));
  list.sort((a, b) => Math.floor(a.lat) - Math.floor(b.lat) || a.lon - b.lon);
  list.forEach((centre, i) => {
    centre.codes = Array.from({ length: CODES_OF_A_CENTRE }, (_, j) => all[(i * CODES_OF_A_CENTRE + j) % all.length]);
  });
  const order = list.map((_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = draw.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  const rank = zipf(CENTRES, draw.random);
  return () => list[order[rank()]];
}

const weighted = (rows, draw) => {
  const which = drawn(rows.map((row) => row[1]), draw.random);
  return () => rows[which()][0];
};
const day = (draw, from, days) => new Date(from + draw.below(days) * 86400000).toISOString().slice(0, 10);
const degrees = (value) => Number(value.toFixed(6));

export function synthetic(draw) {
  const words = language(draw, zipf);
  const all = codes();
  const slugs = themes();
  const centre = centres(draw, all);
  const kind = weighted(KINDS, draw);
  const state = weighted(STATES, draw);
  const tongue = weighted(LANGUAGES, draw);
  const theme = zipf(slugs.length, draw.random);
  const source = zipf(40, draw.random);
  const type = zipf(60, draw.random);
  const types = Array.from({ length: 60 }, () => words.text(2));
  const skill = zipf(SKILLS.length, draw.random);
  const ask = () => {
    const sort = draw.pick(SORTS);
    return { sort, ...(sort === 'skill' ? { skill: SKILLS[skill()] } : {}), text: words.text(draw.between(3, 8)) };
  };
  const place = () => {
    if (draw.chance(0.1)) return { ...somewhere(draw), code: draw.pick(all) };
    const near = centre();
    const stacked = draw.chance(0.05);
    return { lon: near.lon + (stacked ? 0 : near.spread * draw.bell() * 1.4), lat: near.lat + (stacked ? 0 : near.spread * draw.bell()),
      code: draw.pick(near.codes) };
  };
  return (number) => {
    const at = place();
    const slug = `s${source()}`;
    const made = { id: `n${number}`, source: { slug, title: `Source ${slug}`, licence: 'ODbL-1.0' },
      kind: kind(), language: tongue(), title: words.text(draw.between(3, 7)), summary: words.text(draw.between(6, 24)) };
    if (draw.chance(0.3)) made.description = words.text(draw.between(20, 80));
    if (draw.chance(0.7)) made.type = types[type()];
    made.themes = [...new Set(Array.from({ length: draw.between(1, 4) }, () => slugs[theme()]))];
    const tags = Array.from({ length: draw.below(4) }, words.word);
    if (tags.length > 0) made.tags = tags;
    made.place = { territory: `com-${at.code}` };
    if (!draw.chance(0.04)) {
      Object.assign(made.place, { latitude: degrees(at.lat), longitude: degrees(at.lon), precision: 'exact' });
    }
    if (made.kind === 'initiative' || draw.chance(0.2)) made.state = state();
    if (made.kind === 'event') made.dates = [{ role: 'happens', start: day(draw, Date.UTC(2026, 0, 1), 730) }];
    if (draw.chance(0.15)) made.media = [{ kind: 'image', url: `https://example.org/${number}.jpg`, alt: words.text(4) }];
    if (made.kind === 'story') made.media = [{ kind: 'video', url: `https://example.org/${number}.mp4`, title: words.text(5) }];
    if (draw.chance(0.06)) made.needs = [ask()];
    if (draw.chance(0.04)) made.offers = [ask()];
    made.updated = `${day(draw, Date.UTC(2021, 10, 1), 1826)}T12:00:00Z`;
    return made;
  };
}
