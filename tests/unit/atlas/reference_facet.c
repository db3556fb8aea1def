/* Facets (src/atlas/README.md, "Facets"). */
#include "reference_int.h"

#include <stdlib.h>

static int compare_values(const void *a, const void *b) {
    const struct atlas_facet_value *left = a;
    const struct atlas_facet_value *right = b;
    if (left->count != right->count) {
        return left->count > right->count ? -1 : 1;
    }
    return slice_compare(left->value, right->value);
}

static bool has_value(const struct reference *reference, const struct document *document,
                      enum atlas_facet facet, slice value, uint32_t index) {
    const struct entry *entry = &document->public->entry;
    switch (facet) {
    case ATLAS_FACET_KIND:
        return slice_equal(query_kind_slug(document->kind), value);
    case ATLAS_FACET_STATE:
        return slice_equal(entry_state_slug(entry->state), value);
    case ATLAS_FACET_THEME:
        return document->themes[index];
    case ATLAS_FACET_TERRITORY:
        return document->public->territory != TERRITORY_NONE &&
               territories_is_within(reference->territories, document->public->territory, index);
    case ATLAS_FACET_HAS:
        for (unsigned what = 0; what < QUERY_HAS__COUNT; what++) {
            if (slice_equal(query_has_slug((enum query_has)what), value)) {
                return reference_has(document, (enum query_has)what);
            }
        }
        return false;
    case ATLAS_FACET_LANGUAGE:
        return slice_equal(entry->language, value);
    case ATLAS_FACET_SOURCE:
        return slice_equal(entry->source_slug, value);
    case ATLAS_FACET_SKILL:
        return reference_has_skill(document, value);
    case ATLAS_FACET__COUNT:
        break;
    }
    return false;
}

struct candidate {
    slice value;
    uint32_t index;
    bool is_chosen;
};
struct candidates {
    struct candidate items[1024];
    size_t count;
};

static void candidate_add(struct candidates *candidates, slice value, uint32_t index,
                          bool is_chosen) {
    for (size_t i = 0; i < candidates->count; i++) {
        if (slice_equal(candidates->items[i].value, value)) {
            candidates->items[i].is_chosen = candidates->items[i].is_chosen || is_chosen;
            return;
        }
    }
    if (value.n) {
        candidates->items[candidates->count++] =
            (struct candidate){.value = value, .index = index, .is_chosen = is_chosen};
    }
}

static void territory_candidates(const struct reference *reference, const struct query *query,
                                 struct candidates *candidates) {
    const struct territories *all = reference->territories;
    uint32_t parent = territories_find(all, SLICE("country-fr"));
    if (query->territories.count) {
        parent = territories_find(all, query->territories.values[0]);
        if (!all->items[parent].child_count) {
            parent = all->items[parent].epci != TERRITORY_NONE ? all->items[parent].epci
                                                               : all->items[parent].departement;
        }
    }
    for (uint32_t i = 0; i < all->items[parent].child_count; i++) {
        uint32_t child = all->items[parent].children[i];
        candidate_add(candidates, all->items[child].code, child, false);
    }
    for (uint32_t i = 0; i < query->territories.count; i++) {
        uint32_t chosen = territories_find(all, query->territories.values[i]);
        candidate_add(candidates, all->items[chosen].code, chosen, true);
    }
}

