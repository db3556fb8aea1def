/* /entries/ID/history: who changed an entry, when, why; /entries/ID/history/REVISION: what, word by
 * word. */
#include "domain/history/history.h"
#include "face/web/web_int.h"

#define SHOWN_AT_ONCE 50
#define SAME_MAX      400 /* bytes of unchanged text that are shown whole */
#define SAME_EDGE     140 /* of a longer one: so much beside each change */

struct past {
    struct page *page;
    struct entry_public entry; /* as it is today */
    struct entry_revision *revisions;
    size_t count;
};

static slice past_path(const struct past *past, int64_t revision) {
    slice all =
        arena_printf(past->page->arena, "/entries/%lld/history", (long long)past->entry.entry.id.v);
    return revision == 0
               ? all
               : arena_printf(past->page->arena, "%.*s/%lld", SLICE_ARG(all), (long long)revision);
}

/* ---- who and when ---- */

static err write_author(struct past *past, slice written) {
    struct html *html = &past->page->html;
    struct history_author author;
    TRY(history_author(face_reader(past->page->request), written, past->page->arena, &author));
    switch (author.sort) {
    case HISTORY_BY_SOURCE:
        html_tf(html, "import de %1", &author.name, 1);
        break;
    case HISTORY_BY_PERSON:
        html_text(html,
                  author.name.n > 0 ? author.name : i18n(html->language, "une personne inscrite"));
        break;
    case HISTORY_BY_GUEST:
        html_t(html, "une personne sans compte");
        break;
    case HISTORY_BY_DELETED:
        html_t(html, "un compte supprimé");
        break;
    case HISTORY_BY_UNKNOWN:
        html_t(html, "auteur inconnu");
        break;
    }
    return OK;
}

/* ---- the list ---- */

static err write_item(struct past *past, const struct entry_revision *revision) {
    struct html *html = &past->page->html;
    bool is_shown = revision->status == ENTRY_PUBLISHED;
    html_raw(html, "<li>");
    if (is_shown) {
        html_raw(html, "<a");
        html_attr(html, "href", past_path(past, revision->revision));
        html_raw(html, ">");
    }
    day_write(past->page, revision->at_ms);
    if (is_shown) {
        html_raw(html, "</a>");
    }
    html_raw(html, " · ");
    TRY(write_author(past, revision->author));
    if (!is_shown) {
        html_raw(html, " · ");
        html_t(html, "Fiche retirée de la carte");
    } else if (revision->reason.n > 0) {
        html_raw(html, " · ");
        html_text(html, revision->reason);
    }
    html_raw(html, "</li>\n");
    return OK;
}

/* What was not confirmed yet is nobody's to know. */
static bool is_listed(const struct entry_revision *revision) {
    return revision->status != ENTRY_PENDING;
}

static err write_list(struct past *past) {
    struct html *html = &past->page->html;
    slice query = past->page->request->query;
    int64_t before = INT64_MAX;
    if (slice_starts_with(query, SLICE("before="))) {
        slice number = slice_sub(query, 7, slice_find(query, 7, '&') - 7);
        before = slice_to_i64(number, &before) ? before : INT64_MAX;
    }
    size_t shown = 0;
    int64_t last = 0;
    html_raw(html, "<ul class=\"prose measure\">\n");
    for (size_t i = 0; i < past->count && shown <= SHOWN_AT_ONCE; i++) {
        const struct entry_revision *revision = &past->revisions[i];
        if (revision->revision >= before || !is_listed(revision)) {
            continue;
        }
        if (shown++ < SHOWN_AT_ONCE) {
            TRY(write_item(past, revision));
            last = revision->revision;
        }
    }
    html_raw(html, "</ul>\n");
    if (shown > SHOWN_AT_ONCE) {
        html_raw(html, "<p><a");
        html_attr(html, "href",
                  arena_printf(past->page->arena, "%.*s?before=%lld", SLICE_ARG(past_path(past, 0)),
                               (long long)last));
        html_raw(html, ">");
        html_t(html, "Versions plus anciennes");
        html_raw(html, "</a></p>\n");
    }
    return OK;
}

/* ---- one version ---- */

