/* What is asked of one kind only: a place has hours, a tool a cost, a story a video. The few that
 * matter stand open, the rest is folded. */
#include "face/web/add/adding.h"

#define KIND(kind)    (1u << ENTRY_KIND_##kind)
#define DOCUMENTS_MAX (16 * ENTRY_TEXT_MAX)

static const struct form_choice wheelchairs[ENTRY_WHEELCHAIR__COUNT] = {
    {"", N_("Je ne sais pas"), NULL},
    {"yes", N_("Oui"), NULL},
    {"limited", N_("En partie"), NULL},
    {"no", N_("Non"), NULL},
};
/* Licences of works that people really choose, as SPDX names them. */
static const struct form_choice licences[] = {
    {"", N_("Je ne sais pas"), NULL},       {"CC-BY-SA-4.0", "CC BY-SA 4.0", NULL},
    {"CC-BY-4.0", "CC BY 4.0", NULL},       {"CC0-1.0", N_("CC0 : domaine public"), NULL},
    {"CC-BY-NC-4.0", "CC BY-NC 4.0", NULL}, {"CC-BY-NC-SA-4.0", "CC BY-NC-SA 4.0", NULL},
    {"CC-BY-ND-4.0", "CC BY-ND 4.0", NULL}, {"CC-BY-NC-ND-4.0", "CC BY-NC-ND 4.0", NULL},
};

static void write_licence(struct adding *adding, const char *name, const char *label, slice kept) {
    add_select_kept(adding, name, label, licences, ARRAY_COUNT(licences),
                    add_typed(adding, name, kept));
}

/* ---- texts of the entry itself ---- */

#define DETAIL(detail) offsetof(struct entry, details[ENTRY_DETAIL_##detail])
/* One text of struct entry; the first row for a kind names it for that kind. */
static const struct kind_text {
    const char *name, *label, *help;
    size_t text;
    unsigned kinds;
    bool is_folded;
    uint8_t rows;
    enum { TEXT_WRITTEN, TEXT_LICENCE, TEXT_MATURITY, TEXT_HOURS } sort;
} kind_texts[] = {
    {"type", N_("De quelle sorte"), N_("Association, coopérative, groupe d’habitants, commune…"),
     offsetof(struct entry, type), KIND(ACTOR), false, 0},
    {"opening_hours", N_("Horaires"), NULL, offsetof(struct entry, opening_hours), KIND(PLACE),
     false, 0, TEXT_HOURS},
    {"opening_hours", N_("Horaires"), NULL, offsetof(struct entry, opening_hours),
     KIND(ACTOR) | KIND(INITIATIVE), true, 0, TEXT_HOURS},
    {"price", N_("Coût"), N_("Gratuit, prix libre, 30 € l’heure…"), offsetof(struct entry, price),
     KIND(TOOL), false, 0},
    {"price", N_("Tarif"), N_("Gratuit, prix libre, 5 €…"), offsetof(struct entry, price),
     KIND(EVENT) | KIND(PLACE) | KIND(INITIATIVE), true, 0},
    {"audience", N_("Pour qui"), N_("Tout le monde, enfants, personnes âgées…"),
     offsetof(struct entry, audience),
     KIND(EVENT) | KIND(PLACE) | KIND(INITIATIVE) | KIND(TOOL) | KIND(ACTOR), true, 0},
    {"access", N_("Comment venir"),
     N_("Arrêt de bus, porte à pousser, marches, place pour se garer, boucle magnétique…"),
     DETAIL(ACCESS), KIND(PLACE) | KIND(EVENT), true, 2},
    {"people", N_("Qui y parle"), N_("Avec leur accord."), DETAIL(PEOPLE), KIND(STORY), false, 0},
    {"siret", N_("SIRET"), N_("14 chiffres."), DETAIL(SIRET), KIND(ACTOR), true, 0},
    {"rna", N_("Numéro RNA, pour une association"), N_("W et 9 chiffres."), DETAIL(RNA),
     KIND(ACTOR), true, 0},
    {"thing_licence", N_("Sous quelle licence on peut le reprendre"), NULL, DETAIL(THING_LICENCE),
     KIND(TOOL), false, 0, TEXT_LICENCE},
    {"maturity", N_("Niveau de développement"), NULL, DETAIL(MATURITY), KIND(TOOL), false, 0,
     TEXT_MATURITY},
    {"governance", N_("Qui en décide, si c’est un commun"),
     N_("Une assemblée, un collège d’usagers, une fondation…"), DETAIL(GOVERNANCE),
     KIND(TOOL) | KIND(PLACE) | KIND(INITIATIVE), true, 2},
    {"thing_licence", N_("Sous quelle licence on peut le reprendre"), NULL, DETAIL(THING_LICENCE),
     KIND(INITIATIVE), true, 0, TEXT_LICENCE},
    {"maturity", N_("Niveau de développement"), NULL, DETAIL(MATURITY), KIND(INITIATIVE), true, 0,
     TEXT_MATURITY},
};

