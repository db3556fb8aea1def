/* From the store to the snapshot. */
#include "domain/territory/territory_int.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK  (1u << 20)
#define PLACE_PAD_E7 300000 /* about 3 km around a centre that has no outline */
/* The box of the country is its European part: a map of France starts there. */
#define COUNTRY_BOX ((struct geo_box){-52000000, 413000000, 96000000, 511500000})

struct load {
    struct db_conn *conn;
    struct territories *all;
    struct territory_index *index;
    struct territory *items;
    slice *keys;    /* name_key of each territory */
    slice *parents; /* epci, departement, region: three a territory */
    struct arena scratch;
};
struct part {
    uint32_t territory;
    uint32_t count;
    struct geo_point *points;
};
struct pair {
    uint32_t parent, child;
    slice key;
};

static err count_of(struct db_conn *conn, enum territory_statement statement, uint32_t *count) {
    struct db_query *query = db_query(conn, &territory_catalogue, statement);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_INTERNAL;
    }
    *count = (uint32_t)db_i64(query, 0);
    db_done(query);
    return OK;
}

static void read_postal(struct load *load, struct territory *item, slice text) {
    uint32_t count = text.n == 0 ? 0 : 1;
    for (size_t i = 0; i < text.n; i++) {
        count += text.p[i] == ' ';
    }
    slice kept = arena_copy(&load->index->arena, text);
    slice *codes = arena_new(&load->index->arena, slice, count + 1);
    uint32_t n = 0;
    while (n < count && slice_cut(&kept, ' ', &codes[n])) {
        n++;
    }
    item->postal_codes = codes;
    item->postal_code_count = n;
}

static void read_item(struct load *load, struct db_query *row, uint32_t i) {
    struct arena *arena = &load->index->arena;
    struct territory *item = &load->items[i];
    item->code = arena_copy(arena, db_text(row, 0));
    item->level = (enum territory_level)db_i64(row, 1);
    item->name = arena_copy(arena, db_text(row, 2));
    load->keys[i] = arena_copy(arena, db_text(row, 3));
    item->kind = arena_copy(arena, db_text(row, 4));
    for (unsigned level = 0; level < 3; level++) {
        load->parents[3 * i + level] = arena_copy(&load->scratch, db_text(row, 5 + level));
    }
    read_postal(load, item, db_text(row, 8));
    item->population = (uint32_t)db_i64(row, 9);
    item->centre = (struct geo_point){(int32_t)db_i64(row, 10), (int32_t)db_i64(row, 11)};
    int64_t precision = db_i64(row, 12);
    item->has_centre = precision != TERRITORY_CENTRE_NONE;
    item->centre_is_approximate = precision == TERRITORY_CENTRE_MIDDLE;
    item->epci = item->departement = item->region = item->country = TERRITORY_NONE;
}

static err read_items(struct load *load) {
    uint32_t count = 0;
    TRY(count_of(load->conn, TERRITORY_COUNT, &count));
    load->items = arena_new(&load->index->arena, struct territory, count + 1);
    load->keys = arena_new(&load->index->arena, slice, count + 1);
    load->parents = arena_new(&load->scratch, slice, 3 * (size_t)count + 1);
    struct db_query *query = db_query(load->conn, &territory_catalogue, TERRITORY_LIST);
    uint32_t n = 0;
    bool row = false;
    while (true) {
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        if (n == count) { /* no transaction around: somebody added one meanwhile */
            db_done(query);
            return ERR_BUSY;
        }
        read_item(load, query, n);
        load->all->commune_count += load->items[n].level == TERRITORY_COMMUNE;
        n++;
    }
    load->all->items = load->items;
    load->all->count = n;
    return OK;
}

static void codes_prepare(struct load *load, uint32_t aliases) {
    uint32_t size = 1024;
    while (size < 2 * (load->all->count + aliases)) {
        size *= 2;
    }
    load->index->codes = arena_new(&load->index->arena, struct territory_code, size);
    load->index->code_mask = size - 1;
    for (uint32_t i = 0; i < load->all->count; i++) {
        territory_code_insert(load->index, load->items[i].code, i);
    }
}

