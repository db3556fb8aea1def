/* /pictures/….png: what those who share a page's address show of it; /icons/….png for home
 * screens. */
#include "face/map/picture.h"
#include "face/web/explore/explorer_int.h"

#define PICTURE_BYTES_MAX (4u << 20)
#define ENTRY_AROUND_M    9000
#define ENTRY_ROUGHLY_M   25000 /* around a place known by its commune */
#define ZOOM_MAX          12

struct canvas {
    struct page page;
    const struct atlas_view *view;
    struct map_picture picture;
    struct map_drawing drawing;
    slice key; /* what decides the bytes */
};

static slice host_of(const struct page *page) {
    slice base = page->request->base_url;
    size_t start = slice_find_slice(base, 0, SLICE("://"));
    return start < base.n ? slice_sub(base, start + 3, base.n) : base;
}

/* True when the answer stands already: not changed, or drawn earlier. */
static bool begin(struct canvas *canvas, struct face *face, const struct http_request *request,
                  struct http_response *response, slice what) {
    canvas->page = page_begin(face, request, response);
    struct page *page = &canvas->page;
    response->media_type = "image/png";
    response->cache = HTTP_CACHE_HOUR;
    response->body = buf_new(PICTURE_BYTES_MAX);
    canvas->view = atlas_pin(face->atlas);
    /* "Next" dates change with the day, not with the content. */
    canvas->key =
        arena_printf(page->arena, "%.*s %.*s %.*s %llx %llx %lld", SLICE_ARG(what),
                     SLICE_ARG(page->language_code), SLICE_ARG(host_of(page)),
                     (unsigned long long)atlas_view_version(canvas->view),
                     (unsigned long long)face->settings_mark, (long long)(page->now_ms / 86400000));
    response->etag =
        face_etag(canvas->view, canvas->key, slice_from_cstr(face->version), page->arena);
    canvas->picture.site = face->site_name;
    canvas->picture.address = host_of(page);
    canvas->drawing.outline = TERRITORY_NONE;
    return http_etag_matches(request->if_none_match, response->etag) ||
           (face->pictures != NULL &&
            map_pictures_kept(face->pictures, canvas->key, &response->body));
}

static err finish(struct canvas *canvas, err ready, struct problem *problem) {
    const struct face *face = canvas->page.face;
    if (ready == OK && face->pictures == NULL) {
        ready = problem_set(problem, ERR_UNSUPPORTED, "", "this program draws no pictures");
    }
    if (ready == OK) {
        ready = map_pictures_draw(face->pictures, canvas->key, &canvas->picture,
                                  &canvas->page.response->body);
    }
    atlas_unpin(face->atlas, canvas->view);
    return ready;
}

static err done(struct canvas *canvas) {
    atlas_unpin(canvas->page.face->atlas, canvas->view);
    return OK;
}

/* The rings and pins of a query in the picture's window. */
static err query_map(struct canvas *canvas, const struct query *query, const struct geo_box *box) {
    struct page *page = &canvas->page;
    struct problem problem = {0};
    struct atlas_request request = {.query = query, .seven_kinds = true, .now_ms = page->now_ms};
    canvas->drawing.view = map_picture_view(box, ZOOM_MAX);
    struct geo_box window = map_view_box(&canvas->drawing.view);
    struct atlas_cell *cells = NULL;
    size_t count = 0;
    TRY(atlas_cells(canvas->view, &request, &window, canvas->drawing.view.zoom, page->arena, &cells,
                    &count, &problem));
    struct map_mark *marks = arena_new(page->arena, struct map_mark, count + 1);
    for (size_t i = 0; i < count; i++) {
        marks[i].cell = &cells[i];
    }
    canvas->drawing.marks = marks;
    canvas->drawing.mark_count = count;
    canvas->picture.drawing = &canvas->drawing;
    return OK;
}

/* ---- an entry ---- */

static slice date_line(const struct canvas *canvas, const struct entry *of) {
    const struct entry_date *date = entry_main_date(of, canvas->page.now_ms);
    struct buf text BUF_CLEANUP = buf_new(256);
    if (of->kind != ENTRY_KIND_EVENT || date == NULL) {
        return SLICE_EMPTY;
    }
    i18n_date(canvas->page.html.language, &date->start, I18N_DATE_LONG, &text);
    return arena_copy(canvas->page.arena, buf_slice(&text));
}

