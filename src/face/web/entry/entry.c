/* /entries/ID-slug: one entry whole, from its public view. */
#include "face/web/entry/entry.h"
#include "face/actor.h"
#include "face/web/entry/entry_int.h"
#include "face/web/entry/news.h"

#include "assets_names.h"

slice sheet_text(const struct sheet *sheet, enum entry_translated field, uint32_t position) {
    return entry_text(sheet->of, field, (uint16_t)position, sheet->page->language_code, NULL);
}

static void breadcrumb(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    html_raw(html, "<nav class=\"breadcrumb\"");
    html_attr(html, "aria-label", i18n(html->language, "Fil d’Ariane"));
    html_raw(html, "><ol><li><a href=\"/explore\">");
    html_t(html, "Explorer");
    html_raw(html, "</a></li>");
    if (sheet->entry->territory != TERRITORY_NONE) {
        html_raw(html, "<li><a");
        html_attr(html, "href", link_territory(page, sheet->entry->territory));
        html_raw(html, ">");
        html_text(html, page->face->territories->items[sheet->entry->territory].label);
        html_raw(html, "</a></li>");
    }
    html_raw(html, "<li aria-current=\"page\">");
    html_text(html, sheet->title);
    html_raw(html, "</li></ol></nav>\n");
}

static void fact_place(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    const struct entry *of = sheet->of;
    slice name = SLICE_EMPTY;
    if (sheet->entry->territory != TERRITORY_NONE) {
        name = page->face->territories->items[sheet->entry->territory].label;
    } else if (of->place.city.n > 0) {
        name = of->place.city;
    }
    if (name.n == 0 && of->place.name.n == 0) {
        return;
    }
    html_raw(html, "<li>");
    page_icon(page, "pin");
    html_text(html, name);
    if (name.n > 0 && of->place.name.n > 0) {
        html_raw(html, ", ");
    }
    html_text(html, of->place.name);
    html_raw(html, "</li>");
}

/* Of a series the next ones are shown, or when there are none its last. */
#define SERIES_SHOWN 3
static bool is_left_out(const struct sheet *sheet, const struct entry_date *date, uint32_t *ahead) {
    bool is_of_series = date->is_repeat || date->rule.n > 0;
    if (!is_of_series) {
        return false;
    }
    if (date->last_ms < sheet->page->now_ms) {
        return entry_main_date(sheet->of, sheet->page->now_ms) != date;
    }
    return (*ahead)++ >= SERIES_SHOWN;
}

static void fact_dates(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    static const char *const roles[ENTRY_DATE__COUNT] = {
        [ENTRY_DATE_HAPPENS] = "",
        [ENTRY_DATE_FOUNDED] = N_("Depuis"),
        [ENTRY_DATE_BEGAN] = N_("Commencé :"),
        [ENTRY_DATE_ENDED] = N_("Terminé :"),
    };
    uint32_t ahead = 0;
    for (uint32_t i = 0; i < sheet->of->date_count; i++) {
        const struct entry_date *date = &sheet->of->dates[i];
        if (is_left_out(sheet, date, &ahead)) {
            continue;
        }
        html_raw(html, "<li>");
        page_icon(page, "clock");
        html_raw(html, "<span>");
        if (roles[date->role][0] != '\0') {
            html_text(html, i18n(html->language, roles[date->role]));
            html_raw(html, " ");
        }
        date_write(page, date, I18N_DATE_LONG);
        if (date->note.n > 0) {
            html_raw(html, " (");
            html_text(html, date->note);
            html_raw(html, ")");
        }
        if (date->role == ENTRY_DATE_HAPPENS && date->last_ms < page->now_ms) {
            html_raw(html, " · ");
            html_t(html, "passé");
        }
        html_raw(html, "</span></li>");
    }
    for (uint32_t i = 0; i < sheet->of->date_count; i++) {
        if (sheet->of->dates[i].rule.n) {
            html_raw(html, "<li>");
            page_icon(page, "history");
            html_raw(html, "<span>");
            html_text(html, series_text(page, sheet->of->dates[i].rule));
            html_raw(html, "</span></li>");
        }
    }
}

