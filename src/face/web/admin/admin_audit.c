/* /administration/audit: who did what with power, narrowed, page by page; as a table to keep. */
#include "face/web/admin/admin.h"
#include "face/web/admin/admin_int.h"
#include "face/web/trust/moderation.h"
#include "formats/csv.h"

#define PATH           "/administration/audit"
#define ACTS_SHOWN     50
#define CSV_ROWS       1000
#define CSV_BYTES_MAX  (32u << 20)
#define LINK_BYTES_MAX 4096
#define ZONE           "Europe/Paris"

/* In words, untranslated; NULL: an act of another version of the program. */
static const char *act_label(slice act) {
    static const struct {
        const char *name, *label;
    } labels[] = {
        {"grant", N_("Rôle donné")},
        {"revoke", N_("Rôle retiré")},
        {"block", N_("Compte bloqué")},
        {"unblock", N_("Compte débloqué")},
        {"block-network", N_("Réseau bloqué")},
        {"unblock-network", N_("Blocage d’un réseau levé")},
        {"publish", N_("Fiche publiée")},
        {"remove", N_("Fiche retirée")},
        {"hold", N_("Fiche mise en attente")},
        {"nothing", N_("Fiche laissée telle quelle")},
        {"correct", N_("Fiche corrigée")},
        {"appeal-kept", N_("Nouvel avis : décision maintenue")},
        {"appeal-reversed", N_("Nouvel avis : décision changée")},
        {"not-the-same", N_("Fiches dites différentes")},
        {"charter", N_("Charte changée")},
        {"queue test", N_("Lettre d’essai")},
        {"queue hasten", N_("Lettres relancées")},
        {"queue take-back", N_("Lettre retirée")},
        {"queue again", N_("Travail recommencé")},
        {"queue forget", N_("Travail oublié")},
        {"help", N_("Aide commencée, avec l’accord de la personne")},
        {"paper", N_("Papier avec un code imprimé")},
        {"join", N_("Compte d’un papier réuni avec un autre")},
        {"setting", N_("Réglage changé")},
        {"source", N_("Source changée")},
        {"source paused", N_("Source mise en pause")},
        {"source open", N_("Source reprise")},
        {"source removed", N_("Source retirée")},
        {"source back", N_("Source rétablie")},
        {"theme added", N_("Thème ajouté")},
        {"theme named", N_("Thème renommé")},
        {"theme moved", N_("Thème déplacé")},
        {"theme hidden", N_("Thème retiré du choix")},
        {"theme shown", N_("Thème remis au choix")},
        {"theme merged", N_("Thèmes fusionnés")},
        {"theme parted", N_("Fusion de thèmes reprise")},
        {"claim", N_("Fiche confiée à son collectif")},
        {"claim refused", N_("Demande d’un collectif refusée")},
        {"claim ended", N_("Fiche reprise à une équipe")},
    };
    for (size_t i = 0; i < ARRAY_COUNT(labels); i++) {
        if (slice_equal(act, slice_from_cstr(labels[i].name))) {
            return labels[i].label;
        }
    }
    enum moderation_act other;
    return moderation_act_from_slug(act, &other) ? web_moderation_act(other) : NULL;
}

/* ---- the lines ---- */

/* "person:12 steward com-73065", "entry:7", "4": with a link where there is something to see. */
static err write_object(struct page *page, slice object) {
    struct html *html = &page->html;
    slice rest = object;
    slice head;
    slice name = SLICE_EMPTY;
    struct person_id person;
    if (!slice_cut(&rest, ' ', &head)) {
        return OK;
    }
    slice number = slice_sub(head, slice_find(head, 0, ':') + 1, head.n);
    if (slice_starts_with(head, SLICE("person:")) && slice_to_i64(number, &person.v)) {
        TRY(admin_person_name(page, person, &name));
        admin_person(page, person, name);
    } else if (slice_starts_with(head, SLICE("entry:"))) {
        html_raw(html, "<a");
        html_attr(html, "href",
                  arena_printf(page->arena, "/moderation/entries/%.*s", SLICE_ARG(number)));
        html_raw(html, ">");
        html_text(html, head);
        html_raw(html, "</a>");
    } else {
        html_text(html, head);
    }
    slice word = rest;
    if (rest.n > 0 && slice_cut(&rest, ' ', &word)) {
        enum person_role role;
        bool is_role = person_role_from_slug(word, &role);
        html_raw(html, " · ");
        html_text(html, is_role ? i18n(html->language, admin_role_label(role)) : word);
        html_raw(html, " · ");
        html_text(html, is_role ? admin_place(page, rest) : rest);
    }
    return OK;
}

static err write_act(struct page *page, const struct person_act *act) {
    struct html *html = &page->html;
    const char *label = act_label(act->act);
    slice name = SLICE_EMPTY;
    html_raw(html, "<tr><td>");
    html_text(html, admin_time(page, act->at_ms));
    html_raw(html, "</td><td>");
    if (act->by.v == 0) {
        html_t(html, "la machine");
    } else {
        TRY(admin_person_name(page, act->by, &name));
        admin_person(page, act->by, name);
    }
    html_raw(html, "</td><td>");
    html_text(html, label ? i18n(html->language, label) : act->act);
    html_raw(html, "</td><td>");
    TRY(write_object(page, act->object));
    html_raw(html, "</td><td>");
    html_text(html, act->reason);
    html_raw(html, "</td></tr>\n");
    return OK;
}

