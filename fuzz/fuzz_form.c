/* Arbitrary bytes as a form: the first line is its media type, the rest its body. */
#include "fuzz.h"

#include "http/form.h"
#include "http/limits.h"
#include "text/text.h"

/* What a domain may rely on, whatever was sent. */
static void check_field(const struct http_field *field, slice body) {
    FUZZ_PROMISE(field->name.n > 0 && field->name.n <= HTTP_FORM_NAME_MAX_BYTES);
    FUZZ_PROMISE(text_is_utf8(field->name) && text_is_utf8(field->file_name));
    FUZZ_PROMISE(field->value.n <= body.n);
    if (field->is_file) {
        FUZZ_PROMISE(field->value.n == 0 || slice_contains(body, field->value));
        FUZZ_PROMISE(!slice_contains(field->file_name, SLICE("/")));
    } else {
        FUZZ_PROMISE(text_is_utf8(field->value));
        FUZZ_PROMISE(!slice_contains(field->value, SLICE("\r")));
    }
}

/* Each field is found again by its name. */
static void check_found(const struct http_form *form, const struct http_field *field,
                        struct arena *arena) {
    const char *name = arena_cstr(arena, field->name);
    size_t at = 0;
    slice value;
    bool found = false;
    while (http_form_next(form, name, &at, &value)) {
        found = found || value.p == field->value.p;
    }
    FUZZ_PROMISE(field->is_file || (found && http_form_has(form, name)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice rest = slice_of((const char *)data, size);
    slice type = SLICE_EMPTY;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 1u << 20);
    struct http_form form;
    struct problem problem = {0};
    slice_cut(&rest, '\n', &type);
    slice body = rest.p ? rest : SLICE_EMPTY;
    err result = http_form_parse(type, body, &arena, &form, &problem);
    if (result != OK) {
        FUZZ_PROMISE(result == ERR_INPUT || result == ERR_LIMIT);
        FUZZ_PROMISE(problem.what[0] != '\0');
        return 0;
    }
    FUZZ_PROMISE(form.count <= HTTP_FORM_FIELDS_MAX);
    for (size_t i = 0; i < form.count; i++) {
        check_field(&form.fields[i], body);
        check_found(&form, &form.fields[i], &arena);
    }
    return 0;
}
