#include "formats/unpack_int.h"
#include <string.h>

/* A zip's local header (APPNOTE 4.3.7, 4.4.4, 4.4.5). */
#define ZIP_HEAD_BYTES  30
#define ZIP_FILES_MAX   1000 /* looked at before the KML */
#define ZIP_STORED      0
#define ZIP_DEFLATED    8
#define ZIP_ENCRYPTED   1
#define ZIP_SIZE_BEHIND 8 /* the sizes stand behind the file */

static err window_fill(struct unpack *u, struct problem *problem) {
    if (u->at > 0) {
        memmove(u->window, u->window + u->at, u->n - u->at);
        u->n -= u->at;
        u->at = 0;
    }
    while (!u->source_ended && u->n < UNPACK_WINDOW) {
        size_t got = 0;
        err failed =
            u->source.read(u->source.self, (char *)u->window + u->n, UNPACK_WINDOW - u->n, &got);
        if (failed != OK) {
            return problem_set(problem, failed, "", "the input cannot be read to its end");
        }
        u->source_ended = got == 0;
        u->n += got;
        u->bytes_in += got;
    }
    return OK;
}

/* What people bring most often that is no text; each sentence names the mend. */
static const struct {
    const char *magic;
    const char *what;
} foreign[] = {
    {"PK\x03\x04", "this is a zip archive or a spreadsheet (xlsx, ods): unpack it, or save "
                   "the sheet as CSV"},
    {"\xD0\xCF\x11\xE0", "this is an old Excel file: save the sheet as CSV"},
    {"BZh", "bzip2 is not read here: unpack it, or pack it with gzip or zstd"},
    {"\xFD"
     "7zXZ",
     "xz is not read here: unpack it, or pack it with gzip or zstd"},
    {"%PDF", "this is a PDF, not data"},
    {"SQLite format 3", "this is an SQLite database (perhaps a GeoPackage): export its "
                        "table as CSV or GeoJSON"},
};

static err zip_refuse(struct problem *problem) {
    return problem_set(problem, ERR_UNSUPPORTED, "", "%s", foreign[0].what);
}

static size_t little_endian(const struct unpack *u, size_t at, size_t n) {
    size_t value = 0;
    for (size_t i = n; i > 0; i--) {
        value = value << 8 | u->window[u->at + at + i - 1];
    }
    return value;
}

/* What a zip says before a file in it (APPNOTE 4.3.7). */
struct zip_head {
    size_t flags, method, packed, length;
    bool is_kml;
};
static bool zip_head_read(const struct unpack *u, struct zip_head *head) {
    slice bytes = slice_of((const char *)u->window + u->at, u->n - u->at);
    if (bytes.n < ZIP_HEAD_BYTES || !slice_starts_with(bytes, SLICE("PK\x03\x04"))) {
        return false;
    }
    size_t name = little_endian(u, 26, 2);
    *head = (struct zip_head){.flags = little_endian(u, 6, 2),
                              .method = little_endian(u, 8, 2),
                              .packed = little_endian(u, 18, 4),
                              .length = ZIP_HEAD_BYTES + name + little_endian(u, 28, 2)};
    slice file = slice_sub(bytes, ZIP_HEAD_BYTES, name);
    head->is_kml =
        name > 4 && slice_equal_ascii_nocase(slice_sub(file, name - 4, 4), SLICE(".kml"));
    return head->length <= bytes.n;
}

/* A KMZ is a zip whose first KML is the map (OGC 12-007r2, annex C); pictures may stand before it.
 * Other zips are refused. */
static err zip_start(struct unpack *u, struct problem *problem) {
    struct zip_head head;
    for (unsigned file = 0; file < ZIP_FILES_MAX && zip_head_read(u, &head); file++) {
        bool sized = (head.flags & ZIP_SIZE_BEHIND) == 0 && head.packed < UINT32_MAX;
        bool readable = (head.flags & ZIP_ENCRYPTED) == 0 &&
                        (head.method == ZIP_DEFLATED || (head.method == ZIP_STORED && sized));
        u->at += head.length;
        if (head.is_kml && readable) {
            u->stored = head.method == ZIP_STORED;
            u->left = head.packed;
            if (!u->stored && inflateInit2(&u->gzip, -MAX_WBITS) != Z_OK) {
                return ERR_MEMORY;
            }
            u->packing = DECODE_ZIP;
            return OK;
        }
        if (!sized) {
            break;
        }
        for (size_t left = head.packed; left > 0;) {
            size_t there = u->n - u->at < left ? u->n - u->at : left;
            u->at += there;
            left -= there;
            TRY(window_fill(u, problem));
            if (left > 0 && u->n == 0) {
                return zip_refuse(problem);
            }
        }
    }
    return zip_refuse(problem);
}

static err unpack_start(struct unpack *u, struct problem *problem) {
    u->started = true;
    TRY(window_fill(u, problem));
    slice head = slice_of((const char *)u->window, u->n);
    if (slice_starts_with(head, SLICE("PK\x03\x04"))) {
        return zip_start(u, problem);
    }
    for (size_t i = 0; i < ARRAY_COUNT(foreign); i++) {
        if (slice_starts_with(head, slice_from_cstr(foreign[i].magic))) {
            return problem_set(problem, ERR_UNSUPPORTED, "", "%s", foreign[i].what);
        }
    }
    if (slice_starts_with(head, SLICE("\x1F\x8B"))) {
        if (inflateInit2(&u->gzip, 16 + MAX_WBITS) != Z_OK) {
            return ERR_MEMORY;
        }
        u->packing = DECODE_GZIP;
    } else if (slice_starts_with(head, SLICE("\x28\xB5\x2F\xFD"))) {
        u->zstd = ZSTD_createDStream();
        if (u->zstd == NULL) {
            return ERR_MEMORY;
        }
        u->packing = DECODE_ZSTD;
    }
    return OK;
}

