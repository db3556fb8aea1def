/* /entries/ID/news, one of them, and /news: what happens, in lists and whole. */
#include "face/web/entry/news.h"
#include "domain/moderation/moderation.h"
#include "face/actor.h"
#include "face/web/entry/entry.h"
#include "face/web/page/form.h"
#include "face/web/page/world.h"
#include "face/web/trust/history.h"

#include "assets_names.h"

#define AT_ONCE 20

struct reading {
    struct page *page;
    struct entry_public *entry;
    slice title;
    enum team_role role; /* of who asks */
    bool moderates;
};

/* The entry in the address, as the public sees it. */
static err entry_of(struct reading *reading, struct problem *problem) {
    struct page *page = reading->page;
    struct entry_id id;
    struct team_of_entry of;
    const struct actor *actor = face_actor(page->request);
    struct db_conn *reader = face_reader(page->request);
    TRY(entry_of_address(page->request, &id, problem));
    reading->entry = arena_new(page->arena, struct entry_public, 1);
    err found = entry_public_load(reader, page->face->territories, id, page->arena, reading->entry);
    TRY(found == ERR_NOT_FOUND ? problem_set(problem, found, "id", "no entry has this address")
                               : found);
    reading->title =
        entry_text(&reading->entry->entry, ENTRY_TR_TITLE, 0, page->language_code, NULL);
    TRY(team_of_entry(reader, id, actor->person, &of));
    reading->role = actor->person.v ? of.role : TEAM_NONE;
    const struct contribution_world world = web_world(page->face);
    return actor->roles == 0 ? OK : moderation_may(reader, &world, actor, id, &reading->moderates);
}

static slice way(const struct reading *reading, const char *end) {
    return link_entry_under(reading->entry->entry.id, end, reading->page->arena);
}

static void page_top(struct reading *reading, slice heading, slice canonical, slice sheet,
                     bool is_one) {
    struct page *page = reading->page;
    struct html *html = &page->html;
    const struct entry *of = &reading->entry->entry;
    page_head(page, &(struct page_head){
                        .title = arena_concat_of(page->arena, heading, SLICE(", "), reading->title),
                        .canonical = canonical,
                        .sheet = sheet,
                        .section = PAGE_EXPLORE,
                        .is_article = is_one});
    const struct crumb crumbs[] = {{link_entry(page, of->id, of->title), reading->title},
                                   {way(reading, "/news"), i18n(html->language, "Nouvelles")},
                                   {SLICE_EMPTY, heading}};
    html_raw(html, "<main id=\"main\" class=\"wrap page\" tabindex=\"-1\">\n");
    if (is_one) {
        part_breadcrumb(page, crumbs, ARRAY_COUNT(crumbs));
    } else {
        part_breadcrumb(page, (const struct crumb[]){crumbs[0], crumbs[2]}, 2);
    }
    html_raw(html, "<h1>");
    html_text(html, heading);
    html_raw(html, "</h1>\n");
}

static void button(struct page *page, slice href, const char *label) {
    struct html *html = &page->html;
    html_raw(html, "<a class=\"button button--line\"");
    html_attr(html, "href", href);
    html_raw(html, ">");
    html_text(html, i18n(html->language, label));
    html_raw(html, "</a>\n");
}

/* ---- those of an entry ---- */

static void older_way(struct page *page, slice path, int64_t last) {
    struct html *html = &page->html;
    html_raw(html, "<p><a");
    html_attr(html, "href",
              arena_printf(page->arena, "%.*sbefore=%lld", SLICE_ARG(path), (long long)last));
    html_raw(html, ">");
    html_t(html, "Nouvelles plus anciennes");
    html_raw(html, "</a></p>\n");
}

/* A number of the query; 0: none. */
static int64_t number_of(slice query, slice key) {
    int64_t number = 0;
    size_t at = slice_find_slice(query, 0, key);
    if (at >= query.n) {
        return 0;
    }
    slice value = slice_sub(query, at + key.n, query.n);
    value = slice_sub(value, 0, slice_find(value, 0, '&'));
    return slice_to_i64(value, &number) && number > 0 ? number : 0;
}

