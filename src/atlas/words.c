/* The documents that have the words of a query, and what the words bring to their scores (README,
 * "Words" and "Score"). When one clause has few documents they are listed, and the other clauses
 * are asked about these only. When all are frequent, each becomes a bitset, and the impacts of a
 * document are looked up once ranking wants to know them. */
#include "atlas/blocks.h"
#include "atlas/crowd.h"
#include "atlas/plan.h"
#include "atlas/runs.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define PHRASE_BYTES 64
/* A clause with at most one document in so many, or so many at all, may be listed. */
#define LISTED_SHARE 32
#define LISTED_LEAST 64

/* A clause in the window: where its documents are. */
struct heading {
    struct atlas_form *forms;
    uint32_t form_count;
    uint64_t reach;                  /* documents of all forms together */
    const struct atlas_crowd *crowd; /* NULL: not known beforehand */
};

/* A list of documents with the largest impact of each. */
struct listing {
    uint32_t *documents;
    uint8_t *impacts;
    uint32_t count;
};

static uint32_t documents_of(const struct atlas_window *window) {
    return window->last - window->first;
}
static bool is_whole(const struct atlas_match *match) {
    return match->window.first == 0 && match->window.last == match->segment->count;
}

uint32_t atlas_gallop(const uint32_t *documents, uint32_t from, uint32_t length, uint32_t wanted) {
    uint32_t step = 1;
    uint32_t low = from;
    while (low + step < length && documents[low + step] < wanted) {
        low += step;
        step *= 2;
    }
    uint32_t high = length - low > step ? low + step : length;
    return low + sorted_bound(documents + low, high - low, wanted);
}

/* A key of some lists, cut to the window; false when nothing of it lies there. */
static bool form_of(const struct atlas_lists *lists, uint32_t key, const uint8_t *impacts,
                    const struct atlas_match *match, struct atlas_form *form) {
    struct atlas_list list = atlas_lists_get(lists, key);
    uint32_t from = 0;
    uint32_t to = list.length;
    if (list.documents && !is_whole(match)) {
        from = atlas_list_rank(&list, match->window.first);
        to = atlas_list_rank(&list, match->window.last);
    }
    *form = (struct atlas_form){.documents = list.documents ? list.documents + from : NULL,
                                .length = to - from,
                                .bits = list.bits,
                                .ranks = list.ranks,
                                .impacts = impacts ? impacts + list.start + from : NULL};
    if (list.bits && impacts) {
        form->most = match->segment->block_impacts + list.dense * match->segment->words;
    }
    return form->length > 0;
}

static bool form_of_term(const struct atlas_match *match, uint32_t term, struct atlas_form *form) {
    return form_of(&match->segment->postings, term, match->segment->impacts, match, form);
}

static void add_reach(const struct atlas_match *match, struct heading *heading) {
    uint32_t length = heading->forms[heading->form_count++].length;
    uint32_t room = documents_of(&match->window);
    heading->reach += length < room ? length : room;
}

static err head_word(const struct atlas_plan *plan, const struct atlas_match *match,
                     const struct atlas_clause *clause, struct heading *heading) {
    const struct atlas_forms *found = clause->forms[match->part];
    size_t room = found->term_count + clause->theme_count +
                  (size_t)(found->prefix_last - found->prefix_first);
    *heading = (struct heading){.forms = plan_new(plan, struct atlas_form, room)};
    if (!heading->forms) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < found->term_count; i++) {
        if (form_of_term(match, found->terms[i], &heading->forms[heading->form_count])) {
            add_reach(match, heading);
        }
    }
    for (uint32_t term = found->prefix_first; term < found->prefix_last; term++) {
        if (form_of_term(match, term, &heading->forms[heading->form_count])) {
            add_reach(match, heading);
        }
    }
    const struct atlas_lists *themes = &match->segment->values[ATLAS_VALUES_THEME].lists;
    for (uint32_t i = 0; i < clause->theme_count; i++) {
        if (form_of(themes, clause->themes[i], NULL, match, &heading->forms[heading->form_count])) {
            add_reach(match, heading);
        }
    }
    if (is_whole(match)) {
        heading->crowd = atlas_crowd_find(match->segment, atlas_crowd_key(clause, found));
    }
    return OK;
}

