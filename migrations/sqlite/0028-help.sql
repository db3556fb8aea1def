-- People without e-mail (RULE HELP-1). An act of help: who acts in whose name, how that person consented
-- (consent: 1 there, 2 by telephone, 3 on paper) to which words, and for which house the helper works.
-- territory: where the person lives.
CREATE TABLE help (
    id INTEGER PRIMARY KEY,
    helper_id INTEGER NOT NULL REFERENCES person (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    territory TEXT NOT NULL,
    consent INTEGER NOT NULL,
    words INTEGER NOT NULL,
    house TEXT NOT NULL,
    began_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX help_by_helper ON help (helper_id, person_id);
CREATE INDEX help_by_person ON help (person_id);

-- What was written with somebody's help (RULE HELP-2).
CREATE TABLE help_revision (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    revision INTEGER NOT NULL,
    help_id INTEGER NOT NULL REFERENCES help (id),
    PRIMARY KEY (entry_id, revision)
) STRICT, WITHOUT ROWID;

-- The code of somebody's paper (RULE HELP-3): its first letters find the row, of the others there is a
-- hash only.
CREATE TABLE paper (
    person_id INTEGER PRIMARY KEY REFERENCES person (id),
    name TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL,
    made_ms INTEGER NOT NULL
) STRICT;

-- Whom the owner of a session helps at this moment.
ALTER TABLE person_session ADD COLUMN help_id INTEGER REFERENCES help (id);
-- With whose help a suggestion was made.
ALTER TABLE suggestion ADD COLUMN help_id INTEGER REFERENCES help (id);
