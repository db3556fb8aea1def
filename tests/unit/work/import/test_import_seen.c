/* Identifiers met in a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "work/import/seen_int.h"

#include <stdio.h>

#define MANY 200000

static slice numbered(char *room, size_t size, unsigned number) {
    int n = snprintf(room, size, "key-%u", number);
    return slice_of(room, (size_t)n);
}

static void an_identifier_is_new_once_then_the_same_or_another(void **state) {
    (void)state;
    struct seen seen = seen_make();
    enum seen_before before;
    assert_false(seen_has(&seen, SLICE("a")));
    assert_int_equal(seen_add(&seen, SLICE("a"), SLICE("one"), &before), OK);
    assert_int_equal(before, SEEN_NEVER);
    assert_true(seen_has(&seen, SLICE("a")));
    assert_false(seen_has(&seen, SLICE("b")));
    assert_int_equal(seen_add(&seen, SLICE("a"), SLICE("one"), &before), OK);
    assert_int_equal(before, SEEN_SAME);
    assert_int_equal(seen_add(&seen, SLICE("a"), SLICE("two"), &before), OK);
    assert_int_equal(before, SEEN_OTHER);
    assert_int_equal(seen_add(&seen, SLICE("a"), SLICE("one"), &before), OK);
    assert_int_equal(before, SEEN_SAME); /* the first content counts */
    seen_free(&seen);
}

static void many_identifiers_stay_known_while_it_grows(void **state) {
    (void)state;
    struct seen seen = seen_make();
    enum seen_before before;
    char room[32];
    for (unsigned i = 0; i < MANY; i++) {
        slice key = numbered(room, sizeof room, i);
        assert_int_equal(seen_add(&seen, key, key, &before), OK);
        assert_int_equal(before, SEEN_NEVER);
    }
    for (unsigned i = 0; i < MANY; i++) {
        slice key = numbered(room, sizeof room, i);
        assert_int_equal(seen_add(&seen, key, i % 2 == 0 ? key : SLICE("other"), &before), OK);
        assert_int_equal(before, i % 2 == 0 ? SEEN_SAME : SEEN_OTHER);
    }
    for (unsigned i = MANY; i < 2 * MANY; i++) {
        assert_false(seen_has(&seen, numbered(room, sizeof room, i)));
    }
    assert_in_range(seen_bytes(&seen), 12 * MANY, 20 * MANY);
    seen_free(&seen);
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_identifier_is_new_once_then_the_same_or_another),
        cmocka_unit_test(many_identifiers_stay_known_while_it_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
