/* /administration/themes: themes are added, named, placed, hidden, merged and taken back here. The
 * pages read them from the store, as they are changed; the site has them a moment later (RULE
 * THEME-4). */
#include "domain/theme/theme.h"
#include "face/web/admin/admin.h"
#include "face/web/admin/admin_int.h"
#include "face/write.h"

#define THEMES      "/administration/themes"
#define MAIN_SCHEME SLICE("themes") /* the one that people choose from when they add an entry */
#define INDENT      "— "
#define RANK_MAX    9999
#define SAID_MAX    2048

enum theming_act {
    THEMING_ADD,
    THEMING_NAME,
    THEMING_MOVE,
    THEMING_HIDE,
    THEMING_SHOW,
    THEMING_MERGE,
    THEMING_BACK,
    THEMING__COUNT
};
static const struct {
    const char *name, *done; /* of the form, and of the address after it; N_() */
    slice audit;
} acts[THEMING__COUNT] = {
    [THEMING_ADD] = {"add", N_("Le thème est ajouté."), {"theme added", 11}},
    [THEMING_NAME] = {"name", N_("Le thème a son nouveau nom."), {"theme named", 11}},
    [THEMING_MOVE] = {"move", N_("Le thème est à sa nouvelle place."), {"theme moved", 11}},
    [THEMING_HIDE] = {"hide", N_("Le thème n’est plus proposé."), {"theme hidden", 12}},
    [THEMING_SHOW] = {"show", N_("Le thème est de nouveau proposé."), {"theme shown", 11}},
    [THEMING_MERGE] = {"merge", N_("Les deux thèmes n’en font plus qu’un."), {"theme merged", 12}},
    [THEMING_BACK] = {"back", N_("La fusion est reprise."), {"theme parted", 12}},
};

/* What is shown, and what is done; `all` as the store says it. */
struct theming {
    const struct face *face;
    const struct actor *actor;
    struct themes *all;
    const struct theme *of;          /* NULL: none, or it is merged */
    const struct theme_alias *alias; /* NULL: none, or it is not merged */
    enum theming_act act;
    slice slug, label[THEME_LANGUAGES], broader, rank, into; /* as sent */
    bool is_sent;
    struct theme_place place;
    slice said; /* of the audit: old → new */
    struct arena *arena;
    struct problem problem;
};

static void theming_end(struct theming *theming) {
    themes_free(theming->all);
    theming->all = NULL;
}
#define THEMING_CLEANUP __attribute__((cleanup(theming_end)))

static err theming_begin(void *app, const struct http_request *request, struct theming *theming) {
    *theming = (struct theming){.face = app,
                                .actor = face_actor(request),
                                .arena = request->arena,
                                .broader = SLICE_EMPTY,
                                .rank = SLICE_EMPTY,
                                .into = SLICE_EMPTY};
    return themes_load(face_reader(request), &theming->all);
}

/* The theme of the address: one of its own, or a merged one. */
static err theming_find(struct theming *theming, const struct http_request *request,
                        struct problem *problem) {
    uint16_t found = themes_find(theming->all, request->captures[0]);
    theming->slug = request->captures[0];
    if (found == THEME_NONE) {
        return problem_set(problem, ERR_NOT_FOUND, "slug", "no theme has this name");
    }
    if (slice_equal(theming->all->items[found].slug, theming->slug)) {
        theming->of = &theming->all->items[found];
        return OK;
    }
    for (uint16_t i = 0; i < theming->all->alias_count; i++) {
        if (slice_equal(theming->all->aliases[i].slug, theming->slug)) {
            theming->alias = &theming->all->aliases[i];
        }
    }
    return OK;
}

static slice path_of(const struct page *page, slice slug) {
    return arena_printf(page->arena, THEMES "/%.*s", SLICE_ARG(slug));
}

static slice merge_path_of(const struct page *page, slice slug) {
    return arena_printf(page->arena, THEMES "/%.*s/merge", SLICE_ARG(slug));
}

static const char *cstr(const struct theming *theming, slice text) {
    return arena_cstr(theming->arena, text);
}

