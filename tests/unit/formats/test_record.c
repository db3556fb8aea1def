/* JSON, GeoJSON and CSV as neutral records. */
#include "formats_fixture.h"

#include "formats/record.h"

struct reading {
    err failed;
    bool cut;
    struct problem problem, rejected;
    unsigned records, rejects;
    struct buf text; /* name=value pairs */
    enum record_format format;
};

static struct reading read_all(slice bytes, size_t step, enum record_format format) {
    struct drip drip = {.rest = bytes, .step = step};
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct reading reading = {.text = buf_new(1u << 24)};
    struct record_reader *reader = NULL;
    reading.failed = record_reader_new(drip_source(&drip), format, &reader, &reading.problem);
    while (reading.failed == OK) {
        struct record record;
        enum read_step found;
        struct problem problem = {.code = OK};
        reading.failed = record_reader_next(reader, &arena, &record, &found, &problem);
        if (reading.failed != OK) {
            reading.problem = problem;
            break;
        }
        if (found == READ_END) {
            break;
        }
        if (found == READ_REJECTED) {
            reading.rejects++;
            reading.rejected = problem;
            continue;
        }
        reading.records++;
        for (uint32_t i = 0; i < record.field_count && reading.text.n < 100000; i++) {
            buf_addf(&reading.text, "%.*s=%.*s;", SLICE_ARG(record.fields[i].name),
                     SLICE_ARG(record.fields[i].value));
        }
        buf_add_char(&reading.text, '\n');
    }
    if (reader != NULL) {
        reading.cut = record_reader_is_cut(reader);
        reading.format = record_reader_format(reader);
    }
    record_reader_free(reader);
    return reading;
}

static void expect(slice bytes, enum record_format format, const char *text) {
    static const size_t steps[] = {1, 3, 100000};
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        struct reading reading = read_all(bytes, steps[i], RECORD_AUTO);
        assert_int_equal(reading.failed, OK);
        assert_slice(buf_slice(&reading.text), text);
        assert_int_equal(reading.format, format);
        assert_int_equal(reading.rejects, 0);
        buf_free(&reading.text);
    }
}

static void arrays_envelopes_and_lines_are_found(void **state) {
    (void)state;
    expect(SLICE("[{\"a\":1},{\"a\":2}]"), RECORD_JSON, "a=1;\na=2;\n");
    expect(SLICE("{\"licence\":\"x\",\"data\":[{\"a\":1}],\"next\":null}"), RECORD_JSON, "a=1;\n");
    expect(SLICE("{\"response\":{\"n\":1,\"results\":[{\"a\":1},{\"a\":2}]}}"), RECORD_JSON,
           "a=1;\na=2;\n");
    expect(SLICE("{\"a\":1}\n{\"a\":2}\n"), RECORD_JSON, "a=1;\na=2;\n");
    expect(SLICE("\x1E{\"a\":1}\n\x1E{\"a\":2}\n"), RECORD_JSON, "a=1;\na=2;\n");
    expect(SLICE("{\"title\":\"one\",\"items\":\"no list\"}"), RECORD_JSON,
           "title=one;items=no list;\n");
    expect(SLICE("[]"), RECORD_JSON, "");
    expect(SLICE(" {\"data\":[]} "), RECORD_JSON, "");
}

static void a_line_of_json_with_a_list_inside_is_no_envelope(void **state) {
    (void)state;
    expect(SLICE("{\"n\":1,\"items\":[{\"b\":1}]}\n{\"n\":2,\"items\":[]}"), RECORD_JSON,
           "n=1;items.b=1;\nn=2;items=;\n");
}

static void trees_are_flattened_and_lists_kept(void **state) {
    (void)state;
    expect(
        SLICE("[{\"geo\":{\"lat\":45.5,\"lon\":-1e-3},\"t\":[\"a\",\"b\",null],\"c\":[{\"name\":"
              "\"x\"},"
              "{\"name\":\"y\",\"id\":7}],\"deep\":[[1,2]],\"yes\":true,\"none\":null,\"o\":{}}]"),
        RECORD_JSON,
        "geo.lat=45.5;geo.lon=-0.001;t=a;b;c.name=x;y;c.id=7;deep=[1,2];yes=true;none=;\n");
}

