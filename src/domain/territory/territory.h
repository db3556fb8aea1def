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
    slice label; /* what lists show: "Chambéry (73)", "Savoie (73)", "CA du Grand Chambéry" */
    /* EPCI: CC CA CU ME; département, région: metro DROM COM; a commune that is the seat of its
     * département: seat; else empty */
    slice kind;
    enum territory_level level;
    uint32_t epci, departement, region, country; /* indexes of the ancestors, or TERRITORY_NONE */
    uint32_t population;                         /* 0: not known */
    struct geo_point centre; /* the town, else the middle of its outline or communes */
    bool has_centre, centre_is_approximate; /* approximate: the middle of something larger */
    struct geo_box box; /* of its outline, else of its communes' centres with some room around; the
                         * country's is that of its European part; valid when has_centre */
    const slice *postal_codes;
    uint32_t postal_code_count;
    const uint32_t *communes; /* of an EPCI, département, région, custom: indexes, sorted */
    uint32_t commune_count;
    const uint32_t
        *children; /* one level down, by name: country -> régions and the départements that
                               * are in none; région -> départements; département -> EPCI that reach
                               * into it and communes without EPCI; EPCI, custom -> communes */
    uint32_t child_count;
};
struct territories {
    const struct territory
        *items; /* communes first, by code; then the larger ones by level and code */
    uint32_t count, commune_count;
    struct geo_areas *areas; /* communes' polygons, keyed by index; NULL when none imported */
    struct geo_areas *departement_areas; /* the same of the départements, for drawing */
    struct territory_index *index;       /* private */
};

/* Seeds the store from the reference that ships with the program (plain TSV, see
 * tools/build-territories.mjs); does nothing when this version of it is in. What the reference no
 * longer has goes; custom territories and outlines stay. In a write transaction. ERR_INPUT names
 * the line that is not as documented. */
MUST_USE err territory_seed(struct db_conn *conn, slice reference_tsv, int64_t now_ms,
                            struct problem *problem);
/* Keeps the outline of a territory (rings; even-odd; points valid). A former code adds a part to
 * the commune of today. All outlines stored with one `now_ms` belong together: the first of them
 * replaces what an earlier import left for that territory. ERR_NOT_FOUND for an unknown code,
 * ERR_INPUT without a ring of three points. */
MUST_USE err territory_outline_store(struct db_conn *conn, slice code,
                                     const struct geo_point *const *rings, const size_t *counts,
                                     size_t ring_count, int64_t now_ms);
/* Creates or replaces a custom territory made of communes (codes "com-…"): "t-SLUG". ERR_INPUT for
 * a slug that is not [a-z0-9-]{1,60} or without communes, ERR_NOT_FOUND for an unknown commune
 * (named). */
MUST_USE err territory_custom_store(struct db_conn *conn, slice slug, slice name,
                                    const slice *communes, size_t count, int64_t now_ms,
                                    struct problem *problem);
/* Reads everything into a snapshot; free with territories_free. */
MUST_USE err territories_load(struct db_conn *conn, struct territories **territories);
void territories_free(struct territories *territories);

uint32_t territories_find(const struct territories *all, slice code); /* current and former codes */
/* A commune by INSEE code ("73065", also former ones, also "1053" for "01053"). */
uint32_t territories_commune(const struct territories *all, slice insee);
/* By postal code and name as people write them (case, accents, St/Saint, arrondissement numbers,
 * CEDEX, one typo when the postal code is known); either may be empty. `departement` ("73", "1" for
 * "01") narrows when not empty. A commune of today goes before a former one of the same name.
 * TERRITORY_NONE when nothing or more than one fits. */
uint32_t territories_match(const struct territories *all, slice name, slice postal_code,
                           slice departement);
/* Any code or name of a level as data sets write them: "73065", "200069110", "73", "Savoie",
 * "Grand Chambéry". TERRITORY_NONE when nothing or more than one fits. */
uint32_t territories_match_level(const struct territories *all, enum territory_level level,
                                 slice code_or_name);
/* The commune that holds the point: by polygon (exact), else by nearest centre within 20 km
 * (`*exact` false; centres that are approximate themselves do not count). */
uint32_t territories_at(const struct territories *all, struct geo_point point, bool *exact);
/* The two halves of it, for who may not need the second: the commune whose outline holds the point,
 * and the one whose centre is nearest. TERRITORY_NONE when there is none. */
uint32_t territories_holding(const struct territories *all, struct geo_point point);
uint32_t territories_nearest(const struct territories *all, struct geo_point point);
/* True when inner is outer or lies in it: a commune in its EPCI, département, région, country and
 * in custom territories; an EPCI in the département and région of most of its people; and so on
 * up. */
bool territories_is_within(const struct territories *all, uint32_t inner, uint32_t outer);
/* The territories of the same level that share a border with this one, by their outlines (two
 * common points at least), in the order of their indexes; at most `room`. 0 also when no outlines
 * are there (communes and EPCI need those of communes, départements and régions those of
 * départements), and for the country and custom territories. */
size_t territories_touching(const struct territories *all, uint32_t index, struct arena *scratch,
                            uint32_t *found, size_t room);
/* Best matches for what someone types (a prefix of a name or of a later word of it, or of a postal
 * code; accents free; "chambery 73" narrows): first the exact names, then by population, names that
 * begin so before names that merely have such a word. Returns how many were written to `found`. */
size_t territories_suggest(const struct territories *all, slice typed, uint32_t *found,
                           size_t room);

/* For tests and for the catalogue check of every engine. */
extern const struct db_catalogue territory_catalogue;

#endif
