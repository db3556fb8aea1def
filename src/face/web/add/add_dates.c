/* When it happens: a day, hours, the clock they are read on, and whether it comes again. */
#include "domain/entry/series.h"
#include "face/web/add/adding.h"

static struct entry_date *happening(const struct entry *entry) {
    for (uint32_t i = 0; i < entry->date_count; i++) {
        if (entry->dates[i].role == ENTRY_DATE_HAPPENS) {
            return &entry->dates[i];
        }
    }
    return NULL;
}

static const struct date_field {
    const char *name, *label, *type;
    bool is_end, is_time;
} date_fields[] = {
    {"day", N_("Jour"), "date", false, false},
    {"from", N_("Heure de début"), "time", false, true},
    {"last", N_("Dernier jour, s’il y en a plusieurs"), "date", true, false},
    {"to", N_("Heure de fin"), "time", true, true},
};

/* A part of "2026-12-05T18:30". */
static slice date_part(const struct adding *adding, const struct date_field *field) {
    const struct entry_date *date = happening(&adding->draft.content);
    if (!date) {
        return SLICE_EMPTY;
    }
    struct buf text BUF_CLEANUP = buf_new(64);
    struct buf start BUF_CLEANUP = buf_new(64);
    date_format(field->is_end ? &date->end : &date->start, &text);
    date_format(&date->start, &start);
    size_t t = slice_find(buf_slice(&text), 0, 'T');
    slice day = slice_sub(buf_slice(&text), 0, t);
    if (field->is_time) {
        return arena_copy(adding->arena, slice_sub(buf_slice(&text), t + 1, sizeof "18:30"));
    }
    size_t start_t = slice_find(buf_slice(&start), 0, 'T');
    bool is_same_day = field->is_end && slice_equal(day, slice_sub(buf_slice(&start), 0, start_t));
    return is_same_day ? SLICE_EMPTY : arena_copy(adding->arena, day);
}

static void write_days(struct adding *adding) {
    for (size_t i = 0; i < ARRAY_COUNT(date_fields); i++) {
        const struct date_field *field = &date_fields[i];
        form_field(&adding->form, &(struct form_field){.name = field->name,
                                                       .label = field->label,
                                                       .type = field->type,
                                                       .value = add_typed(adding, field->name,
                                                                          date_part(adding, field)),
                                                       .max_bytes = 32});
    }
}

static bool date_read(const struct adding *adding, slice day, slice time, struct date *date) {
    *date = (struct date){0};
    return day.n == 0 || date_parse(time.n ? arena_printf(adding->arena, "%.*sT%.*s",
                                                          SLICE_ARG(day), SLICE_ARG(time))
                                           : day,
                                    date) == OK;
}

/* The clocks of France, and those next to her. */
static const struct form_choice zones[] = {
    {"", N_("Heure de Paris"), NULL},
    {"America/Guadeloupe", "Guadeloupe", NULL},
    {"America/Martinique", "Martinique", NULL},
    {"America/Cayenne", "Guyane", NULL},
    {"Indian/Reunion", "La Réunion", NULL},
    {"Indian/Mayotte", "Mayotte", NULL},
    {"America/Miquelon", "Saint-Pierre-et-Miquelon", NULL},
    {"Pacific/Noumea", "Nouvelle-Calédonie", NULL},
    {"Pacific/Tahiti", "Tahiti", NULL},
    {"Pacific/Wallis", "Wallis-et-Futuna", NULL},
    {"UTC", N_("Temps universel"), NULL},
};

/* What a meeting of people does; a rule that is none of these is kept as it is. */
enum again {
    ONCE,
    DAILY,
    WEEKLY,
    FORTNIGHTLY,
    MONTHLY_DATE,
    MONTHLY_WEEKDAY,
    MONTHLY_LAST,
    YEARLY,
    AS_IT_IS
};
static const struct form_choice again_choices[] = {
    [ONCE] = {"", N_("Une seule fois"), NULL},
    [DAILY] = {"daily", N_("Chaque jour"), NULL},
    [WEEKLY] = {"weekly", N_("Chaque semaine"), NULL},
    [FORTNIGHTLY] = {"fortnightly", N_("Toutes les deux semaines"), NULL},
    [MONTHLY_DATE] = {"monthly", N_("Chaque mois, à la même date"), NULL},
    [MONTHLY_WEEKDAY] = {"monthly-weekday",
                         N_("Chaque mois, le même jour : le premier samedi, le troisième jeudi…"),
                         NULL},
    [MONTHLY_LAST] = {"monthly-last", N_("Chaque mois, le dernier : le dernier samedi…"), NULL},
    [YEARLY] = {"yearly", N_("Chaque année"), NULL},
    [AS_IT_IS] = {"kept", N_("Comme aujourd’hui"), NULL},
};

static const struct form_choice weekday_choices[] = {
    {"MO", N_("Lundi"), NULL},    {"TU", N_("Mardi"), NULL},    {"WE", N_("Mercredi"), NULL},
    {"TH", N_("Jeudi"), NULL},    {"FR", N_("Vendredi"), NULL}, {"SA", N_("Samedi"), NULL},
    {"SU", N_("Dimanche"), NULL},
};