static err head(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    html_raw(html, "<header class=\"entry-head\">\n<ul class=\"facts\"><li>");
    card_badge(page, (enum query_kind)sheet->of->kind);
    html_raw(html, "</li>");
    if (sheet->of->state != ENTRY_STATE_NONE) {
        html_raw(html, "<li><span class=\"state state--");
        html_text(html, entry_state_slug(sheet->of->state));
        html_raw(html, "\">");
        html_text(html, state_label(page, (enum query_state)(sheet->of->state - 1)));
        html_raw(html, "</span></li>");
    }
    fact_place(sheet);
    fact_dates(sheet);
    TRY(sheet_confirmed(sheet));
    html_raw(html, "</ul>\n<h1>");
    html_text(html, sheet->title);
    card_example(page, sheet->of);
    html_raw(html, "</h1>\n");
    slice summary = sheet_text(sheet, ENTRY_TR_SUMMARY, 0);
    if (summary.n > 0) {
        html_raw(html, "<p class=\"lead measure\">");
        html_text(html, summary);
        html_raw(html, "</p>\n");
    }
    if (sheet->of->ask_count + sheet->of->contact_count > 0) {
        html_raw(html,
                 "<p class=\"to-part\"><a class=\"button button--line\" href=\"#take-part\">");
        html_t(html, "Participer");
        html_raw(html, "</a></p>\n");
    }
    html_raw(html, "</header>\n");
    return OK;
}

static err body(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    const struct entry *of = sheet->of;
    sheet_media_policy(sheet);
    html_raw(html, "<div class=\"entry-main\">\n");
    sheet_ended(sheet);
    sheet_stale(sheet);
    sheet_photos(sheet);
    for (uint32_t i = 0; i < of->media_count; i++) {
        struct entry_picture picture;
        struct entry_document document;
        if (!entry_picture_of(of->media[i].url, &picture) &&
            !entry_media_document(&of->media[i], &document)) {
            sheet_media_item(sheet, &of->media[i], i + 1);
        }
    }
    slice description = sheet_text(sheet, ENTRY_TR_DESCRIPTION, 0);
    if (description.n > 0) {
        html_raw(html, "<div class=\"prose measure\">\n");
        TRY(html_markdown(html, description, 2));
        html_raw(html, "</div>\n");
    }
    sheet_documents(sheet);
    html_raw(html, "<ul class=\"tags\">");
    for (uint32_t i = 0; i < of->theme_count; i++) {
        uint16_t theme = themes_find(page->face->themes, of->themes[i]);
        if (theme != THEME_NONE) {
            html_raw(html, "<li><a class=\"chip\"");
            html_attr(html, "href", link_theme(page, theme));
            html_raw(html, ">");
            html_text(html, page->face->themes->items[theme].label[page->language]);
            html_raw(html, "</a></li>");
        }
    }
    for (uint32_t i = 0; i < of->tag_count; i++) {
        html_raw(html, "<li><span class=\"chip\">");
        html_text(html, of->tags[i]);
        html_raw(html, "</span></li>");
    }
    html_raw(html, "</ul>\n");
    TRY(sheet_news(sheet));
    html_raw(html, "</div>\n");
    return OK;
}

static err write_page(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    slice summary = sheet_text(sheet, ENTRY_TR_SUMMARY, 0);
    struct entry_picture photo;
    bool has_photo = picture_first(sheet->of, &photo) != NULL;
    bool has_sheet = has_photo || news_has_photo(sheet->news, sheet->news_count);
    page_head(page, &(struct page_head){
                        .title = sheet->title,
                        .description = summary,
                        .canonical = link_entry(page, sheet->of->id, sheet->of->title),
                        .picture = arena_printf(page->arena, "/pictures/entries/%lld.png",
                                                (long long)sheet->of->id.v),
                        .photo = has_photo ? &photo : NULL,
                        .sheet = has_sheet ? SLICE(ASSET_PHOTO_CSS) : SLICE_EMPTY,
                        .json_ld = meta_entry(page, sheet->entry, &sheet->source),
                        .is_embeddable = true,
                        .is_article = true,
                        .section = PAGE_EXPLORE,
                    });
    /* Without a text of its own, what stands at the side fills the page. */
    bool is_short = sheet->of->media_count == 0 && sheet->of->description.n == 0;
    html_raw(html, "<main id=\"main\" class=\"wrap entry");
    html_text(html, is_short ? SLICE(" entry--short k-") : SLICE(" k-"));
    html_text(html, entry_kind_slug(sheet->of->kind));
    html_raw(html, "\" tabindex=\"-1\">\n");
    breadcrumb(sheet);
    TRY(head(sheet));
    TRY(body(sheet));
    html_raw(html, "<aside class=\"entry-side\"");
    html_attr(html, "aria-label", i18n(html->language, "Participer et trouver"));
    html_raw(html, ">\n");
    sheet_take_part(sheet);
    sheet_where(sheet);
    sheet_team(sheet);
    sheet_share(sheet);
    html_raw(html, "</aside>\n");
    sheet_figures(sheet);
    TRY(sheet_again(sheet));
    sheet_links(sheet);
    TRY(sheet_nearby(sheet));
    html_raw(html, "<footer class=\"entry-foot\">");
    sheet_foot_source(sheet);
    TRY(sheet_foot_history(sheet));
    sheet_foot_report(sheet);
    sheet_foot_confirm(sheet);
    html_raw(html, "</footer>\n</main>\n");
    page_foot(page);
    return html->out->failed;
}

