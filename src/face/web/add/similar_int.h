/* "Is it one of these?" while one adds. */
#ifndef AGORA_FACE_WEB_ADD_SIMILAR_INT_H
#define AGORA_FACE_WEB_ADD_SIMILAR_INT_H

#include "domain/duplicate/duplicate.h"
#include "face/web/add/adding.h"
#include "face/web/trust/likeness.h"

/* "Is it one of these?": what is like a draft that is no entry yet. The element stands there also
 * when nothing is; it is made anew while a title is typed (web/ts/similar.ts). */
MUST_USE err similar_write(struct adding *adding);
/* The same alone, for a title that is being typed: `?title=`, X-Agora-Part: similar. */
MUST_USE err similar_answer(struct adding *adding, struct http_response *response);

#endif
