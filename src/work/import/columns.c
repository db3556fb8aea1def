#include "text/text.h"
#include "work/import/import_int.h"
#include <string.h>

static struct column *column_add(struct columns *columns, slice name) {
    if (columns->count == columns->room) {
        uint32_t room = columns->room == 0 ? 64 : 2 * columns->room;
        struct column *grown = arena_new(columns->arena, struct column, room);
        if (columns->count > 0) {
            memcpy(grown, columns->items, columns->count * sizeof *grown);
        }
        columns->items = grown;
        columns->room = room;
    }
    struct buf key BUF_CLEANUP = buf_new(4096);
    column_key(name, &key);
    struct column *column = &columns->items[columns->count++];
    *column = (struct column){.name = arena_copy(columns->arena, name),
                              .key = arena_copy(columns->arena, buf_slice(&key))};
    column->role = role_from_column(column->key, &column->rank);
    return column;
}

static struct column *column_known(struct columns *columns, slice name, uint32_t hint) {
    if (hint < columns->count && slice_equal(columns->items[hint].name, name)) {
        return &columns->items[hint];
    }
    for (uint32_t i = 0; i < columns->count; i++) {
        if (slice_equal(columns->items[i].name, name)) {
            return &columns->items[i];
        }
    }
    return NULL;
}

static bool role_is_taken(const struct columns *columns, enum role role) {
    for (uint32_t i = 0; i < columns->count; i++) {
        if (columns->items[i].role == role) {
            return true;
        }
    }
    for (uint32_t i = 0; i < columns->mapping_count; i++) {
        if (columns->mappings[i].role == role) {
            return true;
        }
    }
    return false;
}

struct column *columns_find(struct columns *columns, slice name, uint32_t hint) {
    struct column *column = column_known(columns, name, hint);
    if (column == NULL && columns->count < COLUMNS_MAX) {
        column = column_add(columns, name);
        enum role role = column->role;
        column->role = ROLE_NONE; /* the sample has decided who has the single roles */
        if (!role_is_single(role) || !role_is_taken(columns, role)) {
            column->role = role;
        }
    }
    return column;
}

/* In which order the columns of dates write day and month, from the whole sample. */
static void date_orders_settle(struct columns *columns, const struct record *sample, size_t count,
                               struct warnings *warnings) {
    static const enum role dated[] = {ROLE_START, ROLE_END, ROLE_FOUNDED, ROLE_UPDATED};
    struct arena scratch ARENA_CLEANUP = arena_make(65536, 0);
    slice *values = arena_new(&scratch, slice, count + 1);
    for (uint32_t i = 0; i < columns->count; i++) {
        struct column *column = &columns->items[i];
        bool is_dated = false;
        size_t n = 0;
        for (size_t k = 0; k < ARRAY_COUNT(dated); k++) {
            is_dated = is_dated || column->role == dated[k];
        }
        for (size_t k = 0; is_dated && k < count; k++) {
            slice value = slice_trim(record_get(&sample[k], column->name));
            values[n] = value;
            n += value.n > 0;
        }
        enum date_order order = date_order_learn(values, n);
        column->month_first = order == DATE_ORDER_MONTH_FIRST;
        if (order == DATE_ORDER_EITHER) {
            warning_add(warnings, WARNING_DATE_ORDER, count > 0 ? sample[0].line : 0, "%.*s: %.*s",
                        (int)(column->name.n < 60 ? column->name.n : 60), column->name.p,
                        (int)(values[0].n < 40 ? values[0].n : 40), values[0].p);
        }
    }
}

/* Counts what is filled and keeps up to three different examples. */
static void column_see(struct columns *columns, struct column *column, slice value) {
    slice text = value_clean(value, columns->arena);
    if (text.n == 0) {
        text = value_text(value, columns->arena);
        column->absence_words += value_absence(text) == ABSENCE_WORD;
        return;
    }
    value = text;
    column->filled++;
    for (unsigned i = 0; i < column->example_count; i++) {
        if (slice_equal(column->examples[i], value)) {
            return;
        }
    }
    if (column->example_count < COLUMN_EXAMPLES) {
        bool marks;
        slice shown = value_one_line(value, &marks, columns->arena);
        column->examples[column->example_count++] =
            arena_copy(columns->arena, text_clip(shown, 40));
    }
}

