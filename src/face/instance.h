/* instance: what the pages of the administration are told of the program they run in: its settings
 * as they hold, and the disk. */
#ifndef AGORA_FACE_INSTANCE_H
#define AGORA_FACE_INSTANCE_H

#include "base/base.h"
#include "db/db.h"

struct face_setting {
    const char *section; /* that it stands under */
    const char *key, *fallback, *help;
    slice value;                         /* as it holds; empty for a secret */
    bool is_given, is_stored, is_secret; /* given: in the file; stored: changed on a page */
    bool is_live;                        /* may be changed on a page, while it runs */
};
/* -1: it is not known. */
struct face_disk {
    int64_t folder_bytes, free_bytes, total_bytes;
};
struct face_instance {
    const struct face_setting *settings;
    size_t setting_count;
    bool is_root; /* the process has all rights */
    void (*disk_read)(void *self, struct face_disk *disk);
    void *disk;
    /* Whether a live setting takes a value. */
    bool (*setting_takes)(slice key, slice value);
    /* What was stored of settings holds for requests from now on: after the commit, any thread. */
    err (*settings_apply)(void *self, struct db_conn *conn);
    void *settings_self;
    /* What was changed of themes is put in place soon, in the background: after the commit, any
     * thread. With `settings_self`. NULL: it holds from the next start. */
    void (*themes_apply)(void *self);
};
/* The setting of a key; NULL: there is none, or no instance. */
static inline const struct face_setting *face_setting_find(const struct face_instance *instance,
                                                           slice key) {
    for (size_t i = 0; instance != NULL && i < instance->setting_count; i++) {
        if (slice_equal(slice_from_cstr(instance->settings[i].key), key)) {
            return &instance->settings[i];
        }
    }
    return NULL;
}
/* Its value; empty without one. */
static inline slice face_setting(const struct face_instance *instance, slice key) {
    const struct face_setting *setting = face_setting_find(instance, key);
    return setting != NULL ? setting->value : SLICE_EMPTY;
}

#endif
