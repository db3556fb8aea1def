/* domain/territory: communes, EPCI, départements, régions, the country, and custom ones made of
 * communes. The store holds them; an immutable snapshot in memory answers everything. */
#ifndef AGORA_DOMAIN_TERRITORY_H
#define AGORA_DOMAIN_TERRITORY_H

#include "base/base.h"
#include "db/db.h"
#include "geo/geo.h"

enum territory_level {
    TERRITORY_COMMUNE,
    TERRITORY_EPCI,
    TERRITORY_DEPARTEMENT,
    TERRITORY_REGION,
    TERRITORY_COUNTRY,
    TERRITORY_CUSTOM,
    TERRITORY_LEVEL__COUNT
};
#define TERRITORY_NONE UINT32_MAX

struct territory {
    slice code;  /* "com-73065", "epci-200069110", "dep-73", "reg-84", "country-fr", "t-bauges" */
    slice name;  /* "Chambéry" */
    slice label; /* what lists show: "Chambéry (73)", "Savoie", "CA Grand Chambéry" */
    enum territory_level level;
    uint32_t epci, departement, region, country; /* indexes of the ancestors, or TERRITORY_NONE */
    uint32_t population; /* 0: not known */
    struct geo_point centre;
    bool has_centre, centre_is_approximate;
    struct geo_box box; /* of its polygons, else of its communes' centres */
    const slice *postal_codes;
    uint32_t postal_code_count;
    const uint32_t *communes; /* of an EPCI, département, région, custom: indexes, sorted */
    uint32_t commune_count;
};
struct territories {
    const struct territory *items; /* communes first, by code; then the larger ones by level */
    uint32_t count, commune_count;
    struct geo_areas *areas;       /* communes' polygons, keyed by index; NULL when none imported */
    struct territory_index *index; /* private */
};

/* Seeds the store from the reference that ships with the program (TSV, see
 * tools/build-territories.mjs); does nothing when this version of it is in. In a write transaction. */
MUST_USE err territory_seed(struct db_conn *conn, slice reference_tsv, int64_t now_ms,
                            struct problem *problem);
/* Keeps the polygon of a territory (rings; even-odd). ERR_NOT_FOUND for an unknown code. */
MUST_USE err territory_outline_store(struct db_conn *conn, slice code,
                                     const struct geo_point *const *rings, const size_t *counts,
                                     size_t ring_count, int64_t now_ms);
/* Creates or replaces a custom territory made of communes (codes "com-…"). */
MUST_USE err territory_custom_store(struct db_conn *conn, slice slug, slice name, const slice *communes,
                                    size_t count, int64_t now_ms, struct problem *problem);
MUST_USE err territories_load(struct db_conn *conn, struct territories **territories);
void territories_free(struct territories *territories);

uint32_t territories_find(const struct territories *all, slice code); /* current and former codes */
/* A commune by INSEE code ("73065", also former ones). */
uint32_t territories_commune(const struct territories *all, slice insee);
/* By postal code and name as people write them (case, accents, St/Saint, arrondissement numbers);
 * either may be empty. `departement` ("73", "1" for "01") narrows when not empty. TERRITORY_NONE when
 * nothing or more than one fits. */
uint32_t territories_match(const struct territories *all, slice name, slice postal_code,
                           slice departement);
/* Any code or name of a level as data sets write them: "73065", "200069110", "73", "Savoie". */
uint32_t territories_match_level(const struct territories *all, enum territory_level level,
                                 slice code_or_name);
/* The commune that holds the point: by polygon (exact), else by nearest centre within 20 km
 * (`*exact` false). */
uint32_t territories_at(const struct territories *all, struct geo_point point, bool *exact);
bool territories_is_within(const struct territories *all, uint32_t inner, uint32_t outer);
/* Best matches for what someone types (a prefix of a name or postal code, accents free): first the
 * exact names, then by population. Returns how many were written to `found`. */
size_t territories_suggest(const struct territories *all, slice typed, uint32_t *found, size_t room);

/* Snapshot shared between threads: replaced as a whole when territories change. */
struct territories_shared;

extern const struct db_catalogue territory_catalogue;

#endif
