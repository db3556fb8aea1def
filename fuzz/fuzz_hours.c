/* Opening hours: a text that is not understood comes back as it is, one that is understood is told
 * in words, in either language, without a control byte that was not there. Whether it is open is
 * told for any text. What fits a table means the same when it is written from it. */
#include "domain/entry/hours.h"
#include "domain/entry/hours_week.h"
#include "face/web/page/page.h"
#include "fuzz.h"

/* A table says the same as the text it was read from, and comes back as it is. */
static void promise_table(slice osm) {
    struct hours_week week;
    struct hours_week again;
    struct buf written BUF_CLEANUP = buf_new(HOURS_WEEK_MAX);
    if (!hours_week_read(osm, &week)) {
        return;
    }
    hours_week_write(&week, &written);
    FUZZ_PROMISE(hours_week_read(buf_slice(&written), &again) && hours_week_same(&week, &again));
    for (uint8_t day = 20; day < 28; day++) { /* Christmas 2026 is a Friday */
        for (uint8_t hour = 0; hour < 24; hour++) {
            struct date now = {.precision = DATE_MINUTE, .year = 2026, .month = 12, .day = day};
            now.hour = hour;
            FUZZ_PROMISE(hours_at(osm, &now, SLICE("67")).state ==
                         hours_at(buf_slice(&written), &now, SLICE("67")).state);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct problem problem = {0};
    struct i18n *i18n = NULL;
    FUZZ_PROMISE(i18n_new(NULL, 0, &i18n, &problem) == OK);
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct page page = {.arena = &arena, .html = {.language = i18n_language(i18n, SLICE("fr"))}};
    slice osm = slice_of((const char *)data, size);
    slice told = hours_text(&page, osm);
    FUZZ_PROMISE(told.p == osm.p ? told.n == osm.n : told.n > 0);
    promise_table(osm);
    /* Every three hours of a Christmas day: what changes, changes later than now. */
    for (int64_t eighth = 0; eighth < 8; eighth++) {
        struct date now = {.precision = DATE_MINUTE, .year = 2026, .month = 12, .day = 25};
        now.hour = (uint8_t)(eighth * 3);
        struct hours_now at = hours_at(osm, &now, SLICE("67"));
        FUZZ_PROMISE(at.state != HOURS_UNKNOWN || !at.has_change);
        FUZZ_PROMISE(!at.has_change || (date_is_valid(&at.change) && at.days_ahead >= 0 &&
                                        at.days_ahead <= HOURS_AHEAD_DAYS + 1));
    }
    i18n_free(i18n);
    return 0;
}
