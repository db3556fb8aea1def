/* The snapshot in memory: themes ordered so that broader ones stand before their narrower ones, and
 * two hash tables, by slug and by folded label. */
#include "domain/theme/theme_int.h"

#include "text/text.h"

#include <string.h>

struct label_slot {
    slice folded; /* n 0: free */
    uint16_t theme;
};

struct theme_index {
    struct arena arena; /* holds the whole snapshot */
    uint16_t *by_slug;  /* THEME_NONE: free */
    size_t slug_mask;
    struct label_slot *by_label;
    size_t label_mask;
};

/* A concept as read, before it has its place. */
struct raw {
    slice slug, broader_slug;
    uint16_t scheme;
    uint16_t broader, first_child, last_child, next_sibling; /* indexes of raw, or THEME_NONE */
};

struct loader {
    struct db_conn *conn;
    struct arena *arena;
    struct themes *themes;
    struct theme_scheme *schemes;
    struct theme *items;
    struct raw *raw;
    size_t label_count;
};

static size_t table_size(size_t count) {
    size_t size = 16;
    while (size < 2 * count) {
        size *= 2;
    }
    return size;
}

static void slug_put(struct theme_index *index, const struct theme *items, uint16_t theme) {
    size_t at = hash_bytes(items[theme].slug, 0) & index->slug_mask;
    while (index->by_slug[at] != THEME_NONE) {
        at = (at + 1) & index->slug_mask;
    }
    index->by_slug[at] = theme;
}

uint16_t themes_find(const struct themes *themes, slice slug) {
    const struct theme_index *index = themes->index;
    for (size_t at = hash_bytes(slug, 0) & index->slug_mask; index->by_slug[at] != THEME_NONE;
         at = (at + 1) & index->slug_mask) {
        if (slice_equal(themes->items[index->by_slug[at]].slug, slug)) {
            return index->by_slug[at];
        }
    }
    return THEME_NONE;
}

static struct label_slot *label_slot_of(const struct theme_index *index, slice folded) {
    size_t at = hash_bytes(folded, 0) & index->label_mask;
    while (index->by_label[at].folded.n > 0 && !slice_equal(index->by_label[at].folded, folded)) {
        at = (at + 1) & index->label_mask;
    }
    return &index->by_label[at];
}

uint16_t themes_match(const struct themes *themes, slice folded) {
    if (folded.n == 0) {
        return THEME_NONE;
    }
    const struct label_slot *slot = label_slot_of(themes->index, folded);
    return slot->folded.n > 0 ? slot->theme : THEME_NONE;
}

bool themes_is_within(const struct themes *themes, uint16_t theme, uint16_t ancestor) {
    while (theme != THEME_NONE && theme != ancestor) {
        theme = themes->items[theme].broader;
    }
    return theme != THEME_NONE;
}

static int language_of(slice language) {
    if (slice_equal(language, SLICE("fr"))) {
        return 0;
    }
    return slice_equal(language, SLICE("en")) ? 1 : -1;
}

static uint16_t scheme_find(const struct loader *loader, slice slug) {
    for (uint16_t i = 0; i < loader->themes->scheme_count; i++) {
        if (slice_equal(loader->schemes[i].slug, slug)) {
            return i;
        }
    }
    return THEME_NONE;
}

static err counts_load(struct loader *loader) {
    struct db_query *query = db_query(loader->conn, &theme_catalogue, THEME_COUNT_ALL);
    bool row = false;
    TRY(db_next(query, &row));
    int64_t schemes = db_i64(query, 0);
    int64_t concepts = db_i64(query, 1);
    loader->label_count = (size_t)db_i64(query, 2);
    db_done(query);
    if (schemes >= THEME_NONE || concepts >= THEME_NONE) {
        return ERR_LIMIT;
    }
    loader->schemes = arena_new(loader->arena, struct theme_scheme, (size_t)schemes);
    loader->items = arena_new(loader->arena, struct theme, (size_t)concepts);
    loader->raw = arena_new(loader->arena, struct raw, (size_t)concepts);
    loader->themes->schemes = loader->schemes;
    loader->themes->items = loader->items;
    loader->themes->scheme_count = (uint16_t)schemes;
    loader->themes->count = (uint16_t)concepts;
    return OK;
}

