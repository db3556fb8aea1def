/* /entries/ID/news/new, /entries/ID/news/NEWS/edit: the team writes what happened. */
#include "domain/moderation/moderation.h"
#include "face/actor.h"
#include "face/web/entry/entry.h"
#include "face/web/entry/news.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/write.h"

static const struct form_choice sorts[] = {
    {"step", N_("Une étape franchie"), N_("Ce qui est fait, même petit.")},
    {"success", N_("Une réussite"), NULL},
    {"question", N_("Une question"), N_("Ce sur quoi vous cherchez un avis.")},
    {"difficulty", N_("Une difficulté"), N_("Ce qui coince en ce moment.")},
    {"failure", N_("Un échec, et ce qu’il a appris"),
     N_("Ce qui n’a pas marché aide les suivants autant que le reste.")},
};
_Static_assert(ARRAY_COUNT(sorts) == NEWS_SORT__COUNT - 1, "a choice for each sort");

struct telling {
    const struct face *face;
    struct arena *arena;
    struct news_write write;
    slice entry_title, sort; /* sort: as sent */
    struct news stands;      /* of a change */
    enum { TELL_STORE, TELL_TAKE_BACK, TELL_SHOW } act;
    int64_t id;
    struct problem problem;
};

static err none(struct problem *problem) {
    return problem_set(problem, ERR_NOT_FOUND, "id", "no news has this address");
}

/* The published entry that the address names. */
static err load_entry(const struct face *face, const struct http_request *request,
                      struct entry_public **entry, struct problem *problem) {
    struct entry_id id;
    TRY(entry_of_address(request, &id, problem));
    *entry = arena_new(request->arena, struct entry_public, 1);
    err found =
        entry_public_load(face_reader(request), face->territories, id, request->arena, *entry);
    return found == ERR_NOT_FOUND ? none(problem) : found;
}

/* The news item that it names, of this entry. */
static err load_news(const struct http_request *request, const struct entry_public *entry,
                     struct news *news, struct problem *problem) {
    int64_t id = 0;
    err found = slice_to_i64(request->captures[1], &id)
                    ? news_load(face_reader(request), id, request->arena, news)
                    : ERR_NOT_FOUND;
    bool is_other = found == OK && news->entry.v != entry->entry.id.v;
    return found == ERR_NOT_FOUND || is_other ? none(problem) : found;
}

static err check_team(const struct http_request *request, const struct entry_public *entry,
                      struct problem *problem) {
    struct team_of_entry of;
    TRY(team_of_entry(face_reader(request), entry->entry.id, face_actor(request)->person, &of));
    return of.role != TEAM_NONE ? OK
                                : problem_set(problem, ERR_DENIED, "id",
                                              "news are written by the team of the entry");
}

err news_own(const struct face *face, const struct http_request *request, struct news *news,
             struct entry_public **entry, struct problem *problem) {
    struct entry_public *of = NULL;
    TRY(load_entry(face, request, &of, problem));
    TRY(load_news(request, of, news, problem));
    if (entry) {
        *entry = of;
    }
    return check_team(request, of, problem);
}

err news_seen(const struct face *face, const struct http_request *request, struct news *news,
              struct problem *problem) {
    const struct contribution_world world = web_world(face);
    const struct actor *actor = face_actor(request);
    struct entry_public *of = NULL;
    bool moderates = false;
    TRY(load_entry(face, request, &of, problem));
    TRY(load_news(request, of, news, problem));
    if (actor->roles != 0) {
        TRY(moderation_may(face_reader(request), &world, actor, of->entry.id, &moderates));
    }
    return moderates ? OK : check_team(request, of, problem);
}

/* What the address names, for its team. */
static err load(void *app, const struct http_request *request, bool is_change,
                struct telling **loaded, struct problem *problem) {
    struct telling *telling = arena_new(request->arena, struct telling, 1);
    struct entry_public *entry = NULL;
    *telling = (struct telling){.face = app,
                                .arena = request->arena,
                                .write = {.actor = face_actor(request),
                                          .happened = SLICE_EMPTY,
                                          .title = SLICE_EMPTY,
                                          .text = SLICE_EMPTY},
                                .sort = SLICE_EMPTY};
    if (is_change) {
        TRY(news_own(app, request, &telling->stands, &entry, problem));
        telling->write.id = telling->stands.id;
    } else {
        TRY(load_entry(app, request, &entry, problem));
        TRY(check_team(request, entry, problem));
    }
    telling->write.entry = entry->entry.id;
    telling->entry_title = entry->entry.title;
    *loaded = telling;
    return OK;
}

