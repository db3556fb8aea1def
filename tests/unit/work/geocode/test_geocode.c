/* What a service of addresses says, and what its address may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "work/geocode/geocode_int.h"

#define POINT "\"geometry\":{\"type\":\"Point\",\"coordinates\":[5.9217,45.5659]}"
#define HEAD  "{\"type\":\"FeatureCollection\",\"features\":["

static struct geocode_answer answer_of(const char *json) {
    struct geocode_answer answer;
    memset(&answer, 0x5a, sizeof answer);
    assert_int_equal(geocode_answer_read(slice_from_cstr(json), &answer), OK);
    assert_true(geocode_answer_is_sound(&answer));
    return answer;
}

static void a_house_has_its_number_and_street(void **state) {
    (void)state;
    struct geocode_answer answer =
        answer_of(HEAD "{" POINT ",\"properties\":{\"type\":\"housenumber\",\"label\":"
                       "\"8 Rue de Boigne 73000 Chambéry\",\"housenumber\":\"8\","
                       "\"street\":\"Rue de Boigne\",\"postcode\":\"73000\","
                       "\"citycode\":\"73065\",\"score\":0.97}}]}");
    assert_int_equal(answer.count, 1);
    const struct geocode_place *place = &answer.places[0];
    assert_int_equal(place->kind, GEOCODE_HOUSE);
    assert_int_equal(place->point.lat_e7, 455659000);
    assert_int_equal(place->point.lon_e7, 59217000);
    assert_string_equal(place->address, "8 Rue de Boigne");
    assert_string_equal(place->postal_code, "73000");
    assert_string_equal(place->commune, "73065");
}

static void a_hamlet_has_its_name_and_a_town_no_address(void **state) {
    (void)state;
    struct geocode_answer answer =
        answer_of(HEAD "{" POINT ",\"properties\":{\"type\":\"locality\",\"label\":\"Le Villard "
                       "73110 La Rochette\",\"name\":\"Le Villard\"}},"
                       "{" POINT ",\"properties\":{\"type\":\"municipality\",\"label\":\"Arvillard"
                       "\",\"name\":\"Arvillard\",\"citycode\":\"2A004\"}}]}");
    assert_int_equal(answer.count, 2);
    assert_string_equal(answer.places[0].address, "Le Villard");
    assert_string_equal(answer.places[1].address, "");
    assert_string_equal(answer.places[1].commune, "2A004");
}

static void what_is_no_place_is_passed_over_and_the_others_stay(void **state) {
    (void)state;
    static const char *const bad[] = {
        "{}",
        "null",
        "5",
        "{" POINT ",\"properties\":{\"type\":\"street\"}}",
        "{" POINT ",\"properties\":{\"label\":\"x\"}}",
        "{" POINT ",\"properties\":{\"label\":\"x\",\"type\":\"planet\"}}",
        "{" POINT ",\"properties\":{\"label\":\"x\\ny\",\"type\":\"street\"}}",
        "{" POINT ",\"properties\":{\"label\":\"x\",\"type\":\"street\",\"postcode\":\"730000\"}}",
        "{\"geometry\":{\"type\":\"Point\",\"coordinates\":[181,45]},\"properties\":"
        "{\"label\":\"x\",\"type\":\"street\"}}",
        "{\"geometry\":{\"type\":\"Point\",\"coordinates\":[\"5\",45]},\"properties\":"
        "{\"label\":\"x\",\"type\":\"street\"}}",
        "{\"geometry\":{\"type\":\"LineString\",\"coordinates\":[5,45]},\"properties\":"
        "{\"label\":\"x\",\"type\":\"street\"}}",
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        char json[1024];
        snprintf(json, sizeof json,
                 HEAD "%s,{" POINT ",\"properties\":{\"type\":\"street\",\"label\":\"Rue\","
                      "\"street\":\"Rue\"}}]}",
                 bad[i]);
        struct geocode_answer answer = answer_of(json);
        assert_int_equal(answer.count, 1);
        assert_string_equal(answer.places[0].label, "Rue");
    }
}

static void no_more_than_five_are_taken(void **state) {
    (void)state;
    struct buf json BUF_CLEANUP = buf_new(4096);
    buf_add_cstr(&json, HEAD);
    for (int i = 0; i < 9; i++) {
        buf_addf(&json, "%s{" POINT ",\"properties\":{\"type\":\"street\",\"label\":\"Rue %d\"}}",
                 i > 0 ? "," : "", i);
    }
    buf_add_cstr(&json, "]}");
    struct geocode_answer answer = answer_of(buf_cstr(&json));
    assert_int_equal(answer.count, GEOCODE_PLACES_MAX);
    assert_string_equal(answer.places[4].label, "Rue 4");
}

static void what_is_no_collection_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "[]",
                                      "{}",
                                      "<html>",
                                      "{\"type\":\"FeatureCollection\"}",
                                      "{\"type\":\"Feature\",\"features\":[]}",
                                      "{\"type\":\"FeatureCollection\",\"features\":[}"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct geocode_answer answer;
        assert_int_equal(geocode_answer_read(slice_from_cstr(bad[i]), &answer), ERR_INPUT);
        assert_int_equal(answer.count, 0);
    }
}

static void what_another_process_says_is_believed_in_nothing(void **state) {
    (void)state;
    struct geocode_answer good =
        answer_of(HEAD "{" POINT ",\"properties\":{\"type\":\"street\",\"label\":\"Rue\"}}]}");
    struct geocode_answer bad = good;
    bad.count = GEOCODE_PLACES_MAX + 1;
    assert_false(geocode_answer_is_sound(&bad));
    bad = good;
    bad.count = 2; /* the second is nothing */
    assert_false(geocode_answer_is_sound(&bad));
    bad = good;
    memset(bad.places[0].address, 'x', sizeof bad.places[0].address);
    assert_false(geocode_answer_is_sound(&bad));
    bad = good;
    bad.places[0].commune[0] = '\n';
    assert_false(geocode_answer_is_sound(&bad));
    bad = good;
    bad.places[0].label[0] = (char)0xff;
    assert_false(geocode_answer_is_sound(&bad));
    bad = good;
    bad.places[0].point.lat_e7 = INT32_MAX;
    assert_false(geocode_answer_is_sound(&bad));
}

