/* /embed/code?QUERY: the few lines that put a query on another site, with a preview of the frame.
 * A plain form: each choice reloads the page, no script is needed. */
#include "face/web/explore/explorer_int.h"

#include "assets_names.h"

#define HEIGHT_LEAST   300
#define HEIGHT_MOST    2000
#define HEIGHT_DEFAULT 640

static const char *const code_keys[] = {"view",   "lock",  "title",   "look",
                                        "height", "shown", "lang_ui", NULL};

struct choice {
    const char *value, *label;
};
static const struct choice views[] = {{"both", N_("La liste et la carte")},
                                      {"list", N_("La liste seule")},
                                      {"map", N_("La carte seule")}};
static const struct choice looks[] = {{"auto", N_("Comme l’appareil de la personne")},
                                      {"light", N_("Clair")},
                                      {"dark", N_("Sombre")}};
static const struct choice locks[] = {{"q", N_("la recherche")},
                                      {"kind", N_("les sortes de résultats")},
                                      {"territory", N_("le territoire")},
                                      {"theme", N_("les thèmes")}};

struct code {
    struct page *page;
    struct query query;
    struct query_problems problems;
    slice view, look, locked;
    bool has_title;
    uint64_t height;
    slice source;  /* absolute address of the frame */
    slice preview; /* the same without its host */
};

static slice chosen(const struct code *code, const char *key, const struct choice *choices,
                    size_t count) {
    slice value = SLICE_EMPTY;
    query_raw_value(code->page->request->query, slice_from_cstr(key), code->page->arena, &value);
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(value, slice_from_cstr(choices[i].value))) {
            return value;
        }
    }
    return slice_from_cstr(choices[0].value);
}

/* `lock=q&lock=kind` as a form sends it, or `lock=q,kind`. */
static bool is_locked(const struct code *code, const char *name) {
    slice rest = code->page->request->query;
    slice pair;
    while (rest.n > 0 && slice_cut(&rest, '&', &pair)) {
        slice value = SLICE_EMPTY;
        if (!slice_starts_with(pair, SLICE("lock=")) ||
            !query_raw_value(pair, SLICE("lock"), code->page->arena, &value)) {
            continue;
        }
        slice one;
        while (value.n > 0 && slice_cut(&value, ',', &one)) {
            if (slice_equal(one, slice_from_cstr(name))) {
                return true;
            }
        }
    }
    return false;
}

/* What is not the default, in the frame's own words. */
static void read_choices(struct code *code) {
    struct page *page = code->page;
    slice request = page->request->query;
    slice value = SLICE_EMPTY;
    code->view = chosen(code, "view", views, ARRAY_COUNT(views));
    code->look = chosen(code, "look", looks, ARRAY_COUNT(looks));
    /* A box left empty sends nothing: `shown` tells a form from a bare address. */
    bool from_form = query_raw_value(request, SLICE("shown"), page->arena, &value);
    bool has_title = query_raw_value(request, SLICE("title"), page->arena, &value);
    code->has_title = has_title ? !slice_equal(value, SLICE("0")) : !from_form;
    if (!query_raw_value(request, SLICE("height"), page->arena, &value) ||
        !slice_to_u64(value, &code->height) || code->height < HEIGHT_LEAST ||
        code->height > HEIGHT_MOST) {
        code->height = HEIGHT_DEFAULT;
    }
    struct buf locked BUF_CLEANUP = buf_new(256);
    for (size_t i = 0; i < ARRAY_COUNT(locks); i++) {
        if (is_locked(code, locks[i].value)) {
            buf_addf(&locked, "%s%s", locked.n > 0 ? "," : "", locks[i].value);
        }
    }
    code->locked = arena_copy(page->arena, buf_slice(&locked));
    struct buf dress BUF_CLEANUP = buf_new(1024);
    bool plain_view = slice_equal(code->view, SLICE("both"));
    bool plain_look = slice_equal(code->look, SLICE("auto"));
    buf_addf(&dress, "lang_ui=%.*s", SLICE_ARG(page->language_code));
    buf_addf(&dress, "%s%.*s", plain_view ? "" : "&view=", plain_view ? 0 : (int)code->view.n,
             code->view.p);
    buf_addf(&dress, "%s%.*s", locked.n > 0 ? "&lock=" : "", SLICE_ARG(code->locked));
    buf_add_cstr(&dress, code->has_title ? "" : "&title=0");
    buf_addf(&dress, "%s%.*s", plain_look ? "" : "&look=", plain_look ? 0 : (int)code->look.n,
             code->look.p);
    code->preview = link_query(page, "/embed", &code->query, buf_slice(&dress));
    code->source = arena_printf(page->arena, "%.*s%.*s", SLICE_ARG(page->request->base_url),
                                SLICE_ARG(code->preview));
}

