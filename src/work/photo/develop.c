/* Decoding and writing anew, by libvips, in a process that does nothing else and ends with it. The
 * library is loaded here and nowhere else: the one that serves never has a decoder in it. */
#include "work/photo/photo_int.h"

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <vips/vips.h>

#include <vips/vector.h> /* stands on the one before */

#define LIBRARY "libvips.so.42"

/* What is called of it. */
#define CALLS(X)                                                                                   \
    X(vips_init)                                                                                   \
    X(vips_concurrency_set)                                                                        \
    X(vips_cache_set_max)                                                                          \
    X(vips_vector_set_enabled)                                                                     \
    X(vips_operation_block_set)                                                                    \
    X(vips_image_new_from_buffer)                                                                  \
    X(vips_foreign_find_load_buffer)                                                               \
    X(vips_image_get_width)                                                                        \
    X(vips_image_get_height)                                                                       \
    X(vips_image_hasalpha)                                                                         \
    X(vips_image_get_bands)                                                                        \
    X(vips_image_write_to_memory)                                                                  \
    X(vips_image_new_from_memory)                                                                  \
    X(vips_copy)                                                                                   \
    X(vips_colourspace)                                                                            \
    X(vips_thumbnail_buffer)                                                                       \
    X(vips_thumbnail_image)                                                                        \
    X(vips_flatten)                                                                                \
    X(vips_array_double_new)                                                                       \
    X(vips_webpsave_buffer)                                                                        \
    X(vips_jpegsave_buffer)                                                                        \
    X(g_log_set_default_handler)

static struct library {
#define MEMBER(name) __typeof__(&name) name;
    CALLS(MEMBER)
#undef MEMBER
} lib; /* of the process that decodes, set once */

static bool call_find(void *handle, const char *name, void *to) {
    void *found = dlsym(handle, name);
    memcpy(to, &found, sizeof found); /* ISO C has no cast of it to a function */
    return found != NULL;
}

/* Not to the log: it would tell of pictures. */
static void unsaid(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer self) {
    (void)domain;
    (void)level;
    (void)message;
    (void)self;
}

/* All that the library may read: nothing else of its dozens of formats. */
static void readers_choose(void) {
    static const char *const readers[] = {"VipsForeignLoadJpeg", "VipsForeignLoadPng",
                                          "VipsForeignLoadWebp", "VipsForeignLoadHeif"};
    lib.vips_operation_block_set("VipsForeignLoad", TRUE);
    for (size_t i = 0; i < ARRAY_COUNT(readers); i++) {
        lib.vips_operation_block_set(readers[i], FALSE);
    }
}

static void *nothing(void *self) {
    return self;
}

/* What the C library does with the first thread of a process: it asks how many processors there are
 * and takes a signal for itself. Closed off, it could do neither. */
static bool threads_prepare(void) {
    pthread_t first;
    (void)mallopt(M_ARENA_MAX, 1); /* an allocator of a sanitizer knows none */
    return pthread_create(&first, NULL, nothing, NULL) == 0 && pthread_join(first, NULL) == 0;
}

bool photo_library_load(void) {
    /* A head of no picture: what reads HEIC looks for its parts at the first one. */
    static const char no_picture[] = "\0\0\0\x18"
                                     "ftypheic\0\0\0\0mif1heic";
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    bool found = handle != NULL;
#define FIND(name) found = found && call_find(handle, #name, &lib.name);
    CALLS(FIND)
#undef FIND
    if (!found || !threads_prepare()) {
        return false;
    }
    setenv("TZ", "UTC0", 1); /* read once: colours ask what time it is */
    tzset();
    setenv("VIPS_DISC_THRESHOLD", "8g", 1); /* never a file */
    lib.g_log_set_default_handler(unsaid, NULL);
    if (lib.vips_init("agora") != 0) {
        return false;
    }
    lib.vips_concurrency_set(1);
    lib.vips_cache_set_max(0);
    lib.vips_vector_set_enabled(FALSE); /* it would write code and run it */
    readers_choose();
    (void)lib.vips_image_new_from_buffer(no_picture, sizeof no_picture - 1, "", NULL);
    return true;
}

