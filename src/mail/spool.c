/* Letters as files: without a mail server nothing is lost, and on a machine of one's own they can
 * be read. */
#include "mail/mail_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static err write_all(int fd, slice bytes) {
    while (bytes.n > 0) {
        ssize_t written = write(fd, bytes.p, bytes.n);
        if (written < 0 && errno != EINTR) {
            return ERR_IO;
        }
        bytes = slice_sub(bytes, written > 0 ? (size_t)written : 0, bytes.n);
    }
    return OK;
}

static err file_write(int folder, const char *name, slice bytes) {
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return ERR_IO;
    }
    err failed = write_all(fd, bytes);
    if (failed == OK && fsync(fd) != 0) {
        failed = ERR_IO;
    }
    int reason = errno;
    if (close(fd) != 0 && failed == OK) {
        return ERR_IO;
    }
    errno = reason;
    return failed;
}

err mail_spool(const char *folder, int64_t id, slice source, struct problem *problem) {
    char name[32];
    char unfinished[48];
    snprintf(name, sizeof name, "%lld.eml", (long long)id);
    snprintf(unfinished, sizeof unfinished, "%s.unfinished", name);
    (void)mkdir(folder, 0700); /* what is wrong with it shows when it is opened */
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    err failed = fd < 0 ? ERR_IO : file_write(fd, unfinished, source);
    if (failed == OK && (renameat(fd, unfinished, fd, name) != 0 || fsync(fd) != 0)) {
        failed = ERR_IO;
    }
    int reason = errno;
    if (fd >= 0) {
        if (failed != OK) {
            unlinkat(fd, unfinished, 0);
        }
        close(fd);
    }
    return failed == OK ? OK
                        : problem_set(problem, ERR_IO, "", "cannot write %s/%s: %s", folder, name,
                                      strerror(reason));
}
