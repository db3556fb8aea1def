// What a team tells of its entry: who writes, who reads, the feeds, and what newcomers may not do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { importEntries, signIn, start, teamOf, temporaryFolder, visitor } from './harness.mjs';

let server;
let entry;
let path;
let anna;
let eve;
before(async () => {
  const folder = temporaryFolder();
  importEntries(folder, 'news', [
    { id: 'four', kind: 'initiative', language: 'fr', title: 'Four à pain', place: { territory: 'com-73065', precision: 'commune' } },
    { id: 'loin', kind: 'initiative', language: 'fr', title: 'Fournil lointain', place: { territory: 'com-75056', precision: 'commune' } },
    { id: 'flou', kind: 'initiative', language: 'fr', title: 'Fournil discret', place: { territory: 'com-73065', precision: 'departement' } },
  ]);
  server = await start({ folder });
  const { items } = await (await fetch(`${server.url}/api/v1/entries?source=news`)).json();
  const of = (title) => items.find((one) => one.title === title);
  entry = of('Four à pain').id;
  path = new URL(of('Four à pain').url).pathname;
  anna = await signIn(server, 'anna@example.org');
  eve = await signIn(server, 'eve@example.org');
  const { id } = JSON.parse((await anna.look('/account/data')).text);
  for (const one of items) teamOf(folder, one.id, [id]);
  await tell('En ville', {}, of('Fournil lointain').id);
  await tell('Sans adresse', {}, of('Fournil discret').id);
});
after(() => server.stop());

const STEP = { sort: 'step', happened: '03/10/2025', text: 'Il **chauffe** en deux heures.\n\n<script>alert(1)</script>' };
const tell = (title, fields = {}, of = entry, who = undefined) => (who ?? anna).send(`/entries/${of}/news/new`, { ...STEP, title, ...fields });
const body = async (address, headers = {}) => (await fetch(server.url + address, { headers })).text();

test('RULE NEWS-1: a team writes, everybody reads it on the entry, in lists and in feeds; nobody else writes', async () => {
  assert.ok(!(await body(path)).includes('id="news"'), 'no empty section');
  assert.match((await anna.look(path)).text, new RegExp(`href="/entries/${entry}/news/new"`));
  const before = await fetch(server.url + path);
  const said = await tell('Le four est rallumé');
  assert.equal(said.status, 303);
  const one = said.location;
  const now = await fetch(server.url + path, { headers: { 'If-None-Match': before.headers.get('etag') } });
  assert.equal(now.status, 200, 'the page is another one');
  const page = await now.text();
  assert.match(page, new RegExp(`href="${one}">Le four est rallumé</a>`));
  assert.match(page, /3 octobre 2025/);
  assert.ok(!page.includes('<script>alert'));
  const alone = await body(one);
  assert.match(alone, /<strong>chauffe<\/strong>/);
  assert.ok(!alone.includes('<script>alert'));
  for (const address of ['/', '/news', `/entries/${entry}/news`, '/territories/com-73065-chambery']) {
    assert.ok((await body(address)).includes('Le four est rallumé'), address);
  }
  for (const who of [eve, visitor(server)]) {
    const refused = await tell('Faux', {}, entry, who);
    assert.ok(refused.status === 403 || refused.location.startsWith('/sign-in'), `${refused.status}`);
    assert.notEqual((await who.look(`/entries/${entry}/news/new`)).status, 200);
    assert.notEqual((await who.look(`${one}/edit`)).status, 200);
    assert.notEqual((await who.send(`${one}/edit`, { ...STEP, title: 'Faux', version: 1 })).status, 200);
  }
  assert.ok(!(await body('/news')).includes('Faux'));
});

test('a territory tells the news of what the public sees there, and never finer', async () => {
  for (const [code, expected] of [['com-73065', ['Le four est rallumé']], ['dep-73', ['Sans adresse', 'Le four est rallumé']], ['com-75056', ['En ville']]]) {
    const text = await body(`/news?territory=${code}`);
    for (const title of ['En ville', 'Sans adresse', 'Le four est rallumé']) assert.equal(text.includes(title), expected.includes(title), `${code}: ${title}`);
    const feed = await body(`/news.atom?territory=${code}`);
    assert.equal(feed.split('<entry>').length - 1, expected.length);
  }
  assert.equal((await fetch(`${server.url}/news?territory=com-99999`)).status, 404);
  assert.equal((await fetch(`${server.url}/news.atom?territory=nonsense`)).status, 404);
});

