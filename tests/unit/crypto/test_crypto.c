#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

static void a_secret_is_made_once(void **state) {
    (void)state;
    struct crypto_secret one = crypto_secret_make();
    struct crypto_secret other = crypto_secret_make();
    assert_int_equal(strlen(one.text), CRYPTO_SECRET_TEXT);
    assert_int_equal(strspn(one.text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_"),
                     CRYPTO_SECRET_TEXT);
    assert_string_not_equal(one.text, other.text);
    slice texts[] = {slice_from_cstr(one.text), slice_from_cstr(other.text)};
    struct crypto_digest first = crypto_digest(&texts[0], 1);
    struct crypto_digest again = crypto_digest(&texts[0], 1);
    struct crypto_digest second = crypto_digest(&texts[1], 1);
    assert_true(crypto_digest_same(&first, &again));
    assert_false(crypto_digest_same(&first, &second));
}

static void a_code_is_read_as_people_type_it(void **state) {
    (void)state;
    struct crypto_code code;
    assert_true(crypto_code_read(SLICE(" abcd-23 45"), &code));
    assert_string_equal(code.text, "ABCD2345");
    struct crypto_code made = crypto_code_make();
    assert_true(crypto_code_read(slice_from_cstr(made.text), &code));
    assert_string_equal(code.text, made.text);
    static const char *const wrong[] = {"", "ABCD234", "ABCD23456", "ABCD234O", "ABCD234é"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        assert_false(crypto_code_read(slice_from_cstr(wrong[i]), &code));
    }
    assert_false(crypto_code_read(slice_of("ABC\0D2345", 9), &code));
}

static void a_password_fits_its_own_hash_only(void **state) {
    (void)state;
    char hash[CRYPTO_PASSWORD_TEXT];
    assert_int_equal(crypto_password_hash(SLICE("une rivière propre"), hash), OK);
    assert_true(crypto_password_fits(slice_from_cstr(hash), SLICE("une rivière propre")));
    assert_false(crypto_password_fits(slice_from_cstr(hash), SLICE("une rivière sale")));
    assert_false(crypto_password_fits(SLICE_EMPTY, SLICE("")));
    assert_false(crypto_password_fits(SLICE("not a hash"), SLICE("x")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digest_is_blake2b_of_128_bits),
        cmocka_unit_test(digest_of_parts_is_that_of_their_concatenation),
        cmocka_unit_test(start_may_be_called_again),
        cmocka_unit_test(random_numbers_use_every_bit_and_differ),
        cmocka_unit_test(a_secret_is_made_once),
        cmocka_unit_test(a_code_is_read_as_people_type_it),
        cmocka_unit_test(a_password_fits_its_own_hash_only),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, start, NULL);
}
