/* A line of the log: whatever stands in its values, it is one line, in JSON one object that says
 * the same, and nothing in it moves a cursor. */
#include "fuzz.h"

#include "base/base.h"
#include "text/text.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES 32768

static int64_t fixed(void *self) {
    (void)self;
    return 0;
}

/* `bare`: what a caller forgot to quote. */
static size_t write_line(enum log_format format, const char *value, const char *bare,
                         char line[LINE_BYTES]) {
    int ends[2];
    FUZZ_PROMISE(pipe(ends) == 0);
    const struct log log = {.fd = ends[1], .format = format, .clock = {.now_ms = fixed}};
    log_line(&log, LOG_INFO, "fuzzed", "n=1 value=%s %s", value, bare);
    ssize_t n = read(ends[0], line, LINE_BYTES - 1);
    close(ends[0]);
    close(ends[1]);
    FUZZ_PROMISE(n > 1 && line[n - 1] == '\n');
    line[n] = '\0';
    return (size_t)n - 1;
}

static void check_calm(slice line) {
    FUZZ_PROMISE(text_is_utf8(line));
    for (size_t i = 0; i < line.n; i++) {
        FUZZ_PROMISE((unsigned char)line.p[i] >= 0x20 && line.p[i] != 0x7f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static char line[LINE_BYTES];
    char text[1200];
    slice all = slice_of((const char *)bytes, size);
    struct log_value value = log_quote(all);
    slice shown = slice_sub(all, 0, sizeof text - 1);
    memcpy(text, shown.p, shown.n);
    text[shown.n] = '\0';
    check_calm(slice_of(line, write_line(LOG_LOGFMT, value.p, text, line)));
    json_error_t error;
    for (int quoted = 0; quoted < 2; quoted++) {
        size_t n = write_line(LOG_JSON, value.p, quoted ? "" : text, line);
        check_calm(slice_of(line, n));
        json_t *json = json_loadb(line, n, 0, &error);
        FUZZ_PROMISE(json_is_object(json));
        FUZZ_PROMISE(!quoted || json_object_size(json) == 5);
        FUZZ_PROMISE(!quoted || json_is_string(json_object_get(json, "value")));
        json_decref(json);
    }
    return 0;
}
