/* A client that sends any bytes it likes, for the tests of http and of the faces. */
#ifndef AGORA_HTTP_TEST_CLIENT_H
#define AGORA_HTTP_TEST_CLIENT_H

#include "base/base.h"

uint16_t port_of(const char *address); /* "http://127.0.0.1:41234" */
int client_connect(uint16_t port);
/* False when the server has closed the connection already. */
bool client_send(int fd, slice bytes);
/* Reads until the server closes; false after five seconds without a byte. */
bool client_read_all(int fd, struct buf *out);
/* Connects, sends, reads until the end: the answer as a C string, kept in `answer`. */
const char *client_ask(uint16_t port, slice bytes, struct buf *answer);

int status_of(const char *answer);
bool has_header(const char *answer, const char *line); /* exact line */
const char *body_of(const char *answer);

#endif
