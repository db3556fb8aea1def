/* What matches, its order, its cells (src/atlas/README.md). */
#include "reference_int.h"

#include "text/text.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

static bool is_kind(const struct atlas_request *request, enum query_kind kind) {
    unsigned kinds = request->query->kinds;
    kinds = kinds ? kinds : request->seven_kinds ? QUERY_KINDS_ENTRY : QUERY_KINDS_ALL;
    return kinds >> kind & 1;
}

bool reference_has(const struct document *document, enum query_has what) {
    const struct entry *entry = &document->public->entry;
    bool found = what == QUERY_HAS_PLACE && document->public->has_point;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        found = found || (what == QUERY_HAS_VIDEO && entry->media[i].kind == ENTRY_MEDIA_VIDEO) ||
                (what == QUERY_HAS_IMAGE && entry->media[i].kind == ENTRY_MEDIA_IMAGE);
    }
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        found = found || (what == QUERY_HAS_NEED && entry->asks[i].direction == ENTRY_NEED) ||
                (what == QUERY_HAS_OFFER && entry->asks[i].direction == ENTRY_OFFER);
    }
    return found;
}

bool reference_has_skill(const struct document *document, slice skill) {
    for (uint32_t i = 0; i < document->public->entry.ask_count; i++) {
        if ((document->ask == 0 || i + 1 == document->ask) &&
            slice_equal(document->public->entry.asks[i].skill, skill)) {
            return true;
        }
    }
    return false;
}

static bool fits_themes(const struct reference *reference, const struct query *query,
                        const struct document *document) {
    for (uint16_t scheme = 0; scheme < reference->themes->scheme_count; scheme++) {
        bool is_asked = false;
        bool fits = false;
        for (uint32_t i = 0; i < query->themes.count; i++) {
            uint16_t theme = themes_find(reference->themes, query->themes.values[i]);
            if (reference->themes->items[theme].scheme == scheme) {
                is_asked = true;
                fits = fits || document->themes[theme];
            }
        }
        if (is_asked && !fits) {
            return false;
        }
    }
    return true;
}

static bool fits_dates(const struct atlas_request *request, const struct document *document) {
    const struct query *query = request->query;
    int64_t from = INT64_MIN;
    int64_t to = INT64_MAX;
    int64_t ignored;
    if ((query->has_from && date_range_ms(&query->from, SLICE_EMPTY, &from, &ignored)) ||
        (query->has_to && date_range_ms(&query->to, SLICE_EMPTY, &ignored, &to))) {
        return false;
    }
    if (query->when == QUERY_WHEN_ALL && !query->has_from && !query->has_to) {
        return true;
    }
    bool fits = false;
    for (uint32_t i = 0; i < document->public->entry.date_count; i++) {
        const struct entry_date *date = &document->public->entry.dates[i];
        if (date->role != ENTRY_DATE_HAPPENS || date->start.precision == DATE_UNKNOWN) {
            continue;
        }
        if (query->when == QUERY_WHEN_PAST && date->last_ms >= request->now_ms) {
            return false;
        }
        fits = fits || (date->last_ms >= from && date->first_ms <= to &&
                        (query->when != QUERY_WHEN_UPCOMING || date->last_ms >= request->now_ms));
    }
    return fits;
}

static bool fits_place(const struct query *query, const struct document *document) {
    const struct entry_public *public = document->public;
    if (query->has_box && !(public->has_point && geo_box_has(&query->box, public->point))) {
        return false;
    }
    return !query->has_near || !query->radius_m ||
           (public->has_point && geo_distance_m(query->near, public->point) <= query->radius_m);
}

