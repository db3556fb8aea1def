// Photos and documents of news: taken in by the team, shown with what it tells, walled as those of entries.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PNG } from 'pngjs';

import { agora, importEntries, signIn, start, teamOf, temporaryFolder } from './harness.mjs';

let server;
let entry;
let anna;
let eve;
before(async () => {
  const folder = temporaryFolder();
  importEntries(folder, 'news', [{ id: 'four', kind: 'initiative', language: 'fr', title: 'Four à pain', place: { territory: 'com-73065', precision: 'commune' } }]);
  server = await start({ folder });
  entry = (await (await fetch(`${server.url}/api/v1/entries?source=news`)).json()).items[0].id;
  anna = await signIn(server, 'anna@example.org');
  eve = await signIn(server, 'eve@example.org');
  teamOf(folder, entry, [JSON.parse((await anna.look('/account/data')).text).id]);
});
after(() => server.stop());

const png = (shade) => {
  const picture = new PNG({ width: 640, height: 400, colorType: 2 });
  for (let i = 0; i < 640 * 400; i++) picture.data.set([shade, i & 255, (i >> 8) & 255, 255], 4 * i);
  return PNG.sync.write(picture, { colorType: 2 });
};
const PDF = '%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n';
const form = (field, name, bytes, fields = {}) => {
  const sent = new FormData();
  for (const [key, value] of Object.entries(fields)) sent.append(key, value);
  sent.append(field, new Blob([bytes]), name);
  return sent;
};
const tell = async (title) => (await anna.send(`/entries/${entry}/news/new`, { sort: 'step', happened: '2025-10-03', title, text: 'Il chauffe.' })).location;
const photoIn = (text) => /\/media\/([0-9a-f]{32}-\d+x\d+)\//.exec(text)?.[1];
const documentIn = (text) => /\/media\/([0-9a-f]{32}-\d+\.pdf)"/.exec(text)?.[1];
const body = async (address) => (await fetch(server.url + address)).text();
const status = async (address) => (await fetch(server.url + address)).status;
const field = (what, name) => `${what}-${name.slice(0, 8)}`;
async function takePhoto(one, shade, alt) {
  assert.equal((await anna.send(`${one}/photos`, form('photo', 'four.png', png(shade)))).location, `${one}/photos`);
  const name = photoIn((await anna.look(`${one}/photos`)).text);
  if (alt) assert.equal((await anna.send(`${one}/photos`, { [field('alt', name)]: alt, [field('credit', name)]: 'Anna <b>', [field('licence', name)]: 'CC0-1.0' })).location, one);
  return name;
}
async function takeDocument(one, words) {
  assert.equal((await anna.send(`${one}/documents`, form('document', 'plan_du_four.pdf', PDF.replace('1 0 obj', `% ${words}\n1 0 obj`)))).location, `${one}/documents`);
  return documentIn((await anna.look(`${one}/documents`)).text);
}

test('RULE NEWS-2: a photo is shown with the news once somebody said what one sees, in lists and in the feed too', async () => {
  const one = await tell('Le four est rallumé');
  const name = await takePhoto(one, 3);
  assert.equal(await status(`/media/${name}/480.jpg`), 404, 'not described yet');
  assert.ok(!(await body(one)).includes(name));
  assert.match((await anna.look(one)).text, /1 photo n’est pas montrée/);
  assert.equal((await anna.look(`${one}/media/${name}/480.jpg`)).status, 200, 'who adds it sees it');
  const silent = await anna.send(`${one}/photos`, { [field('alt', name)]: ' ' });
  assert.equal(silent.status, 422);
  assert.match(silent.text, /Dites ce qu’on y voit/);
  await anna.send(`${one}/photos`, { [field('alt', name)]: 'Le four, ouvert', [field('credit', name)]: 'Anna <b>', [field('licence', name)]: 'CC0-1.0' });
  assert.equal(await status(`/media/${name}/480.jpg`), 200);
  const page = await body(one);
  assert.match(page, new RegExp(`<img src="/media/${name}/[^>]*alt="Le four, ouvert"`));
  assert.match(page, /Photo : Anna &lt;b&gt;/);
  for (const address of ['/news', `/entries/${entry}/news`, `/entries/${entry}`, '/']) {
    assert.match(await body(address), new RegExp(`<img src="/media/${name}/480.webp"[^>]*alt="Le four, ouvert" loading="lazy">`), address);
  }
  assert.match(await body('/news.atom'), new RegExp(`<link rel="enclosure" type="image/jpeg" href="${server.url}/media/${name}/\\d+.jpg" title="Le four, ouvert"/>`));
});

