#include "text/text.h"
#include "work/import/draft_int.h"
#include <stddef.h>
#include <string.h>

/* Roles whose value is one text of the entry. */
static const struct {
    enum role role;
    size_t offset;
    size_t max;
} texts[] = {
    {ROLE_TITLE, offsetof(struct entry, title), ENTRY_TITLE_MAX},
    {ROLE_SUMMARY, offsetof(struct entry, summary), ENTRY_SUMMARY_MAX},
    {ROLE_DESCRIPTION, offsetof(struct entry, description), ENTRY_DESCRIPTION_MAX},
    {ROLE_PLACE_NAME, offsetof(struct entry, place.name), ENTRY_TITLE_MAX},
    {ROLE_CITY, offsetof(struct entry, place.city), ENTRY_TITLE_MAX},
    {ROLE_LICENCE, offsetof(struct entry, licence), ENTRY_TITLE_MAX},
};

struct words { /* folded words that mean one value of an enum */
    const char *word;
    int value;
};

static void detail(struct draft *d, const struct column *column, slice value) {
    detail_write(&d->details, column->name, value);
}

static slice fold(const struct draft *d, slice text) {
    struct buf folded BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    text_fold(text, &folded);
    return arena_copy(d->arena, buf_slice(&folded));
}

static bool word_find(const struct draft *d, const struct words *words, size_t count, slice value,
                      int *found) {
    slice folded = fold(d, slice_sub(value, 0, 200));
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(folded, slice_from_cstr(words[i].word))) {
            *found = words[i].value;
            return true;
        }
    }
    return false;
}

static bool truth_read(const struct draft *d, slice value, bool *truth) {
    static const struct words words[] = {{"true", 1}, {"oui", 1},   {"yes", 1}, {"1", 1},
                                         {"vrai", 1}, {"false", 0}, {"non", 0}, {"no", 0},
                                         {"0", 0},    {"faux", 0}};
    int found;
    if (!word_find(d, words, ARRAY_COUNT(words), value, &found)) {
        return false;
    }
    *truth = found != 0;
    return true;
}

static slice one_line(struct draft *d, slice value) {
    bool marks;
    slice text = value_one_line(value, &marks, d->arena);
    if (marks) {
        warning_add(d->builder->warnings, WARNING_HIDDEN_MARKS, d->record->line, "%.*s",
                    (int)(text.n < 60 ? text.n : 60), text.p);
    }
    return text;
}

slice draft_clipped(struct draft *d, slice value, size_t max) {
    if (value.n <= max) {
        return value;
    }
    warning_add(d->builder->warnings, WARNING_CLIPPED, d->record->line, "%.*s…", 60, value.p);
    slice cut = slice_sub(value, 0, max - 3);
    cut.n = text_utf8_error(cut); /* not in the middle of a character */
    return arena_printf(d->arena, "%.*s…", SLICE_ARG(cut));
}

static bool text_take(struct draft *d, enum role role, slice value) {
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        if (texts[i].role == role) {
            slice *text = (slice *)(void *)((char *)d->entry + texts[i].offset);
            *text = draft_clipped(d, value, texts[i].max);
            return true;
        }
    }
    return false;
}

static bool is_web_address(slice text) {
    size_t scheme = slice_starts_with(text, SLICE("https://"))  ? 8
                    : slice_starts_with(text, SLICE("http://")) ? 7
                                                                : 0;
    slice rest = slice_sub(text, scheme, text.n);
    slice host = slice_sub(rest, 0, slice_find(rest, 0, '/'));
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] <= ' ' || memchr("\"<>\\^`{|}", text.p[i], 9) != NULL) {
            return false;
        }
    }
    return scheme > 0 && text.n <= ENTRY_TEXT_MAX && host.n > 2 &&
           slice_find(host, 1, '.') < host.n - 1 && slice_find(host, 0, '@') == host.n;
}

/* "www.arqa.fr" as people write it gets its scheme. */
static slice address_complete(struct draft *d, slice text) {
    bool bare = slice_find_slice(text, 0, SLICE("://")) == text.n &&
                slice_find(text, 0, '.') < text.n && slice_find(text, 0, '@') == text.n &&
                slice_find(text, 0, ' ') == text.n;
    return bare ? arena_printf(d->arena, "https://%.*s", SLICE_ARG(text)) : text;
}

