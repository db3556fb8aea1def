// Pictures for sharing and icons: what they are, how heavy, and that no title can break them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { PNG } from 'pngjs';

import { importEntries, start } from './harness.mjs';

const TITLES = {
  'a-emoji': '🌻🐝 Le jardin des 👩‍🌾 abeilles 🌈',
  'b-arabic': 'حديقة الحي المشتركة',
  'c-hebrew-mixed': 'Le café de la paix שלום',
  'd-japanese': '自然農園',
  'e-long': 'Une '.concat('très '.repeat(42), 'longue initiative'),
  'f-one-word': 'Anticonstitutionnellement'.repeat(8),
  'g-polish': 'Łódź, Škoda, Győr, İstanbul',
  'h-markup': '<b>&amp;"\'</b> %s %n',
  'i-marks': 'é́́́́́́́ ‮à l’envers‬ ​',
};
const ENTRIES = Object.entries(TITLES).map(([id, title]) => ({ id, kind: 'initiative', title, place: { city: 'Chambéry', postal_code: '73000' } }));

describe('pictures', () => {
  let server;
  let numbers;
  before(async () => {
    server = await start({ demo: true });
    importEntries(server.folder, 'titles', ENTRIES);
    const { items } = await (await fetch(`${server.url}/api/v1/entries?source=titles&limit=100`)).json();
    numbers = Object.fromEntries(items.map(({ id, title }) => [title, id]));
  });
  after(() => server.stop());

  const get = async (path, headers = {}) => {
    const answer = await fetch(server.url + path, { headers });
    return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
  };
  const picture = async (path) => {
    const { answer, bytes } = await get(path);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.headers.get('content-type'), 'image/png', path);
    const png = PNG.sync.read(bytes);
    return { answer, bytes, png };
  };
  const firstEntry = async (query) => (await (await fetch(`${server.url}/api/v1/entries?${query}&limit=1`)).json()).items[0].id;

  test('every picture is 1200 × 630, weighs at most 60 KB and shows more than one colour', async () => {
    const paths = ['/pictures/home.png', '/pictures/explore.png?kind=tool&q=eau', '/pictures/explore.png?near=45.56,5.92&radius=15',
      '/pictures/territories/dep-73.png', '/pictures/territories/country-fr.png', `/pictures/entries/${await firstEntry('kind=event')}.png`];
    for (const path of paths) {
      const { bytes, png } = await picture(path);
      assert.deepEqual([png.width, png.height], [1200, 630], path);
      assert.ok(bytes.length <= 60 * 1024, `${path}: ${bytes.length} bytes`);
      assert.ok(new Set(Array.from({ length: 2000 }, (_, i) => png.data.readUInt32BE(i * 1512))).size > 4, path);
    }
  });

  test('titles of every script, length and kind of sign give a picture, and different ones', async () => {
    const seen = new Set();
    for (const title of Object.values(TITLES)) {
      const id = numbers[title] ?? Object.entries(numbers).find(([known]) => title.startsWith(known.slice(0, 3)))?.[1];
      assert.ok(id, title);
      const { bytes } = await picture(`/pictures/entries/${id}.png`);
      seen.add(createHash('sha256').update(bytes).digest('hex'));
    }
    // What our faces cannot write at all gives way to the place: those two are the same picture.
    assert.equal(seen.size, Object.keys(TITLES).length - 1);
  });

  test('the same content gives the same bytes, also in another process', async () => {
    const one = await picture('/pictures/territories/dep-73.png');
    await server.stop();
    server = await start({ folder: server.folder, listen: `127.0.0.1:${server.port}` });
    const two = await picture('/pictures/territories/dep-73.png');
    assert.deepEqual(two.bytes, one.bytes);
    const again = await get('/pictures/territories/dep-73.png', { 'If-None-Match': two.answer.headers.get('etag') });
    assert.equal(again.answer.status, 304);
    assert.equal(again.bytes.length, 0);
  });

  test('many at once all come, or are told to come back', async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, (_, i) => get(`/pictures/explore.png?q=eau${i % 8}`)));
    for (const { answer } of answers) assert.ok([200, 503].includes(answer.status), String(answer.status));
    assert.ok(answers.filter(({ answer }) => answer.status === 200).length >= 8);
  });

  test('a poster stands behind the whole address of its entry too', async () => {
    const [id] = Object.values(numbers);
    for (const path of [`/entries/${id}/poster`, `/entries/${id}-any-words/poster`]) {
      const { answer, bytes } = await get(path);
      assert.equal(answer.status, 200, path);
      assert.match(bytes.toString(), new RegExp(`rel="canonical" href="[^"]*/entries/${id}-`));
    }
    assert.equal((await get('/entries/any-words/poster')).answer.status, 404);
  });

  test('what is not there has no picture', async () => {
    for (const path of ['/pictures/entries/12.png', '/pictures/entries/x.png', '/pictures/territories/com-00000.png', '/icons/nothing.png']) {
      assert.equal((await get(path)).answer.status, 404, path);
    }
  });

  test('the icons of the manifest have the sizes it says', async () => {
    const manifest = await (await fetch(`${server.url}/site.webmanifest`)).json();
    const sides = [];
    for (const { src, sizes, type } of manifest.icons.filter((icon) => icon.type === 'image/png')) {
      const { png } = await picture(src);
      assert.equal(`${png.width}x${png.height}`, sizes, src);
      assert.equal(type, 'image/png');
      sides.push(png.width);
    }
    assert.deepEqual(sides, [192, 512, 512]);
    const { png } = await picture('/icons/maskable-512.png');
    assert.equal(png.data[3], 255, 'a maskable icon fills its square');
    assert.equal((await picture('/icons/192.png')).png.data[3], 0, 'the other has round corners');
    assert.equal((await picture('/icons/apple-180.png')).png.width, 180);
  });
});
