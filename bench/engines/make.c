/* make STORE QUERIES.tsv plain.db: the corpus as plain tables, and what each question looks for.
 * See bench/README.md for the tables. */
#include "clauses.h"
#include "questions.h"

#include "db/db.h"
#include "query/query.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY_MS          INT64_C(86400000)
#define CLAUSES_MAX     256
#define TOKENS_OF_A_DOC 8192
/* All days are counted from here, so that the points of a corpus stay what they are. */
#define NOW_MS INT64_C(1795348800000) /* 2026-11-22T12:00Z */

static const char schema[] =
    "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-262144;"
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value);"
    "CREATE TABLE value(facet INTEGER, id INTEGER, slug TEXT, PRIMARY KEY(facet, id)) WITHOUT "
    "ROWID;"
    "CREATE TABLE doc(id INTEGER PRIMARY KEY, entry INTEGER, ask INTEGER, kind INTEGER, state "
    "INTEGER, has INTEGER, language INTEGER, source INTEGER, territory INTEGER, points INTEGER, "
    "lon INTEGER, lat INTEGER, x INTEGER, y INTEGER);"
    "CREATE TABLE kept(doc INTEGER PRIMARY KEY, row BLOB, tokens BLOB);"
    "CREATE TABLE doc_theme(doc INTEGER, theme INTEGER, PRIMARY KEY(doc, theme)) WITHOUT ROWID;"
    "CREATE TABLE doc_skill(doc INTEGER, skill INTEGER, PRIMARY KEY(doc, skill)) WITHOUT ROWID;"
    "CREATE TABLE doc_territory(territory TEXT, doc INTEGER, PRIMARY KEY(territory, doc)) WITHOUT "
    "ROWID;"
    "CREATE TABLE token(id INTEGER PRIMARY KEY, text TEXT);"
    "CREATE TABLE clause(id INTEGER PRIMARY KEY, question INTEGER, rarity REAL);"
    "CREATE TABLE clause_token(clause INTEGER, text TEXT, is_prefix INTEGER);"
    "CREATE TABLE hit(clause INTEGER, doc INTEGER, impact REAL, PRIMARY KEY(clause, doc)) WITHOUT "
    "ROWID;"
    "BEGIN";

enum statement {
    PUT_META,
    PUT_VALUE,
    PUT_DOC,
    PUT_KEPT,
    PUT_DOC_THEME,
    PUT_DOC_SKILL,
    PUT_DOC_TERRITORY,
    PUT_TOKEN,
    PUT_CLAUSE,
    PUT_CLAUSE_TOKEN,
    PUT_HIT,
    STATEMENT__COUNT
};
static const char *const statements[STATEMENT__COUNT] = {
    [PUT_META] = "INSERT INTO meta VALUES(?1, ?2)",
    [PUT_VALUE] = "INSERT INTO value VALUES(?1, ?2, ?3)",
    [PUT_DOC] = "INSERT INTO doc VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
                "?14)",
    [PUT_KEPT] = "INSERT INTO kept VALUES(?1, ?2, ?3)",
    [PUT_DOC_THEME] = "INSERT INTO doc_theme VALUES(?1, ?2)",
    [PUT_DOC_SKILL] = "INSERT INTO doc_skill VALUES(?1, ?2)",
    [PUT_DOC_TERRITORY] = "INSERT INTO doc_territory VALUES(?1, ?2)",
    [PUT_TOKEN] = "INSERT INTO token VALUES(?1, ?2)",
    [PUT_CLAUSE] = "INSERT INTO clause VALUES(?1, ?2, ?3)",
    [PUT_CLAUSE_TOKEN] = "INSERT INTO clause_token VALUES(?1, ?2, ?3)",
    [PUT_HIT] = "INSERT INTO hit VALUES(?1, ?2, ?3)",
};

struct making {
    sqlite3 *plain;
    sqlite3_stmt *puts[STATEMENT__COUNT];
    struct documents documents;
    struct tokens tokens;
    struct names token_names;
    uint32_t *parts; /* of the country: territory facet, as indexes of territories */
    uint32_t part_count;
    struct clause clauses[CLAUSES_MAX];
    size_t clause_count;
    uint64_t length;
};

