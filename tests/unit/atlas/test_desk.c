#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "test_atlas.h"

#include "atlas/desk.h"

#define MORE 3 /* than are kept */

static void a_desk_that_was_left_is_taken_again(void **state) {
    (void)state;
    struct atlas_desks desks = {0};
    struct atlas_desk *desk = atlas_desk_take(&desks);
    assert_non_null(desk);
    struct text_stemmer *stemmer = atlas_desk_stemmer(desk);
    assert_non_null(stemmer);
    const struct atlas_desk *first = desk;
    arena_new(&desk->arena, char, 1u << 20)[0] = 'x';
    atlas_desk_leave(&desk);
    desk = atlas_desk_take(&desks);
    assert_ptr_equal(desk, first);
    assert_ptr_equal(atlas_desk_stemmer(desk), stemmer);
    assert_int_equal(desk->arena.used_bytes, 0);
    assert_int_equal(arena_new(&desk->arena, char, 1u << 20)[0], 0);
    atlas_desk_leave(&desk);
    atlas_desks_free(&desks);
}

static void nobody_shares_a_desk_and_more_than_are_kept_are_freed(void **state) {
    (void)state;
    struct atlas_desks desks = {0};
    struct atlas_desk *taken[ATLAS_DESKS_KEPT + MORE];
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < ARRAY_COUNT(taken); i++) {
            taken[i] = atlas_desk_take(&desks);
            assert_non_null(taken[i]);
            for (size_t j = 0; j < i; j++) {
                assert_ptr_not_equal(taken[i], taken[j]);
            }
        }
        for (size_t i = 0; i < ARRAY_COUNT(taken); i++) {
            atlas_desk_leave(&taken[i]); /* a leak of the others is told by the sanitizer */
        }
    }
    for (size_t i = 0; i < ATLAS_DESKS_KEPT; i++) {
        assert_non_null(desks.free[i]);
    }
    atlas_desks_free(&desks);
    assert_null(desks.free[0]);
}

int test_desk(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_desk_that_was_left_is_taken_again),
        cmocka_unit_test(nobody_shares_a_desk_and_more_than_are_kept_are_freed),
    };
    return cmocka_run_group_tests_name("desk", tests, NULL, NULL);
}
