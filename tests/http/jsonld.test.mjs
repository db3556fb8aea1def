// What pages tell machines about themselves: schema.org as JSON-LD, the head for those who share.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import sdtt from 'structured-data-testing-tool';
import presets from 'structured-data-testing-tool/presets.js';

import { importEntries, start, temporaryFolder } from './harness.mjs';

const run = promisify(execFile);
const NASTY = '</script><script>alert(1)</script><!-- <b> & "x" \u2028 ]]>';

const place = { address: '1 rue du Puits', postal_code: '73000', city: 'Chambéry', territory: 'com-73065',
  latitude: 45.57, longitude: 5.92, precision: 'exact' };
const entries = [
  { id: 'event', kind: 'event', title: 'Fête de la soupe', summary: 'On épluche ensemble.', place, price: 'Gratuit',
    dates: [{ role: 'happens', start: '2020-05-03T14:00', end: '2020-05-03T18:00', zone: 'Europe/Paris' },
      { role: 'happens', start: '2092-05-03', end: '2092-05-04' }],
    contacts: [{ kind: 'website', value: 'https://soupe.example' }] },
  { id: 'initiative', kind: 'initiative', title: 'Jardin', summary: 'Un jardin.', place, themes: ['food'],
    dates: [{ role: 'began', start: '2019-04' }], needs: [{ sort: 'time', text: 'deux adultes' }],
    contacts: [{ kind: 'email', value: 'a@b.example' }, { kind: 'email', value: 'hidden@b.example', visibility: 'team' }] },
  { id: 'actor', kind: 'actor', title: 'Collectif', dates: [{ role: 'founded', start: '2001' }], place: { territory: 'dep-73' } },
  { id: 'place', kind: 'place', title: 'Atelier', place, contacts: [{ kind: 'telephone', value: '+33400000000' }] },
  { id: 'tool', kind: 'tool', title: 'Guide', summary: 'Une méthode.', licence: 'CC-BY-4.0', maturity: 'tested' },
  { id: 'idea', kind: 'idea', title: 'Et si ?' },
  { id: 'story', kind: 'story', title: 'Portrait', summary: 'Un film.',
    media: [{ kind: 'video', url: 'https://video.example/a.mp4', duration_s: 245, transcript: 'Bonjour.' }] },
  { id: 'article', kind: 'story', title: 'Récit', summary: 'Un texte.' },
  { id: 'nasty', kind: 'initiative', title: NASTY, summary: NASTY, tags: [NASTY], place: { name: NASTY, city: NASTY } },
  { id: 'example', kind: 'event', title: 'Inventé', example: true, dates: [{ role: 'happens', start: '2092-01-01' }] },
];
const types = { event: 'Event', initiative: 'Project', actor: 'Organization', place: 'Place', tool: 'CreativeWork',
  idea: 'CreativeWork', story: 'VideoObject', article: 'Article', nasty: 'Project' };

const blocks = (html) => [...html.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)].map(([, json]) => json);

