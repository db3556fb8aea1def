/* Addresses of videos and lines of transcripts: what becomes a player can stand in a header and in
 * an attribute; a chapter's text lies within its line. */
#include "face/web/page/video.h"
#include "fuzz.h"

static bool is_plain(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        unsigned char byte = (unsigned char)text.p[i];
        if (byte <= ' ' || byte == ';' || byte == ',' || byte == '"' || byte == '\'' ||
            byte >= 0x7f) {
            return false;
        }
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    slice text = slice_of((const char *)data, size);
    struct video video = {0};
    if (video_of(text, &arena, &video)) {
        FUZZ_PROMISE(is_plain(video.origin) && slice_starts_with(video.player, video.origin));
        FUZZ_PROMISE(video.sort == VIDEO_FILE || is_plain(video.player));
    }
    uint32_t seconds = 0;
    slice said = SLICE_EMPTY;
    if (video_chapter(text, &seconds, &said)) {
        FUZZ_PROMISE(said.n == 0 || (said.p >= text.p && said.p + said.n <= text.p + text.n));
    }
    return 0;
}
