/* What holds the records of a JSON document, what is nearly JSON, what stands around it. */
#include "formats_fixture.h"

#include "formats/json_int.h"
#include "formats/record.h"

struct reading {
    err failed;
    struct problem problem;
    unsigned records, rejects;
    struct buf text;  /* name=value pairs, a line a record */
    struct buf notes; /* count × sentence: example, a line a note */
    struct buf about;
    struct problem rejected;
};

static void notes_write(const struct record_reader *reader, struct reading *reading) {
    size_t count;
    const struct record_note *notes = record_reader_notes(reader, &count);
    for (size_t i = 0; i < count; i++) {
        buf_addf(&reading->notes, "%u %s: %s\n", (unsigned)notes[i].count, notes[i].sentence,
                 notes[i].example);
    }
    const struct record_about *about = record_reader_about(reader);
    buf_addf(&reading->about, "%.*s|%.*s|%.*s|%.*s%s", SLICE_ARG(about->licence),
             SLICE_ARG(about->attribution), SLICE_ARG(about->title), SLICE_ARG(about->crs),
             about->crs_is_late ? " late" : "");
}

static struct reading read_all(slice bytes, size_t step, const char *crs) {
    struct drip drip = {.rest = bytes, .step = step};
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct reading reading = {
        .text = buf_new(1u << 24), .notes = buf_new(1u << 16), .about = buf_new(1u << 16)};
    struct record_reader *reader = NULL;
    enum read_step found = READ_RECORD;
    reading.failed = record_reader_new(drip_source(&drip), RECORD_AUTO, &reader, &reading.problem);
    if (reading.failed == OK && crs != NULL) {
        assert_int_equal(record_reader_crs_set(reader, slice_from_cstr(crs), NULL), OK);
    }
    while (reading.failed == OK && found != READ_END) {
        struct record record;
        struct problem problem = {.code = OK};
        reading.failed = record_reader_next(reader, &arena, &record, &found, &problem);
        if (reading.failed != OK) {
            reading.problem = problem;
        } else if (found == READ_REJECTED) {
            reading.rejects++;
            reading.rejected = problem;
        } else if (found == READ_RECORD) {
            reading.records++;
            for (uint32_t i = 0; i < record.field_count && reading.text.n < 100000; i++) {
                buf_addf(&reading.text, "%.*s=%.*s;", SLICE_ARG(record.fields[i].name),
                         SLICE_ARG(record.fields[i].value));
            }
            if (record.geometry.ring_count > 0) {
                buf_addf(&reading.text, "@%.4f,%.4f", record.geometry.point.lon_e7 / 1e7,
                         record.geometry.point.lat_e7 / 1e7);
            } else if (record.geometry.is_projected) {
                buf_addf(&reading.text, "?%.0f,%.0f", record.geometry.x, record.geometry.y);
            }
            buf_add_char(&reading.text, '\n');
        }
    }
    if (reader != NULL) {
        notes_write(reader, &reading);
    }
    record_reader_free(reader);
    return reading;
}

static void reading_free(struct reading *reading) {
    buf_free(&reading->text);
    buf_free(&reading->notes);
    buf_free(&reading->about);
}

static void expect_said(slice bytes, const char *text, const char *notes) {
    static const size_t steps[] = {1, 3, 100000};
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        struct reading reading = read_all(bytes, steps[i], NULL);
        if (reading.failed != OK || reading.rejects > 0) {
            print_error("%.*s: %s %s\n", SLICE_ARG(bytes), reading.problem.what,
                        reading.rejected.what);
            fail();
        }
        assert_slice(buf_slice(&reading.text), text);
        assert_slice(buf_slice(&reading.notes), notes);
        reading_free(&reading);
    }
}

static void expect(slice bytes, const char *text) {
    expect_said(bytes, text, "");
}

static void the_list_of_an_object_is_found_by_what_it_holds(void **state) {
    (void)state;
    expect(SLICE("{\"count\":2,\"initiatives\":[{\"a\":1},{\"a\":2}]}"), "a=1;\na=2;\n");
    expect(SLICE("{\"legend\":[{\"c\":\"red\"}],\"markers\":[{\"a\":1},{\"a\":2},{\"a\":3},"
                 "{\"a\":4}],\"zoom\":9}"),
           "a=1;\na=2;\na=3;\na=4;\n");
    expect(SLICE("{\"d\":{\"page\":{\"things\":[{\"a\":\"a long enough text\"},{\"a\":2}]}}}"),
           "a=a long enough text;\na=2;\n");
    expect(SLICE("\xEF\xBB\xBF{\"x\":[{\"a\":1},{\"a\":2}]}"), "a=1;\na=2;\n");
}

