#include "formats/mvt.h"

#include <assert.h>
#include <string.h>

/* Field numbers and wire types of vector_tile.proto 2.1. */
enum {
    TILE_LAYER = 3 << 3 | 2,
    LAYER_VERSION = 15 << 3 | 0,
    LAYER_NAME = 1 << 3 | 2,
    LAYER_FEATURE = 2 << 3 | 2,
    LAYER_KEY = 3 << 3 | 2,
    LAYER_VALUE = 4 << 3 | 2,
    LAYER_EXTENT = 5 << 3 | 0,
    FEATURE_ID = 1 << 3 | 0,
    FEATURE_TAGS = 2 << 3 | 2,
    FEATURE_TYPE = 3 << 3 | 0,
    FEATURE_GEOMETRY = 4 << 3 | 2,
    VALUE_STRING = 1 << 3 | 2,
    VALUE_UINT = 5 << 3 | 0,
    VALUE_BOOL = 7 << 3 | 0,
    GEOMETRY_POINT = 1,
    COMMAND_MOVE_TO_ONE = 1 << 3 | 1,
};
#define VARINT_BYTES   10
#define FIELD_BYTES    (1 + VARINT_BYTES) /* of a number, or before the bytes of a text */
#define GEOMETRY_BYTES (1 + 5 + 5)
#define FEATURE_BYTES  (4 * FIELD_BYTES + GEOMETRY_BYTES + MVT_TAGS_BYTES) /* the longest */
#define HEAD_BYTES     FIELD_BYTES                                         /* before a layer */

