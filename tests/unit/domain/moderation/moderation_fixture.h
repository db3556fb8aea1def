/* Moderators, for the tests of the room. */
#ifndef AGORA_TESTS_MODERATION_FIXTURE_H
#define AGORA_TESTS_MODERATION_FIXTURE_H

#include "actor_fixture.h"

#include "domain/moderation/moderation_int.h"

static inline struct actor moderator_of(struct entry_fixture *fixture, const char *address,
                                        const char *territory) {
    return role_of(fixture, address, PERSON_MODERATOR, territory);
}

#endif
