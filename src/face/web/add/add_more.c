/* Everything that may be said besides: a text, themes, when, how to reach them, what is sought. */
#include "face/web/add/again_int.h"

/* ---- lists of an entry with one item more, less or another ---- */

static struct entry_contact *contact_of(const struct entry *entry, enum entry_contact_kind kind) {
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        if (entry->contacts[i].kind == kind &&
            entry->contacts[i].visibility == ENTRY_VISIBLE_PUBLIC) {
            return &entry->contacts[i];
        }
    }
    return NULL;
}

static void contact_set(struct adding *adding, enum entry_contact_kind kind, const char *name) {
    struct entry *entry = &adding->draft.content;
    struct entry_contact *here = contact_of(entry, kind);
    slice value = slice_trim(http_form_value(adding->sent, name));
    if (here && value.n) {
        here->value = value;
    } else if (here) {
        uint32_t at = (uint32_t)(here - entry->contacts);
        entry->contact_count--;
        for (uint32_t i = at; i < entry->contact_count; i++) {
            entry->contacts[i] = entry->contacts[i + 1];
        }
    } else if (value.n) {
        struct entry_contact *list =
            arena_new(adding->arena, struct entry_contact, (size_t)entry->contact_count + 1);
        for (uint32_t i = 0; i < entry->contact_count; i++) {
            list[i] = entry->contacts[i];
        }
        list[entry->contact_count++] = (struct entry_contact){
            .kind = kind, .value = value, .label = SLICE_EMPTY, .visibility = ENTRY_VISIBLE_PUBLIC};
        entry->contacts = list;
    }
}

/* ---- what is sought ---- */

static const struct need_field {
    const char *name, *label;
} need_fields[ENTRY_ASK_SORT__COUNT] = {
    [ENTRY_ASK_TIME] = {"need-time", N_("Du temps, des bras")},
    [ENTRY_ASK_SKILL] = {"need-skill", N_("Un savoir-faire")},
    [ENTRY_ASK_THING] = {"need-thing", N_("Du matériel")},
    [ENTRY_ASK_PLACE] = {"need-place", N_("Un lieu")},
    [ENTRY_ASK_WORK] = {"need-work", N_("Quelqu’un à embaucher")},
    [ENTRY_ASK_MONEY] = {"need-money", N_("De l’argent")},
};

static struct entry_ask *need_of(const struct entry *entry, enum entry_ask_sort sort) {
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        if (entry->asks[i].direction == ENTRY_NEED && entry->asks[i].sort == sort) {
            return &entry->asks[i];
        }
    }
    return NULL;
}

static void write_needs(struct adding *adding) {
    bool has_any = false;
    for (int sort = 0; sort < ENTRY_ASK_SORT__COUNT; sort++) {
        has_any |= need_of(&adding->draft.content, (enum entry_ask_sort)sort) != NULL;
    }
    form_aside_begin(&adding->form, N_("Ce que vous cherchez"), has_any);
    for (int sort = 0; sort < ENTRY_ASK_SORT__COUNT; sort++) {
        const struct need_field *field = &need_fields[sort];
        const struct entry_ask *need = need_of(&adding->draft.content, (enum entry_ask_sort)sort);
        form_field(&adding->form,
                   &(struct form_field){
                       .name = field->name,
                       .label = field->label,
                       .value = add_typed(adding, field->name, need ? need->text : SLICE_EMPTY),
                       .max_bytes = ENTRY_TEXT_MAX});
    }
    form_aside_end(&adding->form);
}

/* Translations of needs go by their position: with one need less they would stand at another. */
static void need_translations_drop(struct entry *entry) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < entry->translation_count; i++) {
        if (entry->translations[i].field != ENTRY_TR_NEED) {
            entry->translations[kept++] = entry->translations[i];
        }
    }
    entry->translation_count = kept;
}

static void take_need(struct adding *adding, enum entry_ask_sort sort) {
    struct entry *entry = &adding->draft.content;
    struct entry_ask *need = need_of(entry, sort);
    slice text = slice_trim(http_form_value(adding->sent, need_fields[sort].name));
    if (need && (text.n || need->skill.n)) {
        need->text = text;
    } else if (need) {
        uint32_t at = (uint32_t)(need - entry->asks);
        entry->ask_count--;
        for (uint32_t i = at; i < entry->ask_count; i++) {
            entry->asks[i] = entry->asks[i + 1];
        }
        need_translations_drop(entry);
    } else if (text.n) {
        struct entry_ask *list =
            arena_new(adding->arena, struct entry_ask, (size_t)entry->ask_count + 1);
        for (uint32_t i = 0; i < entry->ask_count; i++) {
            list[i] = entry->asks[i];
        }
        list[entry->ask_count++] = (struct entry_ask){
            .direction = ENTRY_NEED, .sort = sort, .skill = SLICE_EMPTY, .text = text};
        entry->asks = list;
    }
}

