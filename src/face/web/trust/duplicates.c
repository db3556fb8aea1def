/* /duplicates: entries that may be one; /duplicates/A-B: two side by side, to merge or to keep
 * apart. */
#include "face/actor.h"
#include "face/web/page/world.h"
#include "face/web/trust/duplicates_int.h"
#include "face/web/trust/history.h"
#include "face/web/trust/likeness.h"
#include "face/web/trust/moderation.h"
#include "face/web/trust/trust.h"
#include "face/write.h"
#include "html/from_html.h"
#include "text/text.h"

#define PAIRS_SHOWN 50
#define TEXT_SHOWN  400 /* characters of a field; both stay whole */

err duplicates_role_check(const struct http_request *request, struct problem *problem) {
    return face_actor(request)->roles
               ? OK
               : problem_set(problem, ERR_DENIED, "", "this is for who has a role here");
}

/* ---- those that wait ---- */

void duplicates_way_write(struct page *page, slice href, const char *label) {
    html_raw(&page->html, "<p><a");
    html_attr(&page->html, "href", href);
    html_raw(&page->html, ">");
    html_text(&page->html, i18n(page->html.language, label));
    html_raw(&page->html, "</a></p>\n");
}

static void pair_write(struct page *page, const struct duplicate_pair *pair) {
    struct html *html = &page->html;
    html_raw(html, "<li><a");
    html_attr(html, "href",
              arena_printf(page->arena, "/duplicates/%lld-%lld", (long long)pair->first.v,
                           (long long)pair->second.v));
    html_raw(html, ">");
    html_text(html, pair->first_title);
    html_raw(html, " / ");
    html_text(html, pair->second_title);
    html_raw(html, "</a><span class=\"state\">");
    day_write(page, pair->found_ms);
    html_raw(html, "</span><small>");
    likeness_write(page, &pair->likeness);
    html_raw(html, "</small></li>\n");
}

err web_duplicates(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    const struct contribution_world world = web_world(app);
    struct duplicate_pair *pairs;
    size_t count;
    bool has_more;
    TRY(duplicates_role_check(request, problem));
    TRY(duplicate_queue(face_reader(request), &world, face_actor(request), PAIRS_SHOWN,
                        request->arena, &pairs, &count, &has_more));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_page_begin(&form, N_("Peut-être les mêmes"), SLICE("/duplicates"),
                    N_("Les plus ressemblantes viennent en premier. Rien n’est réuni sans que "
                       "quelqu’un le décide."));
    html_raw(&page.html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        pair_write(&page, &pairs[i]);
    }
    html_raw(&page.html, "</ul>\n");
    if (has_more || count == 0) {
        html_raw(&page.html, "<p>");
        html_text(&page.html,
                  i18n(page.html.language,
                       has_more ? N_("D’autres suivent quand celles-ci seront décidées.")
                                : N_("Rien n’attend.")));
        html_raw(&page.html, "</p>\n");
    }
    duplicates_way_write(&page, SLICE("/duplicates/merged"), N_("Ce qui a été réuni"));
    form_page_end(&form);
    return page.html.out->failed;
}

/* ---- two of them ---- */

struct deciding {
    const struct face *face;
    const struct actor *actor;
    struct entry entries[2];
    struct http_form sent;
    struct duplicate_merge_ask ask;
    bool is_parted; /* "not the same" */
    struct arena *arena;
    struct problem problem;
};

/* "12-34" into two numbers. ERR_NOT_FOUND, ERR_DENIED. */
static err pair_load(const struct http_request *request, struct deciding *deciding,
                     struct problem *problem) {
    const struct contribution_world world = web_world(deciding->face);
    struct db_conn *reader = face_reader(request);
    slice rest = request->captures[0];
    struct entry_id ids[2] = {{0}, {0}};
    slice number;
    bool is_pair = slice_cut(&rest, '-', &number) && slice_to_i64(number, &ids[0].v) &&
                   rest.p != NULL && slice_to_i64(rest, &ids[1].v) && ids[0].v > 0 &&
                   ids[1].v > 0 && ids[0].v != ids[1].v;
    bool may = false;
    TRY(duplicates_role_check(request, problem));
    err failed = is_pair ? duplicate_may(reader, &world, deciding->actor, ids[0], ids[1], &may)
                         : ERR_NOT_FOUND;
    if (failed == OK && !may) {
        return problem_set(problem, ERR_DENIED, "", "you have no role where both of them stand");
    }
    for (size_t i = 0; failed == OK && i < 2; i++) {
        failed = entry_load(reader, ids[i], deciding->arena, &deciding->entries[i]);
        if (failed == OK && deciding->entries[i].status != ENTRY_PUBLISHED) {
            failed = ERR_NOT_FOUND;
        }
    }
    return failed == ERR_NOT_FOUND
               ? problem_set(problem, failed, "", "there are no two entries with these numbers")
               : failed;
}

