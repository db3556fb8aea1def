#include "work/geocode/geocode_int.h"

#define HTTP_PORT  80
#define HTTPS_PORT 443
/* Where a search is biased to: a hundredth of a degree says the town, not who asks. */
#define NEAR_E7 100000

static const char fault[] =
    "must be like https://data.geopf.fr/geocodage: http or https, a host, no user, no final slash";

static slice authority_of(slice url) {
    size_t from =
        slice_starts_with(url, SLICE("https://")) ? sizeof "https://" - 1 : sizeof "http://" - 1;
    slice rest = slice_sub(url, from, url.n);
    return slice_sub(rest, 0, slice_find(rest, 0, '/'));
}

/* Where the host ends: before the port's colon. */
static size_t host_end(slice authority) {
    size_t bracket = authority.n > 0 && authority.p[0] == '[' ? slice_find(authority, 0, ']') : 0;
    return slice_find(authority, bracket, ':');
}

const char *geocode_url_fault(slice value) {
    static const char others[] = "-._~:/[]%";
    if ((!slice_starts_with(value, SLICE("https://")) &&
         !slice_starts_with(value, SLICE("http://"))) ||
        value.n > GEOCODE_URL_MAX || slice_ends_with(value, SLICE("/"))) {
        return fault;
    }
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              slice_find(slice_from_cstr(others), 0, c) < sizeof others - 1)) {
            return fault;
        }
    }
    slice authority = authority_of(value);
    size_t end = host_end(authority);
    slice port = slice_sub(authority, end + 1, authority.n);
    uint64_t number = 0;
    bool has_port = end < authority.n;
    return end > 0 && (!has_port ||
                       (slice_to_u64(port, &number) && number > 0 && number <= UINT16_MAX))
               ? NULL
               : fault;
}

void geocode_url_read(slice url, slice *host, unsigned *port) {
    slice authority = authority_of(url);
    size_t end = host_end(authority);
    uint64_t number = 0;
    *host = slice_sub(authority, 0, end);
    *port = slice_to_u64(slice_sub(authority, end + 1, authority.n), &number) ? (unsigned)number
            : slice_starts_with(url, SLICE("https://"))                       ? HTTPS_PORT
                                                                              : HTTP_PORT;
}

static int32_t rounded(int32_t e7) {
    return (e7 + (e7 < 0 ? -NEAR_E7 / 2 : NEAR_E7 / 2)) / NEAR_E7 * NEAR_E7;
}

void geocode_url_write(slice url, const struct geocode_request *request, struct buf *out) {
    buf_add(out, url);
    buf_add_cstr(out, "/search?q=");
    buf_add_percent(out, slice_of(request->asked, request->asked_bytes), "+");
    buf_addf(out, "&limit=%d", GEOCODE_PLACES_MAX);
    if (request->has_near) {
        buf_add_cstr(out, "&lat=");
        buf_add_e7(out, rounded(request->near.lat_e7));
        buf_add_cstr(out, "&lon=");
        buf_add_e7(out, rounded(request->near.lon_e7));
    }
}
