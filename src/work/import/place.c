#include "formats/geotext.h"
#include "text/text.h"
#include "work/import/import_int.h"
#include <math.h>

#define FAR_M 30000.0
/* Swapped coordinates are put right when they come from far away to near their commune. */
#define SWAP_FROM_M 100000.0

/* Two numbers as they stand; which system they are in is another question. */
struct numbers {
    bool there;
    bool settled; /* `point` is known already: the geometry's, or by its own system */
    double lat, lon;
    struct geo_point point;
};

/* "927 552,03" -> 927552.03: a decimal comma and gaps, as spreadsheets write. */
static bool number_read(slice text, double *value) {
    char bytes[64];
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        slice rest = slice_sub(text, i, text.n);
        if (slice_starts_with(rest, SLICE("\xE2\x80\xAF"))) { /* narrow no-break space */
            i += 2;
        } else if (slice_starts_with(rest, SLICE("\xC2\xA0"))) {
            i++;
        } else if (text.p[i] != ' ') {
            if (n == sizeof bytes) {
                return false;
            }
            bytes[n++] = text.p[i] == ',' ? '.' : text.p[i];
        }
    }
    return n > 0 && slice_to_double(slice_of(bytes, n), value);
}

/* "45.69, 5.91", "[45.69, 5.91]", "45.69 5.91", "45,69; 5,91", "45.69|5.91". */
static struct numbers pair_read(slice text) {
    struct numbers found = {.there = false};
    size_t from = 0;
    while (from < text.n && (text.p[from] < '0' || text.p[from] > '9') && text.p[from] != '-') {
        from++;
    }
    text = slice_sub(text, from, text.n - from);
    while (text.n > 0 && (text.p[text.n - 1] < '0' || text.p[text.n - 1] > '9')) {
        text.n--;
    }
    static const char separators[] = {';', '|', ',', ' '}; /* the surest first */
    for (size_t i = 0; i < sizeof separators && !found.there; i++) {
        size_t cut = slice_find(text, 0, separators[i]);
        slice second = slice_trim(slice_sub(text, cut + 1, text.n));
        found.there = cut < text.n && number_read(slice_sub(text, 0, cut), &found.lat) &&
                      number_read(second, &found.lon);
    }
    return found;
}

static bool is_on_earth(double lat, double lon) {
    return fabs(lat) <= 90.0 && fabs(lon) <= 180.0;
}

static struct geo_point to_point(double lat, double lon) {
    return (struct geo_point){.lon_e7 = (int32_t)lround(lon * 1e7),
                              .lat_e7 = (int32_t)lround(lat * 1e7)};
}

/* France in Europe, roughly: used only to recognise swapped numbers when no commune is known. */
static bool is_in_france(double lat, double lon) {
    return lat > 41.0 && lat < 51.6 && lon > -5.6 && lon < 10.0;
}

static bool is_swapped(const struct numbers *at, const struct territory *commune) {
    bool swappable = is_on_earth(at->lon, at->lat);
    if (!swappable || is_in_france(at->lat, at->lon)) {
        return false;
    }
    if (commune != NULL && commune->has_centre) {
        double as_is = is_on_earth(at->lat, at->lon)
                           ? geo_distance_m(to_point(at->lat, at->lon), commune->centre)
                           : INFINITY;
        return as_is > SWAP_FROM_M &&
               geo_distance_m(to_point(at->lon, at->lat), commune->centre) < FAR_M;
    }
    return is_in_france(at->lon, at->lat);
}

static void bad_point(const struct builder *b, const struct place_parts *parts, slice first,
                      slice second) {
    warning_add(b->warnings, WARNING_BAD_POINT, parts->record->line, "\"%.*s\"%s%.*s",
                (int)(first.n < 40 ? first.n : 40), first.p, second.n > 0 ? ", " : "",
                (int)(second.n < 40 ? second.n : 40), second.p);
}

