/* Where: containment and nearness. */
#include "domain/territory/territory_int.h"

#include <math.h>

#define NEAREST_MAX_M 20000.0
#define PLANE_MAX_E7  10000000.0   /* one degree: what may be judged as on a plane */
#define METRES_PER_E7 0.0111194926 /* along a meridian */

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

/* A search for the centre nearest to a point. */
struct nearest {
    const struct territories *all;
    struct geo_point point;
    double narrowing;     /* the cosine of the latitude farthest from the equator in the search */
    uint32_t departement; /* the only one that counts, or GEO_AREA_NONE */
    uint32_t best;
    double best_m;
};

/* True when a centre is surely farther away than the best one so far, without a sine. A distance on
 * the sphere is never less than 0.999 of the one on a plane whose meridians lie as close to each
 * other as the closest of the search, as long as both points are within a degree. */
static bool is_surely_farther(const struct nearest *nearest, struct geo_point centre) {
    double north = (double)centre.lat_e7 - nearest->point.lat_e7;
    double east = (double)centre.lon_e7 - nearest->point.lon_e7;
    if (fabs(north) > PLANE_MAX_E7 || fabs(east) > PLANE_MAX_E7) {
        return false; /* nothing is sure: it is measured */
    }
    double x = east * nearest->narrowing * METRES_PER_E7;
    double y = north * METRES_PER_E7;
    return 0.998 * (x * x + y * y) > nearest->best_m * nearest->best_m;
}

static void nearest_in_cell(struct nearest *nearest, uint32_t cell) {
    const struct territory_index *index = nearest->all->index;
    for (uint32_t i = cell_first(index, cell);
         i < index->cell_count && index->cells[i].cell == cell; i++) {
        uint32_t commune = index->cells[i].commune;
        if (is_surely_farther(nearest, index->cells[i].centre) ||
            (nearest->departement != GEO_AREA_NONE &&
             nearest->all->items[commune].departement != nearest->departement)) {
            continue;
        }
        double metres = geo_distance_m(nearest->point, index->cells[i].centre);
        if (metres < nearest->best_m || (metres <= nearest->best_m && commune < nearest->best)) {
            nearest->best = commune;
            nearest->best_m = metres;
        }
    }
}

uint32_t territories_nearest(const struct territories *all, struct geo_point point) {
    if (!geo_point_is_valid(point)) {
        return TERRITORY_NONE;
    }
    struct geo_box around = geo_box_around(point, NEAREST_MAX_M);
    int64_t west = around.west_e7 + 1800000000LL;
    int64_t east = around.east_e7 + 1800000000LL;
    east += east < west ? 3600000000LL : 0;
    int64_t south = around.south_e7 + 900000000LL;
    int64_t north = around.north_e7 + 900000000LL;
    double polewards_e7 = fmin(fabs((double)point.lat_e7) + PLANE_MAX_E7, 900000000.0);
    struct nearest nearest = {.all = all,
                              .point = point,
                              .narrowing = cos(polewards_e7 * (M_PI / 180e7)),
                              .departement = departement_at(all, point),
                              .best = TERRITORY_NONE,
                              .best_m = NEAREST_MAX_M};
    for (int64_t row = south / TERRITORY_CELL_E7; row <= north / TERRITORY_CELL_E7; row++) {
        for (int64_t column = west / TERRITORY_CELL_E7;
             column <= east / TERRITORY_CELL_E7 && column < west / TERRITORY_CELL_E7 + 1440;
             column++) {
            nearest_in_cell(&nearest, (uint32_t)(row * 1440 + column % 1440));
        }
    }
    return nearest.best;
}

uint32_t territories_holding(const struct territories *all, struct geo_point point) {
    if (all->areas == NULL || !geo_point_is_valid(point)) {
        return TERRITORY_NONE;
    }
    uint32_t key = geo_areas_find(all->areas, point);
    return key == GEO_AREA_NONE ? TERRITORY_NONE : key;
}

uint32_t territories_at(const struct territories *all, struct geo_point point, bool *exact) {
    uint32_t holding = territories_holding(all, point);
    *exact = holding != TERRITORY_NONE;
    return *exact ? holding : territories_nearest(all, point);
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
           sorted_has(all->items[outer].communes, all->items[outer].commune_count, inner);
}
