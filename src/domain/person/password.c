/* Passwords that are guessed first: too short, of one key or row of keys, or made of what everybody
 * knows of its owner. No list of stolen ones stands here: of at least twelve characters few are. */
#include <string.h>

#include "domain/person/person_int.h"
#include "text/text.h"

#define LEFT_MIN     6 /* characters that are nobody else's to know */
#define DISTINCT_MIN 5
#define KNOWN_MIN    3 /* characters of a word that is looked for */
#define FOLDS_TO_MAX (PERSON_PASSWORD_MAX * 12)

/* Folded. */
static const char *const rows[] = {"abcdefghijklmnopqrstuvwxyz", "01234567890",
                                   "azertyuiopqsdfghjklmwxcvbn", "qwertyuiopasdfghjklzxcvbnm",
                                   "qwertzuiopasdfghjklyxcvbnm"};
static const char *const common[] = {
    "admin", "amour", "azerty", "bonjour", "changeme", "chocolat", "chouchou", "coucou", "doudou",
    "dragon", "football", "iloveyou", "jetaime", "letmein", "loulou", "maison", "marseille",
    "monkey", "motdepasse", "mdp", "papillon", "password", "princess", "qwerty", "secret", "soleil",
    "sunshine", "superman", "welcome",
    /* what is changed every so often is changed to these */
    "printemps", "automne", "hiver", "spring", "summer", "autumn", "winter", "janvier", "fevrier",
    "avril", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre", "january",
    "february", "march", "april", "june", "july", "august", "september", "october", "november",
    "december", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "monday",
    "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

static bool are_neighbours(char a, char b) {
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const char *at = a ? strchr(rows[i], a) : NULL;
        if (at && (at[1] == b || (at > rows[i] && at[-1] == b))) {
            return true;
        }
    }
    return a == b;
}

/* Bytes of a folded text that stand behind their neighbour on a row, or repeat what went before. */
static bool is_walked(slice text) {
    bool seen[256] = {false};
    size_t distinct = 0;
    size_t steps = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char byte = (unsigned char)text.p[i];
        distinct += seen[byte] ? 0 : 1;
        seen[byte] = true;
        steps += i > 0 && are_neighbours(text.p[i - 1], text.p[i]) ? 1 : 0;
    }
    for (size_t period = 1; period <= text.n / 2; period++) {
        if (memcmp(text.p, text.p + period, text.n - period) == 0) {
            return true;
        }
    }
    return distinct < DISTINCT_MIN || steps + LEFT_MIN > text.n;
}

/* Takes a word out of a text, wherever it stands. */
static void take_out(char *text, size_t *n, slice word) {
    for (size_t i = 0; i + word.n <= *n;) {
        if (memcmp(text + i, word.p, word.n) == 0) {
            memmove(text + i, text + i + word.n, *n - i - word.n);
            *n -= word.n;
        } else {
            i++;
        }
    }
}

/* 1900 to 2099. */
static void take_out_years(char *text, size_t *n) {
    for (size_t i = 0; i + 4 <= *n;) {
        bool is_century =
            (text[i] == '1' && text[i + 1] == '9') || (text[i] == '2' && text[i + 1] == '0');
        if (is_century && text[i + 2] >= '0' && text[i + 2] <= '9' && text[i + 3] >= '0' &&
            text[i + 3] <= '9') {
            memmove(text + i, text + i + 4, *n - i - 4);
            *n -= 4;
        } else {
            i++;
        }
    }
}

/* "P@ssw0rd" as it is meant. */
static slice unmasked(slice text, struct arena *arena) {
    static const char masks[] = "@401357$!";
    static const char meant[] = "aaoiestsi";
    char *out = arena_new(arena, char, text.n + 1);
    for (size_t i = 0; i < text.n; i++) {
        const char *at = text.p[i] ? strchr(masks, text.p[i]) : NULL;
        out[i] = at ? meant[at - masks] : text.p[i];
    }
    return slice_of(out, text.n);
}

static slice folded(slice text, struct arena *arena) {
    BUF_CLEANUP struct buf out = buf_new(FOLDS_TO_MAX);
    text_fold(text, &out);
    return arena_copy(arena, buf_slice(&out));
}

static bool is_guessed(slice password, const slice *known, size_t count) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    slice text = folded(password, &scratch);
    char *left = arena_new(&scratch, char, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != ' ') {
            left[n++] = text.p[i];
        }
    }
    if (n == 0 || is_walked(slice_of(left, n))) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        struct text_words words = {folded(known[i], &scratch)};
        slice word;
        while (text_words_next(&words, &word)) {
            if (word.n >= KNOWN_MIN) {
                take_out(left, &n, word);
            }
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(common); i++) {
        take_out(left, &n, slice_from_cstr(common[i]));
    }
    take_out_years(left, &n);
    return n < LEFT_MIN || is_walked(slice_of(left, n));
}

err person_password_check(slice password, const slice *known, size_t count,
                          struct problem *problem) {
    if (text_codepoints(password) < PERSON_PASSWORD_MIN) {
        return problem_set(problem, ERR_INPUT, "password", "at least %d characters",
                           PERSON_PASSWORD_MIN);
    }
    if (password.n > PERSON_PASSWORD_MAX) {
        return problem_set(problem, ERR_LIMIT, "password", "at most %d bytes", PERSON_PASSWORD_MAX);
    }
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    return is_guessed(password, known, count) ||
                   is_guessed(unmasked(password, &scratch), known, count)
               ? problem_set(problem, ERR_CONFLICT, "password", "it is among the first to be tried")
               : OK;
}
