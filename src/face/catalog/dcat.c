/* /catalog: DCAT (W3C, version 3) as DCAT-AP asks for it: the catalogue, a data set of everything,
 * one of each source under the source's own licence, their distributions, the services. */
#include "face/catalog/catalog_int.h"
#include "face/catalog/rdf.h"
#include "face/forms.h"

#define EU        "http://publications.europa.eu/resource/authority/"
#define MEDIA_IRI "https://www.iana.org/assignments/media-types/"

struct dcat {
    const struct face *face;
    const struct http_request *request;
    struct face_sources sources;
    const struct atlas_view *view;
    const struct atlas_facet_counts *counts; /* of the sources */
    struct geo_box box;
    bool has_box;
    int64_t modified_ms; /* of the newest source */
    struct rdf rdf;
};

static void text_both(struct rdf *rdf, const char *name, slice french, slice english) {
    rdf_property(rdf, name);
    rdf_text_in(rdf, french, "fr");
    rdf_text_in(rdf, english, "en");
}

static void iri_of(struct rdf *rdf, const char *name, slice iri) {
    rdf_property(rdf, name);
    rdf_iri(rdf, iri);
}

static void time_of(struct dcat *dcat, const char *name, int64_t ms) {
    struct buf text BUF_CLEANUP = buf_new(64);
    if (ms > 0) {
        time_format_rfc3339(ms, &text);
        rdf_property(&dcat->rdf, name);
        rdf_typed(&dcat->rdf, buf_slice(&text), "xsd:dateTime");
    }
}

static slice at(const struct dcat *dcat, slice path) {
    return catalog_absolute(dcat->request, path);
}

static void publisher(struct dcat *dcat) {
    struct rdf *rdf = &dcat->rdf;
    rdf_property(rdf, "dct:publisher");
    rdf_iri(rdf, at(dcat, SLICE("/#publisher")));
}

static void contact(struct dcat *dcat) {
    struct rdf *rdf = &dcat->rdf;
    slice email = dcat->face->contact_email;
    rdf_property(rdf, "dcat:contactPoint");
    rdf_nested(rdf, "vcard:Organization");
    rdf_property(rdf, "vcard:fn");
    rdf_text(rdf, dcat->face->site_name);
    iri_of(rdf, "vcard:hasURL", at(dcat, SLICE("/about")));
    if (email.n > 0) {
        iri_of(rdf, "vcard:hasEmail",
               arena_printf(dcat->request->arena, "mailto:%.*s", SLICE_ARG(email)));
    }
    rdf_nested_end(rdf);
}

static void languages(struct rdf *rdf) {
    rdf_property(rdf, "dct:language");
    rdf_iri(rdf, SLICE(EU "language/FRA"));
}

/* France, and where its drawn entries lie. */
static void spatial(struct dcat *dcat) {
    struct rdf *rdf = &dcat->rdf;
    const struct geo_box *box = &dcat->box;
    struct buf text BUF_CLEANUP = buf_new(512);
    rdf_property(rdf, "dct:spatial");
    rdf_iri(rdf, SLICE(EU "country/FRA"));
    if (!dcat->has_box) {
        return;
    }
    const int32_t corners[5][2] = {{box->west_e7, box->south_e7},
                                   {box->east_e7, box->south_e7},
                                   {box->east_e7, box->north_e7},
                                   {box->west_e7, box->north_e7},
                                   {box->west_e7, box->south_e7}};
    buf_add_cstr(&text, "POLYGON((");
    for (size_t i = 0; i < ARRAY_COUNT(corners); i++) {
        buf_add_cstr(&text, i > 0 ? "," : "");
        buf_add_e7(&text, corners[i][0]);
        buf_add_char(&text, ' ');
        buf_add_e7(&text, corners[i][1]);
    }
    buf_add_cstr(&text, "))");
    rdf_nested(rdf, "dct:Location");
    rdf_property(rdf, "dcat:bbox");
    rdf_typed(rdf, buf_slice(&text), "geo:wktLiteral");
    rdf_nested_end(rdf);
}

/* ---- data sets and their distributions ---- */

