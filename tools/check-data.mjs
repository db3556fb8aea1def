#!/usr/bin/env node
// Checks the data that ships, data/taxonomies/*.json and data/demo/*.json, against
// docs/entry-format.md and the rules of data/README.md. Prints one TAP line a file, then what is
// wrong with it; exits with 1 when anything is.
//
//   node tools/check-data.mjs [DATA_FOLDER]

import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const data = process.argv[2] ?? join(root, 'data');

const LANGUAGES = ['fr', 'en'];
const SENTENCE_WORDS_MAX = 20;
const LIST_MAX = 64; // ENTRY_LIST_MAX
const KINDS = ['initiative', 'idea', 'tool', 'place', 'event', 'actor', 'story'];
const STATES = ['idea', 'begun', 'running', 'seeking', 'paused', 'ended'];
const PRECISIONS = ['exact', '100m', 'commune', 'departement', 'region', 'country'];
const RELATIONS = ['presents', 'runs', 'made', 'accompanied', 'recycles-for', 'co-writes', 'part-of',
  'inspired-by', 'see-also'];
const TERRITORY =
  /^(com-(\d{5}|2[AB]\d{3})|epci-\d{9}|dep-(0[1-9]|[1-8]\d|9[0-5]|2[AB]|97[1-6])|reg-\d{2}|country-[a-z]{2}|t-[a-z0-9-]+)$/;
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const LEVEL_OF_PRECISION = { commune: 'com', departement: 'dep', region: 'reg', country: 'country' };

// ---- what a value may be: each check gives a sentence when it is not

const text = (v) => (typeof v === 'string' && v.trim() !== '' ? null : 'is not a text');
const textOrEmpty = (v) => (typeof v === 'string' ? null : 'is not a text');
const number = (low, high) => (v) =>
  typeof v === 'number' && v >= low && v <= high ? null : `is not a number from ${low} to ${high}`;
const oneOf = (list) => (v) => (list.includes(v) ? null : `is none of ${list.join(', ')}`);
const matches = (pattern, what) => (v) =>
  typeof v === 'string' && pattern.test(v) ? null : `is not ${what}`;
const slug = matches(SLUG, 'a slug (lower case, digits, hyphens)');
const territory = matches(TERRITORY, 'a territory code');

function url(v) {
  try {
    return ['http:', 'https:'].includes(new URL(v).protocol) ? null : 'is not a web address';
  } catch {
    return 'is not a web address';
  }
}

function daysInMonth(year, month) {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** EDTF level 1 as docs/entry-format.md has it: year, season, month, day, minute. */
function edtf(v) {
  const m = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2}))?)?)?$/.exec(v);
  if (!m) return 'is not a date';
  const [year, month, day, hour, minute] = m.slice(1).map((x) => (x === undefined ? null : +x));
  if (month === null) return null;
  if (month >= 21 && month <= 24) return day === null ? null : 'has a day in a season';
  if (month < 1 || month > 12) return 'has no such month';
  if (day !== null && (day < 1 || day > daysInMonth(year, month))) return 'has no such day';
  if (hour !== null && (hour > 23 || minute > 59)) return 'has no such time';
  return null;
}

function dateTime(v) {
  return typeof v === 'string' && !Number.isNaN(Date.parse(v)) ? null : 'is not a date and time';
}

const list = (of) => ({ list: of });
const optional = (of) => ({ optional: of });

const ASK = { sort: oneOf(['time', 'skill', 'thing', 'place', 'work', 'money']),
  skill: optional(textOrEmpty), text };

const TRANSLATION = { title: text, summary: optional(text), description: optional(text),
  figures: optional(list(text)), needs: optional(list(text)), offers: optional(list(text)) };

