/* sandbox_int: the parts of the sandbox, one file each. */
#ifndef AGORA_APP_SANDBOX_INT_H
#define AGORA_APP_SANDBOX_INT_H

#include "app/sandbox.h"

/* sandbox_files.c: only `folder` and what libraries read; no TCP but the sockets that are open, and
 * for the post to its port. *version 0: the kernel has no Landlock. */
MUST_USE err sandbox_files(const struct sandbox_options *options, int *version,
                           struct problem *problem);
/* sandbox_calls.c: the list of system calls. *done false: the kernel has no filters. Refusals are
 * told to the log, each call once. */
MUST_USE err sandbox_calls(const struct sandbox_options *options, bool *done,
                           struct problem *problem);

#endif
