/* Which territory a feature is, from its properties. */
#include "work/territories/code.h"

#include <stdio.h>

/* Properties that say what their code is a code of, most particular first: a file of communes often
 * names their EPCI, département and région as well. */
static const struct {
    const char *name;
    enum territory_level level;
} particular[] = {
    {"insee_com", TERRITORY_COMMUNE},
    {"code_insee", TERRITORY_COMMUNE},
    {"codeinsee", TERRITORY_COMMUNE},
    {"code_commune", TERRITORY_COMMUNE},
    {"codgeo", TERRITORY_COMMUNE},
    {"depcom", TERRITORY_COMMUNE},
    {"insee", TERRITORY_COMMUNE},
    {"com", TERRITORY_COMMUNE},
    {"code_siren", TERRITORY_EPCI},
    {"siren_epci", TERRITORY_EPCI},
    {"code_epci", TERRITORY_EPCI},
    {"siren", TERRITORY_EPCI},
    {"epci", TERRITORY_EPCI},
    {"insee_dep", TERRITORY_DEPARTEMENT},
    {"code_dept", TERRITORY_DEPARTEMENT},
    {"code_dep", TERRITORY_DEPARTEMENT},
    {"code_departement", TERRITORY_DEPARTEMENT},
    {"dep", TERRITORY_DEPARTEMENT},
    {"insee_reg", TERRITORY_REGION},
    {"code_reg", TERRITORY_REGION},
    {"code_region", TERRITORY_REGION},
    {"reg", TERRITORY_REGION},
};
static const char *const bare[] = {"code", "ref:insee", "ref", "id", "codeofficiel"};
static const char *const names[] = {"nom",     "name",    "nom_com",      "nom_dept", "nom_dep",
                                    "nom_reg", "libelle", "nom_officiel", "libgeo"};

static slice property(const struct record *record, const char *name) {
    for (uint32_t i = 0; i < record->field_count; i++) {
        if (slice_equal_ascii_nocase(record->fields[i].name, slice_from_cstr(name))) {
            return slice_trim(record->fields[i].value);
        }
    }
    return SLICE_EMPTY;
}

static slice first_property(const struct record *record, const char *const *wanted, size_t count) {
    for (size_t i = 0; i < count; i++) {
        slice value = property(record, wanted[i]);
        if (value.n > 0) {
            return value;
        }
    }
    return SLICE_EMPTY;
}

static slice prefix_of(enum territory_level level) {
    switch (level) {
    case TERRITORY_COMMUNE:
        return SLICE("com-");
    case TERRITORY_EPCI:
        return SLICE("epci-");
    case TERRITORY_DEPARTEMENT:
        return SLICE("dep-");
    case TERRITORY_REGION:
        return SLICE("reg-");
    case TERRITORY_COUNTRY:
        return SLICE("country-");
    case TERRITORY_CUSTOM:
        return SLICE("t-");
    case TERRITORY_LEVEL__COUNT:
        break;
    }
    return SLICE_EMPTY;
}

/* Our code for a bare one ("1053" of a commune -> "com-01053"); 0 when it is far too long. */
static size_t own_code(enum territory_level level, slice bare_code, char code[FEATURE_CODE_MAX]) {
    slice prefix = prefix_of(level);
    size_t width = level == TERRITORY_COMMUNE                                    ? 5
                   : level == TERRITORY_DEPARTEMENT || level == TERRITORY_REGION ? 2
                                                                                 : 0;
    size_t zeros = bare_code.n < width ? width - bare_code.n : 0;
    if (bare_code.n == 0 || prefix.n + zeros + bare_code.n >= FEATURE_CODE_MAX) {
        return 0;
    }
    int n = snprintf(code, FEATURE_CODE_MAX, "%.*s%.*s%.*s", SLICE_ARG(prefix), (int)zeros, "0000",
                     SLICE_ARG(bare_code));
    for (int i = (int)prefix.n; i < n && level == TERRITORY_DEPARTEMENT; i++) {
        code[i] = code[i] == 'a' ? 'A' : code[i] == 'b' ? 'B' : code[i];
    }
    return (size_t)n;
}

/* By the shape of a bare code. Two characters may be a département or a région (84 is both): the
 * name decides; 0 levels: none fits. */
static enum territory_level level_of_shape(const struct territories *all, slice code, slice name) {
    if (code.n == 9) {
        return TERRITORY_EPCI;
    }
    if (code.n == 4 || code.n == 5) {
        return TERRITORY_COMMUNE;
    }
    if (code.n == 0 || code.n > 3) {
        return TERRITORY_LEVEL__COUNT;
    }
    uint32_t departement = territories_match_level(all, TERRITORY_DEPARTEMENT, code);
    uint32_t region = territories_match_level(all, TERRITORY_REGION, code);
    if (departement == TERRITORY_NONE || region == TERRITORY_NONE) {
        return region != TERRITORY_NONE ? TERRITORY_REGION : TERRITORY_DEPARTEMENT;
    }
    bool is_departement = territories_match_level(all, TERRITORY_DEPARTEMENT, name) == departement;
    bool is_region = territories_match_level(all, TERRITORY_REGION, name) == region;
    if (is_departement == is_region) {
        return TERRITORY_LEVEL__COUNT;
    }
    return is_region ? TERRITORY_REGION : TERRITORY_DEPARTEMENT;
}

static err unknown(struct problem *problem, const char *field, slice value) {
    return problem_set(problem, ERR_NOT_FOUND, field, "no territory has the code '%.*s'",
                       SLICE_ARG(slice_sub(value, 0, 40)));
}

err feature_code(const struct territories *all, const struct geojson_feature *feature,
                 enum territory_level level, char code[FEATURE_CODE_MAX], size_t *code_n,
                 enum territory_level *found, struct problem *problem) {
    const char *field = "code";
    slice value = SLICE_EMPTY;
    for (size_t i = 0; i < ARRAY_COUNT(particular) && value.n == 0; i++) {
        if (level == TERRITORY_LEVEL__COUNT || particular[i].level == level) {
            value = property(feature->record, particular[i].name);
            *found = particular[i].level;
            field = particular[i].name;
        }
    }
    if (value.n == 0) {
        field = "code";
        value = first_property(feature->record, bare, ARRAY_COUNT(bare));
        value = value.n > 0 ? value : slice_trim(feature->id);
        uint32_t whole = territories_find(all, value); /* "dep-73", "t-bauges" */
        if (whole != TERRITORY_NONE && value.n < FEATURE_CODE_MAX) {
            *found = all->items[whole].level;
            *code_n = (size_t)snprintf(code, FEATURE_CODE_MAX, "%.*s", SLICE_ARG(value));
            return OK;
        }
        slice name = first_property(feature->record, names, ARRAY_COUNT(names));
        *found = level != TERRITORY_LEVEL__COUNT ? level : level_of_shape(all, value, name);
    }
    if (value.n == 0) {
        return problem_set(problem, ERR_NOT_FOUND, "code", "the feature has no code");
    }
    if (*found == TERRITORY_LEVEL__COUNT) {
        return problem_set(problem, ERR_NOT_FOUND, field,
                           "'%.*s' may be a code of several levels; its name must tell which",
                           SLICE_ARG(slice_sub(value, 0, 40)));
    }
    *code_n = own_code(*found, value, code);
    if (*code_n == 0 || territories_find(all, slice_of(code, *code_n)) == TERRITORY_NONE) {
        return unknown(problem, field, value);
    }
    return OK;
}