static slice frame_title(const struct code *code) {
    struct buf text BUF_CLEANUP = buf_new(512);
    slice name = code->page->face->site_name;
    i18n_tf(code->page->html.language, "Carte et liste de %1", &name, 1, &text);
    return arena_copy(code->page->arena, buf_slice(&text));
}

/* ---- the form ---- */

static void radios(struct code *code, slice legend, const char *key, const struct choice *choices,
                   size_t count, slice now) {
    struct html *html = &code->page->html;
    html_raw(html, "<fieldset><legend>");
    html_text(html, legend);
    html_raw(html, "</legend>\n");
    for (size_t i = 0; i < count; i++) {
        html_raw(html, "<label class=\"check\"><input type=\"radio\"");
        html_attr(html, "name", slice_from_cstr(key));
        html_attr(html, "value", slice_from_cstr(choices[i].value));
        if (slice_equal(now, slice_from_cstr(choices[i].value))) {
            html_raw(html, " checked");
        }
        html_raw(html, "><span>");
        html_text(html, i18n(html->language, choices[i].label));
        html_raw(html, "</span></label>\n");
    }
    html_raw(html, "</fieldset>\n");
}

static void box(struct html *html, const char *name, slice value, slice label, bool checked) {
    html_raw(html, "<label class=\"check\"><input type=\"checkbox\"");
    html_attr(html, "name", slice_from_cstr(name));
    html_attr(html, "value", value);
    if (checked) {
        html_raw(html, " checked");
    }
    html_raw(html, "><span>");
    html_text(html, label);
    html_raw(html, "</span></label>\n");
}

static void form(struct code *code) {
    struct html *html = &code->page->html;
    const struct i18n_language *language = html->language;
    html_raw(html, "<form class=\"code-form panel\" action=\"/embed/code\" method=\"get\">\n");
    part_query_inputs(code->page, &code->query, SLICE_EMPTY);
    html_raw(html, "<input type=\"hidden\" name=\"shown\" value=\"1\">\n");
    radios(code, i18n(language, "Ce qui se voit"), "view", views, ARRAY_COUNT(views), code->view);
    radios(code, i18n(language, "Couleurs"), "look", looks, ARRAY_COUNT(looks), code->look);
    html_raw(html, "<fieldset><legend>");
    html_t(html, "Ce que les personnes ne changent pas");
    html_raw(html, "</legend>\n");
    for (size_t i = 0; i < ARRAY_COUNT(locks); i++) {
        box(html, "lock", slice_from_cstr(locks[i].value), i18n(language, locks[i].label),
            is_locked(code, locks[i].value));
    }
    html_raw(html, "</fieldset>\n<fieldset><legend>");
    html_t(html, "Cadre");
    html_raw(html, "</legend>\n");
    box(html, "title", SLICE("1"), i18n(language, "Montrer le titre"), code->has_title);
    html_raw(html, "<label class=\"code-height\">");
    html_t(html, "Hauteur, en pixels");
    html_raw(html, " <input type=\"number\" name=\"height\" step=\"10\"");
    html_attr_i64(html, "min", HEIGHT_LEAST);
    html_attr_i64(html, "max", HEIGHT_MOST);
    html_attr_i64(html, "value", (int64_t)code->height);
    html_raw(html, "></label>\n</fieldset>\n<p><button class=\"button\" type=\"submit\">");
    html_t(html, "Mettre à jour l’aperçu");
    html_raw(html, "</button></p>\n</form>\n");
}

