/* Letters: addresses, what goes into the store and what leaves it, what goes over the wire. */
#include "store_fixture.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "job/job_int.h"
#include "mail/mail_int.h"

#define SITE "https://agora.example"

struct fixture {
    struct store_fixture *store;
    struct i18n *i18n;
    struct problem problem;
    struct buf out;
    char folder[96];
};

static int setup(void **state) {
    static struct fixture fixture;
    fixture = (struct fixture){.out = buf_new(MAIL_SOURCE_MAX)};
    void *store = NULL;
    store_setup(&store);
    fixture.store = store;
    snprintf(fixture.folder, sizeof fixture.folder, "%s/mail", fixture.store->folder);
    assert_int_equal(i18n_new(NULL, 0, &fixture.i18n, &fixture.problem), OK);
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    buf_free(&f->out);
    i18n_free(f->i18n);
    void *store = f->store;
    return store_teardown(&store);
}

static struct mail_house house_of(const struct fixture *f) {
    return (struct mail_house){.i18n = f->i18n,
                               .site_name = SLICE("Agora"),
                               .base_url = SLICE(SITE),
                               .from = SLICE("no-reply@agora.example")};
}

static struct mail_message sign_in(void) {
    return (struct mail_message){.to = SLICE("bob@example.org"),
                                 .language = SLICE("fr"),
                                 .letter = MAIL_SIGN_IN,
                                 .sign_in = {.code = SLICE("AB23CD45"),
                                             .path = SLICE("/sign-in/link/secret"),
                                             .until_ms = FIXTURE_NOW_MS + 1800000}};
}

static err send_one(struct fixture *f, const struct mail_message *message) {
    assert_int_equal(db_begin_write(f->store->conn), OK);
    err sent = mail_send(f->store->conn, &f->store->ids, message, f->store->now_ms, &f->problem);
    if (sent == OK) {
        assert_int_equal(db_commit(f->store->conn), OK);
    } else {
        db_rollback(f->store->conn);
    }
    return sent;
}

/* ---- Addresses */

static void addresses_that_people_have_are_taken(void **state) {
    (void)state;
    static const char *const good[][2] = {
        {"bob@example.org", "bob@example.org"},
        {"  Bob.Martin+x@EXAMPLE.Org\n", "Bob.Martin+x@example.org"},
        {"o'hara_99@a-b.co.uk", "o'hara_99@a-b.co.uk"},
        {"!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"},
        {"zoe@bücher.example", "zoe@bücher.example"},
        {"a@1.fr", "a@1.fr"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        struct mail_address address;
        assert_int_equal(mail_address_parse(slice_from_cstr(good[i][0]), &address, NULL), OK);
        assert_string_equal(address.text, good[i][1]);
        assert_int_equal(address.n, strlen(good[i][1]));
        assert_int_equal(address.text[address.at], '@');
    }
}

static void what_is_no_address_is_refused_with_a_sentence(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "bob",
        "@example.org",
        "bob@",
        "bob@example",
        "bob@@example.org",
        "bob@example.org@x.org",
        ".bob@example.org",
        "bob.@example.org",
        "bo..b@example.org",
        "bob @example.org",
        "bob@exa mple.org",
        "bob@-example.org",
        "bob@example-.org",
        "bob@example..org",
        "bob@.org",
        "bob@example.org.",
        "bob@192.0.2.1",
        "bob@[192.0.2.1]",
        "\"bob\"@example.org",
        "bob(x)@example.org",
        "Bob <bob@example.org>",
        "bob@example.org,a@b.fr",
        "bob@example.org\r\nBcc: a@b.fr",
        "bob\n@example.org",
        "bob@exam\x7fple.org",
        "bøb@example.org",
        "bob@ex\xe2\x80\x8b"
        "ample.org",
        "bob@exam\xc2\xa0ple.org",
        "bob@ex\xff.org",
        "bob@\xe2\x80\xae"
        "gro.example",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org",
        "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org",
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct mail_address address;
        struct problem problem = {0};
        if (mail_address_parse(slice_from_cstr(bad[i]), &address, &problem) != ERR_INPUT ||
            problem.what[0] == '\0') {
            fail_msg("taken: %s", bad[i]);
        }
    }
    struct mail_address address;
    assert_int_equal(mail_address_parse(slice_of("a\0b@example.org", 15), &address, NULL),
                     ERR_INPUT);
}

