/* agora.conf: any bytes give settings or clear errors, never anything else. */
#include "fuzz.h"

#include "app/settings.h"

/* What is said is shown on a terminal. */
static bool is_calm(const char *text) {
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p < 0x20 || *p == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0)) {
            return false;
        }
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static struct settings_findings findings;
    struct settings settings;
    struct settings checked;
    struct ip_network networks[SETTINGS_PROXIES_MAX];
    struct problem problem = {0};
    slice text = slice_of((const char *)bytes, size);
    err parsed = settings_parse(text, &settings, &problem);
    FUZZ_PROMISE(parsed == OK || (parsed == ERR_INPUT && problem.what[0] != '\0'));
    settings_check(text, &checked, &findings);
    FUZZ_PROMISE((parsed == OK) == (findings.errors == 0));
    FUZZ_PROMISE(findings.count <= findings.errors + findings.warnings);
    for (size_t i = 0; i < findings.count; i++) {
        FUZZ_PROMISE(findings.items[i].problem.line > 0);
        FUZZ_PROMISE(is_calm(findings.items[i].problem.what));
    }
    /* What is wrong keeps its default: the checked settings are always sound. */
    FUZZ_PROMISE(checked.threads >= 0 && checked.threads <= 64);
    FUZZ_PROMISE(checked.log_level >= 0 && checked.log_level < LOG_LEVEL__COUNT);
    FUZZ_PROMISE(checked.exports_max >= 1 && checked.listen.n > 0);
    FUZZ_PROMISE(settings_networks(checked.trusted_proxies, networks, SETTINGS_PROXIES_MAX) <=
                 SETTINGS_PROXIES_MAX);
    return 0;
}
