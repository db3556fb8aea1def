#include "test_atlas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return test_bits() + test_segment() + test_snapshot() + test_parts() + test_store() +
                   test_agree()
               ? 1
               : 0;
}
