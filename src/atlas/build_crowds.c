/* What someone may ask for with one word and many documents have becomes a crowd (crowd.h): words
 * and prefixes are taken from terms and themes. Most hold another whole, a prefix the longer one or
 * the word, and are counted from it (build_crowds_count.c). */
#include "atlas/build_crowds.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX_BYTES_MAX 64
#define CLAUSE_BYTES     (64u << 10) /* a block of what one word is looked up with */

void atlas_builder_crowds(struct atlas_builder *builder,
                          const struct atlas_theme_words *theme_words, uint32_t least) {
    builder->theme_words = theme_words;
    builder->crowd_least = least ? least : ATLAS_CROWD_LEAST;
}

/* ---- found ---- */

/* How many documents are to be set in a bitset, and how many there are at most. */
struct reach {
    uint64_t scattered, all;
};
static void add_reach(const struct atlas_lists *lists, uint32_t key, struct reach *reach) {
    uint32_t length = atlas_lists_length(lists, key);
    reach->all += length;
    reach->scattered += atlas_lists_is_dense(lists, key) ? 0 : length;
}

static struct reach reach_of(const struct atlas_segment *segment, const struct atlas_clause *clause,
                             const struct atlas_forms *forms) {
    struct reach reach = {0};
    for (uint32_t i = 0; i < forms->term_count; i++) {
        add_reach(&segment->postings, forms->terms[i], &reach);
    }
    for (uint32_t term = forms->prefix_first; term < forms->prefix_last; term++) {
        add_reach(&segment->postings, term, &reach);
    }
    for (uint32_t i = 0; i < clause->theme_count; i++) {
        add_reach(&segment->values[ATLAS_VALUES_THEME].lists, clause->themes[i], &reach);
    }
    return reach;
}

static err keep_candidate(struct crowds *crowds, const struct atlas_clause *clause,
                          const struct atlas_forms *forms, const struct reach *reach) {
    const struct atlas_segment *segment = crowds->build->segment;
    TRY(pool_reserve(&crowds->candidates, sizeof(struct candidate), 1));
    TRY(pool_reserve(&crowds->numbers, sizeof(uint32_t), forms->term_count + clause->theme_count));
    bool has_bits = reach->scattered > segment->count / ATLAS_CROWD_BITS_SHARE;
    POOL(&crowds->candidates, struct candidate)
    [crowds->candidates.count++] = (struct candidate){
        .crowd = {.key = atlas_crowd_key(clause, forms), .bits = has_bits ? 0 : ATLAS_NO_KEY},
        .prefix_first = forms->prefix_first,
        .prefix_last = forms->prefix_last,
        .terms = (uint32_t)crowds->numbers.count,
        .term_count = forms->term_count,
        .theme_count = clause->theme_count,
        .reach = reach->all,
        .before = ATLAS_NO_KEY,
        .after = ATLAS_NO_KEY,
    };
    uint32_t *numbers = POOL(&crowds->numbers, uint32_t);
    for (uint32_t i = 0; i < forms->term_count; i++) {
        numbers[crowds->numbers.count++] = forms->terms[i];
    }
    for (uint32_t i = 0; i < clause->theme_count; i++) {
        numbers[crowds->numbers.count++] = clause->themes[i];
    }
    return OK;
}

/* A clause whose stems are known. */
static err consider(struct crowds *crowds, struct atlas_clause *clause) {
    const struct atlas_segment *segment = crowds->build->segment;
    struct atlas_forms forms = {0};
    atlas_clause_themes(crowds->build->from->theme_words, &crowds->arena, clause);
    atlas_forms_find(segment, clause, &crowds->arena, &forms);
    struct reach reach = reach_of(segment, clause, &forms);
    err failed = reach.all > crowds->least ? keep_candidate(crowds, clause, &forms, &reach) : OK;
    arena_reset(&crowds->arena);
    return failed;
}

