/* A taxonomy file into the store: everything is checked first, then written. */
#include "domain/theme/theme_int.h"

#include "text/text.h"

#include <jansson.h>

struct taxonomy {
    struct db_conn *conn;
    struct problem *problem;
    json_t *concepts;
    json_t *places; /* slug -> its index in concepts */
    const char *scheme;
};

static void json_free(json_t **json) {
    json_decref(*json);
}
#define JSON_CLEANUP __attribute__((cleanup(json_free)))

static slice text_of(const json_t *json) {
    return json_is_string(json) ? slice_of(json_string_value(json), json_string_length(json))
                                : SLICE_EMPTY;
}

static bool label_is_valid(const json_t *json) {
    slice label = text_of(json);
    return slice_trim(label).n > 0 && label.n <= THEME_LABEL_MAX;
}

static err keys_check(json_t *object, const char *const *known, const char *where,
                      struct problem *problem) {
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value) {
        const char *const *name = known;
        while (*name && !slice_equal(slice_from_cstr(*name), slice_from_cstr(key))) {
            name++;
        }
        if (!*name) {
            return problem_set(problem, ERR_INPUT, key, "%s has a key that is not known", where);
        }
    }
    return OK;
}

/* {"fr": "…", "en": "…"} with the French one at least. */
static err labels_check(const json_t *labels, const char *of, struct problem *problem) {
    if (!label_is_valid(json_object_get(labels, "fr"))) {
        return problem_set(problem, ERR_INPUT, "label", "%s has no French label, or one too long",
                           of);
    }
    const json_t *english = json_object_get(labels, "en");
    if (english && !label_is_valid(english)) {
        return problem_set(problem, ERR_INPUT, "label", "%s has an English label that is not one",
                           of);
    }
    return OK;
}

static err synonyms_check(const json_t *synonyms, const char *of, struct problem *problem) {
    const char *language = NULL;
    json_t *list = NULL;
    json_object_foreach((json_t *)(uintptr_t)synonyms, language, list) {
        if (!json_is_array(list) || json_array_size(list) > THEME_SYNONYMS_MAX) {
            return problem_set(problem, ERR_INPUT, "synonyms", "%s: not a list, or too long", of);
        }
        for (size_t i = 0; i < json_array_size(list); i++) {
            if (!label_is_valid(json_array_get(list, i))) {
                return problem_set(problem, ERR_INPUT, "synonyms", "%s: empty or too long", of);
            }
        }
    }
    return OK;
}

static err concept_check(struct taxonomy *taxonomy, size_t index) {
    static const char *const known[] = {"slug", "broader", "label", "synonyms", NULL};
    json_t *concept = json_array_get(taxonomy->concepts, index);
    slice slug = text_of(json_object_get(concept, "slug"));
    if (!text_is_slug(slug, THEME_SLUG_MAX)) {
        return problem_set(taxonomy->problem, ERR_INPUT, "slug",
                           "concept %zu has no slug of a-z, 0-9 and -", index + 1);
    }
    if (json_object_get(taxonomy->places, slug.p)) {
        return problem_set(taxonomy->problem, ERR_INPUT, "slug", "%s stands twice", slug.p);
    }
    json_object_set_new(taxonomy->places, slug.p, json_integer((json_int_t)index));
    TRY(keys_check(concept, known, slug.p, taxonomy->problem));
    TRY(labels_check(json_object_get(concept, "label"), slug.p, taxonomy->problem));
    return synonyms_check(json_object_get(concept, "synonyms"), slug.p, taxonomy->problem);
}

