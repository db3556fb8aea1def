#include "face/web/page/video.h"

#define ID_MAX 64

struct address {
    slice host;  /* with its port; lower case is not forced: hosts are compared without case */
    slice path;  /* from its first slash, without query and fragment */
    slice query; /* without '?' */
};

static bool is_word(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

/* The run of identifier bytes at the start. */
static slice word_of(slice text) {
    size_t n = 0;
    while (n < text.n && is_word(text.p[n])) {
        n++;
    }
    return slice_sub(text, 0, n);
}

static bool is_id(slice word) {
    return word.n > 0 && word.n <= ID_MAX;
}

static bool read_address(slice url, struct address *address) {
    slice scheme = SLICE("https://");
    if (!slice_starts_with(url, scheme) || url.n > VIDEO_ADDRESS_MAX) {
        return false;
    }
    slice rest = slice_sub(url, scheme.n, url.n);
    size_t end = 0;
    while (end < rest.n && (is_word(rest.p[end]) || rest.p[end] == '.' || rest.p[end] == ':')) {
        end++;
    }
    address->host = slice_sub(rest, 0, end);
    rest = slice_sub(rest, end, rest.n);
    if (address->host.n == 0 || address->host.n > VIDEO_HOST_MAX || rest.n == 0 ||
        rest.p[0] != '/') {
        return false;
    }
    rest = slice_sub(rest, 0, slice_find(rest, 0, '#'));
    size_t question = slice_find(rest, 0, '?');
    address->path = slice_sub(rest, 0, question);
    address->query = slice_sub(rest, question + 1, rest.n);
    return true;
}

static bool host_is(const struct address *address, const char *name) {
    slice host = address->host;
    if (host.n > 4 && slice_equal_ascii_nocase(slice_sub(host, 0, 4), SLICE("www."))) {
        host = slice_sub(host, 4, host.n);
    }
    return slice_equal_ascii_nocase(host, slice_from_cstr(name));
}

/* The identifier behind the first of these beginnings of a path. */
static slice id_behind(slice path, const char *const *starts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        slice start = slice_from_cstr(starts[i]);
        if (slice_starts_with(path, start)) {
            return word_of(slice_sub(path, start.n, path.n));
        }
    }
    return SLICE_EMPTY;
}

static slice query_value(slice query, slice key) {
    slice part;
    while (slice_cut(&query, '&', &part)) {
        if (slice_starts_with(part, key)) {
            return word_of(slice_sub(part, key.n, part.n));
        }
    }
    return SLICE_EMPTY;
}

static bool youtube(const struct address *address, struct arena *arena, struct video *video) {
    static const char *const starts[] = {"/embed/", "/shorts/", "/live/"};
    slice id = SLICE_EMPTY;
    if (host_is(address, "youtu.be")) {
        id = word_of(slice_sub(address->path, 1, address->path.n));
    } else if (host_is(address, "youtube.com") || host_is(address, "m.youtube.com") ||
               host_is(address, "youtube-nocookie.com")) {
        id = slice_equal(address->path, SLICE("/watch"))
                 ? query_value(address->query, SLICE("v="))
                 : id_behind(address->path, starts, ARRAY_COUNT(starts));
    }
    if (!is_id(id)) {
        return false;
    }
    *video = (struct video){
        .player = arena_printf(arena, "https://www.youtube-nocookie.com/embed/%.*s?autoplay=1",
                               SLICE_ARG(id)),
        .origin = SLICE("https://www.youtube-nocookie.com"),
        .seek = SLICE("&start="),
        .page = arena_printf(arena, "https://www.youtube.com/watch?v=%.*s&t=", SLICE_ARG(id))};
    return true;
}

static bool is_number(slice word) {
    uint64_t number = 0;
    return slice_to_u64(word, &number);
}

/* vimeo.com/123, vimeo.com/123/abc (not listed: the second part is its key), player.vimeo.com */
static bool vimeo(const struct address *address, struct arena *arena, struct video *video) {
    static const char *const starts[] = {"/video/", "/"};
    if (!host_is(address, "vimeo.com") && !host_is(address, "player.vimeo.com")) {
        return false;
    }
    slice id = id_behind(address->path, starts, ARRAY_COUNT(starts));
    if (!is_id(id) || !is_number(id)) {
        return false;
    }
    slice key = query_value(address->query, SLICE("h="));
    size_t behind = (size_t)(id.p - address->path.p) + id.n;
    if (key.n == 0 && behind + 1 < address->path.n) {
        key = word_of(slice_sub(address->path, behind + 1, address->path.n));
    }
    key = is_id(key) ? key : SLICE_EMPTY;
    *video = (struct video){
        .player = arena_printf(arena, "https://player.vimeo.com/video/%.*s?dnt=1&autoplay=1%s%.*s",
                               SLICE_ARG(id), key.n > 0 ? "&h=" : "", SLICE_ARG(key)),
        .origin = SLICE("https://player.vimeo.com"),
        .seek = SLICE("#t="),
        .page = arena_printf(arena, "https://vimeo.com/%.*s%s%.*s#t=", SLICE_ARG(id),
                             key.n > 0 ? "/" : "", SLICE_ARG(key))};
    return true;
}

