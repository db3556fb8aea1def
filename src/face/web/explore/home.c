/* /: the question, what happens now, where to begin. */
#include "face/web/entry/news.h"
#include "face/web/explore/explorer_int.h"

#define MAP_WIDTH          540
#define MAP_HEIGHT         390
#define MAP_ZOOM_MAX       11
#define NOW_SHOWN          6
#define KIND_SHOWN         2
#define NOW_ASKED          80 /* folded groups and what has gone take some of the places */
#define THEMES_SHOWN       16
#define AGENDA_SHOWN       4
#define NEWS_SHOWN_AT_HOME 3

struct home {
    struct page *page;
    const struct atlas_view *view;
    struct query query; /* open */
    struct part_found now;
    uint64_t upcoming;
};

static void place_form(struct page *page) {
    struct html *html = &page->html;
    html_raw(html, "<form class=\"search search--one\" action=\"/explore\" method=\"get\" "
                   "role=\"search\"><div class=\"field\">");
    page_icon(page, "pin");
    html_raw(html, "<label for=\"where\">");
    html_t(html, "Votre commune ou code postal");
    html_raw(html, "</label><input id=\"where\" name=\"where\" type=\"text\" maxlength=\"120\" "
                   "autocomplete=\"postal-code\" data-suggest=\"territory\" data-go></div>\n"
                   "<button class=\"button button--sun\" type=\"submit\">");
    html_t(html, "Voir");
    html_raw(html, "</button></form>\n<p class=\"js-only\"><button class=\"button button--quiet\" "
                   "type=\"button\" data-locate");
    html_attr(html, "data-failed",
              i18n(html->language, "Votre position n’est pas disponible. Indiquez votre commune."));
    html_raw(html, ">");
    page_icon(page, "locate");
    html_t(html, "Me situer");
    html_raw(html, "</button></p>\n");
}

/* One of the three figures beside the map. */
struct figure {
    uint64_t count;
    const char *one, *many;
    bool to_come; /* dated by what is still ahead, not by today */
};

static void figure_write(struct page *page, const struct figure *figure) {
    struct html *html = &page->html;
    html_raw(html, "<li><strong>");
    html_number(html, (int64_t)figure->count);
    html_raw(html, "</strong> ");
    html_text(html, i18n_plural(html->language, figure->one, figure->many, (int64_t)figure->count));
    html_raw(html, " <small>");
    html_text(html, figure->to_come ? i18n(html->language, "à venir") : part_today_short(page));
    html_raw(html, "</small></li>");
}

/* The first three that are not nothing, in the order of what a newcomer looks for. */
static void figures(struct home *home) {
    struct html *html = &home->page->html;
    const struct atlas_result *result = &home->now.result;
    const struct figure all[] = {
        {part_kind_count(result, QUERY_KIND_INITIATIVE), N2_("initiative", "initiatives"), false},
        {part_kind_count(result, QUERY_KIND_NEED), N2_("recherche d’aide", "recherches d’aide"),
         false},
        {home->upcoming, N2_("rendez-vous", "rendez-vous"), true},
        {part_kind_count(result, QUERY_KIND_PLACE), N2_("lieu", "lieux"), false},
        {part_kind_count(result, QUERY_KIND_ACTOR), N2_("collectif", "collectifs"), false},
        {part_kind_count(result, QUERY_KIND_TOOL), N2_("outil", "outils"), false},
        {part_kind_count(result, QUERY_KIND_IDEA), N2_("idée", "idées"), false},
        {part_kind_count(result, QUERY_KIND_STORY), N2_("portrait", "portraits"), false},
    };
    unsigned shown = 0;
    html_raw(html, "<ul class=\"figures\">");
    for (size_t i = 0; i < ARRAY_COUNT(all) && shown < 3; i++) {
        if (all[i].count > 0) {
            figure_write(home->page, &all[i]);
            shown++;
        }
    }
    html_raw(html, "</ul>\n");
}

