/* instance: what the administration is shown of settings and disk (face/instance.h). */
#ifndef AGORA_APP_INSTANCE_H
#define AGORA_APP_INSTANCE_H

#include "app/house.h"
#include "face/face.h"
#include "face/instance.h"
#include "http/http.h"
#include "mail/mail.h"

/* Makes what a serving face shows of settings and disk, at its start and when a setting is changed
 * on a page (RULE SETTING-1). A face is never changed once it serves: another one takes its place,
 * and all live as long as this. */
struct instance_live;
/* Fills in `face`, which outlives it and is copied for those that follow. */
struct instance_live *instance_live_new(struct house *house, struct face *face);
/* Who is told of a change, once they run. */
void instance_live_tell(struct instance_live *live, struct http_server *server,
                        struct mail_delivery *delivery);
void instance_live_free(struct instance_live *live);

#endif
