/* When a form may come back, by a clock of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "face/web/page/form.h"

#define SHOWN_MS INT64_C(1764000000000)

static struct face face_of(unsigned char key, int64_t least_ms) {
    struct face face = {.form_least_ms = least_ms};
    face.form_key[0] = key;
    return face;
}

/* RULE ROBOT-2 */
static void a_form_comes_back_after_three_seconds_and_within_a_day(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    const struct face face = face_of(1, 3000);
    static const struct {
        int64_t after_ms;
        enum form_pace pace;
    } cases[] = {
        {0, FORM_PACE_SOON},       {2999, FORM_PACE_SOON},     {3000, FORM_PACE_FINE},
        {3600000, FORM_PACE_FINE}, {86400000, FORM_PACE_FINE}, {86400001, FORM_PACE_LATE},
        {-60000, FORM_PACE_SOON}, /* a clock that went back */
    };
    slice since = form_since_make(&face, SHOWN_MS, &arena);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_int_equal(form_since_read(&face, since, SHOWN_MS + cases[i].after_ms),
                         cases[i].pace);
    }
}

static void a_moment_that_we_did_not_sign_is_not_known(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    const struct face face = face_of(1, 3000);
    const struct face other = face_of(2, 3000);
    slice since = form_since_make(&face, SHOWN_MS, &arena);
    int64_t now_ms = SHOWN_MS + 10000;
    assert_int_equal(form_since_read(&other, since, now_ms), FORM_PACE_LATE);
    for (size_t i = 0; i < since.n; i++) {
        char text[64];
        memcpy(text, since.p, since.n);
        text[i] ^= 1;
        assert_int_equal(form_since_read(&face, slice_of(text, since.n), now_ms), FORM_PACE_LATE);
        assert_int_equal(form_since_read(&face, slice_sub(since, 0, i), now_ms), FORM_PACE_LATE);
    }
    static const char *const wrong[] = {"", ".", "0.", "-1.x", "99999999999999999999.x"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        assert_int_equal(form_since_read(&face, slice_from_cstr(wrong[i]), now_ms), FORM_PACE_LATE);
    }
}

static void without_the_setting_nothing_is_asked(void **state) {
    (void)state;
    const struct face face = face_of(1, 0);
    assert_int_equal(form_since_read(&face, SLICE_EMPTY, SHOWN_MS), FORM_PACE_FINE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_comes_back_after_three_seconds_and_within_a_day),
        cmocka_unit_test(a_moment_that_we_did_not_sign_is_not_known),
        cmocka_unit_test(without_the_setting_nothing_is_asked),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
