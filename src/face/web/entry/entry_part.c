/* What stands beside an entry: how to take part, where it is, how to pass it on. */
#include "face/web/entry/entry_int.h"

#define SMALL_MAP_WIDTH  360
#define SMALL_MAP_HEIGHT 230

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
        html_text(html, sheet_text(sheet, need ? ENTRY_TR_NEED : ENTRY_TR_OFFER, position));
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

/* What is told in a row of its own, in this order; the numbers last. */
static const struct detail_row {
    enum entry_detail detail;
    const char *label;
} detail_rows[] = {
    {ENTRY_DETAIL_ACCESS, N_("Comment venir")},
    {ENTRY_DETAIL_PEOPLE, N_("Qui y parle")},
    {ENTRY_DETAIL_HANDOVER, N_("Pour reprendre")},
    {ENTRY_DETAIL_MATURITY, N_("Niveau de développement")},
    {ENTRY_DETAIL_GOVERNANCE, N_("Qui décide")},
    {ENTRY_DETAIL_THING_LICENCE, N_("Licence de ce qui est décrit")},
    {ENTRY_DETAIL_SIRET, N_("SIRET")},
    {ENTRY_DETAIL_RNA, N_("Numéro RNA")},
};

static void practical_details(struct sheet *sheet) {
    struct page *page = sheet->page;
    for (size_t i = 0; i < ARRAY_COUNT(detail_rows); i++) {
        slice label = i18n(page->html.language, detail_rows[i].label);
        slice value = sheet->of->details[detail_rows[i].detail];
        if (detail_rows[i].detail == ENTRY_DETAIL_MATURITY) {
            value = maturity_label(page, value);
        }
        if (value.n && detail_rows[i].detail == ENTRY_DETAIL_THING_LICENCE) {
            html_raw(&page->html, "<dt>");
            html_text(&page->html, label);
            html_raw(&page->html, "</dt><dd>");
            page_licence(page, value);
            html_raw(&page->html, "</dd>");
        } else {
            practical_row(page, label, value);
        }
    }
}

static bool has_practical(const struct entry *of) {
    bool has_any = of->opening_hours.n + of->price.n + of->audience.n > 0 ||
                   of->wheelchair != ENTRY_WHEELCHAIR_UNKNOWN;
    for (size_t i = 0; i < ENTRY_DETAIL__COUNT; i++) {
        has_any |= of->details[i].n > 0;
    }
    return has_any;
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
    if (!has_practical(of)) {
        return;
    }
    if (sheet->open_now.n > 0) {
        html_raw(html, "<p><span class=\"state state--");
        html_text(html, sheet->is_open ? SLICE("running") : SLICE("ended"));
        html_raw(html, "\">");
        html_text(html, sheet->open_now);
        html_raw(html, "</span></p>\n");
    }
    html_raw(html, "<dl class=\"practical\">");
    sheet_hours(sheet);
    practical_row(page, i18n(language, "Tarif"), of->price);
    practical_row(page, i18n(language, "Public"), of->audience);
    if (of->wheelchair != ENTRY_WHEELCHAIR_UNKNOWN) {
        practical_row(page, i18n(language, "Accès"), i18n(language, wheelchair[of->wheelchair]));
    }
    practical_details(sheet);
    html_raw(html, "</dl>\n");
}

void sheet_take_part(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    const struct entry *of = sheet->of;
    if (of->ask_count + of->contact_count == 0 && !has_practical(of)) {
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

/* A plain link: nothing goes to that site before someone follows it. Only to a place of its own:
 * the middle of a commune is no destination. */
static void directions(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    if (!sheet->entry->has_point || sheet->entry->is_approximate) {
        return;
    }
    slice point = point_text(page, sheet->entry->point);
    html_raw(html, "<p><a rel=\"noopener nofollow\"");
    html_attr(html, "href",
              arena_printf(page->arena, "https://www.openstreetmap.org/directions?to=%.*s",
                           SLICE_ARG(point)));
    html_raw(html, ">");
    page_icon(page, "compass");
    html_raw(html, " ");
    html_t(html, "Itinéraire (OpenStreetMap)");
    html_raw(html, "</a></p>\n");
}

void sheet_where(struct sheet *sheet) {
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
    directions(sheet);
    html_raw(html, "</section>\n");
}

void sheet_share(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    html_raw(html,
             "<section class=\"panel\" aria-labelledby=\"share-title\"><h2 id=\"share-title\">");
    html_t(html, "Partager");
    html_raw(html, "</h2>\n");
    part_share(page,
               &(struct part_share){.title = sheet->title,
                                    .address = sheet->address,
                                    .poster = arena_printf(page->arena, "/entries/%lld/poster",
                                                           (long long)sheet->of->id.v)});
    sheet_again_way(sheet);
    html_raw(html, "</section>\n");
}