/* One cell: a geometry's text, else a pair of numbers. */
static struct numbers cell_read(const struct builder *b, const struct place_parts *parts) {
    struct geotext text;
    struct numbers at = {.there = false};
    if (geotext_read(parts->point, &text)) {
        at = (struct numbers){.there = true, .lat = text.y, .lon = text.x};
        at.settled = text.srid > 0 &&
                     projected_srid(b, text.srid, text.x, text.y, parts->record->line, &at.point);
    } else {
        at = pair_read(parts->point);
    }
    if (!at.there) {
        bad_point(b, parts, parts->point, SLICE_EMPTY);
    }
    return at;
}

static struct numbers numbers_read(const struct builder *b, const struct place_parts *parts) {
    struct numbers at = {.there = false};
    const struct geojson_geometry *geometry = &parts->record->geometry;
    if (parts->latitude.n > 0 || parts->longitude.n > 0) {
        at.there = number_read(parts->latitude, &at.lat) && number_read(parts->longitude, &at.lon);
        if (!at.there) {
            bad_point(b, parts, parts->latitude, parts->longitude);
        }
    }
    if (!at.there && geometry->ring_count > 0) {
        at = (struct numbers){.there = true,
                              .settled = b->projections->given != NULL,
                              .lat = geometry->point.lat_e7 / 1e7,
                              .lon = geometry->point.lon_e7 / 1e7,
                              .point = geometry->point};
    }
    if (!at.there && geometry->is_projected) {
        at = (struct numbers){.there = true, .lat = geometry->y, .lon = geometry->x};
    }
    if (!at.there && parts->point.n > 0) {
        at = cell_read(b, parts);
    }
    if (at.there && at.lat == 0.0 && at.lon == 0.0) {
        at.there = false; /* the place without a place, in the Gulf of Guinea */
    }
    return at;
}

/* Degrees as they are or put right, other systems converted; false when they are none. */
static bool numbers_place(const struct builder *b, const struct numbers *at, uint64_t line,
                          const struct territory *commune, struct geo_point *point) {
    if (at->settled) {
        *point = at->point;
        return true;
    }
    if (projected_applies(b->projections, at->lon, at->lat)) {
        return projected_read(b, at->lon, at->lat, line, commune, point);
    }
    if (is_swapped(at, commune)) {
        warning_add(b->warnings, WARNING_SWAPPED, line, "%.5f, %.5f", at->lat, at->lon);
        *point = to_point(at->lon, at->lat);
        return true;
    }
    if (is_on_earth(at->lat, at->lon)) {
        *point = to_point(at->lat, at->lon);
        return true;
    }
    if (projected_read(b, at->lon, at->lat, line, commune, point)) {
        return true;
    }
    bool projected = fabs(at->lat) > 1000.0 || fabs(at->lon) > 1000.0;
    warning_add(b->warnings, projected ? WARNING_PROJECTED : WARNING_BAD_POINT, line, "%g, %g",
                at->lat, at->lon);
    return false;
}

static void point_set(const struct builder *b, const struct place_parts *parts,
                      const struct territory *commune, struct entry *entry) {
    struct numbers at = numbers_read(b, parts);
    uint64_t line = parts->record->line;
    if (!at.there || !numbers_place(b, &at, line, commune, &entry->place.point)) {
        return;
    }
    entry->place.has_point = true;
    entry->place.precision = ENTRY_PRECISION_EXACT;
    if (commune != NULL && commune->has_centre && !commune->centre_is_approximate) {
        double far = geo_distance_m(entry->place.point, commune->centre);
        if (far > FAR_M) {
            warning_add(b->warnings, WARNING_FAR, line, "%.0f km from %.*s", far / 1000.0,
                        (int)(commune->name.n < 60 ? commune->name.n : 60), commune->name.p);
        }
    }
}

static bool level_from_text(slice text, enum territory_level *level) {
    static const struct {
        const char *start;
        enum territory_level level;
    } levels[] = {
        {"com", TERRITORY_COMMUNE},  {"ville", TERRITORY_COMMUNE},   {"epci", TERRITORY_EPCI},
        {"interco", TERRITORY_EPCI}, {"dep", TERRITORY_DEPARTEMENT}, {"reg", TERRITORY_REGION},
        {"pays", TERRITORY_COUNTRY}, {"country", TERRITORY_COUNTRY}, {"nation", TERRITORY_COUNTRY},
    };
    struct buf folded BUF_CLEANUP = buf_new(256);
    text_fold(text_clip(text, 60), &folded);
    for (size_t i = 0; i < ARRAY_COUNT(levels); i++) {
        if (slice_starts_with(buf_slice(&folded), slice_from_cstr(levels[i].start))) {
            *level = levels[i].level;
            return true;
        }
    }
    return false;
}

