#include "atlas/snapshot.h"

#include "atlas/columns.h"
#include "atlas/view.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SNAPSHOT_FORMAT      2 /* of the head, and of what the columns of one entry do not show */
#define SNAPSHOT_ALIGN       64
#define SNAPSHOT_ORDER       UINT32_C(0x01020304)
#define SNAPSHOT_SEED        UINT64_C(0x736e617073686f74)
#define SNAPSHOT_WRITE_BYTES (8u << 20)
#define SNAPSHOT_SYNC_BYTES  (64u << 20)
#define SNAPSHOT_PATH_MAX    4096
#define PROBE_BLOCK_BYTES    (16u << 10)

static const char magic[8] = {'A', 'g', 'o', 'r', 'a', 'A', 't', '\n'};

struct head_column {
    uint64_t offset, count, sum;
};
struct head {
    char magic[8];
    uint32_t format, order;
    struct atlas_snapshot_key key;
    int64_t sequence;
    uint64_t mark;
    uint64_t bytes; /* of the file */
    uint64_t length;
    uint32_t average_length, column_count;
    struct head_column columns[ATLAS_COLUMN__COUNT];
    uint64_t sum; /* of all before */
};

static uint64_t sum_of(const void *bytes, size_t count) {
    return hash_bytes(slice_of(bytes, count), SNAPSHOT_SEED);
}
static uint64_t head_sum(const struct head *head) {
    return sum_of(head, offsetof(struct head, sum));
}
static uint64_t aligned(uint64_t offset) {
    return (offset + SNAPSHOT_ALIGN - 1) / SNAPSHOT_ALIGN * SNAPSHOT_ALIGN;
}

static const void *column_items(const struct atlas_segment *segment, unsigned id) {
    const void *items;
    memcpy(&items, (const char *)segment + atlas_columns[id].pointer, sizeof(items));
    return items;
}

/* ---- what it belongs to ---- */

static uint64_t mix_text(uint64_t digest, slice text) {
    return hash_mix(digest, hash_bytes(text, SNAPSHOT_SEED));
}

static uint64_t places_digest(const struct territories *territories, const struct themes *themes) {
    uint64_t digest = hash_mix(territories->count, themes->count);
    for (uint32_t i = 0; i < territories->count; i++) {
        const struct territory *it = &territories->items[i];
        digest = mix_text(mix_text(digest, it->code), it->name);
        digest = hash_mix(digest, (uint64_t)it->epci << 32 | it->departement);
        digest = hash_mix(digest, (uint64_t)it->region << 32 | it->country);
        digest = hash_mix(digest, (uint64_t)it->level);
    }
    for (uint16_t i = 0; i < themes->count; i++) {
        const struct theme *it = &themes->items[i];
        digest = hash_mix(mix_text(digest, it->slug), (uint64_t)it->scheme << 16 | it->broader);
    }
    return hash_mix(digest, themes->digest); /* their words, and those that were merged */
}

