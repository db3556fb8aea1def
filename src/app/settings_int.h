/* settings_int: what the files of the settings share, and their tests. */
#ifndef AGORA_APP_SETTINGS_INT_H
#define AGORA_APP_SETTINGS_INT_H

#include "app/settings.h"

#define SETTING_KEY_MAX_BYTES 64

/* settings_value.c: whether a text is a value of its kind. NULL: it is; else what is wrong and how
 * to mend it. */
const char *setting_listen_fault(slice value);
const char *setting_base_url_fault(slice value);
const char *setting_email_fault(slice value);
const char *setting_networks_fault(slice value);
const char *setting_mail_from_fault(slice value);

/* Text from the file for a message: in quotes, shortened, nothing in it moves a cursor. */
struct setting_shown {
    char p[160];
};
struct setting_shown setting_show(slice text);
/* The known key that someone may have meant, or NULL: few letters lie between. */
const char *setting_nearest(slice key, const char *const *known, size_t count);

#endif
