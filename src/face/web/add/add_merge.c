/* /add/{draft}/merge: somebody else changed the entry meanwhile. What both changed is chosen field
 * by field; what only one changed stays (RULE CONTRIBUTE-8). */
#include "face/actor.h"
#include "face/web/add/add.h"
#include "face/web/add/adding.h"
#include "face/web/page/world.h"
#include "face/web/trust/history.h"
#include "face/write.h"

/* Two changes of one entry, as differences from what both began from. */
struct two {
    struct contribution_overtaken overtaken;
    struct history_difference *theirs, *mine;
    size_t their_count, my_count;
};

static err compare(struct adding *adding, struct two *two) {
    const struct contribution_world world = web_world(adding->face);
    return contribution_compare(face_reader(adding->request), &world, adding->actor, &adding->draft,
                                adding->arena, &two->overtaken);
}

static void tell_apart(struct adding *adding, struct two *two) {
    const struct face *face = adding->face;
    const struct entry_public was = history_whole(face, &two->overtaken.base);
    const struct entry_public theirs = history_whole(face, &two->overtaken.theirs);
    const struct entry_public mine = history_whole(face, &adding->draft.content);
    size_t language = adding->form.page->language;
    history_differences(&was, &theirs, face->themes, language, adding->arena, &two->theirs,
                        &two->their_count);
    history_differences(&was, &mine, face->themes, language, adding->arena, &two->mine,
                        &two->my_count);
}

/* ---- the page ---- */

/* Of a field, the name of its choice and of the text that is written instead. */
static const char *choice_name(const struct adding *adding, enum history_field field) {
    return arena_printf(adding->arena, "field-%d", field).p;
}

static const char *text_name(const struct adding *adding, enum history_field field) {
    return arena_printf(adding->arena, "text-%d", field).p;
}

static const struct form_choice theirs_choice = {"theirs", N_("L’autre changement"), NULL};
static const struct form_choice mine_choice = {"mine", N_("Le mien"), NULL};
static const struct form_choice both_choice = {"both", N_("Les deux"), NULL};
static const struct form_choice own_choice = {"own", N_("Ce que j’écris ici"), NULL};

static void write_side(struct page *page, const char *heading,
                       const struct history_difference *differences, size_t count,
                       enum history_field field) {
    html_raw(&page->html, "<h3>");
    html_text(&page->html, i18n(page->html.language, heading));
    html_raw(&page->html, "</h3>\n");
    history_difference_write(page, differences, count, field);
}

static void write_collision(struct adding *adding, const struct two *two,
                            enum history_field field) {
    struct form *form = &adding->form;
    struct page *page = form->page;
    struct html *html = &page->html;
    struct form_choice choices[4] = {theirs_choice, mine_choice};
    size_t count = 2;
    html_raw(html, "<section class=\"form\"><h2>");
    html_text(html, history_field_label(page, field));
    html_raw(html, "</h2>\n");
    write_side(page, theirs_choice.label, two->theirs, two->their_count, field);
    write_side(page, mine_choice.label, two->mine, two->my_count, field);
    if (contribution_field_is_list(field)) {
        choices[count++] = both_choice;
    }
    if (contribution_field_is_text(field)) {
        choices[count++] = own_choice;
    }
    form_choices(form, choice_name(adding, field), N_("Ce qui reste"), choices, count,
                 add_typed(adding, choice_name(adding, field), SLICE_EMPTY));
    if (contribution_field_is_text(field)) {
        slice text = contribution_field_text(field, &adding->draft.content);
        form_field(form,
                   &(struct form_field){.name = text_name(adding, field),
                                        .label = own_choice.label,
                                        .value = add_typed(adding, text_name(adding, field), text),
                                        .rows = field == HISTORY_DESCRIPTION ? 12 : 3,
                                        .max_bytes = ENTRY_DESCRIPTION_MAX});
    }
    html_raw(html, "</section>\n");
}

static bool collides(const struct two *two, enum history_field field) {
    for (size_t i = 0; i < two->overtaken.merge.collision_count; i++) {
        if (two->overtaken.merge.collisions[i] == field) {
            return true;
        }
    }
    return false;
}

/* What goes together without a question, by the names of the fields. */
static void write_together(struct adding *adding, const struct two *two) {
    struct page *page = adding->form.page;
    struct html *html = &page->html;
    bool told[HISTORY_FIELD__COUNT] = {false};
    bool is_first = true;
    for (size_t i = 0; i < two->their_count; i++) {
        told[two->theirs[i].field] = true;
    }
    for (size_t i = 0; i < two->my_count; i++) {
        told[two->mine[i].field] = true;
    }
    for (unsigned i = 0; i < HISTORY_FIELD__COUNT; i++) {
        enum history_field field = (enum history_field)i;
        if (told[i] && !collides(two, field)) {
            if (is_first) {
                html_raw(html, "<p class=\"muted\">");
                html_t(html, "Ces changements vont ensemble, sans rien choisir :");
                html_raw(html, " ");
            } else {
                html_raw(html, ", ");
            }
            html_text(html, history_field_label(page, field));
            is_first = false;
        }
    }
    if (!is_first) {
        html_raw(html, "</p>\n");
    }
}