/* Another theme of the answer than of the store: what was changed is on its way. */
static void write_state(struct page *page, const struct theming *theming) {
    for (size_t i = 0; i < THEMING__COUNT; i++) {
        if (slice_equal(page->request->query, slice_from_cstr(acts[i].name))) {
            admin_done(page, acts[i].done);
        }
    }
    if (theming->all->digest != page->face->themes->digest) {
        html_raw(&page->html, "<p class=\"alert alert--info\" id=\"soon\"><span>");
        html_t(&page->html, "Le site se met à jour : pages, recherches et nombres suivent dans un "
                            "instant. Rechargez cette page pour voir s’il a fini.");
        html_raw(&page->html, "</span></p>\n");
    }
}

/* ---- the list ---- */

static void write_theme(struct page *page, const struct themes *all, uint16_t theme) {
    struct html *html = &page->html;
    const struct theme *it = &all->items[theme];
    html_raw(html, "<li><span>");
    for (uint16_t i = 0; i < it->depth; i++) {
        html_raw(html, INDENT);
    }
    html_raw(html, "<a");
    html_attr(html, "href", path_of(page, it->slug));
    html_raw(html, ">");
    html_text(html, it->label[page->language]);
    html_raw(html, "</a>");
    if (it->is_own || it->is_hidden) {
        html_raw(html, " <span class=\"state\">");
        if (it->is_own) {
            html_t(html, "ajouté ici");
        }
        if (it->is_own && it->is_hidden) {
            html_raw(html, " · ");
        }
        if (it->is_hidden) {
            html_t(html, "plus proposé");
        }
        html_raw(html, "</span>");
    }
    html_raw(html, "</span></li>\n");
}

static void write_merged(struct page *page, const struct themes *all) {
    struct html *html = &page->html;
    if (all->alias_count == 0) {
        return;
    }
    html_raw(html, "<section><h2>");
    html_t(html, "Thèmes fusionnés");
    html_raw(html, "</h2>\n<ul class=\"form-rows\">\n");
    for (uint16_t i = 0; i < all->alias_count; i++) {
        const struct theme_alias *it = &all->aliases[i];
        html_raw(html, "<li><span>");
        html_text(html, it->label[page->language]);
        html_raw(html, " → ");
        html_text(html, all->items[it->theme].label[page->language]);
        html_raw(html, "</span><a");
        html_attr(html, "href", merge_path_of(page, it->slug));
        html_raw(html, ">");
        html_t(html, "Reprendre la fusion");
        html_raw(html, "<span class=\"visually-hidden\"> ");
        html_text(html, it->label[page->language]);
        html_raw(html, "</span></a></li>\n");
    }
    html_raw(html, "</ul></section>\n");
}

/* Where a theme may stand: at the top, or under any of its scheme that is not below it. */
static void write_place(struct form *form, const struct theming *theming, uint16_t scheme,
                        slice broader, slice rank) {
    const struct themes *all = theming->all;
    const struct theme_scheme *of = &all->schemes[scheme];
    struct form_choice *choices =
        arena_new(theming->arena, struct form_choice, (size_t)of->count + 1);
    size_t count = 0;
    choices[count++] = (struct form_choice){.value = "", .label = N_("Tout en haut")};
    for (uint16_t i = of->first; i < of->first + of->count; i++) {
        bool is_below =
            theming->of != NULL && themes_is_within(all, i, (uint16_t)(theming->of - all->items));
        struct buf label BUF_CLEANUP = buf_new(SAID_MAX);
        for (uint16_t depth = 0; depth < all->items[i].depth; depth++) {
            buf_add_cstr(&label, INDENT);
        }
        buf_add(&label, all->items[i].label[form->page->language]);
        if (!is_below) {
            choices[count++] = (struct form_choice){.value = cstr(theming, all->items[i].slug),
                                                    .label = cstr(theming, buf_slice(&label))};
        }
    }
    form_select(form, "broader", N_("Rangé sous"), choices, count, broader);
    form_field(form, &(struct form_field){.name = "rank",
                                          .label = N_("Rang à cet endroit"),
                                          .help = N_("1 pour le premier. Vide : le dernier."),
                                          .value = rank,
                                          .max_bytes = 4});
}

