#include "face/write.h"

#include <assert.h>

struct write {
    const struct face *face;
    const struct http_request *request;
    db_job *job;
    http_finish *finish; /* NULL: goes on to `location` */
    void *self;
    slice location;
    bool is_feed_longer; /* the index has something to take in */
    struct atlas_waiter waiter;
};

static err run(struct db_conn *conn, void *self) {
    struct write *write = self;
    uint64_t before = db_changes_added(conn);
    err result = write->job(conn, write->self);
    write->is_feed_longer = db_changes_added(conn) != before;
    return result;
}

/* On the thread of the atlas. */
static void seen(void *self) {
    const struct write *write = self;
    http_wake(write->request, OK);
}

/* On the writer's thread. With the wake the request's arena is its own thread's again. */
static void done(err result, void *self) {
    struct write *write = self;
    if (result != OK || !write->is_feed_longer || !write->face->atlas) {
        http_wake(write->request, result);
        return;
    }
    write->waiter = (struct atlas_waiter){.seen = seen, .self = write};
    atlas_wait(write->face->atlas, &write->waiter);
}

static err answer(void *app, const struct http_request *request, void *self, err result,
                  struct http_response *response, struct problem *problem) {
    const struct write *write = self;
    if (write->finish) {
        return write->finish(app, request, write->self, result, response, problem);
    }
    TRY(result);
    http_redirect(response, write->location);
    return OK;
}

static err begin(const struct face *face, const struct http_request *request,
                 const struct write *what) {
    assert(request->method == HTTP_POST);
    struct write *write = arena_new(request->arena, struct write, 1);
    *write = *what;
    write->face = face;
    write->request = request;
    http_wait(request, answer, write);
    err refused = db_write_later(face->writer, run, done, write);
    if (refused != OK) {
        http_wake(request, refused);
    }
    return OK;
}

err face_write(const struct face *face, const struct http_request *request, db_job *job,
               http_finish *finish, void *self) {
    return begin(face, request, &(struct write){.job = job, .finish = finish, .self = self});
}

err face_write_then(const struct face *face, const struct http_request *request, db_job *job,
                    void *self, slice location) {
    return begin(face, request, &(struct write){.job = job, .self = self, .location = location});
}