static void link_parents(struct load *load) {
    const struct territories *all = load->all;
    uint32_t country = territories_find(all, SLICE("country-fr"));
    for (uint32_t i = 0; i < all->count; i++) {
        struct territory *item = &load->items[i];
        item->epci = territories_find(all, load->parents[3 * i]);
        item->departement = territories_find(all, load->parents[3 * i + 1]);
        item->region = territories_find(all, load->parents[3 * i + 2]);
        item->country = i == country ? TERRITORY_NONE : country;
        item->label = item->name;
        bool is_departement = item->level == TERRITORY_DEPARTEMENT;
        if (is_departement ||
            (item->level == TERRITORY_COMMUNE && item->departement != TERRITORY_NONE)) {
            slice number = is_departement ? item->code : load->items[item->departement].code;
            item->label = arena_printf(&load->index->arena, "%.*s (%.*s)", SLICE_ARG(item->name),
                                       SLICE_ARG(slice_sub(number, 4, number.n)));
        }
    }
}

/* Names also count from these later words on; not from those every other name has. */
static bool starts_a_name(slice word) {
    static const char *const common[] = {"saint", "sainte", "sur",  "sous", "les",  "des",
                                         "aux",   "lès",    "pays", "val",  "mont", "bois"};
    for (size_t i = 0; i < ARRAY_COUNT(common); i++) {
        if (slice_equal(word, slice_from_cstr(common[i]))) {
            return false;
        }
    }
    return word.n >= 3;
}

static void name_add(struct load *load, struct territory_name *names, slice key, uint32_t territory,
                     bool is_former) {
    size_t from = 0;
    while (from < key.n) {
        size_t end = slice_find(key, from, ' ');
        if (from == 0 || starts_a_name(slice_sub(key, from, end - from))) {
            if (names != NULL) {
                names[load->index->name_count] =
                    (struct territory_name){.key = slice_sub(key, from, key.n),
                                            .territory = territory,
                                            .is_start = from == 0,
                                            .is_former = is_former};
            }
            load->index->name_count++;
        }
        from = end + 1;
    }
}

static int name_order(const void *a, const void *b) {
    const struct territory_name *x = a;
    const struct territory_name *y = b;
    int order = slice_compare(x->key, y->key);
    if (order != 0) {
        return order;
    }
    if (x->is_former != y->is_former) {
        return x->is_former ? 1 : -1;
    }
    return (x->territory > y->territory) - (x->territory < y->territory);
}

struct alias {
    slice key;
    uint32_t territory;
};

static err read_aliases(struct load *load, struct alias *aliases, uint32_t room, uint32_t *count) {
    struct db_query *query = db_query(load->conn, &territory_catalogue, TERRITORY_ALIASES);
    bool row = false;
    *count = 0;
    while (true) {
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        uint32_t territory = territories_find(load->all, db_text(query, 1));
        if (territory == TERRITORY_NONE || *count == room) {
            continue;
        }
        slice code = arena_copy(&load->index->arena, db_text(query, 0));
        territory_code_insert(load->index, code, territory); /* a current code stays what it is */
        aliases[(*count)++] =
            (struct alias){arena_copy(&load->index->arena, db_text(query, 2)), territory};
    }
}

static void index_names(struct load *load, const struct alias *aliases, uint32_t alias_count) {
    struct territory_name *names = NULL;
    for (int pass = 0; pass < 2; pass++) { /* counts, then writes */
        load->index->name_count = 0;
        for (uint32_t i = 0; i < load->all->count; i++) {
            name_add(load, names, load->keys[i], i, false);
        }
        for (uint32_t i = 0; i < alias_count; i++) {
            if (!slice_equal(aliases[i].key, load->keys[aliases[i].territory])) {
                name_add(load, names, aliases[i].key, aliases[i].territory, true);
            }
        }
        if (pass == 0) {
            names =
                arena_new(&load->index->arena, struct territory_name, load->index->name_count + 1);
        }
    }
    qsort(names, load->index->name_count, sizeof *names, name_order);
    load->index->names = names;
}

