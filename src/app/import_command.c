#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/command.h"
#include "app/house.h"
#include "shipped.h"
#include "work/import/import.h"

#define REPORT_BYTES_MAX (1024 * 1024)

static void progress_line(void *self, const struct import_counts *counts, uint64_t bytes_read,
                          uint64_t bytes_all, int64_t elapsed_us) {
    (void)self;
    double seconds = (double)elapsed_us / 1e6;
    if (counts->records == 0 && counts->checked > 0) { /* the first reading, which writes nothing */
        double part = bytes_all > 0 ? 100.0 * (double)bytes_read / (double)bytes_all : 0;
        fprintf(stderr, "\rreading it through: %llu records, %.0f %%  ",
                (unsigned long long)counts->checked, part);
        fflush(stderr);
        return;
    }
    double rate = seconds > 0 ? (double)counts->records / seconds : 0;
    fprintf(stderr, "\r%llu records, %.0f a second", (unsigned long long)counts->records, rate);
    if (bytes_all > 0 && bytes_read > 0 && bytes_read <= bytes_all) {
        double left = seconds * (double)(bytes_all - bytes_read) / (double)bytes_read;
        fprintf(stderr, ", %.0f %%, %.0f s left  ", 100.0 * (double)bytes_read / (double)bytes_all,
                left);
    }
    fflush(stderr);
}

static slice word(const struct command_words *words, const char *name) {
    return slice_from_cstr(command_value(&command_import, words, name));
}

static err options_read(const struct command_words *words, struct import_options *options,
                        struct problem *problem) {
    *options = (struct import_options){
        .input = words->rest_count > 0 ? words->rest[0] : NULL,
        .source = word(words, "--source"),
        .source_title = word(words, "--title"),
        .licence = word(words, "--licence"),
        .attribution = word(words, "--attribution"),
        .crs = word(words, "--crs"),
        .taxonomy_path = command_value(&command_import, words, "--taxonomy"),
        .map_path = command_value(&command_import, words, "--map"),
        .dry_run = command_value(&command_import, words, "--dry-run") != NULL,
        .partial = command_value(&command_import, words, "--partial") != NULL,
        .archive_missing = command_value(&command_import, words, "--prune") != NULL,
        .reject_path = command_value(&command_import, words, "--rejects"),
        .held_path = command_value(&command_import, words, "--held"),
    };
    if (options->input == NULL && command_value(&command_import, words, "--demo") == NULL) {
        return problem_set(problem, ERR_INPUT, "",
                           "FILE|URL|- is missing; see 'agora import --help'");
    }
    slice format = word(words, "--format");
    if (!record_format_from_name(format, &options->format)) {
        return problem_set(problem, ERR_INPUT, "--format",
                           "unknown format '%.*s'; see 'agora import --help'", SLICE_ARG(format));
    }
    if (options->source.n > 0 && !source_slug_is_valid(options->source)) {
        return problem_set(problem, ERR_INPUT, "--source",
                           "'%.*s' is no slug: 1 to 60 of a-z, 0-9 and -",
                           SLICE_ARG(options->source));
    }
    slice kind = word(words, "--kind");
    options->has_kind = kind.n > 0;
    if (options->has_kind && !entry_kind_from_slug(kind, &options->kind)) {
        return problem_set(
            problem, ERR_INPUT, "--kind",
            "unknown kind '%.*s'; one of initiative, idea, tool, place, event, actor, "
            "story",
            SLICE_ARG(kind));
    }
    return OK;
}

/* The demo that ships with the program, as an input like any other. */
static err demo_input(struct import_options *options, struct arena *arena,
                      struct problem *problem) {
    int fd = memfd_create("demo.json", MFD_CLOEXEC);
    if (fd < 0 || write(fd, shipped_demo.p, shipped_demo.n) != (ssize_t)shipped_demo.n ||
        lseek(fd, 0, SEEK_SET) != 0) {
        return problem_set(problem, ERR_IO, "--demo", "cannot hold the demo in memory");
    }
    options->input = arena_printf(arena, "/proc/self/fd/%d", fd).p;
    options->source = SLICE("demo");
    options->source_title = SLICE("Démonstration d’Agora");
    options->licence = SLICE("CC-BY-SA-4.0");
    options->attribution = SLICE("Agora");
    return OK;
}

