#include "app/command.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const struct command_option *option_find(const struct command *command, slice name,
                                                size_t *row) {
    for (size_t i = 0; i < command->option_count; i++) {
        if (slice_equal(slice_from_cstr(command->options[i].name), name)) {
            *row = i;
            return &command->options[i];
        }
    }
    return NULL;
}

/* Reads one option at words[*at]; *at is left on its last word. */
static err option_parse(const struct command *command, int count, const char *const *words, int *at,
                        struct command_words *parsed, struct problem *problem) {
    slice word = slice_from_cstr(words[*at]);
    size_t equals = slice_find(word, 0, '=');
    slice name = slice_sub(word, 0, equals);
    size_t row = 0;
    const struct command_option *option = option_find(command, name, &row);
    if (option == NULL) {
        return problem_set(problem, ERR_INPUT, words[*at],
                           "unknown option %.*s; see 'agora %s --help'", SLICE_ARG(name),
                           command->name);
    }
    if (option->value == NULL) {
        if (equals < word.n) {
            return problem_set(problem, ERR_INPUT, option->name, "%s takes no value", option->name);
        }
        parsed->values[row] = "1";
    } else if (equals < word.n) {
        parsed->values[row] = words[*at] + equals + 1;
    } else if (*at + 1 < count) {
        *at += 1;
        parsed->values[row] = words[*at];
    } else {
        return problem_set(problem, ERR_INPUT, option->name, "%s needs a value: %s %s",
                           option->name, option->name, option->value);
    }
    return OK;
}

err command_parse(const struct command *command, int count, const char *const *words,
                  struct command_words *parsed, struct problem *problem) {
    assert(command->option_count <= COMMAND_OPTIONS_MAX);
    *parsed = (struct command_words){0};
    bool options_ended = false;
    for (int at = 0; at < count; at++) {
        const char *word = words[at];
        if (!options_ended && strcmp(word, "--") == 0) {
            options_ended = true;
        } else if (!options_ended && word[0] == '-' && word[1] != '\0') {
            TRY(option_parse(command, count, words, &at, parsed, problem));
        } else if (parsed->rest_count < command->rest_max) {
            parsed->rest[parsed->rest_count++] = word;
        } else {
            return problem_set(problem, ERR_INPUT, "",
                               "'%s' is one word too many; see 'agora %s --help'", word,
                               command->name);
        }
    }
    if (parsed->rest_count < command->rest_min) {
        return problem_set(problem, ERR_INPUT, "", "%s is missing; see 'agora %s --help'",
                           command->rest, command->name);
    }
    return OK;
}

const char *command_value(const struct command *command, const struct command_words *words,
                          const char *name) {
    size_t row = 0;
    const struct command_option *option = option_find(command, slice_from_cstr(name), &row);
    if (option == NULL) {
        return NULL;
    }
    return words->values[row] != NULL ? words->values[row] : option->fallback;
}

/* For an error that came without words. */
static const char *cause_and_mend(err failed) {
    switch (failed) {
    case ERR_CORRUPT:
        return "stored data is damaged; 'agora check' says where, 'agora restore' puts back a "
               "backup";
    case ERR_IO:
        return "the disk or the network failed; is the disk full, or mounted read-only?";
    case ERR_MEMORY:
        return "no memory is left; end other programs, or give the machine more";
    case ERR_BUSY:
        return "another program holds the store; try again once it has ended";
    case ERR_DENIED:
        return "not allowed; the user who runs this must own the data folder";
    case OK:
    case ERR_INPUT:
    case ERR_LIMIT:
    case ERR_NOT_FOUND:
    case ERR_CONFLICT:
    case ERR_UNSUPPORTED:
    case ERR_INTERNAL:
    case ERR__COUNT:
        break;
    }
    return err_name(failed);
}

int command_fail(const struct command *command, err failed, const struct problem *problem) {
    fprintf(stderr, "agora %s: %s\n", command->name,
            problem->what[0] != '\0' ? problem->what : cause_and_mend(failed));
    return err_exit_status(failed);
}

void command_help(const struct command *command, FILE *out) {
    fprintf(out, "agora %s %s%s\n\n%s\n", command->name,
            command->option_count > 0 ? "[options] " : "", command->rest, command->help);
    if (command->details != NULL) {
        fprintf(out, "\n%s\n", command->details);
    }
    fprintf(out, "\nOptions\n");
    for (size_t i = 0; i < command->option_count; i++) {
        const struct command_option *option = &command->options[i];
        int width = fprintf(out, "  %s%s%s", option->name, option->value != NULL ? " " : "",
                            option->value != NULL ? option->value : "");
        fprintf(out, "%*s%s", width < 28 ? 28 - width : 1, "", option->help);
        if (option->fallback != NULL) {
            fprintf(out, " (default: %s)", option->fallback);
        }
        fputc('\n', out);
    }
}

err command_input(const char *path, int *fd, struct problem *problem) {
    *fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    return *fd >= 0 ? OK
                    : problem_set(problem, ERR_NOT_FOUND, "", "cannot read %s: %s", path,
                                  strerror(errno));
}
