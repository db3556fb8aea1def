#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command.h"
#include "app/house.h"
#include "crypto/crypto.h"
#include "db/migrations.h"
#include "work/backup/backup.h"

static void say(const char *folder, const struct backup_said *said, slice kept) {
    printf("restored the backup of %s (Agora %.*s): %lld entries, %llu other files\n", said->made,
           SLICE_ARG(said->program), (long long)said->entries, (unsigned long long)said->files);
    if (kept.n > 0) {
        printf("what was there is in %.*s; remove it when you are sure\n", SLICE_ARG(kept));
    }
    printf("now: agora check --data %s, then agora serve --data %s\n", folder, folder);
}

static err restore(const struct command_words *words, struct arena *arena,
                   struct problem *problem) {
    const char *folder = command_value(&command_restore, words, "--data");
    int lock_fd = -1;
    int fd = -1;
    struct backup_said said = {0};
    slice kept = SLICE_EMPTY;
    TRY(crypto_start());
    TRY(command_input(words->rest[0], &fd, problem));
    if (mkdir(folder, 0750) != 0 && errno != EEXIST) {
        close(fd);
        return problem_set(problem, ERR_IO, "--data", "cannot make %s: %s", folder,
                           strerror(errno));
    }
    err failed = house_lock(folder, &lock_fd, problem);
    if (failed == OK) {
        const struct restore_options options = {
            .folder = folder,
            .replace = command_value(&command_restore, words, "--replace") != NULL,
            .migrations = store_migrations,
            .migration_count = store_migration_count,
            .clock = clock_system(),
        };
        failed = backup_restore(&options, fd, arena, &said, &kept, problem);
        close(lock_fd);
    }
    close(fd);
    if (failed == OK) {
        say(folder, &said, kept);
    }
    return failed;
}

static int restore_run(const struct command_words *words) {
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct problem problem = {0};
    err failed = restore(words, &arena, &problem);
    return failed == OK ? 0 : command_fail(&command_restore, failed, &problem);
}

static const struct command_option options[] = {
    COMMAND_OPTION_DATA,
    {"--replace", NULL, NULL, "put aside what stands in the folder"},
};
const struct command command_restore = {
    .name = "restore",
    .rest = "FILE|-",
    .rest_min = 1,
    .rest_max = 1,
    .help = "Makes a data folder from a backup; checks all of it before anything is touched.",
    .details =
        "A folder that is being served is refused: stop the server first. A backup of an older\n"
        "version is brought up to date, one of a newer version is refused.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .run = restore_run,
};
