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

/* Eight digits at a time: each half byte gets a byte of its own, those above 9 become letters. */
static uint64_t hex_of_half(uint32_t half) {
    uint64_t spread = __builtin_bswap64(half) >> 32;
    spread = (spread | spread << 16) & UINT64_C(0x0000ffff0000ffff);
    spread = (spread | spread << 8) & UINT64_C(0x00ff00ff00ff00ff);
    spread = (spread >> 4 | spread << 8) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    uint64_t letters = (spread + UINT64_C(0x0606060606060606)) >> 4 & UINT64_C(0x0101010101010101);
    return spread + UINT64_C(0x3030303030303030) + letters * ('a' - '0' - 10);
}

void hash_hex(uint64_t value, char digits[HASH_HEX_BYTES]) {
    uint64_t halves[2] = {hex_of_half((uint32_t)(value >> 32)), hex_of_half((uint32_t)value)};
    memcpy(digits, halves, sizeof halves);
}
