/* The words of kinds, states and filters, once. */
#include "face/web/page/form.h"

static const struct kind_words kinds[QUERY_KIND__COUNT] = {
    [QUERY_KIND_INITIATIVE] = {N2_("Initiative", "Initiatives"), N2_("initiative", "initiatives")},
    [QUERY_KIND_IDEA] = {N2_("Idée", "Idées"), N2_("idée", "idées")},
    [QUERY_KIND_TOOL] = {N2_("Outil, méthode", "Outils"), N2_("outil", "outils")},
    [QUERY_KIND_PLACE] = {N2_("Lieu", "Lieux"), N2_("lieu", "lieux")},
    [QUERY_KIND_EVENT] = {N2_("Rendez-vous", "Rendez-vous"), N2_("rendez-vous", "rendez-vous")},
    [QUERY_KIND_ACTOR] = {N2_("Collectif, structure", "Collectifs"),
                          N2_("collectif", "collectifs")},
    [QUERY_KIND_STORY] = {N2_("Portrait, vidéo", "Portraits"), N2_("portrait", "portraits")},
    [QUERY_KIND_NEED] = {N2_("Cherche", "Recherches"), N2_("recherche", "recherches")},
    [QUERY_KIND_OFFER] = {N2_("Propose", "Propositions"), N2_("proposition", "propositions")},
};

const struct kind_words *kind_words(enum query_kind kind) {
    return &kinds[kind];
}

slice kind_one(const struct page *page, enum query_kind kind) {
    return i18n_plural(page->html.language, kinds[kind].one, kinds[kind].many, 1);
}

slice kind_many(const struct page *page, enum query_kind kind) {
    return i18n_plural(page->html.language, kinds[kind].one, kinds[kind].many, 2);
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
    return found == OK ? face_source_title(&source, page->arena) : slug;
}

void page_licence(struct page *page, slice id) {
    struct html *html = &page->html;
    const struct face_licence *known = face_licence_find(id);
    if (known == NULL) {
        bool is_reserved = slice_equal(id, SLICE(LICENCE_RESERVED));
        html_text(html, is_reserved ? i18n(html->language, "tous droits réservés") : id);
        return;
    }
    html_raw(html, "<a rel=\"license noopener\"");
    html_href_outside(html, known->iri);
    html_raw(html, ">");
    html_text(html, known->title);
    html_raw(html, "</a>");
}

const struct form_choice kind_choices[ENTRY_KIND__COUNT] = {
    [ENTRY_KIND_INITIATIVE] = {"initiative", N_("Une initiative"),
                               N_("Un jardin partagé, une épicerie coopérative, une fête de rue")},
    [ENTRY_KIND_IDEA] = {"idea", N_("Une idée"), N_("À discuter, à essayer, à reprendre")},
    [ENTRY_KIND_TOOL] = {"tool", N_("Un outil, une méthode"),
                         N_("Un guide, un logiciel, une façon de faire")},
    [ENTRY_KIND_PLACE] = {"place", N_("Un lieu"), N_("Un tiers-lieu, un atelier, une salle")},
    [ENTRY_KIND_EVENT] = {"event", N_("Un rendez-vous"), N_("Une réunion, une fête, un chantier")},
    [ENTRY_KIND_ACTOR] = {"actor", N_("Un collectif, une structure"),
                          N_("Une association, une coopérative, un groupe d’habitants")},
    [ENTRY_KIND_STORY] = {"story", N_("Un portrait, un récit"),
                          N_("Une vidéo, un entretien, une expérience racontée")},
};

slice entry_state_label(const struct page *page, enum entry_state state) {
    return state == ENTRY_STATE_NONE ? SLICE_EMPTY
                                     : state_label(page, (enum query_state)(state - 1));
}

const struct form_choice maturity_choices[MATURITY_CHOICES] = {
    {"", N_("Je ne sais pas"), NULL},
    {"idea", N_("Une idée"), NULL},
    {"prototype", N_("Un prototype"), NULL},
    {"tested", N_("Essayé en vrai"), NULL},
    {"used", N_("Utilisé"), NULL},
    {"widespread", N_("Utilisé en de nombreux lieux"), NULL},
};

slice maturity_label(const struct page *page, slice maturity) {
    for (size_t i = 1; i < ARRAY_COUNT(maturity_choices); i++) {
        if (slice_equal(maturity, slice_from_cstr(maturity_choices[i].value))) {
            return i18n(page->html.language, maturity_choices[i].label);
        }
    }
    return SLICE_EMPTY;
}
