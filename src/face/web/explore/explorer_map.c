/* The map of the explorer: drawn here in full for those without script, taken over by web/ts. */
#include "face/web/explore/explorer_int.h"

#define MAP_WIDTH    492
#define MAP_HEIGHT   607
#define MAP_ZOOM_MAX 15
#define FRAME_WIDTH  600
#define FRAME_HEIGHT 480

static struct geo_box cell_box(const struct atlas_cell *cell) {
    return geo_tile_box(cell->tile);
}

/* "87 résultats : 31 initiatives, 12 lieux. Agrandir cette zone" */
static slice ring_label(struct page *page, const struct atlas_cell *cell) {
    struct buf text BUF_CLEANUP = buf_new(2048);
    const struct i18n_language *language = page->html.language;
    buf_add(&text, part_count_text(page, cell->count));
    buf_add(&text, i18n(language, " : "));
    bool first = true;
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        if (cell->kinds[kind] == 0) {
            continue;
        }
        const struct kind_words *words = kind_words((enum query_kind)kind);
        buf_add_cstr(&text, first ? "" : ", ");
        i18n_number(language, cell->kinds[kind], &text);
        buf_add_char(&text, ' ');
        buf_add(&text,
                i18n_plural(language, words->count_one, words->count_many, cell->kinds[kind]));
        first = false;
    }
    buf_add(&text, i18n(language, ". Agrandir cette zone"));
    return arena_copy(page->arena, buf_slice(&text));
}

static err pin_mark(struct page *page, const struct atlas_cell *cell, struct map_mark *mark) {
    struct entry_public entry;
    err loaded = entry_public_load(face_reader(page->request), page->face->territories, cell->entry,
                                   page->arena, &entry);
    if (loaded != OK && loaded != ERR_NOT_FOUND) {
        return loaded;
    }
    slice title = loaded == OK
                      ? entry_text(&entry.entry, ENTRY_TR_TITLE, 0, page->language_code, NULL)
                      : SLICE_EMPTY;
    slice kind = kind_one(page, cell->kind);
    mark->href = link_entry(page, cell->entry, loaded == OK ? entry.entry.title : SLICE_EMPTY);
    mark->is_beside = page->framed;
    mark->label = arena_printf(page->arena, "%.*s : %.*s", SLICE_ARG(kind), SLICE_ARG(title));
    return OK;
}

err map_write(struct page *page, const struct atlas_view *view, const struct atlas_request *request,
              struct map_drawing *drawing) {
    struct problem problem = {0};
    struct geo_box box = map_view_box(&drawing->view);
    struct atlas_cell *cells = NULL;
    size_t count = 0;
    TRY(atlas_cells(view, request, &box, drawing->view.zoom, page->arena, &cells, &count,
                    &problem));
    struct link_frame rings = link_frame_at(page, request->query);
    struct map_mark *marks = arena_new(page->arena, struct map_mark, count + 1);
    for (size_t i = 0; i < count; i++) {
        marks[i].cell = &cells[i];
        if (cells[i].count == 1) {
            TRY(pin_mark(page, &cells[i], &marks[i]));
        } else {
            struct geo_box inside = cell_box(&cells[i]);
            marks[i].href = link_framed(page, &rings, box_text(page, &inside));
            marks[i].label = ring_label(page, &cells[i]);
        }
    }
    drawing->marks = marks;
    drawing->mark_count = count;
    map_draw(&page->html, page->face->basemap, page->face->territories, drawing);
    return page->html.out->failed;
}

/* "initiative:initiative:initiatives,…": the words the script needs to name rings. */
static slice kinds_data(struct page *page) {
    struct buf text BUF_CLEANUP = buf_new(2048);
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        const struct kind_words *words = kind_words((enum query_kind)kind);
        slice one = i18n_plural(page->html.language, words->count_one, words->count_many, 1);
        slice many = i18n_plural(page->html.language, words->count_one, words->count_many, 2);
        slice slug = query_kind_slug((enum query_kind)kind);
        buf_addf(&text, "%s%.*s:%.*s:%.*s", kind > 0 ? "," : "", SLICE_ARG(slug), SLICE_ARG(one),
                 SLICE_ARG(many));
    }
    return arena_copy(page->arena, buf_slice(&text));
}

