/* Imported polygons, drawn without drawing any border twice. The rings of all areas in the frame
 * are cut into edges; an edge that two areas share is a line between them, one that stands alone
 * bounds the land. Edges are then chained into lines, which are simplified between the points
 * where several meet, so that neighbours stay neighbours. */
#include "face/map/map_int.h"

#include <stdlib.h>

#define TOLERANCE      0.9 /* units */
#define TOLERANCE_WIDE 2.0 /* at the first zoom that draws communes */

enum edge_class { EDGE_OUTER, EDGE_DEPARTEMENT, EDGE_COMMUNE, EDGE_CLASS__COUNT };

struct edge {
    uint64_t a, b; /* packed points, a < b */
    uint32_t key;  /* area it came from */
    enum edge_class kind;
    bool used;
};
struct half { /* an edge seen from one of its ends */
    uint64_t from;
    uint32_t edge;
};
struct net {
    const struct map_canvas *canvas;
    const struct territories *all;
    struct edge *edges;
    size_t count, room;
    struct half *halves; /* sorted by `from` */
    size_t half_count;
    double tolerance;
    int32_t coarse; /* low bits that points lose where communes are small */
};

static uint64_t packed(struct geo_point p) {
    return (uint64_t)(uint32_t)(p.lon_e7 + 0x40000000) << 32 | (uint32_t)(p.lat_e7 + 0x40000000);
}

static struct geo_point unpacked(uint64_t value) {
    return (struct geo_point){(int32_t)(value >> 32) - 0x40000000,
                              (int32_t)(value & UINT32_MAX) - 0x40000000};
}

static void edge_add(struct net *net, struct geo_point from, struct geo_point to, uint32_t key) {
    if (net->count == net->room) {
        size_t room = net->room == 0 ? 1024 : 2 * net->room;
        struct edge *edges = arena_new(net->canvas->scratch, struct edge, room);
        for (size_t i = 0; i < net->count; i++) {
            edges[i] = net->edges[i];
        }
        net->edges = edges;
        net->room = room;
    }
    uint64_t a = packed(from);
    uint64_t b = packed(to);
    net->edges[net->count++] = (struct edge){.a = a < b ? a : b, .b = a < b ? b : a, .key = key};
}

static void ring_add(void *self, uint32_t key, const struct geo_point *points, size_t count) {
    struct net *net = self;
    struct map_points units = {0};
    struct map_points clipped = {0};
    for (size_t i = 0; i < count; i++) {
        struct geo_point unit = map_canvas_point(net->canvas, points[i]);
        unit.lon_e7 &= ~net->coarse; /* the same for both neighbours of a border */
        unit.lat_e7 &= ~net->coarse;
        map_points_add(&units, net->canvas->scratch, unit);
    }
    map_ring_clip(net->canvas, units.items, units.count, &clipped);
    for (size_t i = 0; clipped.count >= 3 && i < clipped.count; i++) {
        edge_add(net, clipped.items[i], clipped.items[(i + 1) % clipped.count], key);
    }
}

static int edge_order(const void *x, const void *y) {
    const struct edge *a = x;
    const struct edge *b = y;
    if (a->a != b->a) {
        return a->a < b->a ? -1 : 1;
    }
    return (a->b > b->b) - (a->b < b->b);
}

static uint32_t departement_of(const struct territories *all, uint32_t key) {
    return all->items[key].level == TERRITORY_DEPARTEMENT ? key : all->items[key].departement;
}

/* One edge for each run of equal ones: alone (or odd) it is an outer one; twice by one area it is a
 * spike that rounding left, and goes. */
static void edges_merge(struct net *net) {
    size_t kept = 0;
    qsort(net->edges, net->count, sizeof *net->edges, edge_order);
    for (size_t i = 0; i < net->count;) {
        size_t end = i + 1;
        while (end < net->count && edge_order(&net->edges[i], &net->edges[end]) == 0) {
            end++;
        }
        struct edge edge = net->edges[i];
        bool spike = end - i == 2 && net->edges[i + 1].key == edge.key;
        if ((end - i) % 2 == 1) {
            edge.kind = EDGE_OUTER;
        } else if (departement_of(net->all, edge.key) !=
                   departement_of(net->all, net->edges[end - 1].key)) {
            edge.kind = EDGE_DEPARTEMENT;
        } else {
            edge.kind = EDGE_COMMUNE;
        }
        if (!spike) {
            net->edges[kept++] = edge;
        }
        i = end;
    }
    net->count = kept;
}

static int half_order(const void *x, const void *y) {
    const struct half *a = x;
    const struct half *b = y;
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    return (a->edge > b->edge) - (a->edge < b->edge);
}

static void halves_make(struct net *net) {
    net->halves = arena_new(net->canvas->scratch, struct half, 2 * net->count + 1);
    for (size_t i = 0; i < net->count; i++) {
        net->halves[net->half_count++] = (struct half){net->edges[i].a, (uint32_t)i};
        net->halves[net->half_count++] = (struct half){net->edges[i].b, (uint32_t)i};
    }
    qsort(net->halves, net->half_count, sizeof *net->halves, half_order);
}

