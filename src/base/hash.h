/* A fast 64-bit hash for tables and tags inside one process or file; not for secrets. */
#ifndef AGORA_BASE_HASH_H
#define AGORA_BASE_HASH_H

#include "base/slice.h"

uint64_t hash_bytes(slice bytes, uint64_t seed);
uint64_t hash_mix(uint64_t a, uint64_t b);

/* 16 hexadecimal digits, lower case; no NUL. */
#define HASH_HEX_BYTES 16
void hash_hex(uint64_t value, char digits[HASH_HEX_BYTES]);

#endif
