/* RULE SHOW-1: many like things of one source and kind are one line of the list. */
#include "atlas/blocks.h"
#include "atlas/rank.h"

#include <string.h>

#define FOLDS_FIRST 32 /* room for the first groups */

err atlas_folds_open(const struct atlas_ranking *ranking, struct atlas_folds *folds) {
    size_t groups = (size_t)ranking->plan->view->source_count * QUERY_KIND__COUNT;
    *folds = (struct atlas_folds){.ranking = ranking,
                                  .slots = plan_new(ranking->plan, uint32_t, groups)};
    return folds->slots ? OK : ERR_MEMORY;
}

/* Key of a source of the view in a part, or ATLAS_NO_KEY. */
static uint32_t key_in(const struct atlas_view *view, enum atlas_part part, uint32_t source) {
    return atlas_values_find(&view->parts[part]->values[ATLAS_VALUES_SOURCE],
                             view->sources[source].slug);
}

/* Matches of a part in a group; counting stops once there are more than `enough`. */
static uint64_t count_matches(const struct atlas_match *match, uint32_t key, uint32_t kind,
                              uint64_t enough) {
    const struct atlas_segment *segment = match->segment;
    struct atlas_list list = atlas_lists_get(&segment->values[ATLAS_VALUES_SOURCE].lists, key);
    uint64_t count = 0;
    if (list.bits && match->bits) {
        const uint64_t *kinds = segment->kinds[kind];
        for (size_t i = 0; i < match->window.words && count <= enough; i++) {
            count += atlas_ones(match->bits[i] & list.bits[i] & kinds[i]);
        }
        return count;
    }
    if (match->misses && match->listed_count < list.length) {
        for (uint32_t i = 0; i < match->listed_count && count <= enough; i++) {
            uint32_t document = match->listed[i];
            count += !match->misses[i] && segment->kind[document] == kind &&
                     segment->source[document] == key;
        }
        return count;
    }
    struct atlas_list_walk walk = atlas_list_walk(&list, 0);
    for (uint32_t document; count <= enough && atlas_list_next(&walk, &document);) {
        count += segment->kind[document] == kind && atlas_match_has(match, document);
    }
    return count;
}

static bool does_fold(const struct atlas_ranking *ranking, uint32_t group) {
    const struct atlas_view *view = ranking->plan->view;
    uint32_t source = group / QUERY_KIND__COUNT;
    uint32_t kind = group % QUERY_KIND__COUNT;
    uint64_t count = 0;
    if (view->sources[source].counts[kind] <= ATLAS_FOLD_ABOVE) {
        return false;
    }
    for (int part = 0; part < ATLAS_PART__COUNT && count <= ATLAS_FOLD_ABOVE; part++) {
        uint32_t key = key_in(view, (enum atlas_part)part, source);
        if (key != ATLAS_NO_KEY) {
            count += count_matches(&ranking->matches[part], key, kind, ATLAS_FOLD_ABOVE - count);
        }
    }
    return count > ATLAS_FOLD_ABOVE;
}

/* One more fold; false without memory. */
static bool add_fold(struct atlas_folds *folds) {
    if (folds->count == folds->room) {
        uint32_t room = folds->room ? folds->room * 2 : FOLDS_FIRST;
        struct atlas_fold *items = plan_new(folds->ranking->plan, struct atlas_fold, room);
        if (!items) {
            folds->failed = ERR_MEMORY;
            return false;
        }
        if (folds->count) {
            memcpy(items, folds->items, folds->count * sizeof(*items));
        }
        folds->items = items;
        folds->room = room;
    }
    folds->count++;
    return true;
}

struct atlas_fold *atlas_folds_get(struct atlas_folds *folds, enum atlas_part part,
                                   uint32_t document, uint32_t *group) {
    const struct atlas_ranking *ranking = folds->ranking;
    uint32_t source = atlas_source_of(ranking->plan->view, part, document);
    if (source == UINT32_MAX) {
        return NULL;
    }
    *group = source * QUERY_KIND__COUNT + ranking->matches[part].segment->kind[document];
    uint32_t *slot = &folds->slots[*group];
    if (!*slot) {
        *slot = does_fold(ranking, *group) && add_fold(folds) ? folds->count : UINT32_MAX;
    }
    return *slot == UINT32_MAX ? NULL : &folds->items[*slot - 1];
}

