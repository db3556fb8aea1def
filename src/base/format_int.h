/* The texts that the program puts together most: words and whole numbers, without width, padding
 * or fraction. printf takes ten times as long for them. */
#ifndef AGORA_BASE_FORMAT_INT_H
#define AGORA_BASE_FORMAT_INT_H

#include <stdarg.h>
#include <stddef.h>

/* Writes what vsnprintf would, without the NUL, and returns its length. -1, with `room` in any
 * state, when it is longer than `room_bytes` or the format holds more than %% %s %.*s %c %d %u
 * %lld %llu %zu. */
ptrdiff_t format_quick(char *room, size_t room_bytes, const char *format, va_list args);

#endif