/* Where the matches are when that is one part of the country, else the mainland. */
static struct geo_box map_box(const struct atlas_result *result) {
    const struct geo_box mainland = {
        .west_e7 = -53000000, .south_e7 = 412000000, .east_e7 = 97000000, .north_e7 = 512000000};
    const struct geo_box *box = &result->box;
    bool inside = result->has_box && box->west_e7 >= mainland.west_e7 &&
                  box->east_e7 <= mainland.east_e7 && box->south_e7 >= mainland.south_e7 &&
                  box->north_e7 <= mainland.north_e7;
    return inside ? *box : mainland;
}

static err around(struct home *home) {
    struct page *page = home->page;
    struct html *html = &page->html;
    struct geo_box box = map_box(&home->now.result);
    struct atlas_request request = {
        .query = &home->query, .seven_kinds = true, .now_ms = page->now_ms};
    slice count = part_count_text(page, home->now.result.total);
    slice title = i18n(html->language, "Sur la carte");
    struct map_drawing drawing = {
        .view = map_view_fit(&box, MAP_WIDTH, MAP_HEIGHT, MAP_ZOOM_MAX),
        .label = arena_printf(page->arena, "%.*s, %.*s", SLICE_ARG(title), SLICE_ARG(count)),
        .outline = TERRITORY_NONE,
    };
    html_raw(html, "<div class=\"band-side panel around\">\n");
    part_section_head(page, title, SLICE("/explore"), i18n(html->language, "Voir la carte"));
    TRY(map_write(page, home->view, &request, &drawing));
    figures(home);
    html_raw(html, "</div>\n");
    return OK;
}

static err band(struct home *home) {
    struct page *page = home->page;
    struct html *html = &page->html;
    html_raw(html, "<div class=\"band band--home\"><svg class=\"band-arcs\" aria-hidden=\"true\">"
                   "<use href=\"#arcs\"/></svg>\n<div class=\"wrap\">\n<div class=\"band-main\">"
                   "\n<h1>");
    html_t(html, "Que se passe‑t‑il près de chez vous ?");
    html_raw(html, "</h1>\n<p class=\"lead\">");
    html_t(html, "Des habitantes et habitants agissent, s’entraident et partagent leur méthode. "
                 "Trouvez-les, rejoignez-les.");
    html_raw(html, "</p>\n");
    place_form(page);
    html_raw(html, "</div>\n");
    TRY(around(home));
    html_raw(html, "</div>\n</div>\n");
    return OK;
}

/* Whether a card may stand among the first: at most two of a kind, each with a place. */
static bool is_chosen(const struct home *home, uint32_t i, unsigned *of_kind) {
    const struct entry_public *entry = home->now.entries[i];
    enum query_kind kind = home->now.result.hits[i].kind;
    bool chosen = entry != NULL && entry->territory != TERRITORY_NONE && of_kind[kind] < KIND_SHOWN;
    of_kind[kind] += chosen;
    return chosen;
}

/* Brings six that differ to the front, in their order: people and dates of several kinds and
 * places, never a wall of one; what is left follows. */
static void choose(struct home *home) {
    struct atlas_result *result = &home->now.result;
    struct atlas_hit *hits = arena_new(home->page->arena, struct atlas_hit, result->hit_count + 1);
    struct entry_public **entries =
        arena_new(home->page->arena, struct entry_public *, result->hit_count + 1);
    unsigned of_kind[QUERY_KIND__COUNT] = {0};
    bool *taken = arena_new(home->page->arena, bool, result->hit_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < result->hit_count && count < NOW_SHOWN; i++) {
        taken[i] = is_chosen(home, i, of_kind);
        if (taken[i]) {
            hits[count] = result->hits[i];
            entries[count++] = home->now.entries[i];
        }
    }
    for (uint32_t i = 0; i < result->hit_count; i++) {
        if (!taken[i]) {
            hits[count] = result->hits[i];
            entries[count++] = home->now.entries[i];
        }
    }
    result->hits = hits;
    home->now.entries = entries;
}

static void happening_now(struct home *home) {
    struct page *page = home->page;
    struct html *html = &page->html;
    struct buf text BUF_CLEANUP = buf_new(256);
    if (home->now.result.total == 0) {
        return;
    }
    i18n_tn(html->language, "Voir le résultat", "Voir les %n résultats",
            (int64_t)home->now.result.total, &text);
    html_raw(html, "<section>");
    part_section_head(page, i18n(html->language, "En ce moment"), SLICE("/explore"),
                      arena_copy(page->arena, buf_slice(&text)));
    choose(home);
    part_cards(page, &home->now, NOW_SHOWN);
    html_raw(html, "</section>\n");
}

