#include "http/bodies.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS       16
#define WAYS         4    /* places where an answer may stand */
#define TYPICAL_SIZE 4096 /* of an answer with its key */
#define SHARE_MAX    8    /* one answer takes at most this part of a shard */
#define POPULAR      3    /* found so often, an answer keeps its head ready too */
#define HEAD_SIZE    2048 /* which takes about this much */

struct place {
    uint64_t hash;
    slice key; /* in the same piece of memory as the body */
    struct http_body *body;
    size_t n; /* of that piece, and of the head */
    uint32_t used;
    uint32_t found; /* this answer, and those that stood in its place */
};
struct shard {
    pthread_mutex_t lock;
    struct place *places;
    size_t bytes, hand;
    uint32_t tick;
    uint64_t *seen; /* keys that were brought once, by their hash: as many as places */
};
struct http_bodies {
    struct shard shards[SHARDS];
    size_t sets, bytes_max; /* of a shard */
};

struct http_bodies *http_bodies_new(size_t bytes) {
    struct http_bodies *bodies = calloc(1, sizeof *bodies);
    if (!bodies) {
        return NULL;
    }
    bodies->bytes_max = bytes / SHARDS;
    bodies->sets = bodies->bytes_max / TYPICAL_SIZE / WAYS + 1;
    bool whole = true;
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_init(&bodies->shards[i].lock, NULL);
        bodies->shards[i].places = calloc(bodies->sets * WAYS, sizeof(struct place));
        bodies->shards[i].seen = calloc(bodies->sets * WAYS, sizeof(uint64_t));
        whole = whole && bodies->shards[i].places && bodies->shards[i].seen;
    }
    if (!whole) {
        http_bodies_free(bodies);
        return NULL;
    }
    return bodies;
}

void http_body_release(struct http_body *body) {
    if (body && atomic_fetch_sub(&body->holders, 1) == 1) {
        if (body->ready) {
            MHD_destroy_response(body->ready);
        }
        free(body);
    }
}

static void forget(struct shard *shard, struct place *place) {
    if (place->body) {
        shard->bytes -= place->n;
        http_body_release(place->body);
        *place = (struct place){0};
    }
}

void http_bodies_free(struct http_bodies *bodies) {
    if (!bodies) {
        return;
    }
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &bodies->shards[i];
        for (size_t k = 0; shard->places && k < bodies->sets * WAYS; k++) {
            forget(shard, &shard->places[k]);
        }
        free(shard->places);
        free(shard->seen);
        pthread_mutex_destroy(&shard->lock);
    }
    free(bodies);
}

static struct shard *shard_of(struct http_bodies *bodies, uint64_t hash, struct place **set) {
    struct shard *shard = &bodies->shards[hash % SHARDS];
    *set = &shard->places[hash / SHARDS % bodies->sets * WAYS];
    return shard;
}

static struct place *find(struct place *set, uint64_t hash, slice key) {
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].body && set[i].hash == hash && slice_equal(set[i].key, key)) {
            return &set[i];
        }
    }
    return NULL;
}

/* What is asked for again and again may keep its head. */
static void make_popular(struct shard *shard, struct place *place) {
    place->n += HEAD_SIZE;
    shard->bytes += HEAD_SIZE;
    atomic_store(&place->body->is_popular, true);
}

struct http_body *http_bodies_find(struct http_bodies *bodies, slice key, slice etag) {
    uint64_t hash = hash_bytes(key, SHARDS);
    struct place *set;
    struct shard *shard = shard_of(bodies, hash, &set);
    struct http_body *body = NULL;
    pthread_mutex_lock(&shard->lock);
    struct place *place = find(set, hash, key);
    if (place && slice_equal(place->body->etag, etag)) {
        place->used = ++shard->tick;
        if (place->found < POPULAR && ++place->found == POPULAR) {
            make_popular(shard, place);
        }
        body = place->body;
        atomic_fetch_add(&body->holders, 1);
    }
    pthread_mutex_unlock(&shard->lock);
    return body;
}

