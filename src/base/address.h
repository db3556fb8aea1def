/* Addresses of the internet and networks of them, from text and for comparison. */
#ifndef AGORA_BASE_ADDRESS_H
#define AGORA_BASE_ADDRESS_H

#include "base/slice.h"

/* IPv6 in network order; an IPv4 address is ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), so that a client of
 * a dual-stack socket is the same as one of a plain one. */
struct ip_address {
    unsigned char bytes[16];
};
/* Addresses whose first `prefix` bits are those of `address` (RFC 4632, RFC 4291 2.3). */
struct ip_network {
    struct ip_address address;
    unsigned prefix; /* 0 to 128; of an IPv4 network 96 more than is written */
};

/* "192.0.2.1", "2001:db8::1"; no port, no brackets, no zone. False for anything else. */
bool address_parse(slice text, struct ip_address *address);
bool address_is_ipv4(const struct ip_address *address);
/* 127.0.0.0/8 or ::1: this very machine. */
bool address_is_loopback(const struct ip_address *address);
/* RFC 1918, RFC 4193, link-local: a machine of the same house. */
bool address_is_private(const struct ip_address *address);
/* An address, or "10.0.0.0/8", "fd00::/8"; bits beyond the prefix are dropped. */
bool network_parse(slice text, struct ip_network *network);
bool network_contains(const struct ip_network *network, const struct ip_address *address);

#endif
