/* "Nous l'avons fait aussi": what the files of it and of adding share. */
#ifndef AGORA_FACE_WEB_ADD_AGAIN_INT_H
#define AGORA_FACE_WEB_ADD_AGAIN_INT_H

#include "face/web/add/adding.h"

/* On the page of a draft that takes something up: what changed, what was learnt. Nothing for
 * others. */
void again_write(struct adding *adding);
void again_take(struct adding *adding);

#endif