/* `ignored` is the facet whose choice does not count; ATLAS_FACET__COUNT: none. */
bool reference_matches(const struct reference *reference, const struct asked *asked,
                       const struct document *document, enum atlas_facet ignored) {
    const struct query *query = asked->request->query;
    const struct entry *entry = &document->public->entry;
    if (ignored != ATLAS_FACET_KIND && !is_kind(asked->request, document->kind)) {
        return false;
    }
    if (ignored != ATLAS_FACET_STATE && query->states &&
        (entry->state == ENTRY_STATE_NONE || !(query->states >> (entry->state - 1) & 1))) {
        return false;
    }
    if (ignored != ATLAS_FACET_THEME && !fits_themes(reference, query, document)) {
        return false;
    }
    if (ignored != ATLAS_FACET_TERRITORY && query->territories.count) {
        bool fits = false;
        for (uint32_t i = 0; i < query->territories.count; i++) {
            uint32_t outer = territories_find(reference->territories, query->territories.values[i]);
            fits = fits || (document->public->territory != TERRITORY_NONE &&
                            territories_is_within(reference->territories,
                                                  document->public->territory, outer));
        }
        if (!fits) {
            return false;
        }
    }
    for (unsigned what = 0; ignored != ATLAS_FACET_HAS && what < QUERY_HAS__COUNT; what++) {
        if (query->has >> what & 1 && !reference_has(document, (enum query_has)what)) {
            return false;
        }
    }
    if (ignored != ATLAS_FACET_LANGUAGE && query->languages.count &&
        !query_values_has(&query->languages, entry->language)) {
        return false;
    }
    if (ignored != ATLAS_FACET_SOURCE && query->sources.count &&
        !query_values_has(&query->sources, entry->source_slug)) {
        return false;
    }
    if (ignored != ATLAS_FACET_SKILL && query->skills.count) {
        bool fits = false;
        for (uint32_t i = 0; i < query->skills.count; i++) {
            fits = fits || reference_has_skill(document, query->skills.values[i]);
        }
        if (!fits) {
            return false;
        }
    }
    if (!fits_dates(asked->request, document) || !fits_place(query, document)) {
        return false;
    }
    for (uint32_t i = 0; i < asked->clause_count; i++) {
        if (!reference_known_impact(reference, asked, document, i)) {
            return false;
        }
    }
    return true;
}

/* Order */

struct ranked {
    const struct document *document;
    uint32_t score;
    uint64_t key; /* larger is first */
    slice title;
};

static int64_t fresh(const struct entry *entry) {
    int64_t said = entry->confirmed_ms > entry->source_updated_ms ? entry->confirmed_ms
                                                                  : entry->source_updated_ms;
    int64_t known = said <= 0 || said > entry->updated_ms ? entry->updated_ms : said;
    return entry->checked_ms > known ? entry->checked_ms : known;
}

/* The next date, else the last end; 0 no dates, 1 over, 2 to come. */
static int next_date(const struct document *document, int64_t now_ms, int64_t *at_ms) {
    int class = 0;
    for (uint32_t i = 0; i < document->public->entry.date_count; i++) {
        const struct entry_date *date = &document->public->entry.dates[i];
        if (date->role != ENTRY_DATE_HAPPENS || date->start.precision == DATE_UNKNOWN) {
            continue;
        }
        if (date->last_ms >= now_ms) {
            int64_t start = date->first_ms < now_ms ? now_ms : date->first_ms;
            *at_ms = class == 2 && *at_ms < start ? *at_ms : start;
            class = 2;
        } else if (class < 2) {
            *at_ms = class == 1 && *at_ms > date->last_ms ? *at_ms : date->last_ms;
            class = 1;
        }
    }
    return class;
}

static int points(const struct atlas_request *request, const struct document *document) {
    uint32_t alike = document->alike;
    const struct entry *entry = &document->public->entry;
    size_t written = text_codepoints(entry->summary) + text_codepoints(entry->description);
    int64_t days = (request->now_ms - fresh(entry)) / DAY_MS;
    int64_t at_ms = 0;
    int class = next_date(document, request->now_ms, &at_ms);
    int sum = entry->kind == ENTRY_KIND_STORY            ? 150
              : reference_has(document, QUERY_HAS_VIDEO) ? 100
                                                         : 0;
    sum += entry->ask_count ? 120 : 0;
    sum += written >= 400 ? 100 : written >= 80 ? 60 : 0;
    sum += reference_has(document, QUERY_HAS_IMAGE) ? 60 : 0;
    sum += reference_has(document, QUERY_HAS_PLACE) ? 100 : 0;
    sum += entry->state != ENTRY_STATE_ENDED ? 250 : 0;
    sum += alike <= 12 ? 150 : alike <= 100 ? 110 : alike <= 1000 ? 50 : 0;
    if (class == 2) {
        int64_t in = (at_ms - request->now_ms) / DAY_MS;
        sum += in <= 7 ? 200 : in <= 30 ? 150 : in <= 90 ? 90 : 50;
    } else if (class == 1 && document->kind == QUERY_KIND_EVENT) {
        sum -= 150;
    }
    if (fresh(entry) > 0) {
        sum += days < 30     ? 320
               : days < 90   ? 300
               : days < 365  ? 270
               : days < 730  ? 240
               : days < 1825 ? 15
                             : 0;
    }
    if (request->query->has_near && document->public->has_point) {
        double away = geo_distance_m(request->query->near, document->public->point);
        sum += (int)(10000000 / (5000 + (int64_t)away));
    }
    return sum > 0 ? sum : 0;
}

