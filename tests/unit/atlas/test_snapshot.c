/* The generation as a file: taken over when it is whole and ours, made anew in every other case. */
#include "fixture.h"
#include "test_atlas.h"

#include "atlas/atlas_int.h"
#include "atlas/columns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRIES 120

struct kept {
    struct fixture fixture;
    struct arena arena;
    char path[128], store[128]; /* the snapshot; a copy of the store as it stood then */
    struct db_conn *writer;
    struct id_source ids;
    struct source_id source;
    struct atlas_options options;
};

static struct entry_id put(struct kept *kept, int number, const char *title) {
    struct problem problem = {0};
    enum entry_outcome outcome;
    char key[16];
    snprintf(key, sizeof(key), "k%d", number);
    struct entry entry = {.kind = number % 3 ? ENTRY_KIND_INITIATIVE : ENTRY_KIND_EVENT,
                          .status = ENTRY_PUBLISHED,
                          .language = SLICE("fr"),
                          .licence = SLICE("CC0-1.0"),
                          .title = slice_from_cstr(title),
                          .summary = fixture_word(&kept->fixture),
                          .description = fixture_word(&kept->fixture),
                          .source = kept->source,
                          .source_slug = SLICE("essai"),
                          .source_key = arena_copy(&kept->arena, slice_from_cstr(key))};
    entry.place.has_point = number % 4 != 0;
    entry.place.point = fixture_point(&kept->fixture);
    if (entry_check(&entry, kept->fixture.territories, kept->fixture.themes, &kept->arena,
                    &problem)) {
        fail_msg("%s: %s", problem.field, problem.what);
    }
    assert_int_equal(db_begin_write(kept->writer), OK);
    assert_int_equal(entry_import(kept->writer, &kept->ids, &entry, FIXTURE_NOW_MS, &outcome), OK);
    assert_int_equal(db_commit(kept->writer), OK);
    return entry.id;
}

static struct atlas *open_atlas(const struct kept *kept) {
    struct atlas *atlas;
    struct problem problem = {0};
    if (atlas_open(&kept->options, &atlas, &problem)) {
        fail_msg("%s", problem.what);
    }
    return atlas;
}

static bool is_from_snapshot(struct atlas *atlas) {
    struct atlas_figures figures;
    atlas_figures_read(atlas, &figures);
    return figures.is_from_snapshot;
}

static uint64_t count_words(struct atlas *atlas, const char *words) {
    ARENA_CLEANUP struct arena arena = arena_make(1 << 14, 0);
    struct query query = query_default();
    query.words = slice_from_cstr(words);
    const struct atlas_request request = {.query = &query, .now_ms = FIXTURE_NOW_MS};
    const struct atlas_view *view = atlas_pin(atlas);
    struct atlas_result result;
    assert_int_equal(atlas_search(view, &request, &arena, &result, NULL), OK);
    atlas_unpin(atlas, view);
    return result.total;
}

/* A store with entries and a snapshot of it. */
static int kept_setup(void **state) {
    struct kept *kept = test_calloc(1, sizeof(*kept));
    struct problem problem = {0};
    fixture_open(&kept->fixture);
    kept->arena = arena_make(1 << 16, 0);
    kept->options = fixture_options(&kept->fixture);
    snprintf(kept->path, sizeof(kept->path), "%s/atlas.snapshot", kept->fixture.folder);
    snprintf(kept->store, sizeof(kept->store), "%s/former.db", kept->fixture.folder);
    kept->options.snapshot_path = kept->path;
    kept->ids = id_source_make(kept->options.clock, 0);
    assert_int_equal(db_open(kept->fixture.store, DB_WRITE, &kept->writer, &problem), OK);
    assert_int_equal(db_begin_write(kept->writer), OK);
    const struct source source = {
        .slug = SLICE("essai"), .title = SLICE("Essai"), .licence = SLICE("CC0-1.0")};
    assert_int_equal(source_store(kept->writer, &kept->ids, &source, FIXTURE_NOW_MS, &kept->source),
                     OK);
    assert_int_equal(db_commit(kept->writer), OK);
    for (int i = 0; i < ENTRIES; i++) {
        put(kept, i, "Boulodrome partagé");
    }
    struct atlas *atlas = open_atlas(kept);
    assert_false(is_from_snapshot(atlas));
    if (atlas_snapshot_keep(atlas, &problem)) {
        fail_msg("%s", problem.what);
    }
    atlas_close(atlas);
    *state = kept;
    return 0;
}

