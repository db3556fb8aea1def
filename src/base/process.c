#include "base/process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

void process_end_with(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(0);
    }
}

void process_signals_reset(void) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
}

bool process_keep_only(int fd, int as) {
    return dup2(fd, as) >= 0 && close_range((unsigned)as + 1, ~0U, 0) == 0;
}
