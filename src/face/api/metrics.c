/* /metrics: the running program in figures, as Prometheus reads them (text exposition format
 * 0.0.4). docs/monitoring.md names every family; no label holds who asked or what for (RULE
 * HOST-1). */
#include "face/api/api_int.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MEDIA_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* ---- the format ---- */

static void family(struct buf *out, const char *name, const char *type, const char *help) {
    buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void gauge(struct buf *out, const char *name, const char *help, int64_t value) {
    if (value >= 0) {
        family(out, name, "gauge", help);
        buf_addf(out, "%s %lld\n", name, (long long)value);
    }
}

static void counter(struct buf *out, const char *name, const char *help, uint64_t value) {
    family(out, name, "counter", help);
    buf_addf(out, "%s %llu\n", name, (unsigned long long)value);
}

static void seconds(struct buf *out, const char *name, const char *type, const char *help,
                    double value) {
    family(out, name, type, help);
    buf_addf(out, "%s ", name);
    buf_add_double(out, value);
    buf_add_char(out, '\n');
}

/* Patterns of routes and versions hold nothing that a label would have to escape. */
static const char *route_label(const struct http_route_figures *route) {
    return route->path[0] ? route->path : "none";
}

static uint64_t route_requests(const struct http_route_figures *route) {
    uint64_t sum = 0;
    for (size_t bucket = 0; bucket <= HTTP_DURATION_BUCKETS; bucket++) {
        sum += route->buckets[bucket];
    }
    return sum;
}

/* ---- requests ---- */

static void write_requests(const struct http_figures *figures, struct buf *out) {
    static const char *const methods[] = {"GET", "HEAD", "POST", "OPTIONS", "other"};
    static const char *const classes[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
    family(out, "agora_http_requests_total", "counter",
           "Requests by pattern of their route, method and class of status.");
    for (size_t i = 0; i < figures->route_count; i++) {
        const struct http_route_figures *route = &figures->routes[i];
        for (size_t method = 0; method <= HTTP_METHOD__COUNT; method++) {
            for (size_t class = 0; class < HTTP_STATUS_CLASSES; class ++) {
                if (route->requests[method][class] > 0) {
                    buf_addf(out,
                             "agora_http_requests_total{route=\"%s\",method=\"%s\","
                             "status=\"%s\"} %llu\n",
                             route_label(route), methods[method], classes[class],
                             (unsigned long long)route->requests[method][class]);
                }
            }
        }
    }
}

static void write_durations(const struct http_figures *figures, struct buf *out) {
    static const char name[] = "agora_http_request_duration_seconds";
    family(out, name, "histogram", "From the first line of a request to the last byte sent.");
    for (size_t i = 0; i < figures->route_count; i++) {
        const struct http_route_figures *route = &figures->routes[i];
        uint64_t sum = 0;
        if (route_requests(route) == 0) {
            continue;
        }
        for (size_t bucket = 0; bucket < HTTP_DURATION_BUCKETS; bucket++) {
            sum += route->buckets[bucket];
            buf_addf(out, "%s_bucket{route=\"%s\",le=\"", name, route_label(route));
            buf_add_double(out, (double)http_duration_buckets_us[bucket] / 1e6);
            buf_addf(out, "\"} %llu\n", (unsigned long long)sum);
        }
        sum += route->buckets[HTTP_DURATION_BUCKETS];
        buf_addf(out, "%s_bucket{route=\"%s\",le=\"+Inf\"} %llu\n", name, route_label(route),
                 (unsigned long long)sum);
        buf_addf(out, "%s_sum{route=\"%s\"} ", name, route_label(route));
        buf_add_double(out, (double)route->duration_us / 1e6);
        buf_addf(out, "\n%s_count{route=\"%s\"} %llu\n", name, route_label(route),
                 (unsigned long long)sum);
    }
}

static void write_bytes(const struct http_figures *figures, struct buf *out) {
    family(out, "agora_http_response_bytes_total", "counter",
           "Bytes of bodies, as they were sent.");
    for (size_t i = 0; i < figures->route_count; i++) {
        const struct http_route_figures *route = &figures->routes[i];
        if (route_requests(route) > 0) {
            buf_addf(out, "agora_http_response_bytes_total{route=\"%s\"} %llu\n",
                     route_label(route), (unsigned long long)route->bytes);
        }
    }
}

static void write_server(const struct http_figures *figures, struct buf *out) {
    static const char *const limits[HTTP_LIMITED__COUNT] = {"reads", "exports", "exports_running"};
    gauge(out, "agora_http_requests_running", "Requests at this moment, this one included.",
          (int64_t)figures->running);
    gauge(out, "agora_http_threads", "Threads that answer.", figures->threads);
    gauge(out, "agora_http_connections_open", "Open connections.",
          (int64_t)figures->connections_open);
    counter(out, "agora_http_connections_total", "Connections taken since the start.",
            figures->connections_total);
    counter(out, "agora_http_connections_refused_total",
            "Connections beyond connections_max or connections_per_address.",
            figures->connections_refused);
    counter(out, "agora_http_kept_answers_total",
            "Answers that were kept in memory, whole (cache_mb).", figures->kept);
    family(out, "agora_http_limited_total", "counter",
           "Requests answered 429 or 503 because of a limit.");
    for (size_t i = 0; i < HTTP_LIMITED__COUNT; i++) {
        buf_addf(out, "agora_http_limited_total{limit=\"%s\"} %llu\n", limits[i],
                 (unsigned long long)figures->limited[i]);
    }
}

/* ---- what lies behind ---- */

static void write_atlas(const struct face *face, struct buf *out) {
    struct atlas_figures atlas;
    atlas_figures_read(face->atlas, &atlas);
    gauge(out, "agora_atlas_entries", "Entries in the index.", (int64_t)atlas.documents);
    gauge(out, "agora_atlas_documents", "Entries, needs and offers in the index.",
          (int64_t)atlas.all_documents);
    gauge(out, "agora_atlas_delta_documents", "Of them, those changed since the generation.",
          (int64_t)atlas.delta_documents);
    gauge(out, "agora_atlas_bytes", "Memory of the index.", (int64_t)atlas.bytes);
    family(out, "agora_atlas_part_bytes", "gauge", "The same by what takes it.");
    for (size_t i = 0; i < atlas.part_count; i++) {
        buf_addf(out, "agora_atlas_part_bytes{part=\"%s\"} %llu\n", atlas.parts[i].name,
                 (unsigned long long)atlas.parts[i].bytes);
    }
    gauge(out, "agora_atlas_change_sequence", "Last change of the store that is in the index.",
          atlas.sequence);
    counter(out, "agora_atlas_generations_total", "Generations of the index made since the start.",
            atlas.generations);
    counter(out, "agora_atlas_snapshots_total", "Snapshots of the index written since the start.",
            atlas.snapshots);
    seconds(out, "agora_atlas_generation_timestamp_seconds", "gauge",
            "When the generation was put in place.", (double)atlas.generation_made_ms / 1e3);
    seconds(out, "agora_atlas_generation_duration_seconds", "gauge",
            "How long making the generation took.", (double)atlas.generation_took_us / 1e6);
}

static int64_t file_bytes(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 ? (int64_t)status.st_size : 0;
}

static err write_store(const struct face *face, const struct http_request *request,
                       struct buf *out) {
    int64_t sequence = 0;
    TRY(db_change_last(face_reader(request), &sequence));
    const char *log = arena_printf(request->arena, "%s-wal", face->store_path).p;
    gauge(out, "agora_store_bytes", "Size of the store's file.", file_bytes(face->store_path));
    gauge(out, "agora_store_wal_bytes", "Size of its write-ahead log.", file_bytes(log));
    gauge(out, "agora_store_change_sequence", "Last change of the store.", sequence);
    return OK;
}

static void write_process(const struct face *face, struct buf *out) {
    struct face_process process;
    family(out, "agora_build_info", "gauge", "The version that runs.");
    buf_addf(out, "agora_build_info{version=\"%s\"} 1\n", face->version);
    if (!face->process_read) {
        return;
    }
    face->process_read(face->process, &process);
    seconds(out, "process_cpu_seconds_total", "counter", "Processor time used.", process.cpu_s);
    seconds(out, "process_start_time_seconds", "gauge", "When the process started.",
            (double)process.started_ms / 1e3);
    gauge(out, "process_resident_memory_bytes", "Memory in use.", process.resident_bytes);
    gauge(out, "process_open_fds", "Open files and sockets.", process.open_files);
    gauge(out, "process_max_fds", "How many may be open.", process.open_files_max);
}

/* ---- the handler ---- */

static bool may_read(const struct face *face, const struct http_request *request) {
    if (face->metrics == FACE_METRICS_OPEN) {
        return true;
    }
    if (request->is_relayed) {
        return false; /* who stands behind is not known */
    }
    bool from = address_is_loopback(&request->client_address);
    for (size_t i = 0; i < face->metrics_from_count && !from; i++) {
        from = network_contains(&face->metrics_from[i], &request->client_address);
    }
    return from;
}

err api_metrics(void *app, const struct http_request *request, struct http_response *response,
                struct problem *problem) {
    const struct face *face = app;
    struct buf *out = &response->body;
    struct http_figures figures;
    if (face->metrics == FACE_METRICS_OFF) {
        return problem_set(problem, ERR_NOT_FOUND, "", "nothing stands at this address");
    }
    if (!may_read(face, request)) {
        return problem_set(problem, ERR_DENIED, "",
                           "figures are for the machine of the server; its settings metrics and "
                           "metrics_from say who else may read them");
    }
    response->media_type = MEDIA_TYPE;
    http_figures_read(request, &figures);
    write_requests(&figures, out);
    write_durations(&figures, out);
    write_bytes(&figures, out);
    write_server(&figures, out);
    write_atlas(face, out);
    TRY(write_store(face, request, out));
    write_process(face, out);
    return OK;
}
