#include "app/dark_room.h"

#include "app/sandbox.h"

/* A picture of 64 million pixels, whole, with what a decoder needs besides. */
#define MEMORY_BYTES (UINT64_C(1) << 30)
#define SECONDS      10

/* RULE MEDIA-3: what the process that decodes gives up. */
static err confine(void *self, struct problem *problem) {
    const struct house *house = self;
    struct sandbox_report report;
    if (house->settings.sandbox != 0 || !sandbox_is_possible()) {
        return OK;
    }
    return sandbox_enter(&(struct sandbox_options){.kind = SANDBOX_PHOTO, .log = &house->log},
                         &report, problem);
}

err dark_room_prepare(struct house *house, struct photo_lab **lab, struct problem *problem) {
    const struct photo_lab_options options = {
        .memory_bytes = sandbox_is_possible() ? MEMORY_BYTES : 0, /* a sanitizer maps terabytes */
        .seconds = SECONDS,
        .confine = confine,
        .confine_self = house,
        .log = &house->log,
    };
    return photo_lab_start(&options, lab, problem);
}
