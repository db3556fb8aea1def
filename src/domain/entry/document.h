/* document: the address of a document that lies here, as the media of an entry name it. It says
 * what it is and how much it weighs, so that nothing else has to be asked. */
#ifndef AGORA_DOMAIN_ENTRY_DOCUMENT_H
#define AGORA_DOMAIN_ENTRY_DOCUMENT_H

#include "base/base.h"

enum entry_document_kind {
    ENTRY_DOCUMENT_PDF,
    ENTRY_DOCUMENT_ODT,
    ENTRY_DOCUMENT_ODS,
    ENTRY_DOCUMENT_ODP,
    ENTRY_DOCUMENT_DOCX,
    ENTRY_DOCUMENT_XLSX,
    ENTRY_DOCUMENT_PPTX,
    ENTRY_DOCUMENT_TEXT,
    ENTRY_DOCUMENT__COUNT
};
#define ENTRY_DOCUMENT_BYTES_MAX (20u << 20)
#define ENTRY_DOCUMENT_DIGEST    32 /* hexadecimal digits */
#define ENTRY_DOCUMENT_NAME_MAX  (ENTRY_DOCUMENT_DIGEST + 1 + 8 + 1 + 4)

struct entry_document {
    slice name; /* "DIGEST-48213.pdf" */
    uint32_t bytes;
    enum entry_document_kind kind;
};
/* "/media/DIGEST-48213.pdf"; false for any other address. `name` lies in the address. */
bool entry_document_of(slice url, struct entry_document *document);
/* The same of the name alone. */
bool entry_document_named(slice name, struct entry_document *document);
/* Whether a medium of an entry is a document that lies here, and which. */
struct entry_media;
bool entry_media_document(const struct entry_media *media, struct entry_document *document);
/* "pdf", "odt", … */
slice entry_document_extension(enum entry_document_kind kind);
/* "application/pdf", … */
const char *entry_document_type(enum entry_document_kind kind);

#endif
