/* The hours of a place: what most days have, the days that differ, and a text for what no table can
 * say (seasons, holidays of schools). Which of the two holds is what was changed; where both were,
 * or where the table would take the place of a text that says more, the page asks. */
#include "domain/entry/hours_week.h"
#include "face/web/add/adding.h"

#define TIME_BYTES_MAX 8
#define NAMES_MAX      24

struct hours_set {
    const char *value, *label;
    unsigned days; /* bits, 0 Monday */
};
/* The days that the first line is of. */
static const struct hours_set sets[] = {
    {"mo-fr", N_("Du lundi au vendredi"), 0x1F},     {"mo-sa", N_("Du lundi au samedi"), 0x3F},
    {"mo-su", N_("Tous les jours"), 0x7F},           {"tu-sa", N_("Du mardi au samedi"), 0x3E},
    {"sa-su", N_("Le samedi et le dimanche"), 0x60}, {"", N_("Chaque jour a ses heures"), 0},
};
static const struct {
    const char *name, *label;
} day_rows[HOURS_WEEK_DAYS] = {
    {"mo", N_("Lundi")},    {"tu", N_("Mardi")},  {"we", N_("Mercredi")}, {"th", N_("Jeudi")},
    {"fr", N_("Vendredi")}, {"sa", N_("Samedi")}, {"su", N_("Dimanche")},
};
static const struct {
    const char *from, *to;             /* of the names of their fields */
    const char *from_label, *to_label; /* what stands before them */
} span_fields[HOURS_WEEK_SPANS] = {
    {"from", "to", N_("de"), N_("à")},
    {"from-2", "to-2", N_("puis"), N_("à")},
};

/* ---- what the table shows ---- */

/* A week as the form tells it: the hours of a set of days, and the days that are not as it says. */
struct table {
    const struct hours_set *set;
    struct hours_week_day usual;
    unsigned differs; /* bits */
};

static unsigned differing(const struct hours_week *week, const struct table *table) {
    const struct hours_week_day closed = {0};
    unsigned bits = 0;
    for (unsigned day = 0; day < HOURS_WEEK_DAYS; day++) {
        bool is_of_set = (table->set->days & 1u << day) != 0;
        bool is_told = hours_week_day_same(&week->days[day], is_of_set ? &table->usual : &closed);
        bits |= is_told ? 0 : 1u << day;
    }
    return bits;
}

/* With the fewest days that differ; the first of the sets when none is better. */
static struct table table_of(const struct hours_week *week) {
    struct table best = {.set = &sets[0]};
    int fewest = INT32_MAX;
    for (size_t i = 0; i < ARRAY_COUNT(sets); i++) {
        for (unsigned day = 0; day < HOURS_WEEK_DAYS; day++) {
            struct table table = {.set = &sets[i]};
            if (sets[i].days & 1u << day) {
                table.usual = week->days[day];
            }
            table.differs = differing(week, &table);
            int count = __builtin_popcount(table.differs);
            if (count < fewest) {
                fewest = count;
                best = table;
            }
        }
    }
    return best;
}

/* ---- writing ---- */

static const char *name_of(const struct adding *adding, const char *row, const char *field) {
    return arena_printf(adding->arena, "%s-%s", row, field).p;
}

static slice time_text(const struct adding *adding, const struct hours_week_day *day, size_t span,
                       bool is_end) {
    if (span >= day->count) {
        return SLICE_EMPTY;
    }
    unsigned minutes = is_end ? day->spans[span].end : day->spans[span].start;
    return arena_printf(adding->arena, "%02u:%02u", minutes / 60, minutes % 60);
}

static void write_time(struct adding *adding, const char *label, const char *name, slice kept) {
    struct html *html = &adding->form.page->html;
    html_raw(html, "<label>");
    html_text(html, i18n(html->language, label));
    html_raw(html, " <input type=\"time\"");
    html_attr(html, "name", slice_from_cstr(name));
    html_attr(html, "value", add_typed(adding, name, kept));
    html_raw(html, "></label>");
}

static void write_spans(struct adding *adding, const char *row, const struct hours_week_day *day) {
    struct html *html = &adding->form.page->html;
    for (size_t i = 0; i < HOURS_WEEK_SPANS; i++) {
        html_raw(html, "<span>");
        write_time(adding, span_fields[i].from_label, name_of(adding, row, span_fields[i].from),
                   time_text(adding, day, i, false));
        write_time(adding, span_fields[i].to_label, name_of(adding, row, span_fields[i].to),
                   time_text(adding, day, i, true));
        html_raw(html, "</span>");
    }
}

static bool is_ticked(const struct adding *adding, const char *name, bool kept) {
    return adding->sent ? http_form_has(adding->sent, name) : kept;
}

