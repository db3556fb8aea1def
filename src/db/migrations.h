/* The migrations that ship with the program: migrations/ENGINE/NNNN-name.sql, embedded at build by
 * tools/embed-migrations.mjs in the order of their numbers. */
#ifndef AGORA_DB_MIGRATIONS_H
#define AGORA_DB_MIGRATIONS_H

#include "db/db.h"

extern const struct db_migration store_migrations[];
extern const size_t store_migration_count;

#endif
