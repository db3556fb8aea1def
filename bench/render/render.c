/* render STORE QUESTIONS.tsv [--pages N] [--rounds N] [--only CLASS] [--write FOLDER]
 *
 * What writing a page costs beyond its queries: entry pages drawn evenly from the store, and the
 * explorer for the questions of the bench, N pages of a class at most. Prints one JSON array, a
 * class an object. With --write each page goes into a file, so that the bytes before and after a
 * change can be compared. */
#include "../engines/questions.h"
#include "spans.h"

#include "atlas/atlas.h"
#include "db/db.h"
#include "face/face.h"
#include "face/map/map.h"
#include "face/web/web.h"
#include "html/i18n.h"
#include "shipped.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW_MS         INT64_C(1795348800000) /* 2026-11-22T12:00Z */
#define BASE_URL       "https://agora.example"
#define PAGES_MAX      4096
#define ROUNDS_DEFAULT 9
#define PAGES_DEFAULT  200
#define ARENA_BYTES    (16 * 1024) /* as the server's (http/server.c) */
#define ROUNDS_MAX     1000

struct target {
    const char *class_name;
    slice path, query;
};

struct bench {
    struct face face;
    struct face_worker worker;
    struct arena arena; /* of targets and figures */
    struct target targets[PAGES_MAX];
    size_t count;
    size_t pages, rounds; /* pages of a class at most */
    const char *store, *only, *folder;
};

