/* /entries/ID-slug: one entry whole, from its public view. */
#include "face/web/web_int.h"

#define SMALL_MAP_WIDTH  360
#define SMALL_MAP_HEIGHT 230
#define SHARE_BYTES_MAX  4096
#define NEARBY_RADIUS_M  10000
#define NEARBY_SHOWN     3

struct sheet {
    struct page *page;
    const struct entry_public *entry;
    const struct entry *of;
    const struct atlas_view *view;
    struct source source;
    slice title, address; /* the entry's own absolute address */
};

static slice text_of(const struct sheet *sheet, enum entry_translated field, uint32_t position) {
    return entry_text(sheet->of, field, (uint16_t)position, sheet->page->language_code, NULL);
}

static void breadcrumb(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    html_raw(html, "<nav class=\"breadcrumb\"");
    html_attr(html, "aria-label", i18n(html->language, "Fil d’Ariane"));
    html_raw(html, "><ol><li><a href=\"/explore\">");
    html_t(html, "Explorer");
    html_raw(html, "</a></li>");
    if (sheet->entry->territory != TERRITORY_NONE) {
        html_raw(html, "<li><a");
        html_attr(html, "href", link_territory(page, sheet->entry->territory));
        html_raw(html, ">");
        html_text(html, page->face->territories->items[sheet->entry->territory].label);
        html_raw(html, "</a></li>");
    }
    html_raw(html, "<li aria-current=\"page\">");
    html_text(html, sheet->title);
    html_raw(html, "</li></ol></nav>\n");
}

static void fact_place(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    const struct entry *of = sheet->of;
    slice name = SLICE_EMPTY;
    if (sheet->entry->territory != TERRITORY_NONE) {
        name = page->face->territories->items[sheet->entry->territory].label;
    } else if (of->place.city.n > 0) {
        name = of->place.city;
    }
    if (name.n == 0 && of->place.name.n == 0) {
        return;
    }
    html_raw(html, "<li>");
    page_icon(page, "pin");
    html_text(html, name);
    if (name.n > 0 && of->place.name.n > 0) {
        html_raw(html, ", ");
    }
    html_text(html, of->place.name);
    html_raw(html, "</li>");
}

static void fact_dates(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    static const char *const roles[ENTRY_DATE__COUNT] = {
        [ENTRY_DATE_HAPPENS] = "",
        [ENTRY_DATE_FOUNDED] = N_("Depuis"),
        [ENTRY_DATE_BEGAN] = N_("Commencé :"),
        [ENTRY_DATE_ENDED] = N_("Terminé :"),
    };
    for (uint32_t i = 0; i < sheet->of->date_count; i++) {
        const struct entry_date *date = &sheet->of->dates[i];
        html_raw(html, "<li>");
        page_icon(page, "clock");
        html_raw(html, "<span>");
        if (roles[date->role][0] != '\0') {
            html_text(html, i18n(html->language, roles[date->role]));
            html_raw(html, " ");
        }
        date_write(page, date, I18N_DATE_LONG);
        if (date->note.n > 0) {
            html_raw(html, " (");
            html_text(html, date->note);
            html_raw(html, ")");
        }
        if (date->role == ENTRY_DATE_HAPPENS && date->last_ms < page->now_ms) {
            html_raw(html, " · ");
            html_t(html, "passé");
        }
        html_raw(html, "</span></li>");
    }
}

static void fact_confirmed(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    struct date day;
    if (sheet->of->confirmed_ms == 0 ||
        date_from_ms(sheet->of->confirmed_ms, SLICE_EMPTY, &day) != OK) {
        return;
    }
    day.precision = DATE_DAY;
    struct entry_date confirmed = {.start = day};
    html_raw(html, "<li>");
    page_icon(page, "confirmed");
    html_raw(html, "<span>");
    html_t(html, "Confirmé le");
    html_raw(html, " ");
    date_write(page, &confirmed, I18N_DATE_PLAIN);
    html_raw(html, "</span></li>");
}

