/* Files of pictures, who may see them, and when they go. */
#include "entry_fixture.h"

#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domain/contribution/contribution.h"
#include "domain/media/media_int.h"

#define DAY_MS INT64_C(86400000)

struct shown {
    struct entry_fixture *fixture;
    const char *folder;
    struct entry_picture picture;
    slice url;
};

static struct shown picture_new(struct entry_fixture *fixture, const char *bytes) {
    struct shown shown = {.fixture = fixture};
    slice name;
    shown.folder = arena_printf(&fixture->arena, "%s/media", fixture->store.folder).p;
    const struct media_print prints[] = {
        {0, ENTRY_PICTURE_WEBP, slice_from_cstr(bytes)},
        {0, ENTRY_PICTURE_JPEG, slice_from_cstr(bytes)},
    };
    name = media_name(prints, ARRAY_COUNT(prints), 300, 200, &fixture->arena);
    assert_true(entry_picture_named(name, &shown.picture));
    assert_int_equal(media_add(fixture->store.conn, name, fixture->store.now_ms), OK);
    assert_int_equal(
        media_files_write(shown.folder, name, prints, ARRAY_COUNT(prints), &fixture->problem), OK);
    shown.url = entry_picture_path(&shown.picture, 0, ENTRY_PICTURE_JPEG, &fixture->arena);
    return shown;
}

static void add_to_entry(struct shown *shown, struct entry *entry) {
    struct entry_fixture *fixture = shown->fixture;
    slice json =
        arena_printf(&fixture->arena,
                     "{\"id\":\"%.*s\",\"kind\":\"idea\",\"title\":\"Une idée\",\"media\":["
                     "{\"kind\":\"image\",\"url\":\"%.*s\",\"alt\":\"Un pré\"}]}",
                     SLICE_ARG(slice_sub(shown->picture.name, 0, 8)), SLICE_ARG(shown->url));
    assert_int_equal(entry_bring(fixture, json.p, entry), ENTRY_ADDED);
}

static bool is_shown(struct shown *shown) {
    bool answer = false;
    assert_int_equal(media_is_shown(shown->fixture->store.conn, &shown->picture,
                                    &shown->fixture->arena, &answer),
                     OK);
    return answer;
}

static void set_status(struct shown *shown, const struct entry *entry, enum entry_status status) {
    struct entry_fixture *fixture = shown->fixture;
    assert_int_equal(entry_set_status(fixture->store.conn, &fixture->store.ids, entry->id, status,
                                      SLICE("person:1"), SLICE("why"), fixture->store.now_ms),
                     OK);
}

static bool has_file(struct shown *shown) {
    struct buf bytes BUF_CLEANUP = buf_new(1 << 16);
    err found = media_file_read(shown->folder, &shown->picture, SLICE("480.webp"), &bytes);
    assert_true(found == OK || found == ERR_NOT_FOUND);
    return found == OK && bytes.n > 0;
}

/* The sweep of one hour, that many days later. */
static void sweep_after(struct shown *shown, int64_t days) {
    shown->fixture->store.now_ms += days * DAY_MS;
    assert_int_equal(
        media_sweep(shown->fixture->store.conn, shown->folder, shown->fixture->store.now_ms), OK);
}

static err verify(struct shown *shown, struct media_figures *figures) {
    shown->fixture->problem = (struct problem){0};
    return media_verify(shown->fixture->store.conn, shown->folder, figures,
                        &shown->fixture->problem);
}

static void found(struct shown *shown, const char *what) {
    struct media_figures figures;
    assert_int_equal(verify(shown, &figures), ERR_CORRUPT);
    assert_non_null(strstr(shown->fixture->problem.what, what));
}

