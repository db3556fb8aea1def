#include "crypto/crypto.h"

#include <assert.h>
#include <sodium.h>

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
