/* An entry in the words of feeds and map files: a title, an identifier, a text with its dates. */
#include "face/api/export_int.h"

#include "html/html.h"

#define HEADING_LEVEL 3
#define DATES_SHOWN   12 /* of a long series; the page has them all */

slice export_item_url(struct export *export, const struct export_item *item) {
    struct arena *arena = &export->step;
    return arena_printf(arena, "%.*s%.*s", SLICE_ARG(export->request->base_url),
                        SLICE_ARG(face_entry_path(item->entry->id, item->entry->title, arena)));
}

slice export_item_id(struct export *export, const struct export_item *item) {
    slice id = arena_printf(&export->step, "%.*s/entries/%lld",
                            SLICE_ARG(export->request->base_url), (long long)item->entry->id.v);
    return item->is_ask ? arena_printf(&export->step, "%.*s#ask-%u", SLICE_ARG(id),
                                       (unsigned)item->ask_position + 1)
                        : id;
}

/* "Cherche : deux adultes le jeudi" */
static slice ask_words(struct export *export, const struct export_item *item) {
    slice word = api_kind_label(export->request, item->kind);
    slice text = item->ask ? item->ask->text : SLICE_EMPTY;
    return text.n > 0 ? arena_printf(&export->step, "%.*s : %.*s", SLICE_ARG(word), SLICE_ARG(text))
                      : word;
}

slice export_item_title(struct export *export, const struct export_item *item) {
    return item->is_ask ? arena_printf(&export->step, "%.*s – %.*s", SLICE_ARG(item->entry->title),
                                       SLICE_ARG(ask_words(export, item)))
                        : item->entry->title;
}

slice export_item_place(struct export *export, const struct export_item *item) {
    const struct entry *entry = item->entry;
    slice town = entry->place.city.n > 0 ? entry->place.city : item->shown->territory_label;
    const slice parts[] = {entry->place.name, entry->place.address, entry->place.postal_code, town};
    buf_clear(&export->scratch);
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        bool after_code = i == 3 && parts[2].n > 0;
        if (parts[i].n > 0 && (i == 0 || !slice_equal(parts[i], parts[i - 1]))) {
            buf_add_cstr(&export->scratch, export->scratch.n == 0 ? "" : after_code ? " " : ", ");
            buf_add(&export->scratch, parts[i]);
        }
    }
    return arena_copy(&export->step, buf_slice(&export->scratch));
}

static bool is_same_day(const struct date *a, const struct date *b) {
    return a->year == b->year && a->month == b->month && a->day == b->day;
}

static void date_words(struct html *html, const struct entry_date *date) {
    struct buf text BUF_CLEANUP = buf_new(512);
    i18n_date(html->language, &date->start, I18N_DATE_LONG, &text);
    if (date->end.precision != DATE_UNKNOWN) {
        buf_add_cstr(&text, " – ");
        if (date->end.precision == DATE_MINUTE && is_same_day(&date->start, &date->end)) {
            i18n_hour(html->language, &date->end, &text);
        } else {
            i18n_date(html->language, &date->end, I18N_DATE_LONG, &text);
        }
    }
    html_text(html, buf_slice(&text));
}

/* When it happens, one line a date. */
static void dates_paragraph(struct html *html, const struct entry *entry) {
    unsigned shown = 0;
    for (uint32_t i = 0; i < entry->date_count && shown < DATES_SHOWN; i++) {
        if (entry->dates[i].role == ENTRY_DATE_HAPPENS) {
            html_raw(html, "<p>");
            date_words(html, &entry->dates[i]);
            html_raw(html, "</p>\n");
            shown++;
        }
    }
}

slice export_item_html(struct export *export, const struct export_item *item) {
    const struct entry *entry = item->entry;
    slice place = export_item_place(export, item);
    struct html html = {.out = &export->scratch,
                        .language = i18n_language(export->face->i18n, export->request->language)};
    buf_clear(&export->scratch);
    dates_paragraph(&html, entry);
    if (place.n > 0) {
        html_raw(&html, "<p>");
        html_text(&html, place);
        html_raw(&html, "</p>\n");
    }
    if (item->is_ask) {
        html_raw(&html, "<p><strong>");
        html_text(&html, ask_words(export, item));
        html_raw(&html, "</strong></p>\n");
    }
    if (entry->summary.n > 0) {
        html_raw(&html, "<p>");
        html_text(&html, entry->summary);
        html_raw(&html, "</p>\n");
    }
    if (entry->description.n > 0 && html_markdown(&html, entry->description, HEADING_LEVEL) != OK) {
        buf_clear(&export->scratch); /* beyond every bound: the page has it */
        html_text(&html, entry->summary);
    }
    return arena_copy(&export->step, buf_slice(&export->scratch));
}

static slice theme_label(const struct export *export, slice slug) {
    uint16_t theme = themes_find(export->face->themes, slug);
    return theme == THEME_NONE
               ? slug
               : api_theme_label(export->request, &export->face->themes->items[theme]);
}

const slice *export_item_categories(struct export *export, const struct export_item *item,
                                    size_t *count) {
    const struct entry *entry = item->entry;
    slice *labels = arena_new(&export->step, slice, entry->theme_count + entry->tag_count + 1);
    size_t n = 0;
    labels[n++] = api_kind_label(export->request, item->kind);
    for (uint32_t i = 0; i < entry->theme_count; i++) {
        labels[n++] = theme_label(export, entry->themes[i]);
    }
    for (uint32_t i = 0; i < entry->tag_count; i++) {
        labels[n++] = entry->tags[i];
    }
    *count = n;
    return labels;
}

slice export_licence_iri(slice licence) {
    const struct face_licence *known = face_licence_find(licence);
    return known ? known->iri
           : slice_starts_with(licence, SLICE("https://")) ||
                   slice_starts_with(licence, SLICE("http://"))
               ? licence
               : SLICE_EMPTY;
}

slice export_moment(const struct entry_date *date, bool end, struct arena *arena) {
    const struct date *civil = end ? &date->end : &date->start;
    struct buf text BUF_CLEANUP = buf_new(64);
    int64_t first;
    int64_t last;
    if (civil->precision == DATE_DAY) {
        date_format(civil, &text);
    } else if (civil->precision == DATE_MINUTE &&
               date_range_ms(civil, date->zone, &first, &last) == OK) {
        time_format_rfc3339(first, &text);
    }
    return arena_copy(arena, buf_slice(&text));
}