enum figure { FIGURE_WHOLE, FIGURE_ATLAS, FIGURE_STORE, FIGURE_REST, FIGURE__COUNT };
/* Of one page, the median of its rounds. */
struct cost {
    double of[FIGURE__COUNT];
};
/* The pages of one class. */
struct group {
    size_t pages[PAGES_MAX];
    size_t count;
    struct cost costs[PAGES_MAX];
    double bytes; /* of a page, unpacked */
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

static void open_house(struct bench *bench) {
    struct face *face = &bench->face;
    struct problem problem = {0};
    struct territories *territories = NULL;
    struct themes *themes = NULL;
    struct i18n *i18n = NULL;
    const struct i18n_catalogue english = {.language = SLICE("en"), .mo = shipped_po_en};
    *face = (struct face){.clock = {.now_ms = fixed_now},
                          .store_path = bench->store,
                          .site_name = SLICE("Agora"),
                          .contact_email = SLICE("contact@agora.example"),
                          .keeps_pages = true,
                          .version = "bench"};
    db_start();
    if (db_open(bench->store, DB_READ, &bench->worker.reader, &problem) != OK ||
        territories_load(bench->worker.reader, &territories) != OK ||
        themes_load(bench->worker.reader, &themes) != OK ||
        i18n_new(&english, 1, &i18n, &problem) != OK ||
        face_basemap_new(shipped_basemap, territories, &face->basemap, &problem) != OK) {
        bench_fail("%s: %s", bench->store, problem.what);
    }
    face->territories = territories;
    face->themes = themes;
    face->i18n = i18n;
    const struct atlas_options options = {.store_path = bench->store,
                                          .territories = territories,
                                          .themes = themes,
                                          .clock = face->clock};
    if (atlas_open(&options, &face->atlas, &problem) != OK) {
        bench_fail("the atlas cannot be opened: %s", problem.what);
    }
}

static http_handler *handler_of(const char *path) {
    for (size_t i = 0; i < face_web_route_count; i++) {
        if (strcmp(face_web_routes[i].path, path) == 0) {
            return face_web_routes[i].handler;
        }
    }
    bench_fail("no page has the path %s", path);
    return NULL;
}

/* Answers as the server would, without the server; `spans` may be NULL. */
static err answer(struct bench *bench, const struct target *target, struct arena *arena,
                  struct spans *spans, struct http_response *response) {
    bool is_entry = slice_starts_with(target->path, SLICE("/entries/"));
    http_handler *handler = handler_of(is_entry ? "/entries/{id}" : "/explore");
    const struct http_request request = {
        .method = HTTP_GET,
        .path = target->path,
        .query = target->query,
        .captures = {is_entry ? slice_sub(target->path, 9, target->path.n - 9) : SLICE_EMPTY},
        .language = SLICE("fr"),
        .base_url = SLICE(BASE_URL),
        .arena = arena,
        .worker = &bench->worker,
    };
    struct problem problem = {0};
    *response = (struct http_response){0};
    if (spans != NULL) {
        spans_begin(spans);
    }
    err failed = handler(&bench->face, &request, response, &problem);
    if (spans != NULL) {
        spans_end(spans);
    }
    return failed;
}

/* ---- which pages ---- */

static void target_add(struct bench *bench, const char *class_name, slice path, slice query) {
    size_t of_class = 0;
    for (size_t i = 0; i < bench->count; i++) {
        of_class += strcmp(bench->targets[i].class_name, class_name) == 0;
    }
    if (of_class == bench->pages || (bench->only != NULL && strcmp(class_name, bench->only) != 0)) {
        return;
    }
    if (bench->count == PAGES_MAX) {
        bench_fail("more than %d pages", PAGES_MAX);
    }
    bench->targets[bench->count++] =
        (struct target){class_name, arena_copy(&bench->arena, path), query};
}

/* The page of an entry, where its short address leads; one that is not public has none. */
static void entry_add(struct bench *bench, int64_t id) {
    struct arena arena ARENA_CLEANUP = arena_make(ARENA_BYTES, 0);
    struct target target = {.path = arena_printf(&bench->arena, "/entries/%lld", (long long)id)};
    struct http_response response;
    err failed = answer(bench, &target, &arena, NULL, &response);
    if (failed != OK && failed != ERR_NOT_FOUND) {
        bench_fail("%.*s: %s", SLICE_ARG(target.path), err_name(failed));
    }
    if (failed == OK) {
        target_add(bench, "entry", response.status == 301 ? response.location : target.path,
                   SLICE_EMPTY);
    }
    buf_free(&response.body);
}

static void entries_add(struct bench *bench) {
    static const struct db_statement statements[] = {{"ids", "SELECT id FROM entry ORDER BY id"}};
    static const struct db_catalogue catalogue = {"bench", statements, ARRAY_COUNT(statements)};
    struct problem problem = {0};
    struct db_conn *conn DB_CLEANUP = NULL;
    int64_t published = 0;
    int64_t all = 0;
    if (db_open(bench->store, DB_READ, &conn, &problem) != OK ||
        entry_count(conn, &published, &all) != OK) {
        bench_fail("%s: %s", bench->store, problem.what);
    }
    int64_t step = all / (int64_t)bench->pages + 1;
    struct db_query *ids = db_query(conn, &catalogue, 0);
    bool row = false;
    for (int64_t i = 0; db_next(ids, &row) == OK && row; i++) {
        if (i % step == step / 2) {
            entry_add(bench, db_i64(ids, 0));
        }
    }
}

static const char *explorer_class(slice name) {
    if (slice_starts_with(name, SLICE("word")) || slice_starts_with(name, SLICE("prefix"))) {
        return "explorer, words";
    }
    if (slice_starts_with(name, SLICE("box"))) {
        return slice_ends_with(name, SLICE("-both")) ? "explorer, box by kind and two themes"
               : name.n > 6                          ? NULL
                                                     : "explorer, box";
    }
    return slice_equal(name, SLICE("territory")) ? "explorer, territory"
           : slice_equal(name, SLICE("near"))    ? "explorer, near"
                                                 : NULL;
}

static void explorers_add(struct bench *bench, const struct bench_questions *questions) {
    const slice whole[] = {SLICE(""), SLICE("sort=recent"), SLICE("kind=initiative"),
                           SLICE("kind=event&when=upcoming"), SLICE("has=need")};
    for (size_t i = 0; i < ARRAY_COUNT(whole); i++) {
        target_add(bench, "explorer, whole country", SLICE("/explore"), whole[i]);
    }
    for (unsigned i = 0; i < questions->count; i++) {
        const struct bench_question *question = &questions->items[i];
        const char *name = explorer_class(slice_from_cstr(question->class_name));
        if (name != NULL) {
            target_add(bench, name, SLICE("/explore"), slice_from_cstr(question->text));
        }
    }
}

/* ---- what they cost ---- */

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double at(double *values, size_t count, double share) {
    if (count == 0) {
        return 0;
    }
    qsort(values, count, sizeof *values, by_value);
    size_t place = (size_t)((double)count * share);
    return values[place < count ? place : count - 1];
}

static void costs_of(const struct spans *rounds, size_t count, struct cost *cost) {
    double values[FIGURE__COUNT][ROUNDS_MAX];
    for (size_t i = 0; i < count; i++) {
        values[FIGURE_WHOLE][i] = (double)rounds[i].whole;
        values[FIGURE_ATLAS][i] = (double)rounds[i].of[SPAN_ATLAS];
        values[FIGURE_STORE][i] = (double)rounds[i].of[SPAN_STORE];
        values[FIGURE_REST][i] = (double)spans_rest(&rounds[i]);
    }
    for (size_t figure = 0; figure < FIGURE__COUNT; figure++) {
        cost->of[figure] = at(values[figure], count, .5);
    }
}

static void page_write(const struct bench *bench, size_t number, const struct buf *body) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%04zu.html", bench->folder, number);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(body->p, 1, body->n, file) != body->n || fclose(file) != 0) {
        bench_fail("%s cannot be written", path);
    }
}

/* One page of the class once; its answer is dropped. */
static size_t sample(struct bench *bench, size_t page, struct arena *arena, struct spans *spans) {
    struct http_response response;
    arena_reset(arena);
    const struct target *target = &bench->targets[page];
    err failed = answer(bench, target, arena, spans, &response);
    if (failed != OK) {
        bench_fail("%.*s?%.*s: %s", SLICE_ARG(target->path), SLICE_ARG(target->query),
                   err_name(failed));
    }
    size_t bytes = response.body.n;
    if (bench->folder != NULL && spans == NULL) {
        page_write(bench, page, &response.body);
    }
    buf_free(&response.body);
    return bytes;
}

