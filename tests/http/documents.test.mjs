// Documents: taken in, given out as files, taken away, and what somebody unkind may send as one.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';

import { agora, letterTo, signIn, start, temporaryFolder, visitor } from './harness.mjs';

const DOCUMENT_TRY = 12; // person_try.what

let server;
before(async () => {
  server = await start();
});
after(() => server.stop());
const tries = (count) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(server.folder, 'agora.db'), `UPDATE person_try SET count = ${count} WHERE what = ${DOCUMENT_TRY}`]);
beforeEach(() => tries(0));

// ---- documents ----

const pdf = (words) => Buffer.from(`%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n% ${words}\ntrailer<</Root 1 0 R>>\n%%EOF\n`);
const table = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});
const checksum = (bytes) => crc32?.(bytes) ?? (bytes.reduce((crc, byte) => table[(crc ^ byte) & 255] ^ (crc >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;
/** A ZIP archive of [name, text, {stored, locked, localName}]. */
function zip(files) {
  const local = [];
  const directory = [];
  let at = 0;
  for (const [name, text, { stored = false, locked = false, localName = name } = {}] of files) {
    const data = Buffer.from(text);
    const packed = stored ? data : deflateRawSync(data);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(locked ? 1 : 0, 2);
    head.writeUInt16LE(stored ? 0 : 8, 4);
    head.writeUInt32LE(checksum(data), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(at, 10);
    const whole = Buffer.concat([Buffer.from('PK\x03\x04'), head, Buffer.from(localName), packed]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), head, entry, Buffer.from(name)]));
    local.push(whole);
    at += whole.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.reduce((sum, { length }) => sum + length, 0), 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...local, ...directory, Buffer.from('PK\x05\x06'), end]);
}
const odf = (type, ...more) => zip([['mimetype', `application/vnd.oasis.opendocument.${type}`, { stored: true }], ['content.xml', '<office/>'], ...more]);
const types = (part) => `<?xml version="1.0"?><Types><Override PartName="/m.xml" ContentType="${part}"/></Types>`;
const ooxml = (part, ...more) => zip([['[Content_Types].xml', types(part)], ['m.xml', '<m/>'], ...more]);
const OFFICE = 'application/vnd.openxmlformats-officedocument.';
const WORD = `${OFFICE}wordprocessingml.document.main+xml`;

// ---- a draft and its documents ----

const WHAT = { title: 'Les statuts du verger', summary: 'On plante des pommiers.', kind: 'initiative', state: 'begun' };

async function draftOf(who) {
  const { location } = await who.send('/add', { kind: 'initiative' });
  const draft = location.replace(/\/what$/, '');
  assert.equal((await who.send(`${draft}/what`, WHAT)).status, 303);
  assert.equal((await who.send(`${draft}/where`, { where: 'Chambéry (73)', precision: 'exact' })).status, 303);
  return draft;
}
function sendDocuments(who, draft, files, fields = {}) {
  const sent = new FormData();
  for (const [name, value] of Object.entries(fields)) sent.append(name, value);
  for (const [name, bytes, type] of files) sent.append('document', new Blob([bytes], { type: type ?? 'application/pdf' }), name);
  return who.send(`${draft}/documents`, sent);
}
const NAME = /\/media\/([0-9a-f]{32}-\d+\.[a-z]+)"/g;
const namesIn = (text) => [...new Set([...text.matchAll(NAME)].map(([, name]) => name))];
const fault = (text) => /id="document-fault">([^<]*)/.exec(text)?.[1];
const key = (what, name) => `${what}-${name.slice(0, 8)}`;

async function publish(who, draft, address) {
  const sent = await who.send(`${draft}/check`, { charter: 1, ...(address ? { address } : {}) });
  assert.equal(sent.status, 303);
  if (!address) return sent.location;
  const link = new URL(/http:\S+\/contributions\/\S+/.exec(await letterTo(server, address))[0]).pathname;
  assert.equal((await who.send(link, { do: 'confirm' })).status, 303);
  return /href="(\/entries\/[^"]+)"/.exec((await who.look(link)).text)?.[1];
}

