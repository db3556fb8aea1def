#include "../face_fixture.h"

#include "face/api/api.h"

static int setup(void **state) {
    return face_fixture_start(state, face_api_routes, face_api_route_count);
}

static const json_t *item_at(const json_t *list, size_t index) {
    return json_array_get(json_object_get(list, "items"), index);
}

static int64_t total_of(struct face_fixture *f, const char *target) {
    json_t *list = face_json(f, target, 200);
    int64_t total = json_number_at(list, "total");
    json_decref(list);
    return total;
}

/* ---- entries ---- */

static void list_tells_total_items_and_what_is_next(void **state) {
    struct face_fixture *f = *state;
    json_t *list = face_json(f, "/api/v1/entries?limit=10", 200);
    assert_int_equal(json_number_at(list, "total"), FIXTURE_TOTAL);
    assert_int_equal(json_number_at(list, "unplaced"), 2);
    assert_int_equal(json_array_size(json_object_get(list, "items")), 10);
    assert_int_equal(json_object_size(json_object_get(list, "facets")), 0);
    assert_non_null(
        strstr(json_text_at(list, "next"), "https://agora.example/api/v1/entries?cursor="));
    json_decref(list);
    list = face_json(f, "/api/v1/entries?q=jardin", 200);
    assert_int_equal(json_number_at(list, "total"), 1);
    assert_true(json_is_null(json_object_get(list, "next")));
    json_decref(list);
}

static void pages_give_every_entry_once(void **state) {
    struct face_fixture *f = *state;
    char target[2048] = "/api/v1/entries?limit=7&sort=title&facets=kind";
    int64_t seen[FIXTURE_TOTAL];
    size_t count = 0;
    for (unsigned page = 0; target[0] && page < 20; page++) {
        json_t *list = face_json(f, target, 200);
        size_t i;
        json_t *item;
        assert_int_equal(json_number_at(list, "total"), FIXTURE_TOTAL);
        assert_non_null(json_object_get(json_object_get(list, "facets"), "kind"));
        json_array_foreach(json_object_get(list, "items"), i, item) {
            assert_true(count < FIXTURE_TOTAL);
            seen[count] = json_number_at(item, "id");
            for (size_t before = 0; before < count; before++) {
                assert_int_not_equal(seen[before], seen[count]);
            }
            count++;
        }
        const char *next = json_text_at(list, "next");
        snprintf(target, sizeof target, "%s",
                 next[0] ? next + strlen("https://agora.example") : "");
        json_decref(list);
    }
    assert_int_equal(count, FIXTURE_TOTAL);
}

static void item_is_the_public_entry_and_nothing_more(void **state) {
    struct face_fixture *f = *state;
    json_t *list = face_json(f, "/api/v1/entries?q=jardin&near=45.57,5.93", 200);
    const json_t *item = item_at(list, 0);
    char url[128];
    snprintf(url, sizeof url, "https://agora.example/entries/%lld-jardin-partage-des-combes",
             (long long)json_number_at(item, "id"));
    assert_string_equal(json_text_at(item, "url"), url);
    assert_string_equal(json_text_at(item, "kind"), "initiative");
    assert_string_equal(json_text_at(json_object_get(item, "source"), "key"), "jardin");
    assert_int_equal(json_number_at(item, "distance_m"), 778);
    assert_int_equal(json_array_size(json_object_get(item, "contacts")), 1);
    assert_null(strstr(buf_cstr(&f->answer), "secret@jardin.example"));
    json_decref(list);
}

static void need_is_found_when_it_is_asked_for(void **state) {
    struct face_fixture *f = *state;
    json_t *list = face_json(f, "/api/v1/entries?kind=need", 200);
    const json_t *match = json_object_get(item_at(list, 0), "match");
    assert_int_equal(json_number_at(list, "total"), 1);
    assert_string_equal(json_text_at(match, "kind"), "need");
    assert_string_equal(json_text_at(match, "text"), "deux adultes le jeudi");
    json_decref(list);
}

