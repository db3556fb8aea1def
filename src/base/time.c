#include "base/time.h"

#include <time.h>

#define MS_PER_DAY INT64_C(86400000)

static int64_t system_now_ms(void *self) {
    (void)self;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct clock clock_system(void) {
    return (struct clock){.now_ms = system_now_ms};
}

int64_t clock_now_ms(struct clock clock) {
    return clock.now_ms(clock.self);
}

int64_t clock_monotonic_us(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Both conversions after Howard Hinnant, "chrono-compatible low-level date algorithms": years begin
 * in March, so that the leap day is the last of its year; 400 years are one era of 146,097 days. */
int64_t days_from_civil(int32_t year, unsigned month, unsigned day) {
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void civil_from_days(int64_t days, int32_t *year, unsigned *month, unsigned *day) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153; /* 0 March … 11 February */
    *day = (unsigned)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (unsigned)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int32_t)(year_of_era + era * 400 + (*month <= 2));
}

unsigned weekday_from_days(int64_t days) {
    int64_t weekday = (days + 3) % 7; /* 1970-01-01 was a Thursday */
    return (unsigned)(weekday < 0 ? weekday + 7 : weekday);
}

static unsigned month_days(int32_t year, unsigned month) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

bool date_is_valid(const struct date *date) {
    if (date->year < 0 || date->year > 9999) {
        return false;
    }
    bool month_ok = date->month >= 1 && date->month <= 12;
    bool day_ok = month_ok && date->day >= 1 && date->day <= month_days(date->year, date->month);
    switch (date->precision) {
    case DATE_UNKNOWN:
    case DATE_YEAR:
        return true;
    case DATE_SEASON:
        return date->season >= 21 && date->season <= 24;
    case DATE_MONTH:
        return month_ok;
    case DATE_DAY:
        return day_ok;
    case DATE_MINUTE:
        return day_ok && date->hour < 24 && date->minute < 60;
    case DATE_PRECISION__COUNT:
        break;
    }
    return false;
}

/* Takes exactly `count` digits off the front. */
static bool take_digits(slice *rest, size_t count, unsigned *value) {
    unsigned sum = 0;
    if (rest->n < count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)(unsigned char)rest->p[i] - '0';
        if (digit > 9) {
            return false;
        }
        sum = sum * 10 + digit;
    }
    *value = sum;
    *rest = slice_sub(*rest, count, rest->n);
    return true;
}

static bool take_char(slice *rest, char byte) {
    if (rest->n == 0 || rest->p[0] != byte) {
        return false;
    }
    *rest = slice_sub(*rest, 1, rest->n);
    return true;
}

static bool take_prefix(slice *rest, slice prefix) {
    if (!slice_starts_with(*rest, prefix)) {
        return false;
    }
    *rest = slice_sub(*rest, prefix.n, rest->n);
    return true;
}

struct clock_time {
    unsigned hour, minute, second, ms;
    int64_t offset_ms; /* of the zone suffix */
    bool has_zone;
};

/* ":SS" and a fraction; digits behind the milliseconds are dropped. */
static bool take_seconds(slice *rest, struct clock_time *time) {
    if (!take_char(rest, ':')) {
        return true;
    }
    if (!take_digits(rest, 2, &time->second) || time->second > 60) {
        return false;
    }
    if (!take_char(rest, '.')) {
        return true;
    }
    unsigned digit;
    unsigned weight = 100;
    bool any = false;
    for (; take_digits(rest, 1, &digit); weight /= 10) {
        time->ms += digit * weight;
        any = true;
    }
    return any;
}

/* "HH:MM", seconds, fraction, "Z" or "+HH:MM" ("+HHMM" and "+HH" too). */
static bool take_time(slice *rest, struct clock_time *time) {
    *time = (struct clock_time){0};
    if (!take_digits(rest, 2, &time->hour) || !take_char(rest, ':') ||
        !take_digits(rest, 2, &time->minute) || time->hour > 23 || time->minute > 59 ||
        !take_seconds(rest, time)) {
        return false;
    }
    if (take_char(rest, 'Z') || take_char(rest, 'z')) {
        time->has_zone = true;
        return true;
    }
    bool west = take_char(rest, '-');
    if (!west && !take_char(rest, '+')) {
        return true;
    }
    unsigned hours;
    unsigned minutes = 0;
    if (!take_digits(rest, 2, &hours) || hours > 23) {
        return false;
    }
    if ((take_char(rest, ':') || rest->n) && (!take_digits(rest, 2, &minutes) || minutes > 59)) {
        return false;
    }
    int64_t offset_ms = ((int64_t)hours * 60 + minutes) * 60000;
    time->offset_ms = west ? -offset_ms : offset_ms;
    time->has_zone = true;
    return true;
}

/* What may stand behind a day: nothing, or "T18:30…" / " 18:30…". */
static bool take_time_of_day(slice *rest, struct date *date) {
    if (rest->n == 0) {
        return true;
    }
    struct clock_time time;
    if (!(take_char(rest, 'T') || take_char(rest, ' ')) || !take_time(rest, &time)) {
        return false;
    }
    date->precision = DATE_MINUTE;
    date->hour = (uint8_t)time.hour;
    date->minute = (uint8_t)time.minute;
    return true;
}

/* "DD/MM/YYYY", with one digit where the first is 0. */
static bool take_french_day(slice *rest, struct date *date) {
    unsigned day;
    unsigned month;
    unsigned year;
    if (!(take_digits(rest, 2, &day) || take_digits(rest, 1, &day)) || !take_char(rest, '/') ||
        !(take_digits(rest, 2, &month) || take_digits(rest, 1, &month)) || !take_char(rest, '/') ||
        !take_digits(rest, 4, &year) || month > 12 || day > 31) {
        return false;
    }
    *date = (struct date){
        .precision = DATE_DAY, .year = (int32_t)year, .month = (uint8_t)month, .day = (uint8_t)day};
    return true;
}

