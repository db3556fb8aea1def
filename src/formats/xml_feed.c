/* Feeds: RSS 0.91 to 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0 (RFC 4287), with what they carry from
 * other vocabularies: content:encoded, Dublin Core, Media RSS, GeoRSS, W3C geo, events. */
#include "formats/record_xml_int.h"
#include <stddef.h>

static bool two_digits(slice text, unsigned *value) {
    uint64_t number;
    if (text.n < 1 || text.n > 2 || !slice_to_u64(text, &number)) {
        return false;
    }
    *value = (unsigned)number;
    return true;
}

/* "+0200", "GMT", "EST" -> minutes east (RFC 822, 5.1). */
static bool zone_minutes(slice zone, int *minutes) {
    static const struct {
        const char *name;
        int minutes;
    } names[] = {{"GMT", 0},    {"UT", 0},     {"UTC", 0},    {"Z", 0},      {"EST", -300},
                 {"EDT", -240}, {"CST", -360}, {"CDT", -300}, {"MST", -420}, {"MDT", -360},
                 {"PST", -480}, {"PDT", -420}, {"CET", 60},   {"CEST", 120}};
    uint64_t number;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (slice_equal(zone, slice_from_cstr(names[i].name))) {
            *minutes = names[i].minutes;
            return true;
        }
    }
    slice digits = zone.n == 6 && zone.p[3] == ':' ? SLICE_EMPTY : slice_sub(zone, 1, 4);
    if (zone.n != 5 || (zone.p[0] != '+' && zone.p[0] != '-') || !slice_to_u64(digits, &number)) {
        return false;
    }
    int value = (int)(number / 100 * 60 + number % 100);
    *minutes = zone.p[0] == '-' ? -value : value;
    return true;
}

static unsigned month_of(slice word) {
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    slice head = slice_sub(word, 0, 3);
    for (unsigned i = 0; i < 12; i++) {
        if (slice_equal_ascii_nocase(head, slice_of(months + (size_t)3 * i, 3))) {
            return i + 1;
        }
    }
    return 0;
}

slice xml_date(slice text, struct arena *arena) {
    slice words[6];
    unsigned count = 0;
    slice rest = slice_trim(text);
    slice word;
    size_t comma = slice_find(rest, 0, ',');
    rest = comma < rest.n ? slice_sub(rest, comma + 1, rest.n) : rest;
    while (count < 6 && slice_cut(&rest, ' ', &word)) {
        if (word.n > 0) {
            words[count++] = word;
        }
    }
    unsigned day = 0;
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    uint64_t year = 0;
    int zone = 0;
    if (count < 4 || count > 5 || !two_digits(words[0], &day) || month_of(words[1]) == 0 ||
        !slice_to_u64(words[2], &year) || (words[2].n != 4 && words[2].n != 2)) {
        return text;
    }
    year += words[2].n == 2 ? (year < 70 ? 2000 : 1900) : 0;
    slice clock = words[3];
    slice part;
    bool fine = slice_cut(&clock, ':', &part) && two_digits(part, &hour) &&
                slice_cut(&clock, ':', &part) && two_digits(part, &minute);
    if (fine && slice_cut(&clock, ':', &part)) {
        fine = two_digits(part, &second);
    }
    struct date date = {.precision = DATE_MINUTE,
                        .year = (int32_t)year,
                        .month = (uint8_t)month_of(words[1]),
                        .day = (uint8_t)day,
                        .hour = (uint8_t)hour,
                        .minute = (uint8_t)minute};
    if (!fine || second > 60 || hour > 23 || minute > 59 || !date_is_valid(&date) ||
        (count == 5 && !zone_minutes(words[4], &zone))) {
        return text;
    }
    int64_t ms = (days_from_civil(date.year, date.month, date.day) * 86400 + hour * 3600 +
                  minute * 60 + (second > 59 ? 59 : second) - (int64_t)zone * 60) *
                 1000;
    struct buf out BUF_CLEANUP = buf_new(64);
    time_format_rfc3339(ms, &out);
    return arena_copy(arena, buf_slice(&out));
}

/* An item under way: what has to wait until all of it is known. With a content, the description is
 * a summary. */
struct item {
    struct xml_records *records;
    struct fields *fields;
    struct shape shape;
    slice content, description, published, updated, link, permalink, picture;
};

static void media_take(struct item *item, slice url, slice type, slice medium) {
    if (slice_starts_with(type, SLICE("image/")) || slice_equal(medium, SLICE("image"))) {
        fields_add_item(item->fields, SLICE("image"), url);
    } else if (slice_starts_with(type, SLICE("video/")) || slice_equal(medium, SLICE("video"))) {
        fields_add_item(item->fields, SLICE("video"), url);
    } else if (slice_starts_with(type, SLICE("audio/"))) {
        fields_add_item(item->fields, SLICE("audio"), url);
    } else {
        fields_add_item(item->fields, SLICE("document"), url);
    }
}

