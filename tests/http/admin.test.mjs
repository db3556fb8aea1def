// The administration, as who holds the role would use it, and as who does not would try to.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { agora, importEntries, letterTo, signIn, start, teamOf, temporaryFolder, visitor } from './harness.mjs';

let server;
let admin;
let moderator;
let member;
const user = (...words) => assert.equal(agora('user', '--data', server.folder, ...words).status, 0);
const store = (sql) => teamOf.sql(server.folder, sql);
// The part of the page about one check: its state and what it says.
const checkOf = (page, name) => {
  const [, state, text] = new RegExp(`<li class="(check[^"]*)" id="${name}">([\\s\\S]*?)</li>`).exec(page) ?? assert.fail(`no check ${name}`);
  return { state: state.replace(/^check ?(check--)?/, '') || 'ok', text };
};

before(async () => {
  server = await start({ settings: 'contact_email = contact@example.org\nmetrics = open\n' });
  admin = await signIn(server, 'admin@example.org');
  moderator = await signIn(server, 'moderator@example.org');
  member = await signIn(server, 'member@example.org');
  user('grant', 'admin@example.org', 'admin');
  user('grant', 'moderator@example.org', 'moderator', '--territory', 'dep-73');
});
after(() => server.stop());

test('the administration is for who has a role, and each sees what is theirs', async () => {
  assert.equal((await visitor(server).look('/administration')).status, 303);
  assert.equal((await member.look('/administration')).status, 403);
  const theirs = await moderator.look('/administration');
  assert.match(theirs.text, /href="\/moderation"/);
  assert.ok(!theirs.text.includes('/administration/instance'));
  for (const path of ['/administration/instance', '/administration/queue']) {
    assert.equal((await moderator.look(path)).status, 403, path);
    assert.equal((await admin.look(path)).status, 200, path);
  }
  assert.match((await admin.look('/account')).text, /href="\/administration"/);
  assert.ok(!(await moderator.look('/account')).text.includes('href="/administration"'));
});

test('the instance tells what is wrong, why it matters and what mends it', async () => {
  const page = (await admin.look('/administration/instance')).text;
  const legal = checkOf(page, 'legal');
  assert.equal(legal.state, 'wrong');
  assert.match(legal.text, /le nom de l’éditeur, son adresse postale, qui dirige la publication/);
  assert.ok(!legal.text.includes('une adresse où écrire'));
  assert.equal(checkOf(page, 'mail').state, 'wrong');
  assert.match(checkOf(page, 'mail').text, /<code>smtp_url = /);
  assert.match(checkOf(page, 'weak').text, /metrics = open/);
  assert.equal(checkOf(page, 'admins').state, 'warn');
  assert.equal(checkOf(page, 'index').state, 'ok');
  assert.match(checkOf(page, 'disk').text, /Il reste \d/);
  // What is wrong stands on the first page, what is well does not.
  const first = (await admin.look('/administration')).text;
  assert.ok(first.includes('id="legal"') && !first.includes('id="index"'));
});

test('a proxy that nobody named, and a page asked of another host, are found', async () => {
  const relayed = (await admin.look('/administration/instance', { 'X-Forwarded-For': '192.0.2.7' })).text;
  assert.equal(checkOf(relayed, 'tls').state, 'wrong');
  assert.match(checkOf(relayed, 'tls').text, /trusted_proxies/);
  assert.equal(checkOf((await admin.look('/administration/instance')).text, 'tls').state, 'ok');
});

test('a backup that was written is known, and an old one is called old', async () => {
  const look = async () => checkOf((await admin.look('/administration/instance')).text, 'backup');
  assert.equal((await look()).state, 'wrong');
  const made = agora('backup', '--data', server.folder, join(temporaryFolder(), 'a.tar.zst'));
  assert.equal(made.status, 0, made.stderr);
  assert.equal(made.stderr, '');
  assert.equal((await look()).state, 'ok');
  assert.match((await look()).text, /il y a 0 minute/);
  store('UPDATE instance_note SET at_ms = at_ms - 3 * 86400000;');
  assert.equal((await look()).state, 'warn');
  assert.match((await look()).text, /il y a 3 jours/);
  store('UPDATE instance_note SET at_ms = at_ms - 6 * 86400000;');
  assert.equal((await look()).state, 'wrong');
});

