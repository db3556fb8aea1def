/* The photos of a draft: taking them in, what is said of each, their order. A page of its own, so
 * that a file that is refused loses none of the words beside it. */
#include "domain/media/media.h"
#include "face/actor.h"
#include "face/web/add_int.h"
#include "face/write.h"
#include "work/photo/photo.h"

#define KEY_DIGITS 8 /* of a picture's name, in the names of its fields */

static const struct form_choice licences[] = {
    {"CC-BY-SA-4.0", N_("CC BY-SA 4.0 : reprise libre, en citant, aux mêmes conditions"), NULL},
    {"CC-BY-4.0", N_("CC BY 4.0 : reprise libre, en citant"), NULL},
    {"etalab-2.0", N_("Licence Ouverte 2.0"), NULL},
    {"CC0-1.0", N_("CC0 : reprise libre, sans condition"), NULL},
    {LICENCE_RESERVED, N_("Tous droits réservés, montrée avec accord"), NULL},
};

slice add_photos_path(const struct adding *adding) {
    return arena_printf(adding->arena, "/add/%.*s/photos", SLICE_ARG(adding->secret));
}

/* ---- the pictures of a draft ---- */

static uint32_t picture_count(const struct entry *entry) {
    struct entry_picture picture;
    uint32_t count = 0;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        count += entry_media_picture(&entry->media[i], &picture);
    }
    return count;
}

static const char *field_of(const struct adding *adding, const char *what,
                            const struct entry_picture *picture) {
    return arena_printf(adding->arena, "%s-%.*s", what, KEY_DIGITS, picture->name.p).p;
}

static slice media_folder(const struct adding *adding) {
    return arena_printf(adding->arena, "/add/%.*s/media", SLICE_ARG(adding->secret));
}

void add_photos_row(struct adding *adding) {
    pictures_row(adding->form.page, &adding->draft.content, media_folder(adding));
}

void add_photos_check(struct adding *adding) {
    struct html *html = &adding->form.page->html;
    if (picture_count(&adding->draft.content) == 0) {
        return;
    }
    html_raw(html, "<li>");
    add_photos_row(adding);
    html_raw(html, "<a");
    html_attr(html, "href", add_photos_path(adding));
    html_raw(html, ">");
    html_t(html, "Changer");
    html_raw(html, "<span class=\"visually-hidden\"> : ");
    html_t(html, "Photos");
    html_raw(html, "</span></a></li>\n");
}

/* ---- the page ---- */

static void write_act(struct adding *adding, const char *act, const struct entry_picture *picture,
                      const char *label, slice number) {
    struct html *html = &adding->form.page->html;
    html_raw(html, "<button class=\"button button--line\" type=\"submit\" name=\"do\"");
    html_attr(html, "value", slice_from_cstr(field_of(adding, act, picture)));
    html_raw(html, ">");
    html_text(html, i18n(html->language, label));
    html_raw(html, "<span class=\"visually-hidden\"> : ");
    html_tf(html, "photo %1", &number, 1);
    html_raw(html, "</span></button>");
}

static void write_photo(struct adding *adding, const struct entry_media *media,
                        const struct entry_picture *picture, uint32_t at) {
    struct form *form = &adding->form;
    struct html *html = &form->page->html;
    slice number = arena_printf(adding->arena, "%u", at + 1);
    html_raw(html, "<fieldset class=\"form-photo\"");
    html_attr(html, "id", slice_from_cstr(field_of(adding, "photo", picture)));
    html_raw(html, "><legend>");
    html_tf(html, "Photo %1", &number, 1);
    html_raw(html, "</legend>\n");
    picture_small(form->page, picture, media->alt, media_folder(adding));
    form_field(form, &(struct form_field){.name = field_of(adding, "alt", picture),
                                          .label = N_("Ce qu’on y voit"),
                                          .help = N_("Pour qui ne la voit pas. En une phrase."),
                                          .value = media->alt,
                                          .max_bytes = ENTRY_TEXT_MAX});
    form_field(form, &(struct form_field){.name = field_of(adding, "credit", picture),
                                          .label = N_("Qui l’a prise"),
                                          .value = media->credit,
                                          .max_bytes = ENTRY_TEXT_MAX});
    form_select(form, field_of(adding, "licence", picture), N_("Licence"), licences,
                ARRAY_COUNT(licences), media->licence);
    html_raw(html, "<p class=\"actions\">");
    if (at > 0) {
        write_act(adding, "up", picture, N_("Mettre avant"), number);
    }
    write_act(adding, "drop", picture, N_("Enlever"), number);
    html_raw(html, "</p></fieldset>\n");
}

