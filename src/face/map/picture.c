/* The pictures of pages: layout, pens, what is remembered. */
#include "face/map/picture.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "face/map/picture_int.h"

#define MAP_LEFT        700 /* px: text before it, the map after it */
#define MARGIN          64
#define TEXT_WIDTH      (MAP_LEFT - 2 * MARGIN + 16)
#define TITLE_LINES     3
#define PENS            2 /* pictures drawn at the same time */
#define WAITING_MAX     8 /* threads that wait for a pen; the rest is told to come back */
#define KEPT_BYTES_MAX  (8u << 20)
#define KEPT_COUNT_MAX  256
#define PNG_BYTES_MAX   (4u << 20)
#define PAPER           0xfaf8f3
#define INK             0x18262b
#define INK_2           0x4b5a5e
#define EDGE            0xded9cc
#define BAND            0x0b4a42
#define PRIMARY         0x0e5a4f
#define PRIMARY_TINT    0xe1efea
#define ICON_SHARE      0.62 /* of the icon's side: the logo */
#define ICON_SHARE_MASK 0.46 /* inside the safe zone of a maskable icon, 80 % across */

struct kept {
    uint64_t key;
    char *bytes;
    size_t n;
    uint64_t used; /* when, by a counter */
};
struct map_pictures {
    const struct face_basemap *basemap;
    const struct territories *territories;
    pthread_mutex_t mutex; /* of all that follows */
    pthread_cond_t freed;
    struct picture_pen pens[PENS];
    unsigned waiting;
    struct kept kept[KEPT_COUNT_MAX];
    size_t kept_bytes;
    uint64_t clock;
};

/* ---- layout ---- */

static void rounded(cairo_t *cairo, double x, double y, double width, double height, double r) {
    cairo_new_path(cairo);
    cairo_arc(cairo, x + width - r, y + r, r, -M_PI / 2, 0);
    cairo_arc(cairo, x + width - r, y + height - r, r, 0, M_PI / 2);
    cairo_arc(cairo, x + r, y + height - r, r, M_PI / 2, M_PI);
    cairo_arc(cairo, x + r, y + r, r, M_PI, 3 * M_PI / 2);
    cairo_close_path(cairo);
}

static void badge(cairo_t *cairo, const struct picture_pen *pen, const struct map_picture *picture,
                  struct picture_colours colours) {
    struct buf text BUF_CLEANUP = buf_new(1024);
    buf_add(&text, picture->above);
    cairo_set_font_face(cairo, pen->title);
    cairo_set_font_size(cairo, 28);
    double icon = picture->has_kind ? 46 : 0;
    double width = picture_text_width(cairo, buf_cstr(&text)) + icon + 40;
    rounded(cairo, MARGIN, MARGIN, width, 56, 12);
    picture_colour(cairo, colours.tint);
    cairo_fill(cairo);
    picture_colour(cairo, colours.ink);
    if (picture->has_kind) {
        cairo_save(cairo);
        cairo_translate(cairo, MARGIN + 18, MARGIN + 11);
        cairo_scale(cairo, 34 / 24.0, 34 / 24.0);
        picture_kind_icon(cairo, picture->kind);
        cairo_restore(cairo);
    }
    cairo_move_to(cairo, MARGIN + 20 + icon, MARGIN + 38);
    cairo_show_text(cairo, buf_cstr(&text));
}

/* The largest of a few sizes at which the title takes two lines, else three at the smallest. */
static double title(cairo_t *cairo, const struct picture_pen *pen, slice text, double y) {
    static const double sizes[] = {66, 58, 50};
    cairo_set_font_face(cairo, pen->title);
    picture_colour(cairo, INK);
    size_t i = 0;
    for (; i + 1 < ARRAY_COUNT(sizes); i++) {
        struct buf whole BUF_CLEANUP = buf_new(8192);
        buf_add(&whole, text);
        cairo_set_font_size(cairo, sizes[i]);
        if (picture_text_width(cairo, buf_cstr(&whole)) < 1.75 * TEXT_WIDTH) {
            break;
        }
    }
    cairo_set_font_size(cairo, sizes[i]);
    unsigned lines = picture_text_wrap(cairo, text, MARGIN, y + sizes[i], TEXT_WIDTH,
                                       1.14 * sizes[i], TITLE_LINES);
    return y + 1.14 * sizes[i] * lines;
}

