/* /basemap/{z}/{x}/{y}.svg, /basemap/512/{z}/{x}/{y}.svg, /basemap/view.svg */
#include "face/map/map_int.h"

#define BODY_MAX    (8u << 20)
#define SCRATCH_MAX (256u << 20)

static err number_of(slice text, const char *field, uint64_t most, uint64_t *value,
                     struct problem *problem) {
    if (text.n == 0 || text.n > 10 || (text.n > 1 && text.p[0] == '0') ||
        !slice_to_u64(text, value)) {
        return problem_set(problem, ERR_INPUT, field, "%s is a whole number", field);
    }
    if (*value > most) {
        return problem_set(problem, ERR_INPUT, field, "%s is at most %llu", field,
                           (unsigned long long)most);
    }
    return OK;
}

err map_tile_parse(slice z, slice x, slice y, struct geo_tile *tile, struct problem *problem) {
    uint64_t zoom = 0;
    uint64_t column = 0;
    uint64_t row = 0;
    TRY(number_of(z, "z", MAP_ZOOM_MAX, &zoom, problem));
    TRY(number_of(x, "x", (1ull << zoom) - 1, &column, problem));
    TRY(number_of(y, "y", (1ull << zoom) - 1, &row, problem));
    *tile = (struct geo_tile){(unsigned)zoom, (uint32_t)column, (uint32_t)row};
    return OK;
}

static err degrees_of(slice text, const char *field, double limit, int32_t *value_e7,
                      struct problem *problem) {
    double degrees = 0;
    if (text.n > 24 || !slice_to_double(text, &degrees) || degrees < -limit || degrees > limit) {
        return problem_set(problem, ERR_INPUT, field, "%s holds degrees with a decimal point",
                           field);
    }
    *value_e7 = (int32_t)(degrees * 1e7 + (degrees < 0 ? -0.5 : 0.5));
    return OK;
}

static err box_of(slice text, struct geo_box *box, struct problem *problem) {
    int32_t *sides[4] = {&box->west_e7, &box->south_e7, &box->east_e7, &box->north_e7};
    slice part;
    unsigned n = 0;
    while (n < 4 && slice_cut(&text, ',', &part)) {
        TRY(degrees_of(part, "bbox", n % 2 == 0 ? 180 : 90, sides[n], problem));
        n++;
    }
    if (n != 4 || text.p != NULL || !geo_box_is_valid(box)) {
        return problem_set(problem, ERR_INPUT, "bbox", "bbox is west,south,east,north");
    }
    return OK;
}

static err place_of(slice text, struct geo_point *place, struct problem *problem) {
    slice lat;
    if (!slice_cut(&text, ',', &lat) || text.p == NULL) {
        return problem_set(problem, ERR_INPUT, "at", "at is latitude,longitude");
    }
    TRY(degrees_of(lat, "at", 90, &place->lat_e7, problem));
    return degrees_of(text, "at", 180, &place->lon_e7, problem);
}

enum view_key { VIEW_BBOX, VIEW_AT, VIEW_Z, VIEW_W, VIEW_H, VIEW_KEY__COUNT };

static err view_values(slice query, slice values[VIEW_KEY__COUNT], struct problem *problem) {
    static const char *const names[VIEW_KEY__COUNT] = {"bbox", "at", "z", "w", "h"};
    slice pair;
    while (query.n > 0 && slice_cut(&query, '&', &pair)) {
        slice key;
        slice_cut(&pair, '=', &key);
        unsigned known = 0;
        while (known < VIEW_KEY__COUNT && !slice_equal(key, slice_from_cstr(names[known]))) {
            known++;
        }
        if (known == VIEW_KEY__COUNT) {
            return problem_set(problem, ERR_INPUT, "query", "unknown key '%.*s'",
                               SLICE_ARG(slice_sub(key, 0, 40)));
        }
        if (pair.p == NULL || pair.n == 0 || values[known].n > 0) {
            return problem_set(problem, ERR_INPUT, names[known], "%s stands once, with a value",
                               names[known]);
        }
        values[known] = pair;
    }
    return OK;
}

/* `%2C` for `,` as some clients write it: the only escape that these values need. */
static slice without_escapes(slice query, char *text, size_t room) {
    size_t n = 0;
    for (size_t i = 0; i < query.n && n < room; i++) {
        bool comma = query.p[i] == '%' && query.n - i >= 3 && query.p[i + 1] == '2' &&
                     (query.p[i + 2] == 'C' || query.p[i + 2] == 'c');
        text[n++] = comma ? ',' : query.p[i];
        i += comma ? 2 : 0;
    }
    return slice_of(text, n);
}

