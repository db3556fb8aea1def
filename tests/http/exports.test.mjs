// Whole results in every form, each read by software that is not ours: GDAL, Python's csv, check-geojson,
// ical.js, feedsmith, xmllint. The entries are as unkind as people's texts can be.
import { check } from '@placemarkio/check-geojson';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith';
import ICAL from 'ical.js';

import { agora, importEntries, start, temporaryFolder } from './harness.mjs';

const FORMS = ['csv', 'geojson', 'jsonl', 'kml', 'gpx', 'ics', 'atom', 'rss', 'feed.json'];
const MEDIA = {
  csv: 'text/csv; charset=utf-8', geojson: 'application/geo+json', jsonl: 'application/jsonl; charset=utf-8',
  kml: 'application/vnd.google-earth.kml+xml', gpx: 'application/gpx+xml', ics: 'text/calendar; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8', rss: 'application/rss+xml; charset=utf-8',
  'feed.json': 'application/feed+json; charset=utf-8',
};
const FEEDS = ['atom', 'rss', 'feed.json'];

const LONG = Array.from({ length: 300 }, (_, i) => `anticonstitutionnellement${i}`).join(' ');
const ENTRIES = [
  { id: 'plain', kind: 'place', title: 'Café des possibles', summary: 'On y répare tout.', themes: ['repair-cafes'],
    place: { name: 'La Halle', address: '3 rue du Lac', postal_code: '01000', city: 'Bourg-en-Bresse', latitude: 46.2052, longitude: 5.2255, precision: 'exact' },
    contacts: [{ kind: 'website', value: 'https://cafe.example/a?b=1&c=2' }, { kind: 'email', value: 'cafe@cafe.example' },
      { kind: 'telephone', value: '+33 4 79 00 00 00' }, { kind: 'email', value: 'hidden@cafe.example', visibility: 'team' }],
    licence: 'ODbL-1.0', source_url: 'https://cafe.example/fiche?x=1&y=%3C2%3E', tags: ['réparer', 'a, b; c'] },
  { id: 'markup', kind: 'initiative', title: ']]> <script>alert("1")</script> & Cie <!-- --> \\n', summary: '<b>gras</b> &amp; ]]>',
    description: 'Du *Markdown*, un [lien](https://a.example/?a=1&b=2), [mal](javascript:alert(1)) et ]]> & <i>html</i>.\n\n- un\n- deux',
    place: { latitude: -21.1151, longitude: 55.5364 } },
  { id: 'formula', kind: 'tool', title: '=HYPERLINK("http://evil.example";"x")', summary: '@SUM(1+1)|cmd', description: '+33 4 79 00 00 00',
    place: { city: 'Chambéry', postal_code: '73000' } },
  { id: 'letters', kind: 'actor', title: 'مرحبا \u202eabc\u202c 👩🏽‍🌾 ẞ \uffff Ω "guillemets" \'apostrophe\' ; , | \t fin', summary: 'ligne 1\nligne 2\r\nligne 3',
    description: 'Un\u2028deux\u2029trois\u0085quatre' },
  { id: 'long', kind: 'idea', title: 'Trois cents mots très longs', description: LONG, licence: 'une licence à nous, sans identifiant' },
  { id: 'needs', kind: 'initiative', title: 'Pédibus', needs: [{ sort: 'time', text: 'deux adultes, le jeudi ; 8 h' }, { sort: 'thing', text: 'des gilets' }],
    offers: [{ sort: 'skill', text: 'son plan' }], place: { latitude: 45.5646, longitude: 5.9178 } },
  { id: 'evening', kind: 'event', title: 'Soirée ; débat, échanges', dates: [{ role: 'happens', start: '2026-07-06T18:30', end: '2026-07-06T21:00' },
    { role: 'happens', start: '2026-12-06T18:30' }, { role: 'founded', start: '2016' }], place: { latitude: 45.5646, longitude: 5.9178 } },
  { id: 'days', kind: 'event', title: 'Festival de trois jours', dates: [{ role: 'happens', start: '2026-05-30', end: '2026-06-01' }] },
  { id: 'reunion', kind: 'event', title: 'Kabar à Saint-Denis', dates: [{ role: 'happens', start: '2026-08-01T20:00', end: '2026-08-02T02:00', zone: 'Indian/Reunion' }] },
  { id: 'offset', kind: 'event', title: 'Visio d’ailleurs', dates: [{ role: 'happens', start: '2026-08-01T20:00', zone: '+05:30' }] },
  { id: 'old', kind: 'event', title: 'Il y a longtemps', dates: [{ role: 'happens', start: '1987-10-03T10:00' }] },
  { id: 'spring', kind: 'event', title: 'Au printemps', dates: [{ role: 'happens', start: '2027-21' }, { role: 'happens', start: '2027-05-02', end: '2027-05' }] },
];

