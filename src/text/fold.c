#include "text/text_int.h"

#include <string.h>
#include <utf8proc.h>

#define FOLD_OPTIONS                                                                               \
    (UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |                  \
     UTF8PROC_STRIPMARK | UTF8PROC_IGNORE)
/* The longest compatibility decomposition is 18 code points (U+FDFA). */
#define FOLD_CODEPOINTS_MAX 32

/* Collects folded bytes and passes them on in larger runs; holds back white space until something
 * follows it. */
struct folder {
    struct buf *out;
    bool started, space_waits;
    size_t n;
    char chunk[256];
};

static void folder_flush(struct folder *folder) {
    buf_add_bytes(folder->out, folder->chunk, folder->n);
    folder->n = 0;
}

/* Room for a space and one more code point. */
static void folder_make_room(struct folder *folder) {
    if (folder->n + 8 > sizeof(folder->chunk)) {
        folder_flush(folder);
    }
    if (folder->space_waits && folder->started) {
        folder->chunk[folder->n++] = ' ';
    }
    folder->space_waits = false;
    folder->started = true;
}

static void folder_add_char(struct folder *folder, char byte) {
    folder_make_room(folder);
    folder->chunk[folder->n++] = byte;
}

static void folder_add_codepoint(struct folder *folder, uint32_t codepoint) {
    folder_make_room(folder);
    folder->n += (size_t)utf8proc_encode_char((utf8proc_int32_t)codepoint,
                                              (utf8proc_uint8_t *)folder->chunk + folder->n);
}

static void folder_add_ascii(struct folder *folder, char byte) {
    unsigned char c = (unsigned char)byte;
    if (c <= ' ' || c == 0x7F) {
        folder->space_waits = true;
    } else if (c >= 'A' && c <= 'Z') {
        folder_add_char(folder, (char)(c + ('a' - 'A')));
    } else {
        folder_add_char(folder, c == '`' ? '\'' : byte);
    }
}

/* U+00C0 to U+00FF, most of what French has beyond ASCII; "" leaves it to the general way. */
static const char latin_1_letters[64][3] = {
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "ss",
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "y"};

/* ASCII for letters that Unicode does not decompose, and for the many apostrophes; NULL for
 * others. */
static const char *ascii_for(uint32_t codepoint) {
    if (codepoint >= 0xC0 && codepoint <= 0xFF) {
        const char *letters = latin_1_letters[codepoint - 0xC0];
        return letters[0] ? letters : NULL;
    }
    switch (codepoint) {
    case 0x60:
    case 0xB4:
    case 0x2B9:
    case 0x2BB:
    case 0x2BC:
    case 0x2BD:
    case 0x2C8:
    case 0x2018:
    case 0x2019:
    case 0x201B:
    case 0x2032:
    case 0x2035:
    case 0xA78C:
    case 0xFF07:
    case 0xFF40:
        return "'";
    case 0x110:
    case 0x111:
        return "d";
    case 0x126:
    case 0x127:
        return "h";
    case 0x131:
        return "i";
    case 0x141:
    case 0x142:
        return "l";
    case 0x152:
    case 0x153:
        return "oe";
    case 0x1E9E:
        return "ss";
    case 0x2044: /* the stroke in ½ */
        return "/";
    case 0x2043:
    case 0x2212:
        return "-";
    default:
        return NULL;
    }
}

static bool is_space_category(utf8proc_category_t category) {
    return category == UTF8PROC_CATEGORY_CC ||
           (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP);
}

/* Adds a code point that is already decomposed and lower case. */
static void folder_add_plain(struct folder *folder, uint32_t codepoint) {
    const char *ascii = ascii_for(codepoint);
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)codepoint);
    if (ascii) {
        for (; *ascii; ascii++) {
            folder_add_char(folder, *ascii);
        }
    } else if (codepoint < 0x80) {
        folder_add_ascii(folder, (char)codepoint);
    } else if (is_space_category(category)) {
        folder->space_waits = true;
    } else if (category == UTF8PROC_CATEGORY_PD) {
        folder_add_char(folder, '-');
    } else {
        folder_add_codepoint(folder, codepoint);
    }
}

