/* The parts of forms, written once: field, choice, faults, buttons. docs/markup.md, "Forms". */
#ifndef AGORA_FACE_WEB_PAGE_FORM_H
#define AGORA_FACE_WEB_PAGE_FORM_H

#include "face/web/page/page.h"
#include "http/form.h"

#define FORM_FAULTS_MAX 16

/* Where a form of several pages stands: the bar on top. Labels are N_() texts; only pages before
 * this one are links. */
struct form_steps {
    const char *const *labels;
    const slice *hrefs;
    size_t count, current;
};

/* Pages of a part of the site with a look of its own. */
struct form_dress {
    slice sheet, class;                         /* of <main>, after "wrap page form-page" */
    void (*top)(struct page *page, slice path); /* what stands above the title */
};

/* A form on a page, and what is wrong with what was sent. Messages are N_() texts. */
struct form {
    struct page *page;
    const struct form_steps *steps; /* NULL: a form of one page */
    const struct form_dress *dress; /* NULL: as all forms */
    slice sheet;                    /* instead of form_sheet(), which it holds; empty: that one */
    struct form_fault {
        const char *field, *message;
        slice of; /* the name of the file it is about, as it was sent; empty: of no file */
    } faults[FORM_FAULTS_MAX];
    size_t fault_count;
    slice since; /* RULE ROBOT-2: when its page was first shown, as sent; empty: now */
};
/* Beyond FORM_FAULTS_MAX the first ones are told. */
void form_fault(struct form *form, const char *field, const char *message);
void form_fault_of(struct form *form, const char *field, const char *message, slice file_name);

/* <main> with the title and, when something is wrong, the summary that takes the focus; the answer
 * is 422 then. */
void form_page_begin(struct form *form, const char *title, slice path, const char *lead);
void form_page_end(struct form *form);

/* <form method="post">; `is_multipart` for files. */
void form_begin(struct form *form, slice action, bool is_multipart);
void form_end(struct form *form);

struct form_field {
    const char *name;
    const char *label, *help; /* help may be NULL */
    slice value;
    const char *type;         /* "email"; NULL: text */
    const char *autocomplete; /* NULL: none */
    unsigned max_bytes;
    unsigned rows; /* 0: one line, else a text area of so many */
    bool is_needed, is_code;
};
void form_field(struct form *form, const struct form_field *field);

struct form_choice {
    const char *value, *label, *help;   /* help may be NULL */
    void (*picture)(struct html *html); /* at its end, for the eye alone; NULL: none */
};
/* What may be added, by enum entry_kind; how far something is developed, by its slugs, none first
 * (words.c). */
#define MATURITY_CHOICES (ENTRY_MATURITIES + 1)
extern const struct form_choice kind_choices[ENTRY_KIND__COUNT];
extern const struct form_choice maturity_choices[MATURITY_CHOICES];
/* Radio choices under a legend. */
void form_choices(struct form *form, const char *name, const char *legend,
                  const struct form_choice *choices, size_t count, slice chosen);
/* Boxes under a legend, several of which may be on: parallel to the choices. */
void form_boxes(struct form *form, const char *name, const char *legend,
                const struct form_choice *choices, size_t count, const bool *is_on);
/* Boxes that open, several lists of which share one name: its label says how many are on, and the
 * script keeps that true. `id` of the list and of its boxes ("ID-0", "ID-1", …). */
struct form_boxes {
    const char *name, *id, *label;
    const struct form_choice *choices;
    const bool *is_on;
    size_t count;
};
void form_boxes_folded(struct form *form, const struct form_boxes *boxes);
/* Fields that few need, behind a line that opens. */
void form_aside_begin(struct form *form, const char *label, bool is_open);
void form_aside_end(struct form *form);
/* What stands together under a legend, with the fault of `name`. */
void form_group_begin(struct form *form, const char *name, const char *legend);
void form_group_end(struct form *form);
/* Radio choices as a list that opens, where a choice is of little weight. */
void form_select(struct form *form, const char *name, const char *label,
                 const struct form_choice *choices, size_t count, slice chosen);
/* One box. */
void form_check(struct form *form, const char *name, const char *label, const char *help,
                bool is_on);
/* What is wrong with a part that is no field: beside it, under the id that the summary leads to. */
void form_told(struct form *form, const char *name);
/* The sheet of pages that look like forms and have none. */
slice form_sheet(void);
void form_hidden(struct form *form, const char *name, slice value);
/* RULE ROBOT-1: a field that nobody sees and only a program fills in. Of forms that need no account
 * and no link of a letter, and write to somebody or show something: the last step of adding, /flag,
 * /write, /sign-in, /contributions/find. */
void form_trap(struct form *form);
bool form_is_trapped(const struct http_form *sent);
/* RULE ROBOT-2: when the page was shown, signed, in forms that show or send what somebody without
 * an account wrote. `form_is_hasty`: it came back too soon, or too late to be known: there is a
 * fault beside `field` then, and the page is to be written again. */
void form_since(struct form *form);
bool form_is_hasty(struct form *form, const struct face *face, const struct http_request *request,
                   const struct http_form *sent, const char *field);
/* The signed moment as it stands in the form, and what it is worth when it comes back. */
enum form_pace { FORM_PACE_FINE, FORM_PACE_SOON, FORM_PACE_LATE };
#define FORM_SINCE_MS INT64_C(86400000) /* what is older is not known any more */
slice form_since_make(const struct face *face, int64_t at_ms, struct arena *arena);
enum form_pace form_since_read(const struct face *face, slice since, int64_t now_ms);
/* The one sun-yellow action. */
void form_submit(struct form *form, const char *label);
/* What the key Enter presses, where another button stands before it: shown to nobody. */
void form_submit_default(struct form *form, const char *label);
/* A quieter one, of the same form: sent as do=VALUE. */
void form_submit_else(struct form *form, const char *value, const char *label);
/* A form that is a single button: <form><button>. */
void form_button(struct page *page, slice action, const char *name, slice value, const char *label);

#endif
