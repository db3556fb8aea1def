#include "text/text.h"
#include "work/import/import_int.h"
#include <string.h>

#define DATE_BYTES_MAX 100
/* Numbers of days that are dates of 1927 to 2064 in a spreadsheet. */
#define SERIAL_FIRST 10000.0
#define SERIAL_LAST  60000.0

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

/* A date as one of the ways in which people and programs write it. */
struct token {
    slice text;
    bool is_number;
    char before; /* the sign before it, ' ' for none that matters */
    int64_t value;
};
#define TOKENS_MAX 16

/* Runs of digits and runs of letters; false when there are too many. */
static bool tokens_cut(slice folded, struct token *tokens, size_t *count) {
    size_t n = 0;
    char before = ' ';
    for (size_t i = 0; i < folded.n;) {
        char c = folded.p[i];
        bool digit = c >= '0' && c <= '9';
        bool letter = (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
        size_t from = i;
        if (!digit && !letter) {
            before = c;
            i++;
            continue;
        }
        while (i < folded.n && (digit ? folded.p[i] >= '0' && folded.p[i] <= '9'
                                      : (folded.p[i] >= 'a' && folded.p[i] <= 'z') ||
                                            (unsigned char)folded.p[i] >= 0x80)) {
            i++;
        }
        if (n == TOKENS_MAX) {
            return false;
        }
        tokens[n] = (struct token){
            .text = slice_sub(folded, from, i - from), .is_number = digit, .before = before};
        if (digit && !slice_to_i64(tokens[n].text, &tokens[n].value)) {
            return false;
        }
        n++;
        before = ' ';
    }
    *count = n;
    return n > 0;
}

static bool word_is_one_of(slice word, const char *words) {
    slice rest = slice_from_cstr(words);
    slice one;
    while (slice_cut(&rest, ' ', &one)) {
        if (slice_equal(one, word)) {
            return true;
        }
    }
    return false;
}

/* The month that a word names whole or in short, 0 for none. */
static uint8_t month_named(slice word) {
    static const char *const names[12] = {
        "janvier janv jan january",
        "fevrier fevr fev feb february",
        "mars mar march",
        "avril avr apr april",
        "mai may",
        "juin jun june",
        "juillet juil jul july",
        "aout aou aug august",
        "septembre sept sep september",
        "octobre oct october",
        "novembre nov november",
        "decembre dec december",
    };
    for (uint8_t i = 0; i < 12; i++) {
        if (word_is_one_of(word, names[i])) {
            return (uint8_t)(i + 1);
        }
    }
    return 0;
}

/* Words that stand in dates and say nothing more. */
static bool is_filler(slice word) {
    return word_is_one_of(word, "le la a at de du the of on er st nd rd th h heures vers des t "
                                "lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu "
                                "ven sam dim monday tuesday wednesday thursday friday saturday "
                                "sunday mon tue wed thu fri sat sun");
}

static int32_t year_whole(const struct token *token) {
    bool is_short = token->text.n == 2;
    return (int32_t)(is_short ? token->value + (token->value < 50 ? 2000 : 1900) : token->value);
}

static bool is_year(const struct token *token, bool may_be_short) {
    return token->is_number && (token->text.n == 4 ? token->value >= 1000 && token->value < 3000
                                                   : may_be_short && token->text.n == 2);
}

static bool is_day(const struct token *token) {
    return token->is_number && token->text.n <= 2 && token->value >= 1 && token->value <= 31;
}

/* "18:30", "18h30", "18h", "6:30 pm" behind a day. All tokens must be used. */
static bool time_take(const struct token *tokens, size_t count, struct date *date) {
    size_t i = 0;
    while (i < count && !tokens[i].is_number && is_filler(tokens[i].text)) {
        i++;
    }
    if (i == count) {
        return true;
    }
    if (!tokens[i].is_number || tokens[i].text.n > 2 || tokens[i].value > 24) {
        return false;
    }
    int64_t hour = tokens[i++].value;
    int64_t minute = 0;
    bool said = i < count && slice_equal(tokens[i].text, SLICE("h"));
    i += said;
    if (i < count && tokens[i].is_number && tokens[i].text.n == 2 &&
        (said || tokens[i].before == ':')) {
        minute = tokens[i++].value;
        said = true;
        i += i < count && tokens[i].is_number && tokens[i].before == ':'; /* seconds */
        i += i < count && tokens[i].is_number && tokens[i].before == '.'; /* their parts */
    }
    if (i < count && word_is_one_of(tokens[i].text, "am pm")) {
        hour = hour % 12 + (slice_equal(tokens[i].text, SLICE("pm")) ? 12 : 0);
        said = true;
        i++;
    }
    if (i < count && word_is_one_of(tokens[i].text, "z utc gmt cet cest")) {
        i++;
    }
    if (i < count && tokens[i].is_number && (tokens[i].before == '+' || tokens[i].before == '-')) {
        i++; /* "+02:00", "+0200": local time is what stands before it */
        i += i < count && tokens[i].is_number && tokens[i].before == ':';
    }
    if (i != count || !said || hour > 23 || minute > 59) {
        return i == count && said && hour == 24 && minute == 0;
    }
    date->precision = DATE_MINUTE;
    date->hour = (uint8_t)hour;
    date->minute = (uint8_t)minute;
    return true;
}

/* "le samedi 12 mai 2024 à 18h30", "May 12, 2024", "Sun, 12 May 2024 18:00 +0200", "mai 2024". */
static bool named_read(const struct token *tokens, size_t count, struct date *date) {
    size_t at = count;
    for (size_t i = 0; i < count && at == count; i++) {
        bool weekday = i + 2 < count && slice_equal(tokens[i].text, SLICE("mar")) &&
                       month_named(tokens[i + 2].text) > 0;
        if (!weekday && month_named(tokens[i].text) > 0) {
            at = i;
        } else if (!tokens[i].is_number && !weekday && !is_filler(tokens[i].text)) {
            return false;
        }
    }
    if (at == count) {
        return false;
    }
    struct date read = {.precision = DATE_MONTH, .month = month_named(tokens[at].text)};
    size_t behind = at + 1;
    size_t numbers = 0;
    for (size_t i = 0; i < at; i++) { /* "1er": the number, then its ending */
        if (tokens[i].is_number) {
            numbers++;
            read.day = is_day(&tokens[i]) ? (uint8_t)tokens[i].value : 0;
        }
    }
    if (numbers == 0 && behind < count && is_day(&tokens[behind]) && behind + 1 < count) {
        read.day = (uint8_t)tokens[behind++].value;
        behind += behind < count && word_is_one_of(tokens[behind].text, "st nd rd th");
        numbers = 1;
    }
    if (numbers > 1 || (numbers == 1 && read.day == 0) || behind == count ||
        !is_year(&tokens[behind], false)) {
        return false;
    }
    read.year = year_whole(&tokens[behind]);
    read.precision = read.day > 0 ? DATE_DAY : DATE_MONTH;
    *date = read;
    return time_take(tokens + behind + 1, count - behind - 1, date);
}

/* "12/05/24", "12.05.2024 18:30", "2024/05/12", "5/12/2024" with the month first. */
static bool numbers_read(const struct token *tokens, size_t count, bool month_first,
                         struct date *date) {
    while (count > 0 && !tokens[0].is_number && is_filler(tokens[0].text)) {
        tokens++;
        count--;
    }
    if (count < 3 || !tokens[0].is_number || !tokens[1].is_number || !tokens[2].is_number ||
        tokens[1].before != tokens[2].before || strchr("/.-", tokens[1].before) == NULL) {
        return false;
    }
    bool year_first = tokens[0].text.n == 4;
    const struct token *year = &tokens[year_first ? 0 : 2];
    const struct token *day = &tokens[year_first ? 2 : month_first ? 1 : 0];
    const struct token *month = &tokens[year_first || month_first ? (year_first ? 1 : 0) : 1];
    if (!year_first && month->value > 12 && day->value <= 12) { /* the other way round */
        const struct token *swap = day;
        day = month;
        month = swap;
    }
    if (!is_year(year, !year_first) || !is_day(day) || !is_day(month) || month->value > 12) {
        return false;
    }
    *date = (struct date){.precision = DATE_DAY,
                          .year = year_whole(year),
                          .month = (uint8_t)month->value,
                          .day = (uint8_t)day->value};
    return time_take(tokens + 3, count - 3, date);
}

static bool date_of_instant(int64_t ms, struct date *date) {
    return date_from_ms(ms, SLICE("Europe/Paris"), date) == OK;
}

/* One number: days since 1899-12-30 as spreadsheets count, seconds or milliseconds since 1970, or
 * "20240512". */
static bool number_read(slice text, struct date *date) {
    slice whole = slice_sub(text, 0, slice_find(text, 0, '.'));
    double value;
    for (size_t i = 0; i < text.n; i++) { /* no sign, no exponent */
        if ((text.p[i] < '0' || text.p[i] > '9') && text.p[i] != '.') {
            return false;
        }
    }
    if (whole.n < 5 || whole.n > 13 || !slice_to_double(text, &value)) {
        return false;
    }
    if (whole.n == 5 && value >= SERIAL_FIRST && value < SERIAL_LAST) {
        unsigned month;
        unsigned day;
        int64_t days = (int64_t)value;
        unsigned minutes = (unsigned)((value - (double)days) * 1440.0 + 0.5);
        *date = (struct date){.precision = minutes > 0 && minutes < 1440 ? DATE_MINUTE : DATE_DAY};
        civil_from_days(days + days_from_civil(1899, 12, 30), &date->year, &month, &day);
        date->month = (uint8_t)month;
        date->day = (uint8_t)day;
        date->hour = (uint8_t)(date->precision == DATE_MINUTE ? minutes / 60 : 0);
        date->minute = (uint8_t)(date->precision == DATE_MINUTE ? minutes % 60 : 0);
        return true;
    }
    if (whole.n == 8 && text.n == 8) {
        int64_t n = (int64_t)value;
        *date = (struct date){.precision = DATE_DAY,
                              .year = (int32_t)(n / 10000),
                              .month = (uint8_t)(n / 100 % 100),
                              .day = (uint8_t)(n % 100)};
        return date->year >= 1900 && date->year < 2100 && date_is_valid(date);
    }
    return (whole.n == 10 && value >= 1e9 && date_of_instant((int64_t)(value * 1000.0), date)) ||
           (whole.n == 13 && value >= 1e12 && date_of_instant((int64_t)value, date));
}

/* An instant in UTC is a time of day elsewhere. */
static bool utc_read(slice text, struct date *date) {
    int64_t ms;
    bool utc = slice_ends_with(text, SLICE("Z")) || slice_ends_with(text, SLICE("+00:00"));
    return utc && slice_find(text, 0, 'T') < text.n && time_parse_rfc3339(text, &ms) == OK &&
           date_of_instant(ms, date);
}

bool date_read_ordered(slice text, bool month_first, struct date *date) {
    struct date read;
    struct token tokens[TOKENS_MAX];
    size_t count = 0;
    if (text.n == 0 || text.n > DATE_BYTES_MAX) {
        return false;
    }
    if (utc_read(text, date)) {
        return true;
    }
    bool slashed = slice_find(text, 0, '/') < text.n;
    if (!(slashed && month_first) && date_parse(text, &read) == OK) {
        if (read.precision == DATE_UNKNOWN) {
            return false;
        }
        *date = read;
        return true;
    }
    if (number_read(text, &read)) {
        *date = read;
        return true;
    }
    struct buf folded BUF_CLEANUP = buf_new(4 * DATE_BYTES_MAX);
    text_fold(text, &folded);
    if (!tokens_cut(buf_slice(&folded), tokens, &count) ||
        (!numbers_read(tokens, count, month_first, &read) && !named_read(tokens, count, &read)) ||
        !date_is_valid(&read)) {
        return false;
    }
    *date = read;
    return true;
}

bool date_read(slice text, struct date *date) {
    return date_read_ordered(text, false, date);
}

/* What a date written with slashes says about the order: +1 the day stands first, -1 the month, 0
 * either. False for what is no such date. */
static bool order_of(slice text, int *order) {
    struct token tokens[TOKENS_MAX];
    size_t count = 0;
    if (text.n > DATE_BYTES_MAX || slice_find(text, 0, '/') == text.n ||
        !tokens_cut(text, tokens, &count) || count < 3 || !tokens[0].is_number ||
        !tokens[1].is_number || !is_year(&tokens[2], true) || tokens[0].text.n > 2) {
        return false;
    }
    *order = tokens[0].value > 12 ? 1 : tokens[1].value > 12 ? -1 : 0;
    return true;
}

enum date_order date_order_learn(const slice *values, size_t count) {
    size_t day_first = 0;
    size_t month_first = 0;
    size_t either = 0;
    int order;
    for (size_t i = 0; i < count; i++) {
        if (order_of(values[i], &order)) {
            day_first += order > 0;
            month_first += order < 0;
            either += order == 0;
        }
    }
    if (day_first + month_first + either == 0) {
        return DATE_ORDER_NONE;
    }
    return month_first > day_first              ? DATE_ORDER_MONTH_FIRST
           : day_first == 0 && month_first == 0 ? DATE_ORDER_EITHER
                                                : DATE_ORDER_DAY_FIRST;
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