/* The impact of a form in a document; 0 when it is not there. The cursor makes a walk over
 * ascending documents cheap. */
static uint8_t form_impact(const struct atlas_form *form, uint32_t document, uint32_t *cursor) {
    if (form->bits) {
        return !bits_has(form->bits, document) ? 0
               : form->impacts ? form->impacts[atlas_rank(form->bits, form->ranks, document)]
                               : ATLAS_THEME_IMPACT;
    }
    *cursor = atlas_gallop(form->documents, *cursor, form->length, document);
    if (*cursor == form->length || form->documents[*cursor] != document) {
        return 0;
    }
    return form->impacts ? form->impacts[*cursor] : ATLAS_THEME_IMPACT;
}

/* Adds a form's documents to bits of the window. */
static void scatter(const struct atlas_form *form, const struct atlas_window *window,
                    uint64_t *bits) {
    if (form->bits) {
        bits_or(bits, form->bits + window->base / 64, window->words);
        return;
    }
    for (uint32_t at = 0; at < form->length; at++) {
        bits_set(bits, form->documents[at] - window->base);
    }
}

/* Raises the impacts of a rare form's documents, and the blocks' largest, to those of the form. */
static void raise_best(const struct atlas_form *form, const struct atlas_window *window,
                       uint8_t *best, uint8_t *most) {
    for (uint32_t at = 0; at < form->length; at++) {
        uint32_t i = form->documents[at] - window->base;
        uint8_t impact = form->impacts ? form->impacts[at] : ATLAS_THEME_IMPACT;
        best[i] = impact > best[i] ? impact : best[i];
        most[i / 64] = impact > most[i / 64] ? impact : most[i / 64];
    }
}

/* Raises the blocks' largest impacts to those of a frequent form. */
static void raise_most(const struct atlas_form *form, const struct atlas_window *window,
                       uint8_t *most) {
    const uint8_t *of_term = form->most ? form->most + window->base / 64 : NULL;
    const uint64_t *bits = form->bits + window->base / 64;
    for (size_t i = 0; i < window->words; i++) {
        uint8_t impact = of_term ? of_term[i] : bits[i] ? ATLAS_THEME_IMPACT : 0;
        most[i] = impact > most[i] ? impact : most[i];
    }
}

/* A clause as a bitset. */
static err hear(const struct atlas_plan *plan, const struct atlas_match *match,
                const struct heading *heading, struct atlas_heard *heard) {
    const struct atlas_window *window = &match->window;
    const struct atlas_crowd *crowd = heading->crowd;
    *heard = (struct atlas_heard){
        .forms = heading->forms, .form_count = heading->form_count, .crowd = crowd};
    if (crowd && crowd->bits != ATLAS_NO_KEY) {
        heard->bits = match->segment->crowd_bits + crowd->bits * window->words;
        return OK;
    }
    if (heading->form_count == 1 && heading->forms->bits) {
        heard->bits = heading->forms->bits + window->base / 64;
        return OK;
    }
    uint64_t *bits = plan_new(plan, uint64_t, window->words);
    if (!bits) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < heading->form_count; i++) {
        scatter(&heading->forms[i], window, bits);
    }
    heard->bits = bits;
    return OK;
}