test('a letter to try with goes to who asks, and the act stands in the audit', async () => {
  assert.equal((await admin.send('/administration/queue', { do: 'test:0' })).location, '/administration/queue?sent');
  assert.match(await letterTo(server, 'admin@example.org', 1), /cette lettre est arrivée/);
  assert.equal((await moderator.send('/administration/queue', { do: 'test:0' })).status, 403);
  assert.equal((await admin.send('/administration/queue', { do: 'nothing:0' })).status, 400);
  assert.equal((await admin.send('/administration/queue', { do: 'test' })).status, 400);
});

test('RULE MAIL-3: of letters the page shows neither whom they go to nor what they say', async () => {
  store(`INSERT INTO mail_message (id, letter, language, address, name, title, who, code, path, leave_path, words, items, decision, until_ms,
    created_ms, state, ended_ms, tries, said) VALUES (9007199254740000, 'sign-in', 'fr', 'secret.person@example.org', '', '', '', 'ABCD2345', '/sign-in/link/geheim',
    '', '', '', 0, 0, 1, 0, 0, 3, '450 <secret.person@example.org> try later');`);
  const page = (await admin.look('/administration/queue')).text;
  assert.ok(page.includes('s…@example.org') && page.includes('450 &lt;s…@example.org&gt; try later'));
  for (const hidden of ['secret.person', 'ABCD2345', 'geheim']) assert.ok(!page.includes(hidden), hidden);
  assert.equal((await admin.send('/administration/queue', { do: 'take-back:9007199254740000' })).location, '/administration/queue?done');
  assert.match((await admin.look('/administration/queue')).text, /Abandonnée/);
  assert.equal((await admin.send('/administration/queue', { do: 'take-back:9007199254740000' })).location, '/administration/queue?gone');
});

test('a job that failed for good says why, and is begun anew or forgotten', async () => {
  store(`INSERT INTO job (id, kind, body, state, due_ms, tries, created_ms, ended_ms, said) VALUES
    (900001, 'unknown-kind', '', 2, 0, 5, 1, 2, 'for a reason'), (900002, 'unknown-kind', '', 2, 0, 5, 1, 2, '<b>other</b>');`);
  const page = (await admin.look('/administration/queue')).text;
  assert.match(page, /for a reason/);
  assert.match(page, /&lt;b&gt;other/);
  // However many: the page of the queue shows some of them, the figures count all.
  store(`INSERT INTO job (kind, body, state, due_ms, tries, created_ms, ended_ms, said) VALUES ${Array.from({ length: 120 }, () => "('many', '', 2, 0, 5, 1, 2, '')").join(',')};`);
  const first = (await admin.look('/administration')).text;
  assert.equal(checkOf(first, 'jobs').state, 'warn');
  assert.match(checkOf(first, 'jobs').text, /échoué pour de bon\s: 122\./);
  assert.match(first, /Travaux qui ont échoué<\/a><span class="state">122</);
  store("DELETE FROM job WHERE kind = 'many';");
  assert.equal((await admin.send('/administration/queue', { do: 'again:900001' })).location, '/administration/queue?done');
  assert.equal((await admin.send('/administration/queue', { do: 'forget:900001' })).location, '/administration/queue?gone');
  assert.equal((await admin.send('/administration/queue', { do: 'forget:900002' })).location, '/administration/queue?done');
  assert.equal((await admin.send('/administration/queue', { do: 'forget:900002' })).location, '/administration/queue?gone');
});

// ---- roles ----

const idOf = async (who) => JSON.parse((await who.look('/account/data')).text).id;
const power = (id, fields, who = admin) => who.send(`/administration/people/${id}/power`, { reason: 'Elle connaît le lac.', sure: '1', ...fields });

