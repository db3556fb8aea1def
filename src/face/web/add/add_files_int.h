/* What the pages of photos and of documents share: files that are sent to a draft are taken in one
 * by one on the lab's thread, and what is wrong with one is told with its name. */
#ifndef AGORA_FACE_WEB_ADD_ADD_FILES_INT_H
#define AGORA_FACE_WEB_ADD_ADD_FILES_INT_H

#include "face/web/add/adding.h"
#include "work/photo/photo.h"

struct add_files;

/* What differs between the two. Messages are N_() texts. */
struct add_files_page {
    const char *field;  /* of the files, in the form */
    uint32_t files_max; /* of an entry, and at once */
    enum person_try tried;
    const char *none_chosen, *too_many, *full, *heavy, *enough_today, *away;
    err (*write)(struct adding *adding, struct http_response *response);
    slice (*path)(const struct adding *adding);
    uint32_t (*count)(const struct entry *entry);
    /* Looks at one file: keeps it (add_files_keep) or tells what is wrong (add_files_fault). */
    err (*take)(struct add_files *files, struct photo_lab *lab, const struct http_field *file);
    /* On the writer: what was typed of what is here, and the button that was pressed. */
    void (*change)(struct add_files *files, struct entry *entry);
    /* NULL: they may weigh what they will. */
    bool (*is_too_heavy)(const struct entry *entry, const struct entry_media *media);
};

/* What was sent from one of the pages. */
struct add_files {
    const struct add_files_page *page;
    struct adding *adding;
    const struct http_form *sent;
    struct person_network network;
    /* page->files_max at most; their files stand. */
    struct entry_media *fresh;
    uint32_t fresh_count;
    uint32_t tried_count; /* files that were looked at, whatever they were */
    bool is_enough;       /* today, from there */
    struct problem problem;
};

/* The handler of the POST. */
MUST_USE err add_files_post(void *app, const struct http_request *request,
                            struct http_response *response, const struct add_files_page *page,
                            add_opening *open, struct problem *problem);

/* The name of the field that says `what` of a picture or a document. */
const char *add_files_field(const struct adding *adding, const char *what, slice name);
bool add_files_is_act(const struct add_files *files, const char *act);
bool add_files_is_act_of(const struct add_files *files, const char *act, slice name);
void add_files_fault(struct add_files *files, const struct http_field *file, const char *message);

/* Puts a picture or a document into the books. */
MUST_USE err add_files_book(struct add_files *files, slice name);
/* Its files stand: the draft has it, as soon as it is stored. */
void add_files_keep(struct add_files *files, enum entry_media_kind kind, slice url, slice title);

/* Takes one away from the media of a draft. */
void add_files_drop(struct entry *entry, uint32_t at);

void add_files_licence_write(struct form *form, const char *field, slice licence);
/* What was chosen; what is no choice changes nothing. */
void add_files_licence_take(const struct add_files *files, const char *field,
                            struct entry_media *media);

#endif
