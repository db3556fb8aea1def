#include "domain/theme/theme_int.h"

static const struct db_statement statements[] = {
    [THEME_SCHEME_DIGEST] = {"scheme_digest", "SELECT digest FROM scheme WHERE slug = $1"},
    [THEME_SCHEME_PUT] = {"scheme_put",
                          "INSERT INTO scheme (slug, position, source, licence, digest) VALUES "
                          "($1, (SELECT coalesce(max(position), 0) + 1 FROM scheme), $2, $3, $4) "
                          "ON CONFLICT (slug) DO UPDATE SET source = excluded.source, "
                          "licence = excluded.licence, digest = excluded.digest"},
    [THEME_SCHEME_TITLE_PUT] = {"scheme_title_put",
                                "INSERT INTO scheme_title (scheme, language, title) "
                                "VALUES ($1, $2, $3) ON CONFLICT (scheme, language) "
                                "DO UPDATE SET title = excluded.title"},
    [THEME_CONCEPT_SCHEME] = {"concept_scheme", "SELECT scheme FROM concept WHERE slug = $1"},
    [THEME_CONCEPT_PUT] = {"concept_put",
                           "INSERT INTO concept (slug, scheme, broader, position) "
                           "VALUES ($1, $2, $3, $4) ON CONFLICT (slug) DO UPDATE SET "
                           "broader = excluded.broader, position = excluded.position"},
    [THEME_LABELS_DROP] = {"labels_drop", "DELETE FROM concept_label WHERE concept = $1"},
    [THEME_LABEL_ADD] = {"label_add",
                         "INSERT INTO concept_label (concept, language, position, label) "
                         "VALUES ($1, $2, $3, $4)"},
    [THEME_COUNT_ALL] = {"count_all", "SELECT (SELECT count(*) FROM scheme), "
                                      "(SELECT count(*) FROM concept), "
                                      "(SELECT count(*) FROM concept_label)"},
    [THEME_SCHEMES] = {"schemes", "SELECT slug FROM scheme ORDER BY position"},
    [THEME_SCHEME_TITLES] = {"scheme_titles", "SELECT t.language, t.title, s.slug FROM scheme s "
                                              "JOIN scheme_title t ON t.scheme = s.slug"},
    [THEME_CONCEPTS] =
        {"concepts", "SELECT c.slug, c.scheme, CASE WHEN e.is_moved THEN e.broader ELSE c.broader "
                     "END, e.label_fr, e.label_en, coalesce(e.is_own, 0), "
                     "coalesce(e.is_hidden, 0), e.merged_into FROM concept c "
                     "JOIN scheme s ON s.slug = c.scheme LEFT JOIN theme_edit e ON e.slug = c.slug "
                     "ORDER BY s.position, coalesce(e.position, c.position), c.slug"},
    [THEME_LABELS] = {"labels", "SELECT concept, language, position, label FROM concept_label "
                                "ORDER BY concept, position, language DESC"},
    [THEME_CONCEPT_ADD] = {"concept_add",
                           "INSERT INTO concept (slug, scheme, broader, position) VALUES "
                           "($1, $2, NULL, (SELECT coalesce(max(position), 0) + 1 FROM concept "
                           "WHERE scheme = $2))"},
    [THEME_EDIT_TOUCH] =
        {"edit_touch", "INSERT INTO theme_edit (slug) VALUES ($1) ON CONFLICT (slug) DO NOTHING"},
    [THEME_EDIT_OWN] = {"edit_own", "UPDATE theme_edit SET is_own = 1 WHERE slug = $1"},
    [THEME_EDIT_NAME] = {"edit_name",
                         "UPDATE theme_edit SET label_fr = $2, label_en = $3 WHERE slug = $1"},
    [THEME_EDIT_MOVE] = {"edit_move",
                         "UPDATE theme_edit SET is_moved = 1, broader = $2 WHERE slug = $1"},
    [THEME_EDIT_ORDER] = {"edit_order", "UPDATE theme_edit SET position = $2 WHERE slug = $1"},
    [THEME_EDIT_HIDE] = {"edit_hide", "UPDATE theme_edit SET is_hidden = $2 WHERE slug = $1"},
    [THEME_EDIT_MERGE] = {"edit_merge", "UPDATE theme_edit SET merged_into = $2 WHERE slug = $1"},
};
const struct db_catalogue theme_catalogue = {"theme", statements, ARRAY_COUNT(statements)};
