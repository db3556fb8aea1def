/* /media/…: the files of pictures that lie here. */
#include "domain/media/media.h"
#include "domain/moderation/moderation.h"
#include "face/actor.h"
#include "face/web/add/add.h"
#include "face/web/add/adding.h"
#include "face/web/page/world.h"
#include "work/photo/photo.h"

static const char *const media_types[ENTRY_PICTURE_FORMAT__COUNT] = {
    [ENTRY_PICTURE_WEBP] = "image/webp", [ENTRY_PICTURE_JPEG] = "image/jpeg"};

static err none(struct problem *problem) {
    return problem_set(problem, ERR_NOT_FOUND, "name", "no picture of this name is shown here");
}

static err answer_file(const struct face *face, struct http_response *response,
                       const struct entry_picture *picture, slice file,
                       enum entry_picture_format format, struct problem *problem) {
    response->media_type = media_types[format];
    response->extra_csp = "sandbox";
    response->body = buf_new(PHOTO_PRINT_BYTES_MAX);
    err found = media_file_read(face->media_folder, picture, file, &response->body);
    return found == ERR_NOT_FOUND ? none(problem) : found;
}

err web_media(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    const struct face *face = app;
    struct entry_picture picture;
    size_t side;
    enum entry_picture_format format;
    bool is_shown = false;
    slice file = request->captures[1];
    if (!entry_picture_named(request->captures[0], &picture) ||
        !entry_picture_file_read(file, &side, &format)) {
        return none(problem);
    }
    TRY(media_is_shown(face_reader(request), &picture, request->arena, &is_shown));
    if (!is_shown) {
        return none(problem);
    }
    slice etag =
        arena_printf(request->arena, "\"%.*s-%.*s\"", SLICE_ARG(picture.name), SLICE_ARG(file));
    return http_unchanged(request, response, etag)
               ? OK
               : answer_file(face, response, &picture, file, format, problem);
}

err media_answer(const struct face *face, struct http_response *response,
                 const struct entry_media *media, uint32_t count, slice name, slice file,
                 struct problem *problem) {
    struct entry_picture held;
    size_t side;
    enum entry_picture_format format;
    if (!entry_picture_file_read(file, &side, &format)) {
        return none(problem);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (entry_picture_of(media[i].url, &held) && slice_equal(held.name, name)) {
            return answer_file(face, response, &held, file, format, problem);
        }
    }
    return none(problem);
}

/* RULE MEDIA-1: of a draft, by who holds it. */
err web_add_media(void *app, const struct http_request *request, struct http_response *response,
                  struct problem *problem) {
    struct adding *adding = NULL;
    TRY(add_open(app, request, &adding, problem));
    const struct entry *entry = &adding->draft.content;
    return media_answer(adding->face, response, entry->media, entry->media_count,
                        request->captures[1], request->captures[2], problem);
}

err media_entry_held(const struct face *face, const struct http_request *request,
                     struct entry **entry, struct problem *problem) {
    const struct contribution_world world = web_world(face);
    struct entry_id id = {0};
    bool may = false;
    if (!slice_to_i64(request->captures[0], &id.v) || id.v <= 0) {
        return problem_set(problem, ERR_NOT_FOUND, "id", "no entry has this address");
    }
    TRY(moderation_may(face_reader(request), &world, face_actor(request), id, &may));
    if (!may) {
        return problem_set(problem, ERR_DENIED, "id", "not yours to decide");
    }
    *entry = arena_new(request->arena, struct entry, 1);
    return entry_load(face_reader(request), id, request->arena, *entry);
}

/* RULE MEDIA-1: of an entry that waits, by who decides about it. */
err web_moderation_media(void *app, const struct http_request *request,
                         struct http_response *response, struct problem *problem) {
    const struct face *face = app;
    struct entry *entry;
    TRY(media_entry_held(face, request, &entry, problem));
    return media_answer(face, response, entry->media, entry->media_count, request->captures[1],
                        request->captures[2], problem);
}