static err entry_picture(struct canvas *canvas, struct entry_id id) {
    struct page *page = &canvas->page;
    const struct territories *all = page->face->territories;
    struct entry_public *entry = arena_new(page->arena, struct entry_public, 1);
    TRY(entry_public_load(face_reader(page->request), all, id, page->arena, entry));
    enum query_kind kind = (enum query_kind)entry->entry.kind;
    const struct territory *territory =
        entry->territory == TERRITORY_NONE ? NULL : &all->items[entry->territory];
    canvas->picture.has_kind = true;
    canvas->picture.kind = kind;
    canvas->picture.above = kind_one(page, kind);
    canvas->picture.title = entry_text(&entry->entry, ENTRY_TR_TITLE, 0, page->language_code, NULL);
    canvas->picture.instead = territory != NULL ? territory->label : kind_one(page, kind);
    canvas->picture.lines[0] = date_line(canvas, &entry->entry);
    canvas->picture.lines[1] = territory != NULL ? territory->label : entry->entry.place.city;
    if (!entry->has_point &&
        (territory == NULL || !territory->has_centre || territory->level == TERRITORY_COUNTRY)) {
        return OK;
    }
    struct geo_box box =
        entry->has_point
            ? geo_box_around(entry->point, entry->is_approximate ? ENTRY_ROUGHLY_M : ENTRY_AROUND_M)
            : territory->box;
    struct atlas_cell *cell = arena_new(page->arena, struct atlas_cell, 1);
    *cell = (struct atlas_cell){.position = entry->point,
                                .count = 1,
                                .all_approximate = entry->is_approximate,
                                .entry = id,
                                .kind = kind};
    struct map_mark *mark = arena_new(page->arena, struct map_mark, 1);
    mark->cell = cell;
    canvas->drawing.view = map_picture_view(&box, ZOOM_MAX);
    canvas->drawing.outline = entry->territory;
    canvas->drawing.marks = mark;
    canvas->drawing.mark_count = entry->has_point ? 1 : 0;
    canvas->picture.drawing = &canvas->drawing;
    return OK;
}

err web_picture_entry(void *app, const struct http_request *request, struct http_response *response,
                      struct problem *problem) {
    struct canvas canvas = {0};
    struct entry_id id = {0};
    if (!slice_to_i64(request->captures[0], &id.v) || id.v <= 0) {
        return problem_set(problem, ERR_NOT_FOUND, "id", "no entry has this number");
    }
    slice what = arena_printf(request->arena, "entry %lld", (long long)id.v);
    if (begin(&canvas, app, request, response, what)) {
        return done(&canvas);
    }
    return finish(&canvas, entry_picture(&canvas, id), problem);
}

/* ---- a territory, a query, the home page ---- */

static err total_line(struct canvas *canvas, const struct query *query) {
    struct page *page = &canvas->page;
    struct problem problem = {0};
    struct query counted = *query;
    counted.limit = 1;
    counted.cursor = SLICE_EMPTY;
    struct atlas_request request = {.query = &counted, .seven_kinds = true, .now_ms = page->now_ms};
    struct atlas_result result;
    TRY(atlas_search(canvas->view, &request, page->arena, &result, &problem));
    canvas->picture.lines[0] = part_count_text(page, result.total);
    return OK;
}

err web_picture_territory(void *app, const struct http_request *request,
                          struct http_response *response, struct problem *problem) {
    struct face *face = app;
    struct canvas canvas = {0};
    uint32_t index = territories_find(face->territories, request->captures[0]);
    if (index == TERRITORY_NONE) {
        return problem_set(problem, ERR_NOT_FOUND, "code", "no territory has this code");
    }
    const struct territory *of = &face->territories->items[index];
    if (begin(&canvas, face, request, response,
              arena_printf(request->arena, "territory %.*s", SLICE_ARG(of->code)))) {
        return done(&canvas);
    }
    struct query query = query_default();
    query_values_set(&query.territories, of->code, true);
    canvas.picture.above = i18n(canvas.page.html.language, "Que s’y passe‑t‑il ?");
    canvas.picture.title = of->label;
    canvas.picture.instead = of->code;
    canvas.drawing.outline = index;
    err ready = total_line(&canvas, &query);
    if (ready == OK && of->has_centre) {
        ready = query_map(&canvas, &query, &of->box);
    }
    return finish(&canvas, ready, problem);
}

