/* agora.conf: any bytes give settings or one clear error, never anything else. */
#include "fuzz.h"

#include "app/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct settings settings;
    struct problem problem = {0};
    err parsed = settings_parse(slice_of((const char *)bytes, size), &settings, &problem);
    FUZZ_PROMISE(parsed == OK || (parsed == ERR_INPUT && problem.what[0] != '\0'));
    FUZZ_PROMISE(parsed != OK || (settings.threads >= 0 && settings.threads <= 64));
    return 0;
}
