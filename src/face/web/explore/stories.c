/* /stories: the portraits and videos of a query, by theme and territory, transcripts searched. */
#include "face/web/explore/explorer_int.h"

#define STORIES_SHOWN  24
#define CHIPS_SHOWN    12
#define STORIES_BYTES  8192
#define MENTIONS_SHOWN 2

struct stories {
    struct page *page;
    const struct atlas_view *view;
    struct query query; /* without its kind */
    struct query_problems problems;
    struct part_found found;
};

static slice link_stories(const struct page *page, const struct query *query) {
    struct buf text BUF_CLEANUP = buf_new(STORIES_BYTES);
    struct query bare = *query;
    bare.kinds = 0;
    bare.limit = QUERY_LIMIT_DEFAULT;
    query_format(&bare, &text);
    return arena_printf(page->arena, "/stories%s%.*s", text.n > 0 ? "?" : "",
                        SLICE_ARG(buf_slice(&text)));
}

/* Only what this page offers stays of an address, and only what this instance has. */
static void narrow(struct stories *stories) {
    const struct face *face = stories->page->face;
    struct query kept = query_default();
    const struct query *asked = &stories->query;
    kept.words = asked->words;
    kept.cursor = asked->cursor;
    for (uint32_t i = 0; i < asked->themes.count; i++) {
        if (themes_find(face->themes, asked->themes.values[i]) != THEME_NONE) {
            query_values_set(&kept.themes, asked->themes.values[i], true);
        }
    }
    for (uint32_t i = 0; i < asked->territories.count; i++) {
        if (territories_find(face->territories, asked->territories.values[i]) != TERRITORY_NONE) {
            query_values_set(&kept.territories, asked->territories.values[i], true);
        }
    }
    stories->query = kept;
}

static err search(struct stories *stories) {
    struct query query = stories->query;
    query.kinds = 1u << QUERY_KIND_STORY;
    query.limit = STORIES_SHOWN;
    uint32_t facets = 1u << ATLAS_FACET_THEME | 1u << ATLAS_FACET_TERRITORY;
    struct atlas_request request = {
        .query = &query, .facets = facets, .now_ms = stories->page->now_ms};
    struct problem problem = {0};
    struct atlas_result *result = &stories->found.result;
    err found = atlas_search(stories->view, &request, stories->page->arena, result, &problem);
    if (found == ERR_INPUT && query.cursor.n > 0) { /* cut on its way: the list starts anew */
        query.cursor = SLICE_EMPTY;
        found = atlas_search(stories->view, &request, stories->page->arena, result, &problem);
    }
    TRY(found);
    return hits_load(stories->page, result, &stories->found.entries);
}

static void search_form(struct stories *stories) {
    struct html *html = &stories->page->html;
    html_raw(html, "<form class=\"search search--one\" action=\"/stories\" method=\"get\" "
                   "role=\"search\"><div class=\"field\">");
    page_icon(stories->page, "search");
    html_raw(html, "<label for=\"q\">");
    html_t(html, "Un mot, dit ou écrit");
    html_raw(html, "</label><input id=\"q\" name=\"q\" type=\"search\" maxlength=\"200\" "
                   "autocomplete=\"off\"");
    html_attr(html, "value", stories->query.words);
    html_raw(html, "></div>\n<button class=\"button\" type=\"submit\">");
    html_t(html, "Chercher");
    html_raw(html, "</button>");
    const struct query *query = &stories->query;
    for (uint32_t i = 0; i < query->themes.count; i++) {
        html_raw(html, "<input type=\"hidden\" name=\"theme\"");
        html_attr(html, "value", query->themes.values[i]);
        html_raw(html, ">");
    }
    for (uint32_t i = 0; i < query->territories.count; i++) {
        html_raw(html, "<input type=\"hidden\" name=\"territory\"");
        html_attr(html, "value", query->territories.values[i]);
        html_raw(html, ">");
    }
    html_raw(html, "</form>\n");
}

/* A chip that takes a choice away. */
static void chosen_chip(struct stories *stories, struct query *without, slice label) {
    struct page *page = stories->page;
    struct html *html = &page->html;
    without->cursor = SLICE_EMPTY;
    html_raw(html, "<li><a class=\"chip chip--on\"");
    html_attr(html, "href", link_stories(page, without));
    html_raw(html, "><span class=\"visually-hidden\">");
    html_t(html, "Enlever");
    html_raw(html, " </span>");
    html_text(html, label);
    page_icon(page, "close");
    html_raw(html, "</a></li>\n");
}

