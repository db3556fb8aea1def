#include "formats_fixture.h"

#include "formats/mvt.h"

static void expect_bytes(const struct buf *out, slice bytes) {
    assert_int_equal(out->n, bytes.n);
    assert_memory_equal(out->p, bytes.p, bytes.n);
}

/* Worked out by hand from vector_tile.proto and the specification's chapter 4. */
static void one_feature_has_the_bytes_of_the_specification(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct buf out BUF_CLEANUP = buf_new(4096);
    struct mvt_layer layer;
    const slice keys[] = {SLICE("unused"), SLICE("k")};
    mvt_layer_begin(&layer, &arena, SLICE("e"), 4096, keys, ARRAY_COUNT(keys));
    mvt_point(&layer, 25, 17);
    mvt_feature_id(&layer, 3);
    mvt_tag_text(&layer, 1, SLICE("v"));
    assert_int_equal(mvt_layer_end(&layer, &out), OK);
    expect_bytes(&out, SLICE("\x1A\x1F" /* layer, 31 bytes */
                             "\x78\x02" /* version 2 */
                             "\x0A\x01"
                             "e" /* name */
                             "\x1A\x01"
                             "k" /* key */
                             "\x22\x03\x0A\x01"
                             "v"                       /* value: string */
                             "\x28\x80\x20"            /* extent 4096 */
                             "\x12\x0D"                /* feature, 13 bytes */
                             "\x08\x03"                /* id */
                             "\x12\x02\x00\x00"        /* tags */
                             "\x18\x01"                /* a point */
                             "\x22\x03\x09\x32\x22")); /* move to 25, 17 */
}

/* Numbers of one byte and of ten, before zero too, and a value of each sort that looks alike. */
static void long_numbers_and_values_that_look_alike_are_told_apart(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct buf out BUF_CLEANUP = buf_new(4096);
    struct mvt_layer layer;
    const slice keys[] = {SLICE("k"), SLICE("l"), SLICE("m")};
    mvt_layer_begin(&layer, &arena, SLICE_EMPTY, 4096, keys, ARRAY_COUNT(keys));
    mvt_point(&layer, -1, INT32_MAX);
    mvt_feature_id(&layer, UINT64_MAX);
    mvt_tag_u64(&layer, 2, 1);
    mvt_tag_bool(&layer, 0, true);
    mvt_tag_text(&layer, 1, SLICE("\x01"));
    mvt_point(&layer, 0, 0);
    mvt_tag_u64(&layer, 0, 128);
    mvt_tag_text(&layer, 2, SLICE("\x01"));
    assert_int_equal(mvt_layer_end(&layer, &out), OK);
    expect_bytes(&out, SLICE("\x1A\x51\x78\x02\x0A\x00"
                             "\x1A\x01m\x1A\x01k\x1A\x01l"
                             "\x22\x02\x28\x01"     /* number 1 */
                             "\x22\x02\x38\x01"     /* true */
                             "\x22\x03\x0A\x01\x01" /* text */
                             "\x22\x03\x28\x80\x01" /* number 128 */
                             "\x28\x80\x20"
                             "\x12\x1E\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"
                             "\x12\x06\x00\x00\x01\x01\x02\x02"
                             "\x18\x01\x22\x07\x09\x01\xFE\xFF\xFF\xFF\x0F"
                             "\x12\x0D\x12\x04\x01\x03\x00\x02"
                             "\x18\x01\x22\x03\x09\x00\x00"));
}

/* More than a layer holds before it takes memory. */
static void keys_and_values_are_shared(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    struct mvt_layer layer;
    const slice keys[] = {SLICE("kind"), SLICE("count"), SLICE("approximate")};
    mvt_layer_begin(&layer, &arena, SLICE("entries"), 4096, keys, ARRAY_COUNT(keys));
    for (int32_t i = 0; i < 1000; i++) {
        mvt_point(&layer, i, -i);
        mvt_tag_text(&layer, 0, i % 2 ? SLICE("place") : SLICE("event"));
        mvt_tag_u64(&layer, 1, (uint64_t)(i % 500));
        mvt_tag_bool(&layer, 2, i % 2 == 0);
    }
    assert_int_equal(layer.used_count, 3);
    assert_int_equal(layer.value_count, 2 + 500 + 2);
    assert_int_equal(mvt_layer_end(&layer, &out), OK);
    assert_true(out.n > 20000);
}

