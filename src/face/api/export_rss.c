/* RSS 2.0, for readers that know nothing newer: GeoRSS Simple, atom:link self, Dublin Core for who
 * is to be named and under which licence. */
#include "face/api/export_int.h"

#include "formats/xml_write.h"

/* "Sun, 22 Nov 2026 09:00:00 +0000" (RFC 822 with the four digits of RFC 2822). */
static void time_write(struct buf *out, const char *name, int64_t ms) {
    static const char days[7][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct date at;
    if (ms == 0 || date_from_ms(ms, SLICE("UTC"), &at) != OK) {
        return;
    }
    unsigned weekday = weekday_from_days(days_from_civil(at.year, at.month, at.day));
    buf_addf(out, "<%s>%s, %02u %s %04d %02u:%02u:%02u +0000</%s>\n", name, days[weekday], at.day,
             months[at.month - 1], (int)at.year, at.hour, at.minute, (unsigned)(ms / 1000 % 60),
             name);
}

static void channel_begin(struct export *export, struct buf *out) {
    buf_add_cstr(out,
                 XML_DECLARATION "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" "
                                 "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                                 "xmlns:ev=\"http://purl.org/rss/1.0/modules/event/\" "
                                 "xmlns:georss=\"http://www.georss.org/georss\">\n<channel>\n");
    xml_element(out, "title", export->title);
    xml_element(out, "link", export->page_url);
    buf_add_cstr(out, "<atom:link rel=\"self\" type=\"application/rss+xml\"");
    xml_attribute(out, "href", export->self_url);
    buf_add_cstr(out, "/>\n");
    xml_element(out, "description",
                export->attribution.n > 0 ? export->attribution : export->title);
    xml_element(out, "language", export->request->language);
    xml_element(out, "copyright", export->licence);
    time_write(out, "lastBuildDate", export->changed_ms);
    buf_add_cstr(out, "<generator>Agora ");
    xml_text(out, slice_from_cstr(export->face->version));
    buf_add_cstr(out, "</generator>\n");
}

static void rss_write(struct export *export, const struct export_item *item, struct buf *out) {
    size_t count;
    const slice *categories = export_item_categories(export, item, &count);
    buf_add_cstr(out, "<item>\n");
    xml_element(out, "title", export_item_title(export, item));
    xml_element(out, "link", export_item_url(export, item));
    xml_element(out, "guid", export_item_id(export, item));
    xml_element(out, "description", export_item_html(export, item));
    for (size_t i = 0; i < count; i++) {
        xml_element(out, "category", categories[i]);
    }
    time_write(out, "pubDate",
               item->entry->created_ms != 0 ? item->entry->created_ms : item->entry->updated_ms);
    xml_element(out, "dc:creator", item->attribution);
    xml_element(out, "dc:rights", item->licence);
    xml_element(out, "dc:source", item->entry->source_url);
    export_georss_write(export, item, out);
    export_events_write(export, item, out);
    buf_add_cstr(out, "</item>\n");
}

static void channel_end(struct export *export, struct buf *out) {
    (void)export;
    buf_add_cstr(out, "</channel>\n</rss>\n");
}

const struct export_writer export_rss = {
    .begin = channel_begin, .write = rss_write, .end = channel_end};
