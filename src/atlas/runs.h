/* The kept words as bytes. A run is its field and how many words it has, then a code for each word:
 * the place of its term among all terms by how often they are used. A code below 192 takes one
 * byte, the next 14,336 take two, the next 458,752 three, the rest five. */
#ifndef AGORA_ATLAS_RUNS_H
#define AGORA_ATLAS_RUNS_H

#include "atlas/segment.h"

#define ATLAS_CODE_TWO   UINT32_C(192)    /* the first code of two bytes, and their first byte */
#define ATLAS_CODE_THREE UINT32_C(14528)  /* the first code of three */
#define ATLAS_CODE_FIVE  UINT32_C(473280) /* the first code of five */
#define ATLAS_RUN_SHORT  31u              /* a run of fewer words has a header of one byte */
_Static_assert(ATLAS_FIELD__COUNT <= 8, "a field has three bits");

static inline unsigned atlas_code_bytes(uint32_t code) {
    return code < ATLAS_CODE_TWO ? 1 : code < ATLAS_CODE_THREE ? 2 : code < ATLAS_CODE_FIVE ? 3 : 5;
}

/* Returns where the next byte goes. */
static inline uint8_t *atlas_code_write(uint8_t *to, uint32_t code) {
    if (code < ATLAS_CODE_TWO) {
        *to++ = (uint8_t)code;
    } else if (code < ATLAS_CODE_THREE) {
        code -= ATLAS_CODE_TWO;
        *to++ = (uint8_t)(192 + (code >> 8));
        *to++ = (uint8_t)code;
    } else if (code < ATLAS_CODE_FIVE) {
        code -= ATLAS_CODE_THREE;
        *to++ = (uint8_t)(248 + (code >> 16));
        *to++ = (uint8_t)(code >> 8);
        *to++ = (uint8_t)code;
    } else {
        *to++ = 255;
        for (int shift = 24; shift >= 0; shift -= 8) {
            *to++ = (uint8_t)(code >> shift);
        }
    }
    return to;
}

static inline uint32_t atlas_code_read(const uint8_t **at) {
    const uint8_t *p = *at;
    uint32_t first = *p;
    if (first < 192) {
        *at = p + 1;
        return first;
    }
    if (first < 248) {
        *at = p + 2;
        return ATLAS_CODE_TWO + ((first - 192) << 8 | p[1]);
    }
    if (first < 255) {
        *at = p + 3;
        return ATLAS_CODE_THREE + ((first - 248) << 16 | (uint32_t)p[1] << 8 | p[2]);
    }
    *at = p + 5;
    return (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 8 | p[4];
}

static inline unsigned atlas_run_header_bytes(uint32_t count) {
    return count < ATLAS_RUN_SHORT ? 1 : 1 + atlas_code_bytes(count - ATLAS_RUN_SHORT);
}
static inline uint8_t *atlas_run_header_write(uint8_t *to, enum atlas_field field, uint32_t count) {
    uint32_t told = count < ATLAS_RUN_SHORT ? count : ATLAS_RUN_SHORT;
    *to++ = (uint8_t)((unsigned)field << 5 | told);
    return told < ATLAS_RUN_SHORT ? to : atlas_code_write(to, count - ATLAS_RUN_SHORT);
}

/* The kept words of a document: `for (runs = atlas_runs_of(…); atlas_runs_next(&runs);)` goes from
 * run to run; the `count` words of each are taken with atlas_run_word, all of them. */
struct atlas_runs {
    const uint32_t *code_terms;
    const uint8_t *at, *end;
    enum atlas_field field;
    uint32_t count;
};
static inline struct atlas_runs atlas_runs_of(const struct atlas_segment *segment,
                                              uint32_t document) {
    return (struct atlas_runs){.code_terms = segment->code_terms,
                               .at = segment->runs + segment->run_offsets[document],
                               .end = segment->runs + segment->run_offsets[document + 1]};
}
static inline bool atlas_runs_next(struct atlas_runs *runs) {
    if (runs->at >= runs->end) {
        return false;
    }
    unsigned header = *runs->at++;
    runs->field = (enum atlas_field)(header >> 5);
    runs->count = header & ATLAS_RUN_SHORT;
    if (runs->count == ATLAS_RUN_SHORT) {
        runs->count += atlas_code_read(&runs->at);
    }
    return true;
}
static inline uint32_t atlas_run_word(struct atlas_runs *runs) { /* a term */
    return runs->code_terms[atlas_code_read(&runs->at)];
}

#endif
