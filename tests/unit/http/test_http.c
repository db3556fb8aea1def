#include "http_test.h"

#include <stdlib.h>

struct part {
    const struct CMUnitTest *tests;
    const size_t *count;
};

int main(void) {
    static const struct part parts[] = {
        {http_pure_tests, &http_pure_test_count},     {http_form_tests, &http_form_test_count},
        {http_limit_tests, &http_limit_test_count},   {http_body_tests, &http_body_test_count},
        {http_guard_tests, &http_guard_test_count},   {http_later_tests, &http_later_test_count},
        {http_server_tests, &http_server_test_count},
    };
    struct CMUnitTest tests[256];
    size_t count = 0;
    for (size_t part = 0; part < ARRAY_COUNT(parts); part++) {
        for (size_t i = 0; i < *parts[part].count; i++) {
            tests[count++] = parts[part].tests[i];
        }
    }
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return _cmocka_run_group_tests("http", tests, count, NULL, NULL);
}
