/* What a file calls its licence -> the SPDX identifier that everyone knows it by. */
#include "text/text.h"
#include "work/import/import_int.h"

static bool has(slice folded, const char *part) {
    return slice_contains(folded, slice_from_cstr(part));
}

/* "cc by sa 4 0", "https://creativecommons.org/licenses/by-sa/3.0/fr/". */
static slice creative_commons(slice folded, struct arena *arena) {
    bool nc = has(folded, "nc") || has(folded, "noncommercial") || has(folded, "non commercial");
    bool sa = has(folded, "sa") || has(folded, "sharealike") || has(folded, "partage");
    bool nd = has(folded, "nd") || has(folded, "noderiv") || has(folded, "pas de modif");
    static const char *const versions[] = {"4.0", "3.0", "2.5", "2.0"};
    const char *version = "4.0";
    for (size_t i = 0; i < ARRAY_COUNT(versions); i++) {
        if (has(folded, versions[i])) {
            version = versions[i];
            break;
        }
    }
    return arena_printf(arena, "CC-BY%s%s%s-%s", nc ? "-NC" : "", sa ? "-SA" : "", nd ? "-ND" : "",
                        version);
}

/* "etalab-2.0, ODbL-1.0": what holds parts under several licences says so of itself. */
static bool names_several(slice folded) {
    static const char *const families[] = {"odbl", "etalab", "cc0", "cc-by", "odc-by", "pddl"};
    size_t found = 0;
    for (size_t i = 0; i < ARRAY_COUNT(families); i++) {
        found += has(folded, families[i]);
    }
    return found > 1;
}

slice licence_id(slice name, struct arena *arena) {
    struct buf out BUF_CLEANUP = buf_new(4096);
    text_fold(slice_sub(name, 0, text_utf8_error(slice_sub(name, 0, 400))), &out);
    slice folded = buf_slice(&out);
    if (names_several(folded)) {
        return arena_copy(arena, name);
    }
    if (has(folded, "odbl") || has(folded, "open database licen")) {
        return SLICE("ODbL-1.0");
    }
    if (has(folded, "etalab") || has(folded, "licence ouverte") || has(folded, "lov2") ||
        slice_equal(folded, SLICE("fr-lo"))) {
        return SLICE("etalab-2.0");
    }
    if (has(folded, "cc0") || has(folded, "publicdomain/zero")) {
        return SLICE("CC0-1.0");
    }
    if (has(folded, "odc-by") || has(folded, "opendatacommons.org/licenses/by")) {
        return SLICE("ODC-By-1.0");
    }
    if (has(folded, "pddl")) {
        return SLICE("PDDL-1.0");
    }
    size_t address = slice_find_slice(folded, 0, SLICE("creativecommons.org/licenses/"));
    if (address < folded.n) {
        return creative_commons(slice_sub(folded, address + 29, folded.n), arena);
    }
    if (slice_starts_with(folded, SLICE("cc by")) || slice_starts_with(folded, SLICE("cc-by")) ||
        slice_starts_with(folded, SLICE("creative commons "))) {
        slice rest = slice_sub(folded, 5, folded.n);
        return creative_commons(
            slice_starts_with(folded, SLICE("cr")) ? slice_sub(folded, 17, folded.n) : rest, arena);
    }
    return arena_copy(arena, name);
}