static struct deciding *deciding_new(void *app, const struct http_request *request) {
    struct deciding *deciding = arena_new(request->arena, struct deciding, 1);
    *deciding =
        (struct deciding){.face = app, .actor = face_actor(request), .arena = request->arena};
    deciding->ask.reason = SLICE_EMPTY;
    return deciding;
}

/* The parts of a difference that one of both has. */
static slice text_of(struct page *page, const struct history_parts *parts,
                     enum history_part_sort own) {
    slice text = SLICE_EMPTY;
    for (size_t i = 0; i < parts->count; i++) {
        if (parts->items[i].sort == HISTORY_SAME || parts->items[i].sort == own) {
            text = arena_join(page->arena, text, parts->items[i].text);
        }
    }
    return slice_trim(text);
}

static void choice_write(struct form *form, slice name, const char *value, slice shown,
                         bool is_chosen) {
    struct html *html = &form->page->html;
    slice clipped = text_clip(shown, TEXT_SHOWN);
    html_raw(html, "<label class=\"form-choice\"><input type=\"radio\"");
    html_attr(html, "name", name);
    html_attr(html, "value", slice_from_cstr(value));
    if (is_chosen) {
        html_raw(html, " checked");
    }
    html_raw(html, "><span>");
    html_text(html, clipped);
    if (clipped.n < shown.n) {
        html_raw(html, " […]");
    }
    html_raw(html, "</span></label>");
}

static slice field_name(const struct page *page, int field) {
    return arena_printf(page->arena, "field-%d", field);
}

/* A Markdown text as its words alone, on one line; as it stands when it is too long for that. */
static slice words_of(struct page *page, slice markdown) {
    struct buf written BUF_CLEANUP = buf_new(HTML_SOURCE_MAX);
    struct buf words BUF_CLEANUP = buf_new(HTML_SOURCE_MAX);
    struct html html = {.out = &written, .language = page->html.language};
    return html_markdown(&html, markdown, 2) == OK &&
                   html_to_plain(buf_slice(&written), &words) == OK
               ? arena_copy(page->arena, buf_slice(&words))
               : markdown;
}

/* What of a field stands in one of both: words where history has slugs. */
static slice side_text(struct page *page, const struct history_difference *difference,
                       const struct entry *entry, enum history_part_sort own) {
    if (difference->field == HISTORY_KIND) {
        return kind_one(page, (enum query_kind)entry->kind);
    }
    if (difference->field == HISTORY_STATE) {
        return entry_state_label(page, entry->state);
    }
    slice text = text_of(page, &difference->parts, own);
    return difference->field == HISTORY_DESCRIPTION ? words_of(page, text) : text;
}

static void field_write(struct form *form, const struct deciding *deciding,
                        const struct history_difference *difference) {
    struct page *page = form->page;
    struct html *html = &page->html;
    slice name = field_name(page, (int)difference->field);
    slice typed = http_form_value(&deciding->sent, arena_cstr(page->arena, name));
    slice first = side_text(page, difference, &deciding->entries[0], HISTORY_REMOVED);
    slice second = side_text(page, difference, &deciding->entries[1], HISTORY_ADDED);
    if (slice_equal(first, second)) { /* the same words, with other signs between them */
        first = text_of(page, &difference->parts, HISTORY_REMOVED);
        second = text_of(page, &difference->parts, HISTORY_ADDED);
    }
    bool unites = duplicate_can_unite(difference->field);
    slice chosen = typed.n   ? typed
                   : unites  ? SLICE("both")
                   : first.n ? SLICE("first")
                             : SLICE("second");
    html_raw(html, "<fieldset><legend>");
    html_text(html, history_field_label(page, difference->field));
    html_raw(html, "</legend><div class=\"form-choices\">");
    slice nothing = i18n(html->language, "Rien");
    choice_write(form, name, "first", first.n ? first : nothing,
                 slice_equal(chosen, SLICE("first")));
    choice_write(form, name, "second", second.n ? second : nothing,
                 slice_equal(chosen, SLICE("second")));
    if (unites) {
        choice_write(form, name, "both", i18n(html->language, "Les deux"),
                     slice_equal(chosen, SLICE("both")));
    }
    html_raw(html, "</div></fieldset>\n");
}

