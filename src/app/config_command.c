/* agora config: the settings that there are, and whether a file of them will do here. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command.h"
#include "app/post_office.h"
#include "app/settings.h"

#define FIRST_FREE_PORT_FILE "/proc/sys/net/ipv4/ip_unprivileged_port_start"
#define FIRST_FREE_PORT      1024

static void say(struct settings_findings *findings, const char *key, const char *what) {
    settings_finding_add(findings, true, 0, key, "%s", what);
}

static uint64_t listen_port(slice listen) {
    uint64_t port = 0;
    size_t colon = listen.n;
    while (colon > 0 && listen.p[colon - 1] != ':') {
        colon--;
    }
    return slice_to_u64(slice_sub(listen, colon, listen.n), &port) ? port : 0;
}

static bool is_listening_to_itself(slice listen) {
    return slice_starts_with(listen, SLICE("127.")) || slice_starts_with(listen, SLICE("[::1]")) ||
           slice_starts_with(listen, SLICE("localhost:"));
}

/* What each setting alone allows, and together is rarely meant. */
static void combinations_check(const struct settings *settings,
                               struct settings_findings *findings) {
    slice url = settings->base_url;
    bool local_url = slice_starts_with(url, SLICE("http://localhost")) ||
                     slice_starts_with(url, SLICE("http://127.")) ||
                     slice_starts_with(url, SLICE("http://[::1]"));
    if (url.n == 0 && settings->trusted_proxies.n > 0) {
        say(findings, "base_url",
            "base_url is empty behind a proxy: set it to the public address, like "
            "https://agora.example, or a wrong Host header ends up in links and feeds");
    }
    if (slice_starts_with(url, SLICE("http://")) && !local_url) {
        say(findings, "base_url",
            "base_url is not https: what visitors send can be read on its way; let a reverse "
            "proxy bring https (docs/hosting.md)");
    }
    if (settings->trusted_proxies.n == 0 && url.n > 0 && !local_url) {
        say(findings, "trusted_proxies",
            "trusted_proxies is empty though base_url is public: behind a proxy all visitors "
            "count as one; name the proxy, like 127.0.0.1");
    }
    if (slice_starts_with(url, SLICE("https://")) && !is_listening_to_itself(settings->listen)) {
        say(findings, "listen",
            "listen is open to the network besides the https address: without a firewall the "
            "site answers there without encryption; 127.0.0.1 is enough for a proxy on this "
            "machine");
    }
    if (settings->sandbox != 0) {
        say(findings, "sandbox",
            "sandbox is off: a fault in the program could reach all that its user can; turn it on "
            "again once the reason is gone");
    }
    if (settings->metrics == SETTING_METRICS_OPEN) {
        say(findings, "metrics",
            "metrics is open: everybody can read how much the site is used; 'local' with "
            "metrics_from is enough for a monitoring machine");
    }
    if (settings->contact_email.n == 0) {
        say(findings, "contact_email",
            "contact_email is empty: nobody can tell the team that something is wrong");
    }
}

/* Mail: what would keep the server from starting, and what is rarely meant. */
static void mail_check(const struct settings *settings, struct settings_findings *findings) {
    const char *key = NULL;
    const char *fault = post_office_fault(settings, &key);
    struct mail_smtp smtp = {0};
    if (fault != NULL) {
        settings_finding_add(findings, false, 0, key, "%s", fault);
    }
    if (settings->smtp_url.n == 0) {
        return;
    }
    mail_smtp_url_read(settings->smtp_url, &smtp);
    bool is_here = slice_starts_with(smtp.host, SLICE("127.")) ||
                   slice_equal(smtp.host, SLICE("[::1]")) ||
                   slice_equal_ascii_nocase(smtp.host, SLICE("localhost"));
    if (settings->smtp_tls != MAIL_TLS_REQUIRED && !smtp.is_tls_from_start && !is_here) {
        say(findings, "smtp_tls",
            "smtp_tls is not 'required': letters, with their codes and links, can be read on their "
            "way to the mail server");
    }
    if (settings->base_url.n == 0) {
        say(findings, "base_url",
            "base_url is empty: links in letters begin with the address of 'listen', which others "
            "cannot reach");
    }
}

