/* Domain names: of other scripts as the network has them (IDNA, RFC 5890; Punycode, RFC 3492), and
 * where what somebody registered begins. */
#include "text/text.h"

#include <libpsl.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define LABEL_MAX 63 /* RFC 1035, 2.3.4 */

/* RFC 3492, section 5. */
enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, BIAS = 72, FIRST = 128 };

static uint32_t adapt(uint32_t delta, uint32_t count, bool is_first) {
    uint32_t k = 0;
    delta = is_first ? delta / DAMP : delta / 2;
    delta += delta / count;
    for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE) {
        delta /= BASE - T_MIN;
    }
    return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static char digit(uint32_t value) {
    return (char)(value < 26 ? 'a' + value : '0' + (value - 26));
}

/* A number of variable length (section 3.3). */
static void number_add(struct buf *out, uint32_t delta, uint32_t bias) {
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t threshold = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
        if (delta < threshold) {
            buf_add_char(out, digit(delta));
            return;
        }
        buf_add_char(out, digit(threshold + (delta - threshold) % (BASE - threshold)));
        delta = (delta - threshold) / (BASE - threshold);
    }
}

/* Section 6.3. At most LABEL_MAX code points, so that nothing overflows. */
static void punycode_add(struct buf *out, const uint32_t *points, uint32_t count) {
    uint32_t basic = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (points[i] < FIRST) {
            buf_add_char(out, (char)points[i]);
            basic++;
        }
    }
    if (basic > 0) {
        buf_add_char(out, '-');
    }
    uint32_t least = FIRST;
    uint32_t delta = 0;
    uint32_t bias = BIAS;
    for (uint32_t done = basic; done < count; least++, delta++) {
        uint32_t next = UINT32_MAX;
        for (uint32_t i = 0; i < count; i++) {
            next = points[i] >= least && points[i] < next ? points[i] : next;
        }
        delta += (next - least) * (done + 1);
        least = next;
        for (uint32_t i = 0; i < count; i++) {
            delta += points[i] < least;
            if (points[i] == least) {
                number_add(out, delta, bias);
                bias = adapt(delta, done + 1, done == basic);
                delta = 0;
                done++;
            }
        }
    }
}

/* The code points of a label in small letters; false when they are too many, or one may not stand
 * in a name. */
static bool label_read(slice label, uint32_t points[LABEL_MAX], uint32_t *count, bool *is_ascii) {
    *count = 0;
    *is_ascii = true;
    for (size_t i = 0; i < label.n;) {
        utf8proc_int32_t point = 0;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)label.p + i,
                                              (utf8proc_ssize_t)(label.n - i), &point);
        if (n <= 0 || *count == LABEL_MAX) {
            return false;
        }
        i += (size_t)n;
        point = utf8proc_tolower(point);
        utf8proc_category_t category = utf8proc_category(point);
        bool is_word = (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ND);
        if (!is_word && point != '-') {
            return false;
        }
        *is_ascii = *is_ascii && point < FIRST;
        points[(*count)++] = (uint32_t)point;
    }
    return *count > 0 && points[0] != '-' && points[*count - 1] != '-';
}

static err label_add(struct buf *out, slice label) {
    uint32_t points[LABEL_MAX];
    uint32_t count = 0;
    bool is_ascii = true;
    if (!label_read(label, points, &count, &is_ascii)) {
        return ERR_INPUT;
    }
    size_t before = out->n;
    if (is_ascii) {
        for (uint32_t i = 0; i < count; i++) {
            buf_add_char(out, (char)points[i]);
        }
    } else {
        buf_add_cstr(out, "xn--");
        punycode_add(out, points, count);
    }
    return out->n - before <= LABEL_MAX ? OK : ERR_INPUT;
}

err text_domain_ascii(slice domain, struct buf *out) {
    /* Of characters that may be written in several ways, the one way (NFKC). */
    utf8proc_uint8_t *composed = NULL;
    utf8proc_ssize_t n =
        utf8proc_map((const utf8proc_uint8_t *)domain.p, (utf8proc_ssize_t)domain.n, &composed,
                     (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT));
    err failed = n > 0 ? OK : ERR_INPUT;
    slice rest = slice_of((const char *)composed, n > 0 ? (size_t)n : 0);
    slice label;
    for (bool first = true; failed == OK && slice_cut(&rest, '.', &label); first = false) {
        if (!first) {
            buf_add_char(out, '.');
        }
        failed = label_add(out, label);
    }
    free(composed);
    return failed == OK ? out->failed : failed;
}

#define DOMAIN_MAX 253 /* RFC 1035, 2.3.4, without the last dot */

slice text_domain_registered(slice domain) {
    char name[DOMAIN_MAX + 1];
    if (domain.n == 0 || domain.n > DOMAIN_MAX || memchr(domain.p, '\0', domain.n)) {
        return SLICE_EMPTY;
    }
    memcpy(name, domain.p, domain.n);
    name[domain.n] = '\0';
    const char *registered = psl_registrable_domain(psl_builtin(), name);
    return registered ? slice_sub(domain, (size_t)(registered - name), domain.n) : SLICE_EMPTY;
}
