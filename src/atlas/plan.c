/* Names of a query looked up; what narrows turned into bitsets over a window. */
#include "atlas/plan.h"

#include <string.h>

/* Added to the radius before the box around the circle is drawn: more than its rounding. */
#define NEAR_MARGIN_M 10.0

static err plan_names(struct atlas_plan *plan, struct problem *problem) {
    const struct query *query = plan->query;
    for (uint32_t i = 0; i < query->themes.count; i++) {
        slice slug = query->themes.values[i];
        plan->themes[i] = themes_find(plan->view->themes, slug);
        if (plan->themes[i] == THEME_NONE) {
            return problem_set(problem, ERR_INPUT, "theme", "no theme \"%.*s\"", SLICE_ARG(slug));
        }
    }
    for (uint32_t i = 0; i < query->territories.count; i++) {
        slice code = query->territories.values[i];
        plan->territories[i] = territories_find(plan->view->territories, code);
        if (plan->territories[i] == TERRITORY_NONE) {
            return problem_set(problem, ERR_INPUT, "territory", "no territory \"%.*s\"",
                               SLICE_ARG(code));
        }
    }
    for (uint32_t i = 0; i < query->sources.count; i++) {
        slice slug = query->sources.values[i];
        bool is_known = false;
        for (uint32_t j = 0; j < plan->view->source_count && !is_known; j++) {
            is_known = slice_equal(plan->view->sources[j].slug, slug);
        }
        if (!is_known) {
            return problem_set(problem, ERR_INPUT, "source", "no source \"%.*s\"", SLICE_ARG(slug));
        }
    }
    if (query->space.n) {
        return problem_set(problem, ERR_INPUT, "space", "no space \"%.*s\"",
                           SLICE_ARG(query->space));
    }
    return OK;
}

static err plan_dates(struct atlas_plan *plan) {
    const struct query *query = plan->query;
    int64_t ignored;
    plan->date_from_ms = INT64_MIN;
    plan->date_to_ms = INT64_MAX;
    if (query->has_from) {
        TRY(date_range_ms(&query->from, SLICE_EMPTY, &plan->date_from_ms, &ignored));
    }
    if (query->has_to) {
        TRY(date_range_ms(&query->to, SLICE_EMPTY, &ignored, &plan->date_to_ms));
    }
    if (query->when == QUERY_WHEN_UPCOMING && plan->date_from_ms < plan->now_ms) {
        plan->date_from_ms = plan->now_ms;
    }
    plan->is_past = query->when == QUERY_WHEN_PAST;
    plan->has_dates = query->has_from || query->has_to || query->when != QUERY_WHEN_ALL;
    return OK;
}

err atlas_plan_make(const struct atlas_view *view, const struct atlas_request *request,
                    struct atlas_desk *desk, struct atlas_plan *plan, struct problem *problem) {
    const struct query *query = request->query;
    *plan = (struct atlas_plan){.view = view,
                                .query = query,
                                .desk = desk,
                                .arena = &desk->arena,
                                .now_ms = request->now_ms};
    plan->kinds = query->kinds ? query->kinds : request->seven_kinds ? QUERY_KINDS_ENTRY : 0;
    if (plan->kinds == QUERY_KINDS_ALL) {
        plan->kinds = 0;
    }
    TRY(plan_names(plan, problem));
    err failed = plan_dates(plan);
    if (failed) {
        return problem_set(problem, failed, "from", "dates that cannot be placed in time");
    }
    if (query->has_near && query->radius_m) {
        plan->near_box = geo_box_around(query->near, query->radius_m + NEAR_MARGIN_M);
        plan->circle = atlas_circle_of(plan);
    }
    return atlas_plan_words(plan);
}

bool atlas_dates_fit(const struct atlas_plan *plan, const struct atlas_segment *segment,
                     uint32_t dated) {
    bool fits = false;
    for (uint32_t i = segment->date_offsets[dated]; i < segment->date_offsets[dated + 1]; i++) {
        if (plan->is_past && segment->date_last_ms[i] >= plan->now_ms) {
            return false;
        }
        fits = fits || (segment->date_last_ms[i] >= plan->date_from_ms &&
                        segment->date_first_ms[i] <= plan->date_to_ms);
    }
    return fits;
}

