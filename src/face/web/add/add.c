/* Adding and editing: a draft goes through four short pages, each of which keeps it. */
#include "face/web/add/add.h"
#include "assets_names.h"
#include "face/actor.h"
#include "face/web/add/similar_int.h"
#include "face/write.h"

static const char *const step_names[ADD_STEP__COUNT] = {"what", "where", "more", "check"};
static const char *const step_labels[ADD_STEP__COUNT] = {N_("Quoi"), N_("Où"), N_("Précisions"),
                                                         N_("Vérifier")};
static const char *const step_titles[ADD_STEP__COUNT] = {
    N_("De quoi s’agit‑il ?"), N_("Où est-ce ?"), N_("Quelques précisions"), N_("Vérifiez")};

slice add_typed(const struct adding *adding, const char *name, slice kept) {
    return adding->sent ? http_form_value(adding->sent, name) : kept;
}

slice add_path(const struct adding *adding, enum add_step step) {
    return arena_printf(adding->arena, "/add/%.*s/%s", SLICE_ARG(adding->secret), step_names[step]);
}

void add_select_kept(struct adding *adding, const char *name, const char *label,
                     const struct form_choice *choices, size_t count, slice chosen) {
    struct form_choice *all = arena_new(adding->arena, struct form_choice, count + 1);
    bool is_known = false;
    for (size_t i = 0; i < count; i++) {
        all[i] = choices[i];
        is_known |= slice_equal(chosen, slice_from_cstr(choices[i].value));
    }
    if (!is_known) {
        const char *own = arena_cstr(adding->arena, chosen);
        all[count++] = (struct form_choice){own, own, NULL};
    }
    form_select(&adding->form, name, label, all, count, chosen);
}

/* ---- what is wrong ---- */

