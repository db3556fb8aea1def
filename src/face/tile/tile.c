/* Vector tiles: the cells of the atlas, as JSON (for our own map whole blocks of them) and as MVT
 * for others. */
#include "face/tile/tile.h"

#include "face/json.h"
#include "face/machine.h"
#include "face/map/map.h"
#include "formats/mvt.h"
#include "formats/xml_write.h"
#include "query/query.h"

#define QUERY_BYTES_MAX  8192
#define TILE_ZOOM_CENTER 14
#define TILE_ZOOM_DEEP   20 /* deeper, a tile is smaller than a doorway */

/* ---- reading the request ---- */

static bool number_from(slice text, uint32_t *value) {
    uint64_t number;
    bool plain = text.n > 0 && text.n <= 10 && (text.n == 1 || text.p[0] != '0');
    if (!plain || !slice_to_u64(text, &number) || number > UINT32_MAX) {
        return false;
    }
    *value = (uint32_t)number;
    return true;
}

static err tile_from_path(const struct http_request *request, struct geo_tile *tile,
                          struct problem *problem) {
    uint32_t z;
    if (!number_from(request->captures[0], &z) || !number_from(request->captures[1], &tile->x) ||
        !number_from(request->captures[2], &tile->y)) {
        return problem_set(problem, ERR_INPUT, "z/x/y", "a tile is named by three whole numbers");
    }
    tile->z = z;
    if (z > TILE_ZOOM_DEEP || !geo_tile_is_valid(*tile)) {
        return problem_set(problem, ERR_NOT_FOUND, "z/x/y", "there is no such tile");
    }
    return OK;
}

/* ---- what is written ---- */

static void add_json_text(struct buf *out, const char *key, slice text) {
    if (text.n > 0) {
        buf_add_cstr(out, ",\"");
        buf_add_cstr(out, key);
        buf_add_cstr(out, "\":");
        buf_add_json_string(out, text);
    }
}

static void add_json_cell(const struct face *face, struct arena *arena,
                          const struct atlas_cell *cell, struct buf *out) {
    buf_add_cstr(out, "{\"lon\":");
    buf_add_e7(out, cell->position.lon_e7);
    buf_add_cstr(out, ",\"lat\":");
    buf_add_e7(out, cell->position.lat_e7);
    buf_add_cstr(out, ",\"count\":");
    buf_add_u64(out, cell->count);
    buf_add_cstr(out, ",\"kinds\":");
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        buf_add_char(out, kind == 0 ? '[' : ',');
        buf_add_u64(out, cell->kinds[kind]);
    }
    buf_add_char(out, ']');
    if (cell->all_approximate) {
        buf_add_cstr(out, ",\"approximate\":true");
    }
    if (cell->is_stack) {
        buf_add_cstr(out, ",\"stack\":true");
    }
    if (cell->count == 1) {
        buf_add_cstr(out, ",\"id\":");
        buf_add_i64(out, cell->entry.v);
        add_json_text(out, "kind", query_kind_slug(cell->kind));
        add_json_text(out, "title", cell->title);
        add_json_text(out, "slug", face_slug(cell->title, arena));
        if (cell->territory != TERRITORY_NONE) {
            add_json_text(out, "place", face->territories->items[cell->territory].label);
        }
    }
    buf_add_char(out, '}');
}

static void add_json_features(const struct face *face, struct arena *arena,
                              const struct atlas_cell *cells, size_t count, struct buf *out) {
    buf_add_cstr(out, "\"features\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            buf_add_char(out, ',');
        }
        add_json_cell(face, arena, &cells[i], out);
    }
    buf_add_char(out, ']');
}

static err write_json(const struct face *face, struct arena *arena, const struct atlas_cell *cells,
                      size_t count, struct buf *out) {
    buf_add_char(out, '{');
    add_json_features(face, arena, cells, count, out);
    buf_add_char(out, '}');
    return out->failed;
}

/* The tile that a cell belongs to. */
static struct geo_tile tile_of(const struct atlas_cell *cell) {
    return (struct geo_tile){cell->tile.z - 2, cell->tile.x >> 2, cell->tile.y >> 2};
}

static bool is_same_tile(struct geo_tile a, struct geo_tile b) {
    return a.x == b.x && a.y == b.y;
}

