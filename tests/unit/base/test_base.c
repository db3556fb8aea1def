/* The small files of base: err, id, hash, log. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"
#include "base/thread.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int64_t read_held_clock(void *self) {
    return *(const int64_t *)self;
}

static struct clock hold_clock(int64_t *ms) {
    return (struct clock){.now_ms = read_held_clock, .self = ms};
}

static void every_code_has_a_name_of_its_own_and_an_error_status(void **state) {
    (void)state;
    for (int i = 0; i < ERR__COUNT; i++) {
        err code = (err)i;
        assert_true(strlen(err_name(code)) > 0);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(err_name(code), err_name((err)k));
        }
        assert_int_equal(err_exit_status(code) != 0, code != OK);
        assert_int_equal(err_http_status(code) >= 400, code != OK);
    }
    assert_string_equal(err_name(ERR_NOT_FOUND), "not-found");
    assert_int_equal(err_http_status(ERR_NOT_FOUND), 404);
    assert_int_equal(err_exit_status(ERR_INPUT), 2);
    assert_int_equal(err_http_status((err)99), 500);
}

static void a_problem_is_cut_between_characters(void **state) {
    (void)state;
    struct problem problem = {.line = 9, .column = 9};
    char text[400] = "x";
    for (size_t i = 1; i + 2 < sizeof(text); i += 2) {
        memcpy(text + i, "\xc3\xa9", 3);
    }
    assert_int_equal(problem_set(&problem, ERR_INPUT, text, "%s", text), ERR_INPUT);
    assert_int_equal(strlen(problem.field), 63);
    assert_int_equal(strlen(problem.what), 255);
    assert_true((unsigned char)problem.what[254] == 0xA9);
    assert_int_equal(problem.line | problem.column, 0);
    assert_int_equal(problem_set(&problem, ERR_LIMIT, NULL, "%s", "\xc3\xa9\xc3\xa9"), ERR_LIMIT);
    assert_string_equal(problem.field, "");
}

static void a_problem_is_one_line(void **state) {
    (void)state;
    struct problem problem;
    assert_int_equal(problem_set(&problem, ERR_IO, "", "a\nb\tc\x7f%s", "\x1b[2J"), ERR_IO);
    assert_string_equal(problem.what, "a b c  [2J");
}

static void a_problem_may_be_wrapped_into_itself(void **state) {
    (void)state;
    struct problem problem;
    assert_int_equal(problem_set(&problem, ERR_IO, "file", "disk full"), ERR_IO);
    assert_int_equal(problem_set(&problem, ERR_BUSY, problem.field, "saving: %s", problem.what),
                     ERR_BUSY);
    assert_string_equal(problem.field, "file");
    assert_string_equal(problem.what, "saving: disk full");
    assert_int_equal(problem_set(NULL, ERR_IO, "", "nobody listens"), ERR_IO);
}

static void hexadecimal_digits_are_those_that_printf_writes(void **state) {
    uint64_t value = 0;
    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        char expected[HASH_HEX_BYTES + 1];
        char digits[HASH_HEX_BYTES];
        snprintf(expected, sizeof expected, "%016" PRIx64, value);
        hash_hex(value, digits);
        assert_memory_equal(digits, expected, sizeof digits);
        value = hash_mix(value, i) >> i % 64;
    }
}

static void ids_grow_even_when_the_clock_goes_back(void **state) {
    (void)state;
    int64_t now = INT64_C(1795338000000);
    struct id_source source = id_source_make(hold_clock(&now), 0);
    int64_t last = id_next(&source);
    assert_int_equal(last, (now - INT64_C(1704067200000)) << 12);
    for (int i = 0; i < 10000; i++) {
        now -= i % 3;
        int64_t next = id_next(&source);
        assert_int_equal(next, last + 1);
        last = next;
    }
    now += 3600000;
    assert_true(id_next(&source) > last + 1000);
    assert_true(id_next(&source) < INT64_C(1) << 53);
}

static void ids_go_on_from_the_last_known_one(void **state) {
    (void)state;
    int64_t now = INT64_C(1795338000000);
    int64_t known = (now - INT64_C(1704067200000) + 5) << 12;
    struct id_source source = id_source_make(hold_clock(&now), known);
    assert_int_equal(id_next(&source), known + 1);
}

static void hashes_depend_on_every_byte_the_length_and_the_seed(void **state) {
    (void)state;
    char text[64] = {0};
    for (size_t n = 0; n <= 40; n++) {
        uint64_t plain = hash_bytes(slice_of(text, n), 1);
        assert_true(plain != hash_bytes(slice_of(text, n + 1), 1));
        assert_true(plain != hash_bytes(slice_of(text, n), 2));
        for (size_t i = 0; i < n; i++) {
            text[i] ^= 1;
            assert_true(plain != hash_bytes(slice_of(text, n), 1));
            text[i] ^= 1;
        }
        assert_true(plain == hash_bytes(slice_of(text, n), 1));
    }
}

/* What one call wrote. */
static slice written(int fd, char *text, size_t size) {
    ssize_t n = read(fd, text, size);
    assert_true(n >= 0);
    return slice_of(text, (size_t)n);
}

