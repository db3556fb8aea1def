-- The first tables: change feed, sources, taxonomies, entries and their revisions.
-- An empty text means "not known". Times are milliseconds since 1970 UTC, 0 when not known.

CREATE TABLE change (
    sequence INTEGER PRIMARY KEY,
    topic INTEGER NOT NULL,
    object INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    licence TEXT NOT NULL,
    attribution TEXT NOT NULL,
    fetched_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE scheme (
    slug TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    source TEXT NOT NULL,
    licence TEXT NOT NULL,
    digest BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE scheme_title (
    scheme TEXT NOT NULL REFERENCES scheme (slug),
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    PRIMARY KEY (scheme, language)
) STRICT, WITHOUT ROWID;

CREATE TABLE concept (
    slug TEXT PRIMARY KEY,
    scheme TEXT NOT NULL REFERENCES scheme (slug),
    broader TEXT REFERENCES concept (slug) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- position 0: the preferred label; then the synonyms.
CREATE TABLE concept_label (
    concept TEXT NOT NULL REFERENCES concept (slug),
    language TEXT NOT NULL,
    position INTEGER NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (concept, language, position)
) STRICT, WITHOUT ROWID;

-- digest: of the content as it stands; import_digest: of what its source said last (NULL: none).
-- edited: 1 when a person wrote the current revision. lists: one bit for each child table that has
-- rows, so that reading an entry asks only those.
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    source_id INTEGER REFERENCES source (id),
    source_key TEXT,
    revision INTEGER NOT NULL,
    status INTEGER NOT NULL,
    edited INTEGER NOT NULL,
    digest BLOB NOT NULL,
    import_digest BLOB,
    lists INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL,
    wheelchair INTEGER NOT NULL,
    is_example INTEGER NOT NULL,
    place_precision INTEGER NOT NULL,
    latitude_e7 INTEGER,
    longitude_e7 INTEGER,
    territory TEXT NOT NULL,
    territory_is_approximate INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    confirmed_ms INTEGER NOT NULL,
    source_updated_ms INTEGER NOT NULL,
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    type TEXT NOT NULL,
    place_name TEXT NOT NULL,
    address TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    city TEXT NOT NULL,
    opening_hours TEXT NOT NULL,
    price TEXT NOT NULL,
    audience TEXT NOT NULL,
    end_reason TEXT NOT NULL,
    licence TEXT NOT NULL,
    source_url TEXT NOT NULL,
    source_note TEXT NOT NULL,
    summary TEXT NOT NULL,
    description TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX entry_by_source ON entry (source_id, source_key);

CREATE TABLE entry_theme (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    position INTEGER NOT NULL,
    theme TEXT NOT NULL,
    PRIMARY KEY (entry_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_tag (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    position INTEGER NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (entry_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_contact (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    position INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    visibility INTEGER NOT NULL,
    value TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (entry_id, position)
) STRICT, WITHOUT ROWID;

-- starts, ends: EDTF as the author knows them; first_ms, last_ms: what they may mean.
CREATE TABLE entry_date (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    position INTEGER NOT NULL,
    role INTEGER NOT NULL,
    starts TEXT NOT NULL,
    ends TEXT NOT NULL,
    zone TEXT NOT NULL,
    note TEXT NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    PRIMARY KEY (entry_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_figure (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    position INTEGER NOT NULL,
    value TEXT NOT NULL,
    unit TEXT NOT NULL,
    label TEXT NOT NULL,
    date TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (entry_id, position)
) STRICT, WITHOUT ROWID;

-- target_key: a key of the same source, or an address; target_id: the entry, once it is here.
CREATE TABLE entry_link (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    position INTEGER NOT NULL,
    relation TEXT NOT NULL,
    target_key TEXT NOT NULL,
    target_id INTEGER REFERENCES entry (id),
    PRIMARY KEY (entry_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_link_by_target ON entry_link (target_id) WHERE target_id IS NOT NULL;

CREATE TABLE entry_media (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    position INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    alt TEXT NOT NULL,
    licence TEXT NOT NULL,
    credit TEXT NOT NULL,
    duration_s INTEGER NOT NULL,
    transcript TEXT NOT NULL,
    PRIMARY KEY (entry_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_ask (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    position INTEGER NOT NULL,
    direction INTEGER NOT NULL,
    sort INTEGER NOT NULL,
    skill TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (entry_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_translation (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    position INTEGER NOT NULL,
    language TEXT NOT NULL,
    field INTEGER NOT NULL,
    item INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (entry_id, position)
) STRICT, WITHOUT ROWID;

-- body: the content as JSON (docs/entry-format.md), packed; format says how (docs/store.md).
CREATE TABLE revision (
    id INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    status INTEGER NOT NULL,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    format INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX revision_by_entry ON revision (entry_id);

-- What a source says of an entry that a person has edited here since: waits for a person.
CREATE TABLE entry_held (
    entry_id INTEGER PRIMARY KEY REFERENCES entry (id),
    digest BLOB NOT NULL,
    author TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    format INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
