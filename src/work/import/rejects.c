#include "formats/csv.h"
#include "work/import/import_int.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define REJECT_ROW_MAX (8u << 20)

void rejects_begin(struct rejects *rejects, const char *path, bool remove_old) {
    *rejects = (struct rejects){.path = path, .fd = -1, .row = buf_new(REJECT_ROW_MAX)};
    if (remove_old) {
        unlink(path);
    }
}

static err row_write(struct rejects *rejects, struct problem *failed) {
    slice rest = buf_slice(&rejects->row);
    while (rest.n > 0) {
        ssize_t n = write(rejects->fd, rest.p, rest.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return problem_set(failed, ERR_IO, "", "cannot write %s: %s", rejects->path,
                               strerror(errno));
        }
        rest = slice_sub(rest, (size_t)n, rest.n - (size_t)n);
    }
    buf_clear(&rejects->row);
    return OK;
}

static err rejects_create(struct rejects *rejects, struct problem *failed) {
    rejects->fd = open(rejects->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (rejects->fd < 0) {
        return problem_set(failed, ERR_IO, "", "cannot create %s: %s", rejects->path,
                           strerror(errno));
    }
    buf_add(&rejects->row, SLICE("line,field,reason,record\r\n"));
    return row_write(rejects, failed);
}

err rejects_add(struct rejects *rejects, const struct problem *problem, const struct record *record,
                struct problem *failed) {
    if (rejects->fd < 0) {
        TRY(rejects_create(rejects, failed));
    }
    struct buf *row = &rejects->row;
    struct buf line BUF_CLEANUP = buf_new(32);
    buf_add_u64(&line, problem->line > 0 ? problem->line : record->line);
    csv_write_number(row, true, buf_slice(&line));
    csv_write_text(row, false, slice_from_cstr(problem->field));
    csv_write_text(row, false, slice_from_cstr(problem->what));
    csv_write_text(row, false, record->raw);
    csv_write_end(row);
    rejects->count++;
    if (row->failed != OK) {
        return row->failed;
    }
    return row_write(rejects, failed);
}

err rejects_end(struct rejects *rejects, struct problem *failed) {
    err result = OK;
    if (rejects->fd >= 0 && close(rejects->fd) != 0) {
        result =
            problem_set(failed, ERR_IO, "", "cannot write %s: %s", rejects->path, strerror(errno));
    }
    rejects->fd = -1;
    buf_free(&rejects->row);
    return result;
}
