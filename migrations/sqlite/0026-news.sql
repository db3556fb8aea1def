-- News: what happens in the life of an entry (src/domain/news/README.md). Sorts and statuses: the numbers
-- of src/domain/news/news.h. happened: EDTF, as its author knows it; happened_ms: the first moment that
-- it may mean. person_id: who wrote what stands.
CREATE TABLE news (
    id INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    person_id INTEGER NOT NULL,
    status INTEGER NOT NULL,
    version INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    sort INTEGER NOT NULL,
    happened TEXT NOT NULL,
    happened_ms INTEGER NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX news_by_entry ON news (entry_id, happened_ms, id);

-- What each was before; the newest version stands above too.
CREATE TABLE news_version (
    news_id INTEGER NOT NULL REFERENCES news (id),
    version INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    sort INTEGER NOT NULL,
    happened TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (news_id, version)
) STRICT, WITHOUT ROWID;