static void numbers_keep_every_digit(void **state) {
    (void)state;
    expect(SLICE("[{\"a\":9007199254740993,\"b\":46.105747,\"c\":0.1}]"), RECORD_JSON,
           "a=9007199254740993;b=46.105747;c=0.1;\n");
}

static void features_give_properties_id_and_point(void **state) {
    (void)state;
    slice bytes =
        SLICE("{\"type\":\"FeatureCollection\",\"name\":\"x\",\"features\":[\n"
              "{\"type\":\"Feature\",\"id\":7,\"properties\":{\"nom\":\"A\"},\"geometry\":"
              "{\"type\":\"Point\",\"coordinates\":[5.9,45.5,300]}},\n"
              "{\"type\":\"Feature\",\"properties\":null,\"geometry\":null}]}");
    struct drip drip = {.rest = bytes, .step = 10};
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct geojson_reader *reader = NULL;
    struct geojson_feature feature;
    enum read_step step;
    assert_int_equal(geojson_reader_new(drip_source(&drip), &reader, NULL), OK);
    assert_int_equal(geojson_reader_next(reader, &arena, &feature, &step, NULL), OK);
    assert_int_equal(step, READ_RECORD);
    assert_slice(feature.id, "7");
    assert_slice(record_get(feature.record, SLICE("nom")), "A");
    assert_int_equal(feature.record->line, 2);
    assert_int_equal(feature.geometry.type, GEOJSON_POINT);
    assert_int_equal(feature.geometry.point.lon_e7, 59000000);
    assert_int_equal(feature.geometry.point.lat_e7, 455000000);
    assert_int_equal(geojson_reader_next(reader, &arena, &feature, &step, NULL), OK);
    assert_int_equal(step, READ_RECORD);
    assert_int_equal(feature.geometry.type, GEOJSON_NONE);
    assert_int_equal(geojson_reader_next(reader, &arena, &feature, &step, NULL), OK);
    assert_int_equal(step, READ_END);
    geojson_reader_free(reader);
}

static struct geojson_geometry geometry_of(const char *geometry, struct arena *arena,
                                           enum read_step *step) {
    slice bytes =
        arena_printf(arena, "{\"type\":\"Feature\",\"properties\":{},\"geometry\":%s}", geometry);
    struct drip drip = {.rest = bytes, .step = 1000};
    struct geojson_reader *reader = NULL;
    struct geojson_feature feature;
    struct problem problem;
    assert_int_equal(geojson_reader_new(drip_source(&drip), &reader, NULL), OK);
    assert_int_equal(geojson_reader_next(reader, arena, &feature, step, &problem), OK);
    geojson_reader_free(reader);
    return feature.geometry;
}

static void polygons_give_all_rings_of_all_parts(void **state) {
    (void)state;
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    enum read_step step;
    struct geojson_geometry polygon =
        geometry_of("{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[4,0],[4,4],[0,0]],"
                    "[[1,1],[2,1],[2,2],[1,1]]]}",
                    &arena, &step);
    assert_int_equal(polygon.type, GEOJSON_POLYGON);
    assert_int_equal(polygon.ring_count, 2);
    assert_int_equal(polygon.counts[1], 4);
    assert_int_equal(polygon.rings[1][1].lon_e7, 20000000);
    struct geojson_geometry parts =
        geometry_of("{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[4,0],[4,4],[0,0]]],"
                    "[[[5,5],[6,5],[6,6],[5,5]]]]}",
                    &arena, &step);
    assert_int_equal(parts.ring_count, 2);
    assert_int_equal(geometry_of("{\"type\":\"Point\",\"coordinates\":[]}", &arena, &step).type,
                     GEOJSON_NONE);
    assert_int_equal(step, READ_RECORD);
}

