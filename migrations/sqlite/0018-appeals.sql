-- Appeals, questions, and acts about people (src/domain/moderation/README.md).

-- subject_id: whom it is about, 0 when an entry; until_ms: how long a block holds (0: until it is lifted), or
-- when an answer is asked for; ended_ms: when a block had lasted long enough; appeal_id: the decision that was
-- appealed and that this one is the end of, 0 for any other.
ALTER TABLE decision ADD COLUMN subject_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE decision ADD COLUMN until_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE decision ADD COLUMN ended_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE decision ADD COLUMN appeal_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX decision_by_subject ON decision (subject_id) WHERE subject_id <> 0;
CREATE INDEX decision_at ON decision (at_ms);

-- Links of letters about a decision, each for one whom it was told. side: 1 author or team, 2 who flagged,
-- 3 whom it is about. person_id 0: without an account.
CREATE TABLE decision_link (
    digest BLOB PRIMARY KEY,
    decision_id INTEGER NOT NULL REFERENCES decision (id),
    side INTEGER NOT NULL,
    person_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What somebody answered to a decision, once: an appeal, or what they were asked. state: 1 waits, 2 kept,
-- 3 reversed, 4 read. address: where the end of it is told, emptied then.
CREATE TABLE decision_reply (
    decision_id INTEGER PRIMARY KEY REFERENCES decision (id),
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    is_appeal INTEGER NOT NULL,
    side INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    words TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    state INTEGER NOT NULL,
    decided_by INTEGER NOT NULL,
    decided_ms INTEGER NOT NULL,
    answer TEXT NOT NULL
) STRICT;
CREATE INDEX decision_reply_waiting ON decision_reply (at_ms) WHERE state = 1;