static void facets_agree_with_the_totals_of_their_choices(void **state) {
    static const char *const names[] = {"kind", "theme", "territory", "source", "has"};
    struct face_fixture *f = *state;
    json_t *list = face_json(f, "/api/v1/entries?facets=kind,theme,territory,source,has", 200);
    json_t *facets = json_object_get(list, "facets");
    assert_int_equal(json_object_size(facets), ARRAY_COUNT(names));
    for (size_t n = 0; n < ARRAY_COUNT(names); n++) {
        size_t i;
        json_t *value;
        assert_true(json_array_size(json_object_get(facets, names[n])) > 0);
        json_array_foreach(json_object_get(facets, names[n]), i, value) {
            char target[256];
            snprintf(target, sizeof target, "/api/v1/entries?%s=%s", names[n],
                     json_text_at(value, "value"));
            assert_true(json_text_at(value, "label")[0] != '\0');
            assert_int_equal(total_of(f, target), json_number_at(value, "count"));
        }
    }
    json_decref(list);
}

static void labels_follow_the_language_of_the_reader(void **state) {
    struct face_fixture *f = *state;
    const char *a =
        face_get_with(f, "/api/v1/entries?limit=1&facets=theme", "Accept-Language: en\r\n");
    assert_non_null(strstr(a, "\"Mobility\""));
    a = face_get(f, "/api/v1/entries?limit=1&facets=theme");
    assert_non_null(strstr(a, "\"Mobilité\""));
    a = face_get(f, "/api/v1/entries?limit=1&facets=theme&lang_ui=en");
    assert_non_null(strstr(a, "\"Mobility\""));
}

static void unusable_query_is_a_problem_that_names_its_key(void **state) {
    static const char *const cases[][2] = {
        {"/api/v1/entries?colour=red", "colour"},
        {"/api/v1/entries?kind=rocket", "kind"},
        {"/api/v1/entries?facets=colour", "facets"},
        {"/api/v1/entries?theme=nothing", "theme"},
        {"/api/v1/entries?territory=com-99999", "territory"},
        {"/api/v1/entries?source=nobody", "source"},
        {"/api/v1/entries?bbox=1,2", "bbox"},
        {"/api/v1/entries?sort=near", "sort"},
        {"/api/v1/entries?q=%ff", "q"},
        {"/api/v1/entries.csv?colour=red", "colour"},
        {"/api/v1/entries.geojson?facets=kind", "facets"},
        {"/api/v1/entries.geojson?theme=nothing", "theme"},
        {"/api/v1/suggest?kind=idea", "kind"},
        {"/api/v1/suggest?x=idea", "x"},
        {"/api/v1/themes?q=a", "q"},
        {"/api/v1/territories", "q"},
        {"/api/v1/territories?level=planet", "level"},
        {"/api/v1/territories?level=commune", "within"},
        {"/api/v1/territories?level=epci&within=dep-99", "within"},
        {"/api/v1/territories?q=a&limit=0", "limit"},
        {"/api/v1/territories/dep-73?x=1", "x"},
        {"/api/v1/openapi.json?x=1", "x"},
    };
    struct face_fixture *f = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        json_t *problem = face_json(f, cases[i][0], 400);
        assert_string_equal(json_text_at(problem, "key"), cases[i][1]);
        assert_true(json_text_at(problem, "detail")[0] != '\0');
        assert_int_equal(json_number_at(problem, "status"), 400);
        json_decref(problem);
        assert_true(has_header(buf_cstr(&f->answer), "Content-Type: application/problem+json"));
    }
}

