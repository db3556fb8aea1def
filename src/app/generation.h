/* generation: what is made from one state of the themes, the atlas above all, and the thread that
 * makes another one when themes were changed on a page. */
#ifndef AGORA_APP_GENERATION_H
#define AGORA_APP_GENERATION_H

#include "app/house.h"
#include "face/face.h"

/* All that numbers themes by their place, from the same themes (RULE THEME-4). A face has one; it
 * goes when no request uses a face that has it. */
struct generation {
    const struct themes *themes;
    struct atlas *atlas;
    struct api_kept *kept; /* NULL: none are kept */
};
struct generations;

/* Called on the thread of the generations with one that is whole: puts a face with it in the place
 * of the one before, and says so with generations_use. */
typedef void generation_put(void *self, const struct generation *generation);
struct generations_options {
    const struct house *house; /* outlives them */
    size_t kept_bytes;         /* for entries as the API writes them; 0: none are kept */
    generation_put *put;
    void *self;
};
struct generations *generations_new(const struct generations_options *options);
/* The first one, and the face that has it; its atlas is closed by these, its themes and entries are
 * not. Starts the thread. ERR_MEMORY: without it; generations_free closes the atlas all the same.
 * */
MUST_USE err generations_start(struct generations *all, const struct face *face);
/* From here on others may be put in its place. */
void generations_serve(struct generations *all);
/* Themes were changed: another generation is made in the background, which may take as long as
 * reading the whole store; the present one serves meanwhile. What fails is tried again. Any thread,
 * after the commit. */
void generations_renew(struct generations *all);
/* A face takes the place of another one: it has the generation of that one, or the newest. And: no
 * request uses it any more. Any thread; do not wait. */
void generations_use(struct generations *all, const struct face *face);
void generations_gone(struct generations *all, const struct face *face);
/* Ends the thread, also in the midst of making one: before the server, which it tells of others. */
void generations_stop(struct generations *all);
/* The same, and closes what is left: after the server, the jobs and the writer. NULL is fine. */
void generations_free(struct generations *all);

#endif
