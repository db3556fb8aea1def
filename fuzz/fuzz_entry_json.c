/* Arbitrary bytes as the JSON of an entry. What is taken is checked; what passes is written and
 * must read back as the same bytes. */
#include "fuzz.h"

#include "domain/entry/entry.h"

static void write_and_read_back(const struct entry *entry) {
    struct buf first BUF_CLEANUP = buf_new((size_t)1 << 24);
    struct buf second BUF_CLEANUP = buf_new((size_t)1 << 24);
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct problem problem;
    struct entry again;
    entry_to_json(entry, &first);
    FUZZ_PROMISE(first.failed == OK);
    if (first.n > ENTRY_JSON_MAX) {
        return; /* escapes may make the text longer than what is taken */
    }
    FUZZ_PROMISE(entry_from_json(buf_slice(&first), &arena, &again, &problem) == OK);
    FUZZ_PROMISE(entry_check(&again, NULL, NULL, &arena, &problem) == OK);
    entry_to_json(&again, &second);
    FUZZ_PROMISE(slice_equal(buf_slice(&first), buf_slice(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct problem problem = {.code = OK};
    struct entry entry;
    err failed = entry_from_json(slice_of((const char *)data, size), &arena, &entry, &problem);
    if (failed == OK) {
        failed = entry_check(&entry, NULL, NULL, &arena, &problem);
    }
    if (failed == OK) {
        write_and_read_back(&entry);
    } else {
        FUZZ_PROMISE(failed == ERR_INPUT || failed == ERR_LIMIT);
        FUZZ_PROMISE(problem.code == failed && problem.what[0] != '\0');
    }
    return 0;
}
