/* limiter: how often one address may ask. Fixed memory whatever comes: a table of addresses in
 * which the ones that ask least are forgotten first. Any thread. For this room and its tests. */
#ifndef AGORA_HTTP_LIMITER_H
#define AGORA_HTTP_LIMITER_H

#include "base/base.h"

struct http_limiter;

struct http_limiter_options {
    uint32_t reads_per_minute,
        exports_per_minute;                    /* 0: no limit; a whole minute may come at once */
    uint32_t exports_max, exports_per_address; /* running at the same time; 0: no limit */
    uint64_t seed;                             /* nobody outside knows it */
};
enum http_limiter_class { HTTP_LIMITER_READS, HTTP_LIMITER_EXPORTS, HTTP_LIMITER__CLASSES };
enum http_limiter_verdict { HTTP_LIMITER_FREE, HTTP_LIMITER_ADDRESS_FULL, HTTP_LIMITER_ALL_FULL };

/* NULL without memory. */
struct http_limiter *http_limiter_new(const struct http_limiter_options *options);
void http_limiter_free(struct http_limiter *limiter);

/* One more of this class from this address (IPv4: the address; IPv6: its /64, which is what one
 * household has) at a monotonic time: 0, and it is counted; or the seconds after which one would
 * be let through. */
uint32_t http_limiter_take(struct http_limiter *limiter, const struct ip_address *address,
                           enum http_limiter_class class, int64_t now_us);
/* An export begins to run; each one that was free ends once, with the same address. */
enum http_limiter_verdict http_limiter_export_begin(struct http_limiter *limiter,
                                                    const struct ip_address *address);
void http_limiter_export_end(struct http_limiter *limiter, const struct ip_address *address);

#define HTTP_LIMITER_SETS 2048
#define HTTP_LIMITER_WAYS 8 /* addresses a set; 16,384 all together, in 800 KB */

#endif
