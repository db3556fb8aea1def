// One life of an entry, on telephones and by the fingers: added without an account, the link lost and found again, the
// account made, a colleague invited who edits it, and the entry left to the colleague.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import AxeBuilder from '@axe-core/playwright';
import { PNG } from 'pngjs';

import { letterTo } from '../http/harness.mjs';
import { PHONE, open } from './site.mjs';

let site;
before(async () => {
  site = await open();
});
after(() => site.close());

const TITLE = 'Le verger de la fruitière';
const SEEN = 'Six jeunes pommiers dans un pré';
const server = () => ({ folder: site.folder });
const linkIn = (letter, path) => new URL(new RegExp(`http:\\S+${path}\\S+`).exec(letter)[0]).pathname;
const yellow = (page) => page.locator('main .button--sun');

async function signInOn(page, address, letters) {
  await page.fill('#address', address);
  await yellow(page).tap();
  await page.waitForURL('**/sign-in/code');
  const [, code] = /^ {4}([A-Z2-9]{8})\r?$/m.exec(await letterTo(server(), address, letters));
  await page.fill('#code', code);
  await Promise.all([page.waitForURL((url) => !url.pathname.startsWith('/sign-in')), yellow(page).tap()]);
}

// As a telephone would send it, but small.
function photo() {
  const picture = new PNG({ width: 600, height: 400, colorType: 2 });
  for (let i = 0; i < picture.data.length; i += 4) picture.data.set([i % 251, (i >> 9) % 200, 90, 255], i);
  return PNG.sync.write(picture, { colorType: 2 });
}
const drawn = (image) => image.evaluate(async (one) => {
  await one.decode();
  return one.naturalWidth > 0;
});

// Each page of the four, filled and sent on.
async function step(page, name, fields = {}) {
  await page.waitForURL(`**/${name}`);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
  assert.deepEqual(violations.map(({ id }) => id), [], name);
  for (const [field, value] of Object.entries(fields)) await page.fill(`#${field}`, value);
  await yellow(page).tap();
}

test('added without an account, lost, found, claimed, shared and handed on', async () => {
  const lea = await site.page(PHONE);
  await lea.goto(site.url);
  await lea.locator('.menu-button').tap();
  await lea.locator('#menu a[href="/add"]').tap();
  await yellow(lea).tap();
  await step(lea, 'what', { title: TITLE, summary: 'On plante des pommiers au village.' });
  await step(lea, 'where', { where: 'Les Déserts' });
  await lea.waitForURL('**/more');
  await lea.fill('#description', 'Chacun apporte **sa pelle**.');
  await lea.getByRole('button', { name: 'Ajouter des photos' }).tap();
  await lea.waitForURL('**/photos');
  await lea.setInputFiles('input[type=file]', { name: 'IMG_0001.PNG', mimeType: 'image/png', buffer: photo() });
  await yellow(lea).tap();
  await lea.getByLabel('Ce qu’on y voit').fill(SEEN);
  await step(lea, 'photos');
  await lea.waitForURL('**/check');
  assert.ok(await drawn(lea.locator('main img').first()));
  await lea.locator('label:has(#ours)').tap();
  await lea.locator('label:has(#charter)').tap();
  await step(lea, 'check', { address: 'lea@example.org' });
  await lea.waitForURL('**/contributions/sent**');

  // The letter is never opened; another one is asked for.
  await letterTo(server(), 'lea@example.org');
  await lea.goto(`${site.url}/contributions/find`);
  await lea.fill('#address', 'lea@example.org');
  await yellow(lea).tap();
  await lea.goto(site.url + linkIn(await letterTo(server(), 'lea@example.org', 1), '/contributions/'));
  assert.equal(await lea.locator('main').getByText('Rien n’est montré').count(), 1);
  await yellow(lea).tap();
  await lea.getByText('C’est publié').waitFor();
  await lea.locator('main a[href^="/entries/"]').first().tap();
  await lea.locator('h1', { hasText: TITLE }).waitFor();
  assert.ok(await drawn(lea.getByAltText(SEEN).first()));
  const path = new URL(lea.url()).pathname;
  const [, id] = /\/entries\/(\d+)/.exec(path);

  // An account with the same address: the entry is hers, and she leads its team.
  await lea.goto(`${site.url}/sign-in?next=/account`);
  await signInOn(lea, 'lea@example.org', 2);
  await lea.locator('main', { hasText: TITLE }).waitFor();
  await lea.goto(`${site.url}/entries/${id}/team`);
  await lea.fill('#address', 'tom@example.org');
  await yellow(lea).tap();
  await lea.locator('main', { hasText: 'tom@example.org' }).waitFor();

  // The colleague comes in by the letter, and edits.
  const tom = await site.page(PHONE);
  await tom.goto(site.url + linkIn(await letterTo(server(), 'tom@example.org'), '/invitations/'));
  await tom.locator('main a[href^="/sign-in"]').tap();
  await signInOn(tom, 'tom@example.org', 1);
  await tom.getByRole('button', { name: 'Rejoindre l’équipe' }).tap();
  await tom.waitForURL(`**/entries/${id}/team**`);
  await tom.goto(`${site.url}/entries/${id}/edit`);
  await yellow(tom).tap();
  await step(tom, 'what', { summary: 'On plante des pommiers et des poiriers.' });
  for (const name of ['where', 'more']) await step(tom, name);
  await step(tom, 'check', { reason: 'des poiriers aussi' });
  await tom.locator('main', { hasText: 'des poiriers' }).waitFor();
  assert.ok(await drawn(tom.getByAltText(SEEN).first()), 'an edit keeps the photo');

  // She hands over and leaves; he leads what she added.
  await lea.goto(`${site.url}/entries/${id}/team`);
  await lea.getByRole('button', { name: 'Rendre responsable' }).tap();
  await lea.waitForURL('**/team?done');
  await Promise.all([lea.waitForURL('**/account'), lea.getByRole('button', { name: 'Quitter l’équipe' }).tap()]);
  await tom.goto(`${site.url}/entries/${id}/team`);
  assert.equal(await tom.locator('#members li').count(), 1);
  await tom.goto(`${site.url}${path}/history`);
  assert.equal(await tom.locator('main', { hasText: 'des poiriers aussi' }).count(), 1);
  for (const page of [lea, tom]) {
    assert.deepEqual(page.said, []);
    await page.context().close();
  }
});

test('two people at once, on a telephone: both are seen, one is chosen, and what was written is there', async () => {
  const page = await site.page(PHONE);
  await page.context().addCookies(site.cookies);
  await page.goto(site.url + site.merge);
  assert.deepEqual((await page.locator('main ins').allInnerTexts()).map((text) => text.split('\n ')[1]), ['l’école', 'leurs soirées']);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.viewport.width);
  await page.getByLabel('Le mien').tap();
  await yellow(page).tap();
  await page.locator('.form-rows', { hasText: 'leurs soirées' }).waitFor();
  await page.fill('#reason', 'Les soirées comptent');
  await Promise.all([page.waitForURL('**/entries/*'), yellow(page).tap()]);
  assert.match(await page.locator('.lead').first().innerText(), /leurs soirées/);
  assert.deepEqual(page.said, []);
  await page.context().close();
});