test('RULE DOCUMENT-2: a document is given out as a file and nothing else, once its entry is shown', async () => {
  const lea = visitor(server);
  const draft = await draftOf(lea);
  assert.equal((await lea.send(`${draft}/more`, { do: 'documents', description: 'Gardé.' })).location, `${draft}/documents`);
  const bytes = pdf('les statuts');
  assert.equal((await sendDocuments(lea, draft, [['statuts_2026.pdf', bytes]])).location, `${draft}/documents`);
  const page = (await lea.look(`${draft}/documents`)).text;
  const [name] = namesIn(page);
  assert.match(name, new RegExp(`^[0-9a-f]{32}-${bytes.length}\\.pdf$`));
  assert.match(page, /value="statuts 2026"/);
  assert.equal((await lea.look(`${draft}/media/${name}`)).status, 200);
  assert.equal((await visitor(server).look(`/media/${name}`)).status, 404, 'not shown yet');
  const untitled = await lea.send(`${draft}/documents`, { [key('title', name)]: ' ' });
  assert.equal(untitled.status, 422);
  assert.match(untitled.text, /Donnez un titre/);
  const kept = await lea.send(`${draft}/documents`, { [key('title', name)]: 'Statuts de l’été <b>', [key('licence', name)]: 'etalab-2.0' });
  assert.equal(kept.location, `${draft}/check`);
  assert.equal((await lea.send(`${draft}/photos`, { do: 'documents' })).location, `${draft}/documents`);
  assert.equal((await lea.send(`${draft}/documents`, { do: 'back' })).location, `${draft}/more`);
  assert.match((await lea.look(`${draft}/check`)).text, new RegExp(name));
  const path = await publish(lea, draft, 'lea-document@example.org');

  const html = await (await fetch(server.url + path)).text();
  assert.match(html, new RegExp(`<a href="/media/${name}" download>Statuts de l’été &lt;b&gt;</a> <small>\\(PDF, 1 Ko\\) · <a rel="license`));
  const answer = await fetch(`${server.url}/media/${name}`);
  assert.equal(answer.status, 200);
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes);
  assert.equal(answer.headers.get('content-type'), 'application/pdf');
  assert.equal(answer.headers.get('content-length'), String(bytes.length));
  assert.equal(answer.headers.get('content-disposition'), 'attachment; filename="statuts-de-l-ete-b.pdf"');
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  assert.match(answer.headers.get('content-security-policy'), /default-src 'none'.*; sandbox/);
  const head = await fetch(`${server.url}/media/${name}`, { method: 'HEAD' });
  assert.equal(head.headers.get('content-length'), String(bytes.length));
  const again = await fetch(`${server.url}/media/${name}`, { headers: { 'if-none-match': answer.headers.get('etag') } });
  assert.equal(again.status, 304);

  const id = /\/entries\/(\d+)/.exec(path)[1];
  const [said] = (await (await fetch(`${server.url}/api/v1/entries/${id}`)).json()).media;
  assert.deepEqual(said, { kind: 'document', url: `${server.url}/media/${name}`, title: 'Statuts de l’été <b>', licence: 'etalab-2.0', media_type: 'application/pdf', bytes: bytes.length });
});

test('all kinds are told by their bytes, under whatever name they come', async () => {
  const who = visitor(server);
  const draft = await draftOf(who);
  const files = [
    ['a.exe', odf('text')], ['b', odf('spreadsheet')], ['c.pdf', odf('presentation')],
    ['d.zip', ooxml(WORD)], ['e.doc', ooxml(`${OFFICE}spreadsheetml.sheet.main+xml`)], ['f.html', Buffer.from('Élan, 1 < 2\n')],
  ];
  assert.equal((await sendDocuments(who, draft, files)).status, 303);
  const names = namesIn((await who.look(`${draft}/documents`)).text);
  assert.deepEqual(names.map((name) => name.split('.')[1]), ['odt', 'ods', 'odp', 'docx', 'xlsx', 'txt']);
  const seventh = await sendDocuments(who, draft, [['g.pptx', ooxml(`${OFFICE}presentationml.presentation.main+xml`)]]);
  assert.match(fault(seventh.text), /Six documents suffisent/);
  await who.send(`${draft}/documents`, { do: key('drop', names[0]) });
  assert.equal((await sendDocuments(who, draft, [['g.pptx', ooxml(`${OFFICE}presentationml.presentation.main+xml`)]])).status, 303);
  assert.match(namesIn((await who.look(`${draft}/documents`)).text)[5], /\.pptx$/);
  assert.equal((await who.look(`${draft}/media/${names[0]}`)).status, 404, 'not of this draft any more');
});