static void tell_document(const struct atlas_ranking *ranking, enum atlas_part part,
                          uint32_t document, struct atlas_group *told, uint32_t *types) {
    const struct atlas_segment *segment = ranking->matches[part].segment;
    told->count++;
    if (segment->type[document] != UINT32_MAX) {
        types[segment->type[document]]++;
    }
    if (atlas_is_placed_near(ranking, part, document) &&
        (told->nearest_m < 0 ||
         atlas_least_distance_m(ranking->plan, part, document) < told->nearest_m)) {
        double away_m = atlas_distance_m(ranking->plan, part, document);
        if (told->nearest_m < 0 || away_m < told->nearest_m) {
            told->nearest_m = away_m;
        }
    }
}

/* Adds a part's matches of one group: how many, how near, how often each type. Walks the matches or
 * the source, whichever has fewer documents. */
static void tell_part(const struct atlas_ranking *ranking, enum atlas_part part, uint32_t group,
                      struct atlas_group *told, uint32_t *types) {
    const struct atlas_match *match = &ranking->matches[part];
    const struct atlas_segment *segment = match->segment;
    uint32_t kind = group % QUERY_KIND__COUNT;
    uint32_t key = key_in(ranking->plan->view, part, group / QUERY_KIND__COUNT);
    if (key == ATLAS_NO_KEY) {
        return;
    }
    struct atlas_list list = atlas_lists_get(&segment->values[ATLAS_VALUES_SOURCE].lists, key);
    uint32_t document;
    if (match->count < list.length) {
        for (struct atlas_walk walk = atlas_walk(match); atlas_walk_next(&walk, &document);) {
            if (segment->kind[document] == kind && segment->source[document] == key) {
                tell_document(ranking, part, document, told, types);
            }
        }
        return;
    }
    for (struct atlas_list_walk walk = atlas_list_walk(&list, 0);
         atlas_list_next(&walk, &document);) {
        if (segment->kind[document] == kind && atlas_match_has(match, document)) {
            tell_document(ranking, part, document, told, types);
        }
    }
}

/* The most frequent type of all parts; among equals the first by name. */
static slice frequent_type(const struct atlas_view *view, uint32_t *const *types) {
    uint32_t at[ATLAS_PART__COUNT] = {0};
    slice best = SLICE_EMPTY;
    uint32_t most = 0;
    for (;;) {
        slice type = SLICE_EMPTY;
        bool is_left = false;
        for (int part = 0; part < ATLAS_PART__COUNT; part++) {
            const struct atlas_texts *names = &view->parts[part]->types;
            if (at[part] < names->count &&
                (!is_left || slice_compare(atlas_text(names, at[part]), type) < 0)) {
                type = atlas_text(names, at[part]);
                is_left = true;
            }
        }
        if (!is_left) {
            return best;
        }
        uint32_t count = 0;
        for (int part = 0; part < ATLAS_PART__COUNT; part++) {
            const struct atlas_texts *names = &view->parts[part]->types;
            if (at[part] < names->count && slice_equal(atlas_text(names, at[part]), type)) {
                count += types[part][at[part]++];
            }
        }
        if (count > most) {
            most = count;
            best = type;
        }
    }
}

err atlas_groups_tell(const struct atlas_ranking *ranking, const struct atlas_line *lines,
                      uint32_t count, struct atlas_result *result) {
    const struct atlas_view *view = ranking->plan->view;
    struct arena *arena = ranking->plan->arena;
    uint32_t *types[ATLAS_PART__COUNT];
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        types[part] = plan_new(ranking->plan, uint32_t, view->parts[part]->types.count);
        if (!types[part]) {
            return ERR_MEMORY;
        }
    }
    result->groups = arena_new(arena, struct atlas_group, count);
    for (uint32_t i = 0; i < count; i++) {
        if (lines[i].group == UINT32_MAX) {
            continue;
        }
        struct atlas_group *told = &result->groups[result->group_count];
        result->hits[i].group = result->group_count++;
        told->source = view->sources[lines[i].group / QUERY_KIND__COUNT].slug;
        told->kind = (enum query_kind)(lines[i].group % QUERY_KIND__COUNT);
        told->nearest_m = -1;
        for (int part = 0; part < ATLAS_PART__COUNT; part++) {
            uint32_t type_count = view->parts[part]->types.count;
            if (type_count) {
                memset(types[part], 0, type_count * sizeof(**types));
            }
            tell_part(ranking, (enum atlas_part)part, lines[i].group, told, types[part]);
        }
        told->type = frequent_type(view, types);
    }
    return OK;
}
