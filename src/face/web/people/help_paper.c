/* The paper that somebody who was helped takes home (A5): what was added in their name, the code to
 * come back with (RULE HELP-3), how to correct and take away, what is asked of what stands here. */
#include "assets_names.h"
#include "domain/contribution/contribution.h"
#include "face/web/page/paper.h"
#include "face/web/people/help_int.h"
#include "face/web/people/people.h"
#include "face/web/texts/charter.h"
#include "face/write.h"

struct papering {
    const struct face *face;
    const struct actor *helper;
    struct person_id person;
    struct help_paper paper;
};

static void text(struct page *page, const char *message) {
    html_text(&page->html, i18n(page->html.language, message));
}

static void paragraph(struct page *page, const char *message) {
    html_raw(&page->html, "<p>");
    text(page, message);
    html_raw(&page->html, "</p>\n");
}

static void item(struct page *page, const char *message) {
    html_raw(&page->html, "<li>");
    text(page, message);
    html_raw(&page->html, "</li>\n");
}

static void heading(struct page *page, const char *message) {
    html_raw(&page->html, "<h2>");
    text(page, message);
    html_raw(&page->html, "</h2>\n");
}

/* ---- its parts ---- */

static void head(struct page *page, const struct help_person *person, slice house) {
    struct html *html = &page->html;
    html_raw(html, "<header><p class=\"hand-site\"><svg aria-hidden=\"true\">"
                   "<use href=\"#logo\"/></svg>");
    html_text(html, page->face->site_name);
    html_raw(html, "</p>\n<h1>");
    html_tf(html, "Le papier de %1", &person->name, 1);
    html_raw(html, "</h1>\n<p>");
    day_write(page, page->now_ms);
    if (house.n > 0) {
        html_raw(html, " · ");
        html_tf(html, "avec l’aide de %1", &house, 1);
    }
    html_raw(html, "</p></header>\n");
}

static err brought(struct page *page, const struct help_person *person) {
    struct html *html = &page->html;
    struct contribution *list;
    size_t count;
    size_t shown = 0;
    TRY(contributions_of(face_reader(page->request), person->person, page->arena, &list, &count));
    for (size_t i = 0; i < count; i++) {
        if (list[i].status > ENTRY_PENDING) {
            continue;
        }
        if (shown++ == 0) {
            html_raw(html, "<section>");
            heading(page, N_("Ce que vous avez ajouté"));
            html_raw(html, "<ul>");
        }
        html_raw(html, "<li><strong>");
        html_text(html, list[i].title);
        html_raw(html, "</strong><br>");
        if (list[i].status == ENTRY_PENDING) {
            html_t(html, "Une personne de l’équipe du site la lit avant de la montrer.");
        } else {
            html_text(html, paper_without_scheme(paper_short_address(page, list[i].entry)));
        }
        html_raw(html, "</li>\n");
    }
    if (shown > 0) {
        html_raw(html, "</ul></section>\n");
    }
    return OK;
}

static err code(struct page *page, const struct help_paper *paper) {
    struct html *html = &page->html;
    slice address = arena_printf(page->arena, "%.*s/paper", SLICE_ARG(page->request->base_url));
    html_raw(html, "<section class=\"hand-code\">");
    heading(page, N_("Votre code"));
    html_raw(html, "<p class=\"hand-letters\">");
    html_text(html, slice_from_cstr(paper->text));
    html_raw(html, "</p>\n");
    paragraph(page,
              N_("Gardez ce papier. Ne montrez pas le code : qui l’a peut changer ce que vous "
                 "avez ajouté."));
    html_raw(html, "<div class=\"hand-way\">");
    TRY(paper_qr(page, address, i18n(html->language, N_("Code à scanner : la page pour revenir"))));
    html_raw(html, "<ol><li>");
    html_t(html, "Sur un ordinateur ou un téléphone, allez sur :");
    html_raw(html, " <strong>");
    html_text(html, paper_without_scheme(address));
    html_raw(html, "</strong></li>\n");
    item(page, N_("Écrivez votre code."));
    item(page, N_("Vous pouvez corriger, retirer, répondre. Vous pouvez aussi donner une adresse "
                  "mail, ou supprimer tout ce qui est gardé de vous."));
    html_raw(html, "</ol></div></section>\n");
    return OK;
}

