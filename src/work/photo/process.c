/* The process that is copied before the sandbox. It never looks at a picture: for each it makes one
 * that does, and ends it when it takes too long. That one has no socket; it reads and writes the
 * tray, and what is left of it is how it ended. */
#include "base/process.h"
#include "work/photo/photo_int.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_OTHER_FD  3
#define CLOCK_TIMES     3 /* a busy machine gives a third of a second in a second */
#define CLOCK_SLACK_S   2
#define EXIT_NO_LIBRARY 2
#define EXIT_NOT_CLOSED 3

static bool limit(unsigned what, uint64_t most) {
    return setrlimit(what, &(struct rlimit){.rlim_cur = most, .rlim_max = most}) == 0;
}

_Noreturn static void decode(const struct photo_lab_options *options, struct photo_tray *tray) {
    struct problem problem = {0};
    prctl(PR_SET_NAME, "agora photo");
    close(FIRST_OTHER_FD);
    if (!photo_library_load()) {
        _exit(EXIT_NO_LIBRARY);
    }
    bool limited = limit(RLIMIT_CORE, 0) && limit(RLIMIT_CPU, options->seconds) &&
                   (options->memory_bytes == 0 || limit(RLIMIT_AS, options->memory_bytes));
    if (!limited ||
        (options->confine != NULL && options->confine(options->confine_self, &problem) != OK)) {
        log_problem(options->log, "no picture is read: its process cannot be closed off", &problem);
        _exit(EXIT_NOT_CLOSED);
    }
    photo_develop(tray);
    _exit(0);
}

/* Waits for the end of a child, and makes it when the time is over. */
static int end_of(pid_t child, const sigset_t *child_ended, unsigned seconds) {
    int status = 0;
    int64_t until_us =
        clock_monotonic_us() + INT64_C(1000000) * (CLOCK_TIMES * (int64_t)seconds + CLOCK_SLACK_S);
    while (waitpid(child, &status, WNOHANG) == 0) {
        int64_t left_us = until_us - clock_monotonic_us();
        if (left_us <= 0) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            break;
        }
        struct timespec left = {.tv_sec = left_us / 1000000, .tv_nsec = left_us % 1000000 * 1000};
        sigtimedwait(child_ended, NULL, &left);
    }
    return status;
}

static char develop_apart(const struct photo_lab_options *options, struct photo_tray *tray,
                          const sigset_t *child_ended) {
    pid_t self = getpid();
    pid_t child = fork();
    if (child == 0) {
        process_end_with(self);
        decode(options, tray);
    }
    if (child < 0) {
        return PHOTO_END_KILLED;
    }
    int status = end_of(child, child_ended, options->seconds);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0                 ? PHOTO_END_WELL
           : WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_LIBRARY ? PHOTO_END_NO_LIBRARY
                                                                         : PHOTO_END_KILLED;
}

void photo_process_keep(const struct photo_lab_options *options, int fd, pid_t server,
                        struct photo_tray *tray) {
    sigset_t child_ended;
    prctl(PR_SET_NAME, "agora photos");
    process_end_with(server);
    process_signals_reset();
    if (!process_keep_only(fd, FIRST_OTHER_FD)) {
        _exit(1);
    }
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    sigprocmask(SIG_SETMASK, &child_ended, NULL);
    for (;;) {
        char begin;
        if (recv(FIRST_OTHER_FD, &begin, 1, 0) != 1) {
            _exit(0); /* the server has ended */
        }
        char ended = develop_apart(options, tray, &child_ended);
        if (send(FIRST_OTHER_FD, &ended, 1, MSG_NOSIGNAL) != 1) {
            _exit(0);
        }
    }
}