static void write_labels(struct form *form, const slice label[THEME_LANGUAGES]) {
    form_field(form, &(struct form_field){.name = "label-fr",
                                          .label = N_("Nom en français"),
                                          .value = label[0],
                                          .max_bytes = THEME_LABEL_MAX,
                                          .is_needed = true});
    form_field(form, &(struct form_field){.name = "label-en",
                                          .label = N_("Nom en anglais"),
                                          .help = N_("Vide : le nom français."),
                                          .value = label[1],
                                          .max_bytes = THEME_LABEL_MAX});
}

static void write_adding(struct form *form, const struct theming *theming, uint16_t scheme) {
    struct html *html = &form->page->html;
    html_raw(html, "<section id=\"add\"><h2>");
    html_t(html, "Ajouter un thème");
    html_raw(html, "</h2>\n");
    form_begin(form, SLICE(THEMES), false);
    write_labels(form, theming->label);
    write_place(form, theming, scheme, theming->broader, theming->rank);
    form_submit(form, N_("Ajouter le thème"));
    form_end(form);
    html_raw(html, "</section>\n");
}

static err write_list(struct form *form, const struct theming *theming) {
    struct page *page = form->page;
    const struct themes *all = theming->all;
    admin_page_begin(form, N_("Thèmes"), SLICE(THEMES),
                     N_("Un thème ajouté, renommé, déplacé ou fusionné l’est partout, sans "
                        "réécrire une seule fiche. Une nouvelle version du logiciel n’y change "
                        "rien."));
    write_state(page, theming);
    html_raw(&page->html, "<p><a href=\"#add\">");
    html_t(&page->html, "Ajouter un thème");
    html_raw(&page->html, "</a></p>\n");
    for (uint16_t s = 0; s < all->scheme_count; s++) {
        html_raw(&page->html, "<section><h2>");
        html_text(&page->html, all->schemes[s].title[page->language]);
        html_raw(&page->html, "</h2>\n<ul class=\"form-rows\">\n");
        for (uint16_t i = 0; i < all->schemes[s].count; i++) {
            write_theme(page, all, (uint16_t)(all->schemes[s].first + i));
        }
        html_raw(&page->html, "</ul></section>\n");
        if (slice_equal(all->schemes[s].slug, MAIN_SCHEME)) {
            write_adding(form, theming, s);
        }
    }
    write_merged(page, all);
    form_page_end(form);
    return page->html.out->failed;
}

err web_admin_themes(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    (void)problem;
    THEMING_CLEANUP struct theming theming = {.all = NULL};
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    TRY(theming_begin(app, request, &theming));
    return write_list(&form, &theming);
}

/* ---- one of them ---- */

static slice rank_of(const struct theming *theming) {
    const struct themes *all = theming->all;
    unsigned rank = 1;
    for (const struct theme *it = &all->items[all->schemes[theming->of->scheme].first];
         it < theming->of; it++) {
        rank += it->broader == theming->of->broader;
    }
    return arena_printf(theming->arena, "%u", rank);
}