/* A licence with an address is one; words are a statement of rights. */
static void licence(struct dcat *dcat, const struct source *source) {
    struct rdf *rdf = &dcat->rdf;
    const struct face_licence *known = source ? face_licence_find(source->licence) : NULL;
    if (known) {
        iri_of(rdf, "dct:license", known->iri);
    }
    rdf_property(rdf, "dct:rights");
    rdf_nested(rdf, "dct:RightsStatement");
    rdf_property(rdf, "rdfs:label");
    if (!source) {
        rdf_text_in(rdf,
                    SLICE("Chaque fiche garde la licence de sa source, nommée dans chaque "
                          "enregistrement ; chaque source a aussi son propre jeu de données."),
                    "fr");
        rdf_text_in(rdf,
                    SLICE("Each entry keeps the licence of its source, named in each record; each "
                          "source has a data set of its own too."),
                    "en");
    } else {
        slice words = source->licence.n == 0 ? SLICE("?") : known ? known->title : source->licence;
        slice names = source->attribution.n > 0 ? source->attribution
                                                : face_source_title(source, dcat->request->arena);
        rdf_text(rdf, arena_printf(dcat->request->arena, "%.*s: %.*s", SLICE_ARG(words),
                                   SLICE_ARG(names)));
    }
    rdf_nested_end(rdf);
}

static slice distribution_path(const struct dcat *dcat, const struct source *source,
                               const char *path) {
    return source
               ? arena_printf(dcat->request->arena, "%s?source=%.*s", path, SLICE_ARG(source->slug))
               : slice_from_cstr(path);
}

static void distribution(struct dcat *dcat, const struct source *source,
                         const struct face_form_row *form) {
    struct rdf *rdf = &dcat->rdf;
    slice url = at(dcat, distribution_path(dcat, source, form->path));
    slice media = slice_from_cstr(form->media_type);
    media = slice_sub(media, 0, slice_find(media, 0, ';'));
    rdf_node(rdf, arena_printf(dcat->request->arena, "%.*s#distribution", SLICE_ARG(url)),
             "dcat:Distribution");
    rdf_property(rdf, "dct:title");
    rdf_text(rdf, slice_from_cstr(form->extension));
    rdf_property(rdf, "dct:description");
    rdf_text_in(rdf, slice_from_cstr(form->help), "en");
    iri_of(rdf, "dcat:accessURL", url);
    iri_of(rdf, "dcat:downloadURL", url);
    iri_of(rdf, "dcat:mediaType",
           arena_printf(dcat->request->arena, MEDIA_IRI "%.*s", SLICE_ARG(media)));
    licence(dcat, source);
    rdf_node_end(rdf);
}

static slice dataset_iri(const struct dcat *dcat, const struct source *source) {
    return at(dcat, source ? arena_printf(dcat->request->arena, "/catalog#source-%.*s",
                                          SLICE_ARG(source->slug))
                           : SLICE("/catalog#all"));
}

static void dataset_titles(struct dcat *dcat, const struct source *source) {
    struct rdf *rdf = &dcat->rdf;
    struct arena *arena = dcat->request->arena;
    slice site = dcat->face->site_name;
    if (!source) {
        text_both(rdf, "dct:title",
                  arena_printf(arena, "%.*s : toutes les fiches", SLICE_ARG(site)),
                  arena_printf(arena, "%.*s: all entries", SLICE_ARG(site)));
        text_both(rdf, "dct:description",
                  SLICE("Initiatives, idées, outils, lieux, rendez-vous, collectifs et portraits "
                        "de citoyens sur leur territoire."),
                  SLICE("Initiatives, ideas, tools, places, events, groups and stories of citizens "
                        "on their territory."));
        return;
    }
    slice title = face_source_title(source, arena);
    text_both(rdf, "dct:title", title, title);
    text_both(rdf, "dct:description",
              arena_printf(arena, "Les fiches de %.*s qui viennent de la source « %.*s ».",
                           SLICE_ARG(site), SLICE_ARG(title)),
              arena_printf(arena, "The entries of %.*s that come from the source \"%.*s\".",
                           SLICE_ARG(site), SLICE_ARG(title)));
}

static bool is_web(slice url) {
    return slice_starts_with(url, SLICE("https://")) || slice_starts_with(url, SLICE("http://"));
}

