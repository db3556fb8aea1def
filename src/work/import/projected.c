/* Coordinates that are no degrees: in the system that was named, else in the one in which they lie
 * where the record says it is. */
#include "work/import/import_int.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define NEAR_M 30000.0 /* of the commune that the record names */

err projections_begin(struct projections *all, slice crs, struct problem *problem) {
    *all = (struct projections){.given = NULL};
    if (crs.n == 0) {
        return OK;
    }
    TRY(crs_new(crs, &all->given, problem));
    struct geo_point point;
    /* A system in degrees gives back about what it takes. */
    all->given_in_degrees = crs_to_wgs84(all->given, 5, 45, &point) &&
                            abs(point.lon_e7 - 50000000) < 1000000 &&
                            abs(point.lat_e7 - 450000000) < 1000000;
    return OK;
}

void projections_end(struct projections *all) {
    crs_free(all->given);
    for (uint32_t i = 0; i < all->count; i++) {
        crs_free(all->guessed[i].crs);
    }
    *all = (struct projections){.given = NULL};
}

/* The system of a code, opened once. NULL when it cannot be, or there is no room. */
static struct projection *projection_of(struct projections *all, slice code) {
    for (uint32_t i = 0; i < all->count; i++) {
        if (slice_equal(crs_code(all->guessed[i].crs), code)) {
            return &all->guessed[i];
        }
    }
    struct projection *made = &all->guessed[all->count];
    if (all->count == PROJECTIONS_MAX || all->failures == PROJECTION_FAILURES_MAX) {
        return NULL;
    }
    if (crs_new(code, &made->crs, NULL) != OK) {
        all->failures++;
        return NULL;
    }
    made->hits = 0;
    all->count++;
    return made;
}

/* How well a place fits: 0 not at all; near the named commune best; else in a commune, the more
 * the more records of this file were in that system. */
static double fitness(const struct builder *b, const struct projection *projection,
                      bool needs_place, const struct territory *commune, struct geo_point point) {
    if (commune != NULL && commune->has_centre) {
        double far = geo_distance_m(point, commune->centre);
        return far < NEAR_M ? 2e9 - far : 0;
    }
    bool exact = false;
    if (needs_place || territories_at(b->territories, point, &exact) == TERRITORY_NONE) {
        return 0;
    }
    return 1.0 + (double)projection->hits;
}

struct chosen {
    struct projection *projection;
    struct geo_point point;
    double fitness;
    bool swapped;
};

static void candidates_try(const struct builder *b, double x, double y, bool swapped,
                           const struct territory *commune, struct chosen *best) {
    struct crs_candidate candidates[CRS_CANDIDATES_MAX];
    size_t count = crs_candidates(x, y, candidates, CRS_CANDIDATES_MAX);
    for (size_t i = 0; i < count; i++) {
        struct projection *projection = projection_of(b->projections, candidates[i].code);
        struct geo_point point;
        if (projection == NULL || !crs_to_wgs84(projection->crs, x, y, &point)) {
            continue;
        }
        double fit = fitness(b, projection, candidates[i].needs_place, commune, point);
        if (fit > best->fitness) {
            *best = (struct chosen){projection, point, fit, swapped};
        }
    }
}

static void coarse_tell(const struct builder *b, const struct crs *crs, uint64_t line) {
    double accuracy = crs_accuracy_m(crs);
    if (accuracy > 1.0) {
        if (isinf(accuracy)) {
            warning_add(b->warnings, WARNING_COARSE, line, "%.*s: nobody says by how much",
                        SLICE_ARG(crs_title(crs)));
        } else {
            warning_add(b->warnings, WARNING_COARSE, line, "%.*s: %.0f m",
                        SLICE_ARG(crs_title(crs)), accuracy);
        }
    }
}

static bool given_convert(const struct builder *b, double x, double y, uint64_t line,
                          struct geo_point *point) {
    struct crs *crs = b->projections->given;
    if (!crs_to_wgs84(crs, x, y, point)) {
        warning_add(b->warnings, WARNING_BAD_POINT, line, "%g, %g outside of %.*s", x, y,
                    SLICE_ARG(crs_title(crs)));
        return false;
    }
    coarse_tell(b, crs, line);
    return true;
}

bool projected_applies(const struct projections *all, double x, double y) {
    bool degrees = fabs(x) <= 180.0 && fabs(y) <= 90.0;
    return all->given != NULL && !crs_is_wgs84(all->given) && (!degrees || all->given_in_degrees);
}

bool projected_read(const struct builder *b, double x, double y, uint64_t line,
                    const struct territory *commune, struct geo_point *point) {
    struct chosen best = {.fitness = 0};
    if (projected_applies(b->projections, x, y)) {
        return given_convert(b, x, y, line, point);
    }
    candidates_try(b, x, y, false, commune, &best);
    candidates_try(b, y, x, true, commune, &best);
    if (best.projection == NULL) {
        return false;
    }
    best.projection->hits++;
    warning_add(b->warnings, WARNING_CONVERTED, line, "%.2f, %.2f%s in %.*s", x, y,
                best.swapped ? " (swapped)" : "", SLICE_ARG(crs_title(best.projection->crs)));
    coarse_tell(b, best.projection->crs, line);
    *point = best.point;
    return true;
}

bool projected_srid(const struct builder *b, uint32_t srid, double x, double y, uint64_t line,
                    struct geo_point *point) {
    char name[16];
    snprintf(name, sizeof name, "EPSG:%u", srid);
    struct projection *projection = projection_of(b->projections, slice_from_cstr(name));
    if (projection == NULL || !crs_to_wgs84(projection->crs, x, y, point)) {
        return false;
    }
    coarse_tell(b, projection->crs, line);
    return true;
}