static void a_log_line_stays_one_line_whatever_comes_in(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int64_t now = INT64_C(1795338000000);
    struct log log = {.fd = ends[1], .least = LOG_INFO, .clock = hold_clock(&now)};
    char text[8192];

    log_line(&log, LOG_WARN, "say \"hi\"\n", "n=%d path=%s", 3,
             log_quote(SLICE("/a\"b\\\r\nlevel=error")).p);
    assert_true(
        slice_equal(written(ends[0], text, sizeof(text)),
                    SLICE("level=warn at=2026-11-22T09:00:00Z msg=\"say \\\"hi\\\"\\x0a\" n=3 "
                          "path=\"/a\\\"b\\\\\\x0d\\x0alevel=error\"\n")));

    log_line(&log, LOG_INFO, "raw", "value=%s", "a\nb\x7f");
    assert_true(slice_ends_with(written(ends[0], text, sizeof(text)), SLICE(" value=a b \n")));

    struct problem problem;
    (void)problem_set(&problem, ERR_CORRUPT, "page", "torn");
    log_line(&log, LOG_DEBUG, "too quiet to be seen", NULL);
    log_problem(&log, "stopped", &problem);
    assert_true(slice_equal(written(ends[0], text, sizeof(text)),
                            SLICE("level=error at=2026-11-22T09:00:00Z msg=\"stopped\" err=corrupt "
                                  "field=\"page\" line=0 column=0 what=\"torn\"\n")));
    assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

static void a_long_value_is_cut_between_characters_and_still_quoted(void **state) {
    (void)state;
    char text[3000];
    for (size_t start = 0; start < 3; start++) {
        memset(text, 'x', sizeof(text));
        for (size_t i = start; i + 3 <= sizeof(text); i += 3) {
            memcpy(text + i, "\xe2\x82\xac", 3);
        }
        struct log_value value = log_quote(slice_of(text, sizeof(text)));
        slice quoted = slice_from_cstr(value.p);
        assert_true(quoted.n < sizeof(value.p) && quoted.n > sizeof(value.p) - 16);
        assert_true(slice_ends_with(quoted, SLICE("...\"")));
        assert_int_equal((quoted.n - 5 - start) % 3, 0);
    }
    memset(text, '\n', sizeof(text));
    assert_true(strlen(log_quote(slice_of(text, sizeof(text))).p) < sizeof(struct log_value));
}

static void nothing_in_a_value_ends_a_line_or_turns_its_direction(void **state) {
    (void)state;
    /* NEL, LINE SEPARATOR, RIGHT-TO-LEFT OVERRIDE, half a character, an overlong slash */
    struct log_value value = log_quote(SLICE("a\xc2\x85"
                                             "b\xe2\x80\xa8"
                                             "c\xe2\x80\xae"
                                             "d\xe2\x82"
                                             "e\xc0\xaf"
                                             "\xc3\xa9"));
    assert_string_equal(value.p, "\"a\\u0085b\\u2028c\\u202ed\\xe2\\x82e\\xc0\\xaf\xc3\xa9\"");
}

static void the_same_line_is_written_as_json(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int64_t now = INT64_C(1795338000000);
    struct log log = {
        .fd = ends[1], .least = LOG_INFO, .format = LOG_JSON, .clock = hold_clock(&now)};
    char text[32768];
    log_line(&log, LOG_WARN, "say \"hi\"\n", "n=%d id=%s zero=%s path=%s open=true odd ", -3,
             "1234567890123456", "007", log_quote(SLICE("/a\"b\\\r\n\xff\xc2\x85")).p);
    assert_true(slice_equal(
        written(ends[0], text, sizeof(text)),
        SLICE(
            "{\"level\":\"warn\",\"at\":\"2026-11-22T09:00:00Z\",\"msg\":\"say \\\"hi\\\"\\n\","
            "\"n\":-3,\"id\":\"1234567890123456\",\"zero\":\"007\","
            "\"path\":\"/a\\\"b\\\\\\u000d\\u000a\\ufffd\\u0085\",\"open\":true,\"odd\":\"\"}\n")));
    log_line(&log, LOG_INFO, "quiet", NULL);
    assert_true(slice_ends_with(written(ends[0], text, sizeof(text)), SLICE("\"quiet\"}\n")));
    /* A caller that quotes by hand gives no broken line either. */
    log_line(&log, LOG_INFO, "raw", "a=\"\\u0000\\ud800\\u2028\"");
    assert_true(slice_ends_with(written(ends[0], text, sizeof(text)),
                                SLICE("\"a\":\"\\\\u0000\\\\ud800\\u2028\"}\n")));
    log_line(&log, LOG_INFO, "raw", "a=\"b\\q\\\" c=\"d\\x1");
    assert_true(slice_ends_with(written(ends[0], text, sizeof(text)),
                                SLICE("\"a\":\"b\\\\q\\\" c=\",\"d\\\\x1\":\"\"}\n")));
    assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

static void fields_that_are_too_long_are_cut_with_a_mark(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int64_t now = INT64_C(1795338000000);
    struct log log = {.fd = ends[1], .least = LOG_INFO, .clock = hold_clock(&now)};
    char text[32768];
    char slashes[1024];
    memset(slashes, '\\', sizeof(slashes));
    slashes[sizeof(slashes) - 1] = '\0';
    struct log_value value = log_quote(slice_from_cstr(slashes));
    for (int json = 0; json < 2; json++) {
        log.format = json ? LOG_JSON : LOG_LOGFMT;
        log_line(&log, LOG_INFO, "long", "a=%s b=%s c=%s d=%s e=%s", value.p, value.p, value.p,
                 value.p, value.p);
        slice line = written(ends[0], text, sizeof(text));
        assert_true(
            slice_ends_with(line, json ? SLICE("\",\"cut\":true}\n") : SLICE("\" cut=true\n")));
        assert_int_equal(slice_find(line, 0, '\n'), line.n - 1);
    }
    assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

static void addresses_are_read_and_compared(void **state) {
    (void)state;
    struct ip_address a;
    struct ip_network n;
    assert_true(address_parse(SLICE("192.0.2.7"), &a) && address_is_ipv4(&a));
    assert_true(network_parse(SLICE("192.0.2.99/24"), &n) && network_contains(&n, &a));
    assert_true(network_parse(SLICE("192.0.2.6"), &n) && !network_contains(&n, &a));
    assert_true(network_parse(SLICE("0.0.0.0/0"), &n) && network_contains(&n, &a));
    assert_true(network_parse(SLICE("::ffff:192.0.2.0/120"), &n) && network_contains(&n, &a));
    assert_true(network_parse(SLICE("2001:db8:0:ff00::/57"), &n));
    assert_true(address_parse(SLICE("2001:db8:0:ff7f::1"), &a) && network_contains(&n, &a));
    assert_true(address_parse(SLICE("2001:db8:0:ff80::1"), &a) && !network_contains(&n, &a));
    assert_true(address_parse(SLICE("::1"), &a) && address_is_loopback(&a));
    assert_true(address_parse(SLICE("127.9.9.9"), &a) && address_is_loopback(&a));
    assert_true(address_parse(SLICE("::ffff:127.0.0.1"), &a) && address_is_loopback(&a));
    assert_true(address_parse(SLICE("172.31.0.1"), &a) && address_is_private(&a));
    assert_true(address_parse(SLICE("fd00::1"), &a) && address_is_private(&a));
    assert_true(address_parse(SLICE("172.32.0.1"), &a) && !address_is_private(&a));
    static const char *const wrong[] = {
        "",           "1.2.3",      "1.2.3.4.5", "1.2.3.256", "localhost",  "fe80::1%e",  "[::1]",
        "1.2.3.4:80", "1.2.3.4/33", "::1/129",   "1.2.3.4/",  "1.2.3.4/-1", "1.2.3.4/ 8", "::/0x8"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        assert_false(network_parse(slice_from_cstr(wrong[i]), &n));
    }
}

static void *read_nice(void *self) {
    *(int *)self = getpriority(PRIO_PROCESS, 0);
    return NULL;
}
static void *give_way(void *self) {
    int *nice_of_next = self;
    pthread_t next;
    thread_give_way();
    assert_int_equal(pthread_create(&next, NULL, read_nice, nice_of_next), 0);
    pthread_join(next, NULL);
    return NULL;
}

static void a_thread_gives_way_with_those_it_begins_and_no_other_does(void **state) {
    (void)state;
    int before = getpriority(PRIO_PROCESS, 0);
    int nice_of_next = before;
    pthread_t behind;
    assert_int_equal(pthread_create(&behind, NULL, give_way, &nice_of_next), 0);
    pthread_join(behind, NULL);
    assert_int_equal(nice_of_next, before + 10 < 19 ? before + 10 : 19);
    assert_int_equal(getpriority(PRIO_PROCESS, 0), before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_name_of_its_own_and_an_error_status),
        cmocka_unit_test(a_problem_is_cut_between_characters),
        cmocka_unit_test(a_problem_is_one_line),
        cmocka_unit_test(a_problem_may_be_wrapped_into_itself),
        cmocka_unit_test(ids_grow_even_when_the_clock_goes_back),
        cmocka_unit_test(ids_go_on_from_the_last_known_one),
        cmocka_unit_test(hashes_depend_on_every_byte_the_length_and_the_seed),
        cmocka_unit_test(hexadecimal_digits_are_those_that_printf_writes),
        cmocka_unit_test(a_log_line_stays_one_line_whatever_comes_in),
        cmocka_unit_test(a_long_value_is_cut_between_characters_and_still_quoted),
        cmocka_unit_test(nothing_in_a_value_ends_a_line_or_turns_its_direction),
        cmocka_unit_test(the_same_line_is_written_as_json),
        cmocka_unit_test(fields_that_are_too_long_are_cut_with_a_mark),
        cmocka_unit_test(addresses_are_read_and_compared),
        cmocka_unit_test(a_thread_gives_way_with_those_it_begins_and_no_other_does),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
