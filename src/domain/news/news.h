/* domain/news: what happens in the life of an entry, as its team tells it: a step done, a success,
 * a question, a difficulty, a failure and what it taught. */
#ifndef AGORA_DOMAIN_NEWS_H
#define AGORA_DOMAIN_NEWS_H

#include "base/base.h"
#include "db/db.h"
#include "domain/contribution/contribution.h"
#include "domain/entry/entry.h"
#include "domain/media/media.h"
#include "domain/person/person.h"
#include "domain/team/team.h"
#include "domain/territory/territory.h"

enum news_sort {
    NEWS_STEP = 1,
    NEWS_SUCCESS,
    NEWS_QUESTION,
    NEWS_DIFFICULTY,
    NEWS_FAILURE, /* and what it taught */
    NEWS_SORT__COUNT
};
enum news_status {
    NEWS_SHOWN = 1,
    NEWS_TAKEN_BACK,   /* by its team */
    NEWS_STATUS__COUNT /* 3 is not to be used: it was once kept for hidden ones */
};
#define NEWS_TITLE_MAX 200
#define NEWS_TEXT_MAX  20000
/* How many of the newest are looked through for those of one territory. */
#define NEWS_LOOK_MAX 5000

slice news_sort_slug(enum news_sort sort); /* "step" */
bool news_sort_from_slug(slice slug, enum news_sort *sort);

struct news {
    int64_t id; /* rises with time */
    /* Where it stands now: the entry that its own was merged into, if it was. */
    struct entry_id entry;
    struct person_id person;
    enum news_status status;
    enum news_sort sort;
    struct date happened; /* as precise as its author knows it; never unknown */
    int64_t happened_ms;  /* its first moment, in Europe/Paris */
    slice title, text;    /* a line; Markdown, may be empty */
    int64_t version;      /* 1, 2, … */
    int64_t at_ms, changed_ms;
    /* Photos and documents that lie here, of this version. */
    struct entry_media *media;
    uint32_t media_count;
};

/* ---- writing ---- */

struct news_write {
    const struct actor *actor;
    int64_t id;            /* 0: a new one */
    struct entry_id entry; /* of a new one */
    int64_t version;       /* of a change: that was shown to who changed it */
    enum news_sort sort;
    slice happened, title, text; /* as typed */
};
/* RULE NEWS-1: written by the team of a published entry, in its name; changed by any of the team,
 * and every version stays. RULE CONTRIBUTE-2: links wait until their author is known here
 * (ERR_DENIED with the field "text"). In a write transaction. ERR_DENIED: not of the team;
 * ERR_NOT_FOUND; ERR_CONFLICT: another version stands; ERR_INPUT, ERR_LIMIT with the field "sort",
 * "happened", "title", "text", or "tries" (RULE PERSON-1). `*id` gets its number. */
MUST_USE err news_write(struct db_conn *conn, const struct contribution_world *world,
                        const struct news_write *write, int64_t now_ms, struct arena *arena,
                        int64_t *id, struct problem *problem);
/* The team takes one back, or shows it again. ERR_DENIED, ERR_NOT_FOUND. */
MUST_USE err news_take_back(struct db_conn *conn, const struct actor *actor, int64_t id,
                            bool is_taken, int64_t now_ms);

/* Its photos and documents become these, as a new version; none is made when they are the same.
 * RULE NEWS-2: MEDIA_PER_ENTRY_MAX photos, MEDIA_DOCUMENTS_MAX documents of
 * MEDIA_DOCUMENTS_BYTES_MAX together, all of them lying here. In a write transaction. ERR_DENIED:
 * not of the team; ERR_NOT_FOUND; ERR_INPUT, ERR_LIMIT with the field "media…", or "tries" (RULE
 * PERSON-1). */
struct news_media_write {
    const struct actor *actor;
    int64_t id;
    struct entry_media *media; /* as typed: cleaned where they stand */
    uint32_t count;
};
MUST_USE err news_media_put(struct db_conn *conn, const struct contribution_world *world,
                            const struct news_media_write *write, int64_t now_ms,
                            struct arena *arena, struct problem *problem);
/* RULE NEWS-2: those that the public sees: documents, and photos of which somebody said what they
 * show. In the arena. */
struct entry_media *news_media_shown(const struct news *news, struct arena *arena, uint32_t *count);
/* Those of an older version against those of the next, with what is said of each: whether they are
 * the same. */
bool news_media_same(const struct news *one, const struct news *other);

/* ---- reading ---- */

/* One, whatever its status: who may see it is for the caller to ask. ERR_NOT_FOUND. In the
 * arena. */
MUST_USE err news_load(struct db_conn *conn, int64_t id, struct arena *arena, struct news *news);
/* Its versions, the newest first, at most `room`. In the arena. */
MUST_USE err news_versions(struct db_conn *conn, int64_t id, size_t room, struct arena *arena,
                           struct news **versions, size_t *count);
/* Those of an entry, what happened last first: at most `room`, those before another one (NULL: from
 * the last). Shown ones, and with `all` those taken back, for its team and for who moderates. */
MUST_USE err news_of_entry(struct db_conn *conn, struct entry_id entry, const struct news *before,
                           bool all, size_t room, struct arena *arena, struct news **news,
                           size_t *count);
/* The newest of all entries, or of those that the public sees within a territory (an index, or
 * TERRITORY_NONE), with these: at most `room`, those before the number `before` (0: from the
 * newest). Of a territory the newest NEWS_LOOK_MAX of all are looked through. */
struct news_item {
    struct news news;
    struct entry_public *entry;
};
MUST_USE err news_latest(struct db_conn *conn, const struct territories *territories,
                         uint32_t territory, int64_t before, size_t room, struct arena *arena,
                         struct news_item **items, size_t *count);

/* What an account wrote, each version of it, for the download of their data: `"news":[…]`. */
MUST_USE err news_person_to_json(struct db_conn *conn, struct person_id person, struct buf *out);

extern const struct db_catalogue news_catalogue;

#endif
