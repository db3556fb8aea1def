// By what others find us: DCAT, the map of the site, OpenSearch, oEmbed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { agora, start, temporaryFolder } from './harness.mjs';

const GRAPHS = `
import sys, rdflib
from rdflib.compare import isomorphic
turtle = rdflib.Graph().parse(sys.argv[1], format="turtle")
json = rdflib.Graph().parse(sys.argv[2], format="json-ld")
D = rdflib.Namespace("http://www.w3.org/ns/dcat#"); T = rdflib.Namespace("http://purl.org/dc/terms/")
print(isomorphic(turtle, json), len(turtle))
for distribution in turtle.subjects(rdflib.RDF.type, D.Distribution):
    licence = turtle.value(distribution, T.license)
    rights = [str(label) for right in turtle.objects(distribution, T.rights) for label in turtle.objects(right, rdflib.RDFS.label)]
    print(turtle.value(distribution, D.downloadURL), turtle.value(distribution, D.mediaType), licence, "|", *[right.replace("\\n", " ") for right in rights])
`;

describe('the catalogue', () => {
  let server;
  const folder = temporaryFolder();
  const text = async (path, options) => {
    const answer = await fetch(path.startsWith('http') ? path : server.url + path, options);
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
  };
  const bring = (source, licence, attribution, entries) => {
    const file = join(folder, `${source}.json`);
    writeFileSync(file, JSON.stringify(entries));
    const done = agora('import', '--data', folder, '--source', source, '--licence', licence, '--attribution', attribution, file);
    assert.equal(done.status, 0, done.stderr);
  };
  const place = (id, title) => ({ id, kind: 'place', title, place: { territory: 'com-73065', latitude: 45.57, longitude: 5.92, precision: 'exact' } });
  before(async () => {
    bring('jardins-osm', 'ODbL-1.0', 'Contributeurs "OpenStreetMap" \\ & <tous>', [place('a', 'Jardin'), place('b', 'Verger')]);
    bring('ville', 'etalab-2.0', 'Ville', [place('c', 'Halle & <marché>')]);
    bring('cercle', 'avec leur accord', 'Cercle\nlocal', [place('d', 'Salle')]);
    server = await start({ folder });
  });
  after(() => server.stop());

  test('DCAT is one graph in two forms, with a licence on every distribution', async () => {
    const turtle = await text('/catalog', { headers: { Accept: 'text/turtle, application/ld+json;q=0.5' } });
    assert.equal(turtle.type, 'text/turtle; charset=utf-8');
    assert.equal((await text('/catalog.ttl')).body, turtle.body);
    const json = await text('/catalog');
    assert.equal(json.type, 'application/ld+json');
    assert.equal((await text('/catalog', { headers: { Accept: 'text/turtle;q=0.1, */*' } })).type, 'application/ld+json');
    writeFileSync(join(folder, 'c.ttl'), turtle.body);
    writeFileSync(join(folder, 'c.jsonld'), json.body);
    const [first, ...distributions] = execFileSync('/usr/bin/python3', ['-c', GRAPHS, join(folder, 'c.ttl'), join(folder, 'c.jsonld')],
      { encoding: 'utf8' }).trim().split('\n');
    assert.match(first, /^True \d{3}/);
    const of = (source) => distributions.filter((line) => line.includes(`?source=${source} `));
    assert.ok(of('jardins-osm').length >= 9);
    for (const line of of('jardins-osm')) {
      assert.ok(line.includes(' https://opendatacommons.org/licenses/odbl/1-0/ |'), line);
      assert.ok(line.endsWith('ODbL 1.0: Contributeurs "OpenStreetMap" \\ & <tous>'), line);
    }
    for (const line of of('ville')) assert.match(line, / https:\/\/www\.etalab\.gouv\.fr\/\S+ \| Licence Ouverte 2\.0: Ville$/);
    for (const line of of('cercle')) assert.match(line, / None \| avec leur accord: Cercle local$/);
    const whole = distributions.filter((line) => !line.includes('?source='));
    assert.ok(whole.length >= 9 && whole.every((line) => line.includes('licence de sa source')));
  });

  test('every distribution can be fetched, and holds its own source only', async () => {
    const { '@graph': nodes } = JSON.parse((await text('/catalog')).body);
    for (const node of nodes.filter((one) => one['@type'] === 'dcat:Distribution')) {
      const { status, type, body } = await text(node['dcat:downloadURL'][0]['@id']);
      assert.equal(status, 200);
      assert.ok(node['dcat:mediaType'][0]['@id'].endsWith(`/${type.split(';')[0]}`), type);
      if (node['@id'].includes('source=jardins-osm') && type.startsWith('text/csv')) assert.equal(body.match(/jardins-osm/g).length, 2);
    }
    for (const service of nodes.filter((one) => one['@type'] === 'dcat:DataService')) {
      assert.equal((await text(service['dcat:endpointDescription'][0]['@id'])).status, 200);
    }
  });

  test('the map of the site leads to every page once, and crawlers are told of it', async () => {
    const robots = await text('/robots.txt');
    assert.match(robots.type, /^text\/plain/);
    const index = await text(/^Sitemap: (.*)$/m.exec(robots.body)[1]);
    const files = [...index.body.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => url);
    assert.equal(files.length, 3);
    const urls = [];
    for (const file of files) {
      const { body, type } = await text(file);
      assert.equal(type, 'application/xml; charset=utf-8');
      execFileSync('xmllint', ['--noout', '-'], { input: body });
      urls.push(...[...body.matchAll(/<loc>(.*?)<\/loc>(<lastmod>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)?/g)].map(([, url, modified]) => ({ url, modified })));
    }
    assert.equal(new Set(urls.map(({ url }) => url)).size, urls.length);
    const entries = urls.filter(({ url }) => url.includes('/entries/'));
    assert.equal(entries.length, 4);
    assert.ok(entries.every(({ modified }) => modified));
    for (const part of ['/territories/com-73065-chambery', '/territories/dep-73-savoie', '/territories/reg-84-', '/explore', '/themes/food']) {
      assert.ok(urls.some(({ url }) => url.includes(part)), part);
    }
    assert.ok(!urls.some(({ url }) => url.includes('com-75056')));
    for (const { url } of [...entries, urls.find((one) => one.url.includes('dep-73'))]) {
      const page = await text(url);
      assert.equal(page.status, 200);
      assert.ok(page.body.includes(`<link rel="canonical" href="${url}">`), url);
    }
    for (const path of ['/sitemap-entries-0.xml', '/sitemap-entries-2.xml', '/sitemap-entries-x.xml']) assert.equal((await text(path)).status, 404);
  });

  test('a browser can search here, with suggestions', async () => {
    const { body, type } = await text('/opensearch.xml');
    assert.match(type, /^application\/opensearchdescription\+xml/);
    execFileSync('xmllint', ['--noout', '-'], { input: body });
    const template = (kind) => new RegExp(`<Url type="${kind}"[^>]* template="([^"]*)"`).exec(body)[1].replaceAll('&amp;', '&');
    for (const kind of ['text/html', 'application/atom\\+xml', 'application/geo\\+json']) {
      assert.equal((await text(template(kind).replace('{searchTerms}', 'jardin'))).status, 200, kind);
    }
    const suggested = await text(template('application/x-suggestions\\+json').replace('{searchTerms}', 'chamb'));
    assert.equal(suggested.type, 'application/x-suggestions+json');
    const [typed, texts, what, urls] = JSON.parse(suggested.body);
    assert.equal(typed, 'chamb');
    assert.equal(texts[0], 'Chambéry (73)');
    assert.ok(texts.length === what.length && texts.length === urls.length);
    assert.equal((await text(urls[0])).status, 200);
    assert.deepEqual(JSON.parse((await text('/opensearch/suggest?q=')).body), ['', [], [], []]);
    assert.equal((await text(`/opensearch/suggest?q=${'x'.repeat(300)}`)).status, 414);
    assert.equal((await text('/opensearch/suggest?nonsense=1')).status, 400);
  });

  test('a page of ours can stand in another', async () => {
    const ask = async (path, more = '') => {
      const answer = await text(`/oembed?url=${encodeURIComponent(server.url + path)}${more}`);
      return { ...answer, json: answer.type === 'application/json' ? JSON.parse(answer.body) : null };
    };
    const list = (await ask('/explore?q=jardin&kind=place&utm_source=x')).json;
    assert.equal(list.version, '1.0');
    assert.equal(list.type, 'rich');
    assert.ok(list.html.includes(`src="${server.url}/embed?q=jardin&amp;kind=place"`), list.html);
    assert.match(list.html, /title="[^"]+" width="640" height="480"/);
    const small = (await ask('/territories/com-73065-chambery', '&maxwidth=300&maxheight=200')).json;
    assert.deepEqual([small.title, small.width, small.height, small.thumbnail_url], ['Chambéry (73)', 300, 200, undefined]);
    const { items } = JSON.parse((await text('/api/v1/entries?q=Halle')).body);
    const entry = (await ask(new URL(items[0].url).pathname)).json;
    assert.equal(entry.title, 'Halle & <marché>');
    assert.ok(entry.html.includes(`<a href="${items[0].url}">Halle &amp; &lt;marché&gt;</a>`), entry.html);
    const page = (await text(items[0].url)).body;
    const discovered = /type="application\/json\+oembed" href="([^"]*)"/.exec(page)[1].replaceAll('&amp;', '&');
    assert.deepEqual(JSON.parse((await text(discovered)).body), entry);
    const xml = await ask('/themes/food', '&format=xml');
    assert.match(xml.type, /^text\/xml/);
    execFileSync('xmllint', ['--noout', '-'], { input: xml.body });
    for (const path of ['/entries/1-x', '/territories/none', '/themes/none', '/about', '/%00']) assert.equal((await ask(path)).status, 404, path);
    assert.equal((await text('/oembed?url=https://elsewhere.example/')).status, 404);
    assert.equal((await text('/oembed')).status, 400);
    assert.equal((await ask('/explore', '&format=yaml')).status, 501);
    assert.equal((await ask('/explore', '&maxwidth=x')).status, 400);
  });
});
