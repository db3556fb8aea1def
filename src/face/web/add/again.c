/* /entries/ID/again: "nous l'avons fait aussi": a new entry begun with what inspired it. */
#include "face/web/add/add.h"
#include "face/web/add/again_int.h"

/* ---- the page ---- */

static err origin_load(const struct face *face, const struct http_request *request,
                       struct entry_public *origin, struct problem *problem) {
    struct entry_id id = {0};
    err found =
        slice_to_i64(request->captures[0], &id.v) && id.v > 0
            ? entry_public_load(face_reader(request), face->territories, id, request->arena, origin)
            : ERR_NOT_FOUND;
    return found == ERR_NOT_FOUND ? problem_set(problem, found, "id", "no entry has this address")
                                  : found;
}

err web_again(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    struct entry_public origin;
    TRY(origin_load(app, request, &origin, problem));
    struct page page = page_begin(app, request, response);
    struct html *html = &page.html;
    struct form form = {.page = &page};
    form_page_begin(&form, N_("Nous l’avons fait aussi"), request->path,
                    N_("Racontez ce que vous avez fait : votre fiche dira d’où vient l’idée, et "
                       "l’autre montrera que vous l’avez reprise."));
    html_raw(html, "<p><a");
    html_attr(html, "href", link_entry(&page, origin.entry.id, origin.entry.title));
    html_raw(html, ">");
    html_text(html, origin.entry.title);
    html_raw(html, "</a></p>\n");
    form_begin(&form, request->path, false);
    form_submit(&form, N_("Commencer"));
    form_end(&form);
    form_page_end(&form);
    return html->out->failed;
}

/* ---- beginning ---- */

/* An idea and a tool become an initiative when somebody does it; a place stays a place. */
static enum entry_kind kind_of(enum entry_kind origin) {
    bool becomes = origin == ENTRY_KIND_IDEA || origin == ENTRY_KIND_TOOL ||
                   origin == ENTRY_KIND_STORY || origin == ENTRY_KIND_ACTOR;
    return becomes ? ENTRY_KIND_INITIATIVE : origin;
}

err web_again_post(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    struct entry_public origin;
    struct entry_link *link = arena_new(request->arena, struct entry_link, 1);
    (void)response;
    TRY(origin_load(app, request, &origin, problem));
    *link = (struct entry_link){
        .relation = ENTRY_INSPIRED_BY,
        .target_key = arena_printf(request->arena, "entry:%lld", (long long)origin.entry.id.v),
        .note = SLICE_EMPTY};
    const struct entry entry = {.kind = kind_of(origin.entry.kind),
                                .themes = origin.entry.themes,
                                .theme_count = origin.entry.theme_count,
                                .links = link,
                                .link_count = 1};
    return add_begin(app, request, &entry, NULL);
}

/* ---- in a draft ---- */

static struct entry_link *taken_up(const struct entry *entry) {
    for (uint32_t i = 0; i < entry->link_count; i++) {
        if (entry_link_inspired(&entry->links[i]).v != 0) {
            return &entry->links[i];
        }
    }
    return NULL;
}

void again_write(struct adding *adding) {
    const struct entry_link *link = taken_up(&adding->draft.content);
    if (link) {
        form_field(
            &adding->form,
            &(struct form_field){.name = "learnt",
                                 .label = N_("Ce que vous avez changé, ce que vous avez appris"),
                                 .help = N_("Quelques mots pour qui voudra le faire après vous."),
                                 .value = add_typed(adding, "learnt", link->note),
                                 .rows = 4,
                                 .max_bytes = ENTRY_TEXT_MAX});
    }
}

void again_take(struct adding *adding) {
    struct entry_link *link = taken_up(&adding->draft.content);
    if (link && http_form_has(adding->sent, "learnt")) {
        link->note = slice_trim(http_form_value(adding->sent, "learnt"));
        if (link->note.n > ENTRY_TEXT_MAX) {
            form_fault(&adding->form, "learnt", N_("C’est trop long. Raccourcissez-le."));
        }
    }
}
