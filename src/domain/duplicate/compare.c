/* How likely two entries are one: README, "Score". */
#include "domain/duplicate/duplicate_int.h"

#define NAME_MAX_POINTS    60
#define PLACE_MAX_POINTS   30
#define CONTACT_MAX_POINTS 35
#define FULL_NAME_WEIGHT   15 /* tenths: beyond it a name says enough */
#define UNLIKE_MAX         45 /* below what is shown: something speaks against it */
#define NAME_SAME          95 /* per cent */
#define NAME_NEAR          50
#define NAME_NEEDED        30
#define TYPO_BYTES_MIN     5
#define FAR_M              10000.0

static bool is_alike(slice a, slice b) {
    return slice_equal(a, b) ||
           (a.n >= TYPO_BYTES_MIN && b.n >= TYPO_BYTES_MIN && text_within_one_typo(a, b));
}

/* The words that both have, as a share of the words of both (Dice), in per cent. `*weight`: how
 * much the shared ones say, in tenths of a word. */
static unsigned name_share(const struct duplicate_traits *a, const struct duplicate_traits *b,
                           unsigned *weight) {
    unsigned shared = 0;
    unsigned all = 0;
    uint32_t taken = 0;
    for (size_t k = 0; k < b->word_count; k++) {
        all += b->words[k].weight;
    }
    for (size_t i = 0; i < a->word_count; i++) {
        all += a->words[i].weight;
        for (size_t k = 0; k < b->word_count; k++) {
            if (!(taken & UINT32_C(1) << k) && is_alike(a->words[i].stem, b->words[k].stem)) {
                taken |= UINT32_C(1) << k;
                shared += a->words[i].weight + b->words[k].weight;
                break;
            }
        }
    }
    bool is_same = a->joined.n > 0 && is_alike(a->joined, b->joined);
    *weight = (is_same && shared < all ? all : shared) / 2;
    return all == 0 ? 0 : is_same ? 100 : shared * 100 / all;
}

static unsigned name_points(const struct duplicate_traits *a, const struct duplicate_traits *b,
                            struct duplicate_likeness *likeness, unsigned *share) {
    unsigned weight;
    *share = name_share(a, b, &weight);
    unsigned strength = weight > FULL_NAME_WEIGHT ? FULL_NAME_WEIGHT : weight;
    if (*share >= NAME_SAME) {
        likeness->reasons |= 1u << DUPLICATE_NAME;
    } else if (*share >= NAME_NEAR) {
        likeness->reasons |= 1u << DUPLICATE_NAME_NEAR;
    }
    /* Three fifths for being alike, two for how much the words tell. */
    return *share * NAME_MAX_POINTS * (3 * FULL_NAME_WEIGHT + 2 * strength) /
           (100 * 5 * FULL_NAME_WEIGHT);
}

static unsigned points_at(double metres) {
    static const struct {
        double metres;
        unsigned points;
    } steps[] = {{50, 30}, {150, 27}, {500, 21}, {2000, 12}, {FAR_M, 3}};
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        if (metres <= steps[i].metres) {
            return steps[i].points;
        }
    }
    return 0;
}

/* Precise to 100 m at least. */
static bool is_exact(const struct entry_public *entry) {
    return entry->has_point && !entry->is_approximate;
}

static unsigned place_points(const struct duplicate_traits *a, const struct duplicate_traits *b,
                             struct duplicate_likeness *likeness, bool *is_far) {
    const struct entry_public *one = a->entry;
    const struct entry_public *other = b->entry;
    bool is_placed = one->has_point && other->has_point;
    double metres = is_placed ? geo_distance_m(one->point, other->point) : 0;
    *is_far = is_placed && metres > FAR_M;
    if (is_exact(one) && is_exact(other)) {
        likeness->distance_m = (int64_t)(metres + 0.5);
        likeness->reasons |= metres <= FAR_M ? 1u << DUPLICATE_PLACE : 0;
        return points_at(metres);
    }
    if (a->commune != TERRITORY_NONE && a->commune == b->commune) {
        likeness->reasons |= 1u << DUPLICATE_COMMUNE;
        return PLACE_MAX_POINTS / 2;
    }
    bool is_nowhere = one->territory == TERRITORY_NONE && other->territory == TERRITORY_NONE &&
                      !one->has_point && !other->has_point;
    if (is_nowhere) {
        return PLACE_MAX_POINTS / 2;
    }
    *is_far = *is_far || (one->territory != TERRITORY_NONE && other->territory != TERRITORY_NONE &&
                          one->territory != other->territory && !is_placed &&
                          a->commune != TERRITORY_NONE && b->commune != TERRITORY_NONE);
    return is_placed ? points_at(metres) / 2 : 0;
}

