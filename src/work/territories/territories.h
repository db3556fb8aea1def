/* work/territories: outlines of communes, EPCI, départements, régions and custom territories from
 * GeoJSON files (plain, gzip, zstd; collections or lines) into the store. */
#ifndef AGORA_WORK_TERRITORIES_H
#define AGORA_WORK_TERRITORIES_H

#include "base/base.h"
#include "db/db.h"
#include "domain/territory/territory.h"
#include "formats/source.h"

struct territories_import_counts {
    uint64_t read;                           /* features */
    uint64_t stored[TERRITORY_LEVEL__COUNT]; /* by the level they were taken for */
    uint64_t unknown;  /* no code in them, or one that no territory has or ever had */
    uint64_t rejected; /* no polygon, or one that cannot be read */
};

struct territories_import {
    struct db_conn *conn; /* DB_WRITE, outside a transaction: short ones are made here */
    const struct territories *territories; /* as they stand before */
    struct byte_source source;
    /* What a bare "code" stands for: TERRITORY_LEVEL__COUNT: found for each feature by the name and
     * shape of its properties (docs/territories.md). */
    enum territory_level level;
    int64_t now_ms;
    /* One feature that was not stored, or NULL to keep quiet: problem has the cause, field and
     * line. */
    void (*on_problem)(void *self, const struct problem *problem);
    /* Now and then, with the counts so far, or NULL. */
    void (*on_progress)(void *self, const struct territories_import_counts *counts);
    void *self;
};

/* Reads to the end. Counts are filled even when it fails; what was stored before the failure stays.
 * The snapshot in memory does not change: load it again. ERR_INPUT when the file is broken (where
 * is in the problem), ERR_IO, ERR_BUSY, ERR_LIMIT. */
MUST_USE err territories_import(const struct territories_import *import,
                                struct territories_import_counts *counts, struct problem *problem);

#endif
