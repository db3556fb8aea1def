/* GeoJSON: RFC 7946. What cannot be drawn has a null geometry. */
#include "face/api/export_int.h"

#include "face/json.h"
#include "formats/geojson.h"

static void collection_begin(struct export *export, struct buf *out) {
    const struct geojson_member members[] = {
        {SLICE("name"), export->title},
        {SLICE("source"), export->self_url},
        {SLICE("licence"), export->licence},
        {SLICE("attribution"), export->attribution},
    };
    geojson_begin(out, members, ARRAY_COUNT(members));
}

/* What the entry may be used under and who is to be named stay with it, wherever it is copied. */
static void rights_join(struct export *export, const struct export_item *item) {
    struct buf *properties = &export->scratch;
    if (properties->failed != OK || properties->n < 2) {
        return;
    }
    struct face_json json = {.out = properties, .follows = true};
    properties->n--; /* the members join the object */
    if (item->entry->licence.n == 0) {
        face_json_member(&json, "licence", item->licence);
    }
    face_json_member(&json, "attribution", item->attribution);
    face_json_close(&json, '}');
}

static void feature_write(struct export *export, const struct export_item *item, struct buf *out) {
    buf_clear(&export->scratch);
    api_item_write(item->shown, export->request->base_url, item->kind, item->ask_position, -1,
                   &export->scratch);
    rights_join(export, item);
    slice id = arena_printf(&export->step, "%lld", (long long)item->entry->id.v);
    geojson_feature_write(out, export->written == 0, id,
                          item->shown->has_point ? &item->shown->point : NULL,
                          buf_slice(&export->scratch));
}

static void collection_end(struct export *export, struct buf *out) {
    (void)export;
    geojson_end(out);
}

const struct export_writer export_geojson = {
    .begin = collection_begin, .write = feature_write, .end = collection_end};
