#include "http_test.h"

#include <stdlib.h>

int main(void) {
    struct CMUnitTest tests[128];
    size_t count = 0;
    for (size_t i = 0; i < http_pure_test_count; i++) {
        tests[count++] = http_pure_tests[i];
    }
    for (size_t i = 0; i < http_limit_test_count; i++) {
        tests[count++] = http_limit_tests[i];
    }
    for (size_t i = 0; i < http_body_test_count; i++) {
        tests[count++] = http_body_tests[i];
    }
    for (size_t i = 0; i < http_server_test_count; i++) {
        tests[count++] = http_server_tests[i];
    }
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return _cmocka_run_group_tests("http", tests, count, NULL, NULL);
}