static void head(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    html_raw(html, "<header class=\"entry-head\">\n<ul class=\"facts\"><li>");
    card_badge(page, (enum query_kind)sheet->of->kind);
    html_raw(html, "</li>");
    if (sheet->of->state != ENTRY_STATE_NONE) {
        html_raw(html, "<li><span class=\"state state--");
        html_text(html, entry_state_slug(sheet->of->state));
        html_raw(html, "\">");
        html_text(html, state_label(page, (enum query_state)(sheet->of->state - 1)));
        html_raw(html, "</span></li>");
    }
    fact_place(sheet);
    fact_dates(sheet);
    fact_confirmed(sheet);
    html_raw(html, "</ul>\n<h1>");
    html_text(html, sheet->title);
    if (sheet->of->is_example) {
        html_raw(html, " <span class=\"example\">");
        html_t(html, "exemple");
        html_raw(html, "</span>");
    }
    html_raw(html, "</h1>\n");
    slice summary = text_of(sheet, ENTRY_TR_SUMMARY, 0);
    if (summary.n > 0) {
        html_raw(html, "<p class=\"lead measure\">");
        html_text(html, summary);
        html_raw(html, "</p>\n");
    }
    if (sheet->of->ask_count + sheet->of->contact_count > 0) {
        html_raw(html,
                 "<p class=\"to-part\"><a class=\"button button--line\" href=\"#take-part\">");
        html_t(html, "Participer");
        html_raw(html, "</a></p>\n");
    }
    html_raw(html, "</header>\n");
}

/* Media are links: nothing is fetched from elsewhere before a click. */
static void media_item(struct sheet *sheet, const struct entry_media *media) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    slice title = media->title.n > 0 ? media->title : sheet->title;
    html_raw(html, "<figure class=\"video\">\n<p class=\"video-title\">");
    html_text(html, title);
    html_raw(html, "</p>\n<div class=\"video-frame\">");
    html_raw(html, "<svg class=\"scene\" aria-hidden=\"true\"><use href=\"#scene-3\"/></svg>\n");
    html_raw(html, "<a class=\"button button--light\" rel=\"noopener nofollow\"");
    if (!html_href_outside(html, media->url)) {
        html_attr(html, "href", SLICE("#main"));
    }
    html_raw(html, ">");
    switch (media->kind) {
    case ENTRY_MEDIA_VIDEO:
        page_icon(page, "play");
        html_t(html, "Voir la vidéo");
        break;
    case ENTRY_MEDIA_AUDIO:
        page_icon(page, "play");
        html_t(html, "Écouter");
        break;
    case ENTRY_MEDIA_IMAGE:
        page_icon(page, "link");
        html_t(html, "Voir la photo");
        break;
    case ENTRY_MEDIA_DOCUMENT:
    case ENTRY_MEDIA__COUNT:
        page_icon(page, "file");
        html_t(html, "Ouvrir le document");
        break;
    }
    html_raw(html, "</a></div>\n<figcaption>");
    html_text(html, media->alt);
    if (media->credit.n > 0) {
        if (media->alt.n > 0) {
            html_raw(html, " · ");
        }
        html_text(html, media->credit);
    }
    if (media->licence.n > 0) {
        html_raw(html, ", ");
        html_text(html, media->licence);
    }
    html_raw(html, " ");
    html_t(html, "Rien n’est chargé avant votre clic.");
    html_raw(html, "</figcaption>\n</figure>\n");
    if (media->transcript.n > 0) {
        html_raw(html, "<details class=\"panel transcript\"><summary>");
        html_t(html, "Transcription");
        html_raw(html, "</summary><div class=\"prose\"><p>");
        html_text(html, media->transcript);
        html_raw(html, "</p></div></details>\n");
    }
}

