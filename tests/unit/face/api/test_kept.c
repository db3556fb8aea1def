#include "../face_fixture.h"

#include "face/api/api.h"
#include "face/api/kept.h"

#define KEPT_BYTES (1u << 20)
#define LIST       "/api/v1/entries?limit=100"

static int setup(void **state) {
    int failed = face_fixture_start(state, face_api_routes, face_api_route_count);
    struct face_fixture *f = *state;
    f->face.kept = api_kept_new(KEPT_BYTES);
    return failed || !f->face.kept;
}

static int teardown(void **state) {
    struct face_fixture *f = *state;
    struct api_kept *kept = f->face.kept;
    int failed = face_fixture_stop(state);
    api_kept_free(kept);
    return failed;
}

/* The item with this title in the list of all; fails without one. The caller frees it. */
static json_t *item_titled(struct face_fixture *f, const char *title) {
    json_t *list = face_json(f, LIST, 200);
    json_t *found = NULL;
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(list, "items"), i, item) {
        if (strcmp(json_text_at(item, "title"), title) == 0) {
            found = json_incref(item);
        }
    }
    json_decref(list);
    if (!found) {
        fail_msg("no item is titled %s", title);
    }
    return found;
}

static struct entry_id id_titled(struct face_fixture *f, const char *title) {
    json_t *item = item_titled(f, title);
    struct entry_id id = {json_number_at(item, "id")};
    json_decref(item);
    return id;
}

static void see(struct face_fixture *f, err result) {
    assert_int_equal(result, OK);
    assert_int_equal(atlas_catch_up(f->face.atlas), OK);
}

static void give_title(struct face_fixture *f, struct entry_id id, const char *title) {
    struct arena arena ARENA_CLEANUP = arena_make(16384, 0);
    struct entry entry;
    assert_int_equal(db_begin_write(f->store), OK);
    assert_int_equal(entry_load(f->store, id, &arena, &entry), OK);
    entry.title = slice_from_cstr(title);
    assert_int_equal(
        entry_edit(f->store, &f->ids, &entry, SLICE("test"), SLICE("test"), FIXTURE_NOW_MS, NULL),
        OK);
    see(f, db_commit(f->store));
}

static void kept_entries_are_written_as_the_store_has_them(void **state) {
    static const char *const targets[] = {LIST, LIST "&near=45.9,6.1", LIST "&kind=need",
                                          LIST "&kind=need,initiative,place"};
    struct face_fixture *f = *state;
    struct api_kept *kept = f->face.kept;
    for (size_t i = 0; i < ARRAY_COUNT(targets); i++) {
        struct buf first BUF_CLEANUP = buf_new(1u << 20);
        struct buf second BUF_CLEANUP = buf_new(1u << 20);
        f->face.kept = kept;
        buf_add_cstr(&first, body_of(face_get(f, targets[i])));
        buf_add_cstr(&second, body_of(face_get(f, targets[i])));
        f->face.kept = NULL;
        assert_true(slice_contains(buf_slice(&first), SLICE("\"total\":")));
        assert_string_equal(buf_cstr(&first), buf_cstr(&second));
        assert_string_equal(buf_cstr(&first), body_of(face_get(f, targets[i])));
    }
    f->face.kept = kept;
}

static void a_changed_entry_is_written_anew_at_once(void **state) {
    struct face_fixture *f = *state;
    struct entry_id id = id_titled(f, "Guide du pédibus");
    for (int i = 0; i < 3; i++) {
        char title[32];
        snprintf(title, sizeof title, "Guide %d", i);
        give_title(f, id, title);
        assert_int_equal(id_titled(f, title).v, id.v);
        assert_int_equal(id_titled(f, title).v, id.v);
    }
    assert_int_equal(db_begin_write(f->store), OK);
    assert_int_equal(entry_set_status(f->store, &f->ids, id, ENTRY_ARCHIVED, SLICE("test"),
                                      SLICE("test"), FIXTURE_NOW_MS),
                     OK);
    see(f, db_commit(f->store));
    json_t *list = face_json(f, LIST, 200);
    assert_int_equal(json_array_size(json_object_get(list, "items")), FIXTURE_TOTAL - 1);
    json_decref(list);
}

