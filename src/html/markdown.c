#include "html/html.h"

#include <md4c.h>

#define MARKDOWN_DEPTH_MAX 100

/* md4c parses; the tags are written here, so that raw HTML never passes and every
 * link is checked. */
struct writer {
    struct html *html;
    unsigned heading_level;
    unsigned image_depth; /* inside an image only its alternative text is written */
    unsigned depth;
    bool in_head;
    /* whether each open link was written: a refused address leaves its text only */
    bool links[MARKDOWN_DEPTH_MAX];
    unsigned link_count;
};

static void heading(struct writer *writer, unsigned level, bool open) {
    unsigned shown = level + writer->heading_level - 1;
    if (shown > 6) {
        shown = 6;
    }
    buf_addf(writer->html->out, open ? "<h%u>" : "</h%u>\n", shown);
}

static void list_start(struct writer *writer, const MD_BLOCK_OL_DETAIL *detail) {
    html_raw(writer->html, "<ol");
    if (detail->start != 1) {
        html_attr_i64(writer->html, "start", detail->start);
    }
    html_raw(writer->html, ">\n");
}

static int block(struct writer *writer, MD_BLOCKTYPE type, void *detail, bool open) {
    struct html *html = writer->html;
    static const struct {
        slice open, close;
    } plain[] = {
        [MD_BLOCK_QUOTE] = {{"<blockquote>\n", 13}, {"</blockquote>\n", 14}},
        [MD_BLOCK_UL] = {{"<ul>\n", 5}, {"</ul>\n", 6}},
        [MD_BLOCK_LI] = {{"<li>", 4}, {"</li>\n", 6}},
        [MD_BLOCK_CODE] = {{"<pre><code>", 11}, {"</code></pre>\n", 14}},
        [MD_BLOCK_P] = {{"<p>", 3}, {"</p>\n", 5}},
        [MD_BLOCK_TABLE] = {{"<table>\n", 8}, {"</table>\n", 9}},
        [MD_BLOCK_THEAD] = {{"<thead>\n", 8}, {"</thead>\n", 9}},
        [MD_BLOCK_TBODY] = {{"<tbody>\n", 8}, {"</tbody>\n", 9}},
        [MD_BLOCK_TR] = {{"<tr>", 4}, {"</tr>\n", 6}},
        [MD_BLOCK_TH] = {{"<th scope=\"col\">", 16}, {"</th>", 5}},
        [MD_BLOCK_TD] = {{"<td>", 4}, {"</td>", 5}},
    };
    switch (type) {
    case MD_BLOCK_H:
        heading(writer, ((const MD_BLOCK_H_DETAIL *)detail)->level, open);
        return 0;
    case MD_BLOCK_HR:
        if (open) {
            html_raw(html, "<hr>\n");
        }
        return 0;
    case MD_BLOCK_OL:
        if (open) {
            list_start(writer, detail);
        } else {
            html_raw(html, "</ol>\n");
        }
        return 0;
    case MD_BLOCK_DOC:
    case MD_BLOCK_HTML:
        return 0;
    case MD_BLOCK_QUOTE:
    case MD_BLOCK_UL:
    case MD_BLOCK_LI:
    case MD_BLOCK_CODE:
    case MD_BLOCK_P:
    case MD_BLOCK_TABLE:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
    case MD_BLOCK_TR:
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        buf_add(html->out, open ? plain[type].open : plain[type].close);
        return 0;
    }
    return 0;
}

static void attribute_text(const MD_ATTRIBUTE *attribute, struct buf *out) {
    buf_add_bytes(out, attribute->text, attribute->size);
}

static void link_start(struct writer *writer, const MD_ATTRIBUTE *target) {
    struct buf url BUF_CLEANUP = buf_new(4096);
    attribute_text(target, &url);
    bool written = writer->link_count < MARKDOWN_DEPTH_MAX && url.failed == OK &&
                   html_url_is_safe(buf_slice(&url));
    if (written) {
        html_raw(writer->html, "<a rel=\"nofollow ugc noopener\"");
        html_attr(writer->html, "href", buf_slice(&url));
        html_raw(writer->html, ">");
    }
    if (writer->link_count < MARKDOWN_DEPTH_MAX) {
        writer->links[writer->link_count] = written;
    }
    writer->link_count++;
}

