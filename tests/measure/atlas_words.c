/* How long questions with words take, at a size of one's choice, atlas alone: a made-up country, a
 * generation built in memory, and for each class of questions the thread's CPU time (best of some
 * rounds, then median and 99th percentile over the questions).
 *     ninja -C build tests/measure/atlas_words && build/tests/measure/atlas_words 1000000 [CLASS]
 * With a class, only that one is asked, many times over: for perf and callgrind. */
#include "atlas/view.h"
#include "db/migrations.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NOW_MS       INT64_C(1764000000000)
#define DAY_MS       INT64_C(86400000)
#define STEMS        24000
#define WORDS        (STEMS * 3)
#define REGIONS      13
#define DEPARTEMENTS 100
#define COMMUNES     36000
#define THEMES       60
#define CENTRES      3000
#define QUESTIONS    60 /* of a class */
#define ROUNDS       5

struct country {
    struct territories *territories;
    struct themes *themes;
    uint64_t seed;
    char *words[WORDS];
    double *zipf; /* cumulated */
    struct geo_point centres[CENTRES];
};

/* splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t next_random(struct country *country) {
    uint64_t z = (country->seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
static uint32_t below(struct country *country, uint32_t limit) {
    return (uint32_t)((next_random(country) >> 32) * limit >> 32);
}
static double unit(struct country *country) {
    return (double)(next_random(country) >> 11) / 9007199254740992.0;
}

static void must(err failed, const char *what) {
    if (failed) {
        fprintf(stderr, "atlas_words: %s: %s\n", what, err_name(failed));
        exit(1);
    }
}

static void make_words(struct country *country) {
    static const char *const heads[] = {"b",  "c",  "d",  "f",  "g",  "j",  "l",  "m",  "n",
                                        "p",  "r",  "s",  "t",  "v",  "br", "cr", "fr", "gr",
                                        "pl", "tr", "ch", "qu", "st", "co", "pr"};
    static const char *const hearts[] = {"a", "e", "i", "o", "u", "ai", "ou", "an", "on", "eu"};
    static const char *const tails[] = {"", "s", "age"};
    for (uint32_t i = 0; i < STEMS; i++) {
        char stem[32] = "";
        uint32_t syllables = 2 + below(country, 3);
        for (uint32_t s = 0; s < syllables; s++) {
            strncat(stem, heads[below(country, ARRAY_COUNT(heads))], 3);
            strncat(stem, hearts[below(country, ARRAY_COUNT(hearts))], 3);
        }
        strncat(stem, i % 2 ? "t" : "r", 2);
        for (uint32_t t = 0; t < 3; t++) {
            char word[48];
            int n = snprintf(word, sizeof(word), "%s%s", stem, tails[t]);
            country->words[i * 3 + t] = malloc((size_t)n + 1);
            memcpy(country->words[i * 3 + t], word, (size_t)n + 1);
        }
    }
    double sum = 0;
    country->zipf = malloc(sizeof(double) * WORDS);
    for (uint32_t i = 0; i < WORDS; i++) {
        sum += 1 / pow(i + 3.0, 1.02);
        country->zipf[i] = sum;
    }
}

static const char *word_of_rank(const struct country *country, uint32_t rank) {
    return country->words[rank];
}
static const char *random_word(struct country *country) {
    double at = unit(country) * country->zipf[WORDS - 1];
    uint32_t low = 0;
    uint32_t high = WORDS - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (country->zipf[middle] < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return word_of_rank(country, low);
}

static void write_territories(struct buf *tsv) {
    buf_add(tsv, SLICE("#agora-territories\tmeasure-1\n"
                       "code\tname\tepci\tdepartement\tregion\tkind\tpostal\tpopulation\tlon\tlat\t"
                       "precision\taliases\n"
                       "country-fr\tFrance\t\t\t\t\t\t\t2.45\t46.6\ttown\t\n"));
    for (unsigned i = 0; i < REGIONS; i++) {
        buf_addf(tsv, "reg-%u\tRégion %u\t\t\t\tmetro\t\t\t4.5\t45.5\tmiddle\t\n", 10 + i, i);
    }
    for (unsigned i = 0; i < DEPARTEMENTS; i++) {
        buf_addf(tsv, "dep-%02u\tVallée %u\t\t\treg-%u\tmetro\t\t\t4.5\t45.5\tmiddle\t\n", i, i,
                 10 + i % REGIONS);
    }
    for (unsigned i = 0; i < COMMUNES; i++) {
        unsigned department = i / 360;
        buf_addf(
            tsv, "com-%02u%03u\tBourg %u\t\tdep-%02u\treg-%u\t\t%02u%03u\t100\t2\t46\ttown\t\n",
            department, i % 360, i, department, 10 + department % REGIONS, department, i % 360);
    }
}

static void write_themes(struct country *country, struct buf *json) {
    buf_add(json, SLICE("{\"scheme\":\"themes\",\"title\":{\"fr\":\"T\",\"en\":\"T\"},"
                        "\"source\":\"\",\"licence\":\"CC0-1.0\",\"concepts\":["));
    for (unsigned i = 0; i < THEMES; i++) {
        buf_addf(json,
                 "%s{\"slug\":\"theme-%u\",\"broader\":null,\"label\":{\"fr\":\"%s\",\"en\":"
                 "\"thing %u\"},\"synonyms\":{\"fr\":[\"%s\",\"%s\"],\"en\":[]}}",
                 i ? "," : "", i, word_of_rank(country, 500 + i * 13), i,
                 word_of_rank(country, 2000 + i * 7), word_of_rank(country, 9000 + i * 11));
    }
    buf_add(json, SLICE("]}"));
}

static void make_country(struct country *country) {
    char store[] = "/tmp/agora-measure-XXXXXX";
    struct db_conn *conn;
    struct problem problem = {0};
    BUF_CLEANUP struct buf tsv = buf_new(16 << 20);
    BUF_CLEANUP struct buf json = buf_new(1 << 20);
    make_words(country);
    write_territories(&tsv);
    write_themes(country, &json);
    int file = mkstemp(store);
    must(file < 0 ? ERR_INTERNAL : OK, store);
    close(file);
    must(db_open(store, DB_WRITE, &conn, &problem), "store");
    must(db_migrate(conn, store_migrations, store_migration_count, false, &problem), "migrate");
    must(db_begin_write(conn), "begin");
    must(theme_scheme_store(conn, buf_slice(&json), NOW_MS, &problem), problem.what);
    must(territory_seed(conn, buf_slice(&tsv), NOW_MS, &problem), problem.what);
    must(db_commit(conn), "commit");
    must(territories_load(conn, &country->territories), "territories");
    must(themes_load(conn, &country->themes), "themes");
    db_close(conn);
    (void)unlink(store);
    for (uint32_t i = 0; i < CENTRES; i++) {
        country->centres[i] =
            (struct geo_point){.lon_e7 = (int32_t)((unit(country) * 12 - 4) * 1e7),
                               .lat_e7 = (int32_t)((unit(country) * 9 + 42) * 1e7)};
    }
}

static slice text(struct country *country, uint32_t least, uint32_t more, struct arena *arena) {
    BUF_CLEANUP struct buf out = buf_new(1 << 16);
    for (uint32_t i = least + below(country, more + 1); i > 0; i--) {
        buf_add_cstr(&out, random_word(country));
        buf_add_cstr(&out, " ");
    }
    return arena_copy(arena, slice_trim(buf_slice(&out)));
}

static struct entry_public make_entry(struct country *country, int64_t id, struct arena *arena) {
    static const enum entry_kind kinds[] = {
        ENTRY_KIND_INITIATIVE, ENTRY_KIND_INITIATIVE, ENTRY_KIND_INITIATIVE, ENTRY_KIND_PLACE,
        ENTRY_KIND_PLACE,      ENTRY_KIND_ACTOR,      ENTRY_KIND_ACTOR,      ENTRY_KIND_ACTOR,
        ENTRY_KIND_IDEA,       ENTRY_KIND_TOOL,       ENTRY_KIND_EVENT,      ENTRY_KIND_STORY};
    struct entry_public public = {0};
    struct entry *entry = &public.entry;
    entry->id.v = id;
    entry->status = ENTRY_PUBLISHED;
    entry->kind = kinds[below(country, ARRAY_COUNT(kinds))];
    entry->state = (enum entry_state)below(country, ENTRY_STATE__COUNT);
    entry->language = below(country, 20) ? SLICE("fr") : SLICE("en");
    entry->title = text(country, 2, 4, arena);
    entry->summary = below(country, 10) < 7 ? text(country, 6, 12, arena) : SLICE_EMPTY;
    entry->description = below(country, 10) < 5 ? text(country, 15, 60, arena) : SLICE_EMPTY;
    entry->type = arena_printf(arena, "Type %u", below(country, 200));
    if (below(country, 10)) {
        uint32_t source = below(country, 1000);
        source = source < 900 ? source / 60 : source;
        entry->source_slug = arena_printf(arena, "source-%u", source);
    }
    entry->updated_ms = NOW_MS - DAY_MS * below(country, 2500);
    entry->confirmed_ms = below(country, 5) ? 0 : NOW_MS - DAY_MS * below(country, 800);
    entry->theme_count = 1 + below(country, 4);
    entry->themes = arena_new(arena, slice, 4);
    for (uint32_t i = 0; i < entry->theme_count; i++) {
        uint32_t a = below(country, THEMES);
        entry->themes[i] = arena_printf(arena, "theme-%u", a * below(country, THEMES) / THEMES);
    }
    if (entry->kind == ENTRY_KIND_EVENT) {
        entry->date_count = 1;
        entry->dates = arena_new(arena, struct entry_date, 1);
        entry->dates[0] = (struct entry_date){
            .role = ENTRY_DATE_HAPPENS,
            .start = {.precision = DATE_DAY, .year = 2025, .month = 1, .day = 1},
            .first_ms = NOW_MS + DAY_MS * ((int64_t)below(country, 1000) - 900)};
        entry->dates[0].last_ms = entry->dates[0].first_ms + DAY_MS / 4;
    }
    uint32_t centre = (uint32_t)(CENTRES * pow(unit(country), 3));
    public.territory = (centre * 12 + below(country, 12)) % country->territories->commune_count;
    public.has_point = below(country, 20) > 0;
    public.point = country->centres[centre];
    public.point.lon_e7 += (int32_t)below(country, 2000000) - 1000000;
    public.point.lat_e7 += (int32_t)below(country, 1400000) - 700000;
    entry->place.postal_code = country->territories->items[public.territory].code;
    return public;
}

static struct atlas_view *make_view(struct country *country, uint32_t count) {
    ARENA_CLEANUP struct arena arena = arena_make(1 << 20, 0);
    struct atlas_builder *builder = atlas_builder_new(country->territories, country->themes);
    struct atlas_builder *none = atlas_builder_new(country->territories, country->themes);
    struct atlas_builder *nil = atlas_builder_new(country->territories, country->themes);
    struct atlas_segment *generation;
    struct atlas_segment *delta;
    struct atlas_segment *fresh;
    struct atlas_view *view;
    static struct atlas_theme_words theme_words;
    must(builder && none && nil ? OK : ERR_MEMORY, "builder");
    for (uint32_t i = 0; i < count; i++) {
        struct entry_public entry = make_entry(country, (int64_t)i + 1, &arena);
        must(atlas_builder_add(builder, &entry), "entry");
        arena_reset(&arena);
    }
    must(atlas_builder_finish(builder, 0, &generation), "segment");
    must(atlas_builder_finish(none, generation->average_length, &delta), "delta");
    must(atlas_builder_finish(nil, generation->average_length, &fresh), "fresh");
    atlas_builder_free(builder);
    atlas_builder_free(none);
    atlas_builder_free(nil);
    must(atlas_theme_words_make(country->themes, &theme_words), "theme words");
    const struct atlas_view_parts parts = {.territories = country->territories,
                                           .themes = country->themes,
                                           .theme_words = &theme_words,
                                           .segments = {generation, delta, fresh},
                                           .generation_number = 1};
    must(atlas_view_make(&parts, &view), "view");
    return view;
}

/* One question of a class; `n` numbers it. */
typedef slice ask(struct country *country, uint32_t n, struct arena *arena);

