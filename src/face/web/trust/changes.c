/* /changes: what people changed lately, by territory and theme (RULE HISTORY-2). */
#include "face/web/page/form.h"
#include "face/web/trust/changes_int.h"
#include "face/web/trust/trust.h"

#define PARTS_BYTES_MAX 1024
#define PLACE_BYTES_MAX 200

/* ---- what was asked for ---- */

/* By its code, or by the name that somebody typed; false: there is none. */
static bool territory_read(struct changes *changes) {
    const struct http_request *request = changes->page->request;
    const struct territories *all = changes->page->face->territories;
    slice text;
    if (query_raw_value(request->query, SLICE("place"), request->arena, &text) &&
        slice_trim(text).n > 0) {
        return territories_suggest(all, slice_trim(text), &changes->territory, 1) == 1;
    }
    if (query_raw_value(request->query, SLICE("territory"), request->arena, &text) && text.n > 0) {
        changes->territory = territories_find(all, text);
        return changes->territory != TERRITORY_NONE;
    }
    return true;
}

static bool theme_read(struct changes *changes) {
    const struct http_request *request = changes->page->request;
    slice text;
    if (query_raw_value(request->query, SLICE("theme"), request->arena, &text) && text.n > 0) {
        changes->theme = themes_find(changes->page->face->themes, text);
        return changes->theme != THEME_NONE;
    }
    return true;
}

err changes_find(struct changes *changes, struct problem *problem) {
    const struct http_request *request = changes->page->request;
    const struct face *face = changes->page->face;
    slice text;
    changes->territory = TERRITORY_NONE;
    changes->theme = THEME_NONE;
    if (!territory_read(changes)) {
        return problem_set(problem, ERR_NOT_FOUND, "territory", "no territory has this name");
    }
    if (!theme_read(changes)) {
        return problem_set(problem, ERR_NOT_FOUND, "theme", "no theme has this name");
    }
    if (!query_raw_value(request->query, SLICE("before"), request->arena, &text) ||
        !slice_to_i64(text, &changes->before)) {
        changes->before = 0;
    }
    const struct history_asked asked = {.territories = face->territories,
                                        .themes = face->themes,
                                        .territory = changes->territory,
                                        .theme = changes->theme,
                                        .before = changes->before,
                                        .room = CHANGES_SHOWN};
    return history_recent(face_reader(request), &asked, request->arena, &changes->recent);
}

err changes_parts(const struct changes *changes, const struct history_change *change,
                  slice *parts) {
    const struct page *page = changes->page;
    const struct territories *territories = page->face->territories;
    struct db_conn *reader = face_reader(page->request);
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0); /* two whole versions */
    struct entry_public before;
    struct entry_public after;
    struct history_difference *differences;
    size_t count;
    uint64_t fields = 0;
    *parts = SLICE_EMPTY;
    if (change->older == 0) {
        return OK;
    }
    TRY(entry_revision_public(reader, territories, change->entry, change->older, &scratch,
                              &before));
    TRY(entry_revision_public(reader, territories, change->entry, change->revision, &scratch,
                              &after));
    history_differences(&before, &after, page->face->themes, page->language, &scratch, &differences,
                        &count);
    for (size_t i = 0; i < count; i++) {
        fields |= history_bit(differences[i].field);
    }
    *parts = history_fields_text(page, fields);
    return OK;
}

slice changes_path(const struct changes *changes, const char *of, int64_t before) {
    const struct page *page = changes->page;
    struct buf path BUF_CLEANUP = buf_new(PARTS_BYTES_MAX);
    char sign = '?';
    buf_add_cstr(&path, of);
    if (changes->territory != TERRITORY_NONE) {
        buf_addf(&path, "%cterritory=%.*s", sign,
                 SLICE_ARG(page->face->territories->items[changes->territory].code));
        sign = '&';
    }
    if (changes->theme != THEME_NONE) {
        buf_addf(&path, "%ctheme=%.*s", sign,
                 SLICE_ARG(page->face->themes->items[changes->theme].slug));
        sign = '&';
    }
    if (before > 0) {
        buf_addf(&path, "%cbefore=%lld", sign, (long long)before);
    }
    return arena_copy(page->arena, buf_slice(&path));
}

/* "Ce qui a changé : Savoie (73), Eau" */
slice changes_title(const struct changes *changes) {
    const struct page *page = changes->page;
    slice title = i18n(page->html.language, "Ce qui a changé");
    slice place = changes->territory == TERRITORY_NONE
                      ? SLICE_EMPTY
                      : page->face->territories->items[changes->territory].label;
    slice theme = changes->theme == THEME_NONE
                      ? SLICE_EMPTY
                      : page->face->themes->items[changes->theme].label[page->language];
    if (place.n > 0) {
        title = arena_concat_of(page->arena, title, SLICE(" · "), place);
    }
    return theme.n > 0 ? arena_concat_of(page->arena, title, SLICE(" · "), theme) : title;
}

/* ---- the page ---- */