/* What it takes to score the documents of a clause. */
static err weigh(const struct atlas_plan *plan, const struct atlas_window *window,
                 struct atlas_heard *heard) {
    const struct atlas_form *only = heard->form_count == 1 ? heard->forms : NULL;
    if (only && only->bits && only->most) {
        heard->most = only->most + window->base / 64;
        return OK;
    }
    uint8_t *most = plan_new(plan, uint8_t, window->words);
    if (!most) {
        return ERR_MEMORY;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < heard->form_count; i++) {
        const struct atlas_form form = heard->forms[i];
        if (form.bits) {
            raise_most(&form, window, most);
            heard->forms[kept++] = form;
            continue;
        }
        if (!heard->best) {
            heard->best = plan_new(plan, uint8_t, window->words * 64);
            if (!heard->best) {
                return ERR_MEMORY;
            }
        }
        raise_best(&form, window, heard->best, most);
    }
    heard->form_count = kept; /* `best` has the others */
    heard->most = most;
    return OK;
}

/* The union of two lists, with the larger impact of those in both. */
static void merge_two(const struct listing *a, const struct listing *b, struct listing *to) {
    uint32_t i = 0;
    uint32_t j = 0;
    uint32_t count = 0;
    while (i < a->count || j < b->count) {
        bool from_a = j == b->count || (i < a->count && a->documents[i] <= b->documents[j]);
        bool from_b = i == a->count || (j < b->count && b->documents[j] <= a->documents[i]);
        uint8_t left = from_a ? a->impacts[i] : 0;
        uint8_t right = from_b ? b->impacts[j] : 0;
        to->documents[count] = from_a ? a->documents[i] : b->documents[j];
        to->impacts[count++] = left > right ? left : right;
        i += from_a;
        j += from_b;
    }
    to->count = count;
}

static err listing_new(const struct atlas_plan *plan, uint64_t room, struct listing *listing) {
    *listing = (struct listing){.documents = plan_new(plan, uint32_t, room),
                                .impacts = plan_new(plan, uint8_t, room)};
    return listing->documents && listing->impacts ? OK : ERR_MEMORY;
}

/* The documents of the window that have one of the forms, by merging the forms' lists in pairs. */
static err list_by_merging(const struct atlas_plan *plan, const struct heading *heading,
                           struct listing *listing) {
    uint32_t count = heading->form_count;
    struct listing *lists = plan_new(plan, struct listing, count);
    if (!lists) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct atlas_form *form = &heading->forms[i];
        TRY(listing_new(plan, form->length, &lists[i]));
        memcpy(lists[i].documents, form->documents, form->length * sizeof(*form->documents));
        if (form->impacts) {
            memcpy(lists[i].impacts, form->impacts, form->length);
        } else {
            memset(lists[i].impacts, ATLAS_THEME_IMPACT, form->length);
        }
        lists[i].count = form->length;
    }
    for (; count > 1; count = (count + 1) / 2) {
        for (uint32_t i = 0; i + 1 < count; i += 2) {
            struct listing both;
            TRY(listing_new(plan, (uint64_t)lists[i].count + lists[i + 1].count, &both));
            merge_two(&lists[i], &lists[i + 1], &both);
            lists[i / 2] = both;
        }
        if (count % 2) {
            lists[count / 2] = lists[count - 1];
        }
    }
    *listing = count ? lists[0] : (struct listing){0};
    return OK;
}

/* The impact of one document of a clause that was heard, rare forms by `best`. */
static uint8_t heard_impact(const struct atlas_heard *heard, const struct atlas_window *window,
                            uint32_t document) {
    uint8_t best = heard->best ? heard->best[document - window->base] : 0;
    for (uint32_t i = 0; i < heard->form_count; i++) {
        uint32_t from = 0;
        uint8_t impact = form_impact(&heard->forms[i], document, &from);
        best = impact > best ? impact : best;
    }
    return best;
}

static err list_by_bits(const struct atlas_plan *plan, const struct atlas_match *match,
                        const struct heading *heading, struct listing *listing) {
    struct atlas_heard heard;
    TRY(hear(plan, match, heading, &heard));
    TRY(weigh(plan, &match->window, &heard));
    TRY(listing_new(plan, heading->reach, listing));
    uint32_t i;
    for (struct bits_walk walk = bits_walk(heard.bits, match->window.words);
         bits_next(&walk, &i);) {
        uint32_t document = match->window.base + i;
        if (document >= match->window.first && document < match->window.last) {
            listing->documents[listing->count] = document;
            listing->impacts[listing->count++] = heard_impact(&heard, &match->window, document);
        }
    }
    return OK;
}

