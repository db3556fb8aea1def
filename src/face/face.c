#include "face/face.h"

#include "text/text.h"

#define SLUG_BYTES 60

slice face_etag(const struct atlas_view *view, slice canonical, slice salt, struct arena *arena) {
    uint64_t hash = hash_bytes(salt, hash_bytes(canonical, 1));
    return arena_printf(arena, "\"%llx-%llx\"", (unsigned long long)atlas_view_version(view),
                        (unsigned long long)hash);
}

slice face_slug(slice title, struct arena *arena) {
    struct buf slug BUF_CLEANUP = buf_new(SLUG_BYTES + 8);
    text_slug(title, SLUG_BYTES, &slug);
    return arena_copy(arena, buf_slice(&slug));
}
