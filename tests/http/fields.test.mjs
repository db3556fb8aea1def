// What one kind is asked and another is not: hours, costs, videos, documents, recurring dates.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agora, signIn, start, visitor } from './harness.mjs';

let server;
let lea;
before(async () => {
  server = await start({ demo: true });
  lea = await signIn(server, 'fields@example.org');
  // Known: nobody looks at her links first (RULE CONTRIBUTE-2).
  assert.equal(agora('user', 'grant', 'fields@example.org', 'steward', '--data', server.folder).status, 0);
});
after(() => server.stop());

const idOf = (path) => /\/entries\/(\d+)/.exec(path)[1];
const read = async (id) => (await fetch(`${server.url}/api/v1/entries/${id}`)).json();
const faults = (text) => [...text.matchAll(/id="(\w[\w-]*)-fault">/g)].map(([, field]) => field);
const names = (text) => new Set([...text.matchAll(/ name="([\w-]+)"/g)].map(([, name]) => name));

// A draft of a kind that has come to its third page; gives its address.
async function draftOf(kind, what = {}) {
  const { location } = await lea.send('/add', { kind });
  const draft = location.replace(/\/what$/, '');
  assert.equal((await lea.send(`${draft}/what`, { title: `Un essai, ${kind}`, kind, ...what })).status, 303);
  assert.equal((await lea.send(`${draft}/where`, { where: 'Chambéry (73)', precision: 'commune' })).status, 303);
  return draft;
}

// Sends the third page and the last one; gives the entry as the API shows it.
async function publish(draft, more) {
  const kept = await lea.send(`${draft}/more`, more);
  assert.equal(kept.status, 303, faults(kept.text).join());
  const sent = await lea.send(`${draft}/check`, { charter: 1 });
  assert.equal(sent.status, 303, faults(sent.text).join());
  return read(idOf(sent.location));
}

test('each kind is asked what belongs to it, and not what does not', async () => {
  const asked = {
    place: ['opening_hours', 'wheelchair', 'price'], event: ['day', 'price', 'wheelchair'], tool: ['price', 'documents'],
    actor: ['type', 'opening_hours'], story: ['video', 'transcript', 'video-licence'], initiative: ['documents', 'audience'], idea: [],
  };
  const all = new Set(Object.values(asked).flat());
  for (const [kind, wanted] of Object.entries(asked)) {
    const found = names((await lea.look(`${await draftOf(kind)}/more`)).text);
    for (const name of wanted) assert.ok(found.has(name), `${kind}: ${name}`);
    if (kind === 'idea') for (const name of all) assert.ok(!found.has(name), `idea: ${name}`);
    if (kind === 'story') assert.ok(!found.has('opening_hours'));
    if (kind === 'place') assert.ok(!found.has('video'));
  }
});

test('a place tells its hours, its price and how to come in a wheelchair; another change leaves them', async () => {
  const draft = await draftOf('place');
  await lea.send(`${draft}/more`, { opening_hours: 'Mo-Fr 09:00-12:00', price: 'Prix libre', audience: 'Tout le monde', wheelchair: 'limited' });
  const check = (await lea.look(`${draft}/check`)).text;
  for (const word of ['Lundi–vendredi', 'Prix libre', 'En partie']) assert.ok(check.includes(word), word);
  const entry = await publish(draft, { description: 'Ouvert à toutes.' });
  assert.deepEqual([entry.opening_hours, entry.price, entry.audience, entry.wheelchair], ['Mo-Fr 09:00-12:00', 'Prix libre', 'Tout le monde', 'limited']);
});