static slice title_key(struct arena *arena, slice title) {
    BUF_CLEANUP struct buf folded = buf_new(1 << 16);
    text_fold(title, &folded);
    slice key = arena_copy(arena, buf_slice(&folded));
    size_t n = key.n;
    if (n > 64) {
        for (n = 64; ((unsigned char)key.p[n] & 0xC0) == 0x80; n--) {
        }
    }
    return slice_sub(key, 0, n);
}

static struct ranked rank(const struct reference *reference, const struct asked *asked,
                          const struct document *document, struct arena *arena) {
    const struct query *query = asked->request->query;
    struct ranked ranked = {.document = document, .title = SLICE_EMPTY};
    int64_t at_ms = 0;
    ranked.score = (uint32_t)points(asked->request, document);
    for (uint32_t i = 0; i < asked->clause_count; i++) {
        ranked.score +=
            reference_known_impact(reference, asked, document, i) * asked->clauses[i].rarity;
    }
    ranked.key = ranked.score;
    if (query->sort == QUERY_SORT_NEAR && query->has_near) {
        ranked.key = 0;
        if (document->public->has_point) {
            ranked.key = UINT64_MAX / 2 -
                         (uint64_t)(geo_distance_m(query->near, document->public->point) * 10);
        }
    } else if (query->sort == QUERY_SORT_RECENT) {
        int64_t ms = fresh(&document->public->entry);
        ranked.key = ms > 0 ? (uint64_t)ms : 0;
    } else if (query->sort == QUERY_SORT_SOON) {
        int class = next_date(document, asked->request->now_ms, &at_ms);
        ranked.key = class == 0   ? 0
                     : class == 1 ? (uint64_t)at_ms
                                  : UINT64_MAX / 2 - (uint64_t)at_ms;
    } else if (query->sort == QUERY_SORT_TAKEN_UP) {
        ranked.key = document->taken;
    } else if (query->sort == QUERY_SORT_TITLE) {
        ranked.key = 0;
        ranked.title = title_key(arena, document->public->entry.title);
    }
    return ranked;
}

static int compare_ranked(const void *a, const void *b) {
    const struct ranked *left = a;
    const struct ranked *right = b;
    if (left->key != right->key) {
        return left->key > right->key ? -1 : 1;
    }
    int titles = slice_compare(left->title, right->title);
    if (titles) {
        return titles;
    }
    int64_t ids = left->document->public->entry.id.v - right->document->public->entry.id.v;
    if (ids) {
        return ids < 0 ? -1 : 1;
    }
    return (int)left->document->ask - (int)right->document->ask;
}

/* Groups of one source and kind among the matches. */
struct group {
    slice source;
    enum query_kind kind;
    uint64_t count;
    bool is_shown;
};
struct groups {
    struct group items[64];
    size_t count;
};

static struct group *group_find(struct groups *groups, const struct document *document) {
    slice source = document->public->entry.source_slug;
    for (size_t i = 0; i < groups->count; i++) {
        if (groups->items[i].kind == document->kind &&
            slice_equal(groups->items[i].source, source)) {
            return &groups->items[i];
        }
    }
    groups->items[groups->count] = (struct group){.source = source, .kind = document->kind};
    return &groups->items[groups->count++];
}

static bool is_member(const struct document *document, const struct group *group) {
    return document->kind == group->kind &&
           slice_equal(document->public->entry.source_slug, group->source);
}

static uint64_t count_type(const struct ranked *ranked, size_t count, const struct group *group,
                           slice type) {
    uint64_t same = 0;
    for (size_t i = 0; i < count; i++) {
        same += is_member(ranked[i].document, group) &&
                slice_equal(ranked[i].document->public->entry.type, type);
    }
    return same;
}

