/* leaving: the entries of a source that was removed leave with it, and come back when it is taken
 * in again (RULE SOURCE-2), beside the requests in short steps, as a job that adds its successor.
 * */
#ifndef AGORA_APP_LEAVING_H
#define AGORA_APP_LEAVING_H

#include "app/house.h"
#include "job/job.h"

/* `house` outlives the runner of the kind. */
struct job_kind leaving_job_kind(struct house *house);

#endif
