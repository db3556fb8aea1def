/* Translations from .po files, compiled by msgfmt and embedded; no dependence on system locales. */
#ifndef AGORA_HTML_I18N_H
#define AGORA_HTML_I18N_H

#include "base/base.h"

struct i18n_language;
struct i18n; /* all languages */

/* `catalogues` are the bytes of .mo files (borrowed, must outlive), named by language code. French
 * is the source language and needs none. ERR_CORRUPT names the one that does not parse. */
struct i18n_catalogue {
    slice language;
    slice mo;
};
MUST_USE err i18n_new(const struct i18n_catalogue *catalogues, size_t count, struct i18n **i18n,
                      struct problem *problem);
void i18n_free(struct i18n *i18n);
/* The language by code, French when it is not there. */
const struct i18n_language *i18n_language(const struct i18n *i18n, slice code);
slice i18n_code(const struct i18n_language *language);   /* "fr" */
size_t i18n_index(const struct i18n_language *language); /* 0 fr, 1 en: as in theme labels */

/* The translation of a French text, or that text. */
slice i18n(const struct i18n_language *language, const char *message);
slice i18n_plural(const struct i18n_language *language, const char *one, const char *many,
                  int64_t n);

/* The same with values in their places, as plain text: "%1" … "%4" are replaced by the values, "%n"
 * by the number, grouped. French elides before them, see i18n_elides. */
void i18n_tf(const struct i18n_language *language, const char *message, const slice *values,
             size_t count, struct buf *out);
void i18n_tn(const struct i18n_language *language, const char *one, const char *many, int64_t n,
             struct buf *out);

/* Takes what stands before the first "%1" … "%9" of a message off `*rest`, and that sign itself;
 * `*value` counts from 0. False, with the rest untouched, when there is none. */
bool i18n_cut(slice *rest, slice *before, size_t *value);
/* French says " d’Odette", not " de Odette": takes the "e " off the end of `*before` and is true
 * when an apostrophe stands in its place. An h may be aspirated or not, so before one nothing
 * changes. */
bool i18n_elides(const struct i18n_language *language, slice *before, slice value);

/* Language-dependent writing: 15 756 / 15,756; "samedi 28 novembre 2026", "sam. 28 nov., 14 h",
 * "printemps 2022"; "à 2 km", "à 350 m". */
void i18n_number(const struct i18n_language *language, int64_t n, struct buf *out);
enum i18n_date_form {
    I18N_DATE_LONG,
    I18N_DATE_SHORT,
    I18N_DATE_PLAIN /* without the weekday: "28 novembre 2026" */
};
void i18n_date(const struct i18n_language *language, const struct date *date,
               enum i18n_date_form form, struct buf *out);
/* The hour of a date known to the minute: "14 h 30", "14:30". */
void i18n_hour(const struct i18n_language *language, const struct date *date, struct buf *out);
void i18n_distance(const struct i18n_language *language, double metres, struct buf *out);

#endif
