/* /changes.atom: the same as a feed, Atom 1.0 (RFC 4287). */
#include "face/web/trust/changes_int.h"
#include "face/web/trust/trust.h"
#include "formats/xml_write.h"

static void time_write(struct buf *out, const char *name, int64_t ms) {
    buf_addf(out, "<%s>", name);
    time_format_rfc3339(ms, out);
    buf_addf(out, "</%s>\n", name);
}

static void link_write(struct buf *out, const char *relation, const char *type, slice href) {
    buf_add_cstr(out, "<link");
    xml_attribute(out, "rel", slice_from_cstr(relation));
    xml_attribute(out, "type", slice_from_cstr(type));
    xml_attribute(out, "href", href);
    buf_add_cstr(out, "/>\n");
}

static slice absolute(const struct page *page, slice path) {
    return arena_concat_of(page->arena, page->request->base_url, SLICE_EMPTY, path);
}

static err author_write(const struct page *page, slice written, struct buf *out) {
    static const char *const nameless[] = {
        [HISTORY_BY_SOURCE] = N_("auteur inconnu"),
        [HISTORY_BY_PERSON] = N_("une personne inscrite"),
        [HISTORY_BY_GUEST] = N_("une personne sans compte"),
        [HISTORY_BY_DELETED] = N_("un compte supprimé"),
        [HISTORY_BY_UNKNOWN] = N_("auteur inconnu"),
    };
    struct history_author author;
    TRY(history_author(face_reader(page->request), written, page->arena, &author));
    buf_add_cstr(out, "<author>");
    xml_element(out, "name",
                author.name.n > 0 ? author.name : i18n(page->html.language, nameless[author.sort]));
    buf_add_cstr(out, "</author>\n");
    return OK;
}

/* What a reader of feeds shows in its list: "Le verger : Résumé, Lieu". */
static slice title_of(const struct page *page, const struct history_change *change, slice parts) {
    slice what = change->older == 0 ? i18n(page->html.language, "Nouvelle fiche")
                 : parts.n > 0      ? parts
                               : i18n(page->html.language, "Rien de ce qui est public n’a changé.");
    return arena_concat_of(page->arena, change->title, SLICE(" · "), what);
}

static err write_change(const struct changes *changes, const struct history_change *change,
                        struct buf *out) {
    const struct page *page = changes->page;
    slice path = arena_printf(page->arena, "/entries/%lld/history/%lld", (long long)change->entry.v,
                              (long long)change->revision);
    slice parts;
    TRY(changes_parts(changes, change, &parts));
    buf_add_cstr(out, "<entry>\n");
    xml_element(out, "title", title_of(page, change, parts));
    xml_element(out, "id", absolute(page, path));
    link_write(out, "alternate", "text/html", absolute(page, path));
    link_write(out, "related", "text/html",
               absolute(page, link_entry(page, change->entry, change->title)));
    time_write(out, "updated", change->at_ms);
    TRY(author_write(page, change->author, out));
    xml_element(out, "summary", change->reason);
    buf_add_cstr(out, "</entry>\n");
    return OK;
}

static err write_feed(const struct changes *changes, struct buf *out) {
    const struct page *page = changes->page;
    const struct history_recent *recent = &changes->recent;
    buf_add_cstr(out, XML_DECLARATION "<feed xmlns=\"http://www.w3.org/2005/Atom\"");
    xml_attribute(out, "xml:lang", page->language_code);
    buf_add_cstr(out, ">\n");
    xml_element(
        out, "title",
        arena_concat_of(page->arena, changes_title(changes), SLICE(" · "), page->face->site_name));
    xml_element(out, "id", absolute(page, changes_path(changes, "/changes.atom", 0)));
    time_write(out, "updated", recent->count > 0 ? recent->items[0].at_ms : 0);
    link_write(out, "self", "application/atom+xml",
               absolute(page, changes_path(changes, "/changes.atom", changes->before)));
    link_write(out, "alternate", "text/html", absolute(page, changes_path(changes, "/changes", 0)));
    if (recent->has_more) { /* RFC 5005, 3: what is older */
        link_write(out, "next", "application/atom+xml",
                   absolute(page, changes_path(changes, "/changes.atom", recent->last)));
    }
    for (size_t i = 0; i < recent->count; i++) {
        TRY(write_change(changes, &recent->items[i], out));
    }
    buf_add_cstr(out, "</feed>\n");
    return out->failed;
}

err web_changes_feed(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    struct page page = page_begin(app, request, response);
    struct changes changes = {.page = &page};
    response->media_type = "application/atom+xml; charset=utf-8";
    err answered = face_snapshot_begin(request);
    if (answered == OK) {
        answered = changes_find(&changes, problem);
    }
    if (answered == OK) {
        answered = write_feed(&changes, &response->body);
    }
    face_snapshot_end(request);
    return answered;
}
