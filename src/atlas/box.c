/* What stands in a box or a circle: a few runs of documents, found from the quads down. */
#include "atlas/plan.h"

#include <string.h>

/* A box on the grid: one rectangle, or two when it crosses the antimeridian. */
struct frame {
    struct {
        uint32_t west, east, north, south; /* south is the larger */
    } sides[2];
    unsigned count;
};

static struct frame frame_of(const struct geo_box *box) {
    struct geo_grid from =
        geo_grid_from_point((struct geo_point){.lon_e7 = box->west_e7, .lat_e7 = box->north_e7});
    struct geo_grid to =
        geo_grid_from_point((struct geo_point){.lon_e7 = box->east_e7, .lat_e7 = box->south_e7});
    struct frame frame = {.sides = {{from.x, to.x, from.y, to.y}}, .count = 1};
    if (box->west_e7 > box->east_e7) {
        frame.count = 2;
        frame.sides[1] = frame.sides[0];
        frame.sides[0].west = 0;
        frame.sides[1].east = UINT32_MAX;
    }
    return frame;
}

enum stand { OUTSIDE, ACROSS, INSIDE };

/* The grid never turns the order of two points round, so what lies beyond an edge on the grid lies
 * beyond it; what shares a grid line with an edge has to be looked at. */
static enum stand stand_of(const struct atlas_quad *quad, const struct frame *frame) {
    struct geo_grid at = quad->grid;
    uint32_t span = quad->zoom ? (uint32_t)(UINT64_C(1) << (32 - quad->zoom)) - 1 : UINT32_MAX;
    uint32_t x = at.x & ~span;
    uint32_t y = at.y & ~span;
    enum stand stand = OUTSIDE;
    for (unsigned i = 0; i < frame->count; i++) {
        uint32_t west = frame->sides[i].west;
        uint32_t east = frame->sides[i].east;
        uint32_t north = frame->sides[i].north;
        uint32_t south = frame->sides[i].south;
        if (x > west && x + span < east && y > north && y + span < south) {
            return INSIDE;
        }
        if (x + span >= west && x <= east && y + span >= north && y <= south) {
            stand = ACROSS;
        }
    }
    return stand;
}

struct looking {
    const struct atlas_plan *plan;
    const struct atlas_match *match;
    struct frame frames[2]; /* of the box, and of the one around the circle */
    unsigned frame_count;
    struct atlas_area *area;
};

static err add_run(struct looking *looking, uint32_t first, uint32_t last) {
    struct atlas_area *area = looking->area;
    const struct atlas_window *window = &looking->match->window;
    first = first > window->first ? first : window->first;
    last = last < window->last ? last : window->last;
    if (first >= last) {
        return OK;
    }
    area->documents += last - first;
    if (area->count && area->items[area->count - 1].last == first) {
        area->items[area->count - 1].last = last;
        return OK;
    }
    if (area->count == area->room) {
        uint32_t room = area->room * 2 + 64;
        struct atlas_stretch *items = plan_new(looking->plan, struct atlas_stretch, room);
        if (!items) {
            return ERR_MEMORY;
        }
        if (area->count) {
            memcpy(items, area->items, area->count * sizeof(*items));
        }
        area->items = items;
        area->room = room;
    }
    area->items[area->count++] = (struct atlas_stretch){.first = first, .last = last};
    return OK;
}

static err look_at_documents(struct looking *looking, uint32_t first, uint32_t last) {
    while (first < last) {
        if (!atlas_is_within(looking->plan, looking->match->segment, first)) {
            first++;
            continue;
        }
        uint32_t end = first + 1;
        while (end < last && atlas_is_within(looking->plan, looking->match->segment, end)) {
            end++;
        }
        TRY(add_run(looking, first, end));
        first = end;
    }
    return OK;
}

/* As deep as the grid at most. */
static err look_at(struct looking *looking, const struct atlas_quad *quad) {
    const struct atlas_segment *segment = looking->match->segment;
    bool is_inside = !looking->plan->query->radius_m || !looking->plan->query->has_near;
    if (quad->last <= looking->match->window.first || quad->first >= looking->match->window.last) {
        return OK;
    }
    for (unsigned i = 0; i < looking->frame_count; i++) {
        enum stand stand = stand_of(quad, &looking->frames[i]);
        if (stand == OUTSIDE) {
            return OK;
        }
        is_inside = is_inside && stand == INSIDE;
    }
    if (is_inside) {
        return add_run(looking, quad->first, quad->last);
    }
    if (!quad->children) {
        return look_at_documents(looking, quad->first, quad->last);
    }
    for (unsigned i = 0; i < quad->children; i++) {
        TRY(look_at(looking, &segment->quads[quad->child + i]));
    }
    return OK;
}

err atlas_area_find(const struct atlas_plan *plan, const struct atlas_match *match,
                    struct atlas_area *area) {
    struct looking looking = {.plan = plan, .match = match, .area = area};
    *area = (struct atlas_area){0};
    if (plan->query->has_box) {
        looking.frames[looking.frame_count++] = frame_of(&plan->query->box);
    }
    if (plan->query->has_near && plan->query->radius_m) {
        looking.frames[looking.frame_count++] = frame_of(&plan->near_box);
    }
    return match->segment->placed ? look_at(&looking, match->segment->quads) : OK;
}