static err body(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    const struct entry *of = sheet->of;
    html_raw(html, "<div class=\"entry-main\">\n");
    for (uint32_t i = 0; i < of->media_count; i++) {
        media_item(sheet, &of->media[i]);
    }
    slice description = text_of(sheet, ENTRY_TR_DESCRIPTION, 0);
    if (description.n > 0) {
        html_raw(html, "<div class=\"prose measure\">\n");
        TRY(html_markdown(html, description, 2));
        html_raw(html, "</div>\n");
    }
    if (of->end_reason.n > 0) {
        html_raw(html, "<p class=\"alert alert--info\">");
        page_icon(page, "info");
        html_raw(html, "<span>");
        html_text(html, of->end_reason);
        html_raw(html, "</span></p>\n");
    }
    html_raw(html, "<ul class=\"tags\">");
    for (uint32_t i = 0; i < of->theme_count; i++) {
        uint16_t theme = themes_find(page->face->themes, of->themes[i]);
        if (theme != THEME_NONE) {
            html_raw(html, "<li><a class=\"chip\"");
            html_attr(html, "href", link_theme(page, theme));
            html_raw(html, ">");
            html_text(html, page->face->themes->items[theme].label[page->language]);
            html_raw(html, "</a></li>");
        }
    }
    for (uint32_t i = 0; i < of->tag_count; i++) {
        html_raw(html, "<li><span class=\"chip\">");
        html_text(html, of->tags[i]);
        html_raw(html, "</span></li>");
    }
    html_raw(html, "</ul>\n</div>\n");
    return OK;
}

static void asks(struct sheet *sheet, enum entry_ask_direction direction) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    bool need = direction == ENTRY_NEED;
    uint32_t position = 0;
    for (uint32_t i = 0; i < sheet->of->ask_count; i++) {
        if (sheet->of->asks[i].direction != direction) {
            continue;
        }
        if (position == 0 && need) {
            html_raw(html, "<div class=\"wants k-need\"><h3>");
            page_icon(page, "need");
            html_t(html, "Cherche");
            html_raw(html, "</h3><ul>");
        } else if (position == 0) {
            html_raw(html, "<div class=\"wants k-offer\"><h3>");
            page_icon(page, "offer");
            html_t(html, "Propose");
            html_raw(html, "</h3><ul>");
        }
        html_raw(html, "<li>");
        html_text(html, text_of(sheet, need ? ENTRY_TR_NEED : ENTRY_TR_OFFER, position));
        html_raw(html, "</li>");
        position++;
    }
    if (position > 0) {
        html_raw(html, "</ul></div>\n");
    }
}

/* The address of a contact as a link; false when it is no address we may link to. */
static slice contact_href(const struct sheet *sheet, const struct entry_contact *contact) {
    struct arena *arena = sheet->page->arena;
    switch (contact->kind) {
    case ENTRY_CONTACT_EMAIL:
        return arena_printf(arena, "mailto:%.*s", SLICE_ARG(contact->value));
    case ENTRY_CONTACT_TELEPHONE: {
        struct buf digits BUF_CLEANUP = buf_new(64);
        buf_add_cstr(&digits, "tel:");
        for (size_t i = 0; i < contact->value.n; i++) {
            char byte = contact->value.p[i];
            if ((byte >= '0' && byte <= '9') || byte == '+') {
                buf_add_char(&digits, byte);
            }
        }
        return arena_copy(arena, buf_slice(&digits));
    }
    case ENTRY_CONTACT_WEBSITE:
    case ENTRY_CONTACT_FORM:
    case ENTRY_CONTACT_SOCIAL:
    case ENTRY_CONTACT__COUNT:
        return contact->value;
    }
    return contact->value;
}

static void contact_item(struct sheet *sheet, const struct entry_contact *contact) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    html_raw(html, "<li>");
    switch (contact->kind) {
    case ENTRY_CONTACT_EMAIL:
        page_icon(page, "mail");
        break;
    case ENTRY_CONTACT_TELEPHONE:
        page_icon(page, "phone");
        break;
    case ENTRY_CONTACT_WEBSITE:
    case ENTRY_CONTACT_FORM:
    case ENTRY_CONTACT_SOCIAL:
    case ENTRY_CONTACT__COUNT:
        page_icon(page, "globe");
        break;
    }
    slice shown = contact->label.n > 0 ? contact->label : contact->value;
    if (contact->kind == ENTRY_CONTACT_WEBSITE && contact->label.n == 0) {
        size_t start = slice_find_slice(shown, 0, SLICE("://"));
        shown = start < shown.n ? slice_sub(shown, start + 3, shown.n) : shown;
        shown = slice_ends_with(shown, SLICE("/")) ? slice_sub(shown, 0, shown.n - 1) : shown;
    }
    slice href = contact_href(sheet, contact);
    if (html_url_is_safe(href)) {
        html_raw(html, "<a rel=\"noopener nofollow\"");
        html_attr(html, "href", href);
        html_raw(html, ">");
        html_text(html, shown);
        html_raw(html, "</a>");
    } else {
        html_text(html, shown);
    }
    html_raw(html, "</li>");
}

