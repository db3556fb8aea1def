/* What stands around the records of a JSON document: whose they are, what their numbers measure in,
 * whether there are more of them elsewhere. */
#include "formats/record_int.h"

#include <string.h>

static slice text_of(const json_t *json) {
    return slice_trim(slice_of(json_string_value(json), json_string_length(json)));
}

/* "ODbL", {"name": "ODbL", "url": …}, or the address alone. */
static slice label_of(const json_t *json) {
    static const char *const keys[] = {"spdx", "id", "name", "title", "url", "href"};
    for (size_t i = 0; json_is_object(json) && i < ARRAY_COUNT(keys); i++) {
        slice text = text_of(json_object_get(json, keys[i]));
        if (text.n > 0) {
            return text;
        }
    }
    return json_is_string(json) ? text_of(json) : SLICE_EMPTY;
}

static void first_of(slice *out, const json_t *members, const char *const *keys, size_t count) {
    for (size_t i = 0; i < count && out->n == 0; i++) {
        *out = label_of(json_object_get(members, keys[i]));
    }
}

static void labels_read(struct record_about *about, const json_t *members) {
    static const char *const licences[] = {"licence", "license", "licenceUrl", "license_url"};
    static const char *const attributions[] = {"attribution", "copyright", "credit"};
    static const char *const titles[] = {"title", "name", "nom", "titre"};
    first_of(&about->licence, members, licences, ARRAY_COUNT(licences));
    first_of(&about->attribution, members, attributions, ARRAY_COUNT(attributions));
    first_of(&about->title, members, titles, ARRAY_COUNT(titles));
}

/* GeoJSON 2008's `crs` and Esri's `spatialReference` -> a name; empty when there is none. */
static err crs_name(const json_t *members, char *name, size_t room, struct problem *problem) {
    const json_t *crs = json_object_get(members, "crs");
    const json_t *esri = json_object_get(members, "spatialReference");
    const json_t *properties = json_object_get(crs, "properties");
    const json_t *wkid = json_object_get(esri, "latestWkid");
    slice text = json_is_string(crs) ? text_of(crs) : text_of(json_object_get(properties, "name"));
    name[0] = '\0';
    if (crs != NULL && !json_is_null(crs)) {
        const json_t *code = json_object_get(properties, "code");
        if (text.n == 0 && json_is_integer(code)) {
            snprintf(name, room, "EPSG:%lld", (long long)json_integer_value(code));
            return OK;
        }
        if (text.n == 0 && json_object_get(properties, "href") != NULL) {
            return problem_set(
                problem, ERR_INPUT, "crs",
                "the coordinate system of this file stands at another address, which "
                "is not followed: name it with --crs EPSG:…");
        }
        if (text.n == 0 || text.n >= room) {
            return problem_set(
                problem, ERR_INPUT, "crs",
                "the crs member of this file is not understood: name the system with "
                "--crs EPSG:…");
        }
        memcpy(name, text.p, text.n);
        name[text.n] = '\0';
        return OK;
    }
    wkid = json_is_integer(wkid) ? wkid : json_object_get(esri, "wkid");
    if (json_is_integer(wkid)) {
        snprintf(name, room, "EPSG:%lld", (long long)json_integer_value(wkid));
    }
    return OK;
}

static err crs_read(struct record_reader *reader, const json_t *members, bool behind,
                    struct problem *problem) {
    char name[CRS_NAME_MAX + 1];
    struct crs *crs = NULL;
    if (reader->crs_given || reader->crs != NULL) {
        return OK;
    }
    TRY(crs_name(members, name, sizeof name, problem));
    if (name[0] == '\0') {
        return OK;
    }
    err failed = crs_new(slice_from_cstr(name), &crs, problem);
    if (failed != OK) {
        if (problem != NULL && failed == ERR_INPUT) {
            problem_set(problem, ERR_INPUT, "crs",
                        "the file says that it is in \"%.100s\", which is no known coordinate "
                        "system: name it with --crs EPSG:…",
                        name);
        }
        return failed;
    }
    reader->crs = crs;
    reader->about.crs = crs_code(crs);
    reader->about.crs_is_late = behind && !crs_is_wgs84(crs);
    return OK;
}

/* A page of a longer list: its other pages are not in this file. */
bool json_pages_note(struct record_reader *reader, const json_t *members) {
    static const char *const nexts[] = {"next", "next_page_url", "nextPage", "next_page"};
    static const char *const totals[] = {"total",      "total_count",  "totalCount",
                                         "nhits",      "total_items",  "hydra:totalItems",
                                         "totalItems", "numberMatched"};
    const char *sentence = "this is one page of a longer list: the rest is not in it";
    for (size_t i = 0; i < ARRAY_COUNT(nexts); i++) {
        slice next = text_of(json_object_get(members, nexts[i]));
        if (next.n > 0) {
            record_note(reader, sentence, 1, "%.*s", (int)(next.n < 100 ? next.n : 100), next.p);
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(totals); i++) {
        const json_t *total = json_object_get(members, totals[i]);
        if (json_is_integer(total) && (uint64_t)json_integer_value(total) > reader->number &&
            json_integer_value(total) > 0 && reader->number > 0) {
            record_note(reader, sentence, 1, "%lld in all", (long long)json_integer_value(total));
            return true;
        }
    }
    return false;
}

err json_about_read(struct record_reader *reader, const json_t *members, bool behind,
                    struct problem *problem) {
    const json_t *properties = json_object_get(members, "properties");
    const json_t *metadata = json_object_get(members, "metadata");
    labels_read(&reader->about, members);
    labels_read(&reader->about, properties);
    labels_read(&reader->about, metadata);
    return crs_read(reader, members, behind, problem);
}
