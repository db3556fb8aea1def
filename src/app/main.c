/* agora: one executable, its commands as rows. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/version.h"

static const struct command *const commands[] = {
    &command_serve,  &command_import,  &command_export,     &command_territories,
    &command_backup, &command_restore, &command_check,      &command_config,
    &command_mail,   &command_user,    &command_duplicates, &command_routes};

static void help(FILE *out) {
    fprintf(out, "Agora " AGORA_VERSION ": citizen solutions, visible on their territory.\n\n"
                 "agora COMMAND [options]; 'agora COMMAND --help' says everything about one.\n\n");
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
        fprintf(out, "  %-12s %s\n", commands[i]->name, commands[i]->help);
    }
    fprintf(out, "  %-12s %s\n", "help", "This list.");
}

static int run(const struct command *command, int count, const char *const *words) {
    for (int i = 0; i < count && strcmp(words[i], "--") != 0; i++) {
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0) {
            command_help(command, stdout);
            return 0;
        }
    }
    struct command_words parsed;
    struct problem problem = {0};
    err failed = command_parse(command, count, words, &parsed, &problem);
    if (failed != OK) {
        return command_fail(command, failed, &problem);
    }
    return command->run(&parsed);
}

int main(int count, char **words) {
    signal(SIGPIPE, SIG_IGN);
    if (count < 2) {
        help(stderr);
        return 2;
    }
    if (strcmp(words[1], "help") == 0 || strcmp(words[1], "--help") == 0 ||
        strcmp(words[1], "-h") == 0) {
        help(stdout);
        return 0;
    }
    if (strcmp(words[1], "--version") == 0 || strcmp(words[1], "version") == 0) {
        puts("agora " AGORA_VERSION);
        return 0;
    }
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
        if (strcmp(words[1], commands[i]->name) == 0) {
            return run(commands[i], count - 2, (const char *const *)words + 2);
        }
    }
    fprintf(stderr, "agora: no command '%s'; 'agora help' lists them\n", words[1]);
    return 2;
}
