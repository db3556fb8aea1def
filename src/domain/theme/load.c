/* The snapshot in memory: what the files say with what was changed here on top, themes ordered so
 * that broader ones stand before their narrower ones, and two hash tables, by slug and by folded
 * label. */
#include "domain/theme/theme_int.h"

#include "text/text.h"

#include <string.h>

struct label_slot {
    slice folded; /* n 0: free */
    uint16_t theme;
};

struct slug_slot {
    slice slug; /* n 0: free */
    uint16_t theme, concept;
};

struct theme_index {
    struct arena arena; /* holds the whole snapshot */
    struct slug_slot *by_slug;
    size_t slug_mask;
    struct label_slot *by_label;
    size_t label_mask;
};

/* A concept as read, before it has its place. */
struct raw {
    slice slug, broader_slug, into_slug;
    slice label[THEME_LANGUAGES]; /* given here; empty: the file's */
    bool is_own, is_hidden;
    uint16_t scheme;
    uint16_t now;    /* what it is: itself, or what it was merged into */
    uint16_t placed; /* of items; THEME_NONE when merged */
    uint16_t broader, first_child, last_child, next_sibling; /* indexes of raw, or THEME_NONE */
};

struct loader {
    struct db_conn *conn;
    struct arena *arena;
    struct themes *themes;
    struct theme_scheme *schemes;
    struct theme *items;
    struct raw *raw;
    uint16_t raw_count;
    size_t label_count;
};

/* A label as read. */
struct label_row {
    uint16_t theme;
    uint8_t language;
    slice text;
};

static size_t table_size(size_t count) {
    size_t size = 16;
    while (size < 2 * count) {
        size *= 2;
    }
    return size;
}

static struct slug_slot *slug_slot_of(const struct theme_index *index, slice slug) {
    size_t at = hash_bytes(slug, 0) & index->slug_mask;
    while (index->by_slug[at].slug.n > 0 && !slice_equal(index->by_slug[at].slug, slug)) {
        at = (at + 1) & index->slug_mask;
    }
    return &index->by_slug[at];
}

uint16_t themes_find(const struct themes *themes, slice slug) {
    const struct slug_slot *slot = slug.n > 0 ? slug_slot_of(themes->index, slug) : NULL;
    return slot != NULL && slot->slug.n > 0 ? slot->theme : THEME_NONE;
}

void themes_settle(const struct themes *themes, slice *slugs, uint32_t *count) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++) {
        uint16_t theme = themes_find(themes, slugs[i]);
        slice slug = theme == THEME_NONE ? slugs[i] : themes->items[theme].slug;
        uint32_t at = 0;
        while (at < kept && !slice_equal(slugs[at], slug)) {
            at++;
        }
        slugs[at] = slug;
        kept += at == kept;
    }
    *count = kept;
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
    loader->raw_count = (uint16_t)concepts;
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
    for (uint16_t i = 0; i < loader->raw_count; i++) {
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return ERR_CORRUPT;
        }
        loader->raw[i] = (struct raw){
            .slug = arena_copy(loader->arena, db_text(query, 0)),
            .scheme = scheme_find(loader, db_text(query, 1)),
            .broader_slug = arena_copy(loader->arena, db_text(query, 2)),
            .label = {arena_copy(loader->arena, db_text(query, 3)),
                      arena_copy(loader->arena, db_text(query, 4))},
            .is_own = db_i64(query, 5) != 0,
            .is_hidden = db_i64(query, 6) != 0,
            .into_slug = arena_copy(loader->arena, db_text(query, 7)),
            .now = i,
            .placed = THEME_NONE,
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
    for (uint16_t i = 0; i < loader->raw_count; i++) {
        if (loader->raw[i].scheme == scheme && slice_equal(loader->raw[i].slug, slug)) {
            return i;
        }
    }
    return THEME_NONE;
}

/* RULE THEME-2: what each is now, through chains of merges. A circle is refused when it is made;
 * one that stands there all the same merges nothing. */
static void merges_follow(struct loader *loader) {
    uint16_t *into = arena_new(loader->arena, uint16_t, loader->raw_count);
    for (uint16_t i = 0; i < loader->raw_count; i++) {
        const struct raw *raw = &loader->raw[i];
        into[i] = raw->into_slug.n > 0 ? raw_find(loader, raw->scheme, raw->into_slug) : THEME_NONE;
    }
    for (uint16_t i = 0; i < loader->raw_count; i++) {
        uint16_t at = i;
        uint16_t steps = 0;
        while (into[at] != THEME_NONE && steps++ < loader->raw_count) {
            at = into[at];
        }
        loader->raw[i].now = into[at] == THEME_NONE ? at : i;
    }
}

