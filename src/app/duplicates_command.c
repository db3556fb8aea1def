#include <stdio.h>

#include "app/command.h"
#include "app/house.h"
#include "domain/duplicate/duplicate.h"
#include "formats/csv.h"

#define LINE_BYTES_MAX (64u << 10)

/* The lock is held while a step is written, not while it is read. */
static err step_store(struct house *house, const struct duplicate_step *step) {
    TRY(db_begin_write(house->store));
    err failed = duplicate_step_write(house->store, step, clock_now_ms(house->clock));
    if (failed == OK) {
        failed = db_commit(house->store);
    }
    if (failed != OK) {
        db_rollback(house->store);
    }
    return failed;
}

/* Steps until there is nothing left; a server of the folder may take some of them. */
static err search(struct house *house, struct problem *problem) {
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    for (bool has_more = true; has_more;) {
        struct duplicate_step *step;
        arena_reset(&arena);
        err failed = db_begin_read(house->store); /* all of a step is of one moment */
        if (failed == OK) {
            failed =
                duplicate_step_read(house->store, house->territories, &arena, &step, &has_more);
        }
        db_rollback(house->store);
        if (failed == OK) {
            failed = step_store(house, step);
        }
        if (failed == ERR_CONFLICT) {
            has_more = true;
        } else if (failed != OK) {
            return problem_set(problem, failed, "", "%s", db_message(house->store));
        }
    }
    return OK;
}

struct listing {
    struct buf line;
    int64_t count;
};

static void reasons_write(const struct duplicate_likeness *likeness, struct buf *out) {
    bool is_first = true;
    for (unsigned i = 0; i < DUPLICATE_REASON__COUNT; i++) {
        if (likeness->reasons & 1u << i) {
            buf_add_cstr(out, is_first ? "" : " ");
            buf_add(out, duplicate_reason_slug((enum duplicate_reason)i));
            is_first = false;
        }
    }
}

static err line_write(void *self, const struct duplicate_listed *listed) {
    struct listing *listing = self;
    const struct duplicate_pair *pair = &listed->pair;
    struct buf *line = &listing->line;
    char digits[SLICE_DIGITS_MAX];
    BUF_CLEANUP struct buf reasons = buf_new(LINE_BYTES_MAX);
    buf_clear(line);
    reasons_write(&pair->likeness, &reasons);
    csv_write_number(line, true, slice_from_i64(pair->likeness.score, digits));
    csv_write_text(line, false, buf_slice(&reasons));
    csv_write_number(line, false, slice_from_i64(pair->likeness.distance_m, digits));
    csv_write_number(line, false, slice_from_i64(pair->first.v, digits));
    csv_write_text(line, false, listed->first_source);
    csv_write_text(line, false, pair->first_title);
    csv_write_number(line, false, slice_from_i64(pair->second.v, digits));
    csv_write_text(line, false, listed->second_source);
    csv_write_text(line, false, pair->second_title);
    csv_write_end(line);
    TRY(line->failed);
    listing->count++;
    return fwrite(line->p, 1, line->n, stdout) == line->n ? OK : ERR_IO;
}

static err list(struct house *house, slice source, struct problem *problem) {
    struct listing listing = {.line = buf_new(LINE_BYTES_MAX)};
    fputs("score,reasons,distance_m,first,first_source,first_title,second,second_source,"
          "second_title\r\n",
          stdout);
    err failed = duplicate_each(house->store, source, line_write, &listing);
    buf_free(&listing.line);
    if (failed != OK || fflush(stdout) != 0) {
        return problem_set(problem, failed == OK ? ERR_IO : failed, "",
                           "the list could not be written whole");
    }
    fprintf(stderr, "%lld pairs wait for somebody to look at them\n", (long long)listing.count);
    return OK;
}

static int duplicates_run(const struct command_words *words) {
    struct house house;
    struct problem problem = {0};
    err failed =
        house_open(&house, command_value(&command_duplicates, words, "--data"),
                   command_value(&command_duplicates, words, "--config"), HOUSE_LOOK, &problem);
    if (failed == OK) {
        failed = search(&house, &problem);
    }
    if (failed == OK) {
        const char *source = command_value(&command_duplicates, words, "--source");
        failed = list(&house, slice_from_cstr(source ? source : ""), &problem);
    }
    house_close(&house);
    return failed == OK ? 0 : command_fail(&command_duplicates, failed, &problem);
}

static const struct command_option options[] = {
    COMMAND_OPTION_DATA_THERE,
    COMMAND_OPTION_CONFIG,
    {"--source", "SLUG", NULL, "only what this source has and others have too"},
};
const struct command command_duplicates = {
    .name = "duplicates",
    .rest = "",
    .help = "Looks for entries that are likely the same; lists them as CSV.",
    .details = "After an import: 'agora duplicates --source SLUG' tells what others had already. "
               "Nothing is merged by itself. A "
               "running server looks by itself, some minutes after a change.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .run = duplicates_run,
};
