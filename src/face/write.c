#include "face/write.h"

#include <assert.h>

struct write {
    const struct face *face;
    const struct http_request *request;
    db_job *job;
    http_finish *finish;
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

/* Whoever wrote sees it from the next request on. That the index could not follow is no fault of
 * what was written: the thread that follows the store tries again, and says so. */
static err answer(void *app, const struct http_request *request, void *self, err result,
                  struct http_response *response, struct problem *problem) {
    const struct write *write = self;
    if (result == OK && write->face->atlas) {
        err behind = atlas_catch_up(write->face->atlas);
        (void)behind;
    }
    return write->finish(app, request, write->self, result, response, problem);
}

static err begin(struct write *write) {
    assert(write->request->method == HTTP_POST);
    http_wait(write->request, answer, write);
    err refused = db_write_later(write->face->writer, run, done, write);
    if (refused != OK) {
        http_wake(write->request, refused);
    }
    return OK;
}

err face_write(const struct face *face, const struct http_request *request, db_job *job,
               http_finish *finish, void *self) {
    struct write *write = arena_new(request->arena, struct write, 1);
    *write = (struct write){
        .face = face, .request = request, .job = job, .finish = finish, .self = self};
    return begin(write);
}

struct onward {
    db_job *job;
    void *self;
    slice location;
};

static err go_on_job(struct db_conn *conn, void *self) {
    const struct onward *onward = self;
    return onward->job(conn, onward->self);
}

static err go_on(void *app, const struct http_request *request, void *self, err result,
                 struct http_response *response, struct problem *problem) {
    const struct onward *onward = self;
    (void)app;
    (void)request;
    (void)problem;
    TRY(result);
    http_redirect(response, onward->location);
    return OK;
}

err face_write_then(const struct face *face, const struct http_request *request, db_job *job,
                    void *self, slice location) {
    struct onward *onward = arena_new(request->arena, struct onward, 1);
    *onward = (struct onward){job, self, location};
    return face_write(face, request, go_on_job, go_on, onward);
}
