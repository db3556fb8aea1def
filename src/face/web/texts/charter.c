/* /charter: what is asked of what stands here, and how it is decided; its versions and what changed
 * between them; /charter/edit: admins write the next one (RULE CHARTER-1). */
#include "domain/contribution/charter.h"
#include "domain/history/history.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/texts/charter.h"
#include "face/web/texts/texts.h"
#include "face/write.h"

/* ---- the text ---- */

/* The program's own: a heading begins with "## ", a point with "- ". */
static const struct {
    bool is_heading;
    const char *text;
} ours[] = {
    {true, N_("Ce qui a sa place ici")},
    {false, N_("Des solutions que des gens portent, près de chez eux : une initiative, un lieu, un "
               "événement, un outil, un récit.")},
    {false, N_("Des faits que l’on peut vérifier. Les difficultés et les échecs aussi : on en "
               "apprend.")},
    {false, N_("Des mots qui respectent les personnes.")},
    {true, N_("Ce qui n’a pas sa place ici")},
    {false, N_("La publicité, et les liens posés pour être vus.")},
    {false, N_("Les insultes, la haine, le harcèlement, et tout ce que la loi interdit.")},
    {false, N_("Le nom, l’adresse ou le numéro d’une personne qui n’a pas donné son accord.")},
    {false, N_("Ce qui est inventé, ou écrit pour nuire.")},
    {false, N_("Les textes et les images que l’on n’a pas le droit de reprendre.")},
};

static slice our_text(const struct i18n_language *language, struct arena *arena) {
    BUF_CLEANUP struct buf text = buf_new(CHARTER_TEXT_MAX);
    for (size_t i = 0; i < ARRAY_COUNT(ours); i++) {
        buf_add_cstr(&text, ours[i].is_heading ? (i > 0 ? "\n## " : "## ") : "- ");
        buf_add(&text, i18n(language, ours[i].text));
        buf_add_char(&text, '\n');
    }
    return arena_copy(arena, buf_slice(&text));
}

err web_charter_load(const struct face *face, struct db_conn *conn, int64_t version,
                     struct arena *arena, struct charter *charter) {
    static const char *const codes[CHARTER_LANGUAGE__COUNT] = {"fr", "en"};
    int64_t which = version;
    if (which == 0) {
        TRY(charter_version(conn, &which));
    }
    TRY(charter_load(conn, which, arena, charter));
    for (int i = 0; which == CHARTER_OURS && i < CHARTER_LANGUAGE__COUNT; i++) {
        charter->texts[i] = our_text(i18n_language(face->i18n, slice_from_cstr(codes[i])), arena);
    }
    return OK;
}

slice web_charter_text(const struct charter *charter, slice language) {
    return charter->texts[slice_equal(language, SLICE("en")) ? CHARTER_ENGLISH : CHARTER_FRENCH];
}

static void write_heading(struct html *html, slice text) {
    html_raw(html, "<h2>");
    html_text(html, text);
    html_raw(html, "</h2>\n");
}

/* Points are numbered through the whole text, so that a decision can cite them. */
static void write_text(struct page *page, slice text) {
    struct html *html = &page->html;
    struct charter_line line = {0};
    bool is_list = false;
    html_raw(html, "<section class=\"prose measure\">");
    while (charter_line_next(&text, &line)) {
        if (is_list && line.kind != CHARTER_POINT) {
            html_raw(html, "</ol>\n");
            is_list = false;
        }
        switch (line.kind) {
        case CHARTER_HEADING:
            write_heading(html, line.text);
            break;
        case CHARTER_WORDS:
            html_raw(html, "<p>");
            html_text(html, line.text);
            html_raw(html, "</p>\n");
            break;
        case CHARTER_POINT:
            if (!is_list) {
                html_raw(html, "<ol");
                html_attr_i64(html, "start", line.point);
                html_raw(html, ">\n");
                is_list = true;
            }
            html_raw(html, "<li");
            html_attr(html, "id", arena_printf(page->arena, "point-%u", line.point));
            html_raw(html, ">");
            html_text(html, line.text);
            html_raw(html, "</li>\n");
            break;
        }
    }
    if (is_list) {
        html_raw(html, "</ol>\n");
    }
    html_raw(html, "</section>\n");
}

/* ---- /charter ---- */

static void write_how(struct page *page) {
    struct html *html = &page->html;
    text_section(page, SLICE("how"), N_("Comment on décide"));
    html_raw(html, "<ul>\n");
    text_item(page, N_("Tout le monde peut signaler une fiche, avec ou sans compte. Un signalement "
                       "seul ne change rien à ce que l’on voit."));
    text_item(page, N_("Trois signalements de personnes sans lien entre elles mettent la fiche en "
                       "attente, jusqu’à ce que la modération décide."));
    text_item(page, N_("Chaque décision a une raison. Les personnes qui ont écrit la fiche et "
                       "celles qui l’ont signalée la reçoivent."));
    text_item(page, N_("Ce qui a été retiré peut être remis. Les décisions sont publiques, sans "
                       "les noms."));
    html_raw(html, "</ul>\n<p><a href=\"/moderation/log\">");
    html_t(html, "Les décisions de la modération");
    html_raw(html, "</a></p>\n</section>\n");
    text_section(page, SLICE("disagree"), N_("Vous n’êtes pas d’accord avec une décision ?"));
    text_paragraph(page,
                   N_("Le message qui vous l’a annoncée contient un lien. Il permet de demander, "
                      "une fois et sans frais, qu’une autre personne regarde de nouveau."));
    html_raw(html, "</section>\n");
}

