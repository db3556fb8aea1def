// Photos: taken in, shown, taken away, and what somebody unkind may send as one.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';

import { PNG } from 'pngjs';

import { agora, letterTo, signIn, start, temporaryFolder, visitor } from './harness.mjs';

const PHOTO_TRY = 9; // person_try.what
const WAITING_MAX = 8; // PHOTO_QUEUE_MAX

let server;
before(async () => {
  server = await start();
});
after(() => server.stop());

// ---- pictures ----

const png = (width, height, shade) => {
  const picture = new PNG({ width, height, colorType: 2 });
  for (let i = 0; i < width * height; i++) {
    picture.data.set([shade, (i % width) & 255, (i / width) & 255, 255], 4 * i);
  }
  return PNG.sync.write(picture, { colorType: 2 });
};
const chunk = (name, data) => {
  const crcTable = (byte) => {
    for (let k = 0; k < 8; k++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
    return byte;
  };
  const body = Buffer.concat([Buffer.from(name), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = crcTable((crc ^ byte) & 255) ^ (crc >>> 8);
  const number = (value) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value].map((byte) => byte & 255));
  return Buffer.concat([number(data.length), body, number(~crc >>> 0)]);
};
const bomb = () => {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(100000, 0);
  head.writeUInt32BE(100000, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.alloc(1e6))), chunk('IEND', Buffer.alloc(0))]);
};

// ---- a draft and its photos ----

const WHAT = { title: 'Le verger en photos', summary: 'On plante des pommiers.', kind: 'initiative', state: 'begun' };

