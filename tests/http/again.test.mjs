// "Nous l'avons fait aussi": taken up elsewhere, told on both pages, to machines and to the team.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { importEntries, letterTo, signIn, start, teamOf, visitor } from './harness.mjs';

let server;
let member;
const numbers = new Map(); // title → number
const path = (title, rest = '') => `/entries/${numbers.get(title)}${rest}`;

async function takeUp(who, title, fields) {
  const begun = await who.send(path(title, '/again'));
  assert.equal(begun.status, 303);
  const draft = begun.location.replace(/\/what$/, '');
  const what = await who.look(begun.location);
  for (const [step, sent] of [
    ['what', { kind: 'initiative', title: fields.title }],
    ['where', { where: fields.where, precision: 'commune' }],
    ['more', { learnt: fields.learnt ?? '', theme: 'food' }],
  ]) assert.equal((await who.send(`${draft}/${step}`, sent)).status, 303, step);
  const more = await who.look(`${draft}/more`);
  const sent = await who.send(`${draft}/check`, { charter: 1 });
  assert.equal(sent.status, 303, sent.text);
  return { what, more, location: sent.location };
}
const remember = (title, location) => numbers.set(title, /entries\/(\d+)/.exec(location)[1]);

before(async () => {
  server = await start();
  importEntries(server.folder, 'fixture', [
    { id: '1', kind: 'idea', title: 'Frigo solidaire', themes: ['food'], place: { territory: 'com-73065' } },
    { id: '2', kind: 'place', title: 'Ancien', place: { territory: 'com-73065' }, links: [{ relation: 'inspired-by', target: '3' }] },
    { id: '3', kind: 'place', title: 'Nouveau', place: { territory: 'com-38185' }, links: [{ relation: 'inspired-by', target: '2' }] },
  ]);
  const { items } = await (await fetch(`${server.url}/api/v1/entries`)).json();
  for (const { id, title } of items) numbers.set(title, id);
  member = await signIn(server, 'member@example.org');
  await signIn(server, 'team@example.org');
  teamOf(server.folder, numbers.get('Frigo solidaire'), [`(SELECT person_id FROM person_address WHERE address = 'team@example.org')`]);
});
after(() => server.stop());

test('what takes something up is begun with its kind and themes, and asks what was learnt', async () => {
  const page = (await visitor(server).look(`${path('Frigo solidaire')}-frigo-solidaire`)).text;
  assert.ok(page.includes(`href="${path('Frigo solidaire', '/again')}"`));
  assert.match((await visitor(server).look(path('Frigo solidaire', '/again'))).text, /Frigo solidaire<\/a>/);
  const { what, more, location } = await takeUp(member, 'Frigo solidaire', { title: 'Le frigo du Biollay', where: 'Chambéry (73)', learnt: 'Une clé pour chacun.\n<b>Deux</b> bénévoles.' });
  assert.match(what.text, /<option value="initiative" selected/);
  assert.match(more.text, /Une clé pour chacun\./);
  remember('Le frigo du Biollay', location);
});

test('both pages say so: the tree, how often, where, and what was learnt', async () => {
  remember('Un frigo à Grenoble', (await takeUp(member, 'Le frigo du Biollay', { title: 'Un frigo à Grenoble', where: 'Grenoble (38)' })).location);
  const who = visitor(server);
  const origin = (await who.look(`${path('Frigo solidaire')}-frigo-solidaire`)).text;
  assert.match(origin, /Repris 2 fois, dans 2 communes\./);
  assert.match(origin, /Le frigo du Biollay<\/a> · Chambéry \(73\)<p>Une clé pour chacun\.<\/p><p>&lt;b&gt;Deux&lt;\/b&gt; bénévoles\.<\/p><ul><li><a href="[^"]*">Un frigo à Grenoble<\/a>/);
  assert.match(origin, /<figure class="small-map"><svg[^>]*aria-label|<figure class="small-map">[\s\S]*Où cela a été repris/);
  const taken = (await who.look(`${path('Le frigo du Biollay')}-le-frigo-du-biollay`)).text;
  assert.match(taken, /Inspiré par <a href="[^"]*">Frigo solidaire<\/a>/);
  assert.match(taken, /Repris 1 fois/);
});

