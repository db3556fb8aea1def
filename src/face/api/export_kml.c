/* KML 2.2 (OGC 07-147r2): one Folder a kind, a style in the kind's colour, every field of the table
 * as ExtendedData. What has no place is a Placemark without geometry. */
#include "face/api/export_int.h"

#include "formats/xml_write.h"

/* The colours of web/css/tokens.css, as KML has them: alpha, blue, green, red. */
static const char *const colours[QUERY_KIND__COUNT] = {
    [QUERY_KIND_INITIATIVE] = "ff4f6914", [QUERY_KIND_IDEA] = "ff00635c",
    [QUERY_KIND_TOOL] = "ff8f6017",       [QUERY_KIND_PLACE] = "ff00547e",
    [QUERY_KIND_EVENT] = "ff6b2897",      [QUERY_KIND_ACTOR] = "ffa1454b",
    [QUERY_KIND_STORY] = "ff60554a",      [QUERY_KIND_NEED] = "ff163ab2",
    [QUERY_KIND_OFFER] = "ff4f6914",
};

static void style_write(enum query_kind kind, struct buf *out) {
    slice slug = query_kind_slug(kind);
    buf_addf(out,
             "<Style id=\"%.*s\"><IconStyle><color>%s</color></IconStyle>"
             "<LineStyle><color>%s</color></LineStyle></Style>\n",
             SLICE_ARG(slug), colours[kind], colours[kind]);
}

/* Folders need their entries together: by kind, in each as before. */
static void by_kind(struct export *export) {
    struct atlas_document *sorted =
        arena_new(export->request->arena, struct atlas_document, export->count);
    size_t n = 0;
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        for (size_t i = 0; i < export->count; i++) {
            if (export->documents[i].kind == kind) {
                sorted[n++] = export->documents[i];
            }
        }
    }
    export->documents = sorted;
}

static void document_begin(struct export *export, struct buf *out) {
    by_kind(export);
    export->state = arena_new(export->request->arena, enum query_kind, 1);
    *(enum query_kind *)export->state = QUERY_KIND__COUNT;
    buf_add_cstr(out, XML_DECLARATION "<kml xmlns=\"http://www.opengis.net/kml/2.2\" "
                                      "xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<Document>\n");
    xml_element(out, "name", export->title);
    buf_add_cstr(out, "<atom:author>");
    xml_element(out, "atom:name", export->face->site_name);
    buf_add_cstr(out, "</atom:author>\n<atom:link");
    xml_attribute(out, "href", export->page_url);
    buf_add_cstr(out, "/>\n");
    xml_element(out, "description", export->attribution);
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        style_write((enum query_kind)kind, out);
    }
}

static void folder_turn(struct export *export, enum query_kind kind, struct buf *out) {
    enum query_kind *open = export->state;
    if (*open == kind) {
        return;
    }
    if (*open != QUERY_KIND__COUNT) {
        buf_add_cstr(out, "</Folder>\n");
    }
    *open = kind;
    buf_add_cstr(out, "<Folder>\n");
    xml_element(out, "name", api_kind_label(export->request, kind));
}

/* One happening, as KML has it: a moment or a span, of days or instants but not of both. */
static void time_write(struct export *export, const struct entry *entry, struct buf *out) {
    for (uint32_t i = 0; i < entry->date_count; i++) {
        if (entry->dates[i].role != ENTRY_DATE_HAPPENS) {
            continue;
        }
        const struct entry_date *date = &entry->dates[i];
        slice start = export_moment(date, false, &export->step);
        slice end = export_moment(date, true, &export->step);
        if (start.n > 0 && end.n > 0 && date->start.precision == date->end.precision) {
            buf_addf(out, "<TimeSpan><begin>%.*s</begin><end>%.*s</end></TimeSpan>\n",
                     SLICE_ARG(start), SLICE_ARG(end));
        } else if (start.n > 0) {
            buf_addf(out, "<TimeStamp><when>%.*s</when></TimeStamp>\n", SLICE_ARG(start));
        }
        return;
    }
}

static void data_write(struct export *export, const struct export_item *item, struct buf *out) {
    slice cells[EXPORT_COLUMN__COUNT];
    export_cells(export, item, cells);
    buf_add_cstr(out, "<ExtendedData>\n");
    for (size_t i = 0; i < EXPORT_COLUMN__COUNT; i++) {
        if (cells[i].n > 0) {
            buf_addf(out, "<Data name=\"%s\"><value>", export_columns[i]);
            xml_text(out, cells[i]);
            buf_add_cstr(out, "</value></Data>\n");
        }
    }
    buf_add_cstr(out, "</ExtendedData>\n");
}

static void placemark_write(struct export *export, const struct export_item *item,
                            struct buf *out) {
    folder_turn(export, item->kind, out);
    buf_add_cstr(out, "<Placemark>\n");
    xml_element(out, "name", export_item_title(export, item));
    buf_add_cstr(out, "<atom:link");
    xml_attribute(out, "href", export_item_url(export, item));
    buf_add_cstr(out, "/>\n");
    xml_element(out, "address", export_item_place(export, item));
    xml_element(out, "description", export_item_html(export, item));
    time_write(export, item->entry, out);
    buf_addf(out, "<styleUrl>#%.*s</styleUrl>\n", SLICE_ARG(query_kind_slug(item->kind)));
    data_write(export, item, out);
    if (item->shown->has_point) {
        buf_add_cstr(out, "<Point><coordinates>");
        buf_add_e7(out, item->shown->point.lon_e7);
        buf_add_char(out, ',');
        buf_add_e7(out, item->shown->point.lat_e7);
        buf_add_cstr(out, "</coordinates></Point>\n");
    }
    buf_add_cstr(out, "</Placemark>\n");
}

static void document_end(struct export *export, struct buf *out) {
    buf_add_cstr(out, *(enum query_kind *)export->state == QUERY_KIND__COUNT ? "" : "</Folder>\n");
    buf_add_cstr(out, "</Document>\n</kml>\n");
}

const struct export_writer export_kml = {
    .begin = document_begin, .write = placemark_write, .end = document_end};
