#include "geo/crs.h"

#include <math.h>
#include <proj.h>
#include <stdlib.h>
#include <string.h>

#define CODE_DIGITS_MAX   6
#define TITLE_MAX         160
#define ACCURACY_SAMPLES  64  /* positions whose accuracy is asked for */
#define ACCURACY_ENOUGH_M 1.0 /* beyond it a way over ETRS89 is tried */
#define NUMBER_MAX        1e8 /* no axis is longer: the equator has 4e7 m */

struct crs {
    PJ_CONTEXT *context;
    PJ *direct;   /* -> WGS 84 */
    PJ *european; /* -> ETRS89, the same within a metre in Europe; NULL until needed */
    PJ *source;
    bool is_wgs84, settled;
    unsigned sampled;
    double accuracy_m;
    size_t code_n, title_n;
    char code[CRS_CODE_MAX + 1];
    char title[TITLE_MAX + 1];
};

/* A name without case and signs: "urn:ogc:def:crs:EPSG::3857" -> "urnogcdefcrsepsg3857". */
static slice key_of(slice name, char *key, size_t room) {
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < room; i++) {
        char c = name.p[i];
        if (c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
        }
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80) {
            key[n++] = c;
        }
    }
    return slice_of(key, n);
}

/* What people and programs call systems instead of their codes. */
static const struct {
    const char *key;
    const char *code;
} names[] = {
    {"crs84", "OGC:CRS84"},
    {"wgs84", "OGC:CRS84"},
    {"wgs1984", "OGC:CRS84"},
    {"gps", "OGC:CRS84"},
    {"lonlat", "OGC:CRS84"},
    {"latlon", "OGC:CRS84"},
    {"lambert93", "EPSG:2154"},
    {"l93", "EPSG:2154"},
    {"lamb93", "EPSG:2154"},
    {"rgf93", "EPSG:4171"},
    {"rgf93lambert93", "EPSG:2154"},
    {"rgf93v1lambert93", "EPSG:2154"},
    {"lambert2etendu", "EPSG:27572"},
    {"lambertiietendu", "EPSG:27572"},
    {"lambert2\xC3\xA9tendu", "EPSG:27572"},
    {"lambertii\xC3\xA9tendu", "EPSG:27572"},
    {"lambert2e", "EPSG:27572"},
    {"lambe", "EPSG:27572"},
    {"lii2e", "EPSG:27572"},
    {"webmercator", "EPSG:3857"},
    {"mercator", "EPSG:3857"},
    {"pseudomercator", "EPSG:3857"},
    {"googlemercator", "EPSG:3857"},
    {"epsg900913", "EPSG:3857"},
    {"epsg102100", "EPSG:3857"},
    {"etrs89", "EPSG:4258"},
    {"rgr92utm40s", "EPSG:2975"},
    {"rgaf09utm20n", "EPSG:5490"},
    {"rgfg95utm22n", "EPSG:2972"},
    {"rgm04utm38s", "EPSG:4471"},
};

static bool all_digits(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') {
            return false;
        }
    }
    return text.n > 0;
}

/* "cc46" -> EPSG:3946; "utm31n" -> EPSG:32631, "utm40s" -> EPSG:32740. */
static bool zone_read(slice key, char *code) {
    int64_t zone;
    if (slice_starts_with(key, SLICE("cc")) && slice_to_i64(slice_sub(key, 2, key.n), &zone) &&
        key.n == 4 && zone >= 42 && zone <= 50) {
        memcpy(code, "EPSG:39", 7);
        memcpy(code + 7, key.p + 2, 3);
        code[9] = '\0';
        return true;
    }
    for (size_t i = 0; i < 2; i++) {
        slice start = i == 0 ? SLICE("utm") : SLICE("wgs84utmzone");
        char side = key.n > 0 ? key.p[key.n - 1] : '\0';
        slice number = slice_sub(key, start.n, key.n > start.n ? key.n - start.n - 1 : 0);
        if (slice_starts_with(key, start) && (side == 'n' || side == 's') && number.n <= 2 &&
            slice_to_i64(number, &zone) && zone >= 1 && zone <= 60) {
            memcpy(code, side == 'n' ? "EPSG:326" : "EPSG:327", 8);
            code[8] = (char)('0' + zone / 10);
            code[9] = (char)('0' + zone % 10);
            code[10] = '\0';
            return true;
        }
    }
    return false;
}

