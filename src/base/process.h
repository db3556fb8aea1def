/* What a process beside the server begins with. */
#ifndef AGORA_BASE_PROCESS_H
#define AGORA_BASE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* The calling process ends when `parent` does, which made it; at once when that was quicker. */
void process_end_with(pid_t parent);
/* No signal is blocked any more. Ctrl-C goes to all processes of a terminal: who made this one says
 * when it is over, so it and SIGTERM are ignored. */
void process_signals_reset(void);
/* The descriptor becomes `as`, and nothing above it stays open: no socket of the server, not its
 * store, not its lock. False: something did. */
bool process_keep_only(int fd, int as);

#endif
