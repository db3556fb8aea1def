/* How fresh an entry is, on its page. */
#include "face/actor.h"
#include "face/web/entry/entry_int.h"
#include "face/web/page/form.h"

static bool is_stale(const struct sheet *sheet) {
    int64_t fresh_ms = entry_fresh_ms(sheet->of);
    return sheet->of->state != ENTRY_STATE_ENDED && fresh_ms > 0 &&
           sheet->page->now_ms - fresh_ms >= ENTRY_STALE_MS;
}

err sheet_confirmed_load(struct sheet *sheet) {
    const struct entry *of = sheet->of;
    struct db_conn *reader = face_reader(sheet->page->request);
    sheet->confirmer = (struct history_author){.name = SLICE_EMPTY};
    if (of->checked_ms == 0 || of->checked_ms < of->confirmed_ms) {
        return OK; /* its source said something later */
    }
    err found = entry_confirmation_last(reader, of->id, sheet->page->arena, &sheet->confirmed);
    if (found != OK) {
        return found == ERR_NOT_FOUND ? OK : found;
    }
    return history_author(reader, sheet->confirmed.author, sheet->page->arena, &sheet->confirmer);
}

/* ", par l’équipe" */
static void write_by(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    const slice name = sheet->confirmer.name;
    if (sheet->confirmed.at_ms == 0) {
        if (sheet->of->source_slug.n > 0) {
            html_t(html, ", par sa source");
        }
        return;
    }
    switch (sheet->confirmed.side) {
    case ENTRY_CONFIRMED_BY_TEAM:
        html_t(html, ", par l’équipe");
        break;
    case ENTRY_CONFIRMED_BY_AUTHOR:
        html_t(html, ", par qui l’a ajoutée");
        break;
    case ENTRY_CONFIRMED_BY_PERSON:
    case ENTRY_CONFIRMED_BY__COUNT:
        if (name.n > 0) {
            html_tf(html, ", par %1", &name, 1);
        } else {
            html_t(html, ", par une personne inscrite");
        }
        break;
    }
}

err sheet_confirmed(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    if (sheet->of->confirmed_ms <= 0 || is_stale(sheet)) {
        return OK;
    }
    html_raw(html, "<li>");
    page_icon(page, "confirmed");
    html_raw(html, "<span>");
    html_t(html, "Confirmée le");
    html_raw(html, " ");
    day_write(page, sheet->of->confirmed_ms);
    write_by(sheet);
    html_raw(html, "</span></li>");
    return OK;
}

/* What has ended stays to be read. RULE FRESH-2 */
void sheet_ended(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    const struct entry *of = sheet->of;
    if (of->state != ENTRY_STATE_ENDED && of->end_reason.n == 0) {
        return;
    }
    html_raw(html, "<p class=\"alert alert--info\" id=\"ended\">");
    page_icon(page, "info");
    html_raw(html, "<span>");
    if (of->state == ENTRY_STATE_ENDED) {
        html_raw(html, "<strong>");
        html_t(html, "C’est terminé.");
        html_raw(html, "</strong> ");
        html_t(html, "La fiche reste pour ce qu’elle raconte.");
        html_raw(html, " ");
    }
    html_text(html, of->end_reason);
    html_raw(html, "</span></p>\n");
}

static bool is_signed_in(const struct sheet *sheet) {
    return face_actor(sheet->page->request)->person.v != 0;
}

/* One click for who is signed in; everybody else is asked to sign in first. */
static void write_way(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    slice path = link_entry_under(sheet->of->id, "/confirm", page->arena);
    if (is_signed_in(sheet)) {
        form_button(page, path, "still", SLICE("1"), N_("C’est toujours vrai"));
        return;
    }
    html_raw(html, "<a rel=\"nofollow\"");
    html_attr(html, "href", path);
    html_raw(html, ">");
    html_t(html, "C’est toujours vrai");
    html_raw(html, "</a>");
}

/* RULE FRESH-2 */
void sheet_stale(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    if (!is_stale(sheet)) {
        return;
    }
    html_raw(html, "<div class=\"alert alert--warn\" id=\"stale\">");
    page_icon(page, "alert");
    html_raw(html, "<div><p><strong>");
    html_t(html, "Non confirmée depuis le");
    html_raw(html, " ");
    day_write(page, entry_fresh_ms(sheet->of));
    html_raw(html, ".</strong> ");
    html_t(html, "Renseignez-vous avant de vous déplacer. Vous savez ce qu’il en est ?");
    html_raw(html, "</p>\n");
    write_way(sheet);
    html_raw(html, "</div></div>\n");
}

void sheet_foot_confirm(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    if (is_stale(sheet) || sheet->of->state == ENTRY_STATE_ENDED) {
        return; /* said above, or nothing to say any more */
    }
    html_raw(html, "<div>");
    write_way(sheet);
    html_raw(html, "</div>\n");
}
