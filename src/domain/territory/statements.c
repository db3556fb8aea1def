/* The statements of the room. */
#include "domain/territory/territory_int.h"

static const struct db_statement statements[TERRITORY_STATEMENT__COUNT] = {
    [TERRITORY_VERSION] = {"version", "SELECT version FROM territory_reference WHERE one = 1"},
    [TERRITORY_VERSION_SET] = {"version_set",
                               "INSERT INTO territory_reference (one, version, seeded_ms)"
                               " VALUES (1, $1, $2) ON CONFLICT (one) DO UPDATE SET"
                               " version = excluded.version, seeded_ms = excluded.seeded_ms"},
    [TERRITORY_SWEEP] = {"sweep", "DELETE FROM territory WHERE level < 5 AND updated_ms <> $1"},
    [TERRITORY_ALIASES_CLEAR] = {"aliases_clear", "DELETE FROM territory_alias"},
    [TERRITORY_PUT] = {"put",
                       "INSERT INTO territory (code, level, name, name_key, kind, epci,"
                       " departement, region, postal, population, lon_e7, lat_e7,"
                       " centre_precision, updated_ms)"
                       " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
                       " ON CONFLICT (code) DO UPDATE SET level = excluded.level,"
                       " name = excluded.name, name_key = excluded.name_key,"
                       " kind = excluded.kind, epci = excluded.epci,"
                       " departement = excluded.departement, region = excluded.region,"
                       " postal = excluded.postal, population = excluded.population,"
                       " lon_e7 = excluded.lon_e7, lat_e7 = excluded.lat_e7,"
                       " centre_precision = excluded.centre_precision,"
                       " updated_ms = excluded.updated_ms"},
    [TERRITORY_ALIAS_PUT] = {"alias_put",
                             "INSERT INTO territory_alias (code, territory, name, name_key)"
                             " VALUES ($1, $2, $3, $4) ON CONFLICT (code, territory) DO NOTHING"},
    [TERRITORY_RESOLVE] = {"resolve",
                           "SELECT code, 0 AS former FROM territory WHERE code = $1"
                           " UNION ALL SELECT territory, 1 FROM territory_alias WHERE code = $1"
                           " ORDER BY 2, 1 LIMIT 1"},
    [TERRITORY_OUTLINES_REPLACE] = {"outlines_replace", "DELETE FROM territory_outline"
                                                        " WHERE territory = $1 AND"
                                                        " updated_ms <> $2"},
    [TERRITORY_OUTLINE_PUT] = {"outline_put",
                               "INSERT INTO territory_outline (territory, part, shape, updated_ms)"
                               " VALUES ($1, $2, $3, $4) ON CONFLICT (territory, part) DO UPDATE"
                               " SET shape = excluded.shape, updated_ms = excluded.updated_ms"},
    [TERRITORY_MEMBERS_CLEAR] = {"members_clear",
                                 "DELETE FROM territory_member WHERE territory = $1"},
    [TERRITORY_MEMBER_PUT] = {"member_put",
                              "INSERT INTO territory_member (territory, commune) VALUES ($1, $2)"
                              " ON CONFLICT (territory, commune) DO NOTHING"},
    [TERRITORY_COUNT] = {"count", "SELECT count(*) FROM territory"},
    [TERRITORY_LIST] = {"list", "SELECT code, level, name, name_key, kind, epci, departement,"
                                " region, postal, population, lon_e7, lat_e7, centre_precision"
                                " FROM territory ORDER BY level, code"},
    [TERRITORY_ALIAS_COUNT] = {"alias_count", "SELECT count(*) FROM territory_alias"},
    [TERRITORY_ALIASES] = {"aliases", "SELECT code, territory, name_key FROM territory_alias"
                                      " ORDER BY code, territory"},
    [TERRITORY_MEMBER_COUNT] = {"member_count", "SELECT count(*) FROM territory_member"},
    [TERRITORY_MEMBERS] = {"members", "SELECT territory, commune FROM territory_member"
                                      " ORDER BY territory, commune"},
    [TERRITORY_OUTLINES] = {"outlines", "SELECT territory, shape FROM territory_outline"
                                        " ORDER BY territory, part"},
};

const struct db_catalogue territory_catalogue = {
    .room = "territory", .statements = statements, .count = TERRITORY_STATEMENT__COUNT};
