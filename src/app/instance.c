#include "app/instance.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define DEPTH_MAX 8 /* folders within folders; media/ has two */

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

static void disk_read(void *self, struct face_disk *disk) {
    const struct house *house = self;
    struct statvfs is;
    *disk = (struct face_disk){.folder_bytes = folder_bytes(AT_FDCWD, house->folder, 0),
                               .free_bytes = -1,
                               .total_bytes = -1};
    if (statvfs(house->folder, &is) == 0) {
        disk->free_bytes = (int64_t)(is.f_bavail * is.f_frsize);
        disk->total_bytes = (int64_t)(is.f_blocks * is.f_frsize);
    }
}

struct face_instance instance_of(struct house *house) {
    size_t count = settings_count();
    struct face_setting *list = arena_new(&house->arena, struct face_setting, count);
    for (size_t i = 0; i < count; i++) {
        struct setting_told told = settings_tell(&house->settings, i, &house->arena);
        list[i] = (struct face_setting){.section = told.section,
                                        .key = told.key,
                                        .fallback = told.fallback,
                                        .help = told.help,
                                        .value = told.value,
                                        .is_given = told.is_given,
                                        .is_secret = told.is_secret};
    }
    return (struct face_instance){.settings = list,
                                  .setting_count = count,
                                  .is_root = geteuid() == 0,
                                  .disk_read = disk_read,
                                  .disk = house};
}
