/* One letter to the mail server, over libcurl (RFC 5321, 3207, 4954). Which command the server
 * answered with which reply is read off the conversation, since that tells whose fault a refusal
 * is. */
#include "mail/mail_int.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define SESSION_BLOCK    4096
#define CONNECT_PART     3 /* of the time, until there is a connection */
#define IDLE_S           60L
#define VERB_BYTES       12
#define SUBMISSION_PORT  587
#define SUBMISSIONS_PORT 465
#define REPLY_BAD        500
#define REPLY_LATER      400
#define REPLY_CLOSING    421

struct mail_smtp_session {
    struct arena arena;
    CURL *curl;
    const char *from, *authorities;
    slice source; /* of the letter that goes */
    size_t source_at;
    char verb[VERB_BYTES]; /* the last command sent */
    char reply[sizeof((struct mail_answer *)0)->said];
    bool is_body_sent, is_over;
};

static const char url_fault[] =
    "must be like smtp://mail.example:587 or smtps://mail.example:465: a host, no user, no path";

static slice url_split(slice url, bool *from_start, slice *port) {
    *from_start = slice_starts_with(url, SLICE("smtps://"));
    slice rest = slice_sub(url, *from_start ? sizeof "smtps://" - 1 : sizeof "smtp://" - 1, url.n);
    size_t bracket = rest.n > 0 && rest.p[0] == '[' ? slice_find(rest, 0, ']') : 0;
    size_t colon = slice_find(rest, bracket, ':');
    *port = slice_sub(rest, colon + 1, rest.n);
    return slice_sub(rest, 0, colon);
}

const char *mail_smtp_url_fault(slice url) {
    bool from_start = false;
    slice port;
    uint64_t number = 1;
    if (!slice_starts_with(url, SLICE("smtp://")) && !slice_starts_with(url, SLICE("smtps://"))) {
        return url_fault;
    }
    slice host = url_split(url, &from_start, &port);
    bool sound = host.n > 0 && (port.n == 0 || slice_to_u64(port, &number)) && number > 0 &&
                 number <= UINT16_MAX;
    bool bracketed = host.n > 0 && host.p[0] == '[';
    sound = sound && (!bracketed || host.p[host.n - 1] == ']');
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        sound =
            sound && ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '.' || c == '-' || (bracketed && (c == ':' || c == '[' || c == ']')));
    }
    return sound ? NULL : url_fault;
}

void mail_smtp_url_read(slice url, struct mail_smtp *smtp) {
    slice port;
    uint64_t number = 0;
    smtp->host = url_split(url, &smtp->is_tls_from_start, &port);
    smtp->port = slice_to_u64(port, &number) ? (unsigned)number
                 : smtp->is_tls_from_start   ? SUBMISSIONS_PORT
                                             : SUBMISSION_PORT;
}

/* "550 5.7.1 …": the second number class tells of policy, not of the address (RFC 3463). */
static bool is_policy(slice reply) {
    return reply.n > 7 && slice_starts_with(slice_sub(reply, 4, reply.n), SLICE("5.7."));
}

static int reply_code(slice reply) {
    uint64_t code = 0;
    return slice_to_u64(slice_sub(reply, 0, 3), &code) ? (int)code : 0;
}

enum mail_verdict mail_smtp_verdict(slice command, slice reply) {
    int code = reply_code(reply);
    bool to_recipient = slice_equal(command, SLICE("RCPT"));
    if ((!to_recipient && !slice_equal(command, SLICE("DATA"))) || code < REPLY_LATER ||
        code == REPLY_CLOSING) {
        return MAIL_SERVER_AWAY; /* before the letter was spoken of, or no answer at all */
    }
    if (code < REPLY_BAD) {
        return MAIL_LATER;
    }
    return to_recipient && !is_policy(reply) ? MAIL_ADDRESS_REFUSED : MAIL_LETTER_REFUSED;
}

static size_t source_read(char *to, size_t size, size_t count, void *self) {
    struct mail_smtp_session *session = self;
    slice part = slice_sub(session->source, session->source_at, size * count);
    memcpy(to, part.p, part.n);
    session->source_at += part.n;
    return part.n;
}

/* The first word of a command in capitals; what else is sent (answers of an authentication) is
 * none, and is not looked at. */
static void command_note(struct mail_smtp_session *session, slice line) {
    static const char *const verbs[] = {"EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"};
    if (slice_starts_with(line, SLICE("QUIT"))) {
        session->is_over = true; /* said after a refusal; the refusal is what counts */
    }
    for (size_t i = 0; i < ARRAY_COUNT(verbs); i++) {
        size_t n = strlen(verbs[i]);
        if (slice_starts_with(line, slice_from_cstr(verbs[i])) &&
            (line.n == n || line.p[n] == ' ' || line.p[n] == '\r')) {
            snprintf(session->verb, sizeof session->verb, "%s", verbs[i]);
            session->reply[0] = '\0';
        }
    }
}

static void reply_note(struct mail_smtp_session *session, slice line) {
    slice trimmed = slice_trim(line);
    if (reply_code(trimmed) == 0 || session->is_over) {
        return;
    }
    int n = trimmed.n < sizeof session->reply - 1 ? (int)trimmed.n : (int)sizeof session->reply - 1;
    snprintf(session->reply, sizeof session->reply, "%.*s", n, trimmed.p);
}

