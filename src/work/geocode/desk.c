/* The server's side: one thread that hands a question to the process and waits for its answer, and
 * what was answered lately. */
#include "work/geocode/geocode_int.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOK_EVERY_MS  50  /* whether the server is ending */
#define REPLY_SLACK_MS 500 /* of the process, beyond the time of its transfer */
#define FIRST_QUESTION "mairie"

/* By its question; the later one of two that share a place stays. */
struct kept {
    int64_t until_us; /* 0: nothing stands here */
    struct geocode_request request;
    struct geocode_answer answer;
};

struct geocode_desk {
    struct arena arena;
    const struct log *log;
    struct clock clock;
    int fd;
    int64_t wait_ms;
    uint64_t number;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_open, is_closing;
    atomic_bool ending;
    _Atomic int64_t answered_ms, failed_ms;
    struct geocode_question *questions[GEOCODE_QUEUE_MAX]; /* a ring */
    size_t first, count;
    struct kept kept[GEOCODE_KEPT_MAX]; /* the thread's alone */
    slice host;
    char url[GEOCODE_URL_MAX];
};

err geocode_desk_start(const struct geocode_desk_options *options, struct geocode_desk **desk,
                       struct problem *problem) {
    int pair[2];
    unsigned port = 0;
    assert(options->url.n <= GEOCODE_URL_MAX);
    bool paired = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0;
    pid_t server = getpid();
    pid_t keeper = paired ? fork() : -1;
    if (keeper == 0) {
        geocode_process_keep(options, pair[1], server);
    }
    int reason = errno;
    if (paired) {
        close(pair[1]);
    }
    if (keeper < 0) {
        if (paired) {
            close(pair[0]);
        }
        return problem_set(problem, ERR_IO, "geocoder_url",
                           "cannot start the process that looks for addresses: %s",
                           strerror(reason));
    }
    struct arena arena = arena_make(sizeof(struct geocode_desk), 0);
    struct geocode_desk *made = arena_new(&arena, struct geocode_desk, 1);
    made->arena = arena;
    made->log = options->log;
    made->clock = options->clock;
    made->fd = pair[0];
    made->wait_ms = options->timeout_ms + REPLY_SLACK_MS;
    memcpy(made->url, options->url.p, options->url.n);
    geocode_url_read(slice_of(made->url, options->url.n), &made->host, &port);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    *desk = made;
    return OK;
}

slice geocode_desk_host(const struct geocode_desk *desk) {
    return desk->host;
}

void geocode_desk_state(struct geocode_desk *desk, struct geocode_state *state) {
    *state = (struct geocode_state){.answered_ms = atomic_load(&desk->answered_ms),
                                    .failed_ms = atomic_load(&desk->failed_ms)};
}

/* ---- one question ---- */

/* The reply to this request; an older one came too late for whoever had asked. */
static bool reply_wait(const struct geocode_desk *desk, struct geocode_reply *reply) {
    int64_t until_us = clock_monotonic_us() + 1000 * desk->wait_ms;
    while (!atomic_load(&desk->ending) && clock_monotonic_us() < until_us) {
        struct pollfd end = {.fd = desk->fd, .events = POLLIN};
        int ready = poll(&end, 1, LOOK_EVERY_MS);
        if (ready < 0 && errno != EINTR) {
            return false;
        }
        if (ready <= 0) {
            continue;
        }
        if (recv(desk->fd, reply, sizeof *reply, 0) != (ssize_t)sizeof *reply) {
            return false;
        }
        if (reply->number == desk->number || reply->number == 0) {
            return true;
        }
    }
    return false;
}

static enum geocode_verdict failed(struct geocode_desk *desk, const char *why) {
    if (!atomic_load(&desk->ending)) {
        atomic_store(&desk->failed_ms, clock_now_ms(desk->clock));
        log_line(desk->log, LOG_WARN, "the service of addresses does not answer", "why=%s",
                 log_quote(slice_from_cstr(why)).p);
    }
    return GEOCODE_AWAY;
}

