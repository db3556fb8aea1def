/* JSON Lines: one entry a line in the shape of docs/entry-format.md, which imports again as it was.
 * "source" tells where it comes from and under which licence, line by line, so that a file may be
 * cut anywhere between two lines. */
#include "face/api/export_int.h"

#include "face/json.h"

/* What lies here gets its site before it: the line is read elsewhere. */
static void media_whole(struct export *export, struct entry *entry) {
    struct entry_media *media =
        arena_new(&export->step, struct entry_media, (size_t)entry->media_count + 1);
    for (uint32_t i = 0; i < entry->media_count; i++) {
        media[i] = entry->media[i];
        media[i].url = face_media_url(export->request->base_url, media[i].url, &export->step);
    }
    entry->media = media;
}

static void line_write(struct export *export, const struct export_item *item, struct buf *out) {
    const struct source *source = item->source;
    buf_clear(&export->scratch);
    struct entry_public shown = *item->shown;
    media_whole(export, &shown.entry);
    entry_public_to_json(&shown, SLICE_EMPTY, &export->scratch);
    slice entry = buf_slice(&export->scratch);
    if (!source || entry.n < 2) {
        buf_add(out, entry);
    } else {
        struct face_json json = face_json_to(out);
        face_json_open(&json, '{');
        face_json_key(&json, "source");
        face_json_open(&json, '{');
        face_json_member(&json, "slug", source->slug);
        face_json_member(&json, "title", source->title);
        face_json_member(&json, "url", source->url);
        face_json_member(&json, "licence", source->licence);
        face_json_member(&json, "attribution", source->attribution);
        face_json_close(&json, '}');
        buf_add_char(out, ',');
        buf_add(out, slice_sub(entry, 1, entry.n - 1)); /* the members of the entry join */
    }
    buf_add_char(out, '\n');
}

const struct export_writer export_jsonl = {.write = line_write};