static err consider_prefix(struct crowds *crowds, slice text) {
    struct atlas_clause clause = {.is_prefix = true, .words = &text, .word_count = 1};
    bool is_begun = text_codepoints(text) >= ATLAS_PREFIX_CODEPOINTS;
    if (!is_begun || text.p[0] == ATLAS_NUMBER_BYTE) { /* which nobody can ask for */
        return OK;
    }
    atlas_clause_stem(crowds->build->from->stemmer, &clause);
    return consider(crowds, &clause);
}

/* Words of the same stems are one: that of the first term is taken. */
static err find_words(struct crowds *crowds) {
    const struct atlas_segment *segment = crowds->build->segment;
    const struct atlas_theme_words *theme_words = crowds->build->from->theme_words;
    for (uint32_t term = 0; term < segment->term_count; term++) {
        struct atlas_clause clause = {.word_count = 1};
        for (int language = 0; language < TEXT_LANGUAGE__COUNT; language++) {
            clause.stems[language] = segment->term_stems[language][term];
        }
        if (atlas_lists_length(&segment->postings, term)) {
            TRY(consider(crowds, &clause));
        }
    }
    for (uint32_t i = 0; i < theme_words->count; i++) {
        struct atlas_clause clause = {.word_count = 1};
        memcpy(clause.stems, theme_words->items[i].stems, sizeof(clause.stems));
        TRY(consider(crowds, &clause));
    }
    return OK;
}

/* How many bytes two words have in common at their beginning. */
static size_t in_common(slice a, slice b) {
    size_t n = 0;
    while (n < a.n && n < b.n && a.p[n] == b.p[n]) {
        n++;
    }
    return n;
}

/* Whether a character ends at the byte. */
static bool ends_at(slice word, size_t n) {
    return n == word.n || ((unsigned char)word.p[n] & 0xC0) != 0x80;
}

/* Those prefixes of terms that many documents have: each is asked about once the first term without
 * it has come, which tells how many. */
static err find_prefixes(struct crowds *crowds) {
    const struct atlas_segment *segment = crowds->build->segment;
    const uint32_t *offsets = segment->postings.offsets;
    uint32_t firsts[PREFIX_BYTES_MAX + 1] = {0}; /* by length: the first term with the prefix */
    slice before = SLICE_EMPTY;
    for (uint32_t term = 0; term <= segment->term_count; term++) {
        slice text = term < segment->term_count ? atlas_text(&segment->terms, term) : SLICE_EMPTY;
        text.n = text.n < PREFIX_BYTES_MAX ? text.n : PREFIX_BYTES_MAX;
        size_t common = in_common(before, text);
        for (size_t n = common + 1; n <= before.n; n++) {
            if (offsets[term] - offsets[firsts[n]] > crowds->least && ends_at(before, n)) {
                TRY(consider_prefix(crowds, slice_sub(before, 0, n)));
            }
        }
        for (size_t n = common + 1; n <= text.n; n++) {
            firsts[n] = term;
        }
        before = text;
    }
    return OK;
}

/* Those of the words of themes, however many terms there are of them. */
static err find_theme_prefixes(struct crowds *crowds) {
    const struct atlas_theme_words *theme_words = crowds->build->from->theme_words;
    slice before = SLICE_EMPTY;
    for (uint32_t i = 0; i < theme_words->count; i++) {
        slice word = theme_words->items[i].word;
        for (size_t n = in_common(before, word) + 1; n <= word.n; n++) {
            if (ends_at(word, n)) {
                TRY(consider_prefix(crowds, slice_sub(word, 0, n)));
            }
        }
        before = word;
    }
    return OK;
}

static int compare(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}

static int compare_candidates(const void *a, const void *b) {
    const struct candidate *left = a;
    const struct candidate *right = b;
    return compare(left->crowd.key, right->crowd.key);
}

/* By key, each once; those with bits are numbered. */
static err find_all(struct crowds *crowds) {
    TRY(find_words(crowds));
    TRY(find_prefixes(crowds));
    TRY(find_theme_prefixes(crowds));
    struct candidate *all = POOL(&crowds->candidates, struct candidate);
    size_t kept = 0;
    if (crowds->candidates.count) {
        qsort(all, crowds->candidates.count, sizeof(*all), compare_candidates);
    }
    for (size_t i = 0; i < crowds->candidates.count; i++) {
        if (!kept || all[i].crowd.key != all[kept - 1].crowd.key) {
            all[kept] = all[i];
            bool has_bits = all[kept].crowd.bits != ATLAS_NO_KEY;
            all[kept++].crowd.bits = has_bits ? crowds->bits_count++ : ATLAS_NO_KEY;
        }
    }
    crowds->candidates.count = kept;
    return OK;
}