static void write_file_field(struct adding *adding) {
    struct html *html = &adding->form.page->html;
    html_raw(html, "<div class=\"form-field\"><label for=\"photo\">");
    html_t(html, "Choisir des photos");
    html_raw(html, "</label>");
    html_raw(html, "<p class=\"form-help\" id=\"photo-help\">");
    html_t(html, "JPEG, PNG, WebP, AVIF ou HEIC, 10 Mo chacune, 30 Mo à la fois, 8 en tout. Ce que "
                 "l’appareil y a "
                 "écrit, comme le lieu, est effacé.");
    html_raw(html, "</p>");
    form_told(&adding->form, "photo");
    html_raw(html, "<input type=\"file\" id=\"photo\" name=\"photo\" multiple "
                   "accept=\"image/jpeg,image/png,image/webp,image/avif,image/heic,.heic\" "
                   "aria-describedby=\"photo-help\"></div>\n");
}

static err write_page(struct adding *adding, struct http_response *response) {
    struct page page = page_begin(adding->face, adding->request, response);
    const struct entry *entry = &adding->draft.content;
    struct form *form = &adding->form;
    struct entry_picture picture;
    uint32_t count = 0;
    slice path = add_photos_path(adding);
    adding->step = ADD_MORE;
    add_page_begin(adding, &page, N_("Photos"), path);
    form_begin(form, path, true);
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (entry_media_picture(&entry->media[i], &picture)) {
            write_photo(adding, &entry->media[i], &picture, count++);
        }
    }
    if (count < MEDIA_PER_ENTRY_MAX) {
        write_file_field(adding);
    } else {
        form_told(form, "photo");
    }
    if (count == 0) {
        form_submit(form, N_("Envoyer les photos"));
        form_submit_else(form, "on", N_("Continuer sans photo"));
    } else {
        form_submit(form, N_("Continuer"));
        if (count < MEDIA_PER_ENTRY_MAX) {
            form_submit_else(form, "add", N_("Envoyer les photos"));
        }
    }
    form_submit_else(form, "documents", N_("Joindre des documents"));
    form_submit_else(form, "back", N_("Revenir"));
    form_end(form);
    form_page_end(form);
    return page.html.out->failed;
}

err web_add_photos(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    struct adding *adding = NULL;
    TRY(add_open(app, request, &adding, problem));
    return write_page(adding, response);
}

/* ---- what was sent ---- */

struct taking {
    struct adding *adding;
    const struct http_form *sent;
    struct person_network network;
    struct entry_media fresh[MEDIA_PER_ENTRY_MAX]; /* developed, their files stand */
    uint32_t fresh_count;
    uint32_t tried_count; /* files that were looked at, whatever they were */
    bool is_enough;       /* today, from there */
    struct problem problem;
};

/* What was typed of the pictures that are here. Those that another page has taken away meanwhile
 * are passed over. */
static void take_words(struct taking *taking, struct entry *entry) {
    struct adding *adding = taking->adding;
    struct entry_picture picture;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        struct entry_media *media = &entry->media[i];
        if (!entry_media_picture(media, &picture) ||
            !http_form_has(taking->sent, field_of(adding, "alt", &picture))) {
            continue;
        }
        media->alt = slice_trim(http_form_value(taking->sent, field_of(adding, "alt", &picture)));
        media->credit =
            slice_trim(http_form_value(taking->sent, field_of(adding, "credit", &picture)));
        slice licence = http_form_value(taking->sent, field_of(adding, "licence", &picture));
        for (size_t k = 0; k < ARRAY_COUNT(licences); k++) {
            if (slice_equal(licence, slice_from_cstr(licences[k].value))) {
                media->licence = licence;
            }
        }
    }
}

/* Up or away, of the one that the button names. */
static void take_act(struct taking *taking, struct entry *entry) {
    struct adding *adding = taking->adding;
    slice act = http_form_value(taking->sent, "do");
    struct entry_picture picture;
    uint32_t before = UINT32_MAX;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (!entry_media_picture(&entry->media[i], &picture)) {
            continue;
        }
        if (slice_equal(act, slice_from_cstr(field_of(adding, "drop", &picture)))) {
            entry->media_count--;
            for (uint32_t k = i; k < entry->media_count; k++) {
                entry->media[k] = entry->media[k + 1];
            }
            return;
        }
        if (slice_equal(act, slice_from_cstr(field_of(adding, "up", &picture))) &&
            before != UINT32_MAX) {
            struct entry_media moved = entry->media[i];
            entry->media[i] = entry->media[before];
            entry->media[before] = moved;
            return;
        }
        before = i;
    }
}

static bool has_url(const struct entry *entry, slice url) {
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (slice_equal(entry->media[i].url, url)) {
            return true;
        }
    }
    return false;
}

