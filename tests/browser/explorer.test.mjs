// The explorer as its visitors use it: by keyboard, with and without script, with the back button.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PHONE, WIDE, open } from './site.mjs';

let site;
before(async () => {
  site = await open();
});
after(() => site.close());

const total = (page) => page.locator('#results').getAttribute('data-total').then(Number);
const settled = (page, change) => Promise.all([
  page.waitForResponse((answer) => answer.url().includes('/explore') && answer.request().headers()['x-agora-part'] === 'results'),
  change(),
]).then(() => page.waitForFunction(() => !document.querySelector('[aria-busy="true"]')));

// What the rings and pins of the map stand for, added up.
const onMap = (page) => page.evaluate(() => [...document.querySelectorAll('#map-view [aria-label]')]
  .map((mark) => /^(\d[\d\s\u202f,]*) r/.exec(mark.getAttribute('aria-label')))
  .reduce((sum, found) => sum + (found ? Number(found[1].replace(/\D/g, '')) : 0), 0));

test('chips, list, tiles and API give the same numbers', async () => {
  const page = await site.page({ ...WIDE, javaScriptEnabled: false });
  await page.goto(`${site.url}/explore`);
  const shown = await total(page);
  const chips = await page.locator('#kinds .chip .count').allTextContents();
  const numbers = chips.map((text) => Number(text.replace(/\D/g, '')));
  assert.equal(numbers[0], shown);
  assert.equal(numbers.slice(1).reduce((a, b) => a + b, 0), shown);
  const api = await (await fetch(`${site.url}/api/v1/entries?kind=initiative,idea,tool,place,event,actor,story&limit=1`)).json();
  assert.equal(api.total, shown);
  const tile = await (await fetch(`${site.url}/tiles/0/0/0.json`)).json();
  const drawn = tile.features.reduce((sum, feature) => sum + feature.count, 0);
  const unplaced = await page.locator('.result-line .muted').textContent().then((text) => Number(text.replace(/\D/g, '')));
  assert.equal(drawn, shown - unplaced);
  await page.context().close();
});

test('a filter changes list and address without reloading, keeps the focus, and the back button undoes it', async () => {
  const page = await site.page();
  await page.goto(`${site.url}/explore`, { waitUntil: 'networkidle' });
  await page.evaluate(() => { window.same = true; });
  const before = await total(page);
  const box = page.locator('#facets input[name="theme"]').first();
  const id = await box.getAttribute('id');
  await box.focus();
  await settled(page, () => page.keyboard.press('Space'));
  assert.ok(page.url().includes('theme='));
  assert.ok((await total(page)) < before);
  assert.equal(await page.evaluate(() => window.same), true);
  assert.equal(await page.evaluate(() => document.activeElement.id), id);
  await settled(page, () => page.goBack());
  assert.equal(await total(page), before);
  assert.ok(!page.url().includes('theme='));
  await page.context().close();
});

test('without script the form does the same', async () => {
  const page = await site.page({ ...WIDE, javaScriptEnabled: false });
  await page.goto(`${site.url}/explore`);
  const before = await total(page);
  await page.locator('#facets input[name="theme"]').first().check();
  await page.locator('.apply button').click();
  assert.ok((await total(page)) < before);
  assert.ok(new URL(page.url()).searchParams.has('theme'));
  await page.context().close();
});

test('a commune typed in full becomes a circle around it, an ambiguous one a choice', async () => {
  const page = await site.page({ ...WIDE, javaScriptEnabled: false });
  await page.goto(`${site.url}/explore`);
  await page.fill('#where', 'Chambéry');
  await page.click('.search button[type="submit"]');
  assert.match(page.url(), /near=45\.\d+%2C5\.\d+|near=45\.\d+,5\.\d+/);
  assert.equal(await page.inputValue('#where'), 'Chambéry (73)');
  await page.goto(`${site.url}/explore?where=Saint-Denis`);
  assert.ok((await page.locator('.choices input[type="radio"]').count()) > 1);
  await page.goto(`${site.url}/explore?where=Zzyzx-sur-Rien`);
  assert.equal(await page.getAttribute('#where', 'aria-invalid'), 'true');
  await page.context().close();
});

test('nothing at a place widens and says so', async () => {
  const page = await site.page({ ...WIDE, javaScriptEnabled: false });
  await page.goto(`${site.url}/explore?near=45.5646,5.9178&radius=1&q=zzzz`);
  assert.ok(await page.locator('.empty').isVisible());
  // RULE SHOW-2: Cruet has nothing of its own in the demo, its neighbourhood has.
  await page.goto(`${site.url}/explore?territory=com-73096`);
  assert.ok(await page.locator('.alert--info').isVisible());
  assert.ok((await total(page)) > 0);
  await page.context().close();
});

