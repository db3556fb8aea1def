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
