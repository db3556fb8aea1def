/* Pictures that somebody sent. They are made here: a PNG by hand, a JPEG by the lab itself, with
 * whatever a camera, a careless program or somebody unkind may have put into it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "work/photo/photo_int.h"

#define PICTURE_MAX (8u << 20)
#define TEXT(literal)                                                                              \
    { "" literal, sizeof(literal) - 1 } /* a slice that is a constant */

static struct log quiet = {.fd = -1, .least = LOG_ERROR}; /* its clock: main */

/* ---- a lab, and pictures given to it one by one ---- */

struct asked {
    slice bytes;
    struct arena *arena;
    struct photo photo;
    enum photo_verdict verdict;
    atomic_bool is_done;
};

static void work(struct photo_lab *lab, void *self) {
    struct asked *asked = self;
    asked->verdict = photo_lab_develop(lab, asked->bytes, asked->arena, &asked->photo);
    atomic_store(&asked->is_done, true);
}

static struct photo_lab *lab_of(const struct photo_lab_options *options) {
    struct photo_lab *lab = NULL;
    struct problem problem = {0};
    assert_int_equal(photo_lab_start(options, &lab, &problem), OK);
    assert_int_equal(photo_lab_open(lab), OK);
    return lab;
}

/* The lab runs what waits before it ends: its end is what is waited for. */
static enum photo_verdict develop_with(const struct photo_lab_options *options, slice bytes,
                                       struct arena *arena, struct photo *photo) {
    struct photo_lab *lab = lab_of(options);
    struct asked asked = {.bytes = bytes, .arena = arena};
    assert_int_equal(photo_lab_submit(lab, work, &asked), OK);
    while (!atomic_load(&asked.is_done)) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    photo_lab_stop(lab);
    *photo = asked.photo;
    return asked.verdict;
}

static enum photo_verdict develop(slice bytes, struct arena *arena, struct photo *photo) {
    return develop_with(&(struct photo_lab_options){.seconds = 20, .log = &quiet}, bytes, arena,
                        photo);
}

/* ---- pictures ---- */

static void add_u32(struct buf *out, uint32_t value) {
    const char bytes[] = {(char)(unsigned char)(value >> 24), (char)(unsigned char)(value >> 16),
                          (char)(unsigned char)(value >> 8), (char)(unsigned char)value};
    buf_add(out, slice_of(bytes, sizeof bytes));
}

static void add_chunk(struct buf *out, const char *name, slice data) {
    uLong sum = crc32(0, (const Bytef *)name, 4);
    sum = data.n > 0 ? crc32(sum, (const Bytef *)data.p, (uInt)data.n) : sum;
    add_u32(out, (uint32_t)data.n);
    buf_add(out, slice_of(name, 4));
    buf_add(out, data);
    add_u32(out, (uint32_t)sum);
}

static void add_png_head(struct buf *out, uint32_t width, uint32_t height) {
    struct buf head BUF_CLEANUP = buf_new(64);
    buf_add(out, SLICE("\x89PNG\r\n\x1A\n"));
    add_u32(&head, width);
    add_u32(&head, height);
    buf_add(&head, slice_of("\x08\x02\0\0\0", 5)); /* 8 bits, colours */
    add_chunk(out, "IHDR", buf_slice(&head));
}

/* Red above, blue below: which way is up can be seen of it. */
static slice png_of(uint32_t width, uint32_t height, struct arena *arena) {
    struct buf out BUF_CLEANUP = buf_new(PICTURE_MAX);
    struct buf rows BUF_CLEANUP = buf_new(64u << 20);
    for (uint32_t y = 0; y < height; y++) {
        buf_add(&rows, slice_of("", 1));
        for (uint32_t x = 0; x < width; x++) {
            buf_add(&rows, y < height / 2 ? SLICE("\xE0\x20\x20") : SLICE("\x20\x20\xE0"));
        }
    }
    uLongf packed_bytes = compressBound(rows.n);
    Bytef *packed = arena_new(arena, Bytef, packed_bytes);
    assert_int_equal(compress(packed, &packed_bytes, (const Bytef *)rows.p, rows.n), Z_OK);
    add_png_head(&out, width, height);
    add_chunk(&out, "IDAT", slice_of((const char *)packed, packed_bytes));
    add_chunk(&out, "IEND", SLICE_EMPTY);
    assert_int_equal(out.failed, OK);
    return arena_copy(arena, buf_slice(&out));
}

