#include "work/import/import_int.h"
#include <stdarg.h>
#include <stdio.h>

static const char *const sentences[WARNING__COUNT] = {
    [WARNING_SWAPPED] = "latitude and longitude were swapped, and were put right",
    [WARNING_BAD_POINT] = "coordinates that are none were left out",
    [WARNING_PROJECTED] = "coordinates are in no known system: left out (--crs EPSG:… names it)",
    [WARNING_CONVERTED] = "coordinates were in another system, and were converted to WGS 84",
    [WARNING_CATEGORY_NUMBER] = "a category is only a number: kept (--taxonomy FILE|URL names it)",
    [WARNING_COARSE] = "a conversion is right to some metres only (proj-data has finer grids)",
    [WARNING_FAR] = "the point is more than 30 km from its commune: kept as it is",
    [WARNING_NO_TERRITORY] = "no territory is known by this code: left out",
    [WARNING_NO_PLACE] = "nothing says where it is: kept without a place",
    [WARNING_TITLE_MADE] = "without a title: one was made from its sort and place",
    [WARNING_TWICE] = "the same record occurs twice",
    [WARNING_FUTURE] = "a date in the future, where one of the past is expected: kept as it is",
    [WARNING_ADDRESS_IS_EMAIL] = "an e-mail stood where an address is expected: made a contact",
    [WARNING_BAD_CONTACT] = "a contact that is none was kept in the description",
    [WARNING_CLIPPED] = "a text beyond its limit was shortened",
    [WARNING_SAME_ID] = "an identifier occurs again with another content: both were kept",
    [WARNING_STRAY_BYTES] = "bytes that are no text in the file's charset were mended",
    [WARNING_BAD_FIELD] = "a field that does not fit our format was kept in the description",
    [WARNING_HIDDEN_MARKS] = "hidden marks or full-width signs were taken out of a line of text",
    [WARNING_DATE_ORDER] = "dates may be day/month or month/day: taken as day/month",
    [WARNING_NUMBER_LOST] =
        "a spreadsheet rounded a number, its digits are lost: kept as it stands",
    [WARNING_ZERO_RESTORED] = "a zero that a spreadsheet had taken was put back before a number",
    [WARNING_CUT] = "the file ends or breaks here: what stands before it was taken",
};

void warning_add(struct warnings *warnings, enum warning warning, uint64_t line, const char *format,
                 ...) {
    if (warnings->counts[warning]++ == 0) {
        va_list values;
        va_start(values, format);
        vsnprintf(warnings->first[warning], sizeof warnings->first[warning], format, values);
        va_end(values);
        warnings->first_line[warning] = line;
    }
}

void warnings_write(const struct warnings *warnings, struct buf *out) {
    for (unsigned i = 0; i < WARNING__COUNT; i++) {
        if (warnings->counts[i] > 0) {
            buf_addf(out, "warning: %llu × %s (first at line %llu",
                     (unsigned long long)warnings->counts[i], sentences[i],
                     (unsigned long long)warnings->first_line[i]);
            if (warnings->first[i][0] != '\0') {
                buf_addf(out, ": %s", warnings->first[i]);
            }
            buf_add(out, SLICE(")\n"));
        }
    }
}

void warnings_notes_write(const struct record_reader *reader, struct buf *out) {
    size_t count;
    const struct record_note *notes = record_reader_notes(reader, &count);
    for (size_t i = 0; i < count; i++) {
        buf_addf(out, "warning: %llu × %s (first at line %llu", (unsigned long long)notes[i].count,
                 notes[i].sentence, (unsigned long long)notes[i].line);
        if (notes[i].example[0] != '\0') {
            buf_addf(out, ": %s", notes[i].example);
        }
        buf_add(out, SLICE(")\n"));
    }
}
