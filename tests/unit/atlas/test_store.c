/* The atlas over a real store: built from it, following it, read while it is written. */
#include "fixture.h"
#include "test_atlas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS 10000 /* for what should take 100: a busy machine is no failure */

struct stored {
    struct fixture fixture;
    struct arena arena;
    struct db_conn *writer;
    struct id_source ids;
    struct source_id source;
    struct atlas *atlas;
};

static struct entry stored_entry(struct stored *stored, const char *key, const char *title) {
    return (struct entry){.kind = ENTRY_KIND_INITIATIVE,
                          .status = ENTRY_PUBLISHED,
                          .language = SLICE("fr"),
                          .licence = SLICE("CC0-1.0"),
                          .title = slice_from_cstr(title),
                          .source = stored->source,
                          .source_slug = SLICE("essai"),
                          .source_key = slice_from_cstr(key)};
}

/* Within a transaction. */
static struct entry_id store_write(struct stored *stored, struct entry entry) {
    struct problem problem = {0};
    enum entry_outcome outcome;
    if (entry_check(&entry, stored->fixture.territories, stored->fixture.themes, &stored->arena,
                    &problem)) {
        fail_msg("%s: %s", problem.field, problem.what);
    }
    assert_int_equal(entry_import(stored->writer, &stored->ids, &entry, FIXTURE_NOW_MS, &outcome),
                     OK);
    return entry.id;
}

static struct entry_id store_put(struct stored *stored, struct entry entry) {
    assert_int_equal(db_begin_write(stored->writer), OK);
    struct entry_id id = store_write(stored, entry);
    assert_int_equal(db_commit(stored->writer), OK);
    return id;
}

static int stored_setup(void **state) {
    struct stored *stored = test_calloc(1, sizeof(*stored));
    struct problem problem = {0};
    fixture_open(&stored->fixture);
    struct atlas_options options = fixture_options(&stored->fixture);
    stored->arena = arena_make(1 << 16, 0);
    stored->ids = id_source_make(options.clock, 0);
    assert_int_equal(db_open(stored->fixture.store, DB_WRITE, &stored->writer, &problem), OK);
    assert_int_equal(db_begin_write(stored->writer), OK);
    const struct source source = {
        .slug = SLICE("essai"), .title = SLICE("Essai"), .licence = SLICE("CC0-1.0")};
    assert_int_equal(
        source_store(stored->writer, &stored->ids, &source, FIXTURE_NOW_MS, &stored->source), OK);
    assert_int_equal(db_commit(stored->writer), OK);
    store_put(stored, stored_entry(stored, "a", "Jardin des simples"));
    store_put(stored, stored_entry(stored, "b", "Atelier vélo"));
    if (atlas_open(&options, &stored->atlas, &problem)) {
        fail_msg("%s", problem.what);
    }
    *state = stored;
    return 0;
}

static int stored_teardown(void **state) {
    struct stored *stored = *state;
    atlas_close(stored->atlas);
    db_close(stored->writer);
    arena_free(&stored->arena);
    fixture_close(&stored->fixture);
    test_free(stored);
    return 0;
}

static uint64_t count_words(struct stored *stored, const char *words) {
    ARENA_CLEANUP struct arena arena = arena_make(1 << 14, 0);
    struct query query = query_default();
    query.words = slice_from_cstr(words);
    const struct atlas_request request = {.query = &query, .now_ms = FIXTURE_NOW_MS};
    const struct atlas_view *view = atlas_pin(stored->atlas);
    struct atlas_result result;
    assert_int_equal(atlas_search(view, &request, &arena, &result, NULL), OK);
    atlas_unpin(stored->atlas, view);
    return result.total;
}

static void what_is_in_the_store_is_found_at_once(void **state) {
    struct stored *stored = *state;
    assert_int_equal(count_words(stored, "jardin"), 1);
    assert_int_equal(count_words(stored, ""), 2);
}

