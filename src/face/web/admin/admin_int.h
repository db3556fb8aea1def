/* What the pages of the administration share. */
#ifndef AGORA_FACE_WEB_ADMIN_ADMIN_INT_H
#define AGORA_FACE_WEB_ADMIN_ADMIN_INT_H

#include "domain/source/source.h"
#include "face/actor.h"
#include "face/instance.h"
#include "face/web/page/form.h"
#include "job/job.h"
#include "mail/mail.h"

/* A page of the administration: form_page_begin with the ways to the others on top. */
void admin_page_begin(struct form *form, const char *title, slice path, const char *lead);

/* RULE PERSON-4: who signed in long ago signs in again first, and comes back to this very address.
 * True: the answer is made. */
bool admin_must_prove(const struct http_request *request, struct http_response *response);

/* What was done, on the page after it: <p role="status">. N_() */
void admin_done(struct page *page, const char *text);

/* A value of the address, trimmed, whole characters up to ADMIN_VALUE_MAX bytes; empty without. */
#define ADMIN_VALUE_MAX 200
slice admin_value(const struct http_request *request, slice key);

/* Values for sentences; all in the arena. */
slice admin_size(const struct page *page, int64_t bytes);   /* "3 Go", "12 Mo" */
slice admin_time(const struct page *page, int64_t at_ms);   /* "22 novembre 2026, 14 h 05" */
slice admin_ago(const struct page *page, int64_t at_ms);    /* "il y a 3 jours" */
slice admin_number(const struct page *page, int64_t value); /* "15 756" */

slice admin_id(const struct page *page, int64_t id); /* plain digits */

/* A table that scrolls by itself; heads are N_() texts. The caller writes the rows. */
void admin_table_begin(struct page *page, const char *caption, const char *const *heads,
                       size_t count);
void admin_table_end(struct page *page);

/* admin_people.c */
const char *admin_role_label(enum person_role role); /* N_() */
/* "Savoie (73)" of a code; "tout le site" of none. */
slice admin_place(const struct page *page, slice territory);
/* A person's name as a link to their page here; "Sans nom" for none. */
void admin_person(struct page *page, struct person_id person, slice name);
/* Empty for a deleted account. */
MUST_USE err admin_person_name(const struct page *page, struct person_id id, slice *name);

/* admin_audit.c: acts as a table. */
MUST_USE err admin_acts_write(struct page *page, const struct person_act *acts, size_t count);

/* admin_source_state.c: "en pause · ", nothing of an open one; the ways to change it; what was
 * done, by the query of the list (N_(); NULL: nothing of this). */
void admin_source_state_word(struct page *page, enum source_state state);
void admin_source_acts(struct page *page, const struct source *source);
const char *admin_source_done(slice query);

/* admin_check.c: what the instance finds of itself, the worst first. */
enum admin_state { ADMIN_WRONG, ADMIN_WARN, ADMIN_OK, ADMIN_STATE__COUNT };
struct admin_check {
    const char *name, *title, *why; /* name: the id on the page; N_() texts */
    enum admin_state state;
    slice said;       /* what was found, in the page's language */
    const char *mend; /* what to do, N_(); NULL: nothing */
    slice line;       /* a setting or a command to copy; may be empty */
    slice href;       /* a page that helps; may be empty */
};
/* What waits, read once for all that is said of it on a page. */
struct admin_waits {
    struct mail_figures mail;
    struct job_counts jobs;
};
MUST_USE err admin_waits_read(const struct page *page, struct admin_waits *waits);
MUST_USE err admin_checks(struct page *page, const struct admin_waits *waits,
                          struct admin_check **checks, size_t *count);
void admin_check_write(struct page *page, const struct admin_check *check);

#endif
