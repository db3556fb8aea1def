#include "test_atlas.h"
int test_store(void) {
    return 0;
}