const hoursOf = async (draft, sent) => {
  const { status, text } = await lea.send(`${draft}/more`, sent);
  return status === 303 ? valueOf((await lea.look(`${draft}/more`)).text, 'opening_hours') : faults(text).join();
};
const valueOf = (text, name) => new RegExp(`<input[^>]* name="${name}"[^>]*>`).exec(text)?.[0].match(/ value="([^"]*)"/)[1].replaceAll('&#34;', '"').replaceAll('&quot;', '"');
// What a browser sends of the fields of the table, as the page shows them.
const tableIn = (text) => Object.fromEntries([
  ['week-days', /<select id="week-days"[\s\S]*?<option value="([^"]*)" selected/.exec(text)[1]], ['opening_hours', valueOf(text, 'opening_hours')],
  ...[...text.matchAll(/type="time" name="([\w-]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  ...[...text.matchAll(/type="checkbox" value="1" name="(\w\w-closed)" checked/g)].map(([, name]) => [name, '1']),
  ...(/name="holidays-closed" value="1" checked/.test(text) ? [['holidays-closed', '1']] : []),
]);

test('hours are filled in as a table, shown as one, and nothing is written that was not changed', async () => {
  const draft = await draftOf('place');
  const empty = (await lea.look(`${draft}/more`)).text;
  assert.equal(await hoursOf(draft, tableIn(empty)), '', 'an empty table says nothing');
  const usual = { 'week-days': 'mo-fr', 'week-from': '09:00', 'week-to': '12:00', 'week-from-2': '14:00', 'week-to-2': '18:00' };
  assert.equal(await hoursOf(draft, { ...usual, 'we-closed': '1', 'sa-from': '10:00', 'sa-to': '12:30', 'holidays-closed': '1' }),
    'Mo-Tu,Th-Fr 09:00-12:00,14:00-18:00; Sa 10:00-12:30; PH off');
  const page = (await lea.look(`${draft}/more`)).text;
  const table = tableIn(page);
  assert.deepEqual([table['week-days'], table['week-to-2'], table['we-closed'], table['sa-to'], table['holidays-closed'], table['mo-from']],
    ['mo-fr', '18:00', '1', '12:30', '1', '']);
  assert.equal(await hoursOf(draft, table), 'Mo-Tu,Th-Fr 09:00-12:00,14:00-18:00; Sa 10:00-12:30; PH off');
  delete table['we-closed'];
  assert.equal(await hoursOf(draft, { ...table, 'sa-from': '', 'sa-to': '' }), 'Mo-Fr 09:00-12:00,14:00-18:00; PH off');
  const { id } = await publish(draft, {});
  const shown = (await lea.look(`/entries/${id}-un-essai-place`)).text;
  const rows = [...shown.matchAll(/<tr( aria-current="date")?><th scope="row">(.*?)<\/th><td>(.*?)<\/td>/g)];
  assert.deepEqual(rows.map(([, , day, hours]) => `${day} ${hours.replace(/\s/g, ' ')}`), [
    ...['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi'].map((day) => `${day} 9 h – 12 h, 14 h – 18 h`), 'samedi fermé', 'dimanche fermé', 'jours fériés fermé']);
  assert.equal(rows.filter(([, today]) => today).length, 1);
});

test('a text that says more than a table stands until it is cleared, and a table that is half filled in is told', async () => {
  const draft = await draftOf('place');
  const season = 'Apr-Oct Mo-Fr 09:00-18:00';
  assert.equal(await hoursOf(draft, { ...tableIn((await lea.look(`${draft}/more`)).text), opening_hours: season }), season);
  const page = (await lea.look(`${draft}/more`)).text;
  assert.match(page, /c’est le texte, plus bas, qui vaut/);
  const table = tableIn(page);
  assert.equal(await hoursOf(draft, table), season, 'sent as it was shown');
  const filled = { ...table, 'week-from': '9h', 'week-to': '12 h 30' };
  assert.equal(await hoursOf(draft, filled), 'week');
  assert.equal(await hoursOf(draft, { ...filled, opening_hours: '' }), 'Mo-Fr 09:00-12:30');
  const now = tableIn((await lea.look(`${draft}/more`)).text);
  assert.equal(await hoursOf(draft, { ...now, opening_hours: 'Sa[1] 10:00-12:00', 'week-to': '13:00' }), 'week', 'they say two things');
  assert.equal(await hoursOf(draft, { ...now, opening_hours: 'Mo-Fr 9:00-13:00', 'week-to': '13:00' }), 'Mo-Fr 9:00-13:00', 'they say the same');
  for (const wrong of [{ 'week-to': '' }, { 'tu-from': '25:00', 'tu-to': '26:00' }, { 'tu-from': '08:00', 'tu-to': '08:00' }, { 'week-days': '' }, { 'tu-from': '10:00', 'tu-to': '11:00', 'tu-closed': '1' }]) {
    assert.equal(await hoursOf(draft, { ...now, 'week-to': '13:00', ...wrong }), 'week', JSON.stringify(wrong));
  }
  const last = tableIn((await lea.look(`${draft}/more`)).text);
  assert.equal(await hoursOf(draft, { ...last, 'week-from': '', 'week-to': '' }), '', 'cleared');
  assert.equal(await hoursOf(draft, { ...tableIn((await lea.look(`${draft}/more`)).text), 'week-from': '18:00', 'week-to': '02:00', 'week-days': 'sa-su' }), 'Sa-Su 18:00-02:00', 'over midnight');
});

test('a story has its video, with the words, the licence and who filmed it; without an address the words are not lost', async () => {
  const draft = await draftOf('story');
  const words = '0:00 Bonjour.\n1:23 La rivière.';
  const alone = await lea.send(`${draft}/more`, { video: '', transcript: words });
  assert.equal(alone.status, 422);
  assert.deepEqual(faults(alone.text), ['video']);
  assert.ok(alone.text.includes('1:23 La rivière.'));
  assert.deepEqual(faults((await lea.send(`${draft}/more`, { video: 'pas une adresse' })).text), ['video']);
  const entry = await publish(draft, { video: 'https://tube.example.org/w/abcdefghijk', transcript: words, 'video-credit': 'Léa', 'video-licence': 'CC-BY-4.0' });
  assert.deepEqual(entry.media, [{ kind: 'video', url: 'https://tube.example.org/w/abcdefghijk', licence: 'CC-BY-4.0', credit: 'Léa', transcript: words }]);
});

test('a tool has its cost and its documents, one a line; what a line says wrong is told beside it', async () => {
  const draft = await draftOf('tool');
  assert.deepEqual(faults((await lea.send(`${draft}/more`, { documents: 'https://example.org/a.pdf Bon\nle second' })).text), ['documents']);
  const many = Array.from({ length: 65 }, (_, i) => `https://example.org/${i}.pdf`).join('\n');
  assert.deepEqual(faults((await lea.send(`${draft}/more`, { documents: many })).text), ['documents']);
  const entry = await publish(draft, { price: '30 €', documents: ' https://example.org/guide.pdf  Guide\r\n\r\nhttps://example.org/plan.odt' });
  assert.equal(entry.price, '30 €');
  assert.deepEqual(entry.media, [{ kind: 'document', url: 'https://example.org/guide.pdf', title: 'Guide' }, { kind: 'document', url: 'https://example.org/plan.odt' }]);
});

test('whoever says that it has ended is asked why, and an error elsewhere does not lose the answer', async () => {
  const draft = await draftOf('initiative', { state: 'ended' });
  assert.ok(names((await lea.look(`${draft}/more`)).text).has('end_reason'));
  const wrong = await lea.send(`${draft}/more`, { end_reason: 'Le local a fermé.', website: 'rien' });
  assert.equal(wrong.status, 422);
  assert.ok(wrong.text.includes('Le local a fermé.</textarea>'));
  assert.equal((await publish(draft, { end_reason: 'Le local a fermé.' })).end_reason, 'Le local a fermé.');
});

test('themes stand in groups that say how many of theirs are chosen', async () => {
  const draft = await draftOf('idea');
  await lea.send(`${draft}/more`, [['theme', 'water'], ['theme', 'soils'], ['theme', 'food']]);
  const { text } = await lea.look(`${draft}/more`);
  const chosen = Object.fromEntries([...text.matchAll(/<details class="form-boxes" id="([\w-]+)"><summary>[^<]*<span data-chosen>(\d*)</g)].map(([, id, n]) => [id, n]));
  assert.equal(chosen['theme-nature'], '2');
  assert.equal(chosen['theme-daily'], '1');
  assert.equal(chosen['theme-work'], '');
  assert.ok(!text.includes('id="theme-other"'), 'every theme that ships has a group of its own');
  assert.equal(text.match(/type="checkbox"/g).length, 30);
});

test('a collective gives its numbers, which are checked by their own rules and told to machines', async () => {
  const draft = await draftOf('actor');
  const wrong = await lea.send(`${draft}/more`, { siret: '732 829 320 00075', rna: '' });
  assert.deepEqual(faults(wrong.text), ['siret']);
  assert.ok(wrong.text.includes('value="732 829 320 00075"'));
  assert.deepEqual(faults((await lea.send(`${draft}/more`, { siret: '', rna: '751000001' })).text), ['rna']);
  const entry = await publish(draft, { type: 'Association', siret: '732 829 320 00074', rna: 'w751000001' });
  assert.deepEqual([entry.type, entry.siret, entry.rna], ['Association', '73282932000074', 'W751000001']);
  const page = await (await fetch(`${server.url}/entries/${entry.id}`)).text();
  const [, json] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(page);
  const found = [JSON.parse(json)].flat(3).flatMap((node) => node['@graph'] ?? node).find((node) => node.identifier);
  assert.deepEqual(found.identifier.map((one) => [one.propertyID, one.value]), [['SIRET', '73282932000074'], ['RNA', 'W751000001']]);
  const foundBy = async (words) => (await (await fetch(`${server.url}/api/v1/entries?q=${words}`)).json()).items.map(({ id }) => id);
  for (const whole of ['73282932000074', 'w751000001']) assert.deepEqual(await foundBy(whole), [entry.id], whole);
  for (const begun of ['73282', '7328293200007', 'w75']) assert.deepEqual(await foundBy(begun), [], begun);
});

test('what is to be taken over says for whom; a commons says who decides and how far it is; the page and the history tell it', async () => {
  const seeking = await draftOf('initiative', { state: 'seeking' });
  const garden = await publish(seeking, { handover: 'Les clés et deux ans d’aide.', governance: 'L’assemblée du quartier', maturity: 'used', thing_licence: 'CC-BY-SA-4.0' });
  assert.equal(garden.handover, 'Les clés et deux ans d’aide.');
  const { items } = await (await fetch(`${server.url}/api/v1/entries?q=${encodeURIComponent('assemblée clés')}`)).json();
  assert.deepEqual(items.map(({ id }) => id), [garden.id], 'what only some kinds say is searched');
  assert.deepEqual([garden.governance, garden.maturity, garden.thing_licence], ['L’assemblée du quartier', 'used', 'CC-BY-SA-4.0']);
  const page = (await lea.look(`/entries/${idOf(garden.url)}-un-essai-initiative`)).text;
  for (const word of ['Les clés et deux ans', 'assemblée du quartier', 'Utilisé', 'CC BY-SA 4.0']) assert.ok(page.includes(word), word);
  const edit = (await lea.send(`/entries/${garden.id}/edit`)).location.replace(/\/what$/, '');
  const more = (await lea.look(`${edit}/more`)).text;
  assert.match(more, /<option value="used" selected>/);
  assert.equal((await lea.send(`${edit}/more`, { maturity: 'widespread', handover: 'Les clés et deux ans d’aide.', governance: '' })).status, 303);
  await lea.send(`${edit}/check`, { reason: 'plus loin' });
  const history = (await lea.look(`/entries/${garden.id}/history`)).text;
  const latest = /href="(\/entries\/\d+\/history\/\d+)"/.exec(history)[1];
  const changes = (await lea.look(latest)).text;
  assert.ok(changes.includes('Utilisé en de nombreux lieux') && changes.includes('Qui décide'));
  const after = await read(garden.id);
  assert.deepEqual([after.governance, after.maturity, after.thing_licence], [undefined, 'widespread', 'CC-BY-SA-4.0']);
});

test('RULE ENTRY-1: an event that comes again says until when, is found on each of its days, and calendars know it', async () => {
  const draft = await draftOf('event', { title: 'Le repas du mardi' });
  const first = { day: '2027-03-02', from: '19:00', to: '22:00' };
  for (const until of ['', '2027-03-01', '2029-03-03', 'bientôt']) {
    assert.deepEqual(faults((await lea.send(`${draft}/more`, { ...first, again: 'weekly', until })).text), ['until'], until);
  }
  assert.deepEqual(faults((await lea.send(`${draft}/more`, { ...first, again: 'daily', until: '2028-03-02' })).text), ['until']);
  await lea.send(`${draft}/more`, { ...first, again: 'weekly', until: '2027-06-29' });
  assert.match((await lea.look(`${draft}/check`)).text, /Chaque semaine, jusqu’au 29 juin 2027/);
  const kept = (await lea.look(`${draft}/more`)).text;
  assert.match(kept, /<option value="weekly" selected>/);
  assert.match(kept, /value="2027-06-29" id="until"/);
  const sent = await lea.send(`${draft}/check`, { charter: 1 });
  const id = idOf(sent.location);
  assert.deepEqual((await read(id)).dates, [{ role: 'happens', start: '2027-03-02T19:00', end: '2027-03-02T22:00', rule: 'FREQ=WEEKLY;UNTIL=20270629' }]);
  const on = async (day) => (await (await fetch(`${server.url}/api/v1/entries?q=repas+mardi&from=${day}&to=${day}`)).json()).total;
  assert.deepEqual(await Promise.all(['2027-03-02', '2027-04-13', '2027-06-29', '2027-04-14', '2027-07-06'].map(on)), [1, 1, 1, 0, 0]);
  assert.equal((await (await fetch(`${server.url}/api/v1/entries?q=repas+mardi&when=upcoming`)).json()).total, 1);
  const calendar = await (await fetch(`${server.url}/api/v1/entries.ics?q=repas+mardi`)).text();
  assert.equal(calendar.match(/BEGIN:VEVENT/g).length, 1);
  assert.match(calendar, /\r\nRRULE:FREQ=WEEKLY;UNTIL=20270629T215959Z\r\n/);
  const page = (await lea.look(sent.location)).text;
  for (const day of ['2027-03-02', '2027-03-09', '2027-03-16']) assert.ok(page.includes(`datetime="${day}T19:00"`), day);
  assert.ok(!page.includes('datetime="2027-03-23T19:00"'), 'the next three');
  assert.match(page, /Chaque semaine, jusqu’au 29 juin 2027/);
  const schedule = /"eventSchedule":(\[.*?\])/.exec(page)[1];
  assert.deepEqual(JSON.parse(schedule), [{ '@type': 'Schedule', repeatFrequency: 'P1W', startDate: '2027-03-02', endDate: '2027-06-29', startTime: '19:00:00', scheduleTimezone: 'Europe/Paris' }]);
  // Who edits it sees the rule, not its dates, and what they do not touch stays.
  const edit = (await lea.send(`/entries/${id}/edit`)).location.replace(/\/what$/, '');
  await lea.send(`${edit}/what`, { title: 'Le repas du mardi soir', kind: 'event' });
  assert.equal((await lea.send(`${edit}/check`)).status, 303);
  assert.equal((await read(id)).dates[0].rule, 'FREQ=WEEKLY;UNTIL=20270629');
  const history = (await lea.look(`/entries/${id}/history`)).text;
  assert.ok(!(await lea.look(/href="(\/entries\/\d+\/history\/\d+)"/.exec(history)[1])).text.includes('2027-03'), 'dates did not change');
});

test('an event comes again on several weekdays, or on the last one of each month; what cannot be so is told', async () => {
  const draft = await draftOf('event', { title: 'Les lessives du quartier' });
  const { default: ical } = await import('ical.js');
  const send = (fields) => lea.send(`${draft}/more`, new URLSearchParams(Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one]))));
  const first = { day: '2027-03-02', from: '18:00', to: '19:00', again: 'weekly', until: '2027-03-31' }; // a Tuesday
  assert.deepEqual(faults((await send({ ...first, weekday: ['MO', 'TH'] })).text), ['again'], 'not on the first day');
  for (const again of ['', 'daily', 'monthly', 'yearly']) assert.deepEqual(faults((await send({ ...first, again, weekday: ['TU', 'TH'] })).text), ['again'], again);
  assert.deepEqual(faults((await send({ ...first, again: 'monthly-last' })).text), ['again'], 'the first Tuesday is not the last');
  assert.equal((await send({ ...first, weekday: ['TU', 'TH', 'SA'] })).status, 303);
  const page = (await lea.look(`${draft}/more`)).text;
  assert.match(page, /<option value="weekly" selected>/);
  assert.deepEqual([...page.matchAll(/value="(\w\w)" checked/g)].map(([, day]) => day), ['TU', 'TH', 'SA']);
  const { id, dates, url } = await publish(draft, { ...first, until: '2027-03-31', weekday: 'TU' });
  assert.equal(dates[0].rule, 'FREQ=WEEKLY;UNTIL=20270331', 'one day is that of the first date');
  const edit = (await lea.send(`/entries/${id}/edit`)).location.replace(/\/what$/, '');
  const again = (fields) => lea.send(`${edit}/more`, new URLSearchParams(Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one]))));
  assert.equal((await again({ ...first, weekday: ['TH', 'TU'] })).status, 303);
  assert.equal((await lea.send(`${edit}/check`)).status, 303);
  assert.equal((await read(id)).dates[0].rule, 'FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20270331');
  assert.match((await lea.look(new URL(url).pathname)).text, /Chaque semaine, le mardi et le jeudi, jusqu’au 31 mars 2027/);
  assert.match((await visitor(server).look(new URL(url).pathname, { 'Accept-Language': 'en' })).text, /Each week, on Tuesday and on Thursday, until 31 March 2027/);
  const calendar = new ical.Component(ical.parse(await (await fetch(`${server.url}/api/v1/entries.ics?q=lessives+quartier`)).text()));
  const days = [];
  for (const steps = new ical.Event(calendar.getFirstSubcomponent('vevent')).iterator(), next = { at: steps.next() }; next.at; next.at = steps.next()) days.push(next.at.day);
  assert.deepEqual(days, [2, 4, 9, 11, 16, 18, 23, 25, 30]);
  const on = async (day) => (await (await fetch(`${server.url}/api/v1/entries?q=lessives+quartier&from=${day}&to=${day}`)).json()).total;
  assert.deepEqual(await Promise.all(['2027-03-25', '2027-03-26', '2027-03-30'].map(on)), [1, 0, 1]);
});

