/* SQLite as one who knows it would: FTS5 without content (one column a weight), an R*Tree of whole
 * numbers, one row blob a document that all facets are counted from in a single pass. */
#include "engine.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS       6 /* weights 8, 4, 3, 2, 1, and themes */
#define TEXT_MAX      (1u << 20)
#define MATCH_MAX     8192
#define QUESTIONS_MAX 4096

static const char schema[] =
    "PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
    "PRAGMA cache_size=-524288;"
    "CREATE VIRTUAL TABLE fts USING fts5(w8, w4, w3, w2, w1, themes, content='', "
    "prefix='4 5', tokenize='ascii');"
    "CREATE VIRTUAL TABLE place USING rtree_i32(id, west, east, south, north);"
    "CREATE TABLE row(id INTEGER PRIMARY KEY, row BLOB);"
    "CREATE TABLE inside(territory TEXT, doc INTEGER, PRIMARY KEY(territory, doc)) WITHOUT ROWID;"
    "BEGIN";
static const char finish[] = "INSERT INTO fts(fts) VALUES('optimize'); COMMIT; ANALYZE";

static const char by_words[] = "SELECT r.row, bm25(fts, 8, 4, 3, 2, 1, 4), r.id FROM fts JOIN row "
                               "r ON r.id = fts.rowid WHERE fts MATCH ?1";
static const char by_box[] = "SELECT r.row, 0, r.id FROM place p JOIN row r ON r.id = p.id WHERE "
                             "p.west >= ?1 AND p.east <= ?2 AND p.south >= ?3 AND p.north <= ?4";
static const char by_territory[] = "SELECT r.row, 0, r.id FROM inside i JOIN row r ON r.id = i.doc "
                                   "WHERE i.territory = ?1";

static struct {
    sqlite3 *db;
    sqlite3_stmt *words, *box, *territory;
    char matches[QUESTIONS_MAX][MATCH_MAX];
} engine_state;

static void check(int code, const char *what) {
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
        bench_fail("%s: %s", what, sqlite3_errmsg(engine_state.db));
    }
}

static void run_sql(const char *sql) {
    check(sqlite3_exec(engine_state.db, sql, NULL, NULL, NULL), sql);
}

static sqlite3_stmt *prepare_in(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
        bench_fail("%s: %s", sqlite3_errmsg(db), sql);
    }
    return statement;
}

/* ---- making it ---- */

static char **tokens_read(void) {
    sqlite3_stmt *all = prepare_in(bench_plain(), "SELECT text FROM token ORDER BY id");
    char **tokens = NULL;
    for (size_t count = 0; sqlite3_step(all) == SQLITE_ROW; count++) {
        if ((count & (count - 1)) == 0) {
            tokens = realloc(tokens, (count ? count * 2 : 1) * sizeof(*tokens));
        }
        tokens[count] = strdup((const char *)sqlite3_column_text(all, 0));
    }
    sqlite3_finalize(all);
    return tokens;
}

/* The tokens of a document as the texts of the columns. */
static void texts_bind(sqlite3_stmt *insert, char **tokens, const uint32_t *list, size_t count) {
    static char texts[COLUMNS][TEXT_MAX];
    size_t lengths[COLUMNS] = {0};
    for (size_t i = 0; i < count; i += 2) {
        const char *token = tokens[list[i]];
        size_t n = strlen(token);
        unsigned column = list[i + 1] >> 16;
        for (unsigned times = list[i + 1] & 0xffff; times > 0; times--) {
            if (lengths[column] + n + 1 > TEXT_MAX) {
                bench_fail("a document of more than %u bytes of tokens", TEXT_MAX);
            }
            memcpy(texts[column] + lengths[column], token, n);
            texts[column][lengths[column] + n] = ' ';
            lengths[column] += n + 1;
        }
    }
    for (int column = 0; column < COLUMNS; column++) {
        sqlite3_bind_text(insert, column + 2, texts[column], (int)lengths[column], SQLITE_STATIC);
    }
}

static void place_put(sqlite3_stmt *insert, int64_t id, int64_t lon, int64_t lat) {
    const int64_t values[] = {id, lon, lon, lat, lat};
    for (int i = 0; i < 5; i++) {
        sqlite3_bind_int64(insert, i + 1, values[i]);
    }
    check(sqlite3_step(insert), "place");
    sqlite3_reset(insert);
}

