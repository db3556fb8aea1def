/* GPX 1.1: a waypoint for each entry that can be drawn; how many cannot stands in the metadata. The
 * fields of the table are extensions in a namespace of ours. */
#include "face/api/export_int.h"

#include "formats/xml_write.h"
#include "text/text.h"

#define DESCRIPTION_CODEPOINTS 500 /* on the small screens that read this */

static void link_write(struct buf *out, slice href, slice text) {
    buf_add_cstr(out, "<link");
    xml_attribute(out, "href", href);
    buf_add_cstr(out, ">");
    xml_element(out, "text", text);
    buf_add_cstr(out, "</link>\n");
}

/* The members of <metadata> have an order of their own: name, desc, author, copyright, link,
 * time. */
static void gpx_begin(struct export *export, struct buf *out) {
    buf_add_cstr(out, XML_DECLARATION "<gpx version=\"1.1\" "
                                      "xmlns=\"http://www.topografix.com/GPX/1/1\"");
    xml_attribute(out, "xmlns:agora",
                  arena_printf(export->request->arena, "%.*s/api/v1/fields",
                               SLICE_ARG(export->request->base_url)));
    xml_attribute(out, "creator", export->face->site_name);
    buf_add_cstr(out, ">\n<metadata>\n");
    xml_element(out, "name", export->title);
    bool english = api_is_english(export->request);
    if (export->left_out > 0 || export->attribution.n > 0) {
        buf_add_cstr(out, "<desc>");
        if (export->left_out > 0) {
            buf_addf(out,
                     english ? "%llu results without a place on the map are not in this file. "
                             : "%llu résultats sans place sur la carte ne sont pas dans ce "
                               "fichier. ",
                     (unsigned long long)export->left_out);
        }
        xml_text(out, export->attribution);
        buf_add_cstr(out, "</desc>\n");
    }
    buf_add_cstr(out, "<author>");
    xml_element(out, "name", export->face->site_name);
    buf_add_cstr(out, "</author>\n");
    link_write(out, export->page_url, export->title);
    xml_element(out, "time", export_time(export->changed_ms, export->request->arena));
    buf_add_cstr(out, "</metadata>\n");
}

/* Not repeated, and nothing that GDAL would take for a number that it is not. */
static bool is_told_elsewhere(enum export_column column) {
    return export_column_is_number(column) || column == EXPORT_TITLE || column == EXPORT_FIGURES;
}

static void extensions_write(struct export *export, const struct export_item *item,
                             struct buf *out) {
    slice cells[EXPORT_COLUMN__COUNT];
    export_cells(export, item, cells);
    buf_add_cstr(out, "<extensions>\n");
    for (size_t i = 0; i < EXPORT_COLUMN__COUNT; i++) {
        if (cells[i].n > 0 && !is_told_elsewhere((enum export_column)i)) {
            buf_addf(out, "<agora:%s>", export_columns[i]);
            xml_text(out, cells[i]);
            buf_addf(out, "</agora:%s>\n", export_columns[i]);
        }
    }
    buf_add_cstr(out, "</extensions>\n");
}

static void waypoint_write(struct export *export, const struct export_item *item, struct buf *out) {
    const struct entry *entry = item->entry;
    if (!item->shown->has_point) { /* its place has gone since the choice was made */
        return;
    }
    slice text = entry->summary.n > 0 ? entry->summary : entry->description;
    buf_add_cstr(out, "<wpt lat=\"");
    buf_add_e7(out, item->shown->point.lat_e7);
    buf_add_cstr(out, "\" lon=\"");
    buf_add_e7(out, item->shown->point.lon_e7);
    buf_add_cstr(out, "\">\n");
    xml_element(out, "time", export_time(entry->updated_ms, &export->step));
    xml_element(out, "name", export_item_title(export, item));
    xml_element(out, "cmt", export_item_place(export, item));
    xml_element(out, "desc", text_clip(text, DESCRIPTION_CODEPOINTS));
    xml_element(out, "src", item->attribution);
    link_write(out, export_item_url(export, item), export->face->site_name);
    xml_element(out, "type", api_kind_label(export->request, item->kind));
    extensions_write(export, item, out);
    buf_add_cstr(out, "</wpt>\n");
}

static void gpx_end(struct export *export, struct buf *out) {
    (void)export;
    buf_add_cstr(out, "</gpx>\n");
}

const struct export_writer export_gpx = {
    .begin = gpx_begin, .write = waypoint_write, .end = gpx_end};
