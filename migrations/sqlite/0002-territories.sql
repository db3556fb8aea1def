-- Territories: the reference that ships with the program, custom ones, imported outlines.
-- Levels: 0 commune, 1 EPCI, 2 département, 3 région, 4 country, 5 custom (enum territory_level).

CREATE TABLE territory (
    code TEXT NOT NULL PRIMARY KEY,
    level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 5),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,            -- how names are compared: src/domain/territory/README.md
    kind TEXT NOT NULL DEFAULT '',     -- CC CA CU ME, metro DROM COM, seat, or nothing
    epci TEXT,
    departement TEXT,
    region TEXT,
    postal TEXT NOT NULL DEFAULT '',   -- separated by spaces
    population INTEGER,
    lon_e7 INTEGER,
    lat_e7 INTEGER,
    centre_precision INTEGER NOT NULL, -- 0 none, 1 the place itself, 2 the middle of something larger
    updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Former codes and the parts of a commune: they lead to the commune of today.
CREATE TABLE territory_alias (
    code TEXT NOT NULL,
    territory TEXT NOT NULL REFERENCES territory (code) ON DELETE CASCADE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    PRIMARY KEY (code, territory)
) STRICT, WITHOUT ROWID;

-- The communes of a custom territory.
CREATE TABLE territory_member (
    territory TEXT NOT NULL REFERENCES territory (code) ON DELETE CASCADE,
    commune TEXT NOT NULL,
    PRIMARY KEY (territory, commune)
) STRICT, WITHOUT ROWID;

-- Imported outlines. A commune of today may be made of the outlines of its former ones (`part`).
CREATE TABLE territory_outline (
    territory TEXT NOT NULL,
    part TEXT NOT NULL,
    shape BLOB NOT NULL, -- src/domain/territory/outline.c
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (territory, part)
) STRICT, WITHOUT ROWID;

-- The version of the reference that is in: one row.
CREATE TABLE territory_reference (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    version TEXT NOT NULL,
    seeded_ms INTEGER NOT NULL
) STRICT;
