#include "face/licence.h"

/* SLICE, as a constant initializer. */
#define TEXT(literal)                                                                              \
    { "" literal, sizeof(literal) - 1 }
#define CC(name_, version_, path_)                                                                 \
    {                                                                                              \
        TEXT("CC-" name_ "-" version_), TEXT("CC " name_ " " version_),                            \
            TEXT("https://creativecommons.org/licenses/" path_ "/" version_ "/")                   \
    }

static const struct face_licence licences[] = {
    {TEXT("etalab-2.0"), TEXT("Licence Ouverte 2.0"),
     TEXT("https://www.etalab.gouv.fr/licence-ouverte-open-licence/")},
    {TEXT("ODbL-1.0"), TEXT("ODbL 1.0"), TEXT("https://opendatacommons.org/licenses/odbl/1-0/")},
    {TEXT("ODC-By-1.0"), TEXT("ODC-By 1.0"), TEXT("https://opendatacommons.org/licenses/by/1-0/")},
    {TEXT("PDDL-1.0"), TEXT("PDDL 1.0"), TEXT("https://opendatacommons.org/licenses/pddl/1-0/")},
    {TEXT("CC0-1.0"), TEXT("CC0 1.0"), TEXT("https://creativecommons.org/publicdomain/zero/1.0/")},
    CC("BY", "4.0", "by"),
    CC("BY", "3.0", "by"),
    CC("BY-SA", "4.0", "by-sa"),
    CC("BY-SA", "3.0", "by-sa"),
    CC("BY-NC", "4.0", "by-nc"),
    CC("BY-NC-SA", "4.0", "by-nc-sa"),
    CC("BY-ND", "4.0", "by-nd"),
    CC("BY-NC-ND", "4.0", "by-nc-nd"),
};

/* An address without its scheme and without a slash at its end. */
static slice bare_address(slice iri) {
    size_t scheme = slice_find_slice(iri, 0, SLICE("://"));
    slice bare = scheme < iri.n ? slice_sub(iri, scheme + 3, iri.n) : iri;
    return slice_ends_with(bare, SLICE("/")) ? slice_sub(bare, 0, bare.n - 1) : bare;
}

const struct face_licence *face_licence_find(slice id_or_iri) {
    slice asked = slice_trim(id_or_iri);
    for (size_t i = 0; i < ARRAY_COUNT(licences); i++) {
        if (slice_equal_ascii_nocase(licences[i].id, asked) ||
            slice_equal_ascii_nocase(bare_address(licences[i].iri), bare_address(asked))) {
            return &licences[i];
        }
    }
    return NULL;
}

err face_sources_load(struct db_conn *conn, struct arena *arena, struct face_sources *sources) {
    return source_list(conn, arena, &sources->items, &sources->count);
}

const struct source *face_sources_find(const struct face_sources *sources, slice slug) {
    for (size_t i = 0; i < sources->count; i++) {
        if (slice_equal(sources->items[i].slug, slug)) {
            return &sources->items[i];
        }
    }
    return NULL;
}

slice face_licence_of(const struct face_sources *sources, const struct entry *entry) {
    if (entry->licence.n > 0) {
        return entry->licence;
    }
    const struct source *source = face_sources_find(sources, entry->source_slug);
    return source ? source->licence : SLICE_EMPTY;
}

slice face_attribution_of(const struct face_sources *sources, const struct entry *entry,
                          struct arena *arena) {
    const struct source *source = face_sources_find(sources, entry->source_slug);
    if (!source) {
        return SLICE_EMPTY;
    }
    return source->attribution.n > 0 ? source->attribution : face_source_title(source, arena);
}

slice face_source_title(const struct source *source, struct arena *arena) {
    if (source->title.n > 0) {
        return source->title;
    }
    char *words = arena_new(arena, char, source->slug.n + 1);
    for (size_t i = 0; i < source->slug.n; i++) {
        char byte = source->slug.p[i];
        bool first_letter = i == 0 && byte >= 'a' && byte <= 'z';
        words[i] = byte == '-' ? ' ' : first_letter ? (char)(byte - 'a' + 'A') : byte;
    }
    return slice_of(words, source->slug.n);
}
