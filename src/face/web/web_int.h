/* What the pages share: the shell, links, cards, the words for kinds and states. docs/markup.md is
 * the contract with web/css and web/ts. */
#ifndef AGORA_FACE_WEB_INT_H
#define AGORA_FACE_WEB_INT_H

#include "domain/person/person.h"
#include "face/jsonld.h"
#include "face/licence.h"
#include "face/map/map.h"
#include "face/web/web.h"
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
/* The entry whose number the address has first, whole, for who decides about it. ERR_DENIED,
 * ERR_NOT_FOUND. */
MUST_USE err media_entry_held(const struct face *face, const struct http_request *request,
                              struct entry **entry, struct problem *problem);
void card_write(struct page *page, const struct entry_public *entry, const struct atlas_hit *hit);
/* The date that matters now: the next happening, else the last one; NULL when it has none. */
const struct entry_date *entry_main_date(const struct entry *entry, int64_t now_ms);
void date_write(struct page *page, const struct entry_date *date, enum i18n_date_form form);
void day_write(struct page *page, int64_t at_ms); /* "22 novembre 2026", in Europe/Paris */
/* A portrait: its title on a plain band, a landscape, what it is about. */
void story_card(struct page *page, const struct entry_public *entry);
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
/* themes.c. Matches by theme, by index, from the counts of a search with ATLAS_FACET_THEME. */
uint64_t *theme_counts(struct page *page, const struct atlas_result *result);
/* The themes right below one, with their counts; false, and nothing written, without any. */
bool theme_narrower_chips(struct page *page, uint16_t theme, const uint64_t *counts);
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
/* texts.c: pages of plain text. Texts are French, marked with N_. */
void text_page(struct page *page, const struct page_head *head, slice title, const char *lead);
void text_section(struct page *page, slice id, const char *title); /* the caller ends <section> */
void text_paragraph(struct page *page, const char *text);
void text_item(struct page *page, const char *text);
/* A sentence that ends with the contact address of the settings, or the one for when there is
 * none. */
void text_contact(struct page *page, const char *message, const char *without);
/* The same of an address; none: `without` alone. */
void text_address(struct page *page, slice address, const char *message, const char *without);
/* Answers a page that changes with the settings and the language only. */
MUST_USE err text_answer(void *app, const struct http_request *request,
                         struct http_response *response, slice path,
                         void (*write)(struct page *page));

/* downloads.c: the result as files and feeds; <link rel="alternate"> to them in a page's head. */
void downloads_write(struct page *page, const struct query *query,
                     const struct atlas_result *result);
void downloads_alternates(struct page *page, const struct query *query);

/* explorer.c's parts. */

/* What a site that frames the explorer may keep its visitors from changing. */
enum explorer_lock {
    EXPLORER_LOCK_WORDS,
    EXPLORER_LOCK_KIND,
    EXPLORER_LOCK_TERRITORY,
    EXPLORER_LOCK_THEME,
    EXPLORER_LOCK_HAS,
    EXPLORER_LOCK_STATE,
    EXPLORER_LOCK_SOURCE,
    EXPLORER_LOCK_LANG,
    EXPLORER_LOCK_SKILL,
    EXPLORER_LOCK_BOX,
    EXPLORER_LOCK_DATES,
    EXPLORER_LOCK__COUNT
};
struct explorer {
    struct page *page;
    const struct atlas_view *view;
    struct query query; /* as answered: widened when nothing was found */
    struct query asked; /* as asked */
    struct query_problems problems;
    slice where;        /* what the place field shows */
    bool where_unknown; /* nothing has the name that was typed */
    uint32_t candidates[12];
    size_t candidate_count; /* several places have that name */
    bool widened;
    struct atlas_request request;
    struct atlas_result result;
    struct entry_public **entries; /* parallel to result.hits */
    struct geo_box fit;
    bool has_fit;
    uint32_t locked;  /* bits of enum explorer_lock */
    bool is_unfolded; /* a printed list names everything */
    bool map_only;    /* the results section tells its total and choices, and lists nothing */
};
/* Answers `query`: leaves out what this instance does not have, searches, widens when nothing is
 * found (RULE SHOW-2), loads the rows, chooses what the map shows. */
