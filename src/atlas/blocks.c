#include "atlas/blocks.h"

#include <math.h>
#include <stdlib.h>

#define RADIANS_E7 (M_PI / 180 / 1e7)

/* The impacts of a term stand in the order of its documents, so the bits tell whose they are. */
static void fill_term(const struct atlas_segment *segment, uint32_t dense) {
    const struct atlas_lists *postings = &segment->postings;
    const uint64_t *bits = postings->dense_bits + dense * postings->words;
    const uint8_t *impact = segment->impacts + postings->offsets[postings->dense_keys[dense]];
    uint8_t *most = segment->block_impacts + dense * segment->words;
    for (size_t block = 0; block < segment->words; block++) {
        for (uint64_t left = bits[block]; left; left &= left - 1, impact++) {
            most[block] = *impact > most[block] ? *impact : most[block];
        }
    }
}

static void widen(struct geo_box *box, const struct geo_box *by) {
    box->west_e7 = by->west_e7 < box->west_e7 ? by->west_e7 : box->west_e7;
    box->east_e7 = by->east_e7 > box->east_e7 ? by->east_e7 : box->east_e7;
    box->south_e7 = by->south_e7 < box->south_e7 ? by->south_e7 : box->south_e7;
    box->north_e7 = by->north_e7 > box->north_e7 ? by->north_e7 : box->north_e7;
}

static void open_block(struct atlas_segment *segment, size_t block) {
    segment->block_last_ms[block] = INT64_MIN;
    segment->block_entry[block] = INT64_MAX;
    segment->block_title[block] = UINT32_MAX;
    segment->block_box[block] = (struct geo_box){
        .west_e7 = INT32_MAX, .south_e7 = INT32_MAX, .east_e7 = INT32_MIN, .north_e7 = INT32_MIN};
}

/* What a document or a smaller block brings to a block. */
struct share {
    uint16_t points;
    int64_t fresh_ms, last_ms, entry;
    uint32_t title;
    struct geo_box box;
    bool has_box;
};

static void add_share(struct atlas_segment *segment, size_t block, const struct share *share) {
    if (share->points > segment->block_points[block]) {
        segment->block_points[block] = share->points;
    }
    if (share->fresh_ms > segment->block_fresh_ms[block]) {
        segment->block_fresh_ms[block] = share->fresh_ms;
    }
    if (share->last_ms > segment->block_last_ms[block]) {
        segment->block_last_ms[block] = share->last_ms;
    }
    if (share->entry < segment->block_entry[block]) {
        segment->block_entry[block] = share->entry;
    }
    uint32_t *title = &segment->block_title[block];
    if (*title == UINT32_MAX || slice_compare(atlas_segment_title_key(segment, share->title),
                                              atlas_segment_title_key(segment, *title)) < 0) {
        *title = share->title;
    }
    if (share->has_box) {
        widen(&segment->block_box[block], &share->box);
    }
}

static struct share share_of_document(const struct atlas_segment *segment, uint32_t document,
                                      uint32_t *dated) {
    struct share share = {.fresh_ms = segment->fresh_ms[document],
                          .last_ms = INT64_MIN,
                          .entry = segment->entry[document],
                          .title = document,
                          .has_box = document < segment->placed};
    uint32_t key = segment->source[document];
    uint32_t alike =
        key == ATLAS_NO_KEY
            ? 0
            : segment->cube
                  .values[ATLAS_VALUES_SOURCE][key * QUERY_KIND__COUNT + segment->kind[document]];
    share.points = (uint16_t)(segment->quality[document] + atlas_source_points(alike));
    if (share.has_box) {
        struct geo_point point = segment->point[document];
        share.box = (struct geo_box){.west_e7 = point.lon_e7,
                                     .south_e7 = point.lat_e7,
                                     .east_e7 = point.lon_e7,
                                     .north_e7 = point.lat_e7};
    }
    if (*dated < segment->dated_count && segment->dated[*dated] == document) {
        share.last_ms = atlas_dates_end_ms(segment, (*dated)++);
    }
    return share;
}

