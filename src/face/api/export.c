/* Whole results, streamed: /api/v1/entries.csv and its sisters (face/forms.h). Rows are loaded some
 * at a time, between two writes to the network, so that memory stays flat and no read lasts. What
 * goes away meanwhile is left out; what comes in is not there yet. */
#include "face/api/gogo_int.h"

#define DOCUMENTS_A_STEP 50
#define STEP_ARENA_BYTES 65536
#define URL_BYTES_MAX    16384

static const struct export_writer *const writers[FACE_FORM__COUNT] = {
    [FACE_FORM_CSV] = &export_csv,
    [FACE_FORM_GEOJSON] = &export_geojson,
    [FACE_FORM_JSONL] = &export_jsonl,
    [FACE_FORM_KML] = &export_kml,
    [FACE_FORM_GPX] = &export_gpx,
    [FACE_FORM_ICAL] = &export_ical,
    [FACE_FORM_ATOM] = &export_atom,
    [FACE_FORM_RSS] = &export_rss,
    [FACE_FORM_JSON_FEED] = &export_jsonfeed,
    [FACE_FORM_GOGOCARTO] = &export_gogofull,
};

/* ---- the stream ---- */

static struct export_item item_of(struct export *export, const struct entry_public *shown,
                                  const struct atlas_document *document) {
    bool is_ask = document->kind == QUERY_KIND_NEED || document->kind == QUERY_KIND_OFFER;
    return (struct export_item){
        .shown = shown,
        .entry = &shown->entry,
        .kind = document->kind,
        .is_ask = is_ask,
        .ask = is_ask && document->ask < shown->entry.ask_count ? &shown->entry.asks[document->ask]
                                                                : NULL,
        .ask_position = document->ask,
        .licence = face_licence_of(&export->sources, &shown->entry),
        .attribution = face_attribution_of(&export->sources, &shown->entry, &export->step),
        .source = face_sources_find(&export->sources, shown->entry.source_slug),
    };
}

static err document_write(struct export *export, const struct atlas_document *document,
                          struct buf *out) {
    struct entry_public shown;
    err loaded = entry_public_load(export->reader, export->face->territories, document->entry,
                                   &export->step, &shown);
    if (loaded == OK) {
        themes_settle(export->face->themes, shown.entry.themes, &shown.entry.theme_count);
        struct export_item item = item_of(export, &shown, document);
        export->writer->write(export, &item, out);
        export->written++;
    }
    arena_reset(&export->step);
    return loaded == ERR_NOT_FOUND ? OK : loaded;
}

static err export_next(void *self, struct buf *out) {
    struct export *export = self;
    /* Nothing may mean the end only: all of a step may have gone. */
    while (!export->ended && out->n == 0 && out->failed == OK) {
        if (!export->begun && export->writer->begin) {
            export->writer->begin(export, out);
        }
        export->begun = true;
        for (unsigned n = 0; n < DOCUMENTS_A_STEP && export->at < export->count; n++) {
            TRY(document_write(export, &export->documents[export->at++], out));
        }
        if (export->at == export->count) {
            if (export->writer->end) {
                export->writer->end(export, out);
            }
            export->ended = true;
        }
    }
    return out->failed;
}

static void export_end(void *self) {
    struct export *export = self;
    arena_free(&export->step);
    buf_free(&export->scratch);
}

/* ---- what stands at the head ---- */