static void run(struct making *making, const char *sql) {
    char *message = NULL;
    if (sqlite3_exec(making->plain, sql, NULL, NULL, &message) != SQLITE_OK) {
        bench_fail("plain.db: %s", message);
    }
}

static sqlite3_stmt *put(struct making *making, enum statement which) {
    sqlite3_reset(making->puts[which]);
    return making->puts[which];
}

static void put_done(struct making *making, sqlite3_stmt *statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) {
        bench_fail("plain.db: %s", sqlite3_errmsg(making->plain));
    }
}

static void put_pair(struct making *making, enum statement which, int64_t a, int64_t b) {
    sqlite3_stmt *statement = put(making, which);
    sqlite3_bind_int64(statement, 1, a);
    sqlite3_bind_int64(statement, 2, b);
    put_done(making, statement);
}

static void bind_slice(sqlite3_stmt *statement, int parameter, slice text) {
    sqlite3_bind_text(statement, parameter, text.p, (int)text.n, SQLITE_TRANSIENT);
}

/* ---- values of the facets ---- */

static void put_value(struct making *making, enum bench_facet facet, uint32_t id, slice slug) {
    sqlite3_stmt *statement = put(making, PUT_VALUE);
    sqlite3_bind_int64(statement, 1, facet);
    sqlite3_bind_int64(statement, 2, id);
    bind_slice(statement, 3, slug);
    put_done(making, statement);
}

static void put_names(struct making *making, enum bench_facet facet, const struct names *names) {
    for (uint32_t i = 0; i < names->count; i++) {
        put_value(making, facet, i, names->items[i]);
    }
}

static void put_values(struct making *making) {
    const struct themes *themes = making->documents.themes;
    const struct territories *territories = making->documents.territories;
    for (uint32_t i = 0; i < QUERY_KIND__COUNT; i++) {
        put_value(making, BENCH_KIND, i, query_kind_slug((enum query_kind)i));
    }
    for (uint32_t i = 0; i < QUERY_STATE__COUNT; i++) {
        put_value(making, BENCH_STATE, i, query_state_slug((enum query_state)i));
    }
    for (uint32_t i = 0; i < QUERY_HAS__COUNT; i++) {
        put_value(making, BENCH_HAS, i, query_has_slug((enum query_has)i));
    }
    for (uint16_t i = 0; i < themes->count; i++) {
        put_value(making, BENCH_THEME, i, themes->items[i].slug);
    }
    uint32_t country = territories_find(territories, SLICE("country-fr"));
    making->parts = calloc(territories->items[country].child_count, sizeof(uint32_t));
    for (uint32_t i = 0; i < territories->items[country].child_count; i++) {
        making->parts[making->part_count++] = territories->items[country].children[i];
        put_value(making, BENCH_TERRITORY, i,
                  territories->items[territories->items[country].children[i]].code);
    }
    put_names(making, BENCH_LANGUAGE, &making->documents.languages);
    put_names(making, BENCH_SOURCE, &making->documents.sources);
    put_names(making, BENCH_SKILL, &making->documents.skills);
}

/* ---- documents ---- */

static uint16_t part_of(const struct making *making, uint32_t territory) {
    for (uint32_t i = 0; i < making->part_count && territory != TERRITORY_NONE; i++) {
        if (territories_is_within(making->documents.territories, territory, making->parts[i])) {
            return (uint16_t)i;
        }
    }
    return UINT16_MAX;
}

static int64_t fresh_points(int64_t fresh_ms) {
    int64_t days = (NOW_MS - fresh_ms) / DAY_MS;
    return fresh_ms <= 0 ? 0
           : days < 30   ? 120
           : days < 90   ? 100
           : days < 365  ? 70
           : days < 730  ? 40
           : days < 1825 ? 15
                         : 0;
}

static uint16_t points_of(const struct document *document, uint32_t alike) {
    int64_t points = document->quality + document->date_points + fresh_points(document->fresh_ms);
    points += alike <= 12 ? 150 : alike <= 100 ? 110 : alike <= 1000 ? 50 : 0;
    return points > 0 ? (uint16_t)points : 0;
}