static void a_domain_of_another_script_goes_over_the_wire_in_ascii(void **state) {
    struct fixture *f = *state;
    assert_int_equal(mail_address_ascii(SLICE("zoe@bücher.example"), &f->out), OK);
    assert_string_equal(buf_cstr(&f->out), "zoe@xn--bcher-kva.example");
}

/* ---- Headers and parts */

static void assert_header(struct fixture *f, const char *expected) {
    assert_string_equal(buf_cstr(&f->out), expected);
    buf_clear(&f->out);
}

static void a_header_is_plain_while_it_may_and_folded_encoded_words_else(void **state) {
    struct fixture *f = *state;
    mail_header_text(&f->out, "Subject", SLICE("Short and plain"));
    assert_header(f, "Subject: Short and plain\r\n");
    mail_header_text(&f->out, "Subject", SLICE("été"));
    assert_header(f, "Subject: =?utf-8?B?w6l0w6k=?=\r\n");
    mail_header_text(&f->out, "Subject", SLICE("=?utf-8?B?Zm9v?="));
    assert_header(f, "Subject: =?utf-8?B?PT91dGYtOD9CP1ptOXY/PQ==?=\r\n");
    mail_header_address(&f->out, "From", SLICE("Agora"), SLICE("a@b.fr"));
    assert_header(f, "From: Agora\r\n <a@b.fr>\r\n");
    mail_header_address(&f->out, "From", SLICE_EMPTY, SLICE("a@b.fr"));
    assert_header(f, "From: <a@b.fr>\r\n");
    mail_header_address(&f->out, "From", SLICE("x\" <y@z.fr>, \""), SLICE("a@b.fr"));
    assert_header(f, "From: =?utf-8?B?eCIgPHlAei5mcj4sICI=?=\r\n <a@b.fr>\r\n");
}

/* RULE MAIL-2 */
static void no_value_ends_its_header(void **state) {
    struct fixture *f = *state;
    static const char *const hostile[] = {"x\r\nBcc: a@b.fr", "x\nBcc: a@b.fr", "x\rBcc: a@b.fr",
                                          "x\r\n\r\nbody",    "\r\n",           "\x0b\x0c\x1b[2J"};
    for (size_t i = 0; i < ARRAY_COUNT(hostile); i++) {
        buf_clear(&f->out);
        mail_header_text(&f->out, "Subject", slice_from_cstr(hostile[i]));
        slice line = slice_sub(buf_slice(&f->out), 0, f->out.n - 2);
        assert_false(slice_contains(line, SLICE("\r")) || slice_contains(line, SLICE("\n")));
        assert_false(slice_contains(line, SLICE("Bcc")));
    }
    struct mail_message message = sign_in();
    for (size_t i = 0; i < ARRAY_COUNT(hostile); i++) {
        message.to_name = slice_from_cstr(hostile[i]);
        assert_int_equal(send_one(f, &message), ERR_INPUT);
        message.to_name = SLICE_EMPTY;
        message.sign_in.code = slice_from_cstr(hostile[i]);
        assert_int_equal(send_one(f, &message), ERR_INPUT);
        message = sign_in();
    }
    message.to = SLICE("bob@example.org\r\nBcc: x@example.org");
    assert_int_equal(send_one(f, &message), ERR_INPUT);
}

static void long_texts_become_lines_of_76_that_break_between_characters(void **state) {
    struct fixture *f = *state;
    char title[400];
    for (size_t i = 0; i + 1 < sizeof title; i += 2) {
        memcpy(title + i, "é", 2);
    }
    mail_header_text(&f->out, "Subject", slice_of(title, sizeof title));
    slice rest = buf_slice(&f->out);
    slice line;
    size_t lines = 0;
    while (slice_cut(&rest, '\n', &line) && line.n > 0) {
        assert_true(line.n <= 77); /* with its CR */
        slice word = slice_sub(line, slice_find_slice(line, 0, SLICE("?B?")) + 3, line.n);
        assert_int_equal(slice_find(word, 0, '?') % 8,
                         lines < 9 ? 4 : slice_find(word, 0, '?') % 8);
        lines++;
    }
    assert_true(lines >= 9);
}

