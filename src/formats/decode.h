/* Bytes from outside -> UTF-8 text, as a stream: gzip (RFC 1952, several members) and zstd (RFC
 * 8878) are recognised by their first bytes; the charset by a byte order mark (UTF-8, UTF-16),
 * else by validity (UTF-8 or Windows-1252). What comes out is always UTF-8 without a BOM and
 * without NUL. Memory is flat whatever the size: two windows of 64 KiB and the decompressor's
 * own (at most 128 MiB for zstd, which refuses larger windows). */
#ifndef AGORA_FORMATS_DECODE_H
#define AGORA_FORMATS_DECODE_H

#include "formats/source.h"

enum decode_packing { DECODE_PLAIN, DECODE_GZIP, DECODE_ZSTD, DECODE_ZIP, DECODE_PACKING__COUNT };
enum decode_charset {
    DECODE_UTF8, /* ASCII included; a stray byte in it is read as Windows-1252 and counted */
    DECODE_WINDOWS_1252,
    DECODE_UTF16LE,
    DECODE_UTF16BE,
    DECODE_CHARSET__COUNT
};

struct decode;

/* The source outlives the decoder. `bytes_max` bounds the unpacked size (0: no bound).
 * ERR_MEMORY. */
MUST_USE err decode_new(struct byte_source source, uint64_t bytes_max, struct decode **decode);
void decode_free(struct decode *decode); /* NULL is fine */

/* The next text, borrowed until the next call, never cut inside a character; empty at the end.
 * ERR_IO; ERR_INPUT when the packing is damaged or the bytes are no text (decode_is_cut tells
 * whether the input ended too early); ERR_UNSUPPORTED for archives (zip, xlsx, ods) but a KMZ,
 * named in the problem; ERR_LIMIT beyond `bytes_max`. */
MUST_USE err decode_next(struct decode *decode, slice *text, struct problem *problem);

enum decode_packing decode_packing(const struct decode *decode);
/* Known from the first non-ASCII character on; before it DECODE_UTF8. */
enum decode_charset decode_charset(const struct decode *decode);
bool decode_is_cut(const struct decode *decode);       /* the packed input ended too early */
uint64_t decode_mended(const struct decode *decode);   /* stray bytes that were mended */
uint64_t decode_bytes_in(const struct decode *decode); /* packed bytes read so far: for progress */

#endif