/* The sources behind the result: "BNLC (etalab-2.0); …". */
static void notes_make(struct export *export, const struct atlas_facet_counts *sources) {
    struct buf licence BUF_CLEANUP = buf_new(EXPORT_NOTE_BYTES_MAX);
    struct buf attribution BUF_CLEANUP = buf_new(EXPORT_NOTE_BYTES_MAX);
    for (uint32_t i = 0; i < sources->count; i++) {
        const struct source *source = face_sources_find(&export->sources, sources->values[i].value);
        /* The facet counts other sources beside the chosen ones. */
        bool chosen = export->query.sources.count == 0 ||
                      query_values_has(&export->query.sources, sources->values[i].value);
        if (!source || !chosen || sources->values[i].count == 0) {
            continue;
        }
        slice name = source->licence;
        if (name.n > 0 && !slice_contains(buf_slice(&licence), name)) {
            buf_add_cstr(&licence, licence.n > 0 ? ", " : "");
            buf_add(&licence, name);
        }
        buf_add_cstr(&attribution, attribution.n > 0 ? "; " : "");
        buf_add(&attribution, source->attribution.n > 0
                                  ? source->attribution
                                  : face_source_title(source, export->request->arena));
        if (name.n > 0) {
            buf_addf(&attribution, " (%.*s)", SLICE_ARG(name));
        }
    }
    export->licence = arena_copy(export->request->arena, buf_slice(&licence));
    export->attribution = arena_copy(export->request->arena, buf_slice(&attribution));
}

static void title_add(struct buf *title, bool *first, slice part) {
    if (part.n > 0) {
        buf_add_cstr(title, *first ? " : " : ", ");
        buf_add(title, part);
        *first = false;
    }
}

/* "Agora : jardin, Initiative, Alimentation, Chambéry (73)": the site and what was asked. */
static slice title_make(const struct export *export) {
    const struct http_request *request = export->request;
    const struct face *face = export->face;
    const struct query *query = &export->query;
    struct buf title BUF_CLEANUP = buf_new(EXPORT_NOTE_BYTES_MAX);
    bool first = true;
    buf_add(&title, face->site_name);
    title_add(&title, &first, query->words);
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        if ((query->kinds >> kind & 1) != 0) {
            title_add(&title, &first, api_kind_label(request, (enum query_kind)kind));
        }
    }
    for (uint32_t i = 0; i < query->themes.count; i++) {
        uint16_t theme = themes_find(face->themes, query->themes.values[i]);
        if (theme != THEME_NONE) {
            title_add(&title, &first, api_theme_label(request, &face->themes->items[theme]));
        }
    }
    for (uint32_t i = 0; i < query->territories.count; i++) {
        uint32_t index = territories_find(face->territories, query->territories.values[i]);
        if (index != TERRITORY_NONE) {
            title_add(&title, &first, face->territories->items[index].label);
        }
    }
    return arena_copy(request->arena, buf_slice(&title));
}

static void addresses_make(struct export *export) {
    const struct http_request *request = export->request;
    slice scheme_end = SLICE("://");
    size_t start = slice_find_slice(request->base_url, 0, scheme_end);
    slice host = slice_sub(request->base_url, start + scheme_end.n, request->base_url.n);
    struct query shown = export->query;
    shown.limit = QUERY_LIMIT_DEFAULT;
    shown.cursor = SLICE_EMPTY;
    struct buf url BUF_CLEANUP = buf_new(URL_BYTES_MAX);
    buf_add(&url, request->base_url);
    buf_add_cstr(&url, "/explore");
    size_t bare = url.n;
    buf_add_char(&url, '?');
    query_format(&shown, &url);
    url.n = url.n == bare + 1 ? bare : url.n;
    export->page_url = arena_copy(request->arena, buf_slice(&url));
    export->host = arena_copy(request->arena, slice_sub(host, 0, slice_find(host, 0, ':')));
    export->self_url = arena_printf(request->arena, "%.*s%.*s%s%.*s", SLICE_ARG(request->base_url),
                                    SLICE_ARG(request->path), request->query.n > 0 ? "?" : "",
                                    SLICE_ARG(request->query));
}

/* ---- the choice ---- */

