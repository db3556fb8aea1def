#include "formats/source.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static err memory_read(void *self, char *bytes, size_t room, size_t *got) {
    struct memory_source *memory = self;
    size_t n = memory->rest.n < room ? memory->rest.n : room;
    if (n > 0) {
        memcpy(bytes, memory->rest.p, n);
        memory->rest = slice_sub(memory->rest, n, memory->rest.n - n);
    }
    *got = n;
    return OK;
}

struct byte_source memory_source(struct memory_source *memory) {
    return (struct byte_source){.read = memory_read, .self = memory};
}

static err fd_read(void *self, char *bytes, size_t room, size_t *got) {
    const int *fd = self;
    for (;;) {
        ssize_t n = read(*fd, bytes, room);
        if (n >= 0) {
            *got = (size_t)n;
            return OK;
        }
        if (errno != EINTR) {
            return ERR_IO;
        }
    }
}

struct byte_source fd_source(int *fd) {
    return (struct byte_source){.read = fd_read, .self = fd};
}
