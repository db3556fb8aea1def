#include "html/from_html.h"
#include "html/html.h"

#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <string.h>

#define ADDRESS_MAX 2000

/* What an element does to the text inside it. */
enum effect {
    EFFECT_NONE,
    EFFECT_BLOCK, /* a paragraph of its own */
    EFFECT_BREAK,
    EFFECT_RULE,
    EFFECT_BOLD,
    EFFECT_ITALIC,
    EFFECT_CODE,
    EFFECT_PRE,
    EFFECT_LINK,
    EFFECT_LIST,
    EFFECT_ORDERED,
    EFFECT_ITEM,
    EFFECT_HEADING,
    EFFECT_QUOTE,
    EFFECT_ROW,
    EFFECT_CELL,
    EFFECT_PICTURE,
    EFFECT_FRAME, /* a film, a map: what is left is its address */
    EFFECT_DROP,
};

/* Sorted by name. Names that are not here are no HTML to us. */
static const struct {
    const char *name;
    enum effect effect;
} elements[] = {
    {"a", EFFECT_LINK},         {"abbr", EFFECT_NONE},        {"address", EFFECT_BLOCK},
    {"article", EFFECT_BLOCK},  {"b", EFFECT_BOLD},           {"blockquote", EFFECT_QUOTE},
    {"body", EFFECT_NONE},      {"br", EFFECT_BREAK},         {"button", EFFECT_DROP},
    {"caption", EFFECT_BLOCK},  {"center", EFFECT_BLOCK},     {"cite", EFFECT_ITALIC},
    {"code", EFFECT_CODE},      {"dd", EFFECT_BLOCK},         {"del", EFFECT_NONE},
    {"details", EFFECT_BLOCK},  {"div", EFFECT_BLOCK},        {"dl", EFFECT_BLOCK},
    {"dt", EFFECT_BLOCK},       {"em", EFFECT_ITALIC},        {"embed", EFFECT_FRAME},
    {"fieldset", EFFECT_BLOCK}, {"figcaption", EFFECT_BLOCK}, {"figure", EFFECT_BLOCK},
    {"font", EFFECT_NONE},      {"footer", EFFECT_BLOCK},     {"form", EFFECT_BLOCK},
    {"h1", EFFECT_HEADING},     {"h2", EFFECT_HEADING},       {"h3", EFFECT_HEADING},
    {"h4", EFFECT_HEADING},     {"h5", EFFECT_HEADING},       {"h6", EFFECT_HEADING},
    {"head", EFFECT_DROP},      {"header", EFFECT_BLOCK},     {"hr", EFFECT_RULE},
    {"html", EFFECT_NONE},      {"i", EFFECT_ITALIC},         {"iframe", EFFECT_FRAME},
    {"img", EFFECT_PICTURE},    {"input", EFFECT_DROP},       {"ins", EFFECT_NONE},
    {"label", EFFECT_NONE},     {"li", EFFECT_ITEM},          {"main", EFFECT_BLOCK},
    {"mark", EFFECT_NONE},      {"nav", EFFECT_BLOCK},        {"noscript", EFFECT_NONE},
    {"object", EFFECT_NONE},    {"ol", EFFECT_ORDERED},       {"p", EFFECT_BLOCK},
    {"pre", EFFECT_PRE},        {"q", EFFECT_NONE},           {"s", EFFECT_NONE},
    {"script", EFFECT_DROP},    {"section", EFFECT_BLOCK},    {"select", EFFECT_DROP},
    {"small", EFFECT_NONE},     {"span", EFFECT_NONE},        {"strike", EFFECT_NONE},
    {"strong", EFFECT_BOLD},    {"style", EFFECT_DROP},       {"sub", EFFECT_NONE},
    {"summary", EFFECT_BLOCK},  {"sup", EFFECT_NONE},         {"svg", EFFECT_DROP},
    {"table", EFFECT_BLOCK},    {"tbody", EFFECT_NONE},       {"td", EFFECT_CELL},
    {"textarea", EFFECT_DROP},  {"tfoot", EFFECT_NONE},       {"th", EFFECT_CELL},
    {"thead", EFFECT_NONE},     {"time", EFFECT_NONE},        {"title", EFFECT_DROP},
    {"tr", EFFECT_ROW},         {"tt", EFFECT_CODE},          {"u", EFFECT_NONE},
    {"ul", EFFECT_LIST},
};

