/* The documents of a draft: taking them in, what each is called, taking one away. A page of its
 * own, so that a file that is refused loses none of the words beside it. */
#include "domain/media/media.h"
#include "face/actor.h"
#include "face/web/add_int.h"
#include "face/write.h"
#include "work/photo/photo.h"

#define KEY_DIGITS 8 /* of a document's name, in the names of its fields */

static const struct form_choice licences[] = {
    {"CC-BY-SA-4.0", N_("CC BY-SA 4.0 : reprise libre, en citant, aux mêmes conditions"), NULL},
    {"CC-BY-4.0", N_("CC BY 4.0 : reprise libre, en citant"), NULL},
    {"etalab-2.0", N_("Licence Ouverte 2.0"), NULL},
    {"CC0-1.0", N_("CC0 : reprise libre, sans condition"), NULL},
    {LICENCE_RESERVED, N_("Tous droits réservés, diffusé avec accord"), NULL},
};

slice add_documents_path(const struct adding *adding) {
    return arena_printf(adding->arena, "/add/%.*s/documents", SLICE_ARG(adding->secret));
}

uint32_t add_documents_row(struct adding *adding) {
    return documents_list(
        adding->form.page, &adding->draft.content,
        arena_printf(adding->arena, "/add/%.*s/media", SLICE_ARG(adding->secret)));
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

static const char *field_of(const struct adding *adding, const char *what,
                            const struct entry_document *document) {
    return arena_printf(adding->arena, "%s-%.*s", what, KEY_DIGITS, document->name.p).p;
}

/* ---- the page ---- */

static void write_document(struct adding *adding, const struct entry_media *media,
                           const struct entry_document *document, slice number) {
    struct form *form = &adding->form;
    struct html *html = &form->page->html;
    html_raw(html, "<fieldset class=\"form-photo\"");
    html_attr(html, "id", slice_from_cstr(field_of(adding, "document", document)));
    html_raw(html, "><legend>");
    html_tf(html, "Document %1", &number, 1);
    html_raw(html, "</legend>\n<p><a");
    html_attr(html, "href",
              arena_printf(adding->arena, "/add/%.*s/media/%.*s", SLICE_ARG(adding->secret),
                           SLICE_ARG(document->name)));
    html_raw(html, " download>");
    slice said = document_said(form->page, document);
    html_tf(html, "Relire le fichier (%1)", &said, 1);
    html_raw(html, "</a></p>\n");
    form_field(form, &(struct form_field){.name = field_of(adding, "title", document),
                                          .label = N_("Titre"),
                                          .help = N_("C’est lui qu’on lit sur la fiche."),
                                          .value = media->title,
                                          .max_bytes = ENTRY_TITLE_MAX,
                                          .is_needed = true});
    form_select(form, field_of(adding, "licence", document), N_("Licence"), licences,
                ARRAY_COUNT(licences), media->licence);
    html_raw(html, "<p class=\"actions\"><button class=\"button button--line\" type=\"submit\" "
                   "name=\"do\" formnovalidate");
    html_attr(html, "value", slice_from_cstr(field_of(adding, "drop", document)));
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

static err write_page(struct adding *adding, struct http_response *response) {
    struct page page = page_begin(adding->face, adding->request, response);
    const struct entry *entry = &adding->draft.content;
    struct form *form = &adding->form;
    struct entry_document document;
    uint32_t count = 0;
    slice path = add_documents_path(adding);
    adding->step = ADD_MORE;
    add_page_begin(adding, &page, N_("Documents"), path);
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
    return write_page(adding, response);
}

/* ---- what was sent ---- */

struct taking {
    struct adding *adding;
    const struct http_form *sent;
    struct person_network network;
    struct entry_media fresh[MEDIA_DOCUMENTS_MAX]; /* their files stand */
    uint32_t fresh_count;
    uint32_t tried_count; /* files that were looked at, whatever they were */
    bool is_enough;       /* today, from there */
    struct problem problem;
};

static bool is_act(const struct taking *taking, const char *act) {
    return slice_starts_with(http_form_value(taking->sent, "do"), slice_from_cstr(act));
}

/* What was typed of the documents that are here. Those that another page has taken away meanwhile
 * are passed over. */
static void take_words(struct taking *taking, struct entry *entry) {
    struct adding *adding = taking->adding;
    struct entry_document document;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        struct entry_media *media = &entry->media[i];
        if (!entry_media_document(media, &document)) {
            continue;
        }
        const char *field = field_of(adding, "title", &document);
        if (!http_form_has(taking->sent, field)) {
            continue;
        }
        media->title = slice_trim(http_form_value(taking->sent, field));
        if (media->title.n == 0 && !is_act(taking, "drop-")) {
            form_fault(&adding->form, field, N_("Donnez un titre : c’est lui qu’on lit."));
        }
        slice licence = http_form_value(taking->sent, field_of(adding, "licence", &document));
        for (size_t k = 0; k < ARRAY_COUNT(licences); k++) {
            if (slice_equal(licence, slice_from_cstr(licences[k].value))) {
                media->licence = licence;
            }
        }
    }
}

/* Away, the one that the button names. */
static void take_act(struct taking *taking, struct entry *entry) {
    slice act = http_form_value(taking->sent, "do");
    struct entry_document document;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (!entry_media_document(&entry->media[i], &document) ||
            !slice_equal(act, slice_from_cstr(field_of(taking->adding, "drop", &document)))) {
            continue;
        }
        entry->media_count--;
        for (uint32_t k = i; k < entry->media_count; k++) {
            entry->media[k] = entry->media[k + 1];
        }
        return;
    }
}