/* A made-up entry that has something of everything that is kept. */
static err probe_add(struct atlas_builder *builder, struct arena *arena) {
    struct entry_public *probe = arena_new(arena, struct entry_public, 1);
    struct entry *entry = &probe->entry;
    *probe = (struct entry_public){.territory = TERRITORY_NONE,
                                   .has_point = true,
                                   .is_approximate = true,
                                   .point = {.lon_e7 = 59178000, .lat_e7 = 455646000}};
    entry->id.v = 1;
    entry->kind = ENTRY_KIND_EVENT;
    entry->state = ENTRY_STATE_SEEKING;
    entry->language = SLICE("fr");
    entry->source_slug = SLICE("essai");
    entry->title = SLICE("L’Œuvre des Réparations partagées : ça commence aujourd’hui");
    entry->type = SLICE("Ateliers coopératifs");
    entry->summary = SLICE("Gardening neighbours mended eleven bicycles, et les vélos roulent.");
    entry->description = SLICE("Nous transformons collectivement les friches inutilisées de la "
                               "commune en jardins nourriciers, chacune et chacun à son rythme.");
    entry->details[ENTRY_DETAIL_ACCESS] = SLICE("Sonnez au portail, à gauche");
    entry->details[ENTRY_DETAIL_RNA] = SLICE("W733001234");
    entry->updated_ms = 1764000000000;
    entry->confirmed_ms = 1763000000000;
    entry->tags = arena_new(arena, slice, 1);
    entry->tags[0] = SLICE("compostage");
    entry->tag_count = 1;
    entry->dates = arena_new(arena, struct entry_date, 1);
    entry->dates[0] = (struct entry_date){.role = ENTRY_DATE_HAPPENS,
                                          .start = {.precision = DATE_DAY},
                                          .first_ms = 1764000000000,
                                          .last_ms = 1764086400000};
    entry->date_count = 1;
    entry->media = arena_new(arena, struct entry_media, 1);
    entry->media[0] =
        (struct entry_media){.kind = ENTRY_MEDIA_VIDEO, .title = SLICE("Les voix du quartier")};
    entry->media_count = 1;
    entry->asks = arena_new(arena, struct entry_ask, 1);
    entry->asks[0] = (struct entry_ask){.direction = ENTRY_NEED,
                                        .skill = SLICE("menuiserie"),
                                        .text = SLICE("Des bras pour monter les étagères")};
    entry->ask_count = 1;
    entry->links = arena_new(arena, struct entry_link, 1);
    entry->links[0] = (struct entry_link){.relation = ENTRY_INSPIRED_BY, .target = {2}};
    entry->link_count = 1;
    return atlas_builder_add(builder, probe);
}

static err program_digest(const struct territories *territories, const struct themes *themes,
                          uint64_t *digest) {
    ARENA_CLEANUP struct arena arena = arena_make(PROBE_BLOCK_BYTES, 0);
    struct atlas_segment *segment = NULL;
    const struct atlas_theme_words none = {.count = 0};
    struct atlas_builder *builder = atlas_builder_new(territories, themes);
    err failed = builder ? probe_add(builder, &arena) : ERR_MEMORY;
    if (!failed) {
        atlas_builder_crowds(builder, &none, 1); /* one document has words of two */
        failed = atlas_builder_finish(builder, 0, &segment);
    }
    atlas_builder_free(builder);
    TRY(failed);
    *digest = hash_mix(sizeof(struct head), SNAPSHOT_FORMAT);
    for (unsigned id = 0; id < ATLAS_COLUMN__COUNT; id++) {
        const struct atlas_column *column = &atlas_columns[id];
        size_t bytes = (size_t)atlas_column_bytes(segment, (enum atlas_column_id)id);
        *digest = mix_text(*digest, slice_from_cstr(column->name));
        *digest = hash_mix(*digest, column->item_bytes);
        *digest = hash_mix(*digest, atlas_columns_share(id)); /* which one entry does not show */
        *digest = hash_mix(*digest, sum_of(column_items(segment, id), bytes));
    }
    atlas_segment_release(segment);
    return OK;
}

err atlas_snapshot_key_make(struct db_conn *conn, const struct territories *territories,
                            const struct themes *themes, struct atlas_snapshot_key *key) {
    struct atlas_snapshot_key made = {.places = places_digest(territories, themes)};
    TRY(db_identity(conn, &made.store, &made.epoch));
    TRY(program_digest(territories, themes, &made.program));
    *key = made;
    return OK;
}

/* ---- writing ---- */

/* A file being written. It goes to the disk as it grows: a stop never waits for all of it. */
struct writing {
    int fd;
    const _Atomic bool *stop;
    uint64_t unsynced;
};

static err write_at(struct writing *writing, const void *bytes, uint64_t count, uint64_t offset) {
    const char *p = bytes;
    while (count) {
        if (writing->stop && atomic_load(writing->stop)) {
            errno = ECANCELED;
            return ERR_IO;
        }
        size_t step = count < SNAPSHOT_WRITE_BYTES ? (size_t)count : SNAPSHOT_WRITE_BYTES;
        ssize_t written = pwrite(writing->fd, p, step, (off_t)offset);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return ERR_IO;
        }
        p += written;
        offset += (uint64_t)written;
        count -= (uint64_t)written;
        writing->unsynced += (uint64_t)written;
        if (writing->unsynced >= SNAPSHOT_SYNC_BYTES) {
            writing->unsynced = 0;
            if (fdatasync(writing->fd)) {
                return ERR_IO;
            }
        }
    }
    return OK;
}

