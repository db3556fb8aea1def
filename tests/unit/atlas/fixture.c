#include "fixture.h"

#include "db/migrations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REGIONS      3
#define DEPARTEMENTS 6
#define EPCI         12
#define COMMUNES     96
#define HAMLETS      70 /* of one département, in no EPCI: more than a facet shows */

static int64_t fixture_now(void *self) {
    const struct fixture *fixture = self;
    return fixture->now_ms;
}

/* splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t next_random(struct fixture *fixture) {
    uint64_t z = (fixture->seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint32_t fixture_random(struct fixture *fixture, uint32_t below) {
    return (uint32_t)(next_random(fixture) >> 33) % below;
}

bool fixture_chance(struct fixture *fixture, uint32_t percent) {
    return fixture_random(fixture, 100) < percent;
}

static const char themes_json[] =
    "{\"scheme\":\"themes\",\"title\":{\"fr\":\"Thèmes\",\"en\":\"Themes\"},\"source\":\"\","
    "\"licence\":\"CC0-1.0\",\"concepts\":["
    "{\"slug\":\"food\",\"broader\":null,\"label\":{\"fr\":\"Alimentation\",\"en\":\"Food\"},"
    "\"synonyms\":{\"fr\":[\"manger\",\"amap\",\"potager partagé\"],\"en\":[\"eat\"]}},"
    "{\"slug\":\"garden\",\"broader\":\"food\",\"label\":{\"fr\":\"Jardins\",\"en\":\"Gardens\"},"
    "\"synonyms\":{\"fr\":[\"compost\"],\"en\":[\"allotment\"]}},"
    "{\"slug\":\"energy\",\"broader\":null,\"label\":{\"fr\":\"Énergie\",\"en\":\"Energy\"},"
    "\"synonyms\":{\"fr\":[\"solaire\"],\"en\":[\"solar panels\"]}},"
    "{\"slug\":\"waste\",\"broader\":null,\"label\":{\"fr\":\"Déchets, "
    "réparation\",\"en\":\"Waste\"},"
    "\"synonyms\":{\"fr\":[\"réparer\",\"recyclage\"],\"en\":[\"repair\"]}}]}";
static const char goals_json[] =
    "{\"scheme\":\"goals\",\"title\":{\"fr\":\"Objectifs\",\"en\":\"Goals\"},\"source\":\"\","
    "\"licence\":\"CC0-1.0\",\"concepts\":["
    "{\"slug\":\"goal-hunger\",\"broader\":null,\"label\":{\"fr\":\"Faim zéro\",\"en\":\"Zero "
    "hunger\"},"
    "\"synonyms\":{\"fr\":[],\"en\":[]}},"
    "{\"slug\":\"goal-climate\",\"broader\":null,\"label\":{\"fr\":\"Climat\",\"en\":\"Climate\"},"
    "\"synonyms\":{\"fr\":[\"réchauffement\"],\"en\":[]}}]}";
static const slice themes_chosen[] = {{"food", 4},  {"garden", 6},       {"energy", 6},
                                      {"waste", 5}, {"goal-hunger", 11}, {"goal-climate", 12}};

static double centre_lon(unsigned commune) {
    return 4.0 + (commune % 12) * 0.11;
}
static double centre_lat(unsigned commune) {
    return 45.0 + commune / 12 * 0.09;
}

static void write_territories(struct buf *tsv) {
    buf_add(tsv, SLICE("#agora-territories\tfixture-1\n"
                       "code\tname\tepci\tdepartement\tregion\tkind\tpostal\tpopulation\tlon\tlat\t"
                       "precision\taliases\n"
                       "country-fr\tFrance\t\t\t\t\t\t\t2.45\t46.6\ttown\t\n"));
    for (unsigned i = 0; i < REGIONS; i++) {
        buf_addf(tsv, "reg-%u\tRégion Haute %c\t\t\t\tmetro\t\t\t4.5\t45.5\tmiddle\t\n", 10 + i,
                 'A' + (char)i);
    }
    for (unsigned i = 0; i < DEPARTEMENTS; i++) {
        buf_addf(tsv, "dep-%u\tVallée %c\t\t\treg-%u\tmetro\t\t\t4.5\t45.5\tmiddle\t\n", 20 + i,
                 'A' + (char)i, 10 + i / 2);
    }
    for (unsigned i = 0; i < EPCI; i++) {
        buf_addf(tsv, "epci-2000000%02u\tPays %c\t\tdep-%u\treg-%u\tCC\t\t\t4.5\t45.5\tmiddle\t\n",
                 i, 'A' + (char)i, 20 + i / 2, 10 + i / 4);
    }
    for (unsigned i = 0; i < COMMUNES; i++) {
        unsigned epci = i / 8;
        char of[32] = "";
        if (i % 9 != 8) { /* some are in none */
            snprintf(of, sizeof(of), "epci-2000000%02u", epci);
        }
        buf_addf(tsv,
                 "com-%u%03u\tBourg %u\t%s\tdep-%u\treg-%u\t\t%u%03u\t%u\t%.5f\t%.5f\ttown\t\n",
                 20 + epci / 2, i + 1, i, of, 20 + epci / 2, 10 + epci / 4, 20 + epci / 2, i + 1,
                 100 + i, centre_lon(i), centre_lat(i));
    }
    buf_add(tsv, SLICE("dep-26\tVallée Haute\t\t\treg-12\tmetro\t\t\t5\t46\tmiddle\t\n"));
    for (unsigned i = 0; i < HAMLETS; i++) {
        buf_addf(tsv, "com-26%03u\tHameau %u\t\tdep-26\treg-12\t\t26%03u\t%u\t5.5\t46\ttown\t\n",
                 i + 1, i, i + 1, 10 + i);
    }
}

