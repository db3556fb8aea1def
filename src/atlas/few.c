/* A list of documents, one by one, against what a query chooses: the same answers as the bitsets of
 * plan.c, for the price of the documents instead of the index. */
#include "atlas/plan.h"
#include "atlas/rows.h"

#include <math.h>
#include <string.h>

/* Circles that cheap arithmetic tells of, and more than its rounding errors at the smallest. */
#define CIRCLE_LEAST_M 1
#define CIRCLE_MOST_M  1000000
#define CIRCLE_MARGIN  1e-6

/* The chosen values of a query as those of the segment. */
struct chosen {
    const struct atlas_plan *plan;
    const struct atlas_segment *segment;
    struct atlas_any kinds, states, languages, sources, skills;
    struct atlas_any *themes; /* of each taxonomy that something is chosen of */
    uint32_t scheme_count;
    const bool *territories; /* by index: chosen, or a commune of a chosen custom one */
};

/* Half the difference of two angles, in radians. */
static double half_apart(int32_t from_e7, int32_t to_e7) {
    return ((double)to_e7 - from_e7) * (M_PI / 360 / 1e7);
}

static double cosine(int32_t lat_e7) {
    return cos(lat_e7 * (M_PI / 180 / 1e7));
}

struct atlas_circle atlas_circle_of(const struct atlas_plan *plan) {
    const double radius_m = plan->query->radius_m;
    const struct geo_box *box = &plan->near_box;
    double centre = cosine(plan->query->near.lat_e7);
    double south = cosine(box->south_e7);
    double north = cosine(box->north_e7);
    bool has_equator = box->south_e7 <= 0 && box->north_e7 >= 0;
    double half = sin(radius_m / (2 * GEO_EARTH_RADIUS_M));
    return (struct atlas_circle){
        .is_told = radius_m >= CIRCLE_LEAST_M && radius_m <= CIRCLE_MOST_M,
        .in_below = half * half * (1 - CIRCLE_MARGIN),
        .out_above = half * half * (1 + CIRCLE_MARGIN),
        .cosines_least = centre * fmin(south, north),
        .cosines_most = centre * (has_equator ? 1 : fmax(south, north)),
    };
}

/* A point of the box around the circle. The square of a sine lies between x² - x⁴ / 3 and x². */
static bool is_in_circle(const struct atlas_plan *plan, struct geo_point point) {
    const struct atlas_circle *circle = &plan->circle;
    const struct query *query = plan->query;
    double north = half_apart(query->near.lat_e7, point.lat_e7);
    double east = half_apart(query->near.lon_e7, point.lon_e7);
    north *= north;
    east *= east;
    if (circle->is_told && north + circle->cosines_most * east < circle->in_below) {
        return true;
    }
    double least = north - north * north / 3;
    least += circle->cosines_least * fmax(east - east * east / 3, 0);
    if (circle->is_told && least > circle->out_above) {
        return false;
    }
    return geo_distance_m(query->near, point) <= query->radius_m;
}

bool atlas_is_within(const struct atlas_plan *plan, const struct atlas_segment *segment,
                     uint32_t document) {
    const struct query *query = plan->query;
    if (!atlas_has_area(plan)) {
        return true;
    }
    if (document >= segment->placed) {
        return false;
    }
    struct geo_point point = segment->point[document];
    if (query->has_box && !geo_box_has(&query->box, point)) {
        return false;
    }
    return !query->has_near || !query->radius_m ||
           (geo_box_has(&plan->near_box, point) && is_in_circle(plan, point));
}

/* Goes on from `*dated`, which stands at the dates of no later document. */
static bool is_in_time(const struct atlas_plan *plan, const struct atlas_segment *segment,
                       uint32_t document, uint32_t *dated) {
    if (!plan->has_dates) {
        return true;
    }
    *dated = atlas_gallop(segment->dated, *dated, segment->dated_count, document);
    return *dated < segment->dated_count && segment->dated[*dated] == document &&
           atlas_dates_fit(plan, segment, *dated);
}

/* The documents that pass everything that no facet ignores. */
static void keep_rest(const struct atlas_plan *plan, struct atlas_match *match) {
    uint32_t kept = 0;
    uint32_t dated = 0;
    for (uint32_t i = 0; i < match->listed_count; i++) {
        uint32_t document = match->listed[i];
        if (atlas_view_is_live(plan->view, match->part, document) &&
            atlas_is_within(plan, match->segment, document) &&
            is_in_time(plan, match->segment, document, &dated)) {
            match->listed[kept] = document;
            if (match->scores) {
                match->scores[kept] = match->scores[i];
            }
            kept++;
        }
    }
    match->listed_count = kept;
}

static void choose_bits(const struct atlas_segment *segment, enum atlas_facet_of of, unsigned keys,
                        struct atlas_any *chosen) {
    for (; keys; keys &= keys - 1) {
        atlas_any_add(segment, chosen, atlas_value_of(segment, of, (uint32_t)__builtin_ctz(keys)));
    }
}

static void choose_names(const struct atlas_segment *segment, enum atlas_values_of of,
                         const struct query_values *names, struct atlas_any *chosen) {
    for (uint32_t i = 0; i < names->count; i++) {
        uint32_t key = atlas_values_find(&segment->values[of], names->values[i]);
        if (key != ATLAS_NO_KEY) {
            enum atlas_facet_of facet = (enum atlas_facet_of)(ATLAS_OF_THEME + of);
            atlas_any_add(segment, chosen, atlas_value_of(segment, facet, key));
        }
    }
}

