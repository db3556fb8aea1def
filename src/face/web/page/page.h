/* What the pages share: the shell, links, cards, the words for kinds and states. docs/markup.md is
 * the contract with web/css and web/ts. */
#ifndef AGORA_FACE_WEB_PAGE_PAGE_H
#define AGORA_FACE_WEB_PAGE_PAGE_H

#include "domain/person/person.h"
#include "face/face.h"
#include "face/jsonld.h"
#include "face/licence.h"
#include "face/map/map.h"
#include "html/html.h"
#include "query/query.h"

/* Marks a French text of a table for translation; it is looked up where it is written. */
#define N_(message)    message
#define N2_(one, many) one, many /* the two forms of a plural */

/* One answer being written. Everything lives in the request's arena. */
struct page {
    const struct face *face;
    const struct http_request *request;
    struct http_response *response;
    struct arena *arena;
    struct html html; /* writes into response->body */
    size_t language;  /* 0 fr, 1 en: index of theme labels */
    slice language_code;
    int64_t now_ms;
    /* Inside another site's page (/embed): links to a query stay in the frame and keep its dress,
     * all others open beside that page. */
    bool framed;
    slice frame_dress; /* "view=map&lock=q", may be empty */
};
struct page page_begin(const struct face *face, const struct http_request *request,
                       struct http_response *response);

enum page_section { PAGE_EXPLORE, PAGE_STORIES, PAGE_AGENDA, PAGE_ABOUT, PAGE_OTHER };
struct page_head {
    slice title;       /* without the site's name */
    slice description; /* may be empty */
    slice canonical;   /* path and query, e.g. "/entries/1-x" */
    const struct query
        *shown;    /* what the page lists, for feeds and maps of the same; may be NULL */
    slice feed;    /* path of one more Atom feed about it, may be empty */
    slice picture; /* path of what is drawn for those who share it, may be empty */
    const struct entry_picture *photo; /* shown to them instead; may be NULL */
    slice json_ld;                     /* what the page is about (meta_site, …), may be empty */
    slice sheet; /* one more style sheet, of what only this page writes; may be empty */
    enum page_section section;
    bool has_results;   /* the explorer: its sheet, the skip link to #results */
    bool is_embeddable; /* /oembed knows its address */
    bool is_article;    /* about one thing, not a way in */
    bool not_indexed;   /* robots: noindex (error pages, filtered views) */
};
void page_head(struct page *page, const struct page_head *head);
void page_foot(struct page *page);
/* helped.c: whom one helps just now, above the page; nothing for who helps nobody. */
void help_banner(struct page *page);
/* " · avec l’aide de …" (RULE HELP-2), of a revision, or with 0 of the first of an entry that was
 * written so; nothing when nobody helped. */
MUST_USE err help_with_write(struct page *page, struct entry_id entry, int64_t revision);
/* "/help/people/12" */
slice help_person_path(const struct page *page, struct person_id person);

/* meta.c: what machines read in the head. */
void meta_write(struct page *page, const struct page_head *head);
/* The same path in a language of choice. */
slice meta_in_language(const struct page *page, slice path, slice code);
/* JSON-LD of a page: of the site, of a territory, of an entry with its source. */
slice meta_site(const struct page *page);
slice meta_territory(const struct page *page, uint32_t territory);
slice meta_entry(const struct page *page, const struct entry_public *entry,
                 const struct source *source);
/* Sets the ETag of the page from the atlas's version, the language and what else decides the bytes.
 * True when the visitor has it already: the answer is then done (304). */
bool page_unchanged(struct page *page, const struct atlas_view *view, slice what);

/* <svg class="i" aria-hidden="true"><use href="#i-NAME"/></svg> */
#define page_icon(page, name)                                                                      \
    html_raw(&(page)->html,                                                                        \
             "<svg class=\"i\" aria-hidden=\"true\"><use href=\"#i-" name "\"/></svg>")
void page_kind_icon(struct page *page, enum query_kind kind);

/* Words of a kind: "Initiative", "Initiatives", and the pair for "%n initiatives". */
struct kind_words {
    const char *one, *many, *count_one, *count_many;
};
const struct kind_words *kind_words(enum query_kind kind);
slice kind_one(const struct page *page, enum query_kind kind);
slice kind_many(const struct page *page, enum query_kind kind);
slice state_label(const struct page *page, enum query_state state);
/* "Chaque semaine, jusqu’au 30 juin 2027" of a rule (domain/entry/series.h); in the arena. */
slice series_text(struct page *page, slice rule);
slice entry_state_label(const struct page *page, enum entry_state state); /* none: empty */
slice maturity_label(const struct page *page, slice maturity); /* of its slug; else empty */
slice has_label(const struct page *page, enum query_has has);

/* The title of a source, else its slug in words. */
slice source_title(const struct page *page, slice slug);

/* Addresses; all in the arena. */
slice link_explore(const struct page *page, const struct query *query);
/* The same under another path, "/embed" say; `more` follows the query ("view=map"), may be
 * empty. */
