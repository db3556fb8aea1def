/* /administration/sources: where imported entries come from; their names, licences and
 * attributions, which every page and every export of their entries shows. */
#include "domain/source/source.h"
#include "face/web/admin/admin.h"
#include "face/web/admin/admin_int.h"
#include "face/write.h"

#define SOURCES  "/administration/sources"
#define TEXT_MAX 300
#define SAID_MAX 4096 /* of the audit: two texts of each field */

static const struct source_field {
    const char *name, *label, *help;
    size_t offset;
} fields[] = {
    {"title", N_("Nom"), NULL, offsetof(struct source, title)},
    {"url", N_("Adresse du site d’origine"), NULL, offsetof(struct source, url)},
    {"licence", N_("Licence"), N_("Son identifiant SPDX : ODbL-1.0, CC-BY-SA-4.0, etalab-2.0…"),
     offsetof(struct source, licence)},
    {"attribution", N_("Qui citer"), N_("Tel que la source le demande."),
     offsetof(struct source, attribution)},
};

static slice *field_of(struct source *source, const struct source_field *field) {
    return (slice *)(void *)((char *)source + field->offset);
}

static slice path_of(const struct page *page, slice slug) {
    return arena_printf(page->arena, SOURCES "/%.*s", SLICE_ARG(slug));
}

/* ---- the list ---- */

static void write_source(struct page *page, const struct source *source) {
    struct html *html = &page->html;
    html_raw(html, "<li><span><a");
    html_attr(html, "href", path_of(page, source->slug));
    html_raw(html, ">");
    html_text(html, source_title(page, source->slug));
    html_raw(html, "</a> <span class=\"state\">");
    admin_source_state_word(page, source->state);
    if (source->licence.n > 0) {
        html_text(html, source->licence);
    } else {
        html_t(html, "sans licence");
    }
    if (source->fetched_ms > 0) {
        html_raw(html, " · ");
        html_t(html, "dernier import");
        html_raw(html, " ");
        day_write(page, source->fetched_ms);
    }
    html_raw(html, "</span></span><a");
    html_attr(html, "href",
              arena_printf(page->arena, "/explore?source=%.*s", SLICE_ARG(source->slug)));
    html_raw(html, ">");
    html_t(html, "Ses fiches");
    html_raw(html, "</a></li>\n");
}

err web_admin_sources(void *app, const struct http_request *request, struct http_response *response,
                      struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct source *sources;
    size_t count;
    TRY(source_list(face_reader(request), request->arena, &sources, &count));
    admin_page_begin(&form, N_("Sources"), SLICE(SOURCES),
                     N_("D’où viennent les fiches importées. Chacune montre sa licence et qui "
                        "citer."));
    if (slice_equal(request->query, SLICE("done"))) {
        admin_done(&page, N_("C’est enregistré, et déjà en place."));
    } else if (admin_source_done(request->query) != NULL) {
        admin_done(&page, admin_source_done(request->query));
    }
    if (count == 0) {
        html_raw(&page.html, "<p>");
        html_t(&page.html, "Aucune : rien n’a été importé.");
        html_raw(&page.html, "</p>\n");
    }
    html_raw(&page.html, "<section><ul class=\"form-rows\">\n");
    for (size_t i = 0; i < count; i++) {
        write_source(&page, &sources[i]);
    }
    html_raw(&page.html, "</ul></section>\n");
    form_page_end(&form);
    return page.html.out->failed;
}

/* ---- one of them ---- */

struct sourcing {
    const struct face *face;
    const struct actor *actor;
    struct source source;
    slice said; /* of the audit: what changes; empty: nothing */
    struct problem problem;
};

static err load_source(void *app, const struct http_request *request, struct sourcing **loaded,
                       struct problem *problem) {
    struct sourcing *sourcing = arena_new(request->arena, struct sourcing, 1);
    *sourcing = (struct sourcing){.face = app, .actor = face_actor(request)};
    *loaded = sourcing;
    err found =
        source_find(face_reader(request), request->captures[0], request->arena, &sourcing->source);
    return found == ERR_NOT_FOUND
               ? problem_set(problem, ERR_NOT_FOUND, "slug", "no source has this name")
               : found;
}

