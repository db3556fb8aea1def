/* Dates that come again, as RFC 5545 (3.3.10) writes them, as far as meetings of people go: by the
 * day, week, month or year, and always with an end. Pure functions of what is written: no clock. */
#ifndef AGORA_DOMAIN_ENTRY_SERIES_H
#define AGORA_DOMAIN_ENTRY_SERIES_H

#include "domain/entry/entry.h"

/* RULE ENTRY-1: a series ends within two years of its first date, after 366 dates at most. */
#define SERIES_YEARS_MAX    2
#define SERIES_DATES_MAX    366
#define SERIES_INTERVAL_MAX 99
#define SERIES_RULE_MAX     200 /* bytes */

enum series_frequency { SERIES_DAILY, SERIES_WEEKLY, SERIES_MONTHLY, SERIES_YEARLY };
struct series_rule {
    enum series_frequency frequency;
    uint32_t interval; /* 1: each day, week, … */
    uint32_t count;    /* of dates, the first included; 0: `until` says the end */
    struct date until; /* the last day it may happen on; DATE_UNKNOWN with a count */
    uint8_t weekdays;  /* bits, 0 Monday, of a weekly one; 0: the weekday of the first date */
    int8_t nth;        /* of a monthly one: 1 … 5, -1 the last; 0: the day of the month */
    uint8_t weekday;   /* that `nth` counts, 0 Monday */
};
/* "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;UNTIL=20270630". False for anything else, and without an
 * end. */
bool series_rule_read(slice text, struct series_rule *rule);
/* In its one form. */
void series_rule_write(const struct series_rule *rule, struct buf *out);
/* The days of a series, as days since 1970, the first one always among them. SIZE_MAX: beyond
 * RULE ENTRY-1. `days` has room for SERIES_DATES_MAX. */
size_t series_days(const struct series_rule *rule, const struct date *first, int64_t *days);

#endif
