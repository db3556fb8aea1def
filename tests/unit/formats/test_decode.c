#include "formats_fixture.h"

#include "formats/decode.h"
#include "text/text.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

struct decoded {
    err failed;
    struct buf text;
    enum decode_packing packing;
    enum decode_charset charset;
    bool cut;
    uint64_t mended;
    struct problem problem;
};

static struct decoded decode_all(slice bytes, size_t step, uint64_t bytes_max) {
    struct drip drip = {.rest = bytes, .step = step};
    struct decoded result = {.text = buf_new(1u << 28)};
    struct decode *decode = NULL;
    slice text = SLICE_EMPTY;
    assert_int_equal(decode_new(drip_source(&drip), bytes_max, &decode), OK);
    do {
        result.failed = decode_next(decode, &text, &result.problem);
        if (result.failed == OK) {
            assert_true(text_is_utf8(text));
            buf_add(&result.text, text);
        }
    } while (result.failed == OK && text.n > 0);
    result.packing = decode_packing(decode);
    result.charset = decode_charset(decode);
    result.cut = decode_is_cut(decode);
    result.mended = decode_mended(decode);
    decode_free(decode);
    return result;
}

static void expect(slice bytes, const char *text, enum decode_charset charset, uint64_t mended) {
    static const size_t steps[] = {1, 2, 3, 1000};
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        struct decoded result = decode_all(bytes, steps[i], 0);
        assert_int_equal(result.failed, OK);
        assert_slice(buf_slice(&result.text), text);
        assert_int_equal(result.charset, charset);
        assert_int_equal(result.mended, mended);
        buf_free(&result.text);
    }
}

static void utf8_with_and_without_mark_is_passed_on(void **state) {
    (void)state;
    expect(SLICE("Cruet, été, 🌍"), "Cruet, été, 🌍", DECODE_UTF8, 0);
    expect(SLICE("\xEF\xBB\xBF"
                 "Cruet"),
           "Cruet", DECODE_UTF8, 0);
    expect(SLICE(""), "", DECODE_UTF8, 0);
}

static void windows_1252_is_found_by_itself(void **state) {
    (void)state;
    expect(SLICE("nom;\x80\nF\xEAte d'\xE9t\xE9 \x96 \x9Cuvre"), "nom;€\nFête d'été – œuvre",
           DECODE_WINDOWS_1252, 0);
}

static void windows_1252_far_behind_ascii_is_still_found(void **state) {
    (void)state;
    struct buf bytes BUF_CLEANUP = buf_new(1u << 20);
    for (unsigned i = 0; i < 30000; i++) {
        buf_add(&bytes, SLICE("ascii,"));
    }
    buf_add(&bytes, SLICE("\xE9t\xE9"));
    struct decoded result = decode_all(buf_slice(&bytes), 4096, 0);
    assert_int_equal(result.failed, OK);
    assert_int_equal(result.charset, DECODE_WINDOWS_1252);
    assert_true(slice_ends_with(buf_slice(&result.text), SLICE("été")));
    buf_free(&result.text);
}

static void a_stray_byte_in_utf8_is_mended_and_counted(void **state) {
    (void)state;
    expect(SLICE("été, hiver, \xE9t\xC3\xA9, forêt, début"), "été, hiver, été, forêt, début",
           DECODE_UTF8, 1);
}

static void utf16_of_both_orders_is_read(void **state) {
    (void)state;
    expect(SLICE("\xFF\xFE\xE9\0t\0\x3D\xD8\x0D\xDE"), "ét😍", DECODE_UTF16LE, 0);
    expect(SLICE("\xFE\xFF\0\xE9\0t\xD8\x3D\xDE\x0D"), "ét😍", DECODE_UTF16BE, 0);
    expect(SLICE("n\0o\0m\0;\0"), "nom;", DECODE_UTF16LE, 0);
    expect(SLICE("\xFF\xFE\x3D\xD8t\0"), "\xEF\xBF\xBDt", DECODE_UTF16LE, 1);
}