/* ---- the page ---- */

static const struct contact_field {
    const char *name, *label, *type, *help;
    enum entry_contact_kind kind;
} contact_fields[] = {
    {"website", N_("Site web"), "url", NULL, ENTRY_CONTACT_WEBSITE},
    {"email", N_("Adresse mail à montrer"), "email", N_("Tout le monde la verra."),
     ENTRY_CONTACT_EMAIL},
    {"telephone", N_("Téléphone à montrer"), "tel", N_("Tout le monde le verra."),
     ENTRY_CONTACT_TELEPHONE},
};

/* The text as the page of the entry will show it, when it is asked for; the script asks for this
 * section alone. */
static void write_preview(struct adding *adding) {
    struct html *html = &adding->form.page->html;
    html_raw(html, "<div class=\"form-field\">");
    form_submit_else(&adding->form, "preview", N_("Voir ce que cela donne"));
    html_raw(html, "<section id=\"preview\" tabindex=\"-1\"");
    html_attr(html, "aria-label", i18n(html->language, "Ce que cela donne"));
    if (adding->is_preview) {
        html_raw(html, " autofocus");
    }
    html_raw(html, ">");
    if (adding->is_preview && adding->draft.content.description.n) {
        html_raw(html, "<div class=\"panel prose form-preview\">");
        if (html_markdown(html, adding->draft.content.description, 2) != OK) {
            html_t(html, "C’est trop long. Raccourcissez-le.");
        }
        html_raw(html, "</div>");
    }
    html_raw(html, "</section></div>\n");
}

void add_more_write(struct adding *adding) {
    struct form *form = &adding->form;
    const struct entry *entry = &adding->draft.content;
    again_write(adding);
    form_field(
        form,
        &(struct form_field){
            .name = "description",
            .label = N_("Ce qu’il faut savoir"),
            .help = N_("Une ligne vide sépare deux paragraphes, **deux étoiles** font du gras."),
            .value = add_typed(adding, "description", entry->description),
            .rows = 8,
            .max_bytes = ENTRY_DESCRIPTION_MAX});
    write_preview(adding);
    add_dates_write(adding);
    add_kind_write(adding);
    add_themes_write(adding);
    for (size_t i = 0; i < ARRAY_COUNT(contact_fields); i++) {
        const struct contact_field *field = &contact_fields[i];
        const struct entry_contact *contact = contact_of(entry, field->kind);
        form_field(form,
                   &(struct form_field){.name = field->name,
                                        .label = field->label,
                                        .help = field->help,
                                        .type = field->type,
                                        .value = add_typed(adding, field->name,
                                                           contact ? contact->value : SLICE_EMPTY),
                                        .max_bytes = ENTRY_TEXT_MAX});
    }
    add_kind_write_folded(adding);
    write_needs(adding);
    /* The last of the page: photos and documents lead on from here, past nothing. */
    html_raw(&form->page->html, "<div class=\"form-field\">");
    add_photos_row(adding);
    form_submit_else(form, "photos", N_("Ajouter des photos"));
    html_raw(&form->page->html, "</div>\n<div class=\"form-field\">");
    (void)add_documents_row(adding);
    form_submit_else(form, "documents", N_("Joindre des documents"));
    html_raw(&form->page->html, "</div>\n");
}

void add_more_take(struct adding *adding) {
    struct entry *entry = &adding->draft.content;
    entry->description = slice_trim(http_form_value(adding->sent, "description"));
    again_take(adding);
    add_dates_take(adding);
    add_kind_take(adding);
    add_themes_take(adding);
    for (size_t i = 0; i < ARRAY_COUNT(contact_fields); i++) {
        contact_set(adding, contact_fields[i].kind, contact_fields[i].name);
    }
    for (int sort = 0; sort < ENTRY_ASK_SORT__COUNT; sort++) {
        take_need(adding, (enum entry_ask_sort)sort);
    }
}
