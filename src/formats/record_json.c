/* The elements of a JSON document as records; features among them say that it is GeoJSON. */
#include "formats/json_int.h"
#include "formats/record_int.h"
#include <stdlib.h>

struct json_records {
    struct record_reader base;
    struct json_splitter *json;
    bool began, ended;
};

static bool json_sniff(slice head) {
    return head.n > 0 && (head.p[0] == '{' || head.p[0] == '[' || head.p[0] == '\x1E' ||
                          json_script_prefix(head) > 0);
}

static err json_open(struct window *window, size_t record_bytes_max, struct record_reader **reader,
                     struct problem *problem) {
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

static void mended_note(struct record_reader *reader, const struct json_mended *mended,
                        uint64_t line) {
    const struct {
        uint32_t count;
        const char *sentence;
    } notes[] = {
        {mended->numbers, "NaN, Infinity or the like is no value of JSON: taken as absent"},
        {mended->zeros, "a number that begins with 0 was taken as text"},
        {mended->breaks, "a line end stood inside a text: kept"},
        {mended->commas, "a comma too much before a closing bracket was passed over"},
        {mended->literals, "JavaScript or Python where JSON is expected was understood"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(notes); i++) {
        if (notes[i].count > 0) {
            record_note(reader, notes[i].sentence, line, "%s", "");
        }
    }
}

/* A name as JSON writes it, without its quotes -> the text. */
static slice key_text(slice key, struct arena *arena) {
    struct buf quoted BUF_CLEANUP = buf_new(key.n + 2);
    buf_add_char(&quoted, '"');
    buf_add(&quoted, key);
    buf_add_char(&quoted, '"');
    json_t *text = json_loadb(quoted.p, quoted.n, JSON_DECODE_ANY, NULL);
    slice copy = arena_copy(
        arena, text == NULL ? key : slice_of(json_string_value(text), json_string_length(text)));
    json_decref(text);
    return copy;
}

/* One parsed element, which may be replaced (a row becomes an object). `*is_public` false: its
 * source does not show it. */
static err element_record(struct json_records *r, const struct json_element *element, json_t **json,
                          struct arena *arena, struct record *record, bool *is_public,
                          struct problem *problem) {
    const json_t *before = json_splitter_before(r->json);
    const char *state = NULL;
    if (json_is_array(*json)) {
        json_t *object = gogocarto_row(*json, before);
        if (object != NULL) {
            json_decref(*json);
            *json = object;
        }
    }
    *is_public = gogocarto_is_public(*json, before, &state);
    if (!*is_public) {
        record_note(&r->base, "a record that its source does not show was left out", element->line,
                    "%s", state);
        return OK;
    }
    if (json_is_feature(*json)) {
        r->base.format = RECORD_GEOJSON;
    }
    TRY(record_from_json(*json, r->base.crs, arena, record, problem));
    if (element->key.n > 0) {
        TRY(record_field_add(record, arena, SLICE("id"), key_text(element->key, arena), problem));
    }
    return element->layer.n == 0 ? OK
                                 : record_field_add(record, arena, SLICE("layer"),
                                                    arena_copy(arena, element->layer), problem);
}

/* The members around the list, when the first record is there and when the last was. */
static err about_take(struct json_records *r, bool at_end, struct problem *problem) {
    if (!r->began) {
        r->began = true;
        TRY(json_about_read(&r->base, json_splitter_before(r->json), false, problem));
    }
    if (at_end && !r->ended) {
        r->ended = true;
        slice other = json_splitter_other_list(r->json);
        if (other.n > 0) {
            record_note(&r->base, "a second list in the file was not read", 1, "%.*s",
                        SLICE_ARG(other));
        }
        if (!json_pages_note(&r->base, json_splitter_before(r->json))) {
            json_pages_note(&r->base, json_splitter_behind(r->json));
        }
        return json_about_read(&r->base, json_splitter_behind(r->json), true, problem);
    }
    return OK;
}

/* `*is_public` false: look for the next one. */
static err element_take(struct json_records *r, const struct json_element *element,
                        struct arena *arena, struct record *record, enum read_step *step,
                        bool *is_public, struct problem *problem) {
    struct json_mended mended = {0};
    json_t *json = NULL;
    *is_public = true;
    err failed = json_element_parse(element, &json, &mended, problem);
    if (failed == OK) {
        mended_note(&r->base, &mended, element->line);
        failed = element_record(r, element, &json, arena, record, is_public, problem);
        json_decref(json);
        if (failed != OK) {
            record_problem_line(problem, element->line);
        }
    }
    if (failed == ERR_INPUT || failed == ERR_LIMIT) {
        *step = READ_REJECTED;
        return OK;
    }
    return failed;
}

static err json_next(struct record_reader *reader, struct arena *arena, struct record *record,
                     enum read_step *step, struct problem *problem) {
    struct json_records *r = (struct json_records *)reader;
    struct json_element element;
    bool is_public = false;
    while (!is_public) {
        *record = (struct record){.raw = SLICE_EMPTY};
        TRY(json_splitter_next(r->json, &element, step, problem));
        TRY(about_take(r, *step == READ_END, problem));
        if (*step == READ_END) {
            return OK;
        }
        record->line = element.line;
        record->is_json = true;
        if (*step == READ_REJECTED) {
            is_public = true;
        } else {
            TRY(element_take(r, &element, arena, record, step, &is_public, problem));
        }
    }
    record->number = ++r->base.number;
    record->raw =
        arena_copy(arena, slice_sub(element.text, 0,
                                    *step == READ_REJECTED ? RECORD_RAW_MAX : element.text.n));
    return OK;
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