static void geometries_that_are_none_are_rejected(void **state) {
    (void)state;
    static const char *const bad[] = {
        "{\"type\":\"Point\",\"coordinates\":[5.9]}",
        "{\"type\":\"Point\",\"coordinates\":[45.5,190]}",
        "{\"type\":\"Point\",\"coordinates\":[\"x\",1]}",
        "{\"type\":\"Point\"}",
        "{\"type\":\"Circle\",\"coordinates\":[1,2]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[[[0,0]]]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1]]]}",
        "[1,2]",
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
        enum read_step step;
        geometry_of(bad[i], &arena, &step);
        assert_int_equal(step, READ_REJECTED);
    }
}

static void a_bad_record_costs_only_itself(void **state) {
    (void)state;
    struct reading reading =
        read_all(SLICE("[{\"a\":1},\n{\"a\":tru},\n7,\n{\"a\":2}]"), 2, RECORD_AUTO);
    assert_int_equal(reading.failed, OK);
    assert_int_equal(reading.records, 2);
    assert_int_equal(reading.rejects, 2);
    assert_int_equal(reading.rejected.line, 3);
    buf_free(&reading.text);
}

static void nesting_and_size_have_bounds(void **state) {
    (void)state;
    struct buf bytes BUF_CLEANUP = buf_new(1u << 24);
    buf_add(&bytes, SLICE("[{\"a\":"));
    for (unsigned i = 0; i < 100; i++) {
        buf_add_char(&bytes, '[');
    }
    for (unsigned i = 0; i < 100; i++) {
        buf_add_char(&bytes, ']');
    }
    buf_add(&bytes, SLICE("},{\"big\":\""));
    for (unsigned i = 0; i < RECORD_BYTES_MAX / 8 + 1; i++) {
        buf_add(&bytes, SLICE("12345678"));
    }
    buf_add(&bytes, SLICE("\"},{\"a\":2}]"));
    struct reading reading = read_all(buf_slice(&bytes), 65536, RECORD_AUTO);
    assert_int_equal(reading.failed, OK);
    assert_int_equal(reading.rejects, 2);
    assert_slice(buf_slice(&reading.text), "a=2;\n");
    assert_int_equal(reading.rejected.code, ERR_LIMIT);
    buf_free(&reading.text);
}

static void broken_and_cut_documents_say_where(void **state) {
    (void)state;
    struct reading cut = read_all(SLICE("[{\"a\":1},\n {\"a\":2"), 3, RECORD_AUTO);
    assert_int_equal(cut.failed, ERR_INPUT);
    assert_true(cut.cut);
    assert_int_equal(cut.records, 1);
    assert_int_equal(cut.problem.line, 2);
    assert_int_equal(cut.problem.column, 2);
    struct reading broken = read_all(SLICE("[{\"a\":1}\n{\"a\":2}]"), 3, RECORD_AUTO);
    assert_int_equal(broken.failed, ERR_INPUT);
    assert_false(broken.cut);
    assert_int_equal(broken.problem.line, 2);
    struct reading html = read_all(SLICE("<!DOCTYPE html><p>"), 3, RECORD_AUTO);
    assert_int_equal(html.failed, ERR_UNSUPPORTED);
    struct reading behind = read_all(SLICE("[{\"a\":1}] []"), 3, RECORD_AUTO);
    assert_int_equal(behind.failed, ERR_INPUT);
    buf_free(&cut.text);
    buf_free(&broken.text);
    buf_free(&html.text);
    buf_free(&behind.text);
}

static void csv_columns_get_names_and_bad_rows_are_told(void **state) {
    (void)state;
    expect(
        SLICE(",nom,nom\n1,a,b\n2,c\n3,d,e,,\n"), RECORD_CSV,
        "column 1=1;nom=a;nom (2)=b;\ncolumn 1=2;nom=c;nom (2)=;\ncolumn 1=3;nom=d;nom (2)=e;\n");
    struct reading reading = read_all(SLICE("a,b\n1,2,3\n4,5\n"), 4, RECORD_AUTO);
    assert_int_equal(reading.records, 1);
    assert_int_equal(reading.rejects, 1);
    assert_int_equal(reading.rejected.line, 2);
    buf_free(&reading.text);
}

