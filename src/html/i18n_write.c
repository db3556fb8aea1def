/* Numbers, dates and distances as French and English write them. */
#include "html/i18n.h"
#include "text/text.h"

#define NARROW_SPACE "\xe2\x80\xaf"
#define HARD_SPACE   "\xc2\xa0"
#define APOSTROPHE   "\xe2\x80\x99"

#define FIRST_LETTERS 16 /* bytes of a name that tell how it begins */

static bool is_english(const struct i18n_language *language) {
    return slice_equal(i18n_code(language), SLICE("en"));
}

void i18n_number(const struct i18n_language *language, int64_t n, struct buf *out) {
    char room[SLICE_DIGITS_MAX];
    slice digits = slice_from_i64(n, room);
    if (n < 0) {
        buf_add_char(out, '-');
        digits = slice_of(digits.p + 1, digits.n - 1);
    }
    slice separator = is_english(language) ? SLICE(",") : SLICE(NARROW_SPACE);
    for (size_t head = (digits.n - 1) % 3 + 1, i = 0; i < digits.n; i += head, head = 3) {
        if (i > 0) {
            buf_add(out, separator);
        }
        buf_add_bytes(out, digits.p + i, head);
    }
}

static const char *const months[2][12] = {
    {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
     "octobre", "novembre", "décembre"},
    {"January", "February", "March", "April", "May", "June", "July", "August", "September",
     "October", "November", "December"}};
static const char *const months_short[2][12] = {
    {"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
     "déc."},
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}};
static const char *const weekdays[2][7] = {
    {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"},
    {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}};
static const char *const weekdays_short[2][7] = {
    {"lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."},
    {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}};
static const char *const seasons[2][4] = {{"printemps", "été", "automne", "hiver"},
                                          {"spring", "summer", "autumn", "winter"}};

static void write_day(size_t language, const struct date *date, enum i18n_date_form form,
                      struct buf *out) {
    unsigned weekday = weekday_from_days(days_from_civil(date->year, date->month, date->day));
    bool is_short = form == I18N_DATE_SHORT;
    if (form != I18N_DATE_PLAIN) {
        buf_add_cstr(out,
                     is_short ? weekdays_short[language][weekday] : weekdays[language][weekday]);
        buf_add_char(out, ' ');
    }
    buf_add_i64(out, date->day);
    if (language == 0 && date->day == 1) {
        buf_add_cstr(out, "er");
    }
    buf_add_char(out, ' ');
    buf_add_cstr(out, is_short ? months_short[language][date->month - 1]
                               : months[language][date->month - 1]);
    buf_addf(out, " %d", date->year);
}

void i18n_hour(const struct i18n_language *language, const struct date *date, struct buf *out) {
    if (is_english(language)) {
        buf_addf(out, "%u:%02u", date->hour, date->minute);
    } else if (date->minute == 0) {
        buf_addf(out, "%u" HARD_SPACE "h", date->hour);
    } else {
        buf_addf(out, "%u" HARD_SPACE "h" HARD_SPACE "%02u", date->hour, date->minute);
    }
}

void i18n_date(const struct i18n_language *of, const struct date *date, enum i18n_date_form form,
               struct buf *out) {
    size_t language = is_english(of) ? 1 : 0;
    switch (date->precision) {
    case DATE_YEAR:
        buf_addf(out, "%d", date->year);
        return;
    case DATE_SEASON:
        buf_addf(out, "%s %d", seasons[language][date->season - 21], date->year);
        return;
    case DATE_MONTH:
        buf_addf(out, "%s %d", months[language][date->month - 1], date->year);
        return;
    case DATE_DAY:
        write_day(language, date, form, out);
        return;
    case DATE_MINUTE:
        write_day(language, date, form, out);
        buf_add_cstr(out, ", ");
        i18n_hour(of, date, out);
        return;
    case DATE_UNKNOWN:
    case DATE_PRECISION__COUNT:
        return;
    }
}

void i18n_distance(const struct i18n_language *language, double metres, struct buf *out) {
    if (metres < 1000) {
        int64_t rounded = (int64_t)(metres / 50 + 0.5) * 50;
        buf_addf(out, "%lld" HARD_SPACE "m", (long long)(rounded < 50 ? 50 : rounded));
        return;
    }
    i18n_number(language, (int64_t)(metres / 1000 + 0.5), out);
    buf_add_cstr(out, HARD_SPACE "km");
}

void i18n_tn(const struct i18n_language *language, const char *one, const char *many, int64_t n,
             struct buf *out) {
    slice message = i18n_plural(language, one, many, n);
    size_t at = slice_find_slice(message, 0, SLICE("%n"));
    buf_add(out, slice_sub(message, 0, at));
    if (at < message.n) {
        i18n_number(language, n, out);
        buf_add(out, slice_sub(message, at + 2, message.n - at - 2));
    }
}

bool i18n_cut(slice *rest, slice *before, size_t *value) {
    for (size_t i = 0; (i = slice_find(*rest, i, '%')) + 1 < rest->n; i++) {
        char digit = rest->p[i + 1];
        if (digit >= '1' && digit <= '9') {
            *before = slice_of(rest->p, i);
            *value = (size_t)(digit - '1');
            *rest = slice_of(rest->p + i + 2, rest->n - i - 2);
            return true;
        }
    }
    return false;
}

/* "Yves" as "Yvonne", but not "Yasmine" nor "Yann", whose y is a consonant. */
static bool begins_with_vowel(slice value) {
    const slice vowels = SLICE("aeiou");
    struct buf folded BUF_CLEANUP = buf_new(4 * FIRST_LETTERS);
    text_fold(text_cut(value, FIRST_LETTERS), &folded);
    slice begins = buf_slice(&folded);
    if (begins.n > 1 && begins.p[0] == 'y') {
        return begins.p[1] >= 'a' && begins.p[1] <= 'z' &&
               slice_find(vowels, 0, begins.p[1]) == vowels.n;
    }
    return begins.n > 0 && slice_find(vowels, 0, begins.p[0]) < vowels.n;
}

bool i18n_elides(const struct i18n_language *language, slice *before, slice value) {
    size_t word = before->n < 3 ? 0 : before->n - 3;
    bool is_de = slice_equal_ascii_nocase(slice_sub(*before, word, 3), SLICE("de ")) &&
                 (word == 0 || before->p[word - 1] == ' ');
    if (is_english(language) || !is_de || !begins_with_vowel(value)) {
        return false;
    }
    before->n -= SLICE("e ").n;
    return true;
}

void i18n_tf(const struct i18n_language *language, const char *message, const slice *values,
             size_t count, struct buf *out) {
    slice rest = i18n(language, message);
    slice before;
    size_t value;
    while (i18n_cut(&rest, &before, &value)) {
        slice shown = value < count ? values[value] : SLICE_EMPTY;
        bool elides = i18n_elides(language, &before, shown);
        buf_add(out, before);
        buf_add_cstr(out, elides ? APOSTROPHE : "");
        buf_add(out, shown);
    }
    buf_add(out, rest);
}
