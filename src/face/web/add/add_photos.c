/* The photos of a draft: taking them in, what is said of each, their order. A page of its own, so
 * that a file that is refused loses none of the words beside it. */
#include "domain/media/media.h"
#include "face/web/add/add.h"
#include "face/web/add/add_files_int.h"

slice add_photos_path(const struct adding *adding) {
    return arena_concat_of(adding->arena, adding->base, SLICE("/photos"));
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

static slice media_folder(const struct adding *adding) {
    return arena_concat_of(adding->arena, adding->base, SLICE("/media"));
}

void add_photos_row(struct adding *adding) {
    const struct entry *entry = &adding->draft.content;
    pictures_row(adding->form.page, entry->media, entry->media_count, media_folder(adding));
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
    html_raw(html, "<button class=\"button button--line\" type=\"submit\" formnovalidate "
                   "name=\"do\"");
    html_attr(html, "value", slice_from_cstr(add_files_field(adding, act, picture->name)));
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
    html_attr(html, "id", slice_from_cstr(add_files_field(adding, "photo", picture->name)));
    html_raw(html, "><legend>");
    html_tf(html, "Photo %1", &number, 1);
    html_raw(html, "</legend>\n");
    picture_small(form->page, picture, media->alt, media_folder(adding));
    form_field(form, &(struct form_field){.name = add_files_field(adding, "alt", picture->name),
                                          .label = N_("Ce qu’on y voit"),
                                          .help = N_("Pour qui ne la voit pas. En une phrase."),
                                          .value = media->alt,
                                          .max_bytes = ENTRY_TEXT_MAX,
                                          .is_needed = adding->owner->is_shown_at_once});
    form_field(form, &(struct form_field){.name = add_files_field(adding, "credit", picture->name),
                                          .label = N_("Qui l’a prise"),
                                          .value = media->credit,
                                          .max_bytes = ENTRY_TEXT_MAX});
    add_files_licence_write(form, add_files_field(adding, "licence", picture->name),
                            media->licence);
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

err add_photos_page(struct adding *adding, struct http_response *response) {
    struct page page = page_begin(adding->face, adding->request, response);
    const struct entry *entry = &adding->draft.content;
    struct form *form = &adding->form;
    struct entry_picture picture;
    uint32_t count = 0;
    slice path = add_photos_path(adding);
    adding->step = ADD_MORE;
    adding->owner->begin(adding, &page, N_("Photos"), path);
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
    return add_photos_page(adding, response);
}

/* ---- what was sent ---- */

/* What was typed of the pictures that are here. Those that another page has taken away meanwhile
 * are passed over. */
static void take_words(struct add_files *files, struct entry *entry) {
    struct adding *adding = files->adding;
    struct entry_picture picture;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        struct entry_media *media = &entry->media[i];
        if (!entry_media_picture(media, &picture)) {
            continue;
        }
        const char *field = add_files_field(adding, "alt", picture.name);
        if (!http_form_has(files->sent, field)) {
            continue;
        }
        media->alt = slice_trim(http_form_value(files->sent, field));
        if (media->alt.n == 0 && adding->owner->is_shown_at_once &&
            http_form_value(files->sent, "do").n == 0) {
            form_fault(&adding->form, field,
                       N_("Dites ce qu’on y voit : sans cela, la photo n’est pas montrée."));
        }
        media->credit = slice_trim(
            http_form_value(files->sent, add_files_field(adding, "credit", picture.name)));
        add_files_licence_take(files, add_files_field(adding, "licence", picture.name), media);
    }
}

/* Up or away, of the one that the button names. */
static void take_act(const struct add_files *files, struct entry *entry) {
    struct entry_picture picture;
    uint32_t before = UINT32_MAX;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        if (!entry_media_picture(&entry->media[i], &picture)) {
            continue;
        }
        if (add_files_is_act_of(files, "drop", picture.name)) {
            add_files_drop(entry, i);
            return;
        }
        if (add_files_is_act_of(files, "up", picture.name) && before != UINT32_MAX) {
            struct entry_media moved = entry->media[i];
            entry->media[i] = entry->media[before];
            entry->media[before] = moved;
            return;
        }
        before = i;
    }
}

static void change(struct add_files *files, struct entry *entry) {
    take_words(files, entry);
    take_act(files, entry);
}

/* ---- taking pictures in, on the lab's thread ---- */

static const char *const told[PHOTO_VERDICT__COUNT] = {
    [PHOTO_UNKNOWN] = N_("Ce fichier n’est pas une photo, quel que soit son nom. Choisissez du "
                         "JPEG, PNG, WebP, AVIF ou HEIC."),
    [PHOTO_HEAVY] = N_("Cette photo pèse plus de 10 Mo. Choisissez-en une plus légère."),
    [PHOTO_LARGE] = N_("Cette photo est trop grande pour être lue. Réduisez-la, puis envoyez-la "
                       "de nouveau."),
    [PHOTO_DAMAGED] = N_("Cette photo est abîmée ou incomplète. Envoyez-la de nouveau."),
    [PHOTO_NO_READER] =
        N_("Ce site ne lit pas ce format. Enregistrez la photo en JPEG, puis envoyez-la."),
    [PHOTO_COSTLY] = N_("Cette photo demande trop pour être lue. Réduisez-la ou enregistrez-la "
                        "en JPEG."),
};

/* The prints of a picture as files, and what an entry says of it. The books come first: whatever
 * becomes of the draft, the sweep knows the files. */
static err keep(struct add_files *files, const struct photo *photo) {
    struct arena *arena = files->adding->arena;
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
    slice name = media_name(prints, count, photo->width, photo->height, arena);
    if (!entry_picture_named(name, &picture)) {
        return ERR_INTERNAL;
    }
    TRY(add_files_book(files, name));
    TRY(media_files_write(files->adding->face->media_folder, name, prints, count, &files->problem));
    add_files_keep(
        files, ENTRY_MEDIA_IMAGE,
        entry_picture_path(&picture, entry_picture_largest(&picture), ENTRY_PICTURE_JPEG, arena),
        SLICE_EMPTY);
    return OK;
}

static err take(struct add_files *files, struct photo_lab *lab, const struct http_field *file) {
    struct photo photo;
    enum photo_verdict verdict = photo_lab_develop(lab, file->value, files->adding->arena, &photo);
    if (verdict != PHOTO_DEVELOPED) {
        add_files_fault(files, file, verdict == PHOTO_AWAY ? files->page->away : told[verdict]);
        return OK;
    }
    return keep(files, &photo);
}

err add_photos_take(void *app, const struct http_request *request, struct http_response *response,
                    add_opening *open, struct problem *problem) {
    static const struct add_files_page page = {
        .field = "photo",
        .files_max = MEDIA_PER_ENTRY_MAX,
        .tried = PERSON_TRY_PHOTO,
        .none_chosen = N_("Choisissez au moins une photo."),
        .too_many = N_("Huit fichiers à la fois. Envoyez les autres ensuite."),
        .full = N_("Huit photos suffisent. Enlevez-en une d’abord."),
        .enough_today =
            N_("Beaucoup de photos ont été envoyées d’ici aujourd’hui. Revenez demain."),
        .away = N_("Les photos ne peuvent pas être reçues en ce moment. Continuez sans, et revenez "
                   "plus tard."),
        .write = add_photos_page,
        .path = add_photos_path,
        .count = picture_count,
        .take = take,
        .change = change};
    return add_files_post(app, request, response, &page, open, problem);
}

err web_add_photos_post(void *app, const struct http_request *request,
                        struct http_response *response, struct problem *problem) {
    return add_photos_take(app, request, response, add_open, problem);
}
