-- What an instance knows of itself (src/domain/instance/README.md): one row a name, the last time.
CREATE TABLE instance_note (
    name TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