static err write_merge(struct adding *adding, struct two *two, struct http_response *response) {
    struct page page = page_begin(adding->face, adding->request, response);
    struct form *form = &adding->form;
    struct contribution_merge *merge = &two->overtaken.merge;
    slice path = arena_printf(adding->arena, "/add/%.*s/merge", SLICE_ARG(adding->secret));
    form->page = &page;
    tell_apart(adding, two);
    form_page_begin(form, N_("Deux changements à la fois"), path,
                    N_("Quelqu’un a changé cette fiche pendant que vous écriviez. Rien n’est "
                       "perdu : vous voyez les deux, et vous choisissez."));
    form_told(form, "again");
    form_begin(form, path, false);
    form_hidden(form, "revision",
                arena_printf(adding->arena, "%lld", (long long)two->overtaken.theirs.revision));
    form_hidden(form, "reason", add_typed(adding, "reason", SLICE_EMPTY));
    for (size_t i = 0; i < merge->collision_count; i++) {
        write_collision(adding, two, merge->collisions[i]);
    }
    write_together(adding, two);
    form_submit(form, N_("Continuer"));
    form_end(form);
    form_page_end(form);
    return page.html.out->failed;
}

err add_merge_write(struct adding *adding, struct http_response *response) {
    struct two two = {0};
    TRY(compare(adding, &two));
    return write_merge(adding, &two, response);
}

static err refuse(err failed, struct problem *problem) {
    return failed == ERR_NOT_FOUND
               ? problem_set(problem, failed, "draft", "the entry is not shown any more")
               : failed;
}

err web_add_merge(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    struct adding *adding = NULL;
    TRY(add_open(app, request, &adding, problem));
    return refuse(add_merge_write(adding, response), problem);
}

/* ---- choosing ---- */

struct settling {
    struct adding *adding;
    int64_t revision; /* that was shown */
    struct contribution_choice choices[HISTORY_FIELD__COUNT];
    struct problem problem;
};

static struct contribution_choice choice_of(const struct adding *adding, enum history_field field) {
    slice chosen = http_form_value(adding->sent, choice_name(adding, field));
    struct contribution_choice choice = {
        .choose = CONTRIBUTION_UNDECIDED,
        .text = http_form_value(adding->sent, text_name(adding, field))};
    if (slice_equal(chosen, SLICE("theirs"))) {
        choice.choose = CONTRIBUTION_THEIRS;
    } else if (slice_equal(chosen, SLICE("mine"))) {
        choice.choose = CONTRIBUTION_MINE;
    } else if (slice_equal(chosen, SLICE("both")) && contribution_field_is_list(field)) {
        choice.choose = CONTRIBUTION_BOTH;
    } else if (slice_equal(chosen, SLICE("own")) && contribution_field_is_text(field)) {
        choice.choose = CONTRIBUTION_WRITTEN;
    }
    return choice;
}

static err settle_job(struct db_conn *conn, void *self) {
    struct settling *settling = self;
    const struct adding *adding = settling->adding;
    const struct contribution_world world = web_world(adding->face);
    return contribution_settle(conn, &world, adding->actor, adding->secret, settling->choices,
                               settling->revision, adding->now_ms, adding->arena,
                               &settling->problem);
}

/* On to the last page, with what is one now. */
static err answer_settle(void *app, const struct http_request *request, void *self, err result,
                         struct http_response *response, struct problem *problem) {
    (void)app;
    struct settling *settling = self;
    struct adding *adding = settling->adding;
    if (result == ERR_CONFLICT) {
        form_fault(&adding->form, "again",
                   N_("La fiche vient de changer encore. Regardez de nouveau."));
        return refuse(add_merge_write(adding, response), problem);
    }
    if (result != OK) {
        *problem = settling->problem;
        return result;
    }
    adding->step = ADD_CHECK;
    TRY(contribution_draft_load(face_reader(request), adding->actor, adding->secret, adding->now_ms,
                                adding->arena, &adding->draft));
    return add_page_write(adding, response);
}

err web_add_merge_post(void *app, const struct http_request *request,
                       struct http_response *response, struct problem *problem) {
    struct http_form *sent = arena_new(request->arena, struct http_form, 1);
    struct settling *settling = arena_new(request->arena, struct settling, 1);
    struct two two = {0};
    TRY(http_form_read(request, sent, problem));
    TRY(add_open(app, request, &settling->adding, problem));
    struct adding *adding = settling->adding;
    adding->sent = sent;
    TRY(refuse(compare(adding, &two), problem));
    if (!slice_to_i64(http_form_value(sent, "revision"), &settling->revision)) {
        settling->revision = 0;
    }
    for (size_t i = 0; i < two.overtaken.merge.collision_count; i++) {
        enum history_field field = two.overtaken.merge.collisions[i];
        settling->choices[field] = choice_of(adding, field);
        if (settling->choices[field].choose == CONTRIBUTION_UNDECIDED) {
            form_fault(&adding->form, choice_name(adding, field), N_("Choisissez ce qui reste."));
        }
    }
    return adding->form.fault_count && settling->revision == two.overtaken.theirs.revision
               ? write_merge(adding, &two, response)
               : face_write(app, request, settle_job, answer_settle, settling);
}