const ENTRY = {
  id: slug, kind: oneOf(KINDS), state: optional(oneOf(STATES)), language: oneOf(['fr']), title: text,
  summary: text, description: optional(text), type: optional(text), themes: list(slug),
  tags: optional(list(text)),
  place: optional({ name: optional(text), address: optional(text),
    postal_code: optional(matches(/^\d{5}$/, 'a postal code')), city: optional(text),
    territory: optional(territory), latitude: optional(number(-90, 90)),
    longitude: optional(number(-180, 180)), precision: optional(oneOf(PRECISIONS)) }),
  contacts: optional(list({ kind: oneOf(['website', 'email', 'telephone', 'form', 'social']),
    value: text, label: optional(textOrEmpty),
    visibility: optional(oneOf(['public', 'members', 'team'])) })),
  opening_hours: optional(text), wheelchair: optional(oneOf(['yes', 'limited', 'no'])),
  price: optional(text), audience: optional(text),
  dates: optional(list({ role: oneOf(['happens', 'founded', 'began', 'ended']), start: edtf,
    end: optional(edtf), zone: optional(text), note: optional(textOrEmpty) })),
  figures: optional(list({ value: text, unit: optional(textOrEmpty), label: text,
    date: optional(edtf), source: text })),
  links: optional(list({ relation: oneOf(RELATIONS), target: text })),
  media: optional(list({ kind: oneOf(['image', 'video', 'audio', 'document']), url, title: text,
    alt: optional(textOrEmpty), licence: text, credit: optional(text),
    duration_s: optional(number(0, 360000)), transcript: optional(textOrEmpty) })),
  needs: optional(list(ASK)), offers: optional(list(ASK)), translations: { en: TRANSLATION },
  licence: oneOf(['CC-BY-SA-4.0']), source_url: optional(url), source_note: text,
  end_reason: optional(text), created: optional(dateTime), updated: optional(dateTime),
  confirmed: optional(edtf), example: optional(oneOf([true])),
};

const LABELS = { fr: text, en: text };
const TAXONOMY = {
  scheme: slug, title: LABELS, source: textOrEmpty, licence: oneOf(['CC0-1.0']),
  concepts: list({ slug, broader: (v) => (v === null ? null : slug(v)), label: LABELS,
    synonyms: { fr: list(text), en: list(text) } }),
};

/** Compares a value with a shape; every difference is one line in `faults`. */
function checkShape(value, shape, path, faults) {
  if (typeof shape === 'function') {
    const fault = shape(value);
    if (fault) faults.push(`${path} ${fault}: ${JSON.stringify(value)}`);
  } else if (shape.list) {
    if (!Array.isArray(value)) return void faults.push(`${path} is not a list`);
    value.forEach((item, i) => checkShape(item, shape.list, `${path}[${i}]`, faults));
  } else if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.push(`${path} is not an object`);
  } else {
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(shape, key)) faults.push(`${path}.${key} is an unknown key`);
    }
    for (const [key, rule] of Object.entries(shape)) {
      const inner = rule.optional ?? rule;
      if (Object.hasOwn(value, key)) checkShape(value[key], inner, `${path}.${key}`, faults);
      else if (!rule.optional) faults.push(`${path}.${key} is missing`);
    }
  }
}

// ---- typography