static bool element_find(slice name, enum effect *effect) {
    for (size_t i = 0; i < ARRAY_COUNT(elements); i++) {
        if (slice_equal_ascii_nocase(name, slice_from_cstr(elements[i].name))) {
            *effect = elements[i].effect;
            return true;
        }
    }
    return false;
}

static bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_word_byte(char c) {
    return is_name_byte(c) || (unsigned char)c >= 0x80;
}

/* A tag at `at`, where "<" stands: a name that we know, and its ">" not far. */
static bool is_tag(slice text, size_t at) {
    size_t from = at + 1 + (at + 1 < text.n && text.p[at + 1] == '/');
    size_t end = from;
    enum effect effect;
    while (end < text.n && is_name_byte(text.p[end])) {
        end++;
    }
    if (slice_starts_with(slice_sub(text, at, text.n), SLICE("<!--"))) {
        return slice_find_slice(text, at, SLICE("-->")) < text.n;
    }
    size_t close = slice_find(text, end, '>');
    return close < text.n && slice_find(text, end, '<') > close && end < text.n &&
           memchr(" \t\r\n/>", text.p[end], 6) != NULL &&
           element_find(slice_sub(text, from, end - from), &effect);
}

/* "&eacute;", "&#233;", "&#xE9;". */
static bool is_reference(slice text, size_t at) {
    size_t from = at + 1;
    size_t end = from;
    bool number = from < text.n && text.p[from] == '#';
    end += number;
    while (end < text.n && is_name_byte(text.p[end]) && end - from < 10) {
        end++;
    }
    if (end == text.n || text.p[end] != ';' || end - from < 2) {
        return false;
    }
    char name[16] = {0};
    memcpy(name, text.p + from, end - from);
    return number || htmlEntityLookup((const xmlChar *)name) != NULL;
}

bool html_is_markup(slice text) {
    for (size_t at = slice_find(text, 0, '<'); at < text.n; at = slice_find(text, at + 1, '<')) {
        if (is_tag(text, at)) {
            return true;
        }
    }
    for (size_t at = slice_find(text, 0, '&'); at < text.n; at = slice_find(text, at + 1, '&')) {
        if (is_reference(text, at)) {
            return true;
        }
    }
    return false;
}

/* Text under way. What is inside a mark, an item or a quote is written by a writer of its own. */
struct writer {
    struct buf out;
    bool plain, in_pre, in_code;
    unsigned lines;     /* line ends that stand before the next text: 0, 1, 2 */
    bool hard;          /* the one line end is a hard one */
    bool space;         /* a space stands before the next text */
    bool at_start;      /* of a block: signs that open blocks are escaped */
    bool leading_space; /* a space stood before the first word */
};

static struct writer writer_inside(const struct writer *w) {
    return (struct writer){.out = buf_new(w->out.limit),
                           .plain = w->plain,
                           .in_pre = w->in_pre,
                           .in_code = w->in_code,
                           .at_start = true};
}

static void lines_want(struct writer *w, unsigned lines) {
    w->lines = w->lines > lines ? w->lines : lines;
    w->space = false;
}