static void folder_add_wide(struct folder *folder, uint32_t codepoint) {
    if (ascii_for(codepoint)) {
        folder_add_plain(folder, codepoint);
        return;
    }
    utf8proc_int32_t parts[FOLD_CODEPOINTS_MAX];
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)codepoint, parts,
                                                 FOLD_CODEPOINTS_MAX, FOLD_OPTIONS, &boundary);
    if (n < 0 || n > FOLD_CODEPOINTS_MAX) {
        folder_add_plain(folder, codepoint);
        return;
    }
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        folder_add_plain(folder, (uint32_t)parts[i]);
    }
}

void text_fold(slice text, struct buf *out) {
    struct folder folder;
    folder.out = out;
    folder.n = 0;
    folder.started = false;
    folder.space_waits = false;
    for (size_t i = 0; i < text.n;) {
        if ((unsigned char)text.p[i] < 0x80) {
            folder_add_ascii(&folder, text.p[i++]);
            continue;
        }
        size_t length;
        uint32_t codepoint = text_decode(text, i, &length);
        folder_add_wide(&folder, codepoint);
        i += length;
    }
    folder_flush(&folder);
}

static bool is_slug_char(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

bool text_is_slug(slice text, size_t limit) {
    if (text.n == 0 || text.n > limit || text.p[0] == '-' || text.p[text.n - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        if (!is_slug_char(text.p[i]) && text.p[i] != '-') {
            return false;
        }
    }
    return true;
}

/* One byte more than is asked for: it decides where the slug is cut. */
struct slug {
    size_t n, most;
    bool hyphen_waits;
    char bytes[TEXT_SLUG_MAX + 1];
};

static void slug_put(struct slug *slug, char byte) {
    if (slug->n < slug->most) {
        slug->bytes[slug->n++] = byte;
    }
}

/* A byte of the folded text. */
static void slug_add(struct slug *slug, char byte) {
    if (!is_slug_char(byte)) {
        slug->hyphen_waits = slug->n > 0;
        return;
    }
    if (slug->hyphen_waits) {
        slug_put(slug, '-');
        slug->hyphen_waits = false;
    }
    slug_put(slug, byte);
}

static void slug_add_wide(struct slug *slug, uint32_t codepoint) {
    const char *ascii = ascii_for(codepoint);
    if (ascii) {
        for (; *ascii; ascii++) {
            slug_add(slug, *ascii);
        }
        return;
    }
    struct folder folder = {.started = true, .out = NULL}; /* its chunk holds any one code point */
    folder_add_wide(&folder, codepoint);
    for (size_t i = 0; i < folder.n; i++) {
        slug_add(slug, folder.chunk[i]);
    }
    if (folder.space_waits) {
        slug_add(slug, ' ');
    }
}

void text_slug(slice text, size_t limit, struct buf *out) {
    struct slug slug;
    slug.n = 0;
    slug.hyphen_waits = false;
    limit = limit < TEXT_SLUG_MAX ? limit : TEXT_SLUG_MAX;
    slug.most = limit + 1;
    for (size_t i = 0; i < text.n && slug.n < slug.most;) {
        unsigned char c = (unsigned char)text.p[i];
        if (c < 0x80) {
            slug_add(&slug, c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : text.p[i]);
            i++;
            continue;
        }
        size_t length;
        uint32_t codepoint = text_decode(text, i, &length);
        slug_add_wide(&slug, codepoint);
        i += length;
    }
    slice kept = slice_of(slug.bytes, slug.n < limit ? slug.n : limit);
    if (kept.n < slug.n && slug.bytes[kept.n] != '-') {
        const char *hyphen = memrchr(kept.p, '-', kept.n);
        kept.n = hyphen ? (size_t)(hyphen - kept.p) : kept.n;
    }
    buf_add(out, kept);
}
