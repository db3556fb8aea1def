#include "geo/areas_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The grid has about this many cells an area, within these bounds: few candidates a cell, a few
 * megabytes for all communes of France. */
#define CELLS_PER_AREA  16
#define CELLS_LEAST     65536
#define CELLS_MOST      2097152
#define CELL_E7_LEAST   1000
#define EDGES_PER_BAND  8
#define AREAS_MAX       (SPAN_IS_LIST - 1)
#define AREA_POINTS_MAX (SPAN_IS_LIST - 1)

/* One cell that an area meets. */
struct mark {
    uint32_t row, column;
    uint32_t area;
    bool edge; /* an edge of it passes here; else the cell lies wholly inside */
};

struct geo_areas_builder {
    struct geo_areas *areas;
    size_t point_capacity, ring_capacity, area_capacity, box_capacity, band_capacity, edge_capacity,
        span_capacity, candidate_capacity;
    struct mark *marks;
    size_t mark_count, mark_capacity;
    unsigned char *cells; /* scratch: the cells of one area's box */
    size_t cell_capacity;
};

/* Makes room for `need` items of an array that grows by half. */
static bool reserve_items(void **items, size_t *capacity, size_t need, size_t item_bytes) {
    if (need <= *capacity) {
        return true;
    }
    size_t wanted = *capacity + *capacity / 2;
    wanted = wanted < need ? need : wanted;
    wanted = wanted < 64 ? 64 : wanted;
    size_t bytes;
    if (__builtin_mul_overflow(wanted, item_bytes, &bytes)) {
        return false;
    }
    void *grown = realloc(*items, bytes);
    if (!grown) {
        return false;
    }
    *items = grown;
    *capacity = wanted;
    return true;
}

#define RESERVE(items, capacity, need)                                                             \
    reserve_items((void **)&(items), &(capacity), (need), sizeof(*(items)))

struct geo_areas_builder *geo_areas_builder_new(void) {
    struct geo_areas_builder *builder = calloc(1, sizeof(*builder));
    if (!builder) {
        return NULL;
    }
    builder->areas = calloc(1, sizeof(*builder->areas));
    if (!builder->areas) {
        geo_areas_builder_free(builder);
        return NULL;
    }
    return builder;
}

void geo_areas_builder_free(struct geo_areas_builder *builder) {
    if (!builder) {
        return;
    }
    geo_areas_free(builder->areas);
    free(builder->marks);
    free(builder->cells);
    free(builder);
}

err geo_areas_begin(struct geo_areas_builder *builder, uint32_t key) {
    struct geo_areas *areas = builder->areas;
    if (areas->area_count >= AREAS_MAX) {
        return ERR_LIMIT;
    }
    size_t need = areas->area_count + 1;
    if (!RESERVE(areas->areas, builder->area_capacity, need) ||
        !RESERVE(areas->boxes, builder->box_capacity, need)) {
        return ERR_MEMORY;
    }
    areas->areas[areas->area_count] =
        (struct area){.key = key, .ring_first = (uint32_t)areas->ring_count};
    /* An empty box: anything widens it, nothing is in it. */
    areas->boxes[areas->area_count] = (struct geo_box){
        .west_e7 = INT32_MAX, .south_e7 = INT32_MAX, .east_e7 = INT32_MIN, .north_e7 = INT32_MIN};
    areas->area_count++;
    return OK;
}

static void box_widen(struct geo_box *box, struct geo_point point) {
    box->west_e7 = point.lon_e7 < box->west_e7 ? point.lon_e7 : box->west_e7;
    box->east_e7 = point.lon_e7 > box->east_e7 ? point.lon_e7 : box->east_e7;
    box->south_e7 = point.lat_e7 < box->south_e7 ? point.lat_e7 : box->south_e7;
    box->north_e7 = point.lat_e7 > box->north_e7 ? point.lat_e7 : box->north_e7;
}

static bool same_point(struct geo_point a, struct geo_point b) {
    return a.lon_e7 == b.lon_e7 && a.lat_e7 == b.lat_e7;
}

