/* Themes as they are changed here: rows over what the files say (RULE THEME-1). Each change is made
 * first and looked at then, as a start would read it: what cannot be is undone by the caller. */
#include "domain/theme/theme_int.h"

#include "text/text.h"

#define SLUG_TRIES_MAX 1000

struct editing {
    struct db_conn *conn;
    struct themes *before; /* freed by edit_end */
    struct problem *problem;
};

static err edit_begin(struct editing *editing, struct db_conn *conn, struct problem *problem) {
    *editing = (struct editing){.conn = conn, .problem = problem};
    return themes_load(conn, &editing->before);
}

static void edit_end(struct editing *editing) {
    themes_free(editing->before);
}
#define EDIT_CLEANUP __attribute__((cleanup(edit_end)))

/* A theme of its own, or a merged one: nothing of that is changed. */
static err theme_of(const struct editing *editing, slice slug, const char *field,
                    const struct theme **theme) {
    uint16_t found = themes_find(editing->before, slug);
    if (found == THEME_NONE || !slice_equal(editing->before->items[found].slug, slug)) {
        return problem_set(editing->problem, ERR_NOT_FOUND, field, "there is no theme %.*s",
                           SLICE_ARG(slice_sub(slug, 0, THEME_SLUG_MAX)));
    }
    *theme = &editing->before->items[found];
    return OK;
}

static uint16_t index_of(const struct editing *editing, const struct theme *theme) {
    return (uint16_t)(theme - editing->before->items);
}

/* RULE THEME-3: nothing stands below itself or too deep. */
static err places_check(const struct editing *editing) {
    struct themes *after = NULL;
    TRY(themes_load(editing->conn, &after));
    bool fits = after->cut_count <= editing->before->cut_count;
    themes_free(after);
    return fits ? OK
                : problem_set(editing->problem, ERR_INPUT, "broader",
                              "the theme would stand below itself, or deeper than %d levels",
                              THEME_DEPTH_MAX);
}

static err touch(struct db_conn *conn, slice slug) {
    struct db_query *query = db_query(conn, &theme_catalogue, THEME_EDIT_TOUCH);
    db_bind_text_borrowed(query, 1, slug);
    return db_run(query);
}

static err told(struct db_conn *conn, int64_t now_ms) {
    return db_change_add(conn, DB_CHANGE_THEME, 0, now_ms);
}

/* ---- labels ---- */

static err label_check(slice label, const char *field, struct problem *problem) {
    if (label.n > THEME_LABEL_MAX) {
        return problem_set(problem, ERR_INPUT, field, "a label has at most %d bytes",
                           THEME_LABEL_MAX);
    }
    return OK;
}

static err labels_check(const slice label[THEME_LANGUAGES], struct problem *problem) {
    if (slice_trim(label[0]).n == 0) {
        return problem_set(problem, ERR_INPUT, "label-fr", "a theme has a French label");
    }
    TRY(label_check(label[0], "label-fr", problem));
    return label_check(label[1], "label-en", problem);
}

static err name_write(struct db_conn *conn, slice slug, const slice label[THEME_LANGUAGES]) {
    TRY(touch(conn, slug));
    struct db_query *query = db_query(conn, &theme_catalogue, THEME_EDIT_NAME);
    db_bind_text_borrowed(query, 1, slug);
    db_bind_text_borrowed(query, 2, slice_trim(label[0]));
    db_bind_text_or_null(query, 3, slice_trim(label[1]));
    return db_run(query);
}

err theme_rename(struct db_conn *conn, slice slug, const slice label[THEME_LANGUAGES],
                 int64_t now_ms, struct problem *problem) {
    EDIT_CLEANUP struct editing editing;
    const struct theme *theme = NULL;
    TRY(edit_begin(&editing, conn, problem));
    TRY(theme_of(&editing, slug, "theme", &theme));
    TRY(labels_check(label, problem));
    TRY(name_write(conn, slug, label));
    return told(conn, now_ms);
}

/* ---- places ---- */

static err order_write(struct db_conn *conn, slice slug, int64_t position) {
    TRY(touch(conn, slug));
    struct db_query *query = db_query(conn, &theme_catalogue, THEME_EDIT_ORDER);
    db_bind_text_borrowed(query, 1, slug);
    db_bind_i64(query, 2, position);
    return db_run(query);
}

