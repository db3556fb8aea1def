/* Shared by the readers of this room: building records, handing over an opened window. */
#ifndef AGORA_FORMATS_RECORD_INT_H
#define AGORA_FORMATS_RECORD_INT_H

#include "formats/csv.h"
#include "formats/json.h"
#include "formats/record.h"
#include "formats/window_int.h"

/* Readers over a window that has been looked into; they take it. ERR_MEMORY. Elements larger than
 * `element_bytes_max` are rejected, without being held in memory. */
MUST_USE err csv_reader_over(const struct window *window, struct csv_reader **reader);
MUST_USE err json_splitter_over(const struct window *window, size_t element_bytes_max,
                                struct json_splitter **splitter);

/* The fields (and, for a GeoJSON Feature, the geometry) of a JSON object. ERR_LIMIT beyond the
 * limits of record.h, ERR_INPUT for what is no object. */
MUST_USE err record_from_json(const json_t *json, struct arena *arena, struct record *record,
                              struct problem *problem);
bool json_is_feature(const json_t *json);

/* record_reader_new with a limit of one's own for a record. */
MUST_USE err record_reader_new_limited(struct byte_source source, enum record_format format,
                                       size_t record_bytes_max, struct record_reader **reader,
                                       struct problem *problem);

#endif
