#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/house.h"

static int config_run(const struct command_words *words) {
    if (command_value(&command_config, words, "--check") == NULL) {
        struct buf text BUF_CLEANUP = buf_new(64 * 1024);
        settings_document(&text);
        fwrite(text.p, 1, text.n, stdout);
        return 0;
    }
    struct arena arena ARENA_CLEANUP = arena_make(64 * 1024, 0);
    struct settings settings;
    struct problem problem = {0};
    const char *path = command_value(&command_config, words, "--config");
    if (path == NULL) {
        path =
            arena_printf(&arena, "%s/agora.conf", command_value(&command_config, words, "--data"))
                .p;
    }
    err failed = settings_load(path, &arena, &settings, &problem);
    if (failed != OK) {
        return command_fail(&command_config, failed, &problem);
    }
    printf("%s: every line is understood\n", path);
    return 0;
}

static const struct command_option options[] = {
    COMMAND_OPTION_DATA,
    COMMAND_OPTION_CONFIG,
    {"--check", NULL, NULL, "reads the file and names the first line that is wrong"},
};
const struct command command_config = {
    .name = "config",
    .rest = "",
    .help = "Prints every setting with its meaning and default, ready to be saved as agora.conf.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .run = config_run,
};
