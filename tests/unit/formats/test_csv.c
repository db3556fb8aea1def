#include "formats_fixture.h"

#include "formats/csv.h"

/* All rows as text: cells joined with "|", rows with "/"; "!" for a rejected row. */
static err read_all(slice bytes, size_t step, struct buf *out, struct problem *problem,
                    char *delimiter) {
    struct drip drip = {.rest = bytes, .step = step};
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct csv_reader *reader = NULL;
    err failed;
    assert_int_equal(csv_reader_new(drip_source(&drip), &reader), OK);
    for (;;) {
        struct csv_row row;
        enum read_step found;
        failed = csv_reader_next(reader, &arena, &row, &found, problem);
        if (failed != OK || found == READ_END) {
            break;
        }
        buf_addf(out, "%llu:", (unsigned long long)row.line);
        if (found == READ_REJECTED) {
            buf_add(out, SLICE("!/"));
            continue;
        }
        for (uint32_t i = 0; i < row.count; i++) {
            buf_add(out, i > 0 ? SLICE("|") : SLICE_EMPTY);
            buf_add(out, row.cells[i]);
        }
        buf_add_char(out, '/');
    }
    *delimiter = csv_reader_delimiter(reader);
    if (failed != OK) {
        assert_true(csv_reader_is_cut(reader));
    }
    csv_reader_free(reader);
    return failed;
}

static void expect(slice bytes, char delimiter, const char *rows) {
    static const size_t steps[] = {1, 2, 7, 100000};
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        struct buf out BUF_CLEANUP = buf_new(1u << 20);
        struct problem problem = {.code = OK};
        char found;
        assert_int_equal(read_all(bytes, steps[i], &out, &problem, &found), OK);
        assert_slice(buf_slice(&out), rows);
        assert_int_equal(found, delimiter);
    }
}

static void delimiters_are_found_by_the_first_rows(void **state) {
    (void)state;
    expect(SLICE("a,b\n1,2\n"), ',', "1:a|b/2:1|2/");
    expect(SLICE("a;b\n1,5;2\n2,5;3\n"), ';', "1:a|b/2:1,5|2/3:2,5|3/");
    expect(SLICE("a\tb, c\n1\t2\n"), '\t', "1:a|b, c/2:1|2/");
    expect(SLICE("a|b\n1|2\n"), '|', "1:a|b/2:1|2/");
    expect(SLICE("sep=;\r\na;b,c\r\n"), ';', "2:a|b,c/");
    expect(SLICE("nom,services\nx,\"a;b;c\"\ny,\"d;e\"\n"), ',',
           "1:nom|services/2:x|a;b;c/3:y|d;e/");
}

static void every_line_end_ends_a_row_and_empty_lines_are_none(void **state) {
    (void)state;
    expect(SLICE("a,b\r\n1,2\r\n\r\n3,4"), ',', "1:a|b/2:1|2/4:3|4/");
    expect(SLICE("\n\na,b\n\n1,2\n\n"), ',', "3:a|b/5:1|2/");
    expect(SLICE("a,b\r1,2\r"), ',', "1:a|b/1:1|2/");
}

static void quotes_keep_delimiters_line_ends_and_quotes(void **state) {
    (void)state;
    expect(SLICE("a,b\n\"x,\ny\",\"say \"\"yes\"\"\"\n3,4\n"), ',',
           "1:a|b/2:x,\ny|say \"yes\"/4:3|4/");
    expect(SLICE("a,b\n\"\",\"\"\"\"\n"), ',', "1:a|b/2:|\"/");
}

static void stray_quotes_lose_nothing(void **state) {
    (void)state;
    expect(SLICE("a,b\n5\" pipe,x\n"), ',', "1:a|b/2:5\" pipe|x/");
    expect(SLICE("a,b\n\"x\" y,z\n"), ',', "1:a|b/2:x y|z/");
    expect(SLICE("a,b\n\"x\" \"y\",z\n"), ',', "1:a|b/2:x \"y\"|z/");
}

static void empty_cells_at_both_ends_are_cells(void **state) {
    (void)state;
    expect(SLICE("a,b,c\n,,\n,x,\n"), ',', "1:a|b|c/2:||/3:|x|/");
}

static void a_quote_open_at_the_end_is_an_error_with_its_line(void **state) {
    (void)state;
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    struct problem problem = {.code = OK};
    char delimiter;
    err failed =
        read_all(SLICE("a,b\n1,2\n3,\"never closed\n4,5\n"), 3, &out, &problem, &delimiter);
    assert_int_equal(failed, ERR_INPUT);
    assert_int_equal(problem.line, 3);
    assert_int_equal(problem.column, 3);
    assert_slice(buf_slice(&out), "1:a|b/2:1|2/");
}