static void practical_row(struct page *page, slice name, slice value) {
    struct html *html = &page->html;
    if (value.n == 0) {
        return;
    }
    html_raw(html, "<dt>");
    html_text(html, name);
    html_raw(html, "</dt><dd>");
    html_text(html, value);
    html_raw(html, "</dd>");
}

static void practical(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    const struct i18n_language *language = html->language;
    const struct entry *of = sheet->of;
    static const char *const wheelchair[ENTRY_WHEELCHAIR__COUNT] = {
        [ENTRY_WHEELCHAIR_UNKNOWN] = "",
        [ENTRY_WHEELCHAIR_YES] = N_("Accessible en fauteuil roulant"),
        [ENTRY_WHEELCHAIR_LIMITED] = N_("Accessible en partie en fauteuil roulant"),
        [ENTRY_WHEELCHAIR_NO] = N_("Non accessible en fauteuil roulant"),
    };
    bool has_any = of->opening_hours.n + of->price.n + of->audience.n > 0 ||
                   of->wheelchair != ENTRY_WHEELCHAIR_UNKNOWN;
    if (!has_any) {
        return;
    }
    html_raw(html, "<dl class=\"practical\">");
    practical_row(page, i18n(language, "Horaires"), hours_text(page, of->opening_hours));
    practical_row(page, i18n(language, "Tarif"), of->price);
    practical_row(page, i18n(language, "Public"), of->audience);
    if (of->wheelchair != ENTRY_WHEELCHAIR_UNKNOWN) {
        practical_row(page, i18n(language, "Accès"), i18n(language, wheelchair[of->wheelchair]));
    }
    html_raw(html, "</dl>\n");
}

static void take_part(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    const struct entry *of = sheet->of;
    bool has_any = of->ask_count + of->contact_count > 0 || of->opening_hours.n > 0 ||
                   of->price.n > 0 || of->audience.n > 0;
    if (!has_any) {
        return;
    }
    html_raw(html, "<section class=\"panel\" id=\"take-part\" "
                   "aria-labelledby=\"take-part-title\"><h2 id=\"take-part-title\">");
    html_t(html, "Participer");
    html_raw(html, "</h2>\n");
    asks(sheet, ENTRY_NEED);
    asks(sheet, ENTRY_OFFER);
    if (of->contact_count > 0) {
        html_raw(html, "<ul class=\"contacts\">");
        for (uint32_t i = 0; i < of->contact_count; i++) {
            contact_item(sheet, &of->contacts[i]);
        }
        html_raw(html, "</ul>\n");
    }
    practical(sheet);
    html_raw(html, "</section>\n");
}

static slice precision_text(const struct sheet *sheet) {
    const struct i18n_language *language = sheet->page->html.language;
    switch (sheet->of->place.precision) {
    case ENTRY_PRECISION_EXACT:
        return SLICE_EMPTY;
    case ENTRY_PRECISION_100M:
        return i18n(language, "Lieu montré à 100 m près.");
    case ENTRY_PRECISION_COMMUNE:
        return i18n(language, "Lieu connu à la commune près.");
    case ENTRY_PRECISION_EPCI:
        return i18n(language, "Lieu connu à l’intercommunalité près.");
    case ENTRY_PRECISION_DEPARTEMENT:
        return i18n(language, "Lieu connu au département près.");
    case ENTRY_PRECISION_REGION:
        return i18n(language, "Lieu connu à la région près.");
    case ENTRY_PRECISION_COUNTRY:
    case ENTRY_PRECISION_NONE:
    case ENTRY_PRECISION__COUNT:
        return SLICE_EMPTY;
    }
    return SLICE_EMPTY;
}

