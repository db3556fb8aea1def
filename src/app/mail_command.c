/* agora mail: what became of the letters; one to try with. */
#include <stdio.h>

#include "app/command.h"
#include "app/house.h"
#include "job/job.h"
#include "mail/mail.h"

#define LISTED_MAX 50

static void time_print(int64_t ms) {
    struct buf text BUF_CLEANUP = buf_new(64);
    time_format_rfc3339(ms / 1000 * 1000, &text);
    printf("%s", ms > 0 ? buf_cstr(&text) : "-");
}

static err letters_print(struct house *house) {
    struct mail_listed *letters = NULL;
    struct job_counts jobs = {0};
    size_t count = 0;
    TRY(mail_list(house->store, LISTED_MAX, &house->arena, &letters, &count));
    TRY(job_count(house->store, SLICE("mail"), &jobs));
    for (size_t i = 0; i < count; i++) {
        const struct mail_listed *letter = &letters[i];
        time_print(letter->created_ms);
        /* What a server said is shown as a value: nothing in it moves a cursor. */
        printf("  %-6.*s  %-10.*s  %.*s", SLICE_ARG(letter->state), SLICE_ARG(letter->letter),
               SLICE_ARG(letter->address));
        if (letter->said.n > 0) {
            printf("  tries=%lld said=%s", (long long)letter->tries, log_quote(letter->said).p);
        }
        putchar('\n');
    }
    printf("letters that wait: %lld\n", (long long)(jobs.waiting + jobs.running));
    return OK;
}

/* The rows are written by a transaction of ours; the server that runs beside sends them. */
static err test_write(struct house *house, slice addresses, slice language,
                      struct problem *problem) {
    slice address;
    err sent = db_begin_write(house->store);
    while (sent == OK && slice_cut(&addresses, ',', &address)) {
        const struct mail_message message = {
            .to = address, .language = language, .letter = MAIL_TEST};
        sent = mail_send(house->store, &house->ids, &message, clock_now_ms(house->clock), problem);
    }
    sent = sent == OK ? db_commit(house->store) : sent;
    if (sent != OK) {
        db_rollback(house->store);
    }
    return sent;
}

static int mail_run(const struct command_words *words) {
    struct house house;
    struct problem problem = {0};
    const char *test = command_value(&command_mail, words, "--test");
    err failed = house_open(&house, command_value(&command_mail, words, "--data"),
                            command_value(&command_mail, words, "--config"), HOUSE_LOOK, &problem);
    if (failed == OK && test != NULL) {
        failed = test_write(&house, slice_from_cstr(test),
                            slice_from_cstr(command_value(&command_mail, words, "--language")),
                            &problem);
        if (failed == OK) {
            puts("the letter waits; the server of this folder sends it ('agora mail' shows how it "
                 "went)");
        }
    } else if (failed == OK) {
        failed = letters_print(&house);
    }
    house_close(&house);
    return failed == OK ? 0 : command_fail(&command_mail, failed, &problem);
}

static const struct command_option options[] = {
    COMMAND_OPTION_DATA_THERE,
    COMMAND_OPTION_CONFIG,
    {"--test", "ADDRESS", NULL,
     "writes a letter to it, to try the settings; several addresses with commas"},
    {"--language", "CODE", "fr", "of that letter: fr or en"},
};
const struct command command_mail = {
    .name = "mail",
    .rest = "",
    .help = "Shows what became of the letters; --test writes one.",
    .details =
        "The newest 50 letters: when, how it went, which letter, to whom, and what the mail\n"
        "server said. Letters that have gone are listed for 30 days, without what they said.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .run = mail_run,
};