static void fill_store(struct fixture *fixture) {
    struct db_conn *conn;
    struct problem problem = {0};
    BUF_CLEANUP struct buf tsv = buf_new(1 << 20);
    const slice members[] = {SLICE("com-20001"), SLICE("com-20002"), SLICE("com-21017")};
    write_territories(&tsv);
    assert_int_equal(db_open(fixture->store, DB_WRITE, &conn, &problem), OK);
    assert_int_equal(db_migrate(conn, store_migrations, store_migration_count, false, &problem),
                     OK);
    assert_int_equal(db_begin_write(conn), OK);
    assert_int_equal(
        theme_scheme_store(conn, slice_from_cstr(themes_json), FIXTURE_NOW_MS, &problem), OK);
    assert_int_equal(
        theme_scheme_store(conn, slice_from_cstr(goals_json), FIXTURE_NOW_MS, &problem), OK);
    err seeded = territory_seed(conn, buf_slice(&tsv), FIXTURE_NOW_MS, &problem);
    if (seeded) {
        fail_msg("seed: %s %s", problem.field, problem.what);
    }
    assert_int_equal(territory_custom_store(conn, SLICE("parc"), SLICE("Parc des Sources"), members,
                                            ARRAY_COUNT(members), FIXTURE_NOW_MS, &problem),
                     OK);
    assert_int_equal(db_commit(conn), OK);
    assert_int_equal(territories_load(conn, &fixture->territories), OK);
    assert_int_equal(themes_load(conn, &fixture->themes), OK);
    db_close(conn);
}

void fixture_open(struct fixture *fixture) {
    *fixture = (struct fixture){.now_ms = FIXTURE_NOW_MS, .seed = 20251124};
    strncat(fixture->folder, "/tmp/agora-atlas-XXXXXX", sizeof(fixture->folder) - 1);
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->store, sizeof(fixture->store), "%s/agora.db", fixture->folder);
    fill_store(fixture);
}

void fixture_close(struct fixture *fixture) {
    static const char *const files[] = {"agora.db", "agora.db-wal", "agora.db-shm"};
    themes_free(fixture->themes);
    territories_free(fixture->territories);
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", fixture->folder, files[i]);
        (void)unlink(path); /* the log is there only sometimes */
    }
    assert_int_equal(rmdir(fixture->folder), 0);
}

struct atlas_options fixture_options(struct fixture *fixture) {
    return (struct atlas_options){.store_path = fixture->store,
                                  .territories = fixture->territories,
                                  .themes = fixture->themes,
                                  .crowd_least = FIXTURE_CROWD_LEAST,
                                  .clock = {.now_ms = fixture_now, .self = fixture}};
}

const slice fixture_sources[] = {
    {"covoiturage", 11}, {"mediation", 9}, {"carte-libre", 11}, {"petite", 6}};
