/* Whole SVG documents: tiles and views. They carry their own style, light and dark. */
#include "face/map/map_int.h"

/* Colours: sea, land, abroad, outline, commune line of the house's tokens. Sizes are in
 * half pixels. a: abroad, f: land, s: seam, b: border, d: département, c: commune. */
#define STYLE                                                                                      \
    "<style>"                                                                                      \
    "svg{background:#dce8ec}"                                                                      \
    "path{fill:none;stroke:#d3ccbb;stroke-linejoin:round;stroke-linecap:round}"                    \
    ".a{fill:#ece9e0;stroke:#d9d3c5;stroke-width:1.5}"                                             \
    ".f{fill:#fbf9f3;stroke-width:2}"                                                              \
    ".s{stroke:#ece9e0}"                                                                           \
    ".b{stroke:#c3bba7;stroke-width:2.5}"                                                          \
    ".d{stroke-width:1.6}"                                                                         \
    ".c{stroke:#e6e1d4;stroke-width:1.6}"                                                          \
    "@media(prefers-color-scheme:dark){"                                                           \
    "svg{background:#0b1519}"                                                                      \
    "path{stroke:#3b4c4e}"                                                                         \
    ".a{fill:#162123;stroke:#26383a}"                                                              \
    ".f{fill:#1d2b2d}"                                                                             \
    ".s{stroke:#162123}"                                                                           \
    ".b{stroke:#4a5e60}"                                                                           \
    ".c{stroke:#273739}"                                                                           \
    "}</style>"

void map_document_draw(const struct map_canvas *canvas, const struct face_basemap *basemap) {
    buf_addf(canvas->out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
             " viewBox=\"0 0 %d %d\">" STYLE,
             canvas->width / MAP_UNITS, canvas->height / MAP_UNITS, canvas->width, canvas->height);
    map_ground_draw(canvas, basemap);
    buf_add(canvas->out, SLICE("</svg>"));
}