/* The rule of a choice, for a first date on this day. */
static struct series_rule rule_of(enum again again, unsigned weekdays, const struct date *start) {
    struct series_rule rule = {.interval = again == FORTNIGHTLY ? 2 : 1};
    int64_t day = days_from_civil(start->year, start->month, start->day);
    unsigned nth = (start->day - 1u) / 7 + 1;
    rule.frequency = again == DAILY                            ? SERIES_DAILY
                     : again == WEEKLY || again == FORTNIGHTLY ? SERIES_WEEKLY
                     : again == YEARLY                         ? SERIES_YEARLY
                                                               : SERIES_MONTHLY;
    if (weekdays & (weekdays - 1)) { /* one alone is that of the first date */
        rule.weekdays = (uint8_t)weekdays;
    }
    if (again == MONTHLY_WEEKDAY || again == MONTHLY_LAST) {
        rule.nth = (int8_t)(nth > 4 || again == MONTHLY_LAST ? -1 : (int)nth);
        rule.weekday = (uint8_t)weekday_from_days(day);
    }
    return rule;
}

/* The choice that makes this rule for this first date; AS_IT_IS when none does. */
static enum again again_of(const struct entry_date *date) {
    struct series_rule read;
    if (!date || date->rule.n == 0) {
        return ONCE;
    }
    if (!series_rule_read(date->rule, &read) || read.count) {
        return AS_IT_IS;
    }
    for (enum again again = DAILY; again < AS_IT_IS; again++) {
        struct series_rule made = rule_of(again, read.weekdays, &date->start);
        if (made.frequency == read.frequency && made.interval == read.interval &&
            made.weekdays == read.weekdays && made.nth == read.nth &&
            made.weekday == read.weekday) {
            return again;
        }
    }
    return AS_IT_IS;
}

static slice until_of(const struct adding *adding, slice rule) {
    struct series_rule read;
    struct buf text BUF_CLEANUP = buf_new(64);
    if (!series_rule_read(rule, &read) || read.count) {
        return SLICE_EMPTY;
    }
    date_format(&read.until, &text);
    return arena_copy(adding->arena, buf_slice(&text));
}

static void write_zone(struct adding *adding, slice kept) {
    slice chosen = add_typed(adding, "zone", kept);
    bool is_paris = slice_equal(chosen, SLICE("Europe/Paris"));
    add_select_kept(adding, "zone", N_("À l’heure de"), zones, ARRAY_COUNT(zones),
                    is_paris ? SLICE_EMPTY : chosen);
}

/* The boxes that are on, as bits, 0 Monday. */
static unsigned weekdays_sent(const struct adding *adding) {
    unsigned bits = 0;
    size_t at = 0;
    slice value;
    while (http_form_next(adding->sent, "weekday", &at, &value)) {
        for (unsigned day = 0; day < ARRAY_COUNT(weekday_choices); day++) {
            bool is_it = slice_equal(value, slice_from_cstr(weekday_choices[day].value));
            bits |= is_it ? 1u << day : 0;
        }
    }
    return bits;
}

/* Of a weekly rule; none: that of the first day. */
static void write_weekdays(struct adding *adding, slice rule) {
    struct series_rule read;
    bool is_on[ARRAY_COUNT(weekday_choices)];
    unsigned bits = adding->sent                    ? weekdays_sent(adding)
                    : series_rule_read(rule, &read) ? read.weekdays
                                                    : 0;
    for (unsigned day = 0; day < ARRAY_COUNT(weekday_choices); day++) {
        is_on[day] = (bits & 1u << day) != 0;
    }
    form_boxes_folded(&adding->form,
                      &(struct form_boxes){.name = "weekday",
                                           .id = "weekday",
                                           .label = N_("Plusieurs jours de la semaine"),
                                           .choices = weekday_choices,
                                           .is_on = is_on,
                                           .count = ARRAY_COUNT(weekday_choices)});
}

static void write_again(struct adding *adding) {
    struct form *form = &adding->form;
    const struct entry_date *date = happening(&adding->draft.content);
    slice rule = date ? date->rule : SLICE_EMPTY;
    slice zone = date ? date->zone : SLICE_EMPTY;
    enum again kept = again_of(date);
    size_t count = kept == AS_IT_IS ? ARRAY_COUNT(again_choices) : AS_IT_IS;
    form_aside_begin(form, N_("Cela revient, ou se passe à une autre heure que Paris"),
                     adding->sent || rule.n > 0 || zone.n > 0);
    form_select(form, "again", N_("Cela revient"), again_choices, count,
                add_typed(adding, "again", slice_from_cstr(again_choices[kept].value)));
    write_weekdays(adding, rule);
    form_field(form,
               &(struct form_field){.name = "until",
                                    .label = N_("Jusqu’au"),
                                    .help = N_("Deux ans au plus : ensuite, vous direz si "
                                               "cela continue."),
                                    .type = "date",
                                    .value = add_typed(adding, "until", until_of(adding, rule)),
                                    .max_bytes = 32});
    write_zone(adding, zone);
    form_aside_end(form);
}

