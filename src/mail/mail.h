/* mail: letters to people. What happens in a transaction may send one: it is written into the store
 * with a job of its own and goes out when and only when the transaction holds. Nobody else sees
 * SMTP. */
#ifndef AGORA_MAIL_H
#define AGORA_MAIL_H

#include "base/base.h"
#include "db/db.h"
#include "html/i18n.h"
#include "job/job.h"

/* An address that letters may go to: local@domain (RFC 5321, 4.1.2). The local part is a dot-atom
 * in ASCII, at most 64 bytes; the domain at least two labels of letters, digits and hyphens, other
 * scripts as they are (IDNA turns them when the letter goes). No quoted parts, no comments, no
 * numbers in brackets: nobody's address, and a door for tricks. */
#define MAIL_ADDRESS_MAX_BYTES 254 /* RFC 5321, 4.5.3.1.3 */
struct mail_address {
    char text[MAIL_ADDRESS_MAX_BYTES + 1]; /* domain in lower case (ASCII letters); NUL behind it */
    size_t n;
    size_t at; /* where the @ stands */
};
/* White space at both ends is dropped. ERR_INPUT says what is wrong, for the person who typed. */
MUST_USE err mail_address_parse(slice text, struct mail_address *address, struct problem *problem);

/* The letters that there are. What they say stands in letters.c. */
enum mail_letter {
    MAIL_SIGN_IN,
    MAIL_CONFIRM,    /* a contribution without an account */
    MAIL_FOUND,      /* contributions found again */
    MAIL_INVITATION, /* to a team */
    MAIL_YEARLY,     /* is this entry still true? */
    MAIL_DECISION,   /* of moderation */
    MAIL_RECEIPT,    /* of a notice of illegal content */
    MAIL_QUESTION,   /* of moderation, to who wrote an entry */
    MAIL_TO_TEAM,    /* somebody writes to the team of an entry */
    MAIL_TAKEN_UP,   /* to the team of an entry: it was taken up elsewhere */
    MAIL_SUGGESTION, /* what became of a change that somebody suggested */
    MAIL_WAITS,      /* to a team: a change of its entry waits */
    MAIL_POWER,      /* a role was given or taken, an account blocked: to both */
    MAIL_PASSWORD,   /* the password of an account was set or taken away */
    MAIL_ADDRESS,    /* a code that proves an address for an account; as MAIL_SIGN_IN */
    MAIL_CLAIM,      /* is this person of the collective of an entry? */
    MAIL_CLAIMED,    /* what became of that */
    MAIL_TEST,       /* from administration */
    MAIL_LETTER__COUNT
};
enum mail_decision {
    MAIL_DECISION_NOTHING, /* looked at, kept as it is */
    MAIL_DECISION_CORRECTED,
    MAIL_DECISION_ASKED, /* a question to the author */
    MAIL_DECISION_HELD,
    MAIL_DECISION_REMOVED,
    MAIL_DECISION_RESTORED,
    MAIL_DECISION_WARNED,
    MAIL_DECISION_BLOCKED,
    MAIL_DECISION_BLOCKED_UNTIL,
    MAIL_DECISION_UNBLOCKED,
    MAIL_DECISION_KEPT, /* somebody else looked again */
    MAIL_DECISION_REVERSED,
    MAIL_DECISION_PUBLISHED, /* the first time */
    MAIL_DECISION_MERGED,    /* became one with another */
    MAIL_DECISION_PARTED,    /* and are two again */
    MAIL_DECISION_UNDONE,    /* what somebody changed went back */
    MAIL_DECISION_REDONE,    /* and came again */
    MAIL_DECISION_ACCEPTED,  /* of a suggestion */
    MAIL_DECISION_ADAPTED,   /* the same, changed */
    MAIL_DECISION_DECLINED,
    MAIL_DECISION_CLAIM_GIVEN, /* of a claim, to the claimant */
    MAIL_DECISION_CLAIM_REFUSED,
    MAIL_DECISION_CLAIM_ENDED,
    MAIL_DECISION_CLAIM_TOLD, /* to the address known before */
    MAIL_DECISION_CLAIM_TOLD_ENDED,
    MAIL_DECISION__COUNT
};

/* Lines (titles, names, codes) are one line of UTF-8 without control bytes, at most
 * MAIL_LINE_MAX_BYTES; `words` may have line ends. A path is one of ours ("/sign-in/link/…",
 * printable ASCII, at most MAIL_PATH_MAX_BYTES): the public address of the site is put in front of
 * it here. RULE MAIL-1. */