static bool is_email(slice text) {
    size_t at = slice_find(text, 0, '@');
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] <= ' ' || memchr(",;<>\"()", text.p[i], 7) != NULL) {
            return false;
        }
    }
    return at > 0 && at + 2 < text.n && text.p[at + 1] != '.' && text.p[text.n - 1] != '.' &&
           slice_find(text, at + 1, '@') == text.n && slice_find(text, at, '.') < text.n;
}

static bool is_telephone(slice text) {
    size_t digits = 0;
    for (size_t i = 0; i < text.n; i++) {
        digits += text.p[i] >= '0' && text.p[i] <= '9';
    }
    return digits >= 3 && text.n <= 60;
}

static bool contact_add(struct draft *d, enum entry_contact_kind kind, slice value) {
    struct entry *entry = d->entry;
    bool fits = kind == ENTRY_CONTACT_EMAIL       ? is_email(value)
                : kind == ENTRY_CONTACT_TELEPHONE ? is_telephone(value)
                                                  : is_web_address(value);
    if (!fits || entry->contact_count == ENTRY_LIST_MAX) {
        return false;
    }
    if (entry->contacts == NULL) {
        entry->contacts = arena_new(d->arena, struct entry_contact, ENTRY_LIST_MAX);
    }
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        if (entry->contacts[i].kind == kind && slice_equal(entry->contacts[i].value, value)) {
            return true;
        }
    }
    entry->contacts[entry->contact_count++] = (struct entry_contact){
        .kind = kind, .visibility = ENTRY_VISIBLE_PUBLIC, .value = value, .label = SLICE_EMPTY};
    return true;
}

static void contact_take(struct draft *d, const struct column *column, enum entry_contact_kind kind,
                         slice value) {
    slice completed = kind == ENTRY_CONTACT_WEBSITE || kind == ENTRY_CONTACT_SOCIAL
                          ? address_complete(d, value)
                          : value;
    if (kind == ENTRY_CONTACT_EMAIL && slice_starts_with(value, SLICE("mailto:"))) {
        completed = slice_sub(value, 7, value.n);
    }
    if (!contact_add(d, kind, completed)) {
        warning_add(d->builder->warnings, WARNING_BAD_CONTACT, d->record->line, "%.*s: %.*s",
                    (int)(column->name.n < 40 ? column->name.n : 40), column->name.p,
                    (int)(value.n < 60 ? value.n : 60), value.p);
        detail(d, column, value);
    }
}

static void address_take(struct draft *d, slice value) {
    slice *address = &d->entry->place.address;
    if (is_email(value)) {
        warning_add(d->builder->warnings, WARNING_ADDRESS_IS_EMAIL, d->record->line, "%.*s",
                    (int)(value.n < 60 ? value.n : 60), value.p);
        contact_add(d, ENTRY_CONTACT_EMAIL, value);
        return;
    }
    *address = address->n == 0
                   ? value
                   : arena_printf(d->arena, "%.*s, %.*s", SLICE_ARG(*address), SLICE_ARG(value));
    *address = draft_clipped(d, *address, ENTRY_TITLE_MAX);
}

/* Digits with the ".0" that programs put behind numbers. */
static slice without_fraction(slice value) {
    slice whole = slice_sub(value, 0, slice_find(value, 0, '.'));
    int64_t number;
    bool is_number = whole.n > 0 && whole.p[0] != '-' && slice_to_i64(whole, &number);
    return is_number && slice_equal(slice_sub(value, whole.n, value.n), SLICE(".0")) ? whole
                                                                                     : value;
}

/* "6,12E+08": digits that no one can give back. */
static bool is_rounded(slice value) {
    size_t e = 0;
    while (e < value.n && value.p[e] != 'E' && value.p[e] != 'e') {
        if ((value.p[e] < '0' || value.p[e] > '9') && value.p[e] != ',' && value.p[e] != '.') {
            return false;
        }
        e++;
    }
    int64_t power;
    slice tail = slice_sub(value, e + 1, value.n);
    return e > 0 && e + 2 < value.n && tail.p[0] == '+' &&
           slice_to_i64(slice_sub(tail, 1, tail.n), &power);
}

