/* Groonga as one who knows it would: tokens as a weighted vector of references with an index made
 * after the documents, values of facets as references, one select with a drilldown a facet. */
#include "engine.h"

#include <groonga.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMAND_MAX   16384
#define QUESTIONS_MAX 4096

static const char *const facets[BENCH_FACET__COUNT] = {"kind", "state",    "theme",  "territory",
                                                       "has",  "language", "source", "skill"};
static const bool is_many[BENCH_FACET__COUNT] = {
    [BENCH_THEME] = true, [BENCH_HAS] = true, [BENCH_SKILL] = true};
static const unsigned weights[] = {8, 4, 3, 2, 1, 4};

static struct {
    grn_ctx ctx;
    char *commands[QUESTIONS_MAX];
    char *output;
    unsigned output_bytes;
} groonga;

__attribute__((format(printf, 1, 2))) static void command(const char *format, ...) {
    char text[COMMAND_MAX];
    va_list list;
    int flags;
    va_start(list, format);
    int n = vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    grn_ctx_send(&groonga.ctx, text, (unsigned)n, 0);
    grn_ctx_recv(&groonga.ctx, &groonga.output, &groonga.output_bytes, &flags);
    if (groonga.ctx.rc != GRN_SUCCESS) {
        bench_fail("groonga: %s: %s", text, groonga.ctx.errbuf);
    }
}

/* ---- making it ---- */

static grn_obj *object(const char *name) {
    grn_obj *found = grn_ctx_get(&groonga.ctx, name, -1);
    if (!found) {
        bench_fail("groonga: no %s", name);
    }
    return found;
}

static void schema_make(void) {
    command("table_create Docs TABLE_NO_KEY");
    command("table_create Terms TABLE_PAT_KEY ShortText");
    command("column_create Docs tokens COLUMN_VECTOR|WITH_WEIGHT Terms");
    for (unsigned facet = 0; facet < BENCH_FACET__COUNT; facet++) {
        command("table_create V_%s TABLE_PAT_KEY ShortText", facets[facet]);
        command("column_create Docs %s %s V_%s", facets[facet],
                is_many[facet] ? "COLUMN_VECTOR" : "COLUMN_SCALAR", facets[facet]);
    }
}

static grn_id *ids_of(const char *table, const char *sql, uint32_t count) {
    sqlite3_stmt *all = NULL;
    grn_id *ids = calloc(count + 1, sizeof(*ids));
    grn_obj *into = object(table);
    sqlite3_prepare_v2(bench_plain(), sql, -1, &all, NULL);
    for (uint32_t i = 0; i < count && sqlite3_step(all) == SQLITE_ROW; i++) {
        ids[i] = grn_table_add(&groonga.ctx, into, sqlite3_column_text(all, 0),
                               (unsigned)sqlite3_column_bytes(all, 0), NULL);
    }
    sqlite3_finalize(all);
    return ids;
}

static uint32_t number_of(const char *sql) {
    sqlite3_stmt *one = NULL;
    sqlite3_prepare_v2(bench_plain(), sql, -1, &one, NULL);
    uint32_t number = sqlite3_step(one) == SQLITE_ROW ? (uint32_t)sqlite3_column_int64(one, 0) : 0;
    sqlite3_finalize(one);
    return number;
}

struct loading {
    grn_obj *docs, *columns[BENCH_FACET__COUNT], *tokens, vector, scalar;
    grn_id *values[BENCH_FACET__COUNT], *terms;
};

static void one_set(struct loading *loading, grn_id document, unsigned facet, grn_id value) {
    GRN_BULK_REWIND(&loading->scalar);
    loading->scalar.header.domain = grn_obj_get_range(&groonga.ctx, loading->columns[facet]);
    GRN_RECORD_SET(&groonga.ctx, &loading->scalar, value);
    grn_obj_set_value(&groonga.ctx, loading->columns[facet], document, &loading->scalar,
                      GRN_OBJ_SET);
}

static void many_set(struct loading *loading, grn_id document, grn_obj *column, const grn_id *ids,
                     const unsigned *weight, size_t count) {
    GRN_BULK_REWIND(&loading->vector);
    loading->vector.header.domain = grn_obj_get_range(&groonga.ctx, column);
    for (size_t i = 0; i < count; i++) {
        grn_uvector_add_element(&groonga.ctx, &loading->vector, ids[i], weight ? weight[i] : 0);
    }
    grn_obj_set_value(&groonga.ctx, column, document, &loading->vector, GRN_OBJ_SET);
}

