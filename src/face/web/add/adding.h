/* What the pages of adding and editing share: one draft on its way through four pages. */
#ifndef AGORA_FACE_WEB_ADD_ADDING_H
#define AGORA_FACE_WEB_ADD_ADDING_H

#include "domain/contribution/contribution.h"
#include "face/web/page/form.h"
#include "work/geocode/geocode.h"

enum add_step { ADD_WHAT, ADD_WHERE, ADD_MORE, ADD_CHECK, ADD_STEP__COUNT };

#define ADD_PLACES_MAX 12
/* Under which everything is added here (SPDX). */
#define ADD_LICENCE SLICE("CC-BY-SA-4.0")

/* Whose the photos and documents are: a draft's, or those of a news item. Its pages stand at
 * adding->base ("/add/SECRET", "/entries/1/news/2") and below. */
struct adding;
struct add_owner {
    /* On the writer: the media as they stand now, into adding->draft.content, and back. */
    err (*load)(struct db_conn *conn, struct adding *adding);
    err (*store)(struct db_conn *conn, struct adding *adding, struct problem *problem);
    void (*begin)(struct adding *adding, struct page *page, const char *title, slice path);
    slice (*back)(const struct adding *adding); /* where the files were asked for */
    slice (*on)(const struct adding *adding);   /* and where it goes on when they are here */
    bool is_shown_at_once;                      /* so that each photo is described: RULE NEWS-2 */
};
extern const struct add_owner add_owner_draft; /* add_files.c */

/* One request to one of the pages. Everything lives in the request's arena. */
struct adding {
    const struct face *face;
    const struct http_request *request;
    struct arena *arena;
    const struct actor *actor;
    slice secret;
    slice base; /* of the pages of files */
    const struct add_owner *owner;
    int64_t news; /* of files that are no draft's; else 0 */
    enum add_step step;
    int64_t now_ms;
    struct contribution_draft draft;
    const struct http_form *sent; /* NULL: a page is asked for */
    bool is_preview;              /* of what was sent, which is not kept yet */
    struct form form;
    /* Places of one name, to choose from. */
    uint32_t places[ADD_PLACES_MAX];
    size_t place_count;
    /* add_address.c: what the service of addresses said to this request. */
    bool has_asked;
    const char *note; /* instead of places; N_(), NULL: none */
    struct geocode_answer found;
    bool asks_far; /* add_pin.c: whether the position is meant */
};

/* What a field shows: what was just sent, else what the draft has. */
slice add_typed(const struct adding *adding, const char *name, slice kept);
/* "/add/SECRET/where" */
slice add_path(const struct adding *adding, enum add_step step);
/* A choice among these and, as the last of them, what the draft has that is none of them. */
void add_select_kept(struct adding *adding, const char *name, const char *label,
                     const struct form_choice *choices, size_t count, slice chosen);

/* Each page: writes its fields; takes what was sent into the draft and adds what is wrong to
 * adding->form. */
void add_what_write(struct adding *adding);
void add_what_take(struct adding *adding);
void add_where_write(struct adding *adding);
void add_where_take(struct adding *adding);
/* add_address.c: where it is, by its address; nothing when no service is set. `_take`: true when
 * one was chosen, and the draft has it. `_post`: within the handler of a POST, as its last act,
 * when `_is_asked`: the page comes back with what was found, and nothing is kept yet. */
#define ADD_ADDRESS "address"
void add_address_write(struct adding *adding);
bool add_address_take(struct adding *adding);
bool add_address_is_asked(const struct adding *adding);
MUST_USE err add_address_post(struct adding *adding, struct http_response *response);
/* add_pin.c: the map with its pin and the field of the position, which shows `point`; RULE PLACE-2
 * on what was sent. */
