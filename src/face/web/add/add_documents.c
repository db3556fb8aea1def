/* The documents of a draft: taking them in, what each is called, taking one away. A page of its
 * own, so that a file that is refused loses none of the words beside it. */
#include "domain/media/media.h"
#include "face/web/add/add.h"
#include "face/web/add/add_files_int.h"

slice add_documents_path(const struct adding *adding) {
    return arena_concat_of(adding->arena, adding->base, SLICE("/documents"));
}

uint32_t add_documents_row(struct adding *adding) {
    const struct entry *entry = &adding->draft.content;
    return documents_list(adding->form.page, entry->media, entry->media_count,
                          arena_concat_of(adding->arena, adding->base, SLICE("/media")));
}

void add_documents_check(struct adding *adding) {
    struct html *html = &adding->form.page->html;
    struct entry_document unused;
    const struct entry *entry = &adding->draft.content;
    bool has_any = false;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        has_any = has_any || entry_media_document(&entry->media[i], &unused);
    }
    if (!has_any) {
        return;
    }
    html_raw(html, "<li><div>");
    (void)add_documents_row(adding);
    html_raw(html, "</div><a");
    html_attr(html, "href", add_documents_path(adding));
    html_raw(html, ">");
    html_t(html, "Changer");
    html_raw(html, "<span class=\"visually-hidden\"> : ");
    html_t(html, "Documents");
    html_raw(html, "</span></a></li>\n");
}

/* What the documents of an entry come to. */
struct load {
    uint32_t count;
    uint64_t bytes;
};

static struct load load_of(const struct entry *entry) {
    struct load load = {0};
    struct entry_document document;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (entry_media_document(&entry->media[i], &document)) {
            load.count++;
            load.bytes += document.bytes;
        }
    }
    return load;
}

static uint32_t document_count(const struct entry *entry) {
    return load_of(entry).count;
}

/* ---- the page ---- */

static void write_document(struct adding *adding, const struct entry_media *media,
                           const struct entry_document *document, slice number) {
    struct form *form = &adding->form;
    struct html *html = &form->page->html;
    html_raw(html, "<fieldset class=\"form-photo\"");
    html_attr(html, "id", slice_from_cstr(add_files_field(adding, "document", document->name)));
    html_raw(html, "><legend>");
    html_tf(html, "Document %1", &number, 1);
    html_raw(html, "</legend>\n<p><a");
    html_attr(html, "href",
              arena_printf(adding->arena, "%.*s/media/%.*s", SLICE_ARG(adding->base),
                           SLICE_ARG(document->name)));
    html_raw(html, " download>");
    slice said = document_said(form->page, document);
    html_tf(html, "Relire le fichier (%1)", &said, 1);
    html_raw(html, "</a></p>\n");
    form_field(form, &(struct form_field){.name = add_files_field(adding, "title", document->name),
                                          .label = N_("Titre"),
                                          .help = N_("C’est lui qu’on lit sur la fiche."),
                                          .value = media->title,
                                          .max_bytes = ENTRY_TITLE_MAX,
                                          .is_needed = true});
    add_files_licence_write(form, add_files_field(adding, "licence", document->name),
                            media->licence);
    html_raw(html, "<p class=\"actions\"><button class=\"button button--line\" type=\"submit\" "
                   "name=\"do\" formnovalidate");
    html_attr(html, "value", slice_from_cstr(add_files_field(adding, "drop", document->name)));
    html_raw(html, ">");
    html_t(html, "Enlever");
    html_raw(html, "<span class=\"visually-hidden\"> : ");
    html_tf(html, "document %1", &number, 1);
    html_raw(html, "</span></button></p></fieldset>\n");
}

