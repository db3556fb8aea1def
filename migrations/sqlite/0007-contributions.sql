-- Contributions: words on their way to become an entry or a change of one, and who brought which
-- entry.

-- person_id NULL: whoever holds the secret. entry_id NULL: a new entry. content: JSON of
-- docs/entry-format.md, unchecked. RULE CONTRIBUTE-4.
CREATE TABLE draft (
    digest BLOB PRIMARY KEY,
    person_id INTEGER REFERENCES person (id),
    entry_id INTEGER REFERENCES entry (id),
    base_revision INTEGER NOT NULL,
    contribution_id INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_by_person ON draft (person_id) WHERE person_id IS NOT NULL;

-- Who brought an entry: an account, or an address until an account proves it. confirmed_ms 0: not
-- yet (RULE CONTRIBUTE-1). is_held: waits for a moderator (RULE CONTRIBUTE-2). is_ours: they say
-- that they are among those who do it.
CREATE TABLE contribution (
    id INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    person_id INTEGER REFERENCES person (id),
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    confirmed_ms INTEGER NOT NULL,
    is_held INTEGER NOT NULL,
    is_ours INTEGER NOT NULL
) STRICT;
CREATE INDEX contribution_by_entry ON contribution (entry_id);
CREATE INDEX contribution_by_person ON contribution (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX contribution_by_address ON contribution (address) WHERE address <> '';

-- Links to a contribution without an account. Each letter brings another; all stay good.
CREATE TABLE contribution_link (
    digest BLOB PRIMARY KEY,
    contribution_id INTEGER NOT NULL REFERENCES contribution (id)
) STRICT, WITHOUT ROWID;

-- Changes that wait for somebody who may make them (RULE TEAM-2, RULE CONTRIBUTE-2). author: as of a
-- revision. state: 1 waits, 2 accepted, 3 declined.
CREATE TABLE suggestion (
    id INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    base_revision INTEGER NOT NULL,
    person_id INTEGER REFERENCES person (id),
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    content TEXT NOT NULL,
    state INTEGER NOT NULL,
    decided_by INTEGER,
    decided_ms INTEGER NOT NULL,
    answer TEXT NOT NULL
) STRICT;
CREATE INDEX suggestion_by_entry ON suggestion (entry_id);
CREATE INDEX suggestion_waiting ON suggestion (at_ms) WHERE state = 1;
