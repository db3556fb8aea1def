/* The process that speaks to the mail server. The one that serves gives up new connections for
 * good (app/sandbox.h), so somebody else makes them: a copy made before, which has no store, no
 * files and no other socket, and is closed off by itself. It is two processes: one that speaks, and
 * its keeper, which starts it again should it end. */
#include "mail/mail_int.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
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

struct mail_post {
    struct arena arena;
    int fd;
    pid_t keeper;
    uint64_t number;
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

/* Ends with the process that made us, whatever ends that one. */
static void end_with(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(0); /* it was quicker */
    }
}

static void signals_reset(void) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* Ctrl-C goes to all processes of a terminal; the letter that is on its way is let through, and
     * who made us says when it is over. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
}

static void keep(const struct mail_post_options *options, int fd, pid_t server) {
    prctl(PR_SET_NAME, "agora post");
    end_with(server);
    signals_reset();
    /* Nothing of the server stays open here: its sockets, its store, its lock. */
    if (dup2(fd, FIRST_OTHER_FD) < 0 || close_range(FIRST_OTHER_FD + 1, ~0U, 0) != 0) {
        _exit(1);
    }
    pid_t self = getpid();
    for (;;) {
        int status = 0;
        pid_t speaker = fork();
        if (speaker == 0) {
            end_with(self);
            speak(options, FIRST_OTHER_FD);
        }
        if (speaker < 0 || waitpid(speaker, &status, 0) < 0 ||
            (WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
            _exit(0);
        }
        const struct reply gone = {
            .answer = {.verdict = MAIL_SERVER_AWAY,
                       .said = "the process that sends letters ended; it is started again"}};
        log_line(options->log, LOG_ERROR, "the process that sends letters ended", "status=%d",
                 status);
        (void)!send(FIRST_OTHER_FD, &gone, sizeof gone, MSG_NOSIGNAL);
        nanosleep(&(struct timespec){.tv_sec = RESTART_S}, NULL);
    }
}

/* ---- The server's side */

err mail_post_start(const struct mail_post_options *options, struct mail_post **post,
                    struct problem *problem) {
    int pair[2];
    int room = (int)(2 * PACKET_MAX);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        return problem_set(problem, ERR_IO, "smtp_url", "cannot make a socket: %s",
                           strerror(errno));
    }
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    pid_t server = getpid();
    pid_t keeper = fork();
    if (keeper == 0) {
        keep(options, pair[1], server);
    }
    close(pair[1]);
    if (keeper < 0) {
        close(pair[0]);
        return problem_set(problem, ERR_IO, "smtp_url",
                           "cannot start the process that sends letters: %s", strerror(errno));
    }
    struct arena arena = arena_make(POST_BLOCK, 0);
    struct mail_post *made = arena_new(&arena, struct mail_post, 1);
    *made =
        (struct mail_post){.fd = pair[0],
                           .keeper = keeper,
                           .wait_ms = 1000 * (int64_t)options->smtp.timeout_s + ANSWER_SLACK_MS};
    made->arena = arena;
    *post = made;
    return OK;
}

/* The keeper ends by the end of the socket; no signal may be sent from inside the sandbox. */
void mail_post_stop(struct mail_post *post) {
    if (post == NULL) {
        return;
    }
    close(post->fd);
    struct arena arena = post->arena;
    arena_free(&arena);
}

/* The next reply within `until_us`, sooner once `stop_fd` is readable. */
static enum mail_verdict reply_wait(const struct mail_post *post, int stop_fd, int64_t until_us,
                                    struct reply *reply) {
    bool stopping = false;
    for (;;) {
        int64_t left_ms = (until_us - clock_monotonic_us()) / 1000;
        struct pollfd waits[] = {{.fd = post->fd, .events = POLLIN},
                                 {.fd = stop_fd, .events = POLLIN}};
        int ready = left_ms > 0 ? poll(waits, stopping ? 1 : 2, (int)left_ms) : 0;
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready <= 0) {
            return stopping ? MAIL_STOPPED : MAIL_SERVER_AWAY;
        }
        if (waits[0].revents != 0) {
            bool whole = recv(post->fd, reply, sizeof *reply, 0) == (ssize_t)sizeof *reply;
            return whole ? MAIL_ACCEPTED : MAIL_SERVER_AWAY;
        }
        stopping = true;
        int64_t grace_us = clock_monotonic_us() + 1000 * (int64_t)STOP_GRACE_MS;
        until_us = grace_us < until_us ? grace_us : until_us;
    }
}

static bool request_send(struct mail_post *post, slice to, slice source) {
    struct request request = {++post->number, (uint32_t)to.n, (uint32_t)source.n};
    struct reply late;
    while (recv(post->fd, &late, sizeof late, MSG_DONTWAIT) > 0) {
        /* an answer that nobody waited for any more */
    }
    struct iovec parts[] = {{&request, sizeof request},
                            {(void *)(uintptr_t)to.p, to.n},
                            {(void *)(uintptr_t)source.p, source.n}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = ARRAY_COUNT(parts)};
    return sendmsg(post->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

void mail_post_deliver(struct mail_post *post, slice to, slice source, int stop_fd,
                       struct mail_answer *answer) {
    int64_t until_us = clock_monotonic_us() + 1000 * post->wait_ms;
    *answer = (struct mail_answer){.verdict = MAIL_SERVER_AWAY};
    if (!request_send(post, to, source)) {
        snprintf(answer->said, sizeof answer->said,
                 "the process that sends letters does not listen: %s", strerror(errno));
        return;
    }
    struct reply reply = {0};
    do {
        answer->verdict = reply_wait(post, stop_fd, until_us, &reply);
        if (answer->verdict != MAIL_ACCEPTED) {
            snprintf(answer->said, sizeof answer->said,
                     "no answer from the process that sends letters");
            return;
        }
    } while (reply.number != post->number && reply.number != 0);
    *answer = reply.answer;
}
