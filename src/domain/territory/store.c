/* The store's side: the reference, custom territories, outlines. */
#include "domain/territory/territory_int.h"

#include "text/text.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS         12
#define OUTLINE_MAX     (64u << 20)
#define SEED_MARK       "#agora-territories"
#define CUSTOM_SLUG_MAX 60
#define MEMBERS_MAX     40000
#define CODE_MAX        64

enum column {
    COLUMN_CODE,
    COLUMN_NAME,
    COLUMN_EPCI,
    COLUMN_DEPARTEMENT,
    COLUMN_REGION,
    COLUMN_KIND,
    COLUMN_POSTAL,
    COLUMN_POPULATION,
    COLUMN_LON,
    COLUMN_LAT,
    COLUMN_PRECISION,
    COLUMN_ALIASES
};
_Static_assert(COLUMN_ALIASES + 1 == COLUMNS, "one name a column");

struct seed {
    struct db_conn *conn;
    int64_t now_ms;
    uint64_t line;
    struct buf key;
    struct problem *problem;
};

static err seed_problem(const struct seed *seed, const char *field, const char *what) {
    err code = problem_set(seed->problem, ERR_INPUT, field, "territory reference: %s", what);
    if (seed->problem != NULL) {
        seed->problem->line = seed->line;
    }
    return code;
}

static bool level_of_code(slice code, enum territory_level *level) {
    static const struct {
        slice prefix;
        enum territory_level level;
    } prefixes[] = {{{"com-", 4}, TERRITORY_COMMUNE},
                    {{"epci-", 5}, TERRITORY_EPCI},
                    {{"dep-", 4}, TERRITORY_DEPARTEMENT},
                    {{"reg-", 4}, TERRITORY_REGION},
                    {{"country-", 8}, TERRITORY_COUNTRY}};
    for (size_t i = 0; i < ARRAY_COUNT(prefixes); i++) {
        if (slice_starts_with(code, prefixes[i].prefix) && code.n > prefixes[i].prefix.n) {
            *level = prefixes[i].level;
            return true;
        }
    }
    return false;
}

static bool degrees_to_e7(slice text, double limit, int64_t *value_e7) {
    double degrees = 0;
    if (!slice_to_double(text, &degrees) || degrees < -limit || degrees > limit) {
        return false;
    }
    double scaled = degrees * 1e7;
    *value_e7 = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    return true;
}

/* Binds population, lon, lat and precision ($10 to $13). */
static err seed_bind_numbers(const struct seed *seed, struct db_query *put, const slice *cells) {
    uint64_t population = 0;
    if (cells[COLUMN_POPULATION].n == 0) {
        db_bind_null(put, 10);
    } else if (slice_to_u64(cells[COLUMN_POPULATION], &population) && population <= UINT32_MAX) {
        db_bind_i64(put, 10, (int64_t)population);
    } else {
        return seed_problem(seed, "population", "not a number");
    }
    int64_t lon_e7 = 0;
    int64_t lat_e7 = 0;
    if (cells[COLUMN_LON].n == 0 && cells[COLUMN_LAT].n == 0) {
        db_bind_null(put, 11);
        db_bind_null(put, 12);
        db_bind_i64(put, 13, TERRITORY_CENTRE_NONE);
        return OK;
    }
    if (!degrees_to_e7(cells[COLUMN_LON], 180, &lon_e7) ||
        !degrees_to_e7(cells[COLUMN_LAT], 90, &lat_e7)) {
        return seed_problem(seed, "lon", "not a position");
    }
    db_bind_i64(put, 11, lon_e7);
    db_bind_i64(put, 12, lat_e7);
    /* "middle" of its own communes is as good a centre as a larger territory has */
    bool own = slice_equal(cells[COLUMN_PRECISION], SLICE("town")) ||
               slice_equal(cells[COLUMN_PRECISION], SLICE("middle"));
    db_bind_i64(put, 13, own ? TERRITORY_CENTRE_PLACE : TERRITORY_CENTRE_MIDDLE);
    return OK;
}

static err seed_row(struct seed *seed, const slice *cells) {
    enum territory_level level;
    if (!level_of_code(cells[COLUMN_CODE], &level) || cells[COLUMN_CODE].n > CODE_MAX) {
        return seed_problem(seed, "code", "not a territory code");
    }
    buf_clear(&seed->key);
    territory_key(cells[COLUMN_NAME], level, &seed->key);
    struct db_query *put = db_query(seed->conn, &territory_catalogue, TERRITORY_PUT);
    db_bind_text(put, 1, cells[COLUMN_CODE]);
    db_bind_i64(put, 2, (int64_t)level);
    db_bind_text(put, 3, cells[COLUMN_NAME]);
    db_bind_text(put, 4, buf_slice(&seed->key));
    db_bind_text(put, 5, cells[COLUMN_KIND]);
    db_bind_text_or_null(put, 6, cells[COLUMN_EPCI]);
    db_bind_text_or_null(put, 7, cells[COLUMN_DEPARTEMENT]);
    db_bind_text_or_null(put, 8, cells[COLUMN_REGION]);
    db_bind_text(put, 9, cells[COLUMN_POSTAL]);
    err numbers = seed_bind_numbers(seed, put, cells);
    if (numbers != OK) {
        db_done(put);
        return numbers;
    }
    db_bind_i64(put, 14, seed->now_ms);
    return db_run(put);
}