static void the_writer_sees_its_change_after_catching_up(void **state) {
    struct stored *stored = *state;
    store_put(stored, stored_entry(stored, "c", "Four à pain"));
    assert_int_equal(atlas_catch_up(stored->atlas), OK);
    assert_int_equal(count_words(stored, "four"), 1);
    store_put(stored, stored_entry(stored, "a", "Verger des simples"));
    assert_int_equal(atlas_catch_up(stored->atlas), OK);
    assert_int_equal(count_words(stored, "\"jardin des simples\""), 0);
    assert_int_equal(count_words(stored, "verger"), 1);
    assert_int_equal(count_words(stored, ""), 3);
}

struct waiting {
    struct atlas_waiter waiter;
    int pipe[2];
};

static void told(void *self) {
    struct waiting *waiting = self;
    assert_int_equal(write(waiting->pipe[1], "", 1), 1);
}

/* Waits as a request does; false when nobody tells it anything. */
static bool wait_for(struct atlas *atlas) {
    struct waiting waiting = {.waiter = {.seen = told, .self = &waiting}};
    char byte;
    if (pipe(waiting.pipe)) {
        return false;
    }
    atlas_wait(atlas, &waiting.waiter);
    struct pollfd end = {.fd = waiting.pipe[0], .events = POLLIN};
    bool is_told = poll(&end, 1, WAIT_MS) == 1 && read(waiting.pipe[0], &byte, 1) == 1;
    close(waiting.pipe[0]);
    close(waiting.pipe[1]);
    return is_told;
}

static void wait_for_atlas(struct stored *stored) {
    assert_true(wait_for(stored->atlas));
}

static void who_waits_goes_on_once_what_they_wrote_is_in(void **state) {
    struct stored *stored = *state;
    for (uint64_t i = 1; i <= 50; i++) {
        char key[16];
        snprintf(key, sizeof(key), "w%d", (int)i);
        store_put(stored, stored_entry(stored, key, "Four à pain"));
        wait_for_atlas(stored);
        assert_int_equal(count_words(stored, "four"), i);
    }
}

enum { MUCH = 1100 }; /* more than is waited for */

static void store_much(struct stored *stored, int round) {
    assert_int_equal(db_begin_write(stored->writer), OK);
    for (int i = 0; i < MUCH; i++) {
        char key[32];
        snprintf(key, sizeof(key), "m%d-%d", round, i);
        store_write(stored, stored_entry(stored, key, "Lavoir"));
    }
    assert_int_equal(db_commit(stored->writer), OK);
}

static void nobody_is_left_waiting_when_much_comes_at_once(void **state) {
    struct stored *stored = *state;
    for (int round = 0; round < 2; round++) {
        store_much(stored, round);
        wait_for_atlas(stored);
    }
    assert_int_equal(atlas_catch_up(stored->atlas), OK);
    assert_int_equal(count_words(stored, "lavoir"), 2 * MUCH);
}

struct crowd {
    struct atlas *atlas;
    atomic_bool is_over;
    atomic_uint told, left_waiting;
};

static void *wait_again_and_again(void *self) {
    struct crowd *crowd = self;
    while (!atomic_load(&crowd->is_over)) {
        atomic_fetch_add(wait_for(crowd->atlas) ? &crowd->told : &crowd->left_waiting, 1);
    }
    return NULL;
}

static void each_of_many_who_wait_at_once_is_told(void **state) {
    enum { THREADS = 4, CHANGES = 40, MUCH_EVERY = 10 };
    struct stored *stored = *state;
    struct crowd crowd = {.atlas = stored->atlas};
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, wait_again_and_again, &crowd), 0);
    }
    for (int i = 0; i < CHANGES; i++) {
        char key[16];
        snprintf(key, sizeof(key), "t%d", i);
        store_put(stored, stored_entry(stored, key, "Moulin"));
        if (i % MUCH_EVERY == 0) {
            store_much(stored, i);
        }
        if (i % 2 == 0) {
            assert_int_equal(atlas_catch_up(stored->atlas), OK); /* not by the follower only */
        }
        wait_for_atlas(stored);
        assert_int_equal(atlas_catch_up(stored->atlas), OK);
        assert_int_equal(count_words(stored, "moulin"), (uint64_t)i + 1);
    }
    atomic_store(&crowd.is_over, true);
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_true(atomic_load(&crowd.told) > 0);
    assert_int_equal(atomic_load(&crowd.left_waiting), 0);
}

