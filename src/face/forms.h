/* forms: the forms in which a whole result goes out. One row a form: the routes of the API, its
 * OpenAPI, `agora export` and the downloads that pages offer are made from these rows. */
#ifndef AGORA_FACE_FORMS_H
#define AGORA_FACE_FORMS_H

#include "base/base.h"

/* What a form can hold. What it cannot is left out, and the file says how many. */
enum face_form_holds {
    FACE_FORM_HOLDS_ALL,
    FACE_FORM_HOLDS_DRAWN, /* what has a place on the map */
    FACE_FORM_HOLDS_DATED  /* what happens on a known day */
};
enum face_form_order {
    FACE_FORM_BY_ID,       /* the first that came first */
    FACE_FORM_NEWEST_FIRST /* feeds: what came last is on top */
};

/* ROW(NAME, extension, media type, holds, order, schema or media of the OpenAPI, help). The
 * extension follows "/api/v1/entries." and is the format of `agora export --format`. */
#define FACE_FORMS(ROW)                                                                            \
    ROW(CSV, "csv", "text/csv; charset=utf-8", HOLDS_ALL, BY_ID, NULL,                             \
        "Everything that matches a query as a table (CSV), for spreadsheets.")                     \
    ROW(GEOJSON, "geojson", "application/geo+json", HOLDS_ALL, BY_ID, "EntryCollection",           \
        "Everything that matches a query as GeoJSON (RFC 7946), for maps.")                        \
    ROW(JSONL, "jsonl", "application/jsonl; charset=utf-8", HOLDS_ALL, BY_ID, NULL,                \
        "Everything that matches a query as JSON Lines, the form that imports again as it was.")   \
    ROW(KML, "kml", "application/vnd.google-earth.kml+xml", HOLDS_ALL, BY_ID, NULL,                \
        "Everything that matches a query as KML 2.2, for globes and map editors.")                 \
    ROW(GPX, "gpx", "application/gpx+xml", HOLDS_DRAWN, BY_ID, NULL,                               \
        "What has a place on the map as waypoints (GPX 1.1), for telephones and GPS receivers.")   \
    ROW(ICAL, "ics", "text/calendar; charset=utf-8", HOLDS_DATED, BY_ID, NULL,                     \
        "What happens on a known day as a calendar (iCalendar, RFC 5545), to subscribe to.")       \
    ROW(ATOM, "atom", "application/atom+xml; charset=utf-8", HOLDS_ALL, NEWEST_FIRST, NULL,        \
        "Everything that matches a query as an Atom feed with GeoRSS, the newest first.")          \
    ROW(RSS, "rss", "application/rss+xml; charset=utf-8", HOLDS_ALL, NEWEST_FIRST, NULL,           \
        "Everything that matches a query as an RSS 2.0 feed with GeoRSS, the newest first.")       \
    ROW(JSON_FEED, "feed.json", "application/feed+json; charset=utf-8", HOLDS_ALL, NEWEST_FIRST,   \
        NULL, "Everything that matches a query as a JSON Feed 1.1, the newest first.")             \
    ROW(GOGOCARTO, "gogocarto", "application/json", HOLDS_DRAWN, BY_ID, "GogoElements",            \
        "What has a place on the map as elements of GoGoCarto (gogofull), for its importer.")

#define FACE_FORM_MEMBER(name, extension, media_type, holds, order, schema, help) FACE_FORM_##name,
enum face_form { FACE_FORMS(FACE_FORM_MEMBER) FACE_FORM__COUNT };
#undef FACE_FORM_MEMBER

#define FACE_FORM_PATH "/api/v1/entries."
struct face_form_row {
    const char *path;      /* "/api/v1/entries.csv" */
    const char *extension; /* "csv", "feed.json" */
    const char *media_type;
    enum face_form_holds holds;
    enum face_form_order order;
    const char *schema; /* name in the OpenAPI's components, or NULL */
    const char *help;   /* one line, English */
};
extern const struct face_form_row face_forms[FACE_FORM__COUNT];
/* The form of a path or of an extension; false when there is none. */
bool face_form_of_path(slice path, enum face_form *form);
bool face_form_of_extension(slice extension, enum face_form *form);

#endif
