/* What the pages of moderation share, and the letters about decisions (RULE MOD-2). */
#include "face/web/texts/charter.h"
#include "face/web/trust/moderation.h"

/* ---- on pages ---- */

const char *web_moderation_act(enum moderation_act act) {
    static const char *const labels[MODERATION_ACT__COUNT] = {
        [MODERATION_NOTHING] = N_("Laissée comme elle est"),
        [MODERATION_CORRECTED] = N_("Corrigée"),
        [MODERATION_HOLD] = N_("Mise en attente"),
        [MODERATION_REMOVE] = N_("Retirée"),
        [MODERATION_PUBLISH] = N_("Publiée"),
        [MODERATION_ASK] = N_("Question posée"),
        [MODERATION_WARN] = N_("Avertissement"),
        [MODERATION_BLOCK] = N_("Compte bloqué"),
        [MODERATION_UNBLOCK] = N_("Compte rouvert"),
        [MODERATION_MERGE] = N_("Réunie avec une autre"),
        [MODERATION_PART] = N_("Séparée de nouveau"),
        [MODERATION_UNDO] = N_("Changements annulés"),
        [MODERATION_REDO] = N_("Changements remis"),
    };
    return labels[act];
}

void moderation_heading(struct page *page, const char *text) {
    html_raw(&page->html, "<h2>");
    html_text(&page->html, i18n(page->html.language, text));
    html_raw(&page->html, "</h2>\n");
}

slice moderation_case_path(const struct page *page, struct entry_id entry) {
    return arena_printf(page->arena, "/moderation/entries/%lld", (long long)entry.v);
}

void moderation_words(struct page *page, slice text) {
    slice line;
    while (slice_cut(&text, '\n', &line)) {
        if (line.n > 0) {
            html_raw(&page->html, "<p>");
            html_text(&page->html, line);
            html_raw(&page->html, "</p>\n");
        }
    }
}

void moderation_point(struct page *page, int64_t charter, unsigned point) {
    const slice number = arena_printf(page->arena, "%u", point);
    html_raw(&page->html, "<a");
    html_attr(
        &page->html, "href",
        arena_printf(page->arena, "/charter/versions/%lld#point-%u", (long long)charter, point));
    html_raw(&page->html, ">");
    html_tf(&page->html, "Charte, point %1", &number, 1);
    html_raw(&page->html, "</a>");
}

err moderation_why(struct form *form, const struct moderation_decision *decision) {
    struct page *page = form->page;
    struct charter charter;
    struct form_choice choices[CHARTER_POINTS_MAX + 1] = {{"", N_("Aucun : les faits"), NULL}};
    struct charter_line line = {0};
    size_t count = 1;
    TRY(web_charter_load(page->face, face_reader(page->request), 0, page->arena, &charter));
    slice rest = web_charter_text(&charter, page->language_code);
    while (charter_line_next(&rest, &line)) {
        if (line.kind == CHARTER_POINT) {
            choices[count++] = (struct form_choice){
                arena_printf(page->arena, "%u", line.point).p,
                arena_printf(page->arena, "%u. %.*s", line.point, SLICE_ARG(line.text)).p, NULL};
        }
    }
    slice chosen = decision->point ? arena_printf(page->arena, "%u", decision->point) : SLICE_EMPTY;
    form_select(form, "point", N_("Point de la charte en cause"), choices, count, chosen);
    form_field(form, &(struct form_field){.name = "reason",
                                          .label = N_("La raison"),
                                          .help = N_("Les personnes concernées la liront : dites "
                                                     "les faits, et ce qu’elles peuvent faire."),
                                          .value = decision->reason,
                                          .rows = 4,
                                          .max_bytes = MODERATION_REASON_MAX,
                                          .is_needed = true});
    return OK;
}

const char *moderation_reason_refused(err failed) {
    return failed == ERR_INPUT   ? N_("Écrivez la raison : elle est envoyée avec la décision.")
           : failed == ERR_LIMIT ? N_("C’est trop long. Raccourcissez-le.")
                                 : NULL;
}

err moderation_point_take(const struct face *face, const struct http_request *request, slice sent,
                          struct moderation_decision *decision, struct problem *problem) {
    struct charter charter;
    int64_t point = 0;
    slice text;
    if (sent.n == 0) {
        return OK;
    }
    TRY(web_charter_load(face, face_reader(request), 0, request->arena, &charter));
    if (!slice_to_i64(sent, &point) || point < 1 || point > CHARTER_POINTS_MAX ||
        !charter_point(charter.texts[CHARTER_FRENCH], (unsigned)point, &text)) {
        return problem_set(problem, ERR_INPUT, "point", "the charter has no such point");
    }
    decision->point = (unsigned)point;
    return OK;
}

