/* The fields of a record under way, for readers whose names may come more than once. */
#ifndef AGORA_FORMATS_FIELDS_INT_H
#define AGORA_FORMATS_FIELDS_INT_H

#include "formats/record.h"

struct fields {
    struct arena *arena;
    struct record_field *items;
    uint32_t *rooms; /* of the items of lists */
    uint32_t count, room;
    struct problem *problem;
    err failed; /* ERR_LIMIT, ERR_MEMORY: the first error is kept, then every call is a no-op */
};

struct fields fields_make(struct arena *arena, struct problem *problem);
/* A value, trimmed; an empty one is nothing. A name that is there with another value is called
 * "name (2)"; with the same value it is nothing new. Name and value live as long as the arena. */
void fields_add(struct fields *fields, slice name, slice value);
/* One item more of a list; one that is there already is nothing new. */
void fields_add_item(struct fields *fields, slice name, slice value);
bool fields_has(const struct fields *fields, slice name);
/* Joins the lists and hands all over. ERR_LIMIT, ERR_MEMORY. */
MUST_USE err fields_finish(struct fields *fields, struct record *record);

#endif
