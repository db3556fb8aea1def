/* Videos of others: the address of their player, made from the address people copy. */
#ifndef AGORA_FACE_WEB_PAGE_VIDEO_H
#define AGORA_FACE_WEB_PAGE_VIDEO_H

#include "base/base.h"

#define VIDEO_ADDRESS_MAX 2000
#define VIDEO_HOST_MAX    100

enum video_sort { VIDEO_FRAME, VIDEO_FILE };
struct video {
    enum video_sort sort;
    slice player; /* for an <iframe> or a <video> (sounds too); never asked for before a click */
    slice origin; /* "https://HOST[:PORT]": what the page's policy lets in */
    slice seek;   /* player + seek + seconds: from there on */
    slice page;   /* page + seconds: the same on the host's own page, a plain link */
};
/* True for a player we know: PeerTube (any host, by the shape of its addresses), YouTube (the
 * address that sets no cookie before it plays), Vimeo (do not track), Dailymotion, and plain files
 * (mp4, webm, ogv, m4v; mp3, ogg, oga, opus, m4a). https only; host and identifiers are made of the
 * bytes they may have, so that they can stand in a header. Everything lives in the arena. */
bool video_of(slice url, struct arena *arena, struct video *video);

/* A time at the start of a transcript's line: "1:23", "[01:02:03]". `text` is what follows. */
bool video_chapter(slice line, uint32_t *seconds, slice *text);

#endif
