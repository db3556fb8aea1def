/* Acting for people who have no e-mail: who helps whom with which consent, what was written so, and
 * the code of the paper by which they come back. */
#ifndef AGORA_DOMAIN_PERSON_HELP_H
#define AGORA_DOMAIN_PERSON_HELP_H

#include "domain/person/person.h"
#include "domain/territory/territory.h"

#define HELP_HOUSE_MAX     120
#define HELP_TELEPHONE_MAX 40
/* The words that are read to somebody before they consent; another text is another number. */
#define HELP_WORDS 1

enum help_consent { HELP_IN_PERSON = 1, HELP_BY_TELEPHONE, HELP_ON_PAPER, HELP_CONSENT__COUNT };
slice help_consent_slug(enum help_consent consent);
bool help_consent_from_slug(slice slug, enum help_consent *consent);

/* RULE HELP-1: nobody acts for somebody who did not consent, this very time. A helper is an account
 * with the role, which holds where the person lives; the person has no address of mail here. */
struct help_ask {
    const struct actor *helper;
    struct person_id person; /* whom they helped before; 0: somebody new */
    /* Of somebody new. */
    slice name, telephone;    /* the second may be empty */
    slice commune, territory; /* its label, its code */
    slice language;
    slice
        house; /* shown beside what is written: "Maison France services de Cognin"; may be empty */
    enum help_consent consent;
};
/* Begins it in the session of the helper, until they end it, for four hours at most
 * (PERSON_HELP_MS); one that ran ends. Makes the account of somebody new. In a write transaction,
 * which must be undone on any error; written into the audit. ERR_DENIED: no helper, or not there
 * (field "territory"); ERR_INPUT, ERR_LIMIT with the field: "name", "commune", "telephone",
 * "consent", "house", and "tries" (RULE PERSON-1: too many new ones today); ERR_NOT_FOUND: nobody
 * whom they helped, or somebody who has an address. */
MUST_USE err help_begin(struct db_conn *conn, struct id_source *ids,
                        const struct territories *territories, const struct help_ask *ask,
                        int64_t now_ms, struct arena *arena, struct person_id *person,
                        struct problem *problem);
/* Nothing that runs is no error. */
MUST_USE err help_end(struct db_conn *conn, const struct actor *helper);

/* Somebody whom a helper helped. */
struct help_person {
    struct person_id person;
    slice name, commune, telephone, territory;
    int64_t last_ms;
    bool has_paper;
    bool has_address; /* manages without help now */
};
/* Those of one helper, the latest first, at most `room`: nobody else's. */
MUST_USE err help_people(struct db_conn *conn, struct person_id helper, size_t room,
                         struct arena *arena, struct help_person **people, size_t *count);
/* ERR_NOT_FOUND: none whom this helper helped. */
MUST_USE err help_person(struct db_conn *conn, struct person_id helper, struct person_id person,
                         struct arena *arena, struct help_person *found);
/* The house that a helper last worked for; may be empty. */
MUST_USE err help_house(struct db_conn *conn, struct person_id helper, struct arena *arena,
                        slice *house);

/* ---- with the help of ---- */

/* RULE HELP-2: what was written for somebody else says so. Does nothing for who acts alone. */
MUST_USE err help_note(struct db_conn *conn, int64_t help, int64_t entry, int64_t revision);
/* With whose help a revision was written, as everybody may see it: the house, else the name that
 * the helper shows. `*is_helped` false: nobody's. Revision 0: the first of the entry that was. */
MUST_USE err help_of_revision(struct db_conn *conn, int64_t entry, int64_t revision,
                              struct arena *arena, bool *is_helped, slice *with);

/* ---- the paper ---- */

/* Twelve letters in three groups, "K7QM-ABCD-EFGH": the first four find the paper, the other eight
 * (40 bits) are its secret. */
#define HELP_PAPER_NAME 4
#define HELP_PAPER_TEXT (HELP_PAPER_NAME + CRYPTO_CODE_TEXT + 2)
struct help_paper {
    char text[HELP_PAPER_TEXT + 1]; /* to be printed once: kept nowhere */
    char hash[CRYPTO_PASSWORD_TEXT];
};
/* The secret and its hash, outside of any transaction: it takes a tenth of a second. */
MUST_USE err help_paper_make(struct help_paper *paper);
/* RULE HELP-3: makes it the paper of somebody: the one they had is good for nothing any more. Fills
 * in the name. In a write transaction; written into the audit. ERR_NOT_FOUND: nobody whom this
 * helper helped, or somebody who has an address; ERR_DENIED, ERR_INPUT: the role does not hold
 * where they live (any more). Whoever came in with the one before is out. */
MUST_USE err help_paper_store(struct db_conn *conn, struct id_source *ids,
                              const struct territories *territories, const struct actor *helper,
                              struct person_id person, struct help_paper *paper, int64_t now_ms);
/* What was typed, as letters of the alphabet of codes; false when it cannot be a code. */
struct help_typed {
    char name[HELP_PAPER_NAME + 1];
    struct crypto_code secret;
};
bool help_paper_read(slice typed, struct help_typed *read);
/* Whose paper has that name, with the hash to compare with (crypto_password_fits): on a reader.
 * Nobody's has an empty hash. */
MUST_USE err help_paper_find(struct db_conn *conn, const struct help_typed *typed,
                             struct arena *arena, struct person_id *person, slice *hash);
/* The code is good for nothing any more. None is no error. */
MUST_USE err help_paper_drop(struct db_conn *conn, struct person_id person);

/* RULE HELP-4: the account of a paper, which has no address and no role, ends, and all that was
 * done in its name belongs to another: what it brought, drafts, teams, suggestions, reports,
 * claims, news, confirmations, its history and with whose help. Both were proved by the caller. In
 * a write transaction, which must be undone on any error; written into the audit. ERR_CONFLICT: the
 * first has an address or a role, or one of them is blocked or gone. */
MUST_USE err person_join(struct db_conn *conn, struct id_source *ids, struct person_id paper,
                         struct person_id stays, int64_t now_ms);
extern const struct db_catalogue person_join_catalogue;

/* Who helped somebody, when and how they consented, as a JSON array: for the download of one's
 * data. */
MUST_USE err help_to_json(struct db_conn *conn, struct person_id person, struct buf *out);

#endif
