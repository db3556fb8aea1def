/* The plain SQL answer: slow, and simple enough to be believed. All others must agree with it. */
#include "engine.h"

#include <math.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SQL_MAX   4096
#define RADIUS_M  6371008.8
#define PARTS_MAX 16

/* Conditions, each with the facet whose choice it is (BENCH_FACET__COUNT: nobody's). */
struct condition {
    char sql[512];
    enum bench_facet own;
};
struct conditions {
    struct condition items[PARTS_MAX];
    unsigned count;
};

__attribute__((format(printf, 3, 4))) static void add(struct conditions *all, enum bench_facet own,
                                                      const char *format, ...) {
    va_list list;
    struct condition *condition = &all->items[all->count++];
    condition->own = own;
    va_start(list, format);
    vsnprintf(condition->sql, sizeof(condition->sql), format, list);
    va_end(list);
}

static void add_themes(const struct bench_question *question, struct conditions *all) {
    char list[128];
    size_t n = 0;
    for (unsigned i = 0; i < question->theme_count; i++) {
        n +=
            (size_t)snprintf(list + n, sizeof(list) - n, "%s%u", i ? "," : "", question->themes[i]);
    }
    if (n) {
        add(all, BENCH_THEME,
            "EXISTS (SELECT 1 FROM doc_theme t WHERE t.doc = d.id AND t.theme IN (%s))", list);
    }
}

static void conditions_make(const struct bench_question *question, struct conditions *all) {
    all->count = 0;
    for (unsigned i = 0; i < question->clause_count; i++) {
        add(all, BENCH_FACET__COUNT, "d.id IN (SELECT doc FROM hit WHERE clause = %u)",
            question->clauses[i].number);
    }
    if (question->kinds) {
        add(all, BENCH_KIND, "(%u >> d.kind) & 1", question->kinds);
    }
    add_themes(question, all);
    if (question->territory) {
        add(all, BENCH_FACET__COUNT,
            "d.id IN (SELECT doc FROM doc_territory WHERE territory = '%s')", question->territory);
    }
    if (question->has_box) {
        add(all, BENCH_FACET__COUNT, "d.lon BETWEEN %d AND %d AND d.lat BETWEEN %d AND %d",
            question->west, question->east, question->south, question->north);
    }
    if (question->has_near) {
        add(all, BENCH_FACET__COUNT, "d.lon IS NOT NULL AND away(d.lon, d.lat, %d, %d) <= %u",
            question->near_lon, question->near_lat, question->radius_m);
    }
    if (question->shape == BENCH_TILE) {
        add(all, BENCH_FACET__COUNT, "d.x >> %u = %u AND d.y >> %u = %u", 32 - question->z,
            question->x, 32 - question->z, question->y);
    }
}

/* The conditions of one owner. */
static const char *all_of(const struct conditions *all, enum bench_facet own, char sql[SQL_MAX]) {
    size_t n = (size_t)snprintf(sql, SQL_MAX, "1");
    for (unsigned i = 0; i < all->count; i++) {
        if (all->items[i].own == own) {
            n += (size_t)snprintf(sql + n, SQL_MAX - n, " AND %s", all->items[i].sql);
        }
    }
    return sql;
}

typedef void on_row(sqlite3_stmt *row, void *self);
__attribute__((format(printf, 3, 4))) static void each(on_row *visit, void *self,
                                                       const char *format, ...) {
    char sql[4 * SQL_MAX];
    va_list list;
    sqlite3_stmt *statement;
    va_start(list, format);
    vsnprintf(sql, sizeof(sql), format, list);
    va_end(list);
    if (sqlite3_prepare_v2(bench_plain(), sql, -1, &statement, NULL) != SQLITE_OK) {
        bench_fail("%s: %s", sqlite3_errmsg(bench_plain()), sql);
    }
    int step;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
        visit(statement, self);
    }
    if (step != SQLITE_DONE) {
        bench_fail("%s: %s", sqlite3_errmsg(bench_plain()), sql);
    }
    sqlite3_finalize(statement);
}

static void take_total(sqlite3_stmt *row, void *self) {
    *(uint64_t *)self = (uint64_t)sqlite3_column_int64(row, 0);
}
static void take_count(sqlite3_stmt *row, void *self) {
    if (sqlite3_column_type(row, 0) != SQLITE_NULL) {
        ((uint32_t *)self)[sqlite3_column_int64(row, 0)] = (uint32_t)sqlite3_column_int64(row, 1);
    }
}
static void take_best(sqlite3_stmt *row, void *self) {
    struct bench_answer *answer = self;
    answer->best[answer->best_count++] = (uint32_t)sqlite3_column_int64(row, 0);
}

