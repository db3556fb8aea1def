#include "face/actor.h"

static unsigned capabilities_of(const struct actor *actor) {
    static const struct {
        enum person_role role;
        unsigned capabilities;
    } rows[] = {
        {PERSON_STEWARD, HTTP_MAY(CAP_STEWARD)},
        {PERSON_MODERATOR, HTTP_MAY(CAP_MODERATE)},
        {PERSON_ADMIN, HTTP_MAY(CAP_STEWARD) | HTTP_MAY(CAP_MODERATE) | HTTP_MAY(CAP_ADMIN)},
    };
    _Static_assert(ARRAY_COUNT(rows) == PERSON_HELPER - 1 &&
                       PERSON_HELPER == PERSON_ROLE__COUNT - 1,
                   "a row for each role but the helper's");
    unsigned capabilities =
        HTTP_MAY(CAP_ANYONE) | HTTP_MAY(CAP_MEMBER) | (actor->is_helper ? HTTP_MAY(CAP_HELP) : 0);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        capabilities |= actor->roles & 1u << rows[i].role ? rows[i].capabilities : 0;
    }
    return capabilities;
}

err face_identify(void *app, struct http_request *request, struct problem *problem) {
    const struct face *face = app;
    slice secret = http_cookie(request, FACE_SESSION_COOKIE);
    if (secret.n == 0) {
        return OK;
    }
    struct actor *actor = arena_new(request->arena, struct actor, 1);
    err failed = person_session_find(face_reader(request), secret, clock_now_ms(face->clock),
                                     request->arena, actor);
    if (failed != OK) {
        return problem_set(problem, failed, "",
                           "it cannot be told who asks: try again in a moment");
    }
    if (actor->help != 0 && request->route && request->route->for_another) { /* RULE HELP-1 */
        *actor = person_in_the_name(actor);
    }
    if (actor->person.v != 0) {
        request->actor = actor;
        request->capabilities = capabilities_of(actor);
    }
    return OK;
}

const struct actor *face_actor(const struct http_request *request) {
    static const struct actor nobody = {.name = {"", 0}, .language = {"", 0}};
    return request->actor ? request->actor : &nobody;
}

err face_network(const struct http_request *request, struct person_network *network) {
    return person_network_of(face_reader(request), &request->client_address, network);
}
