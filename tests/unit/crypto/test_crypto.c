#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/crypto.h"

static int start(void **state) {
    (void)state;
    return crypto_start() == OK ? 0 : -1;
}

static void check_hex(const slice *parts, size_t count, const char *expected) {
    struct crypto_digest digest = crypto_digest(parts, count);
    char hex[CRYPTO_DIGEST_HEX + 1];
    crypto_digest_hex(&digest, hex);
    assert_string_equal(hex, expected);
}

/* Expected values: `b2sum -l 128`. */
static void digest_is_blake2b_of_128_bits(void **state) {
    (void)state;
    check_hex(NULL, 0, "cae66941d9efbd404e4d88758ea67670");
    check_hex(&SLICE("abc"), 1, "cf4ab791c62b8d2b2109c90275287816");
}

static void digest_of_parts_is_that_of_their_concatenation(void **state) {
    (void)state;
    slice parts[] = {SLICE("a"), SLICE_EMPTY, SLICE("bc")};
    check_hex(parts, ARRAY_COUNT(parts), "cf4ab791c62b8d2b2109c90275287816");
}

static void start_may_be_called_again(void **state) {
    (void)state;
    assert_int_equal(crypto_start(), OK);
}

static void random_numbers_use_every_bit_and_differ(void **state) {
    (void)state;
    uint64_t ones = 0;
    uint64_t zeros = 0;
    uint64_t last = crypto_random_u64();
    for (int i = 0; i < 200; i++) {
        uint64_t next = crypto_random_u64();
        assert_true(next != last);
        ones |= next;
        zeros |= ~next;
        last = next;
    }
    assert_true(ones == UINT64_MAX);
    assert_true(zeros == UINT64_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digest_is_blake2b_of_128_bits),
        cmocka_unit_test(digest_of_parts_is_that_of_their_concatenation),
        cmocka_unit_test(start_may_be_called_again),
        cmocka_unit_test(random_numbers_use_every_bit_and_differ),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, start, NULL);
}