static void foot(cairo_t *cairo, const struct picture_pen *pen, const struct map_picture *picture) {
    double y = MAP_PICTURE_HEIGHT - MARGIN;
    cairo_save(cairo);
    cairo_translate(cairo, MARGIN, y - 42);
    cairo_scale(cairo, 1.6, 1.6);
    picture_logo(cairo, PRIMARY);
    cairo_restore(cairo);
    struct buf text BUF_CLEANUP = buf_new(1024);
    buf_add(&text, picture->site);
    cairo_set_font_face(cairo, pen->title);
    cairo_set_font_size(cairo, 34);
    picture_colour(cairo, INK);
    cairo_move_to(cairo, MARGIN + 80, y - 6);
    cairo_show_text(cairo, buf_cstr(&text));
    double left = MARGIN + 80 + picture_text_width(cairo, buf_cstr(&text)) + 24;
    buf_clear(&text);
    buf_add(&text, picture->address);
    cairo_set_font_face(cairo, pen->text);
    cairo_set_font_size(cairo, 26);
    if (left + picture_text_width(cairo, buf_cstr(&text)) < MAP_LEFT - 16) {
        picture_colour(cairo, INK_2);
        cairo_move_to(cairo, left, y - 6);
        cairo_show_text(cairo, buf_cstr(&text));
    }
}

/* Without a map: the kind's tint, its pictogram large, the arcs of the house. */
static void ornament(cairo_t *cairo, const struct map_picture *picture,
                     struct picture_colours colours) {
    double width = MAP_PICTURE_WIDTH - MAP_LEFT;
    picture_colour(cairo, colours.tint);
    cairo_rectangle(cairo, MAP_LEFT, 0, width, MAP_PICTURE_HEIGHT);
    cairo_fill(cairo);
    cairo_save(cairo);
    cairo_rectangle(cairo, MAP_LEFT, 0, width, MAP_PICTURE_HEIGHT);
    cairo_clip(cairo);
    cairo_push_group(cairo);
    picture_colour(cairo, colours.ink);
    cairo_set_line_width(cairo, 26);
    for (unsigned i = 0; i < 5; i++) {
        static const double dashes[] = {64, 16};
        cairo_set_dash(cairo, dashes, 2, 0);
        cairo_arc(cairo, MAP_LEFT + width / 2, MAP_PICTURE_HEIGHT + 10, 90 + 62.0 * i, M_PI,
                  2 * M_PI);
        cairo_stroke(cairo);
    }
    cairo_set_dash(cairo, NULL, 0, 0);
    cairo_pop_group_to_source(cairo);
    cairo_paint_with_alpha(cairo, 0.16);
    picture_colour(cairo, colours.ink);
    cairo_translate(cairo, MAP_LEFT + width / 2 - 96, 100);
    if (picture->has_kind) {
        cairo_scale(cairo, 8, 8);
        picture_kind_icon(cairo, picture->kind);
    } else {
        cairo_translate(cairo, -24, 16);
        cairo_scale(cairo, 6, 6);
        picture_logo(cairo, PRIMARY);
    }
    cairo_restore(cairo);
}

static void lay_out(cairo_t *cairo, const struct map_pictures *pictures,
                    const struct picture_pen *pen, const struct map_picture *picture) {
    struct picture_colours colours = picture->has_kind
                                         ? picture_kind_colours(picture->kind)
                                         : (struct picture_colours){PRIMARY, PRIMARY_TINT};
    picture_colour(cairo, PAPER);
    cairo_paint(cairo);
    if (picture->drawing != NULL) {
        cairo_save(cairo);
        cairo_translate(cairo, MAP_LEFT, 0);
        picture_map(cairo, pen, pictures->basemap, pictures->territories, picture->drawing);
        cairo_restore(cairo);
    } else {
        ornament(cairo, picture, colours);
    }
    picture_colour(cairo, EDGE);
    cairo_rectangle(cairo, MAP_LEFT - 2, 0, 2, MAP_PICTURE_HEIGHT);
    cairo_fill(cairo);
    picture_colour(cairo, colours.ink);
    cairo_rectangle(cairo, 0, 0, 16, MAP_PICTURE_HEIGHT);
    cairo_fill(cairo);
    badge(cairo, pen, picture, colours);
    struct buf drawable BUF_CLEANUP = buf_new(8192);
    slice shown = picture_text_drawable(pen->title_ft, picture->title, &drawable)
                      ? buf_slice(&drawable)
                      : picture->instead;
    double y = title(cairo, pen, shown, MARGIN + 56 + 28) + 30;
    cairo_set_font_face(cairo, pen->text);
    cairo_set_font_size(cairo, 30);
    picture_colour(cairo, INK_2);
    for (size_t i = 0; i < ARRAY_COUNT(picture->lines); i++) {
        struct buf line BUF_CLEANUP = buf_new(8192);
        if (picture->lines[i].n > 0 &&
            picture_text_drawable(pen->text_ft, picture->lines[i], &line)) {
            picture_text_wrap(cairo, buf_slice(&line), MARGIN, y + 18, TEXT_WIDTH, 40, 1);
            y += 42;
        }
    }
    foot(cairo, pen, picture);
}

