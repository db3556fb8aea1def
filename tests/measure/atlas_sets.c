/* What tiles, boxes and territories cost in the atlas alone: a generation of made-up entries in
 * memory, among the real territories and themes of a data folder.
 *     ninja -C build tests/measure/atlas_sets
 *     build/tests/measure/atlas_sets DATA_DIR 1000000 [PART_OF_A_CLASS_NAME [ROUNDS]]
 * For each class: thread CPU time in µs, median, 99th percentile and the largest over its questions
 * (each the best of some rounds), and what was found on average. With the name of a class only that
 * one is asked, for perf and callgrind. */
#include "atlas/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOW_MS    INT64_C(1764000000000)
#define DAY_MS    INT64_C(86400000)
#define QUESTIONS 200

struct world {
    struct territories *territories;
    struct themes *themes;
    uint64_t seed;
    uint32_t *communes; /* with a centre, in an order of their own */
    uint32_t commune_count;
    struct atlas *atlas;
};

/* splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t next_random(struct world *world) {
    uint64_t z = (world->seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
static uint32_t below(struct world *world, uint32_t limit) {
    return (uint32_t)((next_random(world) >> 32) * limit >> 32);
}
static double unit(struct world *world) {
    return (double)(next_random(world) >> 11) / 9007199254740992.0;
}

static void must(err failed, const char *what) {
    if (failed) {
        fprintf(stderr, "atlas_sets: %s: %s\n", what, err_name(failed));
        exit(1);
    }
}

static void load(struct world *world, const char *folder) {
    char path[512];
    struct db_conn *conn;
    struct problem problem = {0};
    snprintf(path, sizeof(path), "%s/agora.db", folder);
    must(db_open(path, DB_READ, &conn, &problem), path);
    must(territories_load(conn, &world->territories), "territories");
    must(themes_load(conn, &world->themes), "themes");
    db_close(conn);
    world->communes = calloc(world->territories->commune_count, sizeof(uint32_t));
    must(world->communes ? OK : ERR_MEMORY, "communes");
    for (uint32_t i = 0; i < world->territories->commune_count; i++) {
        if (world->territories->items[i].has_centre) {
            uint32_t at = below(world, world->commune_count + 1);
            world->communes[world->commune_count++] = world->communes[at];
            world->communes[at] = i;
        }
    }
    must(world->commune_count ? OK : ERR_INPUT, "a folder without territories");
}

static struct geo_point scatter(struct world *world, struct geo_point point, double degrees) {
    double away = degrees * unit(world) * unit(world);
    double angle = unit(world) * 6.283185307;
    point.lon_e7 += (int32_t)(away * cos(angle) * 1.4e7);
    point.lat_e7 += (int32_t)(away * sin(angle) * 1e7);
    return point;
}

static struct entry_public make_entry(struct world *world, int64_t id, struct arena *arena) {
    static const enum entry_kind kinds[] = {
        ENTRY_KIND_INITIATIVE, ENTRY_KIND_INITIATIVE, ENTRY_KIND_INITIATIVE, ENTRY_KIND_PLACE,
        ENTRY_KIND_PLACE,      ENTRY_KIND_ACTOR,      ENTRY_KIND_ACTOR,      ENTRY_KIND_ACTOR,
        ENTRY_KIND_IDEA,       ENTRY_KIND_TOOL,       ENTRY_KIND_EVENT,      ENTRY_KIND_STORY};
    struct entry_public public = {0};
    struct entry *entry = &public.entry;
    entry->id.v = id;
    entry->status = ENTRY_PUBLISHED;
    entry->kind = kinds[below(world, ARRAY_COUNT(kinds))];
    entry->state = (enum entry_state)below(world, ENTRY_STATE__COUNT);
    entry->language = below(world, 20) ? SLICE("fr") : SLICE("en");
    entry->title = arena_printf(arena, "mot%u mot%u", below(world, 500), below(world, 20000));
    entry->type = arena_printf(arena, "Type %u", below(world, 200));
    if (below(world, 10)) {
        uint32_t source = below(world, 1000);
        entry->source_slug = arena_printf(arena, "source-%u", source < 900 ? source / 60 : source);
    }
    entry->updated_ms = NOW_MS - DAY_MS * below(world, 2500);
    entry->theme_count = 1 + below(world, 4);
    entry->themes = arena_new(arena, slice, 4);
    for (uint32_t i = 0; i < entry->theme_count; i++) {
        uint32_t theme = (uint32_t)(world->themes->count * unit(world) * unit(world));
        entry->themes[i] = world->themes->items[theme].slug;
    }
    if (below(world, 10) == 0) {
        entry->ask_count = 1;
        entry->asks = arena_new(arena, struct entry_ask, 1);
        entry->asks[0].direction = below(world, 2) ? ENTRY_NEED : ENTRY_OFFER;
        entry->asks[0].skill = arena_printf(arena, "skill-%u", below(world, 60));
    }
    uint32_t which = (uint32_t)(world->commune_count * pow(unit(world), 4));
    public.territory = world->communes[which];
    public.has_point = below(world, 20) > 0;
    public.is_approximate = below(world, 5) == 0;
    public.point = world->territories->items[public.territory].centre;
    if (below(world, 10) == 0) {
        public.point = (struct geo_point){.lon_e7 = (int32_t)(below(world, 120000000)) - 40000000,
                                          .lat_e7 = (int32_t)below(world, 90000000) + 420000000};
        public.territory = TERRITORY_NONE;
        public.is_approximate = false;
    } else if (!public.is_approximate) {
        public.point = scatter(world, public.point, 0.08);
    }
    return public;
}

static int64_t world_now(void *self) {
    (void)self;
    return NOW_MS;
}

static void build(struct world *world, uint32_t count) {
    struct arena arena = arena_make(1 << 20, 0);
    struct entry_public *entries = calloc(count, sizeof(*entries));
    must(entries ? OK : ERR_MEMORY, "entries");
    for (uint32_t i = 0; i < count; i++) {
        entries[i] = make_entry(world, (int64_t)i + 1, &arena);
    }
    const struct atlas_options options = {
        .territories = world->territories, .themes = world->themes, .clock = {.now_ms = world_now}};
    must(atlas_open_bare(&options, entries, count, &world->atlas), "atlas");
    free(entries);
    arena_free(&arena);
}

static double cpu_us(void) {
    struct timespec at;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

enum narrowing { NO_FILTER, ONE_KIND, TWO_THEMES, BOTH, NARROWING__COUNT };
static const char *const narrowing_names[] = {"", " kind", " themes", " both"};

struct question {
    struct query query;
    struct geo_tile tile;
    bool is_tile;
    uint32_t facets;
};

static struct geo_point somewhere(struct world *world) {
    const struct atlas_view *view = atlas_pin(world->atlas);
    const struct atlas_segment *segment = view->parts[ATLAS_GENERATION];
    struct geo_point point = segment->point[below(world, segment->placed)];
    atlas_unpin(world->atlas, view);
    return point;
}

static void narrow(struct world *world, struct query *query, enum narrowing how) {
    if (how == ONE_KIND || how == BOTH) {
        query->kinds = (uint16_t)(1u << below(world, QUERY_KIND_NEED));
    }
    for (int i = 0; i < 2 && (how == TWO_THEMES || how == BOTH); i++) {
        uint32_t theme = below(world, world->themes->schemes[0].count);
        (void)query_values_set(&query->themes, world->themes->items[theme].slug, true);
    }
}

static struct question tile_question(struct world *world, unsigned zoom, enum narrowing how) {
    struct question question = {.query = query_default(), .is_tile = true};
    struct geo_grid at = geo_grid_from_point(somewhere(world));
    question.tile = (struct geo_tile){
        .z = zoom, .x = zoom ? at.x >> (32 - zoom) : 0, .y = zoom ? at.y >> (32 - zoom) : 0};
    narrow(world, &question.query, how);
    return question;
}

/* What a screen of 1,280 × 800 px shows. */
static struct question box_question(struct world *world, unsigned zoom, enum narrowing how) {
    struct question question = {.query = query_default(), .facets = ATLAS_FACETS_ALL};
    struct geo_point at =
        zoom < 6 ? (struct geo_point){.lon_e7 = 24000000, .lat_e7 = 465000000} : somewhere(world);
    double x;
    double y;
    geo_pixel(at, zoom, &x, &y);
    struct geo_point top_left = geo_from_pixel(x - 640, y - 400, zoom);
    struct geo_point bottom_right = geo_from_pixel(x + 640, y + 400, zoom);
    question.query.has_box = true;
    question.query.box = (struct geo_box){.west_e7 = top_left.lon_e7,
                                          .north_e7 = top_left.lat_e7,
                                          .east_e7 = bottom_right.lon_e7,
                                          .south_e7 = bottom_right.lat_e7};
    narrow(world, &question.query, how);
    return question;
}

