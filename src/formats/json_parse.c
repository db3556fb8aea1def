/* One element through jansson, with our words for what is wrong in it. */
#include "formats/json_int.h"
#include "formats/record_int.h"
#include "text/text.h"

#include <string.h>

#define EXCERPT_BYTES 24

/* The text around a position, on one line, whole characters only. */
static slice excerpt(slice text, size_t at, char *bytes) {
    size_t from = at > EXCERPT_BYTES / 2 ? at - EXCERPT_BYTES / 2 : 0;
    slice part = slice_sub(text, from, EXCERPT_BYTES);
    size_t n = 0;
    while (part.n > 0 && ((unsigned char)part.p[0] & 0xC0) == 0x80) {
        part = slice_sub(part, 1, part.n);
    }
    part.n = text_utf8_error(part);
    for (size_t i = 0; i < part.n; i++) {
        unsigned char c = (unsigned char)part.p[i];
        bytes[n++] = c < ' ' || c == 0x7F ? ' ' : part.p[i];
    }
    return slice_of(bytes, n);
}

static const char *sentence(enum json_error_code code) {
    switch (code) {
    case json_error_numeric_overflow:
        return "a number is larger than any number can be";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "\\u0000 is no character of a text: leave it out";
    case json_error_premature_end_of_input:
    case json_error_end_of_input_expected:
        return "a value ends too early, or too late";
    case json_error_stack_overflow:
        return "this record is nested too deep";
    case json_error_duplicate_key:
        return "one name occurs twice";
    case json_error_unknown:
    case json_error_out_of_memory:
    case json_error_cannot_open_file:
    case json_error_invalid_argument:
    case json_error_invalid_utf8:
    case json_error_invalid_syntax:
    case json_error_invalid_format:
    case json_error_wrong_type:
    case json_error_null_value:
    case json_error_item_not_found:
    case json_error_index_out_of_range:
        break;
    }
    return "a comma, a colon, a quote or a bracket is missing or too much";
}

static json_t *load(slice text, json_error_t *error) {
    json_t *parsed = json_loadb(text.p, text.n, JSON_DECODE_ANY, error);
    if (parsed == NULL && json_error_code(error) == json_error_numeric_overflow) {
        parsed = json_loadb(text.p, text.n, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, error);
    }
    return parsed;
}

err json_element_parse(const struct json_element *element, json_t **value,
                       struct json_mended *mended, struct problem *problem) {
    json_error_t error;
    json_error_t relaxed_error;
    struct buf text BUF_CLEANUP = buf_new(element->text.n + element->text.n / 2 + 4096);
    struct json_mended done = {0};
    json_t *parsed = load(element->text, &error);
    bool relaxed = parsed == NULL && json_relax(element->text, &text, &done);
    if (relaxed) {
        parsed = load(buf_slice(&text), &relaxed_error);
    }
    if (parsed == NULL) {
        /* Where nothing moved a line, what is left to mend is what to say. */
        bool moved = !relaxed || done.breaks > 0;
        const json_error_t *told = moved ? &error : &relaxed_error;
        slice source = moved ? element->text : buf_slice(&text);
        size_t at = told->position > 0 ? (size_t)told->position : 0;
        char bytes[EXCERPT_BYTES];
        slice near = excerpt(source, at, bytes);
        problem_set(problem, ERR_INPUT, "", "no valid JSON near \"%.*s\": %s", SLICE_ARG(near),
                    sentence(json_error_code(told)));
        if (problem != NULL && told->line > 0) {
            problem->line = element->line + (uint64_t)told->line - 1;
            problem->column = (uint64_t)told->column + (told->line == 1 ? element->column - 1 : 0);
        }
        return ERR_INPUT;
    }
    mended->numbers += done.numbers;
    mended->commas += done.commas;
    mended->breaks += done.breaks;
    mended->zeros += done.zeros;
    mended->literals += done.literals;
    *value = parsed;
    return OK;
}