const FRENCH_RULES = [
  [/'/, 'straight apostrophe (’)'],
  [/"/, 'straight quotation mark («\u00a0»)'],
  [/[^\u202f;!?…][;!?]/u, 'no narrow space (U+202F) before ; ! ?'],
  [/(?<!\d)(?<!\u00a0):|(?<=\d):(?!\d)/u, 'no no-break space (U+00A0) before :'],
  [/«(?!\u00a0)|(?<!\u00a0)»/u, 'no no-break space (U+00A0) inside « »'],
  [/\d [\d%]/, 'plain space inside a number'],
  [/\.\.\./, 'three dots (…)'],
  [/\p{L}·\p{L}/u, 'middle dot inside a word'],
  [/(^|\P{L})(oe|c?oeur|oeuvre|soeur|voeu)s?(?!\p{L})/iu, 'oe (œ)'],
];
const ENGLISH_RULES = [
  [/'/, 'straight apostrophe (’)'],
  [/"/, 'straight quotation mark (“ ”)'],
  [/[\s\u00a0\u202f][;:!?]/u, 'space before ; : ! ?'],
];
const ANY_RULES = [
  [/^\s|\s$/u, 'space at an end'],
  [/ {2}/, 'two spaces'],
  [/[\u0000-\u0009\u000b-\u001f\u007f\ufffd]/u, 'control or replacement character'],
  [/<[a-z!/]/i, 'raw HTML'],
];

const withoutAddresses = (s) => s.replace(/https?:\/\/[^\s)]+/g, '');

function checkTypography(s, language, path, faults) {
  const rules = [...ANY_RULES, ...(language === 'fr' ? FRENCH_RULES : ENGLISH_RULES)];
  for (const [pattern, what] of rules) {
    const found = pattern.exec(withoutAddresses(s));
    if (found) {
      const around = s.slice(Math.max(0, found.index - 15), found.index + 15).replace(/\n/g, ' ');
      faults.push(`${path}: ${what} near "${around}"`);
    }
  }
  if (s !== s.normalize('NFC')) faults.push(`${path} is not in Unicode form NFC`);
}

/** Plain language: a sentence has at most 20 words. */
function checkSentences(s, path, faults) {
  for (const sentence of withoutAddresses(s).split(/[.!?…][*\s\u00a0»”]*(?=\s|$)|\n\n|(?<=\*\*)\s/u)) {
    const words = sentence.split(/[\s\u00a0]+/u).filter((w) => /[\p{L}\d]/u.test(w));
    if (words.length > SENTENCE_WORDS_MAX) {
      faults.push(`${path}: a sentence of ${words.length} words: "${sentence.trim().slice(0, 40)}…"`);
    }
  }
}

// ---- taxonomies

const fold = (s) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/œ/g, 'oe')
  .replace(/[^\p{L}\d]+/gu, ' ').trim();

/** `known`: slugs and words of the taxonomies read so far; both belong to one concept only. */
function checkTaxonomy(taxonomy, name, known, faults) {
  checkShape(taxonomy, TAXONOMY, 'taxonomy', faults);
  if (faults.length > 0) return;
  if (taxonomy.scheme !== name) faults.push(`scheme "${taxonomy.scheme}" is not the file's name`);
  const here = new Set();
  for (const concept of taxonomy.concepts) {
    if (known.slugs.has(concept.slug)) {
      faults.push(`${concept.slug} is already in ${known.slugs.get(concept.slug)}`);
    }
    known.slugs.set(concept.slug, name);
    if (concept.broader !== null && !here.has(concept.broader)) {
      faults.push(`${concept.slug}: broader "${concept.broader}" does not stand before it`);
    }
    here.add(concept.slug);
    for (const language of LANGUAGES) checkConceptWords(concept, language, known.words, faults);
  }
}

function checkConceptWords(concept, language, words, faults) {
  const label = concept.label[language];
  checkTypography(label, language, `${concept.slug}.label.${language}`, faults);
  const own = new Set();
  for (const word of [label, ...concept.synonyms[language]]) {
    const folded = fold(word);
    if (own.has(folded)) faults.push(`${concept.slug}: "${word}" stands twice in ${language}`);
    own.add(folded);
    const owner = words.get(folded) ?? concept.slug;
    if (owner !== concept.slug) faults.push(`${concept.slug}: "${word}" belongs to ${owner} too`);
    words.set(folded, concept.slug);
  }
  for (const word of concept.synonyms[language]) {
    if (word !== word.toLowerCase() || word !== word.trim() || word !== word.normalize('NFC')) {
      faults.push(`${concept.slug}: synonym "${word}" is not in lower case, trimmed, NFC`);
    }
  }
}

// ---- entries

/** Every French text of an entry with its path. */
function* frenchTexts(entry) {
  for (const key of ['title', 'summary', 'description', 'type', 'price', 'audience', 'source_note',
    'end_reason']) {
    if (entry[key]) yield [key, entry[key]];
  }
  for (const key of ['name', 'address', 'city']) {
    if (entry.place?.[key]) yield [`place.${key}`, entry.place[key]];
  }
  const lists = { contacts: ['label'], dates: ['note'], figures: ['value', 'label', 'source'],
    media: ['title', 'alt', 'credit', 'transcript'], needs: ['text'], offers: ['text'] };
  for (const [key, fields] of Object.entries(lists)) {
    for (const [i, item] of (entry[key] ?? []).entries()) {
      for (const field of fields) if (item[field]) yield [`${key}[${i}].${field}`, item[field]];
    }
  }
  for (const [i, tag] of (entry.tags ?? []).entries()) yield [`tags[${i}]`, tag];
}

function* englishTexts(entry) {
  for (const [key, value] of Object.entries(entry.translations.en)) {
    if (typeof value === 'string') yield [`en.${key}`, value];
    else for (const [i, item] of value.entries()) yield [`en.${key}[${i}]`, item];
  }
}

function checkTexts(entry, at, faults) {
  for (const [path, s] of frenchTexts(entry)) checkTypography(s, 'fr', `${at}.${path}`, faults);
  for (const [path, s] of englishTexts(entry)) checkTypography(s, 'en', `${at}.${path}`, faults);
  const en = entry.translations.en;
  for (const key of ['summary', 'description']) {
    if ((key in entry) !== (key in en)) faults.push(`${at}.${key} is in one language only`);
    if (entry[key]) checkSentences(entry[key], `${at}.${key}`, faults);
    if (en[key]) checkSentences(en[key], `${at}.en.${key}`, faults);
  }
  for (const key of ['figures', 'needs', 'offers']) {
    const count = entry[key]?.length ?? 0;
    if (count !== (en[key]?.length ?? 0)) faults.push(`${at}.${key} is not all in English`);
  }
  if ([entry.title, en.title].some((title) => /^ex[ea]mple/i.test(title))) {
    faults.push(`${at}: "example" is the mark of an example; the title says what it is about`);
  }
}

function checkPlace(place, at, faults) {
  const hasPoint = 'latitude' in place;
  if (hasPoint !== 'longitude' in place) faults.push(`${at}.place has half a point`);
  if (hasPoint !== ['exact', '100m'].includes(place.precision)) {
    faults.push(`${at}.place: a point and a precision of 100 m or better go together`);
  }
  const level = LEVEL_OF_PRECISION[place.precision];
  if (level && !place.territory?.startsWith(`${level}-`)) {
    faults.push(`${at}.place: precision ${place.precision} wants a territory ${level}-…`);
  }
}

function checkDates(dates, at, faults) {
  for (const [i, date] of dates.entries()) {
    if (!date.end) continue;
    const sameKind = date.start.length === date.end.length && !/-2[1-4]$/.test(date.start + date.end);
    if (sameKind ? date.end < date.start : date.end.slice(0, 4) < date.start.slice(0, 4)) {
      faults.push(`${at}.dates[${i}] ends before it starts`);
    }
  }
}

function checkEntry(entry, ids, themes, faults) {
  const at = entry.id;
  checkTexts(entry, at, faults);
  if (entry.place) checkPlace(entry.place, at, faults);
  checkDates(entry.dates ?? [], at, faults);
  for (const theme of entry.themes) {
    if (!themes.has(theme)) faults.push(`${at}: there is no theme "${theme}"`);
  }
  if (entry.themes.length === 0) faults.push(`${at} has no theme`);
  if (new Set(entry.themes).size !== entry.themes.length) faults.push(`${at} has a theme twice`);
  for (const link of entry.links ?? []) {
    if (!ids.has(link.target) && url(link.target)) faults.push(`${at}: no entry "${link.target}"`);
    if (link.target === at) faults.push(`${at} is linked to itself`);
  }
  for (const contact of entry.contacts ?? []) {
    if (contact.kind === 'website' && url(contact.value)) {
      faults.push(`${at}: "${contact.value}" is not a web address`);
    }
  }
  for (const [key, value] of Object.entries(entry)) {
    if (Array.isArray(value) && value.length > LIST_MAX) faults.push(`${at}.${key} is too long`);
  }
}

// ---- the run

function parse(path, faults) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)));
  } catch (error) {
    faults.push(error.message);
    return null;
  }
}