static void chosen(struct stories *stories) {
    struct page *page = stories->page;
    struct html *html = &page->html;
    const struct query *query = &stories->query;
    if (query->themes.count + query->territories.count == 0 && query->words.n == 0) {
        return;
    }
    html_raw(html, "<ul class=\"tags\"");
    html_attr(html, "aria-label", i18n(html->language, "Choix en cours"));
    html_raw(html, ">\n");
    if (query->words.n > 0) {
        struct query without = *query;
        without.words = SLICE_EMPTY;
        chosen_chip(stories, &without,
                    arena_printf(page->arena, "«\u00a0%.*s\u00a0»", SLICE_ARG(query->words)));
    }
    for (uint32_t i = 0; i < query->themes.count; i++) {
        struct query without = *query;
        query_values_set(&without.themes, query->themes.values[i], false);
        uint16_t theme = themes_find(page->face->themes, query->themes.values[i]);
        chosen_chip(stories, &without, page->face->themes->items[theme].label[page->language]);
    }
    for (uint32_t i = 0; i < query->territories.count; i++) {
        struct query without = *query;
        query_values_set(&without.territories, query->territories.values[i], false);
        uint32_t index = territories_find(page->face->territories, query->territories.values[i]);
        chosen_chip(stories, &without, page->face->territories->items[index].label);
    }
    html_raw(html, "</ul>\n");
}

/* The top themes that portraits have, as links that keep the rest of the choice. */
static void theme_chips(struct stories *stories) {
    struct page *page = stories->page;
    struct html *html = &page->html;
    const struct themes *all = page->face->themes;
    const struct atlas_facet_counts *counts = &stories->found.result.facets[ATLAS_FACET_THEME];
    uint32_t shown = 0;
    for (uint32_t i = 0; i < counts->count && shown < CHIPS_SHOWN; i++) {
        const struct theme *theme = &all->items[counts->values[i].index];
        if (theme->depth > 0 || !slice_equal(all->schemes[theme->scheme].slug, SLICE("themes")) ||
            query_values_has(&stories->query.themes, theme->slug)) {
            continue;
        }
        if (shown++ == 0) {
            html_raw(html, "<nav");
            html_attr(html, "aria-label", i18n(html->language, "Par thème"));
            html_raw(html, "><ul class=\"tags\">\n");
        }
        struct query with = stories->query;
        with.cursor = SLICE_EMPTY;
        with.themes.count = 0;
        query_values_set(&with.themes, theme->slug, true);
        part_count_chip(page, link_stories(page, &with), theme->label[page->language],
                        counts->values[i].count);
    }
    if (shown > 0) {
        html_raw(html, "</ul></nav>\n");
    }
}

static void territory_chips(struct stories *stories) {
    struct page *page = stories->page;
    struct html *html = &page->html;
    const struct atlas_facet_counts *counts = &stories->found.result.facets[ATLAS_FACET_TERRITORY];
    uint32_t shown = 0;
    for (uint32_t i = 0; i < counts->count && shown < CHIPS_SHOWN; i++) {
        if (query_values_has(&stories->query.territories, counts->values[i].value)) {
            continue;
        }
        if (shown++ == 0) {
            html_raw(html, "<nav");
            html_attr(html, "aria-label", i18n(html->language, "Par territoire"));
            html_raw(html, "><ul class=\"tags\">\n");
        }
        struct query with = stories->query;
        with.cursor = SLICE_EMPTY;
        with.territories.count = 0;
        query_values_set(&with.territories, counts->values[i].value, true);
        part_count_chip(page, link_stories(page, &with),
                        page->face->territories->items[counts->values[i].index].label,
                        counts->values[i].count);
    }
    if (shown > 0) {
        html_raw(html, "</ul></nav>\n");
    }
}

static void list(struct stories *stories) {
    struct page *page = stories->page;
    struct html *html = &page->html;
    const struct atlas_result *result = &stories->found.result;
    html_raw(html, "<section aria-labelledby=\"stories-title\"><h2 id=\"stories-title\">");
    html_tn(html, "%n portrait", "%n portraits", (int64_t)result->total);
    html_raw(html, "</h2>\n");
    if (result->total == 0) {
        html_raw(html, "<p class=\"muted\">");
        html_t(html, "Aucun portrait pour ces choix. Enlevez un filtre ou essayez un autre mot.");
        html_raw(html, "</p>\n");
    } else {
        html_raw(html, "<ol class=\"cards cards--tiles\">\n");
        for (uint32_t i = 0; i < result->hit_count; i++) {
            if (stories->found.entries[i] != NULL) {
                html_raw(html, "<li>");
                story_card(page, stories->found.entries[i]);
                html_raw(html, "</li>\n");
            }
        }
        html_raw(html, "</ol>\n");
    }
    if (result->next_cursor.n > 0) {
        struct query next = stories->query;
        next.cursor = result->next_cursor;
        html_raw(html, "<nav class=\"pager\"");
        html_attr(html, "aria-label", i18n(html->language, "Suite des résultats"));
        html_raw(html, "><a class=\"button button--line\" rel=\"next\"");
        html_attr(html, "href", link_stories(page, &next));
        html_raw(html, ">");
        html_t(html, "Portraits suivants");
        html_raw(html, "</a></nav>\n");
    }
    html_raw(html, "</section>\n");
}

