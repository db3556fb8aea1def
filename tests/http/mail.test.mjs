// Letters from the real program to a real mail server (aiosmtpd), as its administrator would try them.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AGORA, agora, start, temporaryFolder } from './harness.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const PYTHON = '/usr/bin/python3'; // Debian's, which has python3-aiosmtpd
const WAIT_MS = 20_000;

// A mail server; `event(match)` gives the first event that fits, now or later.
async function mailServer(...words) {
  const child = spawn(PYTHON, ['-W', 'ignore', join(HERE, 'smtp_server.py'), ...words.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] });
  process.on('exit', () => child.kill('SIGKILL'));
  const events = [];
  let waiting = [];
  let rest = '';
  child.stdout.on('data', (bytes) => {
    const lines = (rest + bytes).split('\n');
    rest = lines.pop();
    for (const line of lines) events.push(JSON.parse(line));
    waiting = waiting.filter((look) => !look());
  });
  // `count`: as many of them.
  const event = ({ count = 1, ...match }) =>
    new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`no ${JSON.stringify(match)} in ${JSON.stringify(events.map((each) => ({ ...each, source: undefined })))}`)), WAIT_MS);
      const look = () => {
        const found = events.filter((each) => Object.entries(match).every(([key, value]) => each[key] === value))[count - 1];
        if (found) {
          clearTimeout(timer);
          done(found);
        }
        return Boolean(found);
      };
      if (!look()) waiting.push(look);
    });
  const ended = new Promise((done) => child.once('exit', done));
  const server = { event, events, say: (line) => child.stdin.write(`${line}\n`), stop: () => (child.ref(), child.kill('SIGKILL'), ended) };
  // Whoever waits for an event holds the process; the server itself does not.
  const started = await Promise.race([event({ event: undefined }), ended]);
  if (!started?.port) throw new Error('no mail server; is python3-aiosmtpd there?');
  child.unref();
  child.stdout.unref();
  child.stdin.unref();
  return Object.assign(server, { port: started.port });
}

