#include "formats/geojson.h"

void geojson_begin(struct buf *out, const struct geojson_member *members, size_t count) {
    buf_add(out, SLICE("{\"type\":\"FeatureCollection\""));
    for (size_t i = 0; i < count; i++) {
        buf_add_char(out, ',');
        buf_add_json_string(out, members[i].name);
        buf_add_char(out, ':');
        buf_add_json_string(out, members[i].value);
    }
    buf_add(out, SLICE(",\"features\":["));
}

void geojson_feature_write(struct buf *out, bool first, slice id_json,
                           const struct geo_point *point, slice properties_json) {
    buf_add(out, first ? SLICE("\n{\"type\":\"Feature\"") : SLICE(",\n{\"type\":\"Feature\""));
    if (id_json.n > 0) {
        buf_add(out, SLICE(",\"id\":"));
        buf_add(out, id_json);
    }
    if (point == NULL) {
        buf_add(out, SLICE(",\"geometry\":null"));
    } else {
        buf_add(out, SLICE(",\"geometry\":{\"type\":\"Point\",\"coordinates\":["));
        buf_add_e7(out, point->lon_e7);
        buf_add_char(out, ',');
        buf_add_e7(out, point->lat_e7);
        buf_add(out, SLICE("]}"));
    }
    buf_add(out, SLICE(",\"properties\":"));
    buf_add(out, properties_json);
    buf_add_char(out, '}');
}

void geojson_end(struct buf *out) {
    buf_add(out, SLICE("\n]}\n"));
}
