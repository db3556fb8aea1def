#include "db/db_int.h"

static const struct db_statement statements[] = {
    [DB_OWN_BEGIN_WRITE] = {"begin_write", "BEGIN IMMEDIATE"},
    [DB_OWN_BEGIN_READ] = {"begin_read", "BEGIN DEFERRED"},
    [DB_OWN_COMMIT] = {"commit", "COMMIT"},
    [DB_OWN_ROLLBACK] = {"rollback", "ROLLBACK"},
    [DB_OWN_SAVEPOINT] = {"savepoint", "SAVEPOINT part"},
    [DB_OWN_SAVEPOINT_KEEP] = {"savepoint_keep", "RELEASE SAVEPOINT part"},
    [DB_OWN_SAVEPOINT_UNDO] = {"savepoint_undo", "ROLLBACK TO SAVEPOINT part"},
    [DB_OWN_DATA_VERSION] = {"data_version", "PRAGMA data_version"},
    [DB_OWN_INTEGRITY_CHECK] = {"integrity_check",
                                "PRAGMA integrity_check(" DB_INTEGRITY_FINDINGS ")"},
    [DB_OWN_FOREIGN_KEY_CHECK] = {"foreign_key_check", "PRAGMA foreign_key_check"},
    [DB_OWN_MIGRATION_LIST] = {"migration_list",
                               "SELECT number, name, checksum FROM migration ORDER BY number"},
    [DB_OWN_MIGRATION_ADD] = {"migration_add",
                              "INSERT INTO migration (number, name, checksum) VALUES ($1, $2, $3)"},
    [DB_OWN_IDENTITY] = {"identity", "SELECT store, epoch FROM store_identity WHERE one = 1"},
    [DB_OWN_IDENTITY_ADD] = {"identity_add",
                             "INSERT INTO store_identity (one, store, epoch) VALUES (1, $1, $2) "
                             "ON CONFLICT (one) DO NOTHING"},
    [DB_OWN_EPOCH_RENEW] = {"epoch_renew", "UPDATE store_identity SET epoch = $1 WHERE one = 1"},
    [DB_OWN_SCHEMA_NUMBER] = {"schema_number", "SELECT coalesce(max(number), 0) FROM migration"},
    /* One writer at a time, so the largest number is ours to continue; the newest row is never
     * taken away (db_changes_prune). */
    [DB_OWN_CHANGE_ADD] = {"change_add",
                           "INSERT INTO change (sequence, topic, object, at_ms) VALUES "
                           "((SELECT coalesce(max(sequence), 0) + 1 FROM change), $1, $2, $3)"},
    [DB_OWN_CHANGE_ADD_MANY] = {"change_add_many",
                                "INSERT INTO change (sequence, topic, object, at_ms) VALUES "
                                "($1, $2, $3, $4), "
                                "($5, $6, $7, $8), "
                                "($9, $10, $11, $12), "
                                "($13, $14, $15, $16), "
                                "($17, $18, $19, $20), "
                                "($21, $22, $23, $24), "
                                "($25, $26, $27, $28), "
                                "($29, $30, $31, $32), "
                                "($33, $34, $35, $36), "
                                "($37, $38, $39, $40), "
                                "($41, $42, $43, $44), "
                                "($45, $46, $47, $48), "
                                "($49, $50, $51, $52), "
                                "($53, $54, $55, $56), "
                                "($57, $58, $59, $60), "
                                "($61, $62, $63, $64)"},
    [DB_OWN_CHANGE_READ] = {"change_read", "SELECT sequence, topic, object FROM change "
                                           "WHERE sequence > $1 ORDER BY sequence LIMIT $2"},
    [DB_OWN_CHANGE_LAST] = {"change_last", "SELECT coalesce(max(sequence), 0) FROM change"},
    [DB_OWN_CHANGE_LAST_AT] = {"change_last_at",
                               "SELECT at_ms FROM change ORDER BY sequence DESC LIMIT 1"},
    [DB_OWN_CHANGE_FIRST] = {"change_first", "SELECT coalesce(min(sequence), 0) FROM change"},
    [DB_OWN_CHANGE_PRUNE] = {"change_prune", "DELETE FROM change WHERE sequence < $1"},
    [DB_OWN_CHANGE_ROW] = {"change_row",
                           "SELECT topic, object, at_ms FROM change WHERE sequence = $1"},
};
const struct db_catalogue db_own_catalogue = {"db", statements, ARRAY_COUNT(statements)};