static int postal_order(const void *a, const void *b) {
    const struct territory_postal *x = a;
    const struct territory_postal *y = b;
    if (x->code != y->code) {
        return x->code < y->code ? -1 : 1;
    }
    return (x->commune > y->commune) - (x->commune < y->commune);
}

static void index_postals(struct load *load) {
    size_t room = 1;
    for (uint32_t i = 0; i < load->all->commune_count; i++) {
        room += load->items[i].postal_code_count;
    }
    struct territory_postal *postals =
        arena_new(&load->index->arena, struct territory_postal, room);
    uint32_t n = 0;
    for (uint32_t i = 0; i < load->all->commune_count; i++) {
        for (uint32_t k = 0; k < load->items[i].postal_code_count; k++) {
            uint64_t code = 0;
            if (slice_to_u64(load->items[i].postal_codes[k], &code) && code < 100000) {
                postals[n++] = (struct territory_postal){(uint32_t)code, i};
            }
        }
    }
    qsort(postals, n, sizeof *postals, postal_order);
    load->index->postals = postals;
    load->index->postal_count = n;
}

/* ---- outlines ---- */

static int part_order(const void *a, const void *b) {
    const struct part *x = a;
    const struct part *y = b;
    if (x->territory != y->territory) {
        return x->territory < y->territory ? -1 : 1;
    }
    return (x->points > y->points) - (x->points < y->points);
}

static void box_add(struct geo_box *box, bool *has, const struct geo_box *more) {
    if (!*has) {
        *box = *more;
        *has = true;
        return;
    }
    box->west_e7 = more->west_e7 < box->west_e7 ? more->west_e7 : box->west_e7;
    box->south_e7 = more->south_e7 < box->south_e7 ? more->south_e7 : box->south_e7;
    box->east_e7 = more->east_e7 > box->east_e7 ? more->east_e7 : box->east_e7;
    box->north_e7 = more->north_e7 > box->north_e7 ? more->north_e7 : box->north_e7;
}

/* Twice the signed area and the centroid of a ring (planar: rings are small). */
static double ring_centroid(const struct part *part, struct geo_point *centroid) {
    double area = 0;
    double x = 0;
    double y = 0;
    struct geo_point origin = part->points[0];
    for (uint32_t i = 0; i < part->count; i++) {
        struct geo_point a = part->points[i];
        struct geo_point b = part->points[(i + 1) % part->count];
        double ax = (double)a.lon_e7 - origin.lon_e7;
        double ay = (double)a.lat_e7 - origin.lat_e7;
        double bx = (double)b.lon_e7 - origin.lon_e7;
        double by = (double)b.lat_e7 - origin.lat_e7;
        double cross = ax * by - bx * ay;
        area += cross;
        x += (ax + bx) * cross;
        y += (ay + by) * cross;
    }
    if (area > 1 || area < -1) {
        centroid->lon_e7 = (int32_t)(origin.lon_e7 + x / (3 * area));
        centroid->lat_e7 = (int32_t)(origin.lat_e7 + y / (3 * area));
    } else {
        *centroid = origin;
    }
    return area < 0 ? -area : area;
}

/* Box, and centre unless it has one of its own, from all parts of one territory. */
static void outline_apply(struct territory *item, const struct part *parts, uint32_t count) {
    bool has_box = false;
    double largest = -1;
    struct geo_point middle = {0, 0};
    for (uint32_t p = 0; p < count; p++) {
        for (uint32_t i = 0; i < parts[p].count; i++) {
            struct geo_point at = parts[p].points[i];
            struct geo_box one = {at.lon_e7, at.lat_e7, at.lon_e7, at.lat_e7};
            box_add(&item->box, &has_box, &one);
        }
        struct geo_point centroid;
        double area = ring_centroid(&parts[p], &centroid);
        if (area > largest) {
            largest = area;
            middle = centroid;
        }
    }
    if (!item->has_centre || item->centre_is_approximate) {
        item->centre = middle;
        item->has_centre = true;
        item->centre_is_approximate = false;
    }
}

