-- Bodies of revisions that were written together, packed together: a revision of format 2 says which
-- pack, and which body of it.
CREATE TABLE revision_pack (
    id INTEGER PRIMARY KEY,
    format INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
