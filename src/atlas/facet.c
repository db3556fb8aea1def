/* Counts beside the facets: exact, over all matches, each facet ignoring its own choice. */
#include "atlas/crowd.h"
#include "atlas/cube.h"
#include "atlas/rank.h"
#include "atlas/rows.h"

#include <stdlib.h>

#define TERRITORIES_SHOWN 50

/* Fewer matches than one document in so many become a list. */
#define FEW_SHARE 64
/* What a row of a bitset costs, in probes of a document, and how many are counted at once. */
#define ROW_COST   4
#define FAR_WORDS  8192 /* bitsets that are longer come from memory, not from a cache */
#define RANKED_FEW 32   /* values that are put into order without calling for help */

/* The documents of a part that are counted for a facet: its matches without the facet's own choice,
 * or, when they are most of the documents of their kinds, what these have besides. */
#define STRETCHES_MAX 64
#define STRETCH_GAP   4 /* words without a document that part two stretches */
struct stretch {
    uint32_t first, last; /* words first … last - 1 */
};
struct base {
    uint64_t matches;
    uint64_t count;            /* documents counted */
    const uint64_t *bits;      /* they as a bitset; NULL: as a list only */
    const uint32_t *documents; /* they as a list; NULL: as a bitset only */
    unsigned rest_of;          /* 0, or the kinds whose cube they are taken off */
    uint32_t *counts;          /* by value, from the rows; NULL: the lists are asked instead */
    struct stretch *stretches; /* of the bits: where some are set. A box is a few runs of them */
    uint32_t stretch_count;
};
struct counting {
    const struct atlas_plan *plan;
    const struct atlas_match *matches;
    const struct atlas_request *request;
    unsigned asked;                     /* facets to be counted, 1 << enum atlas_facet_of */
    struct base all[ATLAS_PART__COUNT]; /* for facets without a choice of their own */
    bool has_all;
    struct base bases[ATLAS_PART__COUNT]; /* of the facet in hand */
};

/* The documents of a walk, `count` of them or fewer. NULL without memory. */
static const uint32_t *list_of(const struct atlas_plan *plan, struct atlas_walk walk,
                               uint64_t *count) {
    uint32_t *documents = plan_new(plan, uint32_t, *count);
    *count = 0;
    if (documents) {
        uint32_t document;
        while (atlas_walk_next(&walk, &document)) {
            documents[(*count)++] = document;
        }
    }
    return documents;
}

/* The documents of the kinds, as built, without these. NULL without memory. */
static const uint64_t *rest_of(const struct atlas_plan *plan, const struct atlas_match *match,
                               unsigned kinds, const uint64_t *without) {
    size_t words = match->window.words;
    uint64_t *bits = plan_new(plan, uint64_t, words);
    if (!bits) {
        return NULL;
    }
    for (; kinds; kinds &= kinds - 1) {
        bits_or(bits, match->segment->kinds[__builtin_ctz(kinds)], words);
    }
    bits_and_not(bits, without, words);
    return bits;
}

/* Finds where the bits of a base are set; when that is all over the place, it is one stretch. */
static err find_stretches(const struct atlas_plan *plan, size_t words, struct base *base) {
    base->stretches = plan_new(plan, struct stretch, STRETCHES_MAX);
    if (!base->stretches) {
        return ERR_MEMORY;
    }
    for (uint32_t word = 0; word < words; word++) {
        if (!base->bits[word]) {
            continue;
        }
        struct stretch *last = base->stretches + base->stretch_count - 1;
        if (base->stretch_count && word - last->last < STRETCH_GAP) {
            last->last = word + 1;
        } else if (base->stretch_count < STRETCHES_MAX) {
            base->stretches[base->stretch_count++] =
                (struct stretch){.first = word, .last = word + 1};
        } else {
            base->stretches[0].last = (uint32_t)words;
            base->stretch_count = 1;
            break;
        }
    }
    return OK;
}

static size_t stretch_words(const struct base *base) {
    size_t words = 0;
    for (uint32_t i = 0; i < base->stretch_count; i++) {
        words += base->stretches[i].last - base->stretches[i].first;
    }
    return words;
}

/* The documents counted that are in a bitset. */
static uint64_t count_in(const struct base *base, const uint64_t *bits) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < base->stretch_count; i++) {
        struct stretch at = base->stretches[i];
        count += bits_count_and(base->bits + at.first, bits + at.first, at.last - at.first);
    }
    return count;
}

