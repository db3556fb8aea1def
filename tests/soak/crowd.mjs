// Many people who contribute at once to the real program: they add with and without an account, confirm by the link of
// the letter, send photos, change, suggest, decide, report. What each was told is kept (`Book`), to be looked for in the
// store afterwards (found.mjs).
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { PNG } from 'pngjs';

import { signIn, visitor } from '../http/harness.mjs';
import { Line } from './line.mjs';

export const SETTINGS = 'trusted_proxies = 127.0.0.0/8\n'; // so that everybody may come from a network of their own
const LETTERS_MS = 200; // between two looks at the letters
const LATE_MS = 200;
const PHOTO_PX = 48;
const PHOTOS_AT_ONCE = 4;

const TEXT = `On se retrouve le samedi matin autour du four, dès que le bois est fendu. Chacun apporte sa pâte, et ce qu’il
reste de chaleur cuit les légumes des voisins.

## Ce qu’il a fallu

- trois réunions avec la commune, qui prête le terrain
- une assurance, prise par l’association
- **deux étés** de chantier, avec ceux qui passaient

Ce qui a été le plus long : être d’accord sur les horaires. Ce qui a été le plus simple : trouver du bois.`;
export const titleOf = (number) => `Le four du hameau ${number}`;
const words = (version) => `On cuit ensemble, on chauffe au bois du coin. Version ${version}.`;
const WHAT = { kind: 'initiative', state: 'running' };

// People with accounts: {id, cookie}. Each comes from a network of their own (RULE PERSON-1).
export async function members(server, count) {
  const all = [];
  for (let i = 0; i < count; i++) {
    const browser = visitor(server);
    const headers = { Origin: server.url, 'X-Forwarded-For': `172.16.${i}.1` };
    await signIn(server, `soak${i}@example.org`, { ...browser, send: (path, fields) => browser.send(path, fields, headers) });
    all.push({ id: JSON.parse((await browser.look('/account/data')).text).id, cookie: browser.cookies.get('session') });
  }
  return all;
}

// How far an entry has come. What a `Thing` says without `sent` was acknowledged; what it says with it may be durable or not
// when the process was killed.
export const STEP = { begun: 0, what: 1, where: 2, more: 3, sent: 4, public: 5 };
class Thing {
  step = -1;
  sentStep = -1;
  version = 0; // of its words, as the entry has them
  saved = 0; // as a draft, a suggestion or the entry has them
  sentVersion = 0;
  photos = 0; // of its draft
  waits = false; // a suggestion about it was acknowledged, and no answer to it was sent
  keeps = false; // its team
  reporters = new Set(); // with an account
  constructor(number, cookie) {
    Object.assign(this, { number, title: titleOf(number), cookie });
  }
}

export class Book {
  things = new Map(); // by number
  reports = []; // numbers in their words
  names = new Map(); // person → {may: what may stand, told: of these, what was acknowledged}
  counts = new Map(); // what was acknowledged, by sort
  refused = [];
  last = 0;
  get acknowledged() {
    return [...this.counts.values()].reduce((sum, one) => sum + one, 0);
  }
}

export class Crowd {
  // `perSecond`: writes that are begun, evenly; without it each begins when the one before was answered.
  constructor(server, people, book = new Book(), perSecond = Infinity) {
    const settled = [...book.things.values()].filter((one) => one.step === STEP.public && one.id);
    Object.assign(this, { server, people, book, isOver: false, links: [], photographers: 0, everyMs: 1000 / perSecond, due: 0 });
    this.open = settled.filter((one) => !one.keeps);
    this.kept = settled.filter((one) => one.keeps && !one.waits);
    this.readLetters = new Set(this.letters());
  }

  // `size` of them at once, until `stop` or until nobody answers any more.
  async run(size, stories = [this.guestAdds, this.memberAdds, this.memberEdits, this.reports, this.memberEdits, this.suggests, this.profile, this.confirms]) {
    const watch = setInterval(() => this.fetchLetters(), LETTERS_MS);
    await Promise.all(Array.from({ length: size }, async (_, i) => {
      const line = new Line(this.server.port);
      const person = { line, ...this.people[i % this.people.length] };
      for (let story = i; !this.isOver && !line.lost; story++) {
        const number = ++this.book.last;
        const from = `10.${(number >> 8) & 255}.${number & 255}.${1 + ((number >> 16) & 63)}`;
        await stories[story % stories.length].call(this, { ...person, from }, number);
      }
      line.close();
    }));
    clearInterval(watch);
  }
  stop() {
    this.isOver = true;
  }

