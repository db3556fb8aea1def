#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "query/query.h"

#define assert_slice(actual, expected)                                                             \
    do {                                                                                           \
        slice actual_ = (actual);                                                                  \
        assert_int_equal(actual_.n, strlen(expected));                                             \
        assert_memory_equal(actual_.p, expected, actual_.n);                                       \
    } while (0)

struct fixture {
    struct arena arena;
    struct query query;
    struct query_problems problems;
};

static int setup(void **state) {
    static struct fixture fixture;
    fixture.arena = arena_make(4096, 0);
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    arena_free(&((struct fixture *)*state)->arena);
    return 0;
}

static err parse(struct fixture *f, const char *text, enum query_mode mode) {
    static const char *const extra[] = {"facets", NULL};
    return query_parse(slice_from_cstr(text), mode, extra, &f->arena, &f->query, &f->problems);
}

static void assert_canonical(struct fixture *f, const char *text, const char *canonical) {
    assert_int_equal(parse(f, text, QUERY_STRICT), OK);
    struct buf out BUF_CLEANUP = buf_new(4096);
    query_format(&f->query, &out);
    assert_string_equal(buf_cstr(&out), canonical);
    assert_int_equal(parse(f, canonical, QUERY_STRICT), OK);
    buf_clear(&out);
    query_format(&f->query, &out);
    assert_string_equal(buf_cstr(&out), canonical);
}

static void assert_refused(struct fixture *f, const char *text, const char *key) {
    f->query.limit = 77;
    assert_int_equal(parse(f, text, QUERY_STRICT), ERR_INPUT);
    assert_int_equal(f->problems.count, 1);
    assert_string_equal(f->problems.items[0].field, key);
    assert_true(f->problems.items[0].what[0] != '\0');
    assert_int_equal(f->query.limit, 77); /* nothing is written on failure */
}

static void empty_text_is_the_default_query(void **state) {
    struct fixture *f = *state;
    assert_canonical(f, "", "");
    assert_true(query_is_open(&f->query));
    assert_int_equal(f->query.limit, QUERY_LIMIT_DEFAULT);
    assert_int_equal(f->query.radius_m, QUERY_RADIUS_DEFAULT_M);
    assert_int_equal(f->query.sort, QUERY_SORT_RELEVANCE);
    assert_canonical(f, "&&q=&kind=&when=all&sort=relevance&limit=20", "");
}

static void every_key_is_read_and_written_in_the_order_of_the_design(void **state) {
    struct fixture *f = *state;
    const char *all =
        "q=caf%C3%A9+r%C3%A9pare&kind=initiative,tool,need&state=running&theme=food,housing"
        "&territory=com-2A004,dep-73,t-bauges&space=pioneers&bbox=5.1,44.9,6.25,45.8&near=45.5646,"
        "5.9178"
        "&radius=2.5&when=upcoming&from=2026-05&to=2026-12-31&lang=en,fr&source=bnlc&has=video,need"
        "&skill=sewing&sort=near&cursor=a_b-9&limit=50";
    assert_canonical(f, all, all);
    assert_slice(f->query.words, "café répare");
    assert_int_equal(f->query.kinds,
                     1u << QUERY_KIND_INITIATIVE | 1u << QUERY_KIND_TOOL | 1u << QUERY_KIND_NEED);
    assert_int_equal(f->query.territories.count, 3);
    assert_int_equal(f->query.box.west_e7, 51000000);
    assert_int_equal(f->query.box.north_e7, 458000000);
    assert_int_equal(f->query.near.lat_e7, 455646000);
    assert_int_equal(f->query.near.lon_e7, 59178000);
    assert_int_equal(f->query.radius_m, 2500);
    assert_int_equal(f->query.has, 1u << QUERY_HAS_VIDEO | 1u << QUERY_HAS_NEED);
    assert_int_equal(f->query.from.precision, DATE_MONTH);
    assert_int_equal(f->query.to.day, 31);
    assert_slice(f->query.space, "pioneers");
    assert_false(query_is_open(&f->query));
}

static void codes_of_territories_compare_without_case(void **state) {
    struct fixture *f = *state;
    assert_canonical(f, "territory=dep-2a,DEP-2A,com-2a004,Country-FR,T-Bauges",
                     "territory=com-2A004,country-fr,dep-2A,t-bauges");
}