static int kept_teardown(void **state) {
    struct kept *kept = *state;
    db_close(kept->writer);
    arena_free(&kept->arena);
    (void)unlink(kept->path);
    db_remove(kept->store);
    fixture_close(&kept->fixture);
    test_free(kept);
    return 0;
}

/* ---- what is taken over ---- */

static const void *items_of(const struct atlas_segment *segment, unsigned id) {
    const void *items;
    memcpy(&items, (const char *)segment + atlas_columns[id].pointer, sizeof(items));
    return items;
}

static void a_mapped_generation_is_the_built_one_to_the_last_byte(void **state) {
    struct kept *kept = *state;
    struct atlas *mapped = open_atlas(kept);
    kept->options.snapshot_path = NULL;
    struct atlas *built = open_atlas(kept);
    assert_true(is_from_snapshot(mapped));
    assert_false(is_from_snapshot(built));
    const struct atlas_view *view = atlas_pin(mapped);
    const struct atlas_view *other = atlas_pin(built);
    struct atlas_segment *a = view->parts[ATLAS_GENERATION];
    struct atlas_segment *b = other->parts[ATLAS_GENERATION];
    assert_true(a->count >= ENTRIES);
    for (unsigned id = 0; id < ATLAS_COLUMN__COUNT; id++) {
        assert_int_equal(a->column_counts[id], b->column_counts[id]);
        assert_memory_equal(items_of(a, id), items_of(b, id),
                            (size_t)atlas_column_bytes(a, (enum atlas_column_id)id));
    }
    /* What stands beside the columns: with the pointers taken out, the rest is the same. */
    struct atlas_segment *left = test_calloc(1, sizeof(*left));
    struct atlas_segment *right = test_calloc(1, sizeof(*right));
    memcpy(left, a, sizeof(*left));
    memcpy(right, b, sizeof(*right));
    struct atlas_segment *both[] = {left, right};
    for (size_t i = 0; i < ARRAY_COUNT(both); i++) {
        memset(&both[i]->arena, 0, sizeof(both[i]->arena));
        both[i]->mapping = NULL;
        both[i]->mapping_bytes = 0;
        memset(both[i]->kinds, 0, sizeof(both[i]->kinds));
        memset(both[i]->states, 0, sizeof(both[i]->states));
        memset(both[i]->has, 0, sizeof(both[i]->has));
        for (unsigned id = 0; id < ATLAS_COLUMN__COUNT; id++) {
            memset((char *)both[i] + atlas_columns[id].pointer, 0, sizeof(void *));
        }
    }
    assert_memory_equal(left, right, sizeof(*left));
    test_free(left);
    test_free(right);
    atlas_unpin(mapped, view);
    atlas_unpin(built, other);
    atlas_close(mapped);
    atlas_close(built);
}

static void what_changed_since_the_snapshot_is_in_at_once(void **state) {
    struct kept *kept = *state;
    put(kept, 3, "Guinguette neuve");
    struct entry_id gone = put(kept, 4, "Guinguette fermée");
    put(kept, ENTRIES, "Planétarium");
    assert_int_equal(db_begin_write(kept->writer), OK);
    assert_int_equal(entry_set_status(kept->writer, &kept->ids, gone, ENTRY_ARCHIVED, SLICE("test"),
                                      SLICE("over"), FIXTURE_NOW_MS),
                     OK);
    assert_int_equal(db_commit(kept->writer), OK);
    struct atlas *atlas = open_atlas(kept);
    assert_true(is_from_snapshot(atlas));
    assert_int_equal(count_words(atlas, "guinguette"), 1);
    assert_int_equal(count_words(atlas, "planétarium"), 1);
    assert_int_equal(count_words(atlas, "boulodrome"), ENTRIES - 2);
    /* And a mapped generation becomes the next one like any other. */
    assert_int_equal(atlas_compact(atlas), OK);
    assert_false(is_from_snapshot(atlas));
    assert_int_equal(count_words(atlas, "boulodrome"), ENTRIES - 2);
    assert_int_equal(atlas_snapshot_keep(atlas, NULL), OK);
    atlas_close(atlas);
    atlas = open_atlas(kept);
    assert_true(is_from_snapshot(atlas));
    assert_int_equal(count_words(atlas, "guinguette"), 1);
    atlas_close(atlas);
}

