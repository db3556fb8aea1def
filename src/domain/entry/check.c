/* The rules of a well-formed entry. Texts and lists here; where it is in check_place.c. */
#include "domain/entry/check_int.h"

#include "text/text.h"

#include <stdio.h>
#include <string.h>

err entry_check_refuse(const struct entry_checker *checker, err code, const char *key,
                       const char *what) {
    char field[64];
    if (checker->position >= 0) {
        snprintf(field, sizeof(field), "%s[%ld].%s", checker->list, checker->position, key);
    } else if (checker->list[0]) {
        snprintf(field, sizeof(field), "%s.%s", checker->list, key);
    } else {
        snprintf(field, sizeof(field), "%s", key);
    }
    return problem_set(checker->problem, code, field, "%s", what);
}

static bool is_control(char byte) {
    unsigned char c = (unsigned char)byte;
    return c < 0x20 || c == 0x7f;
}

/* Line ends are kept in texts that have lines, and become a space in the others; every other
 * control byte becomes a space. */
static void text_clean(const struct entry_checker *checker, bool lines, slice *text) {
    size_t i = 0;
    while (i < text->n && (!is_control(text->p[i]) || (lines && text->p[i] == '\n'))) {
        i++;
    }
    if (i == text->n) {
        return; /* the usual case: nothing to change, nothing to copy */
    }
    char *clean = arena_new(checker->arena, char, text->n);
    size_t n = 0;
    for (i = 0; i < text->n; i++) {
        char c = text->p[i];
        if (lines && c == '\r') {
            bool pair = i + 1 < text->n && text->p[i + 1] == '\n';
            if (!pair) {
                clean[n++] = '\n';
            }
        } else if (lines && (c == '\n' || c == '\t')) {
            clean[n++] = c;
        } else if (!is_control(c)) {
            clean[n++] = c;
        } else if (n > 0 && clean[n - 1] != ' ') {
            clean[n++] = ' ';
        }
    }
    *text = slice_of(clean, n);
}

static err fields_check(const struct entry_checker *checker, const struct entry_fields *fields,
                        void *thing) {
    for (size_t i = 0; i < fields->count; i++) {
        const struct entry_field *field = &fields->items[i];
        slice *text = entry_field_of(thing, field);
        if (text->n == 0) {
            continue;
        }
        text_clean(checker, field->lines, text);
        *text = slice_trim(*text);
        if (text->n > field->max_bytes) {
            return entry_check_refuse(checker, ERR_LIMIT, field->key, "is too long");
        }
        if (!text_is_utf8(*text)) {
            return entry_check_refuse(checker, ERR_INPUT, field->key, "is not UTF-8");
        }
    }
    return OK;
}

/* BCP 47 in the shape we meet: "fr", "fr-CA", "zh-Hant". */
static bool language_is_valid(slice language) {
    size_t letters = 0;
    while (letters < language.n && language.p[letters] >= 'a' && language.p[letters] <= 'z') {
        letters++;
    }
    if (letters < 2 || letters > 3) {
        return false;
    }
    for (size_t i = letters; i < language.n; i++) {
        char c = language.p[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && !(c == '-' && i + 1 < language.n && language.p[i - 1] != '-')) {
            return false;
        }
    }
    return letters == language.n || language.p[letters] == '-';
}

/* "www.example.org/x" as people write it: a host name with a dot, no scheme. */
static bool looks_like_host(slice text) {
    size_t end = 0;
    while (end < text.n && text.p[end] != '/' && text.p[end] != '?' && text.p[end] != '#') {
        char c = text.p[end];
        if (c == ':' || c == '@' || c <= ' ') {
            return false;
        }
        end++;
    }
    slice host = slice_sub(text, 0, end);
    return slice_contains(host, SLICE(".")) && host.p[0] != '.' && host.p[host.n - 1] != '.';
}

static err url_check(const struct entry_checker *checker, const char *key, slice *url) {
    if (url->n > 0 && looks_like_host(*url)) {
        *url = arena_printf(checker->arena, "https://%.*s", SLICE_ARG(*url));
    }
    if (!entry_url_is_valid(*url)) {
        return entry_check_refuse(checker, ERR_INPUT, key, "is not a web address");
    }
    return OK;
}

