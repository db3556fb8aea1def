#include "test_atlas.h"
int test_parts(void) {
    return 0;
}
