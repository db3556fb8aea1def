/* limits: every maximum of this room, with why it is what it is. */
#ifndef AGORA_HTTP_LIMITS_H
#define AGORA_HTTP_LIMITS_H

#define HTTP_TARGET_MAX_BYTES 4096 /* request target; the one query has at most 2,048 of them */
#define HTTP_HEAD_MAX_BYTES   8192 /* names and values of all headers together */
#define HTTP_HEADERS_MAX      64
#define HTTP_HOST_MAX_BYTES   255
#define HTTP_PART_MAX_BYTES   32
#define HTTP_ID_MIN_BYTES     8 /* of the name a proxy gives a request */
#define HTTP_ID_MAX_BYTES     64

/* The library's pool: an address, a head and its list at their largest, and the head of the answer.
 * It clears one and a half times as much for every request. */
#define HTTP_CONNECTION_BYTES  18432
#define HTTP_CONNECTIONS_MAX   4096
#define HTTP_PER_ADDRESS_SHARE 4 /* one address may hold a quarter of all connections */
#define HTTP_BACKLOG           1024
#define HTTP_THREADS_MAX       64

#define HTTP_HEAD_TIMEOUT_MS   20000   /* a head that trickles in is cut off */
#define HTTP_ANSWER_TIMEOUT_MS 120000  /* body in, handler, body out */
#define HTTP_STREAM_TIMEOUT_MS 1800000 /* a whole export over a weak line */
#define HTTP_IDLE_TIMEOUT_S    15
#define HTTP_WATCH_EVERY_MS    250

#define HTTP_BODY_IN_MAX_BYTES   (64u << 20) /* whatever a route allows */
#define HTTP_BODY_OUT_MAX_BYTES  (64u << 20) /* of a response that is not streamed */
#define HTTP_FORM_FIELDS_MAX     512         /* a long entry has some eighty */
#define HTTP_FORM_NAME_MAX_BYTES 64
#define HTTP_FORM_PART_HEAD_MAX_BYTES                                                              \
    2048                           /* a file's name is at most 255 bytes, escaped thrice that */
#define HTTP_COOKIE_MAX_BYTES 1024 /* of ours, name and value: browsers keep 4,096 */
#define HTTP_NEXT_MAX_BYTES   2048 /* of an address to go on to: the longest query and its path */

#define HTTP_COMPRESS_MIN_BYTES     1024 /* below it the headers weigh more than is won */
#define HTTP_STREAM_BLOCK_BYTES     32768
#define HTTP_STREAM_CHUNK_MAX_BYTES (8u << 20) /* one call of stream_next */

#endif
