/* /entries/ID/poster: one sheet, A4 or A5, for a wall: what, when, where, whom to call, a code that
 * leads to the page. */
#include "assets_names.h"
#include "face/web/explore/explorer_int.h"
#include "face/web/page/paper.h"
#include "text/text.h"

#define SIGNS_PER_LINE   45
#define FULL_SIGNS       640
#define MAP_WIDTH        640
#define MAP_HEIGHT       300
#define AROUND_M         3000
#define ROUGHLY_M        15000
#define SUMMARY_SIGNS    320
#define DATES_SHOWN      3
#define CONTACTS_SHOWN   4  /* the page has them all */
#define FEW_TITLE_SIGNS  40 /* more of them are set smaller */
#define MANY_TITLE_SIGNS 110

struct poster {
    struct page *page;
    const struct entry_public *entry;
    const struct entry *of;
    slice title, canonical;
    bool is_a5;
};

/* Whether the sheet holds so much that it is set smaller: by signs, a short line counts as many. */
static bool is_full(const struct poster *poster, slice summary) {
    const struct entry *of = poster->of;
    size_t lines = (of->date_count < DATES_SHOWN ? of->date_count : DATES_SHOWN) +
                   (of->contact_count < CONTACTS_SHOWN ? of->contact_count : CONTACTS_SHOWN);
    return text_codepoints(poster->title) + text_codepoints(summary) +
               text_codepoints(of->place.name) + text_codepoints(of->place.address) +
               of->opening_hours.n + SIGNS_PER_LINE * lines >
           FULL_SIGNS;
}

static void bar(struct poster *poster) {
    struct page *page = poster->page;
    struct html *html = &page->html;
    slice other = arena_printf(page->arena, "/entries/%lld/poster%s", (long long)poster->of->id.v,
                               poster->is_a5 ? "" : "?size=a5");
    paper_bar_start(page, link_entry(page, poster->of->id, poster->of->title),
                    i18n(html->language, "Revenir à la fiche"));
    html_raw(html, "<a");
    html_attr(html, "href", other);
    html_raw(html, ">");
    if (poster->is_a5) {
        html_t(html, "En A4");
    } else {
        html_t(html, "En A5");
    }
    html_raw(html, "</a>");
    paper_bar_end(page, poster->canonical);
}

static void map(struct poster *poster) {
    struct page *page = poster->page;
    const struct entry_public *entry = poster->entry;
    if (!entry->has_point) {
        return;
    }
    struct atlas_cell cell = {.position = entry->point,
                              .count = 1,
                              .all_approximate = entry->is_approximate,
                              .entry = poster->of->id,
                              .kind = (enum query_kind)poster->of->kind};
    struct map_mark mark = {.cell = &cell,
                            .href = link_entry(page, poster->of->id, poster->of->title),
                            .label = poster->title};
    struct geo_box box = geo_box_around(entry->point, entry->is_approximate ? ROUGHLY_M : AROUND_M);
    struct map_drawing drawing = {.view = map_view_fit(&box, MAP_WIDTH, MAP_HEIGHT, 15),
                                  .label = poster->title,
                                  .marks = &mark,
                                  .mark_count = 1,
                                  .outline = TERRITORY_NONE};
    html_raw(&page->html, "<div class=\"poster-map\">");
    map_draw(&page->html, page->face->basemap, page->face->territories, &drawing);
    html_raw(&page->html, "</div>\n");
}

static err foot(struct poster *poster) {
    struct page *page = poster->page;
    struct html *html = &page->html;
    slice address = paper_short_address(page, poster->of->id);
    html_raw(html, "<footer class=\"poster-foot\">");
    TRY(paper_qr(page, address, i18n(html->language, "Code à scanner : la page de la fiche")));
    html_raw(html, "<div><p>");
    html_t(html, "Tout savoir, participer, donner des nouvelles :");
    html_raw(html, "</p>\n<p class=\"poster-address\">");
    html_text(html, paper_without_scheme(address));
    html_raw(html, "</p>\n<p class=\"poster-site\"><svg aria-hidden=\"true\"><use "
                   "href=\"#logo\"/></svg>");
    html_text(html, page->face->site_name);
    html_raw(html, "</p></div></footer>\n");
    return OK;
}

