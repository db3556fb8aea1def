"""Writes SVG drawings as paths of absolute moves, lines and curves, for a pen that knows no more.

    python3 flatten.py FILE.svg…

One line a drawing: "M1200 300C…Z", whole hundredths of its own units. Strokes and fills are not told apart.
"""

import sys
import xml.etree.ElementTree as ET

from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path
from fontTools.svgLib.path.shapes import PathBuilder

LETTERS = {"moveTo": "M", "lineTo": "L", "curveTo": "C", "closePath": "Z", "endPath": ""}


def flat(root):
    text = ""
    for element in root.iter():
        builder = PathBuilder()
        builder.add_path_from_element(element)
        for path in builder.paths:
            pen = RecordingPen()
            parse_path(path, pen)
            for name, points in pen.value:
                numbers = [str(round(100 * v)) for point in points for v in point]
                text += LETTERS[name] + " ".join(numbers)
    return text


for name in sys.argv[1:]:
    print(flat(ET.parse(name).getroot()))
