// A crowd contributes while the process is killed again and again.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { agora, start, temporaryFolder } from '../http/harness.mjs';
import { Book, Crowd, SETTINGS, members } from './crowd.mjs';
import { missing } from './found.mjs';
import { Line } from './line.mjs';

const LEAST = 60; // acknowledged writes before a kill
const SPREAD = 400;
const LOOK_MS = 5;

// Resolves once so many were acknowledged, or something was refused, or nobody is answered any more.
async function reached(book, count, running) {
  let isOver = false;
  running.then(() => (isOver = true));
  while (book.acknowledged < count && book.refused.length === 0 && !isOver) await sleep(LOOK_MS);
}

// Asks for the page of a draft.
async function isThere(server, thing) {
  const line = new Line(server.port);
  const { status } = await line.ask('GET', `${thing.draft}/what`, { cookie: thing.cookie, from: '10.200.0.1' });
  line.close();
  return status === 200;
}

// `kills` times: `size` people contribute, the process is killed, the store is checked by the program itself, and all that was
// acknowledged since the beginning is looked for. Gives the book.
export async function kills({ kills: count, size, accounts }) {
  const folder = temporaryFolder();
  let server = await start({ folder, settings: SETTINGS });
  const people = await members(server, accounts);
  const book = new Book();
  for (let round = 0; round < count; round++) {
    const crowd = new Crowd(server, people, book);
    const { guestAdds, memberAdds, memberAddsPhoto, memberEdits, reports, suggests, profile, confirms } = crowd;
    const running = crowd.run(size, [guestAdds, memberAdds, memberEdits, reports, memberEdits, suggests, profile, confirms, memberAddsPhoto]);
    const wanted = book.acknowledged + LEAST + ((round * 37) % SPREAD);
    await reached(book, wanted, running);
    assert.deepEqual(book.refused, [], `round ${round}`);
    assert.ok(book.acknowledged >= wanted, `round ${round}: it ended by itself: ${server.said()}`);
    await server.kill();
    await running;
    const checked = agora('check', '--data', folder);
    assert.equal(checked.status, 0, `round ${round}: ${checked.stderr}`);
    server = await start({ folder });
    assert.deepEqual(await missing(folder, book, (thing) => isThere(server, thing)), [], `round ${round}`);
    assert.deepEqual(book.refused, [], `round ${round}`);
  }
  await server.stop();
  return book;
}
