/* Records in our own format (docs/entry-format.md). The format is strict; an import is not: one
 * side field that does not fit must not cost the entry. */
#include "crypto/crypto.h"
#include "work/import/run_int.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_DROPPED_MAX 64 /* of one record; beyond it is no document of ours */

/* Themes that this instance does not have become tags: another instance may have more. */
static void themes_known(const struct run *run, struct arena *arena, struct entry *entry) {
    slice *tags = arena_new(arena, slice, entry->tag_count + entry->theme_count);
    uint32_t kept = 0;
    uint32_t tag_count = entry->tag_count;
    for (uint32_t i = 0; i < tag_count; i++) {
        tags[i] = entry->tags[i];
    }
    for (uint32_t i = 0; i < entry->theme_count; i++) {
        if (themes_find(run->context->themes, entry->themes[i]) != THEME_NONE) {
            entry->themes[kept++] = entry->themes[i];
        } else if (tag_count < ENTRY_LIST_MAX) {
            tags[tag_count++] = entry->themes[i];
        }
    }
    entry->theme_count = kept;
    entry->tags = tags;
    entry->tag_count = tag_count;
}

/* "needs[2].sort" names the third need, "place.latitude" that key; false when nothing is left to
 * take away: the record itself is at fault. */
static bool field_drop(json_t *root, slice field, struct buf *dropped) {
    slice list = slice_sub(field, 0, slice_find(field, 0, '['));
    char name[64];
    size_t index = list.n;
    int64_t position = -1;
    json_t *owner = root;
    if (list.n == field.n) { /* no list */
        index = slice_find(field, 0, '.');
        list = slice_sub(field, 0, index);
    } else {
        slice number = slice_sub(field, index + 1, slice_find(field, index, ']') - index - 1);
        if (!slice_to_i64(number, &position)) {
            return false;
        }
    }
    slice key = position < 0 && index < field.n ? slice_sub(field, index + 1, field.n) : list;
    if (key.n == 0 || key.n >= sizeof name || slice_equal(list, SLICE("title")) ||
        slice_equal(list, SLICE("kind")) || slice_equal(list, SLICE("id"))) {
        return false;
    }
    if (position < 0 && index < field.n) {
        memcpy(name, list.p, list.n);
        name[list.n] = '\0';
        owner = json_object_get(root, name);
    }
    memcpy(name, key.p, key.n);
    name[key.n] = '\0';
    json_t *value = json_object_get(owner, name);
    json_t *item = position < 0 ? value : json_array_get(value, (size_t)position);
    if (item == NULL) {
        return false;
    }
    if (json_is_string(item)) {
        detail_write(dropped, field, slice_of(json_string_value(item), json_string_length(item)));
    } else {
        char *text = json_dumps(item, JSON_COMPACT | JSON_ENCODE_ANY);
        detail_write(dropped, field, slice_from_cstr(text));
        free(text);
    }
    return position < 0 ? json_object_del(owner, name) == 0
                        : json_array_remove(value, (size_t)position) == 0;
}

/* RULE MEDIA-1: a file cannot bring back what was taken away here, or was never shown. */
static err media_are_elsewhere(const struct entry *entry, struct problem *cause) {
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (entry_media_is_here(entry->media[i].url)) {
            return problem_set(cause, ERR_INPUT, "media.url",
                               "is a file of a site without the site: give its whole address");
        }
    }
    return OK;
}

/* Reads and checks; the entry's source_key is made when it has none. */
static err document_build(const struct run *run, struct arena *arena, slice document, slice raw,
                          struct entry *entry, struct problem *cause) {
    *entry = (struct entry){0};
    TRY(entry_from_json(document, arena, entry, cause));
    TRY(media_are_elsewhere(entry, cause));
    themes_known(run, arena, entry);
    if (entry->licence.n == 0 && (run->is_licence_given || !run->said_by_records)) {
        entry->licence = run->options->licence;
    }
    if (entry->source_key.n == 0) {
        char hex[CRYPTO_DIGEST_HEX + 1];
        struct crypto_digest digest = crypto_digest(&raw, 1);
        crypto_digest_hex(&digest, hex);
        entry->source_key = arena_printf(arena, "content-%.20s", hex);
    }
    return entry_check(entry, run->context->territories, run->context->themes, arena, cause);
}

/* Takes away what does not fit, one field after the other. */
static err mended_build(struct run *run, const struct record *record, json_t *root,
                        struct entry *entry, struct problem *cause) {
    struct buf dropped BUF_CLEANUP = buf_new(ENTRY_JSON_MAX);
    err failed = cause->code;
    for (unsigned i = 0; i < FIELDS_DROPPED_MAX && (failed == ERR_INPUT || failed == ERR_LIMIT);
         i++) {
        struct problem why = *cause;
        if (!field_drop(root, slice_from_cstr(why.field), &dropped)) {
            return failed;
        }
        warning_add(&run->warnings, WARNING_BAD_FIELD, record->line, "%s %s", why.field, why.what);
        char *text = json_dumps(root, JSON_COMPACT);
        slice document =
            text == NULL ? SLICE_EMPTY : arena_copy(&run->filling->arena, slice_from_cstr(text));
        free(text);
        if (document.n == 0) {
            return ERR_MEMORY;
        }
        failed = document_build(run, &run->filling->arena, document, record->raw, entry, cause);
    }
    slice lines = slice_trim(buf_slice(&dropped));
    if (failed == OK && entry->description.n + lines.n + 2 <= ENTRY_DESCRIPTION_MAX) {
        entry->description =
            arena_printf(&run->filling->arena, "%.*s%s%.*s", SLICE_ARG(entry->description),
                         entry->description.n > 0 ? "\n\n" : "", SLICE_ARG(lines));
    }
    return failed;
}

/* In GeoJSON the entry is a feature's properties. */
static slice document_of(struct run *run, const struct record *record) {
    if (!slice_contains(record->raw, SLICE("\"properties\""))) {
        return record->raw;
    }
    json_t *root = json_loadb(record->raw.p, record->raw.n, 0, NULL);
    json_t *properties = json_object_get(root, "properties");
    char *text = json_is_object(properties) ? json_dumps(properties, JSON_COMPACT) : NULL;
    slice document =
        text == NULL ? record->raw : arena_copy(&run->filling->arena, slice_from_cstr(text));
    free(text);
    json_decref(root);
    return document;
}

err native_build(struct run *run, const struct record *record, struct entry *entry,
                 struct problem *cause) {
    slice document = document_of(run, record);
    err failed = document_build(run, &run->filling->arena, document, record->raw, entry, cause);
    if (failed == ERR_INPUT || failed == ERR_LIMIT) {
        json_t *root = json_loadb(document.p, document.n, 0, NULL);
        if (root == NULL) {
            return failed;
        }
        cause->code = failed;
        failed = mended_build(run, record, root, entry, cause);
        json_decref(root);
    }
    return failed == OK ? native_source(run, record, entry, cause) : failed;
}