/* ---- letters ---- */

/* What a decision rests on, in a line. */
static slice ground_of(const struct face *face, const struct charter *charter, unsigned point,
                       const struct moderation_told *told, struct arena *arena) {
    BUF_CLEANUP struct buf line = buf_new(MAIL_LINE_MAX_BYTES);
    slice text;
    if (point == 0 || !charter_point(web_charter_text(charter, told->language), point, &text)) {
        return SLICE_EMPTY;
    }
    const slice values[] = {arena_printf(arena, "%u", point), text};
    i18n_tf(i18n_language(face->i18n, told->language), N_("la charte, point %1 : « %2 »"), values,
            ARRAY_COUNT(values), &line);
    return arena_copy(arena, buf_slice(&line));
}

enum mail_decision web_moderation_letter(enum moderation_act act, int64_t until_ms, bool is_first) {
    switch (act) {
    case MODERATION_CORRECTED:
        return MAIL_DECISION_CORRECTED;
    case MODERATION_HOLD:
        return MAIL_DECISION_HELD;
    case MODERATION_REMOVE:
        return MAIL_DECISION_REMOVED;
    case MODERATION_PUBLISH:
        return is_first ? MAIL_DECISION_PUBLISHED : MAIL_DECISION_RESTORED;
    case MODERATION_ASK:
        return MAIL_DECISION_ASKED;
    case MODERATION_WARN:
        return MAIL_DECISION_WARNED;
    case MODERATION_BLOCK:
        return until_ms ? MAIL_DECISION_BLOCKED_UNTIL : MAIL_DECISION_BLOCKED;
    case MODERATION_UNBLOCK:
        return MAIL_DECISION_UNBLOCKED;
    case MODERATION_MERGE:
        return MAIL_DECISION_MERGED;
    case MODERATION_PART:
        return MAIL_DECISION_PARTED;
    case MODERATION_UNDO:
        return MAIL_DECISION_UNDONE;
    case MODERATION_REDO:
        return MAIL_DECISION_REDONE;
    case MODERATION_NOTHING:
    case MODERATION_ACT__COUNT:
        return MAIL_DECISION_NOTHING;
    }
    return MAIL_DECISION_NOTHING;
}

/* The charter that a decision cites, once for all its letters; empty when it cites none. */
static err cited_load(const struct face *face, struct db_conn *conn,
                      const struct moderation_outcome *outcome, struct arena *arena,
                      struct charter *charter) {
    *charter = (struct charter){0};
    return outcome->point > 0 ? web_charter_load(face, conn, 0, arena, charter) : OK;
}

static err tell(struct db_conn *conn, const struct face *face,
                const struct moderation_outcome *outcome, const struct charter *cited,
                const struct moderation_told *told, enum mail_decision decision, const char *reason,
                int64_t now_ms, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct crypto_secret link;
    if (told->address.n == 0) {
        return OK;
    }
    TRY(moderation_link_add(conn, outcome->decision, told, &link));
    const struct mail_message message = {
        .to = told->address,
        .language = told->language,
        .letter = decision == MAIL_DECISION_ASKED ? MAIL_QUESTION : MAIL_DECISION,
        .decision = {.title = outcome->title,
                     .reason = i18n(i18n_language(face->i18n, told->language), reason),
                     .ground = ground_of(face, cited, outcome->point, told, &scratch),
                     .path = arena_printf(&scratch, "/decisions/%s", link.text),
                     .until_ms = outcome->until_ms,
                     .decision = decision}};
    return mail_send(conn, face->ids, &message, now_ms, problem);
}

err web_moderation_tell_one(struct db_conn *conn, const struct face *face,
                            const struct moderation_outcome *outcome,
                            const struct moderation_told *told, enum mail_decision decision,
                            const char *reason, int64_t now_ms, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct charter cited;
    TRY(cited_load(face, conn, outcome, &scratch, &cited));
    return tell(conn, face, outcome, &cited, told, decision, reason, now_ms, problem);
}

err web_moderation_tell(struct db_conn *conn, const struct face *face,
                        const struct moderation_outcome *outcome, enum mail_decision decision,
                        const char *reason, int64_t now_ms, struct problem *problem) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    struct charter cited;
    TRY(cited_load(face, conn, outcome, &scratch, &cited));
    for (size_t i = 0; i < outcome->told_count; i++) {
        TRY(tell(conn, face, outcome, &cited, &outcome->told[i], decision, reason, now_ms,
                 problem));
    }
    return OK;
}