static err list_clause(const struct atlas_plan *plan, const struct atlas_match *match,
                       const struct heading *heading, struct listing *listing) {
    bool has_bits = false;
    uint32_t rounds = 0;
    for (uint32_t i = 0; i < heading->form_count; i++) {
        has_bits = has_bits || heading->forms[i].bits;
    }
    while (heading->form_count >> rounds) {
        rounds++;
    }
    /* Bits cost a look at every document of the window, merging several at each of the list. */
    if (has_bits || heading->reach * rounds > documents_of(&match->window) / 32) {
        return list_by_bits(plan, match, heading, listing);
    }
    return list_by_merging(plan, heading, listing);
}

/* Whether the words that come next are those of the phrase from its second one. */
static bool goes_on(struct atlas_runs runs, const struct atlas_forms *forms, uint32_t count) {
    uint32_t same = 1;
    while (same < count && atlas_run_word(&runs) == forms[same].exact) {
        same++;
    }
    return same == count;
}

/* Whether the kept words of a document have the phrase within one text. */
static bool has_phrase(const struct atlas_segment *segment, uint32_t document,
                       const struct atlas_forms *forms, uint32_t count) {
    struct atlas_runs runs = atlas_runs_of(segment, document);
    while (atlas_runs_next(&runs)) {
        for (uint32_t left = runs.count; left; left--) {
            bool begins = atlas_run_word(&runs) == forms[0].exact;
            if (begins && left >= count && goes_on(runs, forms, count)) {
                return true;
            }
        }
    }
    return false;
}

/* What a phrase looks like among the kept words: the bytes of its codes, one after the other. */
struct likeness {
    uint8_t bytes[PHRASE_BYTES];
    size_t count; /* 0: too long, or not worth finding out */
};

/* The codes are looked for among all, which pays when many documents are to be looked into. */
static struct likeness likeness_of(const struct atlas_segment *segment,
                                   const struct atlas_forms *forms, uint32_t count,
                                   uint32_t documents) {
    struct likeness likeness = {.count = 0};
    if (documents < segment->term_count / 256) {
        return likeness;
    }
    uint8_t *to = likeness.bytes;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code = 0;
        while (code < segment->term_count && segment->code_terms[code] != forms[i].exact) {
            code++;
        }
        if (to + atlas_code_bytes(code) > likeness.bytes + PHRASE_BYTES) {
            return likeness;
        }
        to = atlas_code_write(to, code);
    }
    likeness.count = (size_t)(to - likeness.bytes);
    return likeness;
}

/* As memmem, sixteen places at once: its first and its last byte are looked for together. */
typedef uint8_t sixteen __attribute__((vector_size(16)));
static bool has_bytes(const uint8_t *in, size_t length, const struct likeness *wanted) {
    const size_t reach = wanted->count + sizeof(sixteen) - 1; /* of one look */
    if (length < reach) {
        return memmem(in, length, wanted->bytes, wanted->count) != NULL;
    }
    const sixteen zero = {0};
    const sixteen first = zero + wanted->bytes[0];
    const sixteen last = zero + wanted->bytes[wanted->count - 1];
    for (size_t at = 0;;
         at = at + sizeof(sixteen) < length - reach ? at + sizeof(sixteen) : length - reach) {
        sixteen begins;
        sixteen ends;
        uint64_t found[2];
        memcpy(&begins, in + at, sizeof(begins));
        memcpy(&ends, in + at + wanted->count - 1, sizeof(ends));
        begins = (sixteen)((begins == first) & (ends == last));
        memcpy(found, &begins, sizeof(found));
        for (size_t i = 0; (found[0] | found[1]) && i < sizeof(sixteen); i++) {
            if (begins[i] && memcmp(in + at + i, wanted->bytes, wanted->count) == 0) {
                return true;
            }
        }
        if (at == length - reach) {
            return false;
        }
    }
}

