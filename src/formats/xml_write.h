/* Writing XML 1.0 in UTF-8: everything that comes from outside passes an escaping call. Characters
 * that XML 1.0 cannot hold at all (section 2.2: most control characters, U+FFFE, U+FFFF) are left
 * out, so that one odd byte in a title never makes a whole feed unreadable. */
#ifndef AGORA_FORMATS_XML_WRITE_H
#define AGORA_FORMATS_XML_WRITE_H

#include "base/base.h"

#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"

/* Escaped for the content of an element. */
void xml_text(struct buf *out, slice text);
/* name="value" with a leading space; line ends and tabs inside stay what they are (3.3.3). */
void xml_attribute(struct buf *out, const char *name, slice value);
/* `<name>text</name>` and a line end; nothing when the text is empty. */
void xml_element(struct buf *out, const char *name, slice text);

#endif