#define DOOR(page, href, icon, title, text)                                                        \
    do {                                                                                           \
        html_raw(&(page)->html,                                                                    \
                 "<li><a href=\"" href "\"><span class=\"door-icon\"><svg class=\"i i--big\" "     \
                 "aria-hidden=\"true\"><use href=\"#i-" icon "\"/></svg></span><span><strong>");   \
        html_text(&(page)->html, title);                                                           \
        html_raw(&(page)->html, "</strong> ");                                                     \
        html_text(&(page)->html, text);                                                            \
        html_raw(&(page)->html, "</span></a></li>\n");                                             \
    } while (0)

static void doors(struct home *home) {
    struct page *page = home->page;
    struct html *html = &page->html;
    const struct i18n_language *language = html->language;
    html_raw(html, "<section>");
    part_section_head(page, i18n(language, "Par où commencer ?"), SLICE_EMPTY, SLICE_EMPTY);
    html_raw(html, "<ul class=\"doors\">\n");
    DOOR(page, "/explore", "compass", i18n(language, "Découvrir"),
         i18n(language, "Ce qui existe déjà, ici et ailleurs, sur une carte et en liste."));
    if (part_kind_count(&home->now.result, QUERY_KIND_NEED) > 0) {
        DOOR(page, "/explore?kind=need", "heart", i18n(language, "Participer"),
             i18n(language, "Qui cherche de l’aide, où, et pour quoi faire."));
    } else {
        DOOR(page, "/themes", "layers", i18n(language, "Parcourir les thèmes"),
             i18n(language, "L’alimentation, l’habitat, l’énergie, l’eau et tous les autres."));
    }
    DOOR(page, "/add", "megaphone", i18n(language, "Partager ce que vous faites"),
         i18n(language,
              "Une initiative, un lieu, une idée, un rendez-vous : quatre pages courtes, sans "
              "compte."));
    html_raw(html, "</ul></section>\n");
}

static void themes(struct home *home) {
    struct page *page = home->page;
    struct html *html = &page->html;
    const struct themes *all = page->face->themes;
    const struct atlas_facet_counts *counts = &home->now.result.facets[ATLAS_FACET_THEME];
    uint32_t shown = 0;
    for (uint32_t i = 0; i < counts->count && shown < THEMES_SHOWN; i++) {
        const struct theme *theme = &all->items[counts->values[i].index];
        if (theme->depth > 0 || !slice_equal(all->schemes[theme->scheme].slug, SLICE("themes"))) {
            continue;
        }
        if (shown == 0) {
            html_raw(html, "<section>");
            part_section_head(page, i18n(html->language, "Par thème"), SLICE("/themes"),
                              i18n(html->language, "Tous les thèmes"));
            html_raw(html, "<ul class=\"tags\">\n");
        }
        part_count_chip(page, link_theme(page, (uint16_t)counts->values[i].index),
                        theme->label[page->language], counts->values[i].count);
        shown++;
    }
    if (shown > 0) {
        html_raw(html, "</ul></section>\n");
    }
}

/* One portrait: its title on a plain band, its picture a landscape until someone chooses to see. */
static err story(struct home *home) {
    struct page *page = home->page;
    struct html *html = &page->html;
    struct query query = home->query;
    query.kinds = 1u << QUERY_KIND_STORY;
    query.limit = NOW_SHOWN;
    struct part_found found;
    TRY(part_search(page, home->view, &query, 0, &found));
    const struct entry_public *entry = NULL;
    for (uint32_t i = 0; i < found.result.hit_count && entry == NULL; i++) {
        entry = found.entries[i];
    }
    if (entry == NULL) {
        return OK;
    }
    const struct entry *of = &entry->entry;
    html_raw(html, "<section>");
    part_section_head(page, i18n(html->language, "Un portrait"), SLICE("/stories"),
                      i18n(html->language, "Tous les portraits"));
    html_raw(html, "<figure class=\"video k-story\">\n<p class=\"video-title\">");
    html_text(html, entry_text(of, ENTRY_TR_TITLE, 0, page->language_code, NULL));
    html_raw(html, "</p>\n<div class=\"video-frame\">");
    card_scene(page, of->id);
    html_raw(html, "<a class=\"button button--light\"");
    html_attr(html, "href", link_entry(page, of->id, of->title));
    html_raw(html, ">");
    page_icon(page, "play");
    html_t(html, "Découvrir ce portrait");
    html_raw(html, "</a></div>\n<figcaption>");
    html_text(html, entry_text(of, ENTRY_TR_SUMMARY, 0, page->language_code, NULL));
    html_raw(html, "</figcaption></figure>\n</section>\n");
    return OK;
}