static bool is_asked(const struct entry *entry, const struct kind_text *row) {
    return (row->kinds & 1u << entry->kind) != 0;
}

static slice *text_of(struct entry *entry, const struct kind_text *row) {
    return (slice *)(void *)((char *)entry + row->text);
}

static bool has_folded(const struct entry *entry) {
    bool any = entry->kind == ENTRY_KIND_EVENT || entry->kind == ENTRY_KIND_PLACE;
    for (size_t i = 0; i < ARRAY_COUNT(kind_texts); i++) {
        any |= is_asked(entry, &kind_texts[i]) && kind_texts[i].is_folded;
    }
    return any;
}

static void write_text(struct adding *adding, const struct kind_text *row) {
    struct form *form = &adding->form;
    slice kept = *text_of(&adding->draft.content, row);
    switch (row->sort) {
    case TEXT_WRITTEN:
        form_field(form, &(struct form_field){.name = row->name,
                                              .label = row->label,
                                              .help = row->help,
                                              .rows = row->rows,
                                              .value = add_typed(adding, row->name, kept),
                                              .max_bytes = ENTRY_TEXT_MAX});
        break;
    case TEXT_HOURS:
        add_hours_write(adding);
        break;
    case TEXT_LICENCE:
        write_licence(adding, row->name, row->label, kept);
        break;
    case TEXT_MATURITY:
        form_select(form, row->name, row->label, maturity_choices, ARRAY_COUNT(maturity_choices),
                    add_typed(adding, row->name, kept));
        break;
    }
}

static void write_texts(struct adding *adding, bool is_folded) {
    struct entry *entry = &adding->draft.content;
    for (size_t i = 0; i < ARRAY_COUNT(kind_texts); i++) {
        const struct kind_text *row = &kind_texts[i];
        if (is_asked(entry, row) && row->is_folded == is_folded) {
            write_text(adding, row);
        }
    }
}

/* What the page did not ask stays as it is. */
static void take_texts(struct adding *adding) {
    struct entry *entry = &adding->draft.content;
    for (size_t i = 0; i < ARRAY_COUNT(kind_texts); i++) {
        const struct kind_text *row = &kind_texts[i];
        if (is_asked(entry, row) && row->sort == TEXT_HOURS) {
            add_hours_take(adding);
        } else if (is_asked(entry, row) && http_form_has(adding->sent, row->name)) {
            *text_of(entry, row) = slice_trim(http_form_value(adding->sent, row->name));
        }
    }
}

/* ---- why it ended ---- */

/* Asked after the state was said, and as long as there is something to change. */
static bool asks_end(const struct entry *entry) {
    return entry->state == ENTRY_STATE_ENDED && entry->end_reason.n == 0;
}

static void write_end(struct adding *adding) {
    const struct entry *entry = &adding->draft.content;
    bool is_again = adding->sent && http_form_has(adding->sent, "end_reason");
    if (asks_end(entry) || is_again) {
        form_field(
            &adding->form,
            &(struct form_field){.name = "end_reason",
                                 .label = N_("Pourquoi cela s’est terminé"),
                                 .help = N_("Ce qui a manqué, ce qui a réussi, ce que vous feriez "
                                            "autrement : d’autres s’en serviront."),
                                 .value = add_typed(adding, "end_reason", entry->end_reason),
                                 .rows = 3,
                                 .max_bytes = ENTRY_TEXT_MAX});
    }
}