test('RULE PERSON-6: a role is given with a reason, both are told, and the audit keeps it', async () => {
  const id = await idOf(member);
  await member.send('/account/profile', { name: 'Zoé <b>Lac</b>' });
  for (const words of ['zoé', 'ZOÉ', 'zoe']) assert.match((await admin.look(`/administration/people?q=${words}`)).text, /Zoé &lt;b&gt;Lac/, words);
  const byAddress = (await admin.look('/administration/people?q=Member@Example.org')).text;
  assert.ok(byAddress.includes(`/administration/people/${id}`));
  assert.ok(!(await admin.look(`/administration/people/${id}`)).text.includes('member@example.org'));
  assert.ok(!(await admin.look(`/administration/people?q=${'é'.repeat(300)}`)).text.includes('\ufffd'));
  assert.ok(!(await admin.look('/administration/people?q=example.org')).text.includes(`/administration/people/${id}`));
  assert.match((await admin.look(`/administration/people/${id}/power?do=grant`)).text, /name="role" value="steward"/);

  const without = await power(id, { do: 'grant', role: 'steward', territory: 'Savoie', reason: ' ' });
  assert.equal(without.status, 422);
  assert.match(without.text, /id="reason-fault"/);
  const unsure = await admin.send(`/administration/people/${id}/power`, { do: 'grant', role: 'steward', territory: 'Atlantide', reason: 'x' });
  assert.equal(unsure.status, 422);
  assert.match(unsure.text, /id="sure-fault"/);
  assert.match(unsure.text, /id="territory-fault"/);
  const several = await power(id, { do: 'grant', role: 'steward', territory: 'saint-denis' });
  assert.equal(several.status, 422);
  assert.match(several.text, /value="com-97411"/);
  const [, which] = /name="which" value="([^"]+)"/.exec(several.text);
  const unchosen = await power(id, { do: 'grant', role: 'steward', which });
  assert.equal(unchosen.status, 422);
  assert.match(unchosen.text, /id="territory-fault">Choisissez un territoire\./);
  assert.match(unchosen.text, /value="com-97411"/);
  assert.equal((await member.look('/administration')).status, 403, 'no role was given');

  assert.equal((await power(id, { do: 'grant', role: 'steward', territory: 'Savoie' })).location, `/administration/people/${id}?done`);
  assert.match(await letterTo(server, 'member@example.org', 1), /«.Référente ou référent du territoire.» \(Savoie \(73\)\)[\s\S]*Elle connaît le lac\./);
  assert.match(await letterTo(server, 'admin@example.org', 2), /Vous avez donné à Zoé/);
  const again = await power(id, { do: 'grant', role: 'steward', territory: 'dep-73' });
  assert.equal(again.status, 422);
  const page = (await admin.look(`/administration/people/${id}`)).text;
  assert.match(page, /Savoie \(73\)/);
  assert.match(page, /Rôle donné[\s\S]*Elle connaît le lac\./);
  assert.equal((await power(id, { do: 'revoke', role: 'steward', territory: 'dep-73' })).status, 303);
  assert.match(await letterTo(server, 'member@example.org', 2), /Vous n’avez plus le rôle/);
  assert.equal((await member.look('/administration')).status, 403);
});

test('RULE PERSON-6: the last admin stays, nobody blocks themselves, nobody is an admin of a part', async () => {
  const [own, other] = [await idOf(admin), await idOf(member)];
  const last = await power(own, { do: 'revoke', role: 'admin', territory: '' });
  assert.equal(last.status, 422);
  assert.match(last.text, /dernière personne à administrer/);
  assert.match((await power(own, { do: 'block' })).text, /votre propre compte/);
  assert.match((await power(other, { do: 'grant', role: 'admin', territory: 'Savoie' })).text, /tout le site.: laissez vide/);
  assert.equal((await member.look('/administration/people')).status, 403);
  assert.equal((await power(other, { do: 'grant', role: 'admin' }, moderator)).status, 403);
  assert.equal((await power(other, { do: 'grant', role: 'admin' }, member)).status, 403);
  assert.equal(agora('user', '--data', server.folder, 'grant', 'member@example.org', 'admin', '--territory', 'dep-73').status, 2);
});