/* The documents counted that are on a list; the base is a bitset. */
static uint64_t count_list(const struct base *base, const struct atlas_list *list) {
    if (list->bits) {
        return count_in(base, list->bits);
    }
    uint64_t count = 0;
    uint32_t at = 0;
    for (uint32_t i = 0; i < base->stretch_count; i++) {
        at = atlas_gallop(list->documents, at, list->length, base->stretches[i].first * 64);
        uint64_t end = base->stretches[i].last * UINT64_C(64);
        for (; at < list->length && list->documents[at] < end; at++) {
            count += bits_has(base->bits, list->documents[at]);
        }
    }
    return count;
}

/* What asking a list costs, in probes of a document, for a base of so many words of all. */
static uint64_t cost_of_list(const struct atlas_list *list, size_t all_words, size_t words) {
    size_t at_once = bits_code() == BITS_PLAIN ? 1 : all_words > FAR_WORDS ? 2 : 8;
    return 8 + (list->bits ? words / at_once : (uint64_t)list->length * words / (all_words + 1));
}

/* Counts the documents of a base for all facets at once, from their rows. */
static err count_rows(const struct counting *counting, const struct atlas_match *match,
                      struct base *base) {
    const struct atlas_segment *segment = match->segment;
    base->counts = plan_new(counting->plan, uint32_t, segment->value_first[ATLAS_OF__COUNT]);
    if (!base->counts) {
        return ERR_MEMORY;
    }
    if (base->documents) {
        atlas_rows_count(segment, base->documents, base->count, base->counts);
        return OK;
    }
    struct atlas_rows_gather gather;
    atlas_rows_gather_begin(&gather, segment, base->counts);
    for (uint32_t i = 0; i < base->stretch_count; i++) {
        for (size_t word = base->stretches[i].first; word < base->stretches[i].last; word++) {
            atlas_rows_gather_add(&gather, word, base->bits[word]);
        }
    }
    atlas_rows_gather_end(&gather);
    return OK;
}

/* Whether reading the rows of a bitset costs less than asking the lists of what is counted:
 * `wanted` facets, 1 << enum atlas_facet_of. */
static bool rows_pay(const struct atlas_segment *segment, unsigned wanted,
                     const struct base *base) {
    size_t words = stretch_words(base);
    uint64_t by_rows = base->count * ROW_COST + words;
    uint64_t by_lists = 0;
    for (unsigned of = 0; of < ATLAS_OF__COUNT; of++) {
        uint32_t first = segment->value_first[of];
        uint32_t last = wanted & 1u << of ? segment->value_first[of + 1] : first;
        for (uint32_t value = first; value < last && by_lists < by_rows; value++) {
            struct atlas_list list = atlas_value_list(segment, value);
            by_lists += cost_of_list(&list, segment->words, words);
        }
    }
    return by_rows <= by_lists;
}

/* The facets that are counted from the base without a group's choice. */
static unsigned wanted_of(const struct counting *counting, enum atlas_group_of group) {
    static const enum atlas_facet_of facet_of[ATLAS_GROUP__COUNT] = {
        [ATLAS_GROUP_REST] = ATLAS_OF__COUNT,       [ATLAS_GROUP_KIND] = ATLAS_OF_KIND,
        [ATLAS_GROUP_STATE] = ATLAS_OF_STATE,       [ATLAS_GROUP_THEME] = ATLAS_OF_THEME,
        [ATLAS_GROUP_TERRITORY] = ATLAS_OF_TOP,     [ATLAS_GROUP_HAS] = ATLAS_OF_HAS,
        [ATLAS_GROUP_LANGUAGE] = ATLAS_OF_LANGUAGE, [ATLAS_GROUP_SOURCE] = ATLAS_OF_SOURCE,
        [ATLAS_GROUP_SKILL] = ATLAS_OF_SKILL,
    };
    unsigned chosen = 0;
    for (int other = ATLAS_GROUP_REST + 1; other < ATLAS_GROUP__COUNT; other++) {
        if (atlas_plan_chooses(counting->plan, (enum atlas_group_of)other)) {
            chosen |= 1u << facet_of[other];
        }
    }
    if (!atlas_plan_chooses(counting->plan, group)) {
        return counting->asked & ~chosen;
    }
    /* Children of what was chosen are counted on their own. */
    return group == ATLAS_GROUP_TERRITORY ? 0 : counting->asked & 1u << facet_of[group];
}