/* The digits at the end of a name that says EPSG (or ESRI) somewhere before them; the version of
 * the register that may stand between is passed over. */
static bool registered_read(slice name, slice key, char *code) {
    bool epsg = slice_find_slice(key, 0, SLICE("epsg")) < key.n || all_digits(name);
    bool esri = !epsg && slice_starts_with(key, SLICE("esri"));
    size_t from = name.n;
    while (from > 0 && name.p[from - 1] >= '0' && name.p[from - 1] <= '9') {
        from--;
    }
    slice digits = slice_sub(name, from, name.n);
    if ((!epsg && !esri) || digits.n == 0 || digits.n > CODE_DIGITS_MAX) {
        return false;
    }
    if (from > 0 && memchr(":/#= ", name.p[from - 1], 5) == NULL &&
        !slice_equal_ascii_nocase(slice_sub(name, 0, from), SLICE("EPSG"))) {
        return false; /* "EPSG:x2154" */
    }
    memcpy(code, epsg ? "EPSG:" : "ESRI:", 5);
    memcpy(code + 5, digits.p, digits.n);
    code[5 + digits.n] = '\0';
    return true;
}

/* The code that a name says; false when it says none. `code` holds CRS_CODE_MAX + 1 bytes. */
static bool code_read(slice name, char *code) {
    char bytes[CRS_NAME_MAX];
    name = slice_trim(name);
    if (name.n == 0 || name.n > CRS_NAME_MAX) {
        return false;
    }
    slice key = key_of(name, bytes, sizeof bytes);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (slice_equal(key, slice_from_cstr(names[i].key))) {
            memcpy(code, names[i].code, strlen(names[i].code) + 1);
            return true;
        }
    }
    bool ogc = slice_find_slice(key, 0, SLICE("ogc")) < key.n;
    if (ogc && slice_ends_with(key, SLICE("crs84"))) {
        memcpy(code, "OGC:CRS84", sizeof "OGC:CRS84");
        return true;
    }
    return zone_read(key, code) || registered_read(name, key, code);
}

static bool is_of_a_map(PJ_TYPE type) {
    return type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_GEOGRAPHIC_3D_CRS ||
           type == PJ_TYPE_PROJECTED_CRS || type == PJ_TYPE_COMPOUND_CRS ||
           type == PJ_TYPE_BOUND_CRS;
}

/* The way to a target, axes as x, y. Guessed ways ("ballpark": a datum ignored) are refused: they
 * are wrong by up to hundreds of metres and nothing shows it. */
static PJ *way_new(struct crs *crs, const char *target_code) {
    static const char *const options[] = {"ALLOW_BALLPARK=NO", NULL};
    PJ *target = proj_create(crs->context, target_code);
    PJ *raw = target == NULL ? NULL
                             : proj_create_crs_to_crs_from_pj(crs->context, crs->source, target,
                                                              NULL, options);
    PJ *way = raw == NULL ? NULL : proj_normalize_for_visualization(crs->context, raw);
    proj_destroy(raw);
    proj_destroy(target);
    return way;
}

static err source_open(struct crs *crs, struct problem *problem) {
    const char *code = crs->code;
    if (proj_context_get_database_path(crs->context) == NULL) {
        return problem_set(problem, ERR_IO, "crs",
                           "PROJ's database (proj.db) is not installed: no coordinates can be "
                           "converted; install the package proj-data");
    }
    crs->source = proj_create(crs->context, code);
    if (crs->source == NULL) {
        return problem_set(problem, ERR_INPUT, "crs",
                           "no coordinate system is called %s; see https://epsg.io", code);
    }
    if (!is_of_a_map(proj_get_type(crs->source))) {
        return problem_set(problem, ERR_INPUT, "crs", "%s is no system of a map: %s", code,
                           proj_get_name(crs->source));
    }
    crs->direct = way_new(crs, "OGC:CRS84");
    if (crs->direct == NULL) {
        return problem_set(problem, ERR_UNSUPPORTED, "crs",
                           "no exact way from %s to WGS 84 is known here: perhaps a grid of "
                           "proj-data is missing",
                           code);
    }
    return OK;
}

