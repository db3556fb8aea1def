/* /oembed (oembed.com, 1.0): what a page of ours looks like inside someone else's. Lists and
 * territories are an iframe of /embed; an entry is a quotation with its link. */
#include "face/catalog/catalog_int.h"
#include "formats/xml_write.h"

#define WIDTH_USUAL     640
#define HEIGHT_USUAL    480
#define PICTURE_WIDTH   1200 /* as face/map draws them */
#define PICTURE_HEIGHT  630
#define MARKUP_BYTES    65536
#define QUERY_BYTES_MAX 8192

struct embedding {
    const struct face *face;
    const struct http_request *request;
    int64_t width, height;
    slice path, query; /* of the page that is asked about */
    slice title, markup;
    slice picture; /* its path */
    bool has_room; /* for the picture, which is drawn in one size */
};

/* ---- markup ---- */

static void add_iframe(struct embedding *embedding, slice query, struct buf *out) {
    buf_add_cstr(out, "<iframe");
    xml_attribute(out, "src",
                  arena_printf(embedding->request->arena, "%.*s/embed%s%.*s",
                               SLICE_ARG(embedding->request->base_url), query.n > 0 ? "?" : "",
                               SLICE_ARG(query)));
    xml_attribute(out, "title", embedding->title);
    buf_addf(out, " width=\"%lld\" height=\"%lld\"", (long long)embedding->width,
             (long long)embedding->height);
    buf_add_cstr(out, " style=\"border:0;max-width:100%\" loading=\"lazy\"></iframe>");
}

static void iframe(struct embedding *embedding, slice query) {
    struct buf markup BUF_CLEANUP = buf_new(MARKUP_BYTES);
    add_iframe(embedding, query, &markup);
    embedding->markup = arena_copy(embedding->request->arena, buf_slice(&markup));
}

/* ---- by page ---- */

static err no_such_page(struct problem *problem) {
    return problem_set(problem, ERR_NOT_FOUND, "url",
                       "not an entry, a territory, a theme or a list of this site");
}

static err of_entry(struct embedding *embedding, slice address, struct problem *problem) {
    const struct http_request *request = embedding->request;
    struct entry_id id;
    struct entry_public shown;
    struct buf markup BUF_CLEANUP = buf_new(MARKUP_BYTES);
    slice number = slice_sub(address, 0, slice_find(address, 0, '-'));
    if (!slice_to_i64(number, &id.v) || id.v <= 0) {
        return no_such_page(problem);
    }
    err loaded = entry_public_load(face_reader(request), embedding->face->territories, id,
                                   request->arena, &shown);
    if (loaded == ERR_NOT_FOUND) {
        return no_such_page(problem);
    }
    TRY(loaded);
    embedding->title = entry_text(&shown.entry, ENTRY_TR_TITLE, 0, request->language, NULL);
    embedding->picture =
        arena_printf(request->arena, "/pictures/entries/%lld.png", (long long)id.v);
    buf_add_cstr(&markup, "<blockquote><p><a");
    xml_attribute(
        &markup, "href",
        catalog_absolute(request, face_entry_path(id, shown.entry.title, request->arena)));
    buf_add_char(&markup, '>');
    xml_text(&markup, embedding->title);
    buf_add_cstr(&markup, "</a></p>");
    slice summary = entry_text(&shown.entry, ENTRY_TR_SUMMARY, 0, request->language, NULL);
    if (summary.n > 0) {
        buf_add_cstr(&markup, "<p>");
        xml_text(&markup, summary);
        buf_add_cstr(&markup, "</p>");
    }
    buf_add_cstr(&markup, "<footer>");
    xml_text(&markup, shown.territory_label);
    buf_add_cstr(&markup, shown.territory_label.n > 0 ? " · " : "");
    xml_text(&markup, embedding->face->site_name);
    buf_add_cstr(&markup, "</footer></blockquote>");
    embedding->markup = arena_copy(request->arena, buf_slice(&markup));
    return markup.failed;
}

/* The longest code that the address begins with: codes hold dashes themselves. */
static uint32_t territory_of(const struct territories *all, slice address) {
    for (size_t end = address.n; end > 0; end--) {
        if (end == address.n || address.p[end] == '-') {
            uint32_t found = territories_find(all, slice_sub(address, 0, end));
            if (found != TERRITORY_NONE) {
                return found;
            }
        }
    }
    return TERRITORY_NONE;
}

