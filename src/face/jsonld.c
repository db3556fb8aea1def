#include "face/jsonld.h"

#include "domain/entry/series.h"

#include "face/json.h"
#include "face/licence.h"

/* One list of nodes under way. */
struct graph {
    const struct face_jsonld *of;
    struct face_json json;
    const struct entry_public *shown;
    const struct entry *entry;
    const struct face_sources *sources;
    slice url; /* of the page */
};

/* ---- small parts ---- */

static slice absolute(const struct face_jsonld *of, slice path) {
    return arena_printf(of->arena, "%.*s%.*s", SLICE_ARG(of->base_url), SLICE_ARG(path));
}

static void open_typed(struct face_json *json, const char *type) {
    face_json_open(json, '{');
    face_json_member(json, "@type", slice_from_cstr(type));
}

static void open_member(struct face_json *json, const char *key, const char *type) {
    face_json_key(json, key);
    open_typed(json, type);
}

static void reference(struct face_json *json, const char *key, slice id) {
    face_json_key(json, key);
    face_json_open(json, '{');
    face_json_member(json, "@id", id);
    face_json_close(json, '}');
}

/* A node of its own: readers that know no @graph take a list of documents. */
static void open_node(struct face_json *json, const char *type) {
    face_json_open(json, '{');
    face_json_member(json, "@context", SLICE("https://schema.org"));
    face_json_member(json, "@type", slice_from_cstr(type));
}

static slice site_id(const struct face_jsonld *of) {
    return absolute(of, SLICE("/#site"));
}

/* ---- dates: ISO 8601, as precisely as they are known ---- */

/* "2026-12-05", "2026-12", "2026", or with the time and its distance from UTC; nothing for a season
 * or no date. */
static slice iso_date(const struct graph *graph, const struct date *date, slice zone) {
    struct buf text BUF_CLEANUP = buf_new(64);
    int64_t first_ms, last_ms, offset_ms;
    if (date->precision == DATE_UNKNOWN || date->precision == DATE_SEASON) {
        return SLICE_EMPTY;
    }
    date_format(date, &text);
    if (date->precision == DATE_MINUTE) {
        if (date_range_ms(date, zone, &first_ms, &last_ms) != OK ||
            zone_offset_ms(zone, first_ms, &offset_ms) != OK) {
            return SLICE_EMPTY;
        }
        int64_t minutes = offset_ms / 60000;
        int64_t away = minutes < 0 ? -minutes : minutes;
        buf_addf(&text, ":00%c%02d:%02d", minutes < 0 ? '-' : '+', (int)(away / 60),
                 (int)(away % 60));
    }
    return arena_copy(graph->of->arena, buf_slice(&text));
}

static bool is_happening(const struct graph *graph, const struct entry_date *date) {
    return date->role == ENTRY_DATE_HAPPENS && iso_date(graph, &date->start, date->zone).n > 0;
}

/* The next one, else the last. */
static const struct entry_date *main_date(const struct graph *graph) {
    const struct entry_date *chosen = NULL;
    for (uint32_t i = 0; i < graph->entry->date_count; i++) {
        const struct entry_date *date = &graph->entry->dates[i];
        if (!is_happening(graph, date)) {
            continue;
        }
        bool ahead = date->last_ms >= graph->of->now_ms;
        bool chosen_ahead = chosen && chosen->last_ms >= graph->of->now_ms;
        bool nearer = chosen && (ahead ? date->first_ms < chosen->first_ms
                                       : date->first_ms > chosen->first_ms);
        if (!chosen || (ahead && !chosen_ahead) || (ahead == chosen_ahead && nearer)) {
            chosen = date;
        }
    }
    return chosen;
}

static void write_dates(struct graph *graph, const struct entry_date *date) {
    face_json_member(&graph->json, "startDate", iso_date(graph, &date->start, date->zone));
    face_json_member(&graph->json, "endDate", iso_date(graph, &date->end, date->zone));
}

