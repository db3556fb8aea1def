/* Any bytes as iCalendar: events, series, zones. */
#include "fuzz_records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    records_fuzz(data, size, RECORD_ICAL);
    return 0;
}