static err write_one(struct form *form, const struct theming *theming) {
    struct page *page = form->page;
    struct html *html = &page->html;
    const struct theme *of = theming->of;
    slice path = path_of(page, of->slug);
    bool is_named = theming->is_sent && theming->act == THEMING_NAME;
    bool is_moved = theming->is_sent && theming->act == THEMING_MOVE;
    admin_page_begin(form, N_("Un thème"), path, NULL);
    write_state(page, theming);
    html_raw(html, "<p><strong>");
    html_text(html, of->label[page->language]);
    html_raw(html, "</strong> · <a");
    html_attr(html, "href", arena_concat_of(page->arena, SLICE("/themes/"), of->slug));
    html_raw(html, ">");
    html_t(html, "Sa page");
    html_raw(html, "</a></p>\n<section><h2>");
    html_t(html, "Son nom");
    html_raw(html, "</h2>\n");
    form_begin(form, path, false);
    form_hidden(form, "do", SLICE("name"));
    write_labels(form, is_named ? theming->label : of->label);
    form_submit(form, N_("Enregistrer le nom"));
    form_end(form);
    html_raw(html, "</section>\n<section><h2>");
    html_t(html, "Sa place");
    html_raw(html, "</h2>\n<p>");
    html_t(html, "Ce qui est rangé sous lui le suit.");
    html_raw(html, "</p>\n");
    form_begin(form, path, false);
    form_hidden(form, "do", SLICE("move"));
    write_place(form, theming, of->scheme,
                is_moved                    ? theming->broader
                : of->broader == THEME_NONE ? SLICE_EMPTY
                                            : theming->all->items[of->broader].slug,
                is_moved ? theming->rank : rank_of(theming));
    form_submit(form, N_("Enregistrer la place"));
    form_end(form);
    html_raw(html, "</section>\n<section><h2>");
    html_t(html, "Ne plus le proposer, ou le fusionner");
    html_raw(html, "</h2>\n<p>");
    html_t(html, "Un thème qui n’est plus proposé reste sur les fiches qui l’ont.");
    html_raw(html, "</p>\n<div class=\"admin-acts\">");
    form_button(page, path, "do", of->is_hidden ? SLICE("show") : SLICE("hide"),
                of->is_hidden ? N_("Le proposer de nouveau") : N_("Ne plus le proposer"));
    html_raw(html, "<a class=\"button button--line\"");
    html_attr(html, "href", merge_path_of(page, of->slug));
    html_raw(html, ">");
    html_t(html, "Le fusionner avec un autre");
    html_raw(html, "</a></div></section>\n");
    form_page_end(form);
    return html->out->failed;
}

err web_admin_theme(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    THEMING_CLEANUP struct theming theming = {.all = NULL};
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    TRY(theming_begin(app, request, &theming));
    TRY(theming_find(&theming, request, problem));
    if (theming.of == NULL) {
        http_redirect(response, merge_path_of(&page, theming.slug));
        return OK;
    }
    return write_one(&form, &theming);
}

/* ---- merging, and taking it back ---- */

/* How many entries have it, as the site counts them now. */
static err entries_count(struct page *page, slice slug, uint64_t *count) {
    struct query query = query_default();
    struct part_found found;
    *count = 0;
    if (themes_find(page->face->themes, slug) == THEME_NONE) {
        return OK; /* it was made a moment ago */
    }
    query.limit = 1;
    query_values_set(&query.themes, slug, true);
    const struct atlas_view *view = atlas_pin(page->face->atlas);
    err failed = part_search(page, view, &query, 0, &found);
    atlas_unpin(page->face->atlas, view);
    TRY(failed);
    *count = found.result.total;
    return OK;
}

static void write_targets(struct form *form, const struct theming *theming) {
    const struct themes *all = theming->all;
    const struct theme_scheme *of = &all->schemes[theming->of->scheme];
    struct form_choice *choices =
        arena_new(theming->arena, struct form_choice, (size_t)of->count + 1);
    size_t count = 0;
    choices[count++] = (struct form_choice){.value = "", .label = N_("Choisissez…")};
    for (uint16_t i = of->first; i < of->first + of->count; i++) {
        if (!themes_is_within(all, i, (uint16_t)(theming->of - all->items))) {
            choices[count++] = (struct form_choice){
                .value = cstr(theming, all->items[i].slug),
                .label = cstr(theming, all->items[i].label[form->page->language])};
        }
    }
    form_select(form, "into", N_("Ce qu’il devient"), choices, count, theming->into);
}