static err schemes_load(struct loader *loader) {
    struct db_query *query = db_query(loader->conn, &theme_catalogue, THEME_SCHEMES);
    bool row = false;
    for (uint16_t i = 0; i < loader->themes->scheme_count; i++) {
        TRY(db_next(query, &row));
        if (!row) {
            return ERR_CORRUPT;
        }
        loader->schemes[i].slug = arena_copy(loader->arena, db_text(query, 0));
    }
    db_done(query);
    query = db_query(loader->conn, &theme_catalogue, THEME_SCHEME_TITLES);
    for (;;) {
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        uint16_t scheme = scheme_find(loader, db_text(query, 2));
        int language = language_of(db_text(query, 0));
        if (scheme != THEME_NONE && language >= 0) {
            loader->schemes[scheme].title[language] = arena_copy(loader->arena, db_text(query, 1));
        }
    }
    for (uint16_t i = 0; i < loader->themes->scheme_count; i++) {
        if (loader->schemes[i].title[1].n == 0) {
            loader->schemes[i].title[1] = loader->schemes[i].title[0];
        }
    }
    return OK;
}

static err raw_load(struct loader *loader) {
    struct db_query *query = db_query(loader->conn, &theme_catalogue, THEME_CONCEPTS);
    for (size_t i = 0; i < loader->themes->count; i++) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return ERR_CORRUPT;
        }
        loader->raw[i] = (struct raw){
            .slug = arena_copy(loader->arena, db_text(query, 0)),
            .scheme = scheme_find(loader, db_text(query, 1)),
            .broader_slug = arena_copy(loader->arena, db_text(query, 2)),
            .broader = THEME_NONE,
            .first_child = THEME_NONE,
            .last_child = THEME_NONE,
            .next_sibling = THEME_NONE,
        };
    }
    db_done(query);
    return OK;
}

static uint16_t raw_find(const struct loader *loader, uint16_t scheme, slice slug) {
    for (uint16_t i = 0; i < loader->themes->count; i++) {
        if (loader->raw[i].scheme == scheme && slice_equal(loader->raw[i].slug, slug)) {
            return i;
        }
    }
    return THEME_NONE;
}

static void raw_join(struct loader *loader) {
    for (uint16_t i = 0; i < loader->themes->count; i++) {
        struct raw *raw = &loader->raw[i];
        if (raw->broader_slug.n == 0) {
            continue;
        }
        raw->broader = raw_find(loader, raw->scheme, raw->broader_slug);
        if (raw->broader == THEME_NONE) {
            continue;
        }
        struct raw *parent = &loader->raw[raw->broader];
        if (parent->last_child == THEME_NONE) {
            parent->first_child = i;
        } else {
            loader->raw[parent->last_child].next_sibling = i;
        }
        parent->last_child = i;
    }
}

/* Puts one top concept and all below it at the end of `items`, depth first. */
static void tree_place(struct loader *loader, uint16_t top, uint16_t *count) {
    uint16_t parent = THEME_NONE;
    uint16_t depth = 0;
    for (uint16_t at = top; at != THEME_NONE;) {
        const struct raw *raw = &loader->raw[at];
        uint16_t placed = (*count)++;
        loader->items[placed] = (struct theme){
            .slug = raw->slug, .scheme = raw->scheme, .broader = parent, .depth = depth};
        if (raw->first_child != THEME_NONE) {
            parent = placed;
            depth++;
            at = raw->first_child;
            continue;
        }
        while (at != top && loader->raw[at].next_sibling == THEME_NONE) {
            at = loader->raw[at].broader;
            if (at != top) {
                parent = loader->items[parent].broader;
            }
            depth--;
        }
        at = at == top ? THEME_NONE : loader->raw[at].next_sibling;
    }
}

static void items_order(struct loader *loader) {
    uint16_t placed = 0;
    for (uint16_t scheme = 0; scheme < loader->themes->scheme_count; scheme++) {
        loader->schemes[scheme].first = placed;
        for (uint16_t i = 0; i < loader->themes->count; i++) {
            if (loader->raw[i].scheme == scheme && loader->raw[i].broader == THEME_NONE) {
                tree_place(loader, i, &placed);
            }
        }
        loader->schemes[scheme].count = (uint16_t)(placed - loader->schemes[scheme].first);
    }
    /* The file check refuses circles, so that every concept has found its place. */
    loader->themes->count = placed;
}

