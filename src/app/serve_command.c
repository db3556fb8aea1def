#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/assets.h"
#include "app/command.h"
#include "app/dark_room.h"
#include "app/guide.h"
#include "app/house.h"
#include "app/instance.h"
#include "app/notify.h"
#include "app/post_office.h"
#include "app/process.h"
#include "app/routes.h"
#include "app/sandbox.h"
#include "app/version.h"
#include "atlas/atlas.h"
#include "face/actor.h"
#include "face/api/api.h"
#include "face/api/kept.h"
#include "face/catalog/catalog.h"
#include "face/face.h"
#include "face/map/map.h"
#include "face/map/picture.h"
#include "face/ogc/ogc.h"
#include "face/tile/tile.h"
#include "face/web/web.h"
#include "html/i18n.h"
#include "http/asset.h"
#include "http/http.h"
#include "shipped.h"

#define STOP_GRACE_MS 4000
#define MEGABYTE      (1u << 20)

static void *worker_new(void *app) {
    const struct face *face = app;
    struct face_worker *worker = calloc(1, sizeof *worker);
    struct problem problem = {0};
    if (worker != NULL && db_open(face->store_path, DB_READ, &worker->reader, &problem) != OK) {
        log_problem(face->log, "a thread cannot open the store", &problem);
        free(worker);
        worker = NULL;
    }
    return worker;
}

static void worker_free(void *self) {
    struct face_worker *worker = self;
    if (worker != NULL) {
        db_close(worker->reader);
        free(worker);
    }
}

/* The process gives up what it will not need: the socket is bound, the store is open, no other
 * thread runs yet. */
static err enter_sandbox(const struct house *house, struct problem *problem) {
    struct sandbox_report report;
    if (geteuid() == 0) {
        log_line(&house->log, LOG_WARN,
                 "running as root: give the service a user of its own (docs/hosting.md)", NULL);
    }
    if (house->settings.sandbox != 0) {
        log_line(&house->log, LOG_WARN,
                 "the sandbox is off: a fault in the program reaches all that its user can; set "
                 "'sandbox = on'",
                 NULL);
        return OK;
    }
    if (!sandbox_is_possible()) {
        log_line(&house->log, LOG_INFO, "no sandbox: this build checks itself", NULL);
        return OK;
    }
    TRY(sandbox_enter(&(struct sandbox_options){.folder = house->folder, .log = &house->log},
                      &report, problem));
    bool whole = report.landlock > 0 && report.system_calls;
    log_line(&house->log, whole ? LOG_INFO : LOG_WARN,
             whole ? "sandbox" : "sandbox: this kernel has not all of it",
             "no_new_privileges=%s capabilities=%s landlock=%d system_calls=%s",
             report.no_new_privileges ? "given_up" : "kept",
             report.capabilities ? "given_up" : "kept", report.landlock,
             report.system_calls ? "limited" : "not_limited");
    return OK;
}

static void wait_for_signal(const struct house *house, const sigset_t *signals, const char *address,
                            int manager) {
    int signal_number = 0;
    printf("Agora answers on %s/\n", address);
    fflush(stdout);
    notify_send(manager, "READY=1");
    sigwait(signals, &signal_number);
    notify_send(manager, "STOPPING=1");
    log_line(&house->log, LOG_INFO, "stopping", "signal=%d", signal_number);
}

static err answer_until_signal(const struct house *house, struct instance_live *live,
                               struct http_options *options, const struct face *face,
                               struct post_office *office, const sigset_t *signals,
                               const char *address, int manager, struct problem *problem) {
    struct http_server *server = NULL;
    char unused[128];
    TRY(http_server_start(options, &server, unused, problem));
    instance_live_tell(live, server, office->delivery);
    wait_for_signal(house, signals, address, manager);
    instance_live_stop(live);
    job_runner_end_soon(office->runner); /* while the requests end */
    photo_lab_end_soon(face->photos);
    geocode_desk_end_soon(face->geocode);
    http_server_stop(server, STOP_GRACE_MS);
    return OK;
}

