/* The committed questions (bench/queries/NAME.tsv): "class<TAB>query", "class<TAB>z/x/y?query" for
 * tiles, "suggest<TAB>letters". */
#ifndef AGORA_BENCH_QUESTIONS_H
#define AGORA_BENCH_QUESTIONS_H

#include "engine.h"

#include "base/base.h"

struct bench_questions {
    struct arena arena;
    struct bench_question *items;
    unsigned count;
};
/* Ends the process when the file or a line is not as documented. Themes and tokens are left to
 * whoever knows the numbers. */
void bench_questions_read(const char *path, struct bench_questions *questions);

#endif
