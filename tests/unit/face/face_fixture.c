#include "face_fixture.h"

#include "db/migrations.h"
#include "face/actor.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char territories_tsv[] =
    "#agora-territories\tface-1\n"
    "code\tname\tepci\tdepartement\tregion\tkind\tpostal\tpopulation\tlon\tlat\tprecision\taliases"
    "\n"
    "country-fr\tFrance\t\t\t\t\t\t68000000\t2.45\t46.6\ttown\t\n"
    "reg-84\tAuvergne-Rhône-Alpes\t\t\t\tmetro\t\t8000000\t4.5\t45.5\tmiddle\t\n"
    "dep-73\tSavoie\t\t\treg-84\tmetro\t\t440000\t6.4\t45.5\tmiddle\t\n"
    "dep-74\tHaute-Savoie\t\t\treg-84\tmetro\t\t840000\t6.4\t46.0\tmiddle\t\n"
    "epci-200069110\tGrand Chambéry\t\tdep-73\treg-84\tCA\t\t140000\t5.95\t45.57\tmiddle\t\n"
    "com-73065\tChambéry\tepci-200069110\tdep-73\treg-84\tseat\t73000\t60000\t5.91667\t45.56667"
    "\ttown\t\n"
    "com-73096\tCruet\t\tdep-73\treg-84\t\t73800\t1000\t6.09\t45.53\ttown\t\n"
    "com-74010\tAnnecy\t\tdep-74\treg-84\tseat\t74000 74940\t130000\t6.13\t45.9\ttown\t\n";

static const char themes_json[] =
    "{\"scheme\":\"themes\",\"title\":{\"fr\":\"Thèmes\",\"en\":\"Themes\"},\"concepts\":["
    "{\"slug\":\"food\",\"broader\":null,\"label\":{\"fr\":\"Alimentation\",\"en\":\"Food\"},"
    "\"synonyms\":{\"fr\":[\"amap\"],\"en\":[\"eat\"]}},"
    "{\"slug\":\"gardens\",\"broader\":\"food\",\"label\":{\"fr\":\"Jardins\",\"en\":\"Gardens\"}},"
    "{\"slug\":\"mobility\",\"broader\":null,\"label\":{\"fr\":\"Mobilité\",\"en\":\"Mobility\"},"
    "\"synonyms\":{\"fr\":[\"covoiturage\"],\"en\":[\"car sharing\"]}}]}";

static const char *const entries[] = {
    "{\"id\":\"jardin\",\"kind\":\"initiative\",\"state\":\"running\",\"title\":\"Jardin partagé "
    "des "
    "Combes\",\"summary\":\"=Un \\\"potager\\\", pour tous\",\"themes\":[\"gardens\"],"
    "\"tags\":[\"terre\"],\"place\":{\"address\":\"1 rue du Puits\",\"territory\":\"com-73065\","
    "\"latitude\":45.57,\"longitude\":5.92,\"precision\":\"exact\"},\"contacts\":[{\"kind\":"
    "\"website\",\"value\":\"https://jardin.example\"},{\"kind\":\"email\",\"value\":"
    "\"secret@jardin.example\",\"visibility\":\"team\"}],\"needs\":[{\"sort\":\"time\",\"text\":"
    "\"deux adultes le jeudi\"}],\"translations\":{\"en\":{\"title\":\"Shared garden\"}}}",
    "{\"id\":\"cruet\",\"kind\":\"place\",\"title\":\"Atelier vélo de "
    "Cruet\",\"themes\":[\"mobility\"],"
    "\"place\":{\"territory\":\"com-73096\",\"precision\":\"commune\"}}",
    "{\"id\":\"savoie\",\"kind\":\"actor\",\"title\":\"Réseau des amap de "
    "Savoie\",\"themes\":[\"food\"],"
    "\"place\":{\"territory\":\"dep-73\"}}",
    "{\"id\":\"fete\",\"kind\":\"event\",\"title\":\"Fête de la "
    "soupe\",\"themes\":[\"food\"],\"place\":{"
    "\"territory\":\"com-74010\",\"latitude\":45.9,\"longitude\":6.12},\"dates\":[{\"role\":"
    "\"happens\","
    "\"start\":\"2026-12-05T14:00\",\"end\":\"2026-12-05T18:00\"}]}",
    "{\"id\":\"outil\",\"kind\":\"tool\",\"title\":\"Guide du pédibus\",\"themes\":[\"mobility\"]}",
};

