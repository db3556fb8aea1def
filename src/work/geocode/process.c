/* The process that speaks to the service. The one that serves gives up new connections for good
 * (app/sandbox.h), so somebody else makes them: a copy made before, which has no store and no
 * folder. It is two processes: one that asks, and its keeper, which starts it again should it
 * end. */
#include "base/process.h"
#include "work/geocode/geocode_int.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_OTHER_FD 3
#define RESTART_S      1
#define STATUS_OK      200
#define URL_ROOM       (GEOCODE_URL_MAX + 3 * GEOCODE_ASKED_MAX + 100)
#define IDLE_S         60L

static size_t body_take(char *bytes, size_t size, size_t count, void *self) {
    struct buf *body = self;
    buf_add_bytes(body, bytes, size * count);
    return body->failed == OK ? size * count : 0; /* too much: the transfer ends here */
}

/* No redirect is followed: who runs the site named this service and no other. No proxy of the
 * environment, no cookie, nothing of who asks. */
static void options_fixed(CURL *curl, const struct geocode_desk_options *options) {
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)options->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE, (long)GEOCODE_ANSWER_MAX);
    curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, IDLE_S);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Agora");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body_take);
}

static void ask(CURL *curl, slice url, const struct geocode_request *request,
                struct geocode_reply *reply) {
    struct buf whole BUF_CLEANUP = buf_new(URL_ROOM);
    struct buf body BUF_CLEANUP = buf_new(GEOCODE_ANSWER_MAX);
    long status = 0;
    geocode_url_write(url, request, &whole);
    curl_easy_setopt(curl, CURLOPT_URL, buf_cstr(&whole));
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    CURLcode result = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    reply->verdict = GEOCODE_AWAY;
    if (body.failed != OK || result == CURLE_FILESIZE_EXCEEDED) {
        snprintf(reply->said, sizeof reply->said, "its answer is longer than %u bytes",
                 GEOCODE_ANSWER_MAX);
    } else if (result != CURLE_OK) {
        snprintf(reply->said, sizeof reply->said, "%s", curl_easy_strerror(result));
    } else if (status != STATUS_OK) {
        snprintf(reply->said, sizeof reply->said, "it answered with status %ld", status);
    } else if (geocode_answer_read(buf_slice(&body), &reply->answer) != OK) {
        snprintf(reply->said, sizeof reply->said, "its answer is no GeoJSON FeatureCollection");
    } else {
        reply->verdict = GEOCODE_ANSWERED;
    }
}

_Noreturn static void speak(const struct geocode_desk_options *options, int fd) {
    struct problem problem = {0};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (options->confine != NULL && options->confine(options->confine_self, &problem) != OK) {
        log_problem(options->log, "addresses are not looked for", &problem);
        _exit(1);
    }
    CURL *curl = curl_easy_init();
    if (curl == NULL) {
        _exit(1);
    }
    options_fixed(curl, options);
    for (;;) {
        struct geocode_request request;
        if (recv(fd, &request, sizeof request, 0) != (ssize_t)sizeof request) {
            _exit(0); /* the server has ended */
        }
        struct geocode_reply reply = {.number = request.number};
        ask(curl, options->url, &request, &reply);
        if (send(fd, &reply, sizeof reply, MSG_NOSIGNAL) != (ssize_t)sizeof reply) {
            _exit(0);
        }
    }
}

void geocode_process_keep(const struct geocode_desk_options *options, int fd, pid_t server) {
    prctl(PR_SET_NAME, "agora addresses");
    process_end_with(server);
    process_signals_reset();
    if (!process_keep_only(fd, FIRST_OTHER_FD)) {
        _exit(1);
    }
    pid_t self = getpid();
    for (;;) {
        int status = 0;
        pid_t speaker = fork();
        if (speaker == 0) {
            process_end_with(self);
            speak(options, FIRST_OTHER_FD);
        }
        if (speaker < 0 || waitpid(speaker, &status, 0) < 0 ||
            (WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
            _exit(0);
        }
        const struct geocode_reply gone = {.verdict = GEOCODE_AWAY,
                                           .said = "the process that asks ended; it starts again"};
        (void)!send(FIRST_OTHER_FD, &gone, sizeof gone, MSG_NOSIGNAL);
        nanosleep(&(struct timespec){.tv_sec = RESTART_S}, NULL);
    }
}