static bool email_is_valid(slice email) {
    size_t at = slice_find(email, 0, '@');
    if (at == 0 || at + 1 >= email.n || slice_find(email, at + 1, '@') < email.n ||
        email.p[at + 1] == '.' || email.p[email.n - 1] == '.') {
        return false;
    }
    for (size_t i = 0; i < email.n; i++) {
        char c = email.p[i];
        if (c == ' ' || c == ',' || c == ';' || c == '<' || c == '>' || c == '"' || c == '(') {
            return false;
        }
    }
    return slice_contains(slice_sub(email, at, email.n), SLICE("."));
}

/* "04 79 85 07 07", "+33 (0)4 …", "3949", "… poste 12": at least three digits. */
static bool telephone_is_valid(slice telephone) {
    size_t digits = 0;
    for (size_t i = 0; i < telephone.n; i++) {
        digits += telephone.p[i] >= '0' && telephone.p[i] <= '9';
    }
    return digits >= 3 && telephone.n <= 60;
}

static err contact_check(const struct entry_checker *checker, struct entry_contact *contact) {
    TRY(fields_check(checker, &entry_contact_fields, contact));
    if (contact->visibility >= ENTRY_VISIBLE__COUNT) {
        return entry_check_refuse(checker, ERR_INPUT, "visibility", "is not known");
    }
    switch (contact->kind) {
    case ENTRY_CONTACT_WEBSITE:
    case ENTRY_CONTACT_FORM:
        return url_check(checker, "value", &contact->value);
    case ENTRY_CONTACT_SOCIAL: /* an address, or a name there ("@agora") */
        return contact->value.n == 0 || (slice_contains(contact->value, SLICE(":")) &&
                                         !entry_url_is_valid(contact->value))
                   ? entry_check_refuse(checker, ERR_INPUT, "value", "is not a web address")
                   : OK;
    case ENTRY_CONTACT_EMAIL:
        return email_is_valid(contact->value)
                   ? OK
                   : entry_check_refuse(checker, ERR_INPUT, "value", "is not an e-mail address");
    case ENTRY_CONTACT_TELEPHONE:
        return telephone_is_valid(contact->value)
                   ? OK
                   : entry_check_refuse(checker, ERR_INPUT, "value", "is not a telephone number");
    case ENTRY_CONTACT__COUNT:
        break;
    }
    return entry_check_refuse(checker, ERR_INPUT, "kind", "is not known");
}

static err date_check(const struct entry_checker *checker, struct entry_date *date) {
    TRY(fields_check(checker, &entry_date_fields, date));
    if (date->role >= ENTRY_DATE__COUNT) {
        return entry_check_refuse(checker, ERR_INPUT, "role", "is not known");
    }
    if (date->start.precision == DATE_UNKNOWN) {
        return entry_check_refuse(checker, ERR_INPUT, "start", "is missing");
    }
    int64_t start_last = 0;
    int64_t end_first = 0;
    if (date_range_ms(&date->start, date->zone, &date->first_ms, &start_last) != OK) {
        return entry_check_refuse(checker, ERR_INPUT, "zone", "is not a time zone known here");
    }
    date->last_ms = start_last;
    /* RULE ENTRY-1 */
    if (date->rule.n && !entry_date_rule_holds(date)) {
        return entry_check_refuse(checker, ERR_INPUT, "rule",
                                  "is no rule as FREQ=WEEKLY;UNTIL=20270630 of a day that happens, "
                                  "which ends within two years after at most 366 dates");
    }
    if (date->end.precision == DATE_UNKNOWN) {
        return OK;
    }
    TRY(date_range_ms(&date->end, date->zone, &end_first, &date->last_ms));
    if (date->last_ms < date->first_ms) {
        return entry_check_refuse(checker, ERR_INPUT, "end", "is before the start");
    }
    return OK;
}