static void section_start(struct page *page) {
    struct html *html = &page->html;
    const struct i18n_language *language = html->language;
    html_raw(html, "<section id=\"map\" class=\"map-panel\" aria-labelledby=\"map-title\" "
                   "tabindex=\"-1\" data-tiles=\"/tiles/{z}/{x}/{y}/{size}.json\" "
                   "data-base=\"/basemap/512/{z}/{x}/{y}.svg\" data-explore=\"/explore\"");
    html_attr(html, "data-kinds", kinds_data(page));
    html_attr(html, "data-cluster", i18n(language, "{n} résultats : {kinds}. Agrandir cette zone"));
    html_attr(html, "data-approximate", i18n(language, "situé à la commune près"));
    html_attr(html, "data-close", i18n(language, "Fermer l’aperçu"));
    html_raw(html, ">\n<h2 id=\"map-title\" class=\"visually-hidden\">");
    html_t(html, "Carte des résultats");
    html_raw(html, "</h2>\n<div class=\"map-view\" id=\"map-view\">\n");
}

static void areas(struct explorer *explorer) {
    static const struct {
        const char *label;
        struct geo_box box;
    } list[] = {
        {N_("Métropole"), {-53000000, 412000000, 97000000, 512000000}},
        {N_("Antilles"), {-620000000, 143000000, -607000000, 165500000}},
        {N_("Guyane"), {-546000000, 21000000, -516000000, 58000000}},
        {N_("La Réunion"), {552000000, -214000000, 558500000, -208500000}},
        {N_("Mayotte"), {450000000, -130300000, 453200000, -126200000}},
    };
    struct page *page = explorer->page;
    struct html *html = &page->html;
    html_raw(html, "<ul class=\"areas\"");
    html_attr(html, "aria-label", i18n(html->language, "Aller à"));
    html_raw(html, ">");
    for (size_t i = 0; i < ARRAY_COUNT(list); i++) {
        struct query there = explorer->query;
        there.has_near = false;
        there.territories.count = 0;
        const struct geo_box *box = &list[i].box;
        html_raw(html, "<li><a data-partial");
        html_attr(html, "href", link_explore_at(page, &there, box));
        html_attr(html, "data-area", box_text(page, box));
        html_raw(html, ">");
        html_text(html, i18n(html->language, list[i].label));
        html_raw(html, "</a></li>");
    }
    html_raw(html, "</ul>\n");
}

static void zoom_buttons(struct page *page) {
    struct html *html = &page->html;
    html_raw(html, "<p class=\"zoom js-only\"><button type=\"button\" data-zoom=\"1\"");
    html_attr(html, "aria-label", i18n(html->language, "Agrandir"));
    html_raw(html, ">");
    page_icon(page, "plus");
    html_raw(html, "</button><button type=\"button\" data-zoom=\"-1\"");
    html_attr(html, "aria-label", i18n(html->language, "Réduire"));
    html_raw(html, ">");
    page_icon(page, "minus");
    html_raw(html, "</button></p>\n");
}

static void foot(struct page *page) {
    struct html *html = &page->html;
    html_raw(html, "<div class=\"map-foot\">\n<label class=\"check follow js-only\">"
                   "<input type=\"checkbox\" id=\"follow\"><span>");
    html_t(html, "Mettre à jour la liste quand je bouge la carte");
    html_raw(html, "</span></label>\n<ul class=\"legend\"");
    html_attr(html, "aria-label", i18n(html->language, "Légende"));
    html_raw(html, ">");
    for (unsigned kind = 0; kind <= QUERY_KIND_STORY; kind++) {
        html_raw(html, "<li class=\"k-");
        html_text(html, query_kind_slug((enum query_kind)kind));
        html_raw(html, "\">");
        html_text(html, kind_many(page, (enum query_kind)kind));
        html_raw(html, "</li>");
    }
    html_raw(html, "</ul>\n</div>\n");
}

err explorer_map(struct explorer *explorer) {
    struct page *page = explorer->page;
    const struct query *query = &explorer->query;
    struct map_drawing drawing = {
        .view = map_view_fit(&explorer->fit, page->framed ? FRAME_WIDTH : MAP_WIDTH,
                             page->framed ? FRAME_HEIGHT : MAP_HEIGHT, MAP_ZOOM_MAX),
        .ground_is_lazy = true, /* on a phone the list comes first, the map is closed */
        .has_circle = query->has_near && query->radius_m > 0,
        .circle_centre = query->near,
        .circle_radius_m = query->radius_m,
        .outline = TERRITORY_NONE,
    };
    slice count = part_count_text(page, explorer->result.total);
    slice title = i18n(page->html.language, "Carte des résultats");
    drawing.label = arena_printf(page->arena, "%.*s : %.*s", SLICE_ARG(title), SLICE_ARG(count));
    if (query->territories.count == 1) {
        drawing.outline = territories_find(page->face->territories, query->territories.values[0]);
    }
    section_start(page);
    TRY(map_write(page, explorer->view, &explorer->request, &drawing));
    html_raw(&page->html, "</div>\n");
    if (!page->framed) {
        areas(explorer);
    }
    zoom_buttons(page);
    if (!page->framed) {
        foot(page);
    }
    html_raw(&page->html, "</section>\n");
    return OK;
}
