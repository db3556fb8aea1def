/* Two changes of one text, made at once: line by line. */
#include "domain/history/history_int.h"

/* Of the text that both began from, the bytes from `from` to before `to` become `text`. */
struct edit {
    size_t from, to;
    slice text;
};
struct edits {
    struct edit *items;
    size_t count, at; /* those before `at` are done */
};

static struct edits edits_of(slice base, slice changed, struct arena *arena) {
    struct history_parts parts = history_compare_lines(base, changed, arena);
    struct edits edits = {.items = arena_new(arena, struct edit, parts.count + 1)};
    size_t at = 0;
    bool is_open = false; /* the last edit may still get its added part */
    for (size_t i = 0; i < parts.count; i++) {
        const struct history_part *part = &parts.items[i];
        switch (part->sort) {
        case HISTORY_SAME:
            at += part->text.n;
            is_open = false;
            break;
        case HISTORY_REMOVED:
            edits.items[edits.count++] = (struct edit){at, at + part->text.n, SLICE_EMPTY};
            at += part->text.n;
            is_open = true;
            break;
        case HISTORY_ADDED:
            if (!is_open) {
                edits.items[edits.count++] = (struct edit){.from = at, .to = at};
            }
            edits.items[edits.count - 1].text = part->text;
            is_open = false;
            break;
        }
    }
    return edits;
}

static bool is_same(const struct edit *a, const struct edit *b) {
    return a->from == b->from && a->to == b->to && slice_equal(a->text, b->text);
}

/* What is only put in between two lines does not touch them. */
static bool clash(const struct edit *a, const struct edit *b) {
    bool both_insert = a->from == a->to && b->from == b->to;
    return both_insert ? a->from == b->from : a->from < b->to && b->from < a->to;
}

static bool comes_before(const struct edit *a, const struct edit *b) {
    return a->from < b->from || (a->from == b->from && a->to < b->to);
}

static const struct edit *next_of(const struct edits *edits) {
    return edits->at < edits->count ? &edits->items[edits->at] : NULL;
}

bool history_merge(slice base, slice one, slice other, struct arena *arena, slice *merged) {
    struct edits of_one = edits_of(base, one, arena);
    struct edits of_other = edits_of(base, other, arena);
    struct buf out BUF_CLEANUP = buf_new(one.n + other.n + 1);
    size_t at = 0;
    for (;;) {
        const struct edit *a = next_of(&of_one);
        const struct edit *b = next_of(&of_other);
        if (!a && !b) {
            break;
        }
        bool are_same = a && b && is_same(a, b);
        if (a && b && !are_same && clash(a, b)) {
            return false;
        }
        bool takes_a = a && (!b || are_same || comes_before(a, b));
        const struct edit *edit = takes_a ? a : b;
        buf_add(&out, slice_sub(base, at, edit->from - at));
        buf_add(&out, edit->text);
        at = edit->to;
        of_one.at += takes_a;
        of_other.at += !takes_a || are_same;
    }
    buf_add(&out, slice_sub(base, at, base.n - at));
    *merged = arena_copy(arena, buf_slice(&out));
    return !out.failed;
}