static void dataset(struct dcat *dcat, const struct source *source) {
    struct rdf *rdf = &dcat->rdf;
    rdf_node(rdf, dataset_iri(dcat, source), "dcat:Dataset");
    dataset_titles(dcat, source);
    rdf_property(rdf, "dct:identifier");
    rdf_text(rdf, dataset_iri(dcat, source));
    publisher(dcat);
    contact(dcat);
    languages(rdf);
    spatial(dcat);
    rdf_property(rdf, "dcat:theme");
    rdf_iri(rdf, SLICE(EU "data-theme/SOCI"));
    rdf_iri(rdf, SLICE(EU "data-theme/REGI"));
    rdf_property(rdf, "dcat:keyword");
    rdf_text_in(rdf, SLICE("initiatives citoyennes"), "fr");
    rdf_text_in(rdf, SLICE("citizen initiatives"), "en");
    iri_of(rdf, "dct:accrualPeriodicity",
           source ? SLICE(EU "frequency/IRREG") : SLICE(EU "frequency/CONT"));
    time_of(dcat, "dct:modified", source ? source->fetched_ms : dcat->modified_ms);
    iri_of(rdf, "dcat:landingPage", at(dcat, distribution_path(dcat, source, "/explore")));
    if (source && is_web(source->url)) {
        iri_of(rdf, "dct:source", source->url);
    }
    rdf_property(rdf, "dcat:distribution");
    for (size_t i = 0; i < FACE_FORM__COUNT; i++) {
        rdf_iri(rdf, arena_printf(
                         dcat->request->arena, "%.*s#distribution",
                         SLICE_ARG(at(dcat, distribution_path(dcat, source, face_forms[i].path)))));
    }
    rdf_node_end(rdf);
    for (size_t i = 0; i < FACE_FORM__COUNT; i++) {
        distribution(dcat, source, &face_forms[i]);
    }
}

/* ---- the catalogue ---- */

static bool has_entries(const struct dcat *dcat, const struct source *source) {
    for (uint32_t i = 0; i < dcat->counts->count; i++) {
        if (slice_equal(dcat->counts->values[i].value, source->slug)) {
            return dcat->counts->values[i].count > 0;
        }
    }
    return false;
}

static void service(struct dcat *dcat, slice path, slice description, slice title,
                    const char *standard) {
    struct rdf *rdf = &dcat->rdf;
    rdf_node(rdf, arena_printf(dcat->request->arena, "%.*s#service", SLICE_ARG(at(dcat, path))),
             "dcat:DataService");
    rdf_property(rdf, "dct:title");
    rdf_text_in(rdf, title, "en");
    iri_of(rdf, "dcat:endpointURL", at(dcat, path));
    iri_of(rdf, "dcat:endpointDescription", at(dcat, description));
    iri_of(rdf, "dcat:servesDataset", dataset_iri(dcat, NULL));
    if (standard) {
        iri_of(rdf, "dct:conformsTo", slice_from_cstr(standard));
    }
    publisher(dcat);
    licence(dcat, NULL);
    rdf_node_end(rdf);
}

static void catalogue(struct dcat *dcat) {
    struct rdf *rdf = &dcat->rdf;
    struct arena *arena = dcat->request->arena;
    slice site = dcat->face->site_name;
    rdf_node(rdf, at(dcat, SLICE("/catalog")), "dcat:Catalog");
    text_both(rdf, "dct:title", arena_printf(arena, "%.*s : données ouvertes", SLICE_ARG(site)),
              arena_printf(arena, "%.*s: open data", SLICE_ARG(site)));
    text_both(rdf, "dct:description",
              SLICE("Tout ce que le site montre, en entier et source par source, dans chaque "
                    "format."),
              SLICE("Everything the site shows, whole and source by source, in every format."));
    publisher(dcat);
    languages(rdf);
    spatial(dcat);
    iri_of(rdf, "foaf:homepage", at(dcat, SLICE("/")));
    time_of(dcat, "dct:modified", dcat->modified_ms);
    licence(dcat, NULL);
    rdf_property(rdf, "dcat:dataset");
    rdf_iri(rdf, dataset_iri(dcat, NULL));
    for (size_t i = 0; i < dcat->sources.count; i++) {
        if (has_entries(dcat, &dcat->sources.items[i])) {
            rdf_iri(rdf, dataset_iri(dcat, &dcat->sources.items[i]));
        }
    }
    rdf_property(rdf, "dcat:service");
    rdf_iri(rdf, at(dcat, SLICE("/api/v1#service")));
    rdf_iri(rdf, at(dcat, SLICE("/ogc#service")));
    rdf_node_end(rdf);
    rdf_node(rdf, at(dcat, SLICE("/#publisher")), "foaf:Agent");
    rdf_property(rdf, "foaf:name");
    rdf_text(rdf, site);
    iri_of(rdf, "foaf:homepage", at(dcat, SLICE("/about")));
    rdf_node_end(rdf);
}

