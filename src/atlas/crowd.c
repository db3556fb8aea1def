#include "atlas/crowd.h"

#define KEY_OF_TERMS  UINT64_C(0x7465726d73)
#define KEY_OF_THEMES UINT64_C(0x7468656d6573)

uint64_t atlas_crowd_key(const struct atlas_clause *clause, const struct atlas_forms *forms) {
    bool has_prefix = forms->prefix_first < forms->prefix_last;
    uint64_t key = has_prefix ? hash_mix(forms->prefix_first, forms->prefix_last) : 0;
    /* In whatever order they come. */
    for (uint32_t i = 0; i < forms->term_count; i++) {
        key += hash_mix(KEY_OF_TERMS, forms->terms[i]);
    }
    for (uint32_t i = 0; i < clause->theme_count; i++) {
        key += hash_mix(KEY_OF_THEMES, clause->themes[i]);
    }
    return key;
}

const struct atlas_crowd *atlas_crowd_find(const struct atlas_segment *segment, uint64_t key) {
    uint32_t low = 0;
    for (uint32_t high = segment->crowd_count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (segment->crowds[middle].key < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const struct atlas_crowd *found = segment->crowds + low;
    return low < segment->crowd_count && found->key == key ? found : NULL;
}
