/* load: asks a server at a fixed rate, whatever it answers, and tells how long each request took
 * from the moment it was due. A client that waits for an answer before it asks again goes easy on
 * a server that stalls, and does not see most of the stall; here what could not be sent in time is
 * late by as much.
 *
 *   bench_load --base http://127.0.0.1:PORT --targets FILE --rate N [--seconds S] [--warm S]
 *              [--connections C] [--pid PID] [--encoding CODINGS]
 *
 * FILE has one line a request, "class<TAB>target", asked in turn. --rate 0 asks as fast as the
 * connections allow, one request each: for capacity and for the CPU time of a request. --pid names
 * the server: its CPU time over the measured seconds is told too. Prints one JSON object. Exit
 * status 1 when an answer was not 200 (or 304), broken off, or not there at the end. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLASSES_MAX     16
#define CONNECTIONS_MAX 1024
#define TARGETS_MAX     200000
#define HEAD_BYTES      8192
#define REQUEST_BYTES   2048
#define EVENTS          256
#define SUB_BITS        5 /* 32 steps a power of two: 3 % */
#define SUB             (1u << SUB_BITS)
#define BUCKETS         (SUB * 40)
#define US              INT64_C(1000)
#define SECOND          INT64_C(1000000000)
#define PACE_NS         (20 * US) /* sooner than that is now */

struct histogram {
    uint64_t buckets[BUCKETS];
    uint64_t count;
    int64_t worst_ns;
};
struct target {
    unsigned class;
    const char *text;
};
struct connection {
    int fd;
    bool busy, reading_body;
    int64_t due_ns; /* of the request it waits for */
    unsigned class;
    uint64_t left; /* of the body */
    size_t n;      /* of the head so far */
    char head[HEAD_BYTES];
};
struct load {
    struct sockaddr_in address;
    struct target *targets;
    size_t target_count, next_target;
    char *classes[CLASSES_MAX];
    unsigned class_count;
    struct histogram histograms[CLASSES_MAX + 1]; /* the last one: all */
    struct connection *connections;
    unsigned connection_count;
    unsigned idle[CONNECTIONS_MAX]; /* a ring: the one that has waited longest is next */
    unsigned idle_first, idle_count;
    int epoll;
    const char *encoding;
    double rate;
    int64_t started_ns, measured_ns, ends_ns;
    uint64_t sent, wrong;
    char first_wrong[256];
};

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

/* ---- how long it took ---- */

/* Below 32 each microsecond has its bucket, above it each power of two has 32. */
static size_t bucket_of(int64_t ns) {
    uint64_t us = ns > 0 ? (uint64_t)(ns / US) : 0;
    if (us < SUB) {
        return (size_t)us;
    }
    unsigned top = 63u - (unsigned)__builtin_clzll(us);
    size_t bucket = (size_t)(top - SUB_BITS + 1) * SUB + ((us >> (top - SUB_BITS)) & (SUB - 1));
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* The upper end of a bucket, in microseconds. */
static double bucket_end_us(size_t bucket) {
    if (bucket < SUB) {
        return (double)bucket + 1;
    }
    unsigned shift = (unsigned)(bucket / SUB) - 1;
    return (double)((SUB + bucket % SUB + 1) << shift);
}

static void histogram_add(struct histogram *histogram, int64_t ns) {
    histogram->buckets[bucket_of(ns)]++;
    histogram->count++;
    histogram->worst_ns = ns > histogram->worst_ns ? ns : histogram->worst_ns;
}

static double quantile_us(const struct histogram *histogram, double share) {
    uint64_t wanted = (uint64_t)((double)histogram->count * share);
    uint64_t seen = 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        seen += histogram->buckets[i];
        if (seen > wanted) {
            return bucket_end_us(i);
        }
    }
    return (double)histogram->worst_ns / 1000;
}

/* ---- the server's CPU time ---- */

