/* face: what every face is given: the app wires it once, the faces only read. */
#ifndef AGORA_FACE_H
#define AGORA_FACE_H

#include "atlas/atlas.h"
#include "base/base.h"
#include "db/db.h"
#include "domain/entry/entry.h"
#include "http/http.h"

struct i18n;
struct face_basemap; /* face/map */
struct map_pictures; /* face/map */
struct api_kept;     /* face/api */
struct photo_lab;    /* work/photo */
struct geocode_desk; /* work/geocode */
struct face_instance;

/* Who may read /metrics. */
enum face_metrics { FACE_METRICS_LOCAL, FACE_METRICS_OPEN, FACE_METRICS_OFF };
/* What the system says of the process; -1: it does not say. */
struct face_process {
    double cpu_s;
    int64_t started_ms;
    int64_t resident_bytes, open_files, open_files_max;
};

#define FACE_FORM_KEY_BYTES 16

/* One for the whole process: http_options.app. */
struct face {
    struct atlas *atlas;
    const struct territories *territories;
    const struct themes *themes;
    const struct i18n *i18n;
    struct face_basemap *basemap;
    struct map_pictures *pictures; /* NULL: none can be drawn here */
    struct api_kept *kept;         /* NULL: each entry is read from the store each time */
    struct db_writer *writer;      /* face_write; NULL: nothing is written here (tests) */
    struct photo_lab *photos;      /* NULL: no picture is taken in here */
    struct geocode_desk *geocode;  /* NULL: no service of addresses is asked */
    const char *media_folder;      /* files of pictures, in the data folder */
    struct id_source *ids;         /* of what is written; any thread */
    struct clock clock;
    const struct log *log;
    const char *store_path; /* each HTTP thread opens its reader on it */
    slice site_name;        /* settings: "Agora" */
    slice contact_email;    /* settings: may be empty */
    bool keeps_pages;       /* settings: the last pages stay readable when the network fails */
    slice publisher_name, publisher_address; /* the same: who answers for the site */
    slice publisher_phone, publisher_director, host_name, host_address,
        privacy_email;                           /* the same */
    unsigned char form_key[FACE_FORM_KEY_BYTES]; /* of this process; RULE ROBOT-2 */
    int64_t form_least_ms;                       /* settings: the same; 0: not asked */
    uint64_t settings_mark; /* of what pages show of them: another one with each change */
    const char *version;
    enum face_metrics metrics;
    const struct ip_network *metrics_from; /* other machines with FACE_METRICS_LOCAL */
    size_t metrics_from_count;
    void (*process_read)(void *self, struct face_process *process); /* NULL: nothing is known */
    void *process;
    const struct face_instance *instance; /* face/instance.h; NULL: nothing is known (tests) */
};
/* One per HTTP thread: http_request.worker. */
struct face_worker {
    struct db_conn *reader; /* read-only */
};
static inline struct db_conn *face_reader(const struct http_request *request) {
    return ((struct face_worker *)request->worker)->reader;
}
/* What a handler reads of the store between the two comes from one snapshot, whose locks are taken
 * once instead of at each statement. The end is due after any outcome, also of the beginning. */
MUST_USE static inline err face_snapshot_begin(const struct http_request *request) {
    return db_begin_read(face_reader(request));
}
static inline void face_snapshot_end(const struct http_request *request) {
    db_rollback(face_reader(request));
}
/* `"VERSION-HASH"`: an ETag from the atlas version, the canonical query and what else decides the
 * body. */
slice face_etag(const struct atlas_view *view, slice canonical, slice salt, struct arena *arena);
/* The same of a version (atlas_view_version, …) and a hash over all else. */
slice face_etag_of(uint64_t version, uint64_t hash, struct arena *arena);
/* A slug for addresses: "partons-du-bon-pied" (text_slug, 60 bytes). */
slice face_slug(slice title, struct arena *arena);
/* Addresses of pages, without the base: "/entries/12-partons-du-bon-pied",
 * "/territories/com-73065-chambery". */
slice face_entry_path(struct entry_id id, slice title, struct arena *arena);
/* The address of an entry's media for others: whole, also of what lies here. */
slice face_media_url(slice base_url, slice url, struct arena *arena);
slice face_territory_path(const struct territory *territory, struct arena *arena);

#endif