static err move_write(struct db_conn *conn, slice slug, slice broader) {
    TRY(touch(conn, slug));
    struct db_query *query = db_query(conn, &theme_catalogue, THEME_EDIT_MOVE);
    db_bind_text_borrowed(query, 1, slug);
    db_bind_text_or_null(query, 2, broader);
    return db_run(query);
}

/* Those beside it are numbered anew around it: later ones of a file come behind them. */
static err place_put(const struct editing *editing, slice slug, uint16_t scheme,
                     const struct theme_place *place) {
    const struct themes *all = editing->before;
    uint16_t broader = THEME_NONE;
    if (place->broader.n > 0) {
        const struct theme *above = NULL;
        TRY(theme_of(editing, place->broader, "broader", &above));
        if (above->scheme != scheme) {
            return problem_set(editing->problem, ERR_INPUT, "broader",
                               "a theme stays within its taxonomy");
        }
        broader = index_of(editing, above);
    }
    TRY(move_write(editing->conn, slug, place->broader));
    uint32_t position = 0;
    bool is_put = false;
    const struct theme_scheme *of = &all->schemes[scheme];
    for (uint16_t i = of->first; i < of->first + of->count; i++) {
        if (all->items[i].broader != broader || slice_equal(all->items[i].slug, slug)) {
            continue;
        }
        if (++position == place->rank) {
            TRY(order_write(editing->conn, slug, position++));
            is_put = true;
        }
        TRY(order_write(editing->conn, all->items[i].slug, position));
    }
    return is_put ? OK : order_write(editing->conn, slug, (int64_t)position + 1);
}

err theme_move(struct db_conn *conn, slice slug, const struct theme_place *place, int64_t now_ms,
               struct problem *problem) {
    EDIT_CLEANUP struct editing editing;
    const struct theme *theme = NULL;
    TRY(edit_begin(&editing, conn, problem));
    TRY(theme_of(&editing, slug, "theme", &theme));
    TRY(place_put(&editing, slug, theme->scheme, place));
    TRY(places_check(&editing));
    return told(conn, now_ms);
}

/* ---- new ones ---- */

/* "eau", else "eau-2", …: no slug that there is or was. */
static err slug_make(const struct editing *editing, const slice label[THEME_LANGUAGES],
                     struct arena *arena, slice *slug) {
    struct buf base BUF_CLEANUP = buf_new(THEME_SLUG_MAX);
    text_slug(label[1].n > 0 ? label[1] : label[0], THEME_SLUG_MAX - 5, &base);
    TRY(base.failed);
    if (base.n == 0) {
        buf_add_cstr(&base, "theme");
    }
    slice made = arena_copy(arena, buf_slice(&base));
    for (unsigned i = 2; themes_find(editing->before, made) != THEME_NONE; i++) {
        if (i > SLUG_TRIES_MAX) {
            return problem_set(editing->problem, ERR_LIMIT, "label-fr",
                               "there are too many themes of this name");
        }
        made = arena_printf(arena, "%.*s-%u", SLICE_ARG(buf_slice(&base)), i);
    }
    *slug = made;
    return OK;
}

static err concept_add(struct db_conn *conn, slice slug, slice scheme,
                       const slice label[THEME_LANGUAGES]) {
    static const char *const languages[THEME_LANGUAGES] = {"fr", "en"};
    struct db_query *query = db_query(conn, &theme_catalogue, THEME_CONCEPT_ADD);
    db_bind_text_borrowed(query, 1, slug);
    db_bind_text_borrowed(query, 2, scheme);
    TRY(db_run(query));
    for (int i = 0; i < THEME_LANGUAGES; i++) {
        if (slice_trim(label[i]).n > 0) {
            query = db_query(conn, &theme_catalogue, THEME_LABEL_ADD);
            db_bind_text_borrowed(query, 1, slug);
            db_bind_text(query, 2, slice_from_cstr(languages[i]));
            db_bind_i64(query, 3, 0);
            db_bind_text_borrowed(query, 4, slice_trim(label[i]));
            TRY(db_run(query));
        }
    }
    TRY(touch(conn, slug));
    query = db_query(conn, &theme_catalogue, THEME_EDIT_OWN);
    db_bind_text_borrowed(query, 1, slug);
    return db_run(query);
}

