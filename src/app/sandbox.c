#include "app/sandbox_int.h"

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

bool sandbox_is_possible(void) {
    return !SANITIZED; /* its leak check stops the threads with ptrace and reads /proc */
}

/* Threads of this process, 0 when the system does not tell. */
static unsigned thread_count(void) {
    DIR *folder = opendir("/proc/self/task");
    unsigned count = 0;
    if (folder == NULL) {
        return 0;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += entry->d_name[0] != '.';
    }
    closedir(folder);
    return count;
}

/* Root without capabilities is a user like others: a folder that is another's stays readable by
 * the one capability that is kept for it. */
static err capabilities_drop(const char *folder, struct problem *problem) {
    struct stat status;
    bool is_anothers =
        folder != NULL && geteuid() == 0 && stat(folder, &status) == 0 && status.st_uid != 0;
    uint32_t kept = is_anothers ? 1u << CAP_DAC_OVERRIDE : 0;
    for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++) {
        if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0 && errno == EPERM) {
            break; /* no right to drop: none to gain either, with no_new_privs */
        }
    }
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}, {0}};
    /* A service manager may have taken them already, and the call to set them with them. */
    if (syscall(SYS_capget, &header, data) == 0 && data[0].permitted == 0 &&
        data[1].permitted == 0) {
        return OK;
    }
    data[0] = (struct __user_cap_data_struct){.effective = kept, .permitted = kept};
    data[1] = (struct __user_cap_data_struct){0};
    return syscall(SYS_capset, &header, data) == 0
               ? OK
               : problem_set(problem, ERR_IO, "sandbox",
                             "cannot give up capabilities (%s); 'sandbox = off' serves without",
                             strerror(errno));
}

err sandbox_enter(const struct sandbox_options *options, struct sandbox_report *report,
                  struct problem *problem) {
    *report = (struct sandbox_report){0};
    if (thread_count() > 1) {
        return problem_set(problem, ERR_INTERNAL, "sandbox",
                           "threads run before the sandbox and would stay outside of it");
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return problem_set(problem, ERR_IO, "sandbox",
                           "cannot give up new privileges (%s); 'sandbox = off' serves without",
                           strerror(errno));
    }
    report->no_new_privileges = true;
    TRY(capabilities_drop(options->folder, problem));
    report->capabilities = true;
    TRY(sandbox_files(options, &report->landlock, problem));
    return sandbox_calls(options, &report->system_calls, problem);
}
