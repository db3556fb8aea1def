/* Any bytes as XML: KML, GPX, feeds, lists of elements. */
#include "fuzz_records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    records_fuzz(data, size, RECORD_XML);
    return 0;
}