static const char *const labels[HISTORY_FIELD__COUNT] = {
    [HISTORY_KIND] = N_("Sorte"),
    [HISTORY_STATE] = N_("État"),
    [HISTORY_TITLE] = N_("Titre"),
    [HISTORY_SUMMARY] = N_("Résumé"),
    [HISTORY_DESCRIPTION] = N_("Description"),
    [HISTORY_TYPE] = N_("Type"),
    [HISTORY_THEMES] = N_("Thèmes"),
    [HISTORY_TAGS] = N_("Mots-clés"),
    [HISTORY_PLACE] = N_("Lieu"),
    [HISTORY_DATES] = N_("Dates"),
    [HISTORY_HOURS] = N_("Horaires"),
    [HISTORY_WHEELCHAIR] = N_("Accès"),
    [HISTORY_PRICE] = N_("Tarif"),
    [HISTORY_AUDIENCE] = N_("Public"),
    [HISTORY_NEEDS] = N_("Cherche"),
    [HISTORY_OFFERS] = N_("Propose"),
    [HISTORY_CONTACTS] = N_("Contacts"),
    [HISTORY_FIGURES] = N_("Chiffres"),
    [HISTORY_LINKS] = N_("Liens"),
    [HISTORY_MEDIA] = N_("Images, sons et vidéos"),
    [HISTORY_END] = N_("Pourquoi c’est fini"),
    [HISTORY_TRANSLATIONS] = N_("Traductions"),
    [HISTORY_LICENCE] = N_("Licence"),
    [HISTORY_SOURCE] = N_("Source"),
};

static slice word_of_slug(const struct page *page, enum history_field field, slice slug) {
    enum entry_kind kind;
    enum entry_state state;
    if (field == HISTORY_KIND && entry_kind_from_slug(slug, &kind)) {
        return kind_one(page, (enum query_kind)kind);
    }
    if (field == HISTORY_STATE && entry_state_from_slug(slug, &state)) {
        return state_label(page, (enum query_state)(state - 1));
    }
    if (field == HISTORY_WHEELCHAIR) {
        const char *word = slice_equal(slug, SLICE("yes")) ? N_("Accessible en fauteuil roulant")
                           : slice_equal(slug, SLICE("no"))
                               ? N_("Non accessible en fauteuil roulant")
                               : N_("Accessible en partie en fauteuil roulant");
        return i18n(page->html.language, word);
    }
    return slug;
}

static void write_lines(struct html *html, slice text) {
    slice line;
    bool first = true;
    while (slice_cut(&text, '\n', &line)) {
        if (!first) {
            html_raw(html, "<br>");
        }
        html_text(html, line);
        first = false;
    }
}

static bool is_inside_letter(slice text, size_t at) {
    return at < text.n && ((unsigned char)text.p[at] & 0xc0) == 0x80;
}

/* Of a long text that did not change, what stands beside the changes. */
static void write_same(struct html *html, slice text, bool is_first, bool is_last) {
    if (text.n <= SAME_MAX) {
        write_lines(html, text);
        return;
    }
    size_t head = SAME_EDGE;
    size_t tail = text.n - SAME_EDGE;
    while (is_inside_letter(text, head)) {
        head++;
    }
    while (is_inside_letter(text, tail)) {
        tail++;
    }
    if (!is_first) {
        write_lines(html, slice_sub(text, 0, head));
    }
    html_raw(html, " […] ");
    if (!is_last) {
        write_lines(html, slice_sub(text, tail, text.n));
    }
}

static void write_part(struct past *past, const struct history_difference *difference, size_t i) {
    struct page *page = past->page;
    struct html *html = &page->html;
    const struct history_part *part = &difference->parts.items[i];
    slice text = word_of_slug(page, difference->field, part->text);
    switch (part->sort) {
    case HISTORY_SAME:
        write_same(html, part->text, i == 0, i + 1 == difference->parts.count);
        break;
    case HISTORY_REMOVED:
        html_raw(html, "<del><span class=\"visually-hidden\">");
        html_t(html, "Retiré :");
        html_raw(html, " </span>");
        write_lines(html, text);
        html_raw(html, "</del> ");
        break;
    case HISTORY_ADDED:
        html_raw(html, "<ins><span class=\"visually-hidden\">");
        html_t(html, "Ajouté :");
        html_raw(html, " </span>");
        write_lines(html, text);
        html_raw(html, "</ins>");
        break;
    }
}

static void write_differences(struct past *past, const struct entry_public *before,
                              const struct entry_public *after) {
    struct page *page = past->page;
    struct html *html = &page->html;
    struct history_difference *differences;
    size_t count;
    history_differences(before, after, page->face->themes, page->language, page->arena,
                        &differences, &count);
    if (count == 0) {
        html_raw(html, "<p>");
        html_t(html, "Rien de ce qui est public n’a changé.");
        html_raw(html, "</p>\n");
    }
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<section class=\"prose measure\"><h2>");
        html_text(html, i18n(html->language, labels[differences[i].field]));
        html_raw(html, "</h2>\n<p>");
        for (size_t k = 0; k < differences[i].parts.count; k++) {
            write_part(past, &differences[i], k);
        }
        html_raw(html, "</p></section>\n");
    }
}

