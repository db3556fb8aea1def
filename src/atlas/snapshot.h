/* The generation as a file, so that a start does not have to read and analyse the store anew. It is
 * made again whenever anything about it is in doubt: never the truth, never trusted unchecked. For
 * the room and its tests.
 *
 * Layout: a head, then the columns of columns.h, each at a multiple of 64 bytes. The head names
 * what the file belongs to, where each column is, and a sum of each and of itself; numbers are the
 * machine's own. */
#ifndef AGORA_ATLAS_SNAPSHOT_H
#define AGORA_ATLAS_SNAPSHOT_H

#include "atlas/segment.h"

/* What a snapshot belongs to. One that differs in any of it is another's. */
struct atlas_snapshot_key {
    uint64_t store, epoch; /* db_identity: a restored store is another one */
    uint64_t places;       /* digest of territories and themes: documents hold their numbers */
    uint64_t program;      /* what this program makes of a made-up entry: its analysis, scores and
                            * columns, and the size of every item */
};
/* ERR_MEMORY, or what reading the store said. */
MUST_USE err atlas_snapshot_key_make(struct db_conn *conn, const struct territories *territories,
                                     const struct themes *themes, struct atlas_snapshot_key *key);

/* How far a segment follows the store: a change, and db_change_mark of it. */
struct atlas_snapshot_mark {
    int64_t sequence;
    uint64_t mark;
};

/* Writes the file beside `path` and puts it in its place, on the disk when this returns. ERR_IO: a
 * full disk, or `stop` (NULL: never) became true; nothing is left behind, what was there stays. */
MUST_USE err atlas_snapshot_write(const char *path, const struct atlas_segment *segment,
                                  const struct atlas_snapshot_key *key,
                                  const struct atlas_snapshot_mark *mark, const _Atomic bool *stop,
                                  struct problem *problem);
/* Maps the file, read only, after checking every byte of it. ERR_NOT_FOUND: there is none;
 * ERR_CORRUPT: damaged; ERR_CONFLICT: of another store, program or time. The problem says which. */
MUST_USE err atlas_snapshot_map(const char *path, const struct atlas_snapshot_key *key,
                                struct atlas_segment **segment, struct atlas_snapshot_mark *mark,
                                struct problem *problem);

#endif
