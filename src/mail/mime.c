/* A letter as the bytes that go over the wire: headers (RFC 5322), encoded words (RFC 2047), two
 * parts in quoted-printable (RFC 2045, 2046). RULE MAIL-2: no value can end its line: what is not
 * short printable ASCII is encoded whole. */
#include "mail/mail_int.h"

#include <string.h>

#include "crypto/crypto.h"

#define QP_LINE      76 /* with the = of a soft break */
#define ID_PARTS     2
#define ID_HEX       16
#define BOUNDARY_HEX CRYPTO_DIGEST_HEX
#define PART_MAX     (MAIL_SOURCE_MAX / 2)

/* Letters of the name, digits and spaces: what may stand in a phrase as it is. */
static bool is_plain_phrase(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c == ' ' && i > 0 && text.p[i - 1] != ' ') || c == '-')) {
            return false;
        }
    }
    return text.n > 0 && text.p[text.n - 1] != ' ';
}

/* Printable ASCII that nobody takes for an encoded word, and no space that a reader drops. */
static bool is_plain_text(slice text) {
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < 0x20 || text.p[i] > 0x7e) {
            return false;
        }
    }
    return text.n > 0 && text.p[0] != ' ' && text.p[text.n - 1] != ' ' &&
           !slice_contains(text, SLICE("=?"));
}

static void base64_add(struct buf *out, slice bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.n; i += 3) {
        uint32_t three = 0;
        size_t left = bytes.n - i < 3 ? bytes.n - i : 3;
        for (size_t j = 0; j < 3; j++) {
            three = three << 8 | (j < left ? (unsigned char)bytes.p[i + j] : 0);
        }
        buf_add_char(out, digits[three >> 18]);
        buf_add_char(out, digits[three >> 12 & 63]);
        buf_add_char(out, left > 1 ? digits[three >> 6 & 63] : '=');
        buf_add_char(out, left > 2 ? digits[three & 63] : '=');
    }
}

/* The longest beginning of at most `most` bytes that ends with a whole character. */
static slice whole_characters(slice text, size_t most) {
    size_t n = text.n < most ? text.n : most;
    while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xC0) == 0x80) {
        n--;
    }
    return slice_sub(text, 0, n > 0 ? n : most);
}

/* As many encoded words as it takes, each on its line; `column` is where the first one begins. */
static void encoded_words_add(struct buf *out, slice text, size_t column) {
    static const char opening[] = "=?utf-8?B?";
    const size_t around = sizeof opening - 1 + 2;
    while (text.n > 0) {
        size_t room = MAIL_FOLD - column < MAIL_WORD_MAX ? MAIL_FOLD - column : MAIL_WORD_MAX;
        slice part = whole_characters(text, (room - around) / 4 * 3);
        buf_add_cstr(out, opening);
        base64_add(out, part);
        buf_add_cstr(out, "?=");
        text = slice_sub(text, part.n, text.n);
        if (text.n > 0) {
            buf_add_cstr(out, "\r\n ");
            column = 1;
        }
    }
}

void mail_header_text(struct buf *out, const char *name, slice text) {
    size_t column = strlen(name) + 2;
    buf_addf(out, "%s: ", name);
    if (is_plain_text(text) && column + text.n <= MAIL_FOLD) {
        buf_add(out, text);
    } else {
        encoded_words_add(out, text, column);
    }
    buf_add_cstr(out, "\r\n");
}

void mail_header_address(struct buf *out, const char *name, slice display, slice address) {
    size_t column = strlen(name) + 2;
    buf_addf(out, "%s: ", name);
    if (display.n > 0 && is_plain_phrase(display) && column + display.n <= MAIL_FOLD) {
        buf_add(out, display);
        buf_add_cstr(out, "\r\n ");
    } else if (display.n > 0) {
        encoded_words_add(out, display, column);
        buf_add_cstr(out, "\r\n ");
    }
    buf_addf(out, "<%.*s>\r\n", SLICE_ARG(address));
}

/* A byte that must not stand as it is at this place. */
static bool is_to_be_quoted(slice text, size_t i, bool at_line_start) {
    unsigned char c = (unsigned char)text.p[i];
    if (c == ' ' || c == '\t') { /* not at the end of a line */
        return i + 1 == text.n || text.p[i + 1] == '\n';
    }
    /* At the start of a line neither a dot nor "From ", which some relays treat, nor a hyphen: no
     * text is taken for a boundary. */
    return c < 0x20 || c > 0x7e || c == '=' ||
           (at_line_start && (c == '.' || c == 'F' || c == '-'));
}

void mail_quoted_printable(struct buf *out, slice text) {
    static const char hex[] = "0123456789ABCDEF";
    size_t column = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '\n') {
            buf_add_cstr(out, "\r\n");
            column = 0;
            continue;
        }
        bool quoted = is_to_be_quoted(text, i, column == 0);
        bool is_last = i + 1 == text.n || text.p[i + 1] == '\n';
        if (column + (quoted ? 3 : 1) > QP_LINE - (is_last ? 0 : 1)) {
            buf_add_cstr(out, "=\r\n");
            column = 0;
            quoted = is_to_be_quoted(text, i, true);
        }
        if (quoted) {
            buf_add_char(out, '=');
            buf_add_char(out, hex[c >> 4]);
            buf_add_char(out, hex[c & 15]);
        } else {
            buf_add_char(out, (char)c);
        }
        column += quoted ? 3 : 1;
    }
    if (column > 0) {
        buf_add_cstr(out, "\r\n");
    }
}