static void where_map(struct sheet *sheet, const struct geo_box *box) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    struct atlas_cell cell = {.position = sheet->entry->point,
                              .count = 1,
                              .all_approximate = sheet->entry->is_approximate,
                              .entry = sheet->of->id,
                              .kind = (enum query_kind)sheet->of->kind};
    struct map_mark mark = {.cell = &cell, .href = SLICE("#where-title"), .label = sheet->title};
    struct map_drawing drawing = {
        .view = map_view_fit(box, SMALL_MAP_WIDTH, SMALL_MAP_HEIGHT, 13),
        .label = arena_printf(page->arena, "%.*s", SLICE_ARG(sheet->title)),
        .marks = &mark,
        .mark_count = sheet->entry->has_point ? 1 : 0,
        .outline = sheet->entry->territory,
    };
    html_raw(html, "<figure class=\"small-map\">");
    map_draw(html, page->face->basemap, page->face->territories, &drawing);
    html_raw(html, "<figcaption>");
    slice precision = precision_text(sheet);
    html_text(html, precision);
    html_raw(html, " ");
    struct query query = query_default();
    query.has_box = true;
    query.box = map_view_box(&drawing.view);
    html_raw(html, "<a");
    html_attr(html, "href", link_explore(page, &query));
    html_raw(html, ">");
    html_t(html, "Voir ce qui existe autour");
    html_raw(html, "</a></figcaption></figure>\n");
}

static void where(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    const struct entry *of = sheet->of;
    const struct territory *territory =
        sheet->entry->territory == TERRITORY_NONE
            ? NULL
            : &page->face->territories->items[sheet->entry->territory];
    bool drawn = sheet->entry->has_point || (territory != NULL && territory->has_centre);
    if (!drawn && of->place.address.n == 0) {
        return;
    }
    html_raw(html,
             "<section class=\"panel\" aria-labelledby=\"where-title\"><h2 id=\"where-title\">");
    html_t(html, "Où");
    html_raw(html, "</h2>\n");
    if (of->place.address.n > 0) {
        html_raw(html, "<p>");
        html_text(html, of->place.address);
        html_raw(html, "<br>");
        html_text(html, of->place.postal_code);
        html_raw(html, " ");
        /* Sources write towns in capitals, or as they please:
         * the territory's own name goes first. */
        bool is_commune = territory != NULL && territory->level == TERRITORY_COMMUNE;
        html_text(html, is_commune ? territory->name : of->place.city);
        html_raw(html, "</p>\n");
    }
    if (drawn) {
        struct geo_box box =
            sheet->entry->has_point ? geo_box_around(sheet->entry->point, 4000) : territory->box;
        where_map(sheet, &box);
    }
    html_raw(html, "</section>\n");
}

static void share_link(struct page *page, const char *scheme, slice subject, slice body_text) {
    struct buf url BUF_CLEANUP = buf_new(SHARE_BYTES_MAX);
    buf_add_cstr(&url, scheme);
    if (subject.n > 0) {
        buf_add_cstr(&url, "subject=");
        encode_component(subject, &url);
        buf_add_char(&url, '&');
    }
    buf_add_cstr(&url, "body=");
    encode_component(body_text, &url);
    html_raw(&page->html, "<a class=\"button button--line\"");
    html_attr(&page->html, "href", buf_slice(&url));
    html_raw(&page->html, ">");
}

static void share(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    slice said =
        arena_printf(page->arena, "%.*s\n%.*s", SLICE_ARG(sheet->title), SLICE_ARG(sheet->address));
    html_raw(html,
             "<section class=\"panel\" aria-labelledby=\"share-title\"><h2 id=\"share-title\">");
    html_t(html, "Partager");
    html_raw(html, "</h2>\n<p class=\"actions\">");
    share_link(page, "sms:?&", SLICE_EMPTY, said);
    page_icon(page, "message");
    html_t(html, "SMS");
    html_raw(html, "</a> ");
    share_link(page, "mailto:?", sheet->title, said);
    page_icon(page, "mail");
    html_t(html, "Mail");
    html_raw(html, "</a> <button class=\"button button--line js-only\" type=\"button\"");
    html_attr(html, "data-copy", sheet->address);
    html_attr(html, "data-done", i18n(html->language, "Adresse copiée"));
    html_raw(html, ">");
    page_icon(page, "link");
    html_t(html, "Copier l’adresse");
    html_raw(html, "</button></p></section>\n");
}