static const struct {
    const char *value, *tables;
} sides[BENCH_FACET__COUNT] = {
    [BENCH_KIND] = {"d.kind", "m JOIN doc d ON d.id = m.doc"},
    [BENCH_STATE] = {"d.state", "m JOIN doc d ON d.id = m.doc"},
    [BENCH_THEME] = {"f.theme", "m JOIN doc d ON d.id = m.doc JOIN doc_theme f ON f.doc = d.id"},
    [BENCH_TERRITORY] = {"d.territory", "m JOIN doc d ON d.id = m.doc"},
    [BENCH_HAS] =
        {"f.column1",
         "m JOIN doc d ON d.id = m.doc JOIN (VALUES (0), (1), (2), (3), (4)) f ON (d.has >> "
         "f.column1) & 1"},
    [BENCH_LANGUAGE] = {"d.language", "m JOIN doc d ON d.id = m.doc"},
    [BENCH_SOURCE] = {"d.source", "m JOIN doc d ON d.id = m.doc"},
    [BENCH_SKILL] = {"f.skill", "m JOIN doc d ON d.id = m.doc JOIN doc_skill f ON f.doc = d.id"},
};

/* Words by the exact score, else the points alone; near by tenths of metres. */
static void best_find(const struct bench_question *question, struct bench_answer *answer) {
    char key[1024] = "d.points";
    size_t n = strlen(key);
    for (unsigned i = 0; i < question->clause_count; i++) {
        unsigned clause = question->clauses[i].number;
        n += (size_t)snprintf(key + n, sizeof(key) - n,
                              " + (SELECT impact FROM hit WHERE clause = %u AND doc = d.id) * "
                              "(SELECT rarity FROM clause WHERE id = %u)",
                              clause, clause);
    }
    if (question->has_near) {
        snprintf(key, sizeof(key), "-CAST(away(d.lon, d.lat, %d, %d) * 10 AS INTEGER)",
                 question->near_lon, question->near_lat);
    }
    each(take_best, answer,
         "SELECT d.id FROM m JOIN doc d ON d.id = m.doc WHERE m.kind AND m.theme ORDER BY %s DESC, "
         "d.id "
         "LIMIT %d",
         key, BENCH_BEST);
}

/* Table m: what all but kind and theme let through, and whether those two do. */
static void match(const struct conditions *all) {
    char rest[SQL_MAX];
    char kind[SQL_MAX];
    char theme[SQL_MAX];
    sqlite3_exec(bench_plain(), "DROP TABLE IF EXISTS temp.m", NULL, NULL, NULL);
    each(NULL, NULL,
         "CREATE TEMP TABLE m AS SELECT d.id AS doc, %s AS kind, %s AS theme FROM doc d WHERE %s",
         all_of(all, BENCH_KIND, kind), all_of(all, BENCH_THEME, theme),
         all_of(all, BENCH_FACET__COUNT, rest));
}

static void plain_run(const struct bench_question *question, unsigned number,
                      struct bench_answer *answer) {
    struct conditions all;
    (void)number;
    conditions_make(question, &all);
    match(&all);
    each(take_total, &answer->total, "SELECT count(*) FROM m WHERE m.kind AND m.theme");
    if (question->shape == BENCH_TILE) {
        return;
    }
    answer->has_facets = true;
    for (unsigned facet = 0; facet < BENCH_FACET__COUNT; facet++) {
        each(take_count, answer->counts[facet],
             "SELECT %s, count(*) FROM %s WHERE (m.kind OR %d) AND (m.theme OR %d) GROUP BY 1",
             sides[facet].value, sides[facet].tables, facet == BENCH_KIND, facet == BENCH_THEME);
    }
    best_find(question, answer);
}

static bool plain_can(const struct bench_question *question) {
    return question->shape != BENCH_SUGGEST;
}

/* Haversine between two points in degrees times 10^7. */
static void away(sqlite3_context *context, int count, sqlite3_value **values) {
    double angles[4];
    (void)count;
    for (int i = 0; i < 4; i++) {
        angles[i] = (double)sqlite3_value_int64(values[i]) / 1e7 * M_PI / 180;
    }
    double lat = sin((angles[3] - angles[1]) / 2);
    double lon = sin((angles[2] - angles[0]) / 2);
    double h = lat * lat + cos(angles[1]) * cos(angles[3]) * lon * lon;
    sqlite3_result_double(context, 2 * RADIUS_M * asin(sqrt(h)));
}

static void plain_open(const char *work) {
    (void)work;
    sqlite3_create_function(bench_plain(), "away", 4, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                            away, NULL, NULL);
}

int main(int argc, char **argv) {
    static const struct bench_engine engine = {
        .name = "plain", .open = plain_open, .can = plain_can, .run = plain_run};
    return bench_main(argc, argv, &engine);
}
