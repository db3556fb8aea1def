/* What the ways to sign in share. */
#ifndef AGORA_FACE_WEB_PEOPLE_SIGN_IN_INT_H
#define AGORA_FACE_WEB_PEOPLE_SIGN_IN_INT_H

#include "face/web/page/page.h"

/* The cookie of who asked for a letter with a code, and how long both are good (RULE PERSON-2). */
#define SIGN_IN_PROOF_COOKIE "proof"
#define SIGN_IN_PROOF_MS     INT64_C(1800000)

/* "Firefox, Android": so that its owner knows a session again. In the request's arena. */
slice sign_in_device(const struct http_request *request);

#endif
