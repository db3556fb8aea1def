/* /sitemap.xml (sitemaps.org, protocol 0.9) and /robots.txt: an index, the pages, the territories
 * that have entries, the entries 50,000 a file. */
#include "face/catalog/catalog_int.h"
#include "formats/xml_write.h"

#define ENTRIES_A_FILE   50000 /* the protocol's own limit */
#define ROWS_A_STEP      200
#define STEP_ARENA_BYTES 65536
#define XML_TYPE         "application/xml; charset=utf-8"
#define NAMESPACE        " xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\""
#define URLSET_OPEN      XML_DECLARATION "<urlset" NAMESPACE ">\n"
#define URLSET_CLOSE     "</urlset>\n"

static void add_url(const struct http_request *request, slice path, int64_t modified_ms,
                    struct buf *out) {
    buf_add_cstr(out, "<url><loc>");
    xml_text(out, request->base_url);
    xml_text(out, path);
    buf_add_cstr(out, "</loc>");
    if (modified_ms > 0) {
        buf_add_cstr(out, "<lastmod>");
        time_format_rfc3339(modified_ms / 1000 * 1000, out);
        buf_add_cstr(out, "</lastmod>");
    }
    buf_add_cstr(out, "</url>\n");
}

static struct atlas_request everything(const struct face *face, struct query *query) {
    *query = query_default();
    query->limit = 1;
    return face_machine_request(face, query, 0);
}

/* Answers 304, or hands a pinned view on. */
typedef err sitemap_write(const struct face *face, const struct http_request *request,
                          const struct atlas_view *view, struct http_response *response,
                          struct problem *problem);

static err with_view(const struct face *face, const struct http_request *request,
                     sitemap_write *write, struct http_response *response,
                     struct problem *problem) {
    struct query query;
    struct atlas_request asked = everything(face, &query);
    TRY(face_machine_keys(request, NULL, problem));
    response->media_type = XML_TYPE;
    const struct atlas_view *view = atlas_pin(face->atlas);
    err result = face_machine_unchanged(request, response, view, &asked, request->path)
                     ? OK
                     : write(face, request, view, response, problem);
    atlas_unpin(face->atlas, view);
    return result;
}

/* ---- the index ---- */

static void add_file(const struct http_request *request, slice path, struct buf *out) {
    buf_add_cstr(out, "<sitemap><loc>");
    xml_text(out, request->base_url);
    xml_text(out, path);
    buf_add_cstr(out, "</loc></sitemap>\n");
}

static err write_index(const struct face *face, const struct http_request *request,
                       const struct atlas_view *view, struct http_response *response,
                       struct problem *problem) {
    struct buf *out = &response->body;
    uint64_t files = (atlas_view_documents(view) + ENTRIES_A_FILE - 1) / ENTRIES_A_FILE;
    (void)face;
    (void)problem;
    buf_add_cstr(out, XML_DECLARATION "<sitemapindex" NAMESPACE ">\n");
    add_file(request, SLICE("/sitemap-pages.xml"), out);
    add_file(request, SLICE("/sitemap-territories.xml"), out);
    for (uint64_t i = 1; i <= files; i++) {
        add_file(request,
                 arena_printf(request->arena, "/sitemap-entries-%llu.xml", (unsigned long long)i),
                 out);
    }
    buf_add_cstr(out, "</sitemapindex>\n");
    return OK;
}

err catalog_sitemap(void *app, const struct http_request *request, struct http_response *response,
                    struct problem *problem) {
    return with_view(app, request, write_index, response, problem);
}

/* ---- pages and themes ---- */

static err write_pages(const struct face *face, const struct http_request *request,
                       const struct atlas_view *view, struct http_response *response,
                       struct problem *problem) {
    struct buf *out = &response->body;
    const slice pages[] = {SLICE("/"), SLICE("/explore"), SLICE("/stories"), SLICE("/themes"),
                           SLICE("/about")};
    (void)view;
    (void)problem;
    buf_add_cstr(out, URLSET_OPEN);
    for (size_t i = 0; i < ARRAY_COUNT(pages); i++) {
        add_url(request, pages[i], 0, out);
    }
    for (uint16_t i = 0; i < face->themes->count; i++) {
        add_url(
            request,
            arena_printf(request->arena, "/themes/%.*s", SLICE_ARG(face->themes->items[i].slug)), 0,
            out);
    }
    buf_add_cstr(out, URLSET_CLOSE);
    return OK;
}

err catalog_sitemap_pages(void *app, const struct http_request *request,
                          struct http_response *response, struct problem *problem) {
    return with_view(app, request, write_pages, response, problem);
}

/* ---- territories ---- */

static void mark(bool *has_entries, uint32_t territory) {
    if (territory != TERRITORY_NONE) {
        has_entries[territory] = true;
    }
}

/* Communes with entries, and all they lie in. */
static err mark_territories(const struct face *face, const struct http_request *request,
                            const struct atlas_view *view, bool *has_entries,
                            struct problem *problem) {
    const struct territories *all = face->territories;
    struct query query;
    struct atlas_request asked = everything(face, &query);
    uint32_t *communes = arena_new(request->arena, uint32_t, all->commune_count + 1);
    uint64_t *counts = arena_new(request->arena, uint64_t, all->commune_count + 1);
    for (uint32_t i = 0; i < all->commune_count; i++) {
        communes[i] = i;
    }
    TRY(atlas_count_communes(view, &asked, communes, all->commune_count, counts, problem));
    for (uint32_t i = 0; i < all->commune_count; i++) {
        if (counts[i] > 0) {
            const struct territory *commune = &all->items[i];
            mark(has_entries, i);
            mark(has_entries, commune->epci);
            mark(has_entries, commune->departement);
            mark(has_entries, commune->region);
            mark(has_entries, commune->country);
        }
    }
    return OK;
}