static void sources(struct home *home) {
    struct page *page = home->page;
    struct html *html = &page->html;
    const struct atlas_facet_counts *counts = &home->now.result.facets[ATLAS_FACET_SOURCE];
    if (counts->count == 0) {
        return;
    }
    html_raw(html, "<section>");
    part_section_head(page, i18n(html->language, "D’où viennent les fiches"),
                      SLICE("/about#sources"), i18n(html->language, "Sources et licences"));
    html_raw(html, "<ul class=\"tags\">\n");
    for (uint32_t i = 0; i < counts->count; i++) {
        struct query query = home->query;
        query_values_set(&query.sources, counts->values[i].value, true);
        part_count_chip(page, link_explore(page, &query),
                        source_title(page, counts->values[i].value), counts->values[i].count);
    }
    html_raw(html, "</ul></section>\n");
}

static err upcoming_count(struct home *home) {
    struct query query = home->query;
    query.kinds = 1u << QUERY_KIND_EVENT;
    query.when = QUERY_WHEN_UPCOMING;
    query.limit = 1;
    struct problem problem = {0};
    struct atlas_result result;
    struct atlas_request request = {.query = &query, .now_ms = home->page->now_ms};
    TRY(atlas_search(home->view, &request, home->page->arena, &result, &problem));
    home->upcoming = result.total;
    return OK;
}

static err write_page(struct home *home) {
    struct page *page = home->page;
    struct html *html = &page->html;
    page_head(page, &(struct page_head){
                        .title = i18n(html->language, "Que se passe‑t‑il près de chez vous ?"),
                        .description = i18n(html->language,
                                            "Des habitantes et habitants agissent, s’entraident et "
                                            "partagent leur méthode. Trouvez-les, rejoignez-les."),
                        .canonical = SLICE("/"),
                        .picture = SLICE("/pictures/home.png"),
                        .json_ld = meta_site(page),
                        .section = PAGE_OTHER});
    html_raw(html, "<main id=\"main\" tabindex=\"-1\">\n");
    TRY(band(home));
    html_raw(html, "<div class=\"wrap page\">\n");
    happening_now(home);
    TRY(news_section(page, TERRITORY_NONE, NEWS_SHOWN_AT_HOME));
    doors(home);
    themes(home);
    html_raw(html, "<div class=\"columns\">\n");
    TRY(part_agenda(page, home->view, &home->query, AGENDA_SHOWN));
    TRY(story(home));
    html_raw(html, "</div>\n");
    sources(home);
    html_raw(html, "</div>\n</main>\n");
    page_foot(page);
    return html->out->failed;
}

static err answer(struct home *home) {
    struct query now = home->query;
    now.limit = NOW_ASKED;
    TRY(part_search(home->page, home->view, &now,
                    1u << ATLAS_FACET_KIND | 1u << ATLAS_FACET_THEME | 1u << ATLAS_FACET_SOURCE,
                    &home->now));
    TRY(upcoming_count(home));
    return write_page(home);
}

err web_home(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    (void)problem;
    struct face *face = app;
    struct page page = page_begin(face, request, response);
    struct home home = {.page = &page, .view = atlas_pin(face->atlas), .query = query_default()};
    err answered = page_unchanged(&page, home.view, SLICE("/")) ? OK : answer(&home);
    atlas_unpin(face->atlas, home.view);
    return answered;
}
