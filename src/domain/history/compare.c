/* Two texts word by word: Myers' greedy algorithm over words, white space and marks; or line by
 * line, by the same one. */
#include "domain/history/history_int.h"

struct words {
    slice *items;
    uint64_t *hashes;
    size_t count;
};

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Letters, digits and all that is beyond ASCII: accents, dashes and quotes stay with their word. */
static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* A run of letters, a run of white space, or one mark. */
static size_t word_length(slice text, size_t from) {
    size_t end = from + 1;
    if (is_letter(text.p[from])) {
        while (end < text.n && is_letter(text.p[end])) {
            end++;
        }
    } else if (is_space(text.p[from])) {
        while (end < text.n && is_space(text.p[end])) {
            end++;
        }
    }
    return end - from;
}

/* A line without its end, or a run of line ends. */
static size_t line_length(slice text, size_t from) {
    bool is_end = text.p[from] == '\n';
    size_t end = from + 1;
    while (end < text.n && (text.p[end] == '\n') == is_end) {
        end++;
    }
    return end - from;
}

typedef size_t piece_length(slice text, size_t from);

static struct words words_of(slice text, piece_length *length, struct arena *arena) {
    struct words words = {0};
    for (size_t at = 0; at < text.n; at += length(text, at)) {
        words.count++;
    }
    words.items = arena_new(arena, slice, words.count + 1);
    words.hashes = arena_new(arena, uint64_t, words.count + 1);
    size_t n = 0;
    for (size_t at = 0; at < text.n; at += words.items[n++].n) {
        words.items[n] = slice_sub(text, at, length(text, at));
        words.hashes[n] = hash_bytes(words.items[n], 1);
    }
    return words;
}

struct comparison {
    struct words before, after;
    size_t head, tail; /* words that are equal at both ends */
    bool *removed, *added;
};

static bool words_equal(const struct comparison *c, size_t before, size_t after) {
    return c->before.hashes[before] == c->after.hashes[after] &&
           slice_equal(c->before.items[before], c->after.items[after]);
}

static void find_ends(struct comparison *c) {
    size_t fewest = c->before.count < c->after.count ? c->before.count : c->after.count;
    while (c->head < fewest && words_equal(c, c->head, c->head)) {
        c->head++;
    }
    while (c->tail < fewest - c->head &&
           words_equal(c, c->before.count - 1 - c->tail, c->after.count - 1 - c->tail)) {
        c->tail++;
    }
}

/* Of the middles, n and m words long: how far each diagonal k = x - y came with d changes. Row d
 * holds k = -d … d at [k + d]. */
struct paths {
    int32_t n, m;
    int32_t *rows[HISTORY_CHANGES_MAX + 1];
};

static int32_t reached(const struct paths *paths, int32_t d, int32_t k) {
    return k < -d || k > d ? -1 : paths->rows[d][k + d];
}

/* Whether the best way to (d, k) comes from above: a word is added. */
static bool comes_by_adding(const struct paths *paths, int32_t d, int32_t k) {
    return k == -d || (k != d && reached(paths, d - 1, k - 1) < reached(paths, d - 1, k + 1));
}

/* The fewest changes that lead to the end; -1: more than allowed. */
static int32_t find_paths(const struct comparison *c, struct paths *paths, struct arena *arena) {
    for (int32_t d = 0; d <= HISTORY_CHANGES_MAX; d++) {
        paths->rows[d] = arena_new(arena, int32_t, 2 * (size_t)d + 1);
        for (int32_t k = -d; k <= d; k += 2) {
            int32_t x = 0;
            if (d > 0) {
                x = comes_by_adding(paths, d, k) ? reached(paths, d - 1, k + 1)
                                                 : reached(paths, d - 1, k - 1) + 1;
            }
            int32_t y = x - k;
            while (x < paths->n && y >= 0 && y < paths->m &&
                   words_equal(c, c->head + (size_t)x, c->head + (size_t)y)) {
                x++;
                y++;
            }
            paths->rows[d][k + d] = x;
            if (x >= paths->n && y >= paths->m) {
                return d;
            }
        }
    }
    return -1;
}

/* From the end back to the beginning, marking what was changed. */
static void mark_changes(struct comparison *c, const struct paths *paths, int32_t changes) {
    int32_t k = paths->n - paths->m;
    for (int32_t d = changes; d > 0; d--) {
        bool adding = comes_by_adding(paths, d, k);
        int32_t from = k + (adding ? 1 : -1);
        int32_t x = reached(paths, d - 1, from);
        if (adding) {
            c->added[c->head + (size_t)(x - from)] = true;
        } else {
            c->removed[c->head + (size_t)x] = true;
        }
        k = from;
    }
}

