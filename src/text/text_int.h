/* For the room and its tests only. */
#ifndef AGORA_TEXT_INT_H
#define AGORA_TEXT_INT_H

#include "text/text.h"

#define TEXT_REPLACEMENT 0xFFFDU

/* The code point at text.p[i], i < text.n, and its length in bytes. What is not UTF-8 counts as one
 * U+FFFD a byte, so that a walk always ends, whatever it walks over. */
uint32_t text_decode(slice text, size_t i, size_t *length);

/* The code point that a byte means in Windows-1252; the five bytes without a meaning stay C1
 * controls, as in the WHATWG encoding standard. */
uint32_t text_windows_1252_codepoint(unsigned char byte);

#endif
