#include "app/settings_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mail/mail.h"
#include "text/text.h"
#include "work/geocode/geocode.h"

#define SETTINGS_BYTES_MAX (256 * 1024)

enum setting_type { SETTING_TEXT, SETTING_NUMBER, SETTING_CHOICE };
struct setting {
    const char *section; /* of the first row under it, else NULL */
    const char *key, *fallback, *help;
    enum setting_type type;
    size_t offset;
    int64_t least, most;         /* of a number */
    const char *words;           /* of a choice, separated by one space */
    const char *(*fault)(slice); /* of a text that is not empty; NULL: any will do */
    bool is_live;                /* may be changed on a page, while it runs */
    bool is_secret;              /* its value is shown nowhere */
};
#define TEXT(member)          SETTING_TEXT, offsetof(struct settings, member), 0, 0, NULL
#define NUMBER(member, a, b)  SETTING_NUMBER, offsetof(struct settings, member), a, b, NULL, NULL
#define CHOICE(member, words) SETTING_CHOICE, offsetof(struct settings, member), 0, 0, words, NULL

static const struct setting rows[] = {
    {"Where it answers", "listen", "127.0.0.1:8080",
     "Address and port to listen on; port 0 takes any free one. Keep 127.0.0.1 behind a reverse\n"
     "proxy on the same machine, which brings https.",
     TEXT(listen), setting_listen_fault},
    {NULL, "base_url", "",
     "Public address without a final slash, e.g. https://agora.example. Empty: taken from the "
     "Host\n"
     "header of each request. Set it behind a proxy: links in exports and feeds begin with it.",
     TEXT(base_url), setting_base_url_fault},
    {NULL, "trusted_proxies", "",
     "Reverse proxies whose X-Forwarded-For, X-Forwarded-Proto and X-Request-Id are believed:\n"
     "addresses and networks, separated by commas, e.g. 127.0.0.1, ::1, 10.0.0.0/8.",
     TEXT(trusted_proxies), setting_networks_fault},
    {"Who runs it", "site_name", "Agora", "The name shown in the header and in titles.",
     TEXT(site_name), NULL, true},
    {NULL, "contact_email", "", "Shown on the page About; empty: none is shown.",
     TEXT(contact_email), setting_email_fault, true},
    {NULL, "publisher_name", "",
     "Who publishes the site, for the legal notice (in France the law asks for it).",
     TEXT(publisher_name), NULL, true},
    {NULL, "publisher_address", "", "Postal address of the publisher, in one line.",
     TEXT(publisher_address), NULL, true},
    {NULL, "publisher_phone", "", "Telephone of the publisher.", TEXT(publisher_phone), NULL, true},
    {NULL, "publisher_director", "",
     "Who answers for what is published (in France: directrice ou directeur de la publication).",
     TEXT(publisher_director), NULL, true},
    {NULL, "host_name", "", "Who hosts the site, for the legal notice.", TEXT(host_name), NULL,
     true},
    {NULL, "host_address", "", "Postal address and telephone of the host, in one line.",
     TEXT(host_address), NULL, true},
    {NULL, "privacy_email", "",
     "Where people write about their personal data (a data protection officer); empty:\n"
     "contact_email.",
     TEXT(privacy_email), setting_email_fault, true},
    {NULL, "offline", "on",
     "Whether the last pages read stay readable when the network fails, on the reader's own\n"
     "device. off: nothing is kept there, and what was kept is taken away.",
     CHOICE(offline, "on off")},
    {"Logs and figures", "log_level", "info", "The quietest lines that are written.",
     CHOICE(log_level, "debug info warn error")},
    {NULL, "log_format", "logfmt", "The form of each line on standard error.",
     CHOICE(log_format, "logfmt json")},
    {NULL, "log_requests", "errors",
     "Which requests get a line: those that failed here, all, or none. No line holds an address\n"
     "or what was searched.",
     CHOICE(log_requests, "errors all off")},
    {NULL, "metrics", "local",
     "Who may read /metrics: this machine and metrics_from, everybody, or nobody.",
     CHOICE(metrics, "local open off")},
    {NULL, "metrics_from", "",
     "Other machines that may read /metrics: addresses and networks, separated by commas.",
     TEXT(metrics_from), setting_networks_fault},
    {"Limits", "threads", "0", "HTTP threads; 0: one per core, at least two.",
     NUMBER(threads, 0, 64)},
    {NULL, "rate_reads_per_minute", "3000",
     "Requests a minute that one address (IPv6: one /64) may send; 0: no limit. This very machine\n"
     "is never limited.",
     NUMBER(rate_reads_per_minute, 0, 1000000)},
    {NULL, "rate_exports_per_minute", "30",
     "Whole exports (GeoJSON, CSV and the like) a minute from one address; 0: no limit.",
     NUMBER(rate_exports_per_minute, 0, 1000000)},
    {NULL, "form_seconds", "3",
     "Seconds before a form may come back that somebody without an account fills in: programs are\n"
     "faster than people. 0: not asked.",
     NUMBER(form_seconds, 0, 60)},
    {NULL, "exports_max", "32", "Exports that may run at the same time, all together.",
     NUMBER(exports_max, 1, 4096)},
    {NULL, "exports_per_address", "4", "Exports that one address may have running.",
     NUMBER(exports_per_address, 1, 4096)},
    {NULL, "connections_max", "0",
     "Open connections, all together; 0: 4096, or what the limit of open files allows.",
     NUMBER(connections_max, 0, 100000)},
    {NULL, "connections_per_address", "0",
     "Open connections of one address; 0: a quarter of all, none behind trusted proxies.",
     NUMBER(connections_per_address, 0, 100000)},
    {NULL, "cache_mb", "96",
     "Megabytes for answers and parts of them that are asked for again; 0: everything is made "
     "anew.",
     NUMBER(cache_mb, 0, 65536)},
    {"Addresses", "geocoder_url", "",
     "A service that knows where addresses are, as addok does, like "
     "https://data.geopf.fr/geocodage.\n"
     "It is asked by this site, never by the reader's browser. Empty: a place is found by its "
     "commune\n"
     "or postal code alone.",
     TEXT(geocoder_url), geocode_url_fault},
    {"Mail", "mail_from", "",
     "The sender of letters, like no-reply@agora.example; empty: contact_email. Its domain should\n"
     "allow the mail server to send for it (SPF, DKIM), or letters end among the unwanted.",
     TEXT(mail_from), setting_mail_from_fault},
    {NULL, "smtp_url", "",
     "The mail server that takes letters: smtp://HOST[:587] (STARTTLS) or smtps://HOST[:465] (TLS\n"
     "from the start). Empty: letters become files in the folder mail/ of the data folder.",
     TEXT(smtp_url), mail_smtp_url_fault},
    {NULL, "smtp_user", "", "Its account; empty: none is asked for.", TEXT(smtp_user), NULL},
    {NULL, "smtp_password", "", "The password of smtp_user; better in a file of its own:",
     TEXT(smtp_password), NULL, false, true},
    {NULL, "smtp_password_file", "",
     "A file whose first line is the password; readable by the user of the service alone.",
     TEXT(smtp_password_file), NULL},
    {NULL, "smtp_tls", "required",
     "required: no letter and no password without TLS and a certificate that is checked.\n"
     "opportunistic: TLS when the server offers it. off: none, for a server on this very machine.",
     CHOICE(smtp_tls, "required opportunistic off")},
    {NULL, "smtp_ca_file", "",
     "Who may sign the certificate of the mail server, as PEM; empty: those that the system "
     "trusts.",
     TEXT(smtp_ca_file), NULL},
    {NULL, "smtp_timeout_s", "60",
     "Seconds for one letter, from the connection to the last answer.",
     NUMBER(smtp_timeout_s, 1, 600)},
    {NULL, "smtp_connections", "4",
     "Letters that go at once, each on a connection of its own; what the mail server allows one\n"
     "client.",
     NUMBER(smtp_connections, 1, MAIL_LANES_MAX)},
    {NULL, "smtp_retry_s", "60",
     "Seconds before a letter that could not be delivered is tried again; doubled each time up to "
     "8\n"
     "hours. After three days it is given up.",
     NUMBER(smtp_retry_s, 1, 3600)},
    {"Safety", "sandbox", "on",
     "Whether the serving process gives up, once it has started, whatever it does not need: other\n"
     "files than the data folder, new connections, other programs.",
     CHOICE(sandbox, "on off")},
};