/* All of these write at a place with room enough, and return the end. */
static inline unsigned char *put_varint(unsigned char *at, uint64_t value) {
    while (value >= 0x80) {
        *at++ = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    *at++ = (unsigned char)value;
    return at;
}

static inline size_t varint_size(uint64_t value) {
    return (70u - (unsigned)__builtin_clzll(value | 1)) / 7;
}

static inline unsigned char *put_number(unsigned char *at, unsigned field, uint64_t value) {
    *at++ = (unsigned char)field;
    return put_varint(at, value);
}

static inline unsigned char *put_bytes(unsigned char *at, unsigned field, const void *bytes,
                                       size_t n) {
    at = put_number(at, field, n);
    if (n) {
        memcpy(at, bytes, n);
    }
    return at + n;
}

static inline uint32_t zigzag(int32_t value) {
    return (uint32_t)value << 1 ^ (uint32_t)(value >> 31);
}

void mvt_layer_begin(struct mvt_layer *layer, struct arena *arena, slice name, uint32_t extent,
                     const slice *keys, uint32_t key_count) {
    assert(key_count <= MVT_KEYS_MAX);
    memset(layer, 0, offsetof(struct mvt_layer, tags));
    memset(layer->first_slots, 0, sizeof(layer->first_slots));
    layer->arena = arena;
    layer->name = name;
    layer->extent = extent;
    layer->keys = keys;
    layer->key_count = key_count;
    layer->features = layer->first_features;
    layer->feature_room = MVT_FEATURES_FIRST;
    layer->values = layer->first_values;
    layer->value_room = MVT_VALUES_FIRST;
    layer->slots = layer->first_slots;
    layer->slot_mask = MVT_SLOTS_FIRST - 1;
}

/* ---- features ---- */

/* Makes room for one more feature of any length. */
static bool features_grow(struct mvt_layer *layer) {
    if (layer->feature_room - layer->feature_bytes >= FEATURE_BYTES) {
        return true;
    }
    size_t room = 4 * layer->feature_room;
    unsigned char *features = arena_try(layer->arena, unsigned char, room);
    if (!features) {
        layer->failed = ERR_MEMORY;
        return false;
    }
    memcpy(features, layer->features, layer->feature_bytes);
    layer->features = features;
    layer->feature_room = room;
    return true;
}

static void feature_close(struct mvt_layer *layer) {
    unsigned char geometry[GEOMETRY_BYTES];
    if (!layer->open || !features_grow(layer)) {
        return;
    }
    layer->open = false;
    unsigned char *end = put_varint(geometry, COMMAND_MOVE_TO_ONE);
    end = put_varint(end, zigzag(layer->x));
    end = put_varint(end, zigzag(layer->y));
    size_t n = (size_t)(end - geometry);
    size_t size = 2 + 2 + n;
    size += layer->has_id ? 1 + varint_size(layer->id) : 0;
    size += layer->tag_bytes ? 1 + varint_size(layer->tag_bytes) + layer->tag_bytes : 0;
    unsigned char *at = layer->features + layer->feature_bytes;
    at = put_number(at, LAYER_FEATURE, size);
    if (layer->has_id) {
        at = put_number(at, FEATURE_ID, layer->id);
    }
    if (layer->tag_bytes) {
        at = put_bytes(at, FEATURE_TAGS, layer->tags, layer->tag_bytes);
    }
    at = put_number(at, FEATURE_TYPE, GEOMETRY_POINT);
    at = put_bytes(at, FEATURE_GEOMETRY, geometry, n);
    layer->feature_bytes = (size_t)(at - layer->features);
}

void mvt_point(struct mvt_layer *layer, int32_t x, int32_t y) {
    feature_close(layer);
    layer->tag_bytes = 0;
    layer->open = true;
    layer->has_id = false;
    layer->x = x;
    layer->y = y;
}

void mvt_feature_id(struct mvt_layer *layer, uint64_t id) {
    layer->has_id = true;
    layer->id = id;
}

/* ---- tags ---- */

/* Where the search for a value begins: the upper half of a product by 2^64 / golden ratio. */
static inline uint32_t slot_of(const struct mvt_layer *layer, uint64_t number, unsigned field) {
    uint64_t mixed = (number ^ field) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(mixed >> 32) & layer->slot_mask;
}

/* Makes room for one more value; the table stays at most half full. */
static __attribute__((noinline)) bool values_grow(struct mvt_layer *layer) {
    uint32_t room = 4 * layer->value_room;
    struct mvt_value *values = arena_try(layer->arena, struct mvt_value, room);
    uint32_t *slots = arena_try(layer->arena, uint32_t, 2 * (size_t)room);
    if (!values || !slots) {
        layer->failed = ERR_MEMORY;
        return false;
    }
    memcpy(values, layer->values, layer->value_count * sizeof *values);
    layer->values = values;
    layer->value_room = room;
    layer->slots = slots;
    layer->slot_mask = 2 * room - 1;
    for (uint32_t i = 0; i < layer->value_count; i++) {
        uint32_t slot = slot_of(layer, values[i].number, values[i].field);
        while (slots[slot]) {
            slot = (slot + 1) & layer->slot_mask;
        }
        slots[slot] = i + 1;
    }
    return true;
}

static inline bool values_have_room(struct mvt_layer *layer) {
    return layer->value_count < layer->value_room || values_grow(layer);
}

/* A value as it is kept: its number, or hash and text, and what it is. Its parts are passed one by
 * one, since what is written in parts and read whole at once makes the processor wait. */
static inline uint32_t value_add(struct mvt_layer *layer, uint64_t number, slice text,
                                 unsigned field) {
    struct mvt_value *value = &layer->values[layer->value_count];
    value->number = number;
    value->text = text;
    value->field = field;
    return layer->value_count++;
}

/* Where the value stands, or now stands, among those of the layer. There is room for it. */
static inline uint32_t value_number(struct mvt_layer *layer, uint64_t number, slice text,
                                    unsigned field) {
    uint32_t slot = slot_of(layer, number, field);
    for (; layer->slots[slot]; slot = (slot + 1) & layer->slot_mask) {
        const struct mvt_value *value = &layer->values[layer->slots[slot] - 1];
        if (value->number == number && value->field == field && slice_equal(value->text, text)) {
            return layer->slots[slot] - 1;
        }
    }
    uint32_t added = value_add(layer, number, text, field);
    layer->slots[slot] = added + 1;
    return added;
}

static inline void tag(struct mvt_layer *layer, uint32_t key, uint32_t number) {
    if (layer->tag_bytes > MVT_TAGS_BYTES - 6) {
        layer->failed = ERR_LIMIT;
        return;
    }
    if (!layer->number_of[key]) {
        layer->used[layer->used_count++] = (uint8_t)key;
        layer->number_of[key] = (uint8_t)layer->used_count;
    }
    unsigned char *at = layer->tags + layer->tag_bytes;
    *at++ = (unsigned char)(layer->number_of[key] - 1); /* below 0x80: one byte */
    at = put_varint(at, number);
    layer->tag_bytes = (uint32_t)(at - layer->tags);
}

/* Whether a value can be given to the feature under way. */
static inline bool can_tag(struct mvt_layer *layer, uint32_t key) {
    assert(key < layer->key_count);
    return layer->open && values_have_room(layer);
}

void mvt_tag_text(struct mvt_layer *layer, uint32_t key, slice value) {
    struct mvt_seen *seen = &layer->seen[((uintptr_t)value.p >> 3) % MVT_SEEN];
    if (!can_tag(layer, key)) {
        return;
    }
    if (seen->p != value.p || seen->n != value.n || !value.n) {
        seen->number = value_number(layer, hash_bytes(value, 0), value, VALUE_STRING);
        seen->p = value.p;
        seen->n = value.n;
    }
    tag(layer, key, seen->number);
}

void mvt_tag_u64(struct mvt_layer *layer, uint32_t key, uint64_t value) {
    if (!can_tag(layer, key)) {
        return;
    }
    if (value >= MVT_SMALL) {
        tag(layer, key, value_number(layer, value, SLICE_EMPTY, VALUE_UINT));
        return;
    }
    if (!layer->small[value]) {
        layer->small[value] = value_add(layer, value, SLICE_EMPTY, VALUE_UINT) + 1;
    }
    tag(layer, key, layer->small[value] - 1);
}

void mvt_tag_bool(struct mvt_layer *layer, uint32_t key, bool value) {
    if (can_tag(layer, key)) {
        tag(layer, key, value_number(layer, value, SLICE_EMPTY, VALUE_BOOL));
    }
}

/* ---- the layer ---- */

static unsigned char *put_value(unsigned char *at, const struct mvt_value *value) {
    if (value->field == VALUE_STRING) {
        at = put_number(at, LAYER_VALUE, 1 + varint_size(value->text.n) + value->text.n);
        return put_bytes(at, VALUE_STRING, value->text.p, value->text.n);
    }
    at = put_number(at, LAYER_VALUE, 1 + varint_size(value->number));
    return put_number(at, value->field, value->number);
}

/* What it may take at most, without the features. */
static size_t frame_bytes_max(const struct mvt_layer *layer) {
    size_t bytes = HEAD_BYTES + 3 * FIELD_BYTES + layer->name.n;
    for (uint32_t i = 0; i < layer->used_count; i++) {
        bytes += FIELD_BYTES + layer->keys[layer->used[i]].n;
    }
    for (uint32_t i = 0; i < layer->value_count; i++) {
        bytes += 2 * FIELD_BYTES + layer->values[i].text.n;
    }
    return bytes;
}

/* Version, name, keys, values and extent, then the features. */
static unsigned char *put_layer(unsigned char *at, const struct mvt_layer *layer) {
    at = put_number(at, LAYER_VERSION, 2);
    at = put_bytes(at, LAYER_NAME, layer->name.p, layer->name.n);
    for (uint32_t i = 0; i < layer->used_count; i++) {
        slice key = layer->keys[layer->used[i]];
        at = put_bytes(at, LAYER_KEY, key.p, key.n);
    }
    for (uint32_t i = 0; i < layer->value_count; i++) {
        at = put_value(at, &layer->values[i]);
    }
    at = put_number(at, LAYER_EXTENT, layer->extent);
    memcpy(at, layer->features, layer->feature_bytes);
    return at + layer->feature_bytes;
}

err mvt_layer_end(struct mvt_layer *layer, struct buf *out) {
    feature_close(layer);
    if (layer->failed || !layer->feature_bytes) {
        return layer->failed;
    }
    /* Its length stands first and is known last: the layer is written a little further on. */
    char *room = buf_room(out, frame_bytes_max(layer) + layer->feature_bytes);
    if (!room) {
        return out->failed;
    }
    unsigned char *start = (unsigned char *)room;
    size_t n = (size_t)(put_layer(start + HEAD_BYTES, layer) - (start + HEAD_BYTES));
    unsigned char *at = put_number(start, TILE_LAYER, n);
    memmove(at, start + HEAD_BYTES, n);
    buf_took(out, (size_t)(at - start) + n);
    return OK;
}
