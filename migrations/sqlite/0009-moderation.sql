-- Flags and decisions (src/domain/moderation/README.md). Reasons and acts: the numbers of
-- src/domain/moderation/moderation.h.

-- person_id NULL: without an account; address then, where the answer goes, emptied once it has gone.
-- network: a keyed digest, emptied after 30 days. decision_id NULL: not answered yet.
CREATE TABLE flag (
    id INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    reason INTEGER NOT NULL,
    words TEXT NOT NULL,
    person_id INTEGER REFERENCES person (id),
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    network BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    decision_id INTEGER
) STRICT;
CREATE INDEX flag_open ON flag (entry_id) WHERE decision_id IS NULL;
CREATE INDEX flag_by_decision ON flag (decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX flag_by_person ON flag (person_id, entry_id) WHERE person_id IS NOT NULL;
CREATE INDEX flag_network ON flag (at_ms) WHERE network <> x'';

-- person_id 0: RULE MOD-1. reasons: bits 1 << reason of the flags that were answered, flags: how
-- many, first_ms: the oldest of them. waits: the entry is held and somebody decides next.
-- reversed_ms: when the entry was shown again; 0: it was not.
CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    at_ms INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    act INTEGER NOT NULL,
    status_after INTEGER NOT NULL,
    reason TEXT NOT NULL,
    reasons INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,
    waits INTEGER NOT NULL,
    reversed_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX decision_by_entry ON decision (entry_id);
CREATE INDEX decision_waiting ON decision (entry_id) WHERE waits = 1;