/* The cells come tile after tile; a tile without any is not written. */
static void add_json_tiles(const struct face *face, struct arena *arena,
                           const struct atlas_cell *cells, size_t count, struct buf *out) {
    buf_add_cstr(out, "\"tiles\":[");
    for (size_t from = 0, to; from < count; from = to) {
        struct geo_tile tile = tile_of(&cells[from]);
        for (to = from + 1; to < count && is_same_tile(tile, tile_of(&cells[to]));) {
            to++;
        }
        buf_addf(out, "%s{\"x\":%u,\"y\":%u,", from > 0 ? "," : "", tile.x, tile.y);
        add_json_features(face, arena, cells + from, to - from, out);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

/* Position inside the tile, 0 … MVT_EXTENT from its north-west corner. */
static int32_t tile_units(uint32_t grid, uint32_t tile, unsigned zoom) {
    uint64_t corner = (uint64_t)tile << (32 - zoom);
    return (int32_t)(((uint64_t)grid - corner) * MVT_EXTENT >> (32 - zoom));
}

/* The keys of a feature; one for each kind follows. */
enum { TAG_COUNT, TAG_APPROXIMATE, TAG_ID, TAG_KIND, TAG_TITLE, TAG_KINDS };

static err write_mvt(struct arena *arena, struct geo_tile tile, const struct atlas_cell *cells,
                     size_t count, struct buf *out) {
    slice keys[TAG_KINDS + QUERY_KIND__COUNT] = {
        SLICE("count"), SLICE("approximate"), SLICE("id"), SLICE("kind"), SLICE("title"),
    };
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        keys[TAG_KINDS + kind] = query_kind_slug((enum query_kind)kind);
    }
    struct mvt_layer layer;
    mvt_layer_begin(&layer, arena, SLICE("entries"), MVT_EXTENT, keys, ARRAY_COUNT(keys));
    for (size_t i = 0; i < count; i++) {
        const struct atlas_cell *cell = &cells[i];
        mvt_point(&layer, tile_units(cell->grid.x, tile.x, tile.z),
                  tile_units(cell->grid.y, tile.y, tile.z));
        mvt_tag_u64(&layer, TAG_COUNT, cell->count);
        if (cell->all_approximate) {
            mvt_tag_bool(&layer, TAG_APPROXIMATE, true);
        }
        if (cell->count == 1) {
            mvt_feature_id(&layer, (uint64_t)cell->entry.v);
            mvt_tag_u64(&layer, TAG_ID, (uint64_t)cell->entry.v);
            mvt_tag_text(&layer, TAG_KIND, query_kind_slug(cell->kind));
            mvt_tag_text(&layer, TAG_TITLE, cell->title);
            continue;
        }
        for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
            if (cell->kinds[kind] > 0) {
                mvt_tag_u64(&layer, TAG_KINDS + kind, cell->kinds[kind]);
            }
        }
    }
    return mvt_layer_end(&layer, out);
}

/* ---- handlers ---- */

enum tile_format { TILE_JSON, TILE_MVT };

static err answer_pinned(const struct face *face, const struct http_request *request,
                         const struct atlas_view *view, const struct query *query,
                         struct geo_tile tile, enum tile_format format,
                         struct http_response *response, struct problem *problem) {
    struct atlas_request asked = face_machine_request(face, query, 0);
    uint64_t version = atlas_view_tiles_version(view, query, tile, 1, 1);
    if (http_unchanged(request, response,
                       face_machine_etag(request, version, &asked, request->path))) {
        return OK;
    }
    struct atlas_cell *cells = NULL;
    size_t count = 0;
    TRY(atlas_tile(view, &asked, tile, request->arena, &cells, &count, problem));
    if (format == TILE_JSON) {
        atlas_cells_place(cells, count);
        response->media_type = "application/json";
        return write_json(face, request->arena, cells, count, &response->body);
    }
    response->media_type = "application/vnd.mapbox-vector-tile";
    return write_mvt(request->arena, tile, cells, count, &response->body);
}

/* "4x3": columns and rows. */
static err size_from(slice text, struct map_block *block, struct problem *problem) {
    slice columns;
    if (!slice_cut(&text, 'x', &columns) || !number_from(columns, &block->columns) ||
        !number_from(text, &block->rows)) {
        return problem_set(problem, ERR_INPUT, "size", "a block is sized as 4x3, columns and rows");
    }
    return OK;
}