static void figures(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    const struct entry *of = sheet->of;
    if (of->figure_count == 0) {
        return;
    }
    html_raw(html, "<section class=\"entry-wide\" aria-labelledby=\"figures-title\">\n<h2 "
                   "id=\"figures-title\">");
    html_t(html, "En chiffres");
    html_raw(html, "</h2>\n<ul class=\"figures panel\">");
    for (uint32_t i = 0; i < of->figure_count; i++) {
        const struct entry_figure *figure = &of->figures[i];
        html_raw(html, "<li><strong>");
        int64_t number = 0;
        if (slice_to_i64(figure->value, &number)) {
            html_number(html, number);
        } else {
            html_text(html, figure->value);
        }
        if (figure->unit.n > 0) {
            html_raw(html, "\u00a0");
            html_text(html, figure->unit);
        }
        html_raw(html, "</strong> ");
        html_text(html, text_of(sheet, ENTRY_TR_FIGURE, i));
        html_raw(html, " <small>");
        html_text(html, figure->date);
        if (figure->date.n > 0 && figure->source.n > 0) {
            html_raw(html, " · ");
        }
        html_text(html, figure->source);
        html_raw(html, "</small></li>");
    }
    html_raw(html, "</ul>\n</section>\n");
}

static slice relation_label(const struct page *page, slice relation, bool incoming) {
    static const struct {
        const char *slug, *out, *in;
    } rows[] = {
        {"presents", N_("Présente"), N_("Présenté par")},
        {"runs", N_("Anime"), N_("Animé par")},
        {"made", N_("A réalisé"), N_("Réalisé par")},
        {"accompanied", N_("A accompagné"), N_("Accompagné par")},
        {"recycles-for", N_("Recycle pour"), N_("Recyclage par")},
        {"co-writes", N_("Écrit avec d’autres"), N_("Écrit avec")},
        {"part-of", N_("Fait partie de"), N_("Comprend")},
        {"inspired-by", N_("Inspiré par"), N_("A inspiré")},
        {"see-also", N_("Voir aussi"), N_("Voir aussi")},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (slice_equal(relation, slice_from_cstr(rows[i].slug))) {
            return i18n(page->html.language, incoming ? rows[i].in : rows[i].out);
        }
    }
    return relation;
}

static void link_item(struct sheet *sheet, const struct entry_link *link) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    bool inside = link->target.v != 0;
    if (!inside && !html_url_is_safe(link->target_key)) {
        return;
    }
    enum query_kind kind = inside ? (enum query_kind)link->target_kind : QUERY_KIND_ACTOR;
    html_raw(html, "<li class=\"k-");
    html_text(html, query_kind_slug(kind));
    html_raw(html, "\">");
    card_scene(page, link->target);
    html_raw(html, "<div><p>");
    if (inside) {
        card_badge(page, kind);
        html_raw(html, " ");
    }
    html_text(html, relation_label(page, link->relation, link->incoming));
    html_raw(html, "</p><h3><a");
    if (inside) {
        html_attr(html, "href", link_entry(page, link->target, link->target_title));
    } else {
        html_raw(html, " rel=\"noopener nofollow\"");
        html_href_outside(html, link->target_key);
    }
    html_raw(html, ">");
    html_text(html, inside ? link->target_title : link->target_key);
    html_raw(html, "</a></h3></div></li>");
}

static void links(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    if (sheet->of->link_count == 0) {
        return;
    }
    html_raw(html, "<section class=\"entry-wide\" aria-labelledby=\"links-title\"><h2 "
                   "id=\"links-title\">");
    html_t(html, "Liens");
    html_raw(html, "</h2><ul class=\"links panel\">");
    for (uint32_t i = 0; i < sheet->of->link_count; i++) {
        link_item(sheet, &sheet->of->links[i]);
    }
    html_raw(html, "</ul></section>\n");
}

/* What else happens close by: the nearest others, whatever their kind
 * (RULE SHOW-1 folds the many). */
