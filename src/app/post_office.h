/* post_office: what the serving process needs so that letters go out: the processes that speak
 * to the mail server, and the runner of jobs. Begun in two steps, around the sandbox. */
#ifndef AGORA_APP_POST_OFFICE_H
#define AGORA_APP_POST_OFFICE_H

#include "app/doubles.h"
#include "app/house.h"
#include "app/leaving.h"
#include "app/sweep.h"
#include "html/i18n.h"
#include "job/job.h"
#include "mail/mail.h"

struct post_office {
    struct mail_post *post; /* NULL: letters become files */
    struct mail_delivery *delivery;
    struct sweep sweep;
    struct doubles doubles;
    struct job_runner *runner;
};
/* Before the sandbox and before any thread. ERR_INPUT: settings that do not go together (the key in
 * `problem`); ERR_NOT_FOUND, ERR_IO: a file that they name. */
MUST_USE err post_office_prepare(struct post_office *office, struct house *house,
                                 struct problem *problem);
/* After it. `address` is where the site answers, for links when there is no base_url. All that is
 * given outlives the office. */
MUST_USE err post_office_open(struct post_office *office, struct house *house,
                              const struct i18n *i18n, const char *address,
                              struct db_writer *writer, struct problem *problem);
/* Lets the letters that are on their way go for two seconds; what waits is sent by the next server.
 * */
void post_office_close(struct post_office *office);

/* Who letters come from: mail_from, or contact_email, or an address that is none. */
slice post_office_sender(const struct settings *settings);
/* What of the settings does not go together, for `agora config --check` and for a start: NULL, or
 * what is wrong with `*key`. */
const char *post_office_fault(const struct settings *settings, const char **key);

#endif