/* "Sun, 22 Nov 2026 09:00:00 +0000" (RFC 5322, 3.3) */
static void date_add(struct buf *out, int64_t ms) {
    static const char days[][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const int64_t day_s = 86400;
    int64_t seconds = ms / 1000;
    int64_t of_day = seconds % day_s;
    int32_t year;
    unsigned month;
    unsigned day;
    civil_from_days(seconds / day_s, &year, &month, &day);
    buf_addf(out, "Date: %s, %u %s %04d %02d:%02d:%02d +0000\r\n",
             days[weekday_from_days(seconds / day_s)], day, months[month - 1], (int)year,
             (int)(of_day / 3600), (int)(of_day / 60 % 60), (int)(of_day % 60));
}

/* The same for every try of a letter, so that who gets it twice sees that it is one. */
static struct crypto_digest identity_of(const struct mail_house *house,
                                        const struct mail_row *row) {
    struct buf number BUF_CLEANUP = buf_new(64);
    buf_addf(&number, "%lld.%lld", (long long)row->id, (long long)row->created_ms);
    const slice parts[ID_PARTS] = {house->from, buf_slice(&number)};
    return crypto_digest(parts, ID_PARTS);
}

static slice host_of(slice address) {
    return slice_sub(address, slice_find(address, 0, '@') + 1, address.n);
}

/* RULE MAIL-4: who gets letters without having asked can leave with one click (RFC 2369, 2919,
 * 8058). */
static void list_add(const struct mail_house *house, const struct mail_row *row, slice host,
                     struct buf *out) {
    if (!mail_letter_can_be_left(row->letter)) {
        return;
    }
    buf_addf(out, "List-Id: <%s.%.*s>\r\n", mail_letter_name(row->letter), SLICE_ARG(host));
    buf_addf(out, "List-Unsubscribe: <%.*s%.*s>\r\n", SLICE_ARG(house->base_url),
             SLICE_ARG(row->leave_path));
    if (slice_starts_with(house->base_url, SLICE("https://"))) {
        buf_add_cstr(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    }
}

static err headers_add(const struct mail_house *house, const struct mail_row *row,
                       const char *identity, struct buf *out) {
    struct buf from BUF_CLEANUP = buf_new(2 * MAIL_ADDRESS_MAX_BYTES);
    struct buf to BUF_CLEANUP = buf_new(2 * MAIL_ADDRESS_MAX_BYTES);
    struct buf subject BUF_CLEANUP = buf_new(MAIL_SOURCE_MAX);
    TRY(mail_address_ascii(house->from, &from));
    TRY(mail_address_ascii(row->to, &to));
    mail_letter_subject(house, row, &subject);
    slice host = host_of(buf_slice(&from));
    date_add(out, row->created_ms);
    mail_header_address(out, "From", house->site_name, buf_slice(&from));
    mail_header_address(out, "To", row->to_name, buf_slice(&to));
    if (row->reply.n > 0) {
        struct buf reply BUF_CLEANUP = buf_new(2 * MAIL_ADDRESS_MAX_BYTES);
        TRY(mail_address_ascii(row->reply, &reply));
        mail_header_address(out, "Reply-To", row->who, buf_slice(&reply));
    }
    mail_header_text(out, "Subject", buf_slice(&subject));
    buf_addf(out, "Message-ID: <%lld.%.*s@%.*s>\r\n", (long long)row->id, ID_HEX, identity,
             SLICE_ARG(host));
    buf_add_cstr(out,
                 "Auto-Submitted: auto-generated\r\n"); /* RFC 3834: nobody answers for itself */
    list_add(house, row, host, out);
    buf_addf(out, "Content-Language: %.*s\r\nMIME-Version: 1.0\r\n",
             SLICE_ARG(i18n_code(i18n_language(house->i18n, row->language))));
    buf_addf(out, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", identity);
    return subject.failed;
}

static err part_add(const struct mail_house *house, const struct mail_row *row,
                    void (*write)(const struct mail_house *, const struct mail_row *, struct buf *),
                    const char *type, const char *boundary, struct buf *out) {
    struct buf text BUF_CLEANUP = buf_new(PART_MAX);
    write(house, row, &text);
    buf_addf(out,
             "--%s\r\nContent-Type: text/%s; charset=utf-8\r\n"
             "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
             boundary, type);
    mail_quoted_printable(out, buf_slice(&text));
    buf_add_cstr(out, "\r\n"); /* this one belongs to the boundary (RFC 2046, 5.1.1) */
    return text.failed;
}

err mail_compose(const struct mail_house *house, const struct mail_row *row, struct buf *out) {
    char identity[CRYPTO_DIGEST_HEX + 1];
    struct crypto_digest digest = identity_of(house, row);
    crypto_digest_hex(&digest, identity);
    TRY(headers_add(house, row, identity, out));
    TRY(part_add(house, row, mail_letter_text, "plain", identity, out));
    TRY(part_add(house, row, mail_letter_html, "html", identity, out));
    buf_addf(out, "--%s--\r\n", identity);
    return out->failed;
}
