/* What a document is, by its bytes: archives made here by hand, as offices write them and as
 * somebody unkind may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "domain/media/media_int.h"

#define WORD                                                                                       \
    "<Types><Override ContentType=\"application/vnd.openxmlformats-officedocument."                \
    "wordprocessingml.document.main+xml\"/></Types>"
#define ODT "application/vnd.oasis.opendocument.text"

struct file {
    const char *name;
    slice data; /* as it lies in the archive */
    unsigned method;
};
static struct file stored(const char *name, const char *text) {
    return (struct file){name, slice_from_cstr(text), 0};
}

static void number(struct buf *out, uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; i++, value >>= 8) {
        buf_add_char(out, (char)(value & 0xff));
    }
}

static void head(struct buf *out, const struct file *file) {
    number(out, 20, 2);
    number(out, 0, 2);
    number(out, file->method, 2);
    number(out, 0, 8); /* time, day, checksum: nobody asks for them here */
    number(out, file->data.n, 4);
    number(out, file->data.n, 4);
    number(out, strlen(file->name), 2);
    number(out, 0, 2);
}

/* The archive of these files; freed by the caller. */
static struct buf archive(const struct file *files, size_t count) {
    struct buf out = buf_new(ENTRY_DOCUMENT_BYTES_MAX);
    size_t starts[16];
    assert_true(count <= ARRAY_COUNT(starts));
    for (size_t i = 0; i < count; i++) {
        starts[i] = out.n;
        buf_add_bytes(&out, "PK\3\4", 4);
        head(&out, &files[i]);
        buf_add_cstr(&out, files[i].name);
        buf_add(&out, files[i].data);
    }
    size_t directory = out.n;
    for (size_t i = 0; i < count; i++) {
        buf_add_bytes(&out, "PK\1\2\24\0", 6);
        head(&out, &files[i]);
        number(&out, 0, 10);
        number(&out, starts[i], 4);
        buf_add_cstr(&out, files[i].name);
    }
    size_t bytes = out.n - directory;
    buf_add_bytes(&out, "PK\5\6", 4);
    number(&out, 0, 4);
    number(&out, count, 2);
    number(&out, count, 2);
    number(&out, bytes, 4);
    number(&out, directory, 4);
    number(&out, 0, 2);
    assert_int_equal(out.failed, OK);
    return out;
}

static enum media_verdict look(slice bytes) {
    enum entry_document_kind kind = ENTRY_DOCUMENT__COUNT;
    enum media_verdict verdict = media_document_look(bytes, &kind);
    assert_true(verdict != MEDIA_TAKEN || kind < ENTRY_DOCUMENT__COUNT);
    return verdict;
}

static void as_offices_write_them_documents_are_taken(void **state) {
    (void)state;
    const struct file odt[] = {stored("mimetype", ODT), stored("content.xml", "<office/>")};
    const struct file docx[] = {stored("[Content_Types].xml", WORD),
                                stored("word/document.xml", "<w/>")};
    enum entry_document_kind kind;
    struct buf made BUF_CLEANUP = archive(odt, ARRAY_COUNT(odt));
    assert_int_equal(media_document_look(buf_slice(&made), &kind), MEDIA_TAKEN);
    assert_int_equal(kind, ENTRY_DOCUMENT_ODT);
    struct buf other BUF_CLEANUP = archive(docx, ARRAY_COUNT(docx));
    assert_int_equal(media_document_look(buf_slice(&other), &kind), MEDIA_TAKEN);
    assert_int_equal(kind, ENTRY_DOCUMENT_DOCX);
    buf_clear(&other);
    buf_add_cstr(&other, "%PDF-1.4\n%%EOF");
    assert_int_equal(media_document_look(buf_slice(&other), &kind), MEDIA_TAKEN);
    assert_int_equal(kind, ENTRY_DOCUMENT_PDF);
    assert_int_equal(media_document_look(SLICE("\xef\xbb\xbfÀ lire : 1 < 2.\r\n"), &kind),
                     MEDIA_TAKEN);
    assert_int_equal(kind, ENTRY_DOCUMENT_TEXT);
}

/* Wherever it is cut, or whichever byte of its frame is another, it is refused or read as it
 * stands. */
static void a_cut_archive_is_damaged_wherever_it_is_cut(void **state) {
    (void)state;
    const struct file odt[] = {stored("mimetype", ODT), stored("content.xml", "<office/>")};
    struct buf made BUF_CLEANUP = archive(odt, ARRAY_COUNT(odt));
    for (size_t n = 4; n < made.n; n++) {
        assert_int_equal(look(slice_sub(buf_slice(&made), 0, n)), MEDIA_DAMAGED);
    }
}

