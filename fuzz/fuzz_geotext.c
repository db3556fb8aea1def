/* Geometries in one cell: what is read is a place of finite numbers. */
#include "fuzz.h"

#include "formats/geotext.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct geotext at;
    if (geotext_read(slice_of((const char *)data, size), &at)) {
        FUZZ_PROMISE(isfinite(at.x) && isfinite(at.y) && at.srid <= 999999);
    }
    return 0;
}
