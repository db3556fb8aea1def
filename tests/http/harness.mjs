// The real program for tests: commands, a served data folder, bytes over a raw socket.
//
// AGORA names the executable (default build/agora). Nothing here sleeps: `start` waits for the line that
// tells the address, `raw` for the end of the connection.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
export const AGORA = resolve(process.env.AGORA ?? join(ROOT, 'build/agora'));
const START_MS = 60_000;
const SILENT_MS = 20_000;

const folders = [];
const servers = new Set();
process.on('exit', () => {
  servers.forEach((child) => child.kill('SIGKILL'));
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
});

// An empty folder that is gone when the file's tests have ended.
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'agora-test-'));
  folders.push(folder);
  return folder;
}

// Runs a command to its end: {status, stdout, stderr}.
export function agora(...words) {
  const done = spawnSync(AGORA, words, { encoding: 'utf8', timeout: START_MS, maxBuffer: 1 << 28 });
  if (done.error) throw done.error;
  return done;
}

// Imports entries (docs/entry-format.md) into a folder, beside a server or not; gives what the command says.
export function importEntries(folder, source, entries) {
  const file = join(folder, `import-${source}.json`);
  writeFileSync(file, JSON.stringify(entries));
  const done = agora('import', '--data', folder, '--source', source, file);
  if (done.status !== 0) throw new Error(`import: ${done.stderr}${done.stdout}`);
  return done.stdout;
}

// Serves a folder on a free port. Options: folder (default: a new one), demo (load it first), settings
// (lines of agora.conf), listen. Gives {url, port, folder, said(), stop()}; stop() ends it with SIGTERM and
// fails unless it leaves with status 0.
export async function start({ folder = temporaryFolder(), demo = false, settings = '', listen = '127.0.0.1:0' } = {}) {
  if (demo) {
    const done = agora('import', '--data', folder, '--demo');
    if (done.status !== 0) throw new Error(`import --demo: ${done.stderr}`);
  }
  if (settings) writeFileSync(join(folder, 'agora.conf'), settings);
  const child = spawn(AGORA, ['serve', '--data', folder, '--listen', listen, '--config', settingsFor(folder)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stderr.on('data', (bytes) => (output += bytes));
  servers.add(child);
  const ended = new Promise((done) =>
    child.once('exit', (status, signal) => {
      servers.delete(child);
      done({ status, signal });
    }),
  );
  const url = await new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`no address after ${START_MS} ms: ${output}`)), START_MS);
    child.stdout.on('data', (bytes) => {
      output += bytes;
      const found = /http:\/\/\S+?(?=\/?\s)/.exec(output);
      if (found) {
        clearTimeout(timer);
        done(found[0]);
      }
    });
    ended.then(({ status, signal }) => {
      clearTimeout(timer);
      fail(new Error(`ended before it served (${status ?? signal}): ${output}`));
    });
  });
  // A test that fails before it stops its server must not keep the file from ending.
  const held = [child, child.stdout, child.stderr];
  held.forEach((handle) => handle.unref());
  const end = async (signal) => {
    held.forEach((handle) => handle.ref());
    child.kill(signal);
    return ended;
  };
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid,
    folder,
    said: () => output,
    kill: () => end('SIGKILL'),
    stop: async () => {
      const { status, signal } = await end('SIGTERM');
      if (status !== 0) throw new Error(`left with ${status ?? signal}: ${output}`);
      // Whatever a test asks for is done inside the sandbox.
      if (output.includes('sandbox refused')) throw new Error(`needs what the sandbox refuses: ${output}`);
    },
  };
}

// The settings of a folder, and no pause before a form may be sent (RULE ROBOT-2) unless they name one.
function settingsFor(folder) {
  const own = join(folder, 'agora.conf');
  const text = existsSync(own) ? readFileSync(own, 'utf8') : '';
  const file = join(temporaryFolder(), 'agora.conf');
  writeFileSync(file, /^form_seconds/m.test(text) ? text : `${text}\nform_seconds = 0\n`);
  return file;
}