static err write_columns(struct writing *writing, const struct atlas_segment *segment,
                         struct head *head) {
    uint64_t offset = aligned(sizeof(*head));
    for (unsigned id = 0; id < ATLAS_COLUMN__COUNT; id++) {
        const void *items = column_items(segment, id);
        uint64_t bytes = atlas_column_bytes(segment, (enum atlas_column_id)id);
        head->columns[id] = (struct head_column){.offset = offset,
                                                 .count = segment->column_counts[id],
                                                 .sum = sum_of(items, (size_t)bytes)};
        TRY(write_at(writing, items, bytes, offset));
        offset = aligned(offset + bytes);
    }
    head->bytes = offset;
    head->sum = head_sum(head);
    TRY(write_at(writing, head, sizeof(*head), 0));
    return ftruncate(writing->fd, (off_t)offset) || fsync(writing->fd) ? ERR_IO : OK;
}

/* The name of a file is on the disk when its folder is. */
static err sync_folder(const char *path) {
    char folder[SNAPSHOT_PATH_MAX];
    const char *slash = strrchr(path, '/');
    (void)snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) : 1,
                   slash ? path : ".");
    int fd = open(folder[0] ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return ERR_IO;
    }
    err failed = fsync(fd) ? ERR_IO : OK;
    close(fd);
    return failed;
}

err atlas_snapshot_write(const char *path, const struct atlas_segment *segment,
                         const struct atlas_snapshot_key *key,
                         const struct atlas_snapshot_mark *mark, const _Atomic bool *stop,
                         struct problem *problem) {
    char beside[SNAPSHOT_PATH_MAX];
    if ((size_t)snprintf(beside, sizeof(beside), "%s.new", path) >= sizeof(beside)) {
        return problem_set(problem, ERR_LIMIT, "", "the path of the snapshot is too long");
    }
    struct head head = {.format = SNAPSHOT_FORMAT,
                        .order = SNAPSHOT_ORDER,
                        .key = *key,
                        .sequence = mark->sequence,
                        .mark = mark->mark,
                        .length = segment->length,
                        .average_length = segment->average_length,
                        .column_count = ATLAS_COLUMN__COUNT};
    memcpy(head.magic, magic, sizeof(magic));
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct writing writing = {.fd = fd, .stop = stop};
    err failed = fd >= 0 ? write_columns(&writing, segment, &head) : ERR_IO;
    int why = errno;
    if (fd >= 0 && close(fd) && !failed) {
        failed = ERR_IO;
        why = errno;
    }
    if (!failed && rename(beside, path)) {
        failed = ERR_IO;
        why = errno;
    }
    failed = failed ? failed : sync_folder(path);
    if (failed) {
        (void)unlink(beside);
        return problem_set(problem, failed, "", "%s: %s", beside, strerror(why));
    }
    return OK;
}

/* ---- mapping ---- */

static err damaged(struct problem *problem, const char *what) {
    return problem_set(problem, ERR_CORRUPT, "", "%s", what);
}
static err another(struct problem *problem, const char *what) {
    return problem_set(problem, ERR_CONFLICT, "", "%s", what);
}

static err head_check(const struct head *head, uint64_t bytes, const struct atlas_snapshot_key *key,
                      struct problem *problem) {
    if (bytes < sizeof(*head) || memcmp(head->magic, magic, sizeof(magic)) != 0) {
        return damaged(problem, "it is no snapshot");
    }
    if (head->format != SNAPSHOT_FORMAT || head->order != SNAPSHOT_ORDER ||
        head->column_count != ATLAS_COLUMN__COUNT || head->key.program != key->program) {
        return another(problem, "another program wrote it");
    }
    if (head->sum != head_sum(head)) {
        return damaged(problem, "its head is damaged");
    }
    if (head->bytes != bytes) {
        return damaged(problem, "it is cut off or has grown");
    }
    if (head->key.store != key->store || head->key.epoch != key->epoch) {
        return another(problem, "it is of another store, or of one before a restore");
    }
    if (head->key.places != key->places) {
        return another(problem, "territories or themes have changed");
    }
    for (unsigned id = 0; id < ATLAS_COLUMN__COUNT; id++) {
        const struct head_column *column = &head->columns[id];
        uint64_t room = column->offset < bytes ? bytes - column->offset : 0;
        if (column->offset % SNAPSHOT_ALIGN ||
            column->count > room / atlas_columns[id].item_bytes) {
            return damaged(problem, "its head is damaged");
        }
    }
    return OK;
}

