/* When a date comes again, in words. */
#include "domain/entry/series.h"

#include "face/web/page/page.h"

static const char *const weekdays[] = {N_("le lundi"),   N_("le mardi"),    N_("le mercredi"),
                                       N_("le jeudi"),   N_("le vendredi"), N_("le samedi"),
                                       N_("le dimanche")};
static const char *const first_to_last[][7] = {
    {N_("le dernier lundi"), N_("le dernier mardi"), N_("le dernier mercredi"),
     N_("le dernier jeudi"), N_("le dernier vendredi"), N_("le dernier samedi"),
     N_("le dernier dimanche")},
    {N_("le premier lundi"), N_("le premier mardi"), N_("le premier mercredi"),
     N_("le premier jeudi"), N_("le premier vendredi"), N_("le premier samedi"),
     N_("le premier dimanche")},
    {N_("le deuxième lundi"), N_("le deuxième mardi"), N_("le deuxième mercredi"),
     N_("le deuxième jeudi"), N_("le deuxième vendredi"), N_("le deuxième samedi"),
     N_("le deuxième dimanche")},
    {N_("le troisième lundi"), N_("le troisième mardi"), N_("le troisième mercredi"),
     N_("le troisième jeudi"), N_("le troisième vendredi"), N_("le troisième samedi"),
     N_("le troisième dimanche")},
    {N_("le quatrième lundi"), N_("le quatrième mardi"), N_("le quatrième mercredi"),
     N_("le quatrième jeudi"), N_("le quatrième vendredi"), N_("le quatrième samedi"),
     N_("le quatrième dimanche")},
};
static const struct {
    const char *each, *every; /* "%1" is the number */
} steps[] = {
    {N_("Chaque jour"), N_("Tous les %1 jours")},
    {N_("Chaque semaine"), N_("Toutes les %1 semaines")},
    {N_("Chaque mois"), N_("Tous les %1 mois")},
    {N_("Chaque année"), N_("Tous les %1 ans")},
};

/* ", le mardi, le jeudi et le samedi" */
static void add_weekdays(const struct i18n_language *language, unsigned bits, struct buf *text) {
    for (unsigned day = 0; day < ARRAY_COUNT(weekdays); day++) {
        bool is_last = bits >> day == 1;
        if (!(bits & 1u << day)) {
            continue;
        }
        buf_add(text, is_last && (bits & (bits - 1)) ? i18n(language, N_(" et ")) : SLICE(", "));
        buf_add(text, i18n(language, weekdays[day]));
    }
}

static void add_days(const struct i18n_language *language, const struct series_rule *rule,
                     struct buf *text) {
    size_t nth = rule->nth < 0 ? 0 : (size_t)rule->nth;
    add_weekdays(language, rule->weekdays, text);
    if (rule->nth && nth < ARRAY_COUNT(first_to_last)) {
        buf_add_cstr(text, ", ");
        buf_add(text, i18n(language, first_to_last[nth][rule->weekday]));
    }
}

slice series_text(struct page *page, slice written) {
    const struct i18n_language *language = page->html.language;
    struct buf text BUF_CLEANUP = buf_new(1024);
    struct buf until BUF_CLEANUP = buf_new(128);
    struct series_rule rule;
    if (!series_rule_read(written, &rule)) {
        return SLICE_EMPTY;
    }
    if (rule.interval == 1) {
        buf_add(&text, i18n(language, steps[rule.frequency].each));
    } else {
        slice number = arena_printf(page->arena, "%u", rule.interval);
        i18n_tf(language, steps[rule.frequency].every, &number, 1, &text);
    }
    add_days(language, &rule, &text);
    if (rule.count) {
        buf_add_cstr(&text, ", ");
        i18n_tn(language, "%n fois", "%n fois", rule.count, &text);
    } else {
        i18n_date(language, &rule.until, I18N_DATE_PLAIN, &until);
        slice day = buf_slice(&until);
        i18n_tf(language, N_(", jusqu’au %1"), &day, 1, &text);
    }
    return arena_copy(page->arena, buf_slice(&text));
}
