/* The whole pipeline, from a file to the store. */
#include "store_fixture.h"

#include "work/import/import_int.h"

#include <fcntl.h>
#include <string.h>

#define TERRITORIES                                                                                \
    "#agora-territories fixture\n"                                                                 \
    "code\tname\tepci\tdepartement\tregion\tkind\tpostal\tpopulation\tlon\tlat\tprecision\t"       \
    "aliases\n"                                                                                    \
    "country-fr\tFrance\t\t\t\t\t\t\t2.45\t46.6\tmiddle\t\n"                                       \
    "reg-84\tRégion\t\t\t\tmetro\t\t8000000\t4.5\t45.5\tmiddle\t\n"                               \
    "dep-73\tSavoie\t\t\treg-84\tmetro\t\t440000\t6.4\t45.5\tmiddle\t\n"                           \
    "epci-200069110\tCA du Grand Chambéry\t\tdep-73\treg-84\tCA\t\t140000\t5.95\t45.57\t"         \
    "middle\t\n"                                                                                   \
    "com-73065\tChambéry\tepci-200069110\tdep-73\treg-84\t\t73000\t60000\t5.91667\t45.56667\t"    \
    "town\t\n"                                                                                     \
    "com-73096\tCruet\t\tdep-73\treg-84\t\t73800\t1000\t6.09\t45.53\ttown\t\n"

#define THEMES                                                                                     \
    "{\"scheme\":\"themes\",\"title\":{\"fr\":\"Thèmes\",\"en\":\"Themes\"},\"concepts\":["       \
    "{\"slug\":\"mobility\",\"label\":{\"fr\":\"Mobilité\",\"en\":\"Mobility\"},"                 \
    "\"synonyms\":{\"fr\":[\"covoiturage\",\"aire de covoiturage\"],\"en\":[]}}]}"

struct import_fixture {
    struct store_fixture *store;
    struct territories *territories;
    struct themes *themes;
    struct import_counts counts;
    struct buf report;
    struct problem problem;
    char data[128], rejects[128], held[128], map[128];
};

static int setup(void **state) {
    struct import_fixture *f = calloc(1, sizeof *f);
    void *store = NULL;
    assert_non_null(f);
    assert_int_equal(store_setup(&store), 0);
    f->store = store;
    struct db_conn *conn = f->store->conn;
    f->store->ids =
        id_source_make((struct clock){.now_ms = fixture_now, .self = &f->store->now_ms}, 0);
    assert_int_equal(db_begin_write(conn), OK);
    assert_int_equal(territory_seed(conn, SLICE(TERRITORIES), FIXTURE_NOW_MS, &f->problem), OK);
    assert_int_equal(theme_scheme_store(conn, SLICE(THEMES), FIXTURE_NOW_MS, &f->problem), OK);
    assert_int_equal(db_commit(conn), OK);
    assert_int_equal(territories_load(conn, &f->territories), OK);
    assert_int_equal(themes_load(conn, &f->themes), OK);
    snprintf(f->data, sizeof f->data, "%s/data", f->store->folder);
    snprintf(f->rejects, sizeof f->rejects, "%s/rejects.csv", f->store->folder);
    snprintf(f->held, sizeof f->held, "%s/held.csv", f->store->folder);
    snprintf(f->map, sizeof f->map, "%s/map", f->store->folder);
    f->report = buf_new(1u << 20);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct import_fixture *f = *state;
    unlink(f->data);
    unlink(f->rejects);
    unlink(f->held);
    unlink(f->map);
    themes_free(f->themes);
    territories_free(f->territories);
    buf_free(&f->report);
    void *store = f->store;
    free(f);
    return store_teardown(&store);
}

static void file_write(const char *path, slice text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.p, text.n), text.n);
    close(fd);
}

static void file_read(const char *path, struct buf *out) {
    char bytes[4096];
    ssize_t n;
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    while ((n = read(fd, bytes, sizeof bytes)) > 0) {
        buf_add_bytes(out, bytes, (size_t)n);
    }
    close(fd);
}

static err run(struct import_fixture *f, const char *data, struct import_options options) {
    struct import_context context = {
        .conn = f->store->conn,
        .territories = f->territories,
        .themes = f->themes,
        .ids = &f->store->ids,
        .clock = {.now_ms = fixture_now, .self = &f->store->now_ms},
    };
    file_write(f->data, slice_from_cstr(data));
    options.input = f->data;
    options.source = SLICE("test");
    options.reject_path = f->rejects;
    options.held_path = f->held;
    buf_clear(&f->report);
    f->problem = (struct problem){.code = OK};
    err failed = import_run(&options, &context, &f->counts, &f->report, &f->problem);
    const struct import_counts *c = &f->counts;
    assert_int_equal(c->added + c->updated + c->unchanged + c->held + c->rejected, c->records);
    return failed;
}

static void expect_counts(const struct import_fixture *f, uint64_t added, uint64_t updated,
                          uint64_t unchanged, uint64_t rejected) {
    assert_int_equal(f->counts.added, added);
    assert_int_equal(f->counts.updated, updated);
    assert_int_equal(f->counts.unchanged, unchanged);
    assert_int_equal(f->counts.rejected, rejected);
}

/* The entry with a title, found by walking all public ones. */
struct wanted {
    slice title;
    struct arena *arena;
    struct buf json;
    struct entry_id id;
    unsigned found, all;
};

static err wanted_visit(void *self, const struct entry_public *entry) {
    struct wanted *wanted = self;
    wanted->all++;
    if (slice_equal(entry->entry.title, wanted->title)) {
        wanted->found++;
        wanted->id = entry->entry.id;
        buf_clear(&wanted->json);
        entry_to_json(&entry->entry, &wanted->json);
    }
    return OK;
}