/* Sums of every second column are checked by another thread. */
struct check {
    const char *base;
    const struct head *head;
    unsigned first;
    bool is_damaged;
};

static void *check_columns(void *self) {
    struct check *check = self;
    for (unsigned id = check->first; id < ATLAS_COLUMN__COUNT; id += 2) {
        const struct head_column *column = &check->head->columns[id];
        uint64_t sum = sum_of(check->base + column->offset,
                              (size_t)column->count * atlas_columns[id].item_bytes);
        check->is_damaged = check->is_damaged || sum != column->sum;
    }
    return NULL;
}

static bool are_columns_whole(const char *base, const struct head *head) {
    struct check even = {.base = base, .head = head, .first = 0};
    struct check odd = {.base = base, .head = head, .first = 1};
    pthread_t thread;
    bool has_thread = pthread_create(&thread, NULL, check_columns, &odd) == 0;
    check_columns(&even);
    if (has_thread) {
        pthread_join(thread, NULL);
    } else {
        check_columns(&odd);
    }
    return !even.is_damaged && !odd.is_damaged;
}

/* A segment over the mapping, which it takes. */
static err segment_over(void *mapping, size_t bytes, struct atlas_segment **segment) {
    const struct head *head = mapping;
    struct arena arena = arena_make(sizeof(struct atlas_segment) + 256, 0);
    struct atlas_segment *made = arena_try(&arena, struct atlas_segment, 1);
    if (!made) {
        arena_free(&arena);
        return ERR_MEMORY;
    }
    made->arena = arena;
    made->mapping = mapping;
    made->mapping_bytes = bytes;
    atomic_init(&made->references, 1);
    for (unsigned id = 0; id < ATLAS_COLUMN__COUNT; id++) {
        atlas_column_set(made, (enum atlas_column_id)id, (char *)mapping + head->columns[id].offset,
                         head->columns[id].count);
    }
    made->length = head->length;
    made->average_length = head->average_length;
    atlas_columns_count(made);
    atlas_columns_bind(made);
    *segment = made;
    return OK;
}

static err map_file(int fd, const struct atlas_snapshot_key *key, struct atlas_segment **segment,
                    struct atlas_snapshot_mark *mark, struct problem *problem) {
    struct stat status;
    if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
        return problem_set(problem, ERR_IO, "", "it is no file");
    }
    size_t bytes = (size_t)status.st_size;
    if (bytes < sizeof(struct head)) {
        return damaged(problem, "it is cut off or has grown");
    }
    void *mapping = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapping == MAP_FAILED) {
        return problem_set(problem, ERR_MEMORY, "", "no memory to map it");
    }
    const struct head *head = mapping;
    err failed = head_check(head, bytes, key, problem);
    if (!failed) {
        (void)madvise(mapping, bytes, MADV_WILLNEED);
        failed = are_columns_whole(mapping, head) ? OK : damaged(problem, "a part is damaged");
    }
    if (!failed) {
        *mark = (struct atlas_snapshot_mark){.sequence = head->sequence, .mark = head->mark};
        failed = segment_over(mapping, bytes, segment);
    }
    if (failed) {
        munmap(mapping, bytes);
    }
    return failed;
}

err atlas_snapshot_map(const char *path, const struct atlas_snapshot_key *key,
                       struct atlas_segment **segment, struct atlas_snapshot_mark *mark,
                       struct problem *problem) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK); /* a pipe would wait */
    if (fd < 0) {
        return problem_set(problem, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "", "%s",
                           strerror(errno));
    }
    err failed = map_file(fd, key, segment, mark, problem);
    close(fd);
    return failed;
}
