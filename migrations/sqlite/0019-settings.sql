-- Settings that were changed on a page of the administration (src/domain/instance/README.md). What the
-- file of the settings says goes before.
CREATE TABLE instance_setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