/* Every broader concept stands in the same file, and the way up ends. */
static err broader_check(struct taxonomy *taxonomy, size_t index) {
    const json_t *concept = json_array_get(taxonomy->concepts, index);
    slice slug = text_of(json_object_get(concept, "slug"));
    for (unsigned depth = 0;; depth++) {
        const json_t *broader = json_object_get(concept, "broader");
        if (!broader || json_is_null(broader)) {
            return OK;
        }
        const json_t *place = json_object_get(taxonomy->places, text_of(broader).p);
        if (!place) {
            return problem_set(taxonomy->problem, ERR_INPUT, "broader",
                               "%s has a broader concept that is not in the file", slug.p);
        }
        if (depth == THEME_DEPTH_MAX) {
            return problem_set(taxonomy->problem, ERR_INPUT, "broader",
                               "%s stands in a circle or deeper than %d levels", slug.p,
                               THEME_DEPTH_MAX);
        }
        concept = json_array_get(taxonomy->concepts, (size_t)json_integer_value(place));
    }
}

/* A slug belongs to one scheme, for good. */
static err owner_check(struct taxonomy *taxonomy, slice slug) {
    struct db_query *query = db_query(taxonomy->conn, &theme_catalogue, THEME_CONCEPT_SCHEME);
    db_bind_text_borrowed(query, 1, slug);
    bool row = false;
    TRY(db_next(query, &row));
    bool foreign = row && !slice_equal(db_text(query, 0), slice_from_cstr(taxonomy->scheme));
    db_done(query);
    if (foreign) {
        return problem_set(taxonomy->problem, ERR_INPUT, "slug",
                           "%s belongs to another taxonomy already", slug.p);
    }
    return OK;
}

static err taxonomy_check(struct taxonomy *taxonomy) {
    size_t count = json_array_size(taxonomy->concepts);
    if (count > THEME_CONCEPTS_MAX) {
        return problem_set(taxonomy->problem, ERR_LIMIT, "concepts", "more than %d concepts",
                           THEME_CONCEPTS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        TRY(concept_check(taxonomy, i));
    }
    for (size_t i = 0; i < count; i++) {
        TRY(broader_check(taxonomy, i));
        TRY(owner_check(taxonomy,
                        text_of(json_object_get(json_array_get(taxonomy->concepts, i), "slug"))));
    }
    return OK;
}

static err label_add(struct db_conn *conn, slice slug, const char *language, int64_t position,
                     slice label) {
    struct db_query *query = db_query(conn, &theme_catalogue, THEME_LABEL_ADD);
    db_bind_text_borrowed(query, 1, slug);
    db_bind_text(query, 2, slice_from_cstr(language));
    db_bind_i64(query, 3, position);
    db_bind_text_borrowed(query, 4, slice_trim(label));
    return db_run(query);
}

static err labels_write(struct db_conn *conn, slice slug, json_t *concept) {
    struct db_query *query = db_query(conn, &theme_catalogue, THEME_LABELS_DROP);
    db_bind_text_borrowed(query, 1, slug);
    TRY(db_run(query));
    const char *language = NULL;
    json_t *value = NULL;
    json_object_foreach(json_object_get(concept, "label"), language, value) {
        TRY(label_add(conn, slug, language, 0, text_of(value)));
    }
    json_object_foreach(json_object_get(concept, "synonyms"), language, value) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            TRY(label_add(conn, slug, language, (int64_t)i + 1, text_of(json_array_get(value, i))));
        }
    }
    return OK;
}

static err concept_write(struct taxonomy *taxonomy, size_t index) {
    json_t *concept = json_array_get(taxonomy->concepts, index);
    slice slug = text_of(json_object_get(concept, "slug"));
    struct db_query *query = db_query(taxonomy->conn, &theme_catalogue, THEME_CONCEPT_PUT);
    db_bind_text_borrowed(query, 1, slug);
    db_bind_text(query, 2, slice_from_cstr(taxonomy->scheme));
    db_bind_text_or_null(query, 3, text_of(json_object_get(concept, "broader")));
    db_bind_i64(query, 4, (int64_t)index);
    TRY(db_run(query));
    return labels_write(taxonomy->conn, slug, concept);
}