static err write_form(struct form *form, struct sourcing *sourcing) {
    struct page *page = form->page;
    slice path = path_of(page, sourcing->source.slug);
    admin_page_begin(form, N_("Une source"), path,
                     N_("Ce qui est écrit ici vaut pour toutes ses fiches. Un champ laissé vide "
                        "garde ce qu’il disait."));
    html_raw(&page->html, "<p><code>");
    html_text(&page->html, sourcing->source.slug);
    html_raw(&page->html, "</code></p>\n");
    form_begin(form, path, false);
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        form_field(form, &(struct form_field){.name = fields[i].name,
                                              .label = fields[i].label,
                                              .help = fields[i].help,
                                              .value = *field_of(&sourcing->source, &fields[i]),
                                              .max_bytes = TEXT_MAX});
    }
    form_submit(form, N_("Enregistrer"));
    form_end(form);
    admin_source_acts(page, &sourcing->source);
    form_page_end(form);
    return page->html.out->failed;
}

err web_admin_source(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    struct sourcing *sourcing;
    TRY(load_source(app, request, &sourcing, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_form(&form, sourcing);
}

static err source_job(struct db_conn *conn, void *self) {
    struct sourcing *sourcing = self;
    int64_t now_ms = clock_now_ms(sourcing->face->clock);
    struct source_id id;
    TRY(source_store(conn, sourcing->face->ids, &sourcing->source, now_ms, &id));
    return person_audit(conn, sourcing->face->ids,
                        &(struct person_act){.at_ms = now_ms,
                                             .by = sourcing->actor->person,
                                             .act = SLICE("source"),
                                             .object = sourcing->source.slug,
                                             .reason = sourcing->said});
}

/* "licence: CC0-1.0 → ODbL-1.0; …" of what is another now. An empty field keeps what it said. */
static err say_changes(struct source *was, struct source *is, struct arena *arena, slice *said) {
    BUF_CLEANUP struct buf text = buf_new(SAID_MAX);
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        slice before = *field_of(was, &fields[i]);
        slice after = *field_of(is, &fields[i]);
        if (after.n > 0 && !slice_equal(before, after)) {
            buf_addf(&text, "%s%s: %.*s → %.*s", text.n > 0 ? "; " : "", fields[i].name,
                     SLICE_ARG(before), SLICE_ARG(after));
        }
    }
    *said = arena_copy(arena, buf_slice(&text));
    return text.failed;
}

err web_admin_source_post(void *app, const struct http_request *request,
                          struct http_response *response, struct problem *problem) {
    struct http_form sent;
    struct sourcing *sourcing;
    struct form form = {.fault_count = 0};
    TRY(http_form_read(request, &sent, problem));
    TRY(load_source(app, request, &sourcing, problem));
    struct source was = sourcing->source;
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        slice value = slice_trim(http_form_value(&sent, fields[i].name));
        *field_of(&sourcing->source, &fields[i]) = value;
        if (value.n > TEXT_MAX) {
            form_fault(&form, fields[i].name, N_("C’est trop long. Raccourcissez-le."));
        }
    }
    if (sourcing->source.url.n > 0 && !html_url_is_safe(sourcing->source.url)) {
        form_fault(&form, "url", N_("Cette adresse ne commence pas par https://."));
    }
    if (form.fault_count > 0) {
        struct page page = page_begin(app, request, response);
        form.page = &page;
        return write_form(&form, sourcing);
    }
    TRY(say_changes(&was, &sourcing->source, request->arena, &sourcing->said));
    if (sourcing->said.n == 0) {
        http_redirect(response, SLICE(SOURCES "?done"));
        return OK;
    }
    return face_write_then(app, request, source_job, sourcing, SLICE(SOURCES "?done"));
}
