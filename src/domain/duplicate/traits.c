/* What of an entry is compared: the words of its name, its contacts, the numbers it is registered
 * under; and the keys by which others that share them are found. */
#include <stdlib.h>

#include "base/hash.h"
#include "domain/duplicate/duplicate_int.h"

#define TEXT_MAX      4096 /* bytes of one normalised value */
#define KEY_SEED      UINT64_C(0x6475706c69636174)
#define PLAIN_WEIGHT  10
#define COMMON_WEIGHT 3
#define CONTACT_KEY   40 /* as much as four words of a name */
#define SIRET_DIGITS  14
#define RNA_DIGITS    9

/* Words that say what sort of thing it is, and not which one: folded, in the singular, sorted. */
static const char *const common_words[] = {
    "accueil",     "agricole",      "agriculture",   "alimentaire",  "amap",         "amis",
    "animation",   "arts",          "asso",          "associatif",   "association",  "associative",
    "atelier",     "autopartage",   "benevole",      "bibliotheque", "bio",          "boite",
    "bourse",      "boutique",      "bus",           "cafe",         "cantine",      "centre",
    "chantier",    "citoyen",       "citoyenne",     "club",         "coin",         "collecte",
    "collectif",   "collective",    "colloque",      "comite",       "commun",       "commune",
    "compost",     "composteur",    "composteurs",   "conference",   "cooperative",  "cours",
    "covoiturage", "coworking",     "cuisine",       "culture",      "culturel",     "culturelle",
    "cycle",       "defi",          "don",           "durable",      "eau",          "ecole",
    "ecolieu",     "ecologie",      "ecologique",    "education",    "energie",      "energies",
    "entraide",    "environnement", "epicerie",      "espace",       "familial",     "ferme",
    "festival",    "fete",          "fondation",     "forum",        "foyer",        "france",
    "friperie",    "grainotheque",  "gratuite",      "groupe",       "habitat",      "information",
    "infos",       "insertion",     "jardin",        "jeu",          "jeunesse",     "jeux",
    "journee",     "journees",      "laboratoire",   "lieu",         "livre",        "livres",
    "local",       "locale",        "logement",      "magasin",      "mairie",       "maison",
    "marche",      "mediatheque",   "mediation",     "mobilite",     "municipal",    "municipale",
    "nature",      "numerique",     "objet",         "outil",        "panier",       "partage",
    "partagee",    "participatif",  "participative", "pedagogique",  "place",        "plage",
    "point",       "populaire",     "potager",       "pratique",     "producteur",   "projet",
    "public",      "publique",      "quartier",      "recyclage",    "recyclerie",   "rencontre",
    "repair",      "reparation",    "reseau",        "ressource",    "ressourcerie", "restaurant",
    "rural",       "rurale",        "salle",         "seconde",      "service",      "social",
    "sociale",     "soiree",        "solidaire",     "solidarite",   "station",      "structure",
    "systeme",     "territoire",    "theatre",       "tiers",        "transition",   "vegetal",
    "velo",        "vente",         "vert",          "verte",        "vie",          "village",
    "ville",       "vrac",          "zero"};

static int compare_word(const void *wanted, const void *item) {
    return slice_compare(*(const slice *)wanted, slice_from_cstr(*(const char *const *)item));
}

static bool is_common(slice word) {
    bool is_plural = word.n > 3 && (word.p[word.n - 1] == 's' || word.p[word.n - 1] == 'x');
    slice singular = slice_sub(word, 0, word.n - (is_plural ? 1 : 0));
    return bsearch(&word, common_words, ARRAY_COUNT(common_words), sizeof *common_words,
                   compare_word) ||
           bsearch(&singular, common_words, ARRAY_COUNT(common_words), sizeof *common_words,
                   compare_word);
}

/* ---- the name ---- */

static const char stemmer_key;

static void *stemmer_make(void) {
    return text_stemmer_new();
}

static void stemmer_free(void *stemmer) {
    text_stemmer_free(stemmer);
}

static slice folded(slice text, struct arena *arena) {
    BUF_CLEANUP struct buf out = buf_new(TEXT_MAX);
    text_fold(slice_sub(text, 0, TEXT_MAX / 4), &out); /* a letter may become several */
    return arena_copy(arena, buf_slice(&out));
}

static bool has_word(slice text, slice word) {
    struct text_words words = {text};
    slice one;
    while (text_words_next(&words, &one)) {
        if (slice_equal(one, word)) {
            return true;
        }
    }
    return false;
}