static void port_check(const struct settings *settings, struct settings_findings *findings) {
    uint64_t port = listen_port(settings->listen);
    uint64_t first = FIRST_FREE_PORT;
    char text[16] = "";
    int fd = open(FIRST_FREE_PORT_FILE, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t n = read(fd, text, sizeof text - 1);
        close(fd);
        if (n > 0 && !slice_to_u64(slice_trim(slice_of(text, (size_t)n)), &first)) {
            first = FIRST_FREE_PORT;
        }
    }
    if (port != 0 && port < first && geteuid() != 0) {
        settings_finding_add(findings, true, 0, "listen",
                             "listen: port %llu is below %llu and needs a right that this user "
                             "has not; take 8080 and let a reverse proxy stand on 80 and 443",
                             (unsigned long long)port, (unsigned long long)first);
    }
}

static void folder_check(const char *folder, struct settings_findings *findings) {
    struct stat status;
    if (stat(folder, &status) != 0) {
        if (errno != ENOENT) {
            settings_finding_add(findings, false, 0, "--data", "%s: %s", folder, strerror(errno));
        }
        return; /* made by the first serve */
    }
    if (!S_ISDIR(status.st_mode)) {
        settings_finding_add(findings, false, 0, "--data", "%s is no folder; name one with --data",
                             folder);
        return;
    }
    if (access(folder, R_OK | W_OK | X_OK) != 0) {
        settings_finding_add(findings, false, 0, "--data",
                             "this user cannot write in %s; run as its owner, or: chown -R USER %s",
                             folder, folder);
    }
    if ((status.st_mode & S_IRWXO) != 0) {
        settings_finding_add(findings, true, 0, "--data",
                             "every user of this machine can look into %s, also at what is not "
                             "public; mend with: chmod o= %s",
                             folder, folder);
    }
}

/* One line a finding; 1 when the file must not be used. */
static int report(const char *path, const struct settings_findings *findings) {
    for (size_t i = 0; i < findings->count; i++) {
        const struct settings_finding *finding = &findings->items[i];
        fprintf(finding->is_warning ? stdout : stderr, "%s: %s: %s\n", path,
                finding->is_warning ? "warning" : "error", finding->problem.what);
    }
    if (findings->errors + findings->warnings > findings->count) {
        fprintf(stderr, "%s: %zu more lines are wrong\n", path,
                findings->errors + findings->warnings - findings->count);
    }
    if (findings->errors > 0) {
        fprintf(stderr, "%s: %zu error%s; the server would not start\n", path, findings->errors,
                findings->errors == 1 ? "" : "s");
        return 1;
    }
    if (findings->warnings > 0) {
        printf("%s: every line is understood, %zu warning%s\n", path, findings->warnings,
               findings->warnings == 1 ? "" : "s");
    } else {
        printf("%s: every line is understood\n", path);
    }
    return 0;
}

static int check(const char *folder, const char *config) {
    struct arena arena ARENA_CLEANUP = arena_make(64 * 1024, 0);
    const char *path = config ? config : arena_printf(&arena, "%s/agora.conf", folder).p;
    struct problem problem = {0};
    slice text = SLICE_EMPTY;
    err failed = settings_read(path, &arena, &text, &problem);
    if (failed == ERR_NOT_FOUND && config == NULL) {
        printf("%s is not there: every setting has its default\n", path);
    } else if (failed != OK) {
        return command_fail(&command_config, failed, &problem);
    }
    struct settings settings;
    struct settings_findings findings;
    settings_check(text, &settings, &findings);
    combinations_check(&settings, &findings);
    mail_check(&settings, &findings);
    port_check(&settings, &findings);
    folder_check(folder, &findings);
    return report(path, &findings);
}

static int config_run(const struct command_words *words) {
    if (command_value(&command_config, words, "--check") != NULL) {
        return check(command_value(&command_config, words, "--data"),
                     command_value(&command_config, words, "--config"));
    }
    struct buf text BUF_CLEANUP = buf_new(64 * 1024);
    settings_document(&text);
    fwrite(text.p, 1, text.n, stdout);
    return 0;
}

static const struct command_option options[] = {
    COMMAND_OPTION_DATA,
    COMMAND_OPTION_CONFIG,
    {"--check", NULL, NULL, "reads the file and says everything that is wrong or rarely meant"},
};
const struct command command_config = {
    .name = "config",
    .rest = "",
    .help = "Prints every setting with its meaning and default, ready to be saved as agora.conf.",
    .details = "With --check it reads the file that `serve` would read: each error and warning is "
               "one\nline with its cause and its mend; status 1 when the server would not start.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .run = config_run,
};