/* Whether something is chosen anywhere else. */
static bool has_other_choice(const struct atlas_plan *plan, enum atlas_group_of group) {
    for (int other = ATLAS_GROUP_REST + 1; other < ATLAS_GROUP__COUNT; other++) {
        if (other != (int)group && atlas_plan_chooses(plan, (enum atlas_group_of)other)) {
            return true;
        }
    }
    return false;
}

/* The documents of a clause that are known beforehand, of the kinds that are chosen. */
struct known {
    const uint64_t *bits;
    const uint32_t *counts; /* by value */
    uint64_t apart;         /* documents in them or in the base, not in both */
};

static err find_known(const struct counting *counting, const struct atlas_match *match,
                      unsigned kinds, const struct atlas_heard *heard, const struct base *base,
                      struct known *known) {
    const struct atlas_segment *segment = match->segment;
    const size_t words = match->window.words;
    bool are_entries = kinds == QUERY_KINDS_ENTRY;
    known->counts = atlas_crowd_counts(segment, heard->crowd,
                                       are_entries ? ATLAS_CROWD_ENTRIES : ATLAS_CROWD_ALL);
    known->bits = heard->bits;
    if (are_entries) {
        uint64_t *bits = plan_new(counting->plan, uint64_t, words);
        if (!bits) {
            return ERR_MEMORY;
        }
        bits_or(bits, heard->bits, words);
        bits_and_not(bits, segment->kinds[QUERY_KIND_NEED], words);
        bits_and_not(bits, segment->kinds[QUERY_KIND_OFFER], words);
        known->bits = bits;
    }
    uint64_t count = 0;
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        count += known->counts[atlas_value_of(segment, ATLAS_OF_KIND, kind)];
    }
    known->apart = count + base->matches - 2 * bits_count_and(known->bits, base->bits, words);
    return OK;
}

/* Adds the documents that are in one bitset and not in the other. */
static void count_apart(const struct atlas_segment *segment, const uint64_t *in,
                        const uint64_t *not_in, uint32_t *counts) {
    struct atlas_rows_gather gather;
    atlas_rows_gather_begin(&gather, segment, counts);
    for (uint32_t word = 0; word < segment->words; word++) {
        atlas_rows_gather_add(&gather, word, in[word] & ~not_in[word]);
    }
    atlas_rows_gather_end(&gather);
}

/* Counts what is known of a clause beforehand and what the base has more and less, when that is
 * less than half of the base. */
static err count_known(const struct counting *counting, const struct atlas_match *match,
                       unsigned kinds, struct base *base) {
    const struct atlas_segment *segment = match->segment;
    uint32_t values = segment->value_first[ATLAS_OF__COUNT];
    struct known least = {.apart = UINT64_MAX};
    for (uint32_t c = 0; c < match->heard_count; c++) {
        if (match->heard[c].crowd) {
            struct known known;
            TRY(find_known(counting, match, kinds, &match->heard[c], base, &known));
            least = known.apart < least.apart ? known : least;
        }
    }
    if (least.apart >= base->matches / 2) {
        return OK;
    }
    uint32_t *counts = plan_new(counting->plan, uint32_t, values);
    uint32_t *fewer = plan_new(counting->plan, uint32_t, values);
    if (!counts || !fewer) {
        return ERR_MEMORY;
    }
    if (least.apart) {
        count_apart(segment, base->bits, least.bits, counts);
        count_apart(segment, least.bits, base->bits, fewer);
    }
    for (uint32_t value = 0; value < values; value++) {
        counts[value] += least.counts[value] - fewer[value];
    }
    base->counts = counts;
    return OK;
}