static void who_waits_for_an_atlas_without_a_store_goes_on(void **state) {
    struct stored *stored = *state;
    struct atlas *atlas = stored->atlas;
    struct atlas_options options = fixture_options(&stored->fixture);
    assert_int_equal(atlas_open_bare(&options, NULL, 0, &stored->atlas), OK);
    wait_for_atlas(stored);
    atlas_close(stored->atlas);
    stored->atlas = atlas;
}

static void removed_and_archived_entries_leave(void **state) {
    struct stored *stored = *state;
    struct entry_id id = store_put(stored, stored_entry(stored, "c", "Four à pain"));
    assert_int_equal(atlas_catch_up(stored->atlas), OK);
    assert_int_equal(count_words(stored, ""), 3);
    assert_int_equal(db_begin_write(stored->writer), OK);
    assert_int_equal(entry_set_status(stored->writer, &stored->ids, id, ENTRY_ARCHIVED,
                                      SLICE("test"), SLICE("over"), FIXTURE_NOW_MS),
                     OK);
    assert_int_equal(db_commit(stored->writer), OK);
    assert_int_equal(atlas_catch_up(stored->atlas), OK);
    assert_int_equal(count_words(stored, ""), 2);
    assert_int_equal(atlas_rebuild(stored->atlas), OK);
    assert_int_equal(count_words(stored, ""), 2);
}

/* RULE STORE-1: the feed tells of the last four changes only, and one of them all is a source. */
static void an_atlas_that_the_feed_left_behind_begins_anew(void **state) {
    struct stored *stored = *state;
    struct source_id id;
    const struct source source = {.slug = SLICE("nouvelle"), .title = SLICE("Nouvelle")};
    struct entry_id gone = store_put(stored, stored_entry(stored, "c", "Four à pain"));
    assert_int_equal(atlas_catch_up(stored->atlas), OK);
    db_changes_keep(stored->writer, 4);
    assert_int_equal(db_begin_write(stored->writer), OK);
    assert_int_equal(source_store(stored->writer, &stored->ids, &source, FIXTURE_NOW_MS, &id), OK);
    assert_int_equal(entry_set_status(stored->writer, &stored->ids, gone, ENTRY_ARCHIVED,
                                      SLICE("test"), SLICE("over"), FIXTURE_NOW_MS),
                     OK);
    for (int i = 0; i < 40; i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%d", i);
        store_write(stored, stored_entry(stored, key, "Nouveau"));
    }
    assert_int_equal(db_commit(stored->writer), OK);
    assert_int_equal(atlas_catch_up(stored->atlas), OK);
    assert_int_equal(count_words(stored, "nouveau"), 40);
    assert_int_equal(count_words(stored, ""), 42);
    struct atlas_figures figures;
    int64_t last;
    atlas_figures_read(stored->atlas, &figures);
    assert_int_equal(db_change_last(stored->writer, &last), OK);
    assert_int_equal(figures.sequence, last);
    assert_in_range(figures.generations, 2, 3);
    const struct atlas_view *view = atlas_pin(stored->atlas);
    assert_true(atlas_view_has_source(view, SLICE("nouvelle")));
    atlas_unpin(stored->atlas, view);
    store_put(stored, stored_entry(stored, "d", "Lavoir"));
    assert_int_equal(atlas_catch_up(stored->atlas), OK);
    assert_int_equal(count_words(stored, "lavoir"), 1);
}

static uint64_t version_now(struct stored *stored) {
    const struct atlas_view *view = atlas_pin(stored->atlas);
    uint64_t version = atlas_view_version(view);
    atlas_unpin(stored->atlas, view);
    return version;
}

/* A tag of an answer is made from the version: the same one for another content would be a wrong
 * answer for whoever kept the first. */
