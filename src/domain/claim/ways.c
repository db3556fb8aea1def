/* What proves that an entry is somebody's (RULE TEAM-4). */
#include "domain/claim/claim_int.h"
#include "domain/moderation/moderation.h"
#include "text/text.h"

/* Where many have a site under one roof: neither the roof's addresses nor anybody else's prove what
 * stands below. What the Public Suffix List knows needs no row, nor does a public host of mail. */
static const char *const roofs[] = {"assoconnect.com", "blogspot.com",         "canalblog.com",
                                    "centerblog.net",  "e-monsite.com",        "eklablog.com",
                                    "facebook.com",    "framasite.org",        "gogocarto.fr",
                                    "google.com",      "helloasso.com",        "instagram.com",
                                    "jimdo.com",       "jimdofree.com",        "jimdosite.com",
                                    "joomla.com",      "linkedin.com",         "linktr.ee",
                                    "neocities.org",   "over-blog.com",        "over-blog.fr",
                                    "overblog.com",    "pagesperso-orange.fr", "sitew.com",
                                    "sitew.fr",        "squarespace.com",      "tumblr.com",
                                    "twitter.com",     "webnode.fr",           "weebly.com",
                                    "wifeo.com",       "wixsite.com",          "wordpress.com",
                                    "x.com",           "yolasite.com",         "youtube.com"};

static bool is_roof(slice domain) {
    for (size_t i = 0; i < ARRAY_COUNT(roofs); i++) {
        if (slice_equal(domain, slice_from_cstr(roofs[i]))) {
            return true;
        }
    }
    return moderation_mail_is_public(domain);
}

/* The host of an address that is the whole of a site ("https://www.atelier.fr/"), in small letters
 * as the network has it, without "www."; empty: a page of something, or no name. */
static slice own_host(slice url, struct arena *arena) {
    BUF_CLEANUP struct buf ascii = buf_new(ENTRY_TEXT_MAX);
    size_t scheme = slice_find_slice(url, 0, SLICE("://"));
    slice rest = slice_sub(url, scheme < url.n ? scheme + 3 : url.n, url.n);
    size_t slash = slice_find(rest, 0, '/');
    slice host = slice_sub(rest, 0, slash);
    if (slash + 1 < rest.n || text_domain_ascii(host, &ascii) != OK) {
        return SLICE_EMPTY;
    }
    slice name = arena_copy(arena, buf_slice(&ascii));
    return slice_starts_with(name, SLICE("www.")) ? slice_sub(name, 4, name.n) : name;
}

static void site_add(struct claim_ways *ways, slice domain) {
    for (size_t i = 0; i < ways->site_count; i++) {
        if (slice_equal(ways->sites[i], domain)) {
            return;
        }
    }
    if (domain.n > 0 && ways->site_count < CLAIM_SITES_MAX) {
        ways->sites[ways->site_count++] = domain;
    }
}

/* The site itself, and the house that it is registered to. */
static void sites_add(struct claim_ways *ways, slice url, struct arena *arena) {
    slice host = own_host(url, arena);
    slice house = text_domain_registered(host);
    if (house.n > 0 && !is_roof(house)) {
        site_add(ways, host);
        site_add(ways, house);
    }
}

static bool has_contact(const struct entry *entry, const struct entry_contact *contact) {
    for (uint32_t i = 0; i < entry->contact_count; i++) {
        if (entry->contacts[i].kind == contact->kind &&
            slice_equal(entry->contacts[i].value, contact->value)) {
            return true;
        }
    }
    return false;
}

/* What its source said last before anybody here wrote in it, else what it was when it came: a
 * version of its source's that came later may hold what somebody wrote. */
static err brought_load(struct db_conn *conn, struct entry_id id, struct arena *arena,
                        struct entry *brought) {
    struct entry_revision *revisions;
    size_t count;
    TRY(entry_revisions(conn, id, arena, &revisions, &count));
    if (count == 0) {
        return ERR_NOT_FOUND;
    }
    size_t at = count - 1; /* the oldest stands last */
    while (at > 0 && slice_starts_with(revisions[at - 1].author, SLICE("import:"))) {
        at--;
    }
    return contribution_entry_at(conn, id, revisions[at].revision, arena, brought);
}

err claim_ways(struct db_conn *conn, struct entry_id entry, struct arena *arena,
               struct claim_ways *ways) {
    struct entry stands;
    struct entry brought;
    struct team_of_entry of;
    TRY(entry_load(conn, entry, arena, &stands));
    if (stands.status != ENTRY_PUBLISHED) {
        return ERR_NOT_FOUND;
    }
    TRY(team_of_entry(conn, entry, (struct person_id){0}, &of));
    *ways = (struct claim_ways){.has_team = of.id.v != 0,
                                .title = stands.title,
                                .language = stands.language,
                                .contact = SLICE_EMPTY};
    TRY(brought_load(conn, entry, arena, &brought));
    for (uint32_t i = 0; i < stands.contact_count; i++) {
        const struct entry_contact *contact = &stands.contacts[i];
        if (!has_contact(&brought, contact)) {
            continue;
        }
        if (contact->kind == ENTRY_CONTACT_WEBSITE) {
            sites_add(ways, contact->value, arena);
        } else if (contact->kind == ENTRY_CONTACT_EMAIL && ways->contact.n == 0) {
            ways->contact = contact->value;
        }
    }
    return OK;
}

bool claim_is_at_site(const struct claim_ways *ways, slice address) {
    BUF_CLEANUP struct buf ascii = buf_new(ENTRY_TEXT_MAX);
    size_t at = slice_find(address, 0, '@');
    slice typed = slice_sub(address, at + 1, address.n);
    if (at >= address.n || text_domain_ascii(typed, &ascii) != OK || is_roof(buf_slice(&ascii))) {
        return false;
    }
    for (size_t i = 0; i < ways->site_count; i++) {
        if (slice_equal(buf_slice(&ascii), ways->sites[i])) {
            return true;
        }
    }
    return false;
}
