/* The addresses of drawn maps, and the file of outlines. The first byte says which: 'v' a view's
 * query, 't' a tile's three numbers, else outlines, of which some tiles are drawn. */
#include "fuzz.h"

#include "face/map/map_int.h"

static void try_view(slice query) {
    struct map_view view;
    struct problem problem = {.code = OK};
    if (map_view_parse(query, &view, &problem) != OK) {
        FUZZ_PROMISE(problem.code != OK && problem.what[0] != '\0');
        return;
    }
    FUZZ_PROMISE(view.zoom <= MAP_ZOOM_MAX);
    FUZZ_PROMISE(view.width >= MAP_SIDE_MIN && view.width <= MAP_SIDE_MAX);
    FUZZ_PROMISE(view.height >= MAP_SIDE_MIN && view.height <= MAP_SIDE_MAX);
    FUZZ_PROMISE(geo_point_is_valid(view.centre));
    struct geo_box box = map_view_box(&view);
    FUZZ_PROMISE(box.south_e7 <= box.north_e7);
}

static void try_tile(slice text) {
    slice parts[3] = {{NULL, 0}};
    for (size_t i = 0; i < 3; i++) {
        (void)slice_cut(&text, '/', &parts[i]);
    }
    struct geo_tile tile;
    if (map_tile_parse(parts[0], parts[1], parts[2], &tile, NULL) == OK) {
        FUZZ_PROMISE(geo_tile_is_valid(tile));
    }
}

static void try_outlines(slice bytes) {
    struct face_basemap *basemap = NULL;
    if (face_basemap_new(bytes, NULL, &basemap, NULL) != OK) {
        return;
    }
    for (unsigned zoom = 0; zoom <= 16; zoom += 4) {
        struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
        struct buf out BUF_CLEANUP = buf_new((size_t)1 << 24);
        struct geo_tile tile = {zoom, (1u << zoom) / 2, (1u << zoom) / 3};
        struct map_canvas canvas = map_canvas_tile(tile, &scratch, &out);
        map_document_draw(&canvas, basemap);
        map_towns_write(&(struct map_block){tile, 1, 1}, basemap, &out);
        FUZZ_PROMISE(out.failed == OK);
        struct map_name *names = NULL;
        (void)map_names_place(&canvas, basemap, NULL, 0, &names);
    }
    face_basemap_free(basemap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice bytes = slice_of((const char *)data, size);
    slice rest = slice_sub(bytes, 1, size);
    if (slice_starts_with(bytes, SLICE("v"))) {
        try_view(rest);
    } else if (slice_starts_with(bytes, SLICE("t"))) {
        try_tile(rest);
    } else {
        try_outlines(bytes);
    }
    return 0;
}
