/* Where an entry is: what the store keeps (as exact as known) and what the public sees (as exact as
 * its author chose). */
#include "domain/entry/check_int.h"
#include "domain/entry/place_int.h"

static enum entry_precision precision_of_level(enum territory_level level) {
    switch (level) {
    case TERRITORY_COMMUNE:
        return ENTRY_PRECISION_COMMUNE;
    case TERRITORY_EPCI:
    case TERRITORY_CUSTOM: /* made of communes, as an EPCI is */
        return ENTRY_PRECISION_EPCI;
    case TERRITORY_DEPARTEMENT:
        return ENTRY_PRECISION_DEPARTEMENT;
    case TERRITORY_REGION:
        return ENTRY_PRECISION_REGION;
    case TERRITORY_COUNTRY:
        return ENTRY_PRECISION_COUNTRY;
    case TERRITORY_LEVEL__COUNT:
        break;
    }
    return ENTRY_PRECISION_NONE;
}

static bool is_commune(const struct territories *all, uint32_t territory) {
    return territory != TERRITORY_NONE && all->items[territory].level == TERRITORY_COMMUNE;
}

/* The smallest territory known, best evidence first: the polygon that holds the point, the commune
 * given, postal code and city, the nearest centre (approximate), whatever larger one was given. */
static uint32_t territory_resolve(const struct territories *all, const struct entry *entry,
                                  uint32_t given, bool *approximate) {
    *approximate = false;
    uint32_t holding =
        entry->place.has_point ? territories_holding(all, entry->place.point) : TERRITORY_NONE;
    if (holding != TERRITORY_NONE) {
        return holding;
    }
    if (is_commune(all, given)) {
        return given;
    }
    if (entry->place.postal_code.n > 0 && entry->place.city.n > 0) {
        uint32_t named =
            territories_match(all, entry->place.city, entry->place.postal_code, SLICE_EMPTY);
        bool fits = given == TERRITORY_NONE ||
                    (named != TERRITORY_NONE && territories_is_within(all, named, given));
        if (named != TERRITORY_NONE && fits) {
            return named;
        }
    }
    uint32_t nearest =
        entry->place.has_point ? territories_nearest(all, entry->place.point) : TERRITORY_NONE;
    if (nearest != TERRITORY_NONE &&
        (given == TERRITORY_NONE || territories_is_within(all, nearest, given))) {
        *approximate = true;
        return nearest;
    }
    return given;
}

err entry_check_place(const struct entry_checker *checker, struct entry *entry) {
    if (entry->place.precision >= ENTRY_PRECISION__COUNT) {
        return entry_check_refuse(checker, ERR_INPUT, "precision", "is not known");
    }
    if (entry->place.has_point && !geo_point_is_valid(entry->place.point)) {
        return entry_check_refuse(checker, ERR_INPUT, "latitude", "is not on the globe");
    }
    enum entry_precision known =
        entry->place.has_point ? ENTRY_PRECISION_EXACT : ENTRY_PRECISION_NONE;
    const struct territories *all = checker->territories;
    if (all) {
        uint32_t given = TERRITORY_NONE;
        if (entry->place.territory.n > 0) {
            given = territories_find(all, entry->place.territory);
            if (given == TERRITORY_NONE) {
                return entry_check_refuse(checker, ERR_INPUT, "territory",
                                          "is not the code of a territory known here");
            }
        }
        uint32_t found =
            territory_resolve(all, entry, given, &entry->place.territory_is_approximate);
        if (found != TERRITORY_NONE) {
            entry->place.territory = arena_copy(checker->arena, all->items[found].code);
            if (!entry->place.has_point) {
                known = precision_of_level(all->items[found].level);
            }
        }
    } else if (entry->place.territory.n > 0 && !entry->place.has_point) {
        known = entry->place.precision; /* nothing to judge it by */
    }
    if (entry->place.precision == ENTRY_PRECISION_NONE || entry->place.precision > known) {
        entry->place.precision = known;
    }
    return OK;
}