static slice path_of(const struct telling *telling) {
    return telling->write.id == 0
               ? link_entry_under(telling->write.entry, "/news/new", telling->arena)
               : arena_concat_of(telling->arena, news_path(&telling->stands, telling->arena),
                                 SLICE("/edit"));
}

static void write_fields(struct form *form, const struct telling *telling) {
    const struct news_write *write = &telling->write;
    form_choices(form, "sort", N_("Que s’est-il passé ?"), sorts, ARRAY_COUNT(sorts),
                 telling->sort);
    form_field(form, &(struct form_field){.name = "title",
                                          .label = N_("En une ligne"),
                                          .help = N_("Exemple : le four à pain est rallumé."),
                                          .value = write->title,
                                          .max_bytes = NEWS_TITLE_MAX,
                                          .is_needed = true});
    form_field(form, &(struct form_field){.name = "happened",
                                          .label = N_("Quand"),
                                          .help = N_("Un jour (22/11/2026), un mois (11/2026) ou "
                                                     "une année (2026)."),
                                          .value = write->happened,
                                          .max_bytes = 32,
                                          .is_needed = true});
    form_field(form, &(struct form_field){.name = "text",
                                          .label = N_("Racontez"),
                                          .help = N_("Facultatif. Une ligne vide commence un "
                                                     "paragraphe, « - » une liste."),
                                          .value = write->text,
                                          .rows = 8,
                                          .max_bytes = NEWS_TEXT_MAX});
}

static err write_page(struct form *form, const struct telling *telling) {
    struct page *page = form->page;
    struct html *html = &page->html;
    slice path = path_of(telling);
    bool is_change = telling->write.id != 0;
    form_page_begin(form, is_change ? N_("Modifier une nouvelle") : N_("Écrire une nouvelle"), path,
                    N_("Tout le monde la lira, sur la fiche et dans les flux."));
    html_raw(html, "<p><a");
    html_attr(html, "href", link_entry(page, telling->write.entry, telling->entry_title));
    html_raw(html, ">");
    html_text(html, telling->entry_title);
    html_raw(html, "</a></p>\n");
    form_told(form, "version");
    form_begin(form, path, false);
    write_fields(form, telling);
    if (is_change) {
        form_hidden(form, "version",
                    arena_printf(page->arena, "%lld", (long long)telling->write.version));
    }
    form_submit(form, is_change ? N_("Enregistrer") : N_("Publier"));
    if (is_change && telling->stands.status == NEWS_SHOWN) {
        form_submit_else(form, "take-back", N_("Retirer cette nouvelle"));
    } else if (is_change && telling->stands.status == NEWS_TAKEN_BACK) {
        form_submit_else(form, "show", N_("Montrer de nouveau"));
    }
    form_end(form);
    form_page_end(form);
    return html->out->failed;
}

/* "22/11/2026", "11/2026" of a date, as people type it. */
static slice day_typed(const struct date *day, struct arena *arena) {
    return day->precision == DATE_DAY
               ? arena_printf(arena, "%02u/%02u/%04d", day->day, day->month, day->year)
           : day->precision == DATE_MONTH ? arena_printf(arena, "%02u/%04d", day->month, day->year)
                                          : SLICE_EMPTY;
}