static void write_day(struct adding *adding, size_t row, const struct hours_week_day *day,
                      bool differs) {
    struct html *html = &adding->form.page->html;
    const struct hours_week_day none = {0};
    const char *closed = name_of(adding, day_rows[row].name, "closed");
    slice label = i18n(html->language, day_rows[row].label);
    html_raw(html, "<div class=\"form-hours\" role=\"group\"");
    html_attr(html, "aria-label", label);
    html_raw(html, "><strong>");
    html_text(html, label);
    html_raw(html, "</strong><label><input type=\"checkbox\" value=\"1\"");
    html_attr(html, "name", slice_from_cstr(closed));
    if (is_ticked(adding, closed, differs && day->count == 0)) {
        html_raw(html, " checked");
    }
    html_raw(html, "> ");
    html_t(html, "fermé");
    html_raw(html, "</label>");
    write_spans(adding, day_rows[row].name, differs ? day : &none);
    html_raw(html, "</div>\n");
}

static void write_usual(struct adding *adding, const struct table *table) {
    struct form *form = &adding->form;
    struct form_choice choices[ARRAY_COUNT(sets)];
    for (size_t i = 0; i < ARRAY_COUNT(sets); i++) {
        choices[i] = (struct form_choice){sets[i].value, sets[i].label, NULL};
    }
    form_select(form, "week-days", N_("Ouvert"), choices, ARRAY_COUNT(choices),
                add_typed(adding, "week-days", slice_from_cstr(table->set->value)));
    html_raw(&form->page->html, "<div class=\"form-hours\">");
    write_spans(adding, "week", &table->usual);
    html_raw(&form->page->html, "</div>\n");
}

static void write_text(struct adding *adding, slice kept, bool holds) {
    struct form *form = &adding->form;
    form_aside_begin(form, N_("Écrire les horaires en texte"), holds || adding->sent);
    form_field(form, &(struct form_field){
                         .name = "opening_hours",
                         .label = N_("Horaires en texte"),
                         .help = N_("Pour les saisons, les vacances, un samedi sur deux : comme "
                                    "OpenStreetMap les écrit. Apr-Oct: Mo-Fr 09:00-12:00; "
                                    "Sa[1] 10:00-18:00."),
                         .value = add_typed(adding, "opening_hours", kept),
                         .max_bytes = ENTRY_TEXT_MAX});
    form_aside_end(form);
}

void add_hours_write(struct adding *adding) {
    struct form *form = &adding->form;
    struct html *html = &form->page->html;
    slice kept = adding->draft.content.opening_hours;
    struct hours_week week;
    bool is_table = hours_week_read(kept, &week) || kept.n == 0;
    const struct table table = table_of(&week);
    form_group_begin(form, "week", N_("Horaires"));
    html_raw(html, "<div class=\"form-part\">");
    if (!is_table) {
        html_raw(html, "<p>");
        html_t(html, "Ces horaires disent plus qu’un tableau : c’est le texte, plus bas, qui "
                     "vaut. Effacez-le pour remplir le tableau.");
        html_raw(html, "</p>");
    }
    write_usual(adding, &table);
    form_aside_begin(form, N_("Des jours sont différents"), table.differs != 0 || adding->sent);
    html_raw(html, "<div>");
    for (size_t row = 0; row < HOURS_WEEK_DAYS; row++) {
        write_day(adding, row, &week.days[row], (table.differs & 1u << row) != 0);
    }
    html_raw(html, "</div>");
    form_aside_end(form);
    form_check(form, "holidays-closed", N_("Fermé les jours fériés"), NULL,
               is_ticked(adding, "holidays-closed", week.is_closed_on_holidays));
    write_text(adding, kept, !is_table);
    html_raw(html, "</div>");
    form_group_end(form);
}

/* ---- taking ---- */

static bool digits_take(slice *rest, unsigned most, unsigned *number) {
    size_t n = 0;
    *number = 0;
    while (n < rest->n && n < 2 && rest->p[n] >= '0' && rest->p[n] <= '9') {
        *number = *number * 10 + (unsigned)(rest->p[n++] - '0');
    }
    *rest = slice_sub(*rest, n, rest->n);
    return n > 0 && *number <= most;
}

/* "09:00" as browsers send it; "9h", "9 h 30" as people write where no field for a time is. */
static bool time_read(slice text, uint16_t *minutes) {
    slice rest = text;
    unsigned hour;
    unsigned minute = 0;
    if (text.n > TIME_BYTES_MAX || !digits_take(&rest, 24, &hour)) {
        return false;
    }
    rest = slice_trim(rest);
    if (rest.n > 0 && slice_find(SLICE(":hH"), 0, rest.p[0]) < 3) {
        rest = slice_trim(slice_sub(rest, 1, rest.n));
        if (rest.n > 0 && !digits_take(&rest, 59, &minute)) {
            return false;
        }
    } else {
        return false;
    }
    *minutes = (uint16_t)((hour * 60 + minute) % 1440);
    return rest.n == 0 && (hour < 24 || minute == 0);
}