/* RFC 4287, 4.2.7: a link without rel is the entry's own page. */
static void atom_link_take(struct item *item, const struct xml_node *node) {
    slice rel = xml_node_attribute(node, "rel");
    slice href = xml_node_attribute(node, "href");
    if (rel.n == 0 || slice_equal(rel, SLICE("alternate"))) {
        item->link = item->link.n == 0 ? href : item->link;
    } else if (slice_equal(rel, SLICE("enclosure"))) {
        media_take(item, href, xml_node_attribute(node, "type"), SLICE_EMPTY);
    } else if (slice_equal(rel, SLICE("license"))) {
        fields_add(item->fields, SLICE("licence"), href);
    }
}

static void atom_category_take(struct item *item, const struct xml_node *node) {
    slice label = xml_node_attribute(node, "label");
    slice term = xml_node_attribute(node, "term");
    slice text = xml_node_text(node, item->fields->arena);
    fields_add_item(item->fields, SLICE("categories"),
                    text.n > 0    ? text
                    : label.n > 0 ? label
                                  : term);
}

static bool media_element_take(struct item *item, const struct xml_node *node) {
    if (node->space == XML_ITUNES) {
        if (slice_equal(node->name, SLICE("image"))) {
            fields_add_item(item->fields, SLICE("image"), xml_node_attribute(node, "href"));
        }
        return true;
    }
    if (node->space != XML_MEDIA) {
        return false;
    }
    if (slice_equal(node->name, SLICE("content"))) {
        media_take(item, xml_node_attribute(node, "url"), xml_node_attribute(node, "type"),
                   xml_node_attribute(node, "medium"));
    } else if (slice_equal(node->name, SLICE("thumbnail"))) {
        item->picture = item->picture.n == 0 ? xml_node_attribute(node, "url") : item->picture;
    }
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        media_element_take(item, c); /* media:group and what stands in it */
    }
    return true;
}

static bool event_take(struct item *item, const struct xml_node *node) {
    static const struct {
        const char *element, *field;
    } names[] = {{"startdate", "start"}, {"dtstart", "start"},     {"enddate", "end"},
                 {"dtend", "end"},       {"location", "location"}, {"organizer", "organizer"},
                 {"type", "type"}};
    for (size_t i = 0; node->space == XML_EVENT && i < ARRAY_COUNT(names); i++) {
        if (slice_equal(node->name, slice_from_cstr(names[i].element))) {
            slice text = xml_node_text(node, item->fields->arena);
            fields_add(item->fields, slice_from_cstr(names[i].field),
                       xml_date(text, item->fields->arena));
        }
    }
    return node->space == XML_EVENT;
}

static bool known_take(struct item *item, const struct xml_node *node) {
    struct arena *arena = item->fields->arena;
    static const struct {
        const char *element;
        size_t offset;
        bool is_date;
    } waits[] = {
        {"description", offsetof(struct item, description), false},
        {"summary", offsetof(struct item, description), false},
        {"subtitle", offsetof(struct item, description), false},
        {"content", offsetof(struct item, content), false},
        {"encoded", offsetof(struct item, content), false},
        {"pubDate", offsetof(struct item, published), true},
        {"published", offsetof(struct item, published), true},
        {"issued", offsetof(struct item, published), true},
        {"date", offsetof(struct item, published), true},
        {"created", offsetof(struct item, published), true},
        {"updated", offsetof(struct item, updated), true},
        {"modified", offsetof(struct item, updated), true},
    };
    for (size_t i = 0; i < ARRAY_COUNT(waits); i++) {
        slice *slot = (slice *)(void *)((char *)item + waits[i].offset);
        if (slice_equal(node->name, slice_from_cstr(waits[i].element))) {
            slice text = xml_node_text(node, arena);
            text = waits[i].is_date ? xml_date(text, arena) : text;
            *slot = slot->n == 0 || (node->space == XML_CONTENT) ? text : *slot;
            return true;
        }
    }
    return false;
}

/* What a person can be named by: Atom's author has parts, RSS's is "mail (name)". */
static void author_take(struct item *item, const struct xml_node *node) {
    struct arena *arena = item->fields->arena;
    slice name = xml_node_child_text(node, node->space, "name", arena);
    slice text = name.n > 0               ? name
                 : xml_has_elements(node) ? SLICE_EMPTY
                                          : xml_node_text(node, arena);
    size_t open = slice_find(text, 0, '(');
    if (slice_find(text, 0, '@') < open && open < text.n) {
        text = slice_sub(text, open + 1, slice_find(text, open, ')') - open - 1);
    }
    if (slice_find(text, 0, '@') == text.n) {
        fields_add(item->fields, SLICE("author"), text);
    }
}

static void identity_take(struct item *item, const struct xml_node *node) {
    struct arena *arena = item->fields->arena;
    slice text = xml_node_text(node, arena);
    fields_add(item->fields, SLICE("id"), text);
    bool is_link = !slice_equal(xml_node_attribute(node, "isPermaLink"), SLICE("false"));
    if (slice_equal(node->name, SLICE("guid")) && is_link) {
        item->permalink = text;
    }
}