static struct wanted find(struct import_fixture *f, const char *title) {
    struct wanted wanted = {.title = slice_from_cstr(title), .json = buf_new(1u << 20)};
    assert_int_equal(entry_public_each(f->store->conn, f->territories, wanted_visit, &wanted), OK);
    return wanted;
}

static void expect_in(struct import_fixture *f, const char *title, const char *part) {
    struct wanted wanted = find(f, title);
    assert_int_equal(wanted.found, 1);
    if (!slice_contains(buf_slice(&wanted.json), slice_from_cstr(part))) {
        print_error("%s is not in %s\n", part, buf_cstr(&wanted.json));
        fail();
    }
    buf_free(&wanted.json);
}

static void expect_report(const struct import_fixture *f, const char *part) {
    if (!slice_contains(buf_slice(&f->report), slice_from_cstr(part))) {
        print_error("%s is not in %.*s\n", part, SLICE_ARG(buf_slice(&f->report)));
        fail();
    }
}

#define PLACES                                                                                     \
    "id_lieu,nom_lieu,type,insee,Xlong,Ylat,nbre_pl,lumiere\n"                                     \
    "a,Aire du lac,Aire de covoiturage,73065,5.91,45.56,12,true\n"                                 \
    "b,Parking de Cruet,Parking,73096,6.09,45.53,0,\n"

static void the_same_file_twice_changes_nothing(void **state) {
    struct import_fixture *f = *state;
    int64_t before;
    int64_t after;
    assert_int_equal(run(f, PLACES, (struct import_options){0}), OK);
    expect_counts(f, 2, 0, 0, 0);
    assert_int_equal(db_change_last(f->store->conn, &before), OK);
    f->store->now_ms += 86400000;
    assert_int_equal(run(f, PLACES, (struct import_options){0}), OK);
    expect_counts(f, 0, 0, 2, 0);
    struct db_change changes[16];
    size_t count;
    assert_int_equal(db_change_last(f->store->conn, &after), OK);
    assert_int_equal(db_change_read(f->store->conn, before, changes, 16, &count), OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_not_equal(changes[i].topic, DB_CHANGE_ENTRY);
    }
}

static void what_a_record_says_is_all_kept(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f, PLACES, (struct import_options){.licence = SLICE("ODbL-1.0")}), OK);
    expect_in(f, "Aire du lac", "\"kind\":\"place\"");
    expect_in(f, "Aire du lac", "\"type\":\"Aire de covoiturage\"");
    expect_in(f, "Aire du lac", "\"themes\":[\"mobility\"]");
    expect_in(f, "Aire du lac", "\"territory\":\"com-73065\"");
    expect_in(f, "Aire du lac", "\"latitude\":45.56");
    expect_in(f, "Aire du lac", "Lumiere : oui");
    expect_in(f, "Aire du lac", "\"value\":\"12\"");
    expect_in(f, "Aire du lac", "\"licence\":\"ODbL-1.0\"");
}

static void a_licence_left_out_the_second_time_stays(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f, PLACES, (struct import_options){.licence = SLICE("ODbL-1.0")}), OK);
    assert_int_equal(run(f, PLACES, (struct import_options){0}), OK);
    expect_counts(f, 0, 0, 2, 0);
    expect_in(f, "Aire du lac", "\"licence\":\"ODbL-1.0\"");
}

static void a_changed_record_updates_its_entry(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f, PLACES, (struct import_options){0}), OK);
    assert_int_equal(run(f,
                         "id_lieu,nom_lieu,type,insee,Xlong,Ylat,nbre_pl,lumiere\n"
                         "a,Aire du grand lac,Aire de covoiturage,73065,5.91,45.56,12,true\n"
                         "b,Parking de Cruet,Parking,73096,6.09,45.53,0,\n",
                         (struct import_options){0}),
                     OK);
    expect_counts(f, 0, 1, 1, 0);
    expect_in(f, "Aire du grand lac", "\"type\":\"Aire de covoiturage\"");
}

static void a_bad_row_is_written_down_with_line_and_reason(void **state) {
    struct import_fixture *f = *state;
    struct buf rejects BUF_CLEANUP = buf_new(65536);
    assert_int_equal(
        run(f, "nom,insee\nA,73065\nB,73096,too,many\nC,73096\n", (struct import_options){0}), OK);
    expect_counts(f, 2, 0, 0, 1);
    file_read(f->rejects, &rejects);
    assert_true(slice_starts_with(buf_slice(&rejects), SLICE("line,field,reason,record\r\n3,,")));
    assert_true(slice_contains(buf_slice(&rejects), SLICE("\"B,73096,too,many\"")));
    expect_report(f, f->rejects);
    assert_int_equal(run(f, "nom,insee\nA,73065\n", (struct import_options){0}), OK);
    assert_int_equal(access(f->rejects, F_OK), -1);
}

static void a_territory_code_alone_is_a_place(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f,
                         "id,codgeo,libgeo,echelon,Dispositif,periode\n"
                         "1,73065,Chambéry,commune,PATDE,2021-2025\n"
                         "2,200069110,CA du Grand Chambéry,epci,PATDE,\n"
                         "3,73,Savoie,departement,CCO,\n"
                         "4,#Invalid Ref: X,Savoie,#Invalid Ref: X,CCO2,\n"
                         "5,999999999,SM du Nord,epci,AI,\n",
                         (struct import_options){0}),
                     OK);
    expect_counts(f, 5, 0, 0, 0);
    expect_in(f, "PATDE · Chambéry", "\"territory\":\"com-73065\"");
    expect_in(f, "PATDE · Chambéry", "\"kind\":\"initiative\"");
    expect_in(f, "PATDE · Chambéry", "\"precision\":\"commune\"");
    expect_in(f, "PATDE · Chambéry", "\"start\":\"2021\"");
    expect_in(f, "PATDE · CA du Grand Chambéry", "\"territory\":\"epci-200069110\"");
    expect_in(f, "CCO · Savoie", "\"territory\":\"dep-73\"");
    expect_in(f, "CCO2 · Savoie", "\"territory\":\"dep-73\"");
    expect_in(f, "AI · SM du Nord", "999999999");
    expect_report(f, "1 × no territory is known by this code");
    expect_report(f, "1 × nothing says where it is");
    expect_report(f, "5 × without a title");
}