/* Without the words of the commune, which all of its entries may have. */
static void words_read(struct text_stemmer *stemmer, slice name, slice place, struct arena *arena,
                       struct duplicate_traits *traits) {
    struct text_words words = {name};
    slice word;
    while (traits->word_count < DUPLICATE_WORDS_MAX && text_words_next(&words, &word)) {
        if (text_is_stop_word(word) || has_word(place, word)) {
            continue;
        }
        slice stem = arena_copy(arena, stemmer ? text_stem(stemmer, TEXT_FRENCH, word) : word);
        bool is_new = true;
        for (size_t i = 0; i < traits->word_count; i++) {
            is_new = is_new && !slice_equal(traits->words[i].stem, stem);
        }
        traits->joined = arena_join(arena, traits->joined, word);
        if (is_new) {
            traits->words[traits->word_count++] = (struct duplicate_word){
                .stem = stem, .weight = is_common(word) ? COMMON_WEIGHT : PLAIN_WEIGHT};
        }
    }
}

/* ---- contacts ---- */

static void contact_add(struct duplicate_traits *traits, enum duplicate_reason sort, slice value,
                        struct arena *arena) {
    for (size_t i = 0; i < traits->contact_count; i++) {
        if (traits->contacts[i].sort == sort && slice_equal(traits->contacts[i].value, value)) {
            return;
        }
    }
    if (value.n > 0 && traits->contact_count < DUPLICATE_CONTACTS_MAX) {
        traits->contacts[traits->contact_count++] =
            (struct duplicate_contact){.sort = sort, .value = arena_copy(arena, value)};
    }
}

/* "https://www.Example.org/Garden/?utm_source=x#top" is "example.org/Garden". */
static void site_add(struct duplicate_traits *traits, slice url, struct arena *arena) {
    size_t scheme = slice_find_slice(url, 0, SLICE("://"));
    slice rest = scheme < url.n ? slice_sub(url, scheme + 3, url.n) : url;
    rest = slice_sub(rest, 0, slice_find(rest, 0, '#'));
    size_t slash = slice_find(rest, 0, '/');
    slice host = slice_sub(rest, 0, slash);
    slice path = slice_sub(rest, slash, rest.n);
    size_t mark = slice_find(path, 0, '?');
    slice query = slice_sub(path, mark, path.n);
    if (slice_starts_with(query, SLICE("?utm_")) || slice_starts_with(query, SLICE("?fbclid"))) {
        path = slice_sub(path, 0, mark);
    }
    while (slice_ends_with(path, SLICE("/"))) {
        path.n--;
    }
    BUF_CLEANUP struct buf out = buf_new(TEXT_MAX);
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        buf_add_char(&out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
    slice bare = buf_slice(&out);
    size_t www = slice_starts_with(bare, SLICE("www.")) ? 4 : 0;
    buf_add(&out, path);
    if (out.failed == OK) {
        contact_add(traits, DUPLICATE_SITE, slice_sub(buf_slice(&out), www, out.n), arena);
    }
}

/* "+33 (0)4 79 00 00 00", "0033479000000" and "04.79.00.00.00" are "479000000". */
static void telephone_add(struct duplicate_traits *traits, slice number, struct arena *arena) {
    char digits[32];
    size_t n = 0;
    for (size_t i = 0; i < number.n && n < sizeof digits; i++) {
        if (number.p[i] >= '0' && number.p[i] <= '9') {
            digits[n++] = number.p[i];
        }
    }
    slice all = slice_of(digits, n);
    if (slice_starts_with(all, SLICE("0033"))) {
        all = slice_sub(all, 4, n);
    } else if (slice_starts_with(all, SLICE("33")) && n >= 11) {
        all = slice_sub(all, 2, n);
    }
    if (slice_starts_with(all, SLICE("0"))) {
        all = slice_sub(all, 1, n);
    }
    if (all.n >= 8) {
        contact_add(traits, DUPLICATE_TELEPHONE, all, arena);
    }
}

/* The check digit of a SIRET (Luhn). */
static bool is_siret(const char digits[SIRET_DIGITS]) {
    int sum = 0;
    for (int i = 0; i < SIRET_DIGITS; i++) {
        int digit = digits[i] - '0';
        int doubled = i % 2 == 0 ? 2 * digit : digit;
        sum += doubled > 9 ? doubled - 9 : doubled;
    }
    return sum > 0 && sum % 10 == 0;
}

/* Numbers of registers that stand in a text: "SIRET 732 829 320 00074", "W731001234". */
static void numbers_add(struct duplicate_traits *traits, slice text, struct arena *arena) {
    char digits[SIRET_DIGITS];
    size_t n = 0;
    bool is_rna = false;
    for (size_t i = 0; i <= text.n; i++) {
        char c = i < text.n ? text.p[i] : '.';
        if (c >= '0' && c <= '9') {
            if (n < SIRET_DIGITS) {
                digits[n] = c;
            }
            n++;
            continue;
        }
        bool is_within = c == ' ' && n > 0 && !is_rna && i + 1 < text.n && text.p[i + 1] >= '0' &&
                         text.p[i + 1] <= '9';
        if (is_within) {
            continue;
        }
        if ((n == SIRET_DIGITS && is_siret(digits)) || (is_rna && n == RNA_DIGITS)) {
            contact_add(traits, DUPLICATE_NUMBER, slice_of(digits, n), arena);
        }
        n = 0;
        is_rna = c == 'W';
    }
}

static void contacts_read(const struct entry *entry, struct arena *arena,
                          struct duplicate_traits *traits) {
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        const struct entry_contact *contact = &entry->contacts[i];
        if (contact->visibility != ENTRY_VISIBLE_PUBLIC) {
            continue;
        }
        switch (contact->kind) {
        case ENTRY_CONTACT_WEBSITE:
        case ENTRY_CONTACT_SOCIAL:
            site_add(traits, contact->value, arena);
            break;
        case ENTRY_CONTACT_EMAIL:
            contact_add(traits, DUPLICATE_MAIL, folded(contact->value, arena), arena);
            break;
        case ENTRY_CONTACT_TELEPHONE:
            telephone_add(traits, contact->value, arena);
            break;
        case ENTRY_CONTACT_FORM:
        case ENTRY_CONTACT__COUNT:
            break;
        }
    }
    numbers_add(traits, entry->source_key, arena);
    numbers_add(traits, entry->description, arena);
    numbers_add(traits, entry->source_note, arena);
}

