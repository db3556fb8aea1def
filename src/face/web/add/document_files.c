/* The files of documents that lie here, which are only ever taken away. */
#include "domain/media/media.h"
#include "face/web/add/add.h"
#include "face/web/add/adding.h"
#include "text/text.h"

#define FILE_NAME_MAX 80 /* without its extension */

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

err documents_answer(const struct face *face, const struct http_request *request,
                     struct http_response *response, const struct entry_media *media,
                     uint32_t count, slice name, struct problem *problem) {
    struct entry_document held;
    for (uint32_t i = 0; i < count; i++) {
        if (entry_media_document(&media[i], &held) && slice_equal(held.name, name)) {
            return answer_file(face, request, response, &held, media[i].title, problem);
        }
    }
    return none(problem);
}

/* RULE MEDIA-1: of a draft, by who holds it. */
err web_add_document(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    struct adding *adding = NULL;
    TRY(add_open(app, request, &adding, problem));
    const struct entry *entry = &adding->draft.content;
    return documents_answer(adding->face, request, response, entry->media, entry->media_count,
                            request->captures[1], problem);
}

/* RULE MEDIA-1: of an entry that waits, by who decides about it. */
err web_moderation_document(void *app, const struct http_request *request,
                            struct http_response *response, struct problem *problem) {
    const struct face *face = app;
    struct entry *entry;
    TRY(media_entry_held(face, request, &entry, problem));
    return documents_answer(face, request, response, entry->media, entry->media_count,
                            request->captures[1], problem);
}