static void a_csv_that_ends_in_a_row_is_cut(void **state) {
    (void)state;
    struct reading reading = read_all(SLICE("a,b,c\n1,2,3\n4,5"), 4, RECORD_AUTO);
    assert_int_equal(reading.failed, ERR_INPUT);
    assert_true(reading.cut);
    assert_int_equal(reading.records, 1);
    assert_int_equal(reading.problem.line, 3);
    buf_free(&reading.text);
    struct reading whole = read_all(SLICE("a,b,c\n1,2,3\n4,5,6"), 4, RECORD_AUTO);
    assert_int_equal(whole.failed, OK);
    assert_int_equal(whole.records, 2);
    buf_free(&whole.text);
}

static void a_written_collection_reads_back(void **state) {
    (void)state;
    struct buf out BUF_CLEANUP = buf_new(1u << 16);
    const struct geojson_member members[] = {{SLICE("licence"), SLICE("ODbL-1.0 \"x\"")}};
    const struct geo_point point = {.lon_e7 = -12345678, .lat_e7 = 455000001};
    geojson_begin(&out, members, 1);
    geojson_feature_write(&out, true, SLICE("5"), &point, SLICE("{\"title\":\"Fête\"}"));
    geojson_feature_write(&out, false, SLICE_EMPTY, NULL, SLICE("{}"));
    geojson_end(&out);
    struct drip drip = {.rest = buf_slice(&out), .step = 11};
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct geojson_reader *reader = NULL;
    struct geojson_feature feature;
    enum read_step step;
    assert_int_equal(geojson_reader_new(drip_source(&drip), &reader, NULL), OK);
    assert_int_equal(geojson_reader_next(reader, &arena, &feature, &step, NULL), OK);
    assert_slice(feature.id, "5");
    assert_slice(record_get(feature.record, SLICE("title")), "Fête");
    assert_int_equal(feature.geometry.point.lon_e7, point.lon_e7);
    assert_int_equal(feature.geometry.point.lat_e7, point.lat_e7);
    assert_int_equal(geojson_reader_next(reader, &arena, &feature, &step, NULL), OK);
    assert_int_equal(feature.geometry.type, GEOJSON_NONE);
    geojson_reader_free(reader);
}

static void formats_go_by_any_of_their_names(void **state) {
    (void)state;
    enum record_format format;
    for (unsigned i = 0; i < RECORD_FORMAT__COUNT; i++) {
        slice name = record_format_name((enum record_format)i);
        assert_true(name.n > 0 && record_format_from_name(name, &format) && format == i);
        assert_true(slice_contains(SLICE(RECORD_FORMAT_NAMES), name));
    }
    assert_true(record_format_from_name(SLICE("NDJSON"), &format) && format == RECORD_JSON);
    assert_true(record_format_from_name(SLICE("tsv"), &format) && format == RECORD_CSV);
    assert_false(record_format_from_name(SLICE_EMPTY, &format));
    assert_false(record_format_from_name(SLICE("jsonl ndjson"), &format));
    assert_false(record_format_from_name(SLICE("js"), &format));
}

static void lines_around_a_table_are_no_records(void **state) {
    (void)state;
    expect(SLICE("Liste des lieux, 2024;;;\n;;;\nnom;cp;ville;n\nA;73000;Cruet;1\n;;;\n"
                 "nom;cp;ville;n\nB;73000;Cruet;2\nTotal;;;3\n"),
           RECORD_CSV, "nom=A;cp=73000;ville=Cruet;n=1;\nnom=B;cp=73000;ville=Cruet;n=2;\n");
    expect(SLICE("nom,ville,note\nTotal Festum,Cruet,\nTotal,Cruet,un nom\n"), RECORD_CSV,
           "nom=Total Festum;ville=Cruet;note=;\nnom=Total;ville=Cruet;note=un nom;\n");
    expect(SLICE("nom\nTotal\n"), RECORD_CSV, "nom=Total;\n");
}

static void a_first_row_of_values_is_a_record(void **state) {
    (void)state;
    expect(SLICE("A;45,5701;5,9101;a@b.org\nC;45,5301;6,0901;c@d.org\n"), RECORD_CSV,
           "column 1=A;column 2=45,5701;column 3=5,9101;column 4=a@b.org;\n"
           "column 1=C;column 2=45,5301;column 3=6,0901;column 4=c@d.org;\n");
    expect(SLICE("nom,2019,2020\nA,1,2\n"), RECORD_CSV, "nom=A;2019=1;2020=2;\n");
}