/* The rows of one concept follow each other: its labels first, then its synonyms. */
static err labels_load(struct loader *loader) {
    struct db_query *query = db_query(loader->conn, &theme_catalogue, THEME_LABELS);
    slice *synonyms = arena_new(loader->arena, slice, loader->label_count);
    uint8_t *languages = arena_new(loader->arena, uint8_t, loader->label_count);
    size_t used = 0;
    uint16_t theme = THEME_NONE;
    for (;;) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return OK;
        }
        slice slug = db_text(query, 0);
        if (theme == THEME_NONE || !slice_equal(loader->items[theme].slug, slug)) {
            theme = themes_find(loader->themes, slug);
        }
        int language = language_of(db_text(query, 1));
        if (theme == THEME_NONE || language < 0) {
            continue;
        }
        struct theme *item = &loader->items[theme];
        slice label = arena_copy(loader->arena, db_text(query, 3));
        if (db_i64(query, 2) == 0) {
            item->label[language] = label;
        } else if (used < loader->label_count) {
            if (item->synonym_count == 0) {
                item->synonyms = &synonyms[used];
                item->synonym_languages = &languages[used];
            }
            languages[used] = (uint8_t)language;
            synonyms[used++] = label;
            item->synonym_count++;
        }
    }
}

static void label_put(struct loader *loader, slice label, uint16_t theme) {
    struct buf folded BUF_CLEANUP = buf_new(THEME_FOLDED_MAX);
    text_fold(label, &folded);
    slice text = slice_trim(buf_slice(&folded));
    if (text.n == 0 || folded.failed != OK) {
        return;
    }
    struct label_slot *slot = label_slot_of(loader->themes->index, text);
    if (slot->folded.n == 0) { /* who came first keeps it: labels before synonyms */
        slot->folded = arena_copy(loader->arena, text);
        slot->theme = theme;
    }
}

static void tables_make(struct loader *loader) {
    struct theme_index *index = loader->themes->index;
    size_t slugs = table_size(loader->themes->count);
    index->slug_mask = slugs - 1;
    index->by_slug = arena_new(loader->arena, uint16_t, slugs);
    memset(index->by_slug, 0xff, slugs * sizeof(uint16_t));
    for (uint16_t i = 0; i < loader->themes->count; i++) {
        slug_put(index, loader->items, i);
    }
    size_t labels = table_size(loader->label_count);
    index->label_mask = labels - 1;
    index->by_label = arena_new(loader->arena, struct label_slot, labels);
}

static void labels_index(struct loader *loader) {
    for (uint16_t i = 0; i < loader->themes->count; i++) {
        struct theme *item = &loader->items[i];
        if (item->label[1].n == 0) {
            item->label[1] = item->label[0];
        }
        label_put(loader, item->label[0], i);
        label_put(loader, item->label[1], i);
    }
    for (uint16_t i = 0; i < loader->themes->count; i++) {
        for (uint32_t k = 0; k < loader->items[i].synonym_count; k++) {
            label_put(loader, loader->items[i].synonyms[k], i);
        }
    }
}

static err themes_read(struct loader *loader) {
    TRY(counts_load(loader));
    TRY(schemes_load(loader));
    TRY(raw_load(loader));
    raw_join(loader);
    items_order(loader);
    tables_make(loader);
    TRY(labels_load(loader));
    labels_index(loader);
    return OK;
}

err themes_load(struct db_conn *conn, struct themes **themes) {
    struct arena arena = arena_make(1u << 16, 0);
    struct theme_index *index = arena_new(&arena, struct theme_index, 1);
    index->arena = arena;
    struct themes *made = arena_new(&index->arena, struct themes, 1);
    made->index = index;
    struct loader loader = {.conn = conn, .arena = &index->arena, .themes = made};
    err failed = themes_read(&loader);
    if (failed != OK) {
        themes_free(made);
        return failed;
    }
    *themes = made;
    return OK;
}

void themes_free(struct themes *themes) {
    if (themes) {
        struct arena arena = themes->index->arena; /* the index lies in its own arena */
        arena_free(&arena);
    }
}
