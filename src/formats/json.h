/* The records of a JSON document, one at a time, whatever holds them: a list; a list inside objects
 * (found by its name, `features`, `data`, `results`, …, else by what it holds); an object whose
 * values are the records; layers of features; one document after the other (JSON lines, RFC 8142);
 * each of these also assigned in a JavaScript file. The splitter finds where records begin and end;
 * jansson parses each. */
#ifndef AGORA_FORMATS_JSON_H
#define AGORA_FORMATS_JSON_H

#include "formats/source.h"
#include <jansson.h>

#define JSON_DEPTH_MAX           64
#define JSON_ENVELOPE_BYTES_MAX  (256u << 10) /* what may stand before the list */
#define JSON_PASSED_ON_BYTES_MAX 400          /* "module.exports = name", behind the records */
#define JSON_LAYER_BYTES_MAX     (64u << 20)  /* one layer of a map of layers */
#define JSON_ABOUT_BYTES_MAX     65536        /* of one member behind the list that is kept */
#define JSON_ABOUT_MEMBERS_MAX   64

struct json_element {
    slice text;  /* borrowed, as are the next two, until the next call */
    slice key;   /* of a record that stands under a key, as it is written; else empty */
    slice layer; /* the name of the layer it stands in, else empty */
    uint64_t line, column;
    bool script; /* the document is JavaScript */
};

struct json_splitter;
void json_splitter_free(struct json_splitter *splitter); /* NULL is fine */
/* READ_REJECTED: too large or too deep; reading goes on. ERR_INPUT with line and column when the
 * document is broken between elements or ends too early (json_splitter_is_cut). */
MUST_USE err json_splitter_next(struct json_splitter *splitter, struct json_element *element,
                                enum read_step *step, struct problem *problem);
bool json_splitter_is_cut(const struct json_splitter *splitter);
const struct decode *json_splitter_decode(const struct json_splitter *splitter);
/* The members that stand around the list: those before it from the first element on, those behind
 * it (short ones) after the last. Of nested objects the outermost is the result, the others stand
 * in it. NULL when there are none; the splitter's. */
const json_t *json_splitter_before(const struct json_splitter *splitter);
const json_t *json_splitter_behind(const struct json_splitter *splitter);
/* The name of a long list behind the records that was passed over; empty when there was none. */
slice json_splitter_other_list(const struct json_splitter *splitter);

/* What had to be mended so that an element was JSON. */
struct json_mended {
    uint32_t numbers;  /* NaN, Infinity, undefined, None: null */
    uint32_t commas;   /* before a closing bracket */
    uint32_t breaks;   /* line ends and tabs inside a string */
    uint32_t zeros;    /* numbers that begin with 0: taken as text */
    uint32_t literals; /* comments, quotes, names and numbers as JavaScript and Python write them */
};
/* Parses one element; the caller frees it with json_decref. Whole numbers beyond 64 bits become
 * doubles. ERR_INPUT with line and column in the file. */
MUST_USE err json_element_parse(const struct json_element *element, json_t **value,
                                struct json_mended *mended, struct problem *problem);

#endif