static err write_merge(struct form *form, const struct theming *theming) {
    struct page *page = form->page;
    struct html *html = &page->html;
    slice path = merge_path_of(page, theming->slug);
    bool is_back = theming->of == NULL;
    admin_page_begin(
        form, is_back ? N_("Reprendre la fusion de deux thèmes") : N_("Fusionner deux thèmes"),
        path,
        is_back
            ? N_("Le thème est de nouveau à part : ses fiches, ce qui était rangé sous lui et son "
                 "adresse lui reviennent.")
            : N_("Ses fiches, ce qui est rangé sous lui, son adresse et ses mots vont à l’autre. "
                 "Aucune fiche n’est réécrite : la fusion peut être reprise."));
    html_raw(html, "<p><strong>");
    html_text(html, (is_back ? theming->alias->label : theming->of->label)[page->language]);
    html_raw(html, "</strong>");
    if (is_back) {
        html_raw(html, " → ");
        html_text(html, theming->all->items[theming->alias->theme].label[page->language]);
    } else {
        uint64_t entries;
        TRY(entries_count(page, theming->slug, &entries));
        html_raw(html, " · ");
        html_tn(html, "%n fiche", "%n fiches", (int64_t)entries);
    }
    html_raw(html, "</p>\n");
    form_begin(form, path, false);
    form_hidden(form, "do", is_back ? SLICE("back") : SLICE("merge"));
    if (!is_back) {
        write_targets(form, theming);
        form_check(form, "sure", N_("C’est bien ce thème, et c’est bien ce que je veux"), NULL,
                   false);
        form_told(form, "sure");
    }
    form_submit(form, is_back ? N_("Reprendre la fusion") : N_("Fusionner"));
    form_end(form);
    form_page_end(form);
    return html->out->failed;
}