static err read_parts(struct load *load, struct part **parts, uint32_t *count) {
    uint32_t room = 1024;
    uint32_t n = 0;
    struct part *list = arena_new(&load->scratch, struct part, room);
    struct db_query *query = db_query(load->conn, &territory_catalogue, TERRITORY_OUTLINES);
    bool row = false;
    while (true) {
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        uint32_t territory = territories_find(load->all, db_text(query, 0));
        struct territory_shape_reader reader = territory_shape_read(db_blob(query, 1));
        struct geo_point *points;
        size_t points_n;
        while (territory != TERRITORY_NONE &&
               territory_shape_ring(&reader, &load->scratch, &points, &points_n)) {
            if (points_n < 3) {
                continue;
            }
            if (n == room) {
                struct part *larger = arena_new(&load->scratch, struct part, 2 * (size_t)room);
                memcpy(larger, list, room * sizeof *list);
                list = larger;
                room *= 2;
            }
            list[n++] = (struct part){territory, (uint32_t)points_n, points};
        }
        if (reader.damaged) {
            db_done(query);
            return ERR_CORRUPT;
        }
    }
    qsort(list, n, sizeof *list, part_order);
    *parts = list;
    *count = n;
    return OK;
}

static err build_areas(struct load *load, const struct part *parts, uint32_t count,
                       enum territory_level level, struct geo_areas **areas) {
    struct geo_areas_builder *builder = NULL;
    err result = OK;
    for (uint32_t i = 0; i < count && result == OK; i++) {
        if (load->items[parts[i].territory].level != level) {
            continue;
        }
        bool first = i == 0 || parts[i - 1].territory != parts[i].territory;
        if (builder == NULL && (builder = geo_areas_builder_new()) == NULL) {
            return ERR_MEMORY;
        }
        if (first) {
            result = geo_areas_begin(builder, parts[i].territory);
        }
        if (result == OK) {
            result = geo_areas_ring(builder, parts[i].points, parts[i].count);
        }
    }
    if (builder == NULL) {
        return OK;
    }
    if (result != OK) {
        geo_areas_builder_free(builder);
        return result;
    }
    *areas = geo_areas_build(builder);
    return *areas == NULL ? ERR_MEMORY : OK;
}

static err read_outlines(struct load *load) {
    struct part *parts = NULL;
    uint32_t count = 0;
    TRY(read_parts(load, &parts, &count));
    for (uint32_t i = 0; i < count;) {
        uint32_t end = i + 1;
        while (end < count && parts[end].territory == parts[i].territory) {
            end++;
        }
        outline_apply(&load->items[parts[i].territory], parts + i, end - i);
        i = end;
    }
    TRY(build_areas(load, parts, count, TERRITORY_COMMUNE, &load->all->areas));
    return build_areas(load, parts, count, TERRITORY_DEPARTEMENT, &load->all->departement_areas);
}

/* ---- members ---- */

static int pair_order(const void *a, const void *b) {
    const struct pair *x = a;
    const struct pair *y = b;
    if (x->parent != y->parent) {
        return x->parent < y->parent ? -1 : 1;
    }
    int order = slice_compare(x->key, y->key);
    if (order != 0) {
        return order;
    }
    return (x->child > y->child) - (x->child < y->child);
}

struct pairs {
    struct pair *items;
    size_t count;
};

static void pair_add(struct load *load, struct pairs *pairs, uint32_t parent, uint32_t child,
                     bool by_name) {
    if (parent != TERRITORY_NONE) {
        pairs->items[pairs->count++] =
            (struct pair){parent, child, by_name ? load->keys[child] : SLICE_EMPTY};
    }
}

/* Puts the pairs in the order of their parents, keeping the order among those of one parent.
 * Returns where the pairs of each parent begin (one more at the end). */