/* Beside a long description a short one is a summary. */
static void descriptions_settle(struct columns *columns) {
    struct column *brief = NULL;
    struct column *whole = NULL;
    for (uint32_t i = 0; i < columns->count; i++) {
        struct column *column = &columns->items[i];
        bool is_long = slice_contains(column->key, SLICE("long")) ||
                       slice_contains(column->key, SLICE("detail"));
        if (column->role == ROLE_DESCRIPTION && column->filled > 0) {
            whole = is_long ? column : whole;
            brief = is_long || brief != NULL ? brief : column;
        }
    }
    if (whole != NULL && brief != NULL && !role_is_taken(columns, ROLE_SUMMARY)) {
        brief->role = ROLE_SUMMARY;
    }
}

/* A "position" may also be a rank, a "location" a name. */
static void points_settle(struct columns *columns) {
    for (uint32_t i = 0; i < columns->count; i++) {
        struct column *column = &columns->items[i];
        bool may_be = column->example_count == 0;
        for (unsigned k = 0; k < column->example_count; k++) {
            may_be = may_be || value_may_be_point(column->examples[k]);
        }
        if (column->role == ROLE_POINT && !may_be) {
            column->role = ROLE_NONE;
        }
    }
}

/* Of several columns for one single role the surest keeps it (then the fullest); the others become
 * details. */
static void single_roles_settle(struct columns *columns) {
    for (uint32_t i = 0; i < columns->count; i++) {
        struct column *a = &columns->items[i];
        for (uint32_t k = i + 1; k < columns->count && role_is_single(a->role); k++) {
            struct column *b = &columns->items[k];
            if (b->role != a->role) {
                continue;
            }
            bool b_wins = a->filled == 0 ? b->filled > 0 : b->filled > 0 && b->rank < a->rank;
            struct column *loser = b_wins ? a : b;
            loser->role = ROLE_NONE;
            loser->twin = (b_wins ? k : i) + 1;
        }
    }
}

/* Values of a column in the sample, cleaned; at most 200. */
static size_t column_values(const struct record *sample, size_t count, slice name, slice *values,
                            struct arena *arena) {
    size_t n = 0;

    for (size_t i = 0; i < count && n < 200; i++) {
        slice value = value_clean(record_get(&sample[i], name), arena);
        if (value.n > 0) {
            values[n++] = value;
        }
    }
    return n;
}

static bool is_running_number(const slice *values, size_t count) {
    int64_t before = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t value;
        if (!slice_to_i64(values[i], &value) || (i > 0 && value != before + 1)) {
            return false;
        }
        before = value;
    }
    return count >= 3;
}

/* Columns whose name says nothing, by what they hold. An unnamed running number is a row number
 * of the program that wrote the file: no identifier, and no news to anyone. */
static void shapes_settle(struct columns *columns, const struct record *sample, size_t count) {
    struct arena scratch ARENA_CLEANUP = arena_make(65536, 0);
    slice *values = arena_new(&scratch, slice, 200);
    for (uint32_t i = 0; i < columns->count; i++) {
        struct column *column = &columns->items[i];
        if (column->role != ROLE_NONE || column->by_map || column->rank != UINT32_MAX) {
            continue;
        }
        size_t n = column_values(sample, count, column->name, values, &scratch);
        bool nameless = slice_starts_with(column->name, SLICE("column "));
        for (size_t k = n; nameless && n > 0 && k < 3; k++) {
            values[n++] = values[0]; /* of a table without names few values must do */
        }
        enum role role = role_from_values(values, n);
        if (nameless && is_running_number(values, n)) {
            role = ROLE_IGNORE;
        }
        if (role != ROLE_NONE && (!role_is_single(role) || !role_is_taken(columns, role))) {
            column->role = role;
            column->by_shape = true;
        }
    }
}

/* No column is called like a title: the first that reads like names of things, if there is one. */
static void title_settle(struct columns *columns, const struct record *sample, size_t count) {
    struct arena scratch ARENA_CLEANUP = arena_make(65536, 0);
    slice *values = arena_new(&scratch, slice, 200);
    if (role_is_taken(columns, ROLE_TITLE) || role_is_taken(columns, ROLE_TYPE)) {
        return;
    }
    for (uint32_t i = 0; i < columns->count; i++) {
        struct column *column = &columns->items[i];
        if (column->role != ROLE_NONE || column->by_map) {
            continue;
        }
        size_t n = column_values(sample, count, column->name, values, &scratch);
        size_t words = 0;
        size_t bytes = 0;
        size_t same = 0;
        for (size_t k = 0; k < n; k++) {
            bytes += values[k].n;
            same += k > 0 && slice_equal(values[k], values[k - 1]);
            for (size_t c = 0; c < values[k].n; c++) {
                if ((unsigned char)values[k].p[c] >= 'A') {
                    words++;
                    break;
                }
            }
        }
        size_t least = slice_starts_with(column->name, SLICE("column ")) ? 1 : 3;
        if (n >= least && n * 10 >= count * 9 && words == n && same * 10 < n && bytes > 4 * n &&
            bytes < 120 * n) {
            column->role = ROLE_TITLE;
            column->by_shape = true;
            return;
        }
    }
}

