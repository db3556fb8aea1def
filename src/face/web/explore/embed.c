/* /embed?QUERY: the list, the map or both inside another site's page. Nothing is kept at the
 * visitor's; what leaves the frame opens beside that page. */
#include "face/web/explore/explorer_int.h"

#include "assets_names.h"

enum embed_view { EMBED_BOTH, EMBED_LIST, EMBED_MAP, EMBED_VIEW__COUNT };
static const char *const view_slugs[EMBED_VIEW__COUNT] = {
    [EMBED_BOTH] = "both", [EMBED_LIST] = "list", [EMBED_MAP] = "map"};
static const char *const look_slugs[] = {"auto", "light", "dark"};
static const char *const embed_keys[] = {"view", "lock", "title", "look", "lang_ui", NULL};

/* `lock=` names keys of the query; what belongs together is one part. */
static const struct {
    const char *key;
    enum explorer_lock part;
} locks[] = {
    {"q", EXPLORER_LOCK_WORDS},
    {"kind", EXPLORER_LOCK_KIND},
    {"territory", EXPLORER_LOCK_TERRITORY},
    {"theme", EXPLORER_LOCK_THEME},
    {"has", EXPLORER_LOCK_HAS},
    {"state", EXPLORER_LOCK_STATE},
    {"source", EXPLORER_LOCK_SOURCE},
    {"lang", EXPLORER_LOCK_LANG},
    {"skill", EXPLORER_LOCK_SKILL},
    {"bbox", EXPLORER_LOCK_BOX},
    {"when", EXPLORER_LOCK_DATES},
    {"from", EXPLORER_LOCK_DATES},
    {"to", EXPLORER_LOCK_DATES},
};

struct embed {
    struct explorer explorer;
    enum embed_view view;
    bool has_title;
    slice look; /* empty: as the reader's system */
};

/* ---- the dress: what the address says of the frame itself ---- */

static void read_view(struct embed *embed, slice value) {
    for (unsigned view = 0; view < EMBED_VIEW__COUNT; view++) {
        if (slice_equal(value, slice_from_cstr(view_slugs[view]))) {
            embed->view = (enum embed_view)view;
            return;
        }
    }
    explorer_told(&embed->explorer, "view", value);
}

static void read_look(struct embed *embed, slice value) {
    for (size_t i = 0; i < ARRAY_COUNT(look_slugs); i++) {
        if (slice_equal(value, slice_from_cstr(look_slugs[i]))) {
            embed->look = i == 0 ? SLICE_EMPTY : slice_from_cstr(look_slugs[i]);
            return;
        }
    }
    explorer_told(&embed->explorer, "look", value);
}

static void read_locks(struct embed *embed, slice value) {
    slice name;
    while (value.n > 0 && slice_cut(&value, ',', &name)) {
        bool known = false;
        for (size_t i = 0; i < ARRAY_COUNT(locks); i++) {
            if (slice_equal(name, slice_from_cstr(locks[i].key))) {
                embed->explorer.locked |= 1u << locks[i].part;
                known = true;
            }
        }
        if (!known) {
            explorer_told(&embed->explorer, "lock", name);
        }
    }
}

/* Reads the dress, and writes it back in one form for the links of the frame. */
static void read_dress(struct embed *embed) {
    struct page *page = embed->explorer.page;
    struct buf dress BUF_CLEANUP = buf_new(QUERY_TEXT_MAX * 3);
    embed->has_title = true;
    for (size_t i = 0; embed_keys[i] != NULL; i++) {
        slice key = slice_from_cstr(embed_keys[i]);
        slice value = SLICE_EMPTY;
        if (!query_raw_value(page->request->query, key, page->arena, &value)) {
            continue;
        }
        if (i == 0) {
            read_view(embed, value);
        } else if (i == 1) {
            read_locks(embed, value);
        } else if (i == 2) {
            embed->has_title = !slice_equal(value, SLICE("0"));
        } else if (i == 3) {
            read_look(embed, value);
        }
        buf_addf(&dress, "%s%.*s=", dress.n > 0 ? "&" : "", SLICE_ARG(key));
        query_encode(value, &dress);
    }
    page->frame_dress = arena_copy(page->arena, buf_slice(&dress));
}

/* ---- the parts of the frame ---- */

static bool is_locked(const struct embed *embed, enum explorer_lock part) {
    return (embed->explorer.locked >> part & 1) != 0;
}

static void outward(struct page *page, slice href) {
    html_raw(&page->html, "<a target=\"_blank\" rel=\"noopener\"");
    html_attr(&page->html, "href", href);
    html_raw(&page->html, ">");
}

static void title(struct embed *embed) {
    struct html *html = &embed->explorer.page->html;
    if (embed->has_title) {
        html_raw(html, "<h1>");
    } else {
        html_raw(html, "<h1 class=\"visually-hidden\">");
    }
    html_text(html, explorer_name(&embed->explorer));
    html_raw(html, "</h1>\n");
}

