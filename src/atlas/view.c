#include "atlas/view.h"
#include "atlas/blocks.h"
#include "atlas/cube.h"
#include "atlas/taken.h"

#include <stdlib.h>
#include <string.h>

#define VIEW_BLOCK_BYTES  (64u << 10)
#define WORDS_BLOCK_BYTES (64u << 10)

void atlas_view_hold(struct atlas_view *view) {
    atomic_fetch_add_explicit(&view->references, 1, memory_order_relaxed);
}

void atlas_view_release(struct atlas_view *view) {
    if (!view || atomic_fetch_sub_explicit(&view->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        atlas_segment_release(view->parts[part]);
    }
    atlas_view_release(view->previous); /* which has none itself */
    atlas_taken_free(view->taken ? atomic_load(view->taken) : NULL);
    struct arena arena = view->arena; /* the view lives in it */
    arena_free(&arena);
}

uint64_t atlas_view_version(const struct atlas_view *view) {
    return view->version;
}
int64_t atlas_view_sequence(const struct atlas_view *view) {
    return view->sequence;
}
uint64_t atlas_view_documents(const struct atlas_view *view) {
    return view->documents;
}
static int compare_sources(const void *a, const void *b) {
    const struct atlas_source *left = a;
    const struct atlas_source *right = b;
    return slice_compare(left->slug, right->slug);
}

static const struct atlas_source *find_source(const struct atlas_view *view, slice slug) {
    const struct atlas_source wanted = {.slug = slug};
    return bsearch(&wanted, view->sources, view->source_count, sizeof(*view->sources),
                   compare_sources);
}

bool atlas_view_has_source(const struct atlas_view *view, slice slug) {
    return view->source_count > 0 && find_source(view, slug) != NULL;
}

static uint32_t slot_of_source(const struct atlas_view *view, slice slug) {
    return (uint32_t)(find_source(view, slug) - view->sources); /* every slug of a part is there */
}

/* The sources of all parts and the known ones, each once, in order. */
static err gather_sources(const struct atlas_view_parts *parts, struct atlas_view *view) {
    size_t room = parts->known_count;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        room += view->parts[part]->values[ATLAS_VALUES_SOURCE].lists.key_count;
    }
    view->sources = arena_try(&view->arena, struct atlas_source, room);
    if (!view->sources) {
        return ERR_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i < parts->known_count; i++) {
        view->sources[count++].slug = arena_copy(&view->arena, parts->known[i]);
    }
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct atlas_values *values = &view->parts[part]->values[ATLAS_VALUES_SOURCE];
        for (uint32_t key = 0; key < values->lists.key_count; key++) {
            view->sources[count++].slug =
                atlas_text(&values->names, key); /* lives as long as the part */
        }
    }
    if (count) {
        qsort(view->sources, count, sizeof(*view->sources), compare_sources);
    }
    for (size_t i = 0; i < count; i++) {
        if (!view->source_count ||
            !slice_equal(view->sources[view->source_count - 1].slug, view->sources[i].slug)) {
            view->sources[view->source_count++] = view->sources[i];
        }
    }
    return OK;
}

/* Counts what is live: documents, by source and kind. The segment knows its own; the dead ones,
 * which are few, are taken off. */
static void count_part(struct atlas_view *view, enum atlas_part part) {
    const struct atlas_segment *segment = view->parts[part];
    const struct atlas_values *values = &segment->values[ATLAS_VALUES_SOURCE];
    view->documents += atlas_cube_count(segment->cube.kinds, QUERY_KINDS_ENTRY);
    for (uint32_t key = 0; key < values->lists.key_count; key++) {
        uint32_t *counts = view->sources[view->source_of[part][key]].counts;
        for (uint32_t kind = 0; kind < QUERY_KIND__COUNT; kind++) {
            counts[kind] +=
                segment->cube.values[ATLAS_VALUES_SOURCE][key * QUERY_KIND__COUNT + kind];
        }
    }
    for (size_t word = 0; view->live[part] && word < segment->words; word++) {
        uint32_t first = (uint32_t)word * 64;
        uint64_t there = segment->count - first < 64 ? (UINT64_C(1) << (segment->count - first)) - 1
                                                     : UINT64_MAX;
        for (uint64_t dead = there & ~view->live[part][word]; dead; dead &= dead - 1) {
            uint32_t i = first + (uint32_t)__builtin_ctzll(dead);
            view->documents -= segment->kind[i] < QUERY_KIND_NEED;
            if (segment->source[i] != ATLAS_NO_KEY) {
                uint32_t source = view->source_of[part][segment->source[i]];
                view->sources[source].counts[segment->kind[i]]--;
            }
        }
    }
}