/* The steps from a theme to its top, or to itself again (then at most so many). */
static uint16_t way_up(const struct loader *loader, uint16_t from, bool *is_circle) {
    uint16_t steps = 0;
    uint16_t at = loader->raw[from].broader;
    while (at != THEME_NONE && at != from && steps < loader->raw_count) {
        at = loader->raw[at].broader;
        steps++;
    }
    *is_circle = at == from;
    return (uint16_t)(steps + (at != THEME_NONE));
}

/* RULE THEME-3: a later file may put a theme under one that was put under it here. Nothing gets
 * lost: it stands at the top then. */
static void places_cut(struct loader *loader) {
    bool is_circle;
    for (uint16_t i = 0; i < loader->raw_count; i++) {
        (void)way_up(loader, i, &is_circle);
        if (is_circle) {
            loader->raw[i].broader = THEME_NONE;
            loader->themes->cut_count++;
        }
    }
    for (uint16_t i = 0; i < loader->raw_count; i++) {
        if (way_up(loader, i, &is_circle) > THEME_DEPTH_MAX) {
            loader->raw[i].broader = THEME_NONE;
            loader->themes->cut_count++;
        }
    }
}

static void raw_join(struct loader *loader) {
    merges_follow(loader);
    for (uint16_t i = 0; i < loader->raw_count; i++) {
        struct raw *raw = &loader->raw[i];
        if (raw->broader_slug.n > 0 && raw->now == i) {
            raw->broader = raw_find(loader, raw->scheme, raw->broader_slug);
        }
        if (raw->broader != THEME_NONE) {
            raw->broader = loader->raw[raw->broader].now;
        }
    }
    places_cut(loader);
    for (uint16_t i = 0; i < loader->raw_count; i++) {
        const struct raw *raw = &loader->raw[i];
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
        struct raw *raw = &loader->raw[at];
        uint16_t placed = (*count)++;
        raw->placed = placed;
        loader->items[placed] = (struct theme){.slug = raw->slug,
                                               .scheme = raw->scheme,
                                               .broader = parent,
                                               .depth = depth,
                                               .is_hidden = raw->is_hidden,
                                               .is_own = raw->is_own};
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
        for (uint16_t i = 0; i < loader->raw_count; i++) {
            if (loader->raw[i].scheme == scheme && loader->raw[i].broader == THEME_NONE &&
                loader->raw[i].now == i) {
                tree_place(loader, i, &placed);
            }
        }
        loader->schemes[scheme].count = (uint16_t)(placed - loader->schemes[scheme].first);
    }
    loader->themes->count = placed; /* circles are cut: each that is not merged has its place */
}

static bool is_label_of(const struct theme *theme, slice text) {
    bool is_known = slice_equal(theme->label[0], text) || slice_equal(theme->label[1], text);
    for (uint32_t i = 0; i < theme->synonym_count && !is_known; i++) {
        is_known = slice_equal(theme->synonyms[i], text);
    }
    return is_known;
}

/* The synonyms of one theme follow each other: rows are put theme by theme, in the order of the
 * rows. What says nothing new is left out. */
static void synonyms_put(struct loader *loader, const struct label_row *rows, size_t count) {
    slice *synonyms = arena_new(loader->arena, slice, count);
    uint8_t *languages = arena_new(loader->arena, uint8_t, count);
    size_t *starts = arena_new(loader->arena, size_t, (size_t)loader->themes->count + 1);
    for (size_t i = 0; i < count; i++) {
        starts[rows[i].theme + 1]++;
    }
    for (size_t i = 0; i < loader->themes->count; i++) {
        starts[i + 1] += starts[i];
        loader->items[i].synonyms = &synonyms[starts[i]];
        loader->items[i].synonym_languages = &languages[starts[i]];
    }
    for (size_t i = 0; i < count; i++) {
        struct theme *item = &loader->items[rows[i].theme];
        if (!is_label_of(item, rows[i].text)) {
            size_t at = starts[rows[i].theme] + item->synonym_count++;
            synonyms[at] = rows[i].text;
            languages[at] = rows[i].language;
        }
    }
}

/* More than there can be: those of files, and the names given here. */
static size_t label_room(const struct loader *loader) {
    return loader->label_count + (size_t)THEME_LANGUAGES * loader->raw_count;
}

/* What a concept is called in a language: here, else in its file. */
static slice name_of(const struct raw *raw, int language, slice filed) {
    return raw->label[language].n > 0 ? raw->label[language] : filed;
}

/* A theme that was given another name here, or was merged, is found by the words of its file all
 * the same: they are synonyms. */