static err answer(struct sheet *sheet, struct entry_id id) {
    struct page *page = sheet->page;
    struct entry_public *entry = arena_new(page->arena, struct entry_public, 1);
    TRY(face_snapshot_begin(page->request));
    TRY(entry_public_load(face_reader(page->request), page->face->territories, id, page->arena,
                          entry));
    themes_settle(page->face->themes, entry->entry.themes, &entry->entry.theme_count);
    sheet->entry = entry;
    sheet->of = &entry->entry;
    sheet->title = sheet_text(sheet, ENTRY_TR_TITLE, 0);
    slice canonical = link_entry(page, id, entry->entry.title);
    sheet->address = arena_printf(page->arena, "%.*s%.*s", SLICE_ARG(page->request->base_url),
                                  SLICE_ARG(canonical));
    if (!slice_equal(page->request->path, canonical)) {
        page->response->status = 301;
        page->response->location = canonical;
        page->response->cache = HTTP_CACHE_HOUR;
        return OK;
    }
    TRY(team_shown(face_reader(page->request), id, face_actor(page->request)->person, page->arena,
                   &sheet->team));
    sheet_open_now(sheet);
    TRY(sheet_news_load(sheet));
    TRY(sheet_confirmed_load(sheet));
    slice what =
        arena_printf(page->arena, "%.*s %.*s %d %.*s%.*s %.*s", SLICE_ARG(canonical),
                     SLICE_ARG(sheet->open_now), sheet->today, SLICE_ARG(sheet_team_key(sheet)),
                     SLICE_ARG(sheet_news_key(sheet)), SLICE_ARG(sheet->confirmer.name));
    if (page_unchanged(page, sheet->view, what)) {
        return OK;
    }
    if (entry->entry.source_slug.n > 0) {
        err found = source_find(face_reader(page->request), entry->entry.source_slug, page->arena,
                                &sheet->source);
        if (found != OK && found != ERR_NOT_FOUND) {
            return found;
        }
    }
    return write_page(sheet);
}

/* The address of an entry that was merged leads to where it stands now. */
static err lead_on(const struct face *face, const struct http_request *request, struct entry_id id,
                   struct http_response *response, struct problem *problem) {
    struct entry_public kept;
    err found = entry_kept_load(face_reader(request), face->territories, id, request->arena, &kept);
    if (found == OK) {
        response->status = 301;
        response->location = face_entry_path(kept.entry.id, kept.entry.title, request->arena);
    }
    return found == ERR_NOT_FOUND ? problem_set(problem, found, "id", "no entry has this address")
                                  : found;
}

err web_entry(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    struct face *face = app;
    struct entry_id id = {0};
    slice number = slice_sub(request->captures[0], 0, slice_find(request->captures[0], 0, '-'));
    if (!slice_to_i64(number, &id.v) || id.v <= 0) {
        return problem_set(problem, ERR_NOT_FOUND, "id", "no entry has this address");
    }
    struct page page = page_begin(face, request, response);
    struct sheet sheet = {.page = &page, .view = atlas_pin(face->atlas)};
    err answered = answer(&sheet, id);
    face_snapshot_end(request);
    atlas_unpin(face->atlas, sheet.view);
    return answered == ERR_NOT_FOUND ? lead_on(face, request, id, response, problem) : answered;
}
