#include "base/hash.h"

#include <string.h>

__extension__ typedef unsigned __int128 u128;

/* The folded 64x64->128 multiplication of wyhash and its kin: passes SMHasher in such hashes, a few
 * cycles a word. */
uint64_t hash_mix(uint64_t a, uint64_t b) {
    u128 product = (u128)(a ^ UINT64_C(0x2d358dccaa6c78a5)) * (b ^ UINT64_C(0x8bb84b93962eacc9));
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t read_u64(const char *p) {
    uint64_t word;
    memcpy(&word, p, sizeof(word));
    return word;
}

uint64_t hash_bytes(slice bytes, uint64_t seed) {
    const char *p = bytes.p;
    size_t n = bytes.n;
    uint64_t state = hash_mix(seed, UINT64_C(0x9e3779b97f4a7c15) ^ n);
    for (; n >= 16; n -= 16, p += 16) {
        state = hash_mix(read_u64(p) ^ state, read_u64(p + 8));
    }
    uint64_t tail[2] = {0, 0};
    if (n) {
        memcpy(tail, p, n);
    }
    return hash_mix(hash_mix(tail[0] ^ state, tail[1] ^ bytes.n), state);
}

void hash_hex(uint64_t value, char digits[HASH_HEX_BYTES]) {
    static const char hex[] = "0123456789abcdef";
    for (size_t i = HASH_HEX_BYTES; i-- > 0; value >>= 4) {
        digits[i] = hex[value & 15];
    }
}