static void quoted_printable_keeps_every_byte_and_no_line_is_longer_than_76(void **state) {
    struct fixture *f = *state;
    mail_quoted_printable(&f->out, SLICE("a=b \né\n.\nFrom x\n--tab\t\nlast"));
    assert_header(f, "a=3Db=20\r\n=C3=A9\r\n=2E\r\n=46rom x\r\n=2D-tab=09\r\nlast\r\n");
    char text[200];
    memset(text, 'a', sizeof text);
    mail_quoted_printable(&f->out, slice_of(text, 76));
    assert_int_equal(f->out.n, 78); /* fits whole */
    buf_clear(&f->out);
    mail_quoted_printable(&f->out, slice_of(text, 77));
    assert_int_equal(slice_find(buf_slice(&f->out), 0, '\r'), 76);
    assert_int_equal(f->out.p[75], '=');
}

/* ---- The store */

static void a_letter_stands_in_the_store_with_its_job_or_not_at_all(void **state) {
    struct fixture *f = *state;
    struct job_counts jobs;
    struct mail_message message = sign_in();
    assert_int_equal(send_one(f, &message), OK);
    assert_int_equal(job_count(f->store->conn, SLICE(MAIL_JOB), &jobs), OK);
    assert_int_equal(jobs.waiting, 1);
    message.sign_in.path = SLICE("https://evil.example/");
    assert_int_equal(send_one(f, &message), ERR_INPUT);
    assert_int_equal(job_count(f->store->conn, SLICE(MAIL_JOB), &jobs), OK);
    assert_int_equal(jobs.waiting, 1);
}

static void the_catalogue_fits_the_store(void **state) {
    struct fixture *f = *state;
    assert_int_equal(db_catalogue_check(f->store->conn, &mail_catalogue, &f->problem), OK);
}

/* RULE MAIL-1 */
static void a_link_is_a_path_of_this_site_behind_its_public_address(void **state) {
    struct fixture *f = *state;
    static const char *const bad[] = {"",   "x",     "//evil.example/x", "/a b", "/a\r\nb", "/a<b",
                                      "/é", "/a\"b", "/\\evil.example"};
    struct mail_message message = sign_in();
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        message.sign_in.path = slice_from_cstr(bad[i]);
        assert_int_equal(send_one(f, &message), ERR_INPUT);
    }
    message = sign_in();
    struct mail_row row;
    struct mail_house house = house_of(f);
    assert_int_equal(mail_row_of(&message, NULL, &row, &f->problem), OK);
    mail_letter_text(&house, &row, &f->out);
    assert_true(slice_contains(buf_slice(&f->out), SLICE("\n" SITE "/sign-in/link/secret\n")));
}

static void what_a_letter_cannot_do_without_is_asked_for(void **state) {
    struct fixture *f = *state;
    static char large[MAIL_WORDS_MAX_BYTES + 1];
    memset(large, 'a', sizeof large);
    struct mail_message message = {.to = SLICE("a@b.fr"), .language = SLICE("fr")};
    message.letter = MAIL_FOUND;
    assert_int_equal(send_one(f, &message), ERR_INPUT);
    message.letter = MAIL_YEARLY;
    message.yearly.title = SLICE("x");
    message.yearly.path = SLICE("/x");
    assert_int_equal(send_one(f, &message), ERR_INPUT); /* no way to leave */
    message.yearly.leave_path = SLICE("/leave");
    assert_int_equal(send_one(f, &message), OK);
    memset(&message.decision, 0, sizeof message.decision);
    message.letter = MAIL_DECISION;
    message.decision.title = SLICE("x");
    message.decision.path = SLICE("/x");
    assert_int_equal(send_one(f, &message), ERR_INPUT); /* no reason */
    message.decision.reason = slice_of(large, sizeof large);
    assert_int_equal(send_one(f, &message), ERR_LIMIT);
    message.decision.reason = slice_of(large, sizeof large - 1);
    assert_int_equal(send_one(f, &message), OK);
    message.letter = MAIL_LETTER__COUNT;
    assert_int_equal(send_one(f, &message), ERR_INPUT);
}

/* ---- Delivery, into files */