test('an event overseas happens by its own clock; one that comes back on the last Saturday says so', async () => {
  const draft = await draftOf('event', { title: 'Marché du volcan' });
  const entry = await publish(draft, { day: '2027-05-29', from: '08:00', zone: 'Indian/Reunion', again: 'monthly-weekday', until: '2027-12-31' });
  assert.deepEqual(entry.dates, [{ role: 'happens', start: '2027-05-29T08:00', zone: 'Indian/Reunion', rule: 'FREQ=MONTHLY;BYDAY=-1SA;UNTIL=20271231' }]);
  assert.match((await lea.look(new URL(entry.url).pathname)).text, /Chaque mois, le dernier samedi, jusqu’au 31 décembre 2027/);
  const calendar = await (await fetch(`${server.url}/api/v1/entries.ics?q=marche+volcan`)).text();
  assert.match(calendar, /DTSTART;TZID=Indian\/Reunion:20270529T080000/);
  assert.match(calendar, /RRULE:FREQ=MONTHLY;BYDAY=-1SA;UNTIL=20271231T195959Z/);
});

test('a text is shown as it will look before it is kept, and no script of it comes along', async () => {
  const draft = await draftOf('idea');
  const shown = await lea.send(`${draft}/more`, { do: 'preview', description: 'Du **pain**.\n\n<script>alert(1)</script>', email: 'pas fini' });
  assert.equal(shown.status, 200);
  const [, preview] = /<section id="preview"[^>]* autofocus>(.*?)<\/section>/s.exec(shown.text);
  assert.match(preview, /<p>Du <strong>pain<\/strong>\.<\/p>/);
  assert.ok(!preview.includes('<script'));
  assert.ok(shown.text.includes('value="pas fini"'), 'the rest stays as it was typed, and is not judged');
  assert.ok(!(await lea.look(`${draft}/more`)).text.includes('pain'), 'nothing is kept yet');
});