/* ---- place ---- */

static void write_address(struct graph *graph) {
    struct face_json *json = &graph->json;
    const struct entry *entry = graph->entry;
    const struct territories *territories = graph->of->face->territories;
    slice city = entry->place.city;
    uint32_t at = graph->shown->territory;
    if (city.n == 0 && at != TERRITORY_NONE && territories->items[at].level == TERRITORY_COMMUNE) {
        city = territories->items[at].name;
    }
    open_member(json, "address", "PostalAddress");
    face_json_member(json, "streetAddress", entry->place.address);
    face_json_member(json, "postalCode", entry->place.postal_code);
    face_json_member(json, "addressLocality", city);
    if (at != TERRITORY_NONE && territories->items[at].region != TERRITORY_NONE) {
        face_json_member(json, "addressRegion",
                         territories->items[territories->items[at].region].name);
    }
    if (at != TERRITORY_NONE) {
        face_json_member(json, "addressCountry", SLICE("FR"));
    }
    face_json_close(json, '}');
}

static void write_geo(struct graph *graph) {
    struct face_json *json = &graph->json;
    /* The centre of a commune is not where it is. */
    if (graph->shown->has_point && !graph->shown->is_approximate) {
        open_member(json, "geo", "GeoCoordinates");
        face_json_key(json, "latitude");
        face_json_degrees(json, graph->shown->point.lat_e7);
        face_json_key(json, "longitude");
        face_json_degrees(json, graph->shown->point.lon_e7);
        face_json_close(json, '}');
    }
}

static bool has_place(const struct graph *graph) {
    return graph->shown->territory != TERRITORY_NONE || graph->shown->has_point ||
           graph->entry->place.city.n > 0 || graph->entry->place.name.n > 0;
}

static void write_location(struct graph *graph, const char *key) {
    struct face_json *json = &graph->json;
    const struct entry *entry = graph->entry;
    if (!has_place(graph)) {
        return;
    }
    open_member(json, key, "Place");
    face_json_member(json, "name",
                     entry->place.name.n > 0               ? entry->place.name
                     : graph->shown->territory_label.n > 0 ? graph->shown->territory_label
                                                           : entry->place.city);
    write_address(graph);
    write_geo(graph);
    face_json_close(json, '}');
}

/* ---- what every thing has ---- */

static slice text_of(const struct graph *graph, enum entry_translated field) {
    return entry_text(graph->entry, field, 0, graph->of->language, NULL);
}

static const struct entry_media *media_of(const struct graph *graph, enum entry_media_kind kind) {
    for (uint32_t i = 0; i < graph->entry->media_count; i++) {
        if (graph->entry->media[i].kind == kind) {
            return &graph->entry->media[i];
        }
    }
    return NULL;
}

/* Its photo, else the picture that is drawn of it. */
static slice picture_of(const struct graph *graph) {
    const struct entry_media *image = media_of(graph, ENTRY_MEDIA_IMAGE);
    return image ? face_media_url(graph->of->base_url, image->url, graph->of->arena)
                 : arena_printf(graph->of->arena, "%.*s/pictures/entries/%lld.png",
                                SLICE_ARG(graph->of->base_url), (long long)graph->entry->id.v);
}

static void write_keywords(struct graph *graph) {
    struct face_json *json = &graph->json;
    const struct entry *entry = graph->entry;
    const struct themes *themes = graph->of->face->themes;
    bool english = slice_equal(graph->of->language, SLICE("en"));
    if (entry->theme_count + entry->tag_count == 0) {
        return;
    }
    face_json_key(json, "keywords");
    face_json_open(json, '[');
    for (uint32_t i = 0; i < entry->theme_count; i++) {
        uint16_t theme = themes_find(themes, entry->themes[i]);
        if (theme != THEME_NONE) {
            face_json_text(json, themes->items[theme].label[english ? 1 : 0]);
        }
    }
    for (uint32_t i = 0; i < entry->tag_count; i++) {
        face_json_text(json, entry->tags[i]);
    }
    face_json_close(json, ']');
}

