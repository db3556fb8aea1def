/* What the engines share: the tables of plain.db, the conversation with run.mjs, the clock. */
#include "engine.h"

#include "questions.h"

#include "query/query.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const struct {
    const char *name, *sql;
} tables[] = {
    {"kind", "SELECT slug FROM value WHERE facet = 0 ORDER BY id"},
    {"state", "SELECT slug FROM value WHERE facet = 1 ORDER BY id"},
    {"theme", "SELECT slug FROM value WHERE facet = 2 ORDER BY id"},
    {"territory", "SELECT slug FROM value WHERE facet = 3 ORDER BY id"},
    {"has", "SELECT slug FROM value WHERE facet = 4 ORDER BY id"},
    {"language", "SELECT slug FROM value WHERE facet = 5 ORDER BY id"},
    {"source", "SELECT slug FROM value WHERE facet = 6 ORDER BY id"},
    {"skill", "SELECT slug FROM value WHERE facet = 7 ORDER BY id"},
};

/* The bench is a program of its own, one thread, one question at a time. */
static struct {
    sqlite3 *plain;
    char **values[BENCH_FACET__COUNT];
    uint32_t value_counts[BENCH_FACET__COUNT];
    uint32_t documents;
    int64_t now_ms;
    struct bench_questions questions;
    struct bench_answer answer;
    char broken[256]; /* what is told wrongly, to prove that it is noticed; empty: nothing */
} bench;

void bench_fail(const char *format, ...) {
    va_list list;
    va_start(list, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    exit(1);
}

uint32_t bench_value_count(enum bench_facet facet) {
    return bench.value_counts[facet];
}
uint32_t bench_documents(void) {
    return bench.documents;
}
int64_t bench_now_ms(void) {
    return bench.now_ms;
}
sqlite3 *bench_plain(void) {
    return bench.plain;
}

uint32_t bench_value_find(enum bench_facet facet, const char *slug, size_t n) {
    for (uint32_t i = 0; i < bench.value_counts[facet]; i++) {
        if (strlen(bench.values[facet][i]) == n && memcmp(bench.values[facet][i], slug, n) == 0) {
            return i;
        }
    }
    return BENCH_NONE;
}

uint64_t bench_cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- the best twenty ---- */

static bool is_better(uint64_t key, uint32_t document, uint64_t other, uint32_t other_document) {
    return key != other ? key > other : document < other_document;
}

void bench_heap_add(struct bench_heap *heap, uint64_t key, uint32_t document) {
    unsigned last = heap->count;
    if (last == BENCH_BEST) {
        last--;
        if (!is_better(key, document, heap->keys[last], heap->documents[last])) {
            return;
        }
    } else {
        heap->count++;
    }
    while (last > 0 && is_better(key, document, heap->keys[last - 1], heap->documents[last - 1])) {
        heap->keys[last] = heap->keys[last - 1];
        heap->documents[last] = heap->documents[last - 1];
        last--;
    }
    heap->keys[last] = key;
    heap->documents[last] = document;
}

void bench_heap_end(struct bench_heap *heap, struct bench_answer *answer) {
    answer->best_count = heap->count;
    memcpy(answer->best, heap->documents, sizeof(heap->documents));
}

/* ---- plain.db ---- */

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(bench.plain, sql, -1, &statement, NULL) != SQLITE_OK) {
        bench_fail("plain.db: %s", sqlite3_errmsg(bench.plain));
    }
    return statement;
}

static int64_t number_of(const char *sql) {
    sqlite3_stmt *statement = prepare(sql);
    int64_t number = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return number;
}

static void values_read(enum bench_facet facet) {
    sqlite3_stmt *statement = prepare(tables[facet].sql);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        uint32_t i = bench.value_counts[facet]++;
        bench.values[facet] =
            realloc(bench.values[facet], bench.value_counts[facet] * sizeof(char *));
        bench.values[facet][i] = strdup((const char *)sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    bench.answer.counts[facet] = calloc(bench.value_counts[facet] + 1, sizeof(uint32_t));
}

static void clauses_read(struct bench_question *question, unsigned number) {
    sqlite3_stmt *statement = prepare("SELECT c.id, t.text, t.is_prefix FROM clause c LEFT JOIN "
                                      "clause_token t ON t.clause = c.id WHERE c.question = ?1 "
                                      "ORDER BY c.id, t.rowid");
    sqlite3_bind_int64(statement, 1, number);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        uint32_t id = (uint32_t)sqlite3_column_int64(statement, 0);
        if (!question->clause_count || question->clauses[question->clause_count - 1].number != id) {
            question->clauses[question->clause_count++].number = id;
        }
        struct bench_clause *clause = &question->clauses[question->clause_count - 1];
        const char *text = (const char *)sqlite3_column_text(statement, 1);
        if (text) {
            struct bench_token *token = &clause->tokens[clause->token_count++];
            snprintf(token->text, sizeof(token->text), "%s", text);
            token->is_prefix = sqlite3_column_int(statement, 2) != 0;
        }
    }
    sqlite3_finalize(statement);
}

static void question_complete(struct bench_question *question, unsigned number) {
    const struct query *query = question->query;
    for (uint32_t i = 0; query && i < query->themes.count; i++) {
        uint32_t theme =
            bench_value_find(BENCH_THEME, query->themes.values[i].p, query->themes.values[i].n);
        if (theme == BENCH_NONE || question->theme_count == BENCH_THEMES) {
            bench_fail("%s: an unknown theme, or more than %d", question->text, BENCH_THEMES);
        }
        question->themes[question->theme_count++] = (uint16_t)theme;
    }
    clauses_read(question, number);
}