test('what an address says wrong is left out and told, the rest of the choice stays', async () => {
  const page = await site.page({ ...WIDE, javaScriptEnabled: false });
  for (const [wrong, kept] of [['space=x', 'kind=idea'], ['cursor=zzz', 'kind=idea'], ['theme=no-such', 'kind=idea'], ['bbox=1,2', 'kind=idea']]) {
    const answer = await page.goto(`${site.url}/explore?${kept}&${wrong}`);
    assert.equal(answer.status(), 200, wrong);
    assert.ok(await page.locator('#results .alert').first().isVisible(), wrong);
    assert.equal(await page.locator('#kind-idea').getAttribute('aria-current'), 'true', wrong);
  }
  await page.context().close();
});

test('the keyboard reaches search, filters, cards and the map, and focus is always seen', async () => {
  const page = await site.page();
  await page.goto(`${site.url}/explore`, { waitUntil: 'networkidle' });
  const reached = new Set();
  for (let i = 0; i < 160; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return null;
      const style = getComputedStyle(one);
      const area = one.closest('#query, #kinds, #facets, #results, #map, header, footer, .skip');
      const ringed = style.outlineStyle !== 'none' || style.boxShadow !== 'none' || one.matches('.check input, .card a, svg a');
      return { area: area?.id || area?.className || '?', ringed, tag: one.outerHTML.slice(0, 80) };
    });
    if (!at) break;
    assert.ok(at.ringed, `no visible focus: ${at.tag}`);
    reached.add(at.area);
  }
  for (const area of ['query', 'kinds', 'facets', 'results', 'map']) assert.ok(reached.has(area), `the keyboard does not reach ${area}`);
  await page.context().close();
});

test('the map of the script shows rings whose numbers add up, and a ring opens by Enter', async () => {
  const page = await site.page();
  await page.goto(`${site.url}/explore`, { waitUntil: 'networkidle' });
  await page.waitForSelector('#map-view .leaflet-container, #map-view.leaflet-container');
  const ring = page.locator('#map-view a.ring').first();
  await ring.waitFor();
  assert.ok((await onMap(page)) > 0);
  await ring.focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement !== document.body);
  await page.context().close();
});

test('on a phone one bar switches filters, list and map', async () => {
  const page = await site.page(PHONE);
  await page.goto(`${site.url}/explore`, { waitUntil: 'networkidle' });
  await page.locator('.bottom-bar a[data-view-to="map"]').tap();
  assert.ok(await page.locator('#map').isVisible());
  await page.locator('.bottom-bar a[data-view-to="filters"]').tap();
  assert.ok(await page.locator('#facets').isVisible());
  await page.locator('.show-results a').tap();
  assert.ok(await page.locator('#results').isVisible());
  await page.context().close();
});

test('the place field suggests communes, and the arrow keys choose one', async () => {
  const page = await site.page();
  await page.goto(`${site.url}/explore`, { waitUntil: 'networkidle' });
  await page.locator('#where').pressSequentially('chamb');
  await page.waitForSelector('[role="listbox"] [role="option"]');
  assert.equal(await page.getAttribute('#where', 'aria-expanded'), 'true');
  await page.keyboard.press('ArrowDown');
  assert.ok(await page.getAttribute('#where', 'aria-activedescendant'));
  await page.context().close();
});

test('the place that was asked for is named on the map, however small', async () => {
  const page = await site.page();
  await page.goto(`${site.url}/explore?where=Cruet+%2873%29`, { waitUntil: 'networkidle' });
  assert.equal(await page.inputValue('#where'), 'Cruet (73)');
  await page.waitForFunction(() => [...document.querySelectorAll('#map-view .town')].some((name) => name.textContent === 'Cruet'));
  await page.context().close();
});

// The live map stands: its marks and all of its ground have come.
const standing = async (page) => {
  await page.waitForSelector('#map-view .leaflet-container .mark');
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => [...document.querySelectorAll('#map-view img')].every((image) => image.complete));
};

// Every corner of the map has ground drawn for it.
const isCovered = () => {
  const map = document.querySelector('#map-view').getBoundingClientRect();
  const ground = [...document.querySelectorAll('#map-view img')]
    .filter((image) => image.complete && image.naturalWidth > 0 && !image.hidden)
    .map((image) => image.getBoundingClientRect());
  return [[map.left + 1, map.top + 1], [map.right - 1, map.top + 1], [map.left + 1, map.bottom - 1], [map.right - 1, map.bottom - 1]]
    .every(([x, y]) => ground.some((one) => one.left <= x && one.right >= x && one.top <= y && one.bottom >= y));
};

