/* Whole results, streamed: /api/v1/entries.geojson and .csv. Rows are loaded some at a time,
 * between two writes to the network, so that memory stays flat and no read lasts. What goes away
 * meanwhile is left out; what comes in is not there yet. */
#include "face/api/api_int.h"

#include "domain/source/source.h"
#include "formats/csv.h"
#include "formats/geojson.h"

#define DOCUMENTS_A_STEP     50
#define STEP_ARENA_BYTES     65536
#define PROPERTIES_BYTES_MAX (4u << 20)
#define NOTE_BYTES_MAX       65536

struct export;
typedef void export_write(struct export *export, const struct entry_public *entry,
                          const struct atlas_document *document, struct buf *out);

struct export {
    const struct face *face;
    struct db_conn *reader;
    slice base_url;
    struct source *sources;
    size_t source_count;
    struct atlas_document *documents;
    size_t count, at;
    bool ended, any;
    slice head; /* written before the first document */
    export_write *write;
    slice tail;
    struct arena step;
    struct buf properties;
};

static err export_next(void *self, struct buf *out) {
    struct export *export = self;
    if (export->ended) {
        return OK;
    }
    buf_add(out, export->head);
    export->head = SLICE_EMPTY;
    for (unsigned n = 0; n < DOCUMENTS_A_STEP && export->at < export->count; n++) {
        const struct atlas_document *document = &export->documents[export->at++];
        struct entry_public entry;
        err loaded = entry_public_load(export->reader, export->face->territories, document->entry,
                                       &export->step, &entry);
        if (loaded == OK) {
            export->write(export, &entry, document, out);
            export->any = true;
        }
        arena_reset(&export->step);
        if (loaded != OK && loaded != ERR_NOT_FOUND) {
            return loaded;
        }
    }
    if (export->at == export->count) {
        buf_add(out, export->tail);
        export->ended = true;
    }
    /* Nothing may mean the end only: all of this step may have gone. */
    return out->failed != OK || out->n > 0 || export->ended ? out->failed : export_next(self, out);
}

static void export_end(void *self) {
    struct export *export = self;
    arena_free(&export->step);
    buf_free(&export->properties);
}

static const struct source *source_of(const struct export *export, slice slug) {
    for (size_t i = 0; i < export->source_count; i++) {
        if (slice_equal(export->sources[i].slug, slug)) {
            return &export->sources[i];
        }
    }
    return NULL;
}

/* An entry's own licence, else that of its source. */
static slice licence_of(const struct export *export, const struct entry_public *entry) {
    const struct source *source = source_of(export, entry->entry.source_slug);
    return entry->entry.licence.n > 0 ? entry->entry.licence
           : source                   ? source->licence
                                      : SLICE_EMPTY;
}

static slice attribution_of(const struct source *source) {
    return source->attribution.n > 0 ? source->attribution
           : source->title.n > 0     ? source->title
                                     : source->slug;
}

/* ---- GeoJSON ---- */

static void write_feature(struct export *export, const struct entry_public *entry,
                          const struct atlas_document *document, struct buf *out) {
    buf_clear(&export->properties);
    api_item_write(entry, export->base_url, document->kind, document->ask, -1, &export->properties);
    slice id = arena_printf(&export->step, "%lld", (long long)entry->entry.id.v);
    geojson_feature_write(out, !export->any, id, entry->has_point ? &entry->point : NULL,
                          buf_slice(&export->properties));
}

/* The sources behind the result: "BNLC (etalab-2.0): transport.data.gouv.fr; …". */
static void write_notes(const struct export *export, const struct atlas_facet_counts *sources,
                        struct buf *licence, struct buf *attribution) {
    for (uint32_t i = 0; i < sources->count; i++) {
        const struct source *source = source_of(export, sources->values[i].value);
        if (!source || sources->values[i].count == 0) {
            continue;
        }
        slice name = source->licence;
        if (name.n > 0 && !slice_contains(buf_slice(licence), name)) {
            buf_add_cstr(licence, licence->n > 0 ? ", " : "");
            buf_add(licence, name);
        }
        buf_add_cstr(attribution, attribution->n > 0 ? "; " : "");
        buf_add(attribution, attribution_of(source));
        if (name.n > 0) {
            buf_addf(attribution, " (%.*s)", SLICE_ARG(name));
        }
    }
}

