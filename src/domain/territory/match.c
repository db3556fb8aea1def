/* Which one is meant: by code, by name and postal code, while typing. */
#include "domain/territory/territory_int.h"

#include "text/text.h"

#include <string.h>

/* ---- codes ---- */

bool territory_code_insert(struct territory_index *index, slice code, uint32_t territory) {
    uint32_t at = (uint32_t)hash_bytes(code, 0) & index->code_mask;
    while (index->codes[at].code.n != 0) {
        if (slice_equal(index->codes[at].code, code)) {
            return false;
        }
        at = (at + 1) & index->code_mask;
    }
    index->codes[at] = (struct territory_code){code, territory};
    return true;
}

static uint32_t find_exact(const struct territories *all, slice code) {
    const struct territory_index *index = all->index;
    uint32_t at = (uint32_t)hash_bytes(code, 0) & index->code_mask;
    while (index->codes[at].code.n != 0) {
        if (slice_equal(index->codes[at].code, code)) {
            return index->codes[at].territory;
        }
        at = (at + 1) & index->code_mask;
    }
    return TERRITORY_NONE;
}

/* Codes compare without case: the level is written small, the letters of a number large (dep-2A),
 * those of a country and of a custom territory small. */
uint32_t territories_find(const struct territories *all, slice code) {
    char text[64];
    bool number = false;
    uint32_t found = code.n == 0 ? TERRITORY_NONE : find_exact(all, code);
    if (found != TERRITORY_NONE || code.n == 0 || code.n > sizeof text) {
        return found;
    }
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        bool small = c >= 'a' && c <= 'z';
        bool large = c >= 'A' && c <= 'Z';
        text[i] = number && small    ? (char)(c - 'a' + 'A')
                  : !number && large ? (char)(c - 'A' + 'a')
                                     : c;
        slice level = slice_of(text, i + 1);
        number = number || (c == '-' && !slice_equal(level, SLICE("country-")) &&
                            !slice_equal(level, SLICE("t-")) && slice_find(level, 0, '-') == i);
    }
    return find_exact(all, slice_of(text, code.n));
}