static err write_poster(struct poster *poster) {
    struct page *page = poster->page;
    struct html *html = &page->html;
    slice summary = text_clip(
        entry_text(poster->of, ENTRY_TR_SUMMARY, 0, page->language_code, NULL), SUMMARY_SIGNS);
    struct buf name BUF_CLEANUP = buf_new(1024);
    i18n_tf(html->language, "Affiche : %1", &poster->title, 1, &name);
    part_bare_head(
        page, &(struct part_bare){.title = buf_slice(&name),
                                  .canonical = link_entry(page, poster->of->id, poster->of->title),
                                  .sheet = SLICE(ASSET_POSTER_CSS),
                                  .body_class = poster->is_a5 ? SLICE("paper paper--a5")
                                                              : SLICE("paper paper--a4"),
                                  .look = SLICE("light")});
    bar(poster);
    html_raw(html, "<main class=\"poster k-");
    html_text(html, entry_kind_slug(poster->of->kind));
    if (is_full(poster, summary)) {
        html_raw(html, " poster--full");
    }
    html_raw(html, "\">\n<p class=\"poster-kind\">");
    page_kind_icon(page, (enum query_kind)poster->of->kind);
    html_text(html, kind_one(page, (enum query_kind)poster->of->kind));
    html_raw(html, "</p>\n<h1");
    size_t signs = text_codepoints(poster->title);
    if (signs > MANY_TITLE_SIGNS) {
        html_raw(html, " class=\"poster-longest\"");
    } else if (signs > FEW_TITLE_SIGNS) {
        html_raw(html, " class=\"poster-long\"");
    }
    html_raw(html, ">");
    html_text(html, poster->title);
    html_raw(html, "</h1>\n");
    if (summary.n > 0) {
        html_raw(html, "<p class=\"poster-summary\">");
        html_text(html, summary);
        html_raw(html, "</p>\n");
    }
    html_raw(html, "<div class=\"poster-facts\">\n");
    paper_when(page, poster->of, DATES_SHOWN);
    paper_where(page, poster->entry);
    paper_contacts(page, poster->of, CONTACTS_SHOWN);
    html_raw(html, "</div>\n");
    map(poster);
    TRY(foot(poster));
    html_raw(html, "</main>\n");
    part_bare_foot(page);
    return html->out->failed;
}

err web_poster(void *app, const struct http_request *request, struct http_response *response,
               struct problem *problem) {
    struct face *face = app;
    struct entry_id id = {0};
    slice size = SLICE_EMPTY;
    slice number = slice_sub(request->captures[0], 0, slice_find(request->captures[0], 0, '-'));
    if (!slice_to_i64(number, &id.v) || id.v <= 0) {
        return problem_set(problem, ERR_NOT_FOUND, "id", "no entry has this number");
    }
    struct page page = page_begin(face, request, response);
    struct entry_public *entry = arena_new(page.arena, struct entry_public, 1);
    err loaded = entry_public_load(face_reader(request), face->territories, id, page.arena, entry);
    if (loaded != OK) {
        return loaded == ERR_NOT_FOUND
                   ? problem_set(problem, ERR_NOT_FOUND, "id", "no entry has this number")
                   : loaded;
    }
    query_raw_value(request->query, SLICE("size"), page.arena, &size);
    struct poster poster = {.page = &page,
                            .entry = entry,
                            .of = &entry->entry,
                            .is_a5 = slice_equal(size, SLICE("a5"))};
    poster.title = entry_text(poster.of, ENTRY_TR_TITLE, 0, page.language_code, NULL);
    poster.canonical = arena_printf(page.arena, "/entries/%lld/poster%s", (long long)id.v,
                                    poster.is_a5 ? "?size=a5" : "");
    return write_poster(&poster);
}