static int64_t only_letter(struct fixture *f, struct arena *arena, struct mail_listed *letter) {
    struct mail_listed *letters = NULL;
    size_t count = 0;
    assert_int_equal(mail_list(f->store->conn, 4, arena, &letters, &count), OK);
    assert_int_equal(count, 1);
    *letter = letters[0];
    return letters[0].id;
}

static bool store_holds(struct fixture *f, const char *text) {
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct mail_row row;
    struct mail_listed letter;
    int64_t id = only_letter(f, &arena, &letter);
    return mail_row_load(f->store->conn, id, &arena, &row) == OK &&
           (slice_contains(row.path, slice_from_cstr(text)) ||
            slice_contains(row.code, slice_from_cstr(text)));
}

struct runner {
    struct log log;
    struct db_writer *writer;
    struct mail_delivery *delivery;
    struct job_runner *jobs;
};

static struct runner runner_make(struct fixture *f, int log_fd, const char *folder) {
    struct runner runner = {.log = {.fd = log_fd, .least = LOG_INFO, .clock = clock_system()}};
    const struct mail_delivery_options options = {.i18n = f->i18n,
                                                  .site_name = SLICE("Agora"),
                                                  .base_url = SLICE(SITE),
                                                  .from = SLICE("no-reply@agora.example"),
                                                  .folder = folder,
                                                  .retry_s = 60};
    assert_int_equal(db_writer_start(f->store->path, &runner.log, &runner.writer), OK);
    runner.delivery = mail_delivery_new(&options);
    return runner;
}

/* The queue keeps the address of the log: only once the runner has its place. */
static void runner_step(struct fixture *f, struct runner *runner) {
    const struct job_kind kind = mail_job_kind(runner->delivery, 0);
    const struct job_runner_options options = {
        .store_path = f->store->path,
        .writer = runner->writer,
        .kinds = &kind,
        .kind_count = 1,
        .clock = {.now_ms = fixture_now, .self = &f->store->now_ms},
        .log = &runner->log};
    int64_t next_ms;
    runner->jobs = job_runner_new(&options, &f->problem);
    assert_non_null(runner->jobs);
    assert_true(job_runner_step(runner->jobs, 0, &next_ms));
    job_runner_free(runner->jobs);
}

static void runner_drop(struct runner *runner) {
    mail_delivery_free(runner->delivery);
    db_writer_stop(runner->writer);
}

/* RULE MAIL-3 */
static void
what_a_letter_said_is_gone_from_the_store_once_it_went_and_never_in_the_log(void **state) {
    struct fixture *f = *state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct mail_message message = sign_in();
    struct mail_listed letter;
    int pipe_fds[2];
    char said[4096] = "";
    assert_int_equal(pipe2(pipe_fds, O_NONBLOCK | O_CLOEXEC), 0);
    assert_int_equal(send_one(f, &message), OK);
    assert_true(store_holds(f, "secret") && store_holds(f, "AB23CD45"));
    struct runner runner = runner_make(f, pipe_fds[1], f->folder);
    runner_step(f, &runner);
    assert_false(store_holds(f, "secret") || store_holds(f, "AB23CD45"));
    int64_t id = only_letter(f, &arena, &letter);
    assert_slice(letter.state, "sent");
    assert_true(read(pipe_fds[0], said, sizeof said - 1) > 0);
    assert_non_null(strstr(said, "kind=sign-in"));
    assert_null(strstr(said, "secret"));
    assert_null(strstr(said, "AB23CD45"));
    assert_null(strstr(said, "example.org"));
    runner_drop(&runner);
    char path[160];
    struct stat status;
    snprintf(path, sizeof path, "%s/%lld.eml", f->folder, (long long)id);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(f->folder), 0); /* nothing unfinished beside it */
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

static void a_folder_that_cannot_be_written_keeps_the_letter_and_holds_the_others(void **state) {
    struct fixture *f = *state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct mail_message message = sign_in();
    struct mail_listed letter;
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_int_equal(send_one(f, &message), OK);
    struct runner runner = runner_make(f, null, "/proc/no/such/folder");
    runner_step(f, &runner);
    only_letter(f, &arena, &letter);
    assert_slice(letter.state, "waits");
    assert_true(letter.said.n > 0);
    assert_true(store_holds(f, "secret"));
    runner_drop(&runner);
    close(null);
}

