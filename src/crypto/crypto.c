#include "crypto/crypto.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

err crypto_start(void) {
    return sodium_init() < 0 ? ERR_INTERNAL : OK;
}

struct crypto_digest crypto_digest(const slice *parts, size_t count) {
    crypto_generichash_state state;
    struct crypto_digest digest;
    int failed = crypto_generichash_init(&state, NULL, 0, sizeof(digest.bytes));
    for (size_t i = 0; i < count; i++) {
        failed |= crypto_generichash_update(&state, (const unsigned char *)parts[i].p, parts[i].n);
    }
    failed |= crypto_generichash_final(&state, digest.bytes, sizeof(digest.bytes));
    assert(failed == 0); /* only a wrong digest length can fail, and ours is a constant */
    (void)failed;
    return digest;
}

void crypto_digest_hex(const struct crypto_digest *digest, char out[CRYPTO_DIGEST_HEX + 1]) {
    sodium_bin2hex(out, CRYPTO_DIGEST_HEX + 1, digest->bytes, sizeof(digest->bytes));
}

uint64_t crypto_random_u64(void) {
    uint64_t value;
    randombytes_buf(&value, sizeof(value));
    return value;
}

bool crypto_digest_read(slice bytes, struct crypto_digest *digest) {
    if (bytes.n != CRYPTO_DIGEST_BYTES) {
        return false;
    }
    memcpy(digest->bytes, bytes.p, bytes.n);
    return true;
}

bool crypto_digest_same(const struct crypto_digest *a, const struct crypto_digest *b) {
    return sodium_memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

#define SECRET_BYTES 24
_Static_assert(CRYPTO_SECRET_TEXT == SECRET_BYTES / 3 * 4, "whole groups need no padding");

struct crypto_secret crypto_secret_make(void) {
    unsigned char bytes[SECRET_BYTES];
    struct crypto_secret secret;
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2base64(secret.text, sizeof(secret.text), bytes, sizeof(bytes),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof(bytes));
    return secret;
}

/* Without 0 O, 1 I L: nobody has to ask which one is meant. */
static const char code_letters[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

struct crypto_code crypto_code_make(void) {
    struct crypto_code code = {0};
    for (int i = 0; i < CRYPTO_CODE_TEXT; i++) {
        code.text[i] = code_letters[randombytes_uniform(sizeof(code_letters) - 1)];
    }
    return code;
}

bool crypto_code_read(slice typed, struct crypto_code *code) {
    struct crypto_code read = {0};
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        char letter = typed.p[i];
        if (letter == ' ' || letter == '-') {
            continue;
        }
        letter = letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
        if (n == CRYPTO_CODE_TEXT || letter == '\0' || !strchr(code_letters, letter)) {
            return false;
        }
        read.text[n++] = letter;
    }
    *code = read;
    return n == CRYPTO_CODE_TEXT;
}

/* ---- passwords ---- */

_Static_assert(CRYPTO_PASSWORD_TEXT >= crypto_pwhash_STRBYTES,
               "room for a hash as libsodium has it");

err crypto_password_hash(slice password, char hash[CRYPTO_PASSWORD_TEXT]) {
    return crypto_pwhash_str(hash, password.p, password.n, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                             crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0
               ? OK
               : ERR_MEMORY;
}

/* Of no password that anybody has: what checking costs when there is none. */
static const char nobodys_hash[] = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

bool crypto_password_fits(slice hash, slice password) {
    char text[CRYPTO_PASSWORD_TEXT] = {0};
    bool is_there = hash.n > 0 && hash.n < sizeof(text);
    memcpy(text, is_there ? hash.p : nobodys_hash, is_there ? hash.n : sizeof(nobodys_hash));
    bool fits = crypto_pwhash_str_verify(text, password.p, password.n) == 0;
    return fits && is_there;
}

_Static_assert(sizeof(struct crypto_sha256) >= sizeof(crypto_hash_sha256_state),
               "the sum has room for libsodium's state");

static crypto_hash_sha256_state *sha256_state(struct crypto_sha256 *sum) {
    return (crypto_hash_sha256_state *)(void *)sum->state;
}

struct crypto_sha256 crypto_sha256_begin(void) {
    struct crypto_sha256 sum;
    crypto_hash_sha256_init(sha256_state(&sum));
    return sum;
}

void crypto_sha256_add(struct crypto_sha256 *sum, const void *bytes, size_t n) {
    crypto_hash_sha256_update(sha256_state(sum), bytes, n);
}

void crypto_sha256_hex(struct crypto_sha256 *sum, char out[CRYPTO_SHA256_HEX + 1]) {
    unsigned char bytes[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(sha256_state(sum), bytes);
    sodium_bin2hex(out, CRYPTO_SHA256_HEX + 1, bytes, sizeof(bytes));
}
