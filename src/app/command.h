/* A command of the program: its words as rows of data, from which parsing and help come. */
#ifndef AGORA_APP_COMMAND_H
#define AGORA_APP_COMMAND_H

#include "base/base.h"
#include <stdio.h>

struct command_option {
    const char *name;     /* "--data" */
    const char *value;    /* "DIR", NULL for a switch */
    const char *fallback; /* the value when not given; NULL: none */
    const char *help;
};

#define COMMAND_OPTIONS_MAX 32
struct command_words {
    const char *values[COMMAND_OPTIONS_MAX]; /* by the row of the option; a switch given is "1" */
    const char *rest[8];                     /* what is no option */
    size_t rest_count;
};

struct command {
    const char *name;
    const char *rest; /* "FILE|URL|-", "" when it takes none */
    size_t rest_min, rest_max;
    const char *help;    /* one line */
    const char *details; /* paragraphs of --help; may be NULL */
    const struct command_option *options;
    size_t option_count;
    int (*run)(const struct command_words *words); /* returns the exit status */
};

/* ERR_INPUT names the word that does not fit. `--name value` and `--name=value` both work; `--`
 * ends the options. */
MUST_USE err command_parse(const struct command *command, int count, const char *const *words,
                           struct command_words *parsed, struct problem *problem);
/* The value of an option by name, its fallback, or NULL. */
const char *command_value(const struct command *command, const struct command_words *words,
                          const char *name);
/* The rows that most commands share. */
#define COMMAND_OPTION_DATA                                                                        \
    { "--data", "DIR", "agora-data", "the data folder; created when there is none" }
#define COMMAND_OPTION_DATA_THERE                                                                  \
    { "--data", "DIR", "agora-data", "the data folder" }
#define COMMAND_OPTION_CONFIG                                                                      \
    { "--config", "FILE", NULL, "settings instead of DIR/agora.conf" }

/* One line on stderr that names the cause and the mend; returns the exit status of the error. */
int command_fail(const struct command *command, err failed, const struct problem *problem);
void command_help(const struct command *command, FILE *out);

/* Opens the file that a command names, or standard input for "-"; the caller closes it.
 * ERR_NOT_FOUND. */
MUST_USE err command_input(const char *path, int *fd, struct problem *problem);

extern const struct command command_serve, command_import, command_export, command_territories,
    command_backup, command_restore, command_check, command_config, command_mail, command_user,
    command_duplicates, command_routes;

#endif
