/* Arbitrary bytes as a document that somebody sends, and as an address of one. */
#include "fuzz.h"

#include "domain/media/media_int.h"

#include <string.h>

static bool lies_in(slice part, slice whole) {
    return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

/* Whatever an archive says, its files lie in it, in front of its directory, and it ends. */
static void check_archive(slice bytes) {
    struct media_zip zip;
    struct media_zip_file file;
    if (!media_zip_open(bytes, &zip)) {
        return;
    }
    FUZZ_PROMISE(lies_in(zip.directory, bytes));
    size_t most = zip.count;
    size_t count = 0;
    while (media_zip_next(&zip, &file) == OK) {
        FUZZ_PROMISE(++count <= most);
        FUZZ_PROMISE(lies_in(file.name, zip.directory));
        FUZZ_PROMISE(lies_in(file.packed, bytes));
        struct buf unpacked BUF_CLEANUP = buf_new(4096);
        err read = media_zip_read(&file, &unpacked);
        FUZZ_PROMISE(read != OK || unpacked.n <= 4096);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena ARENA_CLEANUP = arena_make(4096, 1u << 20);
    slice bytes = slice_of((const char *)data, size);
    struct entry_document document;
    enum entry_document_kind kind;
    if (entry_document_of(bytes, &document)) {
        FUZZ_PROMISE(document.kind < ENTRY_DOCUMENT__COUNT);
        FUZZ_PROMISE(document.bytes > 0 && document.bytes <= ENTRY_DOCUMENT_BYTES_MAX);
        FUZZ_PROMISE(document.name.n <= ENTRY_DOCUMENT_NAME_MAX);
    }
    check_archive(bytes);
    if (media_document_look(bytes, &kind) == MEDIA_TAKEN) {
        FUZZ_PROMISE(size > 0 && kind < ENTRY_DOCUMENT__COUNT && data[0] != '<');
        document = media_document_named(bytes, kind, &arena);
        struct entry_document again;
        FUZZ_PROMISE(entry_document_named(document.name, &again));
        FUZZ_PROMISE(again.kind == kind && again.bytes == size);
    }
    return 0;
}
