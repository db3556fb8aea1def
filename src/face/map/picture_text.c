/* Our faces on cairo: opening them, what they can draw, lines. */
#include "face/map/picture_int.h"

#include "text/text.h"

#include <string.h>

#define TEXT_BYTES_MAX 4096

err picture_pen_open(struct picture_pen *pen, slice text_face, slice title_face) {
    *pen = (struct picture_pen){0};
    if (FT_Init_FreeType(&pen->library) != 0) {
        return ERR_MEMORY;
    }
    if (FT_New_Memory_Face(pen->library, (const FT_Byte *)text_face.p, (FT_Long)text_face.n, 0,
                           &pen->text_ft) != 0 ||
        FT_New_Memory_Face(pen->library, (const FT_Byte *)title_face.p, (FT_Long)title_face.n, 0,
                           &pen->title_ft) != 0) {
        picture_pen_close(pen);
        return ERR_UNSUPPORTED;
    }
    pen->text = cairo_ft_font_face_create_for_ft_face(pen->text_ft, FT_LOAD_NO_HINTING);
    pen->title = cairo_ft_font_face_create_for_ft_face(pen->title_ft, FT_LOAD_NO_HINTING);
    return OK;
}

void picture_pen_close(struct picture_pen *pen) {
    if (pen->text != NULL) {
        cairo_font_face_destroy(pen->text);
        cairo_font_face_destroy(pen->title);
    }
    if (pen->text_ft != NULL) {
        FT_Done_Face(pen->text_ft);
    }
    if (pen->title_ft != NULL) {
        FT_Done_Face(pen->title_ft);
    }
    if (pen->library != NULL) {
        FT_Done_FreeType(pen->library);
    }
    *pen = (struct picture_pen){0};
}

/* ---- what can be drawn ---- */

/* The code point at `at` of a UTF-8 text, and how many bytes it has. */
static uint32_t codepoint(slice text, size_t at, size_t *n) {
    unsigned char first = (unsigned char)text.p[at];
    *n = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (*n > text.n - at) {
        *n = text.n - at;
    }
    uint32_t value = *n == 1 ? first : first & (0x7fu >> *n);
    for (size_t i = 1; i < *n; i++) {
        value = value << 6 | ((unsigned char)text.p[at + i] & 0x3f);
    }
    return value;
}

/* Capitals of Latin Extended-A, which alternates. */
static bool is_capital(uint32_t letter) {
    bool odd = (letter >= 0x139 && letter <= 0x148) || (letter >= 0x179 && letter <= 0x17e);
    return letter >= 0x100 && letter <= 0x17f && (letter % 2 == 1) == odd;
}

/* Scripts in which a lost sign is a lost letter; the rest (pictures, marks, arrows) is ornament. */
static bool is_letter(uint32_t sign) {
    return (sign > 0x7f && sign < 0x2000 && (sign < 0x300 || sign > 0x36f)) ||
           (sign >= 0x2e80 && sign < 0xd800) || (sign >= 0xf900 && sign < 0xfe00) ||
           (sign >= 0xfe70 && sign < 0xff00) || (sign >= 0x10000 && sign < 0x1d000) ||
           (sign >= 0x20000 && sign < 0x40000);
}

static bool base_letters(uint32_t sign, slice written, struct buf *out) {
    struct buf folded BUF_CLEANUP = buf_new(64);
    text_fold(written, &folded);
    slice base = buf_slice(&folded);
    for (size_t i = 0; i < base.n; i++) {
        if (base.p[i] < 'a' || base.p[i] > 'z') {
            return false;
        }
    }
    for (size_t i = 0; i < base.n; i++) {
        buf_add_char(out, (char)(i == 0 && is_capital(sign) ? base.p[i] - 'a' + 'A' : base.p[i]));
    }
    return base.n > 0;
}

bool picture_text_drawable(FT_Face face, slice text, struct buf *out) {
    uint32_t drawn = 0;
    uint32_t lost = 0;
    size_t n = 0;
    struct buf composed BUF_CLEANUP = buf_new(TEXT_BYTES_MAX);
    slice rest = text_compose(text, &composed) ? buf_slice(&composed) : text;
    for (size_t at = 0; at < rest.n; at += n) {
        uint32_t sign = codepoint(rest, at, &n);
        slice written = slice_sub(rest, at, n);
        if (sign >= 0x20 && FT_Get_Char_Index(face, sign) != 0) {
            buf_add(out, written);
            drawn += sign > ' ';
        } else if (base_letters(sign, written, out)) {
            drawn++;
        } else {
            lost += is_letter(sign);
        }
    }
    return drawn > 0 && lost * 3 <= drawn && out->failed == OK;
}

/* ---- lines ---- */

double picture_text_width(cairo_t *cairo, const char *text) {
    cairo_text_extents_t extents;
    cairo_text_extents(cairo, text, &extents);
    return extents.x_advance;
}

/* The next place where a line may end: before a space, behind a hyphen. */
static size_t break_after(slice text, size_t at) {
    size_t space = slice_find(text, at + 1, ' ');
    size_t hyphen = slice_find(text, at + 1, '-');
    return hyphen + 1 < space ? hyphen + 1 : space;
}

/* The most words of `text` that fit; at least one, cut when it alone is too long. */
static slice line_cut(cairo_t *cairo, slice *text, double width, bool is_last) {
    struct buf line BUF_CLEANUP = buf_new(TEXT_BYTES_MAX);
    slice whole = slice_trim(*text);
    size_t fits = 0;
    const char *more = "";
    for (size_t end = 0; end < whole.n;) {
        end = break_after(whole, end);
        buf_clear(&line);
        buf_add(&line, slice_sub(whole, 0, end));
        more = is_last && end < whole.n ? "…" : "";
        buf_add_cstr(&line, more);
        if (picture_text_width(cairo, buf_cstr(&line)) > width) {
            break;
        }
        fits = end;
    }
    if (fits == 0) { /* one long word: as many of its signs as fit */
        size_t n = 0;
        for (size_t end = 0; end < whole.n; end += n) {
            codepoint(whole, end, &n);
            buf_clear(&line);
            buf_add(&line, slice_sub(whole, 0, end + n));
            buf_add_cstr(&line, is_last ? "…" : "-");
            if (picture_text_width(cairo, buf_cstr(&line)) > width && end > 0) {
                fits = end;
                break;
            }
            fits = end + n;
        }
    }
    *text = slice_trim(slice_sub(whole, fits, whole.n));
    return slice_sub(whole, 0, fits);
}

unsigned picture_text_wrap(cairo_t *cairo, slice text, double x, double y, double width,
                           double line_height, unsigned lines) {
    struct buf line BUF_CLEANUP = buf_new(TEXT_BYTES_MAX);
    unsigned written = 0;
    text = slice_trim(slice_sub(text, 0, TEXT_BYTES_MAX / 2));
    while (text.n > 0 && written < lines) {
        bool is_last = written + 1 == lines;
        slice part = line_cut(cairo, &text, width, is_last);
        bool is_broken = part.n > 0 && text.n > 0 && slice_find(part, 0, ' ') >= part.n &&
                         !slice_ends_with(part, SLICE("-")) && text.p != part.p + part.n + 1;
        buf_clear(&line);
        buf_add(&line, part);
        buf_add_cstr(&line, text.n == 0 ? "" : is_last ? "…" : is_broken ? "-" : "");
        cairo_move_to(cairo, x, y + written * line_height);
        cairo_show_text(cairo, buf_cstr(&line));
        written++;
    }
    return written;
}
