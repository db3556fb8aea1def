/* Counts beside the facets: exact, over all matches, each facet ignoring its own choice. */
#include "atlas/rank.h"

#include <stdlib.h>

#define TERRITORIES_SHOWN 50

struct counting {
    const struct atlas_plan *plan;
    const struct atlas_match *matches;
    const struct atlas_request *request;
    /* of the facet in hand: the matches without its own choice (NULL: listed), and how many */
    enum atlas_group_of group;
    const uint64_t *bases[ATLAS_PART__COUNT];
    uint64_t base_counts[ATLAS_PART__COUNT];
};

static struct atlas_walk base_walk(const struct counting *counting, int part) {
    return atlas_walk_without(&counting->matches[part], counting->bases[part], counting->group);
}

static err choose_base(struct counting *counting, enum atlas_group_of group) {
    counting->group = group;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct atlas_match *match = &counting->matches[part];
        counting->bases[part] = NULL;
        counting->base_counts[part] = 0;
        if (match->misses) {
            uint32_t document;
            for (struct atlas_walk walk = base_walk(counting, part);
                 atlas_walk_next(&walk, &document);) {
                counting->base_counts[part]++;
            }
            continue;
        }
        counting->bases[part] = atlas_match_without(counting->plan, match, group);
        if (!counting->bases[part]) {
            return ERR_MEMORY;
        }
        counting->base_counts[part] = bits_count(counting->bases[part], match->window.words);
    }
    return OK;
}

static int compare_values(const void *a, const void *b) {
    const struct atlas_facet_value *left = a;
    const struct atlas_facet_value *right = b;
    if (left->count != right->count) {
        return left->count > right->count ? -1 : 1;
    }
    return slice_compare(left->value, right->value);
}

static err facet_open(const struct counting *counting, size_t room,
                      struct atlas_facet_counts *facet) {
    facet->total = 0;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        facet->total += counting->base_counts[part];
    }
    facet->values = plan_new(counting->plan, struct atlas_facet_value, room);
    return facet->values ? OK : ERR_MEMORY;
}

static void facet_add(struct atlas_facet_counts *facet, slice value, uint32_t index, uint64_t count,
                      bool is_chosen) {
    if (count || is_chosen) {
        facet->values[facet->count++] =
            (struct atlas_facet_value){.value = value, .index = index, .count = count};
    }
}

static void facet_close(struct atlas_facet_counts *facet) {
    if (facet->count) {
        qsort(facet->values, facet->count, sizeof(*facet->values), compare_values);
    }
}

/* Matches in one of a few bitsets, over both parts. */
static uint64_t count_set(const struct counting *counting,
                          const uint64_t *(*set)(const struct atlas_segment *, unsigned),
                          unsigned which) {
    uint64_t count = 0;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct atlas_match *match = &counting->matches[part];
        const uint64_t *bits = set(match->segment, which);
        if (!match->misses) {
            count += bits_count_and(counting->bases[part], bits, match->window.words);
            continue;
        }
        uint32_t document;
        for (struct atlas_walk walk = base_walk(counting, part);
             atlas_walk_next(&walk, &document);) {
            count += bits_has(bits, document);
        }
    }
    return count;
}
static const uint64_t *kind_set(const struct atlas_segment *segment, unsigned kind) {
    return segment->kinds[kind];
}
static const uint64_t *state_set(const struct atlas_segment *segment, unsigned state) {
    return segment->states[state];
}
static const uint64_t *has_set(const struct atlas_segment *segment, unsigned has) {
    return segment->has[has];
}

static err count_kinds(struct counting *counting, struct atlas_facet_counts *facet) {
    TRY(choose_base(counting, ATLAS_GROUP_KIND));
    TRY(facet_open(counting, QUERY_KIND__COUNT, facet));
    unsigned shown = counting->request->seven_kinds ? QUERY_KINDS_ENTRY : QUERY_KINDS_ALL;
    facet->total = 0;
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        uint64_t count = count_set(counting, kind_set, kind);
        facet->total += shown >> kind & 1 ? count : 0;
        facet_add(facet, query_kind_slug((enum query_kind)kind), UINT32_MAX, count,
                  counting->plan->query->kinds >> kind & 1);
    }
    return OK;
}

