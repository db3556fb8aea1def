/* What changed, field by field and word by word, and who changed it, as a reader sees it. */
#include "face/web/trust/history.h"

#define SAME_MAX         400  /* bytes of unchanged text that are shown whole */
#define SAME_EDGE        140  /* of a longer one: so much beside each change */
#define FIELDS_BYTES_MAX 2048 /* of the labels of all fields */

err history_author_write(struct page *page, slice written) {
    struct html *html = &page->html;
    struct history_author author;
    TRY(history_author(face_reader(page->request), written, page->arena, &author));
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
    [HISTORY_SIRET] = N_("SIRET"),
    [HISTORY_RNA] = N_("Numéro RNA"),
    [HISTORY_ACCESS] = N_("Comment venir"),
    [HISTORY_PEOPLE] = N_("Qui y parle"),
    [HISTORY_THING_LICENCE] = N_("Licence de ce qui est décrit"),
    [HISTORY_GOVERNANCE] = N_("Qui décide"),
    [HISTORY_MATURITY] = N_("Niveau de développement"),
    [HISTORY_HANDOVER] = N_("Pour reprendre"),
};

slice history_field_label(const struct page *page, enum history_field field) {
    return i18n(page->html.language, labels[field]);
}

slice history_fields_text(const struct page *page, uint64_t fields) {
    struct buf text BUF_CLEANUP = buf_new(FIELDS_BYTES_MAX);
    for (unsigned i = 0; i < HISTORY_FIELD__COUNT; i++) {
        if (fields & history_bit((enum history_field)i)) {
            buf_add_cstr(&text, text.n > 0 ? ", " : "");
            buf_add(&text, history_field_label(page, (enum history_field)i));
        }
    }
    return arena_copy(page->arena, buf_slice(&text));
}

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
    return field == HISTORY_MATURITY && slug.n ? maturity_label(page, slug) : slug;
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

static void write_part(struct page *page, const struct history_difference *difference, size_t i) {
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

static void write_parts(struct page *page, const struct history_difference *difference) {
    html_raw(&page->html, "<p>");
    for (size_t k = 0; k < difference->parts.count; k++) {
        write_part(page, difference, k);
    }
    html_raw(&page->html, "</p>");
}

void history_difference_write(struct page *page, const struct history_difference *differences,
                              size_t count, enum history_field field) {
    for (size_t i = 0; i < count; i++) {
        if (differences[i].field == field) {
            write_parts(page, &differences[i]);
        }
    }
}

void history_differences_write(struct page *page, const struct entry_public *before,
                               const struct entry_public *after) {
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
        html_text(html, history_field_label(page, differences[i].field));
        html_raw(html, "</h2>\n");
        write_parts(page, &differences[i]);
        html_raw(html, "</section>\n");
    }
}

struct entry_public history_whole(const struct face *face, const struct entry *entry) {
    uint32_t territory = entry->place.territory.n
                             ? territories_find(face->territories, entry->place.territory)
                             : TERRITORY_NONE;
    return (struct entry_public){
        .entry = *entry,
        .has_point = entry->place.has_point,
        .point = entry->place.point,
        .territory = territory,
        .territory_label =
            territory == TERRITORY_NONE ? SLICE_EMPTY : face->territories->items[territory].label};
}
