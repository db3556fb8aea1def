#include "face/web/add/add_files_int.h"

#include "domain/media/media.h"
#include "face/actor.h"
#include "face/write.h"

#define KEY_DIGITS 8 /* of a name, in the names of its fields */

static const struct form_choice licences[] = {
    {"CC-BY-SA-4.0", N_("CC BY-SA 4.0 : reprise libre, en citant, aux mêmes conditions"), NULL},
    {"CC-BY-4.0", N_("CC BY 4.0 : reprise libre, en citant"), NULL},
    {"etalab-2.0", N_("Licence Ouverte 2.0"), NULL},
    {"CC0-1.0", N_("CC0 : reprise libre, sans condition"), NULL},
    {LICENCE_RESERVED, N_("Tous droits réservés, diffusion avec accord"), NULL},
};

const char *add_files_field(const struct adding *adding, const char *what, slice name) {
    return arena_printf(adding->arena, "%s-%.*s", what, KEY_DIGITS, name.p).p;
}

bool add_files_is_act(const struct add_files *files, const char *act) {
    return slice_starts_with(http_form_value(files->sent, "do"), slice_from_cstr(act));
}

bool add_files_is_act_of(const struct add_files *files, const char *act, slice name) {
    return slice_equal(http_form_value(files->sent, "do"),
                       slice_from_cstr(add_files_field(files->adding, act, name)));
}

void add_files_fault(struct add_files *files, const struct http_field *file, const char *message) {
    form_fault_of(&files->adding->form, files->page->field, message, file->file_name);
}

void add_files_drop(struct entry *entry, uint32_t at) {
    entry->media_count--;
    for (uint32_t i = at; i < entry->media_count; i++) {
        entry->media[i] = entry->media[i + 1];
    }
}

void add_files_licence_write(struct form *form, const char *field, slice licence) {
    form_select(form, field, N_("Licence"), licences, ARRAY_COUNT(licences), licence);
}

void add_files_licence_take(const struct add_files *files, const char *field,
                            struct entry_media *media) {
    slice licence = http_form_value(files->sent, field);
    for (size_t i = 0; i < ARRAY_COUNT(licences); i++) {
        if (slice_equal(licence, slice_from_cstr(licences[i].value))) {
            media->licence = licence;
        }
    }
}

/* ---- into the draft ---- */

static bool has_url(const struct entry *entry, slice url) {
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (slice_equal(entry->media[i].url, url)) {
            return true;
        }
    }
    return false;
}

/* Why the entry does not take it; NULL: it does. */
static const char *no_room(const struct add_files_page *page, const struct entry *entry,
                           const struct entry_media *media) {
    if (page->count(entry) >= page->files_max || entry->media_count >= ENTRY_LIST_MAX) {
        return page->full;
    }
    return page->is_too_heavy && page->is_too_heavy(entry, media) ? page->heavy : NULL;
}

static void add_fresh(struct add_files *files, struct entry *entry) {
    struct entry_media *list = arena_new(files->adding->arena, struct entry_media,
                                         (size_t)entry->media_count + files->fresh_count);
    for (uint32_t i = 0; i < entry->media_count; i++) {
        list[i] = entry->media[i];
    }
    entry->media = list;
    for (uint32_t i = 0; i < files->fresh_count; i++) {
        if (has_url(entry, files->fresh[i].url)) {
            continue; /* the same one once more */
        }
        const char *refused = no_room(files->page, entry, &files->fresh[i]);
        if (refused) {
            form_fault(&files->adding->form, files->page->field, refused);
            return;
        }
        list[entry->media_count++] = files->fresh[i];
    }
}

static err draft_load(struct db_conn *conn, struct adding *adding) {
    return contribution_draft_load(conn, adding->actor, adding->secret, adding->now_ms,
                                   adding->arena, &adding->draft);
}

static err draft_store(struct db_conn *conn, struct adding *adding, struct problem *problem) {
    return contribution_draft_store(conn, adding->actor, adding->secret, &adding->draft.content,
                                    adding->now_ms, problem);
}

static slice draft_back(const struct adding *adding) {
    return add_path(adding, ADD_MORE);
}

static slice draft_on(const struct adding *adding) {
    return add_path(adding, ADD_CHECK);
}

const struct add_owner add_owner_draft = {.load = draft_load,
                                          .store = draft_store,
                                          .begin = add_page_begin,
                                          .back = draft_back,
                                          .on = draft_on};

/* On the writer: what there is now, since another page may have changed it meanwhile. */
static err store_job(struct db_conn *conn, void *self) {
    struct add_files *files = self;
    struct adding *adding = files->adding;
    TRY(adding->owner->load(conn, adding));
    files->page->change(files, &adding->draft.content);
    add_fresh(files, &adding->draft.content);
    return adding->owner->store(conn, adding, &files->problem);
}

