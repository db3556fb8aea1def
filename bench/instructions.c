/* instructions STORE QUERIES.tsv: asks a fixed few of the questions, for callgrind to count
 * (bench/instructions). Everything measured happens below `measured`. */
#include "engines/questions.h"

#include "atlas/atlas.h"
#include "db/db.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOW_MS    INT64_C(1795348800000) /* 2026-11-22T12:00Z */
#define PER_CLASS 2
/* What frequent words come to is known beforehand, as it is of as many words among a million. */
#define CROWD_LEAST 64

struct asking {
    struct atlas *atlas;
    struct territories *territories;
    struct themes *themes;
    struct arena arena;
};

void bench_fail(const char *format, ...) {
    va_list list;
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    exit(1);
}

static int64_t fixed_now(void *self) {
    (void)self;
    return NOW_MS;
}

static void asking_open(struct asking *asking, const char *store) {
    struct problem problem = {0};
    struct db_conn *conn = NULL;
    if (db_open(store, DB_READ, &conn, &problem) != OK ||
        territories_load(conn, &asking->territories) != OK ||
        themes_load(conn, &asking->themes) != OK) {
        bench_fail("%s: %s", store, problem.what);
    }
    db_close(conn);
    const struct atlas_options options = {.store_path = store,
                                          .territories = asking->territories,
                                          .themes = asking->themes,
                                          .crowd_least = CROWD_LEAST,
                                          .clock = {.now_ms = fixed_now}};
    if (atlas_open(&options, &asking->atlas, &problem) != OK) {
        bench_fail("the atlas cannot be opened: %s", problem.what);
    }
    asking->arena = arena_make(64 * 1024, 0);
}

/* What callgrind counts (--toggle-collect): one question, whole. */
void measured(struct asking *asking, const struct bench_question *question);
__attribute__((noinline)) void measured(struct asking *asking,
                                        const struct bench_question *question) {
    const struct atlas_view *view = atlas_pin(asking->atlas);
    struct atlas_request request = {.query = question->query, .now_ms = NOW_MS};
    struct problem problem = {0};
    struct atlas_result result;
    struct atlas_cell *cells;
    struct atlas_suggestion found[8];
    size_t count;
    err failed = OK;
    arena_reset(&asking->arena);
    switch (question->shape) {
    case BENCH_SEARCH:
        request.facets = ATLAS_FACETS_ALL;
        failed = atlas_search(view, &request, &asking->arena, &result, &problem);
        break;
    case BENCH_TILE:
        failed = atlas_tile(view, &request,
                            (struct geo_tile){.z = question->z, .x = question->x, .y = question->y},
                            &asking->arena, &cells, &count, &problem);
        break;
    case BENCH_SUGGEST:
        failed = atlas_suggest(view, slice_from_cstr(question->text), &asking->arena, found,
                               ARRAY_COUNT(found), &count);
        break;
    }
    atlas_unpin(asking->atlas, view);
    if (failed) {
        bench_fail("%s: %s", question->text, problem.what);
    }
}

/* "word" of "word-rare": what is counted together. */
static slice family_of(const struct bench_question *question) {
    slice rest = slice_from_cstr(question->class_name);
    slice family = SLICE_EMPTY;
    slice_cut(&rest, '-', &family);
    return family;
}

/* Here callgrind writes down what it has counted, and begins anew (--dump-after). */
void family_end(slice family);
__attribute__((noinline)) void family_end(slice family) {
    printf("%.*s\n", SLICE_ARG(family));
}

/* The first questions of each class. */
static void ask_all(struct asking *asking, const struct bench_questions *questions) {
    unsigned of_class = 0;
    for (unsigned i = 0; i < questions->count; i++) {
        const struct bench_question *question = &questions->items[i];
        bool is_same = i && slice_equal(slice_from_cstr(question->class_name),
                                        slice_from_cstr(question[-1].class_name));
        of_class = is_same ? of_class + 1 : 0;
        if (of_class < PER_CLASS) {
            measured(asking, question);
        }
        if (i + 1 == questions->count ||
            !slice_equal(family_of(question), family_of(question + 1))) {
            family_end(family_of(question));
        }
    }
}

int main(int argc, char **argv) {
    struct asking asking = {0};
    struct bench_questions questions;
    if (argc != 3) {
        bench_fail("usage: instructions STORE QUERIES.tsv");
    }
#ifdef __OPTIMIZE__
    puts(__VERSION__);
#else
    puts(__VERSION__ " not optimized");
#endif
    bench_questions_read(argv[2], &questions);
    asking_open(&asking, argv[1]);
    ask_all(&asking, &questions);
    atlas_close(asking.atlas);
    return 0;
}
