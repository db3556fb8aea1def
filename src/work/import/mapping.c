#include "work/import/import_int.h"
#include <string.h>

/* `target = "template"`; `#` begins a comment; quotes may be left out. */
static err line_read(slice line, uint64_t number, struct columns *columns,
                     struct problem *problem) {
    size_t equals = slice_find(line, 0, '=');
    slice target = slice_trim(slice_sub(line, 0, equals));
    slice value = slice_trim(slice_sub(line, equals + 1, line.n));
    struct mapping mapping = {.line = number};
    if (equals == line.n || target.n == 0) {
        return problem_set(problem, ERR_INPUT, "map", "expected: target = \"text with {columns}\"");
    }
    if (!role_from_name(target, &mapping.role)) {
        return problem_set(problem, ERR_INPUT, "map",
                           "unknown target \"%.*s\" (docs/import.md lists them)",
                           (int)(target.n < 60 ? target.n : 60), target.p);
    }
    if (value.n > 0 && value.p[0] == '"') {
        size_t close = slice_find(value, 1, '"');
        slice behind = slice_trim(slice_sub(value, close + 1, value.n));
        if (close == value.n || (behind.n > 0 && behind.p[0] != '#')) {
            return problem_set(problem, ERR_INPUT, "map", "the quote is not closed");
        }
        value = slice_sub(value, 1, close - 1);
    } else {
        value = slice_trim(slice_sub(value, 0, slice_find_slice(value, 0, SLICE(" #"))));
    }
    if (columns->mapping_count == MAPPINGS_MAX) {
        return problem_set(problem, ERR_LIMIT, "map", "more than %d lines", MAPPINGS_MAX);
    }
    mapping.template = arena_copy(columns->arena, value);
    columns->mappings[columns->mapping_count++] = mapping;
    return OK;
}

err mappings_read(slice text, struct columns *columns, struct problem *problem) {
    slice line;
    uint64_t number = 0;
    if (slice_starts_with(text, SLICE("\xEF\xBB\xBF"))) {
        text = slice_sub(text, 3, text.n - 3);
    }
    while (slice_cut(&text, '\n', &line)) {
        number++;
        line = slice_trim(line);
        if (line.n == 0 || line.p[0] == '#') {
            continue;
        }
        err failed = line_read(line, number, columns, problem);
        if (failed != OK) {
            if (problem != NULL) {
                problem->line = number;
            }
            return failed;
        }
    }
    return OK;
}