test('a blocked account is out at once, and in again when it is let in', async () => {
  const guest = await signIn(server, 'guest@example.org');
  const id = await idOf(guest);
  assert.equal((await power(id, { do: 'unblock' })).status, 422);
  assert.equal((await power(id, { do: 'block', reason: 'Publicité.' })).status, 303);
  assert.equal((await guest.look('/account')).status, 303);
  assert.match(await letterTo(server, 'guest@example.org', 1), /Votre compte est bloqué[\s\S]*Publicité\./);
  assert.equal((await power(id, { do: 'grant', role: 'moderator' })).status, 422);
  assert.equal((await power(id, { do: 'unblock' })).status, 303);
  assert.match(await letterTo(server, 'guest@example.org', 2), /Votre compte est débloqué/);
  await signIn(server, 'guest@example.org', undefined, 3);
});

test('who is blocked does not count among those who administer', async () => {
  const look = async () => checkOf((await admin.look('/administration/instance')).text, 'admins');
  const second = await signIn(server, 'second@example.org');
  const id = await idOf(second);
  user('grant', 'second@example.org', 'admin');
  assert.equal((await look()).state, 'ok');
  assert.match((await look()).text, /Personnes qui administrent ce site : 2\./);
  store(`UPDATE person SET status = 2 WHERE id = ${id};`);
  assert.equal((await look()).state, 'warn');
});

