// A file of every schema of the field goes in through the real program, and comes out as an entry that says
// the same. The files in import/ are ours, written after the published description of each schema.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const HERE = resolve(fileURLToPath(import.meta.url), '..');
const AGORA = resolve(process.env.AGORA ?? join(HERE, '../../build/agora'));
const folder = mkdtempSync(join(tmpdir(), 'agora-schemas-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const agora = (args, input) => spawnSync(AGORA, [args[0], '--data', join(folder, 'data'), ...args.slice(1)],
  { encoding: 'utf8', cwd: folder, input });
const entriesOf = (source) => {
  const done = agora(['export', '--format', 'jsonl', `source=${source}&when=all`]);
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
};
const take = (name, added, ...more) => {
  const source = name.replace(/\W/g, '-');
  const done = agora(['import', '--source', source, ...more, join(HERE, 'import', name)]);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, new RegExp(`added ${added}, updated 0, unchanged 0, held 0, removed 0`));
  return { said: done.stderr, entries: entriesOf(source) };
};
const titled = (entries, title) => {
  const found = entries.filter((entry) => entry.title === title);
  assert.equal(found.length, 1, `${title} among ${entries.map((entry) => entry.title)}`);
  return found[0];
};
const contact = (entry, kind) => entry.contacts?.find((one) => one.kind === kind)?.value;
const near = (entry, latitude, longitude) => {
  assert.ok(Math.abs(entry.place.latitude - latitude) < 1e-4 && Math.abs(entry.place.longitude - longitude) < 1e-4,
    JSON.stringify(entry.place));
};
const CHAMBERY = 'com-73065';
const CRUET = 'com-73096';

