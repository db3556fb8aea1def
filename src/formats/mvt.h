/* Mapbox Vector Tile 2.1 writer: one layer of points at a time.
 *
 *     struct mvt_layer layer = mvt_layer_begin(arena, SLICE("entries"), 4096);
 *     mvt_point(&layer, x, y);                        tile units, 0 at the north-west corner
 *     mvt_feature_id(&layer, 42);                     after mvt_point, optional
 *     mvt_tag_text(&layer, SLICE("kind"), kind);      any number
 *     mvt_layer_end(&layer, out);                     appends the layer; layers add up to a tile
 *
 * Keys and values are shared between the features of a layer, as the format wants. */
#ifndef AGORA_FORMATS_MVT_H
#define AGORA_FORMATS_MVT_H

#include "base/base.h"

#define MVT_EXTENT 4096

struct mvt_value; /* private */
struct mvt_layer {
    struct arena *arena;
    slice name;
    uint32_t extent;
    struct buf features; /* finished ones */
    struct buf tags;     /* of the feature under way */
    bool open, has_id;
    int32_t x, y;
    uint64_t id;
    slice keys[32]; /* borrowed: literals or longer-lived text */
    uint32_t key_count;
    struct mvt_value *values;
    uint32_t value_count, value_room;
    uint32_t *slots; /* hash table of values: index + 1 */
    uint32_t slot_mask;
    err failed;
};

/* Values are kept in the arena until mvt_layer_end. `name` and keys are borrowed until then. */
struct mvt_layer mvt_layer_begin(struct arena *arena, slice name, uint32_t extent);
/* Starts a feature at a position (which may lie in the buffer outside 0…extent). */
void mvt_point(struct mvt_layer *layer, int32_t x, int32_t y);
void mvt_feature_id(struct mvt_layer *layer, uint64_t id);
/* At most 32 different keys a layer. */
void mvt_tag_text(struct mvt_layer *layer, slice key, slice value);
void mvt_tag_u64(struct mvt_layer *layer, slice key, uint64_t value);
void mvt_tag_bool(struct mvt_layer *layer, slice key, bool value);
/* Appends the layer to the tile (nothing when it has no feature: an empty tile is empty) and
 * frees it. ERR_LIMIT (too many keys), ERR_MEMORY. */
MUST_USE err mvt_layer_end(struct mvt_layer *layer, struct buf *out);

#endif