err admin_acts_write(struct page *page, const struct person_act *acts, size_t count) {
    static const char *const heads[] = {N_("Quand"), N_("Qui"), N_("Acte"), N_("Sur quoi"),
                                        N_("Raison")};
    admin_table_begin(page, N_("Actes"), heads, ARRAY_COUNT(heads));
    for (size_t i = 0; i < count; i++) {
        TRY(write_act(page, &acts[i]));
    }
    admin_table_end(page);
    return OK;
}

/* ---- what is asked for ---- */

struct asked {
    struct person_acts_filter filter;
    slice act, from, to, by; /* as they came */
};

/* A day as a date field sends it: its first and its last moment there; false when it is none. */
static bool day_read(slice text, int64_t *first_ms, int64_t *last_ms) {
    struct date date;
    return text.n > 0 && date_parse(text, &date) == OK && date.precision == DATE_DAY &&
           date_range_ms(&date, SLICE(ZONE), first_ms, last_ms) == OK;
}

static struct asked asked_of(const struct http_request *request) {
    struct asked asked = {.act = admin_value(request, SLICE("act")),
                          .from = admin_value(request, SLICE("from")),
                          .to = admin_value(request, SLICE("to")),
                          .by = admin_value(request, SLICE("by"))};
    int64_t other;
    int64_t last_ms;
    asked.filter = (struct person_acts_filter){.act = asked.act, .object = SLICE_EMPTY};
    if (!day_read(asked.from, &asked.filter.from_ms, &other)) {
        asked.from = SLICE_EMPTY;
    }
    if (day_read(asked.to, &other, &last_ms)) {
        asked.filter.to_ms = last_ms + 1;
    } else {
        asked.to = SLICE_EMPTY;
    }
    asked.filter.has_by = slice_to_i64(asked.by, &asked.filter.by.v);
    (void)!slice_to_i64(admin_value(request, SLICE("before")), &asked.filter.before);
    return asked;
}

/* The same choice under another path, and from another line on (0: the first). */
static slice link_of(const struct page *page, const struct asked *asked, slice path,
                     int64_t before) {
    const slice keys[] = {SLICE("act"), SLICE("from"), SLICE("to"), SLICE("by")};
    const slice values[] = {asked->act, asked->from, asked->to, asked->by};
    BUF_CLEANUP struct buf link = buf_new(LINK_BYTES_MAX);
    char mark = '?';
    buf_add(&link, path);
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        if (values[i].n > 0) {
            buf_add_char(&link, mark);
            buf_addf(&link, "%.*s=", SLICE_ARG(keys[i]));
            encode_component(values[i], &link);
            mark = '&';
        }
    }
    if (before) {
        buf_addf(&link, "%cbefore=%lld", mark, (long long)before);
    }
    return arena_copy(page->arena, buf_slice(&link));
}

/* ---- the page ---- */

static err write_acts_choice(struct page *page, slice chosen) {
    struct html *html = &page->html;
    slice *names;
    size_t count;
    TRY(person_act_names(face_reader(page->request), page->arena, &names, &count));
    html_raw(html, "<div class=\"form-field\"><label for=\"act\">");
    html_t(html, "Acte");
    html_raw(html, "</label><select id=\"act\" name=\"act\"><option value=\"\">");
    html_t(html, "Tous");
    html_raw(html, "</option>");
    for (size_t i = 0; i < count; i++) {
        const char *label = act_label(names[i]);
        html_raw(html, "<option");
        html_attr(html, "value", names[i]);
        if (slice_equal(names[i], chosen)) {
            html_raw(html, " selected");
        }
        html_raw(html, ">");
        html_text(html, label ? i18n(html->language, label) : names[i]);
        html_raw(html, "</option>");
    }
    html_raw(html, "</select></div>\n");
    return OK;
}

static void write_day(struct page *page, slice name, const char *label, slice value) {
    struct html *html = &page->html;
    html_raw(html, "<div class=\"form-field\"><label");
    html_attr(html, "for", name);
    html_raw(html, ">");
    html_text(html, i18n(html->language, label));
    html_raw(html, "</label><input type=\"date\"");
    html_attr(html, "id", name);
    html_attr(html, "name", name);
    html_attr(html, "value", value);
    html_raw(html, "></div>\n");
}