static err write_territories(const struct face *face, const struct http_request *request,
                             const struct atlas_view *view, struct http_response *response,
                             struct problem *problem) {
    const struct territories *all = face->territories;
    struct buf *out = &response->body;
    bool *has_entries = arena_new(request->arena, bool, all->count + 1);
    uint32_t written = 0;
    TRY(mark_territories(face, request, view, has_entries, problem));
    buf_add_cstr(out, URLSET_OPEN);
    /* The large ones first: of more than a file can hold, small communes stay out. */
    for (uint32_t i = all->count; i-- > 0 && written < ENTRIES_A_FILE;) {
        if (has_entries[i] || all->items[i].level == TERRITORY_CUSTOM) {
            add_url(request, face_territory_path(&all->items[i], request->arena), 0, out);
            written++;
        }
    }
    buf_add_cstr(out, URLSET_CLOSE);
    return OK;
}

err catalog_sitemap_territories(void *app, const struct http_request *request,
                                struct http_response *response, struct problem *problem) {
    return with_view(app, request, write_territories, response, problem);
}

/* ---- entries ---- */

struct entries_file {
    const struct face *face;
    const struct http_request *request;
    const struct atlas_document *documents;
    size_t count, at;
    bool begun, ended;
    struct arena step;
};

static err file_next(void *self, struct buf *out) {
    struct entries_file *file = self;
    if (!file->begun) {
        buf_add_cstr(out, URLSET_OPEN);
        file->begun = true;
    }
    for (unsigned n = 0; n < ROWS_A_STEP && file->at < file->count; n++) {
        struct entry_public shown;
        err loaded = entry_public_load(face_reader(file->request), file->face->territories,
                                       file->documents[file->at++].entry, &file->step, &shown);
        if (loaded == OK) {
            add_url(file->request, face_entry_path(shown.entry.id, shown.entry.title, &file->step),
                    shown.entry.updated_ms, out);
        }
        arena_reset(&file->step);
        if (loaded != OK && loaded != ERR_NOT_FOUND) {
            return loaded;
        }
    }
    if (file->at == file->count && !file->ended) {
        buf_add_cstr(out, URLSET_CLOSE);
        file->ended = true;
    }
    /* Nothing may mean the end only: all of a step may have gone. */
    return out->failed != OK || out->n > 0 || file->ended ? out->failed : file_next(self, out);
}

static void file_end(void *self) {
    struct entries_file *file = self;
    arena_free(&file->step);
}

static err begin_entries(const struct face *face, const struct http_request *request,
                         const struct atlas_view *view, struct http_response *response,
                         struct problem *problem) {
    struct query query;
    struct atlas_request asked = everything(face, &query);
    struct atlas_document *documents;
    size_t count;
    uint64_t number;
    TRY(atlas_all(view, &asked, request->arena, &documents, &count, problem));
    bool is_number = slice_to_u64(request->captures[0], &number) && number > 0;
    if (!is_number || number > (count + ENTRIES_A_FILE - 1) / ENTRIES_A_FILE) {
        return problem_set(problem, ERR_NOT_FOUND, "", "/sitemap.xml names the files there are");
    }
    size_t first = (size_t)(number - 1) * ENTRIES_A_FILE;
    struct entries_file *file = arena_new(request->arena, struct entries_file, 1);
    *file = (struct entries_file){.face = face,
                                  .request = request,
                                  .documents = documents + first,
                                  .count = count - first < ENTRIES_A_FILE ? count - first
                                                                          : ENTRIES_A_FILE,
                                  .step = arena_make(STEP_ARENA_BYTES, 0)};
    response->stream_next = file_next;
    response->stream_end = file_end;
    response->stream_self = file;
    return OK;
}

err catalog_sitemap_entries(void *app, const struct http_request *request,
                            struct http_response *response, struct problem *problem) {
    return with_view(app, request, begin_entries, response, problem);
}

/* ---- robots.txt ---- */

#define ROBOTS_VERSION 1 /* of its words */

err catalog_robots(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)app;
    (void)problem;
    response->media_type = "text/plain; charset=utf-8";
    char tag[HASH_HEX_BYTES + 2];
    hash_hex(hash_bytes(request->base_url, ROBOTS_VERSION), tag + 1);
    tag[0] = tag[sizeof tag - 1] = '"';
    if (http_unchanged(request, response, arena_copy(request->arena, slice_of(tag, sizeof tag)))) {
        return OK;
    }
    /* Pages are for everyone; what programs ask for in bulk has its own doors. */
    buf_add_cstr(&response->body, "User-agent: *\n"
                                  "Disallow: /api/\n"
                                  "Disallow: /ogc\n"
                                  "Disallow: /tiles/\n"
                                  "Disallow: /*cursor=\n");
    buf_addf(&response->body, "\nSitemap: %.*s/sitemap.xml\n", SLICE_ARG(request->base_url));
    return OK;
}