err map_view_parse(slice query, struct map_view *view, struct problem *problem) {
    char text[256];
    slice values[VIEW_KEY__COUNT] = {{NULL, 0}};
    if (query.n > sizeof text) {
        return problem_set(problem, ERR_LIMIT, "query", "too long");
    }
    TRY(view_values(without_escapes(query, text, sizeof text), values, problem));
    uint64_t width = 480;
    uint64_t height = 360;
    if (values[VIEW_W].n > 0) {
        TRY(number_of(values[VIEW_W], "w", MAP_SIDE_MAX, &width, problem));
    }
    if (values[VIEW_H].n > 0) {
        TRY(number_of(values[VIEW_H], "h", MAP_SIDE_MAX, &height, problem));
    }
    if (width < MAP_SIDE_MIN || height < MAP_SIDE_MIN) {
        return problem_set(problem, ERR_INPUT, width < MAP_SIDE_MIN ? "w" : "h",
                           "w and h are at least %d", MAP_SIDE_MIN);
    }
    if (values[VIEW_BBOX].n > 0 && values[VIEW_AT].n == 0 && values[VIEW_Z].n == 0) {
        struct geo_box box;
        TRY(box_of(values[VIEW_BBOX], &box, problem));
        *view = map_view_fit(&box, (uint32_t)width, (uint32_t)height, MAP_ZOOM_MAX);
        return OK;
    }
    if (values[VIEW_AT].n == 0 || values[VIEW_Z].n == 0 || values[VIEW_BBOX].n > 0) {
        return problem_set(problem, ERR_INPUT, "bbox", "either bbox, or at and z");
    }
    struct geo_point centre;
    uint64_t zoom = 0;
    TRY(place_of(values[VIEW_AT], &centre, problem));
    TRY(number_of(values[VIEW_Z], "z", MAP_ZOOM_MAX, &zoom, problem));
    *view = (struct map_view){.centre = centre,
                              .zoom = (unsigned)zoom,
                              .width = (uint32_t)width,
                              .height = (uint32_t)height};
    return OK;
}

static err respond(const struct face_basemap *basemap, const struct map_canvas *canvas,
                   const struct http_request *request, struct http_response *response) {
    response->media_type = "image/svg+xml";
    if (http_unchanged(request, response, slice_from_cstr(basemap->etag))) {
        return OK;
    }
    map_document_draw(canvas, basemap);
    return response->body.failed;
}

static err get_tile(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    const struct face *face = app;
    struct geo_tile tile;
    TRY(map_tile_parse(request->captures[0], request->captures[1], request->captures[2], &tile,
                       problem));
    response->body = buf_new(BODY_MAX);
    struct arena scratch ARENA_CLEANUP = arena_make(1u << 18, SCRATCH_MAX);
    struct map_canvas canvas = map_canvas_tile(tile, &scratch, &response->body);
    return respond(face->basemap, &canvas, request, response);
}

/* What tile z/x/y covers, drawn twice as large: the four tiles of the next zoom as one. */
static err get_large_tile(void *app, const struct http_request *request,
                          struct http_response *response, struct problem *problem) {
    const struct face *face = app;
    struct geo_tile tile;
    TRY(map_tile_parse(request->captures[0], request->captures[1], request->captures[2], &tile,
                       problem));
    if (tile.z >= MAP_ZOOM_MAX) {
        return problem_set(problem, ERR_INPUT, "z", "z is at most %d", MAP_ZOOM_MAX - 1);
    }
    response->body = buf_new(BODY_MAX);
    struct arena scratch ARENA_CLEANUP = arena_make(1u << 18, SCRATCH_MAX);
    struct map_block quarters = {{tile.z + 1, 2 * tile.x, 2 * tile.y}, 2, 2};
    struct map_canvas canvas = map_canvas_block(&quarters, &scratch, &response->body);
    return respond(face->basemap, &canvas, request, response);
}

static err get_view(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    const struct face *face = app;
    struct map_view view;
    TRY(map_view_parse(request->query, &view, problem));
    response->body = buf_new(BODY_MAX);
    struct arena scratch ARENA_CLEANUP = arena_make(1u << 18, SCRATCH_MAX);
    struct map_canvas canvas = map_canvas_view(&view, &scratch, &response->body);
    return respond(face->basemap, &canvas, request, response);
}

const struct http_route face_map_routes[] = {
    {.method = HTTP_GET,
     .path = "/basemap/{z}/{x}/{y}.svg",
     .handler = get_tile,
     .capability = CAP_ANYONE,
     .audience = HTTP_FOR_MACHINES,
     .cache = HTTP_CACHE_HOUR,
     .help = "A tile of the drawn basemap, 256 px, light and dark."},
    {.method = HTTP_GET,
     .path = "/basemap/512/{z}/{x}/{y}.svg",
     .handler = get_large_tile,
     .capability = CAP_ANYONE,
     .audience = HTTP_FOR_MACHINES,
     .cache = HTTP_CACHE_HOUR,
     .help = "The same ground drawn at 512 px, in the detail of the next zoom."},
    {.method = HTTP_GET,
     .path = "/basemap/view.svg",
     .handler = get_view,
     .capability = CAP_ANYONE,
     .audience = HTTP_FOR_MACHINES,
     .cache = HTTP_CACHE_HOUR,
     .help = "A drawn window of the basemap: bbox (or at and z), w and h in px."},
};
const size_t face_map_route_count = ARRAY_COUNT(face_map_routes);