static void a_record_with_lists_of_its_own_stays_one_record(void **state) {
    (void)state;
    expect(SLICE("{\"kind\":\"place\",\"title\":\"T\",\"needs\":[{\"a\":1},{\"a\":2}]}"),
           "kind=place;title=T;needs.a=1;2;\n");
    expect(SLICE("{\"nom\":\"N\",\"adresse\":{\"rue\":\"R\"},\"liens\":[{\"u\":\"http://a\"}]}"),
           "nom=N;adresse.rue=R;liens.u=http://a;\n");
}

static void an_object_of_records_gives_them_their_names_as_ids(void **state) {
    (void)state;
    expect(SLICE("{\"p1\":{\"nom\":\"A\",\"lat\":1},\"p2\":{\"nom\":\"B\",\"lat\":2}}"),
           "nom=A;lat=1;id=p1;\nnom=B;lat=2;id=p2;\n");
    expect(SLICE("{\"a\\u00e9\":{\"id\":\"own\",\"nom\":\"A\"},\"b\":{\"nom\":\"B\"},}"),
           "id=own;nom=A;\nnom=B;id=b;\n");
    expect(SLICE("{\"v\":1,\"places\":{\"x\":{\"nom\":\"A\"},\"y\":{\"nom\":\"B\"}}}"),
           "nom=A;id=x;\nnom=B;id=y;\n");
    expect(SLICE("{\"id\":7,\"geo\":{\"a\":1},\"other\":{\"a\":1}}"), "id=7;geo.a=1;other.a=1;\n");
}

static void javascript_files_hold_records_too(void **state) {
    (void)state;
    expect(SLICE("var data = [{\"a\":1},{\"a\":2}];\n"), "a=1;\na=2;\n");
    expect(SLICE("/* places */\n// of 2024\nconst x = {\"items\":[{\"a\":1}]};"), "a=1;\n");
    expect(SLICE("module.exports = [{\"a\":1}]"), "a=1;\n");
    expect(SLICE("export default [\n{\"a\":1},\n];"), "a=1;\n");
    expect(SLICE("const a = [{\"a\":1}];\nexport default a;\n"), "a=1;\n");
    expect(SLICE("var a = [{\"a\":1}]\nmodule.exports = { a }"), "a=1;\n");
    expect(SLICE("export const places: Place[] = [{\"a\":1}] ;"), "a=1;\n");
    expect(SLICE("window.places['x'] = window.y = [{\"a\":1}];"), "a=1;\n");
    expect(SLICE("callback({\"features\":[{\"a\":1}]});"), "a=1;\n");
    expect(SLICE("/**/jQuery_12([{\"a\":1}])"), "a=1;\n");
    expect(SLICE("callback({\"title\":\"one\"});"), "title=one;\n");
    expect(SLICE(")]}',\n[{\"a\":1}]"), "a=1;\n");
}

static void names_without_quotes_and_comments_are_understood_and_said(void **state) {
    (void)state;
    expect_said(SLICE("var d = [{nom: 'L\\'\xC3\xA9picerie } \"d\\'ici\"', /* ] */ lat: .5,},\n"
                      "// }\n{nom:'B',lat:+5.}];"),
                "nom=L'\xC3\xA9picerie } \"d'ici\";lat=0.5;\nnom=B;lat=5;\n",
                "1 a comma too much before a closing bracket was passed over: \n"
                "2 JavaScript or Python where JSON is expected was understood: \n");
}

static void what_is_nearly_json_is_read_and_said(void **state) {
    (void)state;
    expect_said(SLICE("[{\"a\":NaN,\"b\":[1,2,],},{\"a\":-Infinity,\"b\":[]}]"),
                "a=;b=1;2;\na=;b=;\n",
                "2 NaN, Infinity or the like is no value of JSON: taken as absent: \n"
                "1 a comma too much before a closing bracket was passed over: \n");
    expect_said(SLICE("[{\"insee\":01053,\"t\":\"a\nb\"}]"), "insee=01053;t=a\nb;\n",
                "1 a number that begins with 0 was taken as text: \n"
                "1 a line end stood inside a text: kept: \n");
    expect_said(SLICE("{\"a\":1},\n{\"a\":2},\n"), "a=1;\na=2;\n", "");
}

