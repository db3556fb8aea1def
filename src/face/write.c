#include "face/write.h"

#include <assert.h>

struct write {
    const struct http_request *request;
    db_job *job;
    void *self;
    slice location; /* of face_write_then */
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

static struct write *write_new(const struct http_request *request, db_job *job, void *self) {
    assert(request->method == HTTP_POST);
    struct write *write = arena_new(request->arena, struct write, 1);
    *write = (struct write){.request = request, .job = job, .self = self};
    return write;
}

static err begin(const struct face *face, struct write *write, http_finish *finish,
                 void *finish_self) {
    http_wait(write->request, finish, finish_self);
    err refused = db_write_later(face->writer, run, done, write);
    if (refused != OK) {
        http_wake(write->request, refused);
    }
    return OK;
}

err face_write(const struct face *face, const struct http_request *request, db_job *job,
               http_finish *finish, void *self) {
    return begin(face, write_new(request, job, self), finish, self);
}

static err go_on(void *app, const struct http_request *request, void *self, err result,
                 struct http_response *response, struct problem *problem) {
    const struct write *write = self;
    (void)app;
    (void)request;
    (void)problem;
    TRY(result);
    http_redirect(response, write->location);
    return OK;
}

err face_write_then(const struct face *face, const struct http_request *request, db_job *job,
                    void *self, slice location) {
    struct write *write = write_new(request, job, self);
    write->location = location;
    return begin(face, write, go_on, write);
}
