-- Teams: who runs an entry. Roles: the numbers of src/domain/team/team.h.

CREATE TABLE team (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE team_member (
    team_id INTEGER NOT NULL REFERENCES team (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    role INTEGER NOT NULL,
    joined_ms INTEGER NOT NULL,
    PRIMARY KEY (team_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX team_member_by_person ON team_member (person_id);

-- keeps: 1 when edits of others are suggestions to the team (RULE TEAM-2).
CREATE TABLE team_entry (
    entry_id INTEGER PRIMARY KEY REFERENCES entry (id),
    team_id INTEGER NOT NULL REFERENCES team (id),
    keeps INTEGER NOT NULL
) STRICT;
CREATE INDEX team_entry_by_team ON team_entry (team_id);

-- digest: of the link's secret.
CREATE TABLE team_invitation (
    digest BLOB PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES team (id),
    by_person_id INTEGER NOT NULL REFERENCES person (id),
    address TEXT NOT NULL,
    role INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX team_invitation_by_team ON team_invitation (team_id);
