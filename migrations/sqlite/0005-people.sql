-- People: accounts, the addresses they proved, sessions, roles, and what was done with power. Of a
-- secret (link, code, cookie) only a digest stands here. Visibilities, purposes, roles: the numbers
-- of src/domain/person/person.h.

-- password: an Argon2id hash in libsodium's text form, empty: none.
CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    status INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    language TEXT NOT NULL,
    password TEXT NOT NULL
) STRICT;

CREATE TABLE person_field (
    person_id INTEGER NOT NULL REFERENCES person (id),
    field INTEGER NOT NULL,
    visibility INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (person_id, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE person_address (
    address TEXT PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id),
    confirmed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX person_address_by_person ON person_address (person_id);

-- proved_ms: when its owner last proved to be there (RULE PERSON-4).
CREATE TABLE person_session (
    digest BLOB PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id),
    began_ms INTEGER NOT NULL,
    proved_ms INTEGER NOT NULL,
    device TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX person_session_by_person ON person_session (person_id);

-- A link and a code on their way to an address. code_digest is of the code and the browser's secret
-- together.
CREATE TABLE person_proof (
    link_digest BLOB PRIMARY KEY,
    browser_digest BLOB NOT NULL UNIQUE,
    code_digest BLOB NOT NULL,
    purpose INTEGER NOT NULL,
    person_id INTEGER REFERENCES person (id),
    address TEXT NOT NULL,
    next TEXT NOT NULL,
    tries INTEGER NOT NULL,
    asked_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- RULE PERSON-1. subject: an address, or the digest of a network.
CREATE TABLE person_try (
    what INTEGER NOT NULL,
    subject BLOB NOT NULL,
    began_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (what, subject)
) STRICT, WITHOUT ROWID;

-- territory: empty for the whole instance.
CREATE TABLE person_role (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id),
    role INTEGER NOT NULL,
    territory TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (person_id, role, territory)
) STRICT;

-- person_id 0: the command line.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    act TEXT NOT NULL,
    object TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
