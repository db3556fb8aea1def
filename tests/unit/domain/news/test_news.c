/* What a team tells of its entry: writing, changing, taking back, hiding; who sees what. */
#include "team_fixture.h"

#include "domain/entry/document.h"
#include "domain/entry/picture.h"
#include "domain/news/news.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)

static err tell(struct scene *scene, const struct actor *actor, const char *day, const char *title,
                const char *text, int64_t *id) {
    const struct news_write write = {.actor = actor,
                                     .entry = scene->entry,
                                     .sort = NEWS_STEP,
                                     .happened = slice_from_cstr(day),
                                     .title = slice_from_cstr(title),
                                     .text = slice_from_cstr(text)};
    scene->problem = (struct problem){0};
    return news_write(scene->fixture->conn, &scene->world, &write, scene->fixture->now_ms,
                      &scene->arena, id, &scene->problem);
}

static int64_t told(struct scene *scene, const char *day, const char *title) {
    int64_t id = 0;
    assert_int_equal(tell(scene, &scene->anna, day, title, "Le four chauffe.", &id), OK);
    return id;
}

static size_t count_of(struct scene *scene, bool all, struct news **news) {
    size_t count;
    assert_int_equal(news_of_entry(scene->fixture->conn, scene->entry, NULL, all, 20, &scene->arena,
                                   news, &count),
                     OK);
    return count;
}

/* RULE NEWS-1 */
static void only_the_team_of_a_published_entry_writes(void **state) {
    struct scene *scene = *state;
    const struct actor nobody = {0};
    int64_t id = 0;
    assert_int_equal(tell(scene, &scene->eve, "2025", "Ouvert", "", &id), ERR_DENIED);
    assert_int_equal(tell(scene, &nobody, "2025", "Ouvert", "", &id), ERR_DENIED);
    id = told(scene, "2025-10-03", "Le four est rallumé");
    assert_int_equal(news_take_back(scene->fixture->conn, &scene->eve, id, true, 0), ERR_DENIED);
    assert_int_equal(news_take_back(scene->fixture->conn, &nobody, id, true, 0), ERR_DENIED);
    assert_int_equal(entry_set_status(scene->fixture->conn, &scene->fixture->ids, scene->entry,
                                      ENTRY_REMOVED, SLICE("person:1"), SLICE("x"),
                                      scene->fixture->now_ms),
                     OK);
    assert_int_equal(tell(scene, &scene->anna, "2025", "Encore", "", &id), ERR_NOT_FOUND);
    struct news_item *items;
    size_t count;
    assert_int_equal(news_latest(scene->fixture->conn, &nowhere, TERRITORY_NONE, 0, 20,
                                 &scene->arena, &items, &count),
                     OK);
    assert_int_equal(count, 0);
}

static void what_happened_last_stands_first_whenever_it_was_written(void **state) {
    struct scene *scene = *state;
    struct news *news;
    told(scene, "2025-10", "Octobre");
    told(scene, "2024", "L’an passé");
    int64_t december = told(scene, "22/12/2025", "Décembre");
    assert_int_equal(count_of(scene, false, &news), 3);
    assert_slice(news[0].title, "Décembre");
    assert_slice(news[1].title, "Octobre");
    assert_slice(news[2].title, "L’an passé");
    assert_int_equal(news[1].happened.precision, DATE_MONTH);
    size_t count;
    assert_int_equal(news_of_entry(scene->fixture->conn, scene->entry, &news[0], false, 1,
                                   &scene->arena, &news, &count),
                     OK);
    assert_int_equal(count, 1);
    assert_slice(news[0].title, "Octobre");
    struct news_item *items;
    assert_int_equal(news_latest(scene->fixture->conn, &nowhere, TERRITORY_NONE, 0, 1,
                                 &scene->arena, &items, &count),
                     OK);
    assert_int_equal(items[0].news.id, december);
    assert_slice(items[0].entry->entry.title, "Four à pain");
    assert_int_equal(news_latest(scene->fixture->conn, &nowhere, TERRITORY_NONE, december, 20,
                                 &scene->arena, &items, &count),
                     OK);
    assert_int_equal(count, 2);
}