struct map_view map_picture_view(const struct geo_box *box, unsigned zoom_max) {
    return map_view_fit(box,
                        (uint32_t)lround((MAP_PICTURE_WIDTH - MAP_LEFT) / PICTURE_MAP_SCALE) + 1,
                        (uint32_t)lround(MAP_PICTURE_HEIGHT / PICTURE_MAP_SCALE) + 1, zoom_max);
}

/* The same bytes on every machine with these libraries: grey edges, no hinting. */
static cairo_t *cairo_on(cairo_surface_t *surface) {
    cairo_t *cairo = cairo_create(surface);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cairo, options);
    cairo_font_options_destroy(options);
    return cairo;
}

static err draw(const struct map_pictures *pictures, const struct picture_pen *pen,
                const struct map_picture *picture, struct buf *png) {
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, MAP_PICTURE_WIDTH, MAP_PICTURE_HEIGHT);
    cairo_t *cairo = cairo_on(surface);
    lay_out(cairo, pictures, pen, picture);
    err drawn = cairo_status(cairo) == CAIRO_STATUS_SUCCESS ? OK : ERR_MEMORY;
    cairo_destroy(cairo);
    if (drawn == OK) {
        drawn = picture_png_palette(surface, png);
    }
    cairo_surface_destroy(surface);
    return drawn;
}

err map_icon_draw(unsigned side, bool is_maskable, struct buf *png) {
    cairo_surface_t *surface = cairo_image_surface_create(
        is_maskable ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_ARGB32, (int)side, (int)side);
    cairo_t *cairo = cairo_on(surface);
    picture_colour(cairo, BAND);
    rounded(cairo, 0, 0, side, side, is_maskable ? 0.01 : 0.22 * side);
    if (is_maskable) {
        cairo_paint(cairo);
    } else {
        cairo_fill(cairo);
    }
    double scale = (is_maskable ? ICON_SHARE_MASK : ICON_SHARE) * side / 40;
    cairo_translate(cairo, side / 2.0 - 20 * scale, side / 2.0 - 17 * scale);
    cairo_scale(cairo, scale, scale);
    picture_logo(cairo, 0xffffff);
    err drawn = cairo_status(cairo) == CAIRO_STATUS_SUCCESS ? OK : ERR_MEMORY;
    cairo_destroy(cairo);
    if (drawn == OK) {
        drawn = picture_png(surface, png);
    }
    cairo_surface_destroy(surface);
    return drawn;
}

/* ---- pens and memory ---- */

err map_pictures_new(slice text_face, slice title_face, const struct face_basemap *basemap,
                     const struct territories *territories, struct map_pictures **pictures,
                     struct problem *problem) {
    struct map_pictures *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return problem_set(problem, ERR_MEMORY, "", "no memory for pictures");
    }
    made->basemap = basemap;
    made->territories = territories;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->freed, NULL);
    for (size_t i = 0; i < PENS; i++) {
        err opened = picture_pen_open(&made->pens[i], text_face, title_face);
        if (opened != OK) {
            map_pictures_free(made);
            return problem_set(problem, opened, "",
                               "FreeType cannot read the faces that ship with the program");
        }
    }
    *pictures = made;
    return OK;
}