_Static_assert(ARRAY_COUNT(rows) <= SETTINGS_MAX, "settings.given has a place for each row");

void settings_finding_add(struct settings_findings *findings, bool is_warning, uint64_t line,
                          const char *key, const char *format, ...) {
    char what[sizeof findings->items[0].problem.what];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    *(is_warning ? &findings->warnings : &findings->errors) += 1;
    if (findings->count < SETTINGS_FINDINGS_MAX) {
        struct settings_finding *finding = &findings->items[findings->count++];
        finding->is_warning = is_warning;
        problem_set(&finding->problem, ERR_INPUT, key, "%s", what);
        finding->problem.line = line;
    }
}

/* The position of a word in a row's words, or -1. */
static int64_t word_position(const char *words, slice word) {
    slice rest = slice_from_cstr(words);
    slice each;
    for (int64_t i = 0; slice_cut(&rest, ' ', &each); i++) {
        if (slice_equal(each, word)) {
            return i;
        }
    }
    return -1;
}

/* What keeps the value out, in `said`; true when it was stored. */
static bool setting_store(const struct setting *row, slice value, struct settings *settings,
                          char *said, size_t room) {
    char *place = (char *)settings + row->offset;
    const char *fault = NULL;
    int64_t number = 0;
    switch (row->type) {
    case SETTING_TEXT:
        if (value.n == 0 && row->fallback[0] != '\0') {
            fault = "must not be empty; put # in front of the line to keep the default";
        } else if (value.n > 0 && row->fault != NULL) {
            fault = row->fault(value);
        }
        if (fault == NULL) {
            *(slice *)(void *)place = value;
            return true;
        }
        snprintf(said, room, "%s", fault);
        return false;
    case SETTING_NUMBER:
        if (slice_to_i64(value, &number) && number >= row->least && number <= row->most) {
            *(int64_t *)(void *)place = number;
            return true;
        }
        snprintf(said, room, "must be a whole number from %lld to %lld%s", (long long)row->least,
                 (long long)row->most,
                 slice_find(value, 0, '#') < value.n ? " alone (a comment needs its own line)"
                                                     : "");
        return false;
    case SETTING_CHOICE:
        number = word_position(row->words, value);
        if (number >= 0) {
            *(int64_t *)(void *)place = number;
            return true;
        }
        snprintf(said, room, "must be one of: %s", row->words);
        return false;
    }
    return false;
}