static void the_address_of_a_service_is_read_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *url, *host;
        unsigned port;
    } good[] = {
        {"https://data.geopf.fr/geocodage", "data.geopf.fr", 443},
        {"http://127.0.0.1:7878", "127.0.0.1", 7878},
        {"http://[::1]:80/a/b", "[::1]", 80},
        {"http://addok", "addok", 80},
    };
    static const char *const bad[] = {
        "",          "addok",        "ftp://addok",      "https://",     "https:///search",
        "http://x/", "http://x:0",   "http://x:70000",   "http://x:",    "https://u:p@x",
        "http://:8", "http://x?a=b", "http://x/search#", "http://x/a b", "HTTP://x"};
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        slice host;
        unsigned port;
        assert_null(geocode_url_fault(slice_from_cstr(good[i].url)));
        geocode_url_read(slice_from_cstr(good[i].url), &host, &port);
        assert_true(slice_equal(host, slice_from_cstr(good[i].host)));
        assert_int_equal(port, good[i].port);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_non_null(geocode_url_fault(slice_from_cstr(bad[i])));
    }
}

static void a_question_is_one_query_and_tells_the_town_roughly(void **state) {
    (void)state;
    struct geocode_request request = {.asked_bytes = 13,
                                      .asked = "8&limit=9 #é",
                                      .has_near = true,
                                      .near = {.lon_e7 = -59178123, .lat_e7 = 455646789}};
    struct buf url BUF_CLEANUP = buf_new(1000);
    geocode_url_write(SLICE("https://x/base"), &request, &url);
    assert_string_equal(buf_cstr(&url), "https://x/base/search?q=8%26limit%3D9+%23%C3%A9&limit=5&"
                                        "lat=45.56&lon=-5.92");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_house_has_its_number_and_street),
        cmocka_unit_test(a_hamlet_has_its_name_and_a_town_no_address),
        cmocka_unit_test(what_is_no_place_is_passed_over_and_the_others_stay),
        cmocka_unit_test(no_more_than_five_are_taken),
        cmocka_unit_test(what_is_no_collection_is_refused),
        cmocka_unit_test(what_another_process_says_is_believed_in_nothing),
        cmocka_unit_test(the_address_of_a_service_is_read_or_refused),
        cmocka_unit_test(a_question_is_one_query_and_tells_the_town_roughly),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