static void add_fresh(struct taking *taking, struct entry *entry) {
    uint32_t pictures = picture_count(entry);
    struct entry_media *list = arena_new(taking->adding->arena, struct entry_media,
                                         (size_t)entry->media_count + MEDIA_PER_ENTRY_MAX);
    for (uint32_t i = 0; i < entry->media_count; i++) {
        list[i] = entry->media[i];
    }
    entry->media = list;
    for (uint32_t i = 0; i < taking->fresh_count; i++) {
        if (has_url(entry, taking->fresh[i].url)) {
            continue; /* the same picture once more */
        }
        if (pictures++ >= MEDIA_PER_ENTRY_MAX || entry->media_count >= ENTRY_LIST_MAX) {
            form_fault(&taking->adding->form, "photo",
                       N_("Huit photos suffisent. Enlevez-en une d’abord."));
            return;
        }
        list[entry->media_count++] = taking->fresh[i];
    }
}

/* On the writer: the draft as it stands now, since another page may have changed it while the
 * pictures were read. */
static err store_job(struct db_conn *conn, void *self) {
    struct taking *taking = self;
    struct adding *adding = taking->adding;
    TRY(contribution_draft_load(conn, adding->actor, adding->secret, adding->now_ms, adding->arena,
                                &adding->draft));
    take_words(taking, &adding->draft.content);
    take_act(taking, &adding->draft.content);
    add_fresh(taking, &adding->draft.content);
    return contribution_draft_store(conn, adding->actor, adding->secret, &adding->draft.content,
                                    adding->now_ms, &taking->problem);
}

static bool is_act(const struct taking *taking, const char *act) {
    return slice_starts_with(http_form_value(taking->sent, "do"), slice_from_cstr(act));
}

static err answer_store(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    (void)app;
    (void)request;
    struct taking *taking = self;
    struct adding *adding = taking->adding;
    if (result == ERR_LIMIT) {
        form_fault(&adding->form, "photo", N_("C’est trop long. Raccourcissez-le."));
    } else if (result != OK) {
        *problem = taking->problem;
        return result;
    }
    if (adding->form.fault_count > 0) {
        return write_page(adding, response);
    }
    /* A new one leads back here: what is seen on it has not been asked yet. */
    bool stays = taking->fresh_count > 0 || is_act(taking, "up-") || is_act(taking, "drop-") ||
                 is_act(taking, "add");
    http_redirect(response, stays                         ? add_photos_path(adding)
                            : is_act(taking, "back")      ? add_path(adding, ADD_MORE)
                            : is_act(taking, "documents") ? add_documents_path(adding)
                                                          : add_path(adding, ADD_CHECK));
    return OK;
}

/* ---- taking pictures in, on the lab's thread ---- */

static void tell(struct taking *taking, enum photo_verdict verdict) {
    static const char *const told[PHOTO_VERDICT__COUNT] = {
        [PHOTO_UNKNOWN] = N_("Ce fichier n’est pas une photo, quel que soit son nom. Choisissez du "
                             "JPEG, PNG, WebP, AVIF ou HEIC."),
        [PHOTO_HEAVY] = N_("Cette photo pèse plus de 10 Mo. Choisissez-en une plus légère."),
        [PHOTO_LARGE] =
            N_("Cette photo est trop grande pour être lue. Réduisez-la, puis envoyez-la "
               "de nouveau."),
        [PHOTO_DAMAGED] = N_("Cette photo est abîmée ou incomplète. Envoyez-la de nouveau."),
        [PHOTO_NO_READER] =
            N_("Ce site ne lit pas ce format. Enregistrez la photo en JPEG, puis envoyez-la."),
        [PHOTO_COSTLY] = N_("Cette photo demande trop pour être lue. Réduisez-la ou enregistrez-la "
                            "en JPEG."),
        [PHOTO_AWAY] = N_("Les photos ne peuvent pas être reçues en ce moment. Continuez sans, et "
                          "revenez plus tard."),
    };
    form_fault(&taking->adding->form, "photo", told[verdict]);
}

struct book {
    slice name;
    int64_t now_ms;
};

static err book_job(struct db_conn *conn, void *self) {
    const struct book *book = self;
    return media_add(conn, book->name, book->now_ms);
}

/* The prints of a picture as files, and what an entry says of it. The books come first: whatever
 * becomes of the draft, the sweep knows the files. */