static void write_contacts(struct graph *graph, bool can_be_called) {
    struct face_json *json = &graph->json;
    const struct entry *entry = graph->entry;
    bool is_open = false;
    bool is_called = false;
    bool has_mail = false;
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        const struct entry_contact *contact = &entry->contacts[i];
        bool is_site =
            contact->kind == ENTRY_CONTACT_WEBSITE || contact->kind == ENTRY_CONTACT_SOCIAL;
        if (is_site && !is_open) {
            face_json_key(json, "sameAs");
            face_json_open(json, '[');
            is_open = true;
        }
        if (is_site) {
            face_json_text(json, contact->value);
        }
    }
    if (is_open) {
        face_json_close(json, ']');
    }
    for (uint32_t i = 0; can_be_called && i < entry->contact_count; i++) {
        const struct entry_contact *contact = &entry->contacts[i];
        if (contact->kind == ENTRY_CONTACT_TELEPHONE && !is_called) {
            face_json_member(json, "telephone", contact->value);
            is_called = true;
        } else if (contact->kind == ENTRY_CONTACT_EMAIL && !has_mail &&
                   entry->kind != ENTRY_KIND_PLACE) {
            face_json_member(json, "email", contact->value);
            has_mail = true;
        }
    }
}

static void write_common(struct graph *graph, slice id, const char *type) {
    struct face_json *json = &graph->json;
    slice summary = text_of(graph, ENTRY_TR_SUMMARY);
    open_node(json, type);
    face_json_member(json, "@id", id);
    face_json_member(json, "name", text_of(graph, ENTRY_TR_TITLE));
    face_json_member(json, "description",
                     summary.n > 0 ? summary : text_of(graph, ENTRY_TR_DESCRIPTION));
    face_json_member(json, "url", graph->url);
    face_json_member(json, "image", picture_of(graph));
    reference(json, "mainEntityOfPage", graph->url);
    write_keywords(graph);
}

/* "Gratuit", "free": what everyone may come to without paying. */
static void write_price(struct graph *graph) {
    slice price = slice_trim(graph->entry->price);
    if (slice_equal_ascii_nocase(price, SLICE("gratuit")) ||
        slice_equal_ascii_nocase(price, SLICE("free"))) {
        face_json_key(&graph->json, "isAccessibleForFree");
        face_json_word(&graph->json, "true");
    }
}

/* ---- by kind ---- */

/* The first date of a role, as a year, month or day. */
static void write_date_of_role(struct graph *graph, const char *key, enum entry_date_role role) {
    for (uint32_t i = 0; i < graph->entry->date_count; i++) {
        const struct entry_date *date = &graph->entry->dates[i];
        slice iso = iso_date(graph, &date->start, date->zone);
        if (date->role == role && iso.n > 0) {
            face_json_member(&graph->json, key, slice_sub(iso, 0, 10));
            return;
        }
    }
}

static void write_asks(struct graph *graph, const char *key, const char *type,
                       enum entry_ask_direction direction) {
    struct face_json *json = &graph->json;
    bool is_open = false;
    for (uint32_t i = 0; i < graph->entry->ask_count; i++) {
        if (graph->entry->asks[i].direction != direction || graph->entry->asks[i].text.n == 0) {
            continue;
        }
        if (!is_open) {
            face_json_key(json, key);
            face_json_open(json, '[');
            is_open = true;
        }
        open_typed(json, type);
        face_json_member(json, "name", graph->entry->asks[i].text);
        face_json_close(json, '}');
    }
    if (is_open) {
        face_json_close(json, ']');
    }
}