static struct question territory_question(struct world *world, enum territory_level level,
                                          enum narrowing how) {
    struct question question = {.query = query_default(), .facets = ATLAS_FACETS_ALL};
    const struct territory *here =
        &world->territories->items[world->communes[below(world, world->commune_count / 4)]];
    uint32_t wanted = level == TERRITORY_COMMUNE ? (uint32_t)(here - world->territories->items)
                      : level == TERRITORY_EPCI  ? here->epci
                      : level == TERRITORY_DEPARTEMENT ? here->departement
                                                       : here->region;
    if (wanted != TERRITORY_NONE) {
        (void)query_values_set(&question.query.territories, world->territories->items[wanted].code,
                               true);
    }
    narrow(world, &question.query, how);
    return question;
}

static uint64_t ask(const struct atlas_view *view, const struct question *question,
                    struct arena *arena) {
    const struct atlas_request request = {.query = &question->query,
                                          .facets = question->facets,
                                          .seven_kinds = true,
                                          .now_ms = NOW_MS};
    if (question->is_tile) {
        struct atlas_cell *cells;
        size_t count;
        uint64_t total = 0;
        must(atlas_tile(view, &request, question->tile, arena, &cells, &count, NULL), "tile");
        for (size_t i = 0; i < count; i++) {
            total += cells[i].count;
        }
        return total;
    }
    struct atlas_result result;
    must(atlas_search(view, &request, arena, &result, NULL), "search");
    return result.total;
}