/* Writes what waits before a text. */
static void gap_write(struct writer *w) {
    if (w->out.n == 0) {
        w->at_start = true;
        w->leading_space = w->space;
    } else if (w->lines > 0 && w->plain) {
        buf_add_char(&w->out, ' ');
    } else if (w->lines > 0) {
        buf_add(&w->out, w->lines > 1 ? SLICE("\n\n") : w->hard ? SLICE("\\\n") : SLICE("\n"));
        w->at_start = true;
    } else if (w->space) {
        buf_add_char(&w->out, ' ');
    }
    w->lines = 0;
    w->hard = false;
    w->space = false;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* "12." and "-" at the start of a block would open a list, "#" a heading. */
static slice block_sign_escape(struct writer *w, slice word) {
    size_t digits = 0;
    while (digits < word.n && word.p[digits] >= '0' && word.p[digits] <= '9') {
        digits++;
    }
    if (digits > 0 && digits < 10 && digits < word.n &&
        (word.p[digits] == '.' || word.p[digits] == ')')) {
        buf_add(&w->out, slice_sub(word, 0, digits));
        buf_add_char(&w->out, '\\');
        return slice_sub(word, digits, word.n);
    }
    if (memchr("#+-=", word.p[0], 4) != NULL) {
        buf_add_char(&w->out, '\\');
    }
    return word;
}

static void word_write(struct writer *w, slice word) {
    bool escape = !w->plain && !w->in_code;
    gap_write(w);
    if (escape && w->at_start) {
        word = block_sign_escape(w, word);
    }
    w->at_start = false;
    for (size_t i = 0; i < word.n; i++) {
        if (escape && memchr("\\`*_[]<>|~", word.p[i], 10) != NULL) {
            buf_add_char(&w->out, '\\');
        }
        buf_add_char(&w->out, word.p[i]);
    }
}

static void text_write(struct writer *w, slice text) {
    for (size_t i = 0; i < text.n;) {
        size_t from = i;
        bool blank = is_space(text.p[i]);
        bool line = false;
        while (i < text.n && is_space(text.p[i]) == blank) {
            line = line || text.p[i] == '\n';
            i++;
        }
        if (!blank) {
            word_write(w, slice_sub(text, from, i - from));
        } else if (w->in_pre && line && w->lines == 0) {
            w->lines = 1;
            w->hard = true;
        } else if (w->lines == 0) {
            w->space = true;
        }
    }
}

static slice attribute(const xmlNode *node, const char *name) {
    for (const xmlAttr *at = node->properties; at != NULL; at = at->next) {
        if (strcmp((const char *)at->name, name) == 0 && at->children != NULL &&
            at->children->content != NULL) {
            return slice_trim(slice_from_cstr((const char *)at->children->content));
        }
    }
    return SLICE_EMPTY;
}

/* An address inside <…>: no signs that would end it. */
static bool address_is_usable(slice address) {
    for (size_t i = 0; i < address.n; i++) {
        if ((unsigned char)address.p[i] <= ' ' || memchr("<>\\", address.p[i], 3) != NULL) {
            return false;
        }
    }
    return address.n > 0 && address.n <= ADDRESS_MAX && html_url_is_safe(address);
}

static void nodes_write(struct writer *w, const xmlNode *first, unsigned depth);

/* Marks stick to the text inside them: none around nothing, none around blocks, none within a
 * word. */
static void marked_write(struct writer *w, const xmlNode *node, const char *mark, unsigned depth) {
    struct writer inner = writer_inside(w);
    bool code = mark[0] == '`';
    inner.in_code = inner.in_code || code;
    nodes_write(&inner, node->children, depth);
    slice text = buf_slice(&inner.out);
    bool within_word =
        w->out.n > 0 && w->lines == 0 && !w->space && is_word_byte(w->out.p[w->out.n - 1]);
    bool simple = text.n > 0 && slice_find(text, 0, '\n') == text.n && !within_word && !w->plain &&
                  !w->in_code && (!code || slice_find(text, 0, '`') == text.n);
    w->space = w->space || inner.leading_space;
    if (text.n > 0) { /* never written twice: that would double with each level */
        if (slice_find(text, 0, '\n') < text.n) {
            lines_want(w, 1);
        }
        gap_write(w);
        w->at_start = false;
        buf_add_cstr(&w->out, simple ? mark : "");
        buf_add(&w->out, text);
        buf_add_cstr(&w->out, simple ? mark : "");
        w->lines = inner.lines;
        w->hard = inner.hard;
        /* "**Prix :**5" would not close (CommonMark, flanking runs): a space behind it. */
        w->space = inner.space || (simple && !is_word_byte(text.p[text.n - 1]));
    }
    buf_free(&inner.out);
}

/* A link with its text; one around blocks stands by itself before them. */
static void link_write(struct writer *w, const xmlNode *node, slice address, unsigned depth) {
    if (w->plain || w->in_code || !address_is_usable(address)) {
        nodes_write(w, node->children, depth);
        return;
    }
    struct writer inner = writer_inside(w);
    nodes_write(&inner, node->children, depth);
    slice text = buf_slice(&inner.out);
    bool blocks = slice_find(text, 0, '\n') < text.n;
    w->space = w->space || inner.leading_space;
    gap_write(w);
    w->at_start = false;
    if (text.n == 0 || blocks || slice_find_slice(text, 0, SLICE("](")) < text.n) {
        buf_addf(&w->out, "<%.*s>", SLICE_ARG(address));
        buf_add(&w->out, text.n > 0 ? SLICE("\n\n") : SLICE_EMPTY);
        buf_add(&w->out, text);
        w->lines = inner.lines;
    } else {
        buf_add_char(&w->out, '[');
        buf_add(&w->out, text);
        buf_addf(&w->out, "](<%.*s>)", SLICE_ARG(address));
        w->space = inner.space;
    }
    buf_free(&inner.out);
}

/* An item, a quote: its lines behind a mark. */
static void indented_write(struct writer *w, const xmlNode *node, slice mark, slice indent,
                           unsigned lines, unsigned depth) {
    struct writer inner = writer_inside(w);
    slice line;
    nodes_write(&inner, node->children, depth);
    slice rest = buf_slice(&inner.out);
    if (rest.n > 0) {
        lines_want(w, lines);
        gap_write(w);
        buf_add(&w->out, w->plain ? SLICE_EMPTY : mark);
        for (bool first = true; slice_cut(&rest, '\n', &line); first = false) {
            if (!first) {
                buf_add_char(&w->out, '\n');
                buf_add(&w->out, line.n > 0 ? indent : slice_trim(indent));
            }
            buf_add(&w->out, line);
        }
        w->at_start = false;
        lines_want(w, lines);
    }
    buf_free(&inner.out);
}

static void list_write(struct writer *w, const xmlNode *list, bool ordered, unsigned depth) {
    unsigned number = 1;
    lines_want(w, 2);
    for (const xmlNode *item = list->children; item != NULL; item = item->next) {
        char mark[16] = "- ";
        if (item->type != XML_ELEMENT_NODE) {
            continue;
        }
        if (ordered) {
            snprintf(mark, sizeof mark, "%u. ", number++);
        }
        indented_write(w, item, slice_from_cstr(mark), ordered ? SLICE("   ") : SLICE("  "), 1,
                       depth);
    }
    lines_want(w, 2);
}

/* "<h1>" begins at the second level: the page has its title. */
static void heading_write(struct writer *w, const xmlNode *node, unsigned depth) {
    struct writer inner = writer_inside(w);
    unsigned level = (unsigned)(node->name[1] - '0');
    nodes_write(&inner, node->children, depth);
    slice rest = buf_slice(&inner.out);
    slice line;
    lines_want(w, 2);
    if (rest.n > 0) {
        gap_write(w);
        for (unsigned i = 0; i < level && !w->plain; i++) {
            buf_add_char(&w->out, '#');
        }
        buf_add(&w->out, w->plain ? SLICE_EMPTY : SLICE(" "));
        for (bool first = true; slice_cut(&rest, '\n', &line); first = false) {
            buf_add(&w->out, first || line.n == 0 ? SLICE_EMPTY : SLICE(" "));
            buf_add(&w->out,
                    slice_ends_with(line, SLICE("\\")) ? slice_sub(line, 0, line.n - 1) : line);
        }
        w->at_start = false;
    }
    lines_want(w, 2);
    buf_free(&inner.out);
}

static void row_write(struct writer *w, const xmlNode *row, unsigned depth) {
    bool first = true;
    lines_want(w, 1);
    w->hard = w->lines == 1;
    for (const xmlNode *cell = row->children; cell != NULL; cell = cell->next) {
        struct writer inner = writer_inside(w);
        slice line;
        if (cell->type == XML_ELEMENT_NODE) {
            nodes_write(&inner, cell->children, depth);
        }
        slice rest = buf_slice(&inner.out);
        if (rest.n > 0) {
            gap_write(w);
            buf_add(&w->out, first ? SLICE_EMPTY : SLICE(" · "));
            first = false;
            while (slice_cut(&rest, '\n', &line)) {
                buf_add(&w->out, line);
                buf_add(&w->out, rest.p != NULL && line.n > 0 ? SLICE(" ") : SLICE_EMPTY);
            }
            w->at_start = false;
        }
        buf_free(&inner.out);
    }
    lines_want(w, 1);
    w->hard = w->lines == 1;
}

static void frame_write(struct writer *w, const xmlNode *node) {
    slice address = attribute(node, "src");
    if (slice_starts_with(address, SLICE("//"))) {
        address = slice_sub(address, 2, address.n);
    }
    lines_want(w, 2);
    if (!w->plain && address_is_usable(address)) {
        gap_write(w);
        buf_addf(&w->out, "<%.*s>", SLICE_ARG(address));
    }
    lines_want(w, 2);
}

static void element_write(struct writer *w, const xmlNode *node, unsigned depth) {
    enum effect effect = EFFECT_NONE;
    bool pre = w->in_pre;
    (void)element_find(slice_from_cstr((const char *)node->name), &effect);
    switch (effect) {
    case EFFECT_NONE:
        nodes_write(w, node->children, depth);
        break;
    case EFFECT_BLOCK:
    case EFFECT_PRE:
        w->in_pre = pre || effect == EFFECT_PRE;
        lines_want(w, 2);
        nodes_write(w, node->children, depth);
        lines_want(w, 2);
        w->in_pre = pre;
        break;
    case EFFECT_BREAK:
        lines_want(w, w->lines == 1 ? 2 : 1); /* two breaks are a new paragraph */
        w->hard = true;
        break;
    case EFFECT_RULE:
        lines_want(w, 2);
        break;
    case EFFECT_BOLD:
        marked_write(w, node, "**", depth);
        break;
    case EFFECT_ITALIC:
        marked_write(w, node, "*", depth);
        break;
    case EFFECT_CODE:
        marked_write(w, node, "`", depth);
        break;
    case EFFECT_LINK:
        link_write(w, node, attribute(node, "href"), depth);
        break;
    case EFFECT_LIST:
    case EFFECT_ORDERED:
        list_write(w, node, effect == EFFECT_ORDERED, depth);
        break;
    case EFFECT_ITEM: /* without its list */
        indented_write(w, node, SLICE("- "), SLICE("  "), 1, depth);
        break;
    case EFFECT_HEADING:
        heading_write(w, node, depth);
        break;
    case EFFECT_QUOTE:
        indented_write(w, node, SLICE("> "), SLICE("> "), 2, depth);
        break;
    case EFFECT_ROW:
        row_write(w, node, depth);
        break;
    case EFFECT_CELL:
        nodes_write(w, node->children, depth);
        w->space = true;
        break;
    case EFFECT_PICTURE:
        text_write(w, attribute(node, "alt"));
        break;
    case EFFECT_FRAME:
        frame_write(w, node);
        break;
    case EFFECT_DROP:
        break;
    }
}

static void nodes_write(struct writer *w, const xmlNode *first, unsigned depth) {
    for (const xmlNode *node = first; node != NULL; node = node->next) {
        if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
            text_write(w, slice_from_cstr((const char *)node->content));
        } else if (node->type == XML_ELEMENT_NODE && depth < HTML_SOURCE_DEEP) {
            element_write(w, node, depth + 1);
        }
    }
}

static err convert(slice html, bool plain, struct buf *out) {
    if (html.n > HTML_SOURCE_MAX) {
        return ERR_LIMIT;
    }
    htmlDocPtr document =
        htmlReadMemory(html.p, (int)html.n, NULL, "UTF-8",
                       HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                           HTML_PARSE_NONET | HTML_PARSE_COMPACT);
    if (document == NULL) {
        return html.n == 0 ? OK : ERR_MEMORY;
    }
    struct writer w = {.out = buf_new(out->limit), .plain = plain, .at_start = true};
    nodes_write(&w, document->children, 0);
    xmlFreeDoc(document);
    err failed = w.out.failed;
    if (failed == OK) {
        buf_add(out, buf_slice(&w.out));
        failed = out->failed;
    }
    buf_free(&w.out);
    return failed;
}

err html_to_markdown(slice html, struct buf *out) {
    return convert(html, false, out);
}

err html_to_plain(slice html, struct buf *out) {
    return convert(html, true, out);
}
