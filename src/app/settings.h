/* agora.conf: `key = value` lines, `#` comments. Every key has a default, an unknown key is an
 * error. The rows of settings.c are the documentation too (`agora config`, docs/settings.md). */
#ifndef AGORA_APP_SETTINGS_H
#define AGORA_APP_SETTINGS_H

#include "base/base.h"
#include "face/instance.h"

#define SETTINGS_PROXIES_MAX  16
#define SETTINGS_FINDINGS_MAX 64
#define SETTINGS_MAX          64

enum setting_metrics { SETTING_METRICS_LOCAL, SETTING_METRICS_OPEN, SETTING_METRICS_OFF };
enum setting_requests { SETTING_REQUESTS_ERRORS, SETTING_REQUESTS_ALL, SETTING_REQUESTS_OFF };

struct settings {
    slice listen, base_url, site_name, contact_email, publisher_name, publisher_address;
    slice publisher_phone, publisher_director, host_name, host_address, privacy_email;
    slice trusted_proxies; /* addresses and networks, comma-separated; all of them are sound */
    slice metrics_from;    /* the same */
    /* The position of the word in its row: enum log_level, log_format, setting_requests,
     * setting_metrics; sandbox, offline: 0 on, 1 off. */
    int64_t log_level, log_format, log_requests, metrics, sandbox, offline;
    int64_t threads;                                        /* 0: one per core */
    int64_t rate_reads_per_minute, rate_exports_per_minute; /* 0: no limit */
    int64_t form_seconds;                                   /* RULE ROBOT-2; 0: not asked */
    int64_t exports_max, exports_per_address;
    int64_t connections_max, connections_per_address; /* 0: by what the system gives */
    int64_t cache_mb;
    slice geocoder_url; /* sound; empty: none is asked */
    slice mail_from, smtp_url, smtp_user, smtp_password, smtp_password_file, smtp_ca_file;
    int64_t smtp_tls; /* enum mail_tls */
    int64_t smtp_timeout_s, smtp_connections, smtp_retry_s;
    bool given[SETTINGS_MAX];  /* by row: it stands in the file */
    bool stored[SETTINGS_MAX]; /* by row: it was changed on a page */
};

/* What a file says wrong, in the order of its lines; what would work but is rarely meant is a
 * warning. */
struct settings_finding {
    bool is_warning;
    struct problem problem; /* line, key (field), cause and mend (what) */
};
struct settings_findings {
    struct settings_finding items[SETTINGS_FINDINGS_MAX];
    size_t count;
    size_t errors; /* all of them, also those that found no room */
    size_t warnings;
};
/* Adds one; `key` and `line` may be NULL and 0. */
void settings_finding_add(struct settings_findings *findings, bool is_warning, uint64_t line,
                          const char *key, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Reads a whole file and says everything at once. Slices point into `text` or into the defaults.
 * What is wrong keeps its default; use the settings only when `findings->errors` is 0. */
void settings_check(slice text, struct settings *settings, struct settings_findings *findings);
/* The same for those who only want to go on: ERR_INPUT with the first error. */
MUST_USE err settings_parse(slice text, struct settings *settings, struct problem *problem);
/* The bytes of a file, in the arena. ERR_NOT_FOUND, ERR_IO, ERR_LIMIT, the path in front of what is
 * said. */
MUST_USE err settings_read(const char *path, struct arena *arena, slice *text,
                           struct problem *problem);
/* Reads and parses a file. Errors of both, the path in front. */
MUST_USE err settings_load(const char *path, struct arena *arena, struct settings *settings,
                           struct problem *problem);
/* The networks of a checked list. At most `room`. */
size_t settings_networks(slice list, struct ip_network *networks, size_t room);
/* The rows one by one, for the page that shows them: each with its value as it holds, in the arena
 * or of the settings. */
size_t settings_count(void);
struct face_setting settings_tell(const struct settings *settings, size_t row, struct arena *arena);
/* RULE SETTING-1: what was changed on a page holds where the file says nothing. Each live row that
 * does not stand in the file gets its default … */
void settings_live_begin(struct settings *settings);
/* … and then what was stored. False, and nothing changes: no live row, in the file, or no value of
 * it. The value outlives the settings. */
bool settings_live_put(struct settings *settings, slice key, slice value);
/* Whether a live row takes this value. */
bool settings_live_takes(slice key, slice value);
/* The documented file with every key, its meaning and its default. */
void settings_document(struct buf *out);

#endif
