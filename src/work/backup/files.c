#include "crypto/crypto.h"
#include "work/backup/backup_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPEN_FOLDERS_MAX 16

static bool part_is_good(slice part) {
    if (part.n == 0 || part.p[0] == '.') {
        return false;
    }
    for (size_t i = 0; i < part.n; i++) {
        unsigned char byte = (unsigned char)part.p[i];
        if (byte < 0x20 || byte == 0x7F || byte == '\\') {
            return false;
        }
    }
    return true;
}

bool backup_name_is_good(slice name) {
    if (slice_equal(name, slice_from_cstr(BACKUP_STORE)) ||
        slice_equal(name, slice_from_cstr(BACKUP_CONFIG))) {
        return true;
    }
    if (name.n > BACKUP_PATH_MAX ||
        (!slice_starts_with(name, SLICE("media/")) && !slice_starts_with(name, SLICE("mail/")))) {
        return false;
    }
    slice rest = name;
    slice part;
    unsigned depth = 0;
    while (slice_cut(&rest, '/', &part)) {
        if (!part_is_good(part) || ++depth > BACKUP_DEPTH_MAX + 1) {
            return false;
        }
    }
    return true;
}

void backup_sum_add(struct buf *sums, struct crypto_sha256 *sum, slice name) {
    char hex[CRYPTO_SHA256_HEX + 1];
    crypto_sha256_hex(sum, hex);
    buf_addf(sums, "%s  %.*s\n", hex, SLICE_ARG(name));
}

const char *backup_path(struct arena *arena, const char *folder, slice name) {
    return arena_printf(arena, "%s/%.*s", folder, SLICE_ARG(name)).p;
}

static int item_remove(const char *path, const struct stat *is, int type, struct FTW *place) {
    (void)is;
    (void)type;
    (void)place;
    return remove(path);
}

err backup_remove(const char *path) {
    if (nftw(path, item_remove, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT) {
        return OK;
    }
    return ERR_IO;
}

err backup_sync_folder(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return ERR_IO;
    }
    int failed = fsync(fd);
    close(fd);
    return failed == 0 ? OK : ERR_IO;
}

void backup_name(int64_t now_ms, char name[64]) {
    struct date at;
    if (date_from_ms(now_ms, SLICE("UTC"), &at) != OK) {
        at = (struct date){.year = 1970, .month = 1, .day = 1};
    }
    unsigned seconds = (unsigned)(now_ms / 1000 % 60);
    snprintf(name, 64, "agora-%04d%02u%02uT%02u%02u%02uZ.tar.zst", (int)at.year, at.month, at.day,
             at.hour, at.minute, seconds);
}

/* agora-YYYYMMDDTHHMMSSZ.tar.zst, nothing else. */
static bool is_backup(const char *name) {
    static const char shape[] = "agora-########T######Z.tar.zst";
    size_t i = 0;
    for (; shape[i] != '\0'; i++) {
        bool digit = name[i] >= '0' && name[i] <= '9';
        if (shape[i] == '#' ? !digit : name[i] != shape[i]) {
            return false;
        }
    }
    return name[i] == '\0';
}

static int backups_only(const struct dirent *item) {
    return is_backup(item->d_name);
}

err backup_rotate(const char *folder, uint32_t keep, uint32_t *removed, struct problem *problem) {
    struct dirent **found = NULL;
    int count = scandir(folder, &found, backups_only, alphasort);
    if (count < 0) {
        return problem_set(problem, ERR_IO, "", "cannot read %s: %s", folder, strerror(errno));
    }
    err failed = OK;
    *removed = 0;
    for (int i = 0; i < count; i++) {
        if (failed == OK && (uint32_t)(count - i) > keep) {
            char path[4096];
            int n = snprintf(path, sizeof(path), "%s/%s", folder, found[i]->d_name);
            if (n < 0 || (size_t)n >= sizeof(path) || unlink(path) != 0) {
                failed = problem_set(problem, ERR_IO, "", "cannot remove %s of %s: %s",
                                     found[i]->d_name, folder, strerror(errno));
            } else {
                *removed += 1;
            }
        }
        free(found[i]);
    }
    free(found);
    return failed;
}
