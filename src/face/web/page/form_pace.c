/* RULE ROBOT-2: when a page was shown, signed, so that what comes back at once is known for what it
 * is. Nothing is stored, and no cookie is needed; the key lives as long as the process. */
#include "crypto/crypto.h"
#include "face/web/page/form.h"

#define SINCE_NAME "since"

slice form_since_make(const struct face *face, int64_t at_ms, struct arena *arena) {
    char hex[CRYPTO_DIGEST_HEX + 1];
    const slice parts[] = {slice_of((const char *)face->form_key, sizeof face->form_key),
                           slice_of((const char *)&at_ms, sizeof at_ms)};
    struct crypto_digest digest = crypto_digest(parts, ARRAY_COUNT(parts));
    crypto_digest_hex(&digest, hex);
    return arena_printf(arena, "%lld.%s", (long long)at_ms, hex);
}

/* False: none of ours. */
static bool is_ours(const struct face *face, slice since, int64_t *at_ms) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    return slice_to_i64(slice_sub(since, 0, slice_find(since, 0, '.')), at_ms) &&
           slice_equal(since, form_since_make(face, *at_ms, &scratch));
}

enum form_pace form_since_read(const struct face *face, slice since, int64_t now_ms) {
    int64_t at_ms;
    if (face->form_least_ms == 0) {
        return FORM_PACE_FINE;
    }
    if (!is_ours(face, since, &at_ms) || now_ms - at_ms > FORM_SINCE_MS) {
        return FORM_PACE_LATE;
    }
    return now_ms - at_ms < face->form_least_ms ? FORM_PACE_SOON : FORM_PACE_FINE;
}

void form_since(struct form *form) {
    const struct page *page = form->page;
    form_hidden(form, SINCE_NAME,
                form->since.n ? form->since
                              : form_since_make(page->face, page->now_ms, page->arena));
}

bool form_is_hasty(struct form *form, const struct face *face, const struct http_request *request,
                   const struct http_form *sent, const char *field) {
    int64_t now_ms = clock_now_ms(face->clock);
    int64_t at_ms;
    form->since = http_form_value(sent, SINCE_NAME);
    switch (form_since_read(face, form->since, now_ms)) {
    case FORM_PACE_FINE:
        return false;
    case FORM_PACE_SOON:
        form_fault(form, field,
                   N_("C’est parti bien vite. Relisez, puis envoyez encore une fois : rien n’est "
                      "perdu."));
        return true;
    case FORM_PACE_LATE:
        break;
    }
    /* Who comes back after a day has read it: the next try counts. */
    form->since = is_ours(face, form->since, &at_ms)
                      ? form_since_make(face, now_ms - face->form_least_ms, request->arena)
                      : SLICE_EMPTY;
    form_fault(form, field,
               N_("Cette page était ouverte depuis longtemps. Relisez, puis envoyez encore une "
                  "fois : rien n’est perdu."));
    return true;
}
