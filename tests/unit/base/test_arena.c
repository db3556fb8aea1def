#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

struct wide {
    _Alignas(64) char byte;
};

static void pieces_are_zeroed_aligned_and_apart(void **state) {
    (void)state;
    ARENA_CLEANUP struct arena arena = arena_make(256, 0);
    unsigned char *pieces[100];
    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++) {
        size_t n = i % 37 + 1;
        pieces[i] = arena_new(&arena, unsigned char, n);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(pieces[i][k], 0);
        }
        memset(pieces[i], (int)i, n);
        assert_int_equal((uintptr_t)arena_new(&arena, double, 1) % _Alignof(double), 0);
        assert_int_equal((uintptr_t)arena_new(&arena, struct wide, 1) % 64, 0);
    }
    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++) {
        assert_int_equal(pieces[i][i % 37], i); /* nobody wrote over it */
    }
}

static void a_large_piece_leaves_the_rest_of_the_block_in_use(void **state) {
    (void)state;
    ARENA_CLEANUP struct arena arena = arena_make(4096, 0);
    char *before = arena_new(&arena, char, 16);
    char *large = arena_new(&arena, char, 100000);
    large[99999] = 'x';
    char *after = arena_new(&arena, char, 16);
    assert_true(after > before && after < before + 4096);
    assert_int_equal(arena.used_bytes, 100032);
}

static void a_size_from_input_is_refused_beyond_the_limit(void **state) {
    (void)state;
    ARENA_CLEANUP struct arena arena = arena_make(1024, 10000);
    assert_non_null(arena_try(&arena, char, 6000));
    assert_null(arena_try(&arena, char, 4001));
    assert_non_null(arena_try(&arena, char, 4000));
    assert_null(arena_try(&arena, char, 1));
    arena_reset(&arena);
    assert_non_null(arena_try(&arena, char, 10000));
}

static void a_size_that_overflows_is_refused(void **state) {
    (void)state;
    ARENA_CLEANUP struct arena arena = arena_make(1024, 0);
    assert_null(arena_try(&arena, uint64_t, SIZE_MAX / 4));
    assert_null(arena_try(&arena, char, SIZE_MAX));
    assert_null(arena_try(&arena, char, SIZE_MAX - 64));
    assert_non_null(arena_try(&arena, char, 1));
}

static void a_recycled_arena_has_room_for_all_in_one_block_unless_that_is_too_much(void **state) {
    (void)state;
    ARENA_CLEANUP struct arena arena = arena_make(4096, 0);
    for (int round = 0; round < 2; round++) {
        char *before = NULL;
        for (int i = 0; i < 10; i++) {
            char *piece = arena_new(&arena, char, 10000);
            assert_int_equal(piece[9999], 0);
            memset(piece, 'x', 10000);
            if (round) { /* in one block, one behind the other */
                assert_true(!before || (piece > before && piece < before + 10100));
            }
            before = piece;
        }
        arena_recycle(&arena, 200000);
        assert_int_equal(arena.used_bytes, 0);
        assert_true(arena.block_bytes >= 100000);
    }
    size_t block_bytes = arena.block_bytes;
    for (int i = 0; i < 100; i++) {
        assert_non_null(arena_try(&arena, char, 10000));
    }
    arena_recycle(&arena, 200000);
    assert_int_equal(arena.block_bytes, block_bytes);
    assert_int_equal(arena_new(&arena, char, 100)[99], 0);
}

static void after_a_reset_memory_is_zeroed_again(void **state) {
    (void)state;
    ARENA_CLEANUP struct arena arena = arena_make(1024, 0);
    for (int round = 0; round < 5; round++) {
        unsigned char *small = arena_new(&arena, unsigned char, 500);
        unsigned char *large = arena_new(&arena, unsigned char, 5000);
        assert_int_equal(small[499] | large[4999], 0);
        memset(small, 0xFF, 500);
        memset(large, 0xFF, 5000);
        arena_reset(&arena);
        assert_int_equal(arena.used_bytes, 0);
    }
}

static void copies_end_with_a_nul_behind_them(void **state) {
    (void)state;
    ARENA_CLEANUP struct arena arena = arena_make(64, 0);
    slice copy = arena_copy(&arena, SLICE("eau"));
    assert_int_equal(copy.n, 3);
    assert_string_equal(copy.p, "eau");
    assert_string_equal(arena_cstr(&arena, (slice){NULL, 0}), "");
    slice text = arena_printf(&arena, "%s-%d", "com", 73065);
    assert_true(slice_equal(text, SLICE("com-73065")));
    slice wide = arena_printf(&arena, "%300d|", 1);
    assert_int_equal(wide.n, 301);
    assert_true(slice_ends_with(wide, SLICE(" 1|")));
}

static void parts_are_joined_in_their_order(void **state) {
    (void)state;
    ARENA_CLEANUP struct arena arena = arena_make(64, 0);
    slice path = arena_concat_of(&arena, SLICE("/themes/"), (slice){NULL, 0}, SLICE("food"));
    assert_string_equal(path.p, "/themes/food");
    assert_int_equal(path.n, 12);
    assert_string_equal(arena_join(&arena, path, SLICE("?")).p, "/themes/food?");
}

/* What is put together without printf reads as if printf had done it. */
#define CHECK_FORMAT(...)                                                                          \
    do {                                                                                           \
        char expected[1024];                                                                       \
        snprintf(expected, sizeof expected, __VA_ARGS__);                                          \
        slice made = arena_printf(&arena, __VA_ARGS__);                                            \
        assert_string_equal(made.p, expected);                                                     \
        assert_int_equal(made.n, strlen(expected));                                                \
    } while (0)

static void a_formatted_text_is_what_printf_makes_of_it(void **state) {
    (void)state;
    ARENA_CLEANUP struct arena arena = arena_make(64, 0);
    char long_text[600];
    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    CHECK_FORMAT("%s", "");
    CHECK_FORMAT("100%% of %s, %.*s|%.*s", "all", 3, "waters", 9, "short");
    CHECK_FORMAT("%d %d %u %c", INT_MIN, INT_MAX, UINT_MAX, '~');
    CHECK_FORMAT("%lld %lld %llu %zu", LLONG_MIN, LLONG_MAX, ULLONG_MAX, SIZE_MAX);
    CHECK_FORMAT("%s%5d|%-5d|%05.1f|%x|%ld|%.2s", "a", 1, 2, 3.25, 255U, -5L, "xyz");
    CHECK_FORMAT("%.*s%s", -1, "whole", "!");
    CHECK_FORMAT("%s", long_text);
    CHECK_FORMAT("%.*s", 255, long_text);
    CHECK_FORMAT("%.*s", 256, long_text);
    CHECK_FORMAT("%s and %s", long_text + 300, long_text + 300);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(a_large_piece_leaves_the_rest_of_the_block_in_use),
        cmocka_unit_test(a_size_from_input_is_refused_beyond_the_limit),
        cmocka_unit_test(a_size_that_overflows_is_refused),
        cmocka_unit_test(after_a_reset_memory_is_zeroed_again),
        cmocka_unit_test(a_recycled_arena_has_room_for_all_in_one_block_unless_that_is_too_much),
        cmocka_unit_test(copies_end_with_a_nul_behind_them),
        cmocka_unit_test(parts_are_joined_in_their_order),
        cmocka_unit_test(a_formatted_text_is_what_printf_makes_of_it),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
