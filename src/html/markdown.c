#include "html/html.h"

#include <pthread.h>
#include <string.h>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>

/* Blocks nested deeper than anyone writes keep their text and lose their tags. */
#define MARKDOWN_DEPTH_MAX 100
/* A row of a table takes cmark-gfm a time that grows with the square of its cells. */
#define MARKDOWN_CELLS_MAX 64

/* cmark-gfm parses; the tags are written here, so that raw HTML never passes and every link is
 * checked. (md4c 0.4, which Debian 12 has, reads behind the end of what it is given.) */
struct writer {
    struct html *html;
    unsigned heading_level;
    unsigned depth;
    unsigned image_depth; /* inside an image only its alternative text is written */
    bool in_head;         /* of a table */
};

static pthread_once_t registered = PTHREAD_ONCE_INIT;

static void heading(struct writer *writer, cmark_node *node, bool open) {
    unsigned shown = (unsigned)cmark_node_get_heading_level(node) + writer->heading_level - 1;
    buf_addf(writer->html->out, open ? "<h%u>" : "</h%u>\n", shown > 6 ? 6 : shown);
}

static void list(struct writer *writer, cmark_node *node, bool open) {
    struct html *html = writer->html;
    if (cmark_node_get_list_type(node) == CMARK_BULLET_LIST) {
        buf_add_cstr(html->out, open ? "<ul>\n" : "</ul>\n");
    } else if (!open) {
        html_raw(html, "</ol>\n");
    } else if (cmark_node_get_list_start(node) == 1) {
        html_raw(html, "<ol>\n");
    } else {
        html_raw(html, "<ol");
        html_attr_i64(html, "start", cmark_node_get_list_start(node));
        html_raw(html, ">\n");
    }
}

/* Paragraphs of a tight list are the text of their item. */
static bool is_tight(cmark_node *paragraph) {
    cmark_node *item = cmark_node_parent(paragraph);
    cmark_node *of = item == NULL ? NULL : cmark_node_parent(item);
    return of != NULL && cmark_node_get_type(of) == CMARK_NODE_LIST &&
           cmark_node_get_list_tight(of);
}

static void link_write(struct writer *writer, cmark_node *node, bool open) {
    struct html *html = writer->html;
    slice url = slice_from_cstr(cmark_node_get_url(node));
    if (!html_url_is_safe(url)) { /* its text stays */
        return;
    }
    if (!open) {
        html_raw(html, "</a>");
        return;
    }
    html_raw(html, "<a rel=\"nofollow ugc noopener\"");
    html_attr(html, "href", url);
    html_raw(html, ">");
}

static void text(struct writer *writer, cmark_node *node) {
    html_text(writer->html, slice_from_cstr(cmark_node_get_literal(node)));
}

/* Nodes of the extensions have no constant; they are known by their names. */
static bool is_sort(cmark_node *node, const char *name) {
    return strcmp(cmark_node_get_type_string(node), name) == 0;
}

static void table(struct writer *writer, cmark_node *node, bool open) {
    struct html *html = writer->html;
    if (is_sort(node, "table")) {
        cmark_node *second = cmark_node_next(cmark_node_first_child(node));
        buf_add_cstr(html->out, open             ? "<table>\n"
                                : second != NULL ? "</tbody>\n</table>\n"
                                                 : "</table>\n");
    } else if (is_sort(node, "table_header")) {
        writer->in_head = open;
        buf_add_cstr(html->out, open ? "<thead>\n<tr>" : "</tr>\n</thead>\n");
        if (!open && cmark_node_next(node) != NULL) {
            html_raw(html, "<tbody>\n");
        }
    } else if (is_sort(node, "table_row")) {
        buf_add_cstr(html->out, open ? "<tr>" : "</tr>\n");
    } else if (is_sort(node, "table_cell") && writer->in_head) {
        buf_add_cstr(html->out, open ? "<th scope=\"col\">" : "</th>");
    } else if (is_sort(node, "table_cell")) {
        buf_add_cstr(html->out, open ? "<td>" : "</td>");
    } else if (is_sort(node, "strikethrough")) {
        buf_add_cstr(html->out, open ? "<del>" : "</del>");
    }
}

static bool is_node(cmark_node *node, cmark_node_type type) {
    return cmark_node_get_type(node) == type;
}