/* Any of the chosen themes within one taxonomy, and between taxonomies. */
static err choose_themes(const struct atlas_plan *plan, struct chosen *chosen) {
    const struct themes *themes = plan->view->themes;
    uint32_t count = plan->query->themes.count;
    chosen->themes = plan_new(plan, struct atlas_any, count ? themes->scheme_count : 0);
    if (!chosen->themes) {
        return ERR_MEMORY;
    }
    for (uint16_t scheme = 0; scheme < themes->scheme_count; scheme++) {
        bool is_chosen = false;
        for (uint32_t i = 0; i < count; i++) {
            if (themes->items[plan->themes[i]].scheme == scheme) {
                is_chosen = true;
                atlas_any_add(chosen->segment, &chosen->themes[chosen->scheme_count],
                              atlas_value_of(chosen->segment, ATLAS_OF_THEME, plan->themes[i]));
            }
        }
        chosen->scheme_count += is_chosen;
    }
    return OK;
}

static const bool *choose_territories(const struct atlas_plan *plan) {
    const struct territories *all = plan->view->territories;
    bool *marks = plan_new(plan, bool, plan->query->territories.count ? all->count : 0);
    for (uint32_t i = 0; marks && i < plan->query->territories.count; i++) {
        const struct territory *chosen = &all->items[plan->territories[i]];
        marks[plan->territories[i]] = true;
        for (uint32_t j = 0; chosen->level == TERRITORY_CUSTOM && j < chosen->commune_count; j++) {
            marks[chosen->communes[j]] = true;
        }
    }
    return marks;
}

static bool is_in_territory(const struct chosen *chosen, uint32_t document) {
    const struct territories *all = chosen->plan->view->territories;
    uint32_t here = chosen->segment->territory[document];
    if (here == TERRITORY_NONE) {
        return false;
    }
    const struct territory *item = &all->items[here];
    const uint32_t within[] = {here, item->epci, item->departement, item->region, item->country};
    for (size_t i = 0; i < ARRAY_COUNT(within); i++) {
        if (within[i] != TERRITORY_NONE && chosen->territories[within[i]]) {
            return true;
        }
    }
    return false;
}

static bool has_themes(const struct chosen *chosen, uint32_t document) {
    for (uint32_t i = 0; i < chosen->scheme_count; i++) {
        if (!atlas_row_has_any(chosen->segment, document, &chosen->themes[i])) {
            return false;
        }
    }
    return true;
}

static bool has_all(const struct chosen *chosen, uint32_t document) {
    for (unsigned has = chosen->plan->query->has; has; has &= has - 1) {
        if (!bits_has(chosen->segment->has[__builtin_ctz(has)], document)) {
            return false;
        }
    }
    return true;
}

static bool is_hit(const struct chosen *chosen, enum atlas_group_of group, uint32_t document) {
    const struct atlas_segment *segment = chosen->segment;
    switch (group) {
    case ATLAS_GROUP_KIND:
        return atlas_row_has_any(segment, document, &chosen->kinds);
    case ATLAS_GROUP_STATE:
        return atlas_row_has_any(segment, document, &chosen->states);
    case ATLAS_GROUP_THEME:
        return has_themes(chosen, document);
    case ATLAS_GROUP_TERRITORY:
        return is_in_territory(chosen, document);
    case ATLAS_GROUP_HAS:
        return has_all(chosen, document);
    case ATLAS_GROUP_LANGUAGE:
        return atlas_row_has_any(segment, document, &chosen->languages);
    case ATLAS_GROUP_SOURCE:
        return atlas_row_has_any(segment, document, &chosen->sources);
    case ATLAS_GROUP_SKILL:
        return atlas_row_has_any(segment, document, &chosen->skills);
    case ATLAS_GROUP_REST:
    case ATLAS_GROUP__COUNT:
        break;
    }
    return true;
}

err atlas_match_few(const struct atlas_plan *plan, struct atlas_match *match) {
    const struct atlas_segment *segment = match->segment;
    const struct query *query = plan->query;
    keep_rest(plan, match);
    if (match->listed_count > ATLAS_FEW &&
        match->listed_count > (match->window.last - match->window.first) / ATLAS_FEW_SHARE) {
        return OK;
    }
    match->misses = plan_new(plan, uint16_t, match->listed_count + 1);
    struct chosen chosen = {
        .plan = plan, .segment = segment, .territories = choose_territories(plan)};
    if (!match->misses || !chosen.territories) {
        return ERR_MEMORY;
    }
    TRY(choose_themes(plan, &chosen));
    choose_bits(segment, ATLAS_OF_KIND, plan->kinds, &chosen.kinds);
    choose_bits(segment, ATLAS_OF_STATE, query->states, &chosen.states);
    choose_names(segment, ATLAS_VALUES_LANGUAGE, &query->languages, &chosen.languages);
    choose_names(segment, ATLAS_VALUES_SOURCE, &query->sources, &chosen.sources);
    choose_names(segment, ATLAS_VALUES_SKILL, &query->skills, &chosen.skills);
    for (int group = ATLAS_GROUP_REST + 1; group < ATLAS_GROUP__COUNT; group++) {
        if (!atlas_plan_chooses(plan, (enum atlas_group_of)group)) {
            continue;
        }
        for (uint32_t i = 0; i < match->listed_count; i++) {
            if (!is_hit(&chosen, (enum atlas_group_of)group, match->listed[i])) {
                match->misses[i] |= (uint16_t)(1u << group);
            }
        }
    }
    for (uint32_t i = 0; i < match->listed_count; i++) {
        match->count += !match->misses[i];
    }
    return OK;
}