async function draftOf(who) {
  const { location } = await who.send('/add', { kind: 'initiative' });
  const draft = location.replace(/\/what$/, '');
  assert.equal((await who.send(`${draft}/what`, WHAT)).status, 303);
  assert.equal((await who.send(`${draft}/where`, { where: 'Chambéry (73)', precision: 'exact' })).status, 303);
  return draft;
}
const form = (files, fields = {}) => {
  const sent = new FormData();
  for (const [name, value] of Object.entries(fields)) sent.append(name, value);
  for (const [name, bytes, type] of files) sent.append('photo', new Blob([bytes], { type: type ?? 'image/jpeg' }), name);
  return sent;
};
const sendPhotos = (who, draft, files, fields) => who.send(`${draft}/photos`, form(files, fields));
const namesIn = (text) => [...new Set([...text.matchAll(/\/media\/([0-9a-f]{32}-\d+x\d+)\//g)].map(([, name]) => name))];
const fault = (text) => /id="photo-fault">([^<]*)/.exec(text)?.[1];
const key = (what, name) => `${what}-${name.slice(0, 8)}`;

async function publish(who, draft, address) {
  const sent = await who.send(`${draft}/check`, { charter: 1, ...(address ? { address } : {}) });
  assert.equal(sent.status, 303);
  if (!address) return sent.location;
  const link = new URL(/http:\S+\/contributions\/\S+/.exec(await letterTo(server, address))[0]).pathname;
  const before = await who.look(link);
  assert.equal(before.status, 200);
  assert.equal((await who.send(link, { do: 'confirm' })).status, 303);
  return /href="(\/entries\/[^"]+)"/.exec((await who.look(link)).text)?.[1];
}

test('RULE MEDIA-1: a photo is its author’s alone until the entry is shown, and everybody’s then', async () => {
  const lea = visitor(server);
  const draft = await draftOf(lea);
  assert.match((await lea.look(`${draft}/more`)).text, /name="do" value="photos"/);
  const wrong = await lea.send(`${draft}/more`, { do: 'photos', email: 'lea', description: 'Gardé.' });
  assert.equal(wrong.status, 422, 'the photos lead past this page, so it is looked at first');
  assert.equal((await lea.send(`${draft}/more`, { do: 'photos', description: 'Gardé.' })).location, `${draft}/photos`);
  const sent = await sendPhotos(lea, draft, [['verger.png', png(1800, 900, 10), 'image/png']]);
  assert.equal(sent.location, `${draft}/photos`);
  const page = (await lea.look(`${draft}/photos`)).text;
  const [name] = namesIn(page);
  assert.match(name, /-1600x800$/);
  assert.equal((await lea.look(`${draft}/media/${name}/480.jpg`)).status, 200);
  assert.equal((await visitor(server).look(`/media/${name}/480.jpg`)).status, 404, 'not shown yet');
  const kept = await lea.send(`${draft}/photos`, { [key('alt', name)]: 'Trois pommiers', [key('credit', name)]: 'Léa <b>', [key('licence', name)]: 'CC0-1.0' });
  assert.equal(kept.location, `${draft}/check`, 'what comes after the photos');
  assert.equal((await lea.send(`${draft}/photos`, { do: 'back' })).location, `${draft}/more`);
  assert.match((await lea.look(`${draft}/check`)).text, new RegExp(name));
  const path = await publish(lea, draft, 'lea-photo@example.org');

  const entry = await fetch(server.url + path);
  const html = await entry.text();
  assert.match(html, new RegExp(`<source type="image/webp" srcset="/media/${name}/480.webp 480w, /media/${name}/960.webp 960w, /media/${name}/1600.webp 1600w"`));
  assert.match(html, new RegExp(`<img src="/media/${name}/960.jpg" width="1600" height="800" alt="Trois pommiers">`));
  assert.match(html, /Photo : Léa &lt;b&gt;/);
  assert.match(html, /<a rel="license noopener" href="https:\/\/creativecommons.org\/publicdomain\/zero\/1.0\/">CC0 1.0<\/a>/);
  assert.match(html, new RegExp(`property="og:image" content="${server.url}/media/${name}/1600.jpg"`));
  for (const file of ['480.webp', '960.webp', '1600.webp', '480.jpg', '960.jpg', '1600.jpg']) {
    const answer = await fetch(`${server.url}/media/${name}/${file}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(answer.status, 200, file);
    assert.equal(answer.headers.get('content-type'), file.endsWith('webp') ? 'image/webp' : 'image/jpeg');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.match(answer.headers.get('content-security-policy'), /default-src 'none'.*; sandbox/);
    assert.ok(!bytes.includes('Exif') && !bytes.includes('EXIF') && !bytes.includes('ICC_PROFILE'), file);
    if (file === '960.webp') assert.ok(bytes.length <= 60_000, String(bytes.length));
  }
  const found = await (await fetch(`${server.url}/api/v1/entries?has=image&q=verger+photos`)).json();
  assert.equal(found.total, 1);
  assert.equal(found.items[0].media[0].url, `${server.url}/media/${name}/1600.jpg`);
  assert.equal(found.items[0].media[0].alt, 'Trois pommiers');
  assert.match(await (await fetch(`${server.url}/explore?q=verger+photos`)).text(), new RegExp(`<div class="thumb"><img src="/media/${name}/480.webp"`));
});

test('several photos: their order, what is said of them, one taken away, never more than eight', async () => {
  const who = visitor(server);
  const draft = await draftOf(who);
  await sendPhotos(who, draft, [1, 2, 3].map((shade) => [`${shade}.png`, png(20 + shade, 10, shade), 'image/png']));
  const names = namesIn((await who.look(`${draft}/photos`)).text);
  assert.equal(names.length, 3);
  const said = Object.fromEntries(names.map((name, i) => [key('alt', name), `Photo numéro ${i}`]));
  assert.equal((await who.send(`${draft}/photos`, { ...said, do: key('up', names[2]) })).location, `${draft}/photos`);
  assert.deepEqual(namesIn((await who.look(`${draft}/photos`)).text), [names[0], names[2], names[1]]);
  await who.send(`${draft}/photos`, { ...said, do: key('drop', names[0]) });
  const left = (await who.look(`${draft}/photos`)).text;
  assert.deepEqual(namesIn(left), [names[2], names[1]]);
  assert.match(left, /value="Photo numéro 2"/);
  assert.equal((await who.look(`${draft}/media/${names[0]}/480.jpg`)).status, 404, 'not of this draft any more');
  const again = await sendPhotos(who, draft, [['same.png', png(23, 10, 3), 'image/png']]);
  assert.equal(again.status, 303);
  assert.equal(namesIn((await who.look(`${draft}/photos`)).text).length, 2, 'the same picture once more is the same');
  const many = await sendPhotos(who, draft, [4, 5, 6, 7, 8, 9, 10].map((shade) => [`${shade}.png`, png(20 + shade, 10, shade), 'image/png']));
  assert.equal(many.status, 422);
  assert.match(fault(many.text), /Huit photos/);
  assert.equal(namesIn(many.text).length, 8);
});

describe('what is no photo is refused with a reason, and loses nothing', () => {
  const refusals = [
    ['a page with the name of a photo', Buffer.from('<!doctype html><script>alert(1)</script>'), /n’est pas une photo/],
    ['an SVG with a script', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), /n’est pas une photo/],
    ['a page behind the first bytes of a JPEG', Buffer.from('\xff\xd8\xff<script>alert(1)</script>', 'latin1'), /abîmée/],
    ['a picture that is cut off', () => png(900, 700, 9).subarray(0, 3000), /abîmée/],
    ['a head that tells of ten thousand million pixels', bomb, /trop grande/],
    ['eleven megabytes', () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(11 << 20)]), /10 Mo/],
    ['nothing at all', Buffer.alloc(0), /n’est pas une photo/],
  ];
  for (const [what, bytes, reason] of refusals) {
    test(what, async () => {
      const who = visitor(server);
      const draft = await draftOf(who);
      await sendPhotos(who, draft, [['first.png', png(30, 20, 77), 'image/png']]);
      const { status, text } = await sendPhotos(who, draft, [['photo.jpg', typeof bytes === 'function' ? bytes() : bytes]]);
      assert.equal(status, 422);
      assert.match(fault(text), reason);
      assert.equal(namesIn(text).length, 1, 'what was there stays');
    });
  }
});

test('a photo that was taken out of its entry is shown to nobody, its entry says who did it', async () => {
  const noe = await signIn(server, 'noe-photo@example.org');
  const draft = await draftOf(noe);
  await sendPhotos(noe, draft, [['one.png', png(40, 30, 5), 'image/png']]);
  const [name] = namesIn((await noe.look(`${draft}/photos`)).text);
  const path = await publish(noe, draft);
  const id = /\/entries\/(\d+)/.exec(path)[1];
  assert.equal((await fetch(`${server.url}/media/${name}/480.jpg`)).status, 200);
  const { location } = await noe.send(`/entries/${id}/edit`);
  const change = location.replace(/\/what$/, '');
  await noe.send(`${change}/photos`, { do: key('drop', name) });
  assert.equal((await noe.send(`${change}/check`, { charter: 1, reason: 'Une personne ne veut pas y être.' })).status, 303);
  assert.equal((await fetch(`${server.url}/media/${name}/480.jpg`)).status, 404);
  const history = (await noe.look(`/entries/${id}/history`)).text;
  assert.match(history, /Une personne ne veut pas y être/);

  // Thirty days later its files are deleted; the version that had it can come back without it.
  const first = [...history.matchAll(/\/history\/(\d+)/g)].map(([, revision]) => Number(revision)).sort((a, b) => a - b)[0];
  const restore = `/entries/${id}/history/${first}/restore`;
  assert.ok(!(await noe.look(restore)).text.includes('n’est plus gardé'));
  execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(server.folder, 'agora.db'), `DELETE FROM media WHERE name = '${name}'`]);
  const media = join(server.folder, 'media');
  for (const file of readdirSync(media, { recursive: true })) if (file.includes(`${name}-`)) rmSync(join(media, file));
  const page = (await noe.look(restore)).text;
  assert.match(page, /Un fichier de cette version n’est plus gardé/);
  const [, stands] = /name="revision" value="(\d+)"/.exec(page);
  assert.equal((await noe.send(restore, { revision: stands, reason: 'Comme avant.' })).status, 303);
  const restored = await (await fetch(`${server.url}/api/v1/entries/${id}`)).json();
  assert.deepEqual(restored.media ?? [], []);
});

test('whatever becomes of a draft, each file that lies here is in the books', async () => {
  const who = visitor(server);
  const draft = await draftOf(who);
  await sendPhotos(who, draft, [['one.png', png(44, 33, 7), 'image/png']]);
  const [name] = namesIn((await who.look(`${draft}/photos`)).text);
  const { status } = await sendPhotos(who, draft, [['two.png', png(45, 33, 7), 'image/png']], { [key('alt', name)]: 'x'.repeat(1_200_000) });
  assert.notEqual(status, 303, 'too long: the draft was not stored');
  const known = execFileSync('sqlite3', ['-readonly', '-cmd', '.timeout 5000', join(server.folder, 'agora.db'), 'SELECT name FROM media'], { encoding: 'utf8' });
  const files = readdirSync(join(server.folder, 'media'), { recursive: true }).filter((file) => /\.(webp|jpg)$/.test(file));
  assert.ok(files.some((file) => file.includes('-45x33-')), 'the second one was developed');
  const here = files.map((file) => /([0-9a-f]{32}-\d+x\d+)-/.exec(file)[1]);
  assert.deepEqual(here.filter((one) => !known.includes(one)), []);
});

const tries = (count) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(server.folder, 'agora.db'), `UPDATE person_try SET count = ${count} WHERE what = ${PHOTO_TRY}`]);

test('no more than eight files are looked at, and none once a network has sent its share of the day', async () => {
  const who = visitor(server);
  const draft = await draftOf(who);
  const none = Array.from({ length: 8 }, (_, i) => [`${i}.jpg`, Buffer.from(`no photo ${i}`)]);
  const ninth = await sendPhotos(who, draft, [...none, ['9.png', png(51, 30, 1), 'image/png']]);
  assert.equal(ninth.status, 422);
  assert.match(ninth.text, /Huit fichiers à la fois/);
  assert.equal(namesIn(ninth.text).length, 0);
  tries(200);
  const enough = await sendPhotos(who, draft, none.slice(0, 3));
  tries(0);
  assert.equal(enough.status, 422);
  assert.match(fault(enough.text), /Beaucoup de photos/);
  assert.equal(enough.text.match(/href="#photo"/g).length, 1, 'the others were not tried');
});

test('when too many pictures wait, what is said of those that are here is kept', async () => {
  const who = visitor(server);
  const draft = await draftOf(who);
  await sendPhotos(who, draft, [['one.png', png(46, 33, 7), 'image/png']]);
  const [name] = namesIn((await who.look(`${draft}/photos`)).text);
  const large = png(800, 800, 3);
  const answers = await Promise.all(Array.from({ length: WAITING_MAX + 3 }, (_, i) =>
    sendPhotos(who, draft, [['large.png', large, 'image/png']], { [key('alt', name)]: `Vu par ${i}.` }).then((answer) => ({ i, ...answer }))));
  const away = answers.filter(({ status }) => status !== 303);
  assert.ok(away.length > 0);
  for (const { i, status, text } of away) {
    assert.equal(status, 422);
    assert.match(fault(text), /ne peuvent pas être reçues/);
    assert.ok(text.includes(`value="Vu par ${i}."`));
  }
});

test('a file cannot bring back a photo that was taken away', () => {
  const file = join(temporaryFolder(), 'in.json');
  writeFileSync(file, JSON.stringify([{ id: 'x', kind: 'idea', title: 'X', media: [{ kind: 'image', url: `/media/${'a'.repeat(32)}-10x10/480.jpg` }] }]));
  const { stdout, stderr } = agora('import', '--data', temporaryFolder(), '--source', 'x', file);
  assert.match(stdout + stderr, /rejected 1/);
});

test('who moderates sees the photos of what waits, nobody else does', async () => {
  const guest = visitor(server);
  const draft = await draftOf(guest);
  await sendPhotos(guest, draft, [['one.png', png(60, 50, 91), 'image/png']]);
  const [name] = namesIn((await guest.look(`${draft}/photos`)).text);
  await guest.send(`${draft}/more`, { website: 'https://example.org' });
  const path = await publish(guest, draft, 'held-photo@example.org');
  assert.equal(path, undefined, 'it holds a link, and waits');
  const moderator = await signIn(server, 'mod-photo@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'mod-photo@example.org', 'moderator').status, 0);
  const [, held] = /href="(\/moderation\/entries\/\d+)"/.exec((await moderator.look('/moderation')).text);
  assert.match((await moderator.look(held)).text, new RegExp(`src="${held}/media/${name}/480.jpg"`));
  assert.equal((await moderator.look(`${held}/media/${name}/480.jpg`)).status, 200);
  assert.notEqual((await guest.look(`${held}/media/${name}/480.jpg`)).status, 200);
  assert.equal((await fetch(`${server.url}/media/${name}/480.jpg`)).status, 404);
});

test('an address that is no picture’s opens nothing', async () => {
  for (const path of ['/media/x/480.jpg', `/media/${'a'.repeat(32)}-10x10/480.jpg`, `/media/${'a'.repeat(32)}-10x10/..%2F..%2Fagora.db`,
    `/media/${'A'.repeat(32)}-10x10/480.jpg`, `/media/${'a'.repeat(32)}-99999x1/480.jpg`]) {
    const { status } = await fetch(server.url + path);
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
  }
});

test('a backup holds the photos, and a restore shows them', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'b.tar.zst');
  const made = agora('backup', '--data', server.folder, file);
  assert.equal(made.status, 0, made.stderr);
  const back = join(folder, 'back');
  const done = agora('restore', '--data', back, file);
  assert.equal(done.status, 0, done.stderr);
  const files = (of) => readdirSync(join(of, 'media'), { recursive: true }).filter((name) => /\.(webp|jpg)$/.test(name)).sort();
  assert.ok(existsSync(join(back, 'media')));
  assert.deepEqual(files(back), files(server.folder));
});
