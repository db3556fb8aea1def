/* A small country with themes, and thousands of entries made from a seed. */
#ifndef AGORA_TEST_ATLAS_FIXTURE_H
#define AGORA_TEST_ATLAS_FIXTURE_H

#include "atlas/view.h"

#define FIXTURE_NOW_MS      INT64_C(1764000000000) /* 2025-11-24 */
#define FIXTURE_CROWD_LEAST 10
#define FIXTURE_DAY_MS      INT64_C(86400000)

struct fixture {
    char folder[64];
    char store[96];
    struct territories *territories;
    struct themes *themes;
    _Atomic int64_t now_ms; /* the thread that follows reads it while a test moves it */
    uint64_t seed;
};
void fixture_open(struct fixture *fixture);
void fixture_close(struct fixture *fixture);
struct atlas_options fixture_options(struct fixture *fixture);

uint32_t fixture_random(struct fixture *fixture, uint32_t below);
bool fixture_chance(struct fixture *fixture, uint32_t percent);
/* One word, as someone would write it. */
slice fixture_word(struct fixture *fixture);
/* A skill that few have. */
slice fixture_trade(struct fixture *fixture, struct arena *arena);
/* A made-up entry; everything lives in the arena. */
struct entry_public fixture_entry(struct fixture *fixture, int64_t id, struct arena *arena);

extern const slice fixture_sources[], fixture_skills[], fixture_languages[];
extern const uint32_t fixture_source_count, fixture_skill_count, fixture_language_count;
struct geo_point fixture_point(struct fixture *fixture);

#endif
