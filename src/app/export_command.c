#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/house.h"
#include "app/version.h"
#include "atlas/atlas.h"
#include "face/api/api.h"
#include "face/forms.h"
#include "html/i18n.h"
#include "shipped.h"

#define FORMATS_BYTES_MAX 512

/* The export of a query is the answer of its route, written to stdout: one computation for both. */
static const struct http_route *route_of(slice format) {
    enum face_form form;
    for (size_t i = 0; face_form_of_extension(format, &form) && i < face_api_route_count; i++) {
        if (strcmp(face_api_routes[i].path, face_forms[form].path) == 0) {
            return &face_api_routes[i];
        }
    }
    return NULL;
}

static err format_unknown(slice format, struct problem *problem) {
    struct buf known BUF_CLEANUP = buf_new(FORMATS_BYTES_MAX);
    for (size_t i = 0; i < FACE_FORM__COUNT; i++) {
        buf_addf(&known, "%s%s", i == 0 ? "" : ", ", face_forms[i].extension);
    }
    return problem_set(problem, ERR_INPUT, "--format", "unknown format '%.*s'; one of %s",
                       SLICE_ARG(slice_sub(format, 0, 40)), buf_cstr(&known));
}

static bool write_bytes(slice bytes) {
    return bytes.n == 0 || fwrite(bytes.p, 1, bytes.n, stdout) == bytes.n;
}

static err write_all(struct http_response *response, struct problem *problem) {
    err failed = OK;
    bool whole = write_bytes(buf_slice(&response->body));
    struct buf chunk BUF_CLEANUP = buf_new(64u << 20);
    while (failed == OK && whole && response->stream_next != NULL) {
        buf_clear(&chunk);
        failed = response->stream_next(response->stream_self, &chunk);
        if (failed == OK && chunk.n == 0) {
            break;
        }
        whole = write_bytes(buf_slice(&chunk));
    }
    if (response->stream_end != NULL) {
        response->stream_end(response->stream_self);
    }
    buf_free(&response->body);
    if (failed == OK && (!whole || fflush(stdout) != 0)) {
        failed = problem_set(problem, ERR_IO, "", "cannot write all of it: is the disk full?");
    }
    return failed;
}

/* The addresses in what is written: those of the site, else of the server as it listens here. */
static slice base_url_of(struct house *house) {
    slice given = house->settings.base_url;
    return given.n > 0
               ? given
               : arena_printf(&house->arena, "http://%.*s", SLICE_ARG(house->settings.listen));
}

static err export(struct house *house, const struct http_route *route, slice query,
                  const struct i18n *i18n, struct problem *problem) {
    struct face face = {.i18n = i18n,
                        .territories = house->territories,
                        .themes = house->themes,
                        .clock = house->clock,
                        .log = &house->log,
                        .store_path = house->store_path,
                        .site_name = house->settings.site_name,
                        .version = AGORA_VERSION};
    TRY(atlas_open(&(struct atlas_options){.store_path = house->store_path,
                                           .territories = house->territories,
                                           .themes = house->themes,
                                           .clock = house->clock,
                                           .log = &house->log,
                                           .snapshot_path = house->snapshot_path},
                   &face.atlas, problem));
    struct face_worker worker = {0};
    err failed = db_open(house->store_path, DB_READ, &worker.reader, problem);
    if (failed == OK) {
        struct http_request request = {.method = HTTP_GET,
                                       .path = slice_from_cstr(route->path),
                                       .query = query,
                                       .language = SLICE("fr"),
                                       .base_url = base_url_of(house),
                                       .arena = &house->arena,
                                       .worker = &worker};
        struct http_response response = {0};
        failed = route->handler(&face, &request, &response, problem);
        if (failed == OK) {
            failed = write_all(&response, problem);
        }
    }
    db_close(worker.reader);
    atlas_close(face.atlas);
    return failed;
}

static err export_in_words(struct house *house, const struct http_route *route, slice query,
                           struct problem *problem) {
    const struct i18n_catalogue english = {.language = SLICE("en"), .mo = shipped_po_en};
    struct i18n *i18n = NULL;
    TRY(i18n_new(&english, 1, &i18n, problem));
    err failed = export(house, route, query, i18n, problem);
    i18n_free(i18n);
    return failed;
}

static int export_run(const struct command_words *words) {
    struct problem problem = {0};
    slice format = slice_from_cstr(command_value(&command_export, words, "--format"));
    const struct http_route *route = route_of(format);
    if (route == NULL) {
        return command_fail(&command_export, format_unknown(format, &problem), &problem);
    }
    slice query = words->rest_count > 0 ? slice_from_cstr(words->rest[0]) : SLICE_EMPTY;
    struct house house;
    err failed =
        house_open(&house, command_value(&command_export, words, "--data"),
                   command_value(&command_export, words, "--config"), HOUSE_LOOK, &problem);
    if (failed == OK) {
        failed = export_in_words(&house, route, query, &problem);
    }
    house_close(&house);
    return failed == OK ? 0 : command_fail(&command_export, failed, &problem);
}

#define FORMAT_NAME(name, extension, media_type, holds, order, schema, help) " " extension
static const struct command_option options[] = {
    COMMAND_OPTION_DATA_THERE,
    COMMAND_OPTION_CONFIG,
    {"--format", "FORMAT", "geojson", "one of:" FACE_FORMS(FORMAT_NAME)},
};
const struct command command_export = {
    .name = "export",
    .rest = "[QUERY]",
    .rest_max = 1,
    .help = "Writes the whole result of a query to standard output.",
    .details = "QUERY is what stands after '?' on the site: 'territory=dep-73&kind=initiative'.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .run = export_run,
};
