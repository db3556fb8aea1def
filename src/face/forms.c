#include "face/forms.h"

#define ROW(name_, extension_, media_type_, holds_, order_, schema_, help_)                        \
    [FACE_FORM_##name_] = {                                                                        \
        .path = FACE_FORM_PATH extension_,                                                         \
        .extension = extension_,                                                                   \
        .media_type = media_type_,                                                                 \
        .holds = FACE_FORM_##holds_,                                                               \
        .order = FACE_FORM_##order_,                                                               \
        .schema = schema_,                                                                         \
        .help = help_,                                                                             \
    },
const struct face_form_row face_forms[FACE_FORM__COUNT] = {FACE_FORMS(ROW)};

bool face_form_of_extension(slice extension, enum face_form *form) {
    for (size_t i = 0; i < FACE_FORM__COUNT; i++) {
        if (slice_equal(slice_from_cstr(face_forms[i].extension), extension)) {
            *form = (enum face_form)i;
            return true;
        }
    }
    return false;
}

bool face_form_of_path(slice path, enum face_form *form) {
    slice start = SLICE(FACE_FORM_PATH);
    return slice_starts_with(path, start) &&
           face_form_of_extension(slice_sub(path, start.n, path.n), form);
}