// Where the ground stands; nothing while that is still what it was.
const groundMoved = (before) => {
  const now = [...document.querySelectorAll('#map-view img')].map((image) => JSON.stringify(image.getBoundingClientRect())).join();
  return now === before ? null : now;
};
// A move begins in a frame to come and ends in a later one.
const moved = async (page, move) => {
  const before = await page.evaluate(groundMoved, '');
  await move();
  await page.waitForFunction(groundMoved, before);
  await page.waitForFunction(() => !document.querySelector('.leaflet-zoom-anim, .leaflet-pan-anim'));
  await page.waitForFunction(isCovered);
  await standing(page);
};

const dragMap = async (page, dx, dy) => {
  const { x, y, width, height } = await page.locator('#map-view').boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2 + 40);
  await page.mouse.down();
  for (let i = 1; i <= 10; i++) await page.mouse.move(x + width / 2 + (dx * i) / 10, y + height / 2 + 40 + (dy * i) / 10);
  await page.mouse.up();
};

test('the first view of the map is one block of tiles and one or two pictures, however large the window', async () => {
  for (const viewport of [WIDE.viewport, { width: 1920, height: 1080 }, { width: 820, height: 1180 }]) {
    for (const query of ['', '?territory=dep-34']) {
      const page = await site.page({ viewport });
      const asked = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(`${site.url}/explore${query}`);
      await standing(page);
      const said = `${viewport.width} ${query}\n${asked.join('\n')}`;
      assert.equal(asked.filter((url) => url.includes('/tiles/')).length, 1, said);
      assert.ok(asked.filter((url) => url.includes('/basemap/view.svg')).length <= 2, said);
      assert.equal(asked.filter((url) => url.includes('/basemap/512/')).length, 0, said);
      assert.ok(await page.evaluate(isCovered), said);
      await page.context().close();
    }
  }
});

test('a map that is dragged, zoomed and moved by keys has ground everywhere, and no mark that no tile told of', async () => {
  const page = await site.page();
  const came = []; // features of the tiles
  page.on('response', (answer) => {
    if (/\/tiles\/\d+\/\d+\/\d+\/\d+x\d+\.json/.test(answer.url())) {
      came.push(answer.json().then(({ tiles }) => tiles.flatMap(({ features }) => features)));
    }
  });
  await page.goto(`${site.url}/explore?bbox=5.5,45.2,6.3,45.9`);
  await standing(page);
  const moves = [
    () => dragMap(page, -220, 0), () => dragMap(page, 0, 230), () => dragMap(page, 150, -150),
    () => page.click('[data-zoom="1"]'), () => page.click('[data-zoom="-1"]'), () => page.click('[data-zoom="-1"]'),
    async () => { await page.focus('#map-view .leaflet-container'); await page.keyboard.press('ArrowLeft'); },
  ];
  for (const [i, move] of moves.entries()) {
    await moved(page, move);
    const marks = await page.locator('#map-view .mark').count();
    const told = new Set((await Promise.all(came)).flat().map(({ id, lon, lat }) => id ?? `${lon} ${lat}`));
    assert.ok(marks <= told.size, `move ${i}: ${marks} marks of ${told.size} features`);
  }
  assert.ok(await page.locator('#map-view img[src*="/basemap/512/"]').count() > 0, 'tiles have taken over from the picture');
  assert.deepEqual(page.said, []);
  await page.context().close();
});

test('without script the ground fills the map and lies under its marks', async () => {
  for (const viewport of [WIDE.viewport, { width: 1920, height: 1080 }]) {
    const page = await site.page({ viewport, javaScriptEnabled: false });
    await page.goto(`${site.url}/explore`, { waitUntil: 'load' });
    const ground = await page.locator('.map-ground').boundingBox();
    const frame = await page.locator('#map-view').boundingBox();
    assert.ok(Math.abs(ground.width - 1.5 * frame.width) < 2 && Math.abs(ground.height - 1.5 * frame.height) < 2, 'half as large again');
    assert.ok(Math.abs(ground.x + ground.width / 2 - frame.x - frame.width / 2) < 1, 'around the same middle');
    assert.ok(Math.abs(ground.y + ground.height / 2 - frame.y - frame.height / 2) < 1, 'around the same middle');
    const [, w, h] = /w=(\d+)&h=(\d+)/.exec(await page.getAttribute('.map-ground', 'src'));
    const [, , width, height] = (await page.getAttribute('.drawn-map', 'viewBox')).split(' ').map(Number);
    assert.deepEqual([Number(w), Number(h)], [Math.floor(width * 1.5), Math.floor(height * 1.5)]);
    await page.context().close();
  }
});