static err count_states(struct counting *counting, struct atlas_facet_counts *facet) {
    TRY(choose_base(counting, ATLAS_GROUP_STATE));
    TRY(facet_open(counting, QUERY_STATE__COUNT, facet));
    for (unsigned state = 0; state < QUERY_STATE__COUNT; state++) {
        facet_add(facet, query_state_slug((enum query_state)state), UINT32_MAX,
                  count_set(counting, state_set, state),
                  counting->plan->query->states >> state & 1);
    }
    return OK;
}

static err count_has(struct counting *counting, struct atlas_facet_counts *facet) {
    TRY(choose_base(counting, ATLAS_GROUP_HAS));
    TRY(facet_open(counting, QUERY_HAS__COUNT, facet));
    for (unsigned has = 0; has < QUERY_HAS__COUNT; has++) {
        facet_add(facet, query_has_slug((enum query_has)has), UINT32_MAX,
                  count_set(counting, has_set, has), counting->plan->query->has >> has & 1);
    }
    return OK;
}

/* Adds one part's counts by key: from the documents when few match, else from the lists. */
static void count_keys(const struct counting *counting, enum atlas_part part,
                       enum atlas_values_of of, uint64_t *counts) {
    const struct atlas_match *match = &counting->matches[part];
    const struct atlas_values *values = &match->segment->values[of];
    const struct atlas_lists *lists = &values->lists;
    uint64_t pairs = lists->offsets[lists->key_count];
    uint64_t by_list = 0; /* what each way costs, in probes of a document */
    for (uint32_t key = 0; key < lists->key_count; key++) {
        by_list += atlas_lists_is_dense(lists, key) ? match->window.words / 4
                                                    : atlas_lists_length(lists, key);
    }
    uint64_t documents = match->segment->count ? match->segment->count : 1;
    uint64_t by_document = counting->base_counts[part] * (1 + 2 * pairs / documents);
    if (match->misses || by_document <= by_list) {
        uint32_t i;
        for (struct atlas_walk walk = base_walk(counting, (int)part); atlas_walk_next(&walk, &i);) {
            for (uint32_t at = values->offsets[i]; at < values->offsets[i + 1]; at++) {
                counts[values->keys[at]]++;
            }
        }
        return;
    }
    for (uint32_t key = 0; key < lists->key_count; key++) {
        struct atlas_list list = atlas_lists_get(lists, key);
        if (list.bits) {
            counts[key] += bits_count_and(counting->bases[part], list.bits, match->window.words);
            continue;
        }
        for (uint32_t at = 0; at < list.length; at++) {
            counts[key] += bits_has(counting->bases[part], list.documents[at]);
        }
    }
}

static err count_themes(struct counting *counting, struct atlas_facet_counts *facet) {
    const struct atlas_plan *plan = counting->plan;
    const struct themes *themes = plan->view->themes;
    TRY(choose_base(counting, ATLAS_GROUP_THEME));
    TRY(facet_open(counting, themes->count, facet));
    uint64_t *counts = plan_new(plan, uint64_t, themes->count);
    if (!counts) {
        return ERR_MEMORY;
    }
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        count_keys(counting, (enum atlas_part)part, ATLAS_VALUES_THEME, counts);
    }
    for (uint16_t theme = 0; theme < themes->count; theme++) {
        bool is_chosen = false;
        for (uint32_t i = 0; i < plan->query->themes.count; i++) {
            is_chosen = is_chosen || plan->themes[i] == theme;
        }
        facet_add(facet, themes->items[theme].slug, theme, counts[theme], is_chosen);
    }
    return OK;
}