/* False when the document surely does not have the phrase. */
static bool may_have_phrase(const struct atlas_segment *segment, uint32_t document,
                            const struct likeness *likeness) {
    const uint8_t *words = segment->runs + segment->run_offsets[document];
    size_t length = segment->run_offsets[document + 1] - segment->run_offsets[document];
    return !likeness->count || has_bytes(words, length, likeness);
}

/* The words of a phrase apart from stop words, each as a form; a walk over ascending documents. */
struct phrase_words {
    struct atlas_form *forms;
    uint32_t *cursors; /* one for each */
    uint32_t count;
    uint32_t rarest;
};

/* False when some word stands nowhere in the window. */
static bool find_phrase_words(const struct atlas_match *match, const struct atlas_clause *clause,
                              struct phrase_words *words) {
    const struct atlas_forms *found = clause->forms[match->part];
    for (uint32_t i = 0; i < clause->word_count; i++) {
        if (found[i].exact == ATLAS_NO_TERM) {
            return false;
        }
        if (match->segment->is_stop[found[i].exact]) {
            continue;
        }
        if (!form_of_term(match, found[i].exact, &words->forms[words->count])) {
            return false;
        }
        if (words->forms[words->count].length < words->forms[words->rarest].length) {
            words->rarest = words->count;
        }
        words->count++;
    }
    return true;
}

static bool has_words(struct phrase_words *words, uint32_t document) {
    for (uint32_t i = 0; i < words->count; i++) {
        const struct atlas_form *form = &words->forms[i];
        if (form->bits) {
            if (!bits_has(form->bits, document)) {
                return false;
            }
            continue;
        }
        words->cursors[i] =
            atlas_gallop(form->documents, words->cursors[i], form->length, document);
        if (words->cursors[i] == form->length || form->documents[words->cursors[i]] != document) {
            return false;
        }
    }
    return true;
}

/* README, "Score": the least of the words'. */
static uint8_t phrase_impact(const struct phrase_words *words, uint32_t document) {
    uint8_t least = UINT8_MAX;
    for (uint32_t i = 0; i < words->count; i++) {
        uint32_t cursor = words->cursors[i];
        uint8_t impact = form_impact(&words->forms[i], document, &cursor);
        least = impact < least ? impact : least;
    }
    return least;
}

/* The documents of the window that have all words, when each of these is a bitset. */
static err all_words(const struct atlas_plan *plan, const struct atlas_match *match,
                     const struct phrase_words *words, struct bits_walk *walk) {
    const struct atlas_window *window = &match->window;
    uint64_t *bits = plan_new(plan, uint64_t, window->words);
    if (!bits) {
        return ERR_MEMORY;
    }
    bits_set_run(bits, window->first - window->base, window->last - window->base);
    for (uint32_t i = 0; i < words->count; i++) {
        bits_and(bits, words->forms[i].bits + window->base / 64, window->words);
    }
    *walk = bits_walk(bits, window->words);
    return OK;
}

/* The documents of the window with a phrase become the one form of the clause. What costs most, the
 * look into the kept words, comes before the impacts, which few of them need. */
