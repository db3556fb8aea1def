/* Entries field by field: what of one stands in another. */
#include "domain/duplicate/merge.h"

bool duplicate_can_unite(enum history_field field) {
    return contribution_field_is_list(field) && field != HISTORY_DATES && field != HISTORY_FIGURES;
}

void duplicate_field_take(enum history_field field, const struct entry *from, struct entry *to,
                          struct arena *arena) {
    contribution_field_copy(field, from, to, arena);
    if (field == HISTORY_TITLE) {
        to->language = from->language;
    }
}

/* `list` of the entry, then those of `from` that are not among them: `same` is of two
 * items, `wanted` of one. Texts in other languages stay with the items that they are of, which keep
 * their places. */
#define UNITE(type, list, count, wanted, same)                                                     \
    do {                                                                                           \
        type *all = arena_new(arena, type, (size_t)to->count + from->count + 1);                   \
        uint32_t used = 0;                                                                         \
        for (uint32_t i = 0; i < to->count + from->count; i++) {                                   \
            const type *a = i < to->count ? &to->list[i] : &from->list[i - to->count];             \
            bool is_own = i < to->count;                                                           \
            bool is_new = is_own || (wanted);                                                      \
            for (uint32_t k = 0; k < used; k++) {                                                  \
                const type *b = &all[k];                                                           \
                is_new = is_new && (is_own || !(same));                                            \
            }                                                                                      \
            if (is_new) {                                                                          \
                all[used++] = *a;                                                                  \
            }                                                                                      \
        }                                                                                          \
        to->list = all;                                                                            \
        to->count = used;                                                                          \
    } while (0)

/* Needs and offers are one list. */
static void asks_unite(enum entry_ask_direction direction, const struct entry *from,
                       struct entry *to, struct arena *arena) {
    UNITE(struct entry_ask, asks, ask_count, a->direction == direction,
          a->direction == b->direction && slice_equal(a->skill, b->skill) &&
              slice_equal(a->text, b->text));
}

void duplicate_field_unite(enum history_field field, const struct entry *from, struct entry *to,
                           struct arena *arena) {
    switch ((int)field) {
    case HISTORY_TAGS:
        UNITE(slice, tags, tag_count, true, slice_equal_ascii_nocase(*a, *b));
        break;
    case HISTORY_CONTACTS:
        UNITE(struct entry_contact, contacts, contact_count, true,
              a->kind == b->kind && slice_equal(a->value, b->value));
        break;
    case HISTORY_LINKS:
        UNITE(struct entry_link, links, link_count, true,
              slice_equal(a->relation, b->relation) && slice_equal(a->target_key, b->target_key));
        break;
    case HISTORY_MEDIA:
        UNITE(struct entry_media, media, media_count, true, slice_equal(a->url, b->url));
        break;
    case HISTORY_NEEDS:
        asks_unite(ENTRY_NEED, from, to, arena);
        break;
    case HISTORY_OFFERS:
        asks_unite(ENTRY_OFFER, from, to, arena);
        break;
    default: /* themes, which are the same or not */
        contribution_field_join(field, from, to, arena);
        break;
    }
}

bool duplicate_field_same(enum history_field field, const struct entry *a, const struct entry *b) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    return contribution_field_same(field, a, b, &scratch) &&
           (field != HISTORY_TITLE || slice_equal(a->language, b->language));
}
