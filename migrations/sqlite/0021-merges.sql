-- Entries that were merged (src/domain/duplicate/README.md). merged_into: where an entry stands now,
-- itself never one that was merged.
ALTER TABLE entry ADD COLUMN merged_into INTEGER REFERENCES entry (id);
CREATE INDEX entry_merged ON entry (merged_into) WHERE merged_into IS NOT NULL;

-- before, after: revisions of the one that stays. kept_edited, merged_edited: what the entries said of
-- themselves before. ended_ms 0: it holds.
CREATE TABLE duplicate_merge (
    id INTEGER PRIMARY KEY,
    kept_id INTEGER NOT NULL REFERENCES entry (id),
    merged_id INTEGER NOT NULL REFERENCES entry (id),
    at_ms INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    before_revision INTEGER NOT NULL,
    after_revision INTEGER NOT NULL,
    kept_edited INTEGER NOT NULL,
    merged_edited INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX duplicate_merge_holds ON duplicate_merge (merged_id) WHERE ended_ms = 0;
CREATE INDEX duplicate_merge_kept ON duplicate_merge (kept_id) WHERE ended_ms = 0;

-- What went over to the one that stays, to be given back: sort as of merge.c, one, other: its numbers,
-- digest: of a draft.
CREATE TABLE duplicate_moved (
    merge_id INTEGER NOT NULL REFERENCES duplicate_merge (id),
    sort INTEGER NOT NULL,
    one INTEGER NOT NULL,
    other INTEGER NOT NULL,
    digest BLOB NOT NULL
) STRICT;
CREATE INDEX duplicate_moved_by_merge ON duplicate_moved (merge_id);
