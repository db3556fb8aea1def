/* What posters and printed lists share: the bar above the sheet, QR codes, when, where, whom to
 * call. */
#include "face/web/page/paper.h"

#include <qrencode.h>

#include "assets_names.h"

#define QUIET 4 /* modules of white around a code (ISO/IEC 18004, 9.1) */

/* Level M (15 % may be damaged); each run of dark modules of a row is one rectangle. */
err paper_qr(struct page *page, slice text, slice label) {
    struct html *html = &page->html;
    QRcode *code = QRcode_encodeString8bit(arena_cstr(page->arena, text), 0, QR_ECLEVEL_M);
    if (code == NULL) {
        return ERR_LIMIT; /* longer than any code holds */
    }
    int side = code->width + 2 * QUIET;
    html_raw(html, "<svg class=\"qr\" role=\"img\"");
    html_attr(html, "aria-label", label);
    buf_addf(html->out, " viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">", side, side);
    html_raw(html, "<path d=\"");
    for (int y = 0; y < code->width; y++) {
        for (int x = 0; x < code->width;) {
            int end = x;
            while (end < code->width && (code->data[y * code->width + end] & 1) != 0) {
                end++;
            }
            if (end > x) {
                buf_addf(html->out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, end - x, end - x);
            }
            x = end > x ? end : x + 1;
        }
    }
    html_raw(html, "\"/></svg>");
    QRcode_free(code);
    return html->out->failed;
}

slice paper_short_address(const struct page *page, struct entry_id id) {
    return arena_printf(page->arena, "%.*s/e/%lld", SLICE_ARG(page->request->base_url),
                        (long long)id.v);
}

slice paper_without_scheme(slice address) {
    size_t start = slice_find_slice(address, 0, SLICE("://"));
    return start < address.n ? slice_sub(address, start + 3, address.n) : address;
}

void paper_bar_start(struct page *page, slice back, slice label) {
    struct html *html = &page->html;
    html_raw(html, "<nav class=\"paper-bar\"");
    html_attr(html, "aria-label", i18n(html->language, "Autour de la feuille"));
    html_raw(html, "><a");
    html_attr(html, "href", back);
    html_raw(html, ">");
    html_text(html, label);
    html_raw(html, "</a>");
}

void paper_bar_print(struct page *page) {
    struct html *html = &page->html;
    html_raw(html, "<span>");
    html_t(html, "Pour imprimer : Ctrl + P, ou le menu de votre navigateur.");
    html_raw(html, "</span></nav>\n");
}

void paper_bar_end(struct page *page, slice canonical) {
    struct html *html = &page->html;
    if (page->language == 0) {
        html_raw(html, "<a lang=\"en\" hreflang=\"en\"");
        html_attr(html, "href", meta_in_language(page, canonical, SLICE("en")));
        html_raw(html, ">English</a>");
    } else {
        html_raw(html, "<a lang=\"fr\" hreflang=\"fr\"");
        html_attr(html, "href", meta_in_language(page, canonical, SLICE("fr")));
        html_raw(html, ">Français</a>");
    }
    paper_bar_print(page);
}

/* ---- lines of an entry ---- */

static void line_start(struct page *page) {
    html_raw(&page->html, "<p class=\"paper-line\">");
}

/* The soonest date that is not over and comes after `after` (in time, then in the list). */
static const struct entry_date *date_next(const struct entry *of, int64_t now_ms,
                                          const struct entry_date *after) {
    const struct entry_date *next = NULL;
    for (uint32_t i = 0; i < of->date_count; i++) {
        const struct entry_date *date = &of->dates[i];
        bool is_later = after == NULL || date->first_ms > after->first_ms ||
                        (date->first_ms == after->first_ms && date > after);
        if (date->role == ENTRY_DATE_HAPPENS && date->start.precision != DATE_UNKNOWN &&
            date->last_ms >= now_ms && is_later &&
            (next == NULL || date->first_ms < next->first_ms)) {
            next = date;
        }
    }
    return next;
}

void paper_when(struct page *page, const struct entry *of, uint32_t room) {
    struct html *html = &page->html;
    const struct entry_date *date = NULL;
    for (uint32_t i = 0; i < room && (date = date_next(of, page->now_ms, date)) != NULL; i++) {
        line_start(page);
        page_icon(page, "clock");
        html_raw(html, "<span>"); /* one item of the line, whatever it is made of */
        date_write(page, date, I18N_DATE_LONG);
        html_raw(html, "</span></p>\n");
    }
    if (of->opening_hours.n > 0) {
        line_start(page);
        page_icon(page, "clock");
        html_text(html, hours_text(page, of->opening_hours));
        html_raw(html, "</p>\n");
    }
}

void paper_where(struct page *page, const struct entry_public *entry) {
    struct html *html = &page->html;
    const struct entry *of = &entry->entry;
    const slice parts[] = {of->place.name, of->place.address,
                           entry->territory_label.n > 0 ? entry->territory_label : of->place.city};
    bool first = true;
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        if (parts[i].n == 0) {
            continue;
        }
        if (first) {
            line_start(page);
            page_icon(page, "pin");
        } else {
            html_raw(html, ", ");
        }
        html_text(html, parts[i]);
        first = false;
    }
    if (!first) {
        html_raw(html, "</p>\n");
    }
}

void paper_contacts(struct page *page, const struct entry *of, uint32_t room) {
    struct html *html = &page->html;
    uint32_t shown_count = 0;
    for (uint32_t i = 0; i < of->contact_count && shown_count < room; i++) {
        const struct entry_contact *contact = &of->contacts[i];
        if (contact->kind == ENTRY_CONTACT_SOCIAL || contact->kind == ENTRY_CONTACT_FORM) {
            continue; /* on the entry's page, where they can be followed */
        }
        shown_count++;
        line_start(page);
        if (contact->kind == ENTRY_CONTACT_TELEPHONE) {
            page_icon(page, "phone");
        } else if (contact->kind == ENTRY_CONTACT_EMAIL) {
            page_icon(page, "mail");
        } else {
            page_icon(page, "link");
        }
        slice shown = paper_without_scheme(contact->value);
        html_text(html,
                  slice_ends_with(shown, SLICE("/")) ? slice_sub(shown, 0, shown.n - 1) : shown);
        if (contact->label.n > 0) {
            html_raw(html, " (");
            html_text(html, contact->label);
            html_raw(html, ")");
        }
        html_raw(html, "</p>\n");
    }
}
