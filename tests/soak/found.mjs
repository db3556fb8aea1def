// What a crowd was told (crowd.mjs) beside what stands in the store: everything that was acknowledged, and nothing that was
// never sent.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { STEP, titleOf } from './crowd.mjs';

const PRINTS = ['480.jpg', '480.webp']; // a picture this small has no larger ones
const NAME = 0; // person_field.field

const sql = (folder, statement) => JSON.parse(execFileSync('sqlite3', ['-readonly', '-json', '-cmd', '.timeout 20000', join(folder, 'agora.db'), statement],
  { encoding: 'utf8', maxBuffer: 1 << 30 }) || '[]');
const numberIn = (text, word) => Number(new RegExp(`${word} (\\d+)`).exec(text ?? '')?.[1] ?? -1);
const stepOf = (content) => (content.contacts ? STEP.more : content.place ? STEP.where : STEP.what);

// The store of a process that was killed, by the number in the titles: {step, version, saved, id, photos, waits, keeps}.
function read(folder) {
  const found = new Map();
  const of = (title) => {
    const number = numberIn(title, 'hameau');
    if (!found.has(number)) found.set(number, { step: -1, version: 0, saved: 0, photos: 0, waits: false, keeps: false });
    return found.get(number);
  };
  for (const row of sql(folder, `SELECT entry.id, entry.title, status, summary, coalesce(keeps, 0) AS keeps, count(url) AS photos, coalesce(group_concat(url), '') AS urls
      FROM entry LEFT JOIN team_entry ON team_entry.entry_id = entry.id LEFT JOIN entry_media ON entry_media.entry_id = entry.id
      WHERE entry.title GLOB '${titleOf('*')}' GROUP BY entry.id`)) {
    const thing = of(row.title);
    thing.isTwice = thing.id !== undefined;
    Object.assign(thing, { id: row.id, step: row.status === 1 ? STEP.public : STEP.sent, keeps: row.keeps === 1, photos: row.photos, urls: row.urls });
    thing.version = thing.saved = numberIn(row.summary, 'Version');
  }
  for (const { entry_id, content } of sql(folder, 'SELECT entry_id, content FROM draft')) {
    const draft = JSON.parse(content);
    const thing = of(draft.title);
    thing.saved = Math.max(thing.saved, numberIn(draft.summary, 'Version'));
    if (entry_id) continue;
    thing.step = Math.max(thing.step, stepOf(draft));
    thing.photos = draft.media?.length ?? 0;
    thing.urls = (draft.media ?? []).map(({ url }) => url).join();
  }
  for (const { content, state } of sql(folder, 'SELECT content, state FROM suggestion')) {
    const wanted = JSON.parse(content);
    const thing = of(wanted.title);
    thing.saved = Math.max(thing.saved, numberIn(wanted.summary, 'Version'));
    thing.waits ||= state === 1;
  }
  return found;
}

// Every file of a picture that somebody was told of is whole, and every file belongs to a picture in the books.
function pictures(folder, found) {
  const wrong = [];
  const booked = new Set(sql(folder, 'SELECT name FROM media').map(({ name }) => name));
  const media = join(folder, 'media');
  for (const [number, { urls }] of found) {
    for (const url of (urls ?? '').split(',').filter(Boolean)) {
      const name = /\/media\/([^/]+)/.exec(url)[1];
      const missing = PRINTS.filter((file) => !existsSync(join(media, name.slice(0, 2), `${name}-${file}`)) || statSync(join(media, name.slice(0, 2), `${name}-${file}`)).size === 0);
      if (missing.length) wrong.push(`${number}: ${missing} of ${name} are not there`);
    }
  }
  for (const shard of existsSync(media) ? readdirSync(media) : []) {
    for (const file of readdirSync(join(media, shard))) {
      // One that was being written when the process was killed goes with its picture.
      if (!PRINTS.some((print) => booked.has(file.replace(/\.new$/, '').slice(0, -print.length - 1)))) wrong.push(`${file} is in no book`);
    }
  }
  return wrong;
}

// Letters of who sent something: each waits in the store, or stands as a file.
function letters(folder, things) {
  const waiting = new Set(sql(folder, "SELECT address FROM mail_message WHERE state = 0 AND letter = 'confirm'").map(({ address }) => address));
  const mail = join(folder, 'mail');
  const written = new Set((existsSync(mail) ? readdirSync(mail) : []).filter((name) => name.endsWith('.eml'))
    .map((name) => /^To:.*<([^>]+)>/m.exec(readFileSync(join(mail, name), 'latin1'))?.[1]));
  return things.filter((one) => !one.cookie && one.step >= STEP.sent && !one.letter).flatMap((one) => {
    const address = `guest${one.number}@example.org`;
    one.letter = written.has(address); // not read again
    return one.letter || waiting.has(address) ? [] : [`${one.number}: its letter is neither written nor waiting`];
  });
}

function compare(thing, found) {
  const wrong = [];
  const say = (what) => wrong.push(`${thing.number}: ${what}`);
  if (found.isTwice) say('it stands twice');
  if (found.step < thing.step || found.step > thing.sentStep) say(`step ${thing.step} was acknowledged and ${thing.sentStep} sent, ${found.step} stands`);
  if (found.version < thing.version || found.saved > thing.sentVersion) say(`version ${thing.version} was acknowledged and ${thing.sentVersion} sent, ${found.version} stands`);
  if (found.saved < thing.saved) say(`version ${thing.saved} was kept, ${found.saved} stands`);
  if (thing.photos > found.photos) say('its photo is gone');
  if (thing.waits && !found.waits) say('its suggestion is gone');
  if (thing.keeps && !found.keeps) say('its team does not keep it');
  if (thing.id && thing.id !== found.id) say(`it was ${thing.id}, it is ${found.id}`);
  return wrong;
}

// What is wrong, as sentences. What may have become durable or not is settled in the book afterwards, as the store has it.
// `isThere`: whether the page of a draft answers, for those that have no words yet.
export async function missing(folder, book, isThere) {
  const found = read(folder);
  const wrong = [];
  for (const thing of book.things.values()) {
    const stands = found.get(thing.number) ?? { step: -1, version: 0, saved: 0, photos: 0, waits: false, keeps: false };
    if (stands.step === -1 && thing.step === STEP.begun && await isThere(thing)) stands.step = STEP.begun;
    if (stands.step === -1 && thing.step === -1) {
      book.things.delete(thing.number); // nobody was told of it, and it has no words
      continue;
    }
    wrong.push(...compare(thing, stands));
    thing.step = thing.sentStep = stands.step;
    for (const key of ['version', 'saved', 'photos', 'waits', 'keeps', 'id']) thing[key] = stands[key];
  }
  const reports = new Set(sql(folder, 'SELECT words FROM flag').map(({ words }) => numberIn(words, 'Signalement')));
  wrong.push(...book.reports.filter((number) => !reports.has(number)).map((number) => `report ${number} is gone`));
  const names = new Map(sql(folder, `SELECT person_id, value FROM person_field WHERE field = ${NAME}`).map((row) => [row.person_id, numberIn(row.value, 'Camille')]));
  for (const [person, { told, may }] of book.names) {
    if (told.size > 0 && !may.has(names.get(person))) wrong.push(`${person} is called ${names.get(person)}, not one of ${[...may]}`);
  }
  return [...wrong, ...letters(folder, [...book.things.values()]), ...pictures(folder, found)];
}