/* What needs rights comes first, then they are given up, then threads start: they inherit both the
 * blocked signals and the sandbox. The socket is taken over. */
static err run_server(struct house *house, struct face *face, struct instance_live *live,
                      struct post_office *office, struct http_options *options, const char *address,
                      struct problem *problem) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    int manager = notify_open();
    err started = enter_sandbox(house, problem);
    if (started == OK) {
        started = atlas_open(&(struct atlas_options){.store_path = house->store_path,
                                                     .territories = house->territories,
                                                     .themes = house->themes,
                                                     .clock = house->clock,
                                                     .log = &house->log,
                                                     .snapshot_path = house->snapshot_path,
                                                     .keeps_snapshot = true},
                             &face->atlas, problem);
    }
    if (started != OK) {
        close(options->listen_fd);
        return started;
    }
    started = instance_live_own(live);
    if (started == OK) {
        started = db_writer_start(house->store_path, &house->log, &face->writer);
    }
    if (started != OK) {
        problem_set(problem, started, "store", "the store cannot be opened for writing: %s",
                    err_name(started));
    } else {
        started = post_office_open(office, house, face->i18n, address, face->writer, problem);
    }
    if (started == OK) {
        started = photo_lab_open(face->photos);
    }
    if (started == OK && face->geocode != NULL) {
        started = geocode_desk_open(face->geocode);
    }
    if (started != OK) {
        close(options->listen_fd);
    } else {
        started = answer_until_signal(house, live, options, face, office, &signals, address,
                                      manager, problem);
    }
    photo_lab_stop(face->photos);
    face->photos = NULL;
    geocode_desk_stop(face->geocode);
    face->geocode = NULL;
    post_office_close(office);
    db_writer_stop(face->writer); /* after the server and the jobs, which wait for it */
    instance_live_close(live);
    return started;
}

/* Of the setting cache_mb: two thirds for entries, the rest for whole bodies. */
static size_t cache_of_entries(const struct house *house) {
    return (size_t)house->settings.cache_mb * MEGABYTE / 3 * 2;
}
static size_t cache_of_bodies(const struct house *house) {
    return (size_t)house->settings.cache_mb * MEGABYTE / 3;
}

static err listen_and_wait(struct house *house, struct face *face, struct instance_live *live,
                           const char *listen, struct problem *problem) {
    const struct routes routes = routes_all();
    const struct settings *settings = &house->settings;
    struct ip_network proxies[SETTINGS_PROXIES_MAX];
    struct http_options options = {
        .base_url = settings->base_url.n > 0 ? arena_cstr(&house->arena, settings->base_url) : NULL,
        .trusted_proxies = proxies,
        .trusted_proxy_count =
            settings_networks(settings->trusted_proxies, proxies, SETTINGS_PROXIES_MAX),
        .threads = (unsigned)settings->threads,
        .log_requests = (enum http_log_requests)settings->log_requests, /* in the rows' order */
        .reads_per_minute = (uint32_t)settings->rate_reads_per_minute,
        .exports_per_minute = (uint32_t)settings->rate_exports_per_minute,
        .exports_max = (uint32_t)settings->exports_max,
        .exports_per_address = (uint32_t)settings->exports_per_address,
        .bodies_bytes = cache_of_bodies(house),
        .connections_max = (unsigned)settings->connections_max,
        .connections_per_address = (unsigned)settings->connections_per_address,
        .route_tables = routes.tables,
        .route_counts = routes.counts,
        .app = face,
        .app_gone = instance_live_gone,
        .worker_new = worker_new,
        .worker_free = worker_free,
        .identify = face_identify,
        .sign_in = "/sign-in",
        .error_page = face_web_error_page,
        .log = &house->log,
        .clock = house->clock,
    };
    char address[128];
    struct post_office office;
    TRY(post_office_prepare(&office, house, problem));
    err failed = dark_room_prepare(house, &face->photos, problem);
    if (failed == OK) {
        failed = guide_prepare(house, &face->geocode, problem);
    }
    if (failed == OK) {
        failed = http_listen(listen, &options.listen_fd, address, problem);
    }
    if (failed == OK) {
        failed = run_server(house, face, live, &office, &options, address, problem);
    }
    photo_lab_stop(face->photos);
    geocode_desk_stop(face->geocode);
    post_office_close(&office);
    return failed;
}