describe('what pages tell machines', () => {
  let server;
  const pages = {};
  const html = async (path) => (await fetch(path.startsWith('http') ? path : server.url + path)).text();
  before(async () => {
    const folder = temporaryFolder();
    importEntries(folder, 'essai', entries);
    server = await start({ folder });
    const { items } = await (await fetch(`${server.url}/api/v1/entries?limit=100`)).json();
    for (const { source, url } of items) pages[source.key] = { url, html: await html(url) };
  });
  after(() => server.stop());
  const graph = (key) => JSON.parse(blocks(pages[key].html)[0]);
  const node = (key, type) => graph(key).find((one) => one['@type'] === type);

  test('every entry is a thing of schema.org by its kind, on a page with a trail', () => {
    for (const [key, type] of Object.entries(types)) {
      assert.equal(blocks(pages[key].html).length, 1, key);
      const thing = node(key, type);
      assert.ok(thing, `${key}: ${JSON.stringify(graph(key))}`);
      assert.equal(thing.url, pages[key].url);
      const page = node(key, 'WebPage');
      assert.equal(page.mainEntity['@id'], thing['@id']);
      assert.equal(page.breadcrumb['@id'], node(key, 'BreadcrumbList')['@id']);
      assert.ok(Date.parse(page.dateModified) > 0);
    }
    assert.equal(node('example', 'Event'), undefined, 'what is invented is not told as so');
    assert.equal(node('example', 'WebPage').mainEntity, undefined);
  });

  test('an event says when, where and that it stands', () => {
    const event = node('event', 'Event');
    assert.equal(event.startDate, '2092-05-03');
    assert.equal(event.endDate, '2092-05-04');
    assert.equal(event.eventStatus, 'https://schema.org/EventScheduled');
    assert.equal(event.isAccessibleForFree, true);
    assert.deepEqual(event.sameAs, ['https://soupe.example']);
    assert.equal(event.location.address.addressLocality, 'Chambéry');
    assert.equal(event.location.geo.latitude, 45.57);
    assert.equal(event.subEvent[0].startDate, '2020-05-03T14:00:00+02:00');
    assert.equal(event.subEvent[0].endDate, '2020-05-03T18:00:00+02:00');
  });

  test('organisations, works and films say what is theirs', () => {
    const garden = node('initiative', 'Project');
    assert.equal(garden.foundingDate, '2019-04');
    assert.equal(garden.seeks[0].name, 'deux adultes');
    assert.equal(garden.email, 'a@b.example');
    assert.ok(!pages.initiative.html.includes('hidden@'));
    assert.deepEqual(garden.keywords, ['Alimentation']);
    assert.equal(node('actor', 'Organization').foundingDate, '2001');
    assert.equal(node('actor', 'Organization').location.geo, undefined, 'a département is no point');
    assert.equal(node('place', 'Place').telephone, '+33400000000');
    assert.equal(node('tool', 'CreativeWork').creativeWorkStatus, 'tested');
    assert.equal(node('idea', 'CreativeWork').creativeWorkStatus, undefined);
    assert.equal(node('tool', 'CreativeWork').license, 'https://creativecommons.org/licenses/by/4.0/');
    const film = node('story', 'VideoObject');
    assert.equal(film.duration, 'PT4M5S');
    assert.equal(film.contentUrl, 'https://video.example/a.mp4');
    assert.equal(film.transcript, 'Bonjour.');
  });

  test('no text ends the block or opens a comment', () => {
    const [json] = blocks(pages.nasty.html);
    assert.ok(!/[<>&]/.test(json));
    assert.equal(JSON.parse(json)[0].name, NASTY);
    assert.ok(!pages.nasty.html.includes('<script>alert'));
  });

  test('home and territories say how to search them', async () => {
    const home = JSON.parse(blocks(await html('/'))[0])[0];
    assert.equal(home['@type'], 'WebSite');
    assert.equal(home.potentialAction.target.urlTemplate, `${server.url}/explore?q={search_term_string}`);
    const [site, territory] = JSON.parse(blocks(await html('/territories/com-73065'))[0]);
    assert.match(site.potentialAction.target.urlTemplate, /territory=com-73065$/);
    assert.deepEqual([territory['@type'], territory.name], ['City', 'Chambéry']);
    const found = await fetch(site.potentialAction.target.urlTemplate.replace('{search_term_string}', 'jardin'));
    assert.equal(found.status, 200);
  });

  test('the head names the page once in every language, its picture, its search and how to embed it', async () => {
    const { url, html: french } = pages.event;
    const link = (text, rel, more = '') => new RegExp(`<link rel="${rel}"${more} href="([^"]*)"`).exec(text)?.[1].replaceAll('&amp;', '&');
    assert.equal(link(french, 'canonical'), url);
    assert.equal(link(french, 'alternate', ' hreflang="x-default"'), url);
    const english = await html(link(french, 'alternate', ' hreflang="en"'));
    assert.match(english, /<html lang="en"/);
    assert.equal(link(english, 'canonical'), `${url}?lang_ui=en`);
    assert.match(french, new RegExp(`property="og:image" content="${server.url}/pictures/entries/\\d+.png"`));
    assert.match(french, /type="application\/opensearchdescription\+xml"/);
    assert.match(french, /type="application\/json\+oembed"/);
    assert.match(french, /property="og:type" content="article"/);
  });

  test('a reader of structured data that is not ours understands it, and asks nobody', async () => {
    const asked = [];
    const real = globalThis.fetch;
    globalThis.fetch = (...words) => asked.push(words[0]) && real(...words);
    try {
      for (const [key, type] of Object.entries(types)) {
        const checked = await sdtt.structuredDataTest(pages[key].html, { presets: [presets.Facebook, presets.Twitter], schemas: [`jsonld:${type}`] })
          .catch((failed) => failed.res);
        const failed = checked.failed.filter(({ test: name }) => name !== '"twitter:image"' && !/twitter:(title|description|site|image)/.test(name));
        assert.deepEqual(failed.map(({ test: name, error }) => `${name}: ${error?.message}`), [], key);
        assert.ok(checked.schemas.includes('jsonld:' + type) || checked.schemas.includes(type), `${key}: ${checked.schemas}`);
      }
    } finally {
      globalThis.fetch = real;
    }
    assert.deepEqual(asked, []);
  });

  test('it is RDF: rdflib reads the same statements from it', async () => {
    for (const key of Object.keys(types)) {
      const document = JSON.parse(blocks(pages[key].html)[0]);
      // schema.org's own context stands on the network: for names and addresses, this says the same.
      for (const part of document) part['@context'] = { '@vocab': 'https://schema.org/' };
      const script = 'import sys,rdflib; g=rdflib.Graph(); g.parse(data=sys.argv[1], format="json-ld"); '
        + 'S="https://schema.org/"; t=[str(o) for o in g.objects(rdflib.URIRef(sys.argv[2]), rdflib.RDF.type)]; print(len(g), *t)';
      const thing = document[0]['@id'];
      const { stdout } = await run('/usr/bin/python3', ['-c', script, JSON.stringify(document), thing]);
      const [count, ...found] = stdout.trim().split(' ');
      assert.ok(Number(count) > 15, `${key}: ${stdout}`);
      assert.deepEqual(found, [`https://schema.org/${types[key]}`]);
    }
  });
});
