/* query: the one query and its grammar (design, section 3). The same text gives the page, the API,
 * every export, the tiles. This room knows words and numbers only, no store and no index. */
#ifndef AGORA_QUERY_H
#define AGORA_QUERY_H

#include "base/base.h"
#include "geo/geo.h"

enum query_kind {
    QUERY_KIND_INITIATIVE,
    QUERY_KIND_IDEA,
    QUERY_KIND_TOOL,
    QUERY_KIND_PLACE,
    QUERY_KIND_EVENT,
    QUERY_KIND_ACTOR,
    QUERY_KIND_STORY,
    QUERY_KIND_NEED,
    QUERY_KIND_OFFER,
    QUERY_KIND__COUNT
};
#define QUERY_KINDS_ENTRY 0x7fu /* the seven that are entries: the default of the explorer */
#define QUERY_KINDS_ALL   0x1ffu

enum query_state {
    QUERY_STATE_IDEA,
    QUERY_STATE_BEGUN,
    QUERY_STATE_RUNNING,
    QUERY_STATE_SEEKING, /* looks for someone to take over */
    QUERY_STATE_PAUSED,
    QUERY_STATE_ENDED,
    QUERY_STATE__COUNT
};
enum query_has {
    QUERY_HAS_VIDEO,
    QUERY_HAS_NEED,
    QUERY_HAS_OFFER,
    QUERY_HAS_IMAGE,
    QUERY_HAS_PLACE, /* can be drawn on the map */
    QUERY_HAS__COUNT
};
enum query_when { QUERY_WHEN_ALL, QUERY_WHEN_UPCOMING, QUERY_WHEN_PAST, QUERY_WHEN__COUNT };
enum query_sort {
    QUERY_SORT_RELEVANCE,
    QUERY_SORT_NEAR,
    QUERY_SORT_RECENT,
    QUERY_SORT_SOON,
    QUERY_SORT_TITLE,
    QUERY_SORT_TAKEN_UP,
    QUERY_SORT__COUNT
};
/* Slugs as written in a query: query_kind_slug(QUERY_KIND_IDEA) is "idea". */
slice query_kind_slug(enum query_kind kind);
slice query_state_slug(enum query_state state);
slice query_has_slug(enum query_has has);
slice query_when_slug(enum query_when when);
slice query_sort_slug(enum query_sort sort);
bool query_kind_from_slug(slice slug, enum query_kind *kind);
bool query_state_from_slug(slice slug, enum query_state *state);

#define QUERY_TEXT_MAX         2048 /* bytes of a whole query string */
#define QUERY_WORDS_MAX        256  /* bytes of q */
#define QUERY_VALUES_MAX       32   /* alternatives within one key */
#define QUERY_LIMIT_MAX        1000
#define QUERY_LIMIT_DEFAULT    20
#define QUERY_RADIUS_DEFAULT_M 15000
#define QUERY_RADIUS_MAX_M     500000

struct query_values {
    slice values[QUERY_VALUES_MAX]; /* well-formed slugs, sorted, no doubles */
    uint32_t count;
};

struct query {
    slice words;     /* trimmed; empty: none */
    uint16_t kinds;  /* bits of enum query_kind; 0: none chosen */
    uint16_t states; /* bits; 0: none chosen */
    uint16_t has;    /* bits, all asked for */
    enum query_when when;
    enum query_sort sort; /* QUERY_SORT_RELEVANCE when not chosen */
    struct query_values themes, territories, languages, sources, skills;
    slice space;
    bool has_box, has_near, has_from, has_to;
    struct geo_box box;
    struct geo_point near;
    uint32_t radius_m; /* with near: QUERY_RADIUS_DEFAULT_M when not given, 0 = no limit */
    struct date from, to;
    slice cursor;   /* opaque, URL-safe */
    uint32_t limit; /* QUERY_LIMIT_DEFAULT when not given */
};

enum query_mode {
    QUERY_STRICT, /* machines: the first unknown key or malformed value is ERR_INPUT, named */
    QUERY_PAGE    /* pages: unknown keys are ignored; a malformed value is left out, and told */
};
#define QUERY_PROBLEMS_MAX 8
struct query_problems {
    struct problem items[QUERY_PROBLEMS_MAX];
    uint32_t count;
};

struct query query_default(void);
/* Parses the part after '?' (percent-encoding and + undone, UTF-8 checked). Slices live in the
 * arena. `extra` names keys that the caller reads itself (facets, where, …): NULL-terminated,
 * may be NULL. ERR_INPUT (strict), ERR_LIMIT (longer than QUERY_TEXT_MAX, in both modes). */
MUST_USE err query_parse(slice text, enum query_mode mode, const char *const *extra,
                         struct arena *arena, struct query *query, struct query_problems *problems);
/* The canonical text: keys in the order of the design, values sorted, defaults left out, no leading
 * '?'. query_parse of it gives the same query. */
void query_format(const struct query *query, struct buf *out);
/* True when nothing narrows (sort, cursor and limit apart). */
bool query_is_open(const struct query *query);

bool query_values_has(const struct query_values *values, slice value);
/* Adds or removes, keeping order; false when full. */
bool query_values_set(struct query_values *values, slice value, bool present);

/* One key of a URL query string, decoded into the arena; false when absent. The first one
 * counts. */
bool query_raw_value(slice text, slice key, struct arena *arena, slice *value);
/* Appends `text` percent-encoded for a query value (RFC 3986; space as +). */
void query_encode(slice text, struct buf *out);

#endif