/* "01340|01015=Arbignieu" of com-01015. A part may bear the code of the whole: then only its name
 * is new. */
static err seed_aliases(struct seed *seed, const slice *cells) {
    slice rest = cells[COLUMN_ALIASES];
    slice alias;
    while (rest.n > 0 && slice_cut(&rest, '|', &alias)) {
        slice insee;
        slice name = alias;
        if (!slice_cut(&name, '=', &insee) || insee.n == 0 || insee.n > 5) {
            return seed_problem(seed, "aliases", "not a code");
        }
        name = name.p == NULL ? SLICE_EMPTY : name;
        buf_clear(&seed->key);
        buf_add(&seed->key, SLICE("com-"));
        buf_add(&seed->key, insee);
        size_t code_n = seed->key.n;
        territory_key(name, TERRITORY_COMMUNE, &seed->key);
        struct db_query *put = db_query(seed->conn, &territory_catalogue, TERRITORY_ALIAS_PUT);
        db_bind_text(put, 1, slice_sub(buf_slice(&seed->key), 0, code_n));
        db_bind_text(put, 2, cells[COLUMN_CODE]);
        db_bind_text(put, 3, name);
        db_bind_text(put, 4, slice_sub(buf_slice(&seed->key), code_n, seed->key.n));
        TRY(db_run(put));
    }
    return OK;
}

static err seed_rows(struct seed *seed, slice rest) {
    slice line;
    seed->line = 2;
    while (slice_cut(&rest, '\n', &line)) {
        seed->line++;
        if (line.n == 0 && (rest.p == NULL || rest.n == 0)) {
            break; /* after the last line end */
        }
        slice cells[COLUMNS];
        size_t count = 0;
        slice cell;
        while (slice_cut(&line, '\t', &cell)) {
            if (count < COLUMNS) {
                cells[count] = cell;
            }
            count++;
        }
        if (count != COLUMNS) {
            return seed_problem(seed, "", "wrong number of columns");
        }
        TRY(seed_row(seed, cells));
        TRY(seed_aliases(seed, cells));
    }
    return OK;
}

static err version_stored(struct db_conn *conn, slice version, bool *same) {
    struct db_query *query = db_query(conn, &territory_catalogue, TERRITORY_VERSION);
    bool row = false;
    TRY(db_next(query, &row));
    *same = row && slice_equal(db_text(query, 0), version);
    if (row) {
        db_done(query);
    }
    return OK;
}

static err run_i64(struct db_conn *conn, enum territory_statement statement, int64_t value) {
    struct db_query *query = db_query(conn, &territory_catalogue, statement);
    db_bind_i64(query, 1, value);
    return db_run(query);
}

err territory_seed(struct db_conn *conn, slice reference_tsv, int64_t now_ms,
                   struct problem *problem) {
    struct seed seed = {.conn = conn, .now_ms = now_ms, .line = 1, .problem = problem};
    slice rest = reference_tsv;
    slice mark;
    slice header;
    if (!slice_cut(&rest, '\n', &mark) || !slice_starts_with(mark, SLICE(SEED_MARK)) ||
        rest.p == NULL || !slice_cut(&rest, '\n', &header) || rest.p == NULL ||
        !slice_starts_with(header, SLICE("code\tname\t")) || !text_is_utf8(reference_tsv)) {
        return seed_problem(&seed, "", "not such a file");
    }
    char text[64];
    int n = snprintf(text, sizeof text, "%.*s/" TERRITORY_KEY_VERSION,
                     SLICE_ARG(slice_trim(slice_sub(mark, sizeof SEED_MARK - 1, 40))));
    slice version = slice_of(text, (size_t)n);
    bool same = false;
    TRY(version_stored(conn, version, &same));
    if (same) {
        return OK;
    }
    TRY(db_run(db_query(conn, &territory_catalogue, TERRITORY_ALIASES_CLEAR)));
    seed.key = buf_new(TERRITORY_KEY_MAX);
    err result = seed_rows(&seed, rest);
    buf_free(&seed.key);
    TRY(result);
    TRY(run_i64(conn, TERRITORY_SWEEP, now_ms));
    struct db_query *set = db_query(conn, &territory_catalogue, TERRITORY_VERSION_SET);
    db_bind_text(set, 1, version);
    db_bind_i64(set, 2, now_ms);
    TRY(db_run(set));
    return db_change_add(conn, DB_CHANGE_TERRITORY, 0, now_ms);
}