/* Page after page, round after round: what one page leaves in the processor's caches is of little
 * use to the next, as on a server. */
static void measure(struct bench *bench, struct group *group) {
    struct arena arena ARENA_CLEANUP = arena_make(ARENA_BYTES, 0);
    struct spans *all = arena_new(&bench->arena, struct spans, group->count * bench->rounds);
    for (size_t i = 0; i < group->count; i++) {
        group->bytes += (double)sample(bench, group->pages[i], &arena, NULL) /
                        (double)group->count; /* and makes it warm */
    }
    for (size_t round = 0; round < bench->rounds; round++) {
        for (size_t i = 0; i < group->count; i++) {
            sample(bench, group->pages[i], &arena, &all[i * bench->rounds + round]);
        }
    }
    for (size_t i = 0; i < group->count; i++) {
        costs_of(&all[i * bench->rounds], bench->rounds, &group->costs[i]);
    }
}

/* A figure of all pages. */
static double mean(const struct group *group, enum figure figure) {
    double sum = 0;
    for (size_t i = 0; i < group->count; i++) {
        sum += group->costs[i].of[figure];
    }
    return sum / (double)group->count;
}

static double rest_at(struct bench *bench, const struct group *group, double share) {
    double *values = arena_new(&bench->arena, double, group->count);
    for (size_t i = 0; i < group->count; i++) {
        values[i] = group->costs[i].of[FIGURE_REST];
    }
    return at(values, group->count, share) / 1000;
}

/* All pages of the class; they need not stand together. */
static void class_measure(struct bench *bench, const char *name) {
    struct group *group = arena_new(&bench->arena, struct group, 1);
    for (size_t i = 0; i < bench->count; i++) {
        if (strcmp(bench->targets[i].class_name, name) == 0) {
            group->pages[group->count++] = i;
        }
    }
    measure(bench, group);
    printf("{\"class\":\"%s\",\"pages\":%zu,\"whole_us\":%.1f,\"atlas_us\":%.1f,\"store_us\":%.1f,"
           "\"rest_us\":%.1f,\"rest_p50_us\":%.1f,\"rest_p99_us\":%.1f,\"bytes\":%.0f}",
           name, group->count, mean(group, FIGURE_WHOLE) / 1000, mean(group, FIGURE_ATLAS) / 1000,
           mean(group, FIGURE_STORE) / 1000, mean(group, FIGURE_REST) / 1000,
           rest_at(bench, group, .5), rest_at(bench, group, .99), group->bytes);
}

static bool is_first_of_class(const struct bench *bench, size_t number) {
    for (size_t i = 0; i < number; i++) {
        if (strcmp(bench->targets[i].class_name, bench->targets[number].class_name) == 0) {
            return false;
        }
    }
    return true;
}

/* In a thread of its own, as the pages of the server: its memory is kept otherwise than the first
 * thread's. */
static void *measure_all(void *self) {
    struct bench *bench = self;
    spans_open();
    printf("[");
    for (size_t i = 0; i < bench->count; i++) {
        if (is_first_of_class(bench, i)) {
            printf("%s", i > 0 ? ",\n " : "");
            class_measure(bench, bench->targets[i].class_name);
            spans_dump(bench->targets[i].class_name);
        }
    }
    printf("]\n");
    return NULL;
}

static size_t number_of(const char *text, size_t most) {
    uint64_t value = 0;
    if (!slice_to_u64(slice_from_cstr(text), &value) || value == 0 || value > most) {
        bench_fail("%s is not a number up to %zu", text, most);
    }
    return (size_t)value;
}

int main(int argc, char **argv) {
    static struct bench bench;
    bench = (struct bench){.pages = PAGES_DEFAULT, .rounds = ROUNDS_DEFAULT};
    if (argc < 3 || argc % 2 == 0) {
        bench_fail("usage: render STORE QUESTIONS.tsv [--pages N] [--rounds N] [--only CLASS] "
                   "[--write FOLDER]");
    }
    bench.store = argv[1];
    for (int i = 3; i < argc; i += 2) {
        if (strcmp(argv[i], "--pages") == 0) {
            bench.pages = number_of(argv[i + 1], PAGES_MAX / 2);
        } else if (strcmp(argv[i], "--rounds") == 0) {
            bench.rounds = number_of(argv[i + 1], ROUNDS_MAX);
        } else if (strcmp(argv[i], "--only") == 0) {
            bench.only = argv[i + 1];
        } else if (strcmp(argv[i], "--write") == 0) {
            bench.folder = argv[i + 1];
        } else {
            bench_fail("unknown option %s", argv[i]);
        }
    }
    bench.arena = arena_make(1 << 20, 0);
    open_house(&bench);
    struct bench_questions questions;
    bench_questions_read(argv[2], &questions);
    entries_add(&bench);
    explorers_add(&bench, &questions);
    pthread_t thread;
    if (pthread_create(&thread, NULL, measure_all, &bench) != 0) {
        bench_fail("no thread");
    }
    pthread_join(thread, NULL);
    atlas_close(bench.face.atlas);
    return 0;
}