const uint32_t fixture_source_count = ARRAY_COUNT(fixture_sources);
const slice fixture_skills[] = {{"menuiserie", 10}, {"site-web", 8}, {"animation", 9}};
const uint32_t fixture_skill_count = ARRAY_COUNT(fixture_skills);
const slice fixture_languages[] = {{"fr", 2}, {"en", 2}, {"oc", 2}};
const uint32_t fixture_language_count = ARRAY_COUNT(fixture_languages);

/* So many that not all have a bit in the rows. */
slice fixture_trade(struct fixture *fixture, struct arena *arena) {
    return arena_printf(arena, "metier-%u", fixture_random(fixture, 600));
}

slice fixture_word(struct fixture *fixture) {
    static const char *const words[] = {
        "jardin",       "jardins",  "partagé",   "partagée",   "la",          "de",
        "rivière",      "rivières", "nettoyer",  "nettoyage",  "Nettoyons",   "café",
        "réparation",   "réparer",  "vélo",      "vélos",      "atelier",     "ateliers",
        "habitat",      "habiter",  "toit",      "toits",      "solaire",     "compost",
        "composteur",   "épicerie", "solidaire", "solidarité", "l'eau",       "gare",
        "école",        "bois",     "forêt",     "forestier",  "repair",      "repairing",
        "cleaning",     "river",    "rivers",    "energy",     "cooperative", "coopérative",
        "coopératives", "monnaie",  "locale",    "locales",    "mobilité",    "covoiturage",
        "ferme",        "fermes",   "pain",      "four",       "banc",        "Bourg",
        "œuf",          "Noël",     "naturel",   "nature",     "20003",       "et",
        "bibliothèque", "livre",    "livres",    "zone",       "assemblée",   "quartier"};
    /* Zipf-like: the square makes the first ones frequent. */
    uint32_t n = ARRAY_COUNT(words);
    uint32_t a = fixture_random(fixture, n);
    uint32_t b = fixture_random(fixture, n);
    return slice_from_cstr(words[fixture_chance(fixture, 70) ? a * b / n : a]);
}

static slice sentence(struct fixture *fixture, uint32_t least, uint32_t more, struct arena *arena) {
    BUF_CLEANUP struct buf text = buf_new(1 << 16);
    uint32_t count = least + fixture_random(fixture, more + 1);
    for (uint32_t i = 0; i < count; i++) {
        buf_add_cstr(&text, i ? " " : "");
        buf_add(&text, fixture_word(fixture));
    }
    return arena_copy(arena, buf_slice(&text));
}

struct geo_point fixture_point(struct fixture *fixture) {
    unsigned commune = fixture_random(fixture, COMMUNES);
    double lon = centre_lon(commune);
    double lat = centre_lat(commune);
    if (fixture_chance(fixture, 3)) {
        return (struct geo_point){.lon_e7 = (int32_t)next_random(fixture) % 1800000000,
                                  .lat_e7 = (int32_t)next_random(fixture) % 890000000};
    }
    if (!fixture_chance(fixture, 25)) { /* else many on one point */
        lon += (fixture_random(fixture, 1000) / 1000.0 - 0.5) * 0.1;
        lat += (fixture_random(fixture, 1000) / 1000.0 - 0.5) * 0.1;
    }
    return (struct geo_point){.lon_e7 = (int32_t)(lon * 1e7), .lat_e7 = (int32_t)(lat * 1e7)};
}

static void add_place(struct fixture *fixture, struct entry_public *public, struct arena *arena) {
    struct entry *entry = &public->entry;
    const struct territories *all = fixture->territories;
    public->territory = TERRITORY_NONE;
    if (fixture_chance(fixture, 85)) {
        public->has_point = true;
        public->point = fixture_point(fixture);
        public->is_approximate = fixture_chance(fixture, 20);
    }
    if (fixture_chance(fixture, 90)) {
        public->territory =
            fixture_random(fixture, fixture_chance(fixture, 80) ? all->commune_count : all->count);
        entry->place.territory = all->items[public->territory].code;
    }
    if (fixture_chance(fixture, 40)) {
        entry->place.city = arena_printf(arena, "Bourg %u", fixture_random(fixture, COMMUNES));
        entry->place.postal_code = arena_printf(arena, "2%04u", fixture_random(fixture, 120));
        entry->place.name = sentence(fixture, 1, 2, arena);
    }
}