static bool kind_read(const struct draft *d, slice value, enum entry_kind *kind) {
    static const struct words words[] = {
        {"idee", ENTRY_KIND_IDEA},         {"outil", ENTRY_KIND_TOOL},
        {"methode", ENTRY_KIND_TOOL},      {"lieu", ENTRY_KIND_PLACE},
        {"tiers-lieu", ENTRY_KIND_PLACE},  {"rendez-vous", ENTRY_KIND_EVENT},
        {"evenement", ENTRY_KIND_EVENT},   {"collectif", ENTRY_KIND_ACTOR},
        {"structure", ENTRY_KIND_ACTOR},   {"association", ENTRY_KIND_ACTOR},
        {"acteur", ENTRY_KIND_ACTOR},      {"portrait", ENTRY_KIND_STORY},
        {"projet", ENTRY_KIND_INITIATIVE}, {"action", ENTRY_KIND_INITIATIVE},
        {"video", ENTRY_KIND_STORY},
    };
    int found;
    if (entry_kind_from_slug(value, kind) || entry_kind_from_slug(fold(d, value), kind)) {
        return true;
    }
    if (!word_find(d, words, ARRAY_COUNT(words), value, &found)) {
        return false;
    }
    *kind = (enum entry_kind)found;
    return true;
}

static bool state_read(const struct draft *d, slice value, enum entry_state *state) {
    static const struct words words[] = {
        {"en cours", ENTRY_STATE_RUNNING}, {"actif", ENTRY_STATE_RUNNING},
        {"active", ENTRY_STATE_RUNNING},   {"en service", ENTRY_STATE_RUNNING},
        {"ouvert", ENTRY_STATE_RUNNING},   {"realise", ENTRY_STATE_ENDED},
        {"termine", ENTRY_STATE_ENDED},    {"terminee", ENTRY_STATE_ENDED},
        {"clos", ENTRY_STATE_ENDED},       {"ferme", ENTRY_STATE_ENDED},
        {"annule", ENTRY_STATE_ENDED},     {"cancelled", ENTRY_STATE_ENDED},
        {"en projet", ENTRY_STATE_IDEA},   {"projet", ENTRY_STATE_IDEA},
        {"en pause", ENTRY_STATE_PAUSED},  {"suspendu", ENTRY_STATE_PAUSED},
        {"demarrage", ENTRY_STATE_BEGUN},  {"lancement", ENTRY_STATE_BEGUN},
    };
    int found;
    if (entry_state_from_slug(value, state)) {
        return true;
    }
    if (!word_find(d, words, ARRAY_COUNT(words), value, &found)) {
        return false;
    }
    *state = (enum entry_state)found;
    return true;
}

static bool wheelchair_read(const struct draft *d, slice value, enum entry_wheelchair *wheelchair) {
    bool truth;
    int64_t number;
    if (truth_read(d, value, &truth)) {
        *wheelchair = truth ? ENTRY_WHEELCHAIR_YES : ENTRY_WHEELCHAIR_NO;
        return true;
    }
    slice folded = fold(d, slice_sub(value, 0, 200));
    if (slice_starts_with(folded, SLICE("partiel")) || slice_equal(folded, SLICE("limited"))) {
        *wheelchair = ENTRY_WHEELCHAIR_LIMITED;
        return true;
    }
    if (slice_to_i64(value, &number) && number > 0) {
        *wheelchair = ENTRY_WHEELCHAIR_YES;
        return true;
    }
    return false;
}

static void media_add(struct draft *d, const struct column *column, enum entry_media_kind kind,
                      slice value) {
    struct entry *entry = d->entry;
    if (!is_web_address(value) || entry->media_count == ENTRY_LIST_MAX) {
        detail(d, column, value);
        return;
    }
    if (entry->media == NULL) {
        entry->media = arena_new(d->arena, struct entry_media, ENTRY_LIST_MAX);
    }
    entry->media[entry->media_count++] = (struct entry_media){.kind = kind,
                                                              .url = value,
                                                              .title = SLICE_EMPTY,
                                                              .alt = SLICE_EMPTY,
                                                              .licence = SLICE_EMPTY,
                                                              .credit = SLICE_EMPTY,
                                                              .transcript = SLICE_EMPTY};
}