#define MAIL_LINE_MAX_BYTES  400
#define MAIL_PATH_MAX_BYTES  500
#define MAIL_WORDS_MAX_BYTES (16 * 1024)
#define MAIL_ITEMS_MAX       50
struct mail_item {
    slice title, path;
};
struct mail_message {
    slice to;       /* checked by mail_address_parse here */
    slice to_name;  /* may be empty */
    slice language; /* "fr", "en" */
    enum mail_letter letter;
    union {
        struct {
            slice code, path;
            int64_t until_ms;
        } sign_in;
        struct {
            slice title, path;
            int64_t until_ms;
        } confirm;
        struct {
            const struct mail_item *items; /* 1 to MAIL_ITEMS_MAX */
            size_t count;
        } found;
        struct {
            slice team, who, path;
            int64_t until_ms;
        } invitation;
        struct {
            slice title, path, leave_path; /* leave_path takes a POST without sign-in (RFC 8058) */
        } yearly;
        struct {
            slice title, reason, path; /* the reason in words */
            slice ground;              /* what it rests on, a line; may be empty */
            int64_t until_ms;          /* of a block, or when an answer is asked for; else 0 */
            enum mail_decision decision;
        } decision;
        struct {
            slice title, path; /* not what was sent: anybody can type the address it goes to */
        } receipt;
        struct {
            slice title, words, path; /* the words may be empty */
            enum mail_decision decision;
        } suggestion;
        struct {
            slice title, path;
        } waits;
        struct {
            slice title, who, words, path;
            slice reply; /* the writer's address, checked by mail_address_parse here */
        } to_team;
        struct {
            slice what, reason, path; /* what: a sentence, in the letter's language */
        } power;
        struct {
            slice what, path; /* as of power */
        } password;
        struct {
            slice title, who, words, path; /* the words may be empty */
            int64_t until_ms;
        } claim;
        struct {
            slice title, words, path; /* likewise */
            enum mail_decision decision;
        } claimed;
        struct {
            slice title, other, path; /* other: the title of what takes it up, path: its page */
        } taken_up;
    };
};
/* Writes the letter and its job into the caller's write transaction. ERR_INPUT (with the field),
 * ERR_LIMIT. */
MUST_USE err mail_send(struct db_conn *conn, struct id_source *ids,
                       const struct mail_message *message, int64_t now_ms, struct problem *problem);

/* Whether the last letter to this address came back for good, and when (0: it did not). The address
 * as mail_address_parse gives it. A letter that is accepted forgets it. */
MUST_USE err mail_bounced_ms(struct db_conn *conn, slice address, int64_t *at_ms);

/* For administration: the newest letters first, without what they say. Texts live in the arena. */
struct mail_listed {
    int64_t id, created_ms, ended_ms;   /* ended 0: waits */
    slice letter, address, state, said; /* state: "waits", "sent", "failed" */
    int64_t tries;
};
MUST_USE err mail_list(struct db_conn *conn, size_t room, struct arena *arena,
                       struct mail_listed **letters, size_t *count);

/* How letters go, for the page on which the instance checks itself. */
struct mail_figures {
    int64_t waiting, waits_since_ms; /* of the oldest one; 0: none waits */
    int64_t sent_ms;                 /* the last one that went; 0: none in the last 30 days */
    int64_t sent, failed;            /* in the last 30 days */
    int64_t bounced;                 /* addresses that refused their last letter, in 30 days */
};
MUST_USE err mail_figures_read(struct db_conn *conn, int64_t now_ms, struct mail_figures *figures);
/* Takes back a letter that waits; what it says goes (RULE MAIL-3). ERR_NOT_FOUND: it waits no
 * more. */
MUST_USE err mail_take_back(struct db_conn *conn, int64_t id, int64_t now_ms);

/* ---- Delivery: for app, which makes the one of the process. */

enum mail_tls { MAIL_TLS_REQUIRED, MAIL_TLS_OPPORTUNISTIC, MAIL_TLS_OFF };
struct mail_smtp {
    slice host; /* name or address; IPv6 in brackets */
    unsigned port;
    bool is_tls_from_start; /* smtps: */
    enum mail_tls tls;
    slice user, password; /* user empty: no authentication */
    slice authorities;    /* PEM bytes of who may sign its certificate; empty: the system's */
    unsigned timeout_s;   /* for one letter, from the connection to the last answer */
};
/* "smtp://HOST[:PORT]" (587) or "smtps://HOST[:PORT]" (465). NULL, or what is wrong. */
const char *mail_smtp_url_fault(slice url);
void mail_smtp_url_read(slice url, struct mail_smtp *smtp); /* of a sound one */

/* The processes that speak to the mail server, one a lane: the only ones of ours that open
 * connections, with nothing else at hand. `confine` runs in each before anything else and takes
 * away what it does not need. Called before any thread; copies of the process are made (fork).
 * ERR_IO. */
struct mail_post;
#define MAIL_LANES_MAX 16 /* connections at once */
struct mail_post_options {
    struct mail_smtp smtp;
    unsigned lanes; /* 1 to MAIL_LANES_MAX: letters that go at once, each on a kept connection */
    slice from;     /* the envelope's sender */
    err (*confine)(void *self, struct problem *problem);
    void *confine_self;
    const struct log *log;
};
MUST_USE err mail_post_start(const struct mail_post_options *options, struct mail_post **post,
                             struct problem *problem);
void mail_post_stop(struct mail_post *post); /* NULL is fine */

struct mail_delivery_options {
    const struct i18n *i18n;
    slice site_name;
    slice base_url;         /* without a final slash */
    slice from;             /* a sound address */
    struct mail_post *post; /* NULL: letters become files in `folder` */
    const char *folder;     /* made when the first letter is written */
    unsigned retry_s;       /* before the second try */
};
struct mail_delivery;
/* What the options point to outlives it. */
struct mail_delivery *mail_delivery_new(const struct mail_delivery_options *options);
/* Letters that are composed from now on come from a site of this name (any thread). It outlives the
 * delivery. */
void mail_delivery_site_name(struct mail_delivery *delivery, const slice *site_name);
void mail_delivery_free(struct mail_delivery *delivery);
/* The row of a lane (from 0) for the runner, whose `hand` is the caller's to set: one of its own,
 * so that no lane waits for another. */
struct job_kind mail_job_kind(struct mail_delivery *delivery, unsigned lane);

extern const struct db_catalogue mail_catalogue;

#endif
