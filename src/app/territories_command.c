#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/command.h"
#include "app/house.h"
#include "work/territories/territories.h"

#define COMMUNES_BYTES_MAX (4 * 1024 * 1024)
#define COMMUNES_MAX       40000

static void problem_line(void *self, const struct problem *problem) {
    uint64_t *shown = self;
    if (*shown < 10) {
        fprintf(stderr, "line %llu: %s\n", (unsigned long long)problem->line, problem->what);
    }
    *shown += 1;
}

static err outlines_import(struct house *house, const char *path, struct problem *problem) {
    int fd = -1;
    TRY(command_input(path, &fd, problem));
    uint64_t shown = 0;
    struct territories_import import = {
        .conn = house->store,
        .territories = house->territories,
        .source = fd_source(&fd),
        .level = TERRITORY_LEVEL__COUNT,
        .now_ms = clock_now_ms(house->clock),
        .on_problem = problem_line,
        .self = &shown,
    };
    struct territories_import_counts counts = {0};
    err done = territories_import(&import, &counts, problem);
    close(fd);
    printf("read %llu: communes %llu, EPCI %llu, départements %llu, régions %llu, custom %llu, "
           "unknown %llu, rejected %llu\n",
           (unsigned long long)counts.read, (unsigned long long)counts.stored[TERRITORY_COMMUNE],
           (unsigned long long)counts.stored[TERRITORY_EPCI],
           (unsigned long long)counts.stored[TERRITORY_DEPARTEMENT],
           (unsigned long long)counts.stored[TERRITORY_REGION],
           (unsigned long long)counts.stored[TERRITORY_CUSTOM], (unsigned long long)counts.unknown,
           (unsigned long long)counts.rejected);
    if (done == OK) {
        puts("A running server uses them after its next start; imports use them at once.");
    }
    return done;
}

/* One commune a line, "73065" or "com-73065"; empty lines and # comments are left out. */
static err communes_read(struct house *house, const char *path, slice *codes, size_t *count,
                         struct problem *problem) {
    int fd = -1;
    TRY(command_input(path, &fd, problem));
    struct buf text BUF_CLEANUP = buf_new(COMMUNES_BYTES_MAX);
    char chunk[4096];
    ssize_t got = 0;
    while ((got = read(fd, chunk, sizeof chunk)) > 0) {
        buf_add_bytes(&text, chunk, (size_t)got);
    }
    close(fd);
    if (got < 0 || text.failed != OK) {
        return problem_set(problem, ERR_IO, "", "cannot read all of %s", path);
    }
    slice rest = arena_copy(&house->arena, buf_slice(&text));
    slice line;
    while (slice_cut(&rest, '\n', &line)) {
        slice code = slice_trim(line);
        if (code.n == 0 || code.p[0] == '#') {
            continue;
        }
        if (*count == COMMUNES_MAX) {
            return problem_set(problem, ERR_LIMIT, "", "%s names more than %d communes", path,
                               COMMUNES_MAX);
        }
        codes[(*count)++] = slice_starts_with(code, SLICE("com-"))
                                ? code
                                : arena_printf(&house->arena, "com-%.*s", SLICE_ARG(code));
    }
    return OK;
}

static err custom_define(struct house *house, const struct command_words *words,
                         struct problem *problem) {
    if (words->rest_count < 3) {
        return problem_set(problem, ERR_INPUT, "",
                           "wanted: agora territories define SLUG FILE --name NAME");
    }
    slice slug = slice_from_cstr(words->rest[1]);
    const char *name = command_value(&command_territories, words, "--name");
    slice *codes = arena_new(&house->arena, slice, COMMUNES_MAX);
    size_t count = 0;
    TRY(communes_read(house, words->rest[2], codes, &count, problem));
    TRY(db_begin_write(house->store));
    err stored =
        territory_custom_store(house->store, slug, name != NULL ? slice_from_cstr(name) : slug,
                               codes, count, clock_now_ms(house->clock), problem);
    if (stored != OK) {
        db_rollback(house->store);
        return stored;
    }
    TRY(db_commit(house->store));
    printf("t-%s: %zu communes\n", words->rest[1], count);
    return OK;
}

static void list(const struct house *house) {
    static const char *const levels[TERRITORY_LEVEL__COUNT] = {
        "communes", "EPCI", "départements", "régions", "countries", "custom"};
    uint64_t counts[TERRITORY_LEVEL__COUNT] = {0};
    for (uint32_t i = 0; i < house->territories->count; i++) {
        const struct territory *item = &house->territories->items[i];
        counts[item->level]++;
        if (item->level == TERRITORY_CUSTOM) {
            printf("%.*s  %.*s, %u communes\n", SLICE_ARG(item->code), SLICE_ARG(item->name),
                   item->commune_count);
        }
    }
    for (size_t i = 0; i < TERRITORY_LEVEL__COUNT; i++) {
        printf("%s: %llu\n", levels[i], (unsigned long long)counts[i]);
    }
    printf("commune outlines: %s\n", house->territories->areas != NULL ? "yes" : "no");
}

static err territories(struct house *house, const struct command_words *words,
                       struct problem *problem) {
    slice verb = slice_from_cstr(words->rest[0]);
    if (slice_equal(verb, SLICE("list"))) {
        list(house);
        return OK;
    }
    if (slice_equal(verb, SLICE("define"))) {
        return custom_define(house, words, problem);
    }
    if (slice_equal(verb, SLICE("import")) && words->rest_count == 2) {
        return outlines_import(house, words->rest[1], problem);
    }
    return problem_set(
        problem, ERR_INPUT, "",
        "wanted: import FILE, define SLUG FILE, or list; see 'agora territories --help'");
}

static int territories_run(const struct command_words *words) {
    struct house house;
    struct problem problem = {0};
    err failed =
        house_open(&house, command_value(&command_territories, words, "--data"),
                   command_value(&command_territories, words, "--config"), HOUSE_COMMAND, &problem);
    if (failed == OK) {
        failed = territories(&house, words, &problem);
    }
    house_close(&house);
    return failed == OK ? 0 : command_fail(&command_territories, failed, &problem);
}

static const struct command_option options[] = {
    COMMAND_OPTION_DATA,
    COMMAND_OPTION_CONFIG,
    {"--name", "NAME", NULL, "name of the territory that `define` makes"},
};
const struct command command_territories = {
    .name = "territories",
    .rest = "import FILE | define SLUG FILE | list",
    .rest_min = 1,
    .rest_max = 3,
    .help = "Outlines of real territories, and territories of your own.",
    .details = "import FILE  takes polygons from GeoJSON (plain, .gz or .zst): communes, EPCI, "
               "départements,\n"
               "             régions. With the communes' outlines a point's commune is exact.\n"
               "define SLUG FILE --name NAME\n"
               "             makes t-SLUG of the communes in FILE, one INSEE code a line.\n"
               "list         says what is there.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .run = territories_run,
};
