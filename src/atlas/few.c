/* A list of documents, one by one, against what a query chooses: the same answers as the bitsets of
 * plan.c, for the price of the documents instead of the index. */
#include "atlas/plan.h"

#include <string.h>

/* The chosen values of a query as keys of the segment. */
struct chosen_keys {
    uint32_t keys[QUERY_VALUES_MAX];
    uint32_t count;
};
struct chosen {
    const struct atlas_plan *plan;
    const struct atlas_segment *segment;
    struct chosen_keys languages, sources, skills;
    const bool *territories; /* by index: chosen, or a commune of a chosen custom one */
};

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
           (geo_box_has(&plan->near_box, point) &&
            geo_distance_m(query->near, point) <= query->radius_m);
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

static void choose_keys(const struct atlas_values *values, const struct query_values *names,
                        struct chosen_keys *chosen) {
    chosen->count = 0;
    for (uint32_t i = 0; i < names->count; i++) {
        uint32_t key = atlas_values_find(values, names->values[i]);
        if (key != ATLAS_NO_KEY) {
            chosen->keys[chosen->count++] = key;
        }
    }
}

static bool has_key(const struct atlas_values *values, uint32_t document,
                    const struct chosen_keys *chosen) {
    for (uint32_t at = values->offsets[document]; at < values->offsets[document + 1]; at++) {
        for (uint32_t i = 0; i < chosen->count; i++) {
            if (values->keys[at] == chosen->keys[i]) {
                return true;
            }
        }
    }
    return false;
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

/* Any of the chosen themes within one taxonomy, and between taxonomies. */
static bool has_themes(const struct chosen *chosen, uint32_t document) {
    const struct atlas_plan *plan = chosen->plan;
    const struct atlas_values *values = &chosen->segment->values[ATLAS_VALUES_THEME];
    const struct theme *themes = plan->view->themes->items;
    uint32_t count = plan->query->themes.count;
    for (uint32_t i = 0; i < count; i++) {
        uint16_t scheme = themes[plan->themes[i]].scheme;
        struct chosen_keys alike = {0};
        bool is_new = true;
        for (uint32_t j = 0; j < count; j++) {
            if (themes[plan->themes[j]].scheme == scheme) {
                is_new = is_new && j >= i;
                alike.keys[alike.count++] = plan->themes[j];
            }
        }
        if (is_new && !has_key(values, document, &alike)) {
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

static bool has_state(const struct chosen *chosen, uint32_t document) {
    for (unsigned states = chosen->plan->query->states; states; states &= states - 1) {
        if (bits_has(chosen->segment->states[__builtin_ctz(states)], document)) {
            return true;
        }
    }
    return false;
}

static bool is_hit(const struct chosen *chosen, enum atlas_group_of group, uint32_t document) {
    const struct atlas_segment *segment = chosen->segment;
    switch (group) {
    case ATLAS_GROUP_KIND:
        return chosen->plan->kinds >> segment->kind[document] & 1;
    case ATLAS_GROUP_STATE:
        return has_state(chosen, document);
    case ATLAS_GROUP_THEME:
        return has_themes(chosen, document);
    case ATLAS_GROUP_TERRITORY:
        return is_in_territory(chosen, document);
    case ATLAS_GROUP_HAS:
        return has_all(chosen, document);
    case ATLAS_GROUP_LANGUAGE:
        return has_key(&segment->values[ATLAS_VALUES_LANGUAGE], document, &chosen->languages);
    case ATLAS_GROUP_SOURCE:
        return has_key(&segment->values[ATLAS_VALUES_SOURCE], document, &chosen->sources);
    case ATLAS_GROUP_SKILL:
        return has_key(&segment->values[ATLAS_VALUES_SKILL], document, &chosen->skills);
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
    choose_keys(&segment->values[ATLAS_VALUES_LANGUAGE], &query->languages, &chosen.languages);
    choose_keys(&segment->values[ATLAS_VALUES_SOURCE], &query->sources, &chosen.sources);
    choose_keys(&segment->values[ATLAS_VALUES_SKILL], &query->skills, &chosen.skills);
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