static void settings_default(struct settings *settings) {
    *settings = (struct settings){0};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char said[8];
        (void)setting_store(&rows[i], slice_from_cstr(rows[i].fallback), settings, said,
                            sizeof said);
    }
}

struct reading {
    struct settings *settings;
    struct settings_findings *findings;
    uint64_t seen_at[ARRAY_COUNT(rows)]; /* line of each row, 0: not there */
};

static void unknown_key(struct reading *reading, uint64_t line, slice key) {
    const char *known[ARRAY_COUNT(rows)];
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        known[i] = rows[i].key;
    }
    const char *meant = setting_nearest(key, known, ARRAY_COUNT(known));
    settings_finding_add(reading->findings, false, line, "", "line %llu: unknown key %s; %s%s%s",
                         (unsigned long long)line, setting_show(key).p,
                         meant ? "is " : "'agora config' lists all", meant ? meant : "",
                         meant ? " meant?" : "");
}

/* What would be stored as it stands, though hardly meant so. */
static void value_warn(const struct reading *reading, const struct setting *row, slice value,
                       uint64_t line) {
    bool quoted = value.n > 1 && (value.p[0] == '"' || value.p[0] == '\'') &&
                  value.p[value.n - 1] == value.p[0];
    if (row->type == SETTING_TEXT && quoted) {
        settings_finding_add(reading->findings, true, line, row->key,
                             "line %llu: %s: the quotes are part of the value; leave them out",
                             (unsigned long long)line, row->key);
    }
    if (row->type == SETTING_TEXT && slice_contains(value, SLICE(" #"))) {
        settings_finding_add(reading->findings, true, line, row->key,
                             "line %llu: %s: # and what follows is part of the value; a comment "
                             "needs a line of its own",
                             (unsigned long long)line, row->key);
    }
}

