/* News as lists show them, and the sections of other pages that hold some. */
#include "face/web/entry/entry_int.h"
#include "face/web/entry/news.h"

#define BRIEF_BYTES 240
#define SHOWN       3

static const struct {
    const char *label, *state; /* the dot before it, as of a state */
} sorts[NEWS_SORT__COUNT] = {
    [NEWS_STEP] = {N_("Étape franchie"), "begun"},
    [NEWS_SUCCESS] = {N_("Réussite"), "running"},
    [NEWS_QUESTION] = {N_("Question"), "seeking"},
    [NEWS_DIFFICULTY] = {N_("Difficulté"), "paused"},
    [NEWS_FAILURE] = {N_("Échec, et ce qu’il a appris"), "ended"},
};

slice news_sort_label(const struct page *page, enum news_sort sort) {
    return i18n(page->html.language, sorts[sort].label);
}

slice news_path(const struct news *news, struct arena *arena) {
    return arena_printf(arena, "/entries/%lld/news/%lld", (long long)news->entry.v,
                        (long long)news->id);
}

static void write_facts(struct page *page, const struct news *news) {
    struct html *html = &page->html;
    const struct entry_date happened = {.start = news->happened};
    html_raw(html, "<p class=\"small\"><span class=\"state state--");
    html_text(html, slice_from_cstr(sorts[news->sort].state));
    html_raw(html, "\">");
    html_text(html, news_sort_label(page, news->sort));
    html_raw(html, "</span> · ");
    date_write(page, &happened, I18N_DATE_PLAIN);
    if (news->status == NEWS_TAKEN_BACK) {
        html_raw(html, " · <strong>");
        html_t(html, "Retirée par l’équipe");
        html_raw(html, "</strong>");
    }
    html_raw(html, "</p>\n");
}

/* The first paragraph, up to the last word that fits; `*cut` tells whether some is left out. */
static slice first_words(slice text, bool *cut) {
    size_t end = slice_find_slice(text, 0, SLICE("\n\n"));
    if (end > BRIEF_BYTES) {
        end = BRIEF_BYTES < text.n ? BRIEF_BYTES : text.n;
        while (end > 0 && end < text.n && text.p[end] != ' ' && text.p[end] != '\n') {
            end--;
        }
    }
    *cut = end < text.n;
    return slice_sub(text, 0, end);
}

/* Words without the signs that Markdown stresses them with: what it means is for the whole. */
static void write_brief(struct page *page, const struct news *news) {
    struct html *html = &page->html;
    bool cut = false;
    slice words = first_words(news->text, &cut);
    if (news->text.n == 0) {
        return;
    }
    html_raw(html, "<p>");
    for (size_t i = 0; i < words.n;) {
        size_t end = i;
        while (end < words.n && words.p[end] != '*' && words.p[end] != '`' && words.p[end] != '#') {
            end++;
        }
        html_text(html, slice_sub(words, i, end - i));
        i = end + 1;
    }
    if (cut) {
        html_raw(html, " …");
    }
    html_raw(html, "</p>\n");
}

/* Photos small: on a tile the first one, as that of an entry, else all of them. */
static void write_photos(struct page *page, const struct entry_media *media, uint32_t count,
                         bool is_tile) {
    struct html *html = &page->html;
    struct entry_picture picture;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!entry_media_picture(&media[i], &picture) || (is_tile && shown > 0)) {
            continue;
        }
        if (shown++ == 0) {
            html_raw(html, "<div class=\"");
            html_text(html, is_tile ? SLICE("thumb") : SLICE("photos-row"));
            html_raw(html, "\">");
        }
        html_raw(html, "<img");
        html_attr(html, "src", entry_picture_path(&picture, 0, ENTRY_PICTURE_WEBP, page->arena));
        html_attr_i64(html, "width", picture.width);
        html_attr_i64(html, "height", picture.height);
        html_attr(html, "alt", media[i].alt);
        html_raw(html, " loading=\"lazy\">");
    }
    if (shown > 0) {
        html_raw(html, "</div>\n");
    }
}

/* What everybody may see of it: the team finds the rest on its page. */
static void write_media(struct page *page, const struct news *news, bool is_tile) {
    uint32_t count = 0;
    if (news->status == NEWS_SHOWN && news->media_count > 0) {
        const struct entry_media *media = news_media_shown(news, page->arena, &count);
        write_photos(page, media, count, is_tile);
        (void)documents_list(page, media, count, SLICE("/media"));
    }
}