static void mark_all(struct comparison *c) {
    for (size_t i = c->head; i < c->before.count - c->tail; i++) {
        c->removed[i] = true;
    }
    for (size_t i = c->head; i < c->after.count - c->tail; i++) {
        c->added[i] = true;
    }
}

/* Words from `from` to before `to`, as one text. */
static slice text_of(const struct words *words, size_t from, size_t to) {
    if (from == to) {
        return SLICE_EMPTY;
    }
    const char *end = words->items[to - 1].p + words->items[to - 1].n;
    return slice_of(words->items[from].p, (size_t)(end - words->items[from].p));
}

/* The words from `*from` on that are changed. */
static slice changed_run(const struct words *words, const bool *changed, size_t *from) {
    size_t first = *from;
    while (*from < words->count && changed[*from]) {
        (*from)++;
    }
    return text_of(words, first, *from);
}

/* The words that stand in both, up to the next change of either. */
static slice same_run(const struct comparison *c, size_t *before, size_t *after) {
    size_t first = *before;
    while (*before < c->before.count && *after < c->after.count && !c->removed[*before] &&
           !c->added[*after]) {
        (*before)++;
        (*after)++;
    }
    return text_of(&c->before, first, *before);
}

/* What was removed and added at one place, and what stands unchanged behind it. */
struct change {
    slice removed, added, same;
};

static slice span(slice first, slice last) {
    return slice_of(first.p, (size_t)(last.p + last.n - first.p));
}

/* One space between two changes belongs to them, so that a sentence written anew is not shown word
 * by word. */
static bool join(struct change *before, const struct change *next) {
    if (!slice_equal(before->same, SLICE(" ")) || before->removed.n == 0 || before->added.n == 0 ||
        next->removed.n == 0 || next->added.n == 0) {
        return false;
    }
    *before = (struct change){span(before->removed, next->removed),
                              span(before->added, next->added), next->same};
    return true;
}

static struct change *changes_of(const struct comparison *c, struct arena *arena, size_t *count) {
    struct change *list = NULL;
    size_t room = 0;
    size_t before = 0;
    size_t after = 0;
    *count = 0;
    while (before < c->before.count || after < c->after.count) {
        struct change next = {.removed = changed_run(&c->before, c->removed, &before),
                              .added = changed_run(&c->after, c->added, &after),
                              .same = same_run(c, &before, &after)};
        if (*count == 0 || !join(&list[*count - 1], &next)) {
            list = arena_grow(arena, struct change, list, *count, &room);
            list[(*count)++] = next;
        }
    }
    return list;
}

static struct history_parts parts_of(const struct comparison *c, struct arena *arena) {
    size_t count = 0;
    const struct change *changes = changes_of(c, arena, &count);
    struct history_parts parts = {.items = arena_new(arena, struct history_part, 3 * count + 1)};
    for (size_t i = 0; i < count; i++) {
        const struct history_part three[] = {{HISTORY_REMOVED, changes[i].removed},
                                             {HISTORY_ADDED, changes[i].added},
                                             {HISTORY_SAME, changes[i].same}};
        for (size_t k = 0; k < ARRAY_COUNT(three); k++) {
            if (three[k].text.n > 0) {
                parts.items[parts.count++] = three[k];
            }
        }
    }
    return parts;
}

static struct history_parts compare(slice before, slice after, piece_length *length,
                                    struct arena *arena) {
    struct comparison c = {.before = words_of(before, length, arena),
                           .after = words_of(after, length, arena)};
    c.removed = arena_new(arena, bool, c.before.count + 1);
    c.added = arena_new(arena, bool, c.after.count + 1);
    find_ends(&c);
    struct paths *paths = arena_new(arena, struct paths, 1);
    paths->n = (int32_t)(c.before.count - c.head - c.tail);
    paths->m = (int32_t)(c.after.count - c.head - c.tail);
    int32_t changes = find_paths(&c, paths, arena);
    if (changes < 0) {
        mark_all(&c);
    } else {
        mark_changes(&c, paths, changes);
    }
    return parts_of(&c, arena);
}

struct history_parts history_compare(slice before, slice after, struct arena *arena) {
    return compare(before, after, word_length, arena);
}

struct history_parts history_compare_lines(slice before, slice after, struct arena *arena) {
    return compare(before, after, line_length, arena);
}