static err write_filter(struct page *page, const struct asked *asked) {
    struct html *html = &page->html;
    html_raw(html, "<form class=\"admin-filter\" method=\"get\" action=\"" PATH "\">\n");
    TRY(write_acts_choice(page, asked->act));
    write_day(page, SLICE("from"), N_("Du"), asked->from);
    write_day(page, SLICE("to"), N_("Au"), asked->to);
    if (asked->filter.has_by) {
        html_raw(html, "<input type=\"hidden\" name=\"by\"");
        html_attr(html, "value", asked->by);
        html_raw(html, ">");
    }
    html_raw(html, "<button class=\"button button--line\" type=\"submit\">");
    html_t(html, "Filtrer");
    html_raw(html, "</button></form>\n");
    if (asked->filter.has_by && asked->filter.by.v != 0) {
        slice name;
        TRY(admin_person_name(page, asked->filter.by, &name));
        html_raw(html, "<p>");
        html_t(html, "Seulement ce qu’a fait");
        html_raw(html, " ");
        admin_person(page, asked->filter.by, name);
        html_raw(html, ". <a href=\"" PATH "\">");
        html_t(html, "Tout montrer");
        html_raw(html, "</a></p>\n");
    }
    return OK;
}

static void write_ways(struct page *page, const struct asked *asked, int64_t older) {
    struct html *html = &page->html;
    html_raw(html, "<p>");
    if (older) {
        html_raw(html, "<a rel=\"next\"");
        html_attr(html, "href", link_of(page, asked, SLICE(PATH), older));
        html_raw(html, ">");
        html_t(html, "Plus anciens");
        html_raw(html, "</a> · ");
    }
    html_raw(html, "<a download");
    html_attr(html, "href", link_of(page, asked, SLICE(PATH ".csv"), 0));
    html_raw(html, ">");
    html_t(html, "Télécharger tous les actes de ce choix (CSV)");
    html_raw(html, "</a></p>\n");
}

err web_admin_audit(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    struct asked asked = asked_of(request);
    struct person_act *acts;
    size_t count;
    /* One more than is shown tells whether others follow. */
    TRY(person_acts_find(face_reader(request), &asked.filter, ACTS_SHOWN + 1, request->arena, &acts,
                         &count));
    bool has_more = count > ACTS_SHOWN;
    admin_page_begin(&form, N_("Journal des actes"),
                     link_of(&page, &asked, SLICE(PATH), asked.filter.before),
                     N_("Tout ce qui a été fait avec un rôle. Rien ne s’en efface."));
    TRY(write_filter(&page, &asked));
    if (count == 0) {
        html_raw(&page.html, "<p>");
        html_t(&page.html, "Aucun acte ne correspond.");
        html_raw(&page.html, "</p>\n");
    } else {
        TRY(admin_acts_write(&page, acts, has_more ? ACTS_SHOWN : count));
    }
    write_ways(&page, &asked, has_more ? acts[ACTS_SHOWN - 1].id : 0);
    form_page_end(&form);
    return page.html.out->failed;
}

/* ---- the table ---- */

/* Rows of one turn; many acts in a row are one person's, whose name is asked for once. */
struct turn {
    struct db_conn *reader;
    struct arena *arena; /* of this turn alone */
    struct person_id by;
    slice name;
};

static err name_of(struct turn *turn, struct person_id by) {
    struct person person;
    if (by.v == turn->by.v) {
        return OK;
    }
    err loaded = by.v ? person_load(turn->reader, by, turn->arena, &person) : ERR_NOT_FOUND;
    turn->by = by;
    turn->name = loaded == OK ? person.fields[PERSON_NAME].text : SLICE_EMPTY;
    return loaded == ERR_NOT_FOUND ? OK : loaded;
}

static err csv_act(struct turn *turn, const struct person_act *act, struct buf *out) {
    struct buf text BUF_CLEANUP = buf_new(64);
    TRY(name_of(turn, act->by));
    time_format_rfc3339(act->at_ms, &text);
    csv_write_text(out, true, buf_slice(&text));
    buf_clear(&text);
    buf_add_i64(&text, act->by.v);
    csv_write_text(out, false, buf_slice(&text));
    csv_write_text(out, false, turn->name);
    csv_write_text(out, false, act->act);
    csv_write_text(out, false, act->object);
    csv_write_text(out, false, act->reason);
    csv_write_end(out);
    return out->failed;
}

/* Whole, or an error that says how to ask for less. */
err web_admin_audit_csv(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    (void)app;
    struct asked asked = asked_of(request);
    size_t count = CSV_ROWS;
    response->body = buf_new(CSV_BYTES_MAX);
    buf_add_cstr(&response->body, "at,person,name,act,object,reason\r\n");
    while (count == CSV_ROWS) {
        struct arena rows ARENA_CLEANUP = arena_make(0, 0);
        struct person_act *acts;
        TRY(person_acts_find(face_reader(request), &asked.filter, CSV_ROWS, &rows, &acts, &count));
        struct turn turn = {.reader = face_reader(request), .arena = &rows, .name = SLICE_EMPTY};
        for (size_t i = 0; i < count; i++) {
            err written = csv_act(&turn, &acts[i], &response->body);
            if (written == ERR_LIMIT) {
                return problem_set(problem, ERR_LIMIT, "",
                                   "these are too many acts for one table: choose fewer days");
            }
            TRY(written);
        }
        asked.filter.before = count > 0 ? acts[count - 1].id : 0;
    }
    response->media_type = "text/csv; charset=utf-8";
    response->file_name = SLICE("audit.csv");
    return response->body.failed;
}