static void value_read(struct reading *reading, size_t at, slice value, uint64_t line) {
    const struct setting *row = &rows[at];
    unsigned long long number = line;
    char said[160];
    if (reading->seen_at[at] > 0) {
        settings_finding_add(reading->findings, false, line, row->key,
                             "line %llu: %s stands in line %llu already; keep one of them", number,
                             row->key, (unsigned long long)reading->seen_at[at]);
        return;
    }
    reading->seen_at[at] = line;
    if (!text_is_utf8(value)) {
        settings_finding_add(reading->findings, false, line, row->key,
                             "line %llu: %s is not UTF-8; save the file as UTF-8", number,
                             row->key);
        return;
    }
    for (size_t i = 0; i < value.n; i++) {
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f) {
            settings_finding_add(reading->findings, false, line, row->key,
                                 "line %llu: %s holds the control byte 0x%02x; take it out", number,
                                 row->key, (unsigned char)value.p[i]);
            return;
        }
    }
    if (!setting_store(row, value, reading->settings, said, sizeof said)) {
        settings_finding_add(reading->findings, false, line, row->key, "line %llu: %s %s, not %s",
                             number, row->key, said, setting_show(value).p);
        return;
    }
    reading->settings->given[at] = true;
    value_warn(reading, row, value, line);
}

static void line_read(struct reading *reading, slice text, uint64_t line) {
    size_t equals = slice_find(text, 0, '=');
    slice key = slice_trim(slice_sub(text, 0, equals));
    if (equals == text.n) {
        settings_finding_add(reading->findings, false, line, "",
                             "line %llu: %s is not of the form key = value; a comment begins with "
                             "#",
                             (unsigned long long)line, setting_show(text).p);
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (slice_equal(slice_from_cstr(rows[i].key), key)) {
            value_read(reading, i, slice_trim(slice_sub(text, equals + 1, text.n)), line);
            return;
        }
    }
    unknown_key(reading, line, key);
}

void settings_check(slice text, struct settings *settings, struct settings_findings *findings) {
    struct reading reading = {.settings = settings, .findings = findings};
    *findings = (struct settings_findings){0};
    settings_default(settings);
    if (slice_starts_with(text, SLICE("\xef\xbb\xbf"))) {
        text = slice_sub(text, 3, text.n); /* some editors write it */
    }
    slice line_text;
    for (uint64_t line = 1; slice_cut(&text, '\n', &line_text); line++) {
        slice trimmed = slice_trim(line_text);
        if (trimmed.n > 0 && trimmed.p[0] != '#') {
            line_read(&reading, trimmed, line);
        }
    }
}

err settings_parse(slice text, struct settings *settings, struct problem *problem) {
    struct settings_findings findings;
    struct settings read;
    settings_check(text, &read, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        if (!findings.items[i].is_warning) {
            *problem = findings.items[i].problem;
            return ERR_INPUT;
        }
    }
    if (findings.errors > 0) {
        return problem_set(problem, ERR_INPUT, "",
                           "%zu lines are wrong; see 'agora config --check'", findings.errors);
    }
    *settings = read;
    return OK;
}

size_t settings_count(void) {
    return ARRAY_COUNT(rows);
}

