/* Where it is, to the metre: a field for the position, and above it a map. Without a script the map
 * shows where the position is; with one a pin is moved on it (web/ts/pin.ts). */
#include "face/map/map.h"
#include "face/web/add/adding.h"

#define MAP_WIDTH  600
#define MAP_HEIGHT 320
#define AROUND_M   250.0
#define ZOOM_MAX   16
#define DEGREE_E7  1e7
#define FAR_M      10000.0 /* RULE PLACE-2 */

/* ---- RULE PLACE-2: a position far from its commune is told, and may be confirmed ---- */

static double nearer_e7(int32_t value, int32_t least, int32_t most) {
    return value < least ? least : value > most ? most : value;
}

/* How far a point lies outside the box of a commune, in metres; 0 inside, and when it has none. */
static double metres_outside(const struct territory *commune, struct geo_point point) {
    if (!commune->has_centre) {
        return 0;
    }
    struct geo_point edge = {
        .lon_e7 = (int32_t)nearer_e7(point.lon_e7, commune->box.west_e7, commune->box.east_e7),
        .lat_e7 = (int32_t)nearer_e7(point.lat_e7, commune->box.south_e7, commune->box.north_e7)};
    return geo_distance_m(point, edge);
}

static const struct territory *commune_of(const struct adding *adding) {
    const struct territories *all = adding->face->territories;
    slice code = adding->draft.content.place.territory;
    uint32_t index = code.n > 0 ? territories_find(all, code) : TERRITORY_NONE;
    return index != TERRITORY_NONE && index < all->commune_count ? &all->items[index] : NULL;
}

static bool is_far(const struct adding *adding) {
    const struct entry *entry = &adding->draft.content;
    const struct territory *commune = commune_of(adding);
    return commune && entry->place.has_point && metres_outside(commune, entry->place.point) > FAR_M;
}

void add_pin_check(struct adding *adding) {
    if (is_far(adding) && !http_form_has(adding->sent, "far")) {
        form_fault(&adding->form, "point",
                   N_("Cette position est loin de la commune. Corrigez l’une ou l’autre, ou "
                      "confirmez."));
        adding->asks_far = true;
    }
}

static void write_far(struct adding *adding) {
    const struct territory *commune = commune_of(adding);
    struct buf distance BUF_CLEANUP = buf_new(64);
    struct html *html = &adding->form.page->html;
    i18n_distance(html->language, metres_outside(commune, adding->draft.content.place.point),
                  &distance);
    const slice values[] = {buf_slice(&distance), commune->label};
    html_raw(html, "<p class=\"form-help\">");
    html_tf(html, "Elle en est à %1 : %2.", values, ARRAY_COUNT(values));
    html_raw(html, "</p>\n");
    form_check(&adding->form, "far", N_("C’est bien là, même loin de la commune"), NULL, false);
}

/* ---- the page ---- */

static slice degrees(const struct adding *adding, struct geo_point point) {
    struct buf text BUF_CLEANUP = buf_new(64);
    buf_add_e7(&text, point.lat_e7);
    buf_add_char(&text, ',');
    buf_add_e7(&text, point.lon_e7);
    return arena_copy(adding->arena, buf_slice(&text));
}

static struct geo_box box_shown(const struct adding *adding) {
    const struct entry *entry = &adding->draft.content;
    const struct territories *all = adding->face->territories;
    uint32_t index = entry->place.territory.n > 0 ? territories_find(all, entry->place.territory)
                                                  : TERRITORY_NONE;
    return entry->place.has_point ? geo_box_around(entry->place.point, AROUND_M)
           : index != TERRITORY_NONE && all->items[index].has_centre ? all->items[index].box
                                                                     : mainland_box();
}