static void swapped_coordinates_are_put_right_and_said(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(
        run(f, "nom,insee,lat,lon\nA,73065,5.91,45.56\nB,,5.95,45.57\nC,73065,\"45,56\",\"5,91\"\n",
            (struct import_options){0}),
        OK);
    expect_in(f, "A", "\"latitude\":45.56");
    expect_in(f, "B", "\"latitude\":45.57");
    expect_in(f, "C", "\"longitude\":5.91");
    expect_report(f, "2 × latitude and longitude were swapped");
}

static void a_point_far_from_its_commune_is_kept_with_a_warning(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f, "nom,insee,lat,lon\nA,73065,45.0,5.0\nB,73065,45.6,5.9\n",
                         (struct import_options){0}),
                     OK);
    expect_in(f, "A", "\"latitude\":45,");
    expect_report(f, "1 × the point is more than 30 km from its commune");
}

/* Chambéry is at 5.9178, 45.5646: what comes out is right to about ten metres in the text. */
static void expect_chambery(struct import_fixture *f, const char *title) {
    expect_in(f, title, "\"latitude\":45.564");
    expect_in(f, title, "\"longitude\":5.917");
}

static void categories_by_number_get_names_or_stay_readable(void **state) {
    struct import_fixture *f = *state;
    const char *data = "{\"licence\":\"ODbL\",\"ontology\":\"gogocompact\",\"mapping\":[\"id\",["
                       "\"name\"],\"latitude\",\"longitude\"],\"data\":[[\"a\",[\"Aire\"],45.56,"
                       "5.91,[7,9,40]]]}";
    assert_int_equal(run(f, data, (struct import_options){0}), OK);
    expect_in(f, "Aire", "Categories : 7");
    expect_in(f, "Aire", "\"licence\":\"ODbL-1.0\"");
    expect_report(f, "3 × a category is only a number");
    expect_report(f, "licence: ODbL-1.0, as the file says");
    file_write(f->map, SLICE("[{\"name\":\"G\",\"options\":[{\"id\":7,\"name\":\"Covoiturages\","
                             "\"subcategories\":[{\"name\":\"S\",\"options\":[{\"id\":9,\"name\":"
                             "\"Parking relais\"}]}]}]}]"));
    assert_int_equal(run(f, data, (struct import_options){.taxonomy_path = f->map}), OK);
    expect_counts(f, 0, 1, 0, 0);
    expect_in(f, "Aire", "\"themes\":[\"mobility\"]"); /* in the plural, too */
    expect_in(f, "Aire", "\"tags\":[\"Parking relais\"]");
    expect_in(f, "Aire", "Categories : 40");
}

static void paths_and_slugs_of_categories_lead_to_themes(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f,
                         "nom;insee;categorie\nA;73065;Transports > Aire de covoiturage\n"
                         "B;73065;aire-de-covoiturage\nC;73065;transports--aires-de-covoiturage\n",
                         (struct import_options){0}),
                     OK);
    expect_in(f, "A", "\"themes\":[\"mobility\"],\"tags\":[\"Transports\"]");
    expect_in(f, "B", "\"themes\":[\"mobility\"]");
    expect_in(f, "C", "\"themes\":[\"mobility\"],\"tags\":[\"transports\"]");
}

static void coordinates_of_other_systems_are_converted_and_said(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f,
                         "nom;insee;x;y\nLambert 93;73065;927 552,03;6500326,96\n"
                         "Étendu;73065;879518.57;2069057.01\nZone 46;73065;1927724.9;5155781.9\n"
                         "Mercator;73065;658766.48;5710848.5\nUTM;73065;727695.7;5049815\n"
                         "Inversé;73065;6500326.96;927552.03\nDegrés;73065;5.9178;45.5646\n",
                         (struct import_options){0}),
                     OK);
    expect_counts(f, 7, 0, 0, 0);
    expect_chambery(f, "Lambert 93");
    expect_chambery(f, "Étendu");
    expect_chambery(f, "Zone 46");
    expect_chambery(f, "Mercator");
    expect_chambery(f, "UTM");
    expect_chambery(f, "Inversé");
    expect_chambery(f, "Degrés");
    expect_report(f, "6 × coordinates were in another system");
    expect_report(f, "Lambert-93 (EPSG:2154)");
}

static void the_system_that_is_named_goes_before_any_guess(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f, "nom;x;y\nA;927552;6500327\nB;5.9178;45.5646\n",
                         (struct import_options){.crs = SLICE("EPSG:2154")}),
                     OK);
    expect_chambery(f, "A");
    expect_chambery(f, "B"); /* degrees can be nothing else */
    assert_false(slice_contains(buf_slice(&f->report), SLICE("another system")));
    assert_int_equal(
        run(f, "nom;x;y\nA;1;2\n", (struct import_options){.crs = SLICE("EPSG:nowhere")}),
        ERR_INPUT);
    assert_string_equal(f->problem.field, "crs");
}