/* ---- one picture ---- */

static enum photo_verdict look(const struct photo_tray *tray) {
    VipsImage *head = lib.vips_image_new_from_buffer(tray->source, tray->source_bytes, "", "access",
                                                     VIPS_ACCESS_SEQUENTIAL, NULL);
    if (head == NULL) {
        bool has_reader =
            lib.vips_foreign_find_load_buffer(tray->source, tray->source_bytes) != NULL;
        return has_reader ? PHOTO_DAMAGED : PHOTO_NO_READER;
    }
    uint64_t pixels =
        (uint64_t)lib.vips_image_get_width(head) * (uint64_t)lib.vips_image_get_height(head);
    return pixels > PHOTO_PIXELS_MAX ? PHOTO_LARGE : PHOTO_DEVELOPED;
}

/* Nothing but pixels goes on from here: whatever a library may leave in a file that it writes (8.14
 * keeps EXIF in WebP when told to strip it), there is none any more. */
static VipsImage *bare_of(VipsImage *image) {
    size_t bytes = 0;
    VipsImage *bare = NULL;
    void *pixels = lib.vips_image_write_to_memory(image, &bytes);
    VipsImage *raw =
        pixels == NULL
            ? NULL
            : lib.vips_image_new_from_memory(pixels, bytes, lib.vips_image_get_width(image),
                                             lib.vips_image_get_height(image),
                                             lib.vips_image_get_bands(image), VIPS_FORMAT_UCHAR);
    return raw != NULL &&
                   lib.vips_copy(raw, &bare, "interpretation", VIPS_INTERPRETATION_sRGB, NULL) == 0
               ? bare
               : NULL;
}

/* The largest print: upright, in sRGB, on white, whole in memory. NULL: damaged. */
static VipsImage *largest_of(const struct photo_tray *tray) {
    int side = (int)entry_picture_sides[ENTRY_PICTURE_SIDES - 1];
    static const double white[] = {255, 255, 255};
    VipsImage *scaled = NULL;
    VipsImage *coloured = NULL;
    VipsImage *flat = NULL;
    /* The source is only read; the library asks for no const. */
    void *source = (void *)(uintptr_t)tray->source;
    if (lib.vips_thumbnail_buffer(source, tray->source_bytes, &scaled, side, "height", side, "size",
                                  VIPS_SIZE_DOWN, "export_profile", "srgb", "option_string",
                                  "fail_on=truncated", NULL) != 0 ||
        lib.vips_colourspace(scaled, &coloured, VIPS_INTERPRETATION_sRGB, NULL) != 0) {
        return NULL;
    }
    if (!lib.vips_image_hasalpha(coloured)) {
        flat = coloured;
    } else if (lib.vips_flatten(coloured, &flat, "background", lib.vips_array_double_new(white, 3),
                                NULL) != 0) {
        return NULL;
    }
    return bare_of(flat);
}

#define WEBP_EFFORT      2 /* of 6: half the work for a twentieth of the bytes */
#define QUALITY_FINEST   80
#define QUALITY_COARSEST 30
#define QUALITY_STEP     10
#define RIFF_HEAD_BYTES  12
#define CHUNK_HEAD_BYTES 8

/* Of a WebP file (RFC 9649, 2.5) the picture alone, in place; the new length, 0: there is none.
 * 8.14 adds EXIF of its own even to what has none. */