static err answer_block(const struct face *face, const struct http_request *request,
                        const struct atlas_view *view, const struct query *query,
                        const struct map_block *block, struct http_response *response,
                        struct problem *problem) {
    struct atlas_request asked = face_machine_request(face, query, 0);
    slice salt = arena_join(request->arena, request->path, face_basemap_version(face->basemap));
    uint64_t version =
        atlas_view_tiles_version(view, query, block->first, block->columns, block->rows);
    if (http_unchanged(request, response, face_machine_etag(request, version, &asked, salt))) {
        return OK;
    }
    struct atlas_cell *cells = NULL;
    size_t count = 0;
    TRY(atlas_block(view, &asked, block->first, block->columns, block->rows, request->arena, &cells,
                    &count, problem));
    response->media_type = "application/json";
    buf_add_char(&response->body, '{');
    add_json_tiles(face, request->arena, cells, count, &response->body);
    buf_add_cstr(&response->body, ",\"towns\":");
    map_towns_write(block, face->basemap, &response->body);
    buf_add_char(&response->body, '}');
    return response->body.failed;
}

/* What our own map shows of a part of the world, in one answer. */
static err on_block(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    const struct face *face = app;
    struct map_block block = {0};
    struct query query;
    TRY(tile_from_path(request, &block.first, problem));
    TRY(size_from(request->captures[3], &block, problem));
    TRY(face_machine_query(request, NULL, &query, problem));
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = answer_block(face, request, view, &query, &block, response, problem);
    atlas_unpin(face->atlas, view);
    return result;
}

static err answer_tile(const struct face *face, const struct http_request *request,
                       enum tile_format format, struct http_response *response,
                       struct problem *problem) {
    struct geo_tile tile = {0};
    struct query query;
    TRY(tile_from_path(request, &tile, problem));
    TRY(face_machine_query(request, NULL, &query, problem));
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = answer_pinned(face, request, view, &query, tile, format, response, problem);
    atlas_unpin(face->atlas, view);
    return result;
}

static err on_tile_json(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    return answer_tile(app, request, TILE_JSON, response, problem);
}

static err on_tile_mvt(void *app, const struct http_request *request,
                       struct http_response *response, struct problem *problem) {
    return answer_tile(app, request, TILE_MVT, response, problem);
}

/* The middle of a box, and the zoom at which a window of two tiles holds it. */
static void center_write(const struct geo_box *box, struct face_json *json) {
    int64_t lon = ((int64_t)box->west_e7 + box->east_e7) / 2;
    int64_t lat = ((int64_t)box->south_e7 + box->north_e7) / 2;
    int64_t wide = (int64_t)box->east_e7 - box->west_e7;
    int64_t high = (int64_t)box->north_e7 - box->south_e7;
    int64_t span = wide > 2 * high ? wide : 2 * high;
    unsigned zoom = 0;
    while (zoom < TILE_ZOOM_CENTER && span << zoom < INT64_C(3600000000)) {
        zoom++;
    }
    face_json_key(json, "center");
    face_json_open(json, '[');
    face_json_degrees(json, (int32_t)lon);
    face_json_degrees(json, (int32_t)lat);
    face_json_i64(json, zoom);
    face_json_close(json, ']');
}

static void bounds_write(const struct atlas_result *result, struct face_json *json) {
    const struct geo_box *box = &result->box;
    const int32_t edges[4] = {box->west_e7, box->south_e7, box->east_e7, box->north_e7};
    face_json_key(json, "bounds");
    if (!result->has_box || box->west_e7 > box->east_e7) {
        face_json_word(json, "[-180,-85.0511,180,85.0511]");
        return;
    }
    face_json_open(json, '[');
    for (size_t i = 0; i < ARRAY_COUNT(edges); i++) {
        face_json_degrees(json, edges[i]);
    }
    face_json_close(json, ']');
    center_write(box, json);
}

static void layer_write(struct face_json *json) {
    face_json_key(json, "vector_layers");
    face_json_open(json, '[');
    face_json_open(json, '{');
    face_json_member(json, "id", SLICE("entries"));
    face_json_member(json, "description",
                     SLICE("One entry (id, kind, title), or a cluster with its count and the count "
                           "of each kind; counts add up to the matches in the tile"));
    face_json_member_i64(json, "minzoom", 0);
    face_json_member_i64(json, "maxzoom", TILE_ZOOM_DEEP);
    face_json_key(json, "fields");
    face_json_open(json, '{');
    face_json_member(json, "count", SLICE("Number"));
    face_json_member(json, "approximate", SLICE("Boolean"));
    face_json_member(json, "id", SLICE("Number"));
    face_json_member(json, "kind", SLICE("String"));
    face_json_member(json, "title", SLICE("String"));
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        face_json_member(json, query_kind_slug((enum query_kind)kind).p, SLICE("Number"));
    }
    face_json_close(json, '}');
    face_json_close(json, '}');
    face_json_close(json, ']');
}

