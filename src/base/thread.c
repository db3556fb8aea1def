#include "base/thread.h"

#include <unistd.h>

#define NICE_MORE 10 /* a tenth of the share of the others */

void thread_give_way(void) {
    (void)!nice(NICE_MORE);
}