static void list_is_not_sent_again_until_it_changes(void **state) {
    struct face_fixture *f = *state;
    char header[160];
    const char *a = face_get(f, "/api/v1/entries?kind=idea");
    const char *tag = strstr(a, "\r\nETag: ");
    assert_non_null(tag);
    snprintf(header, sizeof header, "If-None-Match: %.*s\r\n", (int)strcspn(tag + 8, "\r"),
             tag + 8);
    assert_int_equal(status_of(face_get_with(f, "/api/v1/entries?kind=idea", header)), 304);
    assert_int_equal(status_of(face_get_with(f, "/api/v1/entries?kind=tool", header)), 200);
    face_entry_add(f, "demo", "{\"id\":\"new\",\"kind\":\"idea\",\"title\":\"Une idée\"}");
    assert_int_equal(status_of(face_get_with(f, "/api/v1/entries?kind=idea", header)), 200);
    assert_int_equal(total_of(f, "/api/v1/entries?kind=idea"), 1);
}

static void one_entry_is_found_by_its_number(void **state) {
    struct face_fixture *f = *state;
    json_t *list = face_json(f, "/api/v1/entries?kind=event", 200);
    char target[64];
    snprintf(target, sizeof target, "/api/v1/entries/%lld",
             (long long)json_number_at(item_at(list, 0), "id"));
    json_t *entry = face_json(f, target, 200);
    assert_string_equal(json_text_at(entry, "title"), "Fête de la soupe");
    assert_null(json_object_get(entry, "distance_m"));
    json_decref(entry);
    json_decref(list);
    json_decref(face_json(f, "/api/v1/entries/1", 404));
    json_decref(face_json(f, "/api/v1/entries/-1", 404));
    json_decref(face_json(f, "/api/v1/entries/x", 404));
    json_decref(face_json(f, "/api/v1/entries/99999999999999999999", 404));
}

/* ---- exports ---- */

static void geojson_holds_the_whole_result_and_its_licences(void **state) {
    struct face_fixture *f = *state;
    json_t *json = face_json(f, "/api/v1/entries.geojson", 200);
    const json_t *features = json_object_get(json, "features");
    assert_string_equal(json_text_at(json, "type"), "FeatureCollection");
    assert_int_equal(json_array_size(features), FIXTURE_TOTAL);
    assert_non_null(strstr(json_text_at(json, "licence"), "CC-BY-SA-4.0"));
    assert_non_null(strstr(json_text_at(json, "licence"), "etalab-2.0"));
    assert_non_null(
        strstr(json_text_at(json, "attribution"), "transport.data.gouv.fr (etalab-2.0)"));
    size_t unplaced = 0;
    size_t i;
    json_t *feature;
    json_array_foreach(features, i, feature) {
        assert_true(json_number_at(feature, "id") > 0);
        assert_true(json_text_at(json_object_get(feature, "properties"), "title")[0] != '\0');
        unplaced += json_is_null(json_object_get(feature, "geometry"));
    }
    assert_int_equal(unplaced, 2);
    json_decref(json);
    assert_true(has_header(buf_cstr(&f->answer), "Content-Type: application/geo+json"));
    assert_true(
        has_header(buf_cstr(&f->answer),
                   "Content-Disposition: attachment; filename=\"agora-2026-11-22.geojson\""));
}

static void geojson_of_nothing_is_an_empty_collection(void **state) {
    struct face_fixture *f = *state;
    json_t *json = face_json(f, "/api/v1/entries.geojson?kind=story", 200);
    assert_int_equal(json_array_size(json_object_get(json, "features")), 0);
    json_decref(json);
}

