-- Who said that an entry is still so (src/domain/entry/confirm.c, src/domain/freshness/README.md).
-- checked_ms: the last time that somebody did here; 0: nobody.
ALTER TABLE entry ADD COLUMN checked_ms INTEGER NOT NULL DEFAULT 0;

-- One row a person, entry and day (of UTC). author: as of a revision. side: the numbers of entry.h.
CREATE TABLE entry_confirmation (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    day INTEGER NOT NULL,
    author TEXT NOT NULL,
    side INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (entry_id, day, author)
) STRICT, WITHOUT ROWID;

-- Who was asked by letter. digest: of the link's secret; reader: of the address, which itself is not
-- kept; author: whom an answer is of, empty: nobody could be asked. answer: 0 none yet.
CREATE TABLE freshness_ask (
    digest BLOB PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    reader BLOB NOT NULL,
    author TEXT NOT NULL,
    side INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    answer INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX freshness_ask_by_entry ON freshness_ask (entry_id, at_ms);

-- Who does not want to be asked.
CREATE TABLE freshness_silent (
    reader BLOB PRIMARY KEY,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
