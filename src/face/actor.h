/* actor: who asks for a page, by the cookie of their session. */
#ifndef AGORA_FACE_ACTOR_H
#define AGORA_FACE_ACTOR_H

#include "domain/person/person.h"
#include "face/face.h"

#define FACE_SESSION_COOKIE "session"

/* http_options.identify: the session's person and their roles as capabilities. An admin may all; a
 * role that holds for a territory only is one here, where it holds is for the domain to ask. A
 * cookie that is no session (any more) is nobody's. */
err face_identify(void *app, struct http_request *request, struct problem *problem);

/* Who asks; never NULL: nobody has no number. In the request's arena. */
const struct actor *face_actor(const struct http_request *request);

/* From where: the network that acts and tries are counted for. On the reader. */
MUST_USE err face_network(const struct http_request *request, struct person_network *network);

#endif
