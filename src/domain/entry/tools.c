/* What is kept beside a connection, so that an import of many records makes it once. */
#include "domain/entry/entry_int.h"

#include <zstd.h>

#define ENTRY_ZSTD_LEVEL 1
#define ENTRY_SLUG_ROOM  128

struct entry_tools {
    struct arena arena; /* holds this very struct */
    ZSTD_CCtx *packer;
    ZSTD_CDict *packer_dictionary;
    ZSTD_DCtx *unpacker;
    ZSTD_DDict *unpacker_dictionary;
    struct buf json, packed, author;
    int64_t author_source; /* whose name `author` holds; 0: nobody's */
    struct entry_bulk bulk;
};

static const char tools_key = 0;

static void tools_free(void *companion) {
    struct entry_tools *tools = companion;
    ZSTD_freeCCtx(tools->packer);
    ZSTD_freeCDict(tools->packer_dictionary);
    ZSTD_freeDCtx(tools->unpacker);
    ZSTD_freeDDict(tools->unpacker_dictionary);
    buf_free(&tools->json);
    buf_free(&tools->packed);
    buf_free(&tools->author);
    buf_free(&tools->bulk.bodies);
    struct arena arena = tools->arena;
    arena_free(&arena);
}

static void *tools_make(void) {
    struct arena arena = arena_make(1024, 0);
    struct entry_tools *tools = arena_new(&arena, struct entry_tools, 1);
    tools->arena = arena;
    tools->packer = ZSTD_createCCtx();
    tools->packer_dictionary =
        ZSTD_createCDict(entry_dictionary, entry_dictionary_bytes, ENTRY_ZSTD_LEVEL);
    tools->unpacker = ZSTD_createDCtx();
    tools->unpacker_dictionary = ZSTD_createDDict(entry_dictionary, entry_dictionary_bytes);
    tools->json = buf_new(ENTRY_REVISION_JSON_MAX);
    tools->packed = buf_new(ZSTD_compressBound(ENTRY_REVISION_JSON_MAX));
    tools->author = buf_new(ENTRY_SLUG_ROOM);
    tools->bulk.bodies = buf_new(ENTRY_BULK_REVISIONS * (ENTRY_BULK_JSON_MAX + sizeof(uint32_t)));
    if (!tools->packer || !tools->packer_dictionary || !tools->unpacker ||
        !tools->unpacker_dictionary) {
        tools_free(tools);
        return NULL;
    }
    return tools;
}

struct entry_tools *entry_tools_of(struct db_conn *conn) {
    return db_companion(conn, &tools_key, tools_make, tools_free);
}

struct buf *entry_tools_json(struct entry_tools *tools) {
    buf_clear(&tools->json);
    return &tools->json;
}

struct entry_bulk *entry_tools_bulk(struct entry_tools *tools) {
    return &tools->bulk;
}

slice entry_tools_author(const struct entry_tools *tools) {
    return buf_slice(&tools->author);
}

err entry_import_author(struct db_conn *conn, struct entry_tools *tools, struct source_id source,
                        slice *author) {
    if (tools->author_source != source.v) {
        struct db_query *query = db_query(conn, &entry_catalogue, ENTRY_SOURCE_SLUG);
        db_bind_i64(query, 1, source.v);
        bool row = false;
        TRY(db_next(query, &row));
        if (!row) {
            return ERR_NOT_FOUND;
        }
        buf_clear(&tools->author);
        buf_add(&tools->author, SLICE("import:"));
        buf_add(&tools->author, db_text(query, 0));
        db_done(query);
        TRY(tools->author.failed);
        tools->author_source = source.v;
    }
    *author = buf_slice(&tools->author);
    return OK;
}

err entry_pack(struct entry_tools *tools, slice json, slice *packed) {
    /* Room is taken by adding bytes that the compressor then overwrites. */
    size_t bound = ZSTD_compressBound(json.n);
    buf_clear(&tools->packed);
    while (tools->packed.n < bound && tools->packed.failed == OK) {
        size_t missing = bound - tools->packed.n;
        buf_add_bytes(&tools->packed, json.p, missing < json.n ? missing : json.n);
        if (json.n == 0) {
            return ERR_INTERNAL;
        }
    }
    TRY(tools->packed.failed);
    size_t n = ZSTD_compress_usingCDict(tools->packer, tools->packed.p, bound, json.p, json.n,
                                        tools->packer_dictionary);
    if (ZSTD_isError(n)) {
        return ERR_INTERNAL;
    }
    *packed = slice_of(tools->packed.p, n);
    return OK;
}

err entry_unpack(struct entry_tools *tools, int64_t format, slice packed, struct buf *out) {
    if (format != ENTRY_BODY_ZSTD) {
        return ERR_UNSUPPORTED;
    }
    unsigned long long bytes = ZSTD_getFrameContentSize(packed.p, packed.n);
    if (bytes == ZSTD_CONTENTSIZE_ERROR || bytes == ZSTD_CONTENTSIZE_UNKNOWN ||
        bytes > ENTRY_REVISION_JSON_MAX) {
        return ERR_CORRUPT;
    }
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    char *room = arena_new(&arena, char, (size_t)bytes + 1);
    size_t n = ZSTD_decompress_usingDDict(tools->unpacker, room, (size_t)bytes, packed.p, packed.n,
                                          tools->unpacker_dictionary);
    if (ZSTD_isError(n) || n != bytes) {
        return ERR_CORRUPT;
    }
    buf_add(out, slice_of(room, n));
    return out->failed;
}
