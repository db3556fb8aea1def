/* Two changes of one entry, made at once, as one: field by field (RULE CONTRIBUTE-8). */
#include "domain/contribution/contribution_int.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A list of struct entry, or those of its items that one field is made of. */
struct list_row {
    size_t items, count, size; /* where they stand in struct entry; of one item */
    bool (*is_of)(enum history_field field, const void *item); /* NULL: all are */
};

static bool ask_is_of(enum history_field field, const void *item) {
    const struct entry_ask *ask = item;
    return ask->direction == (field == HISTORY_NEEDS ? ENTRY_NEED : ENTRY_OFFER);
}

/* Texts of a list in another language go with the list. */
static bool translation_is_of(enum history_field field, const void *item) {
    const struct entry_translation *translation = item;
    switch (translation->field) {
    case ENTRY_TR_FIGURE:
        return field == HISTORY_FIGURES;
    case ENTRY_TR_NEED:
        return field == HISTORY_NEEDS;
    case ENTRY_TR_OFFER:
        return field == HISTORY_OFFERS;
    case ENTRY_TR_TITLE:
    case ENTRY_TR_SUMMARY:
    case ENTRY_TR_DESCRIPTION:
    case ENTRY_TR__COUNT:
        break;
    }
    return field == HISTORY_TRANSLATIONS;
}

#define LIST(items_, count_, is_of_)                                                               \
    {                                                                                              \
        offsetof(struct entry, items_), offsetof(struct entry, count_),                            \
            sizeof *((struct entry *)NULL)->items_, is_of_                                         \
    }
static const struct list_row translations =
    LIST(translations, translation_count, translation_is_of);
/* What a field is: one text, one list, or else what copy_other knows of. */
static const struct {
    size_t text; /* 0: no text (struct entry begins with its number) */
    struct list_row list;
} fields[HISTORY_FIELD__COUNT] = {
    [HISTORY_TITLE] = {.text = offsetof(struct entry, title)},
    [HISTORY_SUMMARY] = {.text = offsetof(struct entry, summary)},
    [HISTORY_DESCRIPTION] = {.text = offsetof(struct entry, description)},
    [HISTORY_TYPE] = {.text = offsetof(struct entry, type)},
    [HISTORY_THEMES] = {.list = LIST(themes, theme_count, NULL)},
    [HISTORY_TAGS] = {.list = LIST(tags, tag_count, NULL)},
    [HISTORY_DATES] = {.list = LIST(dates, date_count, NULL)},
    [HISTORY_HOURS] = {.text = offsetof(struct entry, opening_hours)},
    [HISTORY_PRICE] = {.text = offsetof(struct entry, price)},
    [HISTORY_AUDIENCE] = {.text = offsetof(struct entry, audience)},
    [HISTORY_NEEDS] = {.list = LIST(asks, ask_count, ask_is_of)},
    [HISTORY_OFFERS] = {.list = LIST(asks, ask_count, ask_is_of)},
    [HISTORY_CONTACTS] = {.list = LIST(contacts, contact_count, NULL)},
    [HISTORY_FIGURES] = {.list = LIST(figures, figure_count, NULL)},
    [HISTORY_LINKS] = {.list = LIST(links, link_count, NULL)},
    [HISTORY_MEDIA] = {.list = LIST(media, media_count, NULL)},
    [HISTORY_END] = {.text = offsetof(struct entry, end_reason)},
    [HISTORY_LICENCE] = {.text = offsetof(struct entry, licence)},
    [HISTORY_SIRET] = {.text = offsetof(struct entry, details[ENTRY_DETAIL_SIRET])},
    [HISTORY_RNA] = {.text = offsetof(struct entry, details[ENTRY_DETAIL_RNA])},
    [HISTORY_ACCESS] = {.text = offsetof(struct entry, details[ENTRY_DETAIL_ACCESS])},
    [HISTORY_PEOPLE] = {.text = offsetof(struct entry, details[ENTRY_DETAIL_PEOPLE])},
    [HISTORY_THING_LICENCE] = {.text = offsetof(struct entry, details[ENTRY_DETAIL_THING_LICENCE])},
    [HISTORY_GOVERNANCE] = {.text = offsetof(struct entry, details[ENTRY_DETAIL_GOVERNANCE])},
    [HISTORY_MATURITY] = {.text = offsetof(struct entry, details[ENTRY_DETAIL_MATURITY])},
    [HISTORY_HANDOVER] = {.text = offsetof(struct entry, details[ENTRY_DETAIL_HANDOVER])},
};

