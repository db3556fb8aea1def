/* Names of coordinate systems from outside, and numbers in them: what opens has a code of ours that
 * opens again as the same, and gives only points on the globe. */
#include "fuzz.h"

#include "geo/crs.h"

#include <string.h>

static void check_positions(struct crs *crs, const uint8_t *data, size_t size) {
    for (size_t at = 0; at + 2 * sizeof(double) <= size && at < 64; at += sizeof(double)) {
        double x;
        double y;
        struct geo_point point;
        memcpy(&x, data + at, sizeof x);
        memcpy(&y, data + at + sizeof x, sizeof y);
        if (crs_to_wgs84(crs, x, y, &point)) {
            FUZZ_PROMISE(geo_point_is_valid(point));
        }
        struct crs_candidate found[CRS_CANDIDATES_MAX];
        FUZZ_PROMISE(crs_candidates(x, y, found, CRS_CANDIDATES_MAX) <= CRS_CANDIDATES_MAX);
    }
    FUZZ_PROMISE(crs_accuracy_m(crs) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *end = size == 0 ? NULL : memchr(data, '\n', size);
    size_t n = end == NULL ? size : (size_t)(end - data);
    struct crs *crs = NULL;
    struct crs *again = NULL;
    if (crs_new(slice_of((const char *)data, n), &crs, NULL) != OK) {
        FUZZ_PROMISE(crs == NULL);
        return 0;
    }
    FUZZ_PROMISE(crs_code(crs).n > 0 && crs_code(crs).n <= CRS_CODE_MAX && crs_title(crs).n > 0);
    FUZZ_PROMISE(crs_new(crs_code(crs), &again, NULL) == OK);
    FUZZ_PROMISE(slice_equal(crs_code(crs), crs_code(again)));
    if (end != NULL) {
        check_positions(crs, end + 1, size - n - 1);
    }
    crs_free(crs);
    crs_free(again);
    return 0;
}