static void put_row(const struct document *document, uint16_t points, uint16_t part,
                    sqlite3_stmt *statement) {
    unsigned char bytes[sizeof(struct bench_row) + sizeof(uint16_t) * 64];
    struct bench_row row = {
        .kind = document->kind,
        .state = document->state,
        .has = document->has,
        .language = (uint8_t)document->language,
        .source = document->source,
        .territory = part,
        .points = points,
        .theme_count = document->theme_count,
        .skill_count = document->skill_count,
    };
    size_t themes = document->theme_count * sizeof(uint16_t);
    size_t skills = document->skill_count * sizeof(uint16_t);
    memcpy(bytes, &row, sizeof(row));
    memcpy(bytes + sizeof(row), document->themes, themes);
    memcpy(bytes + sizeof(row) + themes, document->skills, skills);
    sqlite3_bind_blob(statement, 2, bytes, (int)(sizeof(row) + themes + skills), SQLITE_TRANSIENT);
}

struct token_list {
    uint32_t *items; /* token, column << 16 | count */
    size_t count;
};

static void list_add(struct making *making, struct token_list *list, char sort, slice text,
                     unsigned column, unsigned count) {
    char name[BENCH_TOKEN_MAX * 4];
    int n = snprintf(name, sizeof(name), "%c%.*s", sort, SLICE_ARG(text));
    if ((size_t)n >= sizeof(name)) {
        return; /* longer than any word that is asked for */
    }
    if (list->count + 2 > 2 * (size_t)TOKENS_OF_A_DOC) {
        bench_fail("a document of more than %d tokens", TOKENS_OF_A_DOC);
    }
    list->items[list->count++] = names_number(&making->token_names, slice_of(name, (size_t)n));
    list->items[list->count++] = column << 16 | count;
}

/* Tokens of a document with their column (COLUMN__COUNT: themes) and count; docs of clauses.h. */
static void put_tokens(struct making *making, const struct document *document,
                       sqlite3_stmt *statement) {
    static uint32_t items[2 * TOKENS_OF_A_DOC];
    const struct vocabulary *vocabulary = &making->documents.vocabulary;
    struct token_list list = {.items = items};
    for (uint32_t i = 0; i < document->form_count; i++) {
        const struct form *form = &making->documents.forms[document->form_start + i];
        const struct word *word = &vocabulary->words[form->word];
        uint32_t english = word->stems[TEXT_ENGLISH];
        list_add(making, &list, 'f', vocabulary->stems[TEXT_FRENCH].items[word->stems[TEXT_FRENCH]],
                 form->column, form->count);
        list_add(making, &list, 'w', vocabulary->names.items[form->word], form->column,
                 form->count);
        if (making->tokens.english_needed[english]) {
            list_add(making, &list, 'e', vocabulary->stems[TEXT_ENGLISH].items[english],
                     form->column, form->count);
        }
    }
    for (uint8_t i = 0; i < document->theme_count; i++) {
        char number[16];
        int n = snprintf(number, sizeof(number), "%u", document->themes[i]);
        list_add(making, &list, 't', slice_of(number, (size_t)n), COLUMN__COUNT, 1);
    }
    sqlite3_bind_blob(statement, 3, items, (int)(list.count * sizeof(uint32_t)), SQLITE_TRANSIENT);
}

static void put_territories(struct making *making, uint32_t id, uint32_t territory) {
    if (territory == TERRITORY_NONE) {
        return;
    }
    const struct territory *items = making->documents.territories->items;
    const uint32_t around[] = {territory, items[territory].epci, items[territory].departement,
                               items[territory].region, items[territory].country};
    for (size_t i = 0; i < ARRAY_COUNT(around); i++) {
        if (around[i] != TERRITORY_NONE && (i == 0 || around[i] != territory)) {
            sqlite3_stmt *statement = put(making, PUT_DOC_TERRITORY);
            bind_slice(statement, 1, items[around[i]].code);
            sqlite3_bind_int64(statement, 2, id);
            put_done(making, statement);
        }
    }
}

static void bind_or_null(sqlite3_stmt *statement, int parameter, int64_t value, bool is_known) {
    if (is_known) {
        sqlite3_bind_int64(statement, parameter, value);
    } else {
        sqlite3_bind_null(statement, parameter);
    }
}