static err narrow_to_dates(const struct atlas_plan *plan, const struct atlas_match *match) {
    const struct atlas_segment *segment = match->segment;
    uint64_t *bits = plan_new(plan, uint64_t, match->window.words);
    if (!bits) {
        return ERR_MEMORY;
    }
    for (uint32_t dated = 0; dated < segment->dated_count; dated++) {
        uint32_t document = segment->dated[dated];
        if (document >= match->window.first && document < match->window.last &&
            atlas_dates_fit(plan, segment, dated)) {
            bits_set(bits, document - match->window.base);
        }
    }
    bits_and(match->groups[ATLAS_GROUP_REST], bits, match->window.words);
    return OK;
}

static err set_area(const struct atlas_plan *plan, const struct atlas_match *match,
                    uint64_t *bits) {
    struct atlas_area area;
    TRY(atlas_area_find(plan, match, &area));
    for (uint32_t i = 0; i < area.count; i++) {
        bits_set_run(bits, area.items[i].first - match->window.base,
                     area.items[i].last - match->window.base);
    }
    return OK;
}

/* An area of few documents is a list of them. */
static err list_area(const struct atlas_plan *plan, struct atlas_match *match) {
    struct atlas_area area;
    TRY(atlas_area_find(plan, match, &area));
    uint32_t count = match->window.last - match->window.first;
    if (area.documents > ATLAS_FEW && area.documents > count / ATLAS_FEW_SHARE) {
        return OK;
    }
    match->listed = plan_new(plan, uint32_t, area.documents);
    if (!match->listed) {
        return ERR_MEMORY;
    }
    match->is_listed = true;
    for (uint32_t i = 0; i < area.count; i++) {
        for (uint32_t at = area.items[i].first; at < area.items[i].last; at++) {
            match->listed[match->listed_count++] = at;
        }
    }
    return OK;
}

static err match_rest(struct atlas_plan *plan, struct atlas_match *match) {
    const struct atlas_window *window = &match->window;
    uint64_t *bits = plan_new(plan, uint64_t, window->words);
    if (!bits) {
        return ERR_MEMORY;
    }
    match->groups[ATLAS_GROUP_REST] = bits;
    if (match->is_listed) { /* the list has passed the rest */
        for (uint32_t i = 0; i < match->listed_count; i++) {
            bits_set(bits, match->listed[i] - window->base);
        }
        return OK;
    }
    if (atlas_has_area(plan)) {
        TRY(set_area(plan, match, bits));
    } else {
        bits_set_run(bits, window->first - window->base, window->last - window->base);
    }
    const uint64_t *live = plan->view->live[match->part];
    if (live) {
        bits_and(bits, live + window->base / 64, window->words);
    }
    if (plan->has_dates) {
        TRY(narrow_to_dates(plan, match));
    }
    for (uint32_t c = 0; c < match->heard_count; c++) {
        bits_and(bits, match->heard[c].bits, window->words);
    }
    return OK;
}

/* Any of some bitsets (over all documents) that are chosen by bits. */
static void any_of(const struct atlas_match *match, uint64_t *const *sets, unsigned chosen,
                   uint64_t *bits) {
    for (; chosen; chosen &= chosen - 1) {
        bits_or(bits, sets[__builtin_ctz(chosen)] + match->window.base / 64, match->window.words);
    }
}

static void match_has(const struct atlas_plan *plan, const struct atlas_match *match,
                      uint64_t *bits) {
    memset(bits, 0xff, match->window.words * sizeof(*bits));
    for (unsigned has = plan->query->has; has; has &= has - 1) {
        bits_and(bits, match->segment->has[__builtin_ctz(has)] + match->window.base / 64,
                 match->window.words);
    }
}

/* Any of the chosen themes within one taxonomy, and between taxonomies. */
static err match_themes(const struct atlas_plan *plan, const struct atlas_match *match,
                        uint64_t *bits) {
    const struct themes *themes = plan->view->themes;
    uint64_t *scheme = plan_new(plan, uint64_t, match->window.words);
    if (!scheme) {
        return ERR_MEMORY;
    }
    memset(bits, 0xff, match->window.words * sizeof(*bits));
    for (uint16_t s = 0; s < themes->scheme_count; s++) {
        bool is_chosen = false;
        for (uint32_t i = 0; i < plan->query->themes.count; i++) {
            if (themes->items[plan->themes[i]].scheme == s) {
                is_chosen = true;
                atlas_lists_add(&match->segment->values[ATLAS_VALUES_THEME].lists, plan->themes[i],
                                &match->window, scheme);
            }
        }
        if (is_chosen) {
            bits_and(bits, scheme, match->window.words);
            memset(scheme, 0, match->window.words * sizeof(*scheme));
        }
    }
    return OK;
}