static void what_an_entry_tells_of_another_changes_with_that_one(void **state) {
    struct face_fixture *f = *state;
    struct entry_id guide = id_titled(f, "Guide du pédibus");
    id_titled(f, "Guide du pédibus"); /* kept by now */
    face_entry_add(f, "demo",
                   "{\"id\":\"autre\",\"kind\":\"idea\",\"title\":\"Une idée\",\"links\":["
                   "{\"relation\":\"about\",\"target\":\"outil\"}]}");
    struct entry_id other = id_titled(f, "Une idée");
    static const char *const titles[] = {"Une idée", "Une meilleure", "La meilleure"};
    for (size_t i = 0; i < ARRAY_COUNT(titles); i++) {
        if (i > 0) {
            give_title(f, other, titles[i]);
        }
        for (int again = 0; again < 2; again++) {
            json_t *item = item_titled(f, "Guide du pédibus");
            const json_t *link = json_array_get(json_object_get(item, "links"), 0);
            assert_string_equal(json_text_at(link, "title"), titles[i]);
            json_decref(item);
        }
    }
    for (int again = 0; again < 2; again++) { /* the other way round */
        give_title(f, guide, again ? "Guide du pédibus" : "Guide");
        json_t *item = item_titled(f, "La meilleure");
        const json_t *link = json_array_get(json_object_get(item, "links"), 0);
        assert_string_equal(json_text_at(link, "title"), again ? "Guide du pédibus" : "Guide");
        json_decref(item);
    }
    assert_int_equal(db_begin_write(f->store), OK);
    assert_int_equal(entry_set_status(f->store, &f->ids, other, ENTRY_ARCHIVED, SLICE("test"),
                                      SLICE("test"), FIXTURE_NOW_MS),
                     OK);
    see(f, db_commit(f->store));
    for (int again = 0; again < 2; again++) { /* kept again, without it … */
        json_t *item = item_titled(f, "Guide du pédibus");
        assert_int_equal(json_number_at(item, "id"), guide.v);
        assert_null(json_object_get(item, "links"));
        json_decref(item);
    }
    assert_int_equal(db_begin_write(f->store), OK);
    assert_int_equal(entry_set_status(f->store, &f->ids, other, ENTRY_PUBLISHED, SLICE("test"),
                                      SLICE("test"), FIXTURE_NOW_MS),
                     OK);
    see(f, db_commit(f->store));
    json_t *item = item_titled(f, "Guide du pédibus"); /* … until it is public again */
    assert_int_equal(json_array_size(json_object_get(item, "links")), 1);
    json_decref(item);
}

static void what_was_read_before_a_change_is_not_kept_after_it(void **state) {
    struct face_fixture *f = *state;
    struct api_kept *kept = f->face.kept;
    struct buf out BUF_CLEANUP = buf_new(100);
    int64_t before = 0;
    int64_t after = 0;
    assert_int_equal(api_kept_follow(kept, f->store, &before), OK);
    give_title(f, id_titled(f, "Guide du pédibus"), "Guide");
    assert_int_equal(api_kept_follow(kept, f->store, &after), OK);
    assert_true(after > before);
    assert_true(api_kept_sequence(kept) == after);
    api_kept_put(kept, (struct entry_id){77}, before, SLICE("old"));
    assert_false(api_kept_write(kept, (struct entry_id){77}, &out));
    api_kept_put(kept, (struct entry_id){77}, after, SLICE("new"));
    assert_true(api_kept_write(kept, (struct entry_id){77}, &out));
    assert_string_equal(buf_cstr(&out), "new");
}

static void a_store_that_changed_beyond_measure_is_read_anew(void **state) {
    struct face_fixture *f = *state;
    struct api_kept *kept = f->face.kept;
    struct buf out BUF_CLEANUP = buf_new(100);
    int64_t last = 0;
    assert_int_equal(api_kept_follow(kept, f->store, &last), OK);
    api_kept_put(kept, (struct entry_id){77}, last, SLICE("old"));
    assert_int_equal(db_begin_write(f->store), OK);
    for (int i = 0; i < 3000; i++) {
        assert_int_equal(db_change_add(f->store, DB_CHANGE_ENTRY, 1, FIXTURE_NOW_MS), OK);
    }
    assert_int_equal(db_commit(f->store), OK);
    assert_int_equal(api_kept_follow(kept, f->store, &last), OK);
    assert_false(api_kept_write(kept, (struct entry_id){77}, &out));
}

static void memory_stays_within_what_was_given(void **state) {
    struct api_kept *kept = api_kept_new(KEPT_BYTES);
    struct buf out BUF_CLEANUP = buf_new(64u << 20);
    struct buf item BUF_CLEANUP = buf_new(20000);
    (void)state;
    for (int64_t i = 1; i <= 20000; i++) {
        buf_clear(&item);
        while (item.n < 100 + (size_t)(i * 37 % 4000)) {
            buf_add_i64(&item, i);
        }
        api_kept_put(kept, (struct entry_id){i}, 0, buf_slice(&item));
    }
    size_t found = 0;
    for (int64_t i = 1; i <= 20000; i++) {
        found += api_kept_write(kept, (struct entry_id){i}, &out);
    }
    assert_true(out.n <= KEPT_BYTES);
    assert_true(out.n > KEPT_BYTES / 2);
    assert_true(found > 100);
    api_kept_free(kept);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(kept_entries_are_written_as_the_store_has_them),
        TEST(a_changed_entry_is_written_anew_at_once),
        TEST(what_an_entry_tells_of_another_changes_with_that_one),
        TEST(what_was_read_before_a_change_is_not_kept_after_it),
        TEST(a_store_that_changed_beyond_measure_is_read_anew),
        cmocka_unit_test(memory_stays_within_what_was_given),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
