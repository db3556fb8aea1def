/* RULE PERSON-8: names that would be taken for somebody else's. */
#include "domain/person/person_int.h"
#include "text/text.h"

#define NAME_MAX_BYTES 4096

/* As skeletons have them: i is l. Whoever is called so and nothing else speaks for the site. */
static const char *const offices[] = {"admln",         "admlnlstrateur",  "admlnlstratlon",
                                      "admlnlstrator", "admlnlstratrlce", "moderateur",
                                      "moderatlon",    "moderator",       "moderatrlce"};
static const char *const fillers[] = {
    "a",  "d",   "de", "des",      "du",       "equlpe",     "et",      "l",    "la",
    "le", "les", "of", "offlclal", "offlclel", "offlclelle", "support", "team", "the"};

static bool is_one_of(slice word, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(word, slice_from_cstr(list[i]))) {
            return true;
        }
    }
    return false;
}

static bool has_word(slice text, slice word) {
    slice one;
    while (slice_cut(&text, ' ', &one)) {
        if (slice_equal(one, word)) {
            return true;
        }
    }
    return false;
}

static slice without_spaces(slice text, struct arena *arena) {
    slice all = SLICE_EMPTY;
    slice word;
    while (slice_cut(&text, ' ', &word)) {
        all = arena_join(arena, all, word);
    }
    return all;
}

static slice skeleton(slice name, struct arena *arena) {
    BUF_CLEANUP struct buf out = buf_new(NAME_MAX_BYTES);
    text_skeleton(slice_sub(name, 0, NAME_MAX_BYTES / 16), &out);
    return arena_copy(arena, buf_slice(&out));
}

static bool is_filler(slice word) {
    return word.n == 0 || is_one_of(word, fillers, ARRAY_COUNT(fillers));
}

/* The site's name itself, or an office, with nothing besides but words of the one and small ones.
 * */
static bool is_official(slice looks, slice site, struct arena *arena) {
    bool has_office = false;
    slice rest = looks;
    slice word;
    if (slice_equal(without_spaces(looks, arena), without_spaces(site, arena))) {
        return true;
    }
    while (slice_cut(&rest, ' ', &word)) {
        bool is_office = is_one_of(word, offices, ARRAY_COUNT(offices));
        has_office = has_office || is_office;
        if (!is_office && !is_filler(word) && !has_word(site, word)) {
            return false;
        }
    }
    bool is_site = site.n > 0;
    while (slice_cut(&site, ' ', &word)) {
        is_site = is_site && (is_filler(word) || has_word(looks, word));
    }
    return has_office || is_site;
}

static err check(struct db_conn *conn, struct person_id self, slice name, slice site_name,
                 const char *field, struct arena *arena, struct problem *problem) {
    struct person_grant *grants;
    size_t count;
    slice looks = skeleton(name, arena);
    slice closed = without_spaces(looks, arena);
    if (closed.n == 0) {
        return OK;
    }
    bool is_taken = is_official(looks, skeleton(site_name, arena), arena);
    TRY(person_grants(conn, (struct person_id){0}, arena, &grants, &count));
    for (size_t i = 0; i < count && !is_taken; i++) {
        struct person person;
        TRY(person_load(conn, grants[i].person, arena, &person));
        slice other = skeleton(person.fields[PERSON_NAME].text, arena);
        is_taken =
            grants[i].person.v != self.v && slice_equal(closed, without_spaces(other, arena));
    }
    return is_taken ? problem_set(problem, ERR_CONFLICT, field,
                                  "it looks like the name of the site or of somebody with a role")
                    : OK;
}

err person_name_check(struct db_conn *conn, struct person_id self, slice name, slice site_name,
                      struct arena *arena, struct problem *problem) {
    struct person_grant *grants;
    size_t count = 0;
    if (self.v) {
        TRY(person_grants(conn, self, arena, &grants, &count));
    }
    return count > 0 ? OK : check(conn, self, name, site_name, "name", arena, problem);
}

err person_house_check(struct db_conn *conn, struct person_id helper, slice house, slice site_name,
                       struct arena *arena, struct problem *problem) {
    return check(conn, helper, house, site_name, "house", arena, problem);
}