err geo_areas_ring(struct geo_areas_builder *builder, const struct geo_point *points,
                   size_t count) {
    struct geo_areas *areas = builder->areas;
    if (areas->area_count == 0 || count < 3) {
        return ERR_INPUT;
    }
    for (size_t i = 0; i < count; i++) {
        if (!geo_point_is_valid(points[i])) {
            return ERR_INPUT;
        }
    }
    if (count >= AREA_POINTS_MAX - areas->point_count) {
        return ERR_LIMIT;
    }
    if (!RESERVE(areas->points, builder->point_capacity, areas->point_count + count + 1) ||
        !RESERVE(areas->rings, builder->ring_capacity, areas->ring_count + 1)) {
        return ERR_MEMORY;
    }
    struct geo_point *ring = areas->points + areas->point_count;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || !same_point(points[i], ring[kept - 1])) {
            ring[kept++] = points[i];
        }
    }
    if (!same_point(ring[0], ring[kept - 1])) {
        ring[kept++] = ring[0];
    }
    for (size_t i = 0; i < kept; i++) {
        box_widen(&areas->boxes[areas->area_count - 1], ring[i]);
    }
    areas->rings[areas->ring_count++] =
        (struct ring){.first = (uint32_t)areas->point_count, .count = (uint32_t)kept};
    areas->point_count += kept;
    areas->areas[areas->area_count - 1].ring_count++;
    return OK;
}

/* The bands that an edge passes, as a half-open range; none for a level edge, which no half-line
 * crosses. */
static void edge_bands(const struct area *area, int32_t south_e7, const struct geo_point *edge,
                       uint32_t *first, uint32_t *end) {
    int32_t low = edge[0].lat_e7 < edge[1].lat_e7 ? edge[0].lat_e7 : edge[1].lat_e7;
    int32_t high = edge[0].lat_e7 < edge[1].lat_e7 ? edge[1].lat_e7 : edge[0].lat_e7;
    *first = *end = 0;
    if (low < high) {
        *first = (uint32_t)((int64_t)low - south_e7) / area->band_height_e7;
        *end = (uint32_t)((int64_t)high - 1 - south_e7) / area->band_height_e7 + 1;
    }
}

typedef void edge_visit(struct geo_areas *areas, uint32_t *starts, uint32_t band, uint32_t edge);

static void band_count_edge(struct geo_areas *areas, uint32_t *starts, uint32_t band,
                            uint32_t edge) {
    (void)areas;
    (void)edge;
    starts[band]++;
}

static void band_put_edge(struct geo_areas *areas, uint32_t *starts, uint32_t band, uint32_t edge) {
    areas->edges[--starts[band]] = edge;
}

static void each_band_edge(struct geo_areas *areas, size_t index, uint32_t *starts,
                           edge_visit *visit) {
    const struct area *area = &areas->areas[index];
    for (uint32_t r = 0; r < area->ring_count; r++) {
        struct ring ring = areas->rings[area->ring_first + r];
        for (uint32_t i = ring.first; i + 1 < ring.first + ring.count; i++) {
            uint32_t first;
            uint32_t end;
            edge_bands(area, areas->boxes[index].south_e7, areas->points + i, &first, &end);
            for (uint32_t band = first; band < end; band++) {
                visit(areas, starts, band, i);
            }
        }
    }
}

/* Lists the edges of each band of an area: counts, sums, then fills each band from its end. */
static bool build_bands(struct geo_areas_builder *builder, size_t index) {
    struct geo_areas *areas = builder->areas;
    struct area *area = &areas->areas[index];
    if (area->ring_count == 0) {
        return true;
    }
    size_t edge_count = 0;
    for (uint32_t r = 0; r < area->ring_count; r++) {
        edge_count += areas->rings[area->ring_first + r].count - 1;
    }
    const struct geo_box *box = &areas->boxes[index];
    uint64_t height = (uint64_t)((int64_t)box->north_e7 - box->south_e7) + 1;
    uint64_t bands = edge_count / EDGES_PER_BAND + 1;
    area->band_height_e7 = (uint32_t)((height + bands - 1) / bands);
    area->band_count = (uint32_t)((height + area->band_height_e7 - 1) / area->band_height_e7);
    area->band_first = (uint32_t)areas->band_start_count;
    size_t starts_end = areas->band_start_count + area->band_count + 1;
    if (starts_end > UINT32_MAX ||
        !RESERVE(areas->band_starts, builder->band_capacity, starts_end)) {
        return false;
    }
    uint32_t *starts = areas->band_starts + area->band_first;
    memset(starts, 0, (area->band_count + 1) * sizeof(*starts));
    areas->band_start_count = starts_end;
    each_band_edge(areas, index, starts, band_count_edge);
    size_t end = areas->edge_count;
    for (uint32_t band = 0; band <= area->band_count; band++) {
        end += starts[band];
        starts[band] = (uint32_t)end;
    }
    if (end > UINT32_MAX || !RESERVE(areas->edges, builder->edge_capacity, end)) {
        return false;
    }
    areas->edge_count = end;
    each_band_edge(areas, index, starts, band_put_edge);
    return true;
}