static slice rare(struct country *country, uint32_t n, struct arena *arena) {
    return arena_printf(arena, "%s ", word_of_rank(country, 40000 + n * 311));
}
static slice middle(struct country *country, uint32_t n, struct arena *arena) {
    return arena_printf(arena, "%s ", word_of_rank(country, 600 + n * 31));
}
static slice common(struct country *country, uint32_t n, struct arena *arena) {
    return arena_printf(arena, "%s ", word_of_rank(country, n));
}
static slice two(struct country *country, uint32_t n, struct arena *arena) {
    static const uint32_t ranks[][2] = {{0, 40}, {30, 400}, {300, 3000}, {10, 20000}};
    return arena_printf(arena, "%s %s ", word_of_rank(country, ranks[n % 4][0] + n),
                        word_of_rank(country, ranks[n % 4][1] + n));
}
static slice three(struct country *country, uint32_t n, struct arena *arena) {
    return arena_printf(arena, "%s %s %s ", word_of_rank(country, n),
                        word_of_rank(country, 100 + n * 3), word_of_rank(country, 900 + n * 31));
}
static slice begun(struct country *country, uint32_t n, uint32_t letters, struct arena *arena) {
    const char *word = word_of_rank(country, n * n * 3);
    return arena_printf(arena, "%.*s", (int)letters, word);
}
static slice prefix_4(struct country *country, uint32_t n, struct arena *arena) {
    return begun(country, n, 4, arena);
}
static slice prefix_3(struct country *country, uint32_t n, struct arena *arena) {
    return begun(country, n, 3, arena);
}
static slice typed_whole(struct country *country, uint32_t n, struct arena *arena) {
    return arena_printf(arena, "%s", word_of_rank(country, n * 17));
}
static slice typo(struct country *country, uint32_t n, struct arena *arena) {
    char word[64];
    snprintf(word, sizeof(word), "%s", word_of_rank(country, n * 97));
    word[2] = 'w';
    return arena_printf(arena, "%s ", word);
}
static slice phrase(struct country *country, uint32_t n, struct arena *arena) {
    return arena_printf(arena, "\"%s %s\"", word_of_rank(country, n),
                        word_of_rank(country, n * 7 % 50));
}
static slice nothing(struct country *country, uint32_t n, struct arena *arena) {
    (void)country, (void)n, (void)arena;
    return SLICE_EMPTY;
}
static slice letters_2(struct country *country, uint32_t n, struct arena *arena) {
    return begun(country, n, 2, arena);
}