static void kept_write(struct form *form, const struct deciding *deciding) {
    struct page *page = form->page;
    struct html *html = &page->html;
    slice typed = http_form_value(&deciding->sent, "kept");
    bool is_second = slice_equal(typed, SLICE("second"));
    html_raw(html, "<fieldset id=\"kept\"><legend>");
    html_t(html, "La fiche qui reste");
    html_raw(html, "</legend>");
    form_told(form, "kept");
    html_raw(html, "<div class=\"form-choices\">");
    for (int i = 0; i < 2; i++) {
        const struct entry *entry = &deciding->entries[i];
        choice_write(form, SLICE("kept"), i == 0 ? "first" : "second",
                     entry->source_slug.n
                         ? arena_printf(page->arena, "%.*s (%.*s)", SLICE_ARG(entry->title),
                                        SLICE_ARG(source_title(page, entry->source_slug)))
                         : entry->title,
                     (i == 1) == is_second);
    }
    html_raw(html, "</div></fieldset>\n");
}

static err pair_page(struct form *form, const struct deciding *deciding) {
    struct page *page = form->page;
    struct html *html = &page->html;
    struct db_conn *reader = face_reader(page->request);
    struct entry_public shown[2];
    struct duplicate_traits *traits[2];
    struct history_difference *differences;
    size_t count;
    form_page_begin(form, N_("Est-ce la même chose ?"), page->request->path,
                    N_("Une fiche reste, l’autre y mène. L’histoire des deux est gardée, et tout "
                       "peut être défait."));
    html_raw(html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < 2; i++) {
        shown[i] = history_whole(page->face, &deciding->entries[i]);
        traits[i] = duplicate_traits_make(reader, page->face->territories, &shown[i], page->arena);
        html_raw(html, "<li><a");
        html_attr(html, "href",
                  link_entry(page, deciding->entries[i].id, deciding->entries[i].title));
        html_raw(html, ">");
        html_text(html, deciding->entries[i].title);
        html_raw(html, "</a></li>");
    }
    html_raw(html, "</ul>\n");
    struct duplicate_likeness likeness = duplicate_compare(traits[0], traits[1]);
    if (likeness.reasons) {
        html_raw(html, "<p>");
        likeness_write(page, &likeness);
        html_raw(html, "</p>\n");
    }
    history_differences(&shown[0], &shown[1], page->face->themes, page->language, page->arena,
                        &differences, &count);
    form_begin(form, page->request->path, false);
    form_hidden(form, "revisions",
                arena_printf(page->arena, "%lld-%lld", (long long)deciding->entries[0].revision,
                             (long long)deciding->entries[1].revision));
    kept_write(form, deciding);
    for (size_t i = 0; i < count; i++) {
        field_write(form, deciding, &differences[i]);
    }
    form_check(form, "teams", N_("Réunir aussi les équipes"),
               N_("Les membres de l’autre équipe entrent dans celle de la fiche qui reste."),
               http_form_has(&deciding->sent, "teams"));
    form_field(form,
               &(struct form_field){.name = "reason",
                                    .label = N_("La raison"),
                                    .help = N_("Les personnes qui ont écrit ces fiches la liront."),
                                    .value = http_form_value(&deciding->sent, "reason"),
                                    .rows = 3,
                                    .max_bytes = DUPLICATE_REASON_MAX,
                                    .is_needed = true});
    form_submit(form, N_("Réunir"));
    form_submit_else(form, "part", N_("Ce n’est pas la même chose"));
    form_end(form);
    form_page_end(form);
    return html->out->failed;
}

