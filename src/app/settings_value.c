/* What a value may be, and how a wrong one is shown. */
#include "app/settings_int.h"

#include <stdio.h>
#include <string.h>

#include "mail/mail.h"
#include "text/text.h"

#define SHOWN_BYTES  60
#define TYPO_LETTERS 3 /* more of them and it is another word */

static bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const char *setting_listen_fault(slice value) {
    size_t colon = value.n;
    while (colon > 0 && value.p[colon - 1] != ':') {
        colon--;
    }
    slice host = slice_sub(value, 0, colon > 0 ? colon - 1 : 0);
    uint64_t port = 0;
    bool bare_ipv6 = slice_find(host, 0, ':') < host.n && host.p[0] != '[';
    if (host.n == 0 || bare_ipv6 || !slice_to_u64(slice_sub(value, colon, value.n), &port) ||
        port > 65535) {
        return "must be ADDRESS:PORT, like 127.0.0.1:8080 or [::1]:8080";
    }
    struct ip_network address;
    bool numbers = true;
    for (size_t i = 0; i < host.n; i++) {
        numbers = numbers && ((host.p[i] >= '0' && host.p[i] <= '9') || host.p[i] == '.');
    }
    if (numbers && !network_parse(host, &address)) {
        return "holds an address that is none: four numbers up to 255, like 127.0.0.1:8080";
    }
    return NULL;
}

/* It stands in front of every address the site gives of itself. */
const char *setting_base_url_fault(slice url) {
    static const char fault[] = "must be like https://agora.example: http or https, a host, no "
                                "final slash, no quotes";
    slice scheme = slice_starts_with(url, SLICE("https://")) ? SLICE("https://") : SLICE("http://");
    if (!slice_starts_with(url, scheme) || url.n == scheme.n || slice_ends_with(url, SLICE("/"))) {
        return fault;
    }
    for (size_t i = scheme.n; i < url.n; i++) {
        if (!is_letter_or_digit(url.p[i]) && slice_find(SLICE("-._~:/[]%"), 0, url.p[i]) == 9) {
            return fault;
        }
    }
    return NULL;
}

/* No grammar of addresses: enough that it may stand in a mailto: link and is no slip. */
const char *setting_email_fault(slice value) {
    size_t at = slice_find(value, 0, '@');
    bool sound = at > 0 && at + 1 < value.n && slice_find(value, at + 1, '@') == value.n;
    for (size_t i = 0; i < value.n && sound; i++) {
        sound = is_letter_or_digit(value.p[i]) ||
                slice_find(SLICE("@.!#$%&'*+-/=?^_`{|}~"), 0, value.p[i]) < 21 ||
                (unsigned char)value.p[i] >= 0x80;
    }
    return sound ? NULL : "must be one e-mail address, like contact@agora.example";
}

const char *setting_mail_from_fault(slice value) {
    struct mail_address address;
    return mail_address_parse(value, &address, NULL) == OK
               ? NULL
               : "must be one e-mail address that letters can come from, like "
                 "no-reply@agora.example";
}

const char *setting_networks_fault(slice value) {
    slice rest = value;
    slice part;
    size_t count = 0;
    while (slice_cut(&rest, ',', &part)) {
        struct ip_network network;
        slice text = slice_trim(part);
        if (text.n == 0) {
            continue;
        }
        if (!network_parse(text, &network)) {
            return "must be addresses and networks separated by commas, like 127.0.0.1, "
                   "10.0.0.0/8, fd00::/8; host names are not looked up";
        }
        if (++count > SETTINGS_PROXIES_MAX) {
            return "holds more than 16 addresses; name their network instead, like 10.0.0.0/8";
        }
    }
    return NULL;
}

size_t settings_networks(slice list, struct ip_network *networks, size_t room) {
    size_t count = 0;
    slice part;
    while (count < room && slice_cut(&list, ',', &part)) {
        count += network_parse(slice_trim(part), &networks[count]);
    }
    return count;
}

struct setting_shown setting_show(slice text) {
    struct setting_shown shown;
    slice cut = text_cut(text, SHOWN_BYTES);
    struct log_value quoted = log_quote(cut);
    slice whole = slice_from_cstr(quoted.p);
    slice kept = text_cut(whole, sizeof shown.p - sizeof "...");
    snprintf(shown.p, sizeof shown.p, "%.*s%s", SLICE_ARG(kept),
             cut.n < text.n || kept.n < whole.n ? "..." : "");
    return shown;
}

/* Letters to add, drop or change (Levenshtein), counted over one row of the table. */
static size_t distance(slice a, slice b) {
    size_t row[SETTING_KEY_MAX_BYTES + 1];
    for (size_t j = 0; j <= b.n; j++) {
        row[j] = j;
    }
    for (size_t i = 0; i < a.n; i++) {
        size_t corner = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.n; j++) {
            size_t changed = corner + (a.p[i] != b.p[j]);
            size_t added = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;
            corner = row[j + 1];
            row[j + 1] = changed < added ? changed : added;
        }
    }
    return row[b.n];
}

const char *setting_nearest(slice key, const char *const *known, size_t count) {
    const char *nearest = NULL;
    size_t least = TYPO_LETTERS + 1;
    if (key.n > SETTING_KEY_MAX_BYTES) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        slice name = slice_from_cstr(known[i]);
        size_t letters = distance(key, name);
        if (letters < least && letters * 2 < name.n) {
            least = letters;
            nearest = known[i];
        }
    }
    return nearest;
}