err web_news_write(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    struct telling *telling = NULL;
    struct date today;
    TRY(load(app, request, false, &telling, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    TRY(date_from_ms(page.now_ms, SLICE_EMPTY, &today));
    today.precision = DATE_DAY;
    telling->sort = SLICE("step");
    telling->write.happened = day_typed(&today, request->arena);
    return write_page(&form, telling);
}

err web_news_edit(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    struct telling *telling = NULL;
    BUF_CLEANUP struct buf edtf = buf_new(64);
    TRY(load(app, request, true, &telling, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    const struct news *stands = &telling->stands;
    date_format(&stands->happened, &edtf);
    telling->sort = news_sort_slug(stands->sort);
    telling->write.version = stands->version;
    telling->write.title = stands->title;
    telling->write.text = stands->text;
    telling->write.happened = day_typed(&stands->happened, request->arena);
    if (telling->write.happened.n == 0) {
        telling->write.happened = arena_copy(request->arena, buf_slice(&edtf));
    }
    return write_page(&form, telling);
}

/* ---- sending ---- */

static err tell_job(struct db_conn *conn, void *self) {
    struct telling *telling = self;
    const struct contribution_world world = web_world(telling->face);
    int64_t now_ms = clock_now_ms(telling->face->clock);
    if (telling->act != TELL_STORE) {
        telling->id = telling->write.id;
        return news_take_back(conn, telling->write.actor, telling->id,
                              telling->act == TELL_TAKE_BACK, now_ms);
    }
    return news_write(conn, &world, &telling->write, now_ms, telling->arena, &telling->id,
                      &telling->problem);
}

static const char *fault_of(err result, slice field) {
    static const struct {
        const char *field;
        const char *limit, *other;
    } rows[] = {
        {"sort", NULL, N_("Choisissez ce qui s’est passé.")},
        {"title", N_("C’est trop long. Raccourcissez-le."),
         N_("Dites en une ligne ce qui s’est passé.")},
        {"happened", NULL,
         N_("Ce n’est pas une date passée. Exemples : 22/11/2026, 11/2026, 2026.")},
        {"text", N_("C’est trop long. Raccourcissez-le."),
         N_("Les liens sont possibles dès que quelque chose que vous avez ajouté est visible "
            "depuis "
            "sept jours. Retirez le lien pour publier maintenant.")},
        {"tries", N_("Vous avez écrit beaucoup de nouvelles aujourd’hui. Revenez demain."), NULL},
        {"version", NULL,
         N_("Quelqu’un de l’équipe vient de changer cette nouvelle. Ouvrez-la de nouveau avant "
            "d’enregistrer la vôtre.")},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (slice_equal(field, slice_from_cstr(rows[i].field))) {
            return result == ERR_LIMIT ? rows[i].limit : rows[i].other;
        }
    }
    return NULL;
}

static err answer_tell(void *app, const struct http_request *request, void *self, err result,
                       struct http_response *response, struct problem *problem) {
    struct telling *telling = self;
    if (result == OK) {
        http_redirect(response,
                      telling->act == TELL_TAKE_BACK
                          ? link_entry_under(telling->write.entry, "/news", request->arena)
                          : arena_printf(request->arena, "/entries/%lld/news/%lld",
                                         (long long)telling->write.entry.v,
                                         (long long)telling->id));
        return OK;
    }
    const char *fault = fault_of(result, slice_from_cstr(telling->problem.field));
    if (!fault) {
        *problem = telling->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form,
               slice_equal(slice_from_cstr(telling->problem.field), SLICE("tries"))
                   ? "title"
                   : telling->problem.field,
               fault);
    return write_page(&form, telling);
}

/* "11/2026" is a month. */
static slice month_turned(slice typed, struct arena *arena) {
    slice trimmed = slice_trim(typed);
    bool is_month = trimmed.n == 7 && trimmed.p[2] == '/';
    return is_month ? arena_printf(arena, "%.*s-%.*s", 4, trimmed.p + 3, 2, trimmed.p) : trimmed;
}

static err post(void *app, const struct http_request *request, bool is_change,
                struct problem *problem) {
    struct http_form sent;
    struct telling *telling = NULL;
    TRY(http_form_read(request, &sent, problem));
    TRY(load(app, request, is_change, &telling, problem));
    struct news_write *write = &telling->write;
    slice act = http_form_value(&sent, "do");
    telling->sort = http_form_value(&sent, "sort");
    write->title = http_form_value(&sent, "title");
    write->text = http_form_value(&sent, "text");
    write->happened = month_turned(http_form_value(&sent, "happened"), request->arena);
    if (!news_sort_from_slug(telling->sort, &write->sort)) {
        write->sort = 0;
    }
    if (is_change && !slice_to_i64(http_form_value(&sent, "version"), &write->version)) {
        write->version = 0;
    }
    telling->act = !is_change                             ? TELL_STORE
                   : slice_equal(act, SLICE("take-back")) ? TELL_TAKE_BACK
                   : slice_equal(act, SLICE("show"))      ? TELL_SHOW
                                                          : TELL_STORE;
    return face_write(app, request, tell_job, answer_tell, telling);
}

err web_news_write_post(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    (void)response;
    return post(app, request, false, problem);
}

err web_news_edit_post(void *app, const struct http_request *request,
                       struct http_response *response, struct problem *problem) {
    (void)response;
    return post(app, request, true, problem);
}