static void add_territory(const struct atlas_match *match, uint32_t territory, uint64_t *bits) {
    uint32_t key = atlas_segment_territory(match->segment, territory);
    if (key != UINT32_MAX) {
        atlas_lists_add(&match->segment->territory_lists, key, &match->window, bits);
    }
}

static void match_territories(const struct atlas_plan *plan, const struct atlas_match *match,
                              uint64_t *bits) {
    for (uint32_t i = 0; i < plan->query->territories.count; i++) {
        const struct territory *chosen = &plan->view->territories->items[plan->territories[i]];
        add_territory(match, plan->territories[i], bits);
        for (uint32_t j = 0; chosen->level == TERRITORY_CUSTOM && j < chosen->commune_count; j++) {
            add_territory(match, chosen->communes[j], bits);
        }
    }
}

static void match_values(const struct atlas_match *match, enum atlas_values_of of,
                         const struct query_values *chosen, uint64_t *bits) {
    const struct atlas_values *values = &match->segment->values[of];
    for (uint32_t i = 0; i < chosen->count; i++) {
        uint32_t key = atlas_values_find(values, chosen->values[i]);
        if (key != ATLAS_NO_KEY) {
            atlas_lists_add(&values->lists, key, &match->window, bits);
        }
    }
}

bool atlas_plan_chooses(const struct atlas_plan *plan, enum atlas_group_of group) {
    switch (group) {
    case ATLAS_GROUP_KIND:
        return plan->kinds != 0;
    case ATLAS_GROUP_STATE:
        return plan->query->states != 0;
    case ATLAS_GROUP_THEME:
        return plan->query->themes.count != 0;
    case ATLAS_GROUP_TERRITORY:
        return plan->query->territories.count != 0;
    case ATLAS_GROUP_HAS:
        return plan->query->has != 0;
    case ATLAS_GROUP_LANGUAGE:
        return plan->query->languages.count != 0;
    case ATLAS_GROUP_SOURCE:
        return plan->query->sources.count != 0;
    case ATLAS_GROUP_SKILL:
        return plan->query->skills.count != 0;
    case ATLAS_GROUP_REST:
    case ATLAS_GROUP__COUNT:
        break;
    }
    return false;
}

static err match_group(const struct atlas_plan *plan, struct atlas_match *match,
                       enum atlas_group_of group) {
    const struct query *query = plan->query;
    uint64_t *bits = plan_new(plan, uint64_t, match->window.words);
    if (!bits) {
        return ERR_MEMORY;
    }
    match->groups[group] = bits;
    switch (group) {
    case ATLAS_GROUP_KIND:
        any_of(match, match->segment->kinds, plan->kinds, bits);
        break;
    case ATLAS_GROUP_STATE:
        any_of(match, match->segment->states, query->states, bits);
        break;
    case ATLAS_GROUP_THEME:
        return match_themes(plan, match, bits);
    case ATLAS_GROUP_TERRITORY:
        match_territories(plan, match, bits);
        break;
    case ATLAS_GROUP_HAS:
        match_has(plan, match, bits);
        break;
    case ATLAS_GROUP_LANGUAGE:
        match_values(match, ATLAS_VALUES_LANGUAGE, &query->languages, bits);
        break;
    case ATLAS_GROUP_SOURCE:
        match_values(match, ATLAS_VALUES_SOURCE, &query->sources, bits);
        break;
    case ATLAS_GROUP_SKILL:
        match_values(match, ATLAS_VALUES_SKILL, &query->skills, bits);
        break;
    case ATLAS_GROUP_REST:
    case ATLAS_GROUP__COUNT:
        break;
    }
    return OK;
}

/* Any of some bitsets (over all documents), as a group. */
static void sieve_any(uint64_t *const *sets, unsigned chosen, struct bits_sieve *sieve) {
    for (; chosen; chosen &= chosen - 1) {
        bits_sieve_add(sieve, sets[__builtin_ctz(chosen)], 0, !(chosen & (chosen - 1)));
    }
}