static void geometries_in_a_cell_are_places(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f,
                         "nom;geom\nEWKT;SRID=2154;POINT(927552.03 6500326.96)\n"
                         "WKT;POINT(5.9178 45.5646)\n",
                         (struct import_options){.format = RECORD_CSV}),
                     OK);
    assert_int_equal(f->counts.rejected, 1); /* its own ; must be quoted */
    assert_int_equal(
        run(f,
            "nom;geom\nEWKT;\"SRID=2154;POINT(927552.03 6500326.96)\"\n"
            "WKT;POINT(5.9178 45.5646)\n"
            "JSON;\"{\"\"type\"\":\"\"Point\"\",\"\"coordinates\"\":[5.9178,45.5646]}\"\n",
            (struct import_options){0}),
        OK);
    expect_chambery(f, "EWKT");
    expect_chambery(f, "WKT");
    expect_chambery(f, "JSON");
}

static void a_system_named_behind_the_features_is_found(void **state) {
    struct import_fixture *f = *state;
    const char *late =
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{"
        "\"nom\":\"Tard\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[927552.03,"
        "6500326.96]}}],\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:2154\"}}}";
    assert_int_equal(run(f, late, (struct import_options){0}), OK);
    expect_counts(f, 1, 0, 0, 0);
    expect_chambery(f, "Tard");
    assert_false(slice_contains(buf_slice(&f->report), SLICE("another system")));
    assert_int_equal(run(f, late, (struct import_options){.partial = true}), ERR_INPUT);
    assert_true(slice_contains(slice_from_cstr(f->problem.what), SLICE("--crs EPSG:2154")));
}

static void coordinates_that_are_none_are_left_out_and_kept_readable(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f, "nom,insee,lat,lon\nA,73065,6500000,870000\nB,73065,x,y\nC,73065,0,0\n",
                         (struct import_options){0}),
                     OK);
    expect_counts(f, 3, 0, 0, 0);
    expect_in(f, "A", "Latitude : 6500000");
    expect_in(f, "A", "\"precision\":\"commune\"");
    expect_report(f, "1 × coordinates are in no known system");
    expect_report(f, "1 × coordinates that are none");
}

static void a_record_without_identifier_gets_one_from_its_content(void **state) {
    struct import_fixture *f = *state;
    const char *const rows = "nom,insee\nA,73065\nA,73065\nB,73065\n";
    assert_int_equal(run(f, rows, (struct import_options){0}), OK);
    expect_counts(f, 2, 0, 1, 0);
    expect_report(f, "1 × the same record occurs twice");
    assert_int_equal(run(f, rows, (struct import_options){0}), OK);
    expect_counts(f, 0, 0, 3, 0);
}

static void one_identifier_for_two_things_keeps_both(void **state) {
    struct import_fixture *f = *state;
    const char *const rows = "id,nom,insee\n1,A,73065\n1,B,73065\n";
    assert_int_equal(run(f, rows, (struct import_options){0}), OK);
    expect_counts(f, 2, 0, 0, 0);
    expect_report(f, "1 × an identifier occurs again");
    assert_int_equal(run(f, rows, (struct import_options){0}), OK);
    expect_counts(f, 0, 0, 2, 0);
}

static void an_edit_of_a_person_holds_the_import(void **state) {
    struct import_fixture *f = *state;
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    assert_int_equal(run(f, "id,nom,insee\n1,A,73065\n", (struct import_options){0}), OK);
    struct wanted wanted = find(f, "A");
    struct entry_public shown;
    assert_int_equal(entry_public_load(f->store->conn, f->territories, wanted.id, &arena, &shown),
                     OK);
    shown.entry.title = SLICE("A, corrected here");
    assert_int_equal(db_begin_write(f->store->conn), OK);
    assert_int_equal(entry_edit(f->store->conn, &f->store->ids, &shown.entry, SLICE("a person"),
                                SLICE("a mistake"), f->store->now_ms, NULL),
                     OK);
    assert_int_equal(db_commit(f->store->conn), OK);
    assert_int_equal(run(f, "id,nom,insee\n1,A new,73065\n", (struct import_options){0}), OK);
    assert_int_equal(f->counts.held, 1);
    expect_in(f, "A, corrected here", "73065");
    buf_free(&wanted.json);
}

static void a_cut_file_writes_nothing_unless_asked(void **state) {
    struct import_fixture *f = *state;
    const char *const cut = "[{\"nom\":\"A\",\"insee\":\"73065\"},\n{\"nom\":\"B\",\"ins";
    int64_t before;
    int64_t after;
    assert_int_equal(db_change_last(f->store->conn, &before), OK);
    assert_int_equal(run(f, cut, (struct import_options){0}), ERR_INPUT);
    expect_counts(f, 0, 0, 0, 0);
    assert_int_equal(f->problem.line, 2);
    assert_int_equal(f->problem.column, 1);
    assert_non_null(strstr(f->problem.what, "nothing was written; --partial takes the 1 records"));
    assert_int_equal(db_change_last(f->store->conn, &after), OK);
    assert_int_equal(before, after);
    assert_int_equal(run(f, cut, (struct import_options){.partial = true}), OK);
    expect_counts(f, 1, 0, 0, 0);
    expect_report(f, "the file ends or breaks here");
    expect_report(f, "first at line 2: column 1");
}

static void a_broken_file_writes_nothing_unless_asked(void **state) {
    struct import_fixture *f = *state;
    const char *const broken = "[{\"nom\":\"A\"} {\"nom\":\"B\"}]";
    assert_int_equal(run(f, broken, (struct import_options){0}), ERR_INPUT);
    expect_counts(f, 0, 0, 0, 0);
    assert_int_equal(f->problem.line, 1);
    assert_int_equal(f->problem.column, 14);
    assert_int_equal(run(f, broken, (struct import_options){.partial = true}), OK);
    expect_counts(f, 1, 0, 0, 0);
}