err web_picture_home(void *app, const struct http_request *request, struct http_response *response,
                     struct problem *problem) {
    struct face *face = app;
    struct canvas canvas = {0};
    if (begin(&canvas, face, request, response, SLICE("home"))) {
        return done(&canvas);
    }
    struct query query = query_default();
    const struct geo_box box = mainland_box();
    canvas.picture.above = face->site_name;
    canvas.picture.title = i18n(canvas.page.html.language, "Que se passe‑t‑il près de chez vous ?");
    canvas.picture.instead = face->site_name;
    err ready = total_line(&canvas, &query);
    return finish(&canvas, ready == OK ? query_map(&canvas, &query, &box) : ready, problem);
}

err web_picture_explore(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    static const char *const keys[] = {"lang_ui", NULL};
    struct face *face = app;
    struct canvas canvas = {0};
    struct explorer explorer = {0};
    err parsed = query_parse(request->query, QUERY_PAGE, keys, request->arena, &explorer.query,
                             &explorer.problems);
    if (parsed != OK) {
        return problem_set(problem, parsed, "", "the address is too long");
    }
    explorer.query.cursor = SLICE_EMPTY;
    explorer.query.limit = 1;
    struct buf canonical BUF_CLEANUP = buf_new(QUERY_TEXT_MAX * 3);
    query_format(&explorer.query, &canonical);
    if (begin(&canvas, face, request, response,
              arena_printf(request->arena, "explore %.*s", SLICE_ARG(buf_slice(&canonical))))) {
        return done(&canvas);
    }
    struct page *page = &canvas.page;
    page->framed = true; /* a picture's explorer folds nothing */
    explorer.page = page;
    explorer.view = canvas.view;
    explorer.asked = explorer.query;
    err ready = explorer_search(&explorer);
    const struct query *query = &explorer.query;
    uint32_t kinds = query->kinds;
    bool one_kind = kinds != 0 && (kinds & (kinds - 1)) == 0;
    canvas.picture.has_kind = one_kind;
    canvas.picture.kind = one_kind ? (enum query_kind)__builtin_ctz(kinds) : QUERY_KIND_INITIATIVE;
    canvas.picture.above =
        one_kind ? kind_many(page, canvas.picture.kind) : i18n(page->html.language, "Sur la carte");
    canvas.picture.title = explorer_name(&explorer);
    canvas.picture.instead = face->site_name;
    if (ready == OK) {
        canvas.picture.lines[0] = part_count_text(page, explorer.result.total);
        canvas.drawing.has_circle = query->has_near && query->radius_m > 0;
        canvas.drawing.circle_centre = query->near;
        canvas.drawing.circle_radius_m = query->radius_m;
        canvas.drawing.outline =
            query->territories.count == 1
                ? territories_find(face->territories, query->territories.values[0])
                : TERRITORY_NONE;
        ready = query_map(&canvas, query, &explorer.fit);
    }
    return finish(&canvas, ready, problem);
}

/* ---- icons ---- */

static const struct {
    const char *name;
    unsigned side;
    bool is_maskable;
} icons[] = {{"192", 192, false},
             {"512", 512, false},
             {"maskable-512", 512, true},
             {"apple-180", 180, true}};

err web_icon(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    (void)app;
    for (size_t i = 0; i < ARRAY_COUNT(icons); i++) {
        if (slice_equal(request->captures[0], slice_from_cstr(icons[i].name))) {
            response->media_type = "image/png";
            response->cache = HTTP_CACHE_HOUR;
            response->body = buf_new(PICTURE_BYTES_MAX);
            slice etag = arena_printf(request->arena, "\"icon-%s-1\"", icons[i].name);
            return http_unchanged(request, response, etag)
                       ? OK
                       : map_icon_draw(icons[i].side, icons[i].is_maskable, &response->body);
        }
    }
    return problem_set(problem, ERR_NOT_FOUND, "", "no icon has this name");
}
