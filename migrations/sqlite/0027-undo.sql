-- All that somebody changed in a time, taken back at once (src/domain/moderation/README.md).
-- A person's revisions by when they wrote them.
CREATE INDEX revision_by_person ON revision (author, at_ms, entry_id)
    WHERE author >= 'person:' AND author < 'person;';

-- from_ms, to_ms: from when on, before when. redone_ms: when it was itself taken back; 0: it holds.
CREATE TABLE undo (
    decision_id INTEGER PRIMARY KEY REFERENCES decision (id),
    person_id INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    redone_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX undo_by_person ON undo (person_id);

-- The revision that stood, and the one that was made instead; of what was removed, alike.
CREATE TABLE undo_entry (
    decision_id INTEGER NOT NULL REFERENCES undo (decision_id),
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    before_revision INTEGER NOT NULL,
    after_revision INTEGER NOT NULL,
    PRIMARY KEY (decision_id, entry_id)
) STRICT, WITHOUT ROWID;
