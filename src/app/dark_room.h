/* dark_room: what the serving process needs so that pictures can be taken in: the process that
 * decodes them and the thread that hands them over. Begun in two steps, around the sandbox. */
#ifndef AGORA_APP_DARK_ROOM_H
#define AGORA_APP_DARK_ROOM_H

#include "app/house.h"
#include "work/photo/photo.h"

/* Before the sandbox and before any thread. Free with photo_lab_stop. */
MUST_USE err dark_room_prepare(struct house *house, struct photo_lab **lab,
                               struct problem *problem);

#endif