static err of_territory(struct embedding *embedding, slice address, struct problem *problem) {
    const struct territories *all = embedding->face->territories;
    struct arena *arena = embedding->request->arena;
    uint32_t index = territory_of(all, address);
    if (index == TERRITORY_NONE) {
        return no_such_page(problem);
    }
    slice code = all->items[index].code;
    embedding->title = all->items[index].label;
    embedding->picture = arena_printf(arena, "/pictures/territories/%.*s.png", SLICE_ARG(code));
    iframe(embedding, arena_printf(arena, "territory=%.*s", SLICE_ARG(code)));
    return OK;
}

static err of_theme(struct embedding *embedding, slice slug, struct problem *problem) {
    const struct themes *all = embedding->face->themes;
    uint16_t index = themes_find(all, slug);
    if (index == THEME_NONE) {
        return no_such_page(problem);
    }
    embedding->title = all->items[index].label[catalog_is_english(embedding->request) ? 1 : 0];
    slice query = arena_printf(embedding->request->arena, "theme=%.*s", SLICE_ARG(slug));
    embedding->picture =
        arena_printf(embedding->request->arena, "/pictures/explore.png?%.*s", SLICE_ARG(query));
    iframe(embedding, query);
    return OK;
}

static err of_list(struct embedding *embedding, struct problem *problem) {
    struct arena *arena = embedding->request->arena;
    struct query query;
    struct query_problems problems = {0};
    struct buf text BUF_CLEANUP = buf_new(QUERY_BYTES_MAX);
    if (query_parse(embedding->query, QUERY_PAGE, NULL, arena, &query, &problems) != OK) {
        return no_such_page(problem);
    }
    query.cursor = SLICE_EMPTY;
    query_format(&query, &text);
    slice canonical = arena_copy(arena, buf_slice(&text));
    embedding->title =
        query.words.n > 0 ? arena_printf(arena, "%.*s: %.*s", SLICE_ARG(embedding->face->site_name),
                                         SLICE_ARG(query.words))
                          : embedding->face->site_name;
    embedding->picture = arena_printf(arena, "/pictures/explore.png%s%.*s",
                                      canonical.n > 0 ? "?" : "", SLICE_ARG(canonical));
    iframe(embedding, canonical);
    return OK;
}

static err of_page(struct embedding *embedding, struct problem *problem) {
    static const struct {
        const char *start;
        err (*of)(struct embedding *embedding, slice rest, struct problem *problem);
    } pages[] = {{"/entries/", of_entry}, {"/territories/", of_territory}, {"/themes/", of_theme}};
    for (size_t i = 0; i < ARRAY_COUNT(pages); i++) {
        slice start = slice_from_cstr(pages[i].start);
        if (slice_starts_with(embedding->path, start)) {
            return pages[i].of(embedding, slice_sub(embedding->path, start.n, embedding->path.n),
                               problem);
        }
    }
    if (slice_equal(embedding->path, SLICE("/explore")) ||
        slice_equal(embedding->path, SLICE("/embed")) || slice_equal(embedding->path, SLICE("/"))) {
        return of_list(embedding, problem);
    }
    return no_such_page(problem);
}

/* ---- the request ---- */

static err read_side(struct embedding *embedding, slice key, int64_t usual, int64_t picture,
                     int64_t *side, struct problem *problem) {
    const struct http_request *request = embedding->request;
    slice text;
    *side = usual;
    if (!query_raw_value(request->query, key, request->arena, &text) || text.n == 0) {
        return OK;
    }
    if (!slice_to_i64(text, side) || *side < 1) {
        return problem_set(problem, ERR_INPUT, arena_cstr(request->arena, key),
                           "a number of pixels");
    }
    embedding->has_room = embedding->has_room && *side >= picture;
    *side = *side > usual ? usual : *side;
    return OK;
}