static unsigned contact_points(const struct duplicate_traits *a, const struct duplicate_traits *b,
                               struct duplicate_likeness *likeness) {
    static const unsigned points[DUPLICATE_REASON__COUNT] = {[DUPLICATE_SITE] = 21,
                                                             [DUPLICATE_MAIL] = 18,
                                                             [DUPLICATE_TELEPHONE] = 18,
                                                             [DUPLICATE_NUMBER] = 35};
    unsigned sum = 0;
    for (size_t i = 0; i < a->contact_count; i++) {
        for (size_t k = 0; k < b->contact_count; k++) {
            const struct duplicate_contact *one = &a->contacts[i];
            const struct duplicate_contact *other = &b->contacts[k];
            bool is_new = !(likeness->reasons & 1u << one->sort);
            if (one->sort == other->sort && is_new && slice_equal(one->value, other->value)) {
                likeness->reasons |= 1u << one->sort;
                sum += points[one->sort];
            }
        }
    }
    return sum > CONTACT_MAX_POINTS ? CONTACT_MAX_POINTS : sum;
}

/* Kinds between which one thing may stand twice. A portrait of a place is not that place. */
static unsigned family(enum entry_kind kind) {
    switch (kind) {
    case ENTRY_KIND_INITIATIVE:
    case ENTRY_KIND_IDEA:
    case ENTRY_KIND_PLACE:
    case ENTRY_KIND_ACTOR:
        return 1;
    case ENTRY_KIND_TOOL:
        return 2;
    case ENTRY_KIND_EVENT:
        return 3;
    case ENTRY_KIND_STORY:
        return 4;
    case ENTRY_KIND__COUNT:
        break;
    }
    return 0;
}

/* Both happen, and never at the same time: the next edition is another event. */
static bool is_at_other_times(const struct entry *a, const struct entry *b) {
    bool both = false;
    for (uint32_t i = 0; i < a->date_count; i++) {
        for (uint32_t k = 0; k < b->date_count; k++) {
            const struct entry_date *one = &a->dates[i];
            const struct entry_date *other = &b->dates[k];
            if (one->role != ENTRY_DATE_HAPPENS || other->role != ENTRY_DATE_HAPPENS) {
                continue;
            }
            both = true;
            if (one->first_ms <= other->last_ms && other->first_ms <= one->last_ms) {
                return false;
            }
        }
    }
    return both;
}

struct duplicate_likeness duplicate_compare(const struct duplicate_traits *a,
                                            const struct duplicate_traits *b) {
    struct duplicate_likeness likeness = {.distance_m = -1};
    unsigned share;
    bool is_far;
    unsigned score = name_points(a, b, &likeness, &share);
    score += place_points(a, b, &likeness, &is_far);
    score += contact_points(a, b, &likeness);
    bool has_number = (likeness.reasons & 1u << DUPLICATE_NUMBER) != 0;
    bool speaks_against =
        family(a->entry->entry.kind) != family(b->entry->entry.kind) ||
        is_at_other_times(&a->entry->entry, &b->entry->entry) ||
        (!has_number && (share < NAME_NEEDED || is_far)); /* one house, one network */
    score = score > 100 ? 100 : score;
    likeness.score = speaks_against && score > UNLIKE_MAX ? UNLIKE_MAX : score;
    return likeness;
}