/* Chooses the size of the cells from the room that the areas' boxes take. */
static void choose_grid(struct geo_areas *areas) {
    double room = 0;
    struct geo_box all = areas->boxes[0];
    for (size_t i = 0; i < areas->area_count; i++) {
        const struct geo_box *box = &areas->boxes[i];
        if (areas->areas[i].ring_count == 0) {
            continue;
        }
        box_widen(&all, (struct geo_point){box->west_e7, box->south_e7});
        box_widen(&all, (struct geo_point){box->east_e7, box->north_e7});
        room +=
            ((double)box->east_e7 - box->west_e7 + 1) * ((double)box->north_e7 - box->south_e7 + 1);
    }
    double cells = (double)areas->area_count * CELLS_PER_AREA;
    cells = fmin(fmax(cells, CELLS_LEAST), CELLS_MOST);
    double side = ceil(sqrt(room / cells));
    areas->box = all;
    areas->cell_e7 = side < CELL_E7_LEAST ? CELL_E7_LEAST : (uint32_t)side;
    if (all.west_e7 > all.east_e7) { /* no ring at all */
        return;
    }
    areas->row_count = (uint32_t)((int64_t)all.north_e7 - all.south_e7) / areas->cell_e7 + 1;
    areas->column_count = (uint32_t)((int64_t)all.east_e7 - all.west_e7) / areas->cell_e7 + 1;
}

/* A rectangle of cells, both ends inclusive. */
struct cell_range {
    uint32_t row_first, row_last, column_first, column_last;
};

static uint32_t cell_of(int64_t value_e7, int32_t origin_e7, uint32_t cell_e7) {
    return (uint32_t)(value_e7 - origin_e7) / cell_e7;
}

static struct cell_range range_of(const struct geo_areas *areas, const struct geo_box *box) {
    return (struct cell_range){
        .row_first = cell_of(box->south_e7, areas->box.south_e7, areas->cell_e7),
        .row_last = cell_of(box->north_e7, areas->box.south_e7, areas->cell_e7),
        .column_first = cell_of(box->west_e7, areas->box.west_e7, areas->cell_e7),
        .column_last = cell_of(box->east_e7, areas->box.west_e7, areas->cell_e7),
    };
}

static int64_t clamp_i64(int64_t value, int64_t least, int64_t most) {
    return value < least ? least : value > most ? most : value;
}

/* Longitude of the edge at a latitude within it, rounded; |width * above| < 2^63. */
static int64_t lon_at(struct geo_point low, struct geo_point high, int64_t lat_e7) {
    int64_t height = (int64_t)high.lat_e7 - low.lat_e7;
    int64_t width = (int64_t)high.lon_e7 - low.lon_e7;
    return low.lon_e7 + (height ? width * (lat_e7 - low.lat_e7) / height : 0);
}

/* Marks the cells of `range` that an edge touches. May mark a cell too many, never one too few: the
 * piece of the edge in a row of cells is widened by one unit against rounding. */
