/* An entry as lists show it, the same on every page. */
#include "face/web/page/page.h"

void page_kind_icon(struct page *page, enum query_kind kind) {
    struct html *html = &page->html;
    html_raw(html, "<svg class=\"i\" aria-hidden=\"true\"><use href=\"#i-");
    html_text(html, query_kind_slug(kind));
    html_raw(html, "\"/></svg>");
}

void card_badge(struct page *page, enum query_kind kind) {
    html_raw(&page->html, "<span class=\"badge\">");
    page_kind_icon(page, kind);
    html_text(&page->html, kind_one(page, kind));
    html_raw(&page->html, "</span>");
}

const struct entry_date *entry_main_date(const struct entry *entry, int64_t now_ms) {
    const struct entry_date *next = NULL;
    const struct entry_date *last = NULL;
    for (uint32_t i = 0; i < entry->date_count; i++) {
        const struct entry_date *date = &entry->dates[i];
        if (date->role != ENTRY_DATE_HAPPENS || date->start.precision == DATE_UNKNOWN) {
            continue;
        }
        if (date->last_ms >= now_ms && (next == NULL || date->first_ms < next->first_ms)) {
            next = date;
        }
        if (last == NULL || date->first_ms > last->first_ms) {
            last = date;
        }
    }
    return next != NULL ? next : last;
}

static bool is_same_day(const struct date *a, const struct date *b) {
    return a->precision == DATE_MINUTE && b->precision == DATE_MINUTE && a->year == b->year &&
           a->month == b->month && a->day == b->day;
}

void date_write(struct page *page, const struct entry_date *date, enum i18n_date_form form) {
    struct html *html = &page->html;
    struct buf text BUF_CLEANUP = buf_new(64);
    date_format(&date->start, &text);
    html_raw(html, "<time");
    /* A season has no machine form in HTML's <time>. */
    if (date->start.precision != DATE_SEASON) {
        html_attr(html, "datetime", buf_slice(&text));
    }
    html_raw(html, ">");
    buf_clear(&text);
    i18n_date(html->language, &date->start, form, &text);
    html_text(html, buf_slice(&text));
    html_raw(html, "</time>");
    if (date->end.precision == DATE_UNKNOWN) {
        return;
    }
    html_raw(html, " – <time>");
    buf_clear(&text);
    if (is_same_day(&date->start, &date->end)) {
        i18n_hour(html->language, &date->end, &text);
    } else {
        i18n_date(html->language, &date->end, form, &text);
    }
    html_text(html, buf_slice(&text));
    html_raw(html, "</time>");
}

void day_write(struct page *page, int64_t at_ms) {
    struct date day;
    if (date_from_ms(at_ms, SLICE_EMPTY, &day) == OK) {
        day.precision = DATE_DAY;
        date_write(page, &(struct entry_date){.start = day}, I18N_DATE_PLAIN);
    }
}

void card_state(struct page *page, const struct entry *entry) {
    struct html *html = &page->html;
    const struct entry_date *date = entry_main_date(entry, page->now_ms);
    if (entry->kind == ENTRY_KIND_EVENT && date != NULL) {
        html_raw(html, "<span class=\"state\">");
        date_write(page, date, I18N_DATE_SHORT);
        html_raw(html, "</span>");
        return;
    }
    if (entry->state == ENTRY_STATE_NONE) {
        return;
    }
    html_raw(html, "<span class=\"state state--");
    html_text(html, entry_state_slug(entry->state));
    html_raw(html, "\">");
    html_text(html, state_label(page, (enum query_state)(entry->state - 1)));
    html_raw(html, "</span>");
}

/* "Cognin (73)"; a wider territory by its name; the city as the source writes it as
 * a last resort. */
static slice place_name(const struct page *page, const struct entry_public *entry) {
    if (entry->territory != TERRITORY_NONE) {
        return page->face->territories->items[entry->territory].label;
    }
    return entry->entry.place.city.n > 0 ? entry->entry.place.city : entry->entry.place.name;
}