/* ---- which is counted from which ---- */

#define NESTS_TRIED 4 /* of the prefixes that one lies in */

/* A candidate by the terms it spans, for a word its first one. */
struct nest {
    uint32_t first, last;
    uint32_t at;
    uint64_t reach;
};
/* One that another holds whole. */
struct link {
    uint64_t reach; /* of the inner one */
    uint32_t inner, outer;
};

bool candidate_has_term(const struct crowds *crowds, const struct candidate *candidate,
                        uint32_t term) {
    const uint32_t *terms = crowds_terms(crowds, candidate);
    bool has = term >= candidate->prefix_first && term < candidate->prefix_last;
    for (uint32_t i = 0; i < candidate->term_count && !has; i++) {
        has = terms[i] == term;
    }
    return has;
}
bool candidate_has_theme(const struct crowds *crowds, const struct candidate *candidate,
                         uint32_t theme) {
    const uint32_t *themes = crowds_themes(crowds, candidate);
    for (uint32_t i = 0; i < candidate->theme_count; i++) {
        if (themes[i] == theme) {
            return true;
        }
    }
    return false;
}

static bool is_held(const struct crowds *crowds, uint32_t inner_at, uint32_t outer_at) {
    const struct candidate *inner = crowds_candidate(crowds, inner_at);
    const struct candidate *outer = crowds_candidate(crowds, outer_at);
    bool is =
        inner_at != outer_at &&
        (inner->prefix_first == inner->prefix_last ||
         (inner->prefix_first >= outer->prefix_first && inner->prefix_last <= outer->prefix_last));
    for (uint32_t i = 0; i < inner->term_count && is; i++) {
        is = candidate_has_term(crowds, outer, crowds_terms(crowds, inner)[i]);
    }
    for (uint32_t i = 0; i < inner->theme_count && is; i++) {
        is = candidate_has_theme(crowds, outer, crowds_themes(crowds, inner)[i]);
    }
    return is;
}

static err keep_link(const struct crowds *crowds, uint32_t inner, uint32_t outer,
                     struct pool *links) {
    TRY(pool_reserve(links, sizeof(struct link), 1));
    POOL(links, struct link)
    [links->count++] = (struct link){
        .reach = crowds_candidate(crowds, inner)->reach, .inner = inner, .outer = outer};
    return OK;
}

/* Those that span most first, so that what lies in one comes behind it. */
static int compare_nests(const void *a, const void *b) {
    const struct nest *left = a;
    const struct nest *right = b;
    int order = compare(left->first, right->first);
    order = order ? order : compare(right->last, left->last);
    order = order ? order : compare(right->reach, left->reach);
    return order ? order : compare(left->at, right->at);
}

static uint32_t list_nests(const struct crowds *crowds, struct nest *nests) {
    uint32_t count = 0;
    for (uint32_t at = 0; at < crowds->candidates.count; at++) {
        const struct candidate *candidate = crowds_candidate(crowds, at);
        const uint32_t *terms = crowds_terms(crowds, candidate);
        struct nest nest = {.first = candidate->prefix_first,
                            .last = candidate->prefix_last,
                            .at = at,
                            .reach = candidate->reach};
        if (nest.first == nest.last && candidate->term_count) {
            nest.first = terms[0];
            for (uint32_t i = 1; i < candidate->term_count; i++) {
                nest.first = terms[i] < nest.first ? terms[i] : nest.first;
            }
            nest.last = nest.first + 1;
        }
        if (nest.first < nest.last) {
            nests[count++] = nest;
        }
    }
    if (count) {
        qsort(nests, count, sizeof(*nests), compare_nests);
    }
    return count;
}