static err make_base(const struct counting *counting, const struct atlas_match *match,
                     enum atlas_group_of group, struct base *base) {
    const struct atlas_plan *plan = counting->plan;
    const struct atlas_segment *segment = match->segment;
    unsigned wanted = wanted_of(counting, group);
    *base = (struct base){.count = match->listed_count};
    if (match->misses) {
        base->documents = has_other_choice(plan, group) || !match->listed_count
                              ? list_of(plan, atlas_walk_without(match, NULL, group), &base->count)
                              : match->listed;
        base->matches = base->count;
        return !base->documents ? ERR_MEMORY : wanted ? count_rows(counting, match, base) : OK;
    }
    if (match->is_listed && match->listed_count && !has_other_choice(plan, group)) {
        base->documents = match->listed;
        base->matches = base->count;
        return wanted ? count_rows(counting, match, base) : OK;
    }
    base->bits = atlas_match_without(plan, match, group);
    if (!base->bits) {
        return ERR_MEMORY;
    }
    bool is_whole = base->bits == match->bits;
    base->matches = is_whole ? match->count : bits_count(base->bits, match->window.words);
    base->count = base->matches;
    unsigned kinds = group == ATLAS_GROUP_KIND || !plan->kinds ? QUERY_KINDS_ALL : plan->kinds;
    if (wanted) {
        TRY(count_known(counting, match, kinds, base));
    }
    if (base->counts) {
        return OK;
    }
    uint64_t rest = atlas_cube_count(segment->cube.kinds, kinds) - base->matches;
    if (rest < base->matches / 2) {
        base->bits = rest_of(plan, match, kinds, base->bits);
        base->count = rest;
        base->rest_of = kinds;
        if (!base->bits) {
            return ERR_MEMORY;
        }
    }
    if (base->count <= segment->count / FEW_SHARE) {
        struct atlas_walk walk = {.match = match,
                                  .bits = bits_walk(base->bits, match->window.words)};
        base->documents = list_of(plan, walk, &base->count);
        return !base->documents ? ERR_MEMORY : wanted ? count_rows(counting, match, base) : OK;
    }
    TRY(find_stretches(plan, match->window.words, base));
    return rows_pay(segment, wanted, base) ? count_rows(counting, match, base) : OK;
}

static err choose_base(struct counting *counting, enum atlas_group_of group) {
    bool is_own = atlas_plan_chooses(counting->plan, group);
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        if (is_own || !counting->has_all) {
            TRY(make_base(counting, &counting->matches[part], group, &counting->bases[part]));
        } else {
            counting->bases[part] = counting->all[part];
        }
        if (!is_own) {
            counting->all[part] = counting->bases[part];
        }
    }
    counting->has_all = counting->has_all || !is_own;
    return OK;
}

/* The matches of a part that have a value. */
static uint64_t count_value(const struct counting *counting, int part, enum atlas_facet_of of,
                            uint32_t key) {
    const struct base *base = &counting->bases[part];
    const struct atlas_segment *segment = counting->matches[part].segment;
    uint32_t value = atlas_value_of(segment, of, key);
    uint64_t count = 0;
    if (base->counts) {
        count = base->counts[value];
    } else if (base->count) {
        struct atlas_list list = atlas_value_list(segment, value);
        count = count_list(base, &list);
    }
    return base->rest_of ? atlas_value_count(segment, value, base->rest_of) - count : count;
}

/* The same over all parts; their keys are alike. */
static uint64_t count_alike(const struct counting *counting, enum atlas_facet_of of, uint32_t key) {
    uint64_t count = 0;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        if (counting->bases[part].matches) {
            count += count_value(counting, part, of, key);
        }
    }
    return count;
}

/* A value while it is put into order: its first bytes as a number, which mostly decide. */
struct ranked {
    uint64_t head;
    struct atlas_facet_value it;
};

static uint64_t head_of(slice value) {
    uint64_t head = 0;
    for (size_t i = 0; i < sizeof(head); i++) {
        head = head << 8 | (i < value.n ? (unsigned char)value.p[i] : 0);
    }
    return head;
}

static int compare_ranked(const void *a, const void *b) {
    const struct ranked *left = a;
    const struct ranked *right = b;
    if (left->it.count != right->it.count) {
        return left->it.count > right->it.count ? -1 : 1;
    }
    if (left->head != right->head) {
        return left->head < right->head ? -1 : 1;
    }
    return slice_compare(left->it.value, right->it.value);
}

/* A few, one after the other to its place: many come in order already. */
static void rank_few(struct ranked *values, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        struct ranked value = values[i];
        uint32_t at = i;
        for (; at && compare_ranked(&value, &values[at - 1]) < 0; at--) {
            values[at] = values[at - 1];
        }
        values[at] = value;
    }
}

