#include "work/import/import_int.h"
#include <math.h>
#include <string.h>

static bool is_email(slice text) {
    size_t at = slice_find(text, 0, '@');
    return at > 0 && at + 3 < text.n && slice_find(text, at + 1, '@') == text.n &&
           slice_find(text, at, '.') < text.n - 1 && slice_find(text, 0, ' ') == text.n;
}

static bool is_url(slice text) {
    return (slice_starts_with(text, SLICE("http://")) ||
            slice_starts_with(text, SLICE("https://"))) &&
           slice_find(text, 0, ' ') == text.n;
}

static bool is_telephone(slice text) {
    size_t digits = 0;
    for (size_t i = 0; i < text.n; i++) {
        bool digit = text.p[i] >= '0' && text.p[i] <= '9';
        digits += digit;
        if (!digit && memchr("+ .-()/", text.p[i], 7) == NULL) {
            return false;
        }
    }
    return digits >= 9 && digits <= 15 && text.n > 0 && (text.p[0] == '0' || text.p[0] == '+');
}

static bool is_point(slice text) {
    slice rest = text;
    slice first;
    double a;
    double b;
    return slice_cut(&rest, ',', &first) && rest.p != NULL &&
           slice_to_double(slice_trim(first), &a) && slice_to_double(slice_trim(rest), &b) &&
           fabs(a) <= 180 && fabs(b) <= 180 && slice_find(text, 0, '.') < text.n;
}

/* A number with at least three decimals between two bounds. */
static bool is_degrees(slice text, double low, double high) {
    char bytes[32];
    double value;
    size_t point = slice_find(text, 0, '.');
    if (point == text.n && text.n < sizeof bytes) { /* a decimal comma */
        for (size_t i = 0; i < text.n; i++) {
            bytes[i] = text.p[i] == ',' ? '.' : text.p[i];
        }
        text = slice_of(bytes, text.n);
        point = slice_find(text, 0, '.');
    }
    return point + 3 < text.n && slice_to_double(text, &value) && value > low && value < high;
}

static bool is_latitude(slice text) { /* of France in Europe: outside of it, names must help */
    return is_degrees(text, 41.0, 51.6);
}

static bool is_longitude(slice text) {
    return is_degrees(text, -5.6, 10.0);
}

static bool is_five_digits(slice text) {
    if (text.n != 5) {
        return false;
    }
    for (size_t i = 0; i < 5; i++) {
        bool corsica = i == 1 && text.p[0] == '2' && (text.p[1] == 'A' || text.p[1] == 'B');
        if (!corsica && (text.p[i] < '0' || text.p[i] > '9')) {
            return false;
        }
    }
    return true;
}

/* Nine postal codes in ten end with 0, one INSEE code in ten does. */
static bool ends_with_zero(slice text) {
    return is_five_digits(text) && text.p[4] == '0';
}

static bool is_date(slice text) {
    struct date date;
    return (slice_find(text, 0, '/') < text.n || slice_find(text, 0, '-') < text.n) &&
           date_read(text, &date);
}

bool value_may_be_point(slice text) {
    size_t digits = 0;
    for (size_t i = 0; i < text.n; i++) {
        digits += text.p[i] >= '0' && text.p[i] <= '9';
    }
    return digits >= 2;
}

static bool agree(const slice *values, size_t count, bool (*is)(slice)) {
    size_t yes = 0;
    for (size_t i = 0; i < count; i++) {
        yes += is(values[i]);
    }
    return yes * 10 >= count * 9;
}

enum role role_from_values(const slice *values, size_t count) {
    static const struct {
        bool (*is)(slice);
        enum role role;
    } shapes[] = {
        {is_email, ROLE_EMAIL},         {is_url, ROLE_WEBSITE},     {is_telephone, ROLE_TELEPHONE},
        {is_point, ROLE_POINT},         {hours_is_osm, ROLE_HOURS}, {is_latitude, ROLE_LATITUDE},
        {is_longitude, ROLE_LONGITUDE},
    };
    if (count < 3) {
        return ROLE_NONE;
    }
    if (agree(values, count, is_date)) {
        return ROLE_NONE; /* of what, no one says; "12/05/2024 18:30" is no opening hour */
    }
    for (size_t i = 0; i < ARRAY_COUNT(shapes); i++) {
        if (agree(values, count, shapes[i].is)) {
            return shapes[i].role;
        }
    }
    if (agree(values, count, is_five_digits)) {
        size_t zeros = 0;
        for (size_t i = 0; i < count; i++) {
            zeros += ends_with_zero(values[i]);
        }
        return zeros * 2 >= count ? ROLE_POSTAL_CODE : ROLE_INSEE;
    }
    return ROLE_NONE;
}
