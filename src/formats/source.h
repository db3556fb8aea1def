/* Where bytes come from: a file, a pipe, memory, the network. The reader pulls. */
#ifndef AGORA_FORMATS_SOURCE_H
#define AGORA_FORMATS_SOURCE_H

#include "base/base.h"

/* Reads up to `room` bytes (room > 0); `*got` is 0 only at the end. */
struct byte_source {
    err (*read)(void *self, char *bytes, size_t room, size_t *got);
    void *self;
};

/* What a step of a streaming reader found. A reader that returns an error cannot go on. */
enum read_step {
    READ_RECORD,   /* one whole record */
    READ_REJECTED, /* one record that cannot be taken; the problem says why; reading goes on */
    READ_END
};

/* Over memory that outlives the source. */
struct memory_source {
    slice rest;
};
struct byte_source memory_source(struct memory_source *memory);
/* Over a file descriptor, which stays the caller's to close. The pointer outlives the source. */
struct byte_source fd_source(int *fd);

#endif
