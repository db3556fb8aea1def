/* A store with an entry, the team that runs it, and somebody who is not of it. */
#ifndef AGORA_TESTS_TEAM_FIXTURE_H
#define AGORA_TESTS_TEAM_FIXTURE_H

#include "store_fixture.h"

#include "domain/contribution/contribution.h"

struct scene {
    struct store_fixture *fixture;
    struct arena arena;
    struct contribution_world world;
    struct actor anna, eve; /* anna is of the team */
    struct entry_id entry;
    struct team_id team;
    struct problem problem;
};

static const struct territories nowhere = {0};

static inline struct person_id person_of(struct store_fixture *fixture, const char *address) {
    const struct person_network network = {0};
    struct person_id id;
    bool is_new;
    struct problem problem = {0};
    assert_int_equal(person_enter(fixture->conn, &fixture->ids, slice_from_cstr(address),
                                  SLICE("fr"), &network, fixture->now_ms, &id, &is_new, &problem),
                     OK);
    return id;
}

static inline struct entry_id entry_made(struct scene *scene, const char *json) {
    struct entry entry;
    assert_int_equal(entry_from_json(slice_from_cstr(json), &scene->arena, &entry, &scene->problem),
                     OK);
    assert_int_equal(entry_check(&entry, &nowhere, NULL, &scene->arena, &scene->problem), OK);
    assert_int_equal(entry_edit(scene->fixture->conn, &scene->fixture->ids, &entry,
                                SLICE("person:1"), SLICE("x"), scene->fixture->now_ms, NULL),
                     OK);
    return entry.id;
}

static inline int setup(void **state) {
    store_setup(state);
    struct scene *scene = calloc(1, sizeof *scene);
    scene->fixture = *state;
    scene->arena = arena_make(0, 0);
    scene->world =
        (struct contribution_world){.ids = &scene->fixture->ids, .territories = &nowhere};
    scene->anna.person = person_of(scene->fixture, "anna@example.org");
    scene->eve.person = person_of(scene->fixture, "eve@example.org");
    scene->entry = entry_made(scene, "{\"kind\":\"initiative\",\"title\":\"Four à pain\"}");
    assert_int_equal(team_begin(scene->fixture->conn, &scene->fixture->ids, scene->entry,
                                scene->anna.person, SLICE("Les Amis"), scene->fixture->now_ms,
                                &scene->team),
                     OK);
    *state = scene;
    return 0;
}

static inline int teardown(void **state) {
    struct scene *scene = *state;
    *state = scene->fixture;
    arena_free(&scene->arena);
    free(scene);
    return store_teardown(state);
}

#endif
