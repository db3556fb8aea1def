/* What the files of entry_check share. */
#ifndef AGORA_DOMAIN_ENTRY_CHECK_INT_H
#define AGORA_DOMAIN_ENTRY_CHECK_INT_H

#include "domain/entry/entry_int.h"

struct entry_checker {
    const struct territories *territories;
    const struct themes *themes;
    struct arena *arena;
    struct problem *problem;
    const char *list; /* "contacts", "place", or "" at the top */
    long position;    /* in the list, or -1 */
};

/* Fills the problem with the field ("contacts[2].value") and gives the code back. */
err entry_check_refuse(const struct entry_checker *checker, err code, const char *key,
                       const char *what);
/* Territory, point and precision: what is given, checked; what follows from it, completed. */
MUST_USE err entry_check_place(const struct entry_checker *checker, struct entry *entry);

#endif