static void linked_data_has_our_names(void **state) {
    (void)state;
    expect(
        SLICE("[{\"@type\":\"schema:Event\",\"@id\":\"urn:1\",\"schema:name\":{\"@value\":\"F\"},"
              "\"location\":[{\"@type\":\"Place\",\"name\":\"S\",\"geo\":{\"latitude\":45.5,"
              "\"longitude\":\"5.9\"}}],\"keywords\":\"a, b\",\"offers\":{\"price\":\"0\"},"
              "\"dfc-b:owner\":\"x\"}]"),
        RECORD_JSON,
        "id=urn:1;kind=event;title=F;place_name=S;latitude=45.5;longitude=5.9;tags=a;b;"
        "price=Gratuit;owner=x;\n");
    expect(
        SLICE(
            "[{\"@type\":[\"Place\",\"Library\"],\"name\":[{\"@language\":\"en\",\"@value\":\"L\"},"
            "{\"@language\":\"fr\",\"@value\":\"B\"}],\"openingHoursSpecification\":[{"
            "\"dayOfWeek\":"
            "[\"Monday\",\"https://schema.org/"
            "Tuesday\"],\"opens\":\"09:00:00\",\"closes\":\"12:00\"}],"
            "\"image\":{\"url\":\"https://a.org/i.png\"},\"sameAs\":\"https://b.org\"}]"),
        RECORD_JSON,
        "kind=place;type=Library;title=B;opening_hours=Mo,Tu 09:00-12:00;"
        "image=https://a.org/i.png;social=https://b.org;\n");
}

static void elements_of_openstreetmap_stand_at_their_point_or_centre(void **state) {
    (void)state;
    struct reading reading = read_all(
        SLICE("{\"version\":0.6,\"elements\":[{\"type\":\"node\",\"id\":1,\"lat\":45.5,\"lon\":5.9,"
              "\"tags\":{\"name\":\"A\"}},{\"type\":\"way\",\"id\":1,\"center\":{\"lat\":45.6,"
              "\"lon\":5.8},\"nodes\":[1,2],\"tags\":{\"name\":\"B\"}},"
              "{\"type\":\"node\",\"id\":2,\"lat\":45.5,\"lon\":5.9}]}"),
        100000, RECORD_AUTO);
    assert_int_equal(reading.failed, OK);
    assert_slice(buf_slice(&reading.text),
                 "name=A;id=node/1;source_url=https://www.openstreetmap.org/node/1;latitude=45.5;"
                 "longitude=5.9;\nname=B;id=way/1;source_url=https://www.openstreetmap.org/way/1;"
                 "latitude=45.6;longitude=5.8;\n");
    assert_int_equal(reading.rejects, 1);
    assert_string_equal(reading.rejected.field, "tags");
    buf_free(&reading.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_envelopes_and_lines_are_found),
        cmocka_unit_test(lines_around_a_table_are_no_records),
        cmocka_unit_test(a_first_row_of_values_is_a_record),
        cmocka_unit_test(linked_data_has_our_names),
        cmocka_unit_test(elements_of_openstreetmap_stand_at_their_point_or_centre),
        cmocka_unit_test(a_line_of_json_with_a_list_inside_is_no_envelope),
        cmocka_unit_test(trees_are_flattened_and_lists_kept),
        cmocka_unit_test(numbers_keep_every_digit),
        cmocka_unit_test(features_give_properties_id_and_point),
        cmocka_unit_test(polygons_give_all_rings_of_all_parts),
        cmocka_unit_test(geometries_that_are_none_are_rejected),
        cmocka_unit_test(a_bad_record_costs_only_itself),
        cmocka_unit_test(nesting_and_size_have_bounds),
        cmocka_unit_test(broken_and_cut_documents_say_where),
        cmocka_unit_test(csv_columns_get_names_and_bad_rows_are_told),
        cmocka_unit_test(a_csv_that_ends_in_a_row_is_cut),
        cmocka_unit_test(a_written_collection_reads_back),
        cmocka_unit_test(formats_go_by_any_of_their_names),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