static void write_data(struct adding *adding, const struct map_view *view) {
    struct html *html = &adding->form.page->html;
    const struct territory *commune = commune_of(adding);
    html_attr(html, "data-view",
              arena_printf(adding->arena, "%.*s,%u", SLICE_ARG(degrees(adding, view->centre)),
                           view->zoom));
    if (commune && commune->has_centre) {
        html_attr(html, "data-centre", degrees(adding, commune->centre));
        html_attr(html, "data-town", commune->name);
    }
    html_attr(html, "data-said", i18n(html->language, "Épingle : {lat}, {lon}"));
    html_attr(html, "data-near", i18n(html->language, ", à {distance} du centre de {town}"));
    html_attr(html, "data-unset", i18n(html->language, "L’épingle n’est pas encore posée."));
    html_attr(html, "data-signs", i18n(html->language, "N,S,E,O"));
}

static void write_keys(struct adding *adding) {
    static const struct {
        const char *move, *zoom, *label, *sign;
    } keys[] = {{"ArrowUp", NULL, N_("Vers le nord"), "↑"},
                {"ArrowDown", NULL, N_("Vers le sud"), "↓"},
                {"ArrowLeft", NULL, N_("Vers l’ouest"), "←"},
                {"ArrowRight", NULL, N_("Vers l’est"), "→"},
                {NULL, "1", N_("Agrandir"), "+"},
                {NULL, "-1", N_("Réduire"), "−"}};
    struct html *html = &adding->form.page->html;
    html_raw(html, "<div class=\"pin-keys\" hidden>");
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        html_raw(html, "<button type=\"button\"");
        if (keys[i].move) {
            html_attr(html, "data-move", slice_from_cstr(keys[i].move));
        } else {
            html_attr(html, "data-zoom", slice_from_cstr(keys[i].zoom));
        }
        html_attr(html, "aria-label", i18n(html->language, keys[i].label));
        html_raw(html, "><span aria-hidden=\"true\">");
        html_text(html, slice_from_cstr(keys[i].sign));
        html_raw(html, "</span></button>");
    }
    html_raw(html, "</div>\n<p class=\"form-help\" id=\"pin-help\" hidden>");
    html_t(html, "Faites glisser l’épingle, touchez la carte, ou servez-vous des flèches du "
                 "clavier (avec Maj, plus finement).");
    html_raw(html, "</p>\n<p class=\"pin-told\" hidden></p>\n");
}

static void write_map(struct adding *adding) {
    struct page *page = adding->form.page;
    struct html *html = &page->html;
    const struct entry *entry = &adding->draft.content;
    struct geo_box box = box_shown(adding);
    struct atlas_cell cell = {
        .position = entry->place.point, .count = 1, .kind = (enum query_kind)entry->kind};
    struct map_mark mark = {
        .cell = &cell, .href = SLICE("#point"), .label = i18n(html->language, "La position")};
    struct map_drawing drawing = {
        .view = map_view_fit(&box, MAP_WIDTH, MAP_HEIGHT, ZOOM_MAX),
        .label = i18n(html->language, "Carte du lieu"),
        .ground_is_lazy = true,
        .marks = &mark,
        .mark_count = entry->place.has_point ? 1 : 0,
        .outline = TERRITORY_NONE,
    };
    html_raw(html, "<div class=\"pin-map\" id=\"pin\" data-base=\"/basemap/512/{z}/{x}/{y}.svg\" "
                   "data-tiles=\"/tiles/{z}/{x}/{y}/{size}.json\"");
    write_data(adding, &drawing.view);
    html_raw(html, ">\n<div class=\"pin-view\">");
    map_draw(html, page->face->basemap, page->face->territories, &drawing);
    html_raw(html, "</div>\n");
    write_keys(adding);
    html_raw(html, "</div>\n");
}

void add_pin_write(struct adding *adding, slice point) {
    struct form *form = &adding->form;
    form_aside_begin(form, N_("Montrer l’endroit sur la carte"),
                     point.n > 0 || adding->found.count > 0);
    write_map(adding);
    form_field(form, &(struct form_field){.name = "point",
                                          .label = N_("Latitude et longitude"),
                                          .help = N_("Comme 45.5646, 5.9178."),
                                          .value = point,
                                          .max_bytes = ENTRY_TEXT_MAX});
    if (adding->asks_far) {
        write_far(adding);
    }
    form_aside_end(form);
}