/* A number by which a register knows an organisation. */
static void write_identifier(struct graph *graph, const char *name, slice number) {
    struct face_json *json = &graph->json;
    if (number.n > 0) {
        open_typed(json, "PropertyValue");
        face_json_member(json, "propertyID", slice_from_cstr(name));
        face_json_member(json, "value", number);
        face_json_close(json, '}');
    }
}

static void write_identifiers(struct graph *graph) {
    const slice *details = graph->entry->details;
    if (details[ENTRY_DETAIL_SIRET].n + details[ENTRY_DETAIL_RNA].n > 0) {
        face_json_key(&graph->json, "identifier");
        face_json_open(&graph->json, '[');
        write_identifier(graph, "SIRET", details[ENTRY_DETAIL_SIRET]);
        write_identifier(graph, "RNA", details[ENTRY_DETAIL_RNA]);
        face_json_close(&graph->json, ']');
    }
}

static void write_organisation(struct graph *graph) {
    write_identifiers(graph);
    write_contacts(graph, true);
    write_location(graph, "location");
    write_date_of_role(graph, "foundingDate",
                       graph->entry->kind == ENTRY_KIND_ACTOR ? ENTRY_DATE_FOUNDED
                                                              : ENTRY_DATE_BEGAN);
    write_date_of_role(graph, "dissolutionDate", ENTRY_DATE_ENDED);
    write_asks(graph, "seeks", "Demand", ENTRY_NEED);
    write_asks(graph, "makesOffer", "Offer", ENTRY_OFFER);
}

static void write_place(struct graph *graph) {
    write_contacts(graph, true);
    write_address(graph);
    write_geo(graph);
    write_price(graph);
}

static void write_work(struct graph *graph) {
    struct face_json *json = &graph->json;
    const struct face_licence *licence =
        face_licence_find(face_licence_of(graph->sources, graph->entry));
    face_json_member(json, "inLanguage", graph->entry->language);
    face_json_member_time(json, "dateModified", graph->entry->updated_ms);
    if (licence) {
        face_json_member(json, "license", licence->iri);
    }
    face_json_member(json, "creditText",
                     face_attribution_of(graph->sources, graph->entry, graph->of->arena));
    write_contacts(graph, false);
    write_location(graph, "contentLocation");
    write_price(graph);
}

/* schema.org/Schedule: the rule, and no event of its own for each of its dates. */
static void write_schedule(struct graph *graph, const struct entry_date *date) {
    static const char steps[] = "DWMY";
    static const char *const weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                           "Friday", "Saturday", "Sunday"};
    struct face_json *json = &graph->json;
    struct buf text BUF_CLEANUP = buf_new(64);
    struct series_rule rule;
    if (!series_rule_read(date->rule, &rule)) {
        return;
    }
    open_typed(json, "Schedule");
    buf_addf(&text, "P%u%c", rule.interval, steps[rule.frequency]);
    face_json_member(json, "repeatFrequency", buf_slice(&text));
    face_json_member(json, "startDate",
                     slice_sub(iso_date(graph, &date->start, date->zone), 0, 10));
    if (rule.count) {
        face_json_key(json, "repeatCount");
        face_json_i64(json, rule.count);
    } else {
        face_json_member(json, "endDate", iso_date(graph, &rule.until, date->zone));
    }
    if (rule.weekdays) {
        face_json_key(json, "byDay");
        face_json_open(json, '[');
        for (size_t day = 0; day < ARRAY_COUNT(weekdays); day++) {
            if (rule.weekdays & 1u << day) {
                buf_clear(&text);
                buf_addf(&text, "https://schema.org/%s", weekdays[day]);
                face_json_text(json, buf_slice(&text));
            }
        }
        face_json_close(json, ']');
    }
    if (date->start.precision == DATE_MINUTE) {
        buf_clear(&text);
        buf_addf(&text, "%02u:%02u:00", date->start.hour, date->start.minute);
        face_json_member(json, "startTime", buf_slice(&text));
        face_json_member(json, "scheduleTimezone",
                         date->zone.n ? date->zone : SLICE("Europe/Paris"));
    }
    face_json_close(json, '}');
}

