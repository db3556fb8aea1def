/* A store with a handful of territories of the real world (some positions made up), loaded. */
#ifndef AGORA_TESTS_TERRITORY_FIXTURE_H
#define AGORA_TESTS_TERRITORY_FIXTURE_H

#include "store_fixture.h"

#include "domain/territory/territory_int.h"

#include <string.h>

#define DEGREE 10000000

#define REFERENCE_HEAD                                                                             \
    "code\tname\tepci\tdepartement\tregion\tkind\tpostal\t"                                        \
    "population\tlon\tlat\tprecision\t"                                                            \
    "aliases\n"                                                                                    \
    "country-fr\tFrance\t\t\t\t\t\t68000000\t2.45\t46.6\tmiddle\t\n"                               \
    "reg-04\tLa Réunion\t\t\t\tDROM\t\t890000\t55.5\t-21.1\tmiddle\t\n"                           \
    "reg-11\tÎle-de-France\t\t\t\tmetro\t\t12000000\t2.5\t48.7\tmiddle\t\n"                       \
    "reg-84\tAuvergne-Rhône-Alpes\t\t\t\tmetro\t\t8000000\t4.5\t45.5\tmiddle\t\n"                 \
    "dep-01\tAin\t\t\treg-84\tmetro\t\t670000\t5.3\t46.0\tmiddle\t\n"                              \
    "dep-73\tSavoie\t\t\treg-84\tmetro\t\t440000\t6.4\t45.5\tmiddle\t\n"                           \
    "dep-74\tHaute-Savoie\t\t\treg-84\tmetro\t\t840000\t6.4\t46.0\tmiddle\t\n"                     \
    "dep-75\tParis\t\t\treg-11\tmetro\t\t2100000\t2.34\t48.85\tmiddle\t\n"                         \
    "dep-93\tSeine-Saint-Denis\t\t\treg-11\tmetro\t\t1650000\t2.45\t48.9\tmiddle\t\n"              \
    "dep-974\tLa Réunion\t\t\treg-04\tDROM\t\t890000\t55.5\t-21.1\tmiddle\t\n"                    \
    "dep-975\tSaint-Pierre-et-Miquelon\t\t\t\tCOM\t\t5800\t-56.3\t46.9\tmiddle\t\n"                \
    "epci-200040350\tCC Bugey Sud\t\tdep-01\treg-84\tCC\t\t34000\t5.7\t45.75\tmiddle\t\n"          \
    "epci-200069110\tCA du Grand "                                                                 \
    "Chambéry\t\tdep-73\treg-84\tCA\t\t142000\t5.95\t45.57\tmiddle\t\n"

#define REFERENCE_COMMUNES                                                                         \
    "com-01015\tArboys en Bugey\tepci-200040350\tdep-01\treg-84\t"                                 \
    "\t01300\t710\t5.7\t45.77\tepci\t"                                                             \
    "01015=Arbignieu|01340=Saint-Bois\n"                                                           \
    "com-01034\tBelley\tepci-200040350\tdep-01\treg-84\t\t01300\t9400\t5.68722\t45."               \
    "75917\ttown\t\n"                                                                              \
    "com-01446\tVilleneuve\t\tdep-01\treg-84\t\t01480\t1700\t4.83528\t46.02333\ttown\t\n"          \
    "com-73065\tChambéry\tepci-200069110\tdep-73\treg-84\tseat\t"                                 \
    "73000\t59964\t5.92079\t45.56628\t"                                                            \
    "town\t73044|73066\n"                                                                          \
    "com-73087\tCognin\tepci-200069110\tdep-73\treg-84\t\t73160\t"                                 \
    "6300\t5.89\t45.56\ttown\t\n"                                                                  \
    "com-73242\tSaint-Jean-d'Arves\t\tdep-73\treg-84\t\t73530\t260\t\t\t\t\n"                      \
    "com-73248\tSaint-Jean-de-Maurienne\t\tdep-73\treg-84\t\t73300\t7700\t6.34583\t45."            \
    "27694\ttown\t"                                                                                \
    "\n"                                                                                           \
    "com-74305\tVilleneuve\t\tdep-74\treg-84\t\t74300\t900\t6.5\t46.1\ttown\t\n"                   \
    "com-75056\tParis\t\tdep-75\treg-11\tseat\t"                                                   \
    "75001 75002 75012 75116\t2103778\t2.3488\t48.85341"                                           \
    "\ttown\t75112=Paris 12e Arrondissement\n"                                                     \
    "com-93066\tSaint-Denis\t\tdep-93\treg-11\t\t93200 93210\t"                                    \
    "150000\t2.35833\t48.93564\ttown\t\n"                                                          \
    "com-97411\tSaint-Denis\t\tdep-974\treg-04\tseat\t"                                            \
    "97400 97417 97490\t156000\t55.4504\t"                                                         \
    "-20.88231\ttown\t\n"                                                                          \
    "com-97416\tSaint-Pierre\t\tdep-974\treg-04\t\t97410\t84000\t"                                 \
    "55.4778\t-21.3393\ttown\t\n"                                                                  \
    "com-97502\tSaint-Pierre\t\tdep-975\t\tseat\t97500\t5200\t-56.1773\t46.7811\ttown\t\n"

#define REFERENCE "#agora-territories\tfixture-1\n" REFERENCE_HEAD REFERENCE_COMMUNES

struct territory_fixture {
    struct store_fixture *store;
    struct db_conn *conn;
    struct territories *all;
    struct problem problem;
};

static inline void fixture_seed(struct territory_fixture *fixture, slice reference,
                                int64_t now_ms) {
    assert_int_equal(db_begin_write(fixture->conn), OK);
    assert_int_equal(territory_seed(fixture->conn, reference, now_ms, &fixture->problem), OK);
    assert_int_equal(db_commit(fixture->conn), OK);
}

static inline void fixture_load(struct territory_fixture *fixture) {
    territories_free(fixture->all);
    fixture->all = NULL;
    assert_int_equal(territories_load(fixture->conn, &fixture->all), OK);
}

static inline int territory_setup(void **state) {
    struct territory_fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    void *store = NULL;
    assert_int_equal(store_setup(&store), 0);
    fixture->store = store;
    fixture->conn = fixture->store->conn;
    fixture_seed(fixture, SLICE(REFERENCE), FIXTURE_NOW_MS);
    fixture_load(fixture);
    *state = fixture;
    return 0;
}

static inline int territory_teardown(void **state) {
    struct territory_fixture *fixture = *state;
    territories_free(fixture->all);
    void *store = fixture->store;
    store_teardown(&store);
    free(fixture);
    return 0;
}

/* The code of a territory by its number, "-" for none. */
static inline slice code_at(const struct territory_fixture *fixture, uint32_t index) {
    return index == TERRITORY_NONE ? SLICE("-") : fixture->all->items[index].code;
}

/* A square of `size` degrees from its south-west corner (degrees). */
static inline err fixture_square(struct territory_fixture *fixture, const char *code, int32_t west,
                                 int32_t south, int32_t size, int64_t now_ms) {
    const struct geo_point ring[] = {{west, south},
                                     {west + size, south},
                                     {west + size, south + size},
                                     {west, south + size},
                                     {west, south}};
    const struct geo_point *rings[] = {ring};
    const size_t counts[] = {5};
    return territory_outline_store(fixture->conn, slice_from_cstr(code), rings, counts, 1, now_ms);
}

#endif
