/* /administration/queue: letters and jobs that wait or failed; trying again, taking back. */
#include "face/web/admin/admin.h"
#include "face/web/admin/admin_int.h"
#include "face/write.h"
#include "job/job.h"
#include "mail/mail.h"

#include <string.h>

#define LETTERS_SHOWN 50
#define JOBS_SHOWN    50
#define SAID_SHOWN    400
#define PATH          SLICE("/administration/queue")

/* ---- what is shown ---- */

static bool is_of_address(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr(".!#$%&'*+/=?^_`{|}~-", c) != NULL) || (unsigned char)c >= 0x80;
}

/* RULE MAIL-3: who gets a letter is told by the first letter and the domain, also inside of what a
 * mail server answered: enough to help somebody who asks, too little to make a list of. */
static slice veiled(const struct page *page, slice text) {
    struct buf out BUF_CLEANUP = buf_new(4 * SAID_SHOWN);
    text = slice_sub(text, 0, SAID_SHOWN);
    for (size_t at = 0; at < text.n;) {
        size_t end = at;
        while (end < text.n && is_of_address(text.p[end])) {
            end++;
        }
        if (end > at && end < text.n && text.p[end] == '@') {
            buf_add_char(&out, (unsigned char)text.p[at] < 0x80 ? text.p[at] : '?');
            buf_add_cstr(&out, "…");
        } else {
            buf_add_bytes(&out, text.p + at, end - at);
        }
        if (end < text.n) {
            buf_add_char(&out, text.p[end++]);
        }
        at = end;
    }
    return arena_copy(page->arena, buf_slice(&out));
}

static const char *letter_label(slice letter) {
    static const struct {
        const char *name, *label;
    } labels[] = {
        {"sign-in", N_("Code de connexion")},
        {"confirm", N_("Confirmation d’une fiche")},
        {"found", N_("Liens retrouvés")},
        {"invitation", N_("Invitation dans une équipe")},
        {"yearly", N_("Rappel annuel")},
        {"decision", N_("Décision de la modération")},
        {"to-team", N_("Message à une équipe")},
        {"power", N_("Rôle ou accès changé")},
        {"suggestion", N_("Réponse à une proposition")},
        {"question", N_("Question de la modération")},
        {"taken-up", N_("Fiche reprise ailleurs")},
        {"waits", N_("Proposition qui attend")},
        {"claim", N_("Question à un collectif")},
        {"claimed", N_("Réponse à un collectif")},
        {"test", N_("Lettre d’essai")},
    };
    for (size_t i = 0; i < ARRAY_COUNT(labels); i++) {
        if (slice_equal(letter, slice_from_cstr(labels[i].name))) {
            return labels[i].label;
        }
    }
    return N_("Autre lettre");
}

static const char *job_label(slice kind) {
    return slice_equal(kind, SLICE("mail"))    ? N_("Lettre")
           : slice_equal(kind, SLICE("sweep")) ? N_("Ménage de chaque heure")
                                               : N_("Autre travail");
}

static const char *letter_state(slice state) {
    return slice_equal(state, SLICE("waits"))  ? N_("Attend")
           : slice_equal(state, SLICE("sent")) ? N_("Partie")
                                               : N_("Abandonnée");
}

static void cell(struct page *page, slice text) {
    html_raw(&page->html, "<td>");
    html_text(&page->html, text);
    html_raw(&page->html, "</td>");
}

static slice verb_of(const struct page *page, const char *verb, int64_t id) {
    return arena_printf(page->arena, "%s:%lld", verb, (long long)id);
}

static void write_letter(struct page *page, const struct mail_listed *letter) {
    struct html *html = &page->html;
    html_raw(html, "<tr>");
    cell(page, admin_time(page, letter->created_ms));
    cell(page, i18n(html->language, letter_label(letter->letter)));
    cell(page, veiled(page, letter->address));
    html_raw(html, "<td>");
    html_text(html, i18n(html->language, letter_state(letter->state)));
    if (letter->said.n > 0) {
        html_raw(html, "<br><small>");
        html_text(html, veiled(page, letter->said));
        html_raw(html, "</small>");
    }
    html_raw(html, "</td><td>");
    if (slice_equal(letter->state, SLICE("waits"))) {
        form_button(page, PATH, "do", verb_of(page, "take-back", letter->id), N_("Retirer"));
    }
    html_raw(html, "</td></tr>\n");
}