static err facet_open(const struct counting *counting, size_t room,
                      struct atlas_facet_counts *facet) {
    facet->total = 0;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        facet->total += counting->bases[part].matches;
    }
    facet->values = plan_new(counting->plan, struct atlas_facet_value, room);
    return facet->values ? OK : ERR_MEMORY;
}

static void facet_add(struct atlas_facet_counts *facet, slice value, uint32_t index, uint64_t count,
                      bool is_chosen) {
    if (count || is_chosen) {
        facet->values[facet->count++] =
            (struct atlas_facet_value){.value = value, .index = index, .count = count};
    }
}

/* Puts the values into order: by count down, then value. */
static err facet_close(const struct counting *counting, struct atlas_facet_counts *facet) {
    struct ranked *values = plan_new(counting->plan, struct ranked, facet->count);
    if (!values) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < facet->count; i++) {
        values[i] =
            (struct ranked){.head = head_of(facet->values[i].value), .it = facet->values[i]};
    }
    if (facet->count <= RANKED_FEW) {
        rank_few(values, facet->count);
    } else {
        qsort(values, facet->count, sizeof(*values), compare_ranked);
    }
    for (uint32_t i = 0; i < facet->count; i++) {
        facet->values[i] = values[i].it;
    }
    return OK;
}

static err count_kinds(struct counting *counting, struct atlas_facet_counts *facet) {
    TRY(choose_base(counting, ATLAS_GROUP_KIND));
    TRY(facet_open(counting, QUERY_KIND__COUNT, facet));
    unsigned shown = counting->request->seven_kinds ? QUERY_KINDS_ENTRY : QUERY_KINDS_ALL;
    facet->total = 0;
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        uint64_t count = count_alike(counting, ATLAS_OF_KIND, kind);
        facet->total += shown >> kind & 1 ? count : 0;
        facet_add(facet, query_kind_slug((enum query_kind)kind), UINT32_MAX, count,
                  counting->plan->query->kinds >> kind & 1);
    }
    return OK;
}

static err count_states(struct counting *counting, struct atlas_facet_counts *facet) {
    TRY(choose_base(counting, ATLAS_GROUP_STATE));
    TRY(facet_open(counting, QUERY_STATE__COUNT, facet));
    for (unsigned state = 0; state < QUERY_STATE__COUNT; state++) {
        facet_add(facet, query_state_slug((enum query_state)state), UINT32_MAX,
                  count_alike(counting, ATLAS_OF_STATE, state),
                  counting->plan->query->states >> state & 1);
    }
    return OK;
}

static err count_has(struct counting *counting, struct atlas_facet_counts *facet) {
    TRY(choose_base(counting, ATLAS_GROUP_HAS));
    TRY(facet_open(counting, QUERY_HAS__COUNT, facet));
    for (unsigned has = 0; has < QUERY_HAS__COUNT; has++) {
        facet_add(facet, query_has_slug((enum query_has)has), UINT32_MAX,
                  count_alike(counting, ATLAS_OF_HAS, has), counting->plan->query->has >> has & 1);
    }
    return OK;
}

static err count_themes(struct counting *counting, struct atlas_facet_counts *facet) {
    const struct atlas_plan *plan = counting->plan;
    const struct themes *themes = plan->view->themes;
    TRY(choose_base(counting, ATLAS_GROUP_THEME));
    TRY(facet_open(counting, themes->count, facet));
    for (uint16_t theme = 0; theme < themes->count; theme++) {
        bool is_chosen = false;
        for (uint32_t i = 0; i < plan->query->themes.count; i++) {
            is_chosen = is_chosen || plan->themes[i] == theme;
        }
        facet_add(facet, themes->items[theme].slug, theme,
                  count_alike(counting, ATLAS_OF_THEME, theme), is_chosen);
    }
    return OK;
}