static err figure_check(const struct entry_checker *checker, struct entry_figure *figure) {
    TRY(fields_check(checker, &entry_figure_fields, figure));
    if (figure->value.n == 0) {
        return entry_check_refuse(checker, ERR_INPUT, "value", "is missing");
    }
    return OK;
}

static err link_check(const struct entry_checker *checker, struct entry_link *link) {
    TRY(fields_check(checker, &entry_link_fields, link));
    if (!text_is_slug(link->relation, ENTRY_TEXT_MAX)) {
        return entry_check_refuse(checker, ERR_INPUT, "relation", "is not a word of a-z and -");
    }
    if (link->target_key.n == 0) {
        return entry_check_refuse(checker, ERR_INPUT, "target", "is missing");
    }
    if (slice_contains(link->target_key, SLICE("://")) && !entry_url_is_valid(link->target_key)) {
        return entry_check_refuse(checker, ERR_INPUT, "target", "is not a web address");
    }
    return OK;
}

static err media_check(const struct entry_checker *checker, struct entry_media *media) {
    TRY(fields_check(checker, &entry_media_fields, media));
    if (media->kind >= ENTRY_MEDIA__COUNT) {
        return entry_check_refuse(checker, ERR_INPUT, "kind", "is not known");
    }
    struct entry_picture picture;
    struct entry_document document;
    if (entry_media_picture(media, &picture) || entry_media_document(media, &document)) {
        return OK;
    }
    return url_check(checker, "url", &media->url);
}

static err ask_check(const struct entry_checker *checker, struct entry_ask *ask) {
    TRY(fields_check(checker, &entry_ask_fields, ask));
    if (ask->direction >= ENTRY_ASK_DIRECTION__COUNT || ask->sort >= ENTRY_ASK_SORT__COUNT) {
        return entry_check_refuse(checker, ERR_INPUT, "sort", "is not known");
    }
    if (ask->skill.n > 0 && !text_is_slug(ask->skill, ENTRY_TEXT_MAX)) {
        return entry_check_refuse(checker, ERR_INPUT, "skill", "is not a slug of a-z, 0-9 and -");
    }
    if (ask->text.n == 0 && ask->skill.n == 0) {
        return entry_check_refuse(checker, ERR_INPUT, "text", "is missing");
    }
    return OK;
}

static err count_check(const struct entry_checker *checker, const char *key, uint32_t count,
                       uint32_t most) {
    return count > most ? entry_check_refuse(checker, ERR_LIMIT, key, "has too many items") : OK;
}

/* Calls the check of one kind of item on each, with its place for the message. */
#define EACH_CHECK(checker, name, entry, items, count, item_check)                                 \
    do {                                                                                           \
        TRY(count_check((checker), (name), (entry)->count, ENTRY_LIST_MAX));                       \
        struct entry_checker inner_ = *(checker);                                                  \
        inner_.list = (name);                                                                      \
        for (uint32_t i_ = 0; i_ < (entry)->count; i_++) {                                         \
            inner_.position = i_;                                                                  \
            TRY(item_check(&inner_, &(entry)->items[i_]));                                         \
        }                                                                                          \
    } while (0)

/* Needs and offers are one list here and two in the document: a message names the document's. */
static err asks_check(const struct entry_checker *checker, struct entry *entry) {
    long positions[ENTRY_ASK_DIRECTION__COUNT] = {0, 0};
    TRY(count_check(checker, "needs", entry->ask_count, 2 * ENTRY_LIST_MAX));
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        struct entry_ask *ask = &entry->asks[i];
        struct entry_checker inner = *checker;
        bool offer = ask->direction == ENTRY_OFFER;
        inner.list = offer ? "offers" : "needs";
        inner.position = positions[offer]++;
        TRY(ask_check(&inner, ask));
    }
    return OK;
}

