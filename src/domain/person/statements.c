/* The statements of the room. */
#include "domain/person/person_int.h"

#define PROOF_COLUMNS "link_digest, code_digest, purpose, person_id, address, next, tries, asked_ms"

/* One row a person: where they live is the same in each act of help. */
#define HELP_COLUMNS                                                                               \
    "help.person_id, max(help.territory), max(help.began_ms), "                                    \
    "coalesce((SELECT value FROM person_field AS f WHERE f.person_id = help.person_id "            \
    "AND f.field = 0), ''), "                                                                      \
    "coalesce((SELECT value FROM person_field AS f WHERE f.person_id = help.person_id "            \
    "AND f.field = 1), ''), "                                                                      \
    "coalesce((SELECT value FROM person_field AS f WHERE f.person_id = help.person_id "            \
    "AND f.field = 5), ''), "                                                                      \
    "EXISTS (SELECT 1 FROM paper WHERE paper.person_id = help.person_id), "                        \
    "EXISTS (SELECT 1 FROM person_address WHERE person_address.person_id = help.person_id)"
#define HELP_TABLES                                                                                \
    " FROM help JOIN person ON person.id = help.person_id AND person.status = 1 "                  \
    "WHERE help.helper_id = $1 "
#define HELPED_BY                                                                                  \
    "SELECT help.house, coalesce(person_field.value, '') FROM help_revision "                      \
    "JOIN help ON help.id = help_revision.help_id LEFT JOIN person_field "                         \
    "ON person_field.person_id = help.helper_id AND person_field.field = 0 "                       \
    "AND person_field.visibility = 0 WHERE help_revision.entry_id = $1 "