test('machines read it too: isBasedOn, and links with what was learnt', async () => {
  const page = (await visitor(server).look(`${path('Le frigo du Biollay')}-le-frigo-du-biollay`)).text;
  const [, json] = /<script type="application\/ld\+json">([\s\S]*?)<\/script>/.exec(page);
  const node = JSON.parse(json).find((one) => one.isBasedOn);
  assert.match(node.isBasedOn[0], /\/entries\/\d+-frigo-solidaire$/);
  const entry = await (await fetch(`${server.url}/api/v1${path('Le frigo du Biollay')}`)).json();
  const link = entry.links.find((one) => one.relation === 'inspired-by' && !one.incoming);
  assert.equal(String(link.id), String(numbers.get('Frigo solidaire')));
  assert.match(link.note, /Une clé pour chacun/);
});

test('RULE MAIL-4: the team of what was taken up is told, with a way to see it', async () => {
  const letter = await letterTo(server, 'team@example.org', 1);
  assert.match(letter, /Le frigo du Biollay/);
  assert.match(letter, /dit s’inspirer/);
});

test('what an import links in a circle ends', async () => {
  const page = (await visitor(server).look(`${path('Ancien')}-ancien`)).text;
  assert.match(page, /Repris 1 fois/);
  assert.equal(page.split('Nouveau</a>').length > 1, true);
});

test('the list by how often shows the numbers of the pages, to people and to machines, and goes on page by page', async () => {
  const order = ['Frigo solidaire', 'Ancien', 'Nouveau', 'Le frigo du Biollay', 'Un frigo à Grenoble'];
  const times = [2, 1, 1, 1, undefined];
  const read = async (address) => (await fetch(new URL(address, server.url))).json();
  const { items } = await read('/api/v1/entries?sort=taken-up');
  assert.deepEqual(items.map(({ title, taken_up: taken }) => [title, taken]), order.map((title, i) => [title, times[i]]));
  const paged = [];
  for (let next = '/api/v1/entries?sort=taken-up&limit=2'; next;) {
    const page = await read(next);
    paged.push(...page.items.map(({ title }) => title));
    next = page.next;
  }
  assert.deepEqual(paged, order);
  const list = (await visitor(server).look('/explore?sort=taken-up')).text;
  assert.match(list, /<option value="taken-up" selected>Les plus repris<\/option>/);
  assert.match(list, /Repris 2 fois[^]*Frigo solidaire<\/a>[^]*Repris 1 fois[^]*Ancien<\/a>[^]*Un frigo à Grenoble<\/a>/);
  assert.ok(!(await visitor(server).look('/explore')).text.includes('Repris 2 fois'));
  assert.equal((await read('/api/v1/entries?sort=recent')).items[0].taken_up, undefined);
});

test('what was taken up beyond counting is said to be more, and no commune is counted that is none', async () => {
  importEntries(server.folder, 'many', [
    { id: 'spring', kind: 'idea', title: 'Source' },
    { id: 'wide', kind: 'idea', title: 'Large' },
    { id: 'land', kind: 'initiative', title: 'Au pays', place: { territory: 'dep-73' }, links: [{ relation: 'inspired-by', target: 'wide' }] },
    ...Array.from({ length: 1001 }, (_, i) => ({ id: `n${i}`, kind: 'initiative', title: `Ruisseau ${i}`, links: [{ relation: 'inspired-by', target: 'spring' }] })),
  ]);
  const pageOf = async (title) => {
    const until = Date.now() + 20_000;
    for (;;) {
      const { items } = await (await fetch(`${server.url}/api/v1/entries?q=${title}&kind=idea`)).json();
      const id = items.find((one) => one.title === title)?.id;
      if (id) return (await visitor(server).look(`/entries/${id}-${title.toLowerCase()}`)).text;
      assert.ok(Date.now() < until, `${title} was imported and is not found`);
    }
  };
  assert.match(await pageOf('Source'), /Repris plus de 1[\s\u202f]000 fois\./);
  assert.match(await pageOf('Large'), /Repris 1 fois\./);
});

test('nothing that is not there can be taken up', async () => {
  assert.equal((await visitor(server).look('/entries/12/again')).status, 404);
  assert.equal((await visitor(server).send('/entries/12/again')).status, 404);
});