static bool is_digits(slice value) {
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] < '0' || value.p[i] > '9') {
            return false;
        }
    }
    return true;
}

static bool places_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    double number;
    if (!slice_to_double(value, &number) || number < 0) {
        return false;
    }
    d->entry->figures = arena_new(d->arena, struct entry_figure, 1);
    d->entry->figures[0] = (struct entry_figure){.value = value,
                                                 .unit = SLICE_EMPTY,
                                                 .label = SLICE("places"),
                                                 .date = SLICE_EMPTY,
                                                 .source = SLICE_EMPTY};
    d->entry->figure_count = 1;
    return true;
}

typedef void item_taker(struct draft *d, const struct column *column, slice value);

/* 32 hexadecimal digits: an identifier of a table that is not here. */
static bool is_hex_id(slice value) {
    for (size_t i = 0; i < value.n; i++) {
        if (memchr("0123456789abcdef", value.p[i], 16) == NULL) {
            return false;
        }
    }
    return value.n == 32;
}

/* The two categories that every OpenFairDB has: what people do, and firms. */
static bool openfairdb_category(struct draft *d, slice value) {
    bool initiative = slice_equal(value, SLICE("2cd00bebec0c48ba9db761da48678134"));
    bool firm = slice_equal(value, SLICE("77b3c33a92554bcf8e8c2c86cedd6f6f"));
    if ((initiative || firm) && !d->has_kind) {
        d->entry->kind = initiative ? ENTRY_KIND_INITIATIVE : ENTRY_KIND_ACTOR;
        d->has_kind = true;
    }
    if (firm && d->entry->type.n == 0) {
        d->entry->type = SLICE("Entreprise");
    }
    return initiative || firm;
}

/* Identifiers of tables that are not here: the categories of OpenFairDB are known, others stay
 * details. */
static bool code_take(struct draft *d, const struct column *column, slice value) {
    bool is_list_code =
        is_digits(value) && value.n < 4 && slice_contains(column->key, SLICE("liste"));
    if (openfairdb_category(d, value)) {
        return true;
    }
    if (is_list_code || is_hex_id(value)) {
        detail(d, column, value);
        return true;
    }
    return false;
}

static void word_take(struct draft *d, const struct column *column, slice value) {
    if (!code_take(d, column, value)) {
        draft_theme_or_tag(d, value, true);
    }
}

static void theme_take(struct draft *d, const struct column *column, slice value) {
    if (!code_take(d, column, value)) {
        category_take(d, column, value);
    }
}

static void website_take(struct draft *d, const struct column *column, slice value) {
    contact_take(d, column, ENTRY_CONTACT_WEBSITE, value);
}

static void email_take(struct draft *d, const struct column *column, slice value) {
    contact_take(d, column, ENTRY_CONTACT_EMAIL, value);
}

static void telephone_take(struct draft *d, const struct column *column, slice value) {
    if (is_rounded(value)) {
        warning_add(d->builder->warnings, WARNING_NUMBER_LOST, d->record->line, "%.*s: %.*s",
                    (int)(column->name.n < 40 ? column->name.n : 40), column->name.p,
                    (int)(value.n < 40 ? value.n : 40), value.p);
        detail(d, column, value);
        return;
    }
    contact_take(d, column, ENTRY_CONTACT_TELEPHONE, without_fraction(value));
}

static void social_take(struct draft *d, const struct column *column, slice value) {
    contact_take(d, column, ENTRY_CONTACT_SOCIAL, value);
}

static void image_take(struct draft *d, const struct column *column, slice value) {
    media_add(d, column, ENTRY_MEDIA_IMAGE, value);
}

static void video_take(struct draft *d, const struct column *column, slice value) {
    media_add(d, column, ENTRY_MEDIA_VIDEO, value);
}