static void errors_are_said_in_our_words_with_their_place(void **state) {
    (void)state;
    static const struct {
        const char *text;
        unsigned line;
        const char *what;
    } bad[] = {
        {"[\n{\"a\":1e999}]", 2, "larger than any number"},
        {"[{\"b\":1,\n\"a\":\"x\\u0000y\"}]", 2, "\\u0000 is no character"},
        {"[{\"a\":1 \"b\":2}]", 1, "a comma, a colon, a quote"},
        {"[{\"a\":\n\n function(){}}]", 3, "near"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct reading reading = read_all(slice_from_cstr(bad[i].text), 5, NULL);
        assert_int_equal(reading.rejects, 1);
        assert_int_equal(reading.rejected.line, bad[i].line);
        if (!slice_contains(slice_from_cstr(reading.rejected.what), slice_from_cstr(bad[i].what))) {
            print_error("%s: %s\n", bad[i].text, reading.rejected.what);
            fail();
        }
        reading_free(&reading);
    }
}

static void relaxing_valid_json_changes_nothing(void **state) {
    (void)state;
    static const char *const texts[] = {
        "{\"a\":[1,-2.5e3,true,null,\"x, ] } \\\" \\\\ \\u00e9\"],\"b\":{}}",
        "[ ]",
        "-0.5",
        "\"//no comment\"",
        "{\"k\" : {\"k\" : [ [ ] , [ 0 ] ] }}",
    };
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct buf out BUF_CLEANUP = buf_new(4096);
        struct json_mended mended = {0};
        assert_true(json_relax(slice_from_cstr(texts[i]), &out, &mended));
        json_t *strict = json_loads(texts[i], JSON_DECODE_ANY, NULL);
        json_t *relaxed = json_loadb(out.p, out.n, JSON_DECODE_ANY, NULL);
        assert_true(json_equal(strict, relaxed));
        assert_int_equal(
            mended.numbers + mended.commas + mended.breaks + mended.zeros + mended.literals, 0);
        json_decref(strict);
        json_decref(relaxed);
    }
}

static void layers_of_a_map_give_their_features_and_names(void **state) {
    (void)state;
    expect(
        SLICE("{\"type\":\"umap\",\"uri\":\"x\",\"properties\":{\"name\":\"M\"},\"layers\":["
              "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\""
              ":{\"name\":\"A\",\"_umap_options\":{\"color\":\"red\"}},\"geometry\":{\"type\":"
              "\"Point\",\"coordinates\":[5,45]}}],\"_umap_options\":{\"name\":\"Jardins\"}},"
              "{\"_storage\":{\"name\":\"Vide\"},\"features\":[]},"
              "{\"_storage\":{\"name\":\"Fours\"},\"type\":\"FeatureCollection\",\"features\":["
              "{\"type\":\"Feature\",\"properties\":{\"name\":\"B\"},\"geometry\":null},"
              "{\"type\":\"Feature\",\"properties\":{\"name\":\"C\"},\"geometry\":null}]}],"
              "\"licence\":\"ODbL\"}"),
        "name=A;layer=Jardins;@5.0000,45.0000\nname=B;layer=Fours;\nname=C;layer=Fours;\n");
}

static void compact_rows_go_by_the_types_of_their_cells(void **state) {
    (void)state;
    expect(SLICE("{\"licence\":\"L\",\"ontology\":\"gogocompact\",\"mapping\":[\"id\",[\"name\","
                 "\"site\"],\"latitude\",\"longitude\",\"status\",\"moderationState\"],\"data\":["
                 "[\"a1\",[\"A\",\"http://a\"],45.5,\"5.9\",[3,12],1,0],"
                 "[\"a2\",\"B\",45.6,5.8,[]],[\"a3\",[\"C\"],null,null,[7]]]}"),
           "id=a1;name=A;site=http://a;latitude=45.5;longitude=5.9;categories=3;12;\n"
           "id=a2;name=B;latitude=45.6;longitude=5.8;categories=;\n"
           "id=a3;name=C;latitude=;longitude=;categories=7;\n");
}

static void elements_that_are_not_shown_at_their_source_are_left_out_and_said(void **state) {
    (void)state;
    expect_said(SLICE("{\"ontology\":\"gogofull\",\"data\":[{\"id\":\"a\",\"status\":1},"
                      "{\"id\":\"b\",\"status\":0},{\"id\":\"c\",\"status\":-4},"
                      "{\"id\":\"d\",\"status\":-1,\"moderationState\":2},{\"id\":\"e\",\"status\":"
                      "-2}]}"),
                "id=a;\nid=d;\n",
                "3 a record that its source does not show was left out: pending\n");
    expect(SLICE("[{\"id\":\"x\",\"status\":0}]"), "id=x;status=0;\n"); /* nobody's states */
}