// Sends these bytes as they are and reads to the end of the connection:
// {status, headers (lower case; a list where there are several), body, text}. status 0: no answer at all.
export function raw(port, bytes) {
  return new Promise((done, fail) => {
    const chunks = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(bytes, 'latin1')));
    socket.setTimeout(SILENT_MS, () => {
      socket.destroy();
      fail(new Error(`the connection stays open in silence: ${JSON.stringify(bytes.slice(0, 200))}`));
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error) => (error.code === 'ECONNRESET' || error.code === 'EPIPE' ? finish() : fail(error)));
    socket.on('end', finish);
    function finish() {
      socket.destroy();
      done(parse(Buffer.concat(chunks).toString('latin1')));
    }
  });
}

function parse(text) {
  const end = text.indexOf('\r\n\r\n');
  const [first, ...lines] = (end < 0 ? text : text.slice(0, end)).split('\r\n');
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = name in headers ? [headers[name], value].flat() : value;
  }
  return {
    status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0),
    headers,
    body: end < 0 ? '' : text.slice(end + 4),
    text,
  };
}

// ---- people ----

// The text part of the newest letter to an address, once there is one more than `after` of them. Letters are files in
// FOLDER/mail as long as no mail server is set.
export async function letterTo(server, address, after = 0) {
  return plainText(await sourceTo(server, address, after));
}

// The same letter whole.
export async function sourceTo(server, address, after = 0) {
  const until = Date.now() + START_MS;
  for (;;) {
    const folder = join(server.folder, 'mail');
    const letters = existsSync(folder)
      ? readdirSync(folder).filter((name) => name.endsWith('.eml')).sort((one, other) => parseInt(one, 10) - parseInt(other, 10)).map((name) => readFileSync(join(folder, name), 'utf8'))
        .filter((text) => text.split(/\r?\n\r?\n/)[0].split(/\r?\nTo: /)[1]?.split(/\r?\n(?! )/)[0].includes(`<${address}>`))
      : [];
    if (letters.length > after) return letters.at(-1);
    if (Date.now() > until) throw new Error(`no letter to ${address}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

function plainText(letter) {
  const part = letter.split(/\r?\n--/).find((one) => /Content-Type: text\/plain/.test(one));
  const body = part.slice(part.search(/\r?\n\r?\n/));
  const bytes = body.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

// A browser without pictures: keeps cookies, posts forms from this site. `send` and `look` give {status, location, text, headers}.
export function visitor(server) {
  const cookies = new Map();
  const ask = async (path, options) => {
    const answer = await fetch(server.url + path, { redirect: 'manual', ...options, headers: {
      ...(cookies.size > 0 ? { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {}), ...options.headers } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/Max-Age=0\b/.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return { status: answer.status, location: answer.headers.get('location'), headers: answer.headers, text: await answer.text() };
  };
  return {
    cookies,
    look: (path, headers = {}) => ask(path, { headers }),
    send: (path, fields = {}, headers = { Origin: server.url }) => ask(path, { method: 'POST', body: fields instanceof FormData ? fields : new URLSearchParams(fields), headers }),
  };
}

// Signs in by the letter's code; makes the account when there is none.
export async function signIn(server, address, who = visitor(server), letters = 0) {
  await who.send('/sign-in', { address });
  const [, code] = /^ {4}([A-Z2-9]{8})\r?$/m.exec(await letterTo(server, address, letters));
  const came = await who.send('/sign-in/code', { code });
  if (came.status !== 303) throw new Error(`not signed in: ${came.status}`);
  return who;
}

// A team that runs an entry, as its store has it: the first person leads.
export function teamOf(folder, entry, people) {
  const member = (person, i) => `INSERT INTO team_member VALUES (${entry}, ${person}, ${i === 0 ? 2 : 1}, ${i});`;
  teamOf.sql(folder, `BEGIN IMMEDIATE; INSERT INTO team VALUES (${entry}, '', 0); ${people.map(member).join(' ')}
    INSERT INTO team_entry VALUES (${entry}, ${entry}, 0); COMMIT;`);
}
teamOf.sql = (folder, statements) => {
  const done = spawnSync('sqlite3', ['-bail', '-cmd', '.timeout 20000', join(folder, 'agora.db'), statements], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`sqlite3: ${done.stderr}`);
  return done.stdout.trim();
};