/* Every document has one kind: the fewer of those in and those out are looked at. */
static void sieve_kinds(const struct atlas_segment *segment, unsigned kinds,
                        struct bits_sieve *sieve) {
    unsigned others = QUERY_KINDS_ALL & ~kinds;
    if (__builtin_popcount(kinds) <= __builtin_popcount(others)) {
        sieve_any(segment->kinds, kinds, sieve);
        return;
    }
    for (; others; others &= others - 1) {
        bits_sieve_add_not(sieve, segment->kinds[__builtin_ctz(others)]);
    }
}

/* Any of some keys: their bitsets when all have one, else written down for the window. */
static err sieve_keys(const struct atlas_plan *plan, const struct atlas_lists *lists,
                      const uint32_t *keys, uint32_t count, const struct atlas_window *window,
                      struct bits_sieve *sieve) {
    bool is_dense = count > 0;
    for (uint32_t i = 0; i < count; i++) {
        is_dense = is_dense && atlas_lists_is_dense(lists, keys[i]);
    }
    if (is_dense) {
        for (uint32_t i = 0; i < count; i++) {
            bits_sieve_add(sieve, atlas_lists_get(lists, keys[i]).bits, 0, i + 1 == count);
        }
        return OK;
    }
    uint64_t *bits = plan_new(plan, uint64_t, window->words);
    if (!bits) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        atlas_lists_add(lists, keys[i], window, bits);
    }
    bits_sieve_add(sieve, bits, window->base / 64, true);
    return OK;
}

static err sieve_themes(const struct atlas_plan *plan, const struct atlas_match *match,
                        struct bits_sieve *sieve) {
    const struct themes *themes = plan->view->themes;
    const struct atlas_lists *lists = &match->segment->values[ATLAS_VALUES_THEME].lists;
    for (uint16_t scheme = 0; scheme < themes->scheme_count; scheme++) {
        uint32_t alike[QUERY_VALUES_MAX];
        uint32_t count = 0;
        for (uint32_t i = 0; i < plan->query->themes.count; i++) {
            if (themes->items[plan->themes[i]].scheme == scheme) {
                alike[count++] = plan->themes[i];
            }
        }
        if (count) {
            TRY(sieve_keys(plan, lists, alike, count, &match->window, sieve));
        }
    }
    return OK;
}

static err sieve_values(const struct atlas_plan *plan, const struct atlas_match *match,
                        enum atlas_values_of of, const struct query_values *chosen,
                        struct bits_sieve *sieve) {
    const struct atlas_values *values = &match->segment->values[of];
    uint32_t keys[QUERY_VALUES_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < chosen->count; i++) {
        uint32_t key = atlas_values_find(values, chosen->values[i]);
        if (key != ATLAS_NO_KEY) {
            keys[count++] = key;
        }
    }
    return sieve_keys(plan, &values->lists, keys, count, &match->window, sieve);
}

static err sieve_group(const struct atlas_plan *plan, struct atlas_match *match,
                       enum atlas_group_of group, struct bits_sieve *sieve) {
    const struct query *query = plan->query;
    switch (group) {
    case ATLAS_GROUP_KIND:
        sieve_kinds(match->segment, plan->kinds, sieve);
        break;
    case ATLAS_GROUP_STATE:
        sieve_any(match->segment->states, query->states, sieve);
        break;
    case ATLAS_GROUP_THEME:
        return sieve_themes(plan, match, sieve);
    case ATLAS_GROUP_TERRITORY:
        TRY(match_group(plan, match, group));
        bits_sieve_add(sieve, match->groups[group], match->window.base / 64, true);
        break;
    case ATLAS_GROUP_HAS:
        for (unsigned has = query->has; has; has &= has - 1) {
            bits_sieve_add(sieve, match->segment->has[__builtin_ctz(has)], 0, true);
        }
        break;
    case ATLAS_GROUP_LANGUAGE:
        return sieve_values(plan, match, ATLAS_VALUES_LANGUAGE, &query->languages, sieve);
    case ATLAS_GROUP_SOURCE:
        return sieve_values(plan, match, ATLAS_VALUES_SOURCE, &query->sources, sieve);
    case ATLAS_GROUP_SKILL:
        return sieve_values(plan, match, ATLAS_VALUES_SKILL, &query->skills, sieve);
    case ATLAS_GROUP_REST:
    case ATLAS_GROUP__COUNT:
        break;
    }
    return OK;
}