static void a_file_broken_behind_the_sample_writes_nothing(void **state) {
    struct import_fixture *f = *state;
    struct buf rows BUF_CLEANUP = buf_new(1u << 22);
    buf_add(&rows, SLICE("id,nom,insee\n"));
    for (unsigned i = 0; i < 3000; i++) {
        buf_addf(&rows, "%u,Lieu %u,73065\n", i, i);
    }
    buf_add(&rows, SLICE("x,\"never closed\n"));
    assert_int_equal(run(f, buf_cstr(&rows), (struct import_options){0}), ERR_INPUT);
    assert_int_equal(f->problem.line, 3002);
    struct wanted wanted = find(f, "Lieu 1");
    assert_int_equal(wanted.all, 0);
    assert_int_equal(run(f, buf_cstr(&rows), (struct import_options){.partial = true}), OK);
    expect_counts(f, 3000, 0, 0, 0);
    buf_free(&wanted.json);
}

/* A correction by a person: a new title. */
static void edit(struct import_fixture *f, const char *title, const char *corrected) {
    struct arena arena ARENA_CLEANUP = arena_make(65536, 0);
    struct wanted wanted = find(f, title);
    struct entry entry;
    assert_int_equal(wanted.found, 1);
    assert_int_equal(entry_load(f->store->conn, wanted.id, &arena, &entry), OK);
    entry.title = slice_from_cstr(corrected);
    assert_int_equal(db_begin_write(f->store->conn), OK);
    assert_int_equal(entry_edit(f->store->conn, &f->store->ids, &entry, SLICE("a person"),
                                SLICE("a mistake"), f->store->now_ms, NULL),
                     OK);
    assert_int_equal(db_commit(f->store->conn), OK);
    buf_free(&wanted.json);
}

static void a_held_difference_is_shown_and_goes_when_the_source_takes_it_back(void **state) {
    struct import_fixture *f = *state;
    struct buf held BUF_CLEANUP = buf_new(65536);
    assert_int_equal(run(f, "id,nom,insee\n1,A,73065\n", (struct import_options){0}), OK);
    edit(f, "A", "A, corrected here");
    assert_int_equal(run(f, "id,nom,insee\n1,A new,73065\n", (struct import_options){0}), OK);
    assert_int_equal(f->counts.held, 1);
    expect_report(f, "1 entries were edited here and stay as they are");
    expect_report(f, f->held);
    file_read(f->held, &held);
    assert_true(slice_starts_with(buf_slice(&held), SLICE(HELD_HEADER "/entries/")));
    assert_true(slice_contains(buf_slice(&held),
                               SLICE("\"A, corrected here\",title,\"A, corrected here\",A new")));
    struct wanted wanted = find(f, "A, corrected here");
    assert_int_equal(entry_held_json(f->store->conn, wanted.id, &wanted.json), OK);
    assert_int_equal(run(f, "id,nom,insee\n1,A,73065\n", (struct import_options){0}), OK);
    expect_counts(f, 0, 0, 1, 0);
    assert_int_equal(entry_held_json(f->store->conn, wanted.id, &wanted.json), ERR_NOT_FOUND);
    assert_int_equal(access(f->held, F_OK), -1);
    expect_in(f, "A, corrected here", "73065");
    buf_free(&wanted.json);
}

static void a_record_that_comes_back_is_published_again(void **state) {
    struct import_fixture *f = *state;
    const char *const both = "id,nom,insee\n1,A,73065\n2,B,73096\n";
    const struct import_options prune = {.archive_missing = true};
    assert_int_equal(run(f, both, (struct import_options){0}), OK);
    edit(f, "B", "B, corrected here");
    assert_int_equal(run(f, "id,nom,insee\n3,C,73065\n", prune), OK);
    assert_int_equal(f->counts.removed, 2);
    struct wanted wanted = find(f, "A");
    assert_int_equal(wanted.all, 1);
    assert_int_equal(run(f, both, (struct import_options){0}), OK);
    expect_counts(f, 0, 2, 0, 0);
    expect_in(f, "A", "73065");
    expect_in(f, "B, corrected here", "73096");
    assert_int_equal(run(f, both, (struct import_options){0}), OK);
    expect_counts(f, 0, 0, 2, 0);
    buf_free(&wanted.json);
}

static void a_changed_record_that_comes_back_is_published_as_it_is_now(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f, PLACES, (struct import_options){0}), OK);
    assert_int_equal(run(f, "id_lieu,nom_lieu,insee\nz,Z,73096\n",
                         (struct import_options){.archive_missing = true}),
                     OK);
    assert_int_equal(f->counts.removed, 2);
    assert_int_equal(
        run(f, "id_lieu,nom_lieu,insee\na,Aire neuve,73065\n", (struct import_options){0}), OK);
    expect_counts(f, 0, 1, 0, 0);
    expect_in(f, "Aire neuve", "73065");
}

static void what_a_person_archived_is_not_published_by_an_import(void **state) {
    struct import_fixture *f = *state;
    const char *const rows = "id,nom,insee\n1,A,73065\n";
    assert_int_equal(run(f, rows, (struct import_options){0}), OK);
    struct wanted wanted = find(f, "A");
    assert_int_equal(db_begin_write(f->store->conn), OK);
    assert_int_equal(entry_set_status(f->store->conn, &f->store->ids, wanted.id, ENTRY_ARCHIVED,
                                      SLICE("a moderator"), SLICE("closed"), f->store->now_ms),
                     OK);
    assert_int_equal(db_commit(f->store->conn), OK);
    buf_free(&wanted.json);
    assert_int_equal(run(f, rows, (struct import_options){0}), OK);
    expect_counts(f, 0, 0, 1, 0);
    wanted = find(f, "A");
    assert_int_equal(wanted.all, 0);
    buf_free(&wanted.json);
}