/* What entry_check names, where it is asked, and how it is told. The first that fits counts. */
static const struct fault_row {
    const char *prefix; /* of the name of the entry's field */
    enum add_step step;
    const char *field;
    const char *message; /* beside "too long" */
} fault_rows[] = {
    {"kind", ADD_WHAT, "kind", N_("Choisissez ce que c’est.")},
    {"title", ADD_WHAT, "title", N_("Donnez un titre : c’est par lui qu’on le trouve.")},
    {"summary", ADD_WHAT, "summary", N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
    {"state", ADD_WHAT, "state", N_("Choisissez où cela en est.")},
    {"end_reason", ADD_WHAT, "end_reason",
     N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
    {"place.latitude", ADD_WHERE, "point",
     N_("Cette position n’existe pas. Elle ressemble à 45.5646, 5.9178.")},
    {"place.address", ADD_WHERE, "address",
     N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
    {"place.name", ADD_WHERE, "name", N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
    {"place", ADD_WHERE, "where",
     N_("Aucun lieu ne porte ce nom. Vérifiez l’écriture ou donnez le code postal.")},
    {"siret", ADD_MORE, "siret",
     N_("Ce SIRET n’existe pas : il a 14 chiffres, dont le dernier contrôle les autres.")},
    {"rna", ADD_MORE, "rna", N_("Un numéro RNA est un W et 9 chiffres, comme W751000001.")},
    {"maturity", ADD_MORE, "maturity", N_("Choisissez dans la liste.")},
    {"access", ADD_MORE, "access", N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
    {"people", ADD_MORE, "people", N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
    {"governance", ADD_MORE, "governance",
     N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
    {"handover", ADD_MORE, "handover", N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
    {"opening_hours", ADD_MORE, "opening_hours",
     N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
    {"price", ADD_MORE, "price", N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
    {"audience", ADD_MORE, "audience", N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
    {"type", ADD_MORE, "type", N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
    {"dates[0].rule", ADD_MORE, "until", N_("Dites jusqu’à quand cela revient.")},
    {"dates[0].zone", ADD_MORE, "zone", N_("Choisissez dans la liste.")},
    {"dates", ADD_MORE, "day", N_("La fin est avant le début, ou le jour n’existe pas.")},
    {"themes", ADD_MORE, "theme", N_("Ce thème n’existe pas. Choisissez dans la liste.")},
    {"needs", ADD_MORE, "need-time", N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
    {"", ADD_MORE, "description", N_("Ce texte n’est pas lisible. Écrivez-le de nouveau.")},
};
static const struct fault_row contact_rows[] = {
    {"", ADD_MORE, "website",
     N_("Cette adresse de site n’est pas complète. Elle ressemble à https://exemple.fr.")},
    {"", ADD_MORE, "email",
     N_("Cette adresse n’est pas complète. Elle ressemble à nom@exemple.fr.")},
    {"", ADD_MORE, "telephone", N_("Ce numéro n’est pas complet.")},
};

static const struct fault_row media_rows[ENTRY_MEDIA__COUNT] = {
    [ENTRY_MEDIA_IMAGE] = {"", ADD_MORE, "description",
                           N_("L’adresse d’une image n’est pas complète.")},
    [ENTRY_MEDIA_VIDEO] = {"", ADD_MORE, "video",
                           N_("Cette adresse de vidéo n’est pas complète. Elle ressemble à "
                              "https://exemple.fr/video.")},
    [ENTRY_MEDIA_AUDIO] = {"", ADD_MORE, "description",
                           N_("L’adresse d’un son n’est pas complète.")},
    [ENTRY_MEDIA_DOCUMENT] = {"", ADD_MORE, "documents",
                              N_("Chaque ligne commence par une adresse, comme "
                                 "https://exemple.fr/guide.pdf.")},
};

/* The place in a list that a field as "media[2].url" names. */
static bool position_of(slice field, slice list, uint32_t count, uint64_t *at) {
    return slice_starts_with(field, list) &&
           slice_to_u64(slice_sub(field, list.n, slice_find(field, list.n, ']') - list.n), at) &&
           *at < count;
}

static const struct fault_row *row_of(const struct problem *problem, const struct entry *entry) {
    slice field = slice_from_cstr(problem->field);
    uint64_t at = 0;
    if (position_of(field, SLICE("contacts["), entry->contact_count, &at)) {
        enum entry_contact_kind kind = entry->contacts[at].kind;
        return &contact_rows[kind == ENTRY_CONTACT_EMAIL       ? 1
                             : kind == ENTRY_CONTACT_TELEPHONE ? 2
                                                               : 0];
    }
    if (position_of(field, SLICE("media["), entry->media_count, &at)) {
        return &media_rows[entry->media[at].kind];
    }
    size_t i = 0;
    while (!slice_starts_with(field, slice_from_cstr(fault_rows[i].prefix))) {
        i++;
    }
    return &fault_rows[i];
}

bool add_fault(struct adding *adding, enum add_step step, err failed,
               const struct problem *problem) {
    const struct fault_row *row = row_of(problem, &adding->draft.content);
    if (row->step != step) {
        return false;
    }
    form_fault(&adding->form, row->field,
               failed == ERR_LIMIT ? N_("C’est trop long. Raccourcissez-le.") : row->message);
    return true;
}

/* What the rules of entries say to this page's part of the draft; the rest may still be empty. */
static void check_step(struct adding *adding) {
    struct entry copy = adding->draft.content;
    struct problem problem = {0};
    if (adding->form.fault_count) {
        return; /* told already */
    }
    err failed = entry_check(&copy, adding->face->territories, adding->face->themes, adding->arena,
                             &problem);
    if (failed != OK) {
        (void)add_fault(adding, adding->step, failed, &problem);
    }
}

/* ---- what: kind, title, summary, state ---- */

static const struct form_choice states[ENTRY_STATE__COUNT] = {
    [ENTRY_STATE_NONE] = {"", N_("Je ne sais pas"), NULL},
    [ENTRY_STATE_IDEA] = {"idea", N_("À discuter"), NULL},
    [ENTRY_STATE_BEGUN] = {"begun", N_("Démarre"), NULL},
    [ENTRY_STATE_RUNNING] = {"running", N_("Fonctionne"), NULL},
    [ENTRY_STATE_SEEKING] = {"seeking", N_("À reprendre"), NULL},
    [ENTRY_STATE_PAUSED] = {"paused", N_("En pause"), NULL},
    [ENTRY_STATE_ENDED] = {"ended", N_("Terminé"), NULL},
};

void add_what_write(struct adding *adding) {
    struct form *form = &adding->form;
    const struct entry *entry = &adding->draft.content;
    form_field(form, &(struct form_field){.name = "title",
                                          .label = N_("Titre"),
                                          .value = add_typed(adding, "title", entry->title),
                                          .max_bytes = ENTRY_TITLE_MAX,
                                          .is_needed = true});
    form_field(form, &(struct form_field){.name = "summary",
                                          .label = N_("En une ou deux phrases"),
                                          .help = N_("Qui fait quoi, avec qui, pour quoi."),
                                          .value = add_typed(adding, "summary", entry->summary),
                                          .rows = 3,
                                          .max_bytes = ENTRY_SUMMARY_MAX});
    form_select(form, "kind", N_("C’est"), kind_choices, ENTRY_KIND__COUNT,
                add_typed(adding, "kind", entry_kind_slug(entry->kind)));
    form_select(form, "state", N_("Où cela en est"), states, ENTRY_STATE__COUNT,
                add_typed(adding, "state", entry_state_slug(entry->state)));
    if (entry->state == ENTRY_STATE_ENDED || entry->end_reason.n) {
        form_field(form,
                   &(struct form_field){.name = "end_reason",
                                        .label = N_("Pourquoi cela s’est terminé"),
                                        .value = add_typed(adding, "end_reason", entry->end_reason),
                                        .rows = 2,
                                        .max_bytes = ENTRY_TEXT_MAX});
    }
}

void add_what_take(struct adding *adding) {
    struct entry *entry = &adding->draft.content;
    const struct http_form *sent = adding->sent;
    slice state = http_form_value(sent, "state");
    entry->title = slice_trim(http_form_value(sent, "title"));
    entry->summary = slice_trim(http_form_value(sent, "summary"));
    if (http_form_has(sent, "end_reason")) {
        entry->end_reason = slice_trim(http_form_value(sent, "end_reason"));
    }
    if (!entry_kind_from_slug(http_form_value(sent, "kind"), &entry->kind)) {
        form_fault(&adding->form, "kind", N_("Choisissez ce que c’est."));
    }
    entry->state = ENTRY_STATE_NONE;
    if (state.n && !entry_state_from_slug(state, &entry->state)) {
        form_fault(&adding->form, "state", N_("Choisissez où cela en est."));
    }
    if (entry->title.n == 0) {
        form_fault(&adding->form, "title", N_("Donnez un titre : c’est par lui qu’on le trouve."));
    }
    if (entry->title.n > ENTRY_TITLE_MAX) {
        form_fault(&adding->form, "title", N_("C’est trop long. Raccourcissez-le."));
    }
    if (entry->summary.n > ENTRY_SUMMARY_MAX) {
        form_fault(&adding->form, "summary", N_("C’est trop long. Raccourcissez-le."));
    }
}

/* ---- a page ---- */

static struct adding *adding_new(void *app, const struct http_request *request) {
    const struct face *face = app;
    struct adding *adding = arena_new(request->arena, struct adding, 1);
    *adding = (struct adding){.face = face,
                              .request = request,
                              .arena = request->arena,
                              .actor = face_actor(request),
                              .owner = &add_owner_draft,
                              .now_ms = clock_now_ms(face->clock)};
    return adding;
}

err add_open(void *app, const struct http_request *request, struct adding **opened,
             struct problem *problem) {
    struct adding *adding = adding_new(app, request);
    adding->secret = request->captures[0];
    adding->base = arena_concat_of(adding->arena, SLICE("/add/"), adding->secret);
    adding->step = ADD_STEP__COUNT;
    for (size_t i = 0; i < ADD_STEP__COUNT; i++) {
        if (slice_equal(request->captures[1], slice_from_cstr(step_names[i]))) {
            adding->step = (enum add_step)i;
        }
    }
    err found = contribution_draft_load(face_reader(request), adding->actor, adding->secret,
                                        adding->now_ms, adding->arena, &adding->draft);
    if (found == ERR_NOT_FOUND) {
        return problem_set(problem, found, "draft", "nothing that was begun is kept here");
    }
    *opened = adding;
    return found;
}

static void write_buttons(struct adding *adding) {
    struct form *form = &adding->form;
    form_submit(form, N_("Continuer"));
    if (adding->step > ADD_WHAT) {
        form_submit_else(form, "back", N_("Revenir"));
    }
    form_submit_else(form, "later", N_("Finir plus tard"));
}

static void write_lead(struct adding *adding) {
    struct html *html = &adding->form.page->html;
    const struct entry *entry = &adding->draft.content;
    const slice values[] = {arena_printf(adding->arena, "%d", adding->step + 1),
                            arena_printf(adding->arena, "%d", ADD_STEP__COUNT)};
    html_raw(html, "<p class=\"muted\">");
    html_tf(html, "Étape %1 sur %2", values, ARRAY_COUNT(values));
    if (entry->title.n && adding->step != ADD_WHAT) {
        html_raw(html, " · ");
        html_tf(html, "« %1 »", &entry->title, 1);
    }
    html_raw(html, "</p>\n");
}

void add_page_begin(struct adding *adding, struct page *page, const char *title, slice path) {
    slice *hrefs = arena_new(adding->arena, slice, ADD_STEP__COUNT);
    for (size_t i = 0; i < ADD_STEP__COUNT; i++) {
        hrefs[i] = add_path(adding, (enum add_step)i);
    }
    const struct form_steps steps = {step_labels, hrefs, ADD_STEP__COUNT, adding->step};
    adding->form.page = page;
    adding->form.steps = &steps;
    form_page_begin(&adding->form, title, path, NULL);
    write_lead(adding);
}

err add_page_write(struct adding *adding, struct http_response *response) {
    struct page page = page_begin(adding->face, adding->request, response);
    slice path = add_path(adding, adding->step);
    if (adding->step == ADD_WHERE) {
        adding->form.sheet = SLICE(ASSET_PIN_CSS);
    }
    add_page_begin(adding, &page, step_titles[adding->step], path);
    if (adding->step == ADD_CHECK) {
        TRY(add_check_write(adding));
        form_page_end(&adding->form);
        return page.html.out->failed;
    }
    form_begin(&adding->form, path, false);
    form_submit_default(&adding->form, N_("Continuer"));
    switch (adding->step) {
    case ADD_WHAT:
        add_what_write(adding);
        break;
    case ADD_WHERE:
        add_where_write(adding);
        break;
    case ADD_MORE:
        add_more_write(adding);
        break;
    case ADD_CHECK:
    case ADD_STEP__COUNT:
        break;
    }
    write_buttons(adding);
    form_end(&adding->form);
    if (adding->draft.entry.v == 0) {
        TRY(similar_write(adding));
    }
    html_raw(&page.html, "<p class=\"muted\">");
    html_t(&page.html, "Vos réponses sont gardées à chaque étape.");
    html_raw(&page.html, "</p>\n");
    form_page_end(&adding->form);
    return page.html.out->failed;
}

err web_add_step(void *app, const struct http_request *request, struct http_response *response,
                 struct problem *problem) {
    struct adding *adding = NULL;
    TRY(add_open(app, request, &adding, problem));
    if (slice_equal(request->part, SLICE("similar")) && adding->draft.entry.v == 0) {
        return similar_answer(adding, response);
    }
    return adding->step == ADD_STEP__COUNT
               ? problem_set(problem, ERR_NOT_FOUND, "step", "what, where, more or check")
               : add_page_write(adding, response);
}

struct storing {
    struct adding *adding;
    slice next;
    struct problem problem;
};

static err store_job(struct db_conn *conn, void *self) {
    struct storing *storing = self;
    const struct adding *adding = storing->adding;
    return contribution_draft_store(conn, adding->actor, adding->secret, &adding->draft.content,
                                    adding->now_ms, &storing->problem);
}

static err answer_store(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    (void)app;
    (void)request;
    struct storing *storing = self;
    if (result == ERR_LIMIT) {
        form_fault(&storing->adding->form, "description", N_("C’est trop long. Raccourcissez-le."));
        return add_page_write(storing->adding, response);
    }
    if (result != OK) {
        *problem = storing->problem;
        return result;
    }
    http_redirect(response, storing->next);
    return OK;
}

static void take(struct adding *adding) {
    switch (adding->step) {
    case ADD_WHAT:
        add_what_take(adding);
        break;
    case ADD_WHERE:
        add_where_take(adding);
        break;
    case ADD_MORE:
        add_more_take(adding);
        break;
    case ADD_CHECK:
    case ADD_STEP__COUNT:
        break;
    }
}

/* Back and later keep what can be kept, right or wrong; what is wrong is told on the way on. */
err web_add_step_post(void *app, const struct http_request *request, struct http_response *response,
                      struct problem *problem) {
    struct http_form *sent = arena_new(request->arena, struct http_form, 1);
    struct adding *adding = NULL;
    TRY(http_form_read(request, sent, problem));
    TRY(add_open(app, request, &adding, problem));
    if (adding->step == ADD_STEP__COUNT) {
        return problem_set(problem, ERR_NOT_FOUND, "step", "what, where, more or check");
    }
    adding->sent = sent;
    slice act = http_form_value(sent, "do");
    bool is_back = slice_equal(act, SLICE("back")) && adding->step > ADD_WHAT;
    slice aside = adding->step != ADD_MORE               ? SLICE_EMPTY
                  : slice_equal(act, SLICE("photos"))    ? add_photos_path(adding)
                  : slice_equal(act, SLICE("documents")) ? add_documents_path(adding)
                                                         : SLICE_EMPTY;
    bool is_later = slice_equal(act, SLICE("later"));
    if (adding->step == ADD_CHECK && !is_back && !is_later) {
        return add_send(adding, response);
    }
    if (add_address_is_asked(adding)) {
        return add_address_post(adding, response);
    }
    take(adding);
    if (adding->step == ADD_MORE && slice_equal(act, SLICE("preview"))) {
        adding->form.fault_count = 0; /* told on the way on */
        adding->is_preview = true;
        return add_page_write(adding, response);
    }
    if (!is_back && !is_later) {
        check_step(adding);
        if (adding->form.fault_count) {
            return add_page_write(adding, response);
        }
    }
    struct storing *storing = arena_new(request->arena, struct storing, 1);
    *storing = (struct storing){.adding = adding};
    storing->next = aside.n > 0 ? aside
                    : is_later
                        ? arena_printf(request->arena, "/add/%.*s", SLICE_ARG(adding->secret))
                        : add_path(adding, (enum add_step)((int)adding->step + (is_back ? -1 : 1)));
    return face_write(app, request, store_job, answer_store, storing);
}

/* ---- kept for later ---- */

err web_add_kept(void *app, const struct http_request *request, struct http_response *response,
                 struct problem *problem) {
    struct adding *adding = NULL;
    TRY(add_open(app, request, &adding, problem));
    struct page page = page_begin(app, request, response);
    struct html *html = &page.html;
    struct form form = {.page = &page};
    form_page_begin(&form, N_("C’est gardé"), request->path,
                    N_("Ce que vous avez écrit est gardé 30 jours après le dernier changement. "
                       "Notez l’adresse de cette page : elle y ramène."));
    html_raw(html, "<p><a class=\"button button--sun button--wide\"");
    html_attr(html, "href", add_path(adding, ADD_WHAT));
    html_raw(html, ">");
    html_t(html, "Continuer");
    html_raw(html, "</a></p>\n");
    form_button(&page, request->path, "do", SLICE("drop"), N_("Effacer ce que j’ai écrit"));
    form_page_end(&form);
    return html->out->failed;
}

static err drop_job(struct db_conn *conn, void *self) {
    const struct adding *adding = self;
    return contribution_draft_drop(conn, adding->actor, adding->secret);
}

err web_add_drop(void *app, const struct http_request *request, struct http_response *response,
                 struct problem *problem) {
    (void)response;
    struct adding *adding = NULL;
    TRY(add_open(app, request, &adding, problem));
    return face_write_then(app, request, drop_job, adding, SLICE("/add"));
}
