#include "face/machine.h"

#define QUERY_BYTES_MAX 8192
#define HOUR_MS         3600000
#define EXTRA_MAX       24

/* The caller's keys and those that every address of ours understands. */
static void join_keys(const char *const *keys, const char *joined[EXTRA_MAX]) {
    size_t n = 0;
    joined[n++] = "lang_ui";
    for (; keys && *keys && n < EXTRA_MAX - 1; keys++) {
        joined[n++] = *keys;
    }
    joined[n] = NULL;
}

static err first_problem(err result, const struct query_problems *problems,
                         struct problem *problem) {
    if (result != OK && problems->count > 0) {
        *problem = problems->items[0];
    }
    return result;
}

err face_machine_query(const struct http_request *request, const char *const *extra,
                       struct query *query, struct problem *problem) {
    const char *keys[EXTRA_MAX];
    struct query_problems problems = {0};
    join_keys(extra, keys);
    err result = query_parse(request->query, QUERY_STRICT, keys, request->arena, query, &problems);
    return first_problem(result, &problems, problem);
}

err face_machine_keys(const struct http_request *request, const char *const *keys,
                      struct problem *problem) {
    struct query query;
    TRY(face_machine_query(request, keys, &query, problem));
    struct buf text BUF_CLEANUP = buf_new(QUERY_BYTES_MAX);
    query_format(&query, &text);
    if (text.n == 0) {
        return OK;
    }
    slice key = slice_sub(buf_slice(&text), 0, slice_find(buf_slice(&text), 0, '='));
    const char *name = arena_cstr(request->arena, key);
    return problem_set(problem, ERR_INPUT, name, "unknown key");
}

struct atlas_request face_machine_request(const struct face *face, const struct query *query,
                                          uint32_t facets) {
    return (struct atlas_request){
        .query = query,
        .facets = facets,
        .seven_kinds = true,
        .now_ms = clock_now_ms(face->clock),
    };
}

slice face_machine_etag(const struct http_request *request, uint64_t version,
                        const struct atlas_request *asked, slice salt) {
    struct buf text BUF_CLEANUP = buf_new(QUERY_BYTES_MAX);
    query_format(asked->query, &text);
    uint64_t hash = hash_bytes(buf_slice(&text), 1);
    hash = hash_bytes(request->base_url, hash_bytes(salt, hash));
    hash = hash_mix(hash, hash_mix(asked->facets, (uint64_t)(asked->now_ms / HOUR_MS)));
    return face_etag_of(version, hash, request->arena);
}

bool face_machine_unchanged(const struct http_request *request, struct http_response *response,
                            const struct atlas_view *view, const struct atlas_request *asked,
                            slice salt) {
    return http_unchanged(request, response,
                          face_machine_etag(request, atlas_view_version(view), asked, salt));
}