static struct buf gzip(slice text) {
    struct buf out = buf_new(1u << 20);
    unsigned char bytes[4096];
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)text.p, .avail_in = (uInt)text.n};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    int state;
    do {
        stream.next_out = bytes;
        stream.avail_out = sizeof bytes;
        state = deflate(&stream, Z_FINISH);
        buf_add_bytes(&out, bytes, sizeof bytes - stream.avail_out);
    } while (state == Z_OK);
    assert_int_equal(state, Z_STREAM_END);
    deflateEnd(&stream);
    return out;
}

static struct buf zstd(slice text) {
    struct buf out = buf_new(1u << 20);
    size_t room = ZSTD_compressBound(text.n);
    char *bytes = malloc(room);
    assert_non_null(bytes);
    size_t n = ZSTD_compress(bytes, room, text.p, text.n, 3);
    assert_false(ZSTD_isError(n));
    buf_add_bytes(&out, bytes, n);
    free(bytes);
    return out;
}

static void number_add(struct buf *out, size_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; i++) {
        buf_add_char(out, (char)(value >> 8 * i & 0xFF));
    }
}

/* A file in a zip: its local header (APPNOTE 4.3.7) and itself. */
static void zip_add(struct buf *out, slice name, slice text, bool packed, unsigned flags) {
    struct buf whole BUF_CLEANUP = gzip(text);
    slice bytes = packed ? slice_sub(buf_slice(&whole), 10, whole.n - 18) : text;
    buf_add(out, SLICE("PK\x03\x04"));
    number_add(out, 20, 2);
    number_add(out, flags, 2);
    number_add(out, packed ? 8 : 0, 2);
    number_add(out, 0, 8); /* time, date, checksum */
    number_add(out, bytes.n, 4);
    number_add(out, text.n, 4);
    number_add(out, name.n, 2);
    number_add(out, 0, 2);
    buf_add(out, name);
    buf_add(out, bytes);
}

static void the_map_of_a_kmz_is_read(void **state) {
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct buf zip BUF_CLEANUP = buf_new(1u << 20);
        struct buf picture BUF_CLEANUP = buf_new(1u << 20);
        while (picture.n < 150000) {
            buf_add(&picture, SLICE("picture"));
        }
        if (i >= 2) {
            zip_add(&zip, SLICE("files/a.png"), buf_slice(&picture), false, 0);
        }
        zip_add(&zip, SLICE("doc.KML"), SLICE("<kml>été</kml>"), i % 2 == 0, 0);
        size_t end = zip.n;
        zip_add(&zip, SLICE("b.png"), SLICE("behind"), false, 0);
        struct decoded result = decode_all(buf_slice(&zip), 700, 0);
        assert_int_equal(result.failed, OK);
        assert_slice(buf_slice(&result.text), "<kml>été</kml>");
        assert_int_equal(result.packing, DECODE_ZIP);
        buf_free(&result.text);
        result = decode_all(slice_sub(buf_slice(&zip), 0, end - 3), 700, 0);
        assert_int_equal(result.failed, ERR_INPUT);
        assert_true(result.cut);
        buf_free(&result.text);
    }
}

static void zips_without_a_map_or_with_a_locked_one_are_refused(void **state) {
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct buf zip BUF_CLEANUP = buf_new(1u << 20);
        zip_add(&zip, i == 0 ? SLICE("a.csv") : SLICE("doc.kml"), SLICE("text"), false,
                i == 1   ? 1
                : i == 2 ? 8
                         : 0);
        struct decoded result = decode_all(buf_slice(&zip), 700, 0);
        assert_int_equal(result.failed, ERR_UNSUPPORTED);
        buf_free(&result.text);
    }
}

static void gzip_of_several_members_is_one_text(void **state) {
    (void)state;
    struct buf first BUF_CLEANUP = gzip(SLICE("Fête "));
    struct buf second BUF_CLEANUP = gzip(SLICE("à Cruet"));
    buf_add(&first, buf_slice(&second));
    buf_add(&first, SLICE("\0\0\0\0")); /* padding */
    struct decoded result = decode_all(buf_slice(&first), 5, 0);
    assert_int_equal(result.failed, OK);
    assert_int_equal(result.packing, DECODE_GZIP);
    assert_slice(buf_slice(&result.text), "Fête à Cruet");
    buf_free(&result.text);
}