static err write_letters(struct page *page) {
    static const char *const heads[] = {N_("Écrite le"), N_("Lettre"), N_("Pour"), N_("État"),
                                        N_("Agir")};
    struct html *html = &page->html;
    struct mail_listed *letters;
    size_t count;
    int64_t waiting = 0;
    TRY(mail_list(face_reader(page->request), LETTERS_SHOWN, page->arena, &letters, &count));
    html_raw(html, "<section><h2>");
    html_t(html, "Lettres");
    html_raw(html, "</h2>\n<p>");
    html_t(html, "Les plus récentes. Ce qu’elles disent n’est montré à personne, et s’efface quand "
                 "elles sont parties.");
    html_raw(html, "</p></section>\n");
    if (count > 0) {
        admin_table_begin(page, N_("Lettres"), heads, ARRAY_COUNT(heads));
        for (size_t i = 0; i < count; i++) {
            write_letter(page, &letters[i]);
            waiting += slice_equal(letters[i].state, SLICE("waits"));
        }
        admin_table_end(page);
    }
    html_raw(html, "<div class=\"admin-acts\">");
    form_button(page, PATH, "do", SLICE("test:0"), N_("M’envoyer une lettre d’essai"));
    if (waiting > 0) {
        form_button(page, PATH, "do", SLICE("hasten:0"), N_("Essayer maintenant"));
    }
    html_raw(html, "</div>\n");
    return OK;
}

static void write_job(struct page *page, const struct job_listed *job) {
    struct html *html = &page->html;
    bool is_letter = slice_equal(job->kind, SLICE("mail"));
    bool is_dead = job->state == JOB_STATE_DEAD;
    html_raw(html, "<tr>");
    cell(page, admin_time(page, job->created_ms));
    cell(page, i18n(html->language, job_label(job->kind)));
    html_raw(html, "<td>");
    html_text(html, i18n(html->language, is_dead                           ? N_("A échoué")
                                         : job->state == JOB_STATE_RUNNING ? N_("En cours")
                                                                           : N_("Attend")));
    html_raw(html, " · ");
    html_tn(html, "%n essai", "%n essais", job->tries);
    if (job->said.n > 0) {
        html_raw(html, "<br><small>");
        html_text(html, veiled(page, job->said));
        html_raw(html, "</small>");
    }
    html_raw(html, "</td><td><div class=\"admin-acts\">");
    /* What a letter said is gone when it is given up: there is nothing to send again. */
    if (job->state != JOB_STATE_RUNNING && !(is_letter && is_dead)) {
        form_button(page, PATH, "do", verb_of(page, "again", job->id),
                    is_dead ? N_("Recommencer") : N_("Faire maintenant"));
    }
    if (is_dead) {
        form_button(page, PATH, "do", verb_of(page, "forget", job->id), N_("Oublier"));
    }
    html_raw(html, "</div></td></tr>\n");
}

static err write_jobs(struct page *page) {
    static const char *const heads[] = {N_("Demandé le"), N_("Travail"), N_("État"), N_("Agir")};
    struct html *html = &page->html;
    struct job_listed *jobs;
    size_t count;
    TRY(job_list(face_reader(page->request), JOBS_SHOWN, page->arena, &jobs, &count));
    html_raw(html, "<section><h2>");
    html_t(html, "Travaux");
    html_raw(html, "</h2>\n<p>");
    html_t(html, "Ce que le site fait plus tard. Ceux qui ont échoué viennent d’abord ; ils "
                 "s’effacent après 90 jours.");
    html_raw(html, "</p></section>\n");
    if (count == 0) {
        html_raw(html, "<p>");
        html_t(html, "Rien n’attend.");
        html_raw(html, "</p>\n");
        return OK;
    }
    admin_table_begin(page, N_("Travaux"), heads, ARRAY_COUNT(heads));
    for (size_t i = 0; i < count; i++) {
        write_job(page, &jobs[i]);
    }
    admin_table_end(page);
    return OK;
}