static void put_document(struct making *making, uint32_t id, uint32_t alike) {
    const struct document *document = &making->documents.items[id - 1];
    uint16_t part = part_of(making, document->territory);
    uint16_t points = points_of(document, alike);
    struct geo_grid grid = geo_grid_from_point(document->point);
    sqlite3_stmt *statement = put(making, PUT_DOC);
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, document->entry);
    sqlite3_bind_int64(statement, 3, document->ask);
    sqlite3_bind_int64(statement, 4, document->kind);
    bind_or_null(statement, 5, document->state, document->state != UINT8_MAX);
    sqlite3_bind_int64(statement, 6, document->has);
    sqlite3_bind_int64(statement, 7, document->language);
    sqlite3_bind_int64(statement, 8, document->source);
    bind_or_null(statement, 9, part, part != UINT16_MAX);
    sqlite3_bind_int64(statement, 10, points);
    bind_or_null(statement, 11, document->point.lon_e7, document->has_point);
    bind_or_null(statement, 12, document->point.lat_e7, document->has_point);
    bind_or_null(statement, 13, grid.x, document->has_point);
    bind_or_null(statement, 14, grid.y, document->has_point);
    put_done(making, statement);
    sqlite3_stmt *kept = put(making, PUT_KEPT);
    sqlite3_bind_int64(kept, 1, id);
    put_row(document, points, part, kept);
    put_tokens(making, document, kept);
    put_done(making, kept);
    for (uint8_t i = 0; i < document->theme_count; i++) {
        put_pair(making, PUT_DOC_THEME, id, document->themes[i]);
    }
    for (uint8_t i = 0; i < document->skill_count; i++) {
        put_pair(making, PUT_DOC_SKILL, id, document->skills[i]);
    }
    put_territories(making, id, document->territory);
}

static void put_documents(struct making *making) {
    struct documents *documents = &making->documents;
    uint32_t sources = documents->sources.count;
    uint32_t *alike = calloc((size_t)(sources + 1) * QUERY_KIND__COUNT, sizeof(*alike));
    for (size_t i = 0; i < documents->count; i++) {
        const struct document *document = &documents->items[i];
        making->length += document->length;
        if (document->source != UINT16_MAX) {
            alike[document->source * QUERY_KIND__COUNT + document->kind]++;
        }
    }
    for (uint32_t id = 1; id <= documents->count; id++) {
        const struct document *document = &documents->items[id - 1];
        put_document(making, id,
                     document->source == UINT16_MAX
                         ? 0
                         : alike[document->source * QUERY_KIND__COUNT + document->kind]);
    }
    free(alike);
    for (uint32_t i = 0; i < making->token_names.count; i++) {
        sqlite3_stmt *statement = put(making, PUT_TOKEN);
        sqlite3_bind_int64(statement, 1, i);
        bind_slice(statement, 2, making->token_names.items[i]);
        put_done(making, statement);
    }
}

/* ---- what each clause matches, with the exact score ---- */

/* Best of the clause's words in a document, as src/atlas/README.md ("Score") without rounding; 0:
 * no match. */
static double impact_of(const struct making *making, const struct clause *clause,
                        const struct document *document) {
    double average = (double)making->length / (double)making->documents.count;
    double best = 0;
    unsigned weight = 0;
    for (uint32_t i = 0; i < document->form_count; i++) {
        const struct form *form = &making->documents.forms[document->form_start + i];
        weight = i && form[-1].word == form->word ? weight : 0;
        weight += column_weights[form->column] * form->count;
        if (clause->words[form->word]) {
            double top = 5 * average * weight;
            double impact = 255 * top / (top + 6 * average + 4 * document->length);
            best = impact > best ? impact : best;
        }
    }
    for (uint8_t i = 0; i < document->theme_count; i++) {
        best = clause->themes[document->themes[i]] && best < 64 ? 64 : best;
    }
    return best;
}

