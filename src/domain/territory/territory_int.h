/* Inside domain/territory. */
#ifndef AGORA_DOMAIN_TERRITORY_INT_H
#define AGORA_DOMAIN_TERRITORY_INT_H

#include "domain/territory/territory.h"

enum territory_statement {
    TERRITORY_VERSION,
    TERRITORY_VERSION_SET,
    TERRITORY_SWEEP,
    TERRITORY_ALIASES_CLEAR,
    TERRITORY_PUT,
    TERRITORY_ALIAS_PUT,
    TERRITORY_RESOLVE,
    TERRITORY_OUTLINES_REPLACE,
    TERRITORY_OUTLINE_PUT,
    TERRITORY_MEMBERS_CLEAR,
    TERRITORY_MEMBER_PUT,
    TERRITORY_COUNT,
    TERRITORY_LIST,
    TERRITORY_ALIAS_COUNT,
    TERRITORY_ALIASES,
    TERRITORY_MEMBER_COUNT,
    TERRITORY_MEMBERS,
    TERRITORY_OUTLINES,
    TERRITORY_STATEMENT__COUNT
};

/* What is stored about a centre. */
enum { TERRITORY_CENTRE_NONE, TERRITORY_CENTRE_PLACE, TERRITORY_CENTRE_MIDDLE };

/* Changes when the keys below would come out differently: stores are seeded again. */
#define TERRITORY_KEY_VERSION "1"
#define TERRITORY_KEY_MAX     512 /* bytes */

/* The form in which names are compared, appended to `out`: folded words joined by one space; st,
 * ste, s (of "s/") spelled out; numbers, "arrondissement" and "cedex" dropped. "ST JEAN D’ARVES"
 * and "Saint-Jean-d'Arves" both give "saint jean d arves". For an EPCI the leading words that say
 * what it is ("CC", "communauté de communes", "métropole") and the article after them are dropped
 * too. */
void territory_key(slice name, enum territory_level level, struct buf *out);

/* Outlines as bytes: see outline.c. */
void territory_shape_write(const struct geo_point *const *rings, const size_t *counts,
                           size_t ring_count, struct buf *out);
/* Takes the next ring off `*shape` into `points` (grown in the arena). False at the end or when the
 * bytes are damaged (then *damaged). */
struct territory_shape_reader {
    slice rest;
    int32_t step; /* 1 or 100: unit of the differences */
    uint32_t rings_left;
    struct geo_point last;
    bool damaged;
};
struct territory_shape_reader territory_shape_read(slice shape);
bool territory_shape_ring(struct territory_shape_reader *reader, struct arena *arena,
                          struct geo_point **points, size_t *count);

/* One name under which a territory is found. */
struct territory_name {
    slice key; /* from the word where it starts to the end */
    uint32_t territory;
    bool is_start;  /* key is the whole name, not from a later word */
    bool is_former; /* the name of an alias */
};
struct territory_code {
    slice code;
    uint32_t territory;
};
struct territory_postal {
    uint32_t code; /* 73000 */
    uint32_t commune;
};
/* Communes with a centre of their own, by cells of 1/4 degree. */
#define TERRITORY_CELL_E7 2500000
struct territory_cell {
    uint32_t cell; /* row * 1440 + column */
    uint32_t commune;
    struct geo_point centre; /* here too: a search goes over many */
};
struct territory_index {
    struct arena arena;           /* holds everything of the snapshot */
    struct territory_code *codes; /* open addressing; code.n == 0: free */
    uint32_t code_mask;
    struct territory_name *names; /* sorted by key, then former, then territory */
    uint32_t name_count;
    struct territory_postal *postals; /* sorted */
    uint32_t postal_count;
    struct territory_cell *cells; /* sorted */
    uint32_t cell_count;
};

/* Range of names whose key starts with `prefix`. */
void territory_names_range(const struct territory_index *index, slice prefix, uint32_t *first,
                           uint32_t *end);
/* Range of postal codes from low to high, both inclusive. */
void territory_postal_range(const struct territory_index *index, uint32_t low, uint32_t high,
                            uint32_t *first, uint32_t *end);
bool territory_code_insert(struct territory_index *index, slice code, uint32_t territory);

#endif
