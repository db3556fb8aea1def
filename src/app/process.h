/* process: what the system says of this process, also from inside the sandbox. */
#ifndef AGORA_APP_PROCESS_H
#define AGORA_APP_PROCESS_H

#include "face/face.h"

#include <pthread.h>

/* Opened before the sandbox; what cannot be opened is not told. */
struct process_watch {
    int memory_fd, files_fd; /* /proc/self/statm, /proc/self/fd; -1 */
    int64_t started_ms;
    pthread_mutex_t lock; /* of the folder's position */
};
void process_watch_open(struct process_watch *watch, struct clock clock);
void process_watch_close(struct process_watch *watch);
/* face.process_read; any thread. */
void process_watch_read(void *watch, struct face_process *process);

#endif