/* A facet whose values have names of their own in each part: merged by name. */
static err count_names(struct counting *counting, enum atlas_group_of group,
                       enum atlas_values_of of, const struct query_values *chosen,
                       struct atlas_facet_counts *facet) {
    const struct atlas_plan *plan = counting->plan;
    const struct atlas_values *values[ATLAS_PART__COUNT];
    uint64_t *counts[ATLAS_PART__COUNT];
    size_t room = chosen->count;
    TRY(choose_base(counting, group));
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        values[part] = &counting->matches[part].segment->values[of];
        counts[part] = plan_new(plan, uint64_t, values[part]->lists.key_count);
        if (!counts[part]) {
            return ERR_MEMORY;
        }
        count_keys(counting, (enum atlas_part)part, of, counts[part]);
        room += values[part]->lists.key_count;
    }
    TRY(facet_open(counting, room, facet));
    uint32_t at[ATLAS_PART__COUNT] = {0};
    for (;;) {
        slice name = SLICE_EMPTY;
        bool is_left = false;
        for (int part = 0; part < ATLAS_PART__COUNT; part++) {
            if (at[part] < values[part]->lists.key_count &&
                (!is_left || slice_compare(atlas_text(&values[part]->names, at[part]), name) < 0)) {
                name = atlas_text(&values[part]->names, at[part]);
                is_left = true;
            }
        }
        if (!is_left) {
            break;
        }
        uint64_t count = 0;
        for (int part = 0; part < ATLAS_PART__COUNT; part++) {
            if (at[part] < values[part]->lists.key_count &&
                slice_equal(atlas_text(&values[part]->names, at[part]), name)) {
                count += counts[part][at[part]++];
            }
        }
        if (count) {
            facet_add(facet, arena_copy(plan->arena, name), UINT32_MAX, count, false);
        }
    }
    uint32_t counted = facet->count;
    for (uint32_t i = 0; i < chosen->count; i++) {
        bool is_there = false;
        for (uint32_t j = 0; j < counted; j++) {
            is_there = is_there || slice_equal(facet->values[j].value, chosen->values[i]);
        }
        if (!is_there) {
            facet_add(facet, chosen->values[i], UINT32_MAX, 0, true);
        }
    }
    return OK;
}

/* Matches within each territory, larger ones included; by index. NULL without memory. */
static uint32_t *count_within(const struct counting *counting) {
    const struct atlas_plan *plan = counting->plan;
    const struct territories *all = plan->view->territories;
    uint32_t *own = plan_new(plan, uint32_t, all->count);
    uint32_t *within = plan_new(plan, uint32_t, all->count);
    if (!own || !within) {
        return NULL;
    }
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct atlas_match *match = &counting->matches[part];
        uint32_t i;
        for (struct atlas_walk walk = base_walk(counting, (int)part); atlas_walk_next(&walk, &i);) {
            if (match->segment->territory[i] != TERRITORY_NONE) {
                own[match->segment->territory[i]]++;
            }
        }
    }
    for (uint32_t i = 0; i < all->count; i++) {
        if (!own[i]) {
            continue;
        }
        const struct territory *here = &all->items[i];
        const uint32_t around[] = {here->epci, here->departement, here->region, here->country};
        within[i] += own[i];
        for (size_t j = 0; j < ARRAY_COUNT(around); j++) {
            if (around[j] != TERRITORY_NONE && around[j] != i) {
                within[around[j]] += own[i];
            }
        }
    }
    for (uint32_t i = 0; i < plan->query->territories.count; i++) {
        const struct territory *chosen = &all->items[plan->territories[i]];
        for (uint32_t j = 0; chosen->level == TERRITORY_CUSTOM && j < chosen->commune_count; j++) {
            within[plan->territories[i]] += own[chosen->communes[j]];
        }
    }
    return within;
}