static const struct db_statement statements[PERSON_STATEMENT__COUNT] = {
    [PERSON_ADD] = {"add", "INSERT INTO person (id, status, created_ms, language, password) "
                           "VALUES ($1, $2, $3, $4, '') ON CONFLICT (id) DO NOTHING"},
    [PERSON_GET] = {"get", "SELECT status, created_ms, language, password <> '' FROM person "
                           "WHERE id = $1"},
    [PERSON_LIST] = {"list", "SELECT person.id, person.status, person.created_ms, "
                             "ifnull(person_field.value, '') FROM person LEFT JOIN person_field "
                             "ON person_field.person_id = person.id AND person_field.field = 0 "
                             "WHERE person.id > $1 AND person.status <> 3 "
                             "ORDER BY person.id LIMIT $2"},
    [PERSON_SET_LANGUAGE] = {"set language", "UPDATE person SET language = $2 WHERE id = $1"},
    [PERSON_SET_STATUS] = {"set status", "UPDATE person SET status = $2 WHERE id = $1"},
    [PERSON_SET_PASSWORD] = {"set password", "UPDATE person SET password = $2 WHERE id = $1"},
    [PERSON_FIELDS] = {"fields", "SELECT field, visibility, value FROM person_field "
                                 "WHERE person_id = $1"},
    [PERSON_FIELD_PUT] = {"field put",
                          "INSERT INTO person_field (person_id, field, visibility, value) "
                          "VALUES ($1, $2, $3, $4) ON CONFLICT (person_id, field) DO UPDATE SET "
                          "visibility = excluded.visibility, value = excluded.value"},
    [PERSON_FIELDS_DELETE] = {"fields delete", "DELETE FROM person_field WHERE person_id = $1"},
    [PERSON_ADDRESS_FIND] = {"address find",
                             "SELECT person_id FROM person_address WHERE address = $1"},
    [PERSON_ADDRESS_LIST] = {"address list", "SELECT address, confirmed_ms FROM person_address "
                                             "WHERE person_id = $1 ORDER BY confirmed_ms, address"},
    [PERSON_ADDRESS_ADD] = {"address add",
                            "INSERT INTO person_address (address, person_id, confirmed_ms) "
                            "VALUES ($1, $2, $3) ON CONFLICT (address) DO NOTHING"},
    [PERSON_ADDRESS_DELETE] = {"address delete",
                               "DELETE FROM person_address WHERE person_id = $1 AND address = $2"},
    [PERSON_ADDRESSES_DELETE] = {"addresses delete",
                                 "DELETE FROM person_address WHERE person_id = $1"},
    [PERSON_PASSWORD_FIND] = {"password find",
                              "SELECT person.id, person.password FROM person_address "
                              "JOIN person ON person.id = person_address.person_id "
                              "WHERE person_address.address = $1"},
    [PERSON_PROOF_ADD] = {"proof add",
                          "INSERT INTO person_proof (link_digest, browser_digest, code_digest, "
                          "purpose, person_id, address, next, tries, asked_ms) "
                          "VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)"},
    [PERSON_PROOF_BY_LINK] = {"proof by link", "SELECT " PROOF_COLUMNS " FROM person_proof "
                                               "WHERE link_digest = $1"},
    [PERSON_PROOF_BY_BROWSER] = {"proof by browser", "SELECT " PROOF_COLUMNS " FROM person_proof "
                                                     "WHERE browser_digest = $1"},
    [PERSON_PROOF_TRIED] = {"proof tried",
                            "UPDATE person_proof SET tries = tries + 1 WHERE link_digest = $1"},
    [PERSON_PROOF_DELETE] = {"proof delete", "DELETE FROM person_proof WHERE link_digest = $1"},
    [PERSON_PROOFS_SWEEP] = {"proofs sweep", "DELETE FROM person_proof WHERE asked_ms <= $1"},
    [PERSON_PROOFS_DELETE] = {"proofs delete",
                              "DELETE FROM person_proof WHERE person_id = $1 OR address IN "
                              "(SELECT address FROM person_address WHERE person_id = $1)"},
    [PERSON_TRY_COUNT] = {"try count",
                          "INSERT INTO person_try (what, subject, began_ms, count) "
                          "VALUES ($1, $2, $3, 1) ON CONFLICT (what, subject) DO UPDATE SET "
                          "count = CASE WHEN person_try.began_ms <= $4 THEN 1 "
                          "ELSE person_try.count + 1 END, "
                          "began_ms = CASE WHEN person_try.began_ms <= $4 "
                          "THEN excluded.began_ms ELSE person_try.began_ms END RETURNING count"},
    [PERSON_TRY_LOOK] = {"try look", "SELECT count FROM person_try "
                                     "WHERE what = $1 AND subject = $2 AND began_ms > $3"},
    [PERSON_TRIES_SWEEP] = {"tries sweep", "DELETE FROM person_try WHERE began_ms <= $1"},
    [PERSON_SESSION_ADD] = {"session add", "INSERT INTO person_session (digest, person_id, "
                                           "began_ms, proved_ms, device) "
                                           "VALUES ($1, $2, $3, $3, $4)"},
    [PERSON_SESSION_GET] = {"session get",
                            "SELECT person.id, person.language, person_session.proved_ms, "
                            "coalesce(person_field.value, ''), helped.help_id, "
                            "helped.person_id, coalesce(helped.name, '') FROM person_session "
                            "JOIN person ON person.id = person_session.person_id "
                            "LEFT JOIN person_field ON person_field.person_id = person.id "
                            "AND person_field.field = 0 "
                            "LEFT JOIN (SELECT help.id AS help_id, help.person_id, "
                            "help.began_ms, named.value AS name FROM help "
                            "JOIN person AS whom ON whom.id = help.person_id "
                            "AND whom.status = 1 LEFT JOIN person_field AS named "
                            "ON named.person_id = help.person_id AND named.field = 0 "
                            "WHERE NOT EXISTS (SELECT 1 FROM person_address "
                            "WHERE person_address.person_id = help.person_id)) AS helped "
                            "ON helped.help_id = person_session.help_id AND helped.began_ms > $3 "
                            "WHERE person_session.digest = $1 AND person_session.began_ms > $2 "
                            "AND person.status = 1"},
    [PERSON_SESSION_LIST] = {"session list",
                             "SELECT digest, device, began_ms FROM person_session "
                             "WHERE person_id = $1 AND began_ms > $2 ORDER BY began_ms DESC"},
    [PERSON_SESSION_DELETE] = {"session delete",
                               "DELETE FROM person_session WHERE person_id = $1 AND digest = $2"},
    [PERSON_SESSIONS_DELETE] = {"sessions delete", "DELETE FROM person_session "
                                                   "WHERE person_id = $1 AND digest <> $2"},
    [PERSON_SESSIONS_SWEEP] = {"sessions sweep", "DELETE FROM person_session WHERE began_ms <= $1"},
    [PERSON_ROLE_ADD] = {"role add", "INSERT INTO person_role (id, person_id, role, territory, "
                                     "at_ms) VALUES ($1, $2, $3, $4, $5) "
                                     "ON CONFLICT (person_id, role, territory) DO NOTHING"},
    [PERSON_ROLE_DELETE] = {"role delete", "DELETE FROM person_role WHERE person_id = $1 "
                                           "AND role = $2 AND territory = $3"},
    [PERSON_ROLES_DELETE] = {"roles delete", "DELETE FROM person_role WHERE person_id = $1"},
    [PERSON_ROLE_LIST] = {"role list", "SELECT id, person_id, role, territory, at_ms "
                                       "FROM person_role ORDER BY role DESC, territory, at_ms, id"},
    [PERSON_ROLE_LIST_OF] = {"role list of",
                             "SELECT id, person_id, role, territory, at_ms FROM person_role "
                             "WHERE person_id = $1 ORDER BY role DESC, territory, id"},
    [PERSON_ADMINS_BUT] = {"admins but",
                           "SELECT count(*) FILTER (WHERE person.id <> $1), "
                           "count(*) FILTER (WHERE person.id = $1) FROM person_role "
                           "JOIN person ON person.id = person_role.person_id "
                           "WHERE person_role.role = 3 AND person_role.territory = '' "
                           "AND person.status = 1"},
    [PERSON_AUDIT_ADD] = {"audit add", "INSERT INTO audit (id, at_ms, person_id, act, object, "
                                       "reason) VALUES ($1, $2, $3, $4, $5, $6)"},
    [PERSON_AUDIT_FIND] = {"audit find",
                           "SELECT id, at_ms, person_id, act, object, reason FROM audit "
                           "WHERE id < $1 AND ($2 = '' OR act = $2) "
                           "AND ($3 = '' OR object = $3 OR substr(object, 1, length($3) + 1) = "
                           "$3 || ' ') AND ($4 < 0 OR person_id = $4) "
                           "AND at_ms >= $5 AND at_ms < $6 ORDER BY id DESC LIMIT $7"},
    [PERSON_AUDIT_NAMES] = {"audit names", "SELECT DISTINCT act FROM audit ORDER BY act LIMIT 100"},
    [PERSON_NAMES] = {"names", "SELECT person.id, person.status, person.created_ms, "
                               "person_field.value FROM person_field "
                               "JOIN person ON person.id = person_field.person_id "
                               "WHERE person_field.field = 0 AND person.status <> 3 "
                               "ORDER BY person_field.value, person.id LIMIT $1"},
    [PERSON_SEARCH_ADDRESS] = {"search address",
                               "SELECT person.id, person.status, person.created_ms, "
                               "coalesce(person_field.value, '') FROM person_address "
                               "JOIN person ON person.id = person_address.person_id "
                               "LEFT JOIN person_field ON person_field.person_id = person.id "
                               "AND person_field.field = 0 "
                               "WHERE person_address.address = $1 LIMIT 1"},
    [PERSON_SESSION_HELP] = {"session help", "UPDATE person_session SET help_id = $3 "
                                             "WHERE person_id = $1 AND digest = $2"},
    [PERSON_HELP_LEAVE] = {"help leave", "UPDATE person_session SET help_id = NULL "
                                         "WHERE person_id = $1 AND help_id IS NOT NULL"},
    [PERSON_HELP_ADD] = {"help add", "INSERT INTO help (id, helper_id, person_id, territory, "
                                     "consent, words, house, began_ms) "
                                     "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"},
    [PERSON_HELP_LIST] = {"help list", "SELECT " HELP_COLUMNS HELP_TABLES "GROUP BY help.person_id "
                                       "ORDER BY max(help.began_ms) DESC, help.person_id DESC "
                                       "LIMIT $2"},
    [PERSON_HELP_ONE] = {"help one", "SELECT " HELP_COLUMNS HELP_TABLES
                                     "AND help.person_id = $2 GROUP BY help.person_id"},
    [PERSON_HELP_HOUSE] = {"help house", "SELECT house FROM help WHERE helper_id = $1 "
                                         "ORDER BY began_ms DESC, id DESC LIMIT 1"},
    [PERSON_HELP_NOTE] = {"help note", "INSERT INTO help_revision (entry_id, revision, help_id) "
                                       "VALUES ($1, $2, $3)"},
    [PERSON_HELP_OF] = {"help of", HELPED_BY "AND help_revision.revision = $2"},
    [PERSON_HELP_OF_FIRST] = {"help of first", HELPED_BY "ORDER BY help_revision.revision LIMIT 1"},
    [PERSON_HELP_ALL] = {"help all", "SELECT help.began_ms, help.consent, help.words, help.house "
                                     "FROM help WHERE person_id = $1 ORDER BY began_ms, id"},
    [PERSON_PAPER_PUT] = {"paper put", "INSERT INTO paper (person_id, name, hash, made_ms) "
                                       "VALUES ($1, $2, $3, $4) ON CONFLICT (person_id) "
                                       "DO UPDATE SET name = excluded.name, "
                                       "hash = excluded.hash, made_ms = excluded.made_ms"},
    [PERSON_PAPER_NAMED] = {"paper named", "SELECT 1 FROM paper WHERE name = $1"},
    [PERSON_PAPER_FIND] = {"paper find", "SELECT paper.person_id, paper.hash FROM paper "
                                         "JOIN person ON person.id = paper.person_id "
                                         "AND person.status = 1 WHERE paper.name = $1"},
    [PERSON_PAPER_DELETE] = {"paper delete", "DELETE FROM paper WHERE person_id = $1"},
    [PERSON_NETWORK_BLOCKED] = {"network blocked", "SELECT until_ms FROM network_block "
                                                   "WHERE network = $1 AND until_ms > $2"},
    [PERSON_NETWORK_BLOCK] = {"network block", "INSERT INTO network_block (id, network, entry_id, "
                                               "person_id, reason, at_ms, until_ms) "
                                               "VALUES ($1, $2, $3, $4, $5, $6, $7)"},
    [PERSON_NETWORK_LIST] = {"network list",
                             "SELECT network_block.id, entry_id, person_id, reason, at_ms, "
                             "until_ms, entry.title FROM network_block "
                             "JOIN entry ON entry.id = entry_id WHERE until_ms > $1 "
                             "ORDER BY network_block.id DESC LIMIT $2"},
    [PERSON_NETWORK_LIFT] = {"network lift", "DELETE FROM network_block WHERE id = $1"},
    [PERSON_NETWORKS_SWEEP] = {"networks sweep", "DELETE FROM network_block WHERE until_ms <= $1"},
};
const struct db_catalogue person_catalogue = {"person", statements, ARRAY_COUNT(statements)};

err person_run(struct db_conn *conn, enum person_statement which, int64_t value) {
    struct db_query *query = person_query(conn, which);
    db_bind_i64(query, 1, value);
    return db_run(query);
}