/* The value that the only tag of the feature under way names. */
static const struct mvt_value *value_given(const struct mvt_layer *layer) {
    uint32_t number = layer->tags[1];
    if (number >= 0x80) {
        number = (number & 0x7F) | (uint32_t)layer->tags[2] << 7;
    }
    assert_true(number < layer->value_count);
    return &layer->values[number];
}

/* Texts of three lengths at every place of a run of letters that comes again and again, so that
 * most were given before from elsewhere, or longer from the same place; numbers between them,
 * those that have a place of their own and others. */
static void a_value_is_found_again_wherever_it_lies_and_however_many_there_are(void **state) {
    (void)state;
    enum { LETTERS = 26, TIMES = 40 };
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct mvt_layer layer;
    const slice keys[] = {SLICE("k")};
    char letters[LETTERS * TIMES + 3];
    for (size_t i = 0; i < sizeof(letters); i++) {
        letters[i] = (char)('a' + i % LETTERS);
    }
    mvt_layer_begin(&layer, &arena, SLICE_EMPTY, 4096, keys, ARRAY_COUNT(keys));
    for (size_t i = 0; i < LETTERS * TIMES; i++) {
        for (size_t n = 3; n > 0; n--) {
            slice text = slice_of(letters + i, n);
            mvt_point(&layer, 0, 0);
            mvt_tag_text(&layer, 0, text);
            assert_true(slice_equal(value_given(&layer)->text, text));
        }
        mvt_point(&layer, 0, 0);
        mvt_tag_u64(&layer, 0, i % 500);
        assert_int_equal(value_given(&layer)->number, i % 500);
        assert_int_equal(value_given(&layer)->text.n, 0);
    }
    assert_int_equal(layer.value_count, 3 * LETTERS + 500);
}

static void an_empty_layer_writes_nothing(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct buf out BUF_CLEANUP = buf_new(4096);
    struct mvt_layer layer;
    mvt_layer_begin(&layer, &arena, SLICE("e"), 4096, NULL, 0);
    assert_int_equal(mvt_layer_end(&layer, &out), OK);
    assert_int_equal(out.n, 0);
}

static void more_tags_than_keys_are_refused(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct buf out BUF_CLEANUP = buf_new(4096);
    struct mvt_layer layer;
    const slice keys[] = {SLICE("k")};
    mvt_layer_begin(&layer, &arena, SLICE("e"), 4096, keys, ARRAY_COUNT(keys));
    mvt_point(&layer, 0, 0);
    for (unsigned i = 0; i < 200; i++) {
        mvt_tag_u64(&layer, 0, i);
    }
    assert_int_equal(mvt_layer_end(&layer, &out), ERR_LIMIT);
    assert_int_equal(out.n, 0);
}

static void a_layer_that_does_not_fit_is_told(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct buf out BUF_CLEANUP = buf_new(40);
    struct mvt_layer layer;
    mvt_layer_begin(&layer, &arena, SLICE("e"), 4096, NULL, 0);
    mvt_point(&layer, 0, 0);
    assert_int_equal(mvt_layer_end(&layer, &out), ERR_LIMIT);
    assert_int_equal(out.n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_feature_has_the_bytes_of_the_specification),
        cmocka_unit_test(keys_and_values_are_shared),
        cmocka_unit_test(a_value_is_found_again_wherever_it_lies_and_however_many_there_are),
        cmocka_unit_test(an_empty_layer_writes_nothing),
        cmocka_unit_test(long_numbers_and_values_that_look_alike_are_told_apart),
        cmocka_unit_test(more_tags_than_keys_are_refused),
        cmocka_unit_test(a_layer_that_does_not_fit_is_told),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
