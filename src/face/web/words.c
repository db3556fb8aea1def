/* The words of kinds, states and filters, once. */
#include "face/web/web_int.h"

static const struct kind_words kinds[QUERY_KIND__COUNT] = {
    [QUERY_KIND_INITIATIVE] = {N_("Initiative"), N_("Initiatives"), N_("initiative"),
                               N_("initiatives")},
    [QUERY_KIND_IDEA] = {N_("Idée"), N_("Idées"), N_("idée"), N_("idées")},
    [QUERY_KIND_TOOL] = {N_("Outil, méthode"), N_("Outils"), N_("outil"), N_("outils")},
    [QUERY_KIND_PLACE] = {N_("Lieu"), N_("Lieux"), N_("lieu"), N_("lieux")},
    [QUERY_KIND_EVENT] = {N_("Rendez-vous"), N_("Agenda"), N_("rendez-vous"),
                          N_("les rendez-vous")},
    [QUERY_KIND_ACTOR] = {N_("Collectif, structure"), N_("Collectifs"), N_("collectif"),
                          N_("collectifs")},
    [QUERY_KIND_STORY] = {N_("Portrait, vidéo"), N_("Portraits"), N_("portrait"), N_("portraits")},
    [QUERY_KIND_NEED] = {N_("Cherche"), N_("Recherches"), N_("recherche"), N_("recherches")},
    [QUERY_KIND_OFFER] = {N_("Propose"), N_("Propositions"), N_("proposition"), N_("propositions")},
};

const struct kind_words *kind_words(enum query_kind kind) {
    return &kinds[kind];
}

slice kind_one(const struct page *page, enum query_kind kind) {
    return i18n(page->html.language, kinds[kind].one);
}

slice kind_many(const struct page *page, enum query_kind kind) {
    return i18n(page->html.language, kinds[kind].many);
}

slice state_label(const struct page *page, enum query_state state) {
    static const char *const labels[QUERY_STATE__COUNT] = {
        [QUERY_STATE_IDEA] = N_("À discuter"),    [QUERY_STATE_BEGUN] = N_("Démarre"),
        [QUERY_STATE_RUNNING] = N_("Fonctionne"), [QUERY_STATE_SEEKING] = N_("À reprendre"),
        [QUERY_STATE_PAUSED] = N_("En pause"),    [QUERY_STATE_ENDED] = N_("Terminé"),
    };
    return i18n(page->html.language, labels[state]);
}

slice has_label(const struct page *page, enum query_has has) {
    static const char *const labels[QUERY_HAS__COUNT] = {
        [QUERY_HAS_VIDEO] = N_("Une vidéo"),
        [QUERY_HAS_NEED] = N_("Cherche de l’aide"),
        [QUERY_HAS_OFFER] = N_("Propose quelque chose"),
        [QUERY_HAS_IMAGE] = N_("Une photo"),
        [QUERY_HAS_PLACE] = N_("Un lieu sur la carte"),
    };
    return i18n(page->html.language, labels[has]);
}

slice source_title(const struct page *page, slice slug) {
    struct source source;
    err found = source_find(face_reader(page->request), slug, page->arena, &source);
    return found == OK && source.title.n > 0 ? source.title : slug;
}