/* A code alone tells its level by its shape: 5 signs a commune, 9 digits an EPCI, 2 or 3 a
 * département; a name is tried from the large to the small. */
static uint32_t by_code(const struct builder *b, slice code, slice level_text) {
    enum territory_level level;
    uint32_t found = territories_find(b->territories, code);
    if (found != TERRITORY_NONE) {
        return found;
    }
    if (level_from_text(level_text, &level)) {
        return territories_match_level(b->territories, level, code);
    }
    level = code.n == 5 ? TERRITORY_COMMUNE : code.n == 9 ? TERRITORY_EPCI : TERRITORY_DEPARTEMENT;
    return territories_match_level(b->territories, level, code);
}

/* An INSEE code; a postal code in its column (it happens) still leads somewhere. */
static uint32_t by_insee(const struct builder *b, const struct place_parts *parts, slice city) {
    uint32_t found = territories_commune(b->territories, parts->insee);
    if (found == TERRITORY_NONE) {
        found = territories_match(b->territories, city, parts->insee, parts->departement);
    }
    if (found == TERRITORY_NONE) {
        warning_add(b->warnings, WARNING_NO_TERRITORY, parts->record->line, "\"%.*s\"",
                    (int)(parts->insee.n < 60 ? parts->insee.n : 60), parts->insee.p);
    }
    return found;
}

/* The territory that the record names. */
static uint32_t named_territory(const struct builder *b, const struct place_parts *parts,
                                const struct entry *entry) {
    const struct territories *all = b->territories;
    uint32_t found = TERRITORY_NONE;
    slice city = entry->place.city;
    if (parts->territory.n > 0) {
        found = by_code(b, parts->territory, parts->level);
        if (found == TERRITORY_NONE) {
            warning_add(b->warnings, WARNING_NO_TERRITORY, parts->record->line, "\"%.*s\"",
                        (int)(parts->territory.n < 60 ? parts->territory.n : 60),
                        parts->territory.p);
        }
    }
    if (found == TERRITORY_NONE && parts->insee.n > 0) {
        found = by_insee(b, parts, city);
    }
    if (found == TERRITORY_NONE && (entry->place.postal_code.n > 0 || city.n > 0)) {
        found = territories_match(all, city, entry->place.postal_code, parts->departement);
    }
    for (unsigned level = TERRITORY_REGION; level >= TERRITORY_EPCI && found == TERRITORY_NONE &&
                                            city.n > 0 && !entry->place.has_point;
         level--) {
        found = territories_match_level(all, (enum territory_level)level, city);
    }
    if (found == TERRITORY_NONE && parts->departement.n > 0) {
        slice code = parts->departement;
        char padded[2] = {'0', code.p[0]};
        found = territories_match_level(all, TERRITORY_DEPARTEMENT,
                                        code.n == 1 ? slice_of(padded, 2) : code);
    }
    return found;
}

/* The named territory and the point; entry_check decides between them (a polygon that holds the
 * point goes before a code, a code before the nearest centre) and sets the precision. */
void place_build(const struct builder *b, const struct place_parts *parts, struct arena *arena,
                 struct entry *entry) {
    uint32_t named = named_territory(b, parts, entry);
    const struct territory *territory =
        named == TERRITORY_NONE ? NULL : &b->territories->items[named];
    bool is_commune = territory != NULL && territory->level == TERRITORY_COMMUNE;
    point_set(b, parts, is_commune ? territory : NULL, entry);
    if (territory != NULL) {
        entry->place.territory = arena_copy(arena, territory->code);
    } else if (!entry->place.has_point) {
        warning_add(b->warnings, WARNING_NO_PLACE, parts->record->line, "%.*s",
                    (int)(entry->title.n < 80 ? entry->title.n : 80), entry->title.p);
    }
}
