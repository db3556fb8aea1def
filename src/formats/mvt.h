/* Mapbox Vector Tile 2.1 writer: one layer of points at a time.
 *
 *     static const slice keys[] = {[COUNT] = SLICE("count"), …};   those a feature may have
 *     mvt_layer_begin(&layer, arena, SLICE("entries"), 4096, keys, ARRAY_COUNT(keys));
 *     mvt_point(&layer, x, y);                tile units, 0 at the north-west corner
 *     mvt_feature_id(&layer, 42);             after mvt_point, optional
 *     mvt_tag_u64(&layer, COUNT, 3);          any of the keys, each once a feature
 *     mvt_layer_end(&layer, out);             appends the layer; layers add up to a tile
 *
 * Keys (those in use) and values are shared between the features of a layer, as the format wants.
 * A layer of a tile's size is written without taking memory. */
#ifndef AGORA_FORMATS_MVT_H
#define AGORA_FORMATS_MVT_H

#include "base/base.h"

#define MVT_EXTENT   4096
#define MVT_KEYS_MAX 32

/* Private. */
struct mvt_value {
    uint64_t number; /* or the text's hash */
    slice text;
    unsigned field; /* of the Value message: what it is */
};
/* A text that was given before, by where it lies. */
struct mvt_seen {
    const char *p;
    size_t n;
    uint32_t number;
};
#define MVT_SMALL          256 /* numbers below that are found without searching */
#define MVT_SEEN           16
#define MVT_VALUES_FIRST   128
#define MVT_SLOTS_FIRST    256 /* twice as many: at most half of them are taken */
#define MVT_FEATURES_FIRST 2048
#define MVT_TAGS_BYTES     (MVT_KEYS_MAX * 6) /* a key's number, a value's */
struct mvt_layer {
    struct arena *arena;
    slice name;
    uint32_t extent;
    const slice *keys;
    uint32_t key_count, used_count;
    uint8_t number_of[MVT_KEYS_MAX]; /* in the layer, from 1; 0: not in use */
    uint8_t used[MVT_KEYS_MAX];
    bool open, has_id;
    int32_t x, y;
    uint64_t id;
    uint32_t tag_bytes;
    unsigned char *features; /* finished ones */
    size_t feature_bytes, feature_room;
    struct mvt_value *values;
    uint32_t value_count, value_room;
    uint32_t *slots; /* hash table of values: index + 1 */
    uint32_t slot_mask;
    uint32_t small[MVT_SMALL]; /* by number: its place among the values + 1; 0: not there */
    struct mvt_seen seen[MVT_SEEN];
    err failed;
    unsigned char tags[MVT_TAGS_BYTES]; /* of the feature under way */
    uint32_t first_slots[MVT_SLOTS_FIRST];
    struct mvt_value first_values[MVT_VALUES_FIRST];
    unsigned char first_features[MVT_FEATURES_FIRST];
};

/* `name`, keys (at most MVT_KEYS_MAX: the caller's own table) and texts are borrowed until
 * mvt_layer_end; more than the first values and features goes into the arena. */
void mvt_layer_begin(struct mvt_layer *layer, struct arena *arena, slice name, uint32_t extent,
                     const slice *keys, uint32_t key_count);
/* Starts a feature at a position (which may lie in the buffer outside 0…extent). */
void mvt_point(struct mvt_layer *layer, int32_t x, int32_t y);
void mvt_feature_id(struct mvt_layer *layer, uint64_t id);
/* `key`: its place in the table. A text that lies where one lay before, and is as long, is taken
 * for the same: texts do not change before mvt_layer_end. */
void mvt_tag_text(struct mvt_layer *layer, uint32_t key, slice value);
void mvt_tag_u64(struct mvt_layer *layer, uint32_t key, uint64_t value);
void mvt_tag_bool(struct mvt_layer *layer, uint32_t key, bool value);
/* Appends the layer to the tile (nothing when it has no feature: an empty tile is empty).
 * ERR_LIMIT (more tags in a feature than there are keys; what `out` may hold), ERR_MEMORY. */
MUST_USE err mvt_layer_end(struct mvt_layer *layer, struct buf *out);

#endif