static err keep(struct taking *taking, const struct photo *photo) {
    const struct face *face = taking->adding->face;
    struct arena *arena = taking->adding->arena;
    struct media_print prints[ENTRY_PICTURE_SIDES * ENTRY_PICTURE_FORMAT__COUNT];
    size_t count = 0;
    struct entry_picture picture;
    for (size_t side = 0; side < ENTRY_PICTURE_SIDES; side++) {
        for (int format = 0; format < ENTRY_PICTURE_FORMAT__COUNT; format++) {
            if (photo->prints[side][format].n > 0) {
                prints[count++] = (struct media_print){side, (enum entry_picture_format)format,
                                                       photo->prints[side][format]};
            }
        }
    }
    struct book book = {media_name(prints, count, photo->width, photo->height, arena),
                        taking->adding->now_ms};
    if (!entry_picture_named(book.name, &picture)) {
        return ERR_INTERNAL;
    }
    TRY(db_write(face->writer, book_job, &book));
    TRY(media_files_write(face->media_folder, book.name, prints, count, &taking->problem));
    taking->fresh[taking->fresh_count++] =
        (struct entry_media){.kind = ENTRY_MEDIA_IMAGE,
                             .url = entry_picture_path(&picture, entry_picture_largest(&picture),
                                                       ENTRY_PICTURE_JPEG, arena),
                             .title = SLICE_EMPTY,
                             .alt = SLICE_EMPTY,
                             .licence = ADD_LICENCE,
                             .credit = SLICE_EMPTY,
                             .transcript = SLICE_EMPTY};
    return OK;
}

static err try_job(struct db_conn *conn, void *self) {
    struct taking *taking = self;
    return person_try(conn, PERSON_TRY_PHOTO, crypto_digest_slice(&taking->network.key),
                      taking->adding->now_ms, &taking->problem);
}

/* One file; what is wrong with it is told on the page, and the others are taken all the same. */
static err take_file(struct taking *taking, struct photo_lab *lab, const struct http_field *file) {
    struct photo photo;
    err tried = db_write(taking->adding->face->writer, try_job, taking);
    if (tried == ERR_LIMIT) {
        taking->is_enough = true;
        form_fault(&taking->adding->form, "photo",
                   N_("Beaucoup de photos ont été envoyées d’ici aujourd’hui. Revenez demain."));
        return OK;
    }
    TRY(tried);
    enum photo_verdict verdict = photo_lab_develop(lab, file->value, taking->adding->arena, &photo);
    if (verdict != PHOTO_DEVELOPED) {
        tell(taking, verdict);
        return OK;
    }
    return keep(taking, &photo);
}

static bool is_chosen(const struct http_field *field) {
    return field->is_file && field->file_name.n > 0 && slice_equal(field->name, SLICE("photo"));
}

/* On the lab's thread, which is everybody's: no more files than an entry may have photos. */
static void take_files(struct photo_lab *lab, void *self) {
    struct taking *taking = self;
    err result = OK;
    for (size_t i = 0; i < taking->sent->count && result == OK && !taking->is_enough; i++) {
        if (!is_chosen(&taking->sent->fields[i])) {
            continue;
        }
        if (taking->tried_count++ == MEDIA_PER_ENTRY_MAX) {
            form_fault(&taking->adding->form, "photo",
                       taking->fresh_count == MEDIA_PER_ENTRY_MAX
                           ? N_("Huit photos suffisent. Enlevez-en une d’abord.")
                           : N_("Huit fichiers à la fois. Envoyez les autres ensuite."));
            break;
        }
        result = take_file(taking, lab, &taking->sent->fields[i]);
    }
    if (result == OK) {
        result = db_write(taking->adding->face->writer, store_job, taking);
    }
    http_wake(taking->adding->request, result);
}

static void words_kept(err result, void *self) {
    const struct taking *taking = self;
    http_wake(taking->adding->request, result);
}

/* The lab takes nothing now: that is told, and what was typed of the photos here is kept. */
static void keep_words(struct taking *taking) {
    tell(taking, PHOTO_AWAY);
    err refused = db_write_later(taking->adding->face->writer, store_job, words_kept, taking);
    if (refused != OK) {
        http_wake(taking->adding->request, refused);
    }
}

err web_add_photos_post(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    const struct face *face = app;
    struct http_form *sent = arena_new(request->arena, struct http_form, 1);
    struct taking *taking = arena_new(request->arena, struct taking, 1);
    bool has_files = false;
    TRY(http_form_read(request, sent, problem));
    *taking = (struct taking){.sent = sent};
    TRY(add_open(app, request, &taking->adding, problem));
    taking->adding->sent = sent;
    for (size_t i = 0; i < sent->count; i++) {
        has_files = has_files || is_chosen(&sent->fields[i]);
    }
    if (!has_files && picture_count(&taking->adding->draft.content) == 0 && !is_act(taking, "on") &&
        !is_act(taking, "back") && !is_act(taking, "documents")) {
        form_fault(&taking->adding->form, "photo", N_("Choisissez au moins une photo."));
        return write_page(taking->adding, response);
    }
    if (!has_files) {
        return face_write(face, request, store_job, answer_store, taking);
    }
    TRY(face_network(request, &taking->network));
    http_wait(request, answer_store, taking);
    if (face->photos == NULL || photo_lab_submit(face->photos, take_files, taking) != OK) {
        keep_words(taking);
    }
    return OK;
}