static void a_quote_that_never_closes_costs_one_row(void **state) {
    (void)state;
    struct buf bytes BUF_CLEANUP = buf_new(1u << 24);
    struct buf out BUF_CLEANUP = buf_new(1u << 24);
    struct problem problem = {.code = OK};
    char delimiter;
    buf_add(&bytes, SLICE("a,b\n1,\"open\n"));
    for (unsigned i = 0; i < 400000; i++) {
        buf_add(&bytes, SLICE("3,4\n"));
    }
    assert_int_equal(read_all(buf_slice(&bytes), 65536, &out, &problem, &delimiter), OK);
    assert_true(slice_starts_with(buf_slice(&out), SLICE("1:a|b/2:!/3:3|4/4:3|4/")));
    assert_true(slice_ends_with(buf_slice(&out), SLICE("/400002:3|4/")));
    assert_int_equal(problem.code, ERR_LIMIT);
    assert_int_equal(problem.line, 2);
}

static void a_line_beyond_the_limits_costs_one_row_whatever_its_length(void **state) {
    (void)state;
    struct buf bytes BUF_CLEANUP = buf_new(1u << 24);
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    struct problem problem = {.code = OK};
    char delimiter;
    buf_add(&bytes, SLICE("a,b\n1,"));
    for (unsigned i = 0; i < 5 * CSV_CELL_BYTES_MAX; i++) {
        buf_add_char(&bytes, 'x');
    }
    buf_add(&bytes, SLICE(",y\n3,4\n"));
    assert_int_equal(read_all(buf_slice(&bytes), 65536, &out, &problem, &delimiter), OK);
    assert_slice(buf_slice(&out), "1:a|b/2:!/3:3|4/");
    assert_int_equal(problem.code, ERR_LIMIT);
    assert_int_equal(problem.line, 2);
}

static void too_many_cells_are_refused(void **state) {
    (void)state;
    struct buf bytes BUF_CLEANUP = buf_new(1u << 20);
    struct buf out BUF_CLEANUP = buf_new(1u << 20);
    struct problem problem = {.code = OK};
    char delimiter;
    buf_add(&bytes, SLICE("a,b\n"));
    for (unsigned i = 0; i < CSV_CELLS_MAX; i++) {
        buf_add_char(&bytes, ',');
    }
    buf_add(&bytes, SLICE("\n1,2\n"));
    assert_int_equal(read_all(buf_slice(&bytes), 1000, &out, &problem, &delimiter), OK);
    assert_slice(buf_slice(&out), "1:a|b/2:!/3:1|2/");
}

static void written_rows_read_back_as_they_were(void **state) {
    (void)state;
    static const char *const cells[] = {
        "plain",    "with, comma",       "with \"quotes\"", "two\nlines", "",       "semi;colon",
        "=SUM(A1)", "+33 4 79 00 00 00", "-12.5",           "@name",      "-bullet"};
    struct buf out BUF_CLEANUP = buf_new(1u << 16);
    for (size_t i = 0; i < ARRAY_COUNT(cells); i++) {
        csv_write_text(&out, i == 0, slice_from_cstr(cells[i]));
    }
    csv_write_end(&out);
    struct drip drip = {.rest = buf_slice(&out), .step = 3};
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct csv_reader *reader = NULL;
    struct csv_row row;
    enum read_step step;
    assert_int_equal(csv_reader_new(drip_source(&drip), &reader), OK);
    assert_int_equal(csv_reader_next(reader, &arena, &row, &step, NULL), OK);
    assert_int_equal(row.count, ARRAY_COUNT(cells));
    for (size_t i = 0; i < ARRAY_COUNT(cells); i++) {
        assert_slice(csv_undefuse(row.cells[i]), cells[i]);
    }
    assert_false(row.ends_the_file);
    csv_reader_free(reader);
}

static void formulas_are_defused_and_numbers_are_not(void **state) {
    (void)state;
    struct buf out BUF_CLEANUP = buf_new(1024);
    csv_write_text(&out, true, SLICE("=HYPERLINK(\"x\")"));
    csv_write_text(&out, false, SLICE("+1+cmd|' /C calc'!A0"));
    csv_write_text(&out, false, SLICE("+33 (0)4 79"));
    csv_write_text(&out, false, SLICE("\tx"));
    csv_write_number(&out, false, SLICE("-5.9"));
    assert_slice(buf_slice(&out),
                 "\"'=HYPERLINK(\"\"x\"\")\",\"'+1+cmd|' /C calc'!A0\",+33 (0)4 79,"
                 "\"'\tx\",-5.9");
    assert_slice(csv_undefuse(SLICE("'quoted'")), "'quoted'");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delimiters_are_found_by_the_first_rows),
        cmocka_unit_test(every_line_end_ends_a_row_and_empty_lines_are_none),
        cmocka_unit_test(quotes_keep_delimiters_line_ends_and_quotes),
        cmocka_unit_test(stray_quotes_lose_nothing),
        cmocka_unit_test(empty_cells_at_both_ends_are_cells),
        cmocka_unit_test(a_quote_open_at_the_end_is_an_error_with_its_line),
        cmocka_unit_test(a_quote_that_never_closes_costs_one_row),
        cmocka_unit_test(a_line_beyond_the_limits_costs_one_row_whatever_its_length),
        cmocka_unit_test(too_many_cells_are_refused),
        cmocka_unit_test(written_rows_read_back_as_they_were),
        cmocka_unit_test(formulas_are_defused_and_numbers_are_not),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