static void begin_geojson(struct export *export, const struct http_request *request,
                          const struct atlas_facet_counts *sources) {
    struct buf licence BUF_CLEANUP = buf_new(NOTE_BYTES_MAX);
    struct buf attribution BUF_CLEANUP = buf_new(NOTE_BYTES_MAX);
    struct buf head BUF_CLEANUP = buf_new(4 * NOTE_BYTES_MAX);
    struct buf tail BUF_CLEANUP = buf_new(256);
    write_notes(export, sources, &licence, &attribution);
    const struct geojson_member members[] = {
        {SLICE("name"), export->face->site_name},
        {SLICE("source"), arena_printf(request->arena, "%.*s/api/v1/entries.geojson%s%.*s",
                                       SLICE_ARG(request->base_url),
                                       request->query.n > 0 ? "?" : "", SLICE_ARG(request->query))},
        {SLICE("licence"), buf_slice(&licence)},
        {SLICE("attribution"), buf_slice(&attribution)},
    };
    geojson_begin(&head, members, ARRAY_COUNT(members));
    geojson_end(&tail);
    export->head = arena_copy(request->arena, buf_slice(&head));
    export->tail = arena_copy(request->arena, buf_slice(&tail));
    export->write = write_feature;
}

/* ---- CSV ---- */

static const char *const columns[] = {
    "id",          "url",         "kind",       "state",         "title",
    "summary",     "type",        "themes",     "tags",          "place",
    "address",     "postal_code", "city",       "territory",     "territory_label",
    "latitude",    "longitude",   "precision",  "start",         "end",
    "website",     "email",       "telephone",  "opening_hours", "price",
    "audience",    "language",    "match",      "created",       "updated",
    "confirmed",   "source",      "source_key", "source_url",    "licence",
    "attribution",
};

static slice joined(const slice *texts, uint32_t count, struct arena *arena) {
    struct buf text BUF_CLEANUP = buf_new(NOTE_BYTES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        buf_add_cstr(&text, i > 0 ? ";" : "");
        buf_add(&text, texts[i]);
    }
    return arena_copy(arena, buf_slice(&text));
}

static slice contact_of(const struct entry *entry, enum entry_contact_kind kind) {
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        if (entry->contacts[i].kind == kind) {
            return entry->contacts[i].value;
        }
    }
    return SLICE_EMPTY;
}

/* The first date on which it happens, else nothing. */
static slice date_of(const struct entry *entry, bool end, struct arena *arena) {
    for (uint32_t i = 0; i < entry->date_count; i++) {
        if (entry->dates[i].role == ENTRY_DATE_HAPPENS) {
            struct buf text BUF_CLEANUP = buf_new(64);
            date_format(end ? &entry->dates[i].end : &entry->dates[i].start, &text);
            return arena_copy(arena, buf_slice(&text));
        }
    }
    return SLICE_EMPTY;
}

static slice time_of(int64_t ms, struct arena *arena) {
    struct buf text BUF_CLEANUP = buf_new(64);
    if (ms != 0) {
        time_format_rfc3339(ms, &text);
    }
    return arena_copy(arena, buf_slice(&text));
}

static void write_degrees(struct buf *out, bool known, int32_t degrees_e7) {
    struct buf text BUF_CLEANUP = buf_new(32);
    if (known) {
        buf_add_e7(&text, degrees_e7);
    }
    csv_write_number(out, false, buf_slice(&text));
}

static void write_place(const struct entry_public *shown, struct buf *out) {
    const struct entry *entry = &shown->entry;
    csv_write_text(out, false, entry->place.name);
    csv_write_text(out, false, entry->place.address);
    csv_write_text(out, false, entry->place.postal_code);
    csv_write_text(out, false, entry->place.city);
    csv_write_text(out, false, entry->place.territory);
    csv_write_text(out, false, shown->territory_label);
    write_degrees(out, shown->has_point, shown->point.lat_e7);
    write_degrees(out, shown->has_point, shown->point.lon_e7);
    csv_write_text(out, false, entry_precision_slug(entry->place.precision));
}

static void write_row(struct export *export, const struct entry_public *shown,
                      const struct atlas_document *document, struct buf *out) {
    const struct entry *entry = &shown->entry;
    const struct source *source = source_of(export, entry->source_slug);
    struct arena *arena = &export->step;
    bool is_ask = document->kind == QUERY_KIND_NEED || document->kind == QUERY_KIND_OFFER;
    csv_write_number(out, true, arena_printf(arena, "%lld", (long long)entry->id.v));
    csv_write_text(out, false,
                   arena_printf(arena, "%.*s%.*s", SLICE_ARG(export->base_url),
                                SLICE_ARG(face_entry_path(entry->id, entry->title, arena))));
    csv_write_text(out, false, query_kind_slug(document->kind));
    csv_write_text(out, false, entry_state_slug(entry->state));
    csv_write_text(out, false, entry->title);
    csv_write_text(out, false, entry->summary);
    csv_write_text(out, false, entry->type);
    csv_write_text(out, false, joined(entry->themes, entry->theme_count, arena));
    csv_write_text(out, false, joined(entry->tags, entry->tag_count, arena));
    write_place(shown, out);
    csv_write_text(out, false, date_of(entry, false, arena));
    csv_write_text(out, false, date_of(entry, true, arena));
    csv_write_text(out, false, contact_of(entry, ENTRY_CONTACT_WEBSITE));
    csv_write_text(out, false, contact_of(entry, ENTRY_CONTACT_EMAIL));
    csv_write_text(out, false, contact_of(entry, ENTRY_CONTACT_TELEPHONE));
    csv_write_text(out, false, entry->opening_hours);
    csv_write_text(out, false, entry->price);
    csv_write_text(out, false, entry->audience);
    csv_write_text(out, false, entry->language);
    csv_write_text(out, false,
                   is_ask && document->ask < entry->ask_count ? entry->asks[document->ask].text
                                                              : SLICE_EMPTY);
    csv_write_text(out, false, time_of(entry->created_ms, arena));
    csv_write_text(out, false, time_of(entry->updated_ms, arena));
    csv_write_text(out, false, time_of(entry->confirmed_ms, arena));
    csv_write_text(out, false, entry->source_slug);
    csv_write_text(out, false, entry->source_key);
    csv_write_text(out, false, entry->source_url);
    csv_write_text(out, false, licence_of(export, shown));
    csv_write_text(out, false, source ? attribution_of(source) : SLICE_EMPTY);
    csv_write_end(out);
}