static void plain_open(const char *work) {
    char path[4096];
    snprintf(path, sizeof(path), "%s/plain.db", work);
    if (sqlite3_open_v2(path, &bench.plain, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        bench_fail("%s: %s", path, sqlite3_errmsg(bench.plain));
    }
    sqlite3_exec(bench.plain,
                 "PRAGMA mmap_size=8589934592; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY",
                 NULL, NULL, NULL);
    for (unsigned facet = 0; facet < BENCH_FACET__COUNT; facet++) {
        values_read((enum bench_facet)facet);
    }
    bench.documents = (uint32_t)number_of("SELECT count(*) FROM doc");
    bench.now_ms = number_of("SELECT value FROM meta WHERE key = 'now_ms'");
}

/* ---- the conversation: one command a line, one line back for each question ---- */

static void answer_clear(struct bench_answer *answer) {
    for (unsigned facet = 0; facet < BENCH_FACET__COUNT; facet++) {
        memset(answer->counts[facet], 0, bench.value_counts[facet] * sizeof(uint32_t));
    }
    answer->total = 0;
    answer->best_count = 0;
    answer->has_facets = false;
    answer->tile_bytes = 0;
}

static void tile_print(const struct bench_answer *answer) {
    printf(",\"tile\":\"");
    for (size_t i = 0; i < answer->tile_bytes; i++) {
        printf("%02x", (unsigned char)answer->tile[i]);
    }
    putchar('"');
}

static void facets_print(const struct bench_question *question, const struct bench_answer *answer) {
    printf(",\"facets\":{");
    for (unsigned facet = 0; facet < BENCH_FACET__COUNT; facet++) {
        printf("%s\"%s\":{", facet ? "," : "", tables[facet].name);
        bool is_first = true;
        bool is_left_out = facet == BENCH_TERRITORY && question->territory;
        for (uint32_t i = 0; i < bench.value_counts[facet] && !is_left_out; i++) {
            if (answer->counts[facet][i]) {
                printf("%s\"%s\":%u", is_first ? "" : ",", bench.values[facet][i],
                       answer->counts[facet][i]);
                is_first = false;
            }
        }
        putchar('}');
    }
    putchar('}');
}

/* A fast wrong answer, for the proof that it fails. */
static void answer_break(struct bench_answer *answer) {
    if (strcmp(bench.broken, " total") == 0) {
        answer->total++;
    } else if (strcmp(bench.broken, " facet") == 0) {
        answer->counts[BENCH_THEME][0]++;
    } else if (strcmp(bench.broken, " best") == 0) {
        for (unsigned i = 0; i < answer->best_count; i++) {
            answer->best[i] = (uint32_t)(bench.documents - answer->best[i]);
        }
    } else if (strcmp(bench.broken, " tile") == 0) {
        answer->tile_bytes /= 2;
    }
}

static void answer_print(const struct bench_question *question, struct bench_answer *answer) {
    answer_break(answer);
    printf("{\"total\":%llu,\"best\":[", (unsigned long long)answer->total);
    for (unsigned i = 0; i < answer->best_count; i++) {
        printf("%s%u", i ? "," : "", answer->best[i]);
    }
    putchar(']');
    if (question->shape == BENCH_TILE) {
        tile_print(answer);
    }
    if (answer->has_facets) {
        facets_print(question, answer);
    }
    puts("}");
}

static void class_run(const struct bench_engine *engine, const char *class_name, bool is_timed) {
    const char *space = "";
    for (unsigned i = 0; i < bench.questions.count; i++) {
        const struct bench_question *question = &bench.questions.items[i];
        if (strcmp(question->class_name, class_name) != 0 || !engine->can(question)) {
            continue;
        }
        answer_clear(&bench.answer);
        uint64_t begun = bench_cpu_ns();
        engine->run(question, i, &bench.answer);
        uint64_t took = bench_cpu_ns() - begun;
        if (is_timed) {
            printf("%s%llu", space, (unsigned long long)took);
            space = " ";
            continue;
        }
        if (engine->tell) {
            engine->tell(question, &bench.answer);
        }
        answer_print(question, &bench.answer);
    }
    puts(is_timed ? "" : "end");
    fflush(stdout);
}

static void figures_print(const struct bench_engine *engine) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"peak_kb\":%ld", usage.ru_maxrss);
    if (engine->figures) {
        engine->figures();
    }
    puts("}");
    fflush(stdout);
}

static void converse(const struct bench_engine *engine) {
    char line[256];
    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "answer ", 7) == 0) {
            class_run(engine, line + 7, false);
        } else if (strncmp(line, "time ", 5) == 0) {
            class_run(engine, line + 5, true);
        } else if (strncmp(line, "break", 5) == 0) {
            snprintf(bench.broken, sizeof(bench.broken), "%s", line + 5);
        } else if (strcmp(line, "figures") == 0) {
            figures_print(engine);
        } else {
            bench_fail("no command '%s'", line);
        }
    }
}

int bench_main(int argc, char **argv, const struct bench_engine *engine) {
    if (argc < 3) {
        bench_fail("usage: %s WORK QUERIES.tsv", argv[0]);
    }
    plain_open(argv[1]);
    bench_questions_read(argv[2], &bench.questions);
    engine->open(argv[1]);
    for (unsigned i = 0; i < bench.questions.count; i++) {
        struct bench_question *question = &bench.questions.items[i];
        question_complete(question, i);
        if (engine->prepare && engine->can(question)) {
            engine->prepare(question, i);
        }
    }
    puts("ready");
    fflush(stdout);
    converse(engine);
    return 0;
}
