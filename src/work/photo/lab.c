/* The server's side: one thread that hands a picture to the process and waits for its end. */
#include "work/photo/photo_int.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define LAB_BLOCK     4096
#define LOOK_EVERY_MS 50 /* whether the server is ending */

struct turn {
    photo_work *work;
    void *self;
};
struct photo_lab {
    struct arena arena;
    const struct log *log;
    int fd; /* -1: the process is gone */
    struct photo_tray *tray;
    int64_t wait_us;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_open; /* the thread runs */
    bool is_closing;
    atomic_bool ending;
    struct turn turns[PHOTO_QUEUE_MAX]; /* a ring */
    size_t first, count;
};

err photo_lab_start(const struct photo_lab_options *options, struct photo_lab **lab,
                    struct problem *problem) {
    int pair[2];
    struct photo_tray *tray = mmap(NULL, sizeof *tray, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (tray == MAP_FAILED) {
        return problem_set(problem, ERR_MEMORY, "photos", "no memory to hand pictures over: %s",
                           strerror(errno));
    }
    pid_t server = getpid();
    bool paired = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0;
    pid_t keeper = paired ? fork() : -1;
    if (keeper == 0) {
        photo_process_keep(options, pair[1], server, tray);
    }
    int reason = errno;
    if (paired) {
        close(pair[1]);
    }
    if (keeper < 0) {
        if (paired) {
            close(pair[0]);
        }
        munmap(tray, sizeof *tray);
        return problem_set(problem, ERR_IO, "photos",
                           "cannot start the process that reads pictures: %s", strerror(reason));
    }
    struct arena arena = arena_make(LAB_BLOCK, 0);
    struct photo_lab *made = arena_new(&arena, struct photo_lab, 1);
    *made = (struct photo_lab){.log = options->log,
                               .fd = pair[0],
                               .tray = tray,
                               .wait_us = INT64_C(1000000) * (4 * (int64_t)options->seconds + 10)};
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    made->arena = arena;
    *lab = made;
    return OK;
}

/* ---- the thread ---- */

static bool turn_next(struct photo_lab *lab, struct turn *turn) {
    pthread_mutex_lock(&lab->lock);
    while (lab->count == 0 && !lab->is_closing) {
        pthread_cond_wait(&lab->changed, &lab->lock);
    }
    bool found = lab->count > 0;
    if (found) {
        *turn = lab->turns[lab->first];
        lab->first = (lab->first + 1) % PHOTO_QUEUE_MAX;
        lab->count--;
    }
    pthread_mutex_unlock(&lab->lock);
    return found;
}

static void *run(void *self) {
    struct photo_lab *lab = self;
    struct turn turn;
    while (turn_next(lab, &turn)) {
        turn.work(lab, turn.self);
    }
    return NULL;
}

err photo_lab_open(struct photo_lab *lab) {
    if (pthread_create(&lab->thread, NULL, run, lab) != 0) {
        return ERR_MEMORY;
    }
    lab->is_open = true;
    return OK;
}

err photo_lab_submit(struct photo_lab *lab, photo_work *work, void *self) {
    pthread_mutex_lock(&lab->lock);
    bool has_room = lab->is_open && !lab->is_closing && lab->count < PHOTO_QUEUE_MAX;
    if (has_room) {
        lab->turns[(lab->first + lab->count++) % PHOTO_QUEUE_MAX] = (struct turn){work, self};
        pthread_cond_signal(&lab->changed);
    }
    pthread_mutex_unlock(&lab->lock);
    return has_room ? OK : ERR_BUSY;
}

void photo_lab_end_soon(struct photo_lab *lab) {
    if (lab != NULL) {
        atomic_store(&lab->ending, true);
    }
}

/* The process ends by the end of the socket; no signal may be sent from inside the sandbox. */
void photo_lab_stop(struct photo_lab *lab) {
    if (lab == NULL) {
        return;
    }
    photo_lab_end_soon(lab);
    pthread_mutex_lock(&lab->lock);
    lab->is_closing = true;
    pthread_cond_signal(&lab->changed);
    pthread_mutex_unlock(&lab->lock);
    if (lab->is_open) {
        pthread_join(lab->thread, NULL);
    }
    if (lab->fd >= 0) {
        close(lab->fd);
    }
    munmap(lab->tray, sizeof *lab->tray);
    pthread_cond_destroy(&lab->changed);
    pthread_mutex_destroy(&lab->lock);
    struct arena arena = lab->arena;
    arena_free(&arena);
}

/* ---- one picture ---- */

/* Without the process there is nobody to ask any more: a picture that it may still hold must not
 * meet another one in the tray. */
static enum photo_verdict give_up(struct photo_lab *lab) {
    if (!atomic_load(&lab->ending)) {
        log_line(lab->log, LOG_ERROR,
                 "the process that reads pictures ended; start the server anew", NULL);
    }
    close(lab->fd);
    lab->fd = -1;
    return PHOTO_AWAY;
}

/* How the process that decoded ended; 0: the server is ending, or nobody answers. */
static char wait_for_end(const struct photo_lab *lab) {
    int64_t until_us = clock_monotonic_us() + lab->wait_us;
    while (!atomic_load(&lab->ending) && clock_monotonic_us() < until_us) {
        struct pollfd end = {.fd = lab->fd, .events = POLLIN};
        int ready = poll(&end, 1, LOOK_EVERY_MS);
        char ended = 0;
        if (ready > 0) {
            return recv(lab->fd, &ended, 1, 0) == 1 ? ended : (char)0;
        }
        if (ready < 0 && errno != EINTR) {
            return 0;
        }
    }
    return 0;
}

static enum photo_verdict verdict_of(struct photo_lab *lab, char ended, struct arena *arena,
                                     struct photo *photo) {
    switch (ended) {
    case PHOTO_END_WELL:
        return photo_answer_read(lab->tray, arena, photo);
    case PHOTO_END_KILLED:
        log_line(lab->log, LOG_WARN, "a picture was given up: its process did not end well", NULL);
        return PHOTO_COSTLY;
    case PHOTO_END_NO_LIBRARY:
        log_line(lab->log, LOG_ERROR, "no picture can be read: libvips is not installed", NULL);
        return PHOTO_AWAY;
    default:
        return give_up(lab);
    }
}

enum photo_verdict photo_lab_develop(struct photo_lab *lab, slice bytes, struct arena *arena,
                                     struct photo *photo) {
    enum photo_format format;
    if (bytes.n > PHOTO_BYTES_MAX) {
        return PHOTO_HEAVY;
    }
    if (!photo_format_of(bytes, &format)) {
        return PHOTO_UNKNOWN;
    }
    if (lab->fd < 0 || atomic_load(&lab->ending)) {
        return PHOTO_AWAY;
    }
    struct photo_tray *tray = lab->tray;
    tray->source_bytes = (uint32_t)bytes.n;
    tray->answer = (struct photo_answer){0};
    memcpy(tray->source, bytes.p, bytes.n);
    char ended = send(lab->fd, "p", 1, MSG_NOSIGNAL) == 1 ? wait_for_end(lab) : (char)0;
    enum photo_verdict verdict = verdict_of(lab, ended, arena, photo);
    madvise(tray, sizeof *tray, MADV_REMOVE); /* nobody keeps what was sent */
    return verdict;
}