/* Roles that take lists, item by item. */
static item_taker *const item_takers[ROLE__COUNT] = {
    [ROLE_THEMES] = theme_take,           [ROLE_TAGS] = word_take,
    [ROLE_WEBSITE] = website_take,        [ROLE_EMAIL] = email_take,
    [ROLE_SOCIAL] = social_take,          [ROLE_IMAGE] = image_take,
    [ROLE_TELEPHONE] = telephone_take,    [ROLE_VIDEO] = video_take,
    [ROLE_HAPPENS] = agenda_happens_take,
};

/* Lists inside one cell: "a;b", "a|b"; tags also "a, b" and telephones "a / b". */
static char list_separator(enum role role, slice value) {
    if (slice_find(value, 0, ';') < value.n) {
        return ';';
    }
    if (slice_find(value, 0, '|') < value.n) {
        return '|';
    }
    if (role == ROLE_TELEPHONE && slice_find(value, 0, '/') < value.n && value.n > 20) {
        return '/';
    }
    return role == ROLE_TAGS || role == ROLE_EMAIL || role == ROLE_THEMES ? ',' : '\n';
}

/* Lists as programs write them into one cell: ["a", "b"] of JSON, {a,"b"} of PostgreSQL. Gives the
 * items apart by ";", or the value as it is. */
static slice list_open(struct draft *d, slice value) {
    bool json = slice_starts_with(value, SLICE("[")) && slice_ends_with(value, SLICE("]"));
    bool array = slice_starts_with(value, SLICE("{")) && slice_ends_with(value, SLICE("}"));
    struct buf out BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    bool quoted = false;
    if ((!json && !array) || value.n < 3 || slice_find(value, 1, '{') < value.n ||
        slice_find(value, 1, ':') < value.n) {
        return value;
    }
    for (size_t i = 1; i + 1 < value.n; i++) {
        char c = value.p[i];
        if (c == '\\' && i + 2 < value.n) {
            buf_add_char(&out, value.p[++i]);
        } else if (c == '"' || (c == '\'' && json && !quoted)) {
            quoted = c == '"' ? !quoted : quoted;
        } else if (c == ',' && !quoted) {
            buf_add_char(&out, ';');
        } else if (c != '\'' || quoted || !json) {
            buf_add_char(&out, c);
        }
    }
    return arena_copy(d->arena, buf_slice(&out));
}

static void list_take(struct draft *d, const struct column *column, enum role role, slice value,
                      const slice *items, uint32_t item_count) {
    if (item_count == 0) {
        value = list_open(d, value);
    }
    slice part;
    char separator = list_separator(role, value);
    /* A theme's own name may hold a comma: whole first. */
    bool whole = role == ROLE_THEMES && separator == ',' &&
                 themes_match(d->builder->themes, fold(d, slice_sub(value, 0, 200))) != THEME_NONE;
    for (uint32_t i = 0; i < item_count; i++) {
        slice item = one_line(d, value_clean(items[i], d->arena));
        if (item.n > 0) {
            item_takers[role](d, column, item);
        }
    }
    while (item_count == 0 && slice_cut(&value, whole ? '\n' : separator, &part)) {
        part = value_clean(part, d->arena);
        if (part.n > 0) {
            item_takers[role](d, column, part);
        }
    }
}

/* "Gratuit : Je peux accéder gratuitement au lieu…;Adhésion : …" -> "Gratuit, Adhésion". With
 * `cut`, the explanation behind " : " goes. */
static slice words_joined(struct draft *d, slice value, bool cut) {
    struct buf out BUF_CLEANUP = buf_new(RECORD_BYTES_MAX);
    slice part;
    char separator = slice_find(value, 0, ';') == value.n ? '|' : ';';
    while (slice_cut(&value, separator, &part)) {
        part = slice_trim(cut ? slice_sub(part, 0, slice_find_slice(part, 0, SLICE(" : "))) : part);
        if (part.n > 0) {
            buf_add(&out, out.n > 0 ? SLICE(", ") : SLICE_EMPTY);
            buf_add(&out, part);
        }
    }
    return draft_clipped(d, arena_copy(d->arena, buf_slice(&out)), ENTRY_TEXT_MAX);
}

