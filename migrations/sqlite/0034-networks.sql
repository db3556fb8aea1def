-- From where an entry came that was brought without an account, or by an account in its first week: the
-- keyed digest of a network, forgotten after 30 days (RULE MOD-9).
CREATE TABLE contribution_network (
    contribution_id INTEGER PRIMARY KEY REFERENCES contribution (id),
    network BLOB NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX contribution_network_at ON contribution_network (at_ms);
CREATE INDEX contribution_network_of ON contribution_network (network);

-- Networks from which nothing is brought without an account and no account is made, until a time. entry_id:
-- what it was decided about. The row goes when it is over; the audit keeps that it was.
CREATE TABLE network_block (
    id INTEGER PRIMARY KEY,
    network BLOB NOT NULL UNIQUE,
    entry_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX network_block_until ON network_block (until_ms);
