#include "app/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define SETTINGS_BYTES_MAX (256 * 1024)

enum setting_type { SETTING_TEXT, SETTING_NUMBER };
struct setting {
    const char *key, *fallback, *help;
    enum setting_type type;
    size_t offset;
    int64_t least, most; /* of a number */
};
#define TEXT(member)   SETTING_TEXT, offsetof(struct settings, member), 0, 0
#define NUMBER(member) SETTING_NUMBER, offsetof(struct settings, member)

static const struct setting rows[] = {
    {"listen", "127.0.0.1:8080", "Address and port to listen on; port 0 takes any free one.",
     TEXT(listen)},
    {"base_url", "",
     "Public address without a final slash, e.g. https://agora.example; empty: taken from the "
     "Host\n"
     "# header of each request.",
     TEXT(base_url)},
    {"trusted_proxies", "",
     "Addresses of reverse proxies whose X-Forwarded-For is believed, separated by commas.",
     TEXT(trusted_proxies)},
    {"site_name", "Agora", "The name shown in the header and in titles.", TEXT(site_name)},
    {"contact_email", "", "Shown on the page About; empty: none is shown.", TEXT(contact_email)},
    {"log_level", "info", "debug, info, warn or error.", TEXT(log_level)},
    {"threads", "0", "HTTP threads; 0: one per core, at least two.", NUMBER(threads), 0, 64},
};

static err setting_store(const struct setting *row, slice value, uint64_t line,
                         struct settings *settings, struct problem *problem) {
    char *base = (char *)settings;
    if (row->type == SETTING_TEXT) {
        *(slice *)(void *)(base + row->offset) = value;
        return OK;
    }
    int64_t number = 0;
    if (!slice_to_i64(value, &number) || number < row->least || number > row->most) {
        err code = problem_set(
            problem, ERR_INPUT, row->key, "line %llu: %s must be a whole number from %lld to %lld",
            (unsigned long long)line, row->key, (long long)row->least, (long long)row->most);
        problem->line = line;
        return code;
    }
    *(int64_t *)(void *)(base + row->offset) = number;
    return OK;
}

static err line_store(slice text, uint64_t line, struct settings *settings,
                      struct problem *problem) {
    size_t equals = slice_find(text, 0, '=');
    slice key = slice_trim(slice_sub(text, 0, equals));
    slice value = slice_trim(slice_sub(text, equals + 1, text.n));
    for (size_t i = 0; equals < text.n && i < ARRAY_COUNT(rows); i++) {
        if (slice_equal(slice_from_cstr(rows[i].key), key)) {
            return setting_store(&rows[i], value, line, settings, problem);
        }
    }
    err code =
        problem_set(problem, ERR_INPUT, "",
                    equals < text.n ? "line %llu: unknown key '%.*s'; 'agora config' lists all"
                                    : "line %llu: '%.*s' is not of the form key = value",
                    (unsigned long long)line, SLICE_ARG(key));
    problem->line = line;
    return code;
}

/* It stands in front of every address the site gives of itself. */
static bool is_base_url(slice url) {
    slice scheme = slice_starts_with(url, SLICE("https://")) ? SLICE("https://") : SLICE("http://");
    if (!slice_starts_with(url, scheme) || url.n == scheme.n || slice_ends_with(url, SLICE("/"))) {
        return false;
    }
    for (size_t i = scheme.n; i < url.n; i++) {
        unsigned char byte = (unsigned char)url.p[i];
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                     (byte >= 'A' && byte <= 'Z') ||
                     slice_find(SLICE("-._~:/[]%"), 0, url.p[i]) < 9;
        if (!plain) {
            return false;
        }
    }
    return true;
}

err settings_parse(slice text, struct settings *settings, struct problem *problem) {
    struct settings read = {0};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        TRY(setting_store(&rows[i], slice_from_cstr(rows[i].fallback), 0, &read, problem));
    }
    slice rest = text;
    slice line_text;
    for (uint64_t line = 1; slice_cut(&rest, '\n', &line_text); line++) {
        slice trimmed = slice_trim(line_text);
        if (trimmed.n > 0 && trimmed.p[0] != '#') {
            TRY(line_store(trimmed, line, &read, problem));
        }
    }
    if (read.base_url.n > 0 && !is_base_url(read.base_url)) {
        return problem_set(problem, ERR_INPUT, "base_url",
                           "base_url must be like https://agora.example: http or https, a host, no "
                           "final slash, no quotes");
    }
    *settings = read;
    return OK;
}

void settings_document(struct buf *out) {
    buf_add_cstr(
        out,
        "# Settings of Agora. Each line is `key = value`; what is left out keeps its default.\n");
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        buf_addf(out, "\n# %s\n#%s = %s\n", rows[i].help, rows[i].key, rows[i].fallback);
    }
}

static err file_read(const char *path, struct arena *arena, slice *text, struct problem *problem) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return problem_set(problem, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "",
                           "cannot read %s: %s", path, strerror(errno));
    }
    struct buf bytes BUF_CLEANUP = buf_new(SETTINGS_BYTES_MAX);
    char chunk[4096];
    ssize_t got = 0;
    while ((got = read(fd, chunk, sizeof chunk)) > 0) {
        buf_add_bytes(&bytes, chunk, (size_t)got);
    }
    int failed = errno;
    close(fd);
    if (got < 0 || bytes.failed != OK) {
        return problem_set(problem, got < 0 ? ERR_IO : ERR_LIMIT, "", "cannot read %s: %s", path,
                           got < 0 ? strerror(failed) : "it is too large");
    }
    *text = arena_copy(arena, buf_slice(&bytes));
    return OK;
}

err settings_load(const char *path, struct arena *arena, struct settings *settings,
                  struct problem *problem) {
    slice text = SLICE_EMPTY;
    TRY(file_read(path, arena, &text, problem));
    err parsed = settings_parse(text, settings, problem);
    if (parsed != OK) {
        struct problem said = *problem;
        problem_set(problem, parsed, said.field, "%s: %s", path, said.what);
        problem->line = said.line;
    }
    return parsed;
}