static void make(void) {
    run_sql(schema);
    char **tokens = tokens_read();
    sqlite3_stmt *docs = prepare_in(
        bench_plain(), "SELECT id, row, tokens, lon, lat FROM doc JOIN kept ON doc = id");
    sqlite3_stmt *fts =
        prepare_in(engine_state.db, "INSERT INTO fts(rowid, w8, w4, w3, w2, w1, themes) "
                                    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    sqlite3_stmt *row = prepare_in(engine_state.db, "INSERT INTO row VALUES(?1, ?2)");
    sqlite3_stmt *place =
        prepare_in(engine_state.db, "INSERT INTO place VALUES(?1, ?2, ?3, ?4, ?5)");
    while (sqlite3_step(docs) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(docs, 0);
        sqlite3_bind_int64(row, 1, id);
        sqlite3_bind_value(row, 2, sqlite3_column_value(docs, 1));
        check(sqlite3_step(row), "row");
        sqlite3_reset(row);
        sqlite3_bind_int64(fts, 1, id);
        texts_bind(fts, tokens, sqlite3_column_blob(docs, 2),
                   (size_t)sqlite3_column_bytes(docs, 2) / sizeof(uint32_t));
        check(sqlite3_step(fts), "fts");
        sqlite3_reset(fts);
        if (sqlite3_column_type(docs, 3) != SQLITE_NULL) {
            place_put(place, id, sqlite3_column_int64(docs, 3), sqlite3_column_int64(docs, 4));
        }
    }
    sqlite3_finalize(docs);
    sqlite3_finalize(fts);
    sqlite3_finalize(row);
    sqlite3_finalize(place);
    sqlite3_stmt *from = prepare_in(bench_plain(), "SELECT territory, doc FROM doc_territory");
    sqlite3_stmt *to = prepare_in(engine_state.db, "INSERT INTO inside VALUES(?1, ?2)");
    while (sqlite3_step(from) == SQLITE_ROW) {
        sqlite3_bind_value(to, 1, sqlite3_column_value(from, 0));
        sqlite3_bind_value(to, 2, sqlite3_column_value(from, 1));
        check(sqlite3_step(to), "inside");
        sqlite3_reset(to);
    }
    sqlite3_finalize(from);
    sqlite3_finalize(to);
    run_sql(finish);
}

static void engine_open(const char *work) {
    char path[4096];
    snprintf(path, sizeof(path), "%s/sqlite.db.new", work);
    char last[4096];
    snprintf(last, sizeof(last), "%s/sqlite.db", work);
    FILE *there = fopen(last, "rb");
    if (there) {
        fclose(there);
    } else {
        remove(path);
        check(sqlite3_open(path, &engine_state.db), path);
        make();
        sqlite3_close(engine_state.db);
        rename(path, last);
    }
    check(sqlite3_open_v2(last, &engine_state.db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL),
          last);
    run_sql("PRAGMA mmap_size=17179869184; PRAGMA cache_size=-524288; PRAGMA temp_store=MEMORY");
    engine_state.words = prepare_in(engine_state.db, by_words);
    engine_state.box = prepare_in(engine_state.db, by_box);
    engine_state.territory = prepare_in(engine_state.db, by_territory);
}

/* ---- asking it ---- */

static bool engine_can(const struct bench_question *question) {
    return question->shape == BENCH_SEARCH && !question->has_near;
}

static void engine_prepare(const struct bench_question *question, unsigned number) {
    char *match = engine_state.matches[number];
    size_t n = 0;
    for (unsigned i = 0; i < question->clause_count; i++) {
        const struct bench_clause *clause = &question->clauses[i];
        n += (size_t)snprintf(match + n, MATCH_MAX - n, "%s(", i ? " AND " : "");
        for (unsigned j = 0; j < clause->token_count; j++) {
            n += (size_t)snprintf(match + n, MATCH_MAX - n, "%s\"%s\"%s", j ? " OR " : "",
                                  clause->tokens[j].text, clause->tokens[j].is_prefix ? "*" : "");
        }
        n += (size_t)snprintf(match + n, MATCH_MAX - n, ")");
    }
}

static sqlite3_stmt *statement_of(const struct bench_question *question, unsigned number) {
    if (question->clause_count) {
        sqlite3_bind_text(engine_state.words, 1, engine_state.matches[number], -1, SQLITE_STATIC);
        return engine_state.words;
    }
    if (question->territory) {
        sqlite3_bind_text(engine_state.territory, 1, question->territory, -1, SQLITE_STATIC);
        return engine_state.territory;
    }
    const int32_t sides[] = {question->west, question->east, question->south, question->north};
    for (int i = 0; i < 4; i++) {
        sqlite3_bind_int(engine_state.box, i + 1, sides[i]);
    }
    return engine_state.box;
}

static void engine_run(const struct bench_question *question, unsigned number,
                       struct bench_answer *answer) {
    struct bench_heap heap = {.count = 0};
    sqlite3_stmt *statement = statement_of(question, number);
    int step;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
        const struct bench_row *row = sqlite3_column_blob(statement, 0);
        if (bench_tally(question, row, answer)) {
            uint64_t key = question->clause_count
                               ? (uint64_t)(-sqlite3_column_double(statement, 1) * 1e9)
                               : row->points;
            bench_heap_add(&heap, key, (uint32_t)sqlite3_column_int64(statement, 2));
        }
    }
    check(step, "search");
    sqlite3_reset(statement);
    bench_heap_end(&heap, answer);
    answer->has_facets = true;
}

int main(int argc, char **argv) {
    static const struct bench_engine engine = {.name = "sqlite",
                                               .open = engine_open,
                                               .can = engine_can,
                                               .prepare = engine_prepare,
                                               .run = engine_run};
    return bench_main(argc, argv, &engine);
}