/* What the form can hold of a query. */
static struct query held_query(const struct export *export) {
    struct query held = export->query;
    switch (face_forms[export->form].holds) {
    case FACE_FORM_HOLDS_ALL:
        break;
    case FACE_FORM_HOLDS_DRAWN:
        held.has |= (uint16_t)(1u << QUERY_HAS_PLACE);
        break;
    case FACE_FORM_HOLDS_DATED:
        if (!held.has_from) { /* any day at all: what has none is in no span */
            held.has_from = true;
            held.from = (struct date){.precision = DATE_YEAR, .year = 1};
        }
        break;
    }
    return held;
}

static void newest_first(struct atlas_document *documents, size_t count) {
    for (size_t i = 0; i < count / 2; i++) {
        struct atlas_document other = documents[i];
        documents[i] = documents[count - 1 - i];
        documents[count - 1 - i] = other;
    }
}

/* `limit` takes so many; without it, a file holds everything. */
static void limit_apply(struct export *export) {
    slice given;
    bool limited =
        query_raw_value(export->request->query, SLICE("limit"), export->request->arena, &given);
    if (limited && given.n > 0 && export->count > export->query.limit) {
        export->count = export->query.limit;
    }
}

struct imprecise {
    const struct export *export;
    size_t at; /* both lists ascend by id */
    uint64_t count;
};

static void imprecise_add(void *self, struct entry_id id) {
    struct imprecise *counting = self;
    const struct export *export = counting->export;
    while (counting->at < export->count && export->documents[counting->at].entry.v < id.v) {
        counting->at++;
    }
    counting->count +=
        counting->at < export->count && export->documents[counting->at].entry.v == id.v;
}

/* Dates of the chosen entries that no calendar can hold. */
static err imprecise_count(struct export *export) {
    struct imprecise counting = {.export = export};
    TRY(entry_imprecise_each(export->reader, imprecise_add, &counting));
    export->imprecise = counting.count;
    return OK;
}

static bool comes_before(const struct atlas_document *a, const struct atlas_document *b) {
    return a->entry.v != b->entry.v ? a->entry.v < b->entry.v
           : a->kind != b->kind     ? a->kind < b->kind
                                    : a->ask < b->ask;
}

/* Two ascending lists as one, each document once. */
static void documents_merge(struct export *export, const struct atlas_document *more,
                            size_t more_count) {
    struct atlas_document *all =
        arena_new(export->request->arena, struct atlas_document, export->count + more_count + 1);
    size_t n = 0;
    size_t i = 0;
    size_t j = 0;
    while (i < export->count || j < more_count) {
        const struct atlas_document *one = i < export->count ? &export->documents[i] : NULL;
        const struct atlas_document *other = j < more_count ? &more[j] : NULL;
        bool take_one = one && (!other || !comes_before(other, one));
        bool take_other = other && (!one || !comes_before(one, other));
        all[n++] = take_one ? *one : *other;
        i += take_one;
        j += take_other;
    }
    export->documents = all;
    export->count = n;
}

static err boxes_choose(struct export *export, const struct atlas_view *view,
                        const struct query *held, struct problem *problem) {
    for (size_t i = 0; i < export->box_count; i++) {
        struct query query = *held;
        struct atlas_document *inside;
        size_t count;
        query.has_box = true;
        query.box = export->boxes[i];
        struct atlas_request asked = face_machine_request(export->face, &query, 0);
        TRY(atlas_all(view, &asked, export->request->arena, &inside, &count, problem));
        documents_merge(export, inside, count);
    }
    return OK;
}

static void only_keep(struct export *export) {
    size_t n = 0;
    for (size_t i = 0; i < export->count; i++) {
        if (export->documents[i].entry.v == export->only.v) {
            export->documents[n++] = export->documents[i];
        }
    }
    export->count = n;
}