static err write_change(const struct changes *changes, const struct history_change *change) {
    struct page *page = changes->page;
    struct html *html = &page->html;
    slice parts;
    html_raw(html, "<li><span><a");
    html_attr(html, "href", link_entry(page, change->entry, change->title));
    html_raw(html, ">");
    html_text(html, change->title);
    html_raw(html, "</a></span><span class=\"state\">");
    TRY(history_author_write(page, change->author));
    html_raw(html, "</span><small><a");
    html_attr(html, "href",
              arena_printf(page->arena, "/entries/%lld/history/%lld", (long long)change->entry.v,
                           (long long)change->revision));
    html_raw(html, ">");
    day_write(page, change->at_ms);
    html_raw(html, "</a> · ");
    TRY(changes_parts(changes, change, &parts));
    if (change->older == 0) {
        html_t(html, "Nouvelle fiche");
    } else if (parts.n > 0) {
        html_text(html, parts);
    } else {
        html_t(html, "Rien de ce qui est public n’a changé.");
    }
    if (change->reason.n > 0) {
        html_raw(html, " · ");
        html_text(html, change->reason);
    }
    html_raw(html, "</small></li>\n");
    return OK;
}

static void write_theme_choice(struct changes *changes) {
    struct page *page = changes->page;
    struct html *html = &page->html;
    const struct themes *all = page->face->themes;
    html_raw(html, "<div class=\"form-field\"><label for=\"theme\">");
    html_t(html, "Thème");
    html_raw(html, "</label><select id=\"theme\" name=\"theme\"><option value=\"\">");
    html_t(html, "Tous les thèmes");
    html_raw(html, "</option>");
    for (uint16_t i = 0; i < all->count; i++) {
        if (all->items[i].depth > 0) {
            continue;
        }
        html_raw(html, "<option");
        html_attr(html, "value", all->items[i].slug);
        if (i == changes->theme) {
            html_raw(html, " selected");
        }
        html_raw(html, ">");
        html_text(html, all->items[i].label[page->language]);
        html_raw(html, "</option>");
    }
    html_raw(html, "</select></div>\n");
}

static void write_choices(struct changes *changes, struct form *form) {
    struct page *page = changes->page;
    struct html *html = &page->html;
    html_raw(html, "<form class=\"form\" action=\"/changes\" method=\"get\">\n");
    form_field(form, &(struct form_field){
                         .name = "place",
                         .label = N_("Territoire"),
                         .help = N_("Une commune, un département, une région."),
                         .max_bytes = PLACE_BYTES_MAX,
                         .value = changes->territory == TERRITORY_NONE
                                      ? SLICE_EMPTY
                                      : page->face->territories->items[changes->territory].label});
    write_theme_choice(changes);
    form_submit(form, N_("Montrer"));
    html_raw(html, "</form>\n");
}

static err write_list(struct changes *changes) {
    struct page *page = changes->page;
    struct html *html = &page->html;
    const struct history_recent *recent = &changes->recent;
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < recent->count; i++) {
        TRY(write_change(changes, &recent->items[i]));
    }
    html_raw(html, "</ul>\n");
    if (recent->count == 0 && !recent->has_more) {
        html_raw(html, "<p>");
        html_t(html, "Personne n’a encore rien changé ici.");
        html_raw(html, "</p>\n");
    }
    if (recent->has_more) {
        html_raw(html, "<p class=\"muted\">");
        html_t(html, "Regardé jusqu’au");
        html_raw(html, " ");
        day_write(page, recent->last_ms);
        html_raw(html, "</p>\n<p><a");
        html_attr(html, "href", changes_path(changes, "/changes", recent->last));
        html_raw(html, ">");
        html_t(html, "Changements plus anciens");
        html_raw(html, "</a></p>\n");
    }
    return OK;
}

static err write_page(struct changes *changes) {
    struct page *page = changes->page;
    struct html *html = &page->html;
    struct form form = {.page = page};
    slice feed = changes_path(changes, "/changes.atom", 0);
    page_head(page, &(struct page_head){.title = changes_title(changes),
                                        .canonical = changes_path(changes, "/changes", 0),
                                        .sheet = form_sheet(),
                                        .feed = feed,
                                        .section = PAGE_OTHER,
                                        .not_indexed = true});
    html_raw(html, "<main id=\"main\" class=\"wrap page form-page\" tabindex=\"-1\">\n<h1>");
    html_text(html, changes_title(changes));
    html_raw(html, "</h1>\n<p class=\"lead\">");
    html_t(html,
           "Qui a changé quelle fiche, quand et pourquoi : le plus récent d’abord. Ce que les "
           "imports apportent n’y est pas.");
    html_raw(html, "</p>\n");
    write_choices(changes, &form);
    TRY(write_list(changes));
    html_raw(html, "<p><a");
    html_attr(html, "href", feed);
    html_raw(html, ">");
    html_t(html, "Suivre ces changements (flux Atom)");
    html_raw(html, "</a></p>\n</main>\n");
    page_foot(page);
    return html->out->failed;
}

err web_changes(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    struct page page = page_begin(app, request, response);
    struct changes changes = {.page = &page};
    err answered = face_snapshot_begin(request);
    if (answered == OK) {
        answered = changes_find(&changes, problem);
    }
    if (answered == OK) {
        answered = write_page(&changes);
    }
    face_snapshot_end(request);
    return answered;
}