bool news_has_photo(const struct news *news, size_t count) {
    struct entry_picture picture;
    for (size_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < news[i].media_count; k++) {
            if (entry_media_picture(&news[i].media[k], &picture)) {
                return true;
            }
        }
    }
    return false;
}

err news_item_write(struct page *page, const struct news *news, const struct entry_public *entry,
                    enum news_form form, unsigned level) {
    struct html *html = &page->html;
    html_raw(html, "<li class=\"panel\" id=\"n");
    html_i64(html, news->id);
    html_raw(html, "\">");
    write_facts(page, news);
    if (level == 2) {
        html_raw(html, "<h2><a");
    } else {
        html_raw(html, "<h3><a");
    }
    html_attr(html, "href", news_path(news, page->arena));
    html_raw(html, ">");
    html_text(html, news->title);
    if (level == 2) {
        html_raw(html, "</a></h2>\n");
    } else {
        html_raw(html, "</a></h3>\n");
    }
    if (form == NEWS_BRIEF) {
        write_brief(page, news);
    } else if (news->text.n > 0) {
        html_raw(html, "<div class=\"prose measure\">");
        TRY(html_markdown(html, news->text, level + 1));
        html_raw(html, "</div>\n");
    }
    write_media(page, news, entry != NULL);
    if (entry) {
        html_raw(html, "<p class=\"small\"><a");
        html_attr(html, "href", link_entry(page, entry->entry.id, entry->entry.title));
        html_raw(html, ">");
        html_text(html, entry_text(&entry->entry, ENTRY_TR_TITLE, 0, page->language_code, NULL));
        html_raw(html, "</a></p>\n");
        card_place(page, entry, -1);
    }
    html_raw(html, "</li>\n");
    return OK;
}

err news_section(struct page *page, uint32_t territory, size_t room) {
    struct html *html = &page->html;
    struct news_item *items;
    size_t count;
    TRY(news_latest(face_reader(page->request), page->face->territories, territory, 0, room,
                    page->arena, &items, &count));
    if (count == 0) {
        return OK;
    }
    slice code =
        territory == TERRITORY_NONE ? SLICE_EMPTY : page->face->territories->items[territory].code;
    slice all = code.n == 0 ? SLICE("/news")
                            : arena_concat_of(page->arena, SLICE("/news?territory="), code);
    html_raw(html, "<section>");
    part_section_head(page, i18n(html->language, "Dernières nouvelles"), all,
                      i18n(html->language, "Toutes les nouvelles"));
    html_raw(html, "<ol class=\"cards cards--tiles\">\n");
    for (size_t i = 0; i < count; i++) {
        TRY(news_item_write(page, &items[i].news, items[i].entry, NEWS_BRIEF, 3));
    }
    html_raw(html, "</ol></section>\n");
    return OK;
}

/* ---- on the page of an entry ---- */

err sheet_news_load(struct sheet *sheet) {
    return news_of_entry(face_reader(sheet->page->request), sheet->of->id, NULL, false, SHOWN + 1,
                         sheet->page->arena, &sheet->news, &sheet->news_count);
}

slice sheet_news_key(const struct sheet *sheet) {
    slice key = SLICE_EMPTY;
    for (size_t i = 0; i < sheet->news_count; i++) {
        key = arena_printf(sheet->page->arena, "%.*s n%lld.%lld", SLICE_ARG(key),
                           (long long)sheet->news[i].id, (long long)sheet->news[i].version);
    }
    return key;
}

err sheet_news(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    bool is_team = sheet->team.role != TEAM_NONE;
    if (sheet->news_count == 0 && !is_team) {
        return OK;
    }
    html_raw(html, "<section class=\"cards\" id=\"news\">\n");
    part_section_head(page, i18n(html->language, "Nouvelles"),
                      sheet->news_count > 0 ? link_entry_under(sheet->of->id, "/news", page->arena)
                                            : SLICE_EMPTY,
                      i18n(html->language, "Toutes les nouvelles"));
    if (sheet->news_count > 0) {
        html_raw(html, "<ol class=\"cards\">\n");
        for (size_t i = 0; i < sheet->news_count && i < SHOWN; i++) {
            TRY(news_item_write(page, &sheet->news[i], NULL, NEWS_BRIEF, 3));
        }
        html_raw(html, "</ol>\n");
    }
    if (is_team) {
        html_raw(html, "<p><a class=\"button button--line\"");
        html_attr(html, "href", link_entry_under(sheet->of->id, "/news/new", page->arena));
        html_raw(html, ">");
        html_t(html, "Écrire une nouvelle");
        html_raw(html, "</a></p>\n");
    }
    html_raw(html, "</section>\n");
    return OK;
}
