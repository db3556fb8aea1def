#include "base/format_int.h"

#include "base/slice.h"

#include <stdbool.h>
#include <string.h>

struct writer {
    char *at, *end;
};

static bool put(struct writer *writer, slice text) {
    if (text.n > (size_t)(writer->end - writer->at)) {
        return false;
    }
    if (text.n > 0) {
        memcpy(writer->at, text.p, text.n);
        writer->at += text.n;
    }
    return true;
}

/* A text of which at most `most` bytes count; it may lack a NUL behind them. */
static slice text_of(const char *text, int most) {
    return most < 0       ? slice_from_cstr(text)
           : text != NULL ? slice_of(text, strnlen(text, (size_t)most))
                          : SLICE_EMPTY;
}

/* The conversion behind a '%'; moves `*format` beyond it. */
static bool convert(struct writer *writer, const char **format, va_list *args) {
    const char *form = *format;
    char digits[SLICE_DIGITS_MAX];
    char byte = '%';
    int most;
    *format += form[0] == '.' || form[0] == 'l' ? 3 : form[0] == 'z' ? 2 : 1;
    switch (form[0]) {
    case 's':
        return put(writer, slice_from_cstr(va_arg(*args, const char *)));
    case 'd':
        return put(writer, slice_from_i64(va_arg(*args, int), digits));
    case 'u':
        return put(writer, slice_from_u64(va_arg(*args, unsigned), digits));
    case 'c':
        byte = (char)va_arg(*args, int);
        return put(writer, slice_of(&byte, 1));
    case '%':
        return put(writer, slice_of(&byte, 1));
    case '.':
        if (form[1] != '*' || form[2] != 's') {
            return false;
        }
        most = va_arg(*args, int);
        return put(writer, text_of(va_arg(*args, const char *), most));
    case 'l':
        if (form[1] != 'l' || (form[2] != 'd' && form[2] != 'u')) {
            return false;
        }
        return put(writer, form[2] == 'd'
                               ? slice_from_i64(va_arg(*args, long long), digits)
                               : slice_from_u64(va_arg(*args, unsigned long long), digits));
    case 'z':
        return form[1] == 'u' && put(writer, slice_from_u64(va_arg(*args, size_t), digits));
    default:
        return false;
    }
}

ptrdiff_t format_quick(char *room, size_t room_bytes, const char *format, va_list args) {
    struct writer writer = {room, room + room_bytes};
    va_list own; /* as an array it could not be handed on by address */
    va_copy(own, args);
    bool fits = true;
    while (fits && *format != '\0') {
        size_t plain = (size_t)(strchrnul(format, '%') - format);
        fits = put(&writer, slice_of(format, plain));
        format += plain;
        if (fits && *format == '%') {
            format++;
            fits = convert(&writer, &format, &own);
        }
    }
    va_end(own);
    return fits ? writer.at - room : -1;
}
