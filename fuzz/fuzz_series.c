/* A rule by which dates come again: what is read is read again from what is written, its days stand
 * in order, at most so many, within so many years. */
#include "domain/entry/series.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct series_rule rule;
    struct series_rule again;
    struct buf text BUF_CLEANUP = buf_new(SERIES_RULE_MAX);
    int64_t days[SERIES_DATES_MAX];
    if (!series_rule_read(slice_of((const char *)data, size), &rule)) {
        return 0;
    }
    series_rule_write(&rule, &text);
    FUZZ_PROMISE(text.failed == OK && series_rule_read(buf_slice(&text), &again));
    struct buf twice BUF_CLEANUP = buf_new(SERIES_RULE_MAX);
    series_rule_write(&again, &twice);
    FUZZ_PROMISE(slice_equal(buf_slice(&text), buf_slice(&twice)));
    for (uint8_t month = 1; month <= 12; month++) {
        struct date first = {.precision = DATE_DAY, .year = 2028, .month = month, .day = 28};
        size_t count = series_days(&rule, &first, days);
        if (count == SIZE_MAX) {
            continue;
        }
        FUZZ_PROMISE(count >= 1 && count <= SERIES_DATES_MAX);
        for (size_t i = 1; i < count; i++) {
            FUZZ_PROMISE(days[i] > days[i - 1]);
        }
        FUZZ_PROMISE(days[count - 1] - days[0] <= SERIES_YEARS_MAX * 366);
    }
    return 0;
}
