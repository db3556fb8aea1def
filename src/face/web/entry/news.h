/* What the pages of news share. */
#ifndef AGORA_FACE_WEB_ENTRY_NEWS_H
#define AGORA_FACE_WEB_ENTRY_NEWS_H

#include "domain/news/news.h"
#include "face/web/people/team.h"

/* "Étape franchie" */
slice news_sort_label(const struct page *page, enum news_sort sort);
/* "/entries/12/news/345" */
slice news_path(const struct news *news, struct arena *arena);

/* The one that an address names, for the team of its entry; with `entry` that too. ERR_NOT_FOUND,
 * ERR_DENIED. */
MUST_USE err news_own(const struct face *face, const struct http_request *request,
                      struct news *news, struct entry_public **entry, struct problem *problem);
/* The same for who may see one that was taken back: its team, and who moderates there. */
MUST_USE err news_seen(const struct face *face, const struct http_request *request,
                       struct news *news, struct problem *problem);
/* Whether a page that shows these has photos, and needs their sheet. */
bool news_has_photo(const struct news *news, size_t count);

/* How one is written in a list. */
enum news_form {
    NEWS_WHOLE, /* with all of its text */
    NEWS_BRIEF, /* its first words, and the way to the rest */
};
/* <li>; `entry` adds the entry that it is of, NULL where that is plain; its title is a heading of
 * `level`. */
MUST_USE err news_item_write(struct page *page, const struct news *news,
                             const struct entry_public *entry, enum news_form form, unsigned level);
/* A section with the newest of a territory (or of all, TERRITORY_NONE); nothing without any. */
MUST_USE err news_section(struct page *page, uint32_t territory, size_t room);
/* The territory that "?territory=CODE" names; TERRITORY_NONE without one. ERR_NOT_FOUND: an unknown
 * one. */
MUST_USE err news_territory_of(const struct face *face, const struct http_request *request,
                               uint32_t *territory, struct problem *problem);

#endif
