/* Where: containment and nearness. */
#include "domain/territory/territory_int.h"

#define NEAREST_MAX_M 20000.0

/* The first of the sorted cells that is not before `cell`. */
static uint32_t cell_first(const struct territory_index *index, uint32_t cell) {
    uint32_t low = 0;
    uint32_t high = index->cell_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (index->cells[middle].cell < cell) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The département that holds the point, when its outline is known. */
static uint32_t departement_at(const struct territories *all, struct geo_point point) {
    return all->departement_areas == NULL ? GEO_AREA_NONE
                                          : geo_areas_find(all->departement_areas, point);
}

static uint32_t nearest_centre(const struct territories *all, struct geo_point point) {
    struct geo_box around = geo_box_around(point, NEAREST_MAX_M);
    uint32_t departement = departement_at(all, point);
    uint32_t best = TERRITORY_NONE;
    double best_m = NEAREST_MAX_M;
    int64_t west = around.west_e7 + 1800000000LL;
    int64_t east = around.east_e7 + 1800000000LL;
    east += east < west ? 3600000000LL : 0;
    int64_t south = around.south_e7 + 900000000LL;
    int64_t north = around.north_e7 + 900000000LL;
    for (int64_t row = south / TERRITORY_CELL_E7; row <= north / TERRITORY_CELL_E7; row++) {
        for (int64_t column = west / TERRITORY_CELL_E7;
             column <= east / TERRITORY_CELL_E7 && column < west / TERRITORY_CELL_E7 + 1440;
             column++) {
            uint32_t cell = (uint32_t)(row * 1440 + column % 1440);
            uint32_t i = cell_first(all->index, cell);
            for (; i < all->index->cell_count && all->index->cells[i].cell == cell; i++) {
                uint32_t commune = all->index->cells[i].commune;
                const struct territory *item = &all->items[commune];
                if (departement != GEO_AREA_NONE && item->departement != departement) {
                    continue;
                }
                double metres = geo_distance_m(point, item->centre);
                if (metres < best_m || (metres <= best_m && commune < best)) {
                    best = commune;
                    best_m = metres;
                }
            }
        }
    }
    return best;
}

uint32_t territories_at(const struct territories *all, struct geo_point point, bool *exact) {
    *exact = false;
    if (!geo_point_is_valid(point)) {
        return TERRITORY_NONE;
    }
    if (all->areas != NULL) {
        uint32_t key = geo_areas_find(all->areas, point);
        if (key != GEO_AREA_NONE) {
            *exact = true;
            return key;
        }
    }
    return nearest_centre(all, point);
}

static bool has_commune(const struct territory *outer, uint32_t commune) {
    uint32_t low = 0;
    uint32_t high = outer->commune_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (outer->communes[middle] < commune) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < outer->commune_count && outer->communes[low] == commune;
}

bool territories_is_within(const struct territories *all, uint32_t inner, uint32_t outer) {
    if (inner >= all->count || outer >= all->count) {
        return false;
    }
    const struct territory *item = &all->items[inner];
    if (inner == outer || item->epci == outer || item->departement == outer ||
        item->region == outer || item->country == outer) {
        return true;
    }
    return all->items[outer].level == TERRITORY_CUSTOM && item->level == TERRITORY_COMMUNE &&
           has_commune(&all->items[outer], inner);
}