static void add_dates(struct fixture *fixture, struct entry *entry, struct arena *arena) {
    entry->dates = arena_new(arena, struct entry_date, 3);
    if (entry->kind != ENTRY_KIND_EVENT && fixture_chance(fixture, 90)) {
        return;
    }
    entry->date_count = fixture_random(fixture, 4);
    for (uint32_t i = 0; i < entry->date_count; i++) {
        struct entry_date *date = &entry->dates[i];
        int64_t day = (int64_t)fixture_random(fixture, 400) - 250;
        date->role = fixture_chance(fixture, 80) ? ENTRY_DATE_HAPPENS : ENTRY_DATE_FOUNDED;
        date->first_ms = FIXTURE_NOW_MS + day * FIXTURE_DAY_MS;
        date->last_ms = date->first_ms + FIXTURE_DAY_MS * fixture_random(fixture, 30) + 3600000;
        date->start = (struct date){.precision = DATE_DAY, .year = 2025, .month = 1, .day = 1};
        if (fixture_chance(fixture, 5)) {
            date->start.precision = DATE_UNKNOWN;
        }
    }
}

static void add_asks(struct fixture *fixture, struct entry *entry, struct arena *arena) {
    entry->asks = arena_new(arena, struct entry_ask, 3);
    entry->translations = arena_new(arena, struct entry_translation, 5);
    entry->ask_count = fixture_chance(fixture, 30) ? 1 + fixture_random(fixture, 3) : 0;
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        struct entry_ask *ask = &entry->asks[i];
        ask->direction = fixture_chance(fixture, 60) ? ENTRY_NEED : ENTRY_OFFER;
        ask->text = sentence(fixture, 2, 6, arena);
        ask->skill = !fixture_chance(fixture, 90) ? SLICE_EMPTY
                     : fixture_chance(fixture, 30)
                         ? fixture_skills[fixture_random(fixture, fixture_skill_count)]
                         : fixture_trade(fixture, arena);
    }
    entry->translation_count = fixture_chance(fixture, 10) ? fixture_random(fixture, 6) : 0;
    for (uint32_t i = 0; i < entry->translation_count; i++) {
        entry->translations[i] = (struct entry_translation){
            .language = SLICE("en"),
            .field = (enum entry_translated)fixture_random(fixture, ENTRY_TR__COUNT),
            .position = (uint16_t)fixture_random(fixture, 2),
            .value = sentence(fixture, 1, 6, arena)};
    }
}

static void add_lists(struct fixture *fixture, struct entry *entry, struct arena *arena) {
    entry->themes = arena_new(arena, slice, 3);
    entry->theme_count = fixture_random(fixture, 4);
    for (uint32_t i = 0; i < entry->theme_count; i++) {
        entry->themes[i] = themes_chosen[fixture_random(fixture, ARRAY_COUNT(themes_chosen))];
    }
    entry->tags = arena_new(arena, slice, 2);
    entry->tag_count = fixture_random(fixture, 3);
    for (uint32_t i = 0; i < entry->tag_count; i++) {
        entry->tags[i] = sentence(fixture, 1, 1, arena);
    }
    entry->media = arena_new(arena, struct entry_media, 2);
    entry->media_count = fixture_chance(fixture, 30) ? fixture_random(fixture, 3) : 0;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        entry->media[i] = (struct entry_media){
            .kind = (enum entry_media_kind)fixture_random(fixture, ENTRY_MEDIA__COUNT),
            .title = sentence(fixture, 0, 3, arena),
            .transcript = sentence(fixture, 0, 20, arena)};
    }
    entry->figures = arena_new(arena, struct entry_figure, 1);
    entry->figure_count = fixture_chance(fixture, 10);
    entry->figures[0].label = sentence(fixture, 1, 2, arena);
}

/* Words that others have, too; numbers that some postal codes begin like, and one that is both. */
static void add_details(struct entry *entry) {
    static const slice texts[] = {{"jardin de la gare", 17}, {"Le four, le bois", 16}};
    entry->details[ENTRY_DETAIL_ACCESS] = entry->id.v % 7 == 2 ? texts[0] : SLICE_EMPTY;
    entry->details[ENTRY_DETAIL_PEOPLE] = entry->id.v % 13 == 5 ? texts[1] : SLICE_EMPTY;
    entry->details[ENTRY_DETAIL_MATURITY] = entry->id.v % 3 ? SLICE("nature") : SLICE_EMPTY;
    entry->details[ENTRY_DETAIL_SIRET] = entry->id.v % 11 == 1   ? SLICE("20003")
                                         : entry->id.v % 11 == 4 ? SLICE("20003000400012")
                                                                 : SLICE_EMPTY;
    entry->details[ENTRY_DETAIL_RNA] = entry->id.v % 17 == 3 ? SLICE("W733001234") : SLICE_EMPTY;
    entry->end_reason = entry->id.v % 19 == 1 ? SLICE("Le toit de l’école") : SLICE_EMPTY;
    entry->price = entry->id.v % 23 == 1 ? SLICE("Pain libre") : SLICE_EMPTY;
}