static void a_letter_that_cannot_go_for_three_days_is_given_up_and_emptied(void **state) {
    struct fixture *f = *state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct mail_message message = sign_in();
    struct mail_listed letter;
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_int_equal(send_one(f, &message), OK);
    f->store->now_ms += MAIL_EXPIRES_MS + 1;
    struct runner runner = runner_make(f, null, f->folder);
    runner_step(f, &runner);
    only_letter(f, &arena, &letter);
    assert_slice(letter.state, "failed");
    assert_slice(letter.said, "not delivered within three days");
    assert_false(store_holds(f, "secret"));
    runner_drop(&runner);
    close(null);
}

static void a_bounce_is_noted_on_the_address_until_a_letter_is_taken_again(void **state) {
    struct fixture *f = *state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct mail_message message = sign_in();
    struct mail_listed letter;
    int64_t at_ms = 1;
    struct db_conn *conn = f->store->conn;
    assert_int_equal(send_one(f, &message), OK);
    int64_t id = only_letter(f, &arena, &letter);
    assert_int_equal(mail_bounced_ms(conn, SLICE("bob@example.org"), &at_ms), OK);
    assert_true(at_ms == 0);
    assert_int_equal(mail_bounce_note(conn, id, SLICE("550 no"), FIXTURE_NOW_MS), OK);
    assert_int_equal(mail_bounced_ms(conn, SLICE("bob@example.org"), &at_ms), OK);
    assert_true(at_ms == FIXTURE_NOW_MS);
    assert_int_equal(mail_bounce_forget(conn, id), OK);
    assert_int_equal(mail_bounced_ms(conn, SLICE("bob@example.org"), &at_ms), OK);
    assert_true(at_ms == 0);
}

/* ---- What a server says */

static void whose_fault_a_refusal_is_is_told_by_command_and_reply(void **state) {
    (void)state;
    static const struct {
        const char *command, *reply;
        enum mail_verdict verdict;
    } cases[] = {
        {"RCPT", "450 4.2.1 busy", MAIL_LATER},
        {"RCPT", "550 5.1.1 no such person", MAIL_ADDRESS_REFUSED},
        {"RCPT", "550", MAIL_ADDRESS_REFUSED},
        {"RCPT", "550 5.7.1 relaying denied", MAIL_LETTER_REFUSED},
        {"RCPT", "421 closing", MAIL_SERVER_AWAY},
        {"RCPT", "", MAIL_SERVER_AWAY},
        {"RCPT", "250 ok", MAIL_SERVER_AWAY}, /* then the connection broke */
        {"DATA", "451 later", MAIL_LATER},
        {"DATA", "554 spam", MAIL_LETTER_REFUSED},
        {"MAIL", "550 who are you", MAIL_SERVER_AWAY},
        {"AUTH", "535 wrong", MAIL_SERVER_AWAY},
        {"", "", MAIL_SERVER_AWAY},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_int_equal(
            mail_smtp_verdict(slice_from_cstr(cases[i].command), slice_from_cstr(cases[i].reply)),
            cases[i].verdict);
    }
}

static void the_address_of_a_server_is_read_with_its_port(void **state) {
    (void)state;
    static const struct {
        const char *url, *host;
        unsigned port;
        bool tls;
    } good[] = {{"smtp://mail.example", "mail.example", 587, false},
                {"smtp://127.0.0.1:25", "127.0.0.1", 25, false},
                {"smtps://mail.example", "mail.example", 465, true},
                {"smtps://[::1]:1465", "[::1]", 1465, true}};
    static const char *const bad[] = {"",
                                      "mail.example",
                                      "http://mail.example",
                                      "smtp://",
                                      "smtp://mail.example/x",
                                      "smtp://user@mail.example",
                                      "smtp://mail.example:0",
                                      "smtp://mail.example:70000",
                                      "smtp://mail.example:x",
                                      "smtp://[::1"};
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        struct mail_smtp smtp = {0};
        assert_null(mail_smtp_url_fault(slice_from_cstr(good[i].url)));
        mail_smtp_url_read(slice_from_cstr(good[i].url), &smtp);
        assert_slice(smtp.host, good[i].host);
        assert_int_equal(smtp.port, good[i].port);
        assert_int_equal(smtp.is_tls_from_start, good[i].tls);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_non_null(mail_smtp_url_fault(slice_from_cstr(bad[i])));
    }
}

