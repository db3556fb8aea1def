/* job_int: the parts of the queue, for this room and its tests. */
#ifndef AGORA_JOB_INT_H
#define AGORA_JOB_INT_H

#include "job/job.h"

/* queue.c. The one of a kind that is due first: its id (0: none waits) and when. */
MUST_USE err job_first(struct db_conn *conn, slice kind, int64_t *id, int64_t *due_ms);
/* Marks the one of a kind that is due first as being run and counts the try; the body is copied to
 * the arena. ERR_NOT_FOUND when none is due (any more). */
MUST_USE err job_lease(struct db_conn *conn, slice kind, int64_t now_ms, struct arena *arena,
                       struct job *job);
/* Those that a runner before us left in the middle wait again. */
MUST_USE err job_release_all(struct db_conn *conn);
/* Ends a try: deletes the job, puts it back, or marks it dead; then calls `finish`. */
MUST_USE err job_end(struct db_conn *conn, const struct job_kind *kind, const struct job *job,
                     const struct job_outcome *outcome, int64_t now_ms);
/* How long a job waits after its nth try. */
int64_t job_wait_ms(const struct job_kind *kind, unsigned tries);

/* runner.c. One look of a hand at the queue, without its thread: runs at most one job of each of
 * its kinds that is due; *next_ms is when to look again at the latest (INT64_MAX: nothing waits).
 * Hands are numbered from 0 in the order in which their kinds stand. */
struct job_runner *job_runner_new(const struct job_runner_options *options,
                                  struct problem *problem); /* NULL: problem says why */
void job_runner_free(struct job_runner *runner);
/* Whether a job was run. */
bool job_runner_step(struct job_runner *runner, unsigned hand, int64_t *next_ms);

#endif