err web_duplicate(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    struct deciding *deciding = deciding_new(app, request);
    TRY(pair_load(request, deciding, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return pair_page(&form, deciding);
}

/* ---- deciding ---- */

/* Of which revisions the page was made that one chose on; 0, which is any, when it does not say. */
static void revisions_read(const struct http_form *sent, int64_t seen[2]) {
    slice rest = http_form_value(sent, "revisions");
    for (size_t i = 0; i < 2; i++) {
        slice number;
        seen[i] = 0;
        if (slice_cut(&rest, '-', &number)) {
            (void)slice_to_i64(number, &seen[i]);
        }
    }
}

/* What was chosen of the first and the second, as what stays and what comes. Lists of which nothing
 * was asked are united: nothing of them is lost. */
static void ask_read(struct deciding *deciding) {
    const struct http_form *sent = &deciding->sent;
    struct duplicate_merge_ask *ask = &deciding->ask;
    bool is_second = slice_equal(http_form_value(sent, "kept"), SLICE("second"));
    int64_t seen[2];
    revisions_read(sent, seen);
    ask->kept_revision = seen[is_second ? 1 : 0];
    ask->merged_revision = seen[is_second ? 0 : 1];
    ask->kept = deciding->entries[is_second ? 1 : 0].id;
    ask->merged = deciding->entries[is_second ? 0 : 1].id;
    ask->unites_teams = http_form_has(sent, "teams");
    ask->reason = http_form_value(sent, "reason");
    for (int i = 0; i < HISTORY_FIELD__COUNT; i++) {
        slice name = arena_printf(deciding->arena, "field-%d", i);
        slice value = http_form_value(sent, name.p);
        bool unites = duplicate_can_unite((enum history_field)i);
        bool is_other = slice_equal(value, is_second ? SLICE("first") : SLICE("second"));
        ask->choices[i] = unites && (value.n == 0 || slice_equal(value, SLICE("both")))
                              ? DUPLICATE_BOTH
                          : is_other ? DUPLICATE_TAKE
                                     : DUPLICATE_KEEP;
    }
}

err duplicates_tell(struct db_conn *conn, const struct face *face,
                    const struct duplicate_told *told, enum mail_decision decision, slice reason,
                    int64_t now_ms, struct arena *arena, struct problem *problem) {
    const char *words = arena_cstr(arena, slice_trim(reason));
    TRY(web_moderation_tell(conn, face, &told->merged, decision, words, now_ms, problem));
    return web_moderation_tell(conn, face, &told->kept, decision, words, now_ms, problem);
}

static err decide_job(struct db_conn *conn, void *self) {
    struct deciding *deciding = self;
    const struct contribution_world world = web_world(deciding->face);
    const struct duplicate_merge_ask *ask = &deciding->ask;
    int64_t now_ms = clock_now_ms(deciding->face->clock);
    struct duplicate_told told;
    if (deciding->is_parted) {
        return duplicate_part(conn, &world, deciding->actor, ask->kept, ask->merged, ask->reason,
                              now_ms, &deciding->problem);
    }
    TRY(duplicate_merge(conn, &world, deciding->actor, ask, now_ms, deciding->arena, &told,
                        &deciding->problem));
    return duplicates_tell(conn, deciding->face, &told, MAIL_DECISION_MERGED, ask->reason, now_ms,
                           deciding->arena, &deciding->problem);
}

const char *duplicates_fault(err result, const struct problem *problem, const char *resulting) {
    bool is_reason = slice_equal(slice_from_cstr(problem->field), SLICE("reason"));
    switch ((int)result) {
    case ERR_INPUT:
        return is_reason ? N_("Écrivez la raison : elle est envoyée avec la décision.") : resulting;
    case ERR_LIMIT:
        return is_reason ? N_("C’est trop long. Raccourcissez-le.") : resulting;
    case ERR_CONFLICT:
        return N_("Quelqu’un a déjà décidé, ou une fiche a changé. Regardez de nouveau.");
    default:
        return NULL;
    }
}

/* The reason has its field; else it is about what was chosen. */
static const char *fault_field(const struct problem *problem) {
    return slice_equal(slice_from_cstr(problem->field), SLICE("reason")) ? "reason" : "kept";
}

static err answer_decision(void *app, const struct http_request *request, void *self, err result,
                           struct http_response *response, struct problem *problem) {
    struct deciding *deciding = self;
    if (result == OK) {
        const struct entry *kept = &deciding->entries[0];
        kept = kept->id.v == deciding->ask.kept.v ? kept : &deciding->entries[1];
        http_redirect(response, deciding->is_parted
                                    ? SLICE("/duplicates")
                                    : face_entry_path(kept->id, kept->title, request->arena));
        return OK;
    }
    const char *message =
        duplicates_fault(result, &deciding->problem,
                         N_("Ce qui est choisi ne va pas ensemble. Choisissez autrement."));
    if (!message) {
        *problem = deciding->problem;
        return result;
    }
    if (result == ERR_CONFLICT) {
        /* What stands now is what is to be chosen from; of what is gone, what was shown. */
        struct deciding now = *deciding;
        struct problem unused = {0};
        err loaded = pair_load(request, &now, &unused);
        *deciding = loaded == OK ? now : *deciding;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, fault_field(&deciding->problem), message);
    return pair_page(&form, deciding);
}

err web_duplicate_post(void *app, const struct http_request *request,
                       struct http_response *response, struct problem *problem) {
    (void)response;
    struct deciding *deciding = deciding_new(app, request);
    TRY(http_form_read(request, &deciding->sent, problem));
    TRY(pair_load(request, deciding, problem));
    ask_read(deciding);
    deciding->is_parted = slice_equal(http_form_value(&deciding->sent, "do"), SLICE("part"));
    return face_write(app, request, decide_job, answer_decision, deciding);
}