/* Two lanes; the second fails in one way or another. */
static enum job_result failed_beside(bool is_answered, bool is_trying, bool of_letter) {
    struct mail_lanes lanes;
    struct job_outcome outcome = {.result = JOB_DONE};
    const struct mail_answer answer = {.verdict = MAIL_SERVER_AWAY, .of_letter = of_letter};
    mail_lanes_init(&lanes);
    uint64_t answered = mail_lanes_begin(&lanes);
    (void)mail_lanes_begin(&lanes);
    if (is_answered) {
        assert_false(mail_lanes_answered(&lanes));
    } else if (!is_trying) {
        mail_lanes_stopped(&lanes);
    }
    (void)mail_lanes_away(&lanes, &answer, answered, 60000, FIXTURE_NOW_MS, &outcome);
    mail_lanes_drop(&lanes);
    return outcome.result;
}

static void what_one_lane_meets_is_the_servers_fault_only_when_no_other_is_answered(void **state) {
    (void)state;
    assert_int_equal(failed_beside(false, false, false), JOB_HELD);
    assert_int_equal(failed_beside(false, false, true), JOB_HELD);
    assert_int_equal(failed_beside(false, true, true), JOB_HELD);
    assert_int_equal(failed_beside(false, true, false), JOB_ASIDE);
    assert_int_equal(failed_beside(true, false, false), JOB_ASIDE);
    assert_int_equal(failed_beside(true, false, true), JOB_AGAIN);
}

static void lanes_that_find_the_server_away_together_wait_once_and_longer_each_time(void **state) {
    static const int64_t waits_min[] = {1, 2, 4, 8, 15, 15};
    struct mail_lanes lanes;
    const struct mail_answer away = {.verdict = MAIL_SERVER_AWAY, .of_letter = true};
    int64_t now_ms = FIXTURE_NOW_MS;
    (void)state;
    mail_lanes_init(&lanes);
    for (size_t i = 0; i < ARRAY_COUNT(waits_min); i++) {
        struct job_outcome outcome;
        uint64_t answered = mail_lanes_begin(&lanes);
        (void)mail_lanes_begin(&lanes);
        assert_int_equal(mail_lanes_away(&lanes, &away, answered, 60000, now_ms, &outcome), i == 0);
        assert_true(outcome.hold_ms == waits_min[i] * 60000);
        assert_false(mail_lanes_away(&lanes, &away, answered, 60000, now_ms + 1000, &outcome));
        assert_true(outcome.hold_ms == waits_min[i] * 60000 - 1000);
        now_ms += waits_min[i] * 60000;
    }
    (void)mail_lanes_begin(&lanes);
    assert_true(mail_lanes_answered(&lanes)); /* and the log says that it is back */
    mail_lanes_drop(&lanes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(addresses_that_people_have_are_taken),
        TEST(what_is_no_address_is_refused_with_a_sentence),
        TEST(a_domain_of_another_script_goes_over_the_wire_in_ascii),
        TEST(a_header_is_plain_while_it_may_and_folded_encoded_words_else),
        TEST(no_value_ends_its_header),
        TEST(long_texts_become_lines_of_76_that_break_between_characters),
        TEST(quoted_printable_keeps_every_byte_and_no_line_is_longer_than_76),
        TEST(a_letter_stands_in_the_store_with_its_job_or_not_at_all),
        TEST(the_catalogue_fits_the_store),
        TEST(a_link_is_a_path_of_this_site_behind_its_public_address),
        TEST(what_a_letter_cannot_do_without_is_asked_for),
        TEST(what_a_letter_said_is_gone_from_the_store_once_it_went_and_never_in_the_log),
        TEST(a_folder_that_cannot_be_written_keeps_the_letter_and_holds_the_others),
        TEST(a_letter_that_cannot_go_for_three_days_is_given_up_and_emptied),
        TEST(a_bounce_is_noted_on_the_address_until_a_letter_is_taken_again),
        TEST(whose_fault_a_refusal_is_is_told_by_command_and_reply),
        TEST(the_address_of_a_server_is_read_with_its_port),
        TEST(what_one_lane_meets_is_the_servers_fault_only_when_no_other_is_answered),
        TEST(lanes_that_find_the_server_away_together_wait_once_and_longer_each_time),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