static void write_file_field(struct adding *adding) {
    struct html *html = &adding->form.page->html;
    html_raw(html, "<div class=\"form-field\"><label for=\"document\">");
    html_t(html, "Choisir des documents");
    html_raw(html, "</label><p class=\"form-help\" id=\"document-help\">");
    html_t(html, "PDF, OpenDocument (ODT, ODS, ODP), Office (DOCX, XLSX, PPTX) ou texte, sans "
                 "macros. 20 Mo chacun, 30 Mo à la fois ; 6 documents et 60 Mo en tout.");
    html_raw(html, "</p>");
    form_told(&adding->form, "document");
    html_raw(html, "<input type=\"file\" id=\"document\" name=\"document\" multiple "
                   "accept=\".pdf,.odt,.ods,.odp,.docx,.xlsx,.pptx,.txt,.md,.csv\" "
                   "aria-describedby=\"document-help\"></div>\n");
}

err add_documents_page(struct adding *adding, struct http_response *response) {
    struct page page = page_begin(adding->face, adding->request, response);
    const struct entry *entry = &adding->draft.content;
    struct form *form = &adding->form;
    struct entry_document document;
    uint32_t count = 0;
    slice path = add_documents_path(adding);
    adding->step = ADD_MORE;
    adding->owner->begin(adding, &page, N_("Documents"), path);
    form_begin(form, path, true);
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (entry_media_document(&entry->media[i], &document)) {
            write_document(adding, &entry->media[i], &document,
                           arena_printf(adding->arena, "%u", ++count));
        }
    }
    if (count < MEDIA_DOCUMENTS_MAX) {
        write_file_field(adding);
    } else {
        form_told(form, "document");
    }
    if (count == 0) {
        form_submit(form, N_("Envoyer les documents"));
        form_submit_else(form, "on", N_("Continuer sans document"));
    } else {
        form_submit(form, N_("Continuer"));
        if (count < MEDIA_DOCUMENTS_MAX) {
            form_submit_else(form, "add", N_("Envoyer les documents"));
        }
    }
    form_submit_else(form, "back", N_("Revenir"));
    form_end(form);
    form_page_end(form);
    return page.html.out->failed;
}

err web_add_documents(void *app, const struct http_request *request, struct http_response *response,
                      struct problem *problem) {
    struct adding *adding = NULL;
    TRY(add_open(app, request, &adding, problem));
    return add_documents_page(adding, response);
}

/* ---- what was sent ---- */

/* What was typed of the documents that are here. Those that another page has taken away meanwhile
 * are passed over. */
static void take_words(struct add_files *files, struct entry *entry) {
    struct adding *adding = files->adding;
    struct entry_document document;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        struct entry_media *media = &entry->media[i];
        if (!entry_media_document(media, &document)) {
            continue;
        }
        const char *field = add_files_field(adding, "title", document.name);
        if (!http_form_has(files->sent, field)) {
            continue;
        }
        media->title = slice_trim(http_form_value(files->sent, field));
        if (media->title.n == 0 && !add_files_is_act(files, "drop-")) {
            form_fault(&adding->form, field, N_("Donnez un titre : c’est lui qu’on lit."));
        }
        add_files_licence_take(files, add_files_field(adding, "licence", document.name), media);
    }
}

/* Away, the one that the button names. */
static void take_act(const struct add_files *files, struct entry *entry) {
    struct entry_document document;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (entry_media_document(&entry->media[i], &document) &&
            add_files_is_act_of(files, "drop", document.name)) {
            add_files_drop(entry, i);
            return;
        }
    }
}

static void change(struct add_files *files, struct entry *entry) {
    take_words(files, entry);
    take_act(files, entry);
}

/* RULE DOCUMENT-3: six of an entry (the page's files_max), sixty megabytes together. */
static bool is_too_heavy(const struct entry *entry, const struct entry_media *media) {
    struct entry_document document;
    return entry_media_document(media, &document) &&
           load_of(entry).bytes + document.bytes > MEDIA_DOCUMENTS_BYTES_MAX;
}