static void tables_in_json_have_the_names_around_them(void **state) {
    (void)state;
    expect(SLICE("{\"columns\":[\"nom\",\"lat\"],\"data\":[[\"A\",45],[\"B\",46]]}"),
           "nom=A;lat=45;\nnom=B;lat=46;\n");
    expect(SLICE("{\"fields\":[{\"id\":\"nom\",\"type\":\"text\"}],\"rows\":[[\"A\"]]}"),
           "nom=A;\n");
    struct reading loose = read_all(SLICE("[[1,2],[3,4]]"), 100, NULL);
    assert_int_equal(loose.rejects, 2);
    reading_free(&loose);
}

static void features_keep_what_stands_beside_their_properties(void **state) {
    (void)state;
    expect(SLICE("{\"type\":\"FeatureCollection\",\"bbox\":[1,2,3,4],\"features\":[{\"type\":"
                 "\"Feature\",\"id\":\"n/1\",\"bbox\":[1,1,1,1],\"title\":\"T\",\"meta\":{\"x\":2},"
                 "\"properties\":{\"title\":\"P\"},\"geometry\":null}]}"),
           "id=n/1;title=P;meta.x=2;\n");
}

static void a_geometry_inside_a_plain_object_is_its_place(void **state) {
    (void)state;
    expect(
        SLICE("[{\"nom\":\"A\",\"location\":{\"type\":\"Point\",\"coordinates\":[5.9,45.5]},"
              "\"other\":{\"type\":\"Point\",\"coordinates\":[1,2]}},{\"nom\":\"B\",\"location\":"
              "{\"type\":\"gare\",\"coordinates\":[1]}}]"),
        "nom=A;other.type=Point;other.coordinates=1;2;@5.9000,45.5000\n"
        "nom=B;location.type=gare;location.coordinates=1;\n");
}

static void esri_features_are_read(void **state) {
    (void)state;
    expect(SLICE("{\"geometryType\":\"esriGeometryPoint\",\"spatialReference\":{\"wkid\":102100,"
                 "\"latestWkid\":3857},\"features\":[{\"attributes\":{\"NOM\":\"A\"},\"geometry\":"
                 "{\"x\":658766.483,\"y\":5710848.497}}]}"),
           "NOM=A;@5.9178,45.5646\n");
}

#define LAMBERT                                                                                    \
    "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Point\",\"coordinates\":"    \
    "[927552.028,6500326.962]}}"

static void a_crs_before_the_features_converts_them(void **state) {
    (void)state;
    static const char *const members[] = {
        "{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::2154\"}}",
        "{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:2154\"}}",
        "{\"type\":\"EPSG\",\"properties\":{\"code\":2154}}",
        "\"EPSG:2154\"",
    };
    for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
        struct buf text BUF_CLEANUP = buf_new(65536);
        buf_addf(&text, "{\"type\":\"FeatureCollection\",\"crs\":%s,\"features\":[" LAMBERT "]}",
                 members[i]);
        expect(buf_slice(&text), "@5.9178,45.5646\n");
    }
}

static void a_crs_behind_the_features_is_found_and_told(void **state) {
    (void)state;
    slice late = SLICE("{\"type\":\"FeatureCollection\",\"features\":[" LAMBERT "],\"licence\":"
                       "{\"name\":\"ODbL\"},\"name\":\"Lieux\",\"crs\":{\"type\":\"name\","
                       "\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::2154\"}}}");
    struct reading first = read_all(late, 7, NULL);
    assert_int_equal(first.failed, OK);
    assert_slice(buf_slice(&first.text), "?927552,6500327\n");
    assert_slice(buf_slice(&first.about), "ODbL||Lieux|EPSG:2154 late");
    struct reading again = read_all(late, 7, "EPSG:2154");
    assert_slice(buf_slice(&again.text), "@5.9178,45.5646\n");
    reading_free(&first);
    reading_free(&again);
    struct drip drip = {.rest = late, .step = 50};
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct geojson_reader *outlines = NULL;
    struct geojson_feature feature;
    enum read_step step;
    struct problem problem;
    assert_int_equal(geojson_reader_new(drip_source(&drip), &outlines, NULL), OK);
    assert_int_equal(geojson_reader_next(outlines, &arena, &feature, &step, &problem), OK);
    assert_int_equal(step, READ_REJECTED);
    assert_int_equal(geojson_reader_next(outlines, &arena, &feature, &step, &problem), ERR_INPUT);
    geojson_reader_free(outlines);
}