static size_t webp_bare(unsigned char *file, size_t n) {
    size_t at = RIFF_HEAD_BYTES;
    while (at + CHUNK_HEAD_BYTES <= n) {
        const unsigned char *head = file + at;
        size_t bytes =
            (size_t)head[4] | (size_t)head[5] << 8 | (size_t)head[6] << 16 | (size_t)head[7] << 24;
        size_t whole = CHUNK_HEAD_BYTES + bytes + (bytes & 1);
        if (whole > n - at) {
            return 0;
        }
        if (memcmp(head, "VP8 ", 4) == 0 || memcmp(head, "VP8L", 4) == 0) {
            size_t rest = 4 + whole; /* behind the length: "WEBP" and the chunk */
            memmove(file + RIFF_HEAD_BYTES, head, whole);
            file[4] = (unsigned char)rest;
            file[5] = (unsigned char)(rest >> 8);
            file[6] = (unsigned char)(rest >> 16);
            file[7] = (unsigned char)(rest >> 24);
            return RIFF_HEAD_BYTES + whole;
        }
        at += whole;
    }
    return 0;
}

static size_t write_print(VipsImage *image, enum entry_picture_format format, int quality,
                          void **bytes) {
    size_t n = 0;
    int failed = format == ENTRY_PICTURE_WEBP
                     ? lib.vips_webpsave_buffer(image, bytes, &n, "Q", quality, "strip", TRUE,
                                                "effort", WEBP_EFFORT, NULL)
                     : lib.vips_jpegsave_buffer(image, bytes, &n, "Q", quality, "strip", TRUE,
                                                "optimize_coding", TRUE, "interlace", TRUE, NULL);
    return failed != 0 ? 0 : format == ENTRY_PICTURE_WEBP ? webp_bare(*bytes, n) : n;
}

/* A quality that stays within what a page may weigh; the coarsest one in any case. Ten less take a
 * seventh away, so that the second try is mostly the last. */
static bool print_one(struct photo_tray *tray, VipsImage *image, size_t side,
                      enum entry_picture_format format) {
    static const size_t aims[ENTRY_PICTURE_SIDES] = {24000, 58000, 240000};
    int quality = QUALITY_FINEST;
    for (;;) {
        void *bytes = NULL;
        size_t n = write_print(image, format, quality, &bytes);
        bool is_last = quality == QUALITY_COARSEST;
        if (n == 0 || (is_last && n > PHOTO_PRINT_BYTES_MAX)) {
            return false;
        }
        if (n <= aims[side] || is_last) {
            memcpy(tray->prints[side][format], bytes, n);
            tray->answer.bytes[side][format] = (uint32_t)n;
            return true;
        }
        while (n > aims[side] && quality > QUALITY_COARSEST) {
            n = n / 7 * 6;
            quality -= QUALITY_STEP;
        }
    }
}

static bool prints_make(struct photo_tray *tray, VipsImage *largest) {
    const struct entry_picture shape = {.width = tray->answer.width, .height = tray->answer.height};
    for (size_t side = 0; side < ENTRY_PICTURE_SIDES; side++) {
        int length = (int)entry_picture_sides[side];
        VipsImage *image = NULL;
        if (!entry_picture_has(&shape, side)) {
            continue;
        }
        if (lib.vips_thumbnail_image(largest, &image, length, "height", length, "size",
                                     VIPS_SIZE_DOWN, NULL) != 0 ||
            !print_one(tray, image, side, ENTRY_PICTURE_WEBP) ||
            !print_one(tray, image, side, ENTRY_PICTURE_JPEG)) {
            return false;
        }
    }
    return true;
}

void photo_develop(struct photo_tray *tray) {
    enum photo_verdict verdict = look(tray);
    VipsImage *largest = verdict == PHOTO_DEVELOPED ? largest_of(tray) : NULL;
    if (largest != NULL) {
        tray->answer.width = (uint32_t)lib.vips_image_get_width(largest);
        tray->answer.height = (uint32_t)lib.vips_image_get_height(largest);
    }
    if (verdict == PHOTO_DEVELOPED && (largest == NULL || !prints_make(tray, largest))) {
        verdict = PHOTO_DAMAGED;
    }
    tray->answer.verdict = verdict; /* its memory ends with the process */
}
