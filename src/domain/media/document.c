/* RULE DOCUMENT-1: what a document is, by its bytes alone. */
#include "domain/media/media_int.h"
#include "text/text.h"

#define TYPES_BYTES_MAX (1u << 20) /* of [Content_Types].xml: Office writes a few KB */
#define PDF_TAIL        2048       /* where a PDF says that it is whole */

static bool same_letters(slice text, slice lower) {
    bool same = text.n == lower.n;
    for (size_t i = 0; same && i < text.n; i++) {
        char c = text.p[i];
        same = (c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) == lower.p[i];
    }
    return same;
}

static slice last_part(slice path) {
    for (size_t i = path.n; i > 0; i--) {
        if (path.p[i - 1] == '/') {
            return slice_sub(path, i, path.n);
        }
    }
    return path;
}

/* ---- archives: ODF 1.3 part 2, 3.3 (`mimetype` comes first, as it is) and OOXML, ECMA-376 part 2
 * ---- */

struct looking {
    enum media_verdict verdict; /* MEDIA_TAKEN until something speaks against it */
    bool is_known, has_types;
    enum entry_document_kind kind;
};

static void look_type(struct looking *looking, slice type) {
    for (size_t i = ENTRY_DOCUMENT_ODT; i <= ENTRY_DOCUMENT_ODP; i++) {
        if (slice_equal(type, slice_from_cstr(entry_document_type((enum entry_document_kind)i)))) {
            looking->is_known = true;
            looking->kind = (enum entry_document_kind)i;
        }
    }
}

/* What Office calls the main part of a document, and how it says that there is a program. */
static err look_types(struct looking *looking, const struct media_zip_file *file) {
    struct buf types BUF_CLEANUP = buf_new(TYPES_BYTES_MAX);
    TRY(media_zip_read(file, &types));
    slice text = buf_slice(&types);
    if (slice_contains(text, SLICE("macroEnabled")) || slice_contains(text, SLICE("vbaProject"))) {
        looking->verdict = MEDIA_MACROS;
    }
    for (size_t i = ENTRY_DOCUMENT_DOCX; i <= ENTRY_DOCUMENT_PPTX; i++) {
        struct buf main BUF_CLEANUP = buf_new(256);
        buf_addf(&main, "\"%s.main+xml\"", entry_document_type((enum entry_document_kind)i));
        if (slice_contains(text, buf_slice(&main))) {
            looking->is_known = true;
            looking->kind = (enum entry_document_kind)i;
        }
    }
    return OK;
}

/* Where a program lies in an archive: VBA and ActiveX of Office, Basic and Python of ODF. */
static bool is_program(slice name) {
    return same_letters(last_part(name), SLICE("vbaproject.bin")) ||
           slice_contains(name, SLICE("/activeX/")) || slice_starts_with(name, SLICE("Basic/")) ||
           slice_starts_with(name, SLICE("Scripts/"));
}

static enum media_verdict look_archive(slice bytes, enum entry_document_kind *kind) {
    struct looking looking = {.verdict = MEDIA_TAKEN};
    struct media_zip zip;
    struct media_zip_file file;
    err next = media_zip_open(bytes, &zip) ? OK : ERR_CORRUPT;
    for (size_t i = 0; next == OK && (next = media_zip_next(&zip, &file)) == OK; i++) {
        if (file.is_locked) {
            looking.verdict = MEDIA_LOCKED;
        } else if (is_program(file.name)) {
            looking.verdict = MEDIA_MACROS;
        } else if (i == 0 && slice_equal(file.name, SLICE("mimetype"))) {
            look_type(&looking, file.packed);
        } else if (slice_equal(file.name, SLICE("[Content_Types].xml"))) {
            next = looking.has_types ? ERR_CORRUPT : look_types(&looking, &file);
            looking.has_types = true;
        }
    }
    if (next != ERR_NOT_FOUND) {
        return MEDIA_DAMAGED;
    }
    *kind = looking.kind;
    return looking.verdict == MEDIA_TAKEN && !looking.is_known ? MEDIA_UNKNOWN : looking.verdict;
}

/* ---- PDF (ISO 32000-2, 7.5) and text ---- */

static enum media_verdict look_pdf(slice bytes) {
    slice tail = bytes.n > PDF_TAIL ? slice_sub(bytes, bytes.n - PDF_TAIL, PDF_TAIL) : bytes;
    return slice_contains(tail, SLICE("%%EOF")) ? MEDIA_TAKEN : MEDIA_DAMAGED;
}

static bool is_text(slice bytes) {
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        if ((c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f') || c == 0x7f) {
            return false;
        }
    }
    return text_is_utf8(bytes);
}

/* As a browser that looks at the bytes would begin (MIME Sniffing, 7.1), and more: any mark of a
 * tag, and the line by which a shell finds an interpreter. */
static enum media_verdict look_text(slice bytes) {
    slice mark = SLICE("\xef\xbb\xbf");
    slice text =
        slice_trim(slice_starts_with(bytes, mark) ? slice_sub(bytes, mark.n, bytes.n) : bytes);
    if (text.n == 0 || !is_text(bytes) || slice_starts_with(text, SLICE("{\\rtf"))) {
        return MEDIA_UNKNOWN;
    }
    bool runs = text.p[0] == '<' || slice_starts_with(text, SLICE("#!")) ||
                slice_starts_with(text, SLICE("%!"));
    return runs ? MEDIA_WEB_PAGE : MEDIA_TAKEN;
}

enum media_verdict media_document_look(slice bytes, enum entry_document_kind *kind) {
    if (bytes.n > ENTRY_DOCUMENT_BYTES_MAX) {
        return MEDIA_HEAVY;
    }
    if (slice_starts_with(bytes, SLICE("%PDF-"))) {
        *kind = ENTRY_DOCUMENT_PDF;
        return look_pdf(bytes);
    }
    if (slice_starts_with(bytes, SLICE("PK\x03\x04"))) {
        return look_archive(bytes, kind);
    }
    if (slice_starts_with(bytes, SLICE("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))) {
        return MEDIA_OLD;
    }
    *kind = ENTRY_DOCUMENT_TEXT;
    return look_text(bytes);
}
