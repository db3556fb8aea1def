// Many people write at once while the process is killed again and again: `make soak`. What was acknowledged is there
// afterwards, each time; nobody waits for ever.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { test } from 'node:test';

import { signIn, start, temporaryFolder } from '../http/harness.mjs';

const PEOPLE = 32; // below the forty accounts a day of one network
const KILLS = Number(process.env.SOAK_KILLS ?? 200);
const LINES = 3; // posts of one person that are on their way together

// One post of a profile: resolves with its status, or 0 when the connection went.
function post(agent, server, cookie, fields) {
  const body = new URLSearchParams(fields).toString();
  return new Promise((done) => {
    const asked = request(server.url + '/account/profile', { agent, method: 'POST', headers: {
      Cookie: cookie, Origin: server.url, 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': body.length } }, (answer) => {
      answer.resume();
      answer.on('end', () => done(answer.statusCode));
      answer.on('error', () => done(0));
    });
    asked.on('error', () => done(0));
    asked.end(body);
  });
}

async function people(server) {
  const all = [];
  for (let i = 0; i < PEOPLE; i++) {
    const who = await signIn(server, `soak${i}@example.org`);
    all.push({ cookie: `session=${who.cookies.get('session')}`, sent: 0, acknowledged: 0 });
  }
  return all;
}

// Each person counts up, some posts on their way together, until told to stop.
async function write(server, all, counts, isOver) {
  const agent = new Agent({ keepAlive: true, maxSockets: PEOPLE * LINES });
  await Promise.all(all.flatMap((person) => Array.from({ length: LINES }, async () => {
    while (!isOver()) {
      const number = ++person.sent;
      const status = await post(agent, server, person.cookie, { name: String(number) });
      if (status === 303) {
        person.acknowledged = Math.max(person.acknowledged, number);
        counts.acknowledged++;
      } else if (status !== 0) {
        counts.refused++;
      } else {
        return; // the process was killed
      }
    }
  })));
  agent.destroy();
}

async function stored(server, person) {
  const answer = await fetch(server.url + '/account/data', { headers: { Cookie: person.cookie } });
  assert.equal(answer.status, 200);
  return Number((await answer.json()).profile.name.text || 0);
}

test(`nothing that was acknowledged is lost in ${KILLS} kills under full writing`, async () => {
  const folder = temporaryFolder();
  let server = await start({ folder });
  const all = await people(server);
  const counts = { acknowledged: 0, refused: 0 };
  for (let round = 0; round < KILLS; round++) {
    let killed;
    const least = counts.acknowledged + 50 + ((round * 37) % 400);
    await write(server, all, counts, () => {
      if (!killed && counts.acknowledged >= least) killed = server.kill();
      return Boolean(killed);
    });
    await killed;
    server = await start({ folder });
    for (const person of all) {
      const found = await stored(server, person);
      // Posts of one person that are on their way together may become durable in either order: what stands is one that
      // was sent, and none that began after it had been acknowledged is lost.
      assert.ok(found <= person.sent, `${found} was never sent`);
      assert.ok(found > person.acknowledged - LINES, `round ${round}: ${person.acknowledged} was acknowledged, ${found} stands`);
      person.acknowledged = Math.min(person.acknowledged, found);
    }
  }
  console.log(`# ${counts.acknowledged} acknowledged, ${counts.refused} refused`);
  assert.equal(counts.refused, 0);
  await server.stop();
});

test('writing for a while: how many a second are durable, and what readers notice', async () => {
  const server = await start({ demo: true });
  const all = await people(server);
  const reads = async (milliseconds) => {
    const times = [];
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const until = Date.now() + milliseconds; Date.now() < until;) {
      const begun = process.hrtime.bigint();
      await new Promise((done, fail) => request(server.url + '/api/v1/entries?limit=5', { agent }, (answer) => {
        answer.resume();
        answer.on('end', done);
      }).on('error', fail).end());
      times.push(Number(process.hrtime.bigint() - begun) / 1e6);
    }
    agent.destroy();
    times.sort((a, b) => a - b);
    return times[Math.floor(times.length * 0.99)];
  };
  const quiet = await reads(4000);
  const counts = { acknowledged: 0, refused: 0 };
  let over = false;
  const writing = write(server, all, counts, () => over);
  const begun = Date.now();
  const busy = await reads(10_000);
  over = true;
  await writing;
  const rate = counts.acknowledged / ((Date.now() - begun) / 1000);
  console.log(`# ${rate.toFixed(0)} writes a second durable; p99 of readers ${quiet.toFixed(1)} ms quiet, ${busy.toFixed(1)} ms beside them`);
  assert.equal(counts.refused, 0);
  assert.ok(counts.acknowledged > 0);
  await server.stop();
});
