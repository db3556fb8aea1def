/* What agendas say: when something happens, several times perhaps, and in one text where. */
#include "text/text.h"
#include "work/import/draft_int.h"

/* "2026-05-01T18:00/2026-05-01T20:00[+02:00] note", as readers of agendas write it. */
static bool happens_read(slice value, struct entry_date *date) {
    size_t end = 0;
    while (end < value.n && value.p[end] != ' ' && value.p[end] != '[') {
        end++;
    }
    slice times = slice_sub(value, 0, end);
    slice rest = slice_sub(value, end, value.n);
    size_t slash = slice_find(times, 0, '/');
    slice until = slice_sub(times, slash + 1, times.n);
    *date = (struct entry_date){.role = ENTRY_DATE_HAPPENS, .zone = SLICE_EMPTY};
    if (rest.n > 0 && rest.p[0] == '[') {
        size_t close = slice_find(rest, 0, ']');
        date->zone = slice_sub(rest, 1, close - 1);
        rest = slice_sub(rest, close + 1, rest.n);
    }
    date->note = slice_trim(rest);
    return date_read(slice_sub(times, 0, slash), &date->start) &&
           (until.n == 0 || date_read(until, &date->end));
}

static void happens_take(struct draft *d, const struct column *column, slice value) {
    struct entry_date date;
    int64_t first;
    int64_t last;
    if (!happens_read(value, &date) || date_range_ms(&date.start, date.zone, &first, &last) != OK ||
        !draft_date_add(d, &date)) {
        detail_write(&d->details, column->name, value);
    }
}

/* A note may hold a ";"; then the whole is one date. */
void agenda_happens_take(struct draft *d, const struct column *column, slice value) {
    slice rest = value;
    slice one;
    if (slice_find(value, 0, ' ') < value.n) {
        happens_take(d, column, value);
        return;
    }
    while (rest.n > 0 && slice_cut(&rest, ';', &one)) {
        happens_take(d, column, one);
    }
}

static bool is_postal_code(slice word) {
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] < '0' || word.p[i] > '9') {
            return false;
        }
    }
    return word.n == 5;
}

static bool has_digit(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] >= '0' && text.p[i] <= '9') {
            return true;
        }
    }
    return false;
}

/* Commas and line ends to spaces, none at the ends. */
static slice part_trim(slice part) {
    while (part.n > 0 && (part.p[0] == ',' || (unsigned char)part.p[0] <= ' ')) {
        part = slice_sub(part, 1, part.n);
    }
    while (part.n > 0 && (part.p[part.n - 1] == ',' || (unsigned char)part.p[part.n - 1] <= ' ')) {
        part.n--;
    }
    return part;
}

static size_t part_end(slice text, size_t from) {
    size_t comma = slice_find(text, from, ',');
    size_t line = slice_find(text, from, '\n');
    return comma < line ? comma : line;
}

/* Where the five digits of a postal code stand, as a word of their own with a name behind; text.n
 * when nowhere. */
static size_t postal_code_at(slice text) {
    for (size_t i = 0; i + 5 < text.n; i++) {
        bool begins = i == 0 || text.p[i - 1] == ' ' || text.p[i - 1] == ',' ||
                      text.p[i - 1] == '\n' || text.p[i - 1] == '(' || text.p[i - 1] == '-';
        if (begins && text.p[i + 5] == ' ' && is_postal_code(slice_sub(text, i, 5))) {
            return i;
        }
    }
    return text.n;
}

/* Cuts "3 rue Haute, 73000 Chambéry, France" into street, code, commune; false without a code. */
static bool address_split(slice *address, slice *postal_code, slice *city) {
    size_t code = postal_code_at(*address);
    if (code == address->n) {
        return false;
    }
    size_t end = part_end(*address, code + 6);
    *city = slice_sub(part_trim(slice_sub(*address, code + 6, end - code - 6)), 0, ENTRY_TITLE_MAX);
    *postal_code = slice_sub(*address, code, 5);
    if (slice_ends_with(*city, SLICE(")"))) {
        city->n--;
    }
    *address = part_trim(slice_sub(*address, 0, code));
    return true;
}

/* "Salle des fêtes, 3 rue Haute, 73000 Chambéry, France": what names the place, its street, its
 * commune. What gives no postal code stays whole, as the name of the place. */
bool agenda_location_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    slice before = value;
    if (!address_split(&before, &d->entry->place.postal_code, &d->entry->place.city)) {
        before = part_trim(value);
    }
    size_t first = part_end(before, 0);
    bool named = first > 0 && !has_digit(slice_sub(before, 0, first));
    slice name = named ? part_trim(slice_sub(before, 0, first)) : SLICE_EMPTY;
    slice street = part_trim(slice_sub(before, named ? first : 0, before.n));
    if (name.n > ENTRY_TITLE_MAX || street.n > ENTRY_TITLE_MAX ||
        slice_starts_with(value, SLICE("http"))) {
        return false;
    }
    d->entry->place.name = name;
    if (street.n > 0) {
        struct buf line BUF_CLEANUP = buf_new(ENTRY_TITLE_MAX + 1);
        for (size_t i = 0; i < street.n; i++) {
            buf_add_char(&line, street.p[i] == '\n' ? ' ' : street.p[i]);
        }
        d->entry->place.address = arena_copy(d->arena, buf_slice(&line));
    }
    return true;
}

void agenda_whole_address_read(struct draft *d) {
    struct entry *entry = d->entry;
    slice street = entry->place.address;
    slice code;
    slice city;
    bool told = entry->place.postal_code.n > 0 || entry->place.city.n > 0 || d->place.insee.n > 0 ||
                d->place.territory.n > 0;
    if (told || d->is_abroad || !address_split(&street, &code, &city) || city.n == 0) {
        return;
    }
    entry->place.postal_code = code;
    entry->place.city = city;
    if (city.p + city.n == entry->place.address.p + entry->place.address.n) {
        entry->place.address = street;
    }
}