err web_admin_theme_merge(void *app, const struct http_request *request,
                          struct http_response *response, struct problem *problem) {
    THEMING_CLEANUP struct theming theming = {.all = NULL};
    if (admin_must_prove(request, response)) {
        return OK;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    TRY(theming_begin(app, request, &theming));
    TRY(theming_find(&theming, request, problem));
    return write_merge(&form, &theming);
}

/* ---- doing ---- */

static err do_act(struct db_conn *conn, struct theming *theming, int64_t now_ms) {
    struct problem *problem = &theming->problem;
    slice slug = theming->slug;
    switch (theming->act) {
    case THEMING_ADD:
        return theme_add(conn, MAIN_SCHEME, theming->label, &theming->place, now_ms, theming->arena,
                         &theming->slug, problem);
    case THEMING_NAME:
        return theme_rename(conn, slug, theming->label, now_ms, problem);
    case THEMING_MOVE:
        return theme_move(conn, slug, &theming->place, now_ms, problem);
    case THEMING_HIDE:
    case THEMING_SHOW:
        return theme_hide(conn, slug, theming->act == THEMING_HIDE, now_ms, problem);
    case THEMING_MERGE:
        return theme_merge(conn, slug, theming->into, now_ms, problem);
    case THEMING_BACK:
    case THEMING__COUNT:
        break;
    }
    return theme_unmerge(conn, slug, now_ms, problem);
}

static err theming_job(struct db_conn *conn, void *self) {
    struct theming *theming = self;
    int64_t now_ms = clock_now_ms(theming->face->clock);
    TRY(do_act(conn, theming, now_ms));
    return person_audit(conn, theming->face->ids,
                        &(struct person_act){.at_ms = now_ms,
                                             .by = theming->actor->person,
                                             .act = acts[theming->act].audit,
                                             .object = theming->slug,
                                             .reason = theming->said});
}

/* The old and the new of what is done, for the audit; texts of `all`, which goes with the request's
 * first part. */
static slice said_of(const struct theming *theming) {
    const struct theme *of = theming->of;
    struct buf said BUF_CLEANUP = buf_new(SAID_MAX);
    const char *rank = theming->rank.n > 0 ? " " : "";
    switch (theming->act) {
    case THEMING_ADD:
        buf_addf(&said, "→ %.*s / %.*s", SLICE_ARG(theming->label[0]),
                 SLICE_ARG(theming->label[1]));
        break;
    case THEMING_NAME:
        buf_addf(&said, "%.*s / %.*s → %.*s / %.*s", SLICE_ARG(of->label[0]),
                 SLICE_ARG(of->label[1]), SLICE_ARG(theming->label[0]),
                 SLICE_ARG(theming->label[1]));
        break;
    case THEMING_MOVE:
        buf_addf(&said, "%.*s/ %.*s → %.*s/%s%.*s",
                 SLICE_ARG(of->broader == THEME_NONE ? SLICE_EMPTY
                                                     : theming->all->items[of->broader].slug),
                 SLICE_ARG(rank_of(theming)), SLICE_ARG(theming->broader), rank,
                 SLICE_ARG(theming->rank));
        break;
    case THEMING_MERGE:
        buf_addf(&said, "%.*s → %.*s", SLICE_ARG(theming->slug), SLICE_ARG(theming->into));
        break;
    case THEMING_BACK:
        buf_addf(&said, "%.*s → %.*s", SLICE_ARG(theming->alias->into), SLICE_ARG(theming->slug));
        break;
    case THEMING_HIDE:
    case THEMING_SHOW:
    case THEMING__COUNT:
        break;
    }
    return arena_copy(theming->arena, buf_slice(&said));
}

static err theming_page(struct form *form, struct theming *theming) {
    return theming->act == THEMING_ADD     ? write_list(form, theming)
           : theming->act >= THEMING_MERGE ? write_merge(form, theming)
                                           : write_one(form, theming);
}

/* What the store refused, beside the field it is about. ERR_INPUT only: all else is an answer. */
static err answer_refused(const struct http_request *request, struct theming *done,
                          struct http_response *response, struct problem *problem) {
    THEMING_CLEANUP struct theming theming = {.all = NULL};
    struct page page = page_begin((struct face *)(uintptr_t)done->face, request, response);
    struct form form = {.page = &page};
    TRY(theming_begin((void *)(uintptr_t)done->face, request, &theming));
    if (done->act != THEMING_ADD) {
        TRY(theming_find(&theming, request, problem));
    }
    bool is_place = slice_equal(slice_from_cstr(done->problem.field), SLICE("broader"));
    theming.act = done->act;
    theming.is_sent = true;
    theming.label[0] = done->label[0];
    theming.label[1] = done->label[1];
    theming.broader = done->broader;
    theming.rank = done->rank;
    theming.into = done->into;
    form_fault(&form,
               is_place && done->act == THEMING_MERGE  ? "into"
               : is_place && done->act == THEMING_BACK ? "do"
               : is_place                              ? "broader"
                                                       : "into",
               is_place
                   ? N_("Ainsi un thème serait rangé sous lui-même, ou à plus de huit niveaux. "
                        "Choisissez une autre place.")
                   : N_("Choisissez un autre thème, qui ne soit pas rangé sous celui-ci."));
    bool is_shown = theming.of != NULL || theming.alias != NULL || done->act == THEMING_ADD;
    return is_shown ? theming_page(&form, &theming) : ERR_CONFLICT;
}

static err theming_finish(void *app, const struct http_request *request, void *self, err result,
                          struct http_response *response, struct problem *problem) {
    struct theming *theming = self;
    const struct face *face = app;
    if (result == ERR_INPUT) {
        return answer_refused(request, theming, response, problem);
    }
    if (result != OK) {
        *problem = theming->problem;
        return result;
    }
    if (face->instance != NULL && face->instance->themes_apply != NULL) {
        face->instance->themes_apply(face->instance->settings_self);
    }
    const char *name = acts[theming->act].name;
    http_redirect(response, theming->act == THEMING_ADD || theming->act >= THEMING_MERGE
                                ? arena_printf(request->arena, THEMES "?%s", name)
                                : arena_printf(request->arena, THEMES "/%.*s?%s",
                                               SLICE_ARG(theming->slug), name));
    return OK;
}

/* Texts that outlive the themes which were read: the job runs later. */
static err theming_write(void *app, const struct http_request *request,
                         const struct theming *theming) {
    struct theming *kept = arena_new(request->arena, struct theming, 1);
    *kept = *theming;
    kept->said = said_of(theming);
    kept->all = NULL;
    kept->of = NULL;
    kept->alias = NULL;
    kept->place = (struct theme_place){.broader = theming->broader, .rank = theming->place.rank};
    return face_write(app, request, theming_job, theming_finish, kept);
}

static void labels_take(struct form *form, struct theming *theming, const struct http_form *sent) {
    theming->label[0] = slice_trim(http_form_value(sent, "label-fr"));
    theming->label[1] = slice_trim(http_form_value(sent, "label-en"));
    if (theming->label[0].n == 0) {
        form_fault(form, "label-fr", N_("Donnez son nom en français."));
    } else if (theming->label[0].n > THEME_LABEL_MAX) {
        form_fault(form, "label-fr", N_("C’est trop long. Raccourcissez-le."));
    }
    if (theming->label[1].n > THEME_LABEL_MAX) {
        form_fault(form, "label-en", N_("C’est trop long. Raccourcissez-le."));
    }
}

static void place_take(struct form *form, struct theming *theming, const struct http_form *sent) {
    uint64_t rank = 0;
    theming->broader = http_form_value(sent, "broader");
    theming->rank = slice_trim(http_form_value(sent, "rank"));
    if (theming->rank.n > 0 &&
        (!slice_to_u64(theming->rank, &rank) || rank == 0 || rank > RANK_MAX)) {
        form_fault(form, "rank", N_("Écrivez un nombre, à partir de 1, ou rien."));
    }
    theming->place.rank = (uint32_t)rank;
}

static err post(void *app, const struct http_request *request, struct http_response *response,
                struct theming *theming, struct form *form) {
    if (form->fault_count == 0) {
        return theming_write(app, request, theming);
    }
    struct page page = page_begin(app, request, response);
    form->page = &page;
    theming->is_sent = true;
    return theming_page(form, theming);
}

err web_admin_themes_post(void *app, const struct http_request *request,
                          struct http_response *response, struct problem *problem) {
    THEMING_CLEANUP struct theming theming = {.all = NULL};
    struct http_form sent;
    struct form form = {.fault_count = 0};
    TRY(http_form_read(request, &sent, problem));
    TRY(theming_begin(app, request, &theming));
    theming.act = THEMING_ADD;
    labels_take(&form, &theming, &sent);
    place_take(&form, &theming, &sent);
    return post(app, request, response, &theming, &form);
}

static err act_read(const struct http_form *sent, enum theming_act first, enum theming_act last,
                    enum theming_act *act, struct problem *problem) {
    for (*act = first; *act <= last; (*act)++) {
        if (slice_equal(http_form_value(sent, "do"), slice_from_cstr(acts[*act].name))) {
            return OK;
        }
    }
    return problem_set(problem, ERR_INPUT, "do", "nothing of this name can be done here");
}

static err gone(struct problem *problem) {
    return problem_set(problem, ERR_CONFLICT, "slug",
                       "the theme is in another state by now: look at its page");
}

err web_admin_theme_post(void *app, const struct http_request *request,
                         struct http_response *response, struct problem *problem) {
    THEMING_CLEANUP struct theming theming = {.all = NULL};
    struct http_form sent;
    struct form form = {.fault_count = 0};
    TRY(http_form_read(request, &sent, problem));
    TRY(theming_begin(app, request, &theming));
    TRY(theming_find(&theming, request, problem));
    TRY(act_read(&sent, THEMING_NAME, THEMING_SHOW, &theming.act, problem));
    if (theming.of == NULL) {
        return gone(problem);
    }
    if (theming.act == THEMING_NAME) {
        labels_take(&form, &theming, &sent);
    } else if (theming.act == THEMING_MOVE) {
        place_take(&form, &theming, &sent);
    }
    return post(app, request, response, &theming, &form);
}

err web_admin_theme_merge_post(void *app, const struct http_request *request,
                               struct http_response *response, struct problem *problem) {
    THEMING_CLEANUP struct theming theming = {.all = NULL};
    struct http_form sent;
    struct form form = {.fault_count = 0};
    if (admin_must_prove(request, response)) {
        return OK;
    }
    TRY(http_form_read(request, &sent, problem));
    TRY(theming_begin(app, request, &theming));
    TRY(theming_find(&theming, request, problem));
    TRY(act_read(&sent, THEMING_MERGE, THEMING_BACK, &theming.act, problem));
    if ((theming.act == THEMING_MERGE) != (theming.of != NULL)) {
        return gone(problem);
    }
    theming.into = http_form_value(&sent, "into");
    if (theming.act == THEMING_MERGE && theming.into.n == 0) {
        form_fault(&form, "into", N_("Choisissez ce que le thème devient."));
    }
    if (theming.act == THEMING_MERGE && !http_form_has(&sent, "sure")) {
        form_fault(&form, "sure", N_("Cochez la case : c’est la seconde question."));
    }
    return post(app, request, response, &theming, &form);
}