/* Cleans the words of a list, drops empty and repeated ones. */
static err words_check(const struct entry_checker *checker, const char *key, slice *words,
                       uint32_t *count) {
    TRY(count_check(checker, key, *count, ENTRY_LIST_MAX));
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++) {
        slice word = words[i];
        text_clean(checker, false, &word);
        word = slice_trim(word);
        if (word.n > ENTRY_TITLE_MAX || !text_is_utf8(word)) {
            return entry_check_refuse(checker, ERR_INPUT, key, "has a word that is too long");
        }
        bool known = word.n == 0;
        for (uint32_t k = 0; k < kept && !known; k++) {
            known = slice_equal(words[k], word);
        }
        if (!known) {
            words[kept++] = word;
        }
    }
    *count = kept;
    return OK;
}

static err themes_check(const struct entry_checker *checker, struct entry *entry) {
    TRY(words_check(checker, "themes", entry->themes, &entry->theme_count));
    for (uint32_t i = 0; checker->themes && i < entry->theme_count; i++) {
        if (themes_find(checker->themes, entry->themes[i]) == THEME_NONE) {
            char what[120];
            snprintf(what, sizeof(what), "no theme is called \"%.*s\"",
                     SLICE_ARG(slice_sub(entry->themes[i], 0, 60)));
            return entry_check_refuse(checker, ERR_INPUT, "themes", what);
        }
    }
    return OK;
}

static uint32_t translated_room(const struct entry *entry, enum entry_translated field) {
    uint32_t needs = 0;
    for (uint32_t i = 0; i < entry->ask_count; i++) {
        needs += entry->asks[i].direction == ENTRY_NEED;
    }
    switch (field) {
    case ENTRY_TR_TITLE:
    case ENTRY_TR_SUMMARY:
    case ENTRY_TR_DESCRIPTION:
        return 1;
    case ENTRY_TR_FIGURE:
        return entry->figure_count;
    case ENTRY_TR_NEED:
        return needs;
    case ENTRY_TR_OFFER:
        return entry->ask_count - needs;
    case ENTRY_TR__COUNT:
        break;
    }
    return 0;
}

static err translations_check(const struct entry_checker *checker, struct entry *entry) {
    static const size_t most[ENTRY_TR__COUNT] = {
        [ENTRY_TR_TITLE] = ENTRY_TITLE_MAX,
        [ENTRY_TR_SUMMARY] = ENTRY_SUMMARY_MAX,
        [ENTRY_TR_DESCRIPTION] = ENTRY_DESCRIPTION_MAX,
        [ENTRY_TR_FIGURE] = ENTRY_TEXT_MAX,
        [ENTRY_TR_NEED] = ENTRY_TEXT_MAX,
        [ENTRY_TR_OFFER] = ENTRY_TEXT_MAX,
    };
    struct entry_checker inner = *checker;
    inner.list = "translations";
    TRY(count_check(checker, "translations", entry->translation_count, ENTRY_TRANSLATION_MAX));
    for (uint32_t i = 0; i < entry->translation_count; i++) {
        struct entry_translation *one = &entry->translations[i];
        if (!language_is_valid(one->language)) {
            return entry_check_refuse(checker, ERR_INPUT, "translations",
                                      "has a key that is not a language");
        }
        if (one->position >= translated_room(entry, one->field)) {
            return entry_check_refuse(&inner, ERR_INPUT, entry_translated_slug(one->field).p,
                                      "has more texts than the original");
        }
        text_clean(checker, one->field == ENTRY_TR_DESCRIPTION || one->field == ENTRY_TR_SUMMARY,
                   &one->value);
        if (one->value.n > most[one->field] || !text_is_utf8(one->value)) {
            return entry_check_refuse(&inner, ERR_LIMIT, entry_translated_slug(one->field).p,
                                      "is too long");
        }
    }
    return OK;
}

static err enums_check(const struct entry_checker *checker, struct entry *entry) {
    if (entry->status == 0) {
        entry->status = ENTRY_PUBLISHED;
    }
    if (entry->kind >= ENTRY_KIND__COUNT) {
        return entry_check_refuse(checker, ERR_INPUT, "kind", "is not known");
    }
    if (entry->state >= ENTRY_STATE__COUNT) {
        return entry_check_refuse(checker, ERR_INPUT, "state", "is not known");
    }
    if (entry->status >= ENTRY_STATUS__COUNT) {
        return entry_check_refuse(checker, ERR_INPUT, "status", "is not known");
    }
    if (entry->wheelchair >= ENTRY_WHEELCHAIR__COUNT) {
        return entry_check_refuse(checker, ERR_INPUT, "wheelchair", "is not known");
    }
    return OK;
}