static void lost(struct page *page) {
    struct html *html = &page->html;
    html_raw(html, "<section>");
    heading(page, N_("Sans ordinateur, ou papier perdu"));
    html_raw(html, "<p>");
    html_t(html, "Retournez voir la personne qui vous a aidé. Elle corrige ou retire pour vous, et "
                 "imprime un nouveau papier. L’ancien code ne sert plus.");
    if (page->face->contact_email.n > 0) {
        html_raw(html, " ");
        html_tf(html, "Vous pouvez aussi faire écrire à %1.", &page->face->contact_email, 1);
    }
    html_raw(html, "</p></section>\n");
}

/* The program's own charter in easy words; another one as its authors wrote it. */
static err charter(struct page *page) {
    static const char *const easy[] = {
        N_("Dites ce qui est vrai, et que l’on peut vérifier."),
        N_("Respectez les gens. Pas d’insultes, pas de haine."),
        N_("Pas de publicité."),
        N_("Demandez à une personne avant d’écrire son nom ou son numéro."),
        N_("Prenez seulement les photos et les textes que vous avez le droit de prendre."),
    };
    struct html *html = &page->html;
    struct charter charter;
    struct charter_line line = {0};
    TRY(web_charter_load(page->face, face_reader(page->request), 0, page->arena, &charter));
    slice rest = web_charter_text(&charter, page->language_code);
    html_raw(html, "<section class=\"hand-charter\">");
    heading(page, N_("La charte : ce qui est demandé à tout le monde"));
    html_raw(html, "<ul>");
    for (size_t i = 0; charter.version == CHARTER_OURS && i < ARRAY_COUNT(easy); i++) {
        item(page, easy[i]);
    }
    while (charter.version != CHARTER_OURS && charter_line_next(&rest, &line)) {
        if (line.kind == CHARTER_POINT) {
            html_raw(html, "<li>");
            html_text(html, line.text);
            html_raw(html, "</li>\n");
        }
    }
    html_raw(html, "</ul></section>\n");
    return OK;
}

static err write_page(struct page *page, const struct help_person *person, slice house,
                      const struct help_paper *paper) {
    struct html *html = &page->html;
    BUF_CLEANUP struct buf title = buf_new(1024);
    slice path = help_person_path(page, person->person);
    i18n_tf(html->language, "Le papier de %1", &person->name, 1, &title);
    part_bare_head(page, &(struct part_bare){.title = buf_slice(&title),
                                             .sheet = SLICE(ASSET_HAND_CSS),
                                             .body_class = SLICE("paper paper--a5"),
                                             .look = SLICE("light")});
    paper_bar_start(page, path, i18n(html->language, N_("Revenir")));
    html_raw(html, "<strong>");
    html_t(html, "Imprimez maintenant : ce code ne sera plus montré.");
    html_raw(html, "</strong>");
    paper_bar_print(page);
    html_raw(html, "<main class=\"hand\">\n");
    head(page, person, house);
    TRY(code(page, paper));
    TRY(brought(page, person));
    lost(page);
    TRY(charter(page));
    html_raw(html, "</main>\n");
    part_bare_foot(page);
    return html->out->failed;
}

/* ---- making it ---- */

static err paper_job(struct db_conn *conn, void *self) {
    struct papering *papering = self;
    return help_paper_store(conn, papering->face->ids, papering->face->territories,
                            papering->helper, papering->person, &papering->paper,
                            clock_now_ms(papering->face->clock));
}

static err answer_paper(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    struct papering *papering = self;
    struct help_person person;
    slice house;
    if (result == ERR_NOT_FOUND) {
        return problem_set(problem, result, "id", "nobody whom you helped has this number");
    }
    TRY(result);
    TRY(help_person(face_reader(request), papering->helper->person, papering->person,
                    request->arena, &person));
    TRY(help_house(face_reader(request), papering->helper->person, request->arena, &house));
    struct page page = page_begin(app, request, response);
    return write_page(&page, &person, house, &papering->paper);
}

err web_help_paper(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)response;
    struct papering *papering = arena_new(request->arena, struct papering, 1);
    *papering = (struct papering){.face = app, .helper = face_actor(request)};
    if (!slice_to_i64(request->captures[0], &papering->person.v)) {
        return problem_set(problem, ERR_NOT_FOUND, "id", "nobody has this number");
    }
    TRY(help_paper_make(&papering->paper));
    return face_write(app, request, paper_job, answer_paper, papering);
}