slice link_query(const struct page *page, const char *path, const struct query *query, slice more);
slice link_explore_at(const struct page *page, const struct query *query,
                      const struct geo_box *box);
/* Many links that differ in the value of one key: what stands before it and behind it. The query
 * has some value for the key ("bbox="); the values are written as they stand. */
struct link_frame {
    slice before, behind;
};
struct link_frame link_frame_of(const struct page *page, const struct query *query, slice key);
slice link_framed(const struct page *page, const struct link_frame *frame, slice value);
/* The frame of link_explore_at: link_framed with the box_text of a box gives the same. */
struct link_frame link_frame_at(const struct page *page, const struct query *query);
slice link_entry(const struct page *page, struct entry_id id, slice title);
slice link_territory(const struct page *page, uint32_t territory);
slice link_theme(const struct page *page, uint16_t theme);
slice box_text(const struct page *page, const struct geo_box *box); /* as `bbox=` has it */
slice point_text(const struct page *page, struct geo_point point);  /* as `near=` has it */
struct geo_box mainland_box(void); /* where a query without a place looks */
/* "/entries/12/team": an address of an entry with what comes behind its number. */
slice link_entry_under(struct entry_id entry, const char *end, struct arena *arena);
/* The entry that the address of a request names; there may be none. ERR_NOT_FOUND: no number. */
MUST_USE err entry_of_address(const struct http_request *request, struct entry_id *entry,
                              struct problem *problem);
/* Appends `text` percent-encoded for any part of an address (RFC 3986: all but unreserved bytes; a
 * space is %20, so that mail and message programs show it as one). */
void encode_component(slice text, struct buf *out);

/* Opening hours as OpenStreetMap writes them, in the page's language: "Mo-Fr 09:00-12:00" becomes
 * "Lundi – vendredi : 9 h – 12 h". What is not understood comes back as it is, so that nothing is
 * ever told wrong. In the arena. */
slice hours_text(const struct page *page, slice osm);
/* The same, one text a rule: a week of them is a table for the eye. None for no hours. */
uint32_t hours_texts(const struct page *page, slice osm, slice **texts);
/* Of a table (hours_week.h): "lundi", 0; "9 h – 12 h, 14 h – 18 h" or "fermé". */
struct hours_week_day;
slice hours_weekday(const struct page *page, unsigned day);
slice hours_day_text(const struct page *page, const struct hours_week_day *day);

/* Parts of an entry, written the same everywhere. */
void card_badge(struct page *page, enum query_kind kind);
void card_state(struct page *page, const struct entry *entry);
/* "Cognin (73) · à 2 km"; nothing when no place is known. */
void card_place(struct page *page, const struct entry_public *entry, double distance_m);
void card_example(struct page *page, const struct entry *entry); /* the mark of an invented one */
/* <h3> with the link and, for an invented entry, the mark that says so. */
void card_title(struct page *page, const struct entry *entry);
void card_scene(struct page *page, struct entry_id id);

/* media.c: pictures that lie here. */
/* The first one of an entry, or NULL. */
const struct entry_media *picture_first(const struct entry *entry, struct entry_picture *picture);
/* <picture>: WebP in every size, JPEG for who reads no WebP; `sizes` says how wide it is shown.
 * Nothing moves when it comes: its shape stands in it. */
void picture_write(struct page *page, const struct entry_picture *picture, slice alt,
                   const char *sizes, bool is_first);
/* The smallest print, from an address that begins with `before` instead of "/media". */
void picture_small(struct page *page, const struct entry_picture *picture, slice alt, slice before);
/* The pictures among media in a row, small, from an address that begins with `before` instead of
 * "/media": for who may see what the public does not. Nothing without any. */
void pictures_row(struct page *page, const struct entry_media *media, uint32_t count, slice before);
/* entry_photo.c: as the public sees them, the first one wide; nothing without any. */
void pictures_gallery(struct page *page, const struct entry_media *media, uint32_t count);
/* documents.c: documents that lie here. */
slice document_said(const struct page *page,
                    const struct entry_document *document); /* "PDF, 48 Ko" */
/* Those among media as a list of files to take away, their addresses as above; how many. */
uint32_t documents_list(struct page *page, const struct entry_media *media, uint32_t count,
                        slice before);
/* Answers with a file of a picture, or with a document, that is among these media, and with no
 * other. ERR_NOT_FOUND. */
MUST_USE err media_answer(const struct face *face, struct http_response *response,
                          const struct entry_media *media, uint32_t count, slice name, slice file,
                          struct problem *problem);
MUST_USE err documents_answer(const struct face *face, const struct http_request *request,
                              struct http_response *response, const struct entry_media *media,
                              uint32_t count, slice name, struct problem *problem);
