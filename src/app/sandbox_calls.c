/* seccomp: which system calls may still be made. What is not in the list fails with EPERM and is
 * said in the log, and the process goes on: a call that a later library makes for its own comfort
 * must not end a server that has run for a year, and one that an intruder makes has failed either
 * way. */
#include "app/sandbox_int.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define CALLS_MAX 1024

/* What every one of these processes makes, and all that the one that decodes a picture does:
 * nothing of it opens or sends anything. */
static const char *const allowed_to_all[] = {
    /* the log that is open, and what the C library asks of it */
    "write",
    "fstat",
    "newfstatat",
    "close",
    /* memory: mmap and mprotect have conditions below */
    "munmap",
    "mremap",
    "madvise",
    "brk",
    /* threads of the library */
    "futex",
    "futex_time64",
    "set_robust_list",
    "rseq",
    "sched_yield",
    "sched_getaffinity",
    "exit",
    "exit_group",
    "gettid",
    "getpid",
    "tgkill", /* of itself: an abort */
    "membarrier",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "restart_syscall",
    "getcpu",
    "getrandom",
    "clock_gettime",
    "clock_gettime64",
    "gettimeofday",
    "times",
    "getrusage",
    "sysinfo",
};

/* No socket, bind, connect or listen: the ones there are were opened before. No execve, ptrace,
 * fork, kill, mount, io_uring, bpf, keyctl, nor what else is not here. */
static const char *const allowed_to_server[] = {
    /* files */
    "read",
    "readv",
    "writev",
    "pread64",
    "pwrite64",
    "lseek",
    "_llseek",
    "open",
    "openat",
    "stat",
    "lstat",
    "fstatat64",
    "stat64",
    "fstat64",
    "lstat64",
    "statx",
    "statfs",
    "fstatfs",
    "statfs64",
    "fstatfs64",
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getcwd",
    "getdents64",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "mkdir",
    "mkdirat",
    "rmdir",
    "ftruncate",
    "ftruncate64",
    "fallocate",
    "fsync",
    "fdatasync",
    "fcntl",
    "fcntl64",
    "flock",
    "fchmod",
    "fchown",
    "fchown32",
    "utimensat",
    "copy_file_range",
    "fadvise64",
    "dup",
    "pipe2",
    /* threads */
    "getpriority",
    "setpriority",
    "set_tid_address",
    /* signals */
    "rt_sigaction",
    "rt_sigtimedwait",
    "rt_sigtimedwait_time64",
    "rt_sigpending",
    /* who, when, how much */
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "clock_getres",
    "clock_nanosleep",
    "clock_nanosleep_time64",
    "nanosleep",
    "time",
    "uname",
    "getrlimit",
    "ugetrlimit",
    /* the sockets that are open, and those of visitors */
    "accept",
    "accept4",
    "recvfrom",
    "recvmsg",
    "recv",
    "sendto",
    "sendmsg",
    "send",
    "sendfile",
    "sendfile64",
    "shutdown",
    "getsockname",
    "getpeername",
    "getsockopt",
    "setsockopt",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "poll",
    "ppoll",
    "ppoll_time64",
    "select",
    "_newselect",
    "pselect6",
    "eventfd2",
};

/* What the post makes besides all that: connections, and questions for names. */
static const char *const allowed_to_post[] = {
    "socket",     "connect",  "bind", /* of a socket that asks the kernel for our addresses */
    "socketpair", "sendmmsg", "recvmmsg",
};

static const struct log *told; /* of the whole process, like the handler that reads it */
static atomic_uchar said[CALLS_MAX / 8];

static size_t text_add(char *line, size_t n, const char *text) {
    size_t more = strlen(text);
    memcpy(line + n, text, more);
    return n + more;
}