describe('schemas of the field', () => {
  const takeText = (source, input) => {
    const done = agora(['import', '--source', source, '-'], input);
    assert.equal(done.status, 0, done.stderr);
    return entriesOf(source);
  };

  test('a whole address in one column tells the commune', () => {
    const entries = takeText('whole', 'nom,adresse\nA,10 rue Haute 73000 Chambéry\n'
      + 'B,"Le Bourg, 73800 Cruet, France"\nC,Le Bourg\n');
    const { address, postal_code, city, territory } = titled(entries, 'A').place;
    assert.deepEqual({ address, postal_code, city, territory },
      { address: '10 rue Haute', postal_code: '73000', city: 'Chambéry', territory: CHAMBERY });
    assert.equal(titled(entries, 'B').place.territory, CRUET);
    assert.equal(titled(entries, 'B').place.address, 'Le Bourg, 73800 Cruet, France');
    assert.equal(titled(entries, 'C').place.territory, undefined);
  });

  test('YesWiki: records under their names; how long a form is valid makes no event of it', () => {
    const entries = takeText('wiki', JSON.stringify({
      a: { id_fiche: 'a', bf_titre: 'Ferme', bf_ville: 'Cruet', bf_tel: '0479000000', bf_mail: 'a@b.example',
        date_debut_validite_fiche: '2021-02-03', date_fin_validite_fiche: '0000-00-00', createur: 'x' },
      b: { id_fiche: 'b', bf_titre: 'Jardin' },
    }));
    assert.equal(entries.length, 2);
    assert.equal(titled(entries, 'Ferme').kind, 'initiative');
    assert.equal(titled(entries, 'Ferme').dates, undefined);
    assert.equal(titled(entries, 'Ferme').place.territory, CRUET);
  });

  test('what a blog answers: title, text and place', () => {
    const [entry] = takeText('blog', JSON.stringify([{ id: 12, title: { rendered: 'Un verger &#8211; ici' },
      content: { rendered: '<p>Corps</p>' }, excerpt: { rendered: '<p>Court</p>' },
      acf: { adresse: { address: 'Le Bourg', lat: 45.53, lng: 6.09 } } }]));
    assert.equal(entry.title, 'Un verger – ici');
    assert.equal(entry.summary, 'Court');
    assert.match(entry.description, /^Corps/);
    near(entry, 45.53, 6.09);
  });

  test('OpenFairDB: kinds, address, links, dates', () => {
    const { entries } = take('openfairdb.json', 2);
    const cafe = titled(entries, 'Café réparation du lac');
    assert.equal(cafe.kind, 'initiative');
    assert.equal(cafe.place.territory, CHAMBERY);
    assert.equal(cafe.place.address, '12 rue du Lac');
    assert.deepEqual(cafe.contacts.filter(({ kind }) => kind === 'website').map(({ value }) => value),
      ['https://exemple.org', 'https://exemple.org/agenda']);
    assert.deepEqual(cafe.dates, [{ role: 'founded', start: '2015-04-01' }]);
    assert.equal(cafe.created, '2017-01-01T00:00:00Z');
    assert.equal(cafe.media[0].url, 'https://exemple.org/i.jpg');
    assert.match(cafe.description, /Contact name : Les Bricoleurs/);
    assert.equal(titled(entries, 'Atelier vélo').kind, 'actor');
  });

  test('YesWiki: a record and events, with their map points', () => {
    const { entries } = take('yeswiki.geojson', 1);
    const cafe = titled(entries, 'Café du lac');
    assert.equal(cafe.place.territory, CHAMBERY);
    assert.equal(contact(cafe, 'telephone'), '0479000000');
    assert.match(cafe.description, /^Un \*\*café\*\* associatif/);
    assert.deepEqual(cafe.themes, ['food', 'cycling']);
    const events = take('yeswiki-events.json', 2).entries;
    const workshop = titled(events, 'Atelier vélo');
    assert.equal(workshop.kind, 'event');
    assert.deepEqual(workshop.dates, [{ role: 'happens', start: '2024-06-01T14:00', end: '2024-06-01T18:00' }]);
    near(workshop, 45.53, 6.09);
  });

  test('an event that ended is kept, and found as past', () => {
    const done = agora(['export', '--format', 'jsonl', 'source=yeswiki-events-json&when=past']);
    assert.equal(done.stdout.trim().split('\n').length, 2);
  });

  test('schema.org: kinds by type, nested places, hours, people', () => {
    const { entries } = take('schema-org.json', 4);
    const fete = titled(entries, 'Fête du lac');
    assert.equal(fete.kind, 'event');
    assert.deepEqual({ name: fete.place.name, territory: fete.place.territory, postal: fete.place.postal_code },
      { name: 'Salle des fêtes', territory: CHAMBERY, postal: '73000' });
    assert.equal(fete.price, '5 EUR');
    assert.equal(contact(fete, 'email'), 'amis@example.org');
    const library = titled(entries, "Bibliothèque d'objets");
    assert.equal(library.kind, 'place');
    assert.equal(library.opening_hours, 'Mo,Tu 09:00-12:00; Sa 10:00-18:00');
    assert.equal(library.contacts.filter(({ kind }) => kind === 'social').length, 2);
    assert.equal(titled(entries, 'Collectif eau').kind, 'actor');
    assert.equal(titled(entries, 'Portrait de Zoé').kind, 'story');
  });

  test('data·inclusion: themes of two parts, lists in cells', () => {
    const { entries } = take('data-inclusion.csv', 2);
    const house = titled(entries, 'Maison du numérique');
    assert.equal(house.summary, 'Un lieu pour apprendre');
    assert.equal(house.place.address, '12 rue du Lac, Bât B');
    assert.equal(house.source_url, 'https://exemple.org/fiche/1');
    assert.ok(house.themes.includes('digital-inclusion'), house.themes);
    assert.ok(!JSON.stringify([house.tags, house.themes]).includes('['.concat('"numerique')));
    assert.ok(titled(entries, 'Épicerie solidaire').themes.includes('food'));
  });

  test('médiation numérique: lists with bars', () => {
    const [place] = take('mediation-numerique.csv', 1).entries;
    assert.equal(place.type, 'Tiers lieux, Asso');
    assert.equal(place.price, 'Gratuit, Gratuit sous condition');
    assert.equal(place.contacts.filter(({ kind }) => kind === 'email').length, 2);
    assert.match(place.description, /France Services\\\|Aidants Connect/);
  });

  test('Mobilizon and OpenAgenda: events with their time in Paris', () => {
    const { entries, said } = take('mobilizon.json', 1);
    const [planting] = entries;
    assert.deepEqual(planting.dates, [{ role: 'happens', start: '2024-11-20T14:00', end: '2024-11-20T17:00' }]);
    assert.equal(planting.place.name, 'Ferme du lac');
    assert.equal(planting.place.territory, CRUET);
    near(planting, 45.53, 6.09);
    assert.match(said, /swapped/);
    const fete = titled(take('openagenda.json', 1).entries, 'Fête du lac');
    assert.equal(fete.kind, 'event');
    assert.equal(fete.summary, 'Une fête');
    assert.match(fete.description, /^Une \*\*grande\*\* fête/);
    assert.equal(fete.place.territory, CHAMBERY);
    assert.deepEqual(fete.dates, [
      { role: 'happens', start: '2024-06-01T14:00', end: '2024-06-01T18:00' },
      { role: 'happens', start: '2024-06-02T14:00', end: '2024-06-02T18:00' }]);
  });

  test('a form: questions are columns', () => {
    const { entries } = take('form.csv', 3);
    const garden = titled(entries, 'Le potager partagé');
    assert.equal(garden.description, 'On cultive & on partage');
    assert.equal(garden.place.territory, CHAMBERY);
    assert.equal(contact(garden, 'email'), 'zoe@exemple.org');
    assert.equal(contact(garden, 'website'), 'https://exemple.org');
    assert.deepEqual(garden.themes, ['food', 'cycling']);
    assert.equal(garden.opening_hours, undefined);
  });

  test('Wikidata and the register of associations', () => {
    const cafe = titled(take('wikidata.csv', 2).entries, 'Café du lac');
    near(cafe, 45.57, 5.91);
    assert.equal(cafe.source_url, 'http://www.wikidata.org/entity/Q1');
    const hedges = titled(take('rna.csv', 2).entries, 'LES HAIES');
    assert.equal(hedges.place.address, '3 bis CHEMIN du Bois');
    assert.equal(hedges.place.territory, CRUET);
    assert.match(hedges.description, /^planter des haies/);
  });

  test('OpenStreetMap: tags, addresses, one number for a node and a way', () => {
    const done = agora(['import', '--source', 'osm', join(HERE, 'import/overpass.json')]);
    assert.match(done.stdout, /added 2, .*rejected 1/);
    const entries = entriesOf('osm');
    const shop = titled(entries, 'Le Bocal');
    assert.equal(shop.place.address, '12 Rue du Lac');
    assert.equal(shop.wheelchair, 'yes');
    assert.equal(shop.source_url, 'https://www.openstreetmap.org/node/123');
    near(titled(entries, 'Jardin partagé'), 45.53, 6.09);
    assert.equal(titled(take('overpass.geojson', 1).entries, 'Le Bocal').place.address, '12 Rue du Lac');
  });

  test('tables without names, and with prose around them', () => {
    const bare = take('without-header.csv', 2);
    assert.match(bare.said, /the first row holds values/);
    near(titled(bare.entries, 'Café du lac'), 45.57012, 5.91034);
    const { entries, said } = take('with-titles.csv', 3);
    assert.deepEqual(entries.map(({ title }) => title).sort(), ['Atelier vélo', 'Café du lac', 'La ressourcerie']);
    assert.match(said, /3 × lines above the names of the columns/);
    assert.match(said, /1 × a line of totals/);
  });

  test('twice the same file changes nothing, whatever the schema', () => {
    for (const [name, n] of [['openfairdb.json', 2], ['schema-org.json', 4], ['form.csv', 3], ['without-header.csv', 2]]) {
      const done = agora(['import', '--source', name.replace(/\W/g, '-'), join(HERE, 'import', name)]);
      assert.match(done.stdout, new RegExp(`added 0, updated 0, unchanged ${n},`), name);
    }
  });
});