/* The page's own address, with or without its query and the part behind '#'. */
static err read_address(struct embedding *embedding, struct problem *problem) {
    const struct http_request *request = embedding->request;
    slice url;
    if (!query_raw_value(request->query, SLICE("url"), request->arena, &url) || url.n == 0) {
        return problem_set(problem, ERR_INPUT, "url", "the address of a page of this site");
    }
    url = slice_sub(url, 0, slice_find(url, 0, '#'));
    if (!slice_starts_with(url, request->base_url)) {
        return no_such_page(problem);
    }
    slice path = slice_sub(url, request->base_url.n, url.n);
    size_t mark = slice_find(path, 0, '?');
    slice raw = slice_sub(path, 0, mark);
    embedding->query = mark < path.n ? slice_sub(path, mark + 1, path.n) : SLICE_EMPTY;
    return http_path_decode(raw.n > 0 ? raw : SLICE("/"), request->arena, &embedding->path) == OK
               ? OK
               : no_such_page(problem);
}

/* ---- the answer ---- */

static void write_json(const struct embedding *embedding, struct buf *out) {
    struct face_json json = face_json_to(out);
    const struct http_request *request = embedding->request;
    face_json_open(&json, '{');
    face_json_member(&json, "version", SLICE("1.0"));
    face_json_member(&json, "type", SLICE("rich"));
    face_json_member(&json, "title", embedding->title);
    face_json_member(&json, "provider_name", embedding->face->site_name);
    face_json_member(&json, "provider_url", catalog_absolute(request, SLICE("/")));
    face_json_member(&json, "html", embedding->markup);
    face_json_member_i64(&json, "width", embedding->width);
    face_json_member_i64(&json, "height", embedding->height);
    if (embedding->has_room) {
        face_json_member(&json, "thumbnail_url", catalog_absolute(request, embedding->picture));
        face_json_member_i64(&json, "thumbnail_width", PICTURE_WIDTH);
        face_json_member_i64(&json, "thumbnail_height", PICTURE_HEIGHT);
    }
    face_json_close(&json, '}');
}

static void number_element(struct buf *out, const char *name, int64_t value) {
    buf_addf(out, "<%s>%lld</%s>\n", name, (long long)value, name);
}

static void write_xml(const struct embedding *embedding, struct buf *out) {
    const struct http_request *request = embedding->request;
    buf_add_cstr(out, XML_DECLARATION "<oembed>\n");
    xml_element(out, "version", SLICE("1.0"));
    xml_element(out, "type", SLICE("rich"));
    xml_element(out, "title", embedding->title);
    xml_element(out, "provider_name", embedding->face->site_name);
    xml_element(out, "provider_url", catalog_absolute(request, SLICE("/")));
    xml_element(out, "html", embedding->markup);
    number_element(out, "width", embedding->width);
    number_element(out, "height", embedding->height);
    if (embedding->has_room) {
        xml_element(out, "thumbnail_url", catalog_absolute(request, embedding->picture));
        number_element(out, "thumbnail_width", PICTURE_WIDTH);
        number_element(out, "thumbnail_height", PICTURE_HEIGHT);
    }
    buf_add_cstr(out, "</oembed>\n");
}

err catalog_oembed(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    static const char *const keys[] = {"url", "format", "maxwidth", "maxheight", NULL};
    struct embedding embedding = {.face = app, .request = request, .has_room = true};
    slice format = SLICE("json");
    TRY(face_machine_keys(request, keys, problem));
    (void)query_raw_value(request->query, SLICE("format"), request->arena, &format);
    bool xml = slice_equal(format, SLICE("xml"));
    if (!xml && !slice_equal(format, SLICE("json"))) {
        return problem_set(problem, ERR_UNSUPPORTED, "format", "json or xml");
    }
    TRY(read_side(&embedding, SLICE("maxwidth"), WIDTH_USUAL, PICTURE_WIDTH, &embedding.width,
                  problem));
    TRY(read_side(&embedding, SLICE("maxheight"), HEIGHT_USUAL, PICTURE_HEIGHT, &embedding.height,
                  problem));
    TRY(read_address(&embedding, problem));
    TRY(of_page(&embedding, problem));
    if (xml) {
        response->media_type = "text/xml; charset=utf-8";
        write_xml(&embedding, &response->body);
    } else {
        response->media_type = "application/json";
        write_json(&embedding, &response->body);
    }
    return response->body.failed;
}