static err answer_store(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    (void)app;
    (void)request;
    struct add_files *files = self;
    struct adding *adding = files->adding;
    if (result == ERR_LIMIT) {
        form_fault(&adding->form, files->page->field,
                   slice_equal(slice_from_cstr(files->problem.field), SLICE("tries"))
                       ? N_("Vous avez écrit beaucoup de nouvelles aujourd’hui. Revenez demain.")
                       : N_("C’est trop long. Raccourcissez-le."));
    } else if (result != OK) {
        *problem = files->problem;
        return result;
    }
    if (adding->form.fault_count > 0) {
        return files->page->write(adding, response);
    }
    /* A new one leads back here: what it is called or shows has not been asked yet. */
    bool stays = files->fresh_count > 0 || add_files_is_act(files, "add") ||
                 add_files_is_act(files, "up-") || add_files_is_act(files, "drop-");
    http_redirect(response, stays                                  ? files->page->path(adding)
                            : add_files_is_act(files, "back")      ? adding->owner->back(adding)
                            : add_files_is_act(files, "documents") ? add_documents_path(adding)
                                                                   : adding->owner->on(adding));
    return OK;
}

/* ---- taking files in, on the lab's thread: a disk that is slow holds up nobody's page ---- */

struct book {
    slice name;
    int64_t now_ms;
};

static err book_job(struct db_conn *conn, void *self) {
    const struct book *book = self;
    return media_add(conn, book->name, book->now_ms);
}

err add_files_book(struct add_files *files, slice name) {
    struct book book = {name, files->adding->now_ms};
    return db_write(files->adding->face->writer, book_job, &book);
}

void add_files_keep(struct add_files *files, enum entry_media_kind kind, slice url, slice title) {
    files->fresh[files->fresh_count++] = (struct entry_media){.kind = kind,
                                                              .url = url,
                                                              .title = title,
                                                              .alt = SLICE_EMPTY,
                                                              .licence = ADD_LICENCE,
                                                              .credit = SLICE_EMPTY,
                                                              .transcript = SLICE_EMPTY};
}

static err try_job(struct db_conn *conn, void *self) {
    struct add_files *files = self;
    return person_try(conn, files->page->tried, crypto_digest_slice(&files->network.key),
                      files->adding->now_ms, &files->problem);
}

/* One file; what is wrong with it is told on the page, and the others are taken all the same. */
static err take_file(struct add_files *files, struct photo_lab *lab,
                     const struct http_field *file) {
    err tried = db_write(files->adding->face->writer, try_job, files);
    if (tried == ERR_LIMIT) {
        files->is_enough = true;
        form_fault(&files->adding->form, files->page->field, files->page->enough_today);
        return OK;
    }
    TRY(tried);
    return files->page->take(files, lab, file);
}

static bool is_chosen(const struct add_files *files, const struct http_field *field) {
    return field->is_file && field->file_name.n > 0 &&
           slice_equal(field->name, slice_from_cstr(files->page->field));
}

/* On the lab's thread, which is everybody's: no more files than an entry may have. */
static void take_files(struct photo_lab *lab, void *self) {
    struct add_files *files = self;
    err result = OK;
    for (size_t i = 0; i < files->sent->count && result == OK && !files->is_enough; i++) {
        if (!is_chosen(files, &files->sent->fields[i])) {
            continue;
        }
        if (files->tried_count++ == files->page->files_max) {
            form_fault(&files->adding->form, files->page->field,
                       files->fresh_count == files->page->files_max ? files->page->full
                                                                    : files->page->too_many);
            break;
        }
        result = take_file(files, lab, &files->sent->fields[i]);
    }
    if (result == OK) {
        result = db_write(files->adding->face->writer, store_job, files);
    }
    http_wake(files->adding->request, result);
}

static void words_kept(err result, void *self) {
    const struct add_files *files = self;
    http_wake(files->adding->request, result);
}

/* The lab takes nothing now: that is told, and what was typed of what is here is kept. */
static void keep_words(struct add_files *files) {
    form_fault(&files->adding->form, files->page->field, files->page->away);
    err refused = db_write_later(files->adding->face->writer, store_job, words_kept, files);
    if (refused != OK) {
        http_wake(files->adding->request, refused);
    }
}

/* The way on without any file is a button of its own, as is the way back. */
static bool asks_for_files(const struct add_files *files) {
    return http_form_value(files->sent, "do").n == 0 &&
           files->page->count(&files->adding->draft.content) == 0;
}

err add_files_post(void *app, const struct http_request *request, struct http_response *response,
                   const struct add_files_page *page, add_opening *open, struct problem *problem) {
    const struct face *face = app;
    struct http_form *sent = arena_new(request->arena, struct http_form, 1);
    struct add_files *files = arena_new(request->arena, struct add_files, 1);
    bool has_files = false;
    TRY(http_form_read(request, sent, problem));
    *files =
        (struct add_files){.page = page,
                           .sent = sent,
                           .fresh = arena_new(request->arena, struct entry_media, page->files_max)};
    TRY(open(app, request, &files->adding, problem));
    files->adding->sent = sent;
    for (size_t i = 0; i < sent->count; i++) {
        has_files = has_files || is_chosen(files, &sent->fields[i]);
    }
    if (!has_files && asks_for_files(files)) {
        form_fault(&files->adding->form, page->field, page->none_chosen);
        return page->write(files->adding, response);
    }
    if (!has_files) {
        return face_write(face, request, store_job, answer_store, files);
    }
    TRY(face_network(request, &files->network));
    http_wait(request, answer_store, files);
    if (face->photos == NULL || photo_lab_submit(face->photos, take_files, files) != OK) {
        keep_words(files);
    }
    return OK;
}
