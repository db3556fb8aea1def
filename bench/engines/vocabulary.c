#include "vocabulary.h"

#include "engine.h"

#include <stdlib.h>

static void *grown(void *items, size_t bytes) {
    void *larger = realloc(items, bytes);
    if (!larger) {
        bench_fail("no memory");
    }
    return larger;
}

static uint32_t slot_of(const struct names *names, slice name) {
    uint32_t slot = (uint32_t)hash_bytes(name, 0) & (names->slot_count - 1);
    while (names->slots[slot] && !slice_equal(names->items[names->slots[slot] - 1], name)) {
        slot = (slot + 1) & (names->slot_count - 1);
    }
    return slot;
}

static void names_grow(struct names *names) {
    if (!names->room) {
        names->arena = arena_make(1 << 20, 0);
    }
    names->room = names->room ? names->room * 2 : 1024;
    names->items = grown(names->items, names->room * sizeof(*names->items));
    free(names->slots);
    names->slot_count = names->room * 2;
    names->slots = calloc(names->slot_count, sizeof(*names->slots));
    if (!names->slots) {
        bench_fail("no memory");
    }
    for (uint32_t i = 0; i < names->count; i++) {
        names->slots[slot_of(names, names->items[i])] = i + 1;
    }
}

uint32_t names_number(struct names *names, slice name) {
    if (names->count == names->room) {
        names_grow(names);
    }
    uint32_t slot = slot_of(names, name);
    if (!names->slots[slot]) {
        names->items[names->count++] = arena_copy(&names->arena, name);
        names->slots[slot] = names->count;
    }
    return names->slots[slot] - 1;
}

uint32_t vocabulary_word(struct vocabulary *vocabulary, slice folded) {
    uint32_t known = vocabulary->names.count;
    uint32_t number = names_number(&vocabulary->names, folded);
    if (number < known) {
        return number;
    }
    if (number == vocabulary->room) {
        vocabulary->room = vocabulary->room ? vocabulary->room * 2 : 1024;
        vocabulary->words = grown(vocabulary->words, vocabulary->room * sizeof(*vocabulary->words));
    }
    struct word *word = &vocabulary->words[number];
    word->is_stop = text_is_stop_word(folded);
    for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
        word->stems[language] =
            names_number(&vocabulary->stems[language],
                         text_stem(vocabulary->stemmer, (enum text_language)language, folded));
    }
    return number;
}