static err head_phrase(const struct atlas_plan *plan, const struct atlas_match *match,
                       const struct atlas_clause *clause, struct heading *heading) {
    const struct atlas_segment *segment = match->segment;
    const struct atlas_forms *found = clause->forms[match->part];
    struct phrase_words words = {.forms = plan_new(plan, struct atlas_form, clause->word_count),
                                 .cursors = plan_new(plan, uint32_t, clause->word_count)};
    *heading = (struct heading){0};
    if (!words.forms || !words.cursors) {
        return ERR_MEMORY;
    }
    if (!find_phrase_words(match, clause, &words)) {
        return OK;
    }
    const struct atlas_form rarest = words.forms[words.rarest];
    struct bits_walk walk = {0};
    struct listing listing;
    TRY(listing_new(plan, rarest.length, &listing));
    if (rarest.bits) {
        TRY(all_words(plan, match, &words, &walk));
    }
    struct likeness likeness = likeness_of(segment, found, clause->word_count, rarest.length);
    uint32_t at = 0;
    uint32_t i;
    while (rarest.bits ? bits_next(&walk, &i) : at < rarest.length) {
        uint32_t document = rarest.bits ? match->window.base + i : rarest.documents[at++];
        if ((rarest.bits || has_words(&words, document)) &&
            may_have_phrase(segment, document, &likeness) &&
            has_phrase(segment, document, found, clause->word_count)) {
            listing.documents[listing.count] = document;
            listing.impacts[listing.count++] = phrase_impact(&words, document);
        }
    }
    words.forms[0] = (struct atlas_form){
        .documents = listing.documents, .impacts = listing.impacts, .length = listing.count};
    *heading = (struct heading){
        .forms = words.forms, .form_count = listing.count > 0, .reach = listing.count};
    return OK;
}

/* README, "Score": 64 times the natural logarithm, rounded. */
uint32_t atlas_rarity(uint64_t documents, uint64_t with) {
    double n = (double)documents;
    double f = (double)with;
    return (uint32_t)lround(64 * log1p((n - f + 0.5) / (f + 0.5)));
}

/* Adds to a listed document's score. */
static void add_score(struct atlas_match *match, uint32_t at, uint8_t impact, uint32_t idf) {
    if (match->scores) {
        match->scores[at] += impact * idf;
    }
}

/* A clause that all documents of the list are asked about: which of them have it. */
static err narrow_list(const struct atlas_plan *plan, struct atlas_match *match,
                       struct atlas_clause *clause, struct heading *heading) {
    uint64_t room = documents_of(&match->window);
    bool gives_rarity = match->scores && match->part == ATLAS_GENERATION;
    bool is_large =
        (uint64_t)match->listed_count * heading->form_count > (room + heading->reach) / 16;
    struct atlas_heard heard = {.forms = heading->forms, .form_count = heading->form_count};
    if (heading->form_count > 1 && (gives_rarity || is_large)) {
        TRY(hear(plan, match, heading, &heard));
        if (match->scores && is_large) {
            TRY(weigh(plan, &match->window, &heard));
        }
    }
    if (gives_rarity) {
        uint64_t with = heard.bits ? bits_count(heard.bits, match->window.words) : heading->reach;
        clause->idf = atlas_rarity(match->segment->count, with);
    }
    uint32_t *cursors = plan_new(plan, uint32_t, heard.form_count);
    if (!cursors) {
        return ERR_MEMORY;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < match->listed_count; i++) {
        uint32_t document = match->listed[i];
        bool has = heard.bits && bits_has(heard.bits, document - match->window.base);
        uint8_t best = has && heard.best ? heard.best[document - match->window.base] : 0;
        if (heard.bits ? has && match->scores : true) {
            for (uint32_t f = 0; f < heard.form_count; f++) {
                uint8_t impact = form_impact(&heard.forms[f], document, &cursors[f]);
                best = impact > best ? impact : best;
            }
        }
        if (has || best) {
            match->listed[kept] = document;
            if (match->scores) {
                match->scores[kept] = match->scores[i];
            }
            add_score(match, kept++, best, clause->idf);
        }
    }
    match->listed_count = kept;
    return OK;
}

