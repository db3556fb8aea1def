/* Arbitrary bytes as the parameters `datetime` and `bbox` of /ogc items. */
#include "fuzz.h"

#include "face/ogc/ogc_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice text = slice_of((const char *)data, size);
    struct problem problem = {0};
    struct query dates = query_default();
    struct query box = query_default();
    err read = ogc_datetime_read(text, &dates, &problem);
    FUZZ_PROMISE(read == OK || (read == ERR_INPUT && problem.what[0]));
    FUZZ_PROMISE(read != OK || !dates.has_from || date_is_valid(&dates.from));
    FUZZ_PROMISE(read != OK || !dates.has_to || date_is_valid(&dates.to));
    read = ogc_box_read(text, &box, &problem);
    FUZZ_PROMISE(read == OK || (read == ERR_INPUT && problem.what[0]));
    FUZZ_PROMISE(box.has_box == (read == OK));
    FUZZ_PROMISE(read != OK || geo_box_is_valid(&box.box));
    return 0;
}
