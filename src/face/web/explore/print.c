/* /explore/print?QUERY: a local guide on paper: the map, then what there is by commune or by kind,
 * with when, where, whom to call and a code that leads to the page. */
#include <stdlib.h>

#include "assets_names.h"
#include "face/web/explore/explorer_int.h"
#include "face/web/page/paper.h"

#define ENTRIES_MAX    60 /* of one printed list; the next ones are a list of their own */
#define MAP_WIDTH      700
#define MAP_HEIGHT     420
#define DATES_SHOWN    2
#define CONTACTS_SHOWN 4

static const char *const print_keys[] = {"group", "lang_ui", NULL};

struct item {
    const struct entry_public *entry;
    enum query_kind kind;
    slice group; /* heading it stands under */
    uint32_t rank;
};
struct guide {
    struct explorer explorer;
    bool by_kind;
    struct item *items;
    size_t count;
};

static int item_order(const void *a, const void *b) {
    const struct item *x = a;
    const struct item *y = b;
    bool x_last = x->group.n == 0;
    bool y_last = y->group.n == 0;
    if (x_last != y_last) {
        return x_last ? 1 : -1;
    }
    int order = slice_compare(x->group, y->group);
    return order != 0 ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

static slice group_of(const struct guide *guide, const struct atlas_hit *hit,
                      const struct entry_public *entry) {
    const struct page *page = guide->explorer.page;
    return guide->by_kind ? kind_many(page, hit->kind) : entry->territory_label;
}

static void items_make(struct guide *guide) {
    const struct atlas_result *result = &guide->explorer.result;
    guide->items = arena_new(guide->explorer.page->arena, struct item, result->hit_count + 1);
    for (uint32_t i = 0; i < result->hit_count; i++) {
        const struct entry_public *entry = guide->explorer.entries[i];
        if (entry != NULL) {
            guide->items[guide->count++] =
                (struct item){.entry = entry,
                              .kind = result->hits[i].kind,
                              .group = group_of(guide, &result->hits[i], entry),
                              .rank = i};
        }
    }
    qsort(guide->items, guide->count, sizeof *guide->items, item_order);
}

static slice print_address(const struct guide *guide, const struct query *query, bool by_kind) {
    return link_query(guide->explorer.page, "/explore/print", query,
                      by_kind ? SLICE("group=kind") : SLICE_EMPTY);
}

static void bar(struct guide *guide) {
    struct page *page = guide->explorer.page;
    struct html *html = &page->html;
    struct query query = guide->explorer.asked;
    query.limit = QUERY_LIMIT_DEFAULT;
    slice canonical = print_address(guide, &query, guide->by_kind);
    query.cursor = SLICE_EMPTY;
    paper_bar_start(page, link_query(page, "/explore", &query, SLICE_EMPTY),
                    i18n(html->language, "Revenir aux résultats"));
    html_raw(html, "<a");
    html_attr(html, "href", print_address(guide, &query, !guide->by_kind));
    html_raw(html, ">");
    if (guide->by_kind) {
        html_t(html, "Par commune");
    } else {
        html_t(html, "Par sorte");
    }
    html_raw(html, "</a>");
    if (guide->explorer.result.next_cursor.n > 0) {
        query.cursor = guide->explorer.result.next_cursor;
        html_raw(html, "<a rel=\"next\"");
        html_attr(html, "href", print_address(guide, &query, guide->by_kind));
        html_raw(html, ">");
        html_t(html, "La liste suivante");
        html_raw(html, "</a>");
    }
    paper_bar_end(page, canonical);
}

static void head(struct guide *guide) {
    struct page *page = guide->explorer.page;
    struct html *html = &page->html;
    const struct atlas_result *result = &guide->explorer.result;
    html_raw(html, "<header class=\"guide-head\"><p class=\"guide-site\"><svg aria-hidden=\"true\">"
                   "<use href=\"#logo\"/></svg>");
    html_text(html, page->face->site_name);
    html_raw(html, "</p>\n<h1>");
    if (query_is_open(&guide->explorer.query)) {
        html_t(html, "Que se passe‑t‑il près de chez vous ?");
    } else {
        html_text(html, explorer_name(&guide->explorer));
    }
    html_raw(html, "</h1>\n<p>");
    html_text(html, part_count_text(page, result->total));
    html_raw(html, " ");
    html_text(html, part_today(page));
    html_raw(html, ".");
    if (result->total > guide->count) {
        html_raw(html, " ");
        html_tn(html, "Cette liste en imprime %n.", "Cette liste en imprime %n.",
                (int64_t)guide->count);
    }
    html_raw(html, "</p>\n<p class=\"guide-address\">");
    struct query query = guide->explorer.asked;
    query.cursor = SLICE_EMPTY;
    query.limit = QUERY_LIMIT_DEFAULT;
    html_text(html, paper_without_scheme(arena_printf(
                        page->arena, "%.*s%.*s", SLICE_ARG(page->request->base_url),
                        SLICE_ARG(link_query(page, "/explore", &query, SLICE_EMPTY)))));
    html_raw(html, "</p></header>\n");
}

static err map(struct guide *guide) {
    struct page *page = guide->explorer.page;
    const struct query *query = &guide->explorer.query;
    slice title = i18n(page->html.language, "Carte des résultats");
    struct map_drawing drawing = {
        .view = map_view_fit(&guide->explorer.fit, MAP_WIDTH, MAP_HEIGHT, 14),
        .label = title,
        .has_circle = query->has_near && query->radius_m > 0,
        .circle_centre = query->near,
        .circle_radius_m = query->radius_m,
        .outline = TERRITORY_NONE,
    };
    if (query->territories.count == 1) {
        drawing.outline = territories_find(page->face->territories, query->territories.values[0]);
    }
    html_raw(&page->html, "<div class=\"guide-map\">");
    TRY(map_write(page, guide->explorer.view, &guide->explorer.request, &drawing));
    html_raw(&page->html, "</div>\n");
    return OK;
}

static void asks(struct page *page, const struct entry *of) {
    struct html *html = &page->html;
    uint16_t needs = 0;
    for (uint32_t i = 0; i < of->ask_count; i++) {
        if (of->asks[i].direction == ENTRY_NEED) {
            html_raw(html, "<p class=\"guide-need\"><strong>");
            html_t(html, "Cherche");
            html_raw(html, "</strong> ");
            html_text(html, entry_text(of, ENTRY_TR_NEED, needs++, page->language_code, NULL));
            html_raw(html, "</p>\n");
        }
    }
}

static err item_write(struct page *page, const struct item *item) {
    struct html *html = &page->html;
    const struct entry *of = &item->entry->entry;
    slice title = entry_text(of, ENTRY_TR_TITLE, 0, page->language_code, NULL);
    html_raw(html, "<article class=\"guide-item k-");
    html_text(html, query_kind_slug(item->kind));
    html_raw(html, "\"><div><p class=\"guide-kind\">");
    page_kind_icon(page, item->kind);
    html_text(html, kind_one(page, item->kind));
    html_raw(html, "</p>\n<h3><a");
    html_attr(html, "href", link_entry(page, of->id, of->title));
    html_raw(html, ">");
    html_text(html, title);
    html_raw(html, "</a></h3>\n");
    slice summary = entry_text(of, ENTRY_TR_SUMMARY, 0, page->language_code, NULL);
    if (summary.n > 0) {
        html_raw(html, "<p class=\"guide-summary\">");
        html_text(html, summary);
        html_raw(html, "</p>\n");
    }
    asks(page, of);
    paper_when(page, of, DATES_SHOWN);
    paper_where(page, item->entry);
    paper_contacts(page, of, CONTACTS_SHOWN);
    html_raw(html, "</div>");
    struct buf label BUF_CLEANUP = buf_new(1024);
    i18n_tf(html->language, "Code à scanner : %1", &title, 1, &label);
    TRY(paper_qr(page, paper_short_address(page, of->id), buf_slice(&label)));
    html_raw(html, "</article>\n");
    return html->out->failed;
}

static err list(struct guide *guide) {
    struct page *page = guide->explorer.page;
    struct html *html = &page->html;
    for (size_t i = 0; i < guide->count; i++) {
        const struct item *item = &guide->items[i];
        bool is_new = i == 0 || !slice_equal(item->group, guide->items[i - 1].group);
        if (is_new) {
            if (i > 0) {
                html_raw(html, "</section>\n");
            }
            html_raw(html, "<section class=\"guide-group\"><h2>");
            html_text(html,
                      item->group.n > 0 ? item->group : i18n(html->language, "Sans lieu précis"));
            html_raw(html, "</h2>\n");
        }
        TRY(item_write(page, item));
    }
    if (guide->count > 0) {
        html_raw(html, "</section>\n");
    } else {
        html_raw(html, "<p>");
        html_t(html, "Rien pour ces choix");
        html_raw(html, "</p>\n");
    }
    return OK;
}

static err write_guide(struct guide *guide) {
    struct page *page = guide->explorer.page;
    struct html *html = &page->html;
    slice name = explorer_name(&guide->explorer);
    struct buf title BUF_CLEANUP = buf_new(1024);
    i18n_tf(html->language, "Guide à imprimer : %1", &name, 1, &title);
    struct query query = guide->explorer.asked;
    query.cursor = SLICE_EMPTY;
    query.limit = QUERY_LIMIT_DEFAULT;
    part_bare_head(
        page, &(struct part_bare){.title = buf_slice(&title),
                                  .canonical = link_query(page, "/explore", &query, SLICE_EMPTY),
                                  .sheet = SLICE(ASSET_PRINT_CSS),
                                  .body_class = SLICE("paper paper--a4"),
                                  .look = SLICE("light")});
    bar(guide);
    html_raw(html, "<main class=\"guide\">\n");
    head(guide);
    part_problems(page, &guide->explorer.problems);
    if (query_is_open(&query) || guide->explorer.asked.cursor.n == 0) {
        TRY(map(guide));
    }
    TRY(list(guide));
    html_raw(html, "</main>\n");
    part_bare_foot(page);
    return html->out->failed;
}

err web_print(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    struct face *face = app;
    struct page page = page_begin(face, request, response);
    struct guide guide = {.explorer = {.page = &page, .is_unfolded = true}};
    slice group = SLICE_EMPTY;
    err parsed = query_parse(request->query, QUERY_PAGE, print_keys, page.arena,
                             &guide.explorer.query, &guide.explorer.problems);
    if (parsed != OK) {
        return problem_set(problem, parsed, "", "the address is too long");
    }
    query_raw_value(request->query, SLICE("group"), page.arena, &group);
    guide.by_kind = slice_equal(group, SLICE("kind"));
    guide.explorer.query.limit = ENTRIES_MAX;
    guide.explorer.asked = guide.explorer.query;
    guide.explorer.view = atlas_pin(face->atlas);
    err done = OK;
    if (!page_unchanged(&page, guide.explorer.view,
                        arena_printf(page.arena, "print %.*s", SLICE_ARG(request->query)))) {
        done = explorer_search(&guide.explorer);
        if (done == OK) {
            items_make(&guide);
            done = write_guide(&guide);
        }
    }
    atlas_unpin(face->atlas, guide.explorer.view);
    return done;
}
