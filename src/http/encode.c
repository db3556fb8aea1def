#include "http/encode.h"

#include <brotli/encode.h>
#include <zlib.h>

/* Brotli 4 packs a page as well as gzip 9 in a third of its time; 5 and more buy little. */
#define BROTLI_QUALITY   4
#define GZIP_LEVEL       5
#define GZIP_WINDOW_BITS (15 + 16) /* 16: a gzip wrapper */
#define STEP_BYTES       16384

struct http_encoder {
    enum http_encoding encoding;
    BrotliEncoderState *brotli;
    z_stream gzip;
};

slice http_encoding_name(enum http_encoding encoding) {
    switch (encoding) {
    case HTTP_BROTLI:
        return SLICE("br");
    case HTTP_GZIP:
        return SLICE("gzip");
    case HTTP_IDENTITY:
        break;
    }
    return SLICE_EMPTY;
}

/* The smallest window that holds the whole text: less memory to clear for a small page. */
static uint32_t window_bits(size_t size_hint) {
    uint32_t bits = 12;
    while (bits < 18 && (size_t)1 << bits < size_hint) {
        bits++;
    }
    return size_hint ? bits : 18;
}

static bool start_brotli(struct http_encoder *encoder, size_t size_hint) {
    encoder->brotli = BrotliEncoderCreateInstance(NULL, NULL, NULL);
    return encoder->brotli &&
           BrotliEncoderSetParameter(encoder->brotli, BROTLI_PARAM_QUALITY, BROTLI_QUALITY) &&
           BrotliEncoderSetParameter(encoder->brotli, BROTLI_PARAM_MODE, BROTLI_MODE_TEXT) &&
           BrotliEncoderSetParameter(encoder->brotli, BROTLI_PARAM_LGWIN, window_bits(size_hint)) &&
           BrotliEncoderSetParameter(encoder->brotli, BROTLI_PARAM_SIZE_HINT,
                                     size_hint < UINT32_MAX ? (uint32_t)size_hint : 0);
}

struct http_encoder *http_encoder_new(enum http_encoding encoding, size_t size_hint,
                                      struct arena *arena) {
    struct http_encoder *encoder = arena_new(arena, struct http_encoder, 1);
    encoder->encoding = encoding;
    bool started = encoding == HTTP_BROTLI
                       ? start_brotli(encoder, size_hint)
                       : deflateInit2(&encoder->gzip, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS, 8,
                                      Z_DEFAULT_STRATEGY) == Z_OK;
    if (!started) {
        if (encoder->brotli) {
            BrotliEncoderDestroyInstance(encoder->brotli);
        }
        return NULL;
    }
    return encoder;
}

void http_encoder_free(struct http_encoder *encoder) {
    if (!encoder) {
        return;
    }
    if (encoder->encoding == HTTP_BROTLI) {
        BrotliEncoderDestroyInstance(encoder->brotli);
    } else {
        deflateEnd(&encoder->gzip);
    }
}

static err add_brotli(BrotliEncoderState *brotli, slice input, bool last, struct buf *out) {
    const uint8_t *next_in = (const uint8_t *)input.p;
    size_t left = input.n;
    BrotliEncoderOperation operation = last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS;
    do {
        size_t no_room = 0;
        uint8_t *no_output = NULL;
        if (!BrotliEncoderCompressStream(brotli, operation, &left, &next_in, &no_room, &no_output,
                                         NULL)) {
            return ERR_MEMORY;
        }
        size_t n = 0;
        const uint8_t *made = BrotliEncoderTakeOutput(brotli, &n);
        buf_add_bytes(out, made, n);
    } while (out->failed == OK && (left > 0 || BrotliEncoderHasMoreOutput(brotli) ||
                                   (last && !BrotliEncoderIsFinished(brotli))));
    return out->failed;
}

/* Input beyond what zlib's 32-bit counter holds comes in steps. */
static err add_gzip(z_stream *gzip, slice input, bool last, struct buf *out) {
    unsigned char step[STEP_BYTES];
    int result;
    do {
        size_t part = input.n < (1u << 30) ? input.n : 1u << 30;
        bool final = last && part == input.n;
        gzip->next_in = (z_const Bytef *)(uintptr_t)input.p;
        gzip->avail_in = (uInt)part;
        do {
            gzip->next_out = step;
            gzip->avail_out = sizeof step;
            result = deflate(gzip, final ? Z_FINISH : Z_NO_FLUSH);
            if (result == Z_STREAM_ERROR) {
                return ERR_INTERNAL;
            }
            buf_add_bytes(out, step, sizeof step - gzip->avail_out);
        } while (gzip->avail_out == 0 && out->failed == OK);
        input = slice_sub(input, part, input.n);
    } while (input.n > 0 && out->failed == OK);
    return out->failed;
}

err http_encoder_add(struct http_encoder *encoder, slice input, bool last, struct buf *out) {
    return encoder->encoding == HTTP_BROTLI ? add_brotli(encoder->brotli, input, last, out)
                                            : add_gzip(&encoder->gzip, input, last, out);
}
