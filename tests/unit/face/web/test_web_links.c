#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "face/web/explore/explorer_int.h"

static struct arena arena;
static struct page page = {.arena = &arena};

static int setup(void **state) {
    (void)state;
    arena = arena_make(4096, 0);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

static void a_component_keeps_unreserved_bytes_only(void **state) {
    (void)state;
    struct buf out BUF_CLEANUP = buf_new(256);
    encode_component(SLICE("Aé z-._~0&=?#%+\n\"/"), &out);
    assert_string_equal(buf_cstr(&out), "A%C3%A9%20z-._~0%26%3D%3F%23%25%2B%0A%22%2F");
}

static void a_box_and_a_point_are_written_as_queries_read_them(void **state) {
    (void)state;
    struct geo_box box = {
        .west_e7 = -53000000, .south_e7 = 412000000, .east_e7 = 97000000, .north_e7 = 512345678};
    assert_string_equal(arena_cstr(&arena, box_text(&page, &box)), "-5.3,41.2,9.7,51.2345678");
    struct geo_point point = {.lat_e7 = 455646000, .lon_e7 = 59178000};
    assert_string_equal(arena_cstr(&arena, point_text(&page, point)), "45.5646,5.9178");
}

static void the_open_query_has_a_short_address(void **state) {
    (void)state;
    struct query query = query_default();
    assert_string_equal(arena_cstr(&arena, link_explore(&page, &query)), "/explore");
    query_values_set(&query.themes, SLICE("water"), true);
    query.words = SLICE("eau & sel");
    assert_string_equal(arena_cstr(&arena, link_explore(&page, &query)),
                        "/explore?q=eau+%26+sel&theme=water");
}

static void moving_the_map_drops_the_page_of_the_list(void **state) {
    (void)state;
    struct query query = query_default();
    query.cursor = SLICE("abc");
    struct geo_box box = {
        .west_e7 = 10000000, .south_e7 = 20000000, .east_e7 = 30000000, .north_e7 = 40000000};
    assert_string_equal(arena_cstr(&arena, link_explore_at(&page, &query, &box)),
                        "/explore?bbox=1,2,3,4");
}

static void an_entry_is_found_by_its_number_whatever_its_title(void **state) {
    (void)state;
    struct entry_id id = {.v = 42};
    assert_string_equal(arena_cstr(&arena, link_entry(&page, id, SLICE("L’École d’été !"))),
                        "/entries/42-l-ecole-d-ete");
    assert_string_equal(arena_cstr(&arena, link_entry(&page, id, SLICE("!?"))), "/entries/42");
}

static void the_date_that_matters_is_the_next_one_else_the_last(void **state) {
    (void)state;
    struct entry_date dates[] = {
        {.role = ENTRY_DATE_FOUNDED, .start = {.precision = DATE_DAY}, .first_ms = 5, .last_ms = 6},
        {.role = ENTRY_DATE_HAPPENS,
         .start = {.precision = DATE_DAY},
         .first_ms = 10,
         .last_ms = 19},
        {.role = ENTRY_DATE_HAPPENS,
         .start = {.precision = DATE_DAY},
         .first_ms = 30,
         .last_ms = 39},
        {.role = ENTRY_DATE_HAPPENS,
         .start = {.precision = DATE_DAY},
         .first_ms = 20,
         .last_ms = 29},
        {.role = ENTRY_DATE_HAPPENS, .start = {.precision = DATE_UNKNOWN}},
    };
    struct entry entry = {.dates = dates, .date_count = ARRAY_COUNT(dates)};
    assert_ptr_equal(entry_main_date(&entry, 0), &dates[1]);
    assert_ptr_equal(entry_main_date(&entry, 19), &dates[1]);
    assert_ptr_equal(entry_main_date(&entry, 20), &dates[3]);
    assert_ptr_equal(entry_main_date(&entry, 1000), &dates[2]);
    entry.date_count = 1;
    assert_null(entry_main_date(&entry, 0));
}

static void choices_are_counted_without_words_and_place(void **state) {
    (void)state;
    struct query query = query_default();
    assert_int_equal(explorer_choices(&query), 0);
    query.words = SLICE("eau");
    query.has_near = true;
    assert_int_equal(explorer_choices(&query), 0);
    query.kinds = 1u << QUERY_KIND_IDEA | 1u << QUERY_KIND_TOOL;
    query.has = 1u << QUERY_HAS_VIDEO;
    query.when = QUERY_WHEN_PAST;
    query.has_box = true;
    query_values_set(&query.themes, SLICE("water"), true);
    assert_int_equal(explorer_choices(&query), 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_component_keeps_unreserved_bytes_only),
        cmocka_unit_test(a_box_and_a_point_are_written_as_queries_read_them),
        cmocka_unit_test(the_open_query_has_a_short_address),
        cmocka_unit_test(moving_the_map_drops_the_page_of_the_list),
        cmocka_unit_test(an_entry_is_found_by_its_number_whatever_its_title),
        cmocka_unit_test(the_date_that_matters_is_the_next_one_else_the_last),
        cmocka_unit_test(choices_are_counted_without_words_and_place),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("web links", tests, setup, teardown);
}