static err cut_short(struct unpack *u, struct problem *problem) {
    u->cut = true;
    return problem_set(problem, ERR_INPUT, "", "the packed file ends too early: it was cut");
}

/* Bytes after a gzip member: another member, or zeros that pad a tape or a disk block. */
static err gzip_between(struct unpack *u, bool *more, struct problem *problem) {
    *more = false;
    while (u->at < u->n && u->window[u->at] == 0) {
        u->at++;
    }
    if (u->at == u->n) {
        return OK;
    }
    if (u->window[u->at] != 0x1F || inflateReset(&u->gzip) != Z_OK) {
        return problem_set(problem, ERR_INPUT, "", "other bytes follow the end of the gzip data");
    }
    *more = true;
    return OK;
}

static err gzip_read(struct unpack *u, char *bytes, size_t room, size_t *got,
                     struct problem *problem) {
    *got = 0;
    while (*got == 0) {
        if (u->at == u->n) {
            TRY(window_fill(u, problem));
            if (u->n == 0) {
                return u->member_open ? cut_short(u, problem) : OK;
            }
        }
        if (!u->member_open) {
            bool more;
            TRY(gzip_between(u, &more, problem));
            if (!more) {
                continue;
            }
            u->member_open = true;
        }
        u->gzip.next_in = u->window + u->at;
        u->gzip.avail_in = (uInt)(u->n - u->at);
        u->gzip.next_out = (unsigned char *)bytes;
        u->gzip.avail_out = (uInt)room;
        int state = inflate(&u->gzip, Z_NO_FLUSH);
        u->at = u->n - u->gzip.avail_in;
        *got = room - u->gzip.avail_out;
        if (state == Z_STREAM_END) {
            u->member_open = false;
        } else if (state != Z_OK && state != Z_BUF_ERROR) {
            return problem_set(problem, ERR_INPUT, "", "the gzip data is damaged");
        }
    }
    return OK;
}

static err zstd_read(struct unpack *u, char *bytes, size_t room, size_t *got,
                     struct problem *problem) {
    ZSTD_outBuffer out = {.dst = bytes, .size = room};
    while (out.pos == 0) {
        if (u->at == u->n) {
            TRY(window_fill(u, problem));
        }
        ZSTD_inBuffer in = {.src = u->window, .size = u->n, .pos = u->at};
        bool drained = in.pos == in.size;
        if (drained && !u->member_open) {
            break;
        }
        size_t state = ZSTD_decompressStream(u->zstd, &out, &in);
        u->at = in.pos;
        if (ZSTD_isError(state)) {
            return problem_set(problem, ERR_INPUT, "", "the zstd data is damaged: %s",
                               ZSTD_getErrorName(state));
        }
        u->member_open = state != 0;
        if (drained && out.pos == 0) {
            return cut_short(u, problem);
        }
    }
    *got = out.pos;
    return OK;
}

static err zip_read(struct unpack *u, char *bytes, size_t room, size_t *got,
                    struct problem *problem) {
    *got = 0;
    while (*got == 0 && u->member_open) {
        if (u->at == u->n) {
            TRY(window_fill(u, problem));
            if (u->n == 0) {
                return u->stored && u->left == 0 ? OK : cut_short(u, problem);
            }
        }
        if (u->stored) {
            size_t n = u->n - u->at < u->left ? u->n - u->at : u->left;
            n = n < room ? n : room;
            memcpy(bytes, u->window + u->at, n);
            u->at += n;
            u->left -= n;
            *got = n;
            u->member_open = u->left > 0;
            continue;
        }
        u->gzip.next_in = u->window + u->at;
        u->gzip.avail_in = (uInt)(u->n - u->at);
        u->gzip.next_out = (unsigned char *)bytes;
        u->gzip.avail_out = (uInt)room;
        int state = inflate(&u->gzip, Z_NO_FLUSH);
        u->at = u->n - u->gzip.avail_in;
        *got = room - u->gzip.avail_out;
        u->member_open = state != Z_STREAM_END;
        if (state != Z_STREAM_END && state != Z_OK && state != Z_BUF_ERROR) {
            return problem_set(problem, ERR_INPUT, "", "the KMZ is damaged");
        }
    }
    return OK;
}

static err plain_read(struct unpack *u, char *bytes, size_t room, size_t *got,
                      struct problem *problem) {
    if (u->at == u->n) {
        TRY(window_fill(u, problem));
    }
    size_t n = u->n - u->at < room ? u->n - u->at : room;
    memcpy(bytes, u->window + u->at, n);
    u->at += n;
    *got = n;
    return OK;
}

err unpack_read(struct unpack *u, char *bytes, size_t room, size_t *got, struct problem *problem) {
    if (!u->started) {
        TRY(unpack_start(u, problem));
        u->member_open = u->packing != DECODE_PLAIN;
    }
    *got = 0;
    switch (u->packing) {
    case DECODE_GZIP:
        return gzip_read(u, bytes, room, got, problem);
    case DECODE_ZSTD:
        return zstd_read(u, bytes, room, got, problem);
    case DECODE_ZIP:
        return zip_read(u, bytes, room, got, problem);
    case DECODE_PLAIN:
    case DECODE_PACKING__COUNT:
        break;
    }
    return plain_read(u, bytes, room, got, problem);
}

void unpack_end(struct unpack *u) {
    if (u->packing == DECODE_GZIP || (u->packing == DECODE_ZIP && !u->stored)) {
        inflateEnd(&u->gzip);
    }
    ZSTD_freeDStream(u->zstd);
}
