"""Cuts a variable web font down to what Agora writes.

    python3 cut.py IN OUT AXIS=MIN:MAX|AXIS=VALUE…

Latin-1 and what French needs around it. The narrow no-break space and the no-break hyphen, which the
published files leave out, take the glyphs of the thin space and of the hyphen: otherwise each would
be fetched from another font, with its own width, in the middle of every French sentence.
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

CHARACTERS = (
    list(range(0x20, 0x7F))
    + list(range(0xA0, 0x100))
    + [0x152, 0x153, 0x2B3, 0x2E2, 0x1D49, 0x2009, 0x200A, 0x202F, 0x2010, 0x2011, 0x2013, 0x2014]
    + [0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x2039, 0x203A, 0x20AC, 0x2212]
)
FEATURES = ["kern", "ccmp", "locl", "pnum", "tnum", "mark", "mkmk"]
STAND_INS = {0x202F: 0x2009, 0x2011: 0x2D, 0x2010: 0x2D}


def limits(arguments):
    result = {}
    for argument in arguments:
        axis, _, value = argument.partition("=")
        low, colon, high = value.partition(":")
        result[axis] = (float(low), float(high)) if colon else float(low)
    return result


def main(source, target, *axes):
    font = TTFont(source, recalcTimestamp=False)
    for table in font["cmap"].tables:
        for missing, present in STAND_INS.items():
            if missing not in table.cmap and present in table.cmap:
                table.cmap[missing] = table.cmap[present]
    font = instancer.instantiateVariableFont(font, limits(axes), inplace=True)
    if "gvar" in font:  # the instancer drops the glyphs that no longer vary, the cutter wants them
        for glyph in font.getGlyphOrder():
            font["gvar"].variations.setdefault(glyph, [])
    options = subset.Options(layout_features=FEATURES, flavor="woff2" if target.endswith(".woff2") else None, hinting=False,
                             name_IDs=[1, 2], notdef_outline=True, desubroutinize=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=CHARACTERS)
    cutter.subset(font)
    subset.save_font(font, target, options)


main(*sys.argv[1:])