static void mark_edge(const struct geo_areas *areas, const struct geo_point *edge,
                      const struct cell_range *range, unsigned char *cells) {
    bool rises = edge[0].lat_e7 <= edge[1].lat_e7;
    struct geo_point low = rises ? edge[0] : edge[1];
    struct geo_point high = rises ? edge[1] : edge[0];
    int64_t west = low.lon_e7 < high.lon_e7 ? low.lon_e7 : high.lon_e7;
    int64_t east = low.lon_e7 < high.lon_e7 ? high.lon_e7 : low.lon_e7;
    size_t stride = range->column_last - range->column_first + 1;
    uint32_t row = cell_of(low.lat_e7, areas->box.south_e7, areas->cell_e7);
    uint32_t row_last = cell_of(high.lat_e7, areas->box.south_e7, areas->cell_e7);
    for (; row <= row_last; row++) {
        int64_t floor_e7 = areas->box.south_e7 + (int64_t)row * areas->cell_e7;
        int64_t from_lat = clamp_i64(floor_e7, low.lat_e7, high.lat_e7);
        int64_t to_lat = clamp_i64(floor_e7 + areas->cell_e7, low.lat_e7, high.lat_e7);
        int64_t from = low.lat_e7 == high.lat_e7 ? west : lon_at(low, high, from_lat);
        int64_t to = low.lat_e7 == high.lat_e7 ? east : lon_at(low, high, to_lat);
        int64_t left = clamp_i64((from < to ? from : to) - 1, west, east);
        int64_t right = clamp_i64((from < to ? to : from) + 1, west, east);
        uint32_t first = cell_of(left, areas->box.west_e7, areas->cell_e7) - range->column_first;
        uint32_t last = cell_of(right, areas->box.west_e7, areas->cell_e7) - range->column_first;
        memset(cells + (row - range->row_first) * stride + first, 1, last - first + 1);
    }
}

static bool add_mark(struct geo_areas_builder *builder, struct mark mark) {
    if (!RESERVE(builder->marks, builder->mark_capacity, builder->mark_count + 1)) {
        return false;
    }
    builder->marks[builder->mark_count++] = mark;
    return true;
}

/* Turns the marked cells of an area's box into marks. Between two marked cells of a row no edge
 * passes, so one point decides for the whole run. */
static bool mark_cells(struct geo_areas_builder *builder, uint32_t index,
                       const struct cell_range *range) {
    const struct geo_areas *areas = builder->areas;
    const unsigned char *cell = builder->cells;
    for (uint32_t row = range->row_first; row <= range->row_last; row++) {
        bool known = false;
        bool inside = false;
        for (uint32_t column = range->column_first; column <= range->column_last; column++) {
            bool edge = *cell++;
            if (edge) {
                known = false;
            } else if (!known) {
                struct geo_point corner = {
                    .lon_e7 = (int32_t)(areas->box.west_e7 + (int64_t)column * areas->cell_e7),
                    .lat_e7 = (int32_t)(areas->box.south_e7 + (int64_t)row * areas->cell_e7)};
                inside = area_has(areas, index, corner);
                known = true;
            }
            if ((edge || inside) && !add_mark(builder, (struct mark){row, column, index, edge})) {
                return false;
            }
        }
    }
    return true;
}

static bool mark_area(struct geo_areas_builder *builder, uint32_t index) {
    struct geo_areas *areas = builder->areas;
    const struct area *area = &areas->areas[index];
    if (area->ring_count == 0) {
        return true;
    }
    struct cell_range range = range_of(areas, &areas->boxes[index]);
    size_t count = (size_t)(range.row_last - range.row_first + 1) *
                   (range.column_last - range.column_first + 1);
    if (!RESERVE(builder->cells, builder->cell_capacity, count)) {
        return false;
    }
    memset(builder->cells, 0, count);
    for (uint32_t r = 0; r < area->ring_count; r++) {
        struct ring ring = areas->rings[area->ring_first + r];
        for (uint32_t i = ring.first; i + 1 < ring.first + ring.count; i++) {
            mark_edge(areas, areas->points + i, &range, builder->cells);
        }
    }
    return mark_cells(builder, index, &range);
}

static int compare_marks(const void *a, const void *b) {
    const struct mark *x = a;
    const struct mark *y = b;
    if (x->row != y->row) {
        return x->row < y->row ? -1 : 1;
    }
    if (x->column != y->column) {
        return x->column < y->column ? -1 : 1;
    }
    return (x->area > y->area) - (x->area < y->area);
}

/* Is the list at `candidates + offset` made of the areas of these marks? */
static bool same_list(const struct geo_areas *areas, uint32_t offset, const struct mark *marks,
                      size_t count) {
    const uint32_t *list = areas->candidates + offset;
    if (list[0] != count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (list[i + 1] != marks[i].area) {
            return false;
        }
    }
    return true;
}