static void an_archive_whose_lengths_lie_is_no_document(void **state) {
    (void)state;
    const struct file odt[] = {stored("mimetype", ODT), stored("content.xml", "<office/>")};
    struct buf made BUF_CLEANUP = archive(odt, ARRAY_COUNT(odt));
    size_t directory = made.n - 22 - (46 + 8) - (46 + 11);
    static const size_t lengths[] = {20, 28, 30, 32, 42}; /* of the first row of the directory */
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        char was = made.p[directory + lengths[i] + 1];
        made.p[directory + lengths[i] + 1] = 0x7f;
        assert_int_equal(look(buf_slice(&made)), MEDIA_DAMAGED);
        made.p[directory + lengths[i] + 1] = was;
    }
    assert_int_equal(look(buf_slice(&made)), MEDIA_TAKEN);
}

/* Two megabytes of nothing in two kilobytes. */
static void what_unpacks_beyond_a_megabyte_is_refused(void **state) {
    (void)state;
    static unsigned char packed[8192];
    static unsigned char zeros[2u << 20];
    z_stream stream = {
        .next_in = zeros, .avail_in = sizeof zeros, .next_out = packed, .avail_out = sizeof packed};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    struct file bomb = {"[Content_Types].xml", slice_of((const char *)packed, stream.total_out), 8};
    deflateEnd(&stream);
    struct buf made BUF_CLEANUP = archive(&bomb, 1);
    assert_int_equal(look(buf_slice(&made)), MEDIA_DAMAGED);
}

/* RULE DOCUMENT-1 */
static void a_program_is_found_wherever_an_office_looks_for_it(void **state) {
    (void)state;
    static const char *const places[] = {"word/vbaProject.bin", "xl/VbaProject.BIN",
                                         "vbaproject.bin",      "word/activeX/activeX1.bin",
                                         "Basic/script-lc.xml", "Scripts/python/run.py"};
    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        const struct file docx[] = {stored("[Content_Types].xml", WORD), stored(places[i], "x")};
        struct buf made BUF_CLEANUP = archive(docx, ARRAY_COUNT(docx));
        assert_int_equal(look(buf_slice(&made)), MEDIA_MACROS);
    }
}

static void what_says_twice_what_it_is_is_refused(void **state) {
    (void)state;
    const struct file two[] = {stored("[Content_Types].xml", WORD),
                               stored("[Content_Types].xml", WORD)};
    struct buf made BUF_CLEANUP = archive(two, ARRAY_COUNT(two));
    assert_int_equal(look(buf_slice(&made)), MEDIA_DAMAGED);
}

static void only_our_own_addresses_are_documents(void **state) {
    (void)state;
    struct entry_document document;
#define A32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    assert_true(entry_document_of(SLICE("/media/" A32 "-48213.pdf"), &document));
    assert_int_equal(document.bytes, 48213);
    assert_int_equal(document.kind, ENTRY_DOCUMENT_PDF);
    assert_true(slice_equal(document.name, SLICE(A32 "-48213.pdf")));
    static const char *const others[] = {"",
                                         "/media/",
                                         "/media/" A32,
                                         "/media/" A32 "-48213",
                                         "/media/" A32 "-48213.html",
                                         "/media/" A32 "-48213.pdf/",
                                         "/media/" A32 "-0.pdf",
                                         "/media/" A32 "-048213.pdf",
                                         "/media/" A32 "-20971521.pdf",
                                         "/media/" A32 "-4 8.pdf",
                                         "/media/" A32 "48213.pdf",
                                         "/media/A" A32 "-1.pdf",
                                         "https://example.org/media/" A32 "-48213.pdf",
                                         "/media/" A32 "-300x200/480.jpg",
                                         "/media/" A32 "-1.pdf.exe",
                                         "/media/../" A32 "-1.pdf"};
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        assert_false(entry_document_of(slice_from_cstr(others[i]), &document));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_offices_write_them_documents_are_taken),
        cmocka_unit_test(a_cut_archive_is_damaged_wherever_it_is_cut),
        cmocka_unit_test(an_archive_whose_lengths_lie_is_no_document),
        cmocka_unit_test(what_unpacks_beyond_a_megabyte_is_refused),
        cmocka_unit_test(a_program_is_found_wherever_an_office_looks_for_it),
        cmocka_unit_test(what_says_twice_what_it_is_is_refused),
        cmocka_unit_test(only_our_own_addresses_are_documents),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
