-- Who says that an entry is theirs, and what came of it (RULE TEAM-4). Ways and states: the numbers
-- of src/domain/claim/claim.h.

-- address: where a letter went, emptied with who and words 30 days after the end. digest: of that
-- letter's secret; x'': none, or used. by_person_id: who decided it; 0: whoever had the letter.
-- team_id: that was made of it; 0: none.
CREATE TABLE claim (
    id INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    way INTEGER NOT NULL,
    who TEXT NOT NULL,
    words TEXT NOT NULL,
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    digest BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    state INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    by_person_id INTEGER NOT NULL,
    answer TEXT NOT NULL,
    team_id INTEGER NOT NULL
) STRICT;
CREATE INDEX claim_by_entry ON claim (entry_id);
CREATE INDEX claim_by_person ON claim (person_id);
CREATE INDEX claim_waiting ON claim (state, at_ms) WHERE state IN (1, 2);
CREATE UNIQUE INDEX claim_by_digest ON claim (digest) WHERE digest <> x'';