/* A taker returns false when the value does not fit: it then becomes a line of the description. */
typedef bool taker(struct draft *d, const struct column *column, slice value);

static bool price_take(struct draft *d, const struct column *column, slice value) {
    bool truth;
    if (truth_read(d, value, &truth)) {
        bool free_of_charge = slice_equal(column->key, SLICE("gratuit")) ? truth : !truth;
        d->entry->price = free_of_charge ? SLICE("Gratuit") : SLICE("Payant");
        return true;
    }
    d->entry->price = words_joined(d, value, true);
    return true;
}

static bool audience_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    d->entry->audience = words_joined(d, value, false);
    return true;
}

/* "TIERS_LIEUX|ASSO" -> "Tiers lieux, Asso"; a letter alone is a code of someone's register. */
static bool type_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    bool coded = slice_find(value, 0, '_') < value.n;
    for (size_t i = 0; i < value.n; i++) {
        coded = coded || value.p[i] == '|';
        if ((value.p[i] >= 'a' && value.p[i] <= 'z') || (unsigned char)value.p[i] >= 0x80) {
            coded = false;
            break;
        }
    }
    if (value.n < 2) {
        return false;
    }
    slice joined = words_joined(d, value, false);
    if (coded) {
        char *words = arena_new(d->arena, char, joined.n + 1);
        for (size_t i = 0; i < joined.n; i++) {
            char c = joined.p[i] == '_' ? ' ' : joined.p[i];
            bool first = i == 0 || (i > 1 && joined.p[i - 2] == ',');
            words[i] = !first && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        }
        joined = slice_of(words, joined.n);
    }
    d->entry->type = draft_clipped(d, joined, ENTRY_TITLE_MAX);
    return true;
}

static bool state_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    if (slice_starts_with(fold(d, slice_sub(value, 0, 20)), SLICE("annul"))) {
        d->entry->end_reason = SLICE("Annulé");
    }
    return state_read(d, value, &d->entry->state);
}

static bool open_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    bool truth;
    if (!truth_read(d, value, &truth)) {
        return false;
    }
    d->entry->state = truth ? ENTRY_STATE_RUNNING : ENTRY_STATE_PAUSED;
    return true;
}

static bool wheelchair_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    return wheelchair_read(d, value, &d->entry->wheelchair);
}

static bool source_url_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    if (!is_web_address(value)) {
        return false;
    }
    d->entry->source_url = value;
    return true;
}

static bool source_note_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    if (is_digits(value)) {
        return false; /* a number of someone's register, not a name */
    }
    d->entry->source_note = draft_clipped(d, value, ENTRY_TEXT_MAX);
    return true;
}

static bool language_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    slice folded = fold(d, slice_sub(value, 0, 20));
    for (size_t i = 0; i < folded.n; i++) {
        if (folded.p[i] < 'a' || folded.p[i] > 'z') {
            return false;
        }
    }
    if (folded.n < 2 || folded.n > 3) {
        return false;
    }
    d->entry->language = folded;
    return true;
}

static bool hours_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    slice hours = hours_any(value, d->arena);
    if (hours.n > ENTRY_TEXT_MAX) {
        return false;
    }
    d->entry->opening_hours = hours;
    return true;
}

static bool address_role_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    address_take(d, value);
    return true;
}

static bool postal_code_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    d->entry->place.postal_code = draft_clipped(d, without_fraction(value), 20);
    return true;
}

/* France is where entries stand unless they say otherwise. */
static bool country_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    static const struct words words[] = {
        {"france", 1}, {"fr", 1}, {"fra", 1}, {"https://www.wikidata.org/wiki/q142", 1}};
    int found;
    d->is_abroad = !word_find(d, words, ARRAY_COUNT(words), value, &found);
    return !d->is_abroad;
}

static bool address_part_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    slice *parts = &d->address_parts;
    *parts = parts->n == 0
                 ? value
                 : arena_printf(d->arena, "%.*s %.*s", SLICE_ARG(*parts), SLICE_ARG(value));
    *parts = draft_clipped(d, *parts, ENTRY_TITLE_MAX);
    return true;
}