enum how { SEARCH, NEAR_ME, FOLDED, SUGGEST };
static const struct {
    const char *name;
    ask *ask;
    enum how how;
} classes[] = {
    {"rare", rare, SEARCH},          {"middle", middle, SEARCH},
    {"common", common, SEARCH},      {"two", two, SEARCH},
    {"three", three, SEARCH},        {"prefix4", prefix_4, SEARCH},
    {"prefix3", prefix_3, SEARCH},   {"typed", typed_whole, SEARCH},
    {"typo", typo, SEARCH},          {"phrase", phrase, SEARCH},
    {"all", nothing, SEARCH},        {"folded", nothing, FOLDED},
    {"near", nothing, NEAR_ME},      {"suggest2", letters_2, SUGGEST},
    {"suggest3", prefix_3, SUGGEST}, {"suggest4", prefix_4, SUGGEST},
};

static double cpu_us(void) {
    struct timespec at;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static uint64_t run(const struct country *country, const struct atlas_view *view, enum how how,
                    uint32_t facets, uint32_t n, slice words, struct arena *arena) {
    if (how == SUGGEST) {
        struct atlas_suggestion found[8];
        size_t count;
        must(atlas_suggest(view, words, arena, found, 8, &count), "suggest");
        return count;
    }
    struct query query = query_default();
    query.words = words;
    query.limit = 20;
    query.has_near = how == NEAR_ME;
    query.near = country->centres[n * 7];
    query.sort = how == NEAR_ME && n % 2 ? QUERY_SORT_NEAR : QUERY_SORT_RELEVANCE;
    const struct atlas_request request = {.query = &query,
                                          .facets = facets,
                                          .seven_kinds = true,
                                          .fold = how == FOLDED || how == NEAR_ME,
                                          .now_ms = NOW_MS};
    struct atlas_result result;
    must(atlas_search(view, &request, arena, &result, NULL), "search");
    return result.total;
}

static int compare_doubles(const void *a, const void *b) {
    const double *left = a;
    const double *right = b;
    return (*left > *right) - (*left < *right);
}

/* Median and 99th percentile of the questions, each the best of some rounds; matches on average. */
static void measure(struct country *country, const struct atlas_view *view, size_t class,
                    uint32_t facets, int rounds) {
    ARENA_CLEANUP struct arena arena = arena_make(1 << 20, 0);
    double best[QUESTIONS];
    double total = 0;
    for (uint32_t n = 0; n < QUESTIONS; n++) {
        best[n] = INFINITY;
        for (int round = 0; round < rounds; round++) {
            slice words = classes[class].ask(country, n, &arena);
            double start = cpu_us();
            uint64_t found = run(country, view, classes[class].how, facets, n, words, &arena);
            double took = cpu_us() - start;
            best[n] = took < best[n] ? took : best[n];
            total += round ? 0 : (double)found;
            arena_reset(&arena);
        }
    }
    qsort(best, QUESTIONS, sizeof(*best), compare_doubles);
    printf("  %10.1f %10.1f", best[QUESTIONS / 2], best[QUESTIONS - 1]);
    if (facets) {
        printf("  %12.0f\n", total / QUESTIONS);
    }
    fflush(stdout);
}

int main(int argc, char **argv) {
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    struct country country = {.seed = 20261122};
    make_country(&country);
    double start = cpu_us();
    struct atlas_view *view = make_view(&country, count);
    printf("%u entries, made in %.1f s; thread CPU time in µs\n", count, (cpu_us() - start) / 1e6);
    printf("%-10s  %10s %10s  %10s %10s  %12s\n", "class", "no facets", "p99", "all facets", "p99",
           "matches");
    for (size_t class = 0; class < ARRAY_COUNT(classes); class ++) {
        if (argc <= 2) {
            printf("%-10s", classes[class].name);
            measure(&country, view, class, 0, ROUNDS);
            measure(&country, view, class, ATLAS_FACETS_ALL, ROUNDS);
        } else if (strcmp(argv[2], classes[class].name) == 0) {
            measure(&country, view, class, argc > 3 ? ATLAS_FACETS_ALL : 0, 50);
            puts("");
        }
    }
    atlas_view_release(view);
    return 0;
}
