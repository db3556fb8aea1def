/* Entries someone may mean while typing: every typed word begins a word of the title. */
#include "atlas/view.h"

#include <string.h>

#define TYPED_LIMIT      1024
#define TYPED_WORDS_MAX  8
#define TYPED_CODEPOINTS 2 /* fewer begin too many titles */

struct typed {
    slice folded;
    slice words[TYPED_WORDS_MAX];
    uint32_t count;
};

/* One that fits; a better one has a smaller rank. */
struct fit {
    bool begins_so; /* the title begins with what was typed */
    uint16_t quality;
    int64_t entry;
    enum atlas_part part;
    uint32_t document;
};

static bool is_better(const struct fit *a, const struct fit *b) {
    if (a->begins_so != b->begins_so) {
        return a->begins_so;
    }
    if (a->quality != b->quality) {
        return a->quality > b->quality;
    }
    return a->entry < b->entry;
}

/* Whether a document that begins as typed, if it does, would still not be among the best: its
 * title, which costs most to look at, need not be. */
static bool is_surely_worse(const struct atlas_segment *segment, uint32_t document,
                            const struct fit *fits, size_t room, size_t count) {
    if (room == 0 || count < room || !fits[room - 1].begins_so) {
        return false;
    }
    const struct fit *worst = &fits[room - 1];
    return segment->quality[document] < worst->quality ||
           (segment->quality[document] == worst->quality &&
            segment->entry[document] > worst->entry);
}

/* Keeps the best `room` in order. */
static void insert(struct fit *fits, size_t room, size_t *count, struct fit fit) {
    if (*count == room && (room == 0 || !is_better(&fit, &fits[room - 1]))) {
        return;
    }
    size_t at = *count < room ? (*count)++ : room - 1;
    for (; at > 0 && is_better(&fit, &fits[at - 1]); at--) {
        fits[at] = fits[at - 1];
    }
    fits[at] = fit;
}

static void suggest_from(const struct atlas_view *view, enum atlas_part part,
                         const struct typed *typed, uint64_t *bits, uint64_t *more,
                         struct fit *fits, size_t room, size_t *count) {
    const struct atlas_segment *segment = view->parts[part];
    struct atlas_window window = atlas_window(0, segment->count);
    for (uint32_t i = 0; i < typed->count; i++) {
        uint64_t *into = i ? more : bits;
        uint32_t first;
        uint32_t last;
        atlas_segment_prefix(segment, typed->words[i], &first, &last);
        memset(into, 0, segment->words * sizeof(*into));
        for (; first < last; first++) {
            atlas_lists_add(&segment->titles, first, &window, into);
        }
        if (i) {
            bits_and(bits, more, segment->words);
        }
    }
    uint32_t document;
    for (struct bits_walk walk = bits_walk(bits, segment->words); bits_next(&walk, &document);) {
        if (!is_surely_worse(segment, document, fits, room, *count) &&
            atlas_view_is_live(view, part, document)) {
            insert(fits, room, count,
                   (struct fit){.begins_so = slice_starts_with(
                                    atlas_segment_title_key(segment, document), typed->folded),
                                .quality = segment->quality[document],
                                .entry = segment->entry[document],
                                .part = part,
                                .document = document});
        }
    }
}

err atlas_suggest(const struct atlas_view *view, slice text, struct arena *arena,
                  struct atlas_suggestion *found, size_t room, size_t *count) {
    BUF_CLEANUP struct buf folded = buf_new(TYPED_LIMIT);
    text_fold(slice_trim(text), &folded);
    TRY(folded.failed);
    struct typed typed = {.folded = buf_slice(&folded)};
    struct text_words words = {.rest = typed.folded};
    size_t fit_count = 0;
    for (slice word; typed.count < TYPED_WORDS_MAX && text_words_next(&words, &word);) {
        if (!text_is_stop_word(word)) {
            typed.words[typed.count++] = word;
        }
    }
    *count = 0;
    if (!typed.count || text_codepoints(typed.words[0]) < TYPED_CODEPOINTS) {
        return OK;
    }
    ATLAS_DESK_CLEANUP struct atlas_desk *desk = atlas_desk_take(view->desks);
    if (!desk) {
        return ERR_MEMORY;
    }
    struct fit *fits = arena_try(&desk->arena, struct fit, room);
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        uint64_t *bits = arena_try(&desk->arena, uint64_t, view->parts[part]->words);
        uint64_t *more = arena_try(&desk->arena, uint64_t, view->parts[part]->words);
        if (!fits || !bits || !more) {
            return ERR_MEMORY;
        }
        suggest_from(view, (enum atlas_part)part, &typed, bits, more, fits, room, &fit_count);
    }
    for (size_t i = 0; i < fit_count; i++) {
        const struct atlas_segment *segment = view->parts[fits[i].part];
        found[i] = (struct atlas_suggestion){
            .entry = {fits[i].entry},
            .kind = (enum query_kind)segment->kind[fits[i].document],
            .title = arena_copy(arena, atlas_segment_title(segment, fits[i].document)),
            .territory = segment->territory[fits[i].document],
        };
    }
    *count = fit_count;
    return OK;
}
