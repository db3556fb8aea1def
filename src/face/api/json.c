#include "face/api/api_int.h"

void api_key(struct buf *out, bool *first, const char *key) {
    if (!*first) {
        buf_add_char(out, ',');
    }
    *first = false;
    buf_add_char(out, '"');
    buf_add_cstr(out, key);
    buf_add_cstr(out, "\":");
}

void api_text(struct buf *out, bool *first, const char *key, slice text) {
    if (text.n > 0) {
        api_key(out, first, key);
        buf_add_json_string(out, text);
    }
}

void api_number(struct buf *out, bool *first, const char *key, int64_t value) {
    api_key(out, first, key);
    buf_add_i64(out, value);
}

void api_point(struct buf *out, bool *first, struct geo_point point) {
    api_key(out, first, "lat");
    buf_add_e7(out, point.lat_e7);
    api_key(out, first, "lon");
    buf_add_e7(out, point.lon_e7);
}

void api_box(struct buf *out, bool *first, const struct geo_box *box) {
    const int32_t edges[4] = {box->west_e7, box->south_e7, box->east_e7, box->north_e7};
    api_key(out, first, "bbox");
    for (size_t i = 0; i < ARRAY_COUNT(edges); i++) {
        buf_add_char(out, i == 0 ? '[' : ',');
        buf_add_e7(out, edges[i]);
    }
    buf_add_char(out, ']');
}