/* Whose children are shown: the first chosen one, or what a commune lies in; else the country. */
static const struct territory *shown_parent(const struct atlas_plan *plan) {
    const struct territories *all = plan->view->territories;
    if (plan->query->territories.count) {
        const struct territory *chosen = &all->items[plan->territories[0]];
        if (chosen->child_count) {
            return chosen;
        }
        uint32_t parent = chosen->epci != TERRITORY_NONE ? chosen->epci : chosen->departement;
        return parent == TERRITORY_NONE ? chosen : &all->items[parent];
    }
    for (uint32_t i = all->commune_count; i < all->count; i++) {
        if (all->items[i].level == TERRITORY_COUNTRY) {
            return &all->items[i];
        }
    }
    return NULL;
}

static bool is_chosen_territory(const struct atlas_plan *plan, uint32_t territory) {
    for (uint32_t i = 0; i < plan->query->territories.count; i++) {
        if (plan->territories[i] == territory) {
            return true;
        }
    }
    return false;
}

static err count_territories(struct counting *counting, struct atlas_facet_counts *facet) {
    const struct atlas_plan *plan = counting->plan;
    const struct territories *all = plan->view->territories;
    TRY(choose_base(counting, ATLAS_GROUP_TERRITORY));
    const uint32_t *within = count_within(counting);
    const struct territory *parent = shown_parent(plan);
    uint32_t children = parent ? parent->child_count : 0;
    TRY(facet_open(counting, (size_t)children + plan->query->territories.count, facet));
    if (!within) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < children; i++) {
        uint32_t child = parent->children[i];
        if (!is_chosen_territory(plan, child)) {
            facet_add(facet, all->items[child].code, child, within[child], false);
        }
    }
    for (uint32_t i = 0; i < plan->query->territories.count; i++) {
        uint32_t chosen = plan->territories[i];
        bool is_first = true; /* a former and the current code may name one territory */
        for (uint32_t j = 0; j < i; j++) {
            is_first = is_first && plan->territories[j] != chosen;
        }
        if (is_first) {
            facet_add(facet, all->items[chosen].code, chosen, within[chosen], true);
        }
    }
    facet_close(facet);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < facet->count; i++) {
        if (i < TERRITORIES_SHOWN || is_chosen_territory(plan, facet->values[i].index)) {
            facet->values[kept++] = facet->values[i];
        } else {
            facet->others += facet->values[i].count;
        }
    }
    facet->count = kept;
    return OK;
}

static err count_facet(struct counting *counting, enum atlas_facet which,
                       struct atlas_facet_counts *facet) {
    const struct query *query = counting->plan->query;
    switch (which) {
    case ATLAS_FACET_KIND:
        return count_kinds(counting, facet);
    case ATLAS_FACET_STATE:
        return count_states(counting, facet);
    case ATLAS_FACET_THEME:
        return count_themes(counting, facet);
    case ATLAS_FACET_TERRITORY:
        return count_territories(counting, facet);
    case ATLAS_FACET_HAS:
        return count_has(counting, facet);
    case ATLAS_FACET_LANGUAGE:
        return count_names(counting, ATLAS_GROUP_LANGUAGE, ATLAS_VALUES_LANGUAGE, &query->languages,
                           facet);
    case ATLAS_FACET_SOURCE:
        return count_names(counting, ATLAS_GROUP_SOURCE, ATLAS_VALUES_SOURCE, &query->sources,
                           facet);
    case ATLAS_FACET_SKILL:
        return count_names(counting, ATLAS_GROUP_SKILL, ATLAS_VALUES_SKILL, &query->skills, facet);
    case ATLAS_FACET__COUNT:
        break;
    }
    return OK;
}

err atlas_facets_count(const struct atlas_plan *plan,
                       const struct atlas_match matches[ATLAS_PART__COUNT],
                       const struct atlas_request *request, struct atlas_result *result) {
    struct counting counting = {.plan = plan, .matches = matches, .request = request};
    for (int which = 0; which < ATLAS_FACET__COUNT; which++) {
        if (request->facets & 1u << which) {
            TRY(count_facet(&counting, (enum atlas_facet)which, &result->facets[which]));
            if (which != ATLAS_FACET_TERRITORY) { /* cut after it was put into order */
                facet_close(&result->facets[which]);
            }
        }
    }
    return OK;
}
