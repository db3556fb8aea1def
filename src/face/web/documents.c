/* Documents that lie here: how pages name them, and their files, which are only ever taken away. */
#include "domain/media/media.h"
#include "face/web/add_int.h"
#include "face/web/entry_int.h"
#include "text/text.h"

#define KILOBYTE      1000
#define MEGABYTE      1000000
#define FILE_NAME_MAX 80 /* without its extension */
#define SAID_MAX      64

/* ---- on pages ---- */

/* "PDF, 48 Ko" */
slice document_said(const struct page *page, const struct entry_document *document) {
    static const char *const kinds[ENTRY_DOCUMENT__COUNT] = {
        [ENTRY_DOCUMENT_PDF] = "PDF",   [ENTRY_DOCUMENT_ODT] = "ODT",
        [ENTRY_DOCUMENT_ODS] = "ODS",   [ENTRY_DOCUMENT_ODP] = "ODP",
        [ENTRY_DOCUMENT_DOCX] = "DOCX", [ENTRY_DOCUMENT_XLSX] = "XLSX",
        [ENTRY_DOCUMENT_PPTX] = "PPTX", [ENTRY_DOCUMENT_TEXT] = N_("texte"),
    };
    struct buf size BUF_CLEANUP = buf_new(SAID_MAX);
    if (document->bytes >= MEGABYTE) {
        i18n_tn(page->html.language, N2_("%n Mo", "%n Mo"),
                (document->bytes + MEGABYTE / 2) / MEGABYTE, &size);
    } else {
        i18n_tn(page->html.language, N2_("%n Ko", "%n Ko"),
                (document->bytes + KILOBYTE - 1) / KILOBYTE, &size);
    }
    return arena_printf(page->arena, "%.*s, %.*s",
                        SLICE_ARG(i18n(page->html.language, kinds[document->kind])),
                        SLICE_ARG(buf_slice(&size)));
}

static void write_row(struct page *page, const struct entry_media *media,
                      const struct entry_document *document, slice before) {
    struct html *html = &page->html;
    html_raw(html, "<li><a");
    html_attr(html, "href",
              arena_printf(page->arena, "%.*s/%.*s", SLICE_ARG(before), SLICE_ARG(document->name)));
    html_raw(html, " download>");
    html_text(html, media->title.n > 0 ? media->title : document->name);
    html_raw(html, "</a> <small>(");
    html_text(html, document_said(page, document));
    html_raw(html, ")");
    if (media->credit.n > 0) {
        html_raw(html, " · ");
        html_text(html, media->credit);
    }
    if (media->licence.n > 0) {
        html_raw(html, " · ");
        page_licence(page, media->licence);
    }
    html_raw(html, "</small></li>\n");
}

uint32_t documents_list(struct page *page, const struct entry *entry, slice before) {
    struct entry_document document;
    uint32_t count = 0;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (!entry_media_document(&entry->media[i], &document)) {
            continue;
        }
        if (count++ == 0) {
            html_raw(&page->html, "<ul class=\"documents\">\n");
        }
        write_row(page, &entry->media[i], &document, before);
    }
    if (count > 0) {
        html_raw(&page->html, "</ul>\n");
    }
    return count;
}

/* ---- files ---- */

static err none(struct problem *problem) {
    return problem_set(problem, ERR_NOT_FOUND, "name", "no document of this name is shown here");
}

/* RULE DOCUMENT-2: it is taken away as a file, never opened as a page: an attachment whose type is
 * not guessed, in a sandbox, from an address where nothing runs. */
static err answer_file(const struct face *face, const struct http_request *request,
                       struct http_response *response, const struct entry_document *document,
                       slice title, struct problem *problem) {
    struct buf slug BUF_CLEANUP = buf_new(2 * FILE_NAME_MAX);
    text_slug(title, FILE_NAME_MAX, &slug);
    slice name = slug.n > 0 ? buf_slice(&slug) : SLICE("document");
    err opened = media_document_open(face->media_folder, document, &response->file_fd);
    if (opened != OK) {
        return opened == ERR_NOT_FOUND ? none(problem) : opened;
    }
    response->file_bytes = document->bytes;
    response->media_type = entry_document_type(document->kind);
    response->extra_csp = "sandbox";
    response->file_name = arena_printf(request->arena, "%.*s.%.*s", SLICE_ARG(name),
                                       SLICE_ARG(entry_document_extension(document->kind)));
    return OK;
}

err web_document(void *app, const struct http_request *request, struct http_response *response,
                 struct problem *problem) {
    struct entry_document document;
    slice title;
    if (!entry_document_named(request->captures[0], &document)) {
        return none(problem);
    }
    err shown = media_document_shown(face_reader(request), &document, request->arena, &title);
    if (shown != OK) {
        return shown == ERR_NOT_FOUND ? none(problem) : shown;
    }
    slice etag = arena_printf(request->arena, "\"%.*s\"", SLICE_ARG(document.name));
    return http_unchanged(request, response, etag)
               ? OK
               : answer_file(app, request, response, &document, title, problem);
}

/* A document that this entry has, and of no other one. */
static err answer_of(const struct face *face, const struct http_request *request,
                     struct http_response *response, const struct entry *entry, slice name,
                     struct problem *problem) {
    struct entry_document held;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (entry_media_document(&entry->media[i], &held) && slice_equal(held.name, name)) {
            return answer_file(face, request, response, &held, entry->media[i].title, problem);
        }
    }
    return none(problem);
}

/* RULE MEDIA-1: of a draft, by who holds it. */
err web_add_document(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    struct adding *adding = NULL;
    TRY(add_open(app, request, &adding, problem));
    return answer_of(adding->face, request, response, &adding->draft.content, request->captures[1],
                     problem);
}

/* RULE MEDIA-1: of an entry that waits, by who decides about it. */
err web_moderation_document(void *app, const struct http_request *request,
                            struct http_response *response, struct problem *problem) {
    const struct face *face = app;
    struct entry *entry;
    TRY(media_entry_held(face, request, &entry, problem));
    return answer_of(face, request, response, entry, request->captures[1], problem);
}

void sheet_documents(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    struct entry_document document;
    for (uint32_t i = 0; i < sheet->of->media_count; i++) {
        if (entry_media_document(&sheet->of->media[i], &document)) {
            html_raw(html, "<section class=\"prose measure\" id=\"documents\"><h2>");
            html_t(html, "Documents");
            html_raw(html, "</h2>\n");
            (void)documents_list(sheet->page, sheet->of, SLICE("/media"));
            html_raw(html, "</section>\n");
            return;
        }
    }
}