void card_place(struct page *page, const struct entry_public *entry, double distance_m) {
    struct html *html = &page->html;
    slice name = place_name(page, entry);
    if (name.n == 0) {
        return;
    }
    html_raw(html, "<p class=\"where\">");
    page_icon(page, "pin");
    html_text(html, name);
    /* A place known by its commune only has no distance within it. */
    if (distance_m >= 1000 || (distance_m >= 0 && !entry->is_approximate)) {
        struct buf text BUF_CLEANUP = buf_new(64);
        i18n_distance(html->language, distance_m, &text);
        slice value = buf_slice(&text);
        html_raw(html, " · ");
        html_tf(html, "à %1", &value, 1);
    }
    html_raw(html, "</p>\n");
}

void card_scene(struct page *page, struct entry_id id) {
    html_raw(&page->html, "<svg class=\"scene\" aria-hidden=\"true\"><use href=\"#scene-");
    html_i64(&page->html, id.v % 4);
    html_raw(&page->html, "\"/></svg>");
}

/* Says nothing of its own: the title beside it does. */
static void card_photo(struct page *page, const struct entry_picture *photo) {
    struct html *html = &page->html;
    html_raw(html, "<img");
    html_attr(html, "src", entry_picture_path(photo, 0, ENTRY_PICTURE_WEBP, page->arena));
    html_attr_i64(html, "width", photo->width);
    html_attr_i64(html, "height", photo->height);
    html_raw(html, " alt=\"\" loading=\"lazy\">");
}

/* The first photo that lies here, else a landscape in the kind's tint: a photo that stands
 * elsewhere is a link on the entry's page, since no page asks a third party for anything. */
static void card_thumb(struct page *page, const struct entry *entry) {
    struct html *html = &page->html;
    const struct entry_media *video = NULL;
    for (uint32_t i = 0; i < entry->media_count && video == NULL; i++) {
        if (entry->media[i].kind == ENTRY_MEDIA_VIDEO) {
            video = &entry->media[i];
        }
    }
    struct entry_picture photo;
    html_raw(html, "<div class=\"thumb\">");
    if (picture_first(entry, &photo) != NULL) {
        card_photo(page, &photo);
    } else {
        card_scene(page, entry->id);
    }
    if (video != NULL && video->duration_s >= 30) {
        html_raw(html, "<span class=\"duration\">");
        page_icon(page, "play");
        html_i64(html, (video->duration_s + 30) / 60);
        html_raw(html, " min</span>");
    }
    html_raw(html, "</div>\n");
}

static void card_asks(struct page *page, const struct entry *entry) {
    struct html *html = &page->html;
    bool shown[ENTRY_ASK_DIRECTION__COUNT] = {false};
    uint16_t positions[ENTRY_ASK_DIRECTION__COUNT] = {0};
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        const struct entry_ask *ask = &entry->asks[i];
        uint16_t position = positions[ask->direction]++;
        if (shown[ask->direction]) {
            continue;
        }
        shown[ask->direction] = true;
        bool need = ask->direction == ENTRY_NEED;
        if (need) {
            html_raw(html, "<p class=\"want want--need\"><strong>");
            html_t(html, "Cherche");
        } else {
            html_raw(html, "<p class=\"want want--offer\"><strong>");
            html_t(html, "Propose");
        }
        html_raw(html, "</strong> ");
        html_text(html, entry_text(entry, need ? ENTRY_TR_NEED : ENTRY_TR_OFFER, position,
                                   page->language_code, NULL));
        html_raw(html, "</p>\n");
    }
}

void card_example(struct page *page, const struct entry *entry) {
    if (entry->is_example) {
        html_raw(&page->html, " <span class=\"example\">");
        html_t(&page->html, "exemple");
        html_raw(&page->html, "</span>");
    }
}

void card_title(struct page *page, const struct entry *entry) {
    struct html *html = &page->html;
    slice written_in = SLICE_EMPTY;
    slice title = entry_text(entry, ENTRY_TR_TITLE, 0, page->language_code, &written_in);
    html_raw(html, "<h3><a");
    html_attr(html, "href", link_entry(page, entry->id, entry->title));
    if (page->framed) {
        html_raw(html, " target=\"_blank\" rel=\"noopener\"");
    }
    if (written_in.n > 0 && !slice_equal(written_in, page->language_code)) {
        html_attr(html, "lang", written_in);
    }
    html_raw(html, ">");
    html_text(html, title);
    html_raw(html, "</a>");
    card_example(page, entry);
    html_raw(html, "</h3>\n");
}