static bool dailymotion(const struct address *address, struct arena *arena, struct video *video) {
    static const char *const starts[] = {"/embed/video/", "/video/"};
    slice id = SLICE_EMPTY;
    if (host_is(address, "dai.ly")) {
        id = word_of(slice_sub(address->path, 1, address->path.n));
    } else if (host_is(address, "dailymotion.com")) {
        id = id_behind(address->path, starts, ARRAY_COUNT(starts));
    }
    id = slice_sub(id, 0, slice_find(id, 0, '_')); /* x2m8jpp_the-title */
    if (!is_id(id)) {
        return false;
    }
    *video = (struct video){
        .player = arena_printf(arena, "https://geo.dailymotion.com/player.html?video=%.*s",
                               SLICE_ARG(id)),
        .origin = SLICE("https://geo.dailymotion.com"),
        .seek = SLICE("&startTime="),
        .page =
            arena_printf(arena, "https://www.dailymotion.com/video/%.*s?start=", SLICE_ARG(id))};
    return true;
}

/* The identifiers of PeerTube: a UUID, or the same in 22 letters and digits. */
static bool is_peertube_id(slice id) {
    unsigned dashes = 0;
    for (size_t i = 0; i < id.n; i++) {
        dashes += id.p[i] == '-';
    }
    return (id.n == 36 && dashes == 4) || (id.n >= 20 && id.n <= 22 && dashes == 0);
}

/* Nobody else who watches learns of the visitor: no peer to peer. */
static bool peertube(const struct address *address, struct arena *arena, struct video *video) {
    static const char *const starts[] = {"/w/", "/videos/watch/", "/videos/embed/"};
    slice id = id_behind(address->path, starts, ARRAY_COUNT(starts));
    if (!is_peertube_id(id)) {
        return false;
    }
    slice host = address->host;
    *video = (struct video){
        .player =
            arena_printf(arena, "https://%.*s/videos/embed/%.*s?autoplay=1&p2p=0&warningTitle=0",
                         SLICE_ARG(host), SLICE_ARG(id)),
        .origin = arena_printf(arena, "https://%.*s", SLICE_ARG(host)),
        .seek = SLICE("&start="),
        .page = arena_printf(arena, "https://%.*s/videos/watch/%.*s?start=", SLICE_ARG(host),
                             SLICE_ARG(id))};
    return true;
}

static bool file(const struct address *address, slice url, struct arena *arena,
                 struct video *video) {
    static const char *const endings[] = {".mp4", ".webm", ".ogv",  ".m4v", ".mp3",
                                          ".ogg", ".oga",  ".opus", ".m4a"};
    slice path = address->path;
    for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
        slice ending = slice_from_cstr(endings[i]);
        if (path.n > ending.n &&
            slice_equal_ascii_nocase(slice_sub(path, path.n - ending.n, ending.n), ending)) {
            slice bare = slice_sub(url, 0, slice_find(url, 0, '#'));
            *video = (struct video){
                .sort = VIDEO_FILE,
                .player = arena_copy(arena, bare),
                .origin = arena_printf(arena, "https://%.*s", SLICE_ARG(address->host)),
                .seek = SLICE("#t="),
                .page = arena_printf(arena, "%.*s#t=", SLICE_ARG(bare))};
            return true;
        }
    }
    return false;
}

bool video_of(slice url, struct arena *arena, struct video *video) {
    struct address address;
    return read_address(url, &address) &&
           (youtube(&address, arena, video) || vimeo(&address, arena, video) ||
            dailymotion(&address, arena, video) || peertube(&address, arena, video) ||
            file(&address, url, arena, video));
}

bool video_chapter(slice line, uint32_t *seconds, slice *text) {
    slice rest = slice_trim(line);
    bool bracket = rest.n > 0 && rest.p[0] == '[';
    size_t at = bracket;
    uint64_t total = 0;
    unsigned parts = 0;
    for (; parts < 3; parts++) {
        size_t from = at;
        while (at < rest.n && at - from < 3 && rest.p[at] >= '0' && rest.p[at] <= '9') {
            at++;
        }
        uint64_t part = 0;
        if (!slice_to_u64(slice_sub(rest, from, at - from), &part) ||
            (parts > 0 && (at - from != 2 || part > 59))) {
            return false;
        }
        total = total * 60 + part;
        if (at >= rest.n || rest.p[at] != ':') {
            parts++;
            break;
        }
        at++;
    }
    if (parts < 2 || rest.p[at - 1] == ':' || (bracket && (at >= rest.n || rest.p[at] != ']'))) {
        return false;
    }
    at += bracket;
    if (at < rest.n && rest.p[at] != ' ' && rest.p[at] != '\t') {
        return false; /* "12:30h", "1:2:3:4" */
    }
    *seconds = (uint32_t)total;
    *text = slice_trim(slice_sub(rest, at, rest.n));
    return true;
}
