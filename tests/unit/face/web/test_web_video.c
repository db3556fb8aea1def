#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "face/web/page/video.h"

static struct arena arena;

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

#define UUID "9c9de5e8-0a1e-484a-b099-e80766180a6d"

static void addresses_that_people_copy_become_players(void **state) {
    (void)state;
    static const struct {
        const char *url, *player, *origin, *page;
    } rows[] = {
        {"https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=10s",
         "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1",
         "https://www.youtube-nocookie.com", "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t="},
        {"https://youtu.be/dQw4w9WgXcQ?si=x",
         "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1",
         "https://www.youtube-nocookie.com", "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t="},
        {"https://m.youtube.com/shorts/abc_-9",
         "https://www.youtube-nocookie.com/embed/abc_-9?autoplay=1",
         "https://www.youtube-nocookie.com", "https://www.youtube.com/watch?v=abc_-9&t="},
        {"https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1",
         "https://player.vimeo.com", "https://vimeo.com/76979871#t="},
        {"https://vimeo.com/76979871/a1b2c3",
         "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1&h=a1b2c3",
         "https://player.vimeo.com", "https://vimeo.com/76979871/a1b2c3#t="},
        {"https://player.vimeo.com/video/76979871?h=a1b2c3",
         "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1&h=a1b2c3",
         "https://player.vimeo.com", "https://vimeo.com/76979871/a1b2c3#t="},
        {"https://www.dailymotion.com/video/x2m8jpp_le-titre",
         "https://geo.dailymotion.com/player.html?video=x2m8jpp", "https://geo.dailymotion.com",
         "https://www.dailymotion.com/video/x2m8jpp?start="},
        {"https://dai.ly/x2m8jpp", "https://geo.dailymotion.com/player.html?video=x2m8jpp",
         "https://geo.dailymotion.com", "https://www.dailymotion.com/video/x2m8jpp?start="},
        {"https://tube.example:8443/w/" UUID,
         "https://tube.example:8443/videos/embed/" UUID "?autoplay=1&p2p=0&warningTitle=0",
         "https://tube.example:8443", "https://tube.example:8443/videos/watch/" UUID "?start="},
        {"https://tube.example/videos/watch/d6ZiUHJRxpjoZKSeetjSXe",
         "https://tube.example/videos/embed/d6ZiUHJRxpjoZKSeetjSXe?autoplay=1&p2p=0&warningTitle=0",
         "https://tube.example", "https://tube.example/videos/watch/d6ZiUHJRxpjoZKSeetjSXe?start="},
        {"https://media.example/a/film.MP4?v=2#t=4", "https://media.example/a/film.MP4?v=2",
         "https://media.example", "https://media.example/a/film.MP4?v=2#t="},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct video video = {0};
        assert_true(video_of(slice_from_cstr(rows[i].url), &arena, &video));
        assert_string_equal(arena_cstr(&arena, video.player), rows[i].player);
        assert_string_equal(arena_cstr(&arena, video.origin), rows[i].origin);
        assert_string_equal(arena_cstr(&arena, video.page), rows[i].page);
        assert_int_equal(video.sort, strstr(rows[i].url, "film") ? VIDEO_FILE : VIDEO_FRAME);
    }
}

static void any_other_address_stays_a_link(void **state) {
    (void)state;
    static const char *const rows[] = {
        "",
        "https://",
        "http://youtu.be/dQw4w9WgXcQ",
        "https://youtu.be",
        "https://youtu.be/",
        "https://youtube.com.evil.example/watch?v=a",
        "https://evil.example/youtu.be/abc",
        "https://user@youtu.be/abc",
        "https://www.youtube.com/watch?list=a",
        "https://www.youtube.com/@someone",
        "https://vimeo.com/channels/staffpicks",
        "https://tube.example/w/short",
        "https://a.example;script-src *//w/" UUID,
        "https://a.example /film.mp4",
        "https://a.example\r\nX: y/film.mp4",
        "javascript:alert(1)",
        "https://onpassealacte.fr/initiative.j-ai-decide.99000246528.html",
        "https://a.example/.mp4x",
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct video video = {0};
        if (video_of(slice_from_cstr(rows[i]), &arena, &video)) {
            fail_msg("%s became a player", rows[i]);
        }
    }
}

static void a_transcript_says_when(void **state) {
    (void)state;
    static const struct {
        const char *line;
        uint32_t seconds;
        const char *text;
    } rows[] = {
        {"0:05 Bonjour", 5, "Bonjour"}, {"[04:02] Oui", 242, "Oui"},   {"1:02:03 Fin", 3723, "Fin"},
        {" 00:00\tDébut ", 0, "Début"}, {"120:00 Long", 7200, "Long"}, {"[0:07]", 7, ""},
    };
    static const char *const none[] = {"",       "Bonjour", "12",          "12:3 x",
                                       "1:60 x", "[1:20 x", "1:20h",       "1:2:3:4 x",
                                       ":20 x",  "1: x",    "1:00:00:00 x"};
    uint32_t seconds = 0;
    slice text = SLICE_EMPTY;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_true(video_chapter(slice_from_cstr(rows[i].line), &seconds, &text));
        assert_int_equal(seconds, rows[i].seconds);
        assert_string_equal(arena_cstr(&arena, text), rows[i].text);
    }
    for (size_t i = 0; i < ARRAY_COUNT(none); i++) {
        if (video_chapter(slice_from_cstr(none[i]), &seconds, &text)) {
            fail_msg("%s has no time", none[i]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_that_people_copy_become_players),
        cmocka_unit_test(any_other_address_stays_a_link),
        cmocka_unit_test(a_transcript_says_when),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, setup, teardown);
}