static struct atlas_group tell_group(const struct ranked *ranked, size_t count,
                                     const struct group *group, const struct query *query) {
    struct atlas_group told = {.source = group->source,
                               .kind = group->kind,
                               .count = group->count,
                               .nearest_m = -1,
                               .type = SLICE_EMPTY};
    uint64_t most = 0;
    for (size_t i = 0; i < count; i++) {
        const struct entry_public *public = ranked[i].document->public;
        if (!is_member(ranked[i].document, group)) {
            continue;
        }
        if (query->has_near && public->has_point) {
            double away = geo_distance_m(query->near, public->point);
            told.nearest_m = told.nearest_m < 0 || away < told.nearest_m ? away : told.nearest_m;
        }
        if (!public->entry.type.n || slice_equal(public->entry.type, told.type)) {
            continue;
        }
        uint64_t same = count_type(ranked, count, group, public->entry.type);
        if (same > most || (same == most && slice_compare(public->entry.type, told.type) < 0)) {
            most = same;
            told.type = public->entry.type;
        }
    }
    return told;
}

static void list_lines(const struct ranked *ranked, size_t count, const struct asked *asked,
                       struct arena *arena, struct reference_answer *answer) {
    const struct query *query = asked->request->query;
    bool is_folded = asked->request->fold && !asked->clause_count && !query->sources.count &&
                     (query->sort == QUERY_SORT_RELEVANCE ||
                      (query->sort == QUERY_SORT_NEAR && !query->has_near));
    struct groups groups = {.count = 0};
    for (size_t i = 0; i < count; i++) {
        group_find(&groups, ranked[i].document)->count++;
    }
    answer->lines = arena_new(arena, struct reference_line, count);
    for (size_t i = 0; i < count; i++) {
        const struct document *document = ranked[i].document;
        struct group *group = group_find(&groups, document);
        struct reference_line line = {
            .entry = document->public->entry.id.v,
            .kind = document->kind,
            .ask = (uint16_t)(document->ask ? document->ask - 1 : 0),
            .score = ranked[i].score,
        };
        if (is_folded && group->source.n && group->count > 12) {
            if (group->is_shown) {
                continue;
            }
            group->is_shown = true;
            line.is_group = true;
            line.group = tell_group(ranked, count, group, query);
        }
        answer->lines[answer->line_count++] = line;
    }
}

/* All of it together */

static void add_to_box(struct reference_answer *answer, struct geo_point point) {
    struct geo_box *box = &answer->box;
    if (!answer->has_box) {
        *box = (struct geo_box){point.lon_e7, point.lat_e7, point.lon_e7, point.lat_e7};
        answer->has_box = true;
    }
    box->west_e7 = point.lon_e7 < box->west_e7 ? point.lon_e7 : box->west_e7;
    box->east_e7 = point.lon_e7 > box->east_e7 ? point.lon_e7 : box->east_e7;
    box->south_e7 = point.lat_e7 < box->south_e7 ? point.lat_e7 : box->south_e7;
    box->north_e7 = point.lat_e7 > box->north_e7 ? point.lat_e7 : box->north_e7;
}

struct reference_answer reference_search(struct reference *reference,
                                         const struct atlas_request *request, struct arena *arena) {
    struct reference_answer answer = {0};
    struct asked *asked = reference_ask(reference, request, arena, &answer.corrected);
    struct ranked *ranked = arena_new(arena, struct ranked, reference->live.count);
    for (size_t i = 0; i < reference->live.count; i++) {
        const struct document *document = &reference->live.items[i];
        if (!reference_matches(reference, asked, document, ATLAS_FACET__COUNT)) {
            continue;
        }
        ranked[answer.total++] = rank(reference, asked, document, arena);
        if (document->public->has_point) {
            add_to_box(&answer, document->public->point);
        } else {
            answer.unplaced++;
        }
    }
    qsort(ranked, answer.total, sizeof(*ranked), compare_ranked);
    list_lines(ranked, answer.total, asked, arena, &answer);
    for (int which = 0; which < ATLAS_FACET__COUNT; which++) {
        if (request->facets & 1u << which) {
            answer.facets[which] =
                reference_count_facet(reference, asked, (enum atlas_facet)which, arena);
        }
    }
    if (request->facets & 1u << ATLAS_FACET_TERRITORY) {
        reference_cut_territories(reference, request->query, &answer.facets[ATLAS_FACET_TERRITORY]);
    }
    return answer;
}

