#include "app/instance.h"

#include "app/generation.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define DEPTH_MAX      8 /* folders within folders; media/ has two */
#define ARENA_BYTES    16384
#define FOLDER_KEPT_US INT64_C(600000000)

/* The bytes that the plain files of a folder take on the disk. What goes away meanwhile counts
 * nothing. */
static int64_t folder_bytes(int parent, const char *name, unsigned depth) {
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    int64_t bytes = 0;
    if (folder == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return 0;
    }
    for (struct dirent *item; (item = readdir(folder)) != NULL;) {
        struct stat is;
        slice inside = slice_from_cstr(item->d_name);
        if (slice_equal(inside, SLICE(".")) || slice_equal(inside, SLICE("..")) ||
            fstatat(fd, item->d_name, &is, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        if (S_ISDIR(is.st_mode) && depth < DEPTH_MAX) {
            bytes += folder_bytes(fd, item->d_name, depth + 1);
        } else if (S_ISREG(is.st_mode)) {
            bytes += (int64_t)is.st_blocks * 512; /* stat(2): in units of 512 */
        }
    }
    closedir(folder);
    return bytes;
}

struct instance_live {
    pthread_mutex_t lock;
    struct arena arena; /* of all faces that were made; under the lock, as are the next two */
    int64_t folder_bytes, folder_read_us;
    struct house *house;
    struct settings settings; /* as they hold */
    struct http_server *server;
    struct mail_delivery *delivery;
    const struct face *face; /* the present one */
    struct generations *generations;
};

static void disk_read(void *self, struct face_disk *disk) {
    struct instance_live *live = self;
    const char *folder = live->house->folder;
    struct statvfs is;
    pthread_mutex_lock(&live->lock);
    /* A folder with many pictures takes long to walk through. */
    int64_t now_us = clock_monotonic_us();
    if (live->folder_read_us == 0 || now_us - live->folder_read_us > FOLDER_KEPT_US) {
        live->folder_bytes = folder_bytes(AT_FDCWD, folder, 0);
        live->folder_read_us = now_us;
    }
    *disk =
        (struct face_disk){.folder_bytes = live->folder_bytes, .free_bytes = -1, .total_bytes = -1};
    pthread_mutex_unlock(&live->lock);
    if (statvfs(folder, &is) == 0) {
        disk->free_bytes = (int64_t)(is.f_bavail * is.f_frsize);
        disk->total_bytes = (int64_t)(is.f_blocks * is.f_frsize);
    }
}

static struct face_instance instance_of(struct instance_live *live, const struct settings *settings,
                                        struct face_setting *list, struct arena *arena) {
    size_t count = settings_count();
    for (size_t i = 0; i < count; i++) {
        list[i] = settings_tell(settings, i, arena);
    }
    return (struct face_instance){.settings = list,
                                  .setting_count = count,
                                  .is_root = geteuid() == 0,
                                  .disk_read = disk_read,
                                  .disk = live,
                                  .setting_takes = settings_live_takes};
}

/* What pages say of settings, and what themes are called. */
static void names_fill(struct face *face, const struct settings *settings) {
    const slice shown[] = {
        settings->site_name,         settings->contact_email,   settings->publisher_name,
        settings->publisher_address, settings->publisher_phone, settings->publisher_director,
        settings->host_name,         settings->host_address,    settings->privacy_email};
    slice *const places[] = {
        &face->site_name,         &face->contact_email,   &face->publisher_name,
        &face->publisher_address, &face->publisher_phone, &face->publisher_director,
        &face->host_name,         &face->host_address,    &face->privacy_email};
    _Static_assert(ARRAY_COUNT(shown) == ARRAY_COUNT(places), "each has its place");
    face->settings_mark = face->themes->digest;
    for (size_t i = 0; i < ARRAY_COUNT(shown); i++) {
        *places[i] = shown[i];
        face->settings_mark = hash_bytes(shown[i], face->settings_mark + i + 1);
    }
}

/* ---- while it runs ---- */

static err settings_apply(void *self, struct db_conn *conn);
static void themes_apply(void *self);

/* What a face shows of these settings. */
static void face_fill(struct instance_live *live, struct face *face,
                      const struct settings *settings) {
    struct face_instance *instance = arena_new(&live->arena, struct face_instance, 1);
    struct face_setting *list = arena_new(&live->arena, struct face_setting, settings_count());
    *instance = instance_of(live, settings, list, &live->arena);
    instance->settings_apply = settings_apply;
    instance->settings_self = live;
    instance->themes_apply = themes_apply;
    face->instance = instance;
    names_fill(face, settings);
}

/* Another face in the place of the present one, with these settings; of `generation`, or NULL: of
 * the same. Under the lock. */
static void face_put(struct instance_live *live, const struct settings *settings,
                     const struct generation *generation) {
    struct face *face = arena_new(&live->arena, struct face, 1);
    *face = *live->face;
    if (generation != NULL) {
        face->themes = generation->themes;
        face->atlas = generation->atlas;
        face->kept = generation->kept;
    }
    face_fill(live, face, settings);
    generations_use(live->generations, face);
    live->face = face;
    http_server_app(live->server, face);
    mail_delivery_site_name(live->delivery, &face->site_name);
}

static err settings_apply(void *self, struct db_conn *conn) {
    struct instance_live *live = self;
    pthread_mutex_lock(&live->lock);
    struct settings settings = live->house->settings;
    err read = house_settings_stored(conn, &live->arena, &settings);
    if (read == OK) {
        live->settings = settings;
    }
    if (read == OK && live->server != NULL) {
        face_put(live, &settings, NULL);
    }
    pthread_mutex_unlock(&live->lock);
    return read;
}

static void themes_apply(void *self) {
    struct instance_live *live = self;
    generations_renew(live->generations);
}

/* On the thread of the generations: it has one only once there is a server. */
static void generation_came(void *self, const struct generation *generation) {
    struct instance_live *live = self;
    pthread_mutex_lock(&live->lock);
    face_put(live, &live->settings, generation);
    pthread_mutex_unlock(&live->lock);
}

void instance_live_gone(void *app) {
    const struct face *face = app;
    const struct instance_live *live = face->instance->settings_self;
    generations_gone(live->generations, face);
}

struct instance_live *instance_live_new(struct house *house, struct face *face, size_t kept_bytes) {
    struct arena arena = arena_make(ARENA_BYTES, 0);
    struct instance_live *live = arena_new(&arena, struct instance_live, 1);
    *live = (struct instance_live){
        .house = house, .settings = house->settings, .face = face, .arena = arena};
    live->generations = generations_new(&(struct generations_options){
        .house = house, .kept_bytes = kept_bytes, .put = generation_came, .self = live});
    pthread_mutex_init(&live->lock, NULL);
    face_fill(live, face, &house->settings);
    return live;
}

err instance_live_own(struct instance_live *live) {
    return generations_start(live->generations, live->face);
}

void instance_live_tell(struct instance_live *live, struct http_server *server,
                        struct mail_delivery *delivery) {
    pthread_mutex_lock(&live->lock);
    live->server = server;
    live->delivery = delivery;
    pthread_mutex_unlock(&live->lock);
    generations_serve(live->generations);
}

void instance_live_stop(struct instance_live *live) {
    generations_stop(live->generations);
}

void instance_live_close(struct instance_live *live) {
    generations_free(live->generations);
    live->generations = NULL;
}

void instance_live_free(struct instance_live *live) {
    instance_live_close(live);
    pthread_mutex_destroy(&live->lock);
    struct arena arena = live->arena;
    arena_free(&arena);
}