static size_t count_text(const char *text, const char *part) {
    size_t count = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

static void csv_has_a_row_for_each_match_and_no_formula(void **state) {
    struct face_fixture *f = *state;
    const char *a = face_get(f, "/api/v1/entries.csv");
    assert_int_equal(status_of(a), 200);
    assert_true(has_header(a, "Content-Type: text/csv; charset=utf-8"));
    assert_true(
        has_header(a, "Content-Disposition: attachment; filename=\"agora-2026-11-22.csv\""));
    const char *body = body_of(a);
    assert_memory_equal(body, "\xef\xbb\xbfid,url,kind,state,title,", 27);
    assert_int_equal(count_text(body, "\r\n"), FIXTURE_TOTAL + 1);
    assert_non_null(strstr(body, ",\"'=Un \"\"potager\"\", pour tous\","));
    assert_non_null(strstr(body, "2026-12-05T14:00,2026-12-05T18:00,"));
    assert_non_null(strstr(body, ",demo,jardin,,,CC-BY-SA-4.0,Agora\r\n"));
    assert_null(strstr(body, "secret@jardin.example"));
    a = face_get(f, "/api/v1/entries.csv?kind=need");
    assert_int_equal(count_text(body_of(a), "\r\n"), 2);
    assert_non_null(strstr(body_of(a), "deux adultes le jeudi"));
}

/* ---- suggestions, territories, themes ---- */

static const json_t *suggestion(const json_t *list, const char *type) {
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(list, "items"), i, item) {
        if (strcmp(json_text_at(item, "type"), type) == 0) {
            return item;
        }
    }
    return NULL;
}

static void suggestions_are_places_themes_and_entries(void **state) {
    struct face_fixture *f = *state;
    json_t *list = face_json(f, "/api/v1/suggest?q=chamb", 200);
    const json_t *item = suggestion(list, "territory");
    assert_string_equal(json_text_at(item, "label"), "Chambéry (73)");
    assert_string_equal(json_text_at(item, "detail"), "73000 · Savoie");
    assert_string_equal(json_text_at(item, "code"), "com-73065");
    assert_string_equal(json_text_at(item, "url"), "/territories/com-73065-chambery");
    assert_true(json_is_number(json_object_get(item, "lat")));
    json_decref(list);
    list = face_json(f, "/api/v1/suggest?q=covoit", 200);
    assert_string_equal(json_text_at(suggestion(list, "theme"), "code"), "mobility");
    assert_non_null(suggestion(list, "entry"));
    json_decref(list);
    list = face_json(f, "/api/v1/suggest?q=JARD", 200);
    assert_string_equal(json_text_at(suggestion(list, "theme"), "label"), "Jardins");
    assert_string_equal(json_text_at(suggestion(list, "entry"), "detail"),
                        "Initiative · Chambéry (73)");
    json_decref(list);
    list = face_json(f, "/api/v1/suggest?q=", 200);
    assert_int_equal(json_array_size(json_object_get(list, "items")), 0);
    json_decref(list);
}

static void territories_are_found_by_name_level_and_place(void **state) {
    struct face_fixture *f = *state;
    json_t *list = face_json(f, "/api/v1/territories?q=savoie", 200);
    assert_string_equal(json_text_at(item_at(list, 0), "code"), "dep-73");
    json_decref(list);
    list = face_json(f, "/api/v1/territories?level=departement", 200);
    assert_int_equal(json_array_size(json_object_get(list, "items")), 2);
    json_decref(list);
    list = face_json(f, "/api/v1/territories?level=commune&within=dep-73", 200);
    assert_int_equal(json_array_size(json_object_get(list, "items")), 2);
    json_decref(list);
    list = face_json(f, "/api/v1/territories?q=73000&limit=1", 200);
    assert_string_equal(json_text_at(item_at(list, 0), "label"), "Chambéry (73)");
    json_decref(list);
}

static void territory_knows_what_it_lies_in_and_what_it_holds(void **state) {
    struct face_fixture *f = *state;
    json_t *territory = face_json(f, "/api/v1/territories/com-73065", 200);
    assert_string_equal(json_text_at(territory, "level"), "commune");
    assert_int_equal(json_number_at(territory, "entries"), 1);
    assert_int_equal(json_array_size(json_object_get(territory, "within")), 4);
    assert_int_equal(json_array_size(json_object_get(territory, "bbox")), 4);
    json_decref(territory);
    territory = face_json(f, "/api/v1/territories/dep-73", 200);
    assert_int_equal(json_number_at(territory, "entries"), 3);
    assert_int_equal(json_number_at(territory, "commune_count"), 2);
    json_decref(territory);
    json_decref(face_json(f, "/api/v1/territories/dep-99", 404));
}

