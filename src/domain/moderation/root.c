/* Roots of mail addresses: what joins those of one house, or of one mailbox. */
#include "domain/moderation/moderation_int.h"
#include "text/text.h"

/* Where everybody may have an address: the domain joins nobody. */
static const char *const public_hosts[] = {
    "aliceadsl.fr",   "aol.com",      "bbox.fr",         "cegetel.net",    "club-internet.fr",
    "disroot.org",    "fastmail.com", "free.fr",         "gmail.com",      "gmx.com",
    "gmx.de",         "gmx.fr",       "googlemail.com",  "hotmail.be",     "hotmail.com",
    "hotmail.fr",     "icloud.com",   "laposte.net",     "lilo.org",       "live.be",
    "live.com",       "live.fr",      "mac.com",         "mailbox.org",    "mailo.com",
    "me.com",         "msn.com",      "netcourrier.com", "neuf.fr",        "noos.fr",
    "numericable.fr", "orange.fr",    "outlook.com",     "outlook.fr",     "pm.me",
    "posteo.net",     "proton.me",    "protonmail.ch",   "protonmail.com", "riseup.net",
    "sfr.fr",         "tutanota.com", "voila.fr",        "wanadoo.fr",     "web.de",
    "yahoo.com",      "yahoo.fr",     "ymail.com",       "zaclys.net"};

bool moderation_mail_is_public(slice domain) {
    for (size_t i = 0; i < ARRAY_COUNT(public_hosts); i++) {
        if (slice_equal(domain, slice_from_cstr(public_hosts[i]))) {
            return true;
        }
    }
    return false;
}

void moderation_mail_root(slice address, struct buf *out) {
    struct arena scratch ARENA_CLEANUP = arena_make(0, 0);
    slice folded = person_address_fold(address, &scratch);
    size_t at = slice_find(folded, 0, '@');
    slice domain = slice_sub(folded, at + 1, folded.n);
    if (!moderation_mail_is_public(domain)) {
        slice registered = text_domain_registered(domain);
        buf_add(out, registered.n > 0 ? registered : domain);
        return;
    }
    for (size_t i = 0; i < at && folded.p[i] != '+'; i++) {
        if (folded.p[i] != '.') {
            buf_add_char(out, folded.p[i]);
        }
    }
    buf_add_char(out, '@');
    buf_add(out, slice_equal(domain, SLICE("googlemail.com")) ? SLICE("gmail.com") : domain);
}
