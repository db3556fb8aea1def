/* html/from_html: markup of others -> Markdown or plain text. Data of the field keeps HTML in its
 * descriptions; here it becomes what html_markdown shows. */
#ifndef AGORA_HTML_FROM_HTML_H
#define AGORA_HTML_FROM_HTML_H

#include "base/base.h"

#define HTML_SOURCE_MAX  (1u << 20) /* bytes read; more is ERR_LIMIT */
#define HTML_SOURCE_DEEP 100        /* elements in one another; deeper ones are plain text */

/* Whether a text is HTML, by its shape: a known tag that is whole ("<br>", "</p>", "<a href=…>"),
 * or a character reference ("&amp;", "&#233;"). "a < b", "AT&T" and "<3" are none. */
bool html_is_markup(slice text);
/* Appends CommonMark: paragraphs, line breaks, links (http, https, mailto, tel; others lose their
 * address), lists, headings, bold, italic, quotes, code, rows of tables as lines ("a · b"). script,
 * style, comments, forms and frames are dropped; a picture becomes its alternative text, a frame
 * with an address a link. Signs that Markdown would take for its own are escaped. ERR_LIMIT,
 * ERR_MEMORY. */
MUST_USE err html_to_markdown(slice html, struct buf *out);
/* The text alone, on one line. */
MUST_USE err html_to_plain(slice html, struct buf *out);

#endif
