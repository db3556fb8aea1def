-- The charter as admins wrote it, version by version; version 1 is the program's own and stands in no row.
CREATE TABLE charter (
    version INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    note TEXT NOT NULL,
    french TEXT NOT NULL,
    english TEXT NOT NULL
) STRICT;

-- The version that its author had accepted; 0: it was not asked for yet.
ALTER TABLE contribution ADD COLUMN charter INTEGER NOT NULL DEFAULT 0;

-- The point of the charter that a decision rests on, in the version that held then; 0: on none.
ALTER TABLE decision ADD COLUMN charter INTEGER NOT NULL DEFAULT 0;
ALTER TABLE decision ADD COLUMN point INTEGER NOT NULL DEFAULT 0;
