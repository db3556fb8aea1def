/* instance: what the administration is shown of settings and disk (face/instance.h). */
#ifndef AGORA_APP_INSTANCE_H
#define AGORA_APP_INSTANCE_H

#include "app/house.h"
#include "face/instance.h"

/* Lives as long as the house. */
struct face_instance instance_of(struct house *house);

#endif