/* Adds the names of one facet in the parts that have matches, each once, in order. */
static void merge_names(const struct counting *counting, enum atlas_values_of of,
                        struct atlas_facet_counts *facet) {
    struct {
        const struct atlas_texts *names;
        uint32_t at;
        int part;
    } left[ATLAS_PART__COUNT];
    enum atlas_facet_of facet_of = (enum atlas_facet_of)(ATLAS_OF_THEME + of);
    unsigned count = 0;
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        const struct atlas_texts *names = &counting->matches[part].segment->values[of].names;
        if (counting->bases[part].matches && names->count) {
            left[count].names = names;
            left[count].at = 0;
            left[count++].part = part;
        }
    }
    while (count) {
        slice name = atlas_text(left[0].names, left[0].at);
        for (unsigned i = 1; i < count; i++) {
            slice other = atlas_text(left[i].names, left[i].at);
            name = slice_compare(other, name) < 0 ? other : name;
        }
        uint64_t matches = 0;
        unsigned kept = 0;
        for (unsigned i = 0; i < count; i++) {
            if (count == 1 || slice_equal(atlas_text(left[i].names, left[i].at), name)) {
                matches += count_value(counting, left[i].part, facet_of, left[i].at++);
            }
            if (left[i].at < left[i].names->count) {
                left[kept++] = left[i];
            }
        }
        count = kept;
        facet_add(facet, name, UINT32_MAX, matches, false);
    }
}

/* A facet whose values have names of their own in each part: merged by name. */
static err count_names(struct counting *counting, enum atlas_group_of group,
                       enum atlas_values_of of, const struct query_values *chosen,
                       struct atlas_facet_counts *facet) {
    size_t room = chosen->count;
    TRY(choose_base(counting, group));
    for (int part = 0; part < ATLAS_PART__COUNT; part++) {
        room += counting->matches[part].segment->values[of].lists.key_count;
    }
    TRY(facet_open(counting, room, facet));
    merge_names(counting, of, facet);
    uint32_t counted = facet->count;
    for (uint32_t i = 0; i < chosen->count; i++) {
        bool is_there = false;
        for (uint32_t j = 0; j < counted; j++) {
            is_there = is_there || slice_equal(facet->values[j].value, chosen->values[i]);
        }
        if (!is_there) {
            facet_add(facet, chosen->values[i], UINT32_MAX, 0, true);
        }
    }
    return OK;
}

/* The territories that a facet shows, found by index. */
struct shown {
    uint32_t *territories;  /* those chosen first */
    uint64_t *counts;       /* parallel */
    uint32_t count, chosen; /* so many of them chosen */
    uint32_t *slots;        /* position in territories + 1; by hash of the index, 0: free */
    uint32_t mask;
};

static uint32_t *shown_slot(const struct shown *shown, uint32_t territory) {
    uint32_t at = (territory * UINT32_C(2654435769) >> 7) & shown->mask;
    while (shown->slots[at] && shown->territories[shown->slots[at] - 1] != territory) {
        at = (at + 1) & shown->mask;
    }
    return &shown->slots[at];
}

static void shown_add(struct shown *shown, uint32_t territory) {
    uint32_t *slot = shown_slot(shown, territory);
    if (!*slot) {
        shown->territories[shown->count++] = territory;
        *slot = shown->count;
    }
}

/* The chosen territories and the children of `parent` (may be NULL), each once. */
static err shown_open(const struct atlas_plan *plan, const struct territory *parent,
                      struct shown *shown) {
    uint32_t chosen = plan->query->territories.count;
    uint32_t room = chosen + (parent ? parent->child_count : 0);
    shown->mask = 15;
    while (shown->mask < 2 * room) {
        shown->mask = shown->mask * 2 + 1;
    }
    shown->count = 0;
    shown->territories = plan_new(plan, uint32_t, room);
    shown->counts = plan_new(plan, uint64_t, room);
    shown->slots = plan_new(plan, uint32_t, (size_t)shown->mask + 1);
    if (!shown->territories || !shown->counts || !shown->slots) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < chosen; i++) { /* a former and the current code may name one */
        shown_add(shown, plan->territories[i]);
    }
    shown->chosen = shown->count;
    for (uint32_t i = 0; parent && i < parent->child_count; i++) {
        shown_add(shown, parent->children[i]);
    }
    return OK;
}