static void write_schedules(struct graph *graph) {
    bool is_open = false;
    for (uint32_t i = 0; i < graph->entry->date_count; i++) {
        if (graph->entry->dates[i].rule.n && !is_open) {
            face_json_key(&graph->json, "eventSchedule");
            face_json_open(&graph->json, '[');
            is_open = true;
        }
        if (graph->entry->dates[i].rule.n) {
            write_schedule(graph, &graph->entry->dates[i]);
        }
    }
    if (is_open) {
        face_json_close(&graph->json, ']');
    }
}

static void write_event(struct graph *graph) {
    struct face_json *json = &graph->json;
    const struct entry_date *first = main_date(graph);
    bool is_open = false;
    if (first) {
        write_dates(graph, first);
    }
    write_schedules(graph);
    face_json_member(json, "eventStatus",
                     graph->entry->state == ENTRY_STATE_PAUSED
                         ? SLICE("https://schema.org/EventPostponed")
                         : SLICE("https://schema.org/EventScheduled"));
    if (has_place(graph)) {
        face_json_member(json, "eventAttendanceMode",
                         SLICE("https://schema.org/OfflineEventAttendanceMode"));
    }
    write_location(graph, "location");
    face_json_member(json, "inLanguage", graph->entry->language);
    write_contacts(graph, false);
    write_price(graph);
    for (uint32_t i = 0; i < graph->entry->date_count; i++) {
        const struct entry_date *date = &graph->entry->dates[i];
        if (date == first || date->is_repeat || date->rule.n || !is_happening(graph, date)) {
            continue;
        }
        if (!is_open) {
            face_json_key(json, "subEvent");
            face_json_open(json, '[');
            is_open = true;
        }
        open_typed(json, "Event");
        face_json_member(json, "name", text_of(graph, ENTRY_TR_TITLE));
        write_dates(graph, date);
        write_location(graph, "location");
        face_json_close(json, '}');
    }
    if (is_open) {
        face_json_close(json, ']');
    }
}

/* The bytes of the video, rather than a page that plays it. */
static bool is_file(slice url) {
    return slice_ends_with(url, SLICE(".mp4")) || slice_ends_with(url, SLICE(".webm")) ||
           slice_ends_with(url, SLICE(".ogv"));
}

static void write_video(struct graph *graph, const struct entry_media *video) {
    struct face_json *json = &graph->json;
    face_json_member(json, "thumbnailUrl", picture_of(graph));
    face_json_member_time(json, "uploadDate", graph->entry->created_ms);
    if (is_file(video->url)) {
        face_json_member(json, "contentUrl", video->url);
    } else {
        open_member(json, "associatedMedia", "MediaObject");
        face_json_member(json, "url", video->url);
        face_json_close(json, '}');
    }
    face_json_member(json, "transcript", video->transcript);
    if (video->duration_s > 0) {
        face_json_member(json, "duration",
                         arena_printf(graph->of->arena, "PT%uM%uS", video->duration_s / 60,
                                      video->duration_s % 60));
    }
    write_work(graph);
}

static void write_thing(struct graph *graph, slice id) {
    const struct entry_media *video = media_of(graph, ENTRY_MEDIA_VIDEO);
    switch (graph->entry->kind) {
    case ENTRY_KIND_INITIATIVE:
        write_common(graph, id, "Project");
        write_organisation(graph);
        break;
    case ENTRY_KIND_ACTOR:
        write_common(graph, id, "Organization");
        write_organisation(graph);
        break;
    case ENTRY_KIND_PLACE:
        write_common(graph, id, "Place");
        write_place(graph);
        break;
    case ENTRY_KIND_EVENT:
        write_common(graph, id, "Event");
        write_event(graph);
        break;
    case ENTRY_KIND_STORY:
        write_common(graph, id, video ? "VideoObject" : "Article");
        if (video) {
            write_video(graph, video);
        } else {
            face_json_member(&graph->json, "headline", text_of(graph, ENTRY_TR_TITLE));
            write_work(graph);
        }
        break;
    case ENTRY_KIND_IDEA:
    case ENTRY_KIND_TOOL:
    case ENTRY_KIND__COUNT:
        write_common(graph, id, "CreativeWork");
        face_json_member(&graph->json, "creativeWorkStatus",
                         graph->entry->details[ENTRY_DETAIL_MATURITY]);
        write_work(graph);
        break;
    }
    face_json_close(&graph->json, '}');
}