void add_pin_write(struct adding *adding, slice point);
void add_pin_check(struct adding *adding);
void add_more_write(struct adding *adding);
void add_more_take(struct adding *adding);
/* add_dates.c: when it happens. */
void add_dates_write(struct adding *adding);
void add_dates_take(struct adding *adding);
/* add_hours.c: the hours of a week as a table, or as a text. */
void add_hours_write(struct adding *adding);
void add_hours_take(struct adding *adding);
/* add_kind.c: what only this kind is asked, the folded part last. */
void add_kind_write(struct adding *adding);
void add_kind_write_folded(struct adding *adding);
void add_kind_take(struct adding *adding);
void add_kind_check(struct adding *adding);
/* add_themes.c */
void add_themes_write(struct adding *adding);
void add_themes_take(struct adding *adding);
/* The precision as its choice shows it: an address without a point is one that may be shown. */
slice add_precision_shown(const struct entry *entry);
/* add_send.c: a line of what is looked over before it is sent; nothing for an empty text. */
void add_check_row(struct adding *adding, enum add_step step, const char *label, slice text);
MUST_USE err add_check_write(struct adding *adding);
MUST_USE err add_send(struct adding *adding, struct http_response *response);
/* add_merge.c: the page where two changes at once become one; its faults were added. */
MUST_USE err add_merge_write(struct adding *adding, struct http_response *response);
/* add.c: the draft that an address names, and its page; ADD_STEP__COUNT when it names none. */
MUST_USE err add_open(void *app, const struct http_request *request, struct adding **opened,
                      struct problem *problem);
/* RULE MOD-9: what who comes from a blocked network is told. */
#define ADD_NETWORK_CLOSED                                                                         \
    N_("Depuis votre réseau, rien ne peut être apporté sans compte pour un temps : la "        \
       "modération l’a décidé. Connectez-vous, ou écrivez à l’équipe du site.")
/* add_begin.c: within the handler of a POST, as its last act: begins a draft of `entry`, in the
 * language of the page, and goes on to its first page. RULE PERSON-1: drafts that are begun without
 * an account are counted; `refused` answers when there are too many, NULL: as any error. */
typedef err add_refused(void *app, const struct http_request *request, const struct entry *entry,
                        struct http_response *response);
MUST_USE err add_begin(void *app, const struct http_request *request, const struct entry *entry,
                       add_refused *refused);
/* add.c: the page of adding->step, with its faults. */
MUST_USE err add_page_write(struct adding *adding, struct http_response *response);
/* The head of a page of the draft: where it stands, its title, what is wrong. */
void add_page_begin(struct adding *adding, struct page *page, const char *title, slice path);
/* What an address names: a draft (add_open), or a news item of one's team. */
typedef err add_opening(void *app, const struct http_request *request, struct adding **opened,
                        struct problem *problem);
/* add_photos.c, add_documents.c: the pages of files, of whatever `open` finds. */
MUST_USE err add_photos_page(struct adding *adding, struct http_response *response);
MUST_USE err add_photos_take(void *app, const struct http_request *request,
                             struct http_response *response, add_opening *open,
                             struct problem *problem);
MUST_USE err add_documents_page(struct adding *adding, struct http_response *response);
MUST_USE err add_documents_take(void *app, const struct http_request *request,
                                struct http_response *response, add_opening *open,
                                struct problem *problem);
/* add_photos.c: "/add/SECRET/photos"; the pictures of the draft in a row, nothing without any. */
slice add_photos_path(const struct adding *adding);
void add_photos_row(struct adding *adding);
/* The same among what is looked over before it is sent. */
void add_photos_check(struct adding *adding);

/* add_documents.c: the same of the documents; how many. */
slice add_documents_path(const struct adding *adding);
uint32_t add_documents_row(struct adding *adding);
void add_documents_check(struct adding *adding);

/* Adds the fault of a page's own field for what entry_check refused; false: of another page. */
bool add_fault(struct adding *adding, enum add_step step, err failed,
               const struct problem *problem);

/* The entry whose number the address has first, whole, for who decides about it. ERR_DENIED,
 * ERR_NOT_FOUND. */
MUST_USE err media_entry_held(const struct face *face, const struct http_request *request,
                              struct entry **entry, struct problem *problem);

#endif