void map_pictures_free(struct map_pictures *pictures) {
    if (pictures == NULL) {
        return;
    }
    for (size_t i = 0; i < PENS; i++) {
        picture_pen_close(&pictures->pens[i]);
    }
    for (size_t i = 0; i < KEPT_COUNT_MAX; i++) {
        free(pictures->kept[i].bytes);
    }
    pthread_cond_destroy(&pictures->freed);
    pthread_mutex_destroy(&pictures->mutex);
    free(pictures);
}

static void forget(struct map_pictures *pictures, struct kept *kept) {
    pictures->kept_bytes -= kept->n;
    free(kept->bytes);
    *kept = (struct kept){0};
}

bool map_pictures_kept(struct map_pictures *pictures, slice key, struct buf *png) {
    uint64_t wanted = hash_bytes(key, 1);
    bool found = false;
    pthread_mutex_lock(&pictures->mutex);
    for (size_t i = 0; i < KEPT_COUNT_MAX && !found; i++) {
        struct kept *kept = &pictures->kept[i];
        if (kept->bytes != NULL && kept->key == wanted) {
            buf_add_bytes(png, kept->bytes, kept->n);
            kept->used = ++pictures->clock;
            found = true;
        }
    }
    pthread_mutex_unlock(&pictures->mutex);
    return found;
}

static struct kept *oldest(struct map_pictures *pictures) {
    struct kept *found = &pictures->kept[0];
    for (size_t i = 0; i < KEPT_COUNT_MAX; i++) {
        if (pictures->kept[i].used < found->used) {
            found = &pictures->kept[i]; /* an empty place is the oldest of all */
        }
    }
    return found;
}

static struct kept *oldest_filled(struct map_pictures *pictures) {
    struct kept *found = NULL;
    for (size_t i = 0; i < KEPT_COUNT_MAX; i++) {
        struct kept *kept = &pictures->kept[i];
        if (kept->bytes != NULL && (found == NULL || kept->used < found->used)) {
            found = kept;
        }
    }
    return found;
}

static void remember(struct map_pictures *pictures, slice key, slice bytes) {
    char *copy = malloc(bytes.n);
    if (copy == NULL) {
        return; /* drawn again next time */
    }
    memcpy(copy, bytes.p, bytes.n);
    pthread_mutex_lock(&pictures->mutex);
    struct kept *place = oldest(pictures);
    forget(pictures, place);
    while (pictures->kept_bytes + bytes.n > KEPT_BYTES_MAX && pictures->kept_bytes > 0) {
        forget(pictures, oldest_filled(pictures));
    }
    *place = (struct kept){hash_bytes(key, 1), copy, bytes.n, ++pictures->clock};
    pictures->kept_bytes += bytes.n;
    pthread_mutex_unlock(&pictures->mutex);
}

static struct picture_pen *pen_free(struct map_pictures *pictures) {
    for (size_t i = 0; i < PENS; i++) {
        if (!pictures->pens[i].is_busy) {
            return &pictures->pens[i];
        }
    }
    return NULL;
}

static struct picture_pen *pen_take(struct map_pictures *pictures) {
    pthread_mutex_lock(&pictures->mutex);
    struct picture_pen *pen = pen_free(pictures);
    if (pen == NULL && pictures->waiting < WAITING_MAX) {
        pictures->waiting++;
        while ((pen = pen_free(pictures)) == NULL) {
            pthread_cond_wait(&pictures->freed, &pictures->mutex);
        }
        pictures->waiting--;
    }
    if (pen != NULL) {
        pen->is_busy = true;
    }
    pthread_mutex_unlock(&pictures->mutex);
    return pen;
}

static void pen_give_back(struct map_pictures *pictures, struct picture_pen *pen) {
    pthread_mutex_lock(&pictures->mutex);
    pen->is_busy = false;
    pthread_cond_signal(&pictures->freed);
    pthread_mutex_unlock(&pictures->mutex);
}

err map_pictures_draw(struct map_pictures *pictures, slice key, const struct map_picture *picture,
                      struct buf *png) {
    struct picture_pen *pen = pen_take(pictures);
    if (pen == NULL) {
        return ERR_BUSY;
    }
    struct buf drawn BUF_CLEANUP = buf_new(PNG_BYTES_MAX);
    err result = draw(pictures, pen, picture, &drawn);
    pen_give_back(pictures, pen);
    if (result == OK) {
        remember(pictures, key, buf_slice(&drawn));
        buf_add(png, buf_slice(&drawn));
    }
    return result == OK ? png->failed : result;
}
