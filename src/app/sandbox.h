/* sandbox: the process gives up what it does not need, for good. Done by the one thread there is,
 * after everything that needs rights (socket, store, notification) and before any other thread:
 * threads inherit it. */
#ifndef AGORA_APP_SANDBOX_H
#define AGORA_APP_SANDBOX_H

#include "base/base.h"

enum sandbox_kind {
    SANDBOX_SERVER, /* no new connections, no files but those of the folder */
    SANDBOX_POST,   /* opens connections to `post_port` (and asks for names), has no folder; the
                     * process that asks for addresses is closed off in the same way */
    SANDBOX_PHOTO   /* opens nothing at all: memory, threads, and the log that is open (RULE
                     * MEDIA-3) */
};
struct sandbox_options {
    enum sandbox_kind kind;
    const char *folder;    /* may be read and written; the only one that may */
    unsigned post_port;    /* of the mail server, or of the service of addresses */
    const struct log *log; /* outlives the process' last thread: refusals are told to it */
};
/* What holds from now on; what the kernel does not have is left out and said. */
struct sandbox_report {
    bool no_new_privileges; /* prctl(2): no program started from here gains rights */
    bool capabilities;      /* capabilities(7): all given up (but reading what is another user's,
                             * when root serves such a folder) */
    int landlock;           /* landlock(7): version of the kernel's interface; 0: not there */
    bool system_calls;      /* seccomp(2): those of a running server, with those arguments */
};
/* False for a build whose own checks need what would be taken away (AddressSanitizer). */
bool sandbox_is_possible(void);
/* ERR_INTERNAL when other threads run already; ERR_IO when a part that the kernel has fails (then
 * nothing is served: better no server than an open one that is thought closed). */
MUST_USE err sandbox_enter(const struct sandbox_options *options, struct sandbox_report *report,
                           struct problem *problem);

#endif
