-- What is done later, durably (src/job/README.md). state: 0 waits, 1 is being run, 2 dead. tries: begun
-- so far. ended_ms: when it died. said: why the last try failed.
CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    state INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    said TEXT NOT NULL
) STRICT;
CREATE INDEX job_waiting ON job (kind, due_ms, id) WHERE state = 0;
CREATE INDEX job_running ON job (id) WHERE state = 1;
CREATE INDEX job_dead ON job (ended_ms) WHERE state = 2;
