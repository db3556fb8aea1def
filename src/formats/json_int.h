/* Inside of the JSON reader: where values end, where the records of a document stand, how text that
 * is nearly JSON becomes JSON. Indexes are into the text given. `script` is JavaScript: comments,
 * strings in ' and names without quotes are understood. */
#ifndef AGORA_FORMATS_JSON_INT_H
#define AGORA_FORMATS_JSON_INT_H

#include "formats/json.h"
#include "formats/window_int.h"

/* A scan over one value; goes on when the text has grown. `depth` 1 at the start scans to the end
 * of an object or list that is already open. */
struct json_scan {
    size_t at;
    unsigned depth, deepest;
    bool script;
    char quote;   /* of the string it is in, else 0 */
    char comment; /* '/' or '*' inside one, else 0 */
    bool in_word;
};
/* Runs over one value; true when its end is at scan->at. */
bool json_value_end(struct json_scan *scan, slice text);
/* Index of the first byte that is no white space (and, in a script, no comment). `*open` is set
 * when the text ends before that is certain. */
size_t json_blank_end(slice text, size_t at, bool script, bool *open);
/* The next member of an object: its key without quotes, the index where its value begins. False
 * when the object or the text ends. `*at` is left for the value's end. */
bool json_member_next(slice text, size_t *at, bool script, slice *key, size_t *value);

#define JSON_PREFIX_BYTES_MAX 65536 /* of comments and code before the records */

/* Bytes before the list or object that a JavaScript file assigns, exports or hands to a function
 * ("var x = [", "module.exports = {", "callback(["), or that follows comments. 0: none. */
size_t json_script_prefix(slice text);

/* How the records of a document that begins with { are kept. */
enum json_shape {
    JSON_SHAPE_RECORDS, /* the object itself is a record; more may follow */
    JSON_SHAPE_LIST,    /* records are the items of a list inside */
    JSON_SHAPE_MAP,     /* records are the values of an object, their keys its names */
    JSON_SHAPE_LAYERS,  /* a list of objects that each hold a list of features */
    JSON_SHAPE_UNKNOWN,
    JSON_SHAPE_TOPOLOGY, /* TopoJSON: not read */
};
struct json_layout {
    enum json_shape shape;
    size_t start;   /* behind the [ or { that holds the records */
    unsigned depth; /* objects that are open there, the map itself not counted */
};
/* `text` begins with {; `whole`: the object is closed in it. */
struct json_layout json_layout_find(slice text, bool script, bool whole);

/* Text that is nearly JSON as JSON; what each change was is counted. False when the text is not
 * understood even so (the parser says where). */
bool json_relax(slice text, struct buf *out, struct json_mended *mended);

#endif
