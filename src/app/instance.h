/* instance: what the administration is shown of settings and disk (face/instance.h). */
#ifndef AGORA_APP_INSTANCE_H
#define AGORA_APP_INSTANCE_H

#include "app/house.h"
#include "face/face.h"
#include "face/instance.h"
#include "http/http.h"
#include "mail/mail.h"

/* Makes what a serving face shows of settings and disk, at its start and when a setting is changed
 * on a page (RULE SETTING-1), and gives it another atlas when themes are (generation.h). A face is
 * never changed once it serves: another one takes its place. All faces live as long as this, what a
 * former one had of themes until no request uses it. */
struct instance_live;
/* Fills in `face`, which outlives it and is copied for those that follow. kept_bytes: for entries
 * as the API writes them, of those that follow. */
struct instance_live *instance_live_new(struct house *house, struct face *face, size_t kept_bytes);
/* The atlas of the face is open, and closed by this from now on, also on failure (ERR_MEMORY). */
MUST_USE err instance_live_own(struct instance_live *live);
/* Who is told of a change, once they run. */
void instance_live_tell(struct instance_live *live, struct http_server *server,
                        struct mail_delivery *delivery);
/* http_options.app_gone */
void instance_live_gone(void *face);
/* Makes nothing more: before the server stops. And closes what it owns: after the server, the jobs
 * and the writer. */
void instance_live_stop(struct instance_live *live);
void instance_live_close(struct instance_live *live);
void instance_live_free(struct instance_live *live);

#endif