/* ---- the page around it ---- */

static void crumb(struct face_json *json, unsigned position, slice name, slice url) {
    open_typed(json, "ListItem");
    face_json_member_i64(json, "position", position);
    face_json_member(json, "name", name);
    face_json_member(json, "item", url);
    face_json_close(json, '}');
}

static void write_trail(struct graph *graph, slice id) {
    struct face_json *json = &graph->json;
    const struct face_jsonld *of = graph->of;
    unsigned position = 1;
    open_node(json, "BreadcrumbList");
    face_json_member(json, "@id", id);
    face_json_key(json, "itemListElement");
    face_json_open(json, '[');
    crumb(json, position++,
          slice_equal(of->language, SLICE("en")) ? SLICE("Explore") : SLICE("Explorer"),
          absolute(of, SLICE("/explore")));
    if (graph->shown->territory != TERRITORY_NONE) {
        const struct territory *territory = &of->face->territories->items[graph->shown->territory];
        crumb(json, position++, territory->label,
              absolute(of, face_territory_path(territory, of->arena)));
    }
    crumb(json, position, text_of(graph, ENTRY_TR_TITLE), graph->url);
    face_json_close(json, ']');
    face_json_close(json, '}');
}

/* What the entry takes up. */
static void write_based_on(struct graph *graph) {
    struct face_json *json = &graph->json;
    bool is_first = true;
    for (uint32_t i = 0; i < graph->entry->link_count; i++) {
        const struct entry_link *link = &graph->entry->links[i];
        if (link->incoming || link->target.v == 0 ||
            !slice_equal(link->relation, ENTRY_INSPIRED_BY)) {
            continue;
        }
        if (is_first) {
            face_json_key(json, "isBasedOn");
            face_json_open(json, '[');
        }
        is_first = false;
        face_json_text(json, absolute(graph->of, face_entry_path(link->target, link->target_title,
                                                                 graph->of->arena)));
    }
    if (!is_first) {
        face_json_close(json, ']');
    }
}

static void write_page(struct graph *graph, slice thing_id, slice trail_id) {
    struct face_json *json = &graph->json;
    slice licence = face_licence_of(graph->sources, graph->entry);
    const struct face_licence *known = face_licence_find(licence);
    open_node(json, "WebPage");
    face_json_member(json, "@id", graph->url);
    face_json_member(json, "url", graph->url);
    face_json_member(json, "name", text_of(graph, ENTRY_TR_TITLE));
    face_json_member(json, "inLanguage", graph->of->language);
    face_json_member_time(json, "datePublished", graph->entry->created_ms);
    face_json_member_time(json, "dateModified", graph->entry->updated_ms);
    /* schema.org asks for an address: a licence that only has a name is in the page's text. */
    if (known) {
        face_json_member(json, "license", known->iri);
    }
    face_json_member(json, "creditText",
                     face_attribution_of(graph->sources, graph->entry, graph->of->arena));
    reference(json, "isPartOf", site_id(graph->of));
    write_based_on(graph);
    reference(json, "breadcrumb", trail_id);
    if (thing_id.n > 0) {
        reference(json, "mainEntity", thing_id);
    }
    face_json_close(json, '}');
}