err theme_add(struct db_conn *conn, slice scheme, const slice label[THEME_LANGUAGES],
              const struct theme_place *place, int64_t now_ms, struct arena *arena, slice *slug,
              struct problem *problem) {
    EDIT_CLEANUP struct editing editing;
    TRY(edit_begin(&editing, conn, problem));
    uint16_t of = 0;
    while (of < editing.before->scheme_count &&
           !slice_equal(editing.before->schemes[of].slug, scheme)) {
        of++;
    }
    if (of == editing.before->scheme_count) {
        return problem_set(problem, ERR_NOT_FOUND, "scheme", "there is no such taxonomy");
    }
    if (editing.before->count + editing.before->alias_count >= THEME_CONCEPTS_MAX) {
        return problem_set(problem, ERR_LIMIT, "label-fr", "there are %d themes already",
                           THEME_CONCEPTS_MAX);
    }
    TRY(labels_check(label, problem));
    TRY(slug_make(&editing, label, arena, slug));
    TRY(concept_add(conn, *slug, scheme, label));
    TRY(name_write(conn, *slug, label)); /* also when a later file names the slug */
    TRY(place_put(&editing, *slug, of, place));
    TRY(places_check(&editing));
    return told(conn, now_ms);
}

/* ---- choosing, merging ---- */

err theme_hide(struct db_conn *conn, slice slug, bool is_hidden, int64_t now_ms,
               struct problem *problem) {
    EDIT_CLEANUP struct editing editing;
    const struct theme *theme = NULL;
    TRY(edit_begin(&editing, conn, problem));
    TRY(theme_of(&editing, slug, "theme", &theme));
    TRY(touch(conn, slug));
    struct db_query *query = db_query(conn, &theme_catalogue, THEME_EDIT_HIDE);
    db_bind_text_borrowed(query, 1, slug);
    db_bind_i64(query, 2, is_hidden);
    TRY(db_run(query));
    return told(conn, now_ms);
}

static err merge_write(struct db_conn *conn, slice slug, slice into) {
    TRY(touch(conn, slug));
    struct db_query *query = db_query(conn, &theme_catalogue, THEME_EDIT_MERGE);
    db_bind_text_borrowed(query, 1, slug);
    db_bind_text_or_null(query, 2, into);
    return db_run(query);
}

err theme_merge(struct db_conn *conn, slice slug, slice into, int64_t now_ms,
                struct problem *problem) {
    EDIT_CLEANUP struct editing editing;
    const struct theme *theme = NULL;
    const struct theme *target = NULL;
    TRY(edit_begin(&editing, conn, problem));
    TRY(theme_of(&editing, slug, "theme", &theme));
    TRY(theme_of(&editing, into, "into", &target));
    if (theme->scheme != target->scheme) {
        return problem_set(problem, ERR_INPUT, "into", "a theme stays within its taxonomy");
    }
    if (themes_is_within(editing.before, index_of(&editing, target), index_of(&editing, theme))) {
        return problem_set(problem, ERR_INPUT, "into",
                           "a theme cannot become one that stands below it: move that first");
    }
    TRY(merge_write(conn, slug, into));
    TRY(places_check(&editing));
    return told(conn, now_ms);
}

err theme_unmerge(struct db_conn *conn, slice slug, int64_t now_ms, struct problem *problem) {
    EDIT_CLEANUP struct editing editing;
    TRY(edit_begin(&editing, conn, problem));
    uint16_t found = themes_find(editing.before, slug);
    if (found == THEME_NONE || slice_equal(editing.before->items[found].slug, slug)) {
        return problem_set(problem, found == THEME_NONE ? ERR_NOT_FOUND : ERR_CONFLICT, "theme",
                           "this theme is not merged into another one");
    }
    TRY(merge_write(conn, slug, SLICE_EMPTY));
    TRY(places_check(&editing));
    return told(conn, now_ms);
}
