/* Addresses: RFC 5321 section 4.1.2, without what nobody has. */
#include "mail/mail_int.h"

#include <string.h>

#include "text/text.h"

#define LOCAL_MAX_BYTES 64

static bool is_alnum(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 5322, 3.2.3 */
static bool is_atext(unsigned char c) {
    return is_alnum(c) || (c != 0 && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool local_is_sound(slice local) {
    slice part;
    if (local.n == 0 || local.n > LOCAL_MAX_BYTES) {
        return false;
    }
    while (slice_cut(&local, '.', &part)) {
        if (part.n == 0) {
            return false;
        }
        for (size_t i = 0; i < part.n; i++) {
            if (!is_atext((unsigned char)part.p[i])) {
                return false;
            }
        }
    }
    return true;
}

/* Two labels at least, and the last is no number: 192.0.2.1 is a machine, not a domain. Signs of
 * other scripts that look like nothing at all would make two addresses out of what is one to the
 * eye. */
static bool domain_is_sound(slice domain) {
    struct buf ascii BUF_CLEANUP = buf_new(2 * MAIL_ADDRESS_MAX_BYTES);
    struct buf cleaned BUF_CLEANUP = buf_new(2 * MAIL_ADDRESS_MAX_BYTES);
    if (!text_is_utf8(domain) || text_one_line(domain, &cleaned) ||
        text_domain_ascii(domain, &ascii) != OK) {
        return false;
    }
    slice rest = buf_slice(&ascii);
    slice label;
    size_t labels = 0;
    bool has_letter = false;
    while (slice_cut(&rest, '.', &label)) {
        labels++;
        has_letter = false;
        for (size_t i = 0; i < label.n; i++) {
            has_letter = has_letter || label.p[i] < '0' || label.p[i] > '9';
        }
    }
    return labels >= 2 && has_letter;
}

err mail_address_parse(slice text, struct mail_address *address, struct problem *problem) {
    slice trimmed = slice_trim(text);
    size_t at = slice_find(trimmed, 0, '@');
    if (trimmed.n == 0) {
        return problem_set(problem, ERR_INPUT, "address", "an e-mail address is missing");
    }
    if (trimmed.n > MAIL_ADDRESS_MAX_BYTES) {
        return problem_set(problem, ERR_INPUT, "address", "an e-mail address has at most %d bytes",
                           MAIL_ADDRESS_MAX_BYTES);
    }
    if (!local_is_sound(slice_sub(trimmed, 0, at)) ||
        !domain_is_sound(slice_sub(trimmed, at + 1, trimmed.n))) {
        return problem_set(problem, ERR_INPUT, "address",
                           "this is no e-mail address; one is like name@example.org");
    }
    *address = (struct mail_address){.n = trimmed.n, .at = at};
    memcpy(address->text, trimmed.p, trimmed.n);
    for (size_t i = at; i < trimmed.n; i++) {
        char c = address->text[i];
        address->text[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    return OK;
}

static slice address_slice(const struct mail_address *address) {
    return slice_of(address->text, address->n);
}

err mail_address_ascii(slice address, struct buf *out) {
    struct mail_address parsed;
    TRY(mail_address_parse(address, &parsed, NULL));
    struct buf domain BUF_CLEANUP = buf_new(2 * MAIL_ADDRESS_MAX_BYTES);
    TRY(text_domain_ascii(slice_sub(address_slice(&parsed), parsed.at + 1, parsed.n), &domain));
    buf_add_bytes(out, parsed.text, parsed.at + 1);
    buf_add(out, buf_slice(&domain));
    return OK;
}