static struct share share_of_block(const struct atlas_segment *segment, size_t block) {
    return (struct share){.points = segment->block_points[block],
                          .fresh_ms = segment->block_fresh_ms[block],
                          .last_ms = segment->block_last_ms[block],
                          .entry = segment->block_entry[block],
                          .title = segment->block_title[block],
                          .box = segment->block_box[block],
                          .has_box = true};
}

static int compare_ends(const void *a, const void *b, void *self) {
    const uint32_t *left = a;
    const uint32_t *right = b;
    int64_t left_ms = atlas_dates_end_ms(self, *left);
    int64_t right_ms = atlas_dates_end_ms(self, *right);
    return left_ms != right_ms ? (left_ms < right_ms) - (left_ms > right_ms)
                               : (*left > *right) - (*left < *right);
}

static void fill_dates(struct atlas_segment *segment) {
    uint32_t before = 0;
    for (size_t block = 0; block < segment->words; block++) {
        segment->block_dated[block] = before;
        before += atlas_ones(segment->dated_bits[block]);
    }
    for (uint32_t i = 0; i < segment->dated_count; i++) {
        segment->dated_by_end[i] = i;
    }
    if (segment->dated_count) {
        qsort_r(segment->dated_by_end, segment->dated_count, sizeof(uint32_t), compare_ends,
                segment);
    }
}

void atlas_blocks_fill(struct atlas_segment *segment) {
    for (uint32_t dense = 0; dense < segment->postings.dense_count; dense++) {
        fill_term(segment, dense);
    }
    fill_dates(segment);
    for (size_t block = 0; block < atlas_block_count(segment); block++) {
        open_block(segment, block);
    }
    uint32_t dated = 0;
    for (uint32_t i = 0; i < segment->count; i++) {
        struct share share = share_of_document(segment, i, &dated);
        segment->points[i] = share.points;
        add_share(segment, i / ATLAS_BLOCK, &share);
    }
    for (size_t block = 0; block < segment->words; block++) {
        struct share share = share_of_block(segment, block);
        add_share(segment, segment->words + block / ATLAS_REGION, &share);
    }
}

/* How far a coordinate is from a stretch. */
static int64_t outside(int64_t at, int64_t first, int64_t last) {
    return at < first ? first - at : at > last ? at - last : 0;
}

double atlas_block_distance_m(const struct atlas_segment *segment, size_t block,
                              struct geo_point from) {
    const struct geo_box *box = &segment->block_box[block];
    const int64_t round_e7 = INT64_C(3600000000);
    if (box->west_e7 > box->east_e7) {
        return -1;
    }
    int64_t north = outside(from.lat_e7, box->south_e7, box->north_e7);
    int64_t east = outside(from.lon_e7, box->west_e7, box->east_e7);
    for (int64_t turn = -round_e7; turn <= round_e7; turn += 2 * round_e7) {
        int64_t other = outside(from.lon_e7 + turn, box->west_e7, box->east_e7);
        east = other < east ? other : east;
    }
    if (!north && !east) {
        return 0;
    }
    /* The haversine of any point inside has both differences at least so large, and a cosine at
     * least that of the latitude farthest from the equator. */
    int64_t farthest = -(int64_t)box->south_e7 > box->north_e7 ? box->south_e7 : box->north_e7;
    double half_north = sin((double)north * RADIANS_E7 / 2);
    double half_east = sin((double)east * RADIANS_E7 / 2);
    double h = half_north * half_north + cos((double)from.lat_e7 * RADIANS_E7) *
                                             cos((double)farthest * RADIANS_E7) * half_east *
                                             half_east;
    double distance_m = 2 * GEO_EARTH_RADIUS_M * asin(sqrt(h < 1 ? h : 1));
    return distance_m > 1 ? (distance_m - 1) * 0.999999 : 0; /* more than what rounding does */
}
