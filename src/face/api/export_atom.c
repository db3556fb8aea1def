/* Atom 1.0 (RFC 4287) with GeoRSS Simple: where an entry is, in degrees of WGS 84; licence links by
 * RFC 4946; dates of events by the terms of the RSS event module. */
#include "face/api/export_int.h"

#include "formats/xml_write.h"

static void link_write(struct buf *out, const char *relation, const char *media_type, slice href) {
    if (href.n > 0) {
        buf_add_cstr(out, "<link");
        xml_attribute(out, "rel", slice_from_cstr(relation));
        if (media_type) {
            xml_attribute(out, "type", slice_from_cstr(media_type));
        }
        xml_attribute(out, "href", href);
        buf_add_cstr(out, "/>\n");
    }
}

static void author_write(const struct export *export, slice name, struct buf *out) {
    buf_add_cstr(out, "<author>");
    xml_element(out, "name", name.n > 0 ? name : export->face->site_name);
    buf_add_cstr(out, "</author>\n");
}

static void time_write(struct buf *out, const char *name, int64_t ms) {
    buf_addf(out, "<%s>", name);
    time_format_rfc3339(ms, out);
    buf_addf(out, "</%s>\n", name);
}

static void feed_begin(struct export *export, struct buf *out) {
    buf_add_cstr(out, XML_DECLARATION "<feed xmlns=\"http://www.w3.org/2005/Atom\" "
                                      "xmlns:georss=\"http://www.georss.org/georss\" "
                                      "xmlns:ev=\"http://purl.org/rss/1.0/modules/event/\"");
    xml_attribute(out, "xml:lang", export->request->language);
    buf_add_cstr(out, ">\n");
    xml_element(out, "title", export->title);
    xml_element(out, "id", export->self_url);
    time_write(out, "updated", export->changed_ms);
    link_write(out, "self", "application/atom+xml", export->self_url);
    link_write(out, "alternate", "text/html", export->page_url);
    author_write(export, SLICE_EMPTY, out);
    xml_element(out, "rights", export->attribution);
    buf_add_cstr(out, "<generator");
    xml_attribute(out, "version", slice_from_cstr(export->face->version));
    buf_add_cstr(out, ">Agora</generator>\n");
}

void export_georss_write(struct export *export, const struct export_item *item, struct buf *out) {
    if (item->shown->has_point) {
        buf_add_cstr(out, "<georss:point>");
        buf_add_e7(out, item->shown->point.lat_e7);
        buf_add_char(out, ' ');
        buf_add_e7(out, item->shown->point.lon_e7);
        buf_add_cstr(out, "</georss:point>\n");
    }
    xml_element(out, "georss:featurename", export_item_place(export, item));
}

void export_events_write(struct export *export, const struct export_item *item, struct buf *out) {
    for (uint32_t i = 0; i < item->entry->date_count; i++) {
        const struct entry_date *date = &item->entry->dates[i];
        if (date->role == ENTRY_DATE_HAPPENS) { /* the module knows one; the rest is in the text */
            xml_element(out, "ev:startdate", export_moment(date, false, &export->step));
            xml_element(out, "ev:enddate", export_moment(date, true, &export->step));
            return;
        }
    }
}

static void atom_write(struct export *export, const struct export_item *item, struct buf *out) {
    const struct entry *entry = item->entry;
    size_t count;
    const slice *categories = export_item_categories(export, item, &count);
    buf_add_cstr(out, "<entry");
    xml_attribute(out, "xml:lang", entry->language);
    buf_add_cstr(out, ">\n");
    xml_element(out, "title", export_item_title(export, item));
    xml_element(out, "id", export_item_id(export, item));
    link_write(out, "alternate", "text/html", export_item_url(export, item));
    link_write(out, "via", NULL, entry->source_url);
    link_write(out, "license", NULL, export_licence_iri(item->licence));
    if (entry->created_ms != 0) {
        time_write(out, "published", entry->created_ms);
    }
    time_write(out, "updated", entry->updated_ms);
    author_write(export, item->attribution, out);
    for (size_t i = 0; i < count; i++) {
        buf_add_cstr(out, "<category");
        xml_attribute(out, "term", categories[i]);
        buf_add_cstr(out, "/>\n");
    }
    xml_element(out, "rights", item->licence);
    xml_element(out, "summary", entry->summary);
    buf_add_cstr(out, "<content type=\"html\">");
    xml_text(out, export_item_html(export, item));
    buf_add_cstr(out, "</content>\n");
    export_georss_write(export, item, out);
    export_events_write(export, item, out);
    buf_add_cstr(out, "</entry>\n");
}

static void feed_end(struct export *export, struct buf *out) {
    (void)export;
    buf_add_cstr(out, "</feed>\n");
}

const struct export_writer export_atom = {
    .begin = feed_begin, .write = atom_write, .end = feed_end};