/* Copies a text behind what was copied before; "" stays "". */
static slice put(char **at, slice text) {
    slice copy = slice_of(*at, text.n);
    if (text.n > 0) {
        memcpy(*at, text.p, text.n);
    }
    (*at)[text.n] = '\0';
    *at += text.n + 1;
    return copy;
}

/* Everything of an answer in one piece of memory, with one holder. NULL without memory. */
static struct http_body *body_new(slice key, const struct http_response *response,
                                  enum http_encoding encoding, size_t size, slice *kept_key) {
    struct http_body *body = malloc(size);
    if (!body) {
        return NULL;
    }
    char *at = (char *)(body + 1);
    *body = (struct http_body){.encoding = encoding, .allow_framing = response->allow_framing};
    atomic_init(&body->holders, 1);
    body->etag = put(&at, response->etag);
    body->bytes = put(&at, buf_slice(&response->body));
    body->media_type = put(&at, slice_from_cstr(response->media_type));
    body->file_name = put(&at, response->file_name);
    body->extra_csp = put(&at, slice_from_cstr(response->extra_csp));
    *kept_key = put(&at, key);
    return body;
}

static size_t body_size(slice key, const struct http_response *response) {
    return sizeof(struct http_body) + response->etag.n + response->body.n + key.n +
           response->file_name.n + slice_from_cstr(response->media_type).n +
           slice_from_cstr(response->extra_csp).n + 6;
}

/* A free place of the set, else that of what was asked for longest ago. */
static struct place *place_for(struct shard *shard, struct place *set) {
    struct place *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (!set[i].body) {
            return &set[i];
        }
        if (shard->tick - set[i].used > shard->tick - oldest->used) {
            oldest = &set[i];
        }
    }
    forget(shard, oldest);
    return oldest;
}

static void make_room(const struct http_bodies *bodies, struct shard *shard, size_t more) {
    size_t count = bodies->sets * WAYS;
    for (size_t i = 0; i < count && shard->bytes + more > bodies->bytes_max; i++) {
        shard->hand = (shard->hand + 1) % count;
        forget(shard, &shard->places[shard->hand]);
    }
}

/* Under the lock of the shard; `found`: how often what stood there. */
static void keep(const struct http_bodies *bodies, struct shard *shard, struct place *set,
                 uint64_t hash, slice key, const struct http_response *response,
                 enum http_encoding encoding, uint32_t found) {
    size_t size = body_size(key, response);
    slice kept_key;
    struct http_body *body = size <= bodies->bytes_max / SHARE_MAX
                                 ? body_new(key, response, encoding, size, &kept_key)
                                 : NULL;
    if (!body) {
        return;
    }
    make_room(bodies, shard, size);
    struct place *place = place_for(shard, set);
    *place = (struct place){hash, kept_key, body, size, ++shard->tick, found};
    shard->bytes += size;
    if (found == POPULAR) {
        make_popular(shard, place);
    }
}

void http_bodies_bring(struct http_bodies *bodies, slice key, const struct http_response *response,
                       enum http_encoding encoding) {
    uint64_t hash = hash_bytes(key, SHARDS);
    struct place *set;
    struct shard *shard = shard_of(bodies, hash, &set);
    uint64_t *seen = &shard->seen[hash / SHARDS % (bodies->sets * WAYS)];
    pthread_mutex_lock(&shard->lock);
    struct place *place = find(set, hash, key);
    uint32_t found = place ? place->found : 0;
    if (place && !slice_equal(place->body->etag, response->etag)) {
        forget(shard, place);
        keep(bodies, shard, set, hash, key, response, encoding, found);
    } else if (!place && *seen == hash) {
        keep(bodies, shard, set, hash, key, response, encoding, 0);
    }
    *seen = hash;
    pthread_mutex_unlock(&shard->lock);
}