static void link_end(struct writer *writer) {
    writer->link_count--;
    if (writer->link_count < MARKDOWN_DEPTH_MAX && writer->links[writer->link_count]) {
        html_raw(writer->html, "</a>");
    }
}

static int span(struct writer *writer, MD_SPANTYPE type, void *detail, bool open) {
    struct html *html = writer->html;
    if (type == MD_SPAN_IMG) {
        writer->image_depth = open ? writer->image_depth + 1 : writer->image_depth - 1;
        return 0;
    }
    if (writer->image_depth > 0) {
        return 0;
    }
    static const struct {
        slice open, close;
    } plain[] = {
        [MD_SPAN_EM] = {{"<em>", 4}, {"</em>", 5}},
        [MD_SPAN_STRONG] = {{"<strong>", 8}, {"</strong>", 9}},
        [MD_SPAN_CODE] = {{"<code>", 6}, {"</code>", 7}},
        [MD_SPAN_DEL] = {{"<del>", 5}, {"</del>", 6}},
    };
    switch (type) {
    case MD_SPAN_A:
        if (open) {
            link_start(writer, &((const MD_SPAN_A_DETAIL *)detail)->href);
        } else {
            link_end(writer);
        }
        return 0;
    case MD_SPAN_EM:
    case MD_SPAN_STRONG:
    case MD_SPAN_CODE:
    case MD_SPAN_DEL:
        buf_add(html->out, open ? plain[type].open : plain[type].close);
        return 0;
    case MD_SPAN_IMG:
    case MD_SPAN_LATEXMATH:
    case MD_SPAN_LATEXMATH_DISPLAY:
    case MD_SPAN_WIKILINK:
    case MD_SPAN_U:
        return 0;
    }
    return 0;
}

/* Blocks nested deeper than anyone writes keep their text and lose their tags. (Giving up instead
 * is no way out: md4c 0.4 then ends early and reports success.) */
static int enter_block(MD_BLOCKTYPE type, void *detail, void *self) {
    struct writer *writer = self;
    return ++writer->depth > MARKDOWN_DEPTH_MAX ? 0 : block(writer, type, detail, true);
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *self) {
    struct writer *writer = self;
    return writer->depth-- > MARKDOWN_DEPTH_MAX ? 0 : block(writer, type, detail, false);
}

static int enter_span(MD_SPANTYPE type, void *detail, void *self) {
    return span(self, type, detail, true);
}

static int leave_span(MD_SPANTYPE type, void *detail, void *self) {
    return span(self, type, detail, false);
}

static int text(MD_TEXTTYPE type, const MD_CHAR *bytes, MD_SIZE size, void *self) {
    struct html *html = ((struct writer *)self)->html;
    switch (type) {
    case MD_TEXT_NULLCHAR:
        buf_add_utf8(html->out, 0xfffd);
        return 0;
    case MD_TEXT_BR:
        html_raw(html, "<br>\n");
        return 0;
    case MD_TEXT_SOFTBR:
        html_raw(html, "\n");
        return 0;
    case MD_TEXT_ENTITY: /* md4c has checked its form; what it names stays text */
        buf_add_bytes(html->out, bytes, size);
        return 0;
    case MD_TEXT_NORMAL:
    case MD_TEXT_CODE:
    case MD_TEXT_HTML:
    case MD_TEXT_LATEXMATH:
        html_text(html, slice_of(bytes, size));
        return 0;
    }
    return 0;
}

err html_markdown(struct html *html, slice markdown, unsigned heading_level) {
    struct writer writer = {.html = html, .heading_level = heading_level};
    MD_PARSER parser = {
        .flags = MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH |
                 MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_PERMISSIVEEMAILAUTOLINKS,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = text,
    };
    if (markdown.n > UINT32_MAX) {
        return ERR_LIMIT;
    }
    if (md_parse(markdown.p, (MD_SIZE)markdown.n, &parser, &writer) != 0) {
        return ERR_LIMIT;
    }
    return html->out->failed;
}
