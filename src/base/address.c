#include "base/address.h"

#include <arpa/inet.h>
#include <string.h>

static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool address_parse(slice text, struct ip_address *address) {
    char cstr[INET6_ADDRSTRLEN];
    struct ip_address read;
    if (text.n == 0 || text.n >= sizeof cstr || slice_find(text, 0, '\0') < text.n) {
        return false;
    }
    memcpy(cstr, text.p, text.n);
    cstr[text.n] = '\0';
    memcpy(read.bytes, mapped, sizeof mapped);
    if (inet_pton(AF_INET, cstr, read.bytes + 12) != 1 &&
        inet_pton(AF_INET6, cstr, read.bytes) != 1) {
        return false;
    }
    *address = read;
    return true;
}

bool address_is_ipv4(const struct ip_address *address) {
    return memcmp(address->bytes, mapped, sizeof mapped) == 0;
}

bool address_is_loopback(const struct ip_address *address) {
    static const unsigned char one[16] = {[15] = 1};
    return address_is_ipv4(address) ? address->bytes[12] == 127
                                    : memcmp(address->bytes, one, sizeof one) == 0;
}

bool address_is_private(const struct ip_address *address) {
    const unsigned char *bytes = address->bytes;
    if (!address_is_ipv4(address)) {
        return (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
    }
    return bytes[12] == 10 || (bytes[12] == 172 && (bytes[13] & 0xf0) == 16) ||
           (bytes[12] == 192 && bytes[13] == 168) || (bytes[12] == 169 && bytes[13] == 254);
}

static void mask(struct ip_address *address, unsigned prefix) {
    for (unsigned i = 0; i < 16; i++) {
        unsigned kept = prefix > i * 8 ? prefix - i * 8 : 0;
        if (kept < 8) {
            address->bytes[i] &= (unsigned char)(0xff << (8 - kept));
        }
    }
}

bool network_parse(slice text, struct ip_network *network) {
    size_t slash = slice_find(text, 0, '/');
    struct ip_network read = {.prefix = 128};
    if (!address_parse(slice_sub(text, 0, slash), &read.address)) {
        return false;
    }
    if (slash < text.n) {
        slice digits = slice_sub(text, slash + 1, text.n);
        unsigned written_as_ipv4 = slice_find(text, 0, ':') == text.n ? 96 : 0;
        uint64_t prefix = 0;
        if (digits.n > 3 || !slice_to_u64(digits, &prefix) || prefix > 128 - written_as_ipv4) {
            return false;
        }
        read.prefix = (unsigned)prefix + written_as_ipv4;
        mask(&read.address, read.prefix);
    }
    *network = read;
    return true;
}

bool network_contains(const struct ip_network *network, const struct ip_address *address) {
    struct ip_address masked = *address;
    mask(&masked, network->prefix);
    return memcmp(masked.bytes, network->address.bytes, sizeof masked.bytes) == 0;
}