/* `prefix` + zeros + code in capitals, looked up; the code is filled up to `width` with zeros. */
static uint32_t find_filled(const struct territories *all, const char *prefix, slice code,
                            size_t width) {
    char text[40];
    size_t n = strlen(prefix);
    if (code.n == 0 || code.n > 20) {
        return TERRITORY_NONE;
    }
    memcpy(text, prefix, n);
    for (size_t i = code.n; i < width; i++) {
        text[n++] = '0';
    }
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        text[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return territories_find(all, slice_of(text, n));
}

uint32_t territories_commune(const struct territories *all, slice insee) {
    insee = slice_trim(insee);
    return insee.n == 4 || insee.n == 5 ? find_filled(all, "com-", insee, 5) : TERRITORY_NONE;
}

/* ---- ranges of the sorted indexes ---- */

/* The first name whose key is not before `key`, or (after) that does not start with it. */
static uint32_t name_bound(const struct territory_index *index, slice key, bool after) {
    uint32_t low = 0;
    uint32_t high = index->name_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        slice found = index->names[middle].key;
        bool before = after ? slice_compare(slice_sub(found, 0, key.n), key) <= 0
                            : slice_compare(found, key) < 0;
        if (before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void territory_names_range(const struct territory_index *index, slice prefix, uint32_t *first,
                           uint32_t *end) {
    *first = name_bound(index, prefix, false);
    *end = name_bound(index, prefix, true);
}

static uint32_t postal_bound(const struct territory_index *index, uint32_t code) {
    uint32_t low = 0;
    uint32_t high = index->postal_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (index->postals[middle].code < code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void territory_postal_range(const struct territory_index *index, uint32_t low, uint32_t high,
                            uint32_t *first, uint32_t *end) {
    *first = postal_bound(index, low);
    *end = postal_bound(index, high + 1);
}

/* ---- communes as people write them ---- */

struct wanted {
    const struct territories *all;
    uint32_t departement; /* TERRITORY_NONE: any */
    uint32_t postal;      /* 0: not given or not a postal code */
    char key[TERRITORY_KEY_MAX];
    size_t key_n;
};
/* One commune, none, or several. */
struct found {
    uint32_t commune;
    bool several;
};

static void found_add(struct found *found, uint32_t commune) {
    found->several =
        found->several || (found->commune != TERRITORY_NONE && found->commune != commune);
    found->commune = commune;
}

static bool has_postal(const struct territory *commune, uint32_t postal) {
    for (uint32_t i = 0; i < commune->postal_code_count; i++) {
        uint64_t code = 0;
        if (slice_to_u64(commune->postal_codes[i], &code) && code == postal) {
            return true;
        }
    }
    return false;
}

/* A postal code starts as its département does; Corsica's with 20, overseas with three digits. */
static bool postal_fits_departement(uint32_t postal, slice code) {
    slice number = slice_sub(code, 4, code.n); /* behind "dep-" */
    if (slice_starts_with(number, SLICE("2")) && number.n == 2 &&
        (number.p[1] == 'A' || number.p[1] == 'B')) {
        return postal / 1000 == 20;
    }
    uint64_t value = 0;
    if (!slice_to_u64(number, &value)) {
        return false;
    }
    return value < 100 ? postal / 1000 == value : postal / 100 == value;
}

static bool in_departement(const struct wanted *wanted, uint32_t territory) {
    return wanted->departement == TERRITORY_NONE ||
           wanted->all->items[territory].departement == wanted->departement;
}

enum postal_rule { POSTAL_ANY, POSTAL_SAME, POSTAL_SAME_DEPARTEMENT };

static bool postal_fits(const struct wanted *wanted, uint32_t commune, enum postal_rule rule) {
    const struct territory *item = &wanted->all->items[commune];
    switch (rule) {
    case POSTAL_ANY:
        return true;
    case POSTAL_SAME:
        return has_postal(item, wanted->postal);
    case POSTAL_SAME_DEPARTEMENT:
        return item->departement != TERRITORY_NONE &&
               postal_fits_departement(wanted->postal, wanted->all->items[item->departement].code);
    }
    return false;
}

/* Communes of exactly this name; those of today, else former ones. */
static uint32_t by_name(const struct wanted *wanted, enum postal_rule rule, bool *several) {
    const struct territory_index *index = wanted->all->index;
    slice key = slice_of(wanted->key, wanted->key_n);
    struct found today = {TERRITORY_NONE, false};
    struct found former = {TERRITORY_NONE, false};
    uint32_t first;
    uint32_t end;
    territory_names_range(index, key, &first, &end);
    for (uint32_t i = first; i < end && index->names[i].key.n == key.n; i++) {
        const struct territory_name *name = &index->names[i];
        if (name->is_start && name->territory < wanted->all->commune_count &&
            in_departement(wanted, name->territory) && postal_fits(wanted, name->territory, rule)) {
            found_add(name->is_former ? &former : &today, name->territory);
        }
    }
    struct found best = today.commune != TERRITORY_NONE ? today : former;
    *several = best.several;
    return best.several ? TERRITORY_NONE : best.commune;
}

/* True when every word of `part` starts a word of `whole`, in order ("st jean" in "saint jean de
 * maurienne"). */
static bool words_start(slice part, slice whole) {
    slice word;
    while (slice_cut(&part, ' ', &word)) {
        slice other;
        do {
            if (!slice_cut(&whole, ' ', &other)) {
                return false;
            }
        } while (!slice_starts_with(other, word));
    }
    return true;
}

/* The commune of the postal code whose name is nearly the one given, or the only one it has. */
static uint32_t by_postal(const struct wanted *wanted) {
    const struct territory_index *index = wanted->all->index;
    slice key = slice_of(wanted->key, wanted->key_n);
    struct found any = {TERRITORY_NONE, false};
    struct found near = {TERRITORY_NONE, false};
    struct buf own BUF_CLEANUP = buf_new(TERRITORY_KEY_MAX);
    uint32_t first;
    uint32_t end;
    territory_postal_range(index, wanted->postal, wanted->postal, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        uint32_t commune = index->postals[i].commune;
        if (!in_departement(wanted, commune)) {
            continue;
        }
        found_add(&any, commune);
        buf_clear(&own);
        territory_key(wanted->all->items[commune].name, TERRITORY_COMMUNE, &own);
        if (key.n > 0 && (text_within_one_typo(key, buf_slice(&own)) ||
                          words_start(key, buf_slice(&own)) || words_start(buf_slice(&own), key))) {
            found_add(&near, commune);
        }
    }
    if (near.commune != TERRITORY_NONE && !near.several) {
        return near.commune;
    }
    return any.several ? TERRITORY_NONE : any.commune;
}

static void key_make(slice name, enum territory_level level, char *key, size_t *key_n) {
    struct buf text BUF_CLEANUP = buf_new(TERRITORY_KEY_MAX);
    territory_key(name, level, &text);
    *key_n = text.failed == OK ? text.n : 0;
    memcpy(key, text.p == NULL ? "" : text.p, *key_n);
}

uint32_t territories_match(const struct territories *all, slice name, slice postal_code,
                           slice departement) {
    struct wanted wanted = {.all = all, .departement = TERRITORY_NONE};
    uint64_t postal = 0;
    slice trimmed = slice_trim(postal_code);
    if (slice_to_u64(trimmed, &postal) && postal < 100000 && (trimmed.n == 4 || trimmed.n == 5)) {
        wanted.postal = (uint32_t)postal;
    }
    if (slice_trim(departement).n > 0) {
        wanted.departement = territories_match_level(all, TERRITORY_DEPARTEMENT, departement);
    }
    key_make(name, TERRITORY_COMMUNE, wanted.key, &wanted.key_n);
    bool several = false;
    if (wanted.postal == 0) {
        return wanted.key_n == 0 ? TERRITORY_NONE : by_name(&wanted, POSTAL_ANY, &several);
    }
    uint32_t found = TERRITORY_NONE;
    if (wanted.key_n > 0) {
        found = by_name(&wanted, POSTAL_SAME, &several);
    }
    if (found == TERRITORY_NONE && !several) {
        found = by_postal(&wanted);
    }
    if (found == TERRITORY_NONE && wanted.key_n > 0 && !several) {
        /* a CEDEX or outdated postal code: the name decides within its département */
        found = by_name(&wanted, POSTAL_SAME_DEPARTEMENT, &several);
    }
    return found;
}

/* ---- codes and names of one level ---- */

static uint32_t by_level_code(const struct territories *all, enum territory_level level,
                              slice code) {
    switch (level) {
    case TERRITORY_COMMUNE:
        return territories_commune(all, code);
    case TERRITORY_EPCI:
        return find_filled(all, "epci-", code, 0);
    case TERRITORY_DEPARTEMENT:
        return find_filled(all, "dep-", code, 2);
    case TERRITORY_REGION:
        return find_filled(all, "reg-", code, 2);
    case TERRITORY_COUNTRY:
        return slice_equal_ascii_nocase(code, SLICE("FR")) ||
                       slice_equal_ascii_nocase(code, SLICE("FRA"))
                   ? territories_find(all, SLICE("country-fr"))
                   : TERRITORY_NONE;
    case TERRITORY_CUSTOM:
    case TERRITORY_LEVEL__COUNT:
        break;
    }
    return TERRITORY_NONE;
}

uint32_t territories_match_level(const struct territories *all, enum territory_level level,
                                 slice code_or_name) {
    slice wanted = slice_trim(code_or_name);
    uint32_t by_code = territories_find(all, wanted);
    if (by_code != TERRITORY_NONE && all->items[by_code].level == level) {
        return by_code;
    }
    by_code = by_level_code(all, level, wanted);
    if (by_code != TERRITORY_NONE) {
        return by_code;
    }
    char key[TERRITORY_KEY_MAX];
    size_t key_n = 0;
    key_make(wanted, level, key, &key_n);
    struct found found = {TERRITORY_NONE, false};
    struct found former = {TERRITORY_NONE, false};
    uint32_t first;
    uint32_t end;
    territory_names_range(all->index, slice_of(key, key_n), &first, &end);
    for (uint32_t i = first; key_n > 0 && i < end && all->index->names[i].key.n == key_n; i++) {
        const struct territory_name *name = &all->index->names[i];
        if (name->is_start && all->items[name->territory].level == level) {
            found_add(name->is_former ? &former : &found, name->territory);
        }
    }
    found = found.commune != TERRITORY_NONE ? found : former;
    return found.several ? TERRITORY_NONE : found.commune;
}

/* ---- while typing ---- */

struct suggestions {
    const struct territories *all;
    uint32_t *found;
    uint64_t *ranks; /* parallel to found, best first */
    size_t count, room;
    uint32_t departement;             /* "chambery 73": narrows; TERRITORY_NONE: no */
    uint32_t postal_low, postal_high; /* narrows when high > 0 */
};

static bool postal_between(const struct territory *item, uint32_t low, uint32_t high) {
    for (uint32_t i = 0; i < item->postal_code_count; i++) {
        uint64_t code = 0;
        if (slice_to_u64(item->postal_codes[i], &code) && code >= low && code <= high) {
            return true;
        }
    }
    return false;
}

static bool is_narrowed_out(const struct suggestions *list, uint32_t territory) {
    const struct territory *item = &list->all->items[territory];
    if (list->postal_high == 0) {
        return false;
    }
    if (list->departement != TERRITORY_NONE &&
        territories_is_within(list->all, territory, list->departement)) {
        return false;
    }
    return !postal_between(item, list->postal_low, list->postal_high);
}

/* Larger is better: exactness, then start of the name, then people, then the smaller level. */
static uint64_t rank_of(const struct territory *item, bool exact, bool start, bool former) {
    uint64_t rank = (exact ? 8u : 0u) + (start ? 4u : 0u) + (former ? 0u : 2u);
    /* a town goes before the association of communes that bears its name */
    uint64_t people = item->level == TERRITORY_EPCI ? item->population / 8 : item->population;
    return rank << 40 | people << 3 | (uint64_t)(TERRITORY_LEVEL__COUNT - item->level);
}

static void suggestion_add(struct suggestions *list, uint32_t territory, uint64_t rank) {
    if (is_narrowed_out(list, territory)) {
        return;
    }
    size_t at = list->count;
    for (size_t i = 0; i < list->count; i++) {
        if (list->found[i] == territory) {
            if (list->ranks[i] >= rank) {
                return;
            }
            at = i;
        }
    }
    if (at == list->count) {
        if (list->count < list->room) {
            list->count++;
        } else if (rank <= list->ranks[list->count - 1]) {
            return;
        } else {
            at = list->count - 1;
        }
    }
    for (; at > 0 && list->ranks[at - 1] < rank; at--) {
        list->ranks[at] = list->ranks[at - 1];
        list->found[at] = list->found[at - 1];
    }
    list->ranks[at] = rank;
    list->found[at] = territory;
}

static void suggest_names(struct suggestions *list, slice key) {
    uint32_t first;
    uint32_t end;
    if (key.n == 0) {
        return;
    }
    territory_names_range(list->all->index, key, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        const struct territory_name *name = &list->all->index->names[i];
        const struct territory *item = &list->all->items[name->territory];
        bool exact = name->is_start && name->key.n == key.n;
        suggestion_add(list, name->territory,
                       rank_of(item, exact, name->is_start, name->is_former));
    }
}

/* "st" may be Saint-Étienne or Strasbourg: the word as typed is tried too when it is the last. */
static void suggest_unspelled(struct suggestions *list, slice typed, char *key, size_t key_n) {
    static const struct {
        slice full, typed;
    } spellings[] = {{{"saint", 5}, {"st", 2}}, {{"sainte", 6}, {"ste", 3}}};
    for (size_t i = 0; i < ARRAY_COUNT(spellings); i++) {
        slice full = spellings[i].full;
        slice end = slice_sub(typed, typed.n - spellings[i].typed.n, typed.n);
        if (typed.n >= spellings[i].typed.n && key_n >= full.n &&
            slice_ends_with(slice_of(key, key_n), full) &&
            slice_equal_ascii_nocase(end, spellings[i].typed)) {
            memcpy(key + key_n - full.n, spellings[i].typed.p, spellings[i].typed.n);
            suggest_names(list, slice_of(key, key_n - full.n + spellings[i].typed.n));
            return;
        }
    }
}

static void suggest_postals(struct suggestions *list) {
    uint32_t first;
    uint32_t end;
    territory_postal_range(list->all->index, list->postal_low, list->postal_high, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        uint32_t commune = list->all->index->postals[i].commune;
        suggestion_add(list, commune, rank_of(&list->all->items[commune], false, true, false));
    }
    if (list->departement != TERRITORY_NONE) {
        suggestion_add(list, list->departement, UINT64_MAX);
    }
}

/* Takes the number out of what is typed: a postal code from its first digits, a département. */
static void read_number(struct suggestions *list, slice typed) {
    size_t from = 0;
    while (from < typed.n && !(typed.p[from] >= '0' && typed.p[from] <= '9')) {
        from++;
    }
    size_t n = 0;
    while (from + n < typed.n && n < 6 && typed.p[from + n] >= '0' && typed.p[from + n] <= '9') {
        n++;
    }
    slice digits = slice_sub(typed, from, n);
    bool corsica = n == 1 && digits.p[0] == '2' && from + 1 < typed.n &&
                   (typed.p[from + 1] | 32) >= 'a' && (typed.p[from + 1] | 32) <= 'b';
    uint64_t value = 0;
    if (n == 0 || n > 5 || !slice_to_u64(digits, &value)) {
        return;
    }
    uint32_t unit = 1;
    for (size_t i = n; i < 5; i++) {
        unit *= 10;
    }
    list->postal_low = (uint32_t)value * unit;
    list->postal_high = list->postal_low + unit - 1;
    if (corsica) { /* Corse-du-Sud has 200 and 201, Haute-Corse 202 and 206 */
        bool north = (typed.p[from + 1] | 32) == 'b';
        list->postal_low = north ? 20200 : 20000;
        list->postal_high = north ? 20999 : 20199;
    }
    if (n <= 3) {
        slice code = corsica ? slice_sub(typed, from, 2) : digits;
        list->departement = by_level_code(list->all, TERRITORY_DEPARTEMENT, code);
    }
}

#define SUGGEST_MAX 64

size_t territories_suggest(const struct territories *all, slice typed, uint32_t *found,
                           size_t room) {
    uint64_t ranks[SUGGEST_MAX];
    struct suggestions list = {.all = all,
                               .found = found,
                               .ranks = ranks,
                               .room = room < SUGGEST_MAX ? room : SUGGEST_MAX,
                               .departement = TERRITORY_NONE};
    if (list.room == 0) {
        return 0;
    }
    typed = slice_trim(slice_sub(typed, 0, 200));
    read_number(&list, typed);
    char key[TERRITORY_KEY_MAX];
    size_t key_n = 0;
    key_make(typed, TERRITORY_COMMUNE, key, &key_n);
    if (key_n == 0) {
        if (list.postal_high > 0) {
            suggest_postals(&list);
        }
        return list.count;
    }
    suggest_names(&list, slice_of(key, key_n));
    suggest_unspelled(&list, typed, key, key_n);
    if (list.count == 0) { /* "communauté d'agglomération de…" */
        key_make(typed, TERRITORY_EPCI, key, &key_n);
        suggest_names(&list, slice_of(key, key_n));
    }
    return list.count;
}
