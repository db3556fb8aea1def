/* Settings and the words of commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/command.h"
#include "app/settings_int.h"

static int nothing(const struct command_words *words) {
    (void)words;
    return 0;
}

static const struct command_option options[] = {
    {"--data", "DIR", "agora-data", "folder"},
    {"--dry-run", NULL, NULL, "switch"},
};
static const struct command command = {.name = "try",
                                       .rest = "FILE",
                                       .rest_min = 1,
                                       .rest_max = 1,
                                       .help = "help",
                                       .options = options,
                                       .option_count = ARRAY_COUNT(options),
                                       .run = nothing};

static err parse(int count, const char *const *words, struct command_words *parsed,
                 struct problem *problem) {
    *problem = (struct problem){0};
    return command_parse(&command, count, words, parsed, problem);
}

static void an_option_takes_its_value_from_the_next_word_or_after_equals(void **state) {
    (void)state;
    struct command_words parsed;
    struct problem problem;
    const char *apart[] = {"--data", "x", "file"};
    assert_int_equal(parse(3, apart, &parsed, &problem), OK);
    assert_string_equal(command_value(&command, &parsed, "--data"), "x");
    assert_string_equal(parsed.rest[0], "file");
    const char *joined[] = {"--data=y", "file"};
    assert_int_equal(parse(2, joined, &parsed, &problem), OK);
    assert_string_equal(command_value(&command, &parsed, "--data"), "y");
    assert_null(command_value(&command, &parsed, "--dry-run"));
}

static void an_option_left_out_has_its_default(void **state) {
    (void)state;
    struct command_words parsed;
    struct problem problem;
    const char *words[] = {"--dry-run", "-"};
    assert_int_equal(parse(2, words, &parsed, &problem), OK);
    assert_string_equal(command_value(&command, &parsed, "--data"), "agora-data");
    assert_string_equal(command_value(&command, &parsed, "--dry-run"), "1");
    assert_string_equal(parsed.rest[0], "-");
}

static void wrong_words_are_named(void **state) {
    (void)state;
    struct command_words parsed;
    struct problem problem;
    const char *unknown[] = {"--dta", "x", "file"};
    assert_int_equal(parse(3, unknown, &parsed, &problem), ERR_INPUT);
    assert_non_null(strstr(problem.what, "--dta"));
    const char *without[] = {"file", "--data"};
    assert_int_equal(parse(2, without, &parsed, &problem), ERR_INPUT);
    assert_non_null(strstr(problem.what, "--data DIR"));
    const char *value[] = {"--dry-run=yes", "file"};
    assert_int_equal(parse(2, value, &parsed, &problem), ERR_INPUT);
    const char *many[] = {"file", "other"};
    assert_int_equal(parse(2, many, &parsed, &problem), ERR_INPUT);
    assert_non_null(strstr(problem.what, "other"));
    assert_int_equal(parse(0, NULL, &parsed, &problem), ERR_INPUT);
    assert_non_null(strstr(problem.what, "FILE"));
}

static void words_after_two_dashes_are_no_options(void **state) {
    (void)state;
    struct command_words parsed;
    struct problem problem;
    const char *words[] = {"--", "--data"};
    assert_int_equal(parse(2, words, &parsed, &problem), OK);
    assert_string_equal(parsed.rest[0], "--data");
}

static void settings_left_out_have_their_defaults(void **state) {
    (void)state;
    struct settings settings;
    struct problem problem = {0};
    assert_int_equal(settings_parse(SLICE("# nothing\n\n  threads = 3 \n"), &settings, &problem),
                     OK);
    assert_int_equal(settings.threads, 3);
    assert_true(slice_equal(settings.listen, SLICE("127.0.0.1:8080")));
    assert_true(slice_equal(settings.site_name, SLICE("Agora")));
}

static void a_wrong_setting_is_named_with_its_line(void **state) {
    (void)state;
    struct settings settings;
    struct problem problem = {0};
    assert_int_equal(settings_parse(SLICE("threads = 2\nlissten = y\n"), &settings, &problem),
                     ERR_INPUT);
    assert_int_equal(problem.line, 2);
    assert_non_null(strstr(problem.what, "unknown key \"lissten\"; is listen meant?"));
    assert_int_equal(settings_parse(SLICE("threads = 65\n"), &settings, &problem), ERR_INPUT);
    assert_int_equal(problem.line, 1);
    assert_string_equal(problem.field, "threads");
    assert_int_equal(settings_parse(SLICE("just words\n"), &settings, &problem), ERR_INPUT);
}

static void every_fault_of_a_file_is_said_at_once(void **state) {
    (void)state;
    struct settings settings;
    struct settings_findings findings;
    settings_check(SLICE("\xef\xbb\xbflog_level = loud\r\n"
                         "# a comment\r\n"
                         "trusted_proxies = 10.0.0.0/8, proxy.example\r\n"
                         "threads = 4 # cores\n"
                         "site_name = \"Agora\"\n"
                         "site_name = Agora\n"
                         "listen =\n"
                         "contact_email = nobody\n"
                         "base_url = https://a.example/\n"
                         "sandbox = yes\n"
                         "publisher_name = caf\xe9\n"
                         "publisher_address = a\x1b[2J\n"
                         "wholly_other = 1\n"
                         "metrics_from =\n"),
                   &settings, &findings);
    static const struct {
        uint64_t line;
        bool is_warning;
        const char *says;
    } expected[] = {
        {1, false, "must be one of: debug info warn error, not \"loud\""},
        {3, false, "host names are not looked up"},
        {4, false, "0 to 64 alone (a comment needs its own line), not \"4 # cores\""},
        {5, true, "the quotes are part of the value"},
        {6, false, "stands in line 5 already"},
        {7, false, "listen must not be empty; put # in front"},
        {8, false, "one e-mail address"},
        {9, false, "no final slash"},
        {10, false, "must be one of: on off"},
        {11, false, "save the file as UTF-8"},
        {12, false, "control byte 0x1b"},
        {13, false, "'agora config' lists all"},
    };
    assert_int_equal(findings.count, ARRAY_COUNT(expected));
    assert_int_equal(findings.errors, ARRAY_COUNT(expected) - 1);
    for (size_t i = 0; i < findings.count; i++) {
        assert_int_equal(findings.items[i].problem.line, expected[i].line);
        assert_int_equal(findings.items[i].is_warning, expected[i].is_warning);
        assert_non_null(strstr(findings.items[i].problem.what, expected[i].says));
    }
}

static void more_faults_than_are_kept_are_counted(void **state) {
    (void)state;
    struct buf text BUF_CLEANUP = buf_new(8192);
    for (size_t i = 0; i < SETTINGS_FINDINGS_MAX + 10; i++) {
        buf_add_cstr(&text, "x = 1\n");
    }
    struct settings settings;
    struct settings_findings findings;
    settings_check(buf_slice(&text), &settings, &findings);
    assert_int_equal(findings.count, SETTINGS_FINDINGS_MAX);
    assert_int_equal(findings.errors, SETTINGS_FINDINGS_MAX + 10);
}

static void nothing_of_a_file_moves_the_cursor_of_who_reads_the_fault(void **state) {
    (void)state;
    struct settings settings;
    struct problem problem = {0};
    assert_int_equal(settings_parse(SLICE("\x1b[2J\xc2\x9b\xff = 1\n"), &settings, &problem),
                     ERR_INPUT);
    for (const char *p = problem.what; *p; p++) {
        assert_true(*p >= 0x20 && *p < 0x7f);
    }
    char key[4000];
    memset(key, '"', sizeof key);
    struct setting_shown shown = setting_show(slice_of(key, sizeof key));
    assert_true(strlen(shown.p) < sizeof shown.p);
    assert_non_null(strstr(shown.p, "..."));
}

static void the_nearest_key_is_near(void **state) {
    (void)state;
    static const char *const known[] = {"listen", "base_url", "trusted_proxies", "threads"};
    assert_string_equal(setting_nearest(SLICE("trusted_proxy"), known, 4), "trusted_proxies");
    assert_string_equal(setting_nearest(SLICE("Listen"), known, 4), "listen");
    assert_string_equal(setting_nearest(SLICE("baseurl"), known, 4), "base_url");
    assert_null(setting_nearest(SLICE("colour"), known, 4));
    assert_null(setting_nearest(SLICE(""), known, 4));
}

static void choices_and_networks_are_read(void **state) {
    (void)state;
    struct settings settings;
    struct problem problem = {0};
    assert_int_equal(settings_parse(SLICE("log_level = warn\nlog_format=json\nsandbox = off\n"
                                          "metrics = off\nlog_requests = all\n"
                                          "trusted_proxies = ::1, 10.0.0.0/8,\n"),
                                    &settings, &problem),
                     OK);
    assert_int_equal(settings.log_level, LOG_WARN);
    assert_int_equal(settings.log_format, LOG_JSON);
    assert_int_equal(settings.sandbox, 1);
    assert_int_equal(settings.metrics, SETTING_METRICS_OFF);
    assert_int_equal(settings.log_requests, SETTING_REQUESTS_ALL);
    struct ip_network networks[4];
    assert_int_equal(settings_networks(settings.trusted_proxies, networks, 4), 2);
    assert_int_equal(networks[1].prefix, 104);
}

static void a_base_url_that_is_no_address_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"base_url = nonsense", "base_url = https://",
                                        "base_url = https://a.example/", "base_url = \"http://x",
                                        "base_url = http://a b"};
    struct settings settings;
    struct problem problem = {0};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        assert_int_equal(settings_parse(slice_from_cstr(wrong[i]), &settings, &problem), ERR_INPUT);
    }
    assert_int_equal(
        settings_parse(SLICE("base_url = https://a.example:8443/x"), &settings, &problem), OK);
}

static void the_documented_file_is_itself_understood(void **state) {
    (void)state;
    struct buf text BUF_CLEANUP = buf_new(64 * 1024);
    settings_document(&text);
    /* Every default written out, as someone does who takes the comment signs away. */
    struct buf plain BUF_CLEANUP = buf_new(64 * 1024);
    slice rest = buf_slice(&text);
    slice line;
    size_t keys = 0;
    while (slice_cut(&rest, '\n', &line)) {
        if (line.n > 1 && line.p[0] == '#' && line.p[1] != ' ') {
            buf_add(&plain, slice_sub(line, 1, line.n));
            buf_add_char(&plain, '\n');
            keys++;
        }
    }
    struct settings settings;
    struct problem problem = {0};
    assert_int_equal(settings_parse(buf_slice(&plain), &settings, &problem), OK);
    assert_true(keys >= 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_option_takes_its_value_from_the_next_word_or_after_equals),
        cmocka_unit_test(an_option_left_out_has_its_default),
        cmocka_unit_test(wrong_words_are_named),
        cmocka_unit_test(words_after_two_dashes_are_no_options),
        cmocka_unit_test(settings_left_out_have_their_defaults),
        cmocka_unit_test(a_wrong_setting_is_named_with_its_line),
        cmocka_unit_test(every_fault_of_a_file_is_said_at_once),
        cmocka_unit_test(more_faults_than_are_kept_are_counted),
        cmocka_unit_test(nothing_of_a_file_moves_the_cursor_of_who_reads_the_fault),
        cmocka_unit_test(the_nearest_key_is_near),
        cmocka_unit_test(choices_and_networks_are_read),
        cmocka_unit_test(a_base_url_that_is_no_address_is_refused),
        cmocka_unit_test(the_documented_file_is_itself_understood),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("app", tests, NULL, NULL);
}
