/* Any bytes as records of whatever format they seem to be. */
#include "fuzz_records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    records_fuzz(data, size, RECORD_AUTO);
    return 0;
}
