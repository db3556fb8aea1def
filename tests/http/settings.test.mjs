// agora.conf: what is documented is what there is; a file is checked as a whole.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { agora, start, temporaryFolder } from './harness.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');

// A file of these lines, checked: {status, lines} of both streams.
function check(text, folder = temporaryFolder()) {
  const file = join(folder, 'agora.conf');
  writeFileSync(file, text);
  const done = agora('config', '--check', '--data', folder);
  return { status: done.status, text: (done.stdout + done.stderr).replaceAll(`${file}: `, ''), stderr: done.stderr };
}

describe('settings', () => {
  test('docs/settings.md has every key with its default, and no other', () => {
    const printed = Object.fromEntries(agora('config').stdout.match(/^#[a-z_]+ = .*$/gm).map((line) => line.slice(1).split(/ = ?/)));
    const documented = Object.fromEntries(
      [...readFileSync(join(ROOT, 'docs/settings.md'), 'utf8').matchAll(/^\| `([a-z_]+)` \| (?:`(.*?)`)? ?\|/gm)].map(([, key, value]) => [key, value ?? '']),
    );
    assert.deepEqual(documented, printed);
    assert.ok(Object.keys(printed).length >= 20);
  });

  test('the printed file is a sound file', () => {
    assert.equal(check(agora('config').stdout).status, 0);
    assert.equal(check(agora('config').stdout.replace(/^#([a-z_]+ =)/gm, '$1')).status, 0);
  });

  test('every error is said at once, with line, cause and mend', () => {
    const { status, stderr } = check('listn = x\n\nlog_level = loud\nthreads = many\ntrusted_proxies = proxy.example\nthreads = 2\n');
    assert.equal(status, 1);
    const lines = stderr.trim().split('\n');
    assert.match(lines[0], /error: line 1: unknown key "listn"; is listen meant\?$/);
    assert.match(lines[1], /error: line 3: log_level must be one of: debug info warn error, not "loud"$/);
    assert.match(lines[2], /error: line 4: threads must be a whole number from 0 to 64, not "many"$/);
    assert.match(lines[3], /error: line 5: trusted_proxies must be addresses and networks .* host names are not looked up, not "proxy.example"$/);
    assert.match(lines[4], /error: line 6: threads stands in line 4 already; keep one of them$/);
    assert.match(lines[5], /5 errors; the server would not start$/);
  });

  test('an address of numbers is one, a name is looked up when the server starts', () => {
    const { status, stderr } = check('listen = 300.1.1.1:80\n');
    assert.equal(status, 1);
    assert.match(stderr, /error: line 1: listen holds an address that is none: four numbers up to 255, like 127\.0\.0\.1:8080, not "300\.1\.1\.1:80"/);
    for (const fine of ['127.0.0.1:0', '0.0.0.0:80', '[::1]:80', 'localhost:8080']) {
      assert.equal(check(`listen = ${fine}\n`).status, 0, fine);
    }
  });

  test('nothing of a file reaches the terminal as it is', () => {
    const { status, text } = check('\x1b[2J\x1b]0;owned\x07 = 1\nlisten = \x9b\x1b[31m\nlog_format = \u202ejson\n');
    assert.equal(status, 1);
    assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });

  test('what works but is rarely meant is a warning', () => {
    const warnings = {
      'trusted_proxies = 127.0.0.1\n': /warning: base_url is empty behind a proxy/,
      'base_url = http://agora.example\n': /warning: base_url is not https/,
      'base_url = https://agora.example\n': /warning: trusted_proxies is empty though base_url is public/,
      'base_url = https://agora.example\nlisten = 0.0.0.0:8080\n': /warning: listen is open to the network/,
      'sandbox = off\n': /warning: sandbox is off/,
      'metrics = open\n': /warning: metrics is open/,
      'site_name = "Agora"\n': /warning: line 1: site_name: the quotes are part of the value/,
    };
    for (const [text, expected] of Object.entries(warnings)) {
      const checked = check(text);
      assert.equal(checked.status, 0, text);
      assert.match(checked.text, expected);
    }
    const sound = check('base_url = https://agora.example\ntrusted_proxies = 127.0.0.1\ncontact_email = team@agora.example\n', privateFolder());
    assert.equal(sound.text, 'every line is understood\n');
  });

  const privateFolder = () => {
    const folder = join(temporaryFolder(), 'data');
    mkdirSync(folder, { mode: 0o750 });
    chmodSync(folder, 0o750);
    return folder;
  };

  test('a data folder that everybody can look into is said', () => {
    const folder = privateFolder();
    assert.doesNotMatch(check('', folder).text, /every user of this machine/);
    chmodSync(folder, 0o755);
    assert.match(check('', folder).text, /warning: every user of this machine can look into .*chmod o= /);
  });

  test('a server with a wrong file does not start, and says the first line', async () => {
    await assert.rejects(start({ settings: 'rate_read_per_minute = 5\n' }), /line 1: unknown key "rate_read_per_minute"; is rate_reads_per_minute meant\?/);
  });

  test('a file that is not there is an error only when it was named', () => {
    const folder = temporaryFolder();
    assert.equal(agora('config', '--check', '--data', folder).status, 0);
    const named = agora('config', '--check', '--data', folder, '--config', join(folder, 'other.conf'));
    assert.equal(named.status, 1);
    assert.match(named.stderr, /cannot read .*other\.conf: No such file/);
  });

  test('who publishes the site stands on its pages', async () => {
    const server = await start({ settings: 'publisher_name = Ville & Cie <b>\npublisher_address = 1 rue du Puits\n' });
    const page = await (await fetch(`${server.url}/about`, { headers: { 'Accept-Language': 'fr' } })).text();
    assert.match(page, /Ce site est publié par Ville &amp; Cie &lt;b&gt;/);
    await server.stop();
  });
});
