#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command.h"
#include "app/version.h"
#include "crypto/crypto.h"
#include "db/db.h"
#include "domain/instance/instance.h"
#include "work/backup/backup.h"

#define KEEP_MAX 10000

static bool is_folder(const char *path) {
    struct stat is;
    size_t n = strlen(path);
    return (n > 0 && path[n - 1] == '/') || (stat(path, &is) == 0 && S_ISDIR(is.st_mode));
}

static err keep_read(const struct command_words *words, uint32_t *keep, struct problem *problem) {
    const char *text = command_value(&command_backup, words, "--keep");
    int64_t number = 0;
    if (text == NULL) {
        *keep = UINT32_MAX;
        return OK;
    }
    if (!slice_to_i64(slice_from_cstr(text), &number) || number < 1 || number > KEEP_MAX) {
        return problem_set(problem, ERR_INPUT, "--keep", "--keep takes a number from 1 to %d",
                           KEEP_MAX);
    }
    *keep = (uint32_t)number;
    return OK;
}

static void say(FILE *out, const char *path, const struct backup_said *said) {
    fprintf(out, "%s: %lld entries, %llu other files, %.1f MB (%.1f MB unpacked)\n", path,
            (long long)said->entries, (unsigned long long)said->files,
            (double)said->archive_bytes / 1e6, (double)said->bytes / 1e6);
}

static err note_write(struct db_conn *store, const struct backup_said *said, int64_t now_ms) {
    struct buf size BUF_CLEANUP = buf_new(32);
    buf_addf(&size, "%llu", (unsigned long long)said->archive_bytes);
    TRY(size.failed);
    TRY(db_begin_write(store));
    err noted = instance_note_put(store, INSTANCE_BACKUP, buf_slice(&size), now_ms);
    noted = noted == OK ? db_commit(store) : noted;
    if (noted != OK) {
        db_rollback(store);
    }
    return noted;
}

/* For the page on which the instance checks itself. The backup is whole without it: a store that
 * cannot be written (a full disk, one of an older program) is told, and no more. */
static void note_backup(const struct backup_options *options, struct arena *arena,
                        const struct backup_said *said) {
    struct db_conn *store DB_CLEANUP = NULL;
    struct problem problem = {0};
    const char *path = arena_printf(arena, "%s/agora.db", options->folder).p;
    err noted = db_open(path, DB_WRITE, &store, &problem);
    noted = noted == OK ? note_write(store, said, clock_now_ms(options->clock)) : noted;
    if (noted != OK) {
        fprintf(stderr, "the backup is whole; the store could not note it (%s)\n", err_name(noted));
    }
}

static err to_output(const struct backup_options *options, struct arena *arena,
                     struct problem *problem) {
    struct backup_said said;
    const char *scratch = arena_printf(arena, "%s/backup.unfinished.db", options->folder).p;
    TRY(backup_write(options, STDOUT_FILENO, scratch, &said, problem));
    note_backup(options, arena, &said);
    say(stderr, "standard output", &said);
    return OK;
}

static err to_folder(const struct backup_options *options, const char *folder, uint32_t keep,
                     struct arena *arena, struct problem *problem) {
    struct backup_said said;
    char name[64];
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') {
        n--;
    }
    const char *trimmed = arena_cstr(arena, slice_of(folder, n));
    if (mkdir(trimmed, 0700) != 0 && errno != EEXIST) {
        return problem_set(problem, ERR_IO, "", "cannot make %s: %s", trimmed, strerror(errno));
    }
    backup_name(clock_now_ms(options->clock), name);
    const char *path = arena_printf(arena, "%s/%s", trimmed, name).p;
    TRY(backup_to_file(options, path, &said, problem));
    note_backup(options, arena, &said);
    say(stdout, path, &said);
    uint32_t removed = 0;
    TRY(backup_rotate(trimmed, keep, &removed, problem));
    if (removed > 0) {
        printf("removed %u older backup%s\n", removed, removed == 1 ? "" : "s");
    }
    return OK;
}

static err backup(const struct command_words *words, struct arena *arena, struct problem *problem) {
    const struct backup_options options = {
        .folder = command_value(&command_backup, words, "--data"),
        .config = command_value(&command_backup, words, "--config"),
        .program_version = AGORA_VERSION,
        .clock = clock_system(),
    };
    const char *target = words->rest[0];
    uint32_t keep = 0;
    TRY(crypto_start());
    TRY(keep_read(words, &keep, problem));
    if (is_folder(target)) {
        return to_folder(&options, target, keep, arena, problem);
    }
    if (keep != UINT32_MAX) {
        return problem_set(problem, ERR_INPUT, "--keep",
                           "--keep needs a folder of backups; '%s' is a file (end a folder with /)",
                           target);
    }
    if (strcmp(target, "-") == 0) {
        return to_output(&options, arena, problem);
    }
    struct backup_said said;
    TRY(backup_to_file(&options, target, &said, problem));
    note_backup(&options, arena, &said);
    say(stdout, target, &said);
    return OK;
}

static int backup_run(const struct command_words *words) {
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct problem problem = {0};
    err failed = backup(words, &arena, &problem);
    return failed == OK ? 0 : command_fail(&command_backup, failed, &problem);
}

static const struct command_option options[] = {
    COMMAND_OPTION_DATA_THERE,
    COMMAND_OPTION_CONFIG,
    {"--keep", "N", NULL, "of a folder of backups, keep the newest N"},
};
const struct command command_backup = {
    .name = "backup",
    .rest = "FILE|FOLDER/|-",
    .rest_min = 1,
    .rest_max = 1,
    .help = "Writes the whole data folder as one file, also while it is served.",
    .details =
        "FILE.tar.zst is written aside and renamed when it is whole. A FOLDER/ gets a file named\n"
        "after the time. '-' is standard output. 'tar --zstd -tf FILE' lists what is inside;\n"
        "SHA256SUMS in it has the sums. It holds everything, contacts that are not public and\n"
        "settings too: keep it where only you can read it, and not on the same machine alone.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .run = backup_run,
};
