/* The thread that writes: what it takes, what it refuses, and whom it lets in. */
#include "store_fixture.h"

#include "work/import/run_int.h"

#define RECORDS 3000

struct storer_fixture {
    struct store_fixture *store;
    struct source_id source;
    struct batch batch;
    struct storer *storer;
};

static int setup(void **state) {
    struct storer_fixture *f = calloc(1, sizeof *f);
    void *store = NULL;
    assert_non_null(f);
    assert_int_equal(store_setup(&store), 0);
    f->store = store;
    struct source source = {.slug = SLICE("test"), .title = SLICE("Test")};
    struct db_conn *conn = f->store->conn;
    assert_int_equal(db_begin_write(conn), OK);
    assert_int_equal(source_store(conn, &f->store->ids, &source, FIXTURE_NOW_MS, &f->source), OK);
    assert_int_equal(db_commit(conn), OK);
    f->batch.arena = arena_make(1u << 20, 0);
    f->batch.items = arena_new(&f->batch.arena, struct pending, RECORDS);
    struct clock clock = {.now_ms = fixture_now, .self = &f->store->now_ms};
    assert_int_equal(storer_new(conn, &f->store->ids, clock, &f->storer), OK);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct storer_fixture *f = *state;
    storer_free(f->storer);
    arena_free(&f->batch.arena);
    void *store = f->store;
    free(f);
    return store_teardown(&store);
}

static void batch_fill(struct storer_fixture *f, uint32_t count) {
    struct buf scratch BUF_CLEANUP = buf_new(1u << 16);
    for (uint32_t i = 0; i < count; i++) {
        struct pending *pending = &f->batch.items[i];
        *pending =
            (struct pending){.entry = {.kind = ENTRY_KIND_PLACE,
                                       .status = ENTRY_PUBLISHED,
                                       .language = SLICE("fr"),
                                       .title = arena_printf(&f->batch.arena, "Lieu %u", i),
                                       .source = f->source,
                                       .source_key = arena_printf(&f->batch.arena, "k%u", i)}};
        assert_int_equal(
            entry_content_make(&pending->entry, &scratch, &f->batch.arena, &pending->content), OK);
    }
    f->batch.count = count;
}

static int64_t stored(struct db_conn *conn) {
    int64_t published = 0;
    int64_t all = 0;
    assert_int_equal(entry_count(conn, &published, &all), OK);
    return all;
}

static void a_batch_is_stored_and_comes_back(void **state) {
    struct storer_fixture *f = *state;
    assert_null(storer_take(f->storer)); /* nothing was given */
    batch_fill(f, 10);
    storer_give(f->storer, &f->batch);
    assert_ptr_equal(storer_take(f->storer), &f->batch);
    assert_int_equal(f->batch.failed, OK);
    assert_int_equal(f->batch.stored, 10);
    assert_null(storer_take(f->storer)); /* it was taken back */
    assert_int_equal(stored(f->store->conn), 10);
    storer_give(f->storer, &f->batch);
    assert_ptr_equal(storer_take(f->storer), &f->batch);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(f->batch.items[i].outcome, ENTRY_UNCHANGED);
    }
}

static void a_record_that_the_store_refuses_costs_only_itself(void **state) {
    struct storer_fixture *f = *state;
    batch_fill(f, 10);
    f->batch.items[3].entry.source_key = SLICE_EMPTY;
    f->batch.items[9].entry.source_key = SLICE_EMPTY;
    storer_give(f->storer, &f->batch);
    assert_ptr_equal(storer_take(f->storer), &f->batch);
    assert_int_equal(f->batch.failed, OK);
    assert_int_equal(f->batch.stored, 10);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(f->batch.items[i].refused, i == 3 || i == 9 ? ERR_INPUT : OK);
    }
    assert_int_equal(stored(f->store->conn), 8);
}

static void a_writer_beside_gets_its_turns(void **state) {
    struct storer_fixture *f = *state;
    struct problem problem = {.code = OK};
    struct db_conn *other DB_CLEANUP = NULL;
    assert_int_equal(db_open(f->store->path, DB_WRITE, &other, &problem), OK);
    batch_fill(f, RECORDS);
    storer_give(f->storer, &f->batch);
    for (int i = 0; i < 20; i++) { /* while the batch is written: never refused */
        assert_int_equal(db_begin_write(other), OK);
        assert_int_equal(db_change_add(other, DB_CHANGE_SOURCE, f->source.v, FIXTURE_NOW_MS), OK);
        assert_int_equal(db_commit(other), OK);
    }
    assert_ptr_equal(storer_take(f->storer), &f->batch);
    assert_int_equal(f->batch.failed, OK);
    assert_int_equal(stored(other), RECORDS);
}

static void a_storer_that_is_freed_has_written_what_it_was_given(void **state) {
    struct storer_fixture *f = *state;
    batch_fill(f, RECORDS);
    storer_give(f->storer, &f->batch);
    storer_free(f->storer);
    f->storer = NULL;
    assert_int_equal(stored(f->store->conn), RECORDS);
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_batch_is_stored_and_comes_back),
        TEST(a_record_that_the_store_refuses_costs_only_itself),
        TEST(a_writer_beside_gets_its_turns),
        TEST(a_storer_that_is_freed_has_written_what_it_was_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
