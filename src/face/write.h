/* write: how a page writes. A handler reads what was sent, hands one job to the writer and is done;
 * its answer is made once the job is durable. */
#ifndef AGORA_FACE_WRITE_H
#define AGORA_FACE_WRITE_H

#include "face/face.h"

/* Within the handler of a POST, as its last act: `return face_write(…)`. `job` runs on the
 * writer's thread in a transaction that several requests share, with a savepoint of its own:
 * everything one request writes is one job, all or nothing. Then `finish` answers on the request's
 * thread, with OK when the job is durable, else with what it returned or why it could not be run
 * (ERR_BUSY: too much is waiting; ERR_IO: the disk). What was written is in the atlas by then, so
 * that the next request sees it, unless that would take long (atlas_wait). `self` lives in
 * the request's arena, which is the job's alone between the two; no thread waits for the disk. */
err face_write(const struct face *face, const struct http_request *request, db_job *job,
               http_finish *finish, void *self);
/* The same where nothing is left to say but where to go on (303): what fails is answered as any
 * error. */
err face_write_then(const struct face *face, const struct http_request *request, db_job *job,
                    void *self, slice location);

#endif
