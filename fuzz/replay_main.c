/* Replays inputs without libFuzzer: `fuzz_NAME FOLDER-OR-FILE…` runs the target on every file,
 * whole and cut short at a few places (a parser meets its end everywhere), and prints "N
 * inputs". Fails when there was no input at all, so that a lost corpus is noticed. */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_BYTES_MAX (1L << 24)
#define CUTS            16

static int fail(const char *path) {
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return -1;
}

/* Each run gets its own piece of memory of the exact size, so that AddressSanitizer sees a byte
 * read too far. */
static int run_on_copy(const uint8_t *bytes, size_t n) {
    uint8_t *copy = malloc(n ? n : 1);
    if (!copy) {
        return -1;
    }
    memcpy(copy, bytes, n);
    (void)LLVMFuzzerTestOneInput(copy, n);
    free(copy);
    return 0;
}

static int replay_bytes(const uint8_t *bytes, size_t n) {
    if (run_on_copy(bytes, n)) {
        return -1;
    }
    size_t last = n;
    for (size_t cut = 0; cut < CUTS; cut++) {
        size_t shorter = n / CUTS * cut + n % CUTS * cut / CUTS;
        if (shorter != last && shorter < n && run_on_copy(bytes, shorter)) {
            return -1;
        }
        last = shorter;
    }
    return 0;
}

static int replay_file(const char *path, size_t *inputs) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        return fail(path);
    }
    int result = -1;
    uint8_t *bytes = NULL;
    long n = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (n < 0 || n > INPUT_BYTES_MAX || fseek(file, 0, SEEK_SET) != 0) {
        errno = errno ? errno : EFBIG;
        goto out;
    }
    bytes = malloc(n ? (size_t)n : 1);
    if (!bytes || fread(bytes, 1, (size_t)n, file) != (size_t)n) {
        goto out;
    }
    result = replay_bytes(bytes, (size_t)n);
    *inputs += 1;
out:
    if (result != 0) {
        (void)fail(path);
    }
    free(bytes);
    (void)fclose(file);
    return result;
}

static int is_not_hidden(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static int replay_folder(const char *folder, size_t *inputs) {
    struct dirent **entries;
    int count = scandir(folder, &entries, is_not_hidden, alphasort);
    if (count < 0) {
        return fail(folder);
    }
    int result = 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        int n = snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        free(entries[i]);
        if (result == 0) {
            result = n > 0 && (size_t)n < sizeof(path) ? replay_file(path, inputs) : -1;
        }
    }
    free(entries);
    return result;
}

int main(int argc, char **argv) {
    size_t inputs = 0;
    for (int i = 1; i < argc; i++) {
        struct stat about;
        if (stat(argv[i], &about) != 0) {
            (void)fail(argv[i]);
            return 1;
        }
        int failed = S_ISDIR(about.st_mode) ? replay_folder(argv[i], &inputs)
                                            : replay_file(argv[i], &inputs);
        if (failed) {
            return 1;
        }
    }
    printf("%zu inputs\n", inputs);
    return inputs ? 0 : 1;
}
