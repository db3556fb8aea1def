/* Memory by lifetime: what is allocated in an arena lives until the arena is reset or freed.
 * Free space is poisoned under AddressSanitizer. Not shared between threads. */
#ifndef AGORA_BASE_ARENA_H
#define AGORA_BASE_ARENA_H

#include "base/slice.h"

struct arena_block;

struct arena {
    struct arena_block *head;
    size_t block_bytes; /* size of an ordinary block */
    size_t used_bytes;  /* handed out since the last reset */
    size_t limit_bytes; /* the `try` forms refuse beyond this; 0: no limit */
};

#define ARENA_CLEANUP __attribute__((cleanup(arena_free)))

struct arena arena_make(size_t block_bytes, size_t limit_bytes);
void arena_reset(struct arena *arena); /* keeps one block */
/* The same for an arena that will be filled as far again: what it has used becomes one block, which
 * is kept unless it has more than `most_bytes`. */
void arena_recycle(struct arena *arena, size_t most_bytes);
void arena_free(struct arena *arena);

/* Zeroed memory for `count` things of a type, aligned for it. Aborts when memory is used up, so use
 * it for sizes that the program chose. */
#define arena_new(arena, type, count)                                                              \
    ((type *)arena_alloc((arena), sizeof(type), (count), _Alignof(type)))
/* The same for a size that came from input: NULL beyond the limit, on overflow, or without
 * memory. */
#define arena_try(arena, type, count)                                                              \
    ((type *)arena_try_alloc((arena), sizeof(type), (count), _Alignof(type)))

/* A list of `used` things with room for one more: itself, or a copy twice as large when it is full.
 * `*room` begins at 0, with a list that may be NULL. */
#define arena_grow(arena, type, list, used, room)                                                  \
    ((type *)arena_grow_list((arena), (list), sizeof(type), (used), (room), _Alignof(type)))

void *arena_grow_list(struct arena *arena, const void *list, size_t size, size_t used, size_t *room,
                      size_t align) __attribute__((returns_nonnull));
void *arena_alloc(struct arena *arena, size_t size, size_t count, size_t align)
    __attribute__((returns_nonnull));
void *arena_try_alloc(struct arena *arena, size_t size, size_t count, size_t align);
slice arena_copy(struct arena *arena, slice text);       /* also NUL-terminated behind the end */
const char *arena_cstr(struct arena *arena, slice text); /* NUL-terminated copy */
slice arena_join(struct arena *arena, slice a, slice b); /* one behind the other; likewise */
/* Any number of them: arena_concat_of(arena, SLICE("/themes/"), theme->slug). */
slice arena_concat(struct arena *arena, const slice *parts, size_t count);
#define arena_concat_of(arena, ...)                                                                \
    arena_concat((arena), (const slice[]){__VA_ARGS__},                                            \
                 sizeof((const slice[]){__VA_ARGS__}) / sizeof(slice))
slice arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
