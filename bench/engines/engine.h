/* What every engine of the bench is given and gives back. For C and C++, without the rooms. */
#ifndef AGORA_BENCH_ENGINE_H
#define AGORA_BENCH_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum bench_facet {
    BENCH_KIND,
    BENCH_STATE,
    BENCH_THEME,
    BENCH_TERRITORY, /* the country's parts; not compared when a territory is chosen */
    BENCH_HAS,
    BENCH_LANGUAGE,
    BENCH_SOURCE,
    BENCH_SKILL,
    BENCH_FACET__COUNT
};
#define BENCH_BEST      20
#define BENCH_TOKENS    64
#define BENCH_CLAUSES   4
#define BENCH_THEMES    4
#define BENCH_TOKEN_MAX 64
#define BENCH_NONE      UINT32_MAX

enum bench_shape { BENCH_SEARCH, BENCH_TILE, BENCH_SUGGEST };

/* A clause is matched by any of its tokens; make.c writes them, so that all engines look for the
 * same words. */
struct bench_token {
    char text[BENCH_TOKEN_MAX];
    bool is_prefix;
};
struct bench_clause {
    struct bench_token tokens[BENCH_TOKENS];
    unsigned token_count;
    uint32_t number; /* of the table `hit` */
};
struct bench_question {
    const char *class_name, *text;
    enum bench_shape shape;
    bool has_words, has_box, has_near;
    struct bench_clause clauses[BENCH_CLAUSES];
    unsigned clause_count;
    unsigned kinds; /* bits; 0: all */
    uint16_t themes[BENCH_THEMES];
    unsigned theme_count;
    int32_t west, south, east, north; /* box: degrees times 10^7 */
    int32_t near_lon, near_lat;
    uint32_t radius_m;
    const char *territory; /* code; NULL: none */
    unsigned z;
    uint32_t x, y;
    const void *query; /* the program's own struct query */
};

struct bench_answer {
    uint64_t total;
    uint32_t *counts[BENCH_FACET__COUNT]; /* by the numbers of the table `value` */
    uint32_t best[BENCH_BEST];            /* numbers of the table `doc` */
    unsigned best_count;
    bool has_facets;
    char *tile; /* bytes of a vector tile; kept until the next question */
    size_t tile_bytes;
};

/* A document as an engine keeps it beside its index, so that one read tells all it counts for. */
struct bench_row {
    uint8_t kind, state, has, language; /* state 255: none */
    uint16_t source, territory, points; /* territory 65535: none */
    uint8_t theme_count, skill_count;
    uint16_t values[]; /* themes, then skills */
};

/* One engine. Functions end the process with a message when something is wrong: a bench that goes
 * on is worth nothing. */
struct bench_engine {
    const char *name;
    /* `work` holds plain.db; an engine keeps its own index beside it, made when it is missing. */
    void (*open)(const char *work);
    bool (*can)(const struct bench_question *question);
    /* Once before it is asked: statements are prepared here. */
    void (*prepare)(const struct bench_question *question, unsigned number);
    void (*run)(const struct bench_question *question, unsigned number,
                struct bench_answer *answer);
    /* What the last run found, for engines with a form of their own; not timed. */
    void (*tell)(const struct bench_question *question, struct bench_answer *answer);
    void (*figures)(void); /* prints members of a JSON object, each with a comma before it */
};
int bench_main(int argc, char **argv, const struct bench_engine *engine);

__attribute__((noreturn, format(printf, 1, 2))) void bench_fail(const char *format, ...);
uint32_t bench_value_count(enum bench_facet facet);
uint32_t bench_value_find(enum bench_facet facet, const char *slug, size_t n);
uint32_t bench_documents(void);
int64_t bench_now_ms(void);
uint64_t bench_cpu_ns(void); /* of this thread */
struct sqlite3;
struct sqlite3 *bench_plain(void); /* plain.db, read only */

/* The best twenty by key, then by document: what engines without a top-k of their own use. */
struct bench_heap {
    uint64_t keys[BENCH_BEST];
    uint32_t documents[BENCH_BEST];
    unsigned count;
};
void bench_heap_add(struct bench_heap *heap, uint64_t key, uint32_t document);
void bench_heap_end(struct bench_heap *heap, struct bench_answer *answer); /* best first */

/* Counts one document: every facet ignores its own choice. True when it matches everything. */
static inline bool bench_tally(const struct bench_question *question, const struct bench_row *row,
                               struct bench_answer *answer) {
    bool kind = !question->kinds || (question->kinds >> row->kind & 1);
    bool theme = !question->theme_count;
    for (unsigned i = 0; i < row->theme_count && !theme; i++) {
        for (unsigned j = 0; j < question->theme_count; j++) {
            theme = theme || row->values[i] == question->themes[j];
        }
    }
    if (theme) {
        answer->counts[BENCH_KIND][row->kind]++;
    }
    if (kind) {
        for (unsigned i = 0; i < row->theme_count; i++) {
            answer->counts[BENCH_THEME][row->values[i]]++;
        }
    }
    if (!kind || !theme) {
        return false;
    }
    answer->total++;
    if (row->state != UINT8_MAX) {
        answer->counts[BENCH_STATE][row->state]++;
    }
    if (row->territory != UINT16_MAX) {
        answer->counts[BENCH_TERRITORY][row->territory]++;
    }
    for (unsigned i = 0; i < 5; i++) {
        answer->counts[BENCH_HAS][i] += row->has >> i & 1u;
    }
    answer->counts[BENCH_LANGUAGE][row->language]++;
    answer->counts[BENCH_SOURCE][row->source]++;
    for (unsigned i = 0; i < row->skill_count; i++) {
        answer->counts[BENCH_SKILL][row->values[row->theme_count + i]]++;
    }
    return true;
}

#ifdef __cplusplus
}
#endif
#endif