/* Nanoseconds all threads of a process have run (proc(5), schedstat), -1 when it is not there. */
static int64_t cpu_ns(long pid) {
    char path[320];
    int64_t sum = 0;
    snprintf(path, sizeof path, "/proc/%ld/task", pid);
    DIR *tasks = opendir(path);
    if (!tasks) {
        return -1;
    }
    for (const struct dirent *task; (task = readdir(tasks)) != NULL;) {
        uint64_t ran = 0;
        snprintf(path, sizeof path, "/proc/%ld/task/%s/schedstat", pid, task->d_name);
        FILE *file = task->d_name[0] == '.' ? NULL : fopen(path, "r");
        if (file) {
            sum += fscanf(file, "%" SCNu64, &ran) == 1 ? (int64_t)ran : 0;
            fclose(file);
        }
    }
    closedir(tasks);
    return sum;
}

/* ---- connections ---- */

static void wrong(struct load *load, const char *what, const char *more) {
    if (load->wrong++ == 0) {
        snprintf(load->first_wrong, sizeof load->first_wrong, "%s %.120s", what, more);
    }
}

static bool connection_open(struct load *load, unsigned number) {
    struct connection *connection = &load->connections[number];
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&load->address, sizeof load->address) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
        perror("bench_load: connect");
        return false;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = number};
    connection->fd = fd;
    return epoll_ctl(load->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void ask(struct load *load, unsigned number, int64_t due_ns) {
    struct connection *connection = &load->connections[number];
    const struct target *target = &load->targets[load->next_target];
    char request[REQUEST_BYTES];
    load->next_target = (load->next_target + 1) % load->target_count;
    int n = snprintf(request, sizeof request,
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: bench\r\nAccept: */*\r\n"
                     "%s%s%s\r\n",
                     target->text, (unsigned)ntohs(load->address.sin_port),
                     load->encoding ? "Accept-Encoding: " : "",
                     load->encoding ? load->encoding : "", load->encoding ? "\r\n" : "");
    connection->busy = true;
    connection->due_ns = due_ns;
    connection->class = target->class;
    connection->n = 0;
    connection->reading_body = false;
    load->sent++;
    if (n < 0 || (size_t)n >= sizeof request ||
        send(connection->fd, request, (size_t)n, MSG_NOSIGNAL) != n) {
        wrong(load, "not sent:", target->text);
    }
}

static void idle_add(struct load *load, unsigned number) {
    load->idle[(load->idle_first + load->idle_count++) % CONNECTIONS_MAX] = number;
}

static unsigned idle_take(struct load *load) {
    unsigned number = load->idle[load->idle_first];
    load->idle_first = (load->idle_first + 1) % CONNECTIONS_MAX;
    load->idle_count--;
    return number;
}

static void done(struct load *load, unsigned number) {
    struct connection *connection = &load->connections[number];
    int64_t now = now_ns();
    if (connection->due_ns >= load->measured_ns) {
        histogram_add(&load->histograms[connection->class], now - connection->due_ns);
        histogram_add(&load->histograms[CLASSES_MAX], now - connection->due_ns);
    }
    connection->busy = false;
    idle_add(load, number);
}

/* The head is whole: its status and the length of what follows. False: not an answer of ours. */
static bool read_head(struct load *load, struct connection *connection, const char *end) {
    static const char name[] = "\r\nContent-Length: ";
    connection->head[connection->n] = '\0';
    bool good = strncmp(connection->head, "HTTP/1.1 200", 12) == 0 ||
                strncmp(connection->head, "HTTP/1.1 304", 12) == 0;
    const char *length = strcasestr(connection->head, name);
    if (!good || !length || length > end) {
        wrong(load, "answered:", connection->head);
    }
    if (!length || length > end) {
        return false;
    }
    uint64_t have = connection->n - (size_t)(end + 4 - connection->head);
    uint64_t body = strtoull(length + sizeof name - 1, NULL, 10);
    connection->reading_body = true;
    connection->left = body - have;
    return have <= body;
}

static bool read_some(struct load *load, unsigned number) {
    struct connection *connection = &load->connections[number];
    char scratch[65536];
    ssize_t n;
    if (connection->reading_body) {
        n = recv(connection->fd, scratch, sizeof scratch, MSG_DONTWAIT);
        if (n <= 0) {
            return n < 0 && errno == EAGAIN;
        }
        connection->left -= (uint64_t)n;
    } else {
        n = recv(connection->fd, connection->head + connection->n, HEAD_BYTES - 1 - connection->n,
                 MSG_DONTWAIT);
        if (n <= 0 || !connection->busy) {
            return n < 0 && errno == EAGAIN;
        }
        connection->n += (size_t)n;
        const char *end = memmem(connection->head, connection->n, "\r\n\r\n", 4);
        if (!end) {
            return connection->n < HEAD_BYTES - 1;
        }
        if (!read_head(load, connection, end)) {
            return false;
        }
    }
    if (connection->left == 0) {
        done(load, number);
    }
    return true;
}

/* ---- the run ---- */

static int64_t due_of(const struct load *load, uint64_t number) {
    return load->started_ns + (int64_t)((double)number * 1e9 / load->rate);
}

/* Sends what is due, as far as connections are free; how long until the next one. */
static int64_t send_due(struct load *load) {
    for (;;) {
        int64_t now = now_ns();
        int64_t due = load->rate > 0 ? due_of(load, load->sent) : now;
        if (due >= load->ends_ns) {
            return load->ends_ns - now;
        }
        if (due > now + PACE_NS) {
            return due - now;
        }
        if (load->idle_count == 0) {
            return SECOND / 100;
        }
        ask(load, idle_take(load), due);
    }
}

static bool wait_for_answers(struct load *load, int64_t at_most_ns) {
    struct epoll_event events[EVENTS];
    struct timespec wait = {at_most_ns / SECOND, at_most_ns % SECOND};
    int n = epoll_pwait2(load->epoll, events, EVENTS, &wait, NULL);
    for (int i = 0; i < n; i++) {
        unsigned number = events[i].data.u32;
        if (!read_some(load, number)) {
            wrong(load, "broken off:", "");
            return false;
        }
    }
    return true;
}

static bool run(struct load *load, long pid, double warm_s, double seconds, int64_t *cpu) {
    load->started_ns = now_ns();
    load->measured_ns = load->started_ns + (int64_t)(warm_s * 1e9);
    load->ends_ns = load->measured_ns + (int64_t)(seconds * 1e9);
    int64_t before = -1;
    bool going = true;
    while (going && now_ns() < load->ends_ns) {
        if (before < 0 && now_ns() >= load->measured_ns) {
            before = pid > 0 ? cpu_ns(pid) : 0;
        }
        int64_t wait_ns = send_due(load);
        going = wait_for_answers(load, wait_ns > 0 ? wait_ns : 0);
    }
    *cpu = pid > 0 ? cpu_ns(pid) - before : 0;
    int64_t patience_ns = now_ns() + 5 * SECOND;
    while (going && load->idle_count < load->connection_count && now_ns() < patience_ns) {
        going = wait_for_answers(load, SECOND / 100);
    }
    if (load->idle_count < load->connection_count) {
        wrong(load, "without an answer at the end", "");
    }
    return load->wrong == 0;
}

static void print_histogram(const char *name, const struct histogram *histogram, bool last) {
    printf("\"%s\":{\"count\":%" PRIu64 ",\"p50_us\":%.0f,\"p90_us\":%.0f,\"p99_us\":%.0f,"
           "\"p999_us\":%.0f,\"max_us\":%.0f}%s",
           name, histogram->count, quantile_us(histogram, 0.5), quantile_us(histogram, 0.9),
           quantile_us(histogram, 0.99), quantile_us(histogram, 0.999),
           (double)histogram->worst_ns / 1000, last ? "" : ",");
}

static void print_result(const struct load *load, double seconds, int64_t cpu) {
    const struct histogram *all = &load->histograms[CLASSES_MAX];
    double answered = all->count > 0 ? (double)all->count : 1;
    printf("{\"rate\":%.0f,\"answered_per_s\":%.0f,\"connections\":%u,\"wrong\":%" PRIu64
           ",\"first_wrong\":\"",
           load->rate, (double)all->count / seconds, load->connection_count, load->wrong);
    for (const char *p = load->first_wrong; *p; p++) {
        if ((unsigned char)*p < ' ') {
            break;
        }
        putchar(*p == '"' || *p == '\\' ? '\'' : *p);
    }
    printf("\",\"server_cpu_us_per_request\":%.2f,\"classes\":{", (double)cpu / 1000 / answered);
    for (unsigned i = 0; i < load->class_count; i++) {
        print_histogram(load->classes[i], &load->histograms[i], false);
    }
    print_histogram("all", all, true);
    printf("}}\n");
}

/* ---- what is asked ---- */

static bool target_add(struct load *load, char *line) {
    char *tab = strchr(line, '\t');
    if (!tab || tab[1] != '/' || load->target_count == TARGETS_MAX ||
        strlen(tab + 1) + 256 > REQUEST_BYTES) {
        fprintf(stderr, "bench_load: \"%.80s\" is not class<TAB>/target\n", line);
        return false;
    }
    *tab = '\0';
    unsigned class = 0;
    while (class < load->class_count && strcmp(load->classes[class], line) != 0) {
        class ++;
    }
    if (class == CLASSES_MAX) {
        fprintf(stderr, "bench_load: more than %d classes\n", CLASSES_MAX);
        return false;
    }
    if (class == load->class_count) {
        load->classes[load->class_count++] = line;
    }
    load->targets[load->target_count++] = (struct target){class, tab + 1};
    return true;
}

static bool targets_read(struct load *load, const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        return false;
    }
    bool good = true;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while (good && (n = getline(&line, &room, file)) > 0) {
        line[n - (line[n - 1] == '\n')] = '\0';
        char *kept = strdup(line);
        good = kept && target_add(load, kept);
    }
    free(line);
    fclose(file);
    return good && load->target_count > 0;
}

int main(int count, char **words) {
    static const struct option options[] = {
        {"base", 1, NULL, 'b'},     {"targets", 1, NULL, 't'}, {"rate", 1, NULL, 'r'},
        {"seconds", 1, NULL, 's'},  {"warm", 1, NULL, 'w'},    {"connections", 1, NULL, 'c'},
        {"encoding", 1, NULL, 'e'}, {"pid", 1, NULL, 'p'},     {0}};
    struct load *load = calloc(1, sizeof *load);
    const char *base = NULL;
    const char *targets = NULL;
    double seconds = 10;
    double warm_s = 1;
    long pid = 0;
    if (!load) {
        return 1;
    }
    load->connection_count = 32;
    for (int key; (key = getopt_long(count, words, "", options, NULL)) != -1;) {
        switch (key) {
        case 'b':
            base = optarg;
            break;
        case 't':
            targets = optarg;
            break;
        case 'r':
            load->rate = strtod(optarg, NULL);
            break;
        case 's':
            seconds = strtod(optarg, NULL);
            break;
        case 'w':
            warm_s = strtod(optarg, NULL);
            break;
        case 'c':
            load->connection_count = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'e':
            load->encoding = optarg;
            break;
        case 'p':
            pid = strtol(optarg, NULL, 10);
            break;
        default:
            return 2;
        }
    }
    const char *colon = base ? strrchr(base, ':') : NULL;
    if (!colon || !targets || seconds <= 0 || load->connection_count == 0 ||
        load->connection_count > CONNECTIONS_MAX) {
        fprintf(stderr, "bench_load: --base, --targets and --rate are needed; see load.c\n");
        return 2;
    }
    load->address = (struct sockaddr_in){.sin_family = AF_INET,
                                         .sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10)),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    load->targets = calloc(TARGETS_MAX, sizeof *load->targets);
    load->connections = calloc(load->connection_count, sizeof *load->connections);
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!load->targets || !load->connections || load->epoll < 0 || !targets_read(load, targets)) {
        return 1;
    }
    for (unsigned i = 0; i < load->connection_count; i++) {
        if (!connection_open(load, i)) {
            return 1;
        }
        idle_add(load, i);
    }
    int64_t cpu = 0;
    bool good = run(load, pid, warm_s, seconds, &cpu);
    print_result(load, seconds, cpu);
    return good ? 0 : 1;
}
