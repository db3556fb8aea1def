/* The corpus as plain documents, written from src/atlas/README.md and from nothing else of that
 * room: what the plain SQL answer and the other engines are made from. */
#ifndef AGORA_BENCH_DOCUMENTS_H
#define AGORA_BENCH_DOCUMENTS_H

#include "vocabulary.h"

#include "domain/entry/entry.h"
#include "domain/territory/territory.h"
#include "domain/theme/theme.h"

/* How often a word stands in the texts of one weight. */
enum column { COLUMN_8, COLUMN_4, COLUMN_3, COLUMN_2, COLUMN_1, COLUMN__COUNT };
extern const unsigned column_weights[COLUMN__COUNT];

struct form { /* sorted by word, then column */
    uint32_t word;
    uint16_t column, count;
};
struct document {
    int64_t entry, fresh_ms;
    uint64_t form_start;
    uint32_t form_count, length, ask, territory; /* ask 0: the entry itself */
    struct geo_point point;
    bool has_point;
    uint8_t kind, state, has, theme_count, skill_count;
    uint16_t language, source; /* UINT16_MAX: none */
    int16_t quality, date_points;
    uint16_t themes[32], skills[16]; /* broader themes included */
};
struct documents {
    const struct territories *territories;
    const struct themes *themes;
    int64_t now_ms;
    struct document *items;
    size_t count, room;
    struct form *forms;
    size_t form_count, form_room;
    struct vocabulary vocabulary;
    struct names languages, sources, skills;
    struct buf folded;
};
/* Adds an entry and its needs and offers. */
err documents_add(void *documents, const struct entry_public *entry);

#endif