static bool has_url(const struct entry *entry, slice url) {
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (slice_equal(entry->media[i].url, url)) {
            return true;
        }
    }
    return false;
}

/* RULE DOCUMENT-3: six of an entry, sixty megabytes together. */
static void add_fresh(struct taking *taking, struct entry *entry) {
    struct form *form = &taking->adding->form;
    struct load load = load_of(entry);
    struct entry_media *list = arena_new(taking->adding->arena, struct entry_media,
                                         (size_t)entry->media_count + MEDIA_DOCUMENTS_MAX);
    for (uint32_t i = 0; i < entry->media_count; i++) {
        list[i] = entry->media[i];
    }
    entry->media = list;
    for (uint32_t i = 0; i < taking->fresh_count; i++) {
        struct entry_document document;
        if (has_url(entry, taking->fresh[i].url) ||
            !entry_media_document(&taking->fresh[i], &document)) {
            continue; /* the same document once more */
        }
        if (load.count == MEDIA_DOCUMENTS_MAX || entry->media_count >= ENTRY_LIST_MAX) {
            form_fault(form, "document", N_("Six documents suffisent. Enlevez-en un d’abord."));
            return;
        }
        if (load.bytes + document.bytes > MEDIA_DOCUMENTS_BYTES_MAX) {
            form_fault(form, "document",
                       N_("Les documents d’une fiche pèsent 60 Mo au plus. Enlevez-en un, ou "
                          "choisissez-en un plus léger."));
            return;
        }
        load.count++;
        load.bytes += document.bytes;
        list[entry->media_count++] = taking->fresh[i];
    }
}

/* On the writer: the draft as it stands now, since another page may have changed it meanwhile. */
static err store_job(struct db_conn *conn, void *self) {
    struct taking *taking = self;
    struct adding *adding = taking->adding;
    TRY(contribution_draft_load(conn, adding->actor, adding->secret, adding->now_ms, adding->arena,
                                &adding->draft));
    take_words(taking, &adding->draft.content);
    take_act(taking, &adding->draft.content);
    add_fresh(taking, &adding->draft.content);
    return contribution_draft_store(conn, adding->actor, adding->secret, &adding->draft.content,
                                    adding->now_ms, &taking->problem);
}

static err answer_store(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    (void)app;
    (void)request;
    struct taking *taking = self;
    struct adding *adding = taking->adding;
    if (result == ERR_LIMIT) {
        form_fault(&adding->form, "document", N_("C’est trop long. Raccourcissez-le."));
    } else if (result != OK) {
        *problem = taking->problem;
        return result;
    }
    if (adding->form.fault_count > 0) {
        return write_page(adding, response);
    }
    /* A new one leads back here: its title has not been asked yet. */
    bool stays = taking->fresh_count > 0 || is_act(taking, "drop-") || is_act(taking, "add");
    http_redirect(response, stays                    ? add_documents_path(adding)
                            : is_act(taking, "back") ? add_path(adding, ADD_MORE)
                                                     : add_path(adding, ADD_CHECK));
    return OK;
}

/* ---- taking documents in, on the lab's thread: a disk that is slow holds up nobody's page ---- */

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

struct book {
    slice name;
    int64_t now_ms;
};

static err book_job(struct db_conn *conn, void *self) {
    const struct book *book = self;
    return media_add(conn, book->name, book->now_ms);
}

/* "statuts_2026.pdf" is "statuts 2026" until somebody says better. */
static slice title_of(const struct taking *taking, slice file_name) {
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
    return is_whole ? arena_copy(taking->adding->arena, words) : SLICE("Document");
}

