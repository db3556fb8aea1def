/* geocode_int: what the two processes say to each other. For this room and its tests. */
#ifndef AGORA_WORK_GEOCODE_INT_H
#define AGORA_WORK_GEOCODE_INT_H

#include "work/geocode/geocode.h"

#include <sys/types.h>

/* One packet each way. */
struct geocode_request {
    uint64_t number;
    bool has_near;
    struct geo_point near;
    uint32_t asked_bytes;
    char asked[GEOCODE_ASKED_MAX];
};
struct geocode_reply {
    uint64_t number; /* 0: the process ended in the middle and is new */
    enum geocode_verdict verdict;
    char said[120]; /* of GEOCODE_AWAY: why, for the log; never what was asked */
    struct geocode_answer answer;
};

/* process.c: what the copied process does, until the other end of the socket closes. */
_Noreturn void geocode_process_keep(const struct geocode_desk_options *options, int fd,
                                    pid_t server);
/* answer.c: what another process hands over, believed in nothing: false when it cannot be what
 * geocode_answer_read made. */
bool geocode_answer_is_sound(const struct geocode_answer *answer);
/* url.c: the whole address of a question. */
void geocode_url_write(slice url, const struct geocode_request *request, struct buf *out);

#endif
