/* crypto: what must hold against someone who tries. libsodium behind it. */
#ifndef AGORA_CRYPTO_H
#define AGORA_CRYPTO_H

#include "base/base.h"

MUST_USE err crypto_start(void); /* once per process, before anything else here */

#define CRYPTO_DIGEST_BYTES 16
#define CRYPTO_DIGEST_HEX   (2 * CRYPTO_DIGEST_BYTES)
struct crypto_digest {
    unsigned char bytes[CRYPTO_DIGEST_BYTES];
};
/* BLAKE2b, 128 bits, over the parts in turn. */
struct crypto_digest crypto_digest(const slice *parts, size_t count);
void crypto_digest_hex(const struct crypto_digest *digest, char out[CRYPTO_DIGEST_HEX + 1]);
uint64_t crypto_random_u64(void);
/* Its bytes, as the store keeps them, and back: false when that is none. */
static inline slice crypto_digest_slice(const struct crypto_digest *digest) {
    return slice_of((const char *)digest->bytes, CRYPTO_DIGEST_BYTES);
}
bool crypto_digest_read(slice bytes, struct crypto_digest *digest);
/* In a time that does not depend on where they differ. */
bool crypto_digest_same(const struct crypto_digest *a, const struct crypto_digest *b);

/* What only its holder knows: 192 random bits as text for addresses and cookies (RFC 4648, 5). The
 * store keeps crypto_digest of it, never itself. */
#define CRYPTO_SECRET_TEXT 32
struct crypto_secret {
    char text[CRYPTO_SECRET_TEXT + 1];
};
struct crypto_secret crypto_secret_make(void);
/* A secret that somebody can read out and type: letters and digits that are not taken for one
 * another, 31 of them. As typed (lower case, spaces, hyphens) it becomes the same again. */
#define CRYPTO_CODE_TEXT 8
struct crypto_code {
    char text[CRYPTO_CODE_TEXT + 1];
};
struct crypto_code crypto_code_make(void);
/* False when it cannot be one. */
bool crypto_code_read(slice typed, struct crypto_code *code);

/* Passwords: Argon2id (RFC 9106) with libsodium's parameters for somebody who waits: about 64 MB
 * and a tenth of a second each, so neither on the writer's thread nor without a limit of tries. */
#define CRYPTO_PASSWORD_TEXT 128
MUST_USE err crypto_password_hash(slice password, char hash[CRYPTO_PASSWORD_TEXT]); /* ERR_MEMORY */
/* An empty hash takes as long and never fits: nobody learns whether there is a password. */
bool crypto_password_fits(slice hash, slice password);

/* SHA-256 (FIPS 180-4) of bytes that come in pieces: what `sha256sum` gives. */
#define CRYPTO_SHA256_HEX 64
struct crypto_sha256 {
    _Alignas(8) unsigned char state[112];
};
struct crypto_sha256 crypto_sha256_begin(void);
void crypto_sha256_add(struct crypto_sha256 *sum, const void *bytes, size_t n);
/* Ends the sum; lower-case digits and a NUL. */
void crypto_sha256_hex(struct crypto_sha256 *sum, char out[CRYPTO_SHA256_HEX + 1]);

#endif