/* Many were inspired by others: in chains and circles, by what may not be there, some twice; the
 * first ones often. */
static void add_links(struct entry *entry, struct arena *arena) {
    static const slice relations[] = {{"inspired-by", 11}, {"part-of", 7}};
    const int64_t targets[] = {entry->id.v / 3 + 1, entry->id.v % 7 + 1, entry->id.v + 1};
    entry->links = arena_new(arena, struct entry_link, ARRAY_COUNT(targets));
    for (size_t i = 0; i < ARRAY_COUNT(targets); i++) {
        int64_t lot = (entry->id.v * 31 + (int64_t)i * 17) % 11;
        if (lot < 4) {
            entry->links[entry->link_count++] =
                (struct entry_link){.relation = relations[lot == 3],
                                    .target = {lot ? targets[i] : targets[0]},
                                    .incoming = lot == 2 && i == 2};
        }
    }
}

struct entry_public fixture_entry(struct fixture *fixture, int64_t id, struct arena *arena) {
    struct entry_public public = {0};
    struct entry *entry = &public.entry;
    entry->id.v = id;
    entry->status = ENTRY_PUBLISHED;
    entry->kind = (enum entry_kind)fixture_random(fixture, ENTRY_KIND__COUNT);
    entry->state = (enum entry_state)fixture_random(fixture, ENTRY_STATE__COUNT);
    entry->language = fixture_chance(fixture, 95)
                          ? fixture_languages[fixture_random(fixture, fixture_language_count)]
                          : SLICE_EMPTY;
    entry->title = sentence(fixture, 1, 4, arena);
    entry->summary = fixture_chance(fixture, 60) ? sentence(fixture, 2, 20, arena) : SLICE_EMPTY;
    entry->description =
        fixture_chance(fixture, 40) ? sentence(fixture, 5, 90, arena) : SLICE_EMPTY;
    entry->audience = fixture_chance(fixture, 5) ? sentence(fixture, 1, 1, arena) : SLICE_EMPTY;
    if (fixture_chance(fixture, 70)) {
        uint32_t source = fixture_random(fixture, 100);
        entry->source_slug = fixture_sources[source < 60   ? 0
                                             : source < 95 ? 1
                                             : source < 99 ? 2
                                                           : 3];
        if (source < 60) { /* one large, uniform source */
            entry->kind = ENTRY_KIND_PLACE;
            entry->type =
                fixture_chance(fixture, 80) ? SLICE("Aire de covoiturage") : SLICE("Halte");
            entry->title = SLICE("Aire de covoiturage");
        }
    }
    entry->updated_ms = FIXTURE_NOW_MS - FIXTURE_DAY_MS * fixture_random(fixture, 900);
    if (fixture_chance(fixture, 30)) {
        entry->confirmed_ms = FIXTURE_NOW_MS - FIXTURE_DAY_MS * fixture_random(fixture, 2500);
    }
    if (fixture_chance(fixture, 30)) { /* some say they come from the future */
        entry->source_updated_ms =
            FIXTURE_NOW_MS - FIXTURE_DAY_MS * ((int64_t)fixture_random(fixture, 2500) - 100);
    }
    add_place(fixture, &public, arena);
    add_dates(fixture, entry, arena);
    add_asks(fixture, entry, arena);
    add_lists(fixture, entry, arena);
    add_links(entry, arena);
    add_details(entry);
    if (entry->id.v % 10 == 3) { /* somebody said here that it is still so */
        entry->checked_ms = FIXTURE_NOW_MS - FIXTURE_DAY_MS * (entry->id.v * 37 % 1000);
        entry->confirmed_ms =
            entry->checked_ms > entry->confirmed_ms ? entry->checked_ms : entry->confirmed_ms;
    }
    return public;
}