/* The books come first: whatever becomes of the draft, the sweep knows the file. */
static err keep(struct taking *taking, const struct http_field *file,
                enum entry_document_kind kind) {
    const struct face *face = taking->adding->face;
    struct arena *arena = taking->adding->arena;
    struct entry_document document = media_document_named(file->value, kind, arena);
    struct book book = {document.name, taking->adding->now_ms};
    TRY(db_write(face->writer, book_job, &book));
    TRY(media_document_write(face->media_folder, &document, file->value, &taking->problem));
    taking->fresh[taking->fresh_count++] = (struct entry_media){
        .kind = ENTRY_MEDIA_DOCUMENT,
        .url = arena_printf(arena, ENTRY_PICTURE_FOLDER "%.*s", SLICE_ARG(document.name)),
        .title = title_of(taking, file->file_name),
        .alt = SLICE_EMPTY,
        .licence = ADD_LICENCE,
        .credit = SLICE_EMPTY,
        .transcript = SLICE_EMPTY};
    return OK;
}

static err try_job(struct db_conn *conn, void *self) {
    struct taking *taking = self;
    return person_try(conn, PERSON_TRY_DOCUMENT, crypto_digest_slice(&taking->network.key),
                      taking->adding->now_ms, &taking->problem);
}

/* One file; what is wrong with it is told on the page, and the others are taken all the same. */
static err take_file(struct taking *taking, const struct http_field *file) {
    struct form *form = &taking->adding->form;
    enum entry_document_kind kind = ENTRY_DOCUMENT_TEXT;
    err tried = db_write(taking->adding->face->writer, try_job, taking);
    if (tried == ERR_LIMIT) {
        taking->is_enough = true;
        form_fault(form, "document",
                   N_("Beaucoup de documents ont été envoyés d’ici aujourd’hui. Revenez demain."));
        return OK;
    }
    TRY(tried);
    enum media_verdict verdict = media_document_look(file->value, &kind);
    if (verdict != MEDIA_TAKEN) {
        form_fault(form, "document", told[verdict]);
        return OK;
    }
    return keep(taking, file, kind);
}

static bool is_chosen(const struct http_field *field) {
    return field->is_file && field->file_name.n > 0 && slice_equal(field->name, SLICE("document"));
}

static void take_files(struct photo_lab *lab, void *self) {
    (void)lab;
    struct taking *taking = self;
    err result = OK;
    for (size_t i = 0; i < taking->sent->count && result == OK && !taking->is_enough; i++) {
        if (!is_chosen(&taking->sent->fields[i])) {
            continue;
        }
        if (taking->tried_count++ == MEDIA_DOCUMENTS_MAX) {
            form_fault(&taking->adding->form, "document",
                       N_("Six fichiers à la fois. Envoyez les autres ensuite."));
            break;
        }
        result = take_file(taking, &taking->sent->fields[i]);
    }
    if (result == OK) {
        result = db_write(taking->adding->face->writer, store_job, taking);
    }
    http_wake(taking->adding->request, result);
}

static void words_kept(err result, void *self) {
    const struct taking *taking = self;
    http_wake(taking->adding->request, result);
}

/* Nothing is taken in now: that is told, and what was typed is kept. */
static void keep_words(struct taking *taking) {
    form_fault(&taking->adding->form, "document",
               N_("Les documents ne peuvent pas être reçus en ce moment. Continuez sans, et "
                  "revenez plus tard."));
    err refused = db_write_later(taking->adding->face->writer, store_job, words_kept, taking);
    if (refused != OK) {
        http_wake(taking->adding->request, refused);
    }
}

err web_add_documents_post(void *app, const struct http_request *request,
                           struct http_response *response, struct problem *problem) {
    const struct face *face = app;
    struct http_form *sent = arena_new(request->arena, struct http_form, 1);
    struct taking *taking = arena_new(request->arena, struct taking, 1);
    bool has_files = false;
    TRY(http_form_read(request, sent, problem));
    *taking = (struct taking){.sent = sent};
    TRY(add_open(app, request, &taking->adding, problem));
    taking->adding->sent = sent;
    for (size_t i = 0; i < sent->count; i++) {
        has_files = has_files || is_chosen(&sent->fields[i]);
    }
    if (!has_files && load_of(&taking->adding->draft.content).count == 0 && !is_act(taking, "on")) {
        form_fault(&taking->adding->form, "document", N_("Choisissez au moins un document."));
        return write_page(taking->adding, response);
    }
    if (!has_files) {
        return face_write(face, request, store_job, answer_store, taking);
    }
    TRY(face_network(request, &taking->network));
    http_wait(request, answer_store, taking);
    if (face->photos == NULL || photo_lab_submit(face->photos, take_files, taking) != OK) {
        keep_words(taking);
    }
    return OK;
}
