/* Inside work/territories: which territory a feature is. */
#ifndef AGORA_WORK_TERRITORIES_CODE_H
#define AGORA_WORK_TERRITORIES_CODE_H

#include "domain/territory/territory.h"
#include "formats/record.h"

#define FEATURE_CODE_MAX 64

/* The code (ours, today's or a former one: outlines of former communes become parts) into `code`.
 * ERR_NOT_FOUND with a problem when there is none. `level` as in struct territories_import. */
MUST_USE err feature_code(const struct territories *all, const struct geojson_feature *feature,
                          enum territory_level level, char code[FEATURE_CODE_MAX], size_t *code_n,
                          enum territory_level *found, struct problem *problem);

#endif