/* Adds a document to whatever is shown of what it lies in. */
static void count_place(const struct counting *counting, const struct shown *shown,
                        uint32_t territory, uint64_t *counts) {
    const struct atlas_plan *plan = counting->plan;
    const struct territory *items = plan->view->territories->items;
    if (territory == TERRITORY_NONE) {
        return;
    }
    const struct territory *here = &items[territory];
    const uint32_t within[] = {territory, here->epci, here->departement, here->region,
                               here->country};
    for (size_t i = 0; i < ARRAY_COUNT(within); i++) {
        uint32_t slot = within[i] == TERRITORY_NONE || (i && within[i] == territory)
                            ? 0
                            : *shown_slot(shown, within[i]);
        if (slot) {
            counts[slot - 1]++;
        }
    }
    for (uint32_t i = 0; i < shown->chosen; i++) {
        const struct territory *chosen = &items[shown->territories[i]];
        counts[i] += chosen->level == TERRITORY_CUSTOM &&
                     sorted_has(chosen->communes, chosen->commune_count, territory);
    }
}

/* Over the list of a shown territory, and of its communes when it is a custom one that was chosen:
 * the matches, what the cube says, or what asking the list costs. */
enum sum_of { SUM_MATCHES, SUM_CUBE, SUM_COST };
static uint64_t sum_lists(const struct counting *counting, int part, const struct shown *shown,
                          uint32_t position, enum sum_of sum) {
    const struct atlas_plan *plan = counting->plan;
    const struct base *base = &counting->bases[part];
    const struct atlas_segment *segment = counting->matches[part].segment;
    const struct atlas_lists *lists = &segment->territory_lists;
    uint32_t index = shown->territories[position];
    const struct territory *here = &plan->view->territories->items[index];
    bool has_communes = here->level == TERRITORY_CUSTOM && position < shown->chosen;
    uint64_t total = 0;
    for (uint32_t i = 0; i <= (has_communes ? here->commune_count : 0); i++) {
        uint32_t key = atlas_segment_territory(segment, i ? here->communes[i - 1] : index);
        if (key == UINT32_MAX) {
            continue;
        }
        if (sum == SUM_CUBE) {
            total += atlas_cube_count(segment->cube.territories + (size_t)key * QUERY_KIND__COUNT,
                                      base->rest_of);
        } else if (sum == SUM_COST) {
            struct atlas_list list = atlas_lists_get(lists, key);
            total += cost_of_list(&list, segment->words, stretch_words(base));
        } else {
            struct atlas_list list = atlas_lists_get(lists, key);
            total += count_list(base, &list);
        }
    }
    return total;
}

/* Adds a part's matches within the territories shown. */
static void count_within(const struct counting *counting, int part, const struct shown *shown,
                         uint64_t *counted) {
    const struct base *base = &counting->bases[part];
    const struct atlas_match *match = &counting->matches[part];
    uint64_t by_list = 0;
    for (uint32_t i = 0; i < shown->count && !base->documents; i++) {
        by_list += sum_lists(counting, part, shown, i, SUM_COST);
    }
    if (!base->documents && by_list < base->count * 8) {
        for (uint32_t i = 0; i < shown->count; i++) {
            counted[i] = sum_lists(counting, part, shown, i, SUM_MATCHES);
        }
    } else if (base->documents) {
        for (uint64_t i = 0; i < base->count; i++) {
            count_place(counting, shown, match->segment->territory[base->documents[i]], counted);
        }
    } else {
        uint32_t i;
        for (struct bits_walk walk = bits_walk(base->bits, match->window.words);
             bits_next(&walk, &i);) {
            count_place(counting, shown, match->segment->territory[i], counted);
        }
    }
    for (uint32_t i = 0; i < shown->count; i++) {
        shown->counts[i] +=
            base->rest_of ? sum_lists(counting, part, shown, i, SUM_CUBE) - counted[i] : counted[i];
        counted[i] = 0;
    }
}

/* Whose children are shown: the first chosen one, or what a commune lies in; else the country. */
static const struct territory *shown_parent(const struct atlas_plan *plan) {
    const struct territories *all = plan->view->territories;
    if (plan->query->territories.count) {
        const struct territory *chosen = &all->items[plan->territories[0]];
        if (chosen->child_count) {
            return chosen;
        }
        uint32_t parent = chosen->epci != TERRITORY_NONE ? chosen->epci : chosen->departement;
        return parent == TERRITORY_NONE ? chosen : &all->items[parent];
    }
    return atlas_top_parent(all);
}

static bool is_chosen_territory(const struct atlas_plan *plan, uint32_t territory) {
    for (uint32_t i = 0; i < plan->query->territories.count; i++) {
        if (plan->territories[i] == territory) {
            return true;
        }
    }
    return false;
}

