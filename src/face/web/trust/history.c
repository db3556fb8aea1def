/* /entries/ID/history: who changed an entry, when, why; /entries/ID/history/REVISION: what, word by
 * word. */
#include "face/web/trust/history.h"
#include "face/web/trust/trust.h"

#define SHOWN_AT_ONCE 50
#define MERGED_SHOWN  50

struct past {
    struct page *page;
    struct entry_id of;        /* whose history */
    struct entry_public entry; /* as it is today, or what it was merged into */
    bool is_merged;
    struct entry_revision *revisions;
    size_t count;
};

static slice past_path(const struct past *past, int64_t revision) {
    slice all = arena_printf(past->page->arena, "/entries/%lld/history", (long long)past->of.v);
    return revision == 0
               ? all
               : arena_printf(past->page->arena, "%.*s/%lld", SLICE_ARG(all), (long long)revision);
}

/* ---- the list ---- */

static err write_item(struct past *past, const struct entry_revision *revision) {
    struct html *html = &past->page->html;
    bool is_shown = revision->status == ENTRY_PUBLISHED;
    html_raw(html, "<li>");
    if (is_shown) {
        html_raw(html, "<a");
        html_attr(html, "href", past_path(past, revision->revision));
        html_raw(html, ">");
    }
    day_write(past->page, revision->at_ms);
    if (is_shown) {
        html_raw(html, "</a>");
    }
    html_raw(html, " · ");
    TRY(history_author_write(past->page, revision->author));
    TRY(help_with_write(past->page, past->entry.entry.id, revision->revision));
    if (!is_shown) {
        html_raw(html, " · ");
        html_t(html, "Fiche retirée de la carte");
    } else if (revision->reason.n > 0) {
        html_raw(html, " · ");
        html_text(html, revision->reason);
    }
    html_raw(html, "</li>\n");
    return OK;
}

/* What was not confirmed yet is nobody's to know. */
static bool is_listed(const struct entry_revision *revision) {
    return revision->status != ENTRY_PENDING;
}

static err write_list(struct past *past) {
    struct html *html = &past->page->html;
    slice query = past->page->request->query;
    int64_t before = INT64_MAX;
    if (slice_starts_with(query, SLICE("before="))) {
        slice number = slice_sub(query, 7, slice_find(query, 7, '&') - 7);
        before = slice_to_i64(number, &before) ? before : INT64_MAX;
    }
    size_t shown = 0;
    int64_t last = 0;
    html_raw(html, "<ul class=\"prose measure\">\n");
    for (size_t i = 0; i < past->count && shown <= SHOWN_AT_ONCE; i++) {
        const struct entry_revision *revision = &past->revisions[i];
        if (revision->revision >= before || !is_listed(revision)) {
            continue;
        }
        if (shown++ < SHOWN_AT_ONCE) {
            TRY(write_item(past, revision));
            last = revision->revision;
        }
    }
    html_raw(html, "</ul>\n");
    if (shown > SHOWN_AT_ONCE) {
        html_raw(html, "<p><a");
        html_attr(html, "href",
                  arena_printf(past->page->arena, "%.*s?before=%lld", SLICE_ARG(past_path(past, 0)),
                               (long long)last));
        html_raw(html, ">");
        html_t(html, "Versions plus anciennes");
        html_raw(html, "</a></p>\n");
    }
    return OK;
}

/* What was merged into it keeps a history of its own. */
static err write_merged(struct past *past) {
    struct page *page = past->page;
    struct html *html = &page->html;
    struct entry_merged *merged;
    size_t count;
    TRY(entry_merged_list(face_reader(page->request), past->of, MERGED_SHOWN, page->arena, &merged,
                          &count));
    if (count == 0) {
        return OK;
    }
    html_raw(html, "<section class=\"prose measure\"><h2>");
    html_t(html, "Fiches réunies avec celle-ci");
    html_raw(html, "</h2><ul>\n");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<li><a");
        html_attr(html, "href",
                  arena_printf(page->arena, "/entries/%lld/history", (long long)merged[i].id.v));
        html_raw(html, ">");
        html_text(html, merged[i].title);
        html_raw(html, "</a></li>\n");
    }
    html_raw(html, "</ul></section>\n");
    return OK;
}

/* ---- one version ---- */

static err version_load(const struct past *past, int64_t revision, struct entry_public *entry) {
    const struct page *page = past->page;
    return (past->is_merged ? entry_revision_of_merged : entry_revision_public)(
        face_reader(page->request), page->face->territories, past->of, revision, page->arena,
        entry);
}