static void entries_that_the_source_lacks_are_archived_when_asked(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f, PLACES, (struct import_options){0}), OK);
    assert_int_equal(
        run(f, "id_lieu,nom_lieu,insee\nb,Parking de Cruet,73096\n", (struct import_options){0}),
        OK);
    assert_int_equal(f->counts.removed, 0);
    assert_int_equal(f->counts.missing, 1);
    expect_report(f, "1 entries of this source are not in the file any more; --prune archives");
    assert_int_equal(run(f, "id_lieu,nom_lieu,insee\nb,Parking de Cruet,73096\n",
                         (struct import_options){.archive_missing = true}),
                     OK);
    assert_int_equal(f->counts.removed, 1);
    struct wanted wanted = find(f, "Aire du lac");
    assert_int_equal(wanted.found, 0);
    assert_int_equal(wanted.all, 1);
    buf_free(&wanted.json);
}

static void nothing_is_archived_when_a_record_was_rejected_or_none_was_read(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f, PLACES, (struct import_options){0}), OK);
    assert_int_equal(run(f, "id_lieu,nom_lieu,insee\nb,Parking de Cruet,73096,x\n",
                         (struct import_options){.archive_missing = true}),
                     OK);
    assert_int_equal(f->counts.rejected, 1);
    assert_int_equal(f->counts.removed, 0);
    expect_report(f, "2 entries of this source were not met; nothing was archived, because some");
    assert_int_equal(
        run(f, "id_lieu,nom_lieu,insee\n", (struct import_options){.archive_missing = true}), OK);
    assert_int_equal(f->counts.removed, 0);
    expect_report(f, "2 entries of this source were not met; nothing was archived, because no");
}

static void a_map_file_has_the_last_word(void **state) {
    struct import_fixture *f = *state;
    file_write(f->map, SLICE("title = \"{Dispositif} à {libgeo}\"\n"
                             "kind = actor\n"
                             "themes = mobility\n"
                             "summary = {note}\n"
                             "ignore = \"{secret}\"\n"));
    assert_int_equal(run(f,
                         "id,libgeo,insee,Dispositif,note,secret\n"
                         "1,Cruet,73096,Forum,une note,xyzzy\n",
                         (struct import_options){.map_path = f->map}),
                     OK);
    expect_in(f, "Forum à Cruet", "\"kind\":\"actor\"");
    expect_in(f, "Forum à Cruet", "\"themes\":[\"mobility\"]");
    expect_in(f, "Forum à Cruet", "\"summary\":\"une note\"");
    struct wanted wanted = find(f, "Forum à Cruet");
    assert_false(slice_contains(buf_slice(&wanted.json), SLICE("xyzzy")));
    buf_free(&wanted.json);
}

static void a_dry_run_shows_its_table_and_writes_nothing(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f, PLACES, (struct import_options){.dry_run = true}), OK);
    expect_counts(f, 2, 0, 0, 0);
    expect_report(f, "input: csv, columns cut by ,, UTF-8");
    expect_report(f, "nom_lieu                  title            2/2       Aire du lac · Parking");
    expect_report(f, "lumiere                   detail           1/2       true");
    struct wanted wanted = find(f, "Aire du lac");
    assert_int_equal(wanted.all, 0);
    buf_free(&wanted.json);
}

static void our_own_format_goes_in_as_it_is(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(
        run(f,
            "[{\"id\":\"x\",\"kind\":\"idea\",\"title\":\"Une "
            "idée\",\"themes\":[\"mobility\",\"unknown\"],"
            "\"place\":{\"territory\":\"dep-73\"},\"needs\":[{\"sort\":\"time\",\"text\":\"deux "
            "adultes\"}]},{\"id\":\"y\",\"kind\":\"idea\",\"title\":\"Autre\",\"colour\":\"red\"}]",
            (struct import_options){0}),
        OK);
    expect_counts(f, 2, 0, 0, 0);
    expect_in(f, "Une idée", "deux adultes");
    expect_in(f, "Une idée", "\"tags\":[\"unknown\"]");
    expect_in(f, "Autre", "Colour : red");
    expect_report(f, "1 × a field that does not fit our format");
    expect_report(f, "colour this key is not known");
}

static void a_bad_side_field_of_our_own_format_costs_only_itself(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(
        run(f,
            "[{\"id\":\"x\",\"kind\":\"idea\",\"title\":\"Une idée\",\"place\":{\"territory\":"
            "\"dep-73\",\"latitude\":95},\"needs\":[{\"sort\":\"time\"},{\"sort\":\"time\","
            "\"text\":\"deux adultes\"}],\"offers\":[{\"skill\":\"No "
            "Slug\"}],\"contacts\":[{\"kind\":"
            "\"email\",\"value\":\"nobody\"},{\"kind\":\"website\",\"value\":\"a.org\"}]},"
            "{\"id\":\"w\",\"kind\":\"tool\",\"title\":\"W\",\"tags\":\"none\"},"
            "{\"id\":\"v\",\"kind\":\"tool\",\"title\":\"V\"},"
            "{\"id\":\"y\",\"kind\":\"idea\",\"title\":\"\"},"
            "{\"id\":\"z\",\"kind\":\"nonsense\",\"title\":\"Z\"}]",
            (struct import_options){0}),
        OK);
    expect_counts(f, 3, 0, 0, 2);
    expect_in(f, "W", "Tags : none");
    expect_in(f, "Une idée", "deux adultes");
    expect_in(f, "Une idée", "https://a.org");
    expect_in(f, "Une idée", "\"territory\":\"dep-73\"");
    expect_in(f, "Une idée", "nobody");
    expect_report(f, "5 × a field that does not fit our format");
}

