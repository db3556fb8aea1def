-- What only some kinds of entries have to say (SIRET, access, governance, …): name is its key in JSON.
CREATE TABLE entry_detail (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (entry_id, position)
) STRICT, WITHOUT ROWID;
