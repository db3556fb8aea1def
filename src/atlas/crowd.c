#include "atlas/crowd.h"

static bool is_before(const struct atlas_crowd *crowd, enum atlas_crowd_of of, uint64_t first,
                      uint64_t second) {
    return crowd->of != of         ? crowd->of < of
           : crowd->first != first ? crowd->first < first
                                   : crowd->second < second;
}

const struct atlas_crowd *atlas_crowd_find(const struct atlas_segment *segment,
                                           enum atlas_crowd_of of, uint64_t first,
                                           uint64_t second) {
    uint32_t low = 0;
    for (uint32_t high = segment->crowd_count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (is_before(&segment->crowds[middle], of, first, second)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const struct atlas_crowd *found = segment->crowds + low;
    bool is_it = low < segment->crowd_count && found->of == of && found->first == first &&
                 found->second == second;
    return is_it ? found : NULL;
}