static void what_spreadsheets_take_from_numbers_is_put_back_or_said(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f,
                         "nom,code postal,ville,telephone,date_creation\n"
                         "A,73000.0,Chambéry,612345678,45123\n"
                         "B,1000,Bruxelles,612345678,03/04/2031\n"
                         "C,73000,Chambéry,\"6,12E+08\",2001\n"
                         "D,73000,Chambéry,33612345678,n.c.\n",
                         (struct import_options){0}),
                     OK);
    expect_counts(f, 4, 0, 0, 0);
    expect_in(f, "A", "\"value\":\"0612345678\"");
    expect_in(f, "A", "\"postal_code\":\"73000\"");
    expect_in(f, "A", "\"start\":\"2023-07-16\"");
    expect_in(f, "B", "\"postal_code\":\"1000\"");
    expect_in(f, "B", "\"value\":\"612345678\"");
    expect_in(f, "B", "\"start\":\"2031-04-03\"");
    expect_in(f, "C", "Telephone : 6,12E+08");
    expect_in(f, "D", "\"value\":\"+33612345678\"");
    expect_report(f, "1 × a zero that a spreadsheet had taken");
    expect_report(f, "1 × a spreadsheet rounded a number");
    expect_report(f, "1 × a date in the future");
    expect_report(f, "1 × dates may be day/month or month/day");
}

static void one_name_in_two_unicode_forms_is_one_record(void **state) {
    struct import_fixture *f = *state;
    const char *const composed = "nom,insee,tags\nCafé de l’été,73065,été\n";
    const char *const decomposed =
        "nom,insee,tags\nCafe\xCC\x81 de l’e\xCC\x81te\xCC\x81,73065,e\xCC\x81te\xCC\x81\n";
    struct buf both BUF_CLEANUP = buf_new(4096);
    assert_int_equal(run(f, composed, (struct import_options){0}), OK);
    expect_counts(f, 1, 0, 0, 0);
    assert_int_equal(run(f, decomposed, (struct import_options){0}), OK);
    expect_counts(f, 0, 0, 1, 0);
    buf_add_cstr(&both, composed);
    buf_add_cstr(&both, strchr(decomposed, '\n') + 1);
    assert_int_equal(run(f, buf_cstr(&both), (struct import_options){0}), OK);
    expect_counts(f, 0, 0, 2, 0);
    expect_report(f, "1 × the same record occurs twice");
    expect_in(f, "Café de l’été", "\"tags\":[\"été\"]");
}

static void a_title_that_reads_like_absence_is_a_title(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(
        run(f, "id,nom,insee\n1,Aucun,73065\n2,NC,73065\n3,B,73065\n", (struct import_options){0}),
        OK);
    expect_report(f, "2 × without a title");
    assert_int_equal(
        run(f, "id,nom,insee\n1,Aucun,73065\n2,A,73065\n3,B,73065\n", (struct import_options){0}),
        OK);
    expect_in(f, "Aucun", "com-73065");
}

static void html_of_descriptions_becomes_markdown(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f,
                         "id,nom,description,insee,note\n"
                         "1,Caf&eacute; <b>du lac</b>,\"<p>Un <b>café</b></p><ul><li>a</li></ul>"
                         "<script>x</script>\",73065,<i>vu</i>\n"
                         "2,AT&T,a < b & c,73065,\n",
                         (struct import_options){0}),
                     OK);
    expect_in(f, "Café du lac", "Un **café**\\n\\n- a");
    expect_in(f, "Café du lac", "Note : vu");
    expect_in(f, "AT&T", "a \\u003c b \\u0026 c");
}

static void opening_hours_of_seven_columns_become_one(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(run(f,
                         "nom,insee,h_lundi,h_mardi,h_mercredi\n"
                         "A,73065,9:00 - 12:00 / 13:30 - 17:00,9:00 - 12:00 / 13:30 - 17:00,-\n",
                         (struct import_options){0}),
                     OK);
    expect_in(f, "A", "\"opening_hours\":\"Mo,Tu 09:00-12:00,13:30-17:00\"");
}

static void a_source_without_a_name_is_refused(void **state) {
    struct import_fixture *f = *state;
    struct import_context context = {.conn = f->store->conn,
                                     .territories = f->territories,
                                     .themes = f->themes,
                                     .ids = &f->store->ids,
                                     .clock = {.now_ms = fixture_now, .self = &f->store->now_ms}};
    const struct import_options options = {.input = "-"};
    assert_int_equal(import_run(&options, &context, &f->counts, NULL, &f->problem), ERR_INPUT);
    assert_string_equal(f->problem.field, "source");
    const struct import_options missing = {.input = "/nonexistent/file.csv"};
    assert_int_equal(import_run(&missing, &context, &f->counts, NULL, &f->problem), ERR_NOT_FOUND);
}

static void many_records_go_through_in_several_batches(void **state) {
    struct import_fixture *f = *state;
    struct buf rows BUF_CLEANUP = buf_new(1u << 22);
    buf_add(&rows, SLICE("id,nom,insee,lat,lon\n"));
    for (unsigned i = 0; i < 3000; i++) {
        buf_addf(&rows, "%u,Lieu %u,73065,45.5%04u,5.9%04u\n", i, i, i, i);
    }
    assert_int_equal(run(f, buf_cstr(&rows), (struct import_options){0}), OK);
    expect_counts(f, 3000, 0, 0, 0);
    assert_int_equal(run(f, buf_cstr(&rows), (struct import_options){0}), OK);
    expect_counts(f, 0, 0, 3000, 0);
}