static void search_form(struct embed *embed) {
    struct page *page = embed->explorer.page;
    struct html *html = &page->html;
    html_raw(html, "<form id=\"query\" class=\"search\" action=\"/embed\" method=\"get\" "
                   "role=\"search\">");
    part_query_inputs(page, &embed->explorer.query, SLICE("q"));
    slice rest = page->frame_dress;
    slice pair;
    while (rest.n > 0 && slice_cut(&rest, '&', &pair)) {
        slice key = slice_sub(pair, 0, slice_find(pair, 0, '='));
        slice value = SLICE_EMPTY;
        if (query_raw_value(pair, key, page->arena, &value)) {
            html_raw(html, "<input type=\"hidden\"");
            html_attr(html, "name", key);
            html_attr(html, "value", value);
            html_raw(html, ">");
        }
    }
    html_raw(html, "<div class=\"field\">");
    page_icon(page, "search");
    html_raw(html, "<label class=\"visually-hidden\" for=\"q\">");
    html_t(html, "Quoi ?");
    html_raw(html, "</label><input id=\"q\" name=\"q\" type=\"search\" maxlength=\"200\"");
    html_attr(html, "value", embed->explorer.asked.words);
    html_attr(html, "placeholder", i18n(html->language, "jardin partagé, réparer…"));
    html_raw(html, " autocomplete=\"off\"></div><button type=\"submit\">");
    html_t(html, "Chercher");
    html_raw(html, "</button></form>\n");
}

static void foot(struct embed *embed) {
    struct page *page = embed->explorer.page;
    struct html *html = &page->html;
    struct query whole = embed->explorer.query;
    whole.cursor = SLICE_EMPTY;
    html_raw(html, "<footer class=\"frame-foot\">");
    outward(page, SLICE("/"));
    html_raw(html, "<svg aria-hidden=\"true\"><use href=\"#logo\"/></svg>");
    html_text(html, page->face->site_name);
    html_raw(html, "</a> ");
    outward(page, link_query(page, "/explore", &whole, SLICE_EMPTY));
    html_t(html, "Ouvrir en grand");
    html_raw(html, "</a> ");
    outward(page, SLICE("/about#sources"));
    html_t(html, "Sources et licences");
    html_raw(html, "</a></footer>\n");
}

static err write_frame(struct embed *embed) {
    struct explorer *explorer = &embed->explorer;
    struct page *page = explorer->page;
    struct html *html = &page->html;
    struct query whole = explorer->query;
    whole.cursor = SLICE_EMPTY;
    part_bare_head(
        page,
        &(struct part_bare){
            .title = arena_printf(page->arena, "%.*s, %.*s", SLICE_ARG(explorer_name(explorer)),
                                  SLICE_ARG(part_count_text(page, explorer->result.total))),
            .canonical = link_query(page, "/explore", &whole, SLICE_EMPTY),
            .sheet = SLICE(ASSET_EMBED_CSS),
            .script = embed->view == EMBED_LIST ? SLICE_EMPTY : SLICE(ASSET_EMBED_JS),
            .body_class = SLICE("frame-page"),
            .look = embed->look});
    html_raw(html, "<main id=\"main\" class=\"frame frame--");
    html_text(html, slice_from_cstr(view_slugs[embed->view]));
    html_raw(html, "\">\n<div class=\"frame-top\">");
    title(embed);
    if (!is_locked(embed, EXPLORER_LOCK_WORDS)) {
        search_form(embed);
    }
    html_raw(html, "</div>\n");
    if (!is_locked(embed, EXPLORER_LOCK_KIND)) {
        explorer_kinds(explorer);
    }
    html_raw(html, "<div class=\"frame-body\">\n");
    explorer->map_only = embed->view == EMBED_MAP;
    explorer_results(explorer);
    if (embed->view != EMBED_LIST) {
        TRY(explorer_map(explorer));
    }
    html_raw(html, "</div>\n");
    foot(embed);
    html_raw(html, "</main>\n");
    part_bare_foot(page);
    return html->out->failed;
}

static err answer(struct embed *embed) {
    struct explorer *explorer = &embed->explorer;
    struct page *page = explorer->page;
    if (page_unchanged(page, explorer->view,
                       arena_printf(page->arena, "embed %.*s", SLICE_ARG(page->request->query)))) {
        return OK;
    }
    read_dress(embed);
    TRY(explorer_search(explorer));
    return write_frame(embed);
}

err web_embed(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    struct face *face = app;
    struct page page = page_begin(face, request, response);
    struct embed embed = {.explorer = {.page = &page}};
    page.framed = true;
    response->allow_framing = true; /* RULE FRAME-1 */
    err parsed = query_parse(request->query, QUERY_PAGE, embed_keys, page.arena,
                             &embed.explorer.query, &embed.explorer.problems);
    if (parsed != OK) {
        return problem_set(problem, parsed, "", "the address is too long");
    }
    embed.explorer.asked = embed.explorer.query;
    embed.explorer.view = atlas_pin(face->atlas);
    err answered = answer(&embed);
    atlas_unpin(face->atlas, embed.explorer.view);
    return answered;
}
