/* Why two entries may be one, in words. */
#include "face/web/trust/likeness.h"

#define KILOMETRE    1000
#define ROUND_FROM_M 100 /* beyond it tens are enough */

static void reason(struct page *page, bool *is_first, const char *text) {
    if (!*is_first) {
        html_raw(&page->html, " · ");
    }
    html_text(&page->html, i18n(page->html.language, text));
    *is_first = false;
}

void likeness_write(struct page *page, const struct duplicate_likeness *likeness) {
    static const char *const texts[DUPLICATE_REASON__COUNT] = {
        [DUPLICATE_NAME] = N_("même nom"),
        [DUPLICATE_NAME_NEAR] = N_("nom proche"),
        [DUPLICATE_PLACE] = "",
        [DUPLICATE_COMMUNE] = N_("même commune"),
        [DUPLICATE_SITE] = N_("même site"),
        [DUPLICATE_MAIL] = N_("même adresse mail"),
        [DUPLICATE_TELEPHONE] = N_("même téléphone"),
        [DUPLICATE_NUMBER] = N_("même numéro SIRET ou RNA"),
    };
    struct html *html = &page->html;
    int64_t metres = likeness->distance_m;
    bool is_first = true;
    for (unsigned i = 0; i < DUPLICATE_REASON__COUNT; i++) {
        if (!(likeness->reasons & 1u << i)) {
            continue;
        }
        if (i != DUPLICATE_PLACE) {
            reason(page, &is_first, texts[i]);
            continue;
        }
        bool is_km = metres >= KILOMETRE;
        int64_t shown = is_km                    ? (metres + KILOMETRE / 2) / KILOMETRE
                        : metres >= ROUND_FROM_M ? metres / 10 * 10
                                                 : metres;
        slice number = arena_printf(page->arena, "%lld", (long long)shown);
        reason(page, &is_first, "");
        if (is_km) {
            html_tf(html, "à %1 km", &number, 1);
        } else {
            html_tf(html, "à %1 m", &number, 1);
        }
    }
}
