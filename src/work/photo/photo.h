/* work/photo: bytes that somebody sent into pictures that can be shown. Each is
 * decoded in a process of its own, which has no store, no network and no file, little memory and
 * little time. What comes out was written anew: upright, in sRGB, without EXIF, position or any
 * other word about who took it where. */
#ifndef AGORA_WORK_PHOTO_H
#define AGORA_WORK_PHOTO_H

#include "base/base.h"
#include "domain/entry/picture.h"

#define PHOTO_BYTES_MAX       (10u << 20)
#define PHOTO_PIXELS_MAX      UINT64_C(64000000)
#define PHOTO_PRINT_BYTES_MAX (2u << 20)

/* What is read, by the first bytes and never by a name. */
enum photo_format {
    PHOTO_JPEG = 1,
    PHOTO_PNG,
    PHOTO_WEBP,
    PHOTO_AVIF,
    PHOTO_HEIC,
    PHOTO_FORMAT__COUNT
};
/* False: none of them. JPEG: ISO/IEC 10918-1, B.1.1; PNG: ISO/IEC 15948, 5.2; WebP: RFC 9649, 2.4;
 * AVIF and HEIC: the brands of ISO/IEC 14496-12, 4.3. */
bool photo_format_of(slice bytes, enum photo_format *format);

enum photo_verdict {
    PHOTO_DEVELOPED = 1,
    PHOTO_UNKNOWN,   /* not one of the formats, whatever its name says */
    PHOTO_HEAVY,     /* more than PHOTO_BYTES_MAX */
    PHOTO_LARGE,     /* more than PHOTO_PIXELS_MAX, as its head says: nothing was decoded */
    PHOTO_DAMAGED,   /* cut off, or not what its head says */
    PHOTO_NO_READER, /* a format that the library on this machine does not read */
    PHOTO_COSTLY,    /* its process went beyond its memory or its time, and was ended */
    PHOTO_AWAY,      /* no library, no process, or the server is ending */
    PHOTO_VERDICT__COUNT
};

struct photo {
    uint32_t width, height; /* of the largest print */
    /* By side, smallest first, and by format; empty where the picture is smaller than the side
     * before. */
    slice prints[ENTRY_PICTURE_SIDES][ENTRY_PICTURE_FORMAT__COUNT];
};

struct photo_lab;
struct photo_lab_options {
    uint64_t memory_bytes; /* of the process that decodes, all it maps; 0: no limit */
    unsigned seconds;      /* of its processor; a little more by the clock */
    /* What that process gives up once the library is loaded and before it looks at a byte; NULL:
     * nothing. */
    err (*confine)(void *self, struct problem *problem);
    void *confine_self;
    const struct log *log;
};
/* The process behind the lab, copied from this one: before any thread, any sandbox and any socket
 * that it should not have. ERR_IO. */
MUST_USE err photo_lab_start(const struct photo_lab_options *options, struct photo_lab **lab,
                             struct problem *problem);
/* The thread that works, one picture after the other; after the sandbox. ERR_MEMORY. */
MUST_USE err photo_lab_open(struct photo_lab *lab);
/* Work that waits or runs is told PHOTO_AWAY from now on. Any thread. */
void photo_lab_end_soon(struct photo_lab *lab);
/* Runs what waits, ends the thread and the process. NULL is fine. */
void photo_lab_stop(struct photo_lab *lab);

/* Runs `work` on the lab's thread, later. ERR_BUSY: PHOTO_QUEUE_MAX wait already (each with all
 * that was sent in memory), or the lab is not open. */
#define PHOTO_QUEUE_MAX 8
typedef void photo_work(struct photo_lab *lab, void *self);
MUST_USE err photo_lab_submit(struct photo_lab *lab, photo_work *work, void *self);
/* Within `work`: develops one picture; the prints are copied into the arena. */
enum photo_verdict photo_lab_develop(struct photo_lab *lab, slice bytes, struct arena *arena,
                                     struct photo *photo);

#endif
