/* doubles: beside the requests the server looks for entries that may be one (domain/duplicate), in
 * short steps, as a job that adds its successor. */
#ifndef AGORA_APP_DOUBLES_H
#define AGORA_APP_DOUBLES_H

#include "app/house.h"
#include "domain/duplicate/duplicate.h"
#include "job/job.h"

struct doubles {
    const struct territories *territories;
    struct arena arena; /* of the step in hand */
    struct duplicate_step *step;
    bool has_more;
};
/* `doubles` outlives the runner of the kind. */
struct job_kind doubles_job_kind(struct doubles *doubles, struct house *house);
/* Adds the first one of a store; those that wait already are enough. */
MUST_USE err doubles_begin(struct db_writer *writer, struct clock clock);
void doubles_end(struct doubles *doubles);

#endif
