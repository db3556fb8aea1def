/* What the service says: jansson parses the whole (it is small), and little of it is taken. */
#include "work/geocode/geocode_int.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "text/text.h"

#define DEGREE_E7 1e7

/* One line of UTF-8 that fits; what an absent or other value is, is empty. */
static bool text_take(const json_t *properties, const char *name, char *into, size_t room) {
    const json_t *value = json_object_get(properties, name);
    slice text = json_is_string(value)
                     ? slice_trim(slice_of(json_string_value(value), json_string_length(value)))
                     : SLICE_EMPTY;
    if (text.n >= room) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f) {
            return false;
        }
    }
    memcpy(into, text.p, text.n);
    into[text.n] = '\0';
    return true;
}

static bool kind_take(const json_t *properties, enum geocode_kind *kind) {
    static const char *const names[GEOCODE_KIND__COUNT] = {[GEOCODE_HOUSE] = "housenumber",
                                                           [GEOCODE_STREET] = "street",
                                                           [GEOCODE_PLACE] = "locality",
                                                           [GEOCODE_TOWN] = "municipality"};
    const char *type = json_string_value(json_object_get(properties, "type"));
    for (int i = GEOCODE_HOUSE; type != NULL && i < GEOCODE_KIND__COUNT; i++) {
        if (strcmp(type, names[i]) == 0) {
            *kind = (enum geocode_kind)i;
            return true;
        }
    }
    return false;
}

/* RFC 7946, 3.1.2: longitude, latitude. */
static bool point_take(const json_t *geometry, struct geo_point *point) {
    const json_t *pair = json_object_get(geometry, "coordinates");
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *lon = json_array_get(pair, 0);
    const json_t *lat = json_array_get(pair, 1);
    if (type == NULL || strcmp(type, "Point") != 0 || !json_is_number(lon) ||
        !json_is_number(lat) || !(fabs(json_number_value(lon)) <= 180) ||
        !(fabs(json_number_value(lat)) <= 90)) {
        return false;
    }
    *point = (struct geo_point){.lon_e7 = (int32_t)lround(json_number_value(lon) * DEGREE_E7),
                                .lat_e7 = (int32_t)lround(json_number_value(lat) * DEGREE_E7)};
    return true;
}

/* "8 Rue de Boigne": the number and its street; of a place its name; of a town nothing. */
static bool address_take(const json_t *properties, struct geocode_place *place) {
    char number[GEOCODE_TEXT_BYTES];
    char street[GEOCODE_TEXT_BYTES];
    if (place->kind == GEOCODE_TOWN) {
        return true;
    }
    if (!text_take(properties, "housenumber", number, sizeof number) ||
        !text_take(properties, "street", street, sizeof street)) {
        return false;
    }
    if (place->kind == GEOCODE_PLACE || street[0] == '\0') {
        return text_take(properties, "name", place->address, sizeof place->address);
    }
    struct buf line BUF_CLEANUP = buf_new(sizeof place->address - 1);
    buf_addf(&line, "%s%s%s", number, number[0] != '\0' ? " " : "", street);
    if (line.failed != OK) {
        return false;
    }
    memcpy(place->address, line.p, line.n);
    place->address[line.n] = '\0';
    return true;
}

static bool place_take(const json_t *feature, struct geocode_place *place) {
    const json_t *properties = json_object_get(feature, "properties");
    *place = (struct geocode_place){0};
    return kind_take(properties, &place->kind) &&
           point_take(json_object_get(feature, "geometry"), &place->point) &&
           text_take(properties, "label", place->label, sizeof place->label) &&
           place->label[0] != '\0' && address_take(properties, place) &&
           text_take(properties, "postcode", place->postal_code, sizeof place->postal_code) &&
           text_take(properties, "citycode", place->commune, sizeof place->commune);
}

err geocode_answer_read(slice json, struct geocode_answer *answer) {
    json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
    const json_t *features = json_object_get(root, "features");
    const char *type = json_string_value(json_object_get(root, "type"));
    bool is_one = type != NULL && strcmp(type, "FeatureCollection") == 0 && json_is_array(features);
    *answer = (struct geocode_answer){0};
    for (size_t i = 0;
         is_one && i < json_array_size(features) && answer->count < GEOCODE_PLACES_MAX; i++) {
        answer->count += place_take(json_array_get(features, i), &answer->places[answer->count]);
    }
    for (size_t i = answer->count; i < GEOCODE_PLACES_MAX; i++) {
        answer->places[i] = (struct geocode_place){0};
    }
    json_decref(root);
    return is_one ? OK : ERR_INPUT;
}

static bool text_is_sound(const char *text, size_t room) {
    size_t n = strnlen(text, room);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
            return false;
        }
    }
    return n < room && text_is_utf8(slice_of(text, n));
}

bool geocode_answer_is_sound(const struct geocode_answer *answer) {
    if (answer->count > GEOCODE_PLACES_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < answer->count; i++) {
        const struct geocode_place *place = &answer->places[i];
        if ((unsigned)place->kind < GEOCODE_HOUSE || (unsigned)place->kind >= GEOCODE_KIND__COUNT ||
            !geo_point_is_valid(place->point) || place->label[0] == '\0' ||
            !text_is_sound(place->label, sizeof place->label) ||
            !text_is_sound(place->address, sizeof place->address) ||
            !text_is_sound(place->postal_code, sizeof place->postal_code) ||
            !text_is_sound(place->commune, sizeof place->commune)) {
            return false;
        }
    }
    return true;
}
