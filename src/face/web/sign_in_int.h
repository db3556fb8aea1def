/* What the ways to sign in share. */
#ifndef AGORA_FACE_WEB_SIGN_IN_INT_H
#define AGORA_FACE_WEB_SIGN_IN_INT_H

#include "face/web/web_int.h"

/* "Firefox, Android": so that its owner knows a session again. In the request's arena. */
slice sign_in_device(const struct http_request *request);

#endif