/* What the marks of one cell amount to. `before` is the span to the west of it, or NULL: its
 * list is used again when it is the same. */
static bool cell_content(struct geo_areas_builder *builder, const struct mark *marks, size_t count,
                         const struct span *before, uint32_t *what) {
    struct geo_areas *areas = builder->areas;
    if (!marks[0].edge) { /* the lowest index wins, and it holds the whole cell */
        *what = marks[0].area;
        return true;
    }
    if (before && (before->what & SPAN_IS_LIST) &&
        same_list(areas, before->what & ~SPAN_IS_LIST, marks, count)) {
        *what = before->what;
        return true;
    }
    size_t end = areas->candidate_count + count + 1;
    if (end >= SPAN_IS_LIST || !RESERVE(areas->candidates, builder->candidate_capacity, end)) {
        return false;
    }
    uint32_t *list = areas->candidates + areas->candidate_count;
    *what = SPAN_IS_LIST | (uint32_t)areas->candidate_count;
    *list++ = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        *list++ = marks[i].area;
    }
    areas->candidate_count = end;
    return true;
}

/* Turns the sorted marks into rows of spans. */
static bool build_spans(struct geo_areas_builder *builder) {
    struct geo_areas *areas = builder->areas;
    const struct mark *marks = builder->marks;
    size_t i = 0;
    for (uint32_t row = 0; row < areas->row_count; row++) {
        areas->row_starts[row] = (uint32_t)areas->span_count;
        while (i < builder->mark_count && marks[i].row == row) {
            uint32_t column = marks[i].column;
            size_t end = i + 1;
            while (end < builder->mark_count && marks[end].row == row &&
                   marks[end].column == column) {
                end++;
            }
            struct span *before = areas->span_count > areas->row_starts[row]
                                      ? &areas->spans[areas->span_count - 1]
                                      : NULL;
            uint32_t what;
            if (!cell_content(builder, marks + i, end - i, before, &what)) {
                return false;
            }
            i = end;
            if (before && before->column_end == column && before->what == what) {
                before->column_end++;
                continue;
            }
            if (!RESERVE(areas->spans, builder->span_capacity, areas->span_count + 1)) {
                return false;
            }
            areas->spans[areas->span_count++] = (struct span){column, column + 1, what};
        }
    }
    areas->row_starts[areas->row_count] = (uint32_t)areas->span_count;
    return true;
}

static bool build_index(struct geo_areas_builder *builder) {
    struct geo_areas *areas = builder->areas;
    if (areas->area_count > 0) {
        choose_grid(areas);
    }
    areas->row_starts = calloc((size_t)areas->row_count + 1, sizeof(*areas->row_starts));
    if (!areas->row_starts) {
        return false;
    }
    for (uint32_t i = 0; i < areas->area_count; i++) {
        if (!build_bands(builder, i) || !mark_area(builder, i)) {
            return false;
        }
    }
    if (builder->mark_count) {
        qsort(builder->marks, builder->mark_count, sizeof(*builder->marks), compare_marks);
    }
    return build_spans(builder);
}

/* Gives back what the array grew too large. */
static void trim_items(void **items, size_t count, size_t item_bytes) {
    void *trimmed = count ? realloc(*items, count * item_bytes) : NULL;
    if (trimmed) {
        *items = trimmed;
    }
}

#define TRIM(items, count) trim_items((void **)&(items), (count), sizeof(*(items)))

struct geo_areas *geo_areas_build(struct geo_areas_builder *builder) {
    struct geo_areas *areas = NULL;
    if (build_index(builder)) {
        areas = builder->areas;
        builder->areas = NULL;
        TRIM(areas->points, areas->point_count);
        TRIM(areas->rings, areas->ring_count);
        TRIM(areas->areas, areas->area_count);
        TRIM(areas->boxes, areas->area_count);
        TRIM(areas->band_starts, areas->band_start_count);
        TRIM(areas->edges, areas->edge_count);
        TRIM(areas->spans, areas->span_count);
        TRIM(areas->candidates, areas->candidate_count);
    }
    geo_areas_builder_free(builder);
    return areas;
}
