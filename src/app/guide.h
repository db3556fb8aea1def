/* guide: what the serving process needs so that addresses are found: the process that asks the
 * service of the settings. Begun in two steps, around the sandbox. */
#ifndef AGORA_APP_GUIDE_H
#define AGORA_APP_GUIDE_H

#include "app/house.h"
#include "work/geocode/geocode.h"

/* Before the sandbox and before any thread. NULL when the settings name no service. Free with
 * geocode_desk_stop. */
MUST_USE err guide_prepare(struct house *house, struct geocode_desk **desk,
                           struct problem *problem);

#endif
