/* Settings and the words of commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/command.h"
#include "app/settings.h"

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
    assert_int_equal(settings_parse(SLICE("listen = x\nlissten = y\n"), &settings, &problem),
                     ERR_INPUT);
    assert_int_equal(problem.line, 2);
    assert_non_null(strstr(problem.what, "lissten"));
    assert_int_equal(settings_parse(SLICE("threads = 65\n"), &settings, &problem), ERR_INPUT);
    assert_int_equal(problem.line, 1);
    assert_int_equal(settings_parse(SLICE("just words\n"), &settings, &problem), ERR_INPUT);
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
    assert_true(keys >= 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_option_takes_its_value_from_the_next_word_or_after_equals),
        cmocka_unit_test(an_option_left_out_has_its_default),
        cmocka_unit_test(wrong_words_are_named),
        cmocka_unit_test(words_after_two_dashes_are_no_options),
        cmocka_unit_test(settings_left_out_have_their_defaults),
        cmocka_unit_test(a_wrong_setting_is_named_with_its_line),
        cmocka_unit_test(a_base_url_that_is_no_address_is_refused),
        cmocka_unit_test(the_documented_file_is_itself_understood),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("app", tests, NULL, NULL);
}