static slice *text_of(struct entry *entry, enum history_field field) {
    return (slice *)(void *)((char *)entry + fields[field].text);
}

slice contribution_field_text(enum history_field field, const struct entry *entry) {
    return *(const slice *)(const void *)((const char *)entry + fields[field].text);
}

void contribution_field_write(enum history_field field, slice text, struct entry *entry) {
    *text_of(entry, field) = text;
}

bool contribution_field_is_text(enum history_field field) {
    return fields[field].text != 0;
}

bool contribution_field_is_list(enum history_field field) {
    return fields[field].list.size != 0;
}

/* ---- lists ---- */

static size_t list_count(const struct list_row *row, const struct entry *entry) {
    return *(const uint32_t *)(const void *)((const char *)entry + row->count);
}

static const char *list_items(const struct list_row *row, const struct entry *entry) {
    const char *items; /* whatever they are, a pointer to them stands there */
    memcpy(&items, (const char *)entry + row->items, sizeof items);
    return items;
}

static bool is_of(const struct list_row *row, enum history_field field, const void *item) {
    return !row->is_of || row->is_of(field, item);
}

/* Items on their way to become a list. */
struct items {
    char *all;
    size_t count;
};

static struct items items_new(const struct list_row *row, size_t room, struct arena *arena) {
    return (struct items){arena_alloc(arena, row->size, room + 1, _Alignof(max_align_t)), 0};
}

static void items_add(const struct list_row *row, struct items *items, const void *item) {
    memcpy(items->all + items->count++ * row->size, item, row->size);
}

/* Those of `entry` that are (or are not) of the field. */
static void items_take(const struct list_row *row, enum history_field field, bool wanted,
                       const struct entry *entry, struct items *items) {
    for (size_t i = 0; i < list_count(row, entry); i++) {
        const char *item = list_items(row, entry) + i * row->size;
        if (is_of(row, field, item) == wanted) {
            items_add(row, items, item);
        }
    }
}

static void list_put(const struct list_row *row, struct entry *entry, const struct items *items) {
    memcpy((char *)entry + row->items, &items->all, sizeof items->all);
    *(uint32_t *)(void *)((char *)entry + row->count) = (uint32_t)items->count;
}

static void list_copy(const struct list_row *row, enum history_field field,
                      const struct entry *from, struct entry *to, struct arena *arena) {
    struct items items = items_new(row, list_count(row, from) + list_count(row, to), arena);
    items_take(row, field, false, to, &items);
    items_take(row, field, true, from, &items);
    list_put(row, to, &items);
}

/* ---- fields ---- */

static void copy_other(enum history_field field, const struct entry *from, struct entry *to) {
    if (field == HISTORY_KIND) {
        to->kind = from->kind;
    } else if (field == HISTORY_STATE) {
        to->state = from->state;
    } else if (field == HISTORY_PLACE) {
        to->place = from->place;
    } else if (field == HISTORY_WHEELCHAIR) {
        to->wheelchair = from->wheelchair;
    } else if (field == HISTORY_SOURCE) {
        to->source_url = from->source_url;
        to->source_note = from->source_note;
    }
}

void contribution_field_copy(enum history_field field, const struct entry *from, struct entry *to,
                             struct arena *arena) {
    if (fields[field].text) {
        *text_of(to, field) = contribution_field_text(field, from);
    } else if (fields[field].list.size) {
        list_copy(&fields[field].list, field, from, to, arena);
    } else {
        copy_other(field, from, to);
    }
    list_copy(&translations, field, from, to, arena);
}

static slice json_of(const struct entry *entry, struct arena *arena) {
    struct buf json BUF_CLEANUP = buf_new(2 * ENTRY_JSON_MAX);
    entry_to_json(entry, &json);
    return arena_copy(arena, buf_slice(&json));
}

/* One field alone, as it is stored: what "the same" is judged by. */
static slice field_json(enum history_field field, const struct entry *entry, struct arena *arena) {
    struct entry alone = {0};
    contribution_field_copy(field, entry, &alone, arena);
    return json_of(&alone, arena);
}

bool contribution_field_same(enum history_field field, const struct entry *one,
                             const struct entry *other, struct arena *arena) {
    return slice_equal(field_json(field, one, arena), field_json(field, other, arena));
}

static slice item_json(enum history_field field, const void *item, struct arena *arena) {
    const struct list_row *row = &fields[field].list;
    struct entry alone = {0};
    struct items one = items_new(row, 1, arena);
    items_add(row, &one, item);
    list_put(row, &alone, &one);
    return json_of(&alone, arena);
}