static err nearby(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    if (!sheet->entry->has_point) {
        return OK;
    }
    struct query query = query_default();
    query.has_near = true;
    query.near = sheet->entry->point;
    query.radius_m = NEARBY_RADIUS_M;
    query.limit = NEARBY_SHOWN + 1; /* one of them is this one */
    struct atlas_request request = {
        .query = &query, .fold = true, .seven_kinds = true, .now_ms = page->now_ms};
    struct atlas_result result = {0};
    struct problem problem = {0};
    TRY(atlas_search(sheet->view, &request, page->arena, &result, &problem));
    struct entry_public **found = NULL;
    TRY(hits_load(page, &result, &found));
    uint32_t shown = 0;
    for (uint32_t i = 0; i < result.hit_count && shown < NEARBY_SHOWN; i++) {
        if (found[i] == NULL || result.hits[i].entry.v == sheet->of->id.v) {
            continue;
        }
        if (shown++ == 0) {
            html_raw(html, "<section class=\"entry-wide\" aria-labelledby=\"near-title\"><div "
                           "class=\"section-head\"><h2 id=\"near-title\">");
            html_t(html, "À proximité");
            html_raw(html, "</h2><a");
            query.limit = QUERY_LIMIT_DEFAULT;
            html_attr(html, "href", link_explore(page, &query));
            html_raw(html, ">");
            html_tn(html, "Voir le résultat à moins de 10 km",
                    "Voir les %n résultats à moins de 10 km", (int64_t)result.total);
            html_raw(html, "</a></div>\n<ol class=\"cards cards--tiles\">");
        }
        html_raw(html, "<li>");
        card_write(page, found[i], &result.hits[i]);
        html_raw(html, "</li>");
    }
    if (shown > 0) {
        html_raw(html, "</ol></section>\n");
    }
    return OK;
}

