/* Landlock: which files the process may still open, and that no new TCP socket listens or connects.
 * The interface is spoken to directly: the C library has no functions for it, and the headers of
 * the machine that builds may be older than the kernel that runs. */
#include "app/sandbox_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

/* <linux/landlock.h>: rights by the version that brought them. */
enum {
    LANDLOCK_VERSION_FLAG = 1,
    LANDLOCK_PATH_BENEATH = 1,
    LANDLOCK_NET_PORT = 2,
    FS_EXECUTE = 1 << 0,
    FS_WRITE_FILE = 1 << 1,
    FS_READ_FILE = 1 << 2,
    FS_READ_DIR = 1 << 3,
    FS_REMOVE_DIR = 1 << 4,
    FS_REMOVE_FILE = 1 << 5,
    FS_MAKE_CHAR = 1 << 6,
    FS_MAKE_DIR = 1 << 7,
    FS_MAKE_REG = 1 << 8,
    FS_MAKE_SOCK = 1 << 9,
    FS_MAKE_FIFO = 1 << 10,
    FS_MAKE_BLOCK = 1 << 11,
    FS_MAKE_SYM = 1 << 12,
    FS_REFER = 1 << 13,     /* 2 */
    FS_TRUNCATE = 1 << 14,  /* 3 */
    FS_IOCTL_DEV = 1 << 15, /* 5 */
    FS_VERSION_1 = FS_REFER - 1,
    NET_BIND_TCP = 1 << 0,          /* 4 */
    NET_CONNECT_TCP = 1 << 1,       /* 4 */
    SCOPE_ABSTRACT_SOCKET = 1 << 0, /* 6 */
    SCOPE_SIGNAL = 1 << 1,          /* 6 */
};

struct ruleset {
    uint64_t files, net, scoped;
};
struct path_rule {
    uint64_t allowed;
    int32_t fd;
} __attribute__((packed));
struct port_rule {
    uint64_t allowed, port;
};

#define DOMAIN_PORT 53 /* answers too large for one datagram come over TCP */

#define READING   (FS_READ_FILE | FS_READ_DIR)
#define OF_A_FILE (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)
#define STORING                                                                                    \
    (READING | FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG |        \
     FS_REFER | FS_TRUNCATE)

/* What libraries read while the program runs; what is not there is passed over. */
static const char *const readable[] = {
    "/usr/share/zoneinfo",     /* the C library: local time */
    "/etc/localtime",          /* the same */
    "/usr/share/proj",         /* coordinate systems */
    "/dev/urandom",            /* SQLite: its seed */
    "/dev/null",               /* SQLite: in the place of a standard stream that is closed */
    "/sys/devices/system/cpu", /* the C library: how many cores */
    "/proc/meminfo",           /* the C library: how much memory a sort may take */
};

/* What the post reads besides: who signs certificates, and where names are asked for. */
static const char *const readable_to_post[] = {
    "/etc/ssl",
    "/usr/lib/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/etc/resolv.conf",
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
};

static err rule_add(int ruleset, const char *path, uint64_t rights, uint64_t handled) {
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT || errno == EACCES ? ERR_NOT_FOUND : ERR_IO;
    }
    struct stat status;
    bool is_folder = fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
    struct path_rule rule = {
        .allowed = (is_folder ? rights : rights & OF_A_FILE) & handled,
        .fd = fd,
    };
    long added = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0);
    close(fd);
    return added == 0 ? OK : ERR_IO;
}

static err reading_add(int ruleset, const char *const *paths, size_t count, uint64_t handled) {
    for (size_t i = 0; i < count; i++) {
        err added = rule_add(ruleset, paths[i], READING, handled);
        if (added != OK && added != ERR_NOT_FOUND) {
            return added;
        }
    }
    return OK;
}

static err port_add(int ruleset, unsigned port) {
    struct port_rule rule = {.allowed = NET_CONNECT_TCP, .port = port};
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_NET_PORT, &rule, 0) == 0 ? OK : ERR_IO;
}

static err rules_add(int ruleset, const struct sandbox_options *options,
                     const struct ruleset *rules) {
    if (options->kind == SANDBOX_PHOTO) {
        return OK; /* no file is there any more */
    }
    if (options->folder != NULL) {
        TRY(rule_add(ruleset, options->folder, STORING, rules->files));
    }
    TRY(reading_add(ruleset, readable, ARRAY_COUNT(readable), rules->files));
    if (options->kind == SANDBOX_SERVER) {
        return OK;
    }
    TRY(reading_add(ruleset, readable_to_post, ARRAY_COUNT(readable_to_post), rules->files));
    if (rules->net != 0) {
        TRY(port_add(ruleset, options->post_port));
        TRY(port_add(ruleset, DOMAIN_PORT));
    }
    return OK;
}

static struct ruleset rights_of(int version) {
    struct ruleset rules = {.files = FS_VERSION_1};
    rules.files |= version >= 2 ? FS_REFER : 0;
    rules.files |= version >= 3 ? FS_TRUNCATE : 0;
    rules.files |= version >= 5 ? FS_IOCTL_DEV : 0;
    rules.net = version >= 4 ? NET_BIND_TCP | NET_CONNECT_TCP : 0;
    rules.scoped = version >= 6 ? SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL : 0;
    return rules;
}

err sandbox_files(const struct sandbox_options *options, int *version, struct problem *problem) {
    long found = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION_FLAG);
    *version = found > 0 ? (int)found : 0;
    if (found <= 0) {
        return OK;
    }
    struct ruleset rules = rights_of(*version);
    size_t size = *version >= 6   ? sizeof rules
                  : *version >= 4 ? offsetof(struct ruleset, scoped)
                                  : offsetof(struct ruleset, net);
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    err failed = ruleset >= 0 ? rules_add(ruleset, options, &rules) : ERR_IO;
    if (failed == OK && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
        failed = ERR_IO;
    }
    int reason = errno;
    if (ruleset >= 0) {
        close(ruleset);
    }
    return failed == OK
               ? OK
               : problem_set(problem, ERR_IO, "sandbox",
                             "cannot close off the files outside %s (Landlock: %s); "
                             "'sandbox = off' serves without",
                             options->folder != NULL ? options->folder : "none", strerror(reason));
}
