/* A small instance, running: real store, atlas and server, with the routes of one face. */
#ifndef AGORA_FACE_TEST_FIXTURE_H
#define AGORA_FACE_TEST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "../http/client.h"
#include "face/face.h"

#define FIXTURE_NOW_MS INT64_C(1795305600000) /* 2026-11-22 */
#define FIXTURE_PLACES 60                     /* like places of one source, beside the others */
#define FIXTURE_TOTAL  (FIXTURE_PLACES + 5)

struct face_fixture {
    char folder[64], store_path[96];
    struct db_conn *store;
    struct id_source ids;
    struct territories *territories;
    struct themes *themes;
    struct face face;
    struct log log;
    struct http_server *server;
    uint16_t port;
    char base[128];
    struct buf answer; /* of the last request */
};
/* Starts the instance with these routes; *state is the fixture. */
int face_fixture_start(void **state, const struct http_route *routes, size_t count);
int face_fixture_stop(void **state);

/* The whole answer to a GET of this target (HTTP/1.0: the body comes unchunked). */
const char *face_get(struct face_fixture *fixture, const char *target);
/* The answer to a form of this site, `a=1&b=2`; `header` as below. */
const char *face_post(struct face_fixture *fixture, const char *target, const char *header,
                      const char *form);
/* The same with one header more. */
const char *face_get_with(struct face_fixture *fixture, const char *target, const char *header);
/* The JSON body of an answer that must have this status; the caller frees it. */
json_t *face_json(struct face_fixture *fixture, const char *target, int status);
/* Adds one entry (docs/entry-format.md) to a source, and lets the atlas see it. */
void face_entry_add(struct face_fixture *fixture, const char *source, const char *json);

int64_t json_number_at(const json_t *object, const char *key);
const char *json_text_at(const json_t *object, const char *key); /* "" when absent */

#endif