static int conversation_note(CURL *curl, curl_infotype type, char *bytes, size_t n, void *self) {
    struct mail_smtp_session *session = self;
    (void)curl;
    if (type == CURLINFO_HEADER_OUT) {
        command_note(session, slice_of(bytes, n));
    } else if (type == CURLINFO_HEADER_IN) {
        reply_note(session, slice_of(bytes, n));
    } else if (type == CURLINFO_DATA_OUT) {
        session->is_body_sent = true;
        session->reply[0] = '\0';
    }
    return 0;
}

static void options_fixed(struct mail_smtp_session *session, const struct mail_smtp *smtp) {
    static const long tls[] = {[MAIL_TLS_REQUIRED] = CURLUSESSL_ALL,
                               [MAIL_TLS_OPPORTUNISTIC] = CURLUSESSL_TRY,
                               [MAIL_TLS_OFF] = CURLUSESSL_NONE};
    CURL *curl = session->curl;
    slice from = slice_from_cstr(session->from);
    slice name = slice_sub(from, slice_find(from, 0, '@') + 1, from.n); /* said in EHLO */
    curl_easy_setopt(curl, CURLOPT_URL,
                     arena_printf(&session->arena, "%s://%.*s:%u/%.*s",
                                  smtp->is_tls_from_start ? "smtps" : "smtp", SLICE_ARG(smtp->host),
                                  smtp->port, SLICE_ARG(name))
                         .p);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, tls[smtp->tls]);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)smtp->timeout_s);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
                     (long)(smtp->timeout_s + CONNECT_PART - 1) / CONNECT_PART);
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)smtp->timeout_s);
    curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, IDLE_S);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, session->from);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, source_read);
    curl_easy_setopt(curl, CURLOPT_READDATA, session);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L); /* for the note of the conversation alone */
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, conversation_note);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, session);
    if (smtp->user.n > 0) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, arena_cstr(&session->arena, smtp->user));
        curl_easy_setopt(curl, CURLOPT_PASSWORD, arena_cstr(&session->arena, smtp->password));
    }
    if (smtp->authorities.n > 0) {
        slice pem = arena_copy(&session->arena, smtp->authorities);
        struct curl_blob blob = {(void *)(uintptr_t)pem.p, pem.n, CURL_BLOB_COPY};
        curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
}

struct mail_smtp_session *mail_smtp_session_new(const struct mail_smtp *smtp, slice from) {
    struct buf ascii BUF_CLEANUP = buf_new(2 * MAIL_ADDRESS_MAX_BYTES);
    CURL *curl = curl_easy_init();
    if (curl == NULL || mail_address_ascii(from, &ascii) != OK) {
        curl_easy_cleanup(curl);
        return NULL;
    }
    struct arena arena = arena_make(SESSION_BLOCK, 0);
    struct mail_smtp_session *session = arena_new(&arena, struct mail_smtp_session, 1);
    session->arena = arena;
    session->curl = curl;
    session->from = arena_cstr(&session->arena, buf_slice(&ascii));
    options_fixed(session, smtp);
    return session;
}

void mail_smtp_session_free(struct mail_smtp_session *session) {
    curl_easy_cleanup(session->curl);
    struct arena arena = session->arena;
    arena_free(&arena);
}

static CURLcode transfer(struct mail_smtp_session *session, slice source, bool anew) {
    session->source = source;
    session->source_at = 0;
    session->is_body_sent = false;
    session->is_over = false;
    session->verb[0] = '\0';
    session->reply[0] = '\0';
    curl_easy_setopt(session->curl, CURLOPT_FRESH_CONNECT, anew ? 1L : 0L);
    return curl_easy_perform(session->curl);
}

/* A kept connection that the server has closed meanwhile; nothing of the letter was taken. */
static bool was_stale(const struct mail_smtp_session *session) {
    long made = 1;
    curl_easy_getinfo(session->curl, CURLINFO_NUM_CONNECTS, &made);
    return made == 0 && !session->is_body_sent && session->reply[0] == '\0';
}

void mail_smtp_deliver(struct mail_smtp_session *session, slice to, slice source,
                       struct mail_answer *answer) {
    struct arena scratch ARENA_CLEANUP = arena_make(1024, 0);
    struct curl_slist *recipients = curl_slist_append(NULL, arena_cstr(&scratch, to));
    curl_easy_setopt(session->curl, CURLOPT_MAIL_RCPT, recipients);
    CURLcode result = transfer(session, source, false);
    if (result != CURLE_OK && was_stale(session)) {
        result = transfer(session, source, true);
    }
    slice reply = slice_from_cstr(session->reply);
    *answer = (struct mail_answer){.verdict = MAIL_ACCEPTED, .code = reply_code(reply)};
    if (result != CURLE_OK) {
        slice verb = slice_from_cstr(session->verb);
        answer->verdict = mail_smtp_verdict(verb, reply);
        answer->of_letter = slice_equal(verb, SLICE("RCPT")) || slice_equal(verb, SLICE("DATA"));
        snprintf(answer->said, sizeof answer->said, "%s",
                 reply.n > 0 && answer->code >= REPLY_LATER ? session->reply
                                                            : curl_easy_strerror(result));
    }
    curl_easy_setopt(session->curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
}
