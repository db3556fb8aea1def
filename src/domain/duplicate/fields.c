/* Entries field by field: what of one stands in another. */
#include "domain/duplicate/merge.h"

bool duplicate_can_unite(enum history_field field) {
    const unsigned lists = 1u << HISTORY_THEMES | 1u << HISTORY_TAGS | 1u << HISTORY_CONTACTS |
                           1u << HISTORY_LINKS | 1u << HISTORY_MEDIA | 1u << HISTORY_NEEDS |
                           1u << HISTORY_OFFERS;
    return (lists & 1u << field) != 0;
}

/* Needs and offers are one list. */
static void asks_join(const struct entry *first, const struct entry *second,
                      enum entry_ask_direction direction, bool is_taken, struct arena *arena,
                      struct entry *to) {
    struct entry_ask *list =
        arena_new(arena, struct entry_ask, (size_t)first->ask_count + second->ask_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < first->ask_count; i++) {
        if (!is_taken || first->asks[i].direction != direction) {
            list[count++] = first->asks[i];
        }
    }
    for (uint32_t i = 0; i < second->ask_count; i++) {
        bool is_new = second->asks[i].direction == direction;
        for (uint32_t k = 0; k < count; k++) {
            is_new = is_new && !(list[k].direction == direction &&
                                 slice_equal(list[k].skill, second->asks[i].skill) &&
                                 slice_equal(list[k].text, second->asks[i].text));
        }
        if (is_new) {
            list[count++] = second->asks[i];
        }
    }
    to->asks = list;
    to->ask_count = count;
}

/* long: one line or two a field. */
void duplicate_field_take(enum history_field field, const struct entry *from, struct entry *to,
                          struct arena *arena) {
    switch (field) {
    case HISTORY_KIND:
        to->kind = from->kind;
        break;
    case HISTORY_STATE:
        to->state = from->state;
        break;
    case HISTORY_TITLE:
        to->title = from->title;
        to->language = from->language;
        break;
    case HISTORY_SUMMARY:
        to->summary = from->summary;
        break;
    case HISTORY_DESCRIPTION:
        to->description = from->description;
        break;
    case HISTORY_TYPE:
        to->type = from->type;
        break;
    case HISTORY_THEMES:
        to->themes = from->themes;
        to->theme_count = from->theme_count;
        break;
    case HISTORY_TAGS:
        to->tags = from->tags;
        to->tag_count = from->tag_count;
        break;
    case HISTORY_PLACE:
        to->place = from->place;
        break;
    case HISTORY_DATES:
        to->dates = from->dates;
        to->date_count = from->date_count;
        break;
    case HISTORY_HOURS:
        to->opening_hours = from->opening_hours;
        break;
    case HISTORY_WHEELCHAIR:
        to->wheelchair = from->wheelchair;
        break;
    case HISTORY_PRICE:
        to->price = from->price;
        break;
    case HISTORY_AUDIENCE:
        to->audience = from->audience;
        break;
    case HISTORY_NEEDS:
        asks_join(to, from, ENTRY_NEED, true, arena, to);
        break;
    case HISTORY_OFFERS:
        asks_join(to, from, ENTRY_OFFER, true, arena, to);
        break;
    case HISTORY_CONTACTS:
        to->contacts = from->contacts;
        to->contact_count = from->contact_count;
        break;
    case HISTORY_FIGURES:
        to->figures = from->figures;
        to->figure_count = from->figure_count;
        break;
    case HISTORY_LINKS:
        to->links = from->links;
        to->link_count = from->link_count;
        break;
    case HISTORY_MEDIA:
        to->media = from->media;
        to->media_count = from->media_count;
        break;
    case HISTORY_END:
        to->end_reason = from->end_reason;
        break;
    case HISTORY_TRANSLATIONS:
        to->translations = from->translations;
        to->translation_count = from->translation_count;
        break;
    case HISTORY_LICENCE:
        to->licence = from->licence;
        break;
    case HISTORY_SOURCE:
        to->source_url = from->source_url;
        to->source_note = from->source_note;
        break;
    case HISTORY_SIRET:
        to->details[ENTRY_DETAIL_SIRET] = from->details[ENTRY_DETAIL_SIRET];
        break;
    case HISTORY_RNA:
        to->details[ENTRY_DETAIL_RNA] = from->details[ENTRY_DETAIL_RNA];
        break;
    case HISTORY_ACCESS:
        to->details[ENTRY_DETAIL_ACCESS] = from->details[ENTRY_DETAIL_ACCESS];
        break;
    case HISTORY_PEOPLE:
        to->details[ENTRY_DETAIL_PEOPLE] = from->details[ENTRY_DETAIL_PEOPLE];
        break;
    case HISTORY_THING_LICENCE:
        to->details[ENTRY_DETAIL_THING_LICENCE] = from->details[ENTRY_DETAIL_THING_LICENCE];
        break;
    case HISTORY_GOVERNANCE:
        to->details[ENTRY_DETAIL_GOVERNANCE] = from->details[ENTRY_DETAIL_GOVERNANCE];
        break;
    case HISTORY_MATURITY:
        to->details[ENTRY_DETAIL_MATURITY] = from->details[ENTRY_DETAIL_MATURITY];
        break;
    case HISTORY_HANDOVER:
        to->details[ENTRY_DETAIL_HANDOVER] = from->details[ENTRY_DETAIL_HANDOVER];
        break;
    case HISTORY_FIELD__COUNT:
        break;
    }
}