static uint32_t *pairs_group(struct load *load, struct pairs *pairs) {
    uint32_t parents = load->all->count;
    uint32_t *first = arena_new(&load->scratch, uint32_t, parents + (size_t)1);
    uint32_t *next = arena_new(&load->scratch, uint32_t, parents + (size_t)1);
    struct pair *grouped = arena_new(&load->scratch, struct pair, pairs->count + 1);
    for (size_t i = 0; i < pairs->count; i++) {
        first[pairs->items[i].parent + 1]++;
    }
    for (uint32_t i = 0; i < parents; i++) {
        first[i + 1] += first[i];
        next[i] = first[i];
    }
    for (size_t i = 0; i < pairs->count; i++) {
        grouped[next[pairs->items[i].parent]++] = pairs->items[i];
    }
    pairs->items = grouped;
    return first;
}

/* Hands each parent its run of children, without doubles. Communes come in their own order;
 * children by name. */
static void pairs_deal(struct load *load, struct pairs *pairs, bool as_communes) {
    uint32_t *first = pairs_group(load, pairs);
    uint32_t *all = arena_new(&load->index->arena, uint32_t, pairs->count + 1);
    size_t n = 0;
    for (uint32_t i = 0; i < load->all->count; i++) {
        struct territory *parent = &load->items[i];
        const uint32_t **list = as_communes ? &parent->communes : &parent->children;
        uint32_t *count = as_communes ? &parent->commune_count : &parent->child_count;
        *list = all + n;
        if (!as_communes) {
            qsort(pairs->items + first[i], first[i + 1] - first[i], sizeof *pairs->items,
                  pair_order);
        }
        for (uint32_t k = first[i]; k < first[i + 1]; k++) {
            if (*count == 0 || all[n - 1] != pairs->items[k].child) {
                all[n++] = pairs->items[k].child;
                (*count)++;
            }
        }
    }
}

static err read_members(struct load *load, struct pairs *communes, struct pairs *children,
                        size_t room) {
    struct db_query *query = db_query(load->conn, &territory_catalogue, TERRITORY_MEMBERS);
    bool row = false;
    while (true) {
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        uint32_t territory = territories_find(load->all, db_text(query, 0));
        uint32_t commune = territories_find(load->all, db_text(query, 1));
        if (territory == TERRITORY_NONE || commune >= load->all->commune_count) {
            continue; /* the commune is gone and nothing followed it */
        }
        if (communes->count == room || children->count == room) {
            db_done(query);
            return ERR_LIMIT;
        }
        pair_add(load, communes, territory, commune, false);
        pair_add(load, children, territory, commune, true);
    }
}

static err link_members(struct load *load) {
    const struct territories *all = load->all;
    uint32_t members = 0;
    TRY(count_of(load->conn, TERRITORY_MEMBER_COUNT, &members));
    size_t room = 5 * (size_t)all->count + members;
    struct pairs communes = {arena_new(&load->scratch, struct pair, room), 0};
    struct pairs children = {arena_new(&load->scratch, struct pair, room), 0};
    for (uint32_t i = 0; i < all->count; i++) {
        const struct territory *item = &all->items[i];
        switch (item->level) {
        case TERRITORY_COMMUNE:
            pair_add(load, &communes, item->epci, i, false);
            pair_add(load, &communes, item->departement, i, false);
            pair_add(load, &communes, item->region, i, false);
            pair_add(load, &communes, item->country, i, false);
            pair_add(load, &children, item->epci != TERRITORY_NONE ? item->epci : item->departement,
                     i, true);
            if (item->epci != TERRITORY_NONE) {
                pair_add(load, &children, item->departement, item->epci, true);
            }
            break;
        case TERRITORY_DEPARTEMENT:
            pair_add(load, &children, item->region != TERRITORY_NONE ? item->region : item->country,
                     i, true);
            break;
        case TERRITORY_REGION:
            pair_add(load, &children, item->country, i, true);
            break;
        case TERRITORY_EPCI:
        case TERRITORY_COUNTRY:
        case TERRITORY_CUSTOM:
        case TERRITORY_LEVEL__COUNT:
            break;
        }
    }
    TRY(read_members(load, &communes, &children, room));
    pairs_deal(load, &communes, true);
    pairs_deal(load, &children, false);
    return OK;
}