describe('RULE DOCUMENT-1: what is no document, or holds a program, is refused with a reason', () => {
  const refusals = [
    ['a web page with the name of a PDF', Buffer.from('<!doctype html><script>alert(1)</script>'), /page web/],
    ['an SVG with a script after a byte order mark', Buffer.from('\ufeff \n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), /page web/],
    ['a shell script', Buffer.from('#!/bin/sh\nrm -rf ~\n'), /page web ou un programme/],
    ['a program', Buffer.from('\x7fELF\x02\x01\x01\x00', 'latin1'), /n’est pas un document/],
    ['text that is not UTF-8', Buffer.from('\xe9t\xe9', 'latin1'), /n’est pas un document/],
    ['a Word document with macros', ooxml('application/vnd.ms-word.document.macroEnabled.main+xml', ['word/vbaProject.bin', 'x']), /macros/],
    ['macros behind the types of a plain document', ooxml(WORD, ['word/VBAPROJECT.BIN', 'x']), /macros/],
    ['an ODF with Basic', odf('text', ['Basic/Standard/Module1.xml', '<x/>']), /macros/],
    ['a locked archive', zip([['[Content_Types].xml', types(WORD), { locked: true }]]), /mot de passe/],
    ['Office before 2007', Buffer.from('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more', 'latin1'), /ancien format/],
    ['any other archive', zip([['run.jar', 'x']]), /n’est pas un document/],
    ['a file that its directory calls by another name', zip([['mimetype', 'application/vnd.oasis.opendocument.text', { stored: true }], ['content.xml', '<x/>', { localName: 'Basic/x.xml' }]]), /abîmé/],
    ['a PDF that is cut off', pdf('x').subarray(0, 40), /abîmé/],
    ['an archive that is cut off', odf('text').subarray(0, 120), /abîmé/],
    ['an archive behind a web page', Buffer.concat([Buffer.from('<script>alert(1)</script>'), odf('text')]), /n’est pas un document/],
    ['twenty-one megabytes', Buffer.concat([pdf('x'), Buffer.alloc(21 << 20, 32)]), /20 Mo/],
    ['nothing at all', Buffer.alloc(0), /n’est pas un document/],
  ];
  for (const [what, bytes, reason] of refusals) {
    test(what, async () => {
      const who = visitor(server);
      const draft = await draftOf(who);
      await sendDocuments(who, draft, [['first.pdf', pdf('the first')]]);
      const { status, text } = await sendDocuments(who, draft, [['statuts.pdf', bytes]]);
      assert.equal(status, 422);
      assert.match(fault(text), reason);
      assert.equal(namesIn(text).length, 1, 'what was there stays');
    });
  }
});

test('of several documents the refused ones are told by their names, and the others are taken', async () => {
  const who = visitor(server);
  const draft = await draftOf(who);
  const { status, text } = await sendDocuments(who, draft, [['bon.pdf', pdf('good')], ['coupé <1>.pdf', pdf('x').subarray(0, 40)], ['vieux.doc', Buffer.from('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more', 'latin1')]]);
  assert.equal(status, 422);
  const [, beside] = /id="document-fault">(.*?)<\/p>/.exec(text);
  assert.match(beside, /^«\u202fcoupé &lt;1&gt;\.pdf\u202f»\u00a0: Ce document est abîmé.*<br>«\u202fvieux\.doc\u202f»\u00a0: Ce document est d’un ancien format/);
  assert.equal(text.match(/<li><a href="#document">«/g).length, 2, 'both are in the summary');
  assert.match(text, /value="bon"/);
  const many = await sendDocuments(who, draft, [1, 2, 3, 4, 5, 6, 7].map((n) => [`${n}.pdf`, pdf('x').subarray(0, 40)]));
  assert.match(many.text, /Six fichiers à la fois/);
  const none = await draftOf(who);
  const full = await sendDocuments(who, none, [1, 2, 3, 4, 5, 6, 7].map((n) => [`${n}.pdf`, pdf(`number ${n}`)]));
  assert.match(fault(full.text), /Six documents suffisent/);
  assert.equal(namesIn(full.text).length, 6);
});

test('without any document the way back is open, and the way on is a button of its own', async () => {
  const who = visitor(server);
  const draft = await draftOf(who);
  assert.match(fault((await who.send(`${draft}/documents`, {})).text), /Choisissez au moins un document/);
  assert.equal((await who.send(`${draft}/documents`, { do: 'back' })).location, `${draft}/more`);
  assert.equal((await who.send(`${draft}/documents`, { do: 'on' })).location, `${draft}/check`);
});

test('RULE DOCUMENT-3: sixty megabytes are enough for an entry', async () => {
  const who = visitor(server);
  const draft = await draftOf(who);
  const heavy = (n) => Buffer.concat([pdf(`number ${n}`), Buffer.alloc((19 << 20) + n, 32), Buffer.from('%%EOF\n')]);
  for (const n of [1, 2, 3]) assert.equal((await sendDocuments(who, draft, [[`${n}.pdf`, heavy(n)]])).status, 303);
  const fourth = await sendDocuments(who, draft, [['4.pdf', heavy(4)]]);
  assert.equal(fourth.status, 422);
  assert.match(fault(fourth.text), /60 Mo/);
  assert.equal(namesIn(fourth.text).length, 3);
});

test('a network that has sent its share of the day sends no more', async () => {
  const who = visitor(server);
  const draft = await draftOf(who);
  tries(40);
  const { status, text } = await sendDocuments(who, draft, [['a.pdf', pdf('a')]]);
  tries(0);
  assert.equal(status, 422);
  assert.match(fault(text), /Beaucoup de documents/);
});

test('a document that was taken out of its entry, or whose entry is held, is given to nobody', async () => {
  const noe = await signIn(server, 'noe-document@example.org');
  const draft = await draftOf(noe);
  await sendDocuments(noe, draft, [['a.pdf', pdf('of noe')], ['b.txt', Buffer.from('À lire.')]]);
  const [first, second] = namesIn((await noe.look(`${draft}/documents`)).text);
  const id = /\/entries\/(\d+)/.exec(await publish(noe, draft))[1];
  const status = async (name) => (await fetch(`${server.url}/media/${name}`)).status;
  assert.deepEqual([await status(first), await status(second)], [200, 200]);
  const { headers } = await fetch(`${server.url}/media/${second}`);
  assert.deepEqual([headers.get('content-type'), headers.get('content-disposition')], ['text/plain; charset=utf-8', 'attachment; filename="b.txt"']);
  const change = (await noe.send(`/entries/${id}/edit`)).location.replace(/\/what$/, '');
  await noe.send(`${change}/documents`, { do: key('drop', first) });
  assert.equal((await noe.send(`${change}/check`, { charter: 1, reason: 'Le trésorier ne veut pas.' })).status, 303);
  assert.deepEqual([await status(first), await status(second)], [404, 200]);

  const moderator = await signIn(server, 'mod-document@example.org');
  assert.equal(agora('user', '--data', server.folder, 'grant', 'mod-document@example.org', 'moderator').status, 0);
  const held = `/moderation/entries/${id}`;
  assert.equal((await moderator.look(`${held}/media/${second}`)).status, 200);
  assert.notEqual((await noe.look(`${held}/media/${second}`)).status, 200);
  assert.match((await moderator.look(held)).text, new RegExp(`href="${held}/media/${second}"`));
});

test('a file cannot bring back a document that was taken away', () => {
  const file = join(temporaryFolder(), 'in.json');
  writeFileSync(file, JSON.stringify([{ id: 'x', kind: 'idea', title: 'X', media: [{ kind: 'document', url: `/media/${'a'.repeat(32)}-10.pdf` }] }]));
  const { stdout, stderr } = agora('import', '--data', temporaryFolder(), '--source', 'x', file);
  assert.match(stdout + stderr, /rejected 1/);
});

test('an address that is no document’s opens nothing', async () => {
  const a = 'a'.repeat(32);
  for (const path of ['/media/x', `/media/${a}-10.pdf`, `/media/${a}-10.html`, `/media/${a}-010.pdf`, `/media/${a}-99999999.pdf`, '/media/..%2Fagora.db', `/media/${a}-10.pdf%2F..%2F..%2F..%2Fagora.db`]) {
    const { status } = await fetch(server.url + path);
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
  }
});

test('a backup holds the documents, and a restore brings them back as they were', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'b.tar.zst');
  assert.equal(agora('backup', '--data', server.folder, file).status, 0);
  const back = join(folder, 'back');
  assert.equal(agora('restore', '--data', back, file).status, 0);
  const files = (of) => readdirSync(join(of, 'media'), { recursive: true }).filter((name) => /-\d+\.[a-z]+$/.test(name)).sort();
  assert.ok(files(back).length > 5);
  assert.deepEqual(files(back), files(server.folder));
  for (const name of files(back)) assert.ok(readFileSync(join(back, 'media', name)).equals(readFileSync(join(server.folder, 'media', name))), name);
});

test('agora check finds a document that is another, missing, or that no book knows', () => {
  const file = readdirSync(join(server.folder, 'media'), { recursive: true }).filter((name) => name.endsWith('.txt')).map((name) => join(server.folder, 'media', name))[0];
  const check = () => agora('check', '--data', server.folder);
  assert.match(check().stdout, /pictures: 0, documents: [1-9]\d*, in \d+ files of \d+ bytes\n(.*\n)*sound/);
  const was = readFileSync(file);
  writeFileSync(file, Buffer.from(was).fill('x'));
  assert.match(check().stderr, /is not what was written: bring media\/ back from a backup/);
  writeFileSync(file, was);
  const strange = join(server.folder, 'media', 'index.html');
  mkdirSync(strange);
  writeFileSync(join(strange, 'x.html'), '<script>');
  const { status, stderr } = check();
  rmSync(strange, { recursive: true });
  assert.equal(status, 1);
  assert.match(stderr, /media\/index.html\/x.html is no file of this program: move it elsewhere/);
  assert.equal(check().status, 0);
});
