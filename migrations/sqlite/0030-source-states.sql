-- What was decided about a source (RULE SOURCE-1, RULE SOURCE-2). state: the numbers of
-- src/domain/source/source.h; by whom (a person's number, 0: nobody), and why.
ALTER TABLE source ADD COLUMN state INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN state_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN state_reason TEXT NOT NULL DEFAULT '';

-- Entries that went out of sight with their source, and the revision by which they did: whoever
-- did something about one since has the last word.
CREATE TABLE entry_withdrawn (
    entry_id INTEGER PRIMARY KEY REFERENCES entry (id),
    source_id INTEGER NOT NULL REFERENCES source (id),
    revision INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_withdrawn_by_source ON entry_withdrawn (source_id);