static void order_doubles_and_repeated_boxes_do_not_change_the_query(void **state) {
    struct fixture *f = *state;
    assert_canonical(f, "theme=water&theme=food,water&kind=tool&kind=idea,tool",
                     "kind=idea,tool&theme=food,water");
    assert_canonical(f, "kind=idea%2Ctool&theme=%20food%20,,water",
                     "kind=idea,tool&theme=food,water");
}

static void white_space_in_words_is_one_space(void **state) {
    assert_canonical(*state, "q=%20%20a%09%0Ab++%22c+d%22+", "q=a+b+%22c+d%22");
}

static void radius_zero_is_no_limit_and_narrows_nothing(void **state) {
    struct fixture *f = *state;
    assert_canonical(f, "near=45,5&radius=0", "near=45,5&radius=0");
    assert_int_equal(f->query.radius_m, 0);
    assert_true(query_is_open(&f->query));
    assert_canonical(f, "near=45,5", "near=45,5");
    assert_false(query_is_open(&f->query));
}

static void strict_refuses_each_malformed_value_and_names_its_key(void **state) {
    static const char *const cases[][2] = {
        {"colour=red", "colour"},
        {"kind=initiatives", "kind"},
        {"kind=idea,Tool", "kind"},
        {"state=run", "state"},
        {"has=map", "has"},
        {"when=tomorrow", "when"},
        {"sort=best", "sort"},
        {"sort=near", "sort"},
        {"theme=Food", "theme"},
        {"theme=a%20b", "theme"},
        {"theme=%3Cscript%3E", "theme"},
        {"territory=73065", "territory"},
        {"territory=com-", "territory"},
        {"territory=com-73065x73065x73065", "territory"},
        {"territory=t-", "territory"},
        {"lang=french", "lang"},
        {"lang=f", "lang"},
        {"lang=fr-", "lang"},
        {"source=..%2F", "source"},
        {"space=a/b", "space"},
        {"bbox=1,2,3", "bbox"},
        {"bbox=1,2,3,4,5", "bbox"},
        {"bbox=1,4,3,2", "bbox"},
        {"bbox=1,2,3,91", "bbox"},
        {"bbox=nan,2,3,4", "bbox"},
        {"bbox=a,b,c,d", "bbox"},
        {"near=45", "near"},
        {"near=91,5", "near"},
        {"near=45,181", "near"},
        {"near=45,5,6", "near"},
        {"near=45,5&radius=-1", "radius"},
        {"near=45,5&radius=501", "radius"},
        {"near=45,5&radius=1e999", "radius"},
        {"from=yesterday", "from"},
        {"from=2026-13", "from"},
        {"to=2026-02-30", "to"},
        {"from=2026&to=2025-12-31", "to"},
        {"limit=0", "limit"},
        {"limit=1001", "limit"},
        {"limit=-1", "limit"},
        {"limit=99999999999999999999", "limit"},
        {"cursor=%00", "cursor"},
        {"cursor=a%20b", "cursor"},
        {"q=%", "q"},
        {"q=%4", "q"},
        {"q=%zz", "q"},
        {"q=%FF", "q"},
        {"q=%C0%AF", "q"},
        {"q=%ED%A0%80", "q"},
        {"q=%00", "q"},
        {"q=%1B", "q"},
        {"q=a&q=b", "q"},
        {"%FF=a", "%FF"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_refused(*state, cases[i][0], cases[i][1]);
    }
}

static void page_keeps_the_rest_of_the_choice_and_tells_what_it_left_out(void **state) {
    struct fixture *f = *state;
    assert_int_equal(
        parse(f, "utm_source=x&kind=idea,rocket&bbox=1,2&theme=food&limit=x&q=eau", QUERY_PAGE),
        OK);
    assert_int_equal(f->problems.count, 3);
    assert_string_equal(f->problems.items[0].field, "kind");
    assert_string_equal(f->problems.items[1].field, "bbox");
    assert_string_equal(f->problems.items[2].field, "limit");
    struct buf out BUF_CLEANUP = buf_new(4096);
    query_format(&f->query, &out);
    assert_string_equal(buf_cstr(&out), "q=eau&kind=idea&theme=food");
}

static void page_never_reports_more_problems_than_there_is_room_for(void **state) {
    struct fixture *f = *state;
    assert_int_equal(parse(f, "kind=a,b,c,d,e,f,g,h,i,j,k,l", QUERY_PAGE), OK);
    assert_int_equal(f->problems.count, QUERY_PROBLEMS_MAX);
}

static void extra_keys_are_left_to_the_caller(void **state) {
    struct fixture *f = *state;
    assert_canonical(f, "facets=kind&q=eau", "q=eau");
    slice value;
    assert_true(query_raw_value(SLICE("q=eau&facets=kind%2Ctheme&facets=x"), SLICE("facets"),
                                &f->arena, &value));
    assert_slice(value, "kind,theme");
    assert_false(query_raw_value(SLICE("q=eau"), SLICE("facets"), &f->arena, &value));
    assert_false(query_raw_value(SLICE("facets=%F"), SLICE("facets"), &f->arena, &value));
}

static void text_beyond_the_limit_is_refused_in_both_modes(void **state) {
    struct fixture *f = *state;
    char text[QUERY_TEXT_MAX + 2];
    memset(text, 'a', sizeof text);
    memcpy(text, "q=", 2);
    text[sizeof text - 1] = '\0';
    assert_int_equal(parse(f, text, QUERY_STRICT), ERR_LIMIT);
    assert_int_equal(parse(f, text, QUERY_PAGE), ERR_LIMIT);
    text[QUERY_WORDS_MAX + 3] = '\0'; /* one byte of words too many */
    assert_refused(f, text, "q");
    text[QUERY_WORDS_MAX + 2] = '\0';
    assert_int_equal(parse(f, text, QUERY_STRICT), OK);
    assert_int_equal(f->query.words.n, QUERY_WORDS_MAX);
}

static void more_values_than_a_list_holds_are_refused(void **state) {
    struct fixture *f = *state;
    struct buf text BUF_CLEANUP = buf_new(4096);
    buf_add_cstr(&text, "theme=");
    for (int i = 0; i < QUERY_VALUES_MAX; i++) {
        buf_addf(&text, "t%d,", i);
    }
    assert_int_equal(parse(f, buf_cstr(&text), QUERY_STRICT), OK);
    assert_int_equal(f->query.themes.count, QUERY_VALUES_MAX);
    buf_add_cstr(&text, "more");
    assert_refused(f, buf_cstr(&text), "theme");
}

static void values_stay_sorted_when_added_and_removed(void **state) {
    (void)state;
    struct query_values values = {0};
    assert_true(query_values_set(&values, SLICE("water"), true));
    assert_true(query_values_set(&values, SLICE("food"), true));
    assert_true(query_values_set(&values, SLICE("soils"), true));
    assert_true(query_values_set(&values, SLICE("food"), true));
    assert_int_equal(values.count, 3);
    assert_slice(values.values[0], "food");
    assert_slice(values.values[2], "water");
    assert_true(query_values_set(&values, SLICE("soils"), false));
    assert_true(query_values_set(&values, SLICE("absent"), false));
    assert_int_equal(values.count, 2);
    assert_true(query_values_has(&values, SLICE("water")));
    assert_false(query_values_has(&values, SLICE("soils")));
}

static void encoding_leaves_only_unreserved_bytes(void **state) {
    (void)state;
    struct buf out BUF_CLEANUP = buf_new(256);
    query_encode(SLICE("a b&c=d/é~"), &out);
    assert_string_equal(buf_cstr(&out), "a+b%26c%3Dd%2F%C3%A9~");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(empty_text_is_the_default_query),
        TEST(every_key_is_read_and_written_in_the_order_of_the_design),
        TEST(codes_of_territories_compare_without_case),
        TEST(order_doubles_and_repeated_boxes_do_not_change_the_query),
        TEST(white_space_in_words_is_one_space),
        TEST(radius_zero_is_no_limit_and_narrows_nothing),
        TEST(strict_refuses_each_malformed_value_and_names_its_key),
        TEST(page_keeps_the_rest_of_the_choice_and_tells_what_it_left_out),
        TEST(page_never_reports_more_problems_than_there_is_room_for),
        TEST(extra_keys_are_left_to_the_caller),
        TEST(text_beyond_the_limit_is_refused_in_both_modes),
        TEST(more_values_than_a_list_holds_are_refused),
        TEST(values_stay_sorted_when_added_and_removed),
        TEST(encoding_leaves_only_unreserved_bytes),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