static void what_is_malformed_is_refused_by_the_name_of_its_field(void **state) {
    struct scene *scene = *state;
    static char far_too_long[NEWS_TEXT_MAX + 2];
    memset(far_too_long, 'a', NEWS_TEXT_MAX + 1);
    const struct {
        const char *day, *title, *text, *field;
        err expected;
    } rows[] = {
        {"", "Titre", "", "happened", ERR_INPUT},
        {"XXXX", "Titre", "", "happened", ERR_INPUT},
        {"hier", "Titre", "", "happened", ERR_INPUT},
        {"2026-01-02", "Titre", "", "happened", ERR_INPUT}, /* tomorrow */
        {"2027", "Titre", "", "happened", ERR_INPUT},
        {"2025", "", "", "title", ERR_INPUT},
        {"2025", " \xE2\x80\xAE\xE2\x80\x8B ", "", "title", ERR_INPUT}, /* nothing but marks */
        {"2025", "deux\nlignes", "", "title", ERR_INPUT},
        {"2025", "Titre", "\x01", "text", ERR_INPUT},
        {"2025", "Titre", far_too_long, "text", ERR_LIMIT},
        {"2025", "Titre", "voir https://spam.example", "text", ERR_DENIED},
        {"2025", "www.spam.example", "", "text", ERR_DENIED},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        int64_t id;
        assert_int_equal(tell(scene, &scene->anna, rows[i].day, rows[i].title, rows[i].text, &id),
                         rows[i].expected);
        assert_string_equal(scene->problem.field, rows[i].field);
    }
    struct news *news;
    assert_int_equal(count_of(scene, true, &news), 0);
}

static void each_change_is_a_version_and_none_is_lost(void **state) {
    struct scene *scene = *state;
    int64_t id = told(scene, "2025", "Le four est ralumé");
    struct news_write change = {.actor = &scene->anna,
                                .id = id,
                                .version = 1,
                                .sort = NEWS_SUCCESS,
                                .happened = SLICE("2025-10"),
                                .title = SLICE("Le four est rallumé"),
                                .text = SLICE("")};
    struct store_fixture *fixture = scene->fixture;
    assert_int_equal(news_write(fixture->conn, &scene->world, &change, fixture->now_ms + DAY_MS,
                                &scene->arena, &id, &scene->problem),
                     OK);
    assert_int_equal(news_write(fixture->conn, &scene->world, &change, fixture->now_ms + DAY_MS,
                                &scene->arena, &id, &scene->problem),
                     ERR_CONFLICT); /* made of the first version */
    change.actor = &scene->eve;
    change.version = 2;
    assert_int_equal(news_write(fixture->conn, &scene->world, &change, fixture->now_ms + DAY_MS,
                                &scene->arena, &id, &scene->problem),
                     ERR_DENIED);
    struct news *versions;
    struct news news;
    size_t count;
    assert_int_equal(news_versions(fixture->conn, id, 10, &scene->arena, &versions, &count), OK);
    assert_int_equal(count, 2);
    assert_slice(versions[0].title, "Le four est rallumé");
    assert_slice(versions[1].title, "Le four est ralumé");
    assert_slice(versions[1].text, "Le four chauffe.");
    assert_int_equal(versions[1].sort, NEWS_STEP);
    assert_int_equal(news_load(fixture->conn, id, &scene->arena, &news), OK);
    assert_int_equal(news.version, 2);
    assert_int_equal(news.changed_ms, fixture->now_ms + DAY_MS);
    assert_int_equal(news.at_ms, fixture->now_ms);
}

static void what_is_taken_back_is_seen_by_its_team_alone(void **state) {
    struct scene *scene = *state;
    struct store_fixture *fixture = scene->fixture;
    struct news *news;
    int64_t id = told(scene, "2025", "Le four est rallumé");
    assert_int_equal(news_take_back(fixture->conn, &scene->anna, id, true, 1), OK);
    assert_int_equal(count_of(scene, false, &news), 0);
    assert_int_equal(count_of(scene, true, &news), 1);
    assert_int_equal(news_take_back(fixture->conn, &scene->eve, id, false, 1), ERR_DENIED);
    assert_int_equal(news_take_back(fixture->conn, &scene->anna, id, false, 1), OK);
    assert_int_equal(count_of(scene, false, &news), 1);
    assert_int_equal(news_take_back(fixture->conn, &scene->eve, id, true, 1), ERR_DENIED);
    assert_int_equal(news_take_back(fixture->conn, &scene->anna, id + 1, true, 1), ERR_NOT_FOUND);
}