static slice value_tell(const struct settings *settings, const struct setting *row,
                        struct arena *arena) {
    const char *place = (const char *)settings + row->offset;
    int64_t number = row->type == SETTING_TEXT ? 0 : *(const int64_t *)(const void *)place;
    slice rest = slice_from_cstr(row->words != NULL ? row->words : "");
    slice word = SLICE_EMPTY;
    switch (row->type) {
    case SETTING_TEXT:
        return *(const slice *)(const void *)place;
    case SETTING_NUMBER:
        return arena_printf(arena, "%lld", (long long)number);
    case SETTING_CHOICE:
        while (number-- >= 0 && slice_cut(&rest, ' ', &word)) {
        }
        return word;
    }
    return SLICE_EMPTY;
}

struct face_setting settings_tell(const struct settings *settings, size_t row,
                                  struct arena *arena) {
    const struct setting *setting = &rows[row];
    size_t head = row;
    while (rows[head].section == NULL) {
        head--;
    }
    return (struct face_setting){.section = rows[head].section,
                                 .key = setting->key,
                                 .fallback = setting->fallback,
                                 .help = setting->help,
                                 .value = setting->is_secret ? SLICE_EMPTY
                                                             : value_tell(settings, setting, arena),
                                 .is_given = settings->given[row],
                                 .is_stored = settings->stored[row],
                                 .is_secret = setting->is_secret,
                                 .is_live = setting->is_live};
}

void settings_live_begin(struct settings *settings) {
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char said[8];
        if (rows[i].is_live && !settings->given[i]) {
            (void)setting_store(&rows[i], slice_from_cstr(rows[i].fallback), settings, said,
                                sizeof said);
            settings->stored[i] = false;
        }
    }
}

/* The live row of a key that takes a value; ARRAY_COUNT(rows): none does. */
static size_t live_row(slice key, slice value) {
    struct settings scratch = {0};
    char said[160];
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (rows[i].is_live && slice_equal(slice_from_cstr(rows[i].key), key)) {
            bool is_plain = text_is_utf8(value);
            for (size_t k = 0; k < value.n; k++) {
                is_plain = is_plain && (unsigned char)value.p[k] >= 0x20 && value.p[k] != 0x7f;
            }
            return is_plain && setting_store(&rows[i], value, &scratch, said, sizeof said)
                       ? i
                       : ARRAY_COUNT(rows);
        }
    }
    return ARRAY_COUNT(rows);
}

bool settings_live_takes(slice key, slice value) {
    return live_row(key, value) < ARRAY_COUNT(rows);
}

bool settings_live_put(struct settings *settings, slice key, slice value) {
    char said[160];
    size_t row = live_row(key, value);
    if (row == ARRAY_COUNT(rows) || settings->given[row]) {
        return false;
    }
    settings->stored[row] = true;
    return setting_store(&rows[row], value, settings, said, sizeof said);
}

/* Each line of a help text becomes a comment. */
static void comment_add(struct buf *out, const char *help) {
    slice rest = slice_from_cstr(help);
    slice line;
    while (slice_cut(&rest, '\n', &line)) {
        buf_addf(out, "# %.*s\n", SLICE_ARG(line));
    }
}

void settings_document(struct buf *out) {
    buf_add_cstr(out, "# Settings of Agora. Each line is `key = value`; what is left out keeps its "
                      "default.\n# Take the # away from a line to change it, then: agora config "
                      "--check; the server reads\n# the file when it starts.\n");
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (rows[i].section != NULL) {
            buf_addf(out, "\n# ---- %s ----\n", rows[i].section);
        }
        buf_add_char(out, '\n');
        comment_add(out, rows[i].help);
        if (rows[i].type == SETTING_CHOICE) {
            buf_addf(out, "# One of: %s.\n", rows[i].words);
        }
        buf_addf(out, "#%s = %s\n", rows[i].key, rows[i].fallback);
    }
}

err settings_read(const char *path, struct arena *arena, slice *text, struct problem *problem) {
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
    TRY(settings_read(path, arena, &text, problem));
    err parsed = settings_parse(text, settings, problem);
    if (parsed != OK) {
        struct problem said = *problem;
        problem_set(problem, parsed, said.field, "%s: %s", path, said.what);
        problem->line = said.line;
    }
    return parsed;
}
