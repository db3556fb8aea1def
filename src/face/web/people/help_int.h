/* What the pages of helping people without e-mail share. */
#ifndef AGORA_FACE_WEB_PEOPLE_HELP_INT_H
#define AGORA_FACE_WEB_PEOPLE_HELP_INT_H

#include "domain/person/help.h"
#include "face/actor.h"
#include "face/web/page/form.h"

#define HELP_PLACES_MAX 12
/* Whom the helper of a request begins to help, as far as it is typed. Lives in the request's
 * arena. */
struct helping {
    const struct face *face;
    struct help_ask ask;
    bool is_agreed;
    struct arena *arena;
    /* Communes of one name, to choose from. */
    uint32_t places[HELP_PLACES_MAX];
    size_t place_count;
    struct person_id person;
    struct problem problem;
};

struct helping *help_new(void *app, const struct http_request *request);
/* What is read aloud, how they consented, and for which house one helps: of a form that begins. */
void help_consent_write(struct form *form, const struct helping *helping);
/* The same from what was sent; adds what is wrong. */
void help_consent_take(struct form *form, struct helping *helping, const struct http_form *sent);
/* The job that begins it. */
err help_begin_job(struct db_conn *conn, void *self);
/* Adds what help_begin refused to the form; false: it is nothing of a form. */
bool help_told(struct form *form, err result, const struct problem *problem);
/* Where what was added begins: the pages of adding, in the name of who is helped. */
void help_ways(struct page *page);

#endif
