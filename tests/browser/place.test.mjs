// The place of an entry on a map: a pin that fingers, keys and buttons move, and the field that says where it stands.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import AxeBuilder from '@axe-core/playwright';

import { PHONE, WIDE, open } from './site.mjs';

let site;
before(async () => {
  site = await open();
});
after(() => site.close());

// A draft at its second page, its commune kept, the map open.
async function where(device, { map = true } = {}) {
  const page = await site.page(device);
  await page.goto(`${site.url}/add?lang_ui=fr`);
  await page.locator('main .button--sun').click();
  await page.fill('#title', 'Le four du hameau');
  await page.locator('main .button--sun').click();
  await page.waitForURL('**/where');
  await page.fill('#where', 'Chambéry (73)');
  await page.locator('main .button--sun').click();
  await page.waitForURL('**/more');
  await page.goto(page.url().replace(/more$/, 'where'));
  await page.locator('.form-aside summary').click();
  if (map) await page.waitForSelector('.pin-handle');
  return page;
}
const point = async (page) => (await page.inputValue('#point')).split(', ').map(Number);
const told = (page) => page.getAttribute('.pin-handle', 'aria-label');

for (const [name, device] of [['wide', WIDE], ['phone', PHONE]]) {
  test(`${name}: the keyboard moves the pin, finer with Shift, and the page says where it is`, async () => {
    const page = await where(device);
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    assert.equal(await page.inputValue('#point'), '');
    assert.equal(await told(page), 'L’épingle n’est pas encore posée.');
    await page.focus('.pin-handle');
    await page.keyboard.press('ArrowUp');
    const [lat, lon] = await point(page);
    await page.keyboard.press('ArrowUp');
    const [higher] = await point(page);
    await page.keyboard.press('Shift+ArrowUp');
    const [finer] = await point(page);
    assert.ok(higher > lat && finer > higher, 'to the north');
    assert.ok((higher - lat) / (finer - higher) > 4, 'Shift is finer');
    await page.keyboard.press('ArrowRight');
    assert.ok((await point(page))[1] > lon, 'to the east');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('+');
    const before = await point(page);
    assert.match(await told(page), /^Épingle\u00a0: 45,5\d{3} N, 5,9\d{3} E, à [\d,]+ k?m du centre de Chambéry$/);
    await page.waitForFunction((words) => document.querySelector('#status').textContent === words, await told(page));
    await page.locator('[data-move=ArrowDown]').click();
    assert.ok((await point(page))[0] < before[0], 'the button moves it too');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    assert.deepEqual(asked.filter((origin) => origin !== site.url), [], 'nobody else is asked');
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes[0].html]), []);
    assert.deepEqual(page.said, []);
    const [north, east] = await point(page);
    await page.locator('main .button--sun').click();
    await page.waitForURL('**/more');
    await page.goBack();
    const kept = await point(page);
    assert.ok(Math.abs(kept[0] - north) < 1e-4 && Math.abs(kept[1] - east) < 1e-4, 'what is kept is what was shown');
    await page.context().close();
  });
}

test('the pin is dragged, put where the map is clicked, and follows what is typed', async () => {
  const page = await where(WIDE);
  const box = await page.locator('.pin-view').boundingBox();
  await page.mouse.click(box.x + box.width / 4, box.y + box.height / 4);
  const clicked = await point(page);
  const handle = await page.locator('.pin-handle').boundingBox();
  await page.mouse.move(handle.x + 22, handle.y + 20);
  await page.mouse.down();
  await page.mouse.move(handle.x + 122, handle.y + 120, { steps: 5 });
  await page.mouse.up();
  const dragged = await point(page);
  assert.ok(dragged[0] < clicked[0] && dragged[1] > clicked[1], 'to the south-east');
  await page.fill('#point', '45.6000, 5.9000');
  await page.locator('#point').blur();
  assert.match(await told(page), /45,6000 N, 5,9000 E/);
  await page.context().close();
});

test('the map shows the commune that is typed, as long as no pin stands', async () => {
  const page = await where(PHONE);
  const looked = (name) => page.waitForResponse((answer) => new URL(answer.url()).searchParams.get('q') === name).then((answer) => answer.finished());
  const typed = async (name) => {
    const answered = looked(name);
    await page.fill('#where', name);
    await page.locator('#where').blur();
    await answered;
  };
  await typed('Grenoble');
  await page.waitForFunction(() => [...document.querySelectorAll('.town')].some((town) => town.textContent === 'Grenoble'));
  await page.focus('.pin-handle');
  await page.keyboard.press('ArrowUp');
  const [lat, lon] = await point(page);
  assert.ok(Math.abs(lat - 45.18) < 0.05 && Math.abs(lon - 5.72) < 0.05, `${lat}, ${lon}`);
  await page.fill('#where', 'Brest');
  await page.locator('#where').blur();
  await page.keyboard.press('Tab');
  assert.deepEqual(await point(page), [lat, lon], 'a pin that stands stays');
  await page.context().close();
});

test('without a script the field and the drawn map are enough', async () => {
  const page = await where({ ...PHONE, javaScriptEnabled: false }, { map: false });
  assert.equal(await page.locator('.pin-keys').isVisible(), false);
  assert.equal(await page.locator('.pin-view .drawn-map').isVisible(), true);
  await page.fill('#point', '45.5646, 5.9178');
  await page.locator('main .button--sun').click();
  await page.waitForURL('**/more');
  await page.context().close();
});