static err texts_check(const struct entry_checker *checker, struct entry *entry) {
    TRY(fields_check(checker, &entry_fields, entry));
    if (entry->title.n == 0) {
        return entry_check_refuse(checker, ERR_INPUT, "title", "is missing");
    }
    if (entry->language.n == 0) {
        entry->language = SLICE("fr");
    }
    if (!language_is_valid(entry->language)) {
        return entry_check_refuse(checker, ERR_INPUT, "language", "is not a language as fr or en");
    }
    if (entry->source_url.n > 0) {
        TRY(url_check(checker, "source_url", &entry->source_url));
    }
    if (entry->source_key.n > ENTRY_TEXT_MAX || !text_is_utf8(entry->source_key)) {
        return entry_check_refuse(checker, ERR_LIMIT, "id", "is too long");
    }
    return OK;
}

static bool is_maturity(slice text) {
    for (size_t i = 0; i < ENTRY_MATURITIES; i++) {
        if (slice_equal(entry_maturities[i], text)) {
            return true;
        }
    }
    return false;
}

/* The numbers lose their spaces before they are judged. */
static err details_check(const struct entry_checker *checker, struct entry *entry) {
    slice *siret = &entry->details[ENTRY_DETAIL_SIRET];
    slice *rna = &entry->details[ENTRY_DETAIL_RNA];
    slice maturity = entry->details[ENTRY_DETAIL_MATURITY];
    TRY(fields_check(checker, &entry_detail_fields, entry));
    if (siret->n) {
        *siret = entry_number_clean(*siret, checker->arena);
        if (!entry_siret_is_valid(*siret)) {
            return entry_check_refuse(checker, ERR_INPUT, "siret", "is not a SIRET of 14 digits");
        }
    }
    if (rna->n) {
        *rna = entry_number_clean(*rna, checker->arena);
        if (!entry_rna_is_valid(*rna)) {
            return entry_check_refuse(checker, ERR_INPUT, "rna", "is not W and 9 digits");
        }
    }
    return maturity.n == 0 || is_maturity(maturity)
               ? OK
               : entry_check_refuse(checker, ERR_INPUT, "maturity",
                                    "is not idea, prototype, tested, used or widespread");
}

err entry_media_check(struct entry_media *media, uint32_t count, struct arena *arena,
                      struct problem *problem) {
    const struct entry_checker checker = {
        .arena = arena, .problem = problem, .list = "", .position = -1};
    const struct {
        struct entry_media *media;
        uint32_t media_count;
    } list = {media, count};
    EACH_CHECK(&checker, "media", &list, media, media_count, media_check);
    return OK;
}

err entry_check(struct entry *entry, const struct territories *territories,
                const struct themes *themes, struct arena *arena, struct problem *problem) {
    struct entry_checker checker = {.territories = territories,
                                    .themes = themes,
                                    .arena = arena,
                                    .problem = problem,
                                    .list = "",
                                    .position = -1};
    TRY(enums_check(&checker, entry));
    TRY(texts_check(&checker, entry));
    TRY(details_check(&checker, entry));
    TRY(themes_check(&checker, entry));
    TRY(words_check(&checker, "tags", entry->tags, &entry->tag_count));
    EACH_CHECK(&checker, "contacts", entry, contacts, contact_count, contact_check);
    EACH_CHECK(&checker, "dates", entry, dates, date_count, date_check);
    EACH_CHECK(&checker, "figures", entry, figures, figure_count, figure_check);
    EACH_CHECK(&checker, "links", entry, links, link_count, link_check);
    EACH_CHECK(&checker, "media", entry, media, media_count, media_check);
    TRY(asks_check(&checker, entry));
    TRY(translations_check(&checker, entry));
    struct entry_checker place = checker;
    place.list = "place";
    TRY(fields_check(&place, &entry_place_fields, entry));
    return entry_check_place(&place, entry);
}