/* Writes a file below the folder, whatever stands there. */
static const char *file_put(struct shown *shown, const char *name, const char *bytes) {
    const char *path =
        arena_printf(&shown->fixture->arena, "%s/%.2s/%s", shown->folder, name, name).p;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(bytes, file);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void what_lies_here_is_found_whole(void **state) {
    struct shown shown = picture_new(*state, "RIFF eight");
    struct media_figures figures;
    struct entry entry;
    assert_int_equal(verify(&shown, &figures), OK);
    add_to_entry(&shown, &entry);
    struct entry_document document =
        media_document_named(SLICE("%PDF-1.4 %%EOF"), ENTRY_DOCUMENT_PDF, &shown.fixture->arena);
    assert_int_equal(media_add(shown.fixture->store.conn, document.name, 1), OK);
    assert_int_equal(media_document_write(shown.folder, &document, SLICE("%PDF-1.4 %%EOF"),
                                          &shown.fixture->problem),
                     OK);
    file_put(&shown, arena_printf(&shown.fixture->arena, "%.*s.new", SLICE_ARG(document.name)).p,
             "half of it");
    assert_int_equal(verify(&shown, &figures), OK);
    assert_int_equal(figures.pictures, 1);
    assert_int_equal(figures.documents, 1);
    assert_int_equal(figures.files, 4);
    assert_int_equal(figures.bytes, 2 * strlen("RIFF eight") + document.bytes);
}

static void a_file_that_is_gone_or_another_is_found(void **state) {
    struct shown shown = picture_new(*state, "RIFF nine");
    struct media_figures figures;
    struct entry entry;
    const char *name =
        arena_printf(&shown.fixture->arena, "%.*s-480.webp", SLICE_ARG(shown.picture.name)).p;
    file_put(&shown, name, "RIFF NINE");
    found(&shown, "is not what was written");
    assert_int_equal(unlink(file_put(&shown, name, "")), 0);
    assert_int_equal(verify(&shown, &figures), OK); /* nothing shows it */
    add_to_entry(&shown, &entry);
    found(&shown, "is missing");
    file_put(&shown, name, "RIFF nine");
    assert_int_equal(verify(&shown, &figures), OK);
}

static void a_file_that_no_book_knows_is_found(void **state) {
    struct shown shown = picture_new(*state, "RIFF ten");
    struct media_figures figures;
    static const char *const strange[] = {"%.2s-index.php", "%s-999.webp", "%s-480.png",
                                          "%.32s-7.pdf", "%.32s-70x70-480.jpg"};
    for (size_t i = 0; i < ARRAY_COUNT(strange); i++) {
        char name[128];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(name, sizeof name, strange[i],
                 arena_cstr(&shown.fixture->arena, shown.picture.name));
#pragma GCC diagnostic pop
        const char *path = file_put(&shown, name, "x");
        found(&shown, i < 3 ? "is no file of this program" : "is not in the books");
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(verify(&shown, &figures), OK);
}

static void an_entry_that_shows_what_no_book_knows_is_found(void **state) {
    struct shown shown = picture_new(*state, "RIFF eleven");
    struct entry entry;
    add_to_entry(&shown, &entry);
    struct db_query *query = media_query(shown.fixture->store.conn, MEDIA_DELETE);
    db_bind_text(query, 1, shown.picture.name);
    assert_int_equal(db_run(query), OK);
    assert_int_equal(media_files_delete(shown.folder, &shown.picture), OK);
    found(&shown, "which is not in the books");
}

/* RULE MEDIA-1 */
static void a_picture_is_shown_while_a_published_entry_shows_it(void **state) {
    struct shown shown = picture_new(*state, "RIFF one");
    struct entry entry;
    assert_false(is_shown(&shown));
    add_to_entry(&shown, &entry);
    assert_true(is_shown(&shown));
    for (enum entry_status status = ENTRY_PENDING; status < ENTRY_STATUS__COUNT; status++) {
        set_status(&shown, &entry, status);
        assert_false(is_shown(&shown));
    }
    set_status(&shown, &entry, ENTRY_PUBLISHED);
    assert_true(is_shown(&shown));
}

/* RULE MEDIA-2 */
static void a_picture_that_nothing_names_stays_thirty_days_and_goes(void **state) {
    struct shown shown = picture_new(*state, "RIFF two");
    sweep_after(&shown, 0);
    sweep_after(&shown, 29);
    assert_true(has_file(&shown));
    sweep_after(&shown, 1);
    assert_false(has_file(&shown));
    sweep_after(&shown, 1); /* there is nothing left to do */
}

/* RULE MEDIA-2 */
static void what_a_killed_process_left_of_a_picture_goes_with_it(void **state) {
    struct shown shown = picture_new(*state, "RIFF eight");
    const char *file = arena_printf(&shown.fixture->arena, "%s/%.2s/%.*s-480.webp", shown.folder,
                                    shown.picture.name.p, SLICE_ARG(shown.picture.name))
                           .p;
    const char *left = arena_printf(&shown.fixture->arena, "%s.new", file).p;
    assert_int_equal(access(file, F_OK), 0);
    assert_int_equal(rename(file, left), 0); /* killed before it had its name */
    sweep_after(&shown, 0);
    sweep_after(&shown, 29);
    assert_int_equal(access(left, F_OK), 0);
    sweep_after(&shown, 1);
    assert_int_equal(access(left, F_OK), -1);
}

/* RULE MEDIA-2 */
static void a_picture_that_cannot_be_deleted_stops_no_sweep_and_goes_later(void **state) {
    struct shown shown = picture_new(*state, "RIFF seven");
    sweep_after(&shown, 0);
    shown.fixture->store.now_ms += 30 * DAY_MS;
    assert_int_equal(
        media_sweep(shown.fixture->store.conn, "/dev/null", shown.fixture->store.now_ms), OK);
    assert_true(has_file(&shown));
    sweep_after(&shown, 0);
    assert_false(has_file(&shown));
}

static void a_picture_of_an_entry_stays_and_that_of_a_removed_one_goes(void **state) {
    struct shown shown = picture_new(*state, "RIFF three");
    struct entry entry;
    add_to_entry(&shown, &entry);
    sweep_after(&shown, 400);
    set_status(&shown, &entry, ENTRY_ARCHIVED);
    sweep_after(&shown, 1);
    sweep_after(&shown, 400);
    assert_true(has_file(&shown)); /* put away is not removed */
    set_status(&shown, &entry, ENTRY_REMOVED);
    sweep_after(&shown, 1);
    set_status(&shown, &entry, ENTRY_PUBLISHED); /* the decision was taken back in time */
    sweep_after(&shown, 40);
    assert_true(has_file(&shown));
    set_status(&shown, &entry, ENTRY_REMOVED);
    sweep_after(&shown, 1);
    sweep_after(&shown, 30);
    assert_false(has_file(&shown));
}

static void a_picture_of_a_draft_stays_as_long_as_the_draft(void **state) {
    struct entry_fixture *fixture = *state;
    struct shown shown = picture_new(fixture, "RIFF four");
    const struct actor nobody = {.name = {"", 0}, .language = {"", 0}};
    struct entry_media media = {.kind = ENTRY_MEDIA_IMAGE, .url = shown.url};
    struct entry content = {.kind = ENTRY_KIND_IDEA, .media = &media, .media_count = 1};
    struct crypto_secret secret;
    assert_int_equal(contribution_draft_begin(fixture->store.conn, &nobody, &content,
                                              fixture->store.now_ms, &secret),
                     OK);
    sweep_after(&shown, 1);
    sweep_after(&shown, 31);
    assert_true(has_file(&shown));
    assert_int_equal(
        contribution_draft_drop(fixture->store.conn, &nobody, slice_from_cstr(secret.text)), OK);
    sweep_after(&shown, 1);
    sweep_after(&shown, 30);
    assert_false(has_file(&shown));
}

static void the_same_prints_have_one_name_and_others_another(void **state) {
    struct shown first = picture_new(*state, "RIFF five");
    struct shown again = picture_new(*state, "RIFF five");
    struct shown other = picture_new(*state, "RIFF six");
    assert_true(slice_equal(first.picture.name, again.picture.name));
    assert_false(slice_equal(first.picture.name, other.picture.name));
}

static void a_folder_that_cannot_be_written_is_told(void **state) {
    struct entry_fixture *fixture = *state;
    const struct media_print print = {0, ENTRY_PICTURE_WEBP, SLICE("RIFF")};
    slice name = media_name(&print, 1, 3, 2, &fixture->arena);
    assert_int_equal(media_files_write("/proc/none", name, &print, 1, &fixture->problem), ERR_IO);
    assert_non_null(strstr(fixture->problem.what, "/proc/none"));
}

static bool is_here(const char *path) {
    return access(path, F_OK) == 0;
}

static void a_picture_that_could_not_be_written_whole_leaves_no_file(void **state) {
    struct entry_fixture *fixture = *state;
    const char *folder = picture_new(fixture, "RIFF seven").folder; /* makes the folder */
    const struct media_print prints[] = {
        {0, ENTRY_PICTURE_WEBP, SLICE("RIFF eight")},
        {0, ENTRY_PICTURE_JPEG, SLICE("RIFF eight")},
    };
    slice name = media_name(prints, 2, 300, 200, &fixture->arena);
    slice base =
        arena_printf(&fixture->arena, "%s/%.*s/%.*s-480", folder, 2, name.p, SLICE_ARG(name));
    const char *first = arena_printf(&fixture->arena, "%.*s.webp", SLICE_ARG(base)).p;
    const char *second = arena_printf(&fixture->arena, "%.*s.jpg", SLICE_ARG(base)).p;
    (void)mkdir(arena_printf(&fixture->arena, "%s/%.*s", folder, 2, name.p).p, 0750);
    assert_int_equal(mkdir(second, 0750), 0); /* where a file should go */
    assert_int_equal(media_files_write(folder, name, prints, 2, &fixture->problem), ERR_IO);
    assert_false(is_here(first));
    /* One that another entry has stays. */
    assert_int_equal(media_files_write(folder, name, prints, 1, &fixture->problem), OK);
    assert_int_equal(media_files_write(folder, name, prints, 2, &fixture->problem), ERR_IO);
    assert_true(is_here(first));
}

static void only_our_own_addresses_are_pictures(void **state) {
    struct entry_picture picture;
    struct arena arena ARENA_CLEANUP = arena_make(1024, 0);
    static const char *const others[] = {
        "",
        "/media/",
        "https://example.org/media/0123456789abcdef0123456789abcdef-300x200/480.jpg",
        "/media/0123456789abcdef0123456789abcdef-300x200/480.webp",
        "/media/0123456789abcdef0123456789abcdef-300x200/960.jpg", /* there is none so large */
        "/media/0123456789abcdef0123456789abcdef-0x200/480.jpg",
        "/media/0123456789abcdef0123456789abcdef-0300x200/480.jpg",
        "/media/0123456789abcdef0123456789abcdef-1601x200/1600.jpg",
        "/media/0123456789ABCDEF0123456789abcdef-300x200/480.jpg",
        "/media/0123456789abcdef0123456789abcdef-300x200/480.jpg/",
        "/media/0123456789abcdef0123456789abcdef-300x200/480.jpg?x",
        "/media/../../0123456789abcdef0123456789abcdef-300x200/480.jpg",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        assert_false(entry_picture_of(slice_from_cstr(others[i]), &picture));
    }
    slice own = SLICE("/media/0123456789abcdef0123456789abcdef-1200x1600/1600.jpg");
    assert_true(entry_picture_of(own, &picture));
    assert_int_equal(picture.width, 1200);
    assert_int_equal(picture.height, 1600);
    assert_int_equal(entry_picture_width(&picture, 0), 360);
    assert_int_equal(entry_picture_width(&picture, 1), 720);
    assert_int_equal(entry_picture_width(&picture, 2), 1200);
    assert_true(slice_equal(entry_picture_path(&picture, 2, ENTRY_PICTURE_JPEG, &arena), own));
}

static int item_remove(const char *path, const struct stat *is, int type, struct FTW *place) {
    (void)is;
    (void)type;
    (void)place;
    return remove(path);
}

static int teardown(void **state) {
    const struct entry_fixture *fixture = *state;
    char folder[128];
    snprintf(folder, sizeof folder, "%s/media", fixture->store.folder);
    nftw(folder, item_remove, 8, FTW_DEPTH | FTW_PHYS);
    return entry_teardown(state);
}

#define IN_STORE(name) cmocka_unit_test_setup_teardown(name, entry_setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_STORE(a_picture_is_shown_while_a_published_entry_shows_it),
        IN_STORE(a_picture_that_nothing_names_stays_thirty_days_and_goes),
        IN_STORE(what_a_killed_process_left_of_a_picture_goes_with_it),
        IN_STORE(a_picture_that_cannot_be_deleted_stops_no_sweep_and_goes_later),
        IN_STORE(a_picture_of_an_entry_stays_and_that_of_a_removed_one_goes),
        IN_STORE(a_picture_of_a_draft_stays_as_long_as_the_draft),
        IN_STORE(the_same_prints_have_one_name_and_others_another),
        IN_STORE(a_folder_that_cannot_be_written_is_told),
        IN_STORE(what_lies_here_is_found_whole),
        IN_STORE(a_file_that_is_gone_or_another_is_found),
        IN_STORE(a_file_that_no_book_knows_is_found),
        IN_STORE(an_entry_that_shows_what_no_book_knows_is_found),
        IN_STORE(a_picture_that_could_not_be_written_whole_leaves_no_file),
        cmocka_unit_test(only_our_own_addresses_are_pictures),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("media", tests, NULL, NULL);
}