static err write_version(struct past *past, int64_t number) {
    struct page *page = past->page;
    struct html *html = &page->html;
    struct entry_public after;
    struct entry_public before;
    const struct entry_revision *revision = NULL;
    const struct entry_revision *older = NULL;
    for (size_t i = 0; i < past->count && !older; i++) {
        if (past->revisions[i].revision == number) {
            revision = &past->revisions[i];
        } else if (revision && past->revisions[i].status == ENTRY_PUBLISHED) {
            older = &past->revisions[i];
        }
    }
    if (!revision) {
        return ERR_NOT_FOUND;
    }
    TRY(version_load(past, number, &after));
    if (older) {
        TRY(version_load(past, older->revision, &before));
    }
    html_raw(html, "<p class=\"lead measure\">");
    day_write(past->page, revision->at_ms);
    html_raw(html, " · ");
    TRY(history_author_write(past->page, revision->author));
    TRY(help_with_write(past->page, past->entry.entry.id, revision->revision));
    if (revision->reason.n > 0) {
        html_raw(html, " · ");
        html_text(html, revision->reason);
    }
    html_raw(html, "</p>\n");
    if (!older) {
        html_raw(html, "<p>");
        html_t(html, "C’est la première version de cette fiche.");
        html_raw(html, "</p>\n");
    }
    history_differences_write(page, older ? &before : NULL, &after);
    if (!past->is_merged && number != past->revisions[0].revision &&
        page->request->capabilities & HTTP_MAY(CAP_MEMBER)) {
        html_raw(html, "<p><a class=\"button button--line\"");
        html_attr(html, "href",
                  arena_printf(page->arena, "%.*s/restore", SLICE_ARG(past_path(past, number))));
        html_raw(html, ">");
        html_t(html, "Revenir à cette version");
        html_raw(html, "</a></p>\n");
    }
    return OK;
}

/* ---- both ---- */

static err write_page(struct past *past, int64_t number) {
    struct page *page = past->page;
    struct html *html = &page->html;
    slice title = entry_text(&past->entry.entry, ENTRY_TR_TITLE, 0, page->language_code, NULL);
    slice entry_address = link_entry(page, past->entry.entry.id, past->entry.entry.title);
    slice heading = i18n(html->language, number ? N_("Ce qui a changé") : N_("Historique"));
    page_head(page, &(struct page_head){
                        .title = arena_concat_of(page->arena, heading, SLICE(", "), title),
                        .canonical = past_path(past, number),
                        .section = PAGE_EXPLORE,
                        .not_indexed = true,
                    });
    const struct crumb crumbs[] = {{entry_address, title},
                                   {past_path(past, 0), i18n(html->language, "Historique")},
                                   {SLICE_EMPTY, heading}};
    html_raw(html, "<main id=\"main\" class=\"wrap page\" tabindex=\"-1\">\n");
    if (number) {
        part_breadcrumb(page, crumbs, 3);
    } else {
        part_breadcrumb(page, (const struct crumb[]){crumbs[0], crumbs[2]}, 2);
    }
    html_raw(html, "<h1>");
    html_text(html, heading);
    html_raw(html, "</h1>\n");
    if (past->is_merged) {
        html_raw(html, "<p class=\"lead measure\">");
        html_tf(html, "Une fiche réunie depuis avec « %1 ».", &title, 1);
        html_raw(html, "</p>\n");
    }
    TRY(number ? write_version(past, number) : write_list(past));
    if (!number && !past->is_merged) {
        TRY(write_merged(past));
    }
    html_raw(html, "</main>\n");
    page_foot(page);
    return html->out->failed;
}

static err answer(struct past *past, struct entry_id id, int64_t number) {
    struct page *page = past->page;
    struct db_conn *reader = face_reader(page->request);
    TRY(face_snapshot_begin(page->request));
    past->of = id;
    err found = entry_public_load(reader, page->face->territories, id, page->arena, &past->entry);
    if (found == ERR_NOT_FOUND) {
        past->is_merged = true;
        found = entry_kept_load(reader, page->face->territories, id, page->arena, &past->entry);
    }
    TRY(found);
    TRY(entry_revisions(reader, id, page->arena, &past->revisions, &past->count));
    return write_page(past, number);
}

err web_history(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    struct face *face = app;
    struct entry_id id = {0};
    int64_t number = 0;
    bool names_one = request->captures[1].n > 0;
    slice entry = slice_sub(request->captures[0], 0, slice_find(request->captures[0], 0, '-'));
    err answered = ERR_NOT_FOUND;
    if (slice_to_i64(entry, &id.v) && id.v > 0 &&
        (!names_one || (slice_to_i64(request->captures[1], &number) && number > 0))) {
        struct page page = page_begin(face, request, response);
        struct past past = {.page = &page};
        answered = answer(&past, id, number);
        face_snapshot_end(request);
    }
    return answered == ERR_NOT_FOUND
               ? problem_set(problem, ERR_NOT_FOUND, "id", "no version has this address")
               : answered;
}
