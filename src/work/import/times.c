/* Columns of dates: when it began, happens, was founded; what the source says of its record. */
#include "work/import/draft_int.h"

#define FUTURE_MS (36LL * 3600 * 1000) /* a clock or zone may be off by so much */

static void future_tell(struct draft *d, slice value, int64_t first_ms) {
    if (first_ms > d->builder->now_ms + FUTURE_MS) {
        warning_add(d->builder->warnings, WARNING_FUTURE, d->record->line, "%.*s",
                    (int)(value.n < 40 ? value.n : 40), value.p);
    }
}

bool draft_updated_take(struct draft *d, const struct column *column, slice value) {
    struct date date;
    int64_t first;
    int64_t last;
    if (time_parse_rfc3339(value, &first) != OK &&
        (!date_read_ordered(value, column->month_first, &date) ||
         date_range_ms(&date, SLICE_EMPTY, &first, &last) != OK)) {
        return false;
    }
    future_tell(d, value, first);
    d->entry->source_updated_ms = first;
    return true;
}

bool draft_date_add(struct draft *d, const struct entry_date *date) {
    struct entry *entry = d->entry;
    if (entry->dates == NULL) {
        entry->dates = arena_new(d->arena, struct entry_date, ENTRY_LIST_MAX);
    }
    if (entry->date_count == ENTRY_LIST_MAX) {
        return false;
    }
    entry->dates[entry->date_count++] = *date;
    return true;
}

static void date_add(struct draft *d, enum entry_date_role role, const struct date *start,
                     const struct date *end) {
    const struct entry_date date = {
        .role = role, .start = *start, .end = *end, .zone = SLICE_EMPTY, .note = SLICE_EMPTY};
    (void)draft_date_add(d, &date);
}

/* The years a programme runs: it began, and (when said) ended or will. */
bool draft_period_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    static const struct date unknown = {.precision = DATE_UNKNOWN};
    struct date start;
    struct date end;
    if (!period_read(value, &start, &end)) {
        return false;
    }
    if (d->entry->kind == ENTRY_KIND_EVENT) {
        date_add(d, ENTRY_DATE_HAPPENS, &start, &end);
        return true;
    }
    date_add(d, ENTRY_DATE_BEGAN, &start, &unknown);
    if (end.precision != DATE_UNKNOWN) {
        date_add(d, ENTRY_DATE_ENDED, &end, &unknown);
    }
    return true;
}

bool draft_founded_take(struct draft *d, const struct column *column, slice value) {
    static const struct date unknown = {.precision = DATE_UNKNOWN};
    struct date date;
    int64_t first;
    int64_t last;
    if (!date_read_ordered(value, column->month_first, &date)) {
        return false;
    }
    if (date.precision == DATE_MINUTE) { /* nothing is founded at a minute */
        date.precision = DATE_DAY;
        date.hour = date.minute = 0;
    }
    if (date_range_ms(&date, SLICE_EMPTY, &first, &last) == OK) {
        future_tell(d, value, first);
    }
    date_add(d, ENTRY_DATE_FOUNDED, &date, &unknown);
    return true;
}

bool draft_start_take(struct draft *d, const struct column *column, slice value) {
    struct date date;
    d->period_start = value;
    d->start_month_first = column->month_first;
    return date_read_ordered(value, column->month_first, &date);
}

bool draft_end_take(struct draft *d, const struct column *column, slice value) {
    struct date date;
    d->period_end = value;
    d->end_month_first = column->month_first;
    return date_read_ordered(value, column->month_first, &date);
}

bool draft_created_take(struct draft *d, const struct column *column, slice value) {
    struct date date;
    int64_t first;
    int64_t last;
    if (time_parse_rfc3339(value, &first) != OK &&
        (!date_read_ordered(value, column->month_first, &date) ||
         date_range_ms(&date, SLICE_EMPTY, &first, &last) != OK)) {
        return false;
    }
    d->entry->created_ms = first > d->builder->now_ms ? 0 : first;
    return true;
}
