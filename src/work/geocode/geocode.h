/* work/geocode: where an address is, asked of a service that speaks as addok does (BAN, IGN's
 * Géoplateforme): `GET {url}/search?q=…&limit=5`, answered by a GeoJSON FeatureCollection. A
 * process of its own asks and reads; what it hands over is small, of fixed size, and looked at
 * again. */
#ifndef AGORA_WORK_GEOCODE_H
#define AGORA_WORK_GEOCODE_H

#include "base/base.h"
#include "geo/geo.h"

#define GEOCODE_ASKED_MAX  200 /* bytes of an address that is asked for; the service has as many */
#define GEOCODE_PLACES_MAX 5
#define GEOCODE_TEXT_BYTES 200
#define GEOCODE_CODE_BYTES 6 /* five signs and the end */
#define GEOCODE_ANSWER_MAX (64u << 10)
#define GEOCODE_TIMEOUT_MS 3000
#define GEOCODE_QUEUE_MAX  16
#define GEOCODE_KEPT_MAX   128
#define GEOCODE_KEPT_MS    INT64_C(600000)
#define GEOCODE_URL_MAX    500

/* What a place of an answer is; the service's `type`. */
enum geocode_kind {
    GEOCODE_HOUSE = 1, /* housenumber */
    GEOCODE_STREET,    /* street */
    GEOCODE_PLACE,     /* locality: a hamlet, a place with a name */
    GEOCODE_TOWN,      /* municipality */
    GEOCODE_KIND__COUNT
};
/* The texts end with NUL, are UTF-8 on one line, and may be empty but for the label. */
struct geocode_place {
    enum geocode_kind kind;
    struct geo_point point;
    char label[GEOCODE_TEXT_BYTES];       /* "8 Rue de Boigne 73000 Chambéry" */
    char address[GEOCODE_TEXT_BYTES];     /* "8 Rue de Boigne"; a town has none */
    char postal_code[GEOCODE_CODE_BYTES]; /* "73000" */
    char commune[GEOCODE_CODE_BYTES];     /* the INSEE code, "73065" */
};
struct geocode_answer {
    uint32_t count; /* best first; 0: nothing is like it */
    struct geocode_place places[GEOCODE_PLACES_MAX];
};

/* Whether `value` can be the address of a service: http or https, a host, perhaps a port and a
 * path, no final slash. NULL: it can; else what is wrong. */
const char *geocode_url_fault(slice value);
/* Of a sound one: its host (an IPv6 one in its brackets) and its port. */
void geocode_url_read(slice url, slice *host, unsigned *port);

/* The service's answer. A feature without a point on the globe, a label or a known type, or with
 * texts that are too long or not of one line, is passed over. ERR_INPUT: no FeatureCollection. */
MUST_USE err geocode_answer_read(slice json, struct geocode_answer *answer);

enum geocode_verdict {
    GEOCODE_ANSWERED = 1,
    GEOCODE_AWAY, /* no connection, too slow, too much, not 200, or not in that form */
    GEOCODE_VERDICT__COUNT
};
/* One question; lives, with its text, until it was told. */
struct geocode_question {
    slice text;            /* not empty, at most GEOCODE_ASKED_MAX */
    bool has_near;         /* what is closer to it comes first */
    struct geo_point near; /* as the service is told: rounded to about a kilometre */
    enum geocode_verdict verdict;
    struct geocode_answer answer;
    void (*told)(struct geocode_question *question); /* on the desk's thread */
    void *self;
    int64_t asked_us; /* the desk's own */
};

struct geocode_desk;
struct geocode_desk_options {
    slice url;
    int64_t timeout_ms; /* of one question, all of it */
    /* What the process gives up before it opens its first connection; NULL: nothing. */
    err (*confine)(void *self, struct problem *problem);
    void *confine_self;
    struct clock clock;
    const struct log *log;
};
/* The process behind the desk, copied from this one: before any thread, any sandbox and any socket
 * that it should not have. ERR_IO. */
MUST_USE err geocode_desk_start(const struct geocode_desk_options *options,
                                struct geocode_desk **desk, struct problem *problem);
/* The thread that asks, one question after the other; after the sandbox. It begins with one of its
 * own, so that it is known whether the service answers. ERR_MEMORY. */
MUST_USE err geocode_desk_open(struct geocode_desk *desk);
/* What waits or runs is told GEOCODE_AWAY from now on. Any thread; NULL is fine. */
void geocode_desk_end_soon(struct geocode_desk *desk);
/* Tells what waits, ends the thread and the process. NULL is fine. */
void geocode_desk_stop(struct geocode_desk *desk);

/* Asks, later: `question->told` is called once. Any thread; never waits. ERR_BUSY, and nothing is
 * told: GEOCODE_QUEUE_MAX wait already, or the desk is not open. */
MUST_USE err geocode_ask(struct geocode_desk *desk, struct geocode_question *question);
/* The host that is asked, for who should know before they ask. */
slice geocode_desk_host(const struct geocode_desk *desk);

/* How the last two outcomes were, for the page that looks after the site; 0: not yet. */
struct geocode_state {
    int64_t answered_ms, failed_ms;
};
void geocode_desk_state(struct geocode_desk *desk, struct geocode_state *state);

#endif