/* ---- what is not ---- */

/* The snapshot is not used, and what the store has is found all the same. */
static void assert_made_anew(struct kept *kept, const char *why) {
    struct atlas *atlas = open_atlas(kept);
    if (is_from_snapshot(atlas)) {
        fail_msg("a snapshot was trusted: %s", why);
    }
    assert_int_equal(count_words(atlas, "boulodrome"), ENTRIES);
    atlas_close(atlas);
}

static err map_it(const struct kept *kept) {
    struct atlas_snapshot_key key;
    struct atlas_snapshot_mark mark;
    struct atlas_segment *segment = NULL;
    assert_int_equal(atlas_snapshot_key_make(kept->writer, kept->fixture.territories,
                                             kept->fixture.themes, &key),
                     OK);
    err failed = atlas_snapshot_map(kept->path, &key, &segment, &mark, NULL);
    atlas_segment_release(segment);
    return failed;
}

static void flip(const struct kept *kept, off_t at) {
    unsigned char byte;
    int fd = open(kept->path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x20;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void a_flipped_byte_in_any_part_is_noticed(void **state) {
    struct kept *kept = *state;
    struct atlas *atlas = open_atlas(kept);
    const struct atlas_view *view = atlas_pin(atlas);
    const struct atlas_segment *segment = view->parts[ATLAS_GENERATION];
    const char *start = segment->mapping;
    off_t flips[2 * ATLAS_COLUMN__COUNT];
    size_t count = 0;
    off_t head_end = (off_t)segment->mapping_bytes;
    for (unsigned id = 0; id < ATLAS_COLUMN__COUNT; id++) {
        off_t first = (off_t)((const char *)items_of(segment, id) - start);
        off_t bytes = (off_t)atlas_column_bytes(segment, (enum atlas_column_id)id);
        head_end = first < head_end ? first : head_end;
        if (bytes) {
            flips[count++] = first;
            flips[count++] = first + bytes - 1;
        }
    }
    atlas_unpin(atlas, view);
    atlas_close(atlas);
    assert_true(count > ATLAS_COLUMN__COUNT);
    assert_int_equal(map_it(kept), OK);
    for (size_t i = 0; i < count; i++) {
        flip(kept, flips[i]);
        assert_int_equal(map_it(kept), ERR_CORRUPT);
        flip(kept, flips[i]);
    }
    for (off_t at = 0; at < head_end - 64; at++) { /* up to 64 bytes behind it mean nothing */
        flip(kept, at);
        assert_int_not_equal(map_it(kept), OK);
        flip(kept, at);
    }
    flip(kept, flips[count / 2]);
    assert_made_anew(kept, "a flipped byte");
}

static void a_snapshot_that_is_cut_off_or_longer_is_noticed(void **state) {
    struct kept *kept = *state;
    struct stat status;
    assert_int_equal(stat(kept->path, &status), 0);
    assert_int_equal(truncate(kept->path, status.st_size + 64), 0);
    assert_made_anew(kept, "longer");
    for (off_t size = status.st_size - 1; size > 0; size -= size > 4096 ? 3001 : 509) {
        assert_int_equal(truncate(kept->path, size), 0);
        assert_int_equal(map_it(kept), ERR_CORRUPT);
    }
    assert_int_equal(truncate(kept->path, 0), 0);
    assert_made_anew(kept, "empty");
    assert_int_equal(unlink(kept->path), 0);
    assert_made_anew(kept, "not there");
    assert_int_equal(symlink("/dev/zero", kept->path), 0);
    assert_made_anew(kept, "a link");
    assert_int_equal(unlink(kept->path), 0);
    assert_int_equal(mkfifo(kept->path, 0600), 0);
    assert_made_anew(kept, "a pipe, which nobody writes to");
}

static void a_restored_store_does_not_take_the_snapshot_of_the_one_before(void **state) {
    struct kept *kept = *state;
    assert_int_equal(db_begin_write(kept->writer), OK);
    assert_int_equal(db_epoch_renew(kept->writer), OK);
    assert_int_equal(db_commit(kept->writer), OK);
    assert_made_anew(kept, "restored");
}

static void a_store_put_back_by_hand_does_not_take_a_later_snapshot(void **state) {
    struct kept *kept = *state;
    assert_int_equal(db_copy(kept->fixture.store, kept->store, NULL), OK);
    put(kept, ENTRIES, "Planétarium");
    struct atlas *atlas = open_atlas(kept);
    assert_int_equal(atlas_rebuild(atlas), OK);
    assert_int_equal(atlas_snapshot_keep(atlas, NULL), OK);
    atlas_close(atlas);
    kept->options.store_path = kept->store;
    assert_made_anew(kept, "of a later time");
    /* The store goes on to the same number of changes, but other ones. */
    struct db_conn *writer = kept->writer;
    assert_int_equal(db_open(kept->store, DB_WRITE, &kept->writer, NULL), OK);
    put(kept, ENTRIES, "Hippodrome");
    db_close(kept->writer);
    kept->writer = writer;
    atlas = open_atlas(kept);
    assert_false(is_from_snapshot(atlas));
    assert_int_equal(count_words(atlas, "hippodrome"), 1);
    assert_int_equal(count_words(atlas, "planétarium"), 0);
    atlas_close(atlas);
}

static void another_program_or_other_themes_do_not_take_it(void **state) {
    struct kept *kept = *state;
    struct atlas_snapshot_key key;
    struct atlas_snapshot_mark mark;
    struct atlas_segment *segment = NULL;
    struct problem problem = {0};
    assert_int_equal(atlas_snapshot_key_make(kept->writer, kept->fixture.territories,
                                             kept->fixture.themes, &key),
                     OK);
    uint64_t *const all[] = {&key.store, &key.epoch, &key.places, &key.program};
    for (size_t i = 0; i < ARRAY_COUNT(all); i++) {
        *all[i] ^= 1;
        assert_int_equal(atlas_snapshot_map(kept->path, &key, &segment, &mark, &problem),
                         ERR_CONFLICT);
        assert_true(problem.what[0] != '\0');
        *all[i] ^= 1;
    }
    struct themes fewer = *kept->fixture.themes;
    struct atlas_snapshot_key other;
    fewer.count--;
    assert_int_equal(
        atlas_snapshot_key_make(kept->writer, kept->fixture.territories, &fewer, &other), OK);
    assert_int_not_equal(other.places, key.places);
}

static void a_change_of_themes_or_territories_since_makes_it_anew(void **state) {
    struct kept *kept = *state;
    assert_int_equal(db_begin_write(kept->writer), OK);
    assert_int_equal(db_change_add(kept->writer, DB_CHANGE_TERRITORY, 0, FIXTURE_NOW_MS), OK);
    assert_int_equal(db_commit(kept->writer), OK);
    assert_made_anew(kept, "territories have changed");
}

/* RULE STORE-1 */
static void a_feed_that_does_not_go_back_to_it_makes_it_anew(void **state) {
    struct kept *kept = *state;
    db_changes_keep(kept->writer, 2);
    for (int i = 0; i < 3; i++) {
        put(kept, ENTRIES + i, "Planétarium");
    }
    assert_made_anew(kept, "the feed begins later");
    struct atlas *atlas = open_atlas(kept);
    assert_int_equal(count_words(atlas, "planétarium"), 3);
    atlas_close(atlas);
}

/* What it knows of communes, as their centres, is of before; the next start reads the store. */
static void an_atlas_with_former_territories_keeps_no_snapshot(void **state) {
    struct kept *kept = *state;
    struct problem problem = {0};
    struct atlas *atlas = open_atlas(kept);
    assert_int_equal(db_begin_write(kept->writer), OK);
    assert_int_equal(db_change_add(kept->writer, DB_CHANGE_TERRITORY, 0, FIXTURE_NOW_MS), OK);
    assert_int_equal(db_commit(kept->writer), OK);
    assert_int_equal(atlas_catch_up(atlas), OK);
    assert_int_equal(atlas_compact(atlas), OK);
    assert_int_equal(atlas_snapshot_keep(atlas, &problem), ERR_CONFLICT);
    assert_non_null(strstr(problem.what, "territories"));
    atlas_close(atlas);
    assert_made_anew(kept, "territories have changed while it was served");
}

/* ---- writing ---- */

static struct atlas_segment *mapped_segment(const struct kept *kept, struct atlas_snapshot_key *key,
                                            struct atlas_snapshot_mark *mark) {
    struct atlas_segment *segment;
    assert_int_equal(
        atlas_snapshot_key_make(kept->writer, kept->fixture.territories, kept->fixture.themes, key),
        OK);
    assert_int_equal(atlas_snapshot_map(kept->path, key, &segment, mark, NULL), OK);
    return segment;
}

static void assert_nothing_left_beside(const struct kept *kept) {
    char beside[160];
    snprintf(beside, sizeof(beside), "%s.new", kept->path);
    assert_int_not_equal(access(beside, F_OK), 0);
    assert_int_equal(map_it(kept), OK); /* what stood there stays */
}

static void a_full_disk_leaves_the_former_snapshot(void **state) {
    struct kept *kept = *state;
    struct atlas_snapshot_key key;
    struct atlas_snapshot_mark mark;
    struct problem problem = {0};
    struct rlimit before;
    struct atlas_segment *segment = mapped_segment(kept, &key, &mark);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = {.rlim_cur = 8192, .rlim_max = before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    err failed = atlas_snapshot_write(kept->path, segment, &key, &mark, NULL, &problem);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(failed, ERR_IO);
    assert_non_null(strstr(problem.what, "atlas.snapshot"));
    assert_nothing_left_beside(kept);
    atlas_segment_release(segment);
}

static void writing_ends_when_the_atlas_is_closed(void **state) {
    struct kept *kept = *state;
    struct atlas_snapshot_key key;
    struct atlas_snapshot_mark mark;
    const _Atomic bool stop = true;
    struct atlas_segment *segment = mapped_segment(kept, &key, &mark);
    assert_int_equal(atlas_snapshot_write(kept->path, segment, &key, &mark, &stop, NULL), ERR_IO);
    assert_nothing_left_beside(kept);
    atlas_segment_release(segment);
}

int test_snapshot(void) {
#define KEPT(test) cmocka_unit_test_setup_teardown(test, kept_setup, kept_teardown)
    const struct CMUnitTest tests[] = {
        KEPT(a_mapped_generation_is_the_built_one_to_the_last_byte),
        KEPT(what_changed_since_the_snapshot_is_in_at_once),
        KEPT(a_flipped_byte_in_any_part_is_noticed),
        KEPT(a_snapshot_that_is_cut_off_or_longer_is_noticed),
        KEPT(a_restored_store_does_not_take_the_snapshot_of_the_one_before),
        KEPT(a_store_put_back_by_hand_does_not_take_a_later_snapshot),
        KEPT(another_program_or_other_themes_do_not_take_it),
        KEPT(a_change_of_themes_or_territories_since_makes_it_anew),
        KEPT(a_feed_that_does_not_go_back_to_it_makes_it_anew),
        KEPT(an_atlas_with_former_territories_keeps_no_snapshot),
        KEPT(a_full_disk_leaves_the_former_snapshot),
        KEPT(writing_ends_when_the_atlas_is_closed),
    };
    return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
