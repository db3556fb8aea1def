/* Answers that come later: the connection sleeps while another thread works. */
#include "http/http_int.h"

#include <assert.h>
#include <time.h>

#define DRAIN_EVERY_MS 2

void http_wait(const struct http_request *request, http_finish *finish, void *self) {
    struct http_exchange *exchange = http_exchange_of(request);
    assert(finish && !exchange->finish);
    exchange->finish = finish;
    exchange->finish_self = self;
    atomic_fetch_add(&exchange->server->waiting, 1);
    atomic_fetch_add(&exchange->server->asleep, 1);
    /* At once: it may be woken before the handler has returned. */
    MHD_suspend_connection(request->connection);
}

/* Once it is awake, its thread may answer, end and reuse the exchange; and once it is not counted
 * any more, the server may be gone. So the count is the last that is touched. */
void http_wake(const struct http_request *request, err result) {
    struct http_exchange *exchange = http_exchange_of(request);
    struct http_server *server = exchange->server;
    exchange->finish_result = result;
    atomic_store(&exchange->woken, true);
    MHD_resume_connection(request->connection);
    atomic_fetch_sub(&server->waiting, 1);
}

void http_later_awake(struct http_exchange *exchange) {
    exchange->finish = NULL;
    atomic_fetch_sub(&exchange->server->asleep, 1);
}

void http_later_drain(struct http_server *server) {
    while (atomic_load(&server->waiting) > 0 || atomic_load(&server->asleep) > 0) {
        nanosleep(&(struct timespec){.tv_nsec = DRAIN_EVERY_MS * 1000000L}, NULL);
    }
}
