/* Inside of domain/theme, for the room and its tests. */
#ifndef AGORA_DOMAIN_THEME_INT_H
#define AGORA_DOMAIN_THEME_INT_H

#include "domain/theme/theme.h"

#define THEME_JSON_MAX_BYTES (4u << 20)
#define THEME_SLUG_MAX       60
#define THEME_LABEL_MAX      200
#define THEME_SYNONYMS_MAX   200
#define THEME_CONCEPTS_MAX   20000
#define THEME_DEPTH_MAX      8
#define THEME_DIGEST_SEED    0x7468656d65ULL
#define THEME_FOLDED_MAX     2000

enum theme_statement {
    THEME_SCHEME_DIGEST,
    THEME_SCHEME_PUT,
    THEME_SCHEME_TITLE_PUT,
    THEME_CONCEPT_SCHEME,
    THEME_CONCEPT_PUT,
    THEME_LABELS_DROP,
    THEME_LABEL_ADD,
    THEME_COUNT_ALL,
    THEME_SCHEMES,
    THEME_SCHEME_TITLES,
    THEME_CONCEPTS,
    THEME_LABELS,
    THEME_STATEMENT__COUNT
};

#endif