static err write_list(struct reading *reading) {
    struct page *page = reading->page;
    struct html *html = &page->html;
    struct news before;
    struct news *news;
    size_t count;
    int64_t from = number_of(page->request->query, SLICE("before="));
    bool all = reading->role != TEAM_NONE || reading->moderates;
    bool has_from =
        from > 0 && news_load(face_reader(page->request), from, page->arena, &before) == OK;
    TRY(news_of_entry(face_reader(page->request), reading->entry->entry.id,
                      has_from ? &before : NULL, all, AT_ONCE + 1, page->arena, &news, &count));
    page_top(reading, i18n(html->language, "Nouvelles"), way(reading, "/news"),
             news_has_photo(news, count) ? SLICE(ASSET_PHOTO_CSS) : SLICE_EMPTY, false);
    if (count == 0) {
        html_raw(html, "<p>");
        html_t(html, "Il n’y a pas encore de nouvelle.");
        html_raw(html, "</p>\n");
    }
    html_raw(html, "<ol class=\"cards\">\n");
    for (size_t i = 0; i < count && i < AT_ONCE; i++) {
        TRY(news_item_write(page, &news[i], NULL, NEWS_WHOLE, 2));
    }
    html_raw(html, "</ol>\n");
    if (count > AT_ONCE) {
        older_way(page, arena_concat_of(page->arena, way(reading, "/news"), SLICE("?")),
                  news[AT_ONCE - 1].id);
    }
    html_raw(html, "<p class=\"actions\">");
    if (reading->role != TEAM_NONE) {
        button(page, way(reading, "/news/new"), N_("Écrire une nouvelle"));
    }
    button(page, way(reading, "/news.atom"), N_("Suivre par un flux Atom"));
    html_raw(html, "</p>\n</main>\n");
    page_foot(page);
    return html->out->failed;
}

err web_entry_news(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    struct page page = page_begin(app, request, response);
    struct reading reading = {.page = &page};
    TRY(entry_of(&reading, problem));
    return write_list(&reading);
}

/* ---- one ---- */

/* "Photo : Le four", "Document : Statuts": what is in one list and not in the other. */
static void write_missing(struct page *page, const struct news *in, const struct news *not_in,
                          const char *label) {
    struct html *html = &page->html;
    for (uint32_t i = 0; i < in->media_count; i++) {
        const struct entry_media *media = &in->media[i];
        bool is_there = false;
        for (uint32_t k = 0; k < not_in->media_count; k++) {
            is_there = is_there || slice_equal(media->url, not_in->media[k].url);
        }
        if (is_there) {
            continue;
        }
        html_raw(html, "<p>");
        html_text(html, i18n(html->language, label));
        html_raw(html, " ");
        slice name = media->kind == ENTRY_MEDIA_IMAGE ? media->alt : media->title;
        if (media->kind == ENTRY_MEDIA_IMAGE) {
            html_tf(html, "photo « %1 »", &name, 1);
        } else {
            html_tf(html, "document « %1 »", &name, 1);
        }
        html_raw(html, "</p>\n");
    }
}

/* Photos and documents that came and went, or of which something else is said. */
static void write_media_change(struct page *page, const struct news *before,
                               const struct news *after) {
    struct html *html = &page->html;
    if (news_media_same(before, after)) {
        return;
    }
    write_missing(page, after, before, N_("Ajout :"));
    write_missing(page, before, after, N_("Retrait :"));
    bool is_said = before->media_count == after->media_count;
    for (uint32_t i = 0; is_said && i < after->media_count; i++) {
        is_said = slice_equal(before->media[i].url, after->media[i].url);
    }
    if (is_said) {
        html_raw(html, "<p>");
        html_t(html, "Ce qui est dit des photos et des documents");
        html_raw(html, "</p>\n");
    }
}

/* What changed from one version to the next, word by word. */
static void write_change(struct page *page, const struct news *before, const struct news *after) {
    struct history_difference differences[2];
    size_t count = 0;
    if (!slice_equal(before->title, after->title)) {
        differences[count++] = (struct history_difference){
            HISTORY_TITLE, history_compare(before->title, after->title, page->arena)};
    }
    if (!slice_equal(before->text, after->text)) {
        differences[count++] = (struct history_difference){
            HISTORY_DESCRIPTION, history_compare(before->text, after->text, page->arena)};
    }
    history_difference_write(page, differences, count, HISTORY_TITLE);
    history_difference_write(page, differences, count, HISTORY_DESCRIPTION);
    write_media_change(page, before, after);
}

/* Each is compared with the one before, word by word. */
#define VERSIONS_SHOWN 20