err web_admin_queue(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    admin_page_begin(&form, N_("Lettres et travaux"), PATH, NULL);
    if (slice_equal(request->query, SLICE("done"))) {
        admin_done(&page, N_("C’est fait."));
    } else if (slice_equal(request->query, SLICE("sent"))) {
        admin_done(&page,
                   N_("La lettre d’essai est écrite. Elle part vers votre adresse : son état "
                      "se lit ci‑dessous."));
    } else if (slice_equal(request->query, SLICE("gone"))) {
        admin_done(&page, N_("Trop tard : cela n’attend plus."));
    }
    TRY(write_letters(&page));
    TRY(write_jobs(&page));
    form_page_end(&form);
    return page.html.out->failed;
}

/* ---- what is done ---- */

struct queueing {
    const struct face *face;
    const struct actor *actor;
    slice verb, language;
    int64_t id;
    struct arena *arena;
    struct problem problem;
};

static err send_test(struct db_conn *conn, struct queueing *queueing, int64_t now_ms) {
    struct person_address *addresses;
    size_t count;
    TRY(person_addresses(conn, queueing->actor->person, queueing->arena, &addresses, &count));
    if (count == 0) {
        return ERR_NOT_FOUND;
    }
    const struct mail_message message = {
        .to = addresses[0].address, .language = queueing->language, .letter = MAIL_TEST};
    return mail_send(conn, queueing->face->ids, &message, now_ms, &queueing->problem);
}

static err queue_act(struct db_conn *conn, struct queueing *queueing, int64_t now_ms) {
    if (slice_equal(queueing->verb, SLICE("test"))) {
        return send_test(conn, queueing, now_ms);
    }
    if (slice_equal(queueing->verb, SLICE("hasten"))) {
        return job_hasten(conn, SLICE("mail"), now_ms);
    }
    if (slice_equal(queueing->verb, SLICE("take-back"))) {
        return mail_take_back(conn, queueing->id, now_ms);
    }
    if (slice_equal(queueing->verb, SLICE("again"))) {
        return job_again(conn, queueing->id, now_ms);
    }
    if (slice_equal(queueing->verb, SLICE("forget"))) {
        return job_forget(conn, queueing->id);
    }
    return problem_set(&queueing->problem, ERR_INPUT, "do", "no such act");
}

static err queue_job(struct db_conn *conn, void *self) {
    struct queueing *queueing = self;
    int64_t now_ms = clock_now_ms(queueing->face->clock);
    TRY(queue_act(conn, queueing, now_ms));
    const struct person_act act = {
        .at_ms = now_ms,
        .by = queueing->actor->person,
        .act = arena_printf(queueing->arena, "queue %.*s", SLICE_ARG(queueing->verb)),
        .object = queueing->id ? arena_printf(queueing->arena, "%lld", (long long)queueing->id)
                               : SLICE_EMPTY,
        .reason = SLICE_EMPTY};
    return person_audit(conn, queueing->face->ids, &act);
}

static err answer_queue(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    (void)app;
    (void)request;
    const struct queueing *queueing = self;
    if (result != OK && result != ERR_NOT_FOUND) {
        *problem = queueing->problem;
        return result;
    }
    http_redirect(response, result == ERR_NOT_FOUND ? SLICE("/administration/queue?gone")
                            : slice_equal(queueing->verb, SLICE("test"))
                                ? SLICE("/administration/queue?sent")
                                : SLICE("/administration/queue?done"));
    return OK;
}

err web_admin_queue_post(void *app, const struct http_request *request,
                         struct http_response *response, struct problem *problem) {
    (void)response;
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    struct queueing *queueing = arena_new(request->arena, struct queueing, 1);
    slice rest = http_form_value(&sent, "do");
    *queueing = (struct queueing){.face = app,
                                  .actor = face_actor(request),
                                  .language = request->language,
                                  .verb = SLICE_EMPTY,
                                  .arena = request->arena};
    if (!slice_cut(&rest, ':', &queueing->verb) || !slice_to_i64(rest, &queueing->id)) {
        return problem_set(problem, ERR_INPUT, "do", "no such act");
    }
    return face_write(app, request, queue_job, answer_queue, queueing);
}