/* Asked of what is to be taken over. */
static bool asks_handover(const struct entry *entry) {
    return entry->state == ENTRY_STATE_SEEKING || entry->details[ENTRY_DETAIL_HANDOVER].n > 0;
}

static void write_handover(struct adding *adding) {
    const struct entry *entry = &adding->draft.content;
    bool is_again = adding->sent && http_form_has(adding->sent, "handover");
    if (asks_handover(entry) || is_again) {
        form_field(&adding->form,
                   &(struct form_field){.name = "handover",
                                        .label = N_("Pour qui le reprendrait"),
                                        .help = N_("Ce que vous transmettez, ce qu’il faut de "
                                                   "temps, d’argent ou de savoir-faire."),
                                        .value = add_typed(adding, "handover",
                                                           entry->details[ENTRY_DETAIL_HANDOVER]),
                                        .rows = 3,
                                        .max_bytes = ENTRY_TEXT_MAX});
    }
}

/* ---- media: a story's video, documents elsewhere ---- */

static struct entry_media *media_of(const struct entry *entry, enum entry_media_kind kind) {
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (entry->media[i].kind == kind) {
            return &entry->media[i];
        }
    }
    return NULL;
}

static const struct media_field {
    const char *name, *label, *help, *type;
    size_t text;
    unsigned rows, max_bytes;
} video_fields[] = {
    {"video", N_("Adresse de la vidéo"),
     N_("PeerTube, YouTube, Vimeo, Dailymotion, ou un fichier. Rien n’est chargé avant un clic."),
     "url", offsetof(struct entry_media, url), 0, ENTRY_TEXT_MAX},
    {"transcript", N_("Ce qui y est dit"),
     N_("Mot à mot si vous le pouvez : qui n’entend pas le lira, et on le trouvera en cherchant. "
        "Une ligne qui commence par 1:23 devient un chapitre."),
     NULL, offsetof(struct entry_media, transcript), 8, ENTRY_TRANSCRIPT_MAX},
    {"video-credit", N_("Qui l’a filmée"), NULL, NULL, offsetof(struct entry_media, credit), 0,
     ENTRY_TEXT_MAX},
};

static slice *media_text(struct entry_media *media, const struct media_field *field) {
    return (slice *)(void *)((char *)media + field->text);
}

static void write_video(struct adding *adding) {
    struct entry_media *video = media_of(&adding->draft.content, ENTRY_MEDIA_VIDEO);
    for (size_t i = 0; i < ARRAY_COUNT(video_fields); i++) {
        const struct media_field *field = &video_fields[i];
        slice kept = video ? *media_text(video, field) : SLICE_EMPTY;
        form_field(&adding->form,
                   &(struct form_field){.name = field->name,
                                        .label = field->label,
                                        .help = field->help,
                                        .type = field->type,
                                        .rows = field->rows,
                                        .value = add_typed(adding, field->name, kept),
                                        .max_bytes = field->max_bytes});
    }
    slice kept = video ? video->licence : SLICE_EMPTY;
    write_licence(adding, "video-licence", N_("Sa licence"), kept);
}

/* A list with `more` places at its end. */
static void media_grow(struct adding *adding, uint32_t more) {
    struct entry *entry = &adding->draft.content;
    struct entry_media *list =
        arena_new(adding->arena, struct entry_media, (size_t)entry->media_count + more + 1);
    for (uint32_t i = 0; i < entry->media_count; i++) {
        list[i] = entry->media[i];
    }
    entry->media = list;
}

static void media_drop(struct entry *entry, const struct entry_media *gone) {
    uint32_t at = (uint32_t)(gone - entry->media);
    entry->media_count--;
    for (uint32_t i = at; i < entry->media_count; i++) {
        entry->media[i] = entry->media[i + 1];
    }
}

