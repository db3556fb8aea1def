/* "Is it one of these?" while one adds. */
#include "face/web/add/similar_int.h"
#include "text/text.h"

#define SIMILAR_MAX 4
#define TYPED_MIN   3 /* bytes of a title */

static void row_begin(struct page *page, struct entry_id entry, slice title) {
    struct html *html = &page->html;
    html_raw(html, "<li><a");
    html_attr(html, "href", link_entry(page, entry, title));
    html_raw(html, ">");
    html_text(html, title);
    html_raw(html, "</a><span class=\"state\">");
}

static void write_found(struct page *page, const struct duplicate_found *found) {
    struct html *html = &page->html;
    row_begin(page, found->entry, found->title);
    html_text(html, kind_one(page, (enum query_kind)found->kind));
    if (found->territory_label.n > 0) {
        html_raw(html, " · ");
        html_text(html, found->territory_label);
    }
    html_raw(html, "</span><small>");
    likeness_write(page, &found->likeness);
    html_raw(html, "</small></li>\n");
}

static bool is_among(const struct duplicate_found *found, size_t count, struct entry_id entry) {
    for (size_t i = 0; i < count; i++) {
        if (found[i].entry.v == entry.v) {
            return true;
        }
    }
    return false;
}

/* What has a title that begins alike: what was added a moment ago has no hints yet. */
static err write_suggested(struct page *page, slice title, const struct duplicate_found *found,
                           size_t count) {
    struct atlas_suggestion suggested[SIMILAR_MAX];
    size_t more = 0;
    const struct atlas_view *view = atlas_pin(page->face->atlas);
    err done = atlas_suggest(view, title, page->arena, suggested, SIMILAR_MAX, &more);
    atlas_unpin(page->face->atlas, view);
    TRY(done);
    for (size_t i = 0; i < more && count < SIMILAR_MAX; i++) {
        if (is_among(found, count, suggested[i].entry)) {
            continue;
        }
        row_begin(page, suggested[i].entry, suggested[i].title);
        html_text(&page->html, kind_one(page, suggested[i].kind));
        if (suggested[i].territory != TERRITORY_NONE) {
            html_raw(&page->html, " · ");
            html_text(&page->html, page->face->territories->items[suggested[i].territory].label);
        }
        html_raw(&page->html, "</span></li>\n");
    }
    return OK;
}

/* The draft as it would stand; what is wrong with it yet is no matter here. */
static struct entry as_checked(struct adding *adding) {
    struct entry copy = adding->draft.content;
    struct problem unused = {0};
    err failed =
        entry_check(&copy, adding->face->territories, adding->face->themes, adding->arena, &unused);
    return failed == OK ? copy : adding->draft.content;
}

static err write_list(struct adding *adding) {
    struct page *page = adding->form.page;
    struct html *html = &page->html;
    struct duplicate_found found[SIMILAR_MAX];
    size_t count = 0;
    struct entry draft = as_checked(adding);
    struct entry_public shown = duplicate_of_draft(adding->face->territories, &draft);
    if (draft.title.n < TYPED_MIN) {
        return OK;
    }
    TRY(duplicate_find(face_reader(adding->request), adding->face->territories, &shown,
                       adding->arena, found, SIMILAR_MAX, &count));
    size_t before = html->out->n;
    html_raw(html, "<h2>");
    html_t(html, "C’est peut-être déjà là ?");
    html_raw(html, "</h2>\n<ul class=\"form-rows\">");
    size_t empty = html->out->n;
    for (size_t i = 0; i < count; i++) {
        write_found(page, &found[i]);
    }
    TRY(write_suggested(page, draft.title, found, count));
    if (html->out->n == empty) {
        html->out->n = before; /* nothing: no heading either */
        return OK;
    }
    html_raw(html, "</ul>\n");
    return OK;
}

err similar_write(struct adding *adding) {
    struct html *html = &adding->form.page->html;
    html_raw(html, "<section id=\"similar\" aria-live=\"polite\">");
    TRY(write_list(adding));
    html_raw(html, "</section>\n");
    return OK;
}

err similar_answer(struct adding *adding, struct http_response *response) {
    struct page page = page_begin(adding->face, adding->request, response);
    slice typed = SLICE_EMPTY;
    adding->form.page = &page;
    if (query_raw_value(adding->request->query, SLICE("title"), adding->arena, &typed)) {
        adding->draft.content.title = text_cut(slice_trim(typed), ENTRY_TITLE_MAX);
    }
    TRY(write_list(adding));
    return page.html.out->failed;
}