static err count_territories(struct counting *counting, struct atlas_facet_counts *facet) {
    const struct atlas_plan *plan = counting->plan;
    const struct territories *all = plan->view->territories;
    struct shown shown;
    TRY(choose_base(counting, ATLAS_GROUP_TERRITORY));
    TRY(shown_open(plan, shown_parent(plan), &shown));
    TRY(facet_open(counting, shown.count, facet));
    uint64_t *counted = plan_new(plan, uint64_t, shown.count);
    if (!counted) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < shown.count && !plan->query->territories.count; i++) {
        shown.counts[i] = count_alike(counting, ATLAS_OF_TOP, i); /* children of the country */
    }
    for (int part = 0; part < ATLAS_PART__COUNT && plan->query->territories.count; part++) {
        if (counting->matches[part].segment->count) {
            count_within(counting, part, &shown, counted);
        }
    }
    for (uint32_t i = 0; i < shown.count; i++) {
        uint32_t territory = shown.territories[i];
        facet_add(facet, all->items[territory].code, territory, shown.counts[i],
                  is_chosen_territory(plan, territory));
    }
    TRY(facet_close(counting, facet));
    uint32_t kept = 0;
    for (uint32_t i = 0; i < facet->count; i++) {
        if (i < TERRITORIES_SHOWN || is_chosen_territory(plan, facet->values[i].index)) {
            facet->values[kept++] = facet->values[i];
        } else {
            facet->others += facet->values[i].count;
        }
    }
    facet->count = kept;
    return OK;
}

static err count_facet(struct counting *counting, enum atlas_facet which,
                       struct atlas_facet_counts *facet) {
    const struct query *query = counting->plan->query;
    switch (which) {
    case ATLAS_FACET_KIND:
        return count_kinds(counting, facet);
    case ATLAS_FACET_STATE:
        return count_states(counting, facet);
    case ATLAS_FACET_THEME:
        return count_themes(counting, facet);
    case ATLAS_FACET_TERRITORY:
        return count_territories(counting, facet);
    case ATLAS_FACET_HAS:
        return count_has(counting, facet);
    case ATLAS_FACET_LANGUAGE:
        return count_names(counting, ATLAS_GROUP_LANGUAGE, ATLAS_VALUES_LANGUAGE, &query->languages,
                           facet);
    case ATLAS_FACET_SOURCE:
        return count_names(counting, ATLAS_GROUP_SOURCE, ATLAS_VALUES_SOURCE, &query->sources,
                           facet);
    case ATLAS_FACET_SKILL:
        return count_names(counting, ATLAS_GROUP_SKILL, ATLAS_VALUES_SKILL, &query->skills, facet);
    case ATLAS_FACET__COUNT:
        break;
    }
    return OK;
}

err atlas_facets_count(const struct atlas_plan *plan,
                       const struct atlas_match matches[ATLAS_PART__COUNT],
                       const struct atlas_request *request, struct atlas_result *result) {
    static const enum atlas_facet_of facet_of[ATLAS_FACET__COUNT] = {
        [ATLAS_FACET_KIND] = ATLAS_OF_KIND,     [ATLAS_FACET_STATE] = ATLAS_OF_STATE,
        [ATLAS_FACET_THEME] = ATLAS_OF_THEME,   [ATLAS_FACET_TERRITORY] = ATLAS_OF_TOP,
        [ATLAS_FACET_HAS] = ATLAS_OF_HAS,       [ATLAS_FACET_LANGUAGE] = ATLAS_OF_LANGUAGE,
        [ATLAS_FACET_SOURCE] = ATLAS_OF_SOURCE, [ATLAS_FACET_SKILL] = ATLAS_OF_SKILL,
    };
    struct counting counting = {.plan = plan, .matches = matches, .request = request};
    for (int which = 0; which < ATLAS_FACET__COUNT; which++) {
        counting.asked |= (request->facets >> which & 1) << facet_of[which];
    }
    for (int which = 0; which < ATLAS_FACET__COUNT; which++) {
        if (request->facets & 1u << which) {
            TRY(count_facet(&counting, (enum atlas_facet)which, &result->facets[which]));
            if (which != ATLAS_FACET_TERRITORY) { /* cut after it was put into order */
                TRY(facet_close(&counting, &result->facets[which]));
            }
        }
    }
    return OK;
}