static void put_clause(struct making *making, uint32_t number, const struct clause *clause) {
    double all = (double)making->documents.count;
    double with = 0;
    for (uint32_t id = 1; id <= making->documents.count; id++) {
        double impact = impact_of(making, clause, &making->documents.items[id - 1]);
        if (impact > 0) {
            sqlite3_stmt *statement = put(making, PUT_HIT);
            sqlite3_bind_int64(statement, 1, number);
            sqlite3_bind_int64(statement, 2, id);
            sqlite3_bind_double(statement, 3, impact);
            put_done(making, statement);
            with++;
        }
    }
    sqlite3_stmt *statement = put(making, PUT_CLAUSE);
    sqlite3_bind_int64(statement, 1, number);
    sqlite3_bind_int64(statement, 2, clause->question);
    sqlite3_bind_double(statement, 3, 64 * log1p((all - with + 0.5) / (with + 0.5)));
    put_done(making, statement);
    for (unsigned i = 0; i < clause->tokens.token_count; i++) {
        const struct bench_token *token = &clause->tokens.tokens[i];
        sqlite3_stmt *row = put(making, PUT_CLAUSE_TOKEN);
        sqlite3_bind_int64(row, 1, number);
        sqlite3_bind_text(row, 2, token->text, -1, SQLITE_TRANSIENT);
        sqlite3_bind_int64(row, 3, token->is_prefix);
        put_done(making, row);
    }
}

static void put_clauses(struct making *making, const char *queries) {
    struct bench_questions questions;
    bench_questions_read(queries, &questions);
    for (unsigned i = 0; i < questions.count; i++) {
        const struct query *query = questions.items[i].query;
        if (query && query->words.n) {
            making->clause_count = clauses_make(&making->tokens, query->words, i, making->clauses,
                                                making->clause_count, CLAUSES_MAX);
        }
    }
    for (uint32_t i = 0; i < making->clause_count; i++) {
        put_clause(making, i, &making->clauses[i]);
    }
}

static void put_meta(struct making *making, const char *key, int64_t value) {
    sqlite3_stmt *statement = put(making, PUT_META);
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(statement, 2, value);
    put_done(making, statement);
}

static void store_read(struct making *making, const char *path, struct territories **territories,
                       struct themes **themes) {
    struct problem problem = {0};
    struct db_conn *conn = NULL;
    struct documents *documents = &making->documents;
    if (db_open(path, DB_READ, &conn, &problem) != OK ||
        territories_load(conn, territories) != OK || themes_load(conn, themes) != OK) {
        bench_fail("%s: %s", path, problem.what);
    }
    *documents = (struct documents){
        .territories = *territories,
        .themes = *themes,
        .now_ms = NOW_MS,
        .vocabulary.stemmer = text_stemmer_new(),
        .folded = buf_new(1 << 24),
    };
    if (entry_public_each(conn, *territories, documents_add, documents) != OK) {
        bench_fail("%s: the entries cannot be read: %s", path, db_message(conn));
    }
    db_close(conn);
}

int main(int argc, char **argv) {
    static struct making making;
    struct territories *territories = NULL;
    struct themes *themes = NULL;
    if (argc != 4) {
        bench_fail("usage: make STORE QUERIES.tsv PLAIN.db");
    }
    unlink(argv[3]);
    if (sqlite3_open(argv[3], &making.plain) != SQLITE_OK) {
        bench_fail("%s: %s", argv[3], sqlite3_errmsg(making.plain));
    }
    run(&making, schema);
    for (int i = 0; i < STATEMENT__COUNT; i++) {
        if (sqlite3_prepare_v2(making.plain, statements[i], -1, &making.puts[i], NULL) !=
            SQLITE_OK) {
            bench_fail("plain.db: %s", sqlite3_errmsg(making.plain));
        }
    }
    store_read(&making, argv[1], &territories, &themes);
    tokens_prepare(&making.tokens, &making.documents);
    put_values(&making);
    put_documents(&making);
    put_clauses(&making, argv[2]);
    put_meta(&making, "now_ms", NOW_MS);
    put_meta(&making, "length", (int64_t)making.length);
    for (int i = 0; i < STATEMENT__COUNT; i++) {
        sqlite3_finalize(making.puts[i]);
    }
    run(&making, "COMMIT; CREATE INDEX doc_x ON doc(x, y); ANALYZE");
    sqlite3_close(making.plain);
    return 0;
}