test('RULE PERSON-4: power wants a proof of the last quarter of an hour, and leads back to where it was asked for', async () => {
  const id = await idOf(member);
  store('UPDATE person_session SET proved_ms = proved_ms - 900000;');
  const look = await admin.look(`/administration/people/${id}/power?do=block`);
  assert.equal(look.location, `/sign-in?next=${encodeURIComponent(`/administration/people/${id}/power?do=block`)}`);
  assert.match((await power(id, { do: 'block' })).location, /^\/sign-in/);
  assert.equal((await member.look('/account')).status, 200);
  store('UPDATE person_session SET proved_ms = proved_ms + 900000;');

  // A proof that runs out while the form is filled in.
  const path = `/administration/people/${id}/power?do=grant&territory=${encodeURIComponent('Île & Lac')}`;
  const [, action] = /<form[^>]* action="([^"]+\/power[^"]*)"/.exec((await admin.look(path)).text);
  store('UPDATE person_session SET proved_ms = proved_ms - 900000;');
  const { location } = await admin.send(action.replaceAll('&amp;', '&'), { do: 'grant', role: 'steward', reason: 'x', sure: '1' });
  store('UPDATE person_session SET proved_ms = proved_ms + 900000;');
  const back = await admin.look(new URL(location, server.url).searchParams.get('next'));
  assert.equal(back.status, 200);
  assert.match(back.text, /value="Île &amp; Lac"/);
  assert.match((await admin.look('/sign-in?next=' + encodeURIComponent(new URL(location, server.url).searchParams.get('next')))).text, /name="next" value="\/administration\/people/);
});

// ---- the audit ----

test('the audit tells who did what and why, narrowed by act, person and day, and as a table', async () => {
  const all = (await admin.look('/administration/audit')).text;
  assert.match(all, /Compte bloqué[\s\S]*Publicité\./);
  assert.match(all, /la machine/);
  const blocks = (await admin.look('/administration/audit?act=block')).text;
  assert.ok(blocks.includes('Publicité.') && !blocks.includes('Elle connaît le lac.'));
  assert.equal(blocks.match(/<tbody>[\s\S]*<\/tbody>/)[0].match(/<tr>/g).length, 1);
  assert.match((await admin.look('/administration/audit?to=2020-01-01')).text, /Aucun acte ne correspond/);
  assert.match((await admin.look('/administration/audit?by=0')).text, /la machine/);
  const table = await admin.look('/administration/audit.csv?act=block');
  assert.equal(table.headers.get('content-type'), 'text/csv; charset=utf-8');
  const lines = table.text.trimEnd().split('\r\n');
  assert.equal(lines[0], 'at,person,name,act,object,reason');
  assert.equal(lines.length, 2);
  assert.match(lines[1], /,block,person:\d+,Publicité\.$/);
  // Each line has the name of who did it, also where several took turns.
  await admin.send('/account/profile', { name: 'Ada' });
  const [own, other] = [await idOf(admin), await idOf(member)];
  store(`INSERT INTO audit (id, at_ms, person_id, act, object, reason) VALUES ${[own, own, 0, other, own].map((by, i) => `(${i + 1}, ${i + 1}, ${by}, 'turns', '', '')`).join(',')};`);
  const turns = (await admin.look('/administration/audit.csv?act=turns')).text.trimEnd().split('\r\n').slice(1).map((line) => line.split(',')[2]);
  assert.deepEqual(turns, ['Ada', 'Zoé <b>Lac</b>', '', 'Ada', 'Ada']);
  store("DELETE FROM audit WHERE act = 'turns';");
  assert.equal((await moderator.look('/administration/audit')).status, 403);
  assert.equal((await moderator.look('/administration/audit.csv')).status, 403);
});

test('a long audit is read page by page, and its table is whole', async () => {
  const rows = Array.from({ length: 2100 }, (_, i) => `(${i + 1}, ${i + 1}, 0, 'long', '', 'n${i + 1}')`);
  store(`INSERT INTO audit (id, at_ms, person_id, act, object, reason) VALUES ${rows.join(',')};`);
  let path = '/administration/audit?act=long';
  const seen = [];
  for (let pages = 0; path && pages < 3; pages++) {
    const { text } = await admin.look(path);
    seen.push(...[...text.matchAll(/<td>n(\d+)<\/td>/g)].map(([, n]) => Number(n)));
    path = /rel="next" href="([^"]+)"/.exec(text)?.[1].replaceAll('&amp;', '&');
  }
  assert.deepEqual(seen, Array.from({ length: 150 }, (_, i) => 2100 - i));
  assert.equal((await admin.look('/administration/audit.csv?act=long')).text.trimEnd().split('\r\n').length, 2101);
});

// ---- settings ----

const settings = (fields, who = admin) => who.send('/administration/settings', fields);

test('RULE SETTING-1: who runs the site is changed on a page and holds at once, over a restart, and below the file', async () => {
  const page = (await admin.look('/administration/settings')).text;
  assert.match(page, /value="Agora" id="site_name"/);
  assert.ok(!page.includes('name="contact_email"')); // in the file
  assert.match(page, /<code>smtp_tls<\/code>[\s\S]*?<code>required<\/code><\/td><td>d’origine/);
  assert.match(page, /<code>metrics<\/code>[\s\S]*?<code>open<\/code><\/td><td>le fichier/);
  const before = await visitor(server).look('/legal');
  const changed = { site_name: 'Agora du lac', publisher_name: 'Ville & Cie <b>', publisher_address: '1 rue du Puits', publisher_director: 'Zoé Lac',
    host_name: 'Le Hangar', host_address: '2 quai, 04 00 00 00 00', privacy_email: 'dpo@example.org', contact_email: 'other@example.org' };
  assert.equal((await settings(changed)).location, '/administration/settings?done');
  const after = await visitor(server).look('/legal', { 'If-None-Match': before.headers.get('etag') });
  assert.equal(after.status, 200);
  assert.match(after.text, /Ville &amp; Cie &lt;b&gt;/);
  assert.match(after.text, /Zoé Lac[\s\S]*Le Hangar/);
  assert.match(after.text, /contact@example\.org/); // the file has the last word
  assert.match((await visitor(server).look('/')).text, /<title>[^<]*Agora du lac/);
  assert.match((await visitor(server).look('/privacy')).text, /mailto:dpo@example\.org/);
  assert.equal(checkOf((await admin.look('/administration/instance')).text, 'legal').state, 'ok');
  assert.match((await admin.look('/administration/settings')).text, /<code>site_name<\/code>[\s\S]*?<code>Agora du lac<\/code><\/td><td>cette page/);
  assert.match((await admin.look('/administration/audit?act=setting')).text, /site_name<\/td><td>Agora → Agora du lac/);
  assert.equal((await admin.send('/administration/queue', { do: 'test:0' })).status, 303);
  await server.stop();
  server = Object.assign(server, await start({ folder: server.folder }));
  assert.match((await visitor(server).look('/')).text, /<title>[^<]*Agora du lac/);
});