/* "Licence : CC BY-SA 4.0, On passe à l’acte." */
static void foot_licence(struct sheet *sheet) {
    static const struct {
        const char *id, *name, *address;
    } known[] = {
        {"CC-BY-SA-4.0", "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"},
        {"CC-BY-4.0", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"},
        {"CC0-1.0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"},
        {"ODbL-1.0", "ODbL 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"},
        {"etalab-2.0", "Licence Ouverte 2.0",
         "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"},
    };
    struct html *html = &sheet->page->html;
    slice id = sheet->of->licence.n > 0 ? sheet->of->licence : sheet->source.licence;
    if (id.n == 0) {
        return;
    }
    html_t(html, "Licence :");
    html_raw(html, " ");
    size_t at = 0;
    while (at < ARRAY_COUNT(known) && !slice_equal(id, slice_from_cstr(known[at].id))) {
        at++;
    }
    if (at < ARRAY_COUNT(known)) {
        html_raw(html, "<a rel=\"license noopener\"");
        html_href_outside(html, slice_from_cstr(known[at].address));
        html_raw(html, ">");
        html_text(html, slice_from_cstr(known[at].name));
        html_raw(html, "</a>");
    } else {
        html_text(html, id);
    }
    if (sheet->source.attribution.n > 0) {
        html_raw(html, ", ");
        html_text(html, sheet->source.attribution);
    }
    html_raw(html, ".");
}

static void foot_source(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    const struct entry *of = sheet->of;
    html_raw(html, "<p>");
    page_icon(page, "file");
    html_raw(html, "<span>");
    slice name = sheet->source.title.n > 0 ? sheet->source.title : sheet->source.slug;
    slice address = of->source_url.n > 0 ? of->source_url : sheet->source.url;
    if (name.n > 0) {
        html_t(html, "Source :");
        html_raw(html, " ");
        if (html_url_is_safe(address)) {
            html_raw(html, "<a rel=\"noopener nofollow\"");
            html_href_outside(html, address);
            html_raw(html, ">");
            html_text(html, name);
            html_raw(html, "</a>");
        } else {
            html_text(html, name);
        }
        html_raw(html, ". ");
    }
    if (of->source_note.n > 0) {
        html_text(html, of->source_note);
        html_raw(html, " ");
    }
    foot_licence(sheet);
    html_raw(html, "</span></p>\n");
}

static err foot_history(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    struct entry_revision *revisions = NULL;
    size_t count = 0;
    TRY(entry_revisions(face_reader(page->request), sheet->of->id, page->arena, &revisions,
                        &count));
    struct date day;
    if (sheet->of->updated_ms == 0 ||
        date_from_ms(sheet->of->updated_ms, SLICE_EMPTY, &day) != OK) {
        return OK;
    }
    day.precision = DATE_DAY;
    struct entry_date updated = {.start = day};
    html_raw(html, "<p>");
    page_icon(page, "history");
    html_raw(html, "<span>");
    html_t(html, "Mise à jour le");
    html_raw(html, " ");
    date_write(page, &updated, I18N_DATE_PLAIN);
    html_raw(html, " · ");
    html_tn(html, "%n version", "%n versions", (int64_t)count);
    html_raw(html, "</span></p>\n");
    return OK;
}

static err write_page(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    slice summary = text_of(sheet, ENTRY_TR_SUMMARY, 0);
    page_head(page, &(struct page_head){
                        .title = sheet->title,
                        .description = summary,
                        .canonical = link_entry(page, sheet->of->id, sheet->of->title),
                        .section = PAGE_EXPLORE,
                    });
    html_raw(html, "<main id=\"main\" class=\"wrap entry k-");
    html_text(html, entry_kind_slug(sheet->of->kind));
    html_raw(html, "\" tabindex=\"-1\">\n");
    breadcrumb(sheet);
    head(sheet);
    TRY(body(sheet));
    html_raw(html, "<aside class=\"entry-side\"");
    html_attr(html, "aria-label", i18n(html->language, "Participer et trouver"));
    html_raw(html, ">\n");
    take_part(sheet);
    where(sheet);
    share(sheet);
    html_raw(html, "</aside>\n");
    figures(sheet);
    links(sheet);
    TRY(nearby(sheet));
    html_raw(html, "<footer class=\"entry-foot\">");
    foot_source(sheet);
    TRY(foot_history(sheet));
    html_raw(html, "</footer>\n</main>\n");
    page_foot(page);
    return html->out->failed;
}

static err answer(struct sheet *sheet, struct entry_id id) {
    struct page *page = sheet->page;
    struct entry_public *entry = arena_new(page->arena, struct entry_public, 1);
    TRY(entry_public_load(face_reader(page->request), page->face->territories, id, page->arena,
                          entry));
    sheet->entry = entry;
    sheet->of = &entry->entry;
    sheet->title = text_of(sheet, ENTRY_TR_TITLE, 0);
    slice canonical = link_entry(page, id, entry->entry.title);
    sheet->address = arena_printf(page->arena, "%.*s%.*s", SLICE_ARG(page->request->base_url),
                                  SLICE_ARG(canonical));
    if (!slice_equal(page->request->path, canonical)) {
        page->response->status = 301;
        page->response->location = canonical;
        page->response->cache = HTTP_CACHE_HOUR;
        return OK;
    }
    if (page_unchanged(page, sheet->view, canonical)) {
        return OK;
    }
    if (entry->entry.source_slug.n > 0) {
        err found = source_find(face_reader(page->request), entry->entry.source_slug, page->arena,
                                &sheet->source);
        if (found != OK && found != ERR_NOT_FOUND) {
            return found;
        }
    }
    return write_page(sheet);
}

err web_entry(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    struct face *face = app;
    struct entry_id id = {0};
    slice number = slice_sub(request->captures[0], 0, slice_find(request->captures[0], 0, '-'));
    if (!slice_to_i64(number, &id.v) || id.v <= 0) {
        return problem_set(problem, ERR_NOT_FOUND, "id", "no entry has this address");
    }
    struct page page = page_begin(face, request, response);
    struct sheet sheet = {.page = &page, .view = atlas_pin(face->atlas)};
    err answered = answer(&sheet, id);
    atlas_unpin(face->atlas, sheet.view);
    return answered == ERR_NOT_FOUND
               ? problem_set(problem, ERR_NOT_FOUND, "id", "no entry has this address")
               : answered;
}