/* Prefixes hold longer ones and words. */
static err link_nests(const struct crowds *crowds, struct pool *links) {
    struct build *build = crowds->build;
    struct nest *nests = scratch(build, struct nest, crowds->candidates.count);
    uint32_t *open =
        scratch(build, uint32_t, crowds->candidates.count); /* around the one in hand */
    TRY_MEMORY(build);
    uint32_t count = list_nests(crowds, nests);
    uint32_t depth = 0;
    for (uint32_t i = 0; i < count; i++) {
        while (depth && nests[open[depth - 1]].last <= nests[i].first) {
            depth--;
        }
        uint32_t outermost = depth > NESTS_TRIED ? depth - NESTS_TRIED : 0;
        for (uint32_t at = depth; at > outermost; at--) {
            uint32_t outer = nests[open[at - 1]].at;
            if (is_held(crowds, nests[i].at, outer)) {
                TRY(keep_link(crowds, nests[i].at, outer, links));
                break;
            }
        }
        open[depth++] = i;
    }
    return OK;
}

/* What stands for themes only, those of most documents first. */
static uint32_t list_themes(const struct crowds *crowds, struct nest *nests) {
    uint32_t count = 0;
    for (uint32_t at = 0; at < crowds->candidates.count; at++) {
        const struct candidate *candidate = crowds_candidate(crowds, at);
        if (!candidate->term_count && candidate->prefix_first == candidate->prefix_last) {
            nests[count++] = (struct nest){.at = at, .reach = candidate->reach};
        }
    }
    if (count) {
        qsort(nests, count, sizeof(*nests), compare_nests);
    }
    return count;
}

/* What stands for themes, and maybe more, holds what stands for some of these only. */
static err link_themes(const struct crowds *crowds, struct pool *links) {
    struct build *build = crowds->build;
    struct nest *inner = scratch(build, struct nest, crowds->candidates.count);
    TRY_MEMORY(build);
    uint32_t count = list_themes(crowds, inner);
    for (uint32_t outer = 0; outer < crowds->candidates.count; outer++) {
        uint32_t themes = crowds_candidate(crowds, outer)->theme_count;
        for (uint32_t i = 0; i < count && themes; i++) {
            if (is_held(crowds, inner[i].at, outer)) {
                TRY(keep_link(crowds, inner[i].at, outer, links));
                break;
            }
        }
    }
    return OK;
}

static int compare_links(const void *a, const void *b) {
    const struct link *left = a;
    const struct link *right = b;
    int order = compare(right->reach, left->reach);
    order = order ? order : compare(left->outer, right->outer);
    return order ? order : compare(left->inner, right->inner);
}

/* Chains of candidates: the links that save most, at most one in and one out of each. */
static err link_all(const struct crowds *crowds, struct pool *links) {
    TRY(link_nests(crowds, links));
    TRY(link_themes(crowds, links));
    if (links->count) {
        qsort(links->items, links->count, sizeof(struct link), compare_links);
    }
    for (size_t i = 0; i < links->count; i++) {
        const struct link *link = &POOL(links, const struct link)[i];
        struct candidate *inner = crowds_candidate(crowds, link->inner);
        struct candidate *outer = crowds_candidate(crowds, link->outer);
        if (inner->after == ATLAS_NO_KEY && outer->before == ATLAS_NO_KEY) {
            inner->after = link->outer;
            outer->before = link->inner;
        }
    }
    return OK;
}

static err chain_all(const struct crowds *crowds) {
    struct pool links = {0};
    err failed = link_all(crowds, &links);
    free(links.items);
    return failed;
}

err build_crowds(struct build *build, uint32_t least) {
    uint32_t share = build->segment->count / ATLAS_CROWD_SHARE;
    struct crowds crowds = {.build = build,
                            .arena = arena_make(CLAUSE_BYTES, 0),
                            .least = least > share ? least : share};
    err failed = find_all(&crowds);
    failed = failed ? failed : chain_all(&crowds);
    failed = failed ? failed : crowds_count(&crowds);
    arena_free(&crowds.arena);
    free(crowds.candidates.items);
    free(crowds.numbers.items);
    return failed;
}
