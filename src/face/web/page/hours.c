/* Opening hours in words. What is not understood, and what there are no words for, comes back as it
 * is. */
#include "domain/entry/hours.h"
#include "domain/entry/hours_week.h"
#include "face/web/page/page.h"

#define HOURS_OUT_MAX 8192
#define DAY_MINUTES   1440

struct told {
    const struct i18n_language *language;
    struct buf *out;
};

static void say(struct told *told, const char *message) {
    buf_add(told->out, i18n(told->language, message));
}

static void say_with(struct told *told, const char *message, slice value) {
    i18n_tf(told->language, message, &value, 1, told->out);
}

static void say_comma(struct told *told, uint32_t position) {
    buf_add_cstr(told->out, position > 0 ? ", " : "");
}

/* ---- days ---- */

static void say_month_day(struct told *told, unsigned month, unsigned day) {
    static const char *const names[] = {N_("janvier"), N_("février"),  N_("mars"),
                                        N_("avril"),   N_("mai"),      N_("juin"),
                                        N_("juillet"), N_("août"),     N_("septembre"),
                                        N_("octobre"), N_("novembre"), N_("décembre")};
    slice name = i18n(told->language, names[month - 1]);
    if (day == 1) {
        say_with(told, N_("1er %1"), name);
        return;
    }
    if (day > 1) {
        buf_addf(told->out, "%u ", day);
    }
    buf_add(told->out, name);
}

static void say_months(struct told *told, const struct hours_months *months) {
    say_month_day(told, months->from, months->first);
    if (months->to != months->from || months->last != months->first) {
        buf_add_cstr(told->out, months->first > 0 ? " – " : "–");
        say_month_day(told, months->to, months->last);
    }
}

static slice weekday_name(const struct told *told, unsigned day) {
    static const char *const names[] = {N_("lundi"),    N_("mardi"),  N_("mercredi"), N_("jeudi"),
                                        N_("vendredi"), N_("samedi"), N_("dimanche")};
    return i18n(told->language, names[day]);
}

static void say_nth(struct told *told, const struct hours_days *days) {
    static const char *const messages[] = {
        N_("dernier %1 du mois"), N_("1er %1 du mois"), N_("2e %1 du mois"),
        N_("3e %1 du mois"),      N_("4e %1 du mois"),  N_("5e %1 du mois"),
    };
    for (uint32_t i = 0; i < days->nth_count; i++) {
        say_comma(told, i);
        say_with(told, messages[days->nth[i] < 0 ? 0 : days->nth[i]],
                 weekday_name(told, days->from));
    }
}

static void say_days(struct told *told, const struct hours_days *days) {
    switch (days->sort) {
    case HOURS_WEEKDAYS:
        buf_add(told->out, weekday_name(told, days->from));
        if (days->to != days->from) {
            buf_add_cstr(told->out, "–");
            buf_add(told->out, weekday_name(told, days->to));
        }
        break;
    case HOURS_NTH_WEEKDAY:
        say_nth(told, days);
        break;
    case HOURS_PUBLIC_HOLIDAYS:
        say(told, N_("jours fériés"));
        break;
    case HOURS_SCHOOL_HOLIDAYS:
        say(told, N_("vacances scolaires"));
        break;
    case HOURS_DAY_SORT__COUNT:
        break;
    }
}

/* ---- times ---- */

/* Beyond 24 is the next morning: 26:00 is 2 o'clock. */
static void say_clock(const struct told *told, unsigned minutes, struct buf *out) {
    unsigned hour = minutes / 60 > 24 ? minutes / 60 - 24 : minutes / 60;
    unsigned minute = minutes % 60;
    struct buf text BUF_CLEANUP = buf_new(16);
    buf_addf(&text, "%u", hour);
    size_t split = text.n;
    buf_addf(&text, "%02u", minute);
    const slice values[] = {slice_sub(buf_slice(&text), 0, split),
                            slice_sub(buf_slice(&text), split, 2)};
    i18n_tf(told->language, minute == 0 ? N_("%1 h") : N_("%1 h %2"), values, 2, out);
}

static bool say_time(const struct told *told, const struct hours_time *time, struct buf *out) {
    switch (time->event) {
    case HOURS_CLOCK:
        say_clock(told, time->minutes, out);
        return true;
    case HOURS_SUNRISE:
        buf_add(out, i18n(told->language, N_("lever du soleil")));
        return true;
    case HOURS_SUNSET:
        buf_add(out, i18n(told->language, N_("coucher du soleil")));
        return true;
    case HOURS_DAWN:
    case HOURS_DUSK:
    case HOURS_EVENT__COUNT:
        break;
    }
    return false;
}