  async turn() {
    const now = performance.now();
    this.due = Math.max(this.due + this.everyMs, now - LATE_MS); // what could not be sent for long is not made up for
    if (this.due > now + 1) await new Promise((done) => setTimeout(done, this.due - now));
  }
  // One write. Undefined unless it was acknowledged.
  async write(sort, who, path, form, cookie = who.cookie) {
    if (this.everyMs > 0) await this.turn();
    const answer = await who.line.ask('POST', path, { cookie, from: who.from, form });
    if (answer.status === 303) {
      this.book.counts.set(sort, (this.book.counts.get(sort) ?? 0) + 1);
      return answer;
    }
    if (answer.status !== 0) this.book.refused.push(`${sort}: ${answer.status} ${/-fault">([^<]*)/.exec(answer.text)?.[1] ?? ''}`);
    return undefined;
  }

  // ---- adding ----

  // One page of adding.
  async step(thing, step, sort, who, path, form) {
    thing.sentStep = step;
    const answer = await this.write(sort, who, path, form, thing.cookie);
    if (answer) thing.step = step;
    return answer;
  }
  async begin(who, number, cookie) {
    const thing = new Thing(number, cookie);
    this.book.things.set(number, thing);
    const begun = await this.step(thing, STEP.begun, 'begin', who, '/add', { kind: 'initiative' });
    thing.draft = begun?.location.replace(/\/what$/, '');
    return begun && thing;
  }
  async pages(who, thing) {
    return await this.step(thing, STEP.what, 'save a page', who, `${thing.draft}/what`, { ...WHAT, title: thing.title, summary: words(0) })
      && await this.step(thing, STEP.where, 'save a page', who, `${thing.draft}/where`, { where: 'Chambéry (73)', precision: 'exact' })
      && this.step(thing, STEP.more, 'save a page', who, `${thing.draft}/more`, { description: TEXT, theme: 'food', email: 'four@example.org', 'need-time': 'Fendre du bois' });
  }
  async guestAdds(who, number) {
    const thing = await this.begin(who, number, '');
    if (!thing || !await this.pages(who, thing)) return;
    await this.step(thing, STEP.sent, 'send', who, `${thing.draft}/check`, { charter: '1', address: `guest${number}@example.org` });
  }
  async memberAdds(who, number, photos = false) {
    const thing = await this.begin(who, number, who.cookie);
    if (!thing || !await this.pages(who, thing) || (photos && !await this.photo(who, thing))) return;
    const isOurs = number % 3 === 0;
    const sent = await this.step(thing, STEP.public, 'publish', who, `${thing.draft}/check`, { charter: '1', ...(isOurs ? { ours: '1' } : {}) });
    if (!sent) return;
    thing.id = Number(/\/entries\/(\d+)/.exec(sent.location)[1]);
    if (isOurs && await this.write('keep', who, `/entries/${thing.id}/team`, { do: 'keep', keep: '1', keeps: '1' })) thing.keeps = true;
    if (!isOurs) this.open.push(thing);
    if (thing.keeps) this.kept.push(thing);
  }
  // A few at once: a lab that is full says so (PHOTO_QUEUE_MAX).
  async memberAddsPhoto(who, number) {
    if (this.photographers === PHOTOS_AT_ONCE) return;
    this.photographers++;
    await this.memberAdds(who, number, true);
    this.photographers--;
  }
  async photo(who, thing) {
    const picture = new PNG({ width: PHOTO_PX, height: PHOTO_PX, colorType: 2 });
    picture.data.forEach((_, i) => (picture.data[i] = i % 4 === 3 ? 255 : (i * thing.number) & 255));
    const type = 'multipart/form-data; boundary=four';
    const bytes = `--four\r\nContent-Disposition: form-data; name="photo"; filename="four.png"\r\nContent-Type: image/png\r\n\r\n${
      PNG.sync.write(picture, { colorType: 2 }).latin1Slice()}\r\n--four--\r\n`;
    const answer = await this.write('photo', who, `${thing.draft}/photos`, { type, bytes }, thing.cookie);
    if (answer) thing.photos = 1;
    return answer;
  }