/* Where the entries of this source lie. */
static err find_box(struct dcat *dcat, slice source, struct problem *problem) {
    struct query query = query_default();
    struct atlas_result result;
    query.limit = 1;
    (void)query_values_set(&query.sources, source, true);
    struct atlas_request asked = face_machine_request(dcat->face, &query, 0);
    TRY(atlas_search(dcat->view, &asked, dcat->request->arena, &result, problem));
    dcat->box = result.box;
    dcat->has_box = result.has_box;
    return OK;
}

static err write_all(struct dcat *dcat, enum rdf_form form, struct http_response *response,
                     struct problem *problem) {
    TRY(face_sources_load(face_reader(dcat->request), dcat->request->arena, &dcat->sources));
    for (size_t i = 0; i < dcat->sources.count; i++) {
        if (dcat->sources.items[i].fetched_ms > dcat->modified_ms) {
            dcat->modified_ms = dcat->sources.items[i].fetched_ms;
        }
    }
    dcat->rdf = rdf_begin(form, &response->body);
    catalogue(dcat);
    dataset(dcat, NULL);
    for (size_t i = 0; i < dcat->sources.count; i++) {
        if (has_entries(dcat, &dcat->sources.items[i])) {
            TRY(find_box(dcat, dcat->sources.items[i].slug, problem));
            dataset(dcat, &dcat->sources.items[i]);
        }
    }
    service(dcat, SLICE("/api/v1"), SLICE("/api/v1/openapi.json"), SLICE("JSON API"), NULL);
    service(dcat, SLICE("/ogc"), SLICE("/ogc/api"), SLICE("OGC API Features"),
            "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core");
    rdf_end(&dcat->rdf);
    return response->body.failed;
}

static err answer(const struct face *face, const struct http_request *request,
                  const struct atlas_view *view, enum rdf_form form, struct http_response *response,
                  struct problem *problem) {
    struct query query = query_default();
    struct atlas_result result;
    query.limit = 1;
    struct atlas_request asked = face_machine_request(face, &query, 1u << ATLAS_FACET_SOURCE);
    response->media_type =
        form == RDF_TURTLE ? "text/turtle; charset=utf-8" : "application/ld+json";
    slice salt = arena_printf(request->arena, "%s %llx", form == RDF_TURTLE ? "turtle" : "json-ld",
                              (unsigned long long)face->settings_mark);
    if (face_machine_unchanged(request, response, view, &asked, salt)) {
        return OK;
    }
    TRY(atlas_search(view, &asked, request->arena, &result, problem));
    struct dcat dcat = {.face = face,
                        .request = request,
                        .view = view,
                        .counts = &result.facets[ATLAS_FACET_SOURCE],
                        .box = result.box,
                        .has_box = result.has_box};
    return write_all(&dcat, form, response, problem);
}

static err answer_pinned(const struct face *face, const struct http_request *request,
                         enum rdf_form form, struct http_response *response,
                         struct problem *problem) {
    TRY(face_machine_keys(request, NULL, problem));
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = answer(face, request, view, form, response, problem);
    atlas_unpin(face->atlas, view);
    return result;
}

err catalog_dcat(void *app, const struct http_request *request, struct http_response *response,
                 struct problem *problem) {
    bool turtle = catalog_accepts_second(http_header(request, "Accept"),
                                         SLICE("application/ld+json"), SLICE("text/turtle"));
    return answer_pinned(app, request, turtle ? RDF_TURTLE : RDF_JSON_LD, response, problem);
}

err catalog_dcat_jsonld(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    return answer_pinned(app, request, RDF_JSON_LD, response, problem);
}

err catalog_dcat_turtle(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    return answer_pinned(app, request, RDF_TURTLE, response, problem);
}
