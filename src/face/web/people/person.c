/* /people/{id}: what somebody shows of themselves, and what they brought. */
#include "domain/contribution/contribution.h"
#include "face/actor.h"
#include "face/web/page/form.h"
#include "face/web/people/people.h"
#include "face/web/people/team.h"

const char *team_role_label(enum team_role role) {
    return role == TEAM_LEAD ? N_("Responsable") : N_("Membre");
}

slice link_person(const struct page *page, struct person_id person, slice name) {
    slice slug = face_slug(name, page->arena);
    return arena_printf(page->arena, "/people/%lld%s%.*s", (long long)person.v, slug.n ? "-" : "",
                        SLICE_ARG(slug));
}

void team_person_name(struct page *page, struct person_id person, slice name) {
    struct html *html = &page->html;
    if (name.n == 0) {
        html_t(html, "Une personne qui ne montre pas son nom");
        return;
    }
    html_raw(html, "<a");
    html_attr(html, "href", link_person(page, person, name));
    html_raw(html, ">");
    html_text(html, name);
    html_raw(html, "</a>");
}

/* One text, or one a line. */
static void write_field(struct page *page, const char *title, slice text) {
    struct html *html = &page->html;
    slice line;
    if (text.n == 0) {
        return;
    }
    html_raw(html, "<section><h2>");
    html_text(html, i18n(html->language, title));
    html_raw(html, "</h2>\n<p>");
    for (bool is_first = true; slice_cut(&text, '\n', &line); is_first = false) {
        if (!is_first) {
            html_raw(html, "<br>");
        }
        html_text(html, line);
    }
    html_raw(html, "</p></section>\n");
}

static err write_brought(struct page *page, struct person_id person) {
    struct html *html = &page->html;
    struct contribution *list;
    size_t count;
    size_t shown = 0;
    TRY(contributions_of(face_reader(page->request), person, page->arena, &list, &count));
    for (size_t i = 0; i < count; i++) {
        if (list[i].status != ENTRY_PUBLISHED) {
            continue;
        }
        if (shown++ == 0) {
            html_raw(html, "<section><h2>");
            html_t(html, "A fait connaître");
            html_raw(html, "</h2>\n<ul class=\"form-rows\">");
        }
        html_raw(html, "<li><a");
        html_attr(html, "href", link_entry(page, list[i].entry, list[i].title));
        html_raw(html, ">");
        html_text(html, list[i].title);
        html_raw(html, "</a></li>");
    }
    if (shown) {
        html_raw(html, "</ul></section>\n");
    }
    return OK;
}

static err write_person(struct page *page, const struct person *person) {
    static const struct {
        enum person_field field;
        const char *title;
    } fields[] = {{PERSON_COMMUNE, N_("Commune")},
                  {PERSON_ABOUT, N_("En quelques mots")},
                  {PERSON_SKILLS, N_("Savoir-faire")},
                  {PERSON_LANGUAGES, N_("Langues")},
                  {PERSON_TELEPHONE, N_("Téléphone")}};
    struct html *html = &page->html;
    struct person_id viewer = face_actor(page->request)->person;
    slice name = person_shown(person, PERSON_NAME, viewer);
    slice title = name.n ? name : i18n(html->language, "Une personne qui ne montre pas son nom");
    page_head(page, &(struct page_head){.title = title,
                                        .canonical = link_person(page, person->id, name),
                                        .sheet = form_sheet(),
                                        .section = PAGE_OTHER,
                                        .not_indexed = true});
    html_raw(html, "<main id=\"main\" class=\"wrap page form-page\" tabindex=\"-1\">\n<h1>");
    html_text(html, title);
    html_raw(html, "</h1>\n");
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        write_field(page, fields[i].title, person_shown(person, fields[i].field, viewer));
    }
    TRY(write_brought(page, person->id));
    html_raw(html, "</main>\n");
    page_foot(page);
    return html->out->failed;
}

err web_person(void *app, const struct http_request *request, struct http_response *response,
               struct problem *problem) {
    struct person_id id = {0};
    struct person person;
    slice number = slice_sub(request->captures[0], 0, slice_find(request->captures[0], 0, '-'));
    err found = slice_to_i64(number, &id.v)
                    ? person_load(face_reader(request), id, request->arena, &person)
                    : ERR_NOT_FOUND;
    if (found == ERR_NOT_FOUND || (found == OK && person.status != PERSON_ACTIVE)) {
        return problem_set(problem, ERR_NOT_FOUND, "id", "nobody has this address");
    }
    TRY(found);
    struct page page = page_begin(app, request, response);
    return write_person(&page, &person);
}