/* Calls for each {name} of a template: finds its column. NULL `column` when there is none. */
static err template_columns(struct columns *columns, const struct mapping *mapping,
                            struct problem *problem) {
    slice text = mapping->template;
    bool alone = text.n > 2 && text.p[0] == '{' && slice_find(text, 0, '}') == text.n - 1;
    for (size_t open; (open = slice_find(text, 0, '{')) < text.n;) {
        size_t close = slice_find(text, open, '}');
        slice name = slice_trim(slice_sub(text, open + 1, close - open - 1));
        struct column *column = column_known(columns, name, 0);
        struct buf key BUF_CLEANUP = buf_new(4096);
        column_key(name, &key);
        for (uint32_t i = 0; i < columns->count && column == NULL; i++) {
            if (slice_equal(columns->items[i].key, buf_slice(&key)) && key.n > 0) {
                column = &columns->items[i];
            }
        }
        if (close == text.n || column == NULL) {
            problem_set(problem, ERR_INPUT, "map", "there is no column \"%.*s\"",
                        (int)(name.n < 80 ? name.n : 80), name.p);
            if (problem != NULL) {
                problem->line = mapping->line;
            }
            return ERR_INPUT;
        }
        if (alone || mapping->role == ROLE_IGNORE || mapping->role == ROLE_NONE) {
            column->role = mapping->role;
            column->by_map = true;
        } else if (!column->by_map) {
            column->in_template = true;
        }
        text = slice_sub(text, close + 1, text.n);
    }
    return OK;
}

/* What a map says stands above what names and shapes say. */
static err mappings_settle(struct columns *columns, struct problem *problem) {
    for (uint32_t i = 0; i < columns->mapping_count; i++) {
        const struct mapping *mapping = &columns->mappings[i];
        for (uint32_t k = 0; k < columns->count && role_is_single(mapping->role); k++) {
            if (columns->items[k].role == mapping->role) {
                columns->items[k].role = ROLE_NONE;
            }
        }
        TRY(template_columns(columns, mapping, problem));
    }
    return OK;
}

static bool has_any(const struct columns *columns, const enum role *roles, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (role_is_taken(columns, roles[i])) {
            return true;
        }
    }
    return false;
}

/* "lib_france_services" holds names of France services: the sort stands in the column's name. */
static void title_sort_settle(struct columns *columns) {
    for (uint32_t i = 0; i < columns->count; i++) {
        const struct column *column = &columns->items[i];
        bool named = slice_starts_with(column->key, SLICE("lib_")) && !column->by_map &&
                     slice_find(column->key, 4, '_') < column->key.n;
        if (column->role == ROLE_TITLE && named && !role_is_taken(columns, ROLE_TYPE)) {
            char *words = arena_new(columns->arena, char, column->key.n);
            size_t n = column->key.n - 4;
            for (size_t k = 0; k < n; k++) {
                char c = column->key.p[k + 4];
                words[k] = c == '_' ? ' ' : c;
            }
            words[0] = words[0] >= 'a' && words[0] <= 'z' ? (char)(words[0] - 'a' + 'A') : words[0];
            columns->title_sort = slice_of(words, n);
        }
    }
}

err columns_learn(struct columns *columns, const struct record *sample, size_t count,
                  struct warnings *warnings, struct problem *problem) {
    static const enum role located[] = {ROLE_LATITUDE, ROLE_POINT, ROLE_ADDRESS};
    bool has_geometry = false;
    for (size_t i = 0; i < count; i++) {
        has_geometry =
            has_geometry || sample[i].geometry.ring_count > 0 || sample[i].geometry.is_projected;
        for (uint32_t k = 0; k < sample[i].field_count; k++) {
            struct column *column = column_known(columns, sample[i].fields[k].name, k);
            if (column == NULL && columns->count < COLUMNS_MAX) {
                column = column_add(columns, sample[i].fields[k].name);
            }
            if (column != NULL) {
                column_see(columns, column, sample[i].fields[k].value);
            }
        }
    }
    points_settle(columns);
    descriptions_settle(columns);
    single_roles_settle(columns);
    TRY(mappings_settle(columns, problem));
    shapes_settle(columns, sample, count);
    title_settle(columns, sample, count);
    columns->has_location = has_geometry || has_any(columns, located, ARRAY_COUNT(located));
    columns->has_title = role_is_taken(columns, ROLE_TITLE);
    title_sort_settle(columns);
    date_orders_settle(columns, sample, count, warnings);
    return OK;
}
