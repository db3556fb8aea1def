/* charter: what is asked of what stands here. Admins write it, every version is kept, who adds
 * accepts it, and decisions cite a point of it. */
#ifndef AGORA_DOMAIN_CHARTER_H
#define AGORA_DOMAIN_CHARTER_H

#include "domain/person/person.h"

#define CHARTER_TEXT_MAX   (20 * 1024)
#define CHARTER_POINTS_MAX 99
#define CHARTER_POINT_MAX  300 /* a letter cites it in a line */
#define CHARTER_NOTE_MAX   400
/* The version that comes with the program: its texts are empty here, the faces have them. */
#define CHARTER_OURS 1

enum charter_language { CHARTER_FRENCH, CHARTER_ENGLISH, CHARTER_LANGUAGE__COUNT };
struct charter {
    int64_t version, at_ms;
    struct person_id by;
    slice note; /* what changed, for everybody; may be empty */
    slice texts[CHARTER_LANGUAGE__COUNT];
};

/* A text is read line by line: "## " is a heading, "- " a point, numbered from 1 through the whole
 * text, anything else words; empty lines are passed over. */
enum charter_line_kind { CHARTER_HEADING, CHARTER_POINT, CHARTER_WORDS };
struct charter_line {
    enum charter_line_kind kind;
    slice text;
    unsigned point; /* of the last point so far: begin with 0 */
};
bool charter_line_next(slice *rest, struct charter_line *line);
/* False: there is no such point. */
bool charter_point(slice text, unsigned number, slice *point);

/* The version in force, and any one with its texts (ERR_NOT_FOUND). In the arena. */
MUST_USE err charter_version(struct db_conn *conn, int64_t *version);
MUST_USE err charter_load(struct db_conn *conn, int64_t version, struct arena *arena,
                          struct charter *charter);
/* All of them without their texts, the latest first; the program's own is the last one. */
MUST_USE err charter_list(struct db_conn *conn, struct arena *arena, struct charter **charters,
                          size_t *count);
/* The version that an account accepted last with what it added; 0: none. */
MUST_USE err charter_accepted(struct db_conn *conn, struct person_id person, int64_t *version);
/* RULE CHARTER-1: writes the next version, which `was` gave way to; an audit row says who.
 * ERR_DENIED: no admin; ERR_CONFLICT: somebody wrote another one meanwhile; ERR_INPUT, ERR_LIMIT
 * with the field "fr", "en" or "note": too long, no point, or not as many points in both. */
MUST_USE err charter_write(struct db_conn *conn, struct id_source *ids, const struct actor *actor,
                           int64_t was, const struct charter *written, int64_t now_ms,
                           struct problem *problem);

#endif