static void the_catalogue_fits_the_store(void **state) {
    struct import_fixture *f = *state;
    assert_int_equal(db_catalogue_check(f->store->conn, &import_catalogue, &f->problem), OK);
}

static void a_map_of_folders_gives_themes_tags_and_places(void **state) {
    struct import_fixture *f = *state;
    static const char *const kml =
        "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Folder><name>Covoiturage</name>"
        "<Placemark id=\"1\"><name>AMAP</name><description><![CDATA[Le "
        "<b>jeudi</b>]]></description>"
        "<ExtendedData><Data name=\"Site web\"><value>https://a.example.org</value></Data>"
        "</ExtendedData><Point><coordinates>5.9178,45.5646</coordinates></Point></Placemark>"
        "</Folder></Document></kml>";
    assert_int_equal(run(f, kml, (struct import_options){0}), OK);
    expect_in(f, "AMAP", "\"kind\":\"place\"");
    expect_in(f, "AMAP", "\"themes\":[\"mobility\"]");
    expect_in(f, "AMAP", "Le **jeudi**");
    expect_in(f, "AMAP", "https://a.example.org");
    expect_in(f, "AMAP", "\"latitude\":45.5646");
}

static void an_agenda_gives_events_with_all_their_dates(void **state) {
    struct import_fixture *f = *state;
    static const char *const agenda =
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Atelier\r\n"
        "DTSTART;TZID=Europe/Paris:20270101T180000\r\nDTEND;TZID=Europe/Paris:20270101T200000\r\n"
        "RRULE:FREQ=WEEKLY;COUNT=20\r\n"
        "LOCATION:Salle des fêtes\\, 3 rue Haute\\, 73000 Chambéry\\, France\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Fête\r\nSTATUS:CANCELLED\r\n"
        "DTSTART;TZID=Indian/Reunion:20270605T100000\r\nLOCATION:Parc du Verney\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n";
    assert_int_equal(run(f, agenda, (struct import_options){0}), OK);
    expect_counts(f, 2, 0, 0, 0);
    expect_in(f, "Atelier", "\"kind\":\"event\"");
    expect_in(f, "Atelier",
              "{\"role\":\"happens\",\"start\":\"2027-01-01T18:00\",\"end\":"
              "\"2027-01-01T20:00\"");
    expect_in(f, "Atelier", "\"start\":\"2027-05-14T18:00\"");
    expect_in(f, "Atelier", "\"name\":\"Salle des fêtes\",\"address\":\"3 rue Haute\"");
    expect_in(f, "Atelier", "\"territory\":\"com-73065\"");
    expect_in(f, "Fête", "\"zone\":\"Indian/Reunion\"");
    expect_in(f, "Fête", "\"state\":\"ended\"");
    expect_in(f, "Fête", "\"end_reason\":\"Annulé\"");
    expect_in(f, "Fête", "\"name\":\"Parc du Verney\"");
    assert_int_equal(run(f, agenda, (struct import_options){0}), OK);
    expect_counts(f, 0, 0, 2, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_same_file_twice_changes_nothing),
        TEST(a_licence_left_out_the_second_time_stays),
        TEST(what_a_record_says_is_all_kept),
        TEST(a_changed_record_updates_its_entry),
        TEST(a_bad_row_is_written_down_with_line_and_reason),
        TEST(a_territory_code_alone_is_a_place),
        TEST(swapped_coordinates_are_put_right_and_said),
        TEST(a_point_far_from_its_commune_is_kept_with_a_warning),
        TEST(categories_by_number_get_names_or_stay_readable),
        TEST(paths_and_slugs_of_categories_lead_to_themes),
        TEST(coordinates_of_other_systems_are_converted_and_said),
        TEST(the_system_that_is_named_goes_before_any_guess),
        TEST(geometries_in_a_cell_are_places),
        TEST(a_system_named_behind_the_features_is_found),
        TEST(coordinates_that_are_none_are_left_out_and_kept_readable),
        TEST(a_record_without_identifier_gets_one_from_its_content),
        TEST(one_identifier_for_two_things_keeps_both),
        TEST(an_edit_of_a_person_holds_the_import),
        TEST(a_cut_file_writes_nothing_unless_asked),
        TEST(a_broken_file_writes_nothing_unless_asked),
        TEST(a_file_broken_behind_the_sample_writes_nothing),
        TEST(a_held_difference_is_shown_and_goes_when_the_source_takes_it_back),
        TEST(a_record_that_comes_back_is_published_again),
        TEST(a_changed_record_that_comes_back_is_published_as_it_is_now),
        TEST(what_a_person_archived_is_not_published_by_an_import),
        TEST(a_bad_side_field_of_our_own_format_costs_only_itself),
        TEST(entries_that_the_source_lacks_are_archived_when_asked),
        TEST(nothing_is_archived_when_a_record_was_rejected_or_none_was_read),
        TEST(a_map_file_has_the_last_word),
        TEST(a_dry_run_shows_its_table_and_writes_nothing),
        TEST(our_own_format_goes_in_as_it_is),
        TEST(what_spreadsheets_take_from_numbers_is_put_back_or_said),
        TEST(one_name_in_two_unicode_forms_is_one_record),
        TEST(a_title_that_reads_like_absence_is_a_title),
        TEST(html_of_descriptions_becomes_markdown),
        TEST(opening_hours_of_seven_columns_become_one),
        TEST(a_source_without_a_name_is_refused),
        TEST(many_records_go_through_in_several_batches),
        TEST(a_map_of_folders_gives_themes_tags_and_places),
        TEST(an_agenda_gives_events_with_all_their_dates),
        TEST(the_catalogue_fits_the_store),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