static err scheme_write(struct taxonomy *taxonomy, json_t *root, slice digest) {
    struct db_query *query = db_query(taxonomy->conn, &theme_catalogue, THEME_SCHEME_PUT);
    db_bind_text(query, 1, slice_from_cstr(taxonomy->scheme));
    db_bind_text(query, 2, text_of(json_object_get(root, "source")));
    db_bind_text(query, 3, text_of(json_object_get(root, "licence")));
    db_bind_blob(query, 4, digest);
    TRY(db_run(query));
    const char *language = NULL;
    json_t *title = NULL;
    json_object_foreach(json_object_get(root, "title"), language, title) {
        query = db_query(taxonomy->conn, &theme_catalogue, THEME_SCHEME_TITLE_PUT);
        db_bind_text(query, 1, slice_from_cstr(taxonomy->scheme));
        db_bind_text(query, 2, slice_from_cstr(language));
        db_bind_text(query, 3, text_of(title));
        TRY(db_run(query));
    }
    return OK;
}

static err scheme_is_unchanged(struct db_conn *conn, slice scheme, slice digest, bool *unchanged) {
    struct db_query *query = db_query(conn, &theme_catalogue, THEME_SCHEME_DIGEST);
    db_bind_text_borrowed(query, 1, scheme);
    bool row = false;
    TRY(db_next(query, &row));
    *unchanged = row && slice_equal(db_blob(query, 0), digest);
    db_done(query);
    return OK;
}

static err root_check(json_t *root, struct problem *problem) {
    static const char *const known[] = {"scheme", "title", "source", "licence", "concepts", NULL};
    if (!json_is_object(root)) {
        return problem_set(problem, ERR_INPUT, "", "a taxonomy is a JSON object");
    }
    TRY(keys_check(root, known, "the taxonomy", problem));
    if (!text_is_slug(text_of(json_object_get(root, "scheme")), THEME_SLUG_MAX)) {
        return problem_set(problem, ERR_INPUT, "scheme", "no name of a-z, 0-9 and -");
    }
    if (!json_is_array(json_object_get(root, "concepts"))) {
        return problem_set(problem, ERR_INPUT, "concepts", "no list of concepts");
    }
    return labels_check(json_object_get(root, "title"), "the taxonomy", problem);
}

err theme_scheme_store(struct db_conn *conn, slice json, int64_t now_ms, struct problem *problem) {
    if (json.n > THEME_JSON_MAX_BYTES) {
        return problem_set(problem, ERR_LIMIT, "", "a taxonomy has at most %u bytes",
                           THEME_JSON_MAX_BYTES);
    }
    json_error_t where;
    JSON_CLEANUP json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &where);
    if (!root) {
        problem_set(problem, ERR_INPUT, "", "%s", where.text);
        if (problem) {
            problem->line = (uint64_t)where.line;
            problem->column = (uint64_t)where.column;
        }
        return ERR_INPUT;
    }
    TRY(root_check(root, problem));
    uint64_t hash = hash_bytes(json, THEME_DIGEST_SEED);
    slice digest = slice_of((const char *)&hash, sizeof(hash));
    slice scheme = text_of(json_object_get(root, "scheme"));
    bool unchanged = false;
    TRY(scheme_is_unchanged(conn, scheme, digest, &unchanged));
    if (unchanged) {
        return OK;
    }
    JSON_CLEANUP json_t *places = json_object();
    struct taxonomy taxonomy = {.conn = conn,
                                .problem = problem,
                                .concepts = json_object_get(root, "concepts"),
                                .places = places,
                                .scheme = scheme.p};
    TRY(taxonomy_check(&taxonomy));
    TRY(scheme_write(&taxonomy, root, digest));
    for (size_t i = 0; i < json_array_size(taxonomy.concepts); i++) {
        TRY(concept_write(&taxonomy, i));
    }
    return db_change_add(conn, DB_CHANGE_THEME, 0, now_ms);
}