static void what_was_merged_shows_its_news_where_it_stands_now(void **state) {
    struct scene *scene = *state;
    struct store_fixture *fixture = scene->fixture;
    struct news_item *items;
    struct news *news;
    size_t count;
    int64_t id = told(scene, "2025", "Le four est rallumé");
    struct entry_id kept = entry_made(scene, "{\"kind\":\"initiative\",\"title\":\"Le fournil\"}");
    assert_int_equal(entry_set_status(fixture->conn, &fixture->ids, scene->entry, ENTRY_ARCHIVED,
                                      SLICE("person:1"), SLICE("x"), fixture->now_ms),
                     OK);
    assert_int_equal(entry_merged_set(fixture->conn, scene->entry, kept, true), OK);
    assert_int_equal(
        news_of_entry(fixture->conn, kept, NULL, false, 20, &scene->arena, &news, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(news[0].id, id);
    assert_int_equal(news[0].entry.v, kept.v);
    assert_int_equal(
        news_latest(fixture->conn, &nowhere, TERRITORY_NONE, 0, 20, &scene->arena, &items, &count),
        OK);
    assert_int_equal(count, 1);
    assert_slice(items[0].entry->entry.title, "Le fournil");
    assert_int_equal(entry_merged_set(fixture->conn, scene->entry, (struct entry_id){0}, true), OK);
    assert_int_equal(
        news_of_entry(fixture->conn, kept, NULL, false, 20, &scene->arena, &news, &count), OK);
    assert_int_equal(count, 0);
}

/* ---- photos and documents ---- */

static struct entry_media document_of(struct scene *scene, const char *words) {
    struct entry_document document =
        media_document_named(slice_from_cstr(words), ENTRY_DOCUMENT_PDF, &scene->arena);
    assert_int_equal(media_add(scene->fixture->conn, document.name, 1), OK);
    return (struct entry_media){.kind = ENTRY_MEDIA_DOCUMENT,
                                .url =
                                    arena_concat_of(&scene->arena, SLICE("/media/"), document.name),
                                .title = SLICE("Statuts"),
                                .licence = SLICE("CC0-1.0")};
}

static struct entry_media photo_of(struct scene *scene, char digit, const char *alt) {
    slice name = arena_printf(&scene->arena, "%c%031d-300x200", digit, 0);
    struct entry_picture picture;
    assert_true(entry_picture_named(name, &picture));
    assert_int_equal(media_add(scene->fixture->conn, name, 1), OK);
    return (struct entry_media){
        .kind = ENTRY_MEDIA_IMAGE,
        .url = entry_picture_path(&picture, 0, ENTRY_PICTURE_JPEG, &scene->arena),
        .alt = slice_from_cstr(alt),
        .licence = SLICE("CC0-1.0")};
}

static err put(struct scene *scene, const struct actor *actor, int64_t id,
               struct entry_media *media, uint32_t count) {
    const struct news_media_write write = {actor, id, media, count};
    scene->problem = (struct problem){0};
    return news_media_put(scene->fixture->conn, &scene->world, &write, scene->fixture->now_ms,
                          &scene->arena, &scene->problem);
}

static struct news loaded(struct scene *scene, int64_t id) {
    struct news news;
    assert_int_equal(news_load(scene->fixture->conn, id, &scene->arena, &news), OK);
    return news;
}

static bool is_open(struct scene *scene, const struct entry_media *media) {
    struct entry_document document;
    slice title;
    assert_true(entry_media_document(media, &document));
    err found = media_document_shown(scene->fixture->conn, &document, &scene->arena, &title);
    assert_true(found == OK || found == ERR_NOT_FOUND);
    return found == OK;
}

/* RULE NEWS-2 */
static void photos_and_documents_are_of_a_version_and_go_on_to_the_next(void **state) {
    struct scene *scene = *state;
    int64_t id = told(scene, "2025", "Le four est rallumé");
    struct entry_media media[] = {photo_of(scene, 'a', "Le four"), document_of(scene, "%PDF-1")};
    assert_int_equal(put(scene, &scene->eve, id, media, 2), ERR_DENIED);
    assert_int_equal(put(scene, &scene->anna, id, media, 2), OK);
    assert_int_equal(put(scene, &scene->anna, id, media, 2), OK);
    assert_int_equal(loaded(scene, id).version, 2); /* the same once more is no version */
    struct news_write change = {.actor = &scene->anna,
                                .id = id,
                                .version = 2,
                                .sort = NEWS_STEP,
                                .happened = SLICE("2025"),
                                .title = SLICE("Le four chauffe"),
                                .text = SLICE("")};
    assert_int_equal(news_write(scene->fixture->conn, &scene->world, &change,
                                scene->fixture->now_ms, &scene->arena, &id, &scene->problem),
                     OK);
    struct news stands = loaded(scene, id);
    assert_int_equal(stands.media_count, 2);
    assert_slice(stands.media[0].alt, "Le four");
    assert_slice(stands.media[1].title, "Statuts");
    assert_int_equal(put(scene, &scene->anna, id, media, 1), OK);
    struct news *versions;
    size_t count;
    assert_int_equal(news_versions(scene->fixture->conn, id, 10, &scene->arena, &versions, &count),
                     OK);
    assert_int_equal(count, 4);
    const uint32_t of_each[] = {1, 2, 2, 0};
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(versions[i].media_count, of_each[i]);
    }
}

/* RULE NEWS-2 */
static void a_photo_that_nobody_described_waits_and_what_lies_elsewhere_is_refused(void **state) {
    struct scene *scene = *state;
    int64_t id = told(scene, "2025", "Le four est rallumé");
    struct entry_media media[] = {photo_of(scene, 'b', ""), document_of(scene, "%PDF-2")};
    struct entry_picture picture;
    uint32_t count;
    bool is_shown = true;
    assert_int_equal(put(scene, &scene->anna, id, media, 2), OK);
    assert_true(entry_media_picture(&media[0], &picture));
    assert_int_equal(media_is_shown(scene->fixture->conn, &picture, &scene->arena, &is_shown), OK);
    assert_false(is_shown);
    struct news news = loaded(scene, id);
    assert_int_equal(news_media_shown(&news, &scene->arena, &count)[0].kind, ENTRY_MEDIA_DOCUMENT);
    assert_int_equal(count, 1);
    media[0].alt = SLICE("Le four");
    assert_int_equal(put(scene, &scene->anna, id, media, 2), OK);
    assert_int_equal(media_is_shown(scene->fixture->conn, &picture, &scene->arena, &is_shown), OK);
    assert_true(is_shown);
    struct entry_media elsewhere = {.kind = ENTRY_MEDIA_IMAGE,
                                    .url = SLICE("https://example.org/a.jpg")};
    assert_int_equal(put(scene, &scene->anna, id, &elsewhere, 1), ERR_INPUT);
    struct entry_media unbooked = photo_of(scene, 'c', "Rien");
    unbooked.url = SLICE("/media/dddddddddddddddddddddddddddddddd-300x200/480.jpg");
    assert_int_equal(put(scene, &scene->anna, id, &unbooked, 1), ERR_INPUT);
    struct entry_media many[MEDIA_PER_ENTRY_MAX + 1];
    for (size_t i = 0; i < ARRAY_COUNT(many); i++) {
        many[i] = photo_of(scene, (char)('0' + (int)i), "Un four");
    }
    assert_int_equal(put(scene, &scene->anna, id, many, ARRAY_COUNT(many)), ERR_LIMIT);
    assert_int_equal(put(scene, &scene->anna, id, many, ARRAY_COUNT(many) - 1), OK);
}

/* RULE MEDIA-1, RULE MEDIA-2: with the news, with its entry, and with what that was merged into. */
static void
a_document_is_sent_while_its_news_is_shown_and_swept_when_nothing_names_it(void **state) {
    struct scene *scene = *state;
    struct store_fixture *fixture = scene->fixture;
    int64_t id = told(scene, "2025", "Le four est rallumé");
    struct entry_media media = document_of(scene, "%PDF-3");
    assert_int_equal(put(scene, &scene->anna, id, &media, 1), OK);
    assert_true(is_open(scene, &media));
    assert_int_equal(news_take_back(fixture->conn, &scene->anna, id, true, 1), OK);
    assert_false(is_open(scene, &media));
    assert_int_equal(news_take_back(fixture->conn, &scene->anna, id, false, 1), OK);
    struct entry_id kept = entry_made(scene, "{\"kind\":\"initiative\",\"title\":\"Fournil\"}");
    assert_int_equal(entry_set_status(fixture->conn, &fixture->ids, scene->entry, ENTRY_ARCHIVED,
                                      SLICE("person:1"), SLICE("x"), fixture->now_ms),
                     OK);
    assert_false(is_open(scene, &media));
    assert_int_equal(entry_merged_set(fixture->conn, scene->entry, kept, true), OK);
    assert_true(is_open(scene, &media));
    int64_t after = fixture->now_ms + 31 * DAY_MS;
    bool is_kept = false;
    const char *folder = arena_printf(&scene->arena, "%s/media", fixture->folder).p;
    assert_int_equal(media_sweep(fixture->conn, folder, fixture->now_ms), OK);
    assert_int_equal(media_sweep(fixture->conn, folder, after), OK);
    assert_int_equal(media_is_kept(fixture->conn, &media, &is_kept), OK);
    assert_true(is_kept);
    assert_int_equal(entry_set_status(fixture->conn, &fixture->ids, kept, ENTRY_REMOVED,
                                      SLICE("person:1"), SLICE("x"), fixture->now_ms),
                     OK);
    assert_int_equal(media_sweep(fixture->conn, folder, after), OK);
    assert_int_equal(media_sweep(fixture->conn, folder, after + 31 * DAY_MS), OK);
    assert_int_equal(media_is_kept(fixture->conn, &media, &is_kept), OK);
    assert_false(is_kept);
}

/* RULE PERSON-1 */
static void one_account_writes_forty_news_a_day(void **state) {
    struct scene *scene = *state;
    int64_t id = told(scene, "2025", "Une nouvelle");
    struct news_write change = {.actor = &scene->anna,
                                .id = id,
                                .sort = NEWS_STEP,
                                .happened = SLICE("2025"),
                                .title = SLICE("La même, changée"),
                                .text = SLICE("")};
    for (int i = 1; i < 20; i++) {
        told(scene, "2025", "Une nouvelle");
    }
    for (change.version = 1; change.version <= 20; change.version++) { /* a change counts too */
        assert_int_equal(news_write(scene->fixture->conn, &scene->world, &change,
                                    scene->fixture->now_ms, &scene->arena, &id, &scene->problem),
                         OK);
    }
    scene->problem = (struct problem){0};
    assert_int_equal(news_write(scene->fixture->conn, &scene->world, &change,
                                scene->fixture->now_ms, &scene->arena, &id, &scene->problem),
                     ERR_LIMIT);
    assert_string_equal(scene->problem.field, "tries");
    assert_int_equal(tell(scene, &scene->anna, "2025", "Une de trop", "", &id), ERR_LIMIT);
    assert_string_equal(scene->problem.field, "tries");
    scene->fixture->now_ms += DAY_MS + 1;
    told(scene, "2025", "Le lendemain");
}

static void the_catalogue_is_sound_and_slugs_come_back(void **state) {
    struct scene *scene = *state;
    assert_int_equal(db_catalogue_check(scene->fixture->conn, &news_catalogue, &scene->problem),
                     OK);
    for (unsigned i = NEWS_STEP; i < NEWS_SORT__COUNT; i++) {
        enum news_sort sort;
        assert_true(news_sort_from_slug(news_sort_slug((enum news_sort)i), &sort));
        assert_int_equal(sort, i);
    }
    enum news_sort sort;
    assert_false(news_sort_from_slug(SLICE("scandal"), &sort));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(only_the_team_of_a_published_entry_writes),
        TEST(what_happened_last_stands_first_whenever_it_was_written),
        TEST(what_is_malformed_is_refused_by_the_name_of_its_field),
        TEST(each_change_is_a_version_and_none_is_lost),
        TEST(what_is_taken_back_is_seen_by_its_team_alone),
        TEST(what_was_merged_shows_its_news_where_it_stands_now),
        TEST(photos_and_documents_are_of_a_version_and_go_on_to_the_next),
        TEST(a_photo_that_nobody_described_waits_and_what_lies_elsewhere_is_refused),
        TEST(a_document_is_sent_while_its_news_is_shown_and_swept_when_nothing_names_it),
        TEST(one_account_writes_forty_news_a_day),
        TEST(the_catalogue_is_sound_and_slugs_come_back),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("news", tests, NULL, NULL);
}