static err labels_load(struct loader *loader) {
    struct db_query *query = db_query(loader->conn, &theme_catalogue, THEME_LABELS);
    size_t room = label_room(loader);
    struct label_row *rows = arena_new(loader->arena, struct label_row, room);
    slice *filed = arena_new(loader->arena, slice, (size_t)THEME_LANGUAGES * loader->raw_count);
    size_t count = 0;
    for (bool row = false;;) {
        TRY(db_next(query, &row));
        if (!row) {
            break;
        }
        const struct slug_slot *slot = slug_slot_of(loader->themes->index, db_text(query, 0));
        uint16_t concept = slot->slug.n > 0 ? slot->concept : THEME_NONE;
        int language = language_of(db_text(query, 1));
        if (concept == THEME_NONE || language < 0) {
            continue;
        }
        const struct raw *raw = &loader->raw[concept];
        slice text = arena_copy(loader->arena, db_text(query, 3));
        bool is_name = db_i64(query, 2) == 0;
        if (is_name) {
            filed[concept * THEME_LANGUAGES + language] = text;
        }
        bool is_replaced = is_name && (raw->now != concept || raw->label[language].n > 0);
        if ((!is_name || is_replaced) && !(is_name && raw->is_own) && count < room) {
            rows[count++] =
                (struct label_row){loader->raw[raw->now].placed, (uint8_t)language, text};
        }
    }
    for (uint16_t i = 0; i < loader->raw_count; i++) {
        const struct raw *raw = &loader->raw[i];
        for (int language = 0; language < THEME_LANGUAGES; language++) {
            slice name = name_of(raw, language, filed[i * THEME_LANGUAGES + language]);
            if (raw->now == i) {
                loader->items[raw->placed].label[language] = name;
            } else if (name.n > 0 && count < room) {
                rows[count++] =
                    (struct label_row){loader->raw[raw->now].placed, (uint8_t)language, name};
            }
            loader->raw[i].label[language] = name;
        }
    }
    synonyms_put(loader, rows, count);
    return OK;
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
    size_t slugs = table_size(loader->raw_count);
    index->slug_mask = slugs - 1;
    index->by_slug = arena_new(loader->arena, struct slug_slot, slugs);
    for (uint16_t i = 0; i < loader->raw_count; i++) {
        const struct raw *raw = &loader->raw[i];
        *slug_slot_of(index, raw->slug) =
            (struct slug_slot){raw->slug, loader->raw[raw->now].placed, i};
    }
    size_t labels = table_size(label_room(loader));
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

/* In the order of slugs, which is that of nothing else here: sorted by hand, there are few. */
static void aliases_make(struct loader *loader) {
    struct theme_alias *aliases = arena_new(loader->arena, struct theme_alias, loader->raw_count);
    uint16_t count = 0;
    for (uint16_t i = 0; i < loader->raw_count; i++) {
        const struct raw *raw = &loader->raw[i];
        if (raw->now == i) {
            continue;
        }
        uint16_t at = count++;
        while (at > 0 && slice_compare(aliases[at - 1].slug, raw->slug) > 0) {
            aliases[at] = aliases[at - 1];
            at--;
        }
        aliases[at] = (struct theme_alias){
            .slug = raw->slug,
            .into = raw->into_slug,
            .label = {raw->label[0], raw->label[1].n > 0 ? raw->label[1] : raw->label[0]},
            .theme = loader->raw[raw->now].placed};
    }
    loader->themes->aliases = aliases;
    loader->themes->alias_count = count;
}

static uint64_t mix_text(uint64_t digest, slice text) {
    return hash_mix(digest, hash_bytes(text, THEME_DIGEST_SEED));
}

static void digest_make(struct loader *loader) {
    struct themes *themes = loader->themes;
    uint64_t digest = hash_mix(themes->scheme_count, themes->count);
    for (uint16_t i = 0; i < themes->scheme_count; i++) {
        const struct theme_scheme *it = &themes->schemes[i];
        digest = mix_text(mix_text(mix_text(digest, it->slug), it->title[0]), it->title[1]);
    }
    for (uint16_t i = 0; i < themes->count; i++) {
        const struct theme *it = &themes->items[i];
        digest = mix_text(mix_text(mix_text(digest, it->slug), it->label[0]), it->label[1]);
        digest = hash_mix(digest, (uint64_t)it->scheme << 32 | (uint64_t)it->broader << 16 |
                                      (uint64_t)it->is_own << 1 | it->is_hidden);
        for (uint32_t k = 0; k < it->synonym_count; k++) {
            digest = hash_mix(mix_text(digest, it->synonyms[k]), it->synonym_languages[k]);
        }
    }
    for (uint16_t i = 0; i < themes->alias_count; i++) {
        const struct theme_alias *it = &themes->aliases[i];
        digest = hash_mix(mix_text(mix_text(digest, it->slug), it->into), it->theme);
    }
    themes->digest = digest;
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
    aliases_make(loader);
    digest_make(loader);
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