static void take_video(struct adding *adding) {
    struct entry *entry = &adding->draft.content;
    struct entry_media *video = media_of(entry, ENTRY_MEDIA_VIDEO);
    slice url = slice_trim(http_form_value(adding->sent, "video"));
    bool has_words = slice_trim(http_form_value(adding->sent, "transcript")).n > 0;
    if (url.n == 0 && has_words) {
        form_fault(&adding->form, "video", N_("Donnez l’adresse de la vidéo dont c’est le texte."));
        return;
    }
    if (url.n == 0) {
        if (video) {
            media_drop(entry, video);
        }
        return;
    }
    if (!video) {
        media_grow(adding, 1);
        video = &entry->media[entry->media_count++];
        *video = (struct entry_media){.kind = ENTRY_MEDIA_VIDEO};
    }
    for (size_t i = 0; i < ARRAY_COUNT(video_fields); i++) {
        *media_text(video, &video_fields[i]) =
            slice_trim(http_form_value(adding->sent, video_fields[i].name));
    }
    video->licence = http_form_value(adding->sent, "video-licence");
}

/* Those with an address elsewhere; what lies here has pages of its own. */
static bool is_document(const struct entry_media *media) {
    return media->kind == ENTRY_MEDIA_DOCUMENT && !slice_starts_with(media->url, SLICE("/"));
}

/* "ADDRESS TITLE" a line. */
static slice documents_kept(const struct adding *adding) {
    const struct entry *entry = &adding->draft.content;
    struct buf text BUF_CLEANUP = buf_new(DOCUMENTS_MAX + ENTRY_TEXT_MAX);
    for (uint32_t i = 0; i < entry->media_count; i++) {
        const struct entry_media *media = &entry->media[i];
        if (is_document(media)) {
            buf_addf(&text, "%s%.*s%s%.*s", text.n ? "\n" : "", SLICE_ARG(media->url),
                     media->title.n ? " " : "", SLICE_ARG(media->title));
        }
    }
    return arena_copy(adding->arena, buf_slice(&text));
}

static void write_documents(struct adding *adding) {
    form_field(&adding->form,
               &(struct form_field){.name = "documents",
                                    .label = N_("Documents en ligne"),
                                    .help = N_("Une adresse par ligne, puis son titre : "
                                               "https://exemple.fr/guide.pdf Guide de chantier."),
                                    .value = add_typed(adding, "documents", documents_kept(adding)),
                                    .rows = 3,
                                    .max_bytes = DOCUMENTS_MAX});
}

/* What was said before of the same address (its licence, who made it) stays with it. */
static struct entry_media document_of(const struct entry *before, slice line) {
    size_t space = slice_find(line, 0, ' ');
    slice url = slice_sub(line, 0, space);
    struct entry_media document = {.kind = ENTRY_MEDIA_DOCUMENT, .url = url};
    for (uint32_t i = 0; i < before->media_count; i++) {
        if (is_document(&before->media[i]) && slice_equal(before->media[i].url, url)) {
            document = before->media[i];
        }
    }
    document.title = slice_trim(slice_sub(line, space, line.n));
    return document;
}

static void take_documents(struct adding *adding) {
    struct entry *entry = &adding->draft.content;
    const struct entry before = *entry;
    slice rest = http_form_value(adding->sent, "documents");
    slice line;
    media_grow(adding, ENTRY_LIST_MAX + 1);
    entry->media_count = 0;
    for (uint32_t i = 0; i < before.media_count; i++) {
        if (!is_document(&before.media[i])) {
            entry->media[entry->media_count++] = before.media[i];
        }
    }
    while (slice_cut(&rest, '\n', &line)) {
        line = slice_trim(line);
        if (line.n == 0) {
            continue;
        }
        if (entry->media_count == ENTRY_LIST_MAX) {
            form_fault(&adding->form, "documents", N_("C’est trop long. Raccourcissez-le."));
            return;
        }
        entry->media[entry->media_count++] = document_of(&before, line);
    }
}

/* ---- the part of the page ---- */

static void write_wheelchair(struct adding *adding) {
    form_select(
        &adding->form, "wheelchair", N_("On y vient en fauteuil roulant"), wheelchairs,
        ARRAY_COUNT(wheelchairs),
        add_typed(adding, "wheelchair", entry_wheelchair_slug(adding->draft.content.wheelchair)));
}