static int64_t fixture_now(void *self) {
    (void)self;
    return FIXTURE_NOW_MS;
}

static void require(err result, const struct problem *problem) {
    if (result != OK) {
        fail_msg("%s: %s %s", err_name(result), problem->field, problem->what);
    }
}

static void entry_bring(struct face_fixture *f, struct source_id source, const char *json) {
    struct arena arena ARENA_CLEANUP = arena_make(16384, 0);
    struct problem problem = {0};
    struct entry entry;
    enum entry_outcome outcome;
    require(entry_from_json(slice_from_cstr(json), &arena, &entry, &problem), &problem);
    entry.source = source;
    require(entry_check(&entry, f->territories, f->themes, &arena, &problem), &problem);
    require(entry_import(f->store, &f->ids, &entry, FIXTURE_NOW_MS, &outcome), &problem);
}

static struct source_id source_bring(struct face_fixture *f, const struct source *source) {
    struct source_id id;
    assert_int_equal(source_store(f->store, &f->ids, source, FIXTURE_NOW_MS, &id), OK);
    return id;
}

static void fill(struct face_fixture *f) {
    struct problem problem = {0};
    require(db_begin_write(f->store), &problem);
    const struct source demo = {.slug = SLICE("demo"),
                                .title = SLICE("Démonstration"),
                                .licence = SLICE("CC-BY-SA-4.0"),
                                .attribution = SLICE("Agora")};
    const struct source parking = {.slug = SLICE("parking"),
                                   .title = SLICE("Aires"),
                                   .licence = SLICE("etalab-2.0"),
                                   .attribution = SLICE("transport.data.gouv.fr")};
    struct source_id demo_id = source_bring(f, &demo);
    struct source_id parking_id = source_bring(f, &parking);
    for (size_t i = 0; i < ARRAY_COUNT(entries); i++) {
        entry_bring(f, demo_id, entries[i]);
    }
    for (unsigned i = 0; i < FIXTURE_PLACES; i++) {
        struct buf json BUF_CLEANUP = buf_new(4096);
        buf_addf(&json,
                 "{\"id\":\"aire-%u\",\"kind\":\"place\",\"title\":\"Aire de covoiturage %u\","
                 "\"type\":\"Aire de covoiturage\",\"themes\":[\"mobility\"],\"place\":{"
                 "\"territory\":\"com-74010\",\"latitude\":%.4f,\"longitude\":%.4f}}",
                 i, i, 45.85 + (i / 10) * 0.01, 6.05 + (i % 10) * 0.012);
        entry_bring(f, parking_id, buf_cstr(&json));
    }
    require(db_commit(f->store), &problem);
}