/* The code as it is pasted: its attribute values are escaped once here, once more on the page. */
static slice frame_code(const struct code *code) {
    struct buf text BUF_CLEANUP = buf_new(16384);
    struct html html = {.out = &text, .language = code->page->html.language};
    html_raw(&html, "<iframe");
    html_attr(&html, "src", code->source);
    html_attr(&html, "title", frame_title(code));
    html_raw(&html, " width=\"100%\"");
    html_attr_i64(&html, "height", (int64_t)code->height);
    html_raw(&html, " loading=\"lazy\" style=\"border:0\"></iframe>");
    return arena_copy(code->page->arena, buf_slice(&text));
}

static void code_and_preview(struct code *code) {
    struct html *html = &code->page->html;
    slice text = frame_code(code);
    html_raw(html, "<section aria-labelledby=\"code-title\">\n<h2 id=\"code-title\">");
    html_t(html, "Code à coller");
    html_raw(html, "</h2>\n<p><label for=\"code\">");
    html_t(html, "Copiez ces lignes dans la page de votre site, à l’endroit voulu.");
    html_raw(html, "</label></p>\n<textarea class=\"code\" id=\"code\" rows=\"6\" readonly "
                   "spellcheck=\"false\">");
    html_text(html, text);
    html_raw(html, "</textarea>\n<p><button class=\"button button--line js-only\" type=\"button\"");
    html_attr(html, "data-copy", text);
    html_attr(html, "data-done", i18n(html->language, "Code copié"));
    html_raw(html, ">");
    page_icon(code->page, "link");
    html_t(html, "Copier le code");
    html_raw(html, "</button></p>\n<p class=\"muted small\">");
    html_t(html,
           "Le cadre prend toute la largeur qu’on lui donne ; changez le nombre après "
           "« height » pour sa hauteur. Il ne dépose rien chez les personnes qui le lisent : ni "
           "cookie, ni mémoire. Les fiches s’ouvrent dans un nouvel onglet.");
    html_raw(html, "</p>\n</section>\n<section aria-labelledby=\"preview-title\">\n"
                   "<h2 id=\"preview-title\">");
    html_t(html, "Aperçu");
    html_raw(html, "</h2>\n<iframe class=\"code-preview\" loading=\"lazy\"");
    html_attr(html, "src", code->preview);
    html_attr(html, "title", frame_title(code));
    html_attr_i64(html, "height", (int64_t)code->height);
    html_raw(html, "></iframe>\n</section>\n");
}

static err write_page(struct code *code) {
    struct page *page = code->page;
    struct html *html = &page->html;
    page->response->extra_csp = "frame-src 'self'";
    page_head(page, &(struct page_head){
                        .title = i18n(html->language, "Intégrer cette carte"),
                        .canonical = link_query(page, "/embed/code", &code->query, SLICE_EMPTY),
                        .sheet = SLICE(ASSET_SHARE_CSS),
                        .section = PAGE_OTHER,
                        .not_indexed = true,
                    });
    html_raw(html, "<main id=\"main\" class=\"wrap page\" tabindex=\"-1\">\n<div><h1>");
    html_t(html, "Intégrer cette carte");
    html_raw(html, "</h1>\n<p class=\"lead measure\">");
    html_t(html, "Montrez ces résultats sur votre site. Ils y restent à jour d’eux-mêmes.");
    html_raw(html, "</p></div>\n<div class=\"code-columns\">\n");
    form(code);
    html_raw(html, "<div class=\"code-result\">\n");
    code_and_preview(code);
    html_raw(html, "</div>\n</div>\n<p><a");
    html_attr(html, "href", link_explore(page, &code->query));
    html_raw(html, ">");
    html_t(html, "Revenir aux résultats");
    html_raw(html, "</a></p>\n</main>\n");
    page_foot(page);
    return html->out->failed;
}

err web_embed_code(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    struct page page = page_begin(app, request, response);
    struct code code = {.page = &page};
    err parsed =
        query_parse(request->query, QUERY_PAGE, code_keys, page.arena, &code.query, &code.problems);
    if (parsed != OK) {
        return problem_set(problem, parsed, "", "the address is too long");
    }
    code.query.cursor = SLICE_EMPTY;
    read_choices(&code);
    return write_page(&code);
}