static slice jpeg_of(uint32_t width, uint32_t height, struct arena *arena) {
    struct photo photo;
    assert_int_equal(develop(png_of(width, height, arena), arena, &photo), PHOTO_DEVELOPED);
    for (size_t side = ENTRY_PICTURE_SIDES; side > 0; side--) {
        if (photo.prints[side - 1][ENTRY_PICTURE_JPEG].n > 0) {
            return photo.prints[side - 1][ENTRY_PICTURE_JPEG];
        }
    }
    return SLICE_EMPTY;
}

/* What a telephone adds (Exif 2.32, 4.5): it was held on its side, and where it was. */
static slice with_exif(slice jpeg, struct arena *arena) {
    static const char exif[] =
        "Exif\0\0II*\0\x08\0\0\0"
        "\x03\0"                                       /* three fields */
        "\x0F\x01\x02\0\x0C\0\0\0\x40\0\0\0"           /* Make, at 64 */
        "\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"           /* Orientation 6: turn to the right */
        "\x25\x88\x04\0\x01\0\0\0\x50\0\0\0"           /* GPSInfo, at 80 */
        "\0\0\0\0"                                     /* no other directory */
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0"                 /* up to 64 */
        "SecretMaker\0\0\0\0\0"                        /* up to 80 */
        "\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0"; /* GPSLatitudeRef N */
    struct buf out BUF_CLEANUP = buf_new(PICTURE_MAX);
    size_t bytes = sizeof exif - 1 + 2;
    const char head[] = {'\xFF', '\xD8', '\xFF', '\xE1', (char)(bytes >> 8), (char)(bytes & 0xFF)};
    buf_add(&out, slice_of(head, sizeof head));
    buf_add(&out, slice_of(exif, sizeof exif - 1));
    buf_add(&out, slice_sub(jpeg, 2, jpeg.n));
    return arena_copy(arena, buf_slice(&out));
}

/* ---- tests ---- */

static void a_picture_comes_out_in_three_sizes_and_two_formats(void **state) {
    struct arena arena ARENA_CLEANUP = arena_make(1 << 20, 0);
    struct photo photo;
    (void)state;
    assert_int_equal(develop(png_of(2000, 1000, &arena), &arena, &photo), PHOTO_DEVELOPED);
    assert_int_equal(photo.width, 1600);
    assert_int_equal(photo.height, 800);
    for (size_t side = 0; side < ENTRY_PICTURE_SIDES; side++) {
        assert_true(slice_starts_with(photo.prints[side][ENTRY_PICTURE_WEBP], SLICE("RIFF")));
        assert_true(
            slice_starts_with(photo.prints[side][ENTRY_PICTURE_JPEG], SLICE("\xFF\xD8\xFF")));
    }
}

static void a_small_picture_is_not_made_larger(void **state) {
    struct arena arena ARENA_CLEANUP = arena_make(1 << 20, 0);
    struct photo photo;
    (void)state;
    assert_int_equal(develop(png_of(300, 200, &arena), &arena, &photo), PHOTO_DEVELOPED);
    assert_int_equal(photo.width, 300);
    assert_int_equal(photo.height, 200);
    assert_true(photo.prints[0][ENTRY_PICTURE_WEBP].n > 0);
    assert_int_equal(photo.prints[1][ENTRY_PICTURE_WEBP].n, 0);
    assert_int_equal(photo.prints[2][ENTRY_PICTURE_JPEG].n, 0);
}

static void the_way_a_camera_was_held_is_undone_and_all_it_wrote_is_gone(void **state) {
    struct arena arena ARENA_CLEANUP = arena_make(1 << 20, 0);
    struct photo photo;
    (void)state;
    slice taken = with_exif(jpeg_of(400, 200, &arena), &arena);
    assert_true(slice_contains(taken, SLICE("SecretMaker")));
    assert_int_equal(develop(taken, &arena, &photo), PHOTO_DEVELOPED);
    assert_int_equal(photo.width, 200);
    assert_int_equal(photo.height, 400);
    for (size_t format = 0; format < ENTRY_PICTURE_FORMAT__COUNT; format++) {
        slice print = photo.prints[0][format];
        assert_false(slice_contains(print, SLICE("SecretMaker")));
        assert_false(slice_contains(print, SLICE("Exif")));
        assert_false(slice_contains(print, SLICE("EXIF")));
        assert_false(slice_contains(print, SLICE("ICC")));
    }
}

