/* Arbitrary bytes as what a service of addresses answers, as what the process that asked it hands
 * over, and as the address of such a service. */
#include "fuzz.h"

#include "work/geocode/geocode_int.h"

#include <string.h>

static void check_url(slice url) {
    struct geocode_request request = {.asked_bytes = 1, .asked = "x"};
    struct buf whole BUF_CLEANUP = buf_new(GEOCODE_URL_MAX + 100);
    slice host;
    unsigned port = 0;
    if (geocode_url_fault(url) != NULL) {
        return;
    }
    geocode_url_read(url, &host, &port);
    FUZZ_PROMISE(host.n > 0 && port > 0 && port <= UINT16_MAX);
    geocode_url_write(url, &request, &whole);
    FUZZ_PROMISE(whole.failed == OK && slice_starts_with(buf_slice(&whole), url));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice bytes = slice_of((const char *)data, size);
    struct geocode_answer answer;
    err read = geocode_answer_read(bytes, &answer);
    FUZZ_PROMISE(read == OK || answer.count == 0);
    FUZZ_PROMISE(geocode_answer_is_sound(&answer));
    memset(&answer, 0, sizeof answer);
    memcpy(&answer, data, size < sizeof answer ? size : sizeof answer);
    if (geocode_answer_is_sound(&answer)) {
        for (uint32_t i = 0; i < answer.count; i++) {
            FUZZ_PROMISE(strlen(answer.places[i].label) < GEOCODE_TEXT_BYTES);
            FUZZ_PROMISE(strlen(answer.places[i].address) < GEOCODE_TEXT_BYTES);
        }
    }
    check_url(bytes);
    return 0;
}