void face_jsonld_entry(const struct face_jsonld *jsonld, const struct entry_public *shown,
                       const struct face_sources *sources, struct buf *out) {
    const struct entry *entry = &shown->entry;
    struct graph graph = {
        .of = jsonld,
        .json = face_json_to(out),
        .shown = shown,
        .entry = entry,
        .sources = sources,
        .url = absolute(jsonld, face_entry_path(entry->id, entry->title, jsonld->arena))};
    slice thing = entry->is_example
                      ? SLICE_EMPTY
                      : arena_printf(jsonld->arena, "%.*s#entry", SLICE_ARG(graph.url));
    slice trail = arena_printf(jsonld->arena, "%.*s#trail", SLICE_ARG(graph.url));
    face_json_open(&graph.json, '[');
    if (thing.n > 0) {
        write_thing(&graph, thing);
    }
    write_page(&graph, thing, trail);
    write_trail(&graph, trail);
    face_json_close(&graph.json, ']');
}

/* ---- the site ---- */

static void write_site(struct graph *graph, slice narrowed) {
    struct face_json *json = &graph->json;
    const struct face_jsonld *of = graph->of;
    open_node(json, "WebSite");
    face_json_member(json, "@id", site_id(of));
    face_json_member(json, "url", absolute(of, SLICE("/")));
    face_json_member(json, "name", of->face->site_name);
    face_json_word(json, "\"inLanguage\":[\"fr\",\"en\"]");
    open_member(json, "potentialAction", "SearchAction");
    open_member(json, "target", "EntryPoint");
    face_json_member(json, "urlTemplate",
                     arena_printf(of->arena, "%.*s/explore?q={search_term_string}%.*s",
                                  SLICE_ARG(of->base_url), SLICE_ARG(narrowed)));
    face_json_close(json, '}');
    face_json_member(json, "query-input", SLICE("required name=search_term_string"));
    face_json_close(json, '}');
    face_json_close(json, '}');
}

void face_jsonld_site(const struct face_jsonld *jsonld, struct buf *out) {
    struct graph graph = {.of = jsonld, .json = face_json_to(out)};
    face_json_open(&graph.json, '[');
    write_site(&graph, SLICE_EMPTY);
    face_json_close(&graph.json, ']');
}

void face_jsonld_territory(const struct face_jsonld *jsonld, uint32_t territory, struct buf *out) {
    struct graph graph = {.of = jsonld, .json = face_json_to(out)};
    struct face_json *json = &graph.json;
    const struct territory *of = &jsonld->face->territories->items[territory];
    slice url = absolute(jsonld, face_territory_path(of, jsonld->arena));
    face_json_open(&graph.json, '[');
    write_site(&graph, arena_printf(jsonld->arena, "&territory=%.*s", SLICE_ARG(of->code)));
    open_node(json, of->level == TERRITORY_COUNTRY   ? "Country"
                    : of->level == TERRITORY_COMMUNE ? "City"
                                                     : "AdministrativeArea");
    face_json_member(json, "@id", arena_printf(jsonld->arena, "%.*s#territory", SLICE_ARG(url)));
    face_json_member(json, "name", of->name);
    face_json_member(json, "url", url);
    if (of->has_centre && !of->centre_is_approximate) {
        open_member(json, "geo", "GeoCoordinates");
        face_json_key(json, "latitude");
        face_json_degrees(json, of->centre.lat_e7);
        face_json_key(json, "longitude");
        face_json_degrees(json, of->centre.lon_e7);
        face_json_close(json, '}');
    }
    if (of->region != TERRITORY_NONE && of->region != territory) {
        const struct territory *region = &jsonld->face->territories->items[of->region];
        open_member(json, "containedInPlace", "AdministrativeArea");
        face_json_member(json, "name", region->name);
        face_json_member(json, "url", absolute(jsonld, face_territory_path(region, jsonld->arena)));
        face_json_close(json, '}');
    }
    face_json_close(json, '}');
    face_json_close(&graph.json, ']');
}