static bool spans_read(const struct adding *adding, const char *row, struct hours_week_day *day) {
    *day = (struct hours_week_day){0};
    for (size_t i = 0; i < HOURS_WEEK_SPANS; i++) {
        const char *from_name = name_of(adding, row, span_fields[i].from);
        slice from = slice_trim(http_form_value(adding->sent, from_name));
        slice to =
            slice_trim(http_form_value(adding->sent, name_of(adding, row, span_fields[i].to)));
        struct hours_week_span span;
        if (from.n + to.n == 0) {
            continue;
        }
        if (!time_read(from, &span.start) || !time_read(to, &span.end) ||
            (span.start == span.end && span.start > 0)) {
            return false;
        }
        day->spans[day->count++] = span;
    }
    if (day->count == 2 && day->spans[0].start > day->spans[1].start) {
        struct hours_week_span later = day->spans[0];
        day->spans[0] = day->spans[1];
        day->spans[1] = later;
    }
    return true;
}

/* What the table says; the fault of one that says nothing clear. */
static const char *week_take(const struct adding *adding, struct hours_week *week) {
    static const char half[] =
        N_("Une heure manque ou n’existe pas : chaque ouverture a un début et une fin.");
    slice chosen = http_form_value(adding->sent, "week-days");
    struct hours_week_day usual;
    unsigned days = 0;
    *week = (struct hours_week){0};
    for (size_t i = 0; i < ARRAY_COUNT(sets); i++) {
        days |= slice_equal(chosen, slice_from_cstr(sets[i].value)) ? sets[i].days : 0;
    }
    if (!spans_read(adding, "week", &usual)) {
        return half;
    }
    if (usual.count > 0 && days == 0) {
        return N_("Dites quels jours ont ces heures, ou effacez-les.");
    }
    for (size_t row = 0; row < HOURS_WEEK_DAYS; row++) {
        struct hours_week_day *day = &week->days[row];
        const char *name = day_rows[row].name;
        bool is_closed = http_form_has(adding->sent, name_of(adding, name, "closed"));
        if (!spans_read(adding, name, day)) {
            return half;
        }
        if (is_closed && day->count > 0) {
            return N_("Un jour est fermé et a des heures : gardez l’un des deux.");
        }
        if (!is_closed && day->count == 0 && days & 1u << row) {
            *day = usual;
        }
    }
    week->is_closed_on_holidays = http_form_has(adding->sent, "holidays-closed");
    return NULL;
}

static slice week_text(const struct adding *adding, const struct hours_week *week) {
    struct buf out BUF_CLEANUP = buf_new(HOURS_WEEK_MAX);
    hours_week_write(week, &out);
    return arena_copy(adding->arena, buf_slice(&out));
}

void add_hours_take(struct adding *adding) {
    slice *kept = &adding->draft.content.opening_hours;
    slice text = http_form_has(adding->sent, "opening_hours")
                     ? slice_trim(http_form_value(adding->sent, "opening_hours"))
                     : *kept;
    struct hours_week shown;
    struct hours_week week;
    struct hours_week of_text;
    bool was_table = hours_week_read(*kept, &shown) || kept->n == 0;
    bool text_changed = !slice_equal(text, *kept);
    if (!http_form_has(adding->sent, "week-days")) {
        *kept = text;
        return;
    }
    const char *fault = week_take(adding, &week);
    if (fault) {
        form_fault(&adding->form, "week", fault);
        return;
    }
    bool week_changed = !hours_week_same(&week, &shown) &&
                        (!hours_week_is_empty(&week) || !hours_week_is_empty(&shown));
    if (text_changed && text.n > 0) {
        bool agree = hours_week_read(text, &of_text) && hours_week_same(&of_text, &week);
        if (week_changed && !agree) {
            form_fault(&adding->form, "week",
                       N_("Le tableau et le texte plus bas ne disent pas la même chose. Effacez "
                          "l’un des deux."));
            return;
        }
        *kept = text;
    } else if (week_changed && !text_changed && !was_table) {
        form_fault(&adding->form, "week",
                   N_("Le texte plus bas dit plus que ce tableau. Effacez-le pour que le tableau "
                      "vaille, ou videz le tableau."));
    } else if (week_changed || (text_changed && !was_table)) {
        *kept = week_text(adding, &week);
    }
}