/* Which version it is, since when, and the ways to the others. */
static void write_since(struct page *page, const struct charter *charter) {
    struct html *html = &page->html;
    html_raw(html, "<p class=\"muted\">");
    html_t(html, "Version");
    html_raw(html, " ");
    html_i64(html, charter->version);
    if (charter->at_ms > 0) {
        html_raw(html, " · ");
        day_write(page, charter->at_ms);
    }
    html_raw(html, " · <a href=\"/charter/versions\">");
    html_t(html, "Toutes les versions");
    html_raw(html, "</a>");
    if (page->request->capabilities & HTTP_MAY(CAP_ADMIN)) {
        html_raw(html, " · <a href=\"/charter/edit\">");
        html_t(html, "Modifier la charte");
        html_raw(html, "</a>");
    }
    html_raw(html, "</p>\n");
}

static void page_of_charter(struct page *page, slice path, const char *title, const char *lead) {
    const struct i18n_language *language = page->html.language;
    text_page(page,
              &(struct page_head){
                  .title = i18n(language, title),
                  .description = i18n(language, "Ce qui a sa place ici, et comment on décide."),
                  .canonical = path,
                  .section = PAGE_OTHER},
              i18n(language, title), lead);
}

err web_charter(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    (void)problem;
    struct charter charter;
    TRY(web_charter_load(app, face_reader(request), 0, request->arena, &charter));
    struct page page = page_begin(app, request, response);
    page_of_charter(&page, SLICE("/charter"), N_("Charte"),
                    N_("Ce qui a sa place ici, et comment on décide."));
    write_text(&page, web_charter_text(&charter, page.language_code));
    write_how(&page);
    write_since(&page, &charter);
    html_raw(&page.html, "</main>\n");
    page_foot(&page);
    return page.html.out->failed;
}

/* ---- versions ---- */

static void write_lines(struct html *html, slice text) {
    slice line;
    for (bool first = true; slice_cut(&text, '\n', &line); first = false) {
        if (!first) {
            html_raw(html, "<br>");
        }
        html_text(html, line);
    }
}

static void write_differences(struct page *page, slice before, slice after) {
    struct html *html = &page->html;
    struct history_parts parts = history_compare(before, after, page->arena);
    html_raw(html, "<section class=\"prose measure\"><h2>");
    html_t(html, "Ce qui a changé");
    html_raw(html, "</h2>\n<p>");
    for (size_t i = 0; i < parts.count; i++) {
        switch (parts.items[i].sort) {
        case HISTORY_SAME:
            write_lines(html, parts.items[i].text);
            break;
        case HISTORY_REMOVED:
            html_raw(html, "<del><span class=\"visually-hidden\">");
            html_t(html, "Retiré :");
            html_raw(html, " </span>");
            write_lines(html, parts.items[i].text);
            html_raw(html, "</del> ");
            break;
        case HISTORY_ADDED:
            html_raw(html, "<ins><span class=\"visually-hidden\">");
            html_t(html, "Ajouté :");
            html_raw(html, " </span>");
            write_lines(html, parts.items[i].text);
            html_raw(html, "</ins>");
            break;
        }
    }
    html_raw(html, "</p></section>\n");
}

err web_charter_versions(void *app, const struct http_request *request,
                         struct http_response *response, struct problem *problem) {
    (void)problem;
    struct charter *list;
    size_t count;
    TRY(charter_list(face_reader(request), request->arena, &list, &count));
    struct page page = page_begin(app, request, response);
    struct html *html = &page.html;
    page_of_charter(&page, SLICE("/charter/versions"), N_("Les versions de la charte"),
                    N_("Chaque version reste lisible, avec ce qu’elle a changé."));
    html_raw(html, "<ul class=\"prose measure\">\n");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<li><a");
        html_attr(html, "href",
                  arena_printf(page.arena, "/charter/versions/%lld", (long long)list[i].version));
        html_raw(html, ">");
        html_t(html, "Version");
        html_raw(html, " ");
        html_i64(html, list[i].version);
        html_raw(html, "</a> · ");
        if (list[i].at_ms > 0) {
            day_write(&page, list[i].at_ms);
        } else {
            html_t(html, "livrée avec le logiciel");
        }
        if (list[i].note.n > 0) {
            html_raw(html, " · ");
            html_text(html, list[i].note);
        }
        html_raw(html, "</li>\n");
    }
    html_raw(html, "</ul>\n</main>\n");
    page_foot(&page);
    return html->out->failed;
}

