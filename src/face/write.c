#include "face/write.h"

#include <assert.h>

struct write {
    const struct http_request *request;
    db_job *job;
    void *self;
};

static err run(struct db_conn *conn, void *self) {
    const struct write *write = self;
    return write->job(conn, write->self);
}

/* On the writer's thread: from here on the request's arena is its own thread's again. */
static void done(err result, void *self) {
    const struct write *write = self;
    http_wake(write->request, result);
}

err face_write(const struct face *face, const struct http_request *request, db_job *job,
               http_finish *finish, void *self) {
    assert(request->method == HTTP_POST);
    struct write *write = arena_new(request->arena, struct write, 1);
    *write = (struct write){.request = request, .job = job, .self = self};
    http_wait(request, finish, self);
    err refused = db_write_later(face->writer, run, done, write);
    if (refused != OK) {
        http_wake(request, refused);
    }
    return OK;
}