/* Without them the site serves all the same: pages name pictures that answer 501. */
static void pictures_open(struct house *house, struct face *face) {
    struct problem problem = {0};
    const struct asset *text =
        http_asset_find(assets_table, assets_count, SLICE("/faces/text.ttf"));
    const struct asset *title =
        http_asset_find(assets_table, assets_count, SLICE("/faces/title.ttf"));
    if (text == NULL || title == NULL ||
        map_pictures_new(text->identity, title->identity, face->basemap, house->territories,
                         &face->pictures, &problem) != OK) {
        log_problem(&house->log, "no pictures for sharing", &problem);
    }
}

static err serve(struct house *house, const char *listen, struct problem *problem) {
    const struct i18n_catalogue english = {.language = SLICE("en"), .mo = shipped_po_en};
    struct i18n *i18n = NULL;
    TRY(i18n_new(&english, 1, &i18n, problem));
    struct ip_network from[SETTINGS_PROXIES_MAX];
    struct process_watch watch;
    process_watch_open(&watch, house->clock);
    struct face face = {
        .territories = house->territories,
        .themes = house->themes,
        .i18n = i18n,
        .ids = &house->ids,
        .clock = house->clock,
        .log = &house->log,
        .store_path = house->store_path,
        .media_folder = arena_printf(&house->arena, "%s/media", house->folder).p,
        .keeps_pages = house->settings.offline == 0,
        .form_least_ms = house->settings.form_seconds * 1000,
        .version = AGORA_VERSION,
        .metrics = (enum face_metrics)house->settings.metrics, /* in the rows' order */
        .metrics_from = from,
        .metrics_from_count =
            settings_networks(house->settings.metrics_from, from, SETTINGS_PROXIES_MAX),
        .process_read = process_watch_read,
        .process = &watch,
    };
    for (size_t i = 0; i < sizeof face.form_key; i += sizeof(uint64_t)) {
        uint64_t random = crypto_random_u64();
        memcpy(face.form_key + i, &random, sizeof random);
    }
    err served = face_basemap_new(shipped_basemap, house->territories, &face.basemap, problem);
    if (served == OK) {
        pictures_open(house, &face);
    }
    if (served == OK) {
        face.kept = cache_of_entries(house) > 0 ? api_kept_new(cache_of_entries(house)) : NULL;
        struct instance_live *live = instance_live_new(house, &face, cache_of_entries(house));
        served = listen_and_wait(house, &face, live, listen, problem);
        instance_live_free(live);
        api_kept_free(face.kept);
        map_pictures_free(face.pictures);
        face_basemap_free(face.basemap);
    }
    process_watch_close(&watch);
    i18n_free(i18n);
    return served;
}

static int serve_run(const struct command_words *words) {
    struct house house;
    struct problem problem = {0};
    err failed =
        house_open(&house, command_value(&command_serve, words, "--data"),
                   command_value(&command_serve, words, "--config"), HOUSE_SERVE, &problem);
    if (failed == OK) {
        const char *listen = command_value(&command_serve, words, "--listen");
        failed =
            serve(&house, listen != NULL ? listen : arena_cstr(&house.arena, house.settings.listen),
                  &problem);
    }
    house_close(&house);
    return failed == OK ? 0 : command_fail(&command_serve, failed, &problem);
}

static const struct command_option options[] = {
    COMMAND_OPTION_DATA,
    COMMAND_OPTION_CONFIG,
    {"--listen", "ADDRESS:PORT", NULL,
     "instead of the setting `listen`; port 0 takes any free one"},
};
const struct command command_serve = {
    .name = "serve",
    .rest = "",
    .help = "Serves the site of a data folder; prints the address when it is ready.",
    .details =
        "Ends cleanly on SIGTERM or Ctrl-C. One server a folder: a second one is refused. The\n"
        "other commands work beside it. TLS belongs to a reverse proxy in front.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .run = serve_run,
};