static size_t halves_first(const struct net *net, uint64_t from) {
    size_t low = 0;
    size_t high = net->half_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (net->halves[middle].from < from) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Where lines meet, end or change their kind. Outer rings are walked on their own (`outer`). */
static bool is_node(const struct net *net, uint64_t point, bool outer) {
    size_t n = 0;
    enum edge_class kind = EDGE_OUTER;
    bool mixed = false;
    for (size_t i = halves_first(net, point); i < net->half_count && net->halves[i].from == point;
         i++) {
        enum edge_class this_kind = net->edges[net->halves[i].edge].kind;
        if (outer && this_kind != EDGE_OUTER) {
            continue;
        }
        mixed = mixed || (n > 0 && this_kind != kind);
        kind = this_kind;
        n++;
    }
    return n != 2 || mixed;
}

/* The next unused edge of a kind at a point, or SIZE_MAX. */
static size_t next_edge(const struct net *net, uint64_t point, enum edge_class kind) {
    for (size_t i = halves_first(net, point); i < net->half_count && net->halves[i].from == point;
         i++) {
        const struct edge *edge = &net->edges[net->halves[i].edge];
        if (!edge->used && edge->kind == kind) {
            return net->halves[i].edge;
        }
    }
    return SIZE_MAX;
}

/* Walks from a point along unused edges of a kind until a node (or, for outer rings, back home). */
static void walk(struct net *net, uint64_t from, size_t first, struct map_points *chain) {
    enum edge_class kind = net->edges[first].kind;
    uint64_t at = from;
    size_t edge = first;
    map_points_add(chain, net->canvas->scratch, unpacked(at));
    while (edge != SIZE_MAX) {
        net->edges[edge].used = true;
        at = net->edges[edge].a == at ? net->edges[edge].b : net->edges[edge].a;
        map_points_add(chain, net->canvas->scratch, unpacked(at));
        bool stop = kind == EDGE_OUTER ? at == from : at == from || is_node(net, at, false);
        edge = stop ? SIZE_MAX : next_edge(net, at, kind);
    }
}

static void chain_draw(struct net *net, struct map_points *chain, bool ring) {
    size_t n = chain->count;
    if (ring) { /* the farthest point halves it: a ring has no ends of its own */
        size_t half = n / 2;
        struct geo_point *second = chain->items + half;
        size_t kept = geo_simplify(chain->items, half + 1, net->tolerance, net->canvas->scratch);
        struct geo_point joint = chain->items[kept - 1];
        second[0] = joint;
        size_t rest = geo_simplify(second, n - half, net->tolerance, net->canvas->scratch);
        for (size_t i = 1; i + 1 < rest; i++) { /* its last point repeats the first of the ring */
            chain->items[kept++] = second[i];
        }
        n = kept;
        if (n < 3) {
            return;
        }
    } else {
        n = geo_simplify(chain->items, n, net->tolerance, net->canvas->scratch);
    }
    map_path_add(net->canvas->out, chain->items, n, ring);
}

static void outer_draw(struct net *net) {
    buf_add(net->canvas->out, SLICE("<path class=\"f\" d=\""));
    for (size_t i = 0; i < net->count; i++) {
        if (!net->edges[i].used && net->edges[i].kind == EDGE_OUTER) {
            struct map_points chain = {0};
            walk(net, net->edges[i].a, i, &chain);
            chain_draw(net, &chain, true);
        }
    }
    buf_add(net->canvas->out, SLICE("\"/>"));
}

static void inner_draw(struct net *net, enum edge_class kind, slice opening) {
    bool open = false;
    for (unsigned pass = 0; pass < 2; pass++) { /* from the nodes; then the loops without any */
        for (size_t i = 0; i < net->count; i++) {
            struct edge *edge = &net->edges[i];
            if (edge->used || edge->kind != kind) {
                continue;
            }
            bool a = is_node(net, edge->a, false);
            if (pass == 0 && !a && !is_node(net, edge->b, false)) {
                continue;
            }
            if (!open) {
                buf_add(net->canvas->out, opening);
                open = true;
            }
            struct map_points chain = {0};
            walk(net, a || pass == 1 ? edge->a : edge->b, i, &chain);
            chain_draw(net, &chain, false);
        }
    }
    if (open) {
        buf_add(net->canvas->out, SLICE("\"/>"));
    }
}

bool map_polygons_draw(const struct map_canvas *canvas, const struct territories *territories) {
    const struct geo_areas *areas =
        territories->areas != NULL ? territories->areas : territories->departement_areas;
    if (areas == NULL) {
        return false;
    }
    struct net net = {.canvas = canvas, .all = territories};
    net.tolerance = canvas->zoom == MAP_POLYGON_ZOOM ? TOLERANCE_WIDE : TOLERANCE;
    net.coarse = canvas->zoom == MAP_POLYGON_ZOOM ? 3 : 0;
    struct geo_box box = map_canvas_box(canvas, MAP_MARGIN);
    geo_areas_visit(areas, &box, ring_add, &net);
    if (net.count == 0) {
        return false;
    }
    edges_merge(&net);
    halves_make(&net);
    outer_draw(&net);
    inner_draw(&net, EDGE_COMMUNE, SLICE("<path class=\"c\" d=\""));
    inner_draw(&net, EDGE_DEPARTEMENT, SLICE("<path class=\"d\" d=\""));
    return true;
}