static err write_version(struct past *past, int64_t number) {
    struct page *page = past->page;
    struct html *html = &page->html;
    struct db_conn *reader = face_reader(page->request);
    const struct territories *territories = page->face->territories;
    struct entry_public after;
    struct entry_public before;
    const struct entry_revision *revision = NULL;
    const struct entry_revision *older = NULL;
    for (size_t i = 0; i < past->count && !older; i++) {
        if (past->revisions[i].revision == number) {
            revision = &past->revisions[i];
        } else if (revision && past->revisions[i].status == ENTRY_PUBLISHED) {
            older = &past->revisions[i];
        }
    }
    if (!revision) {
        return ERR_NOT_FOUND;
    }
    struct entry_id id = past->entry.entry.id;
    TRY(entry_revision_public(reader, territories, id, number, page->arena, &after));
    if (older) {
        TRY(entry_revision_public(reader, territories, id, older->revision, page->arena, &before));
    }
    html_raw(html, "<p class=\"lead measure\">");
    day_write(past->page, revision->at_ms);
    html_raw(html, " · ");
    TRY(write_author(past, revision->author));
    if (revision->reason.n > 0) {
        html_raw(html, " · ");
        html_text(html, revision->reason);
    }
    html_raw(html, "</p>\n");
    if (!older) {
        html_raw(html, "<p>");
        html_t(html, "C’est la première version de cette fiche.");
        html_raw(html, "</p>\n");
    }
    write_differences(past, older ? &before : NULL, &after);
    return OK;
}

/* ---- both ---- */

static err write_page(struct past *past, int64_t number) {
    struct page *page = past->page;
    struct html *html = &page->html;
    slice title = entry_text(&past->entry.entry, ENTRY_TR_TITLE, 0, page->language_code, NULL);
    slice entry_address = link_entry(page, past->entry.entry.id, past->entry.entry.title);
    slice heading = i18n(html->language, number ? N_("Ce qui a changé") : N_("Historique"));
    page_head(page, &(struct page_head){
                        .title = arena_concat_of(page->arena, heading, SLICE(", "), title),
                        .canonical = past_path(past, number),
                        .section = PAGE_EXPLORE,
                        .not_indexed = true,
                    });
    const struct crumb crumbs[] = {{entry_address, title},
                                   {past_path(past, 0), i18n(html->language, "Historique")},
                                   {SLICE_EMPTY, heading}};
    html_raw(html, "<main id=\"main\" class=\"wrap page\" tabindex=\"-1\">\n");
    if (number) {
        part_breadcrumb(page, crumbs, 3);
    } else {
        part_breadcrumb(page, (const struct crumb[]){crumbs[0], crumbs[2]}, 2);
    }
    html_raw(html, "<h1>");
    html_text(html, heading);
    html_raw(html, "</h1>\n");
    TRY(number ? write_version(past, number) : write_list(past));
    html_raw(html, "</main>\n");
    page_foot(page);
    return html->out->failed;
}

static err answer(struct past *past, struct entry_id id, int64_t number) {
    struct page *page = past->page;
    struct db_conn *reader = face_reader(page->request);
    TRY(face_snapshot_begin(page->request));
    TRY(entry_public_load(reader, page->face->territories, id, page->arena, &past->entry));
    TRY(entry_revisions(reader, id, page->arena, &past->revisions, &past->count));
    return write_page(past, number);
}

err web_history(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    struct face *face = app;
    struct entry_id id = {0};
    int64_t number = 0;
    bool names_one = request->captures[1].n > 0;
    slice entry = slice_sub(request->captures[0], 0, slice_find(request->captures[0], 0, '-'));
    err answered = ERR_NOT_FOUND;
    if (slice_to_i64(entry, &id.v) && id.v > 0 &&
        (!names_one || (slice_to_i64(request->captures[1], &number) && number > 0))) {
        struct page page = page_begin(face, request, response);
        struct past past = {.page = &page};
        answered = answer(&past, id, number);
        face_snapshot_end(request);
    }
    return answered == ERR_NOT_FOUND
               ? problem_set(problem, ERR_NOT_FOUND, "id", "no version has this address")
               : answered;
}