const run = (command, ...words) => {
  const done = spawnSync(command, words, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.error) throw done.error;
  assert.equal(done.status, 0, `${command} ${words.join(' ')}: ${done.stderr}`);
  return done.stdout;
};
const inXml = (text) => text.replace(/[\uFFFE\uFFFF]/g, '');
const sorted = (texts) => [...texts].sort();

describe('exports', () => {
  let server;
  let items;
  const folder = temporaryFolder();
  // A connection of its own for each: while a foreign reader runs nothing is read here, and the server closes what is idle.
  const get = (path, options) => fetch(server.url + path, { ...options, headers: { ...options?.headers, connection: 'close' } });
  const text = async (path) => {
    const answer = await get(path);
    assert.equal(answer.status, 200, path);
    return answer.text();
  };
  // A form on disk, for programs.
  const file = async (form, query = '') => {
    const name = join(folder, `export.${form}`);
    writeFileSync(name, await text(`/api/v1/entries.${form}?${query}`));
    return name;
  };
  before(async () => {
    const data = temporaryFolder();
    writeFileSync(join(data, 'unkind.json'), JSON.stringify(ENTRIES));
    const done = agora('import', '--data', data, '--source', 'unkind', '--licence', 'CC-BY-4.0', '--attribution', 'Réseau « Unkind » & Cie', join(data, 'unkind.json'));
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, new RegExp(`added ${ENTRIES.length},`));
    importEntries(data, 'other', [{ id: 'one', kind: 'place', title: 'Une autre source', licence: 'etalab-2.0', place: { latitude: 48.85, longitude: 2.35 } }]);
    server = await start({ folder: data });
    items = (await (await get('/api/v1/entries?limit=1000')).json()).items;
  });
  after(() => server.stop());

  test('every form says its media type, has a tag, answers HEAD and 304', async () => {
    for (const form of FORMS) {
      const path = `/api/v1/entries.${form}?kind=event`;
      const answer = await get(path);
      const body = Buffer.from(await answer.arrayBuffer());
      assert.equal(answer.headers.get('content-type'), MEDIA[form]);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      const disposition = answer.headers.get('content-disposition');
      if (FEEDS.includes(form)) assert.equal(disposition, null, form);
      else assert.match(disposition, new RegExp(`^attachment; filename="agora-\\d{4}-\\d\\d-\\d\\d\\.${form}"$`));
      const etag = answer.headers.get('etag');
      assert.ok(etag, form);
      assert.equal((await get(path, { headers: { 'If-None-Match': etag } })).status, 304, form);
      const english = await get(path, { headers: { 'If-None-Match': etag, 'Accept-Language': 'en' } });
      assert.equal(english.status, 200, 'another language is another answer');
      await english.arrayBuffer();
      const head = await get(path, { method: 'HEAD' });
      assert.equal(head.status, 200);
      assert.equal(head.headers.get('etag'), etag);
      assert.equal((await head.arrayBuffer()).byteLength, 0);
      assert.ok(!body.includes('hidden@cafe.example'));
      for (const wrong of ['colour=red', 'kind=rocket', 'limit=0', 'theme=nothing-at-all']) {
        const refused = await get(`/api/v1/entries.${form}?${wrong}`);
        assert.equal(refused.status, 400, `${form} ${wrong}`);
        assert.equal((await refused.json()).key, wrong.split('=')[0]);
      }
    }
  });

  test('agora export writes what the server answers', async () => {
    const data = temporaryFolder();
    const settings = 'base_url = https://agora.example\n';
    writeFileSync(join(data, 'agora.conf'), settings);
    importEntries(data, 'unkind', ENTRIES.slice(0, 8));
    const other = await start({ folder: data, settings });
    try {
      for (const form of FORMS) {
        const answer = await fetch(`${other.url}/api/v1/entries.${form}?kind=event,place`);
        const answered = Buffer.from(await answer.arrayBuffer()).toString(); // text() would take the byte order mark off
        const done = agora('export', '--data', data, '--format', form, 'kind=event,place');
        assert.equal(done.status, 0, done.stderr);
        assert.equal(done.stdout, answered, form);
        if (form !== 'jsonl') assert.match(done.stdout, /https:\/\/agora\.example/, form);
      }
      const unknown = agora('export', '--data', data, '--format', 'docx');
      assert.equal(unknown.status, 2);
      for (const form of FORMS) assert.match(unknown.stderr, new RegExp(form.replace('.', '\\.')));
    } finally {
      await other.stop();
    }
  });

  test('limit takes so many, the newest for feeds', async () => {
    const ids = items.map(({ id }) => id).sort((a, b) => a - b);
    const feed = JSON.parse(await text('/api/v1/entries.feed.json?limit=3'));
    assert.deepEqual(feed.items.map(({ id }) => Number(id.split('/').pop())), ids.slice(-3).reverse());
    const lines = (await text('/api/v1/entries.jsonl?limit=20')).trim().split('\n');
    assert.equal(lines.length, items.length, 'a limit beyond the end');
    const { features } = JSON.parse(await text('/api/v1/entries.geojson?limit=2'));
    assert.deepEqual(features.map(({ id }) => id), ids.slice(0, 2));
  });

  test('Python reads the table, and finds nothing that a spreadsheet would run', async () => {
    const name = await file('csv');
    const rows = JSON.parse(run('python3', '-c',
      'import csv,json,sys\nprint(json.dumps(list(csv.DictReader(open(sys.argv[1],encoding="utf-8-sig",newline="")))))', name));
    assert.equal(rows.length, items.length);
    const plain = (cell) => cell.replace(/^'(?=[=+\-@\t\r])/, '');
    assert.deepEqual(sorted(rows.map(({ title }) => plain(title))), sorted(items.map(({ title }) => title)));
    for (const row of rows) {
      for (const cell of Object.values(row)) assert.doesNotMatch(cell, /^[=@\t\r]|^[+-](?![\d .,()]+$)/);
    }
    const row = rows.find(({ source_key }) => source_key === 'plain');
    const expected = { kind: 'place', place: 'La Halle', postal_code: '01000', city: 'Bourg-en-Bresse', latitude: '46.2052', longitude: '5.2255',
      website: 'https://cafe.example/a?b=1&c=2', email: 'cafe@cafe.example', telephone: '+33 4 79 00 00 00', licence: 'ODbL-1.0',
      attribution: 'Réseau « Unkind » & Cie', source: 'unkind', source_url: 'https://cafe.example/fiche?x=1&y=%3C2%3E' };
    for (const [key, value] of Object.entries(expected)) assert.equal(row[key], value, key);
    assert.equal(rows.find(({ source_key }) => source_key === 'evening').happens, '2026-07-06T18:30/2026-07-06T21:00;2026-12-06T18:30');
    assert.equal(rows.find(({ source_key }) => source_key === 'needs').needs, 'deux adultes, le jeudi ; 8 h;des gilets');
    const drawn = run('ogrinfo', '-al', '-so', '-oo', 'X_POSSIBLE_NAMES=longitude', '-oo', 'Y_POSSIBLE_NAMES=latitude', name);
    assert.match(drawn, new RegExp(`Feature Count: ${items.length}\\b`));
    assert.match(drawn, /Geometry: Point/);
  });

  test('check-geojson finds no fault, GDAL reads every feature', async () => {
    const name = await file('geojson');
    const collection = check(readFileSync(name, 'utf8'));
    assert.equal(collection.features.length, items.length);
    assert.match(run('ogrinfo', '-al', '-so', name), new RegExp(`Feature Count: ${items.length}\\b`));
    assert.match(collection.licence, /CC-BY-4\.0/);
    assert.match(collection.attribution, /Réseau « Unkind » & Cie \(CC-BY-4\.0\)/);
  });

  test('XML forms are well-formed, and GDAL finds the entries and places in each', async () => {
    const placed = items.filter(({ place }) => place?.latitude !== undefined).length;
    const count = { kml: items.length, gpx: placed, atom: items.length, rss: items.length };
    for (const form of Object.keys(count)) {
      const name = await file(form);
      run('xmllint', '--noout', '--nonet', name);
      const drawn = join(folder, `from-${form}.geojson`);
      const features = [];
      for (const layer of form === 'gpx' ? ['waypoints'] : form === 'kml' ? layersOf(name) : ['georss']) {
        rmSync(drawn, { force: true });
        run('ogr2ogr', '-f', 'GeoJSON', drawn, name, layer);
        features.push(...JSON.parse(readFileSync(drawn, 'utf8')).features);
      }
      assert.equal(features.length, count[form], form);
      assert.equal(features.filter(({ geometry }) => geometry).length, placed, form);
      const titles = features.map(({ properties }) => properties.Name ?? properties.name ?? properties.title).map(spaced);
      const expected = items.filter(({ place }) => form !== 'gpx' || place?.latitude !== undefined).map(({ title }) => spaced(inXml(title)));
      assert.deepEqual(sorted(titles), sorted(expected), form);
    }
    assert.match(readFileSync(join(folder, 'export.gpx'), 'utf8'), new RegExp(`<desc>${items.length - placed} résultats sans place`));
  });

  test('KML has a folder a kind and every field; GPX names its licence', async () => {
    const kml = await text('/api/v1/entries.kml');
    assert.deepEqual([...kml.matchAll(/<Folder>\n<name>([^<]*)/g)].map(([, name]) => name),
      ['Initiative', 'Idée', 'Outil, méthode', 'Lieu', 'Rendez-vous', 'Collectif, structure']);
    assert.match(kml, /<Data name="licence"><value>ODbL-1\.0<\/value>/);
    assert.match(kml, /<TimeSpan><begin>2026-07-06T16:30:00Z<\/begin><end>2026-07-06T19:00:00Z<\/end>/);
    for (const [, html] of kml.matchAll(/<description>([\s\S]*?)<\/description>/g)) assert.doesNotMatch(html, /javascript:/);
    const gpx = await text('/api/v1/entries.gpx?source=unkind');
    assert.match(gpx, /<agora:licence>ODbL-1\.0<\/agora:licence>/);
    assert.match(gpx, /<src>Réseau « Unkind » &amp; Cie<\/src>/);
  });

  test('ical.js finds every date at its instant', async () => {
    const body = await text('/api/v1/entries.ics');
    const lines = body.split('\r\n');
    assert.equal(lines.pop(), '');
    for (const line of lines) assert.ok(Buffer.byteLength(line) <= 75 && !/[\r\n]/.test(line), line);
    const calendar = new ICAL.Component(ICAL.parse(body));
    for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
    const events = calendar.getAllSubcomponents('vevent').map((component) => new ICAL.Event(component));
    assert.equal(new Set(events.map(({ uid }) => uid)).size, events.length);
    const times = events.map(({ summary, startDate, endDate }) => [summary,
      ...[startDate, endDate].map((time) => (time.isDate ? time.toString() : time.toJSDate().toISOString()))]);
    assert.deepEqual(times, [
      ['Soirée ; débat, échanges', '2026-07-06T16:30:00.000Z', '2026-07-06T19:00:00.000Z'],
      ['Soirée ; débat, échanges', '2026-12-06T17:30:00.000Z', '2026-12-06T17:30:00.000Z'],
      ['Festival de trois jours', '2026-05-30', '2026-06-02'],
      ['Kabar à Saint-Denis', '2026-08-01T16:00:00.000Z', '2026-08-01T22:00:00.000Z'],
      ['Visio d’ailleurs', '2026-08-01T14:30:00.000Z', '2026-08-01T14:30:00.000Z'],
      ['Il y a longtemps', '1987-10-03T09:00:00.000Z', '1987-10-03T09:00:00.000Z'],
      ['Au printemps', '2027-05-02', '2027-05-03'],
    ]);
    assert.equal(calendar.getFirstPropertyValue('x-agora-undated'), String(items.length - 6));
    assert.equal(calendar.getFirstPropertyValue('x-agora-imprecise'), '1');
    const evening = calendar.getFirstSubcomponent('vevent');
    assert.deepEqual(evening.getFirstPropertyValue('geo'), [45.5646, 5.9178]);
    assert.equal(evening.getFirstPropertyValue('x-agora-licence'), 'CC-BY-4.0');
    assert.ok(evening.getFirstPropertyValue('dtstamp').toJSDate() > new Date('2024-01-01'));
    const first = items.find(({ source }) => source.key === 'evening');
    assert.deepEqual(events.slice(0, 2).map(({ uid }) => uid), [`${first.id}@127.0.0.1`, `${first.id}-2@127.0.0.1`]);
    const may = new ICAL.Component(ICAL.parse(await text('/api/v1/entries.ics?from=2026-05-01&to=2026-06-30')));
    assert.equal(may.getAllSubcomponents('vevent').length, 1);
    assert.equal(new ICAL.Component(ICAL.parse(await text('/api/v1/entries.ics?kind=story'))).getAllSubcomponents('vevent').length, 0);
  });

  test('feedsmith reads the three feeds, the newest first, nothing lost on the way', async () => {
    const ids = items.map(({ id }) => id).sort((a, b) => b - a);
    const byId = new Map(items.map((item) => [item.id, item]));
    const number = (id) => Number(/\/entries\/(\d+)$/.exec(id)[1]);

    const atom = parseAtomFeed(await text('/api/v1/entries.atom'));
    assert.deepEqual(atom.entries.map(({ id }) => number(id)), ids);
    assert.equal(atom.links.find(({ rel }) => rel === 'self').href, `${server.url}/api/v1/entries.atom?`.replace(/\?$/, ''));
    for (const entry of atom.entries) {
      const item = byId.get(number(entry.id));
      assert.equal(spaced(entry.title.value), spaced(inXml(item.title)));
      assert.deepEqual(entry.georss?.point, item.place?.latitude === undefined ? undefined : { lat: item.place.latitude, lng: item.place.longitude });
      assert.equal(entry.rights?.value, item.licence ?? (item.source.slug === 'unkind' ? 'CC-BY-4.0' : undefined));
      assert.equal(entry.updated, item.updated);
      assert.equal(entry.links.find(({ rel }) => rel === 'alternate').href, item.url);
      assert.doesNotMatch(entry.content?.value ?? '', /<script|<i>|javascript:/);
    }

    const rss = parseRssFeed(await text('/api/v1/entries.rss'));
    assert.deepEqual(rss.items.map(({ guid }) => number(guid.value)), ids);
    for (const entry of rss.items) {
      const item = byId.get(number(entry.guid.value));
      assert.equal(spaced(entry.title), spaced(inXml(item.title)));
      assert.equal(new Date(entry.pubDate).getTime(), Math.floor(new Date(item.created).getTime() / 1000) * 1000);
      assert.deepEqual(entry.georss?.point, item.place?.latitude === undefined ? undefined : { lat: item.place.latitude, lng: item.place.longitude });
    }

    const feed = parseJsonFeed(await text('/api/v1/entries.feed.json'));
    assert.deepEqual(feed.items.map(({ id }) => number(id)), ids);
    for (const entry of feed.items) {
      const item = byId.get(number(entry.id));
      assert.equal(entry.title, item.title.trim());
      assert.equal(entry.url, item.url);
    }
  });

  // Out of one instance, into a fresh one, out of that one again.
  const again = (form, query = '') => {
    const name = join(server.folder, `trip.${form}`);
    writeFileSync(name, agora('export', '--data', server.folder, '--format', form, query).stdout);
    const fresh = temporaryFolder();
    for (const expected of [/added 13, updated 0, unchanged 0/, /added 0, updated 0, unchanged 13/]) {
      const done = agora('import', '--data', fresh, name);
      assert.equal(done.status, 0, done.stderr);
      assert.match(done.stdout, expected);
    }
    return agora('export', '--data', fresh, '--format', 'jsonl').stdout;
  };
  const exported = () => agora('export', '--data', server.folder, '--format', 'jsonl').stdout;

  test('JSON Lines come in again byte by byte, each entry to its source', () => {
    const lines = exported();
    assert.equal(lines.trim().split('\n').length, 13);
    assert.deepEqual(new Set(lines.trim().split('\n').map((line) => JSON.parse(line).source.slug)), new Set(['unkind', 'other']));
    assert.equal(again('jsonl'), lines);
    const given = temporaryFolder();
    writeFileSync(join(given, 'all.jsonl'), lines);
    assert.equal(agora('import', '--data', given, '--source', 'mine', join(given, 'all.jsonl')).status, 0);
    const mine = agora('export', '--data', given, '--format', 'jsonl').stdout.trim().split('\n');
    assert.deepEqual(new Set(mine.map((line) => JSON.parse(line).source.slug)), new Set(['mine']), '--source stands above what the file says');
  });

  test('GeoJSON comes in again with nothing lost but titles of sources', () => {
    // "updated" is told by the instance of itself; a licence of the source has become the entry's own.
    const bare = (text) => text.trim().split('\n').map((line) => {
      const { updated, source, licence, ...entry } = JSON.parse(line);
      return { ...entry, licence: licence ?? source.licence, source: source.slug, attribution: source.attribution ?? 'Other' };
    });
    assert.deepEqual(bare(again('geojson')), bare(exported()));
  });

  test('a table comes in again with titles, places, dates, themes, contacts, identifiers and licences', () => {
    const kept = (text) => Object.fromEntries(text.trim().split('\n').map((line) => {
      const { source, id, kind, title, summary, themes, place, contacts, dates, licence, source_url, created } = JSON.parse(line);
      const plain = contacts?.map(({ kind: sort, value }) => `${sort} ${value}`).sort();
      const happens = dates?.filter(({ role }) => ['happens', 'founded'].includes(role));
      return [`${source.slug} ${id}`, { kind, title, summary, themes, place, contacts: plain, dates: happens, licence: licence ?? source.licence, source_url, created }];
    }));
    const before = kept(exported());
    const after = kept(again('csv'));
    assert.deepEqual(Object.keys(after).sort(), Object.keys(before).sort());
    for (const [key, entry] of Object.entries(before)) {
      const { themes = [], title, summary, ...facts } = after[key];
      assert.deepEqual(facts, (({ themes: t, title: n, summary: s, ...rest }) => rest)(entry), key);
      assert.ok((entry.themes ?? []).every((theme) => themes.includes(theme)), key); // a tag may have become a theme
      // A table passes the cleaning of any table: markup and marks that one does not see go.
      if (!['unkind markup', 'unkind letters'].includes(key)) assert.deepEqual([title, summary], [entry.title, entry.summary], key);
    }
  });

  test('the details of every kind go out in a column each, and come in again; a number that is none is refused', () => {
    const details = { siret: '73282932000074', rna: 'W731000001', access: 'Deux marches ; puis à gauche\nArrêt « Lac »', people: 'Inès, Odette', thing_licence: 'CERN-OHL-S-2.0',
      governance: 'Une assemblée', maturity: 'tested', handover: 'Les clés, le carnet' };
    const [folder, fresh, old] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    importEntries(folder, 'all', ['initiative', 'idea', 'tool', 'place', 'event', 'actor', 'story'].map((kind) => ({ id: kind, kind, title: `Un essai, ${kind}`, ...details })));
    const table = agora('export', '--data', folder, '--format', 'csv').stdout;
    assert.ok(table.split('\r\n')[0].includes(`audience,${Object.keys(details)},language`), table.split('\r\n')[0]);
    const of = (from) => Object.fromEntries(agora('export', '--data', from, '--format', 'jsonl').stdout.trim().split('\n').map((line) => {
      const entry = JSON.parse(line);
      return [entry.id, Object.fromEntries(Object.keys(details).map((key) => [key, entry[key]]))];
    }));
    const bring = (into, name, text) => {
      writeFileSync(join(into, name), text);
      return agora('import', '--data', into, join(into, name));
    };
    assert.match(bring(fresh, 'all.csv', table).stdout, /added 7, /);
    const after = of(fresh);
    assert.deepEqual(Object.keys(after).length, 7);
    for (const [kind, told] of Object.entries(after)) assert.deepEqual(told, details, kind);
    assert.match(bring(fresh, 'wrong.csv', table.replace('73282932000074', '73282932000075')).stdout, /rejected 1/);
    assert.deepEqual(of(fresh), after);
    // A table of before, without these columns.
    const bare = run('python3', '-c', `import csv,sys
rows=list(csv.reader(open(sys.argv[1],encoding="utf-8-sig",newline="")))
keep=[i for i,name in enumerate(rows[0]) if name not in sys.argv[2].split()]
csv.writer(sys.stdout).writerows([[row[i] for i in keep] for row in rows])`, join(fresh, 'all.csv'), Object.keys(details).join(' '));
    assert.match(bring(old, 'old.csv', bare).stdout, /added 7, /);
    assert.deepEqual(of(old).tool, Object.fromEntries(Object.keys(details).map((key) => [key, undefined])));
  });

  test('needs and offers go out each with an identifier of its own', async () => {
    const atom = parseAtomFeed(await text('/api/v1/entries.atom?kind=need,offer'));
    assert.equal(atom.entries.length, 3);
    assert.equal(new Set(atom.entries.map(({ id }) => id)).size, 3);
    assert.deepEqual(sorted(atom.entries.map(({ title }) => title.value)),
      ['Pédibus – Cherche : des gilets', 'Pédibus – Cherche : deux adultes, le jeudi ; 8 h', 'Pédibus – Propose : son plan']);
  });

  test('the explorer offers each form in words, and its links lead to the whole result', async () => {
    const page = async (path, options) => (await get(path, options)).text();
    const html = await page('/explore?kind=event,place');
    const total = items.filter(({ kind }) => ['event', 'place'].includes(kind)).length;
    const menu = /<details class="facet" id="downloads">([\s\S]*?)<\/details>/.exec(html)[1];
    const links = [...menu.matchAll(/<a class="facet-link" href="([^"]+)"><span>([^<]+)<\/span> <span class="count">([^<]+)</g)]
      .map(([, href, label, name]) => ({ href: href.replaceAll('&amp;', '&'), label, name }));
    assert.deepEqual(links.map(({ name }) => name), ['CSV', 'GeoJSON', 'KML', 'GPX', 'iCalendar', 'JSONL', 'webcal', 'Atom', 'RSS']);
    assert.match(links[3].label, /\(3 résultats\)$/, 'what a form leaves out is told before');
    for (const { href, name } of links) {
      const answer = await fetch(name === 'webcal' ? href.replace('webcal:', 'http:') : server.url + href);
      assert.equal(answer.status, 200, href);
      const body = await answer.text();
      if (name === 'GeoJSON') assert.equal(JSON.parse(body).features.length, total);
      if (name === 'Atom') assert.equal(parseAtomFeed(body).entries.length, total);
    }
    assert.doesNotMatch(await page('/explore?kind=idea'), /entries\.ics/, 'ideas have no calendar');
    assert.doesNotMatch(await page('/embed?kind=event'), /id="downloads"/);
    for (const path of ['/explore?kind=event', '/territories/dep-73', '/themes/food']) {
      const answer = await get(path);
      const alternates = [...(await answer.text()).matchAll(/<link rel="alternate" type="([^"]+)" href="([^"]+entries\.[^"]+)"/g)];
      assert.ok(alternates.length >= 3, path);
      for (const [, type, href] of alternates) {
        const found = await get(href.replaceAll('&amp;', '&'));
        assert.equal(found.status, 200, href);
        assert.equal(found.headers.get('content-type').split(';')[0], type);
        await found.arrayBuffer();
      }
    }
  });

  test('a title says what was asked, in the language asked', async () => {
    const query = 'kind=event&territory=dep-73&q=soirée';
    assert.equal(parseAtomFeed(await text(`/api/v1/entries.atom?${query}`)).title.value, 'Agora : soirée, Rendez-vous, Savoie (73)');
    assert.equal(parseAtomFeed(await text(`/api/v1/entries.atom?${query}&lang_ui=en`)).title.value, 'Agora : soirée, Event, Savoie (73)');
  });
});

function layersOf(name) {
  return run('ogrinfo', '-so', '-q', name).trim().split('\n').map((line) => /^\d+: (.*?)(?: \([^()]*\))?$/.exec(line)[1]);
}

// Readers are free to take runs of white space for one.
function spaced(title) {
  return title.replace(/\s+/g, ' ').trim();
}