static void take_wheelchair(struct adding *adding) {
    slice chosen = http_form_value(adding->sent, "wheelchair");
    for (size_t i = 0; i < ARRAY_COUNT(wheelchairs); i++) {
        if (slice_equal(chosen, slice_from_cstr(wheelchairs[i].value))) {
            adding->draft.content.wheelchair = (enum entry_wheelchair)i;
        }
    }
}

static bool has_documents(const struct entry *entry) {
    return entry->kind == ENTRY_KIND_TOOL || entry->kind == ENTRY_KIND_INITIATIVE;
}

void add_kind_write(struct adding *adding) {
    const struct entry *entry = &adding->draft.content;
    write_end(adding);
    write_handover(adding);
    write_texts(adding, false);
    if (entry->kind == ENTRY_KIND_STORY) {
        write_video(adding);
    }
    if (entry->kind == ENTRY_KIND_TOOL) {
        write_documents(adding);
    }
}

void add_kind_write_folded(struct adding *adding) {
    const struct entry *entry = &adding->draft.content;
    if (!has_folded(entry)) {
        return;
    }
    form_aside_begin(&adding->form, N_("D’autres détails"), adding->form.fault_count > 0);
    write_texts(adding, true);
    if (entry->kind == ENTRY_KIND_EVENT || entry->kind == ENTRY_KIND_PLACE) {
        write_wheelchair(adding);
    }
    if (entry->kind == ENTRY_KIND_INITIATIVE) {
        write_documents(adding);
    }
    form_aside_end(&adding->form);
}

void add_kind_take(struct adding *adding) {
    struct entry *entry = &adding->draft.content;
    take_texts(adding);
    if (asks_end(entry) && http_form_has(adding->sent, "end_reason")) {
        entry->end_reason = slice_trim(http_form_value(adding->sent, "end_reason"));
    }
    if (asks_handover(entry) && http_form_has(adding->sent, "handover")) {
        entry->details[ENTRY_DETAIL_HANDOVER] =
            slice_trim(http_form_value(adding->sent, "handover"));
    }
    if (entry->kind == ENTRY_KIND_STORY && http_form_has(adding->sent, "video")) {
        take_video(adding);
    }
    if (has_documents(entry) && http_form_has(adding->sent, "documents")) {
        take_documents(adding);
    }
    if (http_form_has(adding->sent, "wheelchair")) {
        take_wheelchair(adding);
    }
}

/* Whatever the entry has, also of what its kind is not asked. */
static slice text_shown(const struct page *page, const struct kind_text *row, slice text) {
    return row->sort == TEXT_MATURITY              ? maturity_label(page, text)
           : row->sort == TEXT_HOURS && text.n > 0 ? hours_text(page, text)
                                                   : text;
}

void add_kind_check(struct adding *adding) {
    struct entry *entry = &adding->draft.content;
    const struct i18n_language *language = adding->form.page->html.language;
    for (size_t i = 0; i < ARRAY_COUNT(kind_texts); i++) {
        const struct kind_text *row = &kind_texts[i];
        slice text = *text_of(entry, row);
        if (is_asked(entry, row)) {
            add_check_row(adding, ADD_MORE, row->label, text_shown(adding->form.page, row, text));
        }
    }
    if (entry->wheelchair != ENTRY_WHEELCHAIR_UNKNOWN) {
        add_check_row(adding, ADD_MORE, N_("On y vient en fauteuil roulant"),
                      i18n(language, wheelchairs[entry->wheelchair].label));
    }
    for (uint32_t i = 0; i < entry->media_count; i++) {
        const struct entry_media *media = &entry->media[i];
        if (media->kind == ENTRY_MEDIA_VIDEO) {
            add_check_row(adding, ADD_MORE, N_("Adresse de la vidéo"), media->url);
        } else if (is_document(media)) {
            add_check_row(adding, ADD_MORE, N_("Documents en ligne"),
                          media->title.n ? media->title : media->url);
        }
    }
    add_check_row(adding, ADD_MORE, N_("Pour qui le reprendrait"),
                  entry->details[ENTRY_DETAIL_HANDOVER]);
    add_check_row(adding, ADD_WHAT, N_("Pourquoi cela s’est terminé"), entry->end_reason);
}