static void values_set(struct loading *loading, grn_id document, const struct bench_row *row) {
    grn_id ids[64];
    size_t count = 0;
    const unsigned one[BENCH_FACET__COUNT] = {[BENCH_KIND] = row->kind,
                                              [BENCH_STATE] = row->state,
                                              [BENCH_TERRITORY] = row->territory,
                                              [BENCH_LANGUAGE] = row->language,
                                              [BENCH_SOURCE] = row->source};
    for (unsigned facet = 0; facet < BENCH_FACET__COUNT; facet++) {
        if (!is_many[facet] && one[facet] < bench_value_count((enum bench_facet)facet)) {
            one_set(loading, document, facet, loading->values[facet][one[facet]]);
        }
    }
    for (unsigned i = 0; i < row->theme_count; i++) {
        ids[count++] = loading->values[BENCH_THEME][row->values[i]];
    }
    many_set(loading, document, loading->columns[BENCH_THEME], ids, NULL, count);
    count = 0;
    for (unsigned i = 0; i < row->skill_count; i++) {
        ids[count++] = loading->values[BENCH_SKILL][row->values[row->theme_count + i]];
    }
    many_set(loading, document, loading->columns[BENCH_SKILL], ids, NULL, count);
    count = 0;
    for (unsigned i = 0; i < bench_value_count(BENCH_HAS); i++) {
        if (row->has >> i & 1) {
            ids[count++] = loading->values[BENCH_HAS][i];
        }
    }
    many_set(loading, document, loading->columns[BENCH_HAS], ids, NULL, count);
}

static void tokens_set(struct loading *loading, grn_id document, const uint32_t *list,
                       size_t count) {
    static grn_id ids[1 << 16];
    static unsigned heavy[1 << 16];
    size_t kept = 0;
    for (size_t i = 0; i < count && kept < (1 << 16); i += 2) {
        ids[kept] = loading->terms[list[i]];
        heavy[kept++] = weights[list[i + 1] >> 16] * (list[i + 1] & 0xffff) - 1;
    }
    many_set(loading, document, loading->tokens, ids, heavy, kept);
}

static void make(void) {
    struct loading loading = {0};
    sqlite3_stmt *docs = NULL;
    schema_make();
    loading.docs = object("Docs");
    loading.tokens = object("Docs.tokens");
    loading.terms = ids_of("Terms", "SELECT text FROM token ORDER BY id",
                           number_of("SELECT count(*) FROM token"));
    for (unsigned facet = 0; facet < BENCH_FACET__COUNT; facet++) {
        char name[64];
        char sql[128];
        snprintf(name, sizeof(name), "Docs.%s", facets[facet]);
        loading.columns[facet] = object(name);
        snprintf(name, sizeof(name), "V_%s", facets[facet]);
        snprintf(sql, sizeof(sql), "SELECT slug FROM value WHERE facet = %u ORDER BY id", facet);
        loading.values[facet] = ids_of(name, sql, bench_value_count((enum bench_facet)facet));
    }
    GRN_RECORD_INIT(&loading.scalar, 0, GRN_ID_NIL);
    GRN_RECORD_INIT(&loading.vector, GRN_OBJ_VECTOR, GRN_ID_NIL);
    loading.vector.header.flags |= GRN_OBJ_WITH_WEIGHT;
    sqlite3_prepare_v2(bench_plain(), "SELECT row, tokens FROM kept ORDER BY doc", -1, &docs, NULL);
    while (sqlite3_step(docs) == SQLITE_ROW) {
        grn_id document = grn_table_add(&groonga.ctx, loading.docs, NULL, 0, NULL);
        values_set(&loading, document, sqlite3_column_blob(docs, 0));
        tokens_set(&loading, document, sqlite3_column_blob(docs, 1),
                   (size_t)sqlite3_column_bytes(docs, 1) / sizeof(uint32_t));
    }
    sqlite3_finalize(docs);
    command("column_create Terms docs COLUMN_INDEX|WITH_WEIGHT Docs tokens");
}

