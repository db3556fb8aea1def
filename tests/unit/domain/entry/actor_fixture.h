/* People who act, in the store of entry_fixture.h. */
#ifndef AGORA_TESTS_ACTOR_FIXTURE_H
#define AGORA_TESTS_ACTOR_FIXTURE_H

#include "entry_fixture.h"

#include "domain/contribution/contribution.h"

static const struct actor nobody = {.name = {"", 0}, .language = {"", 0}};

static inline struct contribution_world world_of(struct entry_fixture *fixture) {
    return (struct contribution_world){
        .ids = &fixture->store.ids, .territories = fixture->territories, .themes = fixture->themes};
}

static inline struct actor person_of(struct entry_fixture *fixture, const char *address) {
    struct actor actor = nobody;
    bool is_new;
    assert_int_equal(person_enter(fixture->store.conn, &fixture->store.ids,
                                  slice_from_cstr(address), SLICE("fr"), NULL,
                                  fixture->store.now_ms, &actor.person, &is_new, &fixture->problem),
                     OK);
    return actor;
}

static inline struct actor role_of(struct entry_fixture *fixture, const char *address,
                                   enum person_role role, const char *territory) {
    struct actor actor = person_of(fixture, address);
    assert_int_equal(person_grant(fixture->store.conn, &fixture->store.ids, (struct person_id){0},
                                  actor.person, role, slice_from_cstr(territory),
                                  fixture->store.now_ms),
                     OK);
    actor.roles = 1u << role;
    return actor;
}

#endif
