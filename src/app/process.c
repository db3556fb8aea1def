#include "app/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

void process_watch_open(struct process_watch *watch, struct clock clock) {
    *watch = (struct process_watch){
        .memory_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC),
        .files_fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
        .started_ms = clock_now_ms(clock),
    };
    pthread_mutex_init(&watch->lock, NULL);
}

void process_watch_close(struct process_watch *watch) {
    if (watch->memory_fd >= 0) {
        close(watch->memory_fd);
    }
    if (watch->files_fd >= 0) {
        close(watch->files_fd);
    }
    pthread_mutex_destroy(&watch->lock);
}

/* The second number of statm, in pages (proc(5)). */
static int64_t resident_bytes(int fd) {
    char text[128];
    slice rest;
    slice word;
    int64_t pages = 0;
    ssize_t n = fd >= 0 ? pread(fd, text, sizeof text, 0) : -1;
    if (n <= 0) {
        return -1;
    }
    rest = slice_of(text, (size_t)n);
    bool found =
        slice_cut(&rest, ' ', &word) && slice_cut(&rest, ' ', &word) && slice_to_i64(word, &pages);
    return found ? pages * sysconf(_SC_PAGESIZE) : -1;
}

/* Names in the folder, read by the bare call: the C library's would open it anew. */
static int64_t file_count(int fd) {
    _Alignas(struct dirent) char bytes[4096];
    int64_t count = 0;
    long n = 0;
    if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0) {
        return -1;
    }
    while ((n = syscall(SYS_getdents64, fd, bytes, sizeof bytes)) > 0) {
        for (long at = 0; at < n;) {
            const struct dirent64 *entry = (const void *)(bytes + at);
            count += entry->d_name[0] != '.';
            at += entry->d_reclen;
        }
    }
    return n == 0 ? count : -1;
}

void process_watch_read(void *self, struct face_process *process) {
    struct process_watch *watch = self;
    struct rusage used = {0};
    struct rlimit files = {0};
    getrusage(RUSAGE_SELF, &used);
    bool limited = getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY;
    *process = (struct face_process){
        .cpu_s = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                 (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
        .started_ms = watch->started_ms,
        .resident_bytes = resident_bytes(watch->memory_fd),
        .open_files_max = limited ? (int64_t)files.rlim_cur : -1,
    };
    pthread_mutex_lock(&watch->lock);
    process->open_files = file_count(watch->files_fd);
    pthread_mutex_unlock(&watch->lock);
}
