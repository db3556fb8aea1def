/* Where the time of a page goes: what a thread spends in the queries of a page (atlas, store) and
 * in all. The linker leads the pages' calls of `atlas_search`, `entry_public_load` and the like
 * through spans.c (--wrap), in this program alone: the rooms know nothing of it. */
#ifndef AGORA_BENCH_SPANS_H
#define AGORA_BENCH_SPANS_H

#include "base/base.h"

enum span { SPAN_ATLAS, SPAN_STORE, SPAN__COUNT };

struct spans { /* ns of the thread's CPU time */
    uint64_t begun, whole;
    uint64_t of[SPAN__COUNT];
    unsigned entered; /* how many spans there were */
    unsigned depth;   /* a span within a span is a part of it */
};

/* Once a thread that measures: finds out what looking at the clock costs. */
void spans_open(void);
/* What the thread does until the end is counted in `spans`. */
void spans_begin(struct spans *spans);
void spans_end(struct spans *spans);
/* What is left when the spans are taken off, and what taking their time has cost. */
uint64_t spans_rest(const struct spans *spans);
/* Under callgrind (--instr-atstart=no --collect-atstart=no), where it counts what is left: what it
 * has counted since the last time is written down under this name. */
void spans_dump(const char *name);

#endif