static bool is_whole_day(const struct hours_span *span) {
    return span->start.event == HOURS_CLOCK && span->end.event == HOURS_CLOCK && span->has_end &&
           !span->is_open_ended && span->start.minutes == 0 && span->end.minutes == DAY_MINUTES;
}

static bool say_span(struct told *told, const struct hours_span *span) {
    if (is_whole_day(span)) {
        say(told, N_("toute la journée"));
        return true;
    }
    if (span->is_open_ended) {
        struct buf from BUF_CLEANUP = buf_new(64);
        bool known = !span->has_end && say_time(told, &span->start, &from);
        say_with(told, N_("à partir de %1"), buf_slice(&from));
        return known;
    }
    if (!say_time(told, &span->start, told->out)) {
        return false;
    }
    if (span->has_end) {
        buf_add_cstr(told->out, " – ");
        return say_time(told, &span->end, told->out);
    }
    return true;
}

/* ---- a rule: which days, then when ---- */

static bool say_when(struct told *told, const struct hours_rule *rule) {
    bool has_days = rule->month_count + rule->day_count > 0;
    bool says_when = rule->is_closed || rule->span_count > 0;
    if (has_days && says_when) {
        say(told, N_(" : "));
    }
    if (rule->is_closed) {
        say(told, N_("fermé"));
    }
    for (uint32_t i = 0; i < rule->span_count; i++) {
        say_comma(told, i);
        if (!say_span(told, &rule->spans[i])) {
            return false;
        }
    }
    if (rule->has_comment) {
        buf_addf(told->out, "%s(%.*s)", has_days || says_when ? " " : "", SLICE_ARG(rule->comment));
    }
    return true;
}

static bool say_rule(struct told *told, const struct hours_rule *rule) {
    if (rule->is_always) {
        say(told, N_("tous les jours, jour et nuit"));
        return true;
    }
    for (uint32_t i = 0; i < rule->month_count; i++) {
        say_comma(told, i);
        say_months(told, &rule->months[i]);
    }
    for (uint32_t i = 0; i < rule->day_count; i++) {
        say_comma(told, rule->month_count + i);
        say_days(told, &rule->days[i]);
    }
    return say_when(told, rule);
}

static void capital_first(struct buf *out) {
    if (out->n > 0 && out->p[0] >= 'a' && out->p[0] <= 'z') {
        out->p[0] = (char)(out->p[0] - 'a' + 'A');
    }
}

uint32_t hours_texts(const struct page *page, slice osm, slice **texts) {
    struct buf out BUF_CLEANUP = buf_new(HOURS_OUT_MAX);
    struct told told = {.language = page->html.language, .out = &out};
    struct hours hours;
    uint32_t count = hours_read(osm, &hours) ? hours.rule_count : 0;
    *texts = arena_new(page->arena, slice, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        buf_clear(&out);
        if (!say_rule(&told, &hours.rules[i]) || out.failed != OK) {
            count = 0;
            break;
        }
        if (i == 0) {
            capital_first(&out);
        }
        (*texts)[i] = arena_copy(page->arena, buf_slice(&out));
    }
    if (count == 0) {
        (*texts)[0] = osm;
    }
    return count > 0 ? count : osm.n > 0;
}

slice hours_text(const struct page *page, slice osm) {
    struct buf out BUF_CLEANUP = buf_new(HOURS_OUT_MAX);
    slice *texts = NULL;
    uint32_t count = hours_texts(page, osm, &texts);
    for (uint32_t i = 0; i < count; i++) {
        buf_add(&out, i > 0 ? i18n(page->html.language, N_(" ; ")) : SLICE_EMPTY);
        buf_add(&out, texts[i]);
    }
    return count < 2 ? texts[0] : arena_copy(page->arena, buf_slice(&out));
}

slice hours_weekday(const struct page *page, unsigned day) {
    const struct told told = {.language = page->html.language};
    return weekday_name(&told, day);
}

slice hours_day_text(const struct page *page, const struct hours_week_day *day) {
    struct buf out BUF_CLEANUP = buf_new(HOURS_OUT_MAX);
    struct told told = {.language = page->html.language, .out = &out};
    for (uint8_t i = 0; i < day->count; i++) {
        uint16_t end = day->spans[i].end == 0 ? DAY_MINUTES : day->spans[i].end;
        const struct hours_span span = {
            .start = {.minutes = day->spans[i].start}, .end = {.minutes = end}, .has_end = true};
        say_comma(&told, i);
        (void)say_span(&told, &span); /* of a clock, which there are words for */
    }
    return day->count > 0 ? arena_copy(page->arena, buf_slice(&out))
                          : i18n(page->html.language, "fermé");
}
