/* Labels for machines that show them to people. Pages have their own, with all their forms, in
 * po/. */
#include "face/api/api_int.h"

#include "face/licence.h"

#include "domain/source/source.h"

struct words {
    const char *french, *english;
};

static const struct words kinds[QUERY_KIND__COUNT] = {
    [QUERY_KIND_INITIATIVE] = {"Initiative", "Initiative"},
    [QUERY_KIND_IDEA] = {"Idée", "Idea"},
    [QUERY_KIND_TOOL] = {"Outil, méthode", "Tool, method"},
    [QUERY_KIND_PLACE] = {"Lieu", "Place"},
    [QUERY_KIND_EVENT] = {"Rendez-vous", "Event"},
    [QUERY_KIND_ACTOR] = {"Collectif, structure", "Group, organisation"},
    [QUERY_KIND_STORY] = {"Portrait, vidéo", "Story, video"},
    [QUERY_KIND_NEED] = {"Cherche", "Looks for"},
    [QUERY_KIND_OFFER] = {"Propose", "Offers"},
};
static const struct words states[QUERY_STATE__COUNT] = {
    [QUERY_STATE_IDEA] = {"À discuter", "To discuss"},
    [QUERY_STATE_BEGUN] = {"Démarre", "Starting"},
    [QUERY_STATE_RUNNING] = {"Fonctionne", "Running"},
    [QUERY_STATE_SEEKING] = {"À reprendre", "Needs someone to take over"},
    [QUERY_STATE_PAUSED] = {"En pause", "Paused"},
    [QUERY_STATE_ENDED] = {"Terminé", "Ended"},
};
static const struct words haves[QUERY_HAS__COUNT] = {
    [QUERY_HAS_VIDEO] = {"Une vidéo", "A video"},
    [QUERY_HAS_NEED] = {"Cherche de l’aide", "Looks for help"},
    [QUERY_HAS_OFFER] = {"Propose quelque chose", "Offers something"},
    [QUERY_HAS_IMAGE] = {"Une photo", "A photo"},
    [QUERY_HAS_PLACE] = {"Un lieu sur la carte", "A place on the map"},
};
static const struct words levels[TERRITORY_LEVEL__COUNT] = {
    [TERRITORY_COMMUNE] = {"Commune", "Municipality"},
    [TERRITORY_EPCI] = {"Intercommunalité", "Group of municipalities"},
    [TERRITORY_DEPARTEMENT] = {"Département", "Département"},
    [TERRITORY_REGION] = {"Région", "Region"},
    [TERRITORY_COUNTRY] = {"Pays", "Country"},
    [TERRITORY_CUSTOM] = {"Territoire", "Territory"},
};
static const char *const level_slugs[TERRITORY_LEVEL__COUNT] = {
    [TERRITORY_COMMUNE] = "commune",         [TERRITORY_EPCI] = "epci",
    [TERRITORY_DEPARTEMENT] = "departement", [TERRITORY_REGION] = "region",
    [TERRITORY_COUNTRY] = "country",         [TERRITORY_CUSTOM] = "custom",
};

bool api_is_english(const struct http_request *request) {
    return slice_equal(request->language, SLICE("en"));
}

static slice word(const struct http_request *request, const struct words *words) {
    return slice_from_cstr(api_is_english(request) ? words->english : words->french);
}

slice api_kind_label(const struct http_request *request, enum query_kind kind) {
    return word(request, &kinds[kind]);
}

slice api_state_label(const struct http_request *request, enum query_state state) {
    return word(request, &states[state]);
}

slice api_has_label(const struct http_request *request, enum query_has has) {
    return word(request, &haves[has]);
}

slice api_level_label(const struct http_request *request, enum territory_level level) {
    return word(request, &levels[level]);
}

slice api_theme_label(const struct http_request *request, const struct theme *theme) {
    slice label = theme->label[api_is_english(request) ? 1 : 0];
    return label.n > 0 ? label : theme->slug;
}

slice api_level_slug(enum territory_level level) {
    return slice_from_cstr(level_slugs[level]);
}

bool api_level_from_slug(slice slug, enum territory_level *level) {
    for (unsigned i = 0; i < TERRITORY_LEVEL__COUNT; i++) {
        if (slice_equal(slug, slice_from_cstr(level_slugs[i]))) {
            *level = (enum territory_level)i;
            return true;
        }
    }
    return false;
}

slice api_source_title(const struct http_request *request, slice slug) {
    struct source source;
    err found = source_find(face_reader(request), slug, request->arena, &source);
    return found == OK ? face_source_title(&source, request->arena) : slug;
}
