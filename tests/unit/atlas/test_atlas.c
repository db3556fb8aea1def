#include "test_atlas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const struct {
    const char *name;
    int (*run)(void);
} groups[] = {{"bits", test_bits},     {"segment", test_segment}, {"snapshot", test_snapshot},
              {"parts", test_parts},   {"rank", test_rank},       {"store", test_store},
              {"crowd", test_crowd},   {"desk", test_desk},       {"sift", test_sift},
              {"stamps", test_stamps}, {"agree", test_agree}};

/* All groups, or those named: `make tsan` needs only some. */
int main(int count, char **names) {
    int failed = 0;
    int run = 0;
    cmocka_set_message_output(CM_OUTPUT_TAP);
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        int is_named = count < 2;
        for (int name = 1; name < count; name++) {
            is_named = is_named || strcmp(names[name], groups[i].name) == 0;
        }
        failed += is_named ? groups[i].run() : 0;
        run += is_named;
    }
    return failed || !run ? 1 : 0;
}
