/* Opening hours as a table: seven days of at most two spans each, the same all year. Months,
 * holidays of schools, remarks and the like are said by the text alone (hours.h). */
#ifndef AGORA_DOMAIN_ENTRY_HOURS_WEEK_H
#define AGORA_DOMAIN_ENTRY_HOURS_WEEK_H

#include "base/base.h"

#define HOURS_WEEK_DAYS  7
#define HOURS_WEEK_SPANS 2
#define HOURS_WEEK_MAX   320 /* bytes of a week as it is written */

/* Minutes of the day. `end` not behind `start`: of the next day; 0 and 0 is the whole day. */
struct hours_week_span {
    uint16_t start, end;
};
struct hours_week_day { /* no span: closed */
    struct hours_week_span spans[HOURS_WEEK_SPANS];
    uint8_t count;
};
struct hours_week {
    struct hours_week_day days[HOURS_WEEK_DAYS]; /* 0 Monday */
    bool is_closed_on_holidays;                  /* "PH off"; else nothing is said of them */
};
/* The table of a text; false, with an empty one, when the text says more than a table can, or no
 * hour at all. */
bool hours_week_read(slice osm, struct hours_week *week);
/* "Mo-Fr 09:00-12:00,14:00-18:00; Sa 10:00-12:00; PH off"; nothing for a week without hours. */
void hours_week_write(const struct hours_week *week, struct buf *out);
bool hours_week_day_same(const struct hours_week_day *one, const struct hours_week_day *other);
bool hours_week_same(const struct hours_week *one, const struct hours_week *other);
bool hours_week_is_empty(const struct hours_week *week);

#endif