/* The code of today for a current or former code, into `current`. */
static err resolve(struct db_conn *conn, slice code, char current[CODE_MAX], size_t *current_n) {
    struct db_query *query = db_query(conn, &territory_catalogue, TERRITORY_RESOLVE);
    db_bind_text(query, 1, code);
    bool row = false;
    TRY(db_next(query, &row));
    if (!row) {
        return ERR_NOT_FOUND;
    }
    slice found = db_text(query, 0);
    bool fits = found.n <= CODE_MAX;
    if (fits) {
        memcpy(current, found.p, found.n);
        *current_n = found.n;
    }
    db_done(query);
    return fits ? OK : ERR_LIMIT;
}

err territory_outline_store(struct db_conn *conn, slice code, const struct geo_point *const *rings,
                            const size_t *counts, size_t ring_count, int64_t now_ms) {
    bool some = false;
    for (size_t r = 0; r < ring_count; r++) {
        some = some || counts[r] >= 3;
        for (size_t i = 0; i < counts[r]; i++) {
            if (!geo_point_is_valid(rings[r][i])) {
                return ERR_INPUT;
            }
        }
    }
    if (!some) {
        return ERR_INPUT;
    }
    char current[CODE_MAX];
    size_t current_n = 0;
    TRY(resolve(conn, code, current, &current_n));
    struct db_query *replace = db_query(conn, &territory_catalogue, TERRITORY_OUTLINES_REPLACE);
    db_bind_text(replace, 1, slice_of(current, current_n));
    db_bind_i64(replace, 2, now_ms);
    TRY(db_run(replace));
    struct buf shape BUF_CLEANUP = buf_new(OUTLINE_MAX);
    territory_shape_write(rings, counts, ring_count, &shape);
    if (shape.failed != OK) {
        return shape.failed;
    }
    struct db_query *put = db_query(conn, &territory_catalogue, TERRITORY_OUTLINE_PUT);
    db_bind_text(put, 1, slice_of(current, current_n));
    db_bind_text(put, 2, code);
    db_bind_blob(put, 3, buf_slice(&shape));
    db_bind_i64(put, 4, now_ms);
    return db_run(put);
}

static err custom_put(struct db_conn *conn, slice code, slice name, int64_t now_ms) {
    struct buf key BUF_CLEANUP = buf_new(TERRITORY_KEY_MAX);
    territory_key(name, TERRITORY_CUSTOM, &key);
    struct db_query *put = db_query(conn, &territory_catalogue, TERRITORY_PUT);
    db_bind_text(put, 1, code);
    db_bind_i64(put, 2, TERRITORY_CUSTOM);
    db_bind_text(put, 3, name);
    db_bind_text(put, 4, buf_slice(&key));
    db_bind_text(put, 5, SLICE_EMPTY);
    for (unsigned i = 6; i <= 8; i++) {
        db_bind_null(put, i);
    }
    db_bind_text(put, 9, SLICE_EMPTY);
    for (unsigned i = 10; i <= 12; i++) {
        db_bind_null(put, i);
    }
    db_bind_i64(put, 13, TERRITORY_CENTRE_NONE); /* the snapshot takes the middle of its communes */
    db_bind_i64(put, 14, now_ms);
    return db_run(put);
}

err territory_custom_store(struct db_conn *conn, slice slug, slice name, const slice *communes,
                           size_t count, int64_t now_ms, struct problem *problem) {
    if (!text_is_slug(slug, CUSTOM_SLUG_MAX)) {
        return problem_set(problem, ERR_INPUT, "slug", "a territory's slug has a-z, 0-9 and -");
    }
    if (slice_trim(name).n == 0 || name.n > 200 || !text_is_utf8(name)) {
        return problem_set(problem, ERR_INPUT, "name", "a territory has a name of 1 to 200 bytes");
    }
    if (count == 0 || count > MEMBERS_MAX) {
        return problem_set(problem, ERR_INPUT, "communes", "a territory is made of communes");
    }
    char text[CODE_MAX + 2];
    int n = snprintf(text, sizeof text, "t-%.*s", SLICE_ARG(slug));
    slice code = slice_of(text, (size_t)n);
    TRY(custom_put(conn, code, slice_trim(name), now_ms));
    struct db_query *clear = db_query(conn, &territory_catalogue, TERRITORY_MEMBERS_CLEAR);
    db_bind_text(clear, 1, code);
    TRY(db_run(clear));
    for (size_t i = 0; i < count; i++) {
        char current[CODE_MAX];
        size_t current_n = 0;
        err found = slice_starts_with(communes[i], SLICE("com-"))
                        ? resolve(conn, communes[i], current, &current_n)
                        : ERR_NOT_FOUND;
        if (found == ERR_NOT_FOUND) {
            return problem_set(problem, ERR_NOT_FOUND, "communes", "no commune has the code %.*s",
                               SLICE_ARG(slice_sub(communes[i], 0, 40)));
        }
        TRY(found);
        struct db_query *put = db_query(conn, &territory_catalogue, TERRITORY_MEMBER_PUT);
        db_bind_text(put, 1, code);
        db_bind_text(put, 2, slice_of(current, current_n));
        TRY(db_run(put));
    }
    return db_change_add(conn, DB_CHANGE_TERRITORY, 0, now_ms);
}