/* "YYYY", "YYYY-MM" or "YYYY-SS", "YYYY-MM-DD", with XX for a part that is not known. */
static bool take_edtf_day(slice *rest, struct date *date) {
    unsigned year;
    unsigned month;
    unsigned day;
    if (!take_digits(rest, 4, &year)) {
        return false;
    }
    *date = (struct date){.precision = DATE_YEAR, .year = (int32_t)year};
    if (!take_char(rest, '-')) {
        return rest->n == 0;
    }
    if (take_prefix(rest, SLICE("XX"))) {
        (void)take_prefix(rest, SLICE("-XX"));
        return rest->n == 0;
    }
    if (!take_digits(rest, 2, &month) || month > 24) {
        return false;
    }
    if (month >= 21) {
        date->precision = DATE_SEASON;
        date->season = (uint8_t)month;
        return rest->n == 0;
    }
    date->precision = DATE_MONTH;
    date->month = (uint8_t)month;
    if (!take_char(rest, '-')) {
        return rest->n == 0;
    }
    if (take_prefix(rest, SLICE("XX"))) {
        return rest->n == 0;
    }
    if (!take_digits(rest, 2, &day)) {
        return false;
    }
    date->precision = DATE_DAY;
    date->day = (uint8_t)day;
    return true;
}

err date_parse(slice text, struct date *date) {
    slice rest = slice_trim(text);
    struct date read = {0};
    if (rest.n == 0 || slice_equal(rest, SLICE("XXXX"))) {
        *date = read;
        return OK;
    }
    slice french = rest;
    if (take_french_day(&french, &read)) {
        rest = french;
    } else if (!take_edtf_day(&rest, &read)) {
        return ERR_INPUT;
    }
    if (!take_time_of_day(&rest, &read) || rest.n || !date_is_valid(&read)) {
        return ERR_INPUT;
    }
    *date = read;
    return OK;
}

void date_format(const struct date *date, struct buf *out) {
    int year = (int)date->year;
    switch (date->precision) {
    case DATE_UNKNOWN:
        break;
    case DATE_YEAR:
        buf_addf(out, "%04d", year);
        break;
    case DATE_SEASON:
        buf_addf(out, "%04d-%02u", year, date->season);
        break;
    case DATE_MONTH:
        buf_addf(out, "%04d-%02u", year, date->month);
        break;
    case DATE_DAY:
        buf_addf(out, "%04d-%02u-%02u", year, date->month, date->day);
        break;
    case DATE_MINUTE:
        buf_addf(out, "%04d-%02u-%02uT%02u:%02u", year, date->month, date->day, date->hour,
                 date->minute);
        break;
    case DATE_PRECISION__COUNT:
        break;
    }
}

struct utc_parts {
    int32_t year;
    unsigned month, day, hour, minute, second, ms;
};

static struct utc_parts utc_split(int64_t utc_ms) {
    int64_t days = utc_ms / MS_PER_DAY;
    int64_t rest = utc_ms % MS_PER_DAY;
    if (rest < 0) {
        rest += MS_PER_DAY;
        days--;
    }
    struct utc_parts parts = {
        .hour = (unsigned)(rest / 3600000),
        .minute = (unsigned)(rest / 60000 % 60),
        .second = (unsigned)(rest / 1000 % 60),
        .ms = (unsigned)(rest % 1000),
    };
    civil_from_days(days, &parts.year, &parts.month, &parts.day);
    return parts;
}

/* `before`, then the number with leading zeros. */
static char *digits_write(char *at, char before, unsigned number, unsigned width) {
    *at++ = before;
    for (unsigned i = width; i-- > 0; number /= 10) {
        at[i] = (char)('0' + number % 10);
    }
    return at + width;
}

void time_format_rfc3339(int64_t utc_ms, struct buf *out) {
    struct utc_parts t = utc_split(utc_ms);
    char text[32];
    char *end = text;
    if (t.year >= 0 && t.year <= 9999) {
        end = digits_write(end, ' ', (unsigned)t.year, 4);
    } else {
        buf_addf(out, "%04d", (int)t.year);
    }
    char *start = end == text ? text : text + 1;
    end = digits_write(end, '-', t.month, 2);
    end = digits_write(end, '-', t.day, 2);
    end = digits_write(end, 'T', t.hour, 2);
    end = digits_write(end, ':', t.minute, 2);
    end = digits_write(end, ':', t.second, 2);
    if (t.ms) {
        end = digits_write(end, '.', t.ms, 3);
    }
    *end++ = 'Z';
    buf_add_bytes(out, start, (size_t)(end - start));
}

err time_parse_rfc3339(slice text, int64_t *utc_ms) {
    slice rest = text;
    struct date date = {0};
    struct clock_time time;
    if (!take_edtf_day(&rest, &date) || date.precision != DATE_DAY || !date_is_valid(&date) ||
        !(take_char(&rest, 'T') || take_char(&rest, 't') || take_char(&rest, ' ')) ||
        rest.n < sizeof("00:00:00Z") - 1 || rest.p[5] != ':' || !take_time(&rest, &time) ||
        rest.n || !time.has_zone) {
        return ERR_INPUT;
    }
    *utc_ms = days_from_civil(date.year, date.month, date.day) * MS_PER_DAY +
              (int64_t)time.hour * 3600000 + (int64_t)time.minute * 60000 +
              (int64_t)time.second * 1000 + time.ms - time.offset_ms;
    return OK;
}