/* "line 12, column 7: …", as editors count. */
static void place_say(struct problem *problem) {
    struct problem said = *problem;
    if (said.line > 0 && said.column > 0) {
        problem_set(problem, said.code, said.field, "line %llu, column %llu: %s",
                    (unsigned long long)said.line, (unsigned long long)said.column, said.what);
    } else if (said.line > 0) {
        problem_set(problem, said.code, said.field, "line %llu: %s", (unsigned long long)said.line,
                    said.what);
    }
}

static err import(const struct command_words *words, struct import_options *options,
                  struct house *house, struct problem *problem) {
    if (command_value(&command_import, words, "--demo") != NULL) {
        TRY(demo_input(options, &house->arena, problem));
    }
    struct import_context context = {
        .conn = house->store,
        .territories = house->territories,
        .themes = house->themes,
        .ids = &house->ids,
        .clock = house->clock,
        .progress = isatty(STDERR_FILENO) ? progress_line : NULL,
    };
    struct import_counts counts = {0};
    struct buf report BUF_CLEANUP = buf_new(REPORT_BYTES_MAX);
    err done = import_run(options, &context, &counts, &report, problem);
    if (done != OK) {
        place_say(problem);
    }
    if (context.progress != NULL) {
        fputs("\r\033[K", stderr);
    }
    if (report.n > 0) {
        fwrite(report.p, 1, report.n, options->dry_run ? stdout : stderr);
    }
    if (done == OK && counts.records == 0) {
        fputs("no record was found in it; 'agora import --help' names the formats\n", stderr);
    }
    if (done == OK || counts.records > 0) {
        printf(
            "%sadded %llu, updated %llu, unchanged %llu, held %llu, removed %llu, rejected %llu\n",
            options->dry_run ? "dry run: " : "", (unsigned long long)counts.added,
            (unsigned long long)counts.updated, (unsigned long long)counts.unchanged,
            (unsigned long long)counts.held, (unsigned long long)counts.removed,
            (unsigned long long)counts.rejected);
    }
    return done;
}

static int import_command_run(const struct command_words *words) {
    struct import_options options;
    struct problem problem = {0};
    err failed = options_read(words, &options, &problem);
    if (failed != OK) {
        return command_fail(&command_import, failed, &problem);
    }
    struct house house;
    failed = house_open(&house, command_value(&command_import, words, "--data"),
                        command_value(&command_import, words, "--config"), HOUSE_COMMAND, &problem);
    if (failed == OK) {
        failed = import(words, &options, &house, &problem);
    }
    house_close(&house);
    if (failed == OK) {
        return 0;
    }
    command_fail(&command_import, failed, &problem);
    return 1; /* the words were right: what failed is the file, or the store */
}

static const struct command_option options[] = {
    COMMAND_OPTION_DATA,
    COMMAND_OPTION_CONFIG,
    {"--source", "SLUG", NULL, "whose data it is; the same file again updates this source"},
    {"--title", "TEXT", NULL, "the source's name as pages show it"},
    {"--licence", "SPDX", NULL, "licence of the data, e.g. ODbL-1.0, etalab-2.0, CC-BY-SA-4.0"},
    {"--attribution", "TEXT", NULL, "who must be named"},
    {"--format", "FORMAT", "auto", RECORD_FORMAT_NAMES},
    {"--crs", "EPSG:CODE", NULL, "what coordinates are measured in; else it is found out"},
    {"--taxonomy", "FILE|URL", NULL, "names of the categories that records call by number"},
    {"--map", "FILE", NULL, "says which column is what; see docs/import.md"},
    {"--kind", "KIND", NULL, "kind of records that do not say their own"},
    {"--dry-run", NULL, NULL, "shows what it understood, writes nothing"},
    {"--partial", NULL, NULL, "takes what is before the place where the file ends or breaks"},
    {"--prune", NULL, NULL, "archives entries of the source that the file no longer has"},
    {"--rejects", "FILE", NULL, "where rejected records go"},
    {"--held", "FILE", NULL, "where differences to entries edited here go"},
    {"--demo", NULL, NULL, "loads the demonstration that ships with the program"},
};
const struct command command_import = {
    .name = "import",
    .rest = "FILE|URL|-",
    .rest_max = 1,
    .help = "Brings a file of other people's data in; works beside a running server.",
    .details =
        "Ends with: added N, updated N, unchanged N, held N, removed N, rejected N. Held means "
        "edited\n"
        "here since: the difference waits for a person. Twice the same file changes nothing.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .run = import_command_run,
};
