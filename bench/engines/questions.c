#include "questions.h"

#include "query/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUESTIONS_MAX  4096
#define FILE_BYTES_MAX (4u << 20)

static slice file_read(const char *path, struct arena *arena) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        bench_fail("%s cannot be read", path);
    }
    char *bytes = arena_new(arena, char, FILE_BYTES_MAX);
    size_t n = fread(bytes, 1, FILE_BYTES_MAX, file);
    fclose(file);
    return slice_of(bytes, n);
}

/* "z/x/y?query" or "z/x/y". */
static slice tile_read(struct bench_question *question, slice text) {
    slice path;
    slice part;
    uint64_t numbers[3] = {0};
    slice_cut(&text, '?', &path);
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        if (!slice_cut(&path, '/', &part) || !slice_to_u64(part, &numbers[i])) {
            bench_fail("a tile is z/x/y: %s", question->text);
        }
    }
    question->shape = BENCH_TILE;
    question->z = (unsigned)numbers[0];
    question->x = (uint32_t)numbers[1];
    question->y = (uint32_t)numbers[2];
    return text.p ? text : SLICE_EMPTY;
}

static void query_take(struct bench_question *question, slice text, struct arena *arena) {
    struct query *query = arena_new(arena, struct query, 1);
    struct query_problems problems = {0};
    if (query_parse(text, QUERY_STRICT, NULL, arena, query, &problems) != OK) {
        bench_fail("%s: %s", question->text, problems.items[0].what);
    }
    question->query = query;
    question->has_words = query->words.n > 0;
    question->kinds = query->kinds;
    question->has_box = query->has_box;
    question->west = query->box.west_e7;
    question->south = query->box.south_e7;
    question->east = query->box.east_e7;
    question->north = query->box.north_e7;
    question->has_near = query->has_near;
    question->near_lon = query->near.lon_e7;
    question->near_lat = query->near.lat_e7;
    question->radius_m = query->radius_m;
    question->territory =
        query->territories.count ? arena_cstr(arena, query->territories.values[0]) : NULL;
}

static void line_read(struct bench_question *question, slice line, struct arena *arena) {
    slice class_name;
    slice text = line;
    slice_cut(&text, '\t', &class_name);
    if (!text.p) {
        bench_fail("no tab in the line '%.*s'", SLICE_ARG(line));
    }
    *question = (struct bench_question){.class_name = arena_cstr(arena, class_name),
                                        .text = arena_cstr(arena, text)};
    if (slice_equal(class_name, SLICE("suggest"))) {
        question->shape = BENCH_SUGGEST;
        return;
    }
    bool is_tile = slice_starts_with(class_name, SLICE("tile-"));
    query_take(question, is_tile ? tile_read(question, text) : text, arena);
}

void bench_questions_read(const char *path, struct bench_questions *questions) {
    questions->arena = arena_make(1 << 20, 0);
    slice rest = file_read(path, &questions->arena);
    questions->items = arena_new(&questions->arena, struct bench_question, QUESTIONS_MAX);
    questions->count = 0;
    for (slice line; slice_cut(&rest, '\n', &line);) {
        if (line.n == 0) {
            continue;
        }
        if (questions->count == QUESTIONS_MAX) {
            bench_fail("%s has more than %d lines", path, QUESTIONS_MAX);
        }
        line_read(&questions->items[questions->count++], line, &questions->arena);
    }
}
