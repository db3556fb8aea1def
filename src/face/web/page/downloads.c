/* What a result is taken away as: the forms of face/forms.h in words, and feeds to subscribe to. */
#include "face/web/page/page.h"

#include "face/forms.h"

/* A reader of feeds comes back often: it is given what is new, not everything each time. */
#define FEED_ENTRIES "100"

/* The text of the query that the forms answer: what orders or cuts a list is left out. */
static slice question_text(const struct page *page, const struct query *query) {
    struct query bare = *query;
    bare.sort = QUERY_SORT_RELEVANCE;
    bare.cursor = SLICE_EMPTY;
    bare.limit = QUERY_LIMIT_DEFAULT;
    struct buf text BUF_CLEANUP = buf_new(8192);
    query_format(&bare, &text);
    return arena_copy(page->arena, buf_slice(&text));
}

static slice form_path(const struct page *page, enum face_form form, slice question) {
    bool feed = face_forms[form].order == FACE_FORM_NEWEST_FIRST;
    slice limit = !feed             ? SLICE_EMPTY
                  : question.n == 0 ? SLICE("limit=" FEED_ENTRIES)
                                    : SLICE("&limit=" FEED_ENTRIES);
    return arena_printf(page->arena, "%s%s%.*s%.*s", face_forms[form].path,
                        question.n > 0 || feed ? "?" : "", SLICE_ARG(question), SLICE_ARG(limit));
}

void downloads_alternates(struct page *page, const struct query *query) {
    struct html *html = &page->html;
    static const enum face_form offered[] = {FACE_FORM_ATOM, FACE_FORM_JSON_FEED, FACE_FORM_GEOJSON,
                                             FACE_FORM_ICAL};
    slice question = question_text(page, query);
    bool events = (query->kinds >> QUERY_KIND_EVENT & 1) != 0;
    for (size_t i = 0; i < ARRAY_COUNT(offered); i++) {
        if (offered[i] == FACE_FORM_ICAL && !events) {
            continue;
        }
        slice type = slice_from_cstr(face_forms[offered[i]].media_type);
        html_raw(html, "<link rel=\"alternate\"");
        html_attr(html, "type", slice_sub(type, 0, slice_find(type, 0, ';')));
        html_attr(html, "href", form_path(page, offered[i], question));
        html_raw(html, ">\n");
    }
}

/* One line: what it is for, and at its end the name that programs call it by. */
static void link_write(struct page *page, slice href, slice label, slice name) {
    struct html *html = &page->html;
    html_raw(html, "<li><a class=\"facet-link\"");
    html_attr(html, "href", href);
    html_raw(html, "><span>");
    html_text(html, label);
    html_raw(html, "</span> <span class=\"count\">");
    html_text(html, name);
    html_raw(html, "</span></a></li>\n");
}

struct offer {
    enum face_form form;
    const char *label, *name;
};

static void files(struct page *page, const struct atlas_result *result, slice question,
                  bool dated) {
    static const struct offer offers[] = {
        {FACE_FORM_CSV, N_("Tableau, pour un tableur"), "CSV"},
        {FACE_FORM_GEOJSON, N_("Carte, pour un logiciel de carte"), "GeoJSON"},
        {FACE_FORM_KML, N_("Carte, pour un globe ou une carte à soi"), "KML"},
        {FACE_FORM_GPX, N_("Points, pour un téléphone ou un GPS"), "GPX"},
        {FACE_FORM_ICAL, N_("Agenda, les dates connues au jour près"), "iCalendar"},
        {FACE_FORM_JSONL, N_("Fiches entières, pour une autre instance"), "JSONL"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(offers); i++) {
        enum face_form_holds holds = face_forms[offers[i].form].holds;
        if (holds == FACE_FORM_HOLDS_DATED && !dated) {
            continue;
        }
        slice label = i18n(page->html.language, offers[i].label);
        if (holds == FACE_FORM_HOLDS_DRAWN && result->unplaced > 0) { /* what is left out is told */
            slice count = part_count_text(page, result->total - result->unplaced);
            label = arena_printf(page->arena, "%.*s (%.*s)", SLICE_ARG(label), SLICE_ARG(count));
        }
        link_write(page, form_path(page, offers[i].form, question), label,
                   slice_from_cstr(offers[i].name));
    }
}

/* webcal: what telephones and mail programs take for "subscribe", not "open once". */
static slice calendar_address(const struct page *page, slice question) {
    slice base = page->request->base_url;
    size_t scheme = slice_find_slice(base, 0, SLICE("://"));
    return arena_printf(page->arena, "webcal%.*s%.*s", SLICE_ARG(slice_sub(base, scheme, base.n)),
                        SLICE_ARG(form_path(page, FACE_FORM_ICAL, question)));
}

static void feeds(struct page *page, slice question, bool dated) {
    const struct i18n_language *language = page->html.language;
    if (dated) {
        link_write(page, calendar_address(page, question), i18n(language, "S’abonner à l’agenda"),
                   SLICE("webcal"));
    }
    link_write(page, form_path(page, FACE_FORM_ATOM, question),
               i18n(language, "S’abonner aux nouvelles fiches"), SLICE("Atom"));
    link_write(page, form_path(page, FACE_FORM_RSS, question),
               i18n(language, "S’abonner aux nouvelles fiches"), SLICE("RSS"));
}

void downloads_write(struct page *page, const struct query *query,
                     const struct atlas_result *result) {
    struct html *html = &page->html;
    slice question = question_text(page, query);
    uint16_t kinds = query->kinds;
    bool dated = kinds == 0 || (kinds >> QUERY_KIND_EVENT & 1) != 0;
    html_raw(html, "<details class=\"facet\" id=\"downloads\"><summary><span>");
    html_t(html, "Télécharger ces résultats");
    html_raw(html, "</span>");
    page_icon(page, "chevron");
    html_raw(html, "</summary>\n<ul>\n");
    files(page, result, question, dated);
    feeds(page, question, dated);
    html_raw(html, "</ul>\n<p class=\"muted small\">");
    html_t(html, "Chaque fiche dit sa licence et qui citer.");
    html_raw(html, " <a href=\"/about#sources\">");
    html_t(html, "Sources et licences");
    html_raw(html, "</a></p>\n</details>\n");
}
