/* The processes that speak to the mail server. The one that serves gives up new connections for
 * good (app/sandbox.h), so somebody else makes them: copies made before, which have no store, no
 * files and no other socket, and are closed off by themselves. One speaks for each lane, on one
 * connection; their keeper starts one again should it end. */
#include "base/process.h"
#include "mail/mail_int.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PACKET_MAX      (sizeof(struct request) + MAIL_ADDRESS_MAX_BYTES * 2 + MAIL_SOURCE_MAX)
#define ANSWER_SLACK_MS 10000
#define STOP_GRACE_MS   2000 /* for a letter that is on its way when we are to end */
#define RESTART_S       1
#define POST_BLOCK      4096
#define FIRST_OTHER_FD  3

/* One packet each way. */
struct request {
    uint64_t number;
    uint32_t to_bytes, source_bytes; /* both follow */
};
struct reply {
    uint64_t number; /* 0: the process ended in the middle and is new */
    struct mail_answer answer;
};

struct lane {
    int fd;
    uint64_t number; /* of the last letter */
};
struct mail_post {
    struct arena arena;
    struct lane lanes[MAIL_LANES_MAX];
    unsigned lane_count;
    int64_t wait_ms; /* for an answer */
};

/* ---- The process */

static void speak(const struct mail_post_options *options, int fd) {
    struct problem problem = {0};
    struct arena arena = arena_make(PACKET_MAX + POST_BLOCK, 0);
    char *packet = arena_new(&arena, char, PACKET_MAX);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (options->confine != NULL && options->confine(options->confine_self, &problem) != OK) {
        log_problem(options->log, "letters are not sent", &problem);
        _exit(1);
    }
    struct mail_smtp_session *session = mail_smtp_session_new(&options->smtp, options->from);
    for (;;) {
        struct request request;
        ssize_t n = recv(fd, packet, PACKET_MAX, 0);
        if (n < (ssize_t)sizeof request || session == NULL) {
            _exit(0); /* the server has ended */
        }
        memcpy(&request, packet, sizeof request);
        struct reply reply = {.number = request.number};
        slice rest = slice_of(packet + sizeof request, (size_t)n - sizeof request);
        mail_smtp_deliver(session, slice_sub(rest, 0, request.to_bytes),
                          slice_sub(rest, request.to_bytes, request.source_bytes), &reply.answer);
        if (send(fd, &reply, sizeof reply, MSG_NOSIGNAL) != (ssize_t)sizeof reply) {
            _exit(0);
        }
    }
}

/* What a lane's process is to have, in the keeper's own table from FIRST_OTHER_FD on. Nothing of
 * the server stays open here: its sockets, its store, its lock. */
static bool table_make(const int *fds, unsigned count) {
    int high[MAIL_LANES_MAX];
    for (unsigned i = 0; i < count; i++) {
        high[i] = fcntl(fds[i], F_DUPFD, FIRST_OTHER_FD + MAIL_LANES_MAX);
        if (high[i] < 0) {
            return false;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        if (dup2(high[i], FIRST_OTHER_FD + (int)i) < 0) {
            return false;
        }
    }
    return close_range(FIRST_OTHER_FD + count, ~0U, 0) == 0;
}

static pid_t speaker_start(const struct mail_post_options *options, unsigned lane) {
    pid_t self = getpid();
    pid_t speaker = fork();
    if (speaker == 0) {
        process_end_with(self);
        if (!process_keep_only(FIRST_OTHER_FD + (int)lane, FIRST_OTHER_FD)) {
            _exit(1);
        }
        speak(options, FIRST_OTHER_FD);
    }
    return speaker;
}

/* Until the server has ended: then each speaker ends by itself, after the letter that is on its
 * way. */
static void keep(const struct mail_post_options *options, const int *fds, pid_t server) {
    pid_t speakers[MAIL_LANES_MAX];
    prctl(PR_SET_NAME, "agora post");
    process_end_with(server);
    process_signals_reset();
    if (!table_make(fds, options->lanes)) {
        _exit(1);
    }
    for (unsigned i = 0; i < options->lanes; i++) {
        speakers[i] = speaker_start(options, i);
    }
    for (unsigned alive = options->lanes; alive > 0;) {
        int status = 0;
        unsigned lane = 0;
        pid_t ended = waitpid(-1, &status, 0);
        while (lane < options->lanes && speakers[lane] != ended) {
            lane++;
        }
        if (ended < 0 || lane == options->lanes) {
            break;
        }
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
            alive--;
            continue;
        }
        struct reply gone = {.answer = {.verdict = MAIL_SERVER_AWAY, .of_letter = true}};
        snprintf(gone.answer.said, sizeof gone.answer.said, "the process that sends ended: %d",
                 status);
        (void)!send(FIRST_OTHER_FD + (int)lane, &gone, sizeof gone, MSG_NOSIGNAL);
        nanosleep(&(struct timespec){.tv_sec = RESTART_S}, NULL);
        speakers[lane] = speaker_start(options, lane);
    }
    _exit(0);
}

/* ---- The server's side */