static err documents_choose(struct export *export, const struct atlas_view *view,
                            struct problem *problem) {
    struct arena *arena = export->request->arena;
    struct atlas_result result = {0};
    struct query one = export->query;
    one.limit = 1;
    one.cursor = SLICE_EMPTY;
    struct atlas_request counted =
        face_machine_request(export->face, &one, 1u << ATLAS_FACET_SOURCE);
    TRY(atlas_search(view, &counted, arena, &result, problem));
    struct query held = held_query(export);
    struct atlas_request asked = face_machine_request(export->face, &held, 0);
    if (export->box_count > 0) {
        TRY(boxes_choose(export, view, &held, problem));
    } else {
        TRY(atlas_all(view, &asked, arena, &export->documents, &export->count, problem));
    }
    if (export->only.v != 0) {
        only_keep(export);
    }
    bool is_cut = export->box_count > 0 || export->only.v != 0;
    export->left_out = is_cut ? 0 : result.total - export->count;
    if (face_forms[export->form].order == FACE_FORM_NEWEST_FIRST) {
        newest_first(export->documents, export->count);
    }
    limit_apply(export);
    if (face_forms[export->form].holds == FACE_FORM_HOLDS_DATED) {
        TRY(imprecise_count(export));
    }
    TRY(face_sources_load(export->reader, arena, &export->sources));
    notes_make(export, &result.facets[ATLAS_FACET_SOURCE]);
    return OK;
}

static err begin_pinned(struct export *export, const struct atlas_view *view,
                        struct http_response *response, struct problem *problem) {
    struct atlas_request asked = face_machine_request(export->face, &export->query, 0);
    slice limit = SLICE_EMPTY;
    query_raw_value(export->request->query, SLICE("limit"), export->request->arena, &limit);
    slice salt = arena_printf(
        export->request->arena, "%s %.*s %.*s %.*s %llx", face_forms[export->form].extension,
        SLICE_ARG(export->request->language), SLICE_ARG(limit), SLICE_ARG(export->salt),
        (unsigned long long)export->face->settings_mark);
    if (face_machine_unchanged(export->request, response, view, &asked, salt)) {
        return OK;
    }
    TRY(documents_choose(export, view, problem));
    TRY(db_change_last_ms(export->reader, &export->changed_ms));
    addresses_make(export);
    export->title = title_make(export);
    return OK;
}

/* ---- the handler of every form ---- */

static slice file_name(const struct http_request *request, int64_t now_ms, const char *extension) {
    struct date today;
    if (date_from_ms(now_ms, SLICE_EMPTY, &today) != OK) {
        return arena_printf(request->arena, "agora.%s", extension);
    }
    return arena_printf(request->arena, "agora-%04d-%02u-%02u.%s", (int)today.year, today.month,
                        today.day, extension);
}

err api_export_answer(struct export *export, struct http_response *response,
                      struct problem *problem) {
    const struct face *face = export->face;
    const struct http_request *request = export->request;
    const struct face_form_row *row = &face_forms[export->form];
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = begin_pinned(export, view, response, problem);
    atlas_unpin(face->atlas, view);
    if (result != OK || response->status == 304) {
        return result;
    }
    export->step = arena_make(STEP_ARENA_BYTES, 0);
    export->scratch = buf_new(EXPORT_TEXT_BYTES_MAX);
    response->media_type = row->media_type;
    if (row->order != FACE_FORM_NEWEST_FIRST) { /* a feed is read where it stands */
        response->file_name = file_name(request, clock_now_ms(face->clock), row->extension);
    }
    response->stream_next = export_next;
    response->stream_end = export_end;
    response->stream_self = export;
    return OK;
}

err api_export(void *app, const struct http_request *request, struct http_response *response,
               struct problem *problem) {
    struct export *export = arena_new(request->arena, struct export, 1);
    *export = (struct export){.face = app, .request = request, .reader = face_reader(request)};
    if (!face_form_of_path(request->path, &export->form)) {
        return problem_set(problem, ERR_NOT_FOUND, "", "no such form");
    }
    export->writer = writers[export->form];
    TRY(face_machine_query(request, NULL, &export->query, problem));
    return api_export_answer(export, response, problem);
}