static const char *const told[MEDIA_VERDICT__COUNT] = {
    [MEDIA_UNKNOWN] = N_("Ce fichier n’est pas un document qu’on prend ici, quel que soit son nom. "
                         "Choisissez du PDF, de l’OpenDocument, du DOCX, XLSX, PPTX ou du texte."),
    [MEDIA_HEAVY] = N_("Ce document pèse plus de 20 Mo. Choisissez-en un plus léger."),
    [MEDIA_DAMAGED] = N_("Ce document est abîmé ou incomplet. Envoyez-le de nouveau."),
    [MEDIA_WEB_PAGE] = N_("Ce fichier est une page web ou un programme, pas un texte. "
                          "Enregistrez-le en PDF, puis envoyez-le."),
    [MEDIA_MACROS] = N_("Ce document contient des macros, qui peuvent nuire à qui l’ouvre. "
                        "Enregistrez-le sans macros ou en PDF, puis envoyez-le."),
    [MEDIA_LOCKED] = N_("Ce document est protégé par un mot de passe. Enlevez-le, puis envoyez le "
                        "document."),
    [MEDIA_OLD] = N_("Ce document est d’un ancien format d’Office, ou protégé par un mot de passe. "
                     "Enregistrez-le en DOCX, XLSX, PPTX ou PDF, puis envoyez-le."),
};

/* "statuts_2026.pdf" is "statuts 2026" until somebody says better. */
static slice title_of(slice file_name, struct arena *arena) {
    size_t dot = file_name.n;
    for (size_t i = 1; i < file_name.n; i++) {
        dot = file_name.p[i] == '.' ? i : dot;
    }
    slice stem = slice_sub(file_name, 0, dot < ENTRY_TITLE_MAX ? dot : ENTRY_TITLE_MAX);
    struct buf title BUF_CLEANUP = buf_new(ENTRY_TITLE_MAX);
    for (size_t i = 0; i < stem.n; i++) {
        buf_add_char(&title, stem.p[i] == '_' ? ' ' : stem.p[i]);
    }
    slice words = slice_trim(buf_slice(&title));
    bool is_whole = words.n > 0 && stem.n == dot;
    return is_whole ? arena_copy(arena, words) : SLICE("Document");
}

static err take(struct add_files *files, struct photo_lab *lab, const struct http_field *file) {
    (void)lab;
    const struct face *face = files->adding->face;
    struct arena *arena = files->adding->arena;
    enum entry_document_kind kind = ENTRY_DOCUMENT_TEXT;
    enum media_verdict verdict = media_document_look(file->value, &kind);
    if (verdict != MEDIA_TAKEN) {
        add_files_fault(files, file, told[verdict]);
        return OK;
    }
    struct entry_document document = media_document_named(file->value, kind, arena);
    TRY(add_files_book(files, document.name));
    TRY(media_document_write(face->media_folder, &document, file->value, &files->problem));
    add_files_keep(files, ENTRY_MEDIA_DOCUMENT,
                   arena_printf(arena, ENTRY_PICTURE_FOLDER "%.*s", SLICE_ARG(document.name)),
                   title_of(file->file_name, arena));
    return OK;
}

err add_documents_take(void *app, const struct http_request *request,
                       struct http_response *response, add_opening *open, struct problem *problem) {
    static const struct add_files_page page = {
        .field = "document",
        .files_max = MEDIA_DOCUMENTS_MAX,
        .tried = PERSON_TRY_DOCUMENT,
        .none_chosen = N_("Choisissez au moins un document."),
        .too_many = N_("Six fichiers à la fois. Envoyez les autres ensuite."),
        .full = N_("Six documents suffisent. Enlevez-en un d’abord."),
        .heavy = N_("Les documents d’une fiche pèsent 60 Mo au plus. Enlevez-en un, ou "
                    "choisissez-en un plus léger."),
        .enough_today =
            N_("Beaucoup de documents ont été envoyés d’ici aujourd’hui. Revenez demain."),
        .away = N_("Les documents ne peuvent pas être reçus en ce moment. Continuez sans, et "
                   "revenez plus tard."),
        .write = add_documents_page,
        .path = add_documents_path,
        .count = document_count,
        .take = take,
        .change = change,
        .is_too_heavy = is_too_heavy};
    return add_files_post(app, request, response, &page, open, problem);
}

err web_add_documents_post(void *app, const struct http_request *request,
                           struct http_response *response, struct problem *problem) {
    return add_documents_take(app, request, response, add_open, problem);
}