/* "Présente Partons du bon pied": what the portrait is about. */
static void card_subject(struct page *page, const struct entry *of) {
    struct html *html = &page->html;
    unsigned shown = 0;
    for (uint32_t i = 0; i < of->link_count && shown < MENTIONS_SHOWN; i++) {
        const struct entry_link *link = &of->links[i];
        if (link->target.v == 0 || link->incoming ||
            !slice_equal(link->relation, SLICE("presents"))) {
            continue;
        }
        html_raw(html, "<p class=\"want\"><strong>");
        html_t(html, "Présente");
        html_raw(html, "</strong> ");
        html_text(html, link->target_title);
        html_raw(html, "</p>\n");
        shown++;
    }
}

/* The title on a plain band, never on a picture; a landscape until someone chooses to see. */
void story_card(struct page *page, const struct entry_public *entry) {
    struct html *html = &page->html;
    const struct entry *of = &entry->entry;
    const struct entry_media *media = NULL;
    bool has_transcript = false;
    for (uint32_t i = 0; i < of->media_count; i++) {
        bool plays =
            of->media[i].kind == ENTRY_MEDIA_VIDEO || of->media[i].kind == ENTRY_MEDIA_AUDIO;
        media = media == NULL && plays ? &of->media[i] : media;
        has_transcript = has_transcript || of->media[i].transcript.n > 0;
    }
    html_raw(html, "<article class=\"card story k-story\">\n");
    card_title(page, of);
    html_raw(html, "<div class=\"thumb\">");
    card_scene(page, of->id);
    if (media != NULL) {
        html_raw(html, "<span class=\"duration\">");
        page_icon(page, "play");
        if (media->duration_s >= 30) {
            html_i64(html, (media->duration_s + 30) / 60);
            html_raw(html, " min");
        } else if (media->kind == ENTRY_MEDIA_VIDEO) {
            html_t(html, "Vidéo");
        } else {
            html_t(html, "À écouter");
        }
        html_raw(html, "</span>");
    }
    html_raw(html, "</div>\n<div class=\"card-body\">\n");
    slice summary = entry_text(of, ENTRY_TR_SUMMARY, 0, page->language_code, NULL);
    if (summary.n > 0) {
        html_raw(html, "<p class=\"summary\">");
        html_text(html, summary);
        html_raw(html, "</p>\n");
    }
    card_subject(page, of);
    if (has_transcript) {
        html_raw(html, "<p class=\"where\">");
        page_icon(page, "file");
        html_t(html, "Transcription à lire");
        html_raw(html, "</p>\n");
    }
    card_place(page, entry, -1);
    html_raw(html, "</div>\n</article>\n");
}

static err write_page(struct stories *stories) {
    struct page *page = stories->page;
    struct html *html = &page->html;
    page_head(page,
              &(struct page_head){.title = i18n(html->language, "Portraits et vidéos"),
                                  .description =
                                      i18n(html->language,
                                           "Des personnes racontent ce qu’elles ont fait, comment, "
                                           "et ce que cela a changé."),
                                  .canonical = link_stories(page, &stories->query),
                                  .section = PAGE_STORIES,
                                  .not_indexed = !query_is_open(&stories->query)});
    html_raw(html, "<main id=\"main\" class=\"wrap page\" tabindex=\"-1\">\n<header><h1>");
    html_t(html, "Portraits et vidéos");
    html_raw(html, "</h1>\n<p class=\"lead measure\">");
    html_t(html, "Des personnes racontent ce qu’elles ont fait, comment, et ce que cela a changé.");
    html_raw(html, "</p></header>\n<div class=\"filters\">\n");
    search_form(stories);
    chosen(stories);
    theme_chips(stories);
    territory_chips(stories);
    html_raw(html, "</div>\n");
    part_problems(page, &stories->problems);
    list(stories);
    html_raw(html, "</main>\n");
    page_foot(page);
    return html->out->failed;
}

err web_stories(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    struct face *face = app;
    struct page page = page_begin(face, request, response);
    struct stories stories = {.page = &page};
    err parsed = query_parse(request->query, QUERY_PAGE, NULL, page.arena, &stories.query,
                             &stories.problems);
    if (parsed != OK) {
        return problem_set(problem, parsed, "", "the address is too long");
    }
    narrow(&stories);
    stories.view = atlas_pin(face->atlas);
    err answered = OK;
    if (!page_unchanged(&page, stories.view,
                        arena_printf(page.arena, "stories %.*s", SLICE_ARG(request->query)))) {
        answered = search(&stories);
        answered = answered == OK ? write_page(&stories) : answered;
    }
    atlas_unpin(face->atlas, stories.view);
    return answered;
}
