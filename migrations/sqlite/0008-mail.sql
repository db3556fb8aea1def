-- Letters (src/mail/README.md). state: 0 waits, 1 sent, 2 given up; what a letter says stands here only
-- while it waits. letter: its name (src/mail/letters.c). items: lines of "PATH TITLE".
CREATE TABLE mail_message (
    id INTEGER PRIMARY KEY,
    letter TEXT NOT NULL,
    language TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    who TEXT NOT NULL,
    code TEXT NOT NULL,
    path TEXT NOT NULL,
    leave_path TEXT NOT NULL,
    words TEXT NOT NULL,
    items TEXT NOT NULL,
    decision INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    state INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    said TEXT NOT NULL
) STRICT;
CREATE INDEX mail_message_ended ON mail_message (ended_ms) WHERE state <> 0;

-- Addresses that refused the last letter for good.
CREATE TABLE mail_bounce (
    address TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    said TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_bounce_at ON mail_bounce (at_ms);
