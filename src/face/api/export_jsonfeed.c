/* JSON Feed 1.1. What it has no word for stands in `_agora` and `_geo`, as its section on
 * extensions asks. */
#include "face/api/export_int.h"

#include "face/json.h"

static void authors_write(struct face_json *json, slice name) {
    face_json_key(json, "authors");
    face_json_open(json, '[');
    face_json_open(json, '{');
    face_json_member(json, "name", name);
    face_json_close(json, '}');
    face_json_close(json, ']');
}

static void feed_begin(struct export *export, struct buf *out) {
    struct face_json json = face_json_to(out);
    face_json_open(&json, '{');
    face_json_member(&json, "version", SLICE("https://jsonfeed.org/version/1.1"));
    face_json_member(&json, "title", export->title);
    face_json_member(&json, "home_page_url", export->page_url);
    face_json_member(&json, "feed_url", export->self_url);
    face_json_member(&json, "description", export->attribution);
    face_json_member(&json, "language", export->request->language);
    authors_write(&json, export->face->site_name);
    face_json_key(&json, "_agora");
    face_json_open(&json, '{');
    face_json_member(&json, "licence", export->licence);
    face_json_member(&json, "attribution", export->attribution);
    face_json_close(&json, '}');
    face_json_key(&json, "items");
    face_json_open(&json, '[');
}

static void own_members(struct export *export, const struct export_item *item,
                        struct face_json *json) {
    const struct entry *entry = item->entry;
    face_json_key(json, "_agora");
    face_json_open(json, '{');
    face_json_member(json, "kind", query_kind_slug(item->kind));
    face_json_member(json, "state", entry_state_slug(entry->state));
    face_json_member_texts(json, "themes", entry->themes, entry->theme_count);
    face_json_member(json, "place", export_item_place(export, item));
    face_json_member(json, "territory", entry->place.territory);
    face_json_member(json, "source", entry->source_slug);
    face_json_member(json, "source_key", entry->source_key);
    face_json_member(json, "licence", item->licence);
    face_json_member(json, "attribution", item->attribution);
    for (uint32_t i = 0; i < entry->date_count; i++) {
        if (entry->dates[i].role == ENTRY_DATE_HAPPENS) {
            face_json_member(json, "start", export_moment(&entry->dates[i], false, &export->step));
            face_json_member(json, "end", export_moment(&entry->dates[i], true, &export->step));
            break;
        }
    }
    face_json_close(json, '}');
    if (item->shown->has_point) {
        face_json_key(json, "_geo");
        face_json_open(json, '{');
        face_json_key(json, "latitude");
        face_json_degrees(json, item->shown->point.lat_e7);
        face_json_key(json, "longitude");
        face_json_degrees(json, item->shown->point.lon_e7);
        face_json_close(json, '}');
    }
}

static void feed_write(struct export *export, const struct export_item *item, struct buf *out) {
    const struct entry *entry = item->entry;
    size_t count;
    const slice *tags = export_item_categories(export, item, &count);
    struct face_json json = {.out = out, .follows = export->written > 0};
    face_json_open(&json, '{');
    face_json_member(&json, "id", export_item_id(export, item));
    face_json_member(&json, "url", export_item_url(export, item));
    face_json_member(&json, "external_url", entry->source_url);
    face_json_member(&json, "title", export_item_title(export, item));
    face_json_key(&json, "content_html");
    face_json_text(&json, export_item_html(export, item));
    face_json_member(&json, "summary", entry->summary);
    face_json_member_time(&json, "date_published", entry->created_ms);
    face_json_member_time(&json, "date_modified", entry->updated_ms);
    authors_write(&json, item->attribution.n > 0 ? item->attribution : export->face->site_name);
    face_json_member_texts(&json, "tags", tags, count);
    face_json_member(&json, "language", entry->language);
    own_members(export, item, &json);
    face_json_close(&json, '}');
    buf_add_char(out, '\n');
}

static void feed_end(struct export *export, struct buf *out) {
    (void)export;
    buf_add_cstr(out, "]}\n");
}

const struct export_writer export_jsonfeed = {
    .begin = feed_begin, .write = feed_write, .end = feed_end};