MUST_USE err explorer_search(struct explorer *explorer);
/* Tells, among the alerts, that a part of the address was not understood. */
void explorer_told(struct explorer *explorer, const char *field, slice value);
/* Reads where/where_was; may answer with a redirect (then `*done`). */
MUST_USE err explorer_place(struct explorer *explorer, bool *done);
void explorer_place_field(struct explorer *explorer);
void explorer_kinds(struct explorer *explorer);
void explorer_facets(struct explorer *explorer);
void explorer_results(struct explorer *explorer);
MUST_USE err explorer_map(struct explorer *explorer);
/* How many choices narrow the query, places and words apart. */
uint32_t explorer_choices(const struct query *query);
/* What a query is about in few words: its words, its one territory, else the site. */
slice explorer_name(const struct explorer *explorer);
slice explorer_title(const struct explorer *explorer); /* "Chambéry (73), 255 résultats" */

/* Handlers of the route rows (routes.c). */
http_handler web_picture_entry, web_picture_territory, web_picture_explore, web_picture_home,
    web_icon;
http_handler web_poster, web_print, web_history, web_changes, web_changes_feed, web_undo,
    web_undo_post;
http_handler web_embed, web_embed_code, web_worker, web_manifest, web_offline;
http_handler web_explore, web_home, web_stories, web_entry, web_territory, web_theme, web_themes,
    web_about, web_accessibility, web_legal, web_privacy, web_easy, web_easy_about;
http_handler web_sign_in, web_sign_in_post, web_code, web_code_post, web_link, web_link_post,
    web_sign_out, web_account, web_profile, web_profile_post, web_sessions, web_sessions_post,
    web_password, web_password_post, web_account_data, web_delete, web_delete_post;
http_handler web_add, web_add_post, web_add_kept, web_add_drop, web_add_step, web_add_step_post,
    web_add_merge, web_add_merge_post, web_contribution_sent, web_contribution_find,
    web_contribution_find_post, web_contribution, web_contribution_post, web_edit, web_edit_post;
http_handler web_document, web_add_document, web_moderation_document, web_add_documents,
    web_add_documents_post;
http_handler web_add_photos, web_add_photos_post, web_add_media, web_media, web_moderation_media;
http_handler web_team, web_team_post, web_invitation, web_invitation_post, web_person, web_write,
    web_write_post, web_claim, web_claim_post, web_claim_link, web_claim_link_post, web_claims,
    web_claim_case, web_claim_case_post;
http_handler web_restore, web_restore_post;
http_handler web_confirm, web_confirm_post, web_still, web_still_post, web_still_stop,
    web_still_stop_post;
http_handler web_news, web_news_feed, web_entry_news, web_entry_news_feed, web_entry_news_one,
    web_news_write, web_news_write_post, web_news_edit, web_news_edit_post, web_news_photos,
    web_news_photos_post, web_news_documents, web_news_documents_post, web_news_media,
    web_news_document;
http_handler web_suggestions, web_suggestion, web_suggestion_post;
http_handler web_duplicates, web_duplicate, web_duplicate_post, web_merged, web_merge,
    web_merge_post;
http_handler web_again, web_again_post;
http_handler web_flag, web_flag_post, web_moderation, web_moderation_case, web_moderation_case_post,
    web_moderation_log;
http_handler web_charter, web_charter_versions, web_charter_version, web_charter_edit,
    web_charter_edit_post;
http_handler web_admin, web_admin_instance, web_admin_queue, web_admin_queue_post, web_admin_people,
    web_admin_person, web_admin_power, web_admin_power_post, web_admin_audit, web_admin_audit_csv;
http_handler web_brought, web_brought_post, web_address, web_address_post, web_address_code,
    web_address_code_post;
http_handler web_help, web_help_begin, web_help_begin_post, web_help_end, web_help_person,
    web_help_person_post, web_help_paper, web_help_form, web_paper, web_paper_post;
http_handler web_decision, web_decision_post, web_moderation_appeal, web_moderation_appeal_post,
    web_moderation_person, web_moderation_person_post, web_moderation_network,
    web_moderation_network_post, web_moderation_networks, web_moderation_networks_post;
http_handler web_admin_themes, web_admin_themes_post, web_admin_theme, web_admin_theme_post,
    web_admin_theme_merge, web_admin_theme_merge_post;
http_handler web_admin_settings, web_admin_settings_post, web_admin_sources, web_admin_source,
    web_admin_source_post, web_admin_source_state, web_admin_source_state_post;

#endif