/* The ancestor that is no finer than the precision; TERRITORY_NONE when there is none. */
static uint32_t territory_coarsen(const struct territories *all, uint32_t territory,
                                  enum entry_precision precision) {
    const struct territory *item = &all->items[territory];
    if (precision_of_level(item->level) <= precision) {
        return territory;
    }
    switch (precision) {
    case ENTRY_PRECISION_EPCI:
        return item->epci != TERRITORY_NONE ? item->epci : item->departement;
    case ENTRY_PRECISION_DEPARTEMENT:
        return item->departement != TERRITORY_NONE ? item->departement : item->region;
    case ENTRY_PRECISION_REGION:
        return item->region;
    case ENTRY_PRECISION_COUNTRY:
        return item->country;
    case ENTRY_PRECISION_NONE:
    case ENTRY_PRECISION_COMMUNE:
    case ENTRY_PRECISION_100M:
    case ENTRY_PRECISION_EXACT:
    case ENTRY_PRECISION__COUNT:
        break;
    }
    return TERRITORY_NONE;
}

#define GRID_E7 10000 /* 0.001 degree: about 100 m */

static int32_t grid_snap(int32_t e7) {
    int32_t half = e7 >= 0 ? GRID_E7 / 2 : -GRID_E7 / 2;
    return (e7 + half) / GRID_E7 * GRID_E7;
}

/* What stays of the words of a place when its author chose to be less exact than what is known. */
static void words_blur(struct entry *entry) {
    entry->place.address = SLICE_EMPTY;
    if (entry->place.precision <= ENTRY_PRECISION_COMMUNE) {
        entry->place.name = SLICE_EMPTY;
    }
    if (entry->place.precision < ENTRY_PRECISION_COMMUNE) {
        entry->place.postal_code = SLICE_EMPTY;
        entry->place.city = SLICE_EMPTY;
    }
}

static void point_show(const struct territories *territories, struct entry_public *shown) {
    struct entry *entry = &shown->entry;
    enum entry_precision precision = entry->place.precision;
    if (entry->place.has_point && precision >= ENTRY_PRECISION_100M) {
        if (precision == ENTRY_PRECISION_100M) {
            entry->place.point.lat_e7 = grid_snap(entry->place.point.lat_e7);
            entry->place.point.lon_e7 = grid_snap(entry->place.point.lon_e7);
        }
        shown->has_point = true;
        shown->point = entry->place.point;
        return;
    }
    entry->place.has_point = false;
    entry->place.point = (struct geo_point){0, 0};
    if (precision == ENTRY_PRECISION_COMMUNE && shown->territory != TERRITORY_NONE) {
        const struct territory *commune = &territories->items[shown->territory];
        if (commune->level == TERRITORY_COMMUNE && commune->has_centre) {
            shown->has_point = true;
            shown->is_approximate = true;
            shown->point = commune->centre;
        }
    }
}

/* RULE PLACE-1 */
void entry_place_show(const struct territories *territories, struct entry_public *shown) {
    struct entry *entry = &shown->entry;
    bool blurred = entry->place.has_point && entry->place.precision < ENTRY_PRECISION_EXACT;
    shown->territory = TERRITORY_NONE;
    if (territories && entry->place.territory.n > 0) {
        uint32_t known = territories_find(territories, entry->place.territory);
        if (known != TERRITORY_NONE) {
            shown->territory = territory_coarsen(territories, known, entry->place.precision);
            blurred |= shown->territory != known;
        }
    }
    if (blurred) {
        words_blur(entry);
    }
    if (shown->territory != TERRITORY_NONE) {
        entry->place.territory = territories->items[shown->territory].code;
        shown->territory_label = territories->items[shown->territory].label;
    } else {
        entry->place.territory = SLICE_EMPTY;
        shown->territory_label = SLICE_EMPTY;
    }
    point_show(territories, shown);
}