static int compare_doubles(const void *a, const void *b) {
    const double *left = a;
    const double *right = b;
    return (*left > *right) - (*left < *right);
}

static void measure(struct world *world, const char *name, const struct question *questions,
                    int rounds) {
    ARENA_CLEANUP struct arena arena = arena_make(1 << 20, 0);
    double best[QUESTIONS];
    double found = 0;
    const struct atlas_view *view = atlas_pin(world->atlas);
    for (int i = 0; i < QUESTIONS; i++) {
        best[i] = INFINITY;
        for (int round = 0; round < rounds; round++) {
            arena_reset(&arena);
            double start = cpu_us();
            uint64_t total = ask(view, &questions[i], &arena);
            double took = cpu_us() - start;
            best[i] = took < best[i] ? took : best[i];
            found += round ? 0 : (double)total;
        }
    }
    atlas_unpin(world->atlas, view);
    qsort(best, QUESTIONS, sizeof(*best), compare_doubles);
    printf("%-24s %10.1f %10.1f %10.1f %12.0f\n", name, best[QUESTIONS / 2],
           best[QUESTIONS * 99 / 100], best[QUESTIONS - 1], found / QUESTIONS);
    fflush(stdout);
}

int main(int argc, char **argv) {
    static struct world world = {.seed = 20261122};
    static struct question questions[QUESTIONS];
    if (argc < 3) {
        fprintf(stderr, "usage: atlas_sets DATA_DIR COUNT [PART_OF_A_CLASS_NAME [ROUNDS]]\n");
        return 2;
    }
    const char *only = argc > 3 ? argv[3] : "";
    int rounds = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 5;
    load(&world, argv[1]);
    double start = cpu_us();
    build(&world, (uint32_t)strtoul(argv[2], NULL, 10));
    printf("%s entries, made in %.1f s; thread CPU time in µs\n", argv[2],
           (cpu_us() - start) / 1e6);
    printf("%-24s %10s %10s %10s %12s\n", "class", "median", "p99", "most", "found");
    for (int how = 0; how < NARROWING__COUNT; how++) {
        for (unsigned zoom = 0; zoom <= 16; zoom += zoom < 8 ? 2 : 1) {
            char name[64];
            snprintf(name, sizeof(name), "tile z%u%s", zoom, narrowing_names[how]);
            for (int i = 0; i < QUESTIONS && strstr(name, only); i++) {
                questions[i] = tile_question(&world, zoom, (enum narrowing)how);
            }
            if (strstr(name, only)) {
                measure(&world, name, questions, rounds);
            }
        }
    }
    for (int how = 0; how < NARROWING__COUNT; how++) {
        static const unsigned zooms[] = {5, 8, 11, 14};
        for (size_t z = 0; z < ARRAY_COUNT(zooms); z++) {
            char name[64];
            snprintf(name, sizeof(name), "box z%u%s", zooms[z], narrowing_names[how]);
            for (int i = 0; i < QUESTIONS && strstr(name, only); i++) {
                questions[i] = box_question(&world, zooms[z], (enum narrowing)how);
            }
            if (strstr(name, only)) {
                measure(&world, name, questions, zooms[z] == 5 ? (rounds + 1) / 2 : rounds);
            }
        }
    }
    static const char *const levels[] = {"commune", "EPCI", "département", "région", "country"};
    for (int how = 0; how < NARROWING__COUNT; how++) {
        for (int level = 0; level <= TERRITORY_COUNTRY; level++) {
            char name[64];
            snprintf(name, sizeof(name), "%s%s", levels[level], narrowing_names[how]);
            for (int i = 0; i < QUESTIONS && strstr(name, only); i++) {
                questions[i] =
                    territory_question(&world, (enum territory_level)level, (enum narrowing)how);
                if (level == TERRITORY_COUNTRY) { /* the first page: nothing chosen */
                    questions[i].query.territories.count = 0;
                }
            }
            if (strstr(name, only)) {
                measure(&world, name, questions, level > 2 ? (rounds + 1) / 2 : rounds);
            }
        }
    }
    atlas_close(world.atlas);
    return 0;
}
