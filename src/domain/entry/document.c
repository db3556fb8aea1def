#include "domain/entry/document.h"

#include "domain/entry/entry.h"

#define OFFICE "application/vnd.openxmlformats-officedocument."
#define OASIS  "application/vnd.oasis.opendocument."

static const struct {
    slice extension;
    const char *type;
} rows[ENTRY_DOCUMENT__COUNT] = {
    [ENTRY_DOCUMENT_PDF] = {{"pdf", 3}, "application/pdf"},
    [ENTRY_DOCUMENT_ODT] = {{"odt", 3}, OASIS "text"},
    [ENTRY_DOCUMENT_ODS] = {{"ods", 3}, OASIS "spreadsheet"},
    [ENTRY_DOCUMENT_ODP] = {{"odp", 3}, OASIS "presentation"},
    [ENTRY_DOCUMENT_DOCX] = {{"docx", 4}, OFFICE "wordprocessingml.document"},
    [ENTRY_DOCUMENT_XLSX] = {{"xlsx", 4}, OFFICE "spreadsheetml.sheet"},
    [ENTRY_DOCUMENT_PPTX] = {{"pptx", 4}, OFFICE "presentationml.presentation"},
    [ENTRY_DOCUMENT_TEXT] = {{"txt", 3}, "text/plain; charset=utf-8"},
};

slice entry_document_extension(enum entry_document_kind kind) {
    return rows[kind].extension;
}

const char *entry_document_type(enum entry_document_kind kind) {
    return rows[kind].type;
}

static bool kind_read(slice extension, enum entry_document_kind *kind) {
    for (size_t i = 0; i < ENTRY_DOCUMENT__COUNT; i++) {
        if (slice_equal(extension, rows[i].extension)) {
            *kind = (enum entry_document_kind)i;
            return true;
        }
    }
    return false;
}

/* A number as we write it: no sign, no zero in front. */
static bool bytes_read(slice digits, uint32_t *bytes) {
    uint64_t value = 0;
    if (digits.n == 0 || digits.n > 8 || digits.p[0] == '0' || !slice_to_u64(digits, &value) ||
        value > ENTRY_DOCUMENT_BYTES_MAX) {
        return false;
    }
    *bytes = (uint32_t)value;
    return true;
}

bool entry_document_named(slice name, struct entry_document *document) {
    struct entry_document found = {.name = name};
    if (name.n <= ENTRY_DOCUMENT_DIGEST || name.p[ENTRY_DOCUMENT_DIGEST] != '-') {
        return false;
    }
    for (size_t i = 0; i < ENTRY_DOCUMENT_DIGEST; i++) {
        char c = name.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    size_t dot = slice_find(name, ENTRY_DOCUMENT_DIGEST, '.');
    if (!bytes_read(slice_sub(name, ENTRY_DOCUMENT_DIGEST + 1, dot - ENTRY_DOCUMENT_DIGEST - 1),
                    &found.bytes) ||
        !kind_read(slice_sub(name, dot + 1, name.n), &found.kind)) {
        return false;
    }
    *document = found;
    return true;
}

bool entry_document_of(slice url, struct entry_document *document) {
    slice folder = SLICE(ENTRY_PICTURE_FOLDER);
    return slice_starts_with(url, folder) &&
           entry_document_named(slice_sub(url, folder.n, url.n), document);
}

bool entry_media_document(const struct entry_media *media, struct entry_document *document) {
    return media->kind == ENTRY_MEDIA_DOCUMENT && entry_document_of(media->url, document);
}