static err write_versions(struct page *page, const struct news *news) {
    struct html *html = &page->html;
    struct news *versions;
    size_t count;
    if (news->version < 2) {
        return OK;
    }
    TRY(news_versions(face_reader(page->request), news->id, VERSIONS_SHOWN + 1, page->arena,
                      &versions, &count));
    html_raw(html, "<details class=\"more\" id=\"versions\"><summary>");
    html_tn(html, "%n version", "%n versions", news->version);
    html_raw(html, "</summary>\n<ol class=\"prose measure\">\n");
    for (size_t i = 0; i < count && i < VERSIONS_SHOWN; i++) {
        html_raw(html, "<li>");
        day_write(page, versions[i].changed_ms);
        html_raw(html, " · ");
        TRY(history_author_write(
            page, arena_printf(page->arena, "person:%lld", (long long)versions[i].person.v)));
        if (i + 1 < count) {
            write_change(page, &versions[i + 1], &versions[i]);
        }
        html_raw(html, "</li>\n");
    }
    html_raw(html, "</ol>\n");
    if (count > VERSIONS_SHOWN) {
        html_raw(html, "<p>");
        html_t(html, "Celles d’avant sont gardées, mais ne sont pas montrées.");
        html_raw(html, "</p>\n");
    }
    html_raw(html, "</details>\n");
    return OK;
}

/* Photos and documents as everybody sees them; of news that are not shown, for whoever sees those
 * all the same. The team is told which photos wait to be described. */
static void write_media(const struct reading *reading, const struct news *news) {
    struct page *page = reading->page;
    struct html *html = &page->html;
    slice path = news_path(news, page->arena);
    uint32_t count = news->media_count;
    const struct entry_media *media = news->media;
    if (news->status != NEWS_SHOWN) {
        slice before = arena_concat_of(page->arena, path, SLICE("/media"));
        pictures_row(page, media, count, before);
        (void)documents_list(page, media, count, before);
        return;
    }
    if (count == 0) {
        return;
    }
    media = news_media_shown(news, page->arena, &count);
    html_raw(html, "<div class=\"measure\">\n");
    pictures_gallery(page, media, count);
    (void)documents_list(page, media, count, SLICE("/media"));
    html_raw(html, "</div>\n");
    if (count < news->media_count && reading->role != TEAM_NONE) {
        html_raw(html, "<p class=\"alert alert--info\">");
        page_icon(page, "info");
        html_raw(html, "<span>");
        html_tn(html, "%n photo n’est pas montrée : dites d’abord ce qu’on y voit.",
                "%n photos ne sont pas montrées : dites d’abord ce qu’on y voit.",
                news->media_count - count);
        html_raw(html, " <a");
        html_attr(html, "href", arena_concat_of(page->arena, path, SLICE("/photos")));
        html_raw(html, ">");
        html_t(html, "Le dire");
        html_raw(html, "</a></span></p>\n");
    }
}

static err write_one(struct reading *reading, const struct news *news) {
    struct page *page = reading->page;
    struct html *html = &page->html;
    const struct entry_date happened = {.start = news->happened};
    slice path = news_path(news, page->arena);
    bool is_shown = news->status == NEWS_SHOWN;
    page_top(reading, news->title, path,
             !is_shown                 ? form_sheet()
             : news_has_photo(news, 1) ? SLICE(ASSET_PHOTO_CSS)
                                       : SLICE_EMPTY,
             true);
    html_raw(html, "<p class=\"lead\">");
    html_text(html, news_sort_label(page, news->sort));
    html_raw(html, " · ");
    date_write(page, &happened, I18N_DATE_PLAIN);
    html_raw(html, "</p>\n");
    if (!is_shown) {
        html_raw(html, "<p class=\"alert alert--info\">");
        page_icon(page, "info");
        html_raw(html, "<span>");
        html_t(html, "L’équipe a retiré cette nouvelle : elle seule et la modération la voient.");
        html_raw(html, "</span></p>\n");
    }
    html_raw(html, "<div class=\"prose measure\">\n");
    TRY(html_markdown(html, news->text, 2));
    html_raw(html, "</div>\n");
    write_media(reading, news);
    html_raw(html, "<p class=\"small muted\">");
    html_t(html, "Écrit par l’équipe, le");
    html_raw(html, " ");
    day_write(page, news->at_ms);
    html_raw(html, "</p>\n");
    TRY(write_versions(page, news));
    html_raw(html, "<p class=\"actions\">");
    if (reading->role != TEAM_NONE) {
        button(page, arena_concat_of(page->arena, path, SLICE("/edit")), N_("Modifier ou retirer"));
        button(page, arena_concat_of(page->arena, path, SLICE("/photos")), N_("Photos"));
        button(page, arena_concat_of(page->arena, path, SLICE("/documents")), N_("Documents"));
    }
    html_raw(html, "<a rel=\"nofollow\"");
    slice flag = way(reading, "/flag");
    html_attr(
        html, "href",
        is_shown ? arena_printf(page->arena, "%.*s?news=%lld", SLICE_ARG(flag), (long long)news->id)
                 : flag);
    html_raw(html, ">");
    html_t(html, "Signaler un problème");
    html_raw(html, "</a></p>\n</main>\n");
    page_foot(page);
    return html->out->failed;
}

