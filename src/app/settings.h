/* agora.conf: `key = value` lines, `#` comments. Every key has a default, an unknown key is an
 * error. The rows of settings.c are the documentation too (`agora config`). */
#ifndef AGORA_APP_SETTINGS_H
#define AGORA_APP_SETTINGS_H

#include "base/base.h"

#define SETTINGS_PROXIES_MAX 16

struct settings {
    slice listen, base_url, site_name, contact_email, log_level;
    slice trusted_proxies; /* addresses, comma-separated */
    int64_t threads;       /* 0: one per core */
};
/* `text` is the file's content; slices point into it or into the defaults. ERR_INPUT with line and
 * key. */
MUST_USE err settings_parse(slice text, struct settings *settings, struct problem *problem);
/* Reads and parses a file; its text lives in the arena. ERR_NOT_FOUND, ERR_IO; otherwise as above,
 * the path in front of what is said. */
MUST_USE err settings_load(const char *path, struct arena *arena, struct settings *settings,
                           struct problem *problem);
/* The documented file with every key, its meaning and its default. */
void settings_document(struct buf *out);

#endif