function jsonFiles(folder) {
  return readdirSync(join(data, folder)).filter((f) => f.endsWith('.json')).sort()
    .map((f) => ({ path: join(data, folder, f), name: f.slice(0, -5), faults: [] }));
}

/** Reads the entries of all demo files first, since links cross files. */
function readEntries(files) {
  const ids = new Set();
  for (const file of files) {
    const entries = parse(file.path, file.faults);
    if (entries !== null && !Array.isArray(entries)) file.faults.push('is not a list of entries');
    file.entries = Array.isArray(entries) ? entries : [];
    for (const entry of file.entries) {
      if (ids.has(entry?.id)) file.faults.push(`"${entry.id}" stands twice`);
      ids.add(entry?.id);
    }
  }
  return ids;
}

const taxonomies = jsonFiles('taxonomies');
const known = { slugs: new Map(), words: new Map() };
for (const file of taxonomies) {
  const taxonomy = parse(file.path, file.faults);
  if (taxonomy !== null) checkTaxonomy(taxonomy, file.name, known, file.faults);
}

const demos = jsonFiles('demo');
const ids = readEntries(demos);
for (const file of demos) {
  for (const [i, entry] of file.entries.entries()) {
    const faults = [];
    checkShape(entry, ENTRY, entry?.id ?? `[${i}]`, faults);
    if (faults.length === 0) checkEntry(entry, ids, known.slugs, faults);
    file.faults.push(...faults);
  }
}

const files = [...taxonomies, ...demos];
if (taxonomies.length === 0 || demos.length === 0) {
  files.push({ path: data, faults: ['holds no taxonomy or no demo'] });
}
console.log(`1..${files.length}`);
for (const [i, file] of files.entries()) {
  const verdict = file.faults.length === 0 ? 'ok' : 'not ok';
  console.log(`${verdict} ${i + 1} - ${relative(root, file.path)} keeps the shapes and rules of data`);
  for (const fault of file.faults) console.log(`  # ${fault}`);
}
process.exitCode = files.some((file) => file.faults.length > 0) ? 1 : 0;
