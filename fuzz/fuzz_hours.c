/* Opening hours: a text that is not understood comes back as it is, one that is understood is told
 * in words, in either language, without a control byte that was not there. Whether it is open is
 * told for any text. */
#include "domain/entry/hours.h"
#include "face/web/web_int.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct problem problem = {0};
    struct i18n *i18n = NULL;
    FUZZ_PROMISE(i18n_new(NULL, 0, &i18n, &problem) == OK);
    struct arena arena ARENA_CLEANUP = arena_make(4096, 0);
    struct page page = {.arena = &arena, .html = {.language = i18n_language(i18n, SLICE("fr"))}};
    slice osm = slice_of((const char *)data, size);
    slice told = hours_text(&page, osm);
    FUZZ_PROMISE(told.p == osm.p ? told.n == osm.n : told.n > 0);
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
