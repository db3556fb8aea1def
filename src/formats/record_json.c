/* The elements of a JSON document as records; features among them say that it is GeoJSON. */
#include "formats/record_int.h"
#include <stdlib.h>

struct json_records {
    struct record_reader base;
    struct json_splitter *json;
};

static bool json_sniff(slice head) {
    return head.n > 0 && (head.p[0] == '{' || head.p[0] == '[' || head.p[0] == '\x1E');
}

static err json_open(const struct window *window, size_t record_bytes_max,
                     struct record_reader **reader, struct problem *problem) {
    (void)problem;
    struct json_records *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return ERR_MEMORY;
    }
    if (json_splitter_over(window, record_bytes_max, &r->json) != OK) {
        free(r);
        return ERR_MEMORY;
    }
    *reader = &r->base;
    return OK;
}

static void json_free(struct record_reader *reader) {
    struct json_records *r = (struct json_records *)reader;
    json_splitter_free(r->json);
    free(r);
}

static err json_next(struct record_reader *reader, struct arena *arena, struct record *record,
                     enum read_step *step, struct problem *problem) {
    struct json_records *r = (struct json_records *)reader;
    struct json_element element;
    TRY(json_splitter_next(r->json, &element, step, problem));
    if (*step == READ_END) {
        return OK;
    }
    record->number = ++r->base.number;
    record->line = element.line;
    record->is_json = true;
    record->raw =
        arena_copy(arena, slice_sub(element.text, 0,
                                    *step == READ_REJECTED ? RECORD_RAW_MAX : element.text.n));
    if (*step == READ_REJECTED) {
        return OK;
    }
    json_t *json = NULL;
    err failed = json_element_parse(&element, &json, problem);
    if (failed == OK) {
        if (json_is_feature(json)) {
            r->base.format = RECORD_GEOJSON;
        }
        failed = record_from_json(json, arena, record, problem);
        json_decref(json);
        if (failed != OK) {
            record_problem_line(problem, element.line);
        }
    }
    if (failed == ERR_INPUT || failed == ERR_LIMIT) {
        *step = READ_REJECTED;
        return OK;
    }
    return failed;
}

static bool json_is_cut(const struct record_reader *reader) {
    return json_splitter_is_cut(((const struct json_records *)reader)->json);
}

static const struct decode *json_decode(const struct record_reader *reader) {
    return json_splitter_decode(((const struct json_records *)reader)->json);
}

const struct record_format_row record_json_row = {
    .sniff = json_sniff,
    .open = json_open,
    .next = json_next,
    .is_cut = json_is_cut,
    .decode = json_decode,
    .free = json_free,
};