test('a feed is Atom, says where each stands, and the same is not sent twice', async () => {
  const answer = await fetch(`${server.url}/entries/${entry}/news.atom`);
  assert.match(answer.headers.get('content-type'), /^application\/atom\+xml/);
  const text = await answer.text();
  assert.match(text, /<title>Four à pain : Le four est rallumé<\/title>/);
  assert.match(text, new RegExp(`<id>${server.url}/entries/${entry}/news/\\d+</id>`));
  assert.match(text, /&lt;strong&gt;chauffe&lt;\/strong&gt;/);
  const etag = answer.headers.get('etag');
  assert.equal((await fetch(`${server.url}/entries/${entry}/news.atom`, { headers: { 'If-None-Match': etag } })).status, 304);
  await tell('Une autre');
  assert.equal((await fetch(`${server.url}/entries/${entry}/news.atom`, { headers: { 'If-None-Match': etag } })).status, 200);
});

test('what is wrong is told on the page with what was typed; a title with other people\'s marks loses them', async () => {
  for (const [fields, message] of [
    [{ sort: 'scandal' }, /Choisissez ce qui s’est passé/], [{ happened: 'hier' }, /Ce n’est pas une date passée/],
    [{ happened: '01/2199' }, /Ce n’est pas une date passée/], [{ title: ' ' }, /Dites en une ligne/], [{ title: 'é'.repeat(101) }, /C’est trop long/],
    [{ text: 'https://spam.example' }, /Les liens sont possibles/],
  ]) {
    const refused = await tell('Gardé', fields);
    assert.equal(refused.status, 422, JSON.stringify(fields));
    assert.match(refused.text, message);
    assert.match(refused.text, fields.title ? /Il \*\*chauffe/ : /value="Gardé"/);
  }
  const month = await tell('Mois \u202Erenversé', { happened: '10/2025', sort: 'failure' });
  const text = await body(month.location);
  assert.match(text, /<h1>Mois renversé<\/h1>/);
  assert.match(text, /octobre 2025/);
});

test('of a news that was changed more than twenty times the page shows twenty versions and says so', async () => {
  teamOf.sql(server.folder, 'DELETE FROM person_try'); // another day
  const one = (await tell('Version 1')).location;
  const versions = async () => /<details[^>]*id="versions">[^]*?<\/details>/.exec(await body(one))[0];
  for (let version = 1; version <= 20; version++) {
    if (version === 20) {
      const whole = await versions();
      assert.equal(whole.match(/<time/g).length, 20);
      assert.ok(!whole.includes('Celles d’avant'));
    }
    assert.equal((await anna.send(`${one}/edit`, { ...STEP, title: `Version ${version + 1}`, version })).location, one);
  }
  const shown = await versions();
  assert.match(shown, /21 versions/);
  assert.equal(shown.match(/<time/g).length, 20);
  assert.match(shown, /Celles d’avant sont gardées, mais ne sont pas montrées/);
  assert.equal(teamOf.sql(server.folder, `SELECT count(*) FROM news_version WHERE news_id = ${one.match(/\d+$/)[0]}`), '21');
});

test('a change is a version, made of the one that was seen; taken back it is gone for all but the team, and comes back', async () => {
  const one = (await tell('Le four est ralumé')).location;
  assert.match((await anna.look(`${one}/edit`)).text, /value="03\/10\/2025"/);
  assert.equal((await anna.send(`${one}/edit`, { ...STEP, title: 'Le four est rallumé enfin', version: 1 })).location, one);
  const late = await anna.send(`${one}/edit`, { ...STEP, title: 'Autre', version: 1 });
  assert.equal(late.status, 422);
  assert.match(late.text, /vient de changer/);
  assert.match(await body(one), /2 versions[^]*<del>[^]*ralumé<\/del>/);
  assert.equal((await anna.send(`${one}/edit`, { do: 'take-back' })).location, `/entries/${entry}/news`);
  assert.equal((await fetch(server.url + one)).status, 404);
  assert.ok(!(await body(`/entries/${entry}/news`)).includes('enfin'));
  assert.ok(!(await body(path)).includes('enfin'));
  assert.ok(!(await body('/news.atom')).includes('enfin'));
  const own = (await anna.look(`/entries/${entry}/news`)).text;
  assert.ok(own.includes('enfin') && own.includes('Retirée par l’équipe'));
  assert.equal((await eve.look(one)).status, 404);
  await anna.send(`${one}/edit`, { do: 'show' });
  assert.equal((await fetch(server.url + one)).status, 200);
  assert.equal((await fetch(server.url + one.replace(`/${entry}/`, '/1/'))).status, 404, 'only at its own entry');
});
