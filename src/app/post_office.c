#include "app/post_office.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "app/sandbox.h"

#define NOBODY       "agora@agora.invalid" /* RFC 2606: of a letter that is a file anyway */
#define PASSWORD_MAX 1024
#define HOUSE_KINDS  3 /* of jobs that are no letters */

const char *post_office_fault(const struct settings *settings, const char **key) {
    if (settings->smtp_password.n > 0 && settings->smtp_password_file.n > 0) {
        *key = "smtp_password";
        return "smtp_password and smtp_password_file both say the password; keep one of them";
    }
    if (settings->smtp_url.n == 0) {
        return NULL;
    }
    if (settings->mail_from.n == 0 && settings->contact_email.n == 0) {
        *key = "mail_from";
        return "mail_from is empty: letters need a sender, like no-reply@agora.example";
    }
    struct mail_address sender;
    if (mail_address_parse(post_office_sender(settings), &sender, NULL) != OK) {
        *key = "mail_from";
        return "mail_from is empty and contact_email is no address that letters can come from; set "
               "mail_from";
    }
    if (settings->smtp_user.n > 0 && settings->smtp_password.n == 0 &&
        settings->smtp_password_file.n == 0) {
        *key = "smtp_password_file";
        return "smtp_user has no password; name a file that holds it with smtp_password_file";
    }
    return NULL;
}

slice post_office_sender(const struct settings *settings) {
    return settings->mail_from.n > 0       ? settings->mail_from
           : settings->contact_email.n > 0 ? settings->contact_email
                                           : SLICE(NOBODY);
}

/* What the process of the post gives up; it has asked for the name once, so that what the C library
 * loads for that is loaded. */
static err post_confine(void *self, struct problem *problem) {
    const struct house *house = self;
    struct mail_smtp smtp = {0};
    struct addrinfo *addresses = NULL;
    struct sandbox_report report;
    mail_smtp_url_read(house->settings.smtp_url, &smtp);
    struct arena scratch ARENA_CLEANUP = arena_make(PASSWORD_MAX, 0);
    if (getaddrinfo(arena_cstr(&scratch, smtp.host), NULL, NULL, &addresses) == 0) {
        freeaddrinfo(addresses);
    }
    if (house->settings.sandbox != 0 || !sandbox_is_possible()) {
        return OK;
    }
    return sandbox_enter(
        &(struct sandbox_options){.kind = SANDBOX_POST, .post_port = smtp.port, .log = &house->log},
        &report, problem);
}

/* The first line of a file. */
static err password_read(struct house *house, slice *password, struct problem *problem) {
    const char *path = arena_cstr(&house->arena, house->settings.smtp_password_file);
    slice text = SLICE_EMPTY;
    TRY(settings_read(path, &house->arena, &text, problem));
    *password = slice_sub(text, 0, slice_find(text, 0, '\n'));
    if (slice_ends_with(*password, SLICE("\r"))) {
        password->n--;
    }
    return password->n > 0 && password->n <= PASSWORD_MAX
               ? OK
               : problem_set(problem, ERR_INPUT, "smtp_password_file",
                             "the first line of %s is no password", path);
}

static err smtp_of(struct house *house, struct mail_smtp *smtp, struct problem *problem) {
    const struct settings *settings = &house->settings;
    *smtp = (struct mail_smtp){.tls = (enum mail_tls)settings->smtp_tls, /* in the row's order */
                               .user = settings->smtp_user,
                               .password = settings->smtp_password,
                               .timeout_s = (unsigned)settings->smtp_timeout_s};
    mail_smtp_url_read(settings->smtp_url, smtp);
    if (settings->smtp_password_file.n > 0) {
        TRY(password_read(house, &smtp->password, problem));
    }
    return settings->smtp_ca_file.n == 0
               ? OK
               : settings_read(arena_cstr(&house->arena, settings->smtp_ca_file), &house->arena,
                               &smtp->authorities, problem);
}

err post_office_prepare(struct post_office *office, struct house *house, struct problem *problem) {
    const struct settings *settings = &house->settings;
    const char *key = NULL;
    const char *fault = post_office_fault(settings, &key);
    *office = (struct post_office){0};
    if (fault != NULL) {
        return problem_set(problem, ERR_INPUT, key, "%s", fault);
    }
    if (settings->smtp_url.n == 0) {
        log_line(&house->log, LOG_INFO,
                 "no mail server: letters become files; set smtp_url to send them", "folder=%s",
                 log_quote(arena_printf(&house->arena, "%s/mail", house->folder)).p);
        return OK;
    }
    struct mail_post_options options = {.from = post_office_sender(settings),
                                        .lanes = (unsigned)settings->smtp_connections,
                                        .confine = post_confine,
                                        .confine_self = house,
                                        .log = &house->log};
    TRY(smtp_of(house, &options.smtp, problem));
    TRY(mail_post_start(&options, &office->post, problem));
    if (settings->smtp_password_file.n > 0) {
        /* The process that speaks has it; this one needs it no more. */
        explicit_bzero((void *)(uintptr_t)options.smtp.password.p, options.smtp.password.n);
    }
    return OK;
}

/* What takes long (the search for doubles, entries that leave, the sweep) has a thread of its own,
 * each lane of the letters another: a letter waits for none of that. */
static err jobs_start(struct post_office *office, struct house *house, struct db_writer *writer,
                      unsigned lanes, struct problem *problem) {
    struct job_kind kinds[HOUSE_KINDS + MAIL_LANES_MAX] = {
        sweep_job_kind(&office->sweep, house),
        doubles_job_kind(&office->doubles, house),
        leaving_job_kind(house),
    };
    for (unsigned i = 0; i < lanes; i++) {
        kinds[HOUSE_KINDS + i] = mail_job_kind(office->delivery, i);
        kinds[HOUSE_KINDS + i].hand = 1 + i;
    }
    err begun = sweep_begin(writer, house->clock);
    if (begun == OK) {
        begun = doubles_begin(writer, house->clock);
    }
    if (begun != OK) {
        return problem_set(problem, begun, "store", "the jobs of this store could not be begun");
    }
    return job_runner_start(&(struct job_runner_options){.store_path = house->store_path,
                                                         .writer = writer,
                                                         .kinds = kinds,
                                                         .kind_count = HOUSE_KINDS + lanes,
                                                         .clock = house->clock,
                                                         .log = &house->log},
                            &office->runner, problem);
}

err post_office_open(struct post_office *office, struct house *house, const struct i18n *i18n,
                     const char *address, struct db_writer *writer, struct problem *problem) {
    const struct settings *settings = &house->settings;
    /* RULE MAIL-1: what a request said in its Host never comes into a letter. */
    slice base_url = settings->base_url.n > 0 ? settings->base_url : slice_from_cstr(address);
    const struct mail_delivery_options options = {
        .i18n = i18n,
        .site_name = settings->site_name,
        .base_url = base_url,
        .from = post_office_sender(settings),
        .post = office->post,
        .folder = arena_printf(&house->arena, "%s/mail", house->folder).p,
        .retry_s = (unsigned)settings->smtp_retry_s,
    };
    office->delivery = mail_delivery_new(&options);
    unsigned lanes = office->post != NULL ? (unsigned)settings->smtp_connections : 1;
    return jobs_start(office, house, writer, lanes, problem);
}

void post_office_close(struct post_office *office) {
    job_runner_stop(office->runner);
    mail_delivery_free(office->delivery);
    mail_post_stop(office->post);
    doubles_end(&office->doubles);
    *office = (struct post_office){0};
}