/* ours[i] and theirs[i] are a lane. What was made of it when it fails is closed. */
static err pairs_make(unsigned count, int *ours, int *theirs, struct problem *problem) {
    int room = (int)(2 * PACKET_MAX);
    for (unsigned i = 0; i < count; i++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
            int cause = errno;
            while (i-- > 0) {
                close(ours[i]);
                close(theirs[i]);
            }
            return problem_set(problem, ERR_IO, "smtp_url", "cannot make a socket: %s",
                               strerror(cause));
        }
        setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
        ours[i] = pair[0];
        theirs[i] = pair[1];
    }
    return OK;
}

err mail_post_start(const struct mail_post_options *options, struct mail_post **post,
                    struct problem *problem) {
    int ours[MAIL_LANES_MAX];
    int theirs[MAIL_LANES_MAX];
    assert(options->lanes >= 1 && options->lanes <= MAIL_LANES_MAX);
    TRY(pairs_make(options->lanes, ours, theirs, problem));
    pid_t server = getpid();
    pid_t keeper = fork();
    if (keeper == 0) {
        keep(options, theirs, server);
    }
    for (unsigned i = 0; i < options->lanes; i++) {
        close(theirs[i]);
    }
    if (keeper < 0) {
        int cause = errno;
        for (unsigned i = 0; i < options->lanes; i++) {
            close(ours[i]);
        }
        return problem_set(problem, ERR_IO, "smtp_url",
                           "cannot start the process that sends letters: %s", strerror(cause));
    }
    struct arena arena = arena_make(POST_BLOCK, 0);
    struct mail_post *made = arena_new(&arena, struct mail_post, 1);
    made->lane_count = options->lanes;
    made->wait_ms = 1000 * (int64_t)options->smtp.timeout_s + ANSWER_SLACK_MS;
    for (unsigned i = 0; i < options->lanes; i++) {
        made->lanes[i].fd = ours[i];
    }
    made->arena = arena;
    *post = made;
    return OK;
}

/* The keeper ends by the end of the sockets; no signal may be sent from inside the sandbox. */
void mail_post_stop(struct mail_post *post) {
    if (post == NULL) {
        return;
    }
    for (unsigned i = 0; i < post->lane_count; i++) {
        close(post->lanes[i].fd);
    }
    struct arena arena = post->arena;
    arena_free(&arena);
}

/* The next reply within `until_us`, sooner once `stop_fd` is readable. */
static enum mail_verdict reply_wait(const struct lane *lane, int stop_fd, int64_t until_us,
                                    struct reply *reply) {
    bool stopping = false;
    for (;;) {
        int64_t left_ms = (until_us - clock_monotonic_us()) / 1000;
        struct pollfd waits[] = {{.fd = lane->fd, .events = POLLIN},
                                 {.fd = stop_fd, .events = POLLIN}};
        int ready = left_ms > 0 ? poll(waits, stopping ? 1 : 2, (int)left_ms) : 0;
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready <= 0) {
            return stopping ? MAIL_STOPPED : MAIL_SERVER_AWAY;
        }
        if (waits[0].revents != 0) {
            bool whole = recv(lane->fd, reply, sizeof *reply, 0) == (ssize_t)sizeof *reply;
            return whole ? MAIL_ACCEPTED : MAIL_SERVER_AWAY;
        }
        stopping = true;
        int64_t grace_us = clock_monotonic_us() + 1000 * (int64_t)STOP_GRACE_MS;
        until_us = grace_us < until_us ? grace_us : until_us;
    }
}

static bool request_send(struct lane *lane, slice to, slice source) {
    struct request request = {++lane->number, (uint32_t)to.n, (uint32_t)source.n};
    struct reply late;
    while (recv(lane->fd, &late, sizeof late, MSG_DONTWAIT) > 0) {
        /* an answer that nobody waited for any more */
    }
    struct iovec parts[] = {{&request, sizeof request},
                            {(void *)(uintptr_t)to.p, to.n},
                            {(void *)(uintptr_t)source.p, source.n}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = ARRAY_COUNT(parts)};
    return sendmsg(lane->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

void mail_post_deliver(struct mail_post *post, unsigned number, slice to, slice source, int stop_fd,
                       struct mail_answer *answer) {
    assert(number < post->lane_count);
    struct lane *lane = &post->lanes[number];
    int64_t until_us = clock_monotonic_us() + 1000 * post->wait_ms;
    *answer = (struct mail_answer){.verdict = MAIL_SERVER_AWAY};
    if (!request_send(lane, to, source)) {
        snprintf(answer->said, sizeof answer->said,
                 "the process that sends letters does not listen: %s", strerror(errno));
        return;
    }
    struct reply reply = {0};
    do {
        answer->verdict = reply_wait(lane, stop_fd, until_us, &reply);
        if (answer->verdict != MAIL_ACCEPTED) {
            answer->of_letter = true;
            snprintf(answer->said, sizeof answer->said,
                     "no answer from the process that sends letters");
            return;
        }
    } while (reply.number != lane->number && reply.number != 0);
    *answer = reply.answer;
}