static void themes_stand_in_their_taxonomy_with_their_counts(void **state) {
    struct face_fixture *f = *state;
    json_t *json = face_json(f, "/api/v1/themes", 200);
    const json_t *scheme = json_array_get(json_object_get(json, "schemes"), 0);
    const json_t *themes = json_object_get(scheme, "themes");
    assert_string_equal(json_text_at(json_object_get(scheme, "title"), "en"), "Themes");
    assert_int_equal(json_array_size(themes), 3);
    size_t i;
    json_t *theme;
    json_array_foreach(themes, i, theme) {
        char target[128];
        snprintf(target, sizeof target, "/api/v1/entries?theme=%s", json_text_at(theme, "slug"));
        assert_int_equal(json_number_at(theme, "count"), total_of(f, target));
    }
    json_decref(json);
}

/* ---- the rest ---- */

static void openapi_describes_every_route_with_known_schemas(void **state) {
    struct face_fixture *f = *state;
    json_t *json = face_json(f, "/api/v1/openapi.json", 200);
    json_t *paths = json_object_get(json, "paths");
    const json_t *schemas = json_object_get(json_object_get(json, "components"), "schemas");
    assert_string_equal(json_text_at(json, "openapi"), "3.1.0");
    size_t open_routes = 0;
    for (size_t route = 0; route < face_api_route_count; route++) {
        open_routes += face_api_routes[route].audience == HTTP_FOR_MACHINES;
    }
    assert_int_equal(json_object_size(paths), open_routes);
    assert_null(json_object_get(paths, "/metrics")); /* for who hosts it, not for clients */
    const char *path;
    json_t *item;
    json_object_foreach(paths, path, item) {
        const json_t *get = json_object_get(item, "get");
        assert_true(json_text_at(get, "summary")[0] != '\0');
        assert_true(json_text_at(get, "operationId")[0] != '\0');
    }
    const char *text = body_of(buf_cstr(&f->answer));
    static const char mark[] = "#/components/schemas/";
    for (const char *at = strstr(text, mark); at; at = strstr(at + 1, mark)) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at + strlen(mark), "\""),
                 at + strlen(mark));
        if (!json_object_get(schemas, name)) {
            fail_msg("no schema %s", name);
        }
    }
    json_decref(json);
}

static void health_tells_version_and_documents(void **state) {
    struct face_fixture *f = *state;
    json_t *json = face_json(f, "/healthz", 200);
    assert_string_equal(json_text_at(json, "status"), "ok");
    assert_string_equal(json_text_at(json, "version"), "1.2.3");
    assert_int_equal(json_number_at(json, "documents"), FIXTURE_TOTAL);
    json_decref(json);
    assert_true(has_header(buf_cstr(&f->answer), "Cache-Control: no-store"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, face_fixture_stop)
    const struct CMUnitTest tests[] = {
        TEST(list_tells_total_items_and_what_is_next),
        TEST(pages_give_every_entry_once),
        TEST(item_is_the_public_entry_and_nothing_more),
        TEST(need_is_found_when_it_is_asked_for),
        TEST(facets_agree_with_the_totals_of_their_choices),
        TEST(labels_follow_the_language_of_the_reader),
        TEST(unusable_query_is_a_problem_that_names_its_key),
        TEST(list_is_not_sent_again_until_it_changes),
        TEST(one_entry_is_found_by_its_number),
        TEST(geojson_holds_the_whole_result_and_its_licences),
        TEST(geojson_of_nothing_is_an_empty_collection),
        TEST(csv_has_a_row_for_each_match_and_no_formula),
        TEST(suggestions_are_places_themes_and_entries),
        TEST(territories_are_found_by_name_level_and_place),
        TEST(territory_knows_what_it_lies_in_and_what_it_holds),
        TEST(themes_stand_in_their_taxonomy_with_their_counts),
        TEST(openapi_describes_every_route_with_known_schemas),
        TEST(health_tells_version_and_documents),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