void card_write(struct page *page, const struct entry_public *entry, const struct atlas_hit *hit);
/* The date that matters now: the next happening, else the last one; NULL when it has none. */
const struct entry_date *entry_main_date(const struct entry *entry, int64_t now_ms);
void date_write(struct page *page, const struct entry_date *date, enum i18n_date_form form);
void day_write(struct page *page, int64_t at_ms); /* "22 novembre 2026", in Europe/Paris */
/* Of a photo that is shown with permission and is nobody else's to use (SPDX, 10.1). */
#define LICENCE_RESERVED "LicenseRef-all-rights-reserved"
/* A licence by its name, with a link to its text when it is a known one. */
void page_licence(struct page *page, slice id);
void agenda_item(struct page *page, const struct entry_public *entry);

/* Loads the rows behind hits; folded groups keep a NULL. `*found` is parallel to the hits. */
MUST_USE err hits_load(struct page *page, const struct atlas_result *result,
                       struct entry_public ***found);

/* The rings and pins of a request in a window, with links that keep the rest of the query. */
MUST_USE err map_write(struct page *page, const struct atlas_view *view,
                       const struct atlas_request *request, struct map_drawing *drawing);

/* parts.c: what home, territory and theme pages share. */

/* One search and the rows behind its hits. */
struct part_found {
    struct atlas_result result;
    struct entry_public **entries; /* parallel to result.hits; NULL: a folded group, or gone */
};
MUST_USE err part_search(struct page *page, const struct atlas_view *view,
                         const struct query *query, uint32_t facets, struct part_found *found);
/* The matches of one kind in the counts of a search that asked for ATLAS_FACET_KIND. */
uint64_t part_kind_count(const struct atlas_result *result, enum query_kind kind);
/* <ol class="cards cards--tiles">, at most `room`; folded groups are left out. */
void part_cards(struct page *page, const struct part_found *found, uint32_t room);
/* <div class="section-head"> with a heading and, when href is not empty, a link at its end. */
void part_section_head(struct page *page, slice title, slice href, slice label);
/* The next events of a query (its kinds, dates and order are replaced). */
MUST_USE err part_agenda(struct page *page, const struct atlas_view *view,
                         const struct query *query, uint32_t room);
/* What was added last (its order is replaced): a section, or nothing. */
MUST_USE err part_latest(struct page *page, const struct atlas_view *view,
                         const struct query *query, uint32_t room);
/* What is looked for and offered (its kinds are replaced): a section, or nothing. */
MUST_USE err part_asks(struct page *page, const struct atlas_view *view, const struct query *query,
                       uint32_t room);
/* "255 résultats", "1 résultat" into the arena. */
slice part_count_text(const struct page *page, uint64_t total);
/* "137 résultats, au 22 novembre 2026." and a bar a kind; of a search with ATLAS_FACET_KIND. */
void part_kind_bars(struct page *page, const struct query *query,
                    const struct atlas_result *result);
/* Where to have the matches of a query as a feed, a calendar, a table. */
void part_follow(struct page *page, const struct query *query);
/* A malformed choice in the address is told, the rest is kept: one alert for each. */
void part_problems(struct page *page, const struct query_problems *problems);
void part_chip(struct page *page, slice href, slice label); /* <li> of a chip */
/* <li> of a chip with its count. */
void part_count_chip(struct page *page, slice href, slice label, uint64_t count);
/* "au 22 novembre 2026" */
slice part_today(const struct page *page);
slice part_today_short(const struct page *page); /* "au 22 nov. 2026" */
struct crumb {
    slice href, label; /* no href: the page itself */
};
void part_breadcrumb(struct page *page, const struct crumb *crumbs, size_t count);

/* share.c: <p class="actions"> with the ways to pass a page on. */
struct part_share {
    slice title, address;       /* absolute */
    slice poster, print, embed; /* paths; empty ones are not offered */
};
void part_share(struct page *page, const struct part_share *share);
/* The same folded, for the answer to a query; `address` is the path of the page. */
void part_share_query(struct page *page, const struct query *query, slice title, slice address);

/* Hidden inputs that keep a query when a form is sent: all its keys but `but` (may be empty). */
void part_query_inputs(struct page *page, const struct query *query, slice but);
/* <html>, <head> and <body class="…"> of a page in a dress of its own (a frame, a poster, a printed
 * list): no header, no footer, its own small style sheet. Ends with part_bare_foot. */
struct part_bare {
    slice title, canonical; /* without the site's name; path and query, may be empty */
    slice sheet, script;    /* assets; no script when empty */
    slice body_class;
    slice look; /* "light", "dark"; empty: as the reader's system */
};
void part_bare_head(struct page *page, const struct part_bare *bare);
void part_bare_foot(struct page *page);
/* downloads.c: the result as files and feeds; <link rel="alternate"> to them in a page's head. */
void downloads_write(struct page *page, const struct query *query,
                     const struct atlas_result *result);
void downloads_alternates(struct page *page, const struct query *query);

/* Handlers of the route rows (routes.c). */
http_handler web_worker, web_manifest, web_offline;

#endif