static void title_write(struct crs *crs) {
    struct buf title BUF_CLEANUP = buf_new(TITLE_MAX);
    const char *name = proj_get_name(crs->source);
    slice said = slice_from_cstr(name);
    buf_addf(&title, "%.*s (%s)", (int)(said.n < 120 ? said.n : 120), said.p, crs->code);
    crs->title_n = title.n;
    memcpy(crs->title, title.p, title.n);
}

err crs_new(slice name, struct crs **out, struct problem *problem) {
    struct crs *crs = calloc(1, sizeof *crs);
    if (crs == NULL) {
        return ERR_MEMORY;
    }
    if (!code_read(name, crs->code)) {
        free(crs);
        return problem_set(problem, ERR_INPUT, "crs",
                           "\"%.*s\" names no coordinate system; write it as EPSG:2154",
                           (int)(name.n < 80 ? name.n : 80), name.p);
    }
    crs->code_n = strlen(crs->code);
    crs->is_wgs84 = slice_equal(crs_code(crs), SLICE("OGC:CRS84")) ||
                    slice_equal(crs_code(crs), SLICE("EPSG:4326")) ||
                    slice_equal(crs_code(crs), SLICE("EPSG:4979"));
    if (crs->is_wgs84) {
        memcpy(crs->title, "WGS 84", 6);
        crs->title_n = 6;
        *out = crs;
        return OK;
    }
    crs->context = proj_context_create();
    if (crs->context == NULL) {
        free(crs);
        return ERR_MEMORY;
    }
    proj_log_level(crs->context, PJ_LOG_NONE);
    proj_context_set_enable_network(crs->context, 0);
    err failed = source_open(crs, problem);
    if (failed != OK) {
        crs_free(crs);
        return failed;
    }
    title_write(crs);
    *out = crs;
    return OK;
}

void crs_free(struct crs *crs) {
    if (crs != NULL) {
        proj_destroy(crs->direct);
        proj_destroy(crs->european);
        proj_destroy(crs->source);
        if (crs->context != NULL) {
            proj_context_destroy(crs->context);
        }
        free(crs);
    }
}

slice crs_code(const struct crs *crs) {
    return slice_of(crs->code, crs->code_n);
}

slice crs_title(const struct crs *crs) {
    return slice_of(crs->title, crs->title_n);
}

bool crs_is_wgs84(const struct crs *crs) {
    return crs->is_wgs84;
}

double crs_accuracy_m(const struct crs *crs) {
    return crs->accuracy_m;
}

static bool way_go(PJ *way, double x, double y, PJ_COORD *to) {
    proj_errno_reset(way);
    *to = proj_trans(way, PJ_FWD, proj_coord(x, y, 0, HUGE_VAL));
    return proj_errno(way) == 0 && fabs(to->xy.x) <= 180.0 && fabs(to->xy.y) <= 90.0;
}

/* What the register says of the operation that took the last position. */
static double accuracy_of(const struct crs *crs, PJ *way) {
    PJ *operation = proj_trans_get_last_used_operation(way);
    double accuracy =
        operation == NULL ? -1 : proj_coordoperation_get_accuracy(crs->context, operation);
    proj_destroy(operation);
    return accuracy < 0 ? INFINITY : accuracy;
}

/* At the first positions: where the direct way is coarse (NTF's has 2 m), the way to ETRS89 may
 * use a grid. The better one stays. */
static void way_settle(struct crs *crs, double x, double y, PJ_COORD *to) {
    double direct = accuracy_of(crs, crs->direct);
    crs->settled = true;
    if (direct > ACCURACY_ENOUGH_M) {
        PJ_COORD other;
        crs->european = way_new(crs, "EPSG:4258");
        if (crs->european != NULL && way_go(crs->european, x, y, &other) &&
            accuracy_of(crs, crs->european) < direct) {
            *to = other;
            return;
        }
        proj_destroy(crs->european);
        crs->european = NULL;
    }
}