static bool items_have(enum history_field field, const struct items *items, slice json,
                       struct arena *arena) {
    const struct list_row *row = &fields[field].list;
    for (size_t i = 0; i < items->count; i++) {
        if (slice_equal(item_json(field, items->all + i * row->size, arena), json)) {
            return true;
        }
    }
    return false;
}

void contribution_field_join(enum history_field field, const struct entry *from, struct entry *to,
                             struct arena *arena) {
    const struct list_row *row = &fields[field].list;
    struct items items = items_new(row, list_count(row, from) + list_count(row, to), arena);
    items_take(row, field, true, to, &items);
    for (size_t i = 0; i < list_count(row, from); i++) {
        const char *item = list_items(row, from) + i * row->size;
        if (is_of(row, field, item) &&
            !items_have(field, &items, item_json(field, item, arena), arena)) {
            items_add(row, &items, item);
        }
    }
    items_take(row, field, false, to, &items);
    list_put(row, to, &items);
}

/* ---- themes and words: sets, which always go together ---- */

static bool has_slug(const slice *slugs, size_t count, slice slug) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(slugs[i], slug)) {
            return true;
        }
    }
    return false;
}

struct slugs {
    slice *items;
    uint32_t count;
};

static int compare_slugs(const void *a, const void *b) {
    return slice_compare(*(const slice *)a, *(const slice *)b);
}

/* What both kept, in its order, then what either added. */
static struct slugs slugs_merge(struct slugs base, struct slugs one, struct slugs other,
                                struct arena *arena) {
    struct slugs merged = {arena_new(arena, slice, (size_t)one.count + other.count + 1), 0};
    for (uint32_t i = 0; i < base.count; i++) {
        if (has_slug(one.items, one.count, base.items[i]) &&
            has_slug(other.items, other.count, base.items[i])) {
            merged.items[merged.count++] = base.items[i];
        }
    }
    uint32_t kept = merged.count;
    const struct slugs *sides[] = {&one, &other};
    for (size_t k = 0; k < ARRAY_COUNT(sides); k++) {
        for (uint32_t i = 0; i < sides[k]->count; i++) {
            slice slug = sides[k]->items[i];
            if (!has_slug(base.items, base.count, slug) &&
                !has_slug(merged.items, merged.count, slug)) {
                merged.items[merged.count++] = slug;
            }
        }
    }
    qsort(merged.items + kept, merged.count - kept, sizeof(slice), compare_slugs);
    return merged;
}

/* ---- both ---- */

/* A field that both changed, each in its way; false: a person has to decide. */
static bool field_merge(enum history_field field, const struct entry *base,
                        const struct entry *theirs, const struct entry *mine, struct arena *arena,
                        struct entry *merged) {
    if (field == HISTORY_THEMES || field == HISTORY_TAGS) {
        bool is_themes = field == HISTORY_THEMES;
        const struct entry *three[] = {base, theirs, mine};
        struct slugs sets[ARRAY_COUNT(three)];
        for (size_t i = 0; i < ARRAY_COUNT(three); i++) {
            sets[i] = is_themes ? (struct slugs){three[i]->themes, three[i]->theme_count}
                                : (struct slugs){three[i]->tags, three[i]->tag_count};
        }
        struct slugs both = slugs_merge(sets[0], sets[1], sets[2], arena);
        *(is_themes ? &merged->themes : &merged->tags) = both.items;
        *(is_themes ? &merged->theme_count : &merged->tag_count) = both.count;
        return true;
    }
    return fields[field].text &&
           history_merge(contribution_field_text(field, base),
                         contribution_field_text(field, theirs),
                         contribution_field_text(field, mine), arena, text_of(merged, field));
}

void contribution_merge(const struct entry *base, const struct entry *theirs,
                        const struct entry *mine, struct arena *arena,
                        struct contribution_merge *merge) {
    *merge = (struct contribution_merge){.merged = *theirs};
    if (slice_equal(theirs->language, base->language)) {
        merge->merged.language = mine->language;
    }
    for (unsigned i = 0; i < HISTORY_FIELD__COUNT; i++) {
        enum history_field field = (enum history_field)i;
        slice was = field_json(field, base, arena);
        slice is = field_json(field, theirs, arena);
        slice wanted = field_json(field, mine, arena);
        if (slice_equal(wanted, was) || slice_equal(wanted, is)) {
            continue;
        }
        if (slice_equal(is, was)) {
            contribution_field_copy(field, mine, &merge->merged, arena);
        } else if (!field_merge(field, base, theirs, mine, arena, &merge->merged)) {
            merge->collisions[merge->collision_count++] = field;
        }
    }
}
