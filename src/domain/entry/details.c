/* The numbers by which France knows who acts, each by its own rule. */
#include "domain/entry/entry_int.h"

#define SIRET_DIGITS 14
#define RNA_SIGNS    10
/* La Poste has more offices than the rule of Luhn leaves numbers for. */
#define SIREN_LA_POSTE SLICE("356000000")

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

slice entry_number_clean(slice number, struct arena *arena) {
    char *clean = arena_new(arena, char, number.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < number.n; i++) {
        char byte = number.p[i];
        bool is_letter = byte >= 'a' && byte <= 'z';
        if (slice_starts_with(slice_sub(number, i, number.n), SLICE("\u00a0"))) {
            i++; /* people copy it with the spaces of a page */
        } else if (slice_starts_with(slice_sub(number, i, number.n), SLICE("\u202f"))) {
            i += 2;
        } else if (byte != ' ' && byte != '.' && byte != '-') {
            clean[n++] = is_letter ? (char)(byte - 'a' + 'A') : byte;
        }
    }
    return slice_of(clean, n);
}

/* Every second digit from the right is doubled (ISO/IEC 7812-1, annex B). */
static unsigned luhn_sum(slice digits) {
    unsigned sum = 0;
    for (size_t i = 0; i < digits.n; i++) {
        unsigned digit = (unsigned)(digits.p[digits.n - 1 - i] - '0');
        unsigned doubled = i % 2 ? 2 * digit : digit;
        sum += doubled > 9 ? doubled - 9 : doubled;
    }
    return sum;
}

static unsigned plain_sum(slice digits) {
    unsigned sum = 0;
    for (size_t i = 0; i < digits.n; i++) {
        sum += (unsigned)(digits.p[i] - '0');
    }
    return sum;
}

bool entry_siret_is_valid(slice siret) {
    for (size_t i = 0; i < siret.n; i++) {
        if (!is_digit(siret.p[i])) {
            return false;
        }
    }
    if (siret.n != SIRET_DIGITS || plain_sum(siret) == 0) {
        return false;
    }
    return luhn_sum(siret) % 10 == 0 ||
           (slice_starts_with(siret, SIREN_LA_POSTE) && plain_sum(siret) % 5 == 0);
}

/* "W", the prefecture (its third sign is a letter in Corsica and overseas: W2A, W9R), a number. */
bool entry_rna_is_valid(slice rna) {
    if (rna.n != RNA_SIGNS || rna.p[0] != 'W') {
        return false;
    }
    for (size_t i = 1; i < rna.n; i++) {
        bool is_letter = i == 2 && rna.p[i] >= 'A' && rna.p[i] <= 'Z';
        if (!is_digit(rna.p[i]) && !is_letter) {
            return false;
        }
    }
    return true;
}