static void what_is_no_picture_is_told_by_its_bytes(void **state) {
    static const slice others[] = {
        TEXT("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
        TEXT("<!doctype html><title>photo.jpg</title>"),
        TEXT("%PDF-1.7"),
        TEXT("GIF89a\x01\0\x01\0"),
        TEXT(""),
        TEXT("\xFF\xD8"),
        TEXT("\0\0\0\x18"
             "ftypmp42\0\0\0\0mp42isom"),
    };
    struct arena arena ARENA_CLEANUP = arena_make(1 << 20, 0);
    struct photo photo;
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        assert_int_equal(develop(others[i], &arena, &photo), PHOTO_UNKNOWN);
    }
}

static void a_page_behind_the_first_bytes_of_a_picture_is_damaged(void **state) {
    struct arena arena ARENA_CLEANUP = arena_make(1 << 20, 0);
    struct photo photo;
    (void)state;
    assert_int_equal(develop(SLICE("\xFF\xD8\xFF<html><script>alert(1)</script>"), &arena, &photo),
                     PHOTO_DAMAGED);
    assert_int_equal(develop(SLICE("\x89PNG\r\n\x1A\n<svg onload=alert(1)>"), &arena, &photo),
                     PHOTO_DAMAGED);
}

static void a_cut_off_picture_is_refused(void **state) {
    struct arena arena ARENA_CLEANUP = arena_make(1 << 20, 0);
    struct photo photo;
    (void)state;
    slice png = png_of(800, 600, &arena);
    slice jpeg = jpeg_of(800, 600, &arena);
    assert_int_equal(develop(slice_sub(png, 0, png.n / 2), &arena, &photo), PHOTO_DAMAGED);
    assert_int_equal(develop(slice_sub(jpeg, 0, jpeg.n / 2), &arena, &photo), PHOTO_DAMAGED);
}

static void a_head_that_tells_of_a_hundred_thousand_by_as_many_is_enough(void **state) {
    struct arena arena ARENA_CLEANUP = arena_make(1 << 20, 0);
    struct buf bomb BUF_CLEANUP = buf_new(1 << 16);
    struct photo photo;
    (void)state;
    add_png_head(&bomb, 100000, 100000);
    add_chunk(&bomb, "IDAT", SLICE("\x78\x9C"));
    add_chunk(&bomb, "IEND", SLICE_EMPTY);
    assert_int_equal(develop(buf_slice(&bomb), &arena, &photo), PHOTO_LARGE);
}

static void what_is_beyond_ten_megabytes_is_not_looked_at(void **state) {
    struct arena arena ARENA_CLEANUP = arena_make(1 << 20, 0);
    struct photo photo;
    (void)state;
    char *heavy = arena_new(&arena, char, PHOTO_BYTES_MAX + 1);
    assert_int_equal(develop(slice_of(heavy, PHOTO_BYTES_MAX + 1), &arena, &photo), PHOTO_HEAVY);
}

static void a_picture_that_costs_too_much_memory_ends_its_process_and_no_other(void **state) {
#if defined(__SANITIZE_ADDRESS__)
    skip(); /* it maps terabytes itself */
#endif
    struct arena arena ARENA_CLEANUP = arena_make(1 << 20, 0);
    struct photo photo;
    (void)state;
    slice picture = png_of(3000, 2000, &arena);
    assert_int_equal(develop(picture, &arena, &photo), PHOTO_DEVELOPED);
    /* Enough for the library, which is mapped already, and for no picture. */
    enum photo_verdict verdict = develop_with(
        &(struct photo_lab_options){
            .seconds = 20, .memory_bytes = UINT64_C(1) << 20, .log = &quiet},
        picture, &arena, &photo);
    assert_true(verdict == PHOTO_COSTLY || verdict == PHOTO_DAMAGED);
}

static err sleep_on(void *self, struct problem *problem) {
    (void)self;
    (void)problem;
    pause(); /* for a signal that never comes */
    return OK;
}

static err fall(void *self, struct problem *problem) {
    (void)self;
    (void)problem;
    raise(SIGKILL);
    return OK;
}

static void a_process_that_takes_too_long_is_ended(void **state) {
    struct arena arena ARENA_CLEANUP = arena_make(1 << 20, 0);
    struct photo photo;
    (void)state;
    assert_int_equal(
        develop_with(&(struct photo_lab_options){.seconds = 0, .confine = sleep_on, .log = &quiet},
                     png_of(10, 10, &arena), &arena, &photo),
        PHOTO_COSTLY);
}

