#include "app/guide.h"

#include <netdb.h>
#include <sys/socket.h>

#include "app/sandbox.h"

/* What the process that asks gives up; it has asked for the name once, so that what the C library
 * loads for that is loaded. */
static err confine(void *self, struct problem *problem) {
    const struct house *house = self;
    struct addrinfo *addresses = NULL;
    struct sandbox_report report;
    struct arena scratch ARENA_CLEANUP = arena_make(GEOCODE_URL_MAX + 1, 0);
    slice host;
    unsigned port = 0;
    geocode_url_read(house->settings.geocoder_url, &host, &port);
    if (getaddrinfo(arena_cstr(&scratch, host), NULL, NULL, &addresses) == 0) {
        freeaddrinfo(addresses);
    }
    if (house->settings.sandbox != 0 || !sandbox_is_possible()) {
        return OK;
    }
    return sandbox_enter(
        &(struct sandbox_options){.kind = SANDBOX_POST, .post_port = port, .log = &house->log},
        &report, problem);
}

err guide_prepare(struct house *house, struct geocode_desk **desk, struct problem *problem) {
    *desk = NULL;
    if (house->settings.geocoder_url.n == 0) {
        return OK;
    }
    const struct geocode_desk_options options = {.url = house->settings.geocoder_url,
                                                 .timeout_ms = GEOCODE_TIMEOUT_MS,
                                                 .confine = confine,
                                                 .confine_self = house,
                                                 .clock = house->clock,
                                                 .log = &house->log};
    return geocode_desk_start(&options, desk, problem);
}