static void find_candidates(const struct reference *reference, const struct query *query,
                            enum atlas_facet facet, struct candidates *candidates) {
    const struct query_values *chosen = facet == ATLAS_FACET_LANGUAGE ? &query->languages
                                        : facet == ATLAS_FACET_SOURCE ? &query->sources
                                                                      : &query->skills;
    switch (facet) {
    case ATLAS_FACET_KIND:
        for (unsigned i = 0; i < QUERY_KIND__COUNT; i++) {
            candidate_add(candidates, query_kind_slug((enum query_kind)i), UINT32_MAX,
                          query->kinds >> i & 1);
        }
        break;
    case ATLAS_FACET_STATE:
        for (unsigned i = 0; i < QUERY_STATE__COUNT; i++) {
            candidate_add(candidates, query_state_slug((enum query_state)i), UINT32_MAX,
                          query->states >> i & 1);
        }
        break;
    case ATLAS_FACET_HAS:
        for (unsigned i = 0; i < QUERY_HAS__COUNT; i++) {
            candidate_add(candidates, query_has_slug((enum query_has)i), UINT32_MAX,
                          query->has >> i & 1);
        }
        break;
    case ATLAS_FACET_THEME:
        for (uint16_t i = 0; i < reference->themes->count; i++) {
            slice slug = reference->themes->items[i].slug;
            candidate_add(candidates, slug, i, query_values_has(&query->themes, slug));
        }
        break;
    case ATLAS_FACET_TERRITORY:
        territory_candidates(reference, query, candidates);
        break;
    case ATLAS_FACET_LANGUAGE:
    case ATLAS_FACET_SOURCE:
    case ATLAS_FACET_SKILL:
        for (size_t i = 0; i < reference->live.count; i++) {
            const struct entry *entry = &reference->live.items[i].public->entry;
            if (facet != ATLAS_FACET_SKILL) {
                candidate_add(candidates,
                              facet == ATLAS_FACET_LANGUAGE ? entry->language : entry->source_slug,
                              UINT32_MAX, false);
            }
            for (uint32_t j = 0; facet == ATLAS_FACET_SKILL && j < entry->ask_count; j++) {
                candidate_add(candidates, entry->asks[j].skill, UINT32_MAX, false);
            }
        }
        for (uint32_t i = 0; i < chosen->count; i++) {
            candidate_add(candidates, chosen->values[i], UINT32_MAX, true);
        }
        break;
    case ATLAS_FACET__COUNT:
        break;
    }
}

struct atlas_facet_counts reference_count_facet(const struct reference *reference,
                                                const struct asked *asked, enum atlas_facet which,
                                                struct arena *arena) {
    struct candidates *candidates = arena_new(arena, struct candidates, 1);
    struct atlas_facet_counts facet = {0};
    uint64_t *counts = arena_new(arena, uint64_t, ARRAY_COUNT(candidates->items));
    find_candidates(reference, asked->request->query, which, candidates);
    for (size_t i = 0; i < reference->live.count; i++) {
        const struct document *document = &reference->live.items[i];
        if (!reference_matches(reference, asked, document, which)) {
            continue;
        }
        facet.total +=
            which != ATLAS_FACET_KIND || !asked->request->seven_kinds || document->ask == 0;
        for (size_t j = 0; j < candidates->count; j++) {
            counts[j] += has_value(reference, document, which, candidates->items[j].value,
                                   candidates->items[j].index);
        }
    }
    facet.values = arena_new(arena, struct atlas_facet_value, candidates->count);
    for (size_t i = 0; i < candidates->count; i++) {
        if (counts[i] || candidates->items[i].is_chosen) {
            facet.values[facet.count++] =
                (struct atlas_facet_value){.value = candidates->items[i].value,
                                           .index = candidates->items[i].index,
                                           .count = counts[i]};
        }
    }
    qsort(facet.values, facet.count, sizeof(*facet.values), compare_values);
    return facet;
}

/* The territory facet is cut at 50; those chosen stay. */
void reference_cut_territories(const struct reference *reference, const struct query *query,
                               struct atlas_facet_counts *facet) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < facet->count; i++) {
        bool is_chosen = false;
        for (uint32_t j = 0; j < query->territories.count; j++) {
            is_chosen = is_chosen ||
                        territories_find(reference->territories, query->territories.values[j]) ==
                            facet->values[i].index;
        }
        if (i < 50 || is_chosen) {
            facet->values[kept++] = facet->values[i];
        } else {
            facet->others += facet->values[i].count;
        }
    }
    facet->count = kept;
}