static void a_clock_that_jumps_gives_no_version_twice(void **state) {
    static const int64_t jumps_ms[] = {-3600000, 0, -1, 86400000, -86400000, 1};
    struct stored *stored = *state;
    uint64_t seen[ARRAY_COUNT(jumps_ms) + 1] = {version_now(stored)};
    for (size_t i = 0; i < ARRAY_COUNT(jumps_ms); i++) {
        stored->fixture.now_ms += jumps_ms[i];
        store_put(stored, stored_entry(stored, i % 2 ? "c" : "d", i % 3 ? "Four" : "Four à pain"));
        assert_int_equal(atlas_catch_up(stored->atlas), OK);
        assert_int_equal(atlas_rebuild(stored->atlas), OK);
        seen[i + 1] = version_now(stored);
        for (size_t k = 0; k <= i; k++) {
            assert_true(seen[k] != seen[i + 1]);
        }
        assert_int_equal(count_words(stored, "four"), i == 0 ? 1 : 2);
    }
}

static void a_change_of_anyone_is_followed_without_being_told(void **state) {
    struct stored *stored = *state;
    store_put(stored, stored_entry(stored, "c", "Four à pain"));
    int64_t until_us = clock_monotonic_us() + WAIT_MS * 1000;
    while (count_words(stored, "four") == 0 && clock_monotonic_us() < until_us) {
        (void)poll(NULL, 0, 1);
    }
    assert_int_equal(count_words(stored, "four"), 1);
}

static void a_source_without_entries_is_known_once_it_is_stored(void **state) {
    struct stored *stored = *state;
    ARENA_CLEANUP struct arena arena = arena_make(1 << 14, 0);
    struct query query = query_default();
    query_values_set(&query.sources, SLICE("nouvelle"), true);
    const struct atlas_request request = {.query = &query, .now_ms = FIXTURE_NOW_MS};
    struct atlas_result result;
    const struct atlas_view *view = atlas_pin(stored->atlas);
    assert_int_equal(atlas_search(view, &request, &arena, &result, NULL), ERR_INPUT);
    atlas_unpin(stored->atlas, view);
    const struct source source = {.slug = SLICE("nouvelle"), .title = SLICE("Nouvelle")};
    struct source_id id;
    assert_int_equal(db_begin_write(stored->writer), OK);
    assert_int_equal(source_store(stored->writer, &stored->ids, &source, FIXTURE_NOW_MS, &id), OK);
    assert_int_equal(db_commit(stored->writer), OK);
    assert_int_equal(atlas_catch_up(stored->atlas), OK);
    view = atlas_pin(stored->atlas);
    assert_int_equal(atlas_search(view, &request, &arena, &result, NULL), OK);
    assert_int_equal(result.total, 0);
    atlas_unpin(stored->atlas, view);
}

struct reader {
    struct stored *stored;
    _Atomic bool is_done;
    _Atomic uint32_t looks;
    uint32_t disagreements;
};

/* Total, list, facets and cells of one view must agree whatever is written meanwhile. */
static void *read_on(void *self) {
    struct reader *reader = self;
    ARENA_CLEANUP struct arena arena = arena_make(1 << 16, 0);
    struct query query = query_default();
    query.limit = QUERY_LIMIT_MAX;
    const struct atlas_request request = {
        .query = &query, .facets = 1u << ATLAS_FACET_KIND, .now_ms = FIXTURE_NOW_MS};
    while (!atomic_load(&reader->is_done) || atomic_load(&reader->looks) == 0) {
        const struct atlas_view *view = atlas_pin(reader->stored->atlas);
        struct atlas_result result;
        struct atlas_document *documents;
        size_t count = 0;
        if (atlas_search(view, &request, &arena, &result, NULL) ||
            atlas_all(view, &request, &arena, &documents, &count, NULL) || result.total != count ||
            result.hit_count != count || result.facets[ATLAS_FACET_KIND].total != count ||
            atlas_view_documents(view) != count) {
            reader->disagreements++;
        }
        atlas_unpin(reader->stored->atlas, view);
        atomic_fetch_add(&reader->looks, 1);
        arena_reset(&arena);
    }
    return NULL;
}