static void zstd_of_several_frames_is_one_text(void **state) {
    (void)state;
    struct buf first BUF_CLEANUP = zstd(SLICE("Fête "));
    struct buf second BUF_CLEANUP = zstd(SLICE("à Cruet"));
    buf_add(&first, buf_slice(&second));
    struct decoded result = decode_all(buf_slice(&first), 5, 0);
    assert_int_equal(result.failed, OK);
    assert_int_equal(result.packing, DECODE_ZSTD);
    assert_slice(buf_slice(&result.text), "Fête à Cruet");
    buf_free(&result.text);
}

static void a_packed_file_that_was_cut_says_so(void **state) {
    (void)state;
    struct buf whole[2] = {gzip(SLICE("a,b\n1,2\n3,4\n5,6\n")),
                           zstd(SLICE("a,b\n1,2\n3,4\n5,6\n"))};
    for (size_t i = 0; i < 2; i++) {
        struct decoded result =
            decode_all(slice_sub(buf_slice(&whole[i]), 0, whole[i].n - 3), 7, 0);
        assert_int_equal(result.failed, ERR_INPUT);
        assert_true(result.cut);
        buf_free(&result.text);
        buf_free(&whole[i]);
    }
}

static void damaged_packing_is_an_error(void **state) {
    (void)state;
    struct buf packed BUF_CLEANUP = gzip(SLICE("a,b\n1,2\n3,4\n5,6\n"));
    packed.p[12] = (char)(packed.p[12] ^ 0x55);
    packed.p[13] = (char)(packed.p[13] ^ 0x55);
    struct decoded result = decode_all(buf_slice(&packed), 100, 0);
    assert_int_equal(result.failed, ERR_INPUT);
    assert_false(result.cut);
    buf_free(&result.text);
}

static void what_unpacks_without_end_is_stopped_at_the_bound(void **state) {
    (void)state;
    struct buf zeros BUF_CLEANUP = buf_new(1u << 24);
    for (unsigned i = 0; i < 1u << 20; i++) {
        buf_add(&zeros, SLICE("          "));
    }
    struct buf packed BUF_CLEANUP = zstd(buf_slice(&zeros));
    assert_true(packed.n < 10000);
    struct decoded result = decode_all(buf_slice(&packed), 65536, 1000000);
    assert_int_equal(result.failed, ERR_LIMIT);
    buf_free(&result.text);
}

static void archives_and_binaries_are_named(void **state) {
    (void)state;
    struct decoded zip = decode_all(SLICE("PK\x03\x04xxxxxxxxxxxx"), 100, 0);
    assert_int_equal(zip.failed, ERR_UNSUPPORTED);
    assert_non_null(strstr(zip.problem.what, "zip"));
    struct decoded binary = decode_all(SLICE("\x7F"
                                             "ELF\0\0\0\0\0\0\0"),
                                       100, 0);
    assert_int_equal(binary.failed, ERR_INPUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_with_and_without_mark_is_passed_on),
        cmocka_unit_test(windows_1252_is_found_by_itself),
        cmocka_unit_test(windows_1252_far_behind_ascii_is_still_found),
        cmocka_unit_test(a_stray_byte_in_utf8_is_mended_and_counted),
        cmocka_unit_test(utf16_of_both_orders_is_read),
        cmocka_unit_test(gzip_of_several_members_is_one_text),
        cmocka_unit_test(zstd_of_several_frames_is_one_text),
        cmocka_unit_test(a_packed_file_that_was_cut_says_so),
        cmocka_unit_test(damaged_packing_is_an_error),
        cmocka_unit_test(what_unpacks_without_end_is_stopped_at_the_bound),
        cmocka_unit_test(archives_and_binaries_are_named),
        cmocka_unit_test(the_map_of_a_kmz_is_read),
        cmocka_unit_test(zips_without_a_map_or_with_a_locked_one_are_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