/* Where the matches come from, as a map shows it. */
static slice attribution_of(const struct face *face, const struct http_request *request) {
    struct buf text BUF_CLEANUP = buf_new(QUERY_BYTES_MAX);
    buf_add_cstr(&text, "<a");
    xml_attribute(&text, "href",
                  arena_printf(request->arena, "%.*s/about#sources", SLICE_ARG(request->base_url)));
    buf_add_char(&text, '>');
    xml_text(&text, face->site_name);
    buf_add_cstr(&text, "</a>");
    return arena_copy(request->arena, buf_slice(&text));
}

static err answer_tilejson(const struct face *face, const struct http_request *request,
                           const struct atlas_view *view, const struct query *query,
                           struct http_response *response, struct problem *problem) {
    struct query one = *query;
    struct atlas_result result;
    struct buf text BUF_CLEANUP = buf_new(QUERY_BYTES_MAX);
    struct face_json json = face_json_to(&response->body);
    struct atlas_request asked = face_machine_request(face, query, 0);
    response->media_type = "application/json";
    if (face_machine_unchanged(request, response, view, &asked, SLICE("tilejson"))) {
        return OK;
    }
    one.limit = 1;
    one.cursor = SLICE_EMPTY;
    asked.query = &one;
    TRY(atlas_search(view, &asked, request->arena, &result, problem));
    query_format(query, &text);
    face_json_open(&json, '{');
    face_json_member(&json, "tilejson", SLICE("3.0.0"));
    face_json_member(&json, "name", face->site_name);
    face_json_member(&json, "scheme", SLICE("xyz"));
    face_json_member(&json, "attribution", attribution_of(face, request));
    face_json_key(&json, "tiles");
    face_json_open(&json, '[');
    face_json_text(&json, arena_printf(request->arena, "%.*s/tiles/{z}/{x}/{y}.mvt%s%.*s",
                                       SLICE_ARG(request->base_url), text.n > 0 ? "?" : "",
                                       SLICE_ARG(buf_slice(&text))));
    face_json_close(&json, ']');
    face_json_member_i64(&json, "minzoom", 0);
    face_json_member_i64(&json, "maxzoom", TILE_ZOOM_DEEP);
    bounds_write(&result, &json);
    layer_write(&json);
    face_json_close(&json, '}');
    return OK;
}

/* TileJSON 3.0.0: what a map program needs to know about the layer; a query narrows all its
 * tiles. */
static err on_tilejson(void *app, const struct http_request *request,
                       struct http_response *response, struct problem *problem) {
    const struct face *face = app;
    struct query query;
    TRY(face_machine_query(request, NULL, &query, problem));
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = answer_tilejson(face, request, view, &query, response, problem);
    atlas_unpin(face->atlas, view);
    return result;
}

#define TILE(path_, handler_, help_)                                                               \
    {                                                                                              \
        .method = HTTP_GET, .path = path_, .handler = handler_, .capability = CAP_ANYONE,          \
        .audience = HTTP_FOR_MACHINES, .cache = HTTP_CACHE_REVALIDATE, .help = help_               \
    }

const struct http_route face_tile_routes[] = {
    TILE("/tiles.json", on_tilejson, "TileJSON of the vector tiles, for a query."),
    TILE("/tiles/{z}/{x}/{y}.json", on_tile_json, "Clusters and entries of a map tile as JSON."),
    TILE("/tiles/{z}/{x}/{y}/{size}.json", on_block,
         "A block of tiles as JSON, 4x3 from this one to the east and south, and the towns to name "
         "there: [longitude, latitude, rank (the lower is named first), 1 when abroad, name]."),
    TILE("/tiles/{z}/{x}/{y}.mvt", on_tile_mvt,
         "Clusters and entries of a map tile as vector tile."),
};
const size_t face_tile_route_count = ARRAY_COUNT(face_tile_routes);