/* Cells */

static unsigned ring_px(uint64_t count) {
    return count < 10 ? 13 : count < 100 ? 15 : count < 1000 ? 17 : count < 10000 ? 20 : 24;
}

static uint32_t inside(uint64_t mean, uint64_t cell, unsigned zoom, uint64_t count) {
    uint64_t px = UINT64_C(1) << (24 - zoom);
    uint64_t least = (cell * 64 + ring_px(count)) * px;
    uint64_t most = (cell * 64 + 64 - ring_px(count)) * px - 1;
    return (uint32_t)(mean < least ? least : mean > most ? most : mean);
}

/* The middle of the square that holds a grid coordinate: of 8 px, or of 16 when more than kinds is
 * chosen. */
static uint64_t middle_of(const struct asked *asked, uint32_t at, unsigned zoom) {
    const struct query *query = asked->request->query;
    bool is_choosy = asked->clause_count || query->states || query->has || query->themes.count ||
                     query->territories.count || query->languages.count || query->sources.count ||
                     query->skills.count || query->has_box || query->has_from || query->has_to ||
                     query->when != QUERY_WHEN_ALL || (query->has_near && query->radius_m);
    uint64_t side = (UINT64_C(1) << (24 - zoom)) * (is_choosy ? 16 : 8);
    return at / side * side + side / 2;
}

static bool cell_of(struct reference *reference, const struct asked *asked, struct geo_tile at,
                    unsigned zoom, struct atlas_cell *cell) {
    uint64_t sum_x = 0;
    uint64_t sum_y = 0;
    uint64_t square_x = 0;
    uint64_t square_y = 0;
    uint64_t approximate = 0;
    bool is_spread = false;
    struct geo_point first = {0};
    *cell = (struct atlas_cell){.tile = at};
    for (size_t i = 0; i < reference->live.count; i++) {
        const struct document *document = &reference->live.items[i];
        struct geo_grid grid = geo_grid_from_point(document->public->point);
        if (!document->public->has_point || grid.x >> (32 - at.z) != at.x ||
            grid.y >> (32 - at.z) != at.y ||
            !reference_matches(reference, asked, document, ATLAS_FACET__COUNT)) {
            continue;
        }
        if (!cell->count++) {
            first = document->public->point;
            cell->entry = document->public->entry.id;
            cell->kind = document->kind;
        }
        is_spread = is_spread || first.lon_e7 != document->public->point.lon_e7 ||
                    first.lat_e7 != document->public->point.lat_e7;
        approximate += document->public->is_approximate;
        cell->kinds[document->kind]++;
        sum_x += grid.x;
        sum_y += grid.y;
        square_x += middle_of(asked, grid.x, zoom);
        square_y += middle_of(asked, grid.y, zoom);
    }
    if (!cell->count) {
        return false;
    }
    cell->all_approximate = approximate == cell->count;
    cell->is_stack = cell->count > 1 && !is_spread;
    cell->position = first;
    if (cell->count > 64 && !cell->is_stack) {
        sum_x = square_x;
        sum_y = square_y;
    }
    if (cell->count > 1) {
        cell->position = geo_point_from_grid(
            (struct geo_grid){.x = inside(sum_x / cell->count, at.x, zoom, cell->count),
                              .y = inside(sum_y / cell->count, at.y, zoom, cell->count)});
    }
    return true;
}

size_t reference_tile(struct reference *reference, const struct atlas_request *request,
                      struct geo_tile tile, struct arena *arena, struct atlas_cell *cells) {
    slice ignored;
    struct asked *asked = reference_ask(reference, request, arena, &ignored);
    static const uint32_t order[16][2] = {{0, 0}, {1, 0}, {0, 1}, {1, 1}, {2, 0}, {3, 0},
                                          {2, 1}, {3, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3},
                                          {2, 2}, {3, 2}, {2, 3}, {3, 3}};
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(order); i++) {
        struct geo_tile at = {
            .z = tile.z + 2, .x = tile.x * 4 + order[i][0], .y = tile.y * 4 + order[i][1]};
        count += cell_of(reference, asked, at, tile.z, &cells[count]);
    }
    return count;
}
