/* Files for people: what was rejected and why, what was held. */
#include "formats/csv.h"
#include "work/import/import_int.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIDE_ROW_MAX (8u << 20)

void side_file_begin(struct side_file *file, const char *path, const char *header,
                     bool remove_old) {
    *file =
        (struct side_file){.path = path, .header = header, .fd = -1, .row = buf_new(SIDE_ROW_MAX)};
    if (remove_old) {
        unlink(path);
    }
}

static err bytes_write(const struct side_file *file, slice rest, struct problem *failed) {
    while (rest.n > 0) {
        ssize_t n = write(file->fd, rest.p, rest.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return problem_set(failed, ERR_IO, "", "cannot write %s: %s", file->path,
                               strerror(errno));
        }
        rest = slice_sub(rest, (size_t)n, rest.n - (size_t)n);
    }
    return OK;
}

err side_file_row(struct side_file *file, struct problem *failed) {
    if (file->row.failed != OK) {
        return file->row.failed;
    }
    if (file->fd < 0) {
        file->fd = open(file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (file->fd < 0) {
            return problem_set(failed, ERR_IO, "", "cannot create %s: %s", file->path,
                               strerror(errno));
        }
        TRY(bytes_write(file, slice_from_cstr(file->header), failed));
    }
    TRY(bytes_write(file, buf_slice(&file->row), failed));
    buf_clear(&file->row);
    return OK;
}

err side_file_end(struct side_file *file, struct problem *failed) {
    err result = OK;
    if (file->fd >= 0 && close(file->fd) != 0) {
        result =
            problem_set(failed, ERR_IO, "", "cannot write %s: %s", file->path, strerror(errno));
    }
    file->fd = -1;
    buf_free(&file->row);
    return result;
}

err rejects_add(struct side_file *rejects, const struct problem *problem,
                const struct record *record, struct problem *failed) {
    struct buf *row = &rejects->row;
    struct buf line BUF_CLEANUP = buf_new(32);
    buf_add_u64(&line, problem->line > 0 ? problem->line : record->line);
    csv_write_number(row, true, buf_slice(&line));
    csv_write_text(row, false, slice_from_cstr(problem->field));
    csv_write_text(row, false, slice_from_cstr(problem->what));
    csv_write_text(row, false, record->raw);
    csv_write_end(row);
    return side_file_row(rejects, failed);
}

static json_t *entry_tree(const struct entry *entry) {
    struct buf text BUF_CLEANUP = buf_new(16u << 20);
    entry_to_json(entry, &text);
    return text.failed == OK ? json_loadb(text.p, text.n, 0, NULL) : NULL;
}

/* A text as it is, anything else as JSON. */
static void value_cell(struct buf *row, const json_t *value) {
    if (value == NULL || json_is_string(value)) {
        csv_write_text(row, false,
                       value == NULL
                           ? SLICE_EMPTY
                           : slice_of(json_string_value(value), json_string_length(value)));
        return;
    }
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    csv_write_text(row, false, slice_from_cstr(text));
    free(text);
}

static err difference_add(struct side_file *held, const struct entry *here, const char *field,
                          const json_t *ours, const json_t *theirs, struct problem *failed) {
    struct buf *row = &held->row;
    struct buf page BUF_CLEANUP = buf_new(64);
    if (strcmp(field, "created") == 0 || (ours != NULL && json_equal(ours, theirs))) {
        return OK;
    }
    buf_add(&page, SLICE("/entries/"));
    buf_add_i64(&page, here->id.v);
    csv_write_text(row, true, buf_slice(&page));
    csv_write_text(row, false, here->title);
    csv_write_text(row, false, slice_from_cstr(field));
    value_cell(row, ours);
    value_cell(row, theirs);
    csv_write_end(row);
    return side_file_row(held, failed);
}

err held_add(struct side_file *held, const struct entry *here, const struct entry *source,
             struct problem *failed) {
    json_t *ours = entry_tree(here);
    json_t *theirs = entry_tree(source);
    err done = ours == NULL || theirs == NULL ? ERR_MEMORY : OK;
    const char *field;
    json_t *value;
    if (done == OK) {
        json_object_foreach(theirs, field, value) {
            if (done == OK) {
                done =
                    difference_add(held, here, field, json_object_get(ours, field), value, failed);
            }
        }
        json_object_foreach(ours, field, value) {
            if (done == OK && json_object_get(theirs, field) == NULL) {
                done = difference_add(held, here, field, value, NULL, failed);
            }
        }
    }
    json_decref(ours);
    json_decref(theirs);
    return done;
}
