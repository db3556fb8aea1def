/* The elements of a JSON document, one at a time: of a top-level array, of a list in an envelope
 * (`features`, `data`, `results`, …), or one document after the other (JSON lines, RFC 8142). The
 * splitter finds where elements begin and end; jansson parses each. */
#ifndef AGORA_FORMATS_JSON_H
#define AGORA_FORMATS_JSON_H

#include "formats/source.h"
#include <jansson.h>

#define JSON_DEPTH_MAX          64
#define JSON_ENVELOPE_BYTES_MAX (256u << 10) /* what may stand before the list */

struct json_element {
    slice text; /* borrowed until the next call */
    uint64_t line, column;
};

struct json_splitter;
void json_splitter_free(struct json_splitter *splitter); /* NULL is fine */
/* READ_REJECTED: too large or too deep; reading goes on. ERR_INPUT with line and column when the
 * document is broken between elements or ends too early (json_splitter_is_cut). */
MUST_USE err json_splitter_next(struct json_splitter *splitter, struct json_element *element,
                                enum read_step *step, struct problem *problem);
bool json_splitter_is_cut(const struct json_splitter *splitter);
const struct decode *json_splitter_decode(const struct json_splitter *splitter);

/* Parses one element; the caller frees it with json_decref. Whole numbers beyond 64 bits become
 * doubles. ERR_INPUT with line and column in the file. */
MUST_USE err json_element_parse(const struct json_element *element, json_t **value,
                                struct problem *problem);

#endif