// An instance that was opened once, so that each test has its own without waiting for its first start.
const made = temporaryFolder();
const newFolder = () => {
  const folder = temporaryFolder();
  cpSync(made, folder, { recursive: true });
  return folder;
};
const write = (folder, to, ...more) => {
  const done = agora('mail', '--data', folder, '--test', to, ...more);
  assert.equal(done.status, 0, done.stderr);
};
// "STATE tries SAID" of an address, once it is what is waited for. Asked of the store, since a command for each
// look would take most of the time.
async function letter(folder, to, state) {
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const { stdout } = spawnSync('sqlite3', ['-readonly', '-cmd', '.timeout 5000', join(folder, 'agora.db'),
      `SELECT CASE state WHEN 0 THEN 'waits' WHEN 1 THEN 'sent' ELSE 'failed' END, tries, said FROM mail_message WHERE address = '${to}'`],
      { encoding: 'utf8' });
    if (state.test(stdout)) return stdout;
    if (Date.now() > until) assert.fail(`${to}: ${stdout}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
const settings = (port, ...more) =>
  [`smtp_url = smtp://127.0.0.1:${port}`, 'mail_from = no-reply@agora.example', 'smtp_retry_s = 1', ...more, ''].join('\n');
const serve = (text, folder = newFolder()) => start({ folder, settings: text });
const source = (event) => Buffer.from(event.source, 'base64').toString('latin1');

describe('mail', () => {
  const folder = temporaryFolder();
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const password = join(folder, 'password');
  const userSettings = ['smtp_user = agora', `smtp_password_file = ${password}`];
  let secure, plain;
  before(async () => {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    writeFileSync(password, 'très secret\n', { mode: 0o600 });
    const first = await start({ folder: made });
    await first.stop();
    secure = await mailServer('--cert', cert, '--key', key, '--auth', 'agora:très secret');
    plain = await mailServer();
  });
  after(() => Promise.all([secure.stop(), plain.stop()]));

  test('goes over STARTTLS with a password from a file, and is taken by a server that asks for both', async () => {
    const server = await serve(settings(secure.port, ...userSettings, `smtp_ca_file = ${cert}`, 'site_name = Agora d’été'));
    write(server.folder, 'bob@example.org');
    const taken = await secure.event({ event: 'accepted', to: 'bob@example.org' });
    assert.equal(taken.tls, true);
    assert.equal(taken.user, 'agora');
    assert.equal(taken.from, 'no-reply@agora.example');
    assert.equal(taken.ehlo, 'agora.example');
    await letter(server.folder, 'bob@example.org', /^sent/);
    assert.match(agora('mail', '--data', server.folder).stdout, /sent +test +bob@example\.org\nletters that wait: 0\n/);
    assert.ok(!existsSync(join(server.folder, 'mail')));
    await server.stop();
    assert.doesNotMatch(server.said(), /bob|très secret/);
  });

  test('without a certificate that is trusted neither letter nor password goes, and the log says why', async () => {
    const server = await serve(settings(secure.port, ...userSettings));
    write(server.folder, 'untrusted@example.org');
    assert.match(await letter(server.folder, 'untrusted@example.org', /[1-9]/), /^waits.*certificate/i);
    await server.stop();
    assert.match(server.said(), /level=warn .*letters wait: the mail server does not take them.*certificate/i);
    assert.ok(!secure.events.some((event) => event.to?.startsWith('untrusted')));
  });

  test('a wrong password is no fault of the letter', async () => {
    const server = await serve(settings(secure.port, 'smtp_user = agora', 'smtp_password = wrong', `smtp_ca_file = ${cert}`));
    write(server.folder, 'wrong@example.org');
    await secure.event({ event: 'refused', reply: '535' });
    assert.match(await letter(server.folder, 'wrong@example.org', /535|denied/i), /^waits/);
    await server.stop();
  });

  test('a server without TLS is given nothing while smtp_tls is required', async () => {
    const server = await serve(settings(plain.port));
    write(server.folder, 'clear@example.org');
    await letter(server.folder, 'clear@example.org', /^waits.[1-9]/);
    await server.stop();
    assert.ok(!plain.events.some((event) => event.to?.startsWith('clear')));
  });

  test('4xx is tried again, 5xx is not: whose fault it is stands with the letter; a domain of another script goes in ASCII', async () => {
    const server = await serve(settings(plain.port, 'smtp_tls = off', 'smtp_connections = 1'));
    write(server.folder, 'grey@example.org,unknown@example.org,spam@example.org,policy@example.org,zoe@bücher.example');
    const grey = () => plain.events.filter((event) => event.to === 'grey@example.org').map((event) => event.event);
    assert.match(await letter(server.folder, 'unknown@example.org', /^failed/), /550 5\.1\.1/);
    assert.match(await letter(server.folder, 'spam@example.org', /^failed/), /554 5\.6\.0/);
    assert.match(await letter(server.folder, 'policy@example.org', /^failed/), /550 5\.7\.1/);
    const taken = await plain.event({ event: 'accepted', to: 'zoe@xn--bcher-kva.example' });
    assert.match(source(taken), /\r\nTo: <zoe@xn--bcher-kva\.example>\r\n/);
    await plain.event({ event: 'accepted', to: 'grey@example.org' });
    assert.deepEqual(grey(), ['refused', 'accepted']);
    for (const to of ['unknown', 'policy', 'spam']) {
      assert.equal(plain.events.filter((event) => event.to === `${to}@example.org`).length, 1);
    }
    await letter(server.folder, 'grey@example.org', /^sent/);
    // The process that sends is ended from outside: it is started again, and the next letter goes.
    const childOf = (pid) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
    const speaker = childOf(childOf(server.pid));
    assert.ok(speaker > 0);
    process.kill(speaker, 'SIGKILL');
    write(server.folder, 'second@example.org');
    await plain.event({ event: 'accepted', to: 'second@example.org' });
    assert.notEqual(childOf(childOf(server.pid)), speaker);
    await server.stop();
    assert.doesNotMatch(server.said(), /example\.org/);
  });

  test('a server that hangs costs its time and no letter; the program still ends at once', async () => {
    const server = await serve(settings(plain.port, 'smtp_tls = off', 'smtp_timeout_s = 1'));
    write(server.folder, 'hang@example.org');
    assert.match(await letter(server.folder, 'hang@example.org', /^waits.[1-9]/), /./);
    assert.equal((await fetch(server.url)).status, 200);
    await server.stop();

    const count = plain.events.filter((event) => event.event === 'hangs').length + 1;
    const again = await serve(settings(plain.port, 'smtp_tls = off', 'smtp_timeout_s = 600'), server.folder);
    await plain.event({ event: 'hangs', count });
    const from = process.hrtime.bigint();
    await again.stop();
    assert.ok(process.hrtime.bigint() - from < 5_000_000_000n);
    await letter(server.folder, 'hang@example.org', /^waits/);
  });

  test('a letter that the server is silent about holds none of the others; it alone is tried later, and that counts', async () => {
    const server = await serve(settings(plain.port, 'smtp_tls = off', 'smtp_timeout_s = 4', 'smtp_connections = 2'));
    const hangs = plain.events.filter((event) => event.event === 'hangs').length;
    write(server.folder, 'hang-first@example.org');
    await plain.event({ event: 'hangs', count: hangs + 1 });
    const others = ['o1', 'o2', 'o3'].map((name) => `${name}@example.org`);
    write(server.folder, others.join());
    for (const to of others) await letter(server.folder, to, /^sent/);
    assert.match(await letter(server.folder, 'hang-first@example.org', /^waits.[1-9]/), /^waits.1/);
    write(server.folder, 'o4@example.org');
    await letter(server.folder, 'o4@example.org', /^sent/);
    await server.stop();
    assert.doesNotMatch(server.said(), /letters wait/);
  });

  test('each connection has a process of its own: one that is ended in the middle of its letter is made anew, the others go on', async () => {
    const server = await serve(settings(plain.port, 'smtp_tls = off', 'smtp_connections = 2'));
    const children = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
    const keeper = children(server.pid)[0];
    const speakers = children(keeper);
    assert.equal(speakers.length, 2);
    for (const pid of speakers) process.kill(pid, 'SIGKILL');
    write(server.folder, 'p1@example.org,p2@example.org');
    for (const to of ['p1@example.org', 'p2@example.org']) await letter(server.folder, to, /^sent/);
    assert.ok(children(keeper).every((pid) => !speakers.includes(pid)));
    await server.stop();
  });

  test('a server that allows fewer connections than we would like gets all letters over those', async () => {
    const narrow = await mailServer('--connections', '1', '--ms', '30');
    const server = await serve(settings(narrow.port, 'smtp_tls = off', 'smtp_connections = 3'));
    const all = Array.from({ length: 8 }, (_, i) => `n${i}@example.org`);
    write(server.folder, all.join());
    for (const to of all) await letter(server.folder, to, /^sent/);
    await server.stop();
    assert.doesNotMatch(server.said(), /letters wait/);
    await narrow.stop();
  });

  test('while the server is gone letters wait; when it is back they all go, each once', async () => {
    const gone = await mailServer();
    await gone.stop();
    const server = await serve(settings(gone.port, 'smtp_tls = off'));
    const all = ['a', 'b', 'c'].map((name) => `${name}@example.org`);
    write(server.folder, all.join());
    await letter(server.folder, all[0], /^waits.[1-9]/);
    const back = await mailServer('--port', gone.port);
    for (const to of all) await back.event({ event: 'accepted', to });
    for (const to of all) await letter(server.folder, to, /^sent/);
    assert.deepEqual(back.events.slice(1).map((event) => event.to).sort(), all);
    await server.stop();
    assert.match(server.said(), /the mail server takes letters again/);
    await back.stop();
  });

  test('the queue survives kill -9, also of a letter on its way; who gets it twice sees that it is one', async () => {
    const server = await serve(settings(plain.port, 'smtp_tls = off'));
    write(server.folder, 'slow@example.org,next@example.org');
    await plain.event({ event: 'slow' });
    await letter(server.folder, 'next@example.org', /^sent/); // it does not wait for the slow one
    await server.kill();
    plain.say('now'); // the mail server takes what it had
    const first = await plain.event({ event: 'accepted', to: 'slow@example.org' });
    const again = await start({ folder: server.folder });
    await plain.event({ event: 'slow', count: 2 });
    plain.say('now');
    for (const to of ['slow', 'next']) await letter(server.folder, `${to}@example.org`, /^sent/);
    const second = await plain.event({ event: 'accepted', to: 'slow@example.org', count: 2 });
    await plain.event({ event: 'accepted', to: 'next@example.org' });
    const identity = (event) => /\r\nMessage-ID: (<\d+\.[0-9a-f]{16}@agora\.example>)\r\n/.exec(source(event))[1];
    assert.equal(identity(first), identity(second));
    assert.equal(plain.events.filter((event) => event.to === 'next@example.org').length, 1);
    await again.stop();
  });

  // RULE MAIL-1, RULE MAIL-3
  test('without a mail server letters are files for their owner alone, and the log says so once', async () => {
    const server = await start({ folder: newFolder() });
    await fetch(server.url, { headers: { host: 'evil.example' } });
    write(server.folder, 'a@example.org,b@example.org', '--language', 'en');
    for (const to of ['a@example.org', 'b@example.org']) await letter(server.folder, to, /^sent/);
    await server.stop();
    assert.equal(server.said().match(/letters become files/g).length, 1);
    const files = readdirSync(join(server.folder, 'mail'));
    assert.equal(files.length, 2);
    for (const file of files) {
      assert.match(file, /^\d+\.eml$/);
      assert.equal(statSync(join(server.folder, 'mail', file)).mode & 0o777, 0o600);
      assert.match(readFileSync(join(server.folder, 'mail', file), 'utf8'), /Subject: A letter from Agora, to try\r\n[^]*http:\/\/127\.0\.0\.1:\d+\r\n/);
    }
  });

  test('settings that do not go together are told, by the check and by the start', () => {
    const folder = newFolder();
    const cases = [
      ['smtp_url = smtp://127.0.0.1:25\n', /mail_from is empty/],
      ['smtp_url = smtp://127.0.0.1:25\nmail_from = a@b.example\nsmtp_user = x\n', /smtp_user has no password/],
      ['smtp_password = x\nsmtp_password_file = y\n', /keep one of them/],
      ['smtp_url = smtp://user@127.0.0.1\n', /smtp_url must be like smtp:/],
      ['mail_from = nobody\n', /mail_from must be one e-mail address/],
    ];
    for (const [text, said] of cases) {
      writeFileSync(join(folder, 'agora.conf'), text);
      const check = agora('config', '--check', '--data', folder);
      assert.equal(check.status, 1, text);
      assert.match(check.stdout + check.stderr, said);
    }
    writeFileSync(join(folder, 'agora.conf'), cases[0][0]);
    const started = spawnSync(AGORA, ['serve', '--data', folder, '--listen', '127.0.0.1:0'], { encoding: 'utf8', timeout: WAIT_MS });
    assert.equal(started.status, 2);
    assert.match(started.stderr, cases[0][1]);
    writeFileSync(join(folder, 'agora.conf'), '');
    const wrong = agora('mail', '--data', folder, '--test', 'nobody');
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /this is no e-mail address/);
  });
});

describe('a letter, read by another program', () => {
  const letters = resolve(dirname(AGORA), 'tests/unit/mail/write_letters');
  const mo = resolve(dirname(AGORA), 'src/app/en.mo');
  const readBack = `
import email, email.policy, json, sys
for line in sys.stdin:
    want = json.loads(line)
    source = bytes.fromhex(want["source"])
    assert source.count(b"\\n") == source.count(b"\\r\\n") and source.replace(b"\\r\\n", b"").count(b"\\r") == 0
    head = source.split(b"\\r\\n\\r\\n")[0]
    # A link to leave by may not be folded; all else is.
    long = [each for each in source.split(b"\\r\\n") if len(each) > 76 and not each.startswith(b"List-Unsubscribe: ")]
    assert not [each for each in long if not each.startswith(b"Content-Type: multipart")], long
    mail = email.message_from_bytes(source, policy=email.policy.SMTP)
    assert not mail.defects, mail.defects
    for part in mail.walk():
        assert not part.defects, part.defects
        for name, value in part.items():
            assert not value.defects, (name, value.defects)
    local, domain = want["to"].split("@")
    assert str(mail["Subject"]) == want["subject"], (str(mail["Subject"]), want["subject"])
    assert mail["To"].addresses[0].addr_spec == local + "@" + domain.encode("idna").decode(), mail["To"]
    assert mail["To"].addresses[0].display_name == want["to_name"], mail["To"].addresses
    if want["reply"]:
        assert mail["Reply-To"].addresses[0].addr_spec == "zoe@xn--bcher-kva.example", mail["Reply-To"]
    else:
        assert mail["Reply-To"] is None
    assert mail["From"].addresses[0].addr_spec == "no-reply@agora.example"
    assert mail["From"].addresses[0].display_name == want["from_name"]
    assert mail["Date"].datetime.isoformat() == "2026-11-22T09:31:03+00:00", mail["Date"].datetime
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].startswith("<1") and len(mail.get_all("Message-ID")) == 1
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text.get_content().replace("\\r\\n", "\\n") == want["text"], (text.get_content(), want["text"])
    assert html.get_content().replace("\\r\\n", "\\n") == want["html"]
    assert "<script" not in want["html"] and "<b>" not in want["html"]
    # RULE MAIL-4
    leave = [name for name in mail.keys() if name.lower().startswith("list-")]
    if want["leave"]:
        assert mail["List-Unsubscribe"] == "<https://agora.example" + want["leave"] + ">", mail["List-Unsubscribe"]
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["List-Id"] == "<" + want["letter"] + ".agora.example>"
        assert want["leave"] in want["text"]
    else:
        assert leave == [], leave
    print(want["letter"])
`;
  for (const language of ['fr', 'en']) {
    test(`has the same headers, subject and bodies: every letter, ${language}`, { skip: existsSync(letters) ? false : 'the letters are not built' }, () => {
      const written = execFileSync(letters, [language, mo], { maxBuffer: 1 << 26 });
      const read = spawnSync(PYTHON, ['-c', readBack], { input: written, encoding: 'utf8' });
      assert.equal(read.status, 0, read.stderr);
      const names = written.toString().trim().split('\n').map((line) => JSON.parse(line).letter);
      assert.ok(names.includes('sign-in'));
      assert.deepEqual(read.stdout.trim().split('\n'), names);
    });
  }
});