describe('a file that is not whole', () => {
  const text = readFileSync(join(HERE, 'import/form.csv'), 'utf8');
  test('through a pipe nothing is written either', () => {
    const done = agora(['import', '--source', 'cut', '-'], `${text}"14/06/2024 9:05:12",never closed`.replace('never', '"never'));
    assert.notEqual(done.status, 0);
    assert.match(done.stderr, /line \d+.*nothing was written; --partial takes the 3 records before it/s);
    const { status, stderr } = agora(['export', '--format', 'jsonl', 'source=cut']);
    assert.equal(status, 2, 'not even the source is there');
    assert.match(stderr, /cut/);
  });
  test('what left the source is told, archived when asked, and comes back', () => {
    const file = join(folder, 'left.csv');
    writeFileSync(file, 'id,nom,insee\n1,A,73065\n2,B,73065\n');
    agora(['import', '--source', 'left', file]);
    writeFileSync(file, 'id,nom,insee\n1,A,73065\n');
    assert.match(agora(['import', '--source', 'left', file]).stderr,
      /1 entries of this source are not in the file any more; --prune archives them/);
    assert.match(agora(['import', '--source', 'left', '--prune', file]).stdout, /removed 1/);
    assert.equal(entriesOf('left').length, 1);
    writeFileSync(file, 'id,nom,insee\n1,A,73065\n2,B,73065\n');
    assert.match(agora(['import', '--source', 'left', file]).stdout, /updated 1, unchanged 1/);
    assert.equal(entriesOf('left').length, 2);
  });
});