/* Nodes that hold text and no others. */
static bool leaf(struct writer *writer, cmark_node *node) {
    struct html *html = writer->html;
    if (is_node(node, CMARK_NODE_TEXT) || is_node(node, CMARK_NODE_HTML_INLINE)) {
        text(writer, node);
    } else if (is_node(node, CMARK_NODE_SOFTBREAK)) {
        html_raw(html, "\n");
    } else if (is_node(node, CMARK_NODE_LINEBREAK)) {
        html_raw(html, "<br>\n");
    } else if (is_node(node, CMARK_NODE_THEMATIC_BREAK)) {
        html_raw(html, "<hr>\n");
    } else if (is_node(node, CMARK_NODE_CODE)) {
        html_raw(html, "<code>");
        text(writer, node);
        html_raw(html, "</code>");
    } else if (is_node(node, CMARK_NODE_CODE_BLOCK)) {
        html_raw(html, "<pre><code>");
        text(writer, node);
        html_raw(html, "</code></pre>\n");
    } else if (is_node(node, CMARK_NODE_HTML_BLOCK)) { /* what it says is shown, not obeyed */
        html_raw(html, "<p>");
        html_text(html, slice_trim(slice_from_cstr(cmark_node_get_literal(node))));
        html_raw(html, "</p>\n");
    } else {
        return false;
    }
    return true;
}

static void container(struct writer *writer, cmark_node *node, bool open) {
    struct buf *out = writer->html->out;
    if (is_node(node, CMARK_NODE_HEADING)) {
        heading(writer, node, open);
    } else if (is_node(node, CMARK_NODE_LIST)) {
        list(writer, node, open);
    } else if (is_node(node, CMARK_NODE_ITEM)) {
        buf_add_cstr(out, open ? "<li>" : "</li>\n");
    } else if (is_node(node, CMARK_NODE_BLOCK_QUOTE)) {
        buf_add_cstr(out, open ? "<blockquote>\n" : "</blockquote>\n");
    } else if (is_node(node, CMARK_NODE_PARAGRAPH)) {
        if (!is_tight(node)) {
            buf_add_cstr(out, open ? "<p>" : "</p>\n");
        }
    } else if (is_node(node, CMARK_NODE_EMPH)) {
        buf_add_cstr(out, open ? "<em>" : "</em>");
    } else if (is_node(node, CMARK_NODE_STRONG)) {
        buf_add_cstr(out, open ? "<strong>" : "</strong>");
    } else if (is_node(node, CMARK_NODE_LINK)) {
        link_write(writer, node, open);
    } else {
        table(writer, node, open);
    }
}

static void walk(struct writer *writer, cmark_iter *iter) {
    for (cmark_event_type event = cmark_iter_next(iter); event != CMARK_EVENT_DONE;
         event = cmark_iter_next(iter)) {
        cmark_node *node = cmark_iter_get_node(iter);
        if (leaf(writer, node)) {
            continue;
        }
        bool open = event == CMARK_EVENT_ENTER;
        if (is_node(node, CMARK_NODE_IMAGE)) {
            writer->image_depth = open ? writer->image_depth + 1 : writer->image_depth - 1;
            continue;
        }
        writer->depth += open;
        if (writer->depth <= MARKDOWN_DEPTH_MAX && writer->image_depth == 0) {
            container(writer, node, open);
        }
        writer->depth -= !open;
    }
}

static bool has_endless_row(slice markdown) {
    slice rest = markdown;
    slice line;
    while (slice_cut(&rest, '\n', &line)) {
        size_t cells = 0;
        for (size_t at = slice_find(line, 0, '|'); at < line.n;
             at = slice_find(line, at + 1, '|')) {
            cells++;
        }
        if (cells > MARKDOWN_CELLS_MAX) {
            return true;
        }
    }
    return false;
}

static cmark_node *parse(slice markdown) {
    static const char *const extensions[] = {"autolink", "strikethrough", "table"};
    size_t used = has_endless_row(markdown) ? 2 : ARRAY_COUNT(extensions);
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_VALIDATE_UTF8);
    for (size_t i = 0; i < used; i++) {
        cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(extensions[i]));
    }
    cmark_parser_feed(parser, markdown.p, markdown.n);
    cmark_node *root = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    return root;
}

err html_markdown(struct html *html, slice markdown, unsigned heading_level) {
    if (markdown.n > HTML_MARKDOWN_MAX) {
        return ERR_LIMIT;
    }
    /* The library keeps its extensions in a list of its own, filled once. */
    pthread_once(&registered, cmark_gfm_core_extensions_ensure_registered);
    struct writer writer = {.html = html, .heading_level = heading_level};
    cmark_node *root = parse(markdown);
    cmark_iter *iter = cmark_iter_new(root);
    walk(&writer, iter);
    cmark_iter_free(iter);
    cmark_node_free(root);
    return html->out->failed;
}