test('a document of news is taken away as a file, by everybody while the news is shown, by the team and who moderates when it was taken back', async () => {
  const one = await tell('Les plans');
  const name = await takeDocument(one, 'plans');
  assert.match(await body(one), new RegExp(`href="/media/${name}" download>plan du four</a>`));
  const answer = await fetch(`${server.url}/media/${name}`);
  assert.equal(answer.headers.get('content-type'), 'application/pdf');
  assert.match(answer.headers.get('content-disposition'), /attachment; filename="plan-du-four.pdf"/);
  assert.match(await body(`/entries/${entry}/news.atom`), new RegExp(`<link rel="enclosure" type="application/pdf" href="${server.url}/media/${name}" title="plan du four" length="\\d+"/>`));
  const moderator = await signIn(server, 'moderator@example.org');
  assert.equal((await moderator.look(`${one}/media/${name}`)).status, 403);
  assert.equal(agora('user', '--data', server.folder, 'grant', 'moderator@example.org', 'moderator').status, 0);
  await anna.send(`${one}/edit`, { do: 'take-back' });
  assert.equal(await status(`/media/${name}`), 404);
  assert.equal((await eve.look(`${one}/media/${name}`)).status, 403);
  assert.equal((await moderator.look(`${one}/media/${name}`)).status, 200);
  assert.match((await anna.look(one)).text, new RegExp(`href="${one}/media/${name}" download`));
  await anna.send(`${one}/edit`, { do: 'show' });
  assert.equal(await status(`/media/${name}`), 200);
});

test('what came and went stands in the versions; a change of the words keeps the files; nobody else changes them', async () => {
  const one = await tell('Le chantier');
  const name = await takePhoto(one, 9, 'Le chantier en mai');
  const paper = await takeDocument(one, 'chantier');
  const { text } = await anna.look(`${one}/edit`);
  const version = /name="version" value="(\d+)"/.exec(text)[1];
  await anna.send(`${one}/edit`, { sort: 'step', happened: '2025', title: 'Le chantier avance', text: '', version });
  let page = await body(one);
  assert.ok(page.includes(name) && page.includes(paper));
  for (const path of ['photos', 'documents']) {
    assert.equal((await eve.look(`${one}/${path}`)).status, 403);
    assert.equal((await eve.send(`${one}/${path}`, { do: field('drop', path === 'photos' ? name : paper) })).status, 403);
  }
  assert.equal((await anna.send(`${one}/photos`, { do: field('drop', name) })).location, `${one}/photos`);
  page = await body(one);
  assert.ok(!page.includes(`/media/${name}`));
  assert.match(page, /Ajout\s: photo «/);
  assert.match(page, /Retrait\s: photo «\s*Le chantier en mai\s*»/);
  assert.match(page, /Ajout\s: document «\splan du four\s»/);
  assert.equal(await status(`/media/${name}/480.jpg`), 404);
  const checked = agora('check', '--data', server.folder);
  assert.equal(checked.status, 0, checked.stderr);
});

test('a file that is no photo is refused with its name, and loses nothing', async () => {
  const one = await tell('Sans photo');
  const refused = await anna.send(`${one}/photos`, form('photo', 'page.jpg', '<script>alert(1)</script>'));
  assert.equal(refused.status, 422);
  assert.match(refused.text, /page\.jpg/);
  assert.match(refused.text, /n’est pas une photo/);
  assert.equal((await anna.send(`${one}/photos`, { do: 'back' })).location, one);
});

