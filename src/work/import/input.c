#include "text/text.h"
#include "work/import/import_int.h"
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DOWNLOAD_BYTES_MAX   (4LL << 30)
#define DOWNLOAD_SECONDS_MAX 1800L
#define CONNECT_SECONDS_MAX  20L
#define STALL_SECONDS        60L /* slower than STALL_BYTES a second for so long: given up */
#define STALL_BYTES          1000L
#define REDIRECTS_MAX        5L

static bool is_address(const char *name) {
    slice text = slice_from_cstr(name);
    return slice_starts_with(text, SLICE("http://")) || slice_starts_with(text, SLICE("https://"));
}

struct download {
    int fd;
    long long bytes;
    err failed;
};

static size_t download_write(char *bytes, size_t size, size_t count, void *self) {
    struct download *download = self;
    size_t n = size * count;
    download->bytes += (long long)n;
    if (download->bytes > DOWNLOAD_BYTES_MAX) {
        download->failed = ERR_LIMIT;
        return 0;
    }
    for (size_t at = 0; at < n;) {
        ssize_t written = write(download->fd, bytes + at, n - at);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            download->failed = ERR_IO;
            return 0;
        }
        at += (size_t)written;
    }
    return n;
}

static void download_options(CURL *curl, const char *address, struct download *download) {
    curl_easy_setopt(curl, CURLOPT_URL, address);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS_MAX);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, DOWNLOAD_SECONDS_MAX);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "agora");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, download_write);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, download);
}

/* A nameless file: gone with its descriptor, whatever happens. */
static int nameless_file(void) {
    const char *folder = getenv("TMPDIR");
    char path[512];
    int n = snprintf(path, sizeof path, "%s/agora-XXXXXX", folder == NULL ? "/tmp" : folder);
    if (n < 0 || (size_t)n >= sizeof path) {
        return -1;
    }
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) {
        unlink(path);
    }
    return fd;
}

static err download_do(CURL *curl, const char *address, struct download *download,
                       struct problem *problem) {
    download_options(curl, address, download);
    CURLcode code = curl_easy_perform(curl);
    if (download->failed == ERR_LIMIT) {
        return problem_set(problem, ERR_LIMIT, "", "%s is larger than %lld bytes", address,
                           DOWNLOAD_BYTES_MAX);
    }
    if (download->failed == ERR_IO) {
        return problem_set(problem, ERR_IO, "", "no room to keep %s: %s", address, strerror(errno));
    }
    if (code != CURLE_OK) {
        long status = 0;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        err failed = status == 404 || status == 410 ? ERR_NOT_FOUND : ERR_IO;
        return status >= 400
                   ? problem_set(problem, failed, "", "%s answers with status %ld", address, status)
                   : problem_set(problem, ERR_IO, "", "%s cannot be fetched: %s", address,
                                 curl_easy_strerror(code));
    }
    return OK;
}

/* Downloads whole before anything is read: a connection that breaks leaves nothing half
 * imported. */
static err address_open(const char *address, struct input *input, struct problem *problem) {
    struct download download = {.fd = nameless_file(), .failed = OK};
    if (download.fd < 0) {
        return problem_set(problem, ERR_IO, "", "no temporary file can be made: %s",
                           strerror(errno));
    }
    CURL *curl = curl_easy_init();
    err failed = curl == NULL ? ERR_MEMORY : download_do(curl, address, &download, problem);
    curl_easy_cleanup(curl);
    if (failed == OK && lseek(download.fd, 0, SEEK_SET) != 0) {
        failed = ERR_IO;
    }
    if (failed != OK) {
        close(download.fd);
        return failed;
    }
    *input = (struct input){.fd = download.fd, .bytes = (uint64_t)download.bytes};
    return OK;
}

err input_open(const char *name, struct input *input, struct problem *problem) {
    if (is_address(name)) {
        return address_open(name, input, problem);
    }
    int fd = strcmp(name, "-") == 0 ? dup(STDIN_FILENO) : open(name, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0) {
        return problem_set(problem, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "",
                           "%s cannot be opened: %s", name, strerror(errno));
    }
    if (fstat(fd, &status) != 0 || S_ISDIR(status.st_mode)) {
        close(fd);
        return problem_set(problem, ERR_INPUT, "", "%s is a folder: name a file", name);
    }
    off_t start = S_ISREG(status.st_mode) ? lseek(fd, 0, SEEK_CUR) : -1;
    *input = (struct input){
        .fd = fd, .bytes = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0, .start = start};
    return OK;
}

err input_keep(struct input *input, struct problem *problem) {
    char bytes[65536];
    struct download kept = {.failed = OK};
    ssize_t n = 1;
    if (input->start >= 0) {
        return OK;
    }
    kept.fd = nameless_file();
    while (kept.fd >= 0 && n != 0 && kept.failed == OK) {
        n = read(input->fd, bytes, sizeof bytes);
        if (n > 0) {
            (void)download_write(bytes, 1, (size_t)n, &kept);
        } else if (n < 0 && errno != EINTR) {
            kept.failed = ERR_IO;
        }
    }
    if (kept.fd < 0 || kept.failed != OK) {
        int cause = errno;
        if (kept.fd >= 0) {
            close(kept.fd);
        }
        return kept.failed == ERR_LIMIT
                   ? problem_set(problem, ERR_LIMIT, "", "the input is larger than %lld bytes",
                                 DOWNLOAD_BYTES_MAX)
                   : problem_set(problem, ERR_IO, "", "no room to keep the input: %s",
                                 strerror(cause));
    }
    close(input->fd);
    *input = (struct input){.fd = kept.fd, .bytes = (uint64_t)kept.bytes};
    return input_rewind(input, problem);
}

err input_rewind(struct input *input, struct problem *problem) {
    return lseek(input->fd, (off_t)input->start, SEEK_SET) < 0
               ? problem_set(problem, ERR_IO, "", "the input cannot be read again: %s",
                             strerror(errno))
               : OK;
}

void input_close(struct input *input) {
    if (input->fd >= 0) {
        close(input->fd);
        input->fd = -1;
    }
}

slice input_slug(const char *name, struct arena *arena) {
    slice text = slice_from_cstr(name);
    if (slice_equal(text, SLICE("-"))) {
        return SLICE_EMPTY;
    }
    text = slice_sub(text, 0, slice_find(text, 0, '?'));
    while (slice_ends_with(text, SLICE("/"))) {
        text = slice_sub(text, 0, text.n - 1);
    }
    for (size_t i = text.n; i > 0; i--) {
        if (text.p[i - 1] == '/') {
            text = slice_sub(text, i, text.n - i);
            break;
        }
    }
    text = slice_sub(text, 0, slice_find(text, 1, '.'));
    struct buf slug BUF_CLEANUP = buf_new(256);
    text_slug(text, 60, &slug);
    return arena_copy(arena, buf_slice(&slug));
}