void add_dates_write(struct adding *adding) {
    const struct entry *entry = &adding->draft.content;
    if (entry->kind == ENTRY_KIND_EVENT || happening(entry)) {
        write_days(adding);
        write_again(adding);
    }
}

/* Why the weekdays, or the day of the month, do not go with the first date; NULL: they do. */
static const char *days_fault(enum again again, unsigned weekdays, const struct date *start) {
    int64_t day = days_from_civil(start->year, start->month, start->day);
    int32_t year;
    unsigned month;
    unsigned unused;
    if (weekdays && again != WEEKLY && again != FORTNIGHTLY) {
        return N_("Des jours de la semaine sont cochés : choisissez chaque semaine, ou toutes les "
                  "deux semaines.");
    }
    if (weekdays && !(weekdays & 1u << weekday_from_days(day))) {
        return N_("Le premier jour n’est aucun des jours cochés.");
    }
    civil_from_days(day + 7, &year, &month, &unused);
    return again == MONTHLY_LAST && month == start->month
               ? N_("Le premier jour n’est pas le dernier de son mois.")
               : NULL;
}

static void take_again(struct adding *adding, struct entry_date *date) {
    slice chosen = http_form_value(adding->sent, "again");
    slice until = slice_trim(http_form_value(adding->sent, "until"));
    struct buf text BUF_CLEANUP = buf_new(SERIES_RULE_MAX);
    int64_t days[SERIES_DATES_MAX];
    size_t again = ONCE;
    while (again < AS_IT_IS && !slice_equal(chosen, slice_from_cstr(again_choices[again].value))) {
        again++;
    }
    if (again == AS_IT_IS) {
        return;
    }
    date->rule = SLICE_EMPTY;
    if (again == ONCE && weekdays_sent(adding) == 0) {
        return;
    }
    bool is_day = date->start.precision == DATE_DAY || date->start.precision == DATE_MINUTE;
    unsigned weekdays = weekdays_sent(adding);
    struct series_rule rule = rule_of((enum again)again, weekdays, &date->start);
    const char *fault = is_day ? days_fault((enum again)again, weekdays, &date->start) : NULL;
    if (fault) {
        form_fault(&adding->form, "again", fault);
    } else if (date_parse(until, &rule.until) != OK || rule.until.precision != DATE_DAY) {
        form_fault(&adding->form, "until", N_("Dites jusqu’à quand cela revient."));
    } else if (!is_day || series_days(&rule, &date->start, days) == SIZE_MAX) {
        form_fault(&adding->form, "until",
                   N_("Le dernier jour vient après le premier : deux ans plus tard au plus, ou un "
                      "an si cela revient chaque jour."));
    } else {
        series_rule_write(&rule, &text);
        date->rule = arena_copy(adding->arena, buf_slice(&text));
    }
}

static void date_drop(struct entry *entry, const struct entry_date *date) {
    uint32_t at = (uint32_t)(date - entry->dates);
    entry->date_count--;
    for (uint32_t i = at; i < entry->date_count; i++) {
        entry->dates[i] = entry->dates[i + 1];
    }
}

static struct entry_date *date_add(struct adding *adding) {
    struct entry *entry = &adding->draft.content;
    struct entry_date *list =
        arena_new(adding->arena, struct entry_date, (size_t)entry->date_count + 1);
    for (uint32_t i = 0; i < entry->date_count; i++) {
        list[i + 1] = entry->dates[i];
    }
    entry->dates = list;
    entry->date_count++;
    *list = (struct entry_date){.role = ENTRY_DATE_HAPPENS};
    return list;
}

void add_dates_take(struct adding *adding) {
    struct entry *entry = &adding->draft.content;
    const struct http_form *sent = adding->sent;
    if (!http_form_has(sent, "day")) {
        return;
    }
    slice day = slice_trim(http_form_value(sent, "day"));
    slice to = slice_trim(http_form_value(sent, "to"));
    slice last = slice_trim(http_form_value(sent, "last"));
    struct entry_date *date = happening(entry);
    struct date start;
    struct date end;
    last = last.n || !to.n ? last : day;
    if (!date_read(adding, day, slice_trim(http_form_value(sent, "from")), &start) ||
        !date_read(adding, last, to, &end) || (last.n && !day.n)) {
        form_fault(&adding->form, "day", N_("La fin est avant le début, ou le jour n’existe pas."));
        return;
    }
    if (!day.n) {
        if (date) {
            date_drop(entry, date);
        }
        return;
    }
    date = date ? date : date_add(adding);
    date->start = start;
    date->end = end;
    if (http_form_has(sent, "zone")) {
        date->zone = http_form_value(sent, "zone");
    }
    if (http_form_has(sent, "again")) {
        take_again(adding, date);
    }
}
