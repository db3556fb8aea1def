#!/usr/bin/env node
// Derives N entries from the real sets, moved onto communes drawn by population, as a JSON array in the
// format of docs/entry-format.md. The same N and seed give the same bytes.
//
//   derive.mjs SHARED_FOLDER N [SEED]  > entries.json
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [shared, countText, seedText = '1'] = process.argv.slice(2);
const count = Number(countText);
if (!shared || !Number.isInteger(count) || count < 1) {
  console.error('usage: derive.mjs SHARED_FOLDER N [SEED]');
  process.exit(2);
}

// mulberry32: small, seeded, the same everywhere.
let state = Number(seedText) >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = (list) => list[Math.floor(random() * list.length)];

const unpack = (path) => execFileSync('zstdcat', [path], { maxBuffer: 1 << 28 }).toString();

function communes() {
  const [head, ...rows] = unpack(join(shared, 'data/territoires-fr/gazetteer-communes.tsv.zst')).trim().split('\n');
  const names = head.split('\t');
  const list = rows
    .map((row) => Object.fromEntries(row.split('\t').map((value, i) => [names[i], value])))
    .filter((c) => c.type === 'commune-actuelle' && c.lon && c.lat);
  let sum = 0;
  for (const commune of list) {
    sum += Math.max(50, Number(commune.population) || 0);
    commune.upTo = sum;
  }
  return (share) => {
    const wanted = share * sum;
    let low = 0;
    let high = list.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle].upTo < wanted) low = middle + 1;
      else high = middle;
    }
    return list[low];
  };
}

function csvRows(text) {
  const rows = text.split(/\r?\n/).filter(Boolean).map((line) => line.slice(1, -1).split('","'));
  const head = rows.shift();
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ''])));
}

function models() {
  const places = csvRows(unpack(join(shared, 'data/bnlc-covoiturage/bnlc-2023-12-05.csv.zst')));
  const digital = JSON.parse(readFileSync(join(shared, 'data/mediation-numerique/hinaura-aura.json')));
  const houses = JSON.parse(readFileSync(join(shared, 'data/france-services/france_services.geojson'))).features;
  return [
    ...places.filter((_, i) => i % 8 === 0).map((p) => ({
      kind: 'place', title: p.nom_lieu || 'Aire de covoiturage', type: p.type, themes: ['carpooling'], summary: p.comm })),
    ...digital.map((d) => ({
      kind: 'place', title: d.nom, themes: ['digital-inclusion'], tags: (d.services ?? '').split(';').slice(0, 6).filter(Boolean),
      opening_hours: d.horaires, summary: (d.services ?? '').replaceAll(';', ', ') })),
    ...houses.map(({ properties: h }) => ({
      kind: 'place', title: h.lib_france_services, type: 'France services', themes: ['public-services'] })),
  ];
}

const KINDS = ['initiative', 'initiative', 'initiative', 'place', 'place', 'actor', 'actor', 'event', 'tool', 'idea', 'story'];
const THEMES = ['food', 'housing', 'energy', 'mobility', 'water', 'biodiversity', 'waste', 'repair', 'education', 'culture',
  'solidarity', 'democracy', 'community-gardens', 'repair-cafes', 'composting', 'third-places', 'citizen-energy'];
const STATES = ['idea', 'begun', 'running', 'running', 'running', 'seeking', 'ended'];

function entry(number, model, commune) {
  const stacked = random() < 0.1; // as in the real sets: some points are the commune's own
  const spread = stacked ? 0 : 0.02 * (random() + random() - 1);
  const made = {
    id: `d${number}`,
    kind: random() < 0.5 ? model.kind : pick(KINDS),
    title: `${model.title} ${commune.nom}`.slice(0, 290),
    summary: (model.summary || '').slice(0, 400),
    type: model.type || '',
    themes: [...new Set([...(random() < 0.6 ? model.themes : []), pick(THEMES)])],
    tags: model.tags ?? [],
    opening_hours: model.opening_hours || '',
    place: {
      city: commune.nom, territory: `com-${commune.code_insee}`,
      latitude: Number((Number(commune.lat) + spread).toFixed(6)), longitude: Number((Number(commune.lon) + spread * 1.3).toFixed(6)),
      precision: 'exact',
    },
  };
  if (made.kind === 'initiative') made.state = pick(STATES);
  if (made.kind === 'event') {
    const day = new Date(Date.UTC(2026, 0, 1) + Math.floor(random() * 730) * 86400000).toISOString().slice(0, 10);
    made.dates = [{ role: 'happens', start: day }];
  }
  if (random() < 0.08) made.needs = [{ sort: 'time', text: `des bras à ${commune.nom}` }];
  if (random() < 0.05) made.offers = [{ sort: 'skill', text: 'sa méthode, pas à pas' }];
  for (const key of ['summary', 'type', 'opening_hours']) if (!made[key]) delete made[key];
  if (made.tags.length === 0) delete made.tags;
  return made;
}

const at = communes();
const from = models();
process.stdout.write('[\n');
for (let number = 0; number < count; number++) {
  const line = JSON.stringify(entry(number, from[number % from.length], at(random())));
  if (!process.stdout.write(line + (number + 1 < count ? ',\n' : '\n]\n'))) {
    await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}