err web_charter_version(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    struct db_conn *reader = face_reader(request);
    struct charter charter;
    struct charter before;
    int64_t version;
    err found = slice_to_i64(request->captures[0], &version) && version > 0
                    ? web_charter_load(app, reader, version, request->arena, &charter)
                    : ERR_NOT_FOUND;
    if (found == ERR_NOT_FOUND) {
        return problem_set(problem, found, "version", "the charter has no such version");
    }
    TRY(found);
    struct page page = page_begin(app, request, response);
    page_of_charter(&page, arena_printf(page.arena, "/charter/versions/%lld", (long long)version),
                    N_("Charte"), N_("Une version, telle qu’elle était."));
    write_since(&page, &charter);
    write_text(&page, web_charter_text(&charter, page.language_code));
    if (version > CHARTER_OURS) {
        TRY(web_charter_load(app, reader, version - 1, request->arena, &before));
        write_differences(&page, web_charter_text(&before, page.language_code),
                          web_charter_text(&charter, page.language_code));
    }
    html_raw(&page.html, "</main>\n");
    page_foot(&page);
    return page.html.out->failed;
}

/* ---- writing it ---- */

struct writing {
    const struct face *face;
    const struct actor *actor;
    int64_t was;
    struct charter charter;
    struct problem problem;
};

static void write_form(struct form *form, const struct writing *writing) {
    form_page_begin(form, N_("Modifier la charte"), SLICE("/charter/edit"),
                    N_("Une ligne qui commence par « ## » est un titre, par « - » un point. Les "
                       "points sont numérotés, pour que les décisions les citent."));
    form_begin(form, SLICE("/charter/edit"), false);
    form_hidden(form, "was", arena_printf(form->page->arena, "%lld", (long long)writing->was));
    form_field(form, &(struct form_field){.name = "fr",
                                          .label = N_("En français"),
                                          .value = writing->charter.texts[CHARTER_FRENCH],
                                          .rows = 18,
                                          .max_bytes = CHARTER_TEXT_MAX,
                                          .is_needed = true});
    form_field(form, &(struct form_field){.name = "en",
                                          .label = N_("En anglais"),
                                          .help = N_("Autant de points qu’en français, dans le "
                                                     "même ordre."),
                                          .value = writing->charter.texts[CHARTER_ENGLISH],
                                          .rows = 18,
                                          .max_bytes = CHARTER_TEXT_MAX,
                                          .is_needed = true});
    form_field(form, &(struct form_field){.name = "note",
                                          .label = N_("Ce qui change, en quelques mots"),
                                          .help = N_("Tout le monde peut le lire."),
                                          .value = writing->charter.note,
                                          .max_bytes = CHARTER_NOTE_MAX});
    html_raw(&form->page->html, "<p class=\"muted\">");
    html_t(&form->page->html,
           "Qui ajoute une fiche accepte la nouvelle version la prochaine fois.");
    html_raw(&form->page->html, "</p>\n");
    form_submit(form, N_("Publier cette version"));
    form_end(form);
    form_page_end(form);
}

err web_charter_edit(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    (void)problem;
    struct writing writing = {.face = app};
    TRY(web_charter_load(app, face_reader(request), 0, request->arena, &writing.charter));
    writing.was = writing.charter.version;
    writing.charter.note = SLICE_EMPTY;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    write_form(&form, &writing);
    return page.html.out->failed;
}

static err write_job(struct db_conn *conn, void *self) {
    struct writing *writing = self;
    return charter_write(conn, writing->face->ids, writing->actor, writing->was, &writing->charter,
                         clock_now_ms(writing->face->clock), &writing->problem);
}

static err answer_write(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    struct writing *writing = self;
    if (result == OK) {
        http_redirect(response, SLICE("/charter"));
        return OK;
    }
    if (result != ERR_INPUT && result != ERR_LIMIT && result != ERR_CONFLICT) {
        *problem = writing->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, writing->problem.field,
               result == ERR_LIMIT ? N_("C’est trop long. Raccourcissez-le.")
               : result == ERR_INPUT
                   ? N_("Il faut au moins un point, et autant de points dans les deux langues.")
                   : N_("Quelqu’un a publié une autre version entre-temps. Relisez-la : en "
                        "publiant de nouveau, la vôtre la remplace."));
    if (result == ERR_CONFLICT) {
        TRY(charter_version(face_reader(request), &writing->was));
    }
    write_form(&form, writing);
    return page.html.out->failed;
}

err web_charter_edit_post(void *app, const struct http_request *request,
                          struct http_response *response, struct problem *problem) {
    (void)response;
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct writing *writing = arena_new(request->arena, struct writing, 1);
    *writing = (struct writing){
        .face = app,
        .actor = face_actor(request),
        .charter = {.note = slice_trim(http_form_value(&sent, "note")),
                    .texts = {http_form_value(&sent, "fr"), http_form_value(&sent, "en")}}};
    if (!slice_to_i64(http_form_value(&sent, "was"), &writing->was)) {
        return problem_set(problem, ERR_INPUT, "was", "the version that this one follows");
    }
    return face_write(app, request, write_job, answer_write, writing);
}
