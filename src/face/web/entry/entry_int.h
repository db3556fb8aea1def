/* What the files of an entry's page share. */
#ifndef AGORA_FACE_WEB_ENTRY_ENTRY_INT_H
#define AGORA_FACE_WEB_ENTRY_ENTRY_INT_H

#include "domain/history/history.h"
#include "domain/news/news.h"
#include "face/web/people/team.h"

struct sheet {
    struct page *page;
    const struct entry_public *entry;
    const struct entry *of;
    const struct atlas_view *view;
    struct source source;
    struct team_shown team;
    struct entry_confirmation confirmed; /* the last one; at_ms 0: it says nothing here */
    struct history_author confirmer;     /* whose name everybody may see */
    struct news *news;                   /* the latest, one more than is shown */
    size_t news_count;
    slice title, address; /* the entry's own absolute address */
    slice open_now;       /* "Ouvert maintenant, jusqu’à 18 h"; empty: not known */
    int today;            /* where it is, 0 Monday; -1: not known, or there are no hours */
    bool is_open;
};
/* A text of the entry in the page's language, else as it was written. */
slice sheet_text(const struct sheet *sheet, enum entry_translated field, uint32_t position);

/* entry_photo.c: the photos that lie here; nothing without any. */
void sheet_photos(struct sheet *sheet);
/* documents.c: those that lie here, to take away. */
void sheet_documents(struct sheet *sheet);

/* entry_media.c */
void sheet_media_item(struct sheet *sheet, const struct entry_media *media, uint32_t number);
/* Lets the hosts of the entry's videos into the page's policy; before the media are written. */
void sheet_media_policy(const struct sheet *sheet);

/* entry_open.c: fills in `open_now`, `is_open` and `today`, for this moment. */
void sheet_open_now(struct sheet *sheet);
/* The hours, a row of .practical: a week as a table with today marked, else a line a rule. */
void sheet_hours(struct sheet *sheet);

/* entry_part.c: the side of the page. */
void sheet_take_part(struct sheet *sheet);
void sheet_where(struct sheet *sheet);
void sheet_share(struct sheet *sheet);

/* entry_team.c: who runs it; nothing without a team. */
void sheet_team(struct sheet *sheet);
/* What of it decides the bytes of the page. */
slice sheet_team_key(const struct sheet *sheet);

/* entry_fresh.c: when it was last known to be so, and by whom; since when nobody said so; that it
 * has ended; the way to say it. */
MUST_USE err sheet_confirmed_load(struct sheet *sheet);
MUST_USE err sheet_confirmed(struct sheet *sheet);
void sheet_ended(struct sheet *sheet);
void sheet_stale(struct sheet *sheet);
void sheet_foot_confirm(struct sheet *sheet);

/* news_part.c: its latest news; nothing without any, but for its team. */
MUST_USE err sheet_news_load(struct sheet *sheet);
MUST_USE err sheet_news(struct sheet *sheet);
slice sheet_news_key(const struct sheet *sheet);

/* entry_again.c: what inspired it, what took it up; the way to take it up. Links that it tells of
 * are told nowhere else. */
MUST_USE err sheet_again(struct sheet *sheet);
void sheet_again_way(struct sheet *sheet);
bool sheet_link_is_again(const struct entry_link *link);

/* entry_more.c: below the text, and the foot. */
void sheet_figures(struct sheet *sheet);
void sheet_links(struct sheet *sheet);
MUST_USE err sheet_nearby(struct sheet *sheet);
void sheet_foot_source(struct sheet *sheet);
MUST_USE err sheet_foot_history(struct sheet *sheet);
void sheet_foot_report(struct sheet *sheet);

#endif