void card_write(struct page *page, const struct entry_public *entry, const struct atlas_hit *hit) {
    struct html *html = &page->html;
    const struct entry *of = &entry->entry;
    html_raw(html, "<article class=\"card k-");
    html_text(html, query_kind_slug(hit->kind));
    html_raw(html, "\"");
    html_attr(
        html, "id",
        arena_printf(page->arena, "e-%lld-%d-%u", (long long)of->id.v, (int)hit->kind, hit->ask));
    html_attr_i64(html, "data-id", of->id.v);
    if (entry->has_point) {
        html_attr(html, "data-at", point_text(page, entry->point));
    }
    html_raw(html, ">\n");
    if (!page->framed) {
        card_thumb(page, of);
    }
    html_raw(html, "<div class=\"card-body\">\n<p class=\"card-top\">");
    card_badge(page, hit->kind);
    html_raw(html, " ");
    card_state(page, of);
    if (hit->taken_up > 0) {
        html_raw(html, " <span class=\"state\">");
        html_tn(html, "Repris %n fois", "Repris %n fois", hit->taken_up);
        html_raw(html, "</span>");
    }
    html_raw(html, "</p>\n");
    card_title(page, of);
    slice summary = entry_text(of, ENTRY_TR_SUMMARY, 0, page->language_code, NULL);
    /* Without a summary the source's own sort says something, unless the title says it already. */
    slice shown = summary.n > 0 ? summary : of->type;
    if (shown.n > 0 && !slice_starts_with(of->title, shown)) {
        html_raw(html, "<p class=\"summary\">");
        html_text(html, shown);
        html_raw(html, "</p>\n");
    }
    card_asks(page, of);
    card_place(page, entry, hit->distance_m);
    html_raw(html, "</div>\n</article>\n");
}

/* <time class="date-tile">: weekday, day, month. */
static void date_tile(struct page *page, const struct date *date) {
    struct html *html = &page->html;
    struct buf text BUF_CLEANUP = buf_new(64);
    struct date day = *date;
    day.precision = DATE_DAY;
    date_format(&day, &text);
    html_raw(html, "<time class=\"date-tile\"");
    html_attr(html, "datetime", buf_slice(&text));
    buf_clear(&text);
    i18n_date(html->language, &day, I18N_DATE_SHORT, &text); /* "sam. 28 nov. 2026" */
    html_raw(html, "><span>");
    slice rest = buf_slice(&text);
    slice part;
    for (unsigned i = 0; i < 3 && slice_cut(&rest, ' ', &part); i++) {
        if (i == 1) {
            html_raw(html, "</span><strong>");
        } else if (i == 2) {
            html_raw(html, "</strong><span>");
        }
        html_text(html, part);
    }
    html_raw(html, "</span></time>");
}

void agenda_item(struct page *page, const struct entry_public *entry) {
    struct html *html = &page->html;
    const struct entry *of = &entry->entry;
    const struct entry_date *date = entry_main_date(of, page->now_ms);
    if (date == NULL) {
        return;
    }
    html_raw(html, "<li>");
    if (date->start.precision >= DATE_DAY) {
        date_tile(page, &date->start);
    }
    html_raw(html, "<div>");
    card_title(page, of);
    html_raw(html, "<p>");
    date_write(page, date, I18N_DATE_LONG);
    slice place = place_name(page, entry);
    if (place.n > 0) {
        html_raw(html, " · ");
        html_text(html, place);
    }
    html_raw(html, "</p></div></li>\n");
}

err hits_load(struct page *page, const struct atlas_result *result, struct entry_public ***found) {
    struct entry_public **entries =
        arena_new(page->arena, struct entry_public *, result->hit_count + 1);
    for (uint32_t i = 0; i < result->hit_count; i++) {
        if (result->hits[i].group != UINT32_MAX) {
            continue;
        }
        struct entry_public *entry = arena_new(page->arena, struct entry_public, 1);
        err loaded = entry_public_load(face_reader(page->request), page->face->territories,
                                       result->hits[i].entry, page->arena, entry);
        if (loaded == OK) {
            entries[i] = entry;
        } else if (loaded != ERR_NOT_FOUND) { /* archived since the view was pinned: left out */
            return loaded;
        }
    }
    *found = entries;
    return OK;
}
