// People contribute while the process is killed: what each was told is there afterwards. `make soak` does it 200 times.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { kills } from '../soak/kills.mjs';

test('nothing that was acknowledged is lost when the process is killed while people add, send photos, change, suggest and report', async () => {
  const book = await kills({ kills: 3, size: 12, accounts: 4 });
  for (const sort of ['begin', 'save a page', 'publish', 'send']) assert.ok(book.counts.get(sort) > 0, sort);
});