static uint16_t source_rise(const struct atlas_view *view, enum atlas_part part) {
    const struct atlas_segment *segment = view->parts[part];
    uint32_t sources = segment->values[ATLAS_VALUES_SOURCE].lists.key_count;
    uint16_t most = 0;
    for (uint32_t key = 0; key < sources; key++) {
        const uint32_t *built =
            segment->cube.values[ATLAS_VALUES_SOURCE] + (size_t)key * QUERY_KIND__COUNT;
        const uint32_t *now = view->sources[view->source_of[part][key]].counts;
        for (uint32_t kind = 0; kind < QUERY_KIND__COUNT; kind++) {
            uint16_t then = atlas_source_points(built[kind]);
            uint16_t points = built[kind] ? atlas_source_points(now[kind]) : 0;
            most = points > then && points - then > most ? (uint16_t)(points - then) : most;
        }
    }
    return most;
}

static err copy_live(const struct atlas_view_parts *parts, struct atlas_view *view, int part) {
    size_t words = view->parts[part]->words;
    if (!parts->live[part]) {
        return OK;
    }
    uint64_t *live = arena_try(&view->arena, uint64_t, words);
    if (!live) {
        return ERR_MEMORY;
    }
    if (words) {
        memcpy(live, parts->live[part], words * sizeof(*live));
    }
    view->live[part] = live;
    return OK;
}

static err view_fill(const struct atlas_view_parts *parts, struct atlas_view *view) {
    view->taken = arena_try(&view->arena, struct atlas_taken * _Atomic, 1);
    if (!view->taken) {
        return ERR_MEMORY;
    }
    TRY(gather_sources(parts, view));
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct atlas_values *values = &view->parts[part]->values[ATLAS_VALUES_SOURCE];
        uint32_t *source_of = arena_try(&view->arena, uint32_t, values->lists.key_count);
        if (!source_of) {
            return ERR_MEMORY;
        }
        for (uint32_t key = 0; key < values->lists.key_count; key++) {
            source_of[key] = slot_of_source(view, atlas_text(&values->names, key));
        }
        view->source_of[part] = source_of;
        TRY(copy_live(parts, view, part));
        count_part(view, (enum atlas_part)part);
    }
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        view->source_rise[part] = source_rise(view, (enum atlas_part)part);
    }
    return OK;
}

err atlas_view_make(const struct atlas_view_parts *parts, struct atlas_view **view) {
    struct arena arena = arena_make(VIEW_BLOCK_BYTES, 0);
    struct atlas_view *made = arena_try(&arena, struct atlas_view, 1);
    if (!made) {
        arena_free(&arena);
        return ERR_MEMORY;
    }
    *made = (struct atlas_view){
        .arena = arena,
        .territories = parts->territories,
        .themes = parts->themes,
        .theme_words = parts->theme_words,
        .desks = parts->desks,
        .stamps = parts->stamps,
        .generation = parts->generation_number,
        .origin = parts->origin,
        .others_sequence = parts->others_sequence,
        .version = hash_mix(parts->generation_number, (uint64_t)parts->sequence),
        .sequence = parts->sequence,
        .generation_sequence = parts->generation_sequence,
    };
    atomic_init(&made->references, 1);
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        made->parts[part] = parts->segments[part];
        atlas_segment_hold(made->parts[part]);
    }
    err failed = view_fill(parts, made);
    if (failed) {
        atlas_view_release(made);
        return failed;
    }
    *view = made;
    return OK;
}