struct duplicate_traits *duplicate_traits_make(struct db_conn *conn,
                                               const struct territories *territories,
                                               const struct entry_public *entry,
                                               struct arena *arena) {
    struct duplicate_traits *traits = arena_new(arena, struct duplicate_traits, 1);
    traits->entry = entry;
    traits->commune = TERRITORY_NONE;
    traits->joined = SLICE_EMPTY;
    slice place = entry->entry.place.city;
    if (entry->territory != TERRITORY_NONE) {
        const struct territory *territory = &territories->items[entry->territory];
        place = territory->name;
        traits->commune = territory->level == TERRITORY_COMMUNE ? entry->territory : TERRITORY_NONE;
    }
    struct text_stemmer *stemmer = db_companion(conn, &stemmer_key, stemmer_make, stemmer_free);
    slice name = folded(entry->entry.title, arena);
    words_read(stemmer, name, folded(place, arena), arena, traits);
    if (traits->word_count == 0) { /* named by its commune alone */
        words_read(stemmer, name, SLICE_EMPTY, arena, traits);
    }
    contacts_read(&entry->entry, arena, traits);
    return traits;
}

/* ---- keys ---- */

static int64_t key_of(unsigned sort, slice value, slice place) {
    uint64_t hash = hash_bytes(value, KEY_SEED + sort);
    return (int64_t)hash_mix(hash, hash_bytes(place, KEY_SEED));
}

/* Of a word without doubled letters: the misspelling that is met most. */
static slice skeleton(slice word, char *room, size_t bytes) {
    size_t n = 0;
    for (size_t i = 0; i < word.n && n < bytes; i++) {
        if (n == 0 || room[n - 1] != word.p[i]) {
            room[n++] = word.p[i];
        }
    }
    return slice_of(room, n);
}

/* A word of a name only counts within the commune, else within what else is known of the place; the
 * name in one word likewise. */
size_t duplicate_keys(const struct duplicate_traits *traits,
                      struct duplicate_key keys[DUPLICATE_KEYS_MAX]) {
    char room[TEXT_MAX];
    size_t count = 0;
    slice place = traits->entry->entry.place.territory;
    for (size_t i = 0; i < traits->contact_count; i++) {
        const struct duplicate_contact *contact = &traits->contacts[i];
        keys[count++] = (struct duplicate_key){
            .value = key_of((unsigned)contact->sort, contact->value, SLICE_EMPTY),
            .weight = CONTACT_KEY};
    }
    for (size_t i = 0; i < traits->word_count; i++) {
        slice word = skeleton(traits->words[i].stem, room, sizeof room);
        keys[count++] = (struct duplicate_key){.value = key_of(DUPLICATE_NAME, word, place),
                                               .weight = traits->words[i].weight};
    }
    if (traits->word_count > 1) {
        slice joined = skeleton(traits->joined, room, sizeof room);
        keys[count++] = (struct duplicate_key){.value = key_of(DUPLICATE_NAME_NEAR, joined, place),
                                               .weight = CONTACT_KEY};
    }
    return count;
}
