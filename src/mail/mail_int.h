/* mail_int: the parts of mail, for this room and its tests. */
#ifndef AGORA_MAIL_INT_H
#define AGORA_MAIL_INT_H

#include <pthread.h>

#include "mail/mail.h"

#define MAIL_JOB            "mail"
#define MAIL_SOURCE_MAX     (256u * 1024)
#define MAIL_WORD_MAX       75                       /* an encoded word, RFC 2047 section 2 */
#define MAIL_FOLD           76                       /* a folded line of a header */
#define MAIL_EXPIRES_MS     (INT64_C(3) * 86400000)  /* tried no longer than that */
#define MAIL_KEPT_MS        (INT64_C(30) * 86400000) /* ended ones are listed that long */
#define MAIL_BOUNCE_KEPT_MS (INT64_C(180) * 86400000)

/* message.c. A letter as it stands in the store. Empty: it has none. */
struct mail_row {
    int64_t id, created_ms, until_ms;
    enum mail_letter letter;
    enum mail_decision decision;
    slice language, to, to_name, title, who, code, path, leave_path, words;
    slice items; /* lines of "PATH TITLE" */
    slice reply; /* an address: where an answer goes */
};
MUST_USE err mail_row_of(const struct mail_message *message, struct buf *items,
                         struct mail_row *row, struct problem *problem);
/* ERR_NOT_FOUND when it does not wait (any more). */
MUST_USE err mail_row_load(struct db_conn *conn, int64_t id, struct arena *arena,
                           struct mail_row *row);
/* `sent`, or given up: what it said goes. RULE MAIL-3. */
MUST_USE err mail_row_end(struct db_conn *conn, int64_t id, bool sent, slice said, int64_t now_ms);
MUST_USE err mail_row_said(struct db_conn *conn, int64_t id, slice said);
MUST_USE err mail_bounce_note(struct db_conn *conn, int64_t id, slice said, int64_t now_ms);
MUST_USE err mail_bounce_forget(struct db_conn *conn, int64_t id);

/* letters.c. What a letter says, in its three forms. */
struct mail_house {
    const struct i18n *i18n;
    slice site_name, base_url, from;
};
const char *mail_letter_name(enum mail_letter letter); /* "sign-in", … */
bool mail_letter_find(slice name, enum mail_letter *letter);
bool mail_letter_can_be_left(enum mail_letter letter);
void mail_letter_subject(const struct mail_house *house, const struct mail_row *row,
                         struct buf *out);
void mail_letter_text(const struct mail_house *house, const struct mail_row *row, struct buf *out);
void mail_letter_html(const struct mail_house *house, const struct mail_row *row, struct buf *out);

/* mime.c. RFC 5322 with RFC 2045 to 2047. All lines end with CR LF. */
/* "Name: value" of a text, folded; encoded words unless it is short plain ASCII. */
void mail_header_text(struct buf *out, const char *name, slice text);
/* "Name: display <address>"; the address as it is. */
void mail_header_address(struct buf *out, const char *name, slice display, slice address);
void mail_quoted_printable(struct buf *out, slice text);
/* An address as it may stand on the wire: the domain in its ASCII form (IDNA). ERR_INPUT. */
MUST_USE err mail_address_ascii(slice address, struct buf *out);
/* The whole source. ERR_INPUT: an address has no ASCII form; ERR_LIMIT. */
MUST_USE err mail_compose(const struct mail_house *house, const struct mail_row *row,
                          struct buf *out);

/* What became of a try. */
enum mail_verdict {
    MAIL_ACCEPTED,
    MAIL_LATER,           /* 4xx for this letter or this recipient */
    MAIL_ADDRESS_REFUSED, /* 5xx for the recipient */
    MAIL_LETTER_REFUSED,  /* 5xx for the letter */
    MAIL_SERVER_AWAY,     /* no connection, no TLS, no authentication, no sender: not its fault */
    MAIL_STOPPED,         /* we are to end */
    MAIL_VERDICT__COUNT
};
struct mail_answer {
    enum mail_verdict verdict;
    int code;       /* of the last reply, 0: none */
    bool of_letter; /* the letter or its recipient was spoken of when the server went away */
    char said[200]; /* the last reply, or what went wrong; may hold an address: not for the log */
};

/* smtp.c. One conversation, over libcurl; connections are used again. */
struct mail_smtp_session;
struct mail_smtp_session *mail_smtp_session_new(const struct mail_smtp *smtp, slice from);
void mail_smtp_session_free(struct mail_smtp_session *session);
void mail_smtp_deliver(struct mail_smtp_session *session, slice to, slice source,
                       struct mail_answer *answer);
/* What a reply means, by the command that it answers ("RCPT") and its text. */
enum mail_verdict mail_smtp_verdict(slice command, slice reply);

/* post.c. Hands a letter to the process of a lane and waits for its answer, or for `stop_fd` and
 * two seconds more. One thread a lane. */
void mail_post_deliver(struct mail_post *post, unsigned lane, slice to, slice source, int stop_fd,
                       struct mail_answer *answer);

/* lanes.c. What the lanes know together of the server. */
struct mail_lanes {
    pthread_mutex_t lock;
    unsigned trying;       /* lanes in the middle of a letter */
    uint64_t answered;     /* letters that the server answered, on any lane */
    int64_t hold_ms;       /* the last wait for the server; 0: it is there */
    int64_t away_until_ms; /* the end of that */
    bool is_away;          /* said in the log */
};
void mail_lanes_init(struct mail_lanes *lanes);
void mail_lanes_drop(struct mail_lanes *lanes);
/* A try begins: what `answered` was. It ends by one of the three below. */
uint64_t mail_lanes_begin(struct mail_lanes *lanes);
void mail_lanes_stopped(struct mail_lanes *lanes);
/* Whether the server was away until now. */
bool mail_lanes_answered(struct mail_lanes *lanes);
/* What becomes of a letter for which there was no server. When another lane was answered since its
 * try began, the server is there: a letter that it was silent about is tried later and that counts
 * (JOB_AGAIN); a connection that it did not want is this lane's alone (JOB_ASIDE), also while
 * another lane is still trying. Else all letters wait (JOB_HELD) for `first_ms`, doubled each time
 * up to a quarter of an hour. True when nobody said yet that they do. */
bool mail_lanes_away(struct mail_lanes *lanes, const struct mail_answer *answer, uint64_t answered,
                     int64_t first_ms, int64_t now_ms, struct job_outcome *outcome);

/* spool.c. FOLDER/ID.eml, whole or not at all; the same letter twice is one file. */
MUST_USE err mail_spool(const char *folder, int64_t id, slice source, struct problem *problem);

#endif
