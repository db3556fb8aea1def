#include "base/arena.h"

#include "base/format_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
/* A poisoned gap behind each piece shows a write past its end. */
#define ARENA_GAP_BYTES      16
#define arena_poison(p, n)   __asan_poison_memory_region((p), (n))
#define arena_unpoison(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define ARENA_GAP_BYTES      0
#define arena_poison(p, n)   ((void)(p), (void)(n))
#define arena_unpoison(p, n) ((void)(p), (void)(n))
#endif

#define ARENA_BLOCK_BYTES_DEFAULT 16384

struct arena_block {
    struct arena_block *next;
    size_t capacity; /* of bytes */
    size_t used;     /* from the start of bytes */
    _Alignas(max_align_t) unsigned char bytes[];
};

struct arena arena_make(size_t block_bytes, size_t limit_bytes) {
    return (struct arena){.block_bytes = block_bytes ? block_bytes : ARENA_BLOCK_BYTES_DEFAULT,
                          .limit_bytes = limit_bytes};
}

static void block_free(struct arena_block *block) {
    arena_unpoison(block->bytes, block->capacity);
    free(block);
}

void arena_reset(struct arena *arena) {
    struct arena_block *kept = NULL;
    struct arena_block *next = NULL;
    for (struct arena_block *block = arena->head; block; block = next) {
        next = block->next;
        if (!kept && block->capacity == arena->block_bytes) {
            kept = block;
        } else {
            block_free(block);
        }
    }
    if (kept) {
        kept->next = NULL;
        kept->used = 0;
        arena_poison(kept->bytes, kept->capacity);
    }
    arena->head = kept;
    arena->used_bytes = 0;
}

static size_t round_up(size_t bytes, size_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

void arena_recycle(struct arena *arena, size_t most_bytes) {
    size_t bytes = 0;
    for (const struct arena_block *block = arena->head; block; block = block->next) {
        bytes += block->used;
    }
    bytes = round_up(bytes, ARENA_BLOCK_BYTES_DEFAULT);
    if (arena->head && arena->head->next && bytes <= most_bytes) {
        arena->block_bytes = bytes > arena->block_bytes ? bytes : arena->block_bytes;
        arena_free(arena); /* the next block has room for all */
    }
    arena_reset(arena);
}

void arena_free(struct arena *arena) {
    while (arena->head) {
        struct arena_block *next = arena->head->next;
        block_free(arena->head);
        arena->head = next;
    }
    arena->used_bytes = 0;
}

/* Takes `need` aligned bytes out of a block; NULL when they do not fit. */
static void *block_take(struct arena_block *block, size_t need, size_t align) {
    uintptr_t start = (uintptr_t)block->bytes + block->used;
    size_t padding = (size_t)(-start & (uintptr_t)(align - 1));
    const size_t gap = ARENA_GAP_BYTES;
    size_t room = block->capacity - block->used;
    if (padding + gap > room || need > room - padding - gap) {
        return NULL;
    }
    unsigned char *p = block->bytes + block->used + padding;
    block->used += padding + need;
    block->used += gap;
    arena_unpoison(p, need);
    return p;
}

static struct arena_block *block_new(size_t capacity) {
    if (capacity > PTRDIFF_MAX - sizeof(struct arena_block)) {
        return NULL;
    }
    struct arena_block *block = malloc(sizeof(*block) + capacity);
    if (!block) {
        return NULL;
    }
    block->next = NULL;
    block->capacity = capacity;
    block->used = 0;
    arena_poison(block->bytes, capacity);
    return block;
}

static void *arena_take(struct arena *arena, size_t need, size_t align) {
    void *p = arena->head ? block_take(arena->head, need, align) : NULL;
    if (!p) {
        const size_t spare = align + ARENA_GAP_BYTES;
        if (need > SIZE_MAX - spare) {
            return NULL;
        }
        bool ordinary = need + spare <= arena->block_bytes;
        struct arena_block *block = block_new(ordinary ? arena->block_bytes : need + spare);
        if (!block) {
            return NULL;
        }
        p = block_take(block, need, align);
        if (ordinary || !arena->head) {
            block->next = arena->head;
            arena->head = block;
        } else { /* a large piece stands behind, so that the head's free space stays in use */
            block->next = arena->head->next;
            arena->head->next = block;
        }
    }
    arena->used_bytes += need;
    return p;
}

void *arena_try_alloc(struct arena *arena, size_t size, size_t count, size_t align) {
    size_t need;
    if (__builtin_mul_overflow(size, count, &need)) {
        return NULL;
    }
    if (arena->limit_bytes &&
        (arena->used_bytes > arena->limit_bytes || need > arena->limit_bytes - arena->used_bytes)) {
        return NULL;
    }
    void *p = arena_take(arena, need, align);
    return p ? memset(p, 0, need) : NULL;
}

static _Noreturn void out_of_memory(void) {
    fputs("agora: out of memory\n", stderr);
    abort();
}

void *arena_alloc(struct arena *arena, size_t size, size_t count, size_t align) {
    size_t need;
    void *p = __builtin_mul_overflow(size, count, &need) ? NULL : arena_take(arena, need, align);
    if (!p) {
        out_of_memory();
    }
    return memset(p, 0, need);
}

/* Room for a text of n bytes, with the NUL behind it. */
static char *text_alloc(struct arena *arena, size_t n) {
    char *text = n == SIZE_MAX ? NULL : arena_take(arena, n + 1, 1);
    if (!text) {
        out_of_memory();
    }
    text[n] = '\0';
    return text;
}

slice arena_copy(struct arena *arena, slice text) {
    return arena_concat(arena, &text, 1);
}

slice arena_concat(struct arena *arena, const slice *parts, size_t count) {
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (__builtin_add_overflow(n, parts[i].n, &n)) {
            out_of_memory();
        }
    }
    char *text = text_alloc(arena, n);
    char *end = text;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].n) {
            memcpy(end, parts[i].p, parts[i].n);
            end += parts[i].n;
        }
    }
    return slice_of(text, n);
}

slice arena_join(struct arena *arena, slice a, slice b) {
    return arena_concat(arena, (const slice[]){a, b}, 2);
}

const char *arena_cstr(struct arena *arena, slice text) {
    return arena_copy(arena, text).p;
}

slice arena_printf(struct arena *arena, const char *format, ...) {
    char small[256];
    va_list args;
    va_start(args, format);
    ptrdiff_t wanted = format_quick(small, sizeof(small) - 1, format, args);
    if (wanted < 0) {
        wanted = vsnprintf(small, sizeof(small), format, args);
    }
    va_end(args);
    if (wanted < 0) {
        return SLICE_EMPTY;
    }
    size_t n = (size_t)wanted;
    char *text = text_alloc(arena, n);
    if (n < sizeof(small)) {
        memcpy(text, small, n);
    } else {
        va_start(args, format);
        (void)vsnprintf(text, n + 1, format, args);
        va_end(args);
    }
    return slice_of(text, n);
}

#define LIST_ROOM_FIRST 16

void *arena_grow_list(struct arena *arena, const void *list, size_t size, size_t used, size_t *room,
                      size_t align) {
    if (used < *room) {
        return (void *)(uintptr_t)list;
    }
    *room = used ? 2 * used : LIST_ROOM_FIRST;
    void *larger = arena_alloc(arena, size, *room, align);
    if (used) {
        memcpy(larger, list, used * size);
    }
    return larger;
}