static void readers_agree_with_themselves_while_it_is_written_and_rebuilt(void **state) {
    struct stored *stored = *state;
    struct reader readers[2];
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        readers[i] = (struct reader){.stored = stored};
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &readers[i]), 0);
    }
    for (int i = 0; i < 40; i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%d", i % 25);
        store_put(stored, stored_entry(stored, key, i < 25 ? "Nouveau" : "Changé"));
        assert_int_equal(atlas_catch_up(stored->atlas), OK);
        if (i % 8 == 3) {
            err failed = i % 24 == 3    ? atlas_merge(stored->atlas)
                         : i % 24 == 11 ? atlas_compact(stored->atlas)
                                        : atlas_rebuild(stored->atlas);
            assert_int_equal(failed, OK);
        }
    }
    for (int i = 0; i < 2; i++) {
        atomic_store(&readers[i].is_done, true);
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(readers[i].disagreements, 0);
    }
    assert_int_equal(count_words(stored, ""), 27);
    assert_int_equal(count_words(stored, "nouveau"), 10);
    assert_int_equal(count_words(stored, "changé"), 15);
}

static void a_full_delta_becomes_the_next_generation_by_itself(void **state) {
    struct stored *stored = *state;
    struct atlas_options options = fixture_options(&stored->fixture);
    struct atlas *small;
    options.delta_limit = 3;
    assert_int_equal(atlas_open(&options, &small, NULL), OK);
    const struct atlas_view *view = atlas_pin(small);
    uint64_t generation = view->generation;
    atlas_unpin(small, view);
    for (int i = 0; i < 8; i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%d", i);
        store_put(stored, stored_entry(stored, key, "Nouveau"));
    }
    int64_t until_us = clock_monotonic_us() + WAIT_MS * 1000;
    bool is_next = false;
    while (!is_next && clock_monotonic_us() < until_us) {
        view = atlas_pin(small);
        is_next = view->generation > generation && view->documents == 10;
        atlas_unpin(small, view);
        (void)poll(NULL, 0, 1);
    }
    assert_true(is_next);
    atlas_close(small);
}

static void closing_does_not_wait_for_the_follower_to_wake(void **state) {
    struct stored *stored = *state;
    struct atlas_options options = fixture_options(&stored->fixture);
    for (int i = 0; i < 20; i++) {
        struct atlas *other;
        assert_int_equal(atlas_open(&options, &other, NULL), OK);
        atlas_close(other);
    }
}

static void a_missing_store_is_told(void **state) {
    struct stored *stored = *state;
    struct atlas_options options = fixture_options(&stored->fixture);
    struct atlas *none;
    struct problem problem = {0};
    options.store_path = "/nowhere/agora.db";
    assert_int_not_equal(atlas_open(&options, &none, &problem), OK);
    assert_true(problem.what[0] != '\0');
}

int test_store(void) {
#define STORED(test) cmocka_unit_test_setup_teardown(test, stored_setup, stored_teardown)
    const struct CMUnitTest tests[] = {
        STORED(what_is_in_the_store_is_found_at_once),
        STORED(the_writer_sees_its_change_after_catching_up),
        STORED(who_waits_goes_on_once_what_they_wrote_is_in),
        STORED(nobody_is_left_waiting_when_much_comes_at_once),
        STORED(each_of_many_who_wait_at_once_is_told),
        STORED(who_waits_for_an_atlas_without_a_store_goes_on),
        STORED(removed_and_archived_entries_leave),
        STORED(an_atlas_that_the_feed_left_behind_begins_anew),
        STORED(a_clock_that_jumps_gives_no_version_twice),
        STORED(a_change_of_anyone_is_followed_without_being_told),
        STORED(a_source_without_entries_is_known_once_it_is_stored),
        STORED(readers_agree_with_themselves_while_it_is_written_and_rebuilt),
        STORED(a_full_delta_becomes_the_next_generation_by_itself),
        STORED(closing_does_not_wait_for_the_follower_to_wake),
        STORED(a_missing_store_is_told),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