test('news as JSON have what is public of them, page by page; the account that wrote them has every version in its data', async () => {
  const all = await (await fetch(`${server.url}/api/v1/news?territory=dep-73`)).json();
  const four = all.items.find(({ title }) => title === 'Le four est rallumé');
  assert.deepEqual([four.entry, four.sort, four.happened, four.text], [entry, 'step', '2025-10-03', 'Il chauffe.']);
  assert.deepEqual(four.media.map(({ kind, alt, licence, credit }) => [kind, alt, licence, credit]), [['image', 'Le four, ouvert', 'CC0-1.0', 'Anna <b>']]);
  assert.equal((await fetch(four.media[0].url)).status, 200);
  assert.equal((await fetch(four.url)).status, 200);
  const first = await (await fetch(`${server.url}/api/v1/news?limit=1`)).json();
  assert.equal(first.items[0].id, all.items[0].id);
  assert.equal((await (await fetch(first.next)).json()).items[0].id, all.items[1].id);
  assert.deepEqual((await (await fetch(`${server.url}/api/v1/news?territory=dep-38`)).json()), { items: [], next: null });
  assert.equal((await fetch(`${server.url}/api/v1/news?theme=water`)).status, 400);

  const { news } = JSON.parse((await anna.look('/account/data')).text);
  const mine = news.filter(({ title }) => title.startsWith('Le chantier'));
  assert.deepEqual(mine.map(({ version, title }) => [version, title]).slice(0, 2), [[1, 'Le chantier'], [2, 'Le chantier']]);
  assert.ok(mine.some(({ media }) => media.some(({ said }) => said === 'Le chantier en mai')));
  assert.deepEqual(JSON.parse((await eve.look('/account/data')).text).news, []);
});

test('a problem with one news says which, to whoever moderates; of one that is not shown, or of another entry, there is nothing to say', async () => {
  const one = await tell('Une rumeur');
  const news = one.match(/\d+$/)[0];
  const flag = `/entries/${entry}/flag`;
  assert.match(await body(one), new RegExp(`href="${flag}\\?news=${news}"`));
  const form = (await eve.look(`${flag}?news=${news}`)).text;
  assert.match(form, /La nouvelle «\sUne rumeur\s»/);
  assert.match(form, new RegExp(`name="news" value="${news}"`));
  assert.equal((await eve.send(flag, { reason: 'wrong', words: 'C’est faux.', news })).status, 303);
  const moderator = await signIn(server, 'judge@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'judge@example.org', 'moderator').status, 0);
  const held = (await moderator.look(`/moderation/entries/${entry}`)).text;
  assert.match(held, new RegExp(`C’est faux\\.[^]*<a href="${one}">La nouvelle «\\sUne rumeur\\s»`));
  for (const other of ['1', 'x', '-1']) {
    assert.equal((await eve.look(`${flag}?news=${other}`)).status, 404, other);
    assert.equal((await eve.send(flag, { reason: 'wrong', news: other })).status, 404, other);
  }
  await anna.send(`${one}/edit`, { do: 'take-back' });
  assert.equal((await eve.look(`${flag}?news=${news}`)).status, 404);
});

test('who leaves leaves their news, unsigned', async () => {
  const one = (await anna.send(`/entries/${entry}/news/new`, { sort: 'step', happened: '2025', title: 'Le dernier', text: '' })).location;
  await anna.send(`${one}/edit`, { sort: 'step', happened: '2025', title: 'Le dernier mot', text: '', version: 1 });
  assert.equal((await anna.send('/account/delete', { sure: '1' })).status, 303);
  const page = await body(one);
  assert.match(page, /Le dernier mot/);
  assert.match(page, /un compte supprimé/);
});