/* `list` of the entry, then those of `from` that are not among them; `same` is of two items. */
#define UNITE(type, list, count, same)                                                             \
    do {                                                                                           \
        type *all = arena_new(arena, type, (size_t)to->count + from->count + 1);                   \
        uint32_t used = 0;                                                                         \
        for (uint32_t i = 0; i < to->count + from->count; i++) {                                   \
            const type *a = i < to->count ? &to->list[i] : &from->list[i - to->count];             \
            bool is_new = true;                                                                    \
            for (uint32_t k = 0; k < used; k++) {                                                  \
                const type *b = &all[k];                                                           \
                is_new = is_new && !(same);                                                        \
            }                                                                                      \
            if (is_new) {                                                                          \
                all[used++] = *a;                                                                  \
            }                                                                                      \
        }                                                                                          \
        to->list = all;                                                                            \
        to->count = used;                                                                          \
    } while (0)

void duplicate_field_unite(enum history_field field, const struct entry *from, struct entry *to,
                           struct arena *arena) {
    switch ((int)field) {
    case HISTORY_THEMES:
        UNITE(slice, themes, theme_count, slice_equal(*a, *b));
        break;
    case HISTORY_TAGS:
        UNITE(slice, tags, tag_count, slice_equal_ascii_nocase(*a, *b));
        break;
    case HISTORY_CONTACTS:
        UNITE(struct entry_contact, contacts, contact_count,
              a->kind == b->kind && slice_equal(a->value, b->value));
        break;
    case HISTORY_LINKS:
        UNITE(struct entry_link, links, link_count,
              slice_equal(a->relation, b->relation) && slice_equal(a->target_key, b->target_key));
        break;
    case HISTORY_MEDIA:
        UNITE(struct entry_media, media, media_count, slice_equal(a->url, b->url));
        break;
    case HISTORY_NEEDS:
        asks_join(to, from, ENTRY_NEED, false, arena, to);
        break;
    case HISTORY_OFFERS:
        asks_join(to, from, ENTRY_OFFER, false, arena, to);
        break;
    default:
        break;
    }
}

/* The same when the same is written of it. */
bool duplicate_field_same(enum history_field field, const struct entry *a, const struct entry *b) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    BUF_CLEANUP struct buf one = buf_new(ENTRY_JSON_MAX);
    BUF_CLEANUP struct buf other = buf_new(ENTRY_JSON_MAX);
    struct entry empty = {.language = SLICE_EMPTY};
    struct entry first = empty;
    struct entry second = empty;
    duplicate_field_take(field, a, &first, &scratch);
    duplicate_field_take(field, b, &second, &scratch);
    entry_to_json(&first, &one);
    entry_to_json(&second, &other);
    return one.failed == OK && other.failed == OK &&
           slice_equal(buf_slice(&one), buf_slice(&other));
}