static void a_crs_that_is_not_understood_is_an_error_with_the_mend(void **state) {
    (void)state;
    static const char *const members[] = {
        "{\"type\":\"link\",\"properties\":{\"href\":\"http://example.org/crs\"}}",
        "{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::999999\"}}",
        "{\"type\":\"name\",\"properties\":{\"name\":\"mine\"}}",
        "{\"type\":\"name\"}",
        "12",
    };
    for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
        struct buf text BUF_CLEANUP = buf_new(65536);
        buf_addf(&text, "{\"type\":\"FeatureCollection\",\"crs\":%s,\"features\":[" LAMBERT "]}",
                 members[i]);
        struct reading reading = read_all(buf_slice(&text), 10, NULL);
        assert_int_equal(reading.failed, ERR_INPUT);
        assert_string_equal(reading.problem.field, "crs");
        assert_true(slice_contains(slice_from_cstr(reading.problem.what), SLICE("--crs EPSG:")));
        reading_free(&reading);
        struct reading told = read_all(buf_slice(&text), 10, "EPSG:2154");
        assert_slice(buf_slice(&told.text), "@5.9178,45.5646\n");
        reading_free(&told);
    }
    expect(SLICE("{\"type\":\"FeatureCollection\",\"crs\":null,\"features\":[]}"), "");
}

static void a_page_and_a_second_list_are_said(void **state) {
    (void)state;
    expect_said(SLICE("{\"total_count\":40,\"results\":[{\"a\":1}]}"), "a=1;\n",
                "1 this is one page of a longer list: the rest is not in it: 40 in all\n");
    expect_said(SLICE("{\"results\":[{\"a\":1}],\"next\":\"http://x/?page=2\"}"), "a=1;\n",
                "1 this is one page of a longer list: the rest is not in it: http://x/?page=2\n");
    struct buf text BUF_CLEANUP = buf_new(1u << 20);
    buf_add(&text, SLICE("{\"data\":[{\"a\":1}],\"more\":["));
    for (unsigned i = 0; i < 10000; i++) {
        buf_add(&text, i == 0 ? SLICE("{\"a\":1}") : SLICE(",{\"b\":123}"));
    }
    buf_add(&text, SLICE("]}"));
    expect_said(buf_slice(&text), "a=1;\n", "1 a second list in the file was not read: more\n");
}

static void what_ends_or_goes_on_behind_the_list_is_an_error(void **state) {
    (void)state;
    static const char *const bad[] = {
        "{\"data\":[{\"a\":1}]",          "{\"data\":[{\"a\":1}],\"x\":",
        "{\"data\":[{\"a\":1}],\"x\"}",   "{\"data\":[{\"a\":1}]} x",
        "var a=[{\"a\":1}]; var b=[];",   "{\"a\":{\"n\":1},\"b\":{\"n\":2}",
        "{\"layers\":[{\"features\":[{}", "{\"type\":\"Topology\",\"objects\":{},\"arcs\":[]}",
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct reading reading = read_all(slice_from_cstr(bad[i]), 4, NULL);
        if (reading.failed == OK) {
            print_error("%s\n", bad[i]);
            fail();
        }
        reading_free(&reading);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_of_an_object_is_found_by_what_it_holds),
        cmocka_unit_test(a_record_with_lists_of_its_own_stays_one_record),
        cmocka_unit_test(an_object_of_records_gives_them_their_names_as_ids),
        cmocka_unit_test(javascript_files_hold_records_too),
        cmocka_unit_test(names_without_quotes_and_comments_are_understood_and_said),
        cmocka_unit_test(what_is_nearly_json_is_read_and_said),
        cmocka_unit_test(errors_are_said_in_our_words_with_their_place),
        cmocka_unit_test(relaxing_valid_json_changes_nothing),
        cmocka_unit_test(layers_of_a_map_give_their_features_and_names),
        cmocka_unit_test(compact_rows_go_by_the_types_of_their_cells),
        cmocka_unit_test(elements_that_are_not_shown_at_their_source_are_left_out_and_said),
        cmocka_unit_test(tables_in_json_have_the_names_around_them),
        cmocka_unit_test(features_keep_what_stands_beside_their_properties),
        cmocka_unit_test(a_geometry_inside_a_plain_object_is_its_place),
        cmocka_unit_test(esri_features_are_read),
        cmocka_unit_test(a_crs_before_the_features_converts_them),
        cmocka_unit_test(a_crs_behind_the_features_is_found_and_told),
        cmocka_unit_test(a_crs_that_is_not_understood_is_an_error_with_the_mend),
        cmocka_unit_test(a_page_and_a_second_list_are_said),
        cmocka_unit_test(what_ends_or_goes_on_behind_the_list_is_an_error),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
