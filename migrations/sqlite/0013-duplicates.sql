-- Likely doubles (src/domain/duplicate/README.md).

-- What entries may be found by that are the same: a hash of a site, a number, a word of the name in a
-- commune. A hint, judged by the entries as they stand: one that is out of date costs a look.
CREATE TABLE duplicate_hint (
    key INTEGER NOT NULL,
    entry_id INTEGER NOT NULL,
    PRIMARY KEY (key, entry_id)
) STRICT, WITHOUT ROWID;

-- How far the search has come: entries up to scanned_id (-1: all), then the changes after sequence.
CREATE TABLE duplicate_progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    scanned_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL
) STRICT;

-- first_id < second_id. reasons: bits of enum duplicate_reason. distance_m -1: not told. state: 0
-- waits, 1 not the same.
CREATE TABLE duplicate_pair (
    first_id INTEGER NOT NULL REFERENCES entry (id),
    second_id INTEGER NOT NULL REFERENCES entry (id),
    score INTEGER NOT NULL,
    reasons INTEGER NOT NULL,
    distance_m INTEGER NOT NULL,
    found_ms INTEGER NOT NULL,
    state INTEGER NOT NULL,
    decided_by INTEGER NOT NULL,
    decided_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (first_id, second_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_pair_by_second ON duplicate_pair (second_id);
CREATE INDEX duplicate_pair_waiting ON duplicate_pair (score) WHERE state = 0;
