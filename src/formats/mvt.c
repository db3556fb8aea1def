#include "formats/mvt.h"
#include <string.h>

#define MVT_BYTES_MAX (64u << 20)
#define MVT_SLOTS     256

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

struct mvt_value {
    uint64_t hash;
    slice wire; /* the encoded Value message, in the arena */
};

static size_t varint(unsigned char out[10], uint64_t value) {
    size_t n = 0;
    while (value >= 0x80) {
        out[n++] = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    out[n++] = (unsigned char)value;
    return n;
}

static size_t varint_size(uint64_t value) {
    unsigned char scratch[10];
    return varint(scratch, value);
}

static void add_varint(struct buf *out, uint64_t value) {
    unsigned char bytes[10];
    buf_add_bytes(out, bytes, varint(bytes, value));
}

static void add_field(struct buf *out, unsigned field, slice bytes) {
    add_varint(out, field);
    add_varint(out, bytes.n);
    buf_add(out, bytes);
}

static uint32_t zigzag(int32_t value) {
    return (uint32_t)value << 1 ^ (uint32_t)(value >> 31);
}

struct mvt_layer mvt_layer_begin(struct arena *arena, slice name, uint32_t extent) {
    return (struct mvt_layer){.arena = arena,
                              .name = name,
                              .extent = extent,
                              .features = buf_new(MVT_BYTES_MAX),
                              .tags = buf_new(MVT_BYTES_MAX)};
}

static void feature_close(struct mvt_layer *layer) {
    unsigned char geometry[20];
    if (!layer->open) {
        return;
    }
    size_t n = varint(geometry, COMMAND_MOVE_TO_ONE);
    n += varint(geometry + n, zigzag(layer->x));
    n += varint(geometry + n, zigzag(layer->y));
    size_t size = 2 + 2 + n;
    size += layer->has_id ? 1 + varint_size(layer->id) : 0;
    size += layer->tags.n > 0 ? 1 + varint_size(layer->tags.n) + layer->tags.n : 0;
    struct buf *out = &layer->features;
    add_varint(out, LAYER_FEATURE);
    add_varint(out, size);
    if (layer->has_id) {
        add_varint(out, FEATURE_ID);
        add_varint(out, layer->id);
    }
    if (layer->tags.n > 0) {
        add_field(out, FEATURE_TAGS, buf_slice(&layer->tags));
    }
    add_varint(out, FEATURE_TYPE);
    add_varint(out, GEOMETRY_POINT);
    add_field(out, FEATURE_GEOMETRY, slice_of((const char *)geometry, n));
    layer->open = false;
}

void mvt_point(struct mvt_layer *layer, int32_t x, int32_t y) {
    feature_close(layer);
    buf_clear(&layer->tags);
    layer->open = true;
    layer->has_id = false;
    layer->x = x;
    layer->y = y;
}

void mvt_feature_id(struct mvt_layer *layer, uint64_t id) {
    layer->has_id = true;
    layer->id = id;
}

static bool key_index(struct mvt_layer *layer, slice key, uint32_t *index) {
    for (uint32_t i = 0; i < layer->key_count; i++) {
        if (layer->keys[i].p == key.p || slice_equal(layer->keys[i], key)) {
            *index = i;
            return true;
        }
    }
    if (layer->key_count == ARRAY_COUNT(layer->keys)) {
        layer->failed = ERR_LIMIT;
        return false;
    }
    *index = layer->key_count;
    layer->keys[layer->key_count++] = key;
    return true;
}

static void slots_fill(struct mvt_layer *layer) {
    for (uint32_t i = 0; i < layer->value_count; i++) {
        uint32_t slot = (uint32_t)layer->values[i].hash & layer->slot_mask;
        while (layer->slots[slot] != 0) {
            slot = (slot + 1) & layer->slot_mask;
        }
        layer->slots[slot] = i + 1;
    }
}

/* Makes room for one more value; the table stays at most half full. */
static bool values_grow(struct mvt_layer *layer) {
    if (layer->value_count < layer->value_room) {
        return true;
    }
    uint32_t room = layer->value_room == 0 ? MVT_SLOTS / 2 : 2 * layer->value_room;
    struct mvt_value *values = arena_try(layer->arena, struct mvt_value, room);
    uint32_t *slots = arena_try(layer->arena, uint32_t, 2 * (size_t)room);
    if (values == NULL || slots == NULL) {
        layer->failed = ERR_MEMORY;
        return false;
    }
    if (layer->value_count > 0) {
        memcpy(values, layer->values, layer->value_count * sizeof *values);
    }
    layer->values = values;
    layer->value_room = room;
    layer->slots = slots;
    layer->slot_mask = 2 * room - 1;
    slots_fill(layer);
    return true;
}

static bool value_index(struct mvt_layer *layer, slice wire, uint32_t *index) {
    if (!values_grow(layer)) {
        return false;
    }
    uint64_t hash = hash_bytes(wire, 0);
    uint32_t slot = (uint32_t)hash & layer->slot_mask;
    for (; layer->slots[slot] != 0; slot = (slot + 1) & layer->slot_mask) {
        const struct mvt_value *value = &layer->values[layer->slots[slot] - 1];
        if (value->hash == hash && slice_equal(value->wire, wire)) {
            *index = layer->slots[slot] - 1;
            return true;
        }
    }
    *index = layer->value_count++;
    layer->values[*index] =
        (struct mvt_value){.hash = hash, .wire = arena_copy(layer->arena, wire)};
    layer->slots[slot] = *index + 1;
    return true;
}

static void tag(struct mvt_layer *layer, slice key, slice wire) {
    uint32_t key_at;
    uint32_t value_at;
    if (layer->open && key_index(layer, key, &key_at) && value_index(layer, wire, &value_at)) {
        add_varint(&layer->tags, key_at);
        add_varint(&layer->tags, value_at);
    }
}

void mvt_tag_text(struct mvt_layer *layer, slice key, slice value) {
    struct buf wire BUF_CLEANUP = buf_new(MVT_BYTES_MAX);
    add_field(&wire, VALUE_STRING, value);
    tag(layer, key, buf_slice(&wire));
}

static void tag_varint(struct mvt_layer *layer, slice key, unsigned field, uint64_t value) {
    unsigned char wire[11] = {(unsigned char)field};
    size_t n = 1 + varint(wire + 1, value);
    tag(layer, key, slice_of((const char *)wire, n));
}

void mvt_tag_u64(struct mvt_layer *layer, slice key, uint64_t value) {
    tag_varint(layer, key, VALUE_UINT, value);
}

void mvt_tag_bool(struct mvt_layer *layer, slice key, bool value) {
    tag_varint(layer, key, VALUE_BOOL, value);
}

/* Version, name, keys, values and extent: what stands around the features. */
static void frame_write(const struct mvt_layer *layer, struct buf *frame) {
    add_varint(frame, LAYER_VERSION);
    add_varint(frame, 2);
    add_field(frame, LAYER_NAME, layer->name);
    for (uint32_t i = 0; i < layer->key_count; i++) {
        add_field(frame, LAYER_KEY, layer->keys[i]);
    }
    for (uint32_t i = 0; i < layer->value_count; i++) {
        add_field(frame, LAYER_VALUE, layer->values[i].wire);
    }
    add_varint(frame, LAYER_EXTENT);
    add_varint(frame, layer->extent);
}

err mvt_layer_end(struct mvt_layer *layer, struct buf *out) {
    feature_close(layer);
    err failed = layer->failed != OK ? layer->failed : layer->features.failed;
    failed = failed != OK ? failed : layer->tags.failed;
    if (failed == OK && layer->features.n > 0) {
        struct buf frame BUF_CLEANUP = buf_new(MVT_BYTES_MAX);
        frame_write(layer, &frame);
        add_varint(out, TILE_LAYER);
        add_varint(out, frame.n + layer->features.n);
        buf_add(out, buf_slice(&frame));
        buf_add(out, buf_slice(&layer->features));
        failed = frame.failed != OK ? frame.failed : out->failed;
    }
    buf_free(&layer->features);
    buf_free(&layer->tags);
    return failed;
}