static void engine_open(const char *work) {
    char folder[4000];
    char path[4096];
    struct stat there;
    snprintf(folder, sizeof(folder), "%s/groonga", work);
    snprintf(path, sizeof(path), "%s/ready", folder);
    bool is_made = stat(path, &there) == 0;
    mkdir(folder, 0777);
    snprintf(path, sizeof(path), "%s/db", folder);
    if (grn_init() != GRN_SUCCESS || grn_ctx_init(&groonga.ctx, 0) != GRN_SUCCESS) {
        bench_fail("groonga cannot be started");
    }
    if (!is_made) {
        if (!grn_db_create(&groonga.ctx, path, NULL)) {
            bench_fail("groonga: %s: %s (remove the folder %s)", path, groonga.ctx.errbuf, folder);
        }
        make();
        snprintf(path, sizeof(path), "%s/ready", folder);
        FILE *mark = fopen(path, "wb");
        if (!mark || fclose(mark) != 0) {
            bench_fail("%s cannot be written", path);
        }
    } else if (!grn_db_open(&groonga.ctx, path)) {
        bench_fail("groonga: %s: %s", path, groonga.ctx.errbuf);
    }
    command("cache_limit 0"); /* or the second time it would only remember */
}

/* ---- asking it ---- */

static bool engine_can(const struct bench_question *question) {
    return question->shape == BENCH_SEARCH && question->clause_count > 0;
}

static void engine_prepare(const struct bench_question *question, unsigned number) {
    char *text = malloc(COMMAND_MAX);
    size_t n = (size_t)snprintf(text, COMMAND_MAX,
                                "select Docs --match_columns tokens --sort_keys -_score,_id "
                                "--limit 20 --output_columns _id --query '");
    for (unsigned i = 0; i < question->clause_count; i++) {
        const struct bench_clause *clause = &question->clauses[i];
        n += (size_t)snprintf(text + n, COMMAND_MAX - n, "%s(", i ? " " : "");
        for (unsigned j = 0; j < clause->token_count; j++) {
            n += (size_t)snprintf(text + n, COMMAND_MAX - n, "%s%s%s", j ? " OR " : "",
                                  clause->tokens[j].text, clause->tokens[j].is_prefix ? "*" : "");
        }
        n += (size_t)snprintf(text + n, COMMAND_MAX - n, ")");
    }
    n += (size_t)snprintf(text + n, COMMAND_MAX - n, "'");
    for (unsigned facet = 0; facet < BENCH_FACET__COUNT; facet++) {
        const char *name = facets[facet];
        n += (size_t)snprintf(text + n, COMMAND_MAX - n,
                              " --drilldowns[%s].keys %s --drilldowns[%s].limit -1 "
                              "--drilldowns[%s].output_columns _key,_nsubrecs",
                              name, name, name, name);
    }
    groonga.commands[number] = text;
}

static void engine_run(const struct bench_question *question, unsigned number,
                       struct bench_answer *answer) {
    (void)question;
    (void)answer;
    command("%s", groonga.commands[number]);
}

/* [[[total], [columns], [id], …], {"kind": [[n], [columns], [slug, count], …], …}] */
static void engine_tell(const struct bench_question *question, struct bench_answer *answer) {
    (void)question;
    json_t *all = json_loadb(groonga.output, groonga.output_bytes, 0, NULL);
    json_t *found = json_array_get(all, 0);
    json_t *drilled = json_array_get(all, 1);
    if (!json_is_object(drilled)) {
        bench_fail("groonga said: %.*s", (int)groonga.output_bytes, groonga.output);
    }
    answer->total = (uint64_t)json_integer_value(json_array_get(json_array_get(found, 0), 0));
    for (size_t i = 2; i < json_array_size(found); i++) {
        answer->best[answer->best_count++] =
            (uint32_t)json_integer_value(json_array_get(json_array_get(found, i), 0));
    }
    for (unsigned facet = 0; facet < BENCH_FACET__COUNT; facet++) {
        json_t *rows = json_object_get(drilled, facets[facet]);
        for (size_t i = 2; i < json_array_size(rows); i++) {
            json_t *slug = json_array_get(json_array_get(rows, i), 0);
            uint32_t value = bench_value_find((enum bench_facet)facet, json_string_value(slug),
                                              json_string_length(slug));
            if (value != BENCH_NONE) {
                answer->counts[facet][value] =
                    (uint32_t)json_integer_value(json_array_get(json_array_get(rows, i), 1));
            }
        }
    }
    answer->has_facets = true;
    json_decref(all);
}

int main(int argc, char **argv) {
    static const struct bench_engine engine = {.name = "groonga",
                                               .open = engine_open,
                                               .can = engine_can,
                                               .prepare = engine_prepare,
                                               .run = engine_run,
                                               .tell = engine_tell};
    return bench_main(argc, argv, &engine);
}
