/* A cursor is base64url of: a version byte, then big-endian generation, query hash, time, key,
 * entry id, ask, and the title key. */
#include "atlas/rank.h"

#include <string.h>

#define CURSOR_VERSION     1
#define CURSOR_FIXED_BYTES (1 + 5 * 8 + 4)
#define CURSOR_BYTES_MAX   (CURSOR_FIXED_BYTES + ATLAS_TITLE_KEY_BYTES)

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

uint64_t atlas_cursor_query(const struct atlas_request *request) {
    struct query query = *request->query;
    query.cursor = SLICE_EMPTY;
    query.limit = QUERY_LIMIT_DEFAULT;
    BUF_CLEANUP struct buf text = buf_new(4 * QUERY_TEXT_MAX);
    query_format(&query, &text);
    return hash_bytes(buf_slice(&text),
                      (request->fold ? 1u : 0u) | (request->seven_kinds ? 2u : 0u));
}

static void put(uint8_t **to, uint64_t value, unsigned bytes) {
    for (unsigned i = bytes; i-- > 0;) {
        *(*to)++ = (uint8_t)(value >> (8 * i));
    }
}

static uint64_t get(const uint8_t **from, unsigned bytes) {
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value = value << 8 | *(*from)++;
    }
    return value;
}

slice atlas_cursor_write(const struct atlas_cursor *cursor, struct arena *arena) {
    uint8_t bytes[CURSOR_BYTES_MAX] = {CURSOR_VERSION};
    uint8_t *to = bytes + 1;
    put(&to, cursor->generation, 8);
    put(&to, cursor->query, 8);
    put(&to, (uint64_t)cursor->now_ms, 8);
    put(&to, cursor->place.key, 8);
    put(&to, (uint64_t)cursor->place.entry, 8);
    put(&to, cursor->place.ask, 4);
    size_t n = cursor->place.title.n;
    if (n) {
        memcpy(to, cursor->place.title.p, n);
    }
    n += CURSOR_FIXED_BYTES;
    char *text = arena_new(arena, char, n * 4 / 3 + 4);
    size_t length = 0;
    uint32_t held = 0;
    unsigned held_bits = 0;
    for (size_t i = 0; i < n; i++) {
        held = held << 8 | bytes[i];
        for (held_bits += 8; held_bits >= 6; held_bits -= 6) {
            text[length++] = alphabet[held >> (held_bits - 6) & 63];
        }
    }
    if (held_bits) {
        text[length++] = alphabet[held << (6 - held_bits) & 63];
    }
    return slice_of(text, length);
}

err atlas_cursor_read(slice text, struct arena *arena, struct atlas_cursor *cursor) {
    uint8_t bytes[CURSOR_BYTES_MAX];
    size_t n = 0;
    uint32_t held = 0;
    unsigned held_bits = 0;
    for (size_t i = 0; i < text.n; i++) {
        const char *digit = text.p[i] ? strchr(alphabet, text.p[i]) : NULL;
        if (!digit) {
            return ERR_INPUT;
        }
        held = held << 6 | (uint32_t)(digit - alphabet);
        held_bits += 6;
        if (held_bits >= 8) {
            if (n == sizeof(bytes)) {
                return ERR_INPUT;
            }
            held_bits -= 8;
            bytes[n++] = (uint8_t)(held >> held_bits);
        }
    }
    if (n < CURSOR_FIXED_BYTES || bytes[0] != CURSOR_VERSION) {
        return ERR_INPUT;
    }
    const uint8_t *from = bytes + 1;
    *cursor = (struct atlas_cursor){0};
    cursor->generation = get(&from, 8);
    cursor->query = get(&from, 8);
    cursor->now_ms = (int64_t)get(&from, 8);
    cursor->place.key = get(&from, 8);
    cursor->place.entry = (int64_t)get(&from, 8);
    cursor->place.ask = (uint32_t)get(&from, 4);
    cursor->place.title = arena_copy(arena, slice_of((const char *)from, n - CURSOR_FIXED_BYTES));
    return OK;
}