/* Boxes of what has no outline; centres of custom territories. */
static void finish_boxes(struct load *load) {
    const struct territories *all = load->all;
    for (uint32_t i = 0; i < all->count; i++) {
        struct territory *item = &load->items[i];
        bool has = item->box.east_e7 != item->box.west_e7;
        if (item->level == TERRITORY_COUNTRY) {
            item->box = COUNTRY_BOX;
        } else if (!has && item->level == TERRITORY_COMMUNE && item->has_centre) {
            item->box = (struct geo_box){
                item->centre.lon_e7 - PLACE_PAD_E7, item->centre.lat_e7 - PLACE_PAD_E7,
                item->centre.lon_e7 + PLACE_PAD_E7, item->centre.lat_e7 + PLACE_PAD_E7};
        } else if (!has) {
            int64_t lon = 0;
            int64_t lat = 0;
            uint32_t n = 0;
            for (uint32_t k = 0; k < item->commune_count; k++) {
                const struct territory *commune = &all->items[item->communes[k]];
                if (commune->has_centre) {
                    box_add(&item->box, &has, &commune->box);
                    lon += commune->centre.lon_e7;
                    lat += commune->centre.lat_e7;
                    n++;
                }
            }
            if (n > 0 && !item->has_centre) {
                item->centre = (struct geo_point){(int32_t)(lon / n), (int32_t)(lat / n)};
                item->has_centre = true;
            }
            item->has_centre = item->has_centre && n > 0;
        }
    }
}

static int cell_order(const void *a, const void *b) {
    const struct territory_cell *x = a;
    const struct territory_cell *y = b;
    if (x->cell != y->cell) {
        return x->cell < y->cell ? -1 : 1;
    }
    return (x->commune > y->commune) - (x->commune < y->commune);
}

static void index_centres(struct load *load) {
    struct territory_cell *cells =
        arena_new(&load->index->arena, struct territory_cell, load->all->commune_count + (size_t)1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < load->all->commune_count; i++) {
        const struct territory *item = &load->items[i];
        if (item->has_centre && !item->centre_is_approximate) {
            uint32_t row = (uint32_t)((item->centre.lat_e7 + 900000000LL) / TERRITORY_CELL_E7);
            uint32_t column = (uint32_t)((item->centre.lon_e7 + 1800000000LL) / TERRITORY_CELL_E7);
            cells[n++] = (struct territory_cell){row * 1440 + column % 1440, i, item->centre};
        }
    }
    qsort(cells, n, sizeof *cells, cell_order);
    load->index->cells = cells;
    load->index->cell_count = n;
}

static err load_all(struct load *load) {
    TRY(read_items(load));
    uint32_t alias_room = 0;
    TRY(count_of(load->conn, TERRITORY_ALIAS_COUNT, &alias_room));
    codes_prepare(load, alias_room);
    link_parents(load);
    struct alias *aliases = arena_new(&load->scratch, struct alias, alias_room + (size_t)1);
    uint32_t alias_count = 0;
    TRY(read_aliases(load, aliases, alias_room, &alias_count));
    index_names(load, aliases, alias_count);
    index_postals(load);
    TRY(read_outlines(load));
    TRY(link_members(load));
    finish_boxes(load);
    index_centres(load);
    return OK;
}

err territories_load(struct db_conn *conn, struct territories **territories) {
    struct territories *all = calloc(1, sizeof *all);
    struct territory_index *index = calloc(1, sizeof *index);
    if (all == NULL || index == NULL) {
        free(all);
        free(index);
        return ERR_MEMORY;
    }
    all->index = index;
    index->arena = arena_make(ARENA_BLOCK, 0);
    struct load load = {.conn = conn, .all = all, .index = index};
    load.scratch = arena_make(ARENA_BLOCK, 0);
    err result = load_all(&load);
    arena_free(&load.scratch);
    if (result != OK) {
        territories_free(all);
        return result;
    }
    *territories = all;
    return OK;
}

void territories_free(struct territories *territories) {
    if (territories == NULL) {
        return;
    }
    geo_areas_free(territories->areas);
    geo_areas_free(territories->departement_areas);
    arena_free(&territories->index->arena);
    free(territories->index);
    free(territories);
}