static enum geocode_verdict fetch(struct geocode_desk *desk, struct geocode_request *request,
                                  struct geocode_answer *answer) {
    struct geocode_reply reply = {0};
    request->number = ++desk->number;
    if (send(desk->fd, request, sizeof *request, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        return failed(desk, "the process that asks does not listen");
    }
    if (!reply_wait(desk, &reply)) {
        return failed(desk, "no answer from the process that asks");
    }
    if (reply.verdict != GEOCODE_ANSWERED) {
        reply.said[sizeof reply.said - 1] = '\0';
        return failed(desk, reply.said);
    }
    if (!geocode_answer_is_sound(&reply.answer)) {
        return failed(desk, "what the process says cannot be");
    }
    atomic_store(&desk->answered_ms, clock_now_ms(desk->clock));
    *answer = reply.answer;
    return GEOCODE_ANSWERED;
}

static bool is_same(const struct geocode_request *a, const struct geocode_request *b) {
    return a->has_near == b->has_near && geo_point_is_same(a->near, b->near) &&
           slice_equal(slice_of(a->asked, a->asked_bytes), slice_of(b->asked, b->asked_bytes));
}

static void answer(struct geocode_desk *desk, struct geocode_question *question) {
    struct geocode_request request = {.has_near = question->has_near,
                                      .near = question->has_near ? question->near
                                                                 : (struct geo_point){0, 0},
                                      .asked_bytes = (uint32_t)question->text.n};
    memcpy(request.asked, question->text.p, question->text.n);
    int64_t now_us = clock_monotonic_us();
    struct kept *kept = &desk->kept[hash_bytes(question->text, 0) % GEOCODE_KEPT_MAX];
    if (now_us < kept->until_us && is_same(&kept->request, &request)) {
        question->answer = kept->answer;
        question->verdict = GEOCODE_ANSWERED;
    } else if (now_us - question->asked_us > 1000 * desk->wait_ms) {
        question->verdict = failed(desk, "too many questions wait");
    } else {
        question->verdict = fetch(desk, &request, &question->answer);
        if (question->verdict == GEOCODE_ANSWERED) {
            *kept = (struct kept){.until_us = now_us + 1000 * GEOCODE_KEPT_MS,
                                  .request = request,
                                  .answer = question->answer};
        }
    }
}

/* ---- the thread ---- */

static struct geocode_question *question_next(struct geocode_desk *desk) {
    struct geocode_question *question = NULL;
    pthread_mutex_lock(&desk->lock);
    while (desk->count == 0 && !desk->is_closing) {
        pthread_cond_wait(&desk->changed, &desk->lock);
    }
    if (desk->count > 0) {
        question = desk->questions[desk->first];
        desk->first = (desk->first + 1) % GEOCODE_QUEUE_MAX;
        desk->count--;
    }
    pthread_mutex_unlock(&desk->lock);
    return question;
}

static void *run(void *self) {
    struct geocode_desk *desk = self;
    struct geocode_question first = {.text = SLICE(FIRST_QUESTION),
                                     .asked_us = clock_monotonic_us()};
    answer(desk, &first);
    for (struct geocode_question *question; (question = question_next(desk)) != NULL;) {
        answer(desk, question);
        question->told(question);
    }
    return NULL;
}

err geocode_desk_open(struct geocode_desk *desk) {
    if (pthread_create(&desk->thread, NULL, run, desk) != 0) {
        return ERR_MEMORY;
    }
    pthread_mutex_lock(&desk->lock);
    desk->is_open = true;
    pthread_mutex_unlock(&desk->lock);
    return OK;
}

err geocode_ask(struct geocode_desk *desk, struct geocode_question *question) {
    assert(question->text.n > 0 && question->text.n <= GEOCODE_ASKED_MAX);
    question->asked_us = clock_monotonic_us();
    pthread_mutex_lock(&desk->lock);
    bool has_room = desk->is_open && !desk->is_closing && desk->count < GEOCODE_QUEUE_MAX;
    if (has_room) {
        desk->questions[(desk->first + desk->count++) % GEOCODE_QUEUE_MAX] = question;
        pthread_cond_signal(&desk->changed);
    }
    pthread_mutex_unlock(&desk->lock);
    return has_room ? OK : ERR_BUSY;
}

void geocode_desk_end_soon(struct geocode_desk *desk) {
    if (desk != NULL) {
        atomic_store(&desk->ending, true);
    }
}

/* The process ends by the end of the socket; no signal may be sent from inside the sandbox. */
void geocode_desk_stop(struct geocode_desk *desk) {
    if (desk == NULL) {
        return;
    }
    geocode_desk_end_soon(desk);
    pthread_mutex_lock(&desk->lock);
    desk->is_closing = true;
    pthread_cond_signal(&desk->changed);
    pthread_mutex_unlock(&desk->lock);
    if (desk->is_open) {
        pthread_join(desk->thread, NULL);
    }
    close(desk->fd);
    pthread_cond_destroy(&desk->changed);
    pthread_mutex_destroy(&desk->lock);
    struct arena arena = desk->arena;
    arena_free(&arena);
}
