#include "face/face.h"

#include "text/text.h"

#define SLUG_BYTES 60

slice face_etag(const struct atlas_view *view, slice canonical, slice salt, struct arena *arena) {
    return face_etag_of(atlas_view_version(view), hash_bytes(salt, hash_bytes(canonical, 1)),
                        arena);
}

slice face_etag_of(uint64_t version, uint64_t hash, struct arena *arena) {
    char tag[2 * HASH_HEX_BYTES + 3];
    tag[0] = '"';
    hash_hex(version, tag + 1);
    tag[1 + HASH_HEX_BYTES] = '-';
    hash_hex(hash, tag + 2 + HASH_HEX_BYTES);
    tag[sizeof tag - 1] = '"';
    return arena_copy(arena, slice_of(tag, sizeof tag));
}

slice face_slug(slice title, struct arena *arena) {
    struct buf slug BUF_CLEANUP = buf_new(SLUG_BYTES);
    text_slug(title, SLUG_BYTES, &slug);
    return arena_copy(arena, buf_slice(&slug));
}

static slice slugged(slice folder, slice id, slice title, struct arena *arena) {
    struct buf slug BUF_CLEANUP = buf_new(SLUG_BYTES);
    text_slug(title, SLUG_BYTES, &slug);
    return arena_concat_of(arena, folder, id, slug.n > 0 ? SLICE("-") : SLICE_EMPTY,
                           buf_slice(&slug));
}

slice face_entry_path(struct entry_id id, slice title, struct arena *arena) {
    char digits[SLICE_DIGITS_MAX];
    return slugged(SLICE("/entries/"), slice_from_i64(id.v, digits), title, arena);
}

slice face_territory_path(const struct territory *territory, struct arena *arena) {
    return slugged(SLICE("/territories/"), territory->code, territory->name, arena);
}

slice face_media_url(slice base_url, slice url, struct arena *arena) {
    return entry_media_is_here(url) ? arena_concat_of(arena, base_url, url) : url;
}
