/* Drawings that are text (paths of the sprite, the ground of the map) on cairo. */
#include "assets_names.h"
#include "face/map/picture_int.h"

#include <string.h>

static const char *const kind_paths[QUERY_KIND__COUNT] = {ASSETS_KIND_PATHS};
#define PATH_SCALE 0.01 /* web/sprite/flatten.py writes hundredths */

void picture_colour(cairo_t *cairo, uint32_t rgb) {
    cairo_set_source_rgb(cairo, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                         (rgb & 255) / 255.0);
}

struct picture_colours picture_kind_colours(enum query_kind kind) {
    /* the tokens of web/css/tokens.css, light */
    static const struct picture_colours colours[QUERY_KIND__COUNT] = {
        [QUERY_KIND_INITIATIVE] = {0x14694f, 0xe0f0e8}, [QUERY_KIND_IDEA] = {0x5c6300, 0xf1f3d4},
        [QUERY_KIND_TOOL] = {0x17608f, 0xe1eef7},       [QUERY_KIND_PLACE] = {0x7e5400, 0xfaeed3},
        [QUERY_KIND_EVENT] = {0x97286b, 0xfae6f1},      [QUERY_KIND_ACTOR] = {0x4b45a1, 0xeceaf8},
        [QUERY_KIND_STORY] = {0x4a5560, 0xe9ecef},      [QUERY_KIND_NEED] = {0xb23a16, 0xfce9e1},
        [QUERY_KIND_OFFER] = {0x14694f, 0xe0f0e8},
    };
    return colours[kind];
}

/* The next number of a path; false at a letter or the end. */
static bool number_next(slice *rest, double *value) {
    size_t at = 0;
    while (at < rest->n && rest->p[at] == ' ') {
        at++;
    }
    bool negative = at < rest->n && rest->p[at] == '-';
    size_t digits = at + (negative ? 1 : 0);
    int64_t number = 0;
    size_t end = digits;
    for (; end < rest->n && rest->p[end] >= '0' && rest->p[end] <= '9' && end - digits < 10;
         end++) {
        number = 10 * number + (rest->p[end] - '0');
    }
    if (end == digits) {
        return false;
    }
    *value = (double)(negative ? -number : number);
    *rest = slice_sub(*rest, end, rest->n);
    return true;
}

static bool numbers_next(slice *rest, double *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!number_next(rest, &values[i])) {
            return false;
        }
    }
    return true;
}

/* All the runs of numbers that follow one letter. */
static void path_command(cairo_t *cairo, char letter, slice *rest) {
    double v[6];
    switch (letter) {
    case 'M':
        if (numbers_next(rest, v, 2)) {
            cairo_move_to(cairo, v[0], v[1]);
        }
        break;
    case 'L':
        while (numbers_next(rest, v, 2)) {
            cairo_line_to(cairo, v[0], v[1]);
        }
        break;
    case 'l':
        while (numbers_next(rest, v, 2)) {
            cairo_rel_line_to(cairo, v[0], v[1]);
        }
        break;
    case 'C':
        while (numbers_next(rest, v, 6)) {
            cairo_curve_to(cairo, v[0], v[1], v[2], v[3], v[4], v[5]);
        }
        break;
    case 'Z':
    case 'z':
        cairo_close_path(cairo);
        break;
    default:
        break;
    }
}

void picture_path(cairo_t *cairo, slice path) {
    while (path.n > 0) {
        char letter = path.p[0];
        path = slice_sub(path, 1, path.n);
        path_command(cairo, letter, &path);
    }
}

void picture_kind_icon(cairo_t *cairo, enum query_kind kind) {
    cairo_save(cairo);
    cairo_scale(cairo, PATH_SCALE, PATH_SCALE);
    picture_path(cairo, slice_from_cstr(kind_paths[kind]));
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(cairo, 2 / PATH_SCALE);
    cairo_stroke(cairo);
    cairo_restore(cairo);
}

/* The sprite's logo: arcs that are stroked, then a sun that is filled. */
void picture_logo(cairo_t *cairo, uint32_t ink) {
    slice path = SLICE(ASSETS_LOGO_PATH);
    size_t sun = path.n;
    while (sun > 0 && path.p[sun - 1] != 'M') {
        sun--;
    }
    cairo_save(cairo);
    cairo_scale(cairo, PATH_SCALE, PATH_SCALE);
    picture_path(cairo, slice_sub(path, 0, sun - 1));
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_BUTT);
    cairo_set_line_width(cairo, 5 / PATH_SCALE);
    picture_colour(cairo, ink);
    cairo_stroke(cairo);
    picture_path(cairo, slice_sub(path, sun - 1, path.n));
    picture_colour(cairo, 0xf4b942);
    cairo_fill(cairo);
    cairo_restore(cairo);
}

/* ---- the ground ---- */

/* Fill, stroke and width of a class of document.c's style, light; no fill below zero. */
struct ground_style {
    char class_letter;
    int32_t fill, stroke;
    double width; /* units; 0: from the element's own attribute */
};
static const struct ground_style styles[] = {
    {'a', 0xece9e0, 0xd9d3c5, 1.5}, {'f', 0xfbf9f3, 0xd3ccbb, 2}, {'s', -1, 0xece9e0, 0},
    {'b', -1, 0xc3bba7, 2.5},       {'d', -1, 0xd3ccbb, 1.6},     {'c', -1, 0xe6e1d4, 1.6},
};

static slice attribute(slice element, slice opening) {
    size_t start = slice_find_slice(element, 0, opening);
    if (start >= element.n) {
        return SLICE_EMPTY;
    }
    slice rest = slice_sub(element, start + opening.n, element.n);
    return slice_sub(rest, 0, slice_find(rest, 0, '"'));
}

static void ground_element(cairo_t *cairo, slice element) {
    slice name = attribute(element, SLICE("class=\""));
    const struct ground_style *style = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(styles) && name.n == 1; i++) {
        style = styles[i].class_letter == name.p[0] ? &styles[i] : style;
    }
    if (style == NULL) {
        return;
    }
    double width = style->width;
    slice own = attribute(element, SLICE("stroke-width=\""));
    number_next(&own, &width);
    cairo_new_path(cairo);
    picture_path(cairo, attribute(element, SLICE(" d=\"")));
    if (style->fill >= 0) {
        picture_colour(cairo, (uint32_t)style->fill);
        cairo_fill_preserve(cairo);
    }
    picture_colour(cairo, (uint32_t)style->stroke);
    cairo_set_line_width(cairo, width);
    cairo_stroke(cairo);
}

void picture_ground(cairo_t *cairo, slice svg) {
    cairo_save(cairo);
    cairo_scale(cairo, 1.0 / MAP_UNITS, 1.0 / MAP_UNITS);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
    size_t at = 0;
    while ((at = slice_find_slice(svg, at, SLICE("<path "))) < svg.n) {
        size_t end = slice_find(svg, at, '>');
        ground_element(cairo, slice_sub(svg, at, end - at));
        at = end;
    }
    cairo_restore(cairo);
}

/* ---- the file ---- */

static cairo_status_t png_add(void *self, const unsigned char *bytes, unsigned n) {
    struct buf *png = self;
    buf_add_bytes(png, bytes, n);
    return png->failed == OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

err picture_png(cairo_surface_t *surface, struct buf *png) {
    cairo_status_t status = cairo_surface_write_to_png_stream(surface, png_add, png);
    if (png->failed != OK) {
        return png->failed;
    }
    return status == CAIRO_STATUS_SUCCESS ? OK : ERR_MEMORY;
}
