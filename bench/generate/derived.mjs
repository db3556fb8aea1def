// (b) Entries derived from the real sets: each copy of a record is moved to a commune drawn by population,
// near its centre. What the records share (titles, hours, services, one point for several) stays shared.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawn } from './random.mjs';

const unpack = (path) => execFileSync('zstdcat', [path], { maxBuffer: 1 << 28 }).toString();

function communes(shared, draw) {
  const [head, ...rows] = unpack(join(shared, 'data/territoires-fr/gazetteer-communes.tsv.zst')).trim().split('\n');
  const names = head.split('\t');
  const list = rows
    .map((row) => Object.fromEntries(row.split('\t').map((value, i) => [names[i], value])))
    .filter((c) => c.type === 'commune-actuelle' && c.lon && c.lat);
  const which = drawn(list.map((c) => Math.max(50, Number(c.population) || 0)), draw.random);
  return () => list[which()];
}

function csvRows(text) {
  const rows = text.split(/\r?\n/).filter(Boolean).map((line) => line.slice(1, -1).split('","'));
  const head = rows.shift();
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ''])));
}

// `at` is where the record stands in truth: only whether another stands there too is kept.
function models(shared) {
  const places = csvRows(unpack(join(shared, 'data/bnlc-covoiturage/bnlc-2023-12-05.csv.zst')));
  const digital = JSON.parse(readFileSync(join(shared, 'data/mediation-numerique/hinaura-aura.json')));
  const houses = JSON.parse(readFileSync(join(shared, 'data/france-services/france_services.geojson'))).features;
  const all = [
    ...places.filter((_, i) => i % 8 === 0).map((p) => ({ source: 'covoiturage', at: `${p.Xlong} ${p.Ylat}`,
      title: p.nom_lieu || 'Aire de covoiturage', type: p.type, themes: ['carpooling'], summary: p.comm })),
    ...digital.map((d) => ({ source: 'numerique', at: `${d.longitude} ${d.latitude}`,
      title: d.nom, themes: ['digital-inclusion'], tags: (d.services ?? '').split(';').slice(0, 6).filter(Boolean),
      opening_hours: d.horaires, summary: (d.services ?? '').replaceAll(';', ', ') })),
    ...houses.map(({ properties: h }) => ({ source: 'services', at: `${h.LONGITUDE} ${h.LATITUDE}`,
      title: h.lib_france_services, type: 'France services', themes: ['public-services'] })),
  ];
  const times = new Map();
  for (const model of all) times.set(model.at, (times.get(model.at) ?? 0) + 1);
  for (const model of all) model.stacked = times.get(model.at) > 1;
  return all;
}

const KINDS = ['initiative', 'initiative', 'initiative', 'place', 'place', 'actor', 'actor', 'event', 'tool', 'idea', 'story'];
const THEMES = ['food', 'housing', 'energy', 'mobility', 'water', 'biodiversity', 'waste', 'repair', 'education', 'culture',
  'solidarity', 'democracy', 'community-gardens', 'repair-cafes', 'composting', 'third-places', 'citizen-energy'];
const STATES = ['idea', 'begun', 'running', 'running', 'running', 'seeking', 'ended'];

export function derived(draw, shared) {
  if (!existsSync(join(shared, 'data'))) {
    throw new Error(`${shared}/data is not there; set AGORA_SHARED to the folder that holds data/`);
  }
  const commune = communes(shared, draw);
  const from = models(shared);
  return (number) => {
    const model = from[number % from.length];
    const to = commune();
    const spread = model.stacked ? 0 : 0.02 * (draw.random() + draw.random() - 1);
    const made = {
      id: `d${number}`,
      source: { slug: model.source, title: model.source, licence: 'ODbL-1.0' },
      kind: draw.chance(0.5) ? 'place' : draw.pick(KINDS),
      title: `${model.title} ${to.nom}`.slice(0, 290),
      summary: (model.summary || '').slice(0, 400),
      type: model.type || '',
      themes: [...new Set([...(draw.chance(0.6) ? model.themes : []), draw.pick(THEMES)])],
      tags: model.tags ?? [],
      opening_hours: model.opening_hours || '',
      place: { city: to.nom, territory: `com-${to.code_insee}`, latitude: Number((Number(to.lat) + spread).toFixed(6)),
        longitude: Number((Number(to.lon) + spread * 1.3).toFixed(6)), precision: 'exact' },
    };
    if (made.kind === 'initiative') made.state = draw.pick(STATES);
    if (made.kind === 'event') {
      made.dates = [{ role: 'happens', start: new Date(Date.UTC(2026, 0, 1) + draw.below(730) * 86400000).toISOString().slice(0, 10) }];
    }
    if (draw.chance(0.08)) made.needs = [{ sort: 'time', text: `des bras à ${to.nom}` }];
    if (draw.chance(0.05)) made.offers = [{ sort: 'skill', text: 'sa méthode, pas à pas' }];
    for (const key of ['summary', 'type', 'opening_hours']) if (!made[key]) delete made[key];
    if (made.tags.length === 0) delete made.tags;
    return made;
  };
}
