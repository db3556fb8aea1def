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
    struct mvt_layer layer = mvt_layer_begin(&arena, SLICE("e"), 4096);
    mvt_point(&layer, 25, 17);
    mvt_feature_id(&layer, 3);
    mvt_tag_text(&layer, SLICE("k"), SLICE("v"));
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

static void keys_and_values_are_shared(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    struct mvt_layer layer = mvt_layer_begin(&arena, SLICE("entries"), 4096);
    for (int32_t i = 0; i < 1000; i++) {
        mvt_point(&layer, i, -i);
        mvt_tag_text(&layer, SLICE("kind"), i % 2 ? SLICE("place") : SLICE("event"));
        mvt_tag_u64(&layer, SLICE("count"), (uint64_t)(i % 500));
        mvt_tag_bool(&layer, SLICE("approximate"), i % 2 == 0);
    }
    assert_int_equal(layer.key_count, 3);
    assert_int_equal(layer.value_count, 2 + 500 + 2);
    assert_int_equal(mvt_layer_end(&layer, &out), OK);
    assert_true(out.n > 20000);
}

static void an_empty_layer_writes_nothing(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct buf out BUF_CLEANUP = buf_new(4096);
    struct mvt_layer layer = mvt_layer_begin(&arena, SLICE("e"), 4096);
    assert_int_equal(mvt_layer_end(&layer, &out), OK);
    assert_int_equal(out.n, 0);
}

static void too_many_keys_are_refused(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct buf out BUF_CLEANUP = buf_new(4096);
    struct mvt_layer layer = mvt_layer_begin(&arena, SLICE("e"), 4096);
    mvt_point(&layer, 0, 0);
    for (unsigned i = 0; i < 33; i++) {
        mvt_tag_u64(&layer, arena_printf(&arena, "key%u", i), 1);
    }
    assert_int_equal(mvt_layer_end(&layer, &out), ERR_LIMIT);
    assert_int_equal(out.n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_feature_has_the_bytes_of_the_specification),
        cmocka_unit_test(keys_and_values_are_shared),
        cmocka_unit_test(an_empty_layer_writes_nothing),
        cmocka_unit_test(too_many_keys_are_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