/* What no set stands for: written down, with all that is chosen. */
static err sieve_match(struct atlas_plan *plan, struct atlas_match *match,
                       struct bits_sieve *sieve) {
    struct atlas_window window = match->window;
    TRY(atlas_match_make(plan, match->part, window, false, match));
    uint64_t *found = match->bits ? match->bits : plan_new(plan, uint64_t, window.words);
    uint32_t document;
    for (struct atlas_walk walk = atlas_walk(match);
         found && !match->bits && atlas_walk_next(&walk, &document);) {
        bits_set(found, document - window.base);
    }
    bits_sieve_add(sieve, found, window.base / 64, true);
    return found ? OK : ERR_MEMORY;
}

err atlas_match_sieve(struct atlas_plan *plan, enum atlas_part part, struct atlas_window window,
                      struct bits_sieve *sieve) {
    /* Each kind, state, theme and what there is has a set of its own at most; all that is left
     * has one together. */
    _Static_assert(QUERY_KIND__COUNT + QUERY_STATE__COUNT + QUERY_HAS__COUNT +
                           4 * QUERY_VALUES_MAX + 2 <=
                       BITS_SIEVE_MAX,
                   "a sieve holds every choice");
    struct atlas_match match = {.segment = plan->view->parts[part], .part = part, .window = window};
    sieve->count = 0;
    if (plan->clause_count || plan->has_dates || atlas_has_area(plan)) {
        return sieve_match(plan, &match, sieve);
    }
    for (int group = ATLAS_GROUP_REST + 1; group < ATLAS_GROUP__COUNT; group++) {
        if (atlas_plan_chooses(plan, (enum atlas_group_of)group)) {
            TRY(sieve_group(plan, &match, (enum atlas_group_of)group, sieve));
        }
    }
    if (plan->view->live[part]) {
        bits_sieve_add(sieve, plan->view->live[part], 0, true);
    }
    return OK;
}

err atlas_match_make(struct atlas_plan *plan, enum atlas_part part, struct atlas_window window,
                     bool with_scores, struct atlas_match *match) {
    *match =
        (struct atlas_match){.segment = plan->view->parts[part], .part = part, .window = window};
    if (plan->clause_count) {
        TRY(atlas_match_words(plan, match, with_scores));
    } else if (atlas_has_area(plan)) {
        TRY(list_area(plan, match));
    }
    if (match->is_listed) {
        TRY(atlas_match_few(plan, match));
        if (match->misses) {
            return OK;
        }
    }
    TRY(match_rest(plan, match));
    match->bits = plan_new(plan, uint64_t, window.words);
    if (!match->bits) {
        return ERR_MEMORY;
    }
    memcpy(match->bits, match->groups[ATLAS_GROUP_REST], window.words * sizeof(*match->bits));
    for (int group = ATLAS_GROUP_REST + 1; group < ATLAS_GROUP__COUNT; group++) {
        if (atlas_plan_chooses(plan, (enum atlas_group_of)group)) {
            TRY(match_group(plan, match, (enum atlas_group_of)group));
            bits_and(match->bits, match->groups[group], window.words);
        }
    }
    match->count = bits_count(match->bits, window.words);
    return OK;
}

err atlas_match_all(struct atlas_plan *plan, struct atlas_match matches[ATLAS_PART__COUNT]) {
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        struct atlas_window window = atlas_window(0, plan->view->parts[part]->count);
        TRY(atlas_match_make(plan, (enum atlas_part)part, window, true, &matches[part]));
    }
    return OK;
}

const uint64_t *atlas_match_without(const struct atlas_plan *plan, const struct atlas_match *match,
                                    enum atlas_group_of group) {
    if (match->misses || !match->groups[group]) {
        return match->bits;
    }
    uint64_t *bits = plan_new(plan, uint64_t, match->window.words);
    if (!bits) {
        return NULL;
    }
    memcpy(bits, match->groups[ATLAS_GROUP_REST], match->window.words * sizeof(*bits));
    for (int other = ATLAS_GROUP_REST + 1; other < ATLAS_GROUP__COUNT; other++) {
        if (match->groups[other] && other != (int)group) {
            bits_and(bits, match->groups[other], match->window.words);
        }
    }
    return bits;
}