static void open_store(struct face_fixture *f) {
    struct problem problem = {0};
    snprintf(f->folder, sizeof f->folder, "/tmp/agora-face-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->store_path, sizeof f->store_path, "%s/agora.db", f->folder);
    require(db_open(f->store_path, DB_WRITE, &f->store, &problem), &problem);
    require(db_migrate(f->store, store_migrations, store_migration_count, false, &problem),
            &problem);
    require(db_begin_write(f->store), &problem);
    require(territory_seed(f->store, slice_from_cstr(territories_tsv), FIXTURE_NOW_MS, &problem),
            &problem);
    require(theme_scheme_store(f->store, slice_from_cstr(themes_json), FIXTURE_NOW_MS, &problem),
            &problem);
    require(db_commit(f->store), &problem);
    require(territories_load(f->store, &f->territories), &problem);
    require(themes_load(f->store, &f->themes), &problem);
}

static void *worker_new(void *app) {
    const struct face *face = app;
    struct face_worker *worker = calloc(1, sizeof *worker);
    struct problem problem = {0};
    if (worker && db_open(face->store_path, DB_READ, &worker->reader, &problem) != OK) {
        free(worker);
        worker = NULL;
    }
    return worker;
}

static void worker_free(void *self) {
    struct face_worker *worker = self;
    db_close(worker->reader);
    free(worker);
}

static void start_server(struct face_fixture *f, const struct http_route *routes, size_t count) {
    static const struct http_route *tables[2];
    static size_t counts[1];
    tables[0] = routes;
    counts[0] = count;
    struct problem problem = {0};
    const struct atlas_options atlas = {.store_path = f->store_path,
                                        .territories = f->territories,
                                        .themes = f->themes,
                                        .clock = f->face.clock,
                                        .log = &f->log};
    require(atlas_open(&atlas, &f->face.atlas, &problem), &problem);
    const struct http_options options = {
        .listen = "127.0.0.1:0",
        .base_url = "https://agora.example",
        .threads = 2,
        .route_tables = tables,
        .route_counts = counts,
        .app = &f->face,
        .worker_new = worker_new,
        .worker_free = worker_free,
        .identify = face_identify,
        .sign_in = "/sign-in",
        .log = &f->log,
        .clock = f->face.clock,
    };
    require(db_writer_start(f->store_path, &f->log, &f->face.writer), &problem);
    require(http_server_start(&options, &f->server, f->base, &problem), &problem);
    f->port = port_of(f->base);
}

int face_fixture_start(void **state, const struct http_route *routes, size_t count) {
    struct face_fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    const struct clock clock = {.now_ms = fixture_now, .self = NULL};
    f->answer = buf_new(8u << 20);
    f->ids = id_source_make(clock, 0);
    f->log = (struct log){.fd = 2, .least = LOG_LEVEL__COUNT, .clock = clock};
    open_store(f);
    fill(f);
    f->face = (struct face){.territories = f->territories,
                            .themes = f->themes,
                            .ids = &f->ids,
                            .clock = clock,
                            .log = &f->log,
                            .store_path = f->store_path,
                            .site_name = SLICE("Agora"),
                            .contact_email = SLICE_EMPTY,
                            .version = "1.2.3"};
    start_server(f, routes, count);
    *state = f;
    return 0;
}

int face_fixture_stop(void **state) {
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    struct face_fixture *f = *state;
    http_server_stop(f->server, 1000);
    db_writer_stop(f->face.writer);
    atlas_close(f->face.atlas);
    themes_free(f->themes);
    territories_free(f->territories);
    db_close(f->store);
    for (size_t i = 0; i < ARRAY_COUNT(suffixes); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", f->store_path, suffixes[i]);
        unlink(path);
    }
    rmdir(f->folder);
    buf_free(&f->answer);
    free(f);
    return 0;
}

const char *face_get_with(struct face_fixture *f, const char *target, const char *header) {
    struct buf request BUF_CLEANUP = buf_new(1u << 16);
    buf_addf(&request, "GET %s HTTP/1.0\r\nHost: agora.example\r\n%s\r\n", target, header);
    return client_ask(f->port, buf_slice(&request), &f->answer);
}

const char *face_post(struct face_fixture *f, const char *target, const char *header,
                      const char *form) {
    struct buf request BUF_CLEANUP = buf_new(1u << 16);
    buf_addf(&request,
             "POST %s HTTP/1.0\r\nHost: agora.example\r\nOrigin: https://agora.example\r\n"
             "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n%s\r\n%s",
             target, strlen(form), header, form);
    return client_ask(f->port, buf_slice(&request), &f->answer);
}

const char *face_get(struct face_fixture *f, const char *target) {
    return face_get_with(f, target, "");
}

json_t *face_json(struct face_fixture *f, const char *target, int status) {
    const char *answer = face_get(f, target);
    if (status_of(answer) != status) {
        fail_msg("%s: %.2000s", target, answer);
    }
    json_error_t error;
    json_t *json = json_loads(body_of(answer), 0, &error);
    if (!json) {
        fail_msg("%s: %s at %d: %.2000s", target, error.text, error.position, body_of(answer));
    }
    return json;
}

void face_entry_add(struct face_fixture *f, const char *source, const char *json) {
    struct problem problem = {0};
    const struct source one = {.slug = slice_from_cstr(source)};
    require(db_begin_write(f->store), &problem);
    struct source_id id = source_bring(f, &one);
    entry_bring(f, id, json);
    require(db_commit(f->store), &problem);
    require(atlas_catch_up(f->face.atlas), &problem);
}

int64_t json_number_at(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value)) {
        fail_msg("no number at %s", key);
    }
    return json_integer_value(value);
}

const char *json_text_at(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}
