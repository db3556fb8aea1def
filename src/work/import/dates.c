#include "text/text.h"
#include "work/import/import_int.h"

/* French and English months by their folded beginnings; the first that fits, so "juin" and
 * "juil" stand before "jui". */
static const struct {
    const char *name;
    uint8_t month;
} months[] = {
    {"jan", 1}, {"fev", 2}, {"feb", 2},  {"mar", 3},  {"avr", 4},  {"apr", 4},
    {"mai", 5}, {"may", 5}, {"juin", 6}, {"jun", 6},  {"juil", 7}, {"jul", 7},
    {"aou", 8}, {"aug", 8}, {"sep", 9},  {"oct", 10}, {"nov", 11}, {"dec", 12},
};

bool date_read(slice text, struct date *date) {
    struct date read;
    if (text.n == 0 || date_parse(text, &read) != OK || read.precision == DATE_UNKNOWN) {
        return false;
    }
    *date = read;
    return true;
}

static uint8_t month_of(slice word) {
    for (size_t i = 0; i < ARRAY_COUNT(months); i++) {
        if (slice_starts_with(word, slice_from_cstr(months[i].name))) {
            return months[i].month;
        }
    }
    return 0;
}

static bool year_of(slice word, int32_t *year) {
    int64_t value;
    if (word.n != 4 || !slice_to_i64(word, &value) || value < 1000 || value > 2999) {
        return false;
    }
    *year = (int32_t)value;
    return true;
}

/* Takes (month) year pairs off the words: "sep 2021 dec 2022" gives two dates. */
bool period_read(slice text, struct date *start, struct date *end) {
    struct buf folded BUF_CLEANUP = buf_new(1024);
    struct date dates[2] = {{.precision = DATE_UNKNOWN}, {.precision = DATE_UNKNOWN}};
    unsigned count = 0;
    uint8_t month = 0;
    slice word;
    if (date_read(text, start)) {
        *end = dates[1];
        return true;
    }
    text_fold(text, &folded);
    struct text_words words = {.rest = buf_slice(&folded)};
    while (text_words_next(&words, &word)) {
        int32_t year;
        if (year_of(word, &year)) {
            if (count == 2) {
                return false;
            }
            dates[count++] = (struct date){
                .precision = month > 0 ? DATE_MONTH : DATE_YEAR, .year = year, .month = month};
            month = 0;
        } else if (month_of(word) > 0) {
            month = month_of(word);
        } else if (!text_is_stop_word(word) && !slice_equal(word, SLICE("depuis")) &&
                   !slice_equal(word, SLICE("since"))) {
            return false;
        }
    }
    if (count == 0 || month != 0) {
        return false;
    }
    *start = dates[0];
    *end = dates[1];
    return true;
}
