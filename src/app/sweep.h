/* sweep: once an hour the server forgets what is no longer needed (RULE PERSON-1, CONTRIBUTE-1,
 * CONTRIBUTE-4, MEDIA-2) and asks whether entries are still so (FRESH-3), as a job that adds its
 * successor. */
#ifndef AGORA_APP_SWEEP_H
#define AGORA_APP_SWEEP_H

#include "app/house.h"
#include "domain/claim/claim.h"
#include "domain/contribution/contribution.h"
#include "domain/freshness/freshness.h"
#include "domain/media/media.h"
#include "domain/moderation/moderation.h"
#include "job/job.h"
#include "mail/mail.h"

struct sweep {
    struct contribution_world world;
    const char *media_folder;
};
/* `sweep` outlives the runner of the kind. */
struct job_kind sweep_job_kind(struct sweep *sweep, struct house *house);
/* Adds the first one of a store; those that wait already are enough. */
MUST_USE err sweep_begin(struct db_writer *writer, struct clock clock);

#endif