static void the_next_picture_is_read_after_one_that_brought_its_process_down(void **state) {
    struct arena arena ARENA_CLEANUP = arena_make(1 << 20, 0);
    struct photo_lab *lab =
        lab_of(&(struct photo_lab_options){.seconds = 20, .confine = fall, .log = &quiet});
    struct asked asked[2] = {{.arena = &arena}, {.arena = &arena}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        asked[i].bytes = png_of(10, 10, &arena);
        assert_int_equal(photo_lab_submit(lab, work, &asked[i]), OK);
        while (!atomic_load(&asked[i].is_done)) {
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
        assert_int_equal(asked[i].verdict, PHOTO_COSTLY);
    }
    photo_lab_stop(lab);
}

static void a_lab_that_ends_tells_what_waits_that_it_is_away(void **state) {
    struct arena arena ARENA_CLEANUP = arena_make(1 << 20, 0);
    struct photo_lab *lab = lab_of(&(struct photo_lab_options){.seconds = 20, .log = &quiet});
    struct asked asked = {.bytes = png_of(10, 10, &arena), .arena = &arena};
    (void)state;
    photo_lab_end_soon(lab);
    assert_int_equal(photo_lab_submit(lab, work, &asked), OK);
    photo_lab_stop(lab);
    assert_true(atomic_load(&asked.is_done));
    assert_int_equal(asked.verdict, PHOTO_AWAY);
}

/* ---- the tray, as a process that is somebody else's may leave it ---- */

static struct photo_tray *tray_new(void) {
    struct photo_tray *tray = mmap(NULL, sizeof *tray, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(tray != MAP_FAILED);
    return tray;
}

static void an_answer_that_cannot_be_is_believed_in_nothing(void **state) {
    struct arena arena ARENA_CLEANUP = arena_make(1 << 20, 0);
    struct photo_tray *tray = tray_new();
    struct photo photo;
    (void)state;
    tray->answer = (struct photo_answer){.verdict = PHOTO_DEVELOPED, .width = 300, .height = 200};
    assert_int_equal(photo_answer_read(tray, &arena, &photo), PHOTO_DAMAGED); /* no prints */
    tray->answer.bytes[0][ENTRY_PICTURE_WEBP] = 12;
    tray->answer.bytes[0][ENTRY_PICTURE_JPEG] = 12;
    memcpy(tray->prints[0][ENTRY_PICTURE_WEBP], "RIFF\4\0\0\0WEBP", 12);
    memcpy(tray->prints[0][ENTRY_PICTURE_JPEG], "<html>......", 12);
    assert_int_equal(photo_answer_read(tray, &arena, &photo), PHOTO_DAMAGED); /* not an image */
    memcpy(tray->prints[0][ENTRY_PICTURE_JPEG], "\xFF\xD8\xFF\xE0........", 12);
    assert_int_equal(photo_answer_read(tray, &arena, &photo), PHOTO_DEVELOPED);
    tray->answer.bytes[0][ENTRY_PICTURE_JPEG] = PHOTO_PRINT_BYTES_MAX + 1;
    assert_int_equal(photo_answer_read(tray, &arena, &photo), PHOTO_DAMAGED);
    tray->answer.bytes[0][ENTRY_PICTURE_JPEG] = 12;
    tray->answer.width = 100000;
    assert_int_equal(photo_answer_read(tray, &arena, &photo), PHOTO_DAMAGED);
    tray->answer.verdict = 4711;
    assert_int_equal(photo_answer_read(tray, &arena, &photo), PHOTO_DAMAGED);
    tray->answer.verdict = PHOTO_LARGE;
    assert_int_equal(photo_answer_read(tray, &arena, &photo), PHOTO_LARGE);
    munmap(tray, sizeof *tray);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_comes_out_in_three_sizes_and_two_formats),
        cmocka_unit_test(a_small_picture_is_not_made_larger),
        cmocka_unit_test(the_way_a_camera_was_held_is_undone_and_all_it_wrote_is_gone),
        cmocka_unit_test(what_is_no_picture_is_told_by_its_bytes),
        cmocka_unit_test(a_page_behind_the_first_bytes_of_a_picture_is_damaged),
        cmocka_unit_test(a_cut_off_picture_is_refused),
        cmocka_unit_test(a_head_that_tells_of_a_hundred_thousand_by_as_many_is_enough),
        cmocka_unit_test(what_is_beyond_ten_megabytes_is_not_looked_at),
        cmocka_unit_test(a_picture_that_costs_too_much_memory_ends_its_process_and_no_other),
        cmocka_unit_test(a_process_that_takes_too_long_is_ended),
        cmocka_unit_test(the_next_picture_is_read_after_one_that_brought_its_process_down),
        cmocka_unit_test(a_lab_that_ends_tells_what_waits_that_it_is_away),
        cmocka_unit_test(an_answer_that_cannot_be_is_believed_in_nothing),
    };
    quiet.clock = clock_system();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("photo", tests, NULL, NULL);
}