static bool kind_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    if (kind_read(d, value, &d->entry->kind)) {
        d->has_kind = true;
    } else {
        draft_theme_or_tag(d, value, true);
    }
    return true;
}

static bool id_take(struct draft *d, const struct column *column, slice value) {
    (void)column;
    d->key = draft_clipped(d, value, ENTRY_TITLE_MAX);
    return true;
}

static bool ignore_take(struct draft *d, const struct column *column, slice value) {
    (void)d;
    (void)column;
    (void)value;
    return true;
}

static taker *const takers[ROLE__COUNT] = {
    [ROLE_IGNORE] = ignore_take,
    [ROLE_ID] = id_take,
    [ROLE_KIND] = kind_take,
    [ROLE_STATE] = state_take,
    [ROLE_TYPE] = type_take,
    [ROLE_OPEN] = open_take,
    [ROLE_LOCATION] = agenda_location_take,
    [ROLE_ADDRESS] = address_role_take,
    [ROLE_ADDRESS_MORE] = address_role_take,
    [ROLE_POSTAL_CODE] = postal_code_take,
    [ROLE_HOURS] = hours_take,
    [ROLE_PRICE] = price_take,
    [ROLE_AUDIENCE] = audience_take,
    [ROLE_WHEELCHAIR] = wheelchair_take,
    [ROLE_START] = draft_start_take,
    [ROLE_END] = draft_end_take,
    [ROLE_FOUNDED] = draft_founded_take,
    [ROLE_PERIOD] = draft_period_take,
    [ROLE_PLACES] = places_take,
    [ROLE_LANGUAGE] = language_take,
    [ROLE_SOURCE_URL] = source_url_take,
    [ROLE_SOURCE_NOTE] = source_note_take,
    [ROLE_UPDATED] = draft_updated_take,
    [ROLE_CREATED] = draft_created_take,
    [ROLE_COUNTRY] = country_take,
    [ROLE_ADDRESS_PART] = address_part_take,
};

/* Roles whose value waits in the draft until all parts are there. */
static const struct {
    enum role role;
    size_t offset;
} parts[] = {
    {ROLE_INSEE, offsetof(struct draft, place.insee)},
    {ROLE_TERRITORY, offsetof(struct draft, place.territory)},
    {ROLE_TERRITORY_LEVEL, offsetof(struct draft, place.level)},
    {ROLE_DEPARTEMENT, offsetof(struct draft, place.departement)},
    {ROLE_LATITUDE, offsetof(struct draft, place.latitude)},
    {ROLE_LONGITUDE, offsetof(struct draft, place.longitude)},
    {ROLE_POINT, offsetof(struct draft, place.point)},
    {ROLE_HOURS_MONDAY, offsetof(struct draft, hours[0])},
    {ROLE_HOURS_TUESDAY, offsetof(struct draft, hours[1])},
    {ROLE_HOURS_WEDNESDAY, offsetof(struct draft, hours[2])},
    {ROLE_HOURS_THURSDAY, offsetof(struct draft, hours[3])},
    {ROLE_HOURS_FRIDAY, offsetof(struct draft, hours[4])},
    {ROLE_HOURS_SATURDAY, offsetof(struct draft, hours[5])},
    {ROLE_HOURS_SUNDAY, offsetof(struct draft, hours[6])},
};

static bool part_take(struct draft *d, enum role role, slice value) {
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        if (parts[i].role == role) {
            *(slice *)(void *)((char *)d + parts[i].offset) = value;
            return true;
        }
    }
    return false;
}

void draft_take(struct draft *d, const struct column *column, enum role role, slice value,
                const slice *items, uint32_t item_count) {
    value = role == ROLE_DESCRIPTION ? value_markdown(value, d->arena) : one_line(d, value);
    if (value.n == 0) {
        return;
    }
    if (item_takers[role] != NULL) {
        list_take(d, column, role, value, items, item_count);
    } else if (!text_take(d, role, value) && !part_take(d, role, value) &&
               (takers[role] == NULL || !takers[role](d, column, value))) {
        detail(d, column, value);
    }
}
