// Programs that fill in every field: they get the answer that people get, and nothing comes of it (RULE ROBOT-1).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { importEntries, start, teamOf, signIn, visitor, temporaryFolder } from './harness.mjs';

let server;
let entry;
before(async () => {
  const folder = temporaryFolder();
  importEntries(folder, 'fixture', [{ id: 'a', kind: 'place', title: 'Lavoir' }]);
  server = await start({ folder });
  entry = (await (await fetch(`${server.url}/api/v1/entries`)).json()).items[0].id;
  const lead = await signIn(server, 'lead@example.org');
  teamOf(server.folder, entry, [JSON.parse((await lead.look('/account/data')).text).id]);
});
after(() => server.stop());

const count = (what) => Number(execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(server.folder, 'agora.db'), `SELECT count(*) FROM ${what}`], { encoding: 'utf8' }));

async function check(who, address) {
  const { location } = await who.send('/add', { kind: 'idea' });
  await who.send(location, { title: 'Une idée', summary: 'En deux mots.', kind: 'idea' });
  return [location.replace('what', 'check'), { charter: 1, address }];
}

test('RULE ROBOT-1: who fills in what nobody sees is answered like anybody, and nothing is written or sent', async () => {
  const forms = [
    ['/sign-in', async (_, address) => ['/sign-in', { address }], 'person_proof'],
    ['/contributions/find', async (_, address) => ['/contributions/find', { address }], 'person_try WHERE what = 0'],
    [`/entries/${entry}/flag`, async (_, address) => [`/entries/${entry}/flag`, { reason: 'gone', address }], 'flag'],
    [`/entries/${entry}/write`, async (_, address) => [`/entries/${entry}/write`, { words: 'Bonjour', who: 'Léa', address }], "mail_message WHERE letter = 'to-team'"],
    [null, check, 'contribution'],
  ];
  for (const [at, [page, make, rows]] of forms.entries()) {
    const who = visitor(server);
    const [path, fields] = await make(who, `robot${at}@example.org`);
    const { text } = await who.look(page ?? path);
    assert.match(text, /<div class="visually-hidden" aria-hidden="true"><label>[^<]*<input type="text" name="homepage" tabindex="-1" autocomplete="off">/, path);
    const before = count(rows);
    const robot = await who.send(path, { ...fields, homepage: 'https://spam.example' });
    assert.equal(count(rows), before, path);
    const [again, human] = await make(who, `human${at}@example.org`);
    const answer = await who.send(again, { ...human, homepage: ' ' });
    assert.deepEqual([robot.status, robot.location], [answer.status, answer.location], path);
    assert.equal(answer.status, 303);
    assert.equal(count(rows), before + 1, path);
  }
  assert.equal(count("mail_message WHERE address LIKE 'robot%'"), 0);
});

test('RULE ROBOT-2: what comes back at once, without its moment or with a forged one is asked again, and nothing typed is lost', async () => {
  const folder = temporaryFolder();
  importEntries(folder, 'fixture', [{ id: 'a', kind: 'place', title: 'Lavoir' }]);
  const slow = await start({ folder, settings: 'form_seconds = 60\n' });
  try {
    const { items: [{ id }] } = await (await fetch(`${slow.url}/api/v1/entries`)).json();
    const lead = await signIn(slow, 'lead@example.org');
    teamOf(slow.folder, id, [JSON.parse((await lead.look('/account/data')).text).id]);
    const begun = visitor(slow);
    const { location } = await begun.send('/add', { kind: 'idea' });
    await begun.send(location, { title: 'Une idée', summary: 'En deux mots.', kind: 'idea' });
    const forms = [
      [begun, location.replace('what', 'check'), { charter: 1, address: 'lea@example.org' }, 'value="lea@example.org"'],
      [visitor(slow), `/entries/${id}/flag`, { reason: 'gone', words: 'Le lavoir est fermé.' }, 'Le lavoir est fermé.</textarea>'],
      [visitor(slow), `/entries/${id}/write`, { words: 'Bonjour à vous', who: 'Léa', address: 'lea@example.org' }, 'Bonjour à vous</textarea>'],
    ];
    for (const [who, path, fields, kept] of forms) {
      const sinceIn = (text) => /name="since" value="(\d+\.[0-9a-f]{32})"/.exec(text)[1];
      const since = sinceIn((await who.look(path)).text);
      const soon = await who.send(path, { ...fields, since });
      assert.equal(soon.status, 422, path);
      assert.match(soon.text, /C’est parti bien vite/);
      assert.ok(soon.text.includes(kept), `${path}: what was typed stays`);
      assert.equal(sinceIn(soon.text), since, 'the time goes on');
      const [at, digest] = since.split('.');
      for (const forged of ['', 'x', `${at - 10000}.${digest}`, `${at}.`, `${at - 10000}`, `-1.${digest}`]) {
        const refused = await who.send(path, { ...fields, since: forged });
        assert.equal(refused.status, 422, forged);
        assert.match(refused.text, /ouverte depuis longtemps/);
        assert.notEqual(sinceIn(refused.text), forged);
      }
    }
    const member = await signIn(slow, 'member@example.org');
    assert.equal((await member.send(`/entries/${id}/flag`, { reason: 'gone' })).status, 303, 'an account is not asked');
  } finally {
    await slow.stop();
  }
});