bool crs_to_wgs84(struct crs *crs, double x, double y, struct geo_point *point) {
    PJ_COORD to = proj_coord(x, y, 0, 0);
    if (!(fabs(x) <= NUMBER_MAX) || !(fabs(y) <= NUMBER_MAX)) {
        return false;
    }
    if (crs->is_wgs84) {
        if (fabs(x) > 180.0 || fabs(y) > 90.0) {
            return false;
        }
    } else if (!way_go(crs->european != NULL ? crs->european : crs->direct, x, y, &to)) {
        return false;
    } else if (crs->sampled < ACCURACY_SAMPLES) {
        crs->sampled++;
        if (!crs->settled) {
            way_settle(crs, x, y, &to);
        }
        double accuracy = accuracy_of(crs, crs->european != NULL ? crs->european : crs->direct);
        crs->accuracy_m = accuracy > crs->accuracy_m ? accuracy : crs->accuracy_m;
    }
    *point = (struct geo_point){.lon_e7 = (int32_t)lround(to.xy.x * 1e7),
                                .lat_e7 = (int32_t)lround(to.xy.y * 1e7)};
    return true;
}

/* The numbers of places in France, and in the last rows anywhere, in each system. */
static const struct {
    const char *code;
    bool needs_place;
    double west, south, east, north;
} ranges[] = {
    {"EPSG:2154", false, 90000, 6040000, 1250000, 7120000},
    {"EPSG:3942", false, 1050000, 1070000, 2280000, 1330000},
    {"EPSG:3943", false, 1050000, 2070000, 2280000, 2330000},
    {"EPSG:3944", false, 1050000, 3070000, 2280000, 3330000},
    {"EPSG:3945", false, 1050000, 4070000, 2280000, 4330000},
    {"EPSG:3946", false, 1050000, 5070000, 2280000, 5330000},
    {"EPSG:3947", false, 1050000, 6070000, 2280000, 6330000},
    {"EPSG:3948", false, 1050000, 7070000, 2280000, 7330000},
    {"EPSG:3949", false, 1050000, 8070000, 2280000, 8330000},
    {"EPSG:3950", false, 1050000, 9070000, 2280000, 9330000},
    {"EPSG:27572", false, 40000, 1600000, 1210000, 2690000},
    {"EPSG:27571", false, 300000, 1030000, 1050000, 1400000},
    {"EPSG:27573", false, 200000, 3000000, 1050000, 3400000},
    {"EPSG:27574", false, 450000, 4050000, 650000, 4400000},
    {"EPSG:2975", false, 310000, 7620000, 390000, 7700000},
    {"EPSG:4471", false, 490000, 8550000, 545000, 8610000},
    {"EPSG:2972", false, 100000, 230000, 450000, 670000},
    {"EPSG:5490", false, 480000, 1580000, 760000, 2010000},
    {"EPSG:3857", false, -20037509, -20048967, 20037509, 20048967},
    {"EPSG:32631", true, 160000, 4500000, 840000, 5700000},
    {"EPSG:32630", true, 160000, 4700000, 840000, 5500000},
    {"EPSG:32632", true, 160000, 4500000, 840000, 5500000},
};

size_t crs_candidates(double x, double y, struct crs_candidate *candidates, size_t room) {
    size_t n = 0;
    if (fabs(x) <= 180.0 && fabs(y) <= 90.0) {
        return 0; /* degrees */
    }
    for (size_t i = 0; i < ARRAY_COUNT(ranges) && n < room; i++) {
        if (x >= ranges[i].west && x <= ranges[i].east && y >= ranges[i].south &&
            y <= ranges[i].north) {
            candidates[n++] = (struct crs_candidate){.code = slice_from_cstr(ranges[i].code),
                                                     .needs_place = ranges[i].needs_place};
        }
    }
    return n;
}