err web_entry_news_one(void *app, const struct http_request *request,
                       struct http_response *response, struct problem *problem) {
    struct page page = page_begin(app, request, response);
    struct reading reading = {.page = &page};
    struct news news;
    int64_t id = 0;
    TRY(entry_of(&reading, problem));
    err found = slice_to_i64(request->captures[1], &id)
                    ? news_load(face_reader(request), id, request->arena, &news)
                    : ERR_NOT_FOUND;
    bool is_own = reading.role != TEAM_NONE || reading.moderates;
    if (found == OK &&
        (news.entry.v != reading.entry->entry.id.v || (news.status != NEWS_SHOWN && !is_own))) {
        found = ERR_NOT_FOUND;
    }
    TRY(found == ERR_NOT_FOUND ? problem_set(problem, found, "id", "no news has this address")
                               : found);
    return write_one(&reading, &news);
}

/* ---- all ---- */

static err write_all(struct page *page, uint32_t territory, int64_t before) {
    struct html *html = &page->html;
    struct news_item *items;
    size_t count;
    slice query = SLICE_EMPTY;
    slice place = SLICE_EMPTY;
    TRY(news_latest(face_reader(page->request), page->face->territories, territory, before,
                    AT_ONCE + 1, page->arena, &items, &count));
    if (territory != TERRITORY_NONE) {
        const struct territory *of = &page->face->territories->items[territory];
        query = arena_concat_of(page->arena, SLICE("?territory="), of->code);
        place = of->label;
    }
    slice heading = i18n(html->language, "Nouvelles");
    page_head(page,
              &(struct page_head){
                  .title = place.n == 0 ? heading
                                        : arena_concat_of(page->arena, heading, SLICE(", "), place),
                  .canonical = arena_concat_of(page->arena, SLICE("/news"), query),
                  .section = PAGE_OTHER});
    html_raw(html, "<main id=\"main\" class=\"wrap page\" tabindex=\"-1\">\n<h1>");
    html_text(html, heading);
    html_raw(html, "</h1>\n<p class=\"lead\">");
    if (place.n > 0) {
        html_raw(html, "<a");
        html_attr(html, "href", link_territory(page, territory));
        html_raw(html, ">");
        html_text(html, place);
        html_raw(html, "</a> · ");
    }
    html_t(html, "Ce que les équipes racontent : ce qui avance, ce qui réussit, ce qui coince.");
    html_raw(html, "</p>\n");
    if (count == 0) {
        html_raw(html, "<p>");
        html_t(html, "Il n’y a pas encore de nouvelle.");
        html_raw(html, "</p>\n");
    }
    html_raw(html, "<ol class=\"cards cards--tiles\">\n");
    for (size_t i = 0; i < count && i < AT_ONCE; i++) {
        TRY(news_item_write(page, &items[i].news, items[i].entry, NEWS_BRIEF, 2));
    }
    html_raw(html, "</ol>\n");
    if (count > AT_ONCE) {
        slice path = arena_concat_of(page->arena, SLICE("/news"), query,
                                     query.n > 0 ? SLICE("&") : SLICE("?"));
        older_way(page, path, items[AT_ONCE - 1].news.id);
    }
    html_raw(html, "<p class=\"actions\">");
    button(page, arena_concat_of(page->arena, SLICE("/news.atom"), query),
           N_("Suivre par un flux Atom"));
    html_raw(html, "</p>\n</main>\n");
    page_foot(page);
    return html->out->failed;
}

err web_news(void *app, const struct http_request *request, struct http_response *response,
             struct problem *problem) {
    uint32_t territory = TERRITORY_NONE;
    TRY(news_territory_of(app, request, &territory, problem));
    struct page page = page_begin(app, request, response);
    return write_all(&page, territory, number_of(request->query, SLICE("before=")));
}