/* All clauses, beginning with one that has few documents. */
static err match_listed(struct atlas_plan *plan, struct atlas_match *match,
                        struct heading *headings, uint32_t first, bool with_scores) {
    struct listing listing;
    struct atlas_clause *clause = &plan->clauses[first];
    TRY(list_clause(plan, match, &headings[first], &listing));
    match->is_listed = true;
    match->listed = listing.documents;
    match->listed_count = listing.count;
    if (with_scores) {
        match->scores = plan_new(plan, uint32_t, listing.count);
        if (!match->scores) {
            return ERR_MEMORY;
        }
        if (match->part == ATLAS_GENERATION) {
            clause->idf = atlas_rarity(match->segment->count, listing.count);
        }
        for (uint32_t i = 0; i < listing.count; i++) {
            add_score(match, i, listing.impacts[i], clause->idf);
        }
    }
    for (uint32_t c = 0; c < plan->clause_count; c++) {
        if (c != first) {
            TRY(narrow_list(plan, match, &plan->clauses[c], &headings[c]));
        }
    }
    return OK;
}

static err match_bits(struct atlas_plan *plan, struct atlas_match *match,
                      const struct heading *headings, bool with_scores) {
    match->heard = plan_new(plan, struct atlas_heard, plan->clause_count);
    if (!match->heard) {
        return ERR_MEMORY;
    }
    match->heard_count = plan->clause_count;
    for (uint32_t c = 0; c < plan->clause_count; c++) {
        struct atlas_heard *heard = &match->heard[c];
        TRY(hear(plan, match, &headings[c], heard));
        if (with_scores && match->part == ATLAS_GENERATION) {
            uint64_t with = headings[c].form_count == 1 ? headings[c].reach
                            : heard->crowd              ? heard->crowd->documents
                                           : bits_count(heard->bits, match->window.words);
            plan->clauses[c].idf = atlas_rarity(match->segment->count, with);
        }
        heard->idf = plan->clauses[c].idf;
    }
    return OK;
}

/* Whether the best are likely known beforehand: no list is worth making then. */
static bool is_answered(const struct atlas_plan *plan, const struct heading *headings) {
    return plan->clause_count == 1 && headings->crowd && !plan->query->has_near &&
           plan->query->sort == QUERY_SORT_RELEVANCE;
}

err atlas_match_weigh(const struct atlas_plan *plan, struct atlas_match *match) {
    for (uint32_t c = 0; c < match->heard_count; c++) {
        if (!match->heard[c].most) {
            TRY(weigh(plan, &match->window, &match->heard[c]));
        }
    }
    return OK;
}

err atlas_match_words(struct atlas_plan *plan, struct atlas_match *match, bool with_scores) {
    assert(!with_scores || is_whole(match)); /* the rarity is that of the whole generation */
    struct heading *headings = plan_new(plan, struct heading, plan->clause_count);
    uint32_t first = 0;
    if (!headings) {
        return ERR_MEMORY;
    }
    for (uint32_t c = 0; c < plan->clause_count; c++) {
        TRY(plan->clauses[c].is_phrase ? head_phrase(plan, match, &plan->clauses[c], &headings[c])
                                       : head_word(plan, match, &plan->clauses[c], &headings[c]));
        first = headings[c].reach < headings[first].reach ? c : first;
    }
    uint64_t most = documents_of(&match->window) / LISTED_SHARE;
    if (headings[first].reach <= (most > LISTED_LEAST ? most : LISTED_LEAST) &&
        !(with_scores && is_answered(plan, headings))) {
        return match_listed(plan, match, headings, first, with_scores);
    }
    return match_bits(plan, match, headings, with_scores);
}

uint32_t atlas_words_score(const struct atlas_match *match, uint32_t document) {
    uint32_t score = 0;
    if (match->scores) {
        uint32_t at = atlas_gallop(match->listed, 0, match->listed_count, document);
        return at < match->listed_count && match->listed[at] == document ? match->scores[at] : 0;
    }
    for (uint32_t c = 0; c < match->heard_count; c++) {
        const struct atlas_heard *heard = &match->heard[c];
        score += heard_impact(heard, &match->window, document) * heard->idf;
    }
    return score;
}