/* A byte order mark first: the table is most often opened in a spreadsheet, which would take it for
 * something else than UTF-8 without one. */
static void begin_csv(struct export *export, const struct http_request *request) {
    struct buf head BUF_CLEANUP = buf_new(NOTE_BYTES_MAX);
    buf_add_cstr(&head, "\xef\xbb\xbf");
    for (size_t i = 0; i < ARRAY_COUNT(columns); i++) {
        csv_write_text(&head, i == 0, slice_from_cstr(columns[i]));
    }
    csv_write_end(&head);
    export->head = arena_copy(request->arena, buf_slice(&head));
    export->tail = SLICE_EMPTY;
    export->write = write_row;
}

/* ---- handlers ---- */

enum export_format { EXPORT_GEOJSON, EXPORT_CSV };

static err begin_pinned(struct export *export, const struct http_request *request,
                        const struct atlas_view *view, const struct query *query,
                        enum export_format format, struct http_response *response,
                        struct problem *problem) {
    struct atlas_request asked = face_machine_request(export->face, query, 0);
    slice salt = format == EXPORT_CSV ? SLICE("csv") : SLICE("geojson");
    if (face_machine_unchanged(request, response, view, &asked, salt)) {
        return OK;
    }
    struct atlas_result result = {0};
    struct query one = *query;
    one.limit = 1;
    one.cursor = SLICE_EMPTY;
    struct atlas_request counted =
        face_machine_request(export->face, &one, 1u << ATLAS_FACET_SOURCE);
    TRY(atlas_search(view, &counted, request->arena, &result, problem));
    TRY(atlas_all(view, &asked, request->arena, &export->documents, &export->count, problem));
    TRY(source_list(export->reader, request->arena, &export->sources, &export->source_count));
    if (format == EXPORT_GEOJSON) {
        begin_geojson(export, request, &result.facets[ATLAS_FACET_SOURCE]);
    } else {
        begin_csv(export, request);
    }
    return OK;
}

static slice file_name(const struct http_request *request, int64_t now_ms, const char *extension) {
    struct date today;
    if (date_from_ms(now_ms, SLICE_EMPTY, &today) != OK) {
        return arena_printf(request->arena, "agora.%s", extension);
    }
    return arena_printf(request->arena, "agora-%04d-%02u-%02u.%s", (int)today.year, today.month,
                        today.day, extension);
}

static err start_export(const struct face *face, const struct http_request *request,
                        enum export_format format, struct http_response *response,
                        struct problem *problem) {
    struct query query;
    TRY(face_machine_query(request, NULL, &query, problem));
    struct export *export = arena_new(request->arena, struct export, 1);
    *export = (struct export){
        .face = face, .reader = face_reader(request), .base_url = request->base_url};
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = begin_pinned(export, request, view, &query, format, response, problem);
    atlas_unpin(face->atlas, view);
    if (result != OK || response->status == 304) {
        return result;
    }
    bool csv = format == EXPORT_CSV;
    export->step = arena_make(STEP_ARENA_BYTES, 0);
    export->properties = buf_new(PROPERTIES_BYTES_MAX);
    response->media_type = csv ? "text/csv; charset=utf-8" : "application/geo+json";
    response->file_name = file_name(request, clock_now_ms(face->clock), csv ? "csv" : "geojson");
    response->stream_next = export_next;
    response->stream_end = export_end;
    response->stream_self = export;
    return OK;
}

err api_export_geojson(void *app, const struct http_request *request,
                       struct http_response *response, struct problem *problem) {
    return start_export(app, request, EXPORT_GEOJSON, response, problem);
}

err api_export_csv(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    return start_export(app, request, EXPORT_CSV, response, problem);
}