  // ---- changing ----

  // One change of an entry that nobody else is changing.
  async change(who, thing, sort) {
    const begun = await this.write('begin', who, `/entries/${thing.id}/edit`, {});
    if (!begun) return undefined;
    const draft = begun.location.replace(/\/what$/, '');
    thing.sentVersion++;
    if (!await this.write('save a page', who, `${draft}/what`, { ...WHAT, title: thing.title, summary: words(thing.sentVersion) })) return undefined;
    thing.saved = thing.sentVersion;
    return this.write(sort, who, `${draft}/check`, { reason: 'Les horaires ont changé.' });
  }
  async memberEdits(who) {
    const thing = this.open.shift();
    if (!thing || !await this.change(who, thing, 'edit')) return;
    thing.version = thing.sentVersion;
    this.open.push(thing);
  }
  async suggests(who) {
    const at = this.kept.findIndex((one) => one.cookie !== who.cookie);
    if (at < 0) return;
    const [thing] = this.kept.splice(at, 1);
    if (!await this.change(who, thing, 'suggest')) return;
    thing.waits = true;
    await this.decides({ ...who, cookie: thing.cookie });
  }
  // The oldest that waits for somebody, and that no other of theirs is deciding now.
  async decides(lead) {
    const page = await lead.line.ask('GET', '/suggestions', { cookie: lead.cookie, from: lead.from });
    const listed = [...(page.text ?? '').matchAll(/href="(\/suggestions\/\d+)"[^]*?hameau (\d+)/g)];
    const [, path, number] = listed.find(([, , one]) => this.book.things.get(Number(one))?.waits) ?? [];
    if (!path) return;
    const thing = this.book.things.get(Number(number));
    thing.waits = false;
    if (!await this.write('decide', lead, path, { answer: 'Merci.' })) return;
    thing.version = thing.saved;
    this.kept.push(thing);
  }

  // ---- the small ones ----

  async reports(who, number) {
    const thing = this.open[number % (this.open.length || 1)];
    // What somebody says again of the same entry takes the place of what they said before.
    if (!thing || (number % 2 && thing.reporters.has(who.id))) return;
    if (number % 2) thing.reporters.add(who.id);
    if (await this.write('report', who, `/entries/${thing.id}/flag`, { reason: 'wrong', words: `Les horaires. Signalement ${number}.` }, number % 2 ? who.cookie : '')) {
      this.book.reports.push(number);
    }
  }
  async profile(who, number) {
    const name = this.book.names.get(who.id) ?? { may: new Set(), told: new Set() };
    this.book.names.set(who.id, name);
    const before = [...name.told]; // one person may have several on their way, which become durable in either order
    name.may.add(number);
    if (!await this.write('profile', who, '/account/profile', { name: `Camille ${number}` })) return;
    name.told.add(number);
    for (const one of before) {
      name.may.delete(one);
      name.told.delete(one);
    }
  }

  // ---- letters ----

  letters() {
    const folder = join(this.server.folder, 'mail');
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.eml')) : [];
  }
  fetchLetters() {
    for (const name of this.letters()) {
      if (this.readLetters.has(name)) continue;
      this.readLetters.add(name);
      const text = readFileSync(join(this.server.folder, 'mail', name), 'latin1').replace(/=\r?\n/g, '');
      const [, number] = /^To:.*<guest(\d+)@/m.exec(text) ?? [];
      const [, path] = /(\/contributions\/[\w-]+)/.exec(text) ?? [];
      if (number && path) this.links.push({ number: Number(number), path });
    }
  }
  async confirms(who) {
    for (let link = this.links.shift(), i = 0; link && i < 4; link = this.links.shift(), i++) {
      const thing = this.book.things.get(link.number);
      if (thing.step !== STEP.sent) continue; // its letter came, and who sent it was not told: found.mjs knows
      if (!await this.step(thing, STEP.public, 'confirm', who, link.path, { do: 'confirm' })) return;
    }
  }
}