static void element_take(struct item *item, const struct xml_node *node) {
    struct fields *fields = item->fields;
    slice name = node->name;
    if (xml_is_geometry(node) || event_take(item, node) || media_element_take(item, node)) {
        return;
    }
    if (slice_equal(name, SLICE("title"))) {
        fields_add(fields, SLICE("title"), xml_node_text(node, fields->arena));
    } else if (slice_equal(name, SLICE("guid")) || slice_equal(name, SLICE("id"))) {
        identity_take(item, node);
    } else if (slice_equal(name, SLICE("link")) && xml_node_attribute(node, "href").n > 0) {
        atom_link_take(item, node);
    } else if (slice_equal(name, SLICE("link"))) {
        item->link = xml_node_text(node, fields->arena);
    } else if (slice_equal(name, SLICE("category")) || slice_equal(name, SLICE("subject"))) {
        atom_category_take(item, node);
    } else if (slice_equal(name, SLICE("author")) || slice_equal(name, SLICE("creator"))) {
        author_take(item, node);
    } else if (slice_equal(name, SLICE("enclosure"))) {
        media_take(item, xml_node_attribute(node, "url"), xml_node_attribute(node, "type"),
                   SLICE_EMPTY);
    } else if (node->space == XML_LICENCE || slice_equal(name, SLICE("license"))) {
        slice resource = xml_node_attribute(node, "resource");
        fields_add(fields, SLICE("licence"),
                   resource.n > 0 ? resource : xml_node_text(node, fields->arena));
    } else if (slice_equal(name, SLICE("language"))) {
        fields_add(fields, SLICE("language"), slice_sub(xml_node_text(node, fields->arena), 0, 2));
    } else if (!known_take(item, node)) {
        static const char *const about_feed[] = {
            "comments",   "commentRss", "source", "contributor", "post-id", "rights",
            "identifier", "control",    "edited", "origLink",    "section", "total"};
        for (size_t i = 0; i < ARRAY_COUNT(about_feed); i++) {
            if (slice_equal(name, slice_from_cstr(about_feed[i]))) {
                return;
            }
        }
        slice text = xml_node_text(node, fields->arena);
        if (!xml_has_elements(node)) {
            fields_add(fields, name, text);
        }
    }
}

static void feed_build(struct xml_records *r, const struct xml_node *node, struct fields *fields,
                       struct record *record) {
    struct item item = {.records = r, .fields = fields, .shape = shape_make(fields->arena)};
    slice about = xml_node_attribute(node, "about"); /* RSS 1.0 */
    for (const struct xml_node *c = node->first; c != NULL; c = c->next) {
        if (c->name.n > 0) {
            element_take(&item, c);
        }
    }
    fields_add(fields, SLICE("id"), fields_has(fields, SLICE("id")) ? SLICE_EMPTY : about);
    slice page = item.link.n > 0 ? item.link : item.permalink.n > 0 ? item.permalink : about;
    fields_add(fields, SLICE("id"), fields_has(fields, SLICE("id")) ? SLICE_EMPTY : page);
    fields_add(fields, SLICE("website"), page);
    fields_add(fields, SLICE("description"), item.content.n > 0 ? item.content : item.description);
    fields_add(fields, SLICE("summary"), item.content.n > 0 ? item.description : SLICE_EMPTY);
    fields_add(fields, SLICE("updated"), item.updated.n > 0 ? item.updated : item.published);
    if (!fields_has(fields, SLICE("image"))) {
        fields_add_item(fields, SLICE("image"), item.picture);
    }
    if (!fields_has(fields, SLICE("language"))) {
        fields_add(fields, SLICE("language"),
                   arena_copy(fields->arena, xml_name_get(&r->language)));
    }
    xml_geometry_read(r, node, &item.shape);
    xml_shape_take(r, &item.shape, record);
}

static enum xml_look feed_look(struct xml_records *r) {
    static const char *const meta[] = {"title", "language", "license"};
    slice name = xml_stream_name(r->stream);
    if (slice_equal(name, SLICE("item")) || slice_equal(name, SLICE("entry"))) {
        return XML_LOOK_RECORD;
    }
    if (slice_equal(name, SLICE("channel"))) {
        return XML_LOOK_INTO;
    }
    for (size_t i = 0; i < ARRAY_COUNT(meta); i++) {
        if (slice_equal(name, slice_from_cstr(meta[i]))) {
            return XML_LOOK_META;
        }
    }
    return XML_LOOK_PAST;
}

static void feed_meta(struct xml_records *r, const struct xml_node *node, struct arena *scratch) {
    slice text = xml_node_text(node, scratch);
    if (slice_equal(node->name, SLICE("language"))) {
        xml_name_set(&r->language, slice_sub(text, 0, 2));
    } else if (slice_equal(node->name, SLICE("license"))) {
        slice resource = xml_node_attribute(node, "resource");
        xml_name_set(&r->licence, resource.n > 0 ? resource : text);
        r->base.about.licence = xml_name_get(&r->licence);
    } else if (r->base.about.title.n == 0) {
        xml_name_set(&r->title, text);
        r->base.about.title = xml_name_get(&r->title);
    }
}

const struct xml_dialect xml_feed = {
    .format = RECORD_FEED,
    .bytes_factor = 1,
    .look = feed_look,
    .meta = feed_meta,
    .build = feed_build,
};
