/* Which territories touch: those whose outlines share points of their border. */
#include "domain/territory/territory_int.h"

#define POINTS_MAX (4u << 20) /* of one territory's border; the finest région has fewer */
#define SHARED_MIN 2          /* a single common point is a corner, not a border */

struct touching {
    const struct territories *all;
    uint32_t index;
    uint64_t *points; /* set of the border's points, 0: free */
    uint32_t mask, held;
    uint16_t *shared; /* by territory: how many points it has in common */
};

/* The territory of the asked level that an outline belongs to. */
static uint32_t owner(const struct touching *touching, uint32_t key) {
    const struct territory *item = &touching->all->items[key];
    switch (touching->all->items[touching->index].level) {
    case TERRITORY_EPCI:
        return item->epci;
    case TERRITORY_REGION:
        return item->region;
    case TERRITORY_COMMUNE:
    case TERRITORY_DEPARTEMENT:
    case TERRITORY_COUNTRY:
    case TERRITORY_CUSTOM:
    case TERRITORY_LEVEL__COUNT:
        return key;
    }
    return key;
}

static uint64_t point_key(struct geo_point point) {
    return ((uint64_t)(uint32_t)point.lat_e7 << 32 | (uint32_t)point.lon_e7) + 1;
}

static uint32_t slot_of(const struct touching *touching, uint64_t key) {
    uint64_t mixed = key * UINT64_C(0x9e3779b97f4a7c15);
    uint32_t slot = (uint32_t)(mixed >> 32) & touching->mask;
    while (touching->points[slot] != 0 && touching->points[slot] != key) {
        slot = (slot + 1) & touching->mask;
    }
    return slot;
}

static void count_points(void *self, uint32_t key, const struct geo_point *points, size_t count) {
    struct touching *touching = self;
    (void)points;
    touching->held += owner(touching, key) == touching->index ? (uint32_t)count : 0;
}

static void hold_points(void *self, uint32_t key, const struct geo_point *points, size_t count) {
    struct touching *touching = self;
    if (owner(touching, key) != touching->index) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t point = point_key(points[i]);
        touching->points[slot_of(touching, point)] = point;
    }
}

static void compare_points(void *self, uint32_t key, const struct geo_point *points, size_t count) {
    struct touching *touching = self;
    uint32_t other = owner(touching, key);
    if (other == touching->index || other == TERRITORY_NONE) {
        return;
    }
    for (size_t i = 1; i < count; i++) { /* the last repeats the first */
        uint64_t point = point_key(points[i]);
        bool both = touching->points[slot_of(touching, point)] == point;
        if (both && touching->shared[other] < SHARED_MIN) {
            touching->shared[other]++;
        }
    }
}

/* Around all that belongs to it: the box of an EPCI may be that of its communes' centres only. */
static struct geo_box box_of(const struct territories *all, const struct territory *of) {
    struct geo_box box = of->box;
    for (uint32_t i = 0; i < of->commune_count; i++) {
        const struct territory *commune = &all->items[of->communes[i]];
        if (!commune->has_centre) {
            continue;
        }
        box.west_e7 = commune->box.west_e7 < box.west_e7 ? commune->box.west_e7 : box.west_e7;
        box.south_e7 = commune->box.south_e7 < box.south_e7 ? commune->box.south_e7 : box.south_e7;
        box.east_e7 = commune->box.east_e7 > box.east_e7 ? commune->box.east_e7 : box.east_e7;
        box.north_e7 = commune->box.north_e7 > box.north_e7 ? commune->box.north_e7 : box.north_e7;
    }
    return box;
}

size_t territories_touching(const struct territories *all, uint32_t index, struct arena *scratch,
                            uint32_t *found, size_t room) {
    const struct territory *of = &all->items[index];
    bool by_communes = of->level == TERRITORY_COMMUNE || of->level == TERRITORY_EPCI;
    bool by_departements = of->level == TERRITORY_DEPARTEMENT || of->level == TERRITORY_REGION;
    const struct geo_areas *areas = by_communes       ? all->areas
                                    : by_departements ? all->departement_areas
                                                      : NULL;
    struct touching touching = {.all = all, .index = index};
    if (areas == NULL || !of->has_centre) {
        return 0;
    }
    struct geo_box box = box_of(all, of);
    geo_areas_visit(areas, &box, count_points, &touching);
    if (touching.held == 0 || touching.held > POINTS_MAX) {
        return 0;
    }
    uint32_t size = 64;
    while (size < touching.held * 2) {
        size *= 2;
    }
    touching.mask = size - 1;
    touching.points = arena_new(scratch, uint64_t, size);
    touching.shared = arena_new(scratch, uint16_t, all->count);
    geo_areas_visit(areas, &box, hold_points, &touching);
    geo_areas_visit(areas, &box, compare_points, &touching);
    size_t count = 0;
    for (uint32_t i = 0; i < all->count && count < room; i++) {
        if (touching.shared[i] >= SHARED_MIN) {
            found[count++] = i;
        }
    }
    return count;
}