static size_t number_add(char *line, size_t n, uint64_t value, unsigned digits) {
    char text[20];
    unsigned length = 0;
    do {
        text[length++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0 || length < digits);
    while (length > 0) {
        line[n++] = text[--length];
    }
    return n;
}

/* A line of the log by hand: the log's own functions may not be called from a signal. */
static void refusal_write(uint64_t number) {
    char line[256];
    struct timespec now = {0};
    int32_t year;
    unsigned month;
    unsigned day;
    clock_gettime(CLOCK_REALTIME, &now);
    civil_from_days(now.tv_sec / 86400, &year, &month, &day);
    bool json = told->format == LOG_JSON;
    size_t n = text_add(line, 0, json ? "{\"level\":\"error\",\"at\":\"" : "level=error at=");
    n = number_add(line, n, (uint64_t)year, 4);
    n = number_add(line, text_add(line, n, "-"), month, 2);
    n = number_add(line, text_add(line, n, "-"), day, 2);
    n = number_add(line, text_add(line, n, "T"), (uint64_t)(now.tv_sec / 3600 % 24), 2);
    n = number_add(line, text_add(line, n, ":"), (uint64_t)(now.tv_sec / 60 % 60), 2);
    n = number_add(line, text_add(line, n, ":"), (uint64_t)(now.tv_sec % 60), 2);
    n = text_add(line, n,
                 json ? "Z\",\"msg\":\"the sandbox refused a system call\",\"number\":"
                      : "Z msg=\"the sandbox refused a system call\" number=");
    n = number_add(line, n, number, 1);
    n = text_add(line, n, json ? "}\n" : "\n");
    (void)!write(told->fd, line, n);
}

/* The call has not been made; it gives EPERM to who made it. */
static void on_refusal(int signal_number, siginfo_t *info, void *context) {
    ucontext_t *here = context;
    int kept = errno;
    (void)signal_number;
#if defined(__x86_64__)
    here->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
    here->uc_mcontext.regs[0] = (unsigned long long)-EPERM;
#endif
    unsigned number = (unsigned)info->si_syscall % CALLS_MAX;
    unsigned char bit = (unsigned char)(1u << (number % 8));
    if ((atomic_fetch_or(&said[number / 8], bit) & bit) == 0) {
        refusal_write(number);
    }
    errno = kept;
}

/* Where the handler can put a result the refusal is told; elsewhere it is silent. */
static uint32_t refusal(void) {
#if defined(__x86_64__) || defined(__aarch64__)
    return SCMP_ACT_TRAP;
#else
    return SCMP_ACT_ERRNO(EPERM);
#endif
}

static int allow_if(scmp_filter_ctx filter, const char *name, struct scmp_arg_cmp condition) {
    int call = seccomp_syscall_resolve_name(name);
    return call == __NR_SCMP_ERROR
               ? 0
               : seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &condition);
}

/* Calls that are right with some arguments only. */
static int conditions_add(scmp_filter_ctx filter) {
    /* No memory that can be run, but what was mapped at the start. */
    const struct scmp_arg_cmp not_run = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    int failed = allow_if(filter, "mmap", not_run);
    failed = failed ? failed : allow_if(filter, "mmap2", not_run);
    failed = failed ? failed : allow_if(filter, "mprotect", not_run);
    /* A thread, no process. clone3 hides its flags from the filter: the C library takes clone when
     * the kernel does not know it. */
    failed =
        failed ? failed
               : allow_if(filter, "clone", SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    failed =
        failed ? failed : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    /* A limit may be read. */
    failed = failed ? failed : allow_if(filter, "prlimit64", SCMP_A2(SCMP_CMP_EQ, 0));
    /* FIONBIO, FIONREAD, TCGETS: what the C library asks of a stream and the server of a socket. */
    failed = failed ? failed : allow_if(filter, "ioctl", SCMP_A1(SCMP_CMP_EQ, 0x5421));
    failed = failed ? failed : allow_if(filter, "ioctl", SCMP_A1(SCMP_CMP_EQ, 0x541B));
    failed = failed ? failed : allow_if(filter, "ioctl", SCMP_A1(SCMP_CMP_EQ, 0x5401));
    /* A thread may give itself a name. */
    return failed ? failed : allow_if(filter, "prctl", SCMP_A0(SCMP_CMP_EQ, 15));
}

static int names_add(scmp_filter_ctx filter, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int call = seccomp_syscall_resolve_name(names[i]);
        /* A name of another machine is no call of this one. */
        int failed = call == __NR_SCMP_ERROR || call < 0
                         ? 0
                         : seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
        if (failed != 0) {
            return failed;
        }
    }
    return 0;
}

static int filter_fill(scmp_filter_ctx filter, enum sandbox_kind kind) {
    int failed = names_add(filter, allowed_to_all, ARRAY_COUNT(allowed_to_all));
    if (failed == 0 && kind != SANDBOX_PHOTO) {
        failed = names_add(filter, allowed_to_server, ARRAY_COUNT(allowed_to_server));
    }
    if (failed == 0 && kind == SANDBOX_POST) {
        failed = names_add(filter, allowed_to_post, ARRAY_COUNT(allowed_to_post));
    }
    return failed ? failed : conditions_add(filter);
}

err sandbox_calls(const struct sandbox_options *options, bool *done, struct problem *problem) {
    struct sigaction action = {.sa_sigaction = on_refusal, .sa_flags = SA_SIGINFO | SA_NODEFER};
    *done = false;
    told = options->log;
    sigemptyset(&action.sa_mask);
    scmp_filter_ctx filter = seccomp_init(refusal());
    if (filter == NULL || sigaction(SIGSYS, &action, NULL) != 0) {
        seccomp_release(filter);
        return problem_set(problem, ERR_MEMORY, "sandbox", "no memory for the list of calls");
    }
    int failed = filter_fill(filter, options->kind);
    failed = failed ? failed : seccomp_load(filter);
    seccomp_release(filter);
    if (failed == -ENOSYS || failed == -EINVAL || failed == -ECANCELED) {
        return OK; /* the kernel has no filters */
    }
    if (failed != 0) {
        return problem_set(problem, ERR_IO, "sandbox",
                           "cannot limit the system calls (seccomp: %s); 'sandbox = off' serves "
                           "without",
                           strerror(-failed));
    }
    *done = true;
    return OK;
}