static int compare_theme_words(const void *a, const void *b) {
    const struct atlas_theme_word *left = a;
    const struct atlas_theme_word *right = b;
    int words = slice_compare(left->word, right->word);
    return words ? words : (left->theme > right->theme) - (left->theme < right->theme);
}

struct theme_words_make {
    struct atlas_theme_words *to;
    struct text_stemmer *stemmer;
    uint32_t room;
};

static err add_theme_text(struct theme_words_make *make, uint16_t theme, slice text) {
    BUF_CLEANUP struct buf folded = buf_new(text.n * 8 + 64);
    text_fold(text, &folded);
    TRY(folded.failed);
    struct text_words words = {.rest = buf_slice(&folded)};
    for (slice word; text_words_next(&words, &word);) {
        if (text_is_stop_word(word)) {
            continue;
        }
        if (make->to->count == make->room) {
            uint32_t room = make->room * 2 + 256;
            struct atlas_theme_word *items =
                arena_try(&make->to->arena, struct atlas_theme_word, room);
            if (!items) {
                return ERR_MEMORY;
            }
            if (make->to->count) {
                memcpy(items, make->to->items, make->to->count * sizeof(*items));
            }
            make->to->items = items;
            make->room = room;
        }
        struct atlas_theme_word *item = &make->to->items[make->to->count++];
        *item = (struct atlas_theme_word){.word = arena_copy(&make->to->arena, word),
                                          .letters = atlas_letters(word),
                                          .theme = theme};
        for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
            item->stems[language] =
                atlas_stem_hash(text_stem(make->stemmer, (enum text_language)language, word));
        }
    }
    return OK;
}

static err add_theme(struct theme_words_make *make, const struct theme *theme, uint16_t index) {
    for (int language = 0; language < THEME_LANGUAGES; language++) {
        TRY(add_theme_text(make, index, theme->label[language]));
    }
    for (uint32_t i = 0; i < theme->synonym_count; i++) {
        TRY(add_theme_text(make, index, theme->synonyms[i]));
    }
    return OK;
}

static int compare_stems(const void *a, const void *b) {
    const struct atlas_theme_stem *left = a;
    const struct atlas_theme_stem *right = b;
    return left->stem != right->stem ? (left->stem > right->stem) - (left->stem < right->stem)
                                     : (left->theme > right->theme) - (left->theme < right->theme);
}

static err sort_stems(struct atlas_theme_words *words, enum text_language language) {
    struct atlas_theme_stem *stems =
        arena_try(&words->arena, struct atlas_theme_stem, words->count);
    if (!stems) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < words->count; i++) {
        stems[i] =
            (struct atlas_theme_stem){words->items[i].stems[language], words->items[i].theme};
    }
    if (words->count) {
        qsort(stems, words->count, sizeof(*stems), compare_stems);
    }
    words->stems[language] = stems;
    return OK;
}

/* Sorts the words, each once for a theme. */
static void sort_words(struct atlas_theme_words *words) {
    if (words->count) {
        qsort(words->items, words->count, sizeof(*words->items), compare_theme_words);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < words->count; i++) {
        if (!kept || compare_theme_words(&words->items[kept - 1], &words->items[i])) {
            words->items[kept++] = words->items[i];
        }
    }
    words->count = kept;
}

err atlas_theme_words_make(const struct themes *themes, struct atlas_theme_words *words) {
    *words = (struct atlas_theme_words){.arena = arena_make(WORDS_BLOCK_BYTES, 0)};
    struct theme_words_make make = {.to = words, .stemmer = text_stemmer_new()};
    if (!make.stemmer) {
        return ERR_MEMORY;
    }
    err failed = OK;
    for (uint16_t theme = 0; theme < themes->count && !failed; theme++) {
        failed = add_theme(&make, &themes->items[theme], theme);
    }
    text_stemmer_free(make.stemmer);
    sort_words(words);
    for (int language = 0; language < TEXT_LANGUAGE__COUNT && !failed; language++) {
        failed = sort_stems(words, (enum text_language)language);
    }
    if (failed) {
        arena_free(&words->arena);
    }
    return failed;
}
