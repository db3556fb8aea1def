/* The hours of an entry, and whether it is open at this moment, in words (RULE SHOW-3). */
#include "domain/entry/hours.h"
#include "domain/entry/hours_week.h"
#include "face/web/entry/entry_int.h"

/* The time zone of a place in France, by its département; empty when the place is wider than one,
 * or elsewhere. */
static slice zone_of(const struct territories *all, uint32_t territory, slice *departement) {
    static const struct {
        const char *departement, *zone;
    } overseas[] = {
        {"971", "America/Guadeloupe"},    {"972", "America/Martinique"}, {"973", "America/Cayenne"},
        {"974", "Indian/Reunion"},        {"975", "America/Miquelon"},   {"976", "Indian/Mayotte"},
        {"977", "America/St_Barthelemy"}, {"978", "America/Marigot"},    {"986", "Pacific/Wallis"},
        {"987", "Pacific/Tahiti"},        {"988", "Pacific/Noumea"},
    };
    if (territory == TERRITORY_NONE) {
        return SLICE_EMPTY;
    }
    uint32_t index = all->items[territory].level == TERRITORY_DEPARTEMENT
                         ? territory
                         : all->items[territory].departement;
    if (index == TERRITORY_NONE) {
        return SLICE_EMPTY;
    }
    slice code = all->items[index].code;
    *departement = slice_sub(code, 4, code.n); /* "dep-73" */
    for (size_t i = 0; i < ARRAY_COUNT(overseas); i++) {
        if (slice_equal(*departement, slice_from_cstr(overseas[i].departement))) {
            return slice_from_cstr(overseas[i].zone);
        }
    }
    return SLICE("Europe/Paris");
}

static slice opens(const struct sheet *sheet, const struct hours_now *now, slice hour) {
    static const char *const days[] = {
        N_("Fermé, ouvre lundi à %1"),    N_("Fermé, ouvre mardi à %1"),
        N_("Fermé, ouvre mercredi à %1"), N_("Fermé, ouvre jeudi à %1"),
        N_("Fermé, ouvre vendredi à %1"), N_("Fermé, ouvre samedi à %1"),
        N_("Fermé, ouvre dimanche à %1"),
    };
    const struct i18n_language *language = sheet->page->html.language;
    struct buf text BUF_CLEANUP = buf_new(256);
    struct buf day_text BUF_CLEANUP = buf_new(64);
    int64_t day = days_from_civil(now->change.year, now->change.month, now->change.day);
    if (now->days_ahead == 0) {
        i18n_tf(language, N_("Fermé, ouvre à %1"), &hour, 1, &text);
    } else if (now->days_ahead == 1) {
        i18n_tf(language, N_("Fermé, ouvre demain à %1"), &hour, 1, &text);
    } else if (now->days_ahead < 7) {
        i18n_tf(language, days[weekday_from_days(day)], &hour, 1, &text);
    } else {
        struct date date = now->change;
        date.precision = DATE_DAY;
        i18n_date(language, &date, I18N_DATE_PLAIN, &day_text);
        slice values[] = {buf_slice(&day_text), hour};
        i18n_tf(language, N_("Fermé, ouvre le %1 à %2"), values, ARRAY_COUNT(values), &text);
    }
    return arena_copy(sheet->page->arena, buf_slice(&text));
}

/* What is known of this moment; empty: nothing. */
static slice open_text(const struct sheet *sheet, const struct hours_now *now) {
    const struct i18n_language *language = sheet->page->html.language;
    struct buf hour BUF_CLEANUP = buf_new(64);
    struct buf text BUF_CLEANUP = buf_new(256);
    if (now->has_change) {
        i18n_hour(language, &now->change, &hour);
    }
    slice value = buf_slice(&hour);
    switch (now->state) {
    case HOURS_UNKNOWN:
        return SLICE_EMPTY;
    case HOURS_OPEN:
        if (!now->has_change) {
            return i18n(language, "Ouvert maintenant");
        }
        i18n_tf(language, N_("Ouvert maintenant, jusqu’à %1"), &value, 1, &text);
        return arena_copy(sheet->page->arena, buf_slice(&text));
    case HOURS_CLOSED:
        return now->has_change ? opens(sheet, now, value) : i18n(language, "Fermé en ce moment");
    }
    return SLICE_EMPTY;
}

void sheet_open_now(struct sheet *sheet) {
    struct page *page = sheet->page;
    slice departement = SLICE_EMPTY;
    slice zone = zone_of(page->face->territories, sheet->entry->territory, &departement);
    struct date civil;
    sheet->open_now = SLICE_EMPTY;
    sheet->today = -1;
    if (sheet->of->opening_hours.n == 0 || zone.n == 0 ||
        date_from_ms(page->now_ms, zone, &civil) != OK) {
        return;
    }
    struct hours_now now = hours_at(sheet->of->opening_hours, &civil, departement);
    sheet->today = (int)weekday_from_days(days_from_civil(civil.year, civil.month, civil.day));
    sheet->is_open = now.state == HOURS_OPEN;
    sheet->open_now = open_text(sheet, &now);
}

/* ---- the week ---- */

static void write_row(struct html *html, slice name, slice text, bool is_today) {
    html_raw(html, "<tr");
    if (is_today) {
        html_raw(html, " aria-current=\"date\"");
    }
    html_raw(html, "><th scope=\"row\">");
    html_text(html, name);
    html_raw(html, "</th><td>");
    html_text(html, text);
    html_raw(html, "</td></tr>");
}

static void write_week(struct sheet *sheet, const struct hours_week *week) {
    struct html *html = &sheet->page->html;
    html_raw(html, "<table>");
    for (int day = 0; day < HOURS_WEEK_DAYS; day++) {
        write_row(html, hours_weekday(sheet->page, (unsigned)day),
                  hours_day_text(sheet->page, &week->days[day]), day == sheet->today);
    }
    if (week->is_closed_on_holidays) {
        write_row(html, i18n(html->language, "jours fériés"), i18n(html->language, "fermé"), false);
    }
    html_raw(html, "</table>");
}

void sheet_hours(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    struct hours_week week;
    slice osm = sheet->of->opening_hours;
    slice *rules = NULL;
    if (osm.n == 0) {
        return;
    }
    html_raw(html, "<dt>");
    html_t(html, "Horaires");
    html_raw(html, "</dt><dd>");
    if (hours_week_read(osm, &week)) {
        write_week(sheet, &week);
    } else {
        uint32_t count = hours_texts(sheet->page, osm, &rules);
        for (uint32_t i = 0; i < count; i++) {
            if (i > 0) {
                html_raw(html, "<br>");
            }
            html_text(html, rules[i]);
        }
    }
    html_raw(html, "</dd>");
}
