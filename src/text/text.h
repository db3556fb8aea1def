/* text: what words are. UTF-8, folding, tokens, stems, slugs, likeness. Locale-free. */
#ifndef AGORA_TEXT_H
#define AGORA_TEXT_H

#include "base/base.h"

bool text_is_utf8(slice text); /* RFC 3629: no surrogates, no overlong forms, no NUL */
/* Index of the first byte that is not UTF-8, or text.n. */
size_t text_utf8_error(slice text);
void text_from_windows_1252(slice bytes, struct buf *out); /* appends UTF-8 */
/* Undoes UTF-8 that was read as Windows-1252 and encoded again ("fÃªtes" -> "fêtes"), once. False,
 * and nothing appended, when the text does not show that pattern throughout, or when the outcome
 * would not be Western letters and punctuation. */
bool text_mend_double_encoding(slice text, struct buf *out);

/* Composed form (NFC, Unicode Annex 15). False, and nothing appended, when the text has it. */
bool text_compose(slice text, struct buf *out);
/* For names and other one-line texts: marks of direction and of no width go (joiners stay behind
 * letters that need them), full-width signs and spaces become ASCII, line separators a space.
 * False, and nothing appended, when there is none of them. */
bool text_one_line(slice text, struct buf *out);

/* Folded form for comparing and searching: compatibility decomposition, no marks, lower case,
 * œ -> oe, æ -> ae, ß -> ss, ø -> o, ł -> l, đ -> d, every apostrophe -> ', every dash -> -, white
 * space and control runs -> one space, none at the ends. Folding twice changes nothing. */
void text_fold(slice text, struct buf *out);
/* What a text looks like, for telling names apart: folded, with Latin letters for those of other
 * scripts that a reader takes for them ("Аgоrа" in Cyrillic, "Ag0ra", "AGORA" are one), i, 1 and l
 * as one letter, rn as m, vv as w; words apart by one space, without other ASCII signs. It is not
 * for showing. */
void text_skeleton(slice text, struct buf *out);
/* "Saint-Étienne d’Œuf" -> "saint-etienne-d-oeuf"; at most `limit` bytes (never more than
 * TEXT_SLUG_MAX), cut at a hyphen. Only [a-z0-9-]: nothing when no such letter is there. */
#define TEXT_SLUG_MAX 255
void text_slug(slice text, size_t limit, struct buf *out);
/* Whether it may be one: 1 to `limit` of [a-z0-9-], no hyphen at either end. */
bool text_is_slug(slice text, size_t limit);
/* First `codepoints` characters, cut at a word end when one is near. */
slice text_clip(slice text, size_t codepoints);
/* At most the first `bytes`, no character cut. */
slice text_cut(slice text, size_t bytes);
size_t text_codepoints(slice text);

/* Appends a domain name as the network has it: small letters, labels of other scripts as Punycode
 * ("Bücher.example" -> "xn--bcher-kva.example"; IDNA, RFC 5890 and 3492). ERR_INPUT when it is
 * none: empty labels, signs that are no letter, digit or inner hyphen, over 63 bytes in one. */
MUST_USE err text_domain_ascii(slice domain, struct buf *out);
/* The part of a domain name that somebody registered: "atelier.asso.fr" of "www.atelier.asso.fr",
 * "atelier.github.io" of itself, by the Public Suffix List (publicsuffix.org) with its private
 * part, where each customer of a host is somebody of their own. In small letters; the result lies
 * within it. Empty: it is a suffix itself, or no name. */
slice text_domain_registered(slice domain);

/* Walks the words of a FOLDED text: runs of letters and digits; "l'eau" gives l, eau;
 * "co-voiturage" gives co, voiturage. False at the end. */
struct text_words {
    slice rest;
};
bool text_words_next(struct text_words *words, slice *word);
bool text_is_stop_word(slice folded_word); /* French and English, one sorted table */

enum text_language { TEXT_FRENCH, TEXT_ENGLISH, TEXT_LANGUAGE__COUNT };
/* Snowball stemmers; not shared between threads. */
struct text_stemmer;
struct text_stemmer *text_stemmer_new(void); /* NULL without memory */
void text_stemmer_free(struct text_stemmer *stemmer);
/* Stem of a folded word. Valid until the next call for the same language. */
slice text_stem(struct text_stemmer *stemmer, enum text_language language, slice folded_word);

/* True when a and b differ by at most one insertion, deletion, substitution or swap of neighbours,
 * counted in code points. */
bool text_within_one_typo(slice a, slice b);

#endif