test('what the file would refuse the page refuses, beside the field, and nothing changes', async () => {
  const bad = await settings({ site_name: 'Un\u0007site', privacy_email: 'nowhere', publisher_name: 'x'.repeat(400) });
  assert.equal(bad.status, 422);
  for (const field of ['site_name', 'privacy_email', 'publisher_name']) assert.match(bad.text, new RegExp(`id="${field}-fault"`));
  assert.match((await visitor(server).look('/')).text, /<title>[^<]*Agora du lac/);
  assert.equal((await settings({ site_name: 'x' }, moderator)).status, 403);
  // Emptied, a setting is what it was in the beginning.
  assert.equal((await settings({ site_name: '' })).status, 303);
  assert.match((await visitor(server).look('/')).text, /<title>[^<]*Agora</);
  // Emptied once more, nothing was done: nothing is told.
  const acts = async () => (await admin.look('/administration/audit.csv?act=setting')).text;
  const before = await acts();
  assert.equal((await settings({ ...Object.fromEntries([...(await admin.look('/administration/settings')).text.matchAll(/ value="([^"]*)" id="([a-z_]+)"/g)].map(([, value, name]) => [name, value])), site_name: '' })).status, 303);
  assert.equal(await acts(), before);
});

test('the licence and the attribution of a source are corrected for all its entries', async () => {
  importEntries(server.folder, 'lac', [{ id: 'e1', kind: 'place', title: 'Lavoir', place: { territory: 'com-73065' } }]);
  assert.match((await admin.look('/administration/sources')).text, /\/administration\/sources\/lac"[\s\S]*?sans licence/);
  const bad = await admin.send('/administration/sources/lac', { url: 'javascript:alert(1)' });
  assert.equal(bad.status, 422);
  assert.match(bad.text, /id="url-fault"/);
  const sent = await admin.send('/administration/sources/lac', { title: 'Les <amis> du lac', licence: 'ODbL-1.0', attribution: 'Amis du lac' });
  assert.equal(sent.location, '/administration/sources?done');
  assert.match((await admin.look('/administration/sources/lac')).text, /value="Les &lt;amis&gt; du lac"/);
  assert.match((await visitor(server).look('/about')).text, /Les &lt;amis&gt; du lac/);
  const acts = async () => [...(await admin.look('/administration/audit?act=source')).text.matchAll(/Source changée<\/td><td>lac<\/td><td>([^<]*)/g)].map(([, said]) => said);
  assert.deepEqual(await acts(), ['title:  → Les &lt;amis&gt; du lac; licence:  → ODbL-1.0; attribution:  → Amis du lac']);
  assert.equal((await admin.send('/administration/sources/lac', { title: 'Les <amis> du lac', licence: 'CC0-1.0' })).status, 303);
  assert.equal((await admin.send('/administration/sources/lac', { title: '', licence: 'CC0-1.0' })).status, 303);
  assert.deepEqual((await acts())[0], 'licence: ODbL-1.0 → CC0-1.0');
  assert.equal((await acts()).length, 2, 'nothing changed, nothing is told');
  assert.equal((await admin.look('/administration/sources/none')).status, 404);
  assert.equal((await moderator.send('/administration/sources/lac', { title: 'x' })).status, 403);
});
